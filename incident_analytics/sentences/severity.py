"""Sentences on how many incidents there were, and how often they came."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incident_analytics.analysis.rates import DISPERSION_MINIMUM
from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_count, format_digits, format_span, join_words
from incident_analytics.periods import label_of
from incident_analytics.sentences.wording import FEW, are, each_row, group_columns

__all__ = ["describe_counts", "describe_dispersion", "describe_gaps", "describe_rates", "describe_undated"]


def describe_counts(counts: pd.DataFrame, *, period: str | None = None, n_undated: int = 0) -> str:
    """Say how many incidents there were, by severity.

    Parameters
    ----------
    counts
        The result of `severity_counts`.
    period
        What people call the whole period; None names the first and the last part.
    n_undated
        Reports without a readable date, which may be of any period.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> severities = pd.Categorical(["SEV-2", "SEV-1"], ["SEV-2", "SEV-1"], ordered=True)
    >>> describe_counts(pd.DataFrame({"period": "2025-07", "severity": severities, "n": [4, 1]}))
    '5 incidents in July 2025: 1 SEV-1 and 4 SEV-2.'
    """
    require_columns(counts, "period", "severity", "n")
    by_severity = counts.groupby("severity", observed=True, dropna=False)["n"].sum()
    parts = [
        f"{n:,} {'with no severity' if pd.isna(severity) else severity}"
        for severity, n in reversed(list(by_severity.items()))
        if n
    ]
    names = [label_of(name) for name in dict.fromkeys(counts["period"].dropna())]
    when = ""
    if period:
        day = period.partition(" ")[0].isdigit()
        when = f" from {period}" if " to " in period else f" on {period}" if day else f" in {period}"
    elif names:
        first, year = names[0].rpartition(" ")[::2]
        first = first if first and names[-1].endswith(f" {year}") else names[0]
        when = f" from {first} to {names[-1]}" if len(names) > 1 else f" in {names[0]}"
    least = "at least " if n_undated else ""
    counted = capitalized(least + format_count(int(counts["n"].sum()), "incident"))
    undated = f" {describe_undated(n_undated)}" if n_undated else ""
    return f"{counted}{when}{': ' if parts else ''}{join_words(parts)}.{undated}"


def describe_undated(n: int) -> str:
    """Say how many reports have no readable date, which counts by period leave out.

    Examples
    --------
    >>> describe_undated(3)
    '3 reports without a readable date are in no period: any period may have had more incidents than are counted.'
    """
    if not n:
        return ""
    reports = f"{format_count(n, 'report')} without a readable date {are(n)} in no period"
    return f"{capitalized(reports)}: any period may have had more incidents than are counted."


def describe_rates(rates: pd.DataFrame) -> str:
    """Say how often incidents of each severity came in the last period, and whether any period differs.

    Parameters
    ----------
    rates
        What `severity_rates` gives.

    Returns
    -------
    str
        One sentence. Periods differ where their intervals do not overlap; of more than three it says that this may
        be chance: `compare_rates` and `rate_trend` test it.

    Examples
    --------
    >>> table = pd.DataFrame({"period": ["2025-07", "2025-08"], "severity": "SEV-1", "n": [1, 4], "rate": [1, 3.9]})
    >>> table["severity"] = pd.Categorical(table["severity"], ["SEV-2", "SEV-1"], ordered=True)
    >>> describe_rates(table.assign(rate_low=[0.02, 1.1], rate_high=[5.4, 9.9]))
    'Incidents per 30 days in August 2025: 3.9 SEV-1; no clear difference between periods.'
    """
    require_columns(rates, "period", "severity", "n", "rate", "rate_low", "rate_high")
    with_rate = rates[rates["rate"].notna() & rates["period"].notna()]
    if with_rate.empty or not with_rate["n"].sum():
        return "No incidents, so there is no rate to show."
    last = with_rate["period"].iloc[-1]
    names = with_rate["severity"].astype(object).fillna("of unknown severity")
    now = [
        f"{format_digits(row.rate, 2)} {'of unknown severity' if pd.isna(row.severity) else row.severity}"
        for row in reversed(list(each_row(with_rate[with_rate["period"] == last])))
    ]
    text = f"Incidents per 30 days in {label_of(last)}: {join_words(now)}"
    n_periods = with_rate["period"].nunique()
    if n_periods == 1:
        return f"{text}."
    bounds = with_rate.groupby(names).agg(low=("rate_low", "max"), high=("rate_high", "min"))
    apart = [str(name) for name in bounds.index[bounds["low"] > bounds["high"]]]
    if apart:
        among = f", which may be chance among {n_periods} periods" if n_periods > FEW else ""
        return f"{text}; some periods clearly differ for {join_words(apart)}{among}."
    return f"{text}; no clear difference between periods."


def describe_dispersion(dispersion: pd.DataFrame) -> str:
    """Say how much more incident counts vary than those of independent incidents.

    Parameters
    ----------
    dispersion
        The result of `count_dispersion` for all incidents, one row.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> months = {"n": [40], "n_periods": [18], "first_period": ["2024-01"], "last_period": ["2025-06"]}
    >>> describe_dispersion(pd.DataFrame(months | {"dispersion": [2.13]}))
    'Monthly counts varied more than chance explains (2.1 times the variance, January 2024 to June 2025).'
    >>> describe_dispersion(pd.DataFrame(months | {"dispersion": [1.0]}))
    'Monthly counts varied no more than by chance (January 2024 to June 2025).'
    >>> describe_dispersion(pd.DataFrame(months | {"n_periods": [3], "dispersion": [None]}))
    'Extra variation not estimated (3 past months, at least 8 needed): counts are taken as Poisson.'
    """
    require_columns(dispersion, "n", "n_periods", "first_period", "last_period", "dispersion")
    (row,) = each_row(dispersion)
    if pd.isna(row.dispersion):
        months = format_count(row.n_periods, "past month")
        if row.n_periods >= DISPERSION_MINIMUM:
            reason = f"no incident in {months}"
        else:
            reason = f"{months}, at least {DISPERSION_MINIMUM} needed"
        return f"Extra variation not estimated ({reason}): counts are taken as Poisson."
    when = f"{label_of(row.first_period)} to {label_of(row.last_period)}"
    if row.dispersion <= 1:
        return f"Monthly counts varied no more than by chance ({when})."
    times = format_digits(row.dispersion, 2)
    return f"Monthly counts varied more than chance explains ({times} times the variance, {when})."


def describe_gaps(between: pd.DataFrame) -> str:
    """Say the mean time between incidents with its interval, the median and the longest.

    Parameters
    ----------
    between
        The result of `mean_time_between`.

    Returns
    -------
    str
        One or two sentences; of groups it gives the mean of each, of more than three the least and the greatest.

    Examples
    --------
    >>> days = {"mean": [25], "mean_low": [9], "mean_high": [104], "median": [21.5], "longest": [40], "since_last": [7]}
    >>> table = pd.DataFrame({name: pd.to_timedelta(value, unit="D") for name, value in days.items()})
    >>> table.insert(0, "n", 2)
    >>> describe_gaps(table.assign(longest_before="INC-3"))
    'Mean time between incidents: 25d (95% CI 9d to 104d, 2 gaps), median 21d 12h, longest 40d (before INC-3).'
    """
    require_columns(between, "n", "mean", "mean_low", "mean_high", "median", "longest", "longest_before")
    groups = group_columns(between)
    known = between[between["mean"].notna()]
    if known.empty:
        return "Time between incidents is not known: it takes two incidents with a known time."
    if not groups:
        (row,) = each_row(known)
        rest = f", median {format_span(row.median)}, longest {format_span(row.longest)} (before {row.longest_before})"
        return f"Mean time between incidents: {_mean_gap(row)}{rest if row.n > 1 else ''}."
    names = known[groups[0]].astype(object).fillna("unknown").astype(str)
    means = dict(zip(names, each_row(known), strict=True))
    if len(known) > FEW:
        ranked = sorted(means, key=lambda name: means[name].mean)
        ends = [f"{_mean_gap(means[name])} for {name}" for name in (ranked[0], ranked[-1])]
        return f"Mean time between incidents: from {' to '.join(ends)}."
    return f"Mean time between incidents: {join_words([f'{name} {_mean_gap(row)}' for name, row in means.items()])}."


def _mean_gap(row: Any) -> str:
    high = "" if pd.isna(row.mean_high) else f" to {format_span(row.mean_high)}"
    interval = f"95% CI {'' if high else 'from '}{format_span(row.mean_low)}{high}"
    return f"{format_span(row.mean)} ({interval}, {format_count(row.n, 'gap')})"
