"""Sentences on action items: completion, age, survival, what is overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from incident_analytics.analysis.completion_times import open_after
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_count, format_share, format_span, join_words
from incident_analytics.sentences.wording import FEW, NAME, are, each_row, has

__all__ = ["describe_ages", "describe_completion", "describe_overdue", "describe_survival", "open_share"]


def describe_completion(completion: pd.DataFrame) -> str:
    """Say how many action items are done, and how many are overdue.

    Parameters
    ----------
    completion
        What `action_completion` gives; rows of several groups are added up.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> row = {"n": [9], "n_done": [3], "n_open": [3], "n_unknown": [2], "n_dropped": [1], "n_due": [9]}
    >>> describe_completion(pd.DataFrame(row | {"n_overdue": [1], "n_overdue_unknown": [1]}))
    '3 of 6 action items with a known status are done (50%), 1 is overdue; 2 have no recorded status, 1 was dropped.'
    """
    counted = ["n", "n_done", "n_open", "n_unknown", "n_dropped", "n_due", "n_overdue", "n_overdue_unknown"]
    require_columns(completion, *counted)
    n = completion[counted].fillna(0).sum().astype(int)
    known = n["n_done"] + n["n_open"]
    if not n["n"]:
        return "No action items."
    rest = []
    if n["n_unknown"]:
        rest.append(f"{n['n_unknown']} {has(n['n_unknown'])} no recorded status")
    if n["n_dropped"]:
        rest.append(f"{n['n_dropped']} {'was' if n['n_dropped'] == 1 else 'were'} dropped")
    if not known and n["n_unknown"] == n["n"]:
        subject = "none has a" if n["n"] > 1 else "it has no"
        return f"{format_count(n['n'], 'action item')}; {subject} recorded status."
    if not known:
        return f"{format_count(n['n'], 'action item')}: {', '.join(rest)}."
    share = format_share(n["n_done"] / known)
    items = format_count(known, "action item")
    done = f"{n['n_done']} of {items} with a known status {are(1 if known == 1 else n['n_done'])} done ({share})"
    if not n["n_due"]:
        late = "; none has a due date"
    elif n["n_overdue"]:
        late = f", {n['n_overdue']} {are(n['n_overdue'])} overdue"
    else:
        late = "" if n["n_overdue_unknown"] else ", none is overdue"
    return done + late + (f"; {', '.join(rest)}" if rest else "") + "."


def describe_overdue(overdue: pd.DataFrame, *, n_due: int | None = None, n_items: int | None = None) -> str:
    """Say how many action items are overdue, and by how long.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives. Items without a recorded status are counted apart: they may be done.
    n_due
        How many items have a due date at all; None where that is not known.
    n_items
        How many items there are; None where that is not known.

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
    "No action item has a due date, so overdue items can't be counted."
    """
    require_columns(overdue, "status", "overdue_by")
    if n_items == 0:
        return "No action items."
    if n_due == 0:
        return "No action item has a due date, so overdue items can't be counted."
    certain = overdue[overdue["status"].notna()]
    unknown = len(overdue) - len(certain)
    if certain.empty:
        if unknown:
            return f"{format_count(unknown, 'item')} with no recorded status {are(unknown)} past due."
        return "No open action item is overdue."
    more = f"; {unknown} more with no recorded status {are(unknown)} past due" if unknown else ""
    by = "by" if len(certain) == 1 else "the oldest by"
    items = f"{format_count(len(certain), 'open item')} {are(len(certain))} overdue"
    return f"{items}, {by} {format_span(certain['overdue_by'].max())}{more}."


def describe_ages(ages: pd.DataFrame) -> str:
    """Say how many action items have been open for longest.

    Parameters
    ----------
    ages
        What `action_ages` gives; rows of several groups are added up.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> age = pd.Categorical(["up to 30d", "over 365d"], ["up to 30d", "over 365d"], ordered=True)
    >>> describe_ages(pd.DataFrame({"age": age, "n": [3, 1], "n_undated": [2, 2], "n_unknown": [4, 4]}))
    '1 of 4 open action items has been open for over 365d; 2 more are of unknown age, 4 items have no recorded status.'
    """
    require_columns(ages, "age", "n", "n_undated", "n_unknown")
    oldest = ages["age"].cat.categories[-1]
    by_age = ages.groupby("age", observed=False)[["n", "n_undated", "n_unknown"]].sum()
    # Every age of a group has the same counts of items without an age.
    n, old = int(by_age["n"].sum()), int(by_age["n"].get(oldest, 0))
    undated, unknown = (int(by_age[column].max()) if len(ages) else 0 for column in ("n_undated", "n_unknown"))
    others = [f"{undated} more {are(undated)} of unknown age"] if undated else []
    if unknown:
        others.append(f"{format_count(unknown, 'item')} {has(unknown)} no recorded status")
    rest = f"; {', '.join(others)}." if others else "."
    if not n:
        return f"No action item is known to be open{rest}"
    return f"{old or 'None'} of {format_count(n, 'open action item')} {has(max(old, 1))} been open for {oldest}{rest}"


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
    'Still open after 30d: 50% to 60% of High (n = 8); 1 done item has no completion date.'
    """
    require_columns(curve, "time", "survival_least", "survival_most", "n", "n_done_undated", "n_undated")
    groups = list(curve.columns[: curve.columns.get_loc("time")])
    first = curve[curve["time"] == pd.Timedelta(0)]  # each row of a group repeats its counts
    done_undated, undated = int(first["n_done_undated"].sum()), int(first["n_undated"].sum())
    rest = f"; {format_count(done_undated, 'done item')} {has(done_undated)} no completion date" if done_undated else ""
    if undated:
        created = "it was created" if undated == 1 else "they were created"
        rest += f"; {format_count(undated, 'item')} not used: when {created} or dropped isn't recorded"
    rows = open_after(curve[curve["survival_most"].notna()], after)
    rows = rows[rows["survival_most"].notna()]
    if rows.empty:
        return f"No action item with recorded dates was followed for {format_span(after)}{rest}."
    is_large = rows["n"] >= LEAST["survival interval"]
    if len(rows) > FEW and is_large.any():
        rows = rows[is_large]
    names = rows[groups[0]].astype(object).fillna(f"no {groups[0]}").astype(str) if groups else ["all items"]
    parts = [
        f"{open_share(row)} of {cut(name, NAME)} (n = {row.n})" for name, row in zip(names, each_row(rows), strict=True)
    ]
    if len(parts) > FEW:
        least, most = list(rows["survival_least"]), list(rows["survival_most"])
        parts = [f"from {parts[least.index(min(least))]} to {parts[most.index(max(most))]}"]
    return f"Still open after {format_span(after)}: {join_words(parts)}{rest}."


def open_share(row: Any) -> str:
    """Write which share of the items is open in a row of a survival curve, or between which bounds it lies."""
    least, most = f"{row.survival_least:.0%}", f"{row.survival_most:.0%}"
    return least if least == most else f"{least} to {most}"
