"""What a result table says, one function a table: the titles of figures and the first words of a review.

A sentence says what is in the table and gives its sample size. It claims no cause, and a change only where
the table's adjusted p-value carries it.
"""

from __future__ import annotations

from incident_analytics.quotations import quoting
from incident_analytics.sentences.actions import (
    describe_overdue,
    describe_survival,
    describe_unmatched,
    open_share,
)
from incident_analytics.sentences.calendar_pattern import describe_business_hours, describe_start_hours
from incident_analytics.sentences.comparison import (
    definition_in_words,
    describe_change,
    describe_mix,
    describe_periods,
)
from incident_analytics.sentences.control_charts import SIGNALS, describe_control_chart, point_names, value_in_words
from incident_analytics.sentences.costs import describe_lost_revenue
from incident_analytics.sentences.decisions import Decision, describe_decisions, describe_no_decision
from incident_analytics.sentences.facts import budget_share
from incident_analytics.sentences.follow_ups import describe_follow_ups
from incident_analytics.sentences.headline import describe_headline, describe_setting
from incident_analytics.sentences.improvements import describe_missing
from incident_analytics.sentences.incidents import (
    RANKED_BY,
    describe_marks,
    incident_time,
    incident_users,
    lost_revenue,
)
from incident_analytics.sentences.interruptions import describe_failing_together, describe_interruptions
from incident_analytics.sentences.notices import Notice, describe_notices
from incident_analytics.sentences.origins import describe_detection, describe_labels, describe_triggers
from incident_analytics.sentences.prevention import describe_due, describe_prevention
from incident_analytics.sentences.process import (
    describe_agreement,
    describe_misrated,
    describe_process,
    describe_scorecard,
    describe_twins,
    describe_unreported,
    impact_in_words,
    step_in_words,
)
from incident_analytics.sentences.rates import describe_rate_changes, describe_trend
from incident_analytics.sentences.repeats import describe_recurrence, describe_repeats, found_in_words
from incident_analytics.sentences.response import describe_response, describe_response_trend
from incident_analytics.sentences.restatements import HEADLINES, describe_cause, describe_restated, describe_verified
from incident_analytics.sentences.scope import (
    LEVELS_COUNT_ALL,
    describe_coverage,
    describe_covered,
    describe_files,
    describe_ongoing,
    describe_over_later,
    describe_shared,
    describe_silence,
    describe_uncompared,
    describe_undetected,
)
from incident_analytics.sentences.second_records import (
    describe_records,
    describe_stray_records,
    describe_times_by_record,
)
from incident_analytics.sentences.series import describe_series, series_name
from incident_analytics.sentences.severity import (
    describe_counts,
    describe_dispersion,
    describe_gaps,
    describe_rates,
    describe_undated,
)
from incident_analytics.sentences.sla import (
    describe_availability,
    describe_budget,
    describe_budget_assumptions,
    describe_budget_range,
    describe_counted,
    describe_downtime,
    describe_full_outages,
    describe_maintenance,
)
from incident_analytics.sentences.tiles import Tile, budget_tile, count_tile, follow_up_tile, response_tile
from incident_analytics.sentences.wording import each_row, group_columns, is_finding

__all__ = [
    "HEADLINES",
    "LEVELS_COUNT_ALL",
    "RANKED_BY",
    "SIGNALS",
    "Decision",
    "Notice",
    "Tile",
    "budget_share",
    "budget_tile",
    "count_tile",
    "definition_in_words",
    "describe_agreement",
    "describe_availability",
    "describe_budget",
    "describe_budget_assumptions",
    "describe_budget_range",
    "describe_business_hours",
    "describe_cause",
    "describe_change",
    "describe_control_chart",
    "describe_counted",
    "describe_counts",
    "describe_coverage",
    "describe_covered",
    "describe_decisions",
    "describe_detection",
    "describe_dispersion",
    "describe_downtime",
    "describe_due",
    "describe_failing_together",
    "describe_files",
    "describe_follow_ups",
    "describe_full_outages",
    "describe_gaps",
    "describe_headline",
    "describe_interruptions",
    "describe_labels",
    "describe_lost_revenue",
    "describe_maintenance",
    "describe_marks",
    "describe_misrated",
    "describe_missing",
    "describe_mix",
    "describe_no_decision",
    "describe_notices",
    "describe_ongoing",
    "describe_over_later",
    "describe_overdue",
    "describe_periods",
    "describe_prevention",
    "describe_process",
    "describe_rate_changes",
    "describe_rates",
    "describe_records",
    "describe_recurrence",
    "describe_repeats",
    "describe_response",
    "describe_response_trend",
    "describe_restated",
    "describe_scorecard",
    "describe_series",
    "describe_setting",
    "describe_shared",
    "describe_silence",
    "describe_start_hours",
    "describe_stray_records",
    "describe_survival",
    "describe_times_by_record",
    "describe_trend",
    "describe_triggers",
    "describe_twins",
    "describe_uncompared",
    "describe_undated",
    "describe_undetected",
    "describe_unmatched",
    "describe_unreported",
    "describe_verified",
    "each_row",
    "follow_up_tile",
    "found_in_words",
    "group_columns",
    "impact_in_words",
    "incident_time",
    "incident_users",
    "is_finding",
    "lost_revenue",
    "open_share",
    "point_names",
    "response_tile",
    "series_name",
    "step_in_words",
    "value_in_words",
]

# Each sentence and tile knows the figures that it was made from, so that the page can name them.
globals().update(
    {name: quoting(each) for name, each in globals().items() if name.startswith("describe_") or name.endswith("_tile")}
)
