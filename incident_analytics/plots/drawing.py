"""What all figures share: one style, one way to title, label and scale, and to show a figure with its words."""

from __future__ import annotations

import calendar
import math
import re
import textwrap
import unicodedata
import warnings
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache, wraps
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, ParamSpec, cast
from weakref import WeakKeyDictionary

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation

from incident_analytics.errors import UnknownNameError
from incident_analytics.formatting import capitalized, cut, format_dispersion, format_span, is_missing, nowrap
from incident_analytics.plots.layout import AroundAxes, size_of_line
from incident_analytics.plots.svg import svg_file, svg_of
from incident_analytics.quotations import Quoted, figures_in
from incident_analytics.showing import (
    Shown,
    escape_html,
    escape_markdown,
    figure_mark,
    picture_name,
    text,
    words_as_html,
)

__all__ = [
    "BLUE",
    "BLUES",
    "GREEN",
    "INK",
    "MUTED",
    "NARROW",
    "PALE",
    "PALETTE",
    "PAPER",
    "RULE",
    "SEVERITY_RAMP",
    "SIZE",
    "SKY",
    "SMALL",
    "STYLE",
    "TINT",
    "TINY",
    "VERMILION",
    "WIDE",
    "allowance",
    "alt_text",
    "explain",
    "fit",
    "fit_name",
    "ink_on",
    "is_narrow",
    "keep_apart",
    "label_periods",
    "label_rows",
    "left_to_right",
    "name_marks",
    "name_panel",
    "no_glyph_warnings",
    "panels",
    "period_labels",
    "set_height",
    "severity_colors",
    "shade_periods",
    "show_plot",
    "shown_plot",
    "span_axis",
    "spread",
    "styled",
    "text_width",
    "two_widths",
    "wrap",
]

WIDE: Final = 760  # CSS pixels: the width of the page's text
NARROW: Final = 336  # that of a phone's
_NARROW_BELOW: Final = 560
_PIXELS: Final = 72  # an inch has as many, so that points are pixels as well

SIZE: Final = 13  # of text, in pixels
SMALL: Final = 12
TINY: Final = 11

# Each colour has one role, as the page's style sheet chooses another one for a dark screen by it (page/figures.css).
INK: Final = "#1f2933"
MUTED: Final = "#56616d"
RULE: Final = "#d5dae1"
PAPER: Final = "#ffffff"
TINT: Final = "#eef2f7"
PALE: Final = "#c5cbd3"
ON_DARK: Final = "#fffffe"  # text on a dark colour
ON_LIGHT: Final = "#1f2934"  # text on a light colour
SEVERITY_RAMP: Final = ("#5b1a57", "#b5376b", "#f0914f", "#f7d9a0")  # worst to least, of rising lightness
# After Okabe and Ito's palette, which people with any common colour vision can tell apart; dark enough for text.
BLUE: Final = "#0b69a3"
SKY: Final = "#56b4e9"
GREEN: Final = "#00785a"
VERMILION: Final = "#bd4a00"
BLUES: Final = ("#d9e8f5", "#a6cbe8", "#5fa3d4", "#2271b2", "#0b3c6f")  # few to many, young to old
PALETTE: Final = frozenset(
    {INK, MUTED, RULE, PAPER, TINT, PALE, ON_DARK, ON_LIGHT, BLUE, SKY, GREEN, VERMILION, *SEVERITY_RAMP, *BLUES}
)

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
    "axes.labelsize": SMALL,
    "axes.linewidth": 1,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "font.family": ["DejaVu Sans", *(name for name in _WIDER_FONTS if name in font_manager.get_font_names())],
    "font.size": SIZE,
    "grid.color": RULE,
    "grid.linewidth": 1,
    "legend.fontsize": SMALL,
    "lines.solid_capstyle": "butt",
    "text.color": INK,
    "text.parse_math": False,  # a name such as "$A$ to $B$" is a name
    "xtick.color": RULE,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": SMALL,
    "xtick.bottom": False,
    "ytick.color": RULE,
    "ytick.labelcolor": MUTED,
    "ytick.labelsize": SMALL,
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


_ALT: Final = 300  # characters of an alternative text


class _Words(NamedTuple):
    """What is said of a plot, and how to draw it again in another width."""

    sentence: str
    kind: str
    alt: str


_WORDS: Final[WeakKeyDictionary[Axes, _Words]] = WeakKeyDictionary()
_NARROWER: Final[WeakKeyDictionary[Axes, Callable[[], Axes]]] = WeakKeyDictionary()
_QUOTED: Final[WeakKeyDictionary[Axes, tuple[str, ...]]] = WeakKeyDictionary()

_P = ParamSpec("_P")


def two_widths(plot: Callable[_P, Axes]) -> Callable[_P, Axes]:
    """Let `shown_plot` draw what a plot function draws again for a narrow page, and know which figures it shows."""

    @wraps(plot)
    def drawn(*args: _P.args, **options: _P.kwargs) -> Axes:
        axes = plot(*args, **options)
        _QUOTED[axes] = figures_in(*args, *options.values())
        if options.get("ax") is None:
            narrow: Any = {**options, "width": NARROW}
            _NARROWER[axes] = lambda: plot(*args, **narrow)
        return axes

    return drawn


def alt_text(ax: Axes) -> str:
    """Return in at most 300 characters what a plot of this module shows: its sentence, then as many rows as fit.

    Examples
    --------
    >>> from incident_analytics.plots import plot_availability
    >>> rows = pd.DataFrame({"service": ["API"], "n": [2], "downtime": [pd.Timedelta(hours=3)], "target": [0.998]})
    >>> alt_text(plot_availability(rows.assign(n_missing=0, availability=0.9953)))  # doctest: +ELLIPSIS
    'API missed its availability target: 99.53% against 99.8%. ... API: 99.53% (target 99.8%), 3h down, n = 2.'
    """
    return _WORDS[ax].alt


def show_plot(ax: Axes, *, links: Mapping[str, str] | None = None) -> None:
    """Show a plot in a notebook, as `shown_plot` makes it."""
    from IPython.display import display

    display(shown_plot(ax, links=links))  # type: ignore[no-untyped-call]


def shown_plot(ax: Axes, *, links: Mapping[str, str] | None = None) -> Shown:
    """Return a plot as something to show, and close its figure.

    Parameters
    ----------
    ax
        What a plot function gave, drawn in a figure of its own.
    links
        Where an incident's report is, by incident_id: its mark on the page links there.

    Returns
    -------
    Shown
        On the page a ``figure`` with its words, the ids of the figures it shows and two drawings (SVG), of which the
        page shows the one that fits; in Markdown the words and a picture. Of a plot with nothing to see only the
        sentence.
    """
    figure, words, quoted = _root(ax), _WORDS[ax], _QUOTED.get(ax, ())
    if not _has_data(ax):
        plt.close(figure)
        return text(Quoted(words.sentence, quoted))
    name = sha256(words.alt.encode(errors="replace")).hexdigest()[:6]
    drawn = [figure, *([_root(_NARROWER[ax]())] if ax in _NARROWER else [])]
    with no_glyph_warnings():
        for each in drawn:
            _take_words_off(each)
        wide, *narrow = (svg_of(each, words.alt, name=f"f{name}{i or ''}", links=links) for i, each in enumerate(drawn))
    picture = svg_file(wide, PAPER)
    file = picture_name(picture, "svg")
    caption = (
        f"<figcaption><strong>{words_as_html(words.sentence)}</strong> "
        f"<span>{words_as_html(words.kind)}</span></figcaption>"
    )
    drawings = "".join(
        f'<div class="{size}">{each}</div>' for size, each in zip(("wide", "narrow"), (wide, *narrow), strict=False)
    )
    image = f'<img src="data:image/svg+xml;base64,{b64encode(picture).decode()}" alt="{escape_html(words.alt)}">'
    return Shown(
        f'<figure class="plot" data-drawing=""{figure_mark(quoted)}>{caption}\n<div>{drawings}</div></figure>',
        f"**{escape_markdown(words.sentence)}** {escape_markdown(words.kind)}\n\n"
        f"![{escape_markdown(words.alt)}]({file})",
        {file: picture},
        f"<figure>{caption}\n{image}</figure>",
    )


def _root(ax: Axes) -> Figure:
    return cast(Figure, ax.get_figure(root=True))


def _has_data(ax: Axes) -> bool:
    return any(panel.has_data() for panel in (ax, *ax.child_axes))


def _take_words_off(figure: Figure) -> None:
    """Leave the drawing alone of a figure to which `explain` gave its words."""
    layout = cast(AroundAxes, figure.get_layout_engine())
    figure.set_figheight(figure.get_figheight() - layout.head / _PIXELS)
    layout.head = 0
    for words in [*figure.texts]:
        words.remove()


@contextmanager
def no_glyph_warnings() -> Iterator[None]:
    """Draw a character that no font here has as a box, without a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
        yield


@contextmanager
def styled(ax: Axes | None, *, width: int, height: float = 200) -> Iterator[Axes]:
    """Give the axes to draw on, in the one style: those that are given, or a figure of so many pixels."""
    with plt.rc_context(STYLE):
        if ax is None:
            size = (width / _PIXELS, height / _PIXELS)
            figure, ax = plt.subplots(figsize=size, dpi=_PIXELS, layout=AroundAxes())
            try:
                yield ax
            except BaseException:
                plt.close(figure)
                raise
        else:
            yield ax


def is_narrow(ax: Axes) -> bool:
    """Return whether a plot has the room of a phone only."""
    return _pixels(_root(ax).get_window_extent().width, ax) < _NARROW_BELOW


def set_height(ax: Axes, pixels: float) -> None:
    """Set the height of the figure that a plot has to itself."""
    _root(ax).set_figheight(pixels / _PIXELS)


def _pixels(extent: float, ax: Axes) -> float:
    return float(extent) * _PIXELS / _root(ax).dpi


def explain(ax: Axes, sentence: str, kind: str, rows: Sequence[str], *, alone: bool) -> None:
    """Write the finding as the title, what is drawn below it, and both as the alternative text, with rows that fit.

    Above a plot that is ``alone`` the title starts at the figure's edge: it may be wider than the axes.
    """
    said = f"{capitalized(kind)}."
    _WORDS[ax] = _Words(sentence, said, _alternative(sentence, said, rows))
    cut_words = re.sub(r"\S{41,}", lambda word: f"{word[0][:39]}…", nowrap(sentence))
    figure = _root(ax)
    room = _pixels((figure if alone else ax).get_window_extent().width, ax) - 8
    title = left_to_right(wrap(cut_words, room, size=15, weight="bold", most=4))
    small: dict[str, Any] = {"color": MUTED, "fontsize": SMALL}
    below = wrap(said, room, size=SMALL)
    more = below.count("\n")
    if alone:
        head = 32 + 18 * (1 + title.count("\n")) + 16 * more
        height = figure.get_figheight() * _PIXELS + head
        set_height(ax, height)
        cast(AroundAxes, figure.get_layout_engine()).head = head
        figure.suptitle(title, x=0, y=1 - 3 / height, ha="left", fontsize=15, weight="bold").set_in_layout(False)
        figure.text(0, 1 - (head - 10) / height, below, linespacing=1.3, **small).set_in_layout(False)
    else:
        ax.set_title(title, loc="left", fontsize=15, weight="bold", color=INK, pad=26 + 16 * more, parse_math=False)
        ax.annotate(below, (0, 1), (0, 10), xycoords="axes fraction", textcoords="offset points", **small)


def _alternative(sentence: str, said: str, rows: Sequence[str]) -> str:
    """Say what a plot shows in words: all rows, or those of the first that there is room for and how many more."""
    start = f"{sentence} {said}" if len(sentence) + len(said) < _ALT else cut(sentence, _ALT)
    for n in range(len(rows), 0, -1):
        more = f"; {len(rows) - n} more" if n < len(rows) else ""
        whole = f"{start} {'; '.join(rows[:n])}{more}."
        if len(whole) <= _ALT:
            return whole
    return start


def allowance(dispersions: Iterable[float | None]) -> str:
    """Return the end of a caption that says which dispersion of counts the figure allows for.

    Examples
    --------
    >>> allowance([2.13])
    '; intervals widened for extra variation (2.13 times)'
    >>> allowance([1.0])
    ''
    """
    dispersions = list(dispersions)
    if all(value is not None and not is_missing(value) and value <= 1 for value in dispersions):
        return ""
    sentence = format_dispersion(dispersions)
    return f"; {sentence[0].lower()}{sentence[1:].removesuffix('.')}"


def wrap(words: str, room: float, *, size: float, weight: str = "normal", most: int = 9) -> str:
    """Break text into lines of so many pixels, at most ``most``; what has no room is cut."""
    left = words.split(" ")
    lines: list[str] = []

    def width(n: int) -> float:
        return text_width(" ".join(left[:n]), size=size, weight=weight)

    while left:
        n = max(bisect_right(range(1, len(left) + 1), room, key=width), 1)
        lines.append(" ".join(left[:n]))
        left = left[n:]
    if len(lines) > most:
        lines[most - 1 :] = [f"{lines[most - 1]} …"]
    return "\n".join(fit(line, room, size=size, weight=weight) for line in lines)


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
    """Write the name of what a panel shows at its left, or above it where there is no room next to it."""
    if is_narrow(panel):
        words = fit(name, NARROW - 40, size=SMALL, weight="bold")
        panel.annotate(
            left_to_right(words), (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points",
            fontsize=SMALL, weight="bold", annotation_clip=False,
        )  # fmt: skip
        return
    words = left_to_right(fit_name(name))
    panel.set_ylabel(words, rotation=0, ha="right", va="center", color=INK, fontsize=SIZE, parse_math=False)


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


@lru_cache(maxsize=4096)
def text_width(words: str, *, size: float = SIZE, weight: str = "normal") -> float:
    """Return the pixels that the widest line of a text takes, in the font of the figures."""
    font = font_manager.FontProperties(family=STYLE["font.family"], size=size, weight=weight)
    with no_glyph_warnings():
        return max(size_of_line(line, font)[0] for line in words.split("\n"))


def fit(words: str, room: float, *, size: float = SIZE, weight: str = "normal") -> str:
    """Return a text on one line, cut where it has more than so many pixels.

    Examples
    --------
    >>> fit("Break-glass access for the on-call role", 150), fit("API", 150)
    ('Break-glass access f…', 'API')
    """
    line = " ".join(words.split())[:200]  # no line has room for more
    length = len(line)
    while length > 1 and text_width(cut(line, length), size=size, weight=weight) > room:
        length -= 1
    return cut(line, length)


_BAND: Final = 30.0  # pixels of a row for its marks
_GAP: Final = 8  # pixels from a row's marks to the words of the next


def label_rows(
    ax: Axes,
    names: Sequence[str],
    notes: Sequence[str],
    *,
    alone: bool,
    looks: Sequence[Mapping[str, Any]] | None = None,
    headings: Collection[int] = (),
    band: float = _BAND,
    foot: float = 24,
) -> float:
    """Label horizontal rows, the first at the top, and return how much of a row a pixel is.

    On a wide page names are at the left and notes at the right edge, on a narrow one both above the row's marks.

    Parameters
    ----------
    ax
        Where the rows are at 0, 1, 2.
    names, notes
        One of each a row.
    alone
        Whether the figure is theirs: its height follows from the rows.
    looks
        How each name looks; None leaves them as they are.
    headings
        The rows that have no marks and name those below them.
    band, foot
        The pixels that the marks of a row take, and what is below the rows.
    """
    n = max(len(names), 1)
    narrow = is_narrow(ax)
    bold = {"weight": "bold"}
    given = looks or [bold if y in headings or (narrow and not headings) else {} for y in range(len(names))]
    styles = [{"color": INK, **look} for look in given]
    place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    if not narrow:
        ax.set_yticks(range(len(names)), [left_to_right(name) for name in names], parse_math=False, fontsize=SIZE)
        for label, style in zip(ax.get_yticklabels(), styles, strict=True):
            label.set(**style)
        ax.set_ylim(n - 0.5, -0.5)
        for y, note in enumerate(notes):
            ax.annotate(
                left_to_right(note), (1, y), (8, 0), va="center", fontsize=SMALL, annotation_clip=False, **place
            )
        if alone:
            set_height(ax, foot + band * n)
        return 1 / band
    weights = [str(style.get("weight", "normal")) for style in styles]
    lines = [(" ".join(name.split()), " ".join(note.split())) for name, note in zip(names, notes, strict=True)]
    widths = [
        (text_width(name, weight=weight), text_width(note, size=SMALL))
        for (name, note), weight in zip(lines, weights, strict=True)
    ]
    one_line = all(name + note + 12 <= NARROW for name, note in widths)
    n_lines = 1 if max((name for name, _ in widths), default=0) <= NARROW else 2
    head = 17 * n_lines + (3 if one_line else 20)
    row = head + band + _GAP
    ax.set_yticks([])
    ax.set_ylim(n - 1 + band / 2 / row, -(head + band / 2) / row)
    place |= {"va": "top", "annotation_clip": False, "linespacing": 1.15}
    for y, ((name, note), style, weight) in enumerate(zip(lines, styles, weights, strict=True)):
        top = y + (band / 2 - 16 if y in headings else -(head + band / 2)) / row
        words = wrap(name, NARROW, size=SIZE, weight=weight, most=n_lines)
        ax.annotate(left_to_right(words), (0, top), (0, 0), **style, **place)
        down = 0 if one_line else -17 * n_lines - 1
        ax.annotate(
            left_to_right(fit(note, NARROW, size=SMALL)), (1 if one_line else 0, top), (0, down),
            ha="right" if one_line else "left", fontsize=SMALL, color=MUTED, **place,
        )  # fmt: skip
    if alone:
        set_height(ax, foot + row * n - _GAP)
    return 1 / row


def name_marks(
    ax: Axes, handles: Sequence[Artist], *, room: float, below: float = 0, columns: int | None = None
) -> float:
    """Name marks below a plot in as few lines as they fit in, and return the pixels that these take.

    Parameters
    ----------
    ax
        The plot.
    handles
        What looks like the marks, each with its name as its label.
    room
        The pixels from the left edge of the axes on.
    below
        How many pixels lie between the axes and the names.
    columns
        How many names a line has at most; None takes as many as fit.
    """
    names = [
        "\n".join(fit(line, room - 30, size=SMALL) for line in str(handle.get_label()).split("\n"))
        for handle in handles
    ]
    widths = [text_width(name, size=SMALL) + 2.7 * SMALL for name in names]

    def fits(n: int) -> bool:
        lines, longer = divmod(len(widths), n)  # the first columns are a line longer
        ends = [lines * i + min(i, longer) for i in range(n + 1)]
        return sum(max(widths[start:end]) for start, end in pairwise(ends)) <= room

    most = min(columns or len(names), len(names))
    n = next((n for n in range(most, 1, -1) if fits(n)), 1)
    ax.legend(
        list(handles), [left_to_right(name) for name in names], loc="upper left", bbox_to_anchor=(0, 0),
        bbox_transform=ax.transAxes + ScaledTranslation(0, -below / _PIXELS, _root(ax).dpi_scale_trans),
        ncols=n, frameon=False, handlelength=0.9, handletextpad=0.5, columnspacing=1.2, borderaxespad=0.3, borderpad=0,
        alignment="left",
    )  # fmt: skip
    return 18.0 * sum(1 + name.count("\n") for name in names[: -(-len(names) // n)]) + 4


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


_QUARTER: Final = re.compile(r"(\d{4})(Q[1-4])")
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_BRIGHT: Final = 0.55


def ink_on(color: str) -> str:
    """Return the colour of text that can be read on ``color``."""
    brightness = sum(share * part for share, part in zip((0.3, 0.59, 0.11), to_rgb(color), strict=True))
    return ON_DARK if brightness < _BRIGHT else ON_LIGHT


def shade_periods(ax: Axes, periods: Sequence[str], highlight: Collection[str]) -> None:
    """Shade those of the periods, which are at 0, 1, 2, that are under review, where anything is drawn."""
    for name in highlight:
        if name not in periods:
            raise UnknownNameError(f"period {name!r} is not one of {', '.join(periods)}")
    places = [periods.index(name) for name in highlight]
    if places and ax.has_data():
        ax.axvspan(min(places) - 0.5, max(places) + 0.5, color=TINT, linewidth=0, zorder=0)


def label_periods(ax: Axes, periods: Sequence[str], notes: Sequence[str] = (), *, room: float) -> None:
    """Label an x-axis on which periods are at 0, 1, 2: as many of their names as fit in the room, with a note."""

    def labels(step: int) -> list[str]:
        shown = range(0, len(periods), step)
        names = period_labels([periods[i] for i in shown])
        lines = max((name.count("\n") for name in names), default=0)
        return [
            name + "\n" * (lines - name.count("\n") + 1) + notes[i] if notes else name
            for i, name in zip(shown, names, strict=True)
        ]

    def fits(step: int) -> bool:
        widest = max((text_width(label, size=TINY) for label in labels(step)), default=0.0)
        return widest + 3 <= step * room / max(len(periods), 1)

    steps = (1, 2, 3, 4, 6, 12, 24, 36, 60)
    step = next((step for step in steps if fits(step)), steps[-1])
    ax.set_xticks(range(0, len(periods), step), labels(step), parse_math=False, fontsize=TINY)
    ax.set_xlim(-0.5, max(len(periods), 1) - 0.5)


def period_labels(periods: Sequence[str]) -> list[str]:
    r"""Write months and quarters as people do, the year below the first of each year; other periods stay as they are.

    Examples
    --------
    >>> period_labels(["2024Q4", "2025Q1", "2025Q2"]), period_labels(["2025-W30"])
    (['Q4\n2024', 'Q1\n2025', 'Q2'], ['2025-W30'])
    """
    parts = [_QUARTER.fullmatch(name) or _MONTH.fullmatch(name) for name in periods]
    if not all(parts):
        return list(periods)
    words = [(part[2] if "Q" in part[2] else calendar.month_abbr[int(part[2])], part[1]) for part in parts if part]
    years = ["", *(year for _, year in words)]
    return [f"{word}\n{year}" if year != before else word for (word, year), before in zip(words, years, strict=False)]
