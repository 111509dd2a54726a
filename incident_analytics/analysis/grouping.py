"""What the analyses share: windows, periods, and groups that have their row even when nothing falls into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.errors import PeriodError, UnknownNameError
from incident_analytics.model import TEXT, Period, need_instant

__all__ = [
    "Numbers",
    "assign_periods",
    "count_rows",
    "group_rows",
    "in_window",
    "levels",
    "member_ids",
    "need_name",
    "need_order",
    "need_window",
    "period_named",
    "split_rows",
]

Number = TypeVar("Number", np.int64, np.float64)

Numbers: TypeAlias = npt.NDArray[np.int64]
"""For each row of a frame, the position of its group's row in the table of groups."""

_NOTHING_DECLARED: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


def need_name(what: str, name: str, known: Iterable[str]) -> None:
    """Raise an `UnknownNameError` that lists the known names where ``name`` is none of them.

    Examples
    --------
    >>> need_name("severity", "SEV9", ["SEV-3", "SEV-2", "SEV-1"])
    Traceback (most recent call last):
    ...
    incident_analytics.errors.UnknownNameError: severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1
    """
    known = list(known)
    if name not in known:
        raise UnknownNameError(f"{what} {name!r} is not one of {', '.join(known) or '(none there)'}")


def need_window(start: pd.Timestamp | None, end: pd.Timestamp | None) -> None:
    """Raise where a bound has no zone, or where the window between the bounds is empty.

    Examples
    --------
    >>> need_window(pd.Timestamp("2025-10-01", tz="UTC"), pd.Timestamp("2025-07-01", tz="UTC"))
    Traceback (most recent call last):
    ...
    incident_analytics.errors.PeriodError: the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty
    """
    need_instant("start", start)
    need_instant("end", end)
    if start is not None and end is not None and end <= start:
        raise PeriodError(f"the window {start} to {end} is empty")


def need_order(before: Period, after: Period) -> None:
    """Raise where one of two periods is empty, or where the earlier one does not end before the later one begins."""
    for period in (before, after):
        need_window(period.start, period.end)
    if after.start < before.end:
        raise PeriodError(f"the period before, {before.name}, must end before the one after, {after.name}, begins")


def in_window(frame: pd.DataFrame, start: pd.Timestamp | None, end: pd.Timestamp | None) -> pd.DataFrame:
    """Return the rows with ``start <= occurred_at < end``; without bounds all rows, also those of no known time."""
    need_window(start, end)
    if start is not None:
        frame = frame[frame["occurred_at"] >= start]
    if end is not None:
        frame = frame[frame["occurred_at"] < end]
    return frame.reset_index(drop=True)


def assign_periods(
    instants: pd.Series, freq: str, *, start: pd.Timestamp | None, end: pd.Timestamp | None, timezone: str
) -> tuple[pd.Series, list[str]]:
    """Return the name of each instant's period, NA for an instant that is NA, and the names of all periods in order.

    The periods reach from ``start`` to ``end``; for a bound that is None stands the first or the last instant.

    Examples
    --------
    >>> instants = pd.Series(pd.to_datetime(["2025-03-31T23:30Z", "2025-12-24T12:00Z"]))
    >>> assign_periods(instants, "Q", start=None, end=None, timezone="Europe/Berlin")[1]
    ['2025Q2', '2025Q3', '2025Q4']
    >>> list(assign_periods(instants, "Q-MAR", start=None, end=None, timezone="UTC")[0])
    ['FY2025Q4', 'FY2026Q3']
    """
    form = re.fullmatch(r"M|[QY](?:-(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC))?", freq)
    if form is None:
        raise PeriodError(f"freq {freq!r} is none of M, Q, Y, or with a fiscal year's last month Q-MAR, Y-MAR")
    fiscal = "FY" if form[1] not in {None, "DEC"} else ""

    def period_of(instant: pd.Timestamp) -> pd.Period:
        return instant.tz_convert(timezone).tz_localize(None).to_period(freq)

    periods = instants.dt.tz_convert(timezone).dt.tz_localize(None).dt.to_period(freq)
    first = periods.min() if start is None else period_of(start)
    last = periods.max() if end is None else period_of(end - pd.Timedelta(microseconds=1))
    bounded = isinstance(first, pd.Period) and isinstance(last, pd.Period)
    names = {period: f"{fiscal}{period}" for period in (pd.period_range(first, last) if bounded else ())}
    return periods.map(names).astype(TEXT), list(names.values())


def period_named(name: str, freq: str, *, timezone: str) -> Period:
    """Return the period that `assign_periods` gives this name.

    Examples
    --------
    >>> period_named("FY2025Q4", "Q-MAR", timezone="UTC").start
    Timestamp('2025-01-01 00:00:00+0000', tz='UTC')
    """
    year_start = pd.Period(ordinal=0, freq=freq).start_time.month
    return Period.parse(name, timezone=timezone, fiscal_year_start=year_start)


def levels(values: pd.Series) -> list[Any]:
    """Return what a column can hold: the declared categories in their order, else its own values, sorted."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.categories)
    return sorted(values.dropna().unique())


def group_rows(
    frame: pd.DataFrame, by: Sequence[str], declared: Mapping[str, Sequence[str]] = _NOTHING_DECLARED
) -> tuple[pd.DataFrame, Numbers]:
    """Tell which group each row of a frame belongs to.

    Parameters
    ----------
    frame
        The rows.
    by
        The columns that tell the groups; none of them makes one group.
    declared
        The levels of a column in order, where they are not those that `levels` finds in it.

    Returns
    -------
    groups : pandas.DataFrame
        The columns ``by``, a row for every combination of levels, whether it occurs or not. NA is the last level of
        a column and has a row only where it occurs.
    numbers : numpy.ndarray
        For each row of ``frame`` the position of its group in ``groups``.

    Examples
    --------
    >>> frame = pd.DataFrame({"service": ["API", "API", None]})
    >>> groups, numbers = group_rows(frame, ["service"], {"service": ["API", "Frontend"]})
    >>> groups["service"].tolist(), numbers.tolist()
    (['API', 'Frontend', nan], [0, 0, 2])
    """
    dtypes = {column: pd.CategoricalDtype(declared.get(column, levels(frame[column]))) for column in by}
    occurring = np.zeros(len(frame), dtype=np.int64)
    wanted = np.zeros(1, dtype=np.int64)
    for column, dtype in dtypes.items():
        unknown = len(dtype.categories)
        codes = frame[column].astype(dtype).cat.codes.to_numpy(dtype=np.int64)
        occurring = occurring * (unknown + 1) + np.where(codes < 0, unknown, codes)
        wanted = (wanted[:, np.newaxis] * (unknown + 1) + np.arange(unknown)).ravel()
    combinations = np.union1d(wanted, occurring)

    labels = {}
    rest = combinations
    for column in reversed(by):
        dtype = dtypes[column]
        rest, codes = np.divmod(rest, len(dtype.categories) + 1)
        codes = np.where(codes == len(dtype.categories), -1, codes)
        labels[column] = pd.Series(pd.Categorical.from_codes(codes, dtype=dtype)).astype(frame[column].dtype)
    groups = pd.DataFrame({column: labels[column] for column in by}, index=pd.RangeIndex(len(combinations)))
    return groups, np.searchsorted(combinations, occurring)


def count_rows(mask: pd.Series, numbers: Numbers, groups: pd.DataFrame) -> Numbers:
    """Return how many rows of each group the mask holds for, NA counting as False."""
    held = mask.fillna(value=False).to_numpy(dtype=bool)
    return np.bincount(numbers[held], minlength=len(groups))


def split_rows(values: npt.NDArray[Number], numbers: Numbers, groups: pd.DataFrame) -> list[npt.NDArray[Number]]:
    """Return the values of each group, sorted.

    Examples
    --------
    >>> parts = split_rows(np.array([3, 1, 2]), np.array([1, 1, 0]), pd.DataFrame(index=range(3)))
    >>> [part.tolist() for part in parts]
    [[2], [1, 3], []]
    """
    ends = np.cumsum(np.bincount(numbers, minlength=len(groups)))
    return np.split(values[np.lexsort((values, numbers))], ends)[: len(groups)]


def member_ids(frame: pd.DataFrame, numbers: Numbers, groups: pd.DataFrame) -> pd.Series:
    """Return the incident_ids of each group as a sorted tuple."""
    found = {number: tuple(sorted(set(ids))) for number, ids in frame["incident_id"].groupby(numbers)}
    return pd.Series([found.get(number, ()) for number in groups.index], index=groups.index, dtype=object)
