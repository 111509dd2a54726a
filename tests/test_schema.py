"""The tables' contract: columns, types and metrics."""

from __future__ import annotations

from incident_analytics.schema import DEFAULT_METRICS, MILESTONES, TABLES


def test_the_default_metrics_are_of_columns_that_are_there() -> None:
    instants = {column for column, dtype in TABLES["incidents"].items() if dtype == "datetime64[us, UTC]"}
    assert {f"{milestone}_at" for milestone in MILESTONES} < instants
    for metric in DEFAULT_METRICS.values():
        assert {*metric.start, *metric.end} <= instants
