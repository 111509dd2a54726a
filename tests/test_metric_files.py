"""Series from CSV and Parquet files, in all forms that people export."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from builders import UTC, at, ratios, texts
from pandas.testing import assert_frame_equal

from incident_analytics.errors import PeriodError
from incident_analytics.evidence import metric_files
from incident_analytics.evidence.metric_files import read_metric_files

START, END = at("2025-08-19 17:00"), at("2025-08-19 18:00")
LONG = "at,name,service,value\n2025-08-19T17:00Z,errors,API,1.5\n2025-08-19T18:00Z,errors,API,\n"


def read(path: Path, text: str, **arguments: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    file = path / "x.csv"
    file.write_text(text, encoding="utf-8")
    return read_metric_files([file], start=START, end=END, **arguments)


def series(*rows: tuple[str, str | None, str, float | None]) -> pd.DataFrame:
    names, services, times, values = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame(
        {
            "name": texts(*names),
            "service": texts(*services),
            "labels": texts(*[None] * len(rows)),
            "at": pd.Series([at(f"2025-08-19 {time}") for time in times], dtype=UTC),
            "value": ratios(*values),
        }
    )


def listed(problems: pd.DataFrame, folder: Path) -> list[tuple[object, str]]:
    assert problems["service"].isna().all()
    pairs = zip(problems["name"].fillna("-"), problems["message"], strict=True)
    return [(name, message.replace(f"{folder}/", "")) for name, message in pairs]


def test_a_row_a_value(tmp_path: Path) -> None:
    """Both ends of the window are in it, and an empty cell is NA."""
    got, problems = read(tmp_path, LONG)
    assert_frame_equal(got, series(("errors", "API", "17:00", 1.5), ("errors", "API", "18:00", None)))
    assert listed(problems, tmp_path) == []


def test_a_column_a_metric(tmp_path: Path) -> None:
    """An empty cell there says that the row is of another metric."""
    text = "Time,service,errors,load\n2025-08-19T17:30Z,API,2,\n2025-08-19T17:10Z,API,1,\n2025-08-19T17:10Z,,,35\n"
    got, problems = read(tmp_path, text)
    expected = series(("errors", "API", "17:10", 1), ("errors", "API", "17:30", 2), ("load", None, "17:10", 35))
    assert_frame_equal(got, expected)
    assert listed(problems, tmp_path) == []


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    expected, _ = read(tmp_path, LONG)
    file = tmp_path / "x.parquet"
    expected.rename(columns={"at": "Timestamp", "name": "Metric"}).drop(columns="labels").to_parquet(file)
    got, problems = read_metric_files([file], start=START, end=END)
    assert_frame_equal(got, expected)
    assert listed(problems, tmp_path) == []


@pytest.mark.parametrize("dtype", ["datetime64[ns, UTC]", "datetime64[s]", "datetime64[ms, Europe/Berlin]"])
def test_parquet_has_times_of_its_own(tmp_path: Path, dtype: str) -> None:
    times = pd.Series(pd.to_datetime(["2025-08-19T17:00Z"])).dt.tz_convert("Europe/Berlin")
    zoned = times.astype(dtype) if "," in dtype else times.dt.tz_convert(None).astype(dtype)
    pd.DataFrame({"at": zoned, "errors": [1]}).to_parquet(tmp_path / "x.parquet")
    got, _ = read_metric_files([tmp_path / "x.parquet"], start=START, end=END)
    assert_frame_equal(got, series(("errors", None, "17:00", 1)))


@pytest.mark.parametrize(
    "time",
    [
        "2025-08-19T17:00Z", "2025-08-19 17:00:00+00:00", "2025-08-19T19:00:00.000000+02:00", "2025-08-19T19:00:00+0200",
        "2025-08-19 17:00", "1755622800", "1755622800.0", "1755622800000", "1.7556228e9",
    ],
)  # fmt: skip
def test_times_in_every_form(tmp_path: Path, time: str) -> None:
    got, problems = read(tmp_path, f"at,errors\n{time},1\n2025-08-19T17:01Z,2\n")
    assert listed(problems, tmp_path) == []
    assert_frame_equal(got, series(("errors", None, "17:00", 1), ("errors", None, "17:01", 2)))


def test_times_without_a_zone_are_of_the_one_that_is_given(tmp_path: Path) -> None:
    got, _ = read(tmp_path, "at,errors\n2025-08-19 19:00,1\n2025-08-19T17:30Z,2\n", timezone="Europe/Berlin")
    assert_frame_equal(got, series(("errors", None, "17:00", 1), ("errors", None, "17:30", 2)))


def test_a_time_that_the_clocks_repeat_is_reported(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "at,errors\n2025-10-26 02:30,1\n", timezone="Europe/Berlin")
    message = "x.csv:2: column 'at': 1 time such as '2025-10-26 02:30' can't be read; write 2025-08-19T17:07:00Z"
    assert listed(problems, tmp_path) == [("-", message)]


def test_rows_of_other_services_and_times_are_left_out(tmp_path: Path) -> None:
    text = (
        "at,service,errors\n2025-08-19T16:59:59Z,API,1\n2025-08-19T17:30Z,API,2\n2025-08-19T17:30Z,Batch,3\n"
        "2025-08-19T17:30Z,,4\n2025-08-19T18:00:01Z,API,5\n"
    )
    got, _ = read(tmp_path, text, services=["API"])
    assert_frame_equal(got, series(("errors", "API", "17:30", 2), ("errors", None, "17:30", 4)))
    got, _ = read(tmp_path, text, services=[])
    assert_frame_equal(got, series(("errors", None, "17:30", 4)))


def test_labels_keep_series_apart(tmp_path: Path) -> None:
    got, _ = read(tmp_path, "at,name,labels,value\n2025-08-19T17:30Z,errors,code=500,2\n")
    assert got["labels"].tolist() == ["code=500"]


BAD = {
    "no times": ("day,errors\n1,2\n", [("-", "x.csv:1: no column of times; name one at, time or timestamp (it has day, errors)")]),
    "no name": ("at,value\n1,2\n", [("-", "x.csv:1: column 'value' has values of no name; add a column name (it has at, value)")]),
    "no value": ("at,Metric\n1,2\n", [("-", "x.csv:1: column 'Metric' has names of no values; add a column value (it has at, Metric)")]),
    "nothing": ("at,service\n1,2\n", [("-", "x.csv:1: no column of values; add name and value, or a column for each metric (it has at, service)")]),
    "empty": ("", [("-", "x.csv: it is empty; write a header with the columns' names")]),
    "ragged": ("at,errors\nnever,2\n1,2,3,4\n", [("-", "x.csv:3: the row has 4 cells, the header 2, so it is not used; put quotes around a cell that holds a comma"), ("-", "x.csv:2: column 'at': 1 time such as 'never' can't be read; write 2025-08-19T17:07:00Z")]),
    "outside": ("at,errors\n2024-01-01T00:00Z,2\n", [("-", "no values from 2025-08-19 17:00 to 2025-08-19 18:00 UTC in the files")]),
    "a header alone": ("at,errors\n", [("-", "no values from 2025-08-19 17:00 to 2025-08-19 18:00 UTC in the files")]),
    "words": ("at,errors\n2025-08-19T17:30Z,many\n", [("errors", "x.csv:2: column 'errors': 1 value such as 'many' of 'errors' can't be read; write a number such as 0.25")]),
    "a value of no name": ("at,name,value\n2025-08-19T17:30Z,,many\n", [("-", "x.csv:2: column 'name': 1 row without a name, not used; write the metric's name")]),
    "a column of no name": ("at,,errors\n2025-08-19T17:30Z,0,\n", [("-", "x.csv:1: column 2 without a name, not used; write the metric's name, or delete the column")]),
    "a column called nan": ("at,NaN,errors\n2025-08-19T17:30Z,x,\n", [("-", "x.csv:1: column 2 without a name, not used; write the metric's name, or delete the column")]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_reported_with_file_and_column(tmp_path: Path, case: str) -> None:
    text, messages = BAD[case]
    got, problems = read(tmp_path, text)
    assert_frame_equal(got, series())
    assert listed(problems, tmp_path) == messages


def test_a_cell_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    text = "at,name,value\nyesterday,errors,1\n2025-08-19T17:30Z,errors,2\n2025-08-19T17:31Z,errors,1;5\n2025-08-19T17:32Z,errors,NaN\n"
    got, problems = read(tmp_path, text)
    assert_frame_equal(got, series(("errors", None, "17:30", 2), ("errors", None, "17:32", None)))
    assert listed(problems, tmp_path) == [
        ("-", "x.csv:2: column 'at': 1 time such as 'yesterday' can't be read; write 2025-08-19T17:07:00Z"),
        (
            "errors",
            "x.csv:4: column 'value': 1 value such as '1;5' of 'errors' can't be read; write a number such as 0.25",
        ),
    ]


def test_a_file_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.parquet").write_bytes(b"no parquet")
    (tmp_path / "c.csv").mkdir()
    (tmp_path / "d.csv").write_text(LONG)
    got, problems = read_metric_files([tmp_path / "*.csv", tmp_path / "b.parquet", "/x.csv"], start=START, end=END)
    assert got["value"].tolist() == [1.5, pd.NA]
    messages = [message for _, message in listed(problems, tmp_path)]
    assert [message.partition(": ")[0] for message in messages] == ["a.csv", "c.csv", "b.parquet", "/x.csv"]
    assert messages[1::2] == ["c.csv: Is a directory", "/x.csv: no such file; correct the path or pattern"]


def test_a_file_that_several_patterns_name_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(LONG)
    once, _ = read_metric_files([tmp_path / "a.csv"], start=START, end=END)
    assert_frame_equal(read_metric_files([tmp_path / "*.csv", tmp_path / "a.csv"], start=START, end=END)[0], once)


def test_a_file_that_is_there_is_no_pattern(tmp_path: Path) -> None:
    """A folder may have brackets in its name, and the settings make every path one below their own folder."""
    folder = tmp_path / "telemetry [2025]"
    folder.mkdir()
    (folder / "a.csv").write_text(LONG)
    got, problems = read_metric_files([folder / "a.csv"], start=START, end=END)
    assert got["value"].tolist() == [1.5, pd.NA]
    assert listed(problems, tmp_path) == []


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert_frame_equal(read(tmp_path, f"\ufeff{LONG}")[0], read(tmp_path, LONG)[0])


def test_a_window_that_is_none_is_an_error() -> None:
    with pytest.raises(PeriodError, match="is empty"):
        read_metric_files([], start=END, end=START)


def test_a_row_of_too_many_cells_costs_itself_alone_and_moves_no_other(tmp_path: Path) -> None:
    text = "at,name,value\n2025-08-19T17:30Z,errors, in all,1\n2025-08-19T17:31Z,errors,2,\n2025-08-19T17:32Z,errors\n"
    got, problems = read(tmp_path, text)
    assert_frame_equal(got, series(("errors", None, "17:31", 2), ("errors", None, "17:32", None)))
    assert [message.partition(";")[0] for _, message in listed(problems, tmp_path)] == [
        "x.csv:2: the row has 4 cells, the header 3, so it is not used",
        "x.csv:4: the row has 2 cells, the header 3",
    ]


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1252")])
def test_a_file_of_another_dialect_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    (tmp_path / "x.csv").write_bytes("at,fehler\n2025-08-19T17:30Z,2\n".replace(",", delimiter).encode(encoding))
    got, _ = read_metric_files([tmp_path / "x.csv"], start=START, end=END)
    assert_frame_equal(got, series(("fehler", None, "17:30", 2)))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "at,errors,errors\n2025-08-19T17:30Z,1,2\n")
    assert listed(problems, tmp_path) == [("-", "x.csv:1: 2 columns are called 'errors'; rename all but one")]


def test_labels_and_names_lose_their_secrets_and_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    rows = [("up token=a", "instance=203.0.113.7:9100", 1), ("up token=a", "instance=203.0.113.8:9100", 2)]
    text = "".join(f"2025-08-19T17:07:00Z,{name},{labels},{value}\n" for name, labels, value in rows)
    file.write_text(f"at,name,labels,value\n{text}")
    series, _ = read_metric_files([file], start=at("2025-08-19"), end=at("2025-08-20"))
    assert series[["name", "labels", "value"]].to_numpy().tolist() == [
        ["up token=<secret>", "instance=<ip>:9100", 1.0],
        ["up token=<secret>", "instance=<ip>:9100 (2)", 2.0],
    ]


def test_a_parquet_file_with_more_values_than_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes can say that one value comes a billion times, so its size alone says little."""
    monkeypatch.setattr(metric_files, "_MOST", 5)
    pd.DataFrame({"at": START, "load": range(3)}).to_parquet(tmp_path / "x.parquet")
    got, problems = read_metric_files([tmp_path / "x.parquet"], start=START, end=END)
    assert got.empty
    assert listed(problems, tmp_path) == [("-", "x.parquet: 6 values are more than 5; name a smaller file")]
