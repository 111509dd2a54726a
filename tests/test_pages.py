"""What a notebook shows as a page, as a PDF and as Markdown."""

from __future__ import annotations

import base64
import ctypes
import re
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import OpenerDirector, Request

import nbformat
import pandas as pd
import pyromark
import pytest
from html_page import Page
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from incident_analytics import pages, showing
from incident_analytics.first_screen import side_by_side
from incident_analytics.showing import FIGURE, Shown, picture_name

# --- Markdown ---------------------------------------------------------------------------------------------------------


def markdown(*cells: Any) -> str:
    return pages.as_markdown(cells, "files")[0]


def cell_with(*outputs: Any) -> Any:
    return new_code_cell("code", outputs=list(outputs))


def cell_that_shows(shown: Shown) -> Any:
    return cell_with(new_output("display_data", data=shown._repr_mimebundle_()))


def test_values_and_words_follow_each_other_without_code() -> None:
    table = showing.table(pd.DataFrame({"service": ["API | Web"], "n": [3]}), folded="All 1 rows")
    text = markdown(
        new_markdown_cell("# Incident review\n\nSee *below*,\nor [the **steps**](#Time-to-restore,-all)."),
        new_markdown_cell("## Time to restore, all"),
        cell_that_shows(table),
        cell_with(),
    )
    expected = """# Incident review

See *below*, or [the **steps**](#time-to-restore-all).

## Time to restore, all

<details><summary>All 1 rows</summary>

| Service | n |
| --- | --: |
| API \\| Web | 3 |

</details>
"""
    assert text == expected


@pytest.mark.parametrize(
    ("heading", "link", "anchor"),
    [
        ("Definitions", "Definitions", "definitions"),
        ("The `a_b` case & more", "The-a_b-case-&-more", "the-a_b-case--more"),
        (
            "Reported vs. calculated SLA impact",
            "Reported-vs.-calculated-SLA-impact",
            "reported-vs-calculated-sla-impact",
        ),
        ("Überblick 2025", "Überblick-2025", "überblick-2025"),
        ("Twice\n\n## Twice", "Twice", "twice"),
        ("Other", "nowhere", "nowhere"),
    ],
)
def test_links_lead_to_the_anchors_that_github_gives(heading: str, link: str, anchor: str) -> None:
    text = markdown(new_markdown_cell(f"## {heading}\n"), new_markdown_cell(f"See [there](#{link})."))
    assert text.endswith(f"\n\nSee [there](#{anchor}).\n")


def test_a_picture_becomes_a_file_named_after_what_it_shows() -> None:
    """The same picture twice is one file; another one never takes its name. What it shows is cut to 300 characters."""
    one, two = b"one", b"<svg/>"
    png = {"image/png": base64.b64encode(one).decode(), "text/plain": "<Image>"}
    text, pictures = pages.as_markdown(
        [
            cell_with(new_output("display_data", data=png, metadata={"image/png": {"alt": "a [b] " + "x" * 400}})),
            cell_with(new_output("display_data", data=png)),
            cell_that_shows(
                Shown("<svg/>", f"**Drawn**\n\n![c]({picture_name(two, 'svg')})", {picture_name(two, "svg"): two})
            ),
        ],
        "a b",
    )
    assert pictures == {picture_name(one, "png"): one, picture_name(two, "svg"): two}
    assert all(FIGURE.fullmatch(name) for name in pictures)
    first, second, *_, third = text.splitlines()[::2]
    assert first == f"![a \\[b\\] {'x' * 293}…](a%20b/{picture_name(one, 'png')})"
    assert second == f"![A figure without a description](a%20b/{picture_name(one, 'png')})"
    assert third == f"![c](a%20b/{picture_name(two, 'svg')})"


def test_a_frame_of_a_notebook_of_ones_own_stays_a_table_in_html() -> None:
    """Its style sheet goes, which GitHub would show, and its empty lines, which would end it."""
    frame = pd.DataFrame({"a": [1]})._repr_html_()  # type: ignore[operator]
    text = markdown(
        cell_with(new_output("execute_result", data={"text/html": f"{frame}\n\n  <p>b</p>", "text/plain": "a"}))
    )
    assert text.startswith('<div>\n<table border="1" class="dataframe">')
    assert "style" not in re.sub('style="[^"]*"', "", text)
    assert "\n\n" not in text
    assert "<td>1</td>" in text


def test_what_is_printed_is_code_and_what_is_remarked_is_not_shown() -> None:
    assert (
        markdown(
            cell_with(
                new_output("stream", name="stdout", text="\x1b[31ma\x1b[0m  b\n```\n"),
                new_output("stream", name="stderr", text="a remark"),
                new_output("execute_result", data={"text/plain": "1"}),
            )
        )
        == "````\na  b\n```\n````\n\n```\n1\n```\n"
    )


def test_words_of_the_lead_are_a_quotation_in_which_nothing_runs() -> None:
    words = "A *hard*\nquarter: $5.\n\n- <img src=x onerror=alert(1)>\n- [run](javascript:alert(1)) ![x](data:a) <https://a.b>"
    assert markdown(new_markdown_cell(words, metadata={"tags": ["commentary"]})) == (
        "> A *hard* quarter: \\$5.\n>\n> - &lt;img src=x onerror=alert(1)&gt;\n> - run x <https://a.b>\n"
    )


WRITTEN = st.text(st.sampled_from("ab \\[]()<>!`*$#-|\n:javscript&T;"), max_size=40)


@given(WRITTEN)
def test_the_leads_words_hold_no_html_and_no_address_that_runs(words: str) -> None:
    shown = pyromark.html(markdown(new_markdown_cell(words, metadata={"tags": ["commentary"]})))
    assert not re.search(r'(href|src)="\s*javascript', shown)
    assert not re.search(r"<(?!/?(blockquote|p|em|strong|code|pre|h[1-6]|ul|ol|li|a|img|hr|br)\b)", shown)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_is_meant_for_it_and_the_notebook_its_own() -> None:
    shown = Shown("<svg></svg>", "a", notebook="<img>")
    page = Page(pages.as_html(new_notebook(cells=[cell_that_shows(shown)]), "Own"))
    assert (len(page.all("svg")), len(page.all("img"))) == (1, 0)
    assert shown._repr_mimebundle_()["text/html"] == "<img>"


def test_the_contents_lead_to_the_headings_of_the_page_and_to_nothing_else() -> None:
    source = "## The `a < b` *case* & more\n\n```\n## no heading\n```\n\n### Below\n"
    notebook = nbformat.v4.new_notebook(cells=[new_markdown_cell(source), new_markdown_cell("Words.")])
    page = Page(pages.as_html(notebook, "Own"))
    (anchor,) = (str(link["href"]).removeprefix("#") for link in page.all("a"))
    assert anchor == "The-a-<-b-case-&-more"
    assert anchor in [heading["id"] for heading in page.all("h2")]
    assert "Contents" not in Page(pages.as_html(nbformat.v4.new_notebook(), "Empty")).text.replace("Own", "")


def test_a_heading_in_code_or_quotes_has_its_id() -> None:
    heading = pages._with_anchors('<h2>The "<code>a &lt; b</code>" case</h2>')  # noqa: SLF001
    assert heading == '<h2 id="The-&quot;a-&lt;-b&quot;-case">The "<code>a &lt; b</code>" case</h2>'


# --- paper -----------------------------------------------------------------------------------------------------------


PRINTED = """<!DOCTYPE html><html lang="en"><head><title>Review 2025Q3</title></head><body>
<h1>Review</h1><h2>Results</h2><details><summary>More</summary><p>Folded away</p></details>
<img src="data:image/png;base64,{png}" alt="One pixel">{more}</body></html>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def printed(more: str = "") -> bytes:
    page = PRINTED.format(png=base64.b64encode(PIXEL).decode(), more=more)
    return pages.as_pdf(page)


def test_a_pdf_is_tagged_and_has_title_language_and_bookmarks(pdfium: ModuleType) -> None:
    pdf = pdfium.PdfDocument(printed())
    assert pdfium.raw.FPDFCatalog_IsTagged(pdf)
    assert pdf.get_metadata_value("Title") == "Review 2025Q3"
    assert [(mark.level, mark.get_title()) for mark in pdf.get_toc()] == [(0, "Review"), (1, "Results")]
    language = (ctypes.c_ushort * 3)()
    assert pdfium.raw.FPDFCatalog_GetLanguage(pdf, language, ctypes.sizeof(language)) == ctypes.sizeof(language)
    assert bytes(language).decode("utf-16-le") == "en\0"
    assert "Folded away" in pdf[0].get_textpage().get_text_bounded()
    assert printed() == printed()


def test_a_pdf_is_made_of_what_the_page_holds_and_nothing_else(
    pdfium: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a file of this machine nor another machine is asked, by whatever way a page may name them."""
    (tmp_path / "secret.png").write_bytes(PIXEL)
    (tmp_path / "secret.css").write_text("h1::after { content: 'secret' }")
    address = tmp_path.as_uri()
    more = "".join(
        f'<img src="{place}/secret.png"><link rel="stylesheet" href="{place}/secret.css">'
        f"<style>@import '{place}/secret.css'; p {{ background: url({place}/secret.png) }}</style><p>Words</p>"
        f'<object data="{place}/secret.png"></object><link rel="attachment" href="{place}/secret.css">'
        for place in (address, "http://127.0.0.1:9", "https://evil.example", "ftp://evil.example")
    )
    opened: list[str] = []
    original = OpenerDirector.open

    def remember(self: OpenerDirector, request: Request, *arguments: Any, **options: Any) -> object:
        opened.append(request.full_url.partition(":")[0])
        return original(self, request, *arguments, **options)

    monkeypatch.setattr(OpenerDirector, "open", remember)
    content = printed(more)
    assert set(opened) == {"data"}
    pdf = pdfium.PdfDocument(content)
    images = [shown for page in pdf for shown in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE])]
    assert (len(images), pdf.count_attachments()) == (1, 0)
    assert "secret" not in "".join(page.get_textpage().get_text_bounded() for page in pdf)


def laid_out(pdfium: ModuleType, body: str) -> list[Any]:
    """Return the printed pages of a review that shows this."""
    page = pages.as_html(nbformat.v4.new_notebook(), "Incident review")
    return list(pdfium.PdfDocument(pages.as_pdf(page.replace("</main>", f"{body}</main>"))))


def words_on(page: Any) -> str:
    return " ".join(page.get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("between", ["", "<p>What it is.</p>"])
def test_a_heading_is_above_its_figure_on_paper(between: str, pdfium: ModuleType) -> None:
    """The figure does not fit on the first page: the heading goes with it."""
    body = f'<p>First</p><div style="height: 195mm"></div><h2>Cost</h2>{between}<figure style="height: 90mm"></figure>'
    first, second = laid_out(pdfium, f"<div>{body}</div>")
    assert words_on(first) == "First Incident review 1 / 2"
    assert words_on(second).startswith("Cost")


def test_a_table_stays_on_its_paper_and_has_its_headings_on_each_page(pdfium: ModuleType) -> None:
    long = pd.DataFrame({"title": ["W" * 300] * 8, "service": "Admin Dashboard", "began": "2025-07-01 14:02"})
    pages = laid_out(pdfium, showing.table(long).html)
    assert len(pages) > 1
    for page in pages:
        assert words_on(page).startswith("Title Service Began")
        bounds = [shown.get_bounds() for shown in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_TEXT])]
        assert [right for _, _, right, _ in bounds if right > page.get_width() - 39.6] == []  # 14 mm


def test_a_part_that_is_alone_in_its_columns_has_their_whole_width_on_paper(pdfium: ModuleType) -> None:
    words = "No open decisions are known: nothing was reported."
    (page,) = laid_out(pdfium, side_by_side(showing.text(words)).html)
    assert page.get_textpage().get_text_bounded().splitlines()[0].strip() == words


def test_what_is_folded_away_on_the_page_is_not_printed(pdfium: ModuleType) -> None:
    (page,) = laid_out(pdfium, showing.table(pd.DataFrame({"service": ["API"]}), folded="All 1 rows").html)
    assert words_on(page) == "Tables that are folded in the HTML page are not printed. Incident review 1 / 1"


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_is_named_by_its_heading_on_the_page_and_as_a_file() -> None:
    one, two = (showing.table(pd.DataFrame({"span": pd.to_timedelta([n], unit="h")}), folded="More") for n in (1, 2))
    cells = [
        cell_that_shows(one),
        new_markdown_cell("# Review\n\n## By service & team\n\n"),
        cell_that_shows(one + showing.text("between") + two),
        cell_with(new_output("stream", name="stdout", text="a")),
        cell_that_shows(Shown("<svg/>", "![a](b.svg)", {"b.svg": b"<svg/>"}, "<img>")),
        new_markdown_cell("No heading."),
        cell_that_shows(two),
    ]
    names = ["table", *(f"table-by-service--team{end}" for end in ("", "-2", "-3"))]
    csv = [f"span_seconds\n{n}.0\n" for n in (3600, 3600, 7200, 7200)]
    assert pages.tables_of(cells) == dict(zip(names, csv, strict=True))
    page = Page(pages.as_html(new_notebook(cells=cells), "Own"))
    assert [each["id"] for each in page.all("div") if each.get("class") == "table"] == names


def test_a_picture_without_words_gets_some_and_the_rest_stays_as_it_is() -> None:
    """Also where a notebook of your own shows HTML: who does not see a picture hears that nothing describes it."""
    shown = '<p title="a<b">one<br>two <img src="data:,"> <img src="data:," alt="Errors"></p>'
    page = pages.as_html(
        new_notebook(cells=[new_code_cell("x", outputs=[new_output("display_data", {"text/html": shown})])]), "A review"
    )
    words = '<img alt="A figure without a description" src="data:,">'
    assert shown.replace('<img src="data:,">', words) in page
