"""The hour that the clocks of a zone go through twice in autumn, and the one that they leave out in spring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

__all__ = ["clock_shift", "settle_folds"]

_NONE = timedelta(0)


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
