"""The words of a review's first screen: the line above the headline, the headline, tiles, decisions, notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from incident_analytics.formatting import (
    capitalized,
    cut,
    format_amount,
    format_count,
    format_part,
    format_share,
    format_span,
    join_words,
)
from incident_analytics.highlights import (
    Budget,
    BudgetFacts,
    Change,
    CountFacts,
    Finding,
    FollowUpFacts,
    Incident,
    MappedSeverity,
    OwnerShare,
    Past,
    ResponseFacts,
)
from incident_analytics.periods import Period, label_of
from incident_analytics.quotations import Quoted, figures_in, joined
from incident_analytics.records import describe_unzoned
from incident_analytics.sentences.wording import NAME, are, first_of, has

__all__ = [
    "RANKED_BY",
    "Decision",
    "Notice",
    "Tile",
    "budget_share",
    "budget_tile",
    "count_tile",
    "describe_decisions",
    "describe_follow_ups",
    "describe_headline",
    "describe_marks",
    "describe_no_decision",
    "describe_notices",
    "describe_setting",
    "follow_up_tile",
    "incident_time",
    "incident_users",
    "lost_revenue",
    "response_tile",
]

_FAR: Final = 2
"""Stated durations are worth a notice where their median differs from the timelines' by this factor."""

_NAMED: Final = 3  # services, or incidents, that a sentence names
_MONTH: Final = timedelta(days=30.44)
_INFERRED: Final = "*"

RANKED_BY: Final = "in order of severity, then of impact (users, revenue or time)"
"""How `highlights.rank_incidents` ranks, for who reads the page."""

_CHECK: Final = " (check)"


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


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that a review asks for: its subject, what follows it, who is to answer, and the figures it quotes."""

    subject: str
    question: str
    owner: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What makes the page less true than it could be, the setting or edit that mends it, and the figures it quotes."""

    fact: str
    remedy: str = ""
    figures: tuple[str, ...] = ()


# --- the line above the headline, and the headline --------------------------------------------------------------------


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
    reports = format_count(n_used, "report" if status == "all" else f"{status.casefold()} report")
    parts = [reports, f"{n_pending} pending" if status != "all" else ""]
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
                ", ".join(filter(None, parts)),
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
    severe
        What `Highlights.severe` has.
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
        "unjudged": (lambda: _plain(period, counts), (counts,)),
    }
    said = [words[finding] for finding in findings[:2]]
    return joined(Quoted(say(), figures_in(*facts)) for say, facts in said)


def _ongoing(ongoing: pd.DataFrame, period: Period, *, at_end: bool) -> str:
    """Say which incident is ongoing; as the period ended only that it was, since it may be over by now."""
    when = f"still ongoing when {period.label} ended" if at_end else "still ongoing"
    if len(ongoing) > 1:
        return f"{len(ongoing)} incidents {'were' if at_end else 'are'} {when}."
    (row,) = ongoing.to_dict("records")
    severity = "An" if pd.isna(row["severity"]) else f"A {row['severity']}"
    name = row["incident_id"] if pd.isna(row["title"]) else cut(row["title"], NAME)
    return _ended(f"{severity} incident {'was' if at_end else 'is'} {when}: {name}")


def _severe(incidents: Sequence[Incident]) -> str:
    """Say which incident mattered most, and its harm."""
    first = incidents[0]
    harm = ""
    if any(amount > 0 for _, amount in first.lost):
        harm = f"lost {lost_revenue(first)}"
    elif first.users or first.users_fraction:
        users = incident_users(first)
        harm = f"affected {'all' if users == '100%' else f'{users} of the' if '%' in users else users} users"
    severity, title = first.severity or "", cut(first.title or first.incident_id, NAME)
    if len(incidents) > 1:
        all_of_them = f"{len(incidents)} {severity} incidents".replace("  ", " ")
        return _ended(f"{all_of_them}; one {harm}: {title}") if harm else f"{all_of_them}, including “{title}”."
    subject = f"{severity} incident".strip()
    return _ended(f"{'A' if severity else 'An'} {subject} {harm}: {title}" if harm else f"One {subject}: {title}")


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
        (response, None if response.median is None else format_span(response.median), _median_name(response)),
        (counts, f"{counts.n:,}", "number of incidents"),
    ):
        since = [label for label, is_rise, _ in facts.change.since if is_rise == rose]
        was = {past.label: past.value for past in facts.earlier}
        if since:
            value = was.get(since[0])
            before = format_span(value) if isinstance(value, timedelta) else f"{value:,}"
            parts.append(f"the {name} {'rose' if rose else 'fell'} from {before} in {since[0]} to {now}")
            if facts is counts and counts.n_undated:
                parts[-1] += f" ({_without_date(counts)} {are(counts.n_undated)} in neither)"
    return f"{capitalized(join_words(parts))}."


def _silent(period: Period, counts: CountFacts) -> str:
    undated = f"; {_without_date(counts)} may be of it" if counts.n_undated else ""
    return f"No incident was reported in {period.label}{undated}."


def _without_date(counts: CountFacts) -> str:
    return f"{format_count(counts.n_undated, 'report')} without a readable date"


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


def _plain(period: Period, counts: CountFacts) -> str:
    incidents = f"{capitalized(counts.least + format_count(counts.n, 'incident'))} in {period.label}"
    earlier = [f"{past.value:,} in {past.label}" for past in counts.earlier if past.value is not None]
    compared = f", {join_words(earlier)}" if earlier else ""
    change = _change_words(counts.change, counts.n, counts.earlier) if earlier else ""
    undated = f"; {_without_date(counts)} {are(counts.n_undated)} not counted" if counts.n_undated else ""
    return f"{incidents}{compared}{': ' if change else ''}{change}{undated}."


# --- tiles ------------------------------------------------------------------------------------------------------------


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
    undated = f"{_without_date(facts)} not counted" if facts.n_undated else ""
    if not has_reports:
        why = undated or "nothing happened, or nothing was written down"
        return Tile(name, "not known" if undated else "none reported", (why,))
    severities = ", ".join(f"{n} {severity or 'without a severity'}" for severity, n in facts.by_severity)
    lines = (severities, undated, _earlier(facts.earlier), _change_words(facts.change, facts.n, facts.earlier))
    return Tile(name, f"{facts.least}{facts.n:,}", tuple(filter(None, lines)), needs_action=facts.change.rose)


def response_tile(facts: ResponseFacts, *, so_far: bool = False) -> Tile:
    """Say the median of the primary metric, or why there is none."""
    name = capitalized(f"{_median_name(facts)}{' so far' if so_far else ''}")
    if facts.median is None and facts.n_open:
        return Tile(name, "not known yet", (f"{facts.n_open:,} of {format_count(facts.n, 'incident')} ongoing",))
    if facts.median is None and facts.n_missing:
        reports = format_count(facts.n_missing, "report")
        return Tile(name, "not recorded", (f"{reports} {'does' if facts.n_missing == 1 else 'do'}n't say",))
    if facts.median is None:
        return Tile(name, "–", ("no completed report",))
    counts = [f"n = {facts.n:,}"]
    counts += [f"{facts.n_open} ongoing"] if facts.n_open else []
    counts += [f"{facts.n_inferred} inferred"] if facts.n_inferred else []
    counts += [f"{facts.n_missing} not recorded"] if facts.n_missing else []
    counts += [f"{facts.n_contradicted} contradicted by the stated duration"] if facts.n_contradicted else []
    change = _change_words(facts.change, facts.median, facts.earlier)
    lines = (_earlier(facts.earlier), change, ", ".join(counts))
    return Tile(name, format_span(facts.median), tuple(filter(None, lines)), needs_action=facts.change.rose)


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
        why = "the length of some outages isn't recorded" if has_reports else "no outage reported"
        return Tile(name, "not known", (why,))
    shares = ", ".join(f"{cut(_budget_name(each, facts), 30)} {budget_share(each)}" for each in over[:_NAMED])
    more = f" and {len(over) - _NAMED} more" if len(over) > _NAMED else ""
    past = [Past(each.label, None if each.value is None else "{} of {}".format(*each.value)) for each in facts.earlier]
    lines = (
        f"{shares}{more} of the budget" if shares else "",
        f"{len(unknown)} more can't be judged" if unknown else "",
        _earlier(tuple(past)),
    )
    return Tile(name, f"{len(over)} of {judged}", tuple(filter(None, lines)), needs_action=bool(over))


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
    unknown, undated = facts.n_past_due_unknown, _undated(facts.n_open_undated)
    if not facts.n_overdue and unknown:
        said = filter(None, ("whether they are done isn't recorded", undated, done))
        return Tile("Action items past due", f"{unknown:,}", tuple(said), needs_action=True)
    if not facts.n_overdue and undated:
        return Tile(name, "none known", tuple(filter(None, (undated, done))))
    more = f"{unknown:,} more past due, status not recorded" if unknown else ""
    longest = "" if facts.oldest is None else f", the longest by {long_span(facts.oldest)}"
    lines = (f"from all incidents to date{longest}", more, undated, done)
    return Tile(name, f"{facts.n_overdue:,}", tuple(filter(None, lines)), needs_action=bool(facts.n_overdue))


def _undated(n: int) -> str:
    """Say how many open items may be overdue, as no due date of them can be read; nothing where there is none."""
    return f"{format_count(n, 'open item')} {has(n)} no readable due date" if n else ""


def _states(facts: FollowUpFacts) -> str:
    """Say how many of the period's items are done, open and neither, so that the numbers add up."""
    parts = {"done": facts.n_done, "open": facts.n_known - facts.n_done, "without a status": facts.n_unknown}
    parts["dropped"] = facts.n - sum(parts.values())
    said = [f"{n:,} {state}" for state, n in parts.items() if n or (state == "done" and facts.n_known)]
    return ", ".join([f"{said[0].replace(' ', f' of {facts.n:,} ', 1)}", *said[1:]])


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


def _median_name(facts: ResponseFacts) -> str:
    return f"median {facts.metric.replace('_', ' ')}"


def _earlier(earlier: Sequence[Past]) -> str:
    """Write the figures of earlier periods."""
    return ", ".join(f"{past.label}: {_written(past.value)}" for past in earlier)


def _written(value: Any) -> str:
    if value is None:
        return "not known"
    return format_span(value) if isinstance(value, timedelta) else f"{value:,}" if isinstance(value, int) else value


def _change_words(change: Change, now: Any, earlier: Sequence[Past]) -> str:
    """Say whether a figure changed; where it reads the same as every earlier one there is nothing to call a change."""
    if change.state in {"few", "unchanged"} and {_written(past.value) for past in earlier} == {_written(now)}:
        return "no change"
    if change.state == "changed":
        since = [f"{'up' if is_rise else 'down'} on {label}" for label, is_rise, _ in change.since]
        return f"significantly {join_words(since)}"
    return {"few": "too few to call it a change", "unchanged": "no significant change"}.get(change.state, "")


def _budget_name(budget: Budget, facts: BudgetFacts) -> str:
    return f"{budget.service}, {label_of(budget.window)}" if facts.several else budget.service


def budget_share(budget: Budget) -> str:
    """Write how much of an error budget is spent, as the bound that it is where the length of an outage is unknown."""
    if budget.share is None:
        return "has no allowance" if budget.spent is not None else "not known"
    return f"{'at least ' * budget.is_bound}{format_part(budget.share)}"


# --- incidents --------------------------------------------------------------------------------------------------------


def incident_time(incident: Incident, *, is_marked: bool = False) -> str:
    """Write how long an incident took, or why that is not known; a time to check is marked.

    Parameters
    ----------
    incident
        The incident.
    is_marked
        Whether a time that was inferred without doubt is marked too; `describe_marks` explains the marks.

    Examples
    --------
    >>> from dataclasses import replace
    >>> one = Incident("INC-1", "x", None, None, (), "ended", timedelta(hours=2), None, None, False, ())
    >>> [incident_time(each) for each in (one, replace(one, state="ongoing"), replace(one, grade="check"))]
    ['2h', 'ongoing, 2h so far', '2h (check)']
    >>> sure, stated = replace(one, grade="sure"), replace(one, stated=timedelta(hours=9))
    >>> incident_time(sure, is_marked=True), incident_time(stated)
    ('2h*', '2h, stated 9h')
    """
    if incident.state == "ongoing":
        return "ongoing" if incident.time is None else f"ongoing, {format_span(incident.time)} so far"
    if incident.time is None:
        return "report pending" if incident.state == "pending" else "not recorded"
    mark = {"check": _CHECK, "sure": _INFERRED * is_marked}.get(incident.grade, "")
    stated = "" if incident.stated is None else f", stated {format_span(incident.stated)}"
    return f"{format_span(incident.time)}{mark}{stated}"


def describe_marks(incidents: Sequence[Incident], *, measure: str) -> str:
    """Explain the marks that `incident_time` gives to times; empty where it gives none.

    Parameters
    ----------
    incidents
        The incidents that are listed.
    measure
        The primary metric.

    Examples
    --------
    >>> one = Incident("INC-1", "x", None, None, (), "ended", timedelta(hours=2), None, None, False, (), grade="sure")
    >>> describe_marks([one], measure="time_to_restore")
    '* Time to restore inferred from free text.'
    """
    grades = {each.grade for each in incidents if each.state == "ended"}
    name = capitalized(measure.replace("_", " "))
    said = [f"{_INFERRED} {name} inferred from free text."] if "sure" in grades else []
    if "check" in grades:
        said.append(f"{_CHECK.strip()} {'Inferred' if said else f'{name} inferred from free text'}, and may be wrong.")
    return " ".join(said)


def incident_users(incident: Incident) -> str:
    """Write how many users an incident affected; empty where the report does not say.

    Examples
    --------
    >>> one = Incident("INC-1", "x", None, None, (), "ended", None, 64800, None, True, ())
    >>> incident_users(one)
    '~64,800'
    """
    about = "~" if incident.is_approximate else ""
    if incident.users is not None:
        return f"{about}{incident.users:,}"
    return "" if incident.users_fraction is None else f"{about}{format_share(incident.users_fraction)}"


def lost_revenue(incident: Incident) -> str:
    """Write the revenue that an incident lost, by currency; empty where the report does not say."""
    return ", ".join(format_amount(amount, currency) for currency, amount in incident.lost)


# --- decisions --------------------------------------------------------------------------------------------------------


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
    for budget in over if len(over) <= _NAMED else over[: _NAMED - 1]:
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
    if len(over) > _NAMED:
        rest = over[_NAMED - 1 :]
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
    shown = owners if len(owners) <= _NAMED + 1 else owners[:_NAMED]
    named = [f"{cut(share.owner or 'no owner', NAME)} ({share.n})" for share in shown]
    rest = owners[len(shown) :]
    if rest:
        named.append(f"{len(rest)} other owners ({sum(share.n for share in rest)})")
    return join_words(named)


def _or_unknown(span: timedelta | None) -> str:
    return "for an unknown time" if span is None else format_span(span)


def describe_follow_ups(facts: FollowUpFacts, *, label: str) -> str:
    """Say how many action items are done: those of the period, and what is overdue of all.

    Parameters
    ----------
    facts
        The facts.
    label
        What people call the period.

    Returns
    -------
    str
        One or two sentences.
    """
    if not facts.n_items:
        return "No report lists action items."
    done = _progress(facts, label)
    if not facts.n_due:
        n = facts.n_items_unknown
        status = f", {n:,} of them without a recorded status" if n else ""
        return f"{done} From all incidents to date: {format_count(facts.n_items, 'item')} without a due date{status}."
    if facts.is_clear:
        return f"{done} From all incidents to date nothing is overdue."
    late = ""
    if facts.n_overdue and facts.oldest is not None:
        by = "by" if facts.n_overdue == 1 else "the longest by"
        items = format_count(facts.n_overdue, "item")
        late = f"{items} {are(facts.n_overdue)} overdue, {by} {long_span(facts.oldest)}"
    n = facts.n_past_due_unknown
    if n:
        more = f"{n:,} {'more ' if late else ''}{are(n)} past due but {has(n)} no recorded status"
        late = f"{late}; {more}" if late else more
    undated = _undated(facts.n_open_undated)
    parts = [late or "no item is known to be overdue", *([undated] if undated else [])]
    return f"{done} From all incidents to date: {'; '.join(parts)}."


def _progress(facts: FollowUpFacts, label: str) -> str:
    """Say how many of the period's items are done, open and neither, so that the numbers add up."""
    n_open = facts.n_known - facts.n_done
    n_dropped = facts.n - facts.n_known - facts.n_unknown
    if not facts.n:
        return f"No action items from {label}."
    if facts.n_unknown == facts.n > 1:
        return f"None of the {facts.n:,} action items from {label} has a recorded status."
    parts = [
        f"{n:,} {verb(n)} {state}"
        for n, verb, state in (
            (facts.n_done, are, "done"),
            (n_open, are, "open"),
            (facts.n_unknown, has, "no recorded status"),
            (n_dropped, are, "dropped"),
        )
        if n
    ]
    if facts.n == 1:
        return f"The only action item from {label} {parts[0].removeprefix('1 ')}."
    if len(parts) == 1:
        return f"All {parts[0].replace(' ', f' action items from {label} ', 1)}."
    if not facts.n_done:
        parts.insert(0, "none is done")
    return f"Of {facts.n:,} action items from {label}, {join_words(parts)}."


# --- notices ----------------------------------------------------------------------------------------------------------


def describe_notices(
    *,
    has_reports: bool,
    last_report: pd.Timestamp | None,
    ongoing: pd.DataFrame,
    n_pending: int,
    n_pending_ongoing: int = 0,
    report_states: pd.DataFrame | None = None,
    counts: CountFacts,
    response: ResponseFacts,
    budgets: BudgetFacts,
    follow_ups: FollowUpFacts,
    n_unzoned: int = 0,
    undated: Sequence[str] = (),
    mapped: Sequence[MappedSeverity] = (),
    contradicted: Sequence[Incident] = (),
    unwritten: str = "",
    stray: str = "",
    uncompared: Sequence[str] = (),
    has_tracker: bool = False,
    at_end: bool = False,
) -> list[Notice]:
    """Say what makes the page less true than it could be, and how to mend it.

    Parameters
    ----------
    has_reports, last_report
        Whether anything was reported, and when the last incident before the period was.
    ongoing
        The incidents that are not over, as `Highlights.ongoing` has them.
    n_pending, n_pending_ongoing
        The period's reports that are not of the status asked for, and those of them whose incident is ongoing.
    report_states
        The figure that these two numbers are from.
    counts, response, budgets, follow_ups
        The facts.
    n_unzoned
        The reports whose times are read as UTC, as nothing says their zone.
    undated
        The incidents without a date.
    mapped
        The severities that were mapped by default.
    contradicted
        The incidents whose reports state another duration.
    unwritten, stray
        What says which incidents that reports name have no report, and which records of the incident tool.
    uncompared
        Sentences on the periods that are not compared.
    has_tracker
        Whether an issue tracker is connected.
    at_end
        Whether the review is as of the period's end.

    Returns
    -------
    list of Notice
        The most important first.
    """
    notices = []
    if n_unzoned:
        notices.append(Notice(f"{describe_unzoned(n_unzoned)}.", "Set timezone in the settings."))
    if undated:
        n = len(undated)
        notices.append(
            Notice(
                f"{format_count(n, 'report')} {has(n)} no readable date and {are(n)} in no count or chart of any "
                f"period: {first_of(undated)}.",
                "Add the date; 'check' says which line can't be read.",
                figures_in(undated),
            )
        )
    if not has_reports:
        last = "" if last_report is None else f" The last report before it is from {_day(last_report)}."
        notices.append(Notice(f"Either nothing happened or nothing was written down.{last}", figures=counts.figures))
    if len(ongoing):
        is_down = ongoing["has_downtime"].astype(bool)
        said = [
            *_still_ongoing(ongoing[is_down], counts=True, at_end=at_end),
            *_still_ongoing(ongoing[~is_down], counts=False, at_end=at_end),
        ]
        remedy = "If it is over, add the restoration to its timeline."
        if at_end:
            remedy = (
                "If it was over by then, add the restoration to its timeline; if it ended later, use a later --as-of."
            )
        notices.append(Notice(" ".join(said), remedy, figures_in(ongoing)))
    if n_pending:
        notices.append(Notice(_pending(n_pending, n_ongoing=n_pending_ongoing), figures=figures_in(report_states)))
    if unwritten:
        notices.append(Notice(unwritten, "Write the report.", figures_in(unwritten)))
    if stray:
        notices.append(Notice(stray, "If it was an incident, write its report.", figures_in(stray)))
    notices += _contradicted(contradicted, response)
    notices += _data_notices(counts, response, budgets, has_reports=has_reports, is_contradicted=bool(contradicted))
    if mapped:
        words = [f"{cut(each.word, NAME)} as {each.severity} ({each.n:,})" for each in mapped]
        notices.append(
            Notice(
                f"Severities that the settings don't declare were mapped by default: {first_of(words)}.",
                "To settle them, add synonyms under [severities].",
                figures_in(mapped),
            )
        )
    notices += _item_notices(follow_ups, has_tracker=has_tracker)
    return notices + [Notice(sentence, figures=figures_in(sentence)) for sentence in uncompared]


def _pending(n: int, *, n_ongoing: int) -> str:
    r"""Say in which figures the reports that are not final count: that of an ongoing incident counts in all.

    Examples
    --------
    >>> print(_pending(5, n_ongoing=1).replace(". ", ".\n").replace("; ", ";\n"))
    5 reports are not final (4 of resolved incidents, 1 of an ongoing one).
    Incident counts and service levels include all 5;
    response times, causes and action items leave out the 4 for now.
    """
    reports, n_over = f"{format_count(n, 'report')} {are(n)} not final", n - n_ongoing
    figures = "response times, causes and action items"
    if not n_over:
        whose = "As its incident is" if n == 1 else "As their incidents are"
        return f"{reports}. {whose} ongoing, all figures include {'it' if n == 1 else 'them'}."
    if not n_ongoing:
        them = "it" if n == 1 else "them"
        return f"{reports}. Incident counts and service levels include {them}; {figures} don't yet."
    resolved = "a resolved incident" if n_over == 1 else "resolved incidents"
    ongoing = "an ongoing one" if n_ongoing == 1 else "ongoing ones"
    return (
        f"{reports} ({n_over} of {resolved}, {n_ongoing} of {ongoing}). Incident counts and service levels include "
        f"all {n}; {figures} leave out the {n_over} for now."
    )


def _still_ongoing(ongoing: pd.DataFrame, *, counts: bool, at_end: bool) -> list[str]:
    """Say which incidents are ongoing that count as downtime, or which that do not; nothing where there is none."""
    if ongoing.empty:
        return []
    names = []
    for row in ongoing.head(_NAMED).to_dict("records"):
        since = "" if pd.isna(row["occurred_at"]) else f"since {_day(row['occurred_at'])}"
        lasted = "" if pd.isna(row["so_far"]) else f"{format_span(row['so_far'])} {'by then' if at_end else 'so far'}"
        when = ", ".join(filter(None, (since, lasted)))
        name = row["incident_id"] if pd.isna(row["title"]) else f"“{cut(row['title'], NAME)}”"
        names.append(f"{name} ({when})" if when else name)
    if len(ongoing) > _NAMED:
        names.append(f"{len(ongoing) - _NAMED} more")
    one = len(ongoing) == 1
    if counts:
        rest = f"{'its' if one else 'their'} downtime counts up to the review date"
    else:
        severities = list(dict.fromkeys(ongoing["severity"].dropna()))
        which = f"as a {severities[0]} " if one and severities else ""
        rest = f"{which}{'it does' if one else 'they do'} not count as downtime"
    if not at_end:
        return [f"{join_words(names)} {are(len(ongoing))} ongoing; {rest}."]
    return [f"{join_words(names)} {'was' if one else 'were'} ongoing when the period ended; {rest}."]


def _contradicted(incidents: Sequence[Incident], response: ResponseFacts) -> list[Notice]:
    """Say which times contradict the durations that their own reports state."""
    if not incidents:
        return []
    n = len(incidents)
    named = [f"“{cut(each.title or each.incident_id, 28)}” ({incident_time(each)})" for each in incidents]
    reports = f"In {format_count(n, 'report')} the {response.metric.replace('_', ' ')} contradicts the stated duration"
    return [
        Notice(
            f"{reports}: {first_of(named)}.",
            "This review uses the times: correct them, or the stated duration.",
            response.figures,
        )
    ]


def _data_notices(
    counts: CountFacts, response: ResponseFacts, budgets: BudgetFacts, *, has_reports: bool, is_contradicted: bool
) -> list[Notice]:
    notices = []
    metric = response.metric.replace("_", " ")
    if response.n_inferred:
        alone = ""
        if response.median_recorded is not None:
            alone = f"; the median of the others is {format_span(response.median_recorded)}"
        n, ended = response.n_inferred, response.n - response.n_open
        check = f" {format_count(response.n_check, 'value')} marked '(check)' may be wrong." if response.n_check else ""
        reports = (
            "the only report" if ended == 1 else f"all {n} reports" if n == ended else f"{n:,} of {ended:,} reports"
        )
        notices.append(
            Notice(
                f"{capitalized(metric)} was inferred from free text in {reports}{alone}.{check}",
                "Begin the timeline row with 'Service restored' to record it.",
                response.figures,
            )
        )
    if response.n_missing:
        n = response.n_missing
        notices.append(
            Notice(
                f"{format_count(n, 'report')} {has(n)} no usable {metric}.",
                "Add the times to the timeline.",
                response.figures,
            )
        )
    if response.stated is not None and response.median is not None and not is_contradicted:
        far = max(response.stated, response.median) >= _FAR * min(response.stated, response.median)
        if far:
            stated, timed = format_span(response.stated), format_span(response.median)
            n = response.n_stated
            said = f"Reported durations have a median of {stated} (n = {n:,}), but the timelines give {timed}."
            if n == response.n == 1:
                said = f"The reported duration is {stated}, but the timeline gives {timed}."
            check = "'incident-analytics check' names the reports that contradict themselves."
            notices.append(Notice(said, check, response.figures))
    n = dict(counts.by_severity).get(None, 0)
    if n:
        fact = f"{format_count(n, 'incident')} {has(n)} no severity."
        notices.append(Notice(fact, "Add it to the report.", counts.figures))
    if not budgets.budgets:
        notices.append(
            Notice(
                "No SLO targets are configured, so error budgets can't be shown.", "Set target under [services.NAME]."
            )
        )
    elif has_reports and budgets.of("unknown"):
        names = first_of([_budget_name(budget, budgets) for budget in budgets.of("unknown")])
        notices.append(
            Notice(
                f"The error budget of {names} can't be judged: the length of some outages isn't recorded.",
                "Add the restoration to the timeline.",
                budgets.figures,
            )
        )
    return notices


def _item_notices(facts: FollowUpFacts, *, has_tracker: bool) -> list[Notice]:
    if facts.n_items and not facts.n_due:
        items = format_count(facts.n_items, "item")
        return [
            Notice(
                f"No action item has a readable due date ({items}), so overdue ones can't be counted.",
                "Fill in the Due Date column.",
                facts.figures,
            )
        ]
    unknown = facts.n_past_due_unknown
    if not unknown:
        return []
    track = "" if has_tracker else ", or connect the issue tracker under [tracker]"
    return [
        Notice(
            f"{format_count(unknown, 'action item')} past due {has(unknown)} no recorded status; some may be done.",
            f"Fill in the Status column{track}.",
            facts.figures,
        )
    ]


def _day(at: pd.Timestamp) -> str:
    return f"{at.day} {at:%B %Y}"
