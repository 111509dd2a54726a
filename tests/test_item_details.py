"""What an action item says after its own words: its owner and dates, where they are sure."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.reports.action_states import read_action_date
from incident_analytics.reports.item_details import split_details, split_list
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.template import default_template

COLUMNS = default_template().sections["actions"].columns
ACTION = "Add memory limits to the render workers"


@pytest.mark.parametrize(
    ("tail", "details"),
    [
        (" (owner: Joe, due 2026-06-20)", {"owner": "Joe", "due_on": "2026-06-20"}),
        (" (Owner: Joe; Due: 2026-06-20).", {"owner": "Joe", "due_on": "2026-06-20"}),
        (" [assignee: @joe]", {"owner": "@joe"}),
        (" (by 20 June 2026)", {"due_on": "20 June 2026"}),
        (" (due by 2026-06-20, priority: High)", {"due_on": "2026-06-20", "priority": "High"}),
        (" - Owner: Joe - Due: 2026-06-20", {"owner": "Joe", "due_on": "2026-06-20"}),
        (". **Owner**: Joe Smith. **ETA**: 2026-06-20.", {"owner": "Joe Smith", "due_on": "2026-06-20"}),
        (" | DRI: platform team | Ticket: OPS-12", {"owner": "platform team", "key": "OPS-12"}),
        (". Owner: Joe. Due: 30/09", {"owner": "Joe", "due_on": "30/09"}),
        (". Owner: Joe. Due: 15 October", {"owner": "Joe", "due_on": "15 October"}),
        (" (owner: Joe, due: Q4 2026)", {"owner": "Joe", "due_on": "Q4 2026"}),  # which is reported as unreadable
        (" — Owner: Joe — Status: done", {"owner": "Joe", "status": "done"}),
        (" (@joe, by 2026-06-20)", {"owner": "@joe", "due_on": "2026-06-20"}),
        (" (@joe & @ana.b; until 20 June 2026)", {"owner": "@joe & @ana.b", "due_on": "20 June 2026"}),
        (" (by @joe)", {"owner": "@joe"}),
        (" (owner @joe, by 2026-06-20)", {"owner": "@joe", "due_on": "2026-06-20"}),
        (" (Joe, done 2026-06-20)", {"owner": "Joe", "status": "done 2026-06-20"}),
        (" (Done, L. Haas)", {"owner": "L. Haas", "status": "Done"}),
        (" (Open, Head of Platform)", {"owner": "Head of Platform", "status": "Open"}),
        (" (Duarte, concluído)", {"owner": "Duarte", "status": "concluído"}),
        (
            " (agency, 30 June 2026, in progress)",
            {"owner": "agency", "status": "in progress", "due_on": "30 June 2026"},
        ),
        (" (S. Brandl, bis 28.03.2026)", {"owner": "S. Brandl", "due_on": "28.03.2026"}),
        (". Owner: IT. Complete.", {"owner": "IT", "status": "Complete"}),
        (" – S. Brandl, bis 28.03.2026", {"owner": "S. Brandl", "due_on": "28.03.2026"}),
        (" - Joe Doe, 2026-06-20", {"owner": "Joe Doe", "due_on": "2026-06-20"}),
        (". Responsable: Joe Doe. Hecho", {"owner": "Joe Doe", "status": "Hecho"}),
        (". Responsável: Joe Doe. Prazo: 2026-06-20", {"owner": "Joe Doe", "due_on": "2026-06-20"}),
        (" — Joe, done", {"owner": "Joe", "status": "done"}),
        (" (Joe, 20.06.2026)", {"owner": "Joe", "due_on": "20.06.2026"}),
        (" (Joe Doe, until 2026-06-20)", {"owner": "Joe Doe", "due_on": "2026-06-20"}),
        (" (Zoë O'Neil, 20 June 2026)", {"owner": "Zoë O'Neil", "due_on": "20 June 2026"}),
    ],
)
def test_details_at_the_end_are_taken(tail: str, details: dict[str, str]) -> None:
    assert split_details(ACTION + tail, COLUMNS) == (ACTION, details)


@pytest.mark.parametrize(
    "text",
    [
        ACTION,
        "Say in the guide who the owner: field is for",
        "Run the backup by cron (@daily)",
        "Move the cache — Redis, done",
        "Pin the parser (@babel/core, by 2026-06-20)",
        "Ask those who know it, such as @joe",
        "Remove the annotation (@Transactional)",
        "Upgrade (@angular)",
        "Pin the parser (by @babel/core)",
        "Write the runbook, owner: whoever was on call during the night of the failover",
        "Write the runbook (owner: Joe, after the move to the new cluster)",
        "Write the runbook (due: soon)",
        "Write the runbook, due: after the holidays",
        "Write the runbook (owner: Joe, owner: Ann)",
        "Write the runbook (see the ticket)",
        "Owner: Joe",
        "Reduce the timeout (30s)",
        "Run the test again (not done, or done in May)",
        "Run the test again (New, Closed)",
        "Move the cron job - weekly, 2026-06-20",
        "Compare A - B, 14:00",
        "Run the test again (the one that failed first, done)",
        "Run the test again (see the plan, 2026-06-20)",
        "Run the test again (Joe, 14:00)",
        "Run the test again (Joe, Ann, 2026-06-20)",
        "Run the test again (Joe, May)",
    ],
)
def test_what_is_not_sure_stays_in_the_words(text: str) -> None:
    assert split_details(text, COLUMNS) == (text, {})


@given(st.text(st.sampled_from("ab :,;|-–()[]*owner due2026-06-20"), max_size=60))
def test_no_word_is_lost(text: str) -> None:
    words, details = split_details(text, COLUMNS)
    assert text.startswith(words)
    for value in details.values():
        assert value in text.removeprefix(words)
    if not details:
        assert words == text


def test_a_state_behind_the_brackets_stays_with_the_words() -> None:
    details = {"owner": "Joe", "due_on": "2026-06-20"}
    assert split_details(f"{ACTION} (Joe, by 2026-06-20) - done", COLUMNS) == (f"{ACTION} - done", details)


@pytest.mark.parametrize(
    "aside",
    ["Done, 2025-05-01", "Open, 2025-05-01", "Merged, 1 May 2025", "Created, 1 May 2025", "High, 2025-05-01",
     "AWS, 20 July 2024", "P1, 2025-05-01", "Since Monday, 1 May 2025", "Team A, 2025-05-01"],
)  # fmt: skip
def test_other_words_before_a_day_are_no_owner(aside: str) -> None:
    words = f"Add memory limits ({aside})"
    assert split_details(words, {"owner": ["Owner"], "due_on": ["Due"]}) == (words, {})


LIST = ["Move the index (Joe, 20 June 2026)", "Add limits (Ana, 3 July 2026)", "Write the guide"]


@pytest.mark.parametrize(
    ("items", "owners"),
    [
        (LIST, ["Joe", "Ana", None]),
        (["Read the paper (Google, 12 June 2025)", "Add limits", "Write the guide"], [None, None, None]),
        (["Open an office (Berlin, 3 May 2026)", *LIST], [None, "Joe", "Ana", None]),
        (["Repeat the first fix (Joe, 3 May 2020)", *LIST], [None, "Joe", "Ana", None]),
        (["Move the index (Joe Doe, 20 June 2026)", "Add limits"], ["Joe Doe", None]),
        (["Open an office (New York, 3 May 2026)", "Add limits"], [None, None]),
        (["Move the index (Joe, by 20 June 2026)", "Add limits"], ["Joe", None]),
    ],
)
def test_one_word_before_a_day_is_an_owner_where_the_list_writes_owners_so(
    items: list[str], owners: list[str | None]
) -> None:
    found = split_list(items, COLUMNS, date(2026, 4, 7))
    assert [details.get("owner") for _, details in found] == owners
    assert [words for words, details in found if not details] == [
        item for item, owner in zip(items, owners, strict=True) if owner is None
    ]


def test_a_value_is_not_another_label_with_its_value() -> None:
    labels = {"owner": ["Owner"], "due_on": ["Due"]}
    for item in ("Add limits (owner: Ann, est: 3d)", "Add limits - Owner: Ann - Ticket: X-1"):
        assert split_details(item, labels) == (item, {})


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("30/09", date(2025, 9, 30)),
        ("9/30", date(2025, 9, 30)),
        ("30.09.", date(2025, 9, 30)),
        ("31/1", date(2026, 1, 31)),
        ("10/10", date(2025, 10, 10)),
    ],
)
def test_two_figures_are_a_day_of_the_months_after_the_incident(words: str, day: date) -> None:
    assert read_action_date(words, date(2025, 9, 18)) == day


@pytest.mark.parametrize("words", ["05/10", "05.10.", "30.9", "10-30", "30/31", "30/08"])
def test_two_figures_that_may_be_another_day_are_unreadable(words: str) -> None:
    with pytest.raises(Unreadable):
        read_action_date(words, date(2025, 9, 18))
