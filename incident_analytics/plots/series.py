"""Figures of what a metric was around an incident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from incident_analytics.checks import require_columns, require_instants
from incident_analytics.errors import UnknownNameError
from incident_analytics.formatting import format_figure
from incident_analytics.plots.drawing import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    NARROW,
    TINT,
    TINY,
    VERMILION,
    WIDE,
    explain,
    is_narrow,
    keep_apart,
    name_marks,
    set_height,
    styled,
    text_width,
    two_widths,
)
from incident_analytics.sentences import describe_series, each_row, series_name

__all__ = ["plot_series"]

_Floats: TypeAlias = npt.NDArray[np.float64]

_STYLES: Final[Sequence[tuple[str, Any]]] = (
    (BLUE, "-"),
    (VERMILION, (0, (4, 1))),
    (GREEN, (0, (6, 1, 1, 1))),
    (MUTED, "-"),
    (INK, (0, (1, 1))),
)
_FROM_ZERO: Final = 0.7  # as a share of the highest value: from here down an axis begins at zero
_HEIGHT: Final = 260  # pixels
_ROW: Final = 0.08  # of the axes' height: a line of text
_TICKS: Final = 64  # pixels, of the values next to their axis
_LONGEST: Final = 24  # letters of a name, which is next to the axes and makes them narrower


@two_widths
def plot_series(
    series: pd.DataFrame,
    *,
    summary: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    milestones: Mapping[str, pd.Timestamp],
    outages: pd.DataFrame | None = None,
    timezone: str = "UTC",
    width: int = WIDE,
    ax: Axes | None = None,
) -> Axes:
    """Draw one metric around an incident, and what it was in the days before.

    Parameters
    ----------
    series
        What `read_prometheus` or `read_metric_files` gives, of one name.
    summary
        What `summarize_series` gives for it.
    start, end
        The window to draw.
    milestones
        The instants to mark, by the word that marks them; one that is NA or outside the window is left out.
    outages
        The windows of impact to shade: started_at, ended_at, as in the corpus; one without an end is shaded to the end.
    timezone
        The IANA zone of the clock times.
    width
        The figure's width in CSS pixels.
    ax
        The axes to draw on; None makes a figure.

    Returns
    -------
    matplotlib.axes.Axes
        A line a series, with a gap where values are missing and its name, cut where it is long, at its end; its median
        before as a dashed line and, where there is one series, its 5th to 95th percentile as a band.

    Raises
    ------
    UnknownNameError
        ``the plot is of one metric, and the series has error_rate, latency``
    """
    require_columns(series, "name", "service", "labels", "at", "value")
    require_instants(series, "at")
    names = list(dict.fromkeys([*series["name"], *summary["name"]]))
    if len(names) > 1:
        raise UnknownNameError(f"the plot is of one metric, and the series has {', '.join(names)}")
    unit = next(iter(summary["unit"].dropna()), None)
    shown = series[series["at"].between(start, end)]
    with styled(ax, width=width, height=_HEIGHT) as axes:
        lines = [
            _Line(_short(series_name(row)), row.baseline, *_with_gaps(shown[_of_series(shown, row)]), *style)
            for row, style in zip(each_row(summary), cycle(_STYLES))
        ]
        lines = [line for line in lines if np.isfinite(line.y).any()]
        for line in lines:
            axes.plot(line.x, line.y, color=line.color, linestyle=line.dashes, linewidth=2, zorder=3)
            if pd.notna(line.baseline):
                axes.axhline(float(line.baseline), color=line.color, linestyle=(0, (3, 3)), linewidth=1, zorder=2)
        one = len(lines) == len(summary) == 1
        if lines:
            if one and summary["baseline_low"].notna().all():
                axes.axhspan(
                    float(summary["baseline_low"].iloc[0]),
                    float(summary["baseline_high"].iloc[0]),
                    color=BLUE,
                    alpha=0.1,
                    linewidth=0,
                )
            names_width = 0.0 if is_narrow(axes) else max(text_width(line.name, weight="bold") for line in lines)
            marks = _place_marks(milestones, start, end, timezone=timezone, room=width - _TICKS - names_width)
            headroom = _ROW * len({row for *_, row in marks})
            _scale(axes, start, end, timezone=timezone, unit=unit, headroom=headroom)
            for began, ended in _windows(outages, start, end):
                axes.axvspan(_place(began), _place(ended), color=TINT, linewidth=0, zorder=0)
            for x, text, row in marks:
                axes.axvline(x, 0, 1 - row * _ROW, color=MUTED, linewidth=1, zorder=1)
                axes.annotate(
                    text, (x, 1 - row * _ROW), (3, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
                    va="top", fontsize=TINY, annotation_clip=False,
                )  # fmt: skip
            _label_ends(axes, lines, headroom=headroom)
        outage = "" if outages is None else "; shaded: outage"
        before = "; dashed: median before" + ("; band: 5th to 95th percentile" if one else "")
        about = f"{''.join(names).replace('_', ' ')}{f' in {unit}' if unit else ''}"
        explain(
            axes,
            describe_series(summary, timezone=timezone),
            f"{about}{outage}{before}; times in {timezone}",
            [_in_words(row, timezone) for row in each_row(summary)],
            alone=ax is None,
        )
    return axes


class _Line(NamedTuple):
    """A series as it is drawn."""

    name: str
    baseline: float
    x: _Floats
    y: _Floats
    color: str
    dashes: Any

    @property
    def last(self) -> float:
        """The last value that is drawn."""
        return float(self.y[np.isfinite(self.y)][-1])


def _short(name: str) -> str:
    """Cut a long name in its middle: services begin alike, labels end apart."""
    return name if len(name) <= _LONGEST else f"{name[:10]}…{name[11 - _LONGEST :]}"


def _place(instant: pd.Timestamp) -> float:
    """Return an instant's place on a time axis: days since 1970."""
    return float(date2num(instant))  # type: ignore[no-untyped-call]


def _of_series(series: pd.DataFrame, row: Any) -> pd.Series:
    """Return which rows are those of a row of the summary."""
    service, labels = (
        series[part].isna() if pd.isna(value) else series[part] == value
        for part, value in (("service", row.service), ("labels", row.labels))
    )
    return service & labels


def _with_gaps(rows: pd.DataFrame) -> tuple[_Floats, _Floats]:
    """Return what to draw of one series: where more than two steps in a row are missing, the line is broken."""
    rows = rows.sort_values("at", kind="stable")
    x = np.array([_place(instant) for instant in rows["at"]])
    y = rows["value"].astype(float).to_numpy()
    steps = np.diff(x)
    breaks = np.flatnonzero(steps > 3.5 * np.median(steps)) + 1 if len(steps) else np.empty(0, dtype=int)
    return np.insert(x, breaks, x[breaks]), np.insert(np.where(np.isfinite(y), y, np.nan), breaks, np.nan)


def _windows(
    outages: pd.DataFrame | None, start: pd.Timestamp, end: pd.Timestamp
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Give the part of each outage that lies in the window."""
    if outages is not None:
        for row in each_row(outages[["started_at", "ended_at"]].dropna(subset="started_at")):
            began, ended = max(row.started_at, start), end if pd.isna(row.ended_at) else min(row.ended_at, end)
            if began < ended:
                yield began, ended


def _place_marks(
    milestones: Mapping[str, pd.Timestamp], start: pd.Timestamp, end: pd.Timestamp, *, timezone: str, room: float
) -> list[tuple[float, str, int]]:
    """Return each mark's place on the time axis, its text, and in which row from the top the text is.

    The axes are ``room`` pixels wide. A text is below all earlier ones that reach over its line, so that no line runs
    through a text.
    """
    words: dict[pd.Timestamp, list[str]] = {}
    for word, instant in milestones.items():
        if pd.notna(instant) and start <= instant <= end:
            words.setdefault(instant, []).append(word)
    marks: list[tuple[float, str, int]] = []
    ends: list[float] = []  # of each text, as a share of the axes' width
    for instant in sorted(words):
        place = (instant - start) / (end - start)
        text = f"{', '.join(words[instant])} {instant.tz_convert(timezone):%H:%M}"
        row = max((mark[-1] + 1 for mark, reach in zip(marks, ends, strict=True) if reach > place), default=0)
        marks.append((_place(instant), text, row))
        ends.append(place + (text_width(text, size=TINY) + 8) / room)
    return marks


def _scale(
    axes: Axes, start: pd.Timestamp, end: pd.Timestamp, *, timezone: str, unit: str | None, headroom: float
) -> None:
    """Scale both axes; the texts of the marks have the headroom, a share of the height, to themselves."""
    axes.set_xlim(_place(start), _place(end))
    least, most = (3, 5) if is_narrow(axes) else (4, 8)
    locator = AutoDateLocator(tz=ZoneInfo(timezone), minticks=least, maxticks=most)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    dates = ["", "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d"]
    formatter = ConciseDateFormatter(locator, tz=ZoneInfo(timezone), offset_formats=dates)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    low, high = axes.dataLim.y0, axes.dataLim.y1
    low = min(low, 0.0) if low <= _FROM_ZERO * high else low
    high = max(high, low + (abs(low) or 1) * 0.01)
    axes.set_ylim(low - 0.03 * (high - low), high + (headroom + 0.04) / (1 - headroom - 0.04) * 1.03 * (high - low))
    ticks = MaxNLocator(5).tick_values(low, high)
    axes.set_yticks([tick for tick in ticks if low <= tick <= high])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_figure(value, unit if unit == "%" else None)))
    axes.grid(axis="y")


def _label_ends(axes: Axes, lines: Sequence[_Line], *, headroom: float) -> None:
    """Write each line's name next to its last value, apart from the other names and the marks; if narrow, below."""
    if is_narrow(axes):
        handles = [
            Line2D([], [], color=line.color, linestyle=line.dashes, linewidth=2, label=line.name)
            for line in lines
            if line.name
        ]
        if handles:
            set_height(axes, _HEIGHT + name_marks(axes, handles, room=NARROW - _TICKS, below=40))
        return
    bottom, top = axes.get_ylim()
    ends = [(line.last - bottom) / (top - bottom) for line in lines]
    for line, place in zip(lines, keep_apart(ends, gap=_ROW, high=1 - headroom - _ROW / 2), strict=True):
        axes.annotate(
            line.name, (1, place), (6, 0), xycoords="axes fraction", textcoords="offset points",
            va="center", color=line.color, weight="bold", annotation_clip=False,
        )  # fmt: skip


def _in_words(row: Any, timezone: str) -> str:
    before = f"median before {format_figure(row.baseline, row.unit)}"
    at = "" if pd.isna(row.worst_at) else f" at {row.worst_at.tz_convert(timezone):%Y-%m-%d %H:%M}"
    worst = f"at worst {format_figure(row.worst, row.unit)}{at}"
    restored = f"at restoration {format_figure(row.at_restoration, row.unit)}"
    return f"{series_name(row) or row.name}: {before}, {worst}, {restored}, n = {row.n:,}"
