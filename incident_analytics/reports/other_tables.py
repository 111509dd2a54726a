"""Tables in other markup than Markdown's pipes: pandoc's simple, multiline and grid tables, and HTML."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["OtherTable", "find_tables"]

_DASHES: Final = re.compile(r"[ \t]{0,3}-{2,}[ \t]*$")
_COLUMNS: Final = re.compile(r"[ \t]{0,3}-{2,}(?:[ \t]+-{2,})+[ \t]*$")
_GRID: Final = re.compile(r"[ \t]{0,3}\+(?:[-=:]{3,}\+)+[ \t]*$")
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_TABLE: Final = re.compile(r"<table\b[^<>]*>|</table\s*>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)\b[^<>]*>|<!--(?:(?!-->).){0,400}-->", re.IGNORECASE | re.DOTALL
)
_MAY_HAVE: Final = re.compile(r"--[ \t]+--|\+[-=:]{3}")
_TAGS: Final = ("<table", "<TABLE", "<Table")
_SIGNS: Final = (" --", "\t--", "+-", "+=", "+:", *_TAGS)
"""What every text has that has such a table: found much faster than a pattern is."""


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table: its first and last line, counted from 1; its rows, the header first, each with its first line."""

    first: int
    last: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def find_tables(text: str) -> list[OtherTable]:
    r"""Find the tables of a text that are not in Markdown's own form; code in fences is left alone.

    Parameters
    ----------
    text
        A report, its lines ended by ``\n`` or ``\r\n``.

    Returns
    -------
    list of OtherTable
        In their order; none overlaps another.

    Examples
    --------
    >>> find_tables("  Time    Event\n  ------- ------\n  14:02   Alert\n")
    [OtherTable(first=1, last=3, rows=((1, ('Time', 'Event')), (3, ('14:02', 'Alert'))))]
    """
    if not any(sign in text for sign in _SIGNS):
        return []
    if not (_MAY_HAVE.search(text) or any(tag in text for tag in _TAGS)):
        return []
    lines = [line.removesuffix("\r").expandtabs(4) for line in text.split("\n")]
    code = _code_lines(lines)
    found = [*_text_tables(lines, code), *(table for table in _html_tables(text) if not code[table.first - 1])]
    found.sort(key=lambda table: table.first)
    apart: list[OtherTable] = []
    for table in found:
        if table.rows and (not apart or table.first > apart[-1].last):
            apart.append(table)
    return apart


def _code_lines(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether it is in a fence."""
    mark, inside = "", []
    for line in lines:
        match = _FENCE.match(line)
        inside.append(bool(mark) or match is not None)
        if match and not mark:
            mark = match[1]
        elif match and match[1].startswith(mark) and not line[match.end() :].strip():
            mark = ""
    return inside


def _text_tables(lines: Sequence[str], code: Sequence[bool]) -> Iterator[OtherTable]:
    index = 0
    while index < len(lines):
        table = None
        if not code[index] and _GRID.match(lines[index]):
            table = _grid(lines, index)
        elif not code[index] and _COLUMNS.match(lines[index]):
            table = _simple(lines, index)
        if table is not None:
            yield table
            index = table.last
        else:
            index += 1


def _grid(lines: Sequence[str], begin: int) -> OtherTable:
    end = begin
    while end + 1 < len(lines) and lines[end + 1].lstrip()[:1] in {"|", "+"}:
        end += 1
    edges = [index for index, letter in enumerate(lines[begin]) if letter == "+"]
    rows: list[tuple[int, tuple[str, ...]]] = []
    parts: list[list[str]] = []
    for index in range(begin, end + 1):
        if not _GRID.match(lines[index]):
            parts.append(_cut(lines[index], edges))
        elif parts:
            rows.append((index - len(parts) + 1, _joined(parts)))
            parts = []
    return OtherTable(begin + 1, end + 1, tuple(rows) if len(rows) > 1 and not parts else ())


def _cut(line: str, edges: Sequence[int]) -> list[str]:
    if all(line[edge : edge + 1] in {"|", "+"} for edge in edges):
        return [line[first + 1 : last].strip() for first, last in pairwise(edges)]
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]  # letters wider than one column shift them
    return (cells + [""] * len(edges))[: len(edges) - 1]


def _joined(parts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(" ".join(filter(None, cells)) for cells in zip(*parts, strict=True))


def _simple(lines: Sequence[str], columns: int) -> OtherTable | None:
    """Read the table whose columns a line of dashes marks: of one line a row, or of several between empty lines."""
    starts = [match.start() for match in re.finditer(r"-+", lines[columns])]
    first = columns
    while first and lines[first - 1].strip() and not _is_ruled(lines[first - 1]):
        first -= 1
    is_framed = first > 0 and _DASHES.match(lines[first - 1]) is not None  # a line above the header: of several lines
    if not is_framed:
        first = max(first, columns - 1)
    rows: list[tuple[int, tuple[str, ...]]] = []
    if first < columns:
        rows.append((first + 1, _joined([_columns_of(line, starts) for line in lines[first:columns]])))
    parts: list[list[str]] = []
    end = columns + 1
    while end < len(lines):
        line = lines[end]
        is_end = _is_ruled(line)
        if parts and (is_end or not line.strip() or not is_framed):
            rows.append((end - len(parts) + 1, _joined(parts)))
            parts = []
        if is_end or (not line.strip() and not is_framed):
            break
        if line.strip():
            parts.append(_columns_of(line, starts))
        end += 1
    is_closed = end < len(lines) and bool(lines[end].strip())
    if parts:
        rows.append((end - len(parts) + 1, _joined(parts)))
    if len(rows) < 2 or ((is_framed or first == columns) and not is_closed):  # noqa: PLR2004 - a header and a row
        return None
    return OtherTable(first + 1 - is_framed, end + is_closed, tuple(rows))


def _is_ruled(line: str) -> bool:
    return "--" in line and (_DASHES.match(line) or _COLUMNS.match(line)) is not None


def _columns_of(line: str, starts: Sequence[int]) -> list[str]:
    edges = [*starts, len(line)]
    edges[0] = 0
    return [line[begin:end].strip() for begin, end in pairwise(edges)]


def _html_tables(text: str) -> Iterator[OtherTable]:
    newlines = [match.start() for match in re.finditer("\n", text)]
    begin, depth = 0, 0
    for match in _TABLE.finditer(text):
        if match[0].startswith("</"):
            depth -= depth > 0
            if not depth and begin:
                rows = tuple(_html_rows(text, begin, match.start(), newlines))
                first = bisect_right(newlines, begin - 1) + 1
                yield OtherTable(first, bisect_right(newlines, match.end() - 1) + 1, rows)
                begin = 0
        else:
            begin = begin if depth else match.end()
            depth += 1


def _html_rows(text: str, begin: int, end: int, newlines: Sequence[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    cells: list[str] = []
    line, past, in_cell = 0, begin, False

    for match in _TAG.finditer(text, begin, end):
        name = (match["name"] or "").lower()
        if in_cell:
            cells[-1] += text[past : match.start()]
        past = match.end()
        if name in {"td", "th"}:
            in_cell = not match["end"]
            if in_cell:
                cells.append("")
                line = line or bisect_right(newlines, match.start()) + 1
        elif name == "tr":
            if cells:
                yield line, tuple(" ".join(html.unescape(cell).split()) for cell in cells)
            cells, line, in_cell = [], 0, False
        elif in_cell and name in {"br", "p", "li", "div"}:
            cells[-1] += " "
    if cells:
        yield line, tuple(" ".join(html.unescape(cell).split()) for cell in cells)
