"""Turn a folder of post-mortems into numbers that an SRE lead can defend.

The public names are resolved on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incident_analytics.analysis.actions import action_ages as action_ages
    from incident_analytics.analysis.actions import action_completion as action_completion
    from incident_analytics.analysis.actions import overdue_actions as overdue_actions
    from incident_analytics.analysis.availability import downtime as downtime
    from incident_analytics.analysis.availability import stated_impact as stated_impact
    from incident_analytics.analysis.calendar_pattern import start_hours as start_hours
    from incident_analytics.analysis.comparison import compare_periods as compare_periods
    from incident_analytics.analysis.completion_times import action_survival as action_survival
    from incident_analytics.analysis.control_charts import control_chart as control_chart
    from incident_analytics.analysis.costs import cost_totals as cost_totals
    from incident_analytics.analysis.definitions import definition_sensitivity as definition_sensitivity
    from incident_analytics.analysis.error_budgets import budget_burn_down as budget_burn_down
    from incident_analytics.analysis.error_budgets import sla_impact as sla_impact
    from incident_analytics.analysis.gaps import mean_time_between as mean_time_between
    from incident_analytics.analysis.gaps import time_between as time_between
    from incident_analytics.analysis.mix import mean_change_by_mix as mean_change_by_mix
    from incident_analytics.analysis.rates import compare_rates as compare_rates
    from incident_analytics.analysis.rates import count_dispersion as count_dispersion
    from incident_analytics.analysis.rates import severity_rates as severity_rates
    from incident_analytics.analysis.response import mttr as mttr
    from incident_analytics.analysis.response import response_rank as response_rank
    from incident_analytics.analysis.response import response_summary as response_summary
    from incident_analytics.analysis.response import response_times as response_times
    from incident_analytics.analysis.severity import severity_counts as severity_counts
    from incident_analytics.analysis.severity import severity_duration as severity_duration
    from incident_analytics.analysis.severity import severity_mix as severity_mix
    from incident_analytics.analysis.themes import recurring_factors as recurring_factors
    from incident_analytics.analysis.themes import similar_incidents as similar_incidents
    from incident_analytics.analysis.tracker_matches import join_tracker as join_tracker
    from incident_analytics.analysis.tracker_matches import unmatched_tracker_rows as unmatched_tracker_rows
    from incident_analytics.analysis.trends import rate_trend as rate_trend
    from incident_analytics.config import Settings as Settings
    from incident_analytics.config import find_settings as find_settings
    from incident_analytics.config import read_settings as read_settings
    from incident_analytics.evidence.changes import configuration_changes as configuration_changes
    from incident_analytics.evidence.logs import log_templates as log_templates
    from incident_analytics.evidence.metric_files import read_metric_files as read_metric_files
    from incident_analytics.evidence.prometheus import read_prometheus as read_prometheus
    from incident_analytics.evidence.series import summarize_series as summarize_series
    from incident_analytics.exploration import explore as explore
    from incident_analytics.loading import load as load
    from incident_analytics.loading import narrow as narrow
    from incident_analytics.loading import read_corrections as read_corrections
    from incident_analytics.periods import Calendar as Calendar
    from incident_analytics.periods import Period as Period
    from incident_analytics.population import populate as populate
    from incident_analytics.publish import review as review
    from incident_analytics.schema import Metric as Metric
    from incident_analytics.tables import Corpus as Corpus
    from incident_analytics.tracker import read_tracker as read_tracker

__version__ = "0.1.0"

_HOMES = {
    "Calendar": "periods",
    "Corpus": "tables",
    "Metric": "schema",
    "Period": "periods",
    "Settings": "config",
    "action_ages": "analysis.actions",
    "action_completion": "analysis.actions",
    "action_survival": "analysis.completion_times",
    "budget_burn_down": "analysis.error_budgets",
    "compare_periods": "analysis.comparison",
    "compare_rates": "analysis.rates",
    "configuration_changes": "evidence.changes",
    "control_chart": "analysis.control_charts",
    "cost_totals": "analysis.costs",
    "count_dispersion": "analysis.rates",
    "definition_sensitivity": "analysis.definitions",
    "downtime": "analysis.availability",
    "explore": "exploration",
    "find_settings": "config",
    "join_tracker": "analysis.tracker_matches",
    "load": "loading",
    "log_templates": "evidence.logs",
    "mean_change_by_mix": "analysis.mix",
    "mean_time_between": "analysis.gaps",
    "mttr": "analysis.response",
    "narrow": "loading",
    "overdue_actions": "analysis.actions",
    "populate": "population",
    "rate_trend": "analysis.trends",
    "read_corrections": "loading",
    "read_metric_files": "evidence.metric_files",
    "read_prometheus": "evidence.prometheus",
    "read_settings": "config",
    "read_tracker": "tracker",
    "recurring_factors": "analysis.themes",
    "response_rank": "analysis.response",
    "response_summary": "analysis.response",
    "response_times": "analysis.response",
    "review": "publish",
    "severity_counts": "analysis.severity",
    "severity_duration": "analysis.severity",
    "severity_mix": "analysis.severity",
    "severity_rates": "analysis.rates",
    "similar_incidents": "analysis.themes",
    "sla_impact": "analysis.error_budgets",
    "start_hours": "analysis.calendar_pattern",
    "stated_impact": "analysis.availability",
    "summarize_series": "evidence.series",
    "time_between": "analysis.gaps",
    "unmatched_tracker_rows": "analysis.tracker_matches",
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
