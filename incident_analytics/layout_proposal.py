"""A layout proposed from what reports call their parts: the form of their ids, their labels, their headings."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from incident_analytics.reports.choices import read_word
from incident_analytics.reports.labels import front_matter, labelled
from incident_analytics.reports.markdown import Document, Line, Section
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.template import bare_words, built_in_templates, default_template
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
_RATES: Final = re.compile(
    r"\b(?:class|grade|level|sev\w*|prio\w*|impact|category|tier|rating|colou?r|criticality|urgency)\b", re.IGNORECASE
)
"""Words of a label that may rate incidents."""
_RATINGS: Final = frozenset(
    {"red", "amber", "orange", "yellow", "green", "black", "major", "minor", "critical", "high", "medium", "low"}
)
_ID: Final = re.compile(r"[A-Za-z]{1,12}(?:[-_/#]?(?:\d++|[A-Za-z]{1,12}(?=[-_/#]\d)))*+(?<=\d)")
"""What has the form of an id: letters, then figures, with signs between them."""
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
    own_id = _form_of_ids(labels, len(documents))
    fields, unknown = _known_labels(labels)
    sections, placed, unplaced = _known_headings(headings)
    ratings = [label for label in unknown if _may_rate(label)] if "severity" not in fields else []
    statuses = _unknown_statuses(labels)
    if not (own_id or placed or ratings or statuses):
        return None
    questions = [*_rating_questions(ratings), *_status_questions(statuses), *_heading_questions(unplaced)]
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
        "",
        "[statuses]",
        *([f'# "Final" = {_list(statuses)}'] if statuses else []),
    ]
    for name, words in sections.items():
        lines += ["", f"[sections.{name}]", f"headings = {_list(heading.name for heading in words)}"]
    for heading in unplaced[:1]:
        lines += ["", "# [sections.summary]", f"# headings = [{toml_text(heading.name)}]"]
    rates = tuple(dict.fromkeys(word for label in ratings[:1] for word in label.values))
    return ProposedLayout("\n".join([*lines, ""]), tuple(questions), rates)


# --- what the reports have -------------------------------------------------------------------------------------------


def _count(documents: Sequence[Document]) -> tuple[list[_Label], list[_Heading]]:
    """Return the labels and headings that enough reports have, in the order in which they are there."""
    labels: dict[str, _Label] = {}
    headings: dict[str, _Heading] = {}
    for document in documents:
        seen: set[str] = set()
        for label, line in (*front_matter(document), *_head_labels(document.sections)):
            if (key := bare_words(label)) and key not in seen:
                seen.add(key)
                found = labels.setdefault(key, _Label())
                found.written[label.rstrip(":").strip()] += 1
                if line.text and not is_absent(line.text):
                    found.values[" ".join(line.text.split())] += 1
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


def _form_of_ids(labels: Sequence[_Label], n: int) -> str | None:
    """Return the pattern of ids that most reports have, and that no built-in layout knows; else None."""
    default = default_template()
    ids = [value for label in labels if default.field_named(label.name) == "incident_id" for value in label.values]
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
    """Return the labels of each field that a built-in layout knows, and the others."""
    known: dict[str, list[_Label]] = {}
    unknown = []
    for label in labels:
        name = next(filter(None, (template.field_named(label.name) for template in built_in_templates())), None)
        if name is None:
            unknown.append(label)
        elif name not in {"template_version", "template_updated_on"}:
            known.setdefault(name, []).append(label)
    return known, unknown


def _known_headings(
    headings: Iterable[_Heading],
) -> tuple[dict[str, list[_Heading]], list[_Heading], list[_Heading]]:
    """Return the headings of each section, those of these that only their rows give away, and those with texts alone.

    A heading with rows of times is the timeline, one with boxes to tick a list of action items.
    """
    known: dict[str, list[_Heading]] = {}
    placed, unplaced = [], []
    names = default_template().sections
    for heading in headings:
        named = (template.section_named(heading.name) for template in built_in_templates())
        name = next((each for each in named if each in names), None)
        if name is None and 2 * heading.n_timed > heading.n:
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


def _unknown_statuses(labels: Iterable[_Label]) -> list[str]:
    """Return the words of reports for their status that no layout knows, the most frequent first."""
    found: Counter[str] = Counter()
    template = default_template()
    for label in labels:
        if template.field_named(label.name) == "status":
            for word, n in label.values.items():
                try:
                    is_known = read_word(word, STATUSES, template.synonyms("statuses")) is not None
                except Unreadable:
                    is_known = False
                if not is_known and len(word.split()) <= 3:  # noqa: PLR2004
                    found[word] += n
    return [word for word, n in found.most_common() if n > 1]


# --- questions -------------------------------------------------------------------------------------------------------


def _rating_questions(ratings: Iterable[_Label]) -> Iterator[str]:
    for label in ratings:
        yield (
            f"Is {toml_text(label.name)} ({_counted(label.values)}) how severe an incident was? Then remove the # "
            f"before severity in {LAYOUT_NAME}, and the one before synonyms below, with the severity that each word is."
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
            f"What are {named}? Where one is a summary, an impact or another section that the built-in layouts have, "
            f"add it to {LAYOUT_NAME} as shown at its end."
        )


def _counted(values: Counter[str]) -> str:
    return ", ".join(f"{word} in {n}" for word, n in values.most_common(_MOST_WORDS))


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_text, words))}]"


def toml_text(text: str) -> str:
    """Return text as TOML writes it, with nothing hidden in it."""
    return visible_toml(json.dumps(text, ensure_ascii=False))
