"""Sentences on how incidents were detected, and on what triggered them."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_all, format_count, format_part, join_words
from incident_analytics.sentences.wording import are, each_row

__all__ = ["describe_detection", "describe_labels", "describe_triggers"]

_TRIGGERS: Final = {
    "change": "a change",
    "config": "the configuration",
    "capacity": "a lack of capacity",
    "dependency": "a dependency",
    "certificate": "an expired certificate",
    "hardware": "hardware",
    "human": "a human error",
}
_OTHER: Final = "Inferred triggers other than a change are not distinguished."


def describe_detection(shares: pd.DataFrame) -> str:
    r"""Say how many incidents customers noticed first.

    Parameters
    ----------
    shares
        What `origin_shares` gives of ``detected_by``, of one period.

    Returns
    -------
    str
        Sentences; empty where no incident has a way of detection.

    Examples
    --------
    >>> rows = {"detected_by": ["monitoring", "staff", "customer"], "n": [6, 0, 4], "n_proposed": [2, 0, 4]}
    >>> intervals = {"share_low": [0.26, 0.0, 0.12], "share_high": [0.88, 0.31, 0.74]}
    >>> known = {"n_known": 10, "n_missing": 3, "share": [0.6, 0.0, 0.4]}
    >>> said = describe_detection(pd.DataFrame({**rows, **intervals}).assign(**known))
    >>> print(said.replace(". ", ".\n"))
    Customers noticed 4 of 10 incidents first (40%, 95% CI 12% to 74%).
    6 of the 10 are inferred from the report's words, which intervals take as right; 3 more reports don't say.
    """
    require_columns(
        shares, "detected_by", "n", "n_proposed", "n_known", "n_missing", "share", "share_low", "share_high"
    )
    rows = [row for row in each_row(shares) if row.detected_by == "customer" and row.n_known]
    return "".join(
        f"Customers noticed {_of_known(row.n, shares)} first ({_interval(row)}).{_basis(shares)}" for row in rows
    )


def describe_labels(shares: pd.DataFrame) -> str:
    """Say of how many incidents a value is known, and how many of these are only proposed.

    Parameters
    ----------
    shares
        What `origin_shares` gives, of one period.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> rows = {"trigger": ["change", "capacity"], "n": [7, 3], "n_proposed": [7, 1], "n_known": 10, "n_missing": 4}
    >>> describe_labels(pd.DataFrame(rows))
    "trigger is known for 10 of 14 incidents, for 8 of them only by a proposal from the report's words."
    """
    require_columns(shares, "n", "n_proposed", "n_known", "n_missing")
    n_known, n = int(shares["n_known"].max()), int((shares["n_known"] + shares["n_missing"]).max())
    n_proposed = int(shares["n_proposed"].sum())
    proposed = f", for {n_proposed:,} of them only by a proposal from the report's words" if n_proposed else ""
    return f"{shares.columns[0]} is known for {n_known:,} of {format_count(n, 'incident')}{proposed}."


def describe_triggers(shares: pd.DataFrame) -> str:
    r"""Say how many incidents the most frequent of the known triggers set off.

    Parameters
    ----------
    shares
        What `origin_shares` gives of ``trigger``, of one period.

    Returns
    -------
    str
        Sentences; empty where no incident has a trigger.

    Examples
    --------
    >>> rows = {"trigger": ["change", "other"], "n": [7, 3], "n_proposed": [7, 3], "n_known": 10, "n_missing": 0}
    >>> shares = {"share": [0.7, 0.3], "share_low": [0.35, 0.07], "share_high": [0.93, 0.65]}
    >>> print(describe_triggers(pd.DataFrame({**rows, **shares})).replace(". ", ".\n"))
    A change triggered 7 of 10 incidents (70%, 95% CI 35% to 93%).
    All 10 are inferred from the report's words, which intervals take as right.
    Inferred triggers other than a change are not distinguished.
    """
    require_columns(shares, "trigger", "n", "n_proposed", "n_known", "n_missing", "share", "share_low", "share_high")
    if shares.empty or not shares["n_known"].max():
        return ""
    named = shares[(shares["trigger"] != "other") & shares["share"].notna()]
    first = [row for row in each_row(named) if row.n == named["n"].max()]
    if len(first) > 1:
        said = f"{join_words([_TRIGGERS[row.trigger] for row in first])} triggered {_of_known(first[0].n, shares)} each"
    else:
        (row,) = first
        said = f"{_TRIGGERS[row.trigger]} triggered {_of_known(row.n, shares)} ({_interval(row)})"
    is_inferred = (shares["n_proposed"] > 0) & (shares["trigger"] == "other")
    other = f" {_OTHER}" if is_inferred.any() else ""
    return f"{capitalized(said)}.{_basis(shares)}{other}"


def _of_known(n: int, shares: pd.DataFrame) -> str:
    return f"{f'{n:,}' if n else 'none'} of {format_count(int(shares['n_known'].max()), 'incident')}"


def _interval(row: Any) -> str:
    return f"{format_part(row.share)}, 95% CI {format_part(row.share_low)} to {format_part(row.share_high)}"


def _basis(shares: pd.DataFrame) -> str:
    """Say how many values are inferred, so that none of these passes for recorded, and how many reports have none."""
    n_known, n_missing = int(shares["n_known"].max()), int(shares["n_missing"].max())
    n_proposed = int(shares["n_proposed"].sum())
    parts = []
    if n_proposed:
        of = f"{n_proposed:,} of the {n_known:,} {are(n_proposed)}"
        which = of if n_proposed < n_known else "This is" if n_known == 1 else f"{capitalized(format_all(n_known))} are"
        parts.append(f"{which} inferred from the report's words, which intervals take as right")
    if n_missing:
        parts.append(f"{n_missing:,} more report{' doesn' if n_missing == 1 else 's don'}'t say")
    return f" {'; '.join(parts)}." if parts else ""
