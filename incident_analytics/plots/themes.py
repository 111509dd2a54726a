"""The figure of what recurs in causes and factors."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes

from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut
from incident_analytics.plots.drawing import BLUE, MUTED, explain, styled
from incident_analytics.sentences import describe_factors, each_row

__all__ = ["plot_recurring_factors"]

_LONG: Final = 4  # the width stands for as many incidents at least: two are no long bar


def plot_recurring_factors(factors: pd.DataFrame, *, limit: int = 10, ax: Axes | None = None) -> Axes:
    """Draw in how many incidents each recurring phrase occurs.

    Parameters
    ----------
    factors
        What `recurring_factors` gives.
    limit
        How many phrases at most, those of most incidents.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a phrase, in the table's order; above it the phrase and a sentence that holds it.
    """
    require_columns(factors, "phrase", "n", "example")
    rows = factors.head(limit)
    with styled(ax, rows=len(rows)) as axes:
        axes.barh(range(len(rows)), rows["n"], height=0.28, color=BLUE)
        for y, row in enumerate(each_row(rows)):
            above: dict[str, Any] = {"xycoords": "data", "textcoords": "offset points", "va": "bottom"}
            phrase = axes.annotate(cut(row.phrase, 50), (0, y - 0.18), (0, 1), weight="bold", **above)
            example = cut(row.example, 96 - round(1.2 * len(phrase.get_text())))  # bold is wider
            axes.annotate(
                f"“{example}”",
                (1, 0),
                (6, 0),
                xycoords=phrase,
                textcoords="offset points",
                va="bottom",
                color=MUTED,
                fontsize=8,
            )
            axes.annotate(f"{row.n}", (row.n, y), (4, 0), textcoords="offset points", va="center", fontsize=8)
        axes.set_ylim(max(len(rows), 1) - 0.7, -0.75)
        axes.set_xlim(0, 1.05 * max([_LONG, *rows["n"]]))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(False)
        left_out = len(factors) - len(rows)
        explain(
            axes,
            describe_factors(factors),
            "incidents whose causes and factors have the phrase; beside it the shortest sentence"
            + (f"; more phrases not drawn: {left_out}" if left_out else ""),
            [f"{row.phrase}: {row.n}" for row in each_row(rows)],
            alone=ax is None,
        )
    return axes
