from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from builders import spans
from matplotlib.axes import Axes

from incident_analytics import plots
from incident_analytics.plots import drawing
from incident_analytics.plots.drawing import BLUE, INK, MUTED, PAPER, VERMILION


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no figure open, and no row out of the words for who does not see it."""
    monkeypatch.setattr(drawing, "_ALT", 100_000)
    yield
    plt.close("all")


def notes(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


@pytest.fixture
def definitions() -> pd.DataFrame:
    words = ["restored_at or ended_at - started_at or detected_at", "ended_at - detected_at", "closed_at - started_at"]
    table = pd.DataFrame({"metric": ["time_to_restore"] * 2 + ["time_to_close"], "definition": words})
    return table.assign(
        same_as=["ended_at - started_at; ended_at - started_at or detected_at", None, None],
        is_own=[True, False, True],
        n=[9, 5, 9],
        n_open=0,
        median=spans("1h", "45m", "3h"),
        median_low=spans("30m", None, "1h"),
        median_high=spans("90m", None, "9h"),
    )


def test_each_definition_has_its_row_in_words_and_the_one_in_use_is_blue(
    definitions: pd.DataFrame,
) -> None:
    ax = plots.plot_definitions(definitions)
    assert labels(ax) == ["from started, else detected\nto restored, else ended (+2 alike)", "from detected\nto ended"]
    assert notes(ax) == ["median 1h\n(30m to 1h 30m), n = 9", "median 45m\n(too few for an interval), n = 5"]
    diamonds = [line for line in ax.get_lines() if line.get_marker() == "D"]
    assert [(line.get_xdata()[0], line.get_color()) for line in diamonds] == [(3600, BLUE), (2700, MUTED)]
    assert [label.get_fontweight() for label in ax.get_yticklabels()] == ["bold", "normal"]


def test_a_metric_that_is_not_there_has_no_rows(definitions: pd.DataFrame) -> None:
    ax = plots.plot_definitions(definitions, metric="time_to_detect")
    assert labels(ax) == []
    assert plots.alt_text(ax).startswith("No time to detect is recorded under any definition.")


@pytest.fixture
def compared() -> pd.DataFrame:
    rows = [
        ("time_to_detect", "all", False, 9, 8, -0.6, -0.8, -0.2, 0.01, 0.02),
        ("time_to_restore", "all", True, 13, 13, 0.5, -0.2, 19.0, 0.3, 0.3),
        ("time_to_restore", "SEV-1", False, 2, 0, None, None, None, None, None),
        ("time_to_close", "all", False, 6, 6, 0.0, None, None, 1.0, 1.0),
    ]
    ratios = ["change", "change_low", "change_high", "p_value", "p_adjusted"]
    table = pd.DataFrame(rows, columns=["metric", "group", "is_primary", "n_before", "n_after", *ratios])
    table = table.assign(can_tell=[True, False, None, None])
    return table.astype({"is_primary": "boolean", "can_tell": "boolean"} | dict.fromkeys(ratios, "Float64"))


def test_the_primary_comparison_is_the_first_row(compared: pd.DataFrame) -> None:
    ax = plots.plot_comparison(compared)
    assert labels(ax) == ["time to restore", "time to detect", "time to restore, SEV-1", "time to close"]
    assert notes(ax) == [
        "+50% (-20% to +1,900%)\nn = 13 before, 13 after",
        "-60% (-80% to -20%)\nn = 9 before, 8 after",
        "too few\nn = 2 before, 0 after",
        "no change\nn = 6 before, 6 after",
    ]


def test_only_a_change_that_the_table_tells_is_filled(compared: pd.DataFrame) -> None:
    dots = [line for line in plots.plot_comparison(compared).get_lines() if line.get_marker() == "o"]
    drawn = [(line.get_xdata()[0], line.get_ydata()[0], line.get_color(), line.get_markerfacecolor()) for line in dots]
    assert drawn == [(1.5, 0, INK, PAPER), (0.4, 1, VERMILION, VERMILION), (1.0, 3, MUTED, PAPER)]


def test_an_interval_is_a_bar_of_ratios(compared: pd.DataFrame) -> None:
    lines = plots.plot_comparison(compared).get_lines()
    ends = [list(line.get_xdata()) for line in lines if line.get_marker() == "None" and len(set(line.get_xdata())) > 1]
    assert ends == [[0.8, 20.0], pytest.approx([0.2, 0.8])]


def test_where_all_are_too_few_nothing_is_drawn(compared: pd.DataFrame) -> None:
    ax = plots.plot_comparison(compared.iloc[[2]])
    assert not ax.has_data()
    assert plots.alt_text(ax).startswith("Too few incidents to compare time to restore of SEV-1 (")


def test_a_caption_explains_only_the_marks_that_are_drawn(definitions: pd.DataFrame, compared: pd.DataFrame) -> None:
    both = plots.alt_text(plots.plot_comparison(compared))
    assert "bar: 95% CI; filled dot: significant; hollow dot: not significant; bold" in both
    one = plots.alt_text(plots.plot_comparison(compared.iloc[[3]]))
    assert "log scale; hollow dot: not significant; bold: the primary comparison" in one
    assert "log scale; diamond: median; bar: 95% CI; blue: as defined" in plots.alt_text(
        plots.plot_definitions(definitions)
    )
    without = definitions.assign(median_low=spans(None, None, None))
    assert "log scale; diamond: median; blue: as defined" in plots.alt_text(plots.plot_definitions(without))


def test_the_stated_duration_is_a_row(definitions: pd.DataFrame) -> None:
    table = definitions.assign(definition=["a_at - b_at", "stated_duration", "x - y"], same_as=None)
    assert labels(plots.plot_definitions(table)) == ["from b\nto a", "stated duration"]
