"""Checks of arguments, each with a message that says what is wrong and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from incident_analytics.errors import ColumnsError, PeriodError
from incident_analytics.names import unknown_name
from incident_analytics.periods import Period

__all__ = ["require_columns", "require_instant", "require_instants", "require_name", "require_order", "require_window"]


def require_name(what: str, name: str, known: Iterable[str], *, empty: str = "there is none") -> None:
    """Raise an `UnknownNameError` that lists the known names where ``name`` is none of them.

    Examples
    --------
    >>> require_name("severity", "SEV9", ["SEV-3", "SEV-2", "SEV-1"])
    Traceback (most recent call last):
    ...
    incident_analytics.errors.UnknownNameError: severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1
    """
    known = list(known)
    if name not in known:
        raise unknown_name(what, name, known, empty=empty)


def require_window(start: pd.Timestamp | None, end: pd.Timestamp | None) -> None:
    """Raise where a bound has no zone, or where the window between the bounds is empty.

    Examples
    --------
    >>> require_window(pd.Timestamp("2025-10-01", tz="UTC"), pd.Timestamp("2025-07-01", tz="UTC"))
    Traceback (most recent call last):
    ...
    incident_analytics.errors.PeriodError: the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty
    """
    require_instant("start", start)
    require_instant("end", end)
    if start is not None and end is not None and end <= start:
        raise PeriodError(f"the window {start} to {end} is empty")


def require_order(before: Period, after: Period) -> None:
    """Raise where one of two periods is empty, or where the earlier one does not end before the later one begins."""
    for period in (before, after):
        require_window(period.start, period.end)
    if after.start < before.end:
        raise PeriodError(f"the period before, {before.name}, must end before the one after, {after.name}, begins")


def require_columns(frame: pd.DataFrame, *columns: str) -> None:
    """Raise a `ColumnsError` that names what ``frame`` lacks and what it has.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"incident_id": []}), "incident_id", "severity")
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


def require_instant(name: str, instant: pd.Timestamp | None) -> None:
    """Raise a `ColumnsError` where ``instant`` has no zone.

    Examples
    --------
    >>> require_instant("start", pd.Timestamp("2025-07-01"))
    Traceback (most recent call last):
    ...
    incident_analytics.errors.ColumnsError: start 2025-07-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")
    """
    if instant is not None and instant.tzinfo is None:
        raise ColumnsError(f'{name} {instant} has no zone; write pd.Timestamp(..., tz="UTC")')


def require_instants(frame: pd.DataFrame, *columns: str) -> None:
    """Raise a `ColumnsError` where a column of ``frame`` has no instants in a zone.

    Examples
    --------
    >>> require_instants(pd.DataFrame({"at": pd.to_datetime(["2025-07-01"])}), "at")
    Traceback (most recent call last):
    ...
    incident_analytics.errors.ColumnsError: at is datetime64[us], not instants; write pd.to_datetime(..., utc=True)
    """
    for column in columns:
        dtype = frame[column].dtype
        if not isinstance(dtype, pd.DatetimeTZDtype):
            raise ColumnsError(f"{column} is {dtype}, not instants; write pd.to_datetime(..., utc=True)")
