"""What was read, as plain columns: the tables without pandas, for checking, showing and sending between processes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import compress
from typing import Any, Final, Protocol, Self

from incident_analytics.config import SETTINGS_NAME, Settings
from incident_analytics.errors import UnknownNameError
from incident_analytics.names import known_name, listed_values, unknown_name
from incident_analytics.reports.choices import read_word
from incident_analytics.reports.placeholders import Unreadable, fold
from incident_analytics.schema import FLAG, HOURS, NO_FIELDS, POSITION, STARTS, STATUSES, TABLES, TEXT

__all__ = [
    "KEY",
    "NO_STATUS",
    "NO_TEAMS",
    "RAW_TABLES",
    "Columns",
    "Records",
    "Table",
    "Wanted",
    "describe_startless",
    "describe_unzoned",
    "named_statuses",
    "note_others",
]

KEY: Final = "incident_id"
"""The column that joins the tables; until it is settled which report has which incident_id, it holds their paths."""

RAW_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    **TABLES,
    "problems": {**TABLES["problems"], "of_incident": FLAG},
    "reports": {
        "path": TEXT,
        "written_id": TEXT,
        "stem": TEXT,
        "line": POSITION,
        "status": TEXT,
        "digest": TEXT,
        "zone": TEXT,
        "zone_is_assumed": FLAG,
    },
    "coverage": {"path": TEXT, "line": POSITION, "use": TEXT, "words": TEXT},
}
"""The tables as they are read: ``reports`` has what settles the incident_ids, ``coverage`` what each line was read as,
``of_incident`` is false for problems that stay when their report does not count."""

NO_TEAMS: Final = 'no teams are defined; add team = "..." under [services.NAME] in incident-analytics.toml'
NO_STATUS: Final = "no status that can be read"
"""Why a report of no status is not among those of one."""
_NO_SERVICES = "no report names a service, and [services.NAME] in the settings declares none"
_MOST_PROBLEMS = 10
"""Lines of a tracker's export that a verb other than check names: in one of another language each may be unreadable."""


class Table(Protocol):
    """A table by column, each a list with None for NA."""

    def __getitem__(self, column: str, /) -> list[Any]: ...

    def __iter__(self) -> Iterator[str]: ...

    def renamed(self, names: Mapping[str, str | None]) -> Self:
        """Put other names in the place of the present ones in ``KEY``; the rows of a name without another one go."""

    def without(self, column: str, values: Collection[str]) -> Self:
        """Leave out the rows with some values in a column."""

    def replaced(self, column: str, values: Sequence[Any]) -> Self:
        """Put other values in a column."""

    def with_rows(self, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Add rows at the end, of names that are there."""


class Columns(dict[str, list[Any]]):
    """A `Table` of plain lists."""

    def renamed(self, names: Mapping[str, str | None]) -> Columns:
        """See `Table`."""
        kept = [name is None or name in names for name in self[KEY]]
        found = Columns({column: list(compress(values, kept)) for column, values in self.items()})
        return found.replaced(KEY, [None if name is None else names[name] for name in found[KEY]])

    def without(self, column: str, values: Collection[str]) -> Columns:
        """See `Table`."""
        kept = [value not in values for value in self[column]]
        return Columns({name: list(compress(cells, kept)) for name, cells in self.items()})

    def replaced(self, column: str, values: Sequence[Any]) -> Columns:
        """See `Table`."""
        return Columns({**self, column: list(values)})

    def with_rows(self, rows: Sequence[Mapping[str, Any]]) -> Columns:
        """See `Table`."""
        return Columns({column: values + [row.get(column) for row in rows] for column, values in self.items()})


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
    notes
        What else is to be said of the reading.
    zones
        By path the zone in which a report has its times, else the settings'.
    unzoned
        The paths of reports with times whose zone neither they nor the settings say: these are read as UTC.
    """

    tables: Mapping[str, Table]
    severities: Sequence[str]
    coverage: Table = field(default_factory=lambda: Columns({name: [] for name in RAW_TABLES["coverage"]}))
    notes: Sequence[str] = ()
    zones: Mapping[str, tzinfo] = field(default_factory=dict)
    unzoned: Sequence[str] = ()

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a table."""
        columns = self.tables[table]
        for values in zip(*(columns[name] for name in columns), strict=True):
            yield dict(zip(columns, values, strict=True))

    def accounted(self) -> Iterator[tuple[str, int, str, str]]:
        """Give the rows of `coverage`; none where it was not asked for."""
        return zip(*(self.coverage[name] for name in self.coverage), strict=True)

    def remarks(self, *, skipped: bool = True) -> list[str]:
        """Return what every verb says on stderr: which files are copies, and how many are skipped."""
        files = self.tables["files"]
        rows = list(zip(files["path"], files["outcome"], files["reason"], strict=True))
        copies = [f"{path} ({reason})" for path, outcome, reason in rows if outcome == "copy"]
        unreadable = [f"{path} ({reason})" for path, outcome, reason in rows if outcome == "unreadable"]
        n_skipped = sum(outcome == "skipped" for _, outcome, _ in rows)
        found = list(self.notes)
        if copies:
            found.append(f"{len(copies)} of {len(rows)} files not counted: {', '.join(copies)}")
        if unreadable and skipped:
            found.append(f"{len(unreadable)} of {len(rows)} files unreadable: {', '.join(unreadable)}")
        if n_skipped and skipped:
            found.append(f"{n_skipped} of {len(rows)} files skipped; run 'incident-analytics check' for details")
        return [*found, *self.zone_remarks()]

    def zone_remarks(self, remedy: str | None = None) -> list[str]:
        """Return what is said where times that name no zone are read as UTC, with what to do about it."""
        remedy = remedy or f"set timezone in {SETTINGS_NAME}"
        return [f"{describe_unzoned(len(self.unzoned))}; {remedy}"] if self.unzoned else []

    def input_problems(self) -> list[str]:
        """Return the first errors and warnings of the tracker's export and the corrections."""
        found = [
            f"{row['path']}:{row['line']}: {row['level']}: {row['message']}"
            for row in self.rows("problems")
            if row["level"] != "info" and (row["incident_id"] is None or row["code"] == "unreadable-correction")
        ]
        n_more = len(found) - _MOST_PROBLEMS
        more = [f"{n_more} more of these; run 'incident-analytics check' for all"] if n_more > 0 else []
        return found[:_MOST_PROBLEMS] + more

    def keep(self, wanted: Wanted) -> Records:
        """Keep some incidents in every table, and note in ``files`` which reports are of another status."""
        incidents = self.tables["incidents"]
        ids, others = wanted.choose(incidents, self.tables["services"], self.severities, self.tables["fields"])
        return self._only(ids, others)

    def _only(self, ids: Collection[str], others: Mapping[str, str | None]) -> Records:
        names = {name: name for name in ids}
        tables = {name: table if name == "files" else table.renamed(names) for name, table in self.tables.items()}
        return replace(self, tables={**tables, "files": note_others(tables["files"], others)})


def note_others(files: Table, others: Mapping[str, str | None]) -> Table:
    """Return ``files`` in which reports, by path, are of another status."""
    if not others:
        return files
    paths, outcomes, reasons = files["path"], list(files["outcome"]), list(files["reason"])
    for index, path in enumerate(paths):
        if path in others:
            outcomes[index], reasons[index] = "other status", others[path] or NO_STATUS
    return files.replaced("outcome", outcomes).replaced("reason", reasons)


def named_statuses(status: str) -> frozenset[str] | None:
    """Return the statuses that ``final``, ``all`` or a status's name mean; None for all.

    Raises
    ------
    UnknownNameError
        ``status 'finished' is not one of final, all, Draft, Under Review``
    """
    asked = fold(str(status))  # None, too, has a message that names what there is
    if asked == "all":
        return None
    for name in STATUSES:
        if fold(name) == asked:
            return frozenset({name})
    raise unknown_name("status", str(status), ["final", "all", *STATUSES[:-1]])


def _starts(incidents: Table | Mapping[str, Iterable[Any]]) -> list[datetime | None]:
    """Return when each incident began, None where no time of day is recorded."""
    rows = zip(*(incidents[name] for name in STARTS), strict=True)
    return [start or min(filter(None, others), default=None) for start, *others in rows]


def describe_startless(ids: Sequence[str]) -> str:
    """Say which incidents a choice of hours leaves out, as nobody knows when they began; empty for none."""
    if not ids:
        return ""
    count = "1 incident has" if len(ids) == 1 else f"{len(ids)} incidents have"
    return f"{count} no recorded start time and so no hours: {', '.join(ids)}"


def describe_unzoned(n: int) -> str:
    """Say how many reports have times without a zone, and how these are read.

    Examples
    --------
    >>> describe_unzoned(1)
    "1 report doesn't say the time zone of its times: they are read as UTC"
    """
    if n == 1:
        return "1 report doesn't say the time zone of its times: they are read as UTC"
    return f"{n:,} reports don't say the time zone of their times: they are read as UTC"


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
    fields: Sequence[str] = ()
    """Values of the reports' own fields, such as ``Environment=production``."""
    hours: Sequence[str] = ()
    """When incidents started: of `HOURS`, by the settings' calendar."""
    ids: Sequence[str] = ()
    """The incident_ids themselves, in any case."""

    def __post_init__(self) -> None:
        named_statuses(self.status)
        self.hours_named()

    def choose(
        self,
        incidents: Table | Mapping[str, Iterable[Any]],
        services: Table | Mapping[str, Iterable[Any]],
        levels: Sequence[str],
        fields: Table | Mapping[str, Iterable[Any]],
    ) -> tuple[set[str], dict[str, str | None]]:
        """Return the incident_ids asked for, and by path the status of the reports that are of another one.

        Parameters
        ----------
        incidents, services, fields
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
        if self.hours:
            calendar, wanted = self.settings.working_hours, self.hours_named()
            starts = zip(incidents["incident_id"], _starts(incidents), strict=True)
            ids &= {own for own, start in starts if start is not None and calendar.hours_at(start) in wanted}
        if self.ids:
            asked = set(map(fold, self.ids))
            ids = {own for own in ids if fold(own) in asked}
        return self._with_fields(ids, fields), others

    def hours_named(self) -> set[str]:
        """Return which of `HOURS` are asked for."""
        return {known_name("hours", name, HOURS) for name in self.hours}

    def without_start(self, incidents: Table | Mapping[str, Iterable[Any]]) -> list[str]:
        """Return the incidents that no hours can hold, as no start is recorded; none where no hours are asked for."""
        if not self.hours:
            return []
        return [own for own, start in zip(incidents["incident_id"], _starts(incidents), strict=True) if start is None]

    def _with_fields(self, ids: set[str], fields: Table | Mapping[str, Iterable[Any]]) -> set[str]:
        """Keep the incidents that have one of the values asked for in each field asked for."""
        asked: dict[str, tuple[str, set[str]]] = {}
        for each in self.fields:
            name, sign, value = each.partition("=")
            if not sign:
                raise UnknownNameError(f"field {each!r} has no value; write NAME=VALUE")
            asked.setdefault(fold(name), (name, set()))[1].add(fold(value))
        if not asked:
            return ids
        rows = list(zip(*(fields[name] for name in ("incident_id", "name", "value")), strict=True))
        names = {name for _, name, _ in rows if isinstance(name, str)}
        for name, values in asked.values():
            known = known_name("field", name, sorted(names), empty=NO_FIELDS)
            written = [(own, value or "") for own, each, value in rows if each and fold(each) == fold(known)]
            listed = listed_values(value for _, value in written)
            ids = ids & {
                own
                for own, value in written
                if fold(value) in values or not values.isdisjoint(map(fold, listed[value]))
            }
        return ids

    def severity_names(self, levels: Sequence[str]) -> list[str]:
        """Return the severities asked for, as they are declared and in that order; none where all are."""
        asked = {self._severity(name, levels) for name in self.severities}
        return [level for level in levels if level in asked]

    def service_names(self, named: Iterable[str]) -> set[str]:
        """Return the services asked for, and those of the teams asked for, as the settings or the reports name them."""
        declared = self.settings.services
        aliases = {fold(word): name for name, service in declared.items() for word in (name, *service.aliases)}
        there = sorted({*named, *declared})
        hit = {
            known_name("service", aliases.get(fold(name), name), there, empty=_NO_SERVICES) for name in self.services
        }
        teams = {service.team for service in declared.values() if service.team}
        for team in self.teams:
            chosen = known_name("team", team, sorted(teams), empty=NO_TEAMS)
            hit |= {name for name, service in declared.items() if service.team == chosen}
        return hit

    def _severity(self, name: str, levels: Sequence[str]) -> str:
        try:
            found = read_word(name, self.settings.severities.order, self.settings.severities.synonyms) or name
        except Unreadable:
            found = name
        return known_name("severity", found, [*levels, *self.settings.severities.synonyms])
