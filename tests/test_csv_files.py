"""CSV as any program writes it: the cells come back, and what cannot be used is said with its line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.csv_files import CsvError, parse_csv

CELLS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=12)
NAMES = st.lists(st.text("abcäß \u4e00", min_size=1, max_size=6).map(lambda name: f"x{name}x"), min_size=1, max_size=5)


@given(
    st.data(),
    NAMES,
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_the_cells_that_were_written_come_back(  # noqa: PLR0917 - hypothesis gives them by place
    data: st.DataObject, names: list[str], delimiter: str, end: str, quoting: int, encoding: str
) -> None:
    if len(names) == 1:
        delimiter = ","  # what a header without one is taken to be written with
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(names)), max_size=6))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(names)
    for row in rows:  # a bare line break in a cell is quoted by every program but Python's
        plain = csv.QUOTE_ALL if any(mark in cell for cell in row for mark in "\r\n") else quoting
        csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=plain).writerow(row)  # type: ignore[arg-type]
    table = parse_csv(stream.getvalue().encode(encoding))
    assert table.columns == tuple(names)
    assert [row.cells for row in table.rows] == [row for row in rows if any(cell.strip() for cell in row)]
    assert table.problems == ()


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "it is empty; write a header with the columns' names"),
        (b'a,b\n1,2\n"3,4\n5,6\n', 3, "a quoted cell that begins in this row never ends; close its quotes"),
        (b'a,b\n"1"x,2\n', 2, 'text follows the closing quote of a cell; write "" for a quote inside a quoted cell'),
        (b"a,b\n1,\0\n", 2, "a NUL character; save the file as CSV in UTF-8"),
        (b"\xff\xfe\x00", None, "not valid UTF-16; save the file as CSV in UTF-8"),
        (b"a,b;c\n", 1, "commas and semicolons both fit the header; put quotes around the names that hold one of them"),
    ],
)
def test_a_file_that_is_not_csv_says_why_and_where(content: bytes, line: int | None, message: str) -> None:
    with pytest.raises(CsvError) as caught:
        parse_csv(content)
    assert (caught.value.line, str(caught.value)) == (line, message)


def test_rows_of_another_width() -> None:
    """Empty cells beyond the header are nothing; other ones cost their row, missing ones are empty."""
    table = parse_csv(b'a,b,,\n1,2,,,\n1,"x\ny",3\n1\n,,\n5,6\n')
    assert [(row.cells, row.line) for row in table.rows] == [(("1", "2"), 2), (("1", ""), 5), (("5", "6"), 7)]
    assert [(problem.code, problem.line) for problem in table.problems] == [("extra-cells", 3), ("missing-cells", 5)]


def test_windows_1252_is_read_and_said() -> None:
    table = parse_csv("a;b\nx;é\n".encode("cp1252"))
    assert table.rows[0].cells == ("x", "é")
    assert [(problem.code, problem.line) for problem in table.problems] == [("encoding", 2)]
