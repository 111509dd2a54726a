"""How long services were down, and how much of a window they were available."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pandas as pd

from incident_analytics.analysis.grouping import (
    count_rows,
    rows_within,
)
from incident_analytics.analysis.outages import (
    INCIDENT,
    INTERVAL,
    Impacts,
    Maintenance,
    as_microseconds,
    as_span,
    covered_time,
    known_part,
    usable_outages,
)
from incident_analytics.checks import (
    require_columns,
    require_instant,
    require_window,
)
from incident_analytics.periods import BudgetWindow, Period, Unit
from incident_analytics.schema import FLOAT, INSTANT

__all__ = ["downtime", "stated_impact"]


def downtime(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    within: Period,
    every: Unit | None = None,
    as_of: pd.Timestamp | None = None,
    declared: Iterable[str] = (),
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: Maintenance = (),
    members: bool = False,
) -> pd.DataFrame:
    """Measure how long each service was down in a period, counting no moment twice.

    Parameters
    ----------
    outages
        The outages table. Outages of incidents that are not in ``incidents`` do not count.
    services
        The services table: which services each incident affected.
    incidents
        The incidents table. An incident that reports 0 affected users does not count.
    within
        The period; what reaches beyond it is cut off.
    every
        Measure each calendar unit of the period by itself: ``week``, ``month``, ``quarter`` or ``year``.
    as_of
        How far the period is known: nothing after this instant counts, and an open incident without an end lasts until
        it. None takes the end of the period.
    declared
        Services that have their row even if no report names them.
    severities
        The severities that count, all if not given.
    minimum_outage
        The shortest outage that counts, measured before the period cuts it.
    maintenance
        Planned windows ``(service, start, end)``: they leave both the downtime and the period.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for every service, sorted by name, and part of the period:

        - service, str
        - period, str: the part; one that is not over is called ``2025Q3 so far``
        - start, end, datetime64[us, UTC]: its bounds, up to ``as_of``
        - window, timedelta64[us]: its length without planned maintenance
        - n, int64: outages counted
        - n_missing, int64: outages, and incidents without any, that belong to the part but can't be counted: no
          end and not open, an end before the start, or no severity where ``severities`` chooses
        - n_open, int64: outages counted up to ``as_of``
        - downtime, timedelta64[us]: the time in which any outage lasted
        - availability, Float64: ``1 - downtime / window``
        - downtime_weighted, timedelta64[us]: each moment weighted by the affected fraction of users
        - availability_weighted, Float64
        - n_weighted, int64: counted outages whose incident reports the affected share of users; the others weigh 1
        - incident_ids, tuple of str, where asked for: the incidents of n

        Where outages overlap, the weighted downtime takes the largest fraction at each moment, since the users of
        one may be those of the other; an incident that reports no fraction weighs 1, as if it had affected everybody.
        Downtime and availability are NA where outages are known but the length of none; availability is NA as well
        where maintenance fills the part. Where n_missing is above 0, downtime is a lower bound. Incidents that name
        no affected service have a row of service NA, with availability NA.

    Raises
    ------
    PeriodError
        ``2025Q3 has not started yet; choose an earlier period``, ``every 'day' is not one of week, month, ...``
    ColumnsError
        ``column 'ended_at' is missing; the frame has ...``
    UnknownNameError
        ``severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> first, second = "INC-2025-07-04-001", "INC-2025-07-04-002"
    >>> down = downtime(
    ...     make_table("outages", {
    ...         "incident_id": [first, second], "position": [0, 0], "line": [5, 5],
    ...         "started_at": ["2025-07-04T09:00Z", "2025-07-04T09:30Z"],
    ...         "ended_at": ["2025-07-04T10:00Z", "2025-07-04T11:00Z"],
    ...     }),
    ...     services=make_table("services", {
    ...         "incident_id": [first, second], "service": ["API", "API"], "affected": [True, True], "line": [30, 30],
    ...     }),
    ...     incidents=make_table("incidents", {"incident_id": [first, second]}),
    ...     within=Period.parse("2025Q3"),
    ... )
    >>> down[["service", "n", "downtime"]]
      service  n        downtime
    0     API  2 0 days 02:00:00
    """
    known = known_part(within, as_of)
    parts = known.split(every) if every else [known]
    impacts = Impacts(
        outages,
        services=services,
        incidents=incidents,
        as_of=known.end,
        declared=declared,
        severities=severities,
        minimum_outage=minimum_outage,
        maintenance=maintenance,
    )
    return impacts.measure(parts, members=members).drop(columns="part")


def stated_impact(
    outages: pd.DataFrame,
    *,
    incidents: pd.DataFrame,
    within: Period,
    window: BudgetWindow | None = None,
    as_of: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Compare the SLA impact that each report gives with the one calculated from its own outages.

    Parameters
    ----------
    outages
        The outages table.
    incidents
        The incidents table.
    within
        The period to look at, by when the incident occurred.
    window
        What the calculated impact is a share of: the incident's ``month``, ``quarter`` or ``year``, or ``rolling-30d``,
        the 30 days from the incident's day on. None takes the period.
    as_of
        As in `downtime`.

    Returns
    -------
    pandas.DataFrame
        A row for every incident of the window, the earliest first:

        - incident_id, str, and occurred_at, datetime64[us, UTC]
        - window_start, window_end, datetime64[us, UTC]: the window of the derived impact, always a whole period
        - n, int64: outages that count
        - n_missing, int64: outages that cannot be counted, 1 where there is none
        - stated, Float64: the fraction of uptime lost that the report states
        - derived, Float64: the incident's outages, united and cut to the window, as a fraction of it
        - derived_weighted, Float64: the same, weighted by the affected fraction of users, where stated
        - downtime, timedelta64[us]: the outages, united and cut to the window
        - implied_window, timedelta64[us]: ``downtime / stated``, the window over which both would agree: near 30 days
          where the report reckons by the month

        Reports do not say over which window they state their impact, so stated impacts are never added up.
        ``stated`` is NA where the report gives no share; downtime and what is derived from it are NA where an
        outage cannot be counted, and 0 where the report states 0 affected users. The implied window is NA where
        ``stated`` is 0 or NA, or nothing was derived.

    Raises
    ------
    PeriodError
        ``the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty``
    ColumnsError
        ``column 'sla_impact' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> impact = stated_impact(
    ...     make_table("outages", {
    ...         "incident_id": ["INC-2025-07-04-001"], "position": [0], "line": [5],
    ...         "started_at": ["2025-07-04T09:00Z"], "ended_at": ["2025-07-04T10:00Z"],
    ...     }),
    ...     incidents=make_table("incidents", {
    ...         "incident_id": ["INC-2025-07-04-001"], "occurred_at": ["2025-07-04T09:00Z"], "sla_impact": [0.002],
    ...     }),
    ...     within=Period.parse("2025Q3"),
    ...     window="month",
    ... )
    >>> impact[["stated", "derived", "implied_window"]]
       stated   derived   implied_window
    0   0.002  0.001344 20 days 20:00:00
    """
    require_window(within.start, within.end)
    require_instant("as_of", as_of)
    require_columns(incidents, *INCIDENT, "sla_impact")
    rows = rows_within(incidents, within).sort_values(["occurred_at", "incident_id"], ignore_index=True)
    bounds = _windows_of(rows["occurred_at"], within, window)
    found = usable_outages(outages, rows, as_of=within.end if as_of is None else as_of, severities=None)
    found["number"] = found["incident_id"].map(pd.Series(rows.index, index=rows["incident_id"])).astype("int64")

    usable = found.loc[found["is_usable"], INTERVAL]
    numbers = found["number"].to_numpy()
    n_missing = count_rows(~found["is_usable"], numbers, rows)
    downtime, weighted = (covered.where(n_missing == 0) for covered in covered_time(usable, bounds))
    stated, length = rows["sla_impact"], bounds["end"] - bounds["start"]
    return pd.DataFrame(
        {
            "incident_id": rows["incident_id"],
            "occurred_at": rows["occurred_at"],
            "window_start": bounds["start"],
            "window_end": bounds["end"],
            "n": count_rows(found["is_usable"], numbers, rows),
            "n_missing": n_missing,
            "stated": stated,
            "derived": (downtime / length).astype(FLOAT),
            "derived_weighted": (weighted / length).astype(FLOAT),
            "downtime": downtime,
            "implied_window": as_span(as_microseconds(downtime) / stated.where(stated > 0)),
        }
    )


def _windows_of(instants: pd.Series, within: Period, window: BudgetWindow | None) -> pd.DataFrame:
    """Return start and end of the budget window that each instant belongs to."""
    if window is None:
        windows = [within] * len(instants)
    elif window == "rolling-30d":
        days = instants.dt.tz_convert(within.timezone).dt.date
        names = [f"{day}/{day + timedelta(days=30)}" for day in days]
        windows = [Period.parse(name, timezone=within.timezone) for name in names]
    else:
        windows = [within.unit_at(at, window) for at in instants]
    return pd.DataFrame(
        {
            "start": pd.Series([window.start.tz_convert("UTC") for window in windows], dtype=INSTANT),
            "end": pd.Series([window.end.tz_convert("UTC") for window in windows], dtype=INSTANT),
        }
    )
