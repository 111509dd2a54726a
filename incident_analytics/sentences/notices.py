"""What makes a review less true than it could be, with what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from incident_analytics.facts import BudgetFacts, CountFacts, FollowUpFacts, Incident, MappedSeverity, ResponseFacts
from incident_analytics.formatting import capitalized, cut, format_all, format_count, format_span, join_words
from incident_analytics.quotations import figures_in
from incident_analytics.records import describe_unzoned
from incident_analytics.sentences.facts import NAMED, budget_name, unjudged_because
from incident_analytics.sentences.incidents import incident_time
from incident_analytics.sentences.scope import describe_silence
from incident_analytics.sentences.second_records import describe_stray_records, stray_records
from incident_analytics.sentences.wording import NAME, are, first_of, has

__all__ = ["Notice", "describe_notices"]

_FAR: Final = 2
"""Stated durations are worth a notice where their median differs from the timelines' by this factor."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What makes the page less true than it could be, the setting or edit that mends it, and the figures it quotes."""

    fact: str
    remedy: str = ""
    figures: tuple[str, ...] = ()


def describe_notices(
    *,
    has_reports: bool,
    last_report: pd.Timestamp | None,
    ongoing: pd.DataFrame,
    over_later: Sequence[str] = (),
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
    records: pd.DataFrame | None = None,
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
    over_later
        Those of them whose reports have an end after the review date.
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
    unwritten
        What says which incidents that reports name have no report.
    records
        The incident tool's rows, each with its incident; None without such a tool.
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
    elif silence := budgets.silence:
        bounds = "downtime may be longer and availability lower than shown"
        rest = "" if counts.earlier else ", and nothing is compared with earlier periods"
        fact = f"{describe_silence(silence).removesuffix('.')}: {bounds}{rest}."
        notices.append(Notice(fact, "Add any report that is missing.", budgets.figures))
    if len(ongoing):
        is_down = ongoing["has_downtime"].astype(bool)
        said = [
            *_still_ongoing(ongoing[is_down], counts=True, at_end=at_end),
            *_still_ongoing(ongoing[~is_down], counts=False, at_end=at_end),
        ]
        notices.append(Notice(" ".join(said), _ends_to_add(ongoing, over_later, at_end=at_end), figures_in(ongoing)))
    if n_pending:
        notices.append(Notice(_pending(n_pending, n_ongoing=n_pending_ongoing), figures=figures_in(report_states)))
    if unwritten:
        notices.append(Notice(unwritten, "Every incident needs a report.", figures_in(unwritten)))
    if records is not None and (n_stray := len(stray_records(records))):
        remedy = f"Write a report {'if it was' if n_stray == 1 else 'for each that was'} a real incident."
        notices.append(Notice(describe_stray_records(records), remedy, figures_in(records)))
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


def _ends_to_add(ongoing: pd.DataFrame, over_later: Sequence[str], *, at_end: bool) -> str:
    """Ask for the ends of ongoing incidents, but for those that the reports have, after the review date."""
    said = []
    if over_later:
        said.append(f"{first_of(list(over_later))} ended after the review date; a later --as-of counts that.")
    if not ongoing["incident_id"].isin(over_later).all():
        others = "another one" if over_later else "it"
        said.append(
            f"If {others} was over by then, add the restoration to its timeline."
            if at_end
            else f"If {others} is over, add the restoration to its timeline."
        )
    return " ".join(said)


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
        f"{reports} ({n_over:,} of {resolved}, {n_ongoing:,} of {ongoing}). Incident counts and service levels include "
        f"{format_all(n)}; {figures} leave out the {n_over:,} for now."
    )


def _still_ongoing(ongoing: pd.DataFrame, *, counts: bool, at_end: bool) -> list[str]:
    """Say which incidents are ongoing that count as downtime, or which that do not; nothing where there is none."""
    if ongoing.empty:
        return []
    names = []
    for row in ongoing.head(NAMED).to_dict("records"):
        since = "" if pd.isna(row["occurred_at"]) else f"since {_day(row['occurred_at'])}"
        lasted = "" if pd.isna(row["so_far"]) else f"{format_span(row['so_far'])} {'by then' if at_end else 'so far'}"
        when = ", ".join(filter(None, (since, lasted)))
        name = row["incident_id"] if pd.isna(row["title"]) else f"“{cut(row['title'], NAME)}”"
        names.append(f"{name} ({when})" if when else name)
    if len(ongoing) > NAMED:
        names.append(f"{len(ongoing) - NAMED:,} more")
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
    first = incidents[0]
    named = f"“{cut(first.title or first.incident_id, NAME)}” ({incident_time(first)})"
    reports = f"In {format_count(n, 'report')} the {response.metric.replace('_', ' ')} contradicts the stated duration"
    return [
        Notice(
            f"{reports}{': ' if n == 1 else ', such as '}{named}.",
            "This review uses the times; correct whichever is wrong.",
            response.figures,
        )
    ]


def _data_notices(
    counts: CountFacts, response: ResponseFacts, budgets: BudgetFacts, *, has_reports: bool, is_contradicted: bool
) -> list[Notice]:
    notices = []
    metric = response.metric.replace("_", " ")
    if response.n_inferred:
        n, ended = response.n_inferred, response.n - response.n_open
        check = f" {format_count(response.n_check, 'value')} marked '(check)' may be wrong." if response.n_check else ""
        reports = format_all(n, "report") if n == ended else f"{n:,} of {ended:,} reports"
        notices.append(
            Notice(
                f"{capitalized(metric)} was inferred from free text in {reports}.{check}",
                _recording(response.phrase),
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
    elif has_reports and (unknown := [each for each in budgets.of("unknown") if not each.is_silent]):
        names = first_of([budget_name(budget, budgets) for budget in unknown])
        notices.append(
            Notice(
                f"The error budget{'s' * (len(unknown) > 1)} of {names} can't be judged: "
                f"{unjudged_because(unknown, budgets.silence)}.",
                "Add the restoration to the timeline.",
                budgets.figures,
            )
        )
    return notices


def _recording(phrase: str | None) -> str:
    """Say how a time is recorded rather than inferred, in the words that the layout of these reports has for it."""
    if phrase is None:
        return "A layout of your own can list the words that your timelines have for it, under [milestones]."
    return f"Begin the timeline row with '{phrase}' to record it."


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
