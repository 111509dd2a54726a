"""Words that give no value are known, and words that mean something are not taken for them."""

from __future__ import annotations

import pytest

from incident_analytics.reports.placeholders import fold, is_absent, is_none, is_placeholder, is_untold
from incident_analytics.reports.values import Share, read_share


@pytest.mark.parametrize(
    "words",
    ["", " ", "-", "–", "?", "N/A", "n/a", "TBD", "tbd.", "Unknown", "*Unknown*", "(TBD)", "Not measured", "Unassigned",
     "To be determined", "[Name]", "[Name] - [Date]", "$[Amount]", "$[Amount] (e.g., emergency scaling)", "YYYY-MM-DD",
     "HH:MM", "SEV-[1/2/3]", "n.a.", "no owner yet", "Not assigned", "sin asignar", "High/Medium/Low",
     "[Start time] - [End time] ([Total duration])", "N/A\u00a0"],
)  # fmt: skip
def test_words_that_mean_no_value_are_absent(words: str) -> None:
    assert is_absent(words)


@pytest.mark.parametrize("words", ["0", "None", "No", "API", "SEV-1", "[x] done", "Nadia", "Unknown host", "[ ] API"])
def test_words_that_mean_something_are_not_absent(words: str) -> None:
    assert not is_absent(words)


@pytest.mark.parametrize("words", ["[Factor 1]", "**[Key Learning]**", "[Yes/No, details if yes]", " [Name] "])
def test_the_templates_own_words_are_placeholders(words: str) -> None:
    assert is_placeholder(words)


@pytest.mark.parametrize("words", ["[x]", "[X]", "[ ]", "[x] API", "see [1]", "[link] and more", "14:02", ""])
def test_boxes_and_links_are_no_placeholders(words: str) -> None:
    assert not is_placeholder(words)


@pytest.mark.parametrize(
    "words",
    ["Unknown (the logs are lost)", "N/A - read only", "TBD: finance will tell", "Not yet measured, as it seems",
     "pending; see ticket"],
)  # fmt: skip
def test_an_explained_unknown_is_untold(words: str) -> None:
    assert is_untold(words)
    assert not is_absent(words)


@pytest.mark.parametrize("words", ["Unknown, at least 500", "TBD - Q1 2026", "Unknown host", "none"])
def test_an_unknown_next_to_a_figure_is_not_untold(words: str) -> None:
    assert not is_untold(words)


def test_what_went_well_may_be_that_no_data_was_lost() -> None:
    """``No data loss`` is zero where a number is asked, and a sentence elsewhere."""
    assert not is_none("No data loss")
    assert is_none("None.")
    assert read_share("No users affected") == Share(0, 0.0)


def test_fold_takes_typographic_quotes_spaces_and_case_away() -> None:
    assert fold("  What\u00a0DIDN’T   go well. ") == "what didn't go well"


@pytest.mark.parametrize(
    "words", ["Unbekannt", "**inconnue**", "n.v.t.", "(desconocido)", "不明", "未定", "알 수 없음", "nieznana"]
)
def test_unknown_in_other_languages_gives_no_value(words: str) -> None:
    assert is_absent(words)
    assert not is_none(words)


@pytest.mark.parametrize("words", ["Keine", "aucun", "なし", "没有", "없음", "brak", "Nessuno", "niemand", "nadie"])
def test_none_in_other_languages_says_that_there_was_nothing(words: str) -> None:
    assert is_none(words)
    assert not is_absent(words)


@pytest.mark.parametrize("words", ["offen", "Pendiente", "確認中", "non", "K. A. Miller", "noch offen"])
def test_states_and_names_are_neither(words: str) -> None:
    assert not is_none(words)
    assert not is_absent(words)
