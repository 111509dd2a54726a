"""Intervals and tests that several analyses share; numbers in, numbers out.

Values are plain numbers without NaN. A figure that is undefined, or has too small a sample, is NaN. Random samples are
drawn from the sorted values with a fixed seed: the same values give the same result in any order.

No analysis imports scipy.stats or scipy.optimize, which take longer to import than most of them to run: distributions
come from scipy.special, and the tests compare the results with those of scipy.stats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = [
    "LEAST",
    "LEVEL",
    "POWER",
    "detectable_changes",
    "geometric_mean_interval",
    "holm",
    "mean_interval",
    "quantile_interval",
    "root",
    "share_interval",
]

LEVEL: Final = 0.05
"""The adjusted p-value up to which a change is spoken of, wherever nothing else is asked for."""

POWER: Final = 0.8
"""The chance with which a test finds the changes that are called detectable."""

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
        "concordance": 10,
        "trend": 10,
    }
)
"""The smallest sample that each figure is shown for; analyses, sentences and plots all ask here.

The interval of a quantile needs a value beyond it on either side, at 95%: 6 for the median, 36 for the p90. Of fewer
than 10 incidents none is expected beyond the p90. Below 40 the interval of a mean covers it too rarely. From 60 starts
on, days with three times as many of them as nights are found in four of five cases.
A trend of fewer than 10 incidents may be one bad day.
"""

_RESAMPLES: Final = 1999
_LARGE: Final = 200  # values, from which the bootstrap of a mean needs less of a correction
_VERY_LARGE: Final = 5_000  # values, from which a mean needs no bootstrap
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
    numbers = _in_order(values)
    ranks = _bounding_ranks(numbers.size, quantile, confidence) if numbers.size else None
    return _NONE if ranks is None else (float(numbers[ranks[0]]), float(numbers[ranks[1]]))


def _in_order(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return values sorted, which most of them are already: to see that is faster than to sort them again."""
    numbers = np.asarray(values, dtype=np.float64)
    return numbers if (numbers[:-1] <= numbers[1:]).all() else np.sort(numbers)


@lru_cache(maxsize=4096)
def _bounding_ranks(n: int, quantile: float, confidence: float) -> tuple[int, int] | None:
    """Return which of n sorted values, counted from 0, bound a quantile; they depend on no value."""
    from scipy import special

    tail = (1 - confidence) / 2
    # How many values are below the quantile is binomial: what is 10 standard deviations from its mean has no weight.
    middle, far = n * quantile, 10 * np.sqrt(n * quantile * (1 - quantile)) + 1
    counts = np.arange(max(0, int(middle - far)), min(n, int(middle + far)) + 1)
    low = counts[special.bdtr(counts, n, quantile) >= tail][0] - 1
    high = counts[special.bdtrc(counts, n, quantile) <= tail][0]
    return (int(low), int(high)) if low >= 0 and high < n else None


def share_interval(part: int, whole: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share.

    References
    ----------
    C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial",
    Biometrika 26 (1934) 404-413, https://doi.org/10.1093/biomet/26.4.404.

    Examples
    --------
    >>> [round(bound, 4) for bound in share_interval(7, 50)]
    [0.0582, 0.2674]
    >>> [round(bound, 4) for bound in share_interval(0, 10)]
    [0.0, 0.3085]
    """
    from scipy import special

    tail = (1 - confidence) / 2
    low = special.betaincinv(part, whole - part + 1, tail) if part else 0.0
    high = special.betainccinv(part + 1, whole - part, tail) if part < whole else 1.0
    return float(low), float(high)


def mean_interval(values: npt.ArrayLike) -> tuple[float, float]:
    """Return the 95% interval of a mean, by Student's t on logarithms, calibrated by a bootstrap below 5,000 values.

    Spans of incidents are so skewed that the usual t interval of 50 of them covers their mean in 88% of cases, and the
    bootstrap at its face value in 92%. This one covers it in 93 to 97%: measured on lognormal spans with a log standard
    deviation of 1 to 1.5, of 40 to 10,000 incidents, by ``tests/benchmarks/simulations_spans.py``. The mean of 5,000
    values and more is so nearly normal that no bootstrap is needed.

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
    numbers = _in_order(values)
    error = _standard_error(numbers) if numbers.size >= LEAST["mean interval"] else 0.0
    if error == 0:
        return _NONE
    mean = numbers.mean()
    if numbers.size >= _VERY_LARGE:
        from scipy import special

        half = special.stdtrit(numbers.size - 1, 0.975) * error / mean
        return float(mean * np.exp(-half)), float(mean * np.exp(half))
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
    from scipy import special

    logs = np.log(_in_order(values))
    error = _standard_error(logs) if logs.size >= LEAST["geometric mean interval"] else 0.0
    if error == 0:
        return _NONE
    half = special.stdtrit(logs.size - 1, (1 + confidence) / 2) * error
    return float(np.exp(logs.mean() - half)), float(np.exp(logs.mean() + half))


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
    order = np.flatnonzero(~np.isnan(adjusted))
    order = order[np.argsort(adjusted[order])]
    factors = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(adjusted[order] * factors), 1)
    return adjusted


def detectable_changes(
    *, log_sd: float, n_before: int, n_after: int, power: float = POWER, alpha: float = LEVEL
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
    from scipy import special

    if not log_sd > 0:
        return _NONE
    freedom = n_before + n_after - 2
    critical = -special.stdtrit(freedom, alpha / 2)
    error = log_sd * np.sqrt(1 / n_before + 1 / n_after)
    # A change of critical + 9 standard errors is found for certain; the bracket never ends in a fraction of -1.
    shift = root(lambda shift: (1 - power) - special.nctdtr(freedom, shift, critical), 0, critical + 9)
    return float(np.expm1(-shift * error)), float(np.expm1(shift * error))


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where an increasing function is 0, to the last digit: the bounds close in on it by halves.

    Examples
    --------
    >>> root(lambda number: number**3 - 27, 0, 10)
    3.0
    """
    while low < (middle := (low + high) / 2) < high:
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return high
