"""Reports at URLs, such as ``s3://bucket/reports``, found and read by fsspec."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from incident_analytics.errors import PathError
from incident_analytics.extras import require
from incident_analytics.files import is_url
from incident_analytics.finding import REPORT_SUFFIXES, find_files

__all__ = ["RemoteFile", "Source", "find_sources"]

_VERSIONS: Final = frozenset(
    {"ETag", "LastModified", "VersionId", "content_md5", "created", "etag", "generation", "last_modified", "md5Hash"}
    | {"mtime", "modified", "sha", "time_created", "updated", "version_id"}
)
"""What file systems call that by which a file's next version is known."""
_BEFORE: Final = 10**18
"""Nanoseconds, in 2001: no mark of a version is taken for a time just now, when a file may still change."""


@dataclass(frozen=True)
class RemoteFile:
    """A file at a URL.

    Attributes
    ----------
    url
        Where it is, as tables have it.
    status
        Its size in bytes, and a number that another version of it does not have; None where its file system does not
        give both.
    asked
        The URL whose file system has it.
    name
        What it is called there. That file system alone is asked for it: whoever fills a store or an archive also names
        the files in it, and as part of a URL a name could lead elsewhere.
    """

    url: str
    status: tuple[int, int] | None
    asked: str
    name: str

    @property
    def stem(self) -> str:
        """The file's name without its suffix."""
        return Path(self.url).stem

    def as_posix(self) -> str:
        """Return the URL, which is what tables have as the path."""
        return self.url

    def read(self, limit: int) -> bytes:
        """Read the file whole, as far as a limit allows.

        Raises
        ------
        OSError
            Whatever its file system reports, and where the file has more bytes than ``limit``.
        """
        try:
            files, _ = _file_system(self.asked)
            with files.open(self.name, "rb") as stream:
                content: bytes = stream.read(limit + 1)
        except Exception as error:
            raise OSError(errno.EIO, f"{type(error).__name__}: {error}", self.url) from error
        if len(content) > limit:
            raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", self.url)
        return content


Source: TypeAlias = Path | RemoteFile
"""A file that holds reports."""


def find_sources(paths: Iterable[str | Path]) -> list[Source]:
    """Return the files that are read for these paths and URLs, each once, in their order.

    Of a URL that names a folder these are the files named like reports in it and below, sorted, without hidden ones, as
    of a folder on this machine. ``*``, ``?`` and ``[`` make a pattern of it.

    Raises
    ------
    PathError
        ``reports: no such file or folder``; ``s3://bucket/reports: Install s3fs to access S3``
    MissingExtraError
        ``a URL needs fsspec; pip install 'incident-analytics[remote]'``
    """
    places = list(paths)
    urls = [place for place in places if isinstance(place, str) and is_url(place)]
    local = find_files(place for place in places if place not in urls)
    return [*local, *{file.url: file for url in urls for file in _files_at(url)}.values()]


def _files_at(url: str) -> Iterator[RemoteFile]:
    require("a URL", "fsspec", extra="remote")
    _refuse_credentials(url)
    try:
        files, path = _file_system(url)
        matches = [path] if files.exists(path) else [name for name in files.glob(path) if not _is_hidden(name, path)]
        found = {name: about for match in matches for name, about in _below(files, match).items()}
    except Exception as error:  # each file system has errors of its own
        raise PathError(f"{url}: {error}") from error
    if not matches:
        raise PathError(f"{url}: no such file or folder")
    for name, about in found.items():
        yield RemoteFile(_url_of(files.unstrip_protocol(name), url), _status(about), url, name)


def _url_of(own: str, asked: str) -> str:
    """Return the URL of a file, with the archive or the like that it is in as the URL that was asked for has it.

    Examples
    --------
    >>> _url_of("zip://a/INC-1.md", "simplecache::zip://a::s3://bucket/all.zip")
    'zip://a/INC-1.md::s3://bucket/all.zip'
    >>> _url_of("s3://bucket/a/INC-1.md", "simplecache::s3://bucket/a")
    's3://bucket/a/INC-1.md'
    """
    links = asked.split("::")
    schemes = [link.partition("://")[0] for link in links]
    scheme = own.partition("://")[0]
    return "::".join([own, *links[schemes.index(scheme) + 1 :]]) if scheme in schemes else own


def _refuse_credentials(url: str) -> None:
    """Refuse a URL that has a password, or for HTTP a user or a query, which may be one.

    Elsewhere ``?`` is of a pattern, and so may ``[`` be, which `urllib` takes for an address.
    """
    for link in url.split("::"):
        scheme, _, rest = link.partition("://")
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        user, at, host = authority.rpartition("@")
        is_http = scheme.lower() in {"http", "https"}
        if ":" in user or (is_http and (at or "?" in rest)):
            path = re.split(r"[?#]", rest[len(authority) :], maxsplit=1)[0]
            message = "a URL with a password or a query; put credentials in fsspec's configuration instead"
            raise PathError(f"{scheme}://{host}{path}: {message}")


def _is_hidden(name: str, pattern: str) -> bool:
    """Return whether a part of a name that a pattern's signs match begins with a dot that the pattern does not have."""
    own = pattern.strip("/").split("/")
    n_plain = next((index for index, part in enumerate(own) if re.search(r"[*?\[]", part)), len(own))
    if any(part.startswith(".") for part in own[n_plain:]):
        return False
    return any(part.startswith(".") for part in name.strip("/").split("/")[n_plain:])


def _below(files: Any, place: str) -> dict[str, dict[str, Any]]:
    """Return a file, or what is named like a report below a folder; of pages with links HTTP takes any for a folder."""
    if not place.lower().endswith(REPORT_SUFFIXES) and files.isdir(place):
        below: dict[str, dict[str, Any]] = files.find(place, detail=True)
        return {name: below[name] for name in sorted(below) if _is_report(name, place)}
    return {place: files.info(place)}


def _file_system(url: str) -> tuple[Any, str]:
    import fsspec

    files, path = fsspec.core.url_to_fs(url)
    return files, path


def _is_report(name: str, folder: str) -> bool:
    """Return whether a file below a folder is named like a report, and nothing on the way to it is hidden."""
    below = name.removeprefix(folder).strip("/")
    return below.lower().endswith(REPORT_SUFFIXES) and not any(part.startswith(".") for part in below.split("/"))


def _status(about: dict[str, Any]) -> tuple[int, int] | None:
    marks = sorted((name, str(value)) for name, value in about.items() if name in _VERSIONS and value)
    if not marks or about.get("size") is None:
        return None
    digest = hashlib.blake2b(repr(marks).encode(), digest_size=8).digest()
    return int(about["size"]), int.from_bytes(digest) % _BEFORE
