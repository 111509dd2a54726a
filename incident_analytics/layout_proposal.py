"""A layout proposed from what reports call their parts: the form of their ids, their labels, their headings."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Document, Line, Section, Table
from incident_analytics.reports.choices import read_word
from incident_analytics.reports.labels import front_matter, labelled
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.template import bare_words, built_in_templates, default_template
from incident_analytics.reports.times import find_dates, read_moments, read_span
from incident_analytics.schema import STATUSES
from incident_analytics.visible import visible, visible_toml

__all__ = ["LAYOUT_NAME", "ProposedLayout", "propose_layout", "toml_text"]

LAYOUT_NAME: Final = "our-template.toml"
_SHARE: Final = 0.5
"""In which part of the reports a heading or label must be to belong to their layout."""
_SAME_FORM: Final = 0.9
"""In which part of the reports the ids must have one form."""
_FEWEST: Final = 3
"""Reports that make a layout."""
_MOST_WORDS: Final = 6
"""Different values of a label that rates incidents."""
_LONGEST_HEADING: Final = 80
_RATES: Final = compile_late(
    r"\b(?:class|grade|level|sev\w*|prio\w*|impact|category|tier|rating|colou?r|criticality|urgency)\b", re.IGNORECASE
)
"""Words of a label that may rate incidents."""
_RATINGS: Final = frozenset(
    {"red", "amber", "orange", "yellow", "green", "black", "major", "minor", "critical", "high", "medium", "low"}
)
_ID: Final = compile_late(r"[A-Za-z]{1,12}(?:[-_/#]?(?:\d++|[A-Za-z]{1,12}(?=[-_/#]\d)))*+(?<=\d)")
"""What has the form of an id: letters, then figures, with signs between them."""
_ID_OF_TITLE: Final = compile_late(rf"{_ID.pattern}(?=\s*[:\s–—-])")
"""An id that a title begins with."""
_CORE: Final = frozenset({"summary", "timeline", "root_cause", "actions"})
"""The sections without which a report is hardly read."""
_TEXTS: Final = frozenset({"summary", "what_happened"})
"""Sections of prose, whose headings some reports have above the rows of their timeline."""
_LIKE_ONE: Final = 0.75
"""In which part of its values a label has to look like a field to be taken for it."""
_COUNT: Final = compile_late(
    r"(?:(?:about|approx\.?|approximately|ca\.?|circa|around|roughly|some|up to|over)\s|[~<>≈]\s?)?"
    r"\d(?:[\d.,' ]{0,12}\d)?\s?[km]?(?:\s[a-z]+){0,4}",
    re.IGNORECASE,
)
_LONGEST_TIME: Final = 40
_LONGEST_NAME: Final = 40
_MEANINGS: Final = {
    "started_at": "when the incident began",
    "detected_at": "when it was noticed",
    "restored_at": "when it was over",
    "affected_users": "how many users it hit",
    "status": "the state of the report",
    "services": "which services it hit",
}
"""What a label's values may look like, in words; the first three in order of time."""
_ID_REPEATS: Final = 2
"""How many parts of an id may have figures of any number."""


@dataclass(frozen=True, slots=True)
class ProposedLayout:
    """A template file, what it could not decide, and the words that reports have at a label that may rate incidents."""

    text: str
    questions: tuple[str, ...]
    ratings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Label:
    """A label at the heads of reports: as most write it, in how many reports, with which values."""

    written: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    by_report: dict[int, str] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return self.written.total()

    @property
    def name(self) -> str:
        return self.written.most_common(1)[0][0]


@dataclass(slots=True)
class _Heading:
    """A heading of reports: as most write it, in how many reports, and below how many of these is what."""

    written: Counter[str] = field(default_factory=Counter)
    n_timed: int = 0
    n_ticked: int = 0
    n_assigned: int = 0
    n_text: int = 0

    @property
    def n(self) -> int:
        return self.written.total()

    @property
    def name(self) -> str:
        return self.written.most_common(1)[0][0]


def propose_layout(documents: Sequence[Document]) -> ProposedLayout | None:
    """Return a layout in the words of some reports, None where the built-in ones know all that it would say.

    Parameters
    ----------
    documents
        The texts of the reports.
    """
    if len(documents) < _FEWEST:
        return None
    labels, headings = _count(documents)
    own_id = _form_of_ids(labels, documents)
    fields, unknown = _known_labels(labels)
    sections, placed, unplaced = _known_headings(headings)
    ratings = [label for label in unknown if _may_rate(label)] if "severity" not in fields else []
    likely = _likely_fields([label for label in unknown if label not in ratings], fields)
    guessed = [label for found in likely.values() for label in found]
    others = [label for label in unknown if label.values and label not in ratings and label not in guessed]
    statuses = _unknown_statuses(labels)
    asks_headings = unplaced and not sections.keys() >= _CORE
    if not (own_id or placed or ratings or statuses or likely or asks_headings):
        return None
    questions = [
        *_rating_questions(ratings),
        *_field_questions(likely),
        *_status_questions(statuses),
        *_heading_questions(unplaced),
        *_other_questions(others),
    ]
    lines = [
        f"# What your reports call their parts, proposed from {len(documents)} reports. All words of the built-in",
        "# layout common are known as well; what has no place goes into the table fields. A label or heading that is",
        "# listed here is asked for: check names the reports that do not have it.",
        'name = "our-template"',
        'version = "1"',
        'extends = "common"',
        *([f"incident_id = '{own_id}'"] if own_id else []),
        "",
        "[fields]",
        *(f"{name} = {_list(label.name for label in found)}" for name, found in fields.items()),
        *(f"# severity = [{toml_text(label.name)}] # {visible(_counted(label.values))}" for label in ratings),
        *(
            f"# {name} = {_list(label.name for label in found)} # such as {_examples(found[0])}"
            for name, found in likely.items()
        ),
        "",
        "[statuses]",
        *([f'# "Final" = {_list(statuses)}'] if statuses else []),
    ]
    for name, words in sections.items():
        lines += ["", f"[sections.{name}]", f"headings = {_list(heading.name for heading in words)}"]
    assigned = [heading for heading in unplaced if 2 * heading.n_assigned > heading.n]
    plain = [heading for heading in unplaced if heading not in assigned]
    for name, words in (("actions", assigned[:1]), ("summary", plain[:1])):
        if words and name not in sections:
            lines += ["", f"# [sections.{name}]", f"# headings = {_list(heading.name for heading in words)}"]
    rates = tuple(dict.fromkeys(word for label in ratings[:1] for word in label.values))
    return ProposedLayout("\n".join([*lines, ""]), tuple(questions), rates)


# --- what the reports have -------------------------------------------------------------------------------------------


def _count(documents: Sequence[Document]) -> tuple[list[_Label], list[_Heading]]:
    """Return the labels and headings that enough reports have, in the order in which they are there."""
    labels: dict[str, _Label] = {}
    headings: dict[str, _Heading] = {}
    for number, document in enumerate(documents):
        seen: set[str] = set()
        for label, line in (*front_matter(document), *_head_labels(document.sections)):
            if (key := bare_words(label)) and key not in seen:
                seen.add(key)
                found = labels.setdefault(key, _Label())
                found.written[label.rstrip(":").strip()] += 1
                if line.text and not is_absent(line.text):
                    found.by_report[number] = " ".join(line.text.split())
                    found.values[found.by_report[number]] += 1
        seen = set()
        for section in document.sections:
            key = bare_words(section.title)
            if section.level > 1 and key and key not in seen and len(key) <= _LONGEST_HEADING:
                seen.add(key)
                heading = headings.setdefault(key, _Heading())
                heading.written[re.sub(r"\([^()]*+\)", "", section.title).strip(" :") or section.title] += 1
                heading.n_timed += sum(begins_with_time(line.text) for line in section.source) >= _FEWEST
                items = list(section.items())
                heading.n_ticked += any(item.checked is not None for item in items)
                heading.n_assigned += any(map(_assigns, section.tables()))
                heading.n_text += any(section.paragraphs()) or any(items) or any(section.tables())
    fewest = max(_FEWEST, _SHARE * len(documents))
    return (
        [label for label in labels.values() if label.n >= fewest],
        [heading for heading in headings.values() if heading.n >= fewest],
    )


def _head_labels(sections: Sequence[Section]) -> Iterator[tuple[str, Line]]:
    """Yield what is labelled above the first heading below the title."""
    for index, section in enumerate(sections):
        if section.level > 1 and index:
            return
        yield from labelled(section)


def _assigns(table: Table) -> bool:
    """Return whether the rows of a table are work for people, by its columns."""
    form = default_template().sections["actions"]
    columns = {form.column_named(cell.text) for cell in table.header.cells}
    return "owner" in columns and not columns.isdisjoint({"due_on", "status"})


def _form_of_ids(labels: Sequence[_Label], documents: Sequence[Document]) -> str | None:
    """Return the pattern of ids that most reports have at a label or in the title, and no built-in layout knows."""
    default, n = default_template(), len(documents)
    ids = [value for label in labels if default.field_named(label.name) == "incident_id" for value in label.values]
    if not ids:
        titles = [next((section.title for section in document.sections if section.title), "") for document in documents]
        ids = list(dict.fromkeys(match[0] for title in titles if (match := _ID_OF_TITLE.match(title))))
    if any(default.id_in(value) for value in ids) or len(ids) < _SAME_FORM * n:
        return None
    forms = Counter(re.sub(r"\d+", "0", value) for value in ids if _ID.fullmatch(value))
    if not forms:
        return None
    form, n_same = forms.most_common(1)[0]
    if n_same < _SAME_FORM * n:
        return None
    lengths = zip(
        *(map(len, re.findall(r"\d+", value)) for value in ids if re.sub(r"\d+", "0", value) == form), strict=True
    )
    parts = [set(each) for each in lengths]
    is_long = len(parts) > _ID_REPEATS
    if is_long and any(len(each) > 1 for each in parts):
        return None
    figures = iter([rf"\d{{{next(iter(each))}}}" if is_long else r"\d+" for each in parts])
    return rf"\b{re.sub('0', lambda _: next(figures), form)}\b"


def _known_labels(labels: Iterable[_Label]) -> tuple[dict[str, list[_Label]], list[_Label]]:
    """Return the labels of each field that a built-in layout knows, and the others.

    A label that is known for an instant, such as *Noticed by*, is another one where hardly a value is a time.
    """
    known: dict[str, list[_Label]] = {}
    unknown = []
    for label in labels:
        name = next(filter(None, (template.field_named(label.name) for template in built_in_templates())), None)
        if name is not None and name.endswith("_at") and label.values and not _is_of_times(label):
            continue  # who or how: read by its own words, whatever the layout
        if name is None:
            unknown.append(label)
        elif name not in {"template_version", "template_updated_on"}:
            known.setdefault(name, []).append(label)
    return known, unknown


def _known_headings(
    headings: Iterable[_Heading],
) -> tuple[dict[str, list[_Heading]], list[_Heading], list[_Heading]]:
    """Return the headings of each section, those of these that only their rows give away, and those with texts alone.

    A heading with rows of times is the timeline, even one known for a text, as *What happened*. One with boxes to tick
    is a list of action items.
    """
    known: dict[str, list[_Heading]] = {}
    placed, unplaced = [], []
    names = default_template().sections
    for heading in headings:
        named = (template.section_named(heading.name) for template in built_in_templates())
        name = next((each for each in named if each in names), None)
        if name in {None, *_TEXTS} and 2 * heading.n_timed > heading.n:
            name = "timeline"
            placed.append(heading)
        elif name is None and 2 * heading.n_ticked > heading.n:
            name = "actions"
            placed.append(heading)
        if name is not None:
            known.setdefault(name, []).append(heading)
        elif 2 * heading.n_text > heading.n:
            unplaced.append(heading)
    return known, placed, unplaced


def _may_rate(label: _Label) -> bool:
    """Return whether a label may say how severe incidents were: few short words that come again and again."""
    words = list(label.values)
    is_short = all(len(word.split()) <= 2 and not re.fullmatch(r"\W*\d[\d\W]*", word) for word in words)  # noqa: PLR2004
    comes_again = 1 < len(words) <= _MOST_WORDS and 2 * len(words) <= label.values.total()
    rates = _RATES.search(label.name) or _RATINGS.intersection(map(fold, words))
    return bool(is_short and comes_again and rates)


def _likely_fields(labels: Sequence[_Label], known: Mapping[str, object]) -> dict[str, list[_Label]]:
    """Return for fields that no label is known for the labels whose values look like them."""
    found: dict[str, list[_Label]] = {}
    timed = [label for label in labels if _share_like(label, lambda value: _instant_in(value) is not None)]
    timed.sort(key=lambda label: _rank_in_time(label, timed))
    free = [name for name in ("started_at", "detected_at", "restored_at") if name not in known]
    if len(timed) < len(free):
        free = free[: len(timed) - 1] + free[-1:] if len(timed) > 1 else free[:1]
    elif free:
        timed = [*timed[: len(free) - 1], timed[-1]] if free[-1] == "restored_at" else timed[: len(free)]
    found |= {name: [label] for name, label in zip(free, timed, strict=False)}
    for name, looks in (("status", _is_status), ("affected_users", _is_count)):
        alike = [label for label in labels if _share_like(label, looks) and label not in timed]
        if alike and name not in known:
            found[name] = alike
    if "services" not in known and (lists := [label for label in labels if _lists_names(label)]):
        found["services"] = [label for label in lists if not any(label in others for others in found.values())]
    return {name: found[name] for name in _MEANINGS if found.get(name)}


def _is_of_times(label: _Label) -> bool:
    """Return whether any of a label's values has a date or a time of day."""
    return any(find_dates(value) or re.search(r"\d[:.h]\d\d", value) for value in label.values)


def _share_like(label: _Label, looks: Callable[[str], bool]) -> bool:
    """Return whether most values of a label look like something."""
    n_like = sum(n for value, n in label.values.items() if looks(value))
    return n_like > 0 and n_like >= _LIKE_ONE * label.values.total()


def _instant_in(value: str) -> tuple[date, time] | None:
    """Return the day and clock time that a value is, for the order of those of one report; None if it is none."""
    if len(value) > _LONGEST_TIME:
        return None
    try:
        moments = read_moments(value)
    except Unreadable:
        return None
    if len(moments) != 1 or moments[0].clock is None:
        return None
    day = moments[0].date or min(moments[0].either or (date.min,))
    return day, moments[0].clock


def _rank_in_time(label: _Label, others: Sequence[_Label]) -> float:
    """Return how many of the other labels' instants are before its own, on average of the reports."""
    ranks = []
    for number, value in label.by_report.items():
        own = _instant_in(value)
        of_others = [_instant_in(each.by_report[number]) for each in others if number in each.by_report]
        if own is not None:
            ranks.append(sum(other < own for other in of_others if other is not None))
    return sum(ranks) / len(ranks) if ranks else 0.0


def _is_count(value: str) -> bool:
    """Return whether a value is a number of something, not a length of time."""
    try:
        return _COUNT.fullmatch(value) is not None and _instant_in(value) is None and read_span(value) is None
    except Unreadable:
        return False


def _is_status(value: str) -> bool:
    """Return whether a value is a word for a report's state."""
    try:
        return read_word(value, STATUSES, default_template().synonyms("statuses")) is not None
    except Unreadable:
        return False


def _lists_names(label: _Label) -> bool:
    """Return whether values are lists of short names that come again: ``Depot Scanner, Tracking API``."""
    lists = [[*map(str.strip, re.split("[,;]", value))] for value, n in label.values.items() for _ in range(n)]
    names = [name for each in lists for name in each]
    is_short = all(0 < len(name) <= _LONGEST_NAME and name[0].isalpha() and name.count(" ") <= 3 for name in names)  # noqa: PLR2004
    return is_short and any(len(each) > 1 for each in lists) and len({*map(fold, names)}) < len(names)


def _unknown_statuses(labels: Iterable[_Label]) -> list[str]:
    """Return the words of reports for their status that no layout knows, the most frequent first."""
    found: Counter[str] = Counter()
    template = default_template()
    for label in labels:
        if template.field_named(label.name) == "status":
            for word, n in label.values.items():
                if not _is_status(word) and len(word.split()) <= 3:  # noqa: PLR2004
                    found[word] += n
    return [word for word, n in found.most_common() if n > 1]


# --- questions -------------------------------------------------------------------------------------------------------


def _rating_questions(ratings: Iterable[_Label]) -> Iterator[str]:
    for label in ratings:
        yield (
            f"Is {toml_text(label.name)} ({_counted(label.values)}) how severe an incident was? Then remove the # "
            f"before severity in {LAYOUT_NAME}, and the one before synonyms below, with the severity that each word is."
        )


def _field_questions(likely: Mapping[str, Sequence[_Label]]) -> Iterator[str]:
    for name, labels in likely.items():
        named = " or ".join(f"{toml_text(label.name)} (such as {_examples(label)})" for label in labels)
        yield f"Is {named} {_MEANINGS[name]}? Then remove the # before {name} in {LAYOUT_NAME}."


def _other_questions(labels: Sequence[_Label]) -> Iterator[str]:
    if labels:
        named = ", ".join(toml_text(label.name) for label in labels[:_MOST_WORDS])
        more = f" and {len(labels) - _MOST_WORDS} more" if len(labels) > _MOST_WORDS else ""
        yield (
            f"What {_are(labels)} {named}{more}? Where one is a field such as duration or summary, add it under "
            f"[fields] in {LAYOUT_NAME}; the others are kept in the table fields as they are."
        )


def _status_questions(statuses: Sequence[str]) -> Iterator[str]:
    if statuses:
        yield (
            f"Is a report that is {' or '.join(map(toml_text, statuses))} finished? Then remove the # before "
            f'"Final" in {LAYOUT_NAME}: a review takes response times and action items from finished reports alone.'
        )


def _heading_questions(headings: Sequence[_Heading]) -> Iterator[str]:
    if headings:
        named = ", ".join(toml_text(heading.name) for heading in headings)
        yield (
            f"What {_are(headings)} {named}? Where one is a summary, the action items or another section that the "
            f"built-in layouts have, add it to {LAYOUT_NAME} as shown at its end."
        )


def _are(named: Sequence[object]) -> str:
    return "is" if len(named) == 1 else "are"


def _counted(values: Counter[str]) -> str:
    return ", ".join(f"{word} in {n}" for word, n in values.most_common(_MOST_WORDS))


def _examples(label: _Label) -> str:
    return visible(" and ".join(toml_text(value) for value, _ in label.values.most_common(2)))


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_text, words))}]"


def toml_text(text: str) -> str:
    """Return text as TOML writes it, with nothing hidden in it."""
    return visible_toml(json.dumps(text, ensure_ascii=False))
