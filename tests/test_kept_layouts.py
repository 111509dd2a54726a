"""Layouts that teams have already: times since the start, lines that HTML breaks, labels of many languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.checking import not_markdown


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Offset", ("T+0", "T+5m", "T+1h 5m")),
        ("T+", ("0", "5", "65")),
        ("T", ("T+0", "T+5", "T+65")),
        ("Elapsed", ("0:00", "0:05", "1:05")),
        ("Elapsed (mm:ss)", ("00:00", "05:00", "65:00")),
        ("Time", ("T+0", "+5", "+1:05")),
        ("T", ("14:00", "14:05", "15:05")),
    ],
)
def test_a_column_of_times_since_the_start(header: str, cells: tuple[str, str, str], tmp_path: Path) -> None:
    events = ("Errors rise", "Alert fired", "Service restored")
    rows = "".join(f"| {cell} | {event} |\n" for cell, event in zip(cells, events, strict=True))
    head = "# Outage\n\n**Severity**: SEV-2\n**Started**: 2025-06-01 14:00 UTC\n\n## Timeline\n\n"
    (tmp_path / "report.md").write_text(f"{head}| {header} | Event |\n|---|---|\n{rows}", encoding="utf-8")
    found = ia.load(tmp_path, status="all").timeline["at"]
    assert [f"{at:%H:%M}" for at in found] == ["14:00", "14:05", "15:05"]


HEAD_OF_HTML = "<p><b>Severity:</b> SEV-2<br>\n<b>Date:</b> 2025-04-12<br/><b>Duration:</b> 45 minutes</p>\n"


@pytest.mark.parametrize("head", [HEAD_OF_HTML, HEAD_OF_HTML.replace("<p>", "").replace("</p>", "")])
def test_fields_in_lines_that_html_breaks(head: str, tmp_path: Path) -> None:
    text = f"# Outage of the relay\n\n{head}\n## Timeline\n\n- 10:05 alert fired\n- 10:50 service restored\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    incident = ia.load(tmp_path, status="all").incidents.iloc[0]
    assert (incident["severity"], f"{incident['date']:%d}", incident["stated_duration"]) == (
        "SEV-2",
        "12",
        pd.Timedelta(minutes=45),
    )


def test_a_timeline_with_the_newest_row_on_top(tmp_path: Path) -> None:
    rows = "- 23:02 service restored\n- 16:20 on-call acknowledged\n- 10:20 alert fired\n"
    text = f"# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-04-12\n\n## Timeline\n\n{rows}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert [f"{at:%d %H:%M}" for at in corpus.timeline["at"]] == ["12 23:02", "12 16:20", "12 10:20"]
    assert "time-out-of-order" not in set(corpus.problems["code"])


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        (("Olay No", "Tarih", "Önem derecesi", "Süre", "Hazırlayan"), "Yüksek"),
        (("Häiriönumero", "Päivämäärä", "Vakavuus", "Kesto", "Laatija"), "Korkea"),
        (("Sagsnummer", "Dato", "Alvorlighed", "Varighed", "Udarbejdet af"), "Høj"),
        (("Číslo incidentu", "Datum", "Závažnost", "Doba trvání", "Zpracoval"), "Vysoká"),
        (("Номер инцидента", "Дата", "Критичность", "Длительность", "Автор"), "Высокая"),
        (("Numer incydentu", "Data", "Priorytet", "Czas trwania", "Autor"), "Wysoki"),
    ],
)
def test_labels_of_many_languages(labels: Sequence[str], severity: str, tmp_path: Path) -> None:
    values = ("OPS-2025-7", "2025-04-12", severity, "45 min", "A. B. Kaya")
    fields = "".join(f"**{label}:** {value}\n" for label, value in zip(labels, values, strict=True))
    (tmp_path / "report.md").write_text(f"# X\n\n{fields}\n## Y\n\n- 10:05 a\n- 10:50 b\n", encoding="utf-8")
    incident = ia.load(tmp_path, status="all").incidents.iloc[0]
    columns = ["incident_id", "severity", "stated_duration", "author"]
    assert incident[columns].tolist() == ["OPS-2025-7", "SEV-2", pd.Timedelta(minutes=45), "A. B. Kaya"]
    assert f"{incident['date']:%Y-%m-%d}" == "2025-04-12"


@pytest.mark.parametrize(
    ("title", "is_loaded"),
    [
        ("How we lost the search index", True),
        ("How we took down our own runbook server", True),
        ("What happened on March 4", True),
        ("How we run postmortems", False),
        ("How we handle incidents", False),
    ],
)
def test_posts_on_what_went_wrong_are_reports(title: str, is_loaded: bool, tmp_path: Path) -> None:
    head = f'---\ntitle: "{title}"\ndate: 2025-03-06\n---\n\nOn March 4, 2025, search was down.\n\n'
    text = f"{head}## Root cause\n\nA script dropped it.\n\n## Impact\n\nAll searches failed.\n"
    (tmp_path / "post.md").write_text(text, encoding="utf-8")
    assert len(ia.load(tmp_path, status="all").incidents) == is_loaded


def test_what_went_wrong_as_prose_with_times_is_what_happened(tmp_path: Path) -> None:
    head = "# Outage of 2025-03-04\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n\n## What went wrong\n\n"
    text = f"{head}At 09:05 UTC a deploy broke search. At 11:35 UTC search was back to normal.\n"
    (tmp_path / "post.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert f"{corpus.incidents['restored_at'].iloc[0]:%H:%M}" == "11:35"
    assert corpus.findings.empty


@pytest.mark.parametrize(
    ("header", "cells", "states"),
    [
        ("Resolution", ("Unresolved", "Fixed"), ["open", "done"]),
        ("%", ("40%", "100%"), ["open", "done"]),
        ("% done", ("0 %", "100 %"), ["open", "done"]),
        ("Coverage", ("40%", "100%"), [None, None]),
    ],
)
def test_columns_that_hold_states(
    header: str, cells: Sequence[str], states: Sequence[str | None], tmp_path: Path
) -> None:
    rows = "".join(f"| Add an alert {cell} | jens | {cell} |\n" for cell in cells)
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n\n## Impact\n\nAll.\n\n## Root cause\n\nA disk.\n\n"
    text = f"{head}## Action items\n\n| Action | Owner | {header} |\n|---|---|---|\n{rows}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    found = ia.load(tmp_path, status="all").actions["status"]
    assert [None if pd.isna(state) else state for state in found] == states


def test_mentions_before_items_and_known_names_in_small_letters_are_owners(tmp_path: Path) -> None:
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n**Author**: kim lund, maria\n\n"
    items = "- add an alert (kim)\n- @ola-n to resize the volume\n- write the runbook (maria)\n"
    text = f"{head}## Root cause\n\nA disk.\n\n## Impact\n\nAll.\n\n## Action items\n\n{items}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    actions = ia.load(tmp_path, status="all").actions
    assert [None if pd.isna(owner) else owner for owner in actions["owner"]] == ["kim", "@ola-n", "maria"]


@pytest.mark.parametrize("other", ["12 February 2025", "February 12, 2025", "2025-02-12"])
def test_another_date_of_the_report_settles_which_number_is_the_month(other: str, tmp_path: Path) -> None:
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 12-02-2025\n\n## Impact\n\nAll.\n\n"
    text = f"{head}## Root cause\n\nA disk of {other}.\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert f"{ia.load(tmp_path, status='all').incidents['date'].iloc[0]:%Y-%m-%d}" == "2025-02-12"


def test_documents_that_are_not_markdown_are_named_in_one_line(tmp_path: Path) -> None:
    for name in ("a.txt", "b.rst", "c.docx", "d.html", "e.md", ".hidden.txt", "f.csv"):
        (tmp_path / name).write_text("", encoding="utf-8")
    line, _ = not_markdown([tmp_path])
    named = ", ".join(str(tmp_path / name) for name in ("a.txt", "b.rst", "c.docx"))
    assert line == f"Not Markdown, so aren't read: {named} and 1 more"
    (tmp_path / "below").mkdir()
    assert list(not_markdown([tmp_path / "below"])) == []
