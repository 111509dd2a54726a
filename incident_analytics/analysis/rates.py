"""How often incidents come, and whether that changed from one period to another.

Incidents often come in clusters, so that their counts vary more than Poisson counts do. `count_dispersion` estimates
by how much from past months; the analyses of rates take its result as ``dispersion`` and allow for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.counts import (
    Floats,
    binomial_tails,
    pearson_dispersion,
    rate_interval,
    rate_ratio_interval,
    rate_ratio_p_value,
    tail_probability,
)
from incident_analytics.analysis.grouping import (
    assign_periods,
    count_rows,
    group_rows,
    match_dispersion,
    member_ids,
)
from incident_analytics.analysis.response import with_services
from incident_analytics.analysis.severity import severity_counts
from incident_analytics.analysis.statistics import POWER, holm
from incident_analytics.checks import require_columns, require_instants, require_name, require_order
from incident_analytics.periods import Period, Unit
from incident_analytics.schema import FLAG, FLOAT, SPAN, TEXT

__all__ = [
    "DISPERSION_MINIMUM",
    "RATE_UNIT",
    "compare_rates",
    "count_dispersion",
    "rows_by",
    "severity_rates",
]

RATE_UNIT: Final = pd.Timedelta(days=30)
_HALVED: Final = -0.5
DISPERSION_MINIMUM: Final = 8
"""The least number of past months from which the dispersion of counts is estimated."""
_CHANGE: Final = [
    "change",
    "change_low",
    "change_high",
    "p_value",
    "p_adjusted",
    "detectable_fall",
    "detectable_rise",
    "can_tell",
    "dispersion",
]


def count_dispersion(
    incidents: pd.DataFrame,
    *,
    within: Period | None = None,
    by: str | Sequence[str] | None = None,
    services: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Estimate from past months how much more the counts of incidents vary than Poisson counts.

    Parameters
    ----------
    incidents, by, services
        As in `compare_rates`; without ``by`` all incidents are one group.
    within
        The history: from the month of the first report on, up to the start of the period under review. Only its whole
        calendar months count. None takes the months from the first incident to the last.

    Returns
    -------
    pandas.DataFrame
        One row, or a row for each group:

        - the columns of ``by``
        - n, int64: incidents in these months
        - n_periods, int64: whole months
        - first_period, last_period, str: the first and the last of them, such as ``2024-01``; NA where there are none
        - dispersion, Float64, at least 1: variance / mean; NA below 8 months and where n is 0

    Raises
    ------
    UnknownNameError, ColumnsError
        As `compare_rates`.

    Notes
    -----
    Months differ in length, so each is compared with what its length lets expect. A rate that changed within these
    months counts as dispersion, which makes later comparisons cautious; a shorter history leaves out years long past.

    References
    ----------
    The estimate is that of `pearson_dispersion`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> days = [f"2025-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 9 if month % 3 else 2)]
    >>> incidents = make_table("incidents", {"incident_id": days, "occurred_at": [f"{day}T09:00Z" for day in days]})
    >>> count_dispersion(incidents, within=Period.parse("2025-01-01/2025-10-01")).round(2)
        n  n_periods first_period last_period  dispersion
    0  51          9      2025-01     2025-09        2.17
    """
    rows, columns, declared = rows_by(incidents, by, services)
    history = Period.covering(incidents["occurred_at"]) if within is None else within
    months = [] if history is None else [part for part in history.split("month") if part.unit == "month"]
    groups, numbers = group_rows(rows, columns, declared)
    counts = np.zeros((len(groups), len(months)), dtype=np.int64)
    for position, month in enumerate(months):
        counts[:, position] = count_rows(month.holds(rows["occurred_at"]), numbers, groups)
    lengths = [(month.end - month.start) / RATE_UNIT for month in months]
    enough = len(months) >= DISPERSION_MINIMUM
    estimate = pearson_dispersion(counts, lengths) if enough else np.full(len(groups), np.nan)
    return groups.assign(
        n=counts.sum(axis=1),
        n_periods=len(months),
        first_period=pd.Series(months[0].name if months else None, index=groups.index, dtype=TEXT),
        last_period=pd.Series(months[-1].name if months else None, index=groups.index, dtype=TEXT),
        dispersion=pd.Series(estimate, index=groups.index).astype(FLOAT),
    )


def severity_rates(
    incidents: pd.DataFrame,
    *,
    every: Unit = "month",
    within: Period | None = None,
    covered: Period | None = None,
    dispersion: float | pd.DataFrame | None = None,
    confidence: float = 0.95,
    members: bool = False,
) -> pd.DataFrame:
    """Count how often incidents of each severity came in each period.

    Parameters
    ----------
    incidents, every, within, members
        As in `severity_counts`.
    covered
        The time in which incidents were reported at all; None takes all of it.
    dispersion
        Variance / mean of counts: the result of `count_dispersion`, of all incidents or by severity, or a number that
        is known. Without it, and where it could not be estimated, counts are taken as Poisson.
    confidence
        The chance that an interval covers the rate; with Poisson counts the least one.

    Returns
    -------
    pandas.DataFrame
        The rows of `severity_counts`:

        - period, str; severity, category; n, int64: as they are there
        - exposure, timedelta64[us]: the part of the period that is in the window and covered; NA where there is none,
          and for incidents of no known time
        - rate, Float64: incidents per 30 days, NA without exposure
        - rate_low, rate_high, Float64: its interval; the lower bound of no incidents is 0, the upper is not
        - dispersion, Float64: what the interval allows for; NA where counts are taken as Poisson
        - incident_ids, tuple of str, where asked for

    Raises
    ------
    ColumnsError, PeriodError
        As `severity_counts`.

    Notes
    -----
    Each period counts as one whose incidents were all reported: where none was written down the rate is unknown, not 0.

    The 95% interval covers the rate of Poisson counts in at least 95% of cases. With a dispersion estimated from 12 to
    24 months it covers 95% to 98% where the variance is 2 or 3 times the mean; without one 83% to 95% where it is 2
    times, 74% to 92% where it is 3 times the mean (simulated, 1 to 12 incidents a month).

    References
    ----------
    The interval is that of `rate_interval`, by F. Garwood (1936).

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-04-04-001", "INC-2025-04-30-001"],
    ...     "occurred_at": ["2025-04-04T09:00Z", "2025-04-30T23:00Z"],
    ...     "severity": ["SEV-2", "SEV-2"],
    ... })
    >>> severity_rates(incidents).drop(columns=["exposure", "dispersion"]).round(2)
        period severity  n  rate  rate_low  rate_high
    0  2025-04    SEV-3  0   0.0       0.0       3.69
    1  2025-04    SEV-2  2   2.0      0.24       7.22
    2  2025-04    SEV-1  0   0.0       0.0       3.69
    """
    counts = severity_counts(incidents, every=every, within=within, members=True)
    _, parts = assign_periods(incidents["occurred_at"], every, within)
    lengths = {name: _length(part, covered) for name, part in parts.items()}
    exposure = pd.Series([lengths.get(name, pd.NaT) for name in counts["period"]], index=counts.index, dtype=SPAN)
    known, spread, freedom = match_dispersion(dispersion, counts, ["severity"])
    rates = pd.concat(
        [
            counts[["period", "severity", "n"]],
            exposure.rename("exposure"),
            _rates(counts["n"], exposure, "rate", dispersion=spread, freedom=freedom, confidence=confidence),
            known.rename("dispersion"),
        ],
        axis="columns",
    )
    return rates.assign(incident_ids=counts["incident_ids"]) if members else rates


def _length(part: Period, covered: Period | None) -> pd.Timedelta | None:
    """Return how much of a part of time is covered; None for nothing."""
    if covered is None:
        return part.end - part.start
    length = min(part.end, covered.end) - max(part.start, covered.start)
    return length if length > pd.Timedelta(0) else None


def _rates(
    n: pd.Series, exposure: pd.Series, name: str, *, dispersion: Floats, freedom: Floats, confidence: float
) -> pd.DataFrame:
    """Return the rates per 30 days and their intervals."""
    units = exposure.dt.total_seconds().to_numpy(np.float64) / RATE_UNIT.total_seconds()
    units = np.where(units > 0, units, np.nan)
    low, high = rate_interval(n, units, dispersion=dispersion, freedom=freedom, confidence=confidence)
    return pd.DataFrame({name: n / units, f"{name}_low": low, f"{name}_high": high}, index=n.index).astype(FLOAT)


def compare_rates(
    incidents: pd.DataFrame,
    *,
    before: Period,
    after: Period,
    by: str | Sequence[str] | None = None,
    services: pd.DataFrame | None = None,
    dispersion: float | pd.DataFrame | None = None,
    confidence: float = 0.95,
    members: bool = False,
) -> pd.DataFrame:
    """Test whether incidents came more or less often in one period than in another.

    Parameters
    ----------
    incidents
        The incidents table, with any further columns to group by.
    before, after
        The two periods, the earlier one first. For one that is not over give what has passed of it:
        ``Period("2025Q4 so far", start, as_of)``.
    by
        The columns to group by: ``severity``, ``service``, another column of ``incidents``, or several;
        none compares all incidents. By service an incident counts in each service that it affected: the groups overlap.
    services
        The services table, which ``by="service"`` needs.
    dispersion
        Variance / mean of counts: the result of `count_dispersion`, of all incidents or by the same columns, or a
        number that is known. Without it, and where it could not be estimated, counts are taken as Poisson.
    confidence
        The chance that an interval covers its figure, with Poisson counts the least one; 1 less it is the level of
        the test.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        One row, or a row for every declared severity and every service, also where there was no incident:

        - the columns of ``by``
        - n, int64: incidents of both periods, on which the comparison rests
        - n_before, n_after, int64
        - exposure_before, exposure_after, timedelta64[us]: the periods' lengths
        - rate_before, rate_before_low, rate_before_high, Float64: incidents per 30 days and the interval
        - rate_after, rate_after_low, rate_after_high, Float64: the same
        - change, Float64, at least -1: rate_after / rate_before - 1; NA where there was no incident before
        - change_low, change_high, Float64: its interval; no upper bound, NA, where there was no incident before
        - p_value, Float64: the chance of a change this large, up or down, where nothing changed; NA where n is 0
        - p_adjusted, Float64: the same, adjusted for the number of rows by `holm`
        - detectable_fall, detectable_rise, Float64: the smallest changes, down and up, that as many incidents in all
          would show in 4 of 5 cases; NA where they could show none
        - can_tell, boolean: whether as many incidents in all can show at all that the rate halved or doubled; NA where
          n is 0
        - dispersion, Float64: what intervals and p-values allow for; NA where counts are taken as Poisson
        - incident_ids, tuple of str, where asked for: of both periods

        Incidents of which a grouping column is NA, or that name no affected service, have their row of NA where there
        are such.

    Raises
    ------
    UnknownNameError
        ``by 'team' is not one of incident_id, ...``
    ColumnsError
        ``by 'service' needs services=, the services table``
    PeriodError
        ``the period before, 2025Q3, must end before the one after, 2025Q2, begins``

    Notes
    -----
    Given how many incidents there were in all, the number after is binomial where the rate is the same. The p-value
    is twice that of the smaller tail, so that it agrees with the interval: 0 is outside the interval just where the
    p-value is below the level. A dispersion divides the counts, and its uncertainty widens both.

    Simulated false alarms of a quarter compared with the one before and the one a year before, adjusted by `holm`, for
    1 to 12 incidents a month and a dispersion estimated from 12 to 24 months: at most 3.3% of reviews, whether the
    variance is 1, 2 or 3 times the mean. Taken as Poisson, 7% to 17% and 15% to 31% where it is 2 and 3 times.
    The 95% interval of the change from one quarter to the next covers in 95% to 99% of cases.

    References
    ----------
    J. Przyborowski and H. Wilenski, "Homogeneity of Results in Testing Samples from Poisson Series", Biometrika 31
    (1940) 313-323, https://doi.org/10.1093/biomet/31.3-4.313. M. P. Fay, "Two-sided Exact Tests and Matching
    Confidence Intervals for Discrete Data", The R Journal 2 (2010) 53-58, https://doi.org/10.32614/RJ-2010-008.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> days = [f"2025-0{month}-{day:02}" for month, last in ((4, 12), (7, 6)) for day in range(1, last + 1)]
    >>> incidents = make_table("incidents", {"incident_id": days, "occurred_at": [f"{day}T09:00Z" for day in days]})
    >>> compared = compare_rates(incidents, before=Period.parse("2025Q2"), after=Period.parse("2025Q3"))
    >>> compared[["n_before", "n_after", "change", "change_low", "change_high", "p_value"]].round(2)
       n_before  n_after  change  change_low  change_high  p_value
    0        12        6   -0.51       -0.85         0.42     0.23
    """
    require_order(before, after)
    rows, columns, declared = rows_by(incidents, by, services)
    rows = rows[rows["occurred_at"].between(before.start, after.end, inclusive="left")].reset_index(drop=True)
    between = (rows["occurred_at"] >= before.end) & (rows["occurred_at"] < after.start)
    both = rows[~between].reset_index(drop=True)
    is_after = both["occurred_at"] >= after.start
    groups, numbers = group_rows(both, columns, declared)
    compared = groups.assign(
        n=np.bincount(numbers, minlength=len(groups)),
        n_before=count_rows(~is_after, numbers, groups),
        n_after=count_rows(is_after, numbers, groups),
        exposure_before=pd.Series(before.end - before.start, index=groups.index, dtype=SPAN),
        exposure_after=pd.Series(after.end - after.start, index=groups.index, dtype=SPAN),
    )
    known, spread, freedom = match_dispersion(dispersion, groups, columns)
    allowing: dict[str, Any] = {"dispersion": spread, "freedom": freedom}
    rates = [
        _rates(compared[f"n_{name}"], compared[f"exposure_{name}"], f"rate_{name}", confidence=confidence, **allowing)
        for name in ("before", "after")
    ]
    odds = (after.end - after.start) / (before.end - before.start)
    n_before, n_after = (compared[f"n_{which}"].to_numpy(np.float64) for which in ("before", "after"))
    low, high = rate_ratio_interval(n_before, n_after, odds, confidence=confidence, **allowing)
    p_value = rate_ratio_p_value(n_before, n_after, odds, **allowing)
    tail = tail_probability(confidence, **allowing)
    share = odds / (1 + odds)
    of_each = [*zip(compared["n"].tolist(), tail.tolist(), spread.tolist(), strict=True)]
    ratio = np.divide(n_after, n_before, out=np.full(len(groups), np.nan), where=n_before > 0) / odds
    fall = np.array([_detectable_ratio(n, share, *rest) - 1 for n, *rest in of_each])
    changes = pd.DataFrame(
        {
            "change": ratio - 1,
            "change_low": low - 1,
            "change_high": np.where(np.isfinite(high), high, np.nan) - 1,
            "p_value": p_value,
            "p_adjusted": holm(p_value),
            "detectable_fall": fall,
            "detectable_rise": [1 / _detectable_ratio(n, 1 - share, *rest) - 1 for n, *rest in of_each],
            "can_tell": fall >= _HALVED,
            "dispersion": known,
        },
        index=groups.index,
        columns=_CHANGE,
    ).astype({name: FLAG if name == "can_tell" else FLOAT for name in _CHANGE})
    changes["can_tell"] = changes["can_tell"].where(compared["n"] > 0)
    compared = pd.concat([compared, *rates, changes], axis="columns")
    if members:
        compared["incident_ids"] = member_ids(both, numbers, groups)
    return compared


def rows_by(
    incidents: pd.DataFrame, by: str | Sequence[str] | None, services: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[str], dict[str, Sequence[Any]]]:
    """Return a row an incident, or a row for each service of each, with the columns to group by."""
    require_columns(incidents, "incident_id", "occurred_at")
    require_instants(incidents, "occurred_at")
    columns = [by] if isinstance(by, str) else list(by or ())
    for column in columns:
        require_name("by", column, [*incidents.columns, "service"])
    own = [column for column in columns if column != "service"]
    rows = incidents[list(dict.fromkeys(["incident_id", "occurred_at", *own]))]
    if "service" not in columns:
        return rows, columns, {}
    rows, names = with_services(rows, services)
    return rows, columns, {"service": names}


@lru_cache(maxsize=1024)
def _detectable_ratio(n: int, share: float, tail: float, dispersion: float) -> float:
    """Return the greatest ratio of rates below 1 that n incidents show, where ``share`` of them means a ratio of 1."""
    from scipy import special

    counts = np.arange(n + 1)
    at_most, _ = binomial_tails(counts, n - counts, share, dispersion=dispersion)
    significant = counts[at_most <= tail]
    if not significant.size:
        return np.nan
    most = significant[-1]
    # The share of which so many or fewer come with that power, by the beta form of the binomial's tail.
    shown = float(special.betaincinv((most + 1) / dispersion, (n - most) / dispersion, 1 - POWER))
    return shown / (1 - shown) * (1 - share) / share
