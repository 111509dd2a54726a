"""One file to the rows of its reports: what a process that reads does for each."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from incident_analytics.config import Settings
from incident_analytics.files import BOM, decode_text, read_bytes
from incident_analytics.records import KEY, RAW_TABLES, Columns
from incident_analytics.remote import RemoteFile, Source
from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.template import DEFAULT_TEMPLATE, Template, default_template
from incident_analytics.schema import problem_row

if TYPE_CHECKING:
    from incident_analytics.reports.report import Report

__all__ = ["Corrections", "Tables", "excluding_pattern", "lose", "path_of", "read_files"]

Rows = defaultdict[str, list[dict[str, Any]]]
"""Rows by table, as they are read."""
Corrections = Mapping[str, Sequence[Correction]]
"""What is known better than the reports say, by incident_id."""
Tables = dict[str, Columns]
"""The tables of `RAW_TABLES` as plain columns: cheap to send from one process to another."""


def read_files(
    files: Sequence[Source],
    *,
    settings: Settings,
    templates: Sequence[Template],
    corrections: Corrections,
    coverage: bool,
) -> Tables:
    """Read some files; what one of them holds never costs another.

    The rows are joined by ``path`` in the column incident_id: ids may be missing or taken, paths are unique.
    """
    rows: Rows = defaultdict(list)
    templates = _as_before(tuple(templates))
    for file in files:
        own: Rows = defaultdict(list)
        try:
            _read_file(file, settings, templates, corrections, own, coverage=coverage)
        except Exception as error:  # noqa: BLE001 - whatever a reader trips over costs this file alone, and is said
            own = defaultdict(list)
            _leave_out(
                own,
                file.as_posix(),
                f"reading it failed ({type(error).__name__}: {error}); please report this",
                code="unreadable-file",
                outcome="unreadable",
            )
        for name, found in own.items():
            rows[name] += found
    return _as_columns(rows)


@lru_cache(maxsize=8)
def _as_before(templates: tuple[Template, ...]) -> tuple[Template, ...]:
    """Return templates as they first came: a process gets others that are equal with each task, which costs to see."""
    return templates


def _read_file(
    file: Source,
    settings: Settings,
    templates: Sequence[Template],
    corrections: Corrections,
    rows: Rows,
    *,
    coverage: bool,
) -> None:
    # Imported where a report is read: it takes more than half a second, and a load from the cache reads none.
    from incident_analytics.reports.audit import audit_report
    from incident_analytics.reports.coverage import account
    from incident_analytics.reports.parse import read_reports
    from incident_analytics.reports.recognition import Skipped

    path = path_of(file)

    def problem(code: str, line: int, message: str) -> None:
        row = problem_row(code, message, path=path, line=line, incident_id=path)
        rows["problems"].append({**row, "of_incident": True})

    if (pattern := excluding_pattern(file, settings)) is not None:
        return _leave_out(rows, path, f"excluded by {pattern!r} in [check] exclude")
    data, fault_of_file = _read_content(file, settings.limits.file_size)
    if fault_of_file:
        return _leave_out(rows, path, fault_of_file, code="unreadable-file", outcome="unreadable")
    if (lines := data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")) > settings.limits.lines:
        message = f"{lines:,} lines are more than the limit of {settings.limits.lines:,}; raise lines under [limits]"
        return _leave_out(rows, path, message, code="unreadable-file", outcome="unreadable")
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    text, fault = decode_text(data)
    if fault is not None:
        line = len(re.findall(rb"\r\n|\n|\r", data[: fault.start])) + 1
        problem("encoding", line, f"byte {data[fault.start]:#04x} is not UTF-8, read as Windows-1252; save it as UTF-8")
    found = read_reports(text, path, settings, templates, corrections)
    if isinstance(found, Skipped):
        code = "doubtful-report" if found.is_doubtful else "not-a-report"
        return _leave_out(rows, path, found.reason, line=found.line, code=code)
    template, reports = found
    for report in reports:
        audit_report(report, template, settings)
        _collect(report, template.name, PurePath(path), digest, rows)
    if coverage:
        names = RAW_TABLES["coverage"]
        rows["coverage"] += [dict(zip(names, (path, *line), strict=True)) for line in account(text, reports)]
    return None


def excluding_pattern(file: Source, settings: Settings) -> str | None:
    """Return the first glob of ``[check] exclude`` that a file matches, None for none.

    A glob is taken from the settings' folder, or the working folder; one without a slash is that of a name anywhere.
    Of a folder that matches all files are excluded.

    Examples
    --------
    >>> from pathlib import Path
    >>> settings = Settings.model_validate({"check": {"exclude": ["README.md", "docs/**/templates"]}})
    >>> excluding_pattern(Path("docs/a/templates/incident.md"), settings)
    'docs/**/templates'
    """
    if not settings.check.exclude:
        return None
    if isinstance(file, RemoteFile):
        path = file.url.partition("://")[2].lstrip("/")
    else:
        path = os.path.relpath(file, settings.path.parent if settings.path else None).replace(os.sep, "/")
    return next((each for each in settings.check.exclude if _is_named(path, each)), None)


def _is_named(path: str, pattern: str) -> bool:
    """Return whether a path, or a folder that it is in, is what a pattern names; one without a slash may be anywhere.

    ``**`` means any folders; to go back to the last one alone is enough, and takes no time that grows by doubling.
    """
    names, parts = path.split("/"), [*pattern.removeprefix("./").rstrip("/").split("/"), "**"]
    if len(parts) == 2:  # noqa: PLR2004 - one name
        parts.insert(0, "**")
    index = position = since = 0
    folders: int | None = None
    while position < len(names):
        if index < len(parts) and parts[index] == "**":
            folders, since, index = index, position, index + 1
        elif index < len(parts) and fnmatchcase(names[position], parts[index]):
            index, position = index + 1, position + 1
        elif folders is not None:
            since += 1
            index, position = folders + 1, since
        else:
            return False
    return set(parts[index:]) <= {"**"}


def _read_content(file: Source, limit: int) -> tuple[bytes, str]:
    """Return a file's bytes, and why it cannot be read, empty where it can."""
    try:
        if isinstance(file, RemoteFile):
            return file.read(limit).removeprefix(BOM), ""
        if file.is_dir():  # it is among the files as it could not be listed, or as a link that is not followed
            if file.is_symlink():
                return b"", "a link to a folder, not followed; name that folder as well if its reports count"
            return b"", f"cannot be read: {os.strerror(errno.EACCES)}; check the folder and its permissions"
        if (size := file.stat().st_size) > limit:
            return b"", f"{size:,} bytes are more than the limit of {limit:,}; raise file_size under [limits]"
        return read_bytes(file, limit=limit).removeprefix(BOM), ""
    except OSError as error:
        return b"", f"cannot be read: {error.strerror}; check the file and its permissions"


def _leave_out(
    rows: Rows, path: str, message: str, *, line: int = 1, code: str = "not-a-report", outcome: str = "skipped"
) -> None:
    problem = problem_row(code, message, path=path, line=line, incident_id=path)
    rows["problems"].append({**problem, "of_incident": True})
    rows["files"].append({"path": path, "outcome": outcome, "reason": message})


def _collect(report: Report, template: str, file: PurePath, digest: str, rows: Rows) -> None:
    """Add a report's rows to those of its chunk."""
    incident = report.incident
    path, written = incident["path"], incident.get("incident_id")
    line = report.lines.get("incident_id", report.lines["head"])
    named = default_template().id_in(file.stem)
    if written and report.number == 1 and named not in {None, written} and template == DEFAULT_TEMPLATE:
        message = f"the file is named {file.name}, its Incident ID is {written}; rename the file to {written}.md"
        report.problem("file-name-mismatch", line, message)
    report.rows["problems"].sort(key=lambda row: int(row["line"]))
    rows["files"].append({"path": path, "outcome": "loaded", "template": template})
    rows["reports"].append(
        {
            "path": path,
            "written_id": written,
            "stem": file.stem,
            "line": line,
            "status": incident.get("status"),
            "digest": f"{digest}#{report.number}",
            "zone": None if report.zone is None else str(report.zone),
            "zone_is_assumed": report.zone_is_assumed,
        }
    )
    for name, found in report.rows.items():
        for row in found:
            row[KEY] = path
        rows[name] += found


def lose(file: Source, error: Exception) -> Tables:
    """Return the tables of a file whose process ended twice."""
    rows: Rows = defaultdict(list)
    message = f"the process that read it ended ({type(error).__name__}); read it without others, or report this"
    _leave_out(rows, path_of(file), message, code="unreadable-file", outcome="unreadable")
    return _as_columns(rows)


def path_of(file: Source) -> str:
    """Return a file's path as tables have it: a name need not be UTF-8, a table's text must."""
    return os.fsencode(file.as_posix()).decode(errors="replace")


def _as_columns(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Tables:
    return {
        name: Columns({column: [row.get(column) for row in rows.get(name, ())] for column in dtypes})
        for name, dtypes in RAW_TABLES.items()
    }
