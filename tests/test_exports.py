"""Tables out of pandas: units that every reader has, files that are whole or not there."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import pandas as pd
import polars as pl
import pytest
from builders import UTC
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics import exports
from incident_analytics.errors import OutputError, UnknownNameError
from incident_analytics.exports import plain_table, table_as_csv, table_as_json, write_table
from incident_analytics.loading import load
from incident_analytics.schema import TABLES
from incident_analytics.tables import make_table
from incident_analytics.visible import visible

TABLE = pd.DataFrame(
    {
        "text": pd.Series(["a,b", 'say "hi"', None], dtype="str"),
        "at": pd.Series([pd.Timestamp("2025-03-14 14:02", tz="UTC"), None, None], dtype=UTC),
        "on": pd.Series([pd.Timestamp("2025-03-14"), None, None], dtype="datetime64[us]"),
        "length": pd.Series([pd.Timedelta("30h"), pd.Timedelta("-1s"), None], dtype="timedelta64[us]"),
        "n": pd.Series([1, 0, None], dtype="Int64"),
        "ratio": pd.Series([0.1, 1 / 3, None], dtype="Float64"),
        "flag": pd.Series([True, False, None], dtype="boolean"),
        "level": pd.Series(["High", "Low", None], dtype=pd.CategoricalDtype(["Low", "High"], ordered=True)),
    }
)


def test_csv() -> None:
    """A span is seconds (30 hours, not 6), an instant ISO 8601, a flag true or false, NA empty."""
    assert table_as_csv(TABLE) == (
        "text,at,on,length_seconds,n,ratio,flag,level\n"
        '"a,b",2025-03-14T14:02:00Z,2025-03-14,108000.0,1,0.1,true,High\n'
        '"say ""hi""",,,-1.0,0,0.3333333333333333,false,Low\n'
        ",,,,,,,\n"
    )


def test_instants_are_utc_and_dates_iso_whatever_their_type() -> None:
    local = pd.to_datetime(["2025-03-14T12:00Z"]).tz_convert("Europe/Berlin")
    day = pd.to_datetime(["2025-03-14"]).astype("datetime64[ns]")
    assert table_as_json(pd.DataFrame({"at": local, "on": day})) == '[{"at":"2025-03-14T12:00:00Z","on":"2025-03-14"}]'


def test_json() -> None:
    assert json.loads(table_as_json(TABLE)) == [
        {"text": "a,b", "at": "2025-03-14T14:02:00Z", "on": "2025-03-14", "length_seconds": 108000.0, "n": 1, "ratio": 0.1,
         "flag": True, "level": "High"},
        {"text": 'say "hi"', "at": None, "on": None, "length_seconds": -1.0, "n": 0, "ratio": pytest.approx(1 / 3, abs=1e-14),
         "flag": False, "level": "Low"},
        dict.fromkeys(["text", "at", "on", "length_seconds", "n", "ratio", "flag", "level"]),
    ]  # fmt: skip


def test_parquet_keeps_types_but_for_spans(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "x.parquet")
    expected = plain_table(TABLE, instants_as_text=False)
    assert_frame_equal(
        pd.read_parquet(tmp_path / "x.parquet", dtype_backend="numpy_nullable"), expected, check_dtype=False
    )
    assert str(pd.read_parquet(tmp_path / "x.parquet")["at"].dtype) == "datetime64[us, UTC]"


def sheet(file: Path) -> dict[str, str]:
    """Return a workbook's cells as text by their place, such as B2."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(file) as book:
        strings = ["".join(item.itertext()) for item in ET.fromstring(book.read("xl/sharedStrings.xml"))]  # noqa: S314
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    cells = {}
    for cell in root.iter(f"{space}c"):
        assert cell.find(f"{space}f") is None, "a formula"
        value = cell.findtext(f"{space}v") or ""
        cells[cell.attrib["r"]] = strings[int(value)] if cell.get("t") == "s" else value
    return cells


def test_excel_holds_no_formula_and_no_zone(tmp_path: Path) -> None:
    write_table(
        TABLE.assign(text=pd.Series(["=1+1", "http://x", None], dtype="str")), tmp_path / "x.xlsx", name="incidents"
    )
    cells = sheet(tmp_path / "x.xlsx")
    assert [cells[f"{column}1"] for column in "ABCD"] == ["text", "at", "on", "length_seconds"]
    assert [cells.get(f"A{row}", "") for row in (2, 3, 4)] == ["=1+1", "http://x", ""]
    assert float(cells["B2"]) == pytest.approx(45730 + (14 + 2 / 60) / 24)
    assert cells["D2"] == "108000"


def test_excel_cuts_a_text_that_no_cell_holds_with_a_mark(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"text": pd.Series(["x" * 40_000, "x" * 32_767], dtype="str")}), tmp_path / "x.xlsx")
    cells = sheet(tmp_path / "x.xlsx")
    assert cells["A2"] == "x" * 32_766 + "…"
    assert cells["A3"] == "x" * 32_767


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_EXCEL_ROWS", 2)
    with pytest.raises(OutputError, match=r"^3 rows are more than the 2 of a sheet; write \.csv or \.parquet$"):
        write_table(TABLE, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_csv_prefixes_what_a_spreadsheet_would_run(cell: str) -> None:
    table = pd.DataFrame({"a": pd.Series([cell], dtype="str"), "n": [-1]})
    read = pd.read_csv(io.StringIO(table_as_csv(table)), dtype="str")
    assert (read.loc[0, "a"], read.loc[0, "n"]) == ("'" + cell.replace("\r", "\n"), "-1")
    raw = pd.read_csv(io.StringIO(table_as_csv(table, raw=True)), dtype="str")
    assert raw.loc[0, "a"] == cell.replace("\r", "\n")


@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000", "'", '"', '" '])
def test_csv_prefixes_what_a_spreadsheet_might_make_a_formula(before: str) -> None:
    cells = [f"{before}{sign}1+1" for sign in "=+-@＝＋－＠﹦﹢﹣﹫"]
    written = table_as_csv(pd.DataFrame({"a": pd.Series(cells, dtype="str")}))
    assert [*csv.reader(io.StringIO(written))][1:] == [[f"'{cell}"] for cell in cells]


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\ufeff", "\u2060", "\xad", "\u202e", "\x00", "\x1b", "\ufe0f", "\U000e0041"]
)
@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet", ".xlsx"])
def test_a_hidden_character_is_written_out_where_people_read(tmp_path: Path, ending: str, hidden: str) -> None:
    """Parquet and JSON hold what the report says; in JSON's text the character is an escape."""
    text = f"{hidden}=1+1"
    file = tmp_path / f"x{ending}"
    write_table(pd.DataFrame({"a": pd.Series([text], dtype="str")}), file)
    match ending:
        case ".csv":
            assert file.read_bytes() == f"\ufeffa\n{visible(hidden)}=1+1\n".encode()
        case ".json":
            assert hidden not in file.read_text()
            assert json.loads(file.read_text()) == [{"a": text}]
        case ".parquet":
            assert pd.read_parquet(file)["a"].tolist() == [text]
        case _:
            assert sheet(file)["A2"] == f"{visible(hidden)}=1+1"


def test_csv_leaves_other_cells_alone() -> None:
    table = pd.DataFrame({"a": pd.Series(["a=1", "'quoted", "", "1-2", "👩\u200d💻 می\u200cخواهم"], dtype="str")})
    assert table_as_csv(table) == 'a\na=1\n\'quoted\n""\n1-2\n👩\u200d💻 می\u200cخواهم\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_text_comes_back_from_csv_and_json_as_it_was(texts: list[str]) -> None:
    """But for the ends of lines inside a CSV cell."""
    table = pd.DataFrame({"a": pd.Series(texts, dtype="str"), "b": pd.Series(range(len(texts)), dtype="int64")})
    assert [row["a"] for row in json.loads(table_as_json(table))] == texts
    rows = list(csv.reader(io.StringIO(table_as_csv(table, raw=True), newline="")))
    assert rows == [["a", "b"], *([re.sub("\r\n?", "\n", text), str(at)] for at, text in enumerate(texts))]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet", ".xlsx"])
def test_every_table_is_written_in_every_format_also_when_empty(tmp_path: Path, name: str, ending: str) -> None:
    file = tmp_path / f"{name}{ending}"
    write_table(make_table(name), file, name=name)
    assert file.stat().st_size > 0
    assert list(tmp_path.iterdir()) == [file]


def test_an_export_does_not_change_the_table() -> None:
    before = TABLE.copy(deep=True)
    for ending in ("csv", "json"):
        getattr(exports, f"table_as_{ending}")(TABLE)
    assert_frame_equal(TABLE, before)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"^'\.txt' is not one of \.csv, \.json, \.parquet, \.xlsx$"):
        write_table(TABLE, tmp_path / "x.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/x.csv", "No such file or directory"),
        ("folder.csv", "Is a directory"),
        ("file/x.csv", "Not a directory"),
    ],
)
def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        write_table(TABLE, tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {reason}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.csv"]


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.csv"
    file.write_text("before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match=r"No space left on device$"):
        write_table(TABLE, file)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert file.read_text() == "before"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_table(TABLE, tmp_path / "new.csv")
        (tmp_path / "old.csv").write_text("")
        (tmp_path / "old.csv").chmod(0o600)
        write_table(TABLE, tmp_path / "old.csv")
    finally:
        os.umask(mask)
    assert (tmp_path / "new.csv").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "old.csv").stat().st_mode & 0o777 == 0o600


# --- elsewhere --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every table of the real reports as Parquet."""
    folder = tmp_path_factory.mktemp("parquet")
    corpus = load(Path(__file__).parents[1] / "data" / "real", status="all")
    for name in TABLES:
        write_table(getattr(corpus, name), folder / f"{name}.parquet")
    return folder


def test_duckdb_reads_every_table_and_joins_them(exported: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in TABLES:
            file = exported / f"{name}.parquet"
            found = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(file)]).fetchone()
            assert found == (len(pd.read_parquet(file)),), name
        files = {name: exported / f"{name}.parquet" for name in ("incidents", "timeline")}
        rows = connection.execute(
            "SELECT incident_id, max(t.at) - min(t.at), i.detected_at FROM read_parquet(?) i "
            "JOIN read_parquet(?) t USING (incident_id) WHERE i.detected_at IS NOT NULL AND t.at IS NOT NULL "
            "GROUP BY incident_id, i.detected_at ORDER BY incident_id",
            [str(file) for file in files.values()],
        ).fetchall()
    tables = {name: pd.read_parquet(file) for name, file in files.items()}
    known = tables["incidents"].dropna(subset=["detected_at"]).set_index("incident_id")["detected_at"]
    timed = tables["timeline"].dropna(subset=["at"]).groupby("incident_id")["at"]
    spans = (timed.max() - timed.min()).loc[lambda each: each.index.isin(known.index)]
    assert [(incident_id, pd.Timedelta(span)) for incident_id, span, _ in rows] == list(spans.items())
    assert [pd.Timestamp(at).tz_convert("UTC") for *_, at in rows] == known.loc[spans.index].tolist()
    assert len(rows) > 10


def test_polars_reads_every_table_with_its_types(exported: Path) -> None:
    for name in TABLES:
        file = exported / f"{name}.parquet"
        expected = pd.read_parquet(file, dtype_backend="pyarrow")
        found = pl.read_parquet(file)
        assert found.columns == list(expected.columns), name
        assert found.null_count().row(0) == tuple(expected.isna().sum()), name
    incidents = pl.read_parquet(exported / "incidents.parquet")
    types = {name: incidents.schema[name] for name in ("occurred_at", "stated_duration_seconds", "incident_id")}
    assert types == {
        "occurred_at": pl.Datetime("us", "UTC"),
        "stated_duration_seconds": pl.Float64(),
        "incident_id": pl.String(),
    }
