"""Settings proposed from reports: they load, read the reports as before, and ask what the reports do not say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.config import SETTINGS_NAME, Settings, read_settings
from incident_analytics.errors import OutputError, SettingsError
from incident_analytics.layout_proposal import LAYOUT_NAME
from incident_analytics.loading import read_records
from incident_analytics.proposal import propose_files, propose_settings, write_settings
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
    place.mkdir(exist_ok=True)
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
            "# - Which time zone applies to times that name none? Found: CET in 2 reports, UTC in 1 report, "
            "CST in 1 report. CST may be America/Chicago or Asia/Shanghai. Set timezone; until then they are "
            "read as UTC."
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


@pytest.mark.parametrize(
    ("services", "zone"),
    [
        (("Pune", "Mumbai edge", "Delhi hub", "API"), "Asia/Kolkata"),
        (("Pune", "Mumbai edge", "API"), None),
        (("Pune", "Mumbai edge", "Delhi hub", "Dublin office"), None),
    ],
)
def test_places_in_several_reports_settle_which_zone_an_abbreviation_means(
    tmp_path: Path, services: tuple[str, ...], zone: str | None
) -> None:
    text = propose(tmp_path, *(("SEV-1", "IST", each) for each in services))
    assert tomllib.loads(text).get("timezone") == zone
    assert ("IST may be Asia/Kolkata or Europe/Dublin or Asia/Jerusalem." in text) == (zone is None)


def test_a_zone_that_few_reports_name_is_asked_for(tmp_path: Path) -> None:
    text = propose(tmp_path, ("SEV-1", "Europe/London", "API"), *[("SEV-1", "", "API")] * 3)
    assert "timezone" not in tomllib.loads(text)
    assert "Of 4 reports, only some name one: Europe/London in 1 report. Set timezone; until then" in text


def test_of_no_zone_it_is_said_that_times_are_utc(tmp_path: Path) -> None:
    text = propose(tmp_path, *[("SEV-1", "", "API")] * 2)
    assert "No report names one. Set timezone; until then they are read as UTC." in text


@pytest.mark.parametrize(
    ("name", "words", "zone", "asked"),
    [
        ("README.md", "One file each. Times are Helsinki time unless you say otherwise.", "Europe/Helsinki", ""),
        ("CONTRIBUTING.md", "All times are in UTC.", "UTC", ""),
        ("README.md", "Local time in Brasília (America/Sao_Paulo) unless you say otherwise.", "America/Sao_Paulo", ""),
        (
            "README.md",
            "We are in Europe/Madrid and Asia/Tokyo.",
            None,
            "only some name one: Europe/London in 1 report.",
        ),
        ("README.md", "All times are in CET.", None, "Found: CET in README.md, Europe/London in 1 report."),
        ("ADR-4.md", "Times are Helsinki time.", None, "Of 4 reports, only some name one: Europe/London in 1 report."),
        ("README.md", "We had a good time in Helsinki.", None, "Of 4 reports, only some name one"),
    ],
)
def test_what_explains_the_reports_says_their_zone(
    tmp_path: Path, name: str, words: str, zone: str | None, asked: str
) -> None:
    place = tmp_path / "reports"
    place.mkdir()
    (place / name).write_text(f"# How we write\n\n{words}\n", encoding="utf-8")
    for number in range(4):
        text = REPORT.format(id=f"INC-2025-03-14-00{number}", severity="SEV-1", zone="", services="- [x] API")
        text = text.replace("()", "(Europe/London)" if number == 0 else "")
        (place / f"{number}.md").write_text(text, encoding="utf-8")
    text = propose_settings(read_records(place, settings=Settings()), [place], folder=tmp_path)
    assert tomllib.loads(text).get("timezone") == zone
    assert asked in text
    assert ("Which time zone applies" in text) == bool(asked)


def test_all_reports_that_name_another_zone_count_before_what_explains_them(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# How we write\n\nTimes are Helsinki time.\n", encoding="utf-8")
    for number in range(3):
        text = REPORT.format(id=f"INC-2025-03-14-00{number}", severity="SEV-1", zone="UTC", services="- [x] API")
        (tmp_path / f"{number}.md").write_text(text, encoding="utf-8")
    text = propose_settings(read_records(tmp_path, settings=Settings()), [tmp_path], folder=tmp_path)
    assert "timezone" not in tomllib.loads(text)
    assert "Found: Europe/Helsinki in README.md, UTC in 3 reports." in text


def test_zones_next_to_times_at_the_head_are_named_in_the_question(tmp_path: Path) -> None:
    for number, zone in enumerate((" UTC", " EET", "", "")):
        text = REPORT.format(id=f"INC-2025-03-14-00{number}", severity="SEV-1", zone="", services="- [x] API")
        text = text.replace("()", "").replace("**Status**", f"**Started at**: 2025-03-14 22:01{zone}\n**Status**")
        (tmp_path / f"{number}.md").write_text(text, encoding="utf-8")
    text = propose_settings(read_records(tmp_path, settings=Settings()), [tmp_path], folder=tmp_path)
    assert "only some name one: UTC in 1 report, EET in 1 report." in text


SCALE = "Code Red: people may come to harm. Code Amber: care is slower. Code Green: only offices notice."


@pytest.mark.parametrize(
    ("words", "asked", "order"),
    [
        ("Red, Amber, Amber, Yelow", "severities are {Amber} (2 reports), {Red} (1 report), {Yelow}", "Amber, Red"),
        ("Red, Amber, Violet, Violet", "severities are {Violet} (2 reports), {Red} (1 report), {Amber}", None),
        ("Red", "severity is {Red}", None),
    ],
)
def test_unknown_severities_are_one_question_with_the_scale_that_the_house_lists(
    tmp_path: Path, words: str, asked: str, order: str | None
) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "README.md").write_text(f"# How we write\n\n{SCALE}\n", encoding="utf-8")
    lines = propose(tmp_path, *((f"Code {word}", "UTC", "API") for word in words.split(", "))).splitlines()
    question = re.sub(r"\{(\w+)\}", r'"Code \1"', asked)
    remedy = "Add them to synonyms, misspelt ones too." if "," in words else "Add it to synonyms."
    listed = " README.md lists them: to keep them as your own scale, see the line below." if order else ""
    found = [line for line in lines if "severit" in line and line.startswith("# - ")]
    assert found == [f"# - Which {question} (1 report)? {remedy}{listed}"]
    own = ", ".join(f'"Code {word}"' for word in (order or "").split(", "))
    line = f"# order = [{own}] # in place of the lines above: the worst last; README.md has them in reverse"
    assert (line in lines) == (order is not None)


def test_one_scale_of_the_reports_is_the_order_in_their_words(tmp_path: Path) -> None:
    words = [*["P3"] * 9, "P1", "Sev 3", "P1 (first P3)", "P2 (minor)"]
    text = propose(tmp_path, *((word, "UTC", "API") for word in words))
    file = write_settings(text, tmp_path)
    severities = read_settings(file).severities
    assert severities.order == ("P3", "P2", "P1")
    assert severities.synonyms == {"Sev 3": "P3"}
    asked = [line for line in text.splitlines() if line.startswith("# - ")]
    assert asked == ['# - Which severity is "P1 (first P3)" (1 report)? Write the one that counts in the report.']
    read = read_records(tmp_path / "reports", settings=read_settings(file)).tables["incidents"]["severity"]
    assert read == [*["P3"] * 9, "P1", "P3", None, "P2"]


@pytest.mark.parametrize("words", [("P1", "P2", "SEV-3"), ("P1", "P1"), ("SEV-1", "SEV-2"), ("P1", "High", "Low")])
def test_without_one_scale_the_order_is_the_default(tmp_path: Path, words: tuple[str, ...]) -> None:
    text = propose(tmp_path, *((word, "UTC", "API") for word in words))
    assert tomllib.loads(text)["severities"]["order"] == ["SEV-3", "SEV-2", "SEV-1"]


@pytest.mark.parametrize(
    ("days", "order", "asked"),
    [
        (("20.03.2025", "05.03.2025"), "day-first", ""),
        (("03/20/2025", "05.03.2025"), "month-first", ""),
        (("20.03.2025", "03/20/2025"), None, "Yes in 1 report, no in 1. Set date_order to the usual one."),
        (("05.03.2025", "06.03.2025"), None, "2 reports have ambiguous ones. Set date_order."),
        (("2025-03-20", "2025-03-05"), None, ""),
    ],
)
def test_the_order_of_dates_is_that_of_all_reports_that_show_it(
    tmp_path: Path, days: tuple[str, ...], order: str | None, asked: str
) -> None:
    for number, day in enumerate(days):
        text = REPORT.format(id=f"INC-2025-03-14-00{number}", severity="SEV-1", zone="UTC", services="- [x] API")
        text = text.replace("**Date**: 2025-03-14", f"**Date**: {day}")
        (tmp_path / f"{number}.md").write_text(text, encoding="utf-8")
    text = propose_settings(read_records(tmp_path, settings=Settings()), [tmp_path], folder=tmp_path)
    assert tomllib.loads(text).get("date_order") == order
    assert ("Does the day come first" in text) == bool(asked)
    assert asked in text


def test_a_title_names_no_zone(tmp_path: Path) -> None:
    place = tmp_path / "reports"
    place.mkdir()
    text = REPORT.format(id="INC-2025-03-14-001", severity="SEV-1", zone="UTC", services="- [x] API")
    (place / "INC-2025-03-14-001.md").write_text(text.replace("Jobs stuck", "Jobs stuck in EU-West"), encoding="utf-8")
    assert 'timezone = "UTC"' in propose_settings(read_records(place, settings=Settings()), [place], folder=tmp_path)


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
@examples(80)
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


HOUSE = """# FP-120{n}: Down

| | |
|---|---|
| **Incident no.** | FP-120{n} |
| **When** | 2025-07-0{n} |
| **Class** | {rating} |
| **Systems** | {systems} |
| **State** | Agreed |

## How it went (Oslo time)

- 10:12 First timeouts
- 10:19 Pager fired
- 11:05 All services restored

## We will

- [x] Run reports on the replica (@ola, by 2025-07-20)
- [ ] Set a timeout (@ana, by 2025-08-01)
"""


def house_folder(folder: Path) -> None:
    """Write four reports in a layout of their own, a template, a README, and files of other tools."""
    (folder / "pm").mkdir()
    for n, rating in enumerate(("Red", "Amber", "Red", "Amber"), start=1):
        text = HOUSE.format(n=n, rating=rating, systems="Checkout" if n < 3 else "Ledger")
        (folder / "pm" / f"FP-120{n}.md").write_text(text, encoding="utf-8")
    (folder / "pm" / "README.md").write_text("# Post-mortems\n\nOne file each.\n", encoding="utf-8")
    (folder / "pages.csv").write_text(
        "incident_number,created_on,resolved_on,service_name\n4,2025-07-01T08:19:00Z,2025-07-01T09:05:00Z,Checkout\n",
        encoding="utf-8",
    )
    (folder / "slo.yaml").write_text(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: a}\n"
        "spec: {service: checkout, objectives: [{target: 0.999}]}\n",
        encoding="utf-8",
    )


def propose_all(folder: Path) -> tuple[list[str], int]:
    """Write what init writes; gives the names of the files and the number of questions."""
    files, n_questions, _ = propose_files(
        [folder / "pm"], folder, lambda settings: read_records(folder / "pm", settings=settings)
    )
    return [file.name for file in files], n_questions


def test_a_layout_of_their_own_is_proposed_and_reads_the_reports(tmp_path: Path) -> None:
    house_folder(tmp_path)
    files, n_questions = propose_all(tmp_path)
    assert (files, n_questions) == ([SETTINGS_NAME, LAYOUT_NAME], 2)
    proposed = read_settings(tmp_path / SETTINGS_NAME)
    assert proposed.timezone == "Europe/Oslo"
    assert proposed.templates.files == (tmp_path / LAYOUT_NAME,)
    assert proposed.incident_tool is not None
    assert proposed.incident_tool.files == (tmp_path / "pages.csv",)
    assert proposed.targets == {"Checkout": 0.999}
    records = read_records(tmp_path / "pm", settings=proposed)
    assert records.tables["incidents"]["incident_id"] == ["FP-1201", "FP-1202", "FP-1203", "FP-1204"]
    assert [f"{at:%H:%M}" for at in records.tables["incidents"]["restored_at"]] == ["09:05"] * 4
    actions = list(records.rows("actions"))
    assert [(row["status"], row["owner"]) for row in actions[:2]] == [("done", "@ola"), ("open", "@ana")]
    assert {row["code"] for row in records.rows("problems") if row["level"] == "error"} == set()


def test_answered_questions_make_the_review_whole(tmp_path: Path) -> None:
    house_folder(tmp_path)
    propose_all(tmp_path)
    file, layout = tmp_path / SETTINGS_NAME, tmp_path / LAYOUT_NAME
    text = file.read_text(encoding="utf-8")
    assert '# synonyms = { "Red" = "", "Amber" = "" }' in text
    text = text.replace('# synonyms = { "Red" = "", "Amber" = "" }', 'synonyms = { Red = "SEV-1", Amber = "SEV-2" }')
    file.write_text(text, encoding="utf-8")
    answered = layout.read_text(encoding="utf-8").replace('# "Final"', '"Final"')
    layout.write_text(answered, encoding="utf-8")
    incidents = read_records(tmp_path / "pm", settings=read_settings(file)).tables["incidents"]
    assert incidents["severity"] == ["SEV-1", "SEV-2", "SEV-1", "SEV-2"]
    assert incidents["status"] == ["Final"] * 4


def test_a_layout_that_is_there_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    house_folder(tmp_path)
    propose_all(tmp_path)
    (tmp_path / SETTINGS_NAME).unlink()
    before = (tmp_path / LAYOUT_NAME).read_bytes()
    files, _ = propose_all(tmp_path)
    assert files == [SETTINGS_NAME]
    assert (tmp_path / LAYOUT_NAME).read_bytes() == before
    assert read_settings(tmp_path / SETTINGS_NAME).templates.files == (tmp_path / LAYOUT_NAME,)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SettingsError("no")])
def test_what_stops_the_second_reading_leaves_no_layout(tmp_path: Path, error: BaseException) -> None:
    house_folder(tmp_path)

    def read(settings: Settings) -> Records:
        if settings.templates.files:
            raise error
        return read_records(tmp_path / "pm", settings=settings)

    with pytest.raises((KeyboardInterrupt, SettingsError)):
        propose_files([tmp_path / "pm"], tmp_path, read)
    assert not (tmp_path / LAYOUT_NAME).exists()


@pytest.mark.parametrize(
    ("words", "n", "zone"),
    [
        ("Disk full on the web tier (Phoenix).", 4, None),
        ("Written by Ann (London).", 4, None),
        ("Bob (Denver) acknowledges.", 4, None),
        ("## Impact (London)", 4, None),
        ("| 10:00 | Bob sees it for the first time (Denver) |", 4, None),
        ("All times are Oslo time.", 3, "Europe/Oslo"),
        ("## Timeline (New York)", 2, None),
        ("## Timeline (New York)", 4, "America/New_York"),
        ("| Time (New York) | Event |", 4, "America/New_York"),
    ],
)
def test_a_city_is_a_zone_where_most_reports_have_it_at_times(
    tmp_path: Path, words: str, n: int, zone: str | None
) -> None:
    place = tmp_path / "reports"
    place.mkdir()
    for number in range(4):
        text = REPORT.format(id=f"INC-2025-03-14-00{number}", severity="SEV-1", zone="", services="- [x] API")
        added = f"\n{words}\n" if number < n else ""
        (place / f"{number}.md").write_text(f"{text.replace('()', '')}{added}", encoding="utf-8")
    text = propose_settings(read_records(place, settings=Settings()), [place], folder=tmp_path)
    assert tomllib.loads(text).get("timezone") == zone


def test_names_that_a_report_says_are_one_are_aliases_and_those_next_to_each_other_are_two(tmp_path: Path) -> None:
    place = tmp_path / "reports"
    place.mkdir()
    for number, (services, words) in enumerate(
        [
            ("Postgres main", "The primary, Postgres main (the main DB), ran out of memory."),
            ("main DB", ""),
            ("Orders API", ""),
            ("Orders queue", ""),
            ("Search\n- [x] Search API", ""),
        ],
        start=1,
    ):
        name = f"INC-2025-03-14-{number:03}"
        text = REPORT.format(id=name, severity="SEV-1", zone="UTC", services=f"- [x] {services}")
        (place / f"{name}.md").write_text(f"{text}\n## Root Cause Analysis\n\n{words}\n", encoding="utf-8")
    text = propose_settings(read_records(place, settings=Settings()), [place], folder=tmp_path)
    assert tomllib.loads(text)["services"]["Postgres main"] == {"aliases": ["main DB"]}
    assert 'aliases = ["main DB"] # "main DB" by "INC-2025-03-14-001.md"' in text
    asked = [line for line in text.splitlines() if line.startswith("# - ")]
    assert asked == ['# - Is "Orders API" also called "Orders queue"? Then make these its aliases.']


def test_a_built_in_layout_that_fits_most_reports_is_named(tmp_path: Path) -> None:
    place = tmp_path / "reports"
    place.mkdir()
    for n in range(1, 4):
        text = f"# Down\n\n## Date\n\n2025-03-0{n}\n\n## Incident Summary\n\nIt was down.\n\n## 5 Whys\n\n1. Why?\n"
        text += "\n## Timeline\n\n- 10:12 Down\n- 10:19 Alert\n- 11:05 Up again\n\n## Corrective actions\n\n- Do it\n"
        (place / f"{n}.md").write_text(text, encoding="utf-8")
    text = propose_settings(read_records(place, settings=Settings()), [place], folder=tmp_path)
    assert '# only = "gitlab" # reads all by it' in text
