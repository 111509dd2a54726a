"""The words of a Duration line to lengths and windows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents
from incident_analytics.reports.date_order import order_of_dates
from incident_analytics.reports.lengths import LENGTH, PARTS, is_of_length
from incident_analytics.reports.placeholders import Unreadable, is_absent
from incident_analytics.reports.times import CELL_CLOCKS, Moment, Piece, Span, forward, half_ways, kinds_in, read_pieces
from incident_analytics.reports.zones import ZONE, find_zone, read_zone, zone_named

__all__ = ["Duration", "find_length", "in_words", "read_duration", "spans_agree"]

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_ABOUT: Final = 0.10
"""How far a duration that says "about" may be from the times, as a part of it."""


_SOME_LENGTH: Final = rf"(?P<length>{LENGTH}(?:,?\s(?:and\s)?{LENGTH})?)"
_ANY_LENGTH: Final = compile_late(rf"(?<!\d){LENGTH}", re.IGNORECASE)
_ROUGHLY: Final = r"(?:(?:a total of|about|around|approximately|roughly|nearly|almost|just (?:under|over)|some)\s){0,2}"
_LASTED: Final = compile_late(
    r"(?:\b(?:(?:outage|incident|disruption|interruption|downtime|degradation|problems?|this|it|which)"
    r"\s(?:lasted|went on)(?:\sfor)?|\b(?:outage|incident|disruption|interruption)\stook"
    r"|(?:was|were|been|is|became)\s(?:\w+\s)?(?:down|unavailable|unreachable|offline|inaccessible|out of service|out"
    r"|degraded|empty|stale|interrupted|impaired|broken|stuck(?:\s(?:in|on|at)\s(?:\w+\s){0,2}\w+)?)"
    r"(?:\s(?:to|for)\s(?:all|our|most)?\s?(?:users|customers|everyone|everybody))?\sfor"
    r"|(?:could(?:\snot|n['’]t)|were\s(?:unable|not\sable)\sto)\s(?:\w+\s){1,8}for)"
    r"|^(?:[\w :,\[\]-]{2,60}\s)?(?:down|unavailable|unreachable|offline)\sfor)"
    rf"\s(?P<words>{_ROUGHLY}{_SOME_LENGTH})"
    r"(?!\s(?:to\b|longer|more|less|shorter|each|every|per|after|before|later|earlier|into|of\b))",
    re.IGNORECASE,
)
"""How a sentence says how long an incident was."""
_HH_MM: Final = compile_late(r"\W*(\d{1,3}):([0-5]\d)(?::[0-5]\d)?\s?\(?h{1,3}:mm(?::ss)?\)?\W*", re.IGNORECASE)
"""A length in figures that says what they are."""
_LASTED_ELSEWHERE: Final = compile_late(
    r"\b(?:(?:storing|verstoring|uitval)\sduurde(?:\sin\stotaal)?|(?:störung|ausfall)\sdauerte(?:\sinsgesamt)?"
    r"|(?:panne|coupure|interruption|incident)\sa\sduré|(?:caída|interrupción|incidencia|incidente)\sduró"
    r"|(?:queda|interrupção|indisponibilidade|incidente)\sdurou|(?:disservizio|blocco|guasto)\sè\sdurato"
    r"|(?:störningen|avbrottet)\svarade(?:\si)?|(?:nedetiden|driftsstansen|hendelsen)\svarte(?:\si)?"
    r"|nedbruddet\svarede(?:\si)?|awaria\strwała)\s(?![^.;,(]{0,40}\b(?:länger|langer|lengre|längre|más|plus|mais|più|dłużej)\b)"
    r"(?P<words>(?:\w{2,8}\s)?\d[\w :]{1,40}?)(?=\s?(?:[.;,(]|$))",
    re.IGNORECASE,
)
"""The same in other languages, where the length is all that follows."""
_OF_ANOTHER: Final = compile_late(
    r"\b(?:previous|earlier|similar|meetings?|calls?|reviews?|(?:has|have) been|planned|scheduled"
    r"|last (?:week|month|quarter|year|time)|maintenance|will|would"
    r"|in (?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|could(?! not\b|n['’]t\b)|(?-i:may)|might|if|expected?|third[- ]part\w+"
    r"|vendors?|suppliers?|providers?|upstream|aws"
    r"|azure|gcp|cloudflare|some|several|few|one of|part of|each|both|between|(?<!could )(?<!were )not|never|only one"
    r"|up to|at (?:least|most)|more than|less than|longest|on average|usually"
    r"|replicas?|nodes?|hosts?|pods?|instances?|standby|staging|secondary|backups?|monitor\w*|alert\w*|dashboards?"
    r"|workers?|runners?|tests?|office)\b",
    re.IGNORECASE,
)
"""Signs that a length in a sentence may not be that of the incident."""
_SENTENCE: Final = compile_late(r"(?<=[.!?;])\s+|\n")


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


def find_length(text: str) -> tuple[timedelta, bool, str] | None:
    """Find how long prose says that the incident lasted, where it gives one length for all of it.

    Returns
    -------
    tuple or None
        The length, whether it is approximate, and the sentence.

    Examples
    --------
    >>> find_length("Sorry. The site was down for about two and a half hours on Friday.")
    (datetime.timedelta(seconds=9000), True, 'The site was down for about two and a half hours on Friday.')
    >>> find_length("Our provider was down for 3 hours."), find_length("It was down for up to 3 hours.")
    (None, None)
    """
    found: dict[timedelta, tuple[bool, str]] = {}
    for sentence in _SENTENCE.split(text):
        said = [*_LASTED.finditer(sentence), *_LASTED_ELSEWHERE.finditer(sentence)]
        if not said or _OF_ANOTHER.search(sentence):
            continue
        lengths = [each.span() for each in _ANY_LENGTH.finditer(sentence)]
        for match in said:
            if lengths and (lengths[0][0] < match.start("words") or lengths[-1][1] > match.end()):
                continue  # it gives another one, too
            duration = None
            with suppress(Unreadable):
                duration = read_duration(match["words"])
            if duration is not None and duration.total:
                found.setdefault(duration.total, (duration.approximate, sentence.strip()))
    if len(found) != 1:
        return None
    ((length, (approximate, sentence)),) = found.items()
    return length, approximate, sentence


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
    return _read_duration(text, order_of_dates())


@lru_cache(maxsize=16)
def _read_duration(text: str, _order: object) -> Duration | None:
    """Read a Duration line whose dates are in some order: what it means depends on that, too."""
    if "mm" in text and (clock := _HH_MM.fullmatch(text)) is not None:
        text = f"{int(clock[1])}h {int(clock[2])}m"
    if (usual := _USUAL.fullmatch(text)) is not None:
        return _usual_duration(usual)
    if is_absent(text):
        return None
    pieces = _pieces_of(text)
    support = "support" in pieces
    own = _without_support_hours(pieces) if support else pieces
    if _tells_range(pieces) or _has_stray_clock(own):
        raise Unreadable(f"{text.strip()!r} gives no single length; write '14:02 - 15:47 (1h 45m)'")
    pieces = own
    windows, lengths = _windows(pieces), _lengths(pieces)
    unread = next((moment.unreadable for window in windows for moment in window if moment and moment.unreadable), None)
    if unread is not None:
        raise Unreadable(f"{unread!r} in {text.strip()!r} isn't a date or time; write '14:02 - 15:47 (1h 45m)'")
    one_each = len(windows) > 1 and len(lengths) == len(windows)
    _check_lengths(lengths, pieces, text, one_each=one_each)
    if _REPEATED.search(text):
        lengths = []  # none of which is the whole
    if one_each:
        total: timedelta | None = sum((span.length for span in lengths), timedelta(0))
    else:
        total = lengths[0].length if lengths else None
    if total is None and not windows and "open" not in pieces:
        raise Unreadable(f"{text.strip()!r} isn't a length or a time range; write '14:02 - 15:47 (1h 45m)'")
    windows = [_with_half(window, total if len(windows) == 1 else None) for window in _with_zones(windows, text)]
    if _are_one(windows):
        windows = windows[:1]
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


_CLOCK: Final = r"(?:[01]\d|2[0-3]):[0-5]\d"
_USUAL: Final = compile_late(
    rf"(?P<h>\d{{1,3}})h (?P<m>\d{{1,2}})m(?: \((?P<start>{_CLOCK}) [-–] (?P<end>{_CLOCK})(?P<zone> UTC)?\))?", re.ASCII
)
"""The form of the template, which needs no search for tokens."""


def _usual_duration(usual: re.Match[str]) -> Duration:
    windows: tuple[tuple[Moment, Moment | None], ...] = ()
    zone = UTC if usual["zone"] else None
    if usual["start"]:
        windows = (
            (
                Moment(clock=time.fromisoformat(usual["start"]), zone=zone),
                Moment(clock=time.fromisoformat(usual["end"]), zone=zone),
            ),
        )
    total = timedelta(hours=int(usual["h"]), minutes=int(usual["m"]))
    return Duration(total, windows, approximate=False, is_open=False, support_hours=False, zone=zone)


def _windows(pieces: Sequence[Piece]) -> list[tuple[Moment, Moment | None]]:
    """Return the pairs of times that ``to`` joins, and the times since when something goes on, without an end."""
    windows: list[tuple[Moment, Moment | None]] = []
    past = 0
    for index, piece in enumerate(pieces):
        if index < past or not isinstance(piece, Moment):
            continue
        joint = _past_brackets(pieces, index + 1, groups=True)
        last = _past_brackets(pieces, joint + 1) if pieces[joint : joint + 1] == ["to"] else len(pieces)
        end = pieces[last] if last < len(pieces) else None
        if isinstance(end, Moment):
            windows.append((piece, end))
        elif end == "open" or _since(pieces, index):
            windows.append((piece, None))
        if isinstance(end, Moment) or end == "open":
            past = last + 1
    return windows


def _past_brackets(pieces: Sequence[Piece], index: int, *, groups: bool = False) -> int:
    """Return the index of the first piece from ``index`` on that is not a bracket, nor in one with ``groups``.

    ``14:02 (detected 14:10) - 15:47`` begins at 14:02.
    """
    while index < len(pieces) and pieces[index] in _GLUE:
        if groups and pieces[index] in _OPENING:
            within = range(index, min(index + _MOST_WITHIN, len(pieces)))
            index = next((at for at in within if pieces[at] in _CLOSING), index)
        index += 1
    return index


def _has_stray_clock(pieces: Sequence[Piece]) -> bool:
    """Return whether a time of day is next to a window, or a length, of which it may be a part.

    ``14:02 - 16:02 - 18:00``, ``14:02/14:05 - 16:02``, ``0h 14:30``.
    """
    padded = ["", "", "", *pieces, "", ""]
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Moment) or piece.clock is None:
            continue
        two, one, last, _, joint, end = padded[index : index + 6]
        is_begin = joint == "to" and isinstance(end, Moment)
        if isinstance(last, Span) and not is_begin:
            return True
        if is_begin and isinstance(one, Moment) and (last == "to" or (last == "/" and two != "to")):
            return True
    return False


_MOST_WITHIN: Final = 12
"""Pieces of a remark in brackets between the two ends of a window."""
_OPENING: Final = frozenset("([")
_CLOSING: Final = frozenset(")]")
_GLUE: Final = frozenset({*_OPENING, *_CLOSING, ",", "at"})


def _lengths(pieces: Sequence[Piece]) -> list[Span]:
    """Return the lengths; those that follow each other are one, as in ``1 hour and 5 minutes``."""
    lengths: list[Span] = []
    previous: Piece = ""
    for piece in pieces:
        if isinstance(piece, Span) and isinstance(previous, Span):
            lengths[-1] = Span(lengths[-1].length + piece.length, lengths[-1].approximate or piece.approximate)
        elif isinstance(piece, Span):
            lengths.append(piece)
        if piece not in {"and", ","} or not isinstance(previous, Span):
            previous = piece
    return lengths


_SEVERAL: Final = compile_late(
    r"/|\b(?:or|was|not|but|per|total|overall|estimated|initially|originally|formerly|previously|corrected)\b",
    re.IGNORECASE,
)
"""Words and marks by which several lengths are not one with its parts."""
_ARROW: Final = compile_late("->|→")
"""So is an arrow, but not between the two ends of a window."""
_PART_OF_IT: Final = compile_late(
    r"\b(?:of which|of it|of them|of that|incl\w*|davon|dont|waarvan)\b",
    re.IGNORECASE,
)
"""Words before a length that is a part of the first one."""


def _outside_brackets(pieces: Sequence[Piece]) -> list[Span]:
    """Return the lengths that are in no brackets."""
    depth = 0
    outside: list[Piece] = []
    for piece in pieces:
        depth += (piece in _OPENING) - (piece in _CLOSING)
        if depth <= 0:
            outside.append(piece)
    return _lengths(outside)


def _check_lengths(lengths: Sequence[Span], pieces: Sequence[Piece], text: str, *, one_each: bool) -> None:
    """Refuse several lengths of which words do not say which one counts; what is in brackets counts less."""
    is_several = _SEVERAL.search(text) or (_ARROW.search(text) and not one_each)
    is_several = is_several or not (one_each or _PART_OF_IT.search(text) or _one_length(_outside_brackets(pieces)))
    if len(lengths) > 1 and is_several and not _one_length(lengths):
        raise Unreadable(f"{text.strip()!r} names several lengths; write the one that counts, such as 1h 45m")


def _one_length(lengths: Sequence[Span]) -> bool:
    """Return whether lengths are the same, or one of them is the sum of the others."""
    if len(lengths) < 2:  # noqa: PLR2004 - there is nothing to compare
        return True
    total = sum((span.length for span in lengths), timedelta(0))
    same = all(
        spans_agree(lengths[0].length, span.length, approximate=lengths[0].approximate or span.approximate)
        for span in lengths
    )
    return same or any(spans_agree(total - span.length, span.length, approximate=span.approximate) for span in lengths)


_ZONE_IN_BRACKETS: Final = compile_late(
    rf"\(\s*(?:all\s+)?(?:times?\s+)?(?:are\s+)?(?:in\s+)?({ZONE})\s*\)", re.IGNORECASE
)


def _with_zones(windows: Sequence[tuple[Moment, Moment | None]], text: str) -> list[tuple[Moment, Moment | None]]:
    """Give every time the zone of the other end of its window, else the one that the line names: ``10:00 - 11:00 JST``.

    A line that names several zones leaves a window without any as it is.
    """
    named = [moment.zone for window in windows for moment in window if moment and moment.zone]
    if not named and (bracketed := _ZONE_IN_BRACKETS.search(text)):
        named = [zone_named(bracketed[1])]
    elif not named and (zone := read_zone(find_zone(text))):
        named = [zone]
    if not named:
        return list(windows)
    only = named[0] if all(zone == named[0] for zone in named) else None
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


def _are_one(windows: Sequence[tuple[Moment, Moment | None]]) -> bool:
    """Return whether two windows are one in two zones: ``18:00 - 23:20 MDT / 00:00 - 05:20 UTC``."""
    if len(windows) != 2:  # noqa: PLR2004 - one time in two zones
        return False
    ends = [[_clock_in_utc(moment) for moment in window] for window in windows]
    return None not in ends[0] and ends[0] == ends[1] and windows[0][0].zone != windows[1][0].zone


def _clock_in_utc(moment: Moment | None) -> timedelta | None:
    """Return a time of day in UTC, None where there is none or its zone has no fixed offset."""
    if moment is None or moment.clock is None or moment.zone is None:
        return None
    offset = moment.zone.utcoffset(None)
    clock = timedelta(hours=moment.clock.hour, minutes=moment.clock.minute)
    return (clock - offset) % _DAY if offset is not None else None


def _with_half(window: tuple[Moment, Moment | None], total: timedelta | None) -> tuple[Moment, Moment | None]:
    """Give a time of day without am or pm, where the other end has it, the half that makes the stated length.

    Without a length it is the half by which the window is shorter: ``1:00 - 3:00 PM`` is of the afternoon.
    """
    first, last = window
    windows = half_ways(first, last) if last is not None else []
    if not windows or last is None:
        return window
    spans = [forward(*each) for each in windows]
    agreeing = [each for each, span in zip(windows, spans, strict=True) if total and spans_agree(total % _DAY, span)]
    if len(agreeing) == 1:
        return agreeing[0]
    if first.date != last.date and first.dated and last.dated:
        return window
    return windows[spans.index(min(spans))]


def _with_elapsed(pieces: list[Piece], text: str) -> list[Piece]:
    """Read a clock that is alone, in brackets or behind days as the length that it shows: ``1:45``, ``1 day, 2:30``."""
    alone = re.fullmatch(r"[~≈<\s]*\d{1,2}:\d{2}(?::\d{2})?\s*+(?:h|hrs?|hours?)?[\s.]*", text, re.IGNORECASE)
    before: Piece | None = None  # the last one that is more than a joint
    for place, piece in enumerate(pieces):
        bracketed = pieces[place - 1 : place] == ["("] and pieces[place + 1 : place + 2] == [")"]
        bracketed = bracketed and "to" not in (*pieces[place - 2 : place - 1], *pieces[place + 2 : place + 3])
        after_days = _is_of_days(before, text) and pieces[place + 1 : place + 2] != ["to"]
        if isinstance(piece, Moment) and piece.clock and not piece.dated and (alone or bracketed or after_days):
            clock = piece.clock
            length = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
            pieces[place] = Span(length, piece.approximate)
        if pieces[place] not in {",", "and"}:
            before = pieces[place]
    return pieces


def _is_of_days(piece: Piece | None, text: str) -> bool:
    """Return whether a piece is a length of whole days; none at all only as in ``0 days 02:30:00``."""
    return isinstance(piece, Span) and not piece.length % _DAY and (bool(piece.length) or "day" in text)


def _pieces_of(text: str) -> list[Piece]:
    """Read the tokens of a Duration line; ``9h05`` and ``0915hrs`` are lengths unless they can only be times of day.

    They are times where they are the ends of a window with four digits each or with the stated length, or have a date.
    """
    pieces = _with_elapsed(read_pieces(text), text)
    if _has_unknown_unit(pieces) or _is_in_part(pieces):
        raise Unreadable(f"{text.strip()!r} has a unit or number that isn't known; write '14:02 - 15:47 (1h 45m)'")
    if (unclear := _EITHER.search(text)) is not None:
        raise Unreadable(f"{unclear[0]!r} may be two lengths; write '14:02 - 15:47 (1h 45m)'")
    if _ONE_CLOCK.fullmatch(text):
        raise Unreadable(f"{text.strip()!r} may be a length or a time of day; write '14:02 - 15:47 (1h 45m)'")
    kinds = kinds_in(text)
    if kinds.isdisjoint({"hm", "hours"}):
        return pieces
    others = _with_elapsed(read_pieces(text, CELL_CLOCKS), text)
    windows, lengths = _windows(others), _lengths(others)
    is_sure = _ZERO_FIRST.search(text) is not None
    is_sure |= any(isinstance(piece, Moment) and piece.dated and piece.clock is not None for piece in others)
    for first, last in windows:
        if last is not None and first.clock is not None and last.clock is not None:
            span = forward(first, last)
            is_sure |= "hours" in kinds or any(
                spans_agree(each.length, span, approximate=each.approximate) for each in lengths
            )
    return others if is_sure else pieces


def _has_unknown_unit(pieces: Sequence[Piece]) -> bool:
    """Return whether a number with an unknown unit, or with none, is next to a length.

    ``2 qwe 45 min``, ``3 g 2 h``, ``10 00 min`` and ``1 heure 20`` are not the length that the other part has.
    """
    joined = [piece for last, piece in pairwise(("", *pieces)) if piece != "and" or not isinstance(last, Span)]
    if any(_is_number(one) and isinstance(other, Span) for one, other in pairwise(joined)):
        return True
    if any(isinstance(one, Span) and _is_number(other) for one, other in pairwise(joined)):
        return True
    triples = zip(pieces, pieces[1:], pieces[2:], strict=False)
    return any(
        _is_number(number)
        and isinstance(unit, str)
        and unit.isalpha()
        and unit not in _JOINTS
        and isinstance(span, Span)
        and (span.length < timedelta(hours=1) or len(unit) == 1)
        for number, unit, span in triples
    )


def _is_number(piece: Piece) -> bool:
    return isinstance(piece, str) and piece.isdigit()


def _is_in_part(pieces: Sequence[Piece]) -> bool:
    """Return whether a length has another part that was not read: ``an hour and a quarter``, ``to og en halv time``."""
    spans = [index for index, piece in enumerate(pieces) if isinstance(piece, Span)]
    ways = (way for at in spans for way in (range(at + 1, len(pieces)), range(at - 1, -1, -1)))
    return any(_names_part(pieces, way) for way in ways)


def _names_part(pieces: Sequence[Piece], way: Iterable[int]) -> bool:
    """Return whether words, on the way from a length, are a part of it: joined to it, or such as only a part can be."""
    is_joined = False
    for piece in (pieces[index] for index in way):
        if not isinstance(piece, str):
            return False
        if piece.casefold() in _JOINS:
            is_joined = True
        elif without_accents(piece) in PARTS or (is_joined and is_of_length(piece)):
            return True
        elif not is_of_length(piece) and piece not in _ARTICLES:
            return False
    return False


_JOINS: Final = {"and", "or", "oder", "ou", "lub", "eller", "y", "e", "i", "a", "ja", "és", "ve", "dan", "și"}
_ARTICLES: Final = {"an", "un", "une", "una", "um", "uma", "en", "ett", "et", "ein", "eine", "een"}
_REPEATED: Final = compile_late(
    r"\b(?:each|apiece|every|per)\b|×|\d\s?x\s?\d|\d\s?times\b|\d\s?[^\W\d_]{1,8}\.?\san?\s(?:hour|night|day|week|month)\b"
    r"|\d\s?(?:h|hrs?|hours?|m|mins?|minutes?|days?)\s\(?(?:spread\s)?(?:over|across|within)\b"
    r"|\d\s?(?:months?|years?|yrs?|nights?|sprints?|monate?n?|jahre?n?|mois|meses|mesi|anni)[,\s]{1,2}(?:and\s)?\d",
    re.IGNORECASE,
)
"""Words by which a length counts several times, or was spread over another one, and longer units next to it."""
_EITHER: Final = compile_late(
    r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3}\s?min|,\d{3}\s?h)\w*|\d\s?/\s?\d\s?(?:h|d|m|hours?|days?|min\w*)\b",
    re.IGNORECASE,
)
"""A number that one reader takes for thousands and another for a part of one, and a fraction."""
_ONE_CLOCK: Final = compile_late(r"\W*(?:1\d|2[0-3])[0-5]\d\s?h(?:(?:ou)?rs?)?\W*", re.IGNORECASE)
"""Hundreds of hours, or a time of day without its other end: ``1030 hours``."""
_ZERO_FIRST: Final = compile_late(r"(?<![\d:])0\d{3}\s?h", re.IGNORECASE)
"""What can only be a time of day: ``0915hrs``."""
_JOINTS: Final = frozenset({"to", "and", "at", "open", "support"})


def _tells_range(pieces: Sequence[Piece]) -> bool:
    """Return whether the words give no single length, as ``1-2 hours`` and ``between 1 and 2 hours`` do."""
    joints = [place for place, piece in enumerate(pieces[:-1]) if piece in {"to", "and", "or", "oder", "ou"}]
    return any(
        (place == 0 and pieces[0] == "to" and isinstance(pieces[1], Span))
        or (place > 0 and str(pieces[place - 1]).isdigit() and not isinstance(pieces[place + 1], str))
        or (pieces[place] == "to" and isinstance(pieces[place - 1], Span) and isinstance(pieces[place + 1], Span))
        for place in joints
    )


def _since(pieces: Sequence[Piece], at: int) -> bool:
    """Return whether the moment at ``at`` is the beginning of what goes on, as in ``Ongoing since 14:02``."""
    return at > 0 and str(pieces[at - 1]).casefold() == "since" and "open" in pieces


def _without_support_hours(pieces: list[Piece]) -> list[Piece]:
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
