"""Sentences on incidents that happen again, and on whether their follow-ups worked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_all, format_count, format_digits, format_part
from incident_analytics.sentences.wording import are

__all__ = ["describe_recurrence", "describe_repeats", "found_in_words"]


def describe_repeats(rate: pd.DataFrame, *, label: str, pending: pd.DataFrame | None = None, n_ongoing: int = 0) -> str:
    r"""Say how many incidents happened before, and for how many the follow-ups were still open.

    Parameters
    ----------
    rate
        The row of `repeat_rate`.
    label
        What the period is called.
    pending
        The repeats whose reports are not completed, which ``rate`` leaves out.
    n_ongoing
        Those of the incidents of ``rate`` that are not over, so that their reports need not be completed.

    Returns
    -------
    str
        One or two sentences; empty without incidents.

    Examples
    --------
    >>> row = {"n": 13, "n_repeats": 3, "share": 0.23, "share_low": 0.05, "share_high": 0.54, "n_disputed": 1}
    >>> said = describe_repeats(pd.DataFrame([row | {"n_while_open": 2, "n_open_unknown": 1}]), label="Q3 2025")
    >>> print(said.replace(", 2", ",\n2").replace("; ", ";\n"))
    Q3 2025: 3 of 13 incidents were repeats (23%, 95% CI 5% to 54%),
    2 of them while follow-ups of the earlier incident were open (1 unknown);
    for 1 of these, the items' dates say that all were done.
    """
    require_columns(
        rate, "n", "n_repeats", "share", "share_low", "share_high", "n_while_open", "n_open_unknown", "n_disputed"
    )
    (row,) = rate.to_dict("records")
    more = ""
    n_pending = 0 if pending is None else len(pending)
    if n_pending:
        more = f"{format_count(n_pending, 'report')} that {are(n_pending)} not final describe{'s' * (n_pending == 1)} "
        more += f"{'a repeat' if n_pending == 1 else 'repeats'} as well."
    if not row["n"]:
        return capitalized(more)
    n, n_open, n_unknown = (int(row[name]) for name in ("n_repeats", "n_while_open", "n_open_unknown"))
    final = f" with a final report{' or still ongoing' * bool(n_ongoing)}" if n_pending or n_ongoing else ""
    said = (
        f"{label}: {n:,} of {format_count(row['n'], 'incident')}{final} {'was a repeat' if n == 1 else 'were repeats'}"
    )
    share, low, high = (format_part(row[name]) for name in ("share", "share_low", "share_high"))
    said += f" ({share}, 95% CI {low} to {high})"
    if n:
        unknown = f" ({n_unknown:,} unknown)" if n_unknown else ""
        which = f"{format_all(n)} " * (n > 1) if n_open == n else f"{n_open or 'none'} {'of them ' * (n > 1)}"
        said += f", {which}while follow-ups of the earlier incident were open{unknown}"
    if row["n_disputed"]:
        of_these = f"for {row['n_disputed']} of these, " * (n > 1)
        said += f"; {of_these}the items' dates say that all were done"
    return f"{said}. {more}".rstrip()


def describe_recurrence(change: pd.DataFrame) -> str:
    r"""Say whether kinds of incidents recurred less often once their action items were done, or why that is not known.

    Parameters
    ----------
    change
        The row of `recurrence_change`.

    Returns
    -------
    str
        Sentences.

    Examples
    --------
    >>> row = {"n": 4, "n_open": 1, "n_unknown": 2, "n_before": 1, "n_after": 3, "ratio": 1.2, "ratio_low": 0.1}
    >>> row |= {"ratio_high": 70.0, "can_tell": False, "power_half": 0.03}
    >>> row |= {"exposure_before": pd.Timedelta(days=304), "exposure_after": pd.Timedelta(days=1337)}
    >>> said = describe_recurrence(pd.DataFrame([row]))
    >>> print(said.replace(". ", ".\n").replace("work: ", "work:\n").replace("r: ", "r:\n"))
    Too early to say whether follow-ups work:
    4 kinds of incidents recurred once before their action items were done and 3 times later:
    1.2 times as often (95% CI 0.1 to 70).
    Added up, they were watched for 304 days before and 1,337 days after.
    With this little data, the chance of noticing even a halving is 3%.
    Not compared: 1 kind with open items and 2 whose completion isn't recorded.
    """
    require_columns(change, "n", "n_open", "n_unknown", "n_before", "n_after", "ratio", "can_tell", "power_half")
    require_columns(change, "exposure_before", "exposure_after")
    (row,) = change.to_dict("records")
    unused = [f"{format_count(row['n_open'], 'kind')} with open items"] * bool(row["n_open"])
    n_unknown = f"{row['n_unknown']:,}" if unused else format_count(row["n_unknown"], "kind")
    unused += [f"{n_unknown} whose completion isn't recorded"] * bool(row["n_unknown"])
    left = f" Not compared: {' and '.join(unused)}." if unused else ""
    if not row["n"]:
        none = "nothing recurred whose action items are known to be done"
        return f"Too early to say whether follow-ups work: {none}.{left}"
    kinds = "1 kind of incident" if row["n"] == 1 else f"{row['n']:,} kinds of incidents"
    whose = "its" if row["n"] == 1 else "their"
    before, later = (_times(row[name]) for name in ("n_before", "n_after"))
    split = f"{before} before {whose} action items were done and {later} later"
    if not row["n_before"]:  # a sentence that begins with "never" reads like a claim about both
        split = f"{later}{', always' * (row['n_after'] > 1)} after {whose} action items were done"
    days = [format_count(row[f"exposure_{when}"].days, "day") for when in ("before", "after")]
    watched = (
        f"{'It was' if row['n'] == 1 else 'Added up, they were'} watched for {days[0]} before and {days[1]} after."
    )
    counted = f"{kinds} recurred {split}{_ratio(row)}. {watched}"
    if row["can_tell"]:
        fewer = row["n_after"] == 0 or (not pd.isna(row["ratio"]) and row["ratio"] < 1)
        return f"Incidents recur {'less' if fewer else 'more'} often once their follow-ups are done: {counted}{left}"
    power = f" With this little data, the chance of noticing even a halving is {row['power_half']:.0%}."
    return f"Too early to say whether follow-ups work: {counted}{power}{left}"


def _times(n: int) -> str:
    return "never" if n == 0 else "once" if n == 1 else f"{n:,} times"


def _ratio(row: dict[Any, Any]) -> str:
    """Write how many times as often they recurred, with its interval, as far as both are known."""
    if pd.isna(row["ratio"]) or pd.isna(row["ratio_low"]):
        return ""
    high = f"to {format_digits(row['ratio_high'], 2)}" if not pd.isna(row["ratio_high"]) else "upward"
    ratio, low = (format_digits(row[name], 2) for name in ("ratio", "ratio_low"))
    return f": {ratio} times as often (95% CI {low} {high})"


def found_in_words(found_by: str) -> str:
    """Return by what a repeat was found, as people say it.

    Examples
    --------
    >>> found_in_words("named")
    'report names it'
    """
    return {"named": "report names it", "title": "same title", "alike": "similar description"}[found_by]
