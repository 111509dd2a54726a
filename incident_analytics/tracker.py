"""An issue tracker's export: CSV, Jira or GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import SettingsError
from incident_analytics.files import open_regular, read_bytes
from incident_analytics.reports.template import default_template, read_templates
from incident_analytics.reports.times import read_date
from incident_analytics.reports.values import Unreadable, fold, read_word

__all__ = ["read_tracker"]

_TRACKER_STATUSES = ("open", "done", "dropped")
_TRACKER_WORDS = ("key", "incident_id", "action", "owner", "status", "due_on", "completed_on")
"""What is read of each item, as words."""
_JIRA_COLUMNS = {
    "key": "Issue key",
    "action": "Summary",
    "status": "Status",
    "owner": "Assignee",
    "due_on": "Due date",
    "completed_on": "Resolved",
}
_JIRA_WORDS = {
    **dict.fromkeys(("Declined", "Cannot Reproduce", "Incomplete", "Invalid", "Abandoned"), "dropped"),
    **dict.fromkeys(("Reopened", "Selected for Development"), "open"),
}
_JIRA_DAY = re.compile(r"^(\d{1,2})/([A-Za-z]{3})/(?:20)?(\d{2})\b")
_GITHUB_FIELDS = "number,title,state,closedAt,labels,url,assignees"
_GITHUB_DROPPED = frozenset({"wontfix", "duplicate", "invalid"})
"""The labels of every new GitHub repository that tell why an issue was closed without being done."""


def read_tracker(settings: Settings | str | Path) -> pd.DataFrame:
    """Read the issue tracker's export that the settings name.

    Parameters
    ----------
    settings
        A `Settings` with a ``[tracker]`` section, or the path of a settings file. The format there is one of

        - ``csv``: a table with a header, whose columns the settings name
        - ``jira``: Jira's CSV export with at least ``Issue key``, and ``Summary``, ``Status``, ``Resolution``,
          ``Assignee``, ``Due date``, ``Resolved`` and ``Labels`` where it has them; the settings may name others
        - ``github``: the JSON of ``gh issue list --state all --limit 1000 --json
          number,title,state,closedAt,labels,url,assignees``; ``stateReason`` is read too where it is there

    Returns
    -------
    pandas.DataFrame
        A row an item of the export: key, incident_id, action, owner (str), status (open, done or dropped; NA where the
        export's word for it is unknown or empty), due_on, completed_on (datetime64[us], naive midnights). NA where
        the export has no such column, an empty cell, or words that are no date.

        Of Jira a resolution tells the status where there is one. Of GitHub the key is ``#12``; a closed issue is done
        unless its reason, or a label ``wontfix``, ``duplicate`` or ``invalid``, tells that it was dropped. The
        incident_id of both is the one that the labels name; NA where they name none, or several.

    Raises
    ------
    SettingsError
        ``tracker.csv: no column 'Key'; it has Id, Summary, ...``, ``issues.json: no field 'state' in every issue; write
        gh issue list --state all --limit 1000 --json number,title,...``
    """
    if not isinstance(settings, Settings):
        settings = read_settings(settings)
    if settings.tracker is None:
        raise SettingsError(f"{settings.path}: no [tracker] section names an export")
    file, columns = settings.tracker.file, settings.tracker.columns
    if settings.tracker.format == "github":
        rows = _github_rows(file, settings)
    elif settings.tracker.format == "jira":
        rows = _jira_rows(file, columns, settings)
    else:
        rows = _named_columns(file, _csv_rows(file), columns)
    tracker = pd.DataFrame(index=rows.index)
    for name in ("key", "incident_id", "action", "owner"):
        words = rows[name].str.strip()
        tracker[name] = words.mask(words == "").astype("str")
    synonyms = default_template().synonyms("action_statuses") | _JIRA_WORDS
    tracker["status"] = rows["status"].map(lambda words: _status(words, synonyms)).astype("str")
    for name in ("due_on", "completed_on"):
        tracker[name] = rows[name].map({words: _day(words) for words in rows[name].unique()}).astype("datetime64[us]")
    return tracker


def _csv_rows(file: Path) -> pd.DataFrame:
    try:
        with open_regular(file) as stream:
            return pd.read_csv(stream, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{file}: {error}") from error


def _named_columns(file: Path, raw: pd.DataFrame, columns: Mapping[Any, str]) -> pd.DataFrame:
    """Return the columns that a tracker tells by their names here, empty where none is named."""
    for column in columns.values():
        if column not in raw.columns:
            raise SettingsError(f"{file}: no column {column!r}; it has {', '.join(raw.columns)}")
    nothing = pd.Series("", index=raw.index, dtype="str")
    return pd.DataFrame({name: raw[columns[name]] if name in columns else nothing for name in _TRACKER_WORDS})


def _jira_rows(file: Path, columns: Mapping[Any, str], settings: Settings) -> pd.DataFrame:
    raw = _csv_rows(file)
    there = {name: column for name, column in _JIRA_COLUMNS.items() if name == "key" or column in raw.columns}
    rows = _named_columns(file, raw, {**there, **columns})
    if "Resolution" in raw.columns and "status" not in columns:
        unresolved = raw["Resolution"].str.strip().str.casefold().isin(["", "unresolved"])
        rows["status"] = rows["status"].where(unresolved, raw["Resolution"])
    if "incident_id" not in columns:
        # Jira repeats the column for each label of the item that has the most; pandas numbers the repetitions.
        labels = raw[[column for column in raw.columns if re.fullmatch(r"Labels(\.\d+)?", column)]]
        ids = _incident_ids(settings)
        named = [_labelled(found, ids) for found in labels.to_numpy().tolist()]
        rows["incident_id"] = pd.Series(named, index=raw.index, dtype="str")
    for name in ("due_on", "completed_on"):
        rows[name] = rows[name].str.replace(_JIRA_DAY, r"\1 \2 20\3", regex=True)
    return rows


def _github_rows(file: Path, settings: Settings) -> pd.DataFrame:
    ids = _incident_ids(settings)
    ask = f"write gh issue list --state all --limit 1000 --json {_GITHUB_FIELDS}"
    try:
        rows = [_issue_words(issue, ids) for issue in json.loads(read_bytes(file).decode("utf-8-sig"))]
    except KeyError as error:
        raise SettingsError(f"{file}: no field {error} in every issue; {ask}") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: {error}; {ask}") from error
    except (AttributeError, TypeError) as error:
        raise SettingsError(f"{file}: no list of issues; {ask}") from error
    return pd.DataFrame(rows, columns=list(_TRACKER_WORDS), dtype="str")


def _issue_words(issue: Mapping[str, Any], ids: re.Pattern[str]) -> dict[str, str]:
    """Return what GitHub tells of an issue as words, the reason for which it was closed as its status."""
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


def _incident_ids(settings: Settings) -> re.Pattern[str]:
    """Return what an incident's id looks like by the templates; one that takes any word for an id tells nothing."""
    templates = read_templates(settings.templates.files)
    forms = [template.incident_id for template in templates if not re.fullmatch(template.incident_id, "any-word")]
    return re.compile("|".join(rf"(?<![\w-])(?:{form})(?![\w-])" for form in forms))


def _labelled(labels: Iterable[str], ids: re.Pattern[str]) -> str:
    """Return the one incident_id that labels name, nothing where they name none or several."""
    named = {match[0] for label in labels for match in ids.finditer(label)}
    return named.pop() if len(named) == 1 else ""


def _day(text: str) -> pd.Timestamp | None:
    try:
        day = read_date(text)
    except Unreadable:
        return None
    return None if day is None else pd.Timestamp(day)


def _status(text: str, synonyms: dict[str, str]) -> str | None:
    try:
        return read_word(text, _TRACKER_STATUSES, synonyms)
    except Unreadable:
        return None
