"""The sentence on what a review leaves to decide."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_count
from incident_analytics.sentences.wording import are, first_of

__all__ = ["describe_decisions"]

_LONG: Final = 90  # days after which an overdue item is rather forgotten than late


def describe_decisions(sla: pd.DataFrame, overdue: pd.DataFrame, *, n_unfinished: int = 0, n_open: int = 0) -> str:
    """Say what a review leaves to decide.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    overdue
        What `overdue_actions` gives.
    n_unfinished
        How many reports of the period are not Final.
    n_open
        How many of its incidents are not over.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> sla = pd.DataFrame({"service": ["API"], "budget_left": [pd.Timedelta(hours=-1)]})
    >>> late = {"status": ["open", "open"], "owner": ["SRE team", None], "overdue_by": pd.to_timedelta([95, 3], "D")}
    >>> describe_decisions(sla, pd.DataFrame(late), n_unfinished=2)  # doctest: +NORMALIZE_WHITESPACE
    'To decide: what follows from the spent error budget of API; whether the 1 action item overdue by more than 90 days
    is still wanted; who takes the 1 overdue action item without an owner; who finishes the 2 reports that are not
    Final.'
    """
    require_columns(sla, "service", "budget_left")
    require_columns(overdue, "status", "owner", "overdue_by")
    over = list(sla.loc[(sla["budget_left"] < pd.Timedelta(0)).fillna(False), "service"])
    late = overdue[overdue["status"].notna()]
    old, orphans = int((late["overdue_by"] > pd.Timedelta(days=_LONG)).sum()), int(late["owner"].isna().sum())
    long_overdue = f"overdue by more than {_LONG} days"
    questions = [
        (over, f"what follows from the spent error budget{'' if len(over) == 1 else 's'} of {first_of(over)}"),
        (old, f"whether the {format_count(old, 'action item')} {long_overdue} {are(old)} still wanted"),
        (orphans, f"who takes the {format_count(orphans, 'overdue action item')} without an owner"),
        (n_unfinished, f"who finishes the {format_count(n_unfinished, 'report')} that {are(n_unfinished)} not Final"),
        (n_open, f"what ends the {format_count(n_open, 'incident')} that {are(n_open)} still open"),
    ]
    asked = [question for there, question in questions if there]
    return f"To decide: {'; '.join(asked)}." if asked else "Nothing in these figures waits for a decision."
