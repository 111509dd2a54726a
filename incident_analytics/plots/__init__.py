"""Figures of result tables, one function a table; nothing is computed here that the table does not hold.

Every function is ``plot_x(table, *, ax=None, ...) -> Axes``. It draws on ``ax``, or on a new figure, never on whatever
figure is current. The title is a sentence with the finding; `alt_text` gives it with every value in words.
"""

from __future__ import annotations

from incident_analytics.plots.actions import (
    plot_action_survival,
)
from incident_analytics.plots.calendar_pattern import plot_start_hours
from incident_analytics.plots.control_charts import plot_control_chart
from incident_analytics.plots.drawing import alt_text, show_plot, shown_plot
from incident_analytics.plots.response import plot_response, plot_response_trend
from incident_analytics.plots.series import plot_series
from incident_analytics.plots.severity import plot_severity_counts, plot_severity_rates, plot_time_between
from incident_analytics.plots.sla import plot_availability, plot_budget_burn_down

__all__ = [
    "alt_text",
    "plot_action_survival",
    "plot_availability",
    "plot_budget_burn_down",
    "plot_control_chart",
    "plot_response",
    "plot_response_trend",
    "plot_series",
    "plot_severity_counts",
    "plot_severity_rates",
    "plot_start_hours",
    "plot_time_between",
    "show_plot",
    "shown_plot",
]
