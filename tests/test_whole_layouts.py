"""Layouts as a whole: several incidents in a file, bylines, scripts without spaces, actions in odd shapes."""

from __future__ import annotations

from datetime import date

import pytest

from incident_analytics.config import Settings
from incident_analytics.reports.parse import read_reports
from incident_analytics.reports.recognition import Skipped
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import built_in_templates
from incident_analytics.reports.wordings import named_by_words

ROWS = """
- 09:02 Logins fail
- 09:10 Alert
- 09:40 Logins work again
"""


def read(text: str, path: str = "report.md") -> list[Report]:
    """Read a file's reports by the built-in templates; none where it is skipped."""
    found = read_reports(text, path, Settings(), built_in_templates())
    return [] if isinstance(found, Skipped) else found[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Incident 1: Logins fail", "Incident 2: Jobs rejected"),
        ("OG-501 – Logins fail", "OG-502 – Jobs rejected"),
        ("Störung 1: Logins fail", "Störung 2: Jobs rejected"),
        ("Incidente n.º 1: Logins fail", "Incidente n.º 2: Jobs rejected"),
        ("障害1: Logins fail", "障害2: Jobs rejected"),
    ],
)
@pytest.mark.parametrize("hashes", ["##", "###"])
def test_several_incidents_below_headings(one: str, other: str, hashes: str) -> None:
    """Each is a report of its own, on the day that the title says."""
    text = f"# Shift log, 3 July 2025 (UTC)\n\nTwo of them.\n\n{hashes} {one}\n\nSeverity: 3\n{ROWS}\n"
    text += f"{hashes} {other}\n\nSeverity: 2\n{ROWS}\nRoot cause: a typo.\n"
    reports = read(text)
    assert [report.incident["severity"] for report in reports] == ["SEV-3", "SEV-2"]
    assert [report.incident["date"] for report in reports] == [date(2025, 7, 3)] * 2
    assert [len(report.rows["timeline"]) for report in reports] == [3, 3]


@pytest.mark.parametrize(
    "headings",
    [
        ("Phase 1: Triage", "Phase 2: Repair"),
        ("Incident 1: Logins fail", "Lessons"),
        ("OPS-12 Fix the disk", "OPS-13 Add an alert"),
    ],
)
def test_headings_of_one_incident(headings: tuple[str, str]) -> None:
    """A phase, an item, or one numbered heading next to others begins no report."""
    one, other = headings
    text = f"# Outage of 3 July 2025\n\nSeverity: 2\n\n## {one}\n{ROWS}\n## {other}\n\nAll was well.\n"
    assert len(read(text)) == 1


@pytest.mark.parametrize(
    ("byline", "values"),
    [
        ("*Acme – reference NOC-4471*", {"incident_id": "NOC-4471"}),
        (
            "Acme B.V. | storingsnummer VW-7 | prioriteit: P2 | status: definitief",
            {"severity": "SEV-2", "status": "Final"},
        ),
        ("*Acme S.p.A., IT – Gravità: Alta – Stato: in revisione*", {"severity": "SEV-2", "status": "Under Review"}),
        ("Ärende: FB-2291 — Allvarlighetsgrad: Hög — Läge: Utkast", {"incident_id": "FB-2291", "status": "Draft"}),
        (
            "Acme. Severity level: **P1**. Report state: **Final**. Lead: Ngozi",
            {"severity": "SEV-1", "status": "Final"},
        ),
        ("*Acme. 2025-03-12. Sev-2. Facilitator: Ann Lee. Final.*", {"severity": "SEV-2", "status": "Final"}),
        ("Acme, Infrastructure. Priority 2. *Draft for comment.*", {"severity": "SEV-2", "status": "Draft"}),
        ("> Gravité : **Critique** · Réf. PM-88", {"incident_id": "PM-88", "severity": "SEV-1"}),
    ],
)
def test_bylines(byline: str, values: dict[str, str]) -> None:
    """A line below the title with several fields, between marks or as sentences."""
    (report,) = read(f"# Outage of the shop on 12 March 2025\n\n{byline}\n\n## Timeline (UTC)\n{ROWS}")
    assert {name: report.incident.get(name) for name in values} == values


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("PIR state: ☑ Final ☐ Draft", "Final"),
        ("Status: [ ] Final [x] Draft", "Draft"),
        ("Review status: Approved by CIO 03/04/2025", "Final"),
        ("Approval: Approved 14/04/2025, C. Ní Dhomhnaill", "Final"),
        ("Reviewed & published: 2025-07-29", "Final"),
        ("Freigegeben am: 29.07.2025", "Final"),
        ("Version: 0.3 draft", "Draft"),
        ("Status: Approved by nobody yet, pending", None),
    ],
)
def test_statuses(field: str, status: str | None) -> None:
    """A ticked option, who approved it or when, a version."""
    (report,) = read(f"# Outage of the shop on 12 March 2025\n\n- {field}\n\n## Timeline (UTC)\n{ROWS}")
    assert report.incident.get("status") == status


@pytest.mark.parametrize(
    ("kind", "words", "name"),
    [
        ("fields", "标题", "title"),
        ("fields", "故障等级", "severity"),
        ("fields", "報告書番号", "incident_id"),
        ("fields", "심각도", "severity"),
        ("fields", "장애 발생 시간", "started_at"),
        ("fields", "復旧日時", "restored_at"),
        ("fields", "天気", None),
        ("sections", "改进措施", "actions"),
        ("sections", "再発防止策", "actions"),
        ("sections", "근본 원인", "root_cause"),
        ("sections", "時系列", "timeline"),
        ("sections", "Przyczyna źródłowa", "root_cause"),
        ("sections", "Działania naprawcze", "actions"),
        ("actions", "截止日期", "due_on"),
        ("actions", "担当", "owner"),
        ("actions", "Osoba", "owner"),
        ("actions", "Incaricato", "owner"),
    ],
)
def test_words_of_other_scripts(kind: str, words: str, name: str | None) -> None:
    """A run of letters without spaces is cut into the words that are known, or is unknown as a whole."""
    assert named_by_words(words, kind) == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Logins failed. Root cause: a full disk.",
        "**Root cause.** A full disk.",
        "Trigger: the change. Underlying cause: a full disk.",
        "## The underlying problem\n\nA full disk.",
        "## Hoe kon dit gebeuren?\n\nA full disk.",
    ],
)
def test_causes(text: str) -> None:
    """Behind other sentences, behind a label with a dot, below a heading that asks."""
    (report,) = read(f"# Outage of 12 March 2025\n\nSeverity: SEV-2\n\n{text}\n\n## Timeline (UTC)\n{ROWS}")
    assert "full disk" in (report.incident.get("why_it_happened") or "")


def test_a_cause_that_is_a_time() -> None:
    """A label for the cause whose value is a time says when it was found."""
    (report,) = read(
        "# Outage\n\n- Severity: SEV-2\n- Start: 2025-06-02 09:41Z\n- Cause: 2025-06-02 10:03Z\n- End: 10:17Z\n"
    )
    assert report.incident.get("why_it_happened") is None
    assert f"{report.incident['identified_at']:%H:%M}" == "10:03"


NUMBERED = (
    "Actions: (1) Read notes, Ann Lee, 31 January 2025, done. (2) Test volumes, not one, Bo Ek, 14 February 2025, open."
)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("## Actions\n\n* Roll back – Ann Lee – 4 Sept 2025 – done", [("Roll back", "Ann Lee", "done")]),
        ("## Actions\n\n- Stop it — Ann Lee — klart 2025-12-06", [("Stop it", "Ann Lee", "done")]),
        (
            "## Actions\n\n5.1 Use local time. Lead: Ann Lee.\n5.2 Test it. Lead: Bo Ek.",
            [("Use local time", "Ann Lee", None), ("Test it", "Bo Ek", None)],
        ),
        (NUMBERED, [("Read notes", "Ann Lee", "done"), ("Test volumes, not one", "Bo Ek", "open")]),
        ("Actions: check it; version it.", [("check it", None, None), ("version it", None, None)]),
        ("## Actions\n\n- Fix the disks, Fans, 3 May 2025", [("Fix the disks, Fans, 3 May 2025", None, None)]),
    ],
)
def test_actions_in_odd_shapes(text: str, items: list[tuple[str, str | None, str | None]]) -> None:
    """Details between dashes and commas, numbers of paragraphs, a label with actions behind it."""
    (report,) = read(f"# Outage of 12 March 2025\n\nSeverity: SEV-2\n\n{text}\n\n## Timeline (UTC)\n{ROWS}")
    found = [(row["action"], row["owner"], row["status"]) for row in report.rows["actions"]]
    assert found == items


@pytest.mark.parametrize(
    "text",
    [
        f"# Game day plan: loss of zone B\n\n**Date**: 9 October 2025\n**Severity**: SEV-2\n\n## Steps\n{ROWS}",
        f"# Loss of zone B\n\n**Date**: 9 October 2025\n**Severity (simulated)**: SEV-2\n\n## Steps\n{ROWS}",
        f"# Notes from the incident commander training\n\nDate: 2025-02-27\n{ROWS}",
        f"# Incident response workshop\n\nDate: 2025-02-27\n{ROWS}",
    ],
)
def test_what_is_no_incident(text: str) -> None:
    """Plans, trainings, and values that are simulated."""
    assert read(text) == []


def test_an_update_of_a_notice() -> None:
    """What counts the updates before their times is no part of these."""
    text = "Subject: [RESOLVED] Sev 1 - No mobile data\n\nTicket: TT-550317\nDate: 21 October 2025\n\n"
    text += (
        "Update 3, 13:20 UTC: Ticket closed.\nUpdate 2, 11:50 UTC: Line card replaced.\nUpdate 1, 10:10 UTC: No data.\n"
    )
    (report,) = read(text, "mail.md")
    assert [f"{row['at']:%H:%M}" for row in report.rows["timeline"]] == ["13:20", "11:50", "10:10"]
