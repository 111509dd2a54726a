"""Markdown text to sections, tables, lists and fences, each with its lines; the one module that knows the parser."""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any, Final, TypeAlias

import pyromark

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import (
    LINE_END,
    Block,
    Document,
    Fence,
    Item,
    Line,
    Mark,
    Paragraph,
    Place,
    Row,
    Section,
    SourceLine,
    Table,
    make_line,
    make_source_line,
)
from incident_analytics.reports.html_blocks import markdown_of_html
from incident_analytics.reports.other_tables import find_tables
from incident_analytics.reports.wiki import markdown_of_form, markdown_of_wiki, unfolded

__all__ = ["MARK", "mark_line", "parse_markdown", "read_rows", "split_cells", "tidy_markdown"]

_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_TASKLISTS | pyromark.Options.ENABLE_STRIKETHROUGH
_END = r"(?>\r\n|\n|\r)"  # taken whole: a \r\n that could be read as two ends would double the time with each line
_RULE = rf"(?:---|\+\+\+)[ \t]*(?:{_END}|\Z)"
_FRONT_MATTER = compile_late(rf"\A\s*{_RULE}(?P<text>(?:(?!{_RULE})[^\r\n]*{_END})*?){_RULE}")
_KEY = compile_late(r"[A-Za-z_][\w -]*(?::(?:\s|\Z)|=)")
MARK = "<!-- incident-analytics: "
"""How a mark begins, one of the two comments around what this package writes into a report; that is not read."""
_MARK = re.compile(
    rb"^%b(?P<name>\w+) (?P<kept>kept )?(?P<edge>begin|end)(?: sha256=(?P<digest>\w+))? -->[ \t]*(?=\r?$)"
    % MARK.encode(),
    re.MULTILINE,
)


def mark_line(name: str, edge: str, *, kept: bool = False, digest: str = "") -> str:
    """Write a mark: ``edge`` is ``begin`` or ``end``.

    Examples
    --------
    >>> mark_line("metric", "begin", digest="94ee059335e587e5")
    '<!-- incident-analytics: metric begin sha256=94ee059335e587e5 -->'
    """
    return f"{MARK}{name} {'kept ' if kept else ''}{edge}{f' sha256={digest}' if digest else ''} -->"


def parse_markdown(text: str) -> Document:
    r"""Read Markdown text; any text gives a document.

    Parameters
    ----------
    text
        The report without its byte order mark.

    Returns
    -------
    Document
        The sections in order, each with its blocks and their line numbers, counted from 1 by ``\r\n``, ``\n``, ``\r``.

    Examples
    --------
    >>> document = parse_markdown("## Timeline\n\n| Time | Event |\n|--|--|\n| 14:02 | `api` down |\n")
    >>> next(document.sections[1].tables()).rows[0].cells[1]
    Line(text='api down', line=5, label=None, struck=False, strong=False)
    """
    return _Reader(text).read()


def tidy_markdown(text: str, *, allow: Callable[[str], bool] | None = None) -> str:
    r"""Return Markdown in which each paragraph is one line, as some sites break lines where the source does.

    Parameters
    ----------
    text
        Any Markdown.
    allow
        Which addresses a link or a picture may have; of any other only the words stay, HTML becomes text and ``$`` a
        dollar sign. None takes the text as it is.

    Examples
    --------
    >>> tidy_markdown("One\ntwo.\n\n    kept\n    apart")
    'One two.\n\n    kept\n    apart'
    >>> tidy_markdown("<b>[run](javascript:alert(1))</b> for $5", allow=lambda address: address.startswith("https:"))
    '&lt;b&gt;run&lt;/b&gt; for \\$5'
    """
    source = re.sub("\r\n?", "\n", text).encode("utf-8", "replace")
    events = [
        (*(next(iter(event.items())) if isinstance(event, dict) else (event, None)), span["start"], span["end"])
        for event, span in pyromark.events_with_range(source.decode(), options=_OPTIONS)
    ]
    breaks = [
        (start, following, b" ")
        for (name, _, start, _), (_, _, following, _) in pairwise(events)
        if name == "SoftBreak"
    ]
    for start, end, words in sorted(breaks + ([] if allow is None else _as_plain(events, source, allow)), reverse=True):
        source = source[:start] + words + source[end:]
    return source.decode()


_Edit: TypeAlias = tuple[int, int, bytes]
"""The first byte that goes, the first one after it that stays, and what takes its place."""


def _as_plain(events: Sequence[tuple[str, Any, int, int]], source: bytes, allow: Callable[[str], bool]) -> list[_Edit]:
    """Return what makes HTML and dollar signs text, and takes out the links that are not allowed."""
    edits: list[_Edit] = []
    refused: list[tuple[int, list[int]]] = []  # open links: where they begin, and the ends of what is in them
    in_code = False
    for name, value, start, end in events:
        kind = _kind(value) if name in {"Start", "End"} else ""
        if name == "End" and kind in {"Link", "Image"} and refused and refused[-1][0] == start:
            _, ends = refused.pop()
            edits += [(start, min(ends, default=end), b""), (max(ends, default=end), end, b"")]
        for _, ends in refused:
            ends += [start, end]
        if name == "Start" and kind in {"Link", "Image"} and not allow(value[kind]["dest_url"]):
            refused.append((start, []))
        elif kind == "CodeBlock":
            in_code = name == "Start"
        elif name in {"Html", "InlineHtml"}:
            edits.append((start, end, source[start:end].replace(b"<", b"&lt;").replace(b">", b"&gt;")))
        elif name == "Text" and not in_code:
            first = start + source[:start].endswith(b"\\")  # what a backslash is before is escaped already
            edits.append((first, end, source[first:end].replace(b"$", b"\\$")))
    return edits


class _Inline:
    """The line being collected: its text, what of it is bold at the start, what is struck."""

    __slots__ = ("bold", "line", "plain", "struck", "text")

    def __init__(self, line: int) -> None:
        self.line = line
        self.text = self.bold = self.struck = ""
        self.plain = False

    def finish(self) -> Line:
        text = self.text.strip()
        if not (self.bold or self.struck):
            return make_line((text, self.line, None, False, False))
        bold = self.bold.strip()
        after = text[len(bold) :].lstrip()
        is_label = bold.endswith(":") or after.startswith(":") or (after and _RUN_IN.fullmatch(bold))
        label = bold.rstrip(":.").rstrip() if bold and is_label else None
        struck = bool(text) and self.struck.strip() == text
        return Line(text, self.line, label or None, struck, strong=bool(text) and bold == text)


_RUN_IN: Final = re.compile(r"[^\W\d_]\w*(?: \w+){0,2}\.")
"""A heading of up to three words that its text follows in the line: ``**Root cause.** The disk was full.``."""


class _Frame:
    """An open block: its kind, its lines so far and, for an item, its box."""

    __slots__ = ("checked", "kind", "lines")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.lines: list[Line] = []
        self.checked: bool | None = None


_ENDS: Final = b"\r\n"
_ROWS: Final = ("TableRow", "TableHead")
_MARKUP: Final = b"\\`*_~<&[\0\r\n"
"""What may be more in a row than its own characters."""


class _Reader:
    """Walks the parser's events once; a method for what begins, and one for what ends, of each kind of element."""

    def __init__(self, text: str) -> None:
        self.source = text.encode("utf-8", "replace")
        self.starts = _starts_of(self.source)
        self.sections: list[Section] = []
        self.blocks: list[Block] = []
        self.heading = ("", 0, 0, 0)  # title, level, start, body start
        self.level = 0
        self.frames: list[_Frame] = []
        self.inline: _Inline | None = None
        self.n_quotes = self.n_strong = self.n_struck = 0  # elements that are open
        self.fence: list[str] | None = None
        self.front = ("", 1)
        self.rows: list[Row] = []
        self.cells: list[Line] = []
        self.row_line = 0
        self.in_cell = False
        self.other_tables = deque[Table]()
        self.managed: list[tuple[Mark, Mark]] = []
        self.hidden: list[int] = []  # where they start
        self.html: set[int] = set()  # where blocks of HTML start
        self.written = b""  # what is walked
        self.texts: list[str] = []  # the lines, without their ends
        self.places: list[Place] = []  # of lines, counted from 1

    def line_at(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def read(self) -> Document:
        marks = self.hide_managed()
        source = self.source.decode()
        self.texts = source.split("\n")
        if "\r" in source:
            self.texts = LINE_END.split(source)
            source = re.sub("\r(?!\n)", "\n", source)  # the parser closes no fence at a lone \r
        self.places = ["text"] * (len(self.texts) + 1)
        match = _FRONT_MATTER.match(source)
        if match and _KEY.match(match["text"]):
            before = source[: match.start("text")].encode()
            self.front = (match["text"], self.line_at(len(before)))
            source = _blank(match[0].encode()).decode() + source[match.end() :]
        if (plain := markdown_of_form(markdown_of_html(unfolded(markdown_of_wiki(source))))) is not source:
            source, self.source = plain, plain.encode()
        self.walk(self.take_other_tables(source))
        self.finish_section(len(self.source))
        strays = tuple(mark for mark in marks if mark.start in self.html)
        return Document(tuple(self.sections), *self.front, tuple(self.managed), strays, tuple(self.starts))

    def read_pipes(self) -> Document:
        """Read a text that is a table in Markdown's own form and nothing else, whatever is in its cells."""
        source = self.source.decode()
        self.texts = source.split("\n")
        self.places = ["text"] * (len(self.texts) + 1)
        self.walk(source)
        self.finish_section(len(self.source))
        return Document(tuple(self.sections), *self.front, (), (), tuple(self.starts))

    def walk(self, source: str) -> None:
        """Take each event of the parser."""
        opens: dict[str, Callable[[Any, int], None]] = {
            "Heading": self.open_heading,
            "Paragraph": self.open_paragraph,
            "Item": self.open_item,
            "TableCell": self.open_cell,
            "TableHead": self.open_row,
            "TableRow": self.open_row,
            "Table": self.open_table,
            "CodeBlock": self.open_fence,
            "HtmlBlock": self.open_html,
            "BlockQuote": self.open_quote,
            "Strong": self.open_strong,
            "Strikethrough": self.open_struck,
        }
        closes: dict[str, Callable[[int, int], None]] = {
            "Heading": self.close_frame,
            "Paragraph": self.close_frame,
            "Item": self.close_frame,
            "TableCell": self.close_cell,
            "TableHead": self.close_row,
            "TableRow": self.close_row,
            "Table": self.close_table,
            "CodeBlock": self.close_fence,
            "HtmlBlock": self.close_html,
            "BlockQuote": self.close_quote,
            "Strong": self.close_strong,
            "Strikethrough": self.close_struck,
        }
        self.written = f"{source}\n".encode("utf-8", "replace")
        first = past = 0  # a row that was read without its events
        for event, span in pyromark.events_with_range(source, options=_OPTIONS):
            start = span["start"]
            if first <= start < past >= span["end"]:
                continue
            if isinstance(event, str):
                self.leaf(event, "", start, span["end"])
                continue
            name: str
            value: Any
            name, value = event.popitem()  # type: ignore[union-attr]
            if name == "Text" and self.fence is None:
                self.take_text(value, start, span["end"])
            elif name == "Start":
                if value in _ROWS and self.take_row(start, span["end"]):
                    first, past = start, span["end"]
                elif take := opens.get(_kind(value)):
                    take(value, start)
            elif name == "End":
                if end := closes.get(_kind(value)):
                    end(start, span["end"])
            else:
                self.leaf(name, value, start, span["end"])

    def note_comment(self, start: int, end: int) -> None:
        line = self.line_at(start)  # which has words of its own
        if line < self.line_at(end - 1):
            self.set_place(self.starts[line], end, "comment")

    def take_other_tables(self, source: str) -> str:
        """Keep the tables that are in other markup for their sections, and blank them for the parser."""
        found = find_tables(source)
        if not found:
            return source
        for table in found:
            self.places[table.first : table.last + 1] = ["header"] * (table.last + 1 - table.first)
            for line in table.others:
                self.places[line] = "html"
            for line, _ in table.rows[1:]:
                self.places[line] = "table"
            cells = [(line, " | ".join(cell.replace("|", "\\|") for cell in row)) for line, row in table.rows]
            header, *rows = read_rows([SourceLine(line, f"| {row} |", "table") for line, row in cells])
            self.other_tables.append(Table(header, tuple(rows)))
        ends = [*self.starts, len(source.encode())]
        spans = [(ends[table.first - 1], ends[table.last]) for table in found]
        return _blanked(source.encode(), spans).decode()

    def hide_managed(self) -> list[Mark]:
        """Blank the managed blocks, so that nothing in them is read, and return the marks that are not theirs.

        A mark inside a fence is that fence's text. Which ones are is seen with the blocks' text blanked: it may hold
        a fence that does not end.
        """
        if MARK.encode() not in self.source:
            return []
        source = re.sub(rb"\r(?!\n)", b"\n", self.source)
        marks = [
            Mark(
                match["name"].decode(),
                bool(match["kept"]),
                match["edge"] == b"begin",
                (match["digest"] or b"").decode(),
                self.line_at(match.start()),
                *match.span(),
            )
            for match in _MARK.finditer(source)
        ]
        pairs = [
            (begin, end)
            for begin, end in pairwise(marks)
            if begin.begins and not end.begins and (begin.name, begin.kept) == (end.name, end.kept)
        ]
        if pairs:
            masked = _blanked(source, [(begin.end, end.end) for begin, end in pairs]).decode()
            events = pyromark.events_with_range(masked, options=_OPTIONS)
            starts = {span["start"] for event, span in events if event == {"Start": "HtmlBlock"}}
            self.managed = [(begin, end) for begin, end in pairs if begin.start in starts]
            self.hidden = [begin.start for begin, _ in self.managed]
            self.source = _blanked(self.source, [(begin.start, end.end) for begin, end in self.managed])
        paired = {mark.start for pair in self.managed for mark in pair}
        return [mark for mark in marks if mark.start not in paired]

    def finish_section(self, end: int) -> None:
        title, level, start, body_start = self.heading
        body = self.body_between(body_start, end)
        line = bisect_right(self.starts, start)
        last = bisect_right(self.starts, end - 1) if end > start else line - 1
        lines = zip(range(line, last + 1), self.texts[line - 1 : last], self.places[line : last + 1], strict=True)
        source = tuple(map(make_source_line, lines))
        if self.other_tables and self.other_tables[0].header.line <= last:
            while self.other_tables and self.other_tables[0].header.line <= last:
                self.blocks.append(self.other_tables.popleft())
            self.blocks.sort(key=attrgetter("line"))
        self.sections.append(Section(title, level, line, start, body_start, end, body, tuple(self.blocks), source))
        self.blocks = []

    def body_between(self, begin: int, end: int) -> str:
        """Return the text from one offset to another, without managed blocks."""
        if not self.managed:
            return self.source[begin:end].decode().strip()
        hidden = self.managed[bisect_left(self.hidden, begin) : bisect_left(self.hidden, end)]
        edges = [begin, *(edge for first, last in hidden for edge in (first.start, last.end)), end]
        texts = [self.source[edges[at] : edges[at + 1]].decode().strip() for at in range(0, len(edges), 2)]
        return "\n\n".join(text for text in texts if text)

    # -- elements that hold text

    def open_heading(self, value: Any, start: int) -> None:
        if not self.frames and not self.n_quotes:
            self.finish_section(start)
            self.level = int(value["Heading"]["level"][1:])
        self.flush()
        self.frames.append(_Frame("Heading"))

    def open_paragraph(self, _: Any, __: int) -> None:
        self.flush()
        self.frames.append(_Frame("Paragraph"))

    def open_item(self, _: Any, __: int) -> None:
        self.flush()
        if self.frames and self.frames[-1].kind == "Item":
            self.finish_item(self.frames[-1], len(self.frames) - 1)  # a parent comes before its nested items
        self.frames.append(_Frame("Item"))

    def close_frame(self, start: int, end: int) -> None:
        self.flush()
        frame = self.frames.pop()
        parent = self.frames[-1] if self.frames else None
        if frame.kind == "Item":
            self.finish_item(frame, len(self.frames))
        elif parent is not None and not (frame.kind == "Heading" and self.n_quotes):
            parent.lines += frame.lines  # a paragraph or a heading inside an item is the item's own text
        elif frame.kind == "Paragraph" or self.n_quotes:
            if frame.lines:
                self.blocks.append(Paragraph(tuple(frame.lines)))
        else:
            self.heading = (" ".join([line.text for line in frame.lines]), self.level, start, end)
            self.set_place(start, end, "heading")

    def finish_item(self, frame: _Frame, depth: int) -> None:
        if frame.lines:
            self.blocks.append(Item(tuple(frame.lines), frame.checked, depth))
        frame.lines = []

    def open_quote(self, _: Any, __: int) -> None:
        self.n_quotes += 1

    def close_quote(self, _: int, __: int) -> None:
        self.n_quotes -= 1

    def open_strong(self, _: Any, __: int) -> None:
        self.n_strong += 1

    def close_strong(self, _: int, __: int) -> None:
        self.n_strong -= 1

    def open_struck(self, _: Any, __: int) -> None:
        self.n_struck += 1

    def close_struck(self, _: int, __: int) -> None:
        self.n_struck -= 1

    # -- tables

    def open_table(self, _: Any, __: int) -> None:
        self.flush()
        self.rows = []

    def take_row(self, start: int, end: int) -> bool:
        """Take a row whose cells are plain text, if it is one: the events of cells are half of a report's."""
        written = self.written[start:end].strip(b" \t\r\n")
        is_plain = len(written.translate(None, _MARKUP)) == len(written) and written.startswith(b"|")
        if not is_plain or self.n_quotes or self.n_strong or self.n_struck:
            return False
        cells = written.decode().split("|")
        if cells.pop() or (self.rows and len(cells) - 1 != len(self.rows[0].cells)) or len(cells) < 2:  # noqa: PLR2004
            return False
        line = self.line_at(start)
        self.places[line] = "table"
        lines = [make_line((cell.strip(), line, None, False, False)) for cell in cells[1:]]
        self.rows.append(Row(tuple(lines), line, len(lines)))
        return True

    def open_row(self, _: Any, start: int) -> None:
        self.cells = []
        self.row_line = self.line_at(start)  # a cell that its row lacks is placed past the line's end
        self.places[self.row_line] = "table"

    def open_cell(self, _: Any, __: int) -> None:
        self.inline = _Inline(self.row_line)
        self.in_cell = True

    def close_cell(self, _: int, __: int) -> None:
        self.cells.append(self.inline.finish() if self.inline else Line("", self.row_line))
        self.inline = None
        self.in_cell = False

    def close_row(self, start: int, end: int) -> None:
        written = self.source[start:end].strip(b"> \t\r\n")
        width = written.count(b"|") - 1
        if b"\\" in written or written[:1] + written[-1:] != b"||" or not 0 < width <= len(self.cells):
            cells = split_cells(written.decode())
            width = len(cells)
            while width > len(self.cells) and not cells[width - 1]:
                width -= 1
        self.rows.append(Row(tuple(self.cells), self.row_line, width))

    def close_table(self, _: int, __: int) -> None:
        """Add the table; the parser drops cells that the header lacks, so rows with more of them are read anew."""
        header, rows = self.rows[0], self.rows[1:]
        self.places[header.line] = self.places[header.line + 1] = "header"
        wide = [index for index, row in enumerate(rows) if row.width > len(header.cells)]
        written = [SourceLine(rows[index].line, self.texts[rows[index].line - 1], "table") for index in wide]
        for index, row in zip(wide, read_rows(written), strict=True):
            n = rows[index].width  # without the empty cells at its end
            rows[index] = Row(row.cells[:n], row.line, n)
        self.blocks.append(Table(header, tuple(rows)))

    # -- code and HTML

    def open_fence(self, _: Any, __: int) -> None:
        self.flush()
        self.fence = []

    def close_fence(self, start: int, end: int) -> None:
        text = "".join(self.fence or [])
        fenced = self.source[start:end].lstrip()[:3] in {b"```", b"~~~"}
        if fenced:
            self.set_place(start, end, "code" if _is_closed(self.source[start:end]) else "open code")
        self.blocks.append(Fence(text.rstrip("\r\n"), self.line_at(start) + fenced))
        self.fence = None

    def open_html(self, _: Any, start: int) -> None:
        self.html.add(start)

    def close_html(self, start: int, end: int) -> None:
        block = self.source[start:end]
        place = _place_of_html(block)
        lines = list(_broken_lines(block.decode(), self.line_at(start))) if place == "html" and b"<br" in block else []
        if lines:
            self.blocks.append(Paragraph(tuple(lines)))
        self.set_place(start, end, "text" if lines else place)

    def set_place(self, start: int, end: int, place: Place) -> None:
        first, last = self.line_at(start), self.line_at(max(start, end - 1))
        self.places[first : last + 1] = [place] * (last + 1 - first)

    # -- what they hold

    def leaf(self, name: str, value: Any, start: int, end: int) -> None:
        if self.fence is not None:
            self.fence.append(value)
        elif name == "Rule":
            self.places[self.line_at(start)] = "rule"
        elif name in {"SoftBreak", "HardBreak"}:
            self.flush()
        elif name == "InlineHtml":
            self.take_tag(value, start)
            if value.startswith("<!--"):
                self.note_comment(start, end)
        elif name == "TaskListMarker":
            item = next(frame for frame in reversed(self.frames) if frame.kind == "Item")
            item.checked = value  # in a list with blank lines the box is the item's paragraph's
        elif name in {"Text", "Code", "InlineMath", "DisplayMath", "FootnoteReference"}:
            self.add(value, start)

    def take_tag(self, tag: str, start: int) -> None:
        """Take a tag within a line: a break ends it, those of phrases say how words look, others are words."""
        if tag.lower().startswith("<br"):
            if self.in_cell:
                self.add(" ", start)
            else:
                self.flush()
        elif (phrase := _PHRASE.fullmatch(tag)) is not None:
            if phrase["bold"]:
                self.n_strong = max(self.n_strong + (-1 if phrase["end"] else 1), 0)
        elif not tag.startswith("<!--"):  # a hint of the template that was left next to the value
            self.add(tag, start)

    def take_text(self, text: str, start: int, end: int) -> None:
        """Take a text; most are a line of their own."""
        is_plain = self.inline is None and not (self.n_strong or self.n_struck)
        if is_plain and self.frames and self.written[end] in _ENDS and (words := text.strip()):
            self.frames[-1].lines.append(make_line((words, self.line_at(start), None, False, False)))
        else:
            self.add(text, start)

    def add(self, text: str, start: int) -> None:
        if self.inline is None:
            if not self.frames:
                return
            self.inline = _Inline(self.line_at(start))
        inline = self.inline
        if self.n_strong and not inline.plain:
            inline.bold += text
        elif not inline.plain and text.strip():
            inline.plain = True
        if self.n_struck:
            inline.struck += text
        inline.text += text

    def flush(self) -> None:
        """End the current line of the innermost open block; an item's text ends where a nested list begins."""
        if self.inline is not None and self.frames:
            self.frames[-1].lines.append(self.inline.finish())
            self.inline = None


def _starts_of(source: bytes) -> list[int]:
    """Return where each line begins."""
    starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    if len(starts) > 1 and not source.endswith((b"\n", b"\r")):
        starts.pop()  # where it ends
    return starts


_BULLETS = compile_late(r"\A(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)++(?=\|)")
_CELL_END = compile_late(r"(?<!\\)((?:\\\\)*)\|")


def split_cells(text: str) -> list[str]:
    r"""Return the cells of a line with pipes as written.

    Examples
    --------
    >>> split_cells(r"> | 14:02 | a \| b | |")
    ['14:02', 'a \\| b', '']
    """
    written = text.strip("> \t\r\n")
    if not written.startswith("|"):
        written = _BULLETS.sub("", written, count=1)
    plain = written.removeprefix("|")
    cells = plain.split("|") if "\\" not in plain else _split_escaped(plain)
    if len(cells) > 1 and not cells[-1] and plain != written:  # a | at the end alone begins a last cell
        cells.pop()
    return [cell.strip() for cell in cells]


def _split_escaped(text: str) -> list[str]:
    """Return the parts of a text between its pipes; one behind a backslash is a part's own."""
    parts, begin = [], 0
    for match in _CELL_END.finditer(text):
        parts.append(text[begin : match.start()] + match[1])
        begin = match.end()
    return [*parts, text[begin:]]


def read_rows(lines: Sequence[SourceLine]) -> list[Row]:
    r"""Read lines as rows of a table, each with as many cells as it has itself.

    Examples
    --------
    >>> (row,) = read_rows([SourceLine(7, "| 14:02 | `api` down | twice", "text")])
    >>> [cell.text for cell in row.cells], row.line
    (['14:02', 'api down', 'twice'], 7)
    """
    cells = [split_cells(line.text) for line in lines]
    groups: dict[int, list[int]] = {}  # a table for each width: cells that a row lacks would be made up for it
    for index, written in enumerate(cells):
        groups.setdefault(len(written), []).append(index)
    found = [Row((), line.line, 0) for line in lines]
    for width, indexes in groups.items():
        if width:
            head = f"|{'-|' * width}\n"
            text = head + head + "".join(f"| {' | '.join(cells[index])} |\n" for index in indexes)
            (table,) = _Reader(text).read_pipes().sections[0].tables()
            for index, row in zip(indexes, table.rows, strict=True):
                line = lines[index].line
                found[index] = Row(tuple(cell._replace(line=line) for cell in row.cells), line, width)
    return found


_CODE_TAG = re.compile(rb"<(?:pre|script|style|textarea)\b", re.IGNORECASE)
_CODE_END = re.compile(rb"</(?:pre|script|style|textarea)>", re.IGNORECASE)


def _is_closed(fence: bytes) -> bool:
    """Return whether a fence has a line that ends it."""
    first, *rest = fence.rstrip().split(b"\n")
    mark = first[: len(first) - len(first.lstrip(first[:1]))]
    last = rest[-1].strip(b" \t\r>") if rest else b""
    return last.startswith(mark) and not last.strip(mark[:1])


def _place_of_html(block: bytes) -> Place:
    if block.lstrip().startswith(b"<!--"):
        words, end, _ = block.lstrip().partition(b"-->")
        return "comment" if end and b"<!--" not in words[4:] else "open comment"  # or it has the end of another one
    if _CODE_TAG.match(block.lstrip()):
        return "code" if _CODE_END.search(block) else "open code"
    return "html"


_PHRASE: Final = compile_late(
    r"<(?P<end>/?)(?:(?P<bold>b|strong)|i|em|u|span|font|small|mark|code|kbd|tt|a)(?:\s[^<>]*)?>", re.IGNORECASE
)
"""Tags around words of a line, which say how these look."""
_HTML_TAG: Final = compile_late(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK: Final = compile_late(r"<br(?:\s[^<>]*)?/?>|</(?:p|div|li|dt|dd)>", re.IGNORECASE)
_NO_LINES: Final = ("<table", "<pre", "<script", "<style", "<svg")


def _broken_lines(block: str, first: int) -> Iterator[Line]:
    """Yield the lines of a block of HTML that breaks them itself, as in ``<p>Severity: 2<br>Duration: 1h</p>``."""
    if any(tag in block.lower() for tag in _NO_LINES):
        return
    for number, text in enumerate(block.split("\n"), start=first):
        for part in _BREAK.split(text):
            if words := html.unescape(_HTML_TAG.sub("", part)).strip(" \t*_"):
                yield Line(words, number)


def _blank(text: bytes) -> bytes:
    """Return spaces in place of a text, so that every offset and line stays."""
    return re.sub(rb"[^\r\n]", b" ", text)


def _blanked(source: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    """Return a source with some of its parts, in order, blanked."""
    edges = [0, *(edge for span in spans for edge in span), len(source)]
    parts = [source[start:end] for start, end in pairwise(edges)]
    return b"".join(_blank(part) if place % 2 else part for place, part in enumerate(parts))


def _kind(value: Any) -> str:
    return value if isinstance(value, str) else next(iter(value))
