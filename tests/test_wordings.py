"""Labels, headings and columns that no template lists."""

from __future__ import annotations

import pytest

from incident_analytics.config import Settings
from incident_analytics.reports.parse import read_reports
from incident_analytics.reports.recognition import Skipped
from incident_analytics.reports.template import built_in_templates, default_template
from incident_analytics.reports.wordings import Kind, named_by_words


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        ("fields", "Störungsbeginn", "started_at"),
        ("fields", "Heure de début", "started_at"),
        ("fields", "Fin de la panne", "restored_at"),
        ("fields", "Herstelmoment", "restored_at"),
        ("fields", "Hersteltijd", None),  # how long it took
        ("fields", "Time to detect", None),
        ("fields", "Response time", None),
        ("fields", "Temps de détection", None),
        ("fields", "Reaktionszeit", None),
        ("fields", "Nombre de clientes afectados", "affected_users"),
        ("fields", "Informe n.º", "incident_id"),
        ("fields", "Gravità", "severity"),
        ("fields", "Postmortem date", None),
        ("fields", "Category", None),
        ("fields", "Start menu", None),
        ("fields", "Notice", None),
        ("fields", "the of", None),
        ("fields", "x" * 100, None),
        ("fields", "Customer id", None),  # which customer, not how many
        ("fields", "Kundennummer", None),
        ("fields", "Anzahl Kunden", "affected_users"),
        ("fields", "Hosts affected", None),
        ("fields", "Number of incidents", None),
        ("fields", "Nombre", None),  # how many, or a name
        ("fields", "Incident identifier", "incident_id"),
        ("fields", "Restored from", None),  # a backup
        ("fields", "Found by", None),
        ("fields", "Recovery time", None),
        ("fields", "Recovery", "restored_at"),
        ("fields", "Container", None),
        ("fields", "Tier", None),
        ("fields", "Critical", None),
        ("sections", "Measurements", None),
        ("sections", "Safety", None),
        ("sections", "Safety measures", "actions"),
        ("sections", "Additional", None),
        ("sections", "Incident history", None),  # of earlier ones
        ("sections", "D4 Root cause", "root_cause"),
        ("sections", "4.2 Maatregelen", "actions"),
        ("sections", "Causa raíz", "root_cause"),
        ("sections", "Log", None),
        ("timeline", "Suceso", "event"),
        ("timeline", "Hours", None),
        ("actions", "Fecha límite", "due_on"),
        ("actions", "Limit", None),
        ("actions", "Colour", None),
    ],
)
def test_a_name_is_known_where_all_of_its_words_are(kind: Kind, label: str, name: str | None) -> None:
    assert named_by_words(label, kind) == name


def incident(text: str) -> dict[str, object]:
    found = read_reports(text, "report.md", Settings(), built_in_templates())
    assert not isinstance(found, Skipped), found.reason
    return found[1][0].incident


def skipped(text: str) -> str:
    found = read_reports(text, "notes.md", Settings(), built_in_templates())
    assert isinstance(found, Skipped)
    return found.reason


CAUSE = "\n\n## Reason\n\nA full disk stopped the logins.\n\n## Tasks\n\n- Alert at 80%\n"


def test_fields_in_one_line_without_colons_are_read() -> None:
    found = incident(f"# Logins fail\n\nIncident number DL-4 | Date 26 Sept 2023 | Harm: none | Grade: Major{CAUSE}")
    assert (found["incident_id"], found["severity"]) == ("DL-4", "SEV-2")


def test_several_bold_labels_in_one_line_are_read() -> None:
    found = incident(f"# Logins fail\n\n**Desk:** line 4 **Date:** 2021-03-09 **Severity:** High{CAUSE}")
    assert (str(found["date"]), found["severity"]) == ("2021-03-09", "SEV-2")


def test_labels_with_dots_before_their_values_are_read() -> None:
    header = "    Fault no. .......... 22/1093\n    Date ............... 15.10.2022\n    Class .............. 1"
    found = incident(f"# Logins fail\n\n{header}{CAUSE}")
    assert (found["incident_id"], found["severity"]) == ("22/1093", "SEV-1")


def test_the_notes_of_a_meeting_are_no_report() -> None:
    rows = "10:00 Start\n10:05 Outage of last week\n10:55 End"
    notes = f"# Sync, 16 May 2024\n\nPresent: Lin, Caio.\n\n{rows}\n\nAction items:\n\n- [ ] Caio: report\n"
    assert "notes of a meeting" in skipped(notes)


def test_a_tag_in_a_title_is_no_placeholder_and_one_to_fill_in_is() -> None:
    assert (
        incident(f"# [OPS] Logins fail on Saturday\n\nDate: 2023-10-07\nSeverity: High{CAUSE}")["severity"] == "SEV-2"
    )
    assert "template to fill in" in skipped("# [TITLE] of the text\n\n**Severity**: [SEV]\n\n## Impact\n\n[Impact]\n")


@pytest.mark.parametrize("label", ["Number", "Key", "Document number", "Case number"])
def test_a_label_that_no_template_lists_names_no_other_id_than_the_title(label: str) -> None:
    head = f"**Date:** 2025-03-14\n**Severity:** SEV-2\n**{label}:** AB-77"
    assert incident(f"# INC-2025-001 Logins fail\n\n{head}{CAUSE}")["incident_id"] == "INC-2025-001"
    assert incident(f"# Logins fail\n\n{head}{CAUSE}")["incident_id"] == "AB-77"


@pytest.mark.parametrize(("value", "clock"), [("0:28", None), ("00:28", "00:28"), ("14:30", "14:30")])
def test_half_an_hour_is_no_time_of_day(value: str, clock: str | None) -> None:
    found = incident(f"# Logins fail\n\n**Date:** 2025-03-14\n**Severity:** SEV-2\n**Recovery:** {value}{CAUSE}")
    at = found.get("restored_at")
    assert (f"{at:%H:%M}" if at else None) == clock


@pytest.mark.parametrize("column", ["Data", "Incident", "Local"])
def test_a_column_made_of_words_takes_nothing_from_one_that_a_template_lists(column: str) -> None:
    rows = "| 14:02 | p99 | alert fires |\n| 14:30 | ok | service restored |"
    table = f"## Timeline\n\n| Time | {column} | Event |\n|--|--|--|\n{rows}"
    found = incident(f"# Logins fail\n\n**Date:** 2025-03-14\n**Severity:** SEV-2\n\n{table}{CAUSE}")
    assert f"{found['restored_at']:%H:%M}" == "14:30"


@pytest.mark.parametrize("heading", ["Task", "Aktion", "Promises", "Compromisos"])
def test_a_heading_that_may_be_about_anything_is_no_list_of_actions(heading: str) -> None:
    assert default_template().section_named(heading) is None


@pytest.mark.parametrize("heading", ["Tasks", "Follow-up tasks", "Aktionsplan", "Corrective task", "Action"])
def test_with_what_makes_it_one_it_is(heading: str) -> None:
    assert default_template().section_named(heading) == "actions"


@pytest.mark.parametrize(
    "label", ["Prepared for", "Fault code", "Code review", "People involved", "Statement", "Error code"]
)
def test_labels_of_other_matters_are_no_fields(label: str) -> None:
    assert named_by_words(label, "fields") is None


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Prepared by", "author"),
        ("Incident code", "incident_id"),
        ("Services involved", "services"),
        ("State", "status"),
    ],
)
def test_with_the_word_that_makes_it_one_it_is_a_field(label: str, name: str) -> None:
    assert named_by_words(label, "fields") == name
