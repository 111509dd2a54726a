"""Figures of how long the response took."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from incident_analytics.errors import ColumnsError
from incident_analytics.formatting import format_span
from incident_analytics.model import need_columns
from incident_analytics.plots.drawing import (
    BLUE,
    MUTED,
    explain,
    label_rows,
    severity_colors,
    span_axis,
    styled,
)
from incident_analytics.sentences import (
    describe_response,
    each_row,
    group_columns,
)

__all__ = ["plot_response", "plot_response_trend"]


def plot_response(summary: pd.DataFrame, *, metric: str = "time_to_restore", ax: Axes | None = None) -> Axes:
    """Draw each group's median and 90th percentile of a response metric.

    Parameters
    ----------
    summary
        What `response_summary` gives for one column of groups.
    metric
        Its metric.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a group, in the table's order with severities from the worst: a filled dot at the median, an open one
        at the 90th percentile, on a logarithmic scale.

    Raises
    ------
    ColumnsError
        ``the plot is of one column of groups, and the summary has none``
    """
    need_columns(summary, "n", "median", "p90")
    groups = group_columns(summary)
    if len(groups) != 1:
        raise ColumnsError(f"the plot is of one column of groups, and the summary has {', '.join(groups) or 'none'}")
    group = groups[0]
    ordered = isinstance(summary[group].dtype, pd.CategoricalDtype) and summary[group].cat.ordered
    rows = summary.sort_values(group, ascending=False) if ordered else summary
    colors = severity_colors(list(rows[group].cat.categories)) if ordered else {}
    names = [str(name) for name in rows[group].astype(object).fillna("unknown")]
    notes = [
        "none known" if pd.isna(row.median) else f"median {format_span(row.median)}, 90% within {format_span(row.p90)}"
        for row in each_row(rows)
    ]
    with styled(ax, rows=len(rows)) as axes:
        for y, (name, row) in enumerate(zip(names, each_row(rows), strict=True)):
            if pd.isna(row.median):
                continue
            color = colors.get(name, BLUE)
            median, p90 = row.median.total_seconds(), row.p90.total_seconds()
            axes.plot([median, p90], [y, y], color=color, linewidth=2, zorder=2)
            axes.plot([median], [y], "o", color=color, markersize=8, zorder=3)
            axes.plot([p90], [y], "o", color=color, markerfacecolor="white", markersize=7, zorder=3)
        label_rows(axes, [f"{name}  (n = {n})" for name, n in zip(names, rows["n"], strict=True)], notes)
        span_axis(axes, "x", [*rows["median"], *rows["p90"]], log=True)
        axes.grid(axis="x")
        explain(
            axes,
            describe_response(rows, metric=metric),
            f"{metric.replace('_', ' ')}, log scale; filled dot = median, open dot = 90th percentile",
            [f"{name}: {note}, n = {n}" for name, note, n in zip(names, notes, rows["n"], strict=True)],
            alone=ax is None,
        )
    return axes


def plot_response_trend(summary: pd.DataFrame, *, metric: str = "time_to_restore", ax: Axes | None = None) -> Axes:
    """Draw the median and 90th percentile of a response metric, period by period.

    Parameters
    ----------
    summary
        What `response_summary` gives with ``freq`` and no other groups.
    metric
        Its metric.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        Two lines on a logarithmic scale, with a gap at a period that has no span.
    """
    need_columns(summary, "period", "n", "median", "p90")
    # The greater of the two is labelled above its line, the other below: they may lie close together.
    series = {"median": ("median", "-", BLUE, "top"), "p90": ("90% within", "--", MUTED, "bottom")}
    with styled(ax, height=2.6) as axes:
        x = range(len(summary))
        for column, (words, dashes, color, side) in series.items():
            if summary[column].notna().any():
                axes.plot(x, summary[column].dt.total_seconds(), dashes, color=color, marker="o", markersize=5)
            known = [(i, span) for i, span in zip(x, summary[column], strict=True) if not pd.isna(span)]
            for i, span in known[-1:]:
                axes.annotate(
                    f"{words} {format_span(span)}", (i, span.total_seconds()), (8, 0), textcoords="offset points",
                    va=side, color=color, weight="bold",
                )  # fmt: skip
        axes.set_xticks(x, [f"{row.period}\nn = {row.n}" for row in each_row(summary)])
        span_axis(axes, "y", [*summary["median"], *summary["p90"]], log=True)
        axes.grid(axis="y")
        explain(
            axes,
            describe_response(summary, metric=metric),
            f"{metric.replace('_', ' ')} by period, log scale",
            [
                f"{row.period}: median {format_span(row.median)}, 90% within {format_span(row.p90)}, n = {row.n}"
                if row.n
                else f"{row.period}: none known"
                for row in each_row(summary)
            ],
            alone=ax is None,
        )
    return axes
