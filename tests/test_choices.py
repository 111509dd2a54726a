"""Words of a declared list: severities and statuses, however they are written."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from incident_analytics.reports.choices import Choice, read_action_status, read_choice, read_word
from incident_analytics.reports.placeholders import Unreadable

SEVERITIES = ("SEV-1", "SEV-2", "SEV-3")


SYNONYMS = {"Critical": "SEV-1", "P1": "SEV-1", "Major": "SEV-2", "Minor": "SEV-3"}


WORDS: list[tuple[str, str | None]] = [
    ("SEV-2", "SEV-2"), ("SEV2", "SEV-2"), ("sev 2", "SEV-2"), ("Sev_2", "SEV-2"), ("SEV-2 (Major)", "SEV-2"),
    ("**CRITICAL** (P0)", "SEV-1"), ("P1 (High)", "SEV-1"), ("Major", "SEV-2"), ("SEV-3 – Minor", "SEV-3"),
    ("SEV-2: partial outage", "SEV-2"), ("(SEV-1)", "SEV-1"), ("🔴 SEV-1", "SEV-1"), ("TBD", None), ("SEV-[1/2/3]", None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "meant"), WORDS)
def test_word_of_a_list(words: str, meant: str | None) -> None:
    assert read_word(words, SEVERITIES, SYNONYMS) == meant


CHOICES: list[tuple[str, str | None, tuple[str, ...]]] = [
    ("SEV-1 (downgraded to SEV-2)", "SEV-2", ("SEV-1", "SEV-2")),
    ("SEV-2, later SEV-1", "SEV-1", ("SEV-2", "SEV-1")),
    ("SEV-3 -> SEV-1", "SEV-1", ("SEV-3", "SEV-1")),
    ("sev3 → 2", "SEV-2", ("SEV-3", "SEV-2")),
    ("SEV-2 (upgraded from SEV-3)", "SEV-2", ("SEV-2", "SEV-3")),
    ("SEV-2 (initially SEV-1)", "SEV-2", ("SEV-2", "SEV-1")),
    ("SEV-1 at first, SEV-2 from 14:00", "SEV-2", ("SEV-1", "SEV-2")),
    ("SEV-1 until 14:00, then SEV-2", "SEV-2", ("SEV-1", "SEV-2")),
    ("SEV-1 (Critical), lowered to SEV-2 (Major)", "SEV-2", ("SEV-1", "SEV-2")),
    ("SEV-1 (downgraded to Major)", "SEV-2", ("SEV-1", "SEV-2")),
    ("SEV-1 (not SEV-2)", "SEV-1", ("SEV-1", "SEV-2")),
    ("SEV-2 (al principio SEV-3)", "SEV-2", ("SEV-2", "SEV-3")),
    ("SEV-1 (zunächst SEV-2)", "SEV-1", ("SEV-1", "SEV-2")),
    ("SEV-3 d'abord, SEV-1 ensuite", "SEV-1", ("SEV-3", "SEV-1")),
    ("SEV-1 (początkowo SEV-3)", "SEV-1", ("SEV-1", "SEV-3")),
    ("inizialmente SEV-3, SEV-2 dalle 14", "SEV-2", ("SEV-3", "SEV-2")),
    ("SEV-2 (o SEV-3)", None, ("SEV-2", "SEV-3")),
    ("SEV-1/2", None, ("SEV-1", "SEV-2")),
    ("SEV-1 or SEV-2", None, ("SEV-1", "SEV-2")),
    ("SEV-1, SEV-2", None, ("SEV-1", "SEV-2")),
    ("SEV1 / SEV2 / SEV3", None, ("SEV-1", "SEV-2", "SEV-3")),
    ("SEV-1/2/3", None, ("SEV-1", "SEV-2", "SEV-3")),
    ("P1 or P2", None, ("SEV-1", "SEV-3")),
    ("P1 (High)", "SEV-1", ("SEV-1",)),
    ("P1 (High), now over", "SEV-1", ("SEV-1",)),
    ("SEV-2 (Major)", "SEV-2", ("SEV-2",)),
    ("CRITICAL (P0)", "SEV-1", ("SEV-1",)),
    ("SEV-1, 2 services down", "SEV-1", ("SEV-1",)),
    ("SEV-2 (SEV2)", "SEV-2", ("SEV-2",)),
]


@pytest.mark.parametrize(("words", "meant", "named"), CHOICES)
def test_of_two_words_in_a_field_the_last_in_force_counts(
    words: str, meant: str | None, named: tuple[str, ...]
) -> None:
    """P1 and High mean different severities here, and yet the one is a gloss of the other."""
    synonyms = {"Critical": "SEV-1", "Major": "SEV-2", "P0": "SEV-1", "P1": "SEV-1", "High": "SEV-2", "P2": "SEV-3"}
    assert read_choice(words, SEVERITIES, synonyms) == Choice(meant, named)


@pytest.mark.parametrize(("words", "meant"), WORDS)
def test_a_field_that_names_one_word_is_read_as_ever(words: str, meant: str | None) -> None:
    assert read_choice(words, SEVERITIES, SYNONYMS) == (None if meant is None else Choice(meant, (meant,)))


@pytest.mark.parametrize("words", ["SEV9", "SEV-12", "High", "SEV", "1"])
def test_a_word_that_is_not_declared(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_word(words, SEVERITIES, SYNONYMS)
    assert str(caught.value) == f"{words!r} is not one of SEV-1, SEV-2, SEV-3"


@pytest.mark.parametrize("words", ["SEV-2?", "SEV-1 or SEV-2?", "probably SEV-2?"])
def test_a_severity_in_doubt_is_not_read(words: str) -> None:
    with pytest.raises(Unreadable, match="is in doubt"):
        read_choice(words, SEVERITIES, SYNONYMS)


ACTIONS = ("open", "done", "dropped")
OF_ACTIONS = {"yes": "done", "no": "open", "closed": "done", "duplicate": "dropped", "started": "open"}


@pytest.mark.parametrize(
    ("words", "meant", "named"),
    [
        ("Done", "done", ("done",)),
        ("Yes", "done", ("done",)),  # a word that often means something else, where it is all that is said
        ("Yes, yes", "done", ("done",)),
        ("Duplicate (yes)", None, ("dropped", "done")),
        ("Open (was done)", "open", ("open", "done")),
        ("open, not started", "open", ("open",)),
    ],
)
def test_the_status_of_an_action(words: str, meant: str | None, named: tuple[str, ...]) -> None:
    assert read_action_status(words, ACTIONS, OF_ACTIONS) == Choice(meant, named)


@pytest.mark.parametrize("words", ["Donut", "work started on it", "Not done", "Done?", "never closed", "Done by 90%"])
def test_what_is_no_status_of_an_action(words: str) -> None:
    with pytest.raises(Unreadable):
        read_action_status(words, ACTIONS, OF_ACTIONS)


@pytest.mark.parametrize(
    ("words", "meant"),
    [("SEV-2, SEV-1 at first", "SEV-2"), ("SEV-1 at first, SEV-2 later", "SEV-2"), ("from SEV-1 to SEV-2", "SEV-2")],
)
def test_what_was_so_at_first_does_not_count(words: str, meant: str) -> None:
    choice = read_choice(words, SEVERITIES, SYNONYMS)
    assert choice is not None
    assert choice.word == meant
