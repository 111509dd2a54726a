"""A corrections file: what a person knows better than the report says, with the reason and who says so."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from incident_analytics.csv_files import CsvError, CsvProblem, read_csv_file
from incident_analytics.errors import SettingsError
from incident_analytics.reports.times import read_span
from incident_analytics.schema import COUNT, DATE, FLAG, FLOAT, INSTANT, SPAN, STATUSES, TABLES, UNCOUNTED_STATUSES

__all__ = ["COLUMNS", "Correction", "read_correction_file"]

COLUMNS = ("incident_id", "field", "value", "reason", "by")
"""The columns that a corrections file has; it may have ``on``, the day of the correction, as well."""
_NOT_CORRECTED = {"incident_id", "path"}
_MOST = 2**63
"""What a column of counts holds less than."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the file: a field of incidents, its right value (None: the report should not say), why, who, when."""

    incident_id: str
    field: str
    value: Any
    reason: str
    by: str
    path: str
    line: int
    on: date | None = None


def read_correction_file(
    file: Path, severities: Sequence[str]
) -> tuple[Mapping[str, Sequence[Correction]], Sequence[CsvProblem]]:
    """Read a CSV with the columns incident_id, field, value, reason and by, and perhaps on.

    Parameters
    ----------
    file
        The CSV. Values are written as ``export`` writes them: instants and dates ISO 8601 (UTC without an
        offset), a span as ``1h 45m``, flags true or false; an empty value is NA.
    severities
        The declared severities.

    Returns
    -------
    tuple
        The corrections by incident_id, in their order, and the rows that are not as they should be.

    Raises
    ------
    SettingsError
        Where a row says something that cannot be done, or the file is not CSV.
        ``corrections.csv:3: field 'restored' is not one of title, date, ...``, ``corrections.csv:4: restored_at '9'
        is not a time; write it as 2025-03-14T15:47:00Z``
    """
    try:
        table = read_csv_file(file)
        missing = [column for column in COLUMNS if column not in table.columns]
        if missing:
            raise SettingsError(f"{file}:1: no column {', '.join(missing)}; the columns are {', '.join(COLUMNS)}")
        optional = ["on"] if "on" in table.columns else []
        positions = {column: table.position(column) for column in (*COLUMNS, *optional)}
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    except CsvError as error:
        raise SettingsError(error.located(file)) from error
    found = defaultdict(list)
    for row in table.rows:
        cells = {column: row.cells[position].strip() for column, position in positions.items()}
        found[cells["incident_id"]].append(_correction(cells, file, row.line, severities))
    return found, table.problems


def _correction(cells: Mapping[str, str], file: Path, line: int, severities: Sequence[str]) -> Correction:
    name = cells["field"]
    fields = {field: kind for field, kind in TABLES["incidents"].items() if field not in _NOT_CORRECTED}
    if name not in fields:
        raise SettingsError(f"{file}:{line}: field {name!r} is not one of {', '.join(fields)}")
    words = cells["value"]
    listed = {"severity": severities, "status": (*STATUSES, *UNCOUNTED_STATUSES)}.get(name)
    if words and listed is not None and words not in listed:
        raise SettingsError(f"{file}:{line}: {name} {words!r} is not one of {', '.join(listed)}")
    try:
        value = _value(fields[name], words) if words else None
    except ValueError as error:
        raise SettingsError(f"{file}:{line}: {name} {words!r} {error}") from error
    on = cells.get("on", "")
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError as error:
        raise SettingsError(f"{file}:{line}: on {on!r} is not a date; write it as 2025-03-14") from error
    return Correction(cells["incident_id"], name, value, cells["reason"], cells["by"], file.as_posix(), line, day)


def _value(kind: str, words: str) -> datetime | date | timedelta | float | str:
    """Read a value by the type of its column; ValueError says what it should be."""
    if kind in {INSTANT, DATE}:
        try:
            at = datetime.fromisoformat(words)
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC) if kind == INSTANT else at.date()
        except (ValueError, OverflowError):
            form = "time; write it as 2025-03-14T15:47:00Z" if kind == INSTANT else "date; write it as 2025-03-14"
            raise ValueError(f"is not a {form}") from None
    if kind == SPAN:
        span = read_span(words)
        if span is None:
            raise ValueError("is not a length of time; write it as 1h 45m")
        return span.length
    if kind in {COUNT, FLOAT}:
        try:
            number = int(words) if kind == COUNT else float(words)
        except ValueError:
            number = math.nan
        if not abs(number) < _MOST:  # false for nan and inf, too
            raise ValueError("is not a number")
        return number
    if kind == FLAG:
        if words not in {"true", "false"}:
            raise ValueError("is neither true nor false")
        return words == "true"
    return words
