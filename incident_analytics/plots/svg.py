"""A matplotlib figure -> SVG that is small, always the same, and a part of the page: its font, its colours, its links.

One unit is one CSS pixel. Text stays text. Every colour is a plain attribute, so that the page's style sheet can choose
others for a dark screen; without one, as in a PDF or a file of its own, they are those of print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, weight_dict
from matplotlib.path import Path
from matplotlib.spines import Spine
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Transform

from incident_analytics.plots.layout import (
    AroundAxes,
    anchor_of,
    is_drawn,
    laid_out,
    place_panel,
    shown_ticks,
    size_of_line,
    words_of,
)
from incident_analytics.showing import safe_text

__all__ = ["FONT", "svg_file", "svg_of"]

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"

_UNJOINED: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Scripts whose letters join or run from right to left: as text a renderer of PDFs would set them one by one."""
_USUAL: Final = {"stroke-width": "1", "opacity": "1", "font-size": "13", "font-weight": "400", "text-anchor": "start"}
_ANCHORS: Final = {"left": "start", "center": "middle", "right": "end"}
_EDGE: Final = 12  # pixels of paper around the drawing of a file
_SIZE: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+"')
_LONG: Final = 500  # steps of a path, from which whole pixels are exact enough
_OPAQUE: Final = 3  # parts of a colour without its opacity
_COMMANDS: Final = {int(Path.MOVETO): "M", int(Path.LINETO): "L", int(Path.CURVE3): "Q", int(Path.CURVE4): "C"}
_PAIRS: Final = {int(Path.CURVE3): 2, int(Path.CURVE4): 3}  # of numbers of a step; else one
_POINTS: Final = tuple(_COMMANDS)
_ROUND: Final[Any] = Path.unit_circle().codes  # no other marker has as many steps


def svg_of(figure: Figure, alt: str, *, name: str, links: Mapping[str, str] | None = None) -> str:
    """Write a figure as an ``svg`` element, and close it.

    Parameters
    ----------
    figure
        Its size in inches times 72 is the size in CSS pixels. The URL of an artist is the incident that it shows.
    alt
        The words for who does not see it.
    name
        Makes the ids inside of it differ from those of other figures on the page.
    links
        Where an incident's report is, by incident_id; what shows another one has no link.
    """
    width, height = (float(size) for size in 72 * figure.get_size_inches())
    pen = _Pen(width, height, name, links or {})
    layout = figure.get_layout_engine()
    if isinstance(layout, AroundAxes):
        layout.place(figure, pen)
    for axes in figure.axes:
        _draw_axes(axes, pen)
    plt.close(figure)
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "role": "group" if pen.links else "img",
            "viewBox": f"0 0 {_short(width)} {_short(height)}",
            "width": _short(width),
            "height": _short(height),
            "font-size": _USUAL["font-size"],
            "font-family": FONT,
            "stroke-linejoin": "round",
        },
    )
    ET.SubElement(svg, "title").text = safe_text(alt)
    drawing = ET.SubElement(svg, "g", {"aria-hidden": "true"})
    drawing.extend([*pen.clips(), *_merged(pen.parts)])
    svg.extend(pen.links)
    return ET.tostring(svg, encoding="unicode")


def svg_file(svg: str, paper: str) -> bytes:
    """Return an ``svg`` element as a file: without links, on paper, as an image does not follow the page around it."""
    plain = re.sub("<a [^>]*>", "<g>", svg).replace("</a>", "</g>").replace('role="group"', 'role="img"', 1)
    width, height = (float(size) + 2 * _EDGE for size in _SIZE.search(plain).groups())  # type: ignore[union-attr]
    size = f'width="{width:g}" height="{height:g}"'
    plain = _SIZE.sub(f'viewBox="{-_EDGE} {-_EDGE} {width:g} {height:g}" {size}', plain, count=1)
    ground = f'<rect x="{-_EDGE}" y="{-_EDGE}" {size} fill="{paper}" />'
    return plain.replace('<g aria-hidden="true">', f'{ground}<g aria-hidden="true">', 1).encode()


def _draw_axes(axes: Axes, pen: _Pen) -> None:
    """Draw what is in axes, in matplotlib's order, on no ground."""
    place_panel(axes, pen)
    artists = [each for each in axes.get_children() if each is not axes.patch and each.get_visible()]
    if not axes.axison:
        artists = [each for each in artists if not isinstance(each, Axis | Spine)]
    for artist in sorted(artists, key=Artist.get_zorder):
        if isinstance(artist, Axes):
            _draw_axes(artist, pen)
        elif isinstance(artist, Axis):
            ticks = list(shown_ticks(artist))
            for line in (line for tick in ticks for line in (tick.gridline, tick.tick1line) if line.get_visible()):
                line.draw(pen)
            for text in words_of(artist, ticks, pen):
                pen.write(text)
        elif isinstance(artist, Text):
            pen.write(artist)
        else:
            artist.draw(pen)


class _Pen(RendererBase):
    """What artists draw on: it makes the plain elements of the drawing."""

    def __init__(self, width: float, height: float, name: str, addresses: Mapping[str, str]) -> None:
        super().__init__()
        self.width, self.height, self.name, self.addresses = width, height, name, addresses
        self.parts: list[ET.Element] = []
        self.links: list[ET.Element] = []  # above all else
        self.boxes: dict[tuple[float, ...], str] = {}

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return super().get_text_width_height_descent(s, prop, ismath) if ismath else size_of_line(s, prop)

    def write(self, text: Text) -> None:
        """Write each line of a text at its anchor: the page's font is not the one that it was measured with."""
        anchor = anchor_of(text, self) if is_drawn(text) else None
        if anchor is not None:
            lines = laid_out(text)
            for words, baseline in zip(lines.lines, lines.baselines, strict=True):
                y = self.height - anchor[1] - baseline
                side, color = text.get_horizontalalignment(), to_rgba(text.get_color(), text.get_alpha())
                self.parts.append(_text(words, (anchor[0], y), text.get_fontproperties(), color, _ANCHORS[side]))

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: FontProperties, *_: Any, **__: Any) -> None:
        """Write a line of something that places its texts itself, such as a legend."""
        self.parts.append(_text(s, (x, y), prop, gc.get_rgb(), "start"))

    def draw_path(self, gc: Any, path: Any, transform: Transform, rgbFace: Any = None) -> None:  # noqa: N803 - its name
        """Draw a path or a marker; nothing where there is nothing to see."""
        look = _look(gc, rgbFace)
        if look.get("fill") == "none" and "stroke" not in look:
            return
        if np.array_equal(path.codes, _ROUND):
            points = transform.transform(path.vertices)
            (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
            place = {"cx": _short((left + right) / 2), "cy": _short(self.height - (bottom + top) / 2)}
            self.add(ET.Element("circle", {**place, "r": f"{(right - left) / 2:.3g}", **look}), gc)
            return
        is_line = rgbFace is None
        clip = (0.0, 0.0, self.width, self.height) if is_line else None
        simplify = is_line and path.should_simplify
        plain = path.cleaned(transform, remove_nans=True, clip=clip, simplify=simplify, curves=True)
        is_point = np.isin(plain.codes, _POINTS)
        points = np.column_stack([plain.vertices[:, 0], self.height - plain.vertices[:, 1]])
        xs, ys = points[is_point].round(1).T
        if not len(xs) or (not is_line and (len(set(xs)) == 1 or len(set(ys)) == 1)):
            return  # a bar of no length, of which only a hairline would be seen
        element = ET.Element("path", {"d": _steps(points.tolist(), plain.codes.tolist()), **look})
        box = gc.get_clip_rectangle()
        if box is not None:
            top, bottom = self.height - box.y1, self.height - box.y0
            if xs.min() < box.x0 - 1 or xs.max() > box.x1 + 1 or ys.min() < top - 1 or ys.max() > bottom + 1:
                corners = (float(box.x0), float(top), float(box.width), float(box.height))
                own = self.boxes.setdefault(corners, f"{self.name}-{len(self.boxes)}")
                element.set("clip-path", f"url(#{own})")
        self.add(element, gc)

    def add(self, part: ET.Element, gc: Any) -> None:
        """Keep a part; one that shows an incident with its name, in a link where the page has its report."""
        incident_id = gc.get_url()
        if incident_id is None:
            self.parts.append(part)
            return
        address = self.addresses.get(incident_id)
        around = ET.Element("g") if address is None else ET.Element("a", {"href": address})
        ET.SubElement(around, "title").text = safe_text(incident_id)
        around.append(part)
        (self.parts if address is None else self.links).append(around)

    def clips(self) -> list[ET.Element]:
        """Return the boxes that something is clipped to: few paths reach out of theirs."""
        found = []
        for corners, own in self.boxes.items():
            element = ET.Element("clipPath", {"id": own})
            ET.SubElement(element, "rect", dict(zip(("x", "y", "width", "height"), map(_short, corners), strict=True)))
            found.append(element)
        return found


def _look(gc: Any, fill: Any) -> dict[str, str]:
    """Return how a path is filled and drawn, without what is usual."""
    look: dict[str, str] = {}
    is_whole = gc.get_forced_alpha()
    if fill is None:
        look["fill"] = "none"
    else:
        look["fill"] = to_hex(fill[:3])
        if len(fill) > _OPAQUE and fill[3] != 1 and not is_whole:
            look["fill-opacity"] = f"{fill[3]:g}"
    width = gc.get_linewidth()
    if width:
        line = gc.get_rgb()
        look["stroke"] = to_hex(line[:3])
        if line[3] != 1 and not is_whole:
            look["stroke-opacity"] = f"{line[3]:g}"
        look["stroke-width"] = f"{width:g}"
    _, dashes = gc.get_dashes()
    if dashes is not None:
        look["stroke-dasharray"] = ",".join(f"{dash:g}" for dash in dashes)
    if is_whole:
        look["opacity"] = f"{gc.get_alpha():g}"
    return {key: value for key, value in look.items() if _USUAL.get(key) != value}


def _steps(points: Sequence[Sequence[float]], codes: Sequence[int]) -> str:
    """Return a path's data; a step that leads to where the last one ended draws nothing."""
    digits = 1 if len(points) < _LONG else 0
    steps: list[str] = []
    curve: list[str] = []
    for (x, y), code in zip(points, codes, strict=True):
        if code == Path.CLOSEPOLY:
            step = "z"
        elif code in _COMMANDS:
            curve.append(f"{_short(x, digits)} {_short(y, digits)}")
            if len(curve) < _PAIRS.get(code, 1):
                continue
            step = _COMMANDS[code] + " ".join(curve)
            curve = []
        else:
            continue
        if not steps or steps[-1] != step:
            steps.append(step)
    return "".join(steps)


def _text(words: str, place: tuple[float, float], font: FontProperties, color: Any, anchor: str) -> ET.Element:
    """Return a line of text; of a script whose letters join, its outlines."""
    (x, y), size, weight = place, font.get_size_in_points(), font.get_weight()
    look = {
        "fill": to_hex(color[:3]),
        "opacity": f"{color[3]:g}",
        "font-size": f"{size:g}",
        "font-weight": f"{weight_dict[weight] if isinstance(weight, str) else weight}",
        "text-anchor": anchor,
    }
    kept = {key: value for key, value in look.items() if _USUAL.get(key) != value}
    words = safe_text(words)
    if not _UNJOINED.search(words):
        element = ET.Element("text", {"x": _short(x), "y": _short(y), **kept})
        element.text = words
        return element
    x -= size_of_line(words, font)[0] * {"middle": 0.5, "end": 1.0}.get(anchor, 0.0)
    points, codes = text_to_path.get_text_path(font, words, ismath=False)
    scale = size / text_to_path.FONT_SCALE
    placed = [(x + scale * right, y - scale * up) for right, up in np.asarray(points).tolist()]
    return ET.Element("path", {"d": _steps(placed, np.asarray(codes).tolist()), "fill": look["fill"]})


def _short(number: Any, digits: int = 1) -> str:
    """Write a length in tenths of a pixel."""
    return f"{round(float(number), digits) + 0:g}"


def _merged(parts: list[ET.Element]) -> list[ET.Element]:
    """Draw lines of one look that follow each other as one path, and so dots without an outline."""
    found: list[ET.Element] = []
    for each in parts:
        part = _round_end(each) if each.tag == "circle" and "stroke" not in each.attrib else each
        look = {**part.attrib, "d": ""}
        if found and part.tag == found[-1].tag == "path" and part.get("fill") == "none":
            last = found[-1].attrib
            if look == {**last, "d": ""} and ("stroke-opacity" not in look or each.tag == "circle"):
                if part.attrib["d"] not in last["d"][-200:]:
                    found[-1].set("d", last["d"] + part.attrib["d"])
                continue
        found.append(part)
    return found


def _round_end(circle: ET.Element) -> ET.Element:
    """Return a dot as a line of no length with round ends, which takes a third of the letters where they are many."""
    look = circle.attrib
    path = {"d": f"M{look['cx']} {look['cy']}h0", "fill": "none", "stroke": look["fill"], "stroke-linecap": "round"}
    opacity = {"stroke-opacity": look["fill-opacity"]} if "fill-opacity" in look else {}
    return ET.Element("path", {**path, "stroke-width": f"{2 * float(look['r']):g}", **opacity})
