"""Figures of what differs between two definitions, or between two periods."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from incident_analytics.checks import require_columns
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    VERMILION,
    WIDE,
    explain,
    fit_name,
    is_narrow,
    label_rows,
    span_axis,
    styled,
    two_widths,
)
from incident_analytics.plots.response import draw_median, median_legend, median_note
from incident_analytics.sentences import (
    describe_comparison,
    describe_definitions,
    each_row,
    is_finding,
)

__all__ = ["plot_comparison", "plot_definitions"]


@two_widths
def plot_definitions(
    table: pd.DataFrame, *, metric: str = "time_to_restore", width: int = WIDE, ax: Axes | None = None
) -> Axes:
    """Draw the median of the same incidents under each definition of a response metric.

    Parameters
    ----------
    table
        What `definition_sensitivity` gives.
    metric
        The metric to draw.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a definition, in the table's order: a diamond at the median, on a bar over its interval where the table
        has one, on a logarithmic scale. The definition in use is blue, and a line compares its median with the others.
    """
    require_columns(table, "metric", "definition", "same_as", "is_own", "n", "n_open")
    require_columns(table, "median", "median_low", "median_high")
    rows = table[table["metric"] == metric]
    names = [_definition(row.definition, row.same_as) for row in each_row(rows)]
    notes = [f"{median_note(row)}, n = {row.n}" for row in each_row(rows)]
    with styled(ax, width=width) as axes:
        band = 20 if is_narrow(axes) else 38  # two lines
        own = {"color": BLUE, "weight": "bold"}
        label_rows(
            axes, names, [note.replace(" (", "\n(") for note in notes], alone=ax is None, band=band,
            looks=[own if row.is_own else {} for row in each_row(rows)],
        )  # fmt: skip
        span_axis(axes, "x", [*rows["median"], *rows["median_low"], *rows["median_high"]], log=True)
        for y, row in enumerate(each_row(rows)):
            draw_median(axes, row, y, color=BLUE if row.is_own else MUTED)
            if row.is_own and not pd.isna(row.median):
                axes.axvline(row.median.total_seconds(), color=BLUE, linewidth=0.8, linestyle=":", zorder=1)
        axes.grid(axis="x")
        explain(
            axes,
            describe_definitions(table, metric=metric),
            f"{metric.replace('_', ' ')}, log scale{median_legend(rows)}; blue: as defined",
            [
                f"{name.replace(chr(10), ' ')}{' (as defined)' if row.is_own else ''}: {note}"
                for name, note, row in zip(names, notes, each_row(rows), strict=True)
            ],
            alone=ax is None,
        )
    return axes


def _definition(text: str, same_as: Any) -> str:
    """Write a definition such as ``ended_at - started_at or detected_at`` as people say it, in two lines."""
    n_same = 0 if pd.isna(same_as) else same_as.count(";") + 1
    more = f" (+{n_same} alike)" if n_same else ""
    if " - " not in text:
        return f"{text.replace('_', ' ')}{more}"
    end, start = (
        ", else ".join(name.removesuffix("_at").replace("_", " ") for name in part.split(" or "))
        for part in text.split(" - ")
    )
    return f"from {start}\nto {end}{more}"


def _change_note(row: Any) -> str:
    low, high = row.change_low, row.change_high
    interval = "" if pd.isna(low) else f" ({_signed(low)} to {_signed(high)})"
    return f"{_signed(row.change)}{interval}; n = {row.n_before} before, {row.n_after} after"


def _signed(change: float) -> str:
    return f"{change:+,.0%}" if change else "no change"


_RATIOS: Final = (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10, 100)
_WIDEST: Final = 2000.0  # what changed by more than that is drawn at the edge


@two_widths
def plot_comparison(table: pd.DataFrame, *, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw by how much response metrics changed from one period to another, each with its interval.

    Parameters
    ----------
    table
        What `compare_periods` gives.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a comparison, the primary one first, on the scale of logarithms: a filled dot where the change is
        significant (p_adjusted at most 0.05), a hollow one where it is not, and a bar over the interval. A row of too
        few incidents has no mark.
    """
    require_columns(
        table,
        "metric",
        "group",
        "is_primary",
        "n_before",
        "n_after",
        "change",
        "change_low",
        "change_high",
        "p_value",
        "p_adjusted",
        "can_tell",
    )
    rows = table.sort_values("is_primary", ascending=False, kind="stable")
    names = [
        f"{row.metric.replace('_', ' ')}" + ("" if row.group == "all" else f", {row.group}") for row in each_row(rows)
    ]
    compared = [not pd.isna(row.p_value) for row in each_row(rows)]
    notes = [
        _change_note(row) if known else f"too few; n = {row.n_before} before, {row.n_after} after"
        for row, known in zip(each_row(rows), compared, strict=True)
    ]
    filled = sum(is_finding(row.p_adjusted) for row in each_row(rows[compared]))
    bounds = pd.concat([rows.loc[compared, name] for name in ("change", "change_low", "change_high")]).dropna()
    ratios = [min(max(1 + bound, 1 / _WIDEST), _WIDEST) for bound in bounds]
    with styled(ax, width=width) as axes:
        label_rows(
            axes, [fit_name(name) for name in names], [note.replace("; ", "\n") for note in notes], alone=ax is None,
            band=20 if is_narrow(axes) else 38,
            looks=[{"weight": "bold"} if row.is_primary else {} for row in each_row(rows)],
        )  # fmt: skip
        axes.set_xscale("log")
        axes.set_xlim(min([0.5, *ratios]) / 1.2, max([2.0, *ratios]) * 1.2)
        low, high = axes.get_xlim()
        axes.xaxis.set_major_locator(FixedLocator([ratio for ratio in _RATIOS if low <= ratio <= high]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: _signed(ratio - 1)))
        for y, (row, known) in enumerate(zip(each_row(rows), compared, strict=True)):
            if not known:
                continue
            is_change = is_finding(row.p_adjusted)
            color = VERMILION if is_change else INK if row.is_primary else MUTED
            if not pd.isna(row.change_low):
                ends = [1 + row.change_low, 1 + row.change_high]
                axes.plot(ends, [y, y], color=color, linewidth=3, zorder=2)
            fill = color if is_change else PAPER
            axes.plot(1 + row.change, y, "o", color=color, markerfacecolor=fill, markersize=9, zorder=3)
        if any(compared):
            axes.axvline(1, color=INK, linewidth=1, zorder=1)
        axes.grid(axis="x")
        explain(
            axes,
            describe_comparison(table),
            "; ".join(
                [
                    "change of the geometric mean, log scale",
                    *(["bar: 95% CI"] if rows.loc[compared, "change_low"].notna().any() else []),
                    *(["filled dot: significant"] if filled else []),
                    *(["hollow dot: not significant"] if filled < sum(compared) else []),
                    "bold: the primary comparison",
                ]
            ),
            [f"{name}: {note}" for name, note in zip(names, notes, strict=True)],
            alone=ax is None,
        )
    return axes
