"""Which row of an issue tracker's export belongs to which action item."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from incident_analytics.analysis.action_items import folded
from incident_analytics.checks import require_columns
from incident_analytics.schema import TABLES, TEXT

__all__ = ["fits_an_item", "incidents_of_rows", "join_tracker", "unmatched_tracker_rows"]

_FACTS: Final = ("status", "completed_on", "due_on")
_MATCHES: Final = {
    "key": ["folded_key"],
    "text": ["incident_id", "folded_text"],
    "unlabelled": ["incident_id", "unlabelled_text"],
}
"""By what rows match, the surest first; ``unlabelled``: by an item's text behind a label such as ``Follow-up:``."""

_LABEL: Final = re.compile(r"^(?:\[[^\]]{1,40}\]\s*+[:-]?|[^\W\d_][\w /&-]{0,38}:)\s*+(?=\S)")
"""What a tracker's title has before an item's text: ``Follow-up:``, ``[INC-7]``, ``INC-7 action item:``."""


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

        Keys and texts are compared without regard to case and spaces; where no row has an item's text, one that has it
        behind a label such as ``Follow-up:`` or ``[INC-7]`` matches too. Where several rows of the tracker would match
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
    for way, by in _MATCHES.items():
        there = matched.loc[matched["way"] == way, by].drop_duplicates().assign(is_used=True)
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
    folded_rows, items = _tracker_rows(rows), _folded(actions)
    fits = pd.Series(False, index=folded_rows.index, dtype="boolean")
    for by in _MATCHES.values():
        fits |= _is_there(folded_rows, items, by)
    return fits.set_axis(rows.index)


def incidents_of_rows(actions: pd.DataFrame, tracker: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the incidents whose action items each row of a tracker's export has the key or the text of.

    Whether or not `join_tracker` uses the row: of several that differ it uses none, but one that changes may settle it.

    Parameters
    ----------
    actions, tracker
        As in `join_tracker`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> item = {"incident_id": ["INC-1"], "position": [0], "action": ["Add an alert"], "key": ["OPS-7"], "line": [60]}
    >>> rows = pd.DataFrame({"key": ["ops-7", "ops-7", "OPS-8"], "status": ["open", "done", "done"]})
    >>> incidents_of_rows(make_table("actions", item), rows)
    [('INC-1',), ('INC-1',), ()]
    """
    rows, items = _tracker_rows(tracker), _folded(actions)
    found: list[set[str]] = [set() for _ in range(len(rows))]
    for by in _MATCHES.values():
        named = rows[by].assign(row=rows.index).merge(items[list({"incident_id", *by})].dropna(), on=by)
        for row, incident in zip(named["row"], named["incident_id"], strict=True):
            found[row].add(incident)
    return [tuple(sorted(each)) for each in found]


def _tracker_rows(tracker: pd.DataFrame) -> pd.DataFrame:
    """Return the tracker with every column that a match may need, NA where the export has none."""
    if not {"incident_id", "action"} <= set(tracker.columns):
        require_columns(tracker, "key")
    rows = pd.DataFrame(index=pd.RangeIndex(len(tracker)))
    for column in ("incident_id", "action", "key", *_FACTS):
        values = tracker[column].array if column in tracker.columns else [None] * len(tracker)
        rows[column] = pd.Series(values, dtype=TABLES["actions"][column])
    texts = folded(rows["action"])
    without = texts.str.replace(_LABEL, "", regex=True)
    return rows.assign(
        folded_key=folded(rows["key"]), folded_text=texts, unlabelled_text=without.where(without != texts)
    )


def _tracked(actions: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the tracker says of each action, and by what it was matched."""
    require_columns(actions, "incident_id", "action", "key", *_FACTS)
    matched = _folded(actions)
    # A row that has an item's own key or text is not also that of another item.
    is_taken = [_is_there(rows, matched, by) for by in (_MATCHES["key"], _MATCHES["text"])]
    rows = rows.assign(unlabelled_text=rows["unlabelled_text"].mask(is_taken[0] | is_taken[1]))
    found = {way: matched.merge(_unambiguous(rows, way), on=by, how="left") for way, by in _MATCHES.items()}
    # If the tracker has the key, or the text, twice with different facts, what is less sure does not decide.
    has_key, has_text = (_is_there(matched, rows, by) for by in (_MATCHES["key"], _MATCHES["text"]))
    for column in ("key", *_FACTS, "way"):
        by_words = found["text"][column].where(has_text, found["unlabelled"][column])
        matched[column] = found["key"][column].where(has_key, by_words)
    matched["matched_by"] = matched["way"].replace("unlabelled", "text")
    texts = ("key", *_FACTS, "way", "matched_by")
    return matched.astype({column: TABLES["actions"].get(column, TEXT) for column in texts})


def _is_there(these: pd.DataFrame, others: pd.DataFrame, by: list[str]) -> pd.Series:
    """Return which rows have the values that some other row has."""
    known = others[by].dropna().drop_duplicates().assign(is_there=True)
    return these[by].merge(known, on=by, how="left")["is_there"].notna()


def _folded(actions: pd.DataFrame) -> pd.DataFrame:
    """Return what actions are matched by."""
    return pd.DataFrame(
        {
            "incident_id": actions["incident_id"],
            "folded_key": folded(actions["key"]),
            "folded_text": folded(actions["action"]),
            "unlabelled_text": folded(actions["action"]),
        }
    )


def _unambiguous(rows: pd.DataFrame, way: str) -> pd.DataFrame:
    """Return what the tracker says of each key, or text, whose rows all say the same."""
    by = _MATCHES[way]
    rows = rows.dropna(subset=by).drop_duplicates([*by, "folded_key", *_FACTS])
    rows = rows.loc[~rows.duplicated(by, keep=False), [*by, "key", *_FACTS]]
    return rows.assign(way=way)
