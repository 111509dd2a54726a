"""A file's bytes: read as text, and put in their place whole."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from incident_analytics.errors import OutputError

__all__ = ["BOM", "decode_text", "write_bytes"]

BOM = b"\xef\xbb\xbf"
"""The mark with which some editors begin a file in UTF-8."""


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


def write_bytes(file: Path, content: bytes, *, expected: bytes | None = None) -> None:
    """Put a file in its place whole: written beside it under a hidden name, then renamed.

    Whenever the process or the machine stops, the old file or the new one is there. A run that was killed may leave
    the hidden ``.NAME.xxxxxxxx.partial`` behind: no report, as loading skips what is hidden. Mode and, where allowed,
    owner are those of the old file. Of a symbolic link the target is replaced.

    Parameters
    ----------
    file
        Its folder must be there.
    content
        All of it.
    expected
        What the content was made from: a file that holds something else by now is left as it is. It is compared last
        of all; only a change within the same instant goes unseen.

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
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:40]}.", suffix=".partial")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(handle)
            if old:
                with suppress(OSError, AttributeError):  # only root may give files away; Windows has no owners
                    os.chown(beside, old.st_uid, old.st_gid)
            Path(beside).chmod(old.st_mode & 0o777 if old else 0o666 & ~_umask())
            changed = expected is not None and place.read_bytes() != expected
            if not changed:
                Path(beside).replace(place)
        finally:
            Path(beside).unlink(missing_ok=True)
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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
