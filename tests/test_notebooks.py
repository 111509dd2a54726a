"""Notebooks as they are run: their parameters, the kernel, the cell that is at fault, what a run leaves behind."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

import nbformat
import pytest
from nbclient.util import run_sync
from notebook_files import write_notebook

from incident_analytics.errors import (
    CommentaryError,
    IncidentAnalyticsError,
    NotebookError,
    PathError,
    PeriodError,
    SettingsError,
    UnknownNameError,
)
from incident_analytics.notebooks import Kernel, _environment, notebook_file, run_notebook

ROOT = Path(__file__).parents[1]
NAMES = ("exploration", "periodic_review", "supporting_data")


def printed(notebook: nbformat.NotebookNode) -> Any:
    """Return what the last cell printed, as JSON."""
    (output,) = notebook.cells[-1].outputs
    return json.loads(output.text)


def test_parameters_replace_those_that_the_cell_sets(tmp_path: Path, kernel: Kernel) -> None:
    """Optional ones are passed where the cell sets them; what it sets and nobody passes keeps its value."""
    values: list[object] = ['O\'Neil \\ "x" {y}\n', 1, 0.5, True, None, ["a", ["b"]]]
    notebook = write_notebook(
        tmp_path / "n.ipynb",
        "a = 0\nb = 'default'\nc = 'default'",
        "import json",
        "print(json.dumps([a, b, c, 'd' in globals()]))",
    )
    before = notebook.read_bytes()
    ran = run_notebook(notebook, {"a": values}, optional={"b": "given", "d": "not set"}, kernel=kernel)
    assert printed(ran) == [values, "given", "default", False]
    assert notebook.read_bytes() == before


def test_the_kernel_is_this_python_in_an_empty_folder_of_its_own(tmp_path: Path, kernel: Kernel) -> None:
    source = """
        import json, os, sys
        print(json.dumps([os.listdir(), os.environ["PYTHONSAFEPATH"], sys.executable, "" in sys.path, os.getcwd()]))
    """
    notebook = write_notebook(tmp_path / "n.ipynb", "x = 0", re.sub("(?m)^ +", "", source))
    *found, folder = printed(run_notebook(notebook, {"x": 1}, kernel=kernel))
    assert found == [[], "1", sys.executable, False]
    assert Path(folder) not in {Path.cwd(), tmp_path}


def test_tables_in_a_kernel_have_text_in_pythons_own_strings(tmp_path: Path, kernel: Kernel) -> None:
    """Small tables are faster so; the kernel leaves no name of its own behind."""
    source = "import json\nis_named = 'pandas' in globals()\nimport pandas"
    show = "print(json.dumps([pandas.Series(['a']).dtype.storage, is_named]))"
    notebook = write_notebook(tmp_path / "n.ipynb", "x = 0", source, show)
    assert printed(run_notebook(notebook, {}, kernel=kernel)) == ["python", False]


def test_a_kernel_runs_many_notebooks_and_none_sees_the_names_of_another(tmp_path: Path) -> None:
    """It is one process throughout, until it is stopped; a failure in one costs the next one nothing."""
    source = "import json, os\nprint(json.dumps([n, 'kept' in globals(), os.getpid()]))\nkept = n\nif n == 1: 1 / 0"
    notebook = write_notebook(tmp_path / "n.ipynb", "n = 0", source)

    def shown(n: int) -> list[Any]:
        return cast(list[Any], printed(run_notebook(notebook, {"n": n}, kernel=kernel)))

    with Kernel() as kernel:
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


@pytest.mark.parametrize("error", [PathError, PeriodError, SettingsError, UnknownNameError])
def test_a_wrong_argument_is_raised_as_itself_without_a_cell(
    error: type[IncidentAnalyticsError], tmp_path: Path, kernel: Kernel
) -> None:
    """Whoever passed the argument is to read its message, not which cell found out."""
    source = f"from incident_analytics.errors import {error.__name__}\nraise {error.__name__}(words)"
    notebook = write_notebook(tmp_path / "n.ipynb", "words = ''", source)
    with pytest.raises(error) as caught:
        run_notebook(notebook, {"words": "2027Q1 has not started yet"}, kernel=kernel)
    assert type(caught.value) is error
    assert str(caught.value) == "2027Q1 has not started yet"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "# why\nfrom incident_analytics.errors import ColumnsError\nraise ColumnsError('no column n')",
            "code cell 2 (# why) failed: ColumnsError: no column n",
        ),
        ("\n1 / 0  # why\n", "code cell 2 (1 / 0 # why) failed: ZeroDivisionError: division by zero"),
        ("exit_now = 0\nraise SystemExit(0)", "code cell 2 (exit_now = 0) ended the notebook early, with 1 code cells"),
        ("import os; os._exit(0)", "code cell 2 (import os; os._exit(0)) ended the kernel: Kernel died"),
        (
            "import matplotlib\nmatplotlib.use('agg')\nfrom matplotlib import pyplot\ndisplay(pyplot.figure())",
            "code cell 2 (import matplotlib) lost its figure",
        ),
    ],
    ids=["an error that is no argument's", "fails", "exits", "dies", "loses a figure"],
)
def test_the_cell_at_fault_is_named(source: str, message: str, tmp_path: Path, kernel: Kernel) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", "x = 0", source, "print('the end')")
    with pytest.raises(NotebookError) as caught:
        run_notebook(notebook, {"x": 1}, kernel=kernel if "1 / 0" in source or "raise Col" in source else None)
    assert str(caught.value).startswith(f"own.ipynb: {message}")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"y": 1}, "own.ipynb: parameter 'y' is not one of x"),
        ({"x = 2; y": 1}, "own.ipynb: parameter 'x = 2; y' is not one of x"),
    ],
)
def test_a_parameter_that_the_notebook_does_not_set_is_refused(
    parameters: dict[str, object], message: str, tmp_path: Path
) -> None:
    """Nor does a name become code."""
    notebook = write_notebook(tmp_path / "own.ipynb", "x = 1")
    with pytest.raises(NotebookError, match=re.escape(message)):
        run_notebook(notebook, parameters)


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", "paths = []", tagged=False)
    with pytest.raises(NotebookError, match="no cell is tagged parameters; tag the one that sets paths, period"):
        run_notebook(notebook, {"paths": [], "period": ""})


@pytest.mark.parametrize(
    ("content", "message"), [(None, "No such file"), ("{", "not a notebook"), ("{}", "not a notebook")]
)
def test_a_file_that_is_not_a_notebook_is_refused(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "own.ipynb"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NotebookError, match=rf"own\.ipynb: {message}"):
        run_notebook(file, {})


def test_commentary_for_a_section_that_is_not_there_is_refused(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "own.ipynb", "x = 0")
    (tmp_path / "words.md").write_text("# Severities\n\nWords.\n")
    with pytest.raises(CommentaryError, match=r"words\.md:1: the notebook has no headings to put words below"):
        run_notebook(notebook, {"x": 1}, commentary=tmp_path / "words.md")


def test_progress_counts_the_code_cells(tmp_path: Path, kernel: Kernel) -> None:
    steps: list[tuple[int, int]] = []
    notebook = write_notebook(tmp_path / "n.ipynb", "x = 0", "x", "x")
    run_notebook(notebook, {"x": 1}, progress=lambda done, total: steps.append((done, total)), kernel=kernel)
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_two_runs_on_the_same_input_are_the_same(tmp_path: Path) -> None:
    """Neither times nor ids nor paths of a run are left, whichever kernel ran it."""
    notebook = write_notebook(tmp_path / "n.ipynb", "x = 0", "print(x)")
    first, second = (nbformat.writes(run_notebook(notebook, {"x": 1})) for _ in range(2))  # type: ignore[no-untyped-call]
    assert first == second
    assert "papermill" not in first


def test_outputs_that_come_late_are_waited_for(tmp_path: Path, kernel: Kernel) -> None:
    """On a busy machine they come long after the kernel said that the cell is done."""
    late = """
        import sys, time
        sys.stdout.flush_timeout = sys.stderr.flush_timeout = 0.1
        get_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(6))
        display({"text/plain": "late"}, raw=True)
    """
    notebook = write_notebook(tmp_path / "n.ipynb", "x = 0", re.sub("(?m)^ +", "", late))
    ran = run_notebook(notebook, {"x": 1}, kernel=kernel)
    assert [output["data"] for output in ran.cells[-1].outputs] == [{"text/plain": "late"}]


@pytest.mark.skipif(sys.platform == "win32", reason="sockets of POSIX")
def test_nothing_that_the_user_has_set_reaches_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of matplotlib, IPython and Jupyter, a broken kernel of the name, a long TMPDIR, no home to write to."""
    notebook = write_notebook(
        tmp_path / "n.ipynb",
        "x = 0",
        "from matplotlib import pyplot, rcParams\nprint('of_the_user' in globals(), rcParams['axes.facecolor'])",
        "pyplot.figure(figsize=(1, 1)).add_subplot().plot([x]);",
    )
    usual = run_notebook(notebook, {"x": 1})  # in a kernel of its own, as below
    user, long = tmp_path / "user", tmp_path / ("long " * 30)
    kernels, startup = user / "jupyter" / "kernels" / "python3", user / "ipython" / "profile_default" / "startup"
    for folder in (kernels, startup, long):
        folder.mkdir(parents=True)
    (kernels / "kernel.json").write_text('{"argv": ["false"], "display_name": "broken", "language": "python"}')
    (startup / "00.py").write_text("of_the_user = 1\nprint('from the startup of IPython')\n")
    (user / "matplotlibrc").write_text("axes.facecolor: red\nno such line\n")
    for name, value in {
        "HOME": "/dev/null",
        "XDG_CACHE_HOME": str(Path("~/.cache").expanduser()),  # what matplotlib knows of the fonts: they take long
        "XDG_CONFIG_HOME": str(user),
        "MATPLOTLIBRC": str(user / "matplotlibrc"),
        "MPLBACKEND": "agg",
        "IPYTHONDIR": str(user / "ipython"),
        "PYTHONSTARTUP": str(startup / "00.py"),
        "JUPYTER_PATH": str(user / "jupyter"),
        "JUPYTER_DATA_DIR": str(user / "jupyter"),
        "JUPYTER_CONFIG_DIR": str(user / "jupyter"),
        "JUPYTER_RUNTIME_DIR": "/dev/null/runtime",
        "JUPYTER_DEFAULT_PROVISIONER_NAME": "of-the-user",
        "JUPYTER_PLATFORM_DIRS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    ran = run_notebook(notebook, {"x": 1})
    assert [cell.get("outputs") for cell in ran.cells] == [cell.get("outputs") for cell in usual.cells]
    assert ran.cells[-2].outputs[0].text == "False white\n"
    assert list(long.iterdir()) == []


def test_matplotlib_gets_a_folder_that_it_can_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the user's where that can be, as what it holds takes long to find again."""
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert _environment(tmp_path)["MPLCONFIGDIR"] == str(tmp_path / "user" / "matplotlib")
    for name in ("XDG_CACHE_HOME", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "/dev/null")
        assert _environment(tmp_path)["MPLCONFIGDIR"] == str(tmp_path / "matplotlib")


def test_a_kernel_that_cannot_start_is_said_so_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = _environment(tmp_path) | {"PYTHONHOME": str(tmp_path)}
    monkeypatch.setattr("incident_analytics.notebooks._environment", lambda _folder: environment)
    with pytest.raises(NotebookError) as caught:
        run_notebook(write_notebook(tmp_path / "own.ipynb", "x = 0"), {"x": 1})
    reason = "the kernel did not start (ModuleNotFoundError: No module named 'encodings')"
    assert str(caught.value) == f"own.ipynb: {reason}"
    assert "Fatal Python error" not in capfd.readouterr().err


def test_a_kernel_that_is_still_starting_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    """At whatever moment: it is asked to end when it imports the first of its modules, and later."""
    for seconds in (0.02, 0.2, 0.5):
        with Kernel() as kernel:
            manager = kernel.options()["km"]
            run_sync(manager.start_kernel)()
            time.sleep(seconds)
        assert capfd.readouterr() == ("", "")


# --- the notebooks that come with the package -------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_notebook_has_no_outputs_and_ids_of_its_own(name: str) -> None:
    notebook = nbformat.read(notebook_file(name), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert [cell.id for cell in notebook.cells if not re.fullmatch(r"[a-z]+(-[a-z]+)*(-\d\d)?", cell.id)] == []


@pytest.mark.parametrize("name", NAMES)
def test_run_all_finds_what_the_defaults_name(name: str) -> None:
    """Paths are looked for from the folder in which it runs, upward; JupyterLab runs a notebook in its own folder."""
    file = notebook_file(name)
    notebook = nbformat.read(file, as_version=4)
    (cell,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    values: dict[str, Any] = {}
    exec(cell.source, {}, values)  # noqa: S102 - a cell of values
    inputs = [*values.get("paths", ()), *values.get("history", ()), values.get("report"), values["settings"]]
    folders = (file.parent, *file.parent.parents)
    found = [
        next((folder / path for folder in folders if (folder / path).exists()), None)
        for path in inputs
        if path is not None
    ]
    assert len(found) >= 2
    demo = ROOT / "data" / "demo"
    assert all(path is not None and demo in path.parents for path in found), found
