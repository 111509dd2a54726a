from __future__ import annotations

import json
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from incident_analytics import publish
from incident_analytics.errors import (
    ColumnsError,
    NotebookError,
    OutputError,
    PathError,
    PeriodError,
    SettingsError,
    UnknownNameError,
)

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
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def outside_requests(self) -> list[str]:
        addresses = [value for _, found in self.tags for name in ("src", "href") if (value := found.get(name))]
        return [address for address in addresses if not address.startswith(("data:", "#"))]


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
        to=("html", "ipynb"),
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
    names = ["review-2025-07-01_2025-08-01.html", "review-2025-07-01_2025-08-01.ipynb"]
    assert [file.name for file in written] == names
    assert sorted(file.name for file in written[0].parent.iterdir()) == names, "nothing is left beside them"


def test_the_page_asks_for_nothing_and_runs_nothing(page: Page) -> None:
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
    ran = nbformat.read(written[1], as_version=4)
    told = next(output.text for output in ran.cells[-1].outputs if output.get("name") == "stdout").splitlines()
    reports = str(written[0].parents[2] / "reports's")
    period, as_of = "2025-07-01/2025-08-01", "2025-08-02T00:00:00+00:00"
    assert json.loads(told[0]) == [[reports], period, None, "final", as_of]
    assert json.loads(told[1]) == [[], "1", sys.executable, False]


def test_the_same_input_gives_the_same_bytes(written: list[Path], tmp_path: Path) -> None:
    again = publish.review(
        written[0].parents[2] / "reports's",
        period="2025-07-01/2025-08-01",
        output_dir=tmp_path,
        to=("html", "ipynb"),
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
        ({"to": ("html", "docx")}, UnknownNameError, "target 'docx' is not one of html, ipynb"),
        ({"period": "2025Q5"}, PeriodError, "period '2025Q5' is none of 2025Q3"),
        ({"settings": "absent.toml"}, SettingsError, "absent.toml: No such file"),
        ({"paths": ["absent*.md"]}, PathError, "absent*.md: no such file or folder"),
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
        publish._put(tmp_path / "review.html", b"page")  # noqa: SLF001 - a full run would only get here
    assert [file.name for file in tmp_path.iterdir()] == ["review.html"]


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
    assert "Median time to restore 1h 45m, 90% within 1h 45m (n = 1)." in page.text
    assert "1 open action item is past its due date, by 53d." in page.text
    assert "Lost revenue USD 1,200 (n = 1)." in page.text
    assert "<script>alert('owner')</script>" in page.text
    assert (page.all("script"), page.outside_requests()) == ([], [])
    alts = [str(image["alt"]) for image in page.all("img")]
    assert len(alts) == len(set(alts)) == 8
    assert all(len(alt) > 50 for alt in alts)


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
