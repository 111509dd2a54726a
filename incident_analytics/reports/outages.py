"""The windows of impact: where a report says that they were, or what follows from its milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final, TypeAlias

from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.durations import spans_agree
from incident_analytics.reports.report import Report

__all__ = ["OutageReader"]

Outage: TypeAlias = tuple[datetime, datetime | None, str, int]
"""A window of impact: its start, its end, where that was read, on which line."""
_LINES: Final = ("restored_at", "detected_at", "duration", "started_at", "head")
"""Where an outage that the timeline says is read from: the first of these that the report has."""


class OutageReader:
    """Lists the windows of impact of a report whose milestones are known, and whether it goes on."""

    def __init__(self, report: Report, zone: tzinfo) -> None:
        """Take the report, and the zone of a date that names none."""
        self.report = report
        self.values = report.incident
        self.zone = zone

    def read(self, known: Mapping[str, Correction]) -> None:
        """List the windows; ``known`` is what a person has corrected, by field."""
        self._settle_ongoing()
        self._take_outages(known)
        self._finish()

    def _settle_ongoing(self) -> None:
        """Decide whether the incident goes on: Duration, Status or end says so, and nothing says that it ended."""
        duration = self.report.duration
        if duration is not None and duration.is_open:
            line, label = self.report.lines["duration"], "Duration"
            words = self.report.words_at(line)
        elif self.report.ongoing is not None:
            line, words = self.report.ongoing.line, self.report.ongoing.text
            label = "Status" if self.report.lines.get("status") == line else "end"
        else:
            self.values["is_open"] = False
            return
        windows = self.report.placement.windows if self.report.placement else ()
        lines, end = self.report.lines, None
        if self.values.get("restored_at") is not None:
            end = f"line {lines['restored_at']} says it was restored"
        elif windows and windows[-1][1] is not None:
            end = f"line {lines['duration']} says when it ended"
        elif label != "Duration" and duration is not None and duration.total is not None:
            end = f"line {lines['duration']} says how long it lasted"
        self.values["is_open"] = end is None
        if end is not None:
            message = f"the {label} {words!r} says that the incident goes on, but {end}"
            self.report.problem("contradiction", line, f"{message}; correct one or the other")

    def _take_outages(self, known: Mapping[str, Correction]) -> None:
        """List the windows of impact: the Duration line's, else from the beginning to the restoration."""
        outages = self._stated_outages() or self._timeline_outages()
        unended = self._unended_outage(outages)
        outages += unended
        if unended and "restored_at" not in known:  # a restoration that did not hold is none
            self.values["restored_at"] = None
            readings = self.report.rows["readings"]
            readings[:] = [reading for reading in readings if reading["field"] != "restored_at"]
        if outages:
            outages = self._corrected_outages(outages, known)
        self._take_end(outages)
        if outages and "ended_at" in known and (end := known["ended_at"].value) is not None:
            start, _, _, at = outages[-1]
            outages[-1] = (start, end, "corrected", at)
        for position, (start, end, source, at) in enumerate(outages, start=1):
            self.report.rows["outages"].append(
                {"position": position, "started_at": start, "ended_at": end, "source": source, "line": at}
            )

    def _take_end(self, outages: Sequence[Outage]) -> None:
        """Take the end of the last window as that of the incident, where each of them ended."""
        ended = [(end, source, at) for _, end, source, at in outages if end is not None]
        if not ended or len(ended) < len(outages):
            return
        self.values["ended_at"], source, at = max(ended)
        stated = "stated" if source == "duration" else "derived"
        restored = {row["field"]: row["as_written"] for row in self.report.rows["readings"]}.get("restored_at", "")
        words = restored if source == "corrected" else self.report.words_at(at)
        self.report.note("ended_at", words, at, source=stated, grade=self._grade_of_end(source, at))

    def _grade_of_end(self, source: str, line: int) -> str:
        """Return the grade of the instant that the end of the last outage was taken or derived from."""
        readings = {row["field"]: row for row in self.report.rows["readings"]}
        names = {"timeline": ["restored_at"], "derived": ["started_at", "detected_at"]}.get(source, [])
        grades = [
            row["grade"] for row in map(readings.get, names) if row and (source == "derived" or row["line"] == line)
        ]
        if source == "timeline":
            grades += [row["grade"] for row in self.report.rows["timeline"] if row["line"] == line]
        return next(filter(None, grades), "recorded")

    def _corrected_outages(self, outages: list[Outage], known: Mapping[str, Correction]) -> list[Outage]:
        """Let the first window begin and the last one end where a correction says so."""
        if "started_at" in known and (begin := known["started_at"].value) is not None:
            outages[0] = (begin, *outages[0][1:])
        if "restored_at" in known and (end := known["restored_at"].value) is not None:
            outages[-1] = (outages[-1][0], end, "corrected", self.report.lines["restored_at"])
        return outages

    def _stated_outages(self) -> list[Outage]:
        """Return the Duration line's windows; the timeline's gaps split one if the rest makes the stated duration."""
        line = self.report.lines.get("duration", 0)
        duration, restored = self.report.duration, self.values.get("restored_at")
        windows = self.report.placement.windows if self.report.placement else ()
        outages: list[Outage] = [(start, end, "duration", line) for start, end in windows if start is not None]
        if outages and duration and duration.is_open and restored is not None:  # which counts for all else, too
            start, end, _, _ = outages[-1]
            if end is None and restored >= start:
                outages[-1] = (start, restored, "timeline", self.report.lines["restored_at"])
        return self._without_gaps(*outages[0]) if len(outages) == 1 and self.report.gaps else outages

    def _timeline_outages(self) -> list[Outage]:
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
            line = next(lines[name] for name in _LINES if lines.get(name))
            outages.append((begin, end, source, line))
        return outages

    def _unended_outage(self, outages: Sequence[Outage]) -> list[Outage]:
        """Return the outage since a relapse of unknown end: none where another outage covers the relapse."""
        if self.report.unended is None:
            return []
        row = self.report.rows["timeline"][self.report.unended]
        since = row["at"]
        covered = any(start <= since and (end is None or end > since) for start, end, _, _ in outages)
        return [] if covered else [(since, None, "timeline", row["line"])]

    def _without_gaps(self, start: datetime, end: datetime | None, source: str, line: int) -> list[Outage]:
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

    def _finish(self) -> None:
        """Derive when it occurred from the rest."""
        values = self.values
        known = [values[f"{name}_at"] for name in ("started", "detected", "responded") if values.get(f"{name}_at")]
        day = self.report.anchor()
        if known:
            values["occurred_at"] = min(known)
        elif day is not None:
            values["occurred_at"] = datetime.combine(day, time(0), self.zone).astimezone(UTC)
