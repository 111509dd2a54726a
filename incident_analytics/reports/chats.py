"""The messages of a chat, each with its writer and time above it, as rows of a timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Block, Line, Paragraph, Section

__all__ = ["with_messages"]

_HEAD: Final = compile_late(
    r"@?(?P<who>[^\W\d_][\w.-]{0,30}(?: [^\W\d_][\w.-]{0,20}){0,2})"
    r"(?: \((?:he|she|they|bot|app)[^()]{0,20}\)| APP| BOT)?"
    r"\s{1,3}[\[(]?(?P<when>(?:[01]?\d|2[0-3]):[0-5]\d(?: ?[AaPp][Mm])?)[\])]?"
)
"""Who wrote a message and when: ``Rui 14:05``, ``incident-bot APP 2:05 PM``."""
_LONGEST: Final = 60
"""Characters of such a line."""
_FEWEST: Final = 3
"""Messages from which on a text is a chat."""


def with_messages(sections: Sequence[Section]) -> Sequence[Section]:
    r"""Return sections in which each message of a chat is a row: when it was, who wrote it, what.

    Examples
    --------
    >>> from incident_analytics.reports.markdown import parse_markdown
    >>> chat = "**kim** 14:05\nLogins fail.\n\n**lee** 14:09\nme, looking\n\n**kim** 14:20\nall good again\n"
    >>> [block.text.rstrip() for block in with_messages(parse_markdown(chat).sections)[0].blocks]
    ['14:05 kim: Logins fail.', '14:09 lee: me, looking', '14:20 kim: all good again']
    """
    return [
        replace(section, blocks=tuple(_with_rows(section.blocks))) if _is_chat(section.blocks) else section
        for section in sections
    ]


def _is_chat(blocks: Sequence[Block]) -> bool:
    """Return whether several paragraphs open with a line that says who wrote what is below it, and when."""
    found = 0
    for block in blocks:
        found += isinstance(block, Paragraph) and len(block.lines) > 1 and _head(block.lines[0]) is not None
    return found >= _FEWEST


def _head(line: Line) -> tuple[str, str] | None:
    """Return when a message was written, and by whom, where a line is the head of one."""
    end = line.text[-4:]
    if ":" not in end and end[-1:] not in {"M", "m", "]", ")"}:
        return None
    match = _HEAD.fullmatch(line.text) if len(line.text) <= _LONGEST else None
    return (match["when"], match["who"]) if match else None


def _with_rows(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if not isinstance(block, Paragraph) or _head(block.lines[0]) is None:
            yield block
            continue
        messages: list[tuple[str, list[Line]]] = []
        for line in block.lines:
            if (head := _head(line)) is not None:
                messages.append((" ".join((head[0], f"{head[1]}:")), [line]))
            else:
                messages[-1][1].append(line)
        for opening, lines in messages:
            first, *others = lines
            words = " ".join([opening, *(line.text for line in others)])
            yield Paragraph((Line(words, first.line), *(Line("", line.line) for line in others)))
