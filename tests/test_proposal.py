"""Settings proposed from reports: they load, read the reports as before, and ask what the reports do not say."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.config import SETTINGS_NAME, Settings, read_settings
from incident_analytics.errors import OutputError
from incident_analytics.loading import read_records
from incident_analytics.proposal import propose_settings, write_settings
from incident_analytics.records import Columns, Records
from incident_analytics.schema import TABLES
from incident_analytics.visible import visible

REPORT = """# Incident Report: Jobs stuck

**Incident ID**: {id}
**Date**: 2025-03-14
**Severity**: {severity}
**Status**: Final

## Timeline

| Time ({zone}) | Event |
|---|---|
| 22:05 | Initial alert/detection |
| 23:16 | Service restored |

### Affected Services
{services}
"""


def propose(folder: Path, *reports: tuple[str, str, str]) -> str:
    """Propose settings for reports of a severity, in a zone, with a service affected, or none."""
    place = folder / "reports"
    place.mkdir()
    for number, (severity, zone, service) in enumerate(reports, start=1):
        name = f"INC-2025-03-14-{number:03}"
        text = REPORT.format(id=name, severity=severity, zone=zone, services=f"- [x] {service}" if service else "")
        (place / f"{name}.md").write_text(text, encoding="utf-8")
    return propose_settings(read_records(place, settings=Settings()), [place], folder=folder)


def test_what_the_reports_hold_is_declared_and_reads_them_as_before(tmp_path: Path) -> None:
    text = propose(tmp_path, ("P1", "UTC", "API"), ("P1 (bad)", "UTC", "api"), ("SEV-3", "UTC", "Frontend"))
    file = write_settings(text, tmp_path)
    proposed = read_settings(file)
    assert proposed.reports == (tmp_path / "reports",)
    assert 'timezone = "UTC"' in text
    assert proposed.severities.synonyms == {"P1": "SEV-1"}
    assert proposed.services["API"].aliases == ("api",)
    assert set(proposed.services) == {"API", "Frontend"}
    assert proposed.targets == {}
    assert "Questions" not in text
    before, after = (read_records(tmp_path / "reports", settings=each) for each in (Settings(), proposed))
    assert before.tables["incidents"]["severity"] == after.tables["incidents"]["severity"]
    assert set(after.tables["services"]["service"]) == {"API", "Frontend"}
    found = set(after.tables["problems"]["code"])
    assert found.isdisjoint({"mapped-severity", "unknown-severity", "unknown-service"})


def test_what_the_reports_leave_open_is_asked(tmp_path: Path) -> None:
    text = propose(
        tmp_path,
        ("Sev C", "CET", "Payments"),
        ("P2", "CET", "Payments API"),
        ("P2", "UTC", "Payments"),
        ("P2", "CST", ""),
    )
    asked = [line for line in text.splitlines() if line.startswith("# - ")]
    assert asked == [
        (
            "# - Which time zone does the team work in? The reports name CET in 2 reports, UTC in 1 report, "
            "CST in 1 report. Write it at timezone."
        ),
        '# - Which severity is "Sev C" (1 report)? Add it to synonyms.',
        '# - Is "Payments" also called "Payments API"? Then make these its aliases.',
    ]
    assert "timezone" not in tomllib.loads(text)


@pytest.mark.parametrize(
    ("zones", "zone"), [(("Europe/London", "Europe/London"), "Europe/London"), (("PT",), "America/Los_Angeles")]
)
def test_a_zone_that_all_reports_name_is_taken(tmp_path: Path, zones: tuple[str, ...], zone: str) -> None:
    text = propose(tmp_path, *(("SEV-1", each, "API") for each in zones))
    assert tomllib.loads(text)["timezone"] == zone


@pytest.mark.parametrize("zone", ["America/Nowhere", "../etc/passwd", "EU/US", "Etc/GMT+99"])
def test_a_zone_that_there_is_not_is_asked_for(tmp_path: Path, zone: str) -> None:
    text = propose(tmp_path, ("SEV-1", zone, "API"))
    assert "timezone" not in read_settings(write_settings(text, tmp_path)).model_fields_set


def test_no_character_of_the_settings_is_hidden(tmp_path: Path) -> None:
    service = "a\u202eb\x85c\U000e0001d"
    text = propose(tmp_path, (f"SEV\u200b-9 {service}", "UTC", service))
    assert visible(text, keep="\n") == text
    assert list(read_settings(write_settings(text, tmp_path)).services) == [service]


def test_a_folder_whose_name_toml_cannot_say_writes_nothing(tmp_path: Path) -> None:
    text = propose_settings(read_records([], settings=Settings()), ["a\udcff"], folder=tmp_path)
    with pytest.raises(OutputError, match="a folder's name is not UTF-8, and TOML has no other; rename it"):
        write_settings(text, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("n_without", "level"), [(2, "info"), (1, None)])
def test_ids_that_most_reports_do_not_have_are_no_errors(tmp_path: Path, n_without: int, level: str | None) -> None:
    propose(tmp_path, *[("SEV-1", "UTC", "API")] * 3)
    for file in sorted((tmp_path / "reports").iterdir())[:n_without]:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("**Incident ID**: INC-2025-03-14-", "**Number**: "), encoding="utf-8")
        file.rename(file.with_name(f"gateway-{file.stem[-1]}.md"))
    records = read_records(tmp_path / "reports", settings=Settings())
    assert records.tables["files"]["outcome"] == ["loaded"] * 3
    proposed = read_settings(write_settings(propose_settings(records, ["reports"], folder=tmp_path), tmp_path))
    assert proposed.check.levels.get("malformed-id") == level


def test_of_no_reports_there_are_settings_to_fill_in(tmp_path: Path) -> None:
    text = propose(tmp_path)
    assert read_settings(write_settings(text, tmp_path)).services == {}


def test_a_settings_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_NAME).write_text("# mine\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"incident-analytics.toml: already there, and left as it is; rename it"):
        write_settings("", tmp_path)
    assert (tmp_path / SETTINGS_NAME).read_text(encoding="utf-8") == "# mine\n"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=4))
@examples(200)
def test_whatever_reports_hold_the_settings_load(services: list[str], severities: list[str]) -> None:
    tables = {name: Columns({column: [] for column in columns}) for name, columns in TABLES.items()}
    ids = [f"INC-{number}" for number in range(max(len(services), len(severities)))]
    rows = [{"incident_id": own, "service": name, "affected": True} for own, name in zip(ids, services, strict=False)]
    tables["services"] = tables["services"].with_rows(rows)
    readings = [
        {"incident_id": own, "field": "severity", "as_written": word}
        for own, word in zip(ids, severities, strict=False)
    ]
    tables["readings"] = tables["readings"].with_rows(readings)
    meant = [{"incident_id": own, "severity": "SEV-2" if index % 2 else None} for index, own in enumerate(ids)]
    tables["incidents"] = tables["incidents"].with_rows(meant)
    text = propose_settings(Records(tables, Settings().severities.order), ["reports"], folder=Path())
    proposed = Settings.model_validate(tomllib.loads(text))
    assert {each for own, service in proposed.services.items() for each in (own, *service.aliases)} == set(services)
