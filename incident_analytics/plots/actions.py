"""Figures of action items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from incident_analytics.analysis.completion_times import open_after
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_count, format_span
from incident_analytics.plots.drawing import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    NARROW,
    SMALL,
    VERMILION,
    WIDE,
    explain,
    fit,
    is_narrow,
    keep_apart,
    left_to_right,
    name_marks,
    set_height,
    span_axis,
    styled,
    two_widths,
)
from incident_analytics.sentences import (
    describe_survival,
    each_row,
    open_share,
)

__all__ = ["plot_action_survival"]

# Told apart by the dashes as well as by the colour.
_CURVES: Final[Sequence[tuple[str, Any]]] = (
    (BLUE, "-"),
    (VERMILION, "--"),
    (GREEN, (0, (1, 1))),
    (INK, "-."),
    (MUTED, (0, (5, 1, 1, 1, 1, 1))),
)
_LABEL: Final = 0.17  # of the axes' height: the two lines of text next to a curve


def _group_names(rows: pd.DataFrame, groups: Sequence[str]) -> pd.Series:
    if not groups:
        return pd.Series("All items", index=rows.index, dtype=object)
    return rows[groups[0]].astype(object).fillna(f"no {groups[0]}").astype(str)


@two_widths
def plot_action_survival(
    curve: pd.DataFrame,
    *,
    after: timedelta = timedelta(days=30),
    horizon: timedelta = timedelta(days=180),
    width: int = WIDE,
    ax: Axes | None = None,
) -> Axes:
    """Draw which part of the action items is still open after a time, group by group.

    Parameters
    ----------
    curve
        What `action_survival` gives, for one column of groups or for all items.
    after
        The age at which each curve is given in words.
    horizon
        How far the curves are drawn.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A falling line of steps a group, with its interval from six items on; where done items have no date, the
        range between its bounds, hatched. At most five groups, those of most items.
    """
    require_columns(curve, "time", "survival", "survival_low", "survival_high", "survival_least", "survival_most", "n")
    require_columns(curve, "n_done_undated", "n_undated", "n_unknown")
    groups = list(curve.columns[: curve.columns.get_loc("time")])
    if groups and isinstance(curve[groups[0]].dtype, pd.CategoricalDtype):
        curve = curve.sort_values([groups[0], "time"], ascending=[False, True])
    known = curve[curve["survival_most"].notna()]
    curves = dict(iter(known.groupby(_group_names(known, groups), sort=False)))
    most = sorted(curves, key=lambda name: -curves[name]["n"].iloc[0])[: len(_CURVES)]
    drawn = {name: rows for name, rows in curves.items() if name in most}
    marks = {name: next(each_row(open_after(rows, after))) for name, rows in curves.items()}
    finals = {name: rows[rows["time"] <= horizon].iloc[-1] for name, rows in curves.items()}
    notes = {
        name: ("" if pd.isna(marks[name].survival_most) else f"{open_share(marks[name])} at {format_span(after)}, ")
        + f"{open_share(finals[name])} at {format_span(min(horizon, rows['time'].iloc[-1]))}"
        for name, rows in curves.items()
    }
    with styled(ax, width=width, height=250) as axes:
        for (name, rows), (color, dashes) in zip(drawn.items(), _CURVES, strict=False):
            _draw_curve(axes, rows, marks[name], after, color=color, linestyle=dashes)
        _name_curves(axes, {name: f"{name} (n = {drawn[name]['n'].iloc[0]:,})" for name in drawn}, notes, finals)
        span_axis(axes, "x", [horizon])
        axes.set_xlim(0, horizon.total_seconds())
        axes.set_ylim(0, 1.02)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        axes.grid(axis="y")
        left_out = len(curves) - len(drawn)
        unknown = curve.loc[curve["time"] == pd.Timedelta(0), "n_unknown"].sum()  # each row of a group repeats it
        explain(
            axes,
            describe_survival(curve, after=after),
            "action items still open (Kaplan-Meier)"
            + ("; band: 95% CI" if any(map(_has_band, drawn.values())) else "")
            + (f"; dot: after {format_span(after)}" if any(pd.notna(marks[name].survival) for name in drawn) else "")
            + ("; shaded: possible range, as done items have no date" if any(map(_is_range, drawn.values())) else "")
            + (f"; {format_count(int(unknown), 'item')} with no recorded status not included" if unknown else "")
            + (f"; {format_count(left_out, 'smaller group')} not shown" if left_out else ""),
            [
                f"{name}: {notes[name]}"
                + (
                    ""
                    if pd.isna(mark.survival_low)
                    else f" ({mark.survival_low:.0%} to {mark.survival_high:.0%} at {format_span(after)})"
                )
                + f", n = {mark.n:,}"
                for name, mark in marks.items()
            ],
            alone=ax is None,
        )
    return axes


def _name_curves(axes: Axes, names: Mapping[str, str], notes: Mapping[str, str], finals: Mapping[str, Any]) -> None:
    """Write next to each curve, or on a narrow page below them, which one it is and what it says."""
    if is_narrow(axes):
        lines = [
            Line2D([], [], color=color, linestyle=dashes, linewidth=2, label=f"{words}\n{notes[name]}")
            for (name, words), (color, dashes) in zip(names.items(), _CURVES, strict=False)
        ]
        if lines:
            height = name_marks(axes, lines, room=NARROW - 44, below=24, columns=1)
            set_height(axes, 200 + height)
        return
    ends = [float(finals[name]["survival_most"]) for name in names]
    heights = keep_apart(ends, gap=_LABEL, low=_LABEL / 2, high=1)
    for (name, words), height, (color, _) in zip(names.items(), heights, _CURVES, strict=False):
        axes.annotate(
            f"{left_to_right(fit(words, 240, size=SMALL))}\n{notes[name]}", (1, height), (8, 0), color=color,
            xycoords=("axes fraction", "data"), textcoords="offset points", va="center", annotation_clip=False,
            fontsize=SMALL,
        )  # fmt: skip


def _is_range(rows: pd.DataFrame) -> bool:
    return bool(rows["n_done_undated"].iloc[0])


def _has_band(rows: pd.DataFrame) -> bool:
    """Return whether the interval of a curve is drawn: with fewer items the eye would overrate it."""
    return not _is_range(rows) and bool(rows["n"].iloc[0] >= LEAST["survival interval"])


def _draw_curve(axes: Axes, rows: pd.DataFrame, mark: Any, after: timedelta, **line: Any) -> None:
    """Draw one survival curve with its interval, or the range between its bounds."""
    seconds = rows["time"].dt.total_seconds()
    parts = {name: rows[name].astype(float) for name in rows.columns if name.startswith("survival")}
    if _is_range(rows):
        axes.fill_between(
            seconds, parts["survival_least"], parts["survival_most"], step="post", color=line["color"], alpha=0.13,
            linewidth=0,
        )  # fmt: skip
        for name in ("survival_least", "survival_most"):
            axes.step(seconds, parts[name], where="post", linewidth=1, **line)
        return
    if _has_band(rows):
        low, high = (parts[name].fillna(parts["survival"]) for name in ("survival_low", "survival_high"))
        axes.fill_between(seconds, low, high, step="post", color=line["color"], alpha=0.13, linewidth=0)
    axes.step(seconds, parts["survival"], where="post", linewidth=2, **line)
    if not pd.isna(mark.survival):
        axes.plot(after.total_seconds(), mark.survival, "o", color=line["color"], markersize=9)
