"""One report's text to the rows of the tables."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePath
from typing import NamedTuple
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.reports.blocks import RUNNING, Item, Paragraph, Section
from incident_analytics.reports.chronology import Chronology
from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.date_order import dates_in_order
from incident_analytics.reports.durations import find_length
from incident_analytics.reports.header import HeaderReader
from incident_analytics.reports.labels import labelled_lines
from incident_analytics.reports.layout import section_owners, section_parts, with_tasks
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.origins import OriginReader
from incident_analytics.reports.outages import OutageReader
from incident_analytics.reports.recognition import Recognized, Skipped, recognize
from incident_analytics.reports.report import OWN, Report
from incident_analytics.reports.report_fields import OTHER_MATTERS
from incident_analytics.reports.rows import Kind, find_unread
from incident_analytics.reports.sections import SectionReader
from incident_analytics.reports.status_pages import UPDATES
from incident_analytics.reports.template import Template
from incident_analytics.reports.unnamed import UnnamedReader
from incident_analytics.reports.values import find_users
from incident_analytics.reports.zones import zones_settled
from incident_analytics.schema import LABELS, MILESTONES

__all__ = ["parse_reports", "read_reports"]


def parse_reports(
    text: str,
    path: str,
    settings: Settings,
    template: Template,
    corrections: Mapping[str, Sequence[Correction]] | None = None,
) -> list[Report]:
    """Read the reports that a text holds.

    Parameters
    ----------
    text
        A file's text; any text is accepted.
    path
        Where it comes from, for problems and for the ``path`` column.
    settings
        Severities, services and the zone of times that name none.
    template
        What the report's parts are called.
    corrections
        What is known better, by incident_id.

    Returns
    -------
    list of Report
        Usually one; empty where the text is not a report of this template. Where several headings of the template's
        report level each begin a report, the path of the second is ``path#2``.
    """
    found = read_reports(text, path, settings, [template], corrections)
    return [] if isinstance(found, Skipped) else found[1]


def read_reports(
    text: str,
    path: str,
    settings: Settings,
    templates: Sequence[Template],
    corrections: Mapping[str, Sequence[Correction]] | None = None,
) -> tuple[Template, list[Report]] | Skipped:
    """Read the reports that a text holds by the template that fits it best.

    Parameters
    ----------
    text, path, settings, corrections
        As for `parse_reports`.
    templates
        In the order in which they count where several fit equally.

    Returns
    -------
    tuple or Skipped
        The template and the reports, or why the text is not a report.
    """
    day_first = settings.date_order and settings.date_order == "day-first"
    with dates_in_order(text, usual=day_first), zones_settled(text, usual=settings.timezone):
        found = recognize(parse_markdown(text), path, templates)
        if isinstance(found, Skipped):
            return found
        reports = []
        for number, (sections, others) in enumerate(zip(found.reports, found.between(), strict=True), start=1):
            report = Report(path, number)
            report.rows["incidents"].append({"path": path if number == 1 else f"{path}#{number}"})
            reports.append(_Parser(report, sections, others, found, settings).parse(corrections or {}))
        return found.template, reports


_IMPACT = {"impact", "user_impact"}
"""Sections whose text may say how many users were hit."""


_OF_PEOPLE = re.compile(
    r"impact|affected|\bwho\b|people|users\b|customers\b|scope|extent|exposure|effect|consequence|noticed?\b"
    r"|auswirkung|betroffen|consecuencia|consequência|conséquence|gevolg|följd|konsekvens|conseguenz|wpływ|影響|影响",
    re.IGNORECASE,
)
"""What a heading or label has below which is what became of the users."""


_LASTS = (" for ", " last", " took ", "duur", "dauer", " dur", "varade", "varte", "varede", "trwa")
"""One of these is in each sentence that says how long it was."""
_COURSE = frozenset({None, "summary", "timeline", "impact", "user_impact", "what_happened"}) | frozenset(
    {"lead_up", "detection", "response", "resolution"}
)
"""Sections whose sentences may say when things were."""


class _Part(NamedTuple):
    """A section, the one of the template that it is or is a part of, and whether its own heading says so."""

    section: Section
    name: str | None
    is_named: bool
    is_head: bool


class _Parser:
    """Reads one report: the fields at its head, its sections, then when everything was.

    Nothing is read from the other sections, which are in no report of the file; what looks like a row there is named.
    """

    def __init__(
        self,
        report: Report,
        sections: Sequence[Section],
        others: Sequence[Section],
        found: Recognized,
        settings: Settings,
    ) -> None:
        self.sections, self.others = sections, others
        self.head = found.head
        self.template = template = found.template
        self.parts = with_tasks(sections, section_parts(sections, template), template)
        self.report = report
        self.values = report.incident
        self.reader = SectionReader(self.report, settings, template)
        self.zone = report.usual_zone = ZoneInfo(settings.timezone)

    def parse(self, corrections: Mapping[str, Sequence[Correction]]) -> Report:
        header = HeaderReader(self.reader, self.sections, self.parts, self.head)
        header.read_head()
        parts = self.read_sections()
        header.read_zone_elsewhere()
        header.read_date()
        self.read_actions(parts)
        header.read_instants()
        header.read_foot()
        self.read_unnamed(parts, self.report_unread(parts))
        self.take_users_of_prose()
        self.take_length_of_prose()
        incident_id = self.values.get("incident_id") or PurePath(self.report.file).stem.strip()
        known = {correction.field: correction for correction in corrections.get(incident_id, ())}
        milestones = {f"{milestone}_at" for milestone in MILESTONES}
        derived = {"occurred_at", "ended_at", "is_open"}
        self.correct(known, known.keys() - milestones - derived - LABELS.keys())
        duration, total = self.report.duration, self.values.get("stated_duration")
        if duration is not None and duration.total != total:  # it was corrected, and an end may be derived from it
            self.report.duration = replace(duration, total=total, approximate=False)
        is_posted = any(part.section.title == UPDATES for part in parts)
        Chronology(self.reader, self.zone).place(list(self.course_of_events(parts)), is_posted=is_posted)
        known = dict(self.in_zone(known.values()))
        self.correct(known, known.keys() & milestones)
        OriginReader(self.report, self.template).read()
        self.correct(known, known.keys() & LABELS.keys())
        OutageReader(self.report, self.zone).read(known)
        self.correct(known, known.keys() & derived)
        return self.report

    def course_of_events(self, parts: Sequence[_Part]) -> Iterator[Paragraph | Item]:
        """Yield the paragraphs and list items that may say when things were."""
        for part in parts:
            if part.name in _COURSE and not OTHER_MATTERS.search(part.section.title):
                blocks = (block for block in part.section.blocks if isinstance(block, RUNNING))
                yield from (block for block in blocks if not self.has_times(block))

    def has_times(self, block: Paragraph | Item) -> bool:
        """Return whether the times of a block were read as those of fields."""
        uses = {self.report.used.get(line.line, "") for line in block.lines}
        return any(use.endswith(("_at", ".stated_duration", ".duration")) for use in uses)

    def take_users_of_prose(self) -> None:
        """Take how many users were hit from the text on the impact, or the summary, where no field says it."""
        if self.report.lines.keys() & {"affected_users", "affected_users_fraction"}:
            return
        on_impact, others = self.texts_on_users()
        for texts in (on_impact, others):
            is_of_impact = texts is on_impact
            found = [
                (*users, line)
                for words, line in texts
                if (users := find_users(words, is_of_impact=is_of_impact)) is not None
            ]
            if found:
                break
        if len({(share.count, share.fraction) for share, _, _ in found}) != 1:
            return
        share, words, line = found[0]
        self.values["affected_users"], self.values["affected_users_fraction"] = share.count, share.fraction
        self.report.note("affected_users", words, line, source="derived", approximate=share.approximate)

    def take_length_of_prose(self) -> None:
        """Take how long it lasted from the title, the summary or the like, where no field says it and all agree."""
        if self.report.duration is not None or "stated_duration" in self.report.lines:
            return
        titled = (self.values.get("title") or "", self.report.lines.get("title", self.report.lines["head"]))
        on_impact, others = self.texts_on_users()
        texts = (titled, *on_impact, *others)
        found = [
            (*said, line)
            for words, line in texts
            if any(sign in words for sign in _LASTS) and (said := find_length(words)) is not None
        ]
        if len({length for length, *_ in found}) == 1:
            length, approximate, words, line = found[0]
            self.values["stated_duration"] = length
            self.report.note("stated_duration", words, line, source="derived", approximate=approximate)

    def texts_on_users(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Return the texts on the impact with their lines, and the others that may say how many users were hit."""
        on_impact: list[tuple[str, int]] = []
        others: list[tuple[str, int]] = []
        for row in self.report.rows["fields"]:
            titles = [row[name] for name in ("section", "name") if row[name] and row[name] != self.values.get("title")]
            names = {self.template.section_named(title) for title in titles} - {None}
            if names & _IMPACT or any(map(_OF_PEOPLE.search, titles)):
                on_impact.append((row["value"] or "", row["line"]))
            elif not names:
                others.append((row["value"] or "", row["line"]))
        above = takewhile(lambda pair: pair[1] is None, zip(self.sections, self.parts, strict=True))
        others += [(each.text, each.line) for section, _ in above for each in section.paragraphs()]
        others += [
            (self.values.get(name) or "", self.report.lines.get(name, self.report.lines["head"]))
            for name in ("impact", "summary", "what_happened")
        ]
        return on_impact, others

    def correct(self, known: Mapping[str, Correction], names: Iterable[str]) -> None:
        """Put what is known better in the place of what was read, and say where it changes nothing.

        A value that was inferred and that a person says is right is confirmed.
        """
        times = {entry.line: entry.when for entry in self.reader.entries}
        for name in sorted(names):
            correction = known[name]
            is_same = self.values.get(name) == correction.value
            if is_same and not self.report.is_doubtful(name):
                message = f"{correction.incident_id} already has this {name}; delete the line"
                self.report.problem("stale-correction", correction.line, message, path=correction.path)
                continue
            self.values[name] = correction.value
            self.report.note_correction(correction, times, confirmed=is_same)

    def in_zone(self, corrections: Iterable[Correction]) -> Iterator[tuple[str, Correction]]:
        """Yield corrections by field, their instants in UTC, without those of which no zone is known."""
        zone = None if self.report.zone_is_unclear else self.report.zone or self.zone
        for correction in corrections:
            try:
                yield correction.field, correction.in_zone(zone)
            except ValueError as error:
                message = f"not used: {error}"
                self.report.problem("unreadable-correction", correction.line, message, path=correction.path)

    def read_sections(self) -> list[_Part]:
        """Read each section by what the template says of it."""
        seen: set[str] = set()
        parts: list[_Part] = []
        owners = section_owners(self.sections, self.parts, self.template)
        for section, found, current in zip(self.sections, self.parts, owners, strict=True):
            if found is not None:
                if "|" not in section.title:  # else a line --- below a row made a heading of it
                    self.report.mark(OWN, section.line)
                self.report.lines.setdefault(f"section {found}", section.line)
                seen.add(found)
            if current is not None and self.reads(current) != "actions":
                self.reader.read(current, section)
            parts.append(
                _Part(
                    section,
                    current,
                    found is not None,
                    is_head=not seen and section.level <= self.template.report_level,
                )
            )
        missing = []
        for name, form in self.template.sections.items():
            has_text = form.reads == "text" and self.values.get(form.column or name) is not None
            if form.asked and not (name in seen or name in self.reader.parts or has_text):
                missing.append(repr(form.headings[0]))
        if missing:
            what = "section" if len(missing) == 1 else "sections"
            message = f"no {what} {', '.join(missing)}; add a heading with these words"
            self.report.problem("missing-section", self.report.lines["head"], message)
        return parts

    def read_actions(self, parts: Sequence[_Part]) -> None:
        """Read the actions, whose days may count from the incident's date."""
        for part in parts:
            if part.name is not None and self.reads(part.name) == "actions":
                self.reader.read(part.name, part.section)
        if self.report.rows["actions"] or any(self.reads(part.name) == "actions" for part in parts):
            return
        for section in (part.section for part in parts if self.reads(part.name) in {None, "nothing", "text"}):
            for paragraph in section.paragraphs():
                for label, line in labelled_lines(paragraph.lines):
                    name = self.template.section_named(label, exactly=True)
                    if self.reads(name) == "actions" and line.text:
                        self.reader.read_labelled_actions(line.text, line.line, self.template.sections[name or ""])

    def reads(self, name: str | None) -> str | None:
        """Return how the template has a section read, None where it does not know it."""
        return self.template.sections[name].reads if name else None

    def kind_of(self, name: str | None) -> Kind:
        """Return what the rows of a section are, ``own`` where the template does not know it."""
        reads = self.template.sections[name].reads if name else "own"
        return reads if reads in {"timeline", "actions", "services", "own"} else "prose"

    def kind_titled(self, title: str) -> Kind:
        """Return what the rows are below a heading."""
        return self.kind_of(self.template.section_named(title))

    def report_unread(self, parts: Sequence[_Part]) -> set[int]:
        """Report each line that looks like a row and was neither read as one nor is named by another problem."""
        kinds = [(part.section, self.kind_of(part.name)) for part in parts]
        kinds = [
            (section, self.reader.kind_of_tables(section) or kind if kind in {"own", "prose"} else kind)
            for section, kind in kinds
        ]
        others = section_parts(self.others, self.template)
        kinds += [(section, self.kind_of(name)) for section, name in zip(self.others, others, strict=True)]
        problems = self.report.rows["problems"]
        texts = {
            f"incidents.{form.column or name}" for name, form in self.template.sections.items() if form.reads == "text"
        }
        used = self.report.used.items()
        read = {line: use for line, use in used if use not in texts and not use.startswith("findings")}
        read |= {row["line"]: "" for row in problems if row["level"] != "info" or row["code"] == "placeholder"}
        unread = set()
        anywhere = not self.reader.entries
        for line, message in find_unread(kinds, self.kind_titled, read, anywhere=anywhere):
            if message:
                self.report.problem("unread-row", line, message)
            unread.add(line)
        return unread

    def read_unnamed(self, parts: Sequence[_Part], rows: Container[int]) -> None:
        """Keep what the template does not name: what is left of each section, and the headings themselves."""
        for key, value in self.head:
            if value.line not in self.report.used and value.text:
                self.report.add_field(None, key, value.text, value.line)
        reader = UnnamedReader(self.report, rows)
        fields = self.report.rows["fields"]
        for part in parts:
            before, is_text = len(fields), self.reads(part.name) == "text"
            bold_alone = is_text and part.is_named
            reader.read(part.section, self.reads(part.name), is_head=part.is_head, again=is_text, bold_alone=bold_alone)
            title, line = part.section.title, part.section.line
            if title and len(fields) == before and line not in self.report.used:
                self.report.add_field(title, title, None, line)
            elif title:
                self.report.mark("fields", line)
        fields.sort(key=lambda row: int(row["line"]))
