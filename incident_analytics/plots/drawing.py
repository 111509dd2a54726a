"""What all figures share: one style, one way to title, label and scale, and to show a figure with its words."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal, cast

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from incident_analytics.formatting import format_span, html_text

__all__ = [
    "BLUE",
    "DPI",
    "GREEN",
    "INK",
    "MUTED",
    "PALE",
    "RULE",
    "SEVERITY_RAMP",
    "SKY",
    "STYLE",
    "VERMILION",
    "WIDTH",
    "alt_text",
    "explain",
    "ink_on",
    "label_rows",
    "period_labels",
    "severity_colors",
    "show_plot",
    "span_axis",
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

STYLE: Final[Any] = {
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "font.family": "DejaVu Sans",
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


def alt_text(ax: Axes) -> str:
    """Return in words what a plot of this module shows: its sentence, then every row's values.

    Examples
    --------
    >>> from incident_analytics.plots import plot_downtime
    >>> rows = {"service": ["API"], "n": [2], "downtime": [pd.Timedelta(hours=3)]}
    >>> alt_text(plot_downtime(pd.DataFrame(rows)))
    'API was down for longest: 3h in 2 outages. Downtime per service: API: 3h, n = 2.'
    """
    return str(ax.get_label())


def show_plot(ax: Axes) -> None:
    """Show a plot in a notebook with its `alt_text`, and close its figure.

    Of a plot with nothing to see only the sentence is shown. The picture is drawn here rather than by the notebook's
    backend, so that it appears, at full resolution and with its text, whatever backend is set.
    """
    from IPython.display import Image, display

    figure = cast(Figure, ax.get_figure(root=True))
    if not ax.has_data():
        plt.close(figure)
        display(html_text(" ".join(figure.get_suptitle().split())))  # type: ignore[no-untyped-call]
        return
    picture = io.BytesIO()
    # No Software entry: the same table gives the same bytes.
    figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
    plt.close(figure)
    display(  # type: ignore[no-untyped-call]
        Image(picture.getvalue(), format="png", width=round(96 * figure.get_figwidth()), alt=alt_text(ax))  # type: ignore[no-untyped-call]
    )


@contextmanager
def styled(ax: Axes | None, *, rows: int = 0, height: float | None = None) -> Iterator[Axes]:
    """Give the axes to draw on, in the one style; a figure of its own is as high as its rows need."""
    with plt.rc_context(STYLE):
        if ax is None:
            size = (WIDTH, height or 0.45 + 0.38 * max(rows, 1))
            _, ax = plt.subplots(figsize=size, layout="constrained")
        yield ax


def explain(ax: Axes, sentence: str, kind: str, rows: Sequence[str], *, alone: bool) -> None:
    """Write the finding as the title, what is drawn below it, and both with all values as the alternative text.

    Above a plot that is ``alone`` the title starts at the figure's edge: it may be wider than the axes.
    """
    # A number stays on one line with its unit.
    unbroken = re.sub(r"(?<=n) = (?=\d)|(?<=\d[dhm]) (?=\d)", lambda gap: gap[0].replace(" ", "\xa0"), sentence)
    title = textwrap.fill(unbroken, 78 if alone else 60)
    small: dict[str, Any] = {"color": MUTED, "fontsize": 8}
    if alone:
        figure = cast(Figure, ax.get_figure(root=True))
        layout = cast(ConstrainedLayoutEngine, figure.get_layout_engine())
        head = 0.32 + 0.17 * (1 + title.count("\n"))  # inches
        height = figure.get_figheight() + head
        figure.set_figheight(height)
        layout.set(rect=(0, 0, 1, 1 - head / height))
        figure.suptitle(title, x=0.008, y=1 - 0.05 / height, ha="left", fontsize=10, weight="bold").set_in_layout(False)
        figure.text(0.008, 1 - (head - 0.09) / height, kind, **small).set_in_layout(False)
    else:
        ax.set_title(title, loc="left", fontsize=10, weight="bold", color=INK, pad=20, parse_math=False)
        ax.annotate(kind, (0, 1), (0, 7), xycoords="axes fraction", textcoords="offset points", **small)
    values = f": {'; '.join(rows)}" if rows else ""
    ax.set_label(f"{sentence} {kind[:1].upper()}{kind[1:]}{values}.")


def label_rows(ax: Axes, names: Sequence[str], notes: Sequence[str]) -> None:
    """Label horizontal rows, the first at the top: names at the left, notes at the right edge."""
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    for y, note in enumerate(notes):
        ax.annotate(note, (1.01, y), xycoords=("axes fraction", "data"), va="center", annotation_clip=False)


def span_axis(ax: Axes, direction: Literal["x", "y"], spans: Sequence[timedelta], *, log: bool = False) -> None:
    """Scale an axis that measures seconds, with ticks at times that people use."""
    known = [span.total_seconds() for span in spans if not pd.isna(span)] or [3600.0]
    if log:
        low, high = min(known) / 1.6, max(max(known) * 1.5, 120)
        ticks = [time for time in _TIMES if low <= time <= high]
        ticks = ticks[:: -(-len(ticks) // 5)]
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
    axis.set_major_formatter(FuncFormatter(lambda seconds, _: format_span(timedelta(seconds=float(seconds)))))


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


def period_labels(periods: Sequence[str]) -> list[str]:
    """Write months as a calendar does, the year below the first one of each; other periods stay as they are."""
    labels = []
    for i, name in enumerate(periods):
        try:
            month = pd.to_datetime(name, format="%Y-%m")
        except ValueError:
            return list(periods)
        labels.append(f"{month:%b}" + (f"\n{month:%Y}" if i == 0 or month.month == 1 else ""))
    return labels
