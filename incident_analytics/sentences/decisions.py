"""What a review asks its readers to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from incident_analytics.facts import BudgetFacts, FollowUpFacts, OwnerShare
from incident_analytics.formatting import cut, format_count, format_share, format_span, join_words
from incident_analytics.periods import label_of
from incident_analytics.quotations import figures_in
from incident_analytics.sentences.facts import NAMED, long_span
from incident_analytics.sentences.wording import NAME, are, first_of, has

__all__ = ["Decision", "describe_decisions", "describe_no_decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that a review asks for: its subject, what follows it, who is to answer, and the figures it quotes."""

    subject: str
    question: str
    owner: str
    figures: tuple[str, ...] = ()


def describe_decisions(
    budgets: BudgetFacts, follow_ups: FollowUpFacts, pending: pd.DataFrame, *, owner: str | None = None
) -> list[Decision]:
    """Say what a review leaves to decide.

    Parameters
    ----------
    budgets, follow_ups
        The facts.
    pending
        The incidents whose reports are not final, with ``owner``; nothing is asked of those that are not over.
    owner
        Who answers for the review.

    Returns
    -------
    list of Decision
        None where nothing waits for one.
    """
    decisions = []
    over = budgets.of("over")
    for budget in over if len(over) <= NAMED else over[: NAMED - 1]:
        spent = f"{'at least ' * budget.is_bound}{_or_unknown(budget.spent)}"
        window = f" in {label_of(budget.window)}" if budgets.several else ""
        decisions.append(
            Decision(
                cut(budget.service, NAME),
                f"was down {spent}{window} against a budget of {format_span(budget.budget)}: freeze risky changes, or "
                f"adjust the {format_share(budget.target)} target?",
                budget.team or "",
                budgets.figures,
            )
        )
    if len(over) > NAMED:
        rest = over[NAMED - 1 :]
        noun = "more error budgets" if budgets.several else "more services"
        teams = dict.fromkeys(budget.team for budget in rest if budget.team)
        decisions.append(
            Decision(
                f"{len(rest)} {noun}",
                f"{'were' if budgets.several else 'are'} overspent: the same question for "
                f"{first_of(list(dict.fromkeys(budget.service for budget in rest)))}.",
                first_of(list(teams)),
                budgets.figures,
            )
        )
    n = follow_ups.n_long_overdue
    if n:
        them, date = ("it", "set a new date") if n == 1 else ("them", "set new dates")
        decisions.append(
            Decision(
                format_count(n, "action item"),
                f"{are(n)} more than 90 days overdue: close {them} or {date}.",
                _owners(follow_ups.owners),
                follow_ups.figures,
            )
        )
    elif follow_ups.n_overdue:
        n = follow_ups.n_overdue
        them, date = ("it", "set a new date") if n == 1 else ("them", "set new dates")
        longest = "" if follow_ups.oldest is None or n == 1 else f", the longest by {long_span(follow_ups.oldest)}"
        decisions.append(
            Decision(
                format_count(n, "action item"),
                f"{are(n)} overdue{longest}: finish {them} or {date}.",
                _owners(follow_ups.owners),
                follow_ups.figures,
            )
        )
    elif follow_ups.n_past_due_unknown:
        n = follow_ups.n_past_due_unknown
        decisions.append(
            Decision(
                format_count(n, "action item"),
                f"{are(n)} past due but {has(n)} no recorded status: {'is it' if n == 1 else 'are they'} done?",
                owner or "",
                follow_ups.figures,
            )
        )
    if follow_ups.n_unowned:
        n = follow_ups.n_unowned
        decisions.append(
            Decision(
                format_count(n, "overdue action item"),
                f"{has(n)} no owner: assign one.",
                owner or "",
                follow_ups.figures,
            )
        )
    is_open = pending["is_open"].fillna(value=False).astype(bool)
    those = "of resolved incidents " if is_open.any() else ""
    pending = pending[~is_open]
    if len(pending):
        n = len(pending)
        owners = list(dict.fromkeys(pending["owner"].dropna()))
        n_unowned = int(pending["owner"].isna().sum())
        if owners and n_unowned:
            owners.append(f"{n_unowned} without a named author")
        decisions.append(
            Decision(
                format_count(n, "post-mortem"),
                f"{those}{are(n)} not final: set a date{' for each' * (n > 1)}.",
                first_of(owners),
                figures_in(pending),
            )
        )
    return decisions


def describe_no_decision(budgets: BudgetFacts, follow_ups: FollowUpFacts) -> str:
    """Say that nothing is left to decide, and which decisions the settings and reports lack the grounds for.

    Parameters
    ----------
    budgets, follow_ups
        The facts.

    Returns
    -------
    str
        One sentence.
    """
    lacking = []
    if not budgets.budgets:
        lacking.append("no SLO targets to judge downtime by")
    if follow_ups.n_items and not follow_ups.n_due:
        lacking.append("no due dates to judge action items by")
    if not lacking:
        return "No open decisions."
    return f"No open decisions are known, but there are {' and '.join(lacking)}."


def _owners(owners: Sequence[OwnerShare]) -> str:
    """Name owners with their numbers, which add up: of many the first ones, and the others together."""
    if len(owners) == 1:
        return cut(owners[0].owner or "", NAME)
    shown = owners if len(owners) <= NAMED + 1 else owners[:NAMED]
    named = [f"{cut(share.owner or 'no owner', NAME)} ({share.n})" for share in shown]
    rest = owners[len(shown) :]
    if rest:
        named.append(f"{len(rest)} other owners ({sum(share.n for share in rest)})")
    return join_words(named)


def _or_unknown(span: timedelta | None) -> str:
    return "for an unknown time" if span is None else format_span(span)
