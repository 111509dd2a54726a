"""Whether incidents are reported completely and in time, and rated alike."""

from __future__ import annotations

import pandas as pd

from incident_analytics.analysis.process import milestones_recorded, report_times, unreported_incidents
from incident_analytics.analysis.ratings import incident_impacts, near_twins, out_of_line, severity_agreement
from incident_analytics.analysis.response import metric_names, response_summary
from incident_analytics.figures import read_from
from incident_analytics.measures.grouping import with_teams
from incident_analytics.measures.response_steps import metric_first, without_partial_means
from incident_analytics.periods import Period, Unit
from incident_analytics.scope import Scope

__all__ = ["misrated", "process", "ratings", "recorded", "twins", "unreported"]


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
    known = with_teams(scope, scope.known) if by == "team" else scope.known
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
    table = metric_first(without_partial_means(pd.concat(tables, ignore_index=True)))
    return table.rename(columns={"service": "team"}) if by == "team" else table


@read_from("times", "services")
def recorded(
    scope: Scope, *, by: str | None = None, every: Unit | None = None, within: Period | None = None
) -> pd.DataFrame:
    """Return `milestones_recorded` of every known incident, by ``service``, ``team`` or all together."""
    known = with_teams(scope, scope.known) if by == "team" else scope.known
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
