"""Figures of action items."""

from __future__ import annotations

import textwrap
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from incident_analytics.formatting import format_share, format_span
from incident_analytics.model import need_columns
from incident_analytics.plots.drawing import (
    GREEN,
    PALE,
    RULE,
    SKY,
    VERMILION,
    explain,
    ink_on,
    label_rows,
    span_axis,
    styled,
)
from incident_analytics.sentences import (
    describe_completion,
    describe_overdue,
    each_row,
    group_columns,
)

__all__ = ["plot_action_completion", "plot_overdue_actions"]

_STATES: Final = (
    ("done", GREEN, ""),
    ("open", SKY, ""),
    ("overdue", VERMILION, ""),
    ("status unknown", PALE, ""),
    ("dropped", "white", "////"),
)


def plot_action_completion(completion: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what became of the action items, group by group.

    Parameters
    ----------
    completion
        What `action_completion` gives, for one column of groups or for all items.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a group: done, open and not due yet, overdue, of unknown status, dropped.
    """
    need_columns(completion, "n", "n_done", "n_open", "n_unknown", "n_dropped", "n_overdue", "completion")
    groups = group_columns(completion)
    rows = completion
    if groups and isinstance(rows[groups[0]].dtype, pd.CategoricalDtype):
        rows = rows.sort_values(groups[0], ascending=False)
    names = list(rows[groups[0]].astype(object).fillna("none stated")) if groups else ["All items"]
    parts = {
        "done": rows["n_done"],
        "open": rows["n_open"] - rows["n_overdue"],
        "overdue": rows["n_overdue"],
        "status unknown": rows["n_unknown"],
        "dropped": rows["n_dropped"],
    }
    with styled(ax, rows=len(rows)) as axes:
        base = pd.Series(0, index=rows.index)
        for state, color, hatch in _STATES:
            n = parts[state]
            if not n.sum():
                continue
            edge = RULE if hatch else "white"
            bars = axes.barh(range(len(rows)), n, left=base, height=0.6, color=color, hatch=hatch, edgecolor=edge)
            labels = [str(count) if count >= 0.05 * rows["n"].max() else "" for count in n]
            axes.bar_label(bars, labels, label_type="center", color=ink_on(color), fontsize=8)
            base = base + n
        notes = [
            f"{format_share(row.completion)} done ({row.n_done} of {row.n_done + row.n_open})"
            if row.n_done + row.n_open
            else "none of known status"
            for row in each_row(rows)
        ]
        label_rows(axes, [f"{name}  (n = {n})" for name, n in zip(names, rows["n"], strict=True)], notes)
        axes.set_xticks([])
        axes.legend(
            handles=[
                Patch(facecolor=color, hatch=hatch, edgecolor=RULE if hatch else color, label=state)
                for state, color, hatch in _STATES
                if parts[state].sum()
            ],
            loc="upper left", bbox_to_anchor=(0, 0), ncols=5, frameon=False, handlelength=1.0, borderaxespad=0,
        )  # fmt: skip
        explain(
            axes,
            describe_completion(rows),
            f"action items{f' by {groups[0]}' if groups else ''}; done as a share of those of known status",
            [
                f"{name}: " + ", ".join(f"{parts[state].iloc[i]} {state}" for state, *_ in _STATES)
                for i, name in enumerate(names)
            ],
            alone=ax is None,
        )
    return axes


def plot_overdue_actions(overdue: pd.DataFrame, *, limit: int = 10, ax: Axes | None = None) -> Axes:
    """Draw how long the open action items are past their due dates, the longest first.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives; items of unknown status are not drawn.
    limit
        How many items at most.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar an item, in days.
    """
    need_columns(overdue, "incident_id", "action", "owner", "status", "overdue_by")
    certain = overdue[overdue["status"].notna()].sort_values("overdue_by", ascending=False, kind="stable")
    rows = certain.head(limit)
    names = [textwrap.shorten(row.action, 46, placeholder=" …") for row in each_row(rows)]
    notes = [
        f"{format_span(row.overdue_by)}, {'no owner' if pd.isna(row.owner) else row.owner}" for row in each_row(rows)
    ]
    with styled(ax, rows=len(rows)) as axes:
        axes.barh(range(len(rows)), rows["overdue_by"].dt.total_seconds(), height=0.6, color=VERMILION)
        label_rows(axes, names, notes)
        span_axis(axes, "x", list(rows["overdue_by"]))
        axes.grid(axis="x")
        explain(
            axes,
            describe_overdue(overdue),
            "time past the due date" + (f"; the {limit} longest of {len(certain)}" if len(certain) > limit else ""),
            [f"{row.action} ({row.incident_id}): {note}" for row, note in zip(each_row(rows), notes, strict=True)],
            alone=ax is None,
        )
    return axes
