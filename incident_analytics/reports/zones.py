"""The words that name a zone: a column's header, a heading, a sentence, what is next to a time."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import remembered, without_accents
from incident_analytics.reports.placeholders import Unreadable

__all__ = [
    "UNKNOWN_ZONE",
    "ZONE",
    "clocks_in",
    "find_zone",
    "is_place",
    "is_zone",
    "names_zone",
    "place_meant",
    "read_zone",
    "without_zone",
    "zone_named",
    "zone_of_line",
    "zones_meant",
    "zones_of_clocks",
    "zones_settled",
]

_HOURS: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "ZULU": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "BST": 1, "MEZ": 1, "MESZ": 2, "SEČ": 1, "SELČ": 2, "TSİ": 3, "UT": 0, "TU": 0,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "ACST": 9.5, "ACDT": 10.5, "SAST": 2, "TRT": 3, "PKT": 5, "NPT": 5.75, "WIB": 7, "PHT": 8, "BRT": -3, "UYT": -3,
    "CLST": -3, "CLT": -4, "VET": -4, "MYT": 8, "WITA": 8, "WIT": 9, "WAST": 2, "IDT": 3, "NDT": -2.5,
    "HNT": -3.5, "HNA": -4, "HAA": -3, "HNE": -5, "HAE": -4, "HNC": -6, "HAC": -5, "HNR": -7, "HAR": -6,
    "HNP": -8, "HAP": -7,
    "ART": -3, "COT": -5, "PET": -5, "WAT": 1, "CAT": 2, "EAT": 3, "ICT": 7,
}  # fmt: skip
_REGIONS: Final = {
    "PT": "America/Los_Angeles", "MT": "America/Denver", "CT": "America/Chicago", "ET": "America/New_York",
    "PACIFIC": "America/Los_Angeles", "EASTERN": "America/New_York", "UK": "Europe/London",
    "MOUNTAIN": "America/Denver", "CENTRAL": "America/Chicago", "AET": "Australia/Sydney",
    "PST/PDT": "America/Los_Angeles", "MST/MDT": "America/Denver", "CST/CDT": "America/Chicago",
    "EST/EDT": "America/New_York", "GMT/BST": "Europe/London", "CET/CEST": "Europe/Paris",
    "日本時間": "Asia/Tokyo", "北京时间": "Asia/Shanghai", "北京時間": "Asia/Shanghai", "台灣時間": "Asia/Taipei",
    "한국시간": "Asia/Seoul", "한국 시간": "Asia/Seoul", "МСК": "Europe/Moscow",
    "GREENWICH MEAN TIME": "Etc/UTC", "COORDINATED UNIVERSAL TIME": "Etc/UTC", "WESTERN EUROPEAN TIME": "Europe/Lisbon",
    "CENTRAL EUROPEAN TIME": "Europe/Paris", "CENTRAL EUROPEAN SUMMER TIME": "Europe/Paris",
    "EASTERN EUROPEAN TIME": "Europe/Athens", "EASTERN EUROPEAN SUMMER TIME": "Europe/Athens",
    "MITTELEUROPÄISCHE ZEIT": "Europe/Berlin", "MITTELEUROPÄISCHER ZEIT": "Europe/Berlin",
    "MITTELEUROPÄISCHE SOMMERZEIT": "Europe/Berlin", "MITTELEUROPÄISCHER SOMMERZEIT": "Europe/Berlin",
}  # fmt: skip
_AMBIGUOUS_ZONES: Final = {"CST", "IST", "AST", "ADT", "ECT", "GST", "SST"}
"""Abbreviations of several zones, of which what else the text says may settle one."""
_WORDS: Final = {"ART", "COT", "PET", "WAT", "CAT", "EAT", "ICT", "WIT", "HAC", "HAR", "HAP", "HAA"} | {
    *("SAST", "WEST", "ET", "PT", "MT", "CT")
}
"""Abbreviations that are words or names in small letters, or short for something else next to words for that."""
_PLACES: Final = {"CENTRAL", "MOUNTAIN"}
"""Words that are a zone only in brackets, after am or pm, or before "Time"."""
_UNIVERSAL: Final = {"UT", "TU"}
"""Universal time, next to a word for time or behind a time of day: else Utah, a university, a small word."""
_REGIONAL: Final = {"UK", "EASTERN", "PACIFIC"}
"""Words that are a zone unless they are part of others, as in ``UK users`` and ``Eastern European Time``."""
_ABBREVIATIONS: Final = "|".join(
    sorted(
        {*_HOURS, *_REGIONS, *_AMBIGUOUS_ZONES} - {"Z"} - _WORDS - _PLACES - _REGIONAL - _UNIVERSAL,
        key=lambda name: (-len(name), name),
    )
)
_ESTIMATED: Final = r"(?-i:(?:(?<=\()|(?<=approx,\s)|(?<=approx\.,\s))est\)|est\.)"
"""Words that are not Eastern Standard Time."""
_OTHER: Final = r"\s(?:team|scan\w*|staff|desk|department|dept|engineer\w*|manager|group|findings?|pipeline|tool\w*)\b"
"""Words behind ICT or SAST that are about people and security, not about times."""
_GOES_ON: Final = (
    r"\s(?!(?:(?:standard|daylight|summer|winter|local)\s)*times?\b|(?:unless|except)\b|(?:to|until|till)\s\d)[^\W\d_]"
)
_OF_UNIVERSAL: Final = "|".join(
    rf"(?<={before})"
    for before in (
        *(r"\A", r"\A\(", r"\d[:.h]\d\d\s", r"\d[:.h]\d\d\s\(", r"line\s\("),
        *(rf"{word}\s" for word in ("ime", "imes", "eit", "heure", "heures", "hora", "ora", "tijd")),
        *(rf"{word}\s\(" for word in ("ime", "imes", "eit", "heure", "heures", "hora", "ora", "tijd")),
        *(r"imes\sin\s", r"imes\sare\s", r"imes\sare\sin\s", r"eures\sen\s", r"eures\ssont\sen\s"),
    )
)
"""What is before it."""
_US_TIME: Final = r"(?:\s(?:standard|daylight))?\stime\b"
_AREAS: Final = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Canada|Europe|Indian|Pacific|US"
ZONE: Final = (
    r"(?:UTC|GMT)\s?(?:\+\s?|[-−](?=\d{1,2}(?!\d|:?\d\d)|(?:0?\d|1[0-2]):?(?:00|15|30|45)(?!\d)))\d{1,2}(?::?\d{2})?(?!\d)"
    r"|\+\d{2}:?\d{2}"
    r"|(?:(?<=T\d\d:\d\d)|(?<=T\d\d:\d\d:\d\d)|(?<=\())[-−]\d{2}:?\d{2}|(?<=\d\d:\d\d:\d\d\s)[-−]\d{4}\b"
    rf"|\bEtc/[A-Z]++(?:[+-]\d{{1,2}})?|\b(?:{_AREAS})(?:/[A-Z][a-z]{{1,20}}(?:[_-][A-Za-z]{{1,20}}){{0,3}}){{1,2}}\b"
    rf"|(?<![a-z]-)(?<!['\u2019])\b(?!{_ESTIMATED})(?:{_ABBREVIATIONS})\b(?!-[a-z])"
    rf"|(?<![a-z]-)\b(?-i:{'|'.join(sorted(_WORDS))})\b(?!-\w|{_OTHER})"
    rf"|(?<!Australian\s)\b(?:{'|'.join(sorted(_REGIONAL))})\b(?!{_GOES_ON}|-[a-z])"
    rf"|(?:(?<=[ap]m\s)|(?<=\())(?:Central|Mountain)(?=\W*$|\)|{_US_TIME})|\b(?:Central|Mountain)(?={_US_TIME})"
    rf"|(?-i:(?={'|'.join(sorted(_UNIVERSAL))}))(?:{_OF_UNIVERSAL})..\b(?=\W*$|[).;,|]|\s[-–—])"
    r"|(?:(?<=\d)|(?<=\d\s))Z\b(?!-\w)"
)
_NO_ZONE: Final = compile_late(
    r"\(\s*(?:24 ?-?h(?:ours?)?|12 ?-?h|am/pm|hh:?mm(?::?ss)?|start|end"
    r"|(?:all times )?(?:approx\w*\.?|(?-i:est)\.?|estimated|local(?: time)?))\s*\)",
    re.IGNORECASE,
)
"""What a header says in brackets next to a zone; ``est.`` is not Eastern Standard Time."""
_ZONE_PATTERN: Final = compile_late(ZONE, re.IGNORECASE)
_NAME: Final = r"[^\W\d_][\w.'\u2019-]{0,30}(?:\s[^\W\d_][\w.'\u2019-]{0,30}){0,2}"
"""Up to three words that may be a place."""


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_](?:[\w'\u2019-]|\.(?=\w))*+", without_accents(text))


@lru_cache(maxsize=1)
def _places() -> Mapping[str, str]:
    """Return the IANA names of places by their words."""
    return {" ".join(_words_of(word)): name for name, words in _data()["places"].items() for word in words}


@lru_cache(maxsize=1)
def _time_of() -> re.Pattern[str]:
    """Return what finds a word for time next to up to three words that may be a place, from each word on."""
    time = "|".join(_data()["time"].split())
    link = "|".join(_data()["links"].split())
    return re.compile(
        rf"\b(?=(?:{time})(?P<link>\s(?:{link})|\sd(?=['\u2019]))?[\s'\u2019](?P<behind>{_NAME}))"
        rf"|\b(?=(?P<before>{_NAME})\s(?:{time})\b)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _fill() -> frozenset[str]:
    """Return the words next to a place that are no part of its name."""
    return _units().union(*(without_accents(_data()[name]).split() for name in ("time", "links", "common", "seasons")))


@lru_cache(maxsize=1)
def _seasons() -> frozenset[str]:
    """Return the words for one of a place's two times."""
    return frozenset(without_accents(_data()["seasons"]).split())


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    """Return the words that are no place behind ``in`` and ``of`` either."""
    return frozenset(without_accents(_data()["units"]).split())


def _place_of(words: str, *, is_last: bool) -> str | None:
    """Return the place that words begin with, or end with; None where there is none."""
    parts = _words_of(words)
    if not _seasons().isdisjoint(parts):  # heure d'été de Paris
        parts = [word for word in parts if word not in _seasons() and word not in _data()["links"].split()]
    for size in range(len(parts), 0, -1):
        if found := _places().get(" ".join(parts[-size:] if is_last else parts[:size])):
            return found
    return None


@remembered
def _time_named(text: str) -> str | None:
    """Return the zone of the place whose time words name, empty for a place that is not known, None for neither."""
    words = [word for word in _words_of(text) if word not in _fill()]
    if (place := _places().get(" ".join(words))) is not None:
        return place
    unknown = None
    for match in _time_of().finditer(text):
        name, is_last = (match["before"], True) if match["before"] else (match["behind"], False)
        if (place := _place_of(name, is_last=is_last)) is not None:
            return place
        first = name.split()[-1 if is_last else 0]
        plain = without_accents(first)
        if first[0].isupper() and plain not in _units() and (match["link"] or plain not in _fill()):
            unknown = ""
    return unknown


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
        ``zone 'CST' means several zones; set timezone to yours, or write a name such as America/Chicago or
        Asia/Shanghai``

    Examples
    --------
    >>> read_zone("Time (CET)").utcoffset(None)
    datetime.timedelta(seconds=3600)
    """
    match = _zone_in(text)
    if not match and (place := _time_named(text)):
        return zone_named(place)
    text = _NO_ZONE.sub("", text) if "(" in text else text
    unknown = next((words for words in re.findall(r"\(([^()]*+)\)", text) if re.search(r"[^\W\d]", words)), None)
    if not match and unknown is None and (of_unknown := _OF_UNKNOWN.search(text)) is not None:
        unknown = of_unknown[1]
    if not match and unknown is not None:
        raise Unreadable(
            f"zone {unknown!r} is not known; write UTC or an IANA name such as Europe/London", "unreadable-time"
        )
    return zone_named(match[0]) if match else None


def is_place(name: str) -> bool:
    """Return whether a name is that of a place whose time zone is known, and nothing else.

    Examples
    --------
    >>> is_place("Berlin"), is_place("Joe")
    (True, False)
    """
    return " ".join(_words_of(name)) in _places()


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


_UNKNOWN: Final = (
    r"(?!TEST|POST|HOST|LAST|LOST|BOOT|EXIT|NEXT|NOT|OUT|SET|GET|ACT|NET|INT|EXT|EVT|LIST|CHAT|PART|EDIT)[A-Z]{2,3}T"
)
UNKNOWN_ZONE: Final = compile_late(_UNKNOWN)
"""Capitals as zones have them that none of the known ones has."""
_TIMES: Final = (
    r"(?:times?|timestamps?|time\s?zone|clocks?|zeitzone|uhrzeiten|zeiten|heures|horas|horários|orari|tijden|tider"
    r"|klockslag|klokkeslett|godziny)"
)
_PLACE: Final = rf"(?!{ZONE})(?-i:(?=[A-Z]){_NAME})"
_JOINTS: Final = (
    "are|is|all|given|listed|shown|stated|below|above|in|here|the|timeline|report|local|sind|alle|toutes|les|sont|en|todas|las|todos|os"
    "|são|em|tutti|gli|sono|zijn|er|exprimées|indicadas|angegeben"
)
_JOINT: Final = rf"(?:[\s:*_(\[=,-]|\b(?:{_JOINTS})\b)"
_OF_TIMES: Final = compile_late(
    rf"\b{_TIMES}\b{_JOINT}*+(?:(?:{ZONE})(?:{_US_TIME})?|(?P<time>{_PLACE}\stime\b))"
    rf"|\b(?:all\stimes|times\sare)\b{_JOINT}*+(?P<place>{_PLACE})(?=\W*$|[).;])",
    re.IGNORECASE,
)
_OF_UNKNOWN: Final = compile_late(
    rf"\b(?:{_TIMES}|(?:uhr)?zeit|heure|hora|ora|tijd|tid|czas)\b"
    rf"{_JOINT}*+(?-i:(?<![A-Z]\s)({_UNKNOWN}))(?=[\s)\].;*_]*$)",
    re.IGNORECASE,
)
"""The same with a zone that is not known."""
_OF_ALL_TIMES: Final = compile_late(
    r"(?:^[\W_]*|[.;!]\s|\()(?:(?:please\s)?note(?:\sthat)?\W{1,3})?"
    r"(?:(?:all|alle|the|these|clock|event|timeline|toutes|les|todas|las|todos|os|tutti|gli)\s){0,3}"
    rf"{_TIMES}\b{_JOINT}*+(?:(?:{ZONE})(?!,?\s(?:(?:and|or)\s)?(?:{ZONE}))(?=[\s)*_]*(?:[.;,(]|$)|\s(?:unless|except)\b)"
    rf"|(?P<place>{_PLACE}(?:\stime)?)(?=[\s)*_]*(?:[.;]|$)|,?\s(?:unless|except)\b))"
    rf"|(?:^[\W_]*|[.;!]\s)(?:hora|heure|ora|tijd|tid)\s(?:{_NAME}\s)?\((?:{ZONE})\)",
    re.IGNORECASE,
)
"""A sentence that is about the times of all of the report."""
_SAID_OF_TIMES: Final = compile_late(
    r"(?:^[\W_]*|[.;!]\s)(?:(?:all|alle|the|these|key|main|wichtige|toutes|les|todas|las|todos|os|tutti|gli)\s){0,2}"
    rf"(?:{_TIMES}|zeitpunkte|zeitangaben)\b(?![^.;!?()]*\b(?:was|were|wrong|failed|drift|to|of)\b)[^.;!?\d\n()]{{0,60}}"
    r"(?:[(:,=]\s?|\s(?=\())(?:\(|i\.\s?e\.\s|d\.\s?h\.\s|(?:all|alle|local)[\s,]){0,2}"
    rf"(?-i:(?=[A-Z]))(?:{ZONE})(?:\s(?:daylight|standard|summer)\stime)?(?=[)\s*_]*(?:[.:]|$))",
    re.IGNORECASE,
)
"""A sentence that begins with the times and ends with a zone, whatever is between the two."""
_OF_TIMES_ALONE: Final = compile_late(
    r"(?:^[\W_]*|[.;!]\s|·[\W_]{1,4}|\()(?:(?:all|alle|alla|every|the|these|clock|event|log|local|toutes|les|todas|todos|las|los|os|tutti|gli)\s){0,3}"
    rf"(?:{_TIMES}|horarios|hours?|horas?|heures?|ora)\b"
    rf"(?![^\n]{{0,60}}\b(?:was|were|rose|doubled|grew)\b)[^.,;:!?·\d\n]{{3,60}}?(?:[.*_\s]*$|\)|(?=\s·))",
    re.IGNORECASE,
)
"""A sentence, or words in brackets, about times and nothing else."""
_FOOTNOTE: Final = compile_late(rf"[¹²³*†‡\\\s]+(?:{ZONE})(?:{_US_TIME})?[\W_]*", re.IGNORECASE)
_OF_HEADING: Final = compile_late(rf"\([^()]*?(?:{ZONE})[^()]*+\)|(?:{ZONE})(?:{_US_TIME})?[\W_]*$", re.IGNORECASE)
_AFTER_CLOCK: Final = compile_late(
    r"\d\s?[:.h]\s?\d\d(?:\s?(?:[ap]\.?m\b\.?|uhr|uur|hrs?|h))?\s{0,2}\(([^()\n]{2,40})\)", re.IGNORECASE
)
"""What is in brackets behind a time of day."""
_NEXT_TO_CLOCK: Final = compile_late(
    rf"\d[:.h]\d\d(?:\s?(?:[ap]\.?m\b\.?|uhr|uur|hrs?|h))?\s?\(?({ZONE})", re.IGNORECASE
)
_CLOCK: Final = compile_late(r"(?<![\d:.])(\d{1,2})[:.h]([0-5]\d)(?!\d)(?:(?::\d\d)?\s?([ap])\.?m\b)?", re.IGNORECASE)
_BEHIND_CLOCK: Final = compile_late(
    r"\d\s?[:.h]\s?\d\d(?:\s?(?:[ap]\.?m\b\.?|uhr|uur|hrs?|h))?,?\s\(?(?=[^\W\d])", re.IGNORECASE
)
_BRACKETS: Final = compile_late(r"\(([^()\n]{2,60})\)")
_TAIL: Final = compile_late(r"[,:–—-]\s([^,:–—()\n-]{2,40})$")


def find_zone(text: str, *, is_heading: bool = False, is_elsewhere: bool = False) -> str:
    """Return the words by which a sentence, or a heading, says in which zone the times are; none where it does not.

    A sentence elsewhere than at the head and the timeline counts only if it begins with the times of all of the report.

    Examples
    --------
    >>> find_zone("All times are in JST."), find_zone("Load times rose for PT users.")
    ('times are in JST', '')
    >>> find_zone("Timeline (IST)", is_heading=True), find_zone("Timeline, Smith et al", is_heading=True)
    ('(IST)', '')
    >>> find_zone("Chronologie (heure de Paris)", is_heading=True), find_zone("Down from 8:45 to 9:05 (Oslo time).")
    ('(heure de Paris)', 'Oslo time')
    """
    if is_heading and _ZONE_PATTERN.search(text) is None:
        match = None  # which is known by a pattern that nearly every report needs
    else:
        match = (_OF_HEADING if is_heading else _OF_ALL_TIMES if is_elsewhere else _OF_TIMES).search(text)
    named = match.groupdict() if match else {}
    if match and (words := named.get("time") or named.get("place")) and not _time_named(words):
        match = None
    if match is not None and not (is_heading and not match[0].startswith("(") and match[0].islower()):  # est is a word
        return match[0]
    if not is_heading and (match := _SAID_OF_TIMES.search(text)):
        return match[0]
    if (
        not is_heading
        and (match := _OF_TIMES_ALONE.search(text))
        and _time_of().search(match[0])
        and _time_named(match[0])
    ):
        return match[0][1:].rstrip(")") if match[0].startswith("(") else match[0]
    if not is_heading and not is_elsewhere and (match := _OF_UNKNOWN.search(text)):
        return match[0]
    if is_elsewhere:
        return text if _FOOTNOTE.fullmatch(text) else ""
    if is_heading:
        brackets, tails = _BRACKETS.finditer(text), _TAIL.finditer(text)
        found = [f"({each[1]})" for each in brackets] + [each[1] for each in tails if _time_named(each[1])]
        of_time = (words for words in found if _time_of().search(words))  # a place alone may be where it was
        unknown = (f"({each[1]})" for each in _BRACKETS.finditer(text) if UNKNOWN_ZONE.fullmatch(each[1]))
        return next((words for words in of_time if _time_named(words) is not None), next(unknown, ""))
    behind = (each[1] for each in _AFTER_CLOCK.finditer(text))
    zoned = next((words for words in behind if is_zone(words.rpartition(",")[2]) or _time_named(words)), "")
    return zoned or _time_behind_clock(text)


def _time_behind_clock(text: str) -> str:
    """Return the words that name the time of a place right behind a time of day: ``14:10 Paris time``."""
    behind = (_time_of().match(text, clock.end()) for clock in _BEHIND_CLOCK.finditer(text))
    named = (
        f"{match['before']} time" if match["before"] else f"time of {match['behind']}" for match in behind if match
    )
    return next(filter(_time_named, named), "")


def zone_of_line(text: str) -> tuple[str, bool]:
    """Return the words of a line without a time of day that name a zone, and whether it says nothing else.

    Words that are those of a region or of something else as well name one only in a line that says nothing else.

    Examples
    --------
    >>> zone_of_line("TZ is AEST"), zone_of_line("logs pasted from Perth, AWST"), zone_of_line("UK users")
    (('AEST', True), ('AWST', False), ('', False))
    >>> zone_of_line("Sydney time"), zone_of_line("CET, then CEST"), zone_of_line("TZ: Chamorro")
    (('Sydney time', True), ('CET', False), ('(TZ: Chamorro)', False))
    """
    if _CLOCK.search(text):
        return "", False
    names = [name for match in _ZONE_PATTERN.finditer(text) if not (name := match[0].strip()).islower()]
    others = [word for word in _words_of(_ZONE_PATTERN.sub(" ", text)) if word not in _fill()]
    if not names:
        is_of_place = " ".join(others) in _places() and _time_of().search(text) is not None
        is_unknown = _OF_ZONE.match(text) is not None and len(text.split()) <= _FEW_WORDS
        return (text, True) if is_of_place else (f"({text})" if is_unknown else "", False)
    is_plain = _WORDS.isdisjoint(name.upper() for name in names)
    is_plain &= (_PLACES | _REGIONAL).isdisjoint(name.upper() for name in names)
    try:
        is_one = len({zone_named(name).utcoffset(_SOME_DAY) for name in names}) == 1
    except Unreadable:
        is_one, is_plain = False, is_plain and any(map(zones_meant, names))
    is_alone = is_one and not others
    return (names[0], is_alone) if is_alone or is_plain else ("", False)


def zones_of_clocks(text: str) -> list[str]:
    """Return the zones next to the times of day of a text.

    Examples
    --------
    >>> zones_of_clocks("Down from 12:00 to 13:25 (CET), for PST users at 14:00 UTC")
    ['CET', 'UTC']
    """
    return [match[1] for match in _NEXT_TO_CLOCK.finditer(text)]


def clocks_in(*texts: str) -> set[int]:
    """Return the times of day in some texts, in minutes since midnight.

    Examples
    --------
    >>> sorted(clocks_in("14:02 - 15:10", "2:05 pm"))
    [842, 845, 910]
    """
    found = (match for text in texts for match in _CLOCK.finditer(text))
    return {
        int(hour) % 12 * 60 + int(minute) + 720 * (half.casefold() == "p") if half else int(hour) * 60 + int(minute)
        for hour, minute, half in (match.groups("") for match in found)
    }


def without_zone(text: str) -> str:
    """Return the words of a header without the zone that they name, known or not; none where they are nothing else.

    Examples
    --------
    >>> without_zone("Time IST"), without_zone("UTC"), without_zone("Time CHST"), without_zone("Event")
    ('Time', '', 'Time', 'Event')
    """
    if match := _zone_in(text):
        return _EMPTY.sub(" ", text.replace(match[0], " ")).strip(" [],:")
    unknown = _OF_UNKNOWN.search(text)
    return text[: unknown.start(1)].strip(" [(,:") if unknown else text


_EMPTY: Final = compile_late(r"[(\[]\s*[)\]]")
_OF_ZONE: Final = compile_late(
    r"\W*(?:tz|time\s?zone|zeitzone|fuseau|fuso|huso|zona horaria|tijdzone|tidszone?)\b", re.IGNORECASE
)
"""How a line begins that is about the zone of the times."""
_FEW_WORDS: Final = 5
_SOME_DAY: Final = datetime(2025, 1, 1)  # noqa: DTZ001 - each zone is asked about it
"""On which a region's zone is compared with an offset: they agree in one half of the year."""


@remembered
def _zone_in(text: str) -> re.Match[str] | None:
    if not text.strip("0123456789:"):
        return None
    return _ZONE_PATTERN.search(_NO_ZONE.sub("", text) if "(" in text else text)


_SETTLED: ContextVar[Mapping[str, tzinfo]] = ContextVar("settled", default=MappingProxyType({}))
"""The zones that abbreviations of several mean in the text that is being read."""


@contextmanager
def zones_settled(text: str, *, usual: str = "UTC") -> Iterator[None]:
    """Read an abbreviation of several zones as that of an offset or a place next to it, the usual one, or of places.

    Parameters
    ----------
    text
        A whole report. Places of several of the zones settle nothing.
    usual
        The IANA name of the zone of times that name none. It settles an abbreviation that it has itself, unless an
        offset or a place is next to that. Places elsewhere may be those of customers and of hosts.

    Examples
    --------
    >>> with zones_settled("Media servers in Mumbai drop sessions at 11:20 PM IST"):
    ...     read_zone("Time (IST)").utcoffset(None)
    datetime.timedelta(seconds=19800)
    >>> with zones_settled("| Time (CST, UTC-6) | Event |"):
    ...     read_zone("CST").utcoffset(None) / timedelta(hours=1)
    -6.0
    >>> with zones_settled("Sessions drop at 11:20 PM IST", usual="Europe/Dublin"):
    ...     read_zone("Time (IST)").utcoffset(None)
    datetime.timedelta(seconds=3600)
    """
    named = [name for name in _AMBIGUOUS_ZONES if name in text]
    before = _SETTLED.set({name: zone for name in named if (zone := _settled(name, text, usual)) is not None})
    try:
        yield
    finally:
        _SETTLED.reset(before)


def _settled(name: str, text: str, usual: str) -> tzinfo | None:
    """Return the one zone of an abbreviation whose offset or place is next to it, else the usual one, or of places."""
    meant = _data()["several"].get(name, {})
    written = {
        int(f"{sign.replace('−', '-')}1") * (int(hours) + int(minutes or 0) / 60)
        for sign, hours, minutes in re.findall(
            rf"\b{name}\b[\s,;:=/(]{{1,3}}(?:UTC|GMT)\s?([+−-])(\d{{1,2}})(?::?(\d\d))?\b", text
        )
    }
    if written:
        offset = written.pop()
        return timezone(timedelta(hours=offset)) if not written and offset in meant.values() else None
    place = _spelled_out(text, name) or (usual if usual in meant else None)
    ahead = timedelta(hours=meant[place]) if place else _abbreviations(usual).get(name)
    if ahead is None and (place := place_meant(text, name)) is not None:
        ahead = timedelta(hours=meant[place])
    return timezone(ahead) if ahead is not None else None


def _spelled_out(text: str, name: str) -> str | None:
    """Return the one zone whose place a text has next to an abbreviation, or before *Standard Time*."""
    found = [place for place in zones_meant(name) if _signs_next_to(place, name).search(text)]
    return found[0] if len(found) == 1 else None


_CLAUSE: Final = compile_late(r"[.;\n]")
_OF_VENDOR: Final = compile_late(r"\b(?:vendors?|suppliers?|contractors?|providers?|outsourc\w*)\b", re.IGNORECASE)


def place_meant(text: str, name: str) -> str | None:
    """Return the zone that an abbreviation of several means in a text by the places that it names.

    Any place of the zone that the abbreviation nearly always means is enough, unless it is a vendor's. A place of
    another one may be that of customers or hosts: there are two of these, or one is next to the abbreviation or to
    words for a team or an office.

    Examples
    --------
    >>> place_meant("Riders in Mumbai, times in IST", "IST"), place_meant("Times in IST", "IST")
    ('Asia/Kolkata', None)
    >>> place_meant("Hosts in Ireland, times in IST", "IST"), place_meant("The team in Dublin, times in IST", "IST")
    (None, 'Europe/Dublin')
    >>> print(place_meant("The vendor's hosts in Mumbai, times in IST", "IST"))
    None
    """
    if (place := _spelled_out(text, name)) is not None:
        return place
    own = "\n".join(part for part in _CLAUSE.split(text) if _OF_VENDOR.search(part) is None)
    signs = {place: set(_signs_of(place).findall(own)) for place in zones_meant(name)}
    found = [place for place, words in signs.items() if words]
    if len(found) != 1:
        return None
    is_sure = found[0] == zones_meant(name)[0] or len(signs[found[0]]) > 1 or _of_house(found[0]).search(text)
    return found[0] if is_sure else None


def zones_meant(name: str) -> tuple[str, ...]:
    """Return the zones that an abbreviation may mean, the usual one first; none where it means but one.

    Examples
    --------
    >>> zones_meant("IST"), zones_meant("CET")
    (('Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem'), ())
    """
    return tuple(_data()["several"].get(name.strip().upper(), ()))


@lru_cache(maxsize=16)
def _abbreviations(zone: str) -> dict[str, timedelta]:
    """Return what a zone calls its time in winter and in summer, with the hours that each is ahead of UTC.

    Examples
    --------
    >>> _abbreviations("Asia/Kolkata")
    {'IST': datetime.timedelta(seconds=19800)}
    """
    of_year = [datetime(2025, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
    return {day.tzname() or "": day.utcoffset() or timedelta() for day in of_year}


@lru_cache(maxsize=16)
def _signs_of(place: str) -> re.Pattern[str]:
    """Return what matches the places of a zone as they are written, and its money."""
    signs = "|".join(map(re.escape, _data()["signs"].get(place, ())))
    return re.compile(rf"{_places_of(place)}{'|' * bool(signs)}{signs}")


@lru_cache(maxsize=16)
def _of_house(place: str) -> re.Pattern[str]:
    """Return what matches a place of a zone within a few words of those for who works there."""
    places, house = (
        _places_of(place),
        r"\b(?:offices?|teams?|staff|engineers?|on-?call|NOC|headquarters|HQ|plant|campus)\b",
    )
    return re.compile(rf"{house}[^.;\n]{{0,20}}?{places}|{places}[^.;\n]{{0,20}}?{house}")


@lru_cache(maxsize=64)
def _signs_next_to(place: str, name: str) -> re.Pattern[str]:
    """Return what matches a place of a zone next to an abbreviation, or in its long form."""
    places = _places_of(place)
    return re.compile(rf"{places}(?:\s(?:Standard\s)?Time\b|[\s,(/=]{{1,3}}{name}\b)|\b{name}[\s,(/=]{{1,3}}{places}")


def _places_of(place: str) -> str:
    """Return the pattern of the places of a zone; what people are called as well is behind *in* or has a comma."""
    names = set(_data()["people"].split())
    words = [re.escape(word) for word in _data()["places"].get(place, ()) if word not in names]
    words += [rf"(?:(?<=\bin\s){word}|{word}(?=,))" for word in _data()["places"].get(place, ()) if word in names]
    return rf"\b(?:{'|'.join(words)})(?!\w)"


def zone_named(name: str) -> tzinfo:
    """Return the zone with a name that `ZONE` matches.

    Raises
    ------
    Unreadable
        As `read_zone`.
    """
    return _SETTLED.get().get(name.strip().upper()) or _zone_named(name)


@lru_cache(maxsize=256)
def _zone_named(name: str) -> tzinfo:
    if name.strip().upper() in _AMBIGUOUS_ZONES:
        names = " or ".join(zones_meant(name) or ("Europe/London",))
        raise Unreadable(
            f"zone {name!r} means several zones; set timezone to yours, or write a name such as {names}",
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
