"""What was read, as plain columns: the tables without pandas, for checking, showing and sending between processes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any, Final, TypeAlias

from incident_analytics.config import Settings
from incident_analytics.errors import UnknownNameError
from incident_analytics.reports.choices import read_word
from incident_analytics.reports.placeholders import Unreadable, fold
from incident_analytics.schema import STATUSES

__all__ = ["COVERAGE", "Columns", "Records", "Wanted", "named_statuses"]

_MOST_PROBLEMS = 10
"""Lines of a tracker's export that a verb other than check names: in one of another language each may be unreadable."""

Columns: TypeAlias = dict[str, list[Any]]
"""A table by column, with None for NA."""
COVERAGE: Final = ("path", "line", "use", "words")
"""The columns of `Records.coverage`."""


@dataclass(frozen=True)
class Records:
    """The tables that were read together, as plain columns.

    Attributes
    ----------
    tables
        Each table of `TABLES` by column.
    severities
        The declared severities, least to worst.
    coverage
        A row a line of the files that hold reports, if it was asked for: its path, number and words, and what was
        read from it as `incident_analytics.reports.coverage.account` says it.
    """

    tables: Mapping[str, Columns]
    severities: Sequence[str]
    coverage: Columns = field(default_factory=dict)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a table."""
        columns = self.tables[table]
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))

    def accounted(self) -> Iterator[tuple[str, int, str, str]]:
        """Give the rows of `coverage`; none where it was not asked for."""
        return zip(*(self.coverage.get(name, ()) for name in COVERAGE), strict=True)

    def remarks(self, *, skipped: bool = True) -> list[str]:
        """Return what every verb says on stderr: which files are copies, and how many are skipped."""
        files = self.tables["files"]
        rows = list(zip(files["path"], files["outcome"], files["reason"], strict=True))
        copies = [f"{path} ({reason})" for path, outcome, reason in rows if outcome == "copy"]
        unreadable = [f"{path} ({reason})" for path, outcome, reason in rows if outcome == "unreadable"]
        n_skipped = sum(outcome == "left out" for _, outcome, _ in rows)
        found = []
        if copies:
            found.append(f"{len(copies)} of {len(rows)} files not counted: {', '.join(copies)}")
        if unreadable and skipped:
            found.append(f"{len(unreadable)} of {len(rows)} files unreadable: {', '.join(unreadable)}")
        if n_skipped and skipped:
            found.append(f"{n_skipped} of {len(rows)} files skipped; run 'incident-analytics check' for details")
        return found

    def input_problems(self) -> list[str]:
        """Return the first errors and warnings of the tracker's export and the corrections."""
        found = [
            f"{row['path']}:{row['line']}: {row['level']}: {row['message']}"
            for row in self.rows("problems")
            if row["incident_id"] is None and row["level"] != "info" and row["code"] != "not-a-report"
        ]
        n_more = len(found) - _MOST_PROBLEMS
        more = [f"{n_more} more of these; run 'incident-analytics check' for all"] if n_more > 0 else []
        return found[:_MOST_PROBLEMS] + more

    def keep(self, wanted: Wanted) -> Records:
        """Keep some incidents in every table, and note in ``files`` which reports are of another status."""
        incidents = self.tables["incidents"]
        ids, others = wanted.choose(incidents, self.tables["services"], self.severities)
        return self._only(ids, others)

    def without(self, ids: Collection[str], others: Mapping[str, str | None]) -> Records:
        """Take out some incidents, whose reports are of another status."""
        kept = set(self.tables["incidents"]["incident_id"]) - set(ids)
        return self._only(kept, others)

    def _only(self, ids: Collection[str], others: Mapping[str, str | None]) -> Records:
        tables = {
            name: columns if name == "files" else _with_ids(columns, ids, and_none=name == "problems")
            for name, columns in self.tables.items()
        }
        return replace(self, tables={**tables, "files": note_others(tables["files"], others)})


def _with_ids(columns: Columns, ids: Collection[str], *, and_none: bool) -> Columns:
    kept = [each in ids or (and_none and each is None) for each in columns["incident_id"]]
    return {name: list(compress(values, kept)) for name, values in columns.items()}


def note_others(files: Columns, others: Mapping[str, str | None]) -> Columns:
    """Return ``files`` in which reports, by path, are of another status."""
    noted = {name: list(values) for name, values in files.items()}
    for index, path in enumerate(noted["path"]):
        if path in others:
            noted["outcome"][index] = "other status"
            noted["reason"][index] = others[path] or "no status that can be read"
    return noted


def named_statuses(status: str) -> frozenset[str] | None:
    """Return the statuses that ``final``, ``all`` or a status's name mean; None for all.

    Raises
    ------
    UnknownNameError
        ``status 'finished' is not one of final, all, Draft, Under Review``
    """
    if fold(status) == "all":
        return None
    for name in STATUSES:
        if fold(name) == fold(status):
            return frozenset({name})
    raise UnknownNameError(f"status {status!r} is not one of final, all, {', '.join(STATUSES[:-1])}")


@dataclass(frozen=True)
class Wanted:
    """Which incidents are asked for, by the names of the settings; nothing named keeps all.

    Raises
    ------
    UnknownNameError
        ``status 'finished' is not one of final, all, ...``
    """

    settings: Settings
    status: str = "all"
    severities: Sequence[str] = ()
    services: Sequence[str] = ()
    teams: Sequence[str] = ()

    def __post_init__(self) -> None:
        named_statuses(self.status)

    def choose(
        self, incidents: Mapping[str, Iterable[Any]], services: Mapping[str, Iterable[Any]], levels: Sequence[str]
    ) -> tuple[set[str], dict[str, str | None]]:
        """Return the incident_ids asked for, and by path the status of the reports that are of another one.

        Parameters
        ----------
        incidents, services
            The tables, by column.
        levels
            The declared severities.

        Raises
        ------
        UnknownNameError
            ``severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1``
        """
        named = list(services["service"])
        severities, hit = self.severity_names(levels), self.service_names(named)
        ids, others = set(), {}
        statuses = named_statuses(self.status)
        columns = ("incident_id", "path", "status", "severity")
        for incident_id, path, status, severity in zip(*(incidents[name] for name in columns), strict=True):
            if statuses is not None and status not in statuses:
                others[path] = status if isinstance(status, str) else None
            elif not severities or severity in severities:
                ids.add(incident_id)
        if self.services or self.teams:
            rows = zip(services["incident_id"], named, services["affected"], strict=True)
            ids &= {incident_id for incident_id, service, affected in rows if affected is True and service in hit}
        return ids, others

    def severity_names(self, levels: Sequence[str]) -> list[str]:
        """Return the severities asked for, as they are declared and in that order; none where all are."""
        asked = {self._severity(name, levels) for name in self.severities}
        return [level for level in levels if level in asked]

    def service_names(self, named: Iterable[str]) -> set[str]:
        """Return the services asked for, and those of the teams asked for, as the settings or the reports name them."""
        declared = self.settings.services
        aliases = {fold(word): name for name, service in declared.items() for word in (name, *service.aliases)}
        hit = {_known("service", aliases.get(fold(name), name), {*named, *declared}) for name in self.services}
        teams = {service.team for service in declared.values() if service.team}
        for team in self.teams:
            if not teams:
                remedy = 'add team = "..." under [services.NAME] in incident-analytics.toml'
                raise UnknownNameError(f"unknown team {team!r}: no teams are defined; {remedy}")
            chosen = _known("team", team, teams)
            hit |= {name for name, service in declared.items() if service.team == chosen}
        return hit

    def _severity(self, name: str, levels: Sequence[str]) -> str:
        try:
            found = read_word(name, self.settings.severities.order, self.settings.severities.synonyms) or name
        except Unreadable:
            found = name
        return _known("severity", found, levels)


def _known(kind: str, name: str, there: Collection[str]) -> str:
    """Return the name as it is written there, whatever its case."""
    for known in there:
        if fold(known) == fold(name):
            return known
    names = there if isinstance(there, Sequence) else sorted(there)
    raise UnknownNameError(f"{kind} {name!r} is not one of {', '.join(names) or '(none there)'}")
