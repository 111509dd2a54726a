"""What in a report contradicts what: each problem names both sides with their lines, and what to write instead."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.durations import in_words, spans_agree
from incident_analytics.reports.numerals import FIGURE
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import Template
from incident_analytics.reports.values import read_share
from incident_analytics.schema import MILESTONES

__all__ = ["audit_report"]

_MINUTE = timedelta(minutes=1)
_ABOUT = 0.10
"""How far a duration that says "about" may be from the times, as a part of it."""
_USERS = compile_late(
    rf"(?:~|about |around |some )?(?<![\d,.]){FIGURE}\s?(?:k|m|%|thousand|million)?(?: of)?"
    r"(?: (?:all|our|the|active|affected|paying))* (?:users|customers|accounts|subscribers)\b",
    re.IGNORECASE,
)
"""How many users a summary names."""
_PEOPLE = compile_late(r"users|customers|accounts|subscribers", re.IGNORECASE)
"""What every such words have: found much faster than all of them are."""

_BEGUN = compile_late(
    r"\b(?:outage|impact|incident|downtime|disruption|degradation|errors?|failures?)\s"
    r"(?:begins?|began|starts?|started)\b(?!\sto\b)",
    re.IGNORECASE,
)

Finding = tuple[str, int, str]
"""A problem's code, its line, its message."""
Window = tuple[datetime, datetime]


def audit_report(report: Report, template: Template, settings: Settings) -> None:
    """Add to a report's problems what in it contradicts what.

    Parameters
    ----------
    report
        A report that was read; its ``problems`` grow.
    template
        Has the phrases that a missing milestone should be written with.
    settings
        The support hours, where a duration counts these only.
    """
    for code, line, message in (
        *_duration(report, settings),
        *_dates(report),
        *_milestone_order(report),
        *_missing_milestones(report, template),
        *_action_dates(report, settings),
        *_users(report),
        *_sign_off(report, template),
    ):
        report.problem(code, line, message)


def _duration(report: Report, settings: Settings) -> Iterator[Finding]:
    """Compare the stated duration, its own range, the restoration, and the times in which it was over for a while."""
    duration, placement, incident = report.duration, report.placement, report.incident
    if duration is None or placement is None:
        return
    line = report.lines["stated_duration"]
    windows = [(start, end) for start, end in placement.windows if start and end]
    stated: timedelta | None = incident.get("stated_duration")
    if (finding := _start(report) or _end(report, windows)) is not None:
        yield "duration-mismatch", line, finding
        return
    if windows:
        words = f"its own times {' and '.join(_range(report, *window) for window in windows)}"
    else:
        cure = next((name for name in ("restored", "mitigated") if incident.get(f"{name}_at")), None)
        begin = incident.get("started_at") or (None if report.start_is_hidden else incident.get("detected_at"))
        if begin is None or cure is None or duration.is_open:
            return
        windows = [(begin, incident[f"{cure}_at"])]
        words = f"{_range(report, *windows[0])}, when line {report.lines[f'{cure}_at']} says it was {cure},"
    span = _sum(windows)
    used = [(row["started_at"], row["ended_at"]) for row in report.rows["outages"] if row["ended_at"] is not None]
    if report.gaps and stated is not None and spans_agree(stated, _sum(used), approximate=duration.approximate):
        yield from _gaps(report, used)
        return
    if stated is None or spans_agree(stated, span, approximate=duration.approximate):
        yield from _gaps(report, windows)
        return
    message = f"the Duration states {in_words(stated)}, but {words} make {in_words(span)}; correct one or the other"
    yield "duration-mismatch", line, message
    support = None
    if hours := settings.calendar:
        support = sum((hours.business_time(start, end) for start, end in windows), timedelta(0))
    if support is not None and spans_agree(stated, support, approximate=duration.approximate):
        message = (
            f"{in_words(stated)} are the support hours in {in_words(span)}; write the calendar time as the Duration"
        )
        yield "duration-support-hours", line, message
    elif duration.support_hours and stated < span:
        message = f"the Duration counts support hours: {in_words(stated)} of {in_words(span)}; write the calendar time"
        yield "duration-support-hours", line, message


def _start(report: Report) -> str | None:
    """Say where the Duration's range starts at a time of no row, and a row says that it began at another one."""
    start = report.placement.windows[0][0] if report.placement and report.placement.windows else None
    rows = [row for row in report.rows["timeline"] if row["at"] is not None]
    if start is None or _is_corrected(report, "started_at"):
        return None
    if report.duration is not None and report.duration.approximate:
        return None
    if any(abs(row["at"] - start) < _MINUTE for row in rows):
        return None
    begun = next((row for row in rows if _BEGUN.search(row["event"])), None)
    if begun is None:
        return None
    return (
        f"the Duration starts {report.clock(start)}, but line {begun['line']} says {begun['event']!r} at "
        f"{report.clock(begun['at'])}; correct one or the other"
    )


def _is_corrected(report: Report, name: str) -> bool:
    vouched = {"corrected", "confirmed"}
    return any(row["field"] == name and row["source"] in vouched for row in report.rows["readings"])


def _end(report: Report, windows: list[Window]) -> str | None:
    """Say where the end of the Duration's range is not when the timeline has the restoration, or at no row's time."""
    duration, placement = report.duration, report.placement
    if not windows or duration is None or placement is None:
        return None
    start, end = windows[-1]
    message = f"the Duration ends {report.clock(end)}, but"
    restored: datetime | None = report.incident.get("restored_at")
    if restored is not None:
        if _is_corrected(report, "restored_at") or spans_agree(
            restored - start, end - start, approximate=duration.approximate
        ):
            return None if duration.approximate else _without_row(report, windows[:-1])
        place = f"line {report.lines['restored_at']} says it was restored at {report.clock(restored)}"
        return f"{message} {place}; correct one or the other"
    return _without_row(report, windows)


def _without_row(report: Report, windows: list[Window]) -> str | None:
    """Say which window ends when no row of the timeline is, and which row is the nearest."""
    rows = sorted((row for row in report.rows["timeline"] if row["at"] is not None), key=itemgetter("at"))
    if not rows or any(row["milestone"] == "restored" and row["at"] is None for row in report.rows["timeline"]):
        return None  # a row without a time may be the end
    for _, end in windows:
        place = bisect_left(rows, end, key=itemgetter("at"))
        nearest = min(rows[max(place - 1, 0) : place + 1], key=lambda row: abs(row["at"] - end))
        if abs(nearest["at"] - end) >= _MINUTE:
            return (
                f"the Duration ends {report.clock(end)}, but no row of the timeline is at that time, the nearest "
                f"is line {nearest['line']} at {report.clock(nearest['at'])}; add the row, or correct the Duration"
            )
    return None


def _gaps(report: Report, windows: list[Window]) -> Iterator[Finding]:
    """Find how much of the windows was between a restoration and the relapse that followed."""
    rows = report.rows["timeline"]
    for over, relapse in report.gaps:
        if rows[over]["grade"] == "check":
            continue
        since, until = rows[over]["at"], rows[relapse]["at"]
        up = sum((max(timedelta(0), min(end, until) - max(start, since)) for start, end in windows), timedelta(0))
        if up >= _MINUTE:
            message = (
                f"{in_words(up)} of the Duration's {in_words(_sum(windows))} are between 'restored' of line "
                f"{rows[over]['line']} and the relapse of line {rows[relapse]['line']}; write each window with its own "
                "times, or correct the rows"
            )
            yield "duration-mismatch", report.lines["stated_duration"], message


def _sum(windows: Iterable[Window]) -> timedelta:
    return sum((end - start for start, end in windows), timedelta(0))


def _range(report: Report, start: datetime, end: datetime) -> str:
    first, last = report.clock(start), report.clock(end)
    day = first[: first.index(" ") + 1]
    return f"{first} to {last.removeprefix(day)}"


def _dates(report: Report) -> Iterator[Finding]:
    """Compare the Date with the date in the id."""
    incident = report.incident
    match = re.search(r"(\d{4})-(\d{2})-(\d{2})", incident.get("incident_id") or "")
    day: date | None = incident.get("date")
    if match and day and day.isoformat() != match[0]:
        message = f"the Date is {day}, the Incident ID of line {report.lines['incident_id']} says {match[0]}"
        yield "date-mismatch", report.lines["date"], f"{message}; correct one or the other"


def _milestone_order(report: Report) -> Iterator[Finding]:
    """Compare the milestones with their usual order; they stay as they are."""
    incident = report.incident
    reached: list[tuple[str, datetime]] = [
        (name, incident[f"{name}_at"]) for name in MILESTONES if incident.get(f"{name}_at")
    ]
    for (before, first), (after, second) in pairwise(reached):
        if second < first:
            lines = report.lines
            message = (
                f"{after} at {report.clock(second)} comes before {before} at {report.clock(first)} of line "
                f"{lines[f'{before}_at']}; check the times"
            )
            yield "milestone-order", lines[f"{after}_at"], message


def _missing_milestones(report: Report, template: Template) -> Iterator[Finding]:
    """Name the milestones without a row, with the phrase to write."""
    line = report.lines.get("section timeline", report.lines["head"])
    for name in MILESTONES:
        phrases = template.milestones.get(name)
        untimed = any(row["milestone"] == name and row["at"] is None for row in report.rows["timeline"])
        if phrases and not untimed and not report.incident.get(f"{name}_at"):
            yield "missing-milestone", line, f"timeline has no {phrases[0]!r} row, so {name}_at is missing"


def _action_dates(report: Report, settings: Settings) -> Iterator[Finding]:
    """Find actions that were due or completed before the incident, or that are open and completed.

    A completion before the incident is not used.
    """
    occurred: datetime | None = report.incident.get("occurred_at")
    zones = (UTC, ZoneInfo(settings.timezone))
    began = min(occurred.astimezone(zone).date() for zone in zones) if occurred else date.min
    for action in report.rows["actions"]:
        line, completed = action["line"], action["completed_on"]
        incident = f"before the incident of {began}"
        if action["due_on"] and action["due_on"] < began:
            yield "contradiction", line, f"the action was due {action['due_on']}, {incident}; correct its Due Date"
        if completed and completed < began:
            action["completed_on"] = None
            message = f"the action was completed {completed}, {incident}, so that date is not used"
            yield "contradiction", line, f"{message}; correct its Completed"
        elif completed and action["status"] == "open":
            message = f"the action is open, but was completed {completed}"
            yield "contradiction", line, f"{message}; correct its Status or its Completed"


def _users(report: Report) -> Iterator[Finding]:
    """Compare the users in the summary with those in the impact section."""
    incident, lines = report.incident, report.lines
    words = incident.get("summary") or ""
    mentions = list(_USERS.finditer(words)) if _PEOPLE.search(words) else []
    if len(mentions) != 1:
        return
    try:
        share = read_share(mentions[0][0])
    except Unreadable:
        return
    for column, summary in (
        ("affected_users", share.count if share else None),
        ("affected_users_fraction", share.fraction if share else None),
    ):
        impact = incident.get(column)
        if impact is not None and summary is not None and abs(summary - impact) > _ABOUT * max(summary, impact):
            message = (
                f"Affected users are {impact:,}, the summary from line {lines['summary']} on says {mentions[0][0]!r}; "
                "correct one or the other"
            )
            yield "contradiction", lines.get("affected_users") or lines[column], message  # a corrected one has its own


def _sign_off(report: Report, template: Template) -> Iterator[Finding]:
    """Find Final reports that nobody has signed."""
    if not any(form.reads == "signoffs" and form.asked for form in template.sections.values()):
        return
    if report.incident.get("status") == "Final" and not any(row["signed"] for row in report.rows["signoffs"]):
        line = report.lines.get("section signoffs", report.lines["head"])
        yield (
            "missing-sign-off",
            line,
            "the report is Final, but nobody has signed it off; tick '- [x] Role: Name - Date'",
        )
