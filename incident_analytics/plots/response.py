"""Figures of how long the response took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.errors import ColumnsError
from incident_analytics.formatting import format_count, format_span
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    NARROW,
    PALE,
    PAPER,
    SIZE,
    SMALL,
    TINT,
    TINY,
    WIDE,
    explain,
    fit_name,
    is_narrow,
    label_periods,
    label_rows,
    severity_colors,
    span_axis,
    spread,
    styled,
    text_width,
    two_widths,
)
from incident_analytics.sentences import (
    describe_response,
    describe_response_trend,
    each_row,
    group_columns,
)

__all__ = ["plot_response", "plot_response_trend"]

_LANES: Final = 5  # in which a row's incidents may lie
_LANE: Final = 11.0  # pixels
_MANY: Final = 100  # dots in a row, from which they are drawn to shine through
_DOT: Final = 8.0  # pixels
_NAMED: Final = 5  # incidents of a row, up to which the words name each
_WORDS_WIDTH: Final = 76  # pixels of a period that has room for its median in words
_FIGURES: Final = ("n", "n_open", "median", "median_low", "median_high", "p90")


@two_widths
def plot_response(
    summary: pd.DataFrame,
    *,
    times: pd.DataFrame | None = None,
    metric: str = "time_to_restore",
    width: int = WIDE,
    ax: Axes | None = None,
) -> Axes:
    """Draw each group's incidents, and the median of a response metric with its interval.

    Parameters
    ----------
    summary
        What `response_summary` gives for one column of groups.
    times
        The rows of `response_times` that the summary is based on, in the same window, with the column of groups; by
        service the rows that `with_services` gives. Without them no single incident is drawn.
    metric
        The summary's metric.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a group, in the table's order with severities from the worst, on a logarithmic scale: each dot is one
        incident that ended; a diamond at the median, a bar over its interval where the summary has one. Without
        ``times`` a hollow dot at the p90, where the summary has one.

    Raises
    ------
    ColumnsError
        ``the plot is of one column of groups, and the summary has none``; ``the summary has 4 ended incidents of
        SEV-1, and times has 9 of them; both must be of the same window``
    """
    require_columns(summary, *_FIGURES)
    groups = group_columns(summary)
    if len(groups) != 1:
        raise ColumnsError(f"the plot is of one column of groups, and the summary has {', '.join(groups) or 'none'}")
    group = groups[0]
    ordered = isinstance(summary[group].dtype, pd.CategoricalDtype) and summary[group].cat.ordered
    rows = summary.sort_values(group, ascending=False) if ordered else summary
    names = [str(name) for name in rows[group].astype(object).fillna("unknown")]
    ramp = severity_colors(list(rows[group].cat.categories)) if ordered else {}
    colors = [ramp.get(name, BLUE) for name in names]
    incidents = None if times is None else _of_each_group(times, rows, group, names, metric)
    notes = [_median_note(row) for row in each_row(rows)]
    words = [_with_p90(note, row, p90=times is None) for note, row in zip(notes, each_row(rows), strict=True)]
    with styled(ax, width=width) as axes:
        labels = [f"{fit_name(name)}  ({_counts(row)})" for name, row in zip(names, each_row(rows), strict=True)]
        split = [note.replace(" (", "\n(") for note in words]
        medians = [*rows["median"], *rows["median_low"], *rows["median_high"]]
        if incidents is None:
            span_axis(axes, "x", [*medians, *rows["p90"]], log=True)
            pixel, place = label_rows(axes, labels, split, alone=ax is None, band=34), 0.0
            for y, (p90, color) in enumerate(zip(rows["p90"], colors, strict=True)):
                if not pd.isna(p90):
                    axes.plot(p90.total_seconds(), y, "o", color=color, markerfacecolor=PAPER, markersize=8, zorder=2)
        else:
            span_axis(axes, "x", [*medians, *(span for part in incidents for span in part[metric])], log=True)
            room = NARROW if is_narrow(axes) else WIDE - _widest(labels, size=SIZE) - _widest(split, size=SMALL) - 24
            lanes = [_lanes(axes, part[metric], room) for part in incidents]
            used = [lane for row in lanes for lane in row] or [0]
            n_lanes, middle = max(used) - min(used) + 1, (max(used) + min(used)) / 2
            below = _LANE if max(map(len, incidents), default=0) > 1 else 0.0
            band = max(8 + _LANE * n_lanes + below, 34 if not is_narrow(axes) else 0)
            pixel = label_rows(axes, labels, split, alone=ax is None, band=band)
            shift = -(below / 2 + _LANE * middle) * pixel
            _draw_incidents(axes, incidents, lanes, colors, metric, shift=shift, lane_height=_LANE * pixel)
            place = (_LANE * n_lanes / 2 + 1) * pixel
        if not is_narrow(axes):
            axes.set_yticks([y - 0.5 for y in range(1, len(rows))], minor=True)
            axes.grid(axis="y", which="minor", color=TINT)
        # The median of one incident is its dot.
        drawn = rows if incidents is None else rows[rows["n"] > 1]
        for y, row in enumerate(each_row(rows)):
            if incidents is None or row.n > 1:
                _draw_median(axes, row, y + place)
        axes.grid(axis="x")
        dot = f"; each dot is one {'resolved ' if rows['n_open'].any() else ''}incident"
        dots = _p90_legend(rows) if incidents is None else dot if any(map(len, incidents)) else ""
        explain(
            axes,
            describe_response(rows, metric=metric),
            f"{metric.replace('_', ' ')}, log scale{dots}{_median_legend(drawn)}",
            [
                f"{name}: {note}, {_counts(row)}{_each(incidents[y], metric) if incidents else ''}"
                for y, (name, note, row) in enumerate(zip(names, words, each_row(rows), strict=True))
            ],
            alone=ax is None,
        )
    return axes


def _median_note(row: Any) -> str:
    """Say the median of a row of a summary and its interval, or why there is none."""
    if pd.isna(row.median):
        return "not reached: too many ongoing" if row.n_open else "none recorded"
    if row.n == 1 and not row.n_open:
        return f"{format_span(row.median)}, one incident"
    known = [name for name in ("median_low", "median_high") if not pd.isna(getattr(row, name))]
    bounds = [format_span(getattr(row, name)) for name in known]
    if len(known) > 1:
        return f"median {format_span(row.median)} ({bounds[0]} to {bounds[1]})"
    if known:
        return f"median {format_span(row.median)} ({'at least' if known[0] == 'median_low' else 'at most'} {bounds[0]})"
    return f"median {format_span(row.median)} (too few for an interval)"


def _median_legend(rows: pd.DataFrame) -> str:
    """Explain the marks of `_draw_median` that these rows of a summary have."""
    medians = rows[rows["median"].notna()]
    diamond = "; diamond: median" if len(medians) else ""
    return diamond + (
        "; bar: 95% CI" if medians[["median_low", "median_high"]].notna().all(axis="columns").any() else ""
    )


def _p90_legend(rows: pd.DataFrame) -> str:
    return "; hollow dot: p90" if rows["p90"].notna().any() else ""


def _draw_median(ax: Axes, row: Any, place: float, *, color: str = INK, upright: bool = False) -> None:
    """Draw the median of a row of a summary as a diamond, on a bar over its interval where that has both bounds."""
    if pd.isna(row.median):
        return

    def draw(spans: Sequence[timedelta], mark: str, **look: Any) -> None:
        seconds, places = [span.total_seconds() for span in spans], [place] * len(spans)
        ax.plot(*((places, seconds) if upright else (seconds, places)), mark, color=color, **look)

    if not (pd.isna(row.median_low) or pd.isna(row.median_high)):
        draw([row.median_low, row.median_high], "-", linewidth=3, zorder=3)
    draw([row.median], "D", markerfacecolor=PAPER, markersize=8, markeredgewidth=1.8, zorder=4)


def _with_p90(note: str, row: Any, *, p90: bool) -> str:
    return note if not p90 or pd.isna(row.p90) else f"{note}, p90 {format_span(row.p90)}"


def _counts(row: Any) -> str:
    return f"n = {row.n:,}" + (f", {row.n_open} ongoing" if row.n_open else "")


def _each(incidents: pd.DataFrame, metric: str) -> str:
    """Return each incident's span in words where they are few enough for the figure to name them."""
    if not 0 < len(incidents) <= _NAMED:
        return ""
    return f": {', '.join(f'{row.incident_id} {format_span(getattr(row, metric))}' for row in each_row(incidents))}"


def _of_each_group(
    times: pd.DataFrame, summary: pd.DataFrame, group: str, names: Sequence[str], metric: str
) -> list[pd.DataFrame]:
    """Return each group's incidents that ended, from the shortest."""
    require_columns(times, "incident_id", group, metric)
    known = times[times[metric].notna()].drop_duplicates(["incident_id", group])
    known = known.sort_values([metric, "incident_id"])
    found = []
    for level, n, name in zip(summary[group], summary["n"] - summary["n_open"], names, strict=True):
        found.append(known[known[group].isna() if pd.isna(level) else known[group] == level])
        if len(found[-1]) != n:
            rest = f"{format_count(n, 'ended incident')} of {name}, and times has {len(found[-1])} of them"
            raise ColumnsError(f"the summary has {rest}; both must be of the same window")
    return found


def _widest(labels: Sequence[str], *, size: float) -> float:
    return max((text_width(label, size=size) for label in labels), default=0.0)


def _lanes(ax: Axes, spans: pd.Series, room: float) -> list[int]:
    """Return the lane of each incident of a row, so that no dot hides another."""
    scale = ax.xaxis.get_transform()
    left, right = scale.transform(ax.get_xlim())
    points = (scale.transform(spans.dt.total_seconds().to_numpy(float)) - left) / (right - left) * room
    return spread([(point - _DOT / 2 - 1, point + _DOT / 2 + 1) for point in points], lanes=_LANES)


def _draw_incidents(
    ax: Axes,
    incidents: Sequence[pd.DataFrame],
    lanes: Sequence[Sequence[int]],
    colors: Sequence[str],
    metric: str,
    *,
    shift: float,
    lane_height: float,
) -> None:
    """Draw the incidents of each row as dots, each named by its incident where they are not too many."""
    for y, (rows, own, color) in enumerate(zip(incidents, lanes, colors, strict=True)):
        if not own:
            continue
        ys = [y + lane_height * lane + shift for lane in own]
        alpha, edge = (1.0, 0.5) if len(own) <= _MANY else (0.5, 0.0)
        dots = ax.scatter(
            rows[metric].dt.total_seconds(), ys, _DOT**2, color=color, edgecolor=INK, linewidth=edge, alpha=alpha,
            zorder=5,
        )  # fmt: skip
        if len(own) <= _MANY:
            dots.set_urls(list(rows["incident_id"]))


@two_widths
def plot_response_trend(
    summary: pd.DataFrame,
    *,
    metric: str = "time_to_restore",
    is_compared: bool = True,
    width: int = WIDE,
    ax: Axes | None = None,
) -> Axes:
    """Draw the median of a response metric and its interval, period by period.

    Parameters
    ----------
    summary
        What `response_summary` gives with ``every`` and no other groups.
    metric
        Its metric.
    is_compared
        Whether the last period may be compared with those before it; otherwise neither words nor a line do so.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A diamond at each period's median, on a bar over its interval where the summary has one, and a hollow dot at
        the p90 where it has one; on a logarithmic scale. A period that has no span stays empty.
    """
    require_columns(summary, "period", *_FIGURES)
    periods = [str(name) for name in summary["period"].astype(object).fillna("unknown")]
    medians, p90s = (spans.dt.total_seconds().to_numpy(float) for spans in (summary["median"], summary["p90"]))
    room = width - 60  # pixels, next to the times at the left
    few = len(periods) * _WORDS_WIDTH <= room
    joined = (summary["n"] >= LEAST["median interval"]).to_numpy(bool)
    joined = joined & (is_compared | (np.arange(len(joined)) < len(joined) - 1))
    with styled(ax, width=width, height=240 if width > NARROW else 220) as axes:
        label_periods(axes, periods, [f"n = {n:,}" if few else str(n) for n in summary["n"]], room=room)
        shown = ["median", "median_low", "median_high", "p90"]
        span_axis(axes, "y", [*pd.concat([summary[name] for name in shown])], log=True)
        last = max((x for x, median in enumerate(medians) if not pd.isna(median)), default=None)
        if last is not None:
            axes.plot(np.where(joined, medians, np.nan), color=PALE, linewidth=1.5, zorder=1)
            axes.plot(p90s, "o", color=MUTED, markerfacecolor=PAPER, markersize=7, zorder=2)
        for x, row in enumerate(each_row(summary)):
            if row.n == 1 and not row.n_open:
                axes.plot(x, medians[x], "o", color=BLUE, markersize=6, zorder=4)
            else:
                _draw_median(axes, row, x, color=BLUE, upright=True)
            if not pd.isna(row.median) and (few or x == last):
                after = medians[x + 1] if x + 1 < len(medians) else np.nan
                # On the side of the mark that the line to the next one leaves free.
                aside = 0 if np.isnan(after) else 7 if after < medians[x] else -7
                _name_value(axes, x, medians[x], format_span(row.median), color=BLUE, bold=x == last, up=aside)
            if x == last and not pd.isna(p90s[x]):
                _name_value(axes, x, p90s[x], f"p90 {format_span(row.p90)}", color=MUTED)
        axes.grid(axis="y")
        explain(
            axes,
            describe_response_trend(summary, metric=metric, is_compared=is_compared),
            f"{metric.replace('_', ' ')}, log scale{_median_legend(summary[summary['n'] + summary['n_open'] > 1])}"
            + ("; line: medians of at least 6 incidents" if (joined[1:] & joined[:-1]).any() else "")
            + ("; dot: the only incident" if ((summary["n"] == 1) & (summary["n_open"] == 0)).any() else "")
            + _p90_legend(summary)
            + ("" if few else "; number of incidents below"),
            [
                f"{period}: {_with_p90(_median_note(row), row, p90=True)}, {_counts(row)}"
                for period, row in zip(periods, each_row(summary), strict=True)
            ],
            alone=ax is None,
        )
    return axes


def _name_value(ax: Axes, x: int, y: float, words: str, *, color: str, bold: bool = False, up: int = 0) -> None:
    """Write a value at the right of its mark, some points up."""
    ax.annotate(
        words, (x, y), (9, up), textcoords="offset points", va="center", color=color, fontsize=TINY,
        weight="bold" if bold else "normal", annotation_clip=False,
    )  # fmt: skip
