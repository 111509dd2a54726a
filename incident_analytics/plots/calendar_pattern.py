"""The figure of when incidents start."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from incident_analytics.checks import require_columns
from incident_analytics.plots.drawing import (
    BLUES,
    MUTED,
    NARROW,
    PAPER,
    TINT,
    TINY,
    WIDE,
    explain,
    ink_on,
    is_narrow,
    styled,
    two_widths,
)
from incident_analytics.sentences import describe_start_hours, each_row

__all__ = ["plot_start_hours"]

_DEEP: Final = 4  # the darkest shade and the longest bar stand for as many incidents at least: of few, one is no peak


@two_widths
def plot_start_hours(hours: pd.DataFrame, *, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw at which hours of which weekdays incidents started.

    Parameters
    ----------
    hours
        What `start_hours` gives.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        Panels inside of it: a cell an hour of a weekday, the darker the more incidents, with their number, and bars
        for the sums of each row and column. Weekdays are rows; on a narrow page hours are.
    """
    require_columns(hours, "weekday", "hour", "n", "n_missing", "timezone")
    with styled(ax, width=width, height=240 if width > NARROW else 460) as axes:
        axes.axis("off")
        if hours["n"].any():
            _draw_hours(axes, hours, upright=is_narrow(axes))
        n, missing = hours["n"].sum(), hours["n_missing"].max() if len(hours) else 0
        zone = "".join(hours["timezone"].head(1))
        explain(
            axes,
            describe_start_hours(hours),
            f"incidents by weekday and hour of the day{f' ({zone})' if zone else ''}, n = {n:,}; bars: sums"
            + (f"; {missing} more have no recorded time" if missing else ""),
            [f"{row.weekday} {row.hour:02}:00: {row.n}" for row in each_row(hours[hours["n"] > 0])],
            alone=ax is None,
        )
    return axes


def _draw_hours(axes: Axes, hours: pd.DataFrame, *, upright: bool) -> None:
    """Draw the cells, with the sums of their columns above them and of their rows at their right."""
    days = [str(day)[:3] for day in hours["weekday"].cat.categories]
    table = hours.pivot_table(index="weekday", columns="hour", values="n", observed=False, aggfunc="sum").to_numpy()
    table = table.T if upright else table
    n_rows, n_columns = table.shape
    # A cell is as wide in the bars as it is among the cells.
    left, low = (0.09, 0.88) if upright else (0.05, 0.78)
    cells = axes.inset_axes((left, 0, 0.88 - left, low))
    cells.set(xlim=(0, n_columns), ylim=(n_rows, 0))
    cells.add_patch(Rectangle((0, 0), n_columns, n_rows, facecolor=TINT, linewidth=0))
    deepest = max(table.max(), _DEEP)
    for y, x in zip(*table.nonzero(), strict=True):
        n = table[y, x]
        color = BLUES[round((n - 1) / (deepest - 1) * (len(BLUES) - 1))]
        cells.add_patch(Rectangle((x, y), 1, 1, facecolor=color, linewidth=0))
        cells.annotate(str(n), (x + 0.5, y + 0.5), ha="center", va="center", fontsize=TINY, color=ink_on(color))
    cells.hlines(range(1, n_rows), 0, n_columns, color=PAPER, linewidth=1)
    cells.vlines(range(1, n_columns), 0, n_rows, color=PAPER, linewidth=1)
    step = [f"{hour:02}" for hour in range(0, 25, 3)]
    if upright:
        cells.set_xticks([x + 0.5 for x in range(n_columns)], days)
        cells.set_yticks(range(0, 25, 3), step)
    else:
        cells.set_yticks([y + 0.5 for y in range(n_rows)], days)
        cells.set_xticks(range(0, 25, 3), step)
    cells.spines["bottom"].set_visible(False)
    above = axes.inset_axes((left, low + 0.02, 0.88 - left, 0.98 - low))
    above.bar([x + 0.5 for x in range(n_columns)], table.sum(axis=0), width=0.86, color=BLUES[1])
    above.set(xlim=(0, n_columns), ylim=(0, max(table.sum(axis=0).max(), _DEEP)))
    above.axis("off")
    right = axes.inset_axes((0.89, 0, 0.11, low))
    sums = table.sum(axis=1)
    right.barh([y + 0.5 for y in range(n_rows)], sums, height=0.86, color=BLUES[1])
    right.set(xlim=(0, 1.6 * max(sums.max(), _DEEP)), ylim=(n_rows, 0))
    right.axis("off")
    for y, n in enumerate(sums):
        if n:
            right.annotate(
                str(n), (n, y + 0.5), (3, 0), textcoords="offset points", va="center", color=MUTED, fontsize=TINY
            )
