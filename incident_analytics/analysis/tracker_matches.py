"""Which row of an issue tracker's export belongs to which action item."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.analysis.action_items import folded
from incident_analytics.checks import require_columns
from incident_analytics.schema import TABLES, TEXT

__all__ = ["fits_an_item", "join_tracker", "unmatched_tracker_rows"]

_FACTS: Final = ("status", "completed_on", "due_on")
_MATCHES: Final = {"key": ["folded_key"], "text": ["incident_id", "folded_text"]}


def join_tracker(actions: pd.DataFrame, tracker: pd.DataFrame) -> pd.DataFrame:
    """Take the state of action items from an issue tracker's export.

    Parameters
    ----------
    actions
        The actions table.
    tracker
        The export: ``key``, or ``incident_id`` and ``action``, or all three, with any of ``status`` (open, done,
        dropped), ``completed_on`` and ``due_on``.

    Returns
    -------
    pandas.DataFrame
        The actions in their order, with

        - status, completed_on, due_on: the tracker's where it has them, else the report's
        - key: the report's, else the tracker's
        - matched_by, str: ``key``, or ``text`` where no row of the tracker has the item's key, or the item has none,
          but one has its incident_id and text; NA where the tracker has no row for the item

        Keys and texts are compared without regard to case and spaces. Where several rows of the tracker would match
        and say different things, none is taken; `unmatched_tracker_rows` lists them.

    Raises
    ------
    ColumnsError
        ``column 'key' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"], "position": [0], "action": ["Add an alert"], "key": ["OPS-7"],
    ...     "line": [60],
    ... })
    >>> tracker = pd.DataFrame({"key": ["ops-7"], "status": ["done"]})
    >>> join_tracker(actions, tracker)[["action", "status", "matched_by"]]
             action status matched_by
    0  Add an alert   done        key
    """
    joined = actions.reset_index(drop=True)
    matched = _tracked(joined, _tracker_rows(tracker))
    for fact in _FACTS:
        joined[fact] = matched[fact].fillna(joined[fact])
    joined["key"] = joined["key"].fillna(matched["key"])
    joined["matched_by"] = matched["matched_by"]
    return joined


def unmatched_tracker_rows(actions: pd.DataFrame, tracker: pd.DataFrame) -> pd.DataFrame:
    """List the rows of a tracker's export that `join_tracker` uses for no action item.

    Parameters
    ----------
    actions, tracker
        As in `join_tracker`.

    Returns
    -------
    pandas.DataFrame
        These rows of ``tracker``: of items that no report names, and those that contradict each other.

    Raises
    ------
    ColumnsError
        ``column 'key' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> unmatched_tracker_rows(make_table("actions"), pd.DataFrame({"key": ["OPS-7"], "status": ["done"]}))
         key status
    0  OPS-7   done
    """
    rows = _tracker_rows(tracker)
    matched = _tracked(actions.reset_index(drop=True), rows)
    used = pd.Series(False, index=rows.index)
    for matched_by, by in _MATCHES.items():
        there = matched.loc[matched["matched_by"] == matched_by, by].drop_duplicates().assign(is_used=True)
        used |= rows[by].merge(there, on=by, how="left")["is_used"].notna()
    return tracker.reset_index(drop=True)[~used].reset_index(drop=True)


def fits_an_item(actions: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return which of the rows that `unmatched_tracker_rows` lists have the key or the text of an action item.

    They are not used because other rows of the tracker have it too and differ from them.

    Parameters
    ----------
    actions
        As in `unmatched_tracker_rows`.
    rows
        What it lists.

    Returns
    -------
    pandas.Series
        boolean, by the index of ``rows``.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> item = {"incident_id": ["INC-1"], "position": [0], "action": ["Add an alert"], "key": ["OPS-7"], "line": [60]}
    >>> rows = pd.DataFrame({"key": ["ops-7", "ops-7", "OPS-8"], "status": ["open", "done", "done"]})
    >>> fits_an_item(make_table("actions", item), rows).tolist()
    [True, True, False]
    """
    folded_rows = _tracker_rows(rows)
    items = _folded(actions.reset_index(drop=True))
    fits = pd.Series(False, index=folded_rows.index, dtype="boolean")
    for by in _MATCHES.values():
        known = items[by].dropna().drop_duplicates().assign(is_known=True)
        fits |= folded_rows[by].merge(known, on=by, how="left")["is_known"].notna()
    return fits.set_axis(rows.index)


def _tracker_rows(tracker: pd.DataFrame) -> pd.DataFrame:
    """Return the tracker with every column that a match may need, NA where the export has none."""
    if not {"incident_id", "action"} <= set(tracker.columns):
        require_columns(tracker, "key")
    rows = pd.DataFrame(index=pd.RangeIndex(len(tracker)))
    for column in ("incident_id", "action", "key", *_FACTS):
        values = tracker[column].array if column in tracker.columns else [None] * len(tracker)
        rows[column] = pd.Series(values, dtype=TABLES["actions"][column])
    return rows.assign(folded_key=folded(rows["key"]), folded_text=folded(rows["action"]))


def _tracked(actions: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the tracker says of each action, and by what it was matched."""
    require_columns(actions, "incident_id", "action", "key", *_FACTS)
    matched = _folded(actions)
    by_key, by_text = (matched.merge(_unambiguous(rows, way), on=_MATCHES[way], how="left") for way in _MATCHES)
    # If the tracker has the key twice with different facts, the text does not decide between them.
    has_key = matched["folded_key"].isin(rows["folded_key"].dropna())
    for column in ("key", *_FACTS, "matched_by"):
        matched[column] = by_key[column].where(has_key, by_text[column])
    return matched.astype({column: TABLES["actions"].get(column, TEXT) for column in ("key", *_FACTS, "matched_by")})


def _folded(actions: pd.DataFrame) -> pd.DataFrame:
    """Return what actions are matched by."""
    return pd.DataFrame(
        {
            "incident_id": actions["incident_id"],
            "folded_key": folded(actions["key"]),
            "folded_text": folded(actions["action"]),
        }
    )


def _unambiguous(rows: pd.DataFrame, way: str) -> pd.DataFrame:
    """Return what the tracker says of each key, or text, whose rows all say the same."""
    by = _MATCHES[way]
    rows = rows.dropna(subset=by).drop_duplicates([*by, "folded_key", *_FACTS])
    rows = rows.loc[~rows.duplicated(by, keep=False), [*by, "key", *_FACTS]]
    return rows.assign(matched_by=way)
