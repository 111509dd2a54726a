"""The rows of a timeline to instants: dates carried past midnight, zones, slips; and the windows of the Duration line.

All reckoning is done in the clock time of the timeline's zone; instants leave in UTC.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from incident_analytics.reports.durations import Duration
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent
from incident_analytics.reports.times import Moment, read_moments

__all__ = ["Entry", "Placement", "TimelineRemark", "place_entries"]

_DAY = timedelta(days=1)
_NO_MIDNIGHT = timedelta(hours=3)
"""A clock that falls back by less than this is a row out of order; by `_MIDNIGHT` or more it has passed midnight."""
_MIDNIGHT = timedelta(hours=12)
_QUIET = timedelta(hours=6)
"""A gap in which days may have passed that the clocks do not show."""
_NEAR = timedelta(days=10)
"""How far from the incident's date a row is still taken to belong to it, when its year is in doubt."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the timeline as written.

    ``zone`` is that of its table or heading, None where these name none; ``is_unclear`` says that they name one which
    may be several: then a time that names none itself is not known.
    """

    when: str
    event: str
    line: int
    zone: tzinfo | None = None
    is_unclear: bool = False


@dataclass(frozen=True, slots=True)
class TimelineRemark:
    """Something to report about a line: a problem code and what to write instead."""

    code: str
    message: str
    line: int


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


@dataclass(slots=True)
class _Row:
    """An entry on its way to an instant: its clock in the timeline's zone, its day once it is known."""

    entry: Entry
    clock: timedelta | None = None
    day: date | None = None
    approximate: bool = False
    inferred: bool = False

    @property
    def at(self) -> datetime | None:
        if self.clock is None or self.day is None:
            return None
        return datetime.combine(self.day, time(0)) + self.clock


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
    if day is None:
        day = reader.day = next((row.day for row in rows if row.day), None)
    reader.check_years(rows)
    _date_below(rows)
    windows = reader.dated_windows()
    reader.pin(rows, windows)
    reader.carry(rows)
    windows = reader.finish_windows(rows, windows)
    reader.check_order(rows)
    return Placement(
        instants=tuple(_instant(row.at, zone) for row in rows),
        approximate=tuple(row.approximate for row in rows),
        inferred=tuple(row.inferred for row in rows),
        windows=tuple((_instant(start, zone), _instant(end, zone)) for start, end in windows),
        remarks=tuple(reader.remarks),
    )


def _instant(at: datetime | None, zone: tzinfo) -> datetime | None:
    return None if at is None else at.replace(tzinfo=zone).astimezone(UTC)


_Window = tuple[datetime | None, datetime | None]


class _Placer:
    """Holds the incident's date, the zone and the remarks while the rows get their days."""

    def __init__(self, day: date | None, zone: tzinfo, duration: Duration | None) -> None:
        self.day = day
        self.zone = zone
        self.duration = duration
        self.pinned = False
        self.remarks: list[TimelineRemark] = []

    def remark(self, code: str, message: str, line: int) -> None:
        self.remarks.append(TimelineRemark(code, message, line))

    # -- from words to clocks and days

    def read(self, entry: Entry) -> _Row:
        row = _Row(entry)
        try:
            moments = read_moments(entry.when)
        except Unreadable as error:
            self.remark(error.code, str(error), entry.line)
            return row
        if not moments:
            if not is_absent(entry.when) and set(fold(entry.when)) - set("-:?() "):
                self.remark("unreadable-time", f"{entry.when!r} holds no time; write it as HH:MM", entry.line)
            return row
        moment = self.with_year(moments[0], row)
        if moment.unreadable:
            self.remark("unreadable-time", f"{entry.when!r} is no time of day; write it as HH:MM", entry.line)
        row.approximate = moment.approximate
        row.day = moment.date
        if moment.either:
            self.choose_date(moment.either, row)
        if moment.clock is not None and (moment.zone is not None or not entry.is_unclear):
            row.clock = _clock(moment)
            self.move_zone(row, moment.zone or entry.zone)
        if moment.days_later and row.day is None:
            row.day = self.day  # "(next day)" counts from the incident's date
        if row.day is not None:
            row.day += moment.days_later * _DAY
        return row

    def with_year(self, moment: Moment, row: _Row) -> Moment:
        """Give a date without a year, or with an impossible one, the year that brings it nearest to the incident."""
        if moment.year is not None or moment.month is None or moment.day is None or self.day is None:
            return moment
        candidates = []
        for year in (self.day.year - 1, self.day.year, self.day.year + 1):
            try:
                candidates.append(date(year, moment.month, moment.day))
            except ValueError:  # 29 February in another year
                continue
        nearest = min(candidates, key=lambda candidate: abs(candidate - self.day), default=None)  # type: ignore[operator]
        if nearest is None:
            return moment
        if moment.slip:
            row.inferred = True
            self.remark(
                "unreadable-time", f"{moment.slip!r} is no date, read as {nearest}; write {nearest}", row.entry.line
            )
        return replace(moment, year=nearest.year)

    def choose_date(self, either: tuple[date, date], row: _Row) -> None:
        """Take the one of two possible dates that the incident allows; where it allows both the row keeps its clock."""
        first, second = sorted(either)
        near = [each for each in (first, second) if self.day and abs(each - self.day) <= _NEAR]
        row.day = near[0] if len(near) == 1 else None
        row.inferred = row.day is not None
        self.remark(
            "ambiguous-date", f"{row.entry.when!r} is {first} or {second}; write it as YYYY-MM-DD", row.entry.line
        )

    def move_zone(self, row: _Row, zone: tzinfo | None) -> None:
        """Turn a clock time with another zone into one of the timeline's zone."""
        if zone is None or row.clock is None:
            return
        day = row.day or self.day
        if day is None:
            return
        moved = (datetime.combine(day, time(0), zone) + row.clock).astimezone(self.zone)
        row.clock = _since_midnight(moved.time())
        if row.day is not None:
            row.day = moved.date()

    def check_years(self, rows: Sequence[_Row]) -> None:
        """Correct a year that only one other fits: the row lies months away, with the incident's year days."""
        near = _NEAR + ((self.duration.total if self.duration else None) or timedelta(0))
        for row in rows:
            if row.day is None or self.day is None or abs(row.day - self.day) <= near or row.day.year == self.day.year:
                continue
            try:
                fitting = row.day.replace(year=self.day.year)
            except ValueError:
                continue
            if abs(fitting - self.day) <= near:
                message = f"{row.day} is {abs(row.day - self.day).days} days from the incident, read as {fitting}"
                self.remark("date-mismatch", f"{message}; write {fitting}", row.entry.line)
                row.day, row.inferred = fitting, True

    # -- the Duration line

    def dated_windows(self) -> list[_Window]:
        """Return the windows as far as they are dated by themselves."""
        windows: list[_Window] = []
        for start, end in self.duration.windows if self.duration else ():
            first = self.dated(start)
            last = self.dated(end) if end else None
            if last is None and first is not None and end is not None and end.clock is not None:
                last = self.after(first, end)
            windows.append((first, last))
        return windows

    def dated(self, moment: Moment) -> datetime | None:
        moment = self.with_year(moment, _Row(Entry("", "", 0)))
        if moment.date is None or moment.clock is None:
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
            return _clock(moment)
        at = datetime.combine(day, moment.clock or time(0), moment.zone).astimezone(self.zone)
        return _since_midnight(at.time())

    def finish_windows(self, rows: Sequence[_Row], windows: Sequence[_Window]) -> list[_Window]:
        """Date the windows that are not dated by themselves: from the row with the same clock, else from the date."""
        finished: list[_Window] = []
        previous: datetime | None = None
        written = self.duration.windows if self.duration else ()
        for (dated_start, dated_end), (first, last) in zip(windows, written, strict=True):
            start, end = dated_start, dated_end
            if start is None and self.day is not None and first.clock is not None:
                clock = self.local_clock(first, self.day)
                same = [
                    row.at for row in rows if row.clock == clock and row.at and (not previous or row.at >= previous)
                ]
                start = same[0] if same else datetime.combine((previous or self.day), time(0)) + clock
                while previous and start < previous:
                    start += _DAY
            if end is None and start is not None and last is not None and last.clock is not None:
                end = self.dated(last) or self.after(start, last)
            finished.append((start, end))
            previous = end or start
        return finished

    # -- days for the rows that have none

    def pin(self, rows: Sequence[_Row], windows: Sequence[_Window]) -> None:
        """Date the rows that the Duration line's first window begins and ends with, where dated rows allow it."""
        if not windows or self.duration is None:
            return
        (begin, end), (first, last) = windows[0], self.duration.windows[0]
        if begin is None and first.clock is not None and self.day is not None:
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

    def row_at(self, rows: Sequence[_Row], begin: datetime) -> int | None:
        """Return the first row without a date that is at this time and may be on this day."""
        day = begin.date()
        first = max((place for place, row in enumerate(rows) if row.day and row.day < day), default=-1) + 1
        last = min((place for place, row in enumerate(rows) if row.day and row.day > day), default=len(rows))
        clock = begin - _midnight(begin)
        fitting = (place for place in range(first, last) if rows[place].day is None and rows[place].clock == clock)
        return next(fitting, None)

    def starts_next_day(self, rows: Sequence[_Row], begin: datetime) -> bool:
        """Return whether the first row's clock has passed midnight since the beginning, which has no row."""
        first = next((row.clock for row in rows if row.clock is not None), None)
        return first is not None and (begin - _midnight(begin)) - first >= _MIDNIGHT

    def carry(self, rows: Sequence[_Row]) -> None:
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
            _delay(timed[: known[1]], -math.ceil((before - first) / _DAY) * _DAY)

    def carry_on(self, timed: Sequence[_Row], begin: int, end: int) -> None:
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
            slack = (timed[end].day or day) - day
            for place in falls:
                if slack > timedelta(0):
                    _delay(timed[place:end], _DAY)
                    slack -= _DAY
            if slack > timedelta(0) and gaps:
                _delay(timed[gaps[-1] : end], slack)

    def passes_midnight(self, timed: Sequence[_Row], before: int, after: int) -> bool:
        """Return whether midnight lies between two rows whose days are not both known."""
        fall = (timed[before].clock or timedelta(0)) - (timed[after].clock or timedelta(0))
        if fall < _NO_MIDNIGHT or fall >= _MIDNIGHT:
            return fall >= _MIDNIGHT
        following = timed[after + 1] if after + 1 < len(timed) else None
        total = self.duration.total if self.duration else None
        short = total is None or total < _DAY - _QUIET
        back = (
            following is not None
            and following.day is None
            and (following.clock or timedelta(0)) >= (timed[before].clock or timedelta(0))
        )
        return not (back and short)

    def check_order(self, rows: Sequence[_Row]) -> None:
        """Report the rows with an earlier time than one above them."""
        latest: _Row | None = None
        for row in rows:
            if row.at is None:
                continue
            if latest is not None and latest.at is not None and row.at < latest.at:
                message = f"{row.at:%Y-%m-%d %H:%M} is below {latest.at:%Y-%m-%d %H:%M} of line {latest.entry.line}"
                self.remark("time-out-of-order", f"{message}; put the rows in order, or date them", row.entry.line)
            else:
                latest = row


def _date_below(rows: Sequence[_Row]) -> None:
    """Give a clock without a date the date of a row without a clock right above it, as of a heading of the day."""
    day: date | None = None
    for row in rows:
        if row.clock is None:
            day = row.day or day
        else:
            row.day, day = row.day or day, None


def _delay(rows: Sequence[_Row], by: timedelta) -> None:
    for row in rows:
        row.day = row.day + by if row.day else None


def _clock(moment: Moment) -> timedelta:
    return _since_midnight(moment.clock or time(0))


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(0))
