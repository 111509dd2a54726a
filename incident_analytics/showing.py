"""What a notebook shows, in the two languages of its readers: HTML for the page, Markdown for wikis and reports.

All text is escaped here, once and in both languages: nothing that a report says becomes markup. Secrets that somebody
wrote into a report are masked here too.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from incident_analytics.exports import table_as_csv
from incident_analytics.formatting import format_all, format_value, format_with_interval, heading, nowrap
from incident_analytics.masking import mask_secrets
from incident_analytics.quotations import SEPARATOR, figures_in, joined
from incident_analytics.visible import visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FIGURE",
    "MOST_ROWS",
    "PAGE",
    "Shown",
    "cell_link",
    "escape_html",
    "escape_markdown",
    "figure_mark",
    "fold",
    "in_every_row",
    "is_address",
    "listing",
    "markdown_table",
    "picture_name",
    "pictured",
    "rest_elsewhere",
    "safe_text",
    "said_of_all",
    "table",
    "table_for_file",
    "text",
    "words_as_html",
]

PAGE: Final = "application/vnd.incident-analytics+json"
"""The type of output that carries what HTML and Markdown alone can't: see `Shown`."""

FIGURE: Final = re.compile(r"figure-[0-9a-f]{16}\.[a-z]+")
"""The name of a picture's file, see `picture_name`."""


MOST_ROWS: Final = 200
"""The rows that a folded table shows; the file of the table has all of them."""

_NOWRAP: Final = ("incident_id", "key")
_GIVEN: Final = ("share_of_time", "target")  # numbers that settings give, so that they may be the same in every row
_ROWS: Final = 3  # fewer rows are the same by chance
_PHONE: Final = 36  # characters that a phone has room for in a row of a table
_SPACE: Final = re.compile(r"[ \t\n\r\f\v\x85\u2028\u2029]+")
_UNBROKEN: Final = re.compile(r"\b[A-Za-z]{2,9}-\d[\d-]{0,19}\b|\b\d{4}-\d\d-\d\d\b")
_MARKUP: Final = re.compile(r"[\\`*\[\]|~$#]|(?<![^\W_])_|_(?![^\W_])|!$|&(?=#?\w+;)|[<>]")
_BEGINNING: Final = re.compile(r"^(\d*)([-+.)](?=\s|$)|-(?=-)|[=:])")
_ENTITIES: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_IN_ADDRESS: Final = "%/:?#@!$&'*+,;=~-._"
_FOREIGN: Final = re.compile(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """Something to show, in HTML and in Markdown. A notebook shows it as the last value of a cell, or by `display`.

    Attributes
    ----------
    html
        For the page. All text in it is escaped already.
    markdown
        The same for GitHub and GitLab: whole blocks, without a line break at the end.
    pictures
        The files that the Markdown shows, by name: ``![alt](figure-0123456789abcdef.png)`` names one.
    notebook
        HTML for JupyterLab where the page's would not survive it, as it drops ``style`` and ``svg``.
    tables
        The tables that it shows as CSV, in order, with all their columns. The HTML of each has the attribute
        ``data-table`` with its name; where that is empty the page names the table by the heading above it. After it
        ``data-figure`` has the ids of the figures that the table quotes, see `incident_analytics.figures`.
    digest
        The lines that a chat shows of it, each a name and words.

    Examples
    --------
    >>> shown = text("2 < 3") + listing(["API", "Frontend"])
    >>> print(shown.markdown)
    2 &lt; 3
    <BLANKLINE>
    - API
    - Frontend
    """

    html: str
    markdown: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    notebook: str | None = None
    tables: tuple[str, ...] = ()
    digest: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Shown) -> Shown:
        return Shown(
            "\n".join(filter(None, (self.html, other.html))),
            "\n\n".join(filter(None, (self.markdown, other.markdown))),
            MappingProxyType({**self.pictures, **other.pictures}),
            None
            if self.notebook is None and other.notebook is None
            else "\n".join(each.html if each.notebook is None else each.notebook for each in (self, other)),
            self.tables + other.tables,
            self.digest + other.digest,
        )

    def __repr__(self) -> str:
        return f"<Shown, {len(self.markdown)} characters of Markdown>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {
            "text/html": self.html if self.notebook is None else self.notebook,
            "text/markdown": self.markdown,
        }
        carried: dict[str, Any] = {}
        if self.notebook is not None:
            carried["html"] = self.html
        if self.pictures:
            carried["pictures"] = {name: b64encode(content).decode("ascii") for name, content in self.pictures.items()}
        if self.tables:
            carried["tables"] = list(self.tables)
        if self.digest:
            carried["digest"] = [list(line) for line in self.digest]
        if carried:
            bundle[PAGE] = carried
        return bundle


def picture_name(content: bytes, kind: str) -> str:
    """Return the name of a picture's file: the same picture always has the same name, another one never.

    Examples
    --------
    >>> picture_name(b"one", "svg")
    'figure-7692c3ad3540bb80.svg'
    """
    return f"figure-{sha256(content).hexdigest()[:16]}.{kind}"


def pictured(text: str) -> str:
    """Return HTML whose drawings are pictures, which JupyterLab keeps.

    Examples
    --------
    >>> pictured('<li>13 <svg viewBox="0 0 1 1" aria-label="Q3: 13"></svg></li>')[:47]
    '<li>13 <img alt="Q3: 13" src="data:image/svg+xm'
    """

    def picture(drawing: re.Match[str]) -> str:
        words = re.search(r'aria-label="([^"]*)"', drawing[0])
        file = drawing[0].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        source = f"data:image/svg+xml;base64,{b64encode(file.encode()).decode()}"
        return f'<img alt="{words[1] if words else ""}" src="{source}">'

    return re.sub(r"<svg .*?</svg>", picture, text, flags=re.DOTALL)


def escape_html(words: str) -> str:
    r"""Return text of which nothing is markup in HTML, on one line.

    What can't be seen, or turns the direction of the text after it, is written out; see `visible`.

    Examples
    --------
    >>> escape_html("a < b\nc")
    'a &lt; b c'
    """
    return html.escape(_one_line(words))


def escape_markdown(words: str) -> str:
    r"""Return text of which nothing is markup in Markdown, on one line, wherever in a line it is put.

    Characters that would become HTML are escaped as well, and hidden ones written out as by `escape_html`.

    Examples
    --------
    >>> escape_markdown("[x](javascript:alert(1)) costs $5")
    '\\[x\\](javascript:alert(1)) costs \\$5'
    >>> escape_markdown("1. <b>API</b> | snake_case")
    '1\\. &lt;b&gt;API&lt;/b&gt; \\| snake_case'
    """
    line = _one_line(words).strip()
    return _BEGINNING.sub(r"\1\\\2", _MARKUP.sub(lambda mark: _ENTITIES.get(mark[0], f"\\{mark[0]}"), line))


def _one_line(words: str) -> str:
    return safe_text(_SPACE.sub(" ", words))


def safe_text(words: str) -> str:
    r"""Return text as it may be shown anywhere: without secrets, and with nothing hidden.

    Examples
    --------
    >>> print(safe_text("API\u202e: pass\u200bword=hunter2"), safe_text("API\u202e"))
    API: password=<secret> API\u202e
    """
    return visible(mask_secrets(words, prose=True))


def text(*sentences: str) -> Shown:
    """Return sentences as a paragraph, with the ids of the figures they quote; empty ones are left out.

    Examples
    --------
    >>> text("a < b", "", "c").html
    '<p>a &lt; b c</p>'
    """
    words = joined(sentences)
    return Shown(f"<p{figure_mark(words.figures)}>{words_as_html(words)}</p>", escape_markdown(words))


def figure_mark(figures: Sequence[str]) -> str:
    """Return the attribute of an element that quotes figures: their ids.

    Examples
    --------
    >>> figure_mark(["counts", "changes"])
    ' data-figure="counts; changes"'
    """
    return f' data-figure="{html.escape(SEPARATOR.join(figures))}"' if figures else ""


def words_as_html(words: str) -> str:
    """Return text as HTML in whose lines no number is torn from its unit, and no id or date in two.

    The style sheet keeps ids and dates together, so that they are copied and found as they are.

    Examples
    --------
    >>> words_as_html("SEV-1 < 2h")
    '<span class="nowrap">SEV-1</span> &lt; 2h'
    """
    return _unbroken(nowrap(words))


def _unbroken(words: str) -> str:
    return _UNBROKEN.sub(r'<span class="nowrap">\g<0></span>', escape_html(words))


def listing(sentences: Iterable[str]) -> Shown:
    """Return sentences as a list.

    Examples
    --------
    >>> listing(["13 incidents."]).html
    '<ul><li>13 incidents.</li></ul>'
    """
    items = list(sentences)
    return Shown(
        f"<ul>{''.join(f'<li>{words_as_html(item)}</li>' for item in items)}</ul>",
        "\n".join(f"- {escape_markdown(item)}" for item in items),
    )


def table(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str] | None = None,
    empty: str = "None.",
    folded: str | None = None,
    greatest: str | None = None,
    links: Mapping[str, str] | None = None,
    headings: Mapping[str, str] | None = None,
) -> Shown:
    """Return a frame as a table.

    Parameters
    ----------
    frame
        Any frame; each column's dtype says how its values are written. Its index is not shown.
    columns
        The columns to show, in order; None shows all. One that has an interval, in ``<column>_low`` and
        ``<column>_high``, shows that as well. Columns without any value are left out, and so are counts next to ``n``
        that are zero in every row.
    empty
        The sentence in place of a table without rows.
    folded
        The words under which a long table is folded away until a reader opens it; None shows it at once. Of more than
        `MOST_ROWS` rows a folded table shows so many, and says how many there are and which option writes all of them.
    greatest
        The column of numbers whose greatest values such a table shows, in the frame's order; None shows the first rows.
    links
        Where the report of an incident is, by incident_id: each cell with that id links there.
    headings
        Headings in place of the usual ones, by column.

    Returns
    -------
    Shown
        On the page a ``table`` in a ``div`` that scrolls sideways; cells that hold numbers have the class ``number``,
        dates, instants and identifiers the class ``nowrap``. In Markdown a table of GitHub's, numbers to the right.

    Examples
    --------
    >>> import pandas as pd
    >>> shown = table(pd.DataFrame({"service": ["<b>API"], "n": [3]}))
    >>> print(shown.html)
    <div class="table" data-table="" tabindex="0"><table>
    <thead><tr><th scope="col">Service</th><th scope="col" class="number">n</th></tr></thead>
    <tbody>
    <tr><td>&lt;b&gt;API</td><td class="number">3</td></tr>
    </tbody>
    </table></div>
    >>> print(shown.markdown)
    | Service | n |
    | --- | --: |
    | &lt;b&gt;API | 3 |
    """
    if frame.empty:
        return text(empty)
    shown = list(frame.columns) if columns is None else [name for name in columns if _says_something(frame, name)]
    is_cut = folded is not None and len(frame) > MOST_ROWS
    greatest = greatest if greatest in shown else None  # where all its values are unknown
    kept = _most(frame, greatest) if is_cut else frame
    records = kept.to_dict("records")
    write = (lambda row, column: format_value(row[column], column)) if columns is None else format_with_interval
    cells = {column: [write(row, column) for row in records] for column in shown}
    marks = {column: _mark(frame[column]) for column in shown}
    words = {column: str((headings or {}).get(column) or heading(column)) for column in shown}
    can_repeat = [] if columns is None else [name for name in shown[1:] if not marks[name] or name in _GIVEN]
    if is_cut:  # every row is also one that is not shown
        can_repeat = [name for name in can_repeat if len(frame[name].drop_duplicates()) == 1]
    same = in_every_row({name: cells[name] for name in can_repeat})
    shown = [column for column in shown if column not in same]
    rows = list(zip(*(cells[column] for column in shown), strict=True))
    leads = [[_address(column, row, links or {}) for column in shown] for row in records]
    said = Shown(
        _html_table(
            [words[column] for column in shown],
            [marks[column] for column in shown],
            rows,
            leads,
            figure_mark(figures_in(frame)),
        ),
        markdown_table(
            [escape_markdown(words[column]) for column in shown],
            ["--:" if marks[column] == "number" else "---" for column in shown],
            [
                [_link(value, address) for value, address in zip(row, lead, strict=True)]
                for row, lead in zip(rows, leads, strict=True)
            ],
        ),
        tables=(table_for_file(frame),),
    )
    repeated = [f"{words[name]} ({cell})" for name, cell in same.items() if cell]
    if repeated:
        said += said_of_all([f"The same in {format_all(len(frame), 'row')}: {', '.join(repeated)}"], kept)
    if is_cut:
        first = f"The first {MOST_ROWS:,}" if greatest is None else f"The {MOST_ROWS:,}"
        which = "" if greatest is None else f" with the greatest value of {words[greatest]}"
        said += rest_elsewhere(f"{first} of {len(frame):,} rows{which}.", frame)
    return fold(said, folded)


def _most(frame: pd.DataFrame, greatest: str | None) -> pd.DataFrame:
    """Return the rows of a long table that are shown, in its order."""
    if greatest is None:
        return frame.head(MOST_ROWS)
    plain = frame.reset_index(drop=True)
    order = plain[greatest].sort_values(ascending=False, kind="stable").index
    return plain.loc[sorted(order[:MOST_ROWS])]


def rest_elsewhere(words: str, frame: pd.DataFrame) -> Shown:
    """Say below a table which of a frame's rows it shows, and how a reader gets all of them.

    Parameters
    ----------
    words
        Which rows are shown, of how many.
    frame
        All rows.
    """
    said = f"{words} Run the review with --data DIR to get all of them as CSV."
    return Shown(f'<p class="more"{figure_mark(figures_in(frame))}>{words_as_html(said)}</p>', escape_markdown(said))


def in_every_row(columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return which columns have the same words in every row of a table of three rows or more, and which words.

    Examples
    --------
    >>> in_every_row({"Severity": ["SEV-1", "SEV-2", "SEV-1"], "Currency": ["USD", "USD", "USD"]})
    {'Currency': 'USD'}
    """
    return {name: cells[0] for name, cells in columns.items() if len(cells) >= _ROWS and len(set(cells)) == 1}


def said_of_all(sentences: Sequence[str], frame: pd.DataFrame) -> Shown:
    """Say below a table what is true of each row, in place of columns with the same words all along.

    Parameters
    ----------
    sentences
        Without their full stops; nothing is said without one.
    frame
        What the table shows.
    """
    if not sentences:
        return Shown("", "")
    words = f"{'. '.join(sentences)}."
    mark = figure_mark(figures_in(frame))
    return Shown(f'<p class="more"{mark}>{words_as_html(words)}</p>', escape_markdown(words))


def table_for_file(frame: pd.DataFrame) -> str:
    """Return a table as CSV, as a page's tables go to files: without secrets."""

    def mask(cell: object) -> object:
        return mask_secrets(cell, prose=True) if isinstance(cell, str) else cell

    plain = frame.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz", "timedelta"])
    texts = {str(name): plain[name].astype("object").map(mask).astype("str") for name in plain}
    return table_as_csv(frame.assign(**texts))


def _html_table(
    words: Sequence[str],
    marks: Sequence[str],
    rows: Sequence[Sequence[str]],
    leads: Sequence[Sequence[str | None]],
    figures: str,
) -> str:
    classes = [f' class="{mark}"' if mark else "" for mark in marks]
    head = "".join(f'<th scope="col"{mark}>{escape_html(word)}</th>' for word, mark in zip(words, classes, strict=True))

    # On a phone each cell of a wide table bears its heading.
    is_wide = sum(map(_least_width, words, marks, zip(*rows, strict=True))) > _PHONE
    names = [f' data-name="{escape_html(word)}"' if is_wide else "" for word in words]

    def cell(value: str, mark: str, name: str, address: str | None) -> str:
        content = escape_html(value) if mark else _unbroken(value)
        link = content if address is None else f'<a href="{html.escape(address)}">{content}</a>'
        return f"<td{mark}{name}>{link}</td>"

    body = "\n".join(
        f"<tr>{''.join(map(cell, row, classes, names, lead))}</tr>" for row, lead in zip(rows, leads, strict=True)
    )
    kind = ' class="many"' if is_wide else ""
    # A reader who has no mouse scrolls what has the focus.
    return (
        f'<div class="table" data-table=""{figures} tabindex="0"><table{kind}>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def markdown_table(head: Sequence[str], marks: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of GitHub's, of cells that are Markdown already; ``marks`` such as ``--:`` align the columns."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))


def fold(shown: Shown, words: str | None) -> Shown:
    """Fold something away below words; GitHub needs the empty lines to read Markdown inside of HTML."""
    if words is None:
        return shown
    summary = f"<details><summary>{escape_html(words)}</summary>"
    return replace(
        shown,
        html=f"{summary}\n{shown.html}\n</details>",
        markdown=f"{summary}\n\n{shown.markdown}\n\n</details>",
    )


def cell_link(words: str, address: str | None) -> tuple[str, str]:
    """Return words that lead to an address, in HTML and in Markdown; an address that runs something leads nowhere.

    Examples
    --------
    >>> cell_link("<b>", "../INC-1.md")
    ('<a href="../INC-1.md">&lt;b&gt;</a>', '[&lt;b&gt;](../INC-1.md)')
    >>> cell_link("Game day (AUD-223)", None)[0]
    'Game day (<span class="nowrap">AUD-223</span>)'
    """
    if address is None or _FOREIGN.match(address):
        return _unbroken(words), escape_markdown(words)
    return f'<a href="{html.escape(address)}">{_unbroken(words)}</a>', _link(words, address)


def _link(value: str, address: str | None) -> str:
    """Return a cell of a table in Markdown."""
    content = escape_markdown(value)
    return content if address is None else f"[{content}]({quote(address, safe=_IN_ADDRESS)})"


def is_address(address: str) -> bool:
    """Return whether an address may be linked to: a web page, mail, or a file next to the page. Nothing that runs.

    Examples
    --------
    >>> is_address("../INC-1.md"), is_address("https://example.org"), is_address("javascript:alert(1)")
    (True, True, False)
    """
    return _FOREIGN.match(re.sub(r"[\0-\x20]", "", address)) is None


def _address(column: str, row: Mapping[Any, Any], links: Mapping[str, str]) -> str | None:
    """Return where a cell leads: the report of its incident. An address that runs something leads nowhere."""
    address = links.get(row[column]) if column == "incident_id" else None
    return address if address is not None and is_address(address) else None


def _says_something(frame: pd.DataFrame, column: str) -> bool:
    """Return whether a column is worth its room: it has a value, and is not a count next to n that is zero throughout.

    The first column names the rows. An empty text is not a value; the bounds of an unknown budget are.
    """
    if column == frame.columns[0]:
        return True
    if column.startswith("budget_spent") and f"{column}_high" in frame and frame[f"{column}_high"].notna().any():
        return True
    if all(cell == "" for cell in frame[column].dropna()):
        return False
    return not column.startswith("n_") or bool((frame[column].fillna(0) != 0).any())


def _least_width(heading: str, mark: str, cells: Iterable[str]) -> int:
    """Return how many characters a column needs, with the gap next to it: a heading breaks at spaces, as words do."""
    parts = cells if mark else (word for cell in cells for word in cell.split())
    return 2 + max(map(len, (*heading.split(), *parts)), default=0)


def _mark(column: pd.Series) -> str:
    from pandas.api import types

    if types.is_datetime64_any_dtype(column) or column.name in _NOWRAP:
        return "nowrap"
    number = types.is_numeric_dtype(column) and not types.is_bool_dtype(column)
    return "number" if number or types.is_timedelta64_dtype(column) else ""
