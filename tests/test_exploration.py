"""explore: a copy that is its reader's own, and JupyterLab on it as a reader sees it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from browsing import PATIENCE, need, outside
from nbformat import v4

from incident_analytics import exploration, extras
from incident_analytics.cli import main
from incident_analytics.errors import MissingExtraError, OutputError, PathError, SettingsError, UnknownNameError
from incident_analytics.exploration import explore
from incident_analytics.notebooks import Kernel, notebook_file, run_notebook

DEMO = Path(__file__).parents[1] / "data" / "demo"

CELLS = [cell["id"] for cell in json.loads(notebook_file("exploration").read_text())["cells"]]

Explore = Callable[..., str]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explore:
    """Explore a folder of reports, but for the JupyterLab; gives the copy's name and what was said of it."""
    (tmp_path / "reports").mkdir(exist_ok=True)
    (tmp_path / "others").mkdir()
    monkeypatch.setattr(extras, "find_spec", lambda _: True)
    monkeypatch.setattr(exploration, "_serve", lambda *_, **__: None)

    def call(reports: str = "reports", **options: Any) -> str:
        remarks: list[str] = []
        file = explore(tmp_path / reports, output_dir=tmp_path / "work", remark=remarks.append, **options)
        (remark,) = remarks
        assert remark.startswith(f"{file}: ")
        return remark.removeprefix(f"{tmp_path / 'work'}{os.sep}")

    return call


NEW = "a new copy of the exploration notebook"
AGAIN = "opened again as it was left"


def parameters(file: Path) -> dict[str, object]:
    """Run the parameters cell of a notebook alone, as the kernel would."""
    (cell,) = (cell for cell in json.loads(file.read_text())["cells"] if cell["metadata"].get("tags"))
    names: dict[str, object] = {}
    exec("".join(cell["source"]), {}, names)  # noqa: S102 - that it is only values is what is tested
    return {name: value for name, value in names.items() if name != "__annotations__"}


def test_a_copy_is_the_notebook_with_its_parameters(opened: Explore, tmp_path: Path) -> None:
    assert opened() == f"exploration.ipynb: {NEW}"
    copy = json.loads((tmp_path / "work" / "exploration.ipynb").read_text())
    ours = json.loads(notebook_file("exploration").read_text())
    assert [cell["id"] for cell in copy["cells"]] == [cell["id"] for cell in ours["cells"]]
    assert [cell["id"] for cell, own in zip(copy["cells"], ours["cells"], strict=True) if cell != own] == ["parameters"]
    assert parameters(tmp_path / "work" / "exploration.ipynb") == {
        "paths": [str(tmp_path / "reports")],
        "settings": None,
        "trusted": True,
        "status": "final",
        "severities": [],
        "services": [],
        "teams": [],
        "fields": [],
        "hours": [],
    }


def test_the_parameters_are_those_that_the_committed_notebook_sets(opened: Explore, tmp_path: Path) -> None:
    opened()
    assert list(parameters(tmp_path / "work" / "exploration.ipynb")) == list(parameters(notebook_file("exploration")))


def test_what_is_asked_for_becomes_values_and_never_code(opened: Explore, tmp_path: Path) -> None:
    hostile = "'\"\\\n]; raise SystemExit(1)  # {x} \u2028 الخدمة"
    (tmp_path / hostile).mkdir()
    opened(hostile, severities=(hostile,), services=[hostile, "API"], teams=[hostile])
    outputs = parameters(tmp_path / "work" / "exploration.ipynb")
    assert outputs["paths"] == [str(tmp_path / hostile)]
    assert [outputs[name] for name in ("severities", "services", "teams")] == [
        [hostile],
        [hostile, "API"],
        [hostile],
    ]


def test_an_edited_copy_is_opened_again_and_never_written_over(opened: Explore, tmp_path: Path) -> None:
    opened()
    file = tmp_path / "work" / "exploration.ipynb"
    edited = json.loads(file.read_text())
    edited["cells"].append(v4.new_code_cell("1 + 1"))
    for cell in edited["cells"]:
        cell["source"] = "".join(cell["source"])  # a notebook may be saved so too
    file.write_text(json.dumps(edited))
    before = file.read_bytes()
    assert opened() == f"exploration.ipynb: {AGAIN}"
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["exploration.ipynb"]


def test_other_reports_get_a_copy_of_their_own(opened: Explore, tmp_path: Path) -> None:
    assert opened() == f"exploration.ipynb: {NEW}"
    assert opened("others") == f"exploration-2.ipynb: {NEW}"
    assert opened(status="all") == f"exploration-3.ipynb: {NEW}"
    assert opened("others") == f"exploration-2.ipynb: {AGAIN}"
    assert opened() == f"exploration.ipynb: {AGAIN}"
    assert parameters(tmp_path / "work" / "exploration-2.ipynb")["paths"] == [str(tmp_path / "others")]


@pytest.mark.usefixtures("opened")
def test_what_is_wrong_with_the_inputs_is_said_as_by_every_verb(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    (folder / "notes.md").write_text("# Notes\n")
    (tmp_path / "t.csv").write_text("Key,Status\nA-1,Shut\n")
    (tmp_path / "c.csv").write_text("incident_id,field,value,reason,by\nINC-1,severity,SEV-1,r,a,b\n")
    (tmp_path / "s.toml").write_text(
        '[tracker]\nfile = "t.csv"\ncolumns = { key = "Key", status = "Status" }\n[corrections]\nfile = "c.csv"\n'
    )
    said: list[str] = []
    explore(folder, output_dir=tmp_path / "work", settings=tmp_path / "s.toml", remark=said.append)
    *problems, copy = said
    row = "the row has 6 cells, the header 5, so it is not used; put quotes around a cell that holds a comma"
    assert problems == [
        "1 of 1 files skipped; run 'incident-analytics check' for details",
        f"{(tmp_path / 'c.csv').as_posix()}:2: error: {row}",
        f"{(tmp_path / 't.csv').as_posix()}:2: warning: Status: 'Shut' is not one of open, done, dropped",
    ]
    assert copy.endswith(NEW)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": []}', b'{"cells": [{"metadata": {}}]}', b"\xff"])
def test_a_file_of_somebody_else_stays_as_it_is(content: bytes, opened: Explore, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "exploration.ipynb").write_bytes(content)
    assert opened() == f"exploration-2.ipynb: {NEW}"
    assert (tmp_path / "work" / "exploration.ipynb").read_bytes() == content


def test_a_folder_that_cannot_be_made_is_reported(opened: Explore, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    with pytest.raises(OutputError, match=re.escape(f"{tmp_path / 'work'}: File exists")):
        opened()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"paths": "absent"}, PathError, "absent: no such file or folder"),
        ({"settings": "absent.toml"}, SettingsError, "absent.toml: No such file"),
        ({"status": "finished?"}, UnknownNameError, "status 'finished?' is not one of final, all"),
    ],
)
@pytest.mark.usefixtures("opened")
def test_wrong_arguments_are_reported_before_a_copy_is_made(
    arguments: dict[str, Any], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        explore(**{"paths": tmp_path, "output_dir": tmp_path / "work", **arguments})
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("absent", ["jupyterlab", "ipywidgets", "itables"])
def test_without_the_extra_the_command_names_it_and_makes_nothing(
    absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda library: None if library == absent else True)
    monkeypatch.setattr(sys, "argv", ["incident-analytics", "explore", str(DEMO), "-o", str(tmp_path / "work")])
    with pytest.raises(SystemExit) as ended:
        main()
    message = f"explore needs {absent}; pip install 'incident-analytics[lab]'"
    assert (ended.value.code, capsys.readouterr()) == (2, ("", f"incident-analytics: {message}\n"))
    assert not (tmp_path / "work").exists()
    with pytest.raises(MissingExtraError, match=re.escape(message)):
        explore(DEMO, output_dir=tmp_path / "work")


def test_the_command_hands_on_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(extras, "find_spec", lambda _: True)
    monkeypatch.setattr(exploration, "_serve", lambda file, **options: served.update(options, file=file))
    words = ["--severity", "SEV-1", "--service", "API", "--team", "Web team", "--port", "9000", "--no-browser"]
    monkeypatch.setattr(sys, "argv", ["incident-analytics", "explore", str(DEMO), "-o", str(tmp_path), *words])
    main()
    file = tmp_path / "exploration.ipynb"
    assert capsys.readouterr() == ("", f"{file}: {NEW}\n")
    assert served == {"file": file, "port": 9000, "browser": False}
    assert parameters(file) == {
        "paths": [str(DEMO)],
        "settings": str(DEMO / "incident-analytics.toml"),
        "trusted": True,
        "status": "final",
        "severities": ["SEV-1"],
        "services": ["API"],
        "teams": ["Web team"],
        "fields": [],
        "hours": [],
    }


def test_a_server_that_fails_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(OutputError, match="JupyterLab ended with exit code 1; what it wrote above says why"):
        exploration._serve(tmp_path / "exploration.ipynb", port=8888, browser=False)  # noqa: SLF001 - no JupyterLab fails so


def test_ctrl_c_ends_jupyterlab_and_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            if self not in started:
                started.append(self)
                raise KeyboardInterrupt
            return super().wait(timeout)

    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 900\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    exploration._serve(tmp_path / "exploration.ipynb", port=8888, browser=False)  # noqa: SLF001 - as above
    assert [process.returncode for process in started] == [-signal.SIGTERM]


def test_the_kernel_is_this_environments_before_any_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", "theirs")
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    assert exploration._places(tmp_path) == {  # noqa: SLF001 - what a server is started with
        "JUPYTER_PATH": f"{tmp_path}{os.pathsep}theirs",
        "JUPYTER_CONFIG_PATH": str(tmp_path),
    }
    spec = json.loads((tmp_path / "kernels" / "python3" / "kernel.json").read_text())
    assert spec["argv"][0] == sys.executable


def run(reports: Path, kernel: Kernel, **parameters: object) -> dict[str, str]:
    """Run the notebook and return the text of each cell's outputs."""
    need("ipywidgets")
    need("itables")
    ran = run_notebook(
        notebook_file("exploration"), {"paths": [str(reports)], "settings": None, **parameters}, kernel=kernel
    )
    return {
        cell.id: "".join(
            output.get("text", "") + "".join(output.get("data", {}).get(kind, "") for kind in ("text/html",))
            for output in cell.outputs
        )
        for cell in ran.cells
        if cell.cell_type == "code"
    }


@pytest.fixture(scope="module")
def demo(kernel: Kernel) -> dict[str, str]:
    return run(DEMO / "reports", kernel, settings=str(DEMO / "incident-analytics.toml"))


def test_every_question_is_answered(demo: dict[str, str]) -> None:
    assert "Incidents of status final: 88." in demo["loaded"]
    assert "Files: 88 loaded, 10 other status." in demo["loaded"]
    assert ">incidents</td>" in demo["tables"]
    assert "INC-2025-11-07-001" in demo["grid"]
    text = "Median time to restore: 1h 22m, p90 4h 57m (n = 89, 1 ongoing)."
    assert text in demo["controls"].replace("\xa0", " ")
    assert "Q4 2025, as of 2026-01-01 00:00." in re.sub("<[^>]*>", "", demo["quarter"])
    assert "Not compared with Q3 2025: 5 of the 12 reports from Q4 2025 are not final." in demo["restore"]
    assert ">API</td>" in demo["budget"]
    assert '<th scope="col">Cause or factor</th>' in demo["recurs"]
    assert "open items are overdue" in demo["overdue"]
    assert "INC-2025-11-07-001: API gateway runs out of memory" in re.sub("<[^>]*>", "", demo["similar"])
    assert ">severity</td>" in demo["trace"]


def test_without_reports_every_cell_runs_and_says_so(tmp_path: Path, kernel: Kernel) -> None:
    outputs = run(tmp_path, kernel)
    assert "Incidents of status final: 0." in outputs["loaded"]
    assert "Files: none." in outputs["loaded"]
    assert "nothing had been reported by then." in outputs["restore"]
    assert "No outage was reported." in outputs["budget"]
    assert "Nothing recurs." in outputs["recurs"]
    assert "No action item is overdue." in outputs["overdue"]


HOSTILE = """# <img src="http://evil.example/title" onerror="document.title='run'">

**Incident ID**: INC-2026-01-20-001
**Date**: 2026-01-20
**Duration**: 14:02 - 15:47 (1h 45m)
**Severity**: SEV-3
**Author**: Me
**Status**: Final

## Summary

<script>document.title = 'run'</script></script>

## Timeline

| Time (UTC) | Event |
|------------|-------|
| 14:02 | Initial alert/detection |
| 15:47 | Service restored |

### Affected Services
- [x] <img src="http://evil.example/service">
"""


def start_lab(reports: Path, folder: Path, **variables: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start `explore` as a user does, in folders of its own; return it and the address that JupyterLab names."""
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTERLAB_SETTINGS_DIR",
           "JUPYTERLAB_WORKSPACES_DIR")  # fmt: skip
    environment = {**os.environ, **{name: str(folder / name.lower()) for name in own}, **variables}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    log = folder / "log"
    command = [sys.executable, "-m", "incident_analytics", "explore", str(reports), "--no-browser"]
    command += ["--port", port, "-o", str(folder / "work")]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=stream)
    until = time.monotonic() + PATIENCE
    while not (address := re.search(r"http://127\S+/lab/tree/\S+\?token=\w+", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    while not answers(int(re.findall(r":(\d+)/", address[0])[0])):  # the log may have the address before it listens
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    return process, address[0]


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """JupyterLab on the demo and a report that would harm, its address and its folder of temporary files."""
    need("jupyterlab")
    folder = tmp_path_factory.mktemp("lab")
    reports = shutil.copytree(DEMO, folder / "demo")
    (reports / "reports" / "INC-2026-01-20-001.md").write_text(HOSTILE)
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        process, address = start_lab(reports, folder, TMPDIR=short)
        yield process, address, Path(short)
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def processes_in(folder: Path) -> list[str]:
    """Return the commands that run with a folder for temporary files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"TMPDIR={folder}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return [command for command in found if command]  # one that has ended has none


def run_all(tab: Any, address: str) -> None:
    tab.goto(address)
    tab.get_by_role("heading", name="Exploration").first.wait_for()
    tab.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # what runs before is lost
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = tab.locator(f"[data-windowed-list-index='{CELLS.index('trace')}'] .jp-OutputArea-output")
    last.wait_for()


def test_a_control_redraws_the_figure_the_grid_filters_and_what_a_report_says_stays_text(
    tab: Any, requested: list[str], lab: tuple[Any, str, Path]
) -> None:
    expect = need("playwright.sync_api").expect
    expect.set_options(timeout=PATIENCE * 1000)
    run_all(tab, lab[1])
    shown = tab.locator(f"[data-windowed-list-index='{CELLS.index('controls')}'] .jp-OutputArea")
    figure, row = shown.locator("img"), shown.locator("tbody tr").first
    expect(row.locator("td")).to_have_text(["SEV-1", "10", "2h 14m (16m to 6h 45m)", "6h 45m", "4h 51m", "0"])
    seen = [figure.get_attribute("src")]
    for control, value, median in (
        ("severity", "SEV-2", "1h 32m (47m to 2h 21m)"),
        ("metric", "time to detect", "8m (5m to 12m)"),
        ("service", "API", "8m (5m to 10m)"),
        ("by", "quarter", "10m"),
        ("period", "2025Q3", "9m"),
    ):
        tab.get_by_label(control, exact=True).select_option(label=value)
        expect(figure).not_to_have_attribute("src", str(seen[-1]))
        seen.append(figure.get_attribute("src"))
        expect(row.locator("td").nth(2)).to_have_text(median)
    assert len(set(seen)) == 6
    assert all(str(address).startswith("data:image/svg+xml;base64,") for address in seen)
    entries = tab.locator(".dt-info")
    expect(entries).to_have_text("Showing 1 to 10 of 89 entries")
    tab.get_by_placeholder("severity").press_sequentially("SEV-1")
    expect(entries).to_have_text("Showing 1 to 10 of 10 entries (filtered from 89 total entries)")
    tab.get_by_placeholder("severity").clear()
    tab.get_by_placeholder("title").press_sequentially("evil.example")
    expect(entries).to_have_text("Showing 1 to 1 of 1 entry (filtered from 89 total entries)")
    hostile = tab.get_by_text('<img src="http://evil.example/title"')
    assert hostile.count() >= 3, "in the grid, a table, a sentence"
    assert tab.title() != "run"
    assert outside(requested) == []
    assert len(requested) > 50


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by Linux's /proc")
def test_sigterm_ends_jupyterlab_with_its_kernels_and_leaves_no_folder(
    lab: tuple[subprocess.Popen[bytes], str, Path],
) -> None:
    process, address, short = lab
    base, token = re.fullmatch(r"(http://[^/]+/).*token=(\w+)", address).groups()  # type: ignore[union-attr]
    request = Request(f"{base}api/kernels", b"{}", {"Authorization": f"token {token}"})  # noqa: S310 - of this machine
    with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - likewise
        kernel = json.load(answer)["id"]
    until = time.monotonic() + PATIENCE
    while not any(kernel in command for command in processes_in(short)):
        assert time.monotonic() < until, "the kernel never ran"
        time.sleep(0.1)
    assert len(list(short.iterdir())) >= 1
    process.terminate()
    assert process.wait(PATIENCE) == 128 + signal.SIGTERM
    until = time.monotonic() + PATIENCE
    while (left := processes_in(short)) and time.monotonic() < until:
        time.sleep(0.1)
    assert (left, list(short.iterdir())) == ([], [])
