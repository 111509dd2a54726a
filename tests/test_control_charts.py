from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import at, call, ratios, spans
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal
from scipy import stats

from incident_analytics.analysis.control_charts import control_chart
from incident_analytics.analysis.gaps import time_between
from incident_analytics.analysis.severity import severity_counts
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.tables import make_table

FLAGS = ["beyond_limits", "three_of_four", "eight_in_a_row", "range_beyond_limit"]
FIGURES = ["center", "lower", "upper", "moving_range", "range_limit"]


def flags(*values: bool | None) -> pd.Series:
    return pd.Series(list(values), dtype="boolean")


def chart_of(values: Sequence[float | None], kind: str = "xmr") -> pd.DataFrame:
    return call(control_chart, pd.DataFrame({"value": ratios(*values)}), value="value", kind=kind)


def test_xmr_of_the_published_example() -> None:
    """10, 50, 40, 30 with D. J. Wheeler's constants 2.66 and 3.268: mean 32.5, limits 85.7 and -20.7, ranges 65.36."""
    expected = pd.DataFrame(
        {
            "value": ratios(10, 50, 40, 30),
            "n_points": [4] * 4,
            "center": ratios(*[32.5] * 4),
            "lower": ratios(*[-20.7] * 4),
            "upper": ratios(*[85.7] * 4),
            "moving_range": ratios(None, 40, 10, 10),
            "range_limit": ratios(*[65.36] * 4),
            "beyond_limits": flags(*[False] * 4),
            "three_of_four": flags(*[False] * 4),
            "eight_in_a_row": flags(*[False] * 4),
            "range_beyond_limit": flags(None, False, False, False),
        }
    )
    assert_frame_equal(chart_of([10, 50, 40, 30]), expected)


def test_spans_are_charted_as_spans_and_missing_ones_are_passed_over() -> None:
    table = pd.DataFrame({"incident_id": list("abcde"), "restore": spans("10min", None, "50min", "40min", "30min")})
    chart = call(control_chart, table, value="restore")
    assert_frame_equal(chart[["incident_id", "restore"]], table)
    assert chart["n_points"].tolist() == [4] * 5
    assert_frame_equal(
        chart[FIGURES],
        pd.DataFrame(
            {
                "center": spans(*["32.5min"] * 5),
                "lower": spans(*["-20.7min"] * 5),
                "upper": spans(*["85.7min"] * 5),
                "moving_range": spans(None, None, "40min", "10min", "10min"),
                "range_limit": spans(*["65.36min"] * 5),
            }
        ),
    )
    assert chart["beyond_limits"].isna().tolist() == [False, True, False, False, False]


def test_a_point_beyond_the_limits_and_the_jumps_to_it_and_from_it_are_marked() -> None:
    """Mean 11.5, mean range 120 / 39: the limits are 11.5 ± 8.18, the range limit 10.06."""
    values = [10.0] * 20 + [70.0] + [10.0] * 19
    chart = chart_of(values)
    assert chart["upper"].tolist() == pytest.approx([11.5 + 2.66 * 120 / 39] * 40)
    assert np.flatnonzero(chart["beyond_limits"]).tolist() == [20]
    assert np.flatnonzero(chart["range_beyond_limit"].fillna(value=False)).tolist() == [20, 21]


def test_a_point_below_the_lower_limit_is_beyond_as_well() -> None:
    assert np.flatnonzero(chart_of([-value for value in [10.0] * 20 + [70.0] + [10.0] * 19])["beyond_limits"]) == [20]


@pytest.mark.parametrize(("length", "marked"), [(7, 0), (8, 16), (9, 18)])
def test_eight_in_a_row_on_one_side_are_marked_and_seven_are_not(length: int, marked: int) -> None:
    chart = chart_of([1, 2] * (length // 2) + [1] * (length % 2) + [9, 8] * (length // 2) + [9] * (length % 2))
    assert chart["eight_in_a_row"].sum() == marked


def test_a_point_on_the_center_ends_a_run() -> None:
    chart = chart_of([1, 1, 1, 1, 5, 1, 1, 1, 1, 9, 9, 9, 9, 5, 9, 9, 9, 9])
    assert chart["center"].tolist() == pytest.approx([5] * 18)
    assert not chart["eight_in_a_row"].any()


def test_a_run_goes_on_over_a_missing_value() -> None:
    chart = chart_of([1, 2, 1, 2, None, 1, 2, 1, 2, 9, 8, 9, 8, 9, 8, 9])
    assert chart["eight_in_a_row"].tolist() == [True] * 4 + [pd.NA] + [True] * 4 + [False] * 7


def test_three_of_four_nearer_to_a_limit_than_to_the_center_are_marked() -> None:
    """Center 4 / 30, mean range 60 / 29: nearer to a limit above 2.88 and below -2.62. Below there are only two."""
    chart = chart_of([1, -1] * 10 + [3, 4, 1, 3, 1, -1, -3, -4, -1, 1])
    assert chart["center"].tolist() == pytest.approx([4 / 30] * 30)
    assert chart["range_limit"].tolist() == pytest.approx([3.268 * 60 / 29] * 30)
    assert np.flatnonzero(chart["three_of_four"]).tolist() == [20, 21, 23]
    downwards = chart_of([-1, 1] * 10 + [-3, -4, -1, -3, -1, 1, 3, 4, 1, -1])
    assert np.flatnonzero(downwards["three_of_four"]).tolist() == [20, 21, 23]


def test_points_near_opposite_limits_do_not_add_up() -> None:
    chart = chart_of([0, 0.1, 0, -0.1] * 6 + [1.1, 1.1, -1.1, -1.1])
    assert (chart["value"].abs() > chart["upper"] / 2).sum() == 4
    assert not chart["three_of_four"].any()


def test_the_g_chart_of_counts_between_incidents() -> None:
    """Mean 12: 12 ± 3 sqrt(12 * 13) = 12 ± 37.47; the moving range tells nothing of a geometric distribution."""
    chart = chart_of([0, 3, 8, 5, 60, 2, 6], "g")
    assert chart["center"].tolist() == [12] * 7
    assert chart["upper"].tolist() == pytest.approx([49.469988] * 7)
    assert chart["lower"].tolist() == pytest.approx([-25.469988] * 7)
    assert chart["beyond_limits"].tolist() == [False, False, False, False, True, False, False]
    assert chart[["moving_range", "range_limit", "three_of_four", "range_beyond_limit"]].isna().all(axis=None)


def test_the_run_of_a_g_chart_is_about_the_median() -> None:
    """Nine in a row are below the mean of 12, but on both sides of the median of 4."""
    values = [3, 5, 3, 5, 3, 5, 3, 5, 3, 50, 47]
    chart = chart_of(values, "g")
    assert chart["center"].tolist() == [12] * 11
    assert not chart["eight_in_a_row"].any()
    assert chart_of([3, 2, 3, 1, 3, 2, 3, 3, 5, 9, 6, 5, 8, 9, 6, 7], "g")["eight_in_a_row"].all()


def test_the_t_chart_is_an_xmr_of_roots_taken_back() -> None:
    """Roots 4, 6, 5, 5: mean 5, mean range 1, limits 5 ± 2.66."""
    chart = chart_of([root**3.6 for root in (4, 6, 5, 5)], "t")
    assert chart["center"].tolist() == pytest.approx([5**3.6] * 4)
    assert chart["lower"].tolist() == pytest.approx([2.34**3.6] * 4)
    assert chart["upper"].tolist() == pytest.approx([7.66**3.6] * 4)
    assert chart[["moving_range", "range_limit", "range_beyond_limit"]].isna().all(axis=None)


def test_a_t_chart_without_room_below_has_no_lower_limit() -> None:
    """Roots 1, 5, 3: mean 3, mean range 3, 3 - 7.98 is below 0."""
    chart = call(
        control_chart,
        pd.DataFrame({"gap": pd.to_timedelta([root**3.6 for root in (1, 5, 3)], unit="h").astype("timedelta64[us]")}),
        value="gap",
        kind="t",
    )
    assert chart["lower"].isna().all()
    # The roots of hours are 3600 ** (1 / 3.6) smaller than those of seconds: the limits have no unit.
    assert (chart["upper"] / pd.Timedelta(hours=1)).tolist() == pytest.approx([10.98**3.6] * 3)
    assert chart["beyond_limits"].tolist() == [False] * 3


def test_a_long_silence_shows_in_the_charts_of_rare_incidents() -> None:
    """Incidents a day apart, then one after 90 days: seen by both charts, and traced to its incident."""
    days = [*range(20), 110, 111]
    incidents = make_table(
        "incidents",
        {
            "incident_id": [f"INC-{day:03}" for day in days],
            "occurred_at": [at("2025-01-01T09:00") + pd.Timedelta(days=day) for day in days],
        },
    )
    gaps = time_between(incidents)
    for value, kind in (("gap", "t"), ("n_days", "g")):
        chart = call(control_chart, gaps, value=value, kind=kind)
        assert chart.loc[chart["beyond_limits"].fillna(value=False), "incident_id"].tolist() == ["INC-110"]
        assert chart["beyond_limits"].isna().tolist() == [True] + [False] * 21
        assert chart["n_points"].tolist() == [21] * 22


def test_counts_by_period_are_charted_next_to_their_incidents() -> None:
    incidents = make_table(
        "incidents",
        {
            "incident_id": ["a", "b", "c"],
            "occurred_at": ["2025-07-01T00:00Z", "2025-09-01T00:00Z", "2025-09-02T00:00Z"],
            "severity": ["SEV-1"] * 3,
        },
    )
    counts = severity_counts(incidents, members=True)
    chart = call(control_chart, counts[counts["severity"] == "SEV-1"], value="n", kind="xmr")
    assert chart["n"].tolist() == [1, 0, 2]
    assert chart["incident_ids"].tolist() == [("a",), (), ("b", "c")]
    assert chart["upper"].tolist() == pytest.approx([1 + 2.66 * 1.5] * 3)


def months(*counts: int | None, days: Sequence[float | None] = ()) -> pd.DataFrame:
    table = pd.DataFrame({"n": pd.array(list(counts), dtype="Int64")})
    return table.assign(exposure=spans(*(None if day is None else f"{day}D" for day in days))) if days else table


def test_a_count_is_beyond_the_limits_where_it_is_rare_given_all_of_them() -> None:
    """37 in 6 equal months: each is binomial with a sixth. 0.05 / 12 is left beyond 1 and beyond 13."""
    chart = call(control_chart, months(4, 2, 6, 3, 17, 5), value="n")
    tail = 0.05 / 12
    assert stats.binom.sf(13, 37, 1 / 6) <= tail < stats.binom.sf(12, 37, 1 / 6)
    assert stats.binom.cdf(0, 37, 1 / 6) <= tail < stats.binom.cdf(1, 37, 1 / 6)
    expected = months(4, 2, 6, 3, 17, 5).assign(
        n_points=6,
        center=ratios(*[37 / 6] * 6),
        lower=ratios(*[1] * 6),
        upper=ratios(*[13] * 6),
        moving_range=ratios(*[None] * 6),
        range_limit=ratios(*[None] * 6),
        beyond_limits=flags(False, False, False, False, True, False),
        three_of_four=flags(*[None] * 6),
        eight_in_a_row=flags(*[None] * 6),
        range_beyond_limit=flags(*[None] * 6),
        dispersion=ratios(*[None] * 6),
    )
    assert_frame_equal(chart, expected)


def test_a_part_of_a_month_is_judged_by_its_length() -> None:
    """Ten a month, and six in the three days that have passed of the last one: as a whole month that is usual."""
    counts, days = [10, 12, 9, 11, 10, 8, 12, 9, 10, 11, 10, 6], [30.0] * 11 + [3.0]
    chart = call(control_chart, months(*counts, days=days), value="n")
    assert chart["center"].tolist()[-2:] == pytest.approx([118 * 30 / 333, 118 * 3 / 333])
    assert chart["beyond_limits"].tolist() == [False] * 11 + [True], "six in three days are too many"
    assert not call(control_chart, months(*counts), value="n")["beyond_limits"].any()
    quiet = call(control_chart, months(*counts[:-1], 1, days=days), value="n")
    assert not quiet["beyond_limits"].any(), "one in three days is as many as ten in a month"
    assert call(control_chart, months(*counts[:-1], 1), value="n")["beyond_limits"].tolist() == [False] * 11 + [True]


def test_months_without_a_count_or_without_a_length_are_passed_over() -> None:
    with_gaps = months(4, None, 2, 6, 3, 17, 9, 5, days=[30, 30, 30, 30, 30, 30, None, 30])
    chart = call(control_chart, with_gaps, value="n")
    assert chart["n_points"].tolist() == [6] * 8
    assert chart["beyond_limits"].isna().tolist() == [False, True, False, False, False, False, True, False]
    assert chart[["center", "lower", "upper"]].isna().all(axis=1).tolist() == chart["beyond_limits"].isna().tolist()
    known = call(control_chart, months(4, 2, 6, 3, 17, 5), value="n")
    there = chart[chart["beyond_limits"].notna()].reset_index(drop=True).drop(columns="exposure")
    assert_frame_equal(there, known)


def test_few_incidents_have_no_limit_that_one_month_could_be_beyond() -> None:
    """Even both of 2 in one of 12 months have a chance of 1 / 144, above 0.05 / 24."""
    chart = call(control_chart, months(2, *[0] * 11), value="n")
    assert chart[["lower", "upper"]].isna().all(axis=None)
    assert chart["beyond_limits"].tolist() == [False] * 12
    assert not call(control_chart, months(*[0] * 12), value="n")["beyond_limits"].any()
    one = call(control_chart, months(5), value="n")
    assert one["center"].tolist() == [5]
    assert one[["lower", "upper", *FLAGS]].isna().all(axis=None)
    assert call(control_chart, months(), value="n").empty


def test_limits_of_counts_allow_for_their_dispersion() -> None:
    table = months(4, 2, 6, 3, 17, 5)
    assert call(control_chart, table, value="n", dispersion=1.0)["beyond_limits"].sum() == 1
    wider = call(control_chart, table, value="n", dispersion=2.5)
    assert wider["beyond_limits"].sum() == 0
    assert (wider["upper"] >= 17).all()
    assert wider["dispersion"].tolist() == [2.5] * 6
    past = pd.DataFrame({"n_periods": [9], "dispersion": ratios(2.5)})
    estimated = call(control_chart, table, value="n", dispersion=past)
    assert (estimated["upper"] > wider["upper"]).all(), "an estimate is less certain than a known value"


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([3, 28, 30, 31])), min_size=2, max_size=24),
    st.sampled_from([None, 2.0]),
)
@examples(30)
def test_a_count_is_beyond_its_limits_just_where_its_binomial_tail_is_small(
    drawn: list[tuple[int, int]], dispersion: float | None
) -> None:
    counts, days = (list(values) for values in zip(*drawn, strict=True))
    chart = control_chart(months(*counts, days=days), value="n", dispersion=dispersion)
    total, tail = sum(counts), 0.025 / len(counts)
    for n, length, row in zip(counts, days, chart.to_dict("records"), strict=True):
        share = length / sum(days)
        if dispersion is None:
            chance = min(stats.binom.cdf(n, total, share), stats.binom.sf(n - 1, total, share))
            if abs(chance - tail) > 1e-12:
                assert row["beyond_limits"] == (chance <= tail)
        assert row["beyond_limits"] == bool(
            (pd.notna(row["upper"]) and n > row["upper"]) or (pd.notna(row["lower"]) and n < row["lower"])
        )
        assert row["center"] == pytest.approx(total * share)


def test_of_charts_of_counts_where_nothing_changed_hardly_any_has_a_signal() -> None:
    """80 Poisson histories: at most 5% of charts of counts have a signal; an XmR of every fourth in 15% or more."""
    draw = np.random.default_rng(11)
    histories = [draw.poisson(mean, 18) for mean in (1, 2, 6, 12) for _ in range(20)]
    n_signals = {
        kind: sum(
            bool(control_chart(months(*counts), value="n", kind=kind)[FLAGS].fillna(value=False).any(axis=None))
            for counts in some
        )
        for kind, some in (("counts", histories), ("xmr", histories[::4]))
    }
    assert n_signals["counts"] <= 4
    assert n_signals["xmr"] >= 3


@pytest.mark.parametrize("kind", ["xmr", "g", "t"])
def test_a_range_takes_two_points(kind: str) -> None:
    """Two points are judged, a single one is not."""
    one, two = chart_of([3, None], kind), chart_of([3, 5], kind)
    assert one["beyond_limits"].isna().all()
    assert two["beyond_limits"].tolist() == [False, False]


@pytest.mark.parametrize("kind", ["xmr", "g", "t"])
def test_fewer_than_two_points_have_no_limits(kind: str) -> None:
    empty = chart_of([], kind)
    assert empty.empty
    assert empty[FLAGS].dtypes.eq("boolean").all()
    unknown = chart_of([None, None], kind)
    assert unknown["n_points"].tolist() == [0, 0]
    assert unknown[[*FIGURES, *FLAGS]].isna().all(axis=None)
    one = chart_of([None, 4], kind)
    assert one["n_points"].tolist() == [1, 1]
    assert one["center"].tolist() == pytest.approx([4, 4])
    assert one[[*FIGURES[1:], *FLAGS]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("table", "arguments", "error", "message"),
    [
        (pd.DataFrame({"n": [1]}), {"value": "gap"}, ColumnsError, "column 'gap' is missing; the frame has n"),
        (
            pd.DataFrame({"n": [1]}),
            {"value": "n", "kind": "c"},
            UnknownNameError,
            "kind 'c' is not one of counts, xmr, g, t",
        ),
        (
            pd.DataFrame({"n": [1.5]}),
            {"value": "n"},
            ColumnsError,
            "a chart of counts is of whole numbers from 0, and value 'n' has others; write kind='xmr'",
        ),
        (
            pd.DataFrame({"gap": spans("1h")}),
            {"value": "gap", "kind": "counts"},
            ColumnsError,
            "a chart of counts is of whole numbers from 0, and value 'gap' has others; write kind='xmr'",
        ),
        (
            pd.DataFrame({"n": [1, 2]}),
            {"value": "n", "dispersion": pd.DataFrame({"n_periods": [9, 9], "dispersion": [1, 2]})},
            ColumnsError,
            "dispersion has 2 rows, and one is needed",
        ),
        (
            pd.DataFrame({"severity": ["SEV-1"]}),
            {"value": "severity"},
            ColumnsError,
            "value 'severity' is str, neither numbers nor spans",
        ),
        (
            pd.DataFrame({"gap": spans("1h")}),
            {"value": "gap", "kind": "g"},
            ColumnsError,
            "a g-chart is of counts, and value 'gap' is timedelta64[us]; chart n_days, or gap as a t-chart",
        ),
        (
            pd.DataFrame({"gap": spans("-1h")}),
            {"value": "gap", "kind": "t"},
            ColumnsError,
            "a t-chart is of what lies between incidents, and value 'gap' has negatives",
        ),
    ],
)
def test_what_cannot_be_charted_is_named(
    table: pd.DataFrame, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        control_chart(table, **arguments)
    assert str(caught.value) == message


def test_false_signals_are_as_rare_as_said() -> None:
    """20,000 exponential gaps at a steady rate: the t-chart marks 0.1%, an XmR of the gaps themselves above 2%."""
    gaps = np.random.default_rng(7).exponential(size=20_000)
    assert chart_of(gaps, "t")["beyond_limits"].mean() < 0.002
    assert 0.02 < chart_of(gaps)["beyond_limits"].mean() < 0.03
    days = np.random.default_rng(8).geometric(0.1, 20_000) - 1
    assert 0.01 < chart_of(days, "g")["beyond_limits"].mean() < 0.025
    normal = np.random.default_rng(9).normal(size=20_000)
    assert 0.001 < chart_of(normal)["beyond_limits"].mean() < 0.005


NUMBERS = st.lists(st.none() | st.integers(-(10**6), 10**6), min_size=2, max_size=30)


@given(NUMBERS, st.integers(-(10**6), 10**6), st.integers(1, 1000))
@examples(20)
def test_shifting_and_scaling_moves_the_limits_and_changes_no_flag(
    values: list[int | None], shift: int, factor: int
) -> None:
    chart = chart_of(values)
    moved = chart_of([None if value is None else factor * value + shift for value in values])
    assert_frame_equal(moved[FLAGS], chart[FLAGS])
    for name in ("center", "lower", "upper"):
        assert_frame_equal(moved[[name]], factor * chart[[name]] + shift, rtol=1e-9, atol=1e-3)


@given(st.floats(0.001, 1e6), st.integers(2, 20), st.sampled_from(["xmr", "g", "t"]))
@examples(40)
def test_what_never_varies_signals_nothing(value: float, n: int, kind: str) -> None:
    """Also where the mean of the same numbers differs from them in the last digit."""
    chart = chart_of([value] * n, kind)
    assert not chart[FLAGS].fillna(value=False).any(axis=None)


@given(NUMBERS)
@examples(20)
def test_points_without_a_value_change_nothing_for_the_others(values: list[int | None]) -> None:
    chart = chart_of(values)
    known = [value for value in values if value is not None]
    without = chart_of(known)
    there = chart[chart["value"].notna()].reset_index(drop=True)
    assert_frame_equal(there, without)


def test_two_counts_have_the_limits_of_a_g_chart() -> None:
    """The mean is 3, and 3 times the root of 3 * 4 is 10.392."""
    chart = chart_of([4, 2], "g")
    assert chart["center"].tolist() == [3, 3]
    assert chart[["lower", "upper"]].iloc[0].round(3).tolist() == [-7.392, 13.392]


@pytest.mark.parametrize("kind", ["xmr", "g", "t"])
def test_zeros_alone_signal_nothing(kind: str) -> None:
    chart = chart_of([0, 0, 0], kind)
    assert chart["beyond_limits"].tolist() == [False] * 3


def test_lengths_below_one_share_the_incidents_alike() -> None:
    """Four incidents in a quarter and three quarters of half a year: one and three were to be expected."""
    table = pd.DataFrame({"n": pd.Series([1, 3], dtype="int64"), "exposure": [0.125, 0.375]})
    chart = call(control_chart, table, value="n", kind="counts")
    assert chart["center"].tolist() == [1, 3]


def test_the_limits_of_a_t_chart_may_be_below_one() -> None:
    """Roots .4, .6, .5, .5: mean .5, mean range .1, limits .5 ± .266."""
    chart = chart_of([root**3.6 for root in (0.4, 0.6, 0.5, 0.5)], "t")
    assert chart["center"].tolist() == pytest.approx([0.5**3.6] * 4)
    assert chart["lower"].tolist() == pytest.approx([0.234**3.6] * 4)
    assert chart["upper"].tolist() == pytest.approx([0.766**3.6] * 4)
