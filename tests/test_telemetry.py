"""The demo's telemetry: it comes from its script, and tells what the reports tell."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia

DEMO = Path(__file__).parents[1] / "data" / "demo"
SCRIPT = runpy.run_path(str(DEMO / "write_telemetry.py"))


def test_the_script_writes_what_is_there(tmp_path: Path) -> None:
    SCRIPT["write"](tmp_path)
    written = {file.name: file.read_bytes() for file in (tmp_path / "telemetry").iterdir()}
    assert written == {file.name: file.read_bytes() for file in (DEMO / "telemetry").iterdir()}


@pytest.fixture(scope="module")
def corpus() -> ia.Corpus:
    return ia.load(DEMO / "reports", settings=DEMO / "incident-analytics.toml")


@pytest.mark.parametrize("incident", SCRIPT["INCIDENTS"], ids=lambda incident: incident.incident_id)
def test_the_metrics_go_wrong_when_the_report_says_so(corpus: ia.Corpus, incident: object) -> None:
    """Of the affected services; far from usual at worst, and as usual an hour before the start and at restoration."""
    one = corpus.select([incident.incident_id])
    (row,) = one.incidents.itertuples()
    assert (row.started_at, row.restored_at) == (incident.started_at, incident.restored_at)
    affected = set(one.services.loc[one.services["affected"].fillna(value=False), "service"])
    assert {course.service for course in incident.courses} - {""} == affected

    evidence = ia.read_settings(DEMO / "incident-analytics.toml").evidence
    start, end = row.started_at - evidence.margin, row.restored_at + evidence.margin
    since = start - pd.Timedelta(days=evidence.baseline_days)
    series, problems = ia.read_metric_files(evidence.metrics.files, start=since, end=end, services=affected)
    assert problems.empty
    summary = ia.summarize_series(
        series,
        started_at=row.started_at,
        restored_at=row.restored_at,
        baseline_start=since,
        baseline_end=start,
        units=evidence.units,
        worst=evidence.worst,
    )
    assert summary["name"].nunique() == len({course.metric for course in incident.courses})
    assert len(summary) == len(incident.courses)
    assert summary["unit"].notna().all()
    usual = summary["baseline_high"] - summary["baseline_low"]
    assert ((summary["worst"] - summary["baseline"]).abs() > 4 * usual).all()
    assert ((summary["at_restoration"] - summary["baseline"]).abs() < 3 * usual).all()
