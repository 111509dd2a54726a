from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from pandas.testing import assert_frame_equal

from incident_analytics import plots
from incident_analytics.analysis.gaps import mean_time_between
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.plots import drawing

SEVERITY = pd.CategoricalDtype(["SEV-3", "SEV-2", "SEV-1"], ordered=True)


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no figure open, and no row out of the words for who does not see it."""
    monkeypatch.setattr(drawing, "_ALT", 100_000)
    yield
    plt.close("all")


def spans(*minutes: float | None) -> pd.Series:
    return pd.Series(pd.to_timedelta(list(minutes), unit="min"), dtype="timedelta64[us]")


def bars(ax: Axes) -> list[float]:
    return [bar.get_width() for bar in ax.patches]


def middle(bar: Any) -> int:
    return round(bar.get_y() + bar.get_height() / 2)


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
    return table.assign(p90=2 * table["median"].where(table["n"] >= 10))


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
def rates(history: pd.DataFrame) -> pd.DataFrame:
    bounds = {"rate": [2, 1, 4, 0], "rate_low": [0.2, 0.02, 1, 0], "rate_high": [7, 5.5, 10, 3.7]}
    return history.assign(**bounds, dispersion=None).astype(dict.fromkeys([*bounds, "dispersion"], "Float64"))


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
            "n_missing": [0, 0, 0, 0],
            "downtime": spans(180, 0, 30, 10),
            "availability": pd.array([0.9985, 1.0, 0.995, 0.9999], dtype="Float64"),
            "target": pd.array([0.999, 0.999, None, 1.0], dtype="Float64"),
        }
    )


@pytest.fixture
def burn_down() -> pd.DataFrame:
    """The API goes over its budget, Batch may never be down, how long Search was down is not known."""
    points = [
        ("API", 2, "2025-07-01", 1.0),
        ("API", 2, "2025-07-20", 1.0),
        ("API", 2, "2025-07-21", -0.5),
        ("API", 2, "2025-10-01", -0.5),
        ("Batch", 0, "2025-07-01", None),
        ("Batch", 0, "2025-10-01", None),
        ("Frontend", 1, "2025-07-01", 1.0),
        ("Frontend", 1, "2025-10-01", 0.29),
        ("Search", 0, "2025-07-01", None),
        ("Search", 0, "2025-10-01", None),
    ]
    table = pd.DataFrame(points, columns=["service", "n", "at", "share_left"]).assign(period="2025Q3")
    table["n_missing"] = (table["service"] == "Search").astype("int64")
    table["at"] = pd.to_datetime(table["at"], utc=True)
    table["share_left"] = table["share_left"].astype("Float64")
    table["start"], table["end"], table["as_of"] = table["at"].min(), table["at"].max(), table["at"].max()
    perfect = table["service"] == "Batch"
    table["target"] = pd.Series(0.999, index=table.index).mask(perfect, 1.0)
    table["budget"] = pd.Series(pd.Timedelta(hours=2), index=table.index).mask(perfect, pd.Timedelta(0))
    table["budget_left"] = (table["budget"] * table["share_left"].astype(float)).mask(perfect, pd.Timedelta(0))
    return table


SURVIVAL = ("survival", "survival_least", "survival_most")


@pytest.fixture
def curve() -> pd.DataFrame:
    """High is done within 40 days, Low has too few items for an interval and is not followed for 30 days."""
    rows = [
        ("Low", 0, 1.0, None, None, 3),
        ("Low", 20, 2 / 3, 0.05, 0.95, 3),
        ("High", 0, 1.0, None, None, 8),
        ("High", 10, 0.5, 0.2, 0.8, 8),
        ("High", 40, 0.0, None, None, 8),
    ]
    table = pd.DataFrame(rows, columns=["priority", "days", "survival", "survival_low", "survival_high", "n"])
    table.insert(1, "time", pd.to_timedelta(table.pop("days"), unit="D"))
    table = table.assign(survival_least=table["survival"], survival_most=table["survival"])
    table = table.assign(n_done_undated=0, n_undated=0, n_unknown=0)
    priority = pd.CategoricalDtype(["Low", "Medium", "High"], ordered=True)
    shares = {name: "Float64" for name in table.columns if name.startswith("survival")}
    return table.astype({"priority": priority} | shares)


@pytest.fixture
def hours() -> pd.DataFrame:
    """Two on a Tuesday at 14:00, one on a Sunday at 23:00, and one of which no time is told."""
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    table = pd.DataFrame([(day, hour) for day in days for hour in range(24)], columns=["weekday", "hour"])
    table["weekday"] = table["weekday"].astype(pd.CategoricalDtype(days, ordered=True))
    table["n"] = 0
    table.loc[24 + 14, "n"], table.loc[6 * 24 + 23, "n"] = 2, 1
    unknown = pd.array([None] * len(table), dtype="Float64")
    windows = dict.fromkeys(["hour_from", "hour_to", "n_in_hours", "weekday_window", "n_in_weekdays"])
    table = table.assign(n_missing=1, **windows, hour_p_adjusted=unknown, weekday_p_adjusted=unknown)
    return table.assign(timezone="Europe/London")


def test_severity_bars_stack_from_the_worst_up_to_the_total(history: pd.DataFrame) -> None:
    ax = plots.plot_severity_counts(history)
    drawn = [(bar.get_x() + bar.get_width() / 2, bar.get_y(), bar.get_height()) for bar in ax.patches]
    worst, least = drawn[:2], drawn[2:]
    assert worst == [(0, 0, 1), (1, 0, 0)]
    assert least == [(0, 1, 2), (1, 0, 4)], "no incident was a SEV-2"
    assert notes(ax)[-2:] == ["3", "4"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Jun\n2025", "Jul"]


def test_a_month_that_may_hold_more_does_not_look_like_a_known_number(history: pd.DataFrame) -> None:
    """Its total has a plus, also where it is 0, and its bar a dotted outline on it; without undated ones neither."""
    known, open_ended = (plots.plot_severity_counts(history, n_undated=n) for n in (0, 2))
    totals = [[text.get_text() for text in ax.texts if text.get_weight() == "bold"] for ax in (known, open_ended)]
    assert totals[1] == [f"{total}+" for total in totals[0]] != []
    dotted = [[bar for bar in ax.patches if bar.get_linestyle() == ":"] for ax in (known, open_ended)]
    assert [len(bars) for bars in dotted] == [0, history["period"].nunique()]
    assert "2 reports without a readable date" in plots.alt_text(open_ended)
    assert "at least" not in plots.alt_text(known)


def test_severity_title_says_the_highlighted_periods_alone(history: pd.DataFrame) -> None:
    ax = plots.plot_severity_counts(history, highlight=["2025-07"])
    assert ax.figure.get_suptitle() == "4 incidents in July 2025: 4 SEV-3."
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


def panels(ax: Axes) -> list[Axes]:
    return list(ax.child_axes)


def said(ax: Axes) -> str:
    """Return what stands above a plot in its own figure, on one line."""
    return " ".join(" ".join(text.get_text().split()) for text in ax.figure.texts)


def test_each_service_has_its_panel_from_the_one_with_the_least_left(burn_down: pd.DataFrame) -> None:
    ax = plots.plot_budget_burn_down(burn_down)
    over, within = panels(ax)
    assert notes(over) == ["API", "n = 2", "target 99.9%", "50% over"]
    assert notes(within) == ["Frontend", "n = 1", "target 99.9%", "29% left"]
    spent_evenly, _, line = over.get_lines()
    assert list(spent_evenly.get_ydata()) == [1, 0]
    assert list(line.get_ydata()) == [1, 1, -0.5, -0.5]
    assert [panel.get_lines()[-1].get_color() for panel in (over, within)] == [drawing.VERMILION, drawing.BLUE]
    assert plots.alt_text(ax) == (
        "API is over its error budget; 2 of 4 services are within it; Search can't be judged: some outages have no "
        "known end. "
        "Error budget left, n = outages; dashed: spent evenly; "
        "not shown: 2 services with a target of 100% or unknown downtime. "
        "API, target 99.9%: 50% over, n = 2; Batch, target 100%: no budget, 0m down, n = 0; "
        "Frontend, target 99.9%: 29% left, n = 1; Search, target 99.9%: not known, n = 0."
    )


def test_services_beyond_the_limit_are_counted(burn_down: pd.DataFrame) -> None:
    ax = plots.plot_budget_burn_down(burn_down, limit=1)
    assert [notes(panel)[0] for panel in panels(ax)] == ["API"]
    assert "1 service with at least as much left not shown" in plots.alt_text(ax)


def test_a_window_that_is_not_over_is_shaded_from_as_of_on(burn_down: pd.DataFrame) -> None:
    as_of = pd.Timestamp("2025-08-20", tz="UTC")
    ax = plots.plot_budget_burn_down(burn_down.assign(as_of=as_of))
    assert "shaded: still to come as of 2025-08-20" in plots.alt_text(ax)
    shade = panels(ax)[0].patches[0]
    start, end = date2num([as_of, burn_down["end"].iloc[0]])
    assert (shade.get_x(), shade.get_width()) == (start, end - start)
    assert not panels(plots.plot_budget_burn_down(burn_down))[0].patches


def test_a_service_far_over_its_budget_does_not_flatten_the_others(burn_down: pd.DataFrame) -> None:
    far = burn_down.assign(share_left=burn_down["share_left"].replace(-0.5, -40.0))
    for panel in panels(plots.plot_budget_burn_down(far)):
        assert panel.get_ylim() == (-2.2, 1.06)
    assert notes(panels(plots.plot_budget_burn_down(far))[0])[-1] == "4,000% over"


def test_a_panel_has_its_times_inside_of_the_window(burn_down: pd.DataFrame) -> None:
    (panel, _) = panels(plots.plot_budget_burn_down(burn_down))
    panel.figure.draw_without_rendering()
    assert [label.get_text() for label in panel.get_xticklabels()] == ["Jul", "Aug", "Sep"]


def test_availability_is_set_against_its_target(sla: pd.DataFrame) -> None:
    """The services with a target first, from the least available up, on a scale of the time down."""
    ax = plots.plot_availability(sla)
    assert labels(ax) == ["API  (n = 2)", "Search  (n = 1)", "Frontend  (n = 0)", "Batch  (n = 1)"]
    assert notes(ax) == [
        "99.85% (target 99.9%), 3h down",
        "99.99% (target 100%), 10m down",
        "100% (target 99.9%)",
        "99.5%, 30m down",
    ]
    dots, strokes = ([line for line in ax.get_lines() if line.get_marker() == mark] for mark in ("o", "None"))
    assert [line.get_xdata()[0] for line in dots] == pytest.approx([0.0015, 0.0001, 0, 0.005])
    assert [line.get_color() for line in dots] == [drawing.VERMILION, drawing.VERMILION, drawing.BLUE, drawing.BLUE]
    assert [line.get_xdata()[0] for line in strokes[1::2]][:3] == pytest.approx([0.001, 0, 0.001])
    left, right = ax.get_xlim()
    assert left > right, "the more available the further to the right"
    assert ax.figure.get_suptitle().replace("\n", " ") == (
        "1 of 3 services reached the availability target; furthest below it is Search, 99.99% against 100%."
    )


def test_availability_says_what_it_does_not_draw(sla: pd.DataFrame) -> None:
    nameless = pd.DataFrame({"service": [None], "n": [3], "n_missing": [0], "downtime": spans(60)})
    table = pd.concat([sla, nameless], ignore_index=True).astype(sla.dtypes)
    ax = plots.plot_availability(table, limit=3)
    assert labels(ax)[-1] == "Frontend  (n = 0)"
    assert "1 more service not shown; 3 outages without a named service not shown" in plots.alt_text(ax)


def test_availability_without_targets_says_the_downtime(sla: pd.DataFrame) -> None:
    ax = plots.plot_availability(sla.assign(target=pd.array([None] * 4, dtype="Float64")))
    assert ax.figure.get_suptitle() == "API had the most downtime: 3h over 2 outages."
    assert "dot: reached; n = outages." in plots.alt_text(ax)


def test_survival_falls_in_steps_with_a_dot_at_the_age_that_is_reported(curve: pd.DataFrame) -> None:
    ax = plots.plot_action_survival(curve)
    steps = [line for line in ax.get_lines() if line.get_drawstyle() == "steps-post"]
    days = [[seconds / 86400 for seconds in line.get_xdata()] for line in steps]
    assert days == [[0, 10, 40], [0, 20]]
    assert [list(line.get_ydata()) for line in steps] == [[1, 0.5, 0], [1, pytest.approx(2 / 3)]]
    assert len({(line.get_color(), line.get_linestyle()) for line in steps}) == 2
    (dot,) = (line for line in ax.get_lines() if line.get_marker() == "o")
    assert (dot.get_xdata()[0] / 86400, dot.get_ydata()[0]) == (30, 0.5)
    assert len(ax.collections) == 1, "no interval of three items"
    assert notes(ax) == ["High (n = 8)\n50% at 30d, 0% at 40d", "Low (n = 3)\n67% at 20d"]
    assert "High: 50% at 30d, 0% at 40d (20% to 80% at 30d), n = 8; Low: 67% at 20d, n = 3" in plots.alt_text(ax)


def test_a_curve_that_is_not_known_is_the_range_between_its_bounds(curve: pd.DataFrame) -> None:
    """No line, no dot, and a caption that says why."""
    high = curve[curve["priority"] == "High"].assign(survival=pd.array([None] * 3, dtype="Float64"))
    table = high.assign(survival_most=[1.0, 0.75, 0.25], n_done_undated=2)
    ax = plots.plot_action_survival(table)
    bounds = [list(line.get_ydata()) for line in ax.get_lines()]
    assert bounds == [[1, 0.5, 0], [1, 0.75, 0.25]], "no line between them, no dot"
    assert len(ax.collections) == 1
    assert notes(ax) == ["High (n = 8)\n50% to 75% at 30d, 0% to 25% at 40d"]
    caption = "action items still open (Kaplan-Meier); shaded: possible range, as done items have no date"
    assert caption in plots.alt_text(ax).replace("Action", "action")
    assert "95% CI" not in plots.alt_text(ax)


def test_labels_of_curves_that_end_together_do_not_cover_each_other(curve: pd.DataFrame) -> None:
    alike = [curve[curve["priority"] == "Low"].assign(owner=name) for name in "ABCDE"]
    table = pd.concat(alike, ignore_index=True).drop(columns="priority")
    for share in (0.0, 0.5, 1.0):
        survival = table["survival"].where(table["time"] == pd.Timedelta(0), share)
        level = table.assign(survival=survival, survival_least=survival, survival_most=survival)
        ax = plots.plot_action_survival(level[["owner", *table.columns.drop("owner")]])
        heights = sorted(text.xy[1] for text in ax.texts)
        assert min(b - a for a, b in pairwise(heights)) > 0.16
        assert 0 < heights[0] < heights[-1] <= 1


def test_curves_of_the_fewest_items_are_left_out_and_counted(curve: pd.DataFrame) -> None:
    low = curve[curve["priority"] == "Low"]
    table = pd.concat([low.assign(owner=f"team {n}", n=n) for n in range(6, 13)], ignore_index=True)
    ax = plots.plot_action_survival(table[["owner", *low.columns.drop("priority")]])
    assert {note.partition(" (")[0] for note in notes(ax)} == {f"team {n}" for n in range(8, 13)}
    assert "2 smaller groups not shown" in plots.alt_text(ax)


def test_start_hours_have_a_cell_an_hour_of_a_weekday_with_their_sums_next_to(hours: pd.DataFrame) -> None:
    ax = plots.plot_start_hours(hours)
    cells, above, beside = panels(ax)
    assert [(text.xy, text.get_text()) for text in cells.texts] == [((14.5, 1.5), "2"), ((23.5, 6.5), "1")]
    assert [cell.get_xy() for cell in cells.patches[1:]] == [(14, 1), (23, 6)]
    assert {i: bar.get_height() for i, bar in enumerate(above.patches) if bar.get_height()} == {14: 2, 23: 1}
    assert bars(beside) == [0, 2, 0, 0, 0, 0, 1]
    assert notes(beside) == ["2", "1"]
    assert (cells.get_ylim(), beside.get_ylim()) == ((7, 0), (7, 0))
    assert plots.alt_text(ax) == (
        "No pattern by hour or weekday can be shown: 3 incidents are too few; at least 10 are needed. Incidents by "
        "weekday and hour of the day (Europe/London), n = 3; bars: sums; 1 more have no recorded time. "
        "Tuesday 14:00: 2; Sunday 23:00: 1."
    )


def test_two_incidents_are_no_peak(hours: pd.DataFrame) -> None:
    """The darkest shade and the longest bar are kept for more."""
    cells, above, _ = panels(plots.plot_start_hours(hours))
    darkest, lightest = (to_hex(cell.get_facecolor()) for cell in cells.patches[1:])
    assert lightest == drawing.BLUES[0]
    assert darkest not in {drawing.BLUES[0], drawing.BLUES[-1]}
    assert above.get_ylim() == (0, 4)


EVERY_PLOT = {
    "plot_control_chart": "chart",
    "plot_action_survival": "curve",
    "plot_availability": "sla",
    "plot_budget_burn_down": "burn_down",
    "plot_response": "by_severity",
    "plot_response_trend": "by_quarter",
    "plot_severity_counts": "history",
    "plot_severity_rates": "rates",
    "plot_time_between": "gaps",
    "plot_start_hours": "hours",
}


def draw(name: str, table: pd.DataFrame, *, ax: Axes | None = None, **options: Any) -> Axes:
    needed: dict[str, Any] = options | ({"value": "n"} if name == "plot_control_chart" else {})
    if name == "plot_time_between":
        needed["between"] = mean_time_between(table, until=pd.Timestamp("2026-01-01", tz="UTC"))
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
    assert plots.alt_text(ax).startswith(("No ", "The ", "Time between incidents is not known"))


@pytest.mark.parametrize("name", EVERY_PLOT)
def test_every_plot_refuses_a_table_of_another_kind(name: str) -> None:
    with pytest.raises(ColumnsError, match="missing; the frame has incident_id"):
        draw(name, pd.DataFrame({"incident_id": ["INC-1"]}))


@pytest.mark.parametrize("width", [drawing.WIDE, drawing.NARROW])
@pytest.mark.parametrize(("name", "fixture"), EVERY_PLOT.items())
def test_every_plot_can_be_read_on_a_wide_and_on_a_narrow_page(
    name: str, fixture: str, width: int, request: pytest.FixtureRequest
) -> None:
    """Nothing reaches beyond the figure, no text is on another one or smaller than 11 pixels, all colours are known."""
    ax = draw(name, request.getfixturevalue(fixture), width=width)
    figure = ax.figure
    assert has_data(ax)
    assert round(72 * figure.get_figwidth()) == width
    assert stays_inside(figure)
    (drawing_of_it, *_) = re.findall("<svg.*?</svg>", plots.shown_plot(ax).html)
    boxes: list[tuple[str, Bbox]] = []
    for look, words in re.findall(r"<text ([^>]*)>([^<]*)", drawing_of_it):
        at = dict(re.findall(r'([\w-]+)="([^"]*)"', look))
        size = float(at.get("font-size", 13))
        assert size >= 11
        wide = drawing.text_width(unescape(words), size=size, weight=at.get("font-weight", "normal"))
        left = float(at["x"]) - wide * {"middle": 0.5, "end": 1}.get(at.get("text-anchor", ""), 0)
        box = Bbox.from_extents(left, float(at["y"]) - 0.7 * size, left + wide, float(at["y"]))
        assert not [other for other, there in boxes if box.overlaps(there)], words
        boxes.append((words, box))
    assert boxes
    assert set(re.findall('"(#[0-9a-f]{6})"', drawing_of_it)) <= drawing.PALETTE


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("plot_response", summary("service", ("API", 0, None, None, None))),
        ("plot_response_trend", summary("period", ("2025Q3", 0, None, None, None))),
        ("plot_severity_counts", {"period": ["2025-07"], "severity": pd.Series(["SEV-1"], dtype=SEVERITY), "n": [0]}),
    ],
)
def test_a_plot_with_nothing_to_see_is_shown_as_its_sentence(name: str, table: dict[str, object]) -> None:
    shown = plots.shown_plot(getattr(plots, name)(pd.DataFrame(table)))
    assert shown.html.startswith("<p>No ")
    assert shown.pictures == {}
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("name", "fixture", "sentence"),
    [
        (
            "plot_budget_burn_down",
            "burn_down",
            "The error budget of Search can't be judged: some outages have no known end.",
        ),
        ("plot_start_hours", "hours", "No incident has a recorded start time."),
        ("plot_action_survival", "curve", "No action item with recorded dates was followed for 30 days."),
    ],
)
def test_a_figure_of_nothing_is_shown_as_its_sentence(
    name: str, fixture: str, sentence: str, request: pytest.FixtureRequest
) -> None:
    table = request.getfixturevalue(fixture)
    nothing = {
        "hours": lambda: table.assign(n=0),
        "burn_down": lambda: table[table["service"] == "Search"],
        "curve": lambda: table.iloc[[0]].assign(n=0, **dict.fromkeys(SURVIVAL, pd.array([None], dtype="Float64"))),
    }
    shown = plots.shown_plot(getattr(plots, name)(nothing.get(fixture, lambda: table.iloc[:0])()))
    assert unescape(shown.html).replace("\xa0", " ") == f"<p>{sentence}</p>"


HOSTILE = ["خدمة الدفع", "支払いサービス", "$\\frac{$ & $", "<script>alert(1)</script>", "long name " * 30, "x" * 300]


@pytest.mark.parametrize("name", HOSTILE, ids=["arabic", "japanese", "dollars", "script", "words", "letters"])
def test_any_name_is_shown_whole_in_words_and_inside_the_figure(name: str) -> None:
    """A character that no font has is a box in the picture, never a warning, which here would be an error."""
    by_service = summary("service", (name, 4, 60, None, None), ("API", 6, 30, 10, 90))
    severity = pd.Categorical([name], [name], ordered=True)
    rates = pd.DataFrame({"period": ["2025-07"], "severity": severity, "n": 1, "rate": 1.0, "rate_low": 0.1})
    rates["dispersion"] = pd.array([None], dtype="Float64")
    for ax in (
        plots.plot_response(by_service),
        plots.plot_severity_rates(rates.assign(rate_high=5.0)),
    ):
        assert stays_inside(ax.figure)
        assert name in plots.alt_text(ax)


def test_a_line_that_begins_with_arabic_still_runs_from_left_to_right() -> None:
    ax = plots.plot_response(summary("service", ("خدمة الدفع", 4, 60, None, None)))
    assert labels(ax) == ["\u200eخدمة الدفع  (n = 4)"]
    assert ax.figure.get_suptitle().replace("\xa0", " ") == ("\u200eMedian time to restore: خدمة الدفع 1h (n = 4).")


def test_a_figure_that_cannot_be_drawn_is_closed(history: pd.DataFrame) -> None:
    with pytest.raises(UnknownNameError):
        plots.plot_severity_counts(history, highlight=["2025Q3"])
    assert plt.get_fignums() == []


NAMES = ["$\\frac{$", "<script>alert(1)</script>", "a service of many words " * 12, "x" * 300]


@pytest.mark.parametrize("name", NAMES, ids=["formula", "markup", "many words", "long word"])
def test_any_name_fits_and_is_no_formula(name: str, request: pytest.FixtureRequest) -> None:
    for plot, fixture, column in (
        ("plot_availability", "sla", "service"),
        ("plot_budget_burn_down", "burn_down", "service"),
        ("plot_action_survival", "curve", "priority"),
    ):
        table = request.getfixturevalue(fixture)
        first = table[column].iloc[0]
        table = table.assign(**{column: table[column].astype(object).where(table[column] != first, name)})
        figure = getattr(plots, plot)(table).figure
        figure.draw_without_rendering()
        drawn, width = figure.get_tightbbox(), figure.get_figwidth()
        assert drawn.x0 > -0.01, plot
        assert drawn.x1 < width + 0.01, plot


@pytest.mark.parametrize("n", [1, 5, 16])
def test_any_number_of_services_fits(n: int, sla: pd.DataFrame, burn_down: pd.DataFrame) -> None:
    services = [f"service {i} of {n}" for i in range(n)]
    frontend = burn_down[burn_down["service"] == "Frontend"]
    curves = pd.concat([frontend.assign(service=service) for service in services], ignore_index=True)
    rows = pd.concat([sla.head(1).assign(service=service) for service in services], ignore_index=True)
    for figure in (plots.plot_budget_burn_down(curves).figure, plots.plot_availability(rows).figure):
        figure.draw_without_rendering()
        drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        assert min(drawn.x0, drawn.y0) > -0.01
        assert drawn.x1 < width + 0.01
        assert drawn.y1 < height + 0.01
        assert height < 9


@examples(50)
@given(
    words=st.lists(st.sampled_from(["of", "the", "incidents", "checkout-service", "1h", "i"]), min_size=1),
    room=st.integers(10, 400),
)
def test_a_line_takes_all_the_words_that_fit(words: list[str], room: int) -> None:
    def width(some: list[str]) -> float:
        return drawing.text_width(" ".join(some), size=drawing.SMALL)

    lines: list[list[str]] = []
    for word in words:
        if lines and width([*lines[-1], word]) <= room:
            lines[-1].append(word)
        else:
            lines.append([word])
    expected = [drawing.fit(" ".join(line), room, size=drawing.SMALL) for line in lines]
    assert drawing.wrap(" ".join(words), room, size=drawing.SMALL, most=1000) == "\n".join(expected)
