"""One report's text to the rows of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.markdown import Line, Section, parse_markdown
from incident_analytics.reports.milestones import Clue, Evidence, infer_gaps, infer_milestones
from incident_analytics.reports.report import Report
from incident_analytics.reports.sections import SectionReader, front_matter, labelled, text_or_none
from incident_analytics.reports.template import Template
from incident_analytics.reports.timeline import Placement, place_entries
from incident_analytics.reports.times import (
    FIRST_YEAR,
    LAST_YEAR,
    find_dates,
    read_date,
    read_duration,
    read_moments,
)
from incident_analytics.reports.values import Unreadable, is_absent, is_none, is_placeholder, read_word
from incident_analytics.schema import LAST_COUNTS, MILESTONES, STATUSES

__all__ = ["parse_reports", "section_part", "split_reports"]

_TITLE = re.compile(r"^(?:incident|post-?\s?mortem)(?:\s+(?:report|review|analysis))?\s*[:–—-]\s*", re.IGNORECASE)
_HEADER = ("incident_id", "date", "duration", "severity", "author", "status")


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
        Usually one; empty where the text is no report of this template. Where several headings of the template's
        report level each begin a report, the path of the second is ``path#2``.
    """
    document = parse_markdown(text)
    head = front_matter(document)
    reports = []
    for number, sections in enumerate(split_reports(document.sections, head, template), start=1):
        report = Report(path)
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
    """Tell whether sections are a report: two of the fields at its head, or a timeline and two sections more."""
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
        self.settings = settings
        self.template = template
        self.report = report
        self.values = report.incident
        self.reader = SectionReader(self.report, settings, template)
        self.zone = ZoneInfo(settings.timezone)
        self.gaps: list[tuple[int, int]] = []

    def parse(self, corrections: Mapping[str, Sequence[Correction]]) -> Report:
        self.read_header()
        self.read_sections()
        self.read_footer()
        incident_id = self.values.get("incident_id") or PurePath(self.report.file).stem
        known = {correction.field: correction for correction in corrections.get(incident_id, ())}
        milestones = {f"{milestone}_at" for milestone in MILESTONES}
        derived = {"occurred_at", "ended_at", "is_open"}
        self.correct(known, known.keys() - milestones - derived)
        duration, total = self.report.duration, self.values.get("stated_duration")
        if duration is not None and duration.total != total:  # it was corrected, and an end may be derived from it
            self.report.duration = replace(duration, total=total, approximate=False)
        self.place()
        self.correct(known, known.keys() & milestones)
        self.take_outages(known)
        self.finish()
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

    # -- the fields at the head and foot

    def read_header(self) -> None:
        level = self.template.report_level
        title = next((section for section in self.sections if section.level == level), None)
        self.report.lines["head"] = title.line if title else 1
        fields: dict[str, Line] = {}
        own = (pair for section in _head(self.sections, self.template) for pair in labelled(section))
        for label, line in (*own, *self.head):
            if name := self.template.field_named(label):
                fields.setdefault(name, line)
        if title is not None or "title" in fields:
            heading = Line(title.title if title else "", self.report.lines["head"])
            line = fields.pop("title", heading)
            self.values["title"] = _TITLE.sub("", line.text) or None
            self.report.note("title", line.text, line.line)
        for name in _HEADER:
            if name in fields:
                getattr(self, f"read_{name}")(fields[name])
            elif name in self.template.fields:
                code = {"incident_id": "malformed-id", "date": "missing-date"}.get(name, "missing-field")
                label = self.template.fields[name][0]
                message = f"no {label}; write a line '**{label}**: ...' below the title"
                self.report.problem(code, self.report.lines["head"], message)
        if "date" not in self.template.fields and title is not None:
            self.take_date_of(title)
        for name, line in fields.items():
            if name not in {*_HEADER, "template_version", "template_updated_on"}:
                self.read_other(name, line)

    def take_date_of(self, title: Section) -> None:
        """Take the incident's date from its heading, where the template has no field for it."""
        days = [moment.date for moment in find_dates(title.title) if moment.date is not None]
        if days:
            self.values["date"] = days[0]
            self.report.note("date", title.title, title.line, source="derived")

    def read_other(self, name: str, line: Line) -> None:
        """Read a field that other templates have at their head: services, instants, what the impact was."""
        label = self.template.fields[name][0]
        if name == "services":
            self.reader.add_services([(None, word.strip(), line.line) for word in line.text.split(",")])
        elif name.endswith("_at"):
            at = self.report.attempt(self.instant, line, label)
            if at is not None:
                self.values[name] = at
                self.report.note(name, line.text, line.line)
        else:
            self.reader.read_field(name, line, label)

    def instant(self, words: str) -> datetime | None:
        if is_absent(words):
            return None
        moments = read_moments(words)
        day = moments[0].date or self.anchor() if moments else None
        if day is None or moments[0].clock is None:
            raise Unreadable(f"{words!r} is no date and time; write it as 2025-03-14 14:02 UTC", "unreadable-time")
        return datetime.combine(day, moments[0].clock, moments[0].zone or self.zone).astimezone(UTC)

    def read_incident_id(self, line: Line) -> None:
        form = "INC-YYYY-MM-DD-###"
        if is_absent(line.text):
            message = f"the Incident ID is not filled in; write one of the form {form}"
            self.report.problem("malformed-id", line.line, message)
            return
        match = re.search(self.template.incident_id, line.text)
        if not match:
            message = f"Incident ID {line.text!r} is not of the form {form}; write one that is"
            self.report.problem("malformed-id", line.line, message)
        self.values["incident_id"] = match[0] if match else line.text
        self.report.note("incident_id", line.text, line.line)

    def read_date(self, line: Line) -> None:
        day = self.report.attempt(read_date, line, "Date")
        self.values["date"] = day
        self.report.note("date", line.text, line.line)
        if day is None and (is_absent(line.text) or is_none(line.text)):
            self.report.problem("missing-date", line.line, "the Date is not filled in; write it as YYYY-MM-DD")

    def read_duration(self, line: Line) -> None:
        duration = self.report.attempt(read_duration, line, "Duration")
        self.report.duration = duration
        self.report.lines["duration"] = line.line
        approximate = duration is not None and duration.approximate
        self.values["stated_duration"] = duration.total if duration else None
        self.report.note("stated_duration", line.text, line.line, approximate=approximate)
        if approximate:
            self.report.problem("approximate", line.line, f"Duration {line.text!r} is approximate; write both times")

    def read_severity(self, line: Line) -> None:
        self.report.note("severity", line.text, line.line)
        if is_placeholder(line.text):
            self.report.problem("placeholder", line.line, "Severity still holds the template's words; fill it in")
            return
        declared = self.settings.severities.order
        words = {word: name for word, name in self.template.synonyms("severities").items() if name in declared}
        try:
            self.values["severity"] = read_word(
                line.text, tuple(reversed(declared)), {**words, **self.settings.severities.synonyms}
            )
        except Unreadable as error:
            message = f"severity {error}; write one of these, or declare a synonym under [severities] in the settings"
            self.report.problem("unknown-severity", line.line, message)

    def read_author(self, line: Line) -> None:
        self.report.note("author", line.text, line.line)
        self.values["author"] = self.report.attempt(text_or_none, line, "Author")

    def read_status(self, line: Line) -> None:
        synonyms = self.template.synonyms("statuses")
        self.report.note("status", line.text, line.line)
        self.values["status"] = self.report.attempt(lambda words: read_word(words, STATUSES, synonyms), line, "Status")

    def read_footer(self) -> None:
        for section in reversed(self.sections):
            for label, line in labelled(section):
                name = self.template.field_named(label)
                if name in self.values:
                    continue
                if name == "template_version":
                    self.values[name] = self.report.attempt(text_or_none, line, label)
                    self.report.note(name, line.text, line.line)
                elif name == "template_updated_on":
                    self.values[name] = self.report.attempt(read_date, line, label)
                    self.report.note(name, line.text, line.line)

    # -- the sections

    def read_sections(self) -> None:
        seen: set[str] = set()
        current, level = None, 0
        for section in self.sections:
            found = section_part(section, self.template)
            if found is not None:
                current, level = found, section.level
                self.report.lines.setdefault(f"section {found}", section.line)
                seen.add(found)
            elif section.level <= level:  # a section of the authors' own; below a known one it is a part of it
                current = None
            if current is not None:
                self.reader.read(current, section)
        for name, form in self.template.sections.items():
            if name not in seen:
                message = f"no section {form.headings[0]!r}; add a heading with these words"
                self.report.problem("missing-section", self.report.lines["head"], message)

    # -- when it was

    def place(self) -> None:
        """Give the timeline's rows and the Duration line's windows their instants."""
        duration = self.report.duration
        zone = self.reader.zone or (duration.zone if duration else None) or self.zone
        placement = place_entries(self.reader.entries, day=self.anchor(), zone=zone, duration=duration)
        self.report.placement = placement
        for remark in placement.remarks:
            self.report.problem(remark.code, remark.line, remark.message)
        for position, (entry, at) in enumerate(zip(self.reader.entries, placement.instants, strict=True), start=1):
            milestone = self.template.stated_milestone(entry.event)
            self.report.rows["timeline"].append(
                {
                    "position": position,
                    "at": at,
                    "event": entry.event,
                    "milestone": milestone,
                    "milestone_source": "stated" if milestone else None,
                    "confidence": 1.0 if milestone else None,
                    "line": entry.line,
                }
            )
        self.take_milestones(placement)

    def anchor(self) -> date | None:
        """Return the date that the clock times belong to: the report's Date, else the one in its id."""
        day: date | None = self.values.get("date")
        match = re.search(r"(\d{4})-(\d{2})-(\d{2})", self.values.get("incident_id") or "")
        if day is None and match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                return None
        return day

    def take_milestones(self, placement: Placement) -> None:
        """Fill the milestone columns from the Duration line's start, the template's phrases and what the words tell."""
        rows = self.report.rows["timeline"]
        start = placement.windows[0][0] if placement.windows else None
        if start is not None:
            line = self.report.lines["duration"]
            self.values["started_at"] = start
            self.report.note("started_at", self.words_at(line), line)
        duration = self.report.duration
        evidence = Evidence(
            start,
            placement.windows[-1][1] if placement.windows else None,
            duration.total if duration and not duration.support_hours else None,
            approximate=duration is not None and duration.approximate,
        )
        clues = [Clue(row["at"], row["event"], row["milestone"]) for row in rows]
        inferred = infer_milestones(clues, evidence)
        if not placement.windows:
            self.gaps = infer_gaps(clues, evidence)
        for milestone in MILESTONES:
            stated = [place for place, clue in enumerate(clues) if clue.stated == milestone and clue.at is not None]
            if stated:  # before the cure the first row counts; of the cure and what follows the last one
                self.take_milestone(milestone, stated[-1 if milestone in LAST_COUNTS else 0], placement, "stated", 1.0)
            elif milestone in inferred:
                guess = inferred[milestone]
                self.take_milestone(milestone, guess.row, placement, "inferred", guess.confidence)

    def take_milestone(self, milestone: str, place: int, placement: Placement, source: str, confidence: float) -> None:
        row, entry = self.report.rows["timeline"][place], self.reader.entries[place]
        if row["milestone"] is None:
            row |= {"milestone": milestone, "milestone_source": source, "confidence": confidence}
        if f"{milestone}_at" in self.values:
            return
        self.values[f"{milestone}_at"] = row["at"]
        self.report.note(
            f"{milestone}_at",
            f"{entry.when} {entry.event}",
            row["line"],
            source="inferred" if placement.inferred[place] else source,
            approximate=placement.approximate[place],
            confidence=confidence,
        )

    def words_at(self, line: int) -> str:
        """Return the words of the field that was read from a line."""
        readings = self.report.rows["readings"]
        return next((row["as_written"] for row in readings if row["line"] == line), "")

    def corrected_outages(
        self, outages: list[tuple[datetime, datetime | None, str, int]], known: Mapping[str, Correction]
    ) -> list[tuple[datetime, datetime | None, str, int]]:
        """Let the first window begin and the last one end where a correction says so."""
        if "started_at" in known and (begin := known["started_at"].value) is not None:
            outages[0] = (begin, *outages[0][1:])
        for name in ("restored_at", "ended_at"):
            if name in known and (end := known[name].value) is not None:
                start, _, _, at = outages[-1]
                outages[-1] = (start, end, "corrected", at)
        return outages

    def take_outages(self, known: Mapping[str, Correction]) -> None:
        """List the windows of impact: the Duration line's, else from the beginning to the restoration."""
        line = self.report.lines.get("duration", 0)
        windows = self.report.placement.windows if self.report.placement else ()
        outages = [(start, end, "duration", line) for start, end in windows if start is not None]
        begin = self.values.get("started_at") or self.values.get("detected_at")
        if not outages and begin is not None:
            end, source = self.values.get("restored_at"), "timeline"
            duration = self.report.duration
            if end is None and duration and duration.total and not duration.support_hours and not duration.is_open:
                end, source = begin + duration.total, "derived"
            at = self.report.lines.get("restored_at") or self.report.lines.get("detected_at") or line
            rows = self.report.rows["timeline"]
            for over, relapse in self.gaps if end is not None else ():  # it was over, and broke again
                outages.append((begin, rows[over]["at"], source, rows[over]["line"]))
                begin = rows[relapse]["at"]
            if end is None or end >= begin:
                outages.append((begin, end, source, at))
        if outages:
            outages = self.corrected_outages(outages, known)
        for position, (start, end, source, at) in enumerate(outages, start=1):
            self.report.rows["outages"].append(
                {"position": position, "started_at": start, "ended_at": end, "source": source, "line": at}
            )
        ended = [(end, source, at) for _, end, source, at in outages if end is not None]
        if ended and len(ended) == len(outages):
            self.values["ended_at"], source, at = max(ended)
            stated = "stated" if source == "duration" else "derived"
            self.report.note("ended_at", self.words_at(at), at, source=stated)

    def finish(self) -> None:
        """Derive what follows from the rest: whether it goes on, and when it occurred."""
        values = self.values
        duration = self.report.duration
        values["is_open"] = bool(duration and duration.is_open and values.get("status") != "Final")
        known = [values[f"{name}_at"] for name in ("started", "detected", "responded") if values.get(f"{name}_at")]
        day = self.anchor()
        if known:
            values["occurred_at"] = min(known)
        elif day is not None:
            values["occurred_at"] = datetime.combine(day, time(0), self.zone).astimezone(UTC)
