"""What a review's first screen says: the ranking of findings and incidents, every state of a tile, what is drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from builders import at

from incident_analytics.first_screen import first_screen, side_by_side, sparkline
from incident_analytics.highlights import (
    Budget,
    BudgetFacts,
    Change,
    CountFacts,
    FollowUpFacts,
    Highlights,
    Incident,
    MappedSeverity,
    OwnerShare,
    Past,
    ResponseFacts,
    rank_findings,
    rank_incidents,
)
from incident_analytics.periods import Period
from incident_analytics.scope import Scope
from incident_analytics.sentences import (
    Tile,
    budget_tile,
    count_tile,
    describe_decisions,
    describe_follow_ups,
    describe_headline,
    describe_marks,
    describe_no_decision,
    describe_notices,
    describe_setting,
    follow_up_tile,
    incident_time,
    response_tile,
)
from incident_analytics.showing import text

QUARTER = Period.parse("2025Q3")
HOUR = timedelta(hours=1)
ORDER = ["SEV-3", "SEV-2", "SEV-1"]

ROSE = Change("changed", (("Q2 2025", True, 0.01),))
FELL = Change("changed", (("Q2 2025", False, 0.01),))
FEW = Change("few")
NONE = pd.DataFrame({"incident_id": [], "title": [], "severity": [], "occurred_at": [], "owner": [], "is_open": []})


def counts(n: int = 13, change: Change = FEW, earlier: int | None = 9, **options: Any) -> CountFacts:
    past = () if earlier is None else (Past("Q2 2025", earlier),)
    severities = options.pop("by_severity", (("SEV-1", 1), ("SEV-2", n - 1)) if n else ())
    return CountFacts(n, severities, past, (), change, **options)


def response(median: timedelta | None = 2 * HOUR, change: Change = FEW, **options: Any) -> ResponseFacts:
    facts = ResponseFacts(
        "time_to_restore", median, 13, 0, 0, 0, None, None, 0, (Past("Q2 2025", HOUR),), (), change
    )  # fmt: skip
    return replace(facts, **options)


def budget(service: str = "API", state: Any = "over", spent: float | None = 3, *, bound: bool = False) -> Budget:
    used = None if spent is None else spent * HOUR
    return Budget(service, "API team", "2025Q3", 0.998, state, HOUR, used, bound)


def budgets(*each: Budget, **options: Any) -> BudgetFacts:
    return replace(
        BudgetFacts(each, several=False, earlier=(), worst_services=(), worst_downtime=None, worst_is_bound=False),
        **options,
    )


def items(n_overdue: int = 0, **options: Any) -> FollowUpFacts:
    facts = FollowUpFacts(
        n_items=9, n_due=9, n_overdue=n_overdue, n_past_due_unknown=0, n_open_undated=0, n_long_overdue=0,
        oldest=timedelta(days=45) if n_overdue else None, owners=(), n_unowned=0, n=4, n_done=3, n_known=4, n_unknown=0,
    )  # fmt: skip
    return replace(facts, **options)


# --- what is most urgent ----------------------------------------------------------------------------------------------

KEPT, OVER, UNJUDGED = budget(state="within", spent=0.5), budget(), budget(state="unknown", spent=None)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("quiet",)),
        ({"n_ongoing": 1, "is_down": True}, ("ongoing",)),
        ({"n_ongoing": 1, "budgets": budgets(OVER), "follow_ups": items(1)}, ("budget", "ongoing", "overdue")),
        ({"has_reports": False, "budgets": None}, ("silent",)),
        ({"budgets": budgets(KEPT, OVER)}, ("budget",)),
        ({"changes": (ROSE, FEW)}, ("worse",)),
        ({"changes": (FEW, FELL)}, ("better",)),
        ({"changes": (FELL, ROSE)}, ("worse", "better")),
        ({"follow_ups": items(1)}, ("overdue",)),
        ({"follow_ups": items(n_open_undated=1)}, ("unjudged",)),
        ({"follow_ups": items(1), "changes": (FELL,)}, ("overdue", "better")),
        (
            {"n_ongoing": 2, "is_down": True, "budgets": budgets(OVER), "changes": (ROSE,), "follow_ups": items(1)},
            ("ongoing", "budget", "worse", "overdue"),
        ),
        ({"has_reports": False, "budgets": None, "follow_ups": items(1)}, ("silent", "overdue")),
        ({"budgets": budgets()}, ("unjudged",)),
        ({"budgets": budgets(KEPT, UNJUDGED)}, ("unjudged",)),
        ({"follow_ups": items(n_due=0)}, ("unjudged",)),
        ({"follow_ups": items(n_past_due_unknown=1)}, ("unjudged",)),
        ({"n_undated": 1}, ("unjudged",)),
    ],
)
def test_findings_are_ranked_and_a_quarter_is_quiet_only_where_that_is_known(
    options: dict[str, Any], expected: tuple[str, ...]
) -> None:
    asked: dict[str, Any] = {
        "n_ongoing": 0, "is_down": False, "has_reports": True, "budgets": budgets(KEPT), "changes": (FEW,),
        "follow_ups": items(),
    } | options  # fmt: skip
    assert rank_findings(**asked) == expected


def headline(*findings: Any, **options: Any) -> str:
    facts: dict[str, Any] = {
        "period": QUARTER, "ongoing": NONE, "counts": counts(), "response": response(),
        "budgets": budgets(OVER), "follow_ups": items(36, n_long_overdue=32),
    } | options  # fmt: skip
    return describe_headline(findings, **facts)


ONGOING = pd.DataFrame(
    {
        "incident_id": ["INC-1"],
        "title": ["No <b>"],
        "severity": ["SEV-2"],
        "occurred_at": [at("2025-09-29 08:00")],
        "so_far": [pd.Timedelta(hours=40)],
        "has_downtime": [True],
    }
)


def test_a_headline_has_the_two_most_urgent_findings() -> None:
    assert headline("budget", "overdue", "better") == (
        "API overspent its error budget. 36 follow-ups are overdue, 32 of them by more than 90 days."
    )
    assert headline("ongoing", ongoing=ONGOING) == "A SEV-2 incident is still ongoing: No <b>."
    assert headline("ongoing", ongoing=pd.concat([ONGOING] * 2)) == "2 incidents are still ongoing."
    at_end = headline("ongoing", ongoing=ONGOING, at_end=True)
    assert at_end == "A SEV-2 incident was still ongoing when Q3 2025 ended: No <b>."
    at_end = headline("ongoing", ongoing=pd.concat([ONGOING] * 2), at_end=True)
    assert at_end == "2 incidents were still ongoing when Q3 2025 ended."
    unnamed = ONGOING.assign(title=None, severity=None)
    assert headline("ongoing", ongoing=unnamed) == "An incident is still ongoing: INC-1."
    assert headline("silent") == "No incident was reported in Q3 2025."
    both = budgets(OVER, budget("Web"))
    assert headline("budget", budgets=both, so_far=True) == "API and Web have overspent their error budgets."
    rose = {"counts": counts(change=ROSE), "response": response(change=ROSE)}
    assert headline("worse", **rose) == (
        "The median time to restore rose from 1h in Q2 2025 to 2h and the number of incidents rose from 9 in Q2 2025 "
        "to 13."
    )
    assert headline("better", counts=counts(change=FELL)) == "The number of incidents fell from 9 in Q2 2025 to 13."
    assert headline("overdue", follow_ups=items(1)) == "1 follow-up is overdue."
    assert headline("overdue", follow_ups=items(2, n_long_overdue=2)) == (
        "2 follow-ups are overdue by more than 90 days."
    )
    for more in ({"n_open_undated": 1}, {"n_past_due_unknown": 1}):
        assert headline("overdue", follow_ups=items(1, **more)) == "At least 1 follow-up is overdue."
    assert headline("quiet") == "A quiet quarter: 13 incidents, every error budget kept, no action item overdue."
    assert headline("unjudged") == "13 incidents in Q3 2025, 9 in Q2 2025: too few to call it a change."
    assert headline("unjudged", counts=counts(0, Change("untested"), None)) == "No incidents in Q3 2025."
    for severe, said in (
        ([incident("Queue", "SEV-1")], "One SEV-1 incident: Queue."),
        ([incident("Queue", None)], "One incident: Queue."),
        ([incident("Is the queue full?", None)], "One incident: Is the queue full?"),
        ([incident("The queue is full.", "SEV-1")], "One SEV-1 incident: The queue is full."),
        ([incident("Queue", "SEV-1", 7)], "A SEV-1 incident affected 7 users: Queue."),
        ([incident("Queue", "SEV-1"), incident("b", "SEV-1")], "2 SEV-1 incidents, including “Queue”."),
        (
            [incident("Queue", "SEV-1", lost=9), incident("b", "SEV-1")],
            "2 SEV-1 incidents; one lost USD 9: Queue.",
        ),
    ):
        assert headline("severe", severe=severe) == said


def incident(
    name: str, severity: str | None, users: int | None = None, lost: float | None = None, hours: float | None = None
) -> Incident:
    time = None if hours is None else hours * HOUR
    money = () if lost is None else (("USD", lost),)
    return Incident(
        name, name, at("2025-08-01"), severity, (), "ended", time, users, None, is_approximate=False, lost=money
    )


@pytest.mark.parametrize(
    ("incidents", "order"),
    [
        ([incident("a", "SEV-3", 9), incident("b", "SEV-1", 1)], "ba"),
        ([incident("a", None, 9), incident("b", "SEV-3", 1)], "ba"),
        ([incident("a", "SEV-2", 5, 100, 1), incident("b", "SEV-2", 9, 5, 1)], "ab"),
        ([incident("a", "SEV-2", 5, 100, 1), incident("b", "SEV-2", 9, 900, 1)], "ba"),
        ([incident("a", "SEV-2", 1, hours=1), incident("b", "SEV-2", hours=9), incident("c", "SEV-2", hours=2)], "bca"),
        ([incident("b", "SEV-2"), incident("a", "SEV-2")], "ab"),
    ],
    ids=["severity", "no severity is last", "rank by rank", "more of all", "the only figure is none", "equals"],
)
def test_incidents_are_ranked_by_severity_then_by_what_they_rank_highest_in(
    incidents: list[Incident], order: str
) -> None:
    ranked = rank_incidents(incidents, order=ORDER)
    assert "".join(each.incident_id for each in ranked) == order
    assert rank_incidents(incidents[::-1], order=ORDER) == ranked


@pytest.mark.parametrize(
    ("grades", "note"),
    [
        (["recorded"], ""),
        (["recorded", "sure"], "* Time to restore inferred from free text."),
        (["check"], "(check) Time to restore inferred from free text, and may be wrong."),
        (["sure", "check"], "* Time to restore inferred from free text. (check) Inferred, and may be wrong."),
    ],
)
def test_marks_of_times_are_explained_where_they_are_used(grades: list[str], note: str) -> None:
    listed = [replace(incident("a", "SEV-2", hours=2), grade=grade) for grade in grades]
    assert describe_marks(listed, measure="time_to_restore") == note
    marked = {"recorded": "2h", "sure": "2h*", "check": "2h (check)"}
    assert [incident_time(each, is_marked=True) for each in listed] == [marked[grade] for grade in grades]
    ongoing = [replace(each, state="ongoing") for each in listed]
    assert describe_marks(ongoing, measure="time_to_restore") == ""


@pytest.mark.parametrize(
    ("finding", "facts", "words"),
    [
        (
            "silent",
            counts(0, n_undated=1),
            "No incident was reported in Q3 2025; 1 report without a readable date may be of it.",
        ),
        (
            "unjudged",
            counts(4, n_undated=3),
            "At least 4 incidents in Q3 2025, 9 in Q2 2025: too few to call it a change; 3 reports without a readable date are not counted.",  # noqa: E501
        ),
        (
            "worse",
            counts(13, ROSE, n_undated=1),
            "The number of incidents rose from 9 in Q2 2025 to 13 (1 report without a readable date is in neither).",
        ),
    ],
)  # fmt: skip
def test_a_headline_does_not_take_a_report_without_a_date_for_none(finding: Any, facts: CountFacts, words: str) -> None:
    assert headline(finding, counts=facts) == words


# --- every state of a tile --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tile", "expected"),
    [
        (
            count_tile(counts(), has_reports=True),
            Tile("Incidents", "13", ("1 SEV-1, 12 SEV-2", "Q2 2025: 9", "too few to call it a change")),
        ),
        (
            count_tile(counts(0, earlier=None), has_reports=False),
            Tile("Incidents", "none reported", ("nothing happened, or nothing was written down",)),
        ),
        (
            count_tile(counts(0, Change("unchanged"), None), has_reports=True),
            Tile("Incidents", "0", ("no significant change",)),
        ),
        (
            count_tile(counts(4, n_undated=3), has_reports=True),
            Tile(
                "Incidents",
                "at least 4",
                (
                    "1 SEV-1, 3 SEV-2",
                    "3 reports without a readable date not counted",
                    "Q2 2025: 9",
                    "too few to call it a change",
                ),
            ),
        ),
        (
            count_tile(counts(0, earlier=None, n_undated=1), has_reports=False),
            Tile("Incidents", "not known", ("1 report without a readable date not counted",)),
        ),
        (
            count_tile(counts(2, ROSE, by_severity=((None, 2),)), has_reports=True, so_far=True),
            Tile(
                "Incidents so far",
                "2",
                ("2 without a severity", "Q2 2025: 9", "significantly up on Q2 2025"),
                needs_action=True,
            ),
        ),
        (
            response_tile(response(n_open=1, n_missing=2)),
            Tile(
                "Median time to restore",
                "2h",
                ("Q2 2025: 1h", "too few to call it a change", "n = 13, 1 ongoing, 2 not recorded"),
            ),
        ),
        (
            response_tile(response(change=FELL)),
            Tile("Median time to restore", "2h", ("Q2 2025: 1h", "significantly down on Q2 2025", "n = 13")),
        ),
        (
            response_tile(response(n=6, n_inferred=5, change=FELL)),
            Tile("Median time to restore", "2h", ("Q2 2025: 1h", "significantly down on Q2 2025", "n = 6, 5 inferred")),
        ),
        (
            response_tile(response(None, n=3, n_open=2)),
            Tile("Median time to restore", "not known yet", ("2 of 3 incidents ongoing",)),
        ),
        (
            response_tile(response(None, n=0, n_missing=1)),
            Tile("Median time to restore", "not recorded", ("1 report doesn't say",)),
        ),
        (response_tile(response(None, n=0)), Tile("Median time to restore", "–", ("no completed report",))),
        (
            budget_tile(
                budgets(OVER, KEPT, UNJUDGED, earlier=(Past("Q2 2025", (1, 3)), Past("Q3 2024", None))),
                has_reports=True,
            ),
            Tile(
                "Services over error budget",
                "1 of 2",
                ("API 300% of the budget", "1 more can't be judged", "Q2 2025: 1 of 3, Q3 2024: not known"),
                needs_action=True,
            ),
        ),
        (
            budget_tile(budgets(budget(bound=True)), has_reports=True),
            Tile("Services over error budget", "1 of 1", ("API at least 300% of the budget",), needs_action=True),
        ),
        (budget_tile(budgets(KEPT), has_reports=True), Tile("Services over error budget", "0 of 1")),
        (
            budget_tile(budgets(UNJUDGED), has_reports=True),
            Tile("Services over error budget", "not known", ("the length of some outages isn't recorded",)),
        ),
        (
            budget_tile(budgets(UNJUDGED), has_reports=False),
            Tile("Services over error budget", "not known", ("no outage reported",)),
        ),
        (
            budget_tile(budgets(worst_services=("API",), worst_downtime=HOUR, worst_is_bound=True), has_reports=True),
            Tile("Most downtime", "at least 1h", ("API", "no service has a target")),
        ),
        (budget_tile(budgets(), has_reports=True), Tile("Most downtime", "–", ("no outage of known length",))),
        (budget_tile(budgets(), has_reports=False), Tile("Most downtime", "none reported")),
        (
            follow_up_tile(items(2, n_past_due_unknown=3), label="Q3 2025"),
            Tile(
                "Overdue action items",
                "2",
                (
                    "from all incidents to date, the longest by 45 days",
                    "3 more past due, status not recorded",
                    "Q3 2025 items: 3 of 4 done, 1 open",
                ),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(), label="Q3 2025"),
            Tile("Overdue action items", "0", ("from all incidents to date", "Q3 2025 items: 3 of 4 done, 1 open")),
        ),
        (
            follow_up_tile(items(n_past_due_unknown=3, n_done=0, n_known=0, n_unknown=4), label="Q3 2025"),
            Tile(
                "Action items past due",
                "3",
                ("whether they are done isn't recorded", "Q3 2025 items: 4 of 4 without a status"),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(2, n_open_undated=4, n=0), label="Q3 2025"),
            Tile(
                "Overdue action items",
                "2",
                ("from all incidents to date, the longest by 45 days", "4 open items have no readable due date"),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(n_past_due_unknown=3, n_open_undated=1, n=0), label="Q3 2025"),
            Tile(
                "Action items past due",
                "3",
                ("whether they are done isn't recorded", "1 open item has no readable due date"),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(n_open_undated=1, n=0), label="Q3 2025"),
            Tile("Overdue action items", "none known", ("1 open item has no readable due date",)),
        ),
        (
            follow_up_tile(items(n=0, n_due=0, n_done=0, n_known=0), label="Q3 2025"),
            Tile("Overdue action items", "not recorded", ("none of 9 items has a readable due date",)),
        ),
        (
            follow_up_tile(items(n_items=0, n_due=0), label="Q3 2025"),
            Tile("Overdue action items", "none reported", ("no report lists action items",)),
        ),
    ],
)
def test_a_tile_says_what_is_known_and_no_zero_that_is_not(tile: Tile, expected: Tile) -> None:
    assert tile == expected


# --- decisions, follow-ups, notices -----------------------------------------------------------------------------------


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
    assert asked == "1 post-mortem of resolved incidents is not final: set a date. (Ada)"


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
        "No open decisions are known, but there are no SLO targets to judge downtime by."
    )
    assert describe_no_decision(budgets(), items(n_due=0)) == (
        "No open decisions are known, but there are no SLO targets to judge downtime by and no due dates to judge "
        "action items by."
    )


def test_owners_with_their_numbers_add_up() -> None:
    """Of many the first are named, and the others counted together."""
    owners = tuple(OwnerShare(name, n) for name, n in (("A", 9), ("B", 7), ("C", 6), ("D", 4), ("E", 3)))
    (decision,) = describe_decisions(budgets(KEPT), items(29, n_long_overdue=29, owners=owners), NONE)
    assert decision.owner == "A (9), B (7), C (6) and 2 other owners (7)"


def test_many_overspent_budgets_share_a_decision() -> None:
    over = budgets(*(budget(f"service-{number}") for number in range(6)))
    assert said(describe_decisions(over, items(), NONE))[2] == (
        "4 more services are overspent: the same question for service-2, service-3, service-4 and service-5. (API team)"
    )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            items(36, n_past_due_unknown=11, n=49, n_done=25, n_known=41, n_unknown=8, oldest=timedelta(days=576)),
            (
                "Of 49 action items from Q3 2025, 25 are done, 16 are open and 8 have no recorded status. From "
                "all incidents to date: 36 items are overdue, the longest by 19 months; 11 more are past due but have "
                "no recorded status."
            ),
        ),
        (
            items(),
            "Of 4 action items from Q3 2025, 3 are done and 1 is open. From all incidents to date nothing is overdue.",
        ),
        (
            items(n=0, n_due=0, n_items_unknown=7),
            (
                "No action items from Q3 2025. From all incidents to date: 9 items without a due date, 7 of them "
                "without a recorded status."
            ),
        ),
        (
            items(n_due=0, n_known=0, n_unknown=4),
            (
                "None of the 4 action items from Q3 2025 has a recorded status. From all incidents to date: 9 items "
                "without a due date."
            ),
        ),
        (items(n_items=0), "No report lists action items."),
        (
            items(n=1, n_done=0, n_known=0, n_unknown=0),
            "The only action item from Q3 2025 is dropped. From all incidents to date nothing is overdue.",
        ),
        (
            items(n=4, n_done=4),
            "All 4 action items from Q3 2025 are done. From all incidents to date nothing is overdue.",
        ),
        (
            items(n=6, n_done=0, n_known=4, n_unknown=1),
            (
                "Of 6 action items from Q3 2025, none is done, 4 are open, 1 has no recorded status and 1 is dropped. "
                "From all incidents to date nothing is overdue."
            ),
        ),
        (
            items(n=0, n_past_due_unknown=1),
            "No action items from Q3 2025. From all incidents to date: 1 is past due but has no recorded status.",
        ),
        (
            items(1, n=0, n_open_undated=4),
            (
                "No action items from Q3 2025. From all incidents to date: 1 item is overdue, by 45 days; "
                "4 open items have no readable due date."
            ),
        ),
        (
            items(n=0, n_open_undated=1),
            (
                "No action items from Q3 2025. From all incidents to date: no item is known to be overdue; "
                "1 open item has no readable due date."
            ),
        ),
    ],
)
def test_follow_ups_are_said_once_and_without_unknown_zeros(facts: FollowUpFacts, sentence: str) -> None:
    assert describe_follow_ups(facts, label="Q3 2025") == sentence


def notices(**options: Any) -> list[tuple[str, str]]:
    facts: dict[str, Any] = {
        "has_reports": True, "last_report": None, "ongoing": NONE, "n_pending": 0, "counts": counts(),
        "response": response(), "budgets": budgets(KEPT), "follow_ups": items(),
    } | options  # fmt: skip
    return [(notice.fact, notice.remedy) for notice in describe_notices(**facts)]


def test_a_page_that_lacks_nothing_has_no_notice() -> None:
    assert notices() == []


def test_what_makes_the_page_less_true_is_said_with_its_remedy() -> None:
    assert notices(ongoing=ONGOING) == [
        (
            "“No <b>” (since 29 September 2025, 1d 16h so far) is ongoing; its downtime counts up to the review date.",
            "If it is over, add the restoration to its timeline.",
        )
    ]
    assert notices(ongoing=ONGOING, at_end=True) == [
        (
            (
                "“No <b>” (since 29 September 2025, 1d 16h by then) was ongoing when the period ended; its downtime "
                "counts up to the review date."
            ),
            "If it was over by then, add the restoration to its timeline; if it ended later, use a later --as-of.",
        )
    ]
    minor = ONGOING.assign(severity="SEV-3", has_downtime=False)
    assert notices(ongoing=minor)[0][0] == (
        "“No <b>” (since 29 September 2025, 1d 16h so far) is ongoing; as a SEV-3 it does not count as downtime."
    )
    both = notices(ongoing=pd.concat([ONGOING, minor, minor]))[0][0]
    assert both.count("counts up to the review date. “") == 1
    assert both.endswith(" are ongoing; they do not count as downtime.")
    assert notices(stray="1 PagerDuty record has no report.") == [
        ("1 PagerDuty record has no report.", "If it was an incident, write its report.")
    ]
    assert notices(budgets=budgets())[0][1] == "Set target under [services.NAME]."
    assert notices(follow_ups=items(n_due=0))[0][1] == "Fill in the Due Date column."
    unknown = items(n_past_due_unknown=11)
    assert notices(follow_ups=unknown)[0] == (
        "11 action items past due have no recorded status; some may be done.",
        "Fill in the Status column, or connect the issue tracker under [tracker].",
    )
    assert notices(follow_ups=unknown, has_tracker=True)[0][1] == "Fill in the Status column."
    assert notices(response=response(5 * HOUR, n_inferred=7, median_recorded=HOUR))[0][0] == (
        "Time to restore was inferred from free text in 7 of 13 reports; the median of the others is 1h."
    )
    assert notices(response=response(5 * HOUR, n_inferred=7, n_check=2))[0][0] == (
        "Time to restore was inferred from free text in 7 of 13 reports. 2 values marked '(check)' may be wrong."
    )
    assert [notices(response=response(HOUR, n=n, n_inferred=n))[0][0] for n in (1, 2)] == [
        "Time to restore was inferred from free text in the only report.",
        "Time to restore was inferred from free text in all 2 reports.",
    ]
    assert notices(response=response(5 * HOUR, stated=4 * HOUR, n_stated=6)) == []
    assert notices(response=response(17 * HOUR, stated=5 * HOUR, n_stated=6))[0][0] == (
        "Reported durations have a median of 5h (n = 6), but the timelines give 17h."
    )
    assert notices(has_reports=False, last_report=at("2025-12-30"))[0][0] == (
        "Either nothing happened or nothing was written down. The last report before it is from 30 December 2025."
    )
    assert notices(n_pending=2)[0][0] == (
        "2 reports are not final. Incident counts and service levels include them; response times, causes and action "
        "items don't yet."
    )
    found = notices(undated=["INC-1"], n_pending=2, has_reports=False)
    assert found[0] == (
        "1 report has no readable date and is in no count or chart of any period: INC-1.",
        "Add the date; 'check' says which line can't be read.",
    )
    mapped = [MappedSeverity("High", "SEV-2", 5), MappedSeverity("P4", "SEV-3", 1)]
    assert notices(mapped=mapped)[0] == (
        "Severities that the settings don't declare were mapped by default: High as SEV-2 (5) and P4 as SEV-3 (1).",
        "To settle them, add synonyms under [severities].",
    )


@pytest.mark.parametrize(
    ("n", "n_ongoing", "said"),
    [
        (
            1,
            0,
            "1 report is not final. Incident counts and service levels include it; response times, causes and action ",
        ),
        (2, 0, "2 reports are not final. Incident counts and service levels include them; response times, "),
        (1, 1, "1 report is not final. As its incident is ongoing, all figures include it."),
        (2, 2, "2 reports are not final. As their incidents are ongoing, all figures include them."),
        (
            2,
            1,
            "2 reports are not final (1 of a resolved incident, 1 of an ongoing one). Incident counts ",
        ),
        (5, 2, "5 reports are not final (3 of resolved incidents, 2 of ongoing ones). Incident counts "),
    ],
)
def test_reports_that_are_not_final_add_up_to_those_of_the_decision_and_the_ongoing_ones(
    n: int, n_ongoing: int, said: str
) -> None:
    fact = notices(n_pending=n, n_pending_ongoing=n_ongoing)[0][0]
    assert fact.startswith(said)
    assert fact.endswith(
        f"include all {n}; response times, causes and action items leave out the {n - n_ongoing} for now."
    ) == (0 < n_ongoing < n)


def test_the_line_above_the_headline_has_only_what_there_is() -> None:
    instant = pd.Timestamp("2025-08-19T19:00Z")
    parts = describe_setting(
        Period.parse("2025-07-10/2025-09-15"), as_of=instant, n_used=1, n_pending=0, n_ongoing=1, title="Aurelia",
        owner="SRE", chosen=["API"], business_hours=True,
    )  # fmt: skip
    assert parts == (
        "Aurelia",
        "Incident review, 10 July to 14 September 2025",
        "(UTC)",
        "only API",
        "response times in business hours",
        "1 final report, 0 pending",
        "1 incident ongoing",
        "as of 19 August 2025, 19:00",
        "owner: SRE",
    )


# --- what is drawn ----------------------------------------------------------------------------------------------------


def heights(drawing: str) -> list[float]:
    return [float(height) for height in re.findall(r'height="([\d.]+)" fill', drawing)]


def test_a_sparkline_shows_numbers_as_bars_and_marks_the_last_one() -> None:
    drawing = sparkline("Incidents", [Past("Q1", 4), Past("Q2", None), Past("Q3", 0), Past("Q4", 8)])
    assert heights(drawing) == [13, 1, 26]
    assert drawing.count('fill="#0b5c8f"') == 1
    assert 'aria-label="Incidents: Q1 4, Q2 unknown, Q3 0, Q4 8"' in drawing


def test_a_sparkline_of_spans_is_a_line_with_gaps() -> None:
    drawing = sparkline("Median", [Past("Q1", HOUR), Past("Q2", 2 * HOUR), Past("Q3", None), Past("Q4", HOUR)])
    assert re.findall(r'points="([^"]*)"', drawing) == ["4,13 51.3,4"]
    assert drawing.count("<circle") == 2


@pytest.mark.parametrize(
    "history", [[], [Past("Q1", 1)], [Past("Q1", 1), Past("Q2", 2), Past("Q3", 2), Past("Q4", None)]]
)
def test_too_few_figures_and_an_unknown_last_one_are_not_drawn(history: list[Past]) -> None:
    assert sparkline("Incidents", history) == ""


def test_parts_side_by_side_follow_each_other_in_markdown() -> None:
    shown = side_by_side(text("a"), text("b"))
    assert shown.html == '<div class="columns">\n<div>\n<p>a</p>\n</div>\n<div>\n<p>b</p>\n</div>\n</div>'
    assert shown.markdown == "a\n\nb"


def test_what_was_worst_comes_before_an_ongoing_incident_without_downtime() -> None:
    facts = {"has_reports": True, "budgets": budgets(OVER), "changes": (), "follow_ups": items()}
    found = rank_findings(n_ongoing=1, is_down=False, has_severe=True, **facts)
    assert found[:3] == ("budget", "severe", "ongoing")
    assert rank_findings(n_ongoing=1, is_down=True, has_severe=True, **facts)[0] == "ongoing"


def test_services_that_were_down_equally_long_are_all_named() -> None:
    tied = budgets(worst_services=("API", "Web", None), worst_downtime=HOUR)
    assert budget_tile(tied, has_reports=True).lines[0] == "API, Web and service not recorded"


def test_incidents_without_a_report_are_in_what_to_keep_in_mind(demo_scope: Scope) -> None:
    words = first_screen(Highlights(demo_scope)).markdown
    assert "1 incident has no report: INC-2025-09-24-001" in words.partition("## Keep")[2]
