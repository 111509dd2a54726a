"""Sentences on the response to incidents: medians and their trend."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_span, join_words
from incident_analytics.sentences.wording import ENOUGH, FEW, each_row, group_columns

__all__ = ["describe_response", "describe_response_trend"]


def describe_response(summary: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric; where there is one group, also the 90th percentile.

    Parameters
    ----------
    summary
        What `response_summary` gives.
    metric
        Its metric.

    Returns
    -------
    str
        One sentence; of more than three groups it tells the least and the greatest.

    Examples
    --------
    >>> spans = pd.Series([pd.Timedelta(minutes=52), pd.Timedelta(hours=3)])
    >>> rows = pd.DataFrame({"severity": ["SEV-1", "SEV-2"], "n": [4, 11], "median": spans})
    >>> describe_response(rows)
    'Median time to restore: SEV-1 52m (n = 4) and SEV-2 3h (n = 11).'
    """
    require_columns(summary, "n", "median")
    name = metric.replace("_", " ")
    groups = group_columns(summary)
    told = summary[summary["median"].notna()]
    if told.empty:
        return f"No {name} is known."
    if not groups:
        (row,) = each_row(told)
        left_out = {"not told": row.n_missing, "still open": row.n_open, "negative": row.n_negative}
        rest = "".join(f", {n} {why}" for why, n in left_out.items() if n)
        # Of a few incidents the 90th percentile is hardly more than the longest.
        tail = f", 90% within {format_span(row.p90)}" if row.n >= ENOUGH else ""
        return f"Median {name} {format_span(row.median)}{tail} (n = {row.n}{rest})."
    medians = [f"{format_span(row.median)} (n = {row.n})" for row in each_row(told)]
    names = [str(group) for group in told[groups[0]].astype(object).fillna("unknown")]
    if len(told) > FEW:
        ranked = sorted(zip(told["median"], names, told["n"], strict=True))
        ends = [f"{format_span(median)} for {group} (n = {n})" for median, group, n in (ranked[0], ranked[-1])]
        return f"Median {name} from {' to '.join(ends)}."
    return f"Median {name}: {join_words([' '.join(pair) for pair in zip(names, medians, strict=True)])}."


def describe_response_trend(summary: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric in the last period, and in the one before it that has a median.

    Parameters
    ----------
    summary
        What `response_summary` gives with ``freq`` and no other groups.
    metric
        Its metric.

    Returns
    -------
    str
        One sentence. Where both medians have an interval it says whether these overlap; that two do not is no test of
        a change: `compare_periods` is.

    Examples
    --------
    >>> table = {"period": ["2025Q2", "2025Q3"], "n": [24, 13]}
    >>> for column, hours in {"median": (2, 3), "median_low": (1, 1), "median_high": (4, 9)}.items():
    ...     table[column] = pd.to_timedelta(hours, unit="h")
    >>> describe_response_trend(pd.DataFrame(table))
    'Median time to restore 3h in 2025Q3 (n = 13), 2h in 2025Q2 (n = 24); their 95% intervals overlap.'
    """
    require_columns(summary, "period", "n", "median", "median_low", "median_high")
    name = metric.replace("_", " ")
    periods = summary[summary["period"].notna()]
    told = [row for row in each_row(periods) if not pd.isna(row.median)]
    if not told:
        return f"No {name} is known."
    last = str(periods["period"].iloc[-1])
    medians = [f"{format_span(row.median)} in {row.period} (n = {row.n})" for row in told[:-3:-1]]
    if told[-1].period != last:
        return f"No median {name} is known in {last}; {medians[0]}."
    before = f", {medians[1]}" if len(medians) > 1 else ""
    bounds = [bound for row in told[-2:] for bound in (row.median_low, row.median_high)]
    if before and not any(map(pd.isna, bounds)):
        apart = bounds[0] > bounds[3] or bounds[2] > bounds[1]
        before += f"; their 95% intervals {'do not ' if apart else ''}overlap"
    return f"Median {name} {medians[0]}{before}."
