"""Sentences on what action items are for, and on when they are due."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_count, format_span, join_words
from incident_analytics.sentences.wording import are, each_row, first_of, has

__all__ = ["describe_due", "describe_prevention"]


def describe_prevention(preventive: pd.DataFrame) -> str:
    r"""Say which incidents have an action item that prevents their like.

    Parameters
    ----------
    preventive
        What `preventive_items` gives.

    Returns
    -------
    str
        Sentences; empty where no item has a class.

    Examples
    --------
    >>> rows = {"incident_id": ["a", "b", "c", "d"], "n": [2, 1, 4, 0], "n_unknown": [1, 0, 2, 0]}
    >>> rows |= {"n_proposed": [1, 1, 2, 0]}
    >>> prevented = pd.Series([True, False, None, None], dtype="boolean")
    >>> said = describe_prevention(pd.DataFrame(rows).assign(is_prevented=prevented))
    >>> print(said.replace(". ", ".\n"))
    1 of 3 incidents with action items has a preventive one; 1 has none: b.
    For 1 it isn't clear.
    d lists no action items.
    4 of 7 action items have a class, all proposed from their words.
    """
    require_columns(preventive, "incident_id", "n", "n_unknown", "n_proposed", "is_prevented")
    n_items, n_unknown, n_proposed = (int(preventive[name].sum()) for name in ("n", "n_unknown", "n_proposed"))
    n_classed = n_items - n_unknown
    if not n_classed:
        return ""
    with_items = preventive[preventive["n"] > 0]
    n_prevented = int(with_items["is_prevented"].sum())
    without = with_items.loc[~with_items["is_prevented"].fillna(value=True), "incident_id"].tolist()
    n_open = int(with_items["is_prevented"].isna().sum())
    n_incidents = format_count(len(with_items), "incident")
    said = f"{n_prevented:,} of {n_incidents} with action items {has(n_prevented)} a preventive one"
    said += f"; {len(without)} {has(len(without))} none: {first_of(without)}." if without else "."
    if n_open:
        said += f" For {n_open:,} it isn't clear."
    bare = preventive.loc[preventive["n"] == 0, "incident_id"].tolist()
    if bare:
        said += f" {first_of(bare)} {'lists' if len(bare) == 1 else 'list'} no action items."
    if n_proposed == n_classed:
        how = "all proposed from their words" if n_proposed > 1 else "proposed from its words"
    else:
        how = f"{n_proposed:,} of them proposed from their words"
    return f"{said} {n_classed:,} of {format_count(n_items, 'action item')} {has(n_classed)} a class, {how}."


def describe_due(due: pd.DataFrame) -> str:
    """Say how many action items are due within the target of their severity.

    Parameters
    ----------
    due
        What `due_times` gives by ``severity``.

    Returns
    -------
    str
        One sentence; empty where no item can be judged.

    Examples
    --------
    >>> days = pd.to_timedelta([30, 14], unit="D")
    >>> rows = {"severity": ["SEV-2", "SEV-1"], "target": days, "n": [1, 3], "n_judged": [1, 3], "n_met": [1, 2]}
    >>> describe_due(pd.DataFrame(rows).assign(n_missing=[0, 2], n_negative=0))
    '3 of 4 action items are due within the target (SEV-1 14d and SEV-2 30d). Not judged: 2 without a due date.'
    """
    require_columns(due, "severity", "target", "n", "n_missing", "n_negative", "n_judged", "n_met")
    judged = due[due["n_judged"] > 0]
    if judged.empty:
        return ""
    n_met, n = int(judged["n_met"].sum()), int(judged["n_judged"].sum())
    targets = join_words([f"{row.severity} {format_span(row.target)}" for row in each_row(judged[::-1])])
    said = f"{n_met:,} of {format_count(n, 'action item')} {are(n_met)} due within the target ({targets})"
    left = {
        "without a due date": int(due["n_missing"].sum()),
        "due before they were agreed on": int(due["n_negative"].sum()),
        "of a severity without a target": int((due["n"] - due["n_judged"]).sum()),
    }
    not_judged = join_words([f"{n_items:,} {why}" for why, n_items in left.items() if n_items])
    return f"{said}.{f' Not judged: {not_judged}.' if not_judged else ''}"
