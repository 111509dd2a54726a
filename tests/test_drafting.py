"""The next report: the template as it is, with what is known from the start."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.config import Settings, read_settings
from incident_analytics.drafting import new_report
from incident_analytics.errors import OutputError, UnknownNameError
from incident_analytics.loading import read_records
from incident_analytics.reports.template import template_text

DAY = date(2025, 3, 14)
SETTINGS = """reports = ["r"]
[severities]
order = ["SEV-3", "SEV-2", "SEV-1"]
synonyms = { P1 = "SEV-1" }
[services."Card Gateway"]
aliases = ["cards"]
[services.Ledger]
"""


def changed(file: Path) -> list[str]:
    """Return the lines that a report has in place of the template's."""
    diff = unified_diff(template_text().splitlines(), file.read_text(encoding="utf-8").splitlines(), n=0)
    return [line[1:] for line in diff if line.startswith("+") and not line.startswith("+++")]


def test_a_new_report_is_the_template_with_what_is_known(tmp_path: Path) -> None:
    file = new_report(severity="sev2", services=["api", "Queue"], title="Jobs  stuck", on=DAY, folder=tmp_path)
    assert file == tmp_path / "INC-2025-03-14-001.md"
    assert changed(file) == [
        "# Incident Report: Jobs stuck",
        "**Incident ID**: INC-2025-03-14-001  ",
        "**Date**: 2025-03-14  ",
        "**Severity**: SEV-2  ",
        "**Status**: Draft",
        "- [x] API",
        "- [x] Queue",
    ]


def test_a_new_report_reads_as_what_it_says_and_no_more(tmp_path: Path) -> None:
    new_report(severity="SEV-2", services=["API"], on=DAY, folder=tmp_path)
    records = read_records(tmp_path, settings=Settings())
    (incident,) = records.rows("incidents")
    known = {name: value for name, value in incident.items() if value is not None}
    assert {name: known[name] for name in ("incident_id", "severity", "status")} == {
        "incident_id": "INC-2025-03-14-001",
        "severity": "SEV-2",
        "status": "Draft",
    }
    assert "title" not in known
    assert set(records.tables["problems"]["level"]) == {"info"}
    assert [row["service"] for row in records.rows("services") if row["affected"]] == ["API"]


def test_the_number_is_the_one_after_the_highest_of_the_day(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-03-14-007.md").write_text("", encoding="utf-8")
    (tmp_path / "gateway.md").write_text("**Incident ID**: INC-2025-03-14-011\n", encoding="utf-8")
    (tmp_path / "INC-2025-03-15-044.md").write_text("", encoding="utf-8")
    numbers = [new_report(severity="SEV-3", services=[], on=DAY, folder=tmp_path).name for _ in range(2)]
    assert numbers == ["INC-2025-03-14-012.md", "INC-2025-03-14-013.md"]


def test_the_settings_say_where_and_which_names_there_are(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "incident-analytics.toml").write_text(SETTINGS, encoding="utf-8")
    settings = read_settings(tmp_path / "incident-analytics.toml")
    file = new_report(severity="p1", services=["CARDS"], on=DAY, settings=settings)
    assert file == tmp_path / "r" / "INC-2025-03-14-001.md"
    assert [line for line in changed(file) if line.startswith(("**Sev", "- ["))] == [
        "**Severity**: SEV-1  ",
        "- [x] Card Gateway",
        "- [ ] Ledger",
    ]
    with pytest.raises(UnknownNameError, match=r"^service 'ledgers' is not one of .*; did you mean 'Ledger'\?$"):
        new_report(severity="SEV-1", services=["ledgers"], on=DAY, settings=settings)


@pytest.mark.parametrize(
    ("severity", "service", "message"),
    [
        ("SEV9", "API", r"^severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1$"),
        ("SEV-1", "frontent", r"^service 'frontent' is not one of API, .*; did you mean 'Frontend'\?$"),
    ],
)
def test_a_misspelt_name_writes_nothing(tmp_path: Path, severity: str, service: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        new_report(severity=severity, services=[service], on=DAY, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "service",
    [
        "",
        " ",
        "API: read",
        "[API](https://example.org)",
        "| x | y",
        "[Date of incident]",
        "None",
        "**Date**: 2020-01-01",
    ],
)
def test_a_service_that_would_be_read_as_another_writes_nothing(tmp_path: Path, service: str) -> None:
    with pytest.raises(UnknownNameError, match=r"can't be read from a report as it is written; write its words alone$"):
        new_report(severity="SEV-1", services=["API", service], on=DAY, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


MARKUP = st.text(st.sampled_from("ab *_`[]()<>!#-|:=~&;\\/\n\x1b\u202e"), max_size=12)


@given(MARKUP, MARKUP)
@examples(40)
def test_no_title_or_service_changes_what_else_a_new_report_says(title: str, service: str) -> None:
    with TemporaryDirectory() as folder, suppress(UnknownNameError):
        file = new_report(severity="SEV-1", services=["API", service], title=title, on=DAY, folder=Path(folder))
        records = read_records(folder, settings=Settings())
        (incident,) = records.rows("incidents")
        assert (incident["incident_id"], incident["severity"], incident["date"]) == (file.stem, "SEV-1", DAY)
        affected = [row["service"] for row in records.rows("services") if row["affected"]]
        assert sorted(affected) == sorted({"API", *([" ".join(service.split())] if service.split() else [])})


@pytest.mark.parametrize("asked", [{"title": "a\udcff"}, {"services": ["a\udcff"]}])
def test_what_is_not_utf_8_writes_nothing(tmp_path: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(OutputError, match=r"is not UTF-8; write it in other characters$"):
        new_report(**{"severity": "SEV-1", "services": [], "on": DAY, "folder": tmp_path} | asked)
    assert list(tmp_path.iterdir()) == []
