"""Intervals and tests of how often events occur, which allow for counts that vary more than Poisson counts do."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Floats",
    "binomial_tails",
    "pearson_dispersion",
    "rate_interval",
    "rate_ratio_interval",
    "rate_ratio_p_value",
    "tail_probability",
    "widened_p_value",
]

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
    from scipy import special

    tail = (1 - confidence) / 2
    narrowed = special.ndtr(special.stdtrit(np.asarray(freedom, dtype=np.float64), tail))
    return np.where(np.asarray(dispersion) > 1, narrowed, tail)[()]


def widened_p_value(p_value: npt.ArrayLike, *, dispersion: npt.ArrayLike, freedom: npt.ArrayLike) -> Floats:
    """Return a two-sided p-value that allows for an estimated dispersion, as `tail_probability` does.

    Examples
    --------
    >>> [round(float(widened_p_value(0.018, dispersion=2, freedom=freedom)), 3) for freedom in (7, 23, np.inf)]
    [0.05, 0.027, 0.018]
    """
    from scipy import special

    given = np.asarray(p_value, dtype=np.float64)
    widened = 2 * special.stdtr(np.asarray(freedom, dtype=np.float64), special.ndtri(given / 2))
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
    from scipy import special

    events, spread = np.asarray(n, dtype=np.float64), np.asarray(dispersion, dtype=np.float64)
    length = np.where(np.asarray(exposure, dtype=np.float64) > 0, exposure, np.nan) / spread
    tail = tail_probability(confidence, dispersion=spread, freedom=freedom)
    low = np.where(events > 0, special.gammaincinv(events / spread, tail), 0)
    high = special.gammainccinv((events + 1) / spread, tail)
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
    from scipy import special

    spread = np.asarray(dispersion, dtype=np.float64)
    counted, rest = np.asarray(n, dtype=np.float64) / spread, np.asarray(others, dtype=np.float64) / spread
    one = 1 / spread
    at_most = np.where(rest > 0, special.betaincc(counted + one, rest, share), 1.0)
    at_least = np.where(counted > 0, special.betainc(counted, rest + one, share), 1.0)
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
    from scipy import special

    spread = np.asarray(dispersion, dtype=np.float64)
    before, after = np.asarray(n_before, dtype=np.float64) / spread, np.asarray(n_after, dtype=np.float64) / spread
    one = 1 / spread
    tail = tail_probability(confidence, dispersion=spread, freedom=freedom)
    low = np.where(after > 0, special.betaincinv(after, before + one, tail), 0.0)
    high = np.where(before > 0, special.betainccinv(after + one, before, tail), 1.0)
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
