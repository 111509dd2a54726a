"""A corrections file: what a person knows better than the report says, with the reason and who says so."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from incident_analytics.csv_files import CsvError, CsvProblem, read_csv_file, unguarded
from incident_analytics.errors import SettingsError
from incident_analytics.reports.clock_changes import clock_shift
from incident_analytics.reports.times import read_span
from incident_analytics.schema import (
    COUNT,
    DATE,
    FLAG,
    FLOAT,
    INSTANT,
    LABELS,
    SPAN,
    STATUSES,
    TABLES,
    UNCOUNTED_STATUSES,
)

__all__ = ["COLUMNS", "Correction", "read_correction_file"]

COLUMNS = ("incident_id", "field", "value", "reason", "by")
"""The columns that a corrections file has; it may have ``on``, the day of the correction, as well."""
_NOT_CORRECTED = {"incident_id", "path"}
_WRITE_INSTANT = "write it as 2025-03-14T15:47:00Z"
_MOST = 2**63
"""What a column of counts holds less than."""


class Correction(NamedTuple):
    """One line of the file: a field of incidents, its right value (None: the report should not say), why, who, when.

    An instant that was written without an offset is naive: its zone is that of the report, see `in_zone`.
    """

    incident_id: str
    field: str
    value: Any
    reason: str
    by: str
    path: str
    line: int
    on: date | None = None

    @property
    def words(self) -> str:
        """Say where a value comes from that no line of the report has: ``corrections.csv:4: seen in the logs``."""
        return f"{Path(self.path).name}:{self.line}{f': {self.reason}' if self.reason else ''}"

    def in_zone(self, zone: tzinfo | None) -> Correction:
        """Return the correction with its instant in UTC, where it has one.

        Parameters
        ----------
        zone
            The zone of an instant that names none; None where it may be one of several.

        Raises
        ------
        ValueError
            ``started_at '2025-10-26 02:30:00' is twice or never in Europe/Berlin, as clocks change; add the offset,
            such as +01:00``
        """
        at = self.value
        if not isinstance(at, datetime) or at.tzinfo is not None:
            return self
        if zone is None:
            raise ValueError(f"{self.field} '{at}' has no zone, and the report's own is unclear; add an offset or Z")
        if clock_shift(at, zone):
            message = f"{self.field} '{at}' is twice or never in {zone}, as clocks change"
            raise ValueError(f"{message}; add the offset, such as +01:00")
        try:
            return self._replace(value=at.replace(tzinfo=zone).astimezone(UTC))
        except OverflowError:
            raise ValueError(f"{self.field} '{at}' is not a time; {_WRITE_INSTANT}") from None


def read_correction_file(
    file: Path, severities: Sequence[str]
) -> tuple[Mapping[str, Sequence[Correction]], Sequence[CsvProblem]]:
    """Read a CSV with the columns incident_id, field, value, reason and by, and perhaps on.

    Parameters
    ----------
    file
        The CSV. Values are written as ``export`` writes them: instants and dates ISO 8601 (an instant without an
        offset is in the report's zone), a span as ``1h 45m``, flags true or false; an empty value is NA. The
        apostrophe that keeps a spreadsheet from running a cell is not part of it.
    severities
        The declared severities.

    Returns
    -------
    tuple
        The corrections by incident_id, in their order, and the rows that are not as they should be: one that says
        something that cannot be done is not used. ``field 'restored' is not one of title, date, ...``,
        ``restored_at '9' is not a time; write it as 2025-03-14T15:47:00Z``

    Raises
    ------
    SettingsError
        Where the file cannot be read, is not CSV, or lacks a column.
        ``corrections.csv:1: no column reason, by; the columns are incident_id, field, value, reason, by``
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
    found, problems = defaultdict(list), list(table.problems)
    for row in table.rows:
        cells = {column: unguarded(row.cells[position].strip()) for column, position in positions.items()}
        try:
            found[cells["incident_id"]].append(_correction(cells, file, row.line, severities))
        except ValueError as error:
            problems.append(CsvProblem("unreadable-correction", row.line, f"not used: {error}"))
    return found, sorted(problems, key=lambda problem: problem.line)


def _correction(cells: Mapping[str, str], file: Path, line: int, severities: Sequence[str]) -> Correction:
    """Read a row; ValueError says what is wrong with it, and what to write."""
    name = cells["field"]
    fields = {field: kind for field, kind in TABLES["incidents"].items() if field not in _NOT_CORRECTED}
    if name not in fields:
        message = f"field {name!r} is not one of {', '.join(fields)}"
        raise ValueError(f"{message}; anything else can only be corrected in the report")
    words = cells["value"]
    listed = {"severity": severities, "status": (*STATUSES, *UNCOUNTED_STATUSES), **LABELS}.get(name)
    if words and listed is not None and words not in listed:
        raise ValueError(f"{name} {words!r} is not one of {', '.join(listed)}")
    try:
        value = _value(fields[name], words) if words else None
    except ValueError as error:
        raise ValueError(f"{name} {words!r} {error}") from error
    on = cells.get("on", "")
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError as error:
        raise ValueError(f"on {on!r} is not a date; write it as 2025-03-14") from error
    return Correction(cells["incident_id"], name, value, cells["reason"], cells["by"], file.as_posix(), line, day)


def _value(kind: str, words: str) -> datetime | date | timedelta | float | str:
    """Read a value by the type of its column, an instant without an offset as it is; ValueError says what is wrong."""
    if kind in {INSTANT, DATE}:
        return _instant(words) if kind == INSTANT else _day(words)
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


def _day(words: str) -> date:
    try:
        return datetime.fromisoformat(words).date()
    except ValueError:
        raise ValueError("is not a date; write it as 2025-03-14") from None


def _instant(words: str) -> datetime:
    """Read an instant, in UTC where it has an offset; a date alone is none, and would be taken as its midnight."""
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(words)
        if not _is_date(words):
            return at if at.tzinfo is None else at.astimezone(UTC)
    raise ValueError(f"is not a time; {_WRITE_INSTANT}")


def _is_date(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True
