"""The fields at a report's head: an instant there is read as a row of the timeline is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from incident_analytics.config import Settings
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import Template, default_template
from incident_analytics.reports.times import either_day

PLAIN = default_template().model_dump()
TEMPLATE = Template.model_validate(PLAIN | {"fields": PLAIN["fields"] | {"started_at": ("Started",)}})


def read(started: str, below: str = "") -> Report:
    """Return a report of 14 March 2025 that says when it started."""
    text = (
        f"# Incident: X\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Started**: {started}\n{below}"
    )
    (report,) = parse_reports(text, "x.md", Settings(), TEMPLATE)
    return report


@pytest.mark.parametrize(
    ("started", "below", "instant"),
    [
        ("2025-03-14 14:02", "", "2025-03-14 14:02"),
        ("14:02", "", "2025-03-14 14:02"),
        ("14:02 PST", "", "2025-03-14 22:02"),
        ("14:02", "\nAll times US/Pacific\n", "2025-03-14 21:02"),
        ("13 March, 11:30 PM", "", "2025-03-13 23:30"),
        ("24:00", "", "2025-03-15 00:00"),
        ("00:16 (next day)", "", "2025-03-15 00:16"),
        ("Thu 22:00", "", "2025-03-13 22:00"),
        ("10h47", "", "2025-03-14 10:47"),
    ],
)
def test_when_it_started(started: str, below: str, instant: str) -> None:
    report = read(started, below)
    assert f"{report.incident['started_at']:%Y-%m-%d %H:%M}" == instant
    assert [row for row in report.rows["problems"] if row["code"] == "unreadable-time"] == []


@pytest.mark.parametrize(
    ("started", "code", "message"),
    [
        ("2024-XX-XX 10:00", "unreadable-time", "'2024-XX-XX 10:00' is not a date; write it as YYYY-MM-DD HH:MM"),
        (
            "05-08-2025 10:30",
            "ambiguous-date",
            either_day("05-08-2025 10:30", (date(2025, 5, 8), date(2025, 8, 5))),
        ),
        (
            "14:02 CST",
            "unreadable-time",
            (
                "zone 'CST' means several zones; set timezone to yours, or write a name such as America/Chicago or "
                "Asia/Shanghai"
            ),
        ),
    ],
)
def test_a_start_in_doubt_is_unknown_and_named(started: str, code: str, message: str) -> None:
    report = read(started)
    assert "started_at" not in report.incident
    assert [(row["code"], row["line"], row["message"]) for row in report.rows["problems"] if row["code"] == code] == [
        (code, 5, f"Started: {message}")
    ]


@pytest.mark.parametrize("words", ["Unknown", "TBD", ""])
def test_a_start_that_is_said_to_be_unknown_is_no_problem(words: str) -> None:
    report = read(words)
    assert "started_at" not in report.incident
    assert [row for row in report.rows["problems"] if row["code"] == "unreadable-time"] == []


@pytest.mark.parametrize(("closed", "hour"), [("3:15 PM ET", 14), ("3:15 PM", 10), ("3:15 PM PT", 10)])
def test_a_zone_of_all_instants_at_the_head_is_that_of_the_timeline(closed: str, hour: int) -> None:
    """One that only some of them name, or that they name differently, is not."""
    text = (
        "# Incident: X\n\n**Incident ID**: INC-2022-03-14-001\n**Date**: 2022-03-14\n"
        f"**Started**: 3/14/2022 10:02 AM ET\n**Closed**: 3/14/2022 {closed}\n\n"
        "## Timeline\n\n- 10:02 AM - Users get error 1033\n- 1:35 PM - Portal available\n"
    )
    fields = PLAIN["fields"] | {"started_at": ("Started",), "closed_at": ("Closed",)}
    (report,) = parse_reports(text, "x.md", Settings(), Template.model_validate(PLAIN | {"fields": fields}))
    assert f"{report.rows['timeline'][0]['at']:%H:%M}" == f"{hour}:02"


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Incident Report: INC-2026-0892 Payments down", "Payments down"),
        ("INC-2026-0892: Payments down", "Payments down"),
        ("Payments down (INC-2026-0892)", "Payments down"),
        ("[INC-2026-0892] - Payments down", "Payments down"),
        ("INC-2026-0892", "INC-2026-0892"),
        ("Payments down as in INC-2026-0892 before", "Payments down as in INC-2026-0892 before"),
    ],
)
def test_an_id_in_the_title_is_the_reports_and_no_part_of_its_words(heading: str, title: str) -> None:
    rows = (
        "**Date**: 2026-03-12\n**Severity**: SEV-1\n\n## Timeline\n\n- 09:18 UTC Alert\n- 13:00 UTC Service restored\n"
    )
    (report,) = parse_reports(f"# {heading}\n\n{rows}", "x.md", Settings(), default_template())
    assert (report.incident["incident_id"], report.incident["title"]) == ("INC-2026-0892", title)
    assert "malformed-id" not in [row["code"] for row in report.rows["problems"]]


@pytest.mark.parametrize(
    ("front", "name", "day"),
    [
        ("date: 2023-12-05\nincident_date: 2023-12-02\nseverity: high", "x.md", "2023-12-02"),
        ("date: 2023-12-05\nbegan: 2023-12-02 19:40 UTC\nseverity: high", "2023-12-02-shipping.md", "2023-12-02"),
        ("title: Shipping failed\ndate: 2023-12-05", "pm-2023-12-02.md", "2023-12-02"),
        ("date: 2023-12-02\nbegan: 2023-12-02 19:40 UTC\nseverity: high", "x.md", "2023-12-02"),
        ("date: 2023-12-02\nlastmod: 2023-11-30\nseverity: high", "x.md", "2023-12-02"),
        ("date: 2023-12-02\nseverity: high", "2023-12-01.md", "2023-12-02"),
    ],
)
def test_a_date_later_than_all_others_of_the_front_matter_is_that_of_publishing(
    front: str, name: str, day: str
) -> None:
    rows = "## Timeline\n\n- 19:40 UTC Alert\n- 21:15 UTC Service restored\n"
    (report,) = parse_reports(f"---\n{front}\n---\n\n# Shipping failed\n\n{rows}", name, Settings(), default_template())
    assert str(report.incident["date"]) == day
    assert f"{report.incident['restored_at']:%Y-%m-%d %H:%M}" == f"{day} 21:15"


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("INC-2026-03-12-001: Payments down", "Payments down"),
        ("INC-2026-03-12-001 – 2 payments lost", "2 payments lost"),
        ("INC-2026-03-12-001", "INC-2026-03-12-001"),
        ("INC-2026-03-12-0011: Payments down", "INC-2026-03-12-0011: Payments down"),
        ("Like INC-2026-03-12-001: payments", "Like INC-2026-03-12-001: payments"),
    ],
)
def test_a_title_does_not_repeat_the_id_that_a_field_has(heading: str, title: str) -> None:
    head = "**Incident ID**: INC-2026-03-12-001\n**Date**: 2026-03-12\n**Severity**: SEV-1\n"
    (report,) = parse_reports(f"# {heading}\n\n{head}", "x.md", Settings(), default_template())
    assert report.incident["title"] == title


@pytest.mark.parametrize(
    "end", ["ongoing", "Ongoing", "**not yet resolved**", "still down", "Not yet", "not yet.", "still ongoing"]
)
def test_an_end_that_says_that_it_goes_on_is_none(end: str) -> None:
    """What a row says that reads like an end is none then."""
    rows = "| Time (UTC) | Event |\n|---|---|\n| 14:20 | Supplier has a fix in test |\n"
    report = read("14:02", f"**Status**: Draft\n**Resolved**: {end}\n\n## Timeline\n\n{rows}")
    assert report.incident["is_open"] is True
    assert report.incident.get("restored_at") is None


def test_a_state_that_says_that_it_goes_on_is_a_status() -> None:
    report = read("14:02", "**State**: Ongoing\n")
    assert (report.incident["status"], report.incident["is_open"]) == ("Draft", True)


@pytest.mark.parametrize(
    ("header", "cell", "owner", "due"),
    [
        ("Who | By", "Joe | 2025-03-20", "Joe", "2025-03-20"),
        ("Due | By", "2025-03-20 | Joe", "Joe", "2025-03-20"),
        ("Who | By", "Joe | soon", "Joe", "None"),
    ],
)
def test_what_the_column_by_means_its_cells_show(header: str, cell: str, owner: str, due: str) -> None:
    report = read("14:02", f"\n## Action Items\n\n| Action | {header} |\n|---|---|---|\n| Add a limit | {cell} |\n")
    (action,) = report.rows["actions"]
    assert (action["owner"], str(action["due_on"])) == (owner, due)


@pytest.mark.parametrize(
    ("written", "is_inferred"), [("-", False), ("n/a", False), ("none", False), ("", True), ("tbd", True)]
)
def test_a_field_that_says_none_keeps_a_doubtful_row_from_being_it(written: str, is_inferred: bool) -> None:
    text = (
        "# Page down\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-1\n"
        f"**Started at**: 2025-03-14 19:25\n**Detected at**: {written}\n**Resolved at**: 2025-03-14 20:18\n\n"
        "## Timeline\n\n- 19:26 Page starts to answer 502\n- 19:50 Juhani doubles the pods, no effect\n"
        "- 20:05 Connection pool found to be the limit\n- 20:18 Pool raised, page up\n"
    )
    table = text.replace("**Started at**", "\n| | |\n|---|---|\n| Detected at | X |\n\n**Started at**")
    table = table.replace(f"**Detected at**: {written}\n", "").replace("| X |", f"| {written} |")
    (tabled,) = parse_reports(table, "a.md", Settings(), default_template())
    assert (tabled.incident.get("detected_at") is not None) == is_inferred
    (report,) = parse_reports(text, "a.md", Settings(), default_template())
    assert ("detected_at" in report.incident and report.incident["detected_at"] is not None) == is_inferred


def test_a_start_and_an_end_need_no_duration() -> None:
    head = "# Down\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Started at**: 2025-03-14 19:25\n"
    for more, n in (("", 1), ("**Resolved at**: 2025-03-14 20:18\n", 0)):
        (report,) = parse_reports(head + more, "a.md", Settings(), default_template())
        assert sum("no Duration" in row["message"] for row in report.rows["problems"]) == n


def test_a_start_that_may_be_two_days_is_one_problem() -> None:
    text = "# Down\n\n**Incident ID**: A-1\n**Severity**: SEV-1\n**Started at**: 06.05.2026\n"
    (report,) = parse_reports(text, "a.md", Settings(), default_template())
    codes = {row["code"] for row in report.rows["problems"] if row["level"] != "info"}
    assert "missing-date" not in codes
    assert "ambiguous-date" in codes


def test_a_guest_without_an_id_is_a_warning_where_the_settings_have_layouts_of_their_own(tmp_path: Path) -> None:
    text = "# Down\n\n**Date**: 2025-03-14\n**Severity**: SEV-1\n\n## Timeline\n\n- 10:00 Down\n- 10:20 Restored\n"
    own = Settings.model_validate({"templates": {"files": [tmp_path / "own.toml"]}})
    for settings, level in ((Settings(), "error"), (own, "warning")):
        (report,) = parse_reports(text, "a.md", settings, default_template())
        assert [row["level"] for row in report.rows["problems"] if row["code"] == "malformed-id"] == [level]


@pytest.mark.parametrize("words", ["ATL-INC-009", "UDM-INC-45", "INC-2025-03-14-001", "SC-209", "X_INC-45-b"])
def test_an_incident_id_is_the_whole_word_of_its_field(words: str) -> None:
    text = (
        f"# Incident: X\n\n**Incident ID**: {words}\n**Date**: 2025-03-14\n**Severity**: SEV-1\n\n## Impact\n\nAll.\n"
    )
    (report,) = parse_reports(text, "x.md", Settings(), TEMPLATE)
    assert report.incident["incident_id"] == words


def test_a_label_may_end_with_two_colons() -> None:
    started = "2025-03-14 14:02"
    (report,) = parse_reports(
        f"# Incident: X\n\nincident id:: INC-2025-03-14-001\nstarted:: {started}\n", "x.md", Settings(), TEMPLATE
    )
    assert str(report.incident["started_at"])[:16] == started


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("**Published**: 5 March 2025", "Final"),
        ("**Issued**: 5 March 2025 (draft)", None),
        ("**Approved**: 5 March 2025, subject to review", None),
        ("**Published**: 5 March 2025\n**Version**: draft 2", "Draft"),
    ],
)
def test_a_day_of_publication_says_less_than_words_for_the_status(fields: str, status: str | None) -> None:
    text = f"# Search\n\n**Incident ID**: INC-2025-03-03-001\n**Date**: 2025-03-03\n{fields}\n"
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    assert report.incident.get("status") == status


def test_a_cause_below_a_heading_of_other_matters_is_that_of_another_incident() -> None:
    head = "# Search\n\n**Incident ID**: INC-2025-03-03-001\n**Date**: 2025-03-03\n"
    text = f"{head}\n## {{}}\n\nAll was out. Cause: a full disk.\n"
    causes = [
        parse_reports(text.format(title), "x.md", Settings(), default_template())[0].incident.get("why_it_happened")
        for title in ("Summary", "Related incidents")
    ]
    assert causes == ["a full disk.", None]


def test_hours_below_a_noun_are_a_length() -> None:
    head = "# Search\n\n**Incident ID**: INC-2025-03-03-001\n**Date**: 2025-03-03\n"
    text = f"{head}**Detection**: 09:15\n**Response**: 01:40\n"
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    assert report.incident.get("responded_at") is None
    assert f"{report.incident['detected_at']:%H:%M}" == "09:15"


@pytest.mark.parametrize("line", ["By Joe Doe on 5 March 2025", "5 March 2025 – Joe Doe – 4 min read"])
def test_the_day_of_a_byline_is_not_that_of_the_incident(line: str) -> None:
    text = f"# Search\n\n{line}\n\n**Incident ID**: OPS-7\n\n## Timeline\n\n- 09:12 Alert\n"
    found = parse_reports(text, "x.md", Settings(), default_template())
    assert [report.incident.get("date") for report in found] == [None] * len(found)


@pytest.mark.parametrize(
    ("fields", "ends"),
    [
        ({"Start": "23:30", "Detected": "23:50", "End": "00:30"}, {"detected": "14 23:50", "restored": "15 00:30"}),
        ({"End": "01:15", "Start": "14:02", "Detected": "00:10"}, {"detected": "15 00:10", "restored": "15 01:15"}),
        ({"Start": "2025-03-15 23:02", "End": "01:02"}, {"restored": "16 01:02"}),
        ({"Start": "14:02", "End": "15:02", "Closed": "09:00"}, {"restored": "14 15:02", "closed": "15 09:00"}),
        ({"Start": "2025-03-13 22:00", "End": "23:00"}, {"restored": "13 23:00"}),
        ({"Start": "2025-03-13 22:00", "Detected": "14:10"}, {"detected": "14 14:10"}),
        ({"Detected": "23:50", "End": "00:30"}, {"restored": "15 00:30"}),
        # By less than three hours one of the two is a slip; so is any date.
        ({"Start": "14:02", "Detected": "14:00", "End": "13:50"}, {"detected": "14 14:00", "restored": "14 13:50"}),
        ({"Start": "14:02", "End": "2025-03-14 01:02"}, {"restored": "14 01:02"}),
        # The cause may be found long after the cure.
        ({"Start": "10:00", "Root cause identified": "17:00", "Mitigated": "11:00"}, {"mitigated": "14 11:00"}),
    ],
)  # fmt: skip
def test_midnight_has_passed_between_times_of_day_at_the_head(fields: dict[str, str], ends: dict[str, str]) -> None:
    text = "".join(f"**{label}**: {words}\n" for label, words in fields.items())
    text = f"# Search\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n{text}"
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    assert {name: f"{report.incident[f'{name}_at']:%d %H:%M}" for name in ends} == ends


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        *((f"**{label}**: 2025-04-02", False) for label in (
            "Date of report", "Report date", "Postmortem date", "Meeting date", "Date of publication",
            "Date of last update", "Date closed", "Fecha del informe", "Berichtsdatum", "Date du rapport",
        )),
        ("This review is dated 2 April 2025.", False),
        ("**Date reported**: 2025-04-02", True),
        ("Report on the outage of 2 April 2025", True),
    ],
)  # fmt: skip
def test_the_date_of_a_report_is_not_that_of_its_incident(line: str, is_taken: bool) -> None:
    text = f"# Search\n\n{line}\n\n**Incident ID**: OPS-7\n**Severity**: SEV-1\n\n## Timeline\n\n- 09:12 Alert\n"
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    assert (report.incident.get("date") is not None) == is_taken
