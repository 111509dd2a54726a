"""Facts of a first screen, for the tests of what is made from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
from builders import at

from incident_analytics.facts import (
    Budget,
    BudgetFacts,
    Change,
    CountFacts,
    FollowUpFacts,
    Incident,
    Past,
    ResponseFacts,
)

HOUR = timedelta(hours=1)
ROSE = Change("changed", (("Q2 2025", True, 0.01),))

FELL = Change("changed", (("Q2 2025", False, 0.01),))

FEW = Change("few")


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


def incident(
    name: str, severity: str | None, users: int | None = None, lost: float | None = None, hours: float | None = None
) -> Incident:
    time = None if hours is None else hours * HOUR
    money = () if lost is None else (("USD", lost),)
    return Incident(
        name, name, at("2025-08-01"), severity, (), "ended", time, users, None, is_approximate=False, lost=money
    )


NONE = pd.DataFrame({"incident_id": [], "title": [], "severity": [], "occurred_at": [], "owner": [], "is_open": []})

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

KEPT, OVER, UNJUDGED = budget(state="within", spent=0.5), budget(), budget(state="unknown", spent=None)
