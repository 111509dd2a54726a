"""Where a report's fields are: labels at its head, in front matter, tables, headings, and within texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Fence, Line, Section, Table
from incident_analytics.reports.labels import labelled, labelled_fence
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.template import Template
from incident_analytics.reports.times import date_in, split_moment
from incident_analytics.reports.zones import find_zone, is_zone
from incident_analytics.schema import STATUSES

__all__ = ["OF_INCIDENTS", "OTHER_MATTERS", "TIME", "Field", "find_fields", "head_fields"]

TIME: Final = compile_late(r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}\s?[ap]m\b", re.IGNORECASE)
"""A time of day, as far as where to look for one goes."""
_ENOUGH_INSTANTS: Final = 3
"""Rows called like instants that make a table one of them."""
_HAVE_FIELDS: Final = frozenset({"text", "nothing", "fields"})
"""How sections are read in which labelled values may be a report's fields."""
OF_INCIDENTS: Final = frozenset(
    {"incident_id", "severity", "duration", "status", "services", "started_at", "restored_at"}
)
"""Fields by which front matter is that of an incident, not of a blog post."""
_UNIT: Final = compile_late(r"^(?:minutes|hours)\b|(?:minutes|hours|days)$", re.IGNORECASE)
"""The unit that a label has for its number, such as ``duration_minutes: 67``."""
_LABEL: Final = compile_late(r"\s*[^\W\d_][^:|]{1,38}:\s+\S")
_BETWEEN: Final = compile_late(r"(?:(?:(?<!\s)\s++[|·•]|\.)\s++|(?<!\s)\s\s++)(?=[^\W\d_][^:|]{1,38}:\s)")
_INNER_LABEL: Final = compile_late(r"(?<=[\w.,;)–—] )([^\W\d_]\w*(?: \w+)?):(?= \S)")
_SEPARATOR: Final = compile_late(r"\s[|/·•–—]\s")
_SENTENCES: Final = compile_late(r"[.,]\s(?=\S)")
_RATED: Final = compile_late(
    r"(?P<alone>sev(?:erity)?[\s-]?[0-5]|[PS][0-4]|(?:priority|prioriteit|priorität|priorité|prioridade?)\s[1-5])"
    r"|(?:rated|graded|classified as|categori[sz]ed as)\s(?P<rated>\w+)(?:\s.*)?",
    re.IGNORECASE,
)
"""A part of a byline that is a severity, or says what the incident was rated."""
_FIGURE: Final = compile_late(r"\S*\d")
_LONGEST_LINE: Final = 200
_LONGEST_LABEL: Final = 3
"""Words of a label in a line with several."""


def head_fields(labels: Iterable[str], template: Template) -> set[str]:
    """Return the fields of a report's head that labels mean."""
    names = {name for label in labels if (name := template.field_named(label))}
    return names - {"template_version", "template_updated_on"}


_PUBLISHED: Final = ("date", "published", "publishdate", "pubdate", "posted")
"""Keys of front matter that say when a text was published, or when the incident was."""


_FROM: Final = frozenset({"from", "von", "de", "van", "da", "från", "fra", "od"})
_SUBJECT: Final = frozenset(
    {"subject", "betreff", "objet", "asunto", "assunto", "onderwerp", "oggetto", "ämne", "emne", "temat"}
)
"""Labels at the head of each mail, next to that of its date."""
_LONGEST_MOMENT: Final = 40
"""Characters of a section that may be a moment."""
_HEAD_OF_MAIL: Final = 8
"""Labels that are looked at for these."""


def _is_dated_later(head: Sequence[tuple[str, Line]]) -> bool:
    """Return whether the date of front matter is later than every other one in it, but those of changes."""
    days = {fold(label): date_in(line.text) for label, line in head}
    published = next((day for word in _PUBLISHED if (day := days.get(word))), None)
    others = [
        day for word, day in days.items() if day and word not in _PUBLISHED and "mod" not in word and "upd" not in word
    ]
    return published is not None and bool(others) and max(others) < published


class Field(NamedTuple):
    """A labelled value; ``is_sure`` says that it is where a report's fields are, not in the text of a section.

    ``is_of_post`` says that its date is when the text was published: in the front matter of a blog post, or of one
    whose other dates are all earlier, or at the head of a mail.
    """

    label: str
    line: Line
    is_sure: bool
    is_of_post: bool = False


def find_fields(
    sections: Sequence[Section], parts: Sequence[str | None], head: Sequence[tuple[str, Line]], template: Template
) -> Iterator[Field]:
    """Yield the values that may be a report's fields, wherever they are, the surest places first.

    These are labels and tables above the first section, the front matter, headings that are called like a field, and
    what is labelled in a summary, in an impact, or in a section that the template doesn't know.
    """
    above = next((index for index, part in enumerate(parts) if part), len(parts))
    tops = [list(_labelled_anyhow(section, template, is_head=True)) for section in sections[:above]]
    names = (template.field_named(label) or "" for own in tops for label, _ in own)
    is_labelled = bool(head) or not all(name.endswith("_at") for name in names)
    for section, own in zip(sections[:above], tops, strict=True):
        labels = own or ([] if is_labelled else list(_labelled_in_fence(section, template)))
        words = {fold(label) for label, _ in labels[:_HEAD_OF_MAIL]}
        is_mail = not (words.isdisjoint(_FROM) or words.isdisjoint(_SUBJECT))
        for index, (label, line) in enumerate(labels):
            is_mail &= line.line == labels[0][1].line + index  # below the first blank line is what was sent
            yield Field(label, _with_unit(label, line), is_sure=True, is_of_post=is_mail)
    is_post = not any(template.field_named(label) in OF_INCIDENTS for label, _ in head)
    is_later = _is_dated_later(head)
    for label, line in head:
        of_post = is_post or (is_later and fold(label) in _PUBLISHED)
        yield Field(label, _with_unit(label, line), is_sure=True, is_of_post=of_post)
    for section, part in zip(sections, parts, strict=True):
        is_field = section.level and (part is None or _is_moment_alone(section))
        named = template.field_named(section.title) if is_field else None
        holds_fields = named is not None and any(template.field_named(label) for label, _ in labelled(section))
        if named is not None and not holds_fields and (named != "title" or section.level > template.report_level):
            yield Field(section.title, _first_value(section), is_sure=section.level > template.report_level)
    yield from _fields_within(sections, parts, above, template)


def _is_moment_alone(section: Section) -> bool:
    """Return whether a section is nothing but a time of day with its date and zone: below *Detected* and *Resolved*."""
    words = section.body
    if len(words) > _LONGEST_MOMENT or ":" not in words or len(section.blocks) != 1:
        return False
    when, rest = split_moment(words)
    return ":" in when and (not rest or is_zone(rest))


def _fields_within(
    sections: Sequence[Section], parts: Sequence[str | None], above: int, template: Template
) -> Iterator[Field]:
    """Yield what is labelled in texts: from the first section on, and causes behind other sentences anywhere."""
    causes: list[tuple[str, Line]] = []
    for index, (section, part) in enumerate(zip(sections, parts, strict=True)):
        form = template.sections[part] if part else None
        if form is not None and form.reads not in _HAVE_FIELDS:
            continue
        if index >= above and (":" in section.body or any(section.tables())):
            for label, line in _labelled_anyhow(section, template):
                if form is None or not form.field_named(label):  # which the section itself reads
                    yield Field(label, _with_unit(label, line), is_sure=False)
        if not OTHER_MATTERS.search(section.title):
            causes += _causes_within(section, template)
    if len(causes) == 1:  # of several neither is all of it
        label, line = causes[0]
        yield Field(label, line, is_sure=False)


OTHER_MATTERS: Final = compile_late(
    r"background|previous|histor|related|similar|next|learn|lesson|appendi|prevent|follow|action|change|measure|remed",
    re.IGNORECASE,
)
"""Headings below which times and causes are of other matters."""
_WITHIN: Final = compile_late(r"(?<=[.!?)] )([^\W\d_]\w*(?: \w+){0,2}): (?!(?:[Ss]ee|[Nn]one)\b)(?=\S)")
"""A sentence that begins with its label."""


def _causes_within(section: Section, template: Template) -> Iterator[tuple[str, Line]]:
    """Yield what is labelled as the cause behind other sentences, as in ``All were out. Root cause: a full disk.``."""
    if ": " not in section.body:
        return
    for paragraph in section.paragraphs():
        text = " ".join(line.text for line in paragraph.lines)
        found = list(_WITHIN.finditer(text))
        for match, after in zip_longest(found, found[1:]):
            if template.field_named(match[1]) == "why_it_happened":
                yield (
                    match[1],
                    Line(text[match.end() : after.start() if after else None].strip(), paragraph.lines[0].line),
                )


def _with_unit(label: str, line: Line) -> Line:
    """Give a value that is a number alone the unit that its label has."""
    unit = _UNIT.search(label) if line.text.strip().isdecimal() else None
    return line._replace(text=f"{line.text} {unit[0]}") if unit else line


def _labelled_anyhow(section: Section, template: Template, *, is_head: bool = False) -> Iterator[tuple[str, Line]]:
    """Yield what is labelled in a section, with several labels on a line, and tables whose columns are the labels."""
    for label, line in labelled(section):
        parts = _BETWEEN.split(line.text) if _BETWEEN.search(line.text) else _at_known_labels(line.text, template)
        if len(parts) > 1 and all(_LABEL.match(part) for part in parts[1:]):
            yield label, line._replace(text=parts[0].strip())
            for part in parts[1:]:
                own, _, value = part.partition(":")
                yield own.strip(), Line(value.strip(), line.line)
        else:
            yield label, line
    for paragraph in section.paragraphs():
        for line in paragraph.lines:
            if line.label is None and len(line.text) <= _LONGEST_LINE and _may_be_byline(line.text):
                yield from _labelled_segments(line, template, is_head=is_head)
    for table in section.tables():
        yield from _labelled_cells(table, template)


def _at_known_labels(text: str, template: Template) -> list[str]:
    """Cut a value at each label of a field in it, as in ``line 4 Opened: 2021-03-09 Severity: B``."""
    if ": " not in text or len(text) > _LONGEST_LINE:
        return []
    places = [match.start(1) for match in _INNER_LABEL.finditer(text) if template.field_named(match[1])]
    return [text[begin:end].strip(" –—") for begin, end in pairwise([0, *places, len(text)])] if places else []


def _labelled_segments(line: Line, template: Template, *, is_head: bool) -> Iterator[tuple[str, Line]]:
    """Yield the fields of a byline such as ``Incident number DL-4 | 26 Sept 2023 | Grade: Major | Final``.

    Its parts begin with the label of a field, which a value with a figure or after a colon follows, or are a severity
    or, at the head, a status alone. At least two of them do, or the one is an id.
    """
    found: list[tuple[str, Line]] = []
    for part in _SEPARATOR.split(line.text):
        own = _segment(part, line, template, is_head=is_head)
        sentences = () if own or not is_head else _SENTENCES.split(part)
        found += filter(None, (own, *(_segment(each, line, template, is_head=True) for each in sentences)))
    if len({value.text for label, value in found if label == "Severity"}) > 1:
        return  # of a scale
    if len(found) > 1 or (
        found and template.field_named(found[0][0]) == "incident_id" and _CODE.fullmatch(found[0][1].text)
    ):
        yield from found


def _may_be_byline(text: str) -> bool:
    return _SEPARATOR.search(text) is not None or ". " in text


def _segment(part: str, line: Line, template: Template, *, is_head: bool) -> tuple[str, Line] | None:
    """Return the field that a part of a byline is."""
    words = part.strip(" .").split()
    for n in range(min(len(words) - 1, _LONGEST_LABEL), 0, -1):
        label, value = " ".join(words[:n]), " ".join(words[n:])
        if template.field_named(label.rstrip(":")) and (label.endswith(":") or _FIGURE.match(value)):
            return label.rstrip(":"), Line(value, line.line)
    bare = " ".join(words)
    if not is_head:
        return None  # sentences have such words, too
    if match := _RATED.fullmatch(bare):
        return "Severity", Line(match["alone"] or match["rated"], line.line)
    return ("Status", Line(bare, line.line)) if fold(bare) in _states_of(template) else None


@lru_cache(maxsize=16)
def _states_of(template: Template) -> frozenset[str]:
    """Return the words for a report's status."""
    return frozenset(map(fold, (*STATUSES, *template.synonyms("statuses"))))


_CODE: Final = compile_late(r"(?=\S*\d)(?=\S*[A-Z])[\w/-]+")
"""An id of letters and figures."""
_OF_ANYTHING: Final = frozenset({"id", "key", "number", "ref", "reference"})
"""Labels of ids that may be those of anything."""


def _labelled_in_fence(section: Section, template: Template) -> Iterator[tuple[str, Line]]:
    """Yield what is labelled in a code block right below the title, or above it, that is a report's header.

    It names the incident, or says with a time when it began or ended: what a service answers has neither.
    """
    first = next(iter(section.blocks), None)
    pairs = labelled_fence(first) if isinstance(first, Fence) else []
    names = head_fields((label for label, _ in pairs), template)
    is_of_incident = names >= {"incident_id", "severity", "author"} or any(
        (label.casefold() not in _OF_ANYTHING and line.text)
        if name == "incident_id"
        else (name or "").endswith("_at") and re.search(r"\d:\d\d", line.text)
        for label, line in pairs
        for name in [template.field_named(label)]
    )
    if is_of_incident and len(names) > 1:
        yield from pairs


def _labelled_cells(table: Table, template: Template) -> Iterator[tuple[str, Line]]:
    """Yield the cells of a table with their labels: in the header above them, or each left of its value.

    Of rows that are called like instants the value is in the one column of times.
    """
    cells = table.header.cells
    if len(cells) < 3:  # noqa: PLR2004 - a label and its value, as `labelled` takes them
        return
    if len(table.rows) == 1 and 2 * sum(template.field_named(cell.text) is not None for cell in cells) > len(cells):
        for cell, value in zip(cells, table.rows[0].cells, strict=False):
            yield cell.text, value
    elif (place := _instants_in(table, template)) is not None:
        zone = find_zone(cells[place].text, is_heading=True)
        for row in table.rows:
            if place < len(row.cells):
                value = row.cells[place]
                yield row.cells[0].text, value._replace(text=f"{value.text} {zone}".strip())
    elif len(cells) == 4 and not any(TIME.search(cell.text) for row in table.rows for cell in row.cells[::2]):  # noqa: PLR2004 - two labels with their values a row
        for row in (table.header, *table.rows):
            for name, value in zip(row.cells[::2], row.cells[1::2], strict=False):
                yield name.text.rstrip(":"), value


def _instants_in(table: Table, template: Template) -> int | None:
    """Return the one column with times of a table whose rows are called like instants, each like another one."""
    names = [template.field_named(row.cells[0].text) for row in table.rows if row.cells]
    instants = [name for name in names if name is not None and name.endswith("_at")]
    if len(instants) < _ENOUGH_INSTANTS or 2 * len(instants) <= len(names) or len(set(instants)) < len(instants):
        return None
    timed = [
        place
        for place in range(1, len(table.header.cells))
        if all(TIME.search(row.cells[place].text) for row in table.rows if place < len(row.cells))
    ]
    return timed[0] if len(timed) == 1 else None


def _first_value(section: Section) -> Line:
    """Return the value below a heading that is called like a field: its first paragraph, or the items of its list.

    Of items to tick the ticked ones are the value.
    """
    listed = [item for item in section.items() if not item.depth]
    to_tick = any(item.checked is not None for item in listed)
    items = [item.text for item in listed if item.checked or not to_tick]
    lines = list(section.lines())
    if not lines:
        return Line("", section.line)
    first = next(section.paragraphs(), None)
    words = [line.text for line in first.lines] if first is not None else [", ".join(items)]
    return Line(" ".join(words), lines[0].line)
