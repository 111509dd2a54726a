from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from incident_analytics.analysis.counts import (
    binomial_tails,
    pearson_dispersion,
    rate_interval,
    rate_ratio_interval,
    rate_ratio_p_value,
    tail_probability,
    widened_p_value,
)
from incident_analytics.analysis.statistics import (
    holm,
)


def test_all_or_none_of_the_events_have_a_tail_too() -> None:
    assert binomial_tails(3, 0, 0.5) == pytest.approx((1.0, 0.125))
    assert binomial_tails(0, 3, 0.5) == pytest.approx((0.125, 1.0))
    assert binomial_tails(3, 1, 0.5) == pytest.approx((15 / 16, 5 / 16))
    assert binomial_tails(1, 3, 0.5) == pytest.approx((5 / 16, 15 / 16))


@pytest.mark.parametrize(
    ("n", "low", "high"), [(0, 0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (5, 1.6235, 11.6683)]
)
def test_the_interval_of_a_rate_is_garwoods(n: int, low: float, high: float) -> None:
    """The exact limits of F. Garwood (1936), as handbooks tabulate them."""
    assert rate_interval(n) == pytest.approx((low, high), abs=1e-4)
    assert rate_interval(n, 4) == pytest.approx((low / 4, high / 4), abs=1e-4)


def test_no_exposure_is_no_rate() -> None:
    assert np.isnan(rate_interval(0, 0)).all()


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


@pytest.mark.parametrize("dispersion", [1.0, 2.0, 3.5])
@pytest.mark.parametrize(("n_before", "n_after"), [(0, 0), (0, 9), (9, 0), (4, 15), (30, 12)])
def test_the_interval_of_a_ratio_has_the_ratios_that_the_test_does_not_reject(
    n_before: int, n_after: int, dispersion: float
) -> None:
    """If the ratio at an end were the true one, the p-value would be the level; without an event an end is missing."""
    low, high = (float(end) for end in rate_ratio_interval(n_before, n_after, 2.0, dispersion=dispersion))
    assert (low == 0) == (n_after == 0 < n_before)
    assert (high == np.inf) == (n_before == 0 < n_after)
    assert np.isnan([low, high]).tolist() == [n_before == n_after == 0] * 2
    for end in (low, high):
        if 0 < end < np.inf:
            assert rate_ratio_p_value(n_before, n_after, 2.0 * end, dispersion=dispersion) == pytest.approx(0.05)


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
