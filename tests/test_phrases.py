"""Phrases of several words, found as far as the text asserts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.phrases import Phrases

PEOPLE = {"people": ["user*", "a client", "customer*"], "tell": ["report*", "let us know"]}
PHRASES = Phrases(
    {"customer": ["{people} ~ {tell}", "^{people} :"], "monitoring": ["alert*", "health check ~ red"]}, PEOPLE
)


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.value, text[hit.start : hit.end]) for hit in PHRASES.find(text)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Users report 503s", [("customer", "Users report")]),
        ("A client has just let us know", [("customer", "A client has just let us know")]),
        ("Users of the site all now also report it", []),  # more than three words in between
        ("Users. They report it", []),  # another clause
        ("Users: nothing works", [("customer", "Users:")]),
        ("Then users: nothing works", []),
        (
            "Health check of the proxy red, alerts follow",
            [("monitoring", "Health check of the proxy red"), ("monitoring", "alerts")],
        ),
        ("ALERTS!", [("monitoring", "ALERTS")]),
        ("", []),
    ],
)
def test_words_are_found_in_their_order_within_a_clause(text: str, hits: list[tuple[str, str]]) -> None:
    assert found(text) == hits


@pytest.mark.parametrize(
    "text",
    [
        "No alert",
        "There was not a single alert",
        "Alerts did not fire",
        "Alerts never came",
        "The alerts failed to fire",
        "No user reported it",
        "Users didn't report it",
        "Users didn’t report it",
        "Noticed before any alert",
        "Found by hand rather than by an alert",
        "An alert should fire",
        "Perhaps an alert",
    ],
)
def test_what_is_denied_or_only_guessed_does_not_count(text: str) -> None:
    # The verb of "Users didn't report it" is in the phrase; its gap holds the denial.
    assert [value for value, _ in found(text) if value == "monitoring"] == []
    assert [words for value, words in found(text) if value == "customer" and "n't" not in words] == []


def test_a_denial_reaches_no_further_than_its_clause() -> None:
    assert found("Not the disk: alerts came from the proxy") == [("monitoring", "alerts")]
    assert found("It was not the disk of the old proxy host that the alerts named") == [("monitoring", "alerts")]


@given(st.text(alphabet="aluser :.~^*{}'\n-", max_size=60))
def test_any_text_is_read_and_a_hit_is_a_part_of_it(text: str) -> None:
    for hit in PHRASES.find(text):
        assert 0 <= hit.start < hit.end <= len(text)


@given(st.lists(st.sampled_from(["users", "report", "alerts", "the", "red", "health", "check"]), max_size=8))
def test_what_follows_another_clause_changes_nothing_before_it(words: list[str]) -> None:
    text = " ".join(words)
    assert found(f"{text}. Nothing")[: len(found(text))] == found(text)
