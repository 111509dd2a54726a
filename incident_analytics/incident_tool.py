"""The incident tool's export that the settings name: PagerDuty's, Opsgenie's, incident.io's or Jira's incidents."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import compress, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from incident_analytics.config import IncidentToolSettings, Settings, read_settings
from incident_analytics.csv_files import CsvError, CsvProblem, parse_csv
from incident_analytics.errors import SettingsError
from incident_analytics.export_times import read_instants
from incident_analytics.files import BOM, InputError, decode_utf8, matching_paths, parse_json, read_bytes
from incident_analytics.late_patterns import compile_late
from incident_analytics.names import fold
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.schema import MILESTONES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ToolRow", "known_at", "read_incident_tool", "read_tool_rows", "tool_frame", "tool_of"]

_LONGEST: Final = timedelta(days=3650)
"""No incident takes longer, so a longer one is a value in another unit."""
_CELL: Final = 2000
"""Characters of a cell in which an incident is looked for."""


@dataclass(frozen=True)
class _Tool:
    """What an incident tool's export looks like.

    Attributes
    ----------
    name
        What people call the tool.
    marks
        Columns, folded, by any of which it is known; each is a set that must be there together.
    columns
        For each field of a row the columns that may hold it, folded; the first one with a value counts.
    words
        What comes before a row's number where a report names it: numbers alone name anything.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    columns: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...] = ()


_TOOLS: Final = (
    _Tool(
        "PagerDuty",
        (
            frozenset({"incidentnumber", "createdon"}),
            frozenset({"incidentnumber", "createdat"}),
            frozenset({"incidentnumber", "logentries"}),
        ),
        {
            "key": ("incidentnumber",),
            "names": ("id", "incidentid"),
            "url": ("htmlurl", "url"),
            "title": ("title", "description", "summary"),
            "service": ("servicename", "service"),
            "urgency": ("urgency",),
            "detected": ("createdon", "createdat"),
            "responded": ("firstacknowledgedat", "acknowledgedat", "acknowledgedon"),
            "responded after, seconds": ("secondstofirstack",),
            "restored": ("resolvedon", "resolvedat"),
        },
        ("pagerduty", "pager duty", "pd"),
    ),
    _Tool(
        "Opsgenie",
        (frozenset({"tinyid", "createdat"}), frozenset({"tinyid", "impactstartdate"})),
        {
            "key": ("tinyid",),
            "names": ("id", "alias"),
            "title": ("message",),
            "service": ("service", "services", "impactedservices", "entity"),
            "urgency": ("priority",),
            "started": ("impactstartdate",),
            "detected": ("impactdetectdate", "createdat", "createdatdate"),
            "responded": ("acknowledgedat", "ackedat"),
            "responded after, milliseconds": ("acktime", "reportacktime"),
            "restored": ("impactenddate", "closedat"),
            "restored after, milliseconds": ("closetime", "reportclosetime"),
        },
        ("opsgenie", "ops genie", "og"),
    ),
    _Tool(
        "incident.io",
        (
            frozenset({"reference", "reportedat"}),
            frozenset({"reference", "reported"}),
            frozenset({"reference", "incidenttimestampvalues"}),
        ),
        {
            "key": ("reference",),
            "names": ("id",),
            "url": ("permalink", "url"),
            "title": ("name",),
            "service": ("affectedservices", "affectedservice", "services", "service"),
            "urgency": ("severity",),
            "started": ("impactstartedat", "impactstarted", "startedat"),
            "detected": ("reportedat", "reported", "declaredat", "declared"),
            "responded": ("acceptedat", "accepted", "acknowledgedat"),
            "identified": ("identifiedat", "identified"),
            "mitigated": ("fixedat", "fixed", "mitigatedat"),
            "restored": ("resolvedat", "resolved"),
            "closed": ("closedat", "closed"),
        },
    ),
    _Tool(
        "Jira",
        (frozenset({"issuekey", "created"}),),
        {
            "key": ("issuekey",),
            "title": ("summary",),
            "service": ("components", "component", "affectedservices", "customfieldaffectedservices"),
            "urgency": ("priority",),
            "kind": ("issuetype",),
            "detected": ("created",),
            "restored": ("resolved", "resolutiondate"),
        },
    ),
)
_UNITS: Final = {"seconds": timedelta(seconds=1), "milliseconds": timedelta(milliseconds=1)}
_ASK: Final = (
    "its columns are not those of PagerDuty, Opsgenie, incident.io or Jira; name key and detected_at in columns"
)
_OWN: Final = _Tool("Incident tool", (), {})
"""An export of another tool, whose columns the settings name."""


@dataclass(frozen=True, slots=True)
class ToolRow:
    """An incident as the tool has it.

    Attributes
    ----------
    tool, key, title, url, urgency
        As the export has them; the key is what people call it, such as ``4711`` or ``OPS-12``.
    services
        The services that it names.
    times, written
        The instant of each milestone that can be read, and its words.
    names
        What a report may call it by, folded: ids, keys, the end of its address, and numbers behind the tool's name.
    cells
        All texts of the row, in which it may name an incident.
    file, line
        Where it is.
    """

    tool: str
    key: str
    title: str
    url: str
    urgency: str
    services: tuple[str, ...]
    times: Mapping[str, datetime]
    written: Mapping[str, str]
    names: frozenset[str]
    cells: tuple[str, ...]
    file: Path
    line: int

    @property
    def begins(self) -> datetime | None:
        """The first instant that the tool has."""
        return min(self.times.values(), default=None)


# --- the export ------------------------------------------------------------------------------------------------------


def read_incident_tool(settings: Settings | str | Path, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Read the incident tool's export that the settings name.

    Parameters
    ----------
    settings
        A `Settings` with an ``[incident_tool]`` section, or the path of a settings file. The files are CSV or JSON as
        PagerDuty, Opsgenie, incident.io and Jira write them, which their columns show.
    as_of
        The instant as of which incidents are wanted: those that the tool had not recorded by then are left out, and
        later instants are NA. None takes all as it is.

    Returns
    -------
    pandas.DataFrame
        A row an incident of the export:

        - tool, key, title, service, urgency, url (str): as the export has them
        - started_at, detected_at, responded_at, identified_at, mitigated_at, restored_at, closed_at (datetime64[us,
          UTC]); NA where the export has no such column, an empty cell, or a time that can't be read. PagerDuty's
          creation of an incident is its detection, the first acknowledgement the response, its resolution the
          restoration; the same goes for Opsgenie's alerts. Of incident.io *Fixed* is the mitigation and *Resolved* the
          restoration, of Jira *Created* the detection and *Resolved* the restoration. ``columns`` in the settings says
          otherwise.
        - path (str), line (int64): where it is; in JSON the line of its key

    Raises
    ------
    ColumnsError
        ``as_of 2025-10-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")``
    SettingsError
        ``pages.csv:1: its columns are not those of PagerDuty, Opsgenie, incident.io or Jira; ...``
    """
    from incident_analytics.checks import require_instant

    require_instant("as_of", as_of)
    if not isinstance(settings, Settings):
        settings = read_settings(settings)
    if settings.incident_tool is None:
        raise SettingsError(f"{settings.path}: no [incident_tool] section names an export")
    rows, problems = read_tool_rows(settings)
    for file, problem in problems:
        if problem.code == "unreadable-file":
            raise SettingsError(f"{file}:{problem.line}: {problem.message}")
    return tool_frame(known_at(rows, as_of) if as_of is not None else rows)


def tool_frame(rows: Sequence[ToolRow]) -> pd.DataFrame:
    """Return rows as the table that `read_incident_tool` gives."""
    import pandas as pd

    columns: dict[str, pd.Series] = {
        name: pd.Series([getattr(row, name) or None for row in rows], dtype="str") for name in ("tool", "key", "title")
    }
    columns["service"] = pd.Series([", ".join(row.services) or None for row in rows], dtype="str")
    columns |= {
        name: pd.Series([getattr(row, name) or None for row in rows], dtype="str") for name in ("urgency", "url")
    }
    for milestone in MILESTONES:
        instants = [row.times.get(milestone) for row in rows]
        columns[f"{milestone}_at"] = pd.Series(instants, dtype="datetime64[us, UTC]")
    columns["path"] = pd.Series([row.file.as_posix() for row in rows], dtype="str")
    columns["line"] = pd.Series([row.line for row in rows], dtype="int64")
    return pd.DataFrame(columns)


def known_at(rows: Iterable[ToolRow], as_of: datetime) -> list[ToolRow]:
    """Return the rows that the tool had at an instant, without what it recorded later."""
    found = []
    for row in rows:
        times = {milestone: at for milestone, at in row.times.items() if at <= as_of}
        if times or not row.times:
            found.append(replace(row, times=times))
    return found


def read_tool_rows(settings: Settings) -> tuple[list[ToolRow], list[tuple[Path, CsvProblem]]]:
    """Return the incidents of the export, and what of it can't be read or used; nothing without an export."""
    tool = settings.incident_tool
    if tool is None:
        return [], []
    rows: list[ToolRow] = []
    problems: list[tuple[Path, CsvProblem]] = []
    for pattern in tool.files:
        files = matching_paths(pattern)
        if not files:
            problems.append((pattern, CsvProblem("unreadable-file", 1, "no such file; correct its name")))
        for file in files:
            try:
                found, faults = _read_file(file, tool)
            except CsvError as error:
                problems.append((file, CsvProblem("unreadable-file", error.line or 1, str(error))))
                continue
            except OSError as error:
                problems.append((file, CsvProblem("unreadable-file", 1, str(error.strerror))))
                continue
            rows += found
            problems += [(file, fault) for fault in faults]
    return _without_repeats(rows, problems), problems


def tool_of(file: Path) -> str | None:
    """Return the incident tool whose export a file is by its columns; None for all others."""
    try:
        rows, _ = _read_file(file, IncidentToolSettings(files=(file,)))
    except (CsvError, OSError):
        return None
    return rows[0].tool if rows else None


def _without_repeats(rows: Sequence[ToolRow], problems: list[tuple[Path, CsvProblem]]) -> list[ToolRow]:
    """Keep one of equal rows of a key, as exports overlap; of different ones none, which is a problem."""
    by_key: defaultdict[tuple[str, str], list[ToolRow]] = defaultdict(list)
    for row in rows:
        by_key[row.tool, row.key].append(row)
    kept = []
    for same in by_key.values():
        first = same[0]
        if not first.key:
            kept += same
        elif all(row.times == first.times and row.title == first.title for row in same):
            kept.append(first)
        else:
            other = next(row for row in same if row.times != first.times or row.title != first.title)
            message = (
                f"{first.key} is also in {first.file.name}:{first.line} with other times; neither is used, delete one"
            )
            problems.append((other.file, CsvProblem("contradiction", other.line, message)))
    return kept


@dataclass(frozen=True, slots=True)
class _Record:
    """A row as written: its texts by folded column, and its line."""

    cells: Mapping[str, list[str]]
    line: int

    def first(self, columns: Iterable[str]) -> str:
        """Return the first text of some columns."""
        return next((text for name in columns for text in self.cells.get(name, ()) if text.strip()), "").strip()


def _folded(heading: str) -> str:
    """Return a heading in the way in which all tools write it: ``Created On``, ``created_on`` and ``createdOn``.

    Examples
    --------
    >>> _folded("Component/s"), _folded("Custom field (Impact start)"), _folded("Reported at (UTC)")
    ('components', 'customfieldimpactstart', 'reportedat')
    """
    return re.sub(r"[\W_]+", "", heading.removesuffix("(UTC)")).casefold()


def _read_file(file: Path, settings: IncidentToolSettings) -> tuple[list[ToolRow], list[CsvProblem]]:
    problems: list[CsvProblem] = []
    content = read_bytes(file)
    if content.removeprefix(BOM).lstrip()[:1] in {b"{", b"["}:
        records = _json_records(content)
        headings = {name: name for record in records for name in record.cells}
    else:
        table = parse_csv(content)
        problems += table.problems
        headings = {_folded(name): name for name in table.columns if name}
        records = []
        for row in table.rows:
            cells: defaultdict[str, list[str]] = defaultdict(list)
            for name, cell in zip(table.columns, row.cells, strict=True):
                is_utc = name.endswith("(UTC)") and cell.strip()
                cells[_folded(name)].append(f"{cell} UTC" if is_utc else cell)
            records.append(_Record(cells, row.line))
    own = {name: _folded(column) for name, column in settings.columns.items()}
    tool = next((each for each in _TOOLS if any(marks <= headings.keys() for marks in each.marks)), None)
    if tool is None and not ({own.get("key"), own.get("detected_at")} <= headings.keys()):
        if not headings:
            return [], problems
        raise CsvError(_ASK)
    tool = tool or _OWN
    columns = _columns(tool, {name: column for name, column in own.items() if column in headings})
    kinds = [record.first(columns.get("kind", ())) for record in records]
    is_incident = ["incident" in fold(kind) for kind in kinds]
    if any(is_incident) and not all(is_incident):  # the others are tasks, changes and the like
        message = (
            f"{is_incident.count(False)} of {len(kinds)} issues are of other types than Incident, and not compared"
        )
        problems.append(CsvProblem("other-issues", 1, message))
        records = list(compress(records, is_incident))
    zone = ZoneInfo(settings.timezone) if settings.timezone else None
    times, written = _times(records, columns, zone, headings, problems)
    found = []
    for record, own_times, words in zip(records, times, written, strict=True):
        found.append(replace(_row(record, tool, columns, file), times=own_times, written=words))
    return found, problems


def _columns(tool: _Tool, own: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each field: those that the settings name count before the tool's, and for nothing else."""
    named = {name.removesuffix("_at"): column for name, column in own.items()}
    taken = set(named.values())
    columns = {name: tuple(column for column in found if column not in taken) for name, found in tool.columns.items()}
    for name, column in named.items():
        columns[name] = (column,)
        for other in [each for each in columns if each.startswith(f"{name} after")]:
            del columns[other]
    return columns


def _times(
    records: Sequence[_Record],
    columns: Mapping[str, Sequence[str]],
    zone: ZoneInfo | None,
    headings: Mapping[str, str],
    problems: list[CsvProblem],
) -> tuple[list[dict[str, datetime]], list[dict[str, str]]]:
    """Return the instant of each milestone of each record, and its words."""
    times: list[dict[str, datetime]] = [{} for _ in records]
    written: list[dict[str, str]] = [{} for _ in records]
    for milestone in MILESTONES:
        texts = [record.first(columns.get(milestone, ())) for record in records]
        for index, (text, at) in enumerate(zip(texts, read_instants(texts, zone), strict=True)):
            if isinstance(at, Unreadable):
                cells = records[index].cells
                column = next(name for name in columns[milestone] if any(map(str.strip, cells.get(name, ()))))
                problems.append(CsvProblem(at.code, records[index].line, f"{headings[column]}: {at}"))
            elif at is not None:
                times[index][milestone], written[index][milestone] = at, text
    for milestone, name in product(("responded", "restored"), _UNITS):
        places = columns.get(f"{milestone} after, {name}", ())
        for index, record in enumerate(records):
            text, begun = record.first(places), times[index].get("detected")
            if not text or milestone in times[index]:
                continue
            span = float(text) * _UNITS[name] if re.fullmatch(r"\d{1,13}(\.\d{1,9})?", text, re.ASCII) else None
            if span is None or span > _LONGEST:
                message = f"{text!r} is not a number of {name} of this incident"
                problems.append(CsvProblem("unreadable-value", record.line, message))
            elif span and begun is not None:  # 0 is what is written where it never happened
                times[index][milestone] = begun + span
                written[index][milestone] = f"{text} {name} after {written[index]['detected']}"
    return times, written


def _row(
    record: _Record,
    tool: _Tool,
    columns: Mapping[str, Sequence[str]],
    file: Path,
) -> ToolRow:
    """Return a row without its times."""
    key, url = record.first(columns.get("key", ())), record.first(columns.get("url", ()))
    own = [text for name in columns.get("names", ()) for text in record.cells.get(name, ())]
    names = {fold(text) for text in (key, *own, url.rstrip("/").rpartition("/")[2]) if text.strip()}
    names = {name for name in names if not name.isdecimal()}
    names |= {f"{word} {key}" for word in tool.words if key.isdecimal()}
    services = dict.fromkeys(
        word.strip()
        for name in columns.get("service", ())
        for text in record.cells.get(name, ())
        for word in re.split(r"[,;|]", text)
        if word.strip()
    )
    return ToolRow(
        tool=tool.name,
        key=key,
        title=record.first(columns.get("title", ())),
        url=url,
        urgency=record.first(columns.get("urgency", ())),
        services=tuple(services),
        times={},
        written={},
        names=frozenset(names),
        cells=tuple(text[:_CELL] for texts in record.cells.values() for text in texts if text.strip()),
        file=file,
        line=record.line,
    )


# --- JSON ------------------------------------------------------------------------------------------------------------


def _json_records(content: bytes) -> list[_Record]:
    """Return the records of an answer of PagerDuty, Opsgenie, incident.io or Jira."""
    try:
        text = decode_utf8(content)
        found = parse_json(text)
        lists = ("incidents", "issues", "data", "log_entries")
        name = next((name for name in lists if isinstance(found, dict) and name in found), "")
        items = found[name] if name else found
        if name == "log_entries":
            items = _incidents_of_log(items)
        records = [(_issue(item) if "fields" in item else item) for item in items]
        flat = [_flat(record) for record in records]
        lines = _lines_of(text)
    except (RecursionError, AttributeError, TypeError, KeyError) as error:
        raise CsvError(
            "no list of incidents, issues or alerts; write the answer of the tool's API to the file"
        ) from error
    except ValueError as error:
        line = error.line if isinstance(error, InputError) else 1
        raise CsvError(f"{error}; write the answer of the tool's API to the file", line) from error
    return [
        _Record(cells, next((lines[key] for key in _keys_of(item) if key in lines), 1))
        for cells, item in zip(flat, records, strict=True)
    ]


_KEYS: Final = ("key", "id", "reference", "incident_number", "tinyId")
_KEY: Final = compile_late(rf'"({"|".join(_KEYS)})"\s*:\s*("[^"\\\n]*"|\d{{1,18}})')


def _keys_of(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, item[name]) for name in _KEYS if isinstance(item.get(name), str | int))


def _lines_of(text: str) -> dict[tuple[str, Any], int]:
    """Return in which line each key of a record is first written."""
    lines: dict[tuple[str, Any], int] = {}
    line, end = 1, 0
    for found in _KEY.finditer(text):
        line, end = line + text.count("\n", end, found.start()), found.start()
        lines.setdefault((found[1], json.loads(found[2])), line)
    return lines


def _incidents_of_log(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return PagerDuty's incidents from its log entries: the first trigger, the first acknowledgement, the last end."""
    found: dict[str, dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda entry: str(entry["created_at"])):
        incident = entry["incident"]
        own = found.setdefault(
            str(incident["id"]),
            {"incident_number": _number(incident), **incident, "service": entry.get("service"), "log_entries": []},
        )
        own["log_entries"].append(entry)
    return list(found.values())


def _number(incident: Mapping[str, Any]) -> str:
    """Return an incident's number from the words by which PagerDuty refers to it, such as ``[#1234] Disk full``."""
    found = re.match(r"\[#(\d+)\]", str(incident.get("summary", "")))
    return found[1] if found else str(incident["id"])


def _issue(issue: Mapping[str, Any]) -> dict[str, Any]:
    """Return an issue of Jira's REST API by the headings of its CSV."""
    return {**issue["fields"], "key": issue["key"], "issuekey": issue["key"]}


def _flat(item: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a record's texts by folded name; of an object its name counts."""
    cells: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in item.items():
        cells[_folded(name)] += _texts(value)
    _add_times_of_pagerduty(item, cells)
    report = item.get("report")  # of Opsgenie
    for name, value in report.items() if isinstance(report, dict) else ():
        cells[_folded(name)] += _texts(value)
    for stamp in item.get("incident_timestamp_values") or ():  # of incident.io, as are the fields
        cells[_folded(stamp["incident_timestamp"]["name"])] += _texts((stamp.get("value") or {}).get("value"))
    for entry in item.get("custom_field_entries") or ():
        cells[_folded(entry["custom_field"]["name"])] += _texts(entry["values"])
    return {name: texts for name, texts in cells.items() if texts or name in {"logentries", "incidenttimestampvalues"}}


def _add_times_of_pagerduty(item: Mapping[str, Any], cells: defaultdict[str, list[str]]) -> None:
    """Add when an incident was triggered, first acknowledged and resolved at last, from its log or its last state."""
    acknowledged = [text for each in item.get("acknowledgements") or () for text in _texts(each["at"])]
    for entry in sorted(item.get("log_entries") or (), key=lambda entry: str(entry["created_at"])):
        kind, at = entry["type"], _texts(entry["created_at"])
        if kind.startswith("trigger"):
            cells["createdat"] += at
        elif kind.startswith("acknowledge"):
            acknowledged += at
        elif kind.startswith("resolve"):
            cells["resolvedat"][:0] = at
    cells["firstacknowledgedat"] += sorted(acknowledged)
    if item.get("status") == "resolved" and not cells["resolvedat"]:
        cells["resolvedat"] += _texts(item.get("last_status_change_at"))


_NAMES: Final = ("summary", "name", "displayName", "value_catalog_entry", "value_option", "value_text", "value")


def _texts(value: Any) -> list[str]:
    """Return the texts of a value: of an object that which names it, of a list those of its members."""
    if isinstance(value, str):
        return [value.encode(errors="replace").decode()]  # JSON may hold half a character
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [str(value)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, dict):
        return next((texts for name in _NAMES if name in value and (texts := _texts(value[name]))), [])
    return []
