"""The words that name a zone: a column's header, a heading, a sentence, what is next to a time."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import remembered
from incident_analytics.reports.placeholders import Unreadable

__all__ = ["ZONE", "find_zone", "is_zone", "names_zone", "read_zone", "without_zone", "zone_named"]

_HOURS: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "ZULU": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "BST": 1, "MEZ": 1, "MESZ": 2,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "ACST": 9.5, "ACDT": 10.5, "SAST": 2, "TRT": 3, "PKT": 5, "NPT": 5.75, "WIB": 7, "PHT": 8, "BRT": -3, "UYT": -3,
    "CLST": -3, "VET": -4,
    "ART": -3, "COT": -5, "PET": -5, "WAT": 1, "CAT": 2, "EAT": 3, "ICT": 7,
}  # fmt: skip
_REGIONS: Final = {
    "PT": "America/Los_Angeles", "MT": "America/Denver", "CT": "America/Chicago", "ET": "America/New_York",
    "PACIFIC": "America/Los_Angeles", "EASTERN": "America/New_York", "UK": "Europe/London",
    "MOUNTAIN": "America/Denver", "CENTRAL": "America/Chicago", "AET": "Australia/Sydney",
    "PST/PDT": "America/Los_Angeles", "MST/MDT": "America/Denver", "CST/CDT": "America/Chicago",
    "EST/EDT": "America/New_York", "GMT/BST": "Europe/London", "CET/CEST": "Europe/Paris",
}  # fmt: skip
_AMBIGUOUS_ZONES: Final = {"CST", "IST", "AST", "ADT", "ECT", "GST", "SST"}
_WORDS: Final = {"ART", "COT", "PET", "WAT", "CAT", "EAT", "ICT"}
"""Abbreviations that are words in small letters."""
_PLACES: Final = {"CENTRAL", "MOUNTAIN"}
"""Words that are a zone only in brackets, after am or pm, or before "Time"."""
_CITIES: Final = {
    "Berlin": "Europe/Berlin", "Paris": "Europe/Paris", "London": "Europe/London", "Amsterdam": "Europe/Amsterdam",
    "Madrid": "Europe/Madrid", "Rome": "Europe/Rome", "Vienna": "Europe/Vienna", "Zurich": "Europe/Zurich",
    "Stockholm": "Europe/Stockholm", "Oslo": "Europe/Oslo", "Copenhagen": "Europe/Copenhagen",
    "Helsinki": "Europe/Helsinki", "Warsaw": "Europe/Warsaw", "Prague": "Europe/Prague", "Dublin": "Europe/Dublin",
    "Lisbon": "Europe/Lisbon", "New York": "America/New_York", "Chicago": "America/Chicago",
    "Toronto": "America/Toronto", "Tokyo": "Asia/Tokyo", "Singapore": "Asia/Singapore", "Sydney": "Australia/Sydney",
}  # fmt: skip
"""Cities whose time a sentence or a label may name."""
_ABBREVIATIONS: Final = "|".join(
    sorted({*_HOURS, *_REGIONS, *_AMBIGUOUS_ZONES} - {"Z"} - _WORDS - _PLACES, key=lambda name: (-len(name), name))
)
_AREAS: Final = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Canada|Europe|Indian|Pacific|US"
ZONE: Final = (
    r"(?:UTC|GMT)\s?(?:\+\s?|[-−](?=\d{1,2}(?!\d|:?\d\d)|(?:0?\d|1[0-2]):?(?:00|15|30|45)(?!\d)))\d{1,2}(?::?\d{2})?(?!\d)"
    r"|\+\d{2}:?\d{2}"
    r"|(?:(?<=T\d\d:\d\d)|(?<=T\d\d:\d\d:\d\d)|(?<=\())[-−]\d{2}:?\d{2}|(?<=\d\d:\d\d:\d\d\s)[-−]\d{4}\b"
    rf"|\bEtc/[A-Z]++(?:[+-]\d{{1,2}})?|\b(?:{_AREAS})(?:/[A-Z][a-z]{{1,20}}(?:[_-][A-Za-z]{{1,20}}){{0,3}}){{1,2}}\b"
    rf"|\b(?:{_ABBREVIATIONS})\b|\b(?-i:{'|'.join(sorted(_WORDS))})\b"
    r"|(?:(?<=[ap]m\s)|(?<=\())(?:Central|Mountain)\b|\b(?:Central|Mountain)(?=\stime\b)"
    r"|(?:(?<=\d)|(?<=\d\s))Z\b"
)
_NO_ZONE: Final = compile_late(
    r"\(\s*(?:24 ?-?h(?:ours?)?|12 ?-?h|am/pm|hh:?mm(?::?ss)?|start|end"
    r"|(?:all times )?(?:approx\w*\.?|est\.|estimated|local(?: time)?))\s*\)",
    re.IGNORECASE,
)
"""What a header says in brackets next to a zone; ``est.`` is not Eastern Standard Time."""
_ZONE_PATTERN: Final = compile_late(ZONE, re.IGNORECASE)
_ONE_CITY: Final = compile_late(
    rf"(?:[^\n]{{0,40}}?\b(?i:times?|zone|zeiten)\b[^A-Z\n]{{0,20}})?\W*({'|'.join(_CITIES)})(?:\s(?:local\s)?time)?\W*"
)


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
    if not match and (city := _ONE_CITY.fullmatch(text)) is not None:
        return zone_named(_CITIES[city[1]])
    text = _NO_ZONE.sub("", text)
    unknown = next((words for words in re.findall(r"\(([^()]*+)\)", text) if re.search(r"[^\W\d]", words)), None)
    if not match and unknown is not None:
        raise Unreadable(
            f"zone {unknown!r} is not known; write UTC or an IANA name such as Europe/London", "unreadable-time"
        )
    return zone_named(match[0]) if match else None


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


_NAMES: Final = rf"(?-i:{'|'.join(_CITIES)})"
_JOINT: Final = (
    r"(?:[\s:*_(=,-]|\b(?:are|is|all|given|listed|shown|stated|below|above|in|here|the|timeline|report|local)\b)"
)
_OF_TIMES: Final = compile_late(
    r"\b(?:times?|timestamps?|time\s?zone|clocks?|zeitzone|uhrzeiten|zeiten)\b"
    rf"{_JOINT}*+(?:{ZONE}|{_NAMES}\s(?:local\s)?time\b)|\b(?:all\stimes|times\sare)\b{_JOINT}*+{_NAMES}(?=\W*$|[).;])",
    re.IGNORECASE,
)
_OF_ALL_TIMES: Final = compile_late(
    r"(?:^[\W_]*|[.;!]\s|\()(?:(?:please\s)?note(?:\sthat)?\W{1,3})?(?:(?:all|alle|the|these|clock|event|timeline)\s){0,3}"
    r"(?:times|timestamps|zeiten|uhrzeiten)\b(?:[\s:*_(=,-]|\b(?:are|all|given|listed|shown|stated|below|above|in|here|the"
    rf"|timeline|report|local|sind)\b)*+(?:{ZONE}|{_NAMES}(?:\s(?:local\s)?time)?)(?=\s?[).;,(*_]|\s*$|\s(?:unless|except)\b)",
    re.IGNORECASE,
)
"""A sentence that is about the times of all of the report."""
_OF_HEADING: Final = compile_late(rf"\([^()]*?(?:{ZONE})[^()]*+\)|(?:{ZONE})[\W_]*$", re.IGNORECASE)


def find_zone(text: str, *, is_heading: bool = False, is_elsewhere: bool = False) -> str:
    """Return the words by which a sentence, or a heading, says in which zone the times are; none where it does not.

    A sentence elsewhere than at the head and the timeline counts only if it begins with the times of all of the report.

    Examples
    --------
    >>> find_zone("All times are in JST."), find_zone("Load times rose for PT users.")
    ('times are in JST', '')
    >>> find_zone("Timeline (IST)", is_heading=True), find_zone("Timeline, Smith et al", is_heading=True)
    ('(IST)', '')
    """
    match = (_OF_HEADING if is_heading else _OF_ALL_TIMES if is_elsewhere else _OF_TIMES).search(text)
    if match is None or (is_heading and not match[0].startswith("(") and match[0].islower()):  # est is a word, too
        return ""
    return match[0]


def without_zone(text: str) -> str:
    """Return the words of a header without the zone that they name; none where they are nothing else.

    Examples
    --------
    >>> without_zone("Time IST"), without_zone("UTC"), without_zone("Event")
    ('Time', '', 'Event')
    """
    match = _zone_in(text)
    return text.replace(match[0], " ").strip(" ()[],:") if match else text


@remembered
def _zone_in(text: str) -> re.Match[str] | None:
    return _ZONE_PATTERN.search(_NO_ZONE.sub("", text))


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """Return the zone with a name that `ZONE` matches.

    Raises
    ------
    Unreadable
        As `read_zone`.
    """
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
