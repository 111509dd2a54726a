"""A matplotlib figure -> SVG that is small, always the same, and a part of the page: its font, its colours, its links.

One unit is one CSS pixel. Text stays text. Every colour is a plain attribute, so that the page's style sheet can choose
others for a dark screen; without one, as in a PDF or a file of its own, they are those of print.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from incident_analytics.showing import safe_text

__all__ = ["FONT", "size_of_line", "svg_file", "svg_of"]

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"

_SVG: Final = "{http://www.w3.org/2000/svg}"
_XLINK: Final = "{http://www.w3.org/1999/xlink}href"
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_ILL_FORMED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML does not have; a report may hold them, and they are written out."""
_UNJOINED: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Scripts whose letters join or run from right to left: as text a renderer of PDFs would set them one by one."""
_KEPT: Final = (
    "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "opacity",
    "font-size", "font-weight", "text-anchor",
)  # fmt: skip
_USUAL: Final = {"stroke-width": "1", "opacity": "1", "font-size": "13", "font-weight": "400", "text-anchor": "start"}
_EDGE: Final = 12  # pixels of paper around the drawing of a file
_SIZE: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+"')
_LONG: Final = 500  # steps of a path, from which whole pixels are exact enough
_COMMANDS: Final = {int(Path.MOVETO): "M", int(Path.LINETO): "L", int(Path.CURVE3): "Q", int(Path.CURVE4): "C"}


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
    grounds: list[Patch] = [figure.patch]
    for artist in _artists(figure):
        if isinstance(artist, Axes):
            grounds.append(artist.patch)
        elif isinstance(artist, Text):
            # Each line of a text comes out as a text that starts at its left: the anchor is put back below.
            anchor = {"center": "middle", "right": "end"}.get(artist.get_horizontalalignment())
            if anchor and "\n" in artist.get_text():
                artist.set_gid(anchor)
    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    for ground in grounds:
        ground.set(facecolor="none", edgecolor="none")
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        # Not `savefig`, which draws twice: first for the layout alone, which any drawing makes.
        width, height = 72 * figure.get_size_inches()
        renderer = _Renderer(width, height, out, metadata=nothing)  # type: ignore[no-untyped-call]
        _Canvas(figure, renderer)
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
    plt.close(figure)
    drawn = ET.fromstring(_ILL_FORMED.sub(lambda found: ascii(found[0])[1:-1], out.getvalue()))  # noqa: S314 - matplotlib wrote it
    writer = _Writer(drawn, name, links or {})
    parts = writer.parts(drawn, "start")
    width, height = (_short(size) for size in drawn.attrib["viewBox"].split()[2:])
    svg = ET.Element(
        "svg",
        {
            "xmlns": _SVG[1:-1],
            "role": "group" if writer.links else "img",
            "viewBox": f"0 0 {width} {height}",
            "width": width,
            "height": height,
            "font-size": _USUAL["font-size"],
            "font-family": FONT,
            "stroke-linejoin": "round",
        },
    )
    ET.SubElement(svg, "title").text = safe_text(alt)
    drawing = ET.SubElement(svg, "g", {"aria-hidden": "true"})
    drawing.extend([*writer.clips(), *_merged(parts)])
    svg.extend(writer.links)
    return ET.tostring(svg, encoding="unicode")


def svg_file(svg: str, paper: str) -> bytes:
    """Return an ``svg`` element as a file: without links, on paper, as an image does not follow the page around it."""
    plain = re.sub("<a [^>]*>", "<g>", svg).replace("</a>", "</g>").replace('role="group"', 'role="img"', 1)
    width, height = (float(size) + 2 * _EDGE for size in _SIZE.search(plain).groups())  # type: ignore[union-attr]
    size = f'width="{width:g}" height="{height:g}"'
    plain = _SIZE.sub(f'viewBox="{-_EDGE} {-_EDGE} {width:g} {height:g}" {size}', plain, count=1)
    ground = f'<rect x="{-_EDGE}" y="{-_EDGE}" {size} fill="{paper}" />'
    return plain.replace('<g aria-hidden="true">', f'{ground}<g aria-hidden="true">', 1).encode()


def _artists(artist: Artist) -> Iterator[Artist]:
    """Yield an artist and all within it, without an axis that is off: it would make ticks that nobody sees."""
    yield artist
    for child in artist.get_children():
        if not (isinstance(child, Axis) and not child.axes.axison):
            yield from _artists(child)


@lru_cache(maxsize=4096)
def size_of_line(words: str, font: FontProperties) -> tuple[float, float, float]:
    """Return the pixels that a line of text takes: its width, its height, and how far it reaches below its baseline.

    A line is measured a dozen times while its figure is laid out and drawn, and again in the other width.
    """
    size: tuple[float, float, float] = text_to_path.get_text_width_height_descent(words, font, ismath=False)
    return size


class _Renderer(RendererSVG):
    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | str
    ) -> tuple[float, float, float]:
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-any-return,no-untyped-call]
        return size_of_line(s, prop.copy())


class _Canvas(FigureCanvasBase):
    """A figure's canvas, whose layout measures with the renderer that draws."""

    def __init__(self, figure: Figure, renderer: _Renderer) -> None:
        super().__init__(figure)
        self._renderer = renderer

    def get_renderer(self) -> _Renderer:
        return self._renderer


class _Writer:
    """Walks the tree that matplotlib wrote and makes the plain elements that are kept of it."""

    def __init__(self, drawn: ET.Element, name: str, addresses: Mapping[str, str]) -> None:
        self.name, self.addresses = name, addresses
        self.links: list[ET.Element] = []
        self.shapes = {path.get("id"): path.get("d", "") for path in drawn.iter(f"{_SVG}path") if path.get("id")}
        self.boxes = {clip.get("id"): clip[0].attrib for clip in drawn.iter(f"{_SVG}clipPath")}
        self.used: dict[str, str] = {}

    def parts(self, node: ET.Element, anchor: str, clip: str = "") -> list[ET.Element]:
        """Return what a node shows; what links somewhere goes to ``links``, above all else."""
        found: list[ET.Element] = []
        for child in node:
            look = {**child.attrib, **dict(re.findall(r"([\w-]+): ([^;]+)", child.get("style", "")))}
            box = look.get("clip-path", clip)
            tag = child.tag.removeprefix(_SVG)
            if tag == "g":
                own = child.get("id", "")
                found += self.parts(child, own if own in {"middle", "end"} else anchor, box)
            elif tag == "a":
                found += self.link(child.attrib[_XLINK], self.parts(child, anchor, box))
            elif tag in {"text", "use", "path"}:
                found += [part for part in (self.part(tag, child, look, anchor, box),) if part is not None]
        return found

    def link(self, incident_id: str, parts: list[ET.Element]) -> list[ET.Element]:
        """Return the parts of an incident, named; in a link where the page has its report."""
        address = self.addresses.get(incident_id)
        around = ET.Element("g") if address is None else ET.Element("a", {"href": address})
        ET.SubElement(around, "title").text = safe_text(incident_id)
        around.extend(parts)
        if address is None:
            return [around]
        self.links.append(around)
        return []

    def part(self, tag: str, node: ET.Element, look: Mapping[str, str], anchor: str, clip: str) -> ET.Element | None:
        """Return a text, a path or a marker as an element of its own, None where there is nothing to see."""
        kept = {key: _plain(look[key]) for key in _KEPT if key in look}
        kept = {key: value for key, value in kept.items() if _USUAL.get(key) != value}
        if tag == "text":
            return _text(node.text or "", look, kept, anchor)
        if (kept.get("fill") == "none" and "stroke" not in kept) or (tag == "path" and not look.get("d")):
            return None
        if tag == "path":
            return self.clipped(_path(look["d"], kept), clip)
        shape, x, y = self.shapes[look[_XLINK][1:]], float(look["x"]), float(look["y"])
        numbers = [float(number) for number in _NUMBER.findall(shape)]
        if "C" in shape:  # of our markers the round one alone has curves
            return ET.Element("circle", {"cx": _short(x), "cy": _short(y), "r": f"{max(numbers):.3g}", **kept})
        moved = "L".join(f"{_short(x + a)} {_short(y + b)}" for a, b in zip(numbers[::2], numbers[1::2], strict=True))
        return self.clipped(_path(f"M{moved}{'z' if 'z' in shape else ''}", kept), clip)

    def clipped(self, path: ET.Element | None, clip: str) -> ET.Element | None:
        """Clip a path where it reaches out of its box, which few do."""
        box = self.boxes.get(clip[5:-1])
        if path is None or box is None:
            return path
        left, top, width, height = (float(box[key]) for key in ("x", "y", "width", "height"))
        numbers = [float(number) for number in _NUMBER.findall(path.attrib["d"])]
        xs, ys = numbers[::2], numbers[1::2]
        if min(xs) < left - 1 or max(xs) > left + width + 1 or min(ys) < top - 1 or max(ys) > top + height + 1:
            own = self.used.setdefault(clip[5:-1], f"{self.name}-{len(self.used)}")
            path.set("clip-path", f"url(#{own})")
        return path

    def clips(self) -> list[ET.Element]:
        """Return the boxes that something is clipped to."""
        found = []
        for clip, own in self.used.items():
            element = ET.Element("clipPath", {"id": own})
            ET.SubElement(
                element, "rect", {key: _short(self.boxes[clip][key]) for key in ("x", "y", "width", "height")}
            )
            found.append(element)
        return found


def _path(d: str, kept: dict[str, str]) -> ET.Element | None:
    """Return a path; None for a bar of no length, of which only a hairline would be seen."""
    steps = re.findall(r"([MLCQz])([^MLCQz]*)", d)
    digits = 1 if len(steps) < _LONG else 0
    short = [letter + " ".join(_short(number, digits) for number in _NUMBER.findall(rest)) for letter, rest in steps]
    numbers = [round(float(number), 1) for number in _NUMBER.findall(d)]
    if kept.get("fill") != "none" and (len(set(numbers[::2])) == 1 or len(set(numbers[1::2])) == 1):
        return None
    # A step that leads to where the last one ended draws nothing.
    return ET.Element("path", {"d": "".join(a for a, b in pairwise([*short, ""]) if a != b), **kept})


def _text(words: str, look: Mapping[str, str], kept: dict[str, str], anchor: str) -> ET.Element:
    """Return a line of text; of a script whose letters join, its outlines."""
    size = float(_plain(look.get("font-size", "13")))
    families = re.findall(r"'([^']*)'", look.get("font-family", ""))
    font = FontProperties(family=families, size=size, weight=int(kept.get("font-weight", 400)))
    if "x" in look:
        x, y = float(look["x"]), float(look["y"])
    else:
        x, y = (float(number) for number in _NUMBER.findall(look["transform"])[-2:])
        if anchor != "start":
            kept["text-anchor"] = anchor
            x += _width(words, font) * (0.5 if anchor == "middle" else 1)
    words = safe_text(words)
    if not _UNJOINED.search(words):
        text = ET.Element("text", {"x": _short(x), "y": _short(y), **kept})
        text.text = words
        return text
    x -= _width(words, font) * {"middle": 0.5, "end": 1.0}.get(kept.get("text-anchor", ""), 0.0)
    scale = size / text_to_path.FONT_SCALE
    points, codes = text_to_path.get_text_path(font, words, ismath=False)
    d = "".join(
        _COMMANDS[int(code)]
        + " ".join(_short(y - value if i % 2 else x + value) for i, value in enumerate(scale * np.asarray(ends)))
        for ends, code in Path(np.asarray(points), np.asarray(codes)).iter_segments(simplify=False)
        if int(code) in _COMMANDS
    )
    return ET.Element("path", {"d": d, "fill": kept.get("fill", "#000000")})


def _width(words: str, font: FontProperties) -> float:
    return size_of_line(words, font)[0]


def _plain(value: str) -> str:
    return value.strip().removesuffix("px")


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
