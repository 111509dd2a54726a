"""Lines that look like rows: those outside a table that can be read all the same, and those that nobody has read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Row, Section, SourceLine
from incident_analytics.reports.markdown import read_rows, split_cells
from incident_analytics.reports.marks import read_tick
from incident_analytics.reports.placeholders import fold

__all__ = ["UPDATE", "Kind", "LooseRows", "begins_with_time", "find_unread", "fits", "loose_rows", "starts_like_item"]

Kind: TypeAlias = Literal["timeline", "actions", "services", "own", "prose"]
"""What a section's rows are; ``own`` is a section of the authors' own, ``prose`` one of the template without rows."""

_CLOCK: Final = (
    r"(?:(?:[01]?\d|2[0-4])[:h][0-5?x][\d?x](?!\d)|(?:[01]?\d|2[0-4])\.[0-5]\d(?![\d%]|\s?%)|\d{1,2}\s?[ap]\.?m\b"
    r"|(?:[01]\d|2[0-4])[0-5]\d\s?(?:Z|h|hrs|UTC|GMT)\b|\d{3,4}\s?[ap]\.?m\b|\d{1,2}\sh\s[0-5]\d\b(?!\s?m)|\d{1,2}\sUhr\b"
    r"|\d{1,2}\s?[時时点點시](?![間间])|(?:noon|midday|midnight)\b)"
)
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE: Final = (
    r"(?:\d{4}[-/.][\dmx?]{1,2}[-/.][\ddx?]{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}(?:st|nd|rd|th)(?=\W{1,3}\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}(?:[ ,-]{{1,2}}\d{{4}})?"
    rf"|{_MONTH}[ -]\d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)"
)
_MARKUP: Final = compile_late(r"<[^<>]{0,200}>|&nbsp;")
_UPDATE: Final = (
    r"(?:update|aktualisierung|mise à jour|actualización|atualização|aggiornamento|oppdatering|uppdatering|更新|続報)"
    r"\s?(?:no\.?|nr\.?|#)?\s?\d{0,3}"
)
UPDATE: Final = compile_late(rf"[\W_]{{0,4}}{_UPDATE}[\W_]{{1,4}}", re.IGNORECASE)
"""What counts the updates of a notice before their times: ``Update 4, 13:20``."""
_BEGINS_WITH_TIME: Final = compile_late(
    r"[\W_]*+(?:(?:(?:\d{1,3}[.)]){1,3}|\d{1,2}\.\d{1,2}(?=\s\d\d?:\d\d))\s++[\W_]*+)?(?:(?:at|about|around|approx|approximately|ca|circa|from|mon|tues?|wed|thu|thurs?"
    rf"|fri|sat|sun|utc|gmt|[ap]m|{_UPDATE})(?:\w*day)?\b[\W_]*+)?"
    rf"(?:(?:{_DATE}(?:T|[\W_]{{1,6}}(?:(?:at|utc|gmt)\b[\W_]*+)?))?{_CLOCK}|T\s?[-+−]\s?\d|T0(?![\w+.]|\s?[=−–-]\s?\d))",
    re.IGNORECASE,
)
_ITEM: Final = compile_late(
    r"[>\s]*(?:[-*+•‣◦·]\s|\d{1,9}[.)]\s|[\[(]\s{0,3}\S{0,3}\s{0,3}[\])]|[☐☑☒□■▪◻◼⬜⬛✅✔✓✗✘❌🗹🗸])"
)
_BULLET: Final = compile_late(r"[>\s]*(?:[-*+]|\d{1,9}[.)])\s++")
_WORD: Final = compile_late(r"[^\W\d_]{3,}")
_CELL_TAG: Final = compile_late(r"<(?:td|th|tr|li)\b", re.IGNORECASE)
_HEADING: Final = compile_late(r"[>\s*+-]*+(?P<level>#{1,6})[ \t]*+(?P<title>\S.*)")
_BOLD_LABEL: Final = compile_late(r"(?:[>\s]|[*+-]\s)*+\*\*[^*\n]{1,80}(?::\*\*|\*\*[ \t]?:)")
_NEVER_ENDS: Final = frozenset({"open code", "open comment"})
_SWALLOWS: Final = frozenset({"code", "html", *_NEVER_ENDS})
"""Where headings and fields are by mistake; in a comment that ends they were taken out on purpose."""
_HIDES: Final = _SWALLOWS | {"comment"}
_MANY: Final = 3
"""Rows with a time that are named together."""
_LOOK: Final = 400
"""Characters of a line that are looked at: its time or mark is at its beginning."""


class LooseRows(NamedTuple):
    """Lines with pipes that are in no table; ``header`` is the one that they seem to belong to, if any."""

    header: Row | None
    rows: tuple[Row, ...]


def begins_with_time(text: str) -> bool:
    """Return whether a line opens with a time of day, whatever marks, numbers, tags or date come before it.

    Examples
    --------
    >>> [begins_with_time(text) for text in ("> - **14:02** Alert", "<td>9 pm</td>", "By 14:02 all was well")]
    [True, True, False]
    """
    return _BEGINS_WITH_TIME.match(_MARKUP.sub(" ", text[:_LOOK])) is not None


def starts_like_item(text: str) -> bool:
    """Return whether a line opens with a bullet, a number, a box or a tick, of whatever kind.

    Examples
    --------
    >>> [starts_like_item(text) for text in ("• a", "☒ a", "[x] a", "2) a", "a - b")]
    [True, True, True, True, False]
    """
    return _ITEM.match(text[:_LOOK]) is not None


def fits(row: Row, header: Row | None) -> bool:
    """Return whether a row has as many cells as its header; empty ones at its end do not count."""
    if header is None:
        return True
    n = len(header.cells)
    return row.width == n or (row.width > n and not any(cell.text for cell in row.cells[n:]))


def loose_rows(section: Section, is_header: Callable[[Row], bool]) -> list[LooseRows]:
    """Return the lines with pipes that the parser takes for text, in groups, each with the header above it.

    What a fence or a comment holds is left out. A header of the right words need no line ``|---|---|`` below it.
    """
    headers = {table.header.line: table.header for table in section.tables()}
    candidates = [line for line in section.source if line.place in {"text", "html"} and _has_pipes(line.text)]
    rows = {row.line: row for row in read_rows([line for line in candidates if not _is_delimiter(line.text)])}
    groups: list[LooseRows] = []
    header: Row | None = None
    group: list[Row] = []
    for line in section.source:
        row = rows.get(line.line)
        above = headers.get(line.line)
        if above is None and row is not None and not is_header(row):
            group.append(row)
            continue
        if above is None and row is None:
            continue
        if group:
            groups.append(LooseRows(header, tuple(group)))
        header, group = above or row, []
    if group:
        groups.append(LooseRows(header, tuple(group)))
    return groups


def _has_pipes(text: str) -> bool:
    plain = text.lstrip("> \t")
    return (
        plain.startswith("|") or ("|" in plain and begins_with_time(plain)) or ("|" in plain and _is_delimiter(plain))
    )


def _is_delimiter(text: str) -> bool:
    return "-" in text and not text.strip("> \t:|-")


def _looks_like(line: SourceLine, kind: Kind) -> bool:
    """Return whether a line looks like a row of its section, by its words and by what it is part of."""
    if kind == "prose" and "|" not in line.text:
        return False  # as of nearly all lines
    text = line.text[:_LOOK]
    if not text.strip() or _is_delimiter(text) or line.place == "rule":
        return False
    cells = [cell for cell in split_cells(text) if cell] if "|" in text else []
    if line.place == "header" and not any(map(begins_with_time, cells)):
        return False
    is_row = len(cells) > 1 or (bool(cells) and text.lstrip("> \t").startswith("|"))
    if kind in {"own", "prose"}:
        if line.place in {"code", "comment"}:
            return False
        loose = line.place in {"text", "html"} and is_row and text.lstrip("> \t").startswith("|")
        if loose or kind == "prose":
            return loose
        timed = begins_with_time(text) and _WORD.search(text) is not None
        return timed or read_tick(_bare_item(text))[0] is not None
    if kind == "timeline":
        timed = any(map(begins_with_time, cells)) or begins_with_time(text)
        return timed or (is_row and line.place != "table")
    if line.place in {"table", "heading"}:
        return is_row or (line.place == "table" and bool(cells))
    if line.place == "text" and not is_row and _bare_item(text) and not starts_like_item(_bare_item(text)):
        return False  # nested in another item it tells a detail
    in_html = _CELL_TAG.search(text) is not None and re.search(r"\w", _MARKUP.sub(" ", text)) is not None
    return is_row or in_html or starts_like_item(text)


def _hidden_part(line: SourceLine, kind_named: Callable[[str], Kind], titles: Collection[str]) -> str:
    """Return what part of a report the code, comment or HTML above a line has swallowed there, empty for none.

    Code has headings and comments of its own: in a block that ends, a part is a heading that the template knows, and
    that no section of the report has (``titles``, folded).
    """
    text = line.text[:_LOOK]
    if (heading := _HEADING.match(text)) is not None:
        is_known = kind_named(heading["title"]) != "own"
        is_deep = len(heading["level"]) > 1
        is_part = is_known and (line.place != "code" or (is_deep and fold(heading["title"]) not in titles))
        return "a heading" if is_part or (is_deep and line.place in _NEVER_ENDS) else ""
    return "a field" if _BOLD_LABEL.match(text) else ""


def _is_timed(text: str) -> bool:
    return any(map(begins_with_time, split_cells(text[:_LOOK]) if "|" in text else [text]))


def _is_torn(line: SourceLine, use: str) -> bool:
    """Return whether a row with a time is part of the text that is broken off above it, such as a list item."""
    if line.place != "text" or "|" not in line.text or use in {"", "timeline"}:
        return False
    text = line.text[:_LOOK].lstrip("> \t")
    return text.startswith("|") and any(map(begins_with_time, split_cells(text)))


def _bare_item(text: str) -> str:
    """Return a list item without the bullet or number by which Markdown knows it; any other line is returned empty."""
    match = _BULLET.match(text)
    return text[match.end() :] if match else ""


_WHERE: Final = {
    "code": "in a code block, so it isn't read; take it out of the block",
    "open code": "in a code block that never ends, so it isn't read; end the block above it",
    "comment": "in a comment, so it isn't read; take it out or delete it",
    "open comment": "in a comment that never ends, so it isn't read; end the comment with -->",
    "html": "in HTML, so it isn't read; write it in Markdown",
    "header": "the header of a table, so it isn't read; put a header and |---|---| above it",
    "table": "in a table without the columns of one, so it isn't read; name its columns as the template does",
    "heading": "a heading, so it isn't read; put an empty line below it, or take off the #",
    "text": "outside the table or list, so it isn't read; write it as a row of it",
}
_ROWS: Final = frozenset({"timeline", "actions", "services"})
"""What is read from the rows of one kind is not what those of another kind say."""
_ELSEWHERE: Final = "in a section without rows, so it isn't read as one; move it below the heading of its table or list"
_LOOKS_LIKE: Final[Mapping[Kind, str]] = {
    "timeline": "a row of the timeline",
    "actions": "an action item",
    "services": "a service",
    "own": "a row or a ticked item",
    "prose": "a row of a table",
}


def find_unread(
    parts: Sequence[tuple[Section, Kind]],
    kind_named: Callable[[str], Kind],
    read: Mapping[int, str],
    *,
    anywhere: bool,
) -> Iterator[tuple[int, str]]:
    """Yield each line that looks like a row and that nothing was read from, with a message.

    Several rows with a time in a section that is not the timeline have one message, at the first of them; that of the
    others is empty.

    Parameters
    ----------
    parts
        A report's sections, each with what its rows are.
    kind_named
        What the rows below a heading are: code, comments and HTML swallow the headings in them.
    read
        By line what was read from it, if not just text; the lines that are named by another problem.
    anywhere
        Whether rows of the timeline may be in any section, as no other row of it was read.
    """
    context = _Context(kind_named)
    titles = {fold(section.title) for section, _ in parts}
    for section, known in parts:
        context.enter(section, known)
        timed: dict[int, str] = {}
        for line in section.source:
            if not line.text.strip():
                continue
            own = context.kind_at(line)
            use = read.get(line.line)
            is_other = use is None or (use != own and use in _ROWS and own in _ROWS)
            if use is None and line.place in _SWALLOWS and (part := _hidden_part(line, kind_named, titles)):
                yield line.line, f"this looks like {part}, but is {_WHERE[line.place]}"
                continue
            if own is None or not (is_other or _is_torn(line, use or "")):
                continue
            if anywhere and known == "prose" and not _looks_like(line, own):
                own = "timeline"
            if _looks_like(line, own):
                elsewhere = known in {"own", "prose"} and line.place in {"text", "table"}
                where = _ELSEWHERE if elsewhere else _WHERE[line.place]
                message = f"this looks like {_LOOKS_LIKE[own]}, but is {where}"
                if elsewhere and section.level and _is_timed(line.text):
                    timed[line.line] = message
                else:
                    yield line.line, message
        if len(timed) >= _MANY:
            first, *others = timed
            where = f"{len(timed)} timed rows under {section.title!r}, lines {first} to {others[-1]}, aren't read"
            remedy = "rename it to Timeline, or name it in a layout, see docs/how-to/layouts.md"
            timed = {first: f"{where}; {remedy}", **dict.fromkeys(others, "")}
        yield from timed.items()


class _Context:
    """What the rows are from line to line, also below headings that are hidden, indented or otherwise broken."""

    def __init__(self, kind_named: Callable[[str], Kind]) -> None:
        self.kind_named = kind_named
        self.kind: Kind = "prose"
        self.level = 0
        self.rows_level = 0
        """The level of the last heading that has rows, 0 where none has."""
        self.known: Kind = "prose"
        self.follows_list = False
        """Whether nothing but sections of the authors' own, or empty ones, is between a list and here."""
        self.has_text = False
        """Whether the section has lines of its own so far."""

    def enter(self, section: Section, known: Kind) -> None:
        is_between = self.known == "own" or not self.has_text
        self.follows_list = self.kind in {"services", "actions"} or (is_between and self.follows_list)
        self.has_text = False
        self.before, self.known = self.kind, known
        is_named = self.kind_named(section.title) != "own"
        if known != "own" or section.level <= self.level or self.before == "prose":
            self.kind = known
            if known == "prose" and self.before != "prose" and not is_named:
                self.kind = "own"  # it follows rows whose heading is broken
        if known == "prose" and section.level > self.rows_level > 0:
            self.kind = self.before if self.before != "prose" else "own"  # its heading may be in the middle of rows
        elif known == "prose" and self.follows_list:
            self.kind = "own"
        elif is_named and (known != "prose" or section.level <= self.rows_level):
            self.rows_level = section.level if known != "prose" else 0
        if is_named or section.level <= self.level:
            self.level = section.level

    def kind_at(self, line: SourceLine) -> Kind | None:
        """Return what a line with words would be a row of; None for a heading that isn't one."""
        if line.place == "heading":
            own, is_own = self.before, self.known == "own" and "|" in line.text
            if is_own and own != "prose" and (_looks_like(line, own) or _is_delimiter(line.text)):
                self.kind = own  # a line --- below some rows made a heading of them
            return own
        self.has_text = True
        if "#" not in line.text or not (line.place == "text" or line.place in _HIDES):
            return self.kind
        title = _HEADING.match(line.text[:_LOOK])
        if title is None:
            return self.kind
        named, depth = self.kind_named(title["title"]), len(title["level"])
        deeper = depth >= self.level + (self.kind not in {"services", "actions"})
        # Where a fence or comment has swallowed rows, what is below a heading in it may be rows all the same.
        is_within = self.kind != "prose" and (deeper or line.place in _HIDES)
        if not is_within if named == "prose" else named != "own" or (depth <= self.level and line.place in _HIDES):
            self.kind, self.level = named, depth
        return None
