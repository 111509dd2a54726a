"""A file's bytes: read as text, and put in their place whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from incident_analytics.commentary import read_commentary
from incident_analytics.config import CorrectionSettings, Settings, TemplateSettings, TrackerSettings
from incident_analytics.errors import CommentaryError, EvidenceError, NotebookError, OutputError, SettingsError
from incident_analytics.evidence.changes import configuration_changes
from incident_analytics.evidence.logs import log_templates
from incident_analytics.evidence.metric_files import read_metric_files
from incident_analytics.files import decode_text, matching_paths, parse_toml, read_bytes, write_bytes, write_new
from incident_analytics.finding import find_files
from incident_analytics.loading import load
from incident_analytics.publish import run_notebook
from incident_analytics.tracker import read_tracker

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links, modes and signals of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("content", "text", "start"),
    [
        (b"", "", None),
        ("€ é\0".encode(), "€ é\0", None),
        (b"a\xe9b", "aéb", 1),
        (b"\x80 \x81", "€ \ufffd", 0),
        ("é".encode() + b"\xff", "Ã©ÿ", 2),
    ],
)
def test_text_is_utf_8_or_else_windows_1252_in_which_a_byte_is_a_character(
    content: bytes, text: str, start: int | None
) -> None:
    decoded, error = decode_text(content)
    assert decoded == text
    assert (error.start if error else None) == start


def test_a_file_is_made_or_replaced_and_nothing_stays_next_to_it(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    write_bytes(file, b"one")
    write_bytes(file, b"two", expected=b"one")
    assert file.read_bytes() == b"two"
    assert names(tmp_path) == ["x.md"]


def test_a_new_file_is_written_and_one_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "reports" / "x.md"
    with pytest.raises(OutputError, match=r"x\.md: No such file or directory$"):
        write_new(file, b"one")
    assert write_new(file, b"one", with_folder=True)
    assert not write_new(file, b"two", with_folder=True)
    assert file.read_bytes() == b"one"


@POSIX
def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.symlink_to(tmp_path / "elsewhere.md")
    assert not write_new(file, b"one")
    assert names(tmp_path) == ["x.md"]


def test_a_new_file_in_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reports").write_bytes(b"")
    for file in (tmp_path / "reports" / "x.md", tmp_path / "reports" / "2025" / "x.md"):
        with pytest.raises(OutputError, match=r"reports(/2025)?: (File exists|Not a directory)$"):
            write_new(file, b"one", with_folder=True)


def test_nothing_is_left_of_a_new_file_that_the_disk_has_no_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    def opened(file: Path, _: str) -> FullDisk:
        file.touch()
        return FullDisk()

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OutputError, match=r"x\.md: No space left on device$"):
        write_new(tmp_path / "x.md", b"one")
    assert names(tmp_path) == []


def test_a_name_of_the_longest_kind_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("é" * 126 + ".md")
    write_bytes(file, b"one")
    assert file.read_bytes() == b"one"


def test_a_file_that_was_changed_in_the_meantime_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_bytes(b"newer")
    with pytest.raises(OutputError) as caught:
        write_bytes(file, b"two", expected=b"one")
    assert str(caught.value) == f"{file}: it was changed in the meantime and left as it is; run again"
    assert file.read_bytes() == b"newer"
    assert names(tmp_path) == ["x.md"]


def test_a_file_that_was_deleted_in_the_meantime_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"x\.md: No such file or directory$"):
        write_bytes(tmp_path / "x.md", b"two", expected=b"one")
    assert names(tmp_path) == []


@POSIX
def test_a_read_only_file_stays_as_it_is(tmp_path: Path) -> None:
    """Also where root could write it: somebody has made it read-only on purpose."""
    file = tmp_path / "x.md"
    file.write_bytes(b"one")
    file.chmod(0o444)
    with pytest.raises(OutputError) as caught:
        write_bytes(file, b"two")
    assert str(caught.value) == f"{file}: it is read-only and left as it is; make it writable and run again"
    assert (file.read_bytes(), names(tmp_path)) == (b"one", ["x.md"])


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(OutputError) as caught:
        write_bytes(tmp_path / "x.md", b"two")
    message = f"{tmp_path / 'x.md'}: its folder cannot be written to; change its permissions and run again"
    assert str(caught.value) == message


@POSIX
def test_of_a_link_the_target_is_replaced_with_its_mode(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "x.md"
    target.write_bytes(b"one")
    target.chmod(0o640)
    link = tmp_path / "x.md"
    link.symlink_to(Path("there") / "x.md")
    write_bytes(link, b"two", expected=b"one")
    assert link.is_symlink()
    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o777 == 0o640
    assert (names(tmp_path), names(tmp_path / "there")) == (["there", "x.md"], ["x.md"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_bytes(b"one")
    os.chown(file, 65534, 65533)
    write_bytes(file, b"two")
    assert (file.stat().st_uid, file.stat().st_gid) == (65534, 65533)


WRITER = """
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from incident_analytics.files import write_bytes
print("begun", flush=True)
while True:
    for file in sorted(Path(sys.argv[1]).glob("*.md")):
        old = file.read_bytes()
        write_bytes(file, (b"new" if old.startswith(b"old") else b"old") * 50_000, expected=old)
"""


@POSIX
def test_a_killed_run_leaves_each_file_whole_and_what_it_leaves_next_to_them_is_no_report(tmp_path: Path) -> None:
    files = [tmp_path / f"{number:03}.md" for number in range(100)]
    whole = {b"old" * 50_000, b"new" * 50_000}
    for file in files:
        file.write_bytes(b"old" * 50_000)
    for seconds in (0.0, 0.003, 0.01, 0.1, 0.3):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                assert {file.read_bytes() for file in files} <= whole  # what a reader sees meanwhile
            writer.send_signal(signal.SIGKILL)
        assert {file.read_bytes() for file in files} <= whole
        assert find_files([tmp_path]) == files
        assert {path.suffix for path in tmp_path.iterdir()} <= {".md", ".partial"}


@POSIX
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    """A pipe would be waited for, a device be read forever, wherever a path names it."""
    place = tmp_path / "INC-2025-03-14-001.md"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    words = "a pipe, socket or device, not a regular file"
    window = {"start": pd.Timestamp("2025-03-14T14:00Z"), "end": pd.Timestamp("2025-03-14T15:00Z")}

    corpus = load(place)
    assert corpus.files["reason"].tolist() == [f"cannot be read: {words}; check the file and its permissions"]
    template = Settings(templates=TemplateSettings(files=(place,)))
    corrections = Settings(corrections=CorrectionSettings(file=place))
    for settings in (place, template, corrections):
        with pytest.raises(SettingsError, match=words):
            load(tmp_path, settings=settings)
    for form in ("csv", "jira", "github"):
        columns = {"key": "Key"} if form == "csv" else {}
        tracker = TrackerSettings(file=place, format=form, columns=columns)
        with pytest.raises(SettingsError, match=words):
            read_tracker(Settings(tracker=tracker))
    with pytest.raises(CommentaryError, match=words):
        read_commentary(place)
    with pytest.raises(EvidenceError, match=words):
        log_templates(place, **window, baseline_start=pd.Timestamp("2025-03-14T13:00Z"))
    with pytest.raises(EvidenceError, match="a pipe, socket or device; name a folder"):
        configuration_changes(place, **window)
    for name in ("m.csv", "m.parquet"):
        (tmp_path / name).symlink_to(place)
        _, problems = read_metric_files([tmp_path / name], **window)
        assert problems["message"].tolist() == [f"{tmp_path / name}: {words}"]
    with pytest.raises(NotebookError, match=words):
        run_notebook(place, {})


def test_a_file_is_read_as_far_as_a_limit_allows(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"12345")
    assert read_bytes(file, limit=5) == b"12345"
    with pytest.raises(OSError, match="it has more than 4 bytes"):
        read_bytes(file, limit=4)


TREE = ("a.md", "b.txt", "x/a.md", "x/y/a.md", "x/y/b.txt", ".h/a.md", "x/.h/a.md", "x/.h.md", "z[1]/a.md")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.md", ["a.md"]),
        ("?.md", ["a.md"]),
        ("*", ["a.md", "b.txt", "x", "z[1]"]),
        ("**/*.md", ["a.md", "x/a.md", "x/y/a.md", "z[1]/a.md"]),
        ("**/**/**/*.md", ["a.md", "x/a.md", "x/y/a.md", "z[1]/a.md"]),
        ("**/y/**/*", ["x/y/a.md", "x/y/b.txt"]),
        ("x/**", ["x", "x/y"]),
        ("*/y/../a.md", ["x/y/../a.md"]),
        ("**/.h/*.md", [".h/a.md", "x/.h/a.md"]),
        (".*/*.md", [".h/a.md"]),
        ("x/.*", ["x/.h", "x/.h.md"]),
        ("z[1]/a.md", ["z[1]/a.md"]),
        ("z[[]1]/*", ["z[1]/a.md"]),
        ("a.md/*", []),
        ("no/*.md", []),
        ("no", []),
        ("*.py", []),
    ],
)
def test_what_matches_a_pattern(pattern: str, expected: list[str], tmp_path: Path) -> None:
    for name in TREE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in matching_paths(tmp_path / pattern)] == expected


@POSIX
def test_a_pattern_follows_no_links_to_folders_and_lists_broken_links(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "loop").symlink_to(tmp_path)
    (tmp_path / "x" / "gone.md").symlink_to("nowhere")
    assert matching_paths(tmp_path / "**" / "*.md") == [tmp_path / "x" / "gone.md"]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_a_whole_number_of_64_bits_is_read(number: int) -> None:
    assert parse_toml(f"a = [[{number}]]") == {"a": [[number]]}


@pytest.mark.parametrize("number", [f"{2**63}", f"{-(2**63) - 1}", "0x" + "f" * 5000, "9" * 5000])
@pytest.mark.parametrize("text", ["a = {}", "[[a.b]]\nc = [1, {{d = [{}]}}]"])
def test_a_longer_one_is_not_valid(number: str, text: str) -> None:
    with pytest.raises(
        ValueError, match=r"^not valid TOML: a whole number has more than 64 bits; write a smaller one$"
    ):
        parse_toml(text.format(number))


def test_too_many_brackets_are_not_valid() -> None:
    with pytest.raises(ValueError, match=r"^not valid TOML: too many brackets within each other; write fewer$"):
        parse_toml(f"a = {'[' * 5000}{']' * 5000}")
