"""Values that show in two languages: what they show, and that no text of a report becomes markup in either."""

from __future__ import annotations

import re
from base64 import b64encode
from html.parser import HTMLParser

import pandas as pd
import pyromark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics import showing
from incident_analytics.showing import MOST_ROWS, PAGE, Shown, table_for_file
from incident_analytics.visible import visible

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
)


class Read(HTMLParser):
    """The tags and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return seen("".join(self.texts))


def seen(text: str) -> str:
    """Return text as a reader sees it: spaces of all kinds are one, what can't be seen is written out."""
    spaced = re.sub("[ \t\n\r\f\v\x85\u2028\u2029]+", " ", text)
    return " ".join(visible(spaced).split())


MARKUP = (
    st.text(st.sampled_from("ab1 #*_`~|\\[](){}<>!&;:$^+-.=\"'/@\n\t\0\u202e"), max_size=24) | st.text(max_size=24)
).filter(seen)
"""What a report may say: mostly characters that mean something somewhere."""


def letters(text: str) -> str:
    return text.replace(" ", "")


def read(shown: Shown) -> list[Read]:
    """Return what a reader sees of both languages."""
    return [Read(shown.html), Read(pyromark.html(shown.markdown, options=OPTIONS))]


TABLE = ["table", "thead", "tr", "th", "tbody", "tr", "td"]


@given(words=MARKUP)
def test_no_text_becomes_markup_and_no_character_is_lost(words: str) -> None:
    """A law: whatever a report says is text, in both languages and wherever it is shown."""
    frame = pd.DataFrame({"title": [words]})
    for shown, tags, texts in (
        (showing.text(f"a {words}"), ["p"], ["a", words]),
        (showing.text(words), ["p"], [words]),
        (showing.listing([words, "b"]), ["ul", "li", "li"], [words, "b"]),
        (showing.table(frame, headings={"title": f"{words}."}), TABLE, [f"{words}.", words]),
        (showing.table(frame, folded=words), ["details", "summary", *TABLE], [words, "Title", words]),
        (showing.text(words) + showing.text("b"), ["p", "p"], [words, "b"]),
    ):
        for language in read(shown):
            assert [tag for tag in language.tags if tag != "div"] == tags
            assert letters(language.text) == letters(seen("".join(texts)))


@given(words=MARKUP)
def test_links_hold_any_text(words: str) -> None:
    table = pd.DataFrame({"incident_id": [words]})
    for language in read(showing.table(table, links={words: f"../{words}"})):
        assert language.tags.count("a") == 1
        assert letters(language.text) == letters(seen(f"Incident{words}"))


@pytest.mark.parametrize(
    ("words", "html", "markdown"),
    [
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("![x](http://a/b.png)", "![x](http://a/b.png)", r"!\[x\](http://a/b.png)"),
        ("$5 to $6", "$5 to $6", r"\$5 to \$6"),
        ("a | b", "a | b", r"a \| b"),
        ("<script>", "&lt;script&gt;", "&lt;script&gt;"),
        ("&lt;", "&amp;lt;", "&amp;lt;"),
        ("```sh", "```sh", r"\`\`\`sh"),
        ("one\r\n\r\ntwo", "one two", "one two"),
        ("a\x00b\x1b[31m", r"a\x00b\x1b[31m", r"a\\x00b\\x1b\[31m"),
        ("\u202ecod.exe", r"\u202ecod.exe", r"\\u202ecod.exe"),
        ("pass\u200bword", r"pass\u200bword", r"pass\\u200bword"),
        ("\ud800", r"\ud800", r"\\ud800"),
        ("می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"),
        ("- a", "- a", r"\- a"),
        ("12) a", "12) a", r"12\) a"),
        ("---", "---", r"\---"),
        ("===", "===", r"\==="),
        (": a", ": a", r"\: a"),
        ("# a", "# a", r"\# a"),
        ("[^1]: a", "[^1]: a", r"\[^1\]: a"),
        ("snake_case _a_", "snake_case _a_", r"snake_case \_a\_"),
        ("\\", "\\", "\\\\"),
        ("قاعدة البيانات", "قاعدة البيانات", "قاعدة البيانات"),
    ],
)
def test_what_breaks_a_language_is_escaped(words: str, html: str, markdown: str) -> None:
    assert (showing.escape_html(words), showing.escape_markdown(words)) == (html, markdown)


def test_a_notebook_gets_both_languages() -> None:
    shown = showing.text("a < b")
    assert shown._repr_mimebundle_() == {"text/html": "<p>a &lt; b</p>", "text/markdown": "a &lt; b"}
    assert repr(shown) == "<Shown, 8 characters of Markdown>"


def test_pictures_and_what_a_notebook_shows_instead_travel_with_the_output() -> None:
    figure = Shown("<svg></svg>", "![a](figure-1.svg)", {"figure-1.svg": b"<svg/>"}, "<img>")
    both = showing.text("b") + figure
    assert both._repr_mimebundle_() == {
        "text/html": "<p>b</p>\n<img>",
        "text/markdown": "b\n\n![a](figure-1.svg)",
        PAGE: {"html": "<p>b</p>\n<svg></svg>", "pictures": {"figure-1.svg": b64encode(b"<svg/>").decode()}},
    }


def test_a_table_says_each_dtype_as_people_read_it() -> None:
    frame = pd.DataFrame(
        {
            "incident_id": ["INC-1", None],
            "occurred_at": pd.to_datetime(["2025-07-03T14:02Z", None]),
            "due_on": pd.to_datetime(["2025-07-03", None]),
            "time_to_restore": [pd.Timedelta(minutes=105), pd.NaT],
            "n": pd.array([1204, None], dtype="Int64"),
            "availability": pd.array([0.99823, None], dtype="Float64"),
            "total": pd.array([34000.0, None], dtype="Float64"),
            "is_open": pd.array([False, None], dtype="boolean"),
            "incident_ids": [("INC-1", "INC-2"), ()],
        }
    )
    page = showing.table(frame).html.replace("</th>", "</th>\n").replace("</td>", "</td>\n").splitlines()
    assert page == [
        '<div class="table" data-table="" tabindex="0"><table class="many">',
        '<thead><tr><th scope="col" class="nowrap">Incident</th>',
        '<th scope="col" class="nowrap">Began (UTC)</th>',
        '<th scope="col" class="nowrap">Due</th>',
        '<th scope="col" class="number">Time to restore</th>',
        '<th scope="col" class="number">n</th>',
        '<th scope="col" class="number">Availability</th>',
        '<th scope="col" class="number">Total</th>',
        '<th scope="col">Ongoing</th>',
        '<th scope="col">Incidents</th>',
        "</tr></thead>",
        "<tbody>",
        '<tr><td class="nowrap" data-name="Incident">INC-1</td>',
        '<td class="nowrap" data-name="Began (UTC)">2025-07-03 14:02</td>',
        '<td class="nowrap" data-name="Due">2025-07-03</td>',
        '<td class="number" data-name="Time to restore">1h 45m</td>',
        '<td class="number" data-name="n">1,204</td>',
        '<td class="number" data-name="Availability">99.823%</td>',
        '<td class="number" data-name="Total">34,000</td>',
        '<td data-name="Ongoing">no</td>',
        '<td data-name="Incidents"><span class="nowrap">INC-1</span>, <span class="nowrap">INC-2</span></td>',
        "</tr>",
        '<tr><td class="nowrap" data-name="Incident">–</td>',
        '<td class="nowrap" data-name="Began (UTC)">–</td>',
        '<td class="nowrap" data-name="Due">–</td>',
        '<td class="number" data-name="Time to restore">–</td>',
        '<td class="number" data-name="n">–</td>',
        '<td class="number" data-name="Availability">–</td>',
        '<td class="number" data-name="Total">–</td>',
        '<td data-name="Ongoing">–</td>',
        '<td data-name="Incidents">–</td>',
        "</tr>",
        "</tbody>",
        "</table></div>",
    ]


def test_an_empty_table_is_a_sentence() -> None:
    assert showing.table(pd.DataFrame({"n": []}), empty="No incidents.") == showing.text("No incidents.")


def test_a_long_table_can_be_folded_away_in_both_languages() -> None:
    """GitHub reads Markdown inside of HTML only between empty lines."""
    table = pd.DataFrame({"n": [1]})
    open_table, folded = showing.table(table), showing.table(table, folded="1 <\n2 * 3")
    assert folded.html == f"<details><summary>1 &lt; 2 * 3</summary>\n{open_table.html}\n</details>"
    assert folded.markdown == f"<details><summary>1 &lt; 2 * 3</summary>\n\n{open_table.markdown}\n\n</details>"


@pytest.mark.parametrize("greatest", [None, "n"])
@pytest.mark.parametrize("n", [1, MOST_ROWS, MOST_ROWS + 1, 5 * MOST_ROWS])
def test_a_folded_table_shows_so_many_rows_and_says_where_the_others_are(n: int, greatest: str | None) -> None:
    """The file has every row; a table that is not folded shows every row; numbers chosen are the greatest, in order."""
    frame = pd.DataFrame(
        {"name": [f"row {number}" for number in range(n)], "n": [-abs(number - 7) for number in range(n)]}
    )
    shown = showing.table(frame, columns=["name", "n"], folded="Rows", greatest=greatest)
    names = re.findall(r"<td>(row \d+)</td>", shown.html)
    assert names == frame["name"].head(MOST_ROWS).tolist()
    assert shown.markdown.count("| row ") == len(names)
    assert shown.tables == showing.table(frame, columns=["name", "n"]).tables
    assert len(shown.tables[0].splitlines()) == 1 + n
    elsewhere = (
        f"{MOST_ROWS} of {n:,} rows{' with the greatest value of n' * bool(greatest)}. Run the review with --data"
    )
    for written in (shown.html.replace("\xa0", " "), shown.markdown):
        assert (elsewhere in written) == (n > MOST_ROWS)
    assert showing.table(frame).html.count("<td>row ") == n


def test_the_greatest_values_of_a_long_table_are_shown_in_its_order_and_unknown_ones_last() -> None:
    n = 3 * MOST_ROWS
    late = pd.to_timedelta([None if number % 3 == 0 else number for number in range(n)], unit="D")
    shown = showing.table(pd.DataFrame({"n": range(n), "late": late}), folded="Rows", greatest="late")
    numbers = [int(number) for number in re.findall(r'<tr><td class="number">([\d,]+)</td>', shown.html)]
    expected = [number for number in range(n) if number % 3][-MOST_ROWS:]
    assert numbers == expected


def test_every_row_of_a_long_table_is_also_one_that_is_not_shown() -> None:
    n = MOST_ROWS
    rows = pd.DataFrame({"n": range(n + 1), "currency": ["USD"] * (n + 1), "kind": [*["a"] * n, "b"]})
    page = showing.table(rows, columns=list(rows), folded="Rows").markdown
    assert f"The same in all {n + 1:,} rows: Currency (USD)." in page
    assert "| n | Kind |" in page


def test_a_long_table_whose_greatest_values_are_unknown_shows_its_first_rows() -> None:
    rows = pd.DataFrame({"n": range(MOST_ROWS + 1), "late": pd.to_timedelta([None] * (MOST_ROWS + 1))})
    page = showing.table(rows, columns=list(rows), folded="Rows", greatest="late").markdown
    assert f"The first {MOST_ROWS} of {MOST_ROWS + 1} rows." in page


def test_the_bounds_of_an_unknown_budget_are_shown() -> None:
    rows = {"service": ["API", "Web"], "budget_spent": [None, 0.2]}
    rows |= {"budget_spent_low": [0.0, 0.1], "budget_spent_high": [7.0, 0.3]}
    table = pd.DataFrame(rows).astype(dict.fromkeys(list(rows)[1:], "Float64"))
    for shown, cells in ((table, ["0% to 700%", "20% (10% to 30%)"]), (table[:1], ["0% to 700%"])):
        page = showing.table(shown, columns=["service", "budget_spent"]).markdown
        assert [line.split("|")[2].strip() for line in page.splitlines()[2:]] == cells


def test_a_chosen_column_is_shown_with_its_interval_and_the_others_are_not() -> None:
    minutes = pd.to_timedelta([50, 30, 120], unit="min")
    row = {"n": [6], "median": [minutes[0]], "median_low": [minutes[1]], "median_high": [minutes[2]]}
    page = showing.table(pd.DataFrame(row), columns=["n", "median"]).html
    assert '<td class="number">50m (30m to 2h)</td>' in page
    assert page.count("<th ") == 2
    unsure = showing.table(pd.DataFrame(row | {"median_low": [pd.NaT]}), columns=["median"]).html
    assert '<td class="number">50m (at most 2h)</td>' in unsure


def test_words_that_are_the_same_in_every_row_are_said_once_below_the_table() -> None:
    """Numbers are not, but for those that settings give: a table keeps its figures, and the file every column."""
    rows = {
        "service": ["a", "b", "c"],
        "n": [2, 2, 2],
        "currency": ["USD"] * 3,
        "target": 0.5,
        "kind": list("xxy"),
    }
    frame = pd.DataFrame(rows)
    shown = showing.table(frame, columns=list(rows))
    assert "<th" in shown.html
    assert [word in shown.html.partition("</thead>")[0] for word in ("Service", "n", "Currency", "Target", "Kind")] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert shown.html.endswith('<p class="more">The same in all 3 rows: Currency (USD), Target (50%).</p>')
    assert shown.markdown.endswith("\n\nThe same in all 3 rows: Currency (USD), Target (50%).")
    assert shown.tables[0].splitlines()[0] == "service,n,currency,target,kind"
    empty = showing.table(frame.assign(currency="", kind=[None, "", None]), columns=list(rows))
    assert [word in empty.html for word in ("Currency", "Kind")] == [False, False], "nothing is said of empty texts"
    assert empty.markdown.endswith("\n\nThe same in all 3 rows: Target (50%).")
    assert " rows: " not in showing.table(frame[:2], columns=list(rows)).html, "two may be so by chance"
    assert " rows: " not in showing.table(frame).html, "a frame that is shown as it is"


def test_an_incident_links_to_its_report_and_to_nothing_else() -> None:
    table = pd.DataFrame({"incident_id": ["INC-1", "INC-2"], "action": ["INC-1", "see"]})
    shown = showing.table(table, links={"INC-1": '../a (b).md"><script>', "INC-2": "JavaScript:alert(1)"})
    assert shown.html.count("<a ") == 1
    assert '<a href="../a (b).md&quot;&gt;&lt;script&gt;">INC-1</a>' in shown.html
    assert shown.markdown.splitlines()[2:] == [
        "| [INC-1](../a%20%28b%29.md%22%3E%3Cscript%3E) | INC-1 |",
        "| INC-2 | see |",
    ]


def test_a_secret_that_somebody_wrote_into_a_report_is_masked_in_both_languages() -> None:
    words = "Rotated password=hunter2 of postgres://root:toor@db | ann@x.example"
    safe = "Rotated password=<secret> of postgres://<secret>@db | ann@x.example"
    shown = showing.text(words)
    for page in (shown.html, pyromark.html(shown.markdown, options=OPTIONS)):
        assert "".join(Read(page).texts).strip().replace("\N{NO-BREAK SPACE}", " ") == safe
    frame = pd.DataFrame({"title": [words]})
    for shown in (showing.table(frame), showing.listing([words])):
        assert "hunter2" not in shown.html + shown.markdown
        assert "toor" not in shown.html + shown.markdown


@pytest.mark.parametrize("dtype", ["str", "object", "string", "category"])
def test_a_table_for_a_file_has_no_secret_whatever_its_dtype(dtype: str) -> None:
    frame = pd.DataFrame({"title": pd.Series(["Queue password=hunter2", None], dtype=dtype), "n": [1, 2]})
    assert table_for_file(frame) == "title,n\nQueue password=<secret>,1\n,2\n"


@pytest.mark.parametrize(
    ("frame", "is_stacked"),
    [
        (pd.DataFrame({"when": ["Weekends and holidays"], "n": [4], "share": [0.085], "total": [10]}), False),
        (pd.DataFrame({"service": ["Correspondence"], "n": [1], "downtime": ["3h"], "availability": [0.999]}), True),
        (pd.DataFrame({"service": ["x" * 40], "n": [1]}), True),
        (pd.DataFrame({letter: [1] for letter in "abcdefg"}), False),
    ],
)
def test_on_a_phone_cells_are_stacked_where_their_longest_words_have_no_room_next_to_each_other(
    frame: pd.DataFrame,
    is_stacked: bool,
) -> None:
    assert (' class="many"' in showing.table(frame).html) == is_stacked
