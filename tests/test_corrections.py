"""A corrections file overrides readings, marked, and says where a line of it no longer applies."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.errors import SettingsError

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


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{ID},restored,2021-05-10,,", r"corrections\.csv:2: field 'restored' is not one of title, date, .*"),
        (
            f"{ID},restored_at,nine,,",
            r"corrections\.csv:2: restored_at 'nine' is not a time; write it as 2025-03-14T.*",
        ),
        (f"{ID},date,nine,,", r"corrections\.csv:2: date 'nine' is not a date; write it as 2025-03-14"),
        (
            f"{ID},stated_duration,long,,",
            r"corrections\.csv:2: stated_duration 'long' is not a length of time; write .*",
        ),
        (f"{ID},affected_users,many,,", r"corrections\.csv:2: affected_users 'many' is not a number"),
        (f"{ID},affected_users,{10**30},,", r"corrections\.csv:2: affected_users '10+' is not a number"),
        (f"{ID},sla_impact,inf,,", r"corrections\.csv:2: sla_impact 'inf' is not a number"),
        (
            f"{ID},started_at,0001-01-01T00:00+05:00,,",
            r"corrections\.csv:2: started_at '0001-.*' is not a time; write .*",
        ),
        (f"{ID},is_open,perhaps,,", r"corrections\.csv:2: is_open 'perhaps' is neither true nor false"),
        (f"{ID},severity,SEV9,,", r"corrections\.csv:2: severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1"),
    ],
)
def test_a_correction_that_cannot_be_read_names_its_line_and_what_to_write(
    tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        archive(tmp_path, line)


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
