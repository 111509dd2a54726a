"""What a review asks to decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from first_screen_facts import HOUR, KEPT, NONE, OVER, budget, budgets, items

from incident_analytics.facts import BudgetFacts, FollowUpFacts, OwnerShare
from incident_analytics.sentences import describe_decisions, describe_no_decision


def said(found: list[Any]) -> list[str]:
    return [f"{each.subject} {each.question} ({each.owner})" for each in found]


def test_each_decision_has_a_subject_and_an_owner() -> None:
    pending = pd.DataFrame({"incident_id": ["INC-1", "INC-2"], "owner": ["Ada", None], "is_open": [False, False]})
    late = items(40, n_long_overdue=32, n_unowned=2, owners=(OwnerShare("SRE", 20), OwnerShare(None, 12)))
    assert said(describe_decisions(budgets(OVER, KEPT), late, pending, owner="Grace")) == [
        "API was down 3h against a budget of 1h: freeze risky changes, or adjust the 99.8% target? (API team)",
        "32 action items are more than 90 days overdue: close them or set new dates. (SRE (20) and no owner (12))",
        "2 overdue action items have no owner: assign one. (Grace)",
        "2 post-mortems are not final: set a date for each. (Ada and 1 without a named author)",
    ]
    assert describe_decisions(budgets(KEPT), items(), NONE) == []
    (asked,) = said(describe_decisions(budgets(KEPT), items(), pending.assign(is_open=[False, True])))
    assert asked == "1 post-mortem of a resolved incident is not final: set a date. (Ada)"


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (
            items(3, owners=(OwnerShare("SRE", 2), OwnerShare(None, 1)), n_past_due_unknown=2),
            (
                "3 action items are overdue, the longest by 45 days: finish them or set new dates. "
                "(SRE (2) and no owner (1))"
            ),
        ),
        (
            items(1, owners=(OwnerShare("SRE", 1),)),
            "1 action item is overdue: finish it or set a new date. (SRE)",
        ),
        (
            items(n_past_due_unknown=2),
            "2 action items are past due but have no recorded status: are they done? (Grace)",
        ),
        (
            items(n_past_due_unknown=1),
            "1 action item is past due but has no recorded status: is it done? (Grace)",
        ),
    ],
)
def test_every_overdue_item_waits_for_a_decision(late: FollowUpFacts, expected: str) -> None:
    """A headline of overdue follow-ups never comes with "No open decisions", with targets or without."""
    for targets in (budgets(KEPT), budgets()):
        assert said(describe_decisions(targets, late, NONE, owner="Grace")) == [expected]


def test_without_targets_and_due_dates_no_decision_is_not_a_good_sign() -> None:
    assert describe_no_decision(budgets(KEPT), items()) == "No open decisions."
    assert describe_no_decision(budgets(), items()) == (
        "No open decisions are known: there are no SLO targets to judge downtime by."
    )
    assert describe_no_decision(budgets(), items(n_due=0)) == (
        "No open decisions are known: there are no SLO targets to judge downtime by and no due dates to judge "
        "action items by."
    )


def test_no_decision_is_not_a_good_sign_where_budgets_are_unknown() -> None:
    unknown = budget("Web", "unknown", None)
    assert describe_no_decision(budgets(KEPT, unknown), items()) == (
        "No open decisions are known: 1 error budget can't be judged."
    )
    assert describe_no_decision(budgets(unknown, unknown), items(n_due=0)) == (
        "No open decisions are known: 2 error budgets can't be judged and there are no due dates to judge action "
        "items by."
    )
    assert describe_no_decision(None, items()) == "No open decisions are known: nothing was reported."


def test_owners_with_their_numbers_add_up() -> None:
    """Of many the first are named, and the others counted together."""
    owners = tuple(OwnerShare(name, n) for name, n in (("A", 9), ("B", 7), ("C", 6), ("D", 4), ("E", 3)))
    (decision,) = describe_decisions(budgets(KEPT), items(29, n_long_overdue=29, owners=owners), NONE)
    assert decision.owner == "A (9), B (7), C (6) and 2 other owners (7)"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (
            budgets(OVER, budget("Web", bound=True)),
            (
                "API and Web were down 3h and at least 3h against a budget of 1h each: freeze risky changes, or adjust "
                "the 99.8% target? (API team)"
            ),
        ),
        (
            budgets(OVER, replace(budget("Web", spent=9), team="Web team", budget=2 * HOUR, target=0.99)),
            (
                "API and Web were down 3h and 9h against budgets of 1h and 2h: freeze risky changes, or adjust the "
                "targets? (API team and Web team)"
            ),
        ),
        (
            budgets(*(budget(f"service-{number}") for number in range(6))),
            (
                "6 services are over their error budgets (service-0, service-1, service-2 and 3 more): freeze risky "
                "changes, or adjust the 99.8% target? (API team)"
            ),
        ),
        (
            budgets(OVER, OVER, several=True),
            ("2 error budgets of API were overspent: freeze risky changes, or adjust the 99.8% target? (API team)"),
        ),
        (
            budgets(OVER, several=True),
            (
                "API was down 3h in Q3 2025 against a budget of 1h: freeze risky changes, or adjust the 99.8% target? "
                "(API team)"
            ),
        ),
    ],
)
def test_overspent_budgets_share_a_decision(over: BudgetFacts, expected: str) -> None:
    assert said(describe_decisions(over, items(), NONE)) == [expected]
