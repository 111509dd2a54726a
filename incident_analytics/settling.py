"""The reports of many files to one set of records: which of them count, and under which id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.other_files import tool_problems
from incident_analytics.records import KEY, Records, Table, note_others
from incident_analytics.reports.zones import zone_named
from incident_analytics.schema import STATUSES, TABLES, UNCOUNTED_STATUSES, problem_row

__all__ = ["settle"]

_CALLED_A_COPY: Final = re.compile(
    r"copy of\b|.*(?:[\W_]copy(?: ?\(?\d+\)?)?\)?|\(\d+\)|[\W_](?:backup|bak|old))$", re.IGNORECASE
)
"""How a copy's file is called: ``PM-7 (copy)``, ``Copy of PM-7``, ``PM-7 (1)``, ``PM-7.bak``."""
Copies = Mapping[str, tuple[dict[str, Any], dict[str, Any]]]
"""The copies by path, each with the report that counts."""


def settle(raw: Mapping[str, Table], problems: Sequence[Mapping[str, Any]], settings: Settings) -> Records:
    """Settle which reports count and under which ids, and ignore the problems that the settings ignore.

    ``problems`` are those of other files; where they are of an incident, that is its report's path.
    """
    reports = _rows(raw["reports"])
    copies = _copies(reports)
    ids = _settle_ids([report for report in reports if report["path"] not in copies])
    uncounted = {each["path"]: each["status"] for each in reports if each["status"] in UNCOUNTED_STATUSES}
    names = {path: name for path, name in ids.items() if path not in uncounted}
    paths = raw["files"]["path"]
    of_no_report = {path: None for path in paths if path not in ids and path not in copies}
    tables = {name: raw[name].renamed(names) for name in TABLES if name not in {"problems", "files"}}
    tables["files"] = note_others(_note_copies(raw["files"], copies), uncounted)
    if settings.incident_tool is not None:
        problems = [*problems, *tool_problems(tables, settings)]
    found = raw["problems"].renamed({**names, **of_no_report})
    found = found.with_rows([{**row, KEY: ids.get(row.get(KEY, ""))} for row in (*problems, *_copy_problems(copies))])
    found = found.without("code", settings.check.ignore)
    if levels := settings.check.levels:
        pairs = zip(found["code"], found["level"], strict=True)
        found = found.replaced("level", [levels.get(code, level) for code, level in pairs])
    tables["problems"] = found
    zones = {
        report["path"]: zone_named(report["zone"]) if report["zone"] else ZoneInfo(settings.timezone)
        for report in reports
    }
    # Where the settings say the zone, even that it is UTC, times without one are read as a person asked for.
    is_asked = "timezone" in settings.model_fields_set
    return Records(
        {name: tables[name] for name in TABLES},
        settings.severities.order,
        raw["coverage"],
        zones=zones,
        unzoned=tuple(each["path"] for each in reports if each["zone_is_assumed"] and each["path"] in names)
        if not is_asked
        else (),
    )


def _rows(table: Table) -> list[dict[str, Any]]:
    columns = list(table)
    return [dict(zip(columns, row, strict=True)) for row in zip(*(table[name] for name in columns), strict=True)]


def _copies(reports: Sequence[dict[str, Any]]) -> Copies:
    """Return the copies among the reports: of those with one ID, in any case, or one text, all but one."""
    groups: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for report in reports:
        if report["status"] not in UNCOUNTED_STATUSES:
            written = report["written_id"]
            groups["id" if written else "text", written.casefold() if written else report["digest"]].append(report)
    kept = [(group, _counted(group)) for group in groups.values() if len(group) > 1]
    return {copy["path"]: (copy, counted) for group, counted in kept for copy in group if copy is not counted}


def _counted(group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the report of a group that counts."""
    named = {report["digest"] for report in group if report["stem"] == report["written_id"]}
    ranks = {status: rank for rank, status in enumerate(STATUSES, start=1)}
    best = max(group, key=lambda report: (report["digest"] in named, ranks.get(report["status"], 0)))
    same = [report for report in group if report["digest"] == best["digest"]]
    return next((report for report in same if not _CALLED_A_COPY.match(report["stem"])), same[0])


def _settle_ids(reports: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give each path its unique incident_id: the one written, else the file's stem, else the stem with ``~2``."""
    ids: dict[str, str] = {}
    owners: set[str] = set()
    numbers: defaultdict[str, int] = defaultdict(int)  # of the stems: a thousand files may all be called index.md
    for report in reports:
        if report["written_id"] and report["status"] not in UNCOUNTED_STATUSES:
            ids[report["path"]] = report["written_id"]
            owners.add(report["written_id"])
    for report in reports:
        if report["path"] in ids:
            continue
        stem = report["stem"].strip()  # as ids are compared
        chosen = report["written_id"] or stem
        while chosen in owners:
            numbers[stem] += 1
            chosen = stem if numbers[stem] == 1 else f"{stem}~{numbers[stem]}"
        owners.add(chosen)
        ids[report["path"]] = chosen
    return ids


def _copy_problems(copies: Copies) -> Iterator[dict[str, Any]]:
    """Yield a problem for each copy, of the incident of the report that counts."""
    for copy, kept in copies.values():
        message = f"not counted: {kept['path']} has the Incident ID {kept['written_id']}, too"
        message = f"{message}; delete one of them, or give it another ID"
        if copy["digest"] == kept["digest"]:
            message = f"a copy of {kept['path']}, not counted; delete one of them"
        yield problem_row("duplicate-id", message, path=copy["path"], line=copy["line"], incident_id=kept["path"])


def _note_copies(files: Table, copies: Copies) -> Table:
    """Return ``files`` in which copies are called so."""
    if not copies:
        return files
    outcomes, reasons = list(files["outcome"]), list(files["reason"])
    for index, path in enumerate(files["path"]):
        if path in copies:
            outcomes[index], reasons[index] = "copy", f"copy of {copies[path][1]['path']}"
    return files.replaced("outcome", outcomes).replaced("reason", reasons)
