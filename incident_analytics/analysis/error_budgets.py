"""How much of its error budget each service has spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import pandas as pd

from incident_analytics.analysis.outages import (
    Impacts,
    Maintenance,
    as_microseconds,
    as_span,
    covered_time,
    cut_into_segments,
    known_part,
    numbered_by_row,
)
from incident_analytics.errors import SettingsError
from incident_analytics.periods import BudgetWindow, Period, Unit
from incident_analytics.schema import FLOAT, INSTANT

__all__ = [
    "add_budget",
    "budget_burn_down",
    "budget_states",
    "budget_windows",
    "checked_targets",
    "sla_impact",
]


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
    targets = checked_targets(targets or {})
    known = known_part(within, as_of)
    pieces = [
        (piece, whole)
        for part in (known.split(every) if every else [known])
        for piece, whole in budget_windows(part, within, window)
    ]
    parts = [piece for piece, _ in pieces]
    so_far = [Period(whole.name, whole.start, piece.end, whole.timezone) for piece, whole in pieces]
    impacts = Impacts(
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
    add_budget(impact, spent, [whole for _, whole in pieces], targets, impacts.planned)
    impact["elapsed"] = spent["window"]
    elapsed, allowed = as_microseconds(spent["window"]), 1 - impact["target"].where(impact["target"] < 1)
    remaining = as_microseconds(impact["window_end"] - spent["end"])
    for weighted in ("", "_weighted"):
        pace = as_microseconds(spent[f"downtime{weighted}"]) / elapsed.where(elapsed > 0)
        impact[f"burn_rate{weighted}"] = pace / allowed
        left = as_microseconds(impact[f"budget_left{weighted}"]).clip(lower=0)
        # A service that is down now spends its budget by the clock; how heavily it is hit is known for the past alone.
        lasts = (left / pace).mask(impact["n_open"] > 0, pd.NA if weighted else left)
        impact[f"time_to_exhaustion{weighted}"] = as_span(lasts.where(lasts < remaining))
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
    targets = checked_targets(targets)
    known = known_part(within, as_of)
    pieces = budget_windows(known, within, window)
    so_far = [Period(whole.name, whole.start, piece.end, whole.timezone) for piece, whole in pieces]
    impacts = Impacts(
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
    add_budget(measured, measured, [whole for _, whole in pieces], targets, impacts.planned)
    measured = measured.rename(columns={"window_start": "start", "window_end": "end"})
    numbered = measured.drop(columns=["downtime", "part"]).rename_axis("number").reset_index()
    reached = numbered[["number", "start", "as_of"]].set_axis(["number", "started_at", "ended_at"], axis="columns")
    # Intervals of weight 0 cut the time into the same segments without counting in any.
    idle = pd.concat([down, reached]).assign(weight=0.0)
    bounds = numbered[["start", "as_of"]].set_axis(["start", "end"], axis="columns")
    segments = cut_into_segments(pd.concat([down.assign(weight=1.0), planned, idle]), bounds)
    segments["spent"] -= cut_into_segments(pd.concat([planned, idle]), bounds)["spent"]
    segments["spent"] = segments.groupby("number")["spent"].cumsum()

    origins = numbered[["number", "start"]].set_axis(["number", "at"], axis="columns").assign(spent=0.0)
    points = pd.concat([origins, segments]).sort_values(["number", "at"], kind="stable")
    rows = numbered[numbered["target"].notna()].merge(points, on="number")
    rows["downtime"] = as_span(rows["spent"].where(rows["budget_left"].notna()).astype(FLOAT))
    rows["budget_left"] = rows["budget"] - rows["downtime"]
    budget = as_microseconds(rows["budget"])
    rows["share_left"] = as_microseconds(rows["budget_left"]) / budget.where(budget > 0)
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


def budget_states(sla: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return which rows are certainly over their budget, which are within it, and which can't be judged.

    What is left is an upper bound where the length of some outages is unknown, or months have no reports, which
    ``window_n_silent`` counts if it is there: such a row can be over, never within.
    """
    known = sla["budget_left"].notna()
    over = (sla["budget_left"] < pd.Timedelta(0)).fillna(value=False)
    within = known & ~over & (sla["window_n_missing"] + sla.get("window_n_silent", 0) == 0)
    return over, within, sla["budget"].notna() & ~over & ~within


def budget_windows(part: Period, within: Period, window: BudgetWindow | None) -> list[tuple[Period, Period]]:
    """Return the pieces of a part, each with its budget window; without one that is the whole period."""
    return [(part, within)] if window is None else part.budget_windows(window)


def checked_targets(targets: Mapping[str, float]) -> dict[str, float]:
    """Return targets that are fractions; raise where one is not."""
    for service, fraction in targets.items():
        if not 0 < fraction <= 1:
            raise SettingsError(
                f"target {fraction:g} of {service!r} is not above 0 and at most 1; write 0.999 for 99.9%"
            )
    return dict(targets)


def add_budget(
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
    excluded, _ = covered_time(numbered_by_row(planned, impact), bounds)
    impact["target"] = target
    impact["window_start"], impact["window_end"] = bounds["start"], bounds["end"]
    impact["window_n_missing"] = spent["n_missing"]
    impact["budget"] = as_span(as_microseconds(bounds["end"] - bounds["start"] - excluded) * (1 - target))
    for weighted in ("", "_weighted"):
        impact[f"budget_left{weighted}"] = impact["budget"] - spent[f"downtime{weighted}"]
