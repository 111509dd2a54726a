"""The groups that measures are made by: teams in the place of services, and any group of incidents."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pandas as pd

from incident_analytics.analysis.grouping import assign_periods, levels, with_field
from incident_analytics.analysis.origins import with_labels
from incident_analytics.analysis.response import with_services
from incident_analytics.periods import UNITS
from incident_analytics.results import FIELD
from incident_analytics.schema import LABELS, TEXT
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = ["by_group", "teams_of", "with_teams"]


def teams_of(scope: Scope) -> dict[str, str]:
    """Return the team of each service that has one."""
    return {name: service.team for name, service in scope.settings.services.items() if service.team}


def with_teams(scope: Scope, corpus: Corpus) -> Corpus:
    """Return the tables with the teams in the place of their services."""
    services = corpus.services.assign(service=corpus.services["service"].map(teams_of(scope)).astype(TEXT))
    return dataclasses.replace(corpus, services=services.dropna(subset="service"))


def by_group(scope: Scope, corpus: Corpus, by: str, compute: Callable[[Corpus], pd.DataFrame]) -> pd.DataFrame:
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
        named = with_teams(scope, scope.known) if by == "team" else scope.known
        members, labels = with_services(ids, named.services)
        return by, members.rename(columns={"service": by}), labels
    if by in UNITS:
        periods, parts = assign_periods(corpus.incidents["occurred_at"], by, scope.window)
        return "period", ids.assign(period=periods), list(parts)
    members = with_labels(ids, corpus.incidents) if by in LABELS else corpus.incidents
    return by, members[["incident_id", by]], levels(members[by])
