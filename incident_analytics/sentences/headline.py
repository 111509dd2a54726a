"""A review's headline, and the line above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from incident_analytics.facts import BudgetFacts, CountFacts, FollowUpFacts, Incident, ResponseFacts
from incident_analytics.formatting import capitalized, cut, format_count, format_span, join_words
from incident_analytics.periods import Period
from incident_analytics.quotations import Quoted, figures_in, joined
from incident_analytics.ranking import Finding
from incident_analytics.sentences.facts import change_in_words, median_name, without_date
from incident_analytics.sentences.incidents import incident_users, lost_revenue
from incident_analytics.sentences.scope import reports_in_words
from incident_analytics.sentences.wording import NAME, are, first_of, has

__all__ = ["describe_headline", "describe_setting"]


def describe_setting(
    period: Period,
    *,
    as_of: pd.Timestamp,
    n_used: int,
    n_pending: int,
    n_ongoing: int = 0,
    status: str = "final",
    title: str | None = None,
    owner: str | None = None,
    chosen: Sequence[str] = (),
    business_hours: bool = False,
) -> tuple[str, ...]:
    """Say whose review it is, of which period, on which reports and as of when.

    Parameters
    ----------
    period
        The period asked for.
    as_of
        The instant of the review, in the team's zone.
    n_used, n_pending, n_ongoing
        Its reports of the status asked for, the others, and its incidents that are not over.
    status
        The status asked for.
    title, owner
        As in the settings.
    chosen
        The severities, services and teams to which the review is limited.
    business_hours
        Whether response times count business hours alone.

    Returns
    -------
    tuple of str
        The parts of the line.

    Examples
    --------
    >>> quarter = Period.parse("2025Q3")
    >>> " · ".join(describe_setting(quarter, as_of=pd.Timestamp("2025-10-01T00:00Z"), n_used=11, n_pending=2))
    'Incident review, Q3 2025 · 1 July to 30 September 2025 (UTC) · 11 final reports, 2 pending · as of 1 October 2025'
    """
    clock = "" if as_of == as_of.normalize() else f", {as_of:%H:%M}"
    dates = f"{period.dates} ({period.timezone})"
    return tuple(
        filter(
            None,
            (
                title,
                f"Incident review, {period.label}",
                dates if period.label != period.dates else f"({period.timezone})",
                f"only {join_words(list(chosen))}" if chosen else "",
                "response times in business hours" if business_hours else "",
                reports_in_words(n_used, n_pending, status=status),
                f"{format_count(n_ongoing, 'incident')} ongoing" if n_ongoing else "",
                f"as of {as_of.day} {as_of:%B %Y}{clock}",
                f"owner: {owner}" if owner else "",
            ),
        )
    )


def describe_headline(
    findings: Sequence[Finding],
    *,
    period: Period,
    ongoing: pd.DataFrame,
    counts: CountFacts,
    response: ResponseFacts,
    budgets: BudgetFacts,
    follow_ups: FollowUpFacts,
    incidents: Sequence[Incident] = (),
    severe: Sequence[Incident] = (),
    so_far: bool = False,
    at_end: bool = False,
) -> str:
    """Say the two most urgent findings, a sentence each.

    Parameters
    ----------
    findings
        What `highlights.rank_findings` gives.
    period
        The period of the review.
    ongoing
        The incidents that are not over, with title and severity.
    counts, response, budgets, follow_ups
        The facts.
    incidents, severe
        What `Highlights.incidents` and `Highlights.severe` have.
    so_far, at_end
        Whether the period is not over, and whether the review is as of its end.

    Returns
    -------
    str
        One or two sentences.
    """
    words: dict[Finding, tuple[Callable[[], str], tuple[Any, ...]]] = {
        "ongoing": (lambda: _ongoing(ongoing, period, at_end=at_end), (ongoing,)),
        "silent": (lambda: _silent(period, counts), (counts,)),
        "budget": (lambda: _overspent(budgets, so_far=so_far), (budgets,)),
        "severe": (lambda: _severe(severe), (response,)),
        "worse": (lambda: _changed(counts, response, rose=True), (counts, response)),
        "overdue": (lambda: _overdue(follow_ups), (follow_ups,)),
        "better": (lambda: _changed(counts, response, rose=False), (counts, response)),
        "quiet": (lambda: _quiet(period, counts), (counts, budgets, follow_ups)),
        "unjudged": (lambda: _plain(period, counts, incidents, is_named=findings[0] == "severe"), (counts,)),
    }
    said = [words[finding] for finding in findings[:2]]
    return joined(Quoted(say(), figures_in(*facts)) for say, facts in said)


def _ongoing(ongoing: pd.DataFrame, period: Period, *, at_end: bool) -> str:
    """Say which incident is ongoing; as the period ended only that it was, since it may be over by now."""
    when = f"still ongoing when {period.label} ended" if at_end else "still ongoing"
    if len(ongoing) > 1:
        return f"{len(ongoing):,} incidents {'were' if at_end else 'are'} {when}."
    (row,) = ongoing.to_dict("records")
    severity = "An" if pd.isna(row["severity"]) else f"A {row['severity']}"
    name = row["incident_id"] if pd.isna(row["title"]) else cut(row["title"], NAME)
    return _ended(f"{severity} incident {'was' if at_end else 'is'} {when}: {name}")


def _severe(incidents: Sequence[Incident]) -> str:
    """Say which incident mattered most, and its harm."""
    first = incidents[0]
    harm = ""
    if any(amount > 0 for _, amount in first.lost):
        harm = f"cost {lost_revenue(first)} in revenue"
    elif first.users or first.users_fraction:
        users = incident_users(first)
        harm = f"affected {'all' if users == '100%' else f'{users} of the' if '%' in users else users} users"
    severity, title = first.severity or "", cut(first.title or first.incident_id, NAME)
    if len(incidents) > 1:
        all_of_them = f"{len(incidents):,} {severity} incidents".replace("  ", " ")
        return _ended(f"{all_of_them}; one {harm}: {title}") if harm else f"{all_of_them}, including “{title}”."
    subject = f"{severity} incident".strip()
    if not harm:
        return _ended(f"One {subject}: {title}")
    short = severity if severity[-1:].isdigit() else subject  # a SEV-1 is one to everybody, a Critical is not
    return _ended(f"{'A' if severity else 'An'} {short} {harm}: {title}")


def _ended(words: str) -> str:
    """Return words that end in a title as a sentence, whatever the title ends in."""
    return words if words.endswith((".", "…", "!", "?")) else f"{words}."


def _overspent(budgets: BudgetFacts, *, so_far: bool) -> str:
    services = list(dict.fromkeys(budget.service for budget in budgets.of("over")))
    verb = f"{has(len(services))} overspent" if so_far else "overspent"
    plural = len(services) > 1 or budgets.several
    whose = "their" if len(services) > 1 else "its"
    return f"{first_of(services)} {verb} {whose} error budget{'s' if plural else ''}."


def _changed(counts: CountFacts, response: ResponseFacts, *, rose: bool) -> str:
    """Say what changed in one direction: the number of incidents, the median or both."""
    parts = []
    for facts, now, name in (
        (response, None if response.median is None else format_span(response.median), median_name(response)),
        (counts, f"{counts.n:,}", "number of incidents"),
    ):
        since = [label for label, is_rise, _ in facts.change.since if is_rise == rose]
        was = {past.label: past.value for past in facts.earlier}
        if since:
            value = was.get(since[0])
            before = format_span(value) if isinstance(value, timedelta) else f"{value:,}"
            parts.append(f"the {name} {'rose' if rose else 'fell'} from {before} in {since[0]} to {now}")
            if facts is counts and counts.n_undated:
                parts[-1] += f" ({without_date(counts)} {are(counts.n_undated)} in neither)"
    return f"{capitalized(join_words(parts))}."


def _silent(period: Period, counts: CountFacts) -> str:
    undated = f"; {without_date(counts)} may be of it" if counts.n_undated else ""
    return f"No incident was reported in {period.label}{undated}."


def _overdue(facts: FollowUpFacts) -> str:
    least = "At least " if facts.may_be_more else ""
    items = f"{least}{format_count(facts.n_overdue, 'follow-up')} {are(facts.n_overdue)} overdue"
    if not facts.n_long_overdue:
        return f"{items}."
    if facts.n_long_overdue == facts.n_overdue:
        return f"{items} by more than 90 days."
    return f"{items}, {facts.n_long_overdue:,} of them by more than 90 days."


def _quiet(period: Period, counts: CountFacts) -> str:
    return (
        f"A quiet {period.unit or 'period'}: {format_count(counts.n, 'incident')}, "
        "every error budget kept, no action item overdue."
    )


def _plain(period: Period, counts: CountFacts, incidents: Sequence[Incident], *, is_named: bool) -> str:
    """Say how many incidents there were, and of a single one its title unless the sentence before has it."""
    if len(incidents) == counts.n == 1 and incidents[0].title and not counts.earlier and not counts.n_undated:
        if is_named:
            return f"It was the only incident in {period.label}."
        return _ended(f"One incident in {period.label}: {cut(incidents[0].title, NAME)}")
    counted = f"{capitalized(counts.least + format_count(counts.n, 'incident'))} in {period.label}"
    earlier = [f"{past.value:,} in {past.label}" for past in counts.earlier if past.value is not None]
    compared = f", {join_words(earlier)}" if earlier else ""
    change = change_in_words(counts.change, counts.n, counts.earlier) if earlier else ""
    undated = f"; {without_date(counts)} {are(counts.n_undated)} not counted" if counts.n_undated else ""
    return f"{counted}{compared}{': ' if change else ''}{change}{undated}."
