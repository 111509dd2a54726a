"""Which measures read which settings and which columns of the tracker, so that `verify` blames no others."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["depends_on_issue", "depends_on_setting"]

_BUDGETS: Final = frozenset({"impact", "availability", "budget", "budget_bounds", "by_team", "scorecard"})
_BY_TEAM: Final = frozenset({"by_team", "interrupted", "scorecard", "scorecard_changes", "unfinished"})
_PROBLEMS: Final = frozenset({"problems", "problem_counts", "mapped_severities"})
_RECORDS: Final = _PROBLEMS | {"records", "record_differences", "by_record", "without_record"}
_SPANS: Final = frozenset(
    {
        *("by_completion", "by_record", "changes", "definitions", "incidents", "metric_definitions", "mix"),
        *("period_medians", "response", "scorecard", "scorecard_changes", "spans", "steps"),
    }
)

_SETTINGS: Final[tuple[tuple[re.Pattern[str], frozenset[str]], ...]] = tuple(
    (re.compile(pattern), measures)
    for pattern, measures in (
        (r"follow_up\.", frozenset({"due"})),
        (r"sla\.window$", _BUDGETS | {"reported_impact"}),
        (r"sla\.severities$", _BUDGETS | {"ongoing"}),
        (r"sla\.minimum_outage$", _BUDGETS),
        (r"maintenance\.", _BUDGETS),
        (r"services\..*\.target$", _BUDGETS),
        (r"services\..*\.team$", _BY_TEAM),
        (r"teams\.", frozenset({"interrupted"})),
        (r"metrics\.", _SPANS),
        (r"incident_tool\.", _RECORDS),
        (r"check\.(?:ignore|levels)", _PROBLEMS),
    )
)
"""The measures that read a setting; one that is not here may change every figure."""

_ENDS: Final = frozenset(
    {
        *("ages", "classes", "completion", "due", "item_counts", "overdue", "overdue_by_owner", "recurrence"),
        *("repeats", "repeats_rate", "scorecard", "survival"),
    }
)
_DUE: Final = frozenset({"classes", "completion", "due", "item_counts", "overdue", "overdue_by_owner", "scorecard"})
_ROWS: Final = frozenset({"stray_rows", "unreported"})
_MATCHED: Final = _ENDS | _DUE | _ROWS
_COLUMNS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "status": _ENDS | {"stray_rows"},
        "completed_on": _ENDS | {"stray_rows"},
        "due_on": _DUE | {"stray_rows"},
        "owner": frozenset({"stray_rows"}),
        **dict.fromkeys(("key", "incident_id", "action"), _MATCHED),
    }
)
"""The measures that read a column of the tracker; rows are matched with action items by the last three."""


def depends_on_setting(measure: str, setting: str, *, by_team: bool = False) -> bool:
    """Return whether a figure of a measure can change with a setting, given by its key.

    ``by_team`` says that it is by team, or of the incidents of some teams.

    Examples
    --------
    >>> depends_on_setting("costs", "follow_up.SEV-1"), depends_on_setting("costs", "timezone")
    (False, True)
    >>> [depends_on_setting("response", "services.API.team", by_team=by_team) for by_team in (False, True)]
    [False, True]
    """
    found = [measures for pattern, measures in _SETTINGS if pattern.match(setting)]
    return not found or any(measure in measures or (by_team and measures is _BY_TEAM) for measures in found)


def depends_on_issue(measure: str, columns: Collection[str], incidents: Collection[str], own: Collection[str]) -> bool:
    """Return whether a figure of a measure can change with some columns of an issue in the tracker.

    Parameters
    ----------
    measure
        The measure.
    columns
        The columns of the tracker that changed.
    incidents
        Whose action items have the issue's key or words.
    own
        The incidents that the figure is about.

    Examples
    --------
    >>> [depends_on_issue("overdue", [column], ["INC-1"], ["INC-1", "INC-2"]) for column in ("owner", "due_on")]
    [False, True]
    >>> [depends_on_issue(measure, ["due_on"], ["INC-1"], []) for measure in ("overdue", "stray_rows")]
    [False, True]
    """
    reads = any(measure in _COLUMNS.get(column, _MATCHED) for column in columns)
    return reads and (measure in _ROWS or not set(incidents).isdisjoint(own))
