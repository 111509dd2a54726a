"""Metric files as CSV: which column holds what, and the cells that nobody can read. Without pandas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from incident_analytics.csv_files import CsvError, CsvProblem, CsvTable, listed, read_csv_file
from incident_analytics.files import matching_paths
from incident_analytics.late_patterns import compile_late

__all__ = [
    "EPOCH",
    "LARGEST",
    "LOCAL",
    "NOTHING",
    "PARQUET",
    "TIME_ADVICE",
    "ZONED",
    "counted",
    "metric_columns",
    "metric_names",
    "metric_problems",
    "nameless_columns",
]

LARGEST: Final = 1_000_000_000
"""Bytes of the largest file that is read."""

NOTHING: Final = frozenset({"", "nan", "null", "none", "na", "n/a", "<na>", "#n/a"})
"""Cells, in any case, that hold no value."""

PARQUET: Final = frozenset({".parquet", ".pq"})
"""How the names of files end that are no CSV."""

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = r"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
LOCAL: Final = f"{_DAY}(?:{_CLOCK})?"
ZONED: Final = rf"{_DAY}{_CLOCK}\s*(?:Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)"
EPOCH: Final = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE]\+?[0-9]{1,2})?"
"""How an instant is written without a zone, with one, and as seconds or milliseconds since 1970."""

TIME_ADVICE: Final = "write 2025-08-19T17:07:00Z"

_COLUMNS: Final = {
    "at": ("at", "time", "timestamp", "ts", "datetime"),
    "name": ("name", "metric"),
    "service": ("service",),
    "labels": ("labels",),
    "value": ("value",),
}
"""What a column may be called, in any case."""


def metric_columns(columns: Sequence[str], line: int | None = None) -> dict[str, str]:
    """Return which column is which of ``at``, ``name``, ``service``, ``labels`` and ``value``.

    Parameters
    ----------
    columns
        The columns of a file.
    line
        The line that names them; None where they are not in a line.

    Returns
    -------
    dict of str
        The column of each role that there is. Without ``value`` every other column is a metric.

    Raises
    ------
    CsvError
        ``no column of times; name one at, time or timestamp (it has day, errors)``

    Examples
    --------
    >>> metric_columns(["Time", "errors"])
    {'at': 'Time'}
    """
    there = {str(column).strip().casefold(): column for column in columns}
    found = {role: there[word] for role, words in _COLUMNS.items() for word in words[::-1] if word in there}
    has = listed([str(column) for column in columns])
    if "at" not in found:
        raise CsvError(f"no column of times; name one at, time or timestamp (it has {has})", line)
    if "value" in found and "name" not in found:
        raise CsvError(f"column {found['value']!r} has values of no name; add a column name (it has {has})", line)
    if "value" not in found and "name" in found:
        raise CsvError(f"column {found['name']!r} has names of no values; add a column value (it has {has})", line)
    if "value" not in found and not metric_names(columns, found):
        raise CsvError(f"no column of values; add name and value, or a column for each metric (it has {has})", line)
    return found


def metric_names(columns: Sequence[str], roles: Mapping[str, str]) -> list[str]:
    """Return the columns that are a metric each, where no column holds the names: all of no other role, by any name."""
    return [column for column in columns if column not in roles.values() and not _is_nothing(str(column))]


def nameless_columns(table: CsvTable, roles: Mapping[str, str]) -> Iterator[CsvProblem]:
    """Give a problem for each column that has values and no name, such as the index that pandas writes."""
    for index, column in enumerate(table.columns):
        is_used = any(not _is_nothing(row.cells[index]) for row in table.rows)
        if "value" not in roles and _is_nothing(column) and is_used:
            said = f"column {index + 1} without a name, not used; write the metric's name, or delete the column"
            yield CsvProblem("unreadable-value", table.line, said)


def metric_problems(files: Iterable[str | Path], timezone: str) -> Iterator[tuple[Path, CsvProblem]]:
    """Give what of metric files in CSV can't be read or used, by file.

    Parameters
    ----------
    files
        Paths or patterns, as `read_metric_files` takes them. Those that match nothing are left to it, and so are
        Parquet files, whose columns have types.
    timezone
        The zone of times that name none.

    Yields
    ------
    Path, CsvProblem
        Rows of another width, and of each column the cells that are no time or number, with the first one's line.
    """
    zone = ZoneInfo(timezone)
    for file in dict.fromkeys(path for pattern in files for path in matching_paths(pattern)):
        if file.suffix.casefold() in PARQUET:
            continue
        try:
            table = read_csv_file(file, limit=LARGEST, skip_space=True)
            for column in table.columns:
                table.position(column)
            found = [*table.problems, *_unreadable(table, zone)]
        except OSError as error:
            found = [CsvProblem("unreadable-file", 1, str(error.strerror or error))]
        except CsvError as error:
            found = [CsvProblem("unreadable-file", error.line or 1, str(error))]
        yield from ((file, problem) for problem in sorted(found, key=lambda problem: problem.line))


def _unreadable(table: CsvTable, zone: ZoneInfo) -> Iterator[CsvProblem]:
    """Give a problem for each column, or metric, with cells that can't be read."""
    times: dict[int, str] = {}
    nameless: list[int] = []
    values: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    columns = metric_columns(table.columns, table.line)
    yield from nameless_columns(table, columns)
    for line, at, metric, column, cell in _readings(table, columns):
        if not _is_time(at, zone):
            times[line] = at
        if _is_nothing(metric):
            nameless.append(line)
        elif not _is_nothing(cell) and not _is_number(cell):
            values[column, metric].append((line, cell))
    for line in list(times)[:1]:
        said = f"{counted(len(times), 'time')} such as {times[line]!r} can't be read; {TIME_ADVICE}"
        yield CsvProblem("unreadable-time", line, f"column {columns['at']!r}: {said}")
    for line in nameless[:1]:
        said = f"{counted(len(nameless), 'row')} without a name, not used; write the metric's name"
        yield CsvProblem("unreadable-value", line, f"column {columns['name']!r}: {said}")
    for (column, metric), cells in values.items():
        line, cell = cells[0]
        said = f"{counted(len(cells), 'value')} such as {cell!r} of {metric!r} can't be read"
        yield CsvProblem("unreadable-value", line, f"column {column!r}: {said}; write a number such as 0.25")


def _readings(table: CsvTable, columns: Mapping[str, str]) -> Iterator[tuple[int, str, str, str, str]]:
    """Give the line, time, metric, column and cell of each value; an empty cell of a column a metric is none."""
    at = table.position(columns["at"])
    if "value" in columns:
        name, value = table.position(columns["name"]), table.position(columns["value"])
        for row in table.rows:
            yield row.line, row.cells[at], row.cells[name], columns["value"], row.cells[value]
        return
    metrics = [(table.position(column), column) for column in metric_names(table.columns, columns)]
    for row in table.rows:
        for index, column in metrics:
            if not _is_nothing(row.cells[index]):
                yield row.line, row.cells[at], column, column, row.cells[index]


def counted(n: int, noun: str) -> str:
    """Return a number with its noun: ``1 value``, ``2 values``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _is_nothing(cell: str) -> bool:
    return not cell or (not cell[-1].isdigit() and cell.strip().casefold() in NOTHING)


_EPOCH: Final = compile_late(EPOCH)
_LAST: Final = 2**63 / 1e3  # milliseconds: later instants have no place in 64 bits of microseconds
_MOMENT: Final = compile_late(f"{LOCAL}|{ZONED}")
_SPACED: Final = compile_late(r"\s[Z+-]")


@lru_cache(maxsize=4096)  # the metrics of a file share their times
def _is_time(cell: str, zone: ZoneInfo) -> bool:
    """Return whether a cell is an instant: ISO 8601, or seconds or milliseconds since 1970.

    A time without a zone that comes twice, or never, as clocks change, is none.
    """
    words = cell.strip()
    if _EPOCH.fullmatch(words):
        return abs(float(words)) < _LAST
    if not _MOMENT.fullmatch(words):
        return False
    try:
        at = datetime.fromisoformat("".join(words.rsplit(maxsplit=1)) if _SPACED.search(words) else words)
    except ValueError:
        return False
    if at.tzinfo is not None:
        return True
    return at.replace(tzinfo=zone).utcoffset() == at.replace(tzinfo=zone, fold=1).utcoffset()


def _is_number(cell: str) -> bool:
    if "_" in cell or not cell.isascii():  # which Python would take for digits
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True
