"""Sentences that say when things were, where a report has no timeline: cut at their clock times into clauses.

Only what is surely of the incident's own day and course is kept: a wrong time is far worse than a missing one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.markdown import Paragraph
from incident_analytics.reports.times import find_dates
from incident_analytics.reports.tokens import WEEKDAY, WEEKDAYS
from incident_analytics.reports.zones import ZONE

__all__ = ["TimedClause", "read_narrative"]

_CLOCK = compile_late(
    r"(?P<about>\b[Ss]hortly after |\b[Jj]ust after |\b[Ee]ven na |\bpoco dopo le |\b[Kk]urz nach |\bpeu après )?"
    r"(?P<until>\b(?:until|till|before|bis|vor|tot|voor|jusqu['’]à|avant|hasta|até|fino\s(?:alle|a)|prima\sdelle) )?"
    r"(?:\b(?:[Aa]t|[Bb]y|[Ff]rom|[Ss]ince|[Aa]bout|[Aa]round|[Aa]lle|[Oo]m|[Gg]egen|[Uu]m|[Ss]inds) ){0,2}"
    r"(?P<time>(?<![\d:.$/+-])(?<!\b[Tt]he\s)(?:[01]?\d|2[0-4]):[0-5]\d(?![\d%]|:\d)(?:\s?[AaPp]\.?[Mm]\b\.?)?"
    rf"(?:\s?\(?(?:{ZONE})\)?)?)"
)
"""A time of day with the words that lead to it."""
_SENTENCE_END = compile_late(r"(?<![ap]\.m\.)(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[^\W\d_a-zà-ÿ])")
_JOINT = compile_late(r";\s|:\s|,?\s(?:and|but|en|und|et|e|y)\s|,\s(?:who|which|when|while|then)\s")
"""Where one clause ends and the next begins."""
_RANGE = compile_late(r"\s?(?:to|until|till|through|and|[-–—]|bis|tot|al?|alle|à|às|hasta)\s?(?:about |around )?")
_IS_OUT = compile_late(r"(?<!not )\b(?:down|unavailable|unreachable|offline)\b", re.IGNORECASE)
"""Words that make a range of times that of the incident."""
_ELSEWHERE = compile_late(
    r"\b(?:previous|earlier|similar|unrelated|nothing to do|(?:its|their|'s|’s) own|status page|drill|rehears\w+"
    r"|game ?day|exercise|last (?:week|month|quarter|year|time)|yesterday|vorige|eerder|precedent\w*|précédent\w*"
    r"|anterior\w*|letzte\w*|vorig\w*|früher\w*)\b",
    re.IGNORECASE,
)
"""Signs that the rest of the paragraph is about something other than the incident."""
_PLANNED = compile_late(
    r"\b(?:will|would|should|scheduled|planned|every|each (?:day|night|week|hour)|daily|nightly|weekly|usually|normally"
    r"|always|cron|between|tested|if|until now)\b",
    re.IGNORECASE,
)
"""Signs that a sentence does not say what happened at its times."""
_ANOTHER_DAY = compile_late(
    r"\b(?:next|following) (?:day|morning|afternoon|evening)|\bday (?:after|before)|\bdays (?:later|earlier)"
    r"|\btomorrow\b|\bovernight\b|\bthe (?:evening|night) before\b|\bvolgende (?:dag|ochtend)|\bnächsten (?:Tag|Morgen)"
    r"|\blendemain\b|\bdía siguiente|\bdia seguinte|\bgiorno (?:dopo|seguente)",
    re.IGNORECASE,
)
_GOES_ON = compile_late(
    r"\b(?:remains?|(?:is|are|stays?)\sstill)\s(?:open|ongoing|down|paused|unavailable|offline|degraded|unresolved)\b",
    re.IGNORECASE,
)
"""What a text says of an incident that is not over."""
_HALF = compile_late(r"\d\s?[ap]\.?m", re.IGNORECASE)
_NOON = 12
_WEEKDAY = compile_late(WEEKDAY, re.IGNORECASE)


class TimedClause(NamedTuple):
    """What a sentence says of one time: the words of the time, those of what happened, and the line.

    ``states`` is the milestone that a range of times in which it was down begins or ends with; no words are what
    cannot be assigned to its time.
    """

    when: str
    event: str
    line: int
    states: str | None = None
    approximate: bool = False


def read_narrative(paragraphs: Iterable[Paragraph], day: date) -> tuple[list[TimedClause], bool]:
    """Cut the sentences of a report at their clock times.

    Parameters
    ----------
    paragraphs
        Those on what happened, in their order.
    day
        The incident's date.

    Returns
    -------
    tuple
        The clauses in the order of the text, and whether it says that the incident goes on. No clauses where a time is
        of another day than the incident's and may be of its course.

    Examples
    --------
    >>> from incident_analytics.reports.markdown import parse_markdown
    >>> text = "At 09:12 UTC logins failed. An alert fired at 09:15 and Mara took it up at 09:19."
    >>> paragraphs = parse_markdown(text).sections[0].paragraphs()
    >>> for clause in read_narrative(paragraphs, date(2025, 3, 3))[0]:
    ...     print(clause.when, "|", clause.event)
    09:12 UTC | logins failed
    09:15 | An alert fired
    09:19 | and Mara took it up
    """
    goes_on = False
    found: list[TimedClause] = []
    texts = list(paragraphs)
    if not any(":" in text.text and _CLOCK.search(text.text) for text in texts):
        return found, goes_on
    for paragraph in texts:
        starts = list(accumulate((len(line.text) + 1 for line in paragraph.lines), initial=0))
        is_of_incident = True
        for offset, sentence in _sentences(paragraph.text):
            days = _days_named(sentence, day)
            if days:
                is_of_incident = days == {0}
            is_of_incident &= _ELSEWHERE.search(sentence) is None
            if (times := list(_CLOCK.finditer(sentence))) and _may_go_on(sentence, days):
                return [], False
            goes_on |= is_of_incident and _GOES_ON.search(sentence) is not None
            if not times or not is_of_incident:
                continue
            is_past = _PLANNED.search(sentence) is None
            for begin, clause in _clauses(sentence, times):
                line = paragraph.lines[bisect_right(starts, offset + begin) - 1].line
                found.append(clause._replace(line=line, event=clause.event if is_past else ""))
    if any(map(_says_half, found)):
        found = [clause for clause in found if _says_half(clause) or int(clause.when.partition(":")[0]) > _NOON]
    return found, goes_on


def _says_half(clause: TimedClause) -> bool:
    """Return whether a time says am or pm: where some do, one that does not may be of either half of the day."""
    return _HALF.search(clause.when) is not None


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a paragraph with where each begins."""
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        yield begin, text[begin : end.start()]
        begin = end.end()
    yield begin, text[begin:]


def _days_named(sentence: str, day: date) -> set[int | None]:
    """Return how many days after the incident's date those are that a sentence names; None where it does not say."""
    found: set[int | None] = set()
    for moment in find_dates(sentence):
        if moment.day is None or moment.month is None:
            found.add(None)
            continue
        try:
            found.add((date(moment.year or day.year, moment.month, moment.day) - day).days)
        except ValueError:
            found.add(None)
    if not found:
        named = {WEEKDAYS.index(match[0][:3].lower()) for match in _WEEKDAY.finditer(sentence)}
        found |= {0 if weekday == day.weekday() else None for weekday in named}
    return found


def _may_go_on(sentence: str, days: set[int | None]) -> bool:
    """Return whether a sentence may have the incident's course go on, or begin, on another day."""
    near = any(days_later is not None and 0 < abs(days_later) <= 1 for days_later in days)
    return near or _ANOTHER_DAY.search(sentence) is not None


def _clauses(sentence: str, times: Sequence[re.Match[str]]) -> Iterator[tuple[int, TimedClause]]:
    """Yield what a sentence says of each of its times, with where that is."""
    ranges = {
        index
        for index, (one, other) in enumerate(pairwise(times))
        if _RANGE.fullmatch(sentence[one.end() : other.start("time")])
    }
    if ranges:
        is_down = len(times) == 2 and _IS_OUT.search(sentence[: times[0].start()])  # noqa: PLR2004 - one range
        for name, time in zip(("started", "restored") if is_down else [None] * len(times), times, strict=True):
            event = sentence if is_down else ""
            yield time.start(), TimedClause(time["time"], event, 0, name)
        return
    cuts = [(0, 0), *(_cut(sentence, one.end(), other.start()) for one, other in pairwise(times))]
    for time, (_, begin), (end, _) in zip(times, cuts, [*cuts[1:], (len(sentence),) * 2], strict=True):
        words = f"{sentence[begin : time.start()]} {sentence[time.end() : end]}"
        event = "" if time["until"] or end < 0 or begin < 0 else " ".join(words.split()).strip(" ,;:.")
        yield time.start(), TimedClause(time["time"], event, 0, approximate=time["about"] is not None)


def _cut(sentence: str, begin: int, end: int) -> tuple[int, int]:
    """Return where the clause of one time ends and that of the next one begins; -1 where nothing joins them.

    What lies between a clause that ends with its time and the last joint may belong to either, and to none.
    """
    joints = list(_JOINT.finditer(sentence, begin, end + 1))
    last = next((joint for joint in reversed(joints) if joint[0][0] in ";:,"), joints[-1] if joints else None)
    if last is None:
        return -1, -1
    return joints[0].start() if joints[0].start() == begin else last.start(), last.start()
