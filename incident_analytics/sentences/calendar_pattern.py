"""The sentence on when incidents start."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_p_value, join_words
from incident_analytics.sentences.wording import are, is_finding

__all__ = ["describe_start_hours"]

_MANY_STARTS: Final = 35  # from here on three times as many by day as by night show in three of four cases


def describe_start_hours(hours: pd.DataFrame) -> str:
    """Say whether incidents lean to a part of the day or of the week, as far as their number can tell.

    Parameters
    ----------
    hours
        What `start_hours` gives.

    Returns
    -------
    str
        One sentence; it calls a leaning what comes up by chance in at most 5% of cases.

    Examples
    --------
    >>> rows = {"weekday": ["Monday", "Tuesday"], "hour": [9, 14], "n": [3, 1], "n_missing": 2}
    >>> describe_start_hours(pd.DataFrame(rows).assign(hour_p_adjusted=None, weekday_p_adjusted=None))
    'When incidents start: 4 are too few to tell hours or weekdays apart.'
    """
    require_columns(hours, "weekday", "hour", "n", "n_missing", "hour_p_adjusted", "weekday_p_adjusted")
    n = int(hours["n"].sum())
    if not n:
        return "No incident tells at what time it started."
    by_hour, by_weekday = (hours[f"{name}_p_adjusted"].iloc[0] for name in ("hour", "weekday"))
    if pd.isna(by_hour):
        return f"When incidents start: {n} {are(n)} too few to tell hours or weekdays apart."
    leanings = []
    if is_finding(by_hour):
        quarters = hours.groupby(hours["hour"] // 6)["n"].sum()
        first = 6 * int(quarters.index.to_numpy()[quarters.argmax()])
        when = f"between {first}:00 and {first + 6}:00"
        leanings.append(f"{quarters.max()} of {n} started {when} ({format_p_value(by_hour)})")
    if is_finding(by_weekday):
        days = hours.groupby("weekday", observed=False)["n"].sum()
        leanings.append(f"{days.max()} of {n} started on a {days.idxmax()} ({format_p_value(by_weekday)})")
    if leanings:
        return f"Incidents lean to certain times more than chance explains: {join_words(leanings)}."
    what = "hours" if pd.isna(by_weekday) else "hours or weekdays"
    few = "; so few show only a strong one" if n < _MANY_STARTS else ""
    return f"When incidents start: no leaning to certain {what} beyond chance (n = {n}){few}."
