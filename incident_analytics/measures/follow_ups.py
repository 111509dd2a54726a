"""What became of the action items."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from incident_analytics.analysis.actions import action_ages, action_completion, overdue_actions
from incident_analytics.analysis.completion_times import action_survival
from incident_analytics.analysis.prevention import class_completion, due_times, preventive_items
from incident_analytics.figures import read_from
from incident_analytics.periods import Unit
from incident_analytics.scope import Scope

__all__ = [
    "ages",
    "as_known",
    "classes",
    "completion",
    "due",
    "item_counts",
    "overdue",
    "overdue_by_owner",
    "preventive",
    "survival",
]


@read_from("actions", of="completed")
def completion(
    scope: Scope, *, by: str | None = None, every: Unit | None = None, members: bool = False
) -> pd.DataFrame:
    """Return `action_completion` of the window's action items, as `as_known` has it."""
    table = action_completion(
        scope.reviewed_actions,
        as_of=scope.as_of,
        by=by,
        incidents=scope.completed.incidents,
        every=every,
        within=scope.window if every else None,
        members=members,
        fields=scope.completed.fields,
    )
    return as_known(scope, table)


def as_known(scope: Scope, completion: pd.DataFrame) -> pd.DataFrame:
    """Return completion with NA where it is not known how many items were done by then.

    At an instant in the past the status of what is done today, nobody recorded since when, is unknown. The items that
    are left are those still open: the share of done ones among them says nothing.
    """
    if not scope.is_past:
        return completion
    return completion.assign(completion=completion["completion"].mask(completion["n_unknown"] > 0))


@read_from("actions", of="completed")
def classes(scope: Scope, *, members: bool = False) -> pd.DataFrame:
    """Return `class_completion` of the window's action items, as `as_known` has it."""
    table = class_completion(
        scope.reviewed_actions,
        as_of=scope.as_of,
        incidents=scope.completed.incidents,
        fields=scope.completed.fields,
        members=members,
    )
    return as_known(scope, table)


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


@read_from("actions", of="completed", since="all")
def overdue(scope: Scope) -> pd.DataFrame:
    """Return `overdue_actions` of all items so far."""
    return overdue_actions(scope.actions, as_of=scope.as_of, incidents=scope.so_far.incidents)


@read_from("actions", of="completed", since="all")
def item_counts(scope: Scope) -> pd.DataFrame:
    """Count the action items of all incidents to date.

    Returns
    -------
    pandas.DataFrame
        One row of int64: n, all items; n_due, those with a due date; n_unknown, those without a recorded status;
        n_open_undated, open ones without a due date that can be read, which may be overdue.
    """
    items = scope.actions
    counted = action_completion(items, as_of=scope.as_of, incidents=scope.so_far.incidents)
    row = {
        "n": len(items),
        "n_due": int(items["due_on"].notna().sum()),
        "n_unknown": int(items["status"].isna().sum()),
        "n_open_undated": int(counted["n_open_undated"].sum()),
    }
    return pd.DataFrame([row])
