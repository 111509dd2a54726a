"""A review that is ended in the middle: what it says, and that nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PATIENCE
from notebook_files import write_notebook

from incident_analytics.temporary import TemporaryFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

REPORT = "**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-2\n**Status**: Final\n"


def wait_for(file: Path) -> str:
    """Wait until a file has its content, and return that."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if file.exists() and (text := file.read_text()):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{file} never had any content")


def wait_until_gone(process: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError(f"process {process} goes on")


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name, unlike that of `tmp_path`: one in which temporary folders are made."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_a_review_that_is_ended_leaves_nothing(tmp_path: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, SIGTERM, and SIGKILL, after which the next run cleans; at once, as the start of a kernel takes long."""
    (tmp_path / "r.md").write_text(REPORT)
    running: dict[signal.Signals, subprocess.Popen[str]] = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        folder = tmp_path / number.name
        folder.mkdir()
        (folder / "pages").mkdir()
        (folder / "pages" / "review-2025Q1.html").write_text("the earlier one")
        notebook = write_notebook(
            folder / "n.ipynb",
            "paths = []\nperiod = ''\nsettings = None\nstatus = ''\nas_of = None\ntrusted = True",
            f"import os, time, pathlib\npathlib.Path({str(folder / 'started')!r}).write_text(str(os.getpid()))\n"
            "time.sleep(600)",
        )
        (short / number.name).mkdir()
        running[number] = subprocess.Popen(
            [
                *(sys.executable, "-m", "incident_analytics", "review", str(tmp_path / "r.md"), "--period", "2025Q1"),
                *("--notebook", str(notebook), "-o", str(folder / "pages")),
            ],
            env={**os.environ, "TMPDIR": str(short / number.name)},
            cwd=folder,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    try:
        kernels = {number: int(wait_for(tmp_path / number.name / "started")) for number in running}
        for number, process in running.items():
            os.killpg(process.pid, number)
        said = {
            number.name: (*process.communicate(timeout=PATIENCE), process.returncode)
            for number, process in running.items()
        }
        for kernel in kernels.values():
            wait_until_gone(kernel)
    finally:
        for process in running.values():
            process.kill()
    assert said == {"SIGINT": ("", "\nAborted!\n", 1), "SIGTERM": ("", "", 143), "SIGKILL": ("", "", -9)}
    assert len(list((short / "SIGKILL").iterdir())) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(short / "SIGKILL"))
    with TemporaryFolder():
        pass
    for number in running:
        assert list((short / number.name).iterdir()) == []
        (page,) = (tmp_path / number.name / "pages").iterdir()
        assert page.read_text() == "the earlier one"
