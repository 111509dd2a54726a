"""How much room words take, and where that leaves the axes of a figure.

As matplotlib's constrained layout places one axes and the panels within it, but each line of text is measured once, and
of what is drawn only that is looked at which may reach out of the axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.legend import Legend
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path

__all__ = [
    "AroundAxes",
    "Lines",
    "anchor_of",
    "is_drawn",
    "laid_out",
    "place_panel",
    "shown_ticks",
    "size_of_line",
    "words_of",
]

_PIXELS: Final = 72  # an inch has as many, so that points are pixels as well

_UNIT: Final = text_to_path.FONT_SCALE
_ASCENT, _DESCENT, _GAP = 1556 / 2048, 492 / 2048, 410 / 2048  # of the font that comes with matplotlib, for a size of 1
_PAD: Final = (0.72, 2.16)  # pixels between what is drawn and the figure's edge, at the sides and at top and bottom
_BELOW_LABELS: Final = 3  # pixels from the labels of ticks to what is the same of all of them


def size_of_line(words: str, font: FontProperties) -> tuple[float, float, float]:
    """Return the pixels that a line of text takes: its width, its height, and how far it reaches below its baseline."""
    size = font.get_size_in_points()
    family, weight = tuple(font.get_family()), font.get_weight()
    width, ascent, descent = 0.0, 0.0, 0.0
    for i, word in enumerate(words.split(" ")):
        if i:
            width += _size_of_word(" ", family, weight)[0]
        if word:
            own, up, down = _size_of_word(word, family, weight)
            width, ascent, descent = width + own, max(ascent, up), max(descent, down)
    scale = size / _UNIT
    return width * scale, (ascent + descent) * scale, descent * scale


@lru_cache(maxsize=8192)
def _size_of_word(word: str, family: Sequence[str], weight: str | int) -> tuple[float, float, float]:
    """Return a word's width, and how far it reaches above and below its baseline, in a size of `_UNIT`.

    Words come again in other lines and figures, and are measured in a tenth of the time that their lines take.
    """
    font = FontProperties(family=list(family), size=_UNIT, weight=weight)
    width, height, descent = text_to_path.get_text_width_height_descent(word, font, ismath=False)
    return width, height - descent, descent


class Lines(NamedTuple):
    """A text laid out around its anchor, in pixels to the right and upwards: its lines, their baselines, its box."""

    lines: Sequence[str]
    baselines: Sequence[float]
    left: float
    bottom: float
    right: float
    top: float


def laid_out(text: Text) -> Lines:
    """Return how a text lies around its anchor."""
    spacing = vars(text)["_linespacing"]  # for which older versions of matplotlib have no method
    return _laid_out(
        text.get_text(),
        (tuple(text.get_fontfamily()), text.get_fontweight(), text.get_fontsize()),
        spacing if isinstance(spacing, int | float) else None,
        text.get_horizontalalignment(),
        text.get_verticalalignment(),
    )


@lru_cache(maxsize=4096)
def _laid_out(
    words: str, look: tuple[tuple[str, ...], str | int, float], spacing: float | None, side: str, place: str
) -> Lines:
    family, weight, size = look
    font = FontProperties(family=list(family), size=size, weight=weight)
    lines = words.split("\n")
    gap = _GAP * size if len(lines) > 1 else 0.0
    widths: list[float] = []
    baselines: list[float] = []
    y = descent = 0.0
    for line in lines:
        width, height, descent = size_of_line(line, font)
        ascent = height - descent
        if spacing is None:
            ascent = max(ascent, _ASCENT * size) + gap / 2
            descent = max(descent, _DESCENT * size) + gap / 2
        else:
            leading = spacing * (_ASCENT + _DESCENT) * size - height
            ascent, descent = ascent + leading / 2, descent + leading / 2
        y -= ascent
        widths.append(width)
        baselines.append(y)
        y -= descent
    left = {"left": 0.0, "center": -max(widths) / 2, "right": -max(widths)}[side]
    base = -baselines[-1]
    up = {"top": 0.0, "center": -y / 2, "bottom": -y, "baseline": base, "center_baseline": base / 2}[place]
    return Lines(lines, [line + up for line in baselines], left, y + up, left + max(widths), up)


def anchor_of(text: Text, pen: Any) -> tuple[float, float] | None:
    """Return the pixel that a text is at, None where nothing is written, as what it names is outside of the axes."""
    if isinstance(text, Annotation):
        clips = text.get_annotation_clip()
        if clips or (clips is None and text.xycoords == "data"):
            axes: Any = text.axes
            x, y = axes.transData.transform((axes.convert_xunits(text.xy[0]), axes.convert_yunits(text.xy[1])))
            box = axes.bbox
            if not (box.x0 - 1 <= x <= box.x1 + 1 and box.y0 - 1 <= y <= box.y1 + 1):
                return None
        text.update_positions(pen)
    x, y = text.get_transform().transform(text.get_unitless_position())
    return float(x), float(y)


def is_drawn(text: Text) -> bool:
    """Return whether a text has words to be seen."""
    return bool(text.get_visible() and text.get_text())


def shown_ticks(axis: Axis) -> Iterator[Tick]:
    """Yield the ticks in view, in their places and with their labels."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    majors, minors = list(axis.get_majorticklocs()), list(axis.get_minorticklocs())
    for ticks, places, formatter in (
        (axis.get_major_ticks(len(majors)), majors, axis.get_major_formatter()),
        (axis.get_minor_ticks(len(minors)) if minors else (), minors, axis.get_minor_formatter()),
    ):
        for tick, place, label in zip(ticks, places, formatter.format_ticks(places), strict=True):
            if low - slack <= place <= high + slack:
                tick.update_position(place)
                tick.label1.set_text(label)
                yield tick


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


def _box(text: Text, pen: Any) -> Iterator[_Box]:
    """Yield the pixels that a text takes, if it takes any: drawn by a pen of ours, or by the figure's own canvas."""
    anchor = anchor_of(text, pen) if is_drawn(text) and text.get_in_layout() else None
    if anchor is None:
        return
    if pen is None:
        yield _Box(*text.get_window_extent().extents)
    else:
        (x, y), lines = anchor, laid_out(text)
        yield _Box(x + lines.left, y + lines.bottom, x + lines.right, y + lines.top)


def words_of(axis: Axis, ticks: Sequence[Tick], pen: Any) -> list[Text]:
    """Return the texts of an axis: the labels of ticks, and next to these what is the same of all and its name."""
    labels = [tick.label1 for tick in ticks if is_drawn(tick.label1)]
    boxes = [box for label in labels for box in _box(label, pen)]
    around, scale = axis.axes.bbox, _scale(axis)
    axis.offsetText.set_text(axis.get_major_formatter().get_offset())
    if isinstance(axis, XAxis):
        bottom = min((box.bottom for box in boxes), default=around.y0)
        axis.offsetText.set_y(bottom - _BELOW_LABELS * scale)
        axis.label.set_y(min(bottom, around.y0) - axis.labelpad * scale)
    else:
        axis.offsetText.set_y(around.y1 + _BELOW_LABELS * scale)
        axis.label.set_x(min([around.x0, *(box.left for box in boxes)]) - axis.labelpad * scale)
    return [*labels, *(text for text in (axis.offsetText, axis.label) if is_drawn(text))]


class AroundAxes(PlaceHolderLayoutEngine):
    """Leaves the words around the only axes of a figure the room that they take.

    Attributes
    ----------
    head
        The pixels at the figure's top that are not the axes'.
    """

    def __init__(self) -> None:
        super().__init__(adjust_compatible=True, colorbar_gridspec=True)
        self.head = 0.0

    def execute(self, fig: Figure) -> None:
        """Lay out for whatever draws the figure."""
        self.place(fig, None)

    def place(self, figure: Figure, pen: Any) -> None:
        """Put the axes where they and their words reach from edge to edge."""
        axes: Any = next(iter(figure.axes))
        width, height, scale = figure.bbox.width, figure.bbox.height, figure.dpi / _PIXELS
        aside, above = (pad * scale for pad in _PAD)
        ticks = {axis: list(shown_ticks(axis)) for each in (axes, *axes.child_axes) for axis in _axes_with_words(each)}
        # Twice, as a label near an edge reaches beyond it by more or less when the axes grow.
        for _ in range(2):
            box, inner = _around([_axes_box(axes), *_boxes(axes, ticks, pen)]), axes.bbox
            left, right = inner.x0 - box.left + aside, box.right - inner.x1 + aside
            bottom, top = inner.y0 - box.bottom + above, box.top - inner.y1 + above + self.head * scale
            if left + right < width and bottom + top < height:
                axes.set_position(
                    (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
                )


def _scale(artist: Artist) -> float:
    """Return how many pixels of the canvas one of ours takes."""
    figure: Any = artist.get_figure(root=True)
    return float(figure.dpi) / _PIXELS


def _axes_with_words(axes: Axes) -> list[Axis]:
    return [axis for axis in (axes.xaxis, axes.yaxis) if axes.axison and axis.get_visible()]


def _axes_box(axes: Axes) -> _Box:
    return _Box(*axes.bbox.extents)


def _around(boxes: Iterable[_Box]) -> _Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return _Box(min(lefts), min(bottoms), max(rights), max(tops))


def _boxes(axes: Axes, ticks: Mapping[Axis, Sequence[Tick]], pen: Any) -> Iterator[_Box]:
    """Yield what may reach out of axes: their words and panels; all else is cut off at their edges."""
    for axis in _axes_with_words(axes):
        for text in words_of(axis, ticks[axis], pen):
            yield from _box(text, pen)
    for artist in axes.get_children():
        if isinstance(artist, Text):
            yield from _box(artist, pen)
        elif isinstance(artist, Axes):
            place_panel(artist, pen)
            yield from (_axes_box(artist), *_boxes(artist, ticks, pen))
        elif isinstance(artist, Legend) and artist.get_visible() and artist.get_in_layout():
            yield _Box(*artist.get_window_extent(pen).extents)


def place_panel(axes: Axes, pen: Any) -> None:
    """Put axes that lie within others where those leave them room."""
    locator: Any = axes.get_axes_locator()
    axes.apply_aspect(locator(axes, pen) if locator else None)
