"""Figures of action items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from incident_analytics.analysis.completion_times import open_after
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_count, format_share, format_span
from incident_analytics.plots.drawing import (
    BLUE,
    BLUES,
    GREEN,
    INK,
    MUTED,
    NARROW,
    PALE,
    PAPER,
    SKY,
    SMALL,
    TINY,
    VERMILION,
    WIDE,
    explain,
    fit,
    ink_on,
    is_narrow,
    keep_apart,
    label_rows,
    left_to_right,
    name_marks,
    set_height,
    span_axis,
    styled,
    text_width,
    two_widths,
)
from incident_analytics.sentences import (
    describe_ages,
    describe_completion,
    describe_overdue,
    describe_survival,
    each_row,
    group_columns,
    open_share,
)

__all__ = ["plot_action_age", "plot_action_completion", "plot_action_survival", "plot_overdue_actions"]

_STATES: Final = (
    ("done", GREEN),
    ("open, not due", SKY),
    ("open, overdue", VERMILION),
    ("status not recorded", PALE),
    ("dropped", PAPER),
)
# Told apart by the dashes as well as by the colour.
_CURVES: Final[Sequence[tuple[str, Any]]] = (
    (BLUE, "-"),
    (VERMILION, "--"),
    (GREEN, (0, (1, 1))),
    (INK, "-."),
    (MUTED, (0, (5, 1, 1, 1, 1, 1))),
)
_LABEL: Final = 0.17  # of the axes' height: the two lines of text next to a curve


@two_widths
def plot_action_completion(completion: pd.DataFrame, *, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw what became of the action items, group by group.

    Parameters
    ----------
    completion
        What `action_completion` gives, for one column of groups or for all items.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a group: done, open and not due yet, open and overdue, without a recorded status, dropped.
    """
    require_columns(completion, "n", "n_done", "n_open", "n_unknown", "n_dropped", "n_overdue", "completion")
    groups = group_columns(completion)
    rows = completion
    if groups and isinstance(rows[groups[0]].dtype, pd.CategoricalDtype):
        rows = rows.sort_values(groups[0], ascending=False)
    names = [cut(name, 26) for name in _group_names(rows, groups)]
    overdue = rows["n_overdue"].fillna(0).astype("int64")  # where no item has a due date none can be late
    parts = {
        "done": rows["n_done"],
        "open, not due": rows["n_open"] - overdue,
        "open, overdue": overdue,
        "status not recorded": rows["n_unknown"],
        "dropped": rows["n_dropped"],
    }
    notes = [
        f"{format_share(row.completion)} done ({row.n_done} of {row.n_done + row.n_open})"
        if row.n_done + row.n_open
        else "no status recorded"
        for row in each_row(rows)
    ]
    with styled(ax, width=width) as axes:
        labels = [f"{name}  (n = {n})" for name, n in zip(names, rows["n"], strict=True)]
        _stack(axes, labels, notes, [(state, parts[state], color) for state, color in _STATES], alone=ax is None)
        explain(
            axes,
            describe_completion(rows),
            f"action items{f' by {groups[0]}' if groups else ''}; done as a share of those with a recorded status",
            [
                f"{name}: " + ", ".join(f"{parts[state].iloc[i]} {state.replace(',', ' and')}" for state, *_ in _STATES)
                for i, name in enumerate(names)
            ],
            alone=ax is None,
        )
    return axes


@two_widths
def plot_action_age(ages: pd.DataFrame, *, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw for how long the open action items have been open, group by group.

    Parameters
    ----------
    ages
        What `action_ages` gives, for one column of groups or for all items.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a group, its parts from the youngest items to the oldest, the darker the older.
    """
    require_columns(ages, "age", "n", "n_undated", "n_unknown")
    groups = [column for column in group_columns(ages) if column != "age"]
    if groups and isinstance(ages[groups[0]].dtype, pd.CategoricalDtype):
        ages = ages.sort_values(groups[0], ascending=False, kind="stable")
    shown = ages.assign(n_open=ages["n"].groupby(_group_names(ages, groups)).transform("sum"))
    shown = shown[shown["n_open"] + shown["n_undated"] > 0]
    # Every group has its row of every age, in the same order.
    parts = {str(age): rows.reset_index(drop=True) for age, rows in shown.groupby("age", observed=False)}
    oldest, rows = list(parts.items())[-1]
    names = [cut(name, 26) for name in _group_names(rows, groups)]
    notes = [
        f"{row.n_open} open"
        + (f", {row.n} {oldest}" if row.n else "")
        + (f"; {row.n_undated} more of unknown age" if row.n_undated else "")
        for row in each_row(rows)
    ]
    with styled(ax, width=width) as axes:
        ramp = [(age, part["n"], color) for (age, part), color in zip(parts.items(), BLUES, strict=True)]
        _stack(axes, names, notes, ramp, alone=ax is None)
        explain(
            axes,
            describe_ages(ages),
            f"open action items{f' by {groups[0]}' if groups else ''}, by how long they have been open",
            [
                f"{name}: " + ", ".join(f"{part['n'].iloc[i]} {age}" for age, part in parts.items())
                for i, name in enumerate(names)
            ],
            alone=ax is None,
        )
    return axes


def _group_names(rows: pd.DataFrame, groups: Sequence[str]) -> pd.Series:
    if not groups:
        return pd.Series("All items", index=rows.index, dtype=object)
    return rows[groups[0]].astype(object).fillna(f"no {groups[0]}").astype(str)


def _stack(
    axes: Axes,
    names: Sequence[str],
    notes: Sequence[str],
    parts: Sequence[tuple[str, pd.Series, str]],
    *,
    alone: bool,
) -> None:
    """Draw a bar a row, made of parts, each with its name, its numbers and colour; a legend below names them."""
    parts = [part for part in parts if part[1].any()]
    longest = max([1, *pd.concat([n.reset_index(drop=True) for _, n, _ in parts], axis=1).sum(axis=1)]) if parts else 1
    handles = [Patch(facecolor=color, edgecolor=INK, linewidth=0.5, label=name) for name, _, color in parts]
    left = 0 if is_narrow(axes) else max(map(text_width, names), default=0)
    foot = name_marks(axes, handles, room=(NARROW if is_narrow(axes) else WIDE) - left - 10)
    pixel = label_rows(axes, names, notes, alone=alone, band=22 if is_narrow(axes) else 30, foot=foot)
    least = 0.07 if is_narrow(axes) else 0.05  # of the width: a part's number has room in it
    base: Any = 0
    for _, n, color in parts:
        edge = MUTED if color == PAPER else PAPER
        bars = axes.barh(range(len(n)), n, left=base, height=18 * pixel, color=color, edgecolor=edge)
        labels = [str(count) if count >= least * longest else "" for count in n]
        axes.bar_label(bars, labels, label_type="center", color=ink_on(color), fontsize=TINY)
        base = base + n
    axes.set_xlim(0, longest)
    axes.set_xticks([])


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
        _name_curves(axes, {name: f"{name} (n = {drawn[name]['n'].iloc[0]})" for name in drawn}, notes, finals)
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
                + f", n = {mark.n}"
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


@two_widths
def plot_overdue_actions(
    overdue: pd.DataFrame,
    *,
    n_due: int | None = None,
    n_items: int | None = None,
    limit: int = 12,
    width: int = WIDE,
    ax: Axes | None = None,
) -> Axes:
    """Draw how long the open action items are past their due dates, owner by owner.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives; items without a recorded status are not drawn.
    n_due
        How many items have a due date at all; None where that is not known.
    n_items
        How many items there are; None where that is not known.
    limit
        How many items at most, the longest overdue.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A bar an item, in days, below its owner's name: the owner of the longest overdue first, of each the longest
        first.
    """
    require_columns(overdue, "incident_id", "action", "owner", "status", "overdue_by")
    certain = overdue[overdue["status"].notna()].sort_values("overdue_by", ascending=False, kind="stable")
    certain = certain.assign(owner=certain["owner"].fillna("no owner"))
    shown = certain.head(limit)
    counts = certain["owner"].value_counts()
    places: list[tuple[str, Any]] = []  # the owners' names, and under each the items
    with styled(ax, width=width) as axes:
        for owner, items in shown.groupby("owner", sort=False):
            places.append((f"{cut(str(owner), 40)}  ({counts[owner]} overdue)", None))
            places += [(row.action, row) for row in each_row(items)]
        notes = ["" if row is None else format_span(row.overdue_by) for _, row in places]
        bars = [(y, row) for y, (_, row) in enumerate(places) if row is not None]
        notes_width = max((text_width(note, size=SMALL) for note in notes), default=0)
        room = NARROW - 16 - notes_width if is_narrow(axes) else 380
        pixel = label_rows(
            axes, [fit(name, room) for name, _ in places], notes, alone=ax is None,
            headings=[y for y, (_, row) in enumerate(places) if row is None], band=8 if is_narrow(axes) else 24,
        )  # fmt: skip
        drawn = axes.barh(
            [y for y, _ in bars], [row.overdue_by.total_seconds() for _, row in bars],
            height=(8 if is_narrow(axes) else 15) * pixel, color=VERMILION,
        )  # fmt: skip
        for bar, (_, row) in zip(drawn, bars, strict=True):
            bar.set_url(row.incident_id)
        span_axis(axes, "x", list(shown["overdue_by"]))
        axes.grid(axis="x")
        explain(
            axes,
            describe_overdue(overdue, n_due=n_due, n_items=n_items),
            "time past the due date, by owner"
            + (f"; the {limit} most overdue of {len(certain)} items" if len(certain) > limit else ""),
            [
                f"{row.action} ({row.incident_id}): {format_span(row.overdue_by)}, {row.owner}"
                for _, row in places
                if row is not None
            ],
            alone=ax is None,
        )
    return axes
