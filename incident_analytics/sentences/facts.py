"""What several parts of a first screen share: its figures, their changes and budgets in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from incident_analytics.facts import Budget, BudgetFacts, Change, CountFacts, Past, ResponseFacts
from incident_analytics.formatting import format_count, format_part, format_span, in_months, join_words, lowered
from incident_analytics.periods import label_of
from incident_analytics.sentences.scope import describe_uncompared
from incident_analytics.sentences.wording import has

__all__ = [
    "NAMED",
    "budget_name",
    "budget_share",
    "change_in_words",
    "earlier_in_words",
    "figure_in_words",
    "long_span",
    "median_name",
    "uncompared_in_words",
    "undated_items",
    "unjudged_because",
    "without_date",
]

NAMED: Final = 3  # services, or incidents, that a sentence names

_MONTH: Final = timedelta(days=30.44)


def long_span(span: timedelta) -> str:
    """Write a span of days as people say it.

    Examples
    --------
    >>> long_span(timedelta(days=1)), long_span(timedelta(days=45)), long_span(timedelta(days=576))
    ('1 day', '45 days', '19 months')
    """
    return (
        format_count(round(span / _MONTH), "month") if span.days > 2 * _MONTH.days else format_count(span.days, "day")
    )


def median_name(facts: ResponseFacts) -> str:
    """Name the median of the primary metric."""
    return f"median {facts.metric.replace('_', ' ')}"


def earlier_in_words(earlier: Sequence[Past]) -> str:
    """Write the figures of earlier periods."""
    return ", ".join(f"{past.label}: {figure_in_words(past.value)}" for past in earlier)


def uncompared_in_words(reasons: Sequence[tuple[str, str]]) -> str:
    """Say, without a full stop, with which earlier periods nothing is compared, and why.

    Examples
    --------
    >>> uncompared_in_words([("Q2 2025", "the first report is from May 2025")])
    'not compared with Q2 2025: the first report is from May 2025'
    """
    return lowered(describe_uncompared(reasons)).removesuffix(".")


def figure_in_words(value: Any) -> str:
    """Write a span, a number or words; None is not known."""
    if value is None:
        return "not known"
    return format_span(value) if isinstance(value, timedelta) else f"{value:,}" if isinstance(value, int) else value


def change_in_words(change: Change, now: Any, earlier: Sequence[Past]) -> str:
    """Say whether a figure changed; where it reads the same as every earlier one there is nothing to call a change."""
    if change.state in {"few", "unchanged"} and {figure_in_words(past.value) for past in earlier} == {
        figure_in_words(now)
    }:
        return "no change"
    if change.state == "changed":
        since = {
            way: [label for label, is_rise, _ in change.since if is_rise == (way == "up")] for way in ("up", "down")
        }
        return f"significantly {join_words([f'{way} on {join_words(on)}' for way, on in since.items() if on])}"
    return {"few": "too few to call it a change", "unchanged": "no significant change"}.get(change.state, "")


def without_date(counts: CountFacts) -> str:
    """Say how many reports are in no period."""
    return f"{format_count(counts.n_undated, 'report')} without a readable date"


def undated_items(n: int) -> str:
    """Say how many open items may be overdue, as no due date of them can be read; nothing where there is none."""
    return f"{format_count(n, 'open item')} {has(n)} no readable due date" if n else ""


def budget_name(budget: Budget, facts: BudgetFacts) -> str:
    """Name the service of a budget, with the window where there are several."""
    return f"{budget.service}, {label_of(budget.window)}" if facts.several else budget.service


def unjudged_because(budgets: Sequence[Budget], silence: str) -> str:
    """Say, as a clause, why error budgets can't be judged.

    Parameters
    ----------
    budgets
        Those that can't be judged.
    silence
        As ``silence`` of `BudgetFacts`.
    """
    reasons = ["the length of some outages isn't recorded"] * any(not each.is_silent for each in budgets)
    reasons += [f"nothing was reported {in_months(silence)}"] * any(each.is_silent for each in budgets)
    return " and ".join(reasons)


def budget_share(budget: Budget) -> str:
    """Write how much of an error budget is spent, as the bound that it is where more may have been."""
    if budget.share is None:
        return "has no allowance" if budget.spent is not None else "not known"
    if budget.is_silent and not budget.spent:
        return "not known"
    return f"{'at least ' * budget.is_bound}{format_part(budget.share)}"
