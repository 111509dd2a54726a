"""Fifty incidents as reports and as each incident tool exports them, with differences planted; all from a seed."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

TOOLS = ("PagerDuty", "Opsgenie", "incident.io", "Jira")
MILESTONES = {
    "PagerDuty": ("detected", "responded", "restored"),
    "Opsgenie": ("detected", "responded", "restored"),
    "incident.io": ("detected", "identified", "mitigated", "restored"),
    "Jira": ("detected", "restored"),
}
"""What each tool has a time of."""
PHRASES = {
    "detected": "Initial alert/detection",
    "responded": "Incident response began",
    "identified": "Root cause identified",
    "mitigated": "Mitigation applied",
    "restored": "Service restored",
}
SERVICES = ("API", "Frontend", "Admin Dashboard")
CENTRAL = timezone(timedelta(hours=2))


@dataclass(frozen=True)
class Case:
    """An incident: what its report says, what the tool has, and where they differ by more than five minutes."""

    number: int
    incident_id: str
    service: str
    way: str
    reported: dict[str, datetime]
    recorded: dict[str, datetime]
    planted: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the tool calls it."""
        return str(4000 + self.number)


def cases(tool: str, seed: int, n: int = 50, n_planted: int = 20) -> list[Case]:
    """Return incidents a few days apart; each tool is wrong about so many of them by six to fifty minutes."""
    chance = random.Random(f"{tool} {seed}")  # noqa: S311 - a seed, no secret
    planted = set(chance.sample(range(n), n_planted))
    found = []
    for number in range(n):
        day = datetime(2025, 1, 3, chance.randrange(24), chance.randrange(60), tzinfo=UTC)
        begun = day + timedelta(days=3 * number)
        reported, minutes = {}, 0
        for name in PHRASES:
            reported[name] = begun + timedelta(minutes=minutes)
            minutes += chance.randint(3, 55)
        recorded = {name: reported[name] + timedelta(seconds=chance.randint(-240, 240)) for name in MILESTONES[tool]}
        wrong: tuple[str, ...] = ()
        if number in planted:
            wrong = (chance.choice(MILESTONES[tool]),)
            apart = timedelta(minutes=chance.randint(6, 50))
            is_earlier = wrong[0] == "detected" or recorded["detected"] < reported[wrong[0]] - apart
            recorded[wrong[0]] = reported[wrong[0]] - apart if is_earlier else reported[wrong[0]] + apart
        way = ("id", "key", "service" if tool in {"PagerDuty", "Jira"} else "id")[number % 3]
        service = chance.choice(SERVICES)
        found.append(Case(number, f"INC-{begun:%Y-%m-%d}-001", service, way, reported, recorded, wrong))
    return found


def report(case: Case, name: str) -> str:
    """Write a case's report; where the two are to be matched by key it names the tool's record."""
    boxes = "\n".join(f"- [{'x' if case.service == service else ' '}] {service}" for service in SERVICES)
    rows = "\n".join(f"| {at:%Y-%m-%d %H:%M:%S} | {PHRASES[step]} |" for step, at in case.reported.items())
    named = f"**Record**: {name}\n" if case.way == "key" else ""
    return f"""# Incident Report: Case {case.number}

**Incident ID**: {case.incident_id}
**Date**: {case.reported["detected"]:%Y-%m-%d}
**Severity**: SEV-2
**Status**: Final
{named}
## Timeline

| Time (UTC) | Event |
|------------|-------|
{rows}

## Impact

### Affected Services
{boxes}
"""


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def title(case: Case) -> str:
    return f"{case.incident_id}: alarm" if case.way == "id" else f"Alarm {case.number}"


def zulu(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _after(case: Case, step: str) -> int:
    return round((case.recorded[step] - case.recorded["detected"]).total_seconds())


def pagerduty_csv(found: Sequence[Case]) -> str:
    rows = [
        {
            "id": f"Q{case.number:03}XYZ",
            "incident_number": case.key,
            "description": title(case),
            "service_id": "PS1",
            "service_name": case.service,
            "created_on": f"{case.recorded['detected'].astimezone(CENTRAL):%Y-%m-%dT%H:%M:%S+02:00}",
            "resolved_on": f"{case.recorded['restored'].astimezone(CENTRAL):%Y-%m-%dT%H:%M:%S+02:00}",
            "seconds_to_first_ack": str(_after(case, "responded")),
            "urgency": "high",
        }
        for case in found
    ]
    stray = {"id": "QSTRAY", "incident_number": "9", "description": "Disk", "service_name": "API", "urgency": "low"}
    return as_csv([*rows, dict.fromkeys(rows[0], "") | stray | {"created_on": "2024-02-01T00:00:00Z"}])


def pagerduty_json(found: Sequence[Case]) -> str:
    incidents = [
        {
            "id": f"Q{case.number:03}XYZ",
            "incident_number": int(case.key),
            "title": title(case),
            "status": "resolved",
            "created_at": zulu(case.recorded["detected"]),
            "resolved_at": zulu(case.recorded["restored"]),
            "acknowledgements": [
                {"at": zulu(case.recorded["responded"] + timedelta(hours=1)), "acknowledger": {"summary": "Ben"}},
                {"at": zulu(case.recorded["responded"]), "acknowledger": {"summary": "Ana"}},
            ],
            "service": {"id": "PS1", "summary": case.service},
            "urgency": "high",
            "html_url": f"https://acme.pagerduty.com/incidents/Q{case.number:03}XYZ",
        }
        for case in found
    ]
    return json.dumps({"incidents": incidents, "limit": 100, "more": False}, indent=1)


def pagerduty_log(found: Sequence[Case]) -> str:
    steps = {"detected": "trigger", "responded": "acknowledge", "restored": "resolve"}
    entries = [
        {
            "id": f"R{case.number}{step}",
            "type": f"{kind}_log_entry",
            "created_at": zulu(case.recorded[step]),
            "incident": {"id": f"Q{case.number:03}XYZ", "summary": f"[#{case.key}] {title(case)}"},
            "service": {"summary": case.service},
        }
        for case in found
        for step, kind in steps.items()
    ]
    return json.dumps({"log_entries": entries})


def opsgenie_csv(found: Sequence[Case]) -> str:
    return as_csv(
        [
            {
                "Id": f"alert-{case.number}",
                "TinyID": case.key,
                "Alias": f"alias-{case.number}",
                "Message": title(case),
                "Status": "closed",
                "Priority": "P2",
                "CreatedAt": str(round(case.recorded["detected"].timestamp() * 1000)),
                "AckTime": str(_after(case, "responded") * 1000),
                "ClosedAt": f"{case.recorded['restored']:%Y/%m/%d %H:%M:%S}",
            }
            for case in found
        ]
    )


def opsgenie_json(found: Sequence[Case]) -> str:
    alerts = [
        {
            "id": f"alert-{case.number}",
            "tinyId": case.key,
            "alias": f"alias-{case.number}",
            "message": title(case),
            "status": "closed",
            "acknowledged": True,
            "tags": ["prod"],
            "createdAt": zulu(case.recorded["detected"]),
            "priority": "P2",
            "report": {
                "ackTime": _after(case, "responded") * 1000,
                "closeTime": _after(case, "restored") * 1000,
                "closedBy": "ana@example.com",
            },
        }
        for case in found
    ]
    return json.dumps({"data": alerts, "took": 0.1})


def incident_io_csv(found: Sequence[Case]) -> str:
    return as_csv(
        [
            {
                "ID": f"01F{case.number}",
                "Reference": f"INC-{case.key}",
                "Name": title(case),
                "Severity": "Major",
                "Reported at": zulu(case.recorded["detected"]),
                "Identified at": zulu(case.recorded["identified"]),
                "Fixed at": zulu(case.recorded["mitigated"]),
                "Resolved at (UTC)": f"{case.recorded['restored']:%Y-%m-%d %H:%M:%S}",
                "Closed at": "",
            }
            for case in found
        ]
    )


def incident_io_json(found: Sequence[Case]) -> str:
    names = {
        "detected": "Reported at",
        "identified": "Identified at",
        "mitigated": "Fixed at",
        "restored": "Resolved at",
    }
    incidents = [
        {
            "id": f"01F{case.number}",
            "reference": f"INC-{case.key}",
            "name": title(case),
            "permalink": f"https://app.incident.io/acme/incidents/{case.key}",
            "severity": {"name": "Major"},
            "incident_timestamp_values": [
                {"incident_timestamp": {"id": "x", "name": name}, "value": {"value": zulu(case.recorded[step])}}
                for step, name in names.items()
            ]
            + [{"incident_timestamp": {"id": "y", "name": "Closed at"}, "value": None}],
            "custom_field_entries": [{"custom_field": {"name": "Team"}, "values": [{"value_text": "Core"}]}],
        }
        for case in found
    ]
    return json.dumps({"incidents": incidents})


def jira_csv(found: Sequence[Case]) -> str:
    rows = [
        {
            "Summary": title(case),
            "Issue key": f"OPS-{case.key}",
            "Issue Type": "Incident",
            "Status": "Closed",
            "Priority": "High",
            "Created": f"{case.recorded['detected'].astimezone(CENTRAL):%d/%b/%y %-I:%M %p}",
            "Resolved": f"{case.recorded['restored'].astimezone(CENTRAL):%d/%b/%y %-I:%M %p}",
            "Component/s": case.service,
        }
        for case in found
    ]
    follow_up = {"Summary": f"Follow-up of {found[0].incident_id}", "Issue key": "OPS-1", "Issue Type": "Task"}
    return as_csv([*rows, dict.fromkeys(rows[0], "") | follow_up | {"Created": "05/Jan/25 9:00 AM"}])


def jira_json(found: Sequence[Case]) -> str:
    issues = [
        {
            "id": str(case.number),
            "key": f"OPS-{case.key}",
            "fields": {
                "summary": title(case),
                "issuetype": {"name": "[System] Incident"},
                "status": {"name": "Closed"},
                "priority": {"name": "High"},
                "components": [{"name": case.service}],
                "created": f"{case.recorded['detected']:%Y-%m-%dT%H:%M:%S.000+0000}",
                "resolutiondate": f"{case.recorded['restored']:%Y-%m-%dT%H:%M:%S.000+0000}",
            },
        }
        for case in found
    ]
    return json.dumps({"issues": issues, "total": len(issues)})


@dataclass(frozen=True)
class Export:
    """A form of a tool's export: its file, how it is written, and how a report names its records."""

    tool: str
    file: str
    write: Callable[[Sequence[Case]], str]
    name: Callable[[Case], str]
    settings: dict[str, Any]


EXPORTS = {
    "pagerduty-csv": Export("PagerDuty", "x.csv", pagerduty_csv, lambda case: f"PagerDuty #{case.key}", {}),
    "pagerduty-json": Export(
        *("PagerDuty", "x.json", pagerduty_json),
        lambda case: f"https://acme.pagerduty.com/incidents/Q{case.number:03}XYZ",
        {},
    ),
    "pagerduty-log": Export("PagerDuty", "x.json", pagerduty_log, lambda case: f"PD-{case.key}", {}),
    "opsgenie-csv": Export(
        *("Opsgenie", "x.csv", opsgenie_csv),
        lambda case: f"Opsgenie alert #{case.key}",
        {"timezone": "UTC"},
    ),
    "opsgenie-json": Export("Opsgenie", "x.json", opsgenie_json, lambda case: f"alias-{case.number}", {}),
    "incident-io-csv": Export("incident.io", "x.csv", incident_io_csv, lambda case: f"INC-{case.key}", {}),
    "incident-io-json": Export(
        *("incident.io", "x.json", incident_io_json),
        lambda case: f"[INC-{case.key}](https://app.incident.io/acme/incidents/{case.key})",
        {},
    ),
    "jira-csv": Export("Jira", "x.csv", jira_csv, lambda case: f"OPS-{case.key}", {"timezone": "Etc/GMT-2"}),
    "jira-json": Export(
        "Jira", "x.json", jira_json, lambda case: f"https://acme.atlassian.net/browse/OPS-{case.key}", {}
    ),
}
