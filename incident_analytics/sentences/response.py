"""Sentences on the response to incidents: medians and their trend."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_span, join_words
from incident_analytics.periods import label_of
from incident_analytics.sentences.wording import FEW, each_row, group_columns

__all__ = ["describe_response", "describe_response_trend"]


def describe_response(summary: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric; where there is one group, also the p90.

    Parameters
    ----------
    summary
        What `response_summary` gives.
    metric
        Its metric.

    Returns
    -------
    str
        One sentence; of more than three groups it names the least and the greatest, and leaves out what has no group.

    Examples
    --------
    >>> row = {"n": [13], "n_missing": [0], "n_open": [0], "n_negative": [0], "n_within_p90": [12]}
    >>> row |= {"median": [pd.Timedelta(minutes=96)], "p90": [pd.Timedelta(minutes=297)]}
    >>> describe_response(pd.DataFrame(row))
    'Median time to restore: 1h 36m; 12 of 13 took at most 4h 57m (p90).'
    >>> spans = pd.Series([pd.Timedelta(minutes=52), pd.Timedelta(hours=3)])
    >>> rows = pd.DataFrame({"severity": ["SEV-1", "SEV-2"], "n": [4, 11], "median": spans})
    >>> describe_response(rows)
    'Median time to restore: SEV-1 52m (n = 4) and SEV-2 3h (n = 11).'
    """
    require_columns(summary, "n", "median")
    name = metric.replace("_", " ")
    groups = group_columns(summary)
    with_median = summary[summary["median"].notna()]
    if with_median.empty:
        if summary["n"].any():
            return f"The median {name} is not known yet: too many incidents are ongoing."
        return f"No {name} is recorded."
    if not groups:
        (row,) = each_row(with_median)
        counts = {"ongoing": row.n_open, "not recorded": row.n_missing, "invalid": row.n_negative}
        rest = [f"{n:,} {why}" for why, n in counts.items() if n]
        text = f"Median {name}: {format_span(row.median)}"
        if pd.isna(row.p90) or row.n_open:
            p90 = "" if pd.isna(row.p90) else f", p90 {format_span(row.p90)}"
            return f"{text}{p90} ({', '.join([f'n = {row.n:,}', *rest])})."
        within = f"{row.n_within_p90:,} of {row.n:,} took at most {format_span(row.p90)} (p90)"
        return f"{text}; {within}{'; ' if rest else ''}{', '.join(rest)}."
    named = with_median[with_median[groups[0]].notna()]
    if len(with_median) > FEW and len(named) > 1:
        with_median = named
    medians = [f"{format_span(row.median)} (n = {row.n:,})" for row in each_row(with_median)]
    names = [str(group) for group in with_median[groups[0]].astype(object).fillna(f"unknown {groups[0]}")]
    if len(with_median) > FEW:
        ranked = sorted(zip(with_median["median"], names, with_median["n"], strict=True))
        ends = [f"{format_span(median)} for {group} (n = {n:,})" for median, group, n in (ranked[0], ranked[-1])]
        return f"Median {name} from {' to '.join(ends)}."
    return f"Median {name}: {join_words([' '.join(pair) for pair in zip(names, medians, strict=True)])}."


def describe_response_trend(summary: pd.DataFrame, *, metric: str = "time_to_restore", is_compared: bool = True) -> str:
    """Say the median of a response metric in the last period, and in the one before it that has a median.

    Parameters
    ----------
    summary
        What `response_summary` gives with ``every`` and no other groups.
    metric
        Its metric.
    is_compared
        Whether the last period may be compared with those before it; otherwise only its own median is said.

    Returns
    -------
    str
        One sentence. Where both medians have an interval it says whether these overlap; that two do not is not a
        test of a change: `compare_periods` is.

    Examples
    --------
    >>> table = {"period": ["2025Q2", "2025Q3"], "n": [24, 13]}
    >>> for column, hours in {"median": (2, 3), "median_low": (1, 1), "median_high": (4, 9)}.items():
    ...     table[column] = pd.to_timedelta(hours, unit="h")
    >>> describe_response_trend(pd.DataFrame(table))
    'Median time to restore: 3h in Q3 2025 (n = 13), 2h in Q2 2025 (n = 24): within the margin of error.'
    """
    require_columns(summary, "period", "n", "median", "median_low", "median_high")
    name = metric.replace("_", " ")
    periods = summary[summary["period"].notna()]
    with_median = [row for row in each_row(periods) if not pd.isna(row.median)]
    if not with_median:
        return f"No {name} is recorded."
    last = str(periods["period"].iloc[-1])
    medians = [f"{format_span(row.median)} in {label_of(row.period)} (n = {row.n:,})" for row in with_median[:-3:-1]]
    if with_median[-1].period != last:
        return f"No median {name} in {label_of(last)}; {medians[0]}."
    before = f", {medians[1]}" if is_compared and len(medians) > 1 else ""
    bounds = [bound for row in with_median[-2:] for bound in (row.median_low, row.median_high)]
    if before and not any(map(pd.isna, bounds)):
        apart = bounds[0] > bounds[3] or bounds[2] > bounds[1]
        before += f": {'beyond' if apart else 'within'} the margin of error"
    return f"Median {name}: {medians[0]}{before}."
