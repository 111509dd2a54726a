"""The figure of what incidents cost."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from incident_analytics.checks import require_columns
from incident_analytics.errors import UnknownNameError
from incident_analytics.formatting import format_amount, join_words
from incident_analytics.plots.drawing import (
    BLUE,
    WIDE,
    explain,
    is_narrow,
    label_rows,
    styled,
    two_widths,
)
from incident_analytics.sentences import (
    describe_costs,
    each_row,
)

__all__ = ["plot_costs"]


@two_widths
def plot_costs(totals: pd.DataFrame, *, currency: str | None = None, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw what incidents cost by kind, in one currency: amounts in different ones cannot be compared.

    Parameters
    ----------
    totals
        What `cost_totals` gives.
    currency
        The currency to draw; None draws the one in which most amounts are stated.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a kind. The sentence has the other currencies' totals too.

    Raises
    ------
    UnknownNameError
        ``currency 'GBP' is not one of EUR, USD``
    """
    require_columns(totals, "kind", "currency", "total", "n")
    reported = totals[totals["total"].notna() & totals["currency"].notna() & (totals["n"] > 0)]
    stated = reported.groupby("currency")["n"].sum()
    if currency is None:
        currency = str(stated.idxmax()) if len(stated) else None
    elif currency not in stated.index:
        raise UnknownNameError(f"currency {currency!r} is not one of {', '.join(stated.index)}")
    rows = reported[reported["currency"] == currency]
    names = [kind.replace("_", " ").capitalize() for kind in rows["kind"]]
    notes = [f"{format_amount(row.total, row.currency)}, n = {row.n}" for row in each_row(rows)]
    with styled(ax, width=width) as axes:
        pixel = label_rows(axes, names, notes, alone=ax is None, band=20 if is_narrow(axes) else 30)
        if (rows["total"] > 0).any():  # where every amount is zero there is nothing to see
            axes.barh(range(len(rows)), rows["total"].astype(float), height=16 * pixel, color=BLUE)
            axes.set_xlim(0, 1.02 * float(rows["total"].max()))
        axes.xaxis.set_major_locator(MaxNLocator(3 if is_narrow(axes) else 5, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda amount, _: format_amount(amount)))
        axes.grid(axis="x")
        others = join_words([name for name in stated.index if name != currency])
        explain(
            axes,
            describe_costs(totals),
            f"{currency}, n = reports that state the amount" + (f"; {others} not drawn" if others else ""),
            [f"{name}: {note}" for name, note in zip(names, notes, strict=True)],
            alone=ax is None,
        )
    return axes
