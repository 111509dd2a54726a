"""Dates and instants as trackers and incident tools write them into their exports, in the languages of their users."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents
from incident_analytics.reports.placeholders import Unreadable, fold
from incident_analytics.reports.times import FIRST_YEAR, LAST_YEAR, read_date
from incident_analytics.reports.tokens import MONTHS
from incident_analytics.reports.zones import read_zone

__all__ = ["read_days", "read_ends", "read_instants"]

_MONTHS: Final = MONTHS | {"gen": 1, "maa": 3, "mag": 5, "giu": 6, "lug": 7, "ago": 8, "set": 9, "out": 10, "ott": 10}
"""In the cell of a date these abbreviations are months, too."""
_REST: Final = r"(?:(?:T|[\s,]).*)?"  # the time of day
_WEEKDAY: Final = r"(?:[^\W\d_]{2,13}\.?,?\s+)?"
_NAME: Final = r"(?P<name>[^\W\d_]{3,12})"
_YEAR_FIRST: Final = compile_late(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?){_REST}", re.DOTALL
)
_NAMED: Final = compile_late(
    rf"{_WEEKDAY}(?P<day>\d\d?)(?:\.?[\s/-]|\.)\s?(?:de\s)?{_NAME}\.?(?:[\s/,.-]|\sde\s)\s?(?P<year>\d{{4}}|\d\d){_REST}",
    re.DOTALL,
)
_NAME_FIRST: Final = compile_late(rf"{_WEEKDAY}{_NAME}\.?\s(?P<day>\d\d?),?\s(?P<year>\d{{4}}){_REST}", re.DOTALL)
_NUMBERS: Final = compile_late(rf"{_WEEKDAY}(\d\d?)(?P<mark>[-/.])(\d\d?)(?P=mark)(\d{{4}}){_REST}", re.DOTALL)
_MOST_MONTHS: Final = 12


def read_days(texts: Sequence[str]) -> list[date | Unreadable | None]:
    """Read a column of dates as trackers write them.

    Parameters
    ----------
    texts
        The cells: ``2025-08-05 09:12``, ``05/Aug/25 9:12 AM``, ``5. März 2025``, ``5 de agosto de 2025``,
        ``Aug 5, 2025``, ``31/08/2025``, ``31.8.2025``. What follows the day is not read.

    Returns
    -------
    list
        The date of each cell, None where it says that there is none, `Unreadable` where it cannot be read. Which of
        two numbers is the day is the same in the whole column, as far as one of its cells shows it: a number above 12
        is not a month. Where none does, or they contradict each other, what may be two days is `Unreadable`.

    Examples
    --------
    >>> read_days(["12/08/2025", "31/08/2025"])
    [datetime.date(2025, 8, 12), datetime.date(2025, 8, 31)]
    >>> read_days(["12/08/2025"])[0].code
    'ambiguous-date'
    """
    numbers = [_NUMBERS.fullmatch(text.strip()) for text in texts]
    pairs = [(int(found[1]), int(found[3])) for found in numbers if found]
    orders = {first > second for first, second in pairs if max(first, second) > _MOST_MONTHS >= min(first, second)}
    day_first = orders.pop() if len(orders) == 1 else None
    return [
        _numbered(text.strip(), found, day_first=day_first) if found else _day(text.strip())
        for text, found in zip(texts, numbers, strict=True)
    ]


def _numbered(text: str, found: re.Match[str], *, day_first: bool | None) -> date | Unreadable:
    """Read a date in numbers; the column says whether the day comes first, None where it does not."""
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    by_order = {True: _date(year, second, first), False: _date(year, first, second)}
    if day_first is None and by_order[True] and by_order[False] and first != second:
        earlier, later = sorted(day for day in by_order.values() if day)
        message = f"{text!r} is {earlier} or {later}, and the other dates do not show which; write it as YYYY-MM-DD"
        return Unreadable(message, "ambiguous-date")
    day = by_order[day_first] if day_first is not None else by_order[True] or by_order[False]
    return day or Unreadable(f"{text!r} is not a date; write it as YYYY-MM-DD")


def _day(text: str) -> date | Unreadable | None:
    year, month, day = 0, 0, 0
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    elif found := _NAMED.fullmatch(text) or _NAME_FIRST.fullmatch(text):
        year, month, day = int(found["year"]), _MONTHS.get(without_accents(found["name"]), 0), int(found["day"])
        year += 2000 if len(found["year"]) == 2 else 0  # noqa: PLR2004 - digits
    if month:
        return _date(year, month, day) or Unreadable(f"{text!r} is not a date; write it as YYYY-MM-DD")
    try:
        return read_date(text)
    except Unreadable as error:
        return error


_CLOCK: Final = compile_late(
    r"\b(?P<hour>[012]?\d)[:.h](?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?"
    r"\s*(?P<zone>Z|(?:UTC|GMT)?\s?[-+\u2212]\d\d:?(?:\d\d)?|[(\[]?[^\W\d_][\w/+-]+[)\]]?)?",
    re.IGNORECASE,
)
"""A time of day, and perhaps the zone after it."""
_EPOCH: Final = compile_late(r"1\d{9}(?P<milliseconds>\d{3})?", re.ASCII)
"""Seconds, or milliseconds, since 1970."""
_T: Final = compile_late(r"(?<=\d)T(?=\d)")
_FARTHEST: Final = timedelta(hours=15)  # from UTC, and more than any zone is
_OFFSET: Final = compile_late(r"(?:UTC|GMT)?\s?(?P<sign>[-+\u2212])(?P<hours>\d\d):?(?P<minutes>\d\d)?", re.IGNORECASE)
_NOON: Final = 12


def read_ends(texts: Sequence[str], zone: tzinfo) -> list[date | datetime | Unreadable | None]:
    """Return when items were completed: an instant by the clock of a zone where the text names one, else the day."""
    return [
        day if day is None or isinstance(day, Unreadable) else _end(day, text, zone)
        for day, text in zip(read_days(texts), texts, strict=True)
    ]


def read_instants(texts: Sequence[str], zone: tzinfo | None) -> list[datetime | Unreadable | None]:
    """Read a column of instants.

    Parameters
    ----------
    texts
        The cells: dates as `read_days` reads them with a time of day, and seconds or milliseconds since 1970.
    zone
        The zone of times that name none; None refuses these.

    Returns
    -------
    list
        The instant of each cell in UTC, None where it says that there is none, `Unreadable` where it cannot be read:
        also a day alone, and a time that comes twice or never as clocks change.

    Examples
    --------
    >>> read_instants(["2025-08-05 09:12 +0200"], None)[0].isoformat()
    '2025-08-05T07:12:00+00:00'
    >>> print(read_instants(["2025-08-05 09:12"], None)[0])
    '2025-08-05 09:12' names no time zone; set timezone in the same table of the settings
    """
    epochs = [_EPOCH.fullmatch(text.strip()) for text in texts]
    days = read_days(["" if epoch else text for epoch, text in zip(epochs, texts, strict=True)])
    found: list[datetime | Unreadable | None] = []
    for text, epoch, day in zip(texts, epochs, days, strict=True):
        if epoch:
            seconds = int(epoch[0]) / (1000 if epoch["milliseconds"] else 1)
            found.append(datetime.fromtimestamp(seconds, UTC))
        elif day is None or isinstance(day, Unreadable):
            found.append(day)
        else:
            found.append(_instant(day, text.strip(), zone))
    return found


def _instant(day: date, text: str, zone: tzinfo | None) -> datetime | Unreadable:
    try:
        clock = _clock(text)
    except Unreadable as error:
        return error
    if clock is None:
        return Unreadable(f"{text!r} has no time of day; export times, not days", "unreadable-time")
    at, written = clock
    if written is None and zone is None:
        message = f"{text!r} names no time zone; set timezone in the same table of the settings"
        return Unreadable(message, "unreadable-time")
    local = datetime.combine(day, at, written or zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        message = f"{text!r} comes twice or never, as clocks change then; export times in UTC"
        return Unreadable(message, "unreadable-time")
    return local.astimezone(UTC)


def _end(day: date, text: str, zone: tzinfo) -> date | datetime | Unreadable:
    try:
        clock = _clock(text.strip())
    except Unreadable as error:
        return error
    if clock is None or clock[1] is None:
        return day
    return datetime.combine(day, clock[0], clock[1]).astimezone(zone)


def _clock(text: str) -> tuple[time, tzinfo | None] | None:
    """Return the time of day in a text and the zone that it names, if any; None without a time of day."""
    found = _CLOCK.search(_T.sub(" ", text))
    if found is None:
        return None
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"].casefold() == "p" else 0)
    zone = _zone(found["zone"]) if found["zone"] else None
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0)), zone
    except ValueError as error:
        raise Unreadable(f"{text!r} is not a date or time; write it as YYYY-MM-DD") from error


def _zone(words: str) -> tzinfo | None:
    """Return the zone that words after a time name; None where they name none, such as Uhr."""
    if fold(words) == "z":
        return UTC
    if offset := _OFFSET.fullmatch(words):
        span = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        if span >= _FARTHEST:
            raise Unreadable(f"{words!r} is not an offset from UTC; write it as +02:00", "unreadable-time")
        return timezone(span if offset["sign"] == "+" else -span)
    return read_zone(words)


def _date(year: int, month: int, day: int) -> date | None:
    """Return a date in the years that incidents can be from; None where the calendar has no such day."""
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
