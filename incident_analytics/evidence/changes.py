"""Which configuration changed around an incident, from git: names and subjects, never what a patch holds."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd

from incident_analytics.checks import require_window
from incident_analytics.errors import EvidenceError
from incident_analytics.evidence.masking import mask_secrets
from incident_analytics.files import read_bytes
from incident_analytics.formatting import format_value
from incident_analytics.schema import INSTANT, TEXT

__all__ = ["configuration_changes"]

_SHORT: Final = 12  # characters of a commit's id: enough for the largest repositories
_EVERYTHING: Final = ":/"  # the pathspec of the whole repository, from whichever folder of it
_SMALL: Final = 100_000_000  # bytes of a file that names commits: packed-refs has one a line
_LONG_ID: Final = 64  # hexadecimal digits of a SHA-256
_NO_REPOSITORY: Final = "no git repository; name its folder, or a bundle made by git bundle create"
_REMEDIES: Final = (
    ("not a git repository", _NO_REPOSITORY),
    (
        "bad object",
        "objects are missing from it; name a complete clone, not one that is partial or borrows from another",
    ),
    ("does not look like a v2 or v3 bundle", "no bundle; make one by git bundle create FILE HEAD"),
    ("unrecognized argument: --since-as-filter", "git 2.37 or later is needed"),
)


def configuration_changes(
    repository: str | Path,
    *,
    start: pd.Timestamp,
    end: pd.Timestamp,
    paths: Sequence[str] = (),
    branch: str = "HEAD",
    timeout: float = 60,
) -> pd.DataFrame:
    r"""List the commits that changed some paths of a git repository within a window.

    Parameters
    ----------
    repository
        A git repository, a folder inside one, or a file made by ``git bundle create``.
    start, end
        The window [start, end), with a zone.
    paths
        Pathspecs such as ``config/`` or ``*.toml``, from the given folder; the whole repository unless given.
    branch
        What is deployed: a branch, a tag or a commit. Commits elsewhere do not count.
    timeout
        Seconds after which each call of git is given up.

    Returns
    -------
    pandas.DataFrame
        A row a change of ``branch``, oldest first:

        - **at** : datetime64[us, UTC] - when it reached the branch (see Notes)
        - **commit** : str - the first 12 characters of its id
        - **author** : str - as ``.mailmap`` has it; empty where the commit names nobody
        - **subject** : str - the first paragraph of its message, in one line; here and in the author and the files'
          names secrets are masked (`mask_secrets`)
        - **files** : object - tuple of str, the files among ``paths`` that differ after it, named from the top of the
          repository; a renamed file under both names; bytes that aren't UTF-8 as ``\\xff``

    Raises
    ------
    EvidenceError
        ``config: no git repository; name its folder, or a bundle made by git bundle create``; likewise where git is
        missing, refuses or takes too long, where no commit touches one of the paths, and where the history is cut short
        (a shallow clone) within the window.
    ColumnsError, PeriodError
        Where a bound of the window has no zone, or the window is empty.

    Notes
    -----
    The branch is followed along its first parents. A merge is one change: it has the date, author and subject of the
    merge, and the files in which the branch differs after it. The date is the committer's: a commit written in March
    and merged, rebased or picked in August is a change of August, and its author's date would hide it from the
    incident that it caused.

    Examples
    --------
    >>> day = {"start": pd.Timestamp("2025-08-05 23:49", tz="UTC"), "end": pd.Timestamp("2025-08-06 02:00", tz="UTC")}
    >>> changes = configuration_changes("data/demo/config.bundle", paths=["certificates.toml"], **day)
    >>> changes[["at", "subject", "files"]].values.tolist()
    [[Timestamp('2025-08-06 00:58:00+0000', tz='UTC'), 'Renew the wildcard certificate again', ('certificates.toml',)]]
    """
    require_window(start, end)
    place = Path(repository)
    if not place.exists():
        raise EvidenceError(f"{place}: no such folder or bundle")
    with _opened(place, timeout) as git:
        git.need_history(branch, start)
        for path in paths:
            if not git.log("-1", "--format=%H", branch=branch, paths=[path]):
                raise EvidenceError(f"{place}: no commit touches {path!r}; correct the path")
        out = git.log(
            "--diff-merges=first-parent",
            "--no-renames",
            "--name-only",
            "-z",
            "--format=%x00%H%x00%ct%x00%aN%x00%s%x00",
            # --since would stop at the first commit of an older date, behind which younger ones may stand.
            f"--since-as-filter={start.tz_convert('UTC').isoformat(timespec='seconds')}",
            f"--until={end.tz_convert('UTC').isoformat(timespec='seconds')}",
            branch=branch,
            paths=paths,
        )
    rows = [row for row in _rows(out) if start <= row[0] < end]
    rows.reverse()  # git tells the youngest first
    columns = dict(zip(("at", "commit", "author", "subject", "files"), zip(*rows, strict=True), strict=False))
    changes = pd.DataFrame(
        {
            "at": pd.Series(columns.get("at", ()), dtype=INSTANT),
            **{name: pd.Series(columns.get(name, ()), dtype=TEXT) for name in ("commit", "author", "subject")},
            "files": pd.Series(columns.get("files", ()), dtype=object),
        }
    )
    return changes.sort_values("at", kind="stable", ignore_index=True)


def _rows(out: bytes) -> Iterator[tuple[pd.Timestamp, str, str, str, tuple[str, ...]]]:
    """Take git's output apart: an empty field, four fields, two that end them, names; no name is ever empty."""
    fields = out.split(b"\0")
    at = 0
    while at + 1 < len(fields):
        commit, committed, author, subject = (field.decode("utf-8", "replace") for field in fields[at + 1 : at + 5])
        names = at + 6
        at = fields.index(b"", names)
        # git separates the names from the message by a line break of its own.
        files = (fields[names][1:], *fields[names + 1 : at])
        instant = pd.Timestamp(int(committed), unit="s", tz="UTC")
        yield (
            instant,
            commit[:_SHORT],
            mask_secrets(author),
            mask_secrets(subject),
            tuple(mask_secrets(name.decode("utf-8", "backslashreplace")) for name in files),
        )


@dataclass(frozen=True)
class _Found:
    """A repository on the disk."""

    folder: Path  # its own: of a linked worktree the one with its HEAD
    common: Path  # with objects and refs
    top: Path | None  # of its files; None of a bare one


def _find(place: Path) -> _Found:
    """Find the repository that a folder is in, as git does, without asking git, which would read its settings."""
    here = Path(os.path.realpath(place))
    for folder in (here, *here.parents):
        marker = folder / ".git"
        if marker.is_file() and (words := _text(marker)).startswith("gitdir:"):
            own = Path(os.path.realpath(folder / words.removeprefix("gitdir:").strip()))
            common = Path(os.path.realpath(own / (_text(own / "commondir").strip() or ".")))
            return _Found(own, common, folder)
        if _holds_objects(marker):
            return _Found(marker, marker, folder)
        if _holds_objects(folder):
            return _Found(folder, folder, None)
    raise EvidenceError(f"{place}: {_NO_REPOSITORY}")


def _holds_objects(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _text(file: Path) -> str:
    """Return what a small file holds; nothing where there is none."""
    try:
        return read_bytes(file, limit=_SMALL).decode("utf-8", "surrogateescape")
    except OSError:
        return ""


@contextmanager
def _opened(place: Path, timeout: float) -> Iterator[_Git]:
    """Give git on a repository's objects and refs under settings of our own; a bundle is unpacked for the time being.

    What a repository's own settings, hooks, attributes, grafts, replacements and alternates say does not count, and its
    owner neither: git sees a folder that has links to its objects, and nothing else of it.
    """
    if not (place.is_dir() or place.is_file()):
        raise EvidenceError(f"{place}: a pipe, socket or device; name a folder, or a bundle made by git bundle create")
    with TemporaryDirectory() as temporary:
        ours = Path(temporary, "repository")
        if place.is_file():
            _Git(Path(temporary), {}, place, timeout).run(
                "clone",
                "--quiet",
                "--bare",
                "--template=",
                "--end-of-options",
                str(place.resolve()),
                str(ours),
                transport="file",
            )
            yield _Git(ours, {"GIT_DIR": str(ours)}, place, timeout)
            return
        found = _find(place)
        (ours / "objects" / "info").mkdir(parents=True)
        for folder in (found.common / "objects").iterdir():
            if folder.name == "pack" or re.fullmatch("[0-9a-f]{2}", folder.name):
                (ours / "objects" / folder.name).symlink_to(folder)
        for name in ("refs", "packed-refs"):
            (ours / name).symlink_to(found.common / name)
        for name, folder in (("HEAD", found.folder), ("shallow", found.common)):
            if text := _text(folder / name):
                (ours / name).write_text(text, encoding="utf-8", errors="surrogateescape")
        long = _has_long_ids(found)
        (ours / "config").write_text(
            f"[core]\nbare = {str(found.top is None).lower()}\nrepositoryFormatVersion = {int(long)}\n"
            + ("[extensions]\nobjectFormat = sha256\n" if long else "")
        )
        if found.top is None:
            yield _Git(ours, {"GIT_DIR": str(ours)}, place, timeout)
        else:
            yield _Git(place, {"GIT_DIR": str(ours), "GIT_WORK_TREE": str(found.top)}, place, timeout)


def _has_long_ids(found: _Found) -> bool:
    """Return whether a repository names its objects by SHA-256."""
    head = _text(found.folder / "HEAD").strip()
    if head.startswith("ref:"):
        name = head.removeprefix("ref:").strip()
        packed = re.search(rf"^(\w+) {re.escape(name)}$", _text(found.common / "packed-refs"), re.MULTILINE)
        head = _text(found.common / name).strip() or (packed[1] if packed else "")
    return len(head) == _LONG_ID


@dataclass(frozen=True)
class _Git:
    """Git in a folder, deaf to the environment and to the settings of the user and the system."""

    folder: Path
    variables: Mapping[str, str]
    place: Path
    timeout: float

    def log(self, *options: str, branch: str, paths: Sequence[str]) -> bytes:
        """Return the log of a branch along its first parents, restricted to paths."""
        history = ("log", "--first-parent", "--ignore-submodules=none", "--encoding=UTF-8", *options)
        return self.run(*history, "--end-of-options", branch, "--", *(paths or (_EVERYTHING,)))

    def need_history(self, branch: str, start: pd.Timestamp) -> None:
        """Raise where the history is cut short after ``start``: there the oldest commit seems to add every file."""
        if self.run("rev-parse", "--is-shallow-repository").strip() != b"true":
            return
        oldest = self.log("--max-parents=0", "--format=%ct", branch=branch, paths=()).split()
        cut = max(pd.Timestamp(int(second), unit="s", tz="UTC") for second in oldest)
        if cut >= start:
            raise EvidenceError(
                f"{self.place}: a shallow clone whose history begins at {format_value(cut)} UTC, not before the "
                "window; run git fetch --unshallow"
            )

    def run(self, *arguments: str, transport: str = "") -> bytes:
        """Return what a command of git prints; it fetches by no transport but the one that is named."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_TERMINAL_PROMPT": "0",
            # A pack may say that objects are missing from it, which git would fetch.
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": transport,
            **self.variables,
        }
        try:
            ran = subprocess.run(  # noqa: S603 - no shell; options end where what was given begins
                ["git", *arguments],  # noqa: S607 - the user's own, wherever it is installed
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=environment,
                timeout=self.timeout,
                check=False,
            )
        except FileNotFoundError as error:
            raise EvidenceError("git is not installed, or not on PATH; install it") from error
        except subprocess.TimeoutExpired as error:
            raise EvidenceError(f"{self.place}: git took longer than {self.timeout:g} s") from error
        if ran.returncode:
            raise EvidenceError(f"{self.place}: {self._remedy(ran.stderr.decode('utf-8', 'replace'))}")
        return ran.stdout

    def _remedy(self, words: str) -> str:
        for part, remedy in _REMEDIES:
            if part in words:
                return remedy
        said = [line for line in words.splitlines() if line.startswith(("fatal:", "error:"))]
        return f"git says: {mask_secrets(said[-1] if said else words.strip())}"
