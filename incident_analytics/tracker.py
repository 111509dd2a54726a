"""The issue tracker's export that the settings name: what it knows about action items, and what of it is unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings, TrackerSettings, read_settings
from incident_analytics.csv_files import CsvError, CsvProblem, CsvRow, CsvTable, parse_csv, read_csv_file
from incident_analytics.errors import SettingsError
from incident_analytics.export_times import read_days, read_ends
from incident_analytics.files import InputError, decode_utf8, parse_json, read_bytes
from incident_analytics.reports.choices import read_action_status
from incident_analytics.reports.placeholders import Unreadable, fold
from incident_analytics.reports.template import ID_ROOM, default_template, read_templates

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReportedItem", "incident_ids", "read_tracker", "tracker_of", "tracker_problems"]

_STATUSES: Final = ("open", "done", "dropped")
_TEXTS: Final = ("key", "incident_id", "action", "owner")
_DATES: Final = ("due_on", "completed_on")
_JIRA_COLUMNS: Final = {
    "key": "Issue key",
    "action": "Summary",
    "status": "Status",
    "owner": "Assignee",
    "due_on": "Due date",
    "completed_on": "Resolved",
}
_EXPORTS: Final[Mapping[str, Mapping[str, str]]] = {
    "jira": _JIRA_COLUMNS,
    "gitlab": {
        "key": "Issue ID",
        "action": "Title",
        "status": "State",
        "owner": "Assignee",
        "due_on": "Due Date",
        "completed_on": "Closed At (UTC)",
    },
    "linear": {
        "key": "ID",
        "action": "Title",
        "status": "Status",
        "owner": "Assignee",
        "due_on": "Due Date",
        "completed_on": "Completed",
    },
}
"""The columns of the CSV exports that have their own."""
_MARKS: Final = ("key", "action", "status")
"""The columns by which an export is recognised."""
_JIRA_STATUSES: Final = {
    **dict.fromkeys(("Declined", "Cannot Reproduce", "Incomplete", "Invalid", "Abandoned"), "dropped"),
    **dict.fromkeys(("Reopened", "Selected for Development"), "open"),
}
_GITHUB_FIELDS: Final = "number,title,state,closedAt,labels,url,assignees"
_GITHUB_DROPPED: Final = frozenset({"wontfix", "duplicate", "invalid"})
"""The labels of every new GitHub repository that say why an issue was closed without being done."""


@dataclass(frozen=True, slots=True)
class ReportedItem:
    """An action item as a report has it, and the first day on which its incident may have begun; None where unknown."""

    incident_id: str
    action: str
    key: str | None
    begun: date | None


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of an export: its words by the tracker's columns, and the line where it begins."""

    words: Mapping[str, str]
    line: int


def read_tracker(settings: Settings | str | Path, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Read the issue tracker's export that the settings name.

    Parameters
    ----------
    settings
        A `Settings` with a ``[tracker]`` section, or the path of a settings file. The format there is one of

        - ``csv``: a table with a header, whose columns the settings name; where they name none, the export of Jira,
          GitLab or Linear by its columns, or the JSON of GitHub, GitLab or Jira
        - ``jira``: Jira's CSV export with at least ``Issue key``, and ``Summary``, ``Status``, ``Resolution``,
          ``Assignee``, ``Due date``, ``Resolved`` and ``Labels`` where it has them; the settings may name others
        - ``gitlab``, ``linear``: the CSV export of GitLab or Linear; of GitLab also the JSON of ``glab issue list
          --all --output json``
        - ``github``: the JSON of ``gh issue list --state all --limit 1000 --json
          number,title,state,closedAt,labels,url,assignees``; ``stateReason`` is read too where it is there

        ``csv`` and ``jira`` also take a file ``*.json`` with the answer of Jira's REST search: ``issues``, each with
        ``key`` and in ``fields`` the ``summary``, ``status``, ``resolution``, ``assignee``, ``duedate``,
        ``resolutiondate`` and ``labels``.
    as_of
        The instant as of which items are wanted: one that was completed at a later instant is open, without a date
        of completion. An item of which the export has only the day keeps it. None takes all as it is.

    Returns
    -------
    pandas.DataFrame
        A row an item of the export: key, incident_id, action, owner (str), status (open, done or dropped; NA where the
        export's word for it is unknown or empty), due_on, completed_on (datetime64[us], naive midnights). NA where
        the export has no such column, an empty cell, or a date that cannot be read. `load` reports what cannot be read
        among its ``problems``.

        Of Jira a resolution gives the status where there is one; next to a status that is open it is unknown. Of GitHub
        the key is ``#12``; a closed issue is done unless its reason, or a label ``wontfix``, ``duplicate`` or
        ``invalid``, says that it was dropped. The incident_id of both is the one that the labels name; NA where they
        name none, or several.

        Dates are read as `read_days` reads a column; completed_on is the day in the settings' zone where the export
        has the instant, such as ``2025-03-14T23:30:00Z``, and the day as written where it names no zone.

    Raises
    ------
    ColumnsError
        ``as_of 2025-10-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")``
    SettingsError
        ``tracker.csv: no column 'Key'; it has Id, Summary, ...``, ``issues.json: no field 'state' in every issue; write
        gh issue list --state all --limit 1000 --json number,title,...``
    """
    from incident_analytics.checks import require_instant

    require_instant("as_of", as_of)
    if not isinstance(settings, Settings):
        settings = read_settings(settings)
    if settings.tracker is None:
        raise SettingsError(f"{settings.path}: no [tracker] section names an export")
    try:
        columns, *_ = _read(settings.tracker, settings, as_of)
    except CsvError as error:
        raise SettingsError(error.located(settings.tracker.file)) from error
    import pandas as pd

    dtypes = dict.fromkeys(columns, "str") | dict.fromkeys(_DATES, "datetime64[us]")
    return pd.DataFrame({name: pd.Series(values, dtype=dtypes[name]) for name, values in columns.items()})


def tracker_problems(settings: Settings, reported: Iterable[ReportedItem] = ()) -> list[CsvProblem]:
    """Return what of the tracker's export cannot be read or used; none where the settings name no export.

    Parameters
    ----------
    settings
        The settings.
    reported
        The action items of the reports, which an item of the export may contradict.
    """
    if settings.tracker is None:
        return []
    try:
        known, lines, problems = _read(settings.tracker, settings)
    except CsvError as error:
        return [CsvProblem("unreadable-file", error.line or 1, str(error))]
    problems += _early_ends(known, lines, reported)
    return sorted(problems, key=lambda problem: problem.line)


def _read_items(
    tracker: TrackerSettings, settings: Settings
) -> tuple[Sequence[_Item], Mapping[Any, str], list[CsvProblem]]:
    """Return the items as written, the heading of each column, and the problems of the file's rows."""
    if tracker.format == "github" or (tracker.file.suffix == ".json" and not tracker.columns):
        return _issue_items(tracker.file, settings), {}, []
    try:
        table = read_csv_file(tracker.file)
    except OSError as error:
        raise CsvError(str(error.strerror)) from error
    form = _recognised(table) if tracker.format == "csv" and not tracker.columns else tracker.format
    headings = tracker.columns if form == "csv" else _known_columns(table, form, tracker.columns)
    items = _csv_items(table, headings)
    if form == "jira":
        items = _jira_items(table, items, tracker.columns, settings)
    elif form != "csv":
        items = _other_items(table, items, tracker.columns, headings, settings)
    return items, headings, list(table.problems)


def _read(
    tracker: TrackerSettings, settings: Settings, as_of: pd.Timestamp | None = None
) -> tuple[dict[str, list[Any]], list[int], list[CsvProblem]]:
    """Return the items by column, their lines, and the problems; a CsvError says why there are no items."""
    items, headings, problems = _read_items(tracker, settings)
    known: dict[str, list[Any]] = {
        name: [item.words.get(name, "").strip() or None for item in items] for name in _TEXTS
    }
    synonyms = default_template().synonyms("action_statuses") | _JIRA_STATUSES
    stated, workflows = _column(items, "status"), _column(items, "workflow")
    meant = {words: _status(words, synonyms) for words in {*stated, *workflows}}  # a few words of many items
    columns: dict[str, Sequence[str | date | Unreadable | None]] = {
        "status": [meant[words] for words in stated],
        "due_on": read_days(_column(items, "due_on")),
    }
    ends = read_ends(_column(items, "completed_on"), ZoneInfo(settings.timezone))
    columns["completed_on"] = [end.date() if isinstance(end, datetime) else end for end in ends]
    for name, values in columns.items():
        for item, value in zip(items, values, strict=True):
            if isinstance(value, Unreadable):
                problems.append(CsvProblem(value.code, item.line, f"{headings.get(name, name)}: {value}"))
        known[name] = [None if isinstance(value, Unreadable) else value for value in values]
    lines = [item.line for item in items]
    for row, workflow in enumerate(workflows):
        if meant[workflow] == "open" and known["status"][row] in {"done", "dropped"}:
            words = items[row].words
            message = f"{_name(known, row)} has the Status {words['workflow']!r} and the Resolution {words['status']!r}"
            problems.append(CsvProblem("contradiction", lines[row], f"{message}; correct one or the other"))
            known["status"][row] = None
    problems += _contradictions(known, lines)
    for row, status in enumerate(known["status"]):
        if status == "open" and (day := known["completed_on"][row]) is not None:
            message = f"{_name(known, row)} is open, but was completed {day}; correct one or the other"
            problems.append(CsvProblem("contradiction", lines[row], message))
    for row, end in enumerate(ends):
        if as_of is not None and isinstance(end, datetime) and end > as_of:
            known["completed_on"][row] = None
            known["status"][row] = "open"
    return known, lines, sorted(problems, key=lambda problem: problem.line)


def _name(known: Mapping[str, Sequence[Any]], row: int) -> str:
    return str(known["key"][row] or repr(known["action"][row] or "the item"))


def _early_ends(
    known: Mapping[str, Sequence[Any]], lines: Sequence[int], reported: Iterable[ReportedItem]
) -> Iterator[CsvProblem]:
    """Find items completed before each of the incidents that they are matched with: that date is not used."""
    keys = {_folded(key) for key in known["key"]} - {""}
    by_match: dict[tuple[str, ...], list[ReportedItem]] = {}
    for item in reported:
        key = _folded(item.key)
        match = (key,) if key in keys else (item.incident_id, _folded(item.action))
        by_match.setdefault(match, []).append(item)
    for row, completed in enumerate(known["completed_on"]):
        matches = [(_folded(known["key"][row]),), (known["incident_id"][row] or "", _folded(known["action"][row]))]
        items = [item for match in matches for item in by_match.get(match, ())]
        if completed is None or not items or any(item.begun is None or completed >= item.begun for item in items):
            continue
        first = min(items, key=lambda item: item.begun or date.max)
        message = f"{_name(known, row)} was completed {completed}, before {first.incident_id} of {first.begun}"
        yield CsvProblem("contradiction", lines[row], f"{message}, so that date is not used; correct it")


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _contradictions(known: Mapping[str, Sequence[Any]], lines: Sequence[int]) -> Iterator[CsvProblem]:
    """Find rows of one key, or of one incident and text, that disagree: `join_tracker` takes none."""
    folded = {name: [_folded(text) for text in known[name]] for name in ("key", "action")}
    facts = list(zip(known["status"], known["due_on"], known["completed_on"], strict=True))
    by_key: dict[Any, list[int]] = {}
    by_text: dict[Any, list[int]] = {}
    for row, (key, incident_id, action) in enumerate(
        zip(folded["key"], known["incident_id"], folded["action"], strict=True)
    ):
        if key:
            by_key.setdefault(key, []).append(row)
        if incident_id and action:
            by_text.setdefault((incident_id, action), []).append(row)
    for groups, column, keys in ((by_key, "key", [""] * len(lines)), (by_text, "action", folded["key"])):
        for rows in groups.values():
            if len({(keys[row], facts[row]) for row in rows}) == 1:
                continue
            if column == "action" and len({keys[row] for row in rows}) == 1 and keys[rows[0]]:
                continue  # reported for the key
            conflicting = [lines[row] for row in rows]
            # GitHub's issues have no lines; they have keys, each its own.
            *before, last = (
                map(str, conflicting) if len(set(conflicting)) > 1 else (known["key"][row] or "-" for row in rows)
            )
            where = f"{'lines ' if len(set(conflicting)) > 1 else ''}{', '.join(before)} and {last}"
            message = f"{where} disagree on {known[column][rows[0]]!r}"
            what = "" if column == "key" else " for an item without a key"
            yield CsvProblem("contradiction", lines[rows[-1]], f"{message}, so none is used{what}; keep one of them")


def _column(items: Sequence[_Item], name: str) -> list[str]:
    return [item.words.get(name, "") for item in items]


def _status(text: str, synonyms: Mapping[str, str]) -> str | Unreadable | None:
    try:
        choice = read_action_status(text, _STATUSES, synonyms)
    except Unreadable as error:
        return error
    if choice is None or len(choice.named) == 1:
        return choice.word if choice else None
    return Unreadable(f"{text.strip()!r} names {' and '.join(choice.named)}; write the one that counts")


# --- what an export holds --------------------------------------------------------------------------------------------


def _csv_items(table: CsvTable, columns: Mapping[Any, str]) -> list[_Item]:
    """Return the words of the columns that the settings or Jira name."""
    positions = {name: table.position(column) for name, column in columns.items()}
    return [_Item({name: row.cells[at] for name, at in positions.items()}, row.line) for row in table.rows]


def _recognised(table: CsvTable) -> str:
    """Return the tracker whose export has such columns."""
    for form, columns in _EXPORTS.items():
        if all(table.positions(columns[name]) for name in _MARKS):
            return form
    raise CsvError(
        "its columns are not those of Jira, GitLab or Linear; name them, such as columns = { key = 'Key' }", table.line
    )


def tracker_of(file: Path) -> str | None:
    """Return the format of a CSV file that has the columns of a tracker's export; None for all others."""
    try:
        return _recognised(parse_csv(read_bytes(file)))
    except (CsvError, OSError):
        return None


def _known_columns(table: CsvTable, form: str, columns: Mapping[Any, str]) -> dict[str, str]:
    there = {name: column for name, column in _EXPORTS[form].items() if name == "key" or table.positions(column)}
    return {**there, **columns}


def _jira_items(table: CsvTable, items: Sequence[_Item], columns: Mapping[Any, str], settings: Settings) -> list[_Item]:
    """Add what the resolution and the labels say, where the settings name no columns for it."""
    by_resolution = "status" not in columns and bool(table.positions("Resolution"))
    resolution = table.position("Resolution") if by_resolution else 0
    labels = table.positions("Labels")  # repeated for each label of the item that has the most
    ids = incident_ids(settings)

    def completed(item: _Item, row: CsvRow) -> _Item:
        words = dict(item.words)
        if by_resolution and fold(row.cells[resolution]) not in {"", "unresolved"}:
            words["status"] = row.cells[resolution]
            words["workflow"] = item.words.get("status", "")
        if "incident_id" not in columns:
            words["incident_id"] = _labelled([row.cells[at] for at in labels], ids)
        return _Item(words, item.line)

    return [completed(item, row) for item, row in zip(items, table.rows, strict=True)]


def _other_items(
    table: CsvTable,
    items: Sequence[_Item],
    columns: Mapping[Any, str],
    headings: Mapping[Any, str],
    settings: Settings,
) -> list[_Item]:
    """Add the incident that labels of GitLab or Linear name, GitLab's mark of an issue, and the zone of a column."""
    labels, ids = table.positions("Labels"), incident_ids(settings)

    def completed(item: _Item, row: CsvRow) -> _Item:
        words = dict(item.words)
        if "incident_id" not in columns:
            words["incident_id"] = _labelled([label for at in labels for label in row.cells[at].split(",")], ids)
        if headings["key"] == _EXPORTS["gitlab"]["key"] and words["key"].strip().isdecimal():
            words["key"] = f"#{words['key'].strip()}"
        if headings.get("completed_on", "").endswith("(UTC)") and words["completed_on"].strip():
            words["completed_on"] += " UTC"
        return _Item(words, item.line)

    return [completed(item, row) for item, row in zip(items, table.rows, strict=True)]


def _issue_items(file: Path, settings: Settings) -> list[_Item]:
    """Return the issues of the JSON of GitHub, GitLab or Jira."""
    ids = incident_ids(settings)
    ask = f"write gh issue list --state all --limit 1000 --json {_GITHUB_FIELDS}"
    try:
        found = parse_json(decode_utf8(read_bytes(file)))
        if isinstance(found, dict) and "issues" in found:
            found = found["issues"]
            ask = "write the answer of Jira's search with its fields summary, status, resolutiondate and others"
        return [_Item(_json_words(issue, ids), 1) for issue in found]
    except KeyError as error:
        raise CsvError(f"no field {error} in every issue; {ask}", 1) from error
    except OSError as error:
        raise CsvError(str(error.strerror)) from error
    except ValueError as error:
        raise CsvError(f"{error}; {ask}", error.line if isinstance(error, InputError) else 1) from error
    except (AttributeError, TypeError, RecursionError) as error:
        raise CsvError(f"no list of issues; {ask}", 1) from error


def _json_words(issue: Mapping[str, Any], ids: re.Pattern[str]) -> dict[str, str]:
    """Return what an issue says as words, by the fields that only one of the trackers has."""
    read = _jira_words if "fields" in issue else _gitlab_words if "iid" in issue else _issue_words
    words = read(issue, ids)
    if not all(isinstance(text, str) for text in words.values()):
        raise TypeError
    return words


def _jira_words(issue: Mapping[str, Any], ids: re.Pattern[str]) -> dict[str, str]:
    """Return what Jira's REST API says of an issue as words: a resolution gives the status where there is one."""
    fields = issue["fields"]
    status, resolution = fields["status"]["name"], (fields.get("resolution") or {}).get("name") or ""
    is_resolved = fold(resolution) not in {"", "unresolved"}
    return {
        "key": issue["key"],
        "incident_id": _labelled(map(str, fields.get("labels") or ()), ids),
        "action": fields["summary"],
        "owner": (fields.get("assignee") or {}).get("displayName") or "",
        "status": resolution if is_resolved else status,
        "workflow": status if is_resolved else "",
        "due_on": fields.get("duedate") or "",
        "completed_on": fields.get("resolutiondate") or "",
    }


def _issue_words(issue: Mapping[str, Any], ids: re.Pattern[str]) -> dict[str, str]:
    """Return what GitHub says of an issue as words, the reason for which it was closed as its status."""
    labels = [label["name"] for label in issue.get("labels", ())]
    is_open = fold(issue["state"]) == "open"
    is_dropped = not _GITHUB_DROPPED.isdisjoint(map(str.casefold, labels))
    return {
        "key": f"#{issue['number']}",
        "incident_id": _labelled(labels, ids),
        "action": issue["title"],
        "owner": ", ".join(person["login"] for person in issue.get("assignees", ())),
        "status": "open" if is_open else "dropped" if is_dropped else issue.get("stateReason") or issue["state"],
        "due_on": "",
        "completed_on": "" if is_open else issue.get("closedAt") or "",
    }


def _gitlab_words(issue: Mapping[str, Any], ids: re.Pattern[str]) -> dict[str, str]:
    """Return what GitLab says of an issue as words."""
    is_open = fold(issue["state"]) == "opened"
    labels = [str(label) for label in issue.get("labels") or ()]
    is_dropped = not _GITHUB_DROPPED.isdisjoint(map(str.casefold, labels))
    return {
        "key": f"#{issue['iid']}",
        "incident_id": _labelled(labels, ids),
        "action": issue["title"],
        "owner": ", ".join(person["name"] for person in issue.get("assignees") or ()),
        "status": "open" if is_open else "dropped" if is_dropped else "closed",
        "due_on": issue.get("due_date") or "",
        "completed_on": "" if is_open else issue.get("closed_at") or "",
    }


def incident_ids(settings: Settings) -> re.Pattern[str]:
    """Return what an incident's id looks like by the templates; one that takes any word for an id says nothing."""
    templates = read_templates(settings.templates.files, only=settings.templates.only)
    forms = [template.incident_id for template in templates if not re.fullmatch(template.incident_id, "any-word")]
    return re.compile("|".join(rf"(?<![\w-])(?:{form})(?![\w-])" for form in forms))


def _labelled(labels: Iterable[str], ids: re.Pattern[str]) -> str:
    """Return the one incident_id that labels name, nothing where they name none or several."""
    named = {match[0] for label in labels for match in ids.finditer(label[:ID_ROOM])}
    return named.pop() if len(named) == 1 else ""
