"""What a review is made from: the reports and settings as read, what is reviewed, and what its files are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from incident_analytics.config import Settings
from incident_analytics.errors import PathError
from incident_analytics.loading import as_corpus, read_corrections, read_records
from incident_analytics.manifest import Manifest
from incident_analytics.periods import read_instant
from incident_analytics.records import Records
from incident_analytics.redaction import Redaction
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus
from incident_analytics.tracing import make_manifest
from incident_analytics.tracker import read_tracker

__all__ = ["ReviewInput", "read_input"]


@dataclass(frozen=True)
class ReviewInput:
    """What a review is made from.

    Attributes
    ----------
    scope
        What is reviewed.
    corpus
        Every report; without the names of people if these are replaced.
    records
        The reports as they were read.
    folders
        Folders that the page does not name: files are named from there on.
    choice
        The options that chose what is reviewed, as `Scope.of` takes them.
    """

    scope: Scope
    corpus: Corpus
    records: Records
    folders: Sequence[Path]
    choice: Mapping[str, Any]

    def called(self, path: str) -> str:
        """Return what the page calls a file: its path from the innermost folder on, longer where two share it."""
        return self._names.get(path) or _named_from(self.folders, path)

    @cached_property
    def _names(self) -> dict[str, str]:
        tables = (self.corpus.files, self.corpus.incidents, self.corpus.problems)
        return _named_apart(self.folders, [path for table in tables for path in table["path"].dropna().unique()])

    def with_period(self, period: str, as_of: pd.Timestamp, *, is_past: bool) -> ReviewInput:
        """Return the same input for another period, as it was known at an instant."""
        scope = Scope.of(self.corpus, period, self.scope.settings, as_of, is_past=is_past, **self.choice)
        return replace(self, scope=scope)

    def manifest(self) -> Manifest:
        """Return what the figures that were asked of the scope are based on."""
        tables = self.records.tables
        written = {
            new: old
            for name in ("files", "incidents")
            for old, new in zip(tables[name]["path"], getattr(self.corpus, name)["path"], strict=True)
        }
        scope = self.scope
        choice = {name: list(value) if isinstance(value, tuple) else value for name, value in self.choice.items()}
        review = {"period": scope.period.name, "as_of": scope.as_of.isoformat(), "is_past": scope.is_past}
        review |= {"redact": scope.redaction is not None}
        review |= {name: value for name, value in choice.items() if name != "redaction" and value}
        return make_manifest(scope, self.corpus, paths=written, called=self.called, review=review)


def read_input(
    paths: Sequence[str],
    settings: Settings,
    *,
    period: str,
    as_of: str | None = None,
    redact: bool = False,
    is_past: bool | None = None,
    **choice: Any,
) -> ReviewInput:
    """Read the reports and decide what is reviewed.

    Parameters
    ----------
    paths, settings
        The reports, and the settings.
    period, as_of, redact
        As in `incident_analytics.review`; ``as_of`` as text, in the settings' zone where it names none.
    is_past
        As of `Scope`, where it is not to be decided by the clock.
    choice
        Other options of `Scope.of`.

    Raises
    ------
    PathError
        ``no reports to review: set paths, or reports = [...] in incident-analytics.toml``
    """
    paths = list(paths) or [str(path) for path in settings.reports]
    if not paths:
        raise PathError("no reports to review: set paths, or reports = [...] in incident-analytics.toml")
    instant = None if as_of is None else read_instant(as_of, settings.timezone)
    records = read_records(paths, settings=settings)
    corpus = as_corpus(records)
    folders = [_folder_of(path) for path in [*paths, *([str(settings.path)] if settings.path else [])]]
    redaction = _redaction(corpus, settings) if redact else None
    if redaction is not None:
        corpus = redaction.corpus(corpus)
        words = {"title": settings.title, "owner": settings.owner}
        settings = settings.model_copy(update={key: text and redaction.text(text) for key, text in words.items()})
        folders = [Path(redaction.text(str(folder), is_path=True)) for folder in folders]
    chosen = {**choice, "redaction": redaction}
    scope = Scope.of(corpus, period, settings, instant, is_past=is_past, **chosen)
    return ReviewInput(scope, corpus, records, folders, chosen)


def _redaction(corpus: Corpus, settings: Settings) -> Redaction:
    """Find the people of the reports, the tracker, the corrections and the settings."""
    people = [("Editor", by) for by in read_corrections(settings)["by"].dropna()]
    if settings.tracker is not None:
        rows = read_tracker(settings, pd.Timestamp.now("UTC"))
        people += [("Owner", owner) for owner in rows["owner"].dropna()] if "owner" in rows else []
    if settings.owner is not None:
        people.append(("Review owner", settings.owner))
    teams = [each.team for each in settings.services.values() if each.team is not None]
    aliases = [alias for each in settings.services.values() for alias in each.aliases]
    return Redaction.of(corpus, kept=[*settings.services, *aliases, *teams], people=people)


def _folder_of(path: str) -> Path:
    """Return the folder that a file, a folder or a glob is in."""
    parts = Path(path).parts
    n_plain = next((index for index, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    return Path(*parts[:n_plain]).parent if n_plain == len(parts) else Path(*parts[:n_plain])


def _named_from(folders: Sequence[Path], path: str) -> str:
    """Return a path from the innermost of the folders on; only its name where it is in none.

    Examples
    --------
    >>> _named_from([Path("/srv"), Path("/srv/ours")], "/srv/ours/reports/INC-1.md"), _named_from([], "/etc/a.csv")
    ('reports/INC-1.md', 'a.csv')
    """
    inside = [Path(path).relative_to(folder).as_posix() for folder in folders if Path(path).is_relative_to(folder)]
    return min(inside, key=len, default=Path(path).name)


def _named_apart(folders: Sequence[Path], paths: Sequence[str]) -> dict[str, str]:
    """Name files as `_named_from` does, and those of the same name from as many folders further out as they differ by.

    Examples
    --------
    >>> places = ["/srv/a/INC-1/report.md", "/srv/a/INC-2/report.md", "/srv/b/notes.md"]
    >>> list(_named_apart([Path("/srv/a/INC-1"), Path("/srv/a/INC-2"), Path("/srv/b")], places).values())
    ['INC-1/report.md', 'INC-2/report.md', 'notes.md']
    """
    names = {path: _named_from(folders, path) for path in paths}
    while True:
        counts = Counter(names.values())
        longer = {path: _with_parent(path, name) for path, name in names.items() if counts[name] > 1}
        if all(names[path] == name for path, name in longer.items()):
            return names
        names |= longer


def _with_parent(path: str, name: str) -> str:
    """Return the end of a path that has one part more than a name of it."""
    parts = Path(path).parts
    return Path(*parts[-len(Path(name).parts) - 1 :]).as_posix()
