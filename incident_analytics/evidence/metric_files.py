"""Series from files, where there is no Prometheus to ask: CSV or Parquet, with a row a value or a column a metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from incident_analytics.checks import require_window
from incident_analytics.csv_files import CsvError, CsvProblem, read_csv_file
from incident_analytics.evidence.series import SERIES, join_series, mask_names, problem_table
from incident_analytics.files import matching_paths, open_regular
from incident_analytics.metric_csv import (
    EPOCH,
    LARGEST,
    LOCAL,
    NOTHING,
    PARQUET,
    TIME_ADVICE,
    ZONED,
    counted,
    metric_columns,
    metric_names,
    nameless_columns,
)
from incident_analytics.schema import FLOAT, INSTANT, TEXT

__all__ = ["read_metric_files"]

_MOST: Final = 50_000_000
"""Values of the largest Parquet file that is read."""
_MILLISECONDS: Final = 1e11  # as seconds that is the year 5138


class _FileError(Exception):
    """Why a file gave nothing; the message names it."""


def read_metric_files(
    files: Iterable[str | Path],
    *,
    start: pd.Timestamp,
    end: pd.Timestamp,
    services: Iterable[str] | None = None,
    timezone: str = "UTC",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read series around an incident from CSV or Parquet files.

    Parameters
    ----------
    files
        Paths or patterns such as ``telemetry/*.csv``. A file has a header and a column of times (at, time or
        timestamp), and either a name (or metric) and a value in each row, or a column for each metric. Columns service
        and labels are read where they are there. A time is ISO 8601, or seconds or milliseconds since 1970.
    start, end
        The window to keep, both instants included; with the days before the incident where they are to be compared.
    services
        The affected services: rows of another one are left out, those that name none stay. None keeps all.
    timezone
        The IANA zone of times that name none.

    Returns
    -------
    series : pandas.DataFrame
        A row a value, by file, metric, service and time: name, service, labels (str, NA where a file has none),
        at (datetime64[us, UTC]), value (Float64, NA where a cell is empty or NaN).
    problems : pandas.DataFrame
        A row for each file, or column of one, that gave nothing or not all: name, service (NA), message (str, which
        names the file).

    Raises
    ------
    PeriodError
        ``the window 2025-08-19 17:07:00+00:00 to 2025-08-12 17:07:00+00:00 is empty``

    Examples
    --------
    >>> start, end = pd.Timestamp("2025-08-19T16:07Z"), pd.Timestamp("2025-08-19T23:11Z")
    >>> series, problems = read_metric_files(["telemetry/*.json"], start=start, end=end)
    >>> problems["message"].tolist()
    ['telemetry/*.json: no such file; correct the path or pattern']
    """
    require_window(start, end)
    wanted = None if services is None else set(services)
    found: list[pd.DataFrame] = []
    seen: set[Path] = set()
    problems: list[tuple[str | None, str | None, str]] = []
    for pattern in map(str, files):
        there = matching_paths(pattern)
        if not there:
            problems.append((None, None, f"{pattern}: no such file; correct the path or pattern"))
        for path in there:
            if path in seen:  # read twice, its values would count twice
                continue
            seen.add(path)
            try:
                series, messages = _read(path, timezone)
            except _FileError as error:
                problems.append((None, None, str(error)))
                continue
            problems.extend((name, None, message) for name, message in messages)
            kept = series[series["at"].between(start, end)]
            if wanted is not None:
                kept = kept[kept["service"].isna() | kept["service"].isin(wanted)]
            found.append(kept)
    series = join_series(found)
    for column in ("name", "labels"):
        series[column] = series[column].map(mask_names(series[column].dropna().unique())).astype(TEXT)
    if series.empty and not problems:
        since, until = (f"{instant.tz_convert('UTC'):%Y-%m-%d %H:%M}" for instant in (start, end))
        problems.append((None, None, f"no values from {since} to {until} UTC in the files"))
    return series, problem_table(problems)


def _read(path: Path, timezone: str) -> tuple[pd.DataFrame, list[tuple[str | None, str]]]:
    """Return the series of one file, and what of it could not be read, each with the metric."""
    raw, flaws = _raw(path)
    messages: list[tuple[str | None, str]] = [(None, f"{path}:{flaw.line}: {flaw.message}") for flaw in flaws]
    try:
        columns = metric_columns(list(raw.columns))
    except CsvError as error:
        raise _FileError(error.located(path)) from error
    table = pd.DataFrame({role: raw[column] for role, column in columns.items()}, index=raw.index)
    if "value" not in columns:
        metrics = metric_names(list(raw.columns), columns)
        wide = pd.concat([table, raw[metrics]], axis=1)
        # A cell that is empty says that the row is of another metric.
        long = wide.melt(list(table.columns), metrics, var_name="name", ignore_index=False)
        table = long.dropna(subset="value")
    lines = table.index  # of a CSV file
    table = table.reset_index(drop=True)

    def place(index: int) -> str:
        return f"{path}:{lines[index]}" if lines.name else str(path)

    at = _instants(table["at"], timezone)
    if at.isna().any():
        first = int(at.isna().argmax())
        n_times = lines[at.isna()].nunique()  # the metrics of a row share its time
        times = f"{counted(n_times, 'time')} such as {table['at'].iloc[first]!r}"
        message = f"{place(first)}: column {columns['at']!r}: {times} can't be read; {TIME_ADVICE}"
        messages.append((None, message))
    value = pd.to_numeric(table["value"], errors="coerce").astype(float)
    words = table["value"].astype(str).str.strip().str.casefold()
    nameless = table["name"].isna()
    bad = value.isna() & table["value"].notna() & ~words.isin(NOTHING) & ~nameless
    for name in dict.fromkeys(table.loc[bad, "name"]):
        rows = table.loc[bad & (table["name"] == name), "value"]
        column = columns.get("value", name)
        values = f"{counted(len(rows), 'value')} such as {rows.iloc[0]!r} of {name!r}"
        message = f"column {column!r}: {values} can't be read; write a number such as 0.25"
        messages.append((str(name), f"{place(rows.index[0])}: {message}"))
    if nameless.any():
        where = place(int(nameless.argmax()))
        rows_without = f"{counted(int(nameless.sum()), 'row')} without a name, not used; write the metric's name"
        messages.append((None, f"{where}: column {columns['name']!r}: {rows_without}"))
    series = pd.DataFrame({"name": table["name"].astype(TEXT), "at": at, "value": value.astype(FLOAT)})
    for column in ("service", "labels"):
        series[column] = table[column].astype(TEXT) if column in table else pd.Series(None, series.index, dtype=TEXT)
    known = series[series["at"].notna() & ~bad & ~nameless]
    order = known.assign(place=pd.factorize(known["name"])[0])
    order = order.sort_values(["place", "service", "labels", "at"], kind="stable")
    return order[list(SERIES)].astype(dict(SERIES)).reset_index(drop=True), messages


def _raw(path: Path) -> tuple[pd.DataFrame, Sequence[CsvProblem]]:
    """Return a file's cells; of a CSV file as text, NA where they are empty, indexed by ``line``, with its problems."""
    try:
        if path.suffix.casefold() in PARQUET:
            from pyarrow.parquet import read_metadata

            with open_regular(path) as stream:
                shape = read_metadata(stream)  # of what a small file says in little room there may be much
                if (values := shape.num_rows * shape.num_columns) > _MOST:
                    raise _FileError(f"{path}: {values:,} values are more than {_MOST:,}; name a smaller file")
                return pd.read_parquet(stream).reset_index(drop=True), ()
        table = read_csv_file(path, limit=LARGEST, skip_space=True)
        for column in table.columns:
            table.position(column)  # which of two columns of one name is meant, nobody can say
        nameless = nameless_columns(table, metric_columns(table.columns, table.line))
    except OSError as error:
        raise _FileError(f"{path}: {error.strerror or error}") from error
    except CsvError as error:
        raise _FileError(error.located(path)) from error
    except (ValueError, MemoryError) as error:  # pyarrow's own are ValueErrors
        raise _FileError(f"{path}: no Parquet that can be read: {' '.join(str(error).split())}") from error
    lines = pd.Index([row.line for row in table.rows], name="line", dtype="int64")
    cells = pd.DataFrame([row.cells for row in table.rows], columns=list(table.columns), index=lines, dtype="str")
    cells = cells.apply(lambda column: column.mask(column.str.strip().str.casefold().isin(NOTHING)))
    return cells, [*table.problems, *nameless]


def _instants(times: pd.Series, timezone: str) -> pd.Series:
    """Return instants, NaT where a time cannot be read."""
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        zoned = times if isinstance(times.dtype, pd.DatetimeTZDtype) else _localize(times, timezone)
        return zoned.astype(INSTANT)
    words = times.astype(TEXT).str.strip()
    number, zoned, local = (words.str.fullmatch(pattern, na=False) for pattern in (EPOCH, ZONED, LOCAL))
    seconds = pd.to_numeric(words.where(number), errors="coerce").astype(float)
    seconds = seconds.where(seconds.abs() < _MILLISECONDS, seconds / 1000)
    since_1970 = pd.to_datetime((1e6 * seconds).round(), unit="us", utc=True, errors="coerce").astype(INSTANT)
    named = pd.to_datetime(words.where(zoned), format="ISO8601", utc=True, errors="coerce").astype(INSTANT)
    bare = pd.to_datetime(words.where(local), format="ISO8601", errors="coerce").astype("datetime64[us]")
    return since_1970.fillna(named).fillna(_localize(bare, timezone).astype(INSTANT))


def _localize(times: pd.Series, timezone: str) -> pd.Series:
    # An hour that the clocks repeat is ambiguous: its times are NaT, and are reported as such.
    instants: pd.Series = times.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    return instants
