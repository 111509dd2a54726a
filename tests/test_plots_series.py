from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from pandas.testing import assert_frame_equal

from incident_analytics import plots
from incident_analytics.errors import UnknownNameError
from incident_analytics.plots import drawing


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no figure open, and no row out of the words for who does not see it."""
    monkeypatch.setattr(drawing, "_ALT", 100_000)
    yield
    plt.close("all")


def notes(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def around(*values: float | None, service: str | None = "API", name: str = "errors") -> pd.DataFrame:
    """Give values a minute each from 17:00."""
    at = pd.date_range("2025-08-19T17:00Z", periods=len(values), freq="1min", unit="us")
    frame = pd.DataFrame({"name": name, "service": service, "labels": None, "at": at, "value": list(values)})
    return frame.astype({"name": "str", "service": "str", "labels": "str", "value": "Float64"})


def summary_of(series: pd.DataFrame, **columns: object) -> pd.DataFrame:
    worst = series.sort_values("value").groupby("service", sort=False, dropna=False).tail(1)
    table = worst.rename(columns={"value": "worst", "at": "worst_at"}).reset_index(drop=True)
    return table.assign(
        **{"unit": "%", "n": 3, "baseline": 1.0, "baseline_low": 0.5, "baseline_high": 1.5, "at_restoration": 1.25}
        | columns
    )


MILESTONES = {
    "started": pd.Timestamp("2025-08-19T17:02Z"),
    "detected": pd.Timestamp("2025-08-19T17:03Z"),
    "responded": pd.NaT,
    "mitigated": pd.Timestamp("2025-08-19T17:20Z"),
    "restored": pd.Timestamp("2025-08-19T17:20Z"),
    "closed": pd.Timestamp("2025-08-19T23:00Z"),
}


def draw_series(series: pd.DataFrame, summary: pd.DataFrame | None = None, **arguments: object) -> Axes:
    window = {"start": pd.Timestamp("2025-08-19T17:00Z"), "end": pd.Timestamp("2025-08-19T17:30Z")}
    given = {"summary": summary_of(series) if summary is None else summary, "milestones": MILESTONES, **window}
    return plots.plot_series(series, **given | arguments)


def test_a_series_is_a_line_with_its_baseline_and_range() -> None:
    ax = draw_series(around(1, 2, 4, 3))
    line, median, *_ = ax.get_lines()
    assert list(line.get_ydata()) == [1, 2, 4, 3]
    assert list(median.get_ydata()) == [1, 1]
    (band,) = ax.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == (0.5, 1.5)
    assert ax.figure.get_suptitle().replace("\n", " ") == (
        "Errors of API reached 4% at 17:02 (normally 1%) and was 1.25% at restoration."
    )
    assert plots.alt_text(ax) == (
        "Errors of API reached 4% at 17:02 (normally 1%) and was 1.25% at restoration. Errors in %; dashed: median "
        "before; band: 5th to 95th percentile; times in UTC. API: median before 1%, at worst 4% at 2025-08-19 17:02, "
        "at restoration 1.25%, n = 3."
    )


def test_a_line_is_broken_where_values_are_missing() -> None:
    """One that is NA, one that is infinite, and three steps without a row."""
    series = around(1, None, 2, float("inf"), 3, 4, 5, 6, 7).drop(index=[5, 6, 7]).reset_index(drop=True)
    drawn = pd.Series(draw_series(series).get_lines()[0].get_ydata())
    assert drawn.fillna(-1).tolist() == [1, -1, 2, -1, 3, -1, 7]


def test_only_the_window_is_drawn() -> None:
    ax = draw_series(around(*[1] * 10, 2, 3, 4), start=pd.Timestamp("2025-08-19T17:10Z"))
    assert list(ax.get_lines()[0].get_ydata()) == [2, 3, 4]


def test_milestones_are_marked_with_their_time_in_the_zone() -> None:
    """One that is NA or outside the window is not; two of one instant share a mark."""
    ax = draw_series(around(1, 2, 3), timezone="Europe/Berlin")
    assert notes(ax)[:3] == ["started 19:02", "detected 19:03", "mitigated, restored 19:20"]


def texts_of(ax: Axes) -> list[Bbox]:
    ax.figure.draw_without_rendering()
    return [text.get_window_extent() for text in ax.texts]


@pytest.mark.parametrize("name", ["", "service", "Content Generation of the whole world"])
def test_no_text_is_on_another_or_on_the_line_of_a_milestone(name: str) -> None:
    minute = pd.Timedelta(minutes=1)
    first = pd.Timestamp("2025-08-19T17:00Z")
    milestones = {word: first + minute * i for word, i in zip("abcdefg", (1, 2, 3, 14, 26, 29, 30), strict=True)}
    several = [around(0, 50, 99.9, service=f"{i} {name}") for i in range(6)]
    ax = draw_series(pd.concat(several, ignore_index=True), milestones=milestones)
    boxes = texts_of(ax)
    assert len(boxes) == 7 + 6
    assert [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)] == []
    marks = [line for line in ax.get_lines() if line.get_transform() == ax.get_xaxis_transform(which="grid")]
    assert len(marks) == 7
    crossed = [box for box in boxes for line in marks if line.get_window_extent().padded(0.1).overlaps(box)]
    assert crossed == []


@pytest.mark.parametrize("end", [0, 50, 100])
def test_names_of_lines_that_end_together_are_within_the_axes(end: float) -> None:
    several = [around(0, 100, end, service=f"service {i}") for i in range(4)]
    ax = draw_series(pd.concat(several, ignore_index=True), milestones={})
    boxes, axes = texts_of(ax), ax.get_window_extent()
    assert len(boxes) == 4
    assert [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)] == []
    assert all(axes.y0 - 1 < box.y0 and box.y1 < axes.y1 + 1 for box in boxes)


def test_services_have_lines_and_names_of_their_own() -> None:
    ax = draw_series(pd.concat([around(1, 5), around(2, 3, service="Web")], ignore_index=True))
    assert sorted(notes(ax)[-2:]) == ["API", "Web"]
    colors = [line.get_color() for line in ax.get_lines()[:4]]
    assert colors[0] == colors[1] != colors[2] == colors[3], "a median has the colour of its line"
    assert not ax.patches, "no band where there are several"


def test_outages_are_shaded_as_far_as_they_lie_in_the_window() -> None:
    times = ["2025-08-19T16:00Z", "2025-08-19T17:05Z", "2025-08-19T17:10Z", "2025-08-19T17:20Z", "2025-08-19T19:00Z"]
    outages = pd.DataFrame(
        {
            "started_at": pd.to_datetime([times[0], times[2], times[3], times[4], None]),
            "ended_at": pd.to_datetime([times[1], None, times[4], None, times[3]]),
        }
    )
    ax = draw_series(around(1, 2), outages=outages)
    day = pd.Timestamp("2025-08-19").timestamp() / 86400
    minutes = [
        (round(1440 * (shade.get_x() - day) - 1020), round(1440 * shade.get_width())) for shade in ax.patches[1:]
    ]
    assert minutes == [(0, 5), (10, 20), (20, 10)]
    assert "shaded: outage" in plots.alt_text(ax)


def test_a_metric_without_values_in_the_window_is_reported_in_words() -> None:
    series = around(None, None)
    ax = draw_series(series, summary_of(series, worst=pd.NA, worst_at=pd.NaT, baseline=pd.NA))
    assert not ax.has_data()
    assert ax.figure.get_suptitle() == "No value of errors during the incident can be compared with those before."
    ax = draw_series(series.iloc[:0], summary_of(series).iloc[:0])
    ax.figure.draw_without_rendering()
    assert plots.alt_text(ax).startswith("No value of any metric")


@pytest.mark.parametrize("values", [(5,), (0, 0, 0), (-3, -1), (99.9, 99.97), (1e-9, 2e-9), (1e12, 3)])
def test_any_scale_of_values_is_drawn_within_the_figure(values: tuple[float, ...]) -> None:
    series = around(*values)
    figure = draw_series(series, summary_of(series, baseline=values[0])).figure
    figure.draw_without_rendering()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 > -0.01
    assert drawn.y0 > -0.01
    assert drawn.x1 < width + 0.01
    assert drawn.y1 < height + 0.01


def test_a_plot_of_series_is_of_one_metric_and_leaves_its_tables_alone() -> None:
    series = around(1, 2)
    before, summary = series.copy(deep=True), summary_of(series)
    _, given = plt.subplots()
    assert draw_series(series, summary, ax=given) is given
    assert_frame_equal(series, before)
    assert_frame_equal(summary, summary_of(series))
    two = pd.concat([series, around(1, name="latency")], ignore_index=True)
    with pytest.raises(UnknownNameError, match="the plot is of one metric, and the series has errors, latency"):
        draw_series(two, summary)
