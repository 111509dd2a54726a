"""How many incidents there were, how often they came, and when they started."""

from __future__ import annotations

import dataclasses

import pandas as pd

from incident_analytics.analysis.calendar_pattern import start_hours, start_times
from incident_analytics.analysis.control_charts import control_chart
from incident_analytics.analysis.gaps import mean_time_between, time_between
from incident_analytics.analysis.interruptions import failing_together, team_interruptions
from incident_analytics.analysis.rates import count_dispersion, severity_rates
from incident_analytics.analysis.severity import severity_counts
from incident_analytics.analysis.trends import rate_trend
from incident_analytics.figures import read_from
from incident_analytics.measures.grouping import teams_of
from incident_analytics.periods import Period, Unit
from incident_analytics.schema import COUNT, TEXT
from incident_analytics.scope import Scope

__all__ = [
    "between",
    "control",
    "counts",
    "dispersion",
    "gaps",
    "hours",
    "interrupted",
    "period_counts",
    "rates",
    "start_shares",
    "together",
    "trend",
]


@read_from("start", "severity")
def counts(scope: Scope, *, within: Period | None = None, every: Unit = "month") -> pd.DataFrame:
    """Return `severity_counts` of every known incident: 0 in a part that no reports cover, as none was reported."""
    return severity_counts(scope.known.incidents, every=every, within=within or scope.window)


@read_from("start", since="recent")
def period_counts(scope: Scope) -> pd.DataFrame:
    """Count the incidents of the window, of recent periods of its kind, and of those that it is compared with.

    Returns
    -------
    pandas.DataFrame
        A row a period in order: period, str; n, Int64, NA where nothing was reported.
    """
    occurred_at = scope.known.incidents["occurred_at"]
    parts = scope.recent_and_compared
    n = [int(part.holds(occurred_at).sum()) if scope.has_reports(part) else None for part in parts]
    return pd.DataFrame(
        {"period": pd.Series([part.name for part in parts], dtype=TEXT), "n": pd.Series(n, dtype=COUNT)}
    )


@read_from("start", "severity", since="before")
def rates(scope: Scope, *, within: Period | None = None, every: Unit = "month", members: bool = False) -> pd.DataFrame:
    """Return `severity_rates` of every known incident, which allow for the dispersion of past months.

    Only time that reports cover counts. In a part of time that they do not cover n is 0, the number of reported
    incidents, and how often they came is unknown: exposure, rate and its interval are NA.
    """
    period = within or scope.window
    nothing = dataclasses.replace(period, end=period.start)
    table = severity_rates(
        scope.known.incidents,
        every=every,
        within=period,
        covered=scope.covered(period) or nothing,
        dispersion=dispersion(scope, by="severity"),
        members=members,
    )
    silent = [part.name for part in scope.silent(period.split(every))]
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
    """Return `mean_time_between` of every known incident, over the time that reports cover."""
    covered = scope.covered(within) or within
    return mean_time_between(
        gaps(scope, within=within), until=covered.end, since=covered.start, dispersion=dispersion(scope)
    )


@read_from("start", since="before")
def control(scope: Scope) -> tuple[pd.DataFrame, str]:
    """Return the control chart of up to two years, and the column charted; months that no reports cover are left out.

    Below one incident a month the time between them is charted, else their number.
    """
    within = scope.history(2)
    by_severity = severity_rates(scope.known.incidents, within=within, covered=scope.covered(within))
    of_month = by_severity[by_severity["exposure"].notna()].groupby("period", sort=False)
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
        service: team
        for service, team in teams_of(scope).items()
        if scope.services is None or service in scope.services
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
