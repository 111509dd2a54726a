"""The columns of result tables: their unit and heading. One name means one thing in every table.

Formatting, the command and the figures ask here how a number is written; nothing guesses it from the name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = [
    "COLUMNS",
    "FIELD",
    "GROUPS",
    "ITEM_HEADINGS",
    "REPORT_HEADINGS",
    "Column",
    "Unit",
    "group_columns",
    "heading",
    "unit_of",
]

FIELD: Final = "field:"
"""What the name of a group begins with that is one of the reports' own fields, such as ``field:Environment``."""

Unit: TypeAlias = Literal["count", "share", "change", "money", "figure", "p-value", "text"]
"""How a number is written; spans, instants, dates and flags say so by their type."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a result table holds.

    Attributes
    ----------
    unit
        How its numbers are written.
    heading
        The words above it, at most three; None makes them from the name.
    is_group
        Whether it names the row's group.
    """

    unit: Unit = "figure"
    heading: str | None = None
    is_group: bool = False


def _columns(unit: Unit, *names: str, **headed: str) -> dict[str, Column]:
    return {name: Column(unit) for name in names} | {name: Column(unit, words) for name, words in headed.items()}


_GROUPS: Final = {
    name: Column("text", words, is_group=True)
    for name, words in {
        "metric": "Metric",
        "measure": "Measure",
        "group": "Group",
        "period": "Period",
        "service": "Service",
        "team": "Team",
        "owner": "Owner",
        "priority": "Priority",
        "severity": "Severity",
        "origin": "Origin",
        "class": "Class",
        "detected_by": "Detected by",
        "trigger": "Trigger",
        "kind": "Kind",
        "currency": "Currency",
        "phrase": "Phrase",
        "definition": "Definition",
        "weekday": "Weekday",
        "hour": "Hour",
        "age": "Age",
        "step": "Step",
        "reports": "Reports",
        "when": "When",
        "record": "Record",
        "impact": "Compared with",
    }.items()
}

COLUMNS: Final[dict[str, Column]] = {
    **_GROUPS,
    **_columns(
        "share",
        "affected_users_fraction",
        "failed_requests_fraction",
        "confidence",
        "completion",
        "on_time",
        "availability",
        "availability_weighted",
        "target",
        "share",
        "share_left",
        "budget_spent",
        "budget_spent_weighted",
        "share_before",
        "share_after",
        "share_recorded",
        "survival",
        "false_gain_chance",
        "similarity",
        "percentile",
        concordance="Pairs that agree",
        sla_impact="SLA impact",
        share_of_time="Share of week",
        share_met="Due in time",
        stated="Reported",
        derived="Calculated",
        derived_weighted="Calculated, weighted",
    ),
    **_columns("change", "change", "detectable_fall", "detectable_rise"),
    **_columns("money", "amount", "total"),
    **_columns(
        "p-value",
        "reversals_p_value",
        "hour_p_adjusted",
        "weekday_p_adjusted",
        mil_hdbk_p_value="MIL-HDBK p-value",
        p_adjusted="Adjusted p",
        p_value="p-value",
    ),
    **_columns(
        "figure",
        "rate_before",
        "rate_after",
        "expected",
        "growth",
        "laplace",
        "mil_hdbk",
        "correlation",
        "center",
        "lower",
        "upper",
        "moving_range",
        "range_limit",
        "burn_rate",
        "burn_rate_weighted",
        "dispersion",
        "at_restoration",
        "worst",
        rate="Per 30 days",
        baseline="Median before",
    ),
    **_columns(
        "count",
        n="n",
        n_missing="Missing",
        n_silent="Months unreported",
        n_open="Ongoing",
        n_negative="Invalid",
        n_overdue="Overdue",
        n_unknown="Status not recorded",
        n_overdue_unknown="Past due, unknown",
        n_open_undated="Open, undated",
        n_baseline="n before",
        n_weighted="n with share",
        n_recorded="Recorded",
        n_services="Services",
        n_over="Over budget",
        n_proposed="Inferred",
        n_known="With a value",
        n_prevent="Preventive",
        n_judged="With target",
        n_repeats="Repeats",
        n_business="Business hours",
        n_evening="Evenings",
        n_night="Nights",
        n_weekend="Weekends, holidays",
        n_overlapping="Overlapping",
        n_unended="No end",
        n_approximate="Approximate",
        n_unshared="No share",
        n_both="Both",
        n_while_open="Follow-ups open",
        n_open_unknown="Follow-ups unknown",
        n_disputed="Dates disagree",
        n_pairs="Pairs",
        n_contrary="Contradict it",
        n_inferred="Inferred",
        n_spans="n restored",
        n_dated="n with dates",
        n_aged="n with age",
    ),
    **_columns(
        "text",
        incident_id="Incident",
        incident_ids="Incidents",
        earlier_id="Earlier incident",
        gap="Time since",
        basis="From, to",
        reported_at="Report (UTC)",
        recorded_at="Record (UTC)",
        record_line="Its line",
        started_at="Started (UTC)",
        detected_at="Detected (UTC)",
        restored_at="Restored (UTC)",
        found_by="Found by",
        was_open="Follow-ups open",
        is_disputed="Dates disagree",
        named_in="Named in",
        twin_id="Similar incident",
        twin_severity="Its severity",
        twin_downtime="Its downtime",
        twin_users="Its users",
        twin_line="Its line",
        candidates="May belong to",
        incidents_arrow="Incidents, change",
        median_arrow="Median, change",
        recorded_arrow="Recorded, change",
        occurred_at="Began (UTC)",
        worst_at="Worst at (UTC)",
        is_open="Ongoing",
        is_own="Used here",
        is_ambiguous="Several fit",
        due_on="Due",
        overdue_by="Overdue by",
        as_of="As of",
        p90="p90",
        baseline_low="5% below",
        baseline_high="95% below",
        budget_left="Budget left",
        time_to_exhaustion="Lasts for",
        median_recorded="Median, recorded",
    ),
}
"""What the columns of result tables hold; a test holds every analysis to it."""

GROUPS: Final = tuple(_GROUPS)
"""The columns that name a row's group."""


ITEM_HEADINGS: Final = {"n_open": "Open"}
"""Headings of tables of action items: what is open there is ongoing in tables of incidents."""

REPORT_HEADINGS: Final = {"metric": "Restoration to", "n_open": "Not yet done"}
"""Headings of tables of how soon reports are done: of an open one the meeting or a sign-off is still to come."""


def unit_of(column: str) -> Unit:
    """Return how the numbers of a column are written; those of an unknown column are plain figures.

    Examples
    --------
    >>> unit_of("availability"), unit_of("rate_low"), unit_of("growth"), unit_of("hours")
    ('share', 'figure', 'figure', 'figure')
    """
    name = column.removesuffix("_low").removesuffix("_high")
    found = COLUMNS.get(column) or COLUMNS.get(name)
    return found.unit if found else "figure"


def heading(column: str) -> str:
    """Return the heading of a column.

    Examples
    --------
    >>> heading("n_overdue"), heading("budget_left"), heading("median")
    ('Overdue', 'Budget left', 'Median')
    """
    found = COLUMNS.get(column)
    if found and found.heading:
        return found.heading
    if column.startswith(FIELD):
        return column.removeprefix(FIELD)
    words = column.removeprefix("n_").removesuffix("_at").removesuffix("_on").replace("_", " ")
    return words[:1].upper() + words[1:]


def group_columns(columns: Iterable[str]) -> list[str]:
    """Return which columns name a row's group.

    Examples
    --------
    >>> group_columns(["period", "severity", "n", "rate"])
    ['period', 'severity']
    """
    return [column for column in columns if column in GROUPS or column.startswith(FIELD)]
