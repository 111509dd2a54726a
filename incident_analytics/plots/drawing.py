"""What all figures share: one style, one way to title, label and scale, and to show a figure with its words."""

from __future__ import annotations

import io
import math
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal, cast

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from incident_analytics.errors import UnknownNameError
from incident_analytics.formatting import capitalized, format_dispersion, format_span, nowrap
from incident_analytics.showing import text

__all__ = [
    "BLUE",
    "BLUES",
    "DPI",
    "GREEN",
    "INK",
    "MUTED",
    "PALE",
    "RULE",
    "SEVERITY_RAMP",
    "SKY",
    "STYLE",
    "TINT",
    "VERMILION",
    "WIDTH",
    "allowance",
    "alt_text",
    "explain",
    "fit_name",
    "ink_on",
    "keep_apart",
    "label_periods",
    "label_rows",
    "left_to_right",
    "name_panel",
    "no_glyph_warnings",
    "panels",
    "period_labels",
    "severity_colors",
    "shade_periods",
    "show_plot",
    "span_axis",
    "spread",
    "styled",
]

WIDTH: Final = 6.7  # inches: the text width of a printed page
DPI: Final = 200

INK: Final = "#1f2933"
MUTED: Final = "#667280"
RULE: Final = "#c3c9d2"
SEVERITY_RAMP: Final = ("#5b1a57", "#b5376b", "#f0914f", "#f7d9a0")  # worst to least, of rising lightness
# Okabe and Ito's palette, which people with any common colour vision can tell apart.
BLUE: Final = "#0072b2"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
VERMILION: Final = "#d55e00"
PALE: Final = "#d5dae1"
BLUES: Final = ("#d9e8f5", "#a6cbe8", "#5fa3d4", "#2271b2", "#0b3c6f")  # few to many, young to old
TINT: Final = "#eef2f7"

# The font that comes with matplotlib has no Chinese, Japanese or Korean: of these what the machine has follows it.
_WIDER_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
)

STYLE: Final[Any] = {
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "font.family": ["DejaVu Sans", *(name for name in _WIDER_FONTS if name in font_manager.get_font_names())],
    "font.size": 8.5,
    "grid.color": "#e6e9ee",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "text.parse_math": False,  # a name such as "$A$ to $B$" is a name
    "xtick.color": MUTED,
    "xtick.bottom": False,
    "ytick.color": INK,
    "ytick.left": False,
}

_TIMES: Final = (
    *(60 * minutes for minutes in (1, 2, 5, 10, 20, 30)),
    *(3600 * hours for hours in (1, 2, 4, 8, 12)),
    *(86400 * days for days in (1, 2, 4, 7, 14, 30, 60, 120, 180, 365, 730)),
)
# On a logarithmic axis about twice, or about seven times, the one before.
_LOG_TIMES: Final = tuple(time for time in _TIMES if time not in {1200, 43200, 86400 * 120, 86400 * 365})
_FEW_LOG_TIMES: Final = (60, 600, 3600, 3600 * 4, *(86400 * days for days in (1, 7, 30, 180, 730)))
_MOST_TICKS: Final = 6


def alt_text(ax: Axes) -> str:
    """Return in words what a plot of this module shows: its sentence, then every row's values.

    Examples
    --------
    >>> from incident_analytics.plots import plot_costs
    >>> row = {"kind": ["lost_revenue"], "currency": ["USD"], "total": [34000.0], "n": [6], "n_missing": [2]}
    >>> alt_text(plot_costs(pd.DataFrame(row)))
    'Lost revenue USD 34,000 (6 of 8 reports give a figure). USD, n = reports that state the amount: Lost revenue: ...'
    """
    return str(ax.get_label())


def show_plot(ax: Axes) -> None:
    """Show a plot in a notebook with its `alt_text`, and close its figure.

    Of a plot with nothing to see only the sentence is shown. The picture is drawn here rather than by the notebook's
    backend, so that it appears, at full resolution and with its text, whatever backend is set. A character that no
    font here has is drawn as a box, without a warning; the alternative text has it.
    """
    from IPython.display import Image, display

    figure = cast(Figure, ax.get_figure(root=True))
    if not any(panel.has_data() for panel in (ax, *ax.child_axes)):
        plt.close(figure)
        display(text(" ".join(figure.get_suptitle().split())))  # type: ignore[no-untyped-call]
        return
    picture = io.BytesIO()
    # No Software entry: the same table gives the same bytes.
    with no_glyph_warnings():
        figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
    plt.close(figure)
    display(  # type: ignore[no-untyped-call]
        Image(picture.getvalue(), format="png", width=round(96 * figure.get_figwidth()), alt=alt_text(ax))  # type: ignore[no-untyped-call]
    )


@contextmanager
def no_glyph_warnings() -> Iterator[None]:
    """Draw a character that no font here has as a box, without a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
        yield


@contextmanager
def styled(ax: Axes | None, *, rows: int = 0, height: float | None = None) -> Iterator[Axes]:
    """Give the axes to draw on, in the one style; a figure of its own is as high as its rows need."""
    with plt.rc_context(STYLE):
        if ax is None:
            size = (WIDTH, height or 0.45 + 0.38 * max(rows, 1))
            _, ax = plt.subplots(figsize=size, layout="constrained")
            try:
                yield ax
            except BaseException:
                plt.close(cast(Figure, ax.figure))
                raise
        else:
            yield ax


def explain(ax: Axes, sentence: str, kind: str, rows: Sequence[str], *, alone: bool) -> None:
    """Write the finding as the title, what is drawn below it, and both with all values as the alternative text.

    Above a plot that is ``alone`` the title starts at the figure's edge: it may be wider than the axes.
    """
    told = re.sub(r"\S{41,}", lambda word: f"{word[0][:39]}…", nowrap(sentence))
    figure = cast(Figure, ax.get_figure(root=True))
    room = (figure if alone else ax).get_window_extent().width / figure.dpi - 0.3  # inches
    title = left_to_right(_wrap(told, room, size=10, weight="bold", most=4))
    small: dict[str, Any] = {"color": MUTED, "fontsize": 8}
    below = _wrap(kind, room, size=8)
    more = below.count("\n")
    if alone:
        layout = cast(ConstrainedLayoutEngine, figure.get_layout_engine())
        head = 0.32 + 0.17 * (1 + title.count("\n")) + 0.14 * more  # inches
        height = figure.get_figheight() + head
        figure.set_figheight(height)
        layout.set(rect=(0, 0, 1, 1 - head / height))
        figure.suptitle(title, x=0.008, y=1 - 0.05 / height, ha="left", fontsize=10, weight="bold").set_in_layout(False)
        figure.text(0.008, 1 - (head - 0.09) / height, below, linespacing=1.3, **small).set_in_layout(False)
    else:
        ax.set_title(title, loc="left", fontsize=10, weight="bold", color=INK, pad=20 + 11 * more, parse_math=False)
        ax.annotate(below, (0, 1), (0, 7), xycoords="axes fraction", textcoords="offset points", **small)
    values = f": {'; '.join(rows)}" if rows else ""
    ax.set_label(f"{sentence} {capitalized(kind)}{values}.")


def allowance(dispersions: Iterable[float | None]) -> str:
    """Return the end of a caption that says which dispersion of counts the figure allows for.

    Examples
    --------
    >>> allowance([2.13])
    '; allows for a dispersion of 2.13'
    """
    sentence = format_dispersion(dispersions)
    return f"; {sentence[0].lower()}{sentence[1:].removesuffix('.')}"


def _wrap(text: str, inches: float, *, size: float, weight: str = "normal", most: int = 9) -> str:
    """Break text into lines that are no wider, measured in its font; of more than ``most`` lines the rest is cut."""
    font = font_manager.FontProperties(family=STYLE["font.family"], size=size, weight=weight)
    lines = [""]
    with no_glyph_warnings():
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if lines[-1] and text_to_path.get_text_width_height_descent(longer, font, ismath=False)[0] > 72 * inches:
                lines.append(word)
            else:
                lines[-1] = longer
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"])


def panels(ax: Axes, heights: Sequence[float], *, gap: float) -> list[Axes]:
    """Divide axes into panels one below the other, from the top, with one x-axis.

    The axes themselves keep title and words and show nothing else. Of ``heights`` and ``gap``, which lies between
    two panels, only the proportions count.
    """
    ax.set_axis_off()
    whole = sum(heights) + gap * (len(heights) - 1)
    parts: list[Axes] = []
    top = whole
    for height in heights:
        bounds = (0, (top - height) / whole, 1, height / whole)
        parts.append(ax.inset_axes(bounds, sharex=parts[0] if parts else None))
        top -= height + gap
    for part in parts[:-1]:
        part.tick_params(labelbottom=False)
    return parts


def name_panel(panel: Axes, name: str) -> None:
    """Write the name of what a panel shows at its left."""
    words = left_to_right(fit_name(name))
    panel.set_ylabel(words, rotation=0, ha="right", va="center", color=INK, parse_math=False)


def spread(extents: Sequence[tuple[float, float]], *, lanes: int) -> list[int]:
    """Give what lies from start to end a lane, the middle one first, so that nothing hides another.

    Where all lanes are taken it goes into the one that is free again soonest.

    Examples
    --------
    >>> spread([(0, 2), (1, 3), (1, 3), (2, 4)], lanes=3)
    [0, 1, -1, 0]
    """
    order = sorted(range(-(lanes // 2), lanes // 2 + 1), key=lambda lane: (abs(lane), -lane))
    ends = dict.fromkeys(order, float("-inf"))
    found = [0] * len(extents)
    for i in sorted(range(len(extents)), key=lambda i: extents[i]):
        start, end = extents[i]
        found[i] = next((lane for lane in order if ends[lane] <= start), min(ends, key=lambda lane: ends[lane]))
        ends[found[i]] = end
    return found


def keep_apart(heights: Sequence[float], *, gap: float, low: float = -math.inf, high: float) -> list[float]:
    """Move labels up or down from where their lines end, until they are ``gap`` apart and within the bounds.

    Where there is not room for all, those at the bottom go below ``low``: none lies on another.

    Examples
    --------
    >>> keep_apart([0.5, 0.25, 0.5], gap=0.25, high=0.75)
    [0.5, 0.25, 0.75]
    """
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = list(heights)
    for i in order:
        placed[i] = max(placed[i], low)
        low = placed[i] + gap
    # What went beyond the top comes down again, and pushes the ones below it.
    for i in reversed(order):
        placed[i] = min(placed[i], high)
        high = placed[i] - gap
    return placed


def fit_name(name: str, *, width: int = 28) -> str:
    r"""Return a name in at most two lines of at most ``width`` characters.

    Examples
    --------
    >>> fit_name("kubernetes-ingress-controller", width=16)
    'kubernetes-\ningress- …'
    """
    return textwrap.fill(" ".join(name.split()), width, max_lines=2, placeholder=" …")


def left_to_right(text: str) -> str:
    """Return text whose lines run from left to right, also those that begin with Arabic or Hebrew.

    Examples
    --------
    >>> left_to_right("API"), left_to_right("خدمة (n = 4)").startswith("\u200e")
    ('API', True)
    """
    if not any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text):
        return text
    return "\n".join(f"\u200e{line}" for line in text.split("\n"))


def label_rows(ax: Axes, names: Sequence[str], notes: Sequence[str]) -> None:
    """Label horizontal rows, the first at the top: names at the left, notes at the right edge."""
    ax.set_yticks(range(len(names)), [left_to_right(name) for name in names], parse_math=False)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    beside: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "annotation_clip": False}
    for y, note in enumerate(notes):
        ax.annotate(left_to_right(note), (1.01, y), **beside)


def span_axis(ax: Axes, direction: Literal["x", "y"], spans: Sequence[timedelta], *, log: bool = False) -> None:
    """Scale an axis that measures seconds, with ticks at times that people use."""
    known = [span.total_seconds() for span in spans if not pd.isna(span)] or [3600.0]
    if log:
        low, high = min(known) / 1.6, max(max(known) * 1.5, 120)
        ticks = [time for time in _LOG_TIMES if low <= time <= high]
        if len(ticks) > _MOST_TICKS:
            ticks = [time for time in _FEW_LOG_TIMES if low <= time <= high]
        # Linear below a minute: a span may be zero.
        (ax.set_xscale if direction == "x" else ax.set_yscale)("symlog", linthresh=60)
    else:
        low, high = 0.0, max(known) * 1.05 or 3600.0
        step = next((time for time in _TIMES if time >= high / 4), _TIMES[-1])
        ticks = [step * i for i in range(int(high // step) + 1)]
    ax.set(**{f"{direction}lim": (low, high)})
    axis = ax.xaxis if direction == "x" else ax.yaxis
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(
        FuncFormatter(lambda seconds, _: format_span(timedelta(seconds=float(seconds))) if seconds else "0")
    )


def severity_colors(severities: Sequence[str]) -> dict[str, str]:
    """Give each severity, least to worst, its step of the ramp."""
    worst_first = list(severities)[::-1]
    if len(worst_first) <= len(SEVERITY_RAMP):
        return dict(zip(worst_first, SEVERITY_RAMP, strict=False))
    ramp = LinearSegmentedColormap.from_list("severity", SEVERITY_RAMP)
    return {name: to_hex(ramp(i / (len(worst_first) - 1))) for i, name in enumerate(worst_first)}


_BRIGHT: Final = 0.55


def ink_on(color: str) -> str:
    """Return the colour of text that can be read on ``color``."""
    brightness = sum(share * part for share, part in zip((0.3, 0.59, 0.11), to_rgb(color), strict=True))
    return "white" if brightness < _BRIGHT else INK


def shade_periods(ax: Axes, periods: Sequence[str], highlight: Collection[str]) -> None:
    """Shade those of the periods, which stand at 0, 1, 2, that are under review, where anything is drawn."""
    for name in highlight:
        if name not in periods:
            raise UnknownNameError(f"period {name!r} is not one of {', '.join(periods)}")
    places = [periods.index(name) for name in highlight]
    if places and ax.has_data():
        ax.axvspan(min(places) - 0.5, max(places) + 0.5, color=TINT, zorder=0)


_WIDE_LABELS: Final = 14  # months that have room for a label of full size


def label_periods(ax: Axes, periods: Sequence[str], notes: Sequence[str] = ()) -> None:
    """Label an x-axis on which periods stand at 0, 1, 2: as many of their names as there is room for, with a note."""
    room = 24 if any("\n" in name for name in period_labels(periods)) else 10
    shown = range(0, len(periods), -(-len(periods) // room) or 1)
    names = period_labels([periods[i] for i in shown])
    lines = max((name.count("\n") for name in names), default=0)
    labels = [
        name + "\n" * (lines - name.count("\n") + 1) + notes[i] if notes else name
        for i, name in zip(shown, names, strict=True)
    ]
    ax.set_xticks(shown, labels, parse_math=False, fontsize=8.5 if len(names) <= _WIDE_LABELS else 7)
    ax.set_xlim(-0.5, max(len(periods), 1) - 0.5)


def period_labels(periods: Sequence[str]) -> list[str]:
    """Write months as a calendar does, the year below the first one of each year; other periods stay as they are."""
    try:
        months = [pd.to_datetime(name, format="%Y-%m") for name in periods]
    except ValueError:
        return list(periods)
    years = [0, *(month.year for month in months)]
    return [
        f"{month:%b}" + (f"\n{month:%Y}" if month.year != before else "")
        for month, before in zip(months, years[:-1], strict=True)
    ]
