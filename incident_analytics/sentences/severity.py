"""Sentences on how many incidents there were, and how often they came."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_count, format_figure, format_span, join_words
from incident_analytics.sentences.response import describe_response
from incident_analytics.sentences.wording import FEW, each_row

__all__ = ["describe_counts", "describe_gaps", "describe_rates"]


def describe_counts(counts: pd.DataFrame) -> str:
    """Say how many incidents there were, by severity.

    Parameters
    ----------
    counts
        What `severity_counts` gives.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> severities = pd.Categorical(["SEV-2", "SEV-1"], ["SEV-2", "SEV-1"], ordered=True)
    >>> describe_counts(pd.DataFrame({"period": "2025-07", "severity": severities, "n": [4, 1]}))
    '5 incidents in 2025-07: 1 SEV-1 and 4 SEV-2.'
    """
    require_columns(counts, "period", "severity", "n")
    by_severity = counts.groupby("severity", observed=True, dropna=False)["n"].sum()
    parts = [
        f"{n} {'of unknown severity' if pd.isna(severity) else severity}"
        for severity, n in reversed(list(by_severity.items()))
        if n
    ]
    periods = list(dict.fromkeys(counts["period"]))
    when = f" from {periods[0]} to {periods[-1]}" if len(periods) > 1 else "".join(f" in {name}" for name in periods)
    counted = capitalized(format_count(int(counts["n"].sum()), "incident"))
    return f"{counted}{when}{': ' if parts else ''}{join_words(parts)}."


def describe_rates(rates: pd.DataFrame) -> str:
    """Say how often incidents of each severity came in the last period, and whether any period stands out.

    Parameters
    ----------
    rates
        What `severity_rates` gives.

    Returns
    -------
    str
        One sentence. Periods stand out where their intervals do not overlap; of more than three it says that this may
        be chance: `compare_rates` and `rate_trend` test it.

    Examples
    --------
    >>> table = pd.DataFrame({"period": ["2025-07", "2025-08"], "severity": "SEV-1", "n": [1, 4], "rate": [1, 3.9]})
    >>> table["severity"] = pd.Categorical(table["severity"], ["SEV-2", "SEV-1"], ordered=True)
    >>> describe_rates(table.assign(rate_low=[0.02, 1.1], rate_high=[5.4, 9.9]))
    'Incidents per 30 days in 2025-08: 3.9 SEV-1; for each severity the intervals of all periods overlap.'
    """
    require_columns(rates, "period", "severity", "n", "rate", "rate_low", "rate_high")
    told = rates[rates["rate"].notna() & rates["period"].notna()]
    if told.empty or not told["n"].sum():
        return "No incidents, so there is no rate to tell."
    last = told["period"].iloc[-1]
    names = told["severity"].astype(object).fillna("of unknown severity")
    now = [
        f"{format_figure(row.rate)} {'of unknown severity' if pd.isna(row.severity) else row.severity}"
        for row in reversed(list(each_row(told[told["period"] == last])))
    ]
    text = f"Incidents per 30 days in {last}: {join_words(now)}"
    n_periods = told["period"].nunique()
    if n_periods == 1:
        return f"{text}."
    bounds = told.groupby(names).agg(low=("rate_low", "max"), high=("rate_high", "min"))
    apart = [str(name) for name in bounds.index[bounds["low"] > bounds["high"]]]
    if apart:
        among = f", which among {n_periods} periods may be chance" if n_periods > FEW else ""
        return f"{text}; the intervals of some periods do not overlap for {join_words(apart)}{among}."
    return f"{text}; for each severity the intervals of all periods overlap."


def describe_gaps(gaps: pd.DataFrame) -> str:
    """Say the median time from one incident to the next, and the longest.

    Parameters
    ----------
    gaps
        What `time_between` gives.

    Returns
    -------
    str
        One sentence; of groups it tells the median of each, of more than three the least and the greatest.

    Examples
    --------
    >>> table = {"incident_id": ["INC-1", "INC-2", "INC-3"], "gap": pd.to_timedelta([None, 3, 40], unit="D")}
    >>> describe_gaps(pd.DataFrame(table))
    'Median time between incidents 21d 12h (2 gaps), the longest 40d before INC-3.'
    """
    require_columns(gaps, "incident_id", "gap")
    told = gaps[gaps["gap"].notna()]
    if told.empty:
        return "No time between incidents is known: it takes two of known time."
    groups = list(gaps.columns[: gaps.columns.get_loc("incident_id")])
    if groups:
        keys = told[groups[0]].astype(object).fillna("unknown").astype(str)
        medians = told.groupby(keys)["gap"].agg(["median", "size"])
        table = pd.DataFrame({"group": medians.index, "n": medians["size"].to_numpy()})
        table["median"] = medians["median"].to_numpy()
        return describe_response(table, metric="time_between_incidents")
    longest = max(each_row(told), key=lambda row: row.gap)
    median = f"{format_span(pd.Timedelta(told['gap'].median()))} ({format_count(len(told), 'gap')})"
    if len(told) == 1:
        return f"Time between incidents {median}."
    last = f"the longest {format_span(longest.gap)} before {longest.incident_id}"
    return f"Median time between incidents {median}, {last}."
