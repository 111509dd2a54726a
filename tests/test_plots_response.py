from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from builders import at, severities, spans
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection

from incident_analytics import plots
from incident_analytics.analysis.response import response_summary, response_times
from incident_analytics.errors import ColumnsError
from incident_analytics.plots import drawing
from incident_analytics.tables import make_table


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no figure open, and no row out of the words for who does not see it."""
    monkeypatch.setattr(drawing, "_ALT", 100_000)
    yield
    plt.close("all")


def measured(*rows: tuple[str | None, int]) -> pd.DataFrame:
    """Return the times of incidents INC-00, INC-01, ... from each one's severity and minutes."""
    started = at("2025-07-01T00:00")
    return response_times(
        make_table(
            "incidents",
            {
                "incident_id": [f"INC-{i:02}" for i in range(len(rows))],
                "occurred_at": [started] * len(rows),
                "severity": [severity for severity, _ in rows],
                "started_at": [started] * len(rows),
                "restored_at": [started + pd.Timedelta(minutes=minutes) for _, minutes in rows],
            },
        )
    )


def summary(n: int, n_open: int, *figures: str | None) -> pd.DataFrame:
    median, low, high, p90 = (spans(figure) for figure in figures)
    row = pd.DataFrame({"service": ["API"], "n": n, "n_open": n_open, "n_within_p90": None})
    return row.assign(median=median, median_low=low, median_high=high, p90=p90)


def dots(ax: Axes) -> list[list[tuple[float, float]]]:
    """Return where each row's dots are."""
    found = [part for part in ax.collections if isinstance(part, PathCollection)]
    return [[(float(x), float(y)) for x, y in np.asarray(part.get_offsets())] for part in found]


def marks(ax: Axes, marker: str) -> list[tuple[float, float]]:
    lines = [line for line in ax.get_lines() if line.get_marker() == marker]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines]


def notes(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


FEW = [("SEV-1", 52), ("SEV-1", 60), *(("SEV-2", minutes) for minutes in (10, 20, 30, 40, 50, 60))]


def test_every_incident_is_a_dot_in_its_groups_row() -> None:
    times = measured(*FEW)
    ax = plots.plot_response(response_summary(times, by="severity"), times=times)
    worst, middle = dots(ax)
    assert [x for x, _ in worst] == [3120, 3600]
    assert [x for x, _ in middle] == [600, 1200, 1800, 2400, 3000, 3600]
    assert all(-0.5 < y < 0.5 for _, y in worst)
    assert all(0.5 < y < 1.5 for _, y in middle)


def test_a_median_is_a_diamond_below_the_dots_and_its_interval_a_bar_from_six_incidents() -> None:
    times = measured(*FEW)
    ax = plots.plot_response(response_summary(times, by="severity"), times=times)
    (worst, middle) = marks(ax, "D")
    assert [worst[0], middle[0]] == [56 * 60, 35 * 60]
    assert all(mark[1] > max(y for _, y in row) for mark, row in zip((worst, middle), dots(ax), strict=True))
    (bar,) = (line for line in ax.get_lines() if len(line.get_xdata()) == 2)
    assert list(bar.get_xdata()) == [600, 3600]
    assert notes(ax)[:3] == ["median 56m\n(too few for an interval)", "median 35m\n(10m to 1h)", "none recorded"]


def test_the_words_name_each_incident_where_a_row_has_five_at_most() -> None:
    times = measured(*FEW)
    ax = plots.plot_response(response_summary(times, by="severity"), times=times)
    assert "SEV-1: median 56m (too few for an interval), n = 2: INC-00 52m, INC-01 1h;" in plots.alt_text(ax)
    assert "INC-02" not in plots.alt_text(ax)


def test_every_dot_names_its_incident_unless_they_are_too_many() -> None:
    for n, named in ((6, True), (101, False)):
        times = measured(*[("SEV-1", minutes + 1) for minutes in range(n)])
        ax = plots.plot_response(response_summary(times, by="severity"), times=times)
        (row,) = (part for part in ax.collections if isinstance(part, PathCollection))
        assert list(row.get_urls()) == ([f"INC-{i:02}" for i in range(n)] if named else [None])


@pytest.mark.parametrize("n", [2, 30, 150])
def test_dots_of_one_span_do_not_hide_each_other_while_there_is_room(n: int) -> None:
    """Up to five lie side by side; further ones shine through."""
    times = measured(*[("SEV-1", 60)] * n)
    (row,) = dots(plots.plot_response(response_summary(times, by="severity"), times=times))
    assert len(row) == n
    assert len(set(row)) == min(n, 5)


def test_the_order_of_the_times_changes_nothing() -> None:
    times = measured(*FEW)
    table = response_summary(times, by="severity")
    assert dots(plots.plot_response(table, times=times)) == dots(plots.plot_response(table, times=times[::-1]))


def test_by_service_an_incident_is_in_each_of_its_rows_and_once_in_each() -> None:
    times = measured(("SEV-1", 30), ("SEV-2", 60))
    services = ["API", "API", "Frontend", "Frontend", None]
    rows = times.iloc[[0, 0, 0, 1, 1]].assign(service=services)
    parts = [(1, "30m"), (2, "45m"), (1, "1h")]
    table = pd.concat([summary(n, 0, median, None, None, median) for n, median in parts], ignore_index=True)
    table["service"] = ["API", "Frontend", None]
    ax = plots.plot_response(table, times=rows)
    assert [[x for x, _ in row] for row in dots(ax)] == [[1800], [1800, 3600], [3600]]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["API  (n = 1)", "Frontend  (n = 2)", "unknown  (n = 1)"]


def test_times_of_another_window_are_refused() -> None:
    times = measured(*FEW)
    table = response_summary(times[:1], by="severity")
    message = "the summary has 1 ended incident of SEV-1, and times has 2 of them; both must be of the same window"
    with pytest.raises(ColumnsError) as error:
        plots.plot_response(table, times=times)
    assert str(error.value) == message
    with pytest.raises(ColumnsError, match="column 'service' is missing"):
        plots.plot_response(summary(1, 0, "30m", None, None, "30m"), times=times)


def test_without_times_the_p90_is_a_hollow_dot_where_there_is_one() -> None:
    table = pd.concat([summary(n, 0, "1h", "30m", "2h", p90) for n, p90 in ((10, "5h"), (9, None))], ignore_index=True)
    ax = plots.plot_response(table)
    assert marks(ax, "o") == [(5 * 3600, 0)]
    assert notes(ax) == ["median 1h\n(30m to 2h), p90 5h", "median 1h\n(30m to 2h)"]


@pytest.mark.parametrize(
    ("row", "note"),
    [
        (summary(1, 0, "2h 6m", None, None, None), "2h 6m, one incident"),
        (summary(8, 3, "2h", "1h", None, None), "median 2h\n(at least 1h)"),
        (summary(8, 3, "2h", None, "3h", None), "median 2h\n(at most 3h)"),
        (summary(4, 3, None, None, None, None), "not reached: too many ongoing"),
        (summary(0, 0, None, None, None, None), "none recorded"),
    ],
)
def test_a_row_says_what_its_median_is_built_on(row: pd.DataFrame, note: str) -> None:
    assert notes(plots.plot_response(row)) == [note]


def test_open_incidents_are_counted_next_to_the_name() -> None:
    ax = plots.plot_response(summary(8, 3, "2h", "1h", None, None))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["API  (n = 8, 3 ongoing)"]


def test_an_ongoing_incident_has_no_dot_and_the_others_have_theirs() -> None:
    """The summary counts it; the dots are those that ended."""
    times = measured(("SEV-1", 30), ("SEV-1", 60))
    rows = pd.concat([times, times.iloc[[0]].assign(incident_id="INC-09", is_open=True)], ignore_index=True)
    rows.loc[2, "time_to_restore"] = pd.NaT
    rows.loc[2, "time_to_restore_open_since"] = at("2025-07-01T00:00")
    table = response_summary(rows, by="severity", as_of=at("2025-07-02"))
    drawn = plots.plot_response(table, times=rows)
    (row,) = dots(drawn)
    assert [x for x, _ in row] == [1800, 3600]
    assert "each dot is one resolved incident;" in plots.alt_text(drawn)


def test_a_caption_explains_only_the_marks_that_are_drawn() -> None:
    few = measured(("SEV-1", 30), ("SEV-2", 60))
    with_dots = plots.alt_text(plots.plot_response(response_summary(few, by="severity"), times=few))
    assert "log scale; each dot is one incident. SEV-1" in with_dots
    assert "diamond" not in with_dots
    table = summary(12, 0, "1h", "30m", "2h", "5h")
    assert "log scale; hollow dot: p90; diamond: median; bar: 95% CI" in plots.alt_text(plots.plot_response(table))
    table = summary(5, 0, "1h", None, None, None)
    text = plots.alt_text(plots.plot_response(table))
    assert "log scale; diamond: median" in text
    assert "hollow" not in text
    assert "bar" not in text


def test_a_span_of_zero_can_be_drawn() -> None:
    ax = plots.plot_response(summary(2, 0, "0m", None, None, "0m"))
    ax.figure.draw_without_rendering()
    assert marks(ax, "D") == [(0, 0)]


def test_the_plot_is_of_one_column_of_groups() -> None:
    with pytest.raises(ColumnsError) as error:
        plots.plot_response(summary(1, 0, "30m", None, None, "30m").drop(columns="service"))
    assert str(error.value) == "the plot is of one column of groups, and the summary has none"


def test_severities_have_the_colours_of_the_ramp() -> None:
    table = pd.concat([summary(10, 0, "1h", "30m", "2h", "5h")] * 3, ignore_index=True)
    table = table.rename(columns={"service": "severity"}).assign(severity=severities("SEV-3", "SEV-2", "SEV-1"))
    ax = plots.plot_response(table)
    drawn = [line.get_color() for line in ax.get_lines() if line.get_marker() == "o"]
    assert drawn == list(drawing.SEVERITY_RAMP[:3])


@pytest.fixture
def by_quarter() -> pd.DataFrame:
    rows = [(12, "1h", "30m", "90m", "2h"), (0, None, None, None, None), (5, "30m", None, None, None)]
    table = pd.concat([summary(n, 0, *figures) for n, *figures in rows], ignore_index=True)
    return table.rename(columns={"service": "period"}).assign(period=["2025Q1", "2025Q2", "2025Q3"])


def test_a_trend_leaves_a_gap_where_a_period_has_no_span(by_quarter: pd.DataFrame) -> None:
    ax = plots.plot_response_trend(by_quarter)
    assert pd.Series(ax.get_lines()[1].get_ydata()).isna().tolist() == [False, True, True], "of five none has a p90"
    assert marks(ax, "D") == [(0, 3600), (2, 1800)]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Q1\n2025\nn = 12", "Q2\n\nn = 0", "Q3\n\nn = 5"]


def test_a_trend_has_intervals_and_percentiles_only_where_they_say_something(by_quarter: pd.DataFrame) -> None:
    ax = plots.plot_response_trend(by_quarter)
    (bar,) = (line for line in ax.get_lines() if len(line.get_xdata()) == 2)
    assert (list(bar.get_xdata()), list(bar.get_ydata())) == ([0, 0], [1800, 5400])
    (percentiles,) = (line for line in ax.get_lines() if line.get_marker() == "o")
    assert pd.Series(percentiles.get_ydata()).dropna().tolist() == [7200]
    assert notes(ax) == ["1h", "30m"]


def test_medians_are_joined_where_both_have_enough_incidents(by_quarter: pd.DataFrame) -> None:
    """Of fewer than six a median is chance: a line from one to the next would look like a trend."""
    rows = by_quarter.iloc[[0, 0, 2, 0]].assign(period=["2025Q1", "2025Q2", "2025Q3", "2025Q4"])
    ax = plots.plot_response_trend(rows)
    assert pd.Series(ax.get_lines()[0].get_ydata()).isna().tolist() == [False, False, True, False]
    assert "line: medians of at least 6 incidents" in plots.alt_text(ax)
    assert "line:" not in plots.alt_text(plots.plot_response_trend(by_quarter))


def test_the_only_incident_of_a_period_is_a_dot(by_quarter: pd.DataFrame) -> None:
    one = summary(1, 0, "10m", None, None, None).rename(columns={"service": "period"}).assign(period="2025Q4")
    ax = plots.plot_response_trend(pd.concat([by_quarter, one], ignore_index=True))
    assert marks(ax, "D") == [(0, 3600), (2, 1800)]
    assert marks(ax, "o")[-1] == (3, 600)
    assert "dot: the only incident" in plots.alt_text(ax)


def test_of_many_periods_the_last_median_alone_is_reported_and_not_every_label(by_quarter: pd.DataFrame) -> None:
    months = pd.concat([by_quarter.iloc[[0]]] * 60, ignore_index=True)
    months["period"] = [f"{2021 + i // 12}-{i % 12 + 1:02}" for i in range(60)]
    ax = plots.plot_response_trend(months)
    shown = [label.get_text() for label in ax.get_xticklabels()]
    assert notes(ax) == ["1h", "p90 2h"]
    assert shown[:5] == ["Jan\n2021\n12", "Apr\n\n12", "Jul\n\n12", "Oct\n\n12", "Jan\n2022\n12"]
    assert len(shown) == 20
