"""How a report is laid out: headings of any kind, and which section of a template each of them begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, Protocol

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.action_states import read_own_state
from incident_analytics.reports.blocks import RUNNING, Block, Document, Fence, Item, Line, Paragraph, Section, Table
from incident_analytics.reports.chats import with_messages
from incident_analytics.reports.item_details import split_details
from incident_analytics.reports.labels import labelled
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.report_fields import OF_INCIDENTS, TIME, head_fields
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.status_pages import with_updates
from incident_analytics.reports.template import SectionForm, Template
from incident_analytics.reports.times import is_date
from incident_analytics.reports.zones import find_zone

__all__ = [
    "lay_out",
    "section_owners",
    "section_parts",
    "with_tasks",
]

_LONGEST: Final = 60
"""Characters of a line that may be a heading."""
_HASHES: Final = compile_late(r"#{1,6}\s*(?=\S)")
_COLON: Final = compile_late(r":[ \t]*$", re.MULTILINE)
_HASH: Final = compile_late(r"^[^\w\n]*#", re.MULTILINE)
"""What a text has that holds a heading; see `_may_hold_heading`."""
_GROUPS: Final = frozenset({"text", "nothing"})
"""How sections are read that may be headings of a phase or a group within a timeline or a list of actions."""
_ENOUGH_ROWS: Final = 3
"""Rows below a title that are a timeline without a heading."""
_LISTS: Final = frozenset({"timeline", "actions"})
_TASK_WORDS: Final = 3
"""Words that tasks have on average at least; what has fewer may be names of services."""
_OF_TASKS: Final = frozenset({"action", "owner", "due_on", "status"})
"""Columns of a list of actions."""


class _KindsOf(Protocol):
    """How the templates that know a heading read what is below it; ``exactly`` asks for no other words around."""

    def __call__(self, title: str, *, exactly: bool = False) -> frozenset[str]: ...


def lay_out(document: Document, templates: Sequence[Template]) -> tuple[Section, ...]:
    """Return a document's sections, with those whose heading is none in Markdown.

    A line in bold, or one that ends with a colon, begins a section where a template knows its words, and so does an
    item of a list that has others below it; in a text without headings every line does. What a fence in a timeline
    holds are its lines.

    Parameters
    ----------
    document
        A text that was parsed.
    templates
        Whose words count.

    Returns
    -------
    tuple of Section
        Each with the lines and offsets that it has in the text.
    """
    known_to = tuple(templates)
    kinds_of = _kinds_by(known_to)
    known = with_messages(with_updates(document))
    is_plain = len(known) < 3  # noqa: PLR2004 - no heading but the title: lines are the headings
    sections: list[Section] = []
    for section in known:
        if section.blocks and (is_plain or _may_hold_heading(section.body)):
            sections += _Splitter(document, section, known_to, kinds_of, is_plain=is_plain).parts()
        else:
            sections.append(section)
    return tuple(each for part in _each_incident(sections, known_to) for each in _timed(document, part, known_to))


def _timed(document: Document, group: Sequence[Section], templates: tuple[Template, ...]) -> list[Section]:
    """Return the sections of one incident, or of all, with a timeline cut out where no heading is that of one."""
    sections, kinds_of = list(group), _kinds_by(templates)
    kinds = [kinds_of(section.title, exactly=section.level <= 1) for section in sections]
    if any("timeline" in found for found in kinds):
        return sections
    if (dated := _below_heading(sections, _is_day_of_rows, 2)) is not sections:
        return dated
    above = next((index for index, found in enumerate(kinds) if found), len(sections))
    for index in (*range(above), *_only_timed(sections, above, templates)):
        if parts := _with_timeline(document, sections[index]):
            sections[index : index + 1] = parts
            return sections
    return _below_heading(sections, lambda section: begins_with_time(section.title), _ENOUGH_ROWS)


def _is_day_of_rows(section: Section) -> bool:
    """Return whether a heading is a date, and what is below it rows with times."""
    return is_date(section.title) and any(map(_n_timed, section.blocks))


def _below_heading(sections: list[Section], is_part: Callable[[Section], bool], fewest: int) -> list[Section]:
    """Return sections with the heading of a timeline above those that are its rows or days, where these are all one.

    They follow each other at one level.
    """
    heads = [index for index, section in enumerate(sections) if section.level > 1 and is_part(section)]
    if len(heads) < fewest or heads != list(range(heads[0], heads[-1] + 1)):
        return sections
    first = sections[heads[0]]
    if any(sections[index].level != first.level for index in heads):
        return sections
    heading = Section("Timeline", first.level - 1, first.line, first.start, first.start, first.start, "", (), ())
    return [*sections[: heads[0]], heading, *sections[heads[0] :]]


_ONE_OF_SEVERAL: Final = compile_late(
    r"\W*(?:(?:incident|outage|event|case|disruption|störung|vorfall|ausfall|incidente|avería|caída|panne|ocorrência"
    r"|falha|storing|guasto|awaria|hendelse|incydent|障害|故障|장애)\s?(?:no\.?|nr\.?|n\.?\s?[º°]|number|#)?\s?(?P<number>\d{1,3})"
    r"|(?P<key>[A-Z][A-Z0-9]{1,9}-\d[\d-]{0,14}))(?:\s?[:|.)\]]|\s[–—-]\s|\s*$)",
    re.IGNORECASE,
)
"""How a heading begins below which one incident of several is: ``Incident 2: ...``, ``OG-502 – ...``."""


def _each_incident(sections: Sequence[Section], templates: tuple[Template, ...]) -> list[Sequence[Section]]:
    """Return the sections above several incidents and those of each, whose heading is made a title; else all in one.

    They are below headings of one level that are numbered or have an id, up to the end. Each has rows with times, or
    fields that only incidents have, and nothing above them is known as the timeline or another list.
    """
    heads = [index for index, section in enumerate(sections) if section.level > 1 and _begins_one(section)]
    level = min((sections[index].level for index in heads), default=0)
    heads = [index for index in heads if sections[index].level == level]
    after = sections[heads[0] :] if heads else ()
    if len(heads) <= 1 or any(0 < section.level <= level for section in after if not _begins_one(section)):
        return [sections]
    names = {template.section_named(section.title) for section in sections[: heads[0]] for template in templates}
    groups = [sections[first:last] for first, last in pairwise([*heads, len(sections)])]
    if names - {None, "summary"} or not all(_is_of_incident(group, templates) for group in groups):
        return [sections]
    return [
        sections[: heads[0]],
        *([replace(each, level=max(each.level - level + 1, 1)) for each in group] for group in groups),
    ]


def _begins_one(section: Section) -> bool:
    return _ONE_OF_SEVERAL.match(section.title) is not None


def _is_of_incident(sections: Sequence[Section], templates: tuple[Template, ...]) -> bool:
    """Return whether sections have rows with times, or two fields that only incidents have."""
    if sum(_n_timed(block) for section in sections for block in section.blocks) >= _ENOUGH_ROWS:
        return True
    labels = {label for section in sections for label, line in labelled(section) if line.text}
    return any(len({template.field_named(label) for label in labels} & OF_INCIDENTS) > 1 for template in templates)


def _only_timed(sections: Sequence[Section], first: int, templates: Sequence[Template]) -> list[int]:
    """Return the index of the one section with rows of a timeline that its heading does not name; none for several.

    It is one of the authors' own, or says what happened. What is below a heading with rows or values of another kind
    is not looked at, nor are logs in a fence and tables of figures.
    """
    found: list[int] = []
    level, is_other = 0, False
    for index, section in enumerate(sections[first:], start=first):
        names = {template.section_named(section.title) for template in templates} - {None}
        if names or section.level <= level:
            level, is_other = section.level, not names <= {"what_happened"}
        if section.level and not is_other:
            n_timed = sum(_n_timed(block) for block in section.blocks if _may_be_timeline(block, templates))
            if n_timed >= _ENOUGH_ROWS:
                found.append(index)
    return found if len(found) == 1 else []


def _may_be_timeline(block: Block, templates: Sequence[Template]) -> bool:
    """Return whether a block may hold rows of a timeline: a table has columns of times, or offsets, and of events."""
    if not isinstance(block, Table):
        return not isinstance(block, Fence)
    forms = (template.sections.get("timeline") for template in templates)
    headers = [cell.text for cell in block.header.cells]
    named = [{*map(form.column_named, headers)} for form in forms if form is not None]
    return any("event" in columns and not columns.isdisjoint({"at", "offset"}) for columns in named)


@lru_cache(maxsize=16)
def _kinds_by(templates: tuple[Template, ...]) -> _KindsOf:
    """Return what looks up headings in templates; these are compared once, not with every heading."""

    @lru_cache(maxsize=4096)
    def kinds_of(title: str, *, exactly: bool = False) -> frozenset[str]:
        names = ((template, template.section_named(title, exactly=exactly)) for template in templates)
        return frozenset(template.sections[name].reads for template, name in names if name)

    return kinds_of


def _with_timeline(document: Document, section: Section) -> list[Section]:
    """Cut the rows of a timeline that has no heading out of the text below a title; nothing where there is none."""
    timed = [index for index, block in enumerate(section.blocks) if _n_timed(block)]
    if sum(_n_timed(section.blocks[index]) for index in timed) < _ENOUGH_ROWS:
        return []
    blocks, starts, begin = section.blocks, document.starts, section.line
    top = timed[0] - (timed[0] > 0 and _heads_rows(blocks[timed[0] - 1]))
    zone = find_zone(section.title, is_heading=True) if section.level > 1 else ""
    title = f"Timeline ({zone.strip('()')})" if zone else "Timeline"
    edges = [(0, section.title), (top, title), (timed[-1] + 1, "")]
    parts: list[Section] = []
    for (first, title), (last, _) in pairwise([*edges, (len(blocks), "")]):
        own = blocks[first:last]
        line = own[0].line - isinstance(own[0], Fence) if own and parts else begin
        until = blocks[last].line - isinstance(blocks[last], Fence) if last < len(blocks) else None
        source = section.source[line - begin : None if until is None else until - begin]
        end = section.end if until is None else starts[until - 1]
        if not parts:
            parts.append(replace(section, end=end, blocks=own, source=source))
        elif own:
            body = "\n".join(each.text for each in source).strip()
            at, level = starts[line - 1], section.level + bool(title)
            lines = [_unfenced(block) if title and isinstance(block, Fence) else block for block in own]
            parts.append(Section(title, level, line, at, at, end, body, tuple(lines), source))
    return parts


def _heads_rows(block: Block) -> bool:
    """Return whether a paragraph says in which zone the times below it are, or is their date."""
    lines = block.lines if isinstance(block, Paragraph) else ()
    return any(find_zone(line.text) for line in lines) or (len(lines) == 1 and is_date(lines[0].text))


def _n_timed(block: Block) -> int:
    """Return how many rows of a timeline a block is."""
    if isinstance(block, Fence):
        return sum(map(begins_with_time, block.text.splitlines()))
    if isinstance(block, Paragraph):
        return sum(begins_with_time(line.text) for line in block.lines)
    if isinstance(block, Item):
        return int(begins_with_time(block.text))
    return sum(begins_with_time(row.cells[0].text) for row in block.rows if row.cells)


def _unfenced(block: Fence) -> Paragraph:
    lines = enumerate(block.text.splitlines(), block.line)
    return Paragraph(tuple(Line(text.strip(), number) for number, text in lines if text.strip()))


@dataclass(slots=True)
class _Part:
    """A heading within a section, its line, and the blocks below it."""

    title: str
    line: int
    blocks: list[Block]


class _Splitter:
    """Cuts one section of the document at the headings that Markdown does not know as such."""

    def __init__(
        self,
        document: Document,
        section: Section,
        templates: tuple[Template, ...],
        kinds_of: _KindsOf,
        *,
        is_plain: bool,
    ) -> None:
        self.document = document
        self.section = section
        self.templates = templates
        self.is_plain = is_plain
        self.found = [_Part(section.title, section.line, [])]
        self.kinds_of = kinds_of
        self.kinds = kinds_of(section.title) if section.level else frozenset[str]()
        self.depth = 0

    def parts(self) -> Iterator[Section]:
        blocks = self.section.blocks
        for index, block in enumerate(blocks):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if isinstance(block, Paragraph):
                self.take_paragraph(block, following)
            elif isinstance(block, Item):
                self.take_item(block, following)
            else:
                self.found[-1].blocks.append(block)
        for part in self.found:
            self.open_fences(part)
        if len(self.found) == 1:
            own = tuple(self.found[0].blocks)
            yield self.section if own == blocks else replace(self.section, blocks=own)
            return
        for part, after in zip(self.found, [*self.found[1:], None], strict=True):
            yield self.section_of(part, after)

    def take_paragraph(self, block: Paragraph, following: Block | None) -> None:
        lines: list[Line] = []
        for index, line in enumerate(block.lines):
            below = block.lines[index + 1].text if index + 1 < len(block.lines) else _first_words(following)
            title = self.title_of(line, below)
            if title is None:
                lines.append(line)
                continue
            if lines:
                self.found[-1].blocks.append(Paragraph(tuple(lines)))
            lines, self.depth = [], 0
            self.found.append(_Part(title, line.line, []))
        if lines:
            self.found[-1].blocks.append(block if len(lines) == len(block.lines) else Paragraph(tuple(lines)))

    def take_item(self, block: Item, following: Block | None) -> None:
        is_parent = isinstance(following, Item) and following.depth > block.depth and "findings" not in self.kinds
        if is_parent and len(block.lines) == 1 and (title := self.title_of(block.lines[0], _first_words(following))):
            self.depth = block.depth + 1
            self.found.append(_Part(title, block.line, []))
            return
        if block.depth < self.depth:
            self.depth = 0
        self.found[-1].blocks.append(block._replace(depth=block.depth - self.depth) if self.depth else block)

    def title_of(self, line: Line, below: str | None) -> str | None:
        """Return the heading that a line is, None for any other line."""
        text = line.text
        if len(text) > _LONGEST or below is None or (line.value != text and line.value):
            return None
        hashes = _HASHES.match(text)
        if not (line.strong or text.endswith(":") or hashes or self.is_plain):
            return None
        title = text[hashes.end() if hashes else 0 :].rstrip(": ")
        if self.is_plain and not (line.strong or hashes) and (": " in title or begins_with_time(text)):
            return None  # a label with its value, a row
        kinds = self.kinds_of(title, exactly=not (line.strong or self.is_plain))
        if not kinds and line.strong and not self.kinds:  # a field as a heading
            return title if any(template.field_named(title) for template in self.templates) else None
        if not kinds or (self.kinds & _LISTS and (kinds & _GROUPS or begins_with_time(below))):
            return None
        return title

    def open_fences(self, part: _Part) -> None:
        """Put the lines of a timeline that is written in a fence into a paragraph."""
        if not any(isinstance(block, Fence) for block in part.blocks) or "timeline" not in self.kinds_of(part.title):
            return
        source, above = self.section.source, self.section.line
        for index, block in enumerate(part.blocks):
            if isinstance(block, Fence) and block.text.strip() and source[block.line - above].place in {"code", "text"}:
                lines = _unfenced(block)
                if begins_with_time(lines.lines[0].text):
                    part.blocks[index] = lines

    def section_of(self, part: _Part, after: _Part | None) -> Section:
        section, starts = self.section, self.document.starts
        first = part is self.found[0]
        end = section.end if after is None else starts[after.line - 1]
        begin = part.line - section.line
        own = section.source[begin : None if after is None else after.line - section.line]
        if first:
            body = "\n".join(line.text for line in (own[1:] if section.level else own)).strip()
            return replace(section, end=end, body=body, blocks=tuple(part.blocks), source=own)
        body_start = starts[part.line] if part.line < len(starts) else end
        return Section(
            part.title,
            max(section.level, 1) + 1,
            part.line,
            starts[part.line - 1],
            min(body_start, end),
            end,
            "\n".join(line.text for line in own[1:]).strip(),
            tuple(part.blocks),
            tuple(line._replace(place="heading") if line.line == part.line else line for line in own),
        )


def _first_words(block: Block | None) -> str | None:
    """Return the words with which a block begins, None where there is none."""
    if block is None:
        return None
    if isinstance(block, RUNNING):
        return block.lines[0].text
    return " ".join(cell.text for cell in (block.rows or (block.header,))[0].cells) if isinstance(block, Table) else ""


def section_parts(sections: Sequence[Section], template: Template) -> list[str | None]:
    """Return which section of a template each heading begins; None for titles and for the authors' own.

    Words around those of the template, as in "Detailed Timeline", don't matter, but in a title. Below a timeline or a
    list of actions a heading such as "Detection" or a time only groups what is below it.
    """
    parts: list[str | None] = []
    reads, level = "", 0
    for section in sections:
        part = _part(section, template)
        if part and section.level > level and reads in _LISTS and template.sections[part].reads in _GROUPS:
            part = None
        if part:
            reads, level = template.sections[part].reads, section.level
        elif section.level <= level:
            reads, level = "", 0
        parts.append(part)
    return parts


def with_tasks(sections: Sequence[Section], parts: Sequence[str | None], template: Template) -> list[str | None]:
    """Return the parts with the one section that holds tasks as the list of actions, if no heading is that of one."""
    found = list(parts)
    form = template.sections.get("actions")
    if form is None or any(part and template.sections[part].reads == "actions" for part in parts):
        return found
    own = [
        index
        for index, (section, part) in enumerate(zip(sections, parts, strict=True))
        if section.level > template.report_level
        and (
            _holds_tasks(section, form)
            if part is None
            else (_is_of_tasks(section, form) and _reads_nothing(part, template))
            or (part == "resolution" and _is_checklist(section))
        )
    ]
    if len(own) == 1:
        found[own[0]] = "actions"
    return found


def _holds_tasks(section: Section, form: SectionForm) -> bool:
    """Return whether a section holds nothing but tasks: items with a box, or a table of who does what."""
    if "checklist" in fold(section.title):
        return False
    items = [item for item in section.items() if not item.depth]
    if items:
        texts = [item.lines[0].text for item in items]
        is_listed = all(item.checked is not None for item in items)
        is_listed |= len(texts) > 1 and all(_is_task(text, form) for text in texts)
        return is_listed and sum(len(text.split()) for text in texts) >= _TASK_WORDS * len(texts)
    return _is_of_tasks(section, form)


def _is_checklist(section: Section) -> bool:
    """Return whether all items of a section have a box, one of which is not ticked: what was done has none of these."""
    boxes = [item.checked for item in section.items() if not item.depth]
    return len(boxes) > 1 and None not in boxes and False in boxes


def _reads_nothing(part: str, template: Template) -> bool:
    return template.sections[part].reads == "nothing"


def _is_of_tasks(section: Section, form: SectionForm) -> bool:
    """Return whether a section's one table is of who does what, or of what is done."""
    tables = [{form.column_named(cell.text) for cell in table.header.cells} for table in section.tables()]
    return len(tables) == 1 and len(tables[0] & {"action", "owner"}) > 0 and len(tables[0] & _OF_TASKS) > 1


def _is_task(text: str, form: SectionForm) -> bool:
    """Return whether an item says at its end whether it is done, or who does it until when."""
    details = split_details(text, form.columns)[1]
    return read_own_state(text).status is not None or "status" in details or details.keys() >= {"owner", "due_on"}


def section_owners(sections: Sequence[Section], parts: Sequence[str | None], template: Template) -> list[str | None]:
    """Return which section of a template what is below each heading is part of: its own one, or the one above it.

    A heading that is a time of day is part of the timeline above it, also at its level.
    """
    owners: list[str | None] = []
    owner, level = None, 0
    for section, part in zip(sections, parts, strict=True):
        if part is not None:
            owner, level = part, section.level
        elif section.level <= level and not (
            owner and template.sections[owner].reads == "timeline" and begins_with_time(section.title)
        ):
            owner = None  # a section of the authors' own
        owners.append(owner)
    return owners


def _may_hold_heading(body: str) -> bool:
    """Return whether a text may hold a heading or a fence."""
    if "**" in body or "__" in body or "```" in body or "~~~" in body or "\n    " in body or "\n\t" in body:
        return True
    return _COLON.search(body) is not None or ("#" in body and _HASH.search(body) is not None)


@lru_cache(maxsize=4096)
def _section_titled(title: str, template: Template, *, exactly: bool) -> str | None:
    return template.section_named(title, exactly=exactly or begins_with_time(title))


def _part(section: Section, template: Template) -> str | None:
    if not section.level:
        return None
    is_title = section.level <= template.report_level
    part = _section_titled(section.title, template, exactly=is_title)
    if part == "could_improve" and "what_happened" in template.sections and _is_narrative(section):
        return "what_happened"
    # A heading at the level of titles that is called like a section is a title where a report's fields follow.
    return (
        None
        if part and is_title and len(head_fields((label for label, _ in labelled(section)), template)) > 1
        else part
    )


def _is_narrative(section: Section) -> bool:
    """Return whether a section has paragraphs with times of day and no list: what went wrong, not how well it went."""
    texts = [line.text for paragraph in section.paragraphs() for line in paragraph.lines]
    return sum(len(TIME.findall(text)) for text in texts) > 1 and not any(section.items())
