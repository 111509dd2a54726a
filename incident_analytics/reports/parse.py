"""One report's text to the rows of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import PurePath
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.reports.choices import find_choice, read_choice, read_word
from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.durations import in_words, read_duration, spans_agree
from incident_analytics.reports.markdown import Line, Section, parse_markdown
from incident_analytics.reports.milestones import (
    Clue,
    DurationClues,
    Gap,
    infer_gaps,
    infer_milestones,
    infer_relapse,
)
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent, is_none, is_placeholder
from incident_analytics.reports.report import Report
from incident_analytics.reports.rows import Kind, find_unread
from incident_analytics.reports.sections import SectionReader, front_matter, labelled, text_or_none
from incident_analytics.reports.template import Template
from incident_analytics.reports.timeline import Placement, place_entries
from incident_analytics.reports.times import FIRST_YEAR, LAST_YEAR, find_dates, read_date, read_moments
from incident_analytics.reports.zones import names_zone, read_zone
from incident_analytics.schema import LAST_COUNTS, MILESTONES, STATUSES, UNCOUNTED_STATUSES

__all__ = ["parse_reports", "section_part", "split_reports"]

_TITLE = re.compile(r"^(?:incident|post-?\s?mortem)(?:\s+(?:report|review|analysis))?\s*[:–—-]\s*", re.IGNORECASE)
_ONGOING = re.compile(
    r"(?:ongoing|active|unresolved|not (?:yet )?(?:resolved|restored|over)|still (?:open|down|going)|monitoring"
    r"|investigating|mitigating)\b"
)
"""Statuses that say of the incident, not of its report, that it goes on."""
_UNFINISHED = re.compile(
    r"(?<!no longer )(?<!not )\b(?:pending|await\w*|waiting|subject to|in review|unfinished|incomplete|wip|tb[dc]"
    r"|to be (?:reviewed|approved|confirmed|signed|completed|published)|preliminary|provisional|almost|nearly"
    r"|not (?:yet )?(?:reviewed|approved|final\w*|complete\w*|signed\w*|published|confirmed)"
    r"|needs? (?:review|approval|sign-?off))\b|\?",
    re.IGNORECASE,
)
"""Words next to the last status that say that the report is not there yet."""
_DUPLICATE_OF = re.compile(r"\bduplicates? of\b", re.IGNORECASE)

_ZONE_LABELS = {"time zone", "timezone", "tz", "times", "all times"}
"""Fields at a report's head that say in which zone its times are."""

_GROSS = 1.5
"""By how much of the smaller one a length must exceed another one for no slip of a few minutes to explain it."""
_SLIP = timedelta(minutes=5)
"""By how much it must exceed the other at least."""
_BACK = timedelta(hours=21)
"""A range without dates that is longer runs back by less than three hours: a slip as likely as a day."""
_SURE = 0.8
"""How sure a row must be of its milestone to be held against the Duration."""

Outage = tuple[datetime, datetime | None, str, int]
"""A window of impact: its start, its end, where that was read, on which line."""


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


def _is_same(one: datetime, other: datetime) -> bool:
    """Return whether two instants are the same to the minute."""
    return abs(one - other) < timedelta(minutes=1)


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
        self.ongoing: Line | None = None
        """The field that says that the incident goes on."""
        self.duration_is_unclear = False
        """Whether the Duration names a zone that may be several."""
        self.unended: int | None = None
        """The row of a relapse after the last restoration, of unknown end."""

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
        self.settle_ongoing()
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
        fields = self.header_fields()
        if title is not None or "title" in fields:
            heading = Line(title.title if title else "", self.report.lines["head"])
            line = fields.pop("title", heading)
            self.values["title"] = _TITLE.sub("", line.text) or None
            self.report.note("title", line.text, line.line)
        takers = {
            "incident_id": self.take_incident_id,
            "date": self.take_date,
            "duration": self.take_duration,
            "severity": self.take_severity,
            "author": self.take_author,
            "status": self.take_status,
        }
        for name, take in takers.items():
            if name in fields:
                take(fields[name])
            elif name in self.template.fields:
                code = {"incident_id": "malformed-id", "date": "missing-date"}.get(name, "missing-field")
                label = self.template.fields[name][0]
                message = f"no {label}; write a line '**{label}**: ...' below the title"
                self.report.problem(code, self.report.lines["head"], message)
        if "date" not in self.template.fields and title is not None:
            self.take_date_of(title)
        self.check_title()
        for name, line in fields.items():
            if name not in {*takers, "template_version", "template_updated_on"}:
                self.read_other(name, line)

    def header_fields(self) -> dict[str, Line]:
        """Return the fields of the head by their names; one that names the zone of the times is read at once."""
        fields: dict[str, Line] = {}
        own = (pair for section in _head(self.sections, self.template) for pair in labelled(section))
        for label, line in (*own, *self.head):
            if fold(label) in _ZONE_LABELS:
                self.reader.read_zone(line, label)
            if name := self.template.field_named(label):
                fields.setdefault(name, line)
        return fields

    def check_title(self) -> None:
        """Read a report whose title says that it is a duplicate as one, whatever its status."""
        title, pattern = self.values.get("title") or "", self.template.incident_id
        if re.fullmatch(pattern, "any-word") or self.values.get("status") in UNCOUNTED_STATUSES:
            return
        if re.match(rf"\W*duplicates? of\W+(?:{pattern})(?!\w)", title, re.IGNORECASE):
            status, line = self.values.get("status"), self.report.lines.get("title", 1)
            self.values["status"] = UNCOUNTED_STATUSES[0]
            message = f"the title is {title!r}, the Status is {status or 'not recorded'}; write '**Status**: Duplicate'"
            self.report.problem("contradiction", line, f"{message}, or another title", of_incident=False)

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
            self.reader.add_services([(None, word.strip(), line.line, "") for word in line.text.split(",")])
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

    def take_incident_id(self, line: Line) -> None:
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

    def take_date(self, line: Line) -> None:
        day = self.report.attempt(read_date, line, "Date")
        self.values["date"] = day
        self.report.note("date", line.text, line.line)
        if day is None and (is_absent(line.text) or is_none(line.text)):
            self.report.problem("missing-date", line.line, "the Date is not filled in; write it as YYYY-MM-DD")

    def take_duration(self, line: Line) -> None:
        duration = self.report.attempt(read_duration, line, "Duration")
        self.report.duration = duration
        self.duration_is_unclear = duration is None and self.is_unclear_zone(line.text)
        self.report.lines["duration"] = line.line
        approximate = duration is not None and duration.approximate
        self.values["stated_duration"] = duration.total if duration else None
        self.report.note("stated_duration", line.text, line.line, approximate=approximate)
        if approximate:
            self.report.problem("approximate", line.line, f"Duration {line.text!r} is approximate; write both times")

    @staticmethod
    def is_unclear_zone(words: str) -> bool:
        try:
            return names_zone(words) and read_zone(words) is None
        except Unreadable:
            return True

    def take_severity(self, line: Line) -> None:
        self.report.note("severity", line.text, line.line)
        if is_placeholder(line.text):
            self.report.problem("placeholder", line.line, "Severity still holds the template's words; fill it in")
            return
        declared = self.settings.severities.order
        words = {word: name for word, name in self.template.synonyms("severities").items() if name in declared}
        synonyms = {**words, **self.settings.severities.synonyms}
        try:
            choice = read_choice(line.text, tuple(reversed(declared)), synonyms)
        except Unreadable as error:
            message = f"severity {error}; write one of these, or declare a synonym under [severities] in the settings"
            self.report.problem("unknown-severity", line.line, message)
        else:
            self.values["severity"] = self.report.choose(choice, line, "Severity", declared, unknown="unknown-severity")

    def take_author(self, line: Line) -> None:
        self.report.note("author", line.text, line.line)
        self.values["author"] = self.report.attempt(text_or_none, line, "Author")

    def take_status(self, line: Line) -> None:
        self.report.note("status", line.text, line.line)
        if _ONGOING.match(fold(line.text).strip("*_ ")):
            self.ongoing = line
            self.values["status"] = STATUSES[0]  # the report of what goes on can't be complete
        elif (uncounted := self.uncounted_status(line.text)) is not None:
            self.values["status"] = uncounted
        elif not is_placeholder(line.text) and (named := find_choice(line.text, STATUSES, {})) is not None:
            self.values["status"] = self.report.choose(named, line, "Status", STATUSES, unknown="unreadable-value")
        else:
            self.values["status"] = self.report.attempt(self.one_status, line, "Status")

    def one_status(self, words: str) -> str | None:
        """Return the one status that words mean, whose gloss must not say that the report is not at it yet."""
        synonyms = self.template.synonyms("statuses")
        status = read_word(words, STATUSES, synonyms)
        if status == STATUSES[-1] and _UNFINISHED.search(words):
            raise Unreadable(f"{words.strip()!r} says that it is {status} and that it is not; write the status alone")
        return status

    def uncounted_status(self, words: str) -> str | None:
        """Return the status of a report that is not about an incident of its own, such as a duplicate."""
        plain = fold(words).strip("*_[]( ")
        names = {name: name for name in UNCOUNTED_STATUSES} | {
            word: name for word, name in self.template.synonyms("statuses").items() if name in UNCOUNTED_STATUSES
        }
        found = (name for word, name in names.items() if re.match(rf"{re.escape(fold(word))}(?!\w)", plain))
        return next(found, UNCOUNTED_STATUSES[0] if _DUPLICATE_OF.search(words) else None)

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
        parts: list[tuple[Section, Kind | None]] = []
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
            parts.append((section, self.kind_of(current)))
        self.report_unread(parts)
        for name, form in self.template.sections.items():
            if name not in seen:
                message = f"no section {form.headings[0]!r}; add a heading with these words"
                self.report.problem("missing-section", self.report.lines["head"], message)

    def kind_of(self, name: str | None) -> Kind | None:
        """Return what the rows of a section are, ``own`` where the template does not know it."""
        reads = self.template.sections[name].reads if name else "own"
        return reads if reads in {"timeline", "actions", "services", "own"} else None

    def report_unread(self, parts: list[tuple[Section, Kind | None]]) -> None:
        """Report each line that looks like a row and was neither read nor is named by another problem."""
        if not self.reader.entries:  # then it may be anywhere, whatever that place is for
            parts = [(section, kind or "timeline") for section, kind in parts]
        parts = [
            (section, "actions" if kind == "own" and any(map(self.reader.has_actions, section.tables())) else kind)
            for section, kind in parts
        ]
        problems = self.report.rows["problems"]
        named = {row["line"] for row in problems if row["level"] != "info" or row["code"] == "placeholder"}
        read = {kind: named | lines for kind, lines in self.reader.seen.items()}
        for line, message in find_unread(parts, lambda title: self.kind_of(self.template.section_named(title)), read):
            self.report.problem("unread-row", line, message)

    # -- when it was

    def place(self) -> None:
        """Give the timeline's rows and the Duration line's windows their instants."""
        zone = self.settle_zones()
        duration = self.report.duration
        placement = place_entries(self.reader.entries, day=self.anchor(), zone=zone, duration=duration)
        placement = self.settle_windows(placement, zone)
        self.report.placement = placement
        for remark in placement.remarks:
            self.report.problem(remark.code, remark.line, remark.message)
        named = {problem["line"] for problem in self.report.rows["problems"]}
        for position, (entry, at) in enumerate(zip(self.reader.entries, placement.instants, strict=True), start=1):
            milestone = self.template.stated_milestone(entry.event)
            if milestone and at is None and not entry.is_unclear and entry.line not in named:
                message = (
                    f"{entry.event!r} has no time of day, so when it was {milestone} is unknown; write it as HH:MM"
                )
                self.report.problem("unreadable-time", entry.line, message)
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

    def settle_zones(self) -> tzinfo:
        """Return the zone of times that name none; where a report names one that may be several, they are not read."""
        duration = self.report.duration
        if self.reader.zone is None and (self.duration_is_unclear or self.reader.zone_is_unclear):
            entries = self.reader.entries
            entries[:] = [replace(entry, is_unclear=True) for entry in entries]
            if duration is not None and duration.zone is None:
                self.report.duration = replace(duration, windows=())
        return self.reader.zone or (duration.zone if duration else None) or self.zone

    def settle_windows(self, placement: Placement, zone: tzinfo) -> Placement:
        """Compare the Duration's times with its total and with what the timeline says by itself.

        An end without a date takes the timeline's day where both have the same time of day. Times that contradict the
        total, or each other, count only where the timeline has the restoration at the same time; else the timeline's
        window does where it makes the total, else the end is unknown.
        """
        duration = self.report.duration
        if duration is None or duration.is_open or duration.support_hours:
            return placement
        windows = [(start, end) for start, end in placement.windows if start is not None and end is not None]
        if not windows or len(windows) != len(duration.windows):
            return placement
        alone = place_entries(self.reader.entries, day=self.anchor(), zone=zone, duration=replace(duration, windows=()))
        begun, restored = self.told_window(alone)
        (start, _), (_, end) = windows[0], windows[-1]
        is_confirmed = restored is not None and _is_same(restored[1], end)
        if restored is not None and (begun is None or restored[1] < begun):
            restored = None
        if (
            duration.total is None
            and restored is not None
            and (over := self.dated_end(placement, restored)) is not None
        ):
            return replace(placement, windows=((start, over),))
        span = sum((last - first for first, last in windows), timedelta(0))
        fault, is_gross = self.fault_of_range(windows, span)
        if fault is None or is_confirmed:
            return placement
        line, confirmed_by = self.report.lines["duration"], ""
        if restored is not None:
            row, over = restored
            confirmed_by = f", and line {self.reader.entries[row].line} has it restored at {over:%Y-%m-%d %H:%M} UTC"
            if duration.total and spans_agree(duration.total, over - (begun or over), approximate=duration.approximate):
                message = f"{fault}{confirmed_by}, which makes the stated length and counts; correct its times"
                self.report.problem("duration-mismatch", line, message)
                is_begin = begun is not None and _is_same(begun, start)
                return replace(alone, windows=((start, over),) if is_begin and len(windows) == 1 else ())
        if not is_gross:
            return placement
        message = f"{fault}{confirmed_by}: how long it lasted is unknown; correct what is wrong of these"
        self.report.problem("duration-mismatch", line, message)
        self.report.duration = replace(duration, total=None)  # in doubt, no end is derived from it
        # Where no row has the restoration, the beginning of a range that runs back is in doubt as well.
        is_sure = restored is not None or (start.date() == end.date() and start < end)
        is_sure |= any(at is not None and _is_same(at, start) for at in alone.instants)
        return replace(alone, windows=tuple((first, None) for first, _ in windows) if is_sure else ())

    def dated_end(self, placement: Placement, restored: tuple[int, datetime]) -> datetime | None:
        """Return the timeline's restoration where the Duration's end has its time of day and no date, else None."""
        duration, (row, over) = self.report.duration, restored
        last = duration.windows[0][1] if duration is not None and len(duration.windows) == 1 else None
        end = placement.windows[0][1]
        if last is None or end is None or last.dated or last.days_later:
            return None
        days, rest = divmod(over - end, timedelta(days=1))
        dated = any(find_dates(entry.when) for entry in self.reader.entries[: row + 1])
        if not dated or rest or days < 1 or any(at and _is_same(at, end) for at in placement.instants):
            return None
        return over

    def fault_of_range(self, windows: Sequence[tuple[datetime, datetime]], span: timedelta) -> tuple[str | None, bool]:
        """Say what the Duration's times contradict, and whether by more than a slip of a few minutes explains."""
        duration = self.report.duration
        if duration is None:
            return None, False
        (first, last), whole = (windows[0][0], windows[-1][1]), windows[-1][1] - windows[0][0]
        if any(end < start for start, end in windows):
            return f"the Duration ends {last:%Y-%m-%d %H:%M} UTC, before it starts at {first:%Y-%m-%d %H:%M}", True
        if (total := duration.total) is not None:
            if any(spans_agree(total, each, approximate=duration.approximate) for each in (span, whole)):
                return None, False
            is_gross = max(span, total) >= _GROSS * min(span, total) and abs(span - total) > _SLIP
            return f"the Duration's own times make {in_words(span)}, it states {in_words(total)}", is_gross
        end = duration.windows[-1][1]
        undated = end is not None and not end.dated and not end.days_later
        if undated and (span > _BACK or not span):
            side = "before" if span else "that of"
            return f"the Duration's end has no date, and its time of day is {side} its start", True
        return None, False

    def told_window(self, placement: Placement) -> tuple[datetime | None, tuple[int, datetime] | None]:
        """Return when the timeline by itself has the beginning, and in which row and when it has the restoration."""
        clues = [
            Clue(at, entry.event, self.template.stated_milestone(entry.event))
            for entry, at in zip(self.reader.entries, placement.instants, strict=True)
        ]
        inferred = infer_milestones(clues, DurationClues())
        rows: dict[str, int] = {name: guess.row for name, guess in inferred.items() if guess.confidence >= _SURE}
        for row, clue in enumerate(clues):
            if clue.stated and clue.at is not None and (clue.stated in LAST_COUNTS or clue.stated not in rows):
                rows[clue.stated] = row
        begun = next((clues[rows[name]].at for name in ("started", "detected") if name in rows), None)
        over = clues[rows["restored"]].at if "restored" in rows else None
        return begun, (rows["restored"], over) if over is not None else None

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
        """Fill the milestone columns from the Duration line's start, the template's phrases and the words of rows."""
        rows = self.report.rows["timeline"]
        start = placement.windows[0][0] if placement.windows else None
        if start is not None:
            line = self.report.lines["duration"]
            stated = self.values.setdefault("started_at", start)
            self.report.note("started_at", self.words_at(line), line)
            if not _is_same(stated, start):
                self.report_two_instants("duration-mismatch", "started", line, start)
        duration = self.report.duration
        evidence = DurationClues(
            start,
            placement.windows[-1][1] if placement.windows else None,
            duration.total if duration and not duration.support_hours else None,
            approximate=duration is not None and duration.approximate,
            is_open=(duration is not None and duration.is_open) or self.ongoing is not None,
        )
        clues = [Clue(row["at"], row["event"], row["milestone"]) for row in rows]
        inferred = infer_milestones(clues, evidence)
        self.take_gaps(infer_gaps(clues, evidence))
        relapse = infer_relapse(clues)
        if relapse is not None:
            self.take_relapse(relapse, is_open=evidence.is_open)
        for milestone in MILESTONES:
            if milestone == "restored" and relapse is not None and evidence.is_open:
                continue
            stated = [place for place, clue in enumerate(clues) if clue.stated == milestone]
            if stated:  # before the cure the first row counts; of the cure and what follows the last one
                place = stated[-1 if milestone in LAST_COUNTS else 0]
                if clues[place].at is not None:
                    self.take_milestone(milestone, place, placement, "stated", 1.0)
            elif milestone in inferred:
                guess = inferred[milestone]
                self.take_milestone(milestone, guess.row, placement, "inferred", guess.confidence)
        self.check_start()

    def take_gaps(self, gaps: Sequence[Gap]) -> None:
        """Note where the incident was over for a time; the row that says so has the milestone restored."""
        for gap in gaps:
            row = self.report.rows["timeline"][gap.over]
            if row["milestone"] is None:
                row |= {"milestone": "restored", "milestone_source": "inferred", "confidence": gap.confidence}
            self.report.gaps.append((gap.over, gap.relapse))

    def take_relapse(self, gap: Gap, *, is_open: bool) -> None:
        """Note a relapse after the last restoration: the incident goes on, or a row is missing."""
        if is_open:
            self.report.gaps.append((gap.over, gap.relapse))
            return
        rows = self.report.rows["timeline"]
        over, relapse = rows[gap.over], rows[gap.relapse]
        message = (
            f"{relapse['event']!r} follows 'restored' of line {over['line']}, and no later row says that it was "
            "restored again; add the row"
        )
        self.report.problem("contradiction", relapse["line"], message)
        self.unended = gap.relapse

    def check_start(self) -> None:
        """Report that the start is unknown where an earlier row without a time may be the start."""
        rows = self.report.rows["timeline"]
        first = next((place for place, row in enumerate(rows) if row["at"] is not None), 0)
        if not first or self.values.get("started_at") is not None:
            return
        self.report.start_is_hidden = True
        line = rows[0]["line"]
        if rows[0]["milestone"] is None:
            rows[0] |= {"milestone": "started", "milestone_source": "inferred"}
        if self.reader.entries[0].is_unclear or any(
            problem["line"] == line for problem in self.report.rows["problems"]
        ):
            return  # which says it already
        message = "the first row of the timeline has no time of day, so when it began is unknown; write it as HH:MM"
        self.report.problem("unreadable-time", line, message)

    def take_milestone(self, milestone: str, place: int, placement: Placement, source: str, confidence: float) -> None:
        row, entry = self.report.rows["timeline"][place], self.reader.entries[place]
        if row["milestone"] is None:
            row |= {"milestone": milestone, "milestone_source": source, "confidence": confidence}
        known = self.values.get(f"{milestone}_at")
        if source == "stated" and known is not None and not _is_same(known, row["at"]):
            code = "duration-mismatch" if milestone == "started" else "contradiction"
            self.report_two_instants(code, milestone, row["line"], row["at"])
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

    def report_two_instants(self, code: str, milestone: str, line: int, at: datetime) -> None:
        """Report that a line gives another instant for a milestone than the line that it was read from."""
        stated, of = self.values[f"{milestone}_at"], self.report.lines[f"{milestone}_at"]
        message = f"{milestone} is {at:%Y-%m-%d %H:%M} UTC here, {stated:%Y-%m-%d %H:%M} UTC in line {of}"
        self.report.problem(code, line, f"{message}; correct the one or the other")

    def words_at(self, line: int) -> str:
        """Return the words of the field that was read from a line."""
        readings = self.report.rows["readings"]
        return next((row["as_written"] for row in readings if row["line"] == line), "")

    def corrected_outages(self, outages: list[Outage], known: Mapping[str, Correction]) -> list[Outage]:
        """Let the first window begin and the last one end where a correction says so."""
        if "started_at" in known and (begin := known["started_at"].value) is not None:
            outages[0] = (begin, *outages[0][1:])
        for name in ("restored_at", "ended_at"):
            if name in known and (end := known[name].value) is not None:
                start, _, _, at = outages[-1]
                outages[-1] = (start, end, "corrected", at)
        return outages

    def settle_ongoing(self) -> None:
        """Decide whether the incident goes on: the Duration or the Status says so, and nothing says that it ended."""
        duration = self.report.duration
        if duration is not None and duration.is_open:
            line, label = self.report.lines["duration"], "Duration"
        elif self.ongoing is not None:
            line, label = self.ongoing.line, "Status"
        else:
            self.values["is_open"] = False
            return
        windows = self.report.placement.windows if self.report.placement else ()
        lines, end = self.report.lines, None
        if self.values.get("restored_at") is not None:
            end = f"line {lines['restored_at']} has it restored"
        elif windows and windows[-1][1] is not None:
            end = f"line {lines['duration']} says when it ended"
        elif label == "Status" and duration is not None and duration.total is not None:
            end = f"line {lines['duration']} says how long it lasted"
        self.values["is_open"] = end is None
        if end is not None:
            message = f"the {label} {self.words_at(line)!r} says that the incident goes on, but {end}"
            self.report.problem("contradiction", line, f"{message}; correct the one or the other")

    def take_outages(self, known: Mapping[str, Correction]) -> None:
        """List the windows of impact: the Duration line's, else from the beginning to the restoration."""
        outages = self.stated_outages() or self.timeline_outages()
        unended = self.unended_outage(outages)
        outages += unended
        if unended and "restored_at" not in known:  # a restoration that did not hold is none
            self.values["restored_at"] = None
            readings = self.report.rows["readings"]
            readings[:] = [reading for reading in readings if reading["field"] != "restored_at"]
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

    def stated_outages(self) -> list[Outage]:
        """Return the Duration line's windows; the timeline's gaps split one if the rest makes the stated duration."""
        line = self.report.lines.get("duration", 0)
        duration, restored = self.report.duration, self.values.get("restored_at")
        windows = self.report.placement.windows if self.report.placement else ()
        outages: list[Outage] = [(start, end, "duration", line) for start, end in windows if start is not None]
        if outages and duration and duration.is_open and restored is not None:  # which counts for all else, too
            start, end, _, _ = outages[-1]
            if end is None and restored >= start:
                outages[-1] = (start, restored, "timeline", self.report.lines["restored_at"])
        return self.without_gaps(*outages[0]) if len(outages) == 1 and self.report.gaps else outages

    def timeline_outages(self) -> list[Outage]:
        """Return the windows from the beginning, without the timeline's gaps, to the restoration or stated length."""
        lines, rows, duration = self.report.lines, self.report.rows["timeline"], self.report.duration
        detected = None if self.report.start_is_hidden else self.values.get("detected_at")
        begin = self.values.get("started_at") or detected
        if begin is None:
            return []
        end, source = self.values.get("restored_at"), "timeline"
        if end is None and duration and duration.total and not (duration.support_hours or duration.is_open):
            end, source = begin + duration.total, "derived"
        outages: list[Outage] = []
        for over, relapse in self.report.gaps if end is not None or self.values["is_open"] else ():
            outages.append((begin, rows[over]["at"], source, rows[over]["line"]))
            begin = rows[relapse]["at"]
        if end is None or end >= begin:
            line = lines.get("restored_at") or lines.get("detected_at") or lines.get("duration", 0)
            outages.append((begin, end, source, line))
        return outages

    def unended_outage(self, outages: Sequence[Outage]) -> list[Outage]:
        """Return the outage since a relapse of unknown end: none where another outage covers the relapse."""
        if self.unended is None:
            return []
        row = self.report.rows["timeline"][self.unended]
        since = row["at"]
        covered = any(start <= since and (end is None or end > since) for start, end, _, _ in outages)
        return [] if covered else [(since, None, "timeline", row["line"])]

    def without_gaps(self, start: datetime, end: datetime | None, source: str, line: int) -> list[Outage]:
        """Split the Duration line's window where the timeline has gaps, if the rest makes the stated duration."""
        rows, duration = self.report.rows["timeline"], self.report.duration
        parts: list[Outage] = []
        begin = start
        for over, relapse in self.report.gaps:
            if begin < rows[over]["at"] and (end is None or rows[relapse]["at"] < end):
                parts.append((begin, rows[over]["at"], "timeline", rows[over]["line"]))
                begin = rows[relapse]["at"]
        restored = self.report.lines["restored_at"] if end == self.values.get("restored_at") and end else line
        parts.append((begin, end, "timeline", restored))
        whole: list[Outage] = [(start, end, source, line)]
        if end is None:
            return parts
        if duration is None or duration.total is None or duration.support_hours:
            return whole
        up = sum((until - since for since, until, _, _ in parts if until), timedelta(0))
        return parts if spans_agree(duration.total, up, approximate=duration.approximate) else whole

    def finish(self) -> None:
        """Derive when it occurred from the rest."""
        values = self.values
        known = [values[f"{name}_at"] for name in ("started", "detected", "responded") if values.get(f"{name}_at")]
        day = self.anchor()
        if known:
            values["occurred_at"] = min(known)
        elif day is not None:
            values["occurred_at"] = datetime.combine(day, time(0), self.zone).astimezone(UTC)
