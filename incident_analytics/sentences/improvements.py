"""What would make a review more accurate: each gap with the edit or setting that closes it."""

from __future__ import annotations

from collections.abc import Sequence

from incident_analytics.facts import MissingFacts
from incident_analytics.formatting import format_count
from incident_analytics.sentences.wording import first_of

__all__ = ["describe_missing"]

_FILE = "incident-analytics.toml"


def describe_missing(facts: MissingFacts) -> list[str]:
    r"""Say what is missing for a more accurate review, and what to do about each, the most helpful first.

    Parameters
    ----------
    facts
        What the review's reports and settings lack.

    Returns
    -------
    list of str
        A line each after the first one, which says what they are; empty where nothing is missing.

    Examples
    --------
    >>> facts = MissingFacts(
    ...     has_settings=True, n_services=2, without_target=("API", "Web"), mapped=(), unknown_severity=(),
    ...     unknown_status=(), n_unknown=18, is_past=False, has_tracker=False, ongoing=("INC-7",), n_inferred=0,
    ...     metric="time to restore", unmeasured=(),
    ... )
    >>> print(*describe_missing(facts), sep="\n")
    To make this review more accurate:
    - no targets: add target = 0.999 under [services.NAME] in incident-analytics.toml
    - 18 action statuses missing: add a Status column, or name the issue tracker's export under [tracker]
    - 1 incident ongoing (INC-7): once it is over, write when it was restored
    """
    found = []
    if not facts.has_settings:
        found.append(f"no settings: run 'incident-analytics init' for a first {_FILE}")
    if facts.without_target:
        n_without = len(facts.without_target)
        which = f"{n_without:,} of {facts.n_services:,} services without a target ({_named(facts.without_target)})"
        what = "no targets" if n_without == facts.n_services else which
        found.append(f"{what}: add target = 0.999 under [services.NAME] in {_FILE}")
    found += [
        f"{format_count(mapped.n, 'incident')} with severity {mapped.word}, read as {mapped.severity}: confirm or "
        f"change that with synonyms under [severities] in {_FILE}"
        for mapped in facts.mapped
    ]
    if facts.unknown_severity:
        what = f"{format_count(len(facts.unknown_severity), 'incident')} without a known severity"
        found.append(f"{what} ({_named(facts.unknown_severity)}): write it in the report, or declare its word")
    if facts.unknown_status:
        what = f"{format_count(len(facts.unknown_status), 'report')} without a known status"
        remedy = "write '**Status**: Final' once it is, or declare its word under [statuses] of your layout"
        found.append(f"{what} ({_named(facts.unknown_status)}), so without response times and action items: {remedy}")
    if facts.n_unknown:
        what = "1 action status" if facts.n_unknown == 1 else f"{facts.n_unknown:,} action statuses"
        found.append(f"{what} missing: {_status_remedy(facts)}")
    if facts.ongoing:
        what = f"{format_count(len(facts.ongoing), 'incident')} ongoing ({_named(facts.ongoing)})"
        each = (
            "once it is over, write when it was"
            if len(facts.ongoing) == 1
            else "once they are over, write when they were"
        )
        found.append(f"{what}: {each} restored")
    if facts.unmeasured:
        what = (
            f"{format_count(len(facts.unmeasured), 'incident')} without a {facts.metric} ({_named(facts.unmeasured)})"
        )
        found.append(f"{what}: add the times to the report; 'incident-analytics check' names the rows")
    if facts.n_inferred:
        found.append(
            f"{format_count(facts.n_inferred, 'value')} inferred with some doubt: run 'incident-analytics confirm'"
        )
    return ["To make this review more accurate:", *(f"- {each}" for each in found)] if found else []


def _named(names: Sequence[str]) -> str:
    return first_of(list(names))


def _status_remedy(facts: MissingFacts) -> str:
    """Say how the missing statuses of action items can become known."""
    if facts.is_past:
        return "write the day on which each was done, as this review is of an earlier day"
    if facts.has_tracker:
        return "write the tracker's key in the item, or add a Status column"
    return "add a Status column, or name the issue tracker's export under [tracker]"
