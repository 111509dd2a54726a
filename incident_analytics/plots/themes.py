"""The figure of what recurs in causes and factors."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_count
from incident_analytics.plots.drawing import (
    BLUE,
    NARROW,
    SIZE,
    SMALL,
    WIDE,
    explain,
    is_narrow,
    left_to_right,
    set_height,
    styled,
    two_widths,
    wrap,
)
from incident_analytics.sentences import describe_factors, each_row

__all__ = ["plot_recurring_factors"]

_BAR: Final = 10.0  # pixels
_LONG: Final = 4  # the width is that of at least so many incidents: two have a short bar


@two_widths
def plot_recurring_factors(
    factors: pd.DataFrame, *, limit: int = 10, width: int = WIDE, ax: Axes | None = None
) -> Axes:
    """Draw in how many incidents each recurring phrase occurs.

    Parameters
    ----------
    factors
        What `recurring_factors` gives.
    limit
        How many phrases at most, those of most incidents.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a phrase, in the table's order; above it the sentence that holds it.
    """
    require_columns(factors, "phrase", "n", "example")
    rows = factors.head(limit)
    with styled(ax, width=width, height=40) as axes:
        most = 1 if not is_narrow(axes) else 2
        room = NARROW if is_narrow(axes) else WIDE
        sentences = [wrap(str(row.example), room - 8, size=SIZE, most=most) for row in each_row(rows)]
        lines = max((sentence.count("\n") + 1 for sentence in sentences), default=1)
        row_height = 26 + 17 * lines  # pixels: the bar, the words above it and the gap to the next
        if ax is None:
            set_height(axes, row_height * max(len(rows), 1))
        axes.barh(range(len(rows)), rows["n"], height=_BAR / row_height, color=BLUE)
        for y, (row, sentence) in enumerate(zip(each_row(rows), sentences, strict=True)):
            axes.annotate(
                left_to_right(sentence), (0, y), (0, _BAR / 2 + 3), textcoords="offset points", va="bottom",
                linespacing=1.15, annotation_clip=False,
            )  # fmt: skip
            axes.annotate(
                f"{row.n}", (row.n, y), (5, 0), textcoords="offset points", va="center", fontsize=SMALL, weight="bold"
            )
        above = (row_height - _BAR / 2 - 6) / row_height  # of a row, for the words
        axes.set_ylim(max(len(rows), 1) - above, -above)
        axes.set_xlim(0, 1.08 * max([_LONG, *rows["n"]]))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(False)
        left_out = len(factors) - len(rows)
        explain(
            axes,
            describe_factors(factors),
            "bar: incidents that share the factor, in the words of one report"
            + (f"; {format_count(left_out, 'more factor')} not shown" if left_out else ""),
            [f"{row.example}: {row.n}" for row in each_row(rows)],
            alone=ax is None,
        )
    return axes
