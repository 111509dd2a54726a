"""How the follow-ups are, in a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from first_screen_facts import items

from incident_analytics.facts import FollowUpFacts
from incident_analytics.sentences import describe_follow_ups


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            items(36, n_past_due_unknown=11, n=49, n_done=25, n_known=41, n_unknown=8, oldest=timedelta(days=576)),
            (
                "Of 49 action items from Q3 2025, 25 are done, 16 are open and 8 have no recorded status. Across "
                "all incidents: 36 items are overdue, the longest by 19 months; 11 more are past due but have "
                "no recorded status."
            ),
        ),
        (
            items(),
            "Of 4 action items from Q3 2025, 3 are done and 1 is open. Across all incidents, nothing is overdue.",
        ),
        (
            items(n=0, n_due=0, n_items_unknown=7),
            (
                "No action items from Q3 2025. Across all incidents: 9 items have no due date, 7 of them "
                "without a recorded status."
            ),
        ),
        (
            items(n_due=0, n_known=0, n_unknown=4),
            (
                "None of the 4 action items from Q3 2025 has a recorded status. Across all incidents: 9 items "
                "have no due date."
            ),
        ),
        (items(n_items=0), "No report lists action items."),
        (
            items(n=1, n_done=0, n_known=0, n_unknown=0),
            "The only action item from Q3 2025 is dropped. Across all incidents, nothing is overdue.",
        ),
        (
            items(n=4, n_done=4),
            "All 4 action items from Q3 2025 are done. Across all incidents, nothing is overdue.",
        ),
        (
            items(n=6, n_done=0, n_known=4, n_unknown=1),
            (
                "Of 6 action items from Q3 2025, none is done, 4 are open, 1 has no recorded status and 1 is dropped. "
                "Across all incidents, nothing is overdue."
            ),
        ),
        (
            items(n=0, n_past_due_unknown=1),
            "No action items from Q3 2025. Across all incidents: 1 is past due but has no recorded status.",
        ),
        (
            items(1, n=0, n_open_undated=4),
            (
                "No action items from Q3 2025. Across all incidents: 1 item is overdue, by 45 days; "
                "4 open items have no readable due date."
            ),
        ),
        (
            items(n=0, n_open_undated=1),
            (
                "No action items from Q3 2025. Across all incidents: no item is known to be overdue; "
                "1 open item has no readable due date."
            ),
        ),
    ],
)
def test_follow_ups_are_said_once_and_without_unknown_zeros(facts: FollowUpFacts, sentence: str) -> None:
    assert describe_follow_ups(facts, label="Q3 2025") == sentence
