"""At which hours and on which weekdays incidents start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.analysis.clusters import find_cluster
from incident_analytics.analysis.grouping import group_rows, member_ids, rows_within
from incident_analytics.analysis.statistics import holm
from incident_analytics.checks import require_columns, require_instants
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import COUNT, FLOAT, STARTS, TEXT, Hours

__all__ = ["start_hours", "start_times"]

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOUR_WINDOWS: Final = tuple(
    tuple((first + hour) % 24 for hour in range(length)) for length in range(2, 13) for first in range(24)
)
"""Two to twelve hours in a row, from any hour of the day."""

_DAY_WINDOWS: Final = {
    **{name: (day,) for day, name in enumerate(_WEEKDAYS)},
    "weekend": (5, 6),
    "Monday to Friday": tuple(range(5)),
}
_HOURS: Final[Mapping[Hours, str]] = MappingProxyType(
    {
        "business": "Business hours",
        "evening": "Evenings",
        "night": "Nights",
        "weekend": "Weekends and holidays",
    }
)
_MANY_WEEKS: Final = pd.Timedelta(weeks=8)
"""The shortest time in which all weekdays are about as frequent: of 31 days some come five times, some four."""


def start_hours(
    incidents: pd.DataFrame,
    *,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Count the incidents that started in each hour of each weekday.

    Parameters
    ----------
    incidents, within, members
        As in `severity_counts`.

    Returns
    -------
    pandas.DataFrame
        168 rows, from Monday's first hour to Sunday's last:

        - weekday, ordered category, ``Monday`` to ``Sunday``
        - hour, int64, 0 to 23
        - n, int64: incidents that started then, or without a recorded start were detected or responded to then
        - n_missing, int64: incidents without any of these: they have a date at most, which is not midnight; the same
          in each row, as are the next three
        - hour_from, hour_to, Int64: the window of 2 to 12 hours in which incidents cluster most, 9 and 15 for 09:00 to
          15:00; hour_to is at most 24, and below hour_from where the window runs past midnight
        - n_in_hours, Int64: the incidents in it
        - hour_p_value, Float64: where incidents start at any hour alike, the chance that some window holds a cluster as
          strong; by a scan test with 9,999 simulated samples, `find_cluster`
        - weekday_window, str: the weekday on which incidents cluster most, or ``weekend``, or ``Monday to Friday``
        - n_in_weekdays, Int64, and weekday_p_value, Float64: the same for it
        - hour_p_adjusted, weekday_p_adjusted, Float64: the p-values, adjusted by Holm's method for being two
        - timezone, str
        - incident_ids, tuple of str, where asked for: the incidents of n

        Windows and p-values are NA below 10 incidents; those of weekdays also without ``start`` and ``end`` where the
        incidents span less than 8 weeks. Where both are given, the tests take into account how often each hour and
        weekday comes up between them. The tests take incidents to be independent: several of one cause make the
        p-values too small. Few incidents show only a strong pattern: 60 show days with three times as many starts as
        nights in four of five cases.

    Raises
    ------
    PeriodError
        ``the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty``
    ColumnsError
        ``column 'started_at' is missing; the frame has ...``, ``start 2025-07-01 00:00:00 has no zone; ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001", "INC-2025-03-15-001"],
    ...     "occurred_at": ["2025-03-14T14:02Z", "2025-03-15T00:00Z"], "started_at": ["2025-03-14T14:02Z", None],
    ... })
    >>> hours = start_hours(incidents, within=Period.parse("2025Q1", timezone="Europe/Berlin"))
    >>> hours.loc[hours["n"] > 0, ["weekday", "hour", "n", "n_missing"]]
        weekday  hour  n  n_missing
    111  Friday    15  1          1
    """
    require_columns(incidents, "incident_id", "occurred_at", *STARTS)
    require_instants(incidents, "occurred_at", *STARTS)
    rows = rows_within(incidents, within)
    timezone = "UTC" if within is None else within.timezone
    # occurred_at has the earliest of them, or midnight where there is none.
    began = rows["started_at"].fillna(rows[list(STARTS)].min(axis="columns"))
    with_start = rows[began.notna()].reset_index(drop=True)
    clock = began.dropna().dt.tz_convert(timezone).reset_index(drop=True)
    weekdays = pd.CategoricalDtype(list(_WEEKDAYS), ordered=True)
    with_start["weekday"] = pd.Categorical.from_codes(clock.dt.day_of_week, dtype=weekdays)
    with_start["hour"] = clock.dt.hour.astype("int64")

    clock_hours: Sequence[Any] = range(24)
    hours, numbers = group_rows(with_start, ["weekday", "hour"], {"hour": clock_hours})
    hours["n"] = np.bincount(numbers, minlength=len(hours))
    hours["n_missing"] = len(rows) - len(with_start)
    hours = hours.assign(**_patterns(hours, clock, within))
    hours["timezone"] = pd.Series(timezone, index=hours.index, dtype=TEXT)
    if members:
        hours["incident_ids"] = member_ids(with_start, numbers, hours)
    return hours


def start_times(incidents: pd.DataFrame, *, within: Period, calendar: Calendar) -> pd.DataFrame:
    """Count the incidents that started in business hours, in the evening, at night, and on days off.

    Parameters
    ----------
    incidents
        The incidents table.
    within
        The period to look at.
    calendar
        The business hours.

    Returns
    -------
    pandas.DataFrame
        A row each for business hours, evenings and nights of working days, and weekends and holidays, as
        `Calendar.hours_at` has them:

        - when, str
        - n, int64: incidents that started then, or where no start is recorded were detected or responded to then
        - n_missing, int64: incidents of which none of these is recorded, the same in each row
        - share, Float64: of all these incidents; NA without any
        - share_of_time, Float64: what part of the period is such time: the share that chance alone would give

    Examples
    --------
    >>> from datetime import time
    >>> from incident_analytics.tables import make_table
    >>> started = ["2025-03-14T14:02Z", "2025-03-14T23:00Z", "2025-03-15T12:00Z", None]
    >>> occurred = [*started[:3], "2025-03-15T00:00Z"]
    >>> columns = {"incident_id": ["a", "b", "c", "d"], "occurred_at": occurred, "started_at": started}
    >>> incidents = make_table("incidents", columns)
    >>> found = start_times(incidents, within=Period.parse("2025-03"), calendar=Calendar(time(9), time(17)))
    >>> found[["when", "n", "n_missing", "share_of_time"]].round(2)
                        when  n  n_missing  share_of_time
    0         Business hours  1          1           0.23
    1               Evenings  1          1            0.2
    2                 Nights  0          1           0.25
    3  Weekends and holidays  1          1           0.32
    """
    require_columns(incidents, "incident_id", "occurred_at", *STARTS)
    rows = rows_within(incidents, within)
    began = rows["started_at"].fillna(rows[list(STARTS)].min(axis="columns")).dropna()
    started = Counter(calendar.hours_at(at.to_pydatetime()) for at in began)
    length = within.end - within.start
    table = pd.DataFrame(
        {
            "when": pd.Series(list(_HOURS.values()), dtype=TEXT),
            "n": pd.Series([started[hours] for hours in _HOURS], dtype="int64"),
            "n_missing": len(rows) - len(began),
        }
    )
    table["share"] = (table["n"] / len(began) if len(began) else pd.Series([None] * len(_HOURS))).astype(FLOAT)
    up_to_end, whole_days = replace(calendar, start=time.min), replace(calendar, start=time.min, end=time.max)
    business, to_end, days = (
        each.business_time(within.start, within.end) for each in (calendar, up_to_end, whole_days)
    )
    spent = [business, days - to_end, to_end - business, length - days]
    table["share_of_time"] = pd.Series([each / length for each in spent], dtype=FLOAT)
    return table


def _patterns(hours: pd.DataFrame, clock: pd.Series, within: Period | None) -> dict[str, pd.Series]:
    """Return the windows in which incidents cluster, with their p-values, the same in each row."""
    counts = hours["n"].to_numpy().reshape(7, 24)
    # Without a period the incidents themselves are its bounds, and in a short one decide which days it holds.
    covered = np.ones((7, 24)) if within is None else _hours_covered(within.start, within.end, within.timezone)
    by_hour = find_cluster(counts.sum(axis=0), weights=covered.sum(axis=0), windows=_HOUR_WINDOWS)
    by_weekday = None
    if within is not None or clock.max() - clock.min() >= _MANY_WEEKS:
        days = tuple(_DAY_WINDOWS.values())
        by_weekday = find_cluster(counts.sum(axis=1), weights=covered.sum(axis=1), windows=days)
    adjusted = holm([np.nan if found is None else found.p_value for found in (by_hour, by_weekday)])
    window = None if by_hour is None else _HOUR_WINDOWS[by_hour.window]
    values: dict[str, tuple[Any, str]] = {
        "hour_from": (window and window[0], COUNT),
        "hour_to": (window and window[-1] + 1, COUNT),
        "n_in_hours": (by_hour and by_hour.n, COUNT),
        "hour_p_value": (by_hour and by_hour.p_value, FLOAT),
        "hour_p_adjusted": (adjusted[0], FLOAT),
        "weekday_window": (by_weekday and list(_DAY_WINDOWS)[by_weekday.window], TEXT),
        "n_in_weekdays": (by_weekday and by_weekday.n, COUNT),
        "weekday_p_value": (by_weekday and by_weekday.p_value, FLOAT),
        "weekday_p_adjusted": (adjusted[1], FLOAT),
    }
    return {name: pd.Series(value, index=hours.index, dtype=dtype) for name, (value, dtype) in values.items()}


def _hours_covered(start: pd.Timestamp, end: pd.Timestamp, timezone: str) -> npt.NDArray[np.float64]:
    """Return how many hours of each hour of each weekday a window holds, a row a weekday."""
    begins = pd.date_range(start.tz_convert("UTC"), end.tz_convert("UTC"), freq="h", inclusive="left")
    lengths = np.ones(len(begins), dtype=np.float64)
    lengths[-1] = (end - begins[-1]) / pd.Timedelta(hours=1)
    clock = begins.tz_convert(timezone)
    cells = clock.day_of_week * 24 + clock.hour
    covered = np.bincount(cells, weights=lengths, minlength=7 * 24)
    return np.asarray(covered, dtype=np.float64).reshape(7, 24)
