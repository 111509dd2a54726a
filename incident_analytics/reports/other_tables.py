"""Tables in other markup than Markdown's pipes: pandoc's simple, multiline and grid tables, HTML, and wikis."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.wiki import plain_wiki

__all__ = ["OtherTable", "find_tables"]

_DASHES: Final = compile_late(r"[ \t]{0,3}-{2,}[ \t]*$")
_COLUMNS: Final = compile_late(r"[ \t]{0,3}-{2,}(?:[ \t]+-{2,})+[ \t]*$")
_GRID: Final = compile_late(r"[ \t]{0,3}\+(?:[-=:]{3,}\+)+[ \t]*$")
_WIKI_CELLS: Final = compile_late(r"(?<!\\)\|{1,2}")
_FENCE: Final = compile_late(r"[ \t>]*(`{3,}|~{3,})")
_TABLE: Final = compile_late(r"<table\b[^<>]*>|</table\s*>|^ {0,3}#{1,6}[ \t]", re.IGNORECASE | re.MULTILINE)
"""What begins or ends a table, and a heading: a table that holds one was not ended where it should have been."""
_TAG: Final = compile_late(
    r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)\b[^<>]*>|<!--(?:(?!-->).){0,400}-->", re.IGNORECASE | re.DOTALL
)
_MAY_HAVE: Final = compile_late(r"--[ \t]+--|\+[-=:]{3}")
_TAGS: Final = ("<table", "<TABLE", "<Table")
_SIGNS: Final = (" --", "\t--", "+-", "+=", "+:", "||", *_TAGS)
"""What every text has that has such a table: found much faster than a pattern is."""


class OtherTable(NamedTuple):
    """A table: its first and last line, counted from 1; its rows, the header first, each with its first line.

    ``others`` are the lines with words that are in none of its cells, such as a caption.
    """

    first: int
    last: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    others: tuple[int, ...] = ()


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
    [OtherTable(first=1, last=3, rows=((1, ('Time', 'Event')), (3, ('14:02', 'Alert'))), others=())]
    """
    if not any(sign in text for sign in _SIGNS):
        return []
    if not (_MAY_HAVE.search(text) or "||" in text or any(tag in text for tag in _TAGS)):
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
        elif not code[index] and lines[index].startswith("||"):
            table = _wiki(lines, index)
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


def _wiki(lines: Sequence[str], begin: int) -> OtherTable | None:
    """Read a table of Jira or Confluence: ``||`` is before the cells of its header, or before a row."""
    end = begin
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    cells = [_WIKI_CELLS.split(plain_wiki(line).strip().strip("|")) for line in lines[begin:end]]
    if any("-" in line and not line.strip("|:- ") for line in lines[begin:end]) or len(cells) < 2 or len(cells[0]) < 2:  # noqa: PLR2004
        return None
    rows = [(number, tuple(cell.strip() for cell in row)) for number, row in enumerate(cells, start=begin + 1)]
    return OtherTable(begin + 1, end, tuple(rows))


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
    starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
    first, depth = 0, 0
    for match in _TABLE.finditer(text):
        if match[0].startswith("</"):
            depth -= depth > 0
            if not depth and first:
                last = bisect_right(starts, match.start())
                yield OtherTable(first, last, *_html_rows(text, first, last, starts))
                first = 0
        elif match[0].startswith("<"):
            first = first if depth else bisect_right(starts, match.start())
            depth += 1
        else:
            first, depth = 0, 0


def _html_rows(
    text: str, first: int, last: int, starts: Sequence[int]
) -> tuple[tuple[tuple[int, tuple[str, ...]], ...], tuple[int, ...]]:
    """Return the rows of a table in some lines, and the lines with words outside of its cells where no row begins.

    Words on the line of a row, but in none of its cells, are one more cell of it.
    """
    rows, strays = _cells_and_strays(text, first, last, starts)
    begun = dict(rows)
    for number, words in strays:
        if number in begun:
            begun[number].append(words)
    plain = tuple((number, tuple(" ".join(html.unescape(cell).split()) for cell in cells)) for number, cells in rows)
    return plain, tuple(dict.fromkeys(number for number, _ in strays if number not in begun))


def _cells_and_strays(
    text: str, first: int, last: int, starts: Sequence[int]
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    rows: list[tuple[int, list[str]]] = []
    strays: list[tuple[int, str]] = []
    cells: list[str] = []
    begin, end = starts[first - 1], starts[last] - 1
    line, past, in_cell = 0, begin, False
    tags = [(match.start(), match.end(), match) for match in _TAG.finditer(text, begin, end)]
    for start, after, match in (*tags, (end, end, None)):
        words = text[past:start]
        if in_cell:
            cells[-1] += words
        elif words.strip():
            lines = enumerate(words.split("\n"), bisect_right(starts, past))
            strays += [(number, part) for number, part in lines if part.strip()]
        past = after
        name = "tr" if match is None else (match["name"] or "").lower()
        if match is not None and name in {"td", "th"}:
            in_cell = not match["end"]
            if in_cell:
                cells.append("")
                line = line or bisect_right(starts, start)
        elif name == "tr":
            if cells:
                rows.append((line, cells))
            cells, line, in_cell = [], 0, False
        elif in_cell and name in {"br", "p", "li", "div"}:
            cells[-1] += " "
    return rows, strays
