"""A file's bytes: read as text, and put in their place whole."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatch
from io import BufferedReader
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from incident_analytics.errors import OutputError, PathError, SettingsError
from incident_analytics.temporary import is_abandoned, lock

__all__ = [
    "BOM",
    "INPUT_LIMIT",
    "LOG_LIMIT",
    "NEEDS_FILES",
    "InputError",
    "decode_text",
    "decode_utf8",
    "file_of_report",
    "is_url",
    "matching_paths",
    "open_regular",
    "parse_json",
    "parse_toml",
    "path_from_here",
    "read_bytes",
    "read_toml",
    "write_bytes",
    "write_new",
]

BOM = b"\xef\xbb\xbf"
"""The mark with which some editors begin a file in UTF-8."""


NEEDS_FILES: Final = "only check, show, export and metrics read URLs; copy the reports to this machine first"


class InputError(ValueError):
    """Why a file's text cannot be read; ``line`` is None where no line is to blame."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line

    def located(self, file: Path) -> str:
        """Return the message with the file, and the line where there is one, before it."""
        return f"{file}: {self}" if self.line is None else f"{file}:{self.line}: {self}"


def decode_text(content: bytes) -> tuple[str, UnicodeDecodeError | None]:
    r"""Return a file's text, and what shows that it is not UTF-8.

    Such a file is read as Windows-1252, in which each byte is one character; one that it lacks is U+FFFD.

    Examples
    --------
    >>> decode_text(b"caf\xc3\xa9")
    ('café', None)
    >>> text, error = decode_text(b"caf\xe9")
    >>> text, error.start
    ('café', 3)
    """
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return content.decode("cp1252", errors="replace"), error


def decode_utf8(content: bytes) -> str:
    r"""Return the text of a file that has to be UTF-8, without its mark.

    Raises
    ------
    InputError
        ``byte 0xe9 is not UTF-8; save the file as UTF-8``, with the line

    Examples
    --------
    >>> decode_utf8(b"\xef\xbb\xbfcaf\xc3\xa9")
    'café'
    """
    content = content.removeprefix(BOM)
    text, fault = decode_text(content)
    if fault:
        line = 1 + content.count(b"\n", 0, fault.start)
        raise InputError(f"byte {content[fault.start]:#04x} is not UTF-8; save the file as UTF-8", line) from fault
    return text


def is_url(path: str) -> bool:
    """Return whether a path is a URL, such as ``s3://bucket/reports``; a drive's letter begins none.

    Examples
    --------
    >>> is_url("s3://bucket/reports"), is_url("reports"), is_url("c://reports")
    (True, False, False)
    """
    return re.match(r"[A-Za-z][A-Za-z0-9+.:-]+://", path) is not None


def file_of_report(path: str) -> tuple[Path, int]:
    """Return the file of a report, and the number of the report in it: 2 for ``path#2``.

    A file that exists under exactly that name wins.

    Raises
    ------
    PathError
        For a URL: what needs a report's file works on this machine.

    Examples
    --------
    >>> file, number = file_of_report("reports/many.md#2")
    >>> file.as_posix(), number
    ('reports/many.md', 2)
    """
    if is_url(path):
        raise PathError(f"{path}: {NEEDS_FILES}")
    numbered = re.fullmatch(r"(.*)#(\d+)", path, re.DOTALL)
    if numbered is None or Path(path).exists():
        return Path(path), 1
    return Path(numbered[1]), int(numbered[2])


def matching_paths(pattern: str | Path) -> list[Path]:
    """Return the path of that name, else what matches it as a pattern, sorted, and what could not be looked into.

    Hidden names match only parts of the pattern that begin with a dot. ``**`` means any folders, follows no links
    and comes no more than once to each. A folder that cannot be listed is returned itself: it may hold what is looked
    for, and whoever reads it finds out why it cannot be read.
    """
    place = Path(pattern)
    if os.path.lexists(place):
        return [place]
    fixed = list(takewhile(lambda part: not set("*?[") & set(part), place.parts))
    found: set[Path] = set()
    done: set[tuple[Path, tuple[str, ...]]] = set()
    rest = place.parts[len(fixed) :]
    rest = tuple(part for part, before in zip(rest, ("", *rest), strict=False) if not part == before == "**")
    waiting = [(Path(*fixed), rest)] if rest else []
    while waiting:
        folder, parts = step = waiting.pop()
        if step in done:
            continue
        done.add(step)
        try:
            for path, left in _steps(folder, *parts):
                if left:
                    waiting.append((path, left))
                else:
                    found.add(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            found.add(folder)
    return sorted(found)


def _steps(folder: Path, part: str, *rest: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give what in a folder matches the first part of a pattern, and the parts that are then left."""
    if part == "**":
        yield folder, rest
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                    yield folder / entry.name, (part, *rest)
    elif not set("*?[") & set(part):
        if os.path.lexists(folder / part):
            yield folder / part, rest
    else:
        with os.scandir(folder) as entries:
            for entry in entries:
                if fnmatch(entry.name, part) and entry.name.startswith(".") <= part.startswith("."):
                    yield folder / entry.name, rest


def relative_path(path: str | Path, folder: str | Path) -> Path | None:
    """Return how a folder leads to a path; None where that would name folders of this machine from its root.

    Examples
    --------
    >>> relative_path("reports/INC-1.md", "build/pages").as_posix()
    '../../reports/INC-1.md'
    >>> relative_path("/home/sam/reports", "/tmp/pages") is None
    True
    """
    there, here = (Path(os.path.abspath(each)) for each in (path, folder))  # noqa: PTH100 - links stay as they are
    try:
        shared = Path(os.path.commonpath([there, here]))
    except ValueError:  # two drives
        return None
    return None if shared == Path(shared.anchor) else Path(os.path.relpath(there, here))


def path_from_here(path: Path) -> Path:
    """Return a path as it is typed in the working folder, where it is below that; else as it is."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


INPUT_LIMIT: Final = 100_000_000
"""Bytes that an input may have where its settings set no limit of their own."""
LOG_LIMIT: Final = 1_000_000_000
"""Bytes that a log may have, unpacked, where the settings set no other limit."""
_PIECE: Final = 1 << 20
_BOUND: Final = 1 << 63
_TOO_LONG: Final = "a whole number has more than 64 bits; write a smaller one"
_PARTIAL: Final = ".partial"
_TIME_TO_LOCK: Final = 2  # seconds


def open_regular(file: Path) -> BufferedReader:
    """Open a regular file for reading.

    Reading a pipe, a socket or a device may wait or go on forever, so these are refused, wherever a path names one or a
    pattern matches one.

    Raises
    ------
    OSError
        As ``open``; for what is not a regular file its ``strerror`` says so.
    """
    _require_regular(file, file.stat())  # before it is opened: opening some devices has effects
    # A pipe that has taken its place since does not block, so that it is seen to be one.
    stream = open(file, "rb", opener=lambda path, flags: os.open(path, flags | getattr(os, "O_NONBLOCK", 0)))  # noqa: SIM115 - the caller closes it
    try:
        _require_regular(file, os.fstat(stream.fileno()))
    except OSError:
        stream.close()
        raise
    return stream


def _require_regular(file: Path, status: os.stat_result) -> None:
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):  # open refuses folders in its own words
        raise OSError(errno.EINVAL, "a pipe, socket or device, not a regular file", str(file))


def read_bytes(file: Path, *, limit: int = INPUT_LIMIT) -> bytes:
    """Read a regular file whole, as far as a limit allows.

    Raises
    ------
    OSError
        As `open_regular`, and where the file has more bytes than ``limit``.
    """
    content = bytearray()
    with open_regular(file) as stream:
        while piece := stream.read(_PIECE):
            content += piece
            if len(content) > limit:
                raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", str(file))
    return bytes(content)


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    SettingsError
        ``ours.toml: No such file or directory``, ``ours.toml:4: not valid TOML: Expected '=' after a key ...``
    """
    try:
        return parse_toml(decode_utf8(read_bytes(file)))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except InputError as error:
        raise SettingsError(error.located(file)) from error


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text says.

    Raises
    ------
    InputError
        Where it is not valid TOML. A whole number beyond 64 bits is refused, too: TOML promises no more, and Python
        shows none of more than 4,300 digits.

    Examples
    --------
    >>> parse_toml("size = 0xffffffffffffffff")
    Traceback (most recent call last):
    incident_analytics.files.InputError: not valid TOML: a whole number has more than 64 bits; write a smaller one
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(error), text) from error
    except ValueError as error:
        raise InputError(f"not valid TOML: {_TOO_LONG}") from error
    except RecursionError as error:
        raise InputError("not valid TOML: too many brackets within each other; write fewer") from error
    waiting: list[Any] = [tables]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
        elif isinstance(value, int) and not -_BOUND <= value < _BOUND:
            raise InputError(f"not valid TOML: {_TOO_LONG}")
    return tables


_TOML_PLACE: Final = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


def _toml_error(message: str, text: str) -> InputError:
    """Return what a parser of TOML says, with its line, and what to write."""
    place = re.search(_TOML_PLACE, message)
    if place is None:
        return InputError(f"not valid TOML: {message}")
    said, column = message[: place.start()], place[2]
    if said.startswith("Cannot declare "):
        said = "a table is there twice; put all its keys into one"
    elif said == "Cannot overwrite a value":
        said = "a key is there twice; delete one"
    else:
        where = f"at column {column}" if column else "at the end of the file"
        said = f"{said}; check quotes, brackets and = {where}"
    return InputError(f"not valid TOML: {said}", int(place[1]) if column else 1 + text.rstrip().count("\n"))


def parse_json(text: str) -> Any:
    """Return what a JSON text says; NaN and Infinity, which some tools write and JSON does not have, are None.

    Raises
    ------
    InputError
        Where it is not valid JSON, or has a whole number of more than 64 bits.

    Examples
    --------
    >>> parse_json('{"number": NaN}')
    {'number': None}
    """

    def whole(digits: str) -> int:
        if len(digits) > len(str(-_BOUND)):
            raise InputError(f"not valid JSON: {_TOO_LONG}")
        return int(digits)

    try:
        return json.loads(text, parse_constant=lambda _: None, parse_int=whole)
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg} at column {error.colno}", error.lineno) from error


def write_new(file: Path, content: bytes, *, with_folder: bool = False) -> bool:
    """Write a file that is not there yet; one that is there is left as it is, whoever wrote it.

    Parameters
    ----------
    file
        Where.
    content
        All of it.
    with_folder
        Whether its folder is made where there is none.

    Returns
    -------
    bool
        False where the file is there already.

    Raises
    ------
    OutputError
        ``reports: Permission denied``. Nothing is left half-written.
    """
    try:
        if with_folder:
            file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            try:
                stream.write(content)
                stream.flush()
            except OSError:
                file.unlink()
                raise
    except FileExistsError as error:
        if error.filename == str(file):
            return False
        raise OutputError(f"{error.filename}: {error.strerror}") from error
    except OSError as error:
        raise OutputError(f"{error.filename or file}: {error.strerror}") from error
    return True


def write_bytes(file: Path, content: bytes, *, expected: bytes | None = None) -> None:
    """Put a file in its place whole: written next to it under a hidden name, then renamed.

    Whenever the process or the machine stops, the old file or the new one is there. A run that was killed may leave
    the hidden ``.NAME.xxxxxxxx.partial`` behind, which loading skips and the next run that writes the file removes.
    Mode and, where allowed, owner are those of the old file. Of a symbolic link the target is replaced.

    Parameters
    ----------
    file
        Its folder must be there.
    content
        All of it.
    expected
        What the content was made from, nothing where there was no file: a file that holds something else by now is left
        as it is. It is compared last of all; only a change within the same instant goes unseen.

    Raises
    ------
    OutputError
        ``out/incidents.csv: No such file or directory``, ``x.md: its folder cannot be written to; change its
        permissions and run again``, ``x.md: it is read-only and left as it is; make it writable and run again``,
        ``x.md: it was changed in the meantime and left as it is; run again``. Nothing is left
        half-written.
    """
    place = Path(os.path.realpath(file))
    try:
        old = place.stat() if place.exists() else None
        if old and not (old.st_mode & 0o222 and os.access(place, os.W_OK)):  # no bar to the rename, but to us
            raise OutputError(f"{file}: it is read-only and left as it is; make it writable and run again")
        prefix = f".{place.name[:40]}."
        _remove_abandoned(place.parent, prefix)
        handle, partial = tempfile.mkstemp(dir=place.parent, prefix=prefix, suffix=_PARTIAL)
        try:
            with os.fdopen(handle, "wb") as stream:
                lock(handle)
                stream.write(content)
                stream.flush()
                os.fsync(handle)
            if old:
                with suppress(OSError, AttributeError):  # only root may give files away; Windows has no owners
                    os.chown(partial, old.st_uid, old.st_gid)
            Path(partial).chmod(old.st_mode & 0o777 if old else 0o666 & ~_umask())
            changed = expected is not None and (read_bytes(place) if expected or place.exists() else b"") != expected
            if not changed:
                Path(partial).replace(place)
        finally:
            Path(partial).unlink(missing_ok=True)
    except PermissionError as error:
        raise OutputError(f"{file}: its folder cannot be written to; change its permissions and run again") from error
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}") from error
    if changed:
        raise OutputError(f"{file}: it was changed in the meantime and left as it is; run again")
    with suppress(OSError):  # it is in place; not every system can wait until the folder is on the disk as well
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _remove_abandoned(folder: Path, prefix: str) -> None:
    """Remove what runs that were killed left of a file: what nobody has locked, and had time to."""
    for name in os.listdir(folder):  # noqa: PTH208 - names are looked at, few paths are made
        if name.startswith(prefix) and name.endswith(_PARTIAL):
            partial = folder / name
            with suppress(OSError):
                if time.time() - partial.stat().st_mtime > _TIME_TO_LOCK and is_abandoned(partial):
                    partial.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
