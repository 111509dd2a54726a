"""What looks like a zone, a question, an id, a length, a severity or people, and is none, is not read as one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.reports.template import default_template
from incident_analytics.reports.values import find_users

HEAD = "# Login outage\n\n- Date: 2024-06-03\n- Severity: SEV-2\n"
BODY = "\n## Timeline\n\n- 10:00 Alert: logins fail\n- 10:30 Service restored\n\n## Root cause\n\nA full disk.\n"


def first(tmp_path: Path, text: str) -> dict[str, object]:
    """Return the one incident of a report."""
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    (row,) = ia.load(tmp_path, status="all").incidents.to_dict("records")
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


@pytest.mark.parametrize(
    ("sentence", "hour"),
    [
        ("At the time Singapore users were asleep.", 10),
        ("Load times in Sydney were high.", 10),
        ("The failover zone Berlin was lost", 10),
        ("Response times: Chicago 3s", 10),
        ("The customer said it was 10:00 their time (PST).", 10),
        ("The vendor's maintenance time is EST.", 10),
        ("At that time EST was in effect.", 10),
        ("The dates are in EST.", 10),
        ("Times in EST were worse.", 10),
        ("All times are in JST.", 1),
        ("The clock times above are in CEST.", 8),
        ("All times Vienna", 8),
        ("Times are in Tokyo time.", 1),
        ("Alle Zeiten in MESZ", 8),
        ("All times in Singapore, Tokyo and Sydney were slow.", 10),
        ("Times in Sydney (p99) doubled.", 10),
        ("Times (PST) rose.", 10),
        ("Times (UTC+2) and local ones were mixed up.", 10),
        ("Times PT, CT and ET users saw were high.", 10),
        ("Times in London, Ontario.", 10),
        ("All times (Tokyo).", 1),
        ("Times in Tokyo, unless noted.", 1),
        ("All times below are est.", 10),
        ("The job ran at 02:00 CET.", 10),
        ("The certificate expired at 13:59 PST.", 10),
        ("Customers saw errors from 10:00 to 10:30 JST.", 1),
        ("Down from 10:00 (est. 20% of users).", 10),
        ("At 10:00 et al.", 10),
    ],
)
def test_only_a_sentence_about_all_times_names_their_zone(sentence: str, hour: int, tmp_path: Path) -> None:
    found = first(tmp_path, f"{HEAD}{BODY}\n{sentence}\n")["detected_at"]
    assert isinstance(found, pd.Timestamp)
    assert found.hour == hour


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("How many servers were affected?", None),
        ("How many alerts were fired?", None),
        ("How many people worked on it?", None),
        ("How long did it take to detect?", None),
        ("When did the recovery begin?", None),
        ("When did we start?", None),
        ("When did the endpoint fail?", None),
        ("When did the container crash?", None),
        ("When did the heartbeat stop?", None),
        ("When did the DNS resolvers fail?", None),
        ("When was the fixture changed?", None),
        ("Which system noticed the impact?", None),
        ("What service level was hit?", None),
        ("When did the trouble begin?", "started_at"),
        ("When did we notice it?", "detected_at"),
        ("When did you know?", "detected_at"),
        ("When did we react to the problem?", "responded_at"),
        ("When was the root cause identified?", "identified_at"),
        ("When was the incident contained?", "mitigated_at"),
        ("When was everything back to normal?", "restored_at"),
        ("When did it work again?", "restored_at"),
        ("How long did it take?", "duration"),
        ("How long were users down?", "duration"),
        ("How bad was it?", "severity"),
        ("How many people were affected?", "affected_users"),
        ("Which systems were hit?", "services"),
    ],
)
def test_a_question_is_a_field_only_with_all_of_its_words(label: str, name: str | None) -> None:
    assert default_template().field_named(label) == name


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("What went well and what to improve", "went_well"),
        ("What went wrong and how to improve", "could_improve"),
        ("What we did to change the routing", None),
        ("Open questions about this action", None),
        ("Follow the request: how it works", None),
        ("How the fix failed", None),
        ("How the resolver works", None),
        ("What caused confusion during the response", None),
        ("What changed?", None),
        ("What we do", None),
        ("What was the cause?", "root_cause"),
        ("What will we do to prevent it?", "actions"),
        ("How are we making incidents like this less likely or less impactful?", "actions"),
        ("Repair items", "actions"),
        ("How did we fix it?", "resolution"),
    ],
)
def test_a_heading_is_a_section_only_with_all_of_its_words(heading: str, name: str | None) -> None:
    assert default_template().section_named(heading) == name


@pytest.mark.parametrize(
    ("title", "incident_id"),
    [
        ("Outage 2025-03: Database", "report"),
        ("Outage 1400-1500: Database", "report"),
        ("COVID-19: too many logins", "report"),
        ("JAN-2025", "report"),
        ("H1-2025: logins", "report"),
        ("AUG-14: logins", "report"),
        ("WIN-2019: logins", "report"),
        ("NET-12 logins fail", "report"),
        ("Best case 1000 users affected", "report"),
        ("Login outage, ticket 500 errors", "report"),
        ("Postmortem 2024-5-6", "report"),
        ("Incident 2024-25 season", "report"),
        ("[NET-204] Login outage", "NET-204"),
        ("NET-12: logins fail", "NET-12"),
        ("Login outage (incident #4711)", "4711"),
        ("Trouble ticket 2023050200417 - logins", "2023050200417"),
        ("Login outage #1884", "1884"),
    ],
)
def test_an_id_in_a_title(title: str, incident_id: str, tmp_path: Path) -> None:
    text = f"# {title}\n\n- Date: 2024-06-03\n- Severity: SEV-2\n{BODY}"
    assert first(tmp_path, text)["incident_id"] == incident_id


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("2025-03-14 (written within 5 days)", None),
        ("2025-03-14, last updated 3 days later", None),
        ("2025-03-14 (24h on-call rota)", None),
        ("2025-03-14 10:00 to 16:00 (report due in 5 days)", 360),
        ("2025-03-14 to 2025-03-16", None),
        ("2025-03-14 (2 hours)", 120),
        ("2025-03-14, 10:00-16:00 UTC (6 hours)", 360),
        ("2025-03-14, 2 h 5 min", 125),
    ],
)
def test_a_length_next_to_the_date(words: str, minutes: int | None, tmp_path: Path) -> None:
    found = first(tmp_path, f"# Login outage\n\n- Date: {words}\n- Severity: SEV-2\n{BODY}")["stated_duration"]
    assert found == (None if minutes is None else pd.Timedelta(minutes=minutes))


def test_two_days_as_the_date_leave_the_duration_missing(tmp_path: Path) -> None:
    text = f"# INC-2025-03-14-001\n\n**Date**: 2025-03-14 to 2025-03-16\n**Severity**: SEV-2\n{BODY}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert any("no Duration" in message for message in ia.load(tmp_path, status="all").problems["message"])


@pytest.mark.parametrize(
    ("title", "line", "severity"),
    [
        ("Login outage", "This was not a SEV-1.", None),
        ("Login outage", "It would have been a SEV-1 on a weekday.", None),
        ("Login outage", "Follow-up of last month's SEV1 outage.", None),
        ("Login outage", "See the SEV0 policy.", None),
        ("Follow-up of the SEV1 outage", "Nobody could log in.", None),
        ("Login outage", "**SEV-1**", "SEV-1"),
        ("Login outage (S1)", "Nobody could log in.", "SEV-1"),
        ("SEV-1: Login outage", "Nobody could log in.", "SEV-1"),
        ("Login outage - SEV2", "Nobody could log in.", "SEV-2"),
    ],
)
def test_a_severity_without_a_label(title: str, line: str, severity: str | None, tmp_path: Path) -> None:
    assert first(tmp_path, f"# {title}\n\n{line}\n\nDate: 2024-06-03\n{BODY}")["severity"] == severity


@pytest.mark.parametrize(
    ("label", "words", "users"),
    [
        ("Affected services", "3 customer-facing services: API, Web", None),
        ("Affected services", "2 client libraries (Java, Go)", None),
        ("Affected services", "1 customer (ACME), API and Web", None),
        ("Affected", "3 customer-facing services: API, Web", None),
        ("Affected", "2 client libraries (Java, Go)", None),
        ("Affected", "1 customer (ACME), API and Web", None),
        ("Affected", "3 staff tools: Jira, Wiki", None),
        ("Affected", "about 1,200 students", 1200),
        ("Affected", "40 customers could not log in", 40),
    ],
)
def test_people_are_not_services(label: str, words: str, users: int | None, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(f"{HEAD}- {label}: {words}\n{BODY}", encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert list(corpus.incidents["affected_users"].dropna()) == ([] if users is None else [users])
    assert (len(corpus.services) > 0) is (users is None)


@pytest.mark.parametrize(
    "event",
    [
        "UK users report errors",
        "West region is down",
        "Eastern region is down",
        "Pacific region is down",
        "z-index is wrong",
        "mt-1 restarted",
        "ICT team paged",
        "SAST scan flagged it",
        "est. 20% of users affected",
        "3 des serveurs sont tombés",
        "des 3 serveurs, un reste",
    ],
)
def test_words_behind_a_time_of_day_are_neither_its_zone_nor_its_date(event: str, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(f"{HEAD}\n## Timeline\n\n- 10:00 {event}\n- 10:30 Service restored\n")
    rows = ia.load(tmp_path, status="all").timeline
    assert rows["event"].tolist() == [event, "Service restored"]
    assert [str(at) for at in rows["at"]] == ["2024-06-03 10:00:00+00:00", "2024-06-03 10:30:00+00:00"]


@pytest.mark.parametrize(
    ("label", "value", "field"),
    [
        ("Time taken", "1:30", "responded_at"),
        ("Response", "1:15", "responded_at"),
        ("Detection", "3:00", "detected_at"),
        ("Recovery", "1:10", "restored_at"),
        ("Mitigation", "1:10 h", "mitigated_at"),
        ("Known issue", "14:30", "identified_at"),
    ],
)
def test_a_length_below_a_noun_is_not_an_instant(label: str, value: str, field: str, tmp_path: Path) -> None:
    assert first(tmp_path, f"{HEAD}- {label}: {value}\n\n## Summary\n\nDown.\n")[field] is None


@pytest.mark.parametrize("text", ["1 (lowest)", "0 (none)", "1 (not set)"])
def test_a_number_explained_as_the_least_is_not_the_worst_severity(text: str, tmp_path: Path) -> None:
    assert first(tmp_path, HEAD.replace("SEV-2", text) + BODY)["severity"] is None


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Blocking?", ("yes", "no")),
        ("Needs approval", ("Y", "N")),
        ("Coverage", ("100%", "40%")),
        ("Environment", ("live", "live")),
        ("Recommendation", ("Approved", "Approved")),
    ],
)
def test_answers_below_another_header_are_no_states_of_actions(
    header: str, cells: tuple[str, str], tmp_path: Path
) -> None:
    rows = f"| Add alert | Ann | {cells[0]} |\n| Move it | Bob | {cells[1]} |\n"
    table = f"| Action | Owner | {header} |\n|---|---|---|\n{rows}"
    (tmp_path / "report.md").write_text(f"{HEAD}{BODY}\n## Action items\n\n{table}")
    assert ia.load(tmp_path, status="all").actions["status"].isna().all()


def test_a_comment_is_not_the_action(tmp_path: Path) -> None:
    table = (
        "| Owner | Due | Notes | Task name |\n|---|---|---|---|\n| Ann | 2024-08-01 | Long words of why | Add alert |\n"
    )
    (tmp_path / "report.md").write_text(f"{HEAD}{BODY}\n## Action items\n\n{table}")
    assert ia.load(tmp_path, status="all").actions["action"].tolist() == ["Add alert"]


@pytest.mark.parametrize(
    "sentence",
    [
        "2 hosts failed.",
        "5 drivers failed to load.",
        "4 listeners were down.",
        "12 consumers lost their partition.",
        "300 users were not affected.",
        "300 Nutzer waren nicht betroffen.",
        "300 usuarios no fueron afectados.",
    ],
)
def test_machines_and_those_not_hit_are_not_affected_users(sentence: str) -> None:
    assert find_users(sentence) is None
