"""Which report a row of the incident tool's export belongs to, and where the two differ.

Without pandas, so that check can say it, too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from incident_analytics.config import Settings
from incident_analytics.incident_tool import ToolRow, read_tool_rows
from incident_analytics.late_patterns import compile_late
from incident_analytics.names import fold
from incident_analytics.reports.template import ID_ROOM
from incident_analytics.schema import MILESTONES
from incident_analytics.tracker import incident_ids

__all__ = [
    "ENDS",
    "NEEDED",
    "Difference",
    "Match",
    "Reported",
    "differences",
    "incident_tool_problems",
    "match_rows",
    "reported_incidents",
]

ENDS: Final = ("mitigated", "restored", "closed")
"""Milestones of which the last one counts where a tool has several rows of an incident, and none while one goes on.

Of the others the first one counts.
"""
_NEAR: Final = timedelta(hours=1)
"""How far from an incident's first instants a row begins that is matched by its service alone."""
_SAME_DAYS: Final = timedelta(days=1)
"""How far from an incident a row begins whose key its report names."""
_SAME_MONTH: Final = timedelta(days=30)
"""How far from an incident a row begins that names it: one that names it much later is its follow-up."""
_TEXTS: Final = ("summary", "what_happened", "why_it_happened")
_FIRST: Final = ("started", "detected", "responded")
_WORD: Final = compile_late(r"#?\w+(?:[-.]\w+)*")
_NUMBERED: Final = compile_late(
    r"\b(pager ?duty|pd|ops ?genie|og)\b[\s:]{0,3}(?:incident|alert|page)?[\s:]{0,3}#?(\d{1,12})\b", re.IGNORECASE
)


class Columns(Protocol):
    """A table by column, with None for NA."""

    def __getitem__(self, column: str, /) -> Sequence[Any]: ...


Tables = Mapping[str, Columns]


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report says of an incident, as far as it is compared with a tool's row.

    Attributes
    ----------
    incident_id, path
        Whose it is.
    services
        The services that it affected.
    times, lines, written
        The instant of each milestone, the line that it was read from, and that line's words.
    begins, begun
        The first and the last of the instants at which it may have begun: its start, detection and first response.
    names
        All words of its texts that may be a row's name, folded.
    """

    incident_id: str
    path: str
    services: frozenset[str]
    times: Mapping[str, datetime]
    lines: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    begins: datetime | None = None
    begun: datetime | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """What a row of the export belongs to.

    Attributes
    ----------
    incident_id
        The incident that it is a second record of; None where it is of none, or of nobody knows which.
    matched_by
        ``id``, ``key`` or ``service``; None without an incident.
    candidates
        The incidents that it may belong to, where it is not clear to which.
    """

    incident_id: str | None = None
    matched_by: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A milestone for which a report and the tool have times that differ by more than the tolerance."""

    reported: Reported
    row: ToolRow
    milestone: str
    n_rows: int = 1  # that the tool has of the incident

    @property
    def apart(self) -> timedelta:
        """How much later the tool has it than the report."""
        return self.row.times[self.milestone] - self.reported.times[self.milestone]


NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "incidents": (
        *("incident_id", "path", "occurred_at", "ended_at", *_TEXTS),
        *(f"{milestone}_at" for milestone in MILESTONES),
    ),
    "services": ("incident_id", "service", "affected"),
    "readings": ("incident_id", "field", "line", "as_written"),
    "fields": ("incident_id", "line", "value"),
    "timeline": ("incident_id", "event"),
    "findings": ("incident_id", "text", "detail"),
    "actions": ("incident_id", "line"),
}
"""The columns that `reported_incidents` reads."""


def reported_incidents(tables: Tables, settings: Settings) -> list[Reported]:
    """Return what the reports say.

    Parameters
    ----------
    tables
        Those of `NEEDED`.
    settings
        By which names their services are known.
    """
    services, names = _services(tables, settings), _names(tables)
    lines: defaultdict[str, dict[str, int]] = defaultdict(dict)
    written: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for incident_id, name, line, words in _rows(tables["readings"], "incident_id", "field", "line", "as_written"):
        lines[incident_id][name], written[incident_id][name] = line, words or ""
    instants_of = {name: f"{name}_at" for name in MILESTONES}
    facts = ("incident_id", "path", "occurred_at", "ended_at", *instants_of.values())
    found = []
    for incident_id, path, occurred, ended, *instants in _rows(tables["incidents"], *facts):
        columns = instants_of
        times = {name: at for name, at in zip(MILESTONES, instants, strict=True) if at is not None}
        if "restored" not in times and ended is not None:
            times["restored"] = ended
            columns = {**columns, "restored": "ended_at"}
        first = [times[name] for name in _FIRST if name in times] + ([] if occurred is None else [occurred])
        found.append(
            Reported(
                incident_id,
                path,
                frozenset(services[incident_id]),
                times,
                {name: lines[incident_id].get(columns[name], 1) for name in times},
                {name: written[incident_id].get(columns[name], "") for name in times},
                begins=min(first, default=None),
                begun=max(first, default=None),
                names=frozenset(names[incident_id]),
            )
        )
    return found


def _rows(table: Columns, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[column] for column in columns), strict=True)


def _services(tables: Tables, settings: Settings) -> defaultdict[str, set[str]]:
    """Return the services that each incident affected, by all their names, folded."""
    aliases = {name: [name, *service.aliases] for name, service in settings.services.items()}
    services: defaultdict[str, set[str]] = defaultdict(set)
    for incident_id, service, affected in _rows(tables["services"], "incident_id", "service", "affected"):
        if affected and service:
            services[incident_id] |= {fold(word) for word in aliases.get(service, [service])}
    return services


def _names(tables: Tables) -> defaultdict[str, set[str]]:
    """Return the words of each report that may name a row; those of action items name follow-ups."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    of_items = set(_rows(tables["actions"], "incident_id", "line"))
    for incident_id, line, value in _rows(tables["fields"], "incident_id", "line", "value"):
        if (incident_id, line) not in of_items:
            names[incident_id] |= _names_in(value)
    for table, columns in (("timeline", ("event",)), ("findings", ("text", "detail")), ("incidents", _TEXTS)):
        for incident_id, *texts in _rows(tables[table], "incident_id", *columns):
            names[incident_id].update(*map(_names_in, texts))
    return names


def _names_in(text: str | None) -> set[str]:
    """Return the words of a text that may name a row, folded.

    Examples
    --------
    >>> sorted(_names_in("Opened as PD #4711, https://acme.pagerduty.com/incidents/Q2K4 (OPS-12)"))[-3:]
    ['pd', 'pd 4711', 'q2k4']
    """
    if not text:
        return set()
    words = {fold(word.lstrip("#")) for word in _WORD.findall(text)}
    return words | {f"{fold(found[1])} {found[2]}" for found in _NUMBERED.finditer(text)}


def match_rows(rows: Sequence[ToolRow], reports: Sequence[Reported], ids: re.Pattern[str]) -> list[Match]:
    """Find the incident that each row is a second record of.

    Parameters
    ----------
    rows
        The export's rows.
    reports
        The incidents.
    ids
        What an incident_id looks like.

    Returns
    -------
    list
        Of each row its match. An incident named by a row counts first, then a row named by a report, then one that
        begins within an hour of the incident's first instants, before its end, and names a service that it affected. A
        row that may belong to several incidents is matched with none. Several rows of a tool may belong to one
        incident, as where each alarm of it paged: see `ENDS`.
    """
    known = {fold(report.incident_id): report for report in reports}
    by_name: defaultdict[str, list[Reported]] = defaultdict(list)
    by_service: defaultdict[str, list[Reported]] = defaultdict(list)
    for report in reports:
        for name in report.names:
            by_name[name].append(report)
        for service in report.services:
            by_service[service].append(report)

    def of_id(row: ToolRow) -> list[Reported]:
        words = [word[:ID_ROOM] for cell in row.cells for word in cell.split()]
        named = {fold(found[0]) for word in words for found in ids.finditer(word)}
        named |= {fold(cell.strip()) for cell in row.cells}
        return [known[name] for name in sorted(named & known.keys())]

    def of_key(row: ToolRow) -> list[Reported]:
        return _near(row, [report for name in sorted(row.names) for report in by_name.get(name, ())], _SAME_DAYS)

    def of_service(row: ToolRow) -> list[Reported]:
        near = _near(row, [each for name in row.services for each in by_service.get(fold(name), ())], _NEAR)
        return [each for each in near if "restored" not in each.times or not _is_after(row, each.times["restored"])]

    matches = [Match() for _ in rows]
    ways: Mapping[str, Callable[[ToolRow], list[Reported]]] = {"id": of_id, "key": of_key, "service": of_service}
    for way, candidates_of in ways.items():
        found = {
            index: sorted({report.incident_id for report in reports_of})
            for index, row in enumerate(rows)
            if matches[index] == Match() and (reports_of := candidates_of(row))
        }
        for index, candidates in found.items():
            is_clear = len(candidates) == 1
            if way == "id" and not _near(rows[index], [known[fold(name)] for name in candidates], _SAME_MONTH):
                is_clear = False
            matches[index] = Match(candidates[0], way) if is_clear else Match(candidates=tuple(candidates))
    return matches


def _near(row: ToolRow, reports: Sequence[Reported], within: timedelta) -> list[Reported]:
    """Return the incidents from whose first instants a row begins not far."""
    begins = row.begins
    return [
        report
        for report in reports
        if begins is not None
        and report.begins is not None
        and report.begun is not None
        and report.begins - within <= begins <= report.begun + within
    ]


def _is_after(row: ToolRow, instant: datetime) -> bool:
    return row.begins is not None and row.begins > instant


def differences(
    rows: Sequence[ToolRow], matches: Sequence[Match], reports: Sequence[Reported], tolerance: timedelta
) -> list[Difference]:
    """List the times of matched rows that differ from the report's by more than the tolerance, by incident.

    Of several rows that a tool has of one incident the one counts that `ENDS` says.
    """
    known = {report.incident_id: report for report in reports}
    by_record: defaultdict[tuple[str, str], list[ToolRow]] = defaultdict(list)
    for row, match in zip(rows, matches, strict=True):
        if match.incident_id is not None:
            by_record[match.incident_id, row.tool].append(row)
    found = [
        Difference(known[incident_id], counted, milestone, len(own))
        for (incident_id, _), own in by_record.items()
        for milestone in MILESTONES
        if milestone in known[incident_id].times and (counted := _of_milestone(own, milestone)) is not None
    ]
    return sorted((each for each in found if abs(each.apart) > tolerance), key=lambda each: each.reported.incident_id)


def _of_milestone(rows: Sequence[ToolRow], milestone: str) -> ToolRow | None:
    """Return the row of an incident that says when a milestone was, None where none does."""
    having = [row for row in rows if milestone in row.times]
    if not having or (milestone in ENDS and len(having) < len(rows)):
        return None
    return (max if milestone in ENDS else min)(having, key=lambda row: row.times[milestone])


def incident_tool_problems(settings: Settings, tables: Tables) -> Iterator[tuple[str, str, int, str, str | None]]:
    """Give what of the export can't be read or used, and where it differs from the reports.

    Parameters
    ----------
    settings
        The settings.
    tables
        As `reported_incidents` takes them.

    Yields
    ------
    tuple
        Code, path, line, message, and whose problem it is: an incident_id, or None of the export alone.
    """
    rows, problems = read_tool_rows(settings)
    for file, problem in problems:
        yield problem.code, file.as_posix(), problem.line, problem.message, None
    if settings.incident_tool is None or not rows:
        return
    reports = reported_incidents(tables, settings)
    matches = match_rows(rows, reports, incident_ids(settings))
    for row, match in zip(rows, matches, strict=True):
        if match.candidates:
            message = f"{row.tool} {row.key} may belong to {', '.join(match.candidates)}, so it is not used"
            advice = "name its incident in the tool, or its key in the report"
            yield "ambiguous-match", row.file.as_posix(), row.line, f"{message}; {advice}", None
    for each in differences(rows, matches, reports, settings.incident_tool.tolerance):
        report, row, milestone = each.reported, each.row, each.milestone
        one_of = f", one of {each.n_rows} records of it" if each.n_rows > 1 else ""
        there = f"{row.tool} {row.key} ({row.file.name}:{row.line}{one_of})"
        here, other = (f"{at:%Y-%m-%d %H:%M}" for at in (report.times[milestone], row.times[milestone]))
        message = f"{milestone} at {here} UTC here, at {other} UTC in {there}; correct whichever is wrong"
        yield "time-difference", report.path, report.lines[milestone], message, report.incident_id
