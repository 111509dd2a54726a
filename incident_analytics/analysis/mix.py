"""How much of the change of a mean is a change of the mix of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.comparison import groups_and_all, within_both
from incident_analytics.analysis.grouping import rows_within
from incident_analytics.analysis.response import (
    Values,
    as_spans,
    metric_names,
)
from incident_analytics.checks import require_name
from incident_analytics.periods import Period
from incident_analytics.schema import FLOAT, SPAN, TEXT

__all__ = ["mean_change_by_mix"]


def mean_change_by_mix(
    times: pd.DataFrame,
    *,
    metric: str = "time_to_restore",
    by: str,
    before: Period,
    after: Period,
    services: pd.DataFrame | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Split the change of a mean into change within groups and change of their mix.

    A mean falls when each kind of incident gets shorter, but also when only the kind that is short anyway gets more
    frequent.

    Parameters
    ----------
    times, before, after, services, members
        As in `compare_periods`.
    metric
        The metric whose mean changed.
    by
        The column to group by: ``severity``, ``service`` or another column of ``times``. By service an
        incident counts in each of the k services that it affected, as 1/k: the groups overlap, their parts add up.

    Returns
    -------
    pandas.DataFrame
        The row ``all``, then a row for each group:

        - group, str: ``all``, the group's name, or ``unknown`` where it is not recorded
        - n_before, n_after, int64: incidents with a span, the sample sizes of the means
        - n_unused_before, n_unused_after, int64: those without one: missing, contradictory or ongoing
        - share_before, share_after, Float64: the group's part of the incidents with a span
        - mean_before, mean_after, timedelta64[us]
        - within, timedelta64[us]: what the group's own change adds to the change of the whole mean
        - mix, timedelta64[us]: what the change of its share adds, above or below the whole mean as the group is
        - change, timedelta64[us]: within + mix
        - incident_ids_before, incident_ids_after, tuple of str, where asked for: the incidents of n

        In the row ``all`` change is the mean after less the mean before; it is exactly the sum of the groups', and so
        are within and mix. A group that one period lacks is taken to have had the same mean there, so that all it
        adds is mix. Where a whole period has no span, within, mix and change are NA.

    Raises
    ------
    UnknownNameError, PeriodError
        As `compare_periods`.

    References
    ----------
    E. M. Kitagawa, "Components of a Difference Between Two Rates", Journal of the American Statistical Association 50
    (1955) 1168-1194, https://doi.org/10.1080/01621459.1955.10501299: shares and means are weighed by the average of
    both periods, which leaves no rest. Also known as the twofold decomposition of Oaxaca and Blinder.

    Examples
    --------
    >>> from incident_analytics.analysis.response import response_times
    >>> from incident_analytics.tables import make_table
    >>> hours = [1, 5, 5, 5, 1, 1, 1, 5]
    >>> starts = pd.to_datetime(["2025-05-01T00:00Z"] * 4 + ["2025-08-01T00:00Z"] * 4)
    >>> incidents = make_table("incidents", {
    ...     "incident_id": [f"INC-{number}" for number in range(8)],
    ...     "severity": ["SEV-2" if hour == 1 else "SEV-1" for hour in hours],
    ...     "occurred_at": starts,
    ...     "started_at": starts,
    ...     "restored_at": starts + pd.to_timedelta(hours, unit="h"),
    ... })
    >>> before, after = Period.parse("2025Q2"), Period.parse("2025Q3")
    >>> split = mean_change_by_mix(response_times(incidents), by="severity", before=before, after=after)
    >>> split.loc[split["group"] == "all", ["mean_before", "mean_after", "within", "mix"]]
          mean_before      mean_after within               mix
    0 0 days 04:00:00 0 days 02:00:00 0 days -1 days +22:00:00
    """
    times = within_both(times, before, after)
    require_name("metric", metric, metric_names(times))
    names, parts = zip(*groups_and_all(times, by, services), strict=True)
    counted_in = pd.concat([times["incident_id"][:0], *(rows["incident_id"] for rows in parts[1:])]).value_counts()
    table = pd.DataFrame({"group": pd.Series(names, dtype=TEXT)})
    shares, means = [], []
    for name, period in (("before", before), ("after", after)):
        found = [rows_within(rows, period) for rows in parts]
        used = [rows[rows[metric].notna()] for rows in found]
        table[f"n_{name}"] = [len(rows) for rows in used]
        table[f"n_unused_{name}"] = [len(rows) - n for rows, n in zip(found, table[f"n_{name}"], strict=True)]
        table[f"incident_ids_{name}"] = pd.Series([tuple(sorted(rows["incident_id"])) for rows in used], dtype=object)
        weights = [1 / counted_in[rows["incident_id"]].to_numpy(dtype=np.float64) for rows in used]
        weights[0] = np.ones(len(used[0]))
        spans = [rows[metric].astype(SPAN).to_numpy().astype(np.float64) for rows in used]
        with np.errstate(invalid="ignore"):
            size = np.array([weight.sum() for weight in weights])
            shares.append(size / size[0])
            means.append(np.array([(weight * span).sum() for weight, span in zip(weights, spans, strict=True)]) / size)
        table[f"share_{name}"] = _ratios(shares[-1])
        table[f"mean_{name}"] = as_spans(means[-1])
    table["within"], table["mix"] = (as_spans(part) for part in _split(shares, means))
    table["change"] = table["within"] + table["mix"]
    return table[[*_SPLIT, *(("incident_ids_before", "incident_ids_after") if members else ())]]


_SPLIT: Final = (
    "group",
    "n_before",
    "n_after",
    "n_unused_before",
    "n_unused_after",
    "share_before",
    "share_after",
    "mean_before",
    "mean_after",
    "within",
    "mix",
    "change",
)


def _split(shares: Sequence[Values], means: Sequence[Values]) -> tuple[Values, Values]:
    """Return what each group adds by its own change and by that of its share, each behind the sum of all.

    The numbers are whole, and add up to the difference of the whole means.
    """
    if shares[0].size == 1:
        return np.array([np.nan]), np.array([np.nan])
    total = np.round(means[1][0]) - np.round(means[0][0])
    share_before, share_after = (share[1:] for share in shares)
    mean_before, mean_after = (mean[1:] for mean in means)
    mean_before, mean_after = (
        np.nan_to_num(np.where(np.isnan(own), other, own))
        for own, other in ((mean_before, mean_after), (mean_after, mean_before))
    )
    within = (mean_after - mean_before) * (share_before + share_after) / 2
    whole = (means[0][0] + means[1][0]) / 2
    mix = (share_after - share_before) * ((mean_before + mean_after) / 2 - whole)
    # Running sums are rounded, not the parts: so what rounding takes from one part it gives to the next.
    reached = np.round(np.cumsum([*within, *mix]))
    reached[-1] = total
    parts = np.diff(reached, prepend=0)
    within, mix = parts[: within.size], parts[within.size :]
    return np.array([within.sum(), *within]), np.array([mix.sum(), *mix])


def _ratios(values: Sequence[float] | Values) -> pd.Series:
    return pd.Series(np.asarray(values, dtype=np.float64), dtype=FLOAT)
