"""What is most urgent, and which incidents mattered most."""

from __future__ import annotations

from typing import Any

import pytest
from first_screen_facts import FELL, FEW, KEPT, OVER, ROSE, UNJUDGED, budgets, incident, items

from incident_analytics.facts import Incident
from incident_analytics.ranking import rank_findings, rank_incidents

ORDER = ["SEV-3", "SEV-2", "SEV-1"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("quiet",)),
        ({"n_ongoing": 1, "is_down": True}, ("ongoing", "unjudged")),
        ({"n_ongoing": 1, "budgets": budgets(OVER), "follow_ups": items(1)}, ("budget", "ongoing", "overdue")),
        ({"has_reports": False, "budgets": None}, ("silent",)),
        ({"budgets": budgets(KEPT, OVER)}, ("budget", "unjudged")),
        ({"changes": (ROSE, FEW)}, ("worse",)),
        ({"changes": (FEW, FELL)}, ("better",)),
        ({"changes": (FELL, ROSE)}, ("worse", "better")),
        ({"follow_ups": items(1)}, ("overdue", "unjudged")),
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


def test_what_was_worst_comes_before_an_ongoing_incident_without_downtime() -> None:
    facts = {"has_reports": True, "budgets": budgets(OVER), "changes": (), "follow_ups": items()}
    found = rank_findings(n_ongoing=1, is_down=False, has_severe=True, **facts)
    assert found[:3] == ("budget", "severe", "ongoing")
    assert rank_findings(n_ongoing=1, is_down=True, has_severe=True, **facts)[0] == "ongoing"
