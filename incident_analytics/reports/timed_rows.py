"""The rows of a timeline from words to clock times and days, as far as each row and the incident's date say.

What is in doubt is unknown: a row then has no time, and a remark names it and says what to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from incident_analytics.reports.clock_changes import clock_shift
from incident_analytics.reports.durations import Duration
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent
from incident_analytics.reports.times import Moment, either_day, read_moments

__all__ = ["Entry", "RowReader", "TimedRow", "TimelineRemark", "since_midnight"]

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)
_NEAR = timedelta(days=10)
"""How far from the incident's date a row is still taken to belong to it, when its year or month is in doubt."""
_BEFORE = timedelta(days=3)
"""How far before the incident's date a day without its month is still looked for."""


class Entry(NamedTuple):
    """One row of the timeline as written.

    ``zone`` is that of its table or heading, None where these name none; ``is_unclear`` says that they name one which
    may be several: then a time that names none itself is not known. ``offset`` is the time since the start where the
    row has that alone.
    """

    when: str
    event: str
    line: int
    zone: tzinfo | None = None
    is_unclear: bool = False
    offset: timedelta | None = None


class TimelineRemark(NamedTuple):
    """Something to report about a line: a problem code and what to write instead; no line means the Duration's."""

    code: str
    message: str
    line: int | None


@dataclass(slots=True)
class TimedRow:
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
        """The clock time in the timeline's zone, None where its day or time of day is not known."""
        if self.clock is None or self.day is None:
            return None
        at = datetime.combine(self.day, _MIDNIGHT) + self.clock
        return at.replace(fold=self.fold) if self.fold else at


class RowReader:
    """Reads rows, and keeps the incident's date, the zone, the Duration line and the remarks meanwhile."""

    def __init__(self, day: date | None, zone: tzinfo, duration: Duration | None) -> None:
        self.day = day
        self.zone = zone
        self.duration = duration
        self.remarks: list[TimelineRemark] = []

    @property
    def reach(self) -> timedelta:
        """How far from the incident's date its rows may be."""
        return _NEAR + ((self.duration.total if self.duration else None) or timedelta(0))

    def on_weekday(self, weekday: int | None) -> date | None:
        """Return the incident's date, or the day next to it, that is on a weekday; None where there is no such day."""
        if self.day is None or weekday is None:
            return self.day
        return next((day for day in (self.day, self.day - _DAY, self.day + _DAY) if day.weekday() == weekday), None)

    def remark(self, code: str, message: str, line: int | None) -> None:
        """Note something to report."""
        self.remarks.append(TimelineRemark(code, message, line))

    def read(self, entry: Entry) -> TimedRow:
        """Read the words of one row's time; what they leave to the other rows is still open."""
        row = TimedRow(entry)
        if entry.offset is not None or not (entry.when[:1].isdecimal() or _says_when(entry.when)):
            return row
        try:
            moments = read_moments(entry.when)
        except Unreadable as error:
            self.remark(error.code, str(error), entry.line)
            return row
        if not moments:
            self.remark("unreadable-time", f"{entry.when!r} is not a time; write it as HH:MM", entry.line)
            return row
        moment = self.complete(moments[0], row)
        if moment.unreadable:
            form = (
                "time of day; write it as HH:MM" if ":" in moment.unreadable else "date; write it as YYYY-MM-DD HH:MM"
            )
            self.remark("unreadable-time", f"{entry.when!r} is not a {form}", entry.line)
        row.approximate = moment.approximate
        row.day = moment.date
        row.weekday = moment.weekday
        if moment.either:
            self.choose_date(moment.either, row)
        is_in_doubt = moment.unreadable is not None or (moment.either is not None and row.day is None)
        if moment.clock is not None and not is_in_doubt and (moment.zone is not None or not entry.is_unclear):
            row.clock = since_midnight(moment.clock)
            self.move_zone(row, moment.zone or entry.zone)
        if moment.days_later and row.day is None:
            row.day = self.day  # "(next day)" counts from the incident's date
        if row.day is not None:
            row.day += moment.days_later * _DAY
        return row

    def complete(self, moment: Moment, row: TimedRow) -> Moment:
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
                "unreadable-time", f"{moment.slip!r} is not a date, read as {nearest}; write {nearest}", row.entry.line
            )
        return replace(moment, year=nearest.year, month=nearest.month)

    def choose_date(self, either: tuple[date, date], row: TimedRow) -> None:
        """Take the one of two possible dates that the incident allows; else the day is unknown."""
        near = [each for each in either if self.day and abs(each - self.day) <= self.reach]
        row.day = near[0] if len(near) == 1 else None
        row.inferred = row.day is not None
        self.remark("ambiguous-date", either_day(row.entry.when, either), row.entry.line)

    def move_zone(self, row: TimedRow, zone: tzinfo | None) -> None:
        """Turn a clock time with another zone into one of the timeline's zone."""
        if zone is None or zone is self.zone or row.clock is None:
            return
        day = row.day or self.day
        if day is None:
            return
        at = datetime.combine(day, time(0)) + row.clock
        moved = at.replace(tzinfo=zone).astimezone(self.zone)
        row.clock = since_midnight(moved.time())
        row.fold = None if clock_shift(at, zone) else moved.fold
        if row.day is not None:
            row.day = moved.date()

    def check_years(self, rows: Sequence[TimedRow]) -> None:
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

    def place_weekdays(self, rows: Sequence[TimedRow]) -> None:
        """Date the rows that name a weekday alone: the next such day from the row above on, or from near the incident.

        A date that is not on the weekday next to it is kept and reported.
        """
        above: date | None = None
        for row in rows:
            if row.weekday is not None and row.day is not None and row.day.weekday() != row.weekday:
                named = f"{row.day} is a {row.day:%A}, {row.entry.when!r} names another day"
                self.remark("date-mismatch", f"{named}; correct one or the other", row.entry.line)
            elif row.weekday is not None and row.clock is not None and self.day is not None and row.day is None:
                if above is not None:
                    row.day = above + (row.weekday - above.weekday()) % 7 * _DAY
                else:
                    row.day = self.on_weekday(row.weekday)
                if row.day is None:
                    message = f"{row.entry.when!r} is not near the incident's {self.day:%A} {self.day}; write its date"
                    self.remark("date-mismatch", message, row.entry.line)
                    row.clock = None
            above = row.day or above or (self.day if row.clock is not None else None)

    def refuse_strays(self, rows: Sequence[TimedRow]) -> None:
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


def _says_when(words: str) -> bool:
    """Return whether words are more than marks and ways to say that the time is not known."""
    return not is_absent(words) and bool(set(fold(words)) - set("-:?() "))


def since_midnight(clock: time | None) -> timedelta:
    """Return how long after midnight a time of day is, to the second; nothing is midnight."""
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second) if clock else timedelta(0)
