"""The words that authors write, to dates, times of day and lengths of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, time, timedelta, tzinfo
from typing import Final, TypeAlias

from incident_analytics.reports.placeholders import Unreadable, is_none, is_untold
from incident_analytics.reports.zones import ZONE, zone_named

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Moment",
    "Piece",
    "Span",
    "find_dates",
    "read_date",
    "read_moments",
    "read_pieces",
    "read_span",
    "split_moment",
]

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""No report is older or younger; what is dated otherwise is a slip, and far from where a clock's reckoning ends."""

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
            ("zone", ZONE),
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


Piece: TypeAlias = Moment | Span | str
"""What a text is made of for the readers below: moments, spans, and the names of the tokens between them."""

_CLOCKS: Final = {"clock", "hour", "word", "bare"}
_DATES: Final = {"iso", "numeric", "dmy", "mdy"}


_PLAIN: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-"})


def read_pieces(text: str) -> list[Piece]:
    """Read the tokens of ``text`` into moments, spans and the words between them."""
    plain = text.translate(_PLAIN)
    tokens = [(match.lastgroup or "", match[0].strip()) for match in _TOKENS.finditer(plain)]
    pieces: list[Piece] = []
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
            moment = replace(moment, zone=zone_named(words) if zones else UTC)
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
    return [piece for piece in read_pieces(text) if isinstance(piece, Moment)]


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


def read_span(text: str) -> Span | None:
    """Read a length of time such as ``1h 45m``; None where there is none in the words."""
    spans = [piece for piece in read_pieces(text) if isinstance(piece, Span)]
    if not spans:
        return None
    return Span(sum((span.length for span in spans), timedelta(0)), any(span.approximate for span in spans))
