"""Paths, folders and patterns -> the files that are read for them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from incident_analytics.errors import PathError
from incident_analytics.files import NEEDS_FILES, is_url, matching_paths
from incident_analytics.names import did_you_mean

__all__ = ["REPORT_SUFFIXES", "find_files", "find_other_documents", "find_upward"]


REPORT_SUFFIXES = (".md", ".markdown", ".mdx")
"""How the files are named, in any case, that a folder is searched for."""


_OTHER_SUFFIXES = (
    *(".txt", ".text", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".wiki"),
    *(".html", ".htm", ".docx", ".doc", ".odt", ".rtf", ".pdf"),
)
"""How files are named that may be reports in another form than Markdown."""


class _Found(NamedTuple):
    file: Path
    is_link: bool


def find_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the files that `load` reads for these paths, each once, in their order.

    A file and the links to it are one file, under its own name if that is among them.

    Raises
    ------
    PathError
        ``reports: no such file or folder``
    """
    folders: dict[str, str] = {}  # each is followed to where it really is only once
    found: dict[str, _Found] = {}
    for each in (each for path in paths for each in _files_of(path)):
        folder, name = os.path.split(each.file)
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        real = os.path.realpath(each.file) if each.is_link else f"{folders[folder]}{os.sep}{name}"
        if real not in found or (found[real].is_link and not each.is_link):
            found[real] = each
    return [each.file for each in found.values()]


def find_other_documents(paths: Iterable[str | Path]) -> list[Path]:
    """Return the documents in other forms than Markdown that are in folders, hidden ones left out.

    Examples
    --------
    >>> find_other_documents(["data/real"])
    []
    """
    found: list[Path] = []
    for path in paths:
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if not name.startswith("."))
            others = (name for name in sorted(names) if name.lower().endswith(_OTHER_SUFFIXES))
            found += [Path(folder, name) for name in others if not name.startswith(".")]
    return list(dict.fromkeys(found))


def find_upward(path: str | Path) -> Path:
    """Return where a relative path is: below the working folder, else below the nearest folder above that has it.

    So a notebook finds what it names, whether it was started in its own folder or in the project's.
    """
    place = Path(path)
    if place.is_absolute() or place.exists() or matching_paths(place):
        return place
    here = Path.cwd()
    return next((found for folder in here.parents if (found := folder / place).exists()), place)


def _files_of(path: str | Path) -> list[_Found]:
    if isinstance(path, str) and is_url(path):
        raise PathError(f"{path}: {NEEDS_FILES}")
    place = Path(path)
    try:
        if place.is_dir():
            os.scandir(place).close()  # what was asked for itself must be there
            return _files_below(place)
        if place.exists():
            return [_Found(place, place.is_symlink())]
    except OSError as error:
        raise PathError(f"{path}: {error.strerror}; check its permissions") from error
    except (ValueError, RuntimeError) as error:  # a name with a NUL, a link that leads to itself
        raise PathError(f"{path}: {error}") from error
    matches = matching_paths(path)
    if matches in ([], [place]):  # the latter is a link that leads nowhere
        raise PathError(f"{path}: no such file or folder{_meant(place)}")
    found: list[_Found] = []
    for match in matches:  # os.path.isdir answers also where a path cannot be looked at
        found += _files_below(match) if os.path.isdir(match) else [_Found(match, match.is_symlink())]  # noqa: PTH112
    return found


def _meant(place: Path) -> str:
    """Return the end of a message about a path that is not there: the one next to it that is most like it."""
    try:
        there = [entry.name for entry in os.scandir(place.parent) if not entry.name.startswith(".")]
    except (OSError, ValueError):
        return ""
    return did_you_mean(place.name, [name for name in there if name != place.name])


def _files_below(folder: Path) -> list[_Found]:
    """Return what is named like a report in a folder and those below it, and the folders that cannot be listed.

    Hidden ones are left out. A link to a folder is listed itself, so that it is said that it was not followed, unless
    it leads to a folder that is read anyway.
    """
    listed: set[str] = set()
    links: set[Path] = set()
    found = list(_walk(folder, listed, links))
    return [each for each in found if each.file not in links or os.path.realpath(each.file) not in listed]


def _walk(folder: Path, listed: set[str], links: set[Path]) -> Iterator[_Found]:
    """Yield what is below a folder in the order of the names, and note the folders listed and the links to folders."""
    waiting: list[tuple[str, Path | _Found]] = [("", folder)]
    while waiting:
        _, here = waiting.pop()
        if isinstance(here, _Found):
            yield here
            continue
        below: list[tuple[str, Path | _Found]] = []
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        below.append((name, here / name))
                    elif (is_link := entry.is_symlink()) and (here / name).is_dir():
                        links.add(here / name)
                        below.append((name, _Found(here / name, is_link)))
                    elif name.lower().endswith(REPORT_SUFFIXES):
                        below.append((name, _Found(here / name, is_link)))
        except OSError:
            yield _Found(here, is_link=False)
        else:
            listed.add(os.path.realpath(here))
            waiting += sorted(below, key=lambda entry: entry[0], reverse=True)
