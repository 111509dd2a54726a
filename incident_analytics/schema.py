"""The tables: their columns with dtypes and units, milestones, statuses, problem codes and metrics. No pandas here.

Instants (``*_at``) are UTC, dates (``*_on``, ``date``) naive midnights, spans ``timedelta64``, shares fractions of one.
NA means that the report does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

__all__ = [
    "DEFAULT_METRICS",
    "GRADES",
    "HOURS",
    "LABELS",
    "LAST_COUNTS",
    "LEVELS",
    "MEANINGS",
    "MILESTONES",
    "NO_FIELDS",
    "PRIORITIES",
    "PROBLEMS",
    "PROPOSED",
    "SEVERITIES",
    "STARTS",
    "STATUSES",
    "TABLES",
    "UNCOUNTED_STATUSES",
    "Hours",
    "Metric",
    "problem_row",
]

TEXT: Final = "str"
INSTANT: Final = "datetime64[us, UTC]"
DATE: Final = "datetime64[us]"
SPAN: Final = "timedelta64[us]"
COUNT: Final = "Int64"
FLOAT: Final = "Float64"
FLAG: Final = "boolean"
ORDERED: Final = "category"  # ordered; its categories come from the settings
POSITION: Final = "int64"  # positions and lines, never NA

SEVERITIES: Final = ("SEV-3", "SEV-2", "SEV-1")
"""The template's severities, least to worst."""

STATUSES: Final = ("Draft", "Under Review", "Final")
"""The template's report statuses, first to last."""

UNCOUNTED_STATUSES: Final = ("Duplicate", "Cancelled", "False alarm", "Withdrawn")
"""Statuses of reports that never count, whichever status is asked for."""

PRIORITIES: Final = ("Low", "Medium", "High")
"""The template's action-item priorities, least to most urgent."""

MILESTONES: Final = ("started", "detected", "responded", "identified", "mitigated", "restored", "closed")
"""The milestones of an incident in their usual order; each is a column ``<milestone>_at`` of incidents."""

Hours: TypeAlias = Literal["business", "evening", "night", "weekend"]
HOURS: Final[tuple[Hours, ...]] = ("business", "evening", "night", "weekend")
"""The hours of a week, as `Calendar.hours_at` has them."""

STARTS: Final = ("started_at", "detected_at", "responded_at")
"""When an incident began: at its start, or where none is recorded at the earliest of the others."""

LAST_COUNTS: Final = frozenset({"mitigated", "restored", "closed"})
"""Of these milestones the last row of a timeline counts, of the others the first."""

LABELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "detected_by": ("monitoring", "staff", "customer"),
        "trigger": ("change", "config", "capacity", "dependency", "certificate", "hardware", "human", "other"),
    }
)
"""Columns of incidents that hold one of some words: how it was detected, and what triggered it."""

PROPOSED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"detected_by": ("monitoring", "customer"), "trigger": ("change", "other")}
)
"""Of `LABELS` those that a report's words may propose: they reach an F1 of 0.75 on the real reports of the tests.

The others count where a field records them. Words that speak for another trigger than a change propose ``other``.
"""

GRADES: Final = ("recorded", "sure", "check")
"""How far a value can be trusted, best first: ``recorded`` in the template's own words, or confirmed by a person;
``sure``, inferred from free text in a way that was right at least 98% of the time in reports of other organisations;
``check``, inferred with more doubt: used, and marked."""

TABLES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "incidents": {
            "incident_id": TEXT,
            "title": TEXT,
            "date": DATE,
            "occurred_at": INSTANT,
            "severity": ORDERED,
            "status": TEXT,
            "is_open": FLAG,
            "author": TEXT,
            **{f"{milestone}_at": INSTANT for milestone in MILESTONES},
            "ended_at": INSTANT,
            "stated_duration": SPAN,
            "affected_users": COUNT,
            "affected_users_fraction": FLOAT,
            "failed_requests": COUNT,
            "failed_requests_fraction": FLOAT,
            "data_loss": FLAG,
            "sla_impact": FLOAT,
            "detected_by": TEXT,
            "trigger": TEXT,
            "summary": TEXT,
            "what_happened": TEXT,
            "why_it_happened": TEXT,
            "meeting_on": DATE,
            "attendees": TEXT,
            "template_version": TEXT,
            "template_updated_on": DATE,
            "path": TEXT,
        },
        "timeline": {
            "incident_id": TEXT,
            "position": POSITION,
            "at": INSTANT,
            "event": TEXT,
            "milestone": TEXT,
            "milestone_source": TEXT,
            "confidence": FLOAT,
            "grade": TEXT,
            "line": POSITION,
        },
        "outages": {
            "incident_id": TEXT,
            "position": POSITION,
            "started_at": INSTANT,
            "ended_at": INSTANT,
            "source": TEXT,
            "line": POSITION,
        },
        "services": {"incident_id": TEXT, "service": TEXT, "affected": FLAG, "line": POSITION},
        "costs": {
            "incident_id": TEXT,
            "kind": TEXT,
            "amount": FLOAT,
            "currency": TEXT,
            "note": TEXT,
            "line": POSITION,
        },
        "actions": {
            "incident_id": TEXT,
            "position": POSITION,
            "action": TEXT,
            "owner": TEXT,
            "created_on": DATE,
            "due_on": DATE,
            "priority": ORDERED,
            "status": TEXT,
            "completed_on": DATE,
            "key": TEXT,
            "origin": TEXT,
            "line": POSITION,
        },
        "findings": {
            "incident_id": TEXT,
            "kind": TEXT,
            "position": POSITION,
            "text": TEXT,
            "detail": TEXT,
            "line": POSITION,
        },
        "signoffs": {
            "incident_id": TEXT,
            "role": TEXT,
            "name": TEXT,
            "signed": FLAG,
            "signed_on": DATE,
            "line": POSITION,
        },
        "fields": {
            "incident_id": TEXT,
            "section": TEXT,
            "name": TEXT,
            "value": TEXT,
            "line": POSITION,
        },
        "readings": {
            "incident_id": TEXT,
            "field": TEXT,
            "as_written": TEXT,
            "source": TEXT,
            "approximate": FLAG,
            "confidence": FLOAT,
            "grade": TEXT,
            "line": POSITION,
        },
        "problems": {
            "path": TEXT,
            "line": POSITION,
            "incident_id": TEXT,
            "level": TEXT,
            "code": TEXT,
            "message": TEXT,
        },
        "files": {"path": TEXT, "outcome": TEXT, "reason": TEXT, "template": TEXT},
    }
)
"""Each table's columns with their dtypes, in order. ``category`` is an ordered category: severity's
categories are the declared severities from least to worst, priority's are `PRIORITIES`."""


MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "incidents": "a report: its milestones, severity, impact and texts",
        "incidents.incident_id": "the Incident ID, as the report writes it; unique",
        "incidents.title": "the heading's words, without the ID",
        "incidents.date": "the Date of the header, in the incident's own zone",
        "incidents.occurred_at": "the earliest of start, detection and response; else the beginning of its date",
        "incidents.severity": "the declared severity, after synonyms; ordered from least to worst",
        "incidents.status": "the report's status, such as Final",
        "incidents.is_open": "whether the incident was still going on when the report was written",
        "incidents.author": "who wrote the report",
        "incidents.started_at": "when the impact began",
        "incidents.detected_at": "when somebody or something noticed it",
        "incidents.responded_at": "when somebody began to work on it",
        "incidents.identified_at": "when the cause was known",
        "incidents.mitigated_at": "when the impact was reduced",
        "incidents.restored_at": "when the service worked again",
        "incidents.closed_at": "when the incident was declared over",
        "incidents.ended_at": "the end of the last outage",
        "incidents.stated_duration": "the Duration as the report states it, or from its start to its end",
        "incidents.affected_users": "how many users were affected",
        "incidents.affected_users_fraction": "which share of the users was affected",
        "incidents.failed_requests": "how many requests failed",
        "incidents.failed_requests_fraction": "which share of the requests failed",
        "incidents.data_loss": "whether data was lost",
        "incidents.sla_impact": "the share of the SLA's period that the report says was lost",
        "incidents.detected_by": "how it was noticed: `monitoring`, `staff` or `customer`; recorded, or proposed from "
        "the report's words",
        "incidents.trigger": "what set it off: `change`, `config`, `capacity`, `dependency`, `certificate`, "
        "`hardware` or `human`; recorded, or proposed from the report's words, `other` for all but a change",
        "incidents.summary": "the text of the section of this name",
        "incidents.what_happened": "the text of the section of this name",
        "incidents.why_it_happened": "the text of the section of this name",
        "incidents.meeting_on": "the day of the review meeting",
        "incidents.attendees": "who took part in it",
        "incidents.template_version": "the template's version, from the report's foot",
        "incidents.template_updated_on": "the template's date, from the report's foot",
        "incidents.path": "the report's file",
        "timeline": "a row of the timeline; of a re-opened incident each window ends with a row *restored*",
        "timeline.position": "its place in the timeline, from 1",
        "timeline.at": "when it happened",
        "timeline.event": "its words",
        "timeline.milestone": "the milestone that it states, if any",
        "timeline.milestone_source": "`stated` in the template's phrase, `inferred`, `confirmed` or `corrected`",
        "timeline.confidence": "the share of like rows that were right, where inferred",
        "timeline.grade": "`recorded`, `sure` or `check`",
        "outages": "a window of impact; a re-opened incident has several",
        "outages.position": "its place among those of the incident, from 1",
        "outages.started_at": "its beginning",
        "outages.ended_at": "its end; NA while it goes on",
        "outages.source": "what gave it: the `duration`, the `timeline`, `derived` from milestones, or `corrected`",
        "services": "a service that the report names, affected or not",
        "services.service": "its name, after aliases",
        "services.affected": "whether the incident affected it",
        "costs": "an amount of the financial impact",
        "costs.kind": "what it is, such as `lost_revenue`, `additional_costs` or `credits_issued`",
        "costs.amount": "in units of the currency, never in cents",
        "costs.currency": "the ISO 4217 code",
        "costs.note": "what the report says about it",
        "actions": "an action item of the table or of the meeting",
        "actions.position": "its place among those of the incident, from 1",
        "actions.action": "what is to be done",
        "actions.owner": "who does it",
        "actions.created_on": "when it was agreed on",
        "actions.due_on": "when it is due; it is late after that day ends",
        "actions.priority": "Low, Medium or High",
        "actions.status": "`open`, `done` or `dropped`; NA where nobody recorded it",
        "actions.completed_on": "when it was done",
        "actions.key": "its key in the issue tracker",
        "actions.origin": "`table`, or `meeting`",
        "findings": "a contributing factor, lesson, error message or other listed text",
        "findings.kind": "what it is, such as `contributing_factor`, `lesson`, `error_message` or `went_well`",
        "findings.position": "its place among those of its kind, from 1",
        "findings.text": "its words",
        "findings.detail": "what is nested below it",
        "signoffs": "a role that signs, with name and date",
        "signoffs.role": "the role",
        "signoffs.name": "who signed",
        "signoffs.signed": "whether it is signed",
        "signoffs.signed_on": "when",
        "fields": "a value that the template has no place for, such as *Environment*",
        "fields.section": "the heading above it; NA at the report's head",
        "fields.name": "the label, the column's header, or the section's heading",
        "fields.value": "its words; NA where the label has none",
        "readings": "a value of incidents: the words it was read from, their line, its grade",
        "readings.field": "the column of incidents",
        "readings.as_written": "the report's own words; of a corrected time that it does not have, the correction's",
        "readings.source": "`stated`, `inferred`, `derived`, `corrected` or `confirmed`",
        "readings.approximate": "whether the words say *about*, or a bound",
        "readings.confidence": "the share of like values that were right, where inferred",
        "readings.grade": "`recorded`, `sure` or `check`",
        "problems": "something that could not be read, or contradicts itself",
        "problems.path": "the file",
        "problems.line": "the line, from 1",
        "problems.incident_id": "whose problem it is; NA of a file without an incident",
        "problems.level": "`error`, `warning` or `info`",
        "problems.code": "its kind; see Problems",
        "problems.message": "what is wrong, and what to write instead",
        "files": "a file: loaded, of another status, a copy, skipped or unreadable",
        "files.path": "the file",
        "files.outcome": "what became of it",
        "files.reason": "why it was not loaded",
        "files.template": "the template that read it",
        "incident_id": "whose row it is",
        "line": "its line in the report, from 1",
    }
)
"""What a row of each table is, and what each column holds; of a column that many tables share, its name alone."""


NO_FIELDS: Final = "the reports have no label, section or column that the template does not name"
"""Why the table fields is empty, as messages say it."""

LEVELS: Final = ("error", "warning", "info")
"""The levels of problems, worst first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem.

    Attributes
    ----------
    level
        One of `LEVELS`, unless the settings say otherwise.
    meaning
        What it says.
    """

    level: str
    meaning: str


PROBLEMS: Final[Mapping[str, Problem]] = MappingProxyType(
    {
        "not-a-report": Problem(
            "info", "the file is not an incident report, or a template to fill in, and was skipped"
        ),
        "doubtful-report": Problem(
            "warning", "the file was skipped as not an incident report, although it has a severity or a timeline"
        ),
        "unreadable-file": Problem("error", "a report, a folder or an export cannot be read, or is too large"),
        "extra-cells": Problem(
            "error", "a row of an export or the corrections has more cells than the header, and is not used"
        ),
        "encoding": Problem("error", "the file is not UTF-8 and was read as Windows-1252"),
        "duplicate-id": Problem("error", "another file has the same Incident ID or text and counts; this one does not"),
        "malformed-id": Problem("error", "the Incident ID is missing or not of the template's form"),
        "missing-date": Problem("error", "there is no Date"),
        "duration-mismatch": Problem("warning", "the Duration contradicts its own times or the timeline"),
        "date-mismatch": Problem("warning", "a date contradicts the incident's other dates"),
        "time-out-of-order": Problem("warning", "a row of the timeline goes back in time, and not because of midnight"),
        "milestone-order": Problem("warning", "a milestone comes before one that it usually follows"),
        "unreadable-time": Problem("warning", "a time of the timeline cannot be read"),
        "unreadable-value": Problem("warning", "a value cannot be read"),
        "ambiguous-date": Problem("warning", "the date may be one of two days"),
        "unknown-severity": Problem("warning", "the severity is not one of the declared ones"),
        "unknown-service": Problem("warning", "the service is not one of the declared ones"),
        "file-name-mismatch": Problem("warning", "the file is named after another incident"),
        "contradiction": Problem("warning", "two statements exclude each other, such as two severities in one field"),
        "time-difference": Problem("warning", "the report and the incident tool's export have different times"),
        "ambiguous-match": Problem(
            "warning", "a row of the incident tool's export may belong to several incidents, and is not used"
        ),
        "unreadable-correction": Problem(
            "error", "a row of the corrections has a field or value that cannot be used, and is not used"
        ),
        "stale-correction": Problem("warning", "the correction changes nothing, or its incident does not exist"),
        "missing-cells": Problem("warning", "a row of an export or the corrections has fewer cells than the header"),
        "row-width": Problem("warning", "a row of a report's table has more or fewer cells than the header"),
        "unread-row": Problem(
            "warning", "a line looks like a row of the timeline, an action item or a service, and was not read"
        ),
        "mapped-severity": Problem(
            "info", "the severity is of another scale, such as P1, and was read as one of SEV-1 to SEV-3"
        ),
        "duration-support-hours": Problem("info", "the Duration counts support hours, not calendar time"),
        "missing-section": Problem("info", "a section of the template is not there"),
        "missing-field": Problem("info", "a field of the template is not there"),
        "placeholder": Problem("info", "the template's own words are still there"),
        "missing-milestone": Problem("info", "the timeline has no row for this milestone"),
        "missing-sign-off": Problem("info", "the report is Final, and nobody has signed it"),
        "approximate": Problem("info", "the value is a rounded one"),
        "other-issues": Problem("info", "issues of the incident tool's export are not incidents, and were left out"),
        "outside-table": Problem("info", "rows outside their table were read as if they were in it"),
    }
)
"""The kinds of problems by their codes."""


def problem_row(code: str, message: str, *, path: str, line: int, **of_incident: str | None) -> dict[str, Any]:
    """Return a row of ``problems``; of_incident is its ``incident_id``, if it has one."""
    return {**of_incident, "path": path, "line": line, "level": PROBLEMS[code].level, "code": code, "message": message}


@dataclass(frozen=True)
class Metric:
    """A span of an incident, from one instant to another, or as the report states it.

    Attributes
    ----------
    start, end
        Columns of incidents to subtract, the first one that is not NA counts: the others are fallbacks.
    zero_is_missing
        Whether two equal instants mean that the report records no start of its own.
    column
        A column of incidents that holds the span itself, such as ``stated_duration``; ``start`` and ``end`` then say
        only since when an ongoing incident lasts.
    """

    start: tuple[str, ...]
    end: tuple[str, ...]
    zero_is_missing: bool = False
    column: str | None = None


DEFAULT_METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        "time_to_detect": Metric(("started_at",), ("detected_at",), zero_is_missing=True),
        "time_to_acknowledge": Metric(("detected_at",), ("responded_at",)),
        "time_to_identify": Metric(("detected_at",), ("identified_at",)),
        "time_to_mitigate": Metric(("started_at",), ("mitigated_at",)),
        "time_to_restore": Metric(("started_at", "detected_at"), ("restored_at", "ended_at")),
        "time_to_close": Metric(("started_at", "detected_at"), ("closed_at",)),
        "reported_duration": Metric(("started_at", "detected_at"), ("ended_at",), column="stated_duration"),
    }
)
"""What each metric measures unless the settings say otherwise."""
