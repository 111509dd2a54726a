"""Downtime, availability and error budgets, and what incidents cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pandas as pd

from incident_analytics.analysis.availability import stated_impact
from incident_analytics.analysis.budget_ranges import budget_range
from incident_analytics.analysis.costs import cost_totals
from incident_analytics.analysis.error_budgets import budget_burn_down, budget_states, sla_impact
from incident_analytics.analysis.outages import usable_outages
from incident_analytics.figures import read_from
from incident_analytics.periods import BudgetWindow, Period, Unit
from incident_analytics.schema import COUNT, TEXT
from incident_analytics.scope import Scope

__all__ = [
    "availability",
    "budget",
    "budget_bounds",
    "by_team",
    "costs",
    "impact",
    "longest_outage",
    "reported_impact",
    "with_bounds",
    "with_downtime",
]


def _budgets(scope: Scope) -> dict[str, Any]:
    settings = scope.settings
    return {
        "services": scope.everything.services,
        "incidents": scope.everything.incidents,
        "targets": {
            service: target
            for service, target in settings.targets.items()
            if scope.services is None or service in scope.services
        },
        "severities": settings.sla.severities,
        "minimum_outage": settings.sla.minimum_outage,
        "maintenance": [(planned.service, planned.start, planned.end) for planned in settings.maintenance],
        "within": scope.period,
        "window": settings.sla.window if settings.targets else None,
        "as_of": scope.as_of,
    }


@read_from("outages", "services", "users", "severity", of="everything")
def impact(
    scope: Scope,
    *,
    every: Unit | None = None,
    window: BudgetWindow | Literal["settings"] | None = "settings",
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Compare the downtime of each service with its error budget.

    Parameters
    ----------
    scope
        What is reviewed.
    every
        Cut the period at these units as well as at the budgets' windows.
    window
        What the budgets run over: as the settings say, another window, or None for the whole period.
    within
        Another period than the scope's, one before it.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        `sla_impact` of the scope's services, over the windows that ``[sla] window`` sets. It counts every known
        incident, of whatever severity and team: to leave some out would show a service as up. Downtime, availability,
        what is left and the pace are NA in a part in which no incident of any service was reported: nobody knows
        whether nothing happened or nothing was written down. ``n_silent`` and ``window_n_silent``, int64, count the
        months of the part, and of the budget's window so far, that no reports cover: where there are some, downtime is
        a lower bound, availability and what is left are upper ones.
    """
    table = sla_impact(
        scope.everything.outages,
        **_budgets(scope)
        | ({} if window == "settings" else {"window": window})
        | ({} if within is None else {"within": within}),
        declared=scope.settings.services,
        every=every,
        members=members,
    )
    if scope.services is not None:
        table = table[table["service"].isin(scope.services)].reset_index(drop=True)
    parts = [Period(*bounds) for bounds in table[["period", "start", "end"]].drop_duplicates().itertuples(index=False)]
    silent = [part.name for part in scope.silent(parts)]
    unknown = table["period"].isin(silent) & (table["n"] + table["n_missing"] == 0)
    for column in ("downtime", "availability", "budget_left", "burn_rate", "time_to_exhaustion"):
        for name in (column, f"{column}_weighted"):
            table[name] = table[name].mask(unknown)
    for prefix, start in (("", "start"), ("window_", "window_start")):
        table.insert(
            list(table).index(f"{prefix}n_missing") + 1, f"{prefix}n_silent", _n_silent(scope, table, start, "end")
        )
    return table


def _n_silent(scope: Scope, table: pd.DataFrame, start: str, end: str) -> pd.Series:
    """Count the months between two instants of each row that no reports cover."""
    spans = list(zip(table[start], table[end], strict=True))
    zone = scope.window.timezone
    silent = {(first, past): len(scope.silent_months(Period("", first, past, zone))) for first, past in set(spans)}
    return pd.Series([silent[span] for span in spans], index=table.index, dtype="int64")


def with_downtime(scope: Scope, incidents: pd.DataFrame) -> pd.Series:
    """Return which incidents count as downtime: of a severity of ``[sla] severities``, and not of 0 users."""
    severities = scope.settings.sla.severities
    counted = usable_outages(
        scope.everything.outages, scope.everything.incidents, as_of=scope.as_of, severities=severities
    )
    return incidents["incident_id"].isin(counted["incident_id"])


@read_from("outages", "services", "users", "severity", of="everything")
def availability(scope: Scope) -> pd.DataFrame:
    """Return `impact` over the whole window, whatever the budgets' windows: a row a service."""
    return impact(scope, window=None)


@read_from("outages", "services", "users", "severity", of="everything")
def budget(scope: Scope) -> pd.DataFrame:
    """Return `budget_burn_down` of the services with a target; ``n_silent`` as in `impact`, of the window so far."""
    table = budget_burn_down(scope.everything.outages, **_budgets(scope))
    return table.assign(n_silent=_n_silent(scope, table, "start", "as_of"))


@read_from("outages", of="everything", since="all")
def longest_outage(scope: Scope) -> timedelta | None:
    """Return how long the longest outage of known length lasted, of all services and times; None without one."""
    outages = scope.everything.outages
    longest = (outages["ended_at"] - outages["started_at"]).max()
    return None if pd.isna(longest) or longest <= pd.Timedelta(0) else longest


@read_from("outages", "services", "users", "severity", "times", of="everything")
def budget_bounds(scope: Scope, *, every: Unit | None = None) -> pd.DataFrame:
    """Return `budget_range` of the services with a target, an outage without an end lasting as the longest known one.

    It is NA in a part in which no incident of any service was reported, and has no high end where no reports cover a
    month of the window so far.
    """
    table = budget_range(
        scope.everything.outages,
        **_budgets(scope),
        readings=scope.everything.readings,
        every=every,
        longest=longest_outage(scope),
    )
    parts = [Period(*bounds) for bounds in table[["period", "start", "end"]].drop_duplicates().itertuples(index=False)]
    silent = [part.name for part in scope.silent(parts)]
    unknown = table["period"].isin(silent) & (table["n"] + table["n_unended"] == 0)
    is_partial = _n_silent(scope, table, "window_start", "end") > 0
    for column in [name for name in map(str, table) if name.startswith("budget_spent")]:
        table[column] = table[column].mask(unknown | (is_partial & (not column.endswith("_low"))))
    return table


def with_bounds(scope: Scope, table: pd.DataFrame, every: Unit | None = None) -> pd.DataFrame:
    """Add the share of the budget that was spent, with its range, before the incidents."""
    bounds = budget_bounds(scope, every=every)
    columns = [name for name in bounds if str(name).startswith("budget_spent")]
    found = table.merge(bounds[["service", "period", *columns]], on=["service", "period"], how="left")
    return found[[*table.columns.drop("incident_ids"), *columns, "incident_ids"]]


@read_from("sla_impact", "outages", "users")
def reported_impact(scope: Scope) -> pd.DataFrame:
    """Return `stated_impact` of the window's incidents whose reports give an SLA impact."""
    table = stated_impact(
        scope.reviewed.outages,
        incidents=scope.reviewed.incidents,
        within=scope.window,
        window=scope.settings.sla.window,
        as_of=scope.as_of,
    )
    return table[table["stated"].notna()].reset_index(drop=True)


@read_from("outages", "services", "severity", of="everything")
def by_team(scope: Scope) -> pd.DataFrame:
    """Count the services, the overspent error budgets and the incidents of each team that the settings name.

    Returns
    -------
    pandas.DataFrame
        A row a team: team, str; n, int64, incidents of the window that affected one of its services; n_services, int64;
        n_over, Int64, of these with a target the ones over an error budget, NA where none can be judged. Empty where
        the settings name no team.
    """
    teams = {name: service.team for name, service in scope.settings.services.items() if service.team}
    if scope.services is not None:
        teams = {name: team for name, team in teams.items() if name in scope.services}
    services = scope.reviewed.services
    services = services[services["affected"].fillna(value=False)]
    affected = services.assign(team=services["service"].map(teams)).drop_duplicates(["incident_id", "team"])
    table = impact(scope)
    over, within, _ = budget_states(table)
    judged, spent = (set(table.loc[rows, "service"]) for rows in (over | within, over))
    rows = []
    for team in dict.fromkeys(teams.values()):
        own = {name for name, each in teams.items() if each == team}
        n = int((affected["team"] == team).sum())
        rows.append((team, n, len(own), len(own & spent) if own & judged else None))
    columns = {"team": TEXT, "n": "int64", "n_services": "int64", "n_over": COUNT}
    return pd.DataFrame(
        {name: pd.Series([row[i] for row in rows], dtype=dtype) for i, (name, dtype) in enumerate(columns.items())}
    )


@read_from("costs")
def costs(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Return `cost_totals` of the window's incidents, whatever the status of their reports."""
    return cost_totals(scope.reviewed.costs, incidents=scope.reviewed.incidents, members=members)
