from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from incident_analytics.analysis.statistics import (
    chance_of_gain,
    detectable_change,
    geometric_mean_interval,
    holm,
    kaplan_meier,
    log_test_power,
    mean_difference_interval,
    mean_interval,
    pearson_dispersion,
    quantile_interval,
    rate_interval,
    rate_ratio_p_value,
    rayleigh_p_value,
    survival_quantile,
    tail_probability,
    widened_p_value,
)

VALUES = st.lists(st.floats(min_value=0.1, max_value=1e6), max_size=60)

DAVIDOVIC = {
    # The mean and standard deviation of the time to restore in minutes, and the number of incidents.
    "A": (2 * 60 + 26, 5 * 60 + 16, 173),
    "B": (2 * 60 + 31, 5 * 60 + 1, 103),
    "C": (4 * 60 + 31, 6 * 60 + 53, 609),
}


@pytest.mark.parametrize(
    ("quantile", "least"), [(0.5, 6), (0.9, 36), (0.1, 36)], ids=["median", "p90", "its mirror image"]
)
def test_a_quantile_has_an_interval_from_its_least_number_of_values_on(quantile: float, least: int) -> None:
    assert np.isnan(quantile_interval(range(least - 1), quantile)).all()
    low, high = quantile_interval(range(least), quantile)
    assert 0 <= low < high <= least - 1
    assert np.isnan(quantile_interval([], quantile)).all()


@given(st.integers(min_value=1, max_value=300), st.sampled_from([0.5, 0.75, 0.9]))
@settings(deadline=None, max_examples=60)
def test_the_interval_of_a_quantile_errs_on_each_side_in_one_of_forty_cases_at_most(n: int, quantile: float) -> None:
    """How many of n values lie below the quantile is binomial: that gives the chance of either error exactly."""
    low, high = quantile_interval(range(n), quantile)
    if not math.isnan(low):
        below = stats.binom(n, quantile)
        assert below.cdf(low) <= 0.025 < below.cdf(low + 1)
        assert below.sf(high) <= 0.025 < below.sf(high - 1)


def test_the_interval_of_a_median_of_nine_is_the_second_to_the_eighth() -> None:
    assert quantile_interval([3, 1, 2, 5, 4, 9, 7, 8, 60], 0.5) == (2, 9)


def test_the_interval_of_a_mean_needs_twenty_values_that_vary() -> None:
    assert np.isnan(mean_interval(range(19))).all()
    low, high = mean_interval(range(20))
    assert low < 9.5 < high
    assert np.isnan(mean_interval([7] * 30)).all()
    assert np.isnan(mean_interval([0] * 29 + [1])).all()


@pytest.mark.parametrize(("n", "least"), [(20, 0.88), (100, 0.91)])
def test_the_interval_of_a_mean_of_skewed_spans_covers_it_where_the_t_interval_does_not(n: int, least: float) -> None:
    """Lognormal spans as those of incidents; the usual t interval covers it in 83% and 90% of cases."""
    samples = np.random.default_rng(1).lognormal(4.25, 1.25, (400, n))
    mean = math.exp(4.25 + 1.25**2 / 2)
    bounds = np.array([mean_interval(sample) for sample in samples])
    covered = ((bounds[:, 0] <= mean) & (mean <= bounds[:, 1])).mean()
    half = stats.t.ppf(0.975, n - 1) * samples.std(axis=1, ddof=1) / math.sqrt(n)
    by_t = (abs(samples.mean(axis=1) - mean) <= half).mean()
    assert covered >= least
    assert covered > by_t


def test_the_interval_of_a_geometric_mean_is_students_on_logarithms() -> None:
    """Logs 1 to 6 times ln 2: mean 3.5, standard deviation sqrt(3.5); t with 5 degrees of freedom is 2.5706."""
    half = 2.570582 * math.sqrt(3.5 / 6)
    expected = (2 ** (3.5 - half), 2 ** (3.5 + half))
    assert geometric_mean_interval([2, 4, 8, 16, 32, 64]) == pytest.approx(expected, rel=1e-6)
    assert np.isnan(geometric_mean_interval([2, 4, 8, 16, 32])).all()
    assert np.isnan(geometric_mean_interval([8] * 10)).all()


@given(VALUES, st.floats(min_value=0.01, max_value=100))
@settings(deadline=None, max_examples=30)
def test_another_unit_changes_no_interval_and_neither_does_the_order(values: list[float], unit: float) -> None:
    for interval in (mean_interval, geometric_mean_interval, lambda values: quantile_interval(values, 0.5)):
        once = interval(values)
        scaled = interval([value * unit for value in reversed(values)])
        assert scaled == pytest.approx([bound * unit for bound in once], rel=1e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("n", "low", "high"), [(0, 0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (5, 1.6235, 11.6683)]
)
def test_the_interval_of_a_rate_is_garwoods(n: int, low: float, high: float) -> None:
    """The exact limits of F. Garwood (1936), as handbooks tabulate them."""
    assert rate_interval(n) == pytest.approx((low, high), abs=1e-4)
    assert rate_interval(n, 4) == pytest.approx((low / 4, high / 4), abs=1e-4)


def test_no_exposure_is_no_rate() -> None:
    assert np.isnan(rate_interval(0, 0)).all()


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
    assert survival_quantile(curve, 0.5)[0] == pd.Timedelta("90min")


def test_nothing_ended_leaves_the_curve_at_one_and_nothing_at_all_leaves_it_empty() -> None:
    curve = kaplan_meier([4, 2], [False, False])
    expected = pd.DataFrame(
        {"time": [2, 4], "at_risk": [2, 1], "events": [0, 0], "survival": 1.0, "low": math.nan, "high": math.nan}
    )
    assert_frame_equal(curve, expected)
    assert kaplan_meier([], []).empty
    assert survival_quantile(kaplan_meier([], []), 0.5) == (None, None, None)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_a_curve_falls_within_its_interval_from_all_that_were_there(rows: list[tuple[int, bool]]) -> None:
    times, observed = zip(*rows, strict=True)
    curve = kaplan_meier(times, observed)
    assert curve["at_risk"].iloc[0] == len(rows)
    assert curve["events"].sum() == sum(observed)
    assert curve["survival"].is_monotonic_decreasing
    told = curve.dropna()
    assert ((told["low"] <= told["survival"]) & (told["survival"] <= told["high"])).all()


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_without_censoring_the_curves_median_is_the_usual_one(values: list[int]) -> None:
    assert survival_quantile(kaplan_meier(values, [True] * len(values)), 0.5)[0] == np.median(values)


def test_holms_p_values_by_hand() -> None:
    """0.005 x 4, 0.01 x 3, 0.03 x 2, then 0.04 x 1, which may not be below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.4, math.nan, 0.9]) == pytest.approx([0.8, math.nan, 0.9], nan_ok=True)
    assert holm([]).tolist() == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusting_keeps_the_order_and_lowers_no_p_value(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert ((adjusted >= p_values) & (adjusted <= 1)).all()
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


@pytest.mark.parametrize(
    ("company", "of_100", "of_1000"), [("A", 104, 33), ("B", 99, 31), ("C", 136, 43)], ids=["A", "B", "C"]
)
def test_what_a_difference_of_means_can_tell_is_as_davidovic_published(company: str, of_100: int, of_1000: int) -> None:
    """90% interval of the difference at N1 + N2 = 100 and 1000, within a minute: "Incident Metrics in SRE" (2021)."""
    _, sd, _ = DAVIDOVIC[company]
    for n, published in ((100, of_100), (1000, of_1000)):
        low, high = mean_difference_interval(
            0, sd_before=sd, sd_after=sd, n_before=n / 2, n_after=n / 2, confidence=0.9
        )
        assert high == pytest.approx(published, abs=1)
        assert low == -high


@pytest.mark.parametrize(("company", "published"), [("A", 0.38), ("B", 0.40), ("C", 0.20)])
def test_how_often_a_cut_of_a_tenth_shows_no_gain_is_as_davidovic_published(company: str, published: float) -> None:
    """N1 + N2 = n, the spans after multiplied by 0.9, within a point: "Incident Metrics in SRE" (2021)."""
    mean, sd, n = DAVIDOVIC[company]
    shown = chance_of_gain(0, true_gain=0.1 * mean, sd_before=sd, sd_after=0.9 * sd, n_before=n / 2, n_after=n / 2)
    assert 1 - shown == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(("company", "published"), [("A", 0.19), ("B", 0.23), ("C", 0.10)])
def test_how_often_half_an_hour_is_gained_by_chance_is_as_davidovic_published(company: str, published: float) -> None:
    """N1 = N2 = n and no change at all, within a point: "Incident Metrics in SRE" (2021)."""
    _, sd, n = DAVIDOVIC[company]
    shown = chance_of_gain(30, sd_before=sd, sd_after=sd, n_before=n, n_after=n)
    assert shown == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize(
    ("n", "change", "published"),
    [
        (100, -0.1, 0.0884),
        (1000, -0.1, 0.4743),
        (2000, -0.1, 0.763),
        (4000, -0.1, 0.9636),
        (100, -0.25, 0.3754),
        (100, -0.5, 0.9736),
    ],
)
def test_the_power_of_a_log_t_test_is_as_benninghoff_simulated(n: int, change: float, published: float) -> None:
    """Spans from lognormal(4.25, 1.25), n in each period, level 0.05, within 0.01."""
    assert log_test_power(change, log_sd=1.25, n_before=n, n_after=n) == pytest.approx(published, abs=0.01)


def test_no_change_is_found_at_the_level_of_the_test() -> None:
    assert log_test_power(0, log_sd=1.25, n_before=30, n_after=50) == pytest.approx(0.05)


@given(st.floats(0.05, 3), st.integers(6, 3000), st.integers(6, 3000), st.sampled_from([0.5, 0.8, 0.95]))
@settings(deadline=None, max_examples=40)
def test_the_detectable_change_is_the_one_that_is_found_with_that_power(
    log_sd: float, n_before: int, n_after: int, power: float
) -> None:
    change = detectable_change(log_sd=log_sd, n_before=n_before, n_after=n_after, power=power)
    assert -1 < change < 0
    found = log_test_power(change, log_sd=log_sd, n_before=n_before, n_after=n_after)
    assert found == pytest.approx(power, abs=1e-4)


def test_spans_that_do_not_vary_have_no_detectable_change() -> None:
    assert math.isnan(detectable_change(log_sd=0.0, n_before=10, n_after=10))


def test_a_leaning_to_one_side_is_seen_wherever_it_is_and_an_even_spread_is_none() -> None:
    """18 hours of 0 and 6 of 5 events; turning the circle changes nothing."""
    counts = [0] * 18 + [5] * 6
    assert rayleigh_p_value(counts) < 1e-6
    assert rayleigh_p_value(counts[10:] + counts[:10]) == pytest.approx(rayleigh_p_value(counts))
    assert rayleigh_p_value([4] * 7) == pytest.approx(1, abs=1e-9)
    assert np.isnan(rayleigh_p_value([9] + [0] * 6))
    assert not np.isnan(rayleigh_p_value([10] + [0] * 6))


@pytest.mark.parametrize("parts", [7, 24])
@pytest.mark.parametrize("n", [10, 13, 50])
def test_the_chance_of_a_leaning_comes_out_as_it_says(parts: int, n: int) -> None:
    counts = np.random.default_rng(0).multinomial(n, [1 / parts] * parts, size=4000)
    found = np.mean([rayleigh_p_value(row) <= 0.05 for row in counts])
    assert found == pytest.approx(0.05, abs=0.012)


def test_a_known_value_of_rayleighs_test() -> None:
    """All of ten events in one part: exp(sqrt(1 + 40) - 21)."""
    assert rayleigh_p_value([10, 0, 0, 0]) == pytest.approx(np.exp(np.sqrt(41) - 21))


def test_a_widened_p_value_and_tail_are_those_of_students_t() -> None:
    """Tables of Student's t: 2.0687 bounds 2.5% at 23 degrees of freedom, 2.3646 at 7."""
    for freedom, quantile in ((23, 2.0687), (7, 2.3646)):
        normal = 2 * stats.norm.sf(quantile)
        assert widened_p_value(normal, dispersion=2, freedom=freedom) == pytest.approx(0.05, abs=1e-5)
        assert tail_probability(0.95, dispersion=2, freedom=freedom) == pytest.approx(normal / 2, abs=1e-5)
        assert widened_p_value(normal, dispersion=1, freedom=freedom) == normal
        assert tail_probability(0.95, dispersion=1, freedom=freedom) == pytest.approx(0.025)
    assert widened_p_value([1.0, np.nan], dispersion=2, freedom=7).tolist() == pytest.approx([1, np.nan], nan_ok=True)


def test_the_dispersion_is_pearsons_chi_square_by_its_degrees_of_freedom() -> None:
    """2, 9, 1, 12 about 6: (16 + 9 + 25 + 36) / 6 / 3; alike counts are not below Poisson."""
    assert pearson_dispersion([2, 9, 1, 12], [1, 1, 1, 1]) == pytest.approx(86 / 18)
    both = pearson_dispersion([[2, 9, 1, 12], [6, 6, 6, 6], [0, 0, 0, 0]], [1, 1, 1, 1])
    assert both.tolist() == pytest.approx([86 / 18, 1, np.nan], nan_ok=True)
    assert pearson_dispersion([10, 5], [2, 1]) == 1, "a period twice as long has twice as many"


def test_no_event_bounds_the_rate_as_a_negative_binomial_zero_does_about() -> None:
    """At a variance of twice the mean none come with a chance of 2 ** -mean: 2.5% at a mean of 5.32."""
    _, high = rate_interval(0, dispersion=2)
    assert high == pytest.approx(5.32, abs=0.4)


@pytest.mark.parametrize(("dispersion", "most"), [(1, 0.05), (2, 0.07), (3, 0.07)])
def test_rates_of_histories_where_nothing_changed_differ_no_more_often_than_said(dispersion: int, most: float) -> None:
    """2,000 histories of 18 months with 4 incidents each: a quarter against the one before and that a year before."""
    draw = np.random.default_rng(dispersion)
    shape = (2000, 18)
    counts = (
        draw.poisson(4, shape)
        if dispersion == 1
        else draw.negative_binomial(4 / (dispersion - 1), 1 / dispersion, shape)
    )
    allowing = {"dispersion": pearson_dispersion(counts[:, :15], [1] * 15), "freedom": 14}
    now, before, year_before = (counts[:, part].sum(axis=1) for part in (slice(15, 18), slice(12, 15), slice(3, 6)))
    p_values = np.stack([rate_ratio_p_value(past, now, 1, **allowing) for past in (before, year_before)], axis=1)
    assert np.mean([(holm(row) < 0.05).any() for row in p_values]) <= most
    low, high = rate_interval(now, 3, **allowing)
    assert np.mean((low <= 4) & (high >= 4)) >= 0.94
