"""The sentence on what incidents cost."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_amount, join_words
from incident_analytics.sentences.wording import each_row

__all__ = ["describe_costs"]


def describe_costs(totals: pd.DataFrame) -> str:
    """Say what incidents cost, by kind and currency.

    Parameters
    ----------
    totals
        What `cost_totals` gives.

    Returns
    -------
    str
        One sentence; ``n`` is the number of reports that state an amount.

    Examples
    --------
    >>> row = {"kind": ["lost_revenue"], "currency": ["USD"], "total": [34000.0], "n": [6], "n_missing": [2]}
    >>> describe_costs(pd.DataFrame(row))
    'Lost revenue USD 34,000 (n = 6).'
    """
    require_columns(totals, "kind", "currency", "total", "n")
    if not totals["n"].sum():
        return "No report states an amount of money."
    told = totals[totals["total"] > 0]  # never true of NA
    if told.empty:
        return "The reports that state an amount of money state zero."
    parts = [
        f"{row.kind.replace('_', ' ')} {format_amount(row.total, row.currency)} (n = {row.n})" for row in each_row(told)
    ]
    text = join_words(parts)
    return f"{capitalized(text)}."
