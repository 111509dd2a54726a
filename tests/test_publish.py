from __future__ import annotations

import json
import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import nbformat
import pandas as pd
import pyromark
import pytest
from html_page import Page
from notebook_files import write_notebook

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

ROOT = Path(__file__).parents[1]
PARAMETERS = "paths = []\nperiod = ''\nsettings = None\nstatus = ''\nas_of = None"

SHOWN = """
import base64, json, os, sys
from IPython.display import Image, display
from incident_analytics.showing import listing

hostile = "<script>alert('a')</script> & \\"quotes\\""
display(listing([hostile]))
display(Image(base64.b64decode("{png}"), format="png", width=20, alt=hostile))
display(Image(base64.b64decode("{png}"), format="png"))
print("a remark", file=sys.stderr)
print(json.dumps([paths, period, settings, status, as_of]))
print(json.dumps([os.listdir(), os.environ["PYTHONSAFEPATH"], sys.executable, "" in sys.path]))
listing(["the last value"])
""".replace(
    "{png}",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
)


def make_reports(folder: Path) -> Path:
    folder.mkdir()
    return folder


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
    there = sorted(file.name for file in written[0].parent.iterdir())
    assert there == sorted(["index.html", *names]), "nothing else is left in the folder"


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
    assert "Incident review, 1 to 31 July 2025" in page.text


def test_the_notebook_gets_plain_values_and_an_empty_folder(written: list[Path]) -> None:
    ran = nbformat.read(written[-1], as_version=4)
    lines = next(output.text for output in ran.cells[-1].outputs if output.get("name") == "stdout").splitlines()
    reports = str(written[0].parents[2] / "reports's")
    period, as_of = "2025-07-01/2025-08-01", "2025-08-02T00:00:00+00:00"
    assert json.loads(lines[0]) == [[reports], period, None, "final", as_of]
    assert json.loads(lines[1]) == [[], "1", sys.executable, False]


def test_the_notebook_as_it_ran_names_no_folder_of_this_machine(written: list[Path]) -> None:
    """Its parameters lead from the folder that it is in to the inputs, and its code is folded away."""
    ran = nbformat.read(written[-1], as_version=4)
    (injected,) = (cell for cell in ran.cells if "injected-parameters" in cell.metadata.get("tags", []))
    values: dict[str, object] = {}
    exec(injected.source, values)  # noqa: S102 - it is what the test made
    assert (values["paths"], values["settings"], values["period"]) == (
        ["../../reports's"],
        None,
        "2025-07-01/2025-08-01",
    )
    assert {cell.metadata["jupyter"]["source_hidden"] for cell in ran.cells if cell.cell_type == "code"} == {True}


def test_a_review_names_no_folder_of_this_machine_in_any_form(demo_review: dict[str, Path]) -> None:
    """Neither where the reports are nor where the review is written."""
    for target in ("html", "md", "ipynb", "slack", "confluence"):
        text = demo_review[target].read_text(encoding="utf-8")
        for folder in (ROOT, demo_review["html"].parent):
            assert str(folder) not in text, target
    assert "remarks" not in demo_review["ipynb"].read_text(encoding="utf-8")


def test_the_notebook_reads_well_without_the_style_sheet_of_the_page(demo_review: dict[str, Path]) -> None:
    """JupyterLab sets every cell to the right that says nothing else, and small text right behind large."""
    ran = nbformat.read(demo_review["ipynb"], as_version=4)
    shown = [
        output.data["text/html"]
        for cell in ran.cells
        for output in cell.get("outputs", ())
        if {"text/html", "text/markdown"} <= output.get("data", {}).keys()
    ]
    cells = [cell for html in shown for cell in re.findall(r"<t[dh]\b[^>]*>", html)]
    assert len(cells) > 100
    assert {'class="number"' in cell or 'style="text-align: left"' in cell for cell in cells} == {True}
    assert not any("</small> <small>" in html or "</strong> <small>" in html for html in shown)


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


@pytest.mark.usefixtures("in_shared_kernel")
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


@pytest.mark.usefixtures("in_shared_kernel")
def test_words_of_the_lead_are_in_all_that_is_written(tmp_path: Path) -> None:
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
    assert re.sub("\n+", "\n", text[text.index("<main>") : text.index('<p class="own-file">')]) == (
        '<main>\n<h1 id="Own-review">Own review</h1>\n'
        '<div class="commentary"><p>A <em>hard</em> quarter: $5 and $6.</p>\n'
        '<pre><code class="language-mermaid">&lt;script&gt;a&lt;/script&gt;\n</code></pre>\n</div>\n'
        '<h2 id="Results">Results</h2>\n<div class="commentary"><p>&lt;img src=x onerror=alert(1)&gt; '
        '<a href="#harmful-link">run</a> <a href="https://example.org">see</a></p>\n</div>\n<p>As always.</p>\n'
    )
    wiki = (
        "# Own review\n\n> A *hard* quarter: \\$5 and \\$6.\n>\n> ```mermaid\n> <script>a</script>\n> ```\n\n"
        "## Results\n\n> &lt;img src=x onerror=alert(1)&gt; run [see](https://example.org)\n\n"
        "As always.\n"
    )
    assert files[1].read_text(encoding="utf-8").startswith(wiki)
    ran = nbformat.read(files[2], as_version=4)
    assert [cell.source for cell in ran.cells if "commentary" in cell.metadata.get("tags", [])] == [
        "A *hard* quarter: $5 and $6.\n\n```mermaid\n<script>a</script>\n```",
        "<img src=x onerror=alert(1)> [run](javascript:alert(1)) [see](https://example.org)",
    ]


def test_the_same_input_gives_the_same_bytes(written: list[Path]) -> None:
    again = publish.review(
        written[0].parents[2] / "reports's",
        period="2025-07-01/2025-08-01",
        output_dir=written[0].parents[2] / "again" / "deep",  # the way to the inputs is the same
        to=("html", "md", "ipynb"),
        as_of=pd.Timestamp("2025-08-02", tz="UTC"),
        notebook=written[0].parents[2] / "own {braces}.ipynb",
    )
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in written]


@pytest.mark.usefixtures("in_shared_kernel")
def test_the_tables_of_a_review_are_files_named_as_on_the_page(tmp_path: Path) -> None:
    table = "from incident_analytics import showing\nimport pandas as pd\nshowing.table(pd.DataFrame({'n': [1]}))"
    notebook = write_notebook(tmp_path / "own.ipynb", PARAMETERS, table)
    (tmp_path / "index.html").write_text("<h1>Our site</h1>")
    said: list[str] = []
    (file,) = publish.review(
        tmp_path,
        period="2025Q3",
        output_dir=tmp_path,
        to=["html"],
        notebook=notebook,
        data_dir=tmp_path / "new" / "data",
        remark=said.append,
    )
    (csv,) = (tmp_path / "new" / "data").glob("table*.csv")
    assert (csv.name, csv.read_text(encoding="utf-8")) == ("table.csv", "n\n1\n")
    assert [each["id"] for each in Page(file.read_text(encoding="utf-8")).all("div") if "id" in each] == [csv.stem]
    assert said == [f"{tmp_path / 'index.html'} is not a list of reviews, so it stays as it is"]


def test_tables_of_an_earlier_review_go_and_nothing_else_does(tmp_path: Path) -> None:
    """A table that somebody changed is theirs; the list can't name a file elsewhere."""
    folder, outside = tmp_path / "data", tmp_path / "table-outside.csv"
    outside.write_text("n\n1\n")
    first = {f"table-{name}.csv": b"n\n1\n" for name in ("kept", "gone", "changed", "deleted")}
    publish.put_tables(folder, first)
    (folder / "table-own.csv").write_text("mine")
    (folder / "table-changed.csv").write_text("n\n2\n")
    (folder / "table-deleted.csv").unlink()
    with (folder / "incident-analytics-tables.csv").open("a") as listed:
        listed.write(f"../table-outside.csv,{sha256(outside.read_bytes()).hexdigest()}\n")
    publish.put_tables(folder, {"table-kept.csv": b"n\n3\n", "table-new.csv": b"n\n"})
    names = {file.name for file in folder.iterdir()} - {"incident-analytics-tables.csv"}
    assert names == {"table-kept.csv", "table-new.csv", "table-changed.csv", "table-own.csv"}
    assert (folder / "table-kept.csv").read_text() == "n\n3\n"
    assert outside.exists()


@pytest.mark.parametrize("text", ["", "x", "file\ntable.csv\n", "sha256\n1\n", "\0", "\udcff"])
def test_a_list_of_tables_that_cannot_be_read_names_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "table.csv").write_text("mine")
    (tmp_path / "incident-analytics-tables.csv").write_text(text, errors="surrogateescape")
    publish.put_tables(tmp_path, {})
    assert (tmp_path / "table.csv").read_text() == "mine"


@pytest.mark.usefixtures("in_shared_kernel")
def test_a_notebook_that_fails_leaves_the_old_page(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", PARAMETERS, "1 / 0", "print('the end')")
    old = tmp_path / "review-2025Q3.html"
    old.write_text("old")
    message = r"own\.ipynb: code cell 2 \(1 / 0\) failed: ZeroDivisionError"
    with pytest.raises(NotebookError, match=message):
        publish.review(".", period="2025Q3", output_dir=tmp_path, notebook=notebook)
    assert old.read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["own.ipynb", "review-2025Q3.html"]


@pytest.mark.usefixtures("in_shared_kernel")
@pytest.mark.parametrize("manifest", ["{'manifest': 10**6}", "{'review': {'redact': False}}", "[]"])
def test_a_manifest_of_another_form_is_said_before_anything_is_written(tmp_path: Path, manifest: str) -> None:
    cell = f"display({{'text/plain': ''}}, raw=True, metadata={{'manifest': {manifest}}})"
    notebook = write_notebook(tmp_path / "own.ipynb", PARAMETERS, f"from IPython.display import display\n{cell}")
    with pytest.raises(NotebookError, match=r"own\.ipynb: its manifest can't be read: the notebook must end with "):
        publish.review(tmp_path, period="2025Q3", output_dir=tmp_path, notebook=notebook)
    assert [file.name for file in tmp_path.iterdir()] == ["own.ipynb"]


def test_a_parameter_that_the_notebook_does_not_set_is_refused(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", "paths = []\nperiod = ''")
    with pytest.raises(NotebookError, match=r"own\.ipynb: parameter 'settings' is not one of paths, period"):
        publish.review(".", period="2025Q3", output_dir=tmp_path, notebook=notebook)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"to": ("html", "docx")},
            UnknownNameError,
            "target 'docx' is not one of html, pdf, md, ipynb, slack, confluence",
        ),
        ({"period": "2025Q5"}, PeriodError, "can't read period '2025Q5'; try 2025Q3"),
        ({"settings": "absent.toml"}, SettingsError, "absent.toml: No such file"),
        ({"paths": ["absent*.md"]}, PathError, "absent*.md: no such file or folder"),
        ({"commentary": "absent.md"}, CommentaryError, "absent.md: No such file"),
        ({"status": "finished"}, UnknownNameError, "status 'finished' is not one of final, all"),
        ({"as_of": pd.Timestamp("2025-10-01")}, ColumnsError, "as_of 2025-10-01 00:00:00 has no zone"),
    ],
)
def test_wrong_arguments_are_reported_before_anything_runs(
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
def test_what_a_pdf_lacks_is_reported_before_the_notebook_runs(
    module: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "weasyprint.py").write_text(module)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    with pytest.raises(OutputError) as caught:
        publish.review(".", period="2025Q3", output_dir=tmp_path / "out", to=("pdf",), notebook="absent.ipynb")
    assert str(caught.value) == message


def test_the_pdf_of_a_review_has_all_of_it_on_numbered_pages(pdfium: ModuleType, demo_review: dict[str, Path]) -> None:
    file = demo_review["pdf"]
    assert file.name == "review-2025Q3.pdf"
    pdf = pdfium.PdfDocument(file)
    texts = [page.get_textpage().get_text_bounded() for page in pdf]
    assert [text.splitlines()[-1] for text in texts] == [
        f"Incident review, Q3 2025 {number} / {len(pdf)}" for number in range(1, len(pdf) + 1)
    ]
    printed_text = "".join("".join(texts).split())
    headings = Page(demo_review["html"].read_text(encoding="utf-8")).headings()
    left_out = [heading for heading in headings if "".join(heading.split()) not in printed_text]
    assert left_out == ["Reported vs. calculated SLA impact", "Overdue and past due action items"], (
        "only what is folded"
    )
    assert len(pdf) <= 8


def test_a_review_has_its_figures_in_every_target(demo_review: dict[str, Path]) -> None:
    """The page, the Markdown and the notebook come from one run and show the same pictures."""
    page = Page(demo_review["html"].read_text(encoding="utf-8"))
    markdown = demo_review["md"].read_text(encoding="utf-8")
    ran = nbformat.read(demo_review["ipynb"], as_version=4)
    outputs = [output.get("data", {}) for cell in ran.cells for output in cell.get("outputs", ())]
    shown = [data["text/html"] for data in outputs if data.get("text/html", "").startswith("<figure>")]
    assert all("data:image/svg+xml;base64," in html for html in shown)
    figures = [found for tag, found in page.tags if tag == "figure" and found.get("class") == "plot"]
    pictures = re.findall(r"(?m)^!\[(.*)\]", markdown)
    assert len(shown) == len(set(shown)) == len(figures) == len(pictures) > 5
    assert all(50 < len(words) < 400 for words in pictures), "300 characters, and what escapes some of them"
    files = re.findall(r"(?m)^!\[.*\]\((.*)\)$", markdown)
    assert all((demo_review["md"].parent / file).is_file() for file in files)
    for heading in page.headings():
        assert re.search(rf"(?m)^#+ {re.escape(heading)}$", markdown), heading


def test_the_markdown_of_a_review_has_nothing_that_github_drops(demo_review: dict[str, Path]) -> None:
    """GitHub keeps the tags and attributes of its list alone: no style, no class, no drawing in the text."""
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
    page = Page(pyromark.html(demo_review["md"].read_text(encoding="utf-8"), options=options))
    tags = {tag for tag, _ in page.tags}
    assert tags <= {
        *("h1", "h2", "h3", "p", "strong", "em", "code", "pre", "br", "a", "img", "ul", "ol", "li", "blockquote"),
        *("table", "thead", "tbody", "tr", "th", "td", "details", "summary", "sub", "sup"),
    }
    assert {"h1", "table", "details", "summary", "img", "ol"} <= tags, "and all of it is read as Markdown"
    attributes = {name for tag, found in page.tags for name in found if tag not in {"th", "td"}}
    assert attributes <= {"href", "src", "alt", "title", "start"}
    assert not re.search(r"\*\*|^#|\| ---", page.text, re.MULTILINE), "no mark of Markdown is left as text"


def test_every_table_of_the_page_is_a_file(demo_review: dict[str, Path]) -> None:
    page = Page(demo_review["html"].read_text(encoding="utf-8"))
    named = {each["id"] for tag in ("div", "table", "ul", "ol") for each in page.all(tag) if "id" in each}
    files = {file.stem: file for file in demo_review["data"].glob("table*.csv")}
    assert files.keys() == named
    assert len(page.all("table")) + 2 == len(files)  # tiles and decisions are no tables
    tables = {name: pd.read_csv(file) for name, file in files.items()}
    assert list(tables["table-key-figures"]["value"]) == ["13", "1h 36m", "2 of 5", "37"]
    budgets = tables["table-error-budget-used"].set_index("service")
    assert budgets.loc["API", "spent_seconds"] == pytest.approx(3.03 * budgets.loc["API", "budget_seconds"], rel=0.01)
    assert list(tables["table-decisions-needed"]["subject"]) == ["API and Frontend", "33 action items"]
    incidents = tables["table-incidents"].set_index("incident_id")
    assert len(incidents) == 13
    assert incidents.loc["INC-2025-08-05-001", "time_to_restore_seconds"] == 7560
    assert set(tables["table-incidents-that-mattered"]["incident_id"]) <= set(incidents.index)
    assert len(tables["table-follow-ups"]) == len(tables["table-follow-ups-2"]) == 10


def test_links_of_a_review_lead_to_its_headings(demo_review: dict[str, Path]) -> None:
    page = Page(demo_review["html"].read_text(encoding="utf-8"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    anchors = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert "Appendix" in anchors
    assert anchors - set(ids) == set()
    assert len(ids) == len(set(ids))
