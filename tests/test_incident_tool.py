"""The incident tool's export: which tool it is of, what each column means, and what can't be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from builders import at

from incident_analytics.errors import ColumnsError, SettingsError
from incident_analytics.export_times import read_instants
from incident_analytics.incident_tool import read_incident_tool
from incident_analytics.loading import load
from incident_analytics.reports.placeholders import Unreadable

HEADER = "incident_number,description,service_name,created_on,resolved_on,seconds_to_first_ack,urgency"
DAY = "2025-03-14"


def put(folder: Path, text: str, settings: str = "", name: str = "x.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    file = folder / "s.toml"
    file.write_text(f"[incident_tool]\nfiles = ['{name}']\n{settings}")
    return file


def problems(file: Path) -> list[list[Any]]:
    found = load([], settings=file).problems
    return found[["line", "level", "code", "message"]].to_numpy().tolist()


def test_a_row_has_the_instants_of_its_tool(tmp_path: Path) -> None:
    text = f"{HEADER}\n4711,Down,API,{DAY}T09:00:00Z,{DAY}T10:00:00+01:00,90,high\n4712,,,,,,\n"
    table = read_incident_tool(put(tmp_path, text))
    first, second = table.to_dict("records")
    assert [first[name] for name in ("tool", "key", "title", "service", "urgency", "line")] == [
        "PagerDuty", "4711", "Down", "API", "high", 2,
    ]  # fmt: skip
    assert first["detected_at"] == first["restored_at"] == at(f"{DAY}T09:00Z")
    assert first["responded_at"] == at(f"{DAY}T09:01:30Z")
    assert table[["started_at", "identified_at", "mitigated_at", "closed_at"]].isna().all(axis=None)
    assert pd.isna(second["detected_at"])
    assert problems(tmp_path / "s.toml") == []


def test_a_time_without_a_zone_is_read_by_the_settings_or_not_at_all(tmp_path: Path) -> None:
    text = f"{HEADER}\n1,Down,API,{DAY} 09:00,14/Mar/25 11:30 AM,0,high\n"
    file = put(tmp_path, text)
    assert read_incident_tool(file)[["detected_at", "responded_at", "restored_at"]].isna().all(axis=None)
    assert problems(file) == [
        [
            2,
            "warning",
            "unreadable-time",
            f"{column}: {cell!r} names no time zone; set timezone in the same table of the settings",
        ]
        for column, cell in (("created_on", f"{DAY} 09:00"), ("resolved_on", "14/Mar/25 11:30 AM"))
    ]
    row = read_incident_tool(put(tmp_path, text, "timezone = 'America/New_York'")).iloc[0]
    assert (row["detected_at"], row["restored_at"]) == (at(f"{DAY}T13:00Z"), at(f"{DAY}T15:30Z"))
    assert pd.isna(row["responded_at"])


@pytest.mark.parametrize(
    ("text", "zone", "message"),
    [
        ("2025-11-02 01:30", "America/New_York", "comes twice or never, as clocks change then; export times in UTC"),
        ("2025-03-09 02:30", "America/New_York", "comes twice or never, as clocks change then; export times in UTC"),
        ("2025-03-14", "UTC", "has no time of day; export times, not days"),
        ("soon", "UTC", ""),
    ],
)
def test_an_instant_that_is_not_clear_is_not_read(text: str, zone: str, message: str) -> None:
    (found,) = read_instants([text], ZoneInfo(zone))
    assert isinstance(found, Unreadable)
    assert message in str(found)


def test_seconds_and_milliseconds_since_1970_are_instants() -> None:
    assert read_instants(["1741942800", "1741942800500", ""], None) == [
        pd.Timestamp("2025-03-14T09:00:00Z"),
        pd.Timestamp("2025-03-14T09:00:00.500Z"),
        None,
    ]


def test_columns_of_the_settings_mean_what_they_say_and_nothing_else(tmp_path: Path) -> None:
    text = (
        "Issue key,Summary,Created,Resolved,Custom field (Impact end)\n"
        f"OPS-1,Down,{DAY}T09:00Z,{DAY}T12:00Z,{DAY}T10:00Z\n"
    )
    columns = "[incident_tool.columns]\nclosed_at = 'Resolved'\nrestored_at = 'Custom field (Impact end)'\n"
    row = read_incident_tool(put(tmp_path, text, columns)).iloc[0]
    assert (row["restored_at"], row["closed_at"]) == (at(f"{DAY}T10:00Z"), at(f"{DAY}T12:00Z"))


def test_another_tools_export_is_read_by_the_columns_of_the_settings(tmp_path: Path) -> None:
    text = f"Ticket;Opened;Fixed\nT-1;{DAY}T09:00Z;{DAY}T12:00Z\n"
    columns = "[incident_tool.columns]\nkey = 'Ticket'\ndetected_at = 'Opened'\nrestored_at = 'Fixed'\n"
    row = read_incident_tool(put(tmp_path, text, columns)).iloc[0]
    assert (row["key"], row["restored_at"]) == ("T-1", at(f"{DAY}T12:00Z"))
    file = put(tmp_path, text)
    message = (
        "its columns are not those of PagerDuty, Opsgenie, incident.io or Jira; name key and detected_at in columns"
    )
    assert problems(file) == [[1, "error", "unreadable-file", message]]
    with pytest.raises(SettingsError) as caught:
        read_incident_tool(file)
    assert str(caught.value) == f"{tmp_path / 'x.csv'}:1: {message}"


def test_bad_rows_cost_themselves_alone(tmp_path: Path) -> None:
    rows = [
        f"1,Down, again,API,{DAY}T09:00Z,,,high",
        f"2,Down,API,{DAY}T09:00Z,{DAY}T10:00Z,soon,high",
        f"3,Down,API,{DAY}T09:00Z,{DAY}T10:00Z,99999999999,high",
        f"4,Down,API,{DAY}T09:00Z,{DAY}T10:00Z,5,high",
        f"4,Down,API,{DAY}T09:00Z,{DAY}T11:00Z,5,high",
        f"5,Down,API,{DAY}T09:00Z,{DAY}T10:00Z,5,high",
        f"5,Down,API,{DAY}T09:00Z,{DAY}T10:00Z,5,high",
    ]
    file = put(tmp_path, "\n".join([HEADER, *rows]))
    assert read_incident_tool(file)["key"].tolist() == ["2", "3", "5"]
    assert [row[:3] for row in problems(file)] == [
        [2, "error", "extra-cells"],
        [3, "warning", "unreadable-value"],
        [4, "warning", "unreadable-value"],
        [6, "warning", "contradiction"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"incidents": 5}',
        "[1]",
        '{"issues": [{"fields": {}}]}',
        '{"log_entries": [{}]}',
        "{",
        '["x"]',
        "[" * 9999,
        f'{{"incidents": [{{"incident_number": {"9" * 5000}}}]}}',
    ],
)
def test_json_of_another_kind_is_refused_and_said_so(tmp_path: Path, text: str) -> None:
    ((line, level, code, message),) = problems(put(tmp_path, text, name="x.json"))
    assert (line, level, code) == (1, "error", "unreadable-file")
    assert message.endswith("write the answer of the tool's API to the file")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text("[incident_tool]\nfiles = ['none-*.csv']\n")
    assert problems(file) == [[1, "error", "unreadable-file", "no such file; correct its name"]]


def test_issues_of_other_types_are_left_out_and_counted(tmp_path: Path) -> None:
    text = f"Issue key,Summary,Issue Type,Created\nOPS-1,Down,Incident,{DAY}T09:00Z\nOPS-2,Fix,Task,{DAY}T09:00Z\n"
    file = put(tmp_path, text)
    assert read_incident_tool(file)["key"].tolist() == ["OPS-1"]
    message = "1 of 2 issues are of other types than Incident, and not compared"
    assert problems(file) == [[1, "info", "other-issues", message]]


def test_what_the_tool_did_not_know_yet_is_not_given(tmp_path: Path) -> None:
    incidents = [
        {"incident_number": 1, "created_at": f"{DAY}T09:00:00Z", "resolved_at": f"{DAY}T12:00:00Z"},
        {"incident_number": 2, "created_at": f"{DAY}T11:00:00Z"},
    ]
    file = put(tmp_path, json.dumps(incidents), name="x.json")
    table = read_incident_tool(file, pd.Timestamp(f"{DAY}T10:00Z"))
    assert table["key"].tolist() == ["1"]
    assert table["restored_at"].isna().all()
    with pytest.raises(ColumnsError, match=r"^as_of 2025-03-14 10:00:00 has no zone"):
        read_incident_tool(file, pd.Timestamp(f"{DAY}T10:00"))


def test_a_number_that_is_none_is_no_key(tmp_path: Path) -> None:
    """Some tools write NaN where there is nothing."""
    row = '{"id": "P1", "incident_number": %s, "title": "x", "created_at": "2025-03-14T10:00:00Z"}'
    file = put(tmp_path, f'{{"incidents": [{row % 7}, {row % "NaN"}]}}', name="x.json")
    assert read_incident_tool(file)["key"].isna().tolist() == [False, True]
