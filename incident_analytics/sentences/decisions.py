"""Sentences on what a review leaves to decide."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_count
from incident_analytics.sentences.sla import budget_states
from incident_analytics.sentences.wording import are, first_of, has

__all__ = ["describe_decisions"]

_LONG: Final = 90  # days after which an overdue item is rather forgotten than late


def describe_decisions(sla: pd.DataFrame, overdue: pd.DataFrame, *, n_pending: int = 0) -> list[str]:
    """Say what a review leaves to decide.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    overdue
        What `overdue_actions` gives.
    n_pending
        How many reports of the period are not final.

    Returns
    -------
    list of str
        A sentence for each decision; none where nothing waits for one.

    Examples
    --------
    >>> sla = pd.DataFrame({"service": ["API"], "budget": [pd.Timedelta(hours=2)], "window_n_missing": [0]})
    >>> sla["budget_left"] = [pd.Timedelta(hours=-1)]
    >>> late = {"status": ["open", "open"], "owner": ["SRE team", None], "overdue_by": pd.to_timedelta([95, 3], "D")}
    >>> for decision in describe_decisions(sla, pd.DataFrame(late), n_pending=2):
    ...     print(decision)
    API is over budget: freeze risky changes or adjust the target?
    1 action item is over 90 days late: close it or re-plan it.
    1 overdue action item has no owner: assign one.
    2 post-mortems are not final: assign an owner to each.
    """
    require_columns(sla, "service", "budget", "budget_left", "window_n_missing")
    require_columns(overdue, "status", "owner", "overdue_by")
    spent = list(dict.fromkeys(sla.loc[budget_states(sla)[0], "service"]))
    late = overdue[overdue["status"].notna()]
    old, orphans = int((late["overdue_by"] > pd.Timedelta(days=_LONG)).sum()), int(late["owner"].isna().sum())
    decisions = []
    if spent:
        adjust = "adjust the target" if len(spent) == 1 else "adjust the targets"
        decisions.append(f"{first_of(spent)} {are(len(spent))} over budget: freeze risky changes or {adjust}?")
    if old:
        them = "it" if old == 1 else "them"
        items = format_count(old, "action item")
        decisions.append(f"{items} {are(old)} over {_LONG} days late: close {them} or re-plan {them}.")
    if orphans:
        decisions.append(f"{format_count(orphans, 'overdue action item')} {has(orphans)} no owner: assign one.")
    if n_pending:
        assign = "assign an owner" if n_pending == 1 else "assign an owner to each"
        decisions.append(f"{format_count(n_pending, 'post-mortem')} {are(n_pending)} not final: {assign}.")
    return decisions
