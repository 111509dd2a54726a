"""Figures of how long the response took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, cast

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from incident_analytics.checks import require_columns
from incident_analytics.errors import ColumnsError
from incident_analytics.formatting import format_count, format_span
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    RULE,
    TINT,
    explain,
    fit_name,
    label_periods,
    label_rows,
    left_to_right,
    severity_colors,
    span_axis,
    spread,
    styled,
)
from incident_analytics.sentences import (
    describe_response,
    describe_response_trend,
    each_row,
    group_columns,
)

__all__ = ["draw_median", "median_legend", "median_note", "plot_response", "plot_response_trend"]

_LANES: Final = 5  # in which a row's incidents may lie; as many incidents or fewer are labelled, each in its own
_LANE: Final = 0.11  # inches
_MANY: Final = 100  # dots in a row, from which they are drawn to shine through
_LEAST_WIDTH: Final = 200.0  # points: the axes are at least as wide between labels and notes
_DOT: Final = 5.0  # points
_SMALL: Final = 6.5  # points
_LONGEST: Final = 20  # characters of an id
_FEW_PERIODS: Final = 9  # each of which has room for its median in words
_FIGURES: Final = ("n", "n_open", "median", "median_low", "median_high", "p90")


def plot_response(
    summary: pd.DataFrame,
    *,
    times: pd.DataFrame | None = None,
    metric: str = "time_to_restore",
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
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A row a group, in the table's order with severities from the worst, on a logarithmic scale: each dot is one
        incident that ended, with its id where a row has at most 5; a diamond at the median, a bar over its interval
        where the summary has one. Without ``times`` a hollow dot at the p90, where the summary has one.

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
    notes = [median_note(row) for row in each_row(rows)]
    told = [_told(note, row, p90=times is None) for note, row in zip(notes, each_row(rows), strict=True)]
    with styled(ax, rows=len(rows)) as axes:
        label_rows(
            axes,
            [f"{fit_name(name)}  ({_counts(row)})" for name, row in zip(names, each_row(rows), strict=True)],
            [note.replace(" (", "\n(") for note in told],
        )
        axes.set_yticks([y - 0.5 for y in range(1, len(rows))], minor=True)
        axes.grid(axis="y", which="minor", color=TINT)
        medians = [*rows["median"], *rows["median_low"], *rows["median_high"]]
        if incidents is None:
            span_axis(axes, "x", [*medians, *rows["p90"]], log=True)
            place = 0.0
            for y, (p90, color) in enumerate(zip(rows["p90"], colors, strict=True)):
                if not pd.isna(p90):
                    axes.plot(p90.total_seconds(), y, "o", color=color, markerfacecolor="white", markersize=6, zorder=2)
        else:
            span_axis(axes, "x", [*medians, *(span for part in incidents for span in part[metric])], log=True)
            place = _draw_incidents(axes, incidents, colors, metric, alone=ax is None)
        # The median of one incident is its dot.
        drawn = rows if incidents is None else rows[rows["n"] > 1]
        for y, row in enumerate(each_row(rows)):
            if incidents is None or row.n > 1:
                draw_median(axes, row, y + place)
        axes.grid(axis="x")
        dots = (
            _p90_legend(rows) if incidents is None else "; each dot is one incident" if any(map(len, incidents)) else ""
        )
        explain(
            axes,
            describe_response(rows, metric=metric),
            f"{metric.replace('_', ' ')}, log scale{dots}{median_legend(drawn)}",
            [
                f"{name}: {note}, {_counts(row)}{_each(incidents[y], metric) if incidents else ''}"
                for y, (name, note, row) in enumerate(zip(names, told, each_row(rows), strict=True))
            ],
            alone=ax is None,
        )
    return axes


def median_note(row: Any) -> str:
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


def median_legend(rows: pd.DataFrame) -> str:
    """Explain the marks of `draw_median` that these rows of a summary have."""
    medians = rows[rows["median"].notna()]
    diamond = "; diamond: median" if len(medians) else ""
    return diamond + (
        "; bar: 95% CI" if medians[["median_low", "median_high"]].notna().all(axis="columns").any() else ""
    )


def _p90_legend(rows: pd.DataFrame) -> str:
    return "; hollow dot: p90" if rows["p90"].notna().any() else ""


def draw_median(ax: Axes, row: Any, place: float, *, color: str = INK, upright: bool = False) -> None:
    """Draw the median of a row of a summary as a diamond, on a bar over its interval where that has both bounds."""
    if pd.isna(row.median):
        return

    def draw(spans: Sequence[timedelta], mark: str, **look: Any) -> None:
        seconds, places = [span.total_seconds() for span in spans], [place] * len(spans)
        ax.plot(*((places, seconds) if upright else (seconds, places)), mark, color=color, **look)

    if not (pd.isna(row.median_low) or pd.isna(row.median_high)):
        draw([row.median_low, row.median_high], "-", linewidth=2, solid_capstyle="butt", zorder=3)
    draw([row.median], "D", markerfacecolor="white", markersize=5.5, markeredgewidth=1.4, zorder=4)


def _told(note: str, row: Any, *, p90: bool) -> str:
    return note if not p90 or pd.isna(row.p90) else f"{note}, p90 {format_span(row.p90)}"


def _counts(row: Any) -> str:
    return f"n = {row.n}" + (f", {row.n_open} ongoing" if row.n_open else "")


def _each(incidents: pd.DataFrame, metric: str) -> str:
    """Return each incident's span in words where they are so few that the figure names them."""
    if not 0 < len(incidents) <= _LANES:
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


def _draw_incidents(
    ax: Axes, incidents: Sequence[pd.DataFrame], colors: Sequence[str], metric: str, *, alone: bool
) -> float:
    """Draw the incidents of each row as dots that do not hide each other; return how far below the median goes."""
    scale = ax.xaxis.get_transform()
    left, right = scale.transform(ax.get_xlim())
    dots = []
    for rows in incidents:
        seconds = rows[metric].dt.total_seconds().to_numpy(float)
        points = (scale.transform(seconds) - left) / (right - left) * _LEAST_WIDTH
        ids = rows["incident_id"] if len(rows) <= _LANES else [""] * len(rows)
        labels = [_label(name, point) for name, point in zip(ids, points, strict=True)]
        extents = [
            (point - _DOT / 2 + min(width, 0), point + _DOT / 2 + max(width, 0))
            for point, (_, width) in zip(points, labels, strict=True)
        ]
        dots.append((seconds, spread(extents, lanes=_LANES), labels))
    n_lanes = 1 + 2 * max((abs(lane) for _, lanes, _ in dots for lane in lanes), default=0)
    below = _LANE if max(map(len, incidents), default=0) > 1 else 0.0
    height = 0.14 + _LANE * n_lanes + below
    if alone:
        cast(Figure, ax.get_figure(root=True)).set_figheight(0.45 + height * max(len(incidents), 1))
    for y, ((seconds, lanes, labels), color) in enumerate(zip(dots, colors, strict=True)):
        if not lanes:
            continue
        ys = [y + (_LANE * lane - below / 2) / height for lane in lanes]
        alpha, edge = (1.0, 0.5) if len(lanes) <= _MANY else (0.5, 0.0)
        ax.scatter(seconds, ys, _DOT**2, color=color, edgecolor=INK, linewidth=edge, alpha=alpha, zorder=2)
        for x, lane_y, (label, width) in zip(seconds, ys, labels, strict=True):
            if not label:
                continue
            away = math.copysign(_DOT / 2 + 1.5, width)
            ax.annotate(
                left_to_right(label), (x, lane_y), (away, 0), textcoords="offset points",
                ha="left" if away > 0 else "right", va="center_baseline", fontsize=_SMALL, color=MUTED,
            )  # fmt: skip
    return _LANE * n_lanes / 2 / height


def _label(incident_id: str, point: float) -> tuple[str, float]:
    """Return a dot's label and its width in points, below 0 where it stands at the left; no label without room."""
    if not incident_id:
        return "", 0.0
    label = incident_id if len(incident_id) <= _LONGEST else f"{incident_id[: _LONGEST - 1]}…"
    width = 0.7 * _SMALL * len(label) + _DOT
    if point + _DOT / 2 + width <= _LEAST_WIDTH:
        return label, width
    return (label, -width) if point - _DOT / 2 - width >= 0 else ("", 0.0)


def plot_response_trend(summary: pd.DataFrame, *, metric: str = "time_to_restore", ax: Axes | None = None) -> Axes:
    """Draw the median of a response metric and its interval, period by period.

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
        A diamond at each period's median, on a bar over its interval where the summary has one, and a hollow dot at
        the p90 where it has one; on a logarithmic scale. A period that has no span stays empty.
    """
    require_columns(summary, "period", *_FIGURES)
    periods = [str(name) for name in summary["period"].astype(object).fillna("unknown")]
    few = len(periods) <= _FEW_PERIODS
    medians, p90s = (spans.dt.total_seconds().to_numpy(float) for spans in (summary["median"], summary["p90"]))
    with styled(ax, height=2.6) as axes:
        label_periods(axes, periods, [f"n = {n}" if few else str(n) for n in summary["n"]])
        shown = ["median", "median_low", "median_high", "p90"]
        span_axis(axes, "y", [*pd.concat([summary[name] for name in shown])], log=True)
        last = max((x for x, median in enumerate(medians) if not pd.isna(median)), default=None)
        if last is not None:
            axes.plot(medians, color=RULE, linewidth=1.2, zorder=1)
            axes.plot(p90s, "o", color=MUTED, markerfacecolor="white", markersize=4.5, zorder=2)
        for x, row in enumerate(each_row(summary)):
            draw_median(axes, row, x, color=BLUE, upright=True)
            if x == last or (few and not pd.isna(row.median)):
                words = f"{'median ' if x == last else ''}{format_span(row.median)}"
                weight = "bold" if x == last else "normal"
                axes.annotate(
                    words, (x, medians[x]), (6, 0), textcoords="offset points", va="center", color=BLUE, fontsize=8,
                    weight=weight,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
                )  # fmt: skip
            if x == last and not pd.isna(p90s[x]):
                words = f"p90 {format_span(row.p90)}"
                axes.annotate(
                    words, (x, p90s[x]), (6, 0), textcoords="offset points", va="center", color=MUTED, fontsize=8
                )
        axes.grid(axis="y")
        explain(
            axes,
            describe_response_trend(summary, metric=metric),
            f"{metric.replace('_', ' ')}, log scale{median_legend(summary)}{_p90_legend(summary)}"
            + ("" if few else "; number of incidents below"),
            [
                f"{period}: {_told(median_note(row), row, p90=True)}, {_counts(row)}"
                for period, row in zip(periods, each_row(summary), strict=True)
            ],
            alone=ax is None,
        )
    return axes
