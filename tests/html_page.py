"""A page as tests read it: its tags and its text, without a browser."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.source = html.unescape(text)
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\xa0", " ")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def outside_requests(self) -> list[str]:
        addresses = [value for _, found in self.tags for name in ("src", "href") if (value := found.get(name))]
        return [address for address in addresses if re.match(r"(?!data:)[a-z]+:|//", address)]

    def headings(self) -> list[str]:
        """Return the words of each h2 and h3."""
        return [re.sub("<[^>]*>", "", words) for words in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", self.source)]
