"""The sentence on what incidents cost."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_amount, format_count, join_words
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
        One sentence, with how many reports give a figure.

    Examples
    --------
    >>> row = {"kind": ["lost_revenue"], "currency": ["USD"], "total": [34000.0], "n": [6], "n_missing": [2]}
    >>> describe_costs(pd.DataFrame(row))
    'Lost revenue USD 34,000 (6 of 8 reports give a figure).'
    """
    require_columns(totals, "kind", "currency", "total", "n", "n_missing")
    if not totals["n"].sum():
        return "No report gives an amount of money."
    spent = totals[(totals["total"] > 0).fillna(value=False)]
    if spent.empty:
        return "The reports that give an amount of money give zero."
    parts = []
    for kind, rows in spent.groupby("kind", sort=False):
        amounts = join_words([format_amount(row.total, row.currency) for row in each_row(rows)])
        n = int(totals.loc[totals["kind"] == kind, "n"].sum())
        reports = format_count(n + int(rows["n_missing"].iloc[0]), "report")
        parts.append(
            f"{str(kind).replace('_', ' ')} {amounts} ({n} of {reports} {'gives' if n == 1 else 'give'} a figure)"
        )
    return f"{capitalized(join_words(parts))}."
