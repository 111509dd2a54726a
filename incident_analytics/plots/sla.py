"""Figures of downtime, availability and error budgets."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from incident_analytics.formatting import format_share, format_span
from incident_analytics.model import need_columns
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    VERMILION,
    explain,
    label_rows,
    span_axis,
    styled,
)
from incident_analytics.sentences import (
    describe_budget,
    describe_downtime,
    each_row,
)

__all__ = ["plot_downtime", "plot_error_budget"]


def plot_downtime(downtime: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each service's downtime.

    Parameters
    ----------
    downtime
        What `downtime` or `sla_impact` gives.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a service, in the table's order.
    """
    need_columns(downtime, "service", "n", "downtime")
    seconds = downtime["downtime"].dt.total_seconds()
    spans = [format_span(span) for span in downtime["downtime"]]
    with styled(ax, rows=len(downtime)) as axes:
        if seconds.any():
            axes.barh(range(len(downtime)), seconds, height=0.6, color=BLUE)
        notes = [f"{span}, n = {n}" for span, n in zip(spans, downtime["n"], strict=True)]
        names = list(downtime["service"].astype(object).fillna("no service named"))
        label_rows(axes, names, notes)
        span_axis(axes, "x", list(downtime["downtime"]))
        axes.grid(axis="x")
        explain(
            axes,
            describe_downtime(downtime),
            "downtime per service",
            [f"{name}: {note}" for name, note in zip(names, notes, strict=True)],
            alone=ax is None,
        )
    return axes


def plot_error_budget(sla: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of its error budget that each service used.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a service that has a budget, against a line at the whole budget. A service whose budget is empty (a
        target of 100%) has no share: its row tells the downtime in words.
    """
    need_columns(sla, "service", "target", "downtime", "budget", "budget_left")
    rows = sla[sla["budget"].notna()]
    used = [
        (row.budget - row.budget_left) / row.budget if row.budget > pd.Timedelta(0) else float("nan")
        for row in each_row(rows)
    ]
    notes = [
        f"{format_span(row.downtime)} of {format_span(row.budget)}" + ("" if pd.isna(share) else f" ({share:.0%})")
        for row, share in zip(each_row(rows), used, strict=True)
    ]
    with styled(ax, rows=len(rows)) as axes:
        colors = [VERMILION if left < pd.Timedelta(0) else BLUE for left in rows["budget_left"]]
        axes.barh(range(len(rows)), used, height=0.6, color=colors)
        if len(rows):
            axes.axvline(1, color=INK, linewidth=1.2)
            axes.annotate(
                "whole budget", (1, 0), (3, -4), xycoords=("data", "axes fraction"), textcoords="offset points",
                va="top", fontsize=8,
            )  # fmt: skip
        names = [f"{row.service}\ntarget {format_share(row.target)}" for row in each_row(rows)]
        label_rows(axes, names, notes)
        axes.set_xlim(0, 1.05 * max([1.2, *(share for share in used if not pd.isna(share))]))
        axes.set_xticks([])
        explain(
            axes,
            describe_budget(sla),
            "downtime as a share of the error budget",
            [
                f"{row.service}, target {format_share(row.target)}: {note}"
                for row, note in zip(each_row(rows), notes, strict=True)
            ],
            alone=ax is None,
        )
    return axes
