"""The tables: their columns, types, units and what NA means; the corpus that holds them; periods and metrics.

Instants (``*_at``) are UTC, dates (``*_on``, ``date``) naive midnights, spans ``timedelta64``, ratios fractions.
NA means that the report does not say. No other module names a column's type.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError

__all__ = [
    "DEFAULT_METRICS",
    "MILESTONES",
    "PRIORITIES",
    "PROBLEM_LEVELS",
    "SEVERITIES",
    "STATUSES",
    "TABLES",
    "Calendar",
    "Corpus",
    "Metric",
    "Period",
    "frequency",
    "make_table",
    "need_columns",
    "need_instant",
    "need_instants",
]

TEXT: Final = "str"
INSTANT: Final = "datetime64[us, UTC]"
DATE: Final = "datetime64[us]"
SPAN: Final = "timedelta64[us]"
COUNT: Final = "Int64"
RATIO: Final = "Float64"
FLAG: Final = "boolean"
LEVEL: Final = "category"  # ordered; its categories come from the settings
POSITION: Final = "int64"  # positions and lines, never NA

SEVERITIES: Final = ("SEV-3", "SEV-2", "SEV-1")
"""The template's severities, least to worst."""

STATUSES: Final = ("Draft", "Under Review", "Final")
"""The template's report statuses, first to last."""

PRIORITIES: Final = ("Low", "Medium", "High")
"""The template's action-item priorities, least to most urgent."""

MILESTONES: Final = ("started", "detected", "responded", "identified", "mitigated", "restored", "closed")
"""The milestones of an incident in their usual order; each is a column ``<milestone>_at`` of incidents."""

TABLES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "incidents": {
            "incident_id": TEXT,
            "title": TEXT,
            "date": DATE,
            "occurred_at": INSTANT,
            "severity": LEVEL,
            "status": TEXT,
            "is_open": FLAG,
            "author": TEXT,
            **{f"{milestone}_at": INSTANT for milestone in MILESTONES},
            "ended_at": INSTANT,
            "stated_duration": SPAN,
            "affected_users": COUNT,
            "affected_users_fraction": RATIO,
            "failed_requests": COUNT,
            "failed_requests_fraction": RATIO,
            "data_loss": FLAG,
            "sla_impact": RATIO,
            "summary": TEXT,
            "what_happened": TEXT,
            "why_it_happened": TEXT,
            "meeting_on": DATE,
            "attendees": TEXT,
            "template_version": TEXT,
            "template_updated_on": DATE,
            "path": TEXT,
        },
        "timeline": {
            "incident_id": TEXT,
            "position": POSITION,
            "at": INSTANT,
            "event": TEXT,
            "milestone": TEXT,
            "milestone_source": TEXT,
            "confidence": RATIO,
            "line": POSITION,
        },
        "outages": {
            "incident_id": TEXT,
            "position": POSITION,
            "started_at": INSTANT,
            "ended_at": INSTANT,
            "source": TEXT,
            "line": POSITION,
        },
        "services": {"incident_id": TEXT, "service": TEXT, "affected": FLAG, "line": POSITION},
        "costs": {
            "incident_id": TEXT,
            "kind": TEXT,
            "amount": RATIO,
            "currency": TEXT,
            "note": TEXT,
            "line": POSITION,
        },
        "actions": {
            "incident_id": TEXT,
            "position": POSITION,
            "action": TEXT,
            "owner": TEXT,
            "created_on": DATE,
            "due_on": DATE,
            "priority": LEVEL,
            "status": TEXT,
            "completed_on": DATE,
            "key": TEXT,
            "origin": TEXT,
            "line": POSITION,
        },
        "findings": {
            "incident_id": TEXT,
            "kind": TEXT,
            "position": POSITION,
            "text": TEXT,
            "detail": TEXT,
            "line": POSITION,
        },
        "signoffs": {
            "incident_id": TEXT,
            "role": TEXT,
            "name": TEXT,
            "signed": FLAG,
            "signed_on": DATE,
            "line": POSITION,
        },
        "readings": {
            "incident_id": TEXT,
            "field": TEXT,
            "as_written": TEXT,
            "source": TEXT,
            "approximate": FLAG,
            "confidence": RATIO,
            "line": POSITION,
        },
        "problems": {
            "path": TEXT,
            "line": POSITION,
            "incident_id": TEXT,
            "level": TEXT,
            "code": TEXT,
            "message": TEXT,
        },
        "files": {"path": TEXT, "outcome": TEXT, "reason": TEXT},
    }
)
"""Each table's columns with their dtypes, in order. ``category`` stands for an ordered category: severity's
categories are the declared severities from least to worst, priority's are `PRIORITIES`."""


PROBLEM_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not-a-report": "error",
        "encoding": "error",
        "duplicate-id": "error",
        "malformed-id": "error",
        "missing-date": "error",
        "duration-mismatch": "warning",
        "date-mismatch": "warning",
        "time-out-of-order": "warning",
        "milestone-order": "warning",
        "unreadable-time": "warning",
        "unreadable-value": "warning",
        "ambiguous-date": "warning",
        "unknown-severity": "warning",
        "unknown-service": "warning",
        "file-name-mismatch": "warning",
        "contradiction": "warning",
        "stale-correction": "warning",
        "duration-support-hours": "info",
        "missing-section": "info",
        "missing-field": "info",
        "placeholder": "info",
        "missing-milestone": "info",
        "missing-sign-off": "info",
        "approximate": "info",
    }
)
"""Each problem code with its level unless the settings say otherwise."""


def make_table(
    name: str,
    columns: Mapping[str, Sequence[Any]] | None = None,
    *,
    severities: Sequence[str] = SEVERITIES,
) -> pd.DataFrame:
    """Build one of the tables from plain columns, with every dtype as declared.

    Parameters
    ----------
    name
        A key of `TABLES`.
    columns
        Values by column, with ``None`` for NA; a column left out is all NA. None gives an empty table.
    severities
        The declared severities, least to worst: the categories of ``severity``.

    Returns
    -------
    pandas.DataFrame
        The table with the columns and dtypes of ``TABLES[name]``.

    Raises
    ------
    UnknownNameError
        ``table 'incident' is not one of incidents, timeline, ...``
    ColumnsError
        ``costs has no column 'sum'; it has incident_id, kind, ...``

    Examples
    --------
    >>> costs = {"incident_id": ["INC-2025-03-14-001"], "kind": ["lost_revenue"], "amount": [1200.0], "line": [41]}
    >>> make_table("costs", costs).dtypes["amount"]
    Float64Dtype()
    """
    if name not in TABLES:
        raise UnknownNameError(f"table {name!r} is not one of {', '.join(TABLES)}")
    columns = columns or {}
    dtypes = TABLES[name]
    for column in columns:
        if column not in dtypes:
            raise ColumnsError(f"{name} has no column {column!r}; it has {', '.join(dtypes)}")
    length = len(next(iter(columns.values()), ()))
    categories = {"severity": severities, "priority": PRIORITIES}
    series = {}
    for column, dtype in dtypes.items():
        values = columns.get(column, [None] * length)
        kind = pd.CategoricalDtype(list(categories[column]), ordered=True) if dtype == LEVEL else dtype
        series[column] = pd.Series(list(values), dtype=kind)
    return pd.DataFrame(series)


def need_columns(frame: pd.DataFrame, *columns: str) -> None:
    """Raise a `ColumnsError` that names what ``frame`` lacks and what it has.

    Examples
    --------
    >>> need_columns(pd.DataFrame({"incident_id": []}), "incident_id", "severity")
    Traceback (most recent call last):
    ...
    incident_analytics.errors.ColumnsError: column 'severity' is missing; the frame has incident_id
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        plural = "columns" if len(missing) > 1 else "column"
        verb = "are" if len(missing) > 1 else "is"
        there = ", ".join(map(str, frame.columns)) or "no columns"
        raise ColumnsError(f"{plural} {', '.join(map(repr, missing))} {verb} missing; the frame has {there}")


def need_instant(name: str, instant: pd.Timestamp | None) -> None:
    """Raise a `ColumnsError` where ``instant`` has no zone.

    Examples
    --------
    >>> need_instant("start", pd.Timestamp("2025-07-01"))
    Traceback (most recent call last):
    ...
    incident_analytics.errors.ColumnsError: start 2025-07-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")
    """
    if instant is not None and instant.tzinfo is None:
        raise ColumnsError(f'{name} {instant} has no zone; write pd.Timestamp(..., tz="UTC")')


def need_instants(frame: pd.DataFrame, *columns: str) -> None:
    """Raise a `ColumnsError` where a column of ``frame`` tells no instants in a zone.

    Examples
    --------
    >>> need_instants(pd.DataFrame({"at": pd.to_datetime(["2025-07-01"])}), "at")
    Traceback (most recent call last):
    ...
    incident_analytics.errors.ColumnsError: at is datetime64[us], no instants; write pd.to_datetime(..., utc=True)
    """
    for column in columns:
        dtype = frame[column].dtype
        if not isinstance(dtype, pd.DatetimeTZDtype):
            raise ColumnsError(f"{column} is {dtype}, no instants; write pd.to_datetime(..., utc=True)")


@dataclass(frozen=True)
class Corpus:
    """The tables that were read together; `TABLES` tells their columns.

    Attributes
    ----------
    incidents
        A row a report.
    timeline, outages, services, costs, actions, findings, signoffs
        What the reports hold, each row with the ``incident_id`` and the ``line`` it came from.
    readings
        Where each value of ``incidents`` comes from.
    problems
        What could not be read, or contradicts itself, with path and line.
    files
        A row a report, and one for each file that holds none: loaded, of another status, or left out, with the reason.
    """

    incidents: pd.DataFrame
    timeline: pd.DataFrame
    outages: pd.DataFrame
    services: pd.DataFrame
    costs: pd.DataFrame
    actions: pd.DataFrame
    findings: pd.DataFrame
    signoffs: pd.DataFrame
    readings: pd.DataFrame
    problems: pd.DataFrame
    files: pd.DataFrame = field(repr=False)

    def select(self, incidents: pd.Series | Iterable[str]) -> Corpus:
        """Keep some incidents, in every table.

        Parameters
        ----------
        incidents
            A boolean mask over ``incidents``, or incident_ids.

        Returns
        -------
        Corpus
            The same tables with the rows of these incidents alone. ``files`` stays whole, and so do
            problems that belong to no incident: what was left out does not change by looking at a part.

        Raises
        ------
        UnknownNameError
            ``incident 'INC-2025-01-01-009' is not in the corpus of 8 incidents``

        Examples
        --------
        >>> corpus = Corpus(**{name: make_table(name) for name in TABLES})
        >>> len(corpus.select(corpus.incidents["severity"] == "SEV-1").incidents)
        0
        """
        known = self.incidents["incident_id"]
        if isinstance(incidents, pd.Series) and pd.api.types.is_bool_dtype(incidents.dtype):
            chosen = set(known[incidents.fillna(False).astype(bool)])
        else:
            chosen = set(incidents)
            for unknown in sorted(chosen - set(known)):
                raise UnknownNameError(f"incident {unknown!r} is not in the corpus of {len(known)} incidents")
        tables = {}
        for table in dataclasses.fields(self):
            frame: pd.DataFrame = getattr(self, table.name)
            if table.name != "files":
                keep = frame["incident_id"].isin(chosen)
                if table.name == "problems":
                    keep |= frame["incident_id"].isna()
                frame = frame[keep].reset_index(drop=True)
            tables[table.name] = frame
        return Corpus(**tables)


@dataclass(frozen=True)
class Metric:
    """A span of an incident, from one instant to another.

    Attributes
    ----------
    start, end
        Columns of incidents to subtract, the first one that is not NA counts: the others are fallbacks.
    zero_is_missing
        Whether two equal instants mean that the report tells no start of its own.
    """

    start: tuple[str, ...]
    end: tuple[str, ...]
    zero_is_missing: bool = False


DEFAULT_METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        "time_to_detect": Metric(("started_at",), ("detected_at",), zero_is_missing=True),
        "time_to_acknowledge": Metric(("detected_at",), ("responded_at",)),
        "time_to_identify": Metric(("detected_at",), ("identified_at",)),
        "time_to_mitigate": Metric(("started_at",), ("mitigated_at",)),
        "time_to_restore": Metric(("started_at", "detected_at"), ("restored_at", "ended_at")),
        "time_to_close": Metric(("started_at", "detected_at"), ("closed_at",)),
    }
)
"""What each metric measures unless the settings say otherwise."""


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


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FORMS = "2025Q3, 2025-07, 2025H1, 2025, FY2025Q3, FY2025 or 2025-01-01/2025-04-01"


@dataclass(frozen=True)
class Period:
    """A half-open window of time, ``start <= instant < end``.

    Attributes
    ----------
    name
        As it was asked for, such as ``2025Q3``.
    start, end
        The window in UTC.
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp

    @classmethod
    def parse(cls, text: str, *, timezone: str = "UTC", fiscal_year_start: int = 1) -> Period:
        """Read a period.

        Parameters
        ----------
        text
            ``2025Q3``, ``2025-07``, ``2025H1``, ``2025``, fiscal ``FY2025Q3`` or ``FY2025`` (named by the year it
            ends in), or two dates ``2025-01-01/2025-04-01``, the second one excluded.
        timezone
            The IANA zone whose midnights bound the period.
        fiscal_year_start
            The month in which a fiscal year starts, 1 to 12.

        Returns
        -------
        Period
            The window in UTC.

        Raises
        ------
        PeriodError
            ``period '2025Q5' is none of 2025Q3, 2025-07, 2025H1, ...``

        Examples
        --------
        >>> Period.parse("2025Q3").end
        Timestamp('2025-10-01 00:00:00+0000', tz='UTC')
        >>> Period.parse("FY2025Q3", fiscal_year_start=4).start
        Timestamp('2024-10-01 00:00:00+0000', tz='UTC')
        """
        name = text.strip()
        try:
            start, end = (
                day.tz_localize(timezone, nonexistent="shift_forward", ambiguous=True).tz_convert("UTC")
                for day in _bounds(name, fiscal_year_start)
            )
        except (ValueError, NotImplementedError) as error:  # the latter past the last year that a date can have
            raise PeriodError(f"period {text!r} is none of {_FORMS}") from error
        if end <= start:
            raise PeriodError(f"period {text!r} ends before it starts; write the earlier date first")
        return cls(name, start, end)

    def earlier(self, *, timezone: str = "UTC", fiscal_year_start: int = 1) -> tuple[Period, ...]:
        """Return the periods that this one is set against: the one before it, and the same one a year before.

        Parameters
        ----------
        timezone, fiscal_year_start
            As the period was parsed with.

        Returns
        -------
        tuple of Period
            The one before, of as many days where the period is two dates, then the one a year before; a single one
            where both are the same.

        Examples
        --------
        >>> [before.name for before in Period.parse("2025Q1").earlier()]
        ['2024Q4', '2024Q1']
        >>> [before.name for before in Period.parse("2025").earlier()]
        ['2024']
        >>> [before.name for before in Period.parse("2025-03-01/2025-03-11").earlier()]
        ['2025-02-19/2025-03-01', '2024-03-01/2024-03-11']
        """
        names = dict.fromkeys(_earlier_names(self.name, fiscal_year_start))
        return tuple(Period.parse(name, timezone=timezone, fiscal_year_start=fiscal_year_start) for name in names)


def frequency(unit: str, *, fiscal_year_start: int = 1) -> str:
    """Return the pandas period alias of ``month``, ``quarter`` or ``year``, fiscal where the year starts elsewhere.

    Examples
    --------
    >>> frequency("month"), frequency("quarter"), frequency("quarter", fiscal_year_start=4)
    ('M', 'Q', 'Q-MAR')
    """
    alias = {"month": "M", "quarter": "Q", "year": "Y"}[unit]
    return alias if unit == "month" or fiscal_year_start == 1 else f"{alias}-{_MONTHS[(fiscal_year_start - 2) % 12]}"


def _earlier_names(name: str, fiscal_year_start: int) -> tuple[str, str]:
    """Name the period before and the one a year before."""
    if "/" in name:
        first, past = _bounds(name, fiscal_year_start)
        spans = (first - (past - first), first), (first - pd.DateOffset(years=1), past - pd.DateOffset(years=1))
        before, year_before = (f"{start:%Y-%m-%d}/{end:%Y-%m-%d}" for start, end in spans)
        return before, year_before
    match = re.fullmatch(r"(?:FY)?(\d{4})(\D*)(\d*)", name)
    if match is None:
        raise ValueError(name)
    (year, unit, number), fiscal = match.groups(), name.startswith("FY") * "FY"
    a_year_before = int(year) - 1
    parts = {"": 1, "Q": 4, "H": 2, "-": 12}[unit]
    width = len(number)

    def named(of_year: int, part: int) -> str:
        return f"{fiscal}{of_year:04}{unit}" + (f"{part:0{width}}" if unit else "")

    part = int(number or 1)
    return named(*((int(year), part - 1) if part > 1 else (a_year_before, parts))), named(a_year_before, part)


def _bounds(name: str, fiscal_year_start: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the naive first midnight of a period and the first one past it."""
    if "/" in name:
        first, past = (pd.Timestamp(date.fromisoformat(day.strip())) for day in name.split("/"))
        return first, past
    year_end = _MONTHS[(fiscal_year_start - 2) % 12]
    if match := re.fullmatch(r"(FY)?(\d{4})(?:Q([1-4]))?", name):
        fiscal, year, quarter = match.groups()
        anchor = year_end if fiscal else "DEC"
        period = pd.Period(f"{year}Q{quarter}" if quarter else year, freq=f"{'Q' if quarter else 'Y'}-{anchor}")
        return period.start_time, (period + 1).start_time
    if match := re.fullmatch(r"(\d{4})H([12])", name):
        first = pd.Timestamp(int(match[1]), 1 if match[2] == "1" else 7, 1)
        return first, first + pd.DateOffset(months=6)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", name):
        first = pd.Timestamp(int(match[1]), int(match[2]), 1)
        return first, first + pd.DateOffset(months=1)
    raise ValueError(name)
