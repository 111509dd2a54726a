"""Figures of availability and of error budgets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_count, format_share, format_span, percent_of
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    SMALL,
    TINT,
    TINY,
    VERMILION,
    WIDE,
    explain,
    fit,
    is_narrow,
    label_rows,
    left_to_right,
    set_height,
    styled,
    text_width,
    two_widths,
)
from incident_analytics.sentences import describe_availability, describe_budget, each_row

__all__ = ["plot_availability", "plot_budget_burn_down"]

_FLOOR: Final = -2.0  # a service further over its budget than that would flatten all others
_LINE: Final = 148  # pixels of a panel with its words
_SPACE: Final = 18  # pixels between two panels
_COLUMNS: Final = 3  # as many panels as leave each room for its words
_NEAR: Final = 0.15  # of the width: ticks closer than that would be on each other
_NINES: Final = (0.0, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


@two_widths
def plot_budget_burn_down(budget: pd.DataFrame, *, limit: int = 9, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw what each service had left of its error budget as the window went on.

    Parameters
    ----------
    budget
        What `budget_burn_down` gives.
    limit
        How many services at most, those with the least left.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A panel a service inside of it, the one with the least left first: the share of the budget that is left in the
        last window, against a dashed line that spends it evenly, below zero shaded down to 200% over. A service whose
        share is NA has no panel; the caption counts it.
    """
    require_columns(budget, "service", "period", "start", "end", "as_of", "n", "n_missing")
    require_columns(budget, "target", "budget", "budget_left", "at", "share_left")
    ends = budget.groupby(["service", "start"], sort=False).tail(1)
    last = ends.groupby("service", sort=False).tail(1)
    ranked = last[last["share_left"].notna()].sort_values(["share_left", "service"], kind="stable")
    shown = ranked.head(limit)
    with styled(ax, width=width, height=60) as axes:
        axes.axis("off")
        columns = 1 if is_narrow(axes) else _COLUMNS
        lines = max(math.ceil(len(shown) / columns), 1)
        if not is_narrow(axes):
            columns = max(math.ceil(len(shown) / lines), 1)
        if ax is None:
            set_height(axes, _LINE * lines)
        ticks = 40 / width  # the share of the width that the values at the left take
        each = (1 - ticks + _SPACE / width) / columns
        for i, row in enumerate(each_row(shown)):
            line, column = divmod(i, columns)
            # Room for a panel's two lines of words above it, and for the times below it.
            corner = (ticks + column * each, 1 - (line + 0.83) / lines)
            panel = axes.inset_axes((*corner, each - _SPACE / width, 0.54 / lines))
            points = budget[(budget["service"] == row.service) & (budget["start"] == row.start)]
            _draw_budget(panel, row, points, room=(each * width) - _SPACE)
            panel.set_ylim(max(min(0.0, shown["share_left"].min()), _FLOOR) * 1.08 - 0.04, 1.06)
            panel.tick_params(labelleft=column == 0, labelbottom=i + columns >= len(shown))
        explain(
            axes,
            describe_budget(
                ends.assign(
                    window_start=ends["start"],
                    window_n_missing=ends["n_missing"],
                    window_n_silent=ends.get("n_silent", 0),
                ),
                so_far=bool((ends["as_of"] < ends["end"]).any()),
            ),
            _burn_down_kind(budget, ranked, limit),
            [
                f"{row.service}, target {format_share(row.target)}: {_left_or_why(row)}, n = {row.n:,}"
                for row in each_row(last)
            ],
            alone=ax is None,
        )
    return axes


def _burn_down_kind(budget: pd.DataFrame, ranked: pd.DataFrame, limit: int) -> str:
    parts = ["error budget left, n = outages; dashed: spent evenly"]
    unfinished = budget[budget["as_of"] < budget["end"]]
    if len(unfinished):
        parts.append(f"shaded: still to come as of {unfinished['as_of'].iloc[0]:%Y-%m-%d}")
    if len(ranked) > limit:
        parts.append(f"{format_count(len(ranked) - limit, 'service')} with at least as much left not shown")
    unjudged = budget["service"].nunique() - len(ranked)
    if unjudged:
        parts.append(f"not shown: {format_count(unjudged, 'service')} with a target of 100% or unknown downtime")
    return "; ".join(parts)


def _draw_budget(panel: Axes, row: Any, points: pd.DataFrame, *, room: float) -> None:
    """Draw one service's budget, from the words above down to the times below."""
    over = row.share_left < 0
    color = VERMILION if over else BLUE
    at, share = points["at"], points["share_left"].astype(float)
    if row.as_of < row.end:
        panel.axvspan(row.as_of, row.end, color=TINT, linewidth=0)
    panel.plot([row.start, row.end], [1, 0], "--", color=MUTED, linewidth=1)
    panel.axhline(0, color=INK, linewidth=1)
    panel.fill_between(at, share, 0, where=share <= 0, interpolate=True, color=VERMILION, alpha=0.2, linewidth=0)
    panel.plot(at, share, color=color, linewidth=2)
    words: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    n = f"n = {row.n:,}"
    small: dict[str, Any] = {"color": MUTED, "fontsize": TINY, **words}
    service = fit(row.service, room - text_width(n, size=TINY) - 10, weight="bold")
    panel.annotate(left_to_right(service), (0, 1), (0, 20), weight="bold", **words)
    panel.annotate(n, (1, 1), (0, 20), ha="right", **small)
    panel.annotate(f"target {format_share(row.target)}", (0, 1), (0, 5), **small)
    panel.annotate(_left(row), (1, 1), (0, 5), color=color, weight="bold", ha="right", fontsize=SMALL, **words)
    panel.set_xlim(row.start, row.end)
    locator = AutoDateLocator(minticks=2, maxticks=4)  # type: ignore[no-untyped-call]
    start, end = panel.get_xlim()
    # None at the end: its words would run into those of the next panel's start.
    ticks = [tick for tick in locator.tick_values(row.start, row.end) if start <= tick < end - 0.08 * (end - start)]  # type: ignore[no-untyped-call]
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
    panel.set_yticks([-2, -1, 0, 1])
    panel.yaxis.set_major_formatter(FuncFormatter(lambda left, _: format_share(left)))
    panel.tick_params(labelsize=TINY)
    panel.tick_params(axis="x", pad=7)
    panel.grid(axis="y")


def _left_or_why(row: Any) -> str:
    if not pd.isna(row.share_left):
        return _left(row)
    return "not known" if pd.isna(row.budget_left) else f"no budget, {format_span(-row.budget_left)} down"


def _left(row: Any) -> str:
    left = round(100 - percent_of(1 - row.share_left), 1)  # as the first screen writes what is used
    # An outage whose length is not known, or a month without reports, can only have spent more.
    is_bound = row.n_missing or getattr(row, "n_silent", 0)
    if left < 0:
        return f"{'at least ' if is_bound else ''}{-left:,.12g}% over"
    return f"{'at most ' if is_bound else ''}{left:g}% left"


@two_widths
def plot_availability(sla: pd.DataFrame, *, limit: int = 16, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw each service's availability against its target.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    limit
        How many services at most: those with a target first, each from the least available up.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a service: a dot at its availability, an upright stroke at its target, on a scale that is logarithmic in
        the share of time down, so that 99.9% and 99.99% lie as far apart as 99% and 99.9%.
    """
    require_columns(sla, "service", "n", "n_missing", "downtime", "availability", "target")
    named = sla[sla["service"].notna()]
    has_target = named["target"].notna()
    order = ["is_bare", "availability", "service"]
    rows = named.assign(is_bare=~has_target).sort_values(order, ignore_index=True).head(limit)
    names = [f"{cut(row.service, 34)}  (n = {row.n:,})" for row in each_row(rows)]
    notes = [
        "not known"
        if pd.isna(row.availability)
        else ("at most " if row.n_missing else "")
        + format_share(row.availability)
        + ("" if pd.isna(row.target) else f" (target {format_share(row.target)})")
        + (f", {'at least ' if row.n_missing else ''}{format_span(row.downtime)} down" if row.downtime else "")
        for row in each_row(rows)
    ]
    with styled(ax, width=width) as axes:
        pixel = label_rows(axes, names, notes, alone=ax is None, band=22 if is_narrow(axes) else 30)
        for y, row in enumerate(each_row(rows)):
            target, reached = (float("nan") if pd.isna(x) else 1 - x for x in (row.target, row.availability))
            color = VERMILION if reached > target else BLUE
            axes.plot([target, reached], [y, y], color=color, linewidth=2, zorder=1)
            axes.plot([target] * 2, [y - 9 * pixel, y + 9 * pixel], color=INK, linewidth=3, zorder=2)
            axes.plot([reached], [y], "o", color=color, markersize=11, zorder=3)
        worst = 1 - pd.concat([rows["availability"], rows["target"]]).astype(float).min()
        axes.set_xscale("symlog", linthresh=1e-4, linscale=0.6)
        axes.set_xlim((worst if worst > 0 else 0.01) * 1.6, -2e-5)
        axes.xaxis.set_major_locator(
            FixedLocator(_ticks(axes, [down for down in _NINES if down <= max(worst, 0.01) * 1.6]))
        )
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda down, _: format_share(1 - down)))
        axes.grid(axis="x")
        nameless = sla.loc[sla["service"].isna(), "n"].sum()
        explain(
            axes,
            describe_availability(sla),
            "availability, log scale of the time down; "
            + ("dot: reached; stroke: target; n = outages" if has_target.any() else "dot: reached; n = outages")
            + (f"; {format_count(len(named) - limit, 'more service')} not shown" if len(named) > limit else "")
            + (f"; {format_count(int(nameless), 'outage')} without a named service not shown" if nameless else ""),
            [f"{row.service}: {note}, n = {row.n:,}" for row, note in zip(each_row(rows), notes, strict=True)],
            alone=ax is None,
        )
    return axes


def _ticks(ax: Axes, ticks: Sequence[float]) -> list[float]:
    """Return the ticks, the last of which is at the right end, without those that are too near to the next."""
    scale = ax.xaxis.get_transform()
    left, right = scale.transform(ax.get_xlim())
    places = [float((scale.transform(tick) - left) / (right - left)) for tick in ticks]
    kept: list[int] = []
    for i in sorted(range(len(ticks)), key=lambda i: -places[i]):
        if not kept or places[kept[-1]] - places[i] > _NEAR:
            kept.append(i)
    return [ticks[i] for i in kept]
