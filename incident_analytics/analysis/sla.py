"""How long services were down, and what that leaves of their error budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import (
    count_rows,
    group_rows,
    levels,
    member_ids,
    need_name,
    need_window,
)
from incident_analytics.model import INSTANT, RATIO, SPAN, TEXT, need_columns, need_instant

__all__ = ["downtime", "sla_impact"]

_MICROSECOND = pd.Timedelta(microseconds=1)
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

    Returns
    -------
    pandas.DataFrame
        A row for every service, sorted by name:

        - service, str
        - start, end, datetime64[us, UTC]: the window
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
        it had affected everybody. Availability is NA where maintenance fills the window. Incidents that
        name no affected service have a row of service NA where there are such, with availability NA.

    Raises
    ------
    PeriodError
        ``the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty``
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
    need_window(start, end)
    need_instant("as_of", as_of)
    need_columns(services, "incident_id", "service", "affected")
    planned = _planned(maintenance)
    start, end, as_of = (instant.tz_convert("UTC") for instant in (start, end, end if as_of is None else as_of))
    impacts = _impacts(
        outages,
        services,
        incidents,
        start=start,
        end=end,
        as_of=as_of,
        severities=severities,
        minimum_outage=minimum_outage,
    )
    names = sorted({*levels(services["service"]), *declared, *planned["service"]})
    groups, impacts["number"] = group_rows(impacts, ["service"], {"service": names})
    planned = planned.merge(groups.assign(number=groups.index), on="service")

    down = impacts.loc[impacts["is_counted"], _INTERVAL]
    excluded = _weighted_time(planned[_INTERVAL], len(groups), start=start, end=end)
    window = (end - start - excluded).astype(SPAN)
    # Maintenance weighs as much as an outage of everybody: without it, what is left lies outside of it.
    united = pd.concat([down.assign(weight=1.0), planned[_INTERVAL]])
    total = _weighted_time(united, len(groups), start=start, end=end) - excluded
    weighted = _weighted_time(pd.concat([down, planned[_INTERVAL]]), len(groups), start=start, end=end) - excluded

    numbers = impacts["number"].to_numpy()
    is_named = groups["service"].notna()
    result = groups.assign(
        start=pd.Series(start, index=groups.index, dtype=INSTANT),
        end=pd.Series(end, index=groups.index, dtype=INSTANT),
        window=window,
        n=count_rows(impacts["is_counted"], numbers, groups),
        n_missing=count_rows(~impacts["is_counted"], numbers, groups),
        n_open=count_rows(impacts["is_counted"] & impacts["runs_on"], numbers, groups),
        downtime=total,
        availability=(1 - total / window).where(is_named).astype(RATIO),
        downtime_weighted=weighted,
        availability_weighted=(1 - weighted / window).where(is_named).astype(RATIO),
    )
    if members:
        result["incident_ids"] = member_ids(impacts, numbers, groups)
    return result


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
) -> pd.DataFrame:
    """Set the downtime of each service against its error budget.

    Parameters
    ----------
    outages, services, incidents, start, end, as_of, declared, severities, minimum_outage, maintenance, members
        As in `downtime`.
    targets
        The target availability of each service that has one, as a fraction: ``{"API": 0.999}``.

    Returns
    -------
    pandas.DataFrame
        The columns of `downtime`, for the services of ``targets`` too, and

        - target, Float64
        - budget, timedelta64[us]: the downtime that the target allows, ``(1 - target) * window``
        - budget_left, timedelta64[us]: ``budget - downtime``, negative where the target is missed
        - budget_left_weighted, timedelta64[us]: ``budget - downtime_weighted``
        - incident_ids, tuple of str, where asked for

        Target and budgets are NA for a service without a target. The budget is that of the whole window also where
        ``as_of`` lies within it.

    Raises
    ------
    PeriodError, ColumnsError, UnknownNameError
        As `downtime`.

    References
    ----------
    B. Beyer and others (eds), Site Reliability Engineering (2016), chapter 3, "Motivation for Error Budgets",
    https://sre.google/sre-book/embracing-risk/.

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
    targets = dict(targets or {})
    impact = downtime(
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
    )
    target = pd.Series([targets.get(service) for service in impact["service"]], index=impact.index, dtype=RATIO)
    allowed = impact["window"].astype("int64") * (1 - target)
    impact["target"] = target
    impact["budget"] = pd.to_timedelta(allowed.round(), unit="us").astype(SPAN)
    impact["budget_left"] = impact["budget"] - impact["downtime"]
    impact["budget_left_weighted"] = impact["budget"] - impact["downtime_weighted"]
    if members:
        impact["incident_ids"] = impact.pop("incident_ids")
    return impact


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


def _impacts(
    outages: pd.DataFrame,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    *,
    start: pd.Timestamp,
    end: pd.Timestamp,
    as_of: pd.Timestamp,
    severities: Sequence[str] | None,
    minimum_outage: timedelta,
) -> pd.DataFrame:
    """Return the outages of each service that belong to the window, with whether they can be counted."""
    need_columns(outages, "incident_id", "started_at", "ended_at")
    need_columns(incidents, *_INCIDENT)
    facts = incidents[_INCIDENT]
    nobody = (facts["affected_users"] == 0) | (facts["affected_users_fraction"] == 0)
    facts = facts[~nobody.fillna(value=False)]
    if severities is not None:
        for severity in severities:
            need_name("severity", severity, levels(incidents["severity"]))
        facts = facts[facts["severity"].isin(severities) | facts["severity"].isna()]
    affected = services.loc[services["affected"].fillna(value=False), ["incident_id", "service"]].drop_duplicates()
    # Left joins: an incident without an outage, or without a service, has its row too.
    impacts = facts.merge(outages[["incident_id", "started_at", "ended_at"]], on="incident_id", how="left")
    impacts = impacts.merge(affected, on="incident_id", how="left")

    started, ended = impacts["started_at"], impacts["ended_at"]
    runs_on = started.notna() & ended.isna() & impacts["is_open"].fillna(value=False)
    belongs_at = started.fillna(ended).fillna(impacts["occurred_at"])
    ended = ended.mask(runs_on, started.where(started > as_of, as_of))
    is_usable = ended >= started
    if severities is not None:
        is_usable &= impacts["severity"].notna()
    is_counted = is_usable & (started < end) & ((ended > start) | (started >= start))
    is_counted &= ended - started >= pd.Timedelta(minimum_outage)
    is_missing = ~is_usable & (belongs_at >= start) & (belongs_at < end)
    impacts = impacts.assign(
        ended_at=ended,
        weight=impacts["affected_users_fraction"].fillna(1.0).astype("float64"),
        runs_on=runs_on,
        is_counted=is_counted,
    )
    return impacts[is_counted | is_missing]


def _weighted_time(intervals: pd.DataFrame, services: int, *, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    """Add up each service's time in the window, every moment weighted by the heaviest interval that covers it.

    All services lie one behind the other on one axis, which the ends of the intervals cut into segments. An interval
    covers a run of segments; two runs as long as a power of two, one from its first segment and one up to its last,
    cover the same. So the heaviest weights are noted at runs, and runs halved until they are single segments: a
    sparse table filled from the top.
    """
    width = (end - start) // _MICROSECOND
    number = intervals["number"].to_numpy(dtype=np.int64)
    weight = intervals["weight"].to_numpy(dtype=np.float64)
    bounds = [
        number * width + ((intervals[column] - start) // _MICROSECOND).clip(0, width).to_numpy(dtype=np.int64)
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
    weighted = np.diff(cuts) * heaviest[:-1]
    total = np.bincount(cuts[:-1] // width, weights=weighted, minlength=services)
    return pd.Series(np.rint(total).astype(np.int64).astype("timedelta64[us]"))
