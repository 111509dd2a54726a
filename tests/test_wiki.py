from __future__ import annotations

import base64
import html
import re
from html.parser import HTMLParser
from textwrap import dedent

import pyromark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.wiki import FIGURE, page_as_markdown

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
)
MARKUP = (
    (st.text(st.sampled_from("ab1 #*_`~|\\[](){}<>!&;:$^+-.=\"'/@\n\t"), max_size=24) | st.text(max_size=24))
    .map(lambda text: re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text))
    .filter(str.strip)
)


class Read(HTMLParser):
    """The tags and the text that a reader of Markdown makes of it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.alt = ""
        self.feed(pyromark.html(markdown, options=OPTIONS))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.alt += str(dict(attrs).get("alt", ""))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return shown("".join(self.texts))


def shown(text: str) -> str:
    """Return text as a page shows it: spaces of all kinds are one."""
    return " ".join(text.split())


def markdown(page: str) -> str:
    return page_as_markdown(page, "files")[0]


@given(text=MARKUP)
@pytest.mark.parametrize(
    ("page", "tags"),
    [
        ("<p>{}</p>", ["p"]),
        ("a<br>{}", ["p", "br"]),
        ("<h2>a {}</h2>", ["h2"]),
        ("<ul><li>{}</li></ul>", ["ul", "li"]),
        ("<div class='commentary'><p>{}</p></div>", ["blockquote", "p"]),
        ("<table><tr><th>{}</th></tr></table>", ["table", "thead", "tr", "th", "tbody"]),
        ("<p><a href='#x'>a {}</a></p>", ["p", "a"]),
    ],
)
def test_text_of_the_page_is_text_of_the_markdown(page: str, tags: list[str], text: str) -> None:
    """Whatever a report says: no character of it is markup, none is lost."""
    read = Read(markdown(page.format(html.escape(text))))
    expected = shown(re.sub("<[^>]*>", "", page).format(text))
    assert (read.tags, read.text) == (tags, expected)


@given(text=MARKUP)
def test_words_for_a_picture_stay_its_words(text: str) -> None:
    read = Read(markdown(f'<img src="https://example.org/a.png" alt="{html.escape(text)}">'))
    assert (read.tags, shown(read.alt)) == (["p", "img"], shown(text))


@given(text=MARKUP)
@pytest.mark.parametrize("page", ["<p>a <code>{}</code> b</p>", "<table><tr><th>a <code>{}</code> b</th></tr></table>"])
def test_code_stays_as_it_is(page: str, text: str) -> None:
    read = Read(markdown(page.format(html.escape(text))))
    assert read.text == f"a {shown(text)} b"
    assert read.tags.count("code") == 1


def test_a_page_becomes_a_page_of_a_wiki() -> None:
    page = """
    <!DOCTYPE html><html><head><title>Title</title><style>p {}</style></head><body><main>
    <!-- a remark --><script>alert(1)</script>
    <h1 id="Incident-review">Incident review</h1>
    <div class="commentary"><p>A <em>hard</em> <strong> quarter </strong>.</p><p>Two</p></div>
    <p>See <a href="#Time-to-restore,-all">below</a> or <a href="reports/INC 1.md">the report</a>.</p>
    <ul><li>one</li><li>two<ol><li>a</li><li>b</li></ol></li></ul>
    <ul><li><p>first</p><p>second</p></li></ul>
    <h2>Time to restore, all</h2>
    <details><summary>All 2 rows</summary><div class="table"><table>
    <thead><tr><th>Service</th><th class="number">n</th></tr></thead>
    <tbody><tr><td>API | Web</td><td class="number">3</td></tr><tr><td>x</td></tr></tbody></table></div></details>
    <nav><h2>Contents</h2></nav><dl><div><dt>Median</dt><dd>1h 45m</dd><dd>n = 3</dd></div><dt>Mean</dt><dd>2h</dd></dl>
    <hr><pre>a  b
    ```</pre>
    1. no list
    </main></body></html>
    """
    expected = """
    # Incident review

    > A *hard* **quarter** .
    >
    > Two

    See [below](#time-to-restore-all) or [the report](reports/INC%201.md).

    - one
    - two
      1. a
      2. b

    - first

      second

    ## Time to restore, all

    **All 2 rows**

    | Service | n |
    | --- | --: |
    | API \\| Web | 3 |
    | x |  |

    - **Median**: 1h 45m, n = 3
    - **Mean**: 2h

    ---

    ````
    a  b
        ```
    ````

    1\\. no list
    """
    assert markdown(page) == dedent(expected).lstrip()


def test_a_table_without_headings_has_empty_ones() -> None:
    assert markdown("<table><tr><td>a</td><td>b</td></tr></table>") == "|  |  |\n| --- | --- |\n| a | b |\n"
    assert markdown("<table></table>") == "\n"


def test_a_picture_becomes_a_file_named_after_what_it_shows() -> None:
    """The same picture twice is one file; another one never takes its name."""
    one, two = (base64.b64encode(content).decode() for content in (b"one", b"two"))
    page = (
        f'<figure><img alt="a [b]" src="data:image/png;base64,{one}"><figcaption>Words</figcaption></figure>'
        f'<p><img src="data:image/png;base64,{one}"><img src="data:image/svg+xml;base64,{two}"></p>'
    )
    text, pictures = page_as_markdown(page, "review_files")
    first, second = pictures
    assert pictures == {first: b"one", second: b"two"}
    assert (first, second) == ("figure-7692c3ad3540bb80.png", "figure-3fc4ccfe745870e2.svg")
    assert FIGURE.fullmatch(first)
    assert FIGURE.fullmatch(second)
    shown_first = f"](review_files/{first})"
    assert text == f"![a \\[b\\]{shown_first}\n\nWords\n\n![{shown_first}![](review_files/{second})\n"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "JAVASCRIPT:x"])
def test_an_address_that_runs_or_reads_something_is_no_link(address: str) -> None:
    assert markdown(f'<a href="{address}">words</a> <img src="{address}" alt="picture">') == "words picture\n"


def test_an_address_ends_where_it_ends() -> None:
    link = markdown('<a href="https://example.org/a_(b) <c>?d=1&amp;e=2#f">x</a>')
    assert link == "[x](https://example.org/a_%28b%29%20%3Cc%3E?d=1&e=2#f)\n"
