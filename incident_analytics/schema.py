"""The tables: their columns with dtypes and units, milestones, statuses, problem codes and metrics. No pandas here.

Instants (``*_at``) are UTC, dates (``*_on``, ``date``) naive midnights, spans ``timedelta64``, shares fractions of one.
NA means that the report does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

__all__ = [
    "DEFAULT_METRICS",
    "GRADES",
    "LAST_COUNTS",
    "LEVELS",
    "MILESTONES",
    "PRIORITIES",
    "PROBLEM_LEVELS",
    "SEVERITIES",
    "STATUSES",
    "TABLES",
    "UNCOUNTED_STATUSES",
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

LAST_COUNTS: Final = frozenset({"mitigated", "restored", "closed"})
"""Of these milestones the last row of a timeline counts, of the others the first."""

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


LEVELS: Final = ("error", "warning", "info")
"""The levels of problems, worst first."""

PROBLEM_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not-a-report": "info",
        "unreadable-file": "error",
        "extra-cells": "error",
        "encoding": "error",
        "duplicate-id": "error",
        "malformed-id": "error",
        "missing-date": "error",
        "duration-mismatch": "warning",
        "date-mismatch": "warning",
        "time-out-of-order": "warning",
        "milestone-order": "warning",
        "unreadable-time": "warning",
        "unreadable-value": "warning",
        "ambiguous-date": "warning",
        "unknown-severity": "warning",
        "unknown-service": "warning",
        "file-name-mismatch": "warning",
        "contradiction": "warning",
        "stale-correction": "warning",
        "missing-cells": "warning",
        "row-width": "warning",
        "unread-row": "warning",
        "mapped-severity": "info",
        "duration-support-hours": "info",
        "missing-section": "info",
        "missing-field": "info",
        "placeholder": "info",
        "missing-milestone": "info",
        "missing-sign-off": "info",
        "approximate": "info",
        "outside-table": "info",
    }
)
"""Each problem code with its level unless the settings say otherwise."""


def problem_row(code: str, message: str, *, path: str, line: int, **of_incident: str | None) -> dict[str, Any]:
    """Return a row of ``problems``; of_incident is its ``incident_id``, if it has one."""
    return {**of_incident, "path": path, "line": line, "level": PROBLEM_LEVELS[code], "code": code, "message": message}


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
