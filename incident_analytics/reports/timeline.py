"""The rows of a timeline to instants: dates carried past midnight, zones, slips; and the windows of the Duration line.

All reckoning is done in the clock time of the timeline's zone; instants leave in UTC.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from incident_analytics.reports.clock_changes import clock_shift, pass_named, settle_folds
from incident_analytics.reports.durations import Duration
from incident_analytics.reports.milestone_words import default_lexicon
from incident_analytics.reports.timed_rows import Entry, RowReader, TimedRow, TimelineRemark, since_midnight
from incident_analytics.reports.times import Moment
from incident_analytics.schema import LAST_COUNTS

__all__ = ["Placement", "place_entries"]

_DAY = timedelta(days=1)
_NO_MIDNIGHT = timedelta(hours=3)
"""A clock that falls back by less than this is a row out of order; by `_MIDNIGHT` or more it has passed midnight."""
_MIDNIGHT = timedelta(hours=12)
_ENOUGH_ROWS = 3
"""Rows that go down the clock one by one: the newest is above."""
_QUIET = timedelta(hours=6)
"""A gap in which days may have passed that the clocks do not show."""


@dataclass(frozen=True, slots=True)
class Placement:
    """When things were.

    Attributes
    ----------
    instants
        For each entry its instant in UTC, None where it is not known.
    approximate, inferred
        For each entry whether the words say "about", and whether its date was corrected by the rest.
    windows
        The Duration line's windows in UTC; None for an end that it does not give.
    remarks
        What to report.
    """

    instants: tuple[datetime | None, ...]
    approximate: tuple[bool, ...]
    inferred: tuple[bool, ...]
    windows: tuple[tuple[datetime | None, datetime | None], ...]
    remarks: tuple[TimelineRemark, ...]


def place_entries(
    entries: Sequence[Entry], *, day: date | None, zone: tzinfo, duration: Duration | None = None
) -> Placement:
    """Give every entry of a timeline its instant.

    Parameters
    ----------
    entries
        The rows in their order.
    day
        The incident's date, None where it is not known: then dated rows alone have instants.
    zone
        The zone of the rows and of the Duration line, where a time names no other.
    duration
        The Duration line; its dates place the rows that it begins and ends with.

    Returns
    -------
    Placement
        Instants in UTC, in the order of the entries; no entry is dropped.

    Examples
    --------
    >>> rows = [Entry("22:05", "Alert", 20), Entry("00:16", "Fixed", 21)]
    >>> placement = place_entries(rows, day=date(2021, 9, 4), zone=UTC)
    >>> print(placement.instants[1])
    2021-09-05 00:16:00+00:00
    """
    reader = _Placer(day, zone, duration)
    rows = [reader.read(entry) for entry in entries]
    is_newest_first = reader.is_newest_first(rows)
    if is_newest_first:
        found = place_entries(entries[::-1], day=day, zone=zone, duration=duration)
        return replace(
            found, instants=found.instants[::-1], approximate=found.approximate[::-1], inferred=found.inferred[::-1]
        )
    if is_newest_first is None:
        reader.refuse_order(rows)
    if day is None:
        day = reader.day = next((row.day for row in rows if row.day), None)
    reader.check_years(rows)
    reader.place_weekdays(rows)
    _date_below(rows)
    reader.refuse_strays(rows)
    windows = reader.dated_windows()
    reader.pin(rows, windows)
    reader.carry(rows)
    windows = reader.finish_windows(rows, windows)
    reader.settle_hours(rows)
    windows = reader.settle_ends(rows, windows)
    instants = tuple([_instant(row.at, zone) for row in rows])
    reader.check_order(rows, instants)
    return Placement(
        instants=instants,
        approximate=tuple(row.approximate for row in rows),
        inferred=tuple(row.inferred for row in rows),
        windows=tuple((_instant(start, zone), _instant(end, zone)) for start, end in windows),
        remarks=tuple(reader.remarks),
    )


def _instant(at: datetime | None, zone: tzinfo) -> datetime | None:
    return None if at is None else at.replace(tzinfo=zone).astimezone(UTC)


_Window = tuple[datetime | None, datetime | None]


class _Placer(RowReader):
    """Gives the rows that were read their days, and the Duration line's windows their instants."""

    pinned = False
    """Whether the Duration line dates the rows."""

    # -- whether the newest row is above

    def is_newest_first(self, rows: Sequence[TimedRow]) -> bool | None:
        """Return whether each row is earlier than the one above it, on the days that all rows have, or without days.

        Without days the clocks may rise where midnight is between two rows. Where each of them falls by hours a day may
        have passed from one to the next as well: the Duration line or the row that says that it was over decides, else
        it is None.
        """
        timed = [(row.day or date.min, row.clock) for row in rows if row.clock is not None]
        days = {day for day, _ in timed}
        if len(timed) < _ENOUGH_ROWS or (date.min in days and len(days) > 1):
            return False
        if date.min not in days:
            return all(above > row for above, row in pairwise(timed))
        falls = [above - row for (_, above), (_, row) in pairwise(timed) if above != row]
        n_nights = sum(fall <= -_MIDNIGHT for fall in falls)
        n_falls = sum(timedelta(0) < fall < _MIDNIGHT for fall in falls)
        if not n_falls or n_falls + n_nights < len(falls):
            return False
        begin = self.duration.windows[0][0] if self.duration and self.duration.windows else None
        if begin is not None and begin.clock is not None:
            ends = [clock == self.local_clock(begin, self.day or date.min) for _, clock in (timed[0], timed[-1])]
            if ends[0] != ends[1]:
                return ends[1]
        if n_nights:
            return n_falls > n_nights
        return True if min(falls) < _NO_MIDNIGHT else _is_over_above(rows)

    def refuse_order(self, rows: Sequence[TimedRow]) -> None:
        """Read no times from rows that may be in either order."""
        first = next(row for row in rows if row.clock is not None)
        message = "the clock falls by hours from row to row: the newest is above, or a day has passed; date the rows"
        self.remark("unreadable-time", message, first.entry.line)
        for row in rows:
            row.clock = None

    # -- the hour that the clocks go through twice in autumn, and the one that they leave out in spring

    def settle_hours(self, rows: Sequence[TimedRow]) -> None:
        """Decide which time of a repeated hour each row means; where its order does not say, its time is unknown."""
        twice: list[tuple[TimedRow, datetime]] = []
        for row in rows:
            at = row.at
            shift = clock_shift(at, self.zone) if at else timedelta(0)
            if at and shift > timedelta(0):
                if row.fold is None:
                    row.fold = pass_named(row.entry.when, row.entry.event, at, self.zone)
                twice.append((row, at))
            elif at and shift < timedelta(0):
                message = f"there is no {at:%H:%M} on {at:%Y-%m-%d} in {self.zone}, as the clocks go forward"
                self.remark("unreadable-time", f"{message}; correct the time", row.entry.line)
                row.clock = None
        folds = settle_folds([at for _, at in twice], [row.fold for row, _ in twice])
        for (row, at), fold in zip(twice, folds, strict=True):
            row.fold = fold
            if fold is None:
                message = f"{at:%H:%M} is twice on {at:%Y-%m-%d} in {self.zone}, as the clocks go back"
                self.remark("unreadable-time", f"{message}; write it with its zone, such as UTC", row.entry.line)
                row.clock = None

    def settle_ends(self, rows: Sequence[TimedRow], windows: Sequence[_Window]) -> list[_Window]:
        """Decide the same of the Duration's times: by the row at that time, else by the stated length."""
        if not any(at and clock_shift(at, self.zone) for window in windows for at in window):
            return list(windows)
        folds: dict[datetime, set[int]] = {}
        for row in rows:
            if (at := row.at) is not None:
                folds.setdefault(at.replace(fold=0), set()).add(at.fold)
        settled: list[_Window] = []
        total = self.duration.total if self.duration and len(windows) == 1 else None
        for window in windows:
            ways = [
                [at.replace(fold=fold) for fold in sorted(folds.get(at, {0, 1}))]
                if at and clock_shift(at, self.zone)
                else [at]
                for at in window
            ]
            both = [(start, end) for start in ways[0] for end in ways[1]]
            if len(both) > 1 and total is not None:
                both = [each for each in both if self.spans(*each, total)] or both
            if len(both) > 1:
                message = "the clocks go back at the Duration's times, so one of them is unknown"
                self.remark("unreadable-time", f"{message}; write them with their zone, such as UTC", None)
            settled.append((_only([start for start, _ in both]), _only([end for _, end in both])))
        return settled

    def spans(self, start: datetime | None, end: datetime | None, total: timedelta) -> bool:
        """Return whether a window has a length, to the minute."""
        begin, over = _instant(start, self.zone), _instant(end, self.zone)
        return begin is not None and over is not None and abs(over - begin - total) < timedelta(minutes=1)

    # -- the Duration line

    def dated_windows(self) -> list[_Window]:
        """Return the windows as far as they are dated by themselves."""
        windows: list[_Window] = []
        for start, end in self.duration.windows if self.duration else ():
            first = self.dated(start)
            if first is None and start.weekday is not None and start.clock is not None:
                day = self.on_weekday(start.weekday)
                first = datetime.combine(day, time(0)) + self.local_clock(start, day) if day else None
                if day is None and self.day is not None:
                    message = (
                        f"the Duration's weekday is not near the incident's {self.day:%A} {self.day}; write its date"
                    )
                    self.remark("date-mismatch", message, None)
            last = self.dated(end) if end else None
            if last is None and first is not None and end is not None and end.clock is not None:
                last = self.after(first, end)
            windows.append((first, last))
        return windows

    def dated(self, moment: Moment) -> datetime | None:
        moment = self.complete(moment, TimedRow(Entry("", "", 0)))
        if moment.date is None or moment.clock is None or moment.unreadable is not None:
            return None
        at = datetime.combine(moment.date, moment.clock)
        if moment.zone is not None:
            at = at.replace(tzinfo=moment.zone).astimezone(self.zone).replace(tzinfo=None)
        return at + moment.days_later * _DAY

    def after(self, start: datetime, end: Moment) -> datetime:
        """Return the instant of an undated end: the first such time after the start, or the days later it says."""
        clock = self.local_clock(end, start.date())
        at = datetime.combine(start.date(), time(0)) + clock
        if end.days_later:
            return at + end.days_later * _DAY
        if at < start:
            at += _DAY
        if end.weekday is not None:
            return at + (end.weekday - at.weekday()) % 7 * _DAY
        if (
            self.duration
            and self.duration.total
            and not self.duration.support_hours
            and len(self.duration.windows) == 1
        ):
            days = round((self.duration.total - (at - start)) / _DAY)
            at += max(days, 0) * _DAY
        return at

    def local_clock(self, moment: Moment, day: date) -> timedelta:
        if moment.zone is None:
            return since_midnight(moment.clock)
        at = datetime.combine(day, moment.clock or time(0), moment.zone).astimezone(self.zone)
        return since_midnight(at.time())

    def finish_windows(self, rows: Sequence[TimedRow], windows: Sequence[_Window]) -> list[_Window]:
        """Date the windows that are not dated by themselves: from the row with the same clock, else from the date."""
        finished: list[_Window] = []
        previous: datetime | None = None
        at_clock: dict[timedelta, list[datetime]] = {}
        for row in rows:
            if row.clock is not None and (at := row.at) is not None:
                at_clock.setdefault(row.clock, []).append(at)
        for ats in at_clock.values():
            ats.sort()
        written = self.duration.windows if self.duration else ()
        for (dated_start, dated_end), (first, last) in zip(windows, written, strict=True):
            start, end = dated_start, dated_end
            if start is None and self.day is not None and first.clock is not None and first.weekday is None:
                clock = self.local_clock(first, self.day)
                same = at_clock.get(clock, [])
                place = bisect_left(same, previous) if previous else 0
                start = same[place] if place < len(same) else datetime.combine((previous or self.day), time(0)) + clock
                while previous and start < previous:
                    start += _DAY
            if end is None and start is not None and last is not None and last.clock is not None:
                end = self.dated(last) or self.after(start, last)
            finished.append((start, end))
            previous = end or start
        return finished

    # -- days for the rows that have none

    def pin(self, rows: Sequence[TimedRow], windows: Sequence[_Window]) -> None:
        """Date the rows that the Duration line's first window begins and ends with, where dated rows allow it."""
        if not windows or self.duration is None:
            return
        (begin, end), (first, last) = windows[0], self.duration.windows[0]
        if begin is None and first.clock is not None and self.day is not None and first.weekday is None:
            begin = datetime.combine(self.day, time(0)) + self.local_clock(first, self.day)
        if begin is None:
            return
        if end is None and last is not None and last.clock is not None:
            end = self.after(begin, last)
        at = self.row_at(rows, begin)
        dated = any(row.day for row in rows)
        if at is not None:
            rows[at].day = begin.date()
        elif not dated and self.starts_next_day(rows, begin):
            next(row for row in rows if row.clock is not None).day = begin.date() + _DAY
        if at is not None and end is not None and not dated:
            ends = [row for row in rows[at + 1 :] if row.clock == end - _midnight(end)]
            if ends:
                ends[-1].day = end.date()
        self.pinned = not dated

    def row_at(self, rows: Sequence[TimedRow], begin: datetime) -> int | None:
        """Return the first row without a date that is at this time and may be on this day."""
        day = begin.date()
        first = max((place for place, row in enumerate(rows) if row.day and row.day < day), default=-1) + 1
        last = min((place for place, row in enumerate(rows) if row.day and row.day > day), default=len(rows))
        clock = begin - _midnight(begin)
        fitting = (place for place in range(first, last) if rows[place].day is None and rows[place].clock == clock)
        return next(fitting, None)

    def starts_next_day(self, rows: Sequence[TimedRow], begin: datetime) -> bool:
        """Return whether the first row's clock has passed midnight since the beginning, which has no row."""
        first = next((row.clock for row in rows if row.clock is not None), None)
        return first is not None and (begin - _midnight(begin)) - first >= _MIDNIGHT

    def carry(self, rows: Sequence[TimedRow]) -> None:
        """Carry the days from the dated rows to the others, past midnight where the clocks go on."""
        timed = [row for row in rows if row.clock is not None]
        if not timed or (self.day is None and all(row.day is None for row in timed)):
            return
        known = [place for place, row in enumerate(timed) if row.day is not None]
        if not known:
            timed[0].day = self.day
            known = [0]
        guessed = known[0] > 0 and self.day is not None and not self.pinned
        if guessed:  # the rows above the first dated one begin on the incident's date
            timed[0].day = self.day
            known.insert(0, 0)
        for place in range(known[0] - 1, -1, -1):
            following = timed[place + 1]
            passed = self.passes_midnight(timed, place, place + 1)
            timed[place].day = (following.day or self.day or date.min) - passed * _DAY
        for begin, end in zip(known, [*known[1:], len(timed)], strict=True):
            self.carry_on(timed, begin, end)
        before, first = timed[known[1] - 1].at if guessed else None, timed[known[1]].at if guessed else None
        if before and first and before > first:
            back = math.ceil((before - first) / _DAY) * _DAY
            for row in timed[: known[1]]:
                row.day = row.day - back if row.day else None

    def carry_on(self, timed: Sequence[TimedRow], begin: int, end: int) -> None:
        """Date the rows between two dated ones; days that no clock shows passed where a clock falls, else in a gap."""
        highest = begin
        day = timed[begin].day or date.min
        falls: list[int] = []
        gaps: list[int] = []
        for place in range(begin + 1, min(end + 1, len(timed))):
            passed = self.passes_midnight(timed, highest, place)
            gap = (timed[place].clock or timedelta(0)) - (timed[highest].clock or timedelta(0)) + passed * _DAY
            day += passed * _DAY
            if gap >= timedelta(0):
                highest = place
            else:
                falls.append(place)
            if gap >= _QUIET:
                gaps.append(place)
            if place < end:
                timed[place].day = day
        if end < len(timed):
            slack = max(((timed[end].day or day) - day).days, 0)
            passed_at = falls[:slack]
            if gaps:
                passed_at += [gaps[-1]] * (slack - len(passed_at))
            _delay(timed[:end], passed_at)

    def passes_midnight(self, timed: Sequence[TimedRow], before: int, after: int) -> bool:
        """Return whether midnight lies between two rows whose days are not both known."""
        latest, clock = (timed[place].clock or timedelta(0) for place in (before, after))
        fall = latest - clock
        if fall < _NO_MIDNIGHT or fall >= _MIDNIGHT:
            return fall >= _MIDNIGHT
        following = timed[after + 1] if after + 1 < len(timed) else None
        total = self.duration.total if self.duration else None
        short = total is None or total < _DAY - _QUIET
        back = following is not None and following.day is None and (following.clock or timedelta(0)) >= latest
        return not (back and short)

    def check_order(self, rows: Sequence[TimedRow], instants: Sequence[datetime | None]) -> None:
        """Report the rows with an earlier time than one above them."""
        latest: tuple[datetime, TimedRow] | None = None
        for row, at in zip(rows, instants, strict=True):
            if at is None:
                continue
            if latest is not None and at < latest[0]:
                message = (
                    f"{row.at:%Y-%m-%d %H:%M} is below {latest[1].at:%Y-%m-%d %H:%M} of line {latest[1].entry.line}"
                )
                self.remark("time-out-of-order", f"{message}; put the rows in order, or date them", row.entry.line)
            else:
                latest = at, row


def _is_over_above(rows: Sequence[TimedRow]) -> bool | None:
    """Return whether the first row with a time, not the last one, says that it is over; None for both or neither."""
    timed = [row for row in rows if row.clock is not None]
    first, last = (
        not default_lexicon().read(row.entry.event).speaks_for.isdisjoint(LAST_COUNTS) for row in (timed[0], timed[-1])
    )
    return None if first == last else first


def _only(times: Sequence[datetime | None]) -> datetime | None:
    """Return the time that all are, in the same pass of a repeated hour; None where they differ."""
    return times[0] if len({(at, at.fold if at else 0) for at in times}) == 1 else None


def _date_below(rows: Sequence[TimedRow]) -> None:
    """Give a clock without a date the date of a row without a clock right above it, as of a heading of the day."""
    day: date | None = None
    for row in rows:
        if row.clock is None:
            day = row.day or day
        else:
            row.day, day = row.day or day, None


def _delay(rows: Sequence[TimedRow], passed_at: Collection[int]) -> None:
    """Move rows by a day for each of the places that is not below them."""
    days = Counter(passed_at)
    later = 0
    for place in range(min(days, default=len(rows)), len(rows)):
        later += days[place]
        row = rows[place]
        row.day = row.day + later * _DAY if row.day else None


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(0))
