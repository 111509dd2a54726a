"""The notebooks as users of papermill run them: from the clone, from a copy, with numbers and single names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from browsing import PATIENCE
from click.testing import CliRunner

from incident_analytics.cli import commands
from incident_analytics.errors import OutputError, PathError, UnknownNameError
from incident_analytics.finding import find_upward
from incident_analytics.notebooks import copy_notebook
from incident_analytics.review_page import ReviewPage

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
DEMO = ROOT / "data" / "demo"
OPTIONS: dict[str, Any] = {
    "kernel_name": "python3",
    "progress_bar": False,
    "start_timeout": PATIENCE,
    "iopub_timeout": PATIENCE,
}


def opening(notebook: Path, folder: Path) -> Path:
    """Return a copy that reads what is reviewed, and prints whose, of which period and of which severities it is."""
    cut = nbformat.read(notebook, 4)  # type: ignore[no-untyped-call]
    cut.cells = [cell for cell in cut.cells if cell.cell_type == "code"][:2]
    reads, screen, rest = cut.cells[1].source.partition("page.first_screen()")
    assert (screen, rest) == ("page.first_screen()", "")
    severities = "*page.scope.reviewed.incidents['severity'].unique()"
    cut.cells[1].source = f"{reads}print(page.settings.title, page.scope.period.name, {severities})"
    file = folder / "cut.ipynb"
    nbformat.write(cut, file)  # type: ignore[no-untyped-call]
    return file


def printed(file: Path) -> str:
    outputs = nbformat.read(file, 4).cells[-1].outputs  # type: ignore[no-untyped-call]
    return "".join(output.text for output in outputs if output.get("name") == "stdout")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_review_runs_from_its_own_folder_and_a_year_may_be_a_number(tmp_path: Path) -> None:
    notebook = opening(NOTEBOOKS / "periodic_review.ipynb", tmp_path)
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(notebook, out, {"period": 2025}, cwd=NOTEBOOKS, **OPTIONS)
    assert printed(out).startswith("Aurelia Audio 2025 SEV-")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_copy_reads_what_the_nearest_settings_name(tmp_path: Path) -> None:
    shutil.copytree(DEMO / "reports", tmp_path / "mine")
    (tmp_path / "incident-analytics.toml").write_text('title = "Ours"\nreports = ["mine"]\n', encoding="utf-8")
    (tmp_path / "work").mkdir()
    copied = tmp_path / "work" / "mine.ipynb"
    result = CliRunner().invoke(commands, ["notebook", "periodic_review", "-o", str(copied)])
    assert (result.exit_code, result.output) == (0, f"{copied}\n")
    out = tmp_path / "out.ipynb"
    wanted: dict[str, Any] = {"period": "2025Q3", "severities": "SEV-2"}
    cut = opening(copied, tmp_path)
    papermill.execute_notebook(cut, out, wanted, cwd=copied.parent, **OPTIONS)
    assert printed(out) == "Ours 2025Q3 SEV-2\n"


@pytest.mark.parametrize("name", ["exploration", "periodic_review", "supporting_data"])
def test_each_notebook_can_be_copied_and_says_what_type_its_parameters_are(name: str, tmp_path: Path) -> None:
    file = copy_notebook(name, tmp_path / "copy.ipynb")
    for notebook in (file, NOTEBOOKS / f"{name}.ipynb"):
        types = {key: each["inferred_type_name"] for key, each in papermill.inspect_notebook(notebook).items()}
        assert types
        assert set(types.values()) <= {"bool", "int", "list", "str"}, types
    assert "data/demo" not in file.read_text(encoding="utf-8")
    defaults = {key: each["default"] for key, each in papermill.inspect_notebook(file).items()}
    assert defaults["settings"] == "None"
    original = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    assert [cell for cell in cells if "parameters" not in cell["metadata"].get("tags", [])] == [
        cell for cell in original["cells"] if "parameters" not in cell["metadata"].get("tags", [])
    ]


def test_a_copy_overwrites_nothing_and_an_unknown_name_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert copy_notebook("exploration") == Path("exploration.ipynb")
    with pytest.raises(OutputError, match=r"^exploration\.ipynb: is there already; name another file$"):
        copy_notebook("exploration")
    with pytest.raises(OutputError, match=r"^nowhere/x\.ipynb: No such file or directory$"):
        copy_notebook("exploration", "nowhere/x.ipynb")
    with pytest.raises(UnknownNameError, match="notebook 'explore' is not one of exploration, periodic_review, supp"):
        copy_notebook("explore")


def test_a_relative_path_is_found_from_here_upward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    monkeypatch.chdir(inner)
    assert find_upward("reports") == tmp_path / "reports"
    assert find_upward(tmp_path / "none") == tmp_path / "none"
    assert find_upward("none/x.md") == Path("none/x.md")
    (inner / "reports").mkdir()
    assert find_upward("reports") == Path("reports"), "the nearest one"


def test_without_reports_the_review_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        PathError, match=r"^no reports to review: set paths, or reports = \[\.\.\.\] in incident-analytics"
    ):
        ReviewPage.read([], period="2025Q3")


def test_one_path_and_one_name_need_no_list() -> None:
    one = ReviewPage.read(str(DEMO / "reports"), period=2025, severities="SEV-1")  # type: ignore[arg-type]
    listed = ReviewPage.read([str(DEMO / "reports")], period="2025", severities=["SEV-1"])
    assert one.scope.reviewed.incidents.equals(listed.scope.reviewed.incidents)
    assert len(one.scope.reviewed.incidents)
