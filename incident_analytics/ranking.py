"""What is most urgent of a review's facts, and which of its incidents mattered most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

import pandas as pd

from incident_analytics.facts import BudgetFacts, Change, FollowUpFacts, Incident

__all__ = ["Finding", "rank_findings", "rank_incidents"]

Finding = Literal["ongoing", "silent", "budget", "severe", "worse", "overdue", "better", "unjudged", "quiet"]
"""What a headline can say, the most urgent first."""

_WITH_COUNT: Final = frozenset({"ongoing", "budget", "severe", "overdue"})
"""Findings that say nothing about the number of incidents."""


def rank_findings(
    *,
    n_ongoing: int,
    is_down: bool,
    has_reports: bool,
    budgets: BudgetFacts | None,
    changes: Iterable[Change],
    follow_ups: FollowUpFacts,
    n_undated: int = 0,
    has_severe: bool = False,
) -> tuple[Finding, ...]:
    """Return what a headline can say, the most urgent first.

    Parameters
    ----------
    n_ongoing
        Incidents that are not over.
    is_down
        Whether one of them counts as downtime.
    has_reports
        Whether anything was reported.
    budgets
        The error budgets; None where they are not known.
    changes
        Of the response and of the number of incidents.
    follow_ups
        The action items.
    n_undated
        Reports without a readable date.
    has_severe
        Whether an incident that is over is ``severe``.

    Returns
    -------
    tuple of str
        1. ``ongoing``: an incident that counts as downtime is not over; one that does not comes after ``worse``
        2. ``silent``: nothing was reported
        3. ``budget``: a service is over its error budget
        4. ``severe``: an incident that is over had the worst declared severity; where none had, one lost more revenue
           than each of at least six others of the last year, in one currency
        5. ``worse``: incidents come significantly more often, or take significantly longer
        6. ``overdue``: an action item is known to be late
        7. ``better``: incidents come significantly less often, or take significantly shorter
        8. Where there is none of these, ``quiet``: every budget was kept, nothing is overdue, no change is significant;
           ``unjudged`` where one of these is not known. The latter, which says how many incidents there were, also
           follows a finding that is the only one and does not say so.
    """
    over = budgets.of("over") if budgets else ()
    changes = tuple(changes)
    checks: list[tuple[Finding, bool]] = [
        ("ongoing", is_down),
        ("silent", not has_reports),
        ("budget", bool(over)),
        ("severe", has_severe),
        ("worse", any(change.rose for change in changes)),
        ("ongoing", n_ongoing > 0 and not is_down),
        ("overdue", follow_ups.n_overdue > 0),
        ("better", any(change.state == "changed" and not change.rose for change in changes)),
    ]
    found = tuple(finding for finding, holds in checks if holds)
    if len(found) == 1 and found[0] in _WITH_COUNT:
        return *found, "unjudged"
    if found:
        return found
    kept = budgets is not None and bool(budgets.budgets) and not budgets.of("unknown")
    return ("quiet",) if kept and follow_ups.is_clear and not n_undated else ("unjudged",)


def rank_incidents(incidents: Iterable[Incident], *, order: list[str]) -> tuple[Incident, ...]:
    """Return incidents, those that mattered most first.

    Parameters
    ----------
    incidents
        The incidents.
    order
        The declared severities, from least to worst.

    Returns
    -------
    tuple of Incident
        The worst severity first; those of unknown severity last. Within one severity each incident has its rank among
        all by affected users, by lost revenue within a currency, and by the time it took. Its best rank decides, then
        the next best: what cost most matters as much as what affected most users. A figure counts where at least half
        of the incidents report it; what is not recorded has no rank, and is not taken for zero. Equals are in order of
        time.
    """
    every = list(incidents)
    currencies = dict.fromkeys(currency for incident in every for currency, _ in incident.lost)
    figures: list[dict[str, float]] = [
        {each.incident_id: float(each.users) for each in every if each.users is not None},
        {each.incident_id: each.time.total_seconds() for each in every if each.time is not None},
        *(
            {each.incident_id: amount for each in every for known, amount in each.lost if known == currency}
            for currency in currencies
        ),
    ]
    ranks: dict[str, list[int]] = {each.incident_id: [] for each in every}
    for known in figures:
        if 2 * len(known) < len(every):  # the only one that reports a figure is not the first by it
            continue
        for incident_id, value in known.items():
            ranks[incident_id].append(sum(other > value for other in known.values()))

    def key(incident: Incident) -> tuple[Any, ...]:
        worst = -1 if incident.severity is None else order.index(incident.severity)
        began = pd.Timestamp.max.tz_localize("UTC") if incident.occurred_at is None else incident.occurred_at
        return -worst, [*sorted(ranks[incident.incident_id]), len(every)], began, incident.incident_id

    return tuple(sorted(every, key=key))
