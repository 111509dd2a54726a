"""A scorecard: a row for each team."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incident_analytics.analysis.actions import action_completion
from incident_analytics.analysis.scorecard import team_changes
from incident_analytics.figures import read_from
from incident_analytics.measures.follow_ups import as_known
from incident_analytics.measures.grouping import teams_of, with_teams
from incident_analytics.measures.reporting import recorded
from incident_analytics.measures.response_steps import response, times
from incident_analytics.measures.service_levels import by_team, impact
from incident_analytics.schema import COUNT, FLOAT, TEXT
from incident_analytics.scope import Scope

__all__ = ["scorecard", "scorecard_changes"]


@read_from("times", "services", since="before")
def scorecard_changes(scope: Scope) -> pd.DataFrame:
    """Return `team_changes` against the period before; empty where it can't be compared, or without teams."""
    comparison = next((each for each in scope.comparisons[:1] if each.reason is None), None)
    teams = with_teams(scope, scope.known)
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
    named = with_teams(scope, scope.known).services
    named = named[named["affected"].fillna(value=False)]
    reviewed = set(scope.reviewed.incidents["incident_id"])
    medians = response(scope, by="team").set_index("team")
    milestones = recorded(scope, by="team").set_index("team")
    budgets = impact(scope)
    budgets = budgets[budgets["budget"] > pd.Timedelta(0)]
    is_bound = budgets["window_n_missing"] + budgets["window_n_silent"] > 0
    spent = (1 - budgets["budget_left"] / budgets["budget"]).astype(FLOAT).mask(is_bound)
    spent = spent.groupby(budgets["service"].map(teams_of(scope))).agg(lambda services: services.max(skipna=False))
    found = scorecard_changes(scope).set_index(["team", "measure"])["arrow"]
    items: dict[str, list[Any]] = {}
    for team in teams:
        own = named.loc[named["service"] == team, "incident_id"]
        rows = (scope.reviewed_actions, scope.actions)
        current, to_date = (
            as_known(
                scope,
                action_completion(
                    each[each["incident_id"].isin(own)].reset_index(drop=True),
                    as_of=scope.as_of,
                    incidents=scope.completed.incidents,
                ),
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
