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
    LEAST,
    Cluster,
    detectable_changes,
    find_cluster,
    geometric_mean_interval,
    holm,
    kaplan_meier,
    mean_interval,
    pearson_dispersion,
    quantile_interval,
    rate_interval,
    rate_ratio_p_value,
    survival_quantile,
    tail_probability,
    widened_p_value,
)

VALUES = st.lists(st.floats(min_value=0.1, max_value=1e6), max_size=60)


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


def test_the_interval_of_a_mean_needs_forty_values_that_vary() -> None:
    assert np.isnan(mean_interval(range(39))).all()
    low, high = mean_interval(range(40))
    assert low < 19.5 < high
    assert np.isnan(mean_interval([7] * 60)).all()
    assert np.isnan(mean_interval([0] * 59 + [1])).all()


def test_the_interval_of_a_mean_is_never_below_zero() -> None:
    """One outage of ten weeks among many of minutes: an interval on the plain scale would begin below 0."""
    low, high = mean_interval([5, 10, 15, 20] * 12 + [100_000])
    assert 0 < low < 100_000 / 49 < high


@pytest.mark.parametrize("log_sd", [1, 1.5])
@pytest.mark.parametrize("n", [40, 100])
def test_the_interval_of_a_mean_of_skewed_spans_covers_it_in_95_percent_of_cases(n: int, log_sd: float) -> None:
    """Lognormal spans: 93 to 97% of the cases, and at most 3 standard errors of 300 samples more or less."""
    samples = np.random.default_rng(1).lognormal(4.25, log_sd, (300, n))
    mean = math.exp(4.25 + log_sd**2 / 2)
    bounds = np.array([mean_interval(sample) for sample in samples])
    covered = ((bounds[:, 0] <= mean) & (mean <= bounds[:, 1])).mean()
    assert 0.93 - 3 * 0.0147 <= covered <= 0.97 + 3 * 0.0098


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
    assert survival_quantile(curve, 0.5)[0] == pd.Timedelta("1h")
    assert survival_quantile(curve, 0.5, midpoint=True)[0] == pd.Timedelta("90min")


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
def test_without_censoring_the_curves_quantiles_are_those_of_the_values(values: list[int]) -> None:
    """The usual median, and the smallest value that 90% stay within: of 10 the ninth, of 11 the tenth."""
    curve = kaplan_meier(values, [True] * len(values))
    assert survival_quantile(curve, 0.5, midpoint=True)[0] == np.median(values)
    assert survival_quantile(curve, 0.9)[0] == sorted(values)[-(-9 * len(values) // 10) - 1]


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


DAVIDOVIC = {
    # The mean and standard deviation of the time to restore in minutes, and the number of incidents.
    "A": (2 * 60 + 26, 5 * 60 + 16, 173),
    "B": (2 * 60 + 31, 5 * 60 + 1, 103),
    "C": (4 * 60 + 31, 6 * 60 + 53, 609),
}


@pytest.mark.parametrize("company", DAVIDOVIC)
def test_incidents_as_davidovic_published_them_cannot_show_a_cut_of_a_tenth(company: str) -> None:
    """ "Incident Metrics in SRE" (2021): a cut of 10% drowns in the spread of such spans, however it is measured."""
    mean, sd, n = DAVIDOVIC[company]
    log_sd = math.sqrt(math.log1p((sd / mean) ** 2))  # of lognormal spans with this mean and standard deviation
    fall, _ = detectable_changes(log_sd=log_sd, n_before=n // 2, n_after=n // 2)
    assert fall < -0.2


def log_test_power(change: float, *, log_sd: float, n_before: int, n_after: int, alpha: float = 0.05) -> float:
    """Return the power of a two-sided t test on logarithms: J. Cohen (1988), the noncentral t distribution."""
    freedom = n_before + n_after - 2
    shift = abs(np.log1p(change)) / (log_sd * np.sqrt(1 / n_before + 1 / n_after))
    critical = stats.t.isf(alpha / 2, freedom)
    return float(stats.nct.sf(critical, freedom, shift) + stats.nct.cdf(-critical, freedom, shift))


@pytest.mark.parametrize(
    ("n", "change", "published"), [(1000, -0.1, 0.4743), (2000, -0.1, 0.763), (100, -0.25, 0.3754)]
)
def test_the_detectable_fall_is_found_as_often_as_benninghoff_simulated(
    n: int, change: float, published: float
) -> None:
    """Spans from lognormal(4.25, 1.25), n in each period, level 0.05: the fall that is found so often, within 0.5%."""
    fall, _ = detectable_changes(log_sd=1.25, n_before=n, n_after=n, power=published)
    assert fall == pytest.approx(change, abs=0.005)


@given(st.floats(0.05, 3), st.integers(6, 3000), st.integers(6, 3000), st.sampled_from([0.5, 0.8, 0.95]))
@settings(deadline=None, max_examples=40)
def test_the_detectable_changes_are_the_ones_that_are_found_with_that_power(
    log_sd: float, n_before: int, n_after: int, power: float
) -> None:
    fall, rise = detectable_changes(log_sd=log_sd, n_before=n_before, n_after=n_after, power=power)
    assert -1 < fall < 0 < rise
    for change in (fall, rise):
        found = log_test_power(change, log_sd=log_sd, n_before=n_before, n_after=n_after)
        assert found == pytest.approx(power, abs=1e-4)


def test_spans_that_do_not_vary_have_no_detectable_change() -> None:
    assert np.isnan(detectable_changes(log_sd=0.0, n_before=10, n_after=10)).all()


DAYS = [*([day] for day in range(7)), [5, 6], [0, 1, 2, 3, 4]]
HOURS = [[(first + hour) % 24 for hour in range(length)] for length in range(2, 13) for first in range(24)]


def test_seven_of_twelve_on_saturdays_are_found() -> None:
    """The chance that some weekday has 7 of 12 or more is 7 * P(B(12, 1/7) >= 7) = 0.0035 at most."""
    found = find_cluster([1, 1, 1, 1, 1, 7, 0], weights=[1] * 7, windows=DAYS)
    assert found == Cluster(5, 7, pytest.approx(0.003, abs=0.0015))


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


def test_a_cluster_is_found_wherever_it_is_on_the_circle_with_its_window() -> None:
    """18 hours of 0 and 6 of 5 events; turning the circle turns the window."""
    counts = [0] * 18 + [5] * 6
    for turn in (0, 10, 20):
        found = find_cluster(np.roll(counts, turn), weights=[1] * 24, windows=HOURS)
        assert found is not None
        assert HOURS[found.window] == [(18 + turn + hour) % 24 for hour in range(6)]
        assert (found.n, found.p_value) == (30, 0.0001)


def test_an_even_spread_has_no_cluster_and_neither_have_few_events() -> None:
    assert find_cluster([4] * 7, weights=[1] * 7, windows=[[day] for day in range(7)]) is None
    least = LEAST["start pattern"]
    assert find_cluster([least - 1] + [0] * 6, weights=[1] * 7, windows=DAYS) is None
    assert find_cluster([least] + [0] * 6, weights=[1] * 7, windows=DAYS) is not None


def test_a_weekday_that_comes_up_more_often_may_have_more_events() -> None:
    """24 of 84 on Mondays: twice their share, unless Mondays are a quarter of the days."""
    counts = [24, 10, 10, 10, 10, 10, 10]
    uneven = find_cluster(counts, weights=[1] * 7, windows=DAYS)
    assert uneven is not None
    assert uneven.p_value < 0.05
    fair = find_cluster(counts, weights=[2, 1, 1, 1, 1, 1, 1], windows=DAYS)
    assert fair is None or fair.p_value > 0.5
    never = find_cluster([0, 4, 4, 4, 4, 4, 4], weights=[0, 1, 1, 1, 1, 1, 1], windows=DAYS)
    assert never is None or never.p_value > 0.5


@pytest.mark.parametrize("n", [10, 50])
@pytest.mark.parametrize("windows", [DAYS, HOURS], ids=["weekdays", "hours"])
def test_where_nothing_clusters_five_percent_of_samples_have_a_cluster(n: int, windows: list[list[int]]) -> None:
    """2,000 samples: 4 to 5.5%, and at most 2 standard errors more or less."""
    cells = 7 if windows is DAYS else 24
    counts = np.random.default_rng(1).multinomial(n, [1 / cells] * cells, size=2000)
    found = [find_cluster(row, weights=[1] * cells, windows=windows, samples=4999) for row in counts]
    false_alarms = np.mean([cluster is not None and cluster.p_value <= 0.05 for cluster in found])
    assert 0.04 - 0.009 <= false_alarms <= 0.055 + 0.010
