"""Intervals, survival curves and powers that several analyses share; numbers in, numbers out.

Values are plain numbers without NaN; what is undefined, or rests on too few values, is NaN. Whatever is drawn at
random is drawn from the sorted values with a fixed seed: the same values give the same result in every order.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "LEAST",
    "LEVEL",
    "Cluster",
    "binomial_tails",
    "detectable_changes",
    "find_cluster",
    "geometric_mean_interval",
    "holm",
    "kaplan_meier",
    "mean_interval",
    "pearson_dispersion",
    "quantile_interval",
    "rate_interval",
    "rate_ratio_interval",
    "rate_ratio_p_value",
    "survival_quantile",
    "tail_probability",
    "widened_p_value",
]

LEVEL: Final = 0.05
"""The adjusted p-value up to which a change is spoken of, wherever nothing else is asked for."""

LEAST: Final[Mapping[str, int]] = MappingProxyType(
    {
        "mean": 1,
        "mean interval": 40,
        "geometric mean": 1,
        "geometric mean interval": 6,
        "median": 1,
        "median interval": 6,
        "p90": 10,
        "p90 interval": 36,
        "rank": 6,
        "comparison": 6,
        "survival interval": 6,
        "start pattern": 10,
        "weak start pattern": 60,
    }
)
"""The smallest sample that each figure is shown for; analyses, sentences and plots all ask here.

The interval of a quantile needs a value beyond it on either side, at 95%: 6 for the median, 36 for the p90. Of fewer
than 10 incidents none is expected beyond the p90. Below 40 the interval of a mean covers it too rarely. From 60 starts
on, days with three times as many of them as nights are found in four of five cases.
"""

_RESAMPLES: Final = 1999
_SIMULATED: Final = 9999
_LARGE: Final = 200  # values, from which the bootstrap of a mean needs less of a correction
_BATCH: Final = 1_000_000  # numbers held at once while resampling
_NONE: Final = (float("nan"), float("nan"))


def quantile_interval(values: npt.ArrayLike, quantile: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a quantile between two order statistics, whatever the distribution.

    Parameters
    ----------
    values
        Independent values.
    quantile
        The quantile, 0.5 for the median.
    confidence
        The least chance that the interval covers the quantile; each side errs at most half of the rest.

    Returns
    -------
    tuple of float
        Low and high. NaN where no value is low or high enough to bound the quantile: at 95% below 6 values for the
        median, below 36 for the 90th percentile.

    References
    ----------
    W. J. Conover, "Practical Nonparametric Statistics", 3rd ed., Wiley 1999, section 3.2; `scipy.stats.quantile_test`.

    Examples
    --------
    >>> quantile_interval([12, 45, 31, 60, 25, 90], 0.5)
    (12.0, 90.0)
    >>> quantile_interval([12, 45, 31, 60, 25], 0.5)
    (nan, nan)
    """
    numbers = np.sort(np.asarray(values, dtype=np.float64))
    ranks = _bounding_ranks(numbers.size, quantile, confidence) if numbers.size else None
    return _NONE if ranks is None else (float(numbers[ranks[0]]), float(numbers[ranks[1]]))


@lru_cache(maxsize=4096)
def _bounding_ranks(n: int, quantile: float, confidence: float) -> tuple[int, int] | None:
    """Return which of n sorted values, counted from 0, bound a quantile; they depend on no value."""
    from scipy import stats

    bounds = stats.quantile_test(np.arange(n), p=quantile).confidence_interval(confidence)
    return None if np.isnan(bounds.low) or np.isnan(bounds.high) else (int(bounds.low), int(bounds.high))


def mean_interval(values: npt.ArrayLike) -> tuple[float, float]:
    """Return the 95% interval of a mean, by a calibrated bootstrap of Student's t on logarithms.

    Spans of incidents are so skewed that the usual t interval of 50 of them covers their mean in 88% of cases, and the
    bootstrap at its face value in 92%. This one covers it in 93 to 97%: measured on lognormal spans with a log standard
    deviation of 1 to 1.5, of 40 to 1,000 incidents, by ``tests/benchmarks/simulations_spans.py``.

    Parameters
    ----------
    values
        Independent values, 0 or more.

    Returns
    -------
    tuple of float
        Low and high. NaN below 40 values, where it would cover the mean too rarely, and where nearly all values are the
        same.

    References
    ----------
    B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993: section 12.5 on the
    bootstrap-t, 12.6 on its transformation, chapter 18 on calibrating the nominal level, here
    97.5%, and 97% from 200 values; 1,999 resamples.
    P. Hall, "Theoretical Comparison of Bootstrap Confidence Intervals", The Annals of Statistics 16 (1988) 927-953,
    https://doi.org/10.1214/aos/1176350933, on why the bootstrap-t suits skewed values.

    Examples
    --------
    >>> spans = [10, 12, 15, 15, 20, 22, 25, 30, 30, 35, 40, 45, 50, 60, 70, 80, 95, 120, 240, 600]
    >>> low, high = mean_interval(spans * 2)
    >>> round(low), round(high)
    (45, 255)
    """
    numbers = np.sort(np.asarray(values, dtype=np.float64))
    error = _standard_error(numbers) if numbers.size >= LEAST["mean interval"] else 0.0
    if error == 0:
        return _NONE
    mean = numbers.mean()
    tail = (0.025 if numbers.size < _LARGE else 0.03) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.concatenate(
            [
                np.log(sample.mean(axis=1) / mean) * sample.mean(axis=1) / _standard_error(sample)
                for sample in _resamples(numbers)
            ]
        )
        from_below, from_above = np.quantile(t, [tail, 1 - tail])
        low, high = mean * np.exp(-from_above * error / mean), mean * np.exp(-from_below * error / mean)
    return (float(low), float(high)) if np.isfinite([from_below, from_above]).all() else _NONE


def _standard_error(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the standard error of the mean along the last axis, exactly 0 where all values are the same."""
    error: npt.NDArray[np.float64] = numbers.std(axis=-1, ddof=1) / np.sqrt(numbers.shape[-1])
    return np.where(np.ptp(numbers, axis=-1) == 0, 0.0, error)


def _resamples(numbers: npt.NDArray[np.float64]) -> Iterator[npt.NDArray[np.float64]]:
    """Give the bootstrap's samples in batches, a row a sample."""
    draw = np.random.default_rng(0)
    left = _RESAMPLES
    while left:
        batch = min(left, max(1, _BATCH // numbers.size))
        yield numbers[draw.integers(0, numbers.size, size=(batch, numbers.size))]
        left -= batch


def geometric_mean_interval(values: npt.ArrayLike, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a geometric mean: Student's t interval of the logarithms, taken back.

    Parameters
    ----------
    values
        Independent positive values.
    confidence
        The nominal chance that the interval covers the geometric mean.

    Returns
    -------
    tuple of float
        Low and high. NaN below 6 values, and where all values are the same.

    References
    ----------
    J. M. Bland and D. G. Altman, "Transformations, means, and confidence intervals", BMJ 312 (1996) 1079,
    https://doi.org/10.1136/bmj.312.7038.1079.

    Examples
    --------
    >>> low, high = geometric_mean_interval([10, 20, 40, 80, 160, 320])
    >>> round(low, 1), round(high, 1)
    (14.5, 220.6)
    """
    from scipy import stats

    logs = np.log(np.sort(np.asarray(values, dtype=np.float64)))
    error = _standard_error(logs) if logs.size >= LEAST["geometric mean interval"] else 0.0
    if error == 0:
        return _NONE
    half = stats.t.ppf((1 + confidence) / 2, logs.size - 1) * error
    return float(np.exp(logs.mean() - half)), float(np.exp(logs.mean() + half))


def kaplan_meier(durations: npt.ArrayLike, observed: npt.ArrayLike, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate which part is not over yet after a time, from some that are over and some that are still open.

    Parameters
    ----------
    durations
        How long each one has lasted, numbers or spans: to its end, or as long as it is known to be still open.
    observed
        Whether its end was observed; where not, the duration is censored.
    confidence
        The nominal chance that the interval covers the part, at each time by itself.

    Returns
    -------
    pandas.DataFrame
        A row for each time at which one ended or was seen open for the last time, in order:

        - time, of the type of ``durations``
        - at_risk, int64: those that had lasted so long
        - events, int64: those that ended then
        - survival, float64 in [0, 1]: the part that lasts longer
        - low, high, float64: its interval, of the log-log kind; NaN where survival is 1 or 0

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", Journal of the American
    Statistical Association 53 (1958) 457-481, https://doi.org/10.1080/01621459.1958.10501452; Greenwood's variance.

    Examples
    --------
    >>> kaplan_meier([6, 6, 7, 10], [True, False, True, True])[["time", "at_risk", "events", "survival"]]
       time  at_risk  events  survival
    0     6        4       1     0.750
    1     7        2       1     0.375
    2    10        1       1     0.000
    """
    from scipy import stats

    ended = np.asarray(observed, dtype=bool)
    times, order = np.unique(np.asarray(durations), return_inverse=True)
    last = np.bincount(order, minlength=times.size)
    events = np.bincount(order[ended], minlength=times.size)
    curve = pd.DataFrame({"time": times, "at_risk": last[::-1].cumsum()[::-1], "events": events})
    if not events.sum():
        unknown = np.full(times.size, np.nan)
        return curve.assign(survival=1.0, low=unknown, high=unknown)
    # Only the order of the durations matters, so that spans need no unit.
    survival = stats.ecdf(stats.CensoredData(uncensored=order[ended], right=order[~ended])).sf
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.filterwarnings("ignore", "The confidence interval is undefined at some", RuntimeWarning)
        interval = survival.confidence_interval(confidence, method="log-log")
    inside = (survival.probabilities > 0) & (survival.probabilities < 1)
    return curve.assign(
        survival=survival.probabilities,
        low=np.where(inside, interval.low.probabilities, np.nan),
        high=np.where(inside, interval.high.probabilities, np.nan),
    )


def survival_quantile(curve: pd.DataFrame, quantile: float, *, midpoint: bool = False) -> tuple[Any, Any, Any]:
    """Return the time by which a part of all is over, with its interval, from a survival curve.

    Parameters
    ----------
    curve
        The result of `kaplan_meier`.
    quantile
        The part that is over, 0.5 for the median.
    midpoint
        Whether to take the middle where the curve is level at that part, so that without censoring the median is the
        usual one (None while the second of the middle two goes on); otherwise the value is the first time at which so
        much is over.

    Returns
    -------
    tuple
        Value, low and high, of the type of the curve's time; None where the curve, or its interval's side, never falls
        so far.

    References
    ----------
    R. Brookmeyer and J. Crowley, "A Confidence Interval for the Median Survival Time", Biometrics 38 (1982) 29-41,
    https://doi.org/10.2307/2530286.

    Examples
    --------
    >>> survival_quantile(kaplan_meier([1, 2, 3, 4, 9], [True, True, True, True, False]), 0.5)[0]
    np.int64(3)
    """
    events = curve[curve["events"] > 0]
    times = events["time"].to_numpy()
    left = 1 - quantile + 1e-12  # the survival is a product of fractions: its last digits are rounded

    def first_below(bound: str) -> int | None:
        return next((int(row) for row in np.flatnonzero(events[bound] <= left)), None)

    index, low, high = first_below("survival"), first_below("low"), first_below("high")
    value = None if index is None else times[index]
    is_level = index is not None and events["survival"].iloc[index] >= 1 - quantile - 1e-12
    if midpoint and index is not None and is_level:
        # The second of the middle two is the next that ends; while none has, it is not known.
        value = value + (times[index + 1] - value) / 2 if index + 1 < len(times) else None
    return value, None if low is None else times[low], None if high is None else times[high]


def holm(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Adjust p-values for their number, so that the chance of any false finding among them stays at the level.

    Parameters
    ----------
    p_values
        The p-values of one family of comparisons; NaN where there was nothing to compare, which counts for nothing.

    Returns
    -------
    numpy.ndarray
        The adjusted p-values in the same order, at most 1; NaN stays NaN.

    References
    ----------
    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979)
    65-70, https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03, 0.005]).round(3).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    adjusted = np.array(p_values, dtype=np.float64)
    told = np.flatnonzero(~np.isnan(adjusted))
    told = told[np.argsort(adjusted[told])]
    factors = np.arange(told.size, 0, -1)
    adjusted[told] = np.minimum(np.maximum.accumulate(adjusted[told] * factors), 1)
    return adjusted


class Cluster(NamedTuple):
    """A window that holds more events than the others, and the chance of one as extreme where there is no pattern."""

    window: int
    n: int
    p_value: float


def find_cluster(
    counts: npt.ArrayLike, *, weights: npt.ArrayLike, windows: Sequence[Sequence[int]], samples: int = _SIMULATED
) -> Cluster | None:
    """Find the window in which events cluster most, and how often chance alone makes a cluster as strong.

    Parameters
    ----------
    counts
        How many events fell into each cell, such as an hour of the day or a weekday; the cells are in the order of the
        circle.
    weights
        How much of the time each cell covers, in any unit: where nothing clusters, events fall into cells in
        proportion to it.
    windows
        The windows to look at, each a selection of cells.
    samples
        How many samples without a pattern to draw, with a fixed seed.

    Returns
    -------
    Cluster or None
        The window, as its position in ``windows``, with its number of events and the p-value of the strongest cluster
        of all windows. None below 10 events, and where no window holds more than its share.

    Notes
    -----
    The strength of a cluster is the likelihood ratio of its window (Kulldorff). Counts are whole, so many samples tie;
    ties are broken by how unevenly the events fall into cells (chi-square), then by how far they lie to one side of
    the circle. Without that the test would find fewer patterns than its level allows.

    References
    ----------
    M. Kulldorff, "A Spatial Scan Statistic", Communications in Statistics - Theory and Methods 26 (1997) 1481-1496,
    https://doi.org/10.1080/03610929708831995; the p-value by simulation is that of M. Dwass, "Modified Randomization
    Tests for Nonparametric Hypotheses", The Annals of Mathematical Statistics 28 (1957) 181-187.

    Examples
    --------
    >>> days = [[day] for day in range(7)]
    >>> find_cluster([1, 1, 1, 1, 1, 7, 0], weights=[1] * 7, windows=days)
    Cluster(window=5, n=7, p_value=0.003)
    """
    numbers = np.asarray(counts, dtype=np.int64)
    shares = np.asarray(weights, dtype=np.float64)
    shares = shares / shares.sum()
    n = int(numbers.sum())
    if n < LEAST["start pattern"]:
        return None
    cells = np.zeros((len(windows), shares.size), dtype=np.int64)
    for number, window in enumerate(windows):
        cells[number, list(window)] = 1
    strength, best = _cluster_strength(numbers[np.newaxis], shares, cells)
    if strength[0, 0] <= 0:
        return None
    null = _cluster_null(n, tuple(shares), tuple(map(tuple, windows)), samples)
    # As strong or stronger: the first of the three figures that differs decides.
    as_strong = np.ones(len(null), dtype=bool)
    for figure, observed in zip(null.T[::-1], strength[0, ::-1], strict=True):
        as_strong = (figure > observed) | ((figure == observed) & as_strong)
    p_value = (1 + np.count_nonzero(as_strong)) / (1 + samples)
    return Cluster(int(best[0]), int(numbers @ cells[best[0]]), float(p_value))


@lru_cache(maxsize=64)
def _cluster_null(
    n: int, shares: tuple[float, ...], windows: tuple[tuple[int, ...], ...], samples: int
) -> npt.NDArray[np.float64]:
    """Return the strengths of the strongest clusters in samples without a pattern."""
    cells = np.zeros((len(windows), len(shares)), dtype=np.int64)
    for number, window in enumerate(windows):
        cells[number, list(window)] = 1
    drawn = np.random.default_rng(0).multinomial(n, shares, size=samples)
    batches = np.array_split(drawn, max(1, drawn.shape[0] * len(windows) // _BATCH))
    return np.concatenate([_cluster_strength(batch, np.array(shares), cells)[0] for batch in batches])


def _cluster_strength(
    counts: npt.NDArray[np.int64], shares: npt.NDArray[np.float64], cells: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the strength of each row's strongest cluster and the two figures that break ties, and its window."""
    from scipy import special

    n = counts[0].sum()
    expected, possible = n * (cells @ shares)[:, np.newaxis], np.arange(n + 1)
    ratio = special.rel_entr(possible, expected) + special.rel_entr(n - possible, n - expected)
    # A window that is never open, or always, cannot hold more than its share.
    ratio = np.where((possible > expected) & (expected > 0) & (expected < n), ratio, 0.0).round(9)
    inside = (counts.astype(np.float64) @ cells.T).astype(np.intp)  # a product of floats is by far faster
    ratios = ratio[np.arange(len(cells)), inside]
    best = ratios.argmax(axis=1)
    used = shares > 0
    uneven = ((counts[:, used] - n * shares[used]) ** 2 / (n * shares[used])).sum(axis=1)
    one_sided = np.abs(counts @ np.exp(2j * np.pi * np.arange(shares.size) / shares.size))
    return np.column_stack([ratios.max(axis=1), uneven.round(9), one_sided.round(9)]), best


def detectable_changes(
    *, log_sd: float, n_before: int, n_after: int, power: float = 0.8, alpha: float = LEVEL
) -> tuple[float, float]:
    """Return the smallest fall and rise of a geometric mean that a two-sided t test on logarithms finds.

    Parameters
    ----------
    log_sd
        The standard deviation of the natural logarithms, the same before and after.
    n_before, n_after
        How many values there are, at least 2 each.
    power
        The chance with which the change is found.
    alpha
        The level of the test.

    Returns
    -------
    tuple of float
        The fall as a negative fraction, -0.4 for a cut of 40%, and the rise as a positive one. NaN where the values do
        not vary.

    References
    ----------
    J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 2nd ed., Erlbaum 1988, chapter 2: the
    noncentral t distribution.

    Examples
    --------
    >>> fall, rise = detectable_changes(log_sd=1.25, n_before=100, n_after=100)
    >>> round(fall, 2), round(rise, 2)
    (-0.39, 0.64)
    """
    from scipy import optimize, stats

    if not log_sd > 0:
        return _NONE
    freedom = n_before + n_after - 2
    critical = stats.t.isf(alpha / 2, freedom)
    error = log_sd * np.sqrt(1 / n_before + 1 / n_after)
    # A change of critical + 9 standard errors is found for certain; the bracket never ends in a fraction of -1.
    shift = optimize.brentq(lambda shift: stats.nct.sf(critical, freedom, shift) - power, 0, critical + 9)
    return float(np.expm1(-shift * error)), float(np.expm1(shift * error))


Floats: TypeAlias = npt.NDArray[np.float64]


def pearson_dispersion(counts: npt.ArrayLike, exposure: npt.ArrayLike) -> Floats:
    """Return the variance of counts divided by their mean, as far as it is above that of a Poisson distribution.

    Parameters
    ----------
    counts
        The counts of several periods, along the last axis.
    exposure
        How long each period is.

    Returns
    -------
    numpy.ndarray
        Pearson's chi-square divided by its degrees of freedom, one less than there are periods; at least 1. NaN where
        all counts are 0.

    References
    ----------
    P. McCullagh and J. A. Nelder, "Generalized Linear Models", 2nd ed., Chapman & Hall 1989, section 6.2.3.

    Examples
    --------
    >>> float(pearson_dispersion([2, 9, 1, 12], [30, 30, 30, 30]))
    4.777777777777778
    """
    n, length = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = n.sum(axis=-1, keepdims=True) * length / length.sum()
        estimate: Floats = ((n - expected) ** 2 / expected).sum(axis=-1) / (n.shape[-1] - 1)
    return np.maximum(estimate, 1.0)[()]


def tail_probability(confidence: float, *, dispersion: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """Return the chance in each tail at which an exact interval of counts keeps its confidence.

    An estimated dispersion is itself uncertain. As Student's t replaces the normal distribution where a variance is
    estimated, the tail shrinks to that of the normal distribution beyond the quantile of Student's t.

    Parameters
    ----------
    confidence
        The nominal chance that the interval covers its figure.
    dispersion
        Variance divided by mean. At 1 the counts are Poisson, and the tail is half of what confidence leaves.
    freedom
        The degrees of freedom of its estimate; infinite where it is known.

    Examples
    --------
    >>> [round(float(tail_probability(0.95, dispersion=2, freedom=freedom)), 4) for freedom in (7, 23, np.inf)]
    [0.009, 0.0193, 0.025]
    """
    from scipy import stats

    tail = (1 - confidence) / 2
    narrowed = stats.norm.sf(stats.t.isf(tail, np.asarray(freedom, dtype=np.float64)))
    return np.where(np.asarray(dispersion) > 1, narrowed, tail)[()]


def widened_p_value(p_value: npt.ArrayLike, *, dispersion: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """Return a two-sided p-value that allows for an estimated dispersion, as `tail_probability` does.

    Examples
    --------
    >>> [round(float(widened_p_value(0.018, dispersion=2, freedom=freedom)), 3) for freedom in (7, 23, np.inf)]
    [0.05, 0.027, 0.018]
    """
    from scipy import stats

    given = np.asarray(p_value, dtype=np.float64)
    widened = 2 * stats.t.sf(stats.norm.isf(given / 2), np.asarray(freedom, dtype=np.float64))
    return np.where(np.asarray(dispersion) > 1, widened, given)[()]


def rate_interval(
    n: npt.ArrayLike,
    exposure: npt.ArrayLike = 1.0,
    *,
    dispersion: npt.ArrayLike = 1.0,
    freedom: npt.ArrayLike = np.inf,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return the interval of a rate of events: exact for Poisson counts, scaled where counts are more dispersed.

    Parameters
    ----------
    n
        How many events there were.
    exposure
        Over how much time, in the unit of the rate.
    dispersion, freedom
        Variance divided by mean, at least 1, and the degrees of freedom of its estimate; infinite where it is known.
    confidence
        The chance that the interval covers the rate: the least one for Poisson counts, where each side errs at most
        half of the rest.

    Returns
    -------
    tuple of numpy.ndarray
        Low and high, events per unit of exposure; low is 0 where there was no event. NaN without exposure.

    Notes
    -----
    The method is Garwood's with counts and exposure divided by the dispersion and the tail of `tail_probability`.
    Simulated coverage of the 95% interval of a month's or a quarter's rate, for 1 to 12 incidents a month and a
    dispersion estimated from 12 to 24 months: 96% to 99% of Poisson counts; 95% to 98% of negative binomial ones with a
    variance of 2 or 3 times the mean (tests/benchmarks/simulations_counts.py).

    References
    ----------
    F. Garwood, "Fiducial Limits for the Poisson Distribution", Biometrika 28 (1936) 437-442,
    https://doi.org/10.1093/biomet/28.3-4.437. R. W. M. Wedderburn, "Quasi-likelihood Functions, Generalized Linear
    Models, and the Gauss-Newton Method", Biometrika 61 (1974) 439-447, https://doi.org/10.1093/biomet/61.3.439.

    Examples
    --------
    >>> [round(float(bound), 4) for bound in rate_interval(10)]
    [4.7954, 18.3904]
    >>> [round(float(bound), 1) for bound in rate_interval(10, dispersion=2, freedom=23)]
    [3.0, 22.7]
    """
    from scipy import stats

    events, spread = np.asarray(n, dtype=np.float64), np.asarray(dispersion, dtype=np.float64)
    length = np.where(np.asarray(exposure, dtype=np.float64) > 0, exposure, np.nan) / spread
    tail = tail_probability(confidence, dispersion=spread, freedom=freedom)
    low = np.where(events > 0, stats.gamma.ppf(tail, np.where(events > 0, events, 1) / spread), 0)
    high = stats.gamma.isf(tail, (events + 1) / spread)
    return low / length, high / length


def binomial_tails(
    n: npt.ArrayLike, others: npt.ArrayLike, share: npt.ArrayLike, *, dispersion: npt.ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """Return the chances of at most, and of at least, n events out of n and the others.

    Given how many Poisson events there were in all, those of one period are binomial.

    Parameters
    ----------
    n, others
        The events counted, and the others.
    share
        The chance that an event is counted.
    dispersion
        Variance divided by mean, by which the counts are scaled; 1 gives the binomial distribution itself.

    Examples
    --------
    >>> [round(float(chance), 4) for chance in binomial_tails(1, 9, 0.5)]
    [0.0107, 0.999]
    """
    from scipy import stats

    spread = np.asarray(dispersion, dtype=np.float64)
    counted, rest = np.asarray(n, dtype=np.float64) / spread, np.asarray(others, dtype=np.float64) / spread
    one = 1 / spread
    at_most = np.where(rest > 0, stats.beta.sf(share, counted + one, np.where(rest > 0, rest, 1)), 1.0)
    at_least = np.where(counted > 0, stats.beta.cdf(share, np.where(counted > 0, counted, 1), rest + one), 1.0)
    return at_most[()], at_least[()]


def rate_ratio_interval(
    n_before: npt.ArrayLike,
    n_after: npt.ArrayLike,
    odds: npt.ArrayLike,
    *,
    dispersion: npt.ArrayLike = 1.0,
    freedom: npt.ArrayLike = np.inf,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return the interval of the ratio of two rates, after to before.

    Parameters
    ----------
    n_before, n_after
        How many events there were.
    odds
        How much longer the time after is than the time before.
    dispersion, freedom, confidence
        As for `rate_interval`.

    Returns
    -------
    tuple of numpy.ndarray
        Low and high; high is infinite where there was no event before. NaN where there was none at all.

    Notes
    -----
    Exact for Poisson counts, by the interval of a binomial share; scaled as `rate_interval` where counts are more
    dispersed.

    References
    ----------
    J. Przyborowski and H. Wilenski, "Homogeneity of Results in Testing Samples from Poisson Series", Biometrika 31
    (1940) 313-323, https://doi.org/10.1093/biomet/31.3-4.313. M. P. Fay, "Two-sided Exact Tests and Matching
    Confidence Intervals for Discrete Data", The R Journal 2 (2010) 53-58, https://doi.org/10.32614/RJ-2010-008.

    Examples
    --------
    >>> [round(float(bound), 3) for bound in rate_ratio_interval(12, 6, 92 / 91)]
    [0.152, 1.424]
    """
    from scipy import stats

    spread = np.asarray(dispersion, dtype=np.float64)
    before, after = np.asarray(n_before, dtype=np.float64) / spread, np.asarray(n_after, dtype=np.float64) / spread
    one = 1 / spread
    tail = tail_probability(confidence, dispersion=spread, freedom=freedom)
    low = np.where(after > 0, stats.beta.ppf(tail, np.where(after > 0, after, 1), before + one), 0.0)
    high = np.where(before > 0, stats.beta.isf(tail, after + one, np.where(before > 0, before, 1)), 1.0)
    nothing = np.where(before + after > 0, 1.0, np.nan)
    with np.errstate(divide="ignore"):
        return nothing * low / (1 - low) / odds, nothing * high / (1 - high) / odds


def rate_ratio_p_value(
    n_before: npt.ArrayLike,
    n_after: npt.ArrayLike,
    odds: npt.ArrayLike,
    *,
    dispersion: npt.ArrayLike = 1.0,
    freedom: npt.ArrayLike = np.inf,
) -> Floats:
    """Return the two-sided p-value of equal rates: below 5% just where the 95% interval leaves out a ratio of 1.

    The parameters and the method are those of `rate_ratio_interval`; the p-value is twice that of the smaller tail.
    NaN where there was no event at all.

    Examples
    --------
    >>> round(float(rate_ratio_p_value(12, 6, 92 / 91)), 2)
    0.23
    """
    before, after, ratio = (np.asarray(value, dtype=np.float64) for value in (n_before, n_after, odds))
    tails = binomial_tails(after, before, ratio / (1 + ratio), dispersion=dispersion)
    p_value = widened_p_value(np.minimum(1.0, 2 * np.minimum(*tails)), dispersion=dispersion, freedom=freedom)
    return np.where(before + after > 0, p_value, np.nan)[()]
