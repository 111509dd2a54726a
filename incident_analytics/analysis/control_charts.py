"""What in a series is more than its usual ups and downs."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.counts import binomial_tails, tail_probability
from incident_analytics.analysis.grouping import match_dispersion
from incident_analytics.checks import require_columns, require_name
from incident_analytics.errors import ColumnsError
from incident_analytics.schema import FLAG, FLOAT, SPAN

__all__ = ["control_chart"]

_XMR_LIMIT: Final = 2.66  # three standard deviations, by the mean of ranges of two
_XMR_RANGE_LIMIT: Final = 3.268
_T_POWER: Final = 3.6  # the root that makes exponential gaps nearly normal
_RUN: Final = 8
_FLAGS: Final = ["beyond_limits", "three_of_four", "eight_in_a_row", "range_beyond_limit"]
_ROUNDING: Final = 1e-9  # relative: what differs by less is the same
_CHARTS: Final = ("counts", "xmr", "g", "t")
_FALSE_SIGNALS: Final = 0.05  # of whole charts of counts where nothing changed, at most


def control_chart(
    table: pd.DataFrame,
    *,
    value: str,
    kind: str | None = None,
    dispersion: float | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find the points of a series that are beyond its normal variation.

    Parameters
    ----------
    table
        A row a point, in the order of time: the counts of one severity by period, what `time_between` gives, what
        `response_times` gives in order of occurred_at, or any other table.
    value
        The column to chart: numbers or spans.
    kind
        ``counts`` for how many incidents there were in each period; ``xmr`` for measurements one by one, by their
        moving ranges; ``g`` for counts between rare incidents, such as ``n_days``; ``t`` for spans between rare
        incidents, such as ``gap``. Without it ``counts`` for the column ``n``, else ``xmr``.
    dispersion
        Of a chart of counts the variance / mean that it allows for: the result of `count_dispersion`, one row, or a
        number that is known. Without it, and where it could not be estimated, counts are taken as Poisson.

    Returns
    -------
    pandas.DataFrame
        The rows and columns of ``table``, then:

        - n_points, int64: points with a value, on which the limits are based
        - center, of the kind of the values: their mean; of a t-chart the mean of the roots, taken back; of counts what
          the length of each period lets expect
        - lower, upper, of the same kind: the limits, NA below 2 points. A lower limit below 0 is as the formula gives
          it, and no count or span can fall below it; of a t-chart it is NA. Of counts the least and the greatest count
          within normal variation, NA where a period of this length can have no count beyond it
        - moving_range, of the same kind: the distance to the last point before that has a value; NA for the first one
          and in charts of counts, g- and t-charts
        - range_limit, of the same kind: the upper limit of the moving ranges; NA in charts of counts, g- and t-charts
        - beyond_limits, boolean: the point is above upper or below lower
        - three_of_four, boolean: one of three points, of four in a row, that are nearer to the same limit than to the
          center; NA in charts of counts and g-charts
        - eight_in_a_row, boolean: one of eight or more points in a row on the same side of the center, in g-charts of
          the median; NA in charts of counts
        - range_beyond_limit, boolean: the moving range is above its limit; NA in charts of counts, g- and t-charts
        - dispersion, Float64, in charts of counts alone: what the limits allow for; NA where counts are taken as
          Poisson

        A point without a value is passed over: its flags are NA, and its neighbours are neighbours. So is a count of a
        period of no length.

        The length of each period is the column ``exposure`` of ``table``, as `severity_rates` has it: a month that is
        not over counts for what has passed. Without that column all periods are of the same length.

    Raises
    ------
    UnknownNameError
        ``kind 'c' is not one of counts, xmr, g, t``
    ColumnsError
        ``a chart of counts is of whole numbers from 0, and value 'rate' has others; write kind='xmr'``,
        ``value 'severity' is category, neither numbers nor spans``, ``a g-chart is of counts, and value 'gap' is
        timedelta64[us]; chart n_days, or gap as a t-chart``, ``a t-chart is of what lies between incidents, and value
        'gap' has negatives``

    Notes
    -----
    Counts: given how many incidents there were in all, those of each period are binomial with the period's share of
    the time. A point is beyond the limits where its tail has a chance of at most 0.025, divided by the number of
    points (Bonferroni): of whole charts of Poisson counts at a steady rate at most 5% have a signal, whatever the rate
    and the lengths. Simulated, 1% to 3.5% of charts of 15 to 27 months with 1 to 12 incidents a month have one. There
    are no rules on runs: about the mean of a few incidents a month, runs are common where nothing changed. For a slow
    change see `rate_trend`. Counts that vary more than Poisson ones need ``dispersion``: with a variance of 2 times the
    mean 22% to 42% of charts signal without it, at most 2% with one estimated from the months before the last quarter.

    XmR: limits at the mean ± 2.66 mean moving ranges, for the ranges at 3.268 mean moving ranges; the rules are
    Wheeler's. It takes what is usual to be about as often above the center as below. Spans to restore are not: of
    exponential ones it puts 2% of points beyond the limits where nothing changed, of normal ones 0.3%. g: limits at
    the mean ± 3 sqrt(mean (mean + 1)); the lower one is always below 0, so that a cluster of incidents shows in the
    run alone. The run is counted about the median, as most of a geometric distribution is below its mean: about the
    mean, a run of eight would show in a third of charts of 50 points where nothing changed, instead of in 3% to 8%.
    t: an XmR of the values to the power 1 / 3.6, taken back.

    From fewer than about ten points the limits of an XmR, g- or t-chart are a first guess. The longer such a chart,
    the more likely it holds a false signal: of 24 points of normal values where nothing changed, 6% of charts have one
    beyond the limits, 3% a run of eight and 3% three of four.

    References
    ----------
    J. Przyborowski and H. Wilenski, "Homogeneity of Results in Testing Samples from Poisson Series", Biometrika 31
    (1940) 313-323, https://doi.org/10.1093/biomet/31.3-4.313, for counts given their total. D. J. Wheeler,
    "Understanding Variation: The Key to Managing Chaos", 2nd ed., SPC Press 2000, for XmR and its rules. J. C.
    Benneyan, "Number-Between g-Type Statistical Quality Control Charts for Monitoring Adverse Events", Health Care
    Management Science 4 (2001) 305-318, for g. L. S. Nelson, "A Control Chart for Parts-Per-Million Nonconforming
    Items", Journal of Quality Technology 26 (1994) 239-240, for t.

    Examples
    --------
    >>> months = pd.DataFrame({"n": [4, 2, 6, 3, 17, 5]})
    >>> control_chart(months, value="n")[["n", "center", "lower", "upper", "beyond_limits"]].round(1)
        n  center  lower  upper  beyond_limits
    0   4     6.2    1.0   13.0          False
    1   2     6.2    1.0   13.0          False
    2   6     6.2    1.0   13.0          False
    3   3     6.2    1.0   13.0          False
    4  17     6.2    1.0   13.0           True
    5   5     6.2    1.0   13.0          False
    >>> chart = control_chart(pd.DataFrame({"value": [10, 50, 40, 30]}), value="value")
    >>> chart[["value", "center", "lower", "upper", "moving_range", "range_limit", "beyond_limits"]]
       value  center  lower  upper  moving_range  range_limit  beyond_limits
    0     10    32.5  -20.7   85.7          <NA>        65.36          False
    1     50    32.5  -20.7   85.7          40.0        65.36          False
    2     40    32.5  -20.7   85.7          10.0        65.36          False
    3     30    32.5  -20.7   85.7          10.0        65.36          False
    """
    require_columns(table, value)
    kind = kind or ("counts" if value == "n" else "xmr")
    require_name("kind", kind, _CHARTS)
    chart = table.reset_index(drop=True)
    if kind == "counts":
        return _chart_counts(chart, value, dispersion)
    points = _points(chart[value], kind)
    if kind == "t":
        points = points ** (1 / _T_POWER)
    ranges = points.diff().abs()
    center = float(points.mean())
    reach = float(_XMR_LIMIT * ranges.mean())
    range_limit = float(_XMR_RANGE_LIMIT * ranges.mean())
    if kind == "g" and len(points) > 1:
        reach = 3 * math.sqrt(center * (center + 1))
    limits = {"center": center, "lower": center - reach, "upper": center + reach}

    slack = _ROUNDING * points.abs().max()  # a mean is rounded: no point is above it by that alone
    from_center = points - (points.median() if kind == "g" else center)
    flags = pd.DataFrame(
        {
            "beyond_limits": ((points - center).abs() - reach > slack).astype(FLAG),
            "three_of_four": _three_of_four(points - center, reach / 2 + slack).astype(FLAG),
            "eight_in_a_row": _eight_in_a_row(from_center.where(from_center.abs() > slack, 0)).astype(FLAG),
            "range_beyond_limit": (ranges - range_limit > slack).astype(FLAG).where(ranges.notna()),
        },
        index=chart.index,
    )
    if len(points) < 2:  # noqa: PLR2004 - a range takes two
        flags[:] = pd.NA
    if kind == "g":
        flags["three_of_four"] = pd.NA
    if kind != "xmr":
        flags["range_beyond_limit"] = pd.NA
        ranges, range_limit = ranges[:0], np.nan
    if kind == "t":
        limits = {name: limit**_T_POWER if limit >= 0 else np.nan for name, limit in limits.items()}
    measures = pd.DataFrame({**limits, "moving_range": ranges, "range_limit": range_limit}, index=chart.index)
    if pd.api.types.is_timedelta64_dtype(chart[value]):
        measures = measures.apply(pd.to_timedelta, unit="s").astype(SPAN)
    else:
        measures = measures.astype(FLOAT)
    return chart.assign(n_points=len(points), **measures, **flags.astype(FLAG))


def _chart_counts(chart: pd.DataFrame, value: str, dispersion: float | pd.DataFrame | None) -> pd.DataFrame:
    values = chart[value]
    numbers = values.to_numpy(np.float64, na_value=np.nan) if pd.api.types.is_numeric_dtype(values) else None
    if numbers is None or not ((numbers >= 0) & (numbers == np.round(numbers)) | np.isnan(numbers)).all():
        what = "a chart of counts is of whole numbers from 0"
        raise ColumnsError(f"{what}, and value {value!r} has others; write kind='xmr'")
    exposure = np.ones(len(chart))
    if "exposure" in chart:
        lengths = chart["exposure"]
        spans = pd.api.types.is_timedelta64_dtype(lengths)
        exposure = (lengths.dt.total_seconds() if spans else lengths).to_numpy(np.float64, na_value=np.nan)
    used = ~np.isnan(numbers) & (exposure > 0)
    n_points = int(used.sum())
    known, phi, freedom = match_dispersion(dispersion, chart, [])

    counts = np.where(used, numbers, 0.0)
    total = counts.sum()
    share = np.where(used, exposure, 0.0) / max(exposure[used].sum(), 1e-300)
    lower = upper = np.full(len(chart), np.nan)
    if n_points > 1:
        tail = tail_probability(1 - _FALSE_SIGNALS / n_points, dispersion=phi[:1], freedom=freedom[:1])
        each = np.arange(total + 1)
        lengths_of, index = np.unique(share, return_inverse=True)
        at_most, at_least = binomial_tails(each, total - each, lengths_of[:, np.newaxis], dispersion=phi[:1])
        n_below, n_above = ((chances <= tail).sum(axis=1)[index] for chances in (at_most, at_least))
        lower = np.where(n_below > 0, n_below, np.nan)
        upper = np.where(n_above > 0, total - n_above, np.nan)
    limits = {"center": total * share, "lower": lower, "upper": upper}
    measures = pd.DataFrame({name: np.where(used, limit, np.nan) for name, limit in limits.items()}, index=chart.index)
    measures = measures.assign(moving_range=np.nan, range_limit=np.nan)
    flags = pd.DataFrame(index=chart.index, columns=_FLAGS).astype(FLAG)
    if n_points > 1:
        flags["beyond_limits"] = pd.Series((numbers > upper) | (numbers < lower)).astype(FLAG).where(used)
    return chart.assign(n_points=n_points, **measures.astype(FLOAT), **flags, dispersion=known)


def _points(values: pd.Series, kind: str) -> pd.Series:
    """Return the values that are there as plain numbers, spans as seconds; raise where the kind of chart takes none."""
    spans = pd.api.types.is_timedelta64_dtype(values)
    if not spans and not pd.api.types.is_numeric_dtype(values):
        raise ColumnsError(f"value {values.name!r} is {values.dtype}, neither numbers nor spans")
    if spans and kind == "g":
        what = f"value {values.name!r} is {values.dtype}"
        raise ColumnsError(f"a g-chart is of counts, and {what}; chart n_days, or {values.name} as a t-chart")
    points = (values.dt.total_seconds() if spans else values).dropna().astype(np.float64)
    if kind != "xmr" and (points < 0).any():
        raise ColumnsError(f"a {kind}-chart is of what lies between incidents, and value {values.name!r} has negatives")
    return points


def _three_of_four(from_center: pd.Series, half_way: float) -> pd.Series:
    """Mark the points nearer to a limit than to the center, where three of four in a row are near the same one."""
    marked = pd.Series(data=False, index=from_center.index)
    for near in (from_center > half_way, from_center < -half_way):
        of_four = near.rolling(4, min_periods=1).sum() >= 3  # noqa: PLR2004 - the rule's name
        # A point belongs to the four that end with it, or with one of the three points after it.
        marked |= near & of_four[::-1].rolling(4, min_periods=1).max()[::-1].astype(bool)
    return marked


def _eight_in_a_row(from_center: pd.Series) -> pd.Series:
    """Mark the points of each run of eight or more on the same side; a point on the center ends a run."""
    side = from_center.map(np.sign)
    run = (side != side.shift()).cumsum()
    long_enough: pd.Series = side.groupby(run).transform("size") >= _RUN
    return long_enough & (side != 0)
