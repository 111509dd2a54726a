"""When it all was: the instants of a report's timeline and Duration line, and its milestones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Item, Paragraph
from incident_analytics.reports.durations import in_words, spans_agree
from incident_analytics.reports.milestones import Clue, Gap, Guess, infer_gaps, infer_milestones, infer_relapse
from incident_analytics.reports.narrative import of_local_clock, outage_said, read_narrative, said_to_be
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.report import Report
from incident_analytics.reports.row_readings import ReportClues
from incident_analytics.reports.sections import SectionReader
from incident_analytics.reports.template import Template
from incident_analytics.reports.timed_rows import Entry
from incident_analytics.reports.timeline import Placement, place_entries
from incident_analytics.reports.times import find_dates
from incident_analytics.reports.zones import ZONE, names_zone, read_zone
from incident_analytics.schema import LAST_COUNTS, MILESTONES

__all__ = ["Chronology"]

_GROSS = 1.5
"""By how much of the smaller one a length must exceed another one for no slip of a few minutes to explain it."""
_SLIP = timedelta(minutes=5)
"""By how much it must exceed the other at least."""
_BACK = timedelta(hours=21)
"""A range without dates that is longer runs back by less than three hours: a slip as likely as a day."""
_HALF_A_DAY = timedelta(hours=12)
_SAME_NIGHT = frozenset({timedelta(0), timedelta(days=1)})
"""How far from the incident's date the times of sentences may be."""
_ORIGIN = compile_late(
    r"\b(?:(?:T\s?[-+]?|minute|offset|hour)\s?(?:0(?::?00)?|zero)\s?(?:=|:|\(|is\b|was\b)"
    r"|relative to\b|(?:offsets?|counted|measured|elapsed|minutes|hours|times?) (?:since|from|after)\b)[^\d.;]{0,60}"
    r"(?P<moment>\d[^;)|]{3,60})",
    re.IGNORECASE,
)
"""What says from when on the times of a timeline count: ``T0 = 2024-06-20 22:00 UTC``."""
_BEFORE_POSTS = frozenset({"started", "detected", "responded"})
"""What is over when a status page gets its first update."""
_OVER_SINCE = compile_late(
    r"(?<!not )\b(?:on time|normal|stable|healthy|back|recovered|restored|working|operational|well|fine)(?: again)?,?"
    rf" (?:since|as of) (?P<when>(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?{ZONE})?)(?![\d:])",
    re.IGNORECASE,
)
"""What a row says that was written after it was over: ``back to normal since 09:58 UTC``."""
_OF_SENTENCES = 0.9
"""The confidence in what was read from a sentence."""


def _is_same(one: datetime, other: datetime) -> bool:
    """Return whether two instants are the same to the minute."""
    return abs(one - other) < timedelta(minutes=1)


def _in_order_of_text(instants: Iterable[datetime | None]) -> list[datetime]:
    """Return the instants of one day's times of sentences; one long before the first of all is of the next day.

    Prose goes back to what it has said, and to what was before: that alone does not mean that midnight passed.

    Examples
    --------
    >>> [at.day for at in _in_order_of_text(datetime(2025, 3, 3, hour) for hour in (7, 10, 7, 6))]
    [3, 3, 3, 3]
    >>> [at.day for at in _in_order_of_text(datetime(2025, 3, 3, hour) for hour in (22, 23, 0, 1))]
    [3, 3, 4, 4]
    """
    found: list[datetime] = []
    for at in instants:
        if at is not None:
            found.append(at + timedelta(days=1) if found and found[0] - at > _HALF_A_DAY else at)
    return found


def _milestone(name: str, guess: Guess | None) -> dict[str, Any]:
    """Return the columns of a timeline row that is a milestone: as it states or, with a guess, as was inferred."""
    if guess is None:
        return {"milestone": name, "milestone_source": "stated", "confidence": 1.0, "grade": "recorded"}
    return {"milestone": name, "milestone_source": "inferred", "confidence": guess.confidence, "grade": guess.grade}


class Chronology:
    """Gives the rows of a report's timeline their instants, and the report its milestones."""

    def __init__(self, reader: SectionReader, zone: tzinfo) -> None:
        """Take what has read the sections, and the zone of times that name none."""
        self.reader = reader
        self.report: Report = reader.report
        self.template: Template = reader.template
        self.values = self.report.incident
        self.zone = zone

    def place(self, paragraphs: Sequence[Paragraph | Item] = (), *, is_posted: bool = False) -> None:
        """Give the timeline's rows and the Duration line's windows their instants.

        Where there are no rows, ``paragraphs`` are read for what they say of the milestones; where the rows have the
        times at which they were posted, they are read first.
        """
        self.is_posted = is_posted
        self.zone_of_rows = zone = self._settle_zones()
        duration = self.report.duration
        placement = place_entries(self.reader.entries, day=self.report.anchor(), zone=zone, duration=duration)
        if any(entry.offset is not None for entry in self.reader.entries):
            placement = self._with_offsets(placement, paragraphs, zone)
        placement = self._settle_windows(placement, zone)
        self.report.placement = placement
        self._note_assumed(placement)
        self._take_length_of_range(placement)
        for remark in placement.remarks:
            self.report.problem(remark.code, remark.line or self.report.lines["duration"], remark.message)
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
                    "grade": "recorded" if milestone else None,
                    "line": entry.line,
                }
            )
        if is_posted:
            rows = {entry.line for entry in self.reader.entries}
            above = [block for block in paragraphs if rows.isdisjoint(line.line for line in block.lines)]
            self._take_narrative(above, zone)
        self._take_milestones(placement)
        if not self.reader.entries:
            self._take_outage_said(paragraphs, zone)
            self._take_narrative(paragraphs, zone)

    def _take_outage_said(self, paragraphs: Iterable[Paragraph | Item], zone: tzinfo) -> None:
        """Take from when to when it was from the sentence that says so with both dates, where no field says either."""
        ends = ("started_at", "restored_at")
        if any(self.values.get(name) is not None or name in self.report.not_given for name in ends):
            return
        said, day = outage_said(paragraphs), self.report.anchor()
        if (
            said is None
            or said.start.date is None
            or (day is not None and abs(said.start.date - day) > timedelta(days=1))
        ):
            return
        is_usual_set = "timezone" in self.reader.settings.model_fields_set
        is_assumed = not (is_usual_set or self.reader.zone) and (said.start.zone is None or said.end.zone is None)
        found = [
            datetime.combine(moment.date, moment.clock, moment.zone or zone)
            for moment in (said.start, said.end)
            if moment.date is not None and moment.clock is not None
        ]
        if is_assumed or found[0] >= found[1] or self._is_open:
            return
        for name, at in zip(ends, found, strict=True):
            self.values[name] = at
            self.report.note(name, said.words, said.line, source="inferred", confidence=_OF_SENTENCES, grade="check")

    def _take_narrative(self, paragraphs: Iterable[Paragraph | Item], zone: tzinfo) -> None:
        """Take milestones from sentences, each to be checked, where no field gives them."""
        day = self.report.anchor()
        clauses, goes_on = read_narrative(paragraphs, day) if day else ([], False)
        unclear = {
            row["line"] for row in self.report.rows["problems"] if row["code"].startswith(("unreadable-", "ambiguous-"))
        }
        clauses = [clause for clause in clauses if clause.line not in unclear]  # a field's value that can't be read
        named = self._zones_of([clause.when for clause in clauses], zone)
        if day is None or not clauses or named is None:
            return
        is_named = bool(named)
        is_usual_set = "timezone" in self.reader.settings.model_fields_set
        if (
            not (is_named or is_usual_set)
            and self.reader.zone is None
            and any(of_local_clock(each.when) for each in clauses)
        ):
            return  # whose reader knows where they live
        if self.reader.zone is None and named:
            zone = named.pop()
        entries = [Entry(clause.when, clause.event, clause.line) for clause in clauses]
        placed = _in_order_of_text([place_entries([entry], day=day, zone=zone).instants[0] for entry in entries])
        instants = [at for at in placed if at.astimezone(zone).date() - day in _SAME_NIGHT]
        if len(instants) != len(clauses):
            return
        known = {name: at for name in MILESTONES if (at := self.values.get(f"{name}_at")) is not None}
        is_open = self._is_open or goes_on
        for milestone, row in said_to_be(clauses, instants, known, is_open=is_open).items():
            name, clause = f"{milestone}_at", clauses[row]
            if name in self.report.not_given:
                continue
            self.values[name] = instants[row]
            self.report.zone_is_assumed |= self.reader.zone is None and not is_named
            self.report.note(
                name,
                f"{clause.when} {clause.event}",
                clause.line,
                source="inferred",
                approximate=clause.approximate,
                confidence=_OF_SENTENCES,
                grade="check",
            )

    def _zones_of(self, times: Sequence[str], zone: tzinfo) -> set[tzinfo] | None:
        """Return the zones that times name; None where it is not known in which zone those are that name none."""
        try:
            named = {read_zone(when) or zone for when in times if names_zone(when)}
        except Unreadable:
            return None
        is_unclear = self.reader.zone_is_unclear or (self.reader.zone is None and len(named) > 1)
        return None if is_unclear else named

    def _take_length_of_range(self, placement: Placement) -> None:
        """Take the length that a Duration of one start and one end states without a figure."""
        duration = self.report.duration
        if duration is None or duration.total is not None or duration.is_open or duration.support_hours:
            return
        (start, end), *others = placement.windows or ((None, None),)
        if not others and start is not None and end is not None and end > start:
            self.values["stated_duration"] = end - start

    def _with_offsets(self, placement: Placement, paragraphs: Iterable[Paragraph | Item], zone: tzinfo) -> Placement:
        """Place the rows that have a time since the start alone, where a field or a sentence says when that was."""
        offsets = [entry.offset for entry in self.reader.entries]
        windows = (start for start, _ in placement.windows)
        origins = self._origins(paragraphs, zone)
        said = next(iter(origins)) if len(origins) == 1 else None
        start = next(filter(None, (said, self.values.get("started_at"), *windows)), None)
        if start is None:
            return placement
        instants = [
            at if offset is None else start + offset for at, offset in zip(placement.instants, offsets, strict=True)
        ]
        return replace(placement, instants=tuple(instants))

    def _origins(self, paragraphs: Iterable[Paragraph | Item], zone: tzinfo) -> set[datetime | None]:
        """Return the instants from which sentences, or labels, say that the times of the timeline count."""
        rows = {entry.line for entry in self.reader.entries}
        said = [(line.text, line.line) for block in paragraphs for line in block.lines if line.line not in rows]
        said += [(f"{row['name']} = {row['value']}", row["line"]) for row in self.report.rows["fields"]]
        found = [Entry(match["moment"], "", line) for text, line in said if (match := _ORIGIN.search(text))]
        return {place_entries([entry], day=self.report.anchor(), zone=zone).instants[0] for entry in found}

    def _settle_zones(self) -> tzinfo:
        """Return the zone of times that name none; where a report names one that may be several, they are not read."""
        duration = self.report.duration
        if self.reader.zone is None and (self.report.duration_is_unclear or self.reader.zone_is_unclear):
            entries = self.reader.entries
            entries[:] = [entry._replace(is_unclear=True) for entry in entries]
            if duration is not None and duration.zone is None:
                self.report.duration = replace(duration, windows=())
        self._note_zone()
        return self.reader.zone or (duration.zone if duration else None) or self.zone

    def _note_zone(self) -> None:
        """Note the one zone in which the timeline's rows are; without rows, the one that the report names elsewhere."""
        report, duration, entries = self.report, self.report.duration, self.reader.entries
        elsewhere = self.reader.zone or (duration.zone if duration else None)
        found = set() if entries else {elsewhere}
        is_unclear = not entries and (self.reader.zone_is_unclear or report.duration_is_unclear)
        for entry in entries:
            try:
                own = read_zone(entry.when) if names_zone(entry.when) else None
            except Unreadable:
                is_unclear = True
                continue
            is_unclear |= own is None and entry.is_unclear
            found.add(own or entry.zone or elsewhere)
        report.zone_is_unclear = is_unclear or len(found) > 1
        report.zone = None if report.zone_is_unclear else found.pop()

    def _note_assumed(self, placement: Placement) -> None:
        """Note whether an instant is in the settings' zone only because nothing says in which zone it is."""
        duration = self.report.duration
        if self.reader.zone is not None or (duration is not None and duration.zone is not None):
            return
        rows = zip(self.reader.entries, placement.instants, strict=True)
        is_assumed = any(
            at is not None and entry.zone is None and entry.offset is None and not names_zone(entry.when)
            for entry, at in rows
        )
        self.report.zone_is_assumed |= is_assumed or any(start or end for start, end in placement.windows)

    def _settle_windows(self, placement: Placement, zone: tzinfo) -> Placement:
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
        span = sum((last - first for first, last in windows), timedelta(0))
        fault, is_gross = self._fault_of_range(windows, span)
        if fault is None and (duration.total is not None or not self._dates_rows()):
            return placement  # whatever the timeline says by itself
        alone = place_entries(
            self.reader.entries, day=self.report.anchor(), zone=zone, duration=replace(duration, windows=())
        )
        begun, restored = self._told_window(alone)
        (start, _), (_, end) = windows[0], windows[-1]
        is_confirmed = restored is not None and _is_same(restored[1], end)
        if restored is not None and (begun is None or restored[1] < begun):
            restored = None
        if (
            duration.total is None
            and restored is not None
            and (over := self._dated_end(placement, restored)) is not None
        ):
            return replace(placement, windows=((start, over),))
        if fault is None or is_confirmed:
            return placement
        line, confirmed_by = self.report.lines["duration"], ""
        if restored is not None:
            row, over = restored
            confirmed_by = (
                f", and line {self.reader.entries[row].line} says it was restored at {self.report.clock(over)}"
            )
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

    def _dated_end(self, placement: Placement, restored: tuple[int, datetime]) -> datetime | None:
        """Return the timeline's restoration where the Duration's end has its time of day and no date, else None."""
        duration, (row, over) = self.report.duration, restored
        last = duration.windows[0][1] if duration is not None and len(duration.windows) == 1 else None
        end = placement.windows[0][1]
        if last is None or end is None or last.dated or last.days_later:
            return None
        days, rest = divmod(over - end, timedelta(days=1))
        if (
            not self._dates_rows(row + 1)
            or rest
            or days < 1
            or any(at and _is_same(at, end) for at in placement.instants)
        ):
            return None
        return over

    def _dates_rows(self, n: int | None = None) -> bool:
        """Return whether any of the timeline's rows, or of its first n, has a date."""
        return any(find_dates(entry.when) for entry in self.reader.entries[:n])

    def _fault_of_range(self, windows: Sequence[tuple[datetime, datetime]], span: timedelta) -> tuple[str | None, bool]:
        """Say what the Duration's times contradict, and whether by more than a slip of a few minutes explains."""
        duration = self.report.duration
        if duration is None:
            return None, False
        (first, last), whole = (windows[0][0], windows[-1][1]), windows[-1][1] - windows[0][0]
        if any(end < start for start, end in windows):
            clock = self.report.clock
            return f"the Duration ends {clock(last)}, before it starts at {clock(first)}", True
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

    def _told_window(self, placement: Placement) -> tuple[datetime | None, tuple[int, datetime] | None]:
        """Return when the timeline by itself has the beginning, and in which row and when it has the restoration."""
        clues = [
            Clue(at, entry.event, self.template.stated_milestone(entry.event))
            for entry, at in zip(self.reader.entries, placement.instants, strict=True)
        ]
        inferred = infer_milestones(clues, ReportClues())
        rows: dict[str, int] = {name: guess.row for name, guess in inferred.items() if guess.grade == "sure"}
        for row, clue in enumerate(clues):
            if clue.stated and clue.at is not None and (clue.stated in LAST_COUNTS or clue.stated not in rows):
                rows[clue.stated] = row
        begun = next((clues[rows[name]].at for name in ("started", "detected") if name in rows), None)
        over = clues[rows["restored"]].at if "restored" in rows else None
        return begun, (rows["restored"], over) if over is not None else None

    @property
    def _is_open(self) -> bool:
        """Whether the report says that the incident goes on."""
        duration = self.report.duration
        return (duration is not None and duration.is_open) or self.report.ongoing is not None

    def _take_milestones(self, placement: Placement) -> None:
        """Fill the milestone columns from the Duration line's start, the template's phrases and the words of rows."""
        rows = self.report.rows["timeline"]
        start = placement.windows[0][0] if placement.windows else None
        if start is not None:
            line = self.report.lines["duration"]
            stated = self.values.setdefault("started_at", start)
            self.report.note("started_at", self.report.words_at(line), line)
            if not _is_same(stated, start):
                self._report_two_instants("duration-mismatch", "started", line, start)
        duration = self.report.duration
        evidence = ReportClues(
            start,
            placement.windows[-1][1] if placement.windows else None,
            duration.total if duration and not duration.support_hours else None,
            approximate=duration is not None and duration.approximate,
            is_open=self._is_open,
            cause=" ".join(filter(None, (self.values.get("why_it_happened"), self.values.get("what_happened")))),
        )
        clues = [Clue(row["at"], row["event"], row["milestone"]) for row in rows]
        inferred = infer_milestones(clues, evidence)
        self._take_gaps(infer_gaps(clues, evidence))
        relapse = infer_relapse(clues)
        if relapse is not None:
            self._take_relapse(relapse, is_open=evidence.is_open)
        for milestone in MILESTONES:
            if milestone == "restored" and relapse is not None and evidence.is_open:
                continue
            stated = [place for place, clue in enumerate(clues) if clue.stated == milestone]
            if stated:  # before the cure the first row counts; of the cure and what follows the last one
                place = stated[-1 if milestone in LAST_COUNTS else 0]
                if clues[place].at is not None:
                    self._take_milestone(milestone, place, placement, None)
            elif milestone in inferred and not self._is_denied(milestone, inferred[milestone]):
                self._take_milestone(milestone, inferred[milestone].row, placement, inferred[milestone])
        self._check_start()

    def _is_denied(self, milestone: str, guess: Guess) -> bool:
        """Return whether fields speak against a row that may only be a milestone.

        They say that there was no such instant, or that what would have started then had been detected before. What is
        posted has begun, and was noticed, at another time; what the text says of an end is not when that was posted.
        """
        if self.is_posted and (milestone in _BEFORE_POSTS or f"{milestone}_at" in self.values):
            return True
        detected, at = self.values.get("detected_at"), self.report.rows["timeline"][guess.row]["at"]
        is_late = milestone == "started" and detected is not None and at is not None and at > detected
        if milestone == "started" and self._lacks_row_above(guess.row):
            return True
        return guess.grade == "check" and (is_late or f"{milestone}_at" in self.report.not_given)

    def _lacks_row_above(self, row: int) -> bool:
        """Return whether what looks like a row, right above the first one, could not be read: it may be the start."""
        line = self.reader.entries[row].line
        unread = (each["line"] for each in self.report.rows["problems"] if each["code"] == "unread-row")
        return row == 0 and line - 1 in unread

    def _take_gaps(self, gaps: Sequence[Gap]) -> None:
        """Note where the incident was over for a time; the row that says so has the milestone restored."""
        for gap in gaps:
            row = self.report.rows["timeline"][gap.over]
            if row["milestone"] is None:
                row |= _milestone("restored", gap.guess)
            self.report.gaps.append((gap.over, gap.relapse))

    def _take_relapse(self, gap: Gap, *, is_open: bool) -> None:
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
        self.report.unended = gap.relapse

    def _check_start(self) -> None:
        """Report that the start is unknown where an earlier row without a time may be the start."""
        rows = self.report.rows["timeline"]
        first = next((place for place, row in enumerate(rows) if row["at"] is not None), 0)
        if not first or self.values.get("started_at") is not None:
            return
        self.report.start_is_hidden = True
        line = rows[0]["line"]
        if rows[0]["milestone"] is None:
            rows[0] |= {"milestone": "started", "milestone_source": "inferred", "grade": "check"}
        if self.reader.entries[0].is_unclear or any(
            problem["line"] == line for problem in self.report.rows["problems"]
        ):
            return  # which says it already
        message = "the first row of the timeline has no time of day, so when it began is unknown; write it as HH:MM"
        self.report.problem("unreadable-time", line, message)

    def _take_milestone(self, milestone: str, place: int, placement: Placement, guess: Guess | None) -> None:
        """Take a milestone's instant from a row that states it, or from one that was inferred to be it."""
        row, entry = self.report.rows["timeline"][place], self.reader.entries[place]
        found = _milestone(milestone, guess)
        if row["milestone"] is None:
            row |= found
        known = self.values.get(f"{milestone}_at")
        if guess is None and known is not None and not _is_same(known, row["at"]):
            code = "duration-mismatch" if milestone == "started" else "contradiction"
            self._report_two_instants(code, milestone, row["line"], row["at"])
        if f"{milestone}_at" in self.values:
            return
        since = self._over_since(entry, row["at"]) if milestone == "restored" else None
        self.values[f"{milestone}_at"] = since or row["at"]
        self.report.note(
            f"{milestone}_at",
            f"{entry.when} {entry.event}",
            row["line"],
            source="inferred" if placement.inferred[place] else found["milestone_source"],
            approximate=placement.approximate[place],
            confidence=found["confidence"],
            grade="check" if placement.inferred[place] else found["grade"],
        )

    def _over_since(self, entry: Entry, at: datetime) -> datetime | None:
        """Return since when a row says that it was over, which is earlier that day; None where it says no such time."""
        match = _OVER_SINCE.search(entry.event) if ":" in entry.event else None
        if match is None:
            return None
        own = Entry(match["when"], "", entry.line, entry.zone, entry.is_unclear)
        day = at.astimezone(entry.zone or self.zone_of_rows).date()
        since = place_entries([own], day=day, zone=self.zone_of_rows).instants[0]
        return since if since is not None and since < at else None

    def _report_two_instants(self, code: str, milestone: str, line: int, at: datetime) -> None:
        """Report that a line gives another instant for a milestone than the line that it was read from."""
        stated, of = self.values[f"{milestone}_at"], self.report.lines[f"{milestone}_at"]
        clock = self.report.clock
        message = f"{milestone} is {clock(at)} here, {clock(stated)} in line {of}"
        self.report.problem(code, line, f"{message}; correct one or the other")
