"""The next report in the form of the house: its blank template, or the labels of its layout."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from incident_analytics.config import Settings
from incident_analytics.house_form import HouseReport, find_form, new_house_report
from incident_analytics.loading import read_records

DAY = date(2026, 3, 14)
LAYOUT = """name = "ours"
version = "1"
extends = "common"
incident_id = '\\bPM-[\\d-]*\\d'
[fields]
incident_id = ["Case no."]
severity = ["Grade"]
services = ["Systems hit"]
status = ["Report state"]
[statuses]
[sections.timeline]
headings = ["Story"]
columns.at = ["When"]
columns.event = ["What"]
[sections.actions]
headings = ["Homework"]
"""
BLANK = """# PM-NNN: <short title>

| Record | |
|---|---|
| Case no. | PM-NNN |
| Grade | SEV-1 / SEV-2 / SEV-3 |
| Systems hit | |
| Date | DD/MM/YYYY |
| Report state | Being written / Open / Closed |

## Story

- HH:MM <what>

## Homework
"""
FILLED = {
    "PM-NNN": "PM-046",
    "<short title>": "Queue is full",
    "SEV-1 / SEV-2 / SEV-3": "SEV-2",
    "hit | |": "hit | API, Queue |",
    "DD/MM/YYYY": "14/03/2026",
    "Being written / Open / Closed": "Being written",
}


def house(folder: Path, *names: str, blank: str | None = BLANK, layout: str = LAYOUT) -> Settings:
    """Return the settings of a house with reports of some names, and a blank template if it has one."""
    reports = folder / "reports"
    reports.mkdir(exist_ok=True)
    for name in names:
        (reports / name).write_text(f"# {Path(name).stem}: Jobs stuck\n\n## Story\n\n- 10:00 Alert\n", encoding="utf-8")
    if blank is not None:
        (reports / "_modelo.md").write_text(blank, encoding="utf-8")
    (folder / "ours.toml").write_text(layout, encoding="utf-8")
    return Settings.model_validate({"reports": [reports], "templates": {"files": [folder / "ours.toml"]}})


def write(settings: Settings, title: str | None = "Queue is full") -> HouseReport:
    form = find_form(settings, settings.reports)
    assert form is not None
    written = new_house_report(
        form,
        severity="SEV-2",
        services=["API", "Queue"],
        title=title,
        on=DAY,
        folder=settings.reports[0],
        settings=settings,
    )
    assert written is not None
    return written


def test_a_new_report_is_the_blank_template_with_what_is_known(tmp_path: Path) -> None:
    settings = house(tmp_path, "PM-031.md", "PM-045.md")
    written = write(settings)
    assert (written.file.name, written.unfilled, written.is_read, written.has_date) == ("PM-046.md", (), True, True)
    text = BLANK
    for old, new in FILLED.items():
        text = text.replace(old, new)
    assert written.file.read_text(encoding="utf-8") == text
    records = read_records(written.file, settings=settings)
    (incident,) = records.rows("incidents")
    names = ("incident_id", "title", "severity", "status", "date")
    assert [incident[name] for name in names] == ["PM-046", "Queue is full", "SEV-2", "Draft", DAY]
    assert [row["service"] for row in records.rows("services")] == ["API", "Queue"]


@pytest.mark.parametrize(
    ("names", "file"),
    [
        (("PM-031-labels.md", "PM-045-lockers.md", "README.md"), "PM-046-queue-is-full.md"),
        (("PM-099.md",), "PM-100.md"),
        (("PM-2025-031.md", "PM-2026-004.md"), "PM-2026-005.md"),
        (("PM-2025-031.md",), "PM-2026-001.md"),
        (("PM-2026-03-14-01.md", "PM-2026-03-13-07.md"), "PM-2026-03-14-02.md"),
        ((), "PM-001.md"),
    ],
)
def test_the_id_is_the_one_after_the_last_of_the_form_that_the_house_uses(
    tmp_path: Path, names: tuple[str, ...], file: str
) -> None:
    settings = house(tmp_path, *names)
    written = write(settings)
    assert written.file.name == file
    assert write(settings).file.name != file


def test_files_that_are_called_by_the_number_alone_go_on_so(tmp_path: Path) -> None:
    settings = house(tmp_path)
    for number in ("044-labels", "045-lockers"):
        text = f"# PM-{number[:3]}: Down\n\n| Case no. | PM-{number[:3]} |\n"
        (tmp_path / "reports" / f"{number}.md").write_text(text, encoding="utf-8")
    assert write(settings).file.name == "046-queue-is-full.md"


def test_what_a_form_has_no_place_for_is_named_and_not_lost(tmp_path: Path) -> None:
    blank = "# PM-NNN\n\n**Case no.**: PM-NNN\n\n## Story\n\n- HH:MM <what>\n\n## Homework\n\n- <what>\n"
    written = write(house(tmp_path, "PM-045.md", blank=blank))
    assert written.unfilled == ("severity", "services", "title")


def test_without_a_blank_template_the_labels_and_headings_are_those_of_the_layout(tmp_path: Path) -> None:
    written = write(house(tmp_path, "PM-045.md", blank=None))
    lines = [line.rstrip() for line in written.file.read_text(encoding="utf-8").splitlines()]
    head = ["**Case no.**: PM-046", "**Grade**: SEV-2", "**Systems hit**: API, Queue", "**Report state**: Draft"]
    table = ["| When | What |", "|---|---|", "|  |  |"]
    assert lines == ["# PM-046: Queue is full", "", *head, "", "## Story", "", *table, "", "## Homework", ""]
    assert written.unfilled == ()


def test_reports_of_template_1_0_have_no_form_of_their_own(tmp_path: Path) -> None:
    assert find_form(Settings(), [tmp_path]) is None
    assert find_form(Settings.model_validate({"templates": {"only": "template-1.0"}}), [tmp_path]) is None


def test_a_layout_without_ids_is_none_to_write_a_report_by(tmp_path: Path) -> None:
    layout = LAYOUT.replace('incident_id = ["Case no."]\n', "")
    assert find_form(house(tmp_path, blank=None, layout=layout), [tmp_path / "reports"]) is None
