"""Periods, the calendar units they split into, and the hours in which a team works.

Instants are pandas Timestamps, but pandas is imported only where one is made: reading reports needs the calendar alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from unicodedata import normalize
from zoneinfo import ZoneInfo

from incident_analytics.errors import PeriodError
from incident_analytics.late_patterns import compile_late
from incident_analytics.schema import Hours

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UNITS", "BudgetWindow", "Calendar", "Period", "Unit", "at_clock", "label_of", "plain_name", "read_instant"]

Unit: TypeAlias = Literal["week", "month", "quarter", "year"]
UNITS: Final[tuple[Unit, ...]] = ("week", "month", "quarter", "year")
"""The calendar units that a period splits into."""

BudgetWindow: TypeAlias = Literal["month", "quarter", "year", "rolling-30d"]
"""What an error budget runs over."""

_ROLLING: Final = timedelta(days=30)
_MONTHS_IN: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SEPARATORS: Final = compile_late(r"[\s_,\u2010-\u2015\u2212-]+")
_DAY: Final = r"(\d{4}) (\d{1,2}) (\d{1,2})"
_YEAR: Final = r"(?P<year>\d{4})"
_ANY_YEAR: Final = r"(?:(?P<fiscal>FY) ?)?(?P<year>(?(fiscal)(?:\d{2})?\d{2}|\d{4}))"
_PART: Final = r"(?P<part>Q[1-4]|H[12])"
_WEEK: Final = r"(?:W|WEEK|CW|WK) ?(?P<week>\d{1,2})"
_MONTH: Final = r"(?P<month>[A-Z]{3,9})\.?"
_FORMS: Final = (
    rf"{_ANY_YEAR}(?: ?{_PART})?",
    rf"{_PART} ?(?:OF )?{_ANY_YEAR}",
    rf"{_YEAR} ?{_WEEK}",
    rf"{_WEEK} ?(?:OF )?{_YEAR}",
    rf"{_YEAR}[ /](?P<month>\d{{1,2}})",
    rf"(?P<month>\d{{1,2}})/{_YEAR}",
    rf"{_YEAR} ?{_MONTH}",
    rf"{_MONTH} ?(?:OF )?{_YEAR}",
)
"""How people write calendar units, in capitals and with one space for spaces, hyphens and commas."""
_EXAMPLES: Final = "2025Q3, 2025-07, 2025-W30, 2025H1, 2025, FY2025Q3, last-quarter or 2025-01-01/2025-04-01"


@dataclass(frozen=True)
class Calendar:
    """The hours in which a team works.

    Attributes
    ----------
    start, end
        When a working day begins and ends, by the clock of the zone.
    days
        The working days of the week, Monday is 0.
    holidays
        The days off.
    timezone
        The IANA zone of the clock.

    Raises
    ------
    PeriodError
        ``business hours from 17:00:00 to 08:00:00 are none; end must be after start``
    """

    start: time
    end: time
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: tuple[date, ...] = ()
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise PeriodError(f"business hours from {self.start} to {self.end} are none; end must be after start")

    def business_time(self, start: datetime, end: datetime) -> timedelta:
        """Return how much of the time between two instants lies within the business hours.

        Parameters
        ----------
        start, end
            Two instants with a zone; none of the time is within where ``end`` is the earlier one.

        Returns
        -------
        datetime.timedelta
            The time within, as it passes: a change of the clocks in business hours counts.

        Examples
        --------
        >>> friday, monday = datetime(2025, 3, 14, 20, 49, tzinfo=UTC), datetime(2025, 3, 17, 9, 44, tzinfo=UTC)
        >>> str(Calendar(start=time(8), end=time(17)).business_time(friday, monday))
        '1:44:00'
        """
        zone = ZoneInfo(self.timezone)
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        spent = timedelta(0)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day.weekday() in self.days and day not in self.holidays:
                opens, closes = (datetime.combine(day, clock, zone).astimezone(UTC) for clock in (self.start, self.end))
                spent += max(min(end, closes) - max(start, opens), timedelta(0))
        return spent

    def hours_at(self, at: datetime) -> Hours:
        """Return which hours an instant lies in, by the clock of the zone.

        ``business``: the business hours of a working day. ``evening``: from their end to midnight, ``night``: from
        midnight to their start, both on working days. ``weekend``: every other day, holidays too.

        Examples
        --------
        >>> Calendar(start=time(8), end=time(17)).hours_at(datetime(2025, 3, 14, 20, 49, tzinfo=UTC))
        'evening'
        """
        clock = at.astimezone(ZoneInfo(self.timezone))
        if clock.weekday() not in self.days or clock.date() in self.holidays:
            return "weekend"
        if clock.time() < self.start:
            return "night"
        return "business" if clock.time() < self.end else "evening"


@dataclass(frozen=True)
class Period:
    """A half-open window of time, ``start <= instant < end``, in the team's time zone.

    Attributes
    ----------
    name
        Its name, such as ``2025Q3``; a part of a named period is called by its dates or ``2025Q3 so far``.
    start, end
        The window, instants with a zone.
    timezone
        The IANA zone whose midnights bound the period and the units it splits into.
    fiscal_year_start
        The month in which a fiscal year starts, 1 to 12.
    is_fiscal
        Whether its quarters and years are fiscal ones, as they are where its name says so.
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    timezone: str = "UTC"
    fiscal_year_start: int = 1
    is_fiscal: bool = False

    @classmethod
    def parse(
        cls, text: str, *, timezone: str = "UTC", fiscal_year_start: int = 1, now: datetime | None = None
    ) -> Period:
        """Read a period.

        Parameters
        ----------
        text
            ``2025Q3``, ``2025-07``, ``2025-W30``, ``2025H1``, ``2025``, fiscal ``FY2025Q3`` or ``FY2025`` (named by the
            year it ends in), ``last-week``, ``last-month``, ``last-quarter``, ``last-year`` or ``this-...``, or two
            dates ``2025-01-01/2025-04-01``, the second one excluded. Case, spaces and hyphens do not matter, and what
            `label` writes is read: ``Q3 2025``, ``July 2025``, ``week 30 of 2025``, ``last quarter``.
        timezone
            The IANA zone whose midnights bound the period.
        fiscal_year_start
            The month in which a fiscal year starts, 1 to 12.
        now
            The instant that ``last-...`` and ``this-...`` count from.

        Returns
        -------
        Period
            The window in UTC.

        Raises
        ------
        PeriodError
            ``can't read period '2025Q5'; try 2025Q3, 2025-07, ...``

        Examples
        --------
        >>> Period.parse("2025q3").end
        Timestamp('2025-10-01 00:00:00+0000', tz='UTC')
        >>> Period.parse("FY2025Q3", fiscal_year_start=4).start
        Timestamp('2024-10-01 00:00:00+0000', tz='UTC')
        >>> Period.parse("last-quarter", now=datetime(2025, 10, 5, tzinfo=UTC)).name
        '2025Q3'
        """
        unreadable = PeriodError(f"can't read period {text!r}; try {_EXAMPLES}")
        words = _SEPARATORS.sub(" ", normalize("NFKC", text).strip()).upper()
        try:
            if bounds := re.fullmatch(rf"{_DAY} ?(?:/|\.\.) ?{_DAY}", words):
                numbers = list(map(int, bounds.groups()))
                first, past = date(*numbers[:3]), date(*numbers[3:])
                if past <= first:
                    raise PeriodError(f"period {text!r} ends before it starts; write the earlier date first")
                return cls._between(f"{first}/{past}", first, past, timezone, fiscal_year_start)
            if relative := re.fullmatch(r"(LAST|PREVIOUS|THIS|CURRENT) ?(WEEK|MONTH|QUARTER|YEAR)", words):
                if now is None:
                    raise unreadable
                unit = relative[2].casefold()
                day = now.astimezone(ZoneInfo(timezone)).date()
                if relative[1] in {"LAST", "PREVIOUS"}:  # the day before this unit began lies in the last one
                    day = _first_day(day, unit) - timedelta(days=1)
                return cls._unit(day, unit, timezone, fiscal_year_start)
            if named := next(filter(None, (re.fullmatch(form, words) for form in _FORMS)), None):
                return cls._named(named.groupdict(), timezone, fiscal_year_start)
            raise unreadable
        except (ValueError, OverflowError) as error:
            if isinstance(error, PeriodError):
                raise
            raise unreadable from error

    @classmethod
    def _named(cls, found: Mapping[str, str | None], timezone: str, fiscal_year_start: int) -> Period:
        """Return the calendar unit that the groups of one of `_FORMS` name; ValueError where there is no such unit."""
        digits = found["year"] or ""
        year = int(digits) if len(digits) > 2 else 2000 + int(digits)  # noqa: PLR2004 - FY25
        if week := found.get("week"):
            return cls._unit(date.fromisocalendar(year, int(week), 1), "week", timezone, fiscal_year_start)
        if month := found.get("month"):
            number = int(month) if month.isdecimal() else _month_number(month)
            return cls._unit(date(year, number, 1), "month", timezone, fiscal_year_start)
        is_fiscal, part = bool(found.get("fiscal")), found.get("part") or "Y1"
        unit = {"Y": "year", "H": "half", "Q": "quarter"}[part[0]]
        first = _year_start(year, fiscal_year_start if is_fiscal else 1)
        first = _add_months(first, (int(part[1]) - 1) * _MONTHS_IN[unit])
        return cls._unit(first, unit, timezone, fiscal_year_start, fiscal=is_fiscal)

    @classmethod
    def _unit(cls, day: date, unit: str, timezone: str, fiscal_year_start: int, *, fiscal: bool = False) -> Period:
        """Return the calendar unit that a day lies in."""
        year_start = fiscal_year_start if fiscal else 1
        first = _first_day(day, unit, year_start)
        name = _unit_name(first, unit, year_start, fiscal=fiscal)
        whole = cls._between(name, first, _next_first_day(first, unit), timezone, fiscal_year_start)
        return replace(whole, is_fiscal=fiscal)

    @classmethod
    def _between(cls, name: str, first: date, past: date, timezone: str, fiscal_year_start: int) -> Period:
        return cls(name, _midnight(first, timezone), _midnight(past, timezone), timezone, fiscal_year_start)

    @classmethod
    def covering(cls, instants: pd.Series, unit: Unit = "month", *, timezone: str = "UTC") -> Period | None:
        """Return the period of whole units that holds all instants; None where there is none.

        Examples
        --------
        >>> import pandas as pd
        >>> Period.covering(pd.Series(pd.to_datetime(["2025-02-14T09:00Z", "2025-03-31T23:30Z"]))).name
        '2025-02-01/2025-04-01'
        """
        _require_unit(unit)
        known = instants.dropna()
        if known.empty:
            return None
        first, last = (known.agg(which).tz_convert(timezone).date() for which in ("min", "max"))
        first, past = _first_day(first, unit), _next_first_day(_first_day(last, unit), unit)
        return cls._between(f"{first}/{past}", first, past, timezone, 1)

    @property
    def unit(self) -> str | None:
        """``week``, ``month``, ``quarter``, ``half`` or ``year``; None for dates and parts of a unit."""
        return next((unit for form, unit in _NAMES if re.fullmatch(form, self.name)), None)

    @property
    def label(self) -> str:
        """What people call the period; see `label_of`."""
        return label_of(self.name)

    @property
    def dates(self) -> str:
        """Its first and last day in words.

        Examples
        --------
        >>> Period.parse("2025Q3").dates, Period.parse("2024-12-01/2025-02-01").dates
        ('1 July to 30 September 2025', '1 December 2024 to 31 January 2025')
        """
        last = self.end - timedelta(microseconds=1)
        return _dates_in_words(*(at.tz_convert(self.timezone).date() for at in (self.start, last)))

    def until(self, as_of: pd.Timestamp) -> Period:
        """Return the part of the period that had passed at an instant: the whole of it once it is over.

        Examples
        --------
        >>> import pandas as pd
        >>> Period.parse("2025Q3").until(pd.Timestamp("2025-08-19T19:00Z")).name
        '2025Q3 so far'
        """
        if as_of >= self.end:
            return self
        name = f"{self.name.removesuffix(' so far')} so far"
        return replace(self, name=name, end=as_of)

    def earlier(self) -> tuple[Period, ...]:
        """Return the periods to compare with: the one before, and the same one a year before.

        Returns
        -------
        tuple of Period
            A single one where both are the same, or where the period is longer than a year. Before two dates that
            begin months comes as many months, before others as many days.

        Examples
        --------
        >>> [before.name for before in Period.parse("2025Q1").earlier()]
        ['2024Q4', '2024Q1']
        >>> [before.name for before in Period.parse("2025").earlier()]
        ['2024']
        >>> [before.name for before in Period.parse("2025-03-01/2025-03-11").earlier()]
        ['2025-02-19/2025-03-01', '2024-03-01/2024-03-11']
        >>> [before.name for before in Period.parse("2019-01-01/2021-01-01").earlier()]
        ['2017-01-01/2019-01-01']
        """
        first, past = (at.tz_convert(self.timezone).date() for at in (self.start, self.end))
        unit = self.unit
        if unit is not None:
            year_before = _same_week_a_year_before(first) if unit == "week" else _add_months(first, -12)
            days = [first - timedelta(days=1), year_before]
            periods = [
                Period._unit(day, unit, self.timezone, self.fiscal_year_start, fiscal=self.is_fiscal)
                for day in days
                if day is not None
            ]
        else:
            months = (past.year - first.year) * 12 + past.month - first.month
            whole = first.day == past.day == 1 and months > 0
            before = _add_months(first, -months) if whole else first - (past - first)
            spans = [(before, first), (_add_months(first, -12), _add_months(past, -12))]
            periods = [
                Period._between(f"{start}/{end}", start, end, self.timezone, self.fiscal_year_start)
                for start, end in spans
                if start < end <= first
            ]
        return tuple({period.start: period for period in periods}.values())

    def split(self, every: Unit) -> list[Period]:
        """Cut the period at the bounds of calendar units.

        Parameters
        ----------
        every
            ``week``, ``month``, ``quarter`` or ``year``; quarters and years are fiscal ones where the period is.

        Returns
        -------
        list of Period
            In order, without a gap. A whole unit bears its own name; the part of one that the period holds never does:
            it is called by its dates, or ``2025-08 so far`` where the period ends in its midst at no midnight.

        Raises
        ------
        PeriodError
            ``every 'day' is not one of week, month, quarter, year``

        Examples
        --------
        >>> [part.name for part in Period.parse("2025-07-10/2025-09-15").split("month")]
        ['2025-07-10/2025-08-01', '2025-08', '2025-09-01/2025-09-15']
        >>> [part.name for part in Period.parse("FY2025H1", fiscal_year_start=4).split("quarter")]
        ['FY2025Q1', 'FY2025Q2']
        """
        _require_unit(every)
        parts: list[Period] = []
        at = self.start
        while at < self.end:
            whole = self.unit_at(at, every)
            if at <= whole.start and whole.end <= self.end:
                parts.append(whole)
            else:
                parts.append(self._part(whole, max(at, whole.start), min(whole.end, self.end)))
            at = whole.end
        return parts

    def unit_at(self, at: pd.Timestamp, unit: str) -> Period:
        """Return the whole calendar unit that an instant lies in, a fiscal one where the period is.

        Examples
        --------
        >>> import pandas as pd
        >>> Period.parse("2025").unit_at(pd.Timestamp("2025-08-05T10:00Z"), "quarter").name
        '2025Q3'
        """
        day = at.tz_convert(self.timezone).date()
        whole = Period._unit(day, unit, self.timezone, self.fiscal_year_start, fiscal=self.is_fiscal)
        if whole.end <= at:  # where clocks go back across midnight, the day before comes once more
            day = _next_first_day(_first_day(day, unit), unit)
            whole = Period._unit(day, unit, self.timezone, self.fiscal_year_start, fiscal=self.is_fiscal)
        return whole

    def _part(self, whole: Period, start: pd.Timestamp, end: pd.Timestamp) -> Period:
        name = self._dates_of(start, end)
        if start == whole.start and "T" in name:
            name = f"{whole.name} so far"
        return replace(self, name=name, start=start, end=end)

    def _dates_of(self, start: pd.Timestamp, end: pd.Timestamp) -> str:
        """Return two dates, or two times of the clock there where one of them is not a midnight."""
        local = [at.tz_convert(self.timezone) for at in (start, end)]
        at_midnight = all(at == _midnight(at.date(), self.timezone) for at in local)
        return "/".join(f"{at:%Y-%m-%d}" if at_midnight else f"{at:%Y-%m-%dT%H:%M}" for at in local)

    def budget_windows(self, window: BudgetWindow) -> list[tuple[Period, Period]]:
        """Return the parts of the period, each with the window that its error budget runs over.

        Parameters
        ----------
        window
            ``month``, ``quarter`` or ``year``: the period is cut at their bounds. ``rolling-30d``: the 30 days up to
            the end of the period, which stays whole.

        Returns
        -------
        list of (Period, Period)
            Each part with its window; a window may begin before the part and end after it.

        Examples
        --------
        >>> [(part.name, whole.name) for part, whole in Period.parse("2025-07").budget_windows("quarter")]
        [('2025-07', '2025Q3')]
        >>> [(part.name, whole.name) for part, whole in Period.parse("2025H1").budget_windows("quarter")]
        [('2025Q1', '2025Q1'), ('2025Q2', '2025Q2')]
        >>> Period.parse("2025Q3").budget_windows("rolling-30d")[0][1].name
        '2025-09-01/2025-10-01'
        """
        if window == "rolling-30d":
            # Thirty days by the clock there: across a change of the clocks they are an hour longer or shorter.
            clock = self.end.tz_convert(self.timezone).tz_localize(None) - _ROLLING
            start = at_clock(clock, self.timezone)
            return [(self, replace(self, name=self._dates_of(start, self.end), start=start))]
        parts = self.split(window)
        if len(parts) == 1:
            parts = [self]
        return [(part, self.unit_at(part.start, window)) for part in parts]

    def positions(self, instants: pd.Series, parts: list[Period]) -> pd.Series:
        """Return for each instant the position of the part that holds it, NA where none does.

        Parameters
        ----------
        instants
            Instants with a zone.
        parts
            What `split` gives.

        Returns
        -------
        pandas.Series
            Int64, with the index of ``instants``.
        """
        import numpy as np
        import pandas as pd

        starts = pd.Series([part.start for part in parts])
        # As datetime64, whose NaT is the last in order: among Timestamps it would lead the search of others astray.
        ticks, bounds = (each.astype("datetime64[us, UTC]").to_numpy("datetime64[us]") for each in (instants, starts))
        found = np.searchsorted(bounds, ticks, side="right") - 1
        inside = (instants >= self.start) & (instants < self.end)
        return pd.Series(found, index=instants.index, dtype="Int64").where(inside)

    def holds(self, instants: pd.Series) -> pd.Series:
        """Return which instants lie in the period; an unknown one does not.

        Examples
        --------
        >>> import pandas as pd
        >>> Period.parse("2025Q3").holds(pd.Series(pd.to_datetime(["2025-07-01T00:00Z", "2025-10-01T00:00Z", None])))
        0     True
        1    False
        2    False
        dtype: bool
        """
        return instants.between(self.start, self.end, inclusive="left")


def read_instant(text: str, timezone: str) -> pd.Timestamp:
    """Read the instant that a review is as of.

    Parameters
    ----------
    text
        A date or a time, or ``now``.
    timezone
        The IANA zone that it is in where it names none, and that it is returned in.

    Raises
    ------
    PeriodError
        ``can't read time 'soon'; try 2025-10-01 or 2025-10-01T12:00Z``

    Examples
    --------
    >>> read_instant("2025-10-01", "Europe/Berlin")
    Timestamp('2025-10-01 00:00:00+0200', tz='Europe/Berlin')
    """
    import pandas as pd

    try:
        at = pd.Timestamp.now(timezone) if text.strip().casefold() == "now" else pd.Timestamp(text)
        at = at.tz_localize(timezone) if at.tzinfo is None else at.tz_convert(timezone)
        if not 1 < at.year < 9999:  # noqa: PLR2004 - nor has NaT a year; in another zone it may be outside of the calendar
            raise ValueError(text)  # noqa: TRY301 - an unreadable time is one error, however pandas says it
        return at  # noqa: TRY300
    except (ValueError, OverflowError, NotImplementedError) as error:  # the last one after the year 9999
        raise PeriodError(f"can't read time {text!r}; try 2025-10-01 or 2025-10-01T12:00Z") from error


def label_of(name: str) -> str:
    """Return what people call the period of a name; other names stay as they are.

    Examples
    --------
    >>> [label_of(name) for name in ("2025Q3", "2025-07", "2025-W30", "2025H1", "FY2025", "FY2025Q3 so far")]
    ['Q3 2025', 'July 2025', 'week 30 of 2025', 'H1 2025', 'FY2025', 'Q3 FY2025 so far']
    >>> label_of("2025-07-10/2025-09-15"), label_of("2025-07-10/2025-07-11"), label_of("all")
    ('10 July to 14 September 2025', '10 July 2025', 'all')
    """
    whole = name.removesuffix(" so far")
    if whole != name:
        return f"{label_of(whole)} so far"
    if dates := re.fullmatch(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})", name):
        first, past = map(date.fromisoformat, dates.groups())
        return _dates_in_words(first, past - timedelta(days=1))
    if month := re.fullmatch(r"(\d{4})-(\d{2})", name):
        return f"{_MONTH_NAMES[int(month[2]) - 1]} {month[1]}"
    if week := re.fullmatch(r"(\d{4})-W(\d{2})", name):
        return f"week {int(week[2])} of {week[1]}"
    if part := re.fullmatch(r"((?:FY)?\d{4})([QH]\d)", name):
        return f"{part[2]} {part[1]}"
    return name


def plain_name(name: str) -> str:
    """Return the name of a period as people type it; one of two dates in words.

    Examples
    --------
    >>> plain_name("2025Q3"), plain_name("2026-03-01/2026-04-01")
    ('2025Q3', '1 to 31 March 2026')
    """
    return label_of(name) if "/" in name else name


def _dates_in_words(first: date, last: date) -> str:
    end = f"{last.day} {_MONTH_NAMES[last.month - 1]} {last.year}"
    if first == last:
        return end
    same_month = (first.year, first.month) == (last.year, last.month)
    month = "" if same_month else f" {_MONTH_NAMES[first.month - 1]}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day}{month}{year} to {end}"


_NAMES: Final = (
    (r"\d{4}-\d{2}", "month"),
    (r"\d{4}-W\d{2}", "week"),
    (r"(?:FY)?\d{4}Q\d", "quarter"),
    (r"(?:FY)?\d{4}H\d", "half"),
    (r"(?:FY)?\d{4}", "year"),
)


def _require_unit(every: str) -> None:
    if every not in UNITS:
        raise PeriodError(f"every {every!r} is not one of {', '.join(UNITS)}")


def _month_number(name: str) -> int:
    """Return the number of a month by its English name, or three or more of its letters; ValueError for any other."""
    found = [number for number, month in enumerate(_MONTH_NAMES, start=1) if month.upper().startswith(name)]
    if len(found) != 1:
        raise ValueError(name)
    return found[0]


def _year_start(year: int, month: int) -> date:
    """Return the first day of a year that starts in a month; a fiscal year is named by the year it ends in."""
    return date(year if month == 1 else year - 1, month, 1)


def _add_months(day: date, months: int) -> date:
    """Return the same day some months later; the last one of the month where it has fewer days."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day  # noqa: PLR2004 - December
    return date(year, month + 1, min(day.day, last))


def _first_day(day: date, unit: str, year_start: int = 1) -> date:
    """Return the first day of the unit that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS_IN[unit]
    since = (day.month - year_start) % 12
    return _add_months(day.replace(day=1), -(since % months))


def _next_first_day(first: date, unit: str) -> date:
    return first + timedelta(days=7) if unit == "week" else _add_months(first, _MONTHS_IN[unit])


def _same_week_a_year_before(monday: date) -> date | None:
    """Return the Monday of the ISO week of the same number; None where the year before has no week 53."""
    year, week, _ = monday.isocalendar()
    try:
        return date.fromisocalendar(year - 1, week, 1)
    except ValueError:
        return None


def _unit_name(first: date, unit: str, year_start: int, *, fiscal: bool) -> str:
    if unit == "week":
        year, week, _ = first.isocalendar()
        return f"{year:04}-W{week:02}"
    if unit == "month":
        return f"{first.year:04}-{first.month:02}"
    # A fiscal year is named by the year it ends in.
    year = first.year + (year_start > 1 and first.month >= year_start)
    number = (first.month - year_start) % 12 // _MONTHS_IN[unit] + 1
    return f"{'FY' if fiscal else ''}{year:04}" + {"quarter": f"Q{number}", "half": f"H{number}", "year": ""}[unit]


def _midnight(day: date, timezone: str) -> pd.Timestamp:
    import pandas as pd

    return at_clock(pd.Timestamp(day).as_unit("us"), timezone)


def at_clock(clock: pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return when the clock of a zone says so: the first time where it does twice, the next where it never does."""
    return clock.tz_localize(timezone, nonexistent="shift_forward", ambiguous=True).tz_convert("UTC")
