"""The cache: what it gives equals what is read anew, whatever happened to the files or to the cache in between."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics import cache, loading, reading
from incident_analytics.cache import cache_folder, clear_cache
from incident_analytics.loading import load
from incident_analytics.schema import TABLES
from incident_analytics.tables import Corpus

DATA = Path(__file__).parents[1] / "data"
HEAD = "# Incident: {title}\n\n**Incident ID**: {name}\n**Date**: 2025-03-14\n**Severity**: SEV-2\n"
REPORT = HEAD + "**Status**: {status}\n\n"
TIMELINE = "## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n| 14:02 | {title} |\n| 15:{minute} | Service restored |\n"
TEXTS = (
    (REPORT + TIMELINE).format(title="Queue full", name="INC-2025-03-14-001", status="Final", minute="10"),
    (REPORT + TIMELINE).format(title="Queue FULL", name="INC-2025-03-14-001", status="Final", minute="20"),
    (REPORT + TIMELINE).format(title="Disk full", name="INC-2025-03-14-002", status="Duplicate", minute="30"),
    (REPORT * 2).format(title="Two", name="INC-2025-03-14-003", status="Draft"),
    "# Notes\n\nNothing happened.\n",
    "",
)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Use the cache for a handful of files, in a folder of the test's own."""
    monkeypatch.setattr(loading, "_MANY", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        write(folder / f"{number}.md", text)
    return folder


def write(file: Path, text: str, *, age: int = 1000) -> None:
    """Write a file that seems to be some seconds old, as those are that nobody has just changed."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (file.stat().st_mtime - age,) * 2)


def assert_same(one: Corpus, other: Corpus) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def assert_cached(folder: Path, **options: Any) -> None:
    assert_same(load(folder, status="all", **options), load(folder, status="all", cache=False, **options))


def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by each file that is read."""
    found: list[str] = []
    read = reading._read_file  # noqa: SLF001 - what is counted is inside

    def count(file: Path, *arguments: Any, **options: Any) -> None:
        found.append(file.name)
        read(file, *arguments, **options)

    monkeypatch.setattr(reading, "_read_file", count)
    return found


def test_a_second_load_reads_nothing_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load(DATA / "real", status="all", cache=False)
    assert_same(load(DATA / "real", status="all"), expected)
    read = files_read(monkeypatch)
    assert_same(load(DATA / "real", status="all"), expected)
    assert read == []


def test_a_cache_of_absolute_paths_is_the_same_in_each_working_folder(
    reports: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A review's kernel has a new one each time."""
    load(reports)
    read = files_read(monkeypatch)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    load(reports)
    assert read == []
    monkeypatch.chdir(tmp_path)
    load("reports")
    (elsewhere / "reports").symlink_to(reports)
    monkeypatch.chdir(elsewhere)
    load("reports")
    assert len(read) == 2 * len(TEXTS)


def test_what_changed_is_read_and_nothing_else(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(reports)
    read = files_read(monkeypatch)
    write(reports / "1.md", TEXTS[0], age=500)  # of the same size, at another time
    (reports / "4.md").unlink()
    write(reports / "3b.md", TEXTS[2])
    load(reports)
    assert read == ["1.md", "3b.md"]
    assert_cached(reports)


def test_a_file_that_only_its_time_changed_is_not_read(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(reports)
    os.utime(reports / "0.md")
    read = files_read(monkeypatch)
    load(reports)
    assert read == []


def test_a_file_that_changes_within_the_same_instant_is_read(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where reading takes longer than an instant, by a clock that goes on with each file."""
    file, read, now = reports / "0.md", reading._read_file, [time.time_ns()]  # noqa: SLF001 - when it reads is inside

    def read_slowly(*arguments: Any, **options: Any) -> None:
        now[0] += 10**10
        read(*arguments, **options)

    monkeypatch.setattr(reading, "_read_file", read_slowly)
    monkeypatch.setattr(cache.time, "time_ns", lambda: now[0])
    file.write_text(TEXTS[0], encoding="utf-8")
    os.utime(file, ns=(now[0], now[0]))
    same = file.stat().st_mtime_ns
    load(reports)
    file.write_text(TEXTS[1].replace("15:20", "15:40"), encoding="utf-8")
    os.utime(file, ns=(same, same))
    assert_cached(reports)


STEPS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([*TEXTS, None]), st.integers(2, 5000)), min_size=1, max_size=4
)


@examples(4)
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_whatever_changes_the_cache_gives_what_reading_gives(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, str | None, int]]]
) -> None:
    """Files come, change and go in any order; unchanged ones, copies and files without a report among them."""
    folder = tmp_path_factory.mktemp("reports")
    for steps in rounds:
        for name, text, age in steps:
            file = folder / f"{name}.md"
            if text is None:
                file.unlink(missing_ok=True)
            else:
                write(file, text, age=age)
        if any(folder.iterdir()):
            assert_cached(folder)


def test_settings_templates_and_corrections_count(reports: Path, tmp_path: Path) -> None:
    load(reports)
    corrections = tmp_path / "corrections.csv"
    header = "incident_id,field,value,reason,by\n"
    corrections.write_text(f"{header}INC-2025-03-14-001,title,Other,because,me\n", encoding="utf-8")
    chosen = tmp_path / "incident-analytics.toml"
    chosen.write_text('[corrections]\nfile = "corrections.csv"\n', encoding="utf-8")
    assert "Other" in set(load(reports, settings=chosen).incidents["title"])
    corrections.write_text(f"{header}INC-2025-03-14-001,title,Again,because,me\n", encoding="utf-8")
    assert "Again" in set(load(reports, settings=chosen).incidents["title"])
    chosen.write_text('timezone = "Asia/Tokyo"\n', encoding="utf-8")
    assert_cached(reports, settings=chosen)


def test_files_excluded_since_are_skipped(reports: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "incident-analytics.toml"
    for pattern, n in (("nothing.md", 6), ("0.md", 5), ("nothing.md", 6)):
        chosen.write_text(f'[check]\nexclude = ["reports/{pattern}"]\n', encoding="utf-8")
        found = load(reports, status="all", settings=chosen)
        assert (~found.files["reason"].str.startswith("excluded", na=False)).sum() == n + 1
        assert_cached(reports, settings=chosen)


def test_every_setting_is_known_to_matter_or_not() -> None:
    """A new one matters unless it is listed; one that is listed is there."""
    assert set(loading.Settings.model_fields) >= loading.NOT_READ_BY
    matters = {
        "timezone",
        "severities",
        "services",
        "calendar_table",
        "corrections",
        "templates",
        "limits",
        "check",
        "path",
    }
    assert set(loading.Settings.model_fields) - loading.NOT_READ_BY >= matters


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "remove"])
@pytest.mark.parametrize("name", ["index", "names", "timeline"])
def test_a_damaged_cache_is_made_anew_and_said_so(reports: Path, name: str, harm: str) -> None:
    expected = load(reports, status="all")
    (file,) = cache_folder().rglob(name)
    content = file.read_bytes()
    middle = len(content) // 2
    if harm == "remove":
        file.unlink()
    else:
        flipped = bytes([*content[:middle], content[middle] ^ 1, *content[middle + 1 :]])
        file.write_bytes({"flip": flipped, "cut": content[:middle], "empty": b""}[harm])
    if (name, harm) == ("index", "remove"):  # then there is none, and nothing is wrong
        assert_same(load(reports, status="all"), expected)
    else:
        with pytest.warns(UserWarning, match=r"the cache in .* was damaged; every report was read anew"):
            assert_same(load(reports, status="all"), expected)
    assert_cached(reports)


@pytest.mark.parametrize("mode", [0o740, 0o702, 0o755])
def test_the_cache_is_its_owners_alone(reports: Path, mode: int) -> None:
    load(reports)
    assert stat.S_IMODE(cache_folder().stat().st_mode) == 0o700
    cache_folder().chmod(mode)  # others can read it, or could have written it
    before = {file: file.stat().st_mtime_ns for file in cache_folder().rglob("*")}
    write(reports / "0.md", TEXTS[1])
    assert_cached(reports)
    assert {file: file.stat().st_mtime_ns for file in cache_folder().rglob("*")} == before


def test_no_home_costs_the_cache_alone(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert_cached(reports)


def test_a_full_disk_costs_the_cache_alone_and_is_said(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []

    def write_some(file: Path, content: bytes) -> int:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(file))
        written.append(content)
        with file.open("wb") as stream:
            return stream.write(content)

    expected = load(reports, status="all", cache=False)
    monkeypatch.setattr(Path, "write_bytes", write_some)
    with pytest.warns(UserWarning, match=r"^the cache in .* can't be written \(No space left on device\)"):
        assert_same(load(reports, status="all"), expected)
    (folder,) = cache_folder().iterdir()
    assert list(folder.iterdir()) == []


def test_many_changes_do_not_leave_many_files(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_HOUR", -1)
    monkeypatch.setattr(cache, "_MOST_SEGMENTS", 4)
    for round_ in range(7):
        write(reports / "0.md", TEXTS[round_ % 2], age=round_ + 10)
        assert_cached(reports)
    (folder,) = cache_folder().iterdir()
    assert 1 < len(list(folder.iterdir())) <= 5


def test_several_runs_at_once(reports: Path) -> None:
    expected = load(reports, status="all", cache=False)
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: load(reports, status="all"), range(5)):
            assert_same(found, expected)


def test_what_another_run_renames_meanwhile_is_no_failure(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(reports, status="all")
    write(reports / "0.md", TEXTS[1])
    listed = Path.iterdir

    def with_one_that_is_gone(folder: Path) -> Iterator[Path]:
        yield folder / f".{0:032}"
        yield from listed(folder)

    monkeypatch.setattr(Path, "iterdir", with_one_that_is_gone)
    load(reports, status="all")  # a note would be a warning, and so an error
    assert_cached(reports)


def test_clearing_gives_the_bytes_back(reports: Path) -> None:
    load(reports)
    assert clear_cache() > 0
    assert not cache_folder().exists()
    assert clear_cache() == 0


@pytest.mark.filterwarnings("ignore:the cache in")  # it says so where it could not be kept
def test_clearing_takes_nothing_from_runs_at_work(reports: Path) -> None:
    expected = load(reports, status="all", cache=False)
    with ThreadPoolExecutor(4) as threads:
        cleared = [threads.submit(clear_cache) for _ in range(20)]
        for found in threads.map(lambda _: load(reports, status="all"), range(5)):
            assert_same(found, expected)
    assert all(task.result() >= 0 for task in cleared)


def test_what_somebody_else_put_into_the_folder_stays(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(reports)
    root = cache_folder()
    (own,) = root.iterdir()
    unused = root / f"{1:032x}"
    others = [
        root / "notes.txt",
        root / "photos" / "a.jpg",
        own / "notes.txt",
        unused / "notes.txt",
        root / f"{6:032x}",
    ]
    ours = [own / f"{2:032x}" / "files", unused / "index", unused / f"{3:032x}" / "files", root / f"{4:032x}" / "index"]
    for file in [*others, *ours]:
        file.parent.mkdir(exist_ok=True)
        file.write_text("long", encoding="utf-8")
    link = root / f"{5:032x}"
    link.symlink_to(reports)
    monkeypatch.setattr(cache, "_HOUR", -1)
    monkeypatch.setattr(cache, "_UNUSED", -1)
    write(reports / "0.md", TEXTS[1])
    load(reports)
    assert [file for file in ours if file.exists()] == []
    assert [file for file in others if not file.exists()] == []
    assert not (root / f"{4:032x}").exists()
    clear_cache()
    assert [file for file in others if not file.exists()] == []
    assert [file.name for file in own.iterdir()] == ["notes.txt"]
    assert len(list(reports.iterdir())) == len(TEXTS)
    assert link.is_symlink()


def test_clearing_goes_through_no_link(reports: Path, tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (others / "thesis.txt").write_text("long", encoding="utf-8")
    cache_folder().parent.mkdir(exist_ok=True)
    cache_folder().symlink_to(others)
    assert clear_cache() == 0
    load(reports)
    assert [file.name for file in others.iterdir()] == ["thesis.txt"]


class Loses(Executor):
    """Loses the first tasks that it gets, as a cluster does whose workers die, and those with certain files always."""

    def __init__(self, n: int, always: str = "") -> None:
        self.left, self.always = n, always

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        (files,) = arguments
        if self.left > 0 or any(file.name == self.always for file in files):
            self.left -= 1
            future.set_exception(RuntimeError("worker died"))
        else:
            future.set_result(function(*arguments, **options))
        return future


def test_files_that_an_executor_loses_are_read_again_or_named(reports: Path) -> None:
    expected = load(reports, status="all", cache=False)
    assert_same(load(reports, status="all", cache=False, executor=Loses(1)), expected)
    found = load(reports, status="all", executor=Loses(1, "0.md"))
    lost = found.files[found.files["outcome"] == "unreadable"]
    assert lost["path"].map(lambda path: Path(path).name).tolist() == ["0.md"]
    assert "the process that read it ended" in lost["reason"].iloc[0]
    assert_cached(reports)  # it is read again, not remembered as lost


def test_processes_give_the_same(reports: Path) -> None:
    assert_same(load(reports, status="all", jobs=2), load(reports, status="all", cache=False))


def test_many_chunks_are_put_together_and_give_the_same(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load(reports, status="all", cache=False)
    monkeypatch.setattr(loading, "_CHUNK", 1)
    for pieces in (2, 4):
        monkeypatch.setattr(loading, "_PIECES", pieces)
        assert_same(load(reports, status="all", cache=False), expected)
        clear_cache()
        assert_cached(reports)
        assert_cached(reports)
