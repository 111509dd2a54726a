"""What a report's text is made of: sections, and the blocks, rows and lines in them, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal, NamedTuple, TypeAlias

from incident_analytics.late_patterns import compile_late

__all__ = [
    "LINE_END",
    "RUNNING",
    "Block",
    "Document",
    "Fence",
    "Item",
    "Line",
    "Mark",
    "Paragraph",
    "Place",
    "Row",
    "Section",
    "SourceLine",
    "Table",
    "make_line",
    "make_source_line",
]
LINE_END = compile_late(r"\r\n|\n|\r")


class Line(NamedTuple):
    """One line of text as a reader sees it, without emphasis and code marks.

    ``label`` is what it opens with in bold when a colon follows, ``struck`` says that all of it is struck out,
    ``strong`` that all of it is bold.
    """

    text: str
    line: int
    label: str | None = None
    struck: bool = False
    strong: bool = False

    @property
    def value(self) -> str:
        """The words after the label, or all of them."""
        if self.label is None:
            return self.text
        rest = self.text[len(self.label) :].lstrip()
        return rest[2 if rest.startswith(".:") else 1 :].strip()  # "No.: 7" has both behind its label


make_line: Final[Callable[[tuple[str, int, str | None, bool, bool]], Line]] = partial(tuple.__new__, Line)
"""A line from all of its values, in a third of the time that ``Line(...)`` takes."""


class Paragraph(NamedTuple):
    """Lines of running text."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """Its lines as one."""
        return " ".join(line.text for line in self.lines)

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.lines[0].line

    @property
    def last(self) -> int:
        """Where it ends."""
        return self.lines[-1].line


class Item(NamedTuple):
    """A list item: its own lines, its task box (None where it has none), how deep it is nested."""

    lines: tuple[Line, ...]
    checked: bool | None
    depth: int

    @property
    def text(self) -> str:
        """Its lines as one."""
        return " ".join(line.text for line in self.lines)

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.lines[0].line

    @property
    def last(self) -> int:
        """Where it ends."""
        return self.lines[-1].line


class Row(NamedTuple):
    """A table row; ``width`` is the number of cells that are written, without empty ones beyond the header."""

    cells: tuple[Line, ...]
    line: int
    width: int


class Table(NamedTuple):
    """A table; each row has as many cells as the header, or more where more are written."""

    header: Row
    rows: tuple[Row, ...]

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.header.line

    @property
    def last(self) -> int:
        """Where it ends."""
        return self.rows[-1].line if self.rows else self.header.line + 1


class Fence(NamedTuple):
    """A code block; ``line`` is that of its first line of text."""

    text: str
    line: int

    @property
    def last(self) -> int:
        """Where its text ends."""
        return self.line + len(LINE_END.findall(self.text))


Block: TypeAlias = Paragraph | Item | Table | Fence
RUNNING: Final = (Paragraph, Item)
"""The blocks that have lines of running text."""
Place: TypeAlias = Literal[
    "text", "heading", "header", "table", "code", "open code", "comment", "open comment", "html", "rule"
]
"""What a line of the source is part of. Code is what a fence or a tag such as <pre> holds, open what has no end."""


class SourceLine(NamedTuple):
    """A line as written, without its end, and what it is part of."""

    line: int
    text: str
    place: Place


make_source_line: Final[Callable[[tuple[int, str, Place]], SourceLine]] = partial(tuple.__new__, SourceLine)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (level 0: the text before any) and what is below it up to the next one.

    ``start``, ``body_start`` and ``end`` are byte offsets in the source. ``source`` has all its lines from the heading
    on, without those of managed blocks.
    """

    title: str
    level: int
    line: int
    start: int
    body_start: int
    end: int
    body: str
    blocks: tuple[Block, ...]
    source: tuple[SourceLine, ...] = field(default=(), repr=False, compare=False)

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield the paragraphs."""
        return (block for block in self.blocks if isinstance(block, Paragraph))

    def items(self) -> Iterator[Item]:
        """Yield the list items, nested ones after their parent."""
        return (block for block in self.blocks if isinstance(block, Item))

    def tables(self) -> Iterator[Table]:
        """Yield the tables."""
        return (block for block in self.blocks if isinstance(block, Table))

    def lines(self) -> Iterator[Line]:
        """Yield the lines of paragraphs and list items in order."""
        for block in self.blocks:
            if isinstance(block, RUNNING):
                yield from block.lines


class Mark(NamedTuple):
    """A mark: the block's name, whether it begins or ends it, the digest of what was written into the block.

    ``kept`` says that a person had changed the block, which was then left aside. ``start`` and ``end`` are byte offsets
    in the source, without the line's end.
    """

    name: str
    kept: bool
    begins: bool
    digest: str
    line: int
    start: int
    end: int


class Document(NamedTuple):
    """A whole text: its sections in order, its front matter (empty where it has none).

    ``managed`` has the two marks of each block that was written by this package; what is between them is in no
    section. ``strays`` are marks that lack the other one: what is around them is the author's. ``starts`` has the byte
    offset of each line.
    """

    sections: tuple[Section, ...]
    front_matter: str
    front_matter_line: int
    managed: tuple[tuple[Mark, Mark], ...] = ()
    strays: tuple[Mark, ...] = ()
    starts: tuple[int, ...] = (0,)
