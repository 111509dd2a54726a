"""The demo's logs and configuration history are what their script writes, and tell what the reports tell."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

import incident_analytics as ia

DEMO = Path(__file__).parents[1] / "data" / "demo"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run([sys.executable, str(DEMO / "write_evidence.py"), str(folder)], check=True)
    return folder


def test_the_script_writes_the_logs_that_are_there(written: Path) -> None:
    logs = sorted(file.name for file in (DEMO / "logs").iterdir())
    assert logs == sorted(file.name for file in (written / "logs").iterdir())
    for name in logs:
        there, made = ((folder / "logs" / name).read_bytes() for folder in (DEMO, written))
        assert gzip.decompress(there) == gzip.decompress(made)
        assert len(there) < 150_000


def test_the_script_writes_the_history_that_is_there(written: Path) -> None:
    """The id of the last commit stands for all that it holds and all before it."""
    heads = [
        subprocess.run(
            ["git", "bundle", "list-heads", str(folder / "config.bundle")], check=True, capture_output=True, text=True
        ).stdout
        for folder in (DEMO, written)
    ]
    assert heads[0] == heads[1]


@pytest.mark.parametrize(
    ("incident_id", "message", "subjects"),
    [
        (
            "INC-2025-07-22-001",
            "job limit <num> s reached at sentence <num> of <num>",
            ["Merge branch 'render-retries'", "Raise the job limit to 90 minutes"],
        ),
        (
            "INC-2025-08-05-001",
            "curl: (<num>) SSL certificate problem: certificate has expired",
            ["Renew the wildcard certificate again"],
        ),
        (
            "INC-2025-08-19-001",
            "feed: deadline of <num> ms exceeded",
            ["Keep the home feed for an hour", "Serve a static home feed from the edge", "Merge branch 'feed-lock'"],
        ),
    ],
)
def test_the_evidence_says_what_the_report_says(incident_id: str, message: str, subjects: list[str]) -> None:
    settings = ia.read_settings(DEMO / "incident-analytics.toml")
    logs, changes = settings.evidence.logs, settings.evidence.changes
    assert logs is not None
    assert changes is not None
    corpus = ia.load(DEMO / "reports" / f"{incident_id}.md", settings=settings)
    start, end = corpus.outages["started_at"].min(), corpus.outages["ended_at"].max()
    found = ia.log_templates(logs.files, start=start, end=end, baseline_start=start - (end - start))
    (row,) = [row for row in found.templates.itertuples() if str(row.template).endswith(message)]
    assert row.is_new or row.growth > 10
    assert found.remarks == ()
    shown = " ".join([*found.templates["template"], *found.templates["example"]])
    assert "<secret>" in shown
    for secret in ("s3cr3t", "4f1c8e20b7", "eyJ", "correct-horse", "@mail.example"):
        assert secret not in shown
    window = {"start": start.floor("D"), "end": end}
    listed = ia.configuration_changes(changes.repository, paths=changes.paths, **window)
    assert listed["subject"].tolist() == subjects
