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
        The incidents table, to look at its incidents alone, and to count those of them as missing that have no row of
        a kind.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for each kind and each currency in which it is told; a kind that no report tells has one of currency NA:

        - kind, str: lost_revenue, additional_costs, credits_issued, then any others
        - currency, str: NA for amounts without one, which are mostly zeros, and for what is missing
        - total, Float64: in that currency, NA where n is 0
        - n, int64: amounts that were added up, one a report: so many reports state one
        - n_missing, int64: costs whose amount is not told
        - incident_ids, tuple of str, where asked for

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
    absent = [kind for kind in kinds if kind not in set(rows["kind"])]
    rows = pd.concat([rows, pd.DataFrame({"kind": absent}, dtype=TEXT)], ignore_index=True)
    rows = rows.assign(
        kind=pd.Categorical(rows["kind"], categories=kinds),
        n=rows["amount"].notna(),
        n_missing=rows["amount"].isna() & rows["incident_id"].notna(),
    )
    grouped = rows.groupby(["kind", "currency"], observed=True, dropna=False)
    totals = grouped[["amount"]].sum(min_count=1).rename(columns={"amount": "total"})
    totals = totals.join(grouped[["n", "n_missing"]].sum()).reset_index().astype({"kind": TEXT})
    if members:
        totals["incident_ids"] = [tuple(sorted(set(ids.dropna()))) for _, ids in grouped["incident_id"]]
    return totals
