"""The updates of a status page, in whatever order it has them, as rows of a timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import RUNNING, Block, Document, Line, Paragraph, Section
from incident_analytics.reports.times import split_moment
from incident_analytics.reports.wordings import update_states
from incident_analytics.reports.zones import is_zone

__all__ = ["UPDATES", "with_updates"]

UPDATES: Final = "Status updates"
"""The heading of the section that updates become: its times are those at which they were posted."""

_POSTED: Final = compile_late(
    r"(?:(?:posted|updated|published|geschrieben|publié|publicado)\b\W{0,3}(?:[^\d\W]{1,8}\s(?!\d)){0,2}(?:\d{1,3}\s\w{2,8}\sago\W{1,3})?)?"
    r"(?:(?:on|at|am|le|el)\s)?",
    re.IGNORECASE,
)
"""What is before the time below an update: ``Posted 2 months ago. ``."""
_BEHIND_STATE: Final = compile_late(r"[\W_]*$|\W{0,3}\s?[–—|@(\[,-]{1,2}\s?|\W{0,3}\s(?=\d)")
_OPENS: Final = compile_late(r"[\W_]{0,4}([^\W\d_]+(?: [^\W\d_]+)?|[\u3040-\uffff]+)")
_AFFECTED: Final = compile_late(
    r"\W*(?:this|the) (?:incident|outage|issue) (?:affected|affects|impacted):|\W*(?:affected )?components?:",
    re.IGNORECASE,
)
"""How the line begins that names what an incident hit, wherever it is among the updates."""
_WRITTEN_LATER: Final = "Postmortem"
_MARKS: Final = "[](){}*_:,-–—"
_BOLD: Final = compile_late(r"\s{0,3}(?:\*\*|__)([^*_]{3,30})(?:\*\*|__)\s")
_BEHIND_SENTENCE: Final = compile_late(r"(.*[.!?])\W{1,3}([^.!?]{8,40})")
_MOST_SECTIONS: Final = 4
"""Sections of a page whose updates are not headings: it has little else."""
_LONGEST: Final = 80
"""Characters of a line that is a time alone."""


@dataclass(slots=True)
class _Update:
    """One update: its state and lines, when it was, and its words."""

    state: str
    lines: list[int]
    words: list[str]
    when: str = ""

    def settle(self) -> bool:
        """Find the one time that is next to the state or in a line of its own; return whether there is one."""
        found = [(index, when) for index, words in enumerate(self.words) if (when := _time_alone(words))]
        if not found:
            return self.settle_before() or self.settle_behind()
        if len(found) == 1:
            index, self.when = found[0]
            del self.words[index]
        return len(found) == 1

    def settle_before(self) -> bool:
        """Find the time right behind the state, before the words in the same line; return whether it is there."""
        when, rest = split_moment(self.words[0])
        if ":" not in when or not rest or not self.words[0].lstrip(_MARKS).startswith(when):
            return False
        self.when, self.words[0] = when, rest
        return True

    def settle_behind(self) -> bool:
        """Find the one time that is behind the last sentence of a line; return whether there is one."""
        found = [
            (index, match[1], when)
            for index, words in enumerate(self.words)
            if (match := _BEHIND_SENTENCE.fullmatch(words)) and (when := _time_alone(match[2]))
        ]
        if len(found) == 1:
            index, self.words[index], self.when = found[0]
        return len(found) == 1

    def row(self) -> Paragraph:
        words = " ".join(filter(None, self.words))
        state = (
            "" if words and update_states().only_pages[self.state] else f"{self.state}: "
        )  # "Monitoring" is what a page is doing
        first, *others = self.lines
        return Paragraph((Line(f"{self.when} {state}{words}", first), *(Line("", line) for line in others)))


def with_updates(document: Document) -> Sequence[Section]:
    """Return a document's sections, with the updates of a status page as one section that is the timeline.

    An update opens with its state, as a heading, a line or the beginning of one, and has one time next to it or below.
    Two are enough, of different states, of which one is that of a status page alone, such as *Investigating*.
    """
    sections, states = document.sections, update_states()
    begun = [
        index
        for index, section in enumerate(sections)
        if section.title.partition(" ")[0].strip(_MARKS).capitalize() in states.first_words and _state_of(section.title)
    ]
    if len(begun) > 1 and begun == list(range(begun[0], begun[-1] + 1)):
        updates = [_of_section(sections[index]) for index in begun]
        if _is_notice(updates):
            own, above = sections[begun[0] : begun[-1] + 1], list(sections[: begun[0]])
            if above:
                above[-1] = replace(above[-1], blocks=(*above[-1].blocks, *_status_of(updates)))
            return (*above, _timeline(own[0], own, updates), *sections[begun[-1] + 1 :])
    for index, section in enumerate(sections if len(sections) <= _MOST_SECTIONS else ()):
        if any(sign in section.body for sign in states.signs) and (parts := _cut(document, section)):
            return (*sections[:index], *parts, *sections[index + 1 :])
    return sections


def _of_section(section: Section) -> _Update:
    state, rest = _state_of(section.title) or ("", "")
    lines = list(section.lines())
    return _Update(state, [section.line, *(line.line for line in lines)], [rest, *(line.text for line in lines)])


def _cut(document: Document, section: Section) -> list[Section]:
    """Return what is above the updates of a section, and these; nothing where it has none."""
    updates: list[_Update] = []
    above: list[Block] = []
    for block in section.blocks:
        before: list[Line] = []
        for line in block.lines if isinstance(block, RUNNING) else ():
            if _AFFECTED.match(line.text):
                above.append(Paragraph((line,)))
            elif (found := _state_of(line.text) or _bold_state(section, line)) and found[0] != _WRITTEN_LATER:
                updates.append(_Update(found[0], [line.line], [found[1]]))
            elif updates:
                updates[-1].lines.append(line.line)
                updates[-1].words.append(line.text)
            else:
                before.append(line)
        if not updates:
            above.append(block)
        elif not isinstance(block, RUNNING):
            return []
        elif before:
            above.append(Paragraph(tuple(before)))
    if not _is_notice(updates):
        return []
    above += _status_of(updates)
    top = updates[0].lines[0]
    begin, start = top - section.line, document.starts[top - 1]
    source, own = section.source[:begin], section.source[begin:]
    body = "\n".join(line.text for line in source[section.level > 0 :]).strip()
    first = replace(section, end=start, body=body, blocks=tuple(above), source=source)
    rows = replace(section, level=section.level + 1, line=top, start=start, body_start=start, source=own)
    return [first, _timeline(rows, [rows], updates)]


def _status_of(updates: Sequence[_Update]) -> list[Paragraph]:
    """Return the status that the newest update gives: that it is over; nothing where none at either end does."""
    over = next((each for each in (updates[0], updates[-1]) if each.state in update_states().over), None)
    return [] if over is None else [Paragraph((Line(f"Status: {over.state}", over.lines[0], "Status"),))]


def _timeline(first: Section, sections: Sequence[Section], updates: Sequence[_Update]) -> Section:
    """Return the section that is the timeline of some updates, in place of those that they are in."""
    source = tuple(line for section in sections for line in section.source)
    body = "\n".join(line.text for line in source).strip()
    rows = tuple(update.row() for update in updates)
    return replace(first, title=UPDATES, end=sections[-1].end, body=body, blocks=rows, source=source)


def _is_notice(updates: Sequence[_Update]) -> bool:
    """Return whether updates are those of a status page, each with its time."""
    named = {update.state.casefold() for update in updates}
    pages_only = any(update_states().only_pages[update.state] for update in updates)
    return len(named) > 1 and pages_only and all(update.settle() for update in updates)


def _state_of(text: str) -> tuple[str, str] | None:
    """Split a line that opens with the state of an update into it and the rest; None for any other line."""
    match = _OPENS.match(text)
    if match is None:
        return None
    for words in (match[1], match[1].partition(" ")[0]):
        state = words.capitalize()
        if state in update_states().only_pages and words in {state, words.upper()}:
            behind = _BEHIND_STATE.match(text, match.start(1) + len(words))
            return (state, text[behind.end() :].strip()) if behind else None
    return None


def _bold_state(section: Section, line: Line) -> tuple[str, str] | None:
    """Split a line that opens with the state of an update in bold into it and the rest; None for any other line."""
    match = _BOLD.match(section.source[line.line - section.line].text)
    if match is None or match[1] not in update_states().only_pages or not line.text.startswith(match[1]):
        return None
    return match[1], line.text[len(match[1]) :].strip()


def _time_alone(words: str) -> str:
    """Return when a line is, which has nothing but a time of day with its day and zone; nothing for any other."""
    if len(words) > _LONGEST or not any(map(str.isdecimal, words)):
        return ""
    match = _POSTED.match(words)
    when, rest = split_moment(words[match.end() :].strip(" ()[]*_") if match else words)
    return f"{when} {rest}".strip() if when and ":" in when and (not rest or is_zone(rest)) else ""
