"""The drawings of figures: SVG that is a part of the page, with its font, its colours and its links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from builders import at, severities
from matplotlib.figure import Figure

import incident_analytics
from incident_analytics import plots
from incident_analytics.analysis.response import response_summary, response_times
from incident_analytics.plots import drawing
from incident_analytics.plots.svg import svg_file, svg_of
from incident_analytics.showing import Shown
from incident_analytics.tables import make_table

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    plt.close("all")  # what tests of other files have left
    yield
    left_open = plt.get_fignums()
    plt.close("all")
    assert left_open == []


def drawn(width: float = 336, height: float = 100) -> tuple[Figure, Any]:
    """Return a figure of so many pixels, and axes that fill it."""
    figure = plt.figure(figsize=(width / 72, height / 72), dpi=72)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0))
    return figure, axes


def parsed(text: str | bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def svg(figure: Figure, **links: str) -> ET.Element:
    return parsed(svg_of(figure, "What it shows.", name="f1", links=links))


def parts(element: ET.Element, tag: str) -> list[dict[str, str]]:
    return [part.attrib for part in element.iter(f"{SVG}{tag}")]


def test_a_unit_is_a_pixel_and_the_words_are_its_title() -> None:
    figure, axes = drawn()
    axes.plot([0, 336], [50, 50], color=drawing.BLUE, linewidth=2)
    root = svg(figure)
    assert (root.get("viewBox"), root.get("width"), root.get("height")) == ("0 0 336 100", "336", "100")
    assert (root.get("role"), root[0].tag, root[0].text) == ("img", f"{SVG}title", "What it shows.")
    assert root[1].get("aria-hidden") == "true"
    assert parts(root, "path") == [{"d": "M0 50L336 50", "fill": "none", "stroke": drawing.BLUE, "stroke-width": "2"}]


def test_nothing_is_left_that_a_style_sheet_could_not_choose_or_that_loads_something() -> None:
    figure, axes = drawn()
    axes.scatter([10, 20], [10, 20], 25, color=drawing.BLUE)
    axes.text(30, 30, "<script>alert(1)</script> & $x$", parse_math=False)
    text = svg_of(figure, "</title><script>", name="f1")
    assert not re.search(r"<script|<style|<use|<defs|style=|class=|xlink|url\(|http(?!://www\.w3\.org/2000/svg)", text)
    (words,) = (part.text for part in parsed(text).iter(f"{SVG}text"))
    assert words == "<script>alert(1)</script> & $x$"


def test_the_same_figure_gives_the_same_bytes() -> None:
    texts = []
    for _ in range(2):
        figure, axes = drawn()
        axes.set_position((0, 0, 0.5, 1))
        axes.fill_between([0, 300, 400], [50, 50, 90], color=drawing.BLUE)
        axes.set(xlim=(0, 300))
        texts.append(svg_of(figure, "words", name="f1"))
    assert texts[0] == texts[1]
    assert 'clip-path="url(#f1-0)"' in texts[0], "a line that reaches out of the axes is clipped"
    assert '<clipPath id="f1-0">' in texts[0]


def test_a_dot_links_to_its_incident_where_the_page_has_it() -> None:
    figure, axes = drawn()
    axes.scatter([10, 20], [10, 30], 64, color=drawing.BLUE).set_urls(["INC-1", "INC-2"])
    root = svg(figure, **{"INC-1": "reports/INC-1.md?a=1&b=2"})
    assert root.get("role") == "group", "an image would hide its links"
    (link,) = root.findall(f"{SVG}a")
    assert (link.get("href"), link[0].text) == ("reports/INC-1.md?a=1&b=2", "INC-1")
    assert link[1].attrib == {"cx": "10", "cy": "10", "r": "4", "fill": drawing.BLUE, "stroke": drawing.BLUE}
    (other,) = root[1]
    assert (other.tag, other[0].text, other[1].get("cy")) == (f"{SVG}g", "INC-2", "30")


@pytest.mark.parametrize(("side", "anchor"), [("left", None), ("center", "middle"), ("right", "end")])
def test_each_line_of_a_text_keeps_its_anchor(side: str, anchor: str | None) -> None:
    """The page's font is narrower than the one that the figure was measured with."""
    figure, axes = drawn()
    axes.text(100, 50, "Jul\n2025", ha=side, fontsize=12)
    lines = parts(svg(figure), "text")
    assert [line.get("text-anchor") for line in lines] == [anchor, anchor]
    assert [float(line["x"]) for line in lines] == pytest.approx([100, 100], abs=0.2)


def test_a_bar_of_no_length_leaves_no_hairline() -> None:
    figure, axes = drawn()
    axes.barh([10, 30], [0, 50], height=10, color=drawing.BLUE, edgecolor=drawing.PAPER)
    assert len(parts(svg(figure), "path")) == 1


def test_lines_of_one_look_are_one_path_and_others_are_not() -> None:
    figure, axes = drawn()
    for y in (10, 20):
        axes.plot([0, 336], [y, y], color=drawing.RULE, linewidth=1)
    axes.plot([0, 336], [30, 30], color=drawing.INK, linewidth=1)
    assert [path["d"] for path in parts(svg(figure), "path")] == ["M0 10L336 10M0 20L336 20", "M0 30L336 30"]


def test_characters_that_xml_does_not_have_are_written_out() -> None:
    figure, axes = drawn()
    axes.text(10, 10, "a\x00b\x0b\ufffe")
    with drawing.no_glyph_warnings():
        root = parsed(svg_of(figure, "c\x01d", name="f1"))
    assert root[0].text == r"c\x01d"
    assert [part.text for part in root.iter(f"{SVG}text")] == [r"a\x00b\x0b\ufffe"]


def test_a_figure_has_no_secret_and_hides_nothing() -> None:
    figure, axes = drawn()
    axes.text(10, 10, "API\u202e pass\u200bword=hunter2")
    axes.set_title("two lines\npassword=hunter2", loc="right")
    (mark,) = axes.plot([10], [10], "o")
    mark.set_url("INC-1 password=hunter2")
    with drawing.no_glyph_warnings():
        written = svg_of(figure, "with password=hunter2", name="f1")
    assert "hunter2" not in written
    assert written.count("password=&lt;secret&gt;") == 4


def test_a_script_whose_letters_join_is_drawn_as_outlines() -> None:
    """What sets PDFs would set them one by one; the words are in the title and in the tables."""
    figure, axes = drawn()
    axes.text(100, 50, "خدمة الدفع", color=drawing.INK, ha="center")
    root = svg(figure)
    assert parts(root, "text") == []
    (path,) = parts(root, "path")
    assert path["fill"] == drawing.INK
    xs = [float(pair.split()[0]) for pair in re.findall(r"[ML](-?[\d.]+ -?[\d.]+)", path["d"])]
    assert 50 < min(xs) < 100 < max(xs) < 150


def test_a_file_is_drawn_on_paper() -> None:
    figure, axes = drawn()
    axes.plot([0, 336], [50, 50], color=drawing.BLUE)
    root = parsed(svg_file(svg_of(figure, "words", name="f1"), drawing.PAPER))
    assert (root.get("viewBox"), root.get("width"), root.get("height")) == ("-12 -12 360 124", "360", "124")
    paper = {"x": "-12", "y": "-12", "width": "360", "height": "124", "fill": drawing.PAPER}
    assert root[1].attrib == paper, "with an edge around the drawing"


def shown_response(*minutes: int, **links: str) -> Shown:
    started = at("2025-07-01T00:00")
    times = response_times(
        make_table(
            "incidents",
            {
                "incident_id": [f"INC-{i}" for i in range(len(minutes))],
                "occurred_at": [started] * len(minutes),
                "severity": severities(*["SEV-1"] * len(minutes)),
                "started_at": [started] * len(minutes),
                "restored_at": [started + pd.Timedelta(minutes=each) for each in minutes],
            },
        )
    )
    return plots.shown_plot(plots.plot_response(response_summary(times, by="severity"), times=times), links=links)


def test_a_figure_has_its_words_and_a_drawing_for_a_wide_and_a_narrow_page() -> None:
    shown = shown_response(30, 60, 90, **{"INC-0": "INC-0.md"})
    assert shown.html.startswith(
        '<figure class="plot" data-drawing=""><figcaption>'
        '<strong>Median time to restore: <span class="nowrap">SEV-1</span> 1h (n\xa0=\xa03).</strong> '
        "<span>Time to restore, log scale; each dot is one incident; diamond: median.</span></figcaption>"
    )
    wide, narrow = (parsed(each) for each in re.findall("<svg.*?</svg>", shown.html))
    assert (wide.get("width"), narrow.get("width")) == ("760", "336")
    for each in (wide, narrow):
        assert [link.get("href") for link in each.iter(f"{SVG}a")] == ["INC-0.md"]
        assert len(parts(each, "circle")) == 3
        assert "Median time" not in "".join(text.text or "" for text in each.iter(f"{SVG}text"))
    assert not re.search(r"<img|<script|style=", shown.html)


def test_in_markdown_a_figure_is_its_words_and_a_picture_that_links_nowhere() -> None:
    shown = shown_response(30, **{"INC-0": "INC-0.md"})
    ((name, content),) = shown.pictures.items()
    assert re.fullmatch(r"figure-[0-9a-f]{16}\.svg", name)
    words, picture = shown.markdown.split("\n\n")
    assert words.startswith("**Median time to restore: SEV-1 30m (n = 1).** Time to restore, log scale;")
    assert picture.endswith(f"]({name})")
    assert b"INC-0.md" not in content
    assert parsed(content).get("role") == "img"
    assert shown.notebook is not None
    assert "<svg" not in shown.notebook, "JupyterLab drops it"
    assert '<img src="data:image/svg+xml;base64,' in shown.notebook


def test_ids_differ_from_one_figure_to_the_next() -> None:
    figures = [shown_response(*minutes).html for minutes in ((1, 2), (3, 4))]
    ids = [found for text in figures for found in re.findall(r'id="([^"]*)"', text)]
    assert len(ids) == len(set(ids))


def test_alternative_text_has_the_rows_that_fit_in_300_characters() -> None:
    services = [f"service {i}" for i in range(10)]
    table = pd.DataFrame({"service": services, "n": 2, "n_missing": 0, "target": 0.998, "availability": 0.9953})
    ax = plots.plot_availability(table.assign(downtime=pd.Timedelta(hours=3)))
    words = plots.alt_text(ax)
    assert len(words) <= 300
    assert re.search(r"service 0: 99\.53% \(target 99\.8%\), 3h down, n = 2; .*; [5-9] more\.$", words)
    plt.close(ax.figure)


def test_a_dark_page_has_a_colour_for_each_that_differs_there() -> None:
    """All but those that are light enough on a dark page as well, and dark enough for text on them."""
    sheet = Path(incident_analytics.__file__).with_name("page").joinpath("figures.css").read_text(encoding="utf-8")
    dark = sheet.partition("prefers-color-scheme: dark")[2]
    for key in ("fill", "stroke"):
        found = set(re.findall(rf'\[{key}="(#[0-9a-f]{{6}})"\] {{ {key}: #[0-9a-f]{{6}}; }}', dark))
        assert found == drawing.PALETTE - set(drawing.SEVERITY_RAMP[2:])


def test_an_axis_that_is_off_makes_no_ticks() -> None:
    figure, axes = drawn()
    axes.plot([0, 336], [50, 50])
    figure.add_axes((0, 0, 0.5, 0.5)).plot([0, 1], [0, 1])
    svg(figure)
    off, on = (each.xaxis for each in figure.axes)
    assert [len(vars(axis).get("majorTicks", ())) > 1 for axis in (off, on)] == [False, True]


def test_words_that_a_legend_places_keep_their_lines() -> None:
    figure, axes = drawn()
    (line,) = axes.plot([0, 336], [50, 50], color=drawing.BLUE)
    axes.legend([line], ["Low (n = 8)\n31% at 30d"], loc="upper left")
    root = svg(figure)
    assert [part.text for part in root.iter(f"{SVG}text")] == ["Low (n = 8)", "31% at 30d"]
    first, second = (float(part["y"]) for part in parts(root, "text"))
    assert 10 < second - first < 20


def test_a_round_mark_is_a_circle_whatever_draws_it() -> None:
    figure, axes = drawn()
    axes.plot([10], [20], "o", color=drawing.BLUE, markersize=8)
    axes.scatter([30], [40], 64, color=drawing.BLUE)
    circles = [[float(part[key]) for key in ("cx", "cy", "r")] for part in parts(svg(figure), "circle")]
    assert sorted(circles) == [[10, 20, 4], [30, 40, 4]]
