"""A corrections file overrides readings, marked, and says where a line of it no longer applies."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.errors import SettingsError
from incident_analytics.measures import measure, sources
from incident_analytics.scope import Scope

REPORT = Path(__file__).parent.parent / "data" / "real" / "INC-2021-05-10-001.md"
ID = "INC-2021-05-10-001"


def archive(folder: Path, *lines: str) -> tuple[ia.Corpus, Path]:
    """Load one real report with these corrections."""
    (folder / "reports").mkdir()
    (folder / "reports" / REPORT.name).write_bytes(REPORT.read_bytes())
    corrections = folder / "corrections.csv"
    corrections.write_text("\n".join(["incident_id,field,value,reason,by", *lines, ""]), encoding="utf-8")
    settings = folder / "incident-analytics.toml"
    settings.write_text('corrections.file = "corrections.csv"\n', encoding="utf-8")
    return ia.load(folder / "reports", settings=settings, status="all"), corrections


def test_a_correction_overrides_the_reading_and_is_marked(tmp_path: Path) -> None:
    corpus, _ = archive(
        tmp_path,
        f"{ID},restored_at,2021-05-10T17:00:00Z,the morning check is not the end,ops lead",
        f"{ID},affected_users,120,counted since,support",
        f"{ID},severity,SEV-3,regraded,ops lead",
        f"{ID},stated_duration,4h 45m,,ops lead",
        f"{ID},data_loss,false,the backups are complete,ops lead",
    )
    incident = corpus.incidents.iloc[0]
    assert incident["restored_at"] == pd.Timestamp("2021-05-10 17:00Z")
    assert (incident["affected_users"], incident["severity"]) == (120, "SEV-3")
    assert not incident["data_loss"]
    readings = corpus.readings.set_index("field")
    assert readings.loc[["restored_at", "affected_users", "severity", "data_loss"], "source"].eq("corrected").all()
    assert readings.loc["severity", "as_written"] == "SEV-2"  # what the report says stays
    assert readings.loc["stated_duration", "source"] == "stated"  # the same value is no correction


def test_what_follows_from_a_corrected_value_follows(tmp_path: Path) -> None:
    corpus, _ = archive(tmp_path, f"{ID},started_at,2021-05-10T11:00:00Z,seen in the logs,ops lead")
    assert corpus.incidents.loc[0, "occurred_at"] == pd.Timestamp("2021-05-10 11:00Z")


def test_corrected_times_move_the_outage(tmp_path: Path) -> None:
    corpus, _ = archive(
        tmp_path,
        f"{ID},started_at,2021-05-10T11:00:00Z,seen in the logs,ops lead",
        f"{ID},restored_at,2021-05-10T17:00:00Z,the morning check is not the end,ops lead",
    )
    assert corpus.outages["started_at"].tolist() == [pd.Timestamp("2021-05-10 11:00Z")]
    assert corpus.outages["ended_at"].tolist() == [pd.Timestamp("2021-05-10 17:00Z")]
    assert corpus.incidents.loc[0, "ended_at"] == pd.Timestamp("2021-05-10 17:00Z")


def test_an_end_is_derived_from_the_corrected_length(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.md").write_text(
        f"# Incident: X\n\n**Incident ID**: {ID}\n**Date**: 2021-05-10\n**Duration**: 2h\n\n"
        "## Timeline\n\n| Time (UTC) | Event |\n|--|--|\n| 14:02 | First alert |\n",
        encoding="utf-8",
    )
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(f"incident_id,field,value,reason,by\n{ID},stated_duration,3h,,ops\n", encoding="utf-8")
    corpus = ia.load(tmp_path, settings=ia.Settings(corrections={"file": corrections}), status="all")  # type: ignore[arg-type]
    assert corpus.incidents.loc[0, "ended_at"] == pd.Timestamp("2021-05-10 17:02Z")


def test_a_corrected_share_of_users_is_held_against_the_summary(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.md").write_text(
        f"# Incident: X\n\n**Incident ID**: {ID}\n**Date**: 2021-05-10\n\n"
        "## Executive Summary\n\n5% of users were hit.\n",
        encoding="utf-8",
    )
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(
        f"incident_id,field,value,reason,by\n{ID},affected_users_fraction,0.5,,ops\n", encoding="utf-8"
    )
    corpus = ia.load(tmp_path, settings=ia.Settings(corrections={"file": corrections}), status="all")  # type: ignore[arg-type]
    assert "contradiction" in set(corpus.problems["code"])


def test_a_correction_that_no_longer_applies_is_a_problem_with_its_own_path_and_line(tmp_path: Path) -> None:
    corpus, file = archive(
        tmp_path,
        f"{ID},status,Final,was a draft,ops lead",
        "INC-2021-05-11-001,status,Final,was a draft,ops lead",
    )
    stale = corpus.problems[corpus.problems["code"] == "stale-correction"]
    assert stale[["path", "line", "level", "message"]].to_numpy().tolist() == [
        [file.as_posix(), 2, "warning", f"{ID} already has this status; delete the line"],
        [
            file.as_posix(),
            3,
            "warning",
            "no report of 'INC-2021-05-11-001' was found; correct the id or delete the line",
        ],
    ]


def test_a_single_report_that_is_loaded_makes_no_other_correction_stale(tmp_path: Path) -> None:
    archive(tmp_path, "INC-2021-05-11-001,status,Final,was a draft,ops lead")
    report = tmp_path / "reports" / REPORT.name
    corpus = ia.load(report, settings=tmp_path / "incident-analytics.toml", status="all")
    assert "stale-correction" not in set(corpus.problems["code"])


def test_another_folder_than_that_of_the_settings_makes_no_correction_stale(tmp_path: Path) -> None:
    archive(tmp_path, "INC-2021-05-11-001,status,Final,was a draft,ops lead")
    settings = tmp_path / "incident-analytics.toml"
    settings.write_text(f'reports = ["reports"]\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    (tmp_path / "other").mkdir()
    for folder, is_stale in (("reports", True), ("other", False), (".", True)):
        corpus = ia.load(tmp_path / folder, settings=settings, status="all")
        assert ("stale-correction" in set(corpus.problems["code"])) == is_stale


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{ID},restored,2021-05-10,,", r"not used: field 'restored' is not one of title, date, .*"),
        (
            f"{ID},restored_at,nine,,",
            r"not used: restored_at 'nine' is not a time; write it as 2025-03-14T.*",
        ),
        (f"{ID},date,nine,,", r"not used: date 'nine' is not a date; write it as 2025-03-14"),
        (
            f"{ID},stated_duration,long,,",
            r"not used: stated_duration 'long' is not a length of time; write .*",
        ),
        (f"{ID},affected_users,many,,", r"not used: affected_users 'many' is not a number"),
        (f"{ID},affected_users,{10**30},,", r"not used: affected_users '10+' is not a number"),
        (f"{ID},sla_impact,inf,,", r"not used: sla_impact 'inf' is not a number"),
        (
            f"{ID},started_at,0001-01-01T00:00+05:00,,",
            r"not used: started_at '0001-.*' is not a time; write .*",
        ),
        (f"{ID},restored_at,2021-05-10,,", r"not used: restored_at '2021-05-10' is not a time; write it as .*"),
        (f"{ID},lost_revenue,9000,,", r"not used: field 'lost_revenue' is not .*; anything else .* in the report"),
        (f"{ID},is_open,perhaps,,", r"not used: is_open 'perhaps' is neither true nor false"),
        (f"{ID},severity,SEV9,,", r"not used: severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1"),
    ],
)
def test_a_correction_that_cannot_be_used_costs_itself_and_says_what_to_write(
    tmp_path: Path, line: str, message: str
) -> None:
    corpus, file = archive(tmp_path, line, f"{ID},affected_users,120,counted since,support")
    (problem,) = corpus.problems[corpus.problems["path"] == file.as_posix()].to_dict("records")
    assert (problem["line"], problem["level"], problem["code"]) == (2, "error", "unreadable-correction")
    assert re.fullmatch(message, problem["message"])
    assert corpus.incidents["affected_users"].tolist() == [120]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    archive(tmp_path)
    (tmp_path / "corrections.csv").write_text("incident_id,field,value\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"corrections\.csv:1: no column reason, by; the columns are incident_id,"):
        ia.load(tmp_path / "reports", settings=tmp_path / "incident-analytics.toml")


def test_corrections_are_listed_with_reason_and_author(tmp_path: Path) -> None:
    archive(tmp_path, f"{ID},status,Draft,reopened,ops lead")
    listed = ia.read_corrections(tmp_path / "incident-analytics.toml")
    expected = pd.DataFrame(
        {
            "incident_id": [ID],
            "field": ["status"],
            "value": ["Draft"],
            "reason": ["reopened"],
            "by": ["ops lead"],
            "line": [2],
        }
    )
    pd.testing.assert_frame_equal(listed, expected)


def test_without_a_corrections_file_the_list_is_empty() -> None:
    assert ia.read_corrections(ia.Settings()).empty


def test_an_end_that_nobody_knows_leaves_the_stated_window(tmp_path: Path) -> None:
    stated, _ = archive(tmp_path)
    (tmp_path / "again").mkdir()
    cleared, _ = archive(tmp_path / "again", f"{ID},restored_at,,nobody knows,ops lead")
    assert pd.isna(cleared.incidents.loc[0, "restored_at"])
    assert cleared.outages["ended_at"].tolist() == stated.outages["ended_at"].tolist()


def test_corrections_of_a_spreadsheet_with_semicolons_are_read(tmp_path: Path) -> None:
    archive(tmp_path)
    (tmp_path / "corrections.csv").write_bytes(
        f"\ufeffincident_id;field;value;reason;by;\r\n{ID};severity;SEV-1;Upgraded, at review;Ada;\r\n".encode()
    )
    corpus = ia.load(tmp_path / "reports", settings=tmp_path / "incident-analytics.toml", status="all")
    assert corpus.incidents["severity"].tolist() == ["SEV-1"]


def test_a_correction_of_too_many_cells_is_not_used_and_is_an_error(tmp_path: Path) -> None:
    corpus, file = archive(tmp_path, f"{ID},severity,SEV-1,Upgraded, at review,Ada", f"{ID},status,Draft")
    assert corpus.incidents[["severity", "status"]].to_numpy().tolist() == [["SEV-2", "Draft"]]
    found = corpus.problems[corpus.problems["path"] == file.as_posix()]
    assert found[["line", "level", "code"]].to_numpy().tolist() == [
        [2, "error", "extra-cells"],
        [3, "warning", "missing-cells"],
    ]


def in_zones(folder: Path, value: str, *, head: str = "", column: str = "Time", end: str = "") -> ia.Corpus:
    """Load a report whose table's time column is called ``column``, with a corrected start, in Europe/Berlin."""
    rows = (
        f"| 09:10{end} | The shop does not answer |\n| 10:30 | Second broker is back |\n| 11:30 | Product informed |\n"
    )
    (folder / f"{ID}.md").write_text(
        f"# Incident: X\n\n**Incident ID**: {ID}\n**Date**: 2021-05-10\n{head}\n"
        f"## Timeline\n\n| {column} | Event |\n|--|--|\n{rows}",
        encoding="utf-8",
    )
    corrections = folder / "corrections.csv"
    corrections.write_text(f"incident_id,field,value,reason,by\n{ID},started_at,{value},logs,ops\n", encoding="utf-8")
    settings = ia.Settings.model_validate({"corrections": {"file": corrections}, "timezone": "Europe/Berlin"})
    return ia.load(folder, settings=settings, status="all")


@pytest.mark.parametrize(
    ("column", "head", "value", "utc"),
    [
        ("Time", "", "2021-05-10T08:15", "06:15"),  # the settings' zone: CEST
        ("Time", "", "2021-05-10 08:15", "06:15"),
        ("Time", "", "2021-05-10T08:15Z", "08:15"),
        ("Time", "", "2021-05-10T08:15-02:00", "10:15"),
        ("Time (UTC)", "", "2021-05-10T08:15", "08:15"),
        ("Time (PDT)", "", "2021-05-10T01:15", "08:15"),
        ("Time (CET)", "", "2021-05-10T08:15", "07:15"),  # as the timeline has it, though it is summer
        ("Time (Asia/Kolkata)", "", "2021-05-10T08:15", "02:45"),
        ("Time (JST)", "**Started**: 2021-05-10 00:10 UTC\n", "2021-05-10T08:15", "2021-05-09 23:15"),
        ("Time", "**Duration**: 09:10 - 10:30 UTC\n", "2021-05-10T08:15", "08:15"),
    ],
)
def test_a_corrected_time_without_an_offset_is_in_the_zone_of_the_reports_times(
    tmp_path: Path, column: str, head: str, value: str, utc: str
) -> None:
    corpus = in_zones(tmp_path, value, column=column, head=head)
    expected = utc if len(utc) > 5 else f"2021-05-10 {utc}"
    assert corpus.incidents.loc[0, "started_at"] == pd.Timestamp(expected, tz="UTC")


@pytest.mark.parametrize(
    ("column", "end", "value", "message"),
    [
        ("Time (IST)", "", "2021-05-10T08:15", "has no zone, and the report's own is unclear; add an offset or Z"),
        ("Time", " PDT", "2021-05-10T08:15", "has no zone, and the report's own is unclear; add an offset or Z"),
        ("Time", "", "2021-10-31T02:30", "is twice or never in Europe/Berlin, as clocks change; add the offset, such"),
        ("Time", "", "2021-03-28T02:30", "is twice or never in Europe/Berlin, as clocks change; add the offset, such"),
    ],
)
def test_a_corrected_time_of_unclear_zone_is_not_used(
    tmp_path: Path, column: str, end: str, value: str, message: str
) -> None:
    uncorrected = in_zones(tmp_path, "2021-05-10T00:00Z", column=column, end=end)
    assert "unreadable-correction" not in set(uncorrected.problems["code"])
    corpus = in_zones(tmp_path, value, column=column, end=end)
    (problem,) = corpus.problems[corpus.problems["code"] == "unreadable-correction"].to_dict("records")
    assert (problem["path"], problem["line"]) == ((tmp_path / "corrections.csv").as_posix(), 2)
    assert message in problem["message"]
    assert corpus.readings.loc[corpus.readings["field"] == "started_at", "source"].isin(["stated", "inferred"]).all()


@pytest.mark.parametrize(
    ("value", "reading", "milestones"),
    [
        # A row of the timeline has the corrected instant: it is the evidence, and the milestone is its own.
        ("2021-05-10T11:30Z", (12, "11:30 Product informed"), {10: None, 11: "restored", 12: "started"}),
        # A row has one milestone: the one that it has stays.
        ("2021-05-10T10:30Z", (11, "10:30 Second broker is back"), {10: None, 11: "restored", 12: None}),
        # None has it: the words are the correction's.
        ("2021-05-10T08:15Z", (1, "corrections.csv:2: logs"), {10: None, 11: "restored", 12: None}),
        ("", (1, "corrections.csv:2: logs"), {10: None, 11: "restored", 12: None}),
    ],
)
def test_the_evidence_of_a_corrected_time_is_the_row_that_has_it_or_the_correction(
    tmp_path: Path, value: str, reading: tuple[int, str], milestones: dict[int, str | None]
) -> None:
    before = in_zones(tmp_path, "2021-05-10T09:10Z", column="Time (UTC)").timeline.set_index("line")
    assert before.loc[10, "milestone"] == "started"
    assert before.loc[10, "milestone_source"] == "confirmed"
    corpus = in_zones(tmp_path, value, column="Time (UTC)")
    started = corpus.readings.set_index("field").loc["started_at"]
    assert (started["line"], started["as_written"], started["source"]) == (*reading, "corrected")
    timeline = corpus.timeline.set_index("line")
    assert pd.isna(timeline.loc[10, ["milestone", "milestone_source", "confidence", "grade"]]).all()
    found = {line: None if pd.isna(name) else name for line, name in timeline["milestone"].items()}
    assert found == milestones


def test_a_corrected_end_is_not_stale_and_moves_the_outage(tmp_path: Path) -> None:
    corpus, _ = archive(tmp_path, f"{ID},ended_at,2021-05-10T17:00:00Z,seen in the logs,ops lead")
    assert corpus.incidents.loc[0, "ended_at"] == pd.Timestamp("2021-05-10 17:00Z")
    assert corpus.outages["ended_at"].tolist() == [pd.Timestamp("2021-05-10 17:00Z")]
    assert corpus.readings.set_index("field").loc["ended_at", "source"] == "corrected"
    assert "stale-correction" not in set(corpus.problems["code"])


def test_the_lines_behind_a_figure_say_which_values_a_person_corrected_or_confirmed(tmp_path: Path) -> None:
    corpus = in_zones(tmp_path, "2021-05-10T08:15Z", column="Time (UTC)")
    scope = Scope.of(corpus, "2021-05", status="all")
    row = next(each for each in measure(scope, "response").to_dict("records") if each["metric"] == "time_to_restore")
    assert sources(scope, "response", row)["words"].tolist() == [
        "started: (corrected) corrections.csv:2: logs",
        "restored: 10:30 Second broker is back",
    ]
