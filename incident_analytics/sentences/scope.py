"""Sentences on what a review covers: how many reports, what is pending or ongoing, what was not compared and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_count, in_months, join_words
from incident_analytics.periods import Period
from incident_analytics.sentences.wording import are, each_row, first_of

__all__ = [
    "LEVELS_COUNT_ALL",
    "describe_coverage",
    "describe_covered",
    "describe_files",
    "describe_ongoing",
    "describe_over_later",
    "describe_shared",
    "describe_silence",
    "describe_uncompared",
    "describe_undetected",
    "reports_in_words",
]

LEVELS_COUNT_ALL: Final = (
    "Downtime, availability and error budgets count every outage of a service, whichever incidents are chosen."
)


def describe_covered(within: Period) -> str:
    """Say which time a figure covers that goes back beyond the period under review, as far as there are reports.

    Examples
    --------
    >>> describe_covered(Period.parse("2024-01-01/2025-10-01"))
    'Covers 1 January 2024 to 30 September 2025.'
    """
    return f"Covers {within.dates}."


def describe_shared(within: Period) -> str:
    """Say what causes and factors are listed as recurring.

    Examples
    --------
    >>> describe_shared(Period.parse("2025"))
    'Causes and contributing factors shared by two or more reports, 1 January to 31 December 2025.'
    """
    return f"Causes and contributing factors shared by two or more reports, {within.dates}."


def reports_in_words(n_used: int, n_pending: int, *, status: str = "final") -> str:
    """Say how many reports are of the status asked for, and how many are not.

    Examples
    --------
    >>> reports_in_words(11, 2), reports_in_words(3, 0, status="all"), reports_in_words(0, 0)
    ('11 final reports, 2 pending', '3 reports', 'no reports')
    """
    if not n_used + n_pending:
        return "no reports"
    reports = format_count(n_used, "report" if status == "all" else f"{status.casefold()} report")
    return reports if status == "all" else f"{reports}, {n_pending:,} pending"


def describe_coverage(states: pd.DataFrame, pending: Sequence[str], *, status: str = "final") -> str:
    """Say how many incidents there are, and whose reports are not completed.

    Parameters
    ----------
    states
        What `measures.report_states` gives.
    pending
        The incidents whose reports are not of the status asked for.
    status
        The status asked for.

    Returns
    -------
    str
        One sentence; empty where every report of an incident that is over is used.

    Examples
    --------
    >>> states = pd.DataFrame({"n": [13], "n_used": [11], "n_pending": [2], "n_pending_ongoing": [0]})
    >>> describe_coverage(states, ["INC-7", "INC-9"])
    '13 incidents: 11 final reports, 2 pending (INC-7, INC-9), which count as incidents and downtime only.'
    >>> describe_coverage(states.assign(n_pending_ongoing=1), ["INC-7", "INC-9"])  # doctest: +NORMALIZE_WHITESPACE
    '13 incidents: 11 final reports, 2 pending (INC-7, INC-9); 1 of these is ongoing and counts in all figures, the rest
    as incidents and downtime only.'
    """
    require_columns(states, "n", "n_used", "n_pending", "n_pending_ongoing")
    (row,) = each_row(states)
    if row.n_pending == row.n_pending_ongoing:
        return ""
    names = ", ".join(pending) if len(pending) <= 5 else f"{', '.join(pending[:4])} and {len(pending) - 4:,} more"  # noqa: PLR2004
    said = f"{format_count(row.n, 'incident')}: {reports_in_words(row.n_used, row.n_pending, status=status)} ({names})"
    n = row.n_pending_ongoing
    if n:
        counts = f"{n} of these {are(n)} ongoing and {'counts' if n == 1 else 'count'} in all figures"
        return f"{said}; {counts}, the rest as incidents and downtime only."
    counts = "counts as an incident and downtime" if row.n_pending == 1 else "count as incidents and downtime"
    return f"{said}, which {counts} only."


def describe_ongoing(ongoing: pd.DataFrame, *, as_of: pd.Timestamp) -> str:
    """Say which incidents are not over.

    Parameters
    ----------
    ongoing
        The incidents, with ``occurred_at``.
    as_of
        The time at which they are not.

    Returns
    -------
    str
        One sentence; empty where all are over.

    Examples
    --------
    >>> since = pd.to_datetime(["2025-09-29T08:00Z"])
    >>> ongoing = pd.DataFrame({"incident_id": ["INC-2025-09-29-001"], "occurred_at": since})
    >>> describe_ongoing(ongoing, as_of=pd.Timestamp("2025-10-01", tz="UTC"))
    '1 incident is ongoing as of 2025-10-01 00:00 UTC: INC-2025-09-29-001 (since 2025-09-29).'
    """
    require_columns(ongoing, "incident_id", "occurred_at")
    if ongoing.empty:
        return ""
    named = [
        row.incident_id if pd.isna(row.occurred_at) else f"{row.incident_id} (since {row.occurred_at:%Y-%m-%d})"
        for row in each_row(ongoing)
    ]
    incidents = f"{format_count(len(named), 'incident')} {are(len(named))}"
    return f"{incidents} ongoing as of {as_of:%Y-%m-%d %H:%M %Z}: {first_of(named)}."


def describe_over_later(incident_ids: Sequence[str]) -> str:
    """Say which incidents were ongoing at the time of the review and are over by now.

    Examples
    --------
    >>> describe_over_later(["INC-2025-09-30-001"])
    '1 incident that was ongoing then is over by now: INC-2025-09-30-001; --as-of now counts its end.'
    """
    if not incident_ids:
        return ""
    n = len(incident_ids)
    is_over, its_end = (
        ("was ongoing then is over", "its end") if n == 1 else ("were ongoing then are over", "their ends")
    )
    named = first_of(list(incident_ids))
    return f"{format_count(n, 'incident')} that {is_over} by now: {named}; --as-of now counts {its_end}."


def describe_silence(label: str) -> str:
    """Say that months have no report, which may mean that nothing was written down.

    Examples
    --------
    >>> describe_silence("Q4 1999")
    'No incident was reported in Q4 1999. Either nothing happened or nothing was written down.'
    """
    return f"No incident was reported {in_months(label)}. Either nothing happened or nothing was written down."


def describe_files(files: pd.DataFrame, *, n_undated: int = 0, n_later: int = 0) -> str:
    r"""Say what became of the files that were found: the parts add up to all of them.

    Parameters
    ----------
    files
        How many there are by ``outcome``, as `measures.file_counts` has it.
    n_undated
        The reports without a readable date.
    n_later
        The reports of incidents that nobody knew of at the time of the review: ``files`` doesn't have them.

    Examples
    --------
    >>> counted = pd.DataFrame({"outcome": ["copy", "loaded", "skipped"], "files": [1, 14, 3]})
    >>> print(describe_files(counted, n_undated=7, n_later=2).replace(", 3", ",\n3"))
    20 files found: 14 loaded (7 without a readable date), 1 copy,
    3 skipped and 2 about incidents after the review date.
    """
    require_columns(files, "outcome", "files")
    found = dict(zip(files["outcome"], files["files"], strict=True))
    words = {
        "loaded": "loaded",
        "other status": "of another status",
        "copy": "copy" if found.get("copy") == 1 else "copies",
        "skipped": "skipped",
        "unreadable": "unreadable",
    }
    parts = [f"{found[outcome]:,} {word}" for outcome, word in words.items() if found.get(outcome)]
    if n_undated and found.get("loaded"):
        parts[0] += f" ({n_undated:,} without a readable date)"
    parts += [f"{n_later:,} about incidents after the review date"] if n_later else []
    n = sum(found.values()) + n_later
    if not parts:
        return ""
    if len(parts) == 1 < n and not n_undated:
        return f"{format_count(n, 'file')} found, {'both' if n == 2 else 'all'} {parts[0].partition(' ')[2]}."  # noqa: PLR2004
    return f"{format_count(n, 'file')} found: {join_words(parts)}."


def describe_undetected(incident_ids: Sequence[str]) -> str:
    """Say which incidents had begun by the time of the review, but were detected later.

    Examples
    --------
    >>> describe_undetected(["INC-2025-09-30-001"])
    '1 incident is not counted, as it was detected later: INC-2025-09-30-001.'
    """
    if not incident_ids:
        return ""
    n = len(incident_ids)
    it = "it was" if n == 1 else "they were"
    return (
        f"{format_count(n, 'incident')} {are(n)} not counted, as {it} detected later: {first_of(list(incident_ids))}."
    )


def describe_uncompared(reasons: Sequence[tuple[str, str]], *, subject: str = "") -> str:
    """Say which earlier periods were not compared, and why.

    Parameters
    ----------
    reasons
        Each period's label with the reason, a clause.
    subject
        What is not compared, such as ``response times``.

    Examples
    --------
    >>> describe_uncompared([("Q2 2025", "the first report is from May 2025")])
    'Not compared with Q2 2025: the first report is from May 2025.'
    >>> reason = "4 of the 12 reports from Q4 2025 are not final"
    >>> describe_uncompared([("Q3 2025", reason), ("Q4 2024", reason)], subject="response times")
    'Response times are not compared with Q3 2025 and Q4 2024: 4 of the 12 reports from Q4 2025 are not final.'
    """
    by_reason: dict[str, list[str]] = {}
    for label, reason in reasons:
        by_reason.setdefault(reason, []).append(label)
    start = f"{capitalized(subject)} are not" if subject else "Not"
    return " ".join(f"{start} compared with {join_words(labels)}: {reason}." for reason, labels in by_reason.items())
