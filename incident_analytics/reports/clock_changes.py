"""The hour that the clocks of a zone go through twice in autumn, and the one that they leave out in spring."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.zones import is_zone, read_zone

__all__ = ["clock_shift", "pass_named", "settle_folds"]

_NONE = timedelta(0)
_TIMES = r"(?:(?P<first>summer|daylight(?:\s(?:savings?))?)|(?P<second>winter|standard))\stime\b"
_IN_TIME: Final = compile_late(rf"\b{_TIMES}", re.IGNORECASE)
_IN_EVENT: Final = compile_late(rf"(?:^\W*|[(\[]\s*){_TIMES}(?=\s*[\]):,;–—-])", re.IGNORECASE)
_BRACKETS: Final = compile_late(r"\([^()]*\)")


def clock_shift(at: datetime, zone: tzinfo) -> timedelta:
    """Return by how much the clocks of a zone go back around a time, by less than nothing where they go forward.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> str(clock_shift(datetime(2025, 10, 26, 2, 30), ZoneInfo("Europe/Berlin")))
    '1:00:00'
    """
    if zone.utcoffset(None) is not None:  # as of every zone whose clocks never change
        return _NONE
    first, second = (at.replace(tzinfo=zone, fold=fold).utcoffset() or _NONE for fold in (0, 1))
    return first - second


def pass_named(when: str, event: str, at: datetime, zone: tzinfo) -> int | None:
    """Return the pass of a repeated hour that a row names: next to its time, or in brackets in its event.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> at, zone = datetime(2025, 10, 26, 2, 30), ZoneInfo("Europe/Berlin")
    >>> rows = [("02:30", "Job runs (summer time)"), ("02:30 winter time", "Job runs"), ("02:30", "Job runs (CET)")]
    >>> [pass_named(when, event, at, zone) for when, event in [*rows, ("02:30", "Winter time begins, says Bo")]]
    [0, 1, 1, None]
    """
    found = {0 if match["first"] else 1 for match in (*_IN_TIME.finditer(when), *_IN_EVENT.finditer(event))}
    for words in _BRACKETS.findall(event):
        try:
            named = read_zone(words) if is_zone(words) else None
        except Unreadable:
            continue
        offset = named.utcoffset(None) if named is not None else None
        found |= {fold for fold in (0, 1) if at.replace(tzinfo=zone, fold=fold).utcoffset() == offset}
    return found.pop() if len(found) == 1 else None


def settle_folds(times: Sequence[datetime], folds: Sequence[int | None]) -> list[int | None]:
    """Decide by their order which times of a repeated hour are of its first pass, and which of its second.

    Parameters
    ----------
    times
        Times of day within the repeated hour, in the order of their rows.
    folds
        What each is known to be: 0 for the first pass, 1 for the second, None where not known.

    Returns
    -------
    list of int or None
        The same, with what the order says: a time below a later one is of the second pass, and so are all below it.

    Examples
    --------
    >>> times = [datetime(2025, 10, 26, 2, minute) for minute in (10, 30, 20)]
    >>> settle_folds(times, [None, None, None]), settle_folds(times[:2], [None, None])
    ([0, 0, 1], [None, None])
    """
    n = len(times)
    falls = [place for place in range(1, n) if times[place] < times[place - 1]]
    first = next((place + 1 for place in range(n - 1, -1, -1) if folds[place] == 0), 0)
    second = next((place for place in range(n) if folds[place] == 1), n)
    if falls and first <= falls[0] and falls[-1] <= second:
        first, second = falls[0], falls[-1]
    if first > second:
        return list(folds)
    return [
        known if known is not None else 0 if place < first else 1 if place >= second else None
        for place, known in enumerate(folds)
    ]
