"""Figures of how many incidents there were, and how often they came."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from incident_analytics.checks import require_columns
from incident_analytics.errors import ColumnsError
from incident_analytics.formatting import format_count, format_span, format_with_interval
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    PALE,
    PAPER,
    SKY,
    SMALL,
    TINY,
    WIDE,
    allowance,
    explain,
    ink_on,
    is_narrow,
    label_periods,
    name_marks,
    name_panel,
    panels,
    severity_colors,
    shade_periods,
    span_axis,
    styled,
    text_width,
    two_widths,
)
from incident_analytics.sentences import (
    describe_counts,
    describe_gaps,
    describe_rates,
    each_row,
)

__all__ = ["plot_severity_counts", "plot_severity_rates", "plot_time_between"]

_SHADED: Final = "shaded: the period under review"


@two_widths
def plot_severity_counts(
    counts: pd.DataFrame,
    *,
    highlight: Collection[str] = (),
    n_undated: int = 0,
    width: int = WIDE,
    ax: Axes | None = None,
) -> Axes:
    """Draw the incidents of each period as bars stacked by severity, the worst at the bottom.

    Parameters
    ----------
    counts
        What `severity_counts` gives.
    highlight
        Periods to shade, by their names in ``counts``, such as those of the quarter under review. The title says
        these alone where there are any.
    n_undated
        Reports without a readable date: each of the periods may have had more, so a ``+`` follows its total, and its
        bar has a dotted outline on it.
    width
        The figure's width in CSS pixels.
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
    require_columns(counts, "period", "severity", "n")
    periods = list(dict.fromkeys(counts["period"]))
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
    drawn = [(name, heights, color) for name, heights, color in stacks if heights.any()]
    with styled(ax, width=width, height=230) as axes:
        base = pd.Series(0, index=periods)
        room = width - 10
        for name, heights, color in drawn:
            bars = axes.bar(
                range(len(periods)), heights, bottom=base, width=0.74, color=color, edgecolor=PAPER, label=name
            )
            # A number only where its part is high and wide enough to hold it.
            fits = 0.74 * room / max(len(periods), 1) > text_width(str(heights.max()), size=TINY)
            labels = [str(n) if n >= 0.09 * top and fits else "" for n in heights]
            axes.bar_label(bars, labels, label_type="center", color=ink_on(color), fontsize=TINY)
            base = base + heights
        shade_periods(axes, periods, highlight)
        more = "+" if n_undated else ""
        if more:
            axes.bar(
                range(len(periods)), 0.07 * top, bottom=base, width=0.74, fill=False, edgecolor=MUTED, linestyle=":"
            )
        if room / max(len(periods), 1) > text_width(f"{top}{more}", size=SMALL, weight="bold"):
            for x, total in enumerate(base + 0.07 * top * bool(more)):
                axes.annotate(
                    f"{base.iloc[x]}{more}", (x, total), (0, 3), textcoords="offset points", ha="center", weight="bold",
                    fontsize=SMALL,
                )  # fmt: skip
        label_periods(axes, periods, room=room)
        axes.set_ylim(0, (1.12 + 0.07 * bool(more)) * top)
        axes.set_yticks([])
        name_marks(
            axes,
            [Patch(facecolor=color, edgecolor=INK, linewidth=0.5, label=name) for name, _, color in drawn],
            room=room,
            below=40,
        )
        explain(
            axes,
            describe_counts(
                counts[counts["period"].isin(list(highlight))] if highlight else counts, n_undated=n_undated
            ),
            "incidents by severity"
            + (f"; {_SHADED}" if highlight else "")
            + ("; + and dotted: maybe more, from reports without a date" if more else ""),
            [
                f"{period}: {'at least ' * bool(more)}{base[period]}"
                + "".join(f", {heights[period]} {name}" for name, heights, _ in stacks if heights[period])
                for period in periods
            ],
            alone=ax is None,
        )
    return axes


@two_widths
def plot_severity_rates(
    rates: pd.DataFrame, *, highlight: Collection[str] = (), width: int = WIDE, ax: Axes | None = None
) -> Axes:
    """Draw how often incidents of each severity came in each period, with the interval of the rate.

    Parameters
    ----------
    rates
        What `severity_rates` gives.
    highlight
        Periods to shade, by their names in ``rates``, such as those of the quarter under review.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, whose child axes hold a panel a severity from the worst, all on the same scale: incidents per 30
        days as dots, on bars over their intervals, with the number of incidents above each.

    Raises
    ------
    UnknownNameError
        ``period '2025Q3' is not one of 2025-07, 2025-08, 2025-09``
    """
    require_columns(rates, "period", "severity", "n", "rate", "rate_low", "rate_high", "dispersion")
    rows = rates[rates["rate"].notna() & rates["period"].notna()]
    periods = list(dict.fromkeys(rates["period"].dropna()))
    severities = list(rows["severity"].cat.categories)
    colors = severity_colors(severities)
    parts = [(str(name), rows[rows["severity"] == name], colors[name]) for name in reversed(severities)]
    parts.append(("unknown", rows[rows["severity"].isna()], MUTED))
    parts = [part for part in parts if len(part[1])] or [("", rows, MUTED)]
    tops = [float(part["rate_high"].max()) if len(part) else 1.0 for _, part, _ in parts]
    tops = [1.3 * max(top, 0.3 * max(tops)) for top in tops]
    with styled(ax, width=width, height=40 + 92 * len(parts)) as axes:
        gap = (0.1 if not is_narrow(axes) else 0.4) * max(tops)
        for (name, part, color), panel, top in zip(parts, panels(axes, tops, gap=gap), tops, strict=True):
            name_panel(panel, name)
            panel.set_ylim(-0.05 * top, top)
            panel.yaxis.set_major_locator(MaxNLocator(2 if top < 2 * min(tops) else 3))
            panel.yaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
            panel.grid(axis="y")
            room = width - (60 if is_narrow(axes) else 100)
            label_periods(panel, periods, room=room)
            if rows["n"].any():
                xs = [periods.index(period) for period in part["period"]]
                bounds = part[["rate", "rate_low", "rate_high"]].astype(float)
                panel.vlines(xs, bounds["rate_low"], bounds["rate_high"], color=color, linewidth=3)
                panel.plot(xs, bounds["rate"], "o", color=color, markeredgecolor=INK, markeredgewidth=0.5, markersize=8)
                if room / len(periods) > text_width(str(part["n"].max()), size=TINY) + 2:
                    for x, n, high in zip(xs, part["n"], bounds["rate_high"], strict=True):
                        panel.annotate(
                            str(n), (x, high), (0, 3), textcoords="offset points", ha="center", fontsize=TINY,
                            color=MUTED,
                        )  # fmt: skip
            shade_periods(panel, periods, highlight)
        explain(
            axes,
            describe_rates(rates),
            "incidents per 30 days; dot: rate; bar: 95% CI; number: incidents"
            + (f"; {_SHADED}" if highlight else "")
            + allowance(rows["dispersion"]),
            [
                f"{name}: "
                + ", ".join(
                    f"{row.period} {format_with_interval(row._asdict(), 'rate')}, n = {row.n:,}"
                    for row in each_row(part)
                )
                for name, part, _ in parts
                if name
            ],
            alone=ax is None,
        )
    return axes


@two_widths
def plot_time_between(gaps: pd.DataFrame, *, between: pd.DataFrame, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw the time since the last incident, which grows day by day until the next one begins.

    Parameters
    ----------
    gaps
        The result of `time_between`, for one column of groups or for all incidents.
    between
        The result of `mean_time_between` for the same gaps.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, whose child axes hold a panel a group that has two incidents of known time, all on the same scale:
        a peak is the time between two incidents, the dotted line the time since the last one, the dashed line the mean.

    Raises
    ------
    ColumnsError
        ``the plot is of one column of groups, and the table has severity, team``
    """
    require_columns(gaps, "incident_id", "occurred_at", "gap")
    require_columns(between, "n", "mean", "longest_before", "since_last")
    groups = list(gaps.columns[: gaps.columns.get_loc("incident_id")])
    if len(groups) > 1:
        raise ColumnsError(f"the plot is of one column of groups, and the table has {', '.join(groups)}")
    known = gaps[gaps["gap"].notna()]
    names = (
        known[groups[0]].astype(object).fillna("unknown").astype(str)
        if groups
        else known["incident_id"].map(lambda _: "")
    )
    parts = [(str(name), known[names == name]) for name in dict.fromkeys(names)]
    labels = between[groups[0]].astype(object).fillna("unknown").astype(str) if groups else [""] * len(between)
    means = dict(zip(labels, each_row(between), strict=True))
    if groups and isinstance(gaps[groups[0]].dtype, pd.CategoricalDtype) and gaps[groups[0]].cat.ordered:
        worst_first = [*reversed(gaps[groups[0]].cat.categories), "unknown"]
        parts.sort(key=lambda part: worst_first.index(part[0]))
    each = 180 if len(parts) < 2 else 120  # noqa: PLR2004 - one alone has more room
    with styled(ax, width=width, height=30 + each * max(len(parts), 1)) as axes:
        stacked = panels(axes, [1.0] * max(len(parts), 1), gap=0.4 if is_narrow(axes) else 0.25)
        for (name, part), panel in zip(parts, stacked, strict=False):
            _draw_gaps(
                panel, part, means[name], top=max([known["gap"].max(), *between["mean"], *between["since_last"]])
            )
            name_panel(panel, name)
        if not parts:
            stacked[0].set_axis_off()
        explain(
            axes,
            describe_gaps(between),
            "time since the last incident; peak: time between two incidents; dotted: since the last one; "
            "dashed: mean, including that gap",
            [
                f"{name}{': ' if name else ''}"
                + ", ".join(f"{format_span(row.gap)} before {row.incident_id}" for row in each_row(part))
                for name, part in parts
            ],
            alone=ax is None,
        )
    return axes


def _draw_gaps(ax: Axes, gaps: pd.DataFrame, between: Any, *, top: pd.Timedelta) -> None:
    """Draw the saw of one group: from 0 at an incident up to the gap at the next."""
    days: list[float] = []
    seconds: list[float] = []
    for row in each_row(gaps):
        days += [*date2num([row.occurred_at - row.gap, row.occurred_at, row.occurred_at])]  # type: ignore[no-untyped-call]
        seconds += [0.0, row.gap.total_seconds(), 0.0]
    ax.plot(days, seconds, color=BLUE, linewidth=1.5, zorder=2)
    ax.fill_between(days, seconds, color=SKY, alpha=0.25, linewidth=0, zorder=1)
    last = gaps["occurred_at"].iloc[-1]
    ax.plot(date2num([last, last + between.since_last]), [0, between.since_last.total_seconds()], ":", color=BLUE)  # type: ignore[no-untyped-call]
    mean = between.mean.total_seconds()
    ax.axhline(mean, color=INK, linewidth=1, linestyle="--", zorder=3)
    ax.annotate(
        f"mean {format_span(between.mean)}\n({format_count(between.n, 'gap')})", (1, mean), (6, 0),
        xycoords=("axes fraction", "data"), textcoords="offset points", va="center", annotation_clip=False,
        fontsize=TINY,
    )  # fmt: skip
    (longest,) = each_row(gaps[gaps["incident_id"] == between.longest_before])
    ax.annotate(
        format_span(longest.gap), (longest.occurred_at, longest.gap.total_seconds()), (0, 2),
        textcoords="offset points", ha="center", va="bottom", fontsize=TINY, color=BLUE,
    )  # fmt: skip
    span_axis(ax, "y", [1.15 * top])
    ax.grid(axis="y")
    locator = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.tick_params(axis="x", pad=7)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
