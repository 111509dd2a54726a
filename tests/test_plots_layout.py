"""How much room the words of a figure take, and where that leaves its axes, against what matplotlib computes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from incident_analytics.plots import drawing
from incident_analytics.plots.layout import AroundAxes, _size_of_word, laid_out, size_of_line
from incident_analytics.plots.svg import _Pen, svg_of


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@examples(20)
@given(st.text("AVTo.,;: (n=12)%gjyé", max_size=40), st.sampled_from(["normal", "bold"]))
def test_a_line_is_as_wide_as_its_words_and_the_spaces_between(line: str, weight: Any) -> None:
    font = FontProperties(family=drawing.STYLE["font.family"], size=13, weight=weight)
    whole = text_to_path.get_text_width_height_descent(line, font, ismath=False)
    if line.strip():
        assert size_of_line(line, font) == pytest.approx(whole, abs=0.01)


def test_a_word_is_measured_once_in_figures_of_any_width() -> None:
    measured = []
    for width in (336, 760):
        figure = plt.figure(figsize=(width / 72, 2), dpi=72)
        figure.add_axes((0, 0, 1, 1)).annotate("Median of the checkout service", (0.1, 0.5))
        svg_of(figure, "words", name="f1")
        measured.append(_size_of_word.cache_info().misses)
    assert measured[0] == measured[1]


@pytest.mark.parametrize("words", ["Jul", "Jul\n2025", "one\ntwo\nthree, ygj"])
@pytest.mark.parametrize("spacing", [None, 1.15])
@pytest.mark.parametrize("side", ["left", "center", "right"])
@pytest.mark.parametrize("place", ["top", "center", "bottom", "baseline", "center_baseline"])
def test_a_text_lies_around_its_anchor_as_matplotlib_lays_it(
    words: str, spacing: float | None, side: Any, place: Any
) -> None:
    figure = plt.figure(figsize=(2, 2), dpi=72)
    given = {} if spacing is None else {"linespacing": spacing}
    text = figure.add_axes((0, 0, 1, 1)).text(0, 0, words, ha=side, va=place, fontsize=12, **given)
    lines, box = laid_out(text), text.get_window_extent(_Pen(144, 144, "f1", {}))
    assert (lines.left, lines.bottom, lines.right, lines.top) == pytest.approx(box.extents.tolist(), abs=0.1)


def decorated(layout: Any, dpi: int) -> Any:
    """Return axes with words at all sides, and panels."""
    with plt.rc_context(drawing.STYLE):
        _, axes = plt.subplots(figsize=(7, 3), dpi=dpi, layout=layout)
        axes.set_xticks([0, 1], ["January\n2025", "a last label that reaches out"])
        axes.set_yticks([0, 1], ["Frontend", "Search and its index"])
        axes.annotate("99.9% (target)", (1, 1), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points")
        axes.annotate("not seen", (5, 0.5), (300, 0), textcoords="offset points")
        (line,) = axes.plot([0, 1], [0, 1])
        axes.legend([line], ["a line"], loc="upper left", bbox_to_anchor=(0, -0.4), frameon=False)
        panel = axes.inset_axes((0, 0.5, 1, 0.7))
        panel.set_ylabel("a panel's name", rotation=0, ha="right", va="center")
        return axes


@pytest.mark.parametrize("dpi", [72, 144])
def test_axes_leave_their_words_the_room_that_the_constrained_layout_leaves(dpi: int) -> None:
    """Whatever draws the figure, and however fine."""
    edges = []
    for layout in ("constrained", AroundAxes()):
        axes = decorated(layout, dpi)
        if layout == "constrained":
            axes.figure.get_layout_engine().set(w_pad=0.01, h_pad=0.03)
        axes.figure.draw_without_rendering()
        edges.append(axes.get_position().extents * np.array([7 * 72, 3 * 72] * 2))
    assert edges[0].tolist() == pytest.approx(edges[1].tolist(), abs=0.5)


def test_the_words_above_the_axes_have_their_pixels() -> None:
    tops = []
    for head in (0, 54):
        engine = AroundAxes()
        engine.head = head
        _, axes = plt.subplots(figsize=(7, 3), dpi=72, layout=engine)
        axes.figure.draw_without_rendering()
        tops.append(axes.get_position().y1 * 3 * 72)
    assert tops[0] - tops[1] == pytest.approx(54)


def test_axes_keep_their_place_where_their_words_leave_no_room() -> None:
    axes = decorated(AroundAxes(), 72)
    axes.figure.set_size_inches(0.5, 0.5)
    before = axes.get_position().extents.tolist()
    axes.figure.draw_without_rendering()
    assert axes.get_position().extents.tolist() == before
