from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
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


def summary(column: str, *rows: tuple[str | None, int, float | None, float | None, float | None]) -> pd.DataFrame:
    """Return a response summary from each group's n, median and interval, with p90 at twice the median."""
    groups, n, *figures = zip(*rows, strict=True)
    table = pd.DataFrame({column: list(groups), "n": list(n), "n_open": 0})
    for name, minutes in zip(("median", "median_low", "median_high"), figures, strict=True):
        table[name] = spans(*minutes)
    return table.assign(p90=2 * table["median"])


@pytest.fixture
def by_severity() -> pd.DataFrame:
    table = summary(
        "severity", ("SEV-3", 20, 72, 40, 100), ("SEV-2", 4, 52, None, None), ("SEV-1", 0, None, None, None)
    )
    return table.astype({"severity": SEVERITY})


@pytest.fixture
def by_quarter() -> pd.DataFrame:
    return summary("period", ("2025Q1", 12, 60, 30, 90), ("2025Q2", 0, None, None, None), ("2025Q3", 5, 30, None, None))


@pytest.fixture
def definitions() -> pd.DataFrame:
    rows = ("restored_at or ended_at - started_at", 9, 60, 30, 90), ("ended_at - started_at", 5, 45, None, None)
    return summary("definition", *rows).assign(metric="time_to_restore", is_own=[True, False])


@pytest.fixture
def compared() -> pd.DataFrame:
    rows = [
        ("time_to_detect", "all", False, 9, 8, -0.6, -0.8, -0.2, 0.01, 0.02),
        ("time_to_restore", "all", True, 13, 13, 0.5, -0.2, 1.9, 0.3, 0.3),
        ("time_to_restore", "SEV-1", False, 2, 0, None, None, None, None, None),
    ]
    ratios = ["change", "low", "high", "p_value", "p_adjusted"]
    table = pd.DataFrame(rows, columns=["metric", "group", "is_primary", "n_before", "n_after", *ratios])
    return table.astype({"is_primary": "boolean"} | dict.fromkeys(ratios, "Float64"))


@pytest.fixture
def rates(history: pd.DataFrame) -> pd.DataFrame:
    bounds = {"rate": [2, 1, 4, 0], "rate_low": [0.2, 0.02, 1, 0], "rate_high": [7, 5.5, 10, 3.7]}
    return history.assign(**bounds).astype(dict.fromkeys(bounds, "Float64"))


@pytest.fixture
def gaps() -> pd.DataFrame:
    times = pd.to_datetime(["2025-06-01", "2025-06-04", "2025-06-14", None], utc=True).astype("datetime64[us, UTC]")
    return pd.DataFrame(
        {"incident_id": ["INC-1", "INC-2", "INC-3", "INC-4"], "occurred_at": times, "gap": pd.Series(times).diff()}
    )


@pytest.fixture
def chart() -> pd.DataFrame:
    """Return an XmR chart of counts: the last point is beyond the limits, and so is the way to it."""
    table = pd.DataFrame({"period": [f"2025-0{month}" for month in range(1, 7)], "n": [3, 2, None, 3, 2, 40]})
    limits = {
        "center": 10.0,
        "lower": -8.0,
        "upper": 30.0,
        "moving_range": [None, 1, None, 1, 1, 38],
        "range_limit": 35.0,
    }
    table = table.assign(n_points=5, **limits).astype({"n": "Int64"} | dict.fromkeys(limits, "Float64"))
    flags = {
        "beyond_limits": table["n"] > 30,
        "three_of_four": False,
        "eight_in_a_row": False,
        "range_beyond_limit": table["moving_range"] > 35,
    }
    return table.assign(**flags).astype(dict.fromkeys(flags, "boolean"))


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
    "plot_comparison": "compared",
    "plot_control_chart": "chart",
    "plot_costs": "costs",
    "plot_definitions": "definitions",
    "plot_downtime": "sla",
    "plot_error_budget": "sla",
    "plot_overdue_actions": "overdue",
    "plot_response": "by_severity",
    "plot_response_trend": "by_quarter",
    "plot_severity_counts": "history",
    "plot_severity_rates": "rates",
    "plot_time_between": "gaps",
}


def draw(name: str, table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    needed = {"value": "n"} if name == "plot_control_chart" else {}
    drawn: Axes = getattr(plots, name)(table, ax=ax, **needed)
    return drawn


def stays_inside(figure: Figure) -> bool:
    """Tell whether all that is drawn, title and words included, lies within the figure."""
    with drawing.no_glyph_warnings():
        figure.draw_without_rendering()
        inches = figure.dpi_scale_trans.inverted()
        parts = [text.get_window_extent().transformed(inches) for text in figure.texts]
        drawn = Bbox.union([figure.get_tightbbox(), *parts])
    width, height = figure.get_size_inches()
    return drawn.x0 > -0.01 and drawn.y0 > -0.01 and drawn.x1 < width + 0.01 and drawn.y1 < height + 0.01


def has_data(ax: Axes) -> bool:
    return any(panel.has_data() for panel in (ax, *ax.child_axes))


@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_every_plot_leaves_its_table_and_other_figures_alone(
    name: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    table = request.getfixturevalue(fixture)
    before = table.copy(deep=True)
    current = plt.figure().add_subplot()
    draw(name, table)
    assert not current.has_data()
    _, (given, other) = plt.subplots(1, 2)
    assert draw(name, table, ax=given) is given
    assert given.get_title(loc="left")
    assert not other.has_data()
    assert_frame_equal(table, before)


@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_every_plot_of_an_empty_table_still_draws(name: str, fixture: str, request: pytest.FixtureRequest) -> None:
    ax = draw(name, request.getfixturevalue(fixture).iloc[:0])
    ax.figure.draw_without_rendering()
    assert plots.alt_text(ax).startswith(("No ", "The "))


@pytest.mark.parametrize("name", EVERY_PLOT)
def test_every_plot_refuses_a_table_of_another_kind(name: str) -> None:
    with pytest.raises(ColumnsError, match="missing; the frame has incident_id"):
        draw(name, pd.DataFrame({"incident_id": ["INC-1"]}))


@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_nothing_that_is_drawn_reaches_beyond_the_figure(
    name: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    ax = draw(name, request.getfixturevalue(fixture))
    assert has_data(ax)
    assert stays_inside(ax.figure)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("plot_response", summary("service", ("API", 0, None, None, None))),
        ("plot_response_trend", summary("period", ("2025Q3", 0, None, None, None))),
        (
            "plot_definitions",
            summary("definition", ("ended_at - started_at", 0, None, None, None)).assign(
                metric="time_to_restore", is_own=True
            ),
        ),
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


HOSTILE = ["خدمة الدفع", "支払いサービス", "$\\frac{$ & $", "<script>alert(1)</script>", "long name " * 30, "x" * 300]


@pytest.mark.parametrize("name", HOSTILE, ids=["arabic", "japanese", "dollars", "script", "words", "letters"])
def test_any_name_is_shown_whole_in_words_and_inside_the_figure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A character that no font has is a box in the picture, never a warning, which here would be an error."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    by_service = summary("service", (name, 4, 60, None, None), ("API", 6, 30, 10, 90))
    severity = pd.Categorical([name], [name], ordered=True)
    rates = pd.DataFrame({"period": ["2025-07"], "severity": severity, "n": 1, "rate": 1.0, "rate_low": 0.1})
    table = pd.DataFrame(
        {"metric": "time_to_restore", "group": [name], "is_primary": True, "n_before": 9, "n_after": 9}
    )
    figures = {"change": 0.1, "low": -0.5, "high": 1.5, "p_value": 0.5, "p_adjusted": 0.5}
    for ax in (
        plots.plot_response(by_service),
        plots.plot_severity_rates(rates.assign(rate_high=5.0)),
        plots.plot_comparison(table.assign(**figures)),
    ):
        plots.show_plot(ax)
        assert stays_inside(ax.figure)
        assert name in shown[-1].alt


def test_a_line_that_begins_with_arabic_still_runs_from_left_to_right() -> None:
    ax = plots.plot_response(summary("service", ("خدمة الدفع", 4, 60, None, None)))
    assert labels(ax) == ["\u200eخدمة الدفع  (n = 4)"]
    assert ax.figure.get_suptitle() == "\u200eMedian time to restore: خدمة الدفع 1h (n\xa0=\xa04)."


def test_a_figure_that_cannot_be_drawn_is_closed(history: pd.DataFrame) -> None:
    with pytest.raises(UnknownNameError):
        plots.plot_severity_counts(history, highlight=["2025Q3"])
    assert plt.get_fignums() == []


def test_a_name_with_dollars_is_no_formula() -> None:
    down = pd.DataFrame({"service": ["$\\frac{$"], "n": [1], "downtime": spans(60)})
    ax = plots.plot_downtime(down)
    ax.figure.draw_without_rendering()
    assert labels(ax) == ["$\\frac{$"]
