"""The sentence on what incidents cost."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_all, format_amount, format_count, join_words
from incident_analytics.sentences.wording import each_row

__all__ = ["describe_lost_revenue"]


def describe_lost_revenue(totals: pd.DataFrame) -> str:
    """Say the lost revenue, with how many reports give a figure; empty without any report.

    Parameters
    ----------
    totals
        What `cost_totals` gives.

    Examples
    --------
    >>> row = {"kind": ["lost_revenue"], "currency": ["USD"], "total": [0.0], "n": [4], "n_missing": [5]}
    >>> describe_lost_revenue(pd.DataFrame(row)), describe_lost_revenue(pd.DataFrame(row | {"total": [None], "n": [0]}))
    ('no lost revenue in the 4 of 9 reports that give a figure', 'no report gives the lost revenue')
    """
    require_columns(totals, "kind", "currency", "total", "n", "n_missing")
    rows = totals[totals["kind"] == "lost_revenue"]
    if rows.empty or not (rows["n"].sum() + rows["n_missing"].max()):
        return ""
    return _total("lost_revenue", rows) if rows["n"].sum() else "no report gives the lost revenue"


def _total(kind: str, rows: pd.DataFrame) -> str:
    """Say the amounts of one kind, and how many reports give one."""
    name = kind.replace("_", " ")
    n = int(rows["n"].sum())
    n_reports = n + int(rows["n_missing"].iloc[0])
    reports = format_count(n_reports, "report")
    give = "gives" if n == 1 else "give"
    every = f"{format_all(n_reports, 'report')} {give} a figure"
    spent = rows[(rows["total"] > 0).fillna(value=False)]
    if spent.empty:
        which = f"the {n:,} of {reports} that {give} a figure" if n < n_reports else format_all(n_reports, "report")
        return f"no {name} in {which}"
    amounts = join_words([format_amount(row.total, row.currency) for row in each_row(spent)])
    return f"{name} {amounts} ({f'{n:,} of {reports} {give} a figure' if n < n_reports else every})"
