"""One report's text to the rows of the tables."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.reports.chronology import Chronology
from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.header import HeaderReader
from incident_analytics.reports.labels import front_matter, labelled
from incident_analytics.reports.markdown import Line, Section, parse_markdown
from incident_analytics.reports.outages import OutageReader
from incident_analytics.reports.report import OWN, Report
from incident_analytics.reports.rows import Kind, find_unread
from incident_analytics.reports.sections import SectionReader
from incident_analytics.reports.template import Template
from incident_analytics.reports.unnamed import UnnamedReader
from incident_analytics.schema import MILESTONES

__all__ = ["parse_reports", "section_part", "split_reports"]


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
    document = parse_markdown(text)
    head = front_matter(document)
    reports = []
    for number, sections in enumerate(split_reports(document.sections, head, template), start=1):
        report = Report(path, number)
        report.rows["incidents"].append({"path": path if number == 1 else f"{path}#{number}"})
        reports.append(_Parser(report, sections, head, settings, template).parse(corrections or {}))
    return reports


def split_reports(
    sections: Sequence[Section], head: Sequence[tuple[str, Line]], template: Template
) -> Sequence[Sequence[Section]]:
    """Cut a text into its reports: at the headings of the template's report level that each begin one."""
    groups: list[list[Section]] = [[]]
    for section in sections:
        if section.level == template.report_level and groups[-1] and not section_part(section, template):
            groups.append([])
        groups[-1].append(section)
    begun = [group for group in groups if group[0].level == template.report_level and _is_report(group, (), template)]
    if len(begun) > 1 or (begun and template.report_level > 1):
        return begun
    return [sections] if _is_report(sections, head, template) else []


def _is_report(sections: Sequence[Section], head: Sequence[tuple[str, Line]], template: Template) -> bool:
    """Return whether sections are a report: two of the fields at its head, or a timeline and two sections more."""
    labels = [label for label, _ in head]
    labels += [label for section in _head(sections, template) for label, _ in labelled(section)]
    known = {section_part(section, template) for section in sections} - {None}
    timelines = {name for name in known if name and template.sections[name].reads == "timeline"}
    return len(_fields(labels, template)) > 1 or (bool(timelines) and len(known) > 2)  # noqa: PLR2004


def _fields(labels: Iterable[str], template: Template) -> set[str]:
    """Return the fields of a report's head that labels mean."""
    names = {name for label in labels if (name := template.field_named(label))}
    return names - {"template_version", "template_updated_on"}


def section_part(section: Section, template: Template) -> str | None:
    """Return which section of the template a heading begins; None for a report's title and for the authors' own.

    A heading at the level of titles begins a section where it is called like one and no report's fields follow.
    """
    name = template.section_named(section.title) if section.level else None
    if name and section.level <= template.report_level:
        return name if len(_fields((label for label, _ in labelled(section)), template)) < 2 else None  # noqa: PLR2004
    return name


def _head(sections: Iterable[Section], template: Template) -> Iterator[Section]:
    """Yield the sections above the first one that the template knows."""
    for section in sections:
        if section_part(section, template):
            return
        yield section


class _Part(NamedTuple):
    """A section, the one of the template that it is or is a part of, and whether its own heading says so."""

    section: Section
    name: str | None
    is_named: bool
    is_head: bool


class _Parser:
    """Reads one report: the fields at its head, its sections, then when everything was."""

    def __init__(
        self,
        report: Report,
        sections: Sequence[Section],
        head: Sequence[tuple[str, Line]],
        settings: Settings,
        template: Template,
    ) -> None:
        self.sections = sections
        self.head = head
        self.template = template
        self.report = report
        self.values = report.incident
        self.reader = SectionReader(self.report, settings, template)
        self.zone = ZoneInfo(settings.timezone)

    def parse(self, corrections: Mapping[str, Sequence[Correction]]) -> Report:
        header = HeaderReader(self.reader, list(_head(self.sections, self.template)), self.head)
        header.read_head(self.sections)
        parts = self.read_sections()
        header.read_foot(self.sections)
        self.read_unnamed(parts, self.report_unread(parts))
        incident_id = self.values.get("incident_id") or PurePath(self.report.file).stem
        known = {correction.field: correction for correction in corrections.get(incident_id, ())}
        milestones = {f"{milestone}_at" for milestone in MILESTONES}
        derived = {"occurred_at", "ended_at", "is_open"}
        self.correct(known, known.keys() - milestones - derived)
        duration, total = self.report.duration, self.values.get("stated_duration")
        if duration is not None and duration.total != total:  # it was corrected, and an end may be derived from it
            self.report.duration = replace(duration, total=total, approximate=False)
        Chronology(self.reader, self.zone).place()
        self.correct(known, known.keys() & milestones)
        OutageReader(self.report, self.zone).read(known)
        self.correct(known, known.keys() & derived)
        return self.report

    def correct(self, known: Mapping[str, Correction], names: Iterable[str]) -> None:
        """Put what is known better in the place of what was read, and say where it changes nothing."""
        for name in sorted(names):
            correction = known[name]
            if self.values.get(name) == correction.value:
                message = f"{correction.incident_id} already has this {name}; delete the line"
                self.report.problem("stale-correction", correction.line, message, path=correction.path)
                continue
            self.values[name] = correction.value
            self.report.note_correction(name)

    def read_sections(self) -> list[_Part]:
        """Read each section by what the template says of it."""
        seen: set[str] = set()
        parts: list[_Part] = []
        current, level = None, 0
        for section in self.sections:
            found = section_part(section, self.template)
            if found is not None:
                current, level = found, section.level
                self.report.mark(OWN, section.line)
                self.report.lines.setdefault(f"section {found}", section.line)
                seen.add(found)
            elif section.level <= level:  # a section of the authors' own; below a known one it is a part of it
                current = None
            if current is not None:
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
            if not (name in seen or name in self.reader.parts or has_text):
                missing.append(repr(form.headings[0]))
        if missing:
            what = "section" if len(missing) == 1 else "sections"
            message = f"no {what} {', '.join(missing)}; add a heading with these words"
            self.report.problem("missing-section", self.report.lines["head"], message)
        return parts

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
        problems = self.report.rows["problems"]
        read = {row["line"] for row in problems if row["level"] != "info" or row["code"] == "placeholder"}
        texts = {
            f"incidents.{form.column or name}" for name, form in self.template.sections.items() if form.reads == "text"
        }
        read |= {line for line, use in self.report.used.items() if use not in texts and not use.startswith("findings")}
        unread = set()
        anywhere = not self.reader.entries
        for line, message in find_unread(kinds, self.kind_titled, read, anywhere=anywhere):
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
