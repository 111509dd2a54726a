"""Figures of availability and of error budgets."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_share, format_span
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    PALE,
    RULE,
    VERMILION,
    explain,
    label_rows,
    styled,
)
from incident_analytics.sentences import describe_availability, describe_budget, each_row

__all__ = ["plot_availability", "plot_budget_burn_down"]

_FLOOR: Final = -2.0  # a service further over its budget than that would flatten all others
_COLUMNS: Final = 3  # as many panels as leave each room for its words
_NINES: Final = (0.0, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


def plot_budget_burn_down(budget: pd.DataFrame, *, limit: int = 9, ax: Axes | None = None) -> Axes:
    """Draw what each service had left of its error budget as the window went on.

    Parameters
    ----------
    budget
        What `budget_burn_down` gives.
    limit
        How many services at most, those with the least left.
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
    lines = max(math.ceil(len(shown) / _COLUMNS), 1)
    columns = max(math.ceil(len(shown) / lines), 1)
    with styled(ax, height=1.55 * lines) as axes:
        axes.axis("off")
        for i, row in enumerate(each_row(shown)):
            line, column = divmod(i, columns)
            # Room for a panel's two lines of words above it, and for the times below it.
            corner = ((column + 0.02) / columns, 1 - (line + 0.84) / lines)
            panel = axes.inset_axes((*corner, 0.9 / columns, 0.58 / lines))
            points = budget[(budget["service"] == row.service) & (budget["start"] == row.start)]
            _draw_budget(panel, row, points, length=round(84 / columns) - 8)
            panel.set_ylim(max(min(0.0, shown["share_left"].min()), _FLOOR) * 1.08 - 0.04, 1.06)
            panel.tick_params(labelleft=column == 0, labelbottom=i + columns >= len(shown))
        explain(
            axes,
            describe_budget(
                ends.assign(window_start=ends["start"], window_n_missing=ends["n_missing"]),
                so_far=bool((ends["as_of"] < ends["end"]).any()),
            ),
            _burn_down_kind(budget, ranked, limit),
            [f"{row.service}, target {format_share(row.target)}: {_told(row)}, n = {row.n}" for row in each_row(last)],
            alone=ax is None,
        )
    return axes


def _burn_down_kind(budget: pd.DataFrame, ranked: pd.DataFrame, limit: int) -> str:
    parts = ["error budget left, n = outages; dashed = spent evenly"]
    unfinished = budget[budget["as_of"] < budget["end"]]
    if len(unfinished):
        parts.append(f"as of {unfinished['as_of'].iloc[0]:%Y-%m-%d}, what is shaded is to come")
    if len(ranked) > limit:
        parts.append(f"not drawn, as they have no less left: {len(ranked) - limit}")
    untold = budget["service"].nunique() - len(ranked)
    if untold:
        parts.append(f"not drawn, with a target of 100% or downtime not known: {untold}")
    return "; ".join(parts)


def _draw_budget(panel: Axes, row: Any, points: pd.DataFrame, *, length: int) -> None:
    """Draw one service's budget, from the words above down to the times below."""
    over = row.share_left < 0
    color = VERMILION if over else BLUE
    at, share = points["at"], points["share_left"].astype(float)
    if row.as_of < row.end:
        panel.axvspan(row.as_of, row.end, color=PALE, alpha=0.45, linewidth=0)
    panel.plot([row.start, row.end], [1, 0], "--", color=RULE, linewidth=1)
    panel.axhline(0, color=INK, linewidth=0.8)
    panel.fill_between(at, share, 0, where=share <= 0, interpolate=True, color=VERMILION, alpha=0.2, linewidth=0)
    panel.plot(at, share, color=color, linewidth=1.6, solid_joinstyle="round")
    words: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    panel.annotate(cut(row.service, length), (0, 1), (0, 13), weight="bold", **words)
    small: dict[str, Any] = {"color": MUTED, "fontsize": 7.5, **words}
    panel.annotate(f"n = {row.n}", (1, 1), (0, 13), ha="right", **small)
    panel.annotate(f"target {format_share(row.target)}", (0, 1), (0, 3), **small)
    panel.annotate(_left(row), (1, 1), (0, 3), color=color, weight="bold", ha="right", **words)
    panel.set_xlim(row.start, row.end)
    locator = AutoDateLocator(minticks=2, maxticks=4)  # type: ignore[no-untyped-call]
    start, end = panel.get_xlim()
    # None at the end: its words would stand beside those of the next panel's start.
    ticks = [tick for tick in locator.tick_values(row.start, row.end) if start <= tick < end - 0.08 * (end - start)]  # type: ignore[no-untyped-call]
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
    panel.set_yticks([-2, -1, 0, 1])
    panel.yaxis.set_major_formatter(FuncFormatter(lambda left, _: format_share(left)))
    panel.tick_params(labelsize=7.5, labelcolor=MUTED)
    panel.grid(axis="y")


def _told(row: Any) -> str:
    if not pd.isna(row.share_left):
        return _left(row)
    return "not known" if pd.isna(row.budget_left) else f"no budget, {format_span(-row.budget_left)} down"


def _left(row: Any) -> str:
    percent = math.floor(round(100 * row.share_left, 6))  # never more than there is: 0.1% over is no 0%
    # An outage whose length is not known can only have spent more.
    if percent < 0:
        return f"{'at least ' if row.n_missing else ''}{-percent:,}% over"
    return f"{'at most ' if row.n_missing else ''}{percent}% left"


def plot_availability(sla: pd.DataFrame, *, limit: int = 16, ax: Axes | None = None) -> Axes:
    """Draw each service's availability against its target.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    limit
        How many services at most: those with a target first, each from the least available up.
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
    names = [f"{cut(row.service, 34)}  (n = {row.n})" for row in each_row(rows)]
    notes = [
        "not known"
        if pd.isna(row.availability)
        else ("at most " if row.n_missing else "")
        + format_share(row.availability)
        + ("" if pd.isna(row.target) else f" (target {format_share(row.target)})")
        + (f", {'at least ' if row.n_missing else ''}{format_span(row.downtime)} down" if row.downtime else "")
        for row in each_row(rows)
    ]
    with styled(ax, rows=len(rows)) as axes:
        for y, row in enumerate(each_row(rows)):
            target, reached = (float("nan") if pd.isna(x) else 1 - x for x in (row.target, row.availability))
            color = VERMILION if reached > target else BLUE
            axes.plot([target, reached], [y, y], color=color, linewidth=1.6, zorder=1)
            axes.plot([target] * 2, [y - 0.3, y + 0.3], color=INK, linewidth=2.4, solid_capstyle="butt", zorder=2)
            axes.plot([reached], [y], "o", color=color, markersize=8, zorder=3)
        label_rows(axes, names, notes)
        worst = 1 - pd.concat([rows["availability"], rows["target"]]).astype(float).min()
        axes.set_xscale("symlog", linthresh=1e-4, linscale=0.6)
        axes.set_xlim((worst if worst > 0 else 0.01) * 1.6, -2e-5)
        axes.xaxis.set_major_locator(FixedLocator([down for down in _NINES if down <= max(worst, 0.01) * 1.6]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda down, _: format_share(1 - down)))
        axes.grid(axis="x")
        nameless = sla.loc[sla["service"].isna(), "n"].sum()
        explain(
            axes,
            describe_availability(sla),
            "availability, log scale of the time down; "
            + ("dot = reached, stroke = target, n = outages" if has_target.any() else "n = outages; no targets")
            + (f"; more services not drawn: {len(named) - limit}" if len(named) > limit else "")
            + (f"; outages of no named service: {nameless}" if nameless else ""),
            [f"{row.service}: {note}, n = {row.n}" for row, note in zip(each_row(rows), notes, strict=True)],
            alone=ax is None,
        )
    return axes
