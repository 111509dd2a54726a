"""What a report is called, where its title only says that it is a report."""

from __future__ import annotations

import pytest

from incident_analytics.config import Settings
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.template import default_template
from incident_analytics.reports.titles import without_frame

BODY = "\n**Date**: 2026-04-07\n**Severity**: SEV-2\n**Duration**: 45 minutes\n\n## Root cause\n\nA full disk.\n"


def title_of(head: str) -> str | None:
    (report,) = parse_reports(head + BODY, "a.md", Settings(), default_template())
    title: str | None = report.incident.get("title")
    return title


@pytest.mark.parametrize(
    "head",
    [
        "INCIDENT: Search returned nothing\n\n*** Timeline ***\n09:00 It began\n09:40 It was over\n\n",
        "# Incident report\n\n**Search returned nothing**\n",
        "# Incident Report LP-2025-031\n\n**Search returned nothing**\nLumen Ltd, Singapore\n",
        "# Postmortem\n\n## Search returned nothing\n",
        "# Reason for Outage\n\nEvent: Search returned nothing\n",
        "# Occurrence review 25/044\n\n**Occurrence:** Search returned nothing\n",
        "# PIR template v4\n\n**One-line summary**: Search returned nothing\n",
        "# Störungsbericht\n\n**Betreff**: Search returned nothing\n",
        "# 障害報告書\n\n**件名**: Search returned nothing\n",
        "# Post-Incident Review: St. Aldric Hospital\n\n**What happened**: Search returned nothing\n",
        "# Glenmara Insurance\n# Major Incident Report\n\n**Description**: Search returned nothing\n",
        "# RCA — Search returned nothing\n",
        "# After-action: Search returned nothing (draft)\n",
    ],
)
def test_what_happened_is_the_title_and_not_the_kind_of_document(head: str) -> None:
    assert title_of(head) == "Search returned nothing"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("# Search returned nothing\n\nEvent: the second outage of June\n", "Search returned nothing"),
        ("# Search returned nothing\n\n**We are sorry for this**\n", "Search returned nothing"),
        ("# Incident report\n", "Incident report"),
        ("# Incident report\n\n**Summary**: Search was down. All of it, for an hour.\n", "Incident report"),
        ("# Incident: Cooling was lost\n\n**Event**: the second in a row\n", "Cooling was lost"),
        ("# Incident report\n\n**Confidential**\n", "Incident report"),
        ("# Incident report\n\n**Strictly confidential**\n", "Incident report"),
        ("# Incident report\n\n**Lumen Payments Ltd**\n", "Incident report"),
        ("# Incident report\n\n## Meta\n", "Incident report"),
        ("# Incident report\n\n## General information\n", "Incident report"),
        ("# Incident report\n\n**Remarks**: see the ticket\n", "Incident report"),
        ("# Search returned nothing {#search .unnumbered}\n", "Search returned nothing"),
    ],
)
def test_a_title_that_says_what_happened_stays(head: str, title: str) -> None:
    assert title_of(head) == title


@pytest.mark.parametrize(
    "title", ["Search: nothing found", "Payments - cards refused", "Report of 2025-05-13: dashboard offline", "Outage"]
)
def test_other_words_before_a_colon_belong_to_the_title(title: str) -> None:
    assert without_frame(title) == title


def test_a_cause_that_is_an_instant_says_when_it_was_found() -> None:
    head = "# Search returned nothing\n\n**Cause**: 2026-04-07 10:03 UTC\n**Incident ID**: INC-2026-04-07-001\n"
    (report,) = parse_reports(head + BODY, "a.md", Settings(), default_template())
    assert f"{report.incident['identified_at']:%H:%M}" == "10:03"
    assert report.incident["why_it_happened"] == "A full disk."
