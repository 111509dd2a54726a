"""The sentence on when incidents start."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import format_count, format_p_value, join_words
from incident_analytics.periods import Calendar
from incident_analytics.sentences.wording import are, is_finding

__all__ = ["describe_business_hours", "describe_start_hours"]

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def describe_business_hours(calendar: Calendar) -> str:
    """Say which hours business hours are, and so nights and evenings.

    Examples
    --------
    >>> from datetime import time
    >>> describe_business_hours(Calendar(time(9), time(17)))
    'Business hours: Monday to Friday, 09:00 to 17:00 UTC; nights are before 09:00, evenings after 17:00.'
    >>> describe_business_hours(Calendar(time(8), time(16, 30), days=(0, 4), timezone="Asia/Seoul"))
    'Business hours: Monday and Friday, 08:00 to 16:30 Asia/Seoul time; nights are before 08:00, evenings after 16:30.'
    """
    days = sorted(calendar.days)
    names = [_WEEKDAYS[day] for day in days]
    in_a_row = len(days) > 2 and days == list(range(days[0], days[-1] + 1))  # noqa: PLR2004 - two are named
    which = f"{names[0]} to {names[-1]}" if in_a_row else join_words(names)
    zone = calendar.timezone if calendar.timezone == "UTC" else f"{calendar.timezone} time"
    hours = f"{calendar.start:%H:%M} to {calendar.end:%H:%M} {zone}"
    others = f"nights are before {calendar.start:%H:%M}, evenings after {calendar.end:%H:%M}"
    return f"Business hours: {which}, {hours}; {others}."


def describe_start_hours(hours: pd.DataFrame) -> str:
    """Say whether incidents cluster at some hours or on some weekdays, with the window that the test found.

    Parameters
    ----------
    hours
        The result of `start_hours`.

    Returns
    -------
    str
        One sentence; it reports a cluster where the adjusted p-value is at most 0.05.

    Examples
    --------
    >>> row = {"n": [46], "n_missing": [0], "timezone": ["UTC"], "hour_from": [9], "hour_to": [15], "n_in_hours": [25]}
    >>> row |= {"hour_p_adjusted": [0.001], "weekday_window": ["Monday"], "n_in_weekdays": [9]}
    >>> describe_start_hours(pd.DataFrame(row | {"weekday_p_adjusted": [0.4]}))
    'Incidents cluster between 09:00 and 15:00 UTC (25 of 46, p = 0.001).'
    """
    require_columns(hours, "n", "n_missing", "timezone", "hour_from", "hour_to", "n_in_hours", "hour_p_adjusted")
    require_columns(hours, "weekday_window", "n_in_weekdays", "weekday_p_adjusted")
    n = int(hours["n"].sum())
    if not n:
        return "No incident has a recorded start time."
    found: Any = hours.iloc[0]
    if n < LEAST["start pattern"]:
        few = f"{format_count(n, 'incident')} {are(n)} too few; at least {LEAST['start pattern']} are needed"
        return f"No pattern by hour or weekday can be shown: {few}."
    parts = []
    if is_finding(found.hour_p_adjusted):
        zone = found.timezone if found.timezone == "UTC" else f"{found.timezone} time"
        window = f"between {found.hour_from:02}:00 and {found.hour_to:02}:00 {zone}"
        parts.append((found.n_in_hours, window, found.hour_p_adjusted))
    if is_finding(found.weekday_p_adjusted):
        parts.append((found.n_in_weekdays, _weekdays(found.weekday_window), found.weekday_p_adjusted))
    if parts:
        patterns = [f"{window} ({count:,} of {n:,}, {format_p_value(p)})" for count, window, p in parts]
        return f"Incidents cluster {join_words(patterns)}."
    what = "hour" if pd.isna(found.weekday_p_adjusted) else "hour or weekday"
    few = " is too few to detect a weak one" if n < LEAST["weak start pattern"] else ""
    return f"No clear pattern by {what} ({format_count(n, 'incident')}{few})."


def _weekdays(window: str) -> str:
    """Return when incidents start that cluster on these weekdays."""
    return {"weekend": "on weekends", "Monday to Friday": "from Monday to Friday"}.get(window, f"on {window}s")
