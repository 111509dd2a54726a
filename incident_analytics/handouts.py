"""What a notebook shows, for other tools: a digest for chat, a page for Confluence."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from xml.parsers import expat

from incident_analytics.errors import OutputError
from incident_analytics.pages import as_markdown
from incident_analytics.showing import PAGE, safe_text
from incident_analytics.visible import visible

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["as_confluence", "as_slack"]

_LINES: Final = 10
_OPEN: Final = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>", re.DOTALL)
_ABSOLUTE: Final = re.compile(r"(?:https?|mailto):")
_EVERYBODY: Final = re.compile(r"(?<!\w)@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"://|\w\.[^\W\d_]{2}|mailto:|tel:")
_SIGNS: Final = str.maketrans({"*": "∗", "`": "'", "~": "∼"})
_ITALIC: Final = re.compile(r"(?<![^\W_])_|_(?![^\W_])")  # one within a word means nothing
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_slack(cells: Iterable[NotebookNode], page: str | None = None) -> str:
    """Return the digest of a review as Slack's mrkdwn, at most ten lines.

    Parameters
    ----------
    cells
        As they ran; one of them shows a review's first screen.
    page
        The file with the whole review, if there is one.

    Raises
    ------
    OutputError
        ``a digest for chat needs page.first_screen(), which the notebook does not show``
    """
    outputs = (output.get("data", {}) for cell in cells for output in cell.get("outputs", ()))
    digest: Sequence[tuple[str, str]] = next(filter(None, (data.get(PAGE, {}).get("digest") for data in outputs)), ())
    if not digest:
        raise OutputError("a digest for chat needs page.first_screen(), which the notebook does not show")
    lines = [" ".join(filter(None, (f"*{_mrkdwn(name)}*" if name else "", _mrkdwn(words)))) for name, words in digest]
    last = [] if page is None else [f"The whole review: {html.escape(page, quote=False)}"]
    room = _LINES - len(last)
    if len(lines) > room:
        lines[room - 1 :] = [f"{len(lines) - room + 1} more decisions are in the review."]
    return "\n".join([*lines, *last]) + "\n"


def _mrkdwn(words: str) -> str:
    """Return text in which nothing mentions, links or is bold: mrkdwn escapes three characters, and no asterisk.

    Nor has it an escape for a mention of all that somebody pastes, so this one gets another sign. Slack makes a link of
    what looks like an address, but not in code.
    """
    plain = _ITALIC.sub("＿", _EVERYBODY.sub("＠", safe_text(words)).translate(_SIGNS))
    return html.escape(
        " ".join(f"`{word}`" if _ADDRESS.search(word) else word for word in plain.split(" ")), quote=False
    )


def as_confluence(cells: Iterable[NotebookNode], folder: str) -> tuple[str, dict[str, bytes]]:
    """Return what a notebook's cells show in Confluence's storage format, and its figures to attach to the page.

    Parameters
    ----------
    cells
        As they ran.
    folder
        As `incident_analytics.pages.as_markdown` takes it.

    Returns
    -------
    str
        Well-formed XML. A figure is the attachment of its name, folded parts are expand macros; tags that fold nothing
        whole are text, as is all other HTML. Links to addresses stay; others would lead nowhere there, so their words
        stay alone.
    dict of str to bytes
        The figures by name.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell
    >>> as_confluence([new_markdown_cell("## API & Web")], "files")[0]
    '<h2>API &amp; Web</h2>'
    """
    import mistune
    from mistune import escape

    class Renderer(mistune.HTMLRenderer):
        def text(self, text: str) -> str:
            return html.escape(html.unescape(text), quote=False)  # mistune leaves entities as they are written

        def link(self, text: str, url: str, title: str | None = None) -> str:
            return super().link(text, url, title) if _ABSOLUTE.match(url) else text

        def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 - mistune's signature
            file = html.escape(unquote(url).rpartition("/")[2])
            return f'<ac:image ac:alt="{html.escape(text)}"><ri:attachment ri:filename="{file}" /></ac:image>'

        def block_html(self, html: str) -> str:
            return _expand_macro(html)

        def inline_html(self, html: str) -> str:
            return _expand_macro(html)

    class WithoutMacros(Renderer):
        def block_html(self, html: str) -> str:
            return escape(html)

        def inline_html(self, html: str) -> str:
            return escape(html)

    text, figures = as_markdown(cells, folder)
    text = _NOT_IN_XML.sub(lambda found: visible(found[0]), text)
    for renderer in (Renderer(escape=True), WithoutMacros(escape=True)):
        storage = str(mistune.create_markdown(renderer=renderer, plugins=["strikethrough", "table"])(text)).strip()
        if _is_well_formed(storage):
            break
    return storage, figures


def _is_well_formed(storage: str) -> bool:
    parser = expat.ParserCreate()
    try:
        parser.Parse(f"<page>{storage}</page>", True)
    except expat.ExpatError:
        return False
    return True


def _expand_macro(text: str) -> str:
    """Return the tags of a folded part as those of Confluence's macro, and any other HTML as text."""
    title = _OPEN.fullmatch(text.strip())
    if title:
        return (
            '<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">'
            f"{html.escape(html.unescape(title[1]), quote=False)}</ac:parameter><ac:rich-text-body>\n"
        )
    if text.strip() == "</details>":
        return "</ac:rich-text-body></ac:structured-macro>\n"
    return "" if text.strip() in {"<br>", "<br/>"} else html.escape(text)
