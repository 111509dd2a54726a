"""A page of ours as Markdown that a wiki takes: what the page shows, with its pictures as files of their own.

The page is what is read, so that nothing is shown in two ways: its text becomes Markdown's text again, escaped, its
headings, lists, tables, links and pictures become Markdown's, and all else falls away.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from hashlib import sha256
from textwrap import indent
from typing import Final
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement, PreformattedString

__all__ = ["FIGURE", "page_as_markdown"]

FIGURE: Final = re.compile(r"figure-[0-9a-f]{16}\.[a-z]+")
"""The name of a picture's file: the same picture always has the same name, another one never."""

_PICTURE: Final = re.compile(r"data:image/(?P<kind>[a-z]+)[^,]*;base64,(?P<data>.*)", re.DOTALL)
_FOREIGN: Final = re.compile(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SPACE: Final = re.compile(r"[ \t\n\r\f\v\x85\u2028\u2029]+")
_MARKUP: Final = re.compile(r"[\\`*\[\]|~$#]|(?<![^\W_])_|_(?![^\W_])|!$|&(?=#?\w+;)|[<>]")
_BEGINNING: Final = re.compile(r"^(\d*)([-+.)](?=\s|$)|-(?=-)|=)")
_ENTITIES: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_UNSHOWN: Final = {"head", "nav", "script", "style", "svg", "template"}
"""A wiki has contents of its own."""
_BLOCKS: Final = {
    "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "ul",
}  # fmt: skip
_MARKS: Final = {"b": "**", "strong": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "summary": "**"}
_QUOTED: Final = "commentary"


def page_as_markdown(page: str, folder: str) -> tuple[str, dict[str, bytes]]:
    r"""Write a page as Markdown (GitHub's, with tables).

    Parameters
    ----------
    page
        HTML. Links within it lead to the anchors that GitHub and GitLab give to headings; what is folded away on it is
        shown; a ``div`` of the class ``commentary`` becomes a quotation.
    folder
        The name of the folder that the pictures will be in, next to the Markdown.

    Returns
    -------
    str
        The Markdown: text of the page is text in it, whatever characters it has.
    dict of str to bytes
        The pictures by the names of their files in the folder.

    Examples
    --------
    >>> page_as_markdown("<h2>API</h2><ul><li>1 * <b>2</b></li></ul>", "files")
    ('## API\n\n- 1 \\* **2**\n', {})
    """
    writer = _Writer(folder)
    blocks = writer.blocks(BeautifulSoup(page, "html.parser"))
    return "\n\n".join(blocks) + "\n", writer.pictures


@dataclass(slots=True)
class _Writer:
    """Walks the page's tree; a method a kind of element."""

    folder: str
    pictures: dict[str, bytes] = field(default_factory=dict)

    def blocks(self, parent: Tag) -> list[str]:
        """Return the blocks inside an element; what is between them is paragraphs."""
        found: list[str] = []
        line = ""
        for child in parent.children:
            if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(list(_BLOCKS))):
                found += [_begin(line), *self.block(child)]
                line = ""
            else:
                line += self.inline(child)
        return [block for block in (*found, _begin(line)) if block]

    def block(self, tag: Tag) -> list[str]:
        if tag.name in _UNSHOWN:
            return []
        if re.fullmatch("h[1-6]", tag.name):
            return [f"{'#' * int(tag.name[1])} {self.children(tag).strip()}"]
        if tag.name in {"ul", "ol"}:
            return [self.items(tag)]
        if tag.name == "table":
            return self.table(tag)
        if tag.name == "pre":
            return [_fenced(tag.get_text().strip("\n"))]
        if tag.name == "hr":
            return ["---"]
        if tag.name == "dl":
            return [self.definitions(tag)]
        if tag.name in _MARKS:
            return [self.inline(tag).strip()]
        if tag.name == "blockquote" or _QUOTED in _classes(tag):
            quoted = "\n\n".join(self.blocks(tag)).splitlines()
            return ["\n".join(f"> {line}".rstrip() for line in quoted)]
        return self.blocks(tag)

    def items(self, tag: Tag) -> str:
        items = []
        for number, item in enumerate(tag.find_all("li", recursive=False), 1):
            mark = f"{number}. " if tag.name == "ol" else "- "
            text = ("\n\n" if item.find("p") else "\n").join(self.blocks(item))
            items.append(mark + indent(text, " " * len(mark)).lstrip())
        return "\n".join(items)

    def definitions(self, tag: Tag) -> str:
        """Return terms with what is said of each, one a line."""
        lines: list[str] = []
        for part in tag.find_all(["dt", "dd"]):
            text = self.children(part).strip()
            if part.name == "dt" or not lines:
                lines.append(f"- **{text}**:")
            elif text:
                lines[-1] += f" {text}" if lines[-1].endswith("**:") else f", {text}"
        return "\n".join(lines)

    def table(self, tag: Tag) -> list[str]:
        """Return a table below its caption; without a row of headings it has empty ones, which Markdown asks for."""
        above = [self.children(caption).strip() for caption in tag.find_all("caption")]
        rows = [row.find_all(["th", "td"], recursive=False) for row in tag.find_all("tr")]
        if not rows:
            return above
        width = max(map(len, rows))
        lines = [[self.children(cell, in_cell=True).strip() for cell in row] for row in rows]
        right = ["number" in _classes(cell) for cell in max(rows, key=len)]
        if not all(cell.name == "th" for cell in rows[0]):
            lines.insert(0, [])
        lines.insert(1, ["--:" if number else "---" for number in right])
        return [*above, "\n".join(f"| {' | '.join(line + [''] * (width - len(line)))} |" for line in lines)]

    def children(self, tag: Tag, *, in_cell: bool = False) -> str:
        return _SPACE.sub(" ", "".join(self.inline(child, in_cell=in_cell) for child in tag.children))

    def inline(self, node: PageElement, *, in_cell: bool = False) -> str:
        """Return what is inside a line."""
        if not isinstance(node, Tag):
            return "" if isinstance(node, PreformattedString) else _escape(str(node))
        if node.name in _UNSHOWN:
            return ""
        if node.name == "br":
            return "<br>"
        if node.name == "img":
            return self.picture(node)
        if node.name == "code":
            return _code(node.get_text(), in_cell=in_cell)
        text = self.children(node, in_cell=in_cell)
        if node.name == "a":
            return _link(text, str(node.get("href", "")))
        if (mark := _MARKS.get(node.name)) and text.strip():
            before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            return f"{before}{mark}{text.strip()}{mark}{after}"
        return f" {text} " if node.name in _BLOCKS else text

    def picture(self, tag: Tag) -> str:
        source, words = str(tag.get("src", "")), _escape(str(tag.get("alt", "")))
        if found := _PICTURE.fullmatch(source):
            data = base64.b64decode(found["data"])
            name = f"figure-{sha256(data).hexdigest()[:16]}.{found['kind']}"
            self.pictures[name] = data
            source = f"{self.folder}/{name}"
        return words if _FOREIGN.match(source) else f"![{words}]({_address(source)})"


def _escape(text: str) -> str:
    """Return text of which nothing is markup, HTML's or Markdown's, on one line."""
    return _MARKUP.sub(lambda mark: _ENTITIES.get(mark[0], f"\\{mark[0]}"), _SPACE.sub(" ", text))


def _begin(line: str) -> str:
    """Return a paragraph that is no list, rule or heading by its first characters."""
    return _BEGINNING.sub(r"\1\\\2", _SPACE.sub(" ", line).strip())


def _code(text: str, *, in_cell: bool) -> str:
    text = _SPACE.sub(" ", text).strip()
    fence = "`" * (1 + _longest_run(text))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    inside = text.replace("|", "\\|") if in_cell else text
    return f"{fence}{room}{inside}{room}{fence}" if text else ""


def _fenced(text: str) -> str:
    fence = "`" * max(3, 1 + _longest_run(text))
    return f"{fence}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _link(text: str, address: str) -> str:
    """Return a link; one to a place on the page goes to the anchor that a wiki gives to its heading."""
    if not text.strip() or not address or _FOREIGN.match(address):
        return text
    if address.startswith("#"):
        address = re.sub(r"[^\w#-]", "", address.lower())
    return f"[{text.strip()}]({_address(address)})"


def _address(address: str) -> str:
    return quote(address, safe="%/:?#@!$&'*+,;=~-._")


def _classes(tag: Tag) -> list[str]:
    return [str(name) for name in tag.get_attribute_list("class")]
