"""What analyses compute by scipy.special or by hand, against scipy.stats, which takes too long to import."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from scipy import stats

from incident_analytics.analysis import comparison, scorecard, trends
from incident_analytics.analysis.counts import (
    binomial_tails,
    rate_interval,
    rate_ratio_interval,
    tail_probability,
    widened_p_value,
)
from incident_analytics.analysis.interruptions import _chance_of
from incident_analytics.analysis.severity import _correlate
from incident_analytics.analysis.statistics import detectable_changes, quantile_interval, root, share_interval
from incident_analytics.analysis.survival import kaplan_meier
from incident_analytics.periods import Period

COUNTS = st.integers(min_value=0, max_value=400)
FREEDOM = st.one_of(st.integers(min_value=1, max_value=200), st.just(np.inf))
SPREAD = st.floats(min_value=1, max_value=9)


def near(expected: object) -> object:
    return pytest.approx(expected, rel=1e-10, abs=1e-12, nan_ok=True)


@given(st.integers(min_value=1, max_value=3000), st.floats(min_value=0.01, max_value=0.99))
@examples(40)
def test_the_interval_of_a_quantile(n: int, quantile: float) -> None:
    low, high = stats.quantile_test(np.arange(n), p=quantile).confidence_interval(0.95)
    assert quantile_interval(range(n), quantile) == near(
        (low, high) if not np.isnan([low, high]).any() else (np.nan,) * 2
    )


@given(COUNTS, COUNTS)
@examples(40)
def test_the_interval_of_a_share(part: int, rest: int) -> None:
    if part + rest:
        found = stats.binomtest(part, part + rest).proportion_ci(0.95)
        assert share_interval(part, part + rest) == pytest.approx((found.low, found.high), abs=1e-11)


@given(COUNTS, COUNTS, SPREAD, FREEDOM, st.floats(min_value=0, max_value=1))
@examples(60)
def test_the_intervals_and_tests_of_rates(n: int, others: int, spread: float, freedom: float, chance: float) -> None:
    tail = stats.norm.sf(stats.t.isf(0.025, freedom)) if spread > 1 else (1 - 0.95) / 2
    assert tail_probability(0.95, dispersion=spread, freedom=freedom) == near(tail)
    widened = 2 * stats.t.sf(stats.norm.isf(chance / 2), freedom) if spread > 1 else chance
    assert widened_p_value(chance, dispersion=spread, freedom=freedom) == near(widened)
    bounds = stats.gamma.ppf(tail, n / spread) if n else 0, stats.gamma.isf(tail, (n + 1) / spread)
    assert rate_interval(n, dispersion=spread, freedom=freedom) == near(tuple(bound * spread for bound in bounds))
    tails = (
        stats.beta.sf(chance, (n + 1) / spread, others / spread) if others else 1.0,
        stats.beta.cdf(chance, n / spread, (others + 1) / spread) if n else 1.0,
    )
    assert binomial_tails(n, others, chance, dispersion=1.0) == near(
        (stats.binom.cdf(n, n + others, chance), stats.binom.sf(n - 1, n + others, chance))
    )
    if spread == 1:
        assert binomial_tails(n, others, chance) == near(tails)
    low = stats.beta.ppf(tail, others / spread, (n + 1) / spread) if others else 0.0
    high = stats.beta.isf(tail, (others + 1) / spread, n / spread) if n else 1.0
    ratios = (low / (1 - low), high / (1 - high) if high < 1 else np.inf) if n + others else (np.nan, np.nan)
    assert rate_ratio_interval(n, others, 1.0, dispersion=spread, freedom=freedom) == near(ratios)


@given(st.lists(st.tuples(st.integers(min_value=1, max_value=30), st.booleans()), min_size=1, max_size=60))
@examples(60)
def test_a_survival_curve(rows: list[tuple[int, bool]]) -> None:
    spans, ended = np.array([span for span, _ in rows]), np.array([end for _, end in rows])
    curve = kaplan_meier(spans, ended)
    expected = stats.ecdf(stats.CensoredData(uncensored=spans[ended], right=spans[~ended])).sf
    assert curve["survival"].tolist() == near(expected.probabilities.tolist())
    if ended.any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            interval = expected.confidence_interval(0.95, method="log-log")
        assert curve["low"].tolist() == near(interval.low.probabilities.tolist())
        assert curve["high"].tolist() == near(interval.high.probabilities.tolist())


@given(st.data(), st.integers(min_value=0, max_value=300))
@examples(60)
def test_the_chance_that_two_services_fail_together(data: st.DataObject, n: int) -> None:
    n_service, n_other = (data.draw(st.integers(min_value=0, max_value=n)) for _ in range(2))
    n_both = data.draw(st.integers(min_value=max(0, n_service + n_other - n), max_value=min(n_service, n_other)))
    expected = stats.hypergeom.sf(n_both - 1, n, n_service, n_other)
    assert _chance_of(n_both, n, n_service, n_other) == (near(expected) if n else None)


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=4, max_size=50, unique=True), st.booleans())
@examples(60)
def test_whether_gaps_grow_shorter(gaps: list[int], has_ties: bool) -> None:
    numbers = np.array([*gaps, *gaps[: len(gaps) // 2]] if has_ties else gaps)
    reversals = sum(int((numbers[:index] > number).sum()) for index, number in enumerate(numbers))
    expected = stats.kendalltau(np.arange(len(numbers)), numbers).pvalue
    assert trends._reversals_p_value(numbers, reversals) == near(expected)  # noqa: SLF001


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=10, max_size=40))
@examples(40)
def test_a_correlation_of_ranks(pairs: list[tuple[int, int]]) -> None:
    ranks, values = zip(*pairs, strict=True)
    found = _correlate(ranks, values, 0.95)
    if np.ptp(ranks) and np.ptp(values):
        assert found["correlation"] == near(stats.spearmanr(ranks, values).statistic)
        if abs(found["correlation"]) < 1 - 1e-9:
            center, error = (
                np.arctanh(found["correlation"]),
                np.sqrt((1 + found["correlation"] ** 2 / 2) / (len(ranks) - 3)),
            )
            bounds = np.tanh(stats.norm.interval(0.95, center, error))
            assert (found["correlation_low"], found["correlation_high"]) == near(tuple(bounds))
            assert found["p_value"] == near(2 * stats.norm.sf(abs(center) / error))


@given(*[st.lists(st.integers(min_value=0, max_value=6), min_size=6, max_size=30)] * 2)
@examples(40)
def test_whether_reports_record_more(before: list[int], after: list[int]) -> None:
    first, second = Period.parse("2025Q1"), Period.parse("2025Q2")
    dates = [*["2025-01-14T09:00Z"] * len(before), *["2025-04-14T09:00Z"] * len(after)]
    rows = pd.DataFrame({"occurred_at": pd.to_datetime(dates), "n_recorded": [*before, *after]})
    found = scorecard._data_change(rows, first, second)["p_value"]  # noqa: SLF001
    if len({*before, *after}) > 1:
        assert found == near(stats.mannwhitneyu(before, after, method="asymptotic").pvalue)
    else:
        assert found is None


@given(
    *[st.lists(st.floats(min_value=0.1, max_value=9), min_size=2, max_size=9)] * 2,
    st.sampled_from([np.mean, np.median]),
)
@examples(30)
def test_shuffled_averages(before: list[float], after: list[float], average: object) -> None:
    earlier, later, resamples = np.array(before), np.array(after), 300
    null = stats.permutation_test(
        (later, earlier),
        lambda after, before, axis: average(after, axis=axis) - average(before, axis=axis),  # type: ignore[operator]
        vectorized=True,
        n_resamples=resamples,
        rng=0,
    ).null_distribution
    size, drawn = abs(average(later) - average(earlier)) - 1e-9, null.size == resamples  # type: ignore[operator]
    expected = [
        (int(count) + drawn) / (null.size + drawn) for count in ((abs(null) >= size).sum(), (null <= -size).sum())
    ]
    assert comparison._permute(earlier, later, resamples, average) == tuple(expected)  # type: ignore[arg-type]  # noqa: SLF001


@given(st.integers(2, 60), st.integers(2, 60), st.floats(min_value=0.05, max_value=3))
@examples(30)
def test_detectable_changes(n_before: int, n_after: int, log_sd: float) -> None:
    fall, rise = detectable_changes(log_sd=log_sd, n_before=n_before, n_after=n_after)
    freedom, error = n_before + n_after - 2, log_sd * np.sqrt(1 / n_before + 1 / n_after)
    shift = np.log1p(rise) / error
    assert fall == near(np.expm1(-shift * error))
    assert stats.nct.sf(stats.t.isf(0.025, freedom), freedom, shift) == pytest.approx(0.8, abs=1e-9)


def test_a_root_is_found_to_the_last_digit_and_at_either_bound() -> None:
    assert root(lambda number: number - 0.1, 0, 1) == 0.1
    assert root(lambda number: number + 1, 0, 1) == pytest.approx(0, abs=1e-300)
    assert root(lambda number: number - 2, 0, 1) == 1
