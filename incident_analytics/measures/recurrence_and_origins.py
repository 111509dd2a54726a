"""What recurs, how incidents were detected and what triggered them."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from incident_analytics.analysis.origins import origin_shares
from incident_analytics.analysis.repeats import items_at_repeat, recurrence_change, repeat_incidents, repeat_rate
from incident_analytics.analysis.themes import recurring_factors
from incident_analytics.figures import read_from
from incident_analytics.periods import Period, Unit
from incident_analytics.schema import TEXT
from incident_analytics.scope import Scope

__all__ = ["all_origins", "origins", "pending_repeats", "recurrence", "repeats", "repeats_rate", "themes"]


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


@read_from("title", "start", "causes", "status", since="all")
def pending_repeats(scope: Scope) -> pd.DataFrame:
    """Return the window's incidents whose reports are not completed that repeat an earlier one: incident_id, str."""
    found = repeat_incidents(scope.known.incidents, scope.known.findings)
    waiting = scope.unfinished
    return waiting.loc[waiting["incident_id"].isin(found["incident_id"]), ["incident_id"]].reset_index(drop=True)


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


def all_origins(scope: Scope, every: Unit | None) -> pd.DataFrame:
    """Return `origins` of both fields: ``measure`` names the field, ``group`` its value."""
    tables = [
        origins(scope, field, every=every).rename(columns={field: "group"}).assign(measure=field)
        for field in ("detected_by", "trigger")
    ]
    table = pd.concat([each.astype({"group": TEXT}) for each in tables], ignore_index=True)
    return table[["measure", *(column for column in table if column != "measure")]]
