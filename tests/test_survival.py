from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.survival import kaplan_meier, survival_quantile

FREIREICH = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]


RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_freireichs_remissions_have_their_published_curve() -> None:
    """Weeks of remission under 6-MP: E. J. Freireich et al., Blood 21 (1963) 699-716."""
    curve = kaplan_meier(FREIREICH, RELAPSED)
    events = curve[curve["events"] > 0].reset_index(drop=True)
    expected = pd.DataFrame(
        {
            "time": [6, 7, 10, 13, 16, 22, 23],
            "at_risk": [21, 17, 15, 12, 11, 7, 6],
            "events": [3, 1, 1, 1, 1, 1, 1],
            "survival": [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482],
        }
    )
    assert_frame_equal(events.drop(columns=["low", "high"]), expected, atol=5e-5)
    # R's survfit(conf.type = "log-log") on the same data.
    assert events["low"].to_numpy() == pytest.approx([0.620, 0.563, 0.503, 0.432, 0.368, 0.268, 0.188], abs=5e-4)
    assert events["high"].to_numpy() == pytest.approx([0.952, 0.923, 0.889, 0.849, 0.805, 0.747, 0.680], abs=5e-4)


def test_the_median_of_freireichs_remissions_is_23_weeks_with_a_lower_limit_of_13() -> None:
    """The upper limit is not reached: most still were in remission when they were last seen."""
    assert survival_quantile(kaplan_meier(FREIREICH, RELAPSED), 0.5) == (23, 13, None)
    assert survival_quantile(kaplan_meier(FREIREICH, RELAPSED), 0.9) == (None, None, None)


def test_a_curve_keeps_spans_as_spans() -> None:
    spans = pd.Series(pd.to_timedelta(["2h", "1h"])).astype("timedelta64[us]")
    curve = kaplan_meier(spans, [True, True])
    assert curve["time"].tolist() == [pd.Timedelta("1h"), pd.Timedelta("2h")]
    assert survival_quantile(curve, 0.5)[0] == pd.Timedelta("1h")
    assert survival_quantile(curve, 0.5, midpoint=True)[0] == pd.Timedelta("90min")


def test_the_middle_is_between_two_that_ended_whoever_was_last_seen_in_between() -> None:
    """Half are over at 2; the next one ends at 5, and it does not matter that one was seen until 3."""
    curve = kaplan_meier([1, 2, 3, 5], [True, True, False, True])
    assert survival_quantile(curve, 0.5)[0] == 2
    assert survival_quantile(curve, 0.5, midpoint=True)[0] == 3.5
    none_after = kaplan_meier([1, 2, 3, 5], [True, True, False, False])
    assert survival_quantile(none_after, 0.5, midpoint=True)[0] is None


def test_nothing_ended_leaves_the_curve_at_one_and_nothing_at_all_leaves_it_empty() -> None:
    curve = kaplan_meier([4, 2], [False, False])
    expected = pd.DataFrame(
        {"time": [2, 4], "at_risk": [2, 1], "events": [0, 0], "survival": 1.0, "low": math.nan, "high": math.nan}
    )
    assert_frame_equal(curve, expected)
    assert kaplan_meier([], []).empty
    assert survival_quantile(kaplan_meier([], []), 0.5) == (None, None, None)


def test_where_all_or_none_last_longer_there_is_no_interval() -> None:
    """Nothing has ended by 1, nothing lasts longer than 4; of three, one ends at 2 and leaves two thirds."""
    curve = kaplan_meier([1, 2, 3, 4], [False, True, False, True])
    assert curve["survival"].tolist() == pytest.approx([1, 2 / 3, 2 / 3, 0])
    assert curve["low"].isna().tolist() == curve["high"].isna().tolist() == [True, False, False, True]


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40))
@examples(50)
def test_a_curve_falls_within_its_interval_from_all_that_were_there(rows: list[tuple[int, bool]]) -> None:
    times, observed = zip(*rows, strict=True)
    curve = kaplan_meier(times, observed)
    assert curve["at_risk"].iloc[0] == len(rows)
    assert curve["events"].sum() == sum(observed)
    assert curve["survival"].is_monotonic_decreasing
    known = curve.dropna()
    assert ((known["low"] <= known["survival"]) & (known["survival"] <= known["high"])).all()


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
@examples(50)
def test_without_censoring_the_curves_quantiles_are_those_of_the_values(values: list[int]) -> None:
    """The usual median, and the smallest value that 90% stay within: of 10 the ninth, of 11 the tenth."""
    curve = kaplan_meier(values, [True] * len(values))
    assert survival_quantile(curve, 0.5, midpoint=True)[0] == np.median(values)
    assert survival_quantile(curve, 0.9)[0] == sorted(values)[-(-9 * len(values) // 10) - 1]
