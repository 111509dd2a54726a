"""A private cache of what was read, so that files that did not change are not read again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from incident_analytics.columnar import Part, arrange_part, as_tables, join_parts, table_schema
from incident_analytics.files import BOM, INPUT_LIMIT, is_url, read_bytes
from incident_analytics.late_patterns import compile_late
from incident_analytics.records import RAW_TABLES, Table
from incident_analytics.remote import RemoteFile, Source

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Cache", "cache_folder", "clear_cache", "open_cache"]

_INDEX: Final = "index"
_FORMAT: Final = "1"
_MOST_SEGMENTS: Final = 8
"""With more of them they are written as one."""
_LEAST_USED: Final = 0.6
"""The share of files still wanted below which the segments are written anew, as one."""
_RECENT: Final = 2_000_000_000
"""Nanoseconds within which a file may change again without another time of change."""
_HOUR: Final = 3600
_UNUSED: Final = 30 * 24 * _HOUR
"""Seconds after which a cache that nobody used goes."""
_DIGEST_SIZE: Final = 16
_OWN_NAME: Final = compile_late(r"\.?[0-9a-f]{32}")
"""How caches and segments are named; with a dot while they are written."""


class _Entry(NamedTuple):
    """A file in the index: how it was found, and where its rows are; digest of its text where it holds a report."""

    size: int
    changed_ns: int
    digest: str
    segment: str
    source: int


@dataclass(frozen=True)
class _Segment:
    part: Part
    n_files: int
    digests: Mapping[str, str]


def cache_folder() -> Path:
    """Return where caches are: a folder of the user's own, such as ``~/.cache/incident-analytics``."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("incident-analytics", appauthor=False))


def clear_cache() -> int:
    """Remove every cache, and return how many bytes that gives back; another run may write or clear meanwhile."""
    folder = cache_folder()
    before = _size(folder)
    with suppress(OSError):  # there is none, it goes meanwhile, or it holds something else, too
        for cache in [] if folder.is_symlink() else _caches(folder):
            _remove_cache(cache)
        folder.rmdir()
    return max(before - _size(folder), 0)


def _size(folder: Path) -> int:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # another run has just renamed or removed it
                size += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - as os.walk has it
    return size


def open_cache(places: Sequence[str | Path], key: str) -> Cache | None:
    """Open the cache of some paths.

    Parameters
    ----------
    places
        The paths as they were asked for: they have one cache, where one of them is relative one a working folder.
    key
        What else decides what a file is read as. A cache with another key is made anew.

    Returns
    -------
    Cache or None
        None where no folder can be had that is the user's alone.
    """
    try:
        asked = [*map(str, places)]
        # A review reads from a new working folder each time, by absolute paths.
        if not all(is_url(place) or Path(place).is_absolute() for place in asked):
            asked.insert(0, os.getcwd())  # noqa: PTH109 - as paths are taken from it
        name = hashlib.blake2b(json.dumps(asked).encode(), digest_size=_DIGEST_SIZE)
        root = cache_folder()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(root):
            return None
        folder = root / name.hexdigest()
        folder.mkdir(mode=0o700, exist_ok=True)
        return Cache(folder, key) if _is_private(folder) else None
    except (OSError, RuntimeError):  # a read-only home, or none
        return None


def _is_private(folder: Path) -> bool:
    """Return whether a folder is the user's and nobody else can read or write it."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)


class Cache:
    """What was read from the files of some paths.

    Its folder holds segments, each the tables of the files that were read in one run, and an index of the files: which
    segment has the rows of a file, and the size and time of change that it had. A segment is written once and never
    changed, and the index put in its place whole, so that others may read and write at the same time: the last one's
    index counts. Each file has its digest, so that one that was damaged is noticed.

    Attributes
    ----------
    folder
        Where it is.
    notes
        What its user should hear: that it was damaged, or could not be written.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self.key = f"{_FORMAT} {key}"
        self.notes: list[str] = []
        is_damaged = False
        self.index: dict[str, _Entry] = {}
        self.segments: dict[str, _Segment] = {}
        for is_last in (False, True):
            try:
                self._read()
            except FileNotFoundError:  # another run has written it anew in the meantime
                is_damaged = is_last
            except Exception:  # noqa: BLE001 - whatever is wrong with it, the reports are read instead
                is_damaged = True
            else:
                break
            self.index, self.segments = {}, {}
        if is_damaged:
            self.notes.append(f"the cache in {folder} was damaged; every report was read anew")
        self.found: dict[str, _Entry] = {}
        self.looked_at = 0
        self.stats: Sequence[tuple[int, int] | None] = ()
        self.paths: Sequence[str] = ()

    # -- reading

    def _read(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = self.folder / _INDEX
        if not file.exists():
            return
        content = read_bytes(file, limit=1 << 40)
        digest, payload = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if hashlib.blake2b(payload, digest_size=_DIGEST_SIZE).digest() != digest:
            raise ValueError(file)
        table = pq.read_table(pa.BufferReader(payload))
        about = json.loads(table.schema.metadata[b"about"])
        if about["key"] != self.key:
            return
        segments = about["segments"]
        self.segments = {name: self._read_segment(name, digests) for name, digests in segments.items()}
        columns = [table[name].to_pylist() for name in ("path", *_Entry._fields)]
        self.index = {path: _Entry(*values) for path, *values in zip(*columns, strict=True)}

    def _read_segment(self, name: str, digests: Mapping[str, str]) -> _Segment:
        import pyarrow as pa
        import pyarrow.parquet as pq

        tables = {}
        for table, digest in digests.items():
            file = self.folder / name / table
            with pa.memory_map(str(file)) as source:
                buffer = source.read_buffer()
                if hashlib.blake2b(buffer, digest_size=_DIGEST_SIZE).hexdigest() != digest:
                    raise ValueError(file)
                tables[table] = pq.read_table(pa.BufferReader(buffer))
        names = tables.pop("names")
        for table, rows in tables.items():
            if rows.schema != table_schema(table):
                raise ValueError(table)
        sources = names["source"].to_numpy()
        part = Part(names["name"].to_pylist(), sources, tables)
        return _Segment(part, int(names.schema.metadata[b"files"]), digests)

    def find(self, files: Sequence[Source], paths: Sequence[str]) -> list[int]:
        """Look at the files, whose paths in the tables are given too, and return the positions of those to read."""
        self.looked_at = time.time_ns()  # from here on a file may change unseen
        self.stats, self.paths = [_stat(file) for file in files], paths
        waiting = []
        for position, (path, status) in enumerate(zip(paths, self.stats, strict=True)):
            entry = self.index.get(path)
            if entry is None or status is None:
                waiting.append(position)
            elif (entry.size, entry.changed_ns) == status:
                self.found[path] = entry
            elif entry.size == status[0] and entry.digest and _digest(files[position]) == entry.digest:
                self.found[path] = entry._replace(changed_ns=status[1])
            else:
                waiting.append(position)
        return waiting

    def complete(self, fresh: Sequence[Part], waiting: Sequence[int], n_files: Sequence[int]) -> Mapping[str, Table]:
        """Join what the cache has with what was read of the other files, and keep it.

        Parameters
        ----------
        fresh
            Parts of the files that were read, in their order.
        waiting
            The positions of these files, as `find` gave them.
        n_files
            How many files each part has.
        """
        import numpy as np

        own = list(self.segments.values())
        places = {name: np.full(each.n_files, -1, np.int64) for name, each in self.segments.items()}
        for position, path in enumerate(self.paths):
            if path in self.found:
                entry = self.found[path]
                places[entry.segment][entry.source] = position
        positions = np.concatenate([*places.values(), np.array(waiting, np.int64)])
        new = join_parts(fresh, n_files) if fresh else None
        parts = [*(each.part for each in own), *([new] if new else [])]
        numbers = [*(each.n_files for each in own), *([len(waiting)] if new else [])]
        whole = arrange_part(join_parts(parts, numbers), positions)
        if new or self.found != self.index:
            try:
                self._keep(whole, new, waiting)
            except OSError as error:  # a full disk costs the cache, not the reading
                self.notes.append(f"the cache in {self.folder} can't be written ({error.strerror}); reading goes on")
        return as_tables(whole)

    # -- writing

    def _keep(self, whole: Part, new: Part | None, waiting: Sequence[int]) -> None:
        n_kept = sum(each.n_files for each in self.segments.values())
        is_loose = len(self.found) < _LEAST_USED * n_kept or len(self.segments) + (new is not None) > _MOST_SEGMENTS
        part, positions = (whole, range(len(self.paths))) if is_loose else (new, waiting)
        segments = {} if is_loose else {name: each.digests for name, each in self.segments.items()}
        entries = {} if is_loose else dict(self.found)
        if part is not None:
            name, segments_of_part = self._write_segment(part, len(positions))
            segments[name] = segments_of_part
            entries |= self._entries(part, positions, name)
        self._write_index(entries, segments)
        self._remove_unused(segments)

    def _entries(self, part: Part, positions: Sequence[int], segment: str) -> dict[str, _Entry]:
        """Return the entries of a segment's files; a file that could not be read is looked at again."""
        files, reports = part.tables["files"], part.tables["reports"]
        outcomes = zip(files["path"].to_pylist(), files["outcome"].to_pylist(), strict=True)
        unreadable = {path for path, outcome in outcomes if outcome == "unreadable"}
        digests = dict(zip(reports["path"].to_pylist(), reports["digest"].to_pylist(), strict=True))
        entries = {}
        for source, position in enumerate(positions):
            path, status = self.paths[position], self.stats[position]
            if status is None or path in unreadable or "\ufffd" in path:  # several names may be shown so
                continue
            size, changed_ns = status
            if self.looked_at - changed_ns < _RECENT:
                changed_ns = 0  # it may change again within the same instant: then its digest decides
            digest = digests.get(path, "").partition("#")[0]
            entries[path] = _Entry(size, changed_ns, digest, segment, source)
        return entries

    def _write_segment(self, part: Part, n_files: int) -> tuple[str, dict[str, str]]:
        import pyarrow as pa

        name = os.urandom(16).hex()
        partial = self.folder / f".{name}"
        partial.mkdir(mode=0o700)
        names = pa.table({"name": pa.array(part.names, pa.large_string()), "source": part.sources})
        names = names.replace_schema_metadata({"files": str(n_files)})
        digests = {}
        try:
            for table in (*RAW_TABLES, "names"):
                content = _as_parquet(names if table == "names" else part.tables[table])
                (partial / table).write_bytes(content)
                digests[table] = hashlib.blake2b(content, digest_size=_DIGEST_SIZE).hexdigest()
            partial.rename(self.folder / name)
        except OSError:
            _remove(partial)
            raise
        return name, digests

    def _write_index(self, entries: Mapping[str, _Entry], segments: Mapping[str, Mapping[str, str]]) -> None:
        import pyarrow as pa

        columns: dict[str, list[Any]] = {"path": list(entries)}
        columns |= {name: [entry[index] for entry in entries.values()] for index, name in enumerate(_Entry._fields)}
        about = json.dumps({"key": self.key, "segments": segments})
        payload = _as_parquet(pa.table(columns).replace_schema_metadata({"about": about}))
        partial = self.folder / f".{os.urandom(16).hex()}"
        partial.write_bytes(hashlib.blake2b(payload, digest_size=_DIGEST_SIZE).digest() + payload)
        partial.replace(self.folder / _INDEX)

    def _remove_unused(self, segments: Mapping[str, Any]) -> None:
        """Remove segments that no index names any more, and caches that nobody uses; others may be at work.

        What has another name than `Cache` gives is somebody else's, and stays.
        """
        for place in self.folder.iterdir():
            if _OWN_NAME.fullmatch(place.name) and place.name not in segments and _is_older(place, _HOUR):
                _remove(place)
        for cache in _caches(self.folder.parent):
            if _is_older(cache, _UNUSED):
                _remove_cache(cache)


def _is_older(place: Path, age: float) -> bool:
    """Return whether nobody changed a place for so many seconds; one that another run just renamed is gone, not old."""
    try:
        return time.time() - place.lstat().st_mtime > age
    except FileNotFoundError:
        return False


def _caches(root: Path) -> list[Path]:
    return [place for place in root.iterdir() if _OWN_NAME.fullmatch(place.name) and not place.is_symlink()]


def _remove_cache(folder: Path) -> None:
    """Remove a cache, but nothing that somebody else put into its folder."""
    with suppress(OSError):  # another run removes it, too
        for place in folder.iterdir():
            if place.name == _INDEX or _OWN_NAME.fullmatch(place.name):
                _remove(place)
        folder.rmdir()


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _as_parquet(table: pa.Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", compression_level=1)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _stat(file: Source) -> tuple[int, int] | None:
    """Return a file's size and time of change; None where it has none that count."""
    if isinstance(file, RemoteFile):
        return file.status
    try:
        status = os.stat(file)  # noqa: PTH116 - of a hundred thousand files, twice as fast
    except (OSError, ValueError):
        return None
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _digest(file: Source) -> str:
    try:
        content = file.read(INPUT_LIMIT) if isinstance(file, RemoteFile) else read_bytes(file)
        return hashlib.blake2b(content.removeprefix(BOM), digest_size=_DIGEST_SIZE).hexdigest()
    except OSError:
        return ""
