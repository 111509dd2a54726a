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
"""How far from the incident's date a row is still taken to belong to it, when its year or month is in doubt."""
_BEFORE = timedelta(days=3)
"""How far before the incident's date a day without its month, or a weekday, is still looked for."""


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
    """Something to report about a line: a problem code and what to write instead; no line means the Duration's."""

    code: str
    message: str
    line: int | None


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
    weekday: int | None = None
    fold: int | None = None
    """In an hour that the clocks go through twice: 0 for the first time, 1 for the second, None where not known."""
    approximate: bool = False
    inferred: bool = False

    @property
    def at(self) -> datetime | None:
        if self.clock is None or self.day is None:
            return None
        return (datetime.combine(self.day, time(0)) + self.clock).replace(fold=self.fold or 0)


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
    reader.place_weekdays(rows)
    _date_below(rows)
    reader.refuse_strays(rows)
    windows = reader.dated_windows()
    reader.pin(rows, windows)
    reader.carry(rows)
    windows = reader.finish_windows(rows, windows)
    reader.settle_hours(rows)
    windows = reader.settle_ends(rows, windows)
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

    @property
    def reach(self) -> timedelta:
        """How far from the incident's date its rows may be."""
        return _NEAR + ((self.duration.total if self.duration else None) or timedelta(0))

    def remark(self, code: str, message: str, line: int | None) -> None:
        self.remarks.append(TimelineRemark(code, message, line))

    # -- from words to clocks and days

    def read(self, entry: Entry) -> _Row:
        row = _Row(entry)
        if is_absent(entry.when) or not set(fold(entry.when)) - set("-:?() "):
            return row
        try:
            moments = read_moments(entry.when)
        except Unreadable as error:
            self.remark(error.code, str(error), entry.line)
            return row
        if not moments:
            self.remark("unreadable-time", f"{entry.when!r} holds no time; write it as HH:MM", entry.line)
            return row
        moment = self.complete(moments[0], row)
        if moment.unreadable:
            form = (
                "time of day; write it as HH:MM" if ":" in moment.unreadable else "date; write it as YYYY-MM-DD HH:MM"
            )
            self.remark("unreadable-time", f"{entry.when!r} is no {form}", entry.line)
        row.approximate = moment.approximate
        row.day = moment.date
        row.weekday = moment.weekday
        if moment.either:
            self.choose_date(moment.either, row)
        is_in_doubt = moment.unreadable is not None or (moment.either is not None and row.day is None)
        if moment.clock is not None and not is_in_doubt and (moment.zone is not None or not entry.is_unclear):
            row.clock = _clock(moment)
            self.move_zone(row, moment.zone or entry.zone)
        if moment.days_later and row.day is None:
            row.day = self.day  # "(next day)" counts from the incident's date
        if row.day is not None:
            row.day += moment.days_later * _DAY
        return row

    def complete(self, moment: Moment, row: _Row) -> Moment:
        """Give a date without its year or month those that bring it nearest to the incident.

        A day of the month alone counts where one month alone has it within reach of the incident, on its weekday.
        """
        if moment.day is None or self.day is None or (moment.year is not None and moment.month is not None):
            return moment
        months = [date(self.day.year, self.day.month, 1)]
        months = [months[0] - _DAY, *months, months[0] + 31 * _DAY]
        parts = [(each.year, each.month) for each in months]
        if moment.month is not None:
            parts = [(year, moment.month) for year in (self.day.year - 1, self.day.year, self.day.year + 1)]
        candidates = []
        for year, month in parts:
            try:
                candidates.append(date(year, month, moment.day))
            except ValueError:  # 29 February in another year, 31 April
                continue
        if moment.month is None:
            candidates = [
                each
                for each in candidates
                if -_BEFORE <= each - self.day <= self.reach and moment.weekday in {None, each.weekday()}
            ]
            if len(candidates) != 1:
                return replace(moment, day=None, unreadable=row.entry.when)
        nearest = min(candidates, key=lambda candidate: abs(candidate - self.day), default=None)  # type: ignore[operator]
        if nearest is None:
            return moment
        if moment.slip:
            row.inferred = True
            self.remark(
                "unreadable-time", f"{moment.slip!r} is no date, read as {nearest}; write {nearest}", row.entry.line
            )
        return replace(moment, year=nearest.year, month=nearest.month)

    def choose_date(self, either: tuple[date, date], row: _Row) -> None:
        """Take the one of two possible dates that the incident allows; else the day is unknown."""
        first, second = sorted(either)
        near = [each for each in (first, second) if self.day and abs(each - self.day) <= self.reach]
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
        at = datetime.combine(day, time(0)) + row.clock
        moved = at.replace(tzinfo=zone).astimezone(self.zone)
        row.clock = _since_midnight(moved.time())
        row.fold = None if _shift(at, zone) else moved.fold
        if row.day is not None:
            row.day = moved.date()

    def check_years(self, rows: Sequence[_Row]) -> None:
        """Correct a year that only one other fits: the row lies months away, with the incident's year days."""
        for row in rows:
            if row.day is None or self.day is None or row.day.year == self.day.year:
                continue
            if abs(row.day - self.day) <= self.reach:
                continue
            try:
                fitting = row.day.replace(year=self.day.year)
            except ValueError:
                continue
            if abs(fitting - self.day) <= self.reach:
                message = f"{row.day} is {abs(row.day - self.day).days} days from the incident, read as {fitting}"
                self.remark("date-mismatch", f"{message}; write {fitting}", row.entry.line)
                row.day, row.inferred = fitting, True

    def place_weekdays(self, rows: Sequence[_Row]) -> None:
        """Date the rows that name a weekday alone: the next such day from the row above on, or from near the incident.

        A date that is not on the weekday next to it is kept and reported.
        """
        above: date | None = None
        for row in rows:
            if row.weekday is not None and row.day is not None and row.day.weekday() != row.weekday:
                named = f"{row.day} is a {row.day:%A}, {row.entry.when!r} names another day"
                self.remark("date-mismatch", f"{named}; correct the one or the other", row.entry.line)
            elif row.weekday is not None and row.day is None and row.clock is not None and self.day is not None:
                first = above or self.day - _BEFORE
                row.day = first + (row.weekday - first.weekday()) % 7 * _DAY
            above = row.day or above

    def refuse_strays(self, rows: Sequence[_Row]) -> None:
        """Read no time from rows that are dated far from the incident, among rows that are near it.

        Such a date was left in from another report. An earlier date counts above the rows of the incident, where it is
        what led to it, and a later one below them. Rows without a date have that of the row above, else the incident's.
        """
        if self.day is None:
            return
        day, reach = self.day, self.reach
        dated = next((place for place, row in enumerate(rows) if row.day is not None), len(rows))
        near = [
            place
            for place, row in enumerate(rows)
            if (abs(row.day - day) <= reach if row.day is not None else place < dated and row.clock is not None)
        ]
        stray: tuple[date, int] | None = None
        for place, row in enumerate(rows if near else ()):
            if row.day is not None:
                is_early, is_late = row.day < day - reach, row.day > day + reach
                is_stray = (is_early and place > near[0]) or (is_late and place < near[-1])
                stray = (row.day, row.entry.line) if is_stray else None
                if is_stray:
                    other = rows[near[0] if is_early else near[-1]]
                    where = f"{'below' if is_early else 'above'} {other.day or day} of line {other.entry.line}"
                    distance = f"{row.day} is {abs(row.day - day).days} days from the incident, and {where}"
                    message = f"{distance}, so when this was is unknown; correct the date"
                    self.remark("date-mismatch", message, row.entry.line)
            elif stray is not None and row.clock is not None:
                message = f"the date above it, {stray[0]} of line {stray[1]}, is not the incident's; date the row"
                self.remark("date-mismatch", message, row.entry.line)
            if stray is not None:
                row.day = row.clock = None

    # -- the hour that the clocks go through twice in autumn, and the one that they leave out in spring

    def settle_hours(self, rows: Sequence[_Row]) -> None:
        """Decide which time of a repeated hour each row means, by the order of the rows; else its time is unknown."""
        twice: list[tuple[_Row, datetime]] = []
        for row in rows:
            at = row.at
            shift = _shift(at, self.zone) if at else timedelta(0)
            if at and shift > timedelta(0):
                twice.append((row, at))
            elif at and shift < timedelta(0):
                message = f"there is no {at:%H:%M} on {at:%Y-%m-%d} in {self.zone}, as the clocks go forward"
                self.remark("unreadable-time", f"{message}; correct the time", row.entry.line)
                row.clock = None
        # The second time through begins at the latest with a row below which the clock is earlier, or which says so.
        second = next((n for n, (row, _) in enumerate(twice) if row.fold == 1), len(twice))
        falls = [n for n in range(1, len(twice)) if twice[n][1] < twice[n - 1][1]]
        first = next((n + 1 for n in range(len(twice) - 1, -1, -1) if twice[n][0].fold == 0), 0)
        if falls and first <= falls[0] and falls[-1] <= second:
            first, second = falls[0], falls[-1]
        for n, (row, at) in enumerate(twice):
            if row.fold is None and first <= second and not first <= n < second:
                row.fold = int(n >= second)
            elif row.fold is None:
                message = f"{at:%H:%M} is twice on {at:%Y-%m-%d} in {self.zone}, as the clocks go back"
                self.remark("unreadable-time", f"{message}; write it with its zone, such as UTC", row.entry.line)
                row.clock = None

    def settle_ends(self, rows: Sequence[_Row], windows: Sequence[_Window]) -> list[_Window]:
        """Decide the same of the Duration's times: by the row at that time, else by the stated length."""
        folds: dict[datetime, set[int]] = {}
        for row in rows:
            if (at := row.at) is not None:
                folds.setdefault(at.replace(fold=0), set()).add(at.fold)
        settled: list[_Window] = []
        total = self.duration.total if self.duration and len(windows) == 1 else None
        for window in windows:
            ways = [
                [at.replace(fold=fold) for fold in sorted(folds.get(at, {0, 1}))]
                if at and _shift(at, self.zone)
                else [at]
                for at in window
            ]
            both = [(start, end) for start in ways[0] for end in ways[1]]
            if len(both) > 1 and total is not None:
                both = [each for each in both if self.spans(*each, total)] or both
            if len(both) > 1:
                message = "the clocks go back between the Duration's times, so when they are is unknown"
                self.remark("unreadable-time", f"{message}; write them with their zone, such as UTC", None)
            settled.append(both[0] if len(both) == 1 else (None, None))
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
            last = self.dated(end) if end else None
            if last is None and first is not None and end is not None and end.clock is not None:
                last = self.after(first, end)
            windows.append((first, last))
        return windows

    def dated(self, moment: Moment) -> datetime | None:
        moment = self.complete(moment, _Row(Entry("", "", 0)))
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
            return _clock(moment)
        at = datetime.combine(day, moment.clock or time(0), moment.zone).astimezone(self.zone)
        return _since_midnight(at.time())

    def finish_windows(self, rows: Sequence[_Row], windows: Sequence[_Window]) -> list[_Window]:
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
            if start is None and self.day is not None and first.clock is not None:
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
            back = math.ceil((before - first) / _DAY) * _DAY
            for row in timed[: known[1]]:
                row.day = row.day - back if row.day else None

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
            slack = max(((timed[end].day or day) - day).days, 0)
            passed_at = falls[:slack]
            if gaps:
                passed_at += [gaps[-1]] * (slack - len(passed_at))
            _delay(timed[:end], passed_at)

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
        latest: tuple[datetime, _Row] | None = None
        for row in rows:
            if (at := _instant(row.at, self.zone)) is None:
                continue
            if latest is not None and at < latest[0]:
                message = (
                    f"{row.at:%Y-%m-%d %H:%M} is below {latest[1].at:%Y-%m-%d %H:%M} of line {latest[1].entry.line}"
                )
                self.remark("time-out-of-order", f"{message}; put the rows in order, or date them", row.entry.line)
            else:
                latest = at, row


def _date_below(rows: Sequence[_Row]) -> None:
    """Give a clock without a date the date of a row without a clock right above it, as of a heading of the day."""
    day: date | None = None
    for row in rows:
        if row.clock is None:
            day = row.day or day
        else:
            row.day, day = row.day or day, None


def _delay(rows: Sequence[_Row], passed_at: Collection[int]) -> None:
    """Move rows by a day for each of the places that is not below them."""
    days = Counter(passed_at)
    later = 0
    for place in range(min(days, default=len(rows)), len(rows)):
        later += days[place]
        row = rows[place]
        row.day = row.day + later * _DAY if row.day else None


def _shift(at: datetime, zone: tzinfo) -> timedelta:
    """Return by how much the clocks of a zone go back around a time, by less than nothing where they go forward."""
    first, second = (at.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    return first - second


def _clock(moment: Moment) -> timedelta:
    return _since_midnight(moment.clock or time(0))


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(0))
