from __future__ import annotations

import base64
import ctypes
import json
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.request import OpenerDirector, Request

import nbformat
import pandas as pd
import pytest
from browsing import need
from nbclient import NotebookClient

from incident_analytics import publish
from incident_analytics.errors import (
    ColumnsError,
    CommentaryError,
    NotebookError,
    OutputError,
    PathError,
    PeriodError,
    SettingsError,
    UnknownNameError,
)
from incident_analytics.formatting import html_table

PARAMETERS = "paths = []\nperiod = ''\nsettings = None\nstatus = ''\nas_of = None"

SHOWN = """
import base64, json, os, sys
from IPython.display import Image, display
from incident_analytics.formatting import html_list

hostile = "<script>alert('a')</script> & \\"quotes\\""
display(html_list([hostile]))
display(Image(base64.b64decode("{png}"), format="png", width=20, alt=hostile))
display(Image(base64.b64decode("{png}"), format="png"))
print("a remark", file=sys.stderr)
print(json.dumps([paths, period, settings, status, as_of]))
print(json.dumps([os.listdir(), os.environ["PYTHONSAFEPATH"], sys.executable, "" in sys.path]))
html_list(["the last value"])
""".replace(
    "{png}",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
)


def make_reports(folder: Path) -> Path:
    folder.mkdir()
    return folder


def write_notebook(file: Path, *sources: str, tagged: bool = True) -> Path:
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    if tagged:
        cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    return file


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
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


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The page and the notebook of one run on hostile text, each step of it told to `progress`."""
    folder = tmp_path_factory.mktemp("review")
    notebook = write_notebook(folder / "own {braces}.ipynb", PARAMETERS, SHOWN)
    environment = dict(os.environ)
    steps: list[tuple[int, int]] = []
    files = publish.review(
        make_reports(folder / "reports's"),
        period="2025-07-01/2025-08-01",
        output_dir=folder / "out" / "deep",
        to=("html", "md", "ipynb"),
        as_of=pd.Timestamp("2025-08-02", tz="UTC"),
        notebook=notebook,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert dict(os.environ) == environment
    assert steps == [(0, 2), (1, 2), (2, 2)]
    return files


@pytest.fixture(scope="module")
def page(written: list[Path]) -> Page:
    return Page(written[0].read_text(encoding="utf-8"))


def test_outputs_are_named_after_the_period(written: list[Path]) -> None:
    names = [f"review-2025-07-01_2025-08-01{end}" for end in (".html", ".md", ".ipynb", "_files")]
    assert [file.name for file in written] == names[:-1]
    assert sorted(file.name for file in written[0].parent.iterdir()) == sorted(names), "nothing is left beside them"


def test_the_page_asks_for_nothing_and_runs_nothing(page: Page) -> None:
    """Nor does it name another file than the notebook that was asked for with it."""
    assert page.all("script") == []
    assert page.outside_requests() == []
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_text_of_reports_is_text_on_the_page(page: Page) -> None:
    assert "<script>alert('a')</script> & \"quotes\"" in page.text


def test_what_a_cell_ends_in_is_shown(page: Page) -> None:
    assert "the last value" in page.text


def test_every_picture_has_its_words_or_says_that_it_has_none(page: Page) -> None:
    assert [(image["alt"], image.get("width")) for image in page.all("img")] == [
        ("<script>alert('a')</script> & \"quotes\"", "20"),
        ("A figure without a description", None),
    ]


def test_code_and_remarks_stay_off_the_page(page: Page) -> None:
    assert "import base64" not in page.text
    assert "a remark" not in page.text
    assert page.all("title") == [{}]
    assert "Incident review 2025-07-01/2025-08-01" in page.text


def test_the_notebook_gets_plain_values_and_an_empty_folder(written: list[Path]) -> None:
    ran = nbformat.read(written[-1], as_version=4)
    told = next(output.text for output in ran.cells[-1].outputs if output.get("name") == "stdout").splitlines()
    reports = str(written[0].parents[2] / "reports's")
    period, as_of = "2025-07-01/2025-08-01", "2025-08-02T00:00:00+00:00"
    assert json.loads(told[0]) == [[reports], period, None, "final", as_of]
    assert json.loads(told[1]) == [[], "1", sys.executable, False]


def test_the_markdown_shows_what_the_page_shows(written: list[Path]) -> None:
    """Text as text, pictures as files beside it with their words; no code."""
    text = written[1].read_text(encoding="utf-8")
    folder = written[1].with_name("review-2025-07-01_2025-08-01_files")
    (picture,) = folder.iterdir()  # shown twice
    assert picture.read_bytes().startswith(b"\x89PNG")
    hostile = "&lt;script&gt;alert('a')&lt;/script&gt; & \"quotes\""
    assert text.splitlines()[:5] == [
        f"- {hostile}",
        "",
        f"![{hostile}]({folder.name}/{picture.name})",
        "",
        f"![A figure without a description]({folder.name}/{picture.name})",
    ]
    assert "import base64" not in text
    assert text.endswith(
        "- the last value\n\n[The notebook that made this review](review-2025-07-01_2025-08-01.ipynb), "
        "with its code and results.\n"
    )


def test_only_figures_of_an_earlier_review_go(written: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "review-2025Q3_files"
    folder.mkdir()
    ours, theirs = folder / "figure-0123456789abcdef.png", folder / "figure-of-mine.png"
    ours.touch()
    theirs.touch()
    notebook = written[0].parents[2] / "own {braces}.ipynb"
    publish.review(tmp_path, period="2025Q3", output_dir=tmp_path, to=("html",), notebook=notebook)
    assert ours.exists(), "the page needs no folder and leaves it alone"
    publish.review(tmp_path, period="2025Q3", output_dir=tmp_path, to=("md",), notebook=notebook)
    assert (theirs.exists(), ours.exists(), len(list(folder.iterdir()))) == (True, False, 2)


COMMENTED = """# Own review

## Results

As always.
"""


def test_words_of_the_lead_stand_in_all_that_is_written(tmp_path: Path) -> None:
    """They are the same after each run, whatever the notebook; their markup is Markdown's alone."""
    cells = [nbformat.v4.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]})]
    cells.append(nbformat.v4.new_markdown_cell(COMMENTED, id="text"))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "own.ipynb")
    words = tmp_path / "words.md"
    words.write_text(
        "A *hard* quarter: $5 and $6.\n\n```mermaid\n<script>a</script>\n```\n\n## RESULTS\n\n"
        "<img src=x onerror=alert(1)> [run](javascript:alert(1)) [see](https://example.org)\n"
    )
    files = publish.review(
        tmp_path,
        period="2025Q3",
        output_dir=tmp_path,
        to=("html", "md", "ipynb"),
        notebook=tmp_path / "own.ipynb",
        commentary=words,
    )
    text = files[0].read_text(encoding="utf-8")
    assert re.sub("\n+", "\n", text[text.index("<main>") : text.index('<p class="beside">')]) == (
        '<main>\n<h1 id="Own-review">Own review</h1>\n'
        '<div class="commentary"><p>A <em>hard</em> quarter: $5 and $6.</p>\n'
        '<pre><code class="language-mermaid">&lt;script&gt;a&lt;/script&gt;\n</code></pre>\n</div>\n'
        '<h2 id="Results">Results</h2>\n<div class="commentary"><p>&lt;img src=x onerror=alert(1)&gt; '
        '<a href="#harmful-link">run</a> <a href="https://example.org">see</a></p>\n</div>\n<p>As always.</p>\n'
    )
    wiki = (
        "# Own review\n\n> A *hard* quarter: \\$5 and \\$6.\n>\n> ```\n> <script>a</script>\n> ```\n\n"
        "## Results\n\n> &lt;img src=x onerror=alert(1)&gt; [run](#harmful-link) [see](https://example.org)\n\n"
        "As always.\n"
    )
    assert files[1].read_text(encoding="utf-8").startswith(wiki)
    ran = nbformat.read(files[2], as_version=4)
    assert [cell.source for cell in ran.cells if "commentary" in cell.metadata.get("tags", [])] == [
        "A *hard* quarter: $5 and $6.\n\n```mermaid\n<script>a</script>\n```",
        "<img src=x onerror=alert(1)> [run](javascript:alert(1)) [see](https://example.org)",
    ]


def test_links_of_the_review_lead_to_its_headings(reports: Path, tmp_path: Path) -> None:
    (file,) = publish.review(reports, period="2024Q1", output_dir=tmp_path)
    page = Page(file.read_text(encoding="utf-8"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    places = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert places - set(ids) == set()
    assert len(ids) == len(set(ids))


def test_a_heading_in_code_or_quotes_has_its_id() -> None:
    heading = publish._with_anchors('<h2>The "<code>a &lt; b</code>" case</h2>')  # noqa: SLF001
    assert heading == '<h2 id="The-&quot;a-&lt;-b&quot;-case">The "<code>a &lt; b</code>" case</h2>'


def test_the_contents_lead_to_the_headings_of_the_page_and_to_nothing_else() -> None:
    source = "## The `a < b` *case* & more\n\n```\n## no heading\n```\n\n### Below\n"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    page = Page(publish.as_page(notebook, "Own"))
    (anchor,) = (str(link["href"]).removeprefix("#") for link in page.all("a"))
    assert anchor == "The-a-<-b-case-&-more"
    assert anchor in [heading["id"] for heading in page.all("h2")]
    assert "Contents" not in Page(publish.as_page(nbformat.v4.new_notebook(), "Empty")).text.replace("Own", "")


def test_the_same_input_gives_the_same_bytes(written: list[Path], tmp_path: Path) -> None:
    again = publish.review(
        written[0].parents[2] / "reports's",
        period="2025-07-01/2025-08-01",
        output_dir=tmp_path,
        to=("html", "md", "ipynb"),
        as_of=pd.Timestamp("2025-08-02", tz="UTC"),
        notebook=written[0].parents[2] / "own {braces}.ipynb",
    )
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in written]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("\n1 / 0  # why\n", "code cell 2 (1 / 0 # why) failed: ZeroDivisionError: division by zero"),
        ("exit_now = 0\nraise SystemExit(0)", "code cell 2 (exit_now = 0) ended the notebook early, with 1 code cells"),
        ("import os; os._exit(0)", "code cell 2 (import os; os._exit(0)) ended the kernel: Kernel died"),
        (
            "import matplotlib\nmatplotlib.use('agg')\nfrom matplotlib import pyplot\ndisplay(pyplot.figure())",
            "code cell 2 (import matplotlib) lost its figure",
        ),
    ],
    ids=["fails", "exits", "dies", "loses a figure"],
)
def test_a_cell_at_fault_is_named_and_the_old_page_stays(source: str, message: str, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", PARAMETERS, source, "print('the end')")
    old = tmp_path / "review-2025Q3.html"
    old.write_text("old")
    with pytest.raises(NotebookError) as caught:
        publish.review(".", period="2025Q3", output_dir=tmp_path, notebook=notebook)
    assert str(caught.value).startswith(f"own.ipynb: {message}")
    assert old.read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["own.ipynb", "review-2025Q3.html"]


def test_a_parameter_that_the_notebook_does_not_set_is_refused(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", "paths = []\nperiod = ''")
    with pytest.raises(NotebookError, match=r"own\.ipynb: parameter 'settings' is not one of paths, period"):
        publish.review(".", period="2025Q3", output_dir=tmp_path, notebook=notebook)


def test_a_name_that_would_become_code_is_refused(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", "x = 1")
    with pytest.raises(NotebookError, match="parameter 'x = 2; y' is not one of x"):
        publish.run_notebook(notebook, {"x = 2; y": 1})


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", PARAMETERS, tagged=False)
    with pytest.raises(NotebookError, match="no cell is tagged parameters; tag the one that sets paths, period"):
        publish.review(".", period="2025Q3", output_dir=tmp_path, notebook=notebook)


@pytest.mark.parametrize(("content", "message"), [(None, "No such file"), ("{", "no notebook"), ("{}", "no notebook")])
def test_what_is_no_notebook_is_refused(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "own.ipynb"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NotebookError, match=rf"own\.ipynb: {message}"):
        publish.review(".", period="2025Q3", output_dir=tmp_path, notebook=file)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"to": ("html", "docx")}, UnknownNameError, "target 'docx' is not one of html, pdf, md, ipynb"),
        ({"period": "2025Q5"}, PeriodError, "period '2025Q5' is none of 2025Q3"),
        ({"settings": "absent.toml"}, SettingsError, "absent.toml: No such file"),
        ({"paths": ["absent*.md"]}, PathError, "absent*.md: no such file or folder"),
        ({"commentary": "absent.md"}, CommentaryError, "absent.md: No such file"),
        ({"as_of": pd.Timestamp("2025-10-01")}, ColumnsError, "as_of 2025-10-01 00:00:00 has no zone"),
    ],
)
def test_wrong_arguments_are_told_before_anything_runs(
    arguments: dict[str, object], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        publish.review(output_dir=tmp_path / "out", **{"paths": ".", "period": "2025Q3", **arguments})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "review.html").mkdir()
    with pytest.raises(OutputError, match=r"review\.html: Is a directory"):
        publish.put_file(tmp_path / "review.html", b"page")  # a full run would only get here
    assert [file.name for file in tmp_path.iterdir()] == ["review.html"]


PANGO = (
    "a PDF needs Pango, which pip does not install; on Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0 (cannot load library libpango-1.0-0: not found.)"
)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("raise ImportError('No module')", "a PDF needs WeasyPrint: pip install 'incident-analytics[pdf]'"),
        ("raise OSError('cannot load library libpango-1.0-0: not found.\\nAdditionally')", PANGO),
    ],
)
def test_what_a_pdf_lacks_is_told_before_the_notebook_runs(
    module: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "weasyprint.py").write_text(module)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    with pytest.raises(OutputError) as caught:
        publish.review(".", period="2025Q3", output_dir=tmp_path / "out", to=("pdf",), notebook="absent.ipynb")
    assert str(caught.value) == message


@pytest.fixture(scope="module")
def pdfium() -> ModuleType:
    """The reader of PDFs; the extra pdf and it are in the environment of the browser's tests."""
    need("weasyprint")
    return cast(ModuleType, need("pypdfium2"))


PRINTED = """<!DOCTYPE html><html lang="en"><head><title>Review 2025Q3</title></head><body>
<h1>Review</h1><h2>Results</h2><details><summary>More</summary><p>Folded away</p></details>
<img src="data:image/png;base64,{png}" alt="One pixel">{more}</body></html>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def printed(more: str = "") -> bytes:
    page = PRINTED.format(png=base64.b64encode(PIXEL).decode(), more=more)
    return publish._as_pdf(page)  # noqa: SLF001 - a full run would only get here


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
    page = publish.as_page(nbformat.v4.new_notebook(), "Incident review")
    return list(pdfium.PdfDocument(publish._as_pdf(page.replace("</main>", f"{body}</main>"))))  # noqa: SLF001


def words_on(page: Any) -> str:
    return " ".join(page.get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("between", ["", "<p>What it is.</p>"])
def test_a_heading_stands_above_its_figure_on_paper(between: str, pdfium: ModuleType) -> None:
    """The figure does not fit on the first page: the heading goes with it."""
    body = f'<p>First</p><div style="height: 195mm"></div><h2>Cost</h2>{between}<figure style="height: 90mm"></figure>'
    first, second = laid_out(pdfium, f"<div>{body}</div>")
    assert words_on(first) == "First Incident review 1 / 2"
    assert words_on(second).startswith("Cost")


def test_a_table_stays_on_its_paper_and_has_its_headings_on_each_page(pdfium: ModuleType) -> None:
    long = pd.DataFrame({"title": ["W" * 300] * 20, "service": "Admin Dashboard", "began": "2025-07-01 14:02"})
    pages = laid_out(pdfium, html_table(long))
    assert len(pages) > 1
    for page in pages:
        assert words_on(page).startswith("Title Service Began")
        bounds = [shown.get_bounds() for shown in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_TEXT])]
        assert [right for _, _, right, _ in bounds if right > page.get_width() - 40] == []


def test_what_is_folded_away_on_the_page_is_open_on_paper(pdfium: ModuleType) -> None:
    (page,) = laid_out(pdfium, html_table(pd.DataFrame({"service": ["API"]}), folded="All 1 rows"))
    assert words_on(page) == "All 1 rows Service API Incident review 1 / 1"


REPORT = """# <script>alert('title')</script> & $x$

**Incident ID**: INC-2025-08-01-001
**Date**: 2025-08-01
**Duration**: 14:02 - 15:47 (1h 45m)
**Severity**: SEV-2
**Author**: <b>Me</b>
**Status**: Final

## Timeline

| Time (UTC) | Event |
|------------|-------|
| 14:02 | Initial alert/detection |
| 15:47 | Service restored |

## Impact

### Affected Services
- [x] <script>alert('service')</script>

### Financial Impact
- **Lost revenue**: $1,200

## Action Items

| Action | Owner | Due Date | Priority | Status |
|--------|-------|----------|----------|--------|
| <img src=http://evil.example/x> | <script>alert('owner')</script> | 2025-08-09 | High | Open |
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "INC-2025-08-01-001.md").write_text(REPORT, encoding="utf-8")
    return folder


def test_a_review_tells_what_the_reports_tell(reports: Path, tmp_path: Path) -> None:
    """Figures, tables and sentences from one hostile report to the page, all of it as text."""
    (file,) = publish.review(reports, period="2025Q3", output_dir=tmp_path)
    page = Page(file.read_text(encoding="utf-8"))
    assert "1 incident from 2025-07 to 2025-09: 1 SEV-2." in page.text
    assert "Median time to restore: 1h 45m (n = 1)." in page.text
    assert "1 open action item is past its due date, by 53d." in page.text
    assert "USD 1,200" in page.text
    assert "<script>alert('owner')</script>" in page.text
    assert (page.all("script"), page.outside_requests()) == ([], [])
    alts = [str(image["alt"]) for image in page.all("img")]
    assert len(alts) == len(set(alts)) == 13
    assert all(len(alt) > 50 for alt in alts)


def test_the_pdf_of_a_review_has_all_of_it_on_numbered_pages(pdfium: ModuleType, reports: Path, tmp_path: Path) -> None:
    (file,) = publish.review(reports, period="2025Q3", output_dir=tmp_path, to=("pdf",))
    assert file.name == "review-2025Q3.pdf"
    pdf = pdfium.PdfDocument(file)
    texts = [page.get_textpage().get_text_bounded() for page in pdf]
    assert [text.splitlines()[-1] for text in texts] == [
        f"Incident review 2025Q3 {number} / {len(pdf)}" for number in range(1, len(pdf) + 1)
    ]
    assert "<script>alert('owner')</script>" in "".join("".join(texts).split())


def test_a_period_without_incidents_has_a_page_that_says_so(reports: Path, tmp_path: Path) -> None:
    (file,) = publish.review(reports, period="2024Q1", output_dir=tmp_path)
    page = Page(file.read_text(encoding="utf-8"))
    assert "No incidents from 2024-01 to 2024-03." in page.text
    assert "No incidents in 2024Q1." in page.text
    assert page.all("img") == []


def test_the_committed_notebook_has_no_outputs_and_ids_of_its_own() -> None:
    notebook = nbformat.read(Path(__file__).parents[1] / "notebooks" / "periodic_review.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert all(cell.id.replace("-", "").isalpha() for cell in notebook.cells)


# --- one kernel for many notebooks -----------------------------------------------------------------------------------


def test_a_kernel_runs_many_notebooks_and_none_sees_the_names_of_another(tmp_path: Path) -> None:
    """It is one process throughout, until it is stopped; a failure in one costs the next one nothing."""
    told = "import os\nprint(json.dumps([n, 'kept' in globals(), os.getpid()]))\nkept = n\nif n == 1: 1 / 0"
    notebook = write_notebook(tmp_path / "n.ipynb", "n = 0", f"import json\n{told}")

    def shown(n: int) -> list[Any]:
        (output,) = publish.run_notebook(notebook, {"n": n}, kernel=kernel).cells[-1].outputs
        return cast(list[Any], json.loads(output.text))

    with publish.Kernel() as kernel:
        n, kept, process = shown(0)
        assert (n, kept) == (0, False)
        with pytest.raises(NotebookError, match="ZeroDivisionError"):
            shown(1)
        assert shown(2) == [2, False, process]
        kernel.stop()
        n, kept, other = shown(3)
        assert (n, kept) == (3, False)
        assert other != process
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


@pytest.mark.parametrize("name", ["exploration", "periodic_review", "supporting_data"])
def test_run_all_works_on_the_defaults(name: str) -> None:
    """As JupyterLab does it, in the notebook's own folder."""
    if name == "exploration":
        need("itables")
        need("ipywidgets")
    file = publish.notebook_file(name)
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(file.parent)}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    shown = [kind for cell in code for output in cell.outputs for kind in output.get("data", {})]
    assert "image/png" in shown
