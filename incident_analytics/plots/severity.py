"""Figures of how many incidents there were, and how often they came."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
from matplotlib.axes import Axes

from incident_analytics.errors import UnknownNameError
from incident_analytics.model import need_columns
from incident_analytics.plots.drawing import (
    PALE,
    explain,
    ink_on,
    period_labels,
    severity_colors,
    styled,
)
from incident_analytics.sentences import (
    describe_counts,
)

__all__ = ["plot_severity_counts"]


def plot_severity_counts(counts: pd.DataFrame, *, highlight: Collection[str] = (), ax: Axes | None = None) -> Axes:
    """Draw the incidents of each period as bars stacked by severity, the worst at the bottom.

    Parameters
    ----------
    counts
        What `severity_counts` gives.
    highlight
        Periods to shade, by their names in ``counts``, such as those of the quarter under review. The title tells
        these alone where there are any.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a period, each part labelled with its number and each bar with its total.

    Raises
    ------
    UnknownNameError
        ``period '2025Q3' is not one of 2025-07, 2025-08, 2025-09``
    """
    need_columns(counts, "period", "severity", "n")
    periods = list(dict.fromkeys(counts["period"]))
    for name in highlight:
        if name not in periods:
            raise UnknownNameError(f"period {name!r} is not one of {', '.join(periods)}")
    severities = list(counts["severity"].cat.categories)
    colors = severity_colors(severities)
    parts = [(name, counts["severity"] == name, colors[name]) for name in reversed(severities)]
    if counts["severity"].isna().any():
        parts.append(("unknown", counts["severity"].isna(), PALE))
    stacks = [
        (name, counts[rows].groupby("period")["n"].sum().reindex(periods, fill_value=0), color)
        for name, rows, color in parts
        if counts["n"].any()
    ]
    top = max([1, *counts.groupby("period")["n"].sum()])
    with styled(ax, height=2.7) as axes:
        shaded = [periods.index(name) for name in highlight]
        if shaded and stacks:
            axes.axvspan(min(shaded) - 0.5, max(shaded) + 0.5, color="#eef2f7", zorder=0)
        base = pd.Series(0, index=periods)
        for name, heights, color in stacks:
            bars = axes.bar(periods, heights, bottom=base, width=0.74, color=color, edgecolor="white", label=name)
            # A number only where its part is high enough to hold it.
            labels = [str(n) if n >= 0.07 * top else "" for n in heights]
            axes.bar_label(bars, labels, label_type="center", color=ink_on(color), fontsize=8)
            base = base + heights
        for x, total in enumerate(base):
            axes.annotate(str(total), (x, total), (0, 3), textcoords="offset points", ha="center", weight="bold")
        handles, names = axes.get_legend_handles_labels()
        axes.legend(
            handles[::-1], names[::-1], frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), handlelength=1.0
        )
        axes.set_xticks(range(len(periods)), period_labels(periods))
        axes.set_ylim(0, 1.1 * top)
        axes.set_yticks([])
        explain(
            axes,
            describe_counts(counts[counts["period"].isin(list(highlight))] if shaded else counts),
            "incidents by severity" + ("; the shaded part is under review" if shaded else ""),
            [
                f"{period}: {base[period]}"
                + "".join(f", {heights[period]} {name}" for name, heights, _ in stacks if heights[period])
                for period in periods
            ],
            alone=ax is None,
        )
    return axes
