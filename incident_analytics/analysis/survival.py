"""Survival curves, for spans some of which have not ended yet."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["kaplan_meier", "survival_quantile"]


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
    from scipy import special

    ended = np.asarray(observed, dtype=bool)
    times, order = np.unique(np.asarray(durations), return_inverse=True)
    last = np.bincount(order, minlength=times.size)
    events = np.bincount(order[ended], minlength=times.size)
    curve = pd.DataFrame({"time": times, "at_risk": last[::-1].cumsum()[::-1], "events": events})
    if not events.sum():
        unknown = np.full(times.size, np.nan)
        return curve.assign(survival=1.0, low=unknown, high=unknown)
    at_risk, lasted = curve["at_risk"].to_numpy(), curve["at_risk"].to_numpy() - events
    survival = np.cumprod(lasted / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * lasted)) / np.log(survival) ** 2
        center, half = np.log(-np.log(survival)), special.ndtri((1 + confidence) / 2) * np.sqrt(variance)
        low, high = np.exp(-np.exp(center + half)), np.exp(-np.exp(center - half))
    return curve.assign(survival=survival, low=low, high=high)


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
