"""What show prints: a report as it was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from incident_analytics.visible import visible

if TYPE_CHECKING:
    from incident_analytics.records import Records

__all__ = ["as_read", "cell", "columns"]

_SHOWN: Final = {
    "timeline": {"line": "line", "at": "time (UTC)", "milestone": "milestone", "grade": "grade", "event": "event"},
    "outages": {"line": "line", "started_at": "outage from (UTC)", "ended_at": "to (UTC)", "source": "source"},
    "services": {"line": "line", "service": "service", "affected": "affected"},
    "costs": {"line": "line", "kind": "cost", "amount": "amount", "currency": "currency", "note": "note"},
    "actions": {
        "line": "line",
        "action": "action",
        "owner": "owner",
        "due_on": "due",
        "priority": "priority",
        "status": "status",
    },
    "fields": {"line": "line", "name": "field", "section": "section", "value": "value"},
    "problems": {"line": "line", "level": "problem", "code": "code", "message": "message"},
}
"""What `show` prints of each table: columns with their headings."""


def as_read(records: Records, incident: Mapping[str, Any]) -> list[str]:
    """Return the lines that show one incident."""
    from incident_analytics.formatting import MISSING
    from incident_analytics.reports.template import DEFAULT_TEMPLATE

    own = incident["incident_id"]
    lines = [cell(incident["path"]), f"{own}  {cell(incident['title'])}"]
    files = records.tables["files"]
    template = dict(zip(files["path"], files["template"], strict=True)).get(incident["path"])
    if template not in {None, DEFAULT_TEMPLATE}:
        lines.append(f"read by the template {template}")
    values = [
        (
            str(reading["line"]),
            reading["field"],
            value := value_of(incident, reading["field"]),
            "" if value == MISSING else grade_text(reading),
            cell(reading["as_written"]),
        )
        for reading in records.rows("readings")
        if reading["incident_id"] == own and reading["field"] not in {"summary", "what_happened", "why_it_happened"}
    ]
    lines += ["", *columns(("line", "field", "value", "grade", "as written"), values)]
    empty = []
    for table, headed in _SHOWN.items():
        rows = [
            tuple(cell(row[column], column) for column in headed)
            for row in records.rows(table)
            if row["incident_id"] == own
        ]
        if rows:
            lines += ["", *columns(tuple(headed.values()), rows)]
        else:
            empty.append("other fields" if table == "fields" else table)
    return [*lines, *(["", f"None found: {', '.join(empty)}."] if empty else []), ""]


def value_of(incident: Mapping[str, Any], name: str) -> str:
    """Return what was read for a field; a share where the report gives no number."""
    share = f"{name}_fraction"
    if incident.get(name) is None and incident.get(share) is not None:
        return cell(incident[share], share)
    return cell(incident[name], name)


def cell(value: Any, column: str = "", width: int = 72) -> str:
    """Return a value on one line, cut where it is long."""
    from incident_analytics.formatting import cut, format_value

    return visible(cut(format_value(value, column), width))


def grade_text(reading: Mapping[str, Any]) -> str:
    """Say how far a reading can be trusted, and where it comes from if the report does not state it as it is."""
    how = [reading["source"]] if reading["source"] in {"derived", "corrected", "confirmed"} else []
    about = ["about"] if reading["approximate"] else []
    return ", ".join([reading["grade"], *how, *about])


def columns(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: Collection[int] = (0,)) -> list[str]:
    """Lay rows out under their header, some columns right-aligned; the last column has no width."""
    widths = [max(len(row[index]) for row in (header, *rows)) for index in range(len(header))]
    form = "  ".join(f"{{:{'>' if index in right else '<'}{width}}}" for index, width in enumerate(widths))
    return [form.format(*row).rstrip() for row in (header, *rows)]
