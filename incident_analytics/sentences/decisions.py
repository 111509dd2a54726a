"""What a review asks its readers to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from incident_analytics.facts import BudgetFacts, FollowUpFacts, OwnerShare
from incident_analytics.formatting import cut, format_count, format_share, format_span, join_words
from incident_analytics.periods import label_of
from incident_analytics.quotations import figures_in
from incident_analytics.sentences.facts import NAMED, long_span
from incident_analytics.sentences.wording import NAME, are, first_of

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
    return [*_about_budgets(budgets), *_about_items(follow_ups, owner or ""), *_about_reports(pending)]


def _about_budgets(facts: BudgetFacts) -> Iterator[Decision]:
    """Ask once what follows from the overspent budgets, with their figures where a sentence has room for them."""
    over = facts.of("over")
    if not over:
        return
    services = list(dict.fromkeys(budget.service for budget in over))
    targets = list(dict.fromkeys(format_share(budget.target) for budget in over))
    if (facts.several and len(over) > 1) or len(over) > NAMED:
        subject = f"{len(over):,} {'error budgets' if facts.several else 'services'}"
        named = first_of(services)
        harm = f"of {named} were overspent" if facts.several else f"are over their error budgets ({named})"
    else:
        subject = join_words([cut(service, NAME) for service in services])
        spent = join_words([f"{'at least ' * budget.is_bound}{_or_unknown(budget.spent)}" for budget in over])
        allowed = list(dict.fromkeys(format_span(budget.budget) for budget in over))
        each = "" if len(over) == 1 else " each"
        budgets = (
            f"a budget of {allowed[0]}{each}"
            if len(allowed) == 1
            else "budgets of " + join_words([format_span(budget.budget) for budget in over])
        )
        window = f" in {label_of(over[0].window)}" if facts.several else ""
        harm = f"{'was' if len(over) == 1 else 'were'} down {spent}{window} against {budgets}"
    target = f"the {targets[0]} target" if len(targets) == 1 else "the targets"
    yield Decision(
        subject,
        f"{harm}: freeze risky changes, or adjust {target}?",
        first_of(list(dict.fromkeys(budget.team for budget in over if budget.team))),
        facts.figures,
    )


def _about_items(facts: FollowUpFacts, owner: str) -> Iterator[Decision]:
    """Ask what becomes of late action items, those of which it is most certain first, and who owns them."""

    def decision(n: int, one: str, many: str, asked: str, noun: str = "action item") -> Decision:
        return Decision(format_count(n, noun), one if n == 1 else many, asked, facts.figures)

    owners = _owners(facts.owners)
    if facts.n_long_overdue:
        yield decision(
            facts.n_long_overdue,
            "is more than 90 days overdue: close it or set a new date.",
            "are more than 90 days overdue: close them or set new dates.",
            owners,
        )
    elif facts.n_overdue:
        longest = "" if facts.oldest is None else f", the longest by {long_span(facts.oldest)}"
        yield decision(
            facts.n_overdue,
            "is overdue: finish it or set a new date.",
            f"are overdue{longest}: finish them or set new dates.",
            owners,
        )
    elif facts.n_past_due_unknown:
        yield decision(
            facts.n_past_due_unknown,
            "is past due but has no recorded status: is it done?",
            "are past due but have no recorded status: are they done?",
            owner,
        )
    if facts.n_unowned:
        one, many = "has no owner: assign one.", "have no owner: assign one."
        yield decision(facts.n_unowned, one, many, owner, "overdue action item")


def _about_reports(pending: pd.DataFrame) -> Iterator[Decision]:
    """Ask for a date for the reports of incidents that are over."""
    is_open = pending["is_open"].fillna(value=False).astype(bool)
    pending = pending[~is_open]
    n = len(pending)
    those = ("of a resolved incident " if n == 1 else "of resolved incidents ") if is_open.any() else ""
    if not n:
        return
    owners = list(dict.fromkeys(pending["owner"].dropna()))
    n_unowned = int(pending["owner"].isna().sum())
    if owners and n_unowned:
        owners.append(f"{n_unowned:,} without a named author")
    yield Decision(
        format_count(n, "post-mortem"),
        f"{those}{are(n)} not final: set a date{' for each' * (n > 1)}.",
        first_of(owners),
        figures_in(pending),
    )


def describe_no_decision(budgets: BudgetFacts | None, follow_ups: FollowUpFacts) -> str:
    """Say that nothing is left to decide, and which decisions the settings and reports lack the grounds for.

    Parameters
    ----------
    budgets, follow_ups
        The facts; None of the budgets where nothing was reported, so that they are not known.

    Returns
    -------
    str
        One sentence.
    """
    lacking, unknown = [], []
    if budgets is None:
        unknown.append("nothing was reported")
    elif not budgets.budgets:
        lacking.append("no SLO targets to judge downtime by")
    elif n_unknown := len(budgets.of("unknown")):
        unknown.append(f"{format_count(n_unknown, 'error budget')} can't be judged")
    if follow_ups.n_items and not follow_ups.n_due:
        lacking.append("no due dates to judge action items by")
    if lacking:
        unknown.append(f"there are {' and '.join(lacking)}")
    if not unknown:
        return "No open decisions."
    return f"No open decisions are known: {' and '.join(unknown)}."


def _owners(owners: Sequence[OwnerShare]) -> str:
    """Name owners with their numbers, which add up: of many the first ones, and the others together."""
    if len(owners) == 1:
        return cut(owners[0].owner or "", NAME)
    shown = owners if len(owners) <= NAMED + 1 else owners[:NAMED]
    named = [f"{cut(share.owner or 'no owner', NAME)} ({share.n:,})" for share in shown]
    rest = owners[len(shown) :]
    if rest:
        named.append(f"{len(rest):,} other owners ({sum(share.n for share in rest):,})")
    return join_words(named)


def _or_unknown(span: timedelta | None) -> str:
    return "for an unknown time" if span is None else format_span(span)
