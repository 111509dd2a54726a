"""The figure of when incidents start."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

from incident_analytics.checks import require_columns
from incident_analytics.plots.drawing import BLUES, MUTED, explain, ink_on, styled
from incident_analytics.sentences import describe_start_hours, each_row

__all__ = ["plot_start_hours"]

_EMPTY: Final = "#f3f5f8"
_DEEP: Final = 4  # the darkest shade and the longest bar stand for as many incidents at least: of few, one is no peak


def plot_start_hours(hours: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw at which hours of which weekdays incidents started.

    Parameters
    ----------
    hours
        What `start_hours` gives.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        Panels inside of it: a cell an hour of a weekday, the darker the more incidents, with their number; the sums of
        hours above it, and of weekdays at its right.
    """
    require_columns(hours, "weekday", "hour", "n", "n_missing", "timezone")
    told = hours[hours["n"] > 0]
    with styled(ax, height=2.5) as axes:
        axes.axis("off")
        if len(told):
            _draw_cells(axes.inset_axes((0.05, 0, 0.83, 0.76)), hours)
            by_hour = hours.groupby("hour")["n"].sum()
            above = axes.inset_axes((0.05, 0.79, 0.83, 0.21))
            above.bar(by_hour.index, by_hour, width=0.86, color=BLUES[1])
            above.set(xlim=(-0.5, 23.5), ylim=(0, max(by_hour.max(), _DEEP)))
            above.axis("off")
            by_weekday = hours.groupby("weekday", observed=False)["n"].sum()
            beside = axes.inset_axes((0.89, 0, 0.11, 0.76))
            beside.barh(range(7), by_weekday, height=0.86, color=BLUES[1])
            for y, n in enumerate(by_weekday):
                beside.annotate(
                    str(n), (n, y), (3, 0), textcoords="offset points", va="center", color=MUTED, fontsize=8
                )
            beside.set(xlim=(0, 1.35 * max(by_weekday.max(), _DEEP)), ylim=(6.5, -0.5))
            beside.axis("off")
        n, missing = hours["n"].sum(), hours["n_missing"].max() if len(hours) else 0
        zone = "".join(hours["timezone"].head(1))
        explain(
            axes,
            describe_start_hours(hours),
            f"incidents by weekday and hour of the day{f' ({zone})' if zone else ''}, n = {n}"
            + (f"; {missing} more have no recorded time" if missing else ""),
            [f"{row.weekday} {row.hour:02}:00: {row.n}" for row in each_row(told)],
            alone=ax is None,
        )
    return axes


def _draw_cells(panel: Axes, hours: pd.DataFrame) -> None:
    table = hours.pivot_table(index="weekday", columns="hour", values="n", observed=False)
    ramp = LinearSegmentedColormap.from_list("incidents", BLUES)
    deepest = max(hours["n"].max(), _DEEP)
    colors: list[list[str]] = [
        [_EMPTY if n == 0 else to_hex(ramp((n - 1) / (deepest - 1))) for n in row] for row in table.to_numpy()
    ]
    panel.pcolormesh(
        range(25), range(8), [[to_rgb(color) for color in row] for row in colors], edgecolors="white", linewidth=1
    )
    for row in each_row(hours[hours["n"] > 0]):
        x, y = row.hour, list(table.index).index(row.weekday)
        panel.annotate(str(row.n), (x + 0.5, y + 0.5), ha="center", va="center", fontsize=8, color=ink_on(colors[y][x]))
    panel.set(xlim=(0, 24), ylim=(7, 0))
    panel.set_yticks([y + 0.5 for y in range(7)], [day[:3] for day in hours["weekday"].cat.categories])
    panel.set_xticks(range(0, 25, 3), [f"{hour:02}" for hour in range(0, 25, 3)])
    panel.spines["bottom"].set_visible(False)
