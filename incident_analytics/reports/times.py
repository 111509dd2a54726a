"""The words that authors write, to dates, times, zones and lengths of time, as values.py does for all else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from incident_analytics.reports.values import Unreadable, is_absent, is_none, is_untold

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Duration",
    "Moment",
    "Span",
    "find_dates",
    "find_zone",
    "in_words",
    "is_zone",
    "names_zone",
    "read_date",
    "read_duration",
    "read_moments",
    "read_span",
    "read_zone",
    "spans_agree",
    "split_moment",
]

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""No report is older or younger; what is dated otherwise is a slip, and far from where a clock's reckoning ends."""

# --- zones -----------------------------------------------------------------------------------------------------------

_HOURS: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "BST": 1,
    "MEZ": 1, "MESZ": 2,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_REGIONS: Final = {
    "PT": "America/Los_Angeles", "MT": "America/Denver", "CT": "America/Chicago", "ET": "America/New_York",
    "PACIFIC": "America/Los_Angeles", "EASTERN": "America/New_York", "UK": "Europe/London",
    "PST/PDT": "America/Los_Angeles", "MST/MDT": "America/Denver", "CST/CDT": "America/Chicago",
    "EST/EDT": "America/New_York", "GMT/BST": "Europe/London", "CET/CEST": "Europe/Paris",
}  # fmt: skip
_AMBIGUOUS_ZONES: Final = {"CST", "IST", "AST", "ADT", "ECT", "GST", "SST"}
_ABBREVIATIONS: Final = "|".join(sorted({*_HOURS, *_REGIONS, *_AMBIGUOUS_ZONES} - {"Z"}, key=len, reverse=True))
_AREAS: Final = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Canada|Europe|Indian|Pacific|US"
_ZONE: Final = (
    r"(?:UTC|GMT)\s?(?:\+\s?|[-−](?=\d{1,2}(?!\d|:?\d\d)|(?:0?\d|1[0-2]):?(?:00|15|30|45)(?!\d)))\d{1,2}(?::?\d{2})?(?!\d)"
    r"|\+\d{2}:?\d{2}"
    r"|(?:(?<=T\d\d:\d\d)|(?<=T\d\d:\d\d:\d\d)|(?<=\())[-−]\d{2}:?\d{2}"
    rf"|\bEtc/[A-Z]++(?:[+-]\d{{1,2}})?|\b(?:{_AREAS})(?:/[A-Z][a-z]{{1,20}}(?:[_-][A-Za-z]{{1,20}}){{0,3}}){{1,2}}\b"
    rf"|\b(?:{_ABBREVIATIONS})\b"
    r"|(?<=\d)\s?Z\b"
)
_NO_ZONE: Final = re.compile(
    r"\(\s*(?:24 ?-?h(?:ours?)?|12 ?-?h|am/pm|hh:?mm(?::?ss)?|start|end"
    r"|(?:all times )?(?:approx\w*\.?|est\.|estimated|local(?: time)?))\s*\)",
    re.IGNORECASE,
)
"""What a header says in brackets next to a zone; ``est.`` is not Eastern Standard Time."""
_ZONE_PATTERN: Final = re.compile(_ZONE, re.IGNORECASE)


def read_zone(text: str) -> tzinfo | None:
    """Find the zone that words such as a column's header name.

    Parameters
    ----------
    text
        ``Time (CET)``, ``PST``, ``UTC+2``, ``Europe/London``.

    Returns
    -------
    datetime.tzinfo or None
        The zone; a fixed offset for an abbreviation (PST is UTC-8 also in July), summer time only for an IANA name.

    Raises
    ------
    Unreadable
        ``zone 'CST' means several zones; write an offset such as UTC-6 or a name such as America/Chicago``

    Examples
    --------
    >>> read_zone("Time (CET)").utcoffset(None)
    datetime.timedelta(seconds=3600)
    """
    match = _zone_in(text)
    text = _NO_ZONE.sub("", text)
    unknown = next((words for words in re.findall(r"\(([^()]*+)\)", text) if re.search(r"[^\W\d]", words)), None)
    if not match and unknown is not None:
        raise Unreadable(
            f"zone {unknown!r} is not known; write UTC or an IANA name such as Europe/London", "unreadable-time"
        )
    return _zone(match[0]) if match else None


def names_zone(text: str) -> bool:
    """Return whether words such as a heading name a zone, be it one that `read_zone` cannot read."""
    return _zone_in(text) is not None


def is_zone(text: str) -> bool:
    """Return whether words are a zone and nothing else, be it one that `read_zone` cannot read.

    Examples
    --------
    >>> is_zone("(IST)"), is_zone("IST office calls")
    (True, False)
    """
    match = _zone_in(text)
    return match is not None and match[0].strip() == text.strip(" ()[]")


_OF_TIMES: Final = re.compile(
    r"\b(?:times?|timestamps?|time\s?zone|clocks?)\b(?:[\s:*_(=,-]|\b(?:are|is|all|given|listed|shown|stated|below|above"
    rf"|in|here|the|timeline|report)\b)*+(?:{_ZONE})",
    re.IGNORECASE,
)
_OF_HEADING: Final = re.compile(rf"\([^()]*?(?:{_ZONE})[^()]*+\)|(?:{_ZONE})[\W_]*$", re.IGNORECASE)


def find_zone(text: str, *, is_heading: bool = False) -> str:
    """Return the words by which a sentence, or a heading, says in which zone the times are; none where it does not.

    Examples
    --------
    >>> find_zone("All times are in JST."), find_zone("Load times rose for PT users.")
    ('times are in JST', '')
    >>> find_zone("Timeline (IST)", is_heading=True), find_zone("Timeline, Smith et al", is_heading=True)
    ('(IST)', '')
    """
    match = (_OF_HEADING if is_heading else _OF_TIMES).search(text)
    if match is None or (is_heading and not match[0].startswith("(") and match[0].islower()):  # est is a word, too
        return ""
    return match[0]


def _zone_in(text: str) -> re.Match[str] | None:
    return _ZONE_PATTERN.search(_NO_ZONE.sub("", text))


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    if name.strip().upper() in _AMBIGUOUS_ZONES:
        raise Unreadable(
            f"zone {name!r} means several zones; write an offset such as UTC-6 or a name such as America/Chicago",
            "unreadable-time",
        )
    name = name.strip()
    if "/" in name or name.upper() in _REGIONS:
        try:
            return ZoneInfo(_REGIONS.get(name.upper(), name))
        except (KeyError, OSError, ValueError) as error:
            raise Unreadable(
                f"zone {name!r} is not known; write UTC or an IANA name such as Europe/London", "unreadable-time"
            ) from error
    if name.upper() in _HOURS:
        hours = _HOURS[name.upper()]
        return timezone(timedelta(hours=hours), name.upper()) if hours else UTC
    sign, hour, minute = re.search(r"([+\-−])\s?(\d{1,2}):?(\d{2})?$", name).groups()  # type: ignore[union-attr]
    offset = timedelta(hours=int(hour), minutes=int(minute or 0))
    if offset >= timedelta(hours=15):
        raise Unreadable(f"no zone has the offset {name!r}; write one such as UTC+2", "unreadable-time")
    return timezone(-offset if sign in "-−" else offset)


# --- dates and times -------------------------------------------------------------------------------------------------

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH: Final = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAYS: Final = r"\d{1,2}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{1,2}(?:st|nd|rd|th)?(?![\d:]))?"
_NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        ("zero", "a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")
    )
    for word in words.split()
} | {
    "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "half an": 0.5, "half a": 0.5,
}  # fmt: skip
_NUMBER: Final = rf"(?:\d+(?:[.,]\d+)?|\b(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b)"
_UNIT: Final = r"(?:w(?:(?:ee)?ks?)?|d(?:ays?)?|h(?:ou)?r?s?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)"
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST: Final = timedelta(days=3650)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_ABOUT: Final = 0.10
"""How far a duration that says "about" may be from the times, as a part of it."""

# One token a line of meaning; the first that fits wins, so dates and spans stand before bare numbers.
_TOKENS: Final = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("iso", r"(?<![\d.])\d{4,6}(?P<sep1>[-–/.])\d{1,2}(?P=sep1)\d{1,2}(?!\d)"),
            ("numeric", r"(?<![\d.])\d{1,2}(?P<sep2>[-/.])\d{1,2}(?P=sep2)\d{4}(?!\d)"),
            ("dmy", rf"(?<![\d:.]){_DAYS}(?:\s+of)?[\s-]+{_MONTH}(?:[,\s-]+\d{{4}}(?!\d|:\d))?"),
            ("mdy", rf"\b{_MONTH}[\s-]*{_DAYS}(?![\d:]|\.\d)(?:(?:,?\s+|-)\d{{4}}(?!\d|:\d))?"),
            ("month", rf"\b{_MONTH}[\s-]+\d{{4}}(?!\d|:\d)"),
            ("later", r"\b(?:the\s)?(?:next|following)\s(?:day|morning)\b|\+\s?\d(?:\s?d(?:ays?)?)?\b(?!:)"),
            ("hm", r"(?<![\d:])\d{1,3}\s?h(?:\s?r?s?)?\s?\d{2}(?![\d:.]|\s?(?:m|sec|s\b|h|d))"),
            ("span", rf"(?<![\d.]){_NUMBER}(?:\s+and\s+a\s+half)?\+?\s*-?{_UNIT}(?![a-z])\.?(?:\s+and\s+a\s+half\b)?"),
            (
                "clock",
                r"(?<![\d:.$])\d{1,2}:(?:\d{2}|\?\?|xx)(?::\d{2}(?:[.,]\d+)?)?(?!\d)(?:\s?[ap]\.?m\b\.?|\s?[ap]\b)?",
            ),
            ("hour", r"(?<![\d:.$])\d{1,2}(?:\s?[ap]\.?m\b\.?)"),
            ("word", r"\b(?:noon|midday|midnight)\b"),
            ("bare", r"(?<![\d:.$,#])(?:(?:[01]\d|2[0-4])[0-5]\d|\d{1,2}\.[0-5]\d)(?=Z\b|(?![\w%.:]|,\d))"),
            ("zone", _ZONE),
            (
                "about",
                (
                    r"[~≈<>]|\bca?\.(?=\s?\d)|\b(?:about|around|approx(?:imately)?|circa|roughly|nearly|almost|some|under|over|"
                    r"up\s+to|at\s+(?:least|most)|(?:less|more)\s+than|estimated|ish)\b\.?"
                ),
            ),
            (
                "open",
                (
                    r"(?<!\bnot\s)(?<!\bno\slonger\s)\bongoing\b|\bcounting\b|\bstill\s+(?:open|down|going|active)\b|\bpresent\b|(?<=[-–—→o]\s)now\b"
                    r"|\b(?:not\s+(?:yet\s+)?|un)(?:resolved|restored)\b|\bso\s+far\b|\bin\s+progress\b"
                ),
            ),
            ("support", r"\b(?:support|business|working|office)\s+hours\b"),
            ("to", r"->|→|[-–—]|\b(?:to|until|till|through)\b"),
            ("and", r"[;&]|\band\b|\bplus\b"),
            (
                "glue",
                r"[,()@]|(?<=\d)T(?=\d)|\bat\b|\b(?:from|on|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:\w*day)?\b",
            ),
            ("other", r"\w+|[^\w\s]"),
        )
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time of day, or both, as far as the words say.

    Attributes
    ----------
    year, month, day
        None where not given; ``year`` also where what is written cannot be a year (``slip`` has its words then).
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


_Piece = Moment | Span | str
"""What a text is made of for the readers below: moments, spans, and the names of the tokens between them."""

_CLOCKS: Final = {"clock", "hour", "word", "bare"}
_DATES: Final = {"iso", "numeric", "dmy", "mdy"}


_PLAIN: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-"})


def _pieces(text: str) -> list[_Piece]:
    """Read the tokens of ``text`` into moments, spans and the words between them."""
    plain = text.translate(_PLAIN)
    tokens = [(match.lastgroup or "", match[0].strip()) for match in _TOKENS.finditer(plain)]
    pieces: list[_Piece] = []
    approximate = False
    at = 0
    while at < len(tokens):
        kind, words = tokens[at]
        if kind == "about":
            approximate = True
            at += 1
        elif kind in _DATES or kind in _CLOCKS:
            moment, at = _read_moment(tokens, at)
            pieces.append(replace(moment, approximate=moment.approximate or approximate))
            approximate = False
        elif kind in {"span", "hm"}:
            at += 1
            pieces.append(Span(_length(words), approximate or "+" in words))
            approximate = False
        elif kind == "later" and at + 1 < len(tokens) and tokens[at + 1][0] in _CLOCKS:
            moment, at = _read_moment(tokens, at)
            pieces.append(replace(moment, approximate=moment.approximate or approximate))
            approximate = False
        else:
            pieces.append(words if kind in {"glue", "other", "zone"} else kind)
            at += 1
    if approximate:  # the word follows what it is about
        last = next((place for place in range(len(pieces) - 1, -1, -1) if not isinstance(pieces[place], str)), None)
        if last is not None:
            pieces[last] = replace(pieces[last], approximate=True)  # type: ignore[type-var]
    return pieces


def _read_moment(tokens: Sequence[tuple[str, str]], at: int, *, zones: bool = True) -> tuple[Moment, int]:
    """Read a date, a time or both from ``at``, with the ``(next day)`` and, where ``zones``, the zone after them."""
    moment = Moment()
    has_date = has_clock = False
    while at < len(tokens):
        kind, words = tokens[at]
        if kind in _DATES and not has_date:
            moment = _with_date(moment, kind, words)
            has_date = True
        elif kind in _CLOCKS and not has_clock:
            moment = _with_clock(moment, kind, words)
            has_clock = True
        elif kind == "zone" and has_clock and moment.zone is None:
            moment = replace(moment, zone=_zone(words) if zones else UTC)
        elif kind == "later":
            moment = replace(moment, days_later=moment.days_later + int(next(iter(re.findall(r"\d", words)), 1)))
        else:
            skip = _gap(tokens, at, has_date=has_date, has_clock=has_clock)
            if not skip:
                return moment, at
            moment = replace(
                moment, approximate=moment.approximate or any(k == "about" for k, _ in tokens[at : at + skip])
            )
            at += skip
            continue
        at += 1
    return moment, at


def _gap(tokens: Sequence[tuple[str, str]], at: int, *, has_date: bool, has_clock: bool) -> int:
    """Count the tokens to skip before the next part of the same moment; 0 where the moment ends here."""
    wanted = (
        {"later"}
        | (set() if has_date else _DATES)
        | (set() if has_clock else _CLOCKS)
        | ({"zone"} if has_clock else set())
    )
    for size in range(1, 4):
        between, (following, _) = tokens[at : at + size], (tokens[at + size] if at + size < len(tokens) else ("", ""))
        if any(kind not in {"glue", "about", "to"} for kind, _ in between):
            return 0
        if any(kind == "to" for kind, _ in between) and not (has_date and following in _CLOCKS):
            return 0
        if following in wanted:
            return size
    return 0


def _with_date(moment: Moment, kind: str, words: str) -> Moment:
    if kind == "iso":
        year, month, day = (int(part) for part in re.split(r"[-–/.]", words))
    elif kind == "numeric":
        first, second, year = (int(part) for part in re.split(r"[-/.]", words))
        if first != second and 1 <= first <= 12 and 1 <= second <= 12 and year:  # noqa: PLR2004 - months of a year
            return replace(moment, either=(date(year, first, second), date(year, second, first)))
        month, day = (second, first) if first > 12 else (first, second)  # noqa: PLR2004
    else:
        month = _MONTHS[re.search(_MONTH, words, re.IGNORECASE)[0].rstrip(".").casefold()]  # type: ignore[index]
        numbers = re.findall(r"\d+", words)
        day = int(numbers[0])
        if len(numbers[-1]) != 4:  # noqa: PLR2004 - of a year
            return _checked(replace(moment, month=month, day=day), words)
        year = int(numbers[-1])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _checked(replace(moment, month=month, day=day, slip=words), words)
    return _checked(replace(moment, year=year, month=month, day=day), words)


def _checked(moment: Moment, words: str) -> Moment:
    """Refuse a day that no calendar has, such as 31 June."""
    try:
        date(moment.year or 2024, moment.month or 0, moment.day or 0)
    except ValueError:
        return replace(moment, year=None, month=None, day=None, unreadable=words)
    return moment


def _with_clock(moment: Moment, kind: str, words: str) -> Moment:
    if kind == "word":
        return replace(moment, clock=time(0) if words.casefold() == "midnight" else time(12))
    numbers = re.findall(r"\d+", words)
    if kind == "bare" and len(numbers) == 1:
        numbers = [words[:2], words[2:4]]
    if "?" in words or "x" in words.casefold():
        return replace(moment, unreadable=words)
    hour, minute, second = (int(number) for number in (*numbers[:3], 0, 0, 0)[:3])
    half = re.search(r"[ap]", words, re.IGNORECASE)
    if half and hour <= 12:  # noqa: PLR2004 - "13:02 PM" is 13:02
        hour = hour % 12 + (12 if half[0].casefold() == "p" else 0)
        moment = replace(moment, has_half=True)
    if (hour, minute, second) == (24, 0, 0):
        return replace(moment, clock=time(0), days_later=moment.days_later + 1)
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - the clock's own limits
        return replace(moment, unreadable=words)
    return replace(moment, clock=time(hour, minute, second))


def _length(words: str) -> timedelta:
    """Return how long ``2h``, ``1.5 hours``, ``five minutes`` or ``1h30`` is."""
    plain = words.casefold().replace(",", ".")
    if match := re.fullmatch(r"(\d+)\s?h\D*(\d{2})", plain):
        return timedelta(hours=int(match[1]), minutes=int(match[2]))
    match = re.match(rf"({_NUMBER})(?:\s+and\s+a\s+half)?\+?\s*-?([a-z]+)", plain)
    number, unit = match.groups() if match else ("0", "s")
    amount = _NUMBERS[number] if number in _NUMBERS else float(number)
    seconds = next(seconds for name, seconds in _UNIT_SECONDS.items() if unit.startswith(name))
    half = 0.5 if "half" in plain and "and" in plain else 0
    if (amount + half) * seconds > _LONGEST.total_seconds():
        raise Unreadable(f"{words!r} is longer than {_LONGEST.days // 365} years; write a length such as 1h 45m")
    return timedelta(seconds=round((amount + half) * seconds))


def read_moments(text: str) -> list[Moment]:
    """Find the moments that words name, in their order.

    Parameters
    ----------
    text
        Such as a timeline's time cell: ``11:45``, ``~16:00``, ``2021-06-02 - 17:53 UTC``, ``Dec 23 ~7 PM``,
        ``07:15-08:19``, ``14:??``.

    Returns
    -------
    list of Moment
        Empty where there is none, such as in ``All day``.

    Raises
    ------
    Unreadable
        For a zone that means several, such as CST.

    Examples
    --------
    >>> [moment.clock for moment in read_moments("07:15-08:19")]
    [datetime.time(7, 15), datetime.time(8, 19)]
    """
    return [piece for piece in _pieces(text) if isinstance(piece, Moment)]


def find_dates(text: str) -> list[Moment]:
    """Find the moments that name a date, for the date alone: no zone is read, so any words can be searched.

    Examples
    --------
    >>> [moment.date for moment in find_dates("Sunday, 14 February 2023, 14:02 IST")]
    [datetime.date(2023, 2, 14)]
    """
    tokens = [(match.lastgroup or "", match[0].strip()) for match in _TOKENS.finditer(text.translate(_PLAIN))]
    found: list[Moment] = []
    at = 0
    while at < len(tokens):
        if tokens[at][0] in _DATES | _CLOCKS:
            moment, at = _read_moment(tokens, at, zones=False)
            found.append(moment)
        else:
            at += 1
    return [moment for moment in found if moment.dated]


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
    plain = text.replace("\u00a0", " ").replace("\u202f", " ")
    matches = list(_TOKENS.finditer(plain))
    tokens = [(match.lastgroup or "", match[0].strip()) for match in matches]
    for at, (kind, _) in enumerate(tokens):
        if kind in _DATES or kind in _CLOCKS:
            _, past = _read_moment(tokens, at, zones=False)  # an unclear one is reported where the moment is read
            if past < len(tokens) - 1 and tokens[past][0] == "to" and tokens[past + 1][0] in _CLOCKS:
                _, past = _read_moment(tokens, past + 1, zones=False)
            first = at - 1 if at and tokens[at - 1][0] == "about" else at
            before, when = plain[: matches[first].start()], plain[matches[first].start() : matches[past - 1].end()]
            after = plain[matches[past - 1].end() :]
            rest = " ".join(part.strip(" :-–—,|[]()*\t") for part in (before, after)).strip()
            return when.strip(" ()[]"), rest
    return "", text


def read_date(text: str) -> date | None:
    """Read a date, the first where there are several.

    Raises
    ------
    Unreadable
        ``'06-05-2026' is 2026-05-06 or 2026-06-05; write it as YYYY-MM-DD`` (code ambiguous-date), or
        ``'Week 2' is no date; write it as YYYY-MM-DD``.

    Examples
    --------
    >>> read_date("14 February 2023")
    datetime.date(2023, 2, 14)
    """
    if is_untold(text) or is_none(text):
        return None
    moments = [moment for moment in read_moments(text) if moment.dated or moment.unreadable]
    first = moments[0] if moments else Moment()
    if first.either:
        earlier, later = sorted(first.either)
        raise Unreadable(f"{text.strip()!r} is {earlier} or {later}; write it as YYYY-MM-DD", "ambiguous-date")
    if first.date is None:
        missing = "has no year" if first.dated and not first.slip else "is no date"
        raise Unreadable(f"{text.strip()!r} {missing}; write it as YYYY-MM-DD")
    return first.date


@dataclass(frozen=True, slots=True)
class Duration:
    """What a Duration line says.

    Attributes
    ----------
    total
        The stated length, None where only its ends are given.
    windows
        The stated windows, each with its end or None.
    is_open
        Whether it says that the incident goes on.
    support_hours
        Whether it counts support hours only.
    zone
        The zone named anywhere in the line.
    """

    total: timedelta | None
    windows: tuple[tuple[Moment, Moment | None], ...]
    approximate: bool
    is_open: bool
    support_hours: bool
    zone: tzinfo | None


def read_duration(text: str) -> Duration | None:
    """Read a Duration line in any of the forms in which people write it.

    Parameters
    ----------
    text
        ``0h 16m``, ``07:32 – 17:07 (9h 35m)``, ``17:53 - 16:35 (next day)``, two windows joined by ``and``,
        ``7h (during support hours 10:00-17:00)``, ``about 2 hours``, ``11+ hours and counting``.

    Returns
    -------
    Duration or None
        None where the author says that it is not known.

    Raises
    ------
    Unreadable
        ``'a few hours' isn't a length or a time range; write '14:02 - 15:47 (1h 45m)'``

    Examples
    --------
    >>> duration = read_duration("07:32 – 17:07 (9h 35m)")
    >>> str(duration.total), [end.clock.hour for _, end in duration.windows]
    ('9:35:00', [17])
    """
    if is_absent(text):
        return None
    pieces = _with_elapsed(_pieces(text), text)
    if _tells_range(pieces):
        raise Unreadable(f"{text.strip()!r} gives no single length; write '14:02 - 15:47 (1h 45m)'")
    support = "support" in pieces
    if support:
        pieces = _without_support_hours(pieces)
    windows, lengths = _windows(pieces), _lengths(pieces)
    if _SEVERAL.search(text) and not _one_length(lengths):
        raise Unreadable(f"{text.strip()!r} names several lengths; write the one that counts, such as 1h 45m")
    if len(windows) > 1 and len(lengths) == len(windows):
        total: timedelta | None = sum((span.length for span in lengths), timedelta(0))
    else:
        total = lengths[0].length if lengths else None
    if total is None and not windows and "open" not in pieces:
        raise Unreadable(f"{text.strip()!r} isn't a length or a time range; write '14:02 - 15:47 (1h 45m)'")
    windows = [_with_half(window, total if len(windows) == 1 else None) for window in _with_zones(windows, text)]
    zones = [moment.zone for window in windows for moment in window if moment and moment.zone]
    approximate = any(span.approximate for span in lengths) or any(
        moment.approximate for window in windows for moment in window if moment
    )
    return Duration(
        total=total,
        windows=tuple(windows),
        approximate=approximate,
        is_open="open" in pieces,
        support_hours=support,
        zone=zones[0] if zones else None,
    )


def _windows(pieces: Sequence[_Piece]) -> list[tuple[Moment, Moment | None]]:
    """Return the pairs of times that ``to`` joins, and the times since when something goes on, without an end."""
    windows: list[tuple[Moment, Moment | None]] = []
    past = 0
    for index, piece in enumerate(pieces):
        if index < past or not isinstance(piece, Moment):
            continue
        end = pieces[index + 2] if index + 2 < len(pieces) and pieces[index + 1] == "to" else None
        if isinstance(end, Moment):
            windows.append((piece, end))
        elif end == "open" or _since(pieces, index):
            windows.append((piece, None))
        if isinstance(end, Moment) or end == "open":
            past = index + 3
    return windows


def _lengths(pieces: Sequence[_Piece]) -> list[Span]:
    """Return the lengths; those that follow each other are one, as in ``1 hour and 5 minutes``."""
    lengths: list[Span] = []
    previous: _Piece = ""
    for piece in pieces:
        if isinstance(piece, Span) and isinstance(previous, Span):
            lengths[-1] = Span(lengths[-1].length + piece.length, lengths[-1].approximate or piece.approximate)
        elif isinstance(piece, Span):
            lengths.append(piece)
        if piece not in {"and", ","} or not isinstance(previous, Span):
            previous = piece
    return lengths


_SEVERAL: Final = re.compile(
    r"/|->|→|\b(?:or|was|not|but|per|total|overall|estimated|initially|originally|formerly|previously|corrected)\b",
    re.IGNORECASE,
)
"""Words and marks by which several lengths are not one with its parts."""


def _one_length(lengths: Sequence[Span]) -> bool:
    """Return whether lengths are the same, or one of them is the sum of the others."""
    total = sum((span.length for span in lengths), timedelta(0))
    same = all(
        spans_agree(lengths[0].length, span.length, approximate=lengths[0].approximate or span.approximate)
        for span in lengths
    )
    return same or any(spans_agree(total - span.length, span.length, approximate=span.approximate) for span in lengths)


_ZONE_IN_BRACKETS: Final = re.compile(
    rf"\(\s*(?:all\s+)?(?:times?\s+)?(?:are\s+)?(?:in\s+)?({_ZONE})\s*\)", re.IGNORECASE
)


def _with_zones(windows: Sequence[tuple[Moment, Moment | None]], text: str) -> list[tuple[Moment, Moment | None]]:
    """Give every time the zone of the other end of its window, else the one that the line names: ``10:00 - 11:00 JST``.

    A line that names several zones leaves a window without any as it is.
    """
    bracketed = _ZONE_IN_BRACKETS.search(text)
    named = [moment.zone for window in windows for moment in window if moment and moment.zone]
    if bracketed and not named:
        named = [_zone(bracketed[1])]
    only = named[0] if named and all(zone == named[0] for zone in named) else None
    found: list[tuple[Moment, Moment | None]] = []
    for first, last in windows:
        start, end = first.zone, last.zone if last else None
        found.append(
            (
                replace(first, zone=start or end or only),
                replace(last, zone=end or start or only) if last else None,
            )
        )
    return found


def _with_half(window: tuple[Moment, Moment | None], total: timedelta | None) -> tuple[Moment, Moment | None]:
    """Give a time of day without am or pm, where the other end has it, the half that makes the stated length.

    Without a length it is the half by which the window is shorter: ``1:00 - 3:00 PM`` is of the afternoon.
    """
    first, last = window
    if last is None or first.clock is None or last.clock is None or first.has_half == last.has_half:
        return window
    bare = last if first.has_half else first
    if bare.clock is None or not 1 <= bare.clock.hour <= 12 or first.zone != last.zone:  # noqa: PLR2004 - a 12-hour clock
        return window
    halves = [replace(bare, clock=bare.clock.replace(hour=bare.clock.hour % 12 + hours)) for hours in (0, 12)]
    windows = [(first, half) if bare is last else (half, last) for half in halves]
    spans = [_forward(*each) for each in windows]
    agreeing = [each for each, span in zip(windows, spans, strict=True) if total and spans_agree(total % _DAY, span)]
    if len(agreeing) == 1:
        return agreeing[0]
    if first.date != last.date and first.dated and last.dated:
        return window
    return windows[spans.index(min(spans))]


def _forward(first: Moment, last: Moment) -> timedelta:
    """Return the time from one time of day to the next such time as another."""
    begin, end = (datetime.combine(date(2000, 1, 1), moment.clock or time(0)) for moment in (first, last))
    return (end - begin) % _DAY


def _with_elapsed(pieces: list[_Piece], text: str) -> list[_Piece]:
    """Read a clock that is alone, or alone in brackets, as the length that it shows: ``1:45``."""
    alone = re.fullmatch(r"[~≈<\s]*\d{1,2}:\d{2}(?::\d{2})?\s*+(?:h|hrs?|hours?)?[\s.]*", text, re.IGNORECASE)
    for place, piece in enumerate(pieces):
        bracketed = pieces[place - 1 : place] == ["("] and pieces[place + 1 : place + 2] == [")"]
        if isinstance(piece, Moment) and piece.clock and not piece.dated and (alone or bracketed):
            clock = piece.clock
            length = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
            pieces[place] = Span(length, piece.approximate)
    return pieces


def _tells_range(pieces: Sequence[_Piece]) -> bool:
    """Return whether the words give no single length, as ``1-2 hours`` and ``between 1 and 2 hours`` do."""
    joints = [place for place, piece in enumerate(pieces[:-1]) if piece in {"to", "and"}]
    return any(
        (place == 0 and pieces[0] == "to" and isinstance(pieces[1], Span))
        or (place > 0 and str(pieces[place - 1]).isdigit() and not isinstance(pieces[place + 1], str))
        or (pieces[place] == "to" and isinstance(pieces[place - 1], Span) and isinstance(pieces[place + 1], Span))
        for place in joints
    )


def _since(pieces: Sequence[_Piece], at: int) -> bool:
    """Return whether the moment at ``at`` is the beginning of what goes on, as in ``Ongoing since 14:02``."""
    return at > 0 and str(pieces[at - 1]).casefold() == "since" and "open" in pieces


def _without_support_hours(pieces: list[_Piece]) -> list[_Piece]:
    """Drop the clock times of the support hours: those in the same brackets, else those that follow."""
    at = pieces.index("support")
    opening = max((place for place in range(at) if pieces[place] == "("), default=None)
    closing = next((place for place in range(at, len(pieces)) if pieces[place] == ")"), len(pieces))
    if opening is None or ")" in pieces[opening:at]:
        opening = at
    return pieces[:opening] + pieces[closing:]


def spans_agree(stated: timedelta, span: timedelta, *, approximate: bool = False) -> bool:
    """Return whether a stated length is a span, to the minute, or to a tenth of it where the words say "about".

    Examples
    --------
    >>> spans_agree(timedelta(hours=2), timedelta(minutes=125), approximate=True)
    True
    """
    tolerance = max(_MINUTE, span * _ABOUT) if approximate else _MINUTE
    return abs(stated - span) < tolerance


def in_words(span: timedelta) -> str:
    """Return a length for a message, such as ``1h 05m``."""
    hours, rest = divmod(abs(span), timedelta(hours=1))
    sign = "-" if span < timedelta(0) else ""
    return f"{sign}{hours}h {rest // _MINUTE:02}m" if hours else f"{sign}{rest // _MINUTE}m"


def read_span(text: str) -> Span | None:
    """Read a length of time such as ``1h 45m``; None where there is none in the words."""
    spans = [piece for piece in _pieces(text) if isinstance(piece, Span)]
    if not spans:
        return None
    return Span(sum((span.length for span in spans), timedelta(0)), any(span.approximate for span in spans))
