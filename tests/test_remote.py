"""Reports at URLs are read as those on this machine are, by whatever file system fsspec has for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from browsing import need
from pandas.testing import assert_frame_equal

from incident_analytics import load, loading
from incident_analytics.config import Settings
from incident_analytics.errors import MissingExtraError, PathError
from incident_analytics.files import file_of_report
from incident_analytics.finding import find_files
from incident_analytics.loading import read_records
from incident_analytics.remote import RemoteFile, find_sources

REAL = Path(__file__).parents[1] / "data" / "real"
HERE = sorted(REAL.glob("INC-*.md"))[:8]
AT = "memory:///team/reports"


@pytest.fixture
def store() -> Iterator[Any]:
    """Give an empty file system in memory."""
    files = need("fsspec").filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


@pytest.fixture
def filled(store: Any) -> Any:
    for file in HERE:
        store.pipe(f"/team/reports/{file.name}", file.read_bytes())
    return store


def outcomes(url: str, settings: Settings | None = None) -> list[tuple[str, str]]:
    files = load(url, status="all", settings=settings).files
    return list(zip(files["path"].str.removeprefix(f"{AT}/"), files["outcome"], strict=True))


@pytest.mark.parametrize("at", [f"memory://team/reports{end}" for end in ("", "/", "/*.md", "/?*.md", "/[!_]*.md")])
@pytest.mark.usefixtures("filled")
def test_the_tables_are_those_of_the_same_files_on_this_machine(at: str) -> None:
    found, expected = load(at, status="all"), load(HERE, status="all")
    for table in fields(expected):
        frame = getattr(expected, table.name)
        if "path" in frame:
            frame = frame.assign(path=frame["path"].str.replace(REAL.as_posix(), AT, regex=False))
        text = frame.select_dtypes("str").columns
        frame[text] = frame[text].apply(lambda words: words.str.replace(REAL.as_posix(), AT, regex=False))
        assert_frame_equal(getattr(found, table.name), frame)


@pytest.mark.usefixtures("filled")
def test_an_executor_reads_them_and_files_here_come_first() -> None:
    with ThreadPoolExecutor(4) as executor:
        found = load([f"{AT}/{HERE[1].name}", HERE[0]], status="all", executor=executor)
    assert found.incidents["path"].tolist() == [HERE[0].as_posix(), f"{AT}/{HERE[1].name}"]


def test_a_folder_is_searched_as_one_here_is(store: Any) -> None:
    text = HERE[0].read_text(encoding="utf-8")
    for name in ("b/x.MD", "a.markdown", ".hidden/y.md", "b/.z.md", "notes.txt", "b/README.md"):
        store.pipe(f"/team/reports/{name}", text.replace("INC-", f"INC-{len(name)}").encode())
    store.pipe("/team/reports/b/README.md", b"# Read me")
    names = [file.as_posix() for file in find_sources([AT, f"{AT}/a.markdown"])]
    assert names == [f"{AT}/a.markdown", f"{AT}/b/README.md", f"{AT}/b/x.MD"]
    assert dict(outcomes(AT))["b/README.md"] == "skipped"
    excluded = Settings.model_validate({"check": {"exclude": ["README.md", "team/reports/b"]}})
    assert load(AT, settings=excluded).files["reason"].str.startswith("excluded by").tolist()[-2:] == [True, True]


def test_several_reports_of_one_file_have_numbers_in_a_large_folder_too(
    filled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_MANY", 1)
    two = HERE[0].read_text(encoding="utf-8").replace("INC-20", "INC-19")
    filled.pipe("/team/reports/many.md", f"{two}\n\n{two.replace('INC-19', 'INC-18')}".encode())
    paths = load(AT, status="all").files["path"]
    assert [path.rpartition("/")[2] for path in paths if "many" in path] == ["many.md", "many.md#2"]


def test_what_did_not_change_comes_from_the_cache(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_MANY", 1)
    before = load(AT, status="all")
    reads: list[str] = []
    read = RemoteFile.read
    monkeypatch.setattr(RemoteFile, "read", lambda self, limit: reads.append(self.url) or read(self, limit))
    assert_frame_equal(load(AT, status="all").incidents, before.incidents)
    assert reads == []
    name = HERE[3].name
    filled.pipe(f"/team/reports/{name}", HERE[3].read_bytes().replace(b"SEV-2", b"SEV-1"))  # of the same size
    load(AT, status="all")
    assert {*reads} == {f"{AT}/{name}"}


def test_a_store_without_marks_of_versions_is_read_each_time(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_MANY", 1)
    monkeypatch.setattr("incident_analytics.remote._VERSIONS", frozenset())
    load(AT, status="all")
    name = HERE[3].name
    filled.pipe(f"/team/reports/{name}", HERE[3].read_bytes().replace(b"Final", b"Draft"))
    assert "Draft" in load(AT, status="all").incidents["status"].tolist()


def test_a_file_that_fails_or_is_too_large_costs_itself(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = HERE[2].name
    cat = filled.open

    def fails(path: str, *rest: Any, **options: Any) -> Any:
        if path.endswith(name):
            raise RuntimeError("the store is busy")
        return cat(path, *rest, **options)

    monkeypatch.setattr(type(filled), "open", staticmethod(fails))
    files = load(AT, status="all").files
    assert files.loc[files["outcome"] == "unreadable", "reason"].tolist() == [
        "cannot be read: RuntimeError: the store is busy; check the file and its permissions"
    ]
    monkeypatch.undo()
    small = Settings.model_validate({"limits": {"file_size": max(len(file.read_bytes()) for file in HERE) - 1}})
    assert load(AT, status="all", settings=small).files["outcome"].tolist().count("unreadable") == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://nowhere", "memory://nowhere: no such file or folder"),
        ("memory://nowhere/*.md", "memory://nowhere/*.md: no such file or folder"),
        ("nothing://x", "nothing://x: Protocol not known: nothing"),
        (
            "memory://me:secret@host/x?key=secret",
            "memory://host/x: a URL with a password or a query; put credentials in fsspec's configuration instead",
        ),
        (
            "https://ghp_x@host/x",
            "https://host/x: a URL with a password or a query; put credentials in fsspec's configuration instead",
        ),
        (
            "simplecache::https://host/x?key=secret",
            "https://host/x: a URL with a password or a query; put credentials in fsspec's configuration instead",
        ),
        ("memory://[r", "memory://[r: no such file or folder"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_a_url_that_leads_nowhere_is_named(url: str, message: str) -> None:
    with pytest.raises(PathError) as caught:
        load(url)
    assert str(caught.value) == message


def test_a_pattern_passes_over_what_is_hidden(tmp_path: Path) -> None:
    for name in (".draft.md", ".old/a.md", "new/a.md", "b.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("# x\n", encoding="utf-8")

    def found(pattern: str) -> list[str]:
        sources = find_sources([f"local://{tmp_path.as_posix()}/{pattern}"])
        return [source.as_posix().rpartition(f"{tmp_path.name}/")[2] for source in sources]

    assert found("*") == ["b.md", "new/a.md"]
    assert found("**/*.md") == ["b.md", "new/a.md"]
    assert found(".*/a.md") == [".old/a.md"]


def test_no_name_of_a_file_leads_to_another_store_than_the_one_that_was_asked_for(tmp_path: Path) -> None:
    need("fsspec")
    text = HERE[0].read_text(encoding="utf-8")
    other, asked = tmp_path / "other.zip", tmp_path / "asked.zip"
    with ZipFile(other, "w") as archive:
        archive.writestr("b.md", text.replace("INC-20", "INC-18"))
    with ZipFile(asked, "w") as archive:
        archive.writestr("reports/a.md", text)
        archive.writestr(f"reports/b.md::{other}", "not a report")
        archive.writestr(f"reports/zip://b.md::{other}/c.md", text.replace("INC-20", "INC-19"))
    url = f"zip://reports/*::file://{asked.as_posix()}"
    files = load(url, status="all").files
    assert [path.removesuffix(f"::file://{asked.as_posix()}") for path in files["path"]] == [
        "zip://reports/a.md",
        f"zip://reports/zip://b.md::{other}/c.md",
    ]
    ids = load(url, status="all").incidents["incident_id"]
    assert [name[:6] for name in ids] == ["INC-20", "INC-19"]


def test_without_fsspec_a_url_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incident_analytics.extras.find_spec", {"fsspec": None}.get)
    with pytest.raises(MissingExtraError) as caught:
        read_records("s3://bucket/reports", settings=Settings())
    assert str(caught.value) == "a URL needs fsspec; pip install 'incident-analytics[remote]'"


def test_what_needs_files_of_this_machine_refuses_a_url() -> None:
    message = "s3://b/x.md: only check, show, export and metrics read URLs; copy the reports to this machine first"
    for use in (lambda: find_files(["s3://b/x.md"]), lambda: file_of_report("s3://b/x.md")):
        with pytest.raises(PathError) as caught:
            use()
        assert str(caught.value) == message


def test_check_reads_a_url(tmp_path: Path) -> None:
    need("fsspec")
    url = f"local://{REAL.as_posix()}"
    command = [sys.executable, "-m", "incident_analytics", "check", url, "--level", "error"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.stdout.splitlines()[-1].startswith("32 reports: 32 loaded")
