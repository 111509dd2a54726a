from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from pandas.testing import assert_frame_equal

from incident_analytics import plots
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.plots import drawing

SEVERITY = pd.CategoricalDtype(["SEV-3", "SEV-2", "SEV-1"], ordered=True)


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def spans(*minutes: float | None) -> pd.Series:
    return pd.Series(pd.to_timedelta(list(minutes), unit="min"), dtype="timedelta64[us]")


def bars(ax: Axes) -> list[float]:
    return [bar.get_width() for bar in ax.patches]


def labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def notes(ax: Axes) -> list[str]:
    """Return the texts beside the rows."""
    return [text.get_text() for text in ax.texts if text.get_text()]


@pytest.fixture
def by_severity() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "severity": pd.Series(["SEV-3", "SEV-2", "SEV-1"], dtype=SEVERITY),
            "n": [20, 4, 0],
            "median": spans(72, 52, None),
            "p90": spans(600, 181, None),
        }
    )


@pytest.fixture
def history() -> pd.DataFrame:
    rows = [("2025-06", "SEV-3", 2), ("2025-06", "SEV-1", 1), ("2025-07", "SEV-3", 4), ("2025-07", "SEV-1", 0)]
    return pd.DataFrame(rows, columns=["period", "severity", "n"]).astype({"severity": SEVERITY})


@pytest.fixture
def sla() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "service": ["API", "Frontend", "Batch", "Search"],
            "n": [2, 0, 1, 1],
            "downtime": spans(180, 0, 30, 10),
            "target": pd.array([0.999, 0.999, None, 1.0], dtype="Float64"),
            "budget": spans(120, 120, None, 0),
            "budget_left": spans(-60, 120, None, -10),
        }
    )


@pytest.fixture
def completion() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "priority": pd.Categorical(["Low", "High", None], ["Low", "Medium", "High"], ordered=True),
            "n": [4, 10, 1],
            "n_done": [1, 6, 0],
            "n_open": [2, 3, 0],
            "n_unknown": [1, 0, 1],
            "n_dropped": [0, 1, 0],
            "n_overdue": [2, 1, 0],
            "completion": pd.array([1 / 3, 2 / 3, None], dtype="Float64"),
        }
    )


@pytest.fixture
def overdue() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "incident_id": ["INC-1", "INC-2", "INC-3"],
            "action": ["Add an alert", "Write a runbook", "Ask around"],
            "owner": ["SRE", None, "SRE"],
            "status": ["open", "open", None],
            "overdue_by": spans(1440, 2880, 9999),
        }
    )


@pytest.fixture
def costs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": ["lost_revenue", "lost_revenue", "credits_issued"],
            "currency": ["EUR", "USD", None],
            "total": pd.array([400, 34000, None], dtype="Float64"),
            "n": [1, 6, 0],
        }
    )


def test_response_rows_stand_from_the_worst_severity_down(by_severity: pd.DataFrame) -> None:
    ax = plots.plot_response(by_severity)
    assert labels(ax) == ["SEV-1  (n = 0)", "SEV-2  (n = 4)", "SEV-3  (n = 20)"]
    assert notes(ax) == ["none known", "median 52m, 90% within 3h 1m", "median 1h 12m, 90% within 10h"]
    low, high = ax.get_ylim()
    assert low > high, "the first row is at the top"


def test_response_dots_are_at_median_and_p90_in_the_severitys_colour(by_severity: pd.DataFrame) -> None:
    lines = plots.plot_response(by_severity).get_lines()
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in lines]
    assert drawn == [
        ([3120, 10860], [1, 1]),
        ([3120], [1]),
        ([10860], [1]),
        ([4320, 36000], [2, 2]),
        ([4320], [2]),
        ([36000], [2]),
    ]
    assert [line.get_color() for line in lines[::3]] == [drawing.SEVERITY_RAMP[1], drawing.SEVERITY_RAMP[2]]


def test_response_can_draw_a_span_of_zero() -> None:
    summary = pd.DataFrame({"service": ["API"], "n": [1], "median": spans(0), "p90": spans(0)})
    ax = plots.plot_response(summary)
    ax.figure.draw_without_rendering()
    assert notes(ax) == ["median 0m, 90% within 0m"]


def test_trend_leaves_a_gap_where_a_period_has_no_span() -> None:
    table = {"period": ["2025Q1", "2025Q2", "2025Q3"], "n": [3, 0, 2]}
    ax = plots.plot_response_trend(pd.DataFrame(table).assign(median=spans(60, None, 30), p90=spans(90, None, 80)))
    median = pd.Series(ax.get_lines()[0].get_ydata())
    assert median.isna().tolist() == [False, True, False]
    assert notes(ax) == ["median 30m", "90% within 1h 20m"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2025Q1\nn = 3", "2025Q2\nn = 0", "2025Q3\nn = 2"]


def test_severity_bars_stack_from_the_worst_up_to_the_total(history: pd.DataFrame) -> None:
    ax = plots.plot_severity_counts(history)
    drawn = [(bar.get_x() + bar.get_width() / 2, bar.get_y(), bar.get_height()) for bar in ax.patches]
    worst, middle, least = drawn[:2], drawn[2:4], drawn[4:]
    assert worst == [(0, 0, 1), (1, 0, 0)]
    assert middle == [(0, 1, 0), (1, 0, 0)]
    assert least == [(0, 1, 2), (1, 0, 4)]
    assert notes(ax)[-2:] == ["3", "4"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Jun\n2025", "Jul"]


def test_severity_title_tells_the_highlighted_periods_alone(history: pd.DataFrame) -> None:
    ax = plots.plot_severity_counts(history, highlight=["2025-07"])
    assert ax.figure.get_suptitle() == "4 incidents in 2025-07: 4 SEV-3."
    with pytest.raises(UnknownNameError, match="period '2025Q3' is not one of 2025-06, 2025-07"):
        plots.plot_severity_counts(history, highlight=["2025Q3"])


def test_incidents_of_unknown_severity_are_drawn(history: pd.DataFrame) -> None:
    unknown = pd.DataFrame({"period": ["2025-07"], "severity": [None], "n": [5]}).astype({"severity": SEVERITY})
    ax = plots.plot_severity_counts(pd.concat([history, unknown], ignore_index=True))
    assert [bar.get_height() for bar in ax.patches][-2:] == [0, 5]
    assert notes(ax)[-2:] == ["3", "9"]
    assert "2025-07: 9, 4 SEV-3, 5 unknown" in plots.alt_text(ax)


def test_more_severities_than_the_ramp_has_steps_each_have_their_colour() -> None:
    names = [f"P{i}" for i in range(6)]
    counts = pd.DataFrame({"period": "2025-07", "severity": pd.Categorical(names, names, ordered=True), "n": 1})
    colors = {to_hex(bar.get_facecolor()) for bar in plots.plot_severity_counts(counts).patches}
    assert len(colors) == len(names)


def test_downtime_bars_are_the_downtime(sla: pd.DataFrame) -> None:
    ax = plots.plot_downtime(sla)
    assert bars(ax) == [10800, 0, 1800, 600]
    assert notes(ax) == ["3h, n = 2", "0m, n = 0", "30m, n = 1", "10m, n = 1"]


def test_budget_is_drawn_for_services_with_a_target_alone(sla: pd.DataFrame) -> None:
    ax = plots.plot_error_budget(sla)
    assert labels(ax) == ["API\ntarget 99.9%", "Frontend\ntarget 99.9%", "Search\ntarget 100%"]
    assert bars(ax)[:2] == [1.5, 0]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [drawing.VERMILION, drawing.BLUE, drawing.VERMILION]
    assert {"3h of 2h (150%)", "0m of 2h (0%)", "10m of 0m"} < set(notes(ax))


def test_completion_parts_add_up_to_each_groups_items(completion: pd.DataFrame) -> None:
    ax = plots.plot_action_completion(completion)
    ends = {round(bar.get_y() + bar.get_height() / 2): bar.get_x() + bar.get_width() for bar in ax.patches}
    assert labels(ax) == ["High  (n = 10)", "Low  (n = 4)", "none stated  (n = 1)"]
    assert ends == {0: 10, 1: 4, 2: 1}
    assert notes(ax)[-3:] == ["66.7% done (6 of 9)", "33.3% done (1 of 3)", "none of known status"]


def test_overdue_items_of_unknown_status_are_not_drawn(overdue: pd.DataFrame) -> None:
    ax = plots.plot_overdue_actions(overdue)
    assert labels(ax) == ["Write a runbook", "Add an alert"]
    assert notes(ax) == ["2d, no owner", "1d, SRE"]
    assert labels(plots.plot_overdue_actions(overdue, limit=1)) == ["Write a runbook"]


def test_costs_draw_one_currency_and_name_the_others(costs: pd.DataFrame) -> None:
    ax = plots.plot_costs(costs)
    assert bars(ax) == [34000]
    assert "EUR not drawn" in plots.alt_text(ax)
    assert bars(plots.plot_costs(costs, currency="EUR")) == [400]
    with pytest.raises(UnknownNameError, match="currency 'GBP' is not one of EUR, USD"):
        plots.plot_costs(costs, currency="GBP")


EVERY_PLOT = {
    "plot_action_completion": "completion",
    "plot_costs": "costs",
    "plot_downtime": "sla",
    "plot_error_budget": "sla",
    "plot_overdue_actions": "overdue",
    "plot_response": "by_severity",
    "plot_severity_counts": "history",
}


@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_every_plot_leaves_its_table_and_other_figures_alone(
    name: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    table = request.getfixturevalue(fixture)
    before = table.copy(deep=True)
    current = plt.figure().add_subplot()
    getattr(plots, name)(table)
    assert not current.has_data()
    _, (given, other) = plt.subplots(1, 2)
    assert getattr(plots, name)(table, ax=given) is given
    assert given.get_title(loc="left")
    assert not other.has_data()
    assert_frame_equal(table, before)


@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_every_plot_of_an_empty_table_still_draws(name: str, fixture: str, request: pytest.FixtureRequest) -> None:
    ax = getattr(plots, name)(request.getfixturevalue(fixture).iloc[:0])
    ax.figure.draw_without_rendering()
    assert plots.alt_text(ax).startswith(("No ", "The "))


@pytest.mark.parametrize("name", EVERY_PLOT)
def test_every_plot_refuses_a_table_of_another_kind(name: str) -> None:
    with pytest.raises(ColumnsError, match="missing; the frame has incident_id"):
        getattr(plots, name)(pd.DataFrame({"incident_id": ["INC-1"]}))


@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_nothing_that_is_drawn_reaches_beyond_the_figure(
    name: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    figure = getattr(plots, name)(request.getfixturevalue(fixture)).figure
    figure.draw_without_rendering()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 > -0.01
    assert drawn.y0 > -0.01
    assert drawn.x1 < width + 0.01
    assert drawn.y1 < height + 0.01


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("plot_response", {"service": ["API"], "n": [0], "median": spans(None), "p90": spans(None)}),
        ("plot_response_trend", {"period": ["2025Q3"], "n": [0], "median": spans(None), "p90": spans(None)}),
        ("plot_severity_counts", {"period": ["2025-07"], "severity": pd.Series(["SEV-1"], dtype=SEVERITY), "n": [0]}),
        ("plot_downtime", {"service": ["API"], "n": [0], "downtime": spans(0)}),
    ],
)
def test_a_plot_with_nothing_to_see_is_shown_as_its_sentence(
    name: str, table: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    plots.show_plot(getattr(plots, name)(pd.DataFrame(table)))
    assert capsys.readouterr().out.startswith("<p>No ")
    assert plt.get_fignums() == []


def test_a_plot_is_shown_as_a_picture_with_its_words(sla: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    plots.show_plot(plots.plot_downtime(sla))
    (picture,) = shown
    assert picture.data.startswith(b"\x89PNG")
    assert picture.alt.startswith("API was down for longest: 3h in 2 outages. Downtime per service: API: 3h, n = 2;")
    assert plt.get_fignums() == []


def test_a_name_with_dollars_is_no_formula() -> None:
    down = pd.DataFrame({"service": ["$\\frac{$"], "n": [1], "downtime": spans(60)})
    ax = plots.plot_downtime(down)
    ax.figure.draw_without_rendering()
    assert labels(ax) == ["$\\frac{$"]
