from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from scipy import stats

from incident_analytics.analysis import statistics
from incident_analytics.analysis.statistics import (
    LEAST,
    detectable_changes,
    geometric_mean_interval,
    holm,
    mean_interval,
    quantile_interval,
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
@examples(60)
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


def test_from_two_hundred_values_on_the_interval_of_a_mean_is_narrower(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [minute**2 for minute in range(200)]
    found = mean_interval(values)
    monkeypatch.setattr(statistics, "_LARGE", 201)
    low, high = mean_interval(values)
    assert low < found[0] < found[1] < high
    monkeypatch.setattr(statistics, "_LARGE", 1)
    assert mean_interval(values) == found


def test_of_very_many_values_the_interval_of_a_mean_is_that_of_students_t_and_nearly_the_bootstraps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.random.default_rng(3).lognormal(0, 1, 5_000)
    low, high = mean_interval(values)
    half = 1.9604 * values.std(ddof=1) / np.sqrt(5_000) / values.mean()
    assert (low, high) == pytest.approx((values.mean() * np.exp(-half), values.mean() * np.exp(half)), rel=1e-4)
    monkeypatch.setattr(statistics, "_VERY_LARGE", 5_001)
    assert mean_interval(values) == pytest.approx((low, high), rel=0.02)


def test_as_few_values_as_readers_hear_of_are_enough() -> None:
    """The page and the docstrings of the analyses say these numbers."""
    assert dict(LEAST) == {
        "mean": 1, "mean interval": 40, "geometric mean": 1, "geometric mean interval": 6, "median": 1,
        "median interval": 6, "p90": 10, "p90 interval": 36, "rank": 6, "comparison": 6, "survival interval": 6,
        "start pattern": 10, "weak start pattern": 60, "concordance": 10, "trend": 10,
    }  # fmt: skip


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
@examples(30)
def test_another_unit_changes_no_interval_and_neither_does_the_order(values: list[float], unit: float) -> None:
    for interval in (mean_interval, geometric_mean_interval, lambda values: quantile_interval(values, 0.5)):
        once = interval(values)
        scaled = interval([value * unit for value in reversed(values)])
        assert scaled == pytest.approx([bound * unit for bound in once], rel=1e-6, nan_ok=True)


def test_holms_p_values_by_hand() -> None:
    """0.005 x 4, 0.01 x 3, 0.03 x 2, then 0.04 x 1, which may not be below the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.4, math.nan, 0.9]) == pytest.approx([0.8, math.nan, 0.9], nan_ok=True)
    assert holm([]).tolist() == []


@examples(40)
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
@examples(40)
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
