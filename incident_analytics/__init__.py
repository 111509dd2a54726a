"""Turn a folder of post-mortems into numbers that an SRE lead can defend.

The public names are resolved on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incident_analytics.analysis.actions import action_completion as action_completion
    from incident_analytics.analysis.actions import join_tracker as join_tracker
    from incident_analytics.analysis.actions import overdue_actions as overdue_actions
    from incident_analytics.analysis.actions import unmatched_tracker_rows as unmatched_tracker_rows
    from incident_analytics.analysis.costs import cost_totals as cost_totals
    from incident_analytics.analysis.response import mttr as mttr
    from incident_analytics.analysis.response import response_summary as response_summary
    from incident_analytics.analysis.response import response_times as response_times
    from incident_analytics.analysis.severity import severity_counts as severity_counts
    from incident_analytics.analysis.sla import downtime as downtime
    from incident_analytics.analysis.sla import sla_impact as sla_impact
    from incident_analytics.config import Settings as Settings
    from incident_analytics.config import find_settings as find_settings
    from incident_analytics.config import read_settings as read_settings
    from incident_analytics.loading import load as load
    from incident_analytics.loading import narrow as narrow
    from incident_analytics.loading import read_corrections as read_corrections
    from incident_analytics.loading import read_tracker as read_tracker
    from incident_analytics.model import Corpus as Corpus
    from incident_analytics.model import Metric as Metric
    from incident_analytics.model import Period as Period
    from incident_analytics.publish import review as review

__version__ = "0.1.0"

_HOMES = {
    "Corpus": "model",
    "Metric": "model",
    "Period": "model",
    "Settings": "config",
    "action_completion": "analysis.actions",
    "cost_totals": "analysis.costs",
    "downtime": "analysis.sla",
    "find_settings": "config",
    "join_tracker": "analysis.actions",
    "load": "loading",
    "mttr": "analysis.response",
    "narrow": "loading",
    "overdue_actions": "analysis.actions",
    "read_corrections": "loading",
    "read_settings": "config",
    "read_tracker": "loading",
    "response_summary": "analysis.response",
    "response_times": "analysis.response",
    "review": "publish",
    "severity_counts": "analysis.severity",
    "sla_impact": "analysis.sla",
    "unmatched_tracker_rows": "analysis.actions",
}

__all__ = [  # noqa: PLE0604 - the names are the keys above
    *_HOMES,
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
