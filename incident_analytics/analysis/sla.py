"""How long services were down, and what that leaves of their error budgets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import (
    Numbers,
    assign_periods,
    count_rows,
    group_rows,
    in_window,
    levels,
    member_ids,
    need_name,
    need_window,
    period_named,
)
from incident_analytics.errors import PeriodError, SettingsError
from incident_analytics.model import INSTANT, RATIO, TEXT, Period, need_columns, need_instant, need_instants

__all__ = ["budget_burn_down", "downtime", "sla_impact", "stated_impact"]

_REACHED = ["elapsed", "spent", "spent_weighted"]
_LONGEST = 2.0**63
_INTERVAL = ["number", "started_at", "ended_at", "weight"]
_INCIDENT = ["incident_id", "occurred_at", "severity", "is_open", "affected_users", "affected_users_fraction"]


def downtime(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    as_of: pd.Timestamp | None = None,
    declared: Iterable[str] = (),
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: pd.DataFrame | Sequence[tuple[str, datetime, datetime]] = (),
    members: bool = False,
    freq: str | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Measure how long each service was down in a window, counting no moment twice.

    Parameters
    ----------
    outages
        The outages table. Outages of incidents that are not in ``incidents`` do not count.
    services
        The services table, which tells the services that each incident affected.
    incidents
        The incidents table. An incident that states 0 affected users does not count.
    start, end
        The half-open window; what reaches beyond it is cut off.
    as_of
        The instant up to which an incident that is open and tells no end is taken to last; ``end`` if not given.
    declared
        Services that have their row even where no report names them.
    severities
        The severities that count, all if not given.
    minimum_outage
        The shortest outage that counts, measured before the window cuts it.
    maintenance
        Planned windows ``(service, start, end)``: they leave both the downtime and the window.
    members
        Whether to add the incident_ids.
    freq
        Measure each period between ``start`` and ``end`` as a window of its own: ``M``, ``Q``, ``Y``, or with a fiscal
        year's last month ``Q-MAR``, ``Y-MAR``; or ``30D``, the rolling window of the 30 days up to each midnight
        after ``start`` and up to ``end``.
    timezone
        The IANA zone whose midnights bound these periods.

    Returns
    -------
    pandas.DataFrame
        A row for every service, sorted by name, and window:

        - service, str
        - period, str, where ``freq`` is given: ``2025-07``, ``2025Q3``, ``2025``, fiscal ``FY2025Q3``, or of a rolling
          window ``2025-06-01/2025-07-01``
        - start, end, datetime64[us, UTC]: the window; a month, quarter or year is cut to ``start`` and ``end``, a
          rolling one reaches back before ``start``
        - window, timedelta64[us]: its length without planned maintenance
        - n, int64: outages counted
        - n_missing, int64: outages, and incidents without any, that belong to the window but can't be counted: no
          end and not open, an end before the start, or no severity where ``severities`` chooses
        - n_open, int64: outages counted up to ``as_of``
        - downtime, timedelta64[us]: the time in which any outage lasted
        - availability, Float64: ``1 - downtime / window``
        - downtime_weighted, timedelta64[us]: each moment weighted by the affected fraction of users
        - availability_weighted, Float64
        - incident_ids, tuple of str, where asked for: the incidents of n and n_missing

        Where outages overlap, the weighted downtime takes the largest fraction at each moment, since the users of
        one may be those of the other; an incident that states no fraction weighs 1, as if
        it had affected everybody. Availability is NA where maintenance fills the window, and with downtime
        where outages are known of but none by its length. Incidents that
        name no affected service have a row of service NA where there are such, with availability NA.

    Raises
    ------
    PeriodError
        ``the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty``, ``freq 'week' is none of ...``
    ColumnsError
        ``column 'ended_at' is missing; the frame has ...``, ``start 2025-07-01 00:00:00 has no zone; ...``
    UnknownNameError
        ``severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1``

    Examples
    --------
    >>> from incident_analytics.model import make_table
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
    ...     start=pd.Timestamp("2025-07-01", tz="UTC"),
    ...     end=pd.Timestamp("2025-10-01", tz="UTC"),
    ... )
    >>> down[["service", "n", "downtime"]]
      service  n        downtime
    0     API  2 0 days 02:00:00
    """
    measured, _, _ = _measure(
        outages,
        services=services,
        incidents=incidents,
        start=start,
        end=end,
        as_of=as_of,
        declared=declared,
        severities=severities,
        minimum_outage=minimum_outage,
        maintenance=maintenance,
        members=members,
        freq=freq,
        timezone=timezone,
    )
    return measured.drop(columns=_REACHED)


def sla_impact(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    targets: Mapping[str, float] | None = None,
    as_of: pd.Timestamp | None = None,
    declared: Iterable[str] = (),
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: pd.DataFrame | Sequence[tuple[str, datetime, datetime]] = (),
    members: bool = False,
    freq: str | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Set the downtime of each service against its error budget.

    Parameters
    ----------
    outages, services, incidents, start, end, declared, severities, minimum_outage, maintenance, members, freq, timezone
        As in `downtime`.
    targets
        The target availability of each service that has one, as a fraction: ``{"API": 0.999}``.
    as_of
        As in `downtime`; also how far a window has got that is not over yet.

    Returns
    -------
    pandas.DataFrame
        The columns of `downtime`, for the services of ``targets`` too, and

        - target, Float64
        - budget, timedelta64[us]: the downtime that the target allows, ``(1 - target) * window``
        - budget_left, timedelta64[us]: ``budget - downtime``, negative where the target is missed
        - budget_left_weighted, timedelta64[us]: ``budget - downtime_weighted``
        - elapsed, timedelta64[us]: how much of ``window`` lies before ``as_of``
        - burn_rate, Float64: the pace at which the budget is spent, ``(downtime / elapsed) / (1 - target)`` with the
          downtime before ``as_of``: at 1 the budget lasts just as long as the window
        - time_to_exhaustion, timedelta64[us]: how long ``budget_left`` would last at this pace; 0 where it is spent
        - burn_rate_weighted, Float64, and time_to_exhaustion_weighted, timedelta64[us]: the same of downtime_weighted
        - incident_ids, tuple of str, where asked for

        Target, budgets and paces are NA for a service without a target. The budget is that of the whole window also
        where ``as_of`` lies within it. The burn rate is NA where the budget is empty (a target of 1) or nothing of the
        window has elapsed. The time to exhaustion is NA where there was no downtime: at that pace the budget lasts
        for ever.

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
    >>> from incident_analytics.model import make_table
    >>> impact = sla_impact(
    ...     make_table("outages"),
    ...     services=make_table("services"),
    ...     incidents=make_table("incidents"),
    ...     start=pd.Timestamp("2025-07-01", tz="UTC"),
    ...     end=pd.Timestamp("2025-10-01", tz="UTC"),
    ...     targets={"API": 0.999},
    ... )
    >>> impact[["service", "target", "budget_left"]]
      service  target            budget_left
    0     API   0.999 0 days 02:12:28.800000
    """
    targets = _checked(targets or {})
    impact, _, _ = _measure(
        outages,
        services=services,
        incidents=incidents,
        start=start,
        end=end,
        as_of=as_of,
        declared=[*declared, *targets],
        severities=severities,
        minimum_outage=minimum_outage,
        maintenance=maintenance,
        members=members,
        freq=freq,
        timezone=timezone,
    )
    _add_budget(impact, targets)
    target = impact["target"]
    impact["budget_left_weighted"] = impact["budget"] - impact["downtime_weighted"]

    impact["elapsed"] = impact.pop("elapsed")
    elapsed = _microseconds(impact["elapsed"])
    for weighted in ("", "_weighted"):
        pace = _microseconds(impact.pop(f"spent{weighted}")) / elapsed.where(elapsed > 0)
        left = _microseconds(impact[f"budget_left{weighted}"]).clip(lower=0)
        impact[f"burn_rate{weighted}"] = pace / (1 - target.where(target < 1))
        impact[f"time_to_exhaustion{weighted}"] = _span(left / pace.where(pace > 0))
    if members:
        impact["incident_ids"] = impact.pop("incident_ids")
    return impact


def budget_burn_down(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    targets: Mapping[str, float],
    start: pd.Timestamp,
    end: pd.Timestamp,
    as_of: pd.Timestamp | None = None,
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: pd.DataFrame | Sequence[tuple[str, datetime, datetime]] = (),
) -> pd.DataFrame:
    """Follow the error budget of each service through a window, from the whole of it to what is left.

    Parameters
    ----------
    outages, services, incidents, targets, start, end, as_of, severities, minimum_outage, maintenance
        As in `sla_impact`; a service without a target has no budget and no row.

    Returns
    -------
    pandas.DataFrame
        A row for every service of ``targets``, sorted by name, and every instant at which one of its outages or
        maintenance windows begins or ends, the first at ``start``. Between two rows the budget falls evenly:

        - service, str
        - start, end, datetime64[us, UTC]: the window
        - as_of, datetime64[us, UTC]: how far it has got, ``end`` where it is over
        - n, n_missing, n_open, int64, of the whole window, as in `downtime`
        - target, Float64
        - budget, timedelta64[us]: the downtime that the target allows in the whole window
        - at, datetime64[us, UTC]
        - downtime, timedelta64[us]: from ``start`` to ``at``, counted as in `downtime`
        - budget_left, timedelta64[us]: ``budget - downtime``, negative where the target is missed
        - share_left, Float64: ``budget_left / budget``, at most 1

        The last row is at ``as_of``, or at the end of a later outage that is known already; what is left there is the
        ``budget_left`` of `sla_impact`. Downtime and what is left are NA where outages are known of but none by its
        length; share_left also where the budget is empty (a target of 1, or maintenance all the time).

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
    >>> from incident_analytics.model import make_table
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
    ...     start=pd.Timestamp("2025-07-01", tz="UTC"),
    ...     end=pd.Timestamp("2025-10-01", tz="UTC"),
    ... )
    >>> budget[["at", "downtime", "share_left"]].round({"share_left": 3})
                             at        downtime  share_left
    0 2025-07-01 00:00:00+00:00 0 days 00:00:00         1.0
    1 2025-07-04 09:00:00+00:00 0 days 00:00:00         1.0
    2 2025-07-04 10:00:00+00:00 0 days 01:00:00       0.547
    3 2025-10-01 00:00:00+00:00 0 days 01:00:00       0.547
    """
    targets = _checked(targets)
    measured, down, planned = _measure(
        outages,
        services=services,
        incidents=incidents,
        start=start,
        end=end,
        as_of=as_of,
        declared=targets,
        severities=severities,
        minimum_outage=minimum_outage,
        maintenance=maintenance,
        members=False,
        freq=None,
        timezone="UTC",
    )
    _add_budget(measured, targets)
    seen = end if as_of is None else min(max(as_of, start), end)
    measured["as_of"] = seen.tz_convert("UTC").as_unit("us")
    numbered = measured.drop(columns=[*_REACHED, "downtime"]).rename_axis("number").reset_index()
    reached = numbered[["number", "start", "as_of"]].set_axis(["number", "started_at", "ended_at"], axis="columns")
    # Intervals of weight 0 cut the time into the same segments without counting in any.
    idle = pd.concat([down, reached]).assign(weight=0.0)
    segments = _segments(pd.concat([down.assign(weight=1.0), planned, idle]), measured)
    segments["spent"] -= _segments(pd.concat([planned, idle]), measured)["spent"]
    segments["spent"] = segments.groupby("number")["spent"].cumsum()
    last = idle.groupby("number")["ended_at"].max()
    # Not by map, which takes a series of no rows for one of floats.
    segments = segments[segments["at"] <= last.reindex(segments["number"]).set_axis(segments.index)]

    origins = numbered[["number", "start"]].set_axis(["number", "at"], axis="columns").assign(spent=0.0)
    points = pd.concat([origins, segments]).sort_values(["number", "at"], kind="stable")
    rows = numbered[numbered["target"].notna()].merge(points, on="number")
    is_known = rows["budget_left"].notna()
    rows["downtime"] = _span(rows["spent"].where(is_known).astype(RATIO))
    rows["budget_left"] = rows["budget"] - rows["downtime"]
    budget = _microseconds(rows["budget"])
    rows["share_left"] = _microseconds(rows["budget_left"]) / budget.where(budget > 0)
    return rows[
        [
            "service",
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
    start: pd.Timestamp,
    end: pd.Timestamp,
    as_of: pd.Timestamp | None = None,
    freq: str | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Put the SLA impact that each report states beside the one that its own outages give.

    Parameters
    ----------
    outages
        The outages table.
    incidents
        The incidents table.
    start, end
        The half-open window on occurred_at.
    as_of
        As in `downtime`.
    freq
        Over which window the derived impact is reckoned: the incident's month ``M``, quarter ``Q``, year ``Y``, fiscal
        ``Q-MAR``, ``Y-MAR``, or ``30D``, the 30 days from the incident's day on. None takes ``start`` to ``end``.
    timezone
        The IANA zone whose midnights bound these windows.

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
        ``the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty``, ``freq 'week' is none of ...``
    ColumnsError
        ``column 'sla_impact' is missing; the frame has ...``, ``start 2025-07-01 00:00:00 has no zone; ...``

    Examples
    --------
    >>> from incident_analytics.model import make_table
    >>> impact = stated_impact(
    ...     make_table("outages", {
    ...         "incident_id": ["INC-2025-07-04-001"], "position": [0], "line": [5],
    ...         "started_at": ["2025-07-04T09:00Z"], "ended_at": ["2025-07-04T10:00Z"],
    ...     }),
    ...     incidents=make_table("incidents", {
    ...         "incident_id": ["INC-2025-07-04-001"], "occurred_at": ["2025-07-04T09:00Z"], "sla_impact": [0.002],
    ...     }),
    ...     start=pd.Timestamp("2025-07-01", tz="UTC"),
    ...     end=pd.Timestamp("2025-10-01", tz="UTC"),
    ...     freq="M",
    ... )
    >>> impact[["stated", "derived", "implied_window"]]
       stated   derived   implied_window
    0   0.002  0.001344 20 days 20:00:00
    """
    need_window(start, end)
    need_instant("as_of", as_of)
    need_columns(incidents, *_INCIDENT, "sla_impact")
    rows = in_window(incidents, start, end).sort_values(["occurred_at", "incident_id"], ignore_index=True)
    bounds = _windows_of(rows["occurred_at"], start, end, freq=freq, timezone=timezone)
    found = _outages(outages, rows, as_of=end if as_of is None else as_of, severities=None)
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
            "derived": (downtime / length).astype(RATIO),
            "derived_weighted": (weighted / length).astype(RATIO),
            "downtime": downtime,
            "implied_window": _span(_microseconds(downtime) / stated.where(stated > 0)),
        }
    )


def _windows(start: pd.Timestamp, end: pd.Timestamp, *, freq: str | None, timezone: str) -> list[Period]:
    """Return the windows of a frequency: periods cut to ``start`` and ``end``, or the days up to each midnight."""
    if freq is None:
        return [Period("", start.tz_convert("UTC"), end.tz_convert("UTC"))]
    if days := _days(freq):
        first, last = (bound.tz_convert(timezone).tz_localize(None).normalize() for bound in (start, end))
        midnights = pd.date_range(first, last)
        names = [f"{midnight - pd.Timedelta(days=days):%Y-%m-%d}/{midnight:%Y-%m-%d}" for midnight in midnights]
        rolling = [Period.parse(name, timezone=timezone) for name in names]
        if windows := [window for window in rolling if start < window.end <= end]:
            return windows
        raise PeriodError(f"no midnight of {timezone} from {start} to {end}; a window of {freq} ends at one")
    _, names = assign_periods(pd.Series(dtype=INSTANT), freq, start=start, end=end, timezone=timezone)
    periods = [period_named(name, freq, timezone=timezone) for name in names]
    return [
        Period(period.name, max(period.start, start).tz_convert("UTC"), min(period.end, end).tz_convert("UTC"))
        for period in periods
    ]


def _windows_of(
    instants: pd.Series, start: pd.Timestamp, end: pd.Timestamp, *, freq: str | None, timezone: str
) -> pd.DataFrame:
    """Return start and end of the window of a frequency that each instant belongs to."""
    if freq is None:
        windows = [Period("", start, end)] * len(instants)
    elif days := _days(freq):
        dates = instants.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
        names = [f"{day:%Y-%m-%d}/{day + pd.Timedelta(days=days):%Y-%m-%d}" for day in dates]
        windows = [Period.parse(name, timezone=timezone) for name in names]
    else:
        periods, _ = assign_periods(instants, freq, start=start, end=end, timezone=timezone)
        windows = [period_named(name, freq, timezone=timezone) for name in periods]
    return pd.DataFrame(
        {
            "start": pd.Series([window.start.tz_convert("UTC") for window in windows], dtype=INSTANT),
            "end": pd.Series([window.end.tz_convert("UTC") for window in windows], dtype=INSTANT),
        }
    )


def _days(freq: str) -> int:
    """Return the length of a rolling window in days, 0 for a frequency of the calendar."""
    match = re.fullmatch(r"([1-9]\d{0,3})D", freq)
    return int(match[1]) if match else 0


def _microseconds(spans: pd.Series) -> pd.Series:
    return spans.astype("int64").where(spans.notna()).astype(RATIO)


def _span(microseconds: pd.Series) -> pd.Series:
    """Return spans to the microsecond, NA for what is longer than a span can be."""
    known = microseconds.where(microseconds < _LONGEST)
    whole = known.fillna(0).round().to_numpy(dtype=np.int64).astype("timedelta64[us]")
    return pd.Series(whole, index=microseconds.index).where(known.notna())


def _planned(maintenance: pd.DataFrame | Sequence[tuple[str, datetime, datetime]]) -> pd.DataFrame:
    """Return planned maintenance as intervals of weight 1."""
    columns = ["service", "start", "end"]
    given = maintenance if isinstance(maintenance, pd.DataFrame) else pd.DataFrame(list(maintenance), columns=columns)
    need_columns(given, *columns)
    for first, past in zip(given["start"], given["end"], strict=True):
        need_window(pd.Timestamp(first), pd.Timestamp(past))
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


def _add_budget(measured: pd.DataFrame, targets: Mapping[str, float]) -> None:
    """Add to what `_measure` returns the target of each service, its budget and what is left of that."""
    target = pd.Series([targets.get(service) for service in measured["service"]], index=measured.index, dtype=RATIO)
    measured["target"] = target
    measured["budget"] = _span(_microseconds(measured["window"]) * (1 - target))
    measured["budget_left"] = measured["budget"] - measured["downtime"]


def _measure(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    as_of: pd.Timestamp | None,
    declared: Iterable[str],
    severities: Sequence[str] | None,
    minimum_outage: timedelta,
    maintenance: pd.DataFrame | Sequence[tuple[str, datetime, datetime]],
    members: bool,
    freq: str | None,
    timezone: str,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what `downtime` does, and how much of each window and of its downtime lies before ``as_of``.

    Beside it the intervals of downtime and of maintenance that it rests on, by the number of their row.
    """
    need_window(start, end)
    need_instant("as_of", as_of)
    need_columns(services, "incident_id", "service", "affected")
    planned = _planned(maintenance)
    windows = _windows(start, end, freq=freq, timezone=timezone)
    as_of = (end if as_of is None else as_of).tz_convert("UTC").as_unit("us")
    impacts = _outages(outages, incidents, as_of=as_of, severities=severities)
    affected = services.loc[services["affected"].fillna(value=False), ["incident_id", "service"]].drop_duplicates()
    impacts = impacts.merge(affected, on="incident_id", how="left")  # an incident without a service has its row too
    chosen = [
        _belonging(impacts, window.start, window.end, minimum_outage).assign(window=number)
        for number, window in enumerate(windows)
    ]
    impacts = pd.concat(chosen, ignore_index=True)

    names = sorted({*levels(services["service"]), *declared, *planned["service"]})
    columns = {"service": names, "window": range(len(windows))}
    groups, impacts["number"] = group_rows(impacts, list(columns), columns)
    bounds = pd.DataFrame(
        {
            "period": pd.Series([window.name for window in windows], dtype=TEXT),
            "start": pd.Series([window.start for window in windows], dtype=INSTANT),
            "end": pd.Series([window.end for window in windows], dtype=INSTANT),
        }
    )
    groups = groups.join(bounds, on="window").drop(columns=["window"] if freq else ["window", "period"])

    down = impacts.loc[impacts["is_counted"], _INTERVAL]
    planned = planned.merge(groups[["service"]].assign(number=groups.index), on="service")[_INTERVAL]
    window, total, weighted = _time_down(down, planned, groups)
    seen = groups["end"].where(groups["end"] < as_of, as_of)
    reached = groups.assign(end=seen.where(seen > groups["start"], groups["start"]))

    numbers = impacts["number"].to_numpy()
    n, n_missing = (
        count_rows(impacts["is_counted"], numbers, groups),
        count_rows(~impacts["is_counted"], numbers, groups),
    )
    # Where all that is known is that there were outages, their length is unknown, not zero.
    is_known = (n > 0) | (n_missing == 0)
    total, weighted = total.where(is_known), weighted.where(is_known)
    is_named = groups["service"].notna()
    result = groups.assign(
        window=window,
        n=n,
        n_missing=n_missing,
        n_open=count_rows(impacts["is_counted"] & impacts["runs_on"], numbers, groups),
        downtime=total,
        availability=(1 - total / window).where(is_named).astype(RATIO),
        downtime_weighted=weighted,
        availability_weighted=(1 - weighted / window).where(is_named).astype(RATIO),
        **dict(zip(_REACHED, _time_down(down, planned, reached), strict=True)),
    )
    if members:
        result["incident_ids"] = member_ids(impacts, numbers, groups)
    return result, down, planned


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
    need_columns(outages, "incident_id", "started_at", "ended_at")
    need_instants(outages, "started_at", "ended_at")
    need_columns(incidents, *_INCIDENT)
    facts = incidents[_INCIDENT]
    nobody = (facts["affected_users"] == 0) | (facts["affected_users_fraction"] == 0)
    facts = facts[~nobody.fillna(value=False)]
    if severities is not None:
        for severity in severities:
            need_name("severity", severity, levels(incidents["severity"]))
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
