"""The markup of Jira and Confluence, forms, folded parts -> Markdown of the same length: each line and offset stays."""

from __future__ import annotations

import re
from typing import Final

from incident_analytics.late_patterns import compile_late

__all__ = ["markdown_of_form", "markdown_of_wiki", "plain_wiki", "unfolded"]

_HEADINGS: Final = ("h1. ", "h2. ", "h3. ", "h4. ")
_HEADING: Final = compile_late(r"^h(?P<level>[1-6])\. ", re.MULTILINE)
_CODE: Final = compile_late(r"^\{(?:code|noformat)(?:[:|][^{}\n]*)?\}[ \t]*$", re.MULTILINE)
_ITEM: Final = compile_late(r"^(?P<marks>[*#-]{1,6}) (?=\S)", re.MULTILINE)
_INLINE: Final = compile_late(
    r"\{(?:panel|info|note|warning|tip|expand|quote|color|section|column|anchor|toc|excerpt|status(?=:(?P<state>[^{}\n]*)))"
    r"(?:[:|][^{}\n]*)?\}"
    r"|\{\{(?P<code>[^{}\n]+)\}\}"
    r"|\[~(?:accountid:)?(?P<person>[\w.@-]+)\]"
    r"|\[(?P<words>[^\[\]|\n]+)\|(?P<address>[^\[\]|\s]+)(?:\|[^\[\]\n]*)?\]"
)
"""Macros, code, mentions and links within a line."""


def markdown_of_wiki(text: str) -> str:
    r"""Return a text with headings such as ``h2. Impact`` as Markdown of the same length, any other as it is.

    Examples
    --------
    >>> markdown_of_wiki("h2. Impact\n{panel}\n# {{api}} was down, says [~kim]")
    '##  Impact\n       \n-  `api`  was down, says @kim  '
    """
    if not any(sign in text for sign in _HEADINGS) or _HEADING.search(text) is None:
        return text
    text = _ITEM.sub(lambda match: f"{' ' * (len(match['marks']) - 1)}- ", text)
    text = _HEADING.sub(lambda match: f"{'#' * int(match['level'])} ".ljust(len(match[0])), text)
    text = _CODE.sub(lambda match: _as_long("```", match[0]), text)
    return plain_wiki(text)


_FOLD: Final = compile_late(
    r"^[ \t]*(?:</?details\b[^<>\n]*>[ \t]*)*"
    r"(?:<summary\b[^<>\n]*>(?P<title>[^\n]{1,200}?)</summary>[ \t]*|</?details\b[^<>\n]*>[ \t]*)$",
    re.MULTILINE | re.IGNORECASE,
)
_NO_TITLE: Final = compile_late(r"\W*(?:details|more|show|click|expand|open|see|logs?|output)\b", re.IGNORECASE)
"""How words begin that ask to unfold a part and do not name it."""
_TAG: Final = compile_late(r"<[^<>\n]*>")


def unfolded(text: str) -> str:
    """Return a text in which what names a folded part is its heading, of the same length.

    Examples
    --------
    >>> unfolded("<details><summary><b>Timeline</b> (UTC)</summary>").rstrip()
    '###### Timeline (UTC)'
    """
    return _FOLD.sub(_heading_of_fold, text) if "<summary" in text else text


def _heading_of_fold(match: re.Match[str]) -> str:
    title = _TAG.sub("", match["title"] or "").strip()
    if title and _NO_TITLE.match(title):
        return match[0]
    return _as_long(f"###### {title}" if title else "", match[0])


_FORM: Final = compile_late(r"^(?:\*\*[^\W\d_][^*:\n]{1,40}\*\* [^\s:*–—-][^\n]*(?:\n|\Z)){4,}", re.MULTILINE)
"""Lines that each open with a label in bold, as those of a form do, and have no colon behind it."""
_LABEL: Final = compile_late(r"^(\*\*[^*:\n]+\*\*) ", re.MULTILINE)


def markdown_of_form(text: str) -> str:
    r"""Return a text in which the labels of a form, line by line in bold, have colons behind them; any other as it is.

    Examples
    --------
    >>> print(markdown_of_form("**Form no.** DT-7\n**Date** 16/01/2024\n**Down** 21:10\n**Back** 23:55\n"), end="")
    **Form no.**:DT-7
    **Date**:16/01/2024
    **Down**:21:10
    **Back**:23:55
    """
    if "** " not in text or _FORM.search(text) is None:
        return text
    return _FORM.sub(lambda match: _LABEL.sub(r"\1:", match[0]), text)


def plain_wiki(text: str) -> str:
    """Return a text with its macros, code, mentions and links as Markdown has them, or their words, of the same length.

    Examples
    --------
    >>> plain_wiki("{status:colour=Green|title=Done}").strip(), plain_wiki("[the ticket|https://x.example]")
    ('Done', 'the ticket https://x.example  ')
    """
    return _INLINE.sub(_plain, text) if "{" in text or "[" in text else text


def _plain(match: re.Match[str]) -> str:
    if match["code"]:
        return f" `{match['code']}` "
    if match["person"]:
        return _as_long(f"@{match['person']}", match[0])
    if match["words"]:
        return _as_long(f"{match['words']} {match['address']}", match[0])
    _, _, state = (match["state"] or "").partition("title=")
    return _as_long(state.partition("|")[0], match[0])


def _as_long(words: str, written: str) -> str:
    return words + " " * (len(written.encode()) - len(words.encode()))
