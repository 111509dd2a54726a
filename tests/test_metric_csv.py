"""Metric files in CSV, checked without pandas: every cell that the reader can't use is a problem with its line."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

from pathlib import Path

import pytest
from builders import at
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from laws import examples

import incident_analytics as ia
from incident_analytics.cli import commands
from incident_analytics.evidence.metric_files import read_metric_files
from incident_analytics.metric_csv import metric_problems

HEAD = "at,name,value\n"
CASES = {
    "long": (HEAD + "2025-08-19T17:00Z,errors,1\n2025-08-19 17:01,errors,\n1755622800,load,NaN\n", []),
    "wide": ("Time,service,errors,load\n2025-08-19T17:00Z,API,1,\nnever,,,\n2025-08-19T17:01Z,,,2e3\n", []),
    "a header alone": (HEAD, []),
    "wide time": ("Time,errors,load\nnever,1,2\n", ["2 unreadable-time column 'Time': 1 time such as 'never' can't be read"]),
    "times": (
        HEAD + "1,a,1\nsoon,a,1\n,a,1\n",
        ["3 unreadable-time column 'at': 2 times such as 'soon' can't be read"],
    ),
    "values": (
        HEAD + "1,a,1\n1,a,1;5\n1,b,many\n1,a,1_0\n",
        [
            "3 unreadable-value column 'value': 2 values such as '1;5' of 'a' can't be read",
            "4 unreadable-value column 'value': 1 value such as 'many' of 'b' can't be read",
        ],
    ),
    "wide values": ("at,a\n1,x\n", ["2 unreadable-value column 'a': 1 value such as 'x' of 'a' can't be read"]),
    "no name": (HEAD + "1,,1\n", ["2 unreadable-value column 'name': 1 row without a name, not used"]),
    "a column of no name": (",at,a\n0,1,2\n1,2,3\n", ["1 unreadable-value column 1 without a name, not used; write the"]),
    "an empty column of no name": ("at,,a\n1,,2\n", []),
    "a column called nan": ("at,NaN,a\n1,x,2\n", ["1 unreadable-value column 2 without a name, not used; write the"]),
    "a value of no name": (HEAD + "1,,x\n", ["2 unreadable-value column 'name': 1 row without a name, not used"]),
    "row widths": (
        HEAD + "1,a,1,2\n1,a\n1,a,1,\n",
        ["2 extra-cells the row has 4 cells, the header 3, so it is not used", "3 missing-cells the row has 2 cells, the header 3"],
    ),
    "no times": ("day,a\n1,2\n", ["1 unreadable-file no column of times"]),
    "no column of names": ("at,value\n1,2\n", ["1 unreadable-file column 'value' has values of no name"]),
    "no values": ("at,service\n1,2\n", ["1 unreadable-file no column of values"]),
    "two of one name": ("at,a,a\n1,2,3\n", ["1 unreadable-file 2 columns are called 'a'"]),
    "empty": ("", ["1 unreadable-file it is empty"]),
    "clocks change": ("at,a\n2025-10-26 02:30,1\n2025-10-26T02:30+01:00,1\n", ["2 unreadable-time column 'at': 1 time"]),
    "semicolons": ("at;a\n2025-08-19T17:00Z;1\n", []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    text, expected = CASES[case]
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    found = list(metric_problems([tmp_path / "*.csv", tmp_path / "x.csv"], "Europe/Berlin"))
    assert {file for file, _ in found} <= {tmp_path / "x.csv"}
    said = [f"{problem.line} {problem.code} {problem.message}" for _, problem in found]
    assert [words.startswith(start) for words, start in zip(said, expected, strict=True)] == [True] * len(expected), (
        said
    )


def test_another_encoding_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("at,größe\n1,2\n".encode("cp1252"))
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "c.parquet").write_bytes(b"left to the reader")
    codes = [(file.name, problem.code) for file, problem in metric_problems([tmp_path / "*"], "UTC")]
    assert codes == [("a.csv", "encoding"), ("b.csv", "unreadable-file")]


MOMENTS = st.one_of(
    st.from_regex(r"20[0-9]{2}-[0-1][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,9})?)?)?"
                  r" ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)?", fullmatch=True),
    st.from_regex(r" ?[+-]?[0-9]{1,13}(\.[0-9]{0,3})?([eE][+]?[0-9])?", fullmatch=True),
    st.text("0123456789-:TZ+. /W", max_size=20),
)  # fmt: skip
NUMBERS = st.one_of(
    st.from_regex(r" ?[+-]?[0-9]{0,6}(\.[0-9]{0,3})?([eE][+-]?[0-9]{1,2})? ?", fullmatch=True),
    st.sampled_from(["inf", "Infinity", "-inf", "nan", "n/a", "1_000", "0x10", "True", "1,5", "٢", "1e400", "-"]),
)


@example(times=["100000000E8", "9" * 13], values=["inf"])
@examples(20)
@given(times=st.lists(MOMENTS, min_size=1, max_size=6), values=st.lists(NUMBERS, min_size=1, max_size=6))
def test_the_check_finds_what_the_reader_cannot_use(
    tmp_path_factory: pytest.TempPathFactory, times: list[str], values: list[str]
) -> None:
    """It has no pandas, so it reads the cells by itself: of any cell it must say the same."""
    file = tmp_path_factory.mktemp("law") / "x.csv"
    rows = [f'"{when}",at {number},1\n' for number, when in enumerate(times)]
    rows += [f'1755622800,value {number},"{value}"\n' for number, value in enumerate(values)]
    file.write_text("at,name,value\n" + "".join(rows), encoding="utf-8")
    _, problems = read_metric_files([file], start=at("2025-01-01"), end=at("2026-01-01"), timezone="Europe/Berlin")
    said = {
        message.partition(": ")[0].rpartition(":")[2]
        for message in problems["message"]
        if "no values from" not in message
    }
    assert {str(problem.line) for _, problem in metric_problems([file], "Europe/Berlin")} == said


def test_check_the_page_and_stderr_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# It broke\n\n**Incident ID**: INC-2025-07-01-001\n**Severity**: SEV-2\n", encoding="utf-8"
    )
    (tmp_path / "m.csv").write_text(HEAD + "1,a,1,2\nsoon,a,1\n", encoding="utf-8")
    settings = tmp_path / "incident-analytics.toml"
    settings.write_text('[evidence.metrics]\nfiles = ["*.csv"]\n', encoding="utf-8")
    checked = CliRunner().invoke(commands, ["check", str(tmp_path)])
    assert checked.exit_code == 1
    assert "m.csv:2: error: the row has 4 cells" in checked.stdout
    assert "m.csv:3: warning: column 'at': 1 time such as 'soon'" in checked.stdout
    exported = CliRunner().invoke(commands, ["export", "incidents", str(tmp_path)])
    assert exported.exit_code == 0
    assert "m.csv:2: error: the row has 4 cells" in exported.stderr
    problems = ia.load(tmp_path, settings=settings, status="all").problems
    assert problems.loc[problems["path"].str.endswith(".csv"), "code"].tolist() == ["extra-cells", "unreadable-time"]
