"""The key figures of a review's first screen, a tile each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from incident_analytics.facts import Budget, BudgetFacts, CountFacts, FollowUpFacts, Past, ResponseFacts
from incident_analytics.formatting import capitalized, cut, format_count, format_span, join_words
from incident_analytics.periods import label_of
from incident_analytics.sentences.facts import (
    NAMED,
    budget_share,
    change_in_words,
    earlier_in_words,
    long_span,
    median_name,
    uncompared_in_words,
    undated_items,
    unjudged_because,
    without_date,
)
from incident_analytics.sentences.wording import first_of

__all__ = ["Tile", "budget_tile", "count_tile", "follow_up_tile", "response_tile"]

_MATERIAL: Final = 1.25  # medians whose ratio is greater would be read as two different things


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure in words.

    Attributes
    ----------
    name, value
        What it is, and how much.
    lines
        What is said below, a line each.
    needs_action
        Whether it is coloured.
    figures
        The ids of the figures it quotes.
    """

    name: str
    value: str
    lines: tuple[str, ...] = ()
    needs_action: bool = False
    figures: tuple[str, ...] = ()


def count_tile(facts: CountFacts, *, has_reports: bool, so_far: bool = False) -> Tile:
    """Say how many incidents there were.

    Parameters
    ----------
    facts
        The facts.
    has_reports
        Whether anything was reported.
    so_far
        Whether the period is not over.
    """
    name = "Incidents so far" if so_far else "Incidents"
    undated = f"{without_date(facts)} not counted" if facts.n_undated else ""
    if not has_reports:
        why = undated or "nothing happened, or nothing was written down"
        return Tile(name, "not known" if undated else "none reported", (why,))
    severities = ", ".join(f"{n:,} {severity or 'without a severity'}" for severity, n in facts.by_severity)
    lines = (
        severities,
        undated,
        earlier_in_words(facts.earlier),
        change_in_words(facts.change, facts.n, facts.earlier),
        "" if facts.earlier else uncompared_in_words(facts.uncompared),
    )
    return Tile(name, f"{facts.least}{facts.n:,}", tuple(filter(None, lines)), needs_action=facts.change.rose)


def response_tile(facts: ResponseFacts, *, so_far: bool = False) -> Tile:
    """Say the median of the primary metric, or why there is none."""
    name = capitalized(f"{median_name(facts)}{' so far' if so_far else ''}")
    if facts.median is None and facts.n_open:
        return Tile(name, "not known yet", (f"{facts.n_open:,} of {format_count(facts.n, 'incident')} ongoing",))
    if facts.median is None and facts.n_missing:
        reports = format_count(facts.n_missing, "report")
        return Tile(name, "not recorded", (f"{reports} {'does' if facts.n_missing == 1 else 'do'}n't say",))
    if facts.median is None:
        return Tile(name, "–", ("no completed report",))
    lines = (
        earlier_in_words(facts.earlier),
        change_in_words(facts.change, facts.median, facts.earlier),
        "" if facts.earlier else uncompared_in_words(facts.uncompared),
        _basis(facts),
        *_others(facts),
    )
    return Tile(name, format_span(facts.median), tuple(filter(None, lines)), needs_action=facts.change.rose)


def _basis(facts: ResponseFacts) -> str:
    """Say how many incidents the median is based on, and what is doubtful about their times."""
    ongoing = f", {facts.n_open:,} ongoing" if facts.n_open else ""
    numbers = {"inferred": facts.n_inferred, "at odds with the stated duration": facts.n_contradicted}
    doubts = [f"{n:,} {doubt}" for doubt, n in numbers.items() if n]
    if doubts:
        n, _, doubt = doubts[0].partition(" ")
        doubts[0] = f"{n} {'time' if n == '1' else 'times'} {doubt}"
    doubts += [f"{facts.n_missing:,} more without a time"] if facts.n_missing else []
    return f"{format_count(facts.n, 'incident')}{ongoing}{', ' if doubts else ''}{', '.join(doubts)}"


def _others(facts: ResponseFacts) -> list[str]:
    """Say the median of the recorded times alone, and of the reported durations, where it is another one."""
    others = (
        ("recorded times only", facts.median_recorded, facts.n_recorded),
        ("reported durations", facts.stated, facts.n_stated),
    )
    return [
        f"{name}: {format_span(median)} (n = {n:,})"
        for name, median, n in others
        if median is not None
        and facts.median is not None
        and max(median, facts.median) > _MATERIAL * min(median, facts.median)
    ]


def budget_tile(facts: BudgetFacts, *, has_reports: bool, so_far: bool = False) -> Tile:
    """Say how many error budgets are overspent; without a target, which service was down for longest."""
    end = " so far" if so_far else ""
    if not facts.budgets:
        name = f"Most downtime{end}"
        if facts.worst_downtime is None:
            return Tile(name, "–" if has_reports else "none reported", ("no outage of known length",) * has_reports)
        service = first_of([name or "service not recorded" for name in facts.worst_services])
        downtime = f"{'at least ' * facts.worst_is_bound}{format_span(facts.worst_downtime)}"
        return Tile(name, downtime, (service, "no service has a target"))
    name = f"{'Error budgets overspent' if facts.several else 'Services over error budget'}{end}"
    over, unknown = facts.of("over"), facts.of("unknown")
    judged = len(facts.budgets) - len(unknown)
    if not judged:
        why = unjudged_because(unknown, facts.silence) if has_reports else "no outage reported"
        return Tile(name, "not known", (why,))

    def spent(budget: Budget) -> str:
        window = f" in {label_of(budget.window)}" if facts.several else ""
        return f"{cut(budget.service, 30)} {budget_share(budget)}{window}"

    named = [spent(each) for each in over[:NAMED]]
    shares = join_words([*named, f"{len(over) - NAMED:,} more"]) if len(over) > NAMED else ", ".join(named)
    if not over and not unknown and (facts.budgets[0].share or 0) > 0:
        shares = f"most used: {spent(facts.budgets[0])}"
    past = [Past(each.label, None if each.value is None else "{} of {}".format(*each.value)) for each in facts.earlier]
    lines = (
        f"{shares}{'' if facts.several else ' of the budget'}" if shares else "",
        f"{len(unknown):,} more can't be judged" if unknown else "",
        earlier_in_words(tuple(past)),
    )
    return Tile(name, f"{len(over):,} of {judged:,}", tuple(filter(None, lines)), needs_action=bool(over))


def follow_up_tile(facts: FollowUpFacts, *, label: str) -> Tile:
    """Say how many action items are overdue; never 0 where that is not known.

    Parameters
    ----------
    facts
        The facts.
    label
        What people call the period.
    """
    name = "Overdue action items"
    done = f"{label} items: {_states(facts)}" if facts.n else ""
    if not facts.n_items:
        return Tile(name, "none reported", ("no report lists action items",))
    if not facts.n_due:
        why = "no due date" if facts.n_items == 1 else f"none of {facts.n_items:,} items has a readable due date"
        return Tile(name, "not recorded", tuple(filter(None, (why, done))))
    unknown, undated = facts.n_past_due_unknown, undated_items(facts.n_open_undated)
    if not facts.n_overdue and unknown:
        said = filter(None, ("whether they are done isn't recorded", undated, done))
        return Tile("Action items past due", f"{unknown:,}", tuple(said), needs_action=True)
    if not facts.n_overdue and undated:
        return Tile(name, "none known", tuple(filter(None, (undated, done))))
    more = f"{unknown:,} more past due, status not recorded" if unknown else ""
    longest = "" if facts.oldest is None else f", up to {long_span(facts.oldest)}"
    undated = f"{facts.n_open_undated:,} more open, no readable due date" if undated else ""
    lines = (f"all incidents to date{longest}", more, undated, done)
    return Tile(name, f"{facts.n_overdue:,}", tuple(filter(None, lines)), needs_action=bool(facts.n_overdue))


def _states(facts: FollowUpFacts) -> str:
    """Say how many of the period's items are done, open and neither, so that the numbers add up."""
    parts = {"done": facts.n_done, "open": facts.n_known - facts.n_done, "without a status": facts.n_unknown}
    parts["dropped"] = facts.n - sum(parts.values())
    said = [f"{n:,} {state}" for state, n in parts.items() if n or (state == "done" and facts.n_known)]
    return ", ".join([f"{said[0].replace(' ', f' of {facts.n:,} ', 1)}", *said[1:]])
