"""Owners that the items of one list have at their end or in front, without a label."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.reports.item_details import split_list
from incident_analytics.reports.template import default_template
from incident_analytics.reports.usual_owners import usual_owners
from tests.laws import examples

COLUMNS = default_template().sections["actions"].columns


def owners(items: list[str], people: str = "", things: tuple[str, ...] = ()) -> list[str | None]:
    """Return the owner of each item."""
    found = split_list(items, COLUMNS, date(2026, 4, 7), people=people, things=things)
    return [details.get("owner") for _, details in found]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["Renew the certificate (Joe)", "Add an alert (Ana)"], ["Joe", "Ana"]),
        (["Renew the certificate [Joe Doe]", "Add an alert [Data team]", "Ask (Ana)"], ["Joe Doe", "Data team", "Ana"]),
        (["Renew the certificate — Joe", "Add an alert — Ana Lee"], ["Joe", "Ana Lee"]),
        (["Renew the certificate - @joe-k", "Add an alert - @ana"], ["@joe-k", "@ana"]),
        (["Renew the certificate (Joe + Ana)", "Add an alert (Ana)"], ["Joe + Ana", "Ana"]),
        (["Renew the certificate (Joe, done)", "Add an alert (Ana)", "Write it (Bo)"], ["Joe", "Ana", "Bo"]),
        (["Renew it @Joe Doe 2026-05-01", "Add an alert @Ana 2026-05-02"], ["Joe Doe", "Ana"]),
        (["Renew it @Bao Nguyen", "Add an alert @Carla Stein"], ["Bao Nguyen", "Carla Stein"]),
        (["Renew it @joe", "Add an alert @ana.b", "Write it"], ["@joe", "@ana.b", None]),
        (["Renew it (Ejner, June 2026)", "Look (Service contractor, July 2026)"], ["Ejner", "Service contractor"]),
        (["Renew it — Amit, done", "Add an alert — Amit, open"], ["Amit", "Amit"]),
        (["Move to @angular/core", "Pin @types/node"], [None, None]),
        (["Zertifikat erneuern (Jörg, bis 3. Mai)", "Alarm (Änne, bis 4. Mai)"], ["Jörg", "Änne"]),
        (["Renouveler le contrat (Inès, avant le 3 mai)", "Alerte (Zoé, 4 mai)"], ["Inès", "Zoé"]),
        (["Contract verlengen (Joris, voor 15 mei)", "Alarm (Marit, voor 1 juni)"], ["Joris", "Marit"]),
        (["Renovar el contrato (Íñigo)", "Alarma (Begoña Ruiz de Alda)"], ["Íñigo", "Begoña Ruiz de Alda"]),
        (["Odnowić umowę (Łukasz)", "Alarm (Kamil Dąb)"], ["Łukasz", "Kamil Dąb"]),
        (["Sözleşmeyi yenile (Ayşe)", "Alarm ekle (Çağla)"], ["Ayşe", "Çağla"]),
        (["Forny avtalen (Øystein)", "Alarm (Åse Hoel)"], ["Øystein", "Åse Hoel"]),
        (["Förnya avtalet (Linnéa)", "Larm (Ängla)"], ["Linnéa", "Ängla"]),
        (["Rinnovare il contratto (Niccolò)", "Allarme (M. Dal Pra)"], ["Niccolò", "M. Dal Pra"]),
        (["Renovar o contrato (João)", "Alarme (Conceição)"], ["João", "Conceição"]),
        (["Renew it - owner: Data team - due 30/05/2026", "Ask"], ["Data team", None]),
        (["Ticket 12 (Joe)", "Say it in the guide", "Add an alert", "Move it"], [None, None, None, None]),
    ],
)
def test_a_name_at_the_end_of_most_items_is_the_owner(items: list[str], expected: list[str | None]) -> None:
    assert owners(items) == expected


@pytest.mark.parametrize(
    "words",
    ["Redis", "Kafka", "Berlin", "New York", "High", "P1", "Optional", "Staging", "Prevent", "May", "Monday",
     "Phase one", "OPS-12", "see the guide", "30s", "Q3", "Hoch", "Urgent", "mittelfristig", "Postgres", "Quick win",
     "Done", "v2.1", "Runbook", "März", "Alta", "Checkout", "Ledger Export", "EU", "AWS", "Datadog"],
)  # fmt: skip
def test_what_is_not_a_person_is_never_the_owner(words: str) -> None:
    things = ("Checkout was down", "Ledger Export")
    for first, second in (("({})", "({})"), ("— {}", "— {}"), ("({})", "(Ana)")):
        items = [f"Renew the certificate {first.format(words)}", f"Add an alert {second.format(words)}"]
        assert words not in owners(items, things=things)
    assert owners([f"{words}: renew it", f"{words}: add an alert"], things=things) == [None, None]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Mimir", "Valkey"), ("Siemens", "Bosch"), ("Orders", "Search"), ("Lyon", "Turin"), ("English", "Español"),
     ("Compliance", "Simplicity"), ("Mondays", "Fridays"), ("Hardening", "Speedup")],
)  # fmt: skip
def test_words_of_which_none_is_surely_a_person_are_not_the_owners(first: str, second: str) -> None:
    for form in ("{} ({})", "{} [{}]", "{} — {}"):
        assert owners([form.format("Renew it", first), form.format("Add an alert", second)]) == [None, None]


def test_in_front_only_people_are_owners_of_a_list_that_has_some() -> None:
    items = ["Joe → renew the certificate", "Queue → raise the limit", "Need to add an alert"]
    assert owners(items, people="Joe Doe") == ["Joe", None, None]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["Joe: renew the certificate", "Vendor: fix it"], ["Joe", None]),
        (["Joe → renew the certificate", "Ask → add an alert"], ["Joe", None]),
        (["Joe Doe to renew the certificate", "Ask to add an alert"], ["Joe Doe", None]),
        (["Renew the certificate (Joe)"], ["Joe"]),
        (["Monitoring: add an alert", "Process: renew it"], [None, None]),
        (["Need to renew it", "Remember to ask"], [None, None]),
    ],
)
def test_in_front_a_name_is_the_owner_where_the_report_has_it_for_a_person(
    items: list[str], expected: list[str | None]
) -> None:
    assert owners(items, people="Joe Doe, Example Ltd") == expected
    assert owners(items) == [None] * len(items)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["Lars: remove the job", "Inês: add an alert"], ["Lars", "Inês"]),
        (["Cláudia: recriar o índice", "Renato: comparar os índices"], ["Cláudia", "Renato"]),
        (["Amara - keep the settings", "Tomasz - add a test"], ["Amara", "Tomasz"]),
        (["@kim renew the certificate", "@lee find the others"], ["@kim", "@lee"]),
        (["renew it (emil)", "second operator (wgrau)", "ask"], ["emil", "wgrau", None]),
        # No first name, or not all of them.
        (["Lars: remove the job", "Kafka: add an alert"], [None, None]),
        (["Java - keep the settings", "Rust - add a test"], [None, None]),
        (["@types/node is pinned", "@angular/core moves"], [None, None]),
        (["renew it (optional)", "second operator (soon)"], [None, None]),
        (["Lars: remove the job"], [None]),
    ],
)
def test_a_list_of_first_names_alone_has_its_owners_in_front(items: list[str], expected: list[str | None]) -> None:
    assert owners(items) == expected


def test_a_state_behind_the_name_and_a_day_are_read_too() -> None:
    assert split_list(["Ask Ana, due 2026-05-09, done"], COLUMNS, None) == [
        ("Ask Ana", {"due_on": "2026-05-09", "status": "done"})
    ]
    found = split_list(["Renew it (Joe) - done", "Add an alert (Ana)"], COLUMNS, None)
    assert found == [("Renew it", {"owner": "Joe", "status": "done"}), ("Add an alert", {"owner": "Ana"})]


@examples(30)
@given(st.lists(st.text(st.sampled_from("ABab :,;-–()[]@→"), max_size=30), max_size=4))
def test_no_word_of_an_item_is_lost(items: list[str]) -> None:
    for item, found in zip(items, usual_owners(items, people="Ab"), strict=True):
        for part in found or ():
            assert part in item
