"""How the follow-ups are: what is done of the period's, what is overdue of all."""

from __future__ import annotations

from incident_analytics.facts import FollowUpFacts
from incident_analytics.formatting import capitalized, format_all, format_count, join_words
from incident_analytics.sentences.facts import long_span, undated_items
from incident_analytics.sentences.wording import are, has

__all__ = ["describe_follow_ups"]


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
        items = format_count(facts.n_items, "item")
        return f"{done} Across all incidents: {items} {has(facts.n_items)} no due date{status}."
    if facts.is_clear:
        return f"{done} Across all incidents, nothing is overdue."
    late = ""
    if facts.n_overdue and facts.oldest is not None:
        by = "by" if facts.n_overdue == 1 else "the longest by"
        items = format_count(facts.n_overdue, "item")
        late = f"{items} {are(facts.n_overdue)} overdue, {by} {long_span(facts.oldest)}"
    n = facts.n_past_due_unknown
    if n:
        more = f"{n:,} {'more ' if late else ''}{are(n)} past due but {has(n)} no recorded status"
        late = f"{late}; {more}" if late else more
    undated = undated_items(facts.n_open_undated)
    parts = [late or "no item is known to be overdue", *([undated] if undated else [])]
    return f"{done} Across all incidents: {'; '.join(parts)}."


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
        items = capitalized(format_all(facts.n, "action item"))
        return f"{items} from {label} {parts[0].partition(' ')[2]}."
    if not facts.n_done:
        parts.insert(0, "none is done")
    return f"Of {facts.n:,} action items from {label}, {join_words(parts)}."
