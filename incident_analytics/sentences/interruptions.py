"""Sentences on whom incidents interrupt, and on services that fail together."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_p_value, join_words
from incident_analytics.periods import Period
from incident_analytics.sentences.wording import FEW, each_row, is_finding

__all__ = ["describe_failing_together", "describe_interruptions"]


def describe_interruptions(interruptions: pd.DataFrame) -> str:
    """Say how many of each team's incidents started outside its business hours.

    Parameters
    ----------
    interruptions
        What `team_interruptions` gives; of many teams those with most such incidents are named.

    Returns
    -------
    str
        One sentence; empty where no team has an incident of known start.

    Examples
    --------
    >>> rows = {"team": ["API team", "Web team"], "n": [10, 4], "n_business": [4, 4], "share_of_time": [0.76, 0.76]}
    >>> describe_interruptions(pd.DataFrame(rows))
    'Incidents that started outside business hours (76% of all hours): API team 6 of 10 and Web team 0 of 4.'
    """
    require_columns(interruptions, "team", "n", "n_business", "share_of_time")
    rows = interruptions[interruptions["n"] > 0]
    if rows.empty:
        return ""
    rows = rows.assign(n_off=rows["n"] - rows["n_business"])
    rows = rows.sort_values(["n_off", "team"], ascending=[False, True])
    parts = [f"{row.team} {row.n_off:,} of {row.n:,}" for row in each_row(rows)]
    if len(parts) > FEW + 1:
        parts[FEW:] = [f"{len(parts) - FEW} more teams"]
    outside = rows["share_of_time"]
    share = f" ({outside.min():.0%} of all hours)" if outside.min() == outside.max() else ""
    return f"Incidents that started outside business hours{share}: {join_words(parts)}."


def describe_failing_together(pairs: pd.DataFrame, *, within: Period) -> str:
    r"""Say which services fail together more often than chance explains.

    Parameters
    ----------
    pairs
        What `failing_together` gives.
    within
        The time in which they were looked for.

    Returns
    -------
    str
        One sentence; empty where no pair is a finding.

    Examples
    --------
    >>> row = {"service": "API", "other": "Web", "n": 40, "n_both": 12, "expected": 5.2, "p_adjusted": 0.004}
    >>> print(describe_failing_together(pd.DataFrame([row]), within=Period.parse("2025")).replace(": ", ":\n"))
    Services that fail together more often than chance explains, 1 January to 31 December 2025:
    API and Web (12 of 40 incidents, 5.2 expected; adjusted p = 0.004).
    """
    require_columns(pairs, "service", "other", "n", "n_both", "expected", "p_adjusted")
    found = [
        f"{row.service} and {row.other} ({row.n_both:,} of {row.n:,} incidents, {row.expected:.1f} expected; "
        f"adjusted {format_p_value(row.p_adjusted)})"
        for row in each_row(pairs)
        if is_finding(row.p_adjusted)
    ]
    if not found:
        return ""
    return f"Services that fail together more often than chance explains, {within.dates}: {'; '.join(found[:FEW])}."
