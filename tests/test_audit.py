"""What in a report contradicts what: each problem names both sides, both lines and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia

TEMPLATE = """# Incident Report: Queue stands still

**Incident ID**: {id}
**Date**: {date}
**Duration**: {duration}
**Severity**: SEV-2
**Author**: On-call
**Status**: {status}

## Executive Summary

{summary}

## Timeline

| Time ({zone}) | Event |
|------------|-------|
{rows}

### User Impact
- **Affected users**: {users}

## Action Items

| Action | Owner | Due Date | Priority |
|--------|-------|----------|----------|
| Watch the queue | SRE | {due} | High |

## Sign-off

- [{signed}] Engineering Lead: Kim - 2025-03-20
"""
CLEAN = {
    "id": "INC-2025-03-14-001",
    "date": "2025-03-14",
    "duration": "14:02 - 15:47 (1h 45m)",
    "status": "Final",
    "summary": "The queue stood still for 1,200 users.",
    "rows": "| 14:02 | Initial alert/detection |\n| 14:10 | Incident response began |\n| 15:47 | Service restored |",
    "zone": "UTC",
    "users": "1,200",
    "due": "2025-04-01",
    "signed": "x",
}
ROWS = CLEAN["rows"]


def audited(folder: Path, settings: str = "", **changes: str) -> list[tuple[str, int, str]]:
    """Return the problems that the audit adds to a report with these changes: code, line, message."""
    (folder / "INC-2025-03-14-001.md").write_text(TEMPLATE.format(**CLEAN | changes), encoding="utf-8")
    (folder / "incident-analytics.toml").write_text(settings, encoding="utf-8")
    problems = ia.load(folder, settings=folder / "incident-analytics.toml", status="all").problems
    kept = problems[~problems["code"].isin(["missing-section", "missing-field", "missing-milestone", "approximate"])]
    return list(zip(kept["code"], kept["line"], kept["message"], strict=True))


def test_a_report_that_agrees_with_itself_has_no_problem(tmp_path: Path) -> None:
    assert audited(tmp_path) == []


def test_a_total_that_is_not_its_own_range(tmp_path: Path) -> None:
    assert audited(tmp_path, duration="14:02 - 15:47 (2h 45m)") == [
        (
            "duration-mismatch",
            5,
            (
                "the Duration states 2h 45m, but its own times 2025-03-14 14:02 UTC to 15:47 UTC make 1h 45m; "
                "correct one or the other"
            ),
        )
    ]


def test_a_total_that_is_not_the_time_from_detection_to_restoration(tmp_path: Path) -> None:
    assert audited(tmp_path, duration="45m") == [
        (
            "duration-mismatch",
            5,
            (
                "the Duration states 45m, but 2025-03-14 14:02 UTC to 15:47 UTC, when line 20 says it was restored, "
                "make 1h 45m; correct one or the other"
            ),
        )
    ]


@pytest.mark.parametrize("duration", ["about 100 minutes", "~1h 50m", "roughly two hours"])
def test_about_allows_a_tenth(tmp_path: Path, duration: str) -> None:
    found = [code for code, _, _ in audited(tmp_path, duration=duration)]
    assert found == (["duration-mismatch"] if "two" in duration else [])


def test_a_range_whose_end_no_row_says(tmp_path: Path) -> None:
    assert audited(tmp_path, duration="14:02 - 15:50 (1h 48m)", rows=ROWS.replace("Service restored", "Coffee")) == [
        (
            "duration-mismatch",
            5,
            (
                "the Duration ends 2025-03-14 15:50 UTC, but no row of the timeline is at that time, the nearest "
                "is line 20 at 2025-03-14 15:47 UTC; add the row, or correct the Duration"
            ),
        )
    ]


def test_the_first_of_two_windows_ends_at_no_rows_time(tmp_path: Path) -> None:
    """As with one window, and whatever the last one ends with."""
    rows = ROWS.replace("| 15:47", "| 14:34 | Change reverted |\n| 15:10 | Errors are back |\n| 15:47")
    message = (
        "the Duration ends 2025-03-14 14:30 UTC, but no row of the timeline is at that time, the nearest is line 20 at "
        "2025-03-14 14:34 UTC; add the row, or correct the Duration"
    )
    assert audited(tmp_path, duration="14:02 - 14:30 and 15:10 - 15:47", rows=rows) == [
        ("duration-mismatch", 5, message)
    ]
    assert audited(tmp_path, duration="14:02 - 14:34 and 15:10 - 15:47", rows=rows) == []


def test_a_row_without_a_time_may_be_the_end(tmp_path: Path) -> None:
    rows = ROWS.replace("| 15:47 |", "| 2025-02-11 15:50 |")
    assert [(code, line) for code, line, _ in audited(tmp_path, duration="14:02 - 15:50", rows=rows)] == [
        ("date-mismatch", 20)
    ]


@pytest.mark.parametrize("end", ["15:50", "15:40", "16:30"])
def test_a_range_that_does_not_end_with_the_restoration(tmp_path: Path, end: str) -> None:
    """At 16:30 there is a row, of something that followed."""
    message = (
        f"the Duration ends 2025-03-14 {end} UTC, but line 20 says it was restored at 2025-03-14 15:47 UTC; correct "
        "one or the other"
    )
    rows = f"{ROWS}\n| 16:30 | Write to the customers |"
    assert audited(tmp_path, duration=f"14:02 - {end}", rows=rows) == [("duration-mismatch", 5, message)]


@pytest.mark.parametrize("duration", ["14:02 - 15:47", "14:02 - 15:47 (1h 45m)", "ca. 14:02 - 15:50"])
def test_a_range_that_ends_with_the_restoration(tmp_path: Path, duration: str) -> None:
    assert audited(tmp_path, duration=duration, rows=f"{ROWS}\n| 16:30 | Write to the customers |") == []


def test_a_range_that_does_not_start_with_the_row_that_says_so(tmp_path: Path) -> None:
    rows = "| 13:30 | Outage began |\n" + ROWS.replace("14:02", "14:05")
    message = (
        "the Duration starts 2025-03-14 14:02 UTC, but line 18 says 'Outage began' at 2025-03-14 13:30 UTC; correct "
        "one or the other"
    )
    assert audited(tmp_path, rows=rows) == [("duration-mismatch", 5, message)]
    assert audited(tmp_path, rows=rows, duration="13:30 - 15:47") == []


REOPENED = """| 10:00 | Errors begin |
| 10:05 | Initial alert/detection |
| 11:00 | Service restored |
| 11:10 | Incident closed |
| 13:00 | Incident reopened - errors return |
| 14:00 | Service restored |
| 14:30 | Incident closed |"""


@pytest.mark.parametrize("duration", ["10:00 - 14:00 (4h)", "10:00 - 14:00", "4h"])
def test_a_duration_that_covers_a_time_in_which_it_was_over(tmp_path: Path, duration: str) -> None:
    message = (
        "2h 00m of the Duration's 4h 00m are between 'restored' of line 20 and the relapse of line 22; write each "
        "window with its own times, or correct the rows"
    )
    assert audited(tmp_path, duration=duration, rows=REOPENED) == [("duration-mismatch", 5, message)]


@pytest.mark.parametrize("duration", ["10:00 - 14:00 (2h)", "2h", "10:00 - 11:00 and 13:00 - 14:00 (2h)"])
def test_a_duration_without_the_time_in_which_it_was_over(tmp_path: Path, duration: str) -> None:
    assert audited(tmp_path, duration=duration, rows=REOPENED) == []


def test_a_duration_that_neither_the_range_nor_the_windows_make(tmp_path: Path) -> None:
    [(code, line, message)] = audited(tmp_path, duration="10:00 - 14:00 (3h)", rows=REOPENED)
    assert (code, line) == ("duration-mismatch", 5)
    assert message.startswith("the Duration states 3h 00m, but its own times 2025-03-14 10:00 UTC to 14:00 UTC")


def test_a_relapse_without_a_second_restoration(tmp_path: Path) -> None:
    rows = "\n".join(REOPENED.splitlines()[:5])
    message = (
        "'Incident reopened - errors return' follows 'restored' of line 20, and no later row says that it was restored "
        "again; add the row"
    )
    assert audited(tmp_path, duration="1h", rows=rows) == [("contradiction", 22, message)]


def test_support_hours_of_the_calendar_are_said_next_to_the_mismatch(tmp_path: Path) -> None:
    rows = "| 2025-03-14 16:00 | Initial alert/detection |\n| 2025-03-17 09:30 | Service restored |"
    found = audited(tmp_path, "[calendar]\nstart = 09:00:00\nend = 17:00:00\n", duration="1h 30m", rows=rows)
    assert found == [
        (
            "duration-mismatch",
            5,
            (
                "the Duration states 1h 30m, but 2025-03-14 16:00 UTC to 2025-03-17 09:30 UTC, when line 19 says it "
                "was restored, make 65h 30m; correct one or the other"
            ),
        ),
        (
            "duration-support-hours",
            5,
            "1h 30m are the support hours in 65h 30m; write the calendar time as the Duration",
        ),
    ]


def test_two_windows_are_summed(tmp_path: Path) -> None:
    rows = "\n".join(f"| {clock} | Step |" for clock in ("11:07", "13:40", "15:30", "17:11"))
    duration = "11:07 - 13:40 (2h 37min) and 15:30 - 17:11 (1h 41min)"
    [(code, line, message)] = audited(tmp_path, duration=duration, rows=rows)
    assert (code, line) == ("duration-mismatch", 5)
    assert "states 4h 18m" in message
    assert "make 4h 14m" in message


def test_a_date_that_is_not_the_ids(tmp_path: Path) -> None:
    found = audited(tmp_path, date="2025-03-15")
    assert found == [
        (
            "date-mismatch",
            4,
            "the Date is 2025-03-15, the Incident ID of line 3 says 2025-03-14; correct one or the other",
        )
    ]


@pytest.mark.parametrize(
    ("zone", "restored", "responded"),
    [
        ("UTC", "2025-03-14 15:47 UTC", "2025-03-14 15:55 UTC"),
        ("Asia/Kolkata", "2025-03-14 15:47 (10:17 UTC)", "2025-03-14 15:55 (10:25 UTC)"),
        ("America/Los_Angeles", "2025-03-14 15:47 (22:47 UTC)", "2025-03-14 15:55 (22:55 UTC)"),
    ],
)
def test_milestones_out_of_their_usual_order_stay_and_are_said_in_the_reports_own_time(
    tmp_path: Path, zone: str, restored: str, responded: str
) -> None:
    rows = "| 14:02 | Initial alert/detection |\n| 15:47 | Service restored |\n| 15:55 | Incident response began |"
    message = f"restored at {restored} comes before responded at {responded} of line 20; check the times"
    assert audited(tmp_path, rows=rows, zone=zone) == [("milestone-order", 19, message)]
    if zone != "UTC":  # the same where only the settings name the zone
        assert audited(tmp_path, f"timezone = '{zone}'", rows=rows, zone="local time")[0][2] == message


def test_an_action_due_before_the_incident(tmp_path: Path) -> None:
    found = audited(tmp_path, due="2025-03-01")
    assert found == [
        (
            "contradiction",
            29,
            "the action was due 2025-03-01, before the incident of 2025-03-14; correct its Due Date",
        )
    ]


@pytest.mark.parametrize(
    ("status", "completed", "message", "kept"),
    [
        (
            "Done",
            "2025-03-13",
            (
                "the action was completed 2025-03-13, before the incident of 2025-03-14, so that date is not used; "
                "correct its Completed"
            ),
            None,
        ),
        (
            "Open",
            "2025-03-20",
            "the action is open, but was completed 2025-03-20; correct its Status or its Completed",
            "2025-03-20",
        ),
        ("Done", "2025-03-14", None, "2025-03-14"),
        ("Open", "", None, None),
        ("", "2025-03-20", None, "2025-03-20"),
    ],
)
def test_an_action_completed_before_the_incident_or_open_and_completed(
    tmp_path: Path, status: str, completed: str, message: str | None, kept: str | None
) -> None:
    text = TEMPLATE.format(**CLEAN).replace("| Priority |\n|", "| Priority | Status | Completed |\n|---|---|")
    text = text.replace("| High |", f"| High | {status} | {completed} |")
    (tmp_path / "INC-2025-03-14-001.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    found = corpus.problems[corpus.problems["code"] == "contradiction"]
    assert found[["line", "message"]].to_numpy().tolist() == ([[29, message]] if message else [])
    assert corpus.actions["completed_on"].isna().tolist() == [kept is None]
    assert corpus.actions["completed_on"].dropna().tolist() == ([pd.Timestamp(kept)] if kept else [])


def test_a_completion_on_the_incidents_day_in_the_settings_zone_is_possible(tmp_path: Path) -> None:
    text = TEMPLATE.format(**CLEAN).replace("| Priority |\n|", "| Priority | Status | Completed |\n|---|---|")
    text = text.replace("| High |", "| High | Done | 2025-03-13 |").replace("14:", "02:")
    (tmp_path / "INC-2025-03-14-001.md").write_text(text.replace("15:47", "03:47"), encoding="utf-8")
    (tmp_path / "s.toml").write_text('timezone = "America/New_York"')
    corpus = ia.load(tmp_path, settings=tmp_path / "s.toml", status="all")
    assert "contradiction" not in set(corpus.problems["code"])
    assert corpus.actions["completed_on"].tolist() == [pd.Timestamp("2025-03-13")]


def test_other_users_in_the_summary_than_in_the_impact(tmp_path: Path) -> None:
    found = audited(tmp_path, summary="About 3,000 users could not publish.")
    assert found == [
        (
            "contradiction",
            23,
            (
                "Affected users are 1,200, the summary from line 12 on says 'About 3,000 users'; correct one or "
                "the other"
            ),
        )
    ]


def test_a_summary_that_says_several_figures_is_not_judged(tmp_path: Path) -> None:
    assert audited(tmp_path, summary="First 300 users, then 5,000 users.") == []


def test_a_final_report_that_nobody_signed(tmp_path: Path) -> None:
    found = audited(tmp_path, signed=" ")
    assert found == [
        (
            "missing-sign-off",
            31,
            "the report is Final, but nobody has signed it off; tick '- [x] Role: Name - Date'",
        )
    ]


def test_a_draft_need_not_be_signed(tmp_path: Path) -> None:
    assert audited(tmp_path, signed=" ", status="Draft") == []


def test_a_missing_milestone_names_the_phrase_to_write(tmp_path: Path) -> None:
    audited(tmp_path, rows=ROWS.replace("Incident response began", "Coffee"))
    problems = ia.load(tmp_path).problems
    messages = problems.loc[problems["code"] == "missing-milestone", "message"]
    assert "timeline has no 'Incident response began' row, so responded_at is missing" in set(messages)


def test_ignored_codes_and_other_levels_come_from_the_settings(tmp_path: Path) -> None:
    settings = '[check]\nignore = ["missing-sign-off"]\nlevels = {date-mismatch = "error"}\n'
    audited(tmp_path, settings, signed=" ", date="2025-03-15")
    problems = ia.load(tmp_path, settings=tmp_path / "incident-analytics.toml").problems
    assert "missing-sign-off" not in set(problems["code"])
    assert problems.loc[problems["code"] == "date-mismatch", "level"].tolist() == ["error"]
