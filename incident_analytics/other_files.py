"""The problems of the files named in the settings: corrections, tracker, metrics, incident tool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.csv_files import CsvProblem
from incident_analytics.reading import Corrections
from incident_analytics.records import KEY, Table
from incident_analytics.schema import problem_row

if TYPE_CHECKING:
    from incident_analytics.tracker import ReportedItem

__all__ = ["file_problems", "stale_corrections", "tool_problems"]


def file_problems(
    raw: Mapping[str, Table], settings: Settings, of_corrections: Sequence[CsvProblem]
) -> Iterator[dict[str, Any]]:
    """Yield the problems of the files that the settings name next to the reports."""
    # What reads these files is imported only where the settings name one: `check` of one report is to be quick.
    of_tracker: Iterable[CsvProblem] = ()
    if settings.tracker:
        from incident_analytics.tracker import tracker_problems

        of_tracker = tracker_problems(settings, _reported_items(raw, settings))
    for part, problems in ((settings.corrections, of_corrections), (settings.tracker, of_tracker)):
        for problem in problems:
            path = part.file.as_posix() if part else ""
            yield problem_row(problem.code, problem.message, path=path, line=problem.line)
    if settings.evidence.metrics is not None:
        from incident_analytics.metric_csv import metric_problems

        for file, problem in metric_problems(settings.evidence.metrics.files, settings.timezone):
            yield problem_row(problem.code, problem.message, path=file.as_posix(), line=problem.line)


def stale_corrections(corrections: Corrections, raw: Mapping[str, Table]) -> Iterator[dict[str, Any]]:
    """Yield a problem for each correction of an incident that has no report."""
    reports = raw["reports"]
    there = {written or stem for written, stem in zip(reports["written_id"], reports["stem"], strict=True)}
    for correction in (each for name, found in corrections.items() if name not in there for each in found):
        message = f"no report of {correction.incident_id!r} was found; correct the id or delete the line"
        yield problem_row("stale-correction", message, path=correction.path, line=correction.line)


def tool_problems(tables: Mapping[str, Table], settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield the problems of the incident tool's export, also where it differs from the reports that count."""
    from incident_analytics.tool_matches import incident_tool_problems

    paths = dict(zip(tables["incidents"][KEY], tables["incidents"]["path"], strict=True))
    for code, path, line, message, incident_id in incident_tool_problems(settings, tables):
        yield problem_row(code, message, path=path, line=line, incident_id=paths.get(incident_id or ""))


def _reported_items(raw: Mapping[str, Table], settings: Settings) -> Iterator[ReportedItem]:
    """Yield the action items of the reports, each with the first day on which its incident may have begun."""
    from incident_analytics.tracker import ReportedItem

    reports, incidents, actions = (raw[name] for name in ("reports", "incidents", "actions"))
    ids = {
        path: written or stem
        for path, written, stem in zip(*(reports[name] for name in ("path", "written_id", "stem")), strict=True)
    }
    zone = ZoneInfo(settings.timezone)
    begun = {
        path: min((day for day in (at and at.astimezone(zone).date(), on) if day), default=None)
        for path, at, on in zip(*(incidents[name] for name in ("path", "occurred_at", "date")), strict=True)
    }
    for path, action, key in zip(*(actions[name] for name in ("incident_id", "action", "key")), strict=True):
        yield ReportedItem(ids[path], action, key, begun[path])
