"""Reports in the words and tables of a house that no layout describes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.tables import Corpus

HEAD = "# Incident CX-77: checkout down\n\n"
BELOW = (
    "\n## Summary\n\nCheckout was down.\n\n## Timeline\n\n- 2025-03-14 14:02 UTC Checkout fails\n"
    "- 14:30 UTC Checkout works again\n\n## Root cause\n\nA full disk.\n"
)


def load(folder: Path, text: str) -> Corpus:
    (folder / "cx-77.md").write_text(text, encoding="utf-8")
    return ia.load(folder, status="all")


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("Impacto: Alto", "SEV-2"),
        ("Category: Major (exam day)", "SEV-2"),
        ("Kategorie: Niedrig", "SEV-3"),
        ("Niveau: N2", None),  # a scale of the house's own
        ("Impact: High number of failed orders", None),
        ("Impact: 2", None),
        ("Category: Network", None),
        ("Tier: 1", None),
        ("Impact: High\nSeverity: SEV-3", "SEV-3"),  # what is called so counts
    ],
)
def test_a_label_of_many_meanings_is_the_severity_where_its_value_is_a_word_for_one(
    tmp_path: Path, line: str, severity: str | None
) -> None:
    corpus = load(tmp_path, f"{HEAD}Date: 2025-03-14\n{line}\nStatus: Final\n{BELOW}")
    found = corpus.incidents["severity"].iloc[0]
    assert (None if pd.isna(found) else found) == severity
    assert "contradiction" not in set(corpus.problems["code"])


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Record: complete", "Final"),
        ("Protokoll: genehmigt (Betriebsleiter, 20.02.2024)", "Final"),
        ("Versión: definitiva", "Final"),
        ("Stand: Endfassung", "Final"),
        ("Stand van dit verslag: vastgesteld", "Final"),
        ("Document state: In review", "Under Review"),
        ("Estatus: Concluido", "Final"),
        ("Version: 2", None),
        ("Stand: 12.03.2024", None),
        ("Record: kept by the desk", None),
        ("Record: complete\nStatus: Draft", "Draft"),
    ],
)
def test_a_label_of_the_document_is_the_status_where_its_value_is_a_word_for_one(
    tmp_path: Path, line: str, status: str | None
) -> None:
    corpus = load(tmp_path, f"{HEAD}Date: 2025-03-14\nSeverity: SEV-2\n{line}\n{BELOW}")
    found = corpus.incidents["status"].iloc[0]
    assert (None if pd.isna(found) else found) == status


@pytest.mark.parametrize(
    ("label", "is_known"),
    [
        ("Pupils affected", True),
        ("Clientes atingidos", True),
        ("Getroffen bezoekers", True),
        ("Comercios afectados", True),
        ("Usagers touchés", True),
        ("Vehicles affected", False),
        ("Pupils", False),
    ],
)
def test_people_of_any_house_are_users(tmp_path: Path, label: str, is_known: bool) -> None:
    corpus = load(tmp_path, f"{HEAD}Date: 2025-03-14\nSeverity: SEV-2\n{label}: 286\n{BELOW}")
    assert corpus.incidents["affected_users"].fillna(-1).tolist() == [286 if is_known else -1]


PHASES = ("Onset", "First alert", "Engaged", "Diagnosed", "Contained", "Recovered")
OTHERS = ("Onset", "Recognition", "Team activated", "Cause established", "Stabilized", "All clear")


def phases(labels: tuple[str, ...], *, last: str = "{}") -> str:
    rows = [f"| {label} | {last.format(f'2025-03-14 14:0{n}')} | note |" for n, label in enumerate(labels)]
    table = "\n".join(("| Phase | Timestamp (CET) | Remark |", "|---|---|---|", *rows))
    return f"{HEAD}Severity: SEV-2\nDate: 2025-03-14\n\n## Lifecycle\n\n{table}\n\n## Root cause\n\nA full disk.\n"


@pytest.mark.parametrize("labels", [PHASES, OTHERS])
def test_rows_called_like_instants_have_them_in_the_column_of_times_and_its_zone(
    tmp_path: Path, labels: tuple[str, ...]
) -> None:
    found = load(tmp_path, phases(labels)).incidents.iloc[0]
    names = ("started", "detected", "responded", "identified", "mitigated", "restored")
    assert [f"{found[f'{name}_at']:%H:%M}" for name in names] == [f"13:0{n}" for n in range(6)]


def test_rows_of_two_times_or_of_the_same_instant_are_not_read_so(tmp_path: Path) -> None:
    for text in (phases(("Onset", "Onset", "Recovered")), phases(PHASES).replace("note", "15:30")):
        assert load(tmp_path, text).incidents[["started_at", "restored_at"]].isna().all(axis=None)


def test_a_head_in_a_fence_is_read_and_an_alert_in_one_is_not(tmp_path: Path) -> None:
    fence = "```\nid: cx-2511\nseverity: SEV-2\nstatus: published\nauthor: t.o\n```\n"
    found = load(tmp_path, phases(PHASES).replace("Severity: SEV-2\nDate: 2025-03-14\n", fence)).incidents.iloc[0]
    assert (found["incident_id"], found["severity"], found["status"]) == ("cx-2511", "SEV-2", "Final")
    alert = fence.replace("author: t.o\n", "instance: db-1\n")
    found = load(tmp_path, phases(PHASES).replace("Severity: SEV-2\nDate: 2025-03-14\n", alert)).incidents
    assert "cx-2511" not in set(found["incident_id"])


@pytest.mark.parametrize(
    ("heading", "lines", "statuses"),
    [
        (
            "Providências",
            "| Providência | Dono | Prazo | Feito? |\n|---|---|---|---|\n| Testar o código | App | 12/04/2025 | Sim |",
            ["done"],
        ),
        (
            "Measures",
            "| Measure | Due | Fulfilled |\n|---|---|---|\n| A | 1 Dec 2025 | 30 Nov 2025 |\n| B | 2 Dec 2025 | |",
            ["done", None],
        ),
        ("Opvolging", "- Alarm instellen (beheer, 1 april 2025), gereed", ["done"]),
        ("What we still owe", "- Review of all rules (Mikkel, 2025-04-30)", [None]),
    ],
)
def test_actions_under_the_words_of_a_house(
    tmp_path: Path, heading: str, lines: str, statuses: list[str | None]
) -> None:
    corpus = load(tmp_path, f"{HEAD}Date: 2025-03-14\nSeverity: SEV-2\n{BELOW}\n## {heading}\n\n{lines}\n")
    assert [None if pd.isna(each) else each for each in corpus.actions["status"]] == statuses


def test_a_column_of_times_may_name_its_zone_in_brackets_in_any_language(tmp_path: Path) -> None:
    rows = "| Hora (CDMX, UTC-6) | Actividad |\n|---|---|\n| 18:20 | Terminales sin respuesta |\n"
    text = f"{HEAD}Fecha del evento: 15/11/2024\nSeverity: SEV-2\n\n## Cronología\n\n{rows}\n## Causa\n\nUn disco.\n"
    assert [f"{at:%Y-%m-%d %H:%M}" for at in load(tmp_path, text).timeline["at"]] == ["2024-11-16 00:20"]
