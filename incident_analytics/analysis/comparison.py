"""How a metric changed between two periods, and whether that many incidents could show a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.analysis.grouping import levels, rows_within
from incident_analytics.analysis.response import (
    Values,
    as_spans,
    group_names,
    metric_names,
    microseconds,
    response_summary,
    with_services,
)
from incident_analytics.analysis.statistics import LEAST, LEVEL, detectable_changes, holm
from incident_analytics.checks import require_columns, require_name, require_order
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import FLAG, FLOAT, SPAN, TEXT

__all__ = ["compare_medians", "compare_periods", "groups_and_all", "within_both"]

_BATCH: Final = 2_000_000  # numbers held at once while permuting
_TIE: Final = 1e-9  # log means nearer than that differ by rounding alone
_ALL: Final = "all"
_HALVED: Final = -0.5  # where not even a fall by half, or a doubling, would show, there are not enough incidents
_UNKNOWN: Final = "unknown"


def compare_periods(
    times: pd.DataFrame,
    *,
    metric: str = "time_to_restore",
    before: Period,
    after: Period,
    metrics: Sequence[str] = (),
    by: str | None = None,
    services: pd.DataFrame | None = None,
    resamples: int = 9999,
    members: bool = False,
) -> pd.DataFrame:
    """Return whether a metric changed from one period to another, and whether these counts could show it at all.

    What is compared are geometric means, of the spans that ended and are longer than 0: spans of incidents are so
    skewed that a difference of their means is mostly that of the longest few. One comparison is the primary one, of
    ``metric`` over all incidents; the p-values of all others are adjusted for their number.

    Parameters
    ----------
    times
        The result of `response_times`.
    metric
        The primary metric.
    before, after
        The two periods, the earlier one first.
    metrics
        Further metrics to compare.
    by
        Compare each group as well: ``severity``, ``service`` or another column of ``times``. By service an incident
        counts in each service that it affected: the groups overlap.
    services
        The services table, which ``by="service"`` needs.
    resamples
        How many permutations to draw; where there are no more than that, all are gone through.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for each metric over all incidents and over each group, the primary comparison first:

        - metric, str; group, str: ``all``, the group's name, or ``unknown`` where it is not recorded
        - is_primary, boolean
        - n_before, n_after, int64: spans longer than 0, on which the comparison rests
        - n_open_before, n_open_after, int64: incidents that are not over, and cannot be compared yet
        - n_unused_before, n_unused_after, int64: all others without such a span: missing, contradictory or 0
        - before, after, timedelta64[us]: the geometric means
        - change, Float64: ``after / before - 1``, -0.25 where it fell by a quarter
        - change_low, change_high, Float64: its 95% interval, by Welch's t interval of the difference of the mean
          logarithms
        - p_value, Float64: where nothing changed, the chance of a change as large, up or down on the scale of
          logarithms, by permutation of the spans between the two periods
        - p_adjusted, Float64: the same, adjusted by Holm's method for all comparisons but the primary one
        - detectable_fall, detectable_rise, Float64: the smallest changes, down and up, that a t test of the logarithms
          finds in these counts with a chance of 80%, for the spread that these spans have; -0.4 for a cut of 40%
        - can_tell, boolean: whether these counts can show at all that the metric halved or doubled
        - false_gain_chance, Float64: where nothing changed, the chance of a fall as large as the change or larger
        - incident_ids_before, incident_ids_after, tuple of str, where asked for: the incidents of n

        All from change_low to false_gain_chance are NA where a period has fewer than 6 spans; the interval and the
        detectable changes also where the spans do not vary. Interval and p-value come from different methods: near the
        edge one may exclude no change and the other not.

    Raises
    ------
    UnknownNameError
        ``metric 'mttr' is not one of time_to_detect, ...``, ``by 'team' is not one of incident_id, ...``
    PeriodError
        ``the period before, 2025Q3, must end before the one after, 2025-08, begins``

    References
    ----------
    Permutation: M. D. Ernst, "Permutation Methods: A Basis for Exact Inference", Statistical Science 19 (2004) 676-685,
    https://doi.org/10.1214/088342304000000396; drawn ones counted as in B. Phipson and G. K. Smyth, "Permutation
    P-values Should Never Be Zero", Statistical Applications in Genetics and Molecular Biology 9 (2010) 39,
    https://doi.org/10.2202/1544-6115.1585. Interval: B. L. Welch, Biometrika 34 (1947) 28-35,
    https://doi.org/10.1093/biomet/34.1-2.28. The question: Š. Davidovič, "Incident Metrics in SRE", O'Reilly 2021.

    Examples
    --------
    >>> from incident_analytics import response_times
    >>> from incident_analytics.tables import make_table
    >>> starts = pd.date_range("2025-03-26", periods=12, tz="UTC")
    >>> spans = pd.to_timedelta([30, 240, 45, 90, 60, 600, 35, 20, 80, 55, 300, 40], unit="min")
    >>> incidents = make_table("incidents", {
    ...     "incident_id": [f"INC-{start:%Y-%m-%d}-001" for start in starts],
    ...     "occurred_at": starts,
    ...     "started_at": starts,
    ...     "restored_at": starts + spans,
    ... })
    >>> before, after = Period.parse("2025Q1"), Period.parse("2025Q2")
    >>> compared = compare_periods(response_times(incidents), before=before, after=after)
    >>> compared[["change", "change_low", "change_high", "can_tell"]].round(2)
       change  change_low  change_high  can_tell
    0   -0.43       -0.85         1.18     False
    """
    times = within_both(times, before, after)
    names = dict.fromkeys((metric, *metrics))
    for name in names:
        require_name("metric", name, metric_names(times))
    rows: list[dict[str, Any]] = []
    for name, (group, part) in product(names, groups_and_all(times, by, services)):
        labels = {"metric": name, "group": group, "is_primary": not rows}
        rows.append(labels | _compare(part, name, before, after, resamples))
    others = holm([row["p_value"] for row in rows[1:]])
    for row, p_adjusted in zip(rows, [rows[0]["p_value"], *others], strict=True):
        row["p_adjusted"] = p_adjusted
    dtypes = _COMPARED | ({"incident_ids_before": "object", "incident_ids_after": "object"} if members else {})
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in dtypes.items()})


_COMPARED: Final = {
    "metric": TEXT,
    "group": TEXT,
    "is_primary": FLAG,
    "n_before": "int64",
    "n_after": "int64",
    "n_open_before": "int64",
    "n_open_after": "int64",
    "n_unused_before": "int64",
    "n_unused_after": "int64",
    "before": SPAN,
    "after": SPAN,
    "change": FLOAT,
    "change_low": FLOAT,
    "change_high": FLOAT,
    "p_value": FLOAT,
    "p_adjusted": FLOAT,
    "detectable_fall": FLOAT,
    "detectable_rise": FLOAT,
    "can_tell": FLAG,
    "false_gain_chance": FLOAT,
}


_FIGURES: Final = (
    "change",
    "change_low",
    "change_high",
    "p_value",
    "detectable_fall",
    "detectable_rise",
    "false_gain_chance",
)


def _compare(times: pd.DataFrame, metric: str, before: Period, after: Period, resamples: int) -> dict[str, Any]:
    """Return the figures of one comparison by itself."""
    row: dict[str, Any] = {}
    logs = []
    times = times[["incident_id", "occurred_at", metric, f"{metric}_open_since"]]
    for name, period in (("before", before), ("after", after)):
        found = rows_within(times, period)
        spans = microseconds(found[metric])
        logs.append(np.log(spans[spans > 0]))
        n, n_open = logs[-1].size, int(found[f"{metric}_open_since"].notna().sum())
        row |= {
            name: as_spans([np.exp(logs[-1].mean())])[0] if n else pd.NaT,
            f"n_{name}": n,
            f"n_open_{name}": n_open,
            f"n_unused_{name}": len(found) - n - n_open,
            f"incident_ids_{name}": tuple(sorted(found.loc[found[metric] > pd.Timedelta(0), "incident_id"])),
        }
    n_before, n_after = (values.size for values in logs)
    if n_before and n_after:
        row["change"] = np.expm1(logs[1].mean() - logs[0].mean())
    if min(n_before, n_after) >= LEAST["comparison"]:
        row["p_value"], row["false_gain_chance"] = _permute(logs[0], logs[1], resamples)
        row["change_low"], row["change_high"] = _change_interval(logs[0], logs[1])
        row["detectable_fall"], row["detectable_rise"] = detectable_changes(
            log_sd=_pooled_sd(logs), n_before=n_before, n_after=n_after
        )
        row["can_tell"] = None if np.isnan(row["detectable_fall"]) else bool(row["detectable_fall"] >= _HALVED)
    return dict.fromkeys(_FIGURES, np.nan) | {"can_tell": None} | row


def _pooled_sd(logs: Sequence[Values]) -> float:
    squares = sum(((values - values.mean()) ** 2).sum() for values in logs if np.ptp(values) > 0)
    return float(np.sqrt(squares / (sum(values.size for values in logs) - 2)))


def _permute(
    before: Values, after: Values, resamples: int, average: Callable[..., Any] = np.mean
) -> tuple[float, float]:
    """Return how often the averages of shuffled values change as much as these, and how often they fall as much."""
    from scipy import special

    values, n_after = np.concatenate([after, before]), after.size
    # To drawn permutations the data themselves are added as one more; where all are gone through, they are there.
    drawn = int(special.comb(values.size, n_after) > resamples)
    orders = _drawn_orders(values.size, resamples) if drawn else _all_orders(values.size, n_after)
    null = np.concatenate(
        [average(values[order[:, :n_after]], axis=1) - average(values[order[:, n_after:]], axis=1) for order in orders]
    )
    size = abs(average(after) - average(before)) - _TIE
    changed, fell = np.count_nonzero(np.abs(null) >= size), np.count_nonzero(null <= -size)
    return (changed + drawn) / (null.size + drawn), (fell + drawn) / (null.size + drawn)


def _all_orders(n: int, n_first: int) -> Iterator[npt.NDArray[np.int64]]:
    """Give the orders of n values in which other ones come first: each set of them once."""
    first = np.array(list(combinations(range(n), n_first)))
    is_first = np.zeros((len(first), n), dtype=bool)
    np.put_along_axis(is_first, first, values=True, axis=1)
    yield np.argsort(~is_first, axis=1, kind="stable")


def _drawn_orders(n: int, resamples: int) -> Iterator[npt.NDArray[np.int64]]:
    """Give orders of n values, drawn by chance, in batches."""
    draw, batch = np.random.default_rng(0), max(1, _BATCH // n)
    for start in range(0, resamples, batch):
        orders = np.tile(np.arange(n), (min(batch, resamples - start), 1))
        yield draw.permuted(orders, axis=1)


def _change_interval(before: Values, after: Values) -> tuple[float, float]:
    """Return Welch's t interval of the difference of mean logarithms, as a fraction of the geometric mean before."""
    from scipy import special

    errors = np.array([values.var(ddof=1) / values.size if np.ptp(values) > 0 else 0.0 for values in (before, after)])
    if not errors.any():
        return float("nan"), float("nan")
    freedom = errors.sum() ** 2 / (errors**2 / [before.size - 1, after.size - 1]).sum()
    half = -special.stdtrit(freedom, LEVEL / 2) * np.sqrt(errors.sum())
    difference = after.mean() - before.mean()
    return float(np.expm1(difference - half)), float(np.expm1(difference + half))


def groups_and_all(
    times: pd.DataFrame, by: str | None, services: pd.DataFrame | None
) -> list[tuple[str, pd.DataFrame]]:
    """Return all rows, then those of each group by its name; those without a group come last."""
    if by is None:
        return [(_ALL, times)]
    require_name("by", by, [*group_names(times), "service"])
    rows, names = with_services(times, services) if by == "service" else (times, levels(times[by]))
    unknown = rows[rows[by].isna()]
    last = [] if unknown.empty else [(_UNKNOWN, unknown)]
    return [(_ALL, times), *((str(name), rows[rows[by] == name]) for name in names), *last]


def within_both(times: pd.DataFrame, before: Period, after: Period) -> pd.DataFrame:
    """Return the incidents of both periods, which must not overlap."""
    require_columns(times, "incident_id", "occurred_at")
    require_order(before, after)
    occurred_at = times["occurred_at"]
    return times[before.holds(occurred_at) | after.holds(occurred_at)]


def compare_medians(
    times: pd.DataFrame,
    *,
    metric: str = "time_to_restore",
    before: Period,
    after: Period,
    as_of: pd.Timestamp | None = None,
    calendar: Calendar | None = None,
    resamples: int = 9999,
) -> pd.DataFrame:
    """Compare the median of a metric in two periods: the median that `response_summary` gives is what is tested.

    Parameters
    ----------
    times
        The result of `response_times`.
    metric
        The metric.
    before, after
        The two periods, the earlier one first.
    as_of, calendar
        As in `response_summary`.
    resamples
        As in `compare_periods`.

    Returns
    -------
    pandas.DataFrame
        One row: n_before, n_after, int64, as `response_summary` counts them; n_open_before, n_open_after, int64, of
        these the ongoing ones; before, after, timedelta64[us]: the medians; change, change_low, change_high, p_value,
        detectable_fall, detectable_rise, Float64, and can_tell, boolean: as in `compare_periods`, but of the medians.

        The interval combines those of both medians. p-value, interval and detectable changes are NA where a period has
        fewer than 6 incidents or an ongoing one, whose length no permutation knows; the change and its interval also
        where a median is 0.

    References
    ----------
    Interval: G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures", Statistics in Medicine
    27 (2008) 1693-1702, https://doi.org/10.1002/sim.3095. Detectable changes: those of the mean of pi/2 times the
    variance, the asymptotic variance of a median of logarithms. Simulated for log-normal spans, 6 to 30 a period, the
    test has a level of 4% to 6%, and finds such changes in 84% to 90% of cases.

    Examples
    --------
    >>> from incident_analytics import response_times
    >>> from incident_analytics.formatting import format_span
    >>> from incident_analytics.tables import make_table
    >>> starts = pd.date_range("2025-03-26", periods=12, tz="UTC")
    >>> spans = pd.to_timedelta([30, 240, 45, 90, 60, 600, 35, 20, 80, 55, 300, 40], unit="min")
    >>> columns = {"incident_id": [f"INC-{n}" for n in range(12)], "occurred_at": starts, "started_at": starts}
    >>> times = response_times(make_table("incidents", columns | {"restored_at": starts + spans}))
    >>> found = compare_medians(times, before=Period.parse("2025Q1"), after=Period.parse("2025Q2")).iloc[0]
    >>> format_span(found["before"]), format_span(found["after"]), round(float(found["p_value"]), 2)
    ('1h 15m', '48m', 0.45)
    """
    require_order(before, after)
    require_name("metric", metric, metric_names(times))
    row: dict[str, Any] = dict.fromkeys(_FIGURES, np.nan) | {"can_tell": None}
    logs, bounds = [], []
    for name, period in (("before", before), ("after", after)):
        (summary,) = response_summary(times, metric=metric, within=period, as_of=as_of, calendar=calendar).to_dict(
            "records"
        )
        row |= {name: summary["median"], f"n_{name}": summary["n"], f"n_open_{name}": summary["n_open"]}
        spans = microseconds(rows_within(times, period)[metric])
        logs.append(np.log(np.maximum(spans[np.isfinite(spans)], 1)))
        bounds.append([_log(summary[column]) for column in ("median_low", "median", "median_high")])
    (low_before, mid_before, high_before), (low_after, mid_after, high_after) = bounds
    change = mid_after - mid_before
    row["change"] = np.expm1(change)
    is_long = min(row["n_before"], row["n_after"]) >= LEAST["comparison"]
    if is_long and not (row["n_open_before"] or row["n_open_after"]):
        row["p_value"] = _permute(logs[0], logs[1], resamples, np.median)[0]
        fall = np.hypot(mid_after - low_after, high_before - mid_before)
        rise = np.hypot(high_after - mid_after, mid_before - low_before)
        row["change_low"], row["change_high"] = np.expm1(change - fall), np.expm1(change + rise)
        row["detectable_fall"], row["detectable_rise"] = detectable_changes(
            log_sd=_pooled_sd(logs) * np.sqrt(np.pi / 2), n_before=logs[0].size, n_after=logs[1].size
        )
        row["can_tell"] = None if np.isnan(row["detectable_fall"]) else bool(row["detectable_fall"] >= _HALVED)
    dtypes = {name: dtype for name, dtype in _COMPARED.items() if name in row and name != "false_gain_chance"}
    return pd.DataFrame({name: pd.Series([row[name]], dtype=dtype) for name, dtype in dtypes.items()})


def _log(span: pd.Timedelta) -> float:
    """Return the logarithm of a span; NaN of none, and of 0, from which no change has a number."""
    return float(np.log(span / pd.Timedelta(microseconds=1))) if span > pd.Timedelta(0) else float("nan")
