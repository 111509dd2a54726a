"""The severity and the status that a report says without a label: in its title, a line of its head, a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Line, Section

__all__ = ["severities_said", "states_said"]

_LINES: Final = 10
"""Lines at the beginning of a section that are looked at."""
_LONGEST_TITLE: Final = 100
"""Characters of a title in which a severity is looked for."""
_RATING: Final = r"sev(?:erity)?[\s-]?[0-5](?!\w|[./]\d)"
_SEVERITY: Final = compile_late(
    rf"^\W*(?P<first>{_RATING})(?=\W*$|\s?[:|,)\]–—-])|^\W*(?P<priority>P[0-4])(?=:\s|\s[|–—-]\s)|(?<=severity:)\s?(?P<named>[a-z]+)"
    rf"|(?<=[]:|,–—-]\s)(?P<later>{_RATING})(?=\s?[:|,–—-]|\s*$)|(?<=[(\[])(?P<bracketed>{_RATING}|[SP][0-4])(?=[)\]])",
    re.IGNORECASE,
)
"""A severity that a title names without a label: first, last or between marks."""
_ONLY_SEVERITY: Final = compile_late(
    rf"\W*({_RATING}|(?:priority|prioriteit|priorität|priorité|prioridade?)\s[1-5])(?:\sof\s[3-6])?\W*", re.IGNORECASE
)
"""A line at the head that is nothing but the severity."""
_SAID_SEVERITY: Final = compile_late(
    rf"(?:^|\(|(?<=\.\s))({_RATING}|(?:priority|prioriteit|priorität|priorité|prioridad|prioridade)\s[1-5])(?=[,;)]|\.\s|\.$)"
    rf"|(?<!\bif the )\bseverity (?:was|is) ({_RATING}|[PS][0-4])(?=[,;)]|\.\s|\.$)"
    rf"|\b(?:was|were) (?:classified|rated|graded) (?:as )?(?:an? )?({_RATING}|P[0-4])(?=[,;)]|\.\s|\.$)",
    re.IGNORECASE,
)
"""A severity that is a sentence, begins what is in brackets, or is said to be the incident's, in a line at the head."""
_BETWEEN: Final = compile_late(r"\s[·•|]\s")
"""What is between the parts of a line that lists what a report is: ``6 May 2025 · SEV1 · Draft``."""
_PART: Final = compile_late(r"\W*([^\W\d_]+(?:\s[^\W\d_]+)?)\W*")
"""A part that may be a status: one word or two."""
_DRAFT: Final = compile_late(
    r"\W{0,4}(?:first |rough )?(draft|work in progress|wip|entwurf|brouillon|borrador|rascunho|bozza|utkast|udkast"
    r"|szkic)"
    r"(?=\W*$|[,;:.!]\s|\s[–—-]\s|\s(?:for|zur|pour|para|per|voor|til|för)\s)",
    re.IGNORECASE,
)
"""How a short line begins that says that the report is not final: ``Draft, please comment``."""
_CLOSED: Final = compile_late(
    r"\b(?:the|this) (?:matter|incident|case|ticket|issue) (?:is|has been) (?:now |hereby )?(closed)(?=[.!]|$)",
    re.IGNORECASE,
)
_LONGEST_DRAFT: Final = 60
"""Characters of such a line."""


def severities_said(first: Sequence[Section], title: Line | None) -> list[Line]:
    """Return the severities that the title and the lines of a report's first sections name without a label.

    Of those that differ in their marks only, the first.

    Examples
    --------
    >>> severities_said([], Line("SEV-2: checkout down (SEV2)", 1))
    [Line(text='SEV-2', line=1, label=None, struck=False, strong=False)]
    """
    lines = _lines_of(first)
    parts = [(part, line) for line in lines for part in (line.text, *_parts(line.text))]
    named = [(match[1], line) for part, line in parts if (match := _ONLY_SEVERITY.fullmatch(part))]
    named += [(match[match.lastindex or 0], line) for line in lines for match in _SAID_SEVERITY.finditer(line.text)]
    if title is not None:
        named += [(match[match.lastgroup or 0], title) for match in _SEVERITY.finditer(title.text[:_LONGEST_TITLE])]
    found: dict[str, Line] = {}
    for words, line in named:
        found.setdefault(re.sub(r"\W", "", words).casefold(), Line(words.strip(), line.line))
    return list(found.values())


def states_said(first: Sequence[Section], sections: Sequence[Section]) -> list[Line]:
    """Return the words that may be the report's status: parts of lines that list several, a draft's, a last sentence's.

    Parameters
    ----------
    first
        The sections at the head.
    sections
        All of them.
    """
    lines = _lines_of(first)
    found = [
        Line(match[1], line.line) for line in lines for part in _parts(line.text) if (match := _PART.fullmatch(part))
    ]
    short = [line for line in lines if len(line.text) <= _LONGEST_DRAFT]
    found += [Line(match[1], line.line) for line in short if (match := _DRAFT.match(line.text))]
    said = (line for section in sections for line in section.lines() if "closed" in line.text)
    return found + [Line(match[1], line.line) for line in said if (match := _CLOSED.search(line.text))]


def _lines_of(sections: Sequence[Section]) -> list[Line]:
    return [line for section in sections for line in islice(section.lines(), _LINES)]


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a line that lists three or more."""
    parts = _BETWEEN.split(text)
    if len(parts) > 2:  # noqa: PLR2004 - two may be a name and its remark
        yield from parts
