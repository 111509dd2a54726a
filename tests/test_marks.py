"""Answers, ticks and tracker keys: every form that authors use, and the whole message where none is meant."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from incident_analytics.reports.marks import find_key, read_flag, read_mark, read_tick, split_gloss
from incident_analytics.reports.placeholders import Unreadable

FLAGS: list[tuple[str, bool | None]] = [
    ("Yes", True), ("yes — 12 jobs", True), ("Y", True), ("True", True), ("Partial: drafts", True), ("✅", True),
    ("✔️", True), ("**Yes**", True), ("Minor, 5 rows", True), ("❌ Yes", True),
    ("No", False), ("NO.", False), ("No (verified)", False), ("None", False), ("Nothing lost", False),
    ("No, the pending jobs ran", False), ("No: every order was recorded", False), ("No - users noticed nothing", False),
    ("0 rows", False), ("❌", False), ("❌ No", False), ("✅ No data loss", False), ("false", False), ("n", False),
    ("Yes, 12 rows; more may be unknown", True), ("Some known rows", True), ("Minor: cause to be confirmed", True),
    ("", None), ("N/A", None), ("N/A - read only", None), ("Unknown", None), ("Unknown, under review", None),
    ("TBD", None), ("Under investigation", None), ("Under investigation (storage team)", None), ("Not recorded", None),
    ("[Yes/No, details if yes]", None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "flag"), FLAGS)
def test_flag(words: str, flag: bool | None) -> None:
    assert read_flag(words) is flag


@pytest.mark.parametrize(
    "words", ["see below", "Yes/No", "No/Yes", "5 rows", "Nope", "0.5% of rows", "None of it survived"]
)
def test_words_that_are_neither_yes_nor_no(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_flag(words)
    assert str(caught.value) == f"{words!r} is neither yes nor no; write Yes or No, then the details"


@pytest.mark.parametrize(
    "words",
    [
        "None reported", "None known", "None so far", "None identified", "No known data loss", "No data loss reported",
        "No reported data loss", "No evidence of data loss", "None detected (logs only)", "No confirmed loss", "No?",
        "No permanent data loss", "Nothing lost so far", "No, as far as we know", "No (not yet verified)", "No (TBC)",
        "No (to be confirmed)", "No, under investigation", "No / Unknown", "None yet", "No data loss expected",
        "No significant data loss", "❌ None reported", "No, pending confirmation", "None currently", "0 reported",
        "No - pending", "Probably no" , "Yes?", "Yes (to be confirmed)", "Yes, possibly", "Yes - unconfirmed", "✅ Yes?",
    ],
)  # fmt: skip
def test_a_yes_or_no_of_a_part_or_for_the_time_being_is_not_read(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_flag(words)
    assert caught.value.code == "unreadable-value"
    assert repr(words) in str(caught.value)


TICKS: list[tuple[str, bool | None, str]] = [
    ("[x] API", True, "API"), ("[X] API", True, "API"), ("[x]API", True, "API"), ("✅ API", True, "API"),
    ("✔️ API", True, "API"), ("☑ API", True, "API"), ("API ✅", True, "API"), ("✅", True, ""),
    ("[ ] API", False, "API"), ("[] API", False, "API"), ("❌ API", False, "API"), ("⏳ API", False, "API"),
    ("☐ API", False, "API"), ("⬜ API", False, "API"), ("API ❌", False, "API"),
    ("[ x ] API", True, "API"), ("(x) API", True, "API"), ("[✓] API", True, "API"), ("[yes] API", True, "API"),
    ("☒ API", True, "API"), ("■ API", True, "API"), ("🗸 API", True, "API"), ("✓ API", True, "API"),
    ("API (x)", True, "API"), ("API [x]", True, "API"), ("□ API", False, "API"), ("( ) API", False, "API"),
    ("[no] API", False, "API"), ("call f()", None, "call f()"), ("read list[x]", None, "read list[x]"),
    ("API", None, "API"), ("A [x] B", None, "A [x] B"), ("Add ✅ to the docs", None, "Add ✅ to the docs"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "ticked", "rest"), TICKS)
def test_tick(words: str, ticked: bool | None, rest: str) -> None:
    assert read_tick(words) == (ticked, rest)


KEYS: list[tuple[str, str | None]] = [
    ("AUD-123", "AUD-123"), ("Alert (OPS-7)", "OPS-7"), ("see #365", "#365"), ("PR #2428 and OPS-1", "#2428"),
    ("https://example.org/browse/OPS-12", "OPS-12"), ("INC-2025-01-01-001", None), ("SEV-2", None), ("UTF-8", None),
    ("AES-256", None), ("US-EAST-1", None), ("Q3-2025", None), ("ops-1", None), ("a#1", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "key"), KEYS)
def test_tracker_key(words: str, key: str | None) -> None:
    assert find_key(words) == key


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        ("🟢 API", (None, "API", "🟢")),
        ("API 🔴", (None, "API", "🔴")),
        ("❌ API", (False, "API", "❌")),
        ("API ❌", (False, "API", "❌")),
        ("❌ API 🟢", (False, "API", "❌")),
        ("API ✅", (True, "API", "")),
        ("API: no", (False, "API", "")),
    ],
)
def test_a_mark_before_or_behind_a_name(words: str, mark: tuple[bool | None, str, str]) -> None:
    assert read_mark(words) == mark


@pytest.mark.parametrize(
    ("written", "name", "gloss"),
    [
        ("Dome (shutter only)", "Dome", "shutter only"),
        ("Banca en línea (solo el botón de enviar)", "Banca en línea", "solo el botón de enviar"),
        ("Suche (nur Filialen)", "Suche", "nur Filialen"),
        ("Paiement (uniquement carte)", "Paiement", "uniquement carte"),
        ("API (partial)", "API", "partial"),
        ("Kasse (delvis)", "Kasse", "delvis"),
        ("API (EU)", "API (EU)", ""),
        ("Ledger (read-only)", "Ledger (read-only)", ""),
        ("Partial Payments (beta)", "Partial Payments (beta)", ""),
        ("Wallet (Solo Pay)", "Wallet (Solo Pay)", ""),
        ("(only web)", "(only web)", ""),
    ],
)
def test_a_part_of_a_service_is_not_its_name(written: str, name: str, gloss: str) -> None:
    assert split_gloss(written) == (name, gloss)
