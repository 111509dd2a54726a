"""Whether incidents come more and more often, or less and less."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.analysis.counts import widened_p_value
from incident_analytics.analysis.grouping import (
    group_rows,
    match_dispersion,
    member_ids,
    rows_within,
    split_rows,
)
from incident_analytics.analysis.rates import rows_by
from incident_analytics.analysis.statistics import holm
from incident_analytics.periods import Period
from incident_analytics.schema import FLOAT

__all__ = ["rate_trend"]

_TREND_MINIMUM: Final = 4  # incidents from which Laplace's statistic is close enough to normal
_EXACT_REVERSALS: Final = 33  # incidents up to which all orders of their gaps are gone through
_ROUNDING: Final = 1e-9  # relative: what differs by less is the same
_TREND: Final = {
    "n": "int64",
    "laplace": FLOAT,
    "p_value": FLOAT,
    "p_adjusted": FLOAT,
    "mil_hdbk": FLOAT,
    "mil_hdbk_p_value": FLOAT,
    "n_reversals": "int64",
    "n_pairs": "int64",
    "reversals_p_value": FLOAT,
    "dispersion": FLOAT,
}


def rate_trend(
    incidents: pd.DataFrame,
    *,
    within: Period,
    by: str | Sequence[str] | None = None,
    services: pd.DataFrame | None = None,
    dispersion: float | pd.DataFrame | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Test whether incidents came at a steady rate all through a window.

    Parameters
    ----------
    incidents, by, services, members
        As in `compare_rates`.
    within
        The period to test, by when the incident occurred.
    dispersion
        Variance / mean of counts, as for `compare_rates`; estimate it from months before the window. Without it, and
        where it could not be estimated, counts are taken as Poisson.

    Returns
    -------
    pandas.DataFrame
        One row, or a row for every declared severity and every service, also where there was no incident:

        - the columns of ``by``
        - n, int64: incidents in the window, the sample size of the tests
        - laplace, Float64: Laplace's statistic, standard normal at a steady rate; below 0 the rate falls, above 0 it
          rises; NA where n is 0
        - p_value, Float64: its two-sided p-value; NA below 4 incidents
        - p_adjusted, Float64: the same, adjusted for the number of rows by `holm`
        - mil_hdbk, Float64: the MIL-HDBK-189 statistic, chi-square with 2 n degrees of freedom at a steady rate; large
          where the rate falls; NA where n is 0, and where an incident is at the very start, as all its weight is
          on that one
        - mil_hdbk_p_value, Float64: its two-sided p-value; NA below 4 incidents
        - n_reversals, int64: pairs of gaps, the first from the start, of which the later one is longer; more than half
          of the pairs where the rate falls
        - n_pairs, int64: n (n - 1) / 2
        - reversals_p_value, Float64: its two-sided p-value; NA below 4 incidents, and where all gaps are the same
        - dispersion, Float64: what p_value and mil_hdbk_p_value allow for; NA where counts are taken as Poisson
        - incident_ids, tuple of str, where asked for

        Incidents of which a grouping column is NA, or that name no affected service, have their row of NA where there
        are such.

    Raises
    ------
    UnknownNameError
        ``by 'team' is not one of incident_id, ...``
    ColumnsError
        ``by 'service' needs services=, the services table``
    PeriodError
        ``the window 2025-10-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty``

    Notes
    -----
    The p-value to speak from is that of Laplace's test. The other two answer the same question in another way,
    MIL-HDBK-189 with most weight on the start, the reversals by the order of the gaps alone: where they say something
    else, look at the chart, and do not take the smallest. All three find a trend that goes one way, not a rise and a
    fall. Incidents that come in clusters pass for a trend too easily where no dispersion is given, and in the
    reversals always, as these take no dispersion. Simulated false alarms of Laplace's test over a year at a level of
    5%, with a dispersion estimated from 12 to 24 months: at most 5%; without one 14% to 26% where the variance is 2 or
    3 times the mean.

    References
    ----------
    NIST/SEMATECH e-Handbook of Statistical Methods, section 8.2.3.4,
    https://www.itl.nist.gov/div898/handbook/apr/section2/apr234.htm, whose example the tests of this function give
    again. D. R. Cox and P. A. W. Lewis, "The Statistical Analysis of Series of Events", Methuen 1966, section 3.3.
    The p-value of the reversals is that of Kendall's tau, `scipy.stats.kendalltau`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> start = pd.Timestamp("2025-01-01", tz="UTC")
    >>> hours = [5, 40, 43, 175, 389, 712, 747, 795, 1299, 1478]
    >>> incidents = make_table("incidents", {
    ...     "incident_id": [f"INC-{hour}" for hour in hours],
    ...     "occurred_at": [start + pd.Timedelta(hours=hour) for hour in hours],
    ... })
    >>> trend = rate_trend(incidents, within=Period("", start, start + pd.Timedelta(hours=1500)))
    >>> trend[["n", "laplace", "p_value", "mil_hdbk", "n_reversals", "n_pairs"]].round(3)
        n  laplace  p_value  mil_hdbk  n_reversals  n_pairs
    0  10   -1.327    0.185    37.228           33       45
    """
    rows, columns, declared = rows_by(incidents, by, services)
    rows = rows_within(rows, within)
    groups, numbers = group_rows(rows, columns, declared)
    elapsed = (rows["occurred_at"] - within.start).to_numpy("timedelta64[us]").astype(np.int64)
    length = (within.end - within.start) // pd.Timedelta(microseconds=1)
    known, spread, freedom = match_dispersion(dispersion, groups, columns)
    tested = [
        _test_trend(of_group, length, dispersion=phi)
        for of_group, phi in zip(split_rows(elapsed, numbers, groups), spread.tolist(), strict=True)
    ]
    tests = pd.DataFrame(tested, columns=list(_TREND)).assign(dispersion=known).astype(_TREND)
    for name in ("p_value", "mil_hdbk_p_value"):
        given = tests[name].to_numpy(np.float64, na_value=np.nan)
        tests[name] = pd.Series(widened_p_value(given, dispersion=spread, freedom=freedom)).astype(FLOAT)
    tests["p_adjusted"] = pd.Series(holm(tests["p_value"].to_numpy(np.float64, na_value=np.nan))).astype(FLOAT)
    trends = pd.concat([groups, tests], axis="columns")
    if members:
        trends["incident_ids"] = member_ids(rows, numbers, groups)
    return trends


def _test_trend(elapsed: npt.NDArray[np.int64], length: int, *, dispersion: float) -> dict[str, float]:
    """Return the defined ones of `_TREND`, of one group's times since the start, in order."""
    from scipy import special

    n = len(elapsed)
    gaps = np.diff(elapsed, prepend=0)
    earlier: list[int] = []
    n_reversals = 0
    for gap in gaps.tolist():
        n_reversals += bisect_left(earlier, gap)
        insort(earlier, gap)
    tested: dict[str, float] = {"n": n, "n_reversals": n_reversals, "n_pairs": n * (n - 1) // 2}
    if n:
        tested["laplace"] = np.sqrt(12 * n) * (elapsed.mean() / length - 0.5)
    if n and elapsed.all():
        tested["mil_hdbk"] = 2 * np.log(length / elapsed).sum()
    if n >= _TREND_MINIMUM:
        tested["p_value"] = 2 * special.ndtr(-abs(tested["laplace"]) / np.sqrt(dispersion))
        if "mil_hdbk" in tested:
            steady = (2 * n / dispersion, tested["mil_hdbk"] / dispersion)
            tested["mil_hdbk_p_value"] = 2 * min(special.chdtr(*steady), special.chdtrc(*steady))
        if np.ptp(gaps):
            tested["reversals_p_value"] = _reversals_p_value(gaps, n_reversals)
    return tested


def _reversals_p_value(gaps: npt.NDArray[np.int64], n_reversals: int) -> float:
    """Return the two-sided p-value of Kendall's tau: exact for few gaps that all differ, else its normal form."""
    from scipy import special

    n, ties = len(gaps), np.unique(gaps, return_counts=True)[1].astype(np.float64)
    n_tied = (ties * (ties - 1)).sum() / 2
    n_pairs = n * (n - 1) // 2
    if n <= _EXACT_REVERSALS and not n_tied:
        chances = np.ones(1)
        for earlier in range(1, n):  # of the gaps before it, any number from none to all is longer, equally likely
            chances = np.convolve(chances, np.full(earlier + 1, 1 / (earlier + 1)))
        return min(1.0, 2 * float(chances[: min(n_reversals, n_pairs - n_reversals) + 1].sum()))
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    return 2 * float(special.ndtr(-abs(n_pairs - n_tied - 2 * n_reversals) / np.sqrt(variance)))
