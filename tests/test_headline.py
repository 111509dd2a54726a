"""The headline and the line above it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from first_screen_facts import FELL, NONE, ONGOING, OVER, ROSE, budget, budgets, counts, incident, items, response

from incident_analytics.facts import Change, CountFacts
from incident_analytics.periods import Period
from incident_analytics.sentences import describe_headline, describe_setting

QUARTER = Period.parse("2025Q3")


def headline(*findings: Any, **options: Any) -> str:
    facts: dict[str, Any] = {
        "period": QUARTER, "ongoing": NONE, "counts": counts(), "response": response(),
        "budgets": budgets(OVER), "follow_ups": items(36, n_long_overdue=32),
    } | options  # fmt: skip
    return describe_headline(findings, **facts)


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
    one = [incident("Queue", "SEV-1")]
    alone = counts(1, earlier=None)
    assert headline("unjudged", counts=alone, incidents=one) == "One incident in Q3 2025: Queue."
    assert headline("severe", "unjudged", counts=alone, incidents=one, severe=one).endswith(
        ": Queue. It was the only incident in Q3 2025."
    )
    assert headline("unjudged", counts=counts(1), incidents=one).startswith("1 incident in Q3 2025, 9 in Q2 2025: ")
    assert headline("unjudged", counts=counts(1, earlier=None, n_undated=2), incidents=one).startswith("At least 1 ")
    for severe, said in (
        ([incident("Queue", "SEV-1")], "One SEV-1 incident: Queue."),
        ([incident("Queue", None)], "One incident: Queue."),
        ([incident("Is the queue full?", None)], "One incident: Is the queue full?"),
        ([incident("The queue is full.", "SEV-1")], "One SEV-1 incident: The queue is full."),
        ([incident("Queue", "SEV-1", 7)], "A SEV-1 affected 7 users: Queue."),
        ([incident("Queue", "Critical", 7)], "A Critical incident affected 7 users: Queue."),
        ([incident("Queue", None, 7)], "An incident affected 7 users: Queue."),
        ([incident("Queue", "SEV-1"), incident("b", "SEV-1")], "2 SEV-1 incidents, including “Queue”."),
        (
            [incident("Queue", "SEV-1", lost=9), incident("b", "SEV-1")],
            "2 SEV-1 incidents; one cost USD 9 in revenue: Queue.",
        ),
    ):
        assert headline("severe", severe=severe) == said


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
