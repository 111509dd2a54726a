"""What is a report, and by which template it is read."""

# ruff: noqa: E501 - a report is one line

from __future__ import annotations

from pathlib import Path

import pytest

import incident_analytics as ia
from incident_analytics.config import read_settings
from incident_analytics.errors import SettingsError
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.recognition import Recognized, Skipped, recognize
from incident_analytics.reports.template import built_in_templates

ROOT = Path(__file__).parents[1]


def found(text: str, path: str = "x.md") -> Recognized | Skipped:
    return recognize(parse_markdown(text), path, built_in_templates())


def reason(text: str, path: str = "x.md") -> str:
    skipped = found(text, path)
    assert isinstance(skipped, Skipped)
    return skipped.reason


def template_of(text: str, path: str = "x.md") -> str:
    read = found(text, path)
    assert isinstance(read, Recognized), read
    return read.template.name


INCIDENT_TITLES = (
    "Route plans did not reach the depots", "Guide pages returned 404", "Weekly report job failed",
    "Template rendering broke", "Delivery plan changes were lost", "Policy engine denied every request",
    "Monthly invoices were sent twice", "Review index served stale pages", "Release notes page was down",
    "Checklist service lost its entries", "Handover mails were not delivered", "The search index was empty",
    "Meeting minutes could not be saved", "Retention policies deleted live data", "Batch process hung",
    "Benchmark runs filled the disk", "Invitations were sent twice", "Proposal export timed out", "Plan upgrades were charged twice", "SLO dashboards showed no data",
)  # fmt: skip


@pytest.mark.parametrize("part", ["timeline", "impact"])
@pytest.mark.parametrize("title", INCIDENT_TITLES)
def test_a_word_of_the_title_may_be_what_broke(title: str, part: str) -> None:
    body = {
        "timeline": "## Timeline\n\n- 10:00 errors begin\n- 10:10 pager\n- 10:30 all is well\n\n## Cause\n\nA full disk.\n",
        "impact": "## Impact\n\n17 depots worked with old data.\n\n## Cause\n\nA full disk.\n",
    }[part]
    text = f"# {title}\n\n**Severity:** SEV-2\n**Date:** 2026-08-05\n**Services:** sync\n\n{body}"
    name = title.lower().replace(" ", "-") + ".md"
    assert isinstance(found(text, name), Recognized)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("# Route plans did not arrive\n\n**Severity:** SEV-2\n**Date:** 2026-08-05\n\n## Cause\n\nA full disk.\n", "it has a severity: if it is one, add an impact or a timeline"),
        ("# Weekly report job failed\n\n**Date:** 2026-08-05\n\n## Timeline\n\n- 10:00 job fails\n- 10:30 job runs\n", "it has a timeline: if it is one, add a severity"),
        ("# Runbook: queue is full\n\n**Date**: 2026-01-04\n\n## Impact\n\nOrders wait.\n", None),
        ("# Incident template\n\n**Severity:** SEV-1 / SEV-2\n\n## Timeline\n\n- HH:MM begins\n", None),
    ],
)  # fmt: skip
def test_a_file_that_has_much_of_a_report_is_not_skipped_quietly(
    tmp_path: Path, text: str, doubtful: str | None
) -> None:
    (tmp_path / "x.md").write_text(text)
    corpus = ia.load(tmp_path, status="all")
    (problem,) = corpus.problems.to_dict("records")
    assert corpus.files["outcome"].tolist() == ["skipped"]
    assert (problem["code"], problem["level"]) == (
        ("doubtful-report", "warning") if doubtful else ("not-a-report", "info")
    )
    assert not doubtful or problem["message"].endswith(doubtful)


# --- no reports -------------------------------------------------------------------------------------------------------

OTHERS = {
    "adr.md": "# ADR-012: A queue between orders and billing\n\n**Date**: 2026-02-11\n**Status**: Approved\n**Author**: A. Architect\n\n## Context\n\nBilling polls.\n\n## Decision\n\nA queue.\n\n## Consequences\n\nImpact on the teams.\n",
    "adr-with-impact.md": "# 12. Use a queue\n\nDate: 2026-02-11\nStatus: Accepted\n\n## Summary\n\nA queue.\n\n## Impact\n\nLess load.\n\n## Next Steps\n\n- Write the consumer\n",
    "weekly.md": "# Status of the week\n\n**Author**: Ann\n**Date**: 2026-02-13\n**Status**: Final\n\n## Summary\n\nTwo incidents, both closed.\n\n## Next steps\n\n- Upgrade\n",
    "README.md": "# Incident reports\n\nThis folder has our post-mortems.\n\n## Severity\n\n| Level | Meaning |\n|--|--|\n| SEV-1 | all users |\n\n## Timeline\n\nWrite one.\n",
    "benchmark.md": "# Benchmark: NVMe against SATA\n\nDate: 2022-10-19\nDuration: 4 hours\n\n## Results\n\nTwice as fast.\n",
    "bug.md": "# Bug 1187: export fails\n\n**Date**: 2024-05-03\n**Severity**: Minor\n**Status**: Confirmed\n\n## Steps\n\n1. Export\n",
    "invitation.md": "# Invitation: post-mortem PM-61, checkout latency\n\n**When**: 2024-02-22, 15:00 - 16:00 CET\n\n## Agenda\n\n1. Timeline\n",
    "restore-test.md": "# Restore test August 2023\n\n- Date: 2023-08-22\n\n| Time | Step |\n|--|--|\n| 09:00 | Backup fetched |\n| 11:40 | Restore complete |\n",
    "runbook.md": "# Runbook: queue is full\n\n**Severity**: SEV-2\n**Last updated**: 2026-01-04\n\n## Impact\n\nOrders wait.\n\n## Detection\n\nAlert QueueFull.\n\n## Resolution\n\n1. Restart the consumer\n",
    "release-plan.md": "# Release plan 4.2\n\n**Date**: 2026-03-01\n**Owner**: Bo\n\n## Timeline\n\n- 10:00 Freeze\n- 12:00 Roll out\n\n## Impact\n\nNone expected.\n",
    "meeting.md": "# Team meeting\n\n**Date**: 2026-03-02\n**Attendees**: Ann, Bo\n\n## Action items\n\n- Ann: book a room\n\n## Lessons learned\n\n- Shorter meetings\n",
    "minutes.md": "# Minutes: outage review board, 3 March 2026\n\n**Present:** Ann, Bo\n**Start:** 10:00  **End:** 10:40\n\n1. PM-12 accepted as final.\n\n| Action | Owner | Due |\n|--|--|--|\n| Write PM-13 | Bo | 2026-03-10 |\n",
    "referat.md": "# Referat: hændelsesudvalget 3. marts 2026\n\n**Til stede:** Ann, Bo\n**Start:** 10:00\n**Slut:** 10:40\n\n## Hændelser\n\nRapport 12 er godkendt.\n",
    "notulen.md": "# Notulen storingsoverleg 3 maart 2026\n\n**Aanwezig:** Ann, Bo\n**Begin:** 10:00\n**Einde:** 10:40\n\nRapport 12 is akkoord.\n",
    "policy.md": "# Incident response policy\n\n**Version**: 3\n**Owner**: Security\n**Date**: 2026-01-01\n\n## Severity\n\nSEV-1 is a full outage.\n\n## Roles\n\nThe commander leads.\n",
    "changelog.md": "# Changelog\n\n## 2026-03-01\n\n- Fix: outage of the queue at 10:00\n",
    "runbook-dated.md": "# Runbook: queue is full\n\n**Severity**: SEV-2\n**Date**: 2026-01-04\n\n## Impact\n\nOrders wait.\n\n## Detection\n\nAlert QueueFull.\n\n## Resolution\n\n1. Restart the consumer\n",
    "game.md": "# Post-mortem: our game jam\n\n## What went well\n\n- Art\n\n## What went wrong\n\n- Scope\n\n## Timeline\n\n- Friday 18:00 theme announced\n\n## Lessons learned\n\nSmaller scope.\n",
    "change.md": "# Change request 12: new switch\n\nDate: 2026-03-01\nSeverity: low\nDuration: 2 hours\n",
    "empty.md": "",
    "notes.md": "# Notes\n\nWe met at 10:00.\n",
}


def test_a_title_that_counts_minutes_is_of_an_incident() -> None:
    head = "# 22 minutes of outage at the till\n\nParticipants: Ann, Bo\nDate: 2026-03-03\n"
    assert template_of(f"{head}Severity: SEV-2\n\n## Timeline\n\n- 10:00 alert fired\n- 10:22 tills work again\n")


@pytest.mark.parametrize("name", OTHERS)
def test_other_documents_are_not_reports(name: str) -> None:
    assert reason(OTHERS[name], name).startswith("not an incident report")


BLANK = {
    "choices": "# Incident Report\n\n**Incident ID**: INC-2026-XXXXX\n**Severity**: SEV1 / SEV2 / SEV3\n**Status**: ✅ Resolved | ⚠️ Ongoing\n**Date**: 2026-02-20\n\n## Timeline\n\n| Time (UTC) | Event |\n|--|--|\n| HH:MM | [What happened] |\n\n## Impact\n\n- **Users affected**: e.g. 1,500 users\n",
    "words in brackets": "# Post-mortem: [Title]\n\nDate: [YYYY-MM-DD]\nSeverity: [SEV level]\n\n## Summary\n\n[Two sentences]\n\n## Root cause\n\n[Why]\n",
    "questions": "# Post-mortem\n\nDate:\nSeverity: P0/P1/P2\n\n## Impact\n\nWho was affected, and for how long?\n\n## Root cause\n\nDescribe what caused the incident.\n\n## Timeline\n\n- 10:00 - example: alert fires\n\n## Resolution\n\nHow was it fixed?\n",
    "comments": "# Incident\n\n**Severity**: <!-- SEV1 to SEV3 -->\n\n## Impact\n\n<!-- who -->\n\n## Root cause\n\n<!-- why -->\n",
    "tags": "# Incident <name>\n\nDate: <date>\nDuration: <from - to>\n\n## Root cause\n\n<why it happened>\n",
    "braces": "# {{ title }}\n\n**Date**: {{ date }}\n**Severity**: {{ severity }}\n\n## Timeline\n\n{{ timeline }}\n\n## Root Cause\n\n{{ cause }}\n",
    "its title": "# Post-mortem template\n\nDate: 2026-01-01\nSeverity: SEV-1\n\n## Impact\n\nAll users.\n\n## Root cause\n\nA lock.\n",
}


@pytest.mark.parametrize("kind", BLANK)
def test_a_template_that_nobody_filled_in_is_not_a_report(kind: str) -> None:
    skipped = found(BLANK[kind])
    assert isinstance(skipped, Skipped)
    if kind != "comments":
        assert skipped.reason.startswith("not an incident report but a template to fill in: ")
        assert 1 <= skipped.line <= BLANK[kind].count("\n")


def test_the_template_itself_is_not_a_report() -> None:
    """With its own placeholders in every field and section."""
    text = "# Incident Report: [Title]\n\n**Incident ID**: INC-YYYY-MM-DD-###\n**Date**: YYYY-MM-DD\n**Duration**: [Start time] - [End time] (Xh Ym)\n**Severity**: SEV-[1/2/3]\n**Author**: [Name]\n**Status**: Draft / Under Review / Final\n\n## Executive Summary\n\n[Brief summary]\n\n## Timeline\n\n| Time (UTC) | Event |\n|--|--|\n| HH:MM | Initial alert/detection |\n"
    assert "a template to fill in" in reason(text)


def test_a_reason_names_what_there_is_and_what_is_missing() -> None:
    assert reason(OTHERS["adr-with-impact.md"]) == (
        "not an incident report: it has Impact and Next Steps, but neither an Incident ID of a known form nor enough of "
        "severity, duration, timeline, impact and root cause"
    )
    assert reason(BLANK["choices"]) == (
        "not an incident report but a template to fill in: line 3 still says 'INC-2026-XXXXX'"
    )
    assert reason(OTHERS["runbook.md"]) == "not an incident report: its title says 'Runbook'"


# --- reports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "# Outage of x\n\n**Incident ID**: INC-2026-05-20-001\n\n## What broke\n\nx\n\n## Timeline\n\n- 2026-05-20 10:00 Alert\n",
        "# x\n\n**Incident ID**: INC-2026-05-20-001\n**Severity**: SEV1 / SEV2 / SEV3\n\n## Summary\n\n[Two sentences]\n\n## Timeline\n\n- 10:00 Alert\n",
        "# Incident review process template\n\n**Incident ID**: INC-2026-05-20-001\n\n## Timeline\n\n- 10:00 Alert\n",
    ],
)
def test_an_id_and_a_timeline_are_never_refused(text: str) -> None:
    assert isinstance(found(text), Recognized)


@pytest.mark.parametrize(
    "text",
    [
        "# Queue stopped\n\nDate: 2026-05-20\nSeverity: P2\nDuration: 40 minutes\n\n## Root cause\n\nA lock.\n",
        "# Postmortem: queue stopped, 20 May 2026\n\n## Summary\n\nIt stopped.\n\n## Root cause\n\nA lock.\n",
        "---\ntitle: Why we were down for ten hours\ndate: 2026-05-20\n---\n\nOn May 20 from 10:00 to 20:00 we were down.\n\n## What went wrong?\n\nA lock.\n\n## How did we fix it?\n\nWe restarted.\n",
        "# 2026-05-20 queue stuck\n\n**Sev:** low. **Down:** 25 min (10:05-10:30 UTC). **Who:** Bo\n\nThe host was out of inodes.\n",
    ],
)
def test_enough_of_what_only_incidents_have_makes_a_report(text: str) -> None:
    assert isinstance(found(text), Recognized)


# --- templates --------------------------------------------------------------------------------------------------------

LAYOUTS = {
    "google-sre": "# Shop search (incident 465)\n\n**Date**: 2026-10-21\n**Authors**: jennifer\n**Status**: Complete\n**Summary**: down for 66 minutes\n\n## Impact\n\nQueries lost.\n\n## Root Causes\n\nA leak.\n\n## Trigger\n\nLoad.\n\n## Resolution\n\nMore capacity.\n\n## Detection\n\nA page.\n\n## Timeline\n\n- 14:51 News\n",
    "pagerduty": "# Incident 7, 2026-10-21\n\n## Overview\n\nLate.\n\n## What Happened\n\nA broker left.\n\n## Contributing Factors\n\n- Timeouts\n\n## Resolution\n\nRestart.\n\n## Impact\n\nNotifications late.\n\n## Responders\n\n- Ann\n\n## Timeline\n\n- 14:51 News\n\n## How'd We Do?\n\n### What Went Well?\n\n- Pages\n",
    "atlassian": "# Incident 7, 2026-10-21\n\n## Incident summary\n\nLate.\n\n## Leadup\n\nA deploy.\n\n## Fault\n\nA lock.\n\n## Impact\n\nAll.\n\n## Detection\n\nAlert.\n\n## Response\n\nAnn.\n\n## Recovery\n\nRollback.\n\n## Five whys\n\n1. Why?\n",
    "gitlab": "# 2026-10-21: queue\n\n## Incident Summary\n\n- Service(s) affected: queue\n- Minutes downtime or degradation: 12\n\n## Impact & Metrics\n\nAll.\n\n## Detection & Response\n\nAlert.\n\n## Timeline\n\n- 10:00 Alert\n\n## Root Cause Analysis\n\nA lock.\n\n## What can be improved\n\n- Locks\n",
    "issue-summary": "# Postmortem\n\n## Issue Summary\n\n- Duration: 75 minutes, from 9:00 AM to 10:15 AM GMT on May 10th, 2026\n\n## Timeline\n\n- 9:00 AM Alert\n\n## Root Cause and Resolution\n\nA lock.\n\n## Corrective and Preventative Measures\n\n- Locks\n",
    "incident-review": "# Queue, 2026-10-21\n\nSeverity: SEV-2\nDuration: 10 minutes\nDate: 2026-10-21\n\n## Summary\n\nx\n\n## Impact\n\ny\n\n## Timeline\n\n- 10:00 Alert\n\n## Root Cause\n\nz\n\n## Detection\n\nAlert.\n\n## Resolution\n\na\n\n## Prevention\n\n- b\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_template_that_explains_most_of_a_file_reads_it(name: str) -> None:
    assert template_of(LAYOUTS[name]) == name


@pytest.mark.parametrize("folder", ["data/real", "tests/corpus", "tests/reports"])
def test_reports_in_template_1_are_read_by_it(folder: str) -> None:
    files = sorted((ROOT / folder).glob("INC-*.md"))
    assert files
    assert {template_of(file.read_text(encoding="utf-8"), file.name) for file in files} == {"template-1.0"}


def test_no_template_reads_less_of_another_houses_layout_than_template_1(tmp_path: Path) -> None:
    """What only sections of the common words have is read whichever template is chosen."""
    for name, text in LAYOUTS.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert dict(zip(corpus.files["path"].map(lambda path: Path(path).stem), corpus.files["template"], strict=True)) == {
        name: name for name in sorted(LAYOUTS)
    }
    assert corpus.incidents["stated_duration"].notna().sum() == 4


OWN = """
name = "ours"
version = "1"
{extends}
[fields]
date = ["Date"]
severity = ["Severity"]

[sections.timeline]
headings = ["Timeline"]
reads = "timeline"
"""


def settings_with(folder: Path, template: str, more: str = "") -> Path:
    (folder / "ours.toml").write_text(template, encoding="utf-8")
    file = folder / "incident-analytics.toml"
    file.write_text(f'[templates]\nfiles = ["ours.toml"]\n{more}\n', encoding="utf-8")
    return file


@pytest.mark.parametrize("extends", ["", 'extends = "common"'])
def test_an_additional_template_steals_no_report_that_another_fits_better(tmp_path: Path, extends: str) -> None:
    settings = settings_with(tmp_path, OWN.format(extends=extends))
    corpus = ia.load(ROOT / "data" / "real", status="all", settings=settings)
    alone = ia.load(ROOT / "data" / "real", status="all")
    assert corpus.files["template"].unique().tolist() == ["template-1.0"]
    assert [len(corpus.services), len(corpus.costs), len(corpus.actions)] == [
        len(alone.services), len(alone.costs), len(alone.actions),
    ]  # fmt: skip


def test_a_tie_goes_to_the_teams_own_template(tmp_path: Path) -> None:
    text = "# Outage\n\n**Date**: 2026-03-01\n**Severity**: SEV-1\n\n## Timeline\n\n- 10:00 Alert\n"
    (tmp_path / "x.md").write_text(text, encoding="utf-8")
    settings = settings_with(tmp_path, OWN.format(extends=""))
    assert ia.load(tmp_path, status="all", settings=settings).files["template"].tolist() == ["ours"]
    assert ia.load(tmp_path, status="all").files["template"].tolist() == ["template-1.0"]


def test_one_template_may_be_forced(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(LAYOUTS["atlassian"], encoding="utf-8")
    settings = settings_with(tmp_path, OWN.format(extends='extends = "common"'), 'only = "google-sre"')
    assert ia.load(tmp_path, status="all", settings=settings).files["template"].tolist() == ["google-sre"]
    settings = settings_with(tmp_path, OWN.format(extends=""), 'only = "sre"')
    names = "ours, template-1.0, atlassian, gitlab, google-sre, incident-review, issue-summary, pagerduty"
    with pytest.raises(SettingsError, match=f"^templates.only: 'sre' is not one of {names}$"):
        ia.load(tmp_path, settings=settings)


# --- what is excluded ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["old", "old/", "old/*.md", "**/INC-2026-05-20-001.md", "INC-*", "./old/**"])
def test_files_may_be_excluded_by_globs_from_the_settings_folder(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "old").mkdir()
    report = "# x\n\n**Incident ID**: INC-2026-05-20-001\n**Date**: 2026-05-20\n"
    (tmp_path / "old" / "INC-2026-05-20-001.md").write_text(report, encoding="utf-8")
    (tmp_path / "kept.md").write_text(report.replace("001", "002"), encoding="utf-8")
    settings = tmp_path / "incident-analytics.toml"
    settings.write_text(f'[check]\nexclude = ["{pattern}"]\n', encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", settings=read_settings(settings))
    assert corpus.files[["outcome"]].to_numpy().tolist() == [["loaded"], ["skipped"]]
    assert corpus.files.loc[1, "reason"] == f"excluded by {pattern!r} in [check] exclude"
    assert corpus.incidents["incident_id"].tolist() == ["INC-2026-05-20-002"]


def test_a_folder_with_a_dot_is_read_where_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".github" / "incidents").mkdir(parents=True)
    (tmp_path / ".github" / "incidents" / "x.md").write_text("# x\n\n**Incident ID**: INC-2026-05-20-001\n")
    monkeypatch.chdir(tmp_path)
    for named in (".github", ".github/incidents", ".*/incidents", ".github/**/*.md"):
        assert ia.load(named, status="all").files["outcome"].tolist() == ["loaded"], named
    assert ia.load(".", status="all").files.empty


@pytest.mark.parametrize(
    "title",
    [
        "Chaos experiment 12: kill the cache", "DR test report 2024-11", "CHG-118: Upgrade PostgreSQL",
        "Change request: new primary", "Game day: lose a region", "Fire drill", "Failover exercise",
    ],
)  # fmt: skip
def test_what_was_planned_is_not_an_incident(title: str) -> None:
    text = (
        f"# {title}\n\n- **Date**: 2024-09-05\n- **Duration**: 30 minutes\n- **Status**: Approved\n\n"
        "## Timeline\n\n- 10:00 cache killed as planned\n- 10:30 cache restored\n"
    )
    assert isinstance(recognize(parse_markdown(text), "note.md", built_in_templates()), Skipped)


def test_an_incident_of_a_planned_test_is_a_report() -> None:
    text = (
        "# Post-mortem: failover test takes the site down\n\n- Date: 2024-09-05\n- Severity: SEV-1\n\n"
        "## Timeline\n\n- 10:00 failover starts\n- 10:30 site restored\n\n## Root cause\n\nA stale route.\n"
    )
    assert isinstance(recognize(parse_markdown(text), "note.md", built_in_templates()), Recognized)


def test_rows_that_are_still_to_be_written_are_no_timeline() -> None:
    text = "# Postmortem: TODO\n\n- Date: TODO\n- Severity: TODO\n\n## Timeline (UTC)\n\n- 00:00 TODO\n- 00:10 ...\n"
    assert isinstance(recognize(parse_markdown(text), "note.md", built_in_templates()), Skipped)


NOTHING_HAPPENED = {
    "maintenance in Spanish": "# Aviso de mantenimiento programado\n\nFecha: sábado 25 de mayo de 2024\nServicios: área de clientes\n\n- 01:00 Inicio\n- 01:15 Parada de la base de datos\n- 04:30 Fin previsto\n",
    "maintenance": "# Planned maintenance of the core switch\n\n**Start**: 2024-06-03 01:00 UTC\n**End**: 2024-06-03 03:00 UTC\n**Severity**: None\n**Services affected**: VPN\n\n## Impact\n\nNo VPN for 20 minutes.\n\n## Timeline\n\n- 01:00 Switch off\n- 01:20 Switch on\n- 03:00 End\n",
    "game day with a rating": "# Game day report 2025-03-14\n\n**Severity**: SEV-2 (simulated)\n**Date**: 2025-03-14\n\n## Timeline\n\n- 14:02 We stop the primary\n- 14:10 Service restored\n\n## Root cause\n\nWe stopped it on purpose.\n",
    "game day": "# Game day report 2025-03-14\n\n**Date**: 2025-03-14\n\n## Timeline\n\n- 14:02 We stop the primary\n- 14:10 Service restored\n\n## Root cause\n\nWe stopped it on purpose.\n",
    "ticket": "# Feature: retry\n\n**Priority**: P2\n**Status**: Done\n**Date**: 2025-03-14\n\n## Impact\n\nUsers get fewer errors.\n\n## Root cause\n\nNone.\n",
    "maintenance on a status page": "# Database maintenance\n\n**Completed** - The scheduled maintenance has been completed.\nMar 14, 2025 - 15:47 UTC\n\n**In progress** - Scheduled maintenance is currently in progress.\nMar 14, 2025 - 14:00 UTC\n\n**Scheduled** - We will be undergoing scheduled maintenance.\nMar 10, 2025 - 14:00 UTC\n",
    "fire drill": "# Tabletop exercise, 3 June 2024\n\n**Start**: 10:00\n**End**: 11:00\n**Duration**: 1 hour\n\n## Timeline\n\n- 10:00 Alert: the database is gone (played)\n- 10:20 Team engaged\n- 11:00 End\n\n## Root cause\n\nNone, it was a game.\n\n## Action items\n\n- Print the phone list\n",
    "a guide with an example": "# Writing a good incident review, 2024-06-03\n\n## Timeline\n\nExample:\n\n- 14:02 Deploy\n- 14:05 Alert fires\n\n## Root cause\n\nThe reason behind the trigger.\n",
    "guide": "# Writing a good incident review\n\n## Timeline\n\nOne line an event, for example:\n\n- 14:02 Deploy\n- 14:05 Alert fires\n- 14:31 Service restored\n\n## Root cause\n\nThe reason behind the trigger.\n\n## Action items\n\nEach has an owner.\n",
}


@pytest.mark.parametrize("name", NOTHING_HAPPENED)
def test_what_was_planned_or_is_an_example_is_not_a_report(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(NOTHING_HAPPENED[name], encoding="utf-8")
    assert list(ia.load(tmp_path, status="all").files["outcome"]) == ["skipped"]


BROKE_ALL_THE_SAME = {
    "an outage in a drill": "# Outage of the shop during the failover drill\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Timeline (UTC)\n\n- 10:00 Alert: shop down\n- 10:20 Service restored\n\n## Root cause\n\nA full disk.\n",
    "rows that are not an example": "# Outage of the shop, 2024-06-03\n\n## Timeline (UTC)\n\nTimes are those of the load balancer, for example.\n\n- 10:00 Alert: shop down\n- 10:20 Service restored\n\n## Root cause\n\nA full disk.\n",
    "a lesson to fill in": "# Outage of the shop\n\nSeverity: SEV-1\n\n## Impact\n\nNobody could buy.\n\n## Timeline (UTC)\n\n- 10:00 Alert: shop down\n- 10:20 Service restored\n\n## Root cause\n\nA full disk.\n\n## Lessons learned\n\n[TODO: fill in]\n",
    "maintenance that broke": "# Planned maintenance of the core switch\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Timeline (UTC)\n\n- 10:00 Alert: VPN down\n- 10:20 Service restored\n\n## Root cause\n\nA wrong cable.\n",
}


@pytest.mark.parametrize("name", BROKE_ALL_THE_SAME)
def test_an_incident_during_what_was_planned_is_a_report(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text(BROKE_ALL_THE_SAME[name], encoding="utf-8")
    assert len(ia.load(tmp_path, status="all").incidents) == 1
