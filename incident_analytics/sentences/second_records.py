"""Sentences on the incident tool's record of incidents, next to that of the reports."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_count, format_span, join_words
from incident_analytics.sentences.wording import NAME, are, each_row, first_of, has

__all__ = ["describe_records", "describe_stray_records", "describe_times_by_record", "stray_records"]


def describe_records(records: pd.DataFrame, differences: pd.DataFrame, *, n: int) -> str:
    """Say how many incidents the tool has a record of, and how many of its times differ from the reports'.

    Parameters
    ----------
    records
        The tool's rows with ``incident_id`` and ``candidates``.
    differences
        A row a time that differs, with ``incident_id``.
    n
        The incidents with a report.

    Returns
    -------
    str
        Sentences; empty where the tool has no row.

    Examples
    --------
    >>> records = pd.DataFrame({"tool": ["PagerDuty"] * 3, "incident_id": ["INC-1", "INC-2", None]})
    >>> differences = pd.DataFrame({"incident_id": ["INC-2", "INC-2"]})
    >>> describe_records(records.assign(candidates=""), differences, n=5)
    'PagerDuty recorded 2 of 5 incidents; 2 of their times differ from the report. 1 PagerDuty incident has no report.'
    """
    require_columns(records, "tool", "incident_id", "candidates")
    if records.empty:
        return ""
    tools = sorted(records["tool"].unique())
    n_recorded = records["incident_id"].nunique()
    said = f"{join_words(tools)} recorded {n_recorded:,} of {format_count(n, 'incident')}"
    if n_recorded:
        n_times = len(differences)
        whose = "its" if n_recorded == 1 else "their"
        differ = f"{n_times:,} of {whose} times {'differs' if n_times == 1 else 'differ'} from the report"
        said += f"; {differ}" if n_times else "; all times agree"
    n_several = int((records.groupby(["incident_id", "tool"]).size() > 1).groupby(level=0).any().sum())
    verb = "have" if n_several > 1 else "has"
    several = f" {n_several:,} {verb} several records: the first detection and the last end count." if n_several else ""
    n_stray = len(stray_records(records))
    stray = f" {_incidents_of(tools, n_stray)} {has(n_stray)} no report." if n_stray else ""
    n_unclear = int((records["candidates"] != "").sum())
    unclear = f" {n_unclear:,} may belong to several incidents and {are(n_unclear)} not used."
    return f"{said}.{several}{stray}{unclear if n_unclear else ''}"


def describe_stray_records(records: pd.DataFrame) -> str:
    """Say which records of the tool have no report.

    Parameters
    ----------
    records
        The tool's rows with ``title``, ``incident_id`` and ``candidates``.

    Returns
    -------
    str
        One sentence; empty where each has one, or may have.

    Examples
    --------
    >>> row = {"tool": ["PagerDuty"], "title": ["Queue is full"], "incident_id": [None], "candidates": [""]}
    >>> describe_stray_records(pd.DataFrame(row))
    '1 PagerDuty incident has no report: “Queue is full”.'
    """
    require_columns(records, "tool", "title", "incident_id", "candidates")
    stray = stray_records(records)
    if stray.empty:
        return ""
    tools = sorted(stray["tool"].unique())
    titles = [f"“{cut(title, NAME)}”" for title in stray["title"].dropna()]
    named = f": {first_of(titles)}" if titles else ""
    return f"{_incidents_of(tools, len(stray))} {has(len(stray))} no report{named}."


def _incidents_of(tools: Sequence[str], n: int) -> str:
    """Say how many incidents there are in these tools."""
    return format_count(n, f"{join_words(tools)} incident")


def stray_records(records: pd.DataFrame) -> pd.DataFrame:
    """Return the records that belong to no report, nor to one of several."""
    return records[records["incident_id"].isna() & (records["candidates"] == "")]


def describe_times_by_record(times: pd.DataFrame, *, measure: str) -> str:
    """Say between which values the mean of a metric lies, whichever record is right.

    Parameters
    ----------
    times
        What `times_by_record` gives.
    measure
        What is measured, in words.

    Returns
    -------
    str
        One sentence; empty where no incident has both records.

    Examples
    --------
    >>> spans = pd.to_timedelta(["90min", "80min", "75min", "95min"])
    >>> rows = {"record": ["reports", "PagerDuty", "shorter", "longer"], "n": [12, 11, 11, 11], "mean": spans}
    >>> times = pd.DataFrame(rows).assign(basis="detected to restored")
    >>> describe_times_by_record(times, measure="time to restore")
    'For 11 incidents with both records, the mean time to restore (detected to restored) is 1h 15m to 1h 35m, depending on which is right.'
    """  # noqa: E501 - a sentence as it is printed
    require_columns(times, "record", "basis", "n", "mean")
    by_record = {row.record: row for row in each_row(times)}
    low, high = by_record["shorter"], by_record["longer"]
    if not low.n:
        return ""
    ends = list(dict.fromkeys(format_span(row.mean) for row in (low, high)))
    band = f"{' to '.join(ends)}{', depending on which is right' if len(ends) > 1 else ' by either'}"
    those = format_count(low.n, "incident")
    return f"For {those} with both records, the mean {measure} ({low.basis}) is {band}."
