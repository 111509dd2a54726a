"""What in a report contradicts what: each problem names both sides with their lines, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from incident_analytics.model import MILESTONES
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import Template

__all__ = ["audit"]

_MINUTE = timedelta(minutes=1)
_ABOUT = 0.10
"""How far a duration that says "about" may be from the times, as a part of it."""


def audit(report: Report, template: Template) -> None:
    """Add to a report's problems what in it contradicts what.

    Parameters
    ----------
    report
        A report that was read; its ``problems`` grow.
    template
        Tells the phrases that a missing milestone should be written with.
    """
    for check in (_duration, _dates, _milestone_order, _missing_milestones, _action_dates, _sign_off):
        for code, line, message in check(report, template):
            report.problem(code, line, message)


Finding = tuple[str, int, str]


def _duration(report: Report, _: Template) -> Iterator[Finding]:
    """Compare the stated duration with its own range, and with the times of the timeline."""
    duration, placement = report.duration, report.placement
    if duration is None or duration.total is None or placement is None:
        return
    line = report.lines["duration"]
    incident = report.incident
    span = None
    windows = [(start, end) for start, end in placement.windows if start and end]
    if windows:
        span = sum((end - start for start, end in windows), timedelta(0))
        times = " and ".join(f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}" for start, end in windows)
        told = f"its own times {times} UTC"
        end = windows[-1][1]
        instants = [at for at in placement.instants if at]
        if instants and all(abs(at - end) >= _MINUTE for at in instants):
            message = f"the Duration ends {end:%Y-%m-%d %H:%M} UTC, but no row of the timeline is at that time"
            yield "duration-mismatch", line, f"{message}; add the row, or correct the Duration"
            return
    begin = incident.get("started_at") or incident.get("detected_at")
    cure = next((name for name in ("restored", "mitigated") if incident.get(f"{name}_at")), None)
    if span is None and begin and cure:
        end = incident[f"{cure}_at"]
        span = end - begin
        told = (
            f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, where line {report.lines[f'{cure}_at']} has it {cure}"
        )
    if span is None or _agree(duration.total, span, approximate=duration.approximate):
        return
    message = (
        f"the Duration states {_words(duration.total)}, but {told} make {_words(span)}; correct the one or the other"
    )
    yield "duration-mismatch", line, message
    if duration.support_hours:
        yield (
            "duration-support-hours",
            line,
            f"the Duration counts support hours: {_words(duration.total)} of {_words(span)}",
        )


def _agree(stated: timedelta, span: timedelta, *, approximate: bool) -> bool:
    tolerance = max(_MINUTE, span * _ABOUT) if approximate else _MINUTE
    return abs(stated - span) < tolerance


def _words(span: timedelta) -> str:
    hours, rest = divmod(abs(span), timedelta(hours=1))
    sign = "-" if span < timedelta(0) else ""
    return f"{sign}{hours}h {rest // _MINUTE:02}m" if hours else f"{sign}{rest // _MINUTE}m"


def _dates(report: Report, _: Template) -> Iterator[Finding]:
    """Compare the Date with the date in the id."""
    incident = report.incident
    match = re.search(r"(\d{4})-(\d{2})-(\d{2})", incident.get("incident_id") or "")
    day: date | None = incident.get("date")
    if match and day and day.isoformat() != match[0]:
        message = f"the Date is {day}, the Incident ID of line {report.lines['incident_id']} says {match[0]}"
        yield "date-mismatch", report.lines["date"], f"{message}; correct the one or the other"


def _milestone_order(report: Report, _: Template) -> Iterator[Finding]:
    """Compare the milestones with their usual order; they stay as they are."""
    incident = report.incident
    told: list[tuple[str, datetime]] = [
        (name, incident[f"{name}_at"]) for name in MILESTONES if incident.get(f"{name}_at")
    ]
    for (before, first), (after, second) in pairwise(told):
        if second < first:
            lines = report.lines
            message = (
                f"{after} at {second:%Y-%m-%d %H:%M} comes before {before} at {first:%Y-%m-%d %H:%M} UTC of line "
                f"{lines[f'{before}_at']}; correct the times if that is a slip"
            )
            yield "milestone-order", lines[f"{after}_at"], message


def _missing_milestones(report: Report, template: Template) -> Iterator[Finding]:
    """Name the milestones that no row tells, with the phrase that would."""
    line = report.lines.get("section timeline", report.lines["head"])
    for name in MILESTONES:
        phrases = template.milestones.get(name)
        if phrases and not report.incident.get(f"{name}_at"):
            yield "missing-milestone", line, f"no row tells when it was {name}; begin the row with {phrases[0]!r}"


def _action_dates(report: Report, _: Template) -> Iterator[Finding]:
    """Find actions that were due before the incident."""
    occurred: datetime | None = report.incident.get("occurred_at")
    for action in report.rows["actions"]:
        if occurred and action["due_on"] and action["due_on"] < occurred.date():
            message = f"the action was due {action['due_on']}, before the incident of {occurred:%Y-%m-%d}"
            yield "contradiction", action["line"], f"{message}; correct its Due Date"


def _sign_off(report: Report, _: Template) -> Iterator[Finding]:
    """Find Final reports that nobody has signed."""
    if report.incident.get("status") == "Final" and not any(row["signed"] for row in report.rows["signoffs"]):
        line = report.lines.get("section signoffs", report.lines["head"])
        yield (
            "missing-sign-off",
            line,
            "the report is Final, but nobody has signed it off; tick '- [x] Role: Name - Date'",
        )
