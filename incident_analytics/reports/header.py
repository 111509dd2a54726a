"""The fields at a report's head and foot to its row of incidents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.reports.choices import find_choice, read_choice, read_word
from incident_analytics.reports.durations import read_duration
from incident_analytics.reports.labels import labelled
from incident_analytics.reports.markdown import Line, Section
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent, is_none, is_placeholder
from incident_analytics.reports.report import Report
from incident_analytics.reports.sections import SectionReader, text_or_none
from incident_analytics.reports.template import ID_ROOM, Template
from incident_analytics.reports.timed_rows import Entry
from incident_analytics.reports.timeline import place_entries
from incident_analytics.reports.times import find_dates, read_date
from incident_analytics.reports.zones import find_zone, names_zone, read_zone
from incident_analytics.schema import STATUSES, UNCOUNTED_STATUSES

__all__ = ["HeaderReader"]

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
    r"|needs? (?:review|approval|sign-?off))\b|\?|[–—:,(/-]\s*(?:no|not)\b\W*$",
    re.IGNORECASE,
)
"""Words next to the last status that say that the report is not there yet."""
_DUPLICATE_OF = re.compile(r"\bduplicates? of\b", re.IGNORECASE)
_ZONE_LABELS = {"time zone", "timezone", "tz", "times", "all times"}
"""Fields at a report's head that say in which zone its times are."""


class HeaderReader:
    """Reads the fields at the head of one report, and those at its foot."""

    def __init__(self, reader: SectionReader, above: Sequence[Section], front: Sequence[tuple[str, Line]]) -> None:
        """Take what reads sections, the sections above the first one that the template knows, and the front matter."""
        self.reader = reader
        self.report: Report = reader.report
        self.settings: Settings = reader.settings
        self.template: Template = reader.template
        self.above = above
        self.front = front
        self.values = self.report.incident
        self.zone = ZoneInfo(self.settings.timezone)

    def read_head(self, sections: Sequence[Section]) -> None:
        """Read the title and the fields above the first section that the template knows."""
        level = self.template.report_level
        title = next((section for section in sections if section.level == level), None)
        self.report.lines["head"] = title.line if title else 1
        fields = self._header_fields()
        if title is not None or "title" in fields:
            heading = Line(title.title if title else "", self.report.lines["head"])
            line = fields.pop("title", heading)
            self.values["title"] = _TITLE.sub("", line.text) or None
            self.report.note("title", line.text, line.line)
        takers = {
            "incident_id": self._take_incident_id,
            "date": self._take_date,
            "duration": self._take_duration,
            "severity": self._take_severity,
            "author": self._take_author,
            "status": self._take_status,
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
            self._take_date_of(title)
        self._check_title()
        for name, line in fields.items():
            if name not in {*takers, "template_version", "template_updated_on"}:
                self._read_other(name, line)

    def _header_fields(self) -> dict[str, Line]:
        """Return the fields of the head by their names; one that names the zone of the times is read at once."""
        fields: dict[str, Line] = {}
        own = (pair for section in self.above for pair in labelled(section))
        for label, line in (*own, *self.front):
            if fold(label) in _ZONE_LABELS:
                self.reader.read_zone(line, label)
            if name := self.template.field_named(label):
                fields.setdefault(name, line)
        for paragraph in (paragraph for section in self.above for paragraph in section.paragraphs()):
            for line in paragraph.lines:
                if line.label is None and (words := find_zone(line.text)):
                    self.reader.read_zone(Line(words, line.line), "head")
        return fields

    def _check_title(self) -> None:
        """Read a report whose title says that it is a duplicate as one, whatever its status."""
        title, pattern = self.values.get("title") or "", self.template.incident_id
        if re.fullmatch(pattern, "any-word") or self.values.get("status") in UNCOUNTED_STATUSES:
            return
        if re.match(rf"\W*duplicates? of\W+(?:{pattern})(?!\w)", title[:ID_ROOM], re.IGNORECASE):
            status, line = self.values.get("status"), self.report.lines.get("title", 1)
            self.values["status"] = UNCOUNTED_STATUSES[0]
            message = f"the title is {title!r}, the Status is {status or 'not recorded'}; write '**Status**: Duplicate'"
            self.report.problem("contradiction", line, f"{message}, or another title", of_incident=False)

    def _take_date_of(self, title: Section) -> None:
        """Take the incident's date from its heading, where the template has no field for it."""
        days = [moment.date for moment in find_dates(title.title) if moment.date is not None]
        if days:
            self.values["date"] = days[0]
            self.report.note("date", title.title, title.line, source="derived")

    def _read_other(self, name: str, line: Line) -> None:
        """Read a field that other templates have at their head: services, instants, what the impact was."""
        label = self.template.fields[name][0]
        if name == "services":
            words = line.text.split(",")
            self.reader.add_services([(None, word.strip(), line.line, "") for word in words], None)
        elif name.endswith("_at"):
            at = self._instant(line, label)
            if at is not None:
                self.values[name] = at
                self.report.note(name, line.text, line.line)
        else:
            self.reader.read_field(name, line, label)

    def _instant(self, line: Line, label: str) -> datetime | None:
        """Read a date and time as a row of the timeline is read, and report what is unclear about it."""
        entry = Entry(line.text, "", line.line, is_unclear=self.reader.zone_is_unclear)
        placement = place_entries([entry], day=self.report.anchor(), zone=self.reader.zone or self.zone)
        for remark in placement.remarks:
            self.report.problem(remark.code, line.line, f"{label}: {remark.message}")
        if placement.instants[0] is None and not placement.remarks and not is_absent(line.text):
            message = f"{label}: {line.text!r} is not a date and time; write it as 2025-03-14 14:02 UTC"
            self.report.problem("unreadable-time", line.line, message)
        return placement.instants[0]

    def _take_incident_id(self, line: Line) -> None:
        form = "INC-YYYY-MM-DD-###"
        if is_absent(line.text):
            message = f"the Incident ID is not filled in; write one of the form {form}"
            self.report.problem("malformed-id", line.line, message)
            return
        match = re.search(self.template.incident_id, line.text[:ID_ROOM])
        if not match:
            message = f"Incident ID {line.text!r} is not of the form {form}; write one that is"
            self.report.problem("malformed-id", line.line, message)
        self.values["incident_id"] = match[0] if match else line.text
        self.report.note("incident_id", line.text, line.line)

    def _take_date(self, line: Line) -> None:
        day, source = self.report.attempt(read_date, line, "Date"), "stated"
        if day is None and (named := find_dates(line.text)) and self.report.day_of_id() in (named[0].either or ()):
            day, source = self.report.day_of_id(), "derived"  # of two days the id names one
        self.values["date"] = day
        self.report.note("date", line.text, line.line, source=source)
        if day is None and (is_absent(line.text) or is_none(line.text)):
            self.report.problem("missing-date", line.line, "the Date is not filled in; write it as YYYY-MM-DD")

    def _take_duration(self, line: Line) -> None:
        duration = self.report.attempt(read_duration, line, "Duration")
        self.report.duration = duration
        self.report.duration_is_unclear = duration is None and self._is_unclear_zone(line.text)
        self.report.lines["duration"] = line.line
        approximate = duration is not None and duration.approximate
        self.values["stated_duration"] = duration.total if duration else None
        self.report.note("stated_duration", line.text, line.line, approximate=approximate)
        if approximate:
            self.report.problem("approximate", line.line, f"Duration {line.text!r} is approximate; write both times")

    @staticmethod
    def _is_unclear_zone(words: str) -> bool:
        try:
            return names_zone(words) and read_zone(words) is None
        except Unreadable:
            return True

    def _take_severity(self, line: Line) -> None:
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

    def _take_author(self, line: Line) -> None:
        self.report.note("author", line.text, line.line)
        self.values["author"] = self.report.attempt(text_or_none, line, "Author")

    def _take_status(self, line: Line) -> None:
        self.report.note("status", line.text, line.line)
        if _ONGOING.match(fold(line.text).strip("*_ ")):
            self.report.ongoing = line
            self.values["status"] = STATUSES[0]  # the report of what goes on can't be complete
        elif (uncounted := self._uncounted_status(line.text)) is not None:
            self.values["status"] = uncounted
        elif not is_placeholder(line.text) and (named := find_choice(line.text, STATUSES, {})) is not None:
            self.values["status"] = self.report.choose(named, line, "Status", STATUSES, unknown="unreadable-value")
        else:
            self.values["status"] = self.report.attempt(self._one_status, line, "Status")

    def _one_status(self, words: str) -> str | None:
        """Return the one status that words mean, whose gloss must not say that the report is not at it yet."""
        synonyms = self.template.synonyms("statuses")
        status = read_word(words, STATUSES, synonyms)
        if status == STATUSES[-1] and _UNFINISHED.search(words):
            raise Unreadable(f"{words.strip()!r} says that it is {status} and that it is not; write the status alone")
        return status

    def _uncounted_status(self, words: str) -> str | None:
        """Return the status of a report that is not about an incident of its own, such as a duplicate."""
        plain = fold(words).strip("*_[]( ")
        names = {name: name for name in UNCOUNTED_STATUSES} | {
            word: name for word, name in self.template.synonyms("statuses").items() if name in UNCOUNTED_STATUSES
        }
        found = (name for word, name in names.items() if re.match(rf"{re.escape(fold(word))}(?!\w)", plain))
        return next(found, UNCOUNTED_STATUSES[0] if _DUPLICATE_OF.search(words) else None)

    def read_foot(self, sections: Sequence[Section]) -> None:
        """Read the template's version, from the last place that names it."""
        for section in reversed(sections):
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
