"""A scope -> result tables, as the settings define them. The only caller that knows both settings and analyses."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, Literal

import pandas as pd

from incident_analytics.analysis.actions import action_ages, action_completion, overdue_actions
from incident_analytics.analysis.availability import stated_impact
from incident_analytics.analysis.budget_ranges import budget_range
from incident_analytics.analysis.calendar_pattern import start_hours, start_times
from incident_analytics.analysis.comparison import compare_medians, compare_periods
from incident_analytics.analysis.completion_times import action_survival
from incident_analytics.analysis.control_charts import control_chart
from incident_analytics.analysis.costs import cost_totals
from incident_analytics.analysis.definitions import definition_sensitivity
from incident_analytics.analysis.error_budgets import budget_burn_down, budget_states, sla_impact
from incident_analytics.analysis.gaps import mean_time_between, time_between
from incident_analytics.analysis.grouping import assign_periods, levels, with_field
from incident_analytics.analysis.interruptions import failing_together, team_interruptions
from incident_analytics.analysis.mix import mean_change_by_mix
from incident_analytics.analysis.origins import origin_shares, with_labels
from incident_analytics.analysis.outages import usable_outages
from incident_analytics.analysis.prevention import class_completion, due_times, preventive_items
from incident_analytics.analysis.process import milestones_recorded, report_times, unreported_incidents
from incident_analytics.analysis.rates import compare_rates, count_dispersion, severity_rates
from incident_analytics.analysis.ratings import incident_impacts, near_twins, out_of_line, severity_agreement
from incident_analytics.analysis.repeats import items_at_repeat, recurrence_change, repeat_incidents, repeat_rate
from incident_analytics.analysis.response import (
    metric_names,
    response_summary,
    response_times,
    span_grades,
    with_services,
)
from incident_analytics.analysis.scorecard import team_changes
from incident_analytics.analysis.second_records import times_by_record
from incident_analytics.analysis.severity import severity_counts
from incident_analytics.analysis.statistics import holm
from incident_analytics.analysis.themes import recurring_factors
from incident_analytics.analysis.trends import rate_trend
from incident_analytics.errors import SettingsError, UnknownNameError
from incident_analytics.figures import read_from
from incident_analytics.formatting import format_amount
from incident_analytics.names import did_you_mean, unknown_name
from incident_analytics.periods import UNITS, BudgetWindow, Period, Unit
from incident_analytics.records import NO_TEAMS
from incident_analytics.results import FIELD
from incident_analytics.schema import COUNT, FLAG, FLOAT, LABELS, MILESTONES, SPAN, TEXT
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = [
    "KINDS",
    "ages",
    "availability",
    "between",
    "budget",
    "budget_bounds",
    "by_record",
    "by_team",
    "changes",
    "classes",
    "compare",
    "completion",
    "control",
    "costs",
    "counts",
    "definitions",
    "dispersion",
    "due",
    "gaps",
    "hours",
    "impact",
    "instants_used",
    "interrupted",
    "longest_outage",
    "measure",
    "misrated",
    "mix",
    "n_open_undated",
    "origins",
    "overdue",
    "overdue_by_owner",
    "preventive",
    "process",
    "rates",
    "ratings",
    "record_differences",
    "recorded",
    "records",
    "recurrence",
    "repeats",
    "repeats_rate",
    "reported_impact",
    "response",
    "scorecard",
    "scorecard_changes",
    "sources",
    "start_shares",
    "steps",
    "survival",
    "themes",
    "times",
    "together",
    "trend",
    "twins",
    "unreported",
    "with_downtime",
]

_FIELD: Final = f"{FIELD}NAME"
_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "response": ("severity", "service", "team", *LABELS, *UNITS, _FIELD),
        "severity": ("severity", "service", "team", *LABELS, *UNITS, _FIELD),
        "sla": ("service", "team", *UNITS),
        "actions": ("owner", "priority", "severity", "service", "team", "origin", "class", *LABELS, *UNITS, _FIELD),
        "costs": ("severity", "service", "team", *LABELS, *UNITS, _FIELD),
        "themes": ("severity", "service", "team", *UNITS, _FIELD),
        "repeats": UNITS,
        "interruptions": (),
        "origins": UNITS,
        "records": (),
        "process": ("severity", "service", "team", *UNITS),
        "ratings": (),
        "teams": (),
    }
)
KINDS: Final = tuple(_BY)
"""The kinds of measures that the verb metrics shows."""

# --- response --------------------------------------------------------------------------------------------------------


def times(scope: Scope) -> pd.DataFrame:
    """Return `response_times` of the completed reports and of what is ongoing, with detected_by and trigger."""
    if "times" not in scope.results:  # which several figures are made from
        measured = response_times(
            scope.completed.incidents,
            metrics=scope.settings.metrics,
            calendar=scope.calendar,
            timeline=scope.completed.timeline,
        )
        scope.results["times"] = with_labels(measured, scope.completed.incidents)
    found: pd.DataFrame = scope.results["times"]
    return found.copy(deep=False)


@read_from("spans", of="completed")
def response(
    scope: Scope,
    *,
    metric: str | None = None,
    by: str | None = None,
    every: Unit | None = None,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise a response metric.

    Parameters
    ----------
    scope
        What is reviewed.
    metric
        The metric; None takes the primary one of the settings.
    by
        ``severity``, ``service``, ``team``, another column of `response_times` or ``field:NAME``; None takes all
        together.
    every
        By calendar unit as well.
    within
        Another period than the scope's window.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        `response_summary`, but a mean is NA where an incident of n is ongoing, as that of the ended ones is too small,
        and a geometric mean also where a span is 0. Then, how much of it was inferred from free text:

        - n_recorded, int64: spans of n whose two instants are recorded, none inferred
        - median_recorded, timedelta64[us]: the median of these alone; NA without any
    """
    metric = metric or scope.settings.primary_metric
    return _response(scope, times(scope), metric=metric, by=by, every=every, within=within, members=members)


def _response(
    scope: Scope,
    measured: pd.DataFrame,
    *,
    metric: str,
    by: str | None = None,
    every: Unit | None = None,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise a metric of the result of `times`, as `response` does."""
    if by == "team":
        by_team = _response(
            dataclasses.replace(scope, completed=_with_teams(scope, scope.completed)),
            measured,
            metric=metric,
            by="service",
            every=every,
            within=within,
            members=members,
        )
        return by_team.rename(columns={"service": "team"})
    options: dict[str, Any] = {
        "metric": metric,
        "by": by,
        "services": scope.completed.services if by == "service" else None,
        "fields": scope.completed.fields,
        "every": every,
        "within": within or scope.window,
        "as_of": scope.as_of,
        "calendar": scope.calendar,
    }
    summary = response_summary(measured, members=members, **options)
    summary = _without_partial_means(summary)
    grades = span_grades(measured, metric=metric, readings=scope.completed.readings)
    recorded = response_summary(measured[(grades == "recorded") & measured[metric].notna()], **options)
    # Both have the same rows but for groups of NA, which occur in one and perhaps not in the other.
    keys = list(summary.columns[: summary.columns.get_loc("n")])
    if keys:
        recorded = summary[keys].merge(recorded, on=keys, how="left")
    n_recorded = (recorded["n"] - recorded["n_open"]).fillna(0).astype("int64")
    summary.insert(list(summary).index("n_missing"), "n_recorded", n_recorded)
    summary.insert(list(summary).index("median_high") + 1, "median_recorded", recorded["median"])
    return summary


def _without_partial_means(summary: pd.DataFrame) -> pd.DataFrame:
    """Leave out the means that not all incidents of n are in: those of the ended ones alone are too small."""
    whole = summary.copy()
    for figure, n_used in (("mean", summary["n"] - summary["n_open"]), ("geometric_mean", summary["n_positive"])):
        for name in (figure, f"{figure}_low", f"{figure}_high"):
            whole[name] = summary[name].mask(n_used < summary["n"])
    return whole


@read_from("spans", of="completed")
def steps(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Summarise every metric of the settings, a row each, named in the first column ``metric``."""
    measured = times(scope)
    summaries = [
        _response(scope, measured, metric=metric, members=members).assign(metric=metric)
        for metric in scope.settings.metrics
    ]
    return _metric_first(pd.concat(summaries, ignore_index=True))


def _metric_first(table: pd.DataFrame) -> pd.DataFrame:
    return table[["metric", *(column for column in table if column != "metric")]]


@read_from("times", of="completed")
def definitions(scope: Scope) -> pd.DataFrame:
    """Return `definition_sensitivity` of the primary metric; a mean is NA as in `response`."""
    metric = scope.settings.primary_metric
    return _without_partial_means(
        definition_sensitivity(
            scope.completed.incidents,
            metrics={metric: scope.settings.metrics[metric]},
            within=scope.window,
            as_of=scope.as_of,
            calendar=scope.calendar,
            timeline=scope.completed.timeline,
        )
    )


@read_from("spans", "severity", of="completed", since="before")
def mix(scope: Scope, earlier: Period) -> pd.DataFrame:
    """Return `mean_change_by_mix` of the primary metric by severity, from an earlier period to this one."""
    return mean_change_by_mix(
        times(scope), metric=scope.settings.primary_metric, by="severity", before=earlier, after=scope.window
    )


@read_from("times")
def records(scope: Scope) -> pd.DataFrame:
    """Return the incident tool's rows of the window: of its incidents, and those of no incident that begin in it.

    Raises
    ------
    SettingsError
        ``no [incident_tool] section of the settings names an export``
    """
    table = scope.tool_records
    if table is None:
        raise SettingsError("no [incident_tool] section of the settings names an export")
    begins = table[[f"{milestone}_at" for milestone in MILESTONES]].min(axis="columns")
    is_known = table["incident_id"].isin(scope.reviewed.incidents["incident_id"])
    own = is_known | (table["incident_id"].isna() & scope.window.holds(begins) & (not scope.chosen))
    return table[own].reset_index(drop=True)


@read_from("times")
def record_differences(scope: Scope) -> pd.DataFrame:
    """Return the times of the window's incidents for which the incident tool's record differs."""
    table = scope.tool_differences
    return table[table["incident_id"].isin(scope.reviewed.incidents["incident_id"])].reset_index(drop=True)


@read_from("spans", of="completed")
def by_record(scope: Scope) -> pd.DataFrame:
    """Return `times_by_record` of the primary metric, of the window's completed reports."""
    metric = scope.settings.metrics[scope.settings.primary_metric]
    return times_by_record(scope.reviewed_completed.incidents, records(scope), metric=metric)


# --- how many, how often ---------------------------------------------------------------------------------------------


@read_from("start", "severity")
def counts(scope: Scope, *, within: Period | None = None, every: Unit = "month") -> pd.DataFrame:
    """Return `severity_counts` of every known incident: 0 in a part that no reports cover, as none was reported."""
    return severity_counts(scope.known.incidents, every=every, within=within or scope.window)


@read_from("start", "severity", since="before")
def rates(scope: Scope, *, within: Period | None = None, every: Unit = "month", members: bool = False) -> pd.DataFrame:
    """Return `severity_rates` of every known incident, which allow for the dispersion of past months.

    In a part of time that no reports cover n is 0, the number of reported incidents, and how often they came is
    unknown: exposure, rate and its interval are NA.
    """
    table = severity_rates(
        scope.known.incidents,
        every=every,
        within=within or scope.window,
        dispersion=dispersion(scope, by="severity"),
        members=members,
    )
    silent = [part.name for part in scope.silent((within or scope.window).split(every))]
    for column in ("exposure", "rate", "rate_low", "rate_high"):
        table[column] = table[column].mask(table["period"].isin(silent))
    return table


@read_from("start", since="before")
def dispersion(scope: Scope, *, by: str | None = None) -> pd.DataFrame:
    """Return `count_dispersion` of the two years before the window, of all incidents or by severity."""
    return count_dispersion(scope.known.incidents, within=scope.past(2), by=by)


@read_from("start", since="before")
def trend(scope: Scope) -> pd.DataFrame:
    """Return `rate_trend` of every known incident of up to two years, as far as reports cover them."""
    history = scope.history(2)
    return rate_trend(scope.known.incidents, within=scope.covered(history) or history, dispersion=dispersion(scope))


@read_from("start")
def gaps(scope: Scope, *, within: Period) -> pd.DataFrame:
    """Return `time_between` of every known incident."""
    return time_between(scope.known.incidents, within=within)


@read_from("start", since="before")
def between(scope: Scope, *, within: Period) -> pd.DataFrame:
    """Return `mean_time_between` of every known incident, up to the end of the months that reports cover."""
    covered = scope.covered(within) or within
    return mean_time_between(gaps(scope, within=within), until=covered.end, dispersion=dispersion(scope))


@read_from("start", since="before")
def control(scope: Scope) -> tuple[pd.DataFrame, str]:
    """Return the control chart of up to two years, and the column charted; months that no reports cover are left out.

    Below one incident a month the time between them is charted, else their number.
    """
    within = scope.history(2)
    by_severity = severity_rates(scope.known.incidents, within=scope.covered(within) or within)
    of_month = by_severity.groupby("period", sort=False)
    monthly = of_month.agg(n=("n", "sum"), exposure=("exposure", "first")).reset_index()
    if monthly["n"].mean() < 1:
        return control_chart(gaps(scope, within=within), value="gap", kind="t"), "gap"
    return control_chart(monthly, value="n", dispersion=dispersion(scope)), "n"


@read_from("start", since="before")
def start_shares(scope: Scope) -> pd.DataFrame:
    """Return `start_times` of the last year's incidents, by the business hours of the settings, else 9 to 17."""
    return start_times(scope.known.incidents, within=scope.history(1), calendar=scope.settings.working_hours)


@read_from("start", since="before")
def hours(scope: Scope) -> pd.DataFrame:
    """Return `start_hours` of the last year's incidents."""
    return start_hours(scope.known.incidents, within=scope.history(1))


@read_from("times", "services")
def interrupted(scope: Scope, *, within: Period | None = None, members: bool = False) -> pd.DataFrame:
    """Return `team_interruptions` of the window's incidents, or of another period: a row a team, none without teams."""
    settings = scope.settings
    calendar = settings.working_hours
    teams = {
        service: team for service, team in _teams(scope).items() if scope.services is None or service in scope.services
    }
    zones = {
        team: settings.teams[team].timezone if team in settings.teams else settings.timezone for team in teams.values()
    }
    return team_interruptions(
        scope.known.incidents,
        scope.known.services,
        teams=teams,
        calendars={team: dataclasses.replace(calendar, timezone=zone) for team, zone in zones.items()},
        within=within or scope.window,
        as_of=scope.as_of,
        members=members,
    )


@read_from("start", "services", of="everything")
def together(scope: Scope, *, within: Period) -> pd.DataFrame:
    """Return `failing_together` of every incident, whatever was chosen: a choice of services would itself pair them."""
    return failing_together(scope.everything.incidents, scope.everything.services, within=within)


# --- service levels --------------------------------------------------------------------------------------------------


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
        whether nothing happened or nothing was written down.
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
    return table


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
    """Return `budget_burn_down` of the services with a target."""
    return budget_burn_down(scope.everything.outages, **_budgets(scope))


def longest_outage(scope: Scope) -> timedelta | None:
    """Return how long the longest outage of known length lasted, of all services and times; None without one."""
    outages = scope.everything.outages
    longest = (outages["ended_at"] - outages["started_at"]).max()
    return None if pd.isna(longest) or longest <= pd.Timedelta(0) else longest


@read_from("outages", "services", "users", "severity", "times", of="everything")
def budget_bounds(scope: Scope, *, every: Unit | None = None) -> pd.DataFrame:
    """Return `budget_range` of the services with a target, an outage without an end lasting as the longest known one.

    It is NA in a part in which no incident of any service was reported.
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
    for column in [name for name in table if str(name).startswith("budget_spent")]:
        table[column] = table[column].mask(unknown)
    return table


def _with_bounds(scope: Scope, table: pd.DataFrame, every: Unit | None = None) -> pd.DataFrame:
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


# --- follow-ups, costs, themes ---------------------------------------------------------------------------------------


@read_from("actions", of="completed")
def completion(
    scope: Scope, *, by: str | None = None, every: Unit | None = None, members: bool = False
) -> pd.DataFrame:
    """Return `action_completion` of the window's action items."""
    return action_completion(
        scope.reviewed_actions,
        as_of=scope.as_of,
        by=by,
        incidents=scope.completed.incidents,
        every=every,
        within=scope.window if every else None,
        members=members,
        fields=scope.completed.fields,
    )


@read_from("actions", of="completed")
def classes(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Return `class_completion` of the window's action items."""
    return class_completion(
        scope.reviewed_actions,
        as_of=scope.as_of,
        incidents=scope.completed.incidents,
        fields=scope.completed.fields,
        members=members,
    )


@read_from("title", "severity", "actions", of="completed")
def preventive(scope: Scope) -> pd.DataFrame:
    """Return `preventive_items` of the window's completed reports; of ongoing incidents nothing is agreed yet."""
    incidents = scope.reviewed_completed.incidents
    over = incidents[~incidents["is_open"].fillna(value=False)]
    return preventive_items(over, scope.reviewed_actions, fields=scope.completed.fields)


@read_from("actions", of="completed")
def due(scope: Scope, *, by: str) -> pd.DataFrame:
    """Return `due_times` of the window's action items, by ``severity`` or ``priority``, against ``[follow_up]``."""
    return due_times(
        scope.reviewed_actions,
        as_of=scope.as_of,
        incidents=scope.completed.incidents,
        targets={severity: timedelta(days=days) for severity, days in scope.settings.follow_up.items()},
        by=by,
    )


@read_from("actions", of="completed", since="all")
def ages(scope: Scope) -> pd.DataFrame:
    """Return `action_ages` of all items so far, by priority."""
    return action_ages(scope.actions, as_of=scope.as_of, by="priority", incidents=scope.so_far.incidents)


@read_from("actions", of="completed", since="all")
def survival(scope: Scope) -> pd.DataFrame:
    """Return `action_survival` of all items so far, by priority."""
    return action_survival(scope.actions, as_of=scope.as_of, by="priority", incidents=scope.so_far.incidents)


@read_from("actions", of="completed", since="all")
def overdue_by_owner(scope: Scope) -> pd.DataFrame:
    """Count the overdue items of all incidents to date by owner.

    Returns
    -------
    pandas.DataFrame
        A row an owner, the one with most first: owner, str, NA of items without one; n_overdue, int64, items known to
        be late; n_overdue_unknown, int64, those past due without a recorded status, which may be done; overdue_by,
        timedelta64[us], the longest of n_overdue, NA without one.
    """
    late = overdue(scope)
    is_known = late["status"].notna()
    late = late.assign(n_overdue=is_known, n_overdue_unknown=~is_known, overdue_by=late["overdue_by"].where(is_known))
    table = late.groupby("owner", dropna=False, as_index=False).agg(
        n_overdue=("n_overdue", "sum"), n_overdue_unknown=("n_overdue_unknown", "sum"), overdue_by=("overdue_by", "max")
    )
    order = ["n_overdue", "n_overdue_unknown", "owner"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)


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


@read_from("actions", of="completed", since="all")
def overdue(scope: Scope) -> pd.DataFrame:
    """Return `overdue_actions` of all items so far."""
    return overdue_actions(scope.actions, as_of=scope.as_of, incidents=scope.so_far.incidents)


@read_from("actions", of="completed", since="all")
def n_open_undated(scope: Scope) -> int:
    """Count the open items of all incidents to date without a due date that can be read: they may be overdue."""
    items = action_completion(scope.actions, as_of=scope.as_of, incidents=scope.so_far.incidents)
    return int(items["n_open_undated"].sum())


@read_from("costs")
def costs(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Return `cost_totals` of the window's incidents, whatever the status of their reports."""
    return cost_totals(scope.reviewed.costs, incidents=scope.reviewed.incidents, members=members)


@read_from("causes", of="completed")
def themes(scope: Scope, *, within: Period | None = None) -> pd.DataFrame:
    """Return `recurring_factors` of the window's completed reports, or of those of another period."""
    corpus = scope.reviewed_completed
    if within is not None:
        corpus = scope.completed.select(within.holds(scope.completed.incidents["occurred_at"]))
    return recurring_factors(corpus.findings, incidents=corpus.incidents)


@read_from("title", "start", "causes", "actions", since="all")
def repeats(scope: Scope) -> pd.DataFrame:
    """Return `items_at_repeat` of the completed reports to date: an earlier incident's report may be of any status."""
    found = repeat_incidents(scope.known.incidents, scope.known.findings)
    found = found[found["incident_id"].isin(scope.so_far.incidents["incident_id"])]
    return items_at_repeat(found, scope.actions, timezone=scope.settings.timezone)


@read_from("title", "start", "causes", "actions", since="all")
def repeats_rate(scope: Scope, *, every: Unit | None = None, members: bool = False) -> pd.DataFrame:
    """Return `repeat_rate` of the window's completed reports."""
    found = repeats(scope)
    return repeat_rate(scope.completed.incidents, found, every=every, within=scope.window, members=members)


@read_from("title", "start", "causes", "actions", since="all")
def recurrence(scope: Scope) -> pd.DataFrame:
    """Return `recurrence_change` of the completed reports to date."""
    return recurrence_change(scope.so_far.incidents, repeats(scope), scope.actions, as_of=scope.as_of)


@read_from("start", "detected_by", "trigger", of="completed")
def origins(
    scope: Scope, field: Literal["detected_by", "trigger"], *, every: Unit | None = None, within: Period | None = None
) -> pd.DataFrame:
    """Return `origin_shares` of the completed reports of the window, or of another period, with incident_ids."""
    completed = scope.completed
    return origin_shares(
        completed.incidents,
        readings=completed.readings,
        field=field,
        every=every,
        within=within or scope.window,
        members=True,
    )


def _origins(scope: Scope, every: Unit | None) -> pd.DataFrame:
    """Return `origins` of both fields: ``measure`` names the field, ``group`` its value."""
    tables = [
        origins(scope, field, every=every).rename(columns={field: "group"}).assign(measure=field)
        for field in ("detected_by", "trigger")
    ]
    table = pd.concat([each.astype({"group": TEXT}) for each in tables], ignore_index=True)
    return table[["measure", *(column for column in table if column != "measure")]]


# --- the process, and the teams --------------------------------------------------------------------------------------


@read_from("times", "sign_offs")
def process(
    scope: Scope,
    *,
    by: str | None = None,
    every: Unit | None = None,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise how long after the restoration reports were discussed and signed, whatever their status.

    The result is that of `response_summary` for each metric of `report_times`, named in the first column ``metric``; a
    mean is NA where a report still waits.
    """
    known = _with_teams(scope, scope.known) if by == "team" else scope.known
    measured = report_times(known.incidents, known.signoffs, timezone=scope.settings.timezone)
    tables = [
        response_summary(
            measured,
            metric=metric,
            by="service" if by == "team" else by,
            services=known.services,
            every=every,
            within=within or scope.window,
            as_of=scope.as_of,
            members=members,
        ).assign(metric=metric)
        for metric in metric_names(measured)
    ]
    table = _metric_first(_without_partial_means(pd.concat(tables, ignore_index=True)))
    return table.rename(columns={"service": "team"}) if by == "team" else table


@read_from("times", "services")
def recorded(
    scope: Scope, *, by: str | None = None, every: Unit | None = None, within: Period | None = None
) -> pd.DataFrame:
    """Return `milestones_recorded` of every known incident, by ``service``, ``team`` or all together."""
    known = _with_teams(scope, scope.known) if by == "team" else scope.known
    table = milestones_recorded(
        known.incidents,
        known.readings,
        by="service" if by == "team" else by,
        services=known.services,
        every=every,
        within=within or scope.window,
    )
    return table.rename(columns={"service": "team"}) if by == "team" else table


@read_from(of="everything", since="all")
def unreported(scope: Scope) -> pd.DataFrame:
    """Return `unreported_incidents` of all reports and the tracker: incidents of files that don't count have one."""
    everything = scope.everything
    return unreported_incidents(
        everything.incidents,
        findings=everything.findings,
        timeline=everything.timeline,
        tracker=scope.tracker,
        known=(*everything.files["path"], *scope.erased),
    )


def _impacts(scope: Scope, within: Period | None) -> pd.DataFrame:
    period = within or scope.window
    rated = scope.known.select(period.holds(scope.known.incidents["occurred_at"]))
    return incident_impacts(rated.incidents, rated.outages, rated.costs)


@read_from("severity", "users", "outages", "costs", "services")
def ratings(scope: Scope, *, within: Period | None = None, members: bool = False) -> pd.DataFrame:
    """Return `severity_agreement` of the window's incidents, or of another period."""
    return severity_agreement(_impacts(scope, within), scope.known.services, members=members)


@read_from("severity", "users", "outages", "services")
def misrated(scope: Scope, *, within: Period | None = None) -> pd.DataFrame:
    """Return `out_of_line` of the window's incidents, or of another period."""
    return out_of_line(_impacts(scope, within), scope.known.services)


@read_from("severity", "users", "outages", "services")
def twins(scope: Scope, *, within: Period | None = None) -> pd.DataFrame:
    """Return `near_twins` of the window's incidents, or of another period."""
    return near_twins(_impacts(scope, within), scope.known.services, scope.known.readings)


@read_from("times", "services", since="before")
def scorecard_changes(scope: Scope) -> pd.DataFrame:
    """Return `team_changes` against the period before; empty where it can't be compared, or without teams."""
    comparison = next((each for each in scope.comparisons[:1] if each.reason is None), None)
    teams = _with_teams(scope, scope.known)
    chosen = teams.services[teams.services["incident_id"] == ""] if comparison is None else teams.services
    return team_changes(
        scope.known.incidents,
        chosen,
        scope.known.readings,
        times=times(scope),
        metric=scope.settings.primary_metric,
        before=comparison.period if comparison else scope.past(1),
        after=scope.window,
        past=scope.past(2),
        as_of=scope.as_of,
        calendar=scope.calendar,
        compare_spans=comparison is not None and comparison.response_reason is None,
    )


@read_from("times", "services", "outages", "actions", since="all")
def scorecard(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Put what a team is asked about into one row each.

    Returns
    -------
    pandas.DataFrame
        A row for each team that the settings name; empty without teams:

        - team, str
        - n, int64: incidents of the window, whatever their reports' status; incidents_arrow, str
        - median, timedelta64[us]: of the primary metric, with n_spans, int64, and n_missing, int64; median_arrow, str
        - n_services, int64; n_over, Int64: of these the ones over their error budget; NA where none can be judged
        - budget_spent, Float64: the largest share of a budget that one of its services has used; NA as n_over
        - n_done, n_open, n_unknown, int64: action items of the window's incidents; completion, Float64
        - n_overdue, n_overdue_unknown, Int64: items of all incidents to date
        - share_recorded, Float64: of the window's milestones; recorded_arrow, str
        - incident_ids, tuple of str, where asked for: the incidents of n

        An arrow is ``up`` or ``down`` where `team_changes` carries it against the period before, else NA. Budgets and
        completion have none: a budget is one number, and items of an earlier period have had longer to be done.
    """
    table = by_team(scope)
    if table.empty:
        return table.assign(incident_ids=[]) if members else table
    teams = table["team"]
    named = _with_teams(scope, scope.known).services
    named = named[named["affected"].fillna(value=False)]
    reviewed = set(scope.reviewed.incidents["incident_id"])
    medians = response(scope, by="team").set_index("team")
    milestones = recorded(scope, by="team").set_index("team")
    budgets = impact(scope)
    budgets = budgets[budgets["budget"] > pd.Timedelta(0)]
    spent = (1 - budgets["budget_left"] / budgets["budget"]).astype(FLOAT).mask(budgets["window_n_missing"] > 0)
    spent = spent.groupby(budgets["service"].map(_teams(scope))).agg(lambda services: services.max(skipna=False))
    found = scorecard_changes(scope).set_index(["team", "measure"])["arrow"]
    items: dict[str, list[Any]] = {}
    for team in teams:
        own = named.loc[named["service"] == team, "incident_id"]
        rows = (scope.reviewed_actions, scope.actions)
        current, to_date = (
            action_completion(
                each[each["incident_id"].isin(own)].reset_index(drop=True),
                as_of=scope.as_of,
                incidents=scope.completed.incidents,
            ).iloc[0]
            for each in rows
        )
        values = {name: current[name] for name in ("n_done", "n_open", "n_unknown", "completion")}
        values |= {name: to_date[name] for name in ("n_overdue", "n_overdue_unknown")}
        values["incident_ids"] = tuple(sorted(reviewed & set(own)))
        for name, value in values.items():
            items.setdefault(name, []).append(value)

    def arrows(measure: str) -> pd.Series:
        return pd.Series([found.get((team, measure)) for team in teams], dtype=TEXT)

    metric = scope.settings.primary_metric
    result = pd.DataFrame(
        {
            "team": teams,
            "n": table["n"],
            "incidents_arrow": arrows("incidents"),
            "median": medians["median"].reindex(teams).to_numpy(),
            "n_spans": medians["n"].reindex(teams, fill_value=0).to_numpy(),
            "n_missing": medians["n_missing"].reindex(teams, fill_value=0).to_numpy(),
            "median_arrow": arrows(metric),
            "n_services": table["n_services"],
            "n_over": table["n_over"],
            "budget_spent": spent.reindex(teams).array,
            **{name: pd.Series(items[name], dtype="int64") for name in ("n_done", "n_open", "n_unknown")},
            "completion": pd.Series(items["completion"], dtype=FLOAT),
            **{name: pd.Series(items[name], dtype=COUNT) for name in ("n_overdue", "n_overdue_unknown")},
            "share_recorded": milestones["share_recorded"].reindex(teams).array,
            "recorded_arrow": arrows("recorded milestones"),
        }
    )
    return result.assign(incident_ids=items["incident_ids"]) if members else result


# --- the verb metrics ------------------------------------------------------------------------------------------------


def measure(scope: Scope, kind: str, *, by: str | None = None) -> pd.DataFrame:
    """Compute one kind of measures.

    Parameters
    ----------
    scope
        What is reviewed.
    kind
        ``response``: every metric, or the primary one by a group. ``severity``: rates by month, or by another unit.
        ``sla``: downtime and error budget a service. ``actions``: completion. ``costs``: totals. ``themes``: what
        recurs in causes and factors. ``repeats``: how many incidents happened before.
        ``interruptions``: when each team's incidents started, and how many at the same time. ``origins``: how incidents
        were detected and what triggered them. ``records``: the primary metric by the reports and by the incident tool.
        ``process``: how long after the restoration reports were discussed and signed. ``ratings``: whether severity
        follows users, downtime and cost. ``teams``: a scorecard.
    by
        ``severity``, ``service``, ``team``, ``owner``, ``priority``, ``origin``, ``class``, ``detected_by``,
        ``trigger``, ``week``, ``month``,
        ``quarter``, ``year`` or ``field:NAME``, in any case, where the kind has it: an incident counts once in each
        service, team and value of its field, and where it has none in a group of its own, which is NA. Service levels
        by team are those of each team's services.

    Returns
    -------
    pandas.DataFrame
        The result of the analysis, with ``incident_ids``: the incidents that each row uses. For ``response`` the
        first column ``metric`` names the metric.

    Raises
    ------
    UnknownNameError
        ``by 'owner' is not one of severity, service, team, week, month, ... for response``, or there are no teams

    Examples
    --------
    >>> from incident_analytics import load
    >>> totals = measure(Scope.of(load("data/real", status="all"), "2021"), "costs")
    >>> totals[["kind", "currency", "total", "n", "n_missing"]].iloc[0].to_dict()
    {'kind': 'lost_revenue', 'currency': 'USD', 'total': 0.0, 'n': 4, 'n_missing': 5}
    """
    if kind not in KINDS:
        raise unknown_name("kind", kind, KINDS)
    by = _group_named(kind, by)
    every = by if by in UNITS else None
    group = None if every else by
    if (by == "team" or kind in {"interruptions", "teams"}) and not _teams(scope):
        raise unknown_name("group", by or "team", [], empty=NO_TEAMS)
    if kind == "response" and by is None:
        return steps(scope, members=True)
    of_group: Mapping[str, Callable[[Corpus], pd.DataFrame]] = {
        "severity": lambda corpus: _rates_of(scope, corpus),
        "actions": lambda corpus: _completion_of(scope, corpus),
        "costs": lambda corpus: cost_totals(corpus.costs, incidents=corpus.incidents, members=True),
        "themes": lambda corpus: recurring_factors(corpus.findings, incidents=corpus.incidents),
    }
    is_own_field = kind == "actions" and by is not None and by.startswith(FIELD)  # an item may have its own value
    if kind in of_group and by is not None and not is_own_field and by not in _ALREADY_BY.get(kind, ()):
        corpus = scope.reviewed if kind in {"severity", "costs"} else scope.reviewed_completed
        return _by_group(scope, corpus, by, of_group[kind])
    tables: Mapping[str, Callable[[], pd.DataFrame]] = {
        "response": lambda: _metric_first(
            response(scope, by=group, every=every, members=True).assign(metric=scope.settings.primary_metric)
        ),
        "severity": lambda: rates(scope, every=every or "month", members=True),
        "sla": lambda: (
            _impact_by_team(scope)
            if by == "team"
            else _with_bounds(scope, impact(scope, every=every, members=True), every)
        ),
        "actions": lambda: (
            classes(scope, members=True) if by == "class" else completion(scope, by=group, every=every, members=True)
        ),
        "costs": lambda: costs(scope, members=True),
        "themes": lambda: themes(scope),
        "repeats": lambda: repeats_rate(scope, every=every, members=True),
        "interruptions": lambda: interrupted(scope, members=True),
        "origins": lambda: _origins(scope, every),
        "records": lambda: by_record(scope),
        "process": lambda: process(scope, by=group, every=every, members=True),
        "ratings": lambda: ratings(scope, members=True),
        "teams": lambda: scorecard(scope, members=True),
    }
    return tables[kind]()


_ALREADY_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"severity": ("severity", *UNITS), "actions": ("owner", "priority", "severity", "origin", "class", *UNITS)}
)
"""The groups that an analysis has by itself."""


def _group_named(kind: str, by: str | None) -> str | None:
    """Return a group as it is called, whatever its case; a field's name stays as it is."""
    if by is None:
        return None
    field = f"{FIELD}{by[len(FIELD) :]}" if by.casefold().startswith(FIELD) else None
    if field and _FIELD in _BY[kind]:
        return field
    found = {name.casefold(): name for name in _BY[kind] if name != _FIELD}.get(by.casefold())
    if found is None:
        groups = ", ".join(_BY[kind]) or "no groups"
        raise UnknownNameError(f"by {by!r} is not one of {groups} for {kind}{did_you_mean(by, _BY[kind])}")
    return found


def _teams(scope: Scope) -> dict[str, str]:
    """Return the team of each service that has one."""
    return {name: service.team for name, service in scope.settings.services.items() if service.team}


def _with_teams(scope: Scope, corpus: Corpus) -> Corpus:
    """Return the tables with the teams in the place of their services."""
    services = corpus.services.assign(service=corpus.services["service"].map(_teams(scope)).astype(TEXT))
    return dataclasses.replace(corpus, services=services.dropna(subset="service"))


def _by_group(scope: Scope, corpus: Corpus, by: str, compute: Callable[[Corpus], pd.DataFrame]) -> pd.DataFrame:
    """Return the result for each group of incidents, with the group in its first column."""
    column, members, labels = _members(scope, corpus, by)
    dtype = members[column].dtype
    tables = []
    for label in [*labels, None] if members[column].isna().any() else labels:
        own = members[column].isna() if label is None else members[column] == label
        table = compute(corpus.select(corpus.incidents["incident_id"].isin(members.loc[own, "incident_id"])))
        table.insert(0, column, pd.Series([label] * len(table), index=table.index, dtype=dtype))
        tables.append(table)
    if not tables:
        table = compute(corpus.select(corpus.incidents["incident_id"].isna()))
        table.insert(0, column, pd.Series(dtype=dtype))
        return table.head(0)
    return pd.concat(tables, ignore_index=True)


def _members(scope: Scope, corpus: Corpus, by: str) -> tuple[str, pd.DataFrame, list[Any]]:
    """Return the column that a group is called by, a row for each incident and group of it, and all groups."""
    ids = corpus.incidents[["incident_id"]]
    if by.startswith(FIELD):
        members, column, labels = with_field(ids, by, scope.known.fields)
        return column, members, labels
    if by in {"service", "team"}:
        named = _with_teams(scope, scope.known) if by == "team" else scope.known
        members, labels = with_services(ids, named.services)
        return by, members.rename(columns={"service": by}), labels
    if by in UNITS:
        periods, parts = assign_periods(corpus.incidents["occurred_at"], by, scope.window)
        return "period", ids.assign(period=periods), list(parts)
    members = with_labels(ids, corpus.incidents) if by in LABELS else corpus.incidents
    return by, members[["incident_id", by]], levels(members[by])


def _rates_of(scope: Scope, corpus: Corpus) -> pd.DataFrame:
    """Return how often incidents of each severity came in the whole window, from a part of its incidents."""
    past = dispersion(scope, by="severity")
    table = severity_rates(corpus.incidents, every="year", within=scope.window, dispersion=past, members=True)
    if not scope.has_reports(scope.window):
        for column in ("exposure", "rate", "rate_low", "rate_high"):
            table[column] = table[column].mask(table["n"] >= 0)
    return table if len(set(table["period"])) > 1 else table.drop(columns="period")


def _completion_of(scope: Scope, corpus: Corpus) -> pd.DataFrame:
    """Return the completion of the window's action items that come from some of its incidents."""
    items = scope.reviewed_actions
    own = items[items["incident_id"].isin(corpus.incidents["incident_id"])].reset_index(drop=True)
    return action_completion(own, as_of=scope.as_of, incidents=scope.completed.incidents, members=True)


def _impact_by_team(scope: Scope) -> pd.DataFrame:
    """Return `impact` with the team of each service in the first column; the services of no team come last."""
    table = _with_bounds(scope, impact(scope, members=True))
    table.insert(0, "team", table["service"].map(_teams(scope)).astype(TEXT))
    return table.sort_values("team", kind="stable", ignore_index=True)


def compare(scope: Scope, kind: str, *, against: Period) -> pd.DataFrame:
    """Compare the response, or how often incidents came, with an earlier period.

    Parameters
    ----------
    scope
        What is reviewed.
    kind
        ``response`` compares every metric, the primary one first; ``severity`` the rates of all incidents and of each
        severity.
    against
        The earlier period.

    Returns
    -------
    pandas.DataFrame
        The result of `compare_periods` or of `compare_rates`; ``sentence`` says it in words.

    Raises
    ------
    UnknownNameError
        ``sla can't be compared; response and severity can``
    PeriodError
        ``the period before, 2025Q3, must end before the one after, 2025Q2, begins``
    """
    settings = scope.settings
    if kind == "response":
        others = [metric for metric in settings.metrics if metric != settings.primary_metric]
        return compare_periods(
            times(scope), metric=settings.primary_metric, before=against, after=scope.window, metrics=others
        )
    if kind == "severity":
        past = dispersion(scope, by="severity")
        table = compare_rates(scope.known.incidents, before=against, after=scope.window, by="severity", dispersion=past)
        return _uncompared(table, scope.reason_against(against))
    raise UnknownNameError(f"{kind} can't be compared; response and severity can")


def _uncompared(table: pd.DataFrame, reason: str | None) -> pd.DataFrame:
    """Keep of a comparison that cannot be made the numbers of reported incidents alone, and say why."""
    if reason is None:
        return table
    compared = table.copy()
    for column in compared.columns.drop(["severity", "n", "n_before", "n_after", "sentence"]):
        compared[column] = compared[column].mask(compared["n"] >= 0)
    names = table["severity"].astype(object).fillna("unknown").astype(str)
    return compared.assign(sentence=(names + f": not compared, as {reason}.").astype(TEXT))


_CHANGES: Final = {
    "measure": TEXT,
    "earlier": TEXT,
    "period": TEXT,
    "n_before": "int64",
    "n_after": "int64",
    "n_open_before": COUNT,
    "n_open_after": COUNT,
    "before": SPAN,
    "after": SPAN,
    "change": FLOAT,
    "change_low": FLOAT,
    "change_high": FLOAT,
    "p_value": FLOAT,
    "detectable_fall": FLOAT,
    "detectable_rise": FLOAT,
    "can_tell": FLAG,
    "dispersion": FLOAT,
}


@read_from("spans", "start", since="before")
def changes(scope: Scope) -> pd.DataFrame:
    """Compare the primary metric and the number of incidents with the earlier periods.

    Parameters
    ----------
    scope
        What is reviewed.

    Returns
    -------
    pandas.DataFrame
        For each comparable earlier period a row for the metric and one for the incidents:

        - measure, str: the metric's name, or ``incidents``
        - earlier, period, str: the periods' names
        - n_before, n_after, int64: the spans, or incidents, of each
        - n_open_before, n_open_after, Int64: of these the ongoing ones; NA for incidents
        - before, after, timedelta64[us]: the medians; NA for incidents
        - change, change_low, change_high, p_value, detectable_fall, detectable_rise, Float64: as in `compare_medians`
          and `compare_rates`
        - can_tell, boolean: as in `compare_medians` and `compare_rates`
        - dispersion, Float64: of incidents what the interval and the p-value allow for; NA where counts are taken as
          Poisson, and of the metric
        - p_adjusted, Float64: p_value adjusted by Holm's method for all rows, so that the chance of any false finding
          among them is at most 5%
        - is_primary, boolean: the metric against the period before

    Notes
    -----
    Simulated where nothing changed, 4 incidents a month, 2,000 reviews of a quarter each: 3.5% report any change if the
    variance of monthly counts is their mean, and 4.0% if it is twice that (standard error 0.4%;
    tests/benchmarks/simulations_screen.py).

    Examples
    --------
    >>> from incident_analytics import load
    >>> compared = changes(Scope.of(load("data/real", status="all"), "2021"))
    >>> compared[["measure", "n_before", "n_after"]].to_dict("split")["data"]
    [['incidents', 8, 9]]
    """
    metric = scope.settings.primary_metric
    measured = times(scope)
    past = dispersion(scope)
    rows: list[dict[Any, Any]] = []
    for comparison in scope.comparisons:
        if comparison.reason is not None:
            continue
        before = comparison.period
        named = {"earlier": before.name, "period": scope.window.name}
        if comparison.response_reason is None:
            compared = compare_medians(
                measured,
                metric=metric,
                before=before,
                after=scope.window,
                as_of=scope.as_of,
                calendar=scope.calendar,
            )
            (span,) = compared.to_dict("records")
            rows.append(span | named | {"measure": metric})
        compared = compare_rates(scope.known.incidents, before=before, after=scope.window, dispersion=past)
        (rate,) = compared.to_dict("records")
        rows.append(rate | named | {"measure": "incidents"})
    table = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=dtype) for name, dtype in _CHANGES.items()}
    )
    table["p_adjusted"] = pd.Series(holm(table["p_value"].to_numpy(dtype=float, na_value=float("nan"))), dtype=FLOAT)
    table["is_primary"] = pd.Series((table["measure"] == metric) & (table.index == 0), dtype=FLAG)
    return table


def sources(scope: Scope, kind: str, row: Mapping[Any, Any]) -> pd.DataFrame:
    """List the lines of the reports that a row of `measure` uses.

    Parameters
    ----------
    scope
        What is reviewed.
    kind
        As for `measure`.
    row
        One of its rows, with ``incident_ids`` and, for ``response``, ``metric``.

    Returns
    -------
    pandas.DataFrame
        A row a line: incident_id, path, line (int64), words (str), as the report has them; those of a value that a
        person corrected or confirmed begin with ``(corrected)`` or ``(confirmed)``.

    Examples
    --------
    >>> from incident_analytics import load
    >>> scope = Scope.of(load("data/real", status="all"), "2021-11")
    >>> row = measure(scope, "severity").to_dict("records")[0]
    >>> sources(scope, "severity", row)["words"].tolist()
    ['SEV-3']
    """
    known = scope.known
    readings, outages = known.readings, scope.everything.outages
    tables: Mapping[str, Callable[[], pd.DataFrame]] = {
        "response": lambda: instants_used(scope, str(row["metric"])),
        "severity": lambda: readings[readings["field"] == "severity"].assign(words=_marked(readings)),
        "sla": lambda: outages.assign(
            words=[f"{each.started_at} to {each.ended_at} ({each.source})" for each in outages.itertuples()]
        ),
        "actions": lambda: scope.actions.assign(words=scope.actions["action"]),
        "costs": lambda: known.costs.assign(
            words=known.costs["kind"]
            + ": "
            + pd.Series(map(format_amount, known.costs["amount"], known.costs["currency"]), dtype="str")
        )[known.costs["amount"].notna()],
        "themes": lambda: pd.concat(
            [
                known.findings[known.findings["kind"].isin(["contributing_factor", "could_improve"])].assign(
                    words=lambda found: found["text"]
                ),
                readings[readings["field"] == "why_it_happened"].assign(words=_marked),
            ]
        ),
        "interruptions": lambda: _fields_used(
            readings, "started_at", "detected_at", "responded_at", "restored_at", "ended_at"
        ),
        "records": lambda: _fields_used(
            readings, "started_at", "detected_at", "responded_at", "restored_at", "ended_at"
        ),
        "repeats": lambda: known.findings[known.findings["kind"] == "contributing_factor"].assign(
            words=lambda found: found["text"]
        ),
        "process": lambda: pd.concat(
            [
                _fields_used(readings, "restored_at", "ended_at", "meeting_on"),
                known.signoffs.assign(words=known.signoffs["role"] + ": " + known.signoffs["signed_on"].astype(TEXT))[
                    known.signoffs["signed_on"].notna()
                ],
            ]
        ),
        "ratings": lambda: _fields_used(readings, "severity", "affected_users", "stated_duration"),
        "teams": lambda: _fields_used(readings, "severity", *(f"{milestone}_at" for milestone in MILESTONES)),
        "origins": lambda: readings[readings["field"] == row["measure"]].assign(words=_marked(readings)),
    }
    found = tables[kind]()
    if kind == "costs":
        found = found[found["kind"] == row["kind"]]
        # Nothing is nothing in every currency: a zero without one counts where the kind has only one.
        is_zero = found["currency"].isna() & (found["amount"] == 0)
        is_its = found["currency"].isna() if pd.isna(row["currency"]) else found["currency"] == row["currency"]
        found = found[is_its | is_zero]
    found = found[found["incident_id"].isin(row["incident_ids"])]
    paths = scope.everything.incidents.set_index("incident_id")["path"]
    found = found.assign(path=found["incident_id"].map(paths))
    return found[["incident_id", "path", "line", "words"]].reset_index(drop=True)


def instants_used(scope: Scope, metric: str) -> pd.DataFrame:
    """Return the readings of the two instants, or of the stated duration, that each span of a metric is made of."""
    measured = times(scope)
    basis = measured[["incident_id", f"{metric}_basis"]].set_axis(["incident_id", "field"], axis="columns").dropna()
    fields = basis["field"].str.replace(" (business hours)", "", regex=False).str.split(" - ")
    used = basis.assign(field=fields).explode("field")
    lines = scope.completed.readings.merge(used, on=["incident_id", "field"])
    return lines.assign(words=lines["field"].str.removesuffix("_at") + ": " + _marked(lines))


def _fields_used(readings: pd.DataFrame, *fields: str) -> pd.DataFrame:
    """Return the readings of some fields, with the field before its words."""
    found = readings[readings["field"].isin(fields)]
    names = found["field"].str.replace(r"_(?:at|on)$", "", regex=True).str.replace("_", " ")
    return found.assign(words=names + ": " + _marked(found))


def _marked(readings: pd.DataFrame) -> pd.Series:
    """Return the words of readings, behind a mark where a person corrected or confirmed the value."""
    source = readings["source"]
    marks = ("(" + source + ") ").where(source.isin(["corrected", "confirmed"]), "")
    return marks + readings["as_written"]
