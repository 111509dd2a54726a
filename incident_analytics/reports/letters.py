"""Letters, mails and posts: when they were written is not yet when what they are about happened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Line, Section
from incident_analytics.reports.times import date_in, find_dates
from incident_analytics.reports.tokens import WEEKDAY, WEEKDAYS

__all__ = [
    "byline",
    "day_said",
    "is_of_writing",
    "is_sentence",
    "is_shortly_before",
    "letter_date",
    "letter_subject",
    "line_of_other_day",
]

_LINES: Final = 10
"""Lines at the beginning above which readers are addressed."""
_SALUTATION: Final = compile_late(
    r"\W*(?:dear|hello|hi|to (?:all|our)|sehr geehrte\w*|liebe\w*|guten tag|madame|monsieur|chère?s?|bonjour"
    r"|estimad[oa]s?|querid[oa]s?|prezad[oa]s?|car[oaie]|gentil[ei]|geachte|beste|kära|hej|kjære|kære|hei|szanown[ia]|drodzy|hyvä)\b"
    r"[^.:;!?]{0,60}[,:!]?$",
    re.IGNORECASE,
)
"""The line with which a letter addresses its readers."""
_LONGEST_DATE: Final = 50
"""Characters of the line that dates it: *Basel, 20 February 2025*."""
_WORDS_OF_DATE: Final = 3
"""Words of it: a month, a weekday or a place."""
_LONGEST_SUBJECT: Final = 120
"""Characters of the line in bold that says what a letter is about."""
_SEASON: Final = timedelta(days=90)
"""How long after an incident a post about it is published."""
_WORD: Final = compile_late(r"[^\W\d_]{2,}")
_WORDS_OF_BYLINE: Final = 6
"""Words of a line that says who wrote a text and when."""
_DAY_BEFORE: Final = compile_late(
    r"\b(?:yesterday|last night|gestern|ayer|gisteren|ieri|ontem|igår|wczoraj)\b", re.IGNORECASE
)
"""Words for the day before the one on which a text was written."""
_OF_REPORT: Final = compile_late(
    r"\b\d{4}\W{1,3}by\s(?-i:[A-Z])|^\W*by\s[^.\d]{0,40}\d|\bmin(?:ute)?s? read\b"
    r"|^(?=[^:|\d]{0,40}(?:dat|fecha|dag\b|dzień|tarih))[^:|\d]{0,40}(?:report(?!ed)|document|meeting|post-?mortem|\brca\b|\bpir\b"
    r"|publi|updat|revis|\bclosed\b|bericht|erstell|freigabe|informe|rapport|relat[óo]rio|relazione|verslag|raport|rapor\b"
    r"|reuni|réunion|besprechung|vergadering|möte|møte)[^:|\d]{0,30}[:|]"
    r"|\b(?:written|publi\w+|veröffentlicht|geplaatst|posted|prepared|updated|review(?:ed)?|compiled|created|exported|printed|dated|author|version|approved)\b[^.\d]{0,80}\d(?!\d?[:h]\d)",
    re.IGNORECASE,
)
"""Lines whose date is that of the report."""


def letter_date(sections: Sequence[Section]) -> Line | None:
    """Return the line above a letter's salutation that is its date: when it was written, not when anything happened."""
    return next((line for line in _above(sections) if _is_date_of_letter(line)), None)


def letter_subject(section: Section) -> Line | None:
    """Return the line in bold above a letter's salutation: what it is about, unlike the letterhead above it."""
    return next((line for line in _above([section]) if line.strong and len(line.text) <= _LONGEST_SUBJECT), None)


def _above(sections: Sequence[Section]) -> list[Line]:
    """Return the lines above the salutation that is among the first ones; none where there is none."""
    lines = list(islice((line for section in sections for line in section.lines()), _LINES))
    return lines[: next((index for index, line in enumerate(lines) if _SALUTATION.match(line.text)), 0)]


def _is_date_of_letter(line: Line) -> bool:
    """Return whether a line is a date, with at most a place before it."""
    if line.strong or len(line.text) > _LONGEST_DATE or date_in(line.text) is None:
        return False
    return len(re.findall(r"[^\W\d_]{2,}", line.text)) <= _WORDS_OF_DATE


def is_of_writing(text: str) -> bool:
    """Return whether the date of a line is that of the report, not of what it is about."""
    return _OF_REPORT.search(text) is not None


def day_said(text: str, posted: date | None) -> date | None:
    """Return the first date in a text; of two that it may mean the one after which the text was posted."""
    day, first = date_in(text), next(iter(find_dates(text)), None)
    if day is not None or posted is None or first is None:
        return day
    either: Sequence[date] = first.either or ()
    if first.month and first.day and first.year is None and first.slip is None:
        with suppress(ValueError):  # 29 February in another year
            either = [date(year, first.month, first.day) for year in (posted.year, posted.year - 1)]
    near = [each for each in either if is_shortly_before(each, posted)]
    return near[0] if len(near) == 1 else None


def is_sentence(words: str) -> bool:
    """Return whether words are more than who wrote a text, and when."""
    return words.rstrip("*_ ").endswith((".", "!", "?")) or len(_WORD.findall(words)) > _WORDS_OF_BYLINE


def is_shortly_before(one: date | None, other: date) -> bool:
    """Return whether a day is at most a season before another."""
    return one is not None and timedelta(0) <= other - one <= _SEASON


def byline(lines: Sequence[Line], name: str) -> Line | None:
    """Return the line at the beginning that says when a text was written; none where its file names another day."""
    dated = (line for line in lines if is_of_writing(line.text) and date_in(line.text) is not None)
    written = next(dated, None)
    of_name = date_in(name)
    return written if written is None or of_name in {None, date_in(written.text)} else None


def line_of_other_day(day: date, title: Line | None, lines: Sequence[Line]) -> Line | None:
    """Return the title, or else the first sentence, where that names another day than the one of writing."""
    prose = next((line for line in lines if is_sentence(line.text) and not is_of_writing(line.text)), None)
    for line in filter(None, (title, prose)):
        other, weekdays = day_said(line.text, day), set(re.findall(WEEKDAY, line.text, re.IGNORECASE))
        if find_dates(line.text):
            is_other = other is not None and other != day and is_shortly_before(other, day)
        else:
            is_other = _DAY_BEFORE.search(line.text) is not None or bool(weekdays)
            is_other &= WEEKDAYS[day.weekday()] not in {weekday[:3].casefold() for weekday in weekdays}
        if is_other:
            return line
    return None
