"""The sentence on a metric around an incident."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_figure, join_words
from incident_analytics.sentences.wording import each_row

__all__ = ["describe_series", "series_name"]


def describe_series(summary: pd.DataFrame, *, timezone: str = "UTC") -> str:
    """Say what one metric was at worst during an incident, what it was before, and what at restoration.

    Parameters
    ----------
    summary
        What `summarize_series` gives, of one name.
    timezone
        The IANA zone of the time in the sentence.

    Returns
    -------
    str
        One sentence, of the series that went farthest from its median before.

    Examples
    --------
    >>> row = {"name": ["error_rate"], "service": ["API"], "labels": [None], "unit": ["%"], "baseline": [0.1]}
    >>> at = [pd.Timestamp("2025-08-19T17:31Z")]
    >>> describe_series(pd.DataFrame(row).assign(worst=[20.4], worst_at=at, at_restoration=[0.2]))
    'Error rate of API reached 20.4% at 17:31 (normally 0.1%) and was 0.2% at restoration.'
    """
    require_columns(summary, "name", "service", "labels", "unit", "baseline", "worst", "worst_at", "at_restoration")
    names = [name.replace("_", " ") for name in dict.fromkeys(summary["name"])]
    with_worst = summary[summary["worst"].notna()]
    if with_worst.empty:
        return f"No value of {join_words(names) or 'any metric'} during the incident can be compared with those before."
    row = max(each_row(with_worst), key=lambda row: -1 if pd.isna(row.baseline) else abs(row.worst - row.baseline))
    what = " of ".join(filter(None, (row.name.replace("_", " "), series_name(row))))
    verb = "fell to" if pd.notna(row.baseline) and row.worst < row.baseline else "reached"
    worst = f"{verb} {format_figure(row.worst, row.unit)} at {row.worst_at.tz_convert(timezone):%H:%M}"
    usual = "" if pd.isna(row.baseline) else f" (normally {format_figure(row.baseline, row.unit)})"
    then = (
        "" if pd.isna(row.at_restoration) else f" and was {format_figure(row.at_restoration, row.unit)} at restoration"
    )
    return f"{capitalized(what)} {worst}{usual}{then}."


def series_name(row: Any) -> str:
    """Return what distinguishes a series from the others of its query: the service and the labels that it has.

    Examples
    --------
    >>> rows = pd.DataFrame({"service": ["API", None], "labels": ["code=500", None]})
    >>> [series_name(row) for row in each_row(rows)]
    ['API, code=500', '']
    """
    return ", ".join(part for part in (row.service, row.labels) if pd.notna(part))
