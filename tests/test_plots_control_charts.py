from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from builders import spans
from matplotlib.axes import Axes

from incident_analytics import plots
from incident_analytics.analysis.control_charts import control_chart
from incident_analytics.plots import drawing
from incident_analytics.plots.drawing import VERMILION


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no figure open, and no row out of the words for who does not see it."""
    monkeypatch.setattr(drawing, "_ALT", 100_000)
    yield
    plt.close("all")


def chart(values: list[float | None], kind: str = "xmr") -> pd.DataFrame:
    return control_chart(pd.DataFrame({"n": pd.array(values, dtype="Float64")}), value="n", kind=kind)


def signals(panel: Axes) -> dict[str, list[float]]:
    """Return at which points each filled mark stands."""
    return {line.get_marker(): [*line.get_xdata()] for line in panel.get_lines() if line.get_color() == VERMILION}


def limits(panel: Axes) -> list[str]:
    return [text.get_text() for text in panel.texts if text.get_color() != VERMILION]


def test_an_xmr_chart_has_the_moving_ranges_beneath() -> None:
    ax = plots.plot_control_chart(chart([10, 50, 40, 30]), value="n")
    series, ranges = ax.child_axes
    assert list(series.get_lines()[0].get_ydata()) == [10, 50, 40, 30]
    assert list(ranges.get_lines()[0].get_xdata()) == [1, 2, 3]
    assert list(ranges.get_lines()[0].get_ydata()) == [40, 10, 10]
    assert limits(series) == ["mean 32.5", "upper limit 85.7"], "no count is below the lower limit of -20.7"
    assert limits(ranges) == ["limit 65.4"]


def test_a_lower_limit_that_a_value_can_fall_below_is_drawn() -> None:
    series, _ = plots.plot_control_chart(chart([100, 101, 99, 100]), value="n").child_axes
    assert limits(series) == ["lower limit 96.5", "mean 100", "upper limit 104"]
    series, _ = plots.plot_control_chart(chart([-1, 1, -1, 1]), value="n").child_axes
    assert limits(series) == ["lower limit -5.32", "mean 0", "upper limit 5.32"]


def test_a_point_beyond_the_limits_is_a_diamond_with_its_name() -> None:
    ax = plots.plot_control_chart(chart([3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 40]), value="n")
    series, ranges = ax.child_axes
    assert signals(series) == {"s": [*range(11)], "D": [11]}, "all others are in a run below the mean"
    assert signals(ranges) == {"D": [11]}
    assert [text.get_text() for text in series.texts if text.get_color() == VERMILION] == ["12"]
    forms = ["diamond: beyond the limits", "square: in runs of eight on one side"]
    assert "; ".join([*forms, "diamond below: after a jump beyond its limit"]) in plots.alt_text(ax)
    assert "12: 40 (beyond the limits) (after a jump beyond its limit)" in plots.alt_text(ax)


def test_each_rule_has_its_form() -> None:
    steady = [2, 8, 2, 8, 2, 8, *[6] * 8]
    series, _ = plots.plot_control_chart(chart(steady), value="n").child_axes
    assert signals(series) == {"s": [*range(5, 14)]}
    near = [5, 5, 6, 4, 5, 5, 8, 8, 8, 5, 5, 6, 4]
    series, _ = plots.plot_control_chart(chart(near), value="n").child_axes
    assert signals(series) == {"^": [6, 7, 8]}


def test_a_point_without_a_value_is_passed_over() -> None:
    series, _ = plots.plot_control_chart(chart([1, None, 3]), value="n").child_axes
    assert list(series.get_lines()[0].get_xdata()) == [0, 2]


def test_g_and_t_charts_have_one_panel() -> None:
    days = plots.plot_control_chart(chart([1, 4, 2, 30], "g"), value="n")
    assert len(days.child_axes) == 1
    assert limits(days.child_axes[0]) == ["mean 9.25", "upper limit 38.5"]
    assert "Control chart (g), 4 points" in plots.alt_text(days)
    gaps = control_chart(pd.DataFrame({"gap": spans(None, "24h", "96h", "48h")}), value="gap", kind="t")
    between = plots.plot_control_chart(gaps, value="gap")
    assert limits(between.child_axes[0])[:2] == ["lower limit 11m", "center 2d 2h"]
    assert "Control chart (t), 3 points" in plots.alt_text(between)


def test_what_does_not_vary_has_one_line() -> None:
    series, ranges = plots.plot_control_chart(chart([5, 5, 5]), value="n").child_axes
    assert limits(series) == ["mean 5"]
    assert limits(ranges) == ["limit 0"]


@pytest.mark.parametrize("values", [[], [None], [None, None], [5]])
def test_too_few_points_have_no_limits(values: list[float | None]) -> None:
    ax = plots.plot_control_chart(chart(values), value="n")
    ax.figure.draw_without_rendering()
    assert plots.alt_text(ax).startswith("No limits of incidents can be drawn: they take two points")
    assert all(limits(panel) == [] for panel in ax.child_axes)


def test_points_are_dated_where_the_table_says_when() -> None:
    times = pd.to_datetime(["2025-07-01", "2025-07-09"], utc=True)
    table = control_chart(pd.DataFrame({"occurred_at": times, "n": [3, 4]}), value="n", kind="xmr")
    *_, last = plots.plot_control_chart(table, value="n").child_axes
    assert [label.get_text() for label in last.get_xticklabels()] == ["2025-07-01", "2025-07-09"]


def test_limits_of_counts_follow_the_length_of_each_month() -> None:
    table = pd.DataFrame({"period": ["2025-07", "2025-08", "2025-09"], "n": [40, 38, 12]})
    counts = control_chart(table.assign(exposure=[31, 31, 10]), value="n")
    ax = plots.plot_control_chart(counts, value="n")
    (panel,) = ax.child_axes
    lines = {tuple(line.get_ydata()) for line in panel.get_lines() if len(line.get_ydata()) == 3}
    assert tuple(counts["upper"]) in lines
    assert tuple(counts["center"]) in lines
    assert limits(panel) == ["lower limit 5", "mean 12.5", "upper limit 21"], "at the right end, of the last month"
    assert (
        "Control chart (counts), 3 points in order of time; extra variation not estimated, counts taken as Poisson"
        in (plots.alt_text(ax))
    )
    allowed = plots.plot_control_chart(control_chart(table, value="n", dispersion=2.0), value="n")
    assert "; intervals widened for extra variation (2 times). 2025-07: 40" in plots.alt_text(allowed)


def test_a_month_beyond_its_limits_is_a_diamond_with_its_name() -> None:
    table = pd.DataFrame({"period": [f"2025-0{month}" for month in range(1, 7)], "n": [4, 2, 6, 3, 17, 5]})
    (panel,) = plots.plot_control_chart(control_chart(table, value="n"), value="n").child_axes
    assert signals(panel) == {"D": [4]}
    assert [text.get_text() for text in panel.texts if text.get_color() == VERMILION] == ["2025-05"]


def test_counts_too_few_for_limits_have_their_mean_alone() -> None:
    table = pd.DataFrame({"period": ["2025-07", "2025-08"], "n": [1, 0]})
    ax = plots.plot_control_chart(control_chart(table, value="n"), value="n")
    assert limits(ax.child_axes[0]) == ["mean 0.5"]
    assert plots.alt_text(ax).startswith("Incidents: too few in 2 points for one of them to be beyond the limits.")
