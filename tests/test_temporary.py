"""Temporary folders: gone with their run, or with the next one where that was killed, and never another run's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from incident_analytics.files import write_bytes
from incident_analytics.temporary import TemporaryFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's temporary folders are: a short name, unlike that of `tmp_path`."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def killed(source: str, place: Path) -> None:
    """Run Python that kills itself with a lock in its hands."""
    code = f"import os, signal\n{source}\nos.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(place)}, check=False)


def test_a_folder_ends_with_its_run(place: Path) -> None:
    with TemporaryFolder() as folder:
        (folder.path / "work").mkdir()
        assert list(place.iterdir()) == [folder.path]
    assert list(place.iterdir()) == []


def test_the_next_run_removes_what_a_killed_one_left_and_no_other(place: Path) -> None:
    (place / "incident-analytics-theirs").mkdir()  # has no lock: another program's, or one that is just being made
    killed("from incident_analytics.temporary import TemporaryFolder; f = TemporaryFolder()", place)
    assert len(list(place.iterdir())) == 2
    with TemporaryFolder() as used, TemporaryFolder() as other:
        assert {*place.iterdir()} == {place / "incident-analytics-theirs", used.path, other.path}
    assert [file.name for file in place.iterdir()] == ["incident-analytics-theirs"]


def test_a_process_that_has_the_lock_as_well_keeps_the_folder_in_use(place: Path) -> None:
    """JupyterLab goes on where what started it was killed."""
    source = "import sys; print('ready', flush=True); sys.stdin.read()"
    folder = TemporaryFolder()
    with subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(folder.descriptor,),
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        os.close(folder.descriptor)  # as where this process ends
        with TemporaryFolder():
            assert folder.path.exists()
        child.communicate(b"")
    with TemporaryFolder() as later:
        assert list(place.iterdir()) == [later.path]


def test_a_name_too_long_for_sockets_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / ("long " * 30)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with TemporaryFolder() as folder:
        assert folder.has_room_for_sockets
        assert len(str(folder.path / "socket-5")) <= 100
    assert not folder.path.exists()


def test_the_next_write_removes_what_a_killed_one_left_of_that_file(tmp_path: Path) -> None:
    killed(
        "from pathlib import Path\nfrom incident_analytics import files\n"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"files.write_bytes(Path({str(tmp_path / 'x.md')!r}), b'half')",
        tmp_path,
    )
    (partial,) = tmp_path.iterdir()
    assert partial.name.startswith(".x.md.")
    (tmp_path / ".y.md.abc.partial").touch()
    os.utime(partial, (time.time() + 60,) * 2)  # it stays young, however long this test takes
    write_bytes(tmp_path / "x.md", b"young ones may be another run's that has no lock yet")
    assert partial.exists()
    for file in (partial, tmp_path / ".y.md.abc.partial"):
        os.utime(file, (time.time() - 60,) * 2)
    write_bytes(tmp_path / "x.md", b"whole")
    assert {file.name for file in tmp_path.iterdir()} == {"x.md", ".y.md.abc.partial"}
