"""The figure of a series with its limits: what is beyond its normal variation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_span
from incident_analytics.plots.drawing import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    VERMILION,
    WIDE,
    allowance,
    explain,
    fit,
    is_narrow,
    keep_apart,
    label_periods,
    left_to_right,
    panels,
    span_axis,
    styled,
    text_width,
    two_widths,
)
from incident_analytics.sentences import SIGNALS, describe_control_chart, point_names, value_in_words

__all__ = ["plot_control_chart"]

# What breaks several rules bears the mark of the last one here that it breaks.
_MARKS: Final = {
    "eight_in_a_row": ("s", "square"),
    "three_of_four": ("^", "triangle"),
    "beyond_limits": ("D", "diamond"),
    "range_beyond_limit": ("D", "diamond below"),
}
_RULES: Final = [signal for signal in _MARKS if signal != "range_beyond_limit"]
_NAMED: Final = 3  # as many points beyond the limits have room for their names
_DENSE: Final = 60  # points, from which their marks are smaller
_GAP: Final = 0.1  # of the height: labels of lines closer than that are moved apart
_NARROW_GAP: Final = 0.18  # where they have two lines


@two_widths
def plot_control_chart(chart: pd.DataFrame, *, value: str, width: int = WIDE, ax: Axes | None = None) -> Axes:
    """Draw a series with its limits, and mark the points beyond its normal variation.

    Parameters
    ----------
    chart
        What `control_chart` gives.
    value
        The column that it charts.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes, whose child axes hold the points with center and limits, and below them the moving ranges where the
        chart has these. A point that breaks a rule is filled, and its form shows the rule. A lower limit below 0 is
        left out where no value is. Limits of counts are steps, as they follow the length of each period.
    """
    require_columns(chart, value, "n_points", "center", "lower", "upper", "moving_range", "range_limit", *SIGNALS)
    names = point_names(chart)
    has_ranges = bool(chart["range_limit"].notna().any())
    with styled(ax, width=width, height=340 if has_ranges else 250) as axes:
        parts = panels(axes, [2.2, 0.9] if has_ranges else [1.0], gap=0.3)
        kind, n = _kind(chart), int(chart[value].notna().sum())
        limits = {"center" if kind == "t" else "mean": "center", "upper limit": "upper", "lower limit": "lower"}
        _draw_panel(parts[0], chart, value, limits if kind else {}, _RULES)
        if has_ranges:
            _draw_panel(parts[1], chart, "moving_range", {"limit": "range_limit"}, ["range_beyond_limit"])
        _name_points(parts[0], _numbers(chart[value]), chart["beyond_limits"], names)
        _label_points(parts[-1], chart, names, room=width - (120 if is_narrow(axes) else 170))
        explain(
            axes,
            describe_control_chart(chart, value=value),
            f"{f'control chart ({kind})' if kind else 'control chart'}, {n} points in order of time{_legend(chart)}"
            + (allowance(chart["dispersion"].head(1)) if "dispersion" in chart else ""),
            [
                f"{name}: {_written(row[value])}"
                + "".join(f" ({SIGNALS[signal]})" for signal in SIGNALS if row[signal] is True)
                for name, row in zip(names, chart.to_dict("records"), strict=True)
            ],
            alone=ax is None,
        )
    return axes


def _kind(chart: pd.DataFrame) -> str:
    """Return the kind of a control chart by what it holds; without limits it has none."""
    if "dispersion" in chart:
        return "counts" if chart["beyond_limits"].notna().any() else ""
    if chart["upper"].isna().all():
        return ""
    if chart["range_limit"].notna().any():
        return "XmR"
    return "t" if chart["three_of_four"].notna().any() else "g"


def _legend(chart: pd.DataFrame) -> str:
    found = [f"{_MARKS[signal][1]}: {words}" for signal, words in SIGNALS.items() if chart[signal].any()]
    return f"; {'; '.join(found)}" if found else ""


def _written(value: Any) -> str:
    if isinstance(value, timedelta):
        return format_span(value)
    return "not recorded" if pd.isna(value) else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004


def _numbers(values: pd.Series) -> npt.NDArray[np.float64]:
    """Return values as plain numbers, spans in seconds, NA as NaN."""
    spans = pd.api.types.is_timedelta64_dtype(values)
    numbers = values.dt.total_seconds() if spans else values
    return np.asarray(numbers.astype("Float64").to_numpy(np.float64, na_value=np.nan), dtype=np.float64)


def _draw_panel(ax: Axes, chart: pd.DataFrame, column: str, lines: Mapping[str, str], signals: Sequence[str]) -> None:
    """Draw one column's points, the lines that other columns give, and the marks of the broken rules."""
    ax.set_title(value_in_words(column), loc="left", fontsize=TINY, color=MUTED, pad=3, parse_math=False)
    known = chart[chart[column].notna()].reset_index(names="place")
    ys = _numbers(known[column])
    heights = {name: _numbers(known[line]) for name, line in lines.items()}
    # A limit below 0 says nothing about values that cannot be below 0.
    signed = bool((ys < 0).any())
    floor = -np.inf if signed else 0
    heights = {name: height for name, height in heights.items() if (height >= floor).any()}
    shown = [0.0, *ys, *(height for line in heights.values() for height in line[~np.isnan(line)])]
    if pd.api.types.is_timedelta64_dtype(chart[column]) and not signed:
        span_axis(ax, "y", [timedelta(seconds=seconds) for seconds in shown])
    else:
        ax.set_ylim(min(shown), max(shown) or 1.0)
        ax.yaxis.set_major_locator(MaxNLocator(4))
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom - 0.08 * (top - bottom), top + 0.08 * (top - bottom))  # no mark is cut
    if not ys.size:
        return
    size = 7.0 if len(ys) <= _DENSE else 4.5
    ax.plot(known["place"], ys, "-", color=MUTED, linewidth=1, zorder=2)
    ax.plot(known["place"], ys, "o", color=BLUE, markerfacecolor=PAPER, markersize=size, zorder=3)
    broken = known[list(signals)].fillna(value=False).astype(bool)
    for i, signal in enumerate(signals):
        marked = (broken[signal] & ~broken[signals[i + 1 :]].any(axis=1)).to_numpy()
        if marked.any():
            form = _MARKS[signal][0]
            ax.plot(known["place"][marked], ys[marked], form, color=VERMILION, markersize=size + 2, zorder=4)
    last = {name: height[~np.isnan(height)][-1] for name, height in heights.items()}
    ends = dict(sorted({height: name for name, height in reversed(last.items())}.items()))  # of equal ones the first
    bottom, top = ax.get_ylim()
    narrow = is_narrow(ax)
    labels = [
        f"{name}{chr(10) if narrow else ' '}{_written(known[lines[name]].dropna().iloc[-1])}" for name in ends.values()
    ]
    gap = _NARROW_GAP if narrow else _GAP
    apart = keep_apart([(height - bottom) / (top - bottom) for height in ends], gap=gap, high=1.0)
    for (height, name), label, place in zip(ends.items(), labels, apart, strict=True):
        is_limit = "limit" in name
        style: dict[str, Any] = {"color": INK if is_limit else BLUE, "linestyle": "--" if is_limit else "-"}
        if np.ptp(heights[name][~np.isnan(heights[name])]) > 0:
            ax.step(known["place"], heights[name], where="mid", linewidth=1, zorder=1, **style)
        else:
            ax.axhline(height, linewidth=1, zorder=1, **style)
        ax.annotate(
            label, (1, place), (6, 0), xycoords="axes fraction", textcoords="offset points", va="center",
            fontsize=TINY if narrow else SMALL, annotation_clip=False, color=INK if is_limit else BLUE, linespacing=1.1,
        )  # fmt: skip


def _name_points(ax: Axes, ys: npt.NDArray[np.float64], beyond: pd.Series, names: Sequence[str]) -> None:
    """Write the names of the points beyond the limits next to them, towards the middle, where they are few."""
    places = [place for place, flag in enumerate(beyond.fillna(value=False)) if flag]
    for place in places if len(places) <= _NAMED else ():
        away = 8 if place < len(names) / 2 else -8
        ax.annotate(
            left_to_right(fit(names[place], 150, size=TINY)), (place, ys[place]), (away, 8),
            textcoords="offset points", ha="left" if away > 0 else "right", va="center", fontsize=TINY,
            color=VERMILION, zorder=5,
        )  # fmt: skip


def _label_points(ax: Axes, chart: pd.DataFrame, names: Sequence[str], *, room: float) -> None:
    """Label the x-axis with periods, or with as many dates or numbers of points as there is room for."""
    if "period" in chart:
        label_periods(ax, names, room=room)
        return
    dates = chart["occurred_at"] if "occurred_at" in chart else pd.Series(pd.NaT, index=chart.index)
    labels = [f"{place + 1}" if pd.isna(date) else f"{date:%Y-%m-%d}" for place, date in enumerate(dates)]
    widest = max((text_width(label, size=TINY) for label in labels), default=0.0) + 16
    shown = range(0, len(chart), -(-len(chart) // max(int(room // widest), 1)) or 1)
    ax.set_xticks(shown, [labels[place] for place in shown], fontsize=TINY)
    ax.set_xlim(-0.5, max(len(chart), 1) - 0.5)
