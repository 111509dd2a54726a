"""YAML as nodes; what is wrong with it is one error. Its users' tests have the rest."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.yaml_nodes import YamlError, yaml_nodes

PIECES = (
    *(
        "a",
        "b: ",
        "- ",
        "? ",
        ": ",
        "&a ",
        "*a",
        "!",
        "!<",
        ">",
        "%YAML ",
        "1.",
        "9" * 5000,
        "%TAG ",
        "\n",
        "\n  ",
        "|",
    ),
    *('"', "\\U", "FFFFFFFF", "\\x", "\\u", "D800", "'", "[", "]", "{", "}", ",", "#", "---", "\t", "\0", "\x85", "<<"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_is_raised_but_its_own_error(text: str) -> None:
    with suppress(YamlError):
        yaml_nodes(text)


@pytest.mark.parametrize(("depth", "is_valid"), [(100, True), (101, False)])
@pytest.mark.parametrize(
    ("begin", "end"), [("[", "]"), ("{a: ", "}"), ("- ", ""), ("[\n", "]"), ("? ", "")], ids=["[", "{", "-", "[n", "?"]
)
def test_lists_and_mappings_may_be_within_each_other_to_a_depth(
    begin: str, end: str, depth: int, is_valid: bool
) -> None:
    text = f"# x\n{begin * depth}b{end * depth}\n"
    if is_valid:
        assert [node.start_mark.line for node in yaml_nodes(text)] == [1]
    else:
        with pytest.raises(
            YamlError, match=r"^not valid YAML: too many lists and mappings within each other; write fewer$"
        ) as caught:
            yaml_nodes(text)
        assert caught.value.line == 2 + 100 * begin.count("\n")


def test_what_is_far_deeper_is_refused_as_soon() -> None:
    for deep in ("[\n" * 100_000, "[" * 100_000, "- " * 100_000, "".join(f"{' ' * n}a:\n" for n in range(1000))):
        with pytest.raises(YamlError, match="within each other"):
            yaml_nodes(deep)


def test_nothing_but_speed_hangs_on_the_loader_of_c(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [b, {c: 'd'}]\ne:\n- &x f\n- *x\n--- >\n g\n h\n"
    by_c = [yaml.serialize(node) for node in yaml_nodes(text)]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert [yaml.serialize(node) for node in yaml_nodes(text)] == by_c
    for deep in ("[\n" * 101, "[" * 5_000):
        with pytest.raises(YamlError, match="within each other"):
            yaml_nodes(deep)
