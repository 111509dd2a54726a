"""Configuration changes from real repositories that the tests make."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import UTC, at, call, texts
from pandas.testing import assert_frame_equal

from incident_analytics.errors import ColumnsError, EvidenceError, PeriodError
from incident_analytics.evidence.changes import configuration_changes

DAY = {"start": at("2025-08-05"), "end": at("2025-08-06")}


class Repository:
    """A repository in a folder, with commits of any date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", ".")

    def git(self, *words: str | bytes, when: str = "2025-01-01T00:00", written: str | None = None) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@x.example",
            "GIT_COMMITTER_NAME": "Bot",
            "GIT_COMMITTER_EMAIL": "bot@x.example",
            "GIT_AUTHOR_DATE": f"{written or when}+0000",
            "GIT_COMMITTER_DATE": f"{when}+0000",
        }
        command = ["git", "-C", str(self.folder), *words]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, subject: str | bytes, when: str, *, written: str | None = None, **files: str) -> str:
        for name, text in files.items():
            file = self.folder / name.replace("__", "/").replace("_", ".")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", subject, when=when, written=written)
        return self.git("rev-parse", "HEAD")[:12]

    def merge(self, branch: str, when: str) -> str:
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch, when=when)
        return self.git("rev-parse", "HEAD")[:12]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "config")
    made.commit("Begin", "2025-01-01T00:00", a_toml="1", b_toml="1", docs__x_md="1")
    return made


def changes(repository: Repository | Path, **arguments: Any) -> pd.DataFrame:
    place = repository.folder if isinstance(repository, Repository) else repository
    return call(lambda: configuration_changes(place, **{**DAY, **arguments}))


def test_changes_are_told_oldest_first_with_their_files(repository: Repository) -> None:
    second = repository.commit("Second", "2025-08-05T12:00", a_toml="2", b_toml="2", docs__x_md="2")
    third = repository.commit("Third", "2025-08-05T13:30", b_toml="3")
    repository.commit("Docs alone", "2025-08-05T14:00", docs__x_md="3")
    expected = pd.DataFrame(
        {
            "at": pd.Series([at("2025-08-05 12:00"), at("2025-08-05 13:30")], dtype=UTC),
            "commit": texts(second, third),
            "author": texts("Ada", "Ada"),
            "subject": texts("Second", "Third"),
            "files": pd.Series([("a.toml", "b.toml"), ("b.toml",)], dtype=object),
        }
    )
    assert_frame_equal(changes(repository, paths=["*.toml"]), expected)


def test_no_change_is_an_empty_table_of_the_same_columns(repository: Repository) -> None:
    empty = changes(repository)
    repository.commit("Second", "2025-08-05T12:00", a_toml="2")
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == changes(repository).dtypes.to_dict()


def test_without_paths_everything_counts_also_from_a_folder_inside(repository: Repository) -> None:
    repository.commit("Second", "2025-08-05T12:00", a_toml="2", docs__x_md="2")
    assert changes(repository)["files"].tolist() == [("a.toml", "docs/x.md")]
    assert changes(repository.folder / "docs")["files"].tolist() == [("a.toml", "docs/x.md")]
    assert changes(repository.folder / "docs", paths=["x.md"])["files"].tolist() == [("docs/x.md",)]


def test_the_window_is_half_open(repository: Repository) -> None:
    repository.commit("before", "2025-08-04T23:59:59", a_toml="2")
    repository.commit("first", "2025-08-05T00:00:00", a_toml="3")
    repository.commit("last", "2025-08-05T23:59:59", a_toml="4")
    repository.commit("after", "2025-08-06T00:00:00", a_toml="5")
    assert changes(repository)["subject"].tolist() == ["first", "last"]
    assert changes(repository, end=at("2025-08-05 23:59:59.5"))["subject"].tolist() == ["first", "last"]
    tokyo = {name: instant.tz_convert("Asia/Tokyo") for name, instant in DAY.items()}
    assert changes(repository, **tokyo)["subject"].tolist() == ["first", "last"]


def test_a_commit_of_an_old_date_hides_none_behind_it(repository: Repository) -> None:
    """``--since`` stops at the first commit that is older."""
    repository.commit("in the window", "2025-08-05T12:00", a_toml="2")
    repository.commit("with a wrong clock", "1999-01-01T00:00", a_toml="3")
    repository.commit("in the window too", "2025-08-05T13:00", a_toml="4")
    assert changes(repository)["subject"].tolist() == ["in the window", "in the window too"]


def test_a_change_is_dated_by_when_it_reached_the_branch(repository: Repository) -> None:
    repository.git("switch", "--quiet", "-c", "topic")
    repository.commit("Written in March", "2025-03-01T00:00", b_toml="2")
    repository.commit("Written on the day", "2025-08-05T11:00", b_toml="3")
    repository.git("switch", "--quiet", "main")
    repository.commit("Meanwhile", "2025-08-01T00:00", a_toml="2")
    merge = repository.merge("topic", "2025-08-05T12:00")
    picked = repository.commit("Picked", "2025-08-05T13:00", written="2025-02-01T00:00", a_toml="3")
    found = changes(repository)
    assert found["commit"].tolist() == [merge, picked]
    assert found["subject"].tolist() == ["Merge topic", "Picked"]
    assert found["files"].tolist() == [("b.toml",), ("a.toml",)]


def test_a_commit_on_a_branch_that_is_not_merged_does_not_count(repository: Repository) -> None:
    repository.git("switch", "--quiet", "-c", "topic")
    repository.commit("Not deployed", "2025-08-05T12:00", a_toml="2")
    repository.git("switch", "--quiet", "main")
    assert changes(repository)["subject"].tolist() == []
    assert changes(repository, branch="topic")["subject"].tolist() == ["Not deployed"]


def test_changes_of_one_second_stand_in_the_order_of_the_branch(repository: Repository) -> None:
    for value, subject in enumerate(["one", "two", "three"]):
        repository.commit(subject, "2025-08-05T12:00:00", a_toml=f"{value}.")
    assert changes(repository)["subject"].tolist() == ["one", "two", "three"]


def test_only_the_paths_that_are_named_count_whatever_their_files_were_called_before(repository: Repository) -> None:
    repository.git("config", "log.follow", "true")
    repository.commit("Before", "2025-08-05T11:00", a_toml="2")
    repository.git("mv", "a.toml", "c.toml")
    repository.commit("Rename", "2025-08-05T12:00")
    assert changes(repository, paths=["c.toml"])[["subject", "files"]].to_numpy().tolist() == [["Rename", ("c.toml",)]]


def test_a_renamed_file_has_both_its_names(repository: Repository) -> None:
    repository.git("mv", "a.toml", "c.toml")
    repository.commit("Rename", "2025-08-05T12:00")
    assert changes(repository)["files"].tolist() == [("a.toml", "c.toml")]


def test_names_and_subjects_may_hold_anything(repository: Repository) -> None:
    os.makedirs(os.fsencode(repository.folder) + b"/odd")  # noqa: PTH103 - names that are no text
    names = (b"new\nline", b'quo"te', b"tab\t", b"\nfirst", "été".encode(), b"not\xffutf8", b"-x")
    for name in names:
        Path(os.fsdecode(os.fsencode(repository.folder) + b"/odd/" + name)).write_text("1", encoding="utf-8")
    subject = b"\xff <script> | $(x) %s %x00 \x1b[31m\n goes on\n\nBody"
    repository.commit(os.fsdecode(subject), "2025-08-05T12:00")
    found = changes(repository)
    assert found["subject"].tolist() == ["ÿ <script> | $(x) %s %x00 \x1b[31m  goes on"]
    expected = {"new\nline", 'quo"te', "tab\t", "\nfirst", "été", "not\\xffutf8", "-x"}
    assert set(found["files"][0]) == {f"odd/{name}" for name in expected}


def test_a_name_that_begins_with_a_line_break_is_whole(repository: Repository) -> None:
    (repository.folder / "\nfirst").write_text("1", encoding="utf-8")
    repository.commit("First", "2025-08-05T12:00")
    assert changes(repository)["files"].tolist() == [("\nfirst",)]


def test_a_commit_without_a_message_has_an_empty_subject(repository: Repository) -> None:
    (repository.folder / "a.toml").write_text("2", encoding="utf-8")
    repository.git("commit", "--quiet", "--all", "--allow-empty-message", "-m", "", when="2025-08-05T12:00")
    repository.commit("Next", "2025-08-05T13:00", a_toml="3")
    assert changes(repository)[["author", "subject"]].to_numpy().tolist() == [["Ada", ""], ["Ada", "Next"]]


def test_nothing_that_is_given_becomes_an_option(repository: Repository, tmp_path: Path) -> None:
    target = tmp_path / "written"
    option = f"--output={target}"
    (repository.folder / option.replace("/", "_")).write_text("1", encoding="utf-8")
    repository.commit("Odd name", "2025-08-05T12:00")
    assert changes(repository, paths=["--output=*"])["subject"].tolist() == ["Odd name"]
    with pytest.raises(EvidenceError, match="no commit touches '--output=/"):
        changes(repository, paths=[option])
    with pytest.raises(EvidenceError, match="git says: fatal: bad revision '--output=/"):
        changes(repository, branch=option)
    assert not target.exists()


def test_the_environment_and_the_settings_of_the_repository_do_not_matter(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("Second", "2025-08-05T12:00", a_toml="2")
    ran = tmp_path / "ran"
    for key in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program"):
        repository.git("config", key, f"touch {ran}")
    for key in ("log.showSignature", "log.showRoot", "log.follow"):
        repository.git("config", key, "true")
    repository.git("config", "i18n.logOutputEncoding", "UTF-16")
    repository.git("config", "log.date", "relative")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {ran}")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert changes(repository, paths=["*.toml"])[["subject", "files"]].to_numpy().tolist() == [["Second", ("a.toml",)]]
    assert not ran.exists()


def test_a_bundle_is_a_repository_in_one_file(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Second", "2025-08-05T12:00", a_toml="2")
    bundle = tmp_path / "config.bundle"
    repository.git("bundle", "create", "--quiet", str(bundle), "HEAD", "main")
    assert_frame_equal(changes(bundle, paths=["*.toml"]), changes(repository, paths=["*.toml"]))
    assert_frame_equal(changes(bundle), changes(repository))


def test_a_bare_repository_is_one(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Second", "2025-08-05T12:00", a_toml="2")
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    assert_frame_equal(changes(tmp_path / "bare"), changes(repository))


def test_a_shallow_clone_that_begins_in_the_window_is_refused(repository: Repository, tmp_path: Path) -> None:
    """Its oldest commit seems to add every file."""
    repository.commit("Second", "2025-08-04T12:00", a_toml="2")
    repository.commit("Third", "2025-08-05T12:00", a_toml="3")
    for depth in (1, 2):
        source = f"file://{repository.folder}"
        repository.git("clone", "--quiet", f"--depth={depth}", source, str(tmp_path / f"depth{depth}"))
    assert changes(tmp_path / "depth2")["subject"].tolist() == ["Third"]
    with pytest.raises(EvidenceError) as caught:
        changes(tmp_path / "depth1")
    assert str(caught.value) == (
        f"{tmp_path / 'depth1'}: a shallow clone whose history begins at 2025-08-05 12:00 UTC, not before the window; "
        "run git fetch --unshallow"
    )


def message(place: Path, **arguments: Any) -> str:
    with pytest.raises(EvidenceError) as caught:
        changes(place, **arguments)
    return str(caught.value).replace(str(place), "PLACE")


def test_what_cannot_be_read_says_what_to_do(repository: Repository, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    text = tmp_path / "text"
    text.write_text("no bundle", encoding="utf-8")
    fresh = Repository(tmp_path / "fresh").folder
    assert message(tmp_path / "none") == "PLACE: no such folder or bundle"
    assert message(empty) == "PLACE: no git repository; name its folder, or a bundle made by git bundle create"
    assert message(text) == "PLACE: no bundle; make one by git bundle create FILE HEAD"
    assert message(fresh) == "PLACE: git says: fatal: bad revision 'HEAD'"
    folder = repository.folder
    assert message(folder, branch="prod") == "PLACE: git says: fatal: bad revision 'prod'"
    assert message(folder, paths=["*.toml", "confg/"]) == "PLACE: no commit touches 'confg/'; correct the path"
    outside = "PLACE: git says: fatal: ../x: '../x' is outside repository at 'PLACE'"
    assert message(folder, paths=["../x"]) == outside


def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_a_refusal_by_git_tells_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "fatal: detected dubious ownership in repository at '/x'"
    fake_git(tmp_path, monkeypatch, f'echo "{words}" >&2; exit 128')
    remedy = "another user owns it; run git config --global --add safe.directory PLACE"
    assert message(tmp_path) == f"PLACE: {remedy}"


def test_an_old_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, 'echo "fatal: unrecognized argument: --since-as-filter=2025" >&2; exit 128')
    assert message(tmp_path) == "PLACE: git 2.37 or later is needed"


def test_a_git_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, "exec sleep 60")
    assert message(tmp_path, timeout=0.2) == "PLACE: git took longer than 0.2 s"


def test_no_git_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert message(tmp_path) == "git is not installed, or not on PATH; install it"


def test_a_window_is_checked(repository: Repository) -> None:
    with pytest.raises(ColumnsError, match="start 2025-08-05 00:00:00 has no zone"):
        changes(repository, start=pd.Timestamp("2025-08-05"))
    with pytest.raises(PeriodError, match="is empty"):
        changes(repository, end=DAY["start"])


@pytest.mark.parametrize("helper", ["ext::sh -c touch% {mark}", "helper::x"])
def test_a_repository_that_lacks_objects_runs_and_fetches_nothing(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: str
) -> None:
    """It names a remote that is a command, and allows that by itself; git would run it for a missing tree."""
    mark = tmp_path / "MARK"
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git-remote-helper"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    repository.commit("Change", "2025-08-05T10:00", a_toml="2")
    tree = repository.git("rev-parse", "HEAD^{tree}")
    bare = tmp_path / "bare.git"
    (repository.folder / ".git").rename(bare)
    (bare / "objects" / tree[:2] / tree[2:]).unlink()
    for name, value in (
        ("core.bare", "true"),
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", helper.format(mark=mark)),
        ("remote.origin.promisor", "true"),
        ("protocol.ext.allow", "always"),
        ("protocol.helper.allow", "always"),
        ("protocol.allow", "always"),
    ):
        repository.git("--git-dir", str(bare), "config", name, value)
    with pytest.raises(EvidenceError):
        configuration_changes(bare, **DAY)
    assert not mark.exists()
    with suppress(subprocess.CalledProcessError):  # the bait works: without the guard git takes it
        repository.git("--git-dir", str(bare), "log", "--name-only")
    assert mark.exists()
