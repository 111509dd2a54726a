"""The lead's own words: a Markdown file whose parts go to the head of a review's sections."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from incident_analytics.errors import CommentaryError
from incident_analytics.files import BOM, InputError, decode_utf8, read_bytes
from incident_analytics.names import did_you_mean
from incident_analytics.reports.markdown import parse_markdown

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["COMMENTARY", "Remark", "add_commentary", "read_commentary"]

COMMENTARY: Final = "commentary"
"""The tag of a cell that holds such words: they are shown as written by a person, and without their raw HTML."""
_PART: Final = 2
"""Headings of this level or above begin a part of the file; those below it are the words' own."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Words for one section: its heading (empty for the head of the review), the heading's line, the words."""

    heading: str
    line: int
    text: str


def read_commentary(file: str | Path) -> list[Remark]:
    """Read a commentary.

    Parameters
    ----------
    file
        Markdown in UTF-8. Each heading of level 1 or 2 begins the words for the section of that heading; what comes
        before the first one is for the head of the review.

    Returns
    -------
    list of Remark
        In the order of the file.

    Raises
    ------
    CommentaryError
        ``words.md: No such file or directory`` or ``words.md:3: byte 0xe9 is not UTF-8; save the file as UTF-8``
    """
    path = Path(file)
    try:
        source = read_bytes(path).removeprefix(BOM)
    except OSError as error:
        raise CommentaryError(f"{path}: {error.strerror}") from error
    try:
        text = decode_utf8(source)
    except InputError as error:
        raise CommentaryError(error.located(path)) from error
    heads = [section for section in parse_markdown(text).sections if section.level <= _PART]
    ends = [*(section.start for section in heads[1:]), len(source)]
    remarks = [
        Remark(section.title, section.line, source[section.body_start : end].decode().strip())
        for section, end in zip(heads, ends, strict=True)
    ]
    return [remark for remark in remarks if remark.heading or remark.text]


def add_commentary(notebook: NotebookNode, file: str | Path) -> NotebookNode:
    """Put a commentary's words into a notebook, each below the heading that they are for.

    Parameters
    ----------
    notebook
        Its headings are those of its Markdown cells, of any level; of two that are alike the first counts.
    file
        As in `read_commentary`. Headings are compared without regard to case, emphasis and spacing.

    Returns
    -------
    nbformat.NotebookNode
        The notebook with a cell tagged ``commentary`` below each such heading; what came first in the file is below
        the notebook's first one. The given one stays as it is.

    Raises
    ------
    CommentaryError
        ``words.md:12: no section is headed 'Severities'; there are: Time to restore, Severity``; also where the file
        cannot be read.
    """
    headings = list(dict.fromkeys(title for cell in notebook.cells for _, title in _headings(cell)))
    known = {_alike(heading) for heading in headings}
    words: dict[str, list[str]] = {}
    for remark in read_commentary(file):
        if not headings:
            raise CommentaryError(f"{file}:{remark.line}: the notebook has no headings to put words below")
        heading = _alike(remark.heading or headings[0])
        if heading not in known:
            there = ", ".join(headings)
            raise CommentaryError(
                f"{file}:{remark.line}: no section is headed {remark.heading!r}; there are: {there}"
                f"{did_you_mean(remark.heading or '', headings)}"
            )
        if remark.text:
            words.setdefault(heading, []).append(remark.text)
    commented = deepcopy(notebook)
    commented.cells = [piece for cell in commented.cells for piece in _cut(cell, words)]
    return commented


def _cut(cell: NotebookNode, words: dict[str, list[str]]) -> list[NotebookNode]:
    """Return a cell, cut below each heading that has words, and these between; takes what it has placed."""
    source, begin = cell.source.encode(), 0
    parts: list[tuple[str, list[str]]] = []
    for end, title in _headings(cell):
        if texts := words.pop(_alike(title), None):
            parts += [(source[begin:end].decode(), []), ("\n\n".join(texts), [COMMENTARY])]
            begin = end
    if not parts:
        return [cell]
    parts.append((source[begin:].decode(), []))
    pieces = []
    for number, (text, tags) in enumerate(parts):
        if text.strip():
            piece = deepcopy(cell)
            piece.source = text.strip()
            if tags:
                piece.metadata["tags"] = tags
            if number and "id" in piece:
                piece.id = f"{cell.id[:40]}-{COMMENTARY}-{number}"
            pieces.append(piece)
    return pieces


def _headings(cell: NotebookNode) -> list[tuple[int, str]]:
    """Return a Markdown cell's headings, each with the byte at which what is below it begins."""
    if cell.cell_type != "markdown":
        return []
    return [(section.body_start, section.title) for section in parse_markdown(cell.source).sections if section.level]


def _alike(heading: str) -> str:
    return " ".join(heading.casefold().split())
