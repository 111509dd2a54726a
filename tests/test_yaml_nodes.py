"""YAML as nodes; what is wrong with it is one error. Its users' tests have the rest."""

from __future__ import annotations

from contextlib import suppress

import pytest
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
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_brackets_may_be_within_each_other_to_a_depth(pair: str, depth: int, is_valid: bool) -> None:
    begin, end = pair
    inside = "".join(f"{begin}a: " if begin == "{" else begin for _ in range(depth))
    text = f"x: y\nz: {inside}{end * depth}\n"
    if is_valid:
        assert [node.start_mark.line for node in yaml_nodes(text)] == [0]
    else:
        with pytest.raises(YamlError, match=r"^too many brackets within each other$") as caught:
            yaml_nodes(text)
        assert caught.value.line == 2
