"""A table out of pandas: CSV, JSON, Parquet, Excel, with units that need no pandas to be understood."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from incident_analytics.csv_files import guarded
from incident_analytics.errors import OutputError, UnknownNameError
from incident_analytics.files import write_bytes
from incident_analytics.names import did_you_mean
from incident_analytics.visible import visible, visible_json

__all__ = ["plain_table", "table_as_csv", "table_as_json", "write_table"]

_EXCEL_ROWS = 1_048_575
_EXCEL_TEXT = 32_767
"""What a sheet holds below its header, and a cell."""


def plain_table(table: pd.DataFrame, *, instants_as_text: bool = True) -> pd.DataFrame:
    """Turn a table's types into ones that every reader has.

    Parameters
    ----------
    table
        Any table or result table.
    instants_as_text
        Instants and dates as ISO 8601 text, as CSV and JSON need; else as they are.

    Returns
    -------
    pandas.DataFrame
        Spans as seconds (Float64) in a column ``<name>_seconds``, instants as ``2025-03-14T14:02:00Z``, dates as
        ``2025-03-14``, categories as text. NA stays NA.

    Examples
    --------
    >>> plain_table(pd.DataFrame({"mean": pd.to_timedelta(["01:45:00"])})).to_dict("list")
    {'mean_seconds': [6300.0]}
    """
    columns: dict[str, pd.Series] = {}
    for label, column in table.items():
        name = str(label)
        if pd.api.types.is_timedelta64_dtype(column.dtype):
            columns[f"{name}_seconds"] = column.dt.total_seconds().astype("Float64")
        elif instants_as_text and isinstance(column.dtype, pd.DatetimeTZDtype):
            columns[name] = column.dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype("str")
        elif instants_as_text and pd.api.types.is_datetime64_dtype(column.dtype):
            columns[name] = column.dt.strftime("%Y-%m-%d").astype("str")
        elif isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = column.astype("str")
        else:
            columns[name] = column
    return pd.DataFrame(columns, index=table.index)


def table_as_csv(table: pd.DataFrame, *, raw: bool = False) -> str:
    r"""Return a table as CSV: flags true and false, NA empty, lines inside a cell ended by ``\n``.

    Parameters
    ----------
    table
        Any table.
    raw
        Leave text cells as they are; else those that a spreadsheet would run as a formula begin with an apostrophe, and
        hidden characters are written out as in `visible`.

    Examples
    --------
    >>> table_as_csv(pd.DataFrame({"action": ["=1+1"], "done": pd.array([True], dtype="boolean")}))
    "action,done\n'=1+1,true\n"
    """
    plain = plain_table(table)
    for name, column in plain.items():
        if isinstance(column.dtype, pd.BooleanDtype) or column.dtype == bool:
            plain[name] = column.map({True: "true", False: "false"})
        elif isinstance(column.dtype, pd.StringDtype):
            safe = column if raw else column.map(_safe, na_action="ignore").astype("str")
            plain[name] = safe.str.replace("\r\n?", "\n", regex=True)  # the csv module leaves a lone \r unquoted
    return plain.to_csv(index=False, lineterminator="\n")


def _safe(text: str) -> str:
    return guarded(visible(text, keep="\n\r\t"))


def table_as_json(table: pd.DataFrame) -> str:
    """Return a table as a JSON list of objects: NA is null, a span seconds, an instant ISO 8601.

    Hidden characters are there as JSON's escapes.

    Examples
    --------
    >>> table_as_json(pd.DataFrame({"n": pd.array([None, 2], dtype="Int64")}))
    '[{"n":null},{"n":2}]'
    """
    return visible_json(plain_table(table).to_json(orient="records", force_ascii=False, double_precision=15))


def write_table(table: pd.DataFrame, path: str | Path, *, name: str = "table", raw: bool = False) -> None:
    """Write a table to a file whose ending says how: .csv, .json, .parquet or .xlsx.

    CSV begins with a byte order mark, by which Excel knows that it is UTF-8.

    Parameters
    ----------
    table
        Any table.
    path
        The file; it is replaced as a whole or not at all.
    name
        The sheet's name in Excel.
    raw
        As for `table_as_csv`.

    Raises
    ------
    UnknownNameError
        ``'.txt' is not one of .csv, .json, .parquet, .xlsx``
    OutputError
        ``out/incidents.csv: No such file or directory``
    """
    file = Path(path)
    writers: dict[str, Callable[[], bytes]] = {
        ".csv": lambda: table_as_csv(table, raw=raw).encode(
            "utf-8-sig"
        ),  # without the mark Excel takes another encoding
        ".json": lambda: table_as_json(table).encode(),
        ".parquet": lambda: _as_parquet(table),
        ".xlsx": lambda: _as_excel(table, name),
    }
    if file.suffix not in writers:
        raise UnknownNameError(
            f"{file.suffix!r} is not one of {', '.join(writers)}{did_you_mean(file.suffix, writers)}"
        )
    write_bytes(file, writers[file.suffix]())


def _as_parquet(table: pd.DataFrame) -> bytes:
    return bytes(plain_table(table, instants_as_text=False).to_parquet(None, index=False))


def _as_excel(table: pd.DataFrame, name: str) -> bytes:
    """Return a workbook; Excel knows no zones, so instants are naive UTC, and no text is taken for a formula.

    Hidden characters are written out, as in CSV. Text beyond what a cell holds is cut, with a mark at its end.
    """
    plain = plain_table(table, instants_as_text=False)
    if len(plain) > _EXCEL_ROWS:
        raise OutputError(f"{len(plain):,} rows are more than the {_EXCEL_ROWS:,} of a sheet; write .csv or .parquet")
    for label, text in plain.items():
        if isinstance(text.dtype, pd.StringDtype):
            text = text.map(lambda words: visible(words, keep="\n\t"), na_action="ignore").astype("str")  # noqa: PLW2901
            plain[label] = text.where(~(text.str.len() > _EXCEL_TEXT), text.str.slice(0, _EXCEL_TEXT - 1) + "…")
    for column in plain.select_dtypes("datetimetz"):
        plain[column] = plain[column].dt.tz_localize(None)
    buffer = io.BytesIO()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs=options) as writer:
        plain.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 1))
    return buffer.getvalue()
