"""How long services were down, and what that leaves of their error budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import (
    Numbers,
    count_rows,
    group_rows,
    levels,
    member_ids,
    rows_within,
)
from incident_analytics.checks import (
    require_columns,
    require_instant,
    require_instants,
    require_name,
    require_window,
)
from incident_analytics.errors import PeriodError, SettingsError
from incident_analytics.periods import BudgetWindow, Period, Unit
from incident_analytics.schema import FLOAT, INSTANT, TEXT

__all__ = ["budget_burn_down", "downtime", "sla_impact", "stated_impact"]

Maintenance = pd.DataFrame | Sequence[tuple[str, datetime, datetime]]
"""Planned windows: ``(service, start, end)``."""

_LONGEST = 2.0**63
_INTERVAL = ["number", "started_at", "ended_at", "weight"]
_INCIDENT = ["incident_id", "occurred_at", "severity", "is_open", "affected_users", "affected_users_fraction"]


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
    known = _known(within, as_of)
    parts = known.split(every) if every else [known]
    impacts = _Impacts(
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


def sla_impact(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    within: Period,
    targets: Mapping[str, float] | None = None,
    window: BudgetWindow | None = None,
    every: Unit | None = None,
    as_of: pd.Timestamp | None = None,
    declared: Iterable[str] = (),
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: Maintenance = (),
    members: bool = False,
) -> pd.DataFrame:
    """Compare the downtime of each service with its error budget.

    Parameters
    ----------
    outages, services, incidents, within, every, as_of, declared, severities, minimum_outage, maintenance, members
        As in `downtime`.
    targets
        The target availability of each service that has one, as a fraction: ``{"API": 0.999}``.
    window
        What an error budget runs over: ``month``, ``quarter``, ``year``, or ``rolling-30d``, the 30 days up to the end
        of the period. None takes the period itself. A period longer than the window is cut into its windows; of a
        shorter one the budget is that of the whole window, spent since the window began.

    Returns
    -------
    pandas.DataFrame
        The columns of `downtime`, for the services of ``targets`` too, and

        - target, Float64
        - window_start, window_end, datetime64[us, UTC]: the window of the budget
        - window_n_missing, int64: as ``n_missing``, of the window so far
        - budget, timedelta64[us]: the downtime that the target allows in the whole window, ``(1 - target) * window``
        - budget_left, timedelta64[us]: budget less the downtime of the window so far, negative where the target is
          missed
        - budget_left_weighted, timedelta64[us]: the same with the weighted downtime
        - elapsed, timedelta64[us]: how much of the window has passed, without maintenance
        - burn_rate, Float64: the pace at which the budget is spent, ``(downtime / elapsed) / (1 - target)``: at 1 the
          budget lasts just as long as the window
        - time_to_exhaustion, timedelta64[us]: how long ``budget_left`` lasts at this pace, or while an outage goes on:
          just so long; 0 where it is spent
        - burn_rate_weighted, Float64, and time_to_exhaustion_weighted, timedelta64[us]: the same, weighted; the time is
          NA while an outage goes on
        - incident_ids, tuple of str, where asked for: the incidents of n

        Target, budgets and paces are NA for a service without a target. What is left is NA where no downtime of the
        window is known although there were outages, and an upper bound where window_n_missing is above 0. The burn
        rate is NA where the budget is empty (a target of 1). The time to exhaustion is NA where the budget outlasts
        the window at this pace, and where the window is over.

    Raises
    ------
    PeriodError, ColumnsError, UnknownNameError
        As `downtime`.
    SettingsError
        ``target 99.9 of 'API' is not above 0 and at most 1; write 0.999 for 99.9%``

    References
    ----------
    B. Beyer and others (eds), Site Reliability Engineering (2016), chapter 3, "Motivation for Error Budgets",
    https://sre.google/sre-book/embracing-risk/. The burn rate: B. Beyer and others (eds), The Site Reliability Workbook
    (2018), chapter 5, https://sre.google/workbook/alerting-on-slos/.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> impact = sla_impact(
    ...     make_table("outages"),
    ...     services=make_table("services"),
    ...     incidents=make_table("incidents"),
    ...     within=Period.parse("2025-07"),
    ...     window="quarter",
    ...     targets={"API": 0.999},
    ... )
    >>> impact[["service", "period", "target", "budget_left"]]
      service   period  target            budget_left
    0     API  2025-07   0.999 0 days 02:12:28.800000
    """
    targets = _checked(targets or {})
    known = _known(within, as_of)
    pieces = [
        (piece, whole)
        for part in (known.split(every) if every else [known])
        for piece, whole in _budget_windows(part, within, window)
    ]
    parts = [piece for piece, _ in pieces]
    so_far = [Period(whole.name, whole.start, piece.end, whole.timezone) for piece, whole in pieces]
    impacts = _Impacts(
        outages,
        services=services,
        incidents=incidents,
        as_of=known.end,
        declared=[*declared, *targets],
        severities=severities,
        minimum_outage=minimum_outage,
        maintenance=maintenance,
    )
    impact = impacts.measure(parts, members=members)
    spent = impact.copy()
    if so_far != parts:
        spent = impact[["service", "part"]].merge(impacts.measure(so_far), on=["service", "part"], how="left")
    _add_budget(impact, spent, [whole for _, whole in pieces], targets, impacts.planned)
    impact["elapsed"] = spent["window"]
    elapsed, allowed = _microseconds(spent["window"]), 1 - impact["target"].where(impact["target"] < 1)
    remaining = _microseconds(impact["window_end"] - spent["end"])
    for weighted in ("", "_weighted"):
        pace = _microseconds(spent[f"downtime{weighted}"]) / elapsed.where(elapsed > 0)
        impact[f"burn_rate{weighted}"] = pace / allowed
        left = _microseconds(impact[f"budget_left{weighted}"]).clip(lower=0)
        # A service that is down now spends its budget by the clock; how heavily it is hit is known for the past alone.
        lasts = (left / pace.where(pace > 0)).mask(impact["n_open"] > 0, pd.NA if weighted else left)
        impact[f"time_to_exhaustion{weighted}"] = _span(lasts.where((lasts < remaining) & (remaining > 0)))
    if members:
        impact["incident_ids"] = impact.pop("incident_ids")
    return impact.drop(columns="part")


def budget_burn_down(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    targets: Mapping[str, float],
    within: Period,
    window: BudgetWindow | None = None,
    as_of: pd.Timestamp | None = None,
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: Maintenance = (),
) -> pd.DataFrame:
    """Follow the error budget of each service through its windows, from the whole of it to what is left.

    Parameters
    ----------
    outages, services, incidents, targets, within, window, as_of, severities, minimum_outage, maintenance
        As in `sla_impact`; a service without a target has no budget and no row.

    Returns
    -------
    pandas.DataFrame
        A row for every service of ``targets``, sorted by name, every window of the period, and every instant at which
        one of its outages or maintenance windows begins or ends, the first at ``start``. Between two rows the budget
        falls evenly:

        - service, str
        - period, str: the window's name
        - start, end, datetime64[us, UTC]: the window
        - as_of, datetime64[us, UTC]: how far it has got, ``end`` where it is over
        - n, n_missing, n_open, int64, of the window so far, as in `downtime`
        - target, Float64
        - budget, timedelta64[us]: the downtime that the target allows in the whole window
        - at, datetime64[us, UTC]
        - downtime, timedelta64[us]: from ``start`` to ``at``, counted as in `downtime`
        - budget_left, timedelta64[us]: ``budget - downtime``, negative where the target is missed
        - share_left, Float64: ``budget_left / budget``, at most 1

        The last row of a window is at ``as_of``; what is left there is the ``budget_left`` of `sla_impact`. Downtime
        and what is left are NA where outages are known but the length of none; share_left also where the budget is
        empty (a target of 1, or maintenance all the time).

    Raises
    ------
    PeriodError, ColumnsError, UnknownNameError, SettingsError
        As `sla_impact`.

    References
    ----------
    B. Beyer and others (eds), The Site Reliability Workbook (2018), chapter 2, "Decision Making Using SLOs and Error
    Budgets", https://sre.google/workbook/implementing-slos/.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> first = "INC-2025-07-04-001"
    >>> budget = budget_burn_down(
    ...     make_table("outages", {
    ...         "incident_id": [first], "position": [0], "line": [5],
    ...         "started_at": ["2025-07-04T09:00Z"], "ended_at": ["2025-07-04T10:00Z"],
    ...     }),
    ...     services=make_table("services", {
    ...         "incident_id": [first], "service": ["API"], "affected": [True], "line": [30],
    ...     }),
    ...     incidents=make_table("incidents", {"incident_id": [first]}),
    ...     targets={"API": 0.999},
    ...     within=Period.parse("2025Q3"),
    ... )
    >>> budget[["at", "downtime", "share_left"]].round({"share_left": 3})
                             at        downtime  share_left
    0 2025-07-01 00:00:00+00:00 0 days 00:00:00         1.0
    1 2025-07-04 09:00:00+00:00 0 days 00:00:00         1.0
    2 2025-07-04 10:00:00+00:00 0 days 01:00:00       0.547
    3 2025-10-01 00:00:00+00:00 0 days 01:00:00       0.547
    """
    targets = _checked(targets)
    known = _known(within, as_of)
    pieces = _budget_windows(known, within, window)
    so_far = [Period(whole.name, whole.start, piece.end, whole.timezone) for piece, whole in pieces]
    impacts = _Impacts(
        outages,
        services=services,
        incidents=incidents,
        as_of=known.end,
        declared=targets,
        severities=severities,
        minimum_outage=minimum_outage,
        maintenance=maintenance,
    )
    measured = impacts.measure(so_far)
    down, planned = impacts.intervals(so_far)
    measured = measured.rename(columns={"start": "started", "end": "as_of"})
    _add_budget(measured, measured, [whole for _, whole in pieces], targets, impacts.planned)
    measured = measured.rename(columns={"window_start": "start", "window_end": "end"})
    numbered = measured.drop(columns=["downtime", "part"]).rename_axis("number").reset_index()
    reached = numbered[["number", "start", "as_of"]].set_axis(["number", "started_at", "ended_at"], axis="columns")
    # Intervals of weight 0 cut the time into the same segments without counting in any.
    idle = pd.concat([down, reached]).assign(weight=0.0)
    bounds = numbered[["start", "as_of"]].set_axis(["start", "end"], axis="columns")
    segments = _segments(pd.concat([down.assign(weight=1.0), planned, idle]), bounds)
    segments["spent"] -= _segments(pd.concat([planned, idle]), bounds)["spent"]
    segments["spent"] = segments.groupby("number")["spent"].cumsum()

    origins = numbered[["number", "start"]].set_axis(["number", "at"], axis="columns").assign(spent=0.0)
    points = pd.concat([origins, segments]).sort_values(["number", "at"], kind="stable")
    rows = numbered[numbered["target"].notna()].merge(points, on="number")
    rows["downtime"] = _span(rows["spent"].where(rows["budget_left"].notna()).astype(FLOAT))
    rows["budget_left"] = rows["budget"] - rows["downtime"]
    budget = _microseconds(rows["budget"])
    rows["share_left"] = _microseconds(rows["budget_left"]) / budget.where(budget > 0)
    return rows[
        [
            "service",
            "period",
            "start",
            "end",
            "as_of",
            "n",
            "n_missing",
            "n_open",
            "target",
            "budget",
            "at",
            "downtime",
            "budget_left",
            "share_left",
        ]
    ]


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
        ``stated`` is NA where the report tells no share; downtime and what is derived from it are NA where an
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
    require_columns(incidents, *_INCIDENT, "sla_impact")
    rows = rows_within(incidents, within).sort_values(["occurred_at", "incident_id"], ignore_index=True)
    bounds = _windows_of(rows["occurred_at"], within, window)
    found = _outages(outages, rows, as_of=within.end if as_of is None else as_of, severities=None)
    found["number"] = found["incident_id"].map(pd.Series(rows.index, index=rows["incident_id"])).astype("int64")

    usable = found.loc[found["is_usable"], _INTERVAL]
    numbers = found["number"].to_numpy()
    n_missing = count_rows(~found["is_usable"], numbers, rows)
    downtime, weighted = (
        _weighted_time(intervals, bounds).where(n_missing == 0) for intervals in (usable.assign(weight=1.0), usable)
    )
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
            "implied_window": _span(_microseconds(downtime) / stated.where(stated > 0)),
        }
    )


def _known(within: Period, as_of: pd.Timestamp | None) -> Period:
    """Return the part of a period that has passed; raise where it has not started."""
    require_window(within.start, within.end)
    require_instant("as_of", as_of)
    if as_of is None:
        return within
    if as_of <= within.start:
        raise PeriodError(f"{within.name} has not started yet; choose an earlier period")
    return within.until(as_of)


def _budget_windows(part: Period, within: Period, window: BudgetWindow | None) -> list[tuple[Period, Period]]:
    """Return the pieces of a part, each with its budget window; without one that is the whole period."""
    return [(part, within)] if window is None else part.budget_windows(window)


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


def _microseconds(spans: pd.Series) -> pd.Series:
    return spans.astype("int64").where(spans.notna()).astype(FLOAT)


def _span(microseconds: pd.Series) -> pd.Series:
    """Return spans to the microsecond, NA for what is longer than a span can be."""
    known = microseconds.where(microseconds < _LONGEST)
    whole = known.fillna(0).round().to_numpy(dtype=np.int64).astype("timedelta64[us]")
    return pd.Series(whole, index=microseconds.index).where(known.notna())


def _planned(maintenance: Maintenance) -> pd.DataFrame:
    """Return planned maintenance as intervals of weight 1."""
    columns = ["service", "start", "end"]
    given = maintenance if isinstance(maintenance, pd.DataFrame) else pd.DataFrame(list(maintenance), columns=columns)
    require_columns(given, *columns)
    for first, past in zip(given["start"], given["end"], strict=True):
        require_window(pd.Timestamp(first), pd.Timestamp(past))
    return pd.DataFrame(
        {
            "service": given["service"].astype(TEXT),
            "started_at": pd.to_datetime(given["start"], utc=True),
            "ended_at": pd.to_datetime(given["end"], utc=True),
            "weight": 1.0,
        }
    )


def _checked(targets: Mapping[str, float]) -> dict[str, float]:
    for service, fraction in targets.items():
        if not 0 < fraction <= 1:
            raise SettingsError(
                f"target {fraction:g} of {service!r} is not above 0 and at most 1; write 0.999 for 99.9%"
            )
    return dict(targets)


def _add_budget(
    impact: pd.DataFrame,
    spent: pd.DataFrame,
    wholes: Sequence[Period],
    targets: Mapping[str, float],
    planned: pd.DataFrame,
) -> None:
    """Add to each row its target, the window of its budget, the budget, and what the window so far left of it."""
    target = pd.Series([targets.get(service) for service in impact["service"]], index=impact.index, dtype=FLOAT)
    bounds = pd.DataFrame(
        {
            "start": pd.Series([whole.start for whole in wholes], dtype=INSTANT),
            "end": pd.Series([whole.end for whole in wholes], dtype=INSTANT),
        }
    )
    bounds = bounds.iloc[impact["part"]].reset_index(drop=True)
    excluded = _weighted_time(_numbered(planned, impact), bounds)
    impact["target"] = target
    impact["window_start"], impact["window_end"] = bounds["start"], bounds["end"]
    impact["window_n_missing"] = spent["n_missing"]
    impact["budget"] = _span(_microseconds(bounds["end"] - bounds["start"] - excluded) * (1 - target))
    for weighted in ("", "_weighted"):
        impact[f"budget_left{weighted}"] = impact["budget"] - spent[f"downtime{weighted}"]


def _numbered(planned: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return planned maintenance by the position of each row of its service."""
    return planned.merge(rows[["service"]].assign(number=range(len(rows))), on="service")[_INTERVAL]


class _Impacts:
    """The outages that count, by service, ready to be measured over any parts of a period."""

    def __init__(
        self,
        outages: pd.DataFrame,
        *,
        services: pd.DataFrame,
        incidents: pd.DataFrame,
        as_of: pd.Timestamp,
        declared: Iterable[str],
        severities: Sequence[str] | None,
        minimum_outage: timedelta,
        maintenance: Maintenance,
    ) -> None:
        require_columns(services, "incident_id", "service", "affected")
        self.minimum_outage = minimum_outage
        self.planned = _planned(maintenance)
        affected = services.loc[services["affected"].fillna(value=False), ["incident_id", "service"]]
        found = _outages(outages, incidents, as_of=as_of, severities=severities)
        # An incident without an affected service has its row too.
        self.found = found.merge(affected.drop_duplicates(), on="incident_id", how="left")
        self.services = sorted({*levels(services["service"]), *declared, *self.planned["service"]})

    def measure(self, parts: Sequence[Period], *, members: bool = False) -> pd.DataFrame:
        """Return what `downtime` does, a row for every service and part."""
        impacts, groups = self.grouped(parts)
        down = impacts.loc[impacts["is_counted"], _INTERVAL]
        window, total, weighted = _time_down(down, _numbered(self.planned, groups), groups)
        numbers, counted = impacts["number"].to_numpy(), impacts["is_counted"]
        n, n_missing = count_rows(counted, numbers, groups), count_rows(~counted, numbers, groups)
        # Where all that is known is that there were outages, their length is unknown, not zero.
        is_known = (n > 0) | (n_missing == 0)
        total, weighted = total.where(is_known), weighted.where(is_known)
        is_named = groups["service"].notna()
        result = groups.assign(
            window=window,
            n=n,
            n_missing=n_missing,
            n_open=count_rows(counted & impacts["runs_on"], numbers, groups),
            downtime=total,
            availability=(1 - total / window).where(is_named).astype(FLOAT),
            downtime_weighted=weighted,
            availability_weighted=(1 - weighted / window).where(is_named).astype(FLOAT),
            n_weighted=count_rows(counted & impacts["has_weight"], numbers, groups),
        )
        if members:
            result["incident_ids"] = member_ids(impacts[counted], numbers[counted], groups)
        return result

    def intervals(self, parts: Sequence[Period]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the intervals of downtime and of maintenance by the position of their row in `measure`."""
        impacts, groups = self.grouped(parts)
        return impacts.loc[impacts["is_counted"], _INTERVAL], _numbered(self.planned, groups)

    def grouped(self, parts: Sequence[Period]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the outages of each part with the number of their row, and the rows: every service and part."""
        chosen = [
            _belonging(self.found, part.start, part.end, self.minimum_outage).assign(part=number)
            for number, part in enumerate(parts)
        ]
        impacts = pd.concat(chosen, ignore_index=True)
        columns: Mapping[str, Sequence[Any]] = {"service": self.services, "part": range(len(parts))}
        groups, impacts["number"] = group_rows(impacts, list(columns), columns)
        bounds = pd.DataFrame(
            {
                "period": pd.Series([part.name for part in parts], dtype=TEXT),
                "start": pd.Series([part.start for part in parts], dtype=INSTANT),
                "end": pd.Series([part.end for part in parts], dtype=INSTANT),
            }
        )
        return impacts, groups.join(bounds, on="part")


def _time_down(
    down: pd.DataFrame, planned: pd.DataFrame, windows: pd.DataFrame
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return how long each window is, how much of it was down, and the same weighted, all without maintenance."""
    excluded = _weighted_time(planned, windows)
    # Maintenance weighs as much as an outage of everybody: without it, what is left lies outside of it.
    total = _weighted_time(pd.concat([down.assign(weight=1.0), planned]), windows)
    weighted = _weighted_time(pd.concat([down, planned]), windows)
    return windows["end"] - windows["start"] - excluded, total - excluded, weighted - excluded


def _outages(
    outages: pd.DataFrame, incidents: pd.DataFrame, *, as_of: pd.Timestamp, severities: Sequence[str] | None
) -> pd.DataFrame:
    """Return the outages of the incidents that count, each with its end and whether both ends can be used."""
    require_columns(outages, "incident_id", "started_at", "ended_at")
    require_instants(outages, "started_at", "ended_at")
    require_columns(incidents, *_INCIDENT)
    facts = incidents[_INCIDENT]
    nobody = (facts["affected_users"] == 0) | (facts["affected_users_fraction"] == 0)
    facts = facts[~nobody.fillna(value=False)]
    if severities is not None:
        for severity in severities:
            require_name("severity", severity, levels(incidents["severity"]))
        facts = facts[facts["severity"].isin(severities) | facts["severity"].isna()]
    # A left join: an incident without an outage has its row too.
    found = facts.merge(outages[["incident_id", "started_at", "ended_at"]], on="incident_id", how="left")
    started, ended = found["started_at"], found["ended_at"]
    runs_on = started.notna() & ended.isna() & found["is_open"].fillna(value=False)
    belongs_at = started.fillna(ended).fillna(found["occurred_at"])
    as_of = as_of.tz_convert("UTC").as_unit("us")
    ended = ended.mask(runs_on, started.where(started > as_of, as_of))
    is_usable = ended >= started
    if severities is not None:
        is_usable &= found["severity"].notna()
    return found.assign(
        ended_at=ended,
        weight=found["affected_users_fraction"].fillna(1.0).astype("float64"),
        has_weight=found["affected_users_fraction"].notna(),
        runs_on=runs_on,
        belongs_at=belongs_at,
        is_usable=is_usable,
    )


def _belonging(
    impacts: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, minimum_outage: timedelta
) -> pd.DataFrame:
    """Return the outages that belong to a window, with whether they can be counted."""
    started, ended, is_usable = impacts["started_at"], impacts["ended_at"], impacts["is_usable"]
    is_counted = is_usable & (started < end) & ((ended > start) | (started >= start))
    is_counted &= ended - started >= pd.Timedelta(minimum_outage)
    is_missing = ~is_usable & (impacts["belongs_at"] >= start) & (impacts["belongs_at"] < end)
    return impacts.assign(is_counted=is_counted)[is_counted | is_missing]


def _weighted_time(intervals: pd.DataFrame, windows: pd.DataFrame) -> pd.Series:
    """Add up each window's time, every moment weighted by the heaviest interval that covers it."""
    segments = _segments(intervals, windows)
    total = np.bincount(segments["number"], weights=segments["spent"], minlength=len(windows))
    return pd.Series(np.rint(total).astype(np.int64).astype("timedelta64[us]"), index=windows.index)


def _segments(intervals: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """Cut each window's time where an interval begins or ends: a row a segment, in order.

    Beside the window's ``number`` it tells ``at``, its end, and ``spent``, its microseconds weighted by the heaviest
    interval that covers it.

    All windows lie one behind the other on one axis, which the ends of the intervals cut into segments. An interval
    covers a run of segments; two runs as long as a power of two, one from its first segment and one up to its last,
    cover the same. So the heaviest weights are noted at runs, and runs halved until they are single segments: a
    sparse table filled from the top.
    """
    number = intervals["number"].to_numpy(dtype=np.int64)
    weight = intervals["weight"].to_numpy(dtype=np.float64)
    opens, closes = (_ticks(windows[column]) for column in ("start", "end"))
    shift = np.cumsum(closes - opens) - closes  # an instant plus its window's shift is its place on the axis
    bounds = [
        shift[number] + _ticks(intervals[column]).clip(opens[number], closes[number])
        for column in ("started_at", "ended_at")
    ]
    cuts, places = np.unique(np.concatenate(bounds), return_inverse=True)
    first, past = places.reshape(2, -1)
    powers = np.frexp(past - first)[1] - 1

    heaviest = np.zeros(len(cuts))
    for power in range(powers.max(initial=-1), -1, -1):
        run = 1 << power
        heaviest[run:] = np.maximum(heaviest[run:], heaviest[:-run])
        chosen = powers == power
        np.maximum.at(heaviest, first[chosen], weight[chosen])
        np.maximum.at(heaviest, past[chosen] - run, weight[chosen])
    window = np.searchsorted(opens + shift, cuts[:-1], side="right") - 1
    at = pd.Series((cuts[1:] - shift[window]).astype("datetime64[us]")).dt.tz_localize("UTC")
    return pd.DataFrame({"number": window, "at": at, "spent": np.diff(cuts) * heaviest[:-1]})


def _ticks(instants: pd.Series) -> Numbers:
    return instants.astype(INSTANT).to_numpy(dtype="datetime64[us]").astype(np.int64)
