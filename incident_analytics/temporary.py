"""Temporary folders that do not outlive the run that made them by more than one run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

__all__ = ["TemporaryFolder", "is_abandoned", "lock"]

_PREFIX: Final = "incident-analytics-"
_LOCK: Final = "lock"
_SOCKET_ROOM: Final = 100 - len(f"/{_PREFIX}12345678/socket-5")
"""How long the path of a folder may be so that sockets fit in a folder in it: systems allow 103 bytes or more."""


class TemporaryFolder:
    """A folder of this run's own: the end of a ``with`` removes it, or the next run where this one was killed.

    A run holds a lock in its folder, which the system lets go when the run ends, however it ends. Each new run removes
    the folders of the same user whose lock nobody holds: never one that is in use.

    Attributes
    ----------
    path
        The folder. Where the usual place has a name too long for sockets, it is in ``/tmp``.
    descriptor
        The lock: a process that gets it as well keeps the folder in use.
    """

    def __init__(self) -> None:
        usual = tempfile.gettempdir()
        place = usual if len(os.fsencode(usual)) <= _SOCKET_ROOM or not os.access("/tmp", os.W_OK) else "/tmp"  # noqa: S108 - the folder in it is private
        _remove_abandoned(Path(place))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        new = self.path / f"{_LOCK}.new"
        self.descriptor = os.open(new, os.O_WRONLY | os.O_CREAT, 0o600)
        lock(self.descriptor)
        new.rename(self.path / _LOCK)  # under this name it was locked from the first

    @property
    def has_room_for_sockets(self) -> bool:
        """Whether the name of a socket in the folder is short enough."""
        return len(os.fsencode(self.path.parent)) <= _SOCKET_ROOM

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder with all that is in it; what a kernel that is about to end still writes goes with it."""
        with suppress(OSError):
            os.close(self.descriptor)
        for _ in range(10):
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                break


def lock(descriptor: int) -> bool:
    """Lock an open file until the process ends or closes it; return False where another one holds the lock.

    Where the system has no such locks, nothing is locked and every file seems to be in use.
    """
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_abandoned(file: Path) -> bool:
    """Return whether a file that its writer holds locked is still there though no process has it locked."""
    try:
        descriptor = os.open(file, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return lock(descriptor)
    finally:
        os.close(descriptor)


def _remove_abandoned(place: Path) -> None:
    """Remove the folders of this user's runs that were killed."""
    if sys.platform == "win32":  # it has no users of this kind, and no locks either
        return
    own = os.getuid()
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another run removes its own, or this one, meanwhile
            if folder.lstat().st_uid == own and is_abandoned(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)
