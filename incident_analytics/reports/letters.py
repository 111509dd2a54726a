"""Letters and mails: what is above the line that addresses their readers is not yet about what happened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Line, Section
from incident_analytics.reports.times import date_in

__all__ = ["letter_date", "letter_subject"]

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
