"""What a report is called: its title, or what says more where that only says that it is a report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Line, Paragraph, Section
from incident_analytics.reports.letters import letter_subject
from incident_analytics.reports.milestone_words import default_lexicon
from incident_analytics.reports.template import Template
from incident_analytics.reports.wordings import named_by_words

__all__ = ["Titles", "is_one_title", "may_be_title", "without_frame"]

_LONGEST: Final = 100
"""Characters of a line that may be a title."""
_ATTRIBUTES: Final = re.compile(r"(?<!\s)\s*+\{[#.:][^{}]{0,80}\}\s*+$")
"""What pandoc and others write behind a heading."""
_FRAME: Final = re.compile(r"(?::|(?<=\s)[–—|-])\s")
"""What is between the words for a report and what it is about."""
_STATE: Final = re.compile(
    r"[(\[](?:live(?: doc(?:ument)?)?|(?:first |rough )?draft|wip|work in progress|final|resolved|closed"
    r"|entwurf|brouillon|borrador|rascunho|utkast)[)\]]$",
    re.IGNORECASE,
)
"""What is said of the report behind its title."""


_NOT_WHAT_HAPPENED: Final = compile_late(
    r"\b(?:confidential\w*|vertraulich|internal|intern|privileged|restricted|draft|ltd|limited|inc|llc|gmbh|ag|plc|corp\w*"
    r"|s\.?a|b\.?v|bv|team|department|general|meta\w*|information|informationen|details|data|document\w*|contents|about"
    r"|overview|background|introduction|prepared|version|page)\b",
    re.IGNORECASE,
)
"""Words of what is right below a title as well: who may read it, whose it is, what a part of it is called."""


class Titles:
    """The title of a report: a heading of the level of titles, else the first words above its sections."""

    def __init__(self, sections: Sequence[Section], parts: Sequence[str | None], template: Template) -> None:
        """Take a report's sections, and which of the template's each of them begins."""
        self.sections, self.parts, self.template = sections, parts, template
        self.found = self._find()

    def better(self, candidate: Line | None) -> Line | None:
        """Return what says more than a title such as ``Incident Report OPS-7``: a field, else words right below it.

        Parameters
        ----------
        candidate
            The value of a field that may say what happened, if there is one.
        """
        if self.found is None:
            return candidate
        words = self.found.text
        if candidate is not None and (_is_frame(words) or _is_of_house(words) or self._is_above_frame()):
            return candidate
        return self._below() if _is_frame(words) else None

    def _find(self) -> Line | None:
        level = self.template.report_level
        of_level = [
            (section, part) for section, part in zip(self.sections, self.parts, strict=True) if section.level == level
        ]
        title = next((section for section, part in of_level if part is None), None)
        if title is not None:
            return Line(title.title, title.line)
        above = takewhile(lambda pair: pair[1] is None, zip(self.sections, self.parts, strict=True))
        for section, _ in above:
            if section.level and not self.template.field_named(section.title):
                return Line(section.title, section.line)
            if (subject := letter_subject(section)) is not None:
                return subject
            first = next(section.paragraphs(), None)
            line = first.lines[0] if first is not None else None
            if line is not None and line.label is None and len(line.text) <= _LONGEST and not line.text.endswith("."):
                return line
        return None

    def _index(self) -> int | None:
        """Return the index of the section whose heading is the title."""
        line = self.found.line if self.found else None
        return next((at for at, each in enumerate(self.sections) if each.level and each.line == line), None)

    def _below(self) -> Line | None:
        """Return the line in bold alone below the title, or the next heading, where that is the report's own."""
        index = self._index()
        if index is None:
            return None
        for block in self.sections[index].blocks:
            if not isinstance(block, Paragraph) or block.lines[0].label is not None:
                break
            line = block.lines[0]
            if line.strong and _may_say_what_happened(line.text):
                return line
        following = index + 1
        if following >= len(self.sections):
            return None
        section = self.sections[following]
        is_own = self.parts[following] is None and not self.template.field_named(section.title)
        is_own &= _may_say_what_happened(section.title)
        return Line(section.title, section.line) if is_own and not self.sections[index].blocks else None

    def _is_above_frame(self) -> bool:
        """Return whether a title is that of an organisation: right below it, the next one says that it is a report."""
        index = self._index()
        following = None if index is None or index + 1 >= len(self.sections) else self.sections[index + 1]
        return (
            following is not None
            and index is not None
            and not self.sections[index].blocks
            and following.level == self.sections[index].level
            and _is_frame(following.title)
        )


def may_be_title(label: str, line: Line) -> bool:
    """Return whether a labelled value may say what happened, as a title does.

    Examples
    --------
    >>> may_be_title("Event", Line("Loss of cooling in hall 3", 4)), may_be_title("Event", Line("Yes", 4))
    (True, False)
    """
    is_title = is_one_title(line.text) and not line.text.endswith(".") and len(line.text.split()) > 1
    return is_title and named_by_words(label, "events") is not None


def is_one_title(words: str) -> bool:
    """Return whether words are short enough for a title, and one sentence at most."""
    return len(words) <= _LONGEST and ". " not in words


def without_frame(title: str) -> str:
    """Return a title without the words for a report before it, and its state behind it.

    Examples
    --------
    >>> [without_frame(title) for title in ("Post-mortem: Search down (draft)", "RCA — Search down", "Post-mortem")]
    ['Search down', 'Search down', 'Post-mortem']
    """
    words = _STATE.sub("", _ATTRIBUTES.sub("", title).strip()).strip()
    match = _FRAME.search(words)
    if match and words[match.end() :].strip() and not re.search(r"\d", words[: match.start()]):
        return words[match.end() :].strip() if _is_frame(words[: match.start()]) else words
    return words


def _may_say_what_happened(words: str) -> bool:
    """Return whether words right below a title that says nothing may be the title."""
    is_short = len(words) <= _LONGEST and len(words.split()) > 1
    return is_short and _NOT_WHAT_HAPPENED.search(words) is None and not _is_frame(words)


def _is_of_house(title: str) -> bool:
    """Return whether a title is the words for a report and then whose it is: not what failed."""
    frame, _, whose = title.partition(": ")
    return whose != "" and _is_frame(frame) and "fault" not in default_lexicon().read(whose).meanings


def _is_frame(words: str) -> bool:
    """Return whether words say that a text is a report, and nothing of what it is about."""
    others = (word for word in words.split() if not re.search(r"[\d#]", word))  # no id, date or number
    return named_by_words(" ".join(others), "titles") is not None
