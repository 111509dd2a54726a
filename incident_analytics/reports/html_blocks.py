"""Headings, lists and paragraphs in HTML -> Markdown of the same length: every line and offset stays."""

from __future__ import annotations

import re
from typing import Final

from incident_analytics.late_patterns import compile_late

__all__ = ["markdown_of_html"]

_SIGNS: Final = ("<h1", "<h2", "<h3", "<li", "<p>", "<H1", "<H2", "<H3", "<LI", "<P>")
_BLOCK: Final = compile_late(r"^[ \t]*<(?:h[1-6]|ul|ol|li|p)\b", re.MULTILINE | re.IGNORECASE)
_FEWEST: Final = 3
"""Lines with such a block from which on a text is written in them."""
_FENCE: Final = re.compile(r"[ \t]*(?:```|~~~)")
_HEADING: Final = compile_late(r"^[ \t]*<h(?P<level>[1-6])\b[^<>]*>", re.IGNORECASE)
_ITEM: Final = compile_late(r"^[ \t]*<li\b[^<>]*>[ \t]*", re.IGNORECASE)
_STRONG: Final = compile_late(r"</?(?:strong|b)(?:\s[^<>]*)?>", re.IGNORECASE)
_OTHER: Final = compile_late(
    r"</?(?:h[1-6]|ul|ol|li|p|div|span|section|article|header|footer|main|em|i|small|time|u)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_ENTITIES: Final = {"&mdash;": "—", "&ndash;": "–", "&nbsp;": " ", "&middot;": "·", "&bull;": "·", "&amp;": "&"}


def markdown_of_html(text: str) -> str:
    r"""Return a text with headings, lists and paragraphs in HTML as Markdown of the same length, any other as it is.

    Examples
    --------
    >>> written = "<h2>API errors</h2>\n<ul>\n<li><b>Resolved</b> - 09:12</li>\n</ul>"
    >>> print(markdown_of_html(written).replace(" ", "."))
    ##.API.errors......
    ....
    -.**Resolved**.-.09:12..........
    .....
    """
    if not any(sign in text for sign in _SIGNS) or len(_BLOCK.findall(text)) < _FEWEST:
        return text
    lines, is_fenced = [], False
    for line in text.split("\n"):
        is_fenced ^= _FENCE.match(line) is not None
        lines.append(line if is_fenced or ("<" not in line and "&" not in line) else _plain(line))
    return "\n".join(lines)


def _plain(line: str) -> str:
    words = _HEADING.sub(lambda match: f"{'#' * int(match['level'])} ", line)
    words = _STRONG.sub("**", _ITEM.sub("- ", words))
    words = _OTHER.sub("", words)
    for entity, mark in _ENTITIES.items():
        words = words.replace(entity, mark)
    room = len(line.encode()) - len(words.encode())
    return words.rstrip("\r") + " " * room + ("\r" if words.endswith("\r") else "")
