"""Configuration changes from real repositories that the tests make."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import PATIENCE
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
        ran = subprocess.run(
            command,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
        return ran.stdout.strip()

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


def test_changes_are_reported_oldest_first_with_their_files(repository: Repository) -> None:
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


def test_changes_of_one_second_are_in_the_order_of_the_branch(repository: Repository) -> None:
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


def test_an_old_git_is_reported(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, 'echo "fatal: unrecognized argument: --since-as-filter=2025" >&2; exit 128')
    assert message(repository.folder) == "PLACE: git 2.37 or later is needed"


def test_a_git_that_hangs_is_given_up(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, "exec sleep 60")
    assert message(repository.folder, timeout=0.2) == "PLACE: git took longer than 0.2 s"


def test_no_git_at_all(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert message(repository.folder) == "git is not installed, or not on PATH; install it"


def test_a_window_is_checked(repository: Repository) -> None:
    with pytest.raises(ColumnsError, match="start 2025-08-05 00:00:00 has no zone"):
        changes(repository, start=pd.Timestamp("2025-08-05"))
    with pytest.raises(PeriodError, match="is empty"):
        changes(repository, end=DAY["start"])


# --- a repository that somebody else wrote --------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Make a program that leaves a mark, also as transport and credential helper; give it and the mark."""
    mark = tmp_path / "MARK"
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("evil", "git-remote-helper", "git-credential-helper"):
        (folder / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "evil", mark


@pytest.fixture
def history(repository: Repository) -> Repository:
    repository.commit("Change", "2025-08-05T10:00", a_toml="2", _gitattributes="*.toml diff=evil filter=evil\n")
    return repository


STATUS = ("status",)
DIFF = ("diff", "HEAD~1", "HEAD")
FETCH = ("fetch", "origin")
PAYLOADS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "core.fsmonitor": ({"core.fsmonitor": "EVIL"}, STATUS),
    "core.sshCommand": ({"core.sshCommand": "EVIL", "remote.origin.url": "ssh://x.invalid/y"}, FETCH),
    "core.gitProxy": ({"core.gitProxy": "EVIL", "remote.origin.url": "git://x.invalid/y"}, FETCH),
    "ext": ({"protocol.ext.allow": "always", "remote.origin.url": "ext::EVIL"}, FETCH),
    "helper": ({"protocol.allow": "always", "remote.origin.url": "helper::x"}, FETCH),
    "uploadpack": ({"remote.origin.uploadpack": "EVIL", "remote.origin.url": "."}, FETCH),
    "diff.external": ({"diff.external": "EVIL"}, DIFF),
    "diff.command": ({"diff.evil.command": "EVIL"}, DIFF),
    "diff.textconv": ({"diff.evil.textconv": "EVIL"}, DIFF),
    "filter.clean": ({"filter.evil.clean": "EVIL", "filter.evil.required": "true"}, ("add", "--renormalize", ".")),
    "filter.process": ({"filter.evil.process": "EVIL"}, ("add", "--renormalize", ".")),
    "gpg.program": ({"gpg.program": "EVIL", "log.showSignature": "true"}, ("log", "-2")),
    "gpg.ssh": ({"gpg.ssh.program": "EVIL", "gpg.format": "ssh", "log.showSignature": "true"}, ()),
    "core.pager": ({"core.pager": "EVIL", "pager.log": "EVIL", "pager.rev-parse": "EVIL"}, ()),
    "core.hooksPath": ({"core.hooksPath": "HOOKS"}, ("commit", "--allow-empty", "-m", "x")),
    "alias": ({"alias.evil": "!EVIL", "alias.log": "!EVIL", "alias.rev-parse": "!EVIL"}, ("evil",)),
    "include": ({"include.path": "INCLUDED"}, STATUS),
    "includeIf": ({"includeIf.gitdir:/.path": "INCLUDED"}, STATUS),
    "credential.helper": ({"credential.helper": "!EVIL"}, ()),
    "core.askPass": ({"core.askPass": "EVIL"}, ()),
    "core.alternateRefsCommand": ({"core.alternateRefsCommand": "EVIL"}, ()),
    "uploadpack.packObjectsHook": ({"uploadpack.packObjectsHook": "EVIL"}, ()),
    "core.worktree": ({"core.worktree": "/"}, ()),
    "extensions": ({"core.repositoryFormatVersion": "1", "extensions.unheardOf": "true"}, ()),
    "worktreeConfig": ({"core.repositoryFormatVersion": "1", "extensions.worktreeConfig": "true"}, STATUS),
}
"""Settings of a repository that would run EVIL, and a command of git that shows that they do."""


def put_payload(repository: Repository, program: Path, settings: dict[str, str]) -> None:
    hooks = repository.folder / ".git" / "evil-hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-index-change", "reference-transaction"):
        (hooks / name).symlink_to(program)
    included = repository.folder / ".git" / "included"
    included.write_text(f"[core]\nfsmonitor = {program}\n")
    (repository.folder / ".git" / "config.worktree").write_text(included.read_text())
    for key, value in settings.items():
        filled = value.replace("EVIL", str(program)).replace("HOOKS", str(hooks)).replace("INCLUDED", str(included))
        repository.git("config", key, filled)


def sign(repository: Repository) -> None:
    """Give the last commit a signature, so that it would be verified."""
    words = repository.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    file = repository.folder / ".git" / "signed"
    file.write_text(f"{words}\n")
    commit = repository.git("hash-object", "-t", "commit", "-w", str(file))
    repository.git("update-ref", "HEAD", commit)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_a_repository_configures_is_run(
    history: Repository, program: tuple[Path, Path], payload: str
) -> None:
    sign(history)
    evil, mark = program
    settings, bait = PAYLOADS[payload]
    put_payload(history, evil, settings)
    found = changes(history)
    assert found[["subject", "files"]].to_numpy().tolist() == [["Change", (".gitattributes", "a.toml")]]
    assert not mark.exists()
    if bait:  # it works on git itself
        with suppress(subprocess.CalledProcessError):
            history.git(*bait)
        assert mark.exists()


def test_the_settings_of_a_repository_are_not_even_read(history: Repository) -> None:
    before = changes(history)
    (history.folder / ".git" / "config").write_text("no settings\n[[[")
    with pytest.raises(subprocess.CalledProcessError):
        history.git("log")
    assert_frame_equal(changes(history), before)


@pytest.mark.parametrize("url", ["ext::EVIL", "helper::x", "ssh://x.invalid/y", "https://x.invalid/y", "OTHER"])
def test_a_repository_that_lacks_objects_runs_and_fetches_nothing(
    history: Repository, tmp_path: Path, program: tuple[Path, Path], url: str
) -> None:
    """It names a remote that is a command, and allows that by itself; git would run it for a missing tree."""
    evil, mark = program
    complete = tmp_path / "complete.git"
    history.git("clone", "--quiet", "--mirror", ".", str(complete))
    tree = history.git("rev-parse", "HEAD^{tree}")
    (history.folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    put_payload(
        history,
        evil,
        {
            "core.repositoryFormatVersion": "1",
            "extensions.partialClone": "origin",
            "remote.origin.url": url.replace("OTHER", str(complete)),
            "remote.origin.promisor": "true",
            "core.sshCommand": "EVIL",
            "credential.helper": "!EVIL",
            "protocol.ext.allow": "always",
            "protocol.helper.allow": "always",
            "protocol.allow": "always",
        },
    )
    with pytest.raises(EvidenceError):
        changes(history)
    assert not mark.exists()
    assert not (history.folder / ".git" / "objects" / tree[:2] / tree[2:]).exists()
    if not url.startswith("https"):  # the bait works: without the guard git takes it
        with suppress(subprocess.CalledProcessError):
            history.git("log", "--name-only")
        fetched = list((history.folder / ".git" / "objects" / "pack").glob("*.promisor"))
        assert mark.exists() or fetched


VARIABLES = (
    "GIT_SSH_COMMAND",
    "GIT_SSH",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "PAGER",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
    "GIT_EDITOR",
)


def test_neither_the_environment_nor_the_users_own_settings_are_heeded(
    history: Repository, tmp_path: Path, program: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil, mark = program
    before = changes(history)
    own = tmp_path / "home" / ".gitconfig"
    own.parent.mkdir()
    own.write_text(f"[core]\nfsmonitor = {evil}\npager = {evil}\n[diff]\nexternal = {evil}\n[log]\nfollow = true\n[[")
    for name in VARIABLES:
        monkeypatch.setenv(name, str(evil))
    monkeypatch.setenv("HOME", str(own.parent))
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG"):
        monkeypatch.setenv(name, str(own))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(evil))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor'='{evil}'")
    for name in ("GIT_EXEC_PATH", "GIT_TEMPLATE_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_TRACE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert_frame_equal(changes(history), before)
    assert not mark.exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may give files away")
def test_a_repository_of_another_owner_is_read_and_runs_nothing(
    history: Repository, program: tuple[Path, Path]
) -> None:
    evil, mark = program
    before = changes(history)
    put_payload(history, evil, {"core.fsmonitor": "EVIL"})
    for path in (history.folder, *history.folder.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    with pytest.raises(subprocess.CalledProcessError):  # git itself refuses it
        history.git("status")
    assert_frame_equal(changes(history), before)
    assert not mark.exists()


def test_objects_of_another_repository_are_not_shown(history: Repository, tmp_path: Path) -> None:
    """A commit that is known by its id alone, and borrowed from where it is secret."""
    stranger = Repository(tmp_path / "stranger")
    stranger.commit("Mine", "2025-08-05T11:00", a_toml="1")
    objects = stranger.folder / ".git" / "objects"
    (objects / "info" / "alternates").write_text(f"{history.folder / '.git' / 'objects'}\n")
    (stranger.folder / ".git" / "refs" / "heads" / "main").write_text(f"{history.git('rev-parse', 'HEAD')}\n")
    assert stranger.git("log", "-1", "--format=%s") == "Change", "the bait works"
    missing = "objects are missing from it; name a complete clone, not one that is partial or borrows from another"
    assert message(stranger.folder) == f"PLACE: {missing}"


def test_replacements_and_grafts_do_not_change_the_history(history: Repository) -> None:
    before = changes(history)
    first = history.git("rev-parse", "HEAD~1")
    history.git("replace", "HEAD", first)
    (history.folder / ".git" / "info" / "grafts").write_text(f"{first} {first}\n")
    assert history.git("log", "-1", "--format=%s") == "Begin", "the bait works"
    assert_frame_equal(changes(history), before)


def test_a_linked_worktree_and_a_submodule_are_repositories(history: Repository, tmp_path: Path) -> None:
    before = changes(history)
    linked = tmp_path / "linked"
    history.git("worktree", "add", "--quiet", "--detach", str(linked), "HEAD")
    assert_frame_equal(changes(linked), before)
    assert changes(linked, branch="main")["subject"].tolist() == ["Change"]
    (linked / "docs").mkdir(exist_ok=True)
    assert changes(linked / "docs", paths=["../a.toml"])["files"].tolist() == [("a.toml",)]
    outer = Repository(tmp_path / "outer")
    allow = ("-c", "protocol.file.allow=always")
    outer.git(*allow, "submodule", "add", "--quiet", str(history.folder), "inner")
    assert_frame_equal(changes(outer.folder / "inner"), before)


def test_branches_tags_and_commits_are_found_wherever_git_keeps_them(history: Repository) -> None:
    history.git("tag", "-a", "-m", "x", "v1")
    history.git("branch", "feature/x")
    history.git("update-ref", "refs/remotes/origin/main", "HEAD")
    names = ("HEAD", "main", "v1", "feature/x", "origin/main", "refs/heads/main", history.git("rev-parse", "HEAD"))
    for name in names:
        assert changes(history, branch=name)["subject"].tolist() == ["Change"]
    history.git("pack-refs", "--all")
    history.git("gc", "--quiet")
    for name in names:
        assert changes(history, branch=name)["subject"].tolist() == ["Change"]


def test_a_repository_that_names_objects_by_sha_256_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    made = Repository.__new__(Repository)
    made.folder = folder
    made.git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", ".")
    made.commit("Begin", "2025-01-01T00:00", a_toml="1")
    made.commit("Change", "2025-08-05T10:00", a_toml="2")
    assert changes(folder)["subject"].tolist() == ["Change"]
    made.git("pack-refs", "--all")
    assert changes(folder)["subject"].tolist() == ["Change"]


def test_secrets_in_subjects_authors_and_names_are_masked(repository: Repository) -> None:
    (repository.folder / "AKIAIOSFODNN7EXAMPLE.txt").write_text("1")
    repository.git("add", "--all")
    author = "--author=token=hunter2 <x@y.example>"
    repository.git("commit", "--quiet", author, "-m", "Set password=hunter2 for ann@x.example", when="2025-08-05T12:00")
    expected = [["token=<secret>", "Set password=<secret> for <email>", ("<secret>.txt",)]]
    assert changes(repository)[["author", "subject", "files"]].to_numpy().tolist() == expected
