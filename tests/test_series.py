"""Series beside the days before them."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import UTC, at, call, ratios, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.errors import ColumnsError, PeriodError
from incident_analytics.evidence.series import join_series, problem_table, series_rows, summarize_series

MINUTE = pd.Timedelta(minutes=1)
STARTED, RESTORED = at("2025-08-19 17:00"), at("2025-08-19 17:30")
INCIDENT = {"started_at": STARTED, "restored_at": RESTORED, "baseline_start": STARTED - pd.Timedelta(days=7)}


def rows(
    before: list[float] = (), during: list[float] = (), *, name: str = "errors", service: str | None = "API"
) -> pd.DataFrame:
    """Give values a minute each: the last of ``before`` a minute before the start, the first of ``during`` at it."""
    first = STARTED - len(before) * MINUTE
    times = pd.date_range(first, periods=len(before) + len(during), freq=MINUTE)
    return series_rows(name, service, None, times, [*before, *during])


def summary(**columns: object) -> pd.DataFrame:
    """Give the expected table: one series without a value, but for these columns."""
    nothing = {
        "name": texts("errors"),
        "service": texts("API"),
        "labels": texts(None),
        "unit": texts(None),
        "n": pd.Series([0], dtype="Int64"),
        "n_baseline": pd.Series([0], dtype="Int64"),
        "baseline": ratios(None),
        "baseline_low": ratios(None),
        "baseline_high": ratios(None),
        "direction": texts(None),
        "worst": ratios(None),
        "worst_at": pd.Series([pd.NaT], dtype=UTC),
        "at_restoration": ratios(None),
    }
    frame = pd.DataFrame(nothing)
    return frame.assign(**{name: pd.Series([value], dtype=frame.dtypes[name]) for name, value in columns.items()})


def test_each_figure_is_of_its_own_part_of_the_series() -> None:
    """The minute of the start is the incident's, and so is that of its end; what comes later is nobody's."""
    series = rows([1, 2, 4], [9, *[5] * 28, 20, 3, 50])
    expected = summary(
        n=31, n_baseline=3, baseline=2, direction="high", worst=20, worst_at=at("2025-08-19 17:29"), at_restoration=3
    )
    assert_frame_equal(call(summarize_series, series, **INCIDENT), expected)


def test_the_range_of_an_ordinary_day_takes_twenty_values() -> None:
    table = summarize_series(rows([float(i) for i in range(20)]), **INCIDENT)
    assert_frame_equal(table, summary(n_baseline=20, baseline=9.5, baseline_low=0.95, baseline_high=18.05))
    table = summarize_series(rows([float(i) for i in range(19)]), **INCIDENT)
    assert_frame_equal(table, summary(n_baseline=19, baseline=9))


def test_a_baseline_that_ends_early_keeps_out_what_went_wrong_before_the_start() -> None:
    series = rows([1, 1, 1, 9, 9, 9, 9], [20])
    end = {"baseline_end": STARTED - 4 * MINUTE}
    assert summarize_series(series, **INCIDENT, **end)[["n_baseline", "baseline"]].to_numpy().tolist() == [[3, 1]]


@pytest.mark.parametrize(
    ("values", "set_to", "direction", "worst"),
    [
        ([10, 19, 0], {}, "low", 0),
        ([10, 21, 0], {}, "high", 21),
        ([10, 20, 0], {}, "high", 20),  # as far either way
        ([10, 19, 0], {"errors": "high"}, "high", 19),
        ([10, 99, 0], {"errors": "low"}, "low", 0),
        ([10, 99, 0], {"other": "low"}, "high", 99),
    ],
)
def test_worst_lies_farthest_from_the_baseline_unless_set(
    values: list[float], set_to: dict[str, str], direction: str, worst: float
) -> None:
    table = summarize_series(rows([10, 10, 10], values), **INCIDENT, worst=set_to)
    assert table.loc[0, ["direction", "worst"]].tolist() == [direction, worst]


def test_of_equal_values_the_first_is_worst() -> None:
    table = summarize_series(rows([1], [2, 7, 3, 7]), **INCIDENT)
    assert table.loc[0, "worst_at"] == STARTED + MINUTE


def test_without_a_baseline_only_the_settings_say_what_is_worst() -> None:
    assert_frame_equal(summarize_series(rows([], [5, 7]), **INCIDENT), summary(n=2))
    expected = summary(n=2, direction="low", worst=5, worst_at=STARTED)
    assert_frame_equal(summarize_series(rows([], [5, 7]), **INCIDENT, worst={"errors": "low"}), expected)


def test_a_value_that_is_na_is_none() -> None:
    nan = float("nan")
    series = rows([1, nan, 3], [nan, 4, *[nan] * 40])
    expected = summary(n=1, n_baseline=2, baseline=2, direction="high", worst=4, worst_at=STARTED + MINUTE)
    assert_frame_equal(summarize_series(series, **INCIDENT), expected)
    assert_frame_equal(summarize_series(rows([nan], [nan]), **INCIDENT), summary())


def test_an_infinite_value_is_the_worst() -> None:
    table = summarize_series(rows([1, 1, 1], [2, float("inf"), 3]), **INCIDENT)
    assert table.loc[0, ["baseline", "worst"]].tolist() == [1, float("inf")]


@pytest.mark.parametrize(("last", "is_known"), [(24, False), (25, True), (30, True)])
def test_an_old_value_is_not_that_of_the_restoration(last: int, is_known: bool) -> None:
    """Five minutes, as Prometheus has it."""
    table = summarize_series(rows([1], list(range(last + 1))), **INCIDENT)
    assert table["at_restoration"].tolist() == [last if is_known else pd.NA]


def test_a_coarse_series_has_a_value_at_restoration_within_two_steps() -> None:
    times = pd.date_range(STARTED, periods=2, freq="15min")
    series = series_rows("errors", "API", None, times, [4, 5])
    late = INCIDENT | {"restored_at": at("2025-08-19 17:45")}
    assert summarize_series(series, **late)["at_restoration"].tolist() == [5]
    later = INCIDENT | {"restored_at": at("2025-08-19 17:46")}
    assert summarize_series(series, **later)["at_restoration"].tolist() == [pd.NA]


@pytest.mark.parametrize("restored", [None, pd.NaT])
def test_an_incident_that_is_not_over_lasts_to_the_last_value(restored: pd.Timestamp | None) -> None:
    table = summarize_series(rows([1], [*[2] * 60, 9]), **INCIDENT | {"restored_at": restored})
    expected = summary(n=61, n_baseline=1, baseline=1, direction="high", worst=9, worst_at=STARTED + 60 * MINUTE)
    assert_frame_equal(table, expected)


def test_a_window_outside_the_data_has_nothing_to_say() -> None:
    year = pd.Timedelta(days=365)
    later = {name: instant + year for name, instant in INCIDENT.items()}
    assert_frame_equal(summarize_series(rows([1, 2], [3]), **later), summary())


def test_series_are_kept_apart_and_keep_their_order_and_units() -> None:
    several = join_series(
        [
            rows([1], [2], name="latency", service="Frontend"),
            rows([1], [3], name="errors", service="API").assign(labels="code=500").astype({"labels": "str"}),
            rows([1], [4], name="errors", service=None),
        ]
    )
    table = summarize_series(several, **INCIDENT, units={"errors": "%", "other": "s"})
    expected = pd.DataFrame(
        {
            "name": texts("latency", "errors", "errors"),
            "service": texts("Frontend", "API", None),
            "labels": texts(None, "code=500", None),
            "unit": texts(None, "%", "%"),
            "worst": ratios(2, 3, 4),
        }
    )
    assert_frame_equal(table[list(expected.columns)], expected)


def test_no_series_is_an_empty_table() -> None:
    assert_frame_equal(call(summarize_series, join_series([]), **INCIDENT), summary().iloc[:0])


def test_what_is_no_series_is_refused() -> None:
    with pytest.raises(ColumnsError, match="column 'labels' is missing; the frame has name, service, at, value"):
        summarize_series(rows([1]).drop(columns="labels"), **INCIDENT)
    with pytest.raises(ColumnsError, match="started_at 2025-08-19 17:00:00 has no zone"):
        summarize_series(rows([1]), **INCIDENT | {"started_at": STARTED.tz_localize(None)})
    with pytest.raises(PeriodError, match="is empty"):
        summarize_series(rows([1]), **INCIDENT | {"baseline_start": RESTORED})


VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@examples(10)
@given(VALUES, VALUES, st.randoms())
def test_the_order_of_rows_does_not_matter(before: list[float], during: list[float], random: object) -> None:
    series = rows(before, during)
    order = list(series.index)
    random.shuffle(order)
    mixed = series.loc[order].reset_index(drop=True)
    assert_frame_equal(summarize_series(mixed, **INCIDENT), summarize_series(series, **INCIDENT))


@examples(25)
@given(VALUES, VALUES)
def test_no_value_of_the_incident_lies_farther_from_the_baseline(before: list[float], during: list[float]) -> None:
    (row,) = summarize_series(rows(before, during), **INCIDENT).itertuples()
    assert all(abs(value - row.baseline) <= abs(row.worst - row.baseline) for value in during)
    assert row.worst in during


def test_problems_that_repeat_are_reported_once() -> None:
    table = problem_table([("a", None, "x"), ("a", "API", "x"), ("a", None, "x")])
    expected = {"name": texts("a", "a"), "service": texts(None, "API"), "message": texts("x", "x")}
    assert_frame_equal(table, pd.DataFrame(expected))
    assert_frame_equal(problem_table([]), pd.DataFrame(expected).iloc[:0])
