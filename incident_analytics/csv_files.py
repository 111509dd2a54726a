"""CSV files as spreadsheets and trackers write them: cells with their lines, and what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from incident_analytics.files import BOM, INPUT_LIMIT, InputError, decode_text, read_bytes
from incident_analytics.late_patterns import compile_late

__all__ = [
    "CsvError",
    "CsvProblem",
    "CsvRow",
    "CsvTable",
    "guarded",
    "listed",
    "parse_csv",
    "read_csv_file",
    "unguarded",
]

_FORMULA: Final = compile_late(r"""[\t\r]|[\s"']*[=+\-@＝＋－＠﹢﹣﹦﹫]""")
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection), or would once it has made it simpler."""
_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}
_LISTED: Final = 20
_LONGEST: Final = 40
"""How many columns a message names, and how many characters of each."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_NEWLINE: Final = compile_late(r"\r\n|\n|\r")


class CsvError(InputError):
    """Why a file cannot be read as CSV at all."""


@dataclass(frozen=True, slots=True)
class CsvProblem:
    """What is wrong with one line: a problem's code, and what to write instead."""

    code: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row's cells as written, one a column, and the line in which it begins."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file's columns by their names, the rows that can be used, the problems, the delimiter, the header's line."""

    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    problems: tuple[CsvProblem, ...]
    delimiter: str = ","
    line: int = 1

    def positions(self, column: str) -> list[int]:
        """Return where the columns of a name are; there may be none, or several."""
        return [position for position, name in enumerate(self.columns) if name == column]

    def position(self, column: str) -> int:
        """Return where the one column of a name is.

        Raises
        ------
        CsvError
            ``no column 'Key'; it has Id, Summary``, ``2 columns are called 'Key'; rename all but one``
        """
        found = self.positions(column)
        if not found:
            raise CsvError(f"no column {column!r}; it has {listed(self.columns)}", self.line)
        if len(found) > 1:
            raise CsvError(f"{len(found)} columns are called {column!r}; rename all but one", self.line)
        return found[0]


def guarded(text: str) -> str:
    """Return a cell's text with an apostrophe before it where a spreadsheet would run it as a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("INC-1"), unguarded(guarded("=1+1"))
    ("'=1+1", 'INC-1', '=1+1')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text, 1) else text


def listed(columns: Sequence[str]) -> str:
    r"""Return the names of columns for a message: on one line, and not all of very many.

    Examples
    --------
    >>> listed(["Key", "Due\ndate", "x" * 99])
    'Key, Due date, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'
    >>> listed("abcdefghijklmnopqrstuvwxyz")
    'a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t and 6 more'
    """
    names = [" ".join(name.split()) for name in columns[:_LISTED]]
    names = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..." for name in names]
    rest = len(columns) - len(names)
    return f"{', '.join(names) or 'none'}{f' and {rest} more' if rest else ''}"


def read_csv_file(file: Path, *, limit: int = INPUT_LIMIT, skip_space: bool = False) -> CsvTable:
    """Read a CSV file, as `parse_csv`; an OSError says why a file cannot be read."""
    return parse_csv(read_bytes(file, limit=limit), skip_space=skip_space)


def parse_csv(content: bytes, *, skip_space: bool = False) -> CsvTable:
    r"""Take a CSV file apart.

    Parameters
    ----------
    content
        UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252, which is a problem. Commas,
        semicolons or tabs separate the cells: whichever makes the most of the first line. Quotes are doubled inside
        quoted cells, which may have several lines.
    skip_space
        Whether spaces after a delimiter are left out.

    Returns
    -------
    CsvTable
        A row with more cells than there are columns is a problem (``extra-cells``) and is not among the rows, unless
        the cells beyond are empty. Cells that a row lacks are empty, which is a problem, too (``missing-cells``). Rows
        of empty cells are left out.

    Raises
    ------
    CsvError
        Where it is empty, has a NUL character, a quoted cell without an end, or text behind a quoted cell, and where
        two delimiters fit the header equally.

    Examples
    --------
    >>> table = parse_csv(b"key;status\nOPS-1;Done\nOPS-2;Done;x\n")
    >>> table.columns, [row.cells for row in table.rows]
    (('key', 'status'), [('OPS-1', 'Done')])
    >>> table.problems[0].line, table.problems[0].message
    (3, 'the row has 3 cells, the header 2, so it is not used; put quotes around a cell that holds a semicolon')
    """
    text, problems = _decode(content)
    if "\0" in text:
        raise CsvError("a NUL character; save the file as CSV in UTF-8", _line_at(text, text.index("\0")))
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a tracker's descriptions can be long
    delimiter = _delimiter(text, skip_space=skip_space)
    records = _records(text, delimiter, skip_space=skip_space)
    first, header = next(records)
    columns = [name.strip() for name in header]
    while not columns[-1]:
        columns.pop()
    width = len(columns)
    rows = []
    for line, cells in records:
        count = len(cells)
        if any(cell.strip() for cell in cells[width:]):
            name = _DELIMITERS[delimiter].removesuffix("s")
            advice = f"put quotes around a cell that holds a {name}"
            message = f"the row has {count} cells, the header {width}, so it is not used; {advice}"
            problems.append(CsvProblem("extra-cells", line, message))
            continue
        if count < width:
            message = f"the row has {count} cells, the header {width}; those missing are read as empty, write them"
            problems.append(CsvProblem("missing-cells", line, message))
        rows.append(CsvRow((*cells[:width], *[""] * (width - count)), line))
    return CsvTable(tuple(columns), tuple(rows), tuple(problems), delimiter, first)


def _decode(content: bytes) -> tuple[str, list[CsvProblem]]:
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise CsvError("not valid UTF-16; save the file as CSV in UTF-8") from error
    content = content.removeprefix(BOM)
    text, fault = decode_text(content)
    if fault is None:
        return text, []
    message = f"byte {content[fault.start]:#04x} is not UTF-8, read as Windows-1252; save the file as UTF-8"
    return text, [CsvProblem("encoding", _line_at(text, fault.start), message)]  # there a byte is a character


def _line_at(text: str, index: int) -> int:
    return 1 + sum(1 for _ in _NEWLINE.finditer(text, 0, index))


def _delimiter(text: str, *, skip_space: bool) -> str:
    """Return the delimiter that makes the most cells of the header; commas where there is only one cell."""
    widths: dict[str, int] = {}
    faults: list[CsvError] = []
    for delimiter in _DELIMITERS:
        try:
            _, header = next(_records(text, delimiter, skip_space=skip_space), (0, []))
        except CsvError as error:  # its quotes make no sense with this delimiter
            faults.append(error)
        else:
            widths[delimiter] = len(header)
    if not widths:
        raise faults[0]
    most = max(widths.values())
    if not most:
        raise CsvError("it is empty; write a header with the columns' names")
    best = [delimiter for delimiter, width in widths.items() if width == most]
    if most > 1 and len(best) > 1:
        names = " and ".join(_DELIMITERS[delimiter] for delimiter in best)
        raise CsvError(f"{names} both fit the header; put quotes around the names that hold one of them", 1)
    return best[0]


def _records(text: str, delimiter: str, *, skip_space: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not empty, each with the line in which it begins."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=skip_space, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise CsvError("a quoted cell that begins in this row never ends; close its quotes", line) from error
            message = 'text follows the closing quote of a cell; write "" for a quote inside a quoted cell'
            raise CsvError(message, reader.line_num) from error
        if any(cell.strip() for cell in cells):
            yield line, cells
