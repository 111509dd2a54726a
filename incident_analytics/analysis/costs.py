"""What incidents cost."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.analysis.grouping import levels
from incident_analytics.checks import require_columns
from incident_analytics.schema import TEXT

__all__ = ["cost_totals"]

_KINDS: Final = ("lost_revenue", "additional_costs", "credits_issued")


def cost_totals(costs: pd.DataFrame, *, incidents: pd.DataFrame | None = None, members: bool = False) -> pd.DataFrame:
    """Add up each kind of cost, never across currencies.

    Parameters
    ----------
    costs
        The costs table.
    incidents
        The incidents table, to look at its incidents alone, and to count those whose report gives no amount of a kind.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for each kind and each currency in which it is reported; a kind without any amount has one row:

        - kind, str: lost_revenue, additional_costs, credits_issued, then any others
        - currency, str: NA for amounts without one that no other currency of the kind can take
        - total, Float64: in that currency, NA where n is 0
        - n, int64: reports that give an amount
        - n_missing, int64: reports that give no amount of this kind, the same in each of its rows
        - incident_ids, tuple of str, where asked for: the incidents of n

        Nothing is nothing in every currency: a zero without one counts in the kind's currency where it has only one.

    Raises
    ------
    ColumnsError
        ``column 'amount' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> costs = make_table("costs", {
    ...     "incident_id": ["INC-2025-03-14-001", "INC-2025-03-14-001", "INC-2025-03-15-001"],
    ...     "kind": ["lost_revenue", "credits_issued", "lost_revenue"],
    ...     "amount": [1200.0, None, 300.0], "currency": ["USD", None, "USD"], "line": [41, 43, 41],
    ... })
    >>> cost_totals(costs)
                   kind currency   total  n  n_missing
    0      lost_revenue      USD  1500.0  2          0
    1  additional_costs      NaN    <NA>  0          0
    2    credits_issued      NaN    <NA>  0          1
    """
    require_columns(costs, "incident_id", "kind", "amount", "currency")
    kinds = list(dict.fromkeys((*_KINDS, *levels(costs["kind"]))))
    rows = costs[["incident_id", "kind", "amount", "currency"]]
    if incidents is not None:
        require_columns(incidents, "incident_id")
        asked = incidents[["incident_id"]].merge(pd.DataFrame({"kind": kinds}), how="cross")
        rows = asked.merge(rows, on=["incident_id", "kind"], how="left")
    rows = rows.astype({"currency": TEXT})
    has_amount = rows["amount"].notna()
    currencies = rows[has_amount].groupby("kind")["currency"].agg(lambda found: sorted(set(found.dropna())))
    only = {kind: found[0] for kind, found in currencies.items() if len(found) == 1}
    is_zero = has_amount & (rows["amount"] == 0).fillna(value=False) & rows["currency"].isna()
    rows["currency"] = rows["currency"].mask(is_zero, rows["kind"].map(only)).astype(TEXT)

    used = rows[has_amount]
    absent = pd.DataFrame({"kind": [kind for kind in kinds if kind not in set(used["kind"])]}, dtype=TEXT)
    used = pd.concat([used, absent], ignore_index=True)
    used["kind"] = pd.Categorical(used["kind"], categories=kinds)
    grouped = used.assign(n=used["amount"].notna()).groupby(["kind", "currency"], observed=True, dropna=False)
    totals = grouped[["amount"]].sum(min_count=1).rename(columns={"amount": "total"})
    totals = totals.join(grouped[["n"]].sum()).reset_index().astype({"kind": TEXT})
    missing = rows.loc[~has_amount].groupby("kind")["incident_id"].count()
    totals["n_missing"] = totals["kind"].map(missing).fillna(0).astype("int64")
    if members:
        totals["incident_ids"] = [tuple(sorted(set(ids.dropna()))) for _, ids in grouped["incident_id"]]
    return totals
