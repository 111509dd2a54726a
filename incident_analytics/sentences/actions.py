"""Sentences on action items: completion, age, survival, what is overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from incident_analytics.analysis.completion_times import open_after
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_count, format_span, join_words
from incident_analytics.sentences.wording import FEW, NAME, are, each_row, has

__all__ = ["describe_overdue", "describe_survival", "describe_unmatched", "open_share"]


def describe_unmatched(n: int, *, n_ambiguous: int = 0) -> str:
    """Say how many rows of an issue tracker's export are not used.

    Parameters
    ----------
    n
        Rows that match no action item.
    n_ambiguous
        Rows that match one, as other rows do that differ from them.

    Examples
    --------
    >>> describe_unmatched(0), describe_unmatched(5)
    ('Every row of the tracker matches an action item.', '5 rows of the tracker match no action item.')
    >>> describe_unmatched(0, n_ambiguous=2)
    '2 rows of the tracker are not used: the key or text of an action item is in several rows that differ.'
    """
    rows = f"{format_count(n, 'row')} of the tracker match{'es' if n == 1 else ''} no action item."
    if not n_ambiguous:
        return rows if n else "Every row of the tracker matches an action item."
    subject = f"{n_ambiguous:,} more" if n else f"{format_count(n_ambiguous, 'row')} of the tracker"
    why = "the key or text of an action item is in several rows that differ"
    return f"{f'{rows} ' if n else ''}{subject} {are(n_ambiguous)} not used: {why}."


def describe_overdue(
    overdue: pd.DataFrame, *, n_due: int | None = None, n_items: int | None = None, n_open_undated: int = 0
) -> str:
    """Say how many action items are overdue, and by how long.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives. Items without a recorded status are counted apart: they may be done.
    n_due
        How many items have a due date at all; None where that is not known.
    n_items
        How many items there are; None where that is not known.
    n_open_undated
        How many open items have no due date that can be read: they may be overdue as well.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> rows = {"status": ["open", None], "overdue_by": [pd.Timedelta(days=45), pd.Timedelta(days=50)]}
    >>> describe_overdue(pd.DataFrame(rows), n_due=9)
    '1 open item is overdue, by 45d; 1 more with no recorded status is past due.'
    >>> describe_overdue(pd.DataFrame(rows)[:0], n_due=0)
    "No action item has a readable due date, so overdue items can't be counted."
    """
    require_columns(overdue, "status", "overdue_by")
    if n_items == 0:
        return "No action items."
    if n_due == 0:
        return "No action item has a readable due date, so overdue items can't be counted."
    certain = overdue[overdue["status"].notna()]
    unknown = len(overdue) - len(certain)
    n = n_open_undated
    undated = f"; {format_count(n, 'open item')} {has(n)} no readable due date" if n else ""
    if certain.empty:
        if unknown:
            return f"{format_count(unknown, 'item')} with no recorded status {are(unknown)} past due{undated}."
        return f"No open action item is {'known to be ' if n else ''}overdue{undated}."
    more = f"; {unknown} more with no recorded status {are(unknown)} past due" if unknown else ""
    by = "by" if len(certain) == 1 else "the longest by"
    items = f"{format_count(len(certain), 'open item')} {are(len(certain))} overdue"
    return f"{items}, {by} {format_span(certain['overdue_by'].max())}{more}{undated}."


def describe_survival(curve: pd.DataFrame, *, after: timedelta = timedelta(days=30)) -> str:
    """Say which part of the action items is still open after a time.

    Parameters
    ----------
    curve
        The result of `action_survival`.
    after
        The time.

    Returns
    -------
    str
        One sentence; of more than three groups it names the least and the greatest. Where done items have no date it
        gives the range that the share lies in.

    Examples
    --------
    >>> time = pd.to_timedelta([0, 14, 40], unit="D")
    >>> curve = pd.DataFrame({"priority": "High", "time": time, "survival_least": [0.9, 0.5, 0.5]})
    >>> curve = curve.assign(survival_most=[1.0, 0.6, 0.6], n=8, n_done_undated=1, n_undated=0)
    >>> describe_survival(curve)
    'Still open after 30 days: 50% to 60% of High items (n = 8). 1 done item has no completion date.'
    """
    require_columns(curve, "time", "survival_least", "survival_most", "n", "n_done_undated", "n_undated")
    groups = list(curve.columns[: curve.columns.get_loc("time")])
    first = curve[curve["time"] == pd.Timedelta(0)]  # each row of a group repeats its counts
    done_undated, undated = int(first["n_done_undated"].sum()), int(first["n_undated"].sum())
    rest = f" {format_count(done_undated, 'done item')} {has(done_undated)} no completion date." if done_undated else ""
    if undated:
        rest += f" {format_count(undated, 'item')} without a creation or drop date {are(undated)} left out."
    span = format_count(after.days, "day") if after == timedelta(days=after.days) else format_span(after)
    rows = open_after(curve[curve["survival_most"].notna()], after)
    rows = rows[rows["survival_most"].notna()]
    if rows.empty:
        return f"No action item with recorded dates was followed for {span}.{rest}"
    is_large = rows["n"] >= LEAST["survival interval"]
    if len(rows) > FEW and is_large.any():
        rows = rows[is_large]
    names = rows[groups[0]] if groups else ["all"]
    parts = [
        f"{open_share(row)} of {_items(name, groups)} (n = {row.n:,})"
        for name, row in zip(names, each_row(rows), strict=True)
    ]
    if len(parts) > FEW:
        least, most = list(rows["survival_least"]), list(rows["survival_most"])
        parts = [f"from {parts[least.index(min(least))]} to {parts[most.index(max(most))]}"]
    return f"Still open after {span}: {join_words(parts)}.{rest}"


def _items(group: Any, groups: list[str]) -> str:
    """Name the items of a group."""
    return f"items without {groups[0]}" if pd.isna(group) else f"{cut(str(group), NAME)} items"


def open_share(row: Any) -> str:
    """Write which share of the items is open in a row of a survival curve, or between which bounds it lies."""
    least, most = f"{row.survival_least:.0%}", f"{row.survival_most:.0%}"
    return least if least == most else f"{least} to {most}"
