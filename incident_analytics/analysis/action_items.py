"""Action items as they were at an instant, each in one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns, require_instant, require_name
from incident_analytics.errors import ColumnsError
from incident_analytics.schema import SPAN, TEXT

__all__ = ["ITEM", "day_of", "folded", "forget_undated_ends", "group_columns", "items_as_known", "one_row_per_item"]

_STATUSES: Final = ("done", "dropped", "open")
ITEM: Final = ("incident_id", "line", "key", "created_on", "status", "completed_on", "due_on")
"""The columns that say which items are one, and how an item was at an instant."""
_INCIDENT: Final = ("incident_id", "title", "severity", "date", "occurred_at")


def group_columns(actions: pd.DataFrame, by: str | Sequence[str] | None, incidents: pd.DataFrame | None) -> list[str]:
    """Return the columns to group by, all of which must be there."""
    columns = [by] if isinstance(by, str) else list(by or ())
    for column in columns:
        if column == "severity" and incidents is None:
            raise ColumnsError("by 'severity' needs incidents=, the incidents table")
        require_name("by", column, [*dict.fromkeys((*actions.columns, "severity"))])
    return columns


def one_row_per_item(
    actions: pd.DataFrame, as_of: pd.Timestamp, incidents: pd.DataFrame | None, *, in_order: bool = True
) -> pd.DataFrame:
    """Return each action item once as it was at ``as_of``, with its incident, its begin and its delay.

    The rows are in the order of incident_id and line, or as they come where what they are needed for has no order: to
    sort the ids of millions of items takes most of the time.
    """
    require_instant("as_of", as_of)
    require_columns(actions, *ITEM)
    for status in actions["status"].dropna().unique():
        require_name("status", status, _STATUSES)

    items = items_as_known(actions, as_of)
    if in_order:
        items = items.sort_values(["incident_id", "line"], ignore_index=True)
    keys = folded(items["key"].dropna()).dropna()
    keyed = items.loc[keys.index, ["status", "incident_id", "line"]]
    keyed["status"] = keyed["status"].map({status: rank for rank, status in enumerate(_STATUSES)})
    best_first = keyed.sort_values(["status", "incident_id", "line"], kind="stable", na_position="last").index
    copies = keys[best_first].duplicated()
    items = items[~items.index.isin(copies.index[copies])].reset_index(drop=True)

    today = day_of(as_of)
    items["overdue_by"] = (today - items["due_on"]).where(items["due_on"] < today).astype(SPAN)
    items["begun_on"] = items["created_on"]
    if incidents is not None:
        require_columns(incidents, *_INCIDENT)
        items = items.merge(incidents[[*_INCIDENT]], on="incident_id", how="left")
        items["begun_on"] = items["begun_on"].fillna(items["date"])
    items["age"] = (today - items["begun_on"]).where(items["begun_on"] <= today).astype(SPAN)
    return items


def items_as_known(actions: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the action items as they were at an instant.

    Items created later are gone, and what was done or dropped later was still open. A day's facts are known once the
    day has begun by the clock of ``as_of``'s zone: at midnight of 1 October nothing of that day is.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"], "position": [0], "line": [60],
    ...     "status": ["done"], "completed_on": ["2025-10-01"],
    ... })
    >>> items_as_known(actions, pd.Timestamp("2025-10-01", tz="UTC"))["status"].tolist()
    ['open']
    """
    day = day_of(as_of - pd.Timedelta(microseconds=1))
    items = actions[~(actions["created_on"] > day)].reset_index(drop=True)
    later = items["status"].isin(["done", "dropped"]) & (items["completed_on"] > day)
    items["status"] = items["status"].mask(later, "open")
    items["completed_on"] = items["completed_on"].mask(items["completed_on"] > day)
    return items


def forget_undated_ends(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the action items as far as their state in the past is known.

    What is done or dropped today, nobody recorded since when, may have been open then: its status is unknown. So is
    that of an open item which shares its key, as both are one item.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "position": [0, 1], "line": [60, 61],
    ...     "status": ["done", "done"], "completed_on": ["2025-03-20", None],
    ... })
    >>> forget_undated_ends(actions)["status"].tolist()
    ['done', nan]
    """
    items, keys = actions.reset_index(drop=True), folded(actions["key"]).reset_index(drop=True)
    undated = items["status"].isin(["done", "dropped"]) & items["completed_on"].isna()
    same = (items["status"] == "open") & keys.isin(keys[undated].dropna())
    items["status"] = items["status"].mask(undated | same)
    return items


def day_of(as_of: pd.Timestamp) -> pd.Timestamp:
    """Return the naive midnight of the day on which an instant lies, by the clock of its zone."""
    return as_of.tz_localize(None).normalize()


def folded(text: pd.Series) -> pd.Series:
    """Return a text without its case and its spare spaces, NA where nothing is left."""
    words = text.astype(TEXT).str.replace(r"\s+", " ", regex=True).str.strip().str.casefold()
    return words.where(words != "")
