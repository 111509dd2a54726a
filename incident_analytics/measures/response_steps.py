"""How long it took to respond, step by step, by the reports and by the incident tool."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from incident_analytics.analysis.definitions import definition_sensitivity
from incident_analytics.analysis.mix import mean_change_by_mix
from incident_analytics.analysis.origins import with_labels
from incident_analytics.analysis.response import response_summary, response_times, span_grades
from incident_analytics.analysis.second_records import times_by_record
from incident_analytics.errors import SettingsError
from incident_analytics.figures import read_from
from incident_analytics.measures.grouping import with_teams
from incident_analytics.periods import Period, Unit
from incident_analytics.schema import MILESTONES
from incident_analytics.scope import Scope

__all__ = [
    "by_record",
    "definitions",
    "metric_first",
    "mix",
    "period_medians",
    "record_differences",
    "records",
    "response",
    "spans",
    "steps",
    "times",
    "without_partial_means",
    "without_record",
]


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
            dataclasses.replace(scope, completed=with_teams(scope, scope.completed)),
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
    summary = without_partial_means(summary)
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


def without_partial_means(summary: pd.DataFrame) -> pd.DataFrame:
    """Leave out the means that not all incidents of n are in: those of the ended ones alone are too small."""
    whole = summary.copy()
    for figure, n_used in (("mean", summary["n"] - summary["n_open"]), ("geometric_mean", summary["n_positive"])):
        for name in (figure, f"{figure}_low", f"{figure}_high"):
            whole[name] = summary[name].mask(n_used < summary["n"])
    return whole


@read_from("spans", of="completed", since="recent")
def period_medians(scope: Scope) -> pd.DataFrame:
    """Return `response_summary` of the primary metric for each of the periods of `period_counts`."""
    parts = scope.recent_and_compared
    tables = [
        response_summary(
            times(scope),
            metric=scope.settings.primary_metric,
            within=part,
            as_of=scope.as_of,
            calendar=scope.calendar,
        ).assign(period=part.name)
        for part in parts
    ]
    return pd.concat(tables, ignore_index=True)[["period", "n", "n_open", "median"]]


@read_from("spans", "severity", of="completed")
def spans(scope: Scope) -> pd.DataFrame:
    """Return the primary metric of each of the window's completed reports: incident_id, severity, and the metric."""
    table = times(scope)
    rows = table[scope.window.holds(table["occurred_at"])]
    return rows[["incident_id", "severity", scope.settings.primary_metric]].reset_index(drop=True)


@read_from("spans", of="completed")
def steps(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Summarise every metric of the settings, a row each, named in the first column ``metric``."""
    measured = times(scope)
    summaries = [
        _response(scope, measured, metric=metric, members=members).assign(metric=metric)
        for metric in scope.settings.metrics
    ]
    return metric_first(pd.concat(summaries, ignore_index=True))


def metric_first(table: pd.DataFrame) -> pd.DataFrame:
    """Put the column metric first."""
    return table[["metric", *(column for column in table if column != "metric")]]


@read_from("times", of="completed")
def definitions(scope: Scope) -> pd.DataFrame:
    """Return `definition_sensitivity` of the primary metric; a mean is NA as in `response`."""
    metric = scope.settings.primary_metric
    return without_partial_means(
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


@read_from("times")
def without_record(scope: Scope) -> pd.DataFrame:
    """Return the window's incidents that the incident tool's export has no row of: incident_id, title, occurred_at."""
    incidents = scope.reviewed.incidents
    missing = incidents[~incidents["incident_id"].isin(records(scope)["incident_id"])]
    return missing[["incident_id", "title", "occurred_at"]].reset_index(drop=True)
