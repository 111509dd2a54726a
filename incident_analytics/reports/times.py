"""The words that authors write, to dates, times of day and lengths of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final, TypeAlias

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.date_order import MOST_MONTHS, day_first
from incident_analytics.reports.lengths import length_of
from incident_analytics.reports.placeholders import Unreadable, is_none, is_untold
from incident_analytics.reports.tokens import (
    HALVES,
    MONTH_ANYWHERE,
    MONTH_IN_ASCII,
    PLAIN,
    WEEKDAY,
    WEEKDAYS,
    month_named,
    tokenize,
)
from incident_analytics.reports.zones import UNKNOWN_ZONE, is_zone, zone_named

__all__ = [
    "CELL_CLOCKS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Moment",
    "Piece",
    "Span",
    "either_day",
    "find_dates",
    "forward",
    "half_ways",
    "is_date",
    "kinds_in",
    "read_date",
    "read_moments",
    "read_offset",
    "read_pieces",
    "read_span",
    "split_moment",
]

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""No report is older or younger; what is dated otherwise is a slip, and far from where a clock's reckoning ends."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time of day, or both, as far as the words say.

    Attributes
    ----------
    year, month, day
        None where not given, as the month of ``17th``; ``year`` also where what is written cannot be a year (``slip``
        has its words then).
    clock
        The time of day, None where it cannot be read (``14:??``).
    days_later
        ``(next day)`` is 1.
    zone
        The zone named next to it.
    approximate
        Whether the words say so.
    either
        For ``06-05-2026`` the two dates it may mean; day and month are None then.
    unreadable
        The words of a part that is no date or time of day, or that has letters for what is unknown: ``2024-MM-DD``.
    weekday
        The day of the week that the words name, 0 for Monday.
    has_half
        Whether the time of day says am or pm.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: time | None = None
    days_later: int = 0
    zone: tzinfo | None = None
    approximate: bool = False
    slip: str | None = None
    either: tuple[date, date] | None = None
    unreadable: str | None = None
    weekday: int | None = None
    has_half: bool = field(default=False, compare=False)

    @property
    def date(self) -> date | None:
        """The full date where all of it is given."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def dated(self) -> bool:
        """Whether the words hold a date, be it without its year."""
        return self.day is not None or self.either is not None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time; ``approximate`` where the words say so."""

    length: timedelta
    approximate: bool = False


Piece: TypeAlias = Moment | Span | str
"""What a text is made of for the readers below: moments, spans, and the names of the tokens between them."""

_CLOCKS: Final = frozenset({"clock", "hour", "word", "bare", "masked_clock", "offset"})
CELL_CLOCKS: Final = _CLOCKS | {"hm", "hours"}
"""What is a time of day where no length is asked for: ``10h47`` is a length in a Duration line."""
_DATES: Final = frozenset({"iso", "numeric", "short", "dmy", "dmy2", "mdy", "day_month", "day", "masked"})
_NAMES: Final = frozenset({"glue", "other", "zone", "weekday", "half"})
"""The kinds of tokens whose words say more than the kind does."""

_Token: TypeAlias = tuple[str, str]


@lru_cache(maxsize=16)
def _tokens_of(text: str) -> tuple[_Token, ...]:
    """Return the kind and the words of each token; one field is read for its date, its zone and more in a row."""
    return tuple([(match.lastgroup or "", match[0].strip()) for match in tokenize(text.translate(PLAIN).strip())])


def kinds_in(text: str) -> set[str]:
    """Return the kinds of the tokens of a text."""
    return {kind for kind, _ in _tokens_of(text)}


def read_pieces(text: str, clocks: frozenset[str] = _CLOCKS) -> list[Piece]:
    """Read the tokens of a text into moments, spans and the words between them; ``clocks`` are the kinds of times."""
    tokens = _tokens_of(text)
    pieces: list[Piece] = []
    approximate = False
    at = 0
    while at < len(tokens):
        kind, words = tokens[at]
        if kind == "about":
            approximate = True
            at += 1
        elif _begins_moment(tokens, at, clocks):
            moment, at = _read_moment(tokens, at, clocks)
            if moment.clock is not None and moment.zone is None:
                _check_zone_behind(tokens, at)
            pieces.append(replace(moment, approximate=True) if approximate else moment)
            approximate = False
        elif kind in {"span", "hm", "hours"}:
            at += 1
            pieces.append(Span(length_of(words), approximate or "+" in words))
            approximate = False
        else:
            pieces.append(words if kind in _NAMES else kind)
            at += 1
    if approximate:  # the word follows what it is about
        last = next((place for place in range(len(pieces) - 1, -1, -1) if not isinstance(pieces[place], str)), None)
        if last is not None:
            pieces[last] = replace(pieces[last], approximate=True)  # type: ignore[type-var]
    return pieces


def _check_zone_behind(tokens: Sequence[_Token], at: int) -> None:
    """Refuse a time of day behind which a zone is that is not known: it is not one of the usual zone."""
    words = [word for kind, word in tokens[at : at + 3] if kind != "glue" or word not in "()[]"]
    if words and UNKNOWN_ZONE.fullmatch(words[0]) and not any(word[0].isalpha() for word in words[1:2]):
        message = f"zone {words[0]!r} is not known; write UTC or an IANA name such as Europe/London"
        raise Unreadable(message, "unreadable-time")


_NEXT_TO: Final = frozenset({"weekday", "half", "later"})
_NAMED: Final = frozenset({"zone", "weekday"})
_FILL: Final = frozenset({"glue", "about"})
_LEADS: Final = frozenset({"zone", "weekday", "later", "half"})
"""What may be before a time of day as well as behind it: ``UTC 14:02``, ``next day 14:02``."""


def _begins_moment(tokens: Sequence[_Token], at: int, clocks: frozenset[str]) -> bool:
    kind = tokens[at][0]
    if kind not in _LEADS:
        return kind in _DATES or kind in clocks
    following = _following(tokens, at + 1, _FILL | _NAMED)
    return following in clocks or (kind in _NAMED and following in _DATES)


def _following(tokens: Sequence[_Token], at: int, fill: frozenset[str]) -> str:
    """Return the kind of the first token from ``at`` on that is more than what fills a gap, of at most four."""
    return next((kind for kind, _ in tokens[at : at + 4] if kind not in fill), "")


def _read_moment(
    tokens: Sequence[_Token], at: int, clocks: frozenset[str], *, zones: bool = True
) -> tuple[Moment, int]:
    """Read a date, a time or both from ``at``, with the ``(next day)`` and, where ``zones``, the zone next to them."""
    parts: dict[str, Any] = {}
    has_date = has_clock = False
    brackets = 0
    while at < len(tokens):
        kind, words = tokens[at]
        if kind in _DATES and not has_date:
            parts |= _date_of(kind, words)
            has_date = True
        elif kind in clocks and not has_clock:
            parts |= _clock_of(kind, words, parts.get("days_later", 0))
            has_clock = True
        elif kind == "zone" and "zone" not in parts and (has_clock or _begins_moment(tokens, at, clocks)):
            parts["zone"] = zone_named(words) if zones else UTC
        elif kind in _NEXT_TO and kind not in parts:
            parts |= _part_next_to(kind, words, parts.get("days_later", 0))
        else:
            skip = _gap(tokens, at, clocks, has_date=has_date, has_clock=has_clock, has_weekday="weekday" in parts)
            if not skip:
                break
            for between, mark in tokens[at : at + skip]:
                parts["approximate"] = parts.get("approximate", False) or between == "about"
                brackets += (mark in "([") - (mark in ")]")
            at += skip
            continue
        at += 1
    while brackets > 0 and at < len(tokens) and tokens[at][1] in {")", "]"}:
        brackets -= 1
        at += 1
    return Moment(**_settled(_in_its_half(parts))), at


def _part_next_to(kind: str, words: str, days_later: int) -> dict[str, Any]:
    """Return the part of a moment that words next to its time of day give: the weekday, the half of the day, days."""
    if kind == "weekday":
        return {"weekday": WEEKDAYS.index(words[:3].casefold())}
    if kind == "half":
        return {"half": next(half for half, names in HALVES.items() if re.fullmatch(names, words, re.IGNORECASE))}
    return {"days_later": days_later + int(next(iter(re.findall(r"\d", words)), 1))}


def _gap(
    tokens: Sequence[_Token], at: int, clocks: frozenset[str], *, has_date: bool, has_clock: bool, has_weekday: bool
) -> int:
    """Count the tokens to skip before the next part of the same moment; 0 where the moment ends here."""
    for size in range(1, 4):
        (between, _), (following, _) = (
            tokens[at + size - 1],
            (tokens[at + size] if at + size < len(tokens) else ("", "")),
        )
        if between not in _FILL and not (between == "to" and has_date and following in clocks):
            return 0
        if (
            following in {"later", "half"}
            or (not has_date and following in _DATES)
            or (not has_clock and following in clocks)
            or (not has_weekday and following == "weekday")
            or (following == "zone" and (has_clock or _following(tokens, at + size + 1, _FILL) in clocks))
        ):
            return size
        if not following:
            return 0
    return 0


def _in_its_half(parts: dict[str, Any]) -> dict[str, Any]:
    """Move a time of day into the half of the day that words around it name."""
    half, clock = parts.pop("half", None), parts.get("clock")
    if half is None or clock is None or parts.get("has_half") or not 1 <= clock.hour <= 12:  # noqa: PLR2004
        return parts
    if not half:
        return parts | {"clock": None, "unreadable": f"{clock:%H:%M}"}
    return parts | {"clock": clock.replace(hour=clock.hour % 12 + 12 * (half == "p")), "has_half": True}


def _settled(parts: dict[str, Any]) -> dict[str, Any]:
    """Settle which of two dates is meant: the one on the weekday that is named, else the one in the text's order."""
    mark, either = parts.pop("mark", ""), parts.get("either")
    if not either:
        return parts
    fitting = [day for day in either if day.weekday() == parts.get("weekday")]
    if not fitting and "weekday" not in parts:
        is_day_first = day_first(mark)
        fitting = [] if is_day_first is None else [either[is_day_first]]
    if len(fitting) != 1:
        return parts
    return parts | {"either": None, "year": fitting[0].year, "month": fitting[0].month, "day": fitting[0].day}


def _date_of(kind: str, words: str) -> dict[str, Any]:
    """Return the parts of a moment that the words of a date give."""
    if kind in {"masked", "short"}:
        return {"unreadable": words}
    numbers = [int(part) for part in re.findall(r"\d+", words)]
    if kind == "iso":
        year, month, day = numbers
    elif kind == "numeric":
        first, second, year = numbers
        if first != second and 1 <= first <= 12 and 1 <= second <= 12 and year:  # noqa: PLR2004 - months of a year
            either = (date(year, first, second), date(year, second, first))
            return {"either": either, "mark": _mark(words)}
        month, day = (second, first) if first > 12 else (first, second)  # noqa: PLR2004
    elif kind == "day_month":
        return _day_and_month(numbers[0], numbers[1], words)
    elif kind == "day":
        weekday = re.search(WEEKDAY, words, re.IGNORECASE)
        given = {"weekday": WEEKDAYS.index(weekday[0][:3].casefold())} if weekday else {}
        return {"day": numbers[0], **given} if 1 <= numbers[0] <= 31 else {"unreadable": words}  # noqa: PLR2004
    else:
        month = month_named(re.search(MONTH_ANYWHERE, words, re.IGNORECASE)[0])  # type: ignore[index]
        day, year = numbers[0], numbers[-1] + (2000 if kind == "dmy2" else 0)
        if kind != "dmy2" and len(re.findall(r"\d+", words)[-1]) != 4:  # noqa: PLR2004 - of a year
            return _checked({"month": month, "day": day}, words)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _checked({"month": month, "day": day, "slip": words}, words)
    return _checked({"year": year, "month": month, "day": day}, words)


def _mark(words: str) -> str:
    """Return what is between the numbers of a date."""
    return words.strip("0123456789 ")[:1]


def _day_and_month(first: int, second: int, words: str) -> dict[str, Any]:
    """Return day and month of a date in numbers without a year, in the order of the text's dates."""
    if first <= MOST_MONTHS and second <= MOST_MONTHS and first != second:
        is_day_first = day_first(_mark(words))
        if is_day_first is None:
            return {"unreadable": words}
        day, month = (first, second) if is_day_first else (second, first)
    else:
        month, day = min(first, second), max(first, second)
    return _checked({"month": month, "day": day}, words)


def _checked(parts: dict[str, Any], words: str) -> dict[str, Any]:
    """Refuse a day that no calendar has, such as 31 June."""
    try:
        date(parts.get("year", 2024), parts["month"], parts["day"])
    except ValueError:
        return {"unreadable": words}
    return parts


def _clock_of(kind: str, words: str, days_later: int) -> dict[str, Any]:
    """Return the parts of a moment that the words of a time of day give."""
    if kind == "word":
        return {"clock": time(0) if "night" in words.casefold() else time(12)}
    numbers = re.findall(r"\d+", words)
    if len(numbers) == 1 and len(numbers[0]) > 2:  # noqa: PLR2004 - 1430
        numbers = [numbers[0][:-2], numbers[0][-2:]]
    hour, minute, second = (int(number) for number in (*numbers[:3], 0, 0, 0)[:3])
    half = re.search(r"[ap](?=\.?m?\b)", words, re.IGNORECASE)
    if kind in {"masked_clock", "offset"} or (
        kind == "hm" and not re.fullmatch(r"\d{1,2}\s?h\s?\d\d", words, re.IGNORECASE)
    ):
        return {"unreadable": words}
    given: dict[str, Any] = {}
    if half and hour <= 12:  # noqa: PLR2004 - "13:02 PM" is 13:02
        hour = hour % 12 + (12 if half[0].casefold() == "p" else 0)
        given["has_half"] = True
    if (hour, minute, second) == (24, 0, 0):
        return {"clock": time(0), "days_later": days_later + 1}
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - the clock's own limits
        return {"unreadable": words}
    return {"clock": time(hour, minute, second), **given}


def read_moments(text: str) -> list[Moment]:
    """Find the moments that words name, in their order.

    Parameters
    ----------
    text
        Such as a timeline's time cell: ``11:45``, ``~16:00``, ``2021-06-02 - 17:53 UTC``, ``Dec 23 ~7 PM``,
        ``10h47``, ``17th 10:40``, ``07:15-08:19``, ``14:??``, or seconds since 1970 such as ``1741946520``.

    Returns
    -------
    list of Moment
        Empty where there is none, such as in ``All day``. One that is next to figures which may be a part of it, as in
        ``10:47 on the 17th`` and ``#3 10:47``, is unreadable.

    Raises
    ------
    Unreadable
        For a zone that means several, such as CST.

    Examples
    --------
    >>> [moment.clock for moment in read_moments("07:15-08:19")]
    [datetime.time(7, 15), datetime.time(8, 19)]
    """
    if (usual := _usual_moment(text) if len(text) <= _LONGEST_USUAL else None) is not None:
        return [usual]
    if epoch := _EPOCH.fullmatch(text):
        at = datetime.fromtimestamp(int(epoch[1]), UTC)
        return [Moment(at.year, at.month, at.day, at.time(), zone=UTC)]
    pieces = read_pieces(text, CELL_CLOCKS)
    moments = [piece for piece in pieces if isinstance(piece, Moment)]
    if moments:
        first = pieces.index(moments[0])
        dateless = moments[0].clock is not None or not moments[0].dated
        doubtful = pieces[:first] if dateless else pieces
        if any(map(_is_figure, doubtful)) or any(map(_is_day, pieces)):
            moments[0] = replace(moments[0], clock=None, unreadable=text.strip())
        elif len(moments) > 1 and pieces[first + 1 : first + 3] == ["to", moments[1]]:
            moments[0] = _as_other_end(moments[0], moments[1])
    return moments


def _as_other_end(first: Moment, last: Moment) -> Moment:
    """Give the beginning of a range the zone, the date and the half of the day that its end alone names."""
    first = replace(first, zone=first.zone or last.zone)
    if ways := half_ways(first, last):
        first = min(ways, key=lambda way: forward(*way))[0]
    if first.clock and last.clock and first.clock <= last.clock and not first.dated:
        return replace(first, year=last.year, month=last.month, day=last.day, either=last.either)
    return first


def half_ways(first: Moment, last: Moment) -> list[tuple[Moment, Moment]]:
    """Return what a range may mean of which one end says am or pm: the other end in either half of the day.

    None where both ends say so, or neither.
    """
    if first.clock is None or last.clock is None or first.has_half == last.has_half or first.zone != last.zone:
        return []
    bare = last.clock if first.has_half else first.clock
    if not 1 <= bare.hour <= 12:  # noqa: PLR2004 - a 12-hour clock
        return []
    clocks = [bare.replace(hour=bare.hour % 12 + hours) for hours in (0, 12)]
    if first.has_half:
        return [(first, replace(last, clock=clock)) for clock in clocks]
    return [(replace(first, clock=clock), last) for clock in clocks]


def forward(first: Moment, last: Moment) -> timedelta:
    """Return the time from one time of day to the next such time as another."""
    begin, end = (datetime.combine(date.min, moment.clock or time(0)) for moment in (first, last))
    return (end - begin) % timedelta(days=1)


def _is_figure(piece: Piece) -> bool:
    """Return whether a piece next to a moment has figures that may be a part of it and were not read."""
    return isinstance(piece, Span) or (isinstance(piece, str) and re.search(r"\d", piece) is not None)


def _is_day(piece: Piece) -> bool:
    return isinstance(piece, str) and re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)", piece, re.IGNORECASE) is not None


_USUAL: Final = compile_late(r"(?P<date>\d{4}-\d\d-\d\d)(?:[ T](?P<clock>\d\d?:\d\d))?|(?P<alone>\d\d?:\d\d)")
"""The form of nearly all cells, which needs no search for tokens."""
_LONGEST_USUAL: Final = len("2025-03-14 14:02")


@lru_cache(maxsize=4096)
def _usual_moment(text: str) -> Moment | None:
    """Return the moment of a cell that has the usual form, None for any other."""
    usual = _USUAL.fullmatch(text)
    if usual is None:
        return None
    clock = usual["clock"] or usual["alone"]
    parts = _date_of("iso", usual["date"]) if usual["date"] else {}
    return Moment(**(parts | (_clock_of("clock", clock, 0) if clock else {})))


_EPOCH: Final = compile_late(r"\s*(1\d{9})(?:\d{3}|\.\d{1,9})?\s*")
"""Seconds or milliseconds since 1970, from 2001 to 2033."""


_MAY_BE: Final = (
    r"\d(?:[-–\u2010\u2011/.]|\s?[年년]|st|nd|rd|th)|\A\s*[-\u2010\u2011]\d"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|\d(?:er|º|\.)?\s{1,2}(?:de\s)?"
)
_MAY_BE_DATE: Final = compile_late(f"{_MAY_BE}{MONTH_IN_ASCII}", re.IGNORECASE)
_MAY_BE_DATE_ELSEWHERE: Final = compile_late(f"{_MAY_BE}{MONTH_ANYWHERE}", re.IGNORECASE)
"""What all words have that name a date: few others have to be taken apart. Texts in ASCII are searched faster."""


def find_dates(text: str) -> list[Moment]:
    """Find the moments that name a date, for the date alone: no zone is read, so any words can be searched.

    Examples
    --------
    >>> [moment.date for moment in find_dates("Sunday, 14 February 2023, 14:02 IST")]
    [datetime.date(2023, 2, 14)]
    """
    if not (_MAY_BE_DATE if text.isascii() else _MAY_BE_DATE_ELSEWHERE).search(text):
        return []
    if len(text) <= _LONGEST_USUAL and (usual := _usual_moment(text)) is not None:
        return [usual] if usual.dated else []
    tokens = _tokens_of(text)
    found: list[Moment] = []
    at = 0
    while at < len(tokens):
        if _begins_moment(tokens, at, CELL_CLOCKS):
            moment, at = _read_moment(tokens, at, CELL_CLOCKS, zones=False)
            found.append(moment)
        else:
            at += 1
    return [moment for moment in found if moment.dated]


_ISO_DATE: Final = compile_late(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")


def date_in(text: str) -> date | None:
    """Return the first whole date that is somewhere in a text, such as a title or a file's name; None for none.

    Examples
    --------
    >>> print(date_in("shop-2025-03-14-queue-down"), date_in("Queue down on 14 March 2025"), date_in("Queue 7"))
    2025-03-14 2025-03-14 None
    """
    if match := _ISO_DATE.search(text):
        try:
            day = date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return next((moment.date for moment in find_dates(text) if moment.date is not None), None)


_LONGEST_DATE: Final = 40
"""Characters of words that may be a date alone."""


def is_date(text: str) -> bool:
    """Return whether words are a date with at most a zone.

    Examples
    --------
    >>> is_date("Tuesday 5 June 2025 (CEST)"), is_date("5 June 2025: mail down")
    (True, False)
    """
    if len(text) > _LONGEST_DATE or not find_dates(text):
        return False
    _, rest = split_moment(text)
    return not rest or is_zone(rest)


_OFFSET: Final = compile_late(
    r"[\W_]*?T\s?(?P<sign>[+−–-])\s?(?:(?P<clock>\d{1,3}:\d\d(?::\d\d)?)|(?:(?P<h>\d{1,6}+)\s?h(?:ours?|rs?)?\s?)?"
    r"(?:(?P<m>\d{1,6}+)\s?(?:m(?:in(?:ute)?s?)?)?)?(?:\s?(?P<s>\d{1,6}+)\s?s(?:ec(?:ond)?s?)?)?)(?!\w)[\s:*_–—-]*"
)

_AT_START: Final = compile_late(r"[\W_]*?T\s?0(?![\w+.]|\s?[=−–-]\s?\d)[\s:*_–—-]*")
"""How a row is headed that is the start itself."""


def split_offset(text: str) -> tuple[timedelta, str] | None:
    """Split words that begin with a time since the start into it and the rest; None for any other words.

    Examples
    --------
    >>> [split_offset(text) for text in ("T0: crash", "T+4m - page", "T+1h30m: fixed", "T+0:15 alert", "T-shirt")]
    [(datetime.timedelta(0), 'crash'), (datetime.timedelta(seconds=240), 'page'), \
(datetime.timedelta(seconds=5400), 'fixed'), \
(datetime.timedelta(seconds=900), 'alert'), None]
    """
    if (start := _AT_START.match(text)) is not None:
        return timedelta(0), text[start.end() :]
    match = _OFFSET.match(text)
    if match is None or not (match["clock"] or match["h"] or match["m"] or match["s"]):
        return None
    if match["clock"]:
        hours, minutes, *seconds = map(int, match["clock"].split(":"))
        span = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    else:
        span = timedelta(**{name: int(match[name[0]] or 0) for name in ("hours", "minutes", "seconds")})
    return span if match["sign"] == "+" else -span, text[match.end() :]


_UNIT_OF_COLUMN: Final = compile_late(
    r"\b(?:(?P<s>s|secs?|seconds?)|(?P<h>h|hrs?|hours?)|(?P<mmss>mm?:ss))\b", re.IGNORECASE
)


def read_offset(text: str, header: str) -> timedelta | None:
    """Read a cell of a column of times since the start; None where it has other words.

    A number alone is in the unit that the header names, else in minutes, as in ``T+5``.

    Examples
    --------
    >>> [str(read_offset(text, "Elapsed")) for text in ("T+5m", "+12", "0:45", "1 h 5 min", "later")]
    ['0:05:00', '0:12:00', '0:45:00', '1:05:00', 'None']
    >>> str(read_offset("5:30", "Elapsed (mm:ss)")), str(read_offset("2", "Offset (hours)"))
    ('0:05:30', '2:00:00')
    """
    bare = text.strip(" *_`~≈()").removeprefix("T").strip() or "0"
    sign, rest = (bare[0], bare[1:].strip()) if bare[0] in "+-−–" else ("+", bare)
    unit = _UNIT_OF_COLUMN.search(header)
    name = unit.lastgroup if unit else "m"
    if name == "mmss":
        minutes, _, seconds = rest.partition(":")
        if minutes.isdecimal() and seconds.isdecimal():
            rest = f"{int(minutes) // 60}:{int(minutes) % 60:02}:{seconds:0>2}"
    elif rest.isdecimal():
        rest += name or ""
    found = split_offset(f"T{sign}{rest}")
    return found[0] if found is not None and not found[1] else None


def split_moment(text: str) -> tuple[str, str]:
    """Split words that say what was when into the moment and the rest.

    Returns
    -------
    tuple
        The words of the first moment, and those before and after it; an empty moment where there is none.

    Examples
    --------
    >>> split_moment("14:02 UTC - Alert fires"), split_moment("First detected: 2021-06-09 13:15")
    (('14:02 UTC', 'Alert fires'), ('2021-06-09 13:15', 'First detected'))
    """
    plain = text.translate(PLAIN).strip()
    matches = list(tokenize(plain))
    tokens = [(match.lastgroup or "", match[0].strip()) for match in matches]
    clocks = CELL_CLOCKS
    for at, (kind, _) in enumerate(tokens):
        if _begins_moment(tokens, at, clocks):
            _, past = _read_moment(tokens, at, clocks, zones=False)  # an unclear one is reported where it is read
            if past < len(tokens) - 1 and tokens[past][0] == "to" and tokens[past + 1][0] in clocks:
                _, past = _read_moment(tokens, past + 1, clocks, zones=False)
            first = at - 1 if at and tokens[at - 1][0] == "about" else at
            before, when = plain[: matches[first].start()], plain[matches[first].start() : matches[past - 1].end()]
            after = plain[matches[past - 1].end() :]
            rest = " ".join(map(_trimmed, (before, after))).strip()
            return when.strip(" ()[]"), rest
        if kind not in _FILL:  # after other words ``1h30`` is a length
            clocks = _CLOCKS
    return "", text


def _trimmed(text: str) -> str:
    """Return words without the marks around them; a bracket that has its other half within them stays."""
    words = text.strip(" :-–—,|[]()*\t")
    first = text.find(words)
    before, after = text[:first], text[first + len(words) :]
    for opening, closing in ("()", "[]"):
        if words.count(opening) > words.count(closing) and after.startswith(closing):
            words, after = words + closing, after[1:]
        elif words.count(opening) < words.count(closing) and before.endswith(opening):
            words, before = opening + words, before[:-1]
    return words


def either_day(words: str, either: tuple[date, date]) -> str:
    """Say of which two days one is meant, and what settles it."""
    earlier, later = sorted(either)
    return (
        f"{words!r} is {earlier} or {later}; write it as YYYY-MM-DD, or date_order in the settings for all such dates"
    )


def read_date(text: str) -> date | None:
    """Read a date, the first where there are several.

    Raises
    ------
    Unreadable
        ``'06-05-2026' is 2026-05-06 or 2026-06-05; ...`` (code ambiguous-date), or
        ``'Week 2' is not a date; write it as YYYY-MM-DD``.

    Examples
    --------
    >>> read_date("14 February 2023")
    datetime.date(2023, 2, 14)
    """
    is_usual = len(text) <= _LONGEST_USUAL and _usual_moment(text) is not None
    if not is_usual and (is_untold(text) or is_none(text)):
        return None
    moments = [moment for moment in read_moments(text) if moment.dated or moment.unreadable]
    first = moments[0] if moments else Moment()
    if first.either:
        raise Unreadable(either_day(text.strip(), first.either), "ambiguous-date")
    if first.date is None:
        missing = "has no year" if first.month and not first.slip else "is not a date"
        raise Unreadable(f"{text.strip()!r} {missing}; write it as YYYY-MM-DD")
    return first.date


def read_span(text: str) -> Span | None:
    """Read a length of time such as ``1h 45m``; None where there is none in the words."""
    spans = [piece for piece in read_pieces(text) if isinstance(piece, Span)]
    if not spans:
        return None
    return Span(sum((span.length for span in spans), timedelta(0)), any(span.approximate for span in spans))
