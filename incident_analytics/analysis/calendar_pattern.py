"""At which hours and on which weekdays incidents start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import group_rows, member_ids, rows_within
from incident_analytics.analysis.statistics import holm, rayleigh_p_value
from incident_analytics.checks import require_columns, require_instants
from incident_analytics.periods import Period
from incident_analytics.schema import FLOAT, TEXT

__all__ = ["start_hours"]

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EVEN_WEEKS: Final = pd.Timedelta(weeks=8)
"""The shortest window in which all weekdays are about as frequent: of 31 days some come five times, some four."""


def start_hours(
    incidents: pd.DataFrame,
    *,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Count the incidents that started in each hour of each weekday.

    Parameters
    ----------
    incidents
        The incidents table.
    within
        The period to look at, by when the incident occurred; None takes all incidents.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        168 rows, from Monday's first hour to Sunday's last:

        - weekday, ordered category, ``Monday`` to ``Sunday``
        - hour, int64, 0 to 23
        - n, int64: incidents that started then, or where no start is told were detected or responded to then
        - n_missing, int64: incidents that tell none of these: they have a date at most, which is no midnight; the same
          in each row, as are the next three
        - hour_p_adjusted, weekday_p_adjusted, Float64: the chance that as marked a leaning to one part of the day, or
          of the week, comes up where all are alike; by Rayleigh's test, adjusted by Holm's method for being two
        - timezone, str
        - incident_ids, tuple of str, where asked for: the incidents of n

        The chances are NA below 10 incidents, that of weekdays also where the window, or without bounds the span of the
        incidents, is shorter than 8 weeks. Both take incidents to come independently, so that several of one cause make
        them too small, and see one peak: two on opposite sides of the day look alike to none.

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
    instants = ["started_at", "detected_at", "responded_at"]
    require_columns(incidents, "incident_id", "occurred_at", *instants)
    require_instants(incidents, "occurred_at", *instants)
    rows = rows_within(incidents, within)
    timezone = "UTC" if within is None else within.timezone
    # The earliest of them is what occurred_at has, which stands at midnight where there is none.
    began = rows["started_at"].fillna(rows[instants].min(axis="columns"))
    told = rows[began.notna()].reset_index(drop=True)
    clock = began.dropna().dt.tz_convert(timezone).reset_index(drop=True)
    weekdays = pd.CategoricalDtype(list(_WEEKDAYS), ordered=True)
    told["weekday"] = pd.Categorical.from_codes(clock.dt.day_of_week, dtype=weekdays)
    told["hour"] = clock.dt.hour.astype("int64")

    clock_hours: Sequence[Any] = range(24)
    hours, numbers = group_rows(told, ["weekday", "hour"], {"hour": clock_hours})
    hours["n"] = np.bincount(numbers, minlength=len(hours))
    hours["n_missing"] = len(rows) - len(told)
    length = clock.max() - clock.min() if within is None else within.end - within.start
    names = ["hour", "weekday"]
    chances = [rayleigh_p_value(hours.groupby(name, observed=False)["n"].sum()) for name in names]
    for name, chance in zip(names, holm([chances[0], chances[1] if length >= _EVEN_WEEKS else np.nan]), strict=True):
        hours[f"{name}_p_adjusted"] = pd.Series(chance, index=hours.index, dtype=FLOAT)
    hours["timezone"] = pd.Series(timezone, index=hours.index, dtype=TEXT)
    if members:
        hours["incident_ids"] = member_ids(told, numbers, hours)
    return hours
