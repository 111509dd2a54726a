"""Plain columns: what is asked for, and what every verb says about the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident_analytics.config import Settings
from incident_analytics.errors import UnknownNameError
from incident_analytics.loading import read_records
from incident_analytics.records import Columns, Records, Wanted, named_statuses
from incident_analytics.schema import TABLES

SETTINGS = Settings.model_validate({"services": {"API": {"team": "Core", "aliases": ["Public API"]}, "Web": {}}})


def records() -> Records:
    tables = {name: Columns({column: [] for column in columns}) for name, columns in TABLES.items()}
    rows = {"A": ("Final", "SEV-1", "API"), "B": ("Draft", "SEV-2", "Web"), "C": (None, "SEV-2", "API")}
    for incident, (status, severity, service) in rows.items():
        path = f"{incident}.md"
        for name, row in {
            "incidents": {"incident_id": incident, "path": path, "status": status, "severity": severity},
            "services": {"incident_id": incident, "service": service, "affected": incident != "C", "line": 20},
            "files": {"path": path, "outcome": "loaded"},
            "problems": {"incident_id": incident, "path": path, "line": 1},
        }.items():
            for column, values in tables[name].items():
                values.append(row.get(column))
    for path, outcome, reason in (("x.md", "copy", "copy of A.md"), ("n.md", "skipped", "not a report")):
        for column, value in {"path": path, "outcome": outcome, "reason": reason}.items():
            tables["files"][column].append(value)
    return Records(tables, ("SEV-3", "SEV-2", "SEV-1"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["A", "B", "C"]), ({"status": "FINAL"}, ["A"]), ({"status": "draft"}, ["B"]),
        ({"severities": ["sev-2"]}, ["B", "C"]), ({"services": ["public api"]}, ["A"]), ({"teams": ["core"]}, ["A"]),
    ],
)  # fmt: skip
def test_incidents_are_kept_in_every_table(options: dict[str, object], expected: list[str]) -> None:
    kept = records().keep(Wanted(SETTINGS, **options))  # type: ignore[arg-type]
    for name in ("incidents", "services", "problems"):
        assert kept.tables[name]["incident_id"] == expected
    assert len(kept.tables["files"]["path"]) == 5


def test_reports_of_another_status_are_noted_with_it() -> None:
    files = records().keep(Wanted(SETTINGS, "final")).tables["files"]
    assert files["outcome"] == ["loaded", "other status", "other status", "copy", "skipped"]
    assert files["reason"][1:3] == ["Draft", "no status that can be read"]


def test_remarks_name_copies_and_count_what_is_skipped() -> None:
    copies = "1 of 5 files not counted: x.md (copy of A.md)"
    skipped = "1 of 5 files skipped; run 'incident-analytics check' for details"
    assert records().remarks() == [copies, skipped]
    assert records().remarks(skipped=False) == [copies]


@pytest.mark.parametrize(
    ("head", "rows", "settings", "n"),
    [
        ("", "- 10:00 Down\n- 10:40 Up again\n", {}, 1),
        ("", "- 10:00 Down\n- 10:40 Up again\n", {"timezone": "UTC"}, 0),
        ("", "- 10:00 Down\n- 10:40 Up again\n", {"timezone": "Europe/Oslo"}, 0),
        ("All times are UTC.\n", "- 10:00 Down\n- 10:40 Up again\n", {}, 0),
        ("", "- 10:00 UTC Down\n- 10:40 UTC Up again\n", {}, 0),
        ("", "- 10:00 UTC Down\n- 10:40 Up again\n", {}, 0),
        ("**Started at**: 2025-03-14 10:00\n", "", {}, 1),
        ("**Started at**: 2025-03-14T10:00+01:00\n", "", {}, 0),
        ("**Duration**: 10:00 to 10:40\n", "", {}, 1),
        ("**Duration**: 10:00 to 10:40 CET\n", "", {}, 0),
        ("**Duration**: 40 minutes\n", "", {}, 0),
    ],
)
def test_reports_whose_zone_nothing_says_are_counted_in_a_remark(
    tmp_path: Path, head: str, rows: str, settings: dict[str, str], n: int
) -> None:
    text = f"# Down\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-1\n{head}"
    (tmp_path / "a.md").write_text(f"{text}\n## Timeline\n\n{rows}", encoding="utf-8")
    found = read_records(tmp_path, settings=Settings.model_validate(settings))
    assert len(found.unzoned) == n
    remark = (
        "1 report doesn't say the time zone of its times: they are read as UTC; set timezone in incident-analytics.toml"
    )
    assert (remark in found.remarks()) == bool(n)


def test_an_unknown_status_is_named() -> None:
    assert named_statuses("all") is None
    with pytest.raises(UnknownNameError, match=r"^status 'x' is not one of final, all, Draft, Under Review$"):
        Wanted(SETTINGS, "x")


def test_a_team_needs_services_with_teams() -> None:
    with pytest.raises(UnknownNameError, match=r"^unknown team 'Ops': no teams are defined; add team = "):
        records().keep(Wanted(Settings(), teams=["Ops"]))
