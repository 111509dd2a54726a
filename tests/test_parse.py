"""A whole report's text to tables, through `load`."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from golden import as_read
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.config import Settings
from incident_analytics.loading import load
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.template import Template, default_template
from incident_analytics.tables import Corpus

REPORTS = Path(__file__).with_name("reports")
GOLDEN = sorted(path.stem for path in REPORTS.glob("*.json"))
FULL = (REPORTS / "INC-2025-03-14-001.md").read_text(encoding="utf-8")


def read(folder: Path, text: str | bytes, name: str = "INC-2025-03-14-001.md", **options: Any) -> Corpus:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(folder / name, status="all", **options)


# --- golden pairs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOLDEN)
def test_a_report_gives_the_tables_next_to_it(name: str) -> None:
    expected = json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8"))
    assert as_read(REPORTS / f"{name}.md") == expected


@pytest.mark.parametrize("name", GOLDEN)
def test_every_line_number_points_at_its_words(name: str) -> None:
    """The first or last word of each reading, event, action, service and finding is in the line that is named.

    Below a heading with a time, which is the row's line, the words follow.
    """
    lines = (REPORTS / f"{name}.md").read_text(encoding="utf-8").split("\n")
    corpus = load(REPORTS / f"{name}.md", status="all")
    tables = (
        (corpus.readings, "as_written"), (corpus.timeline, "event"), (corpus.actions, "action"),
        (corpus.services, "service"), (corpus.findings, "text"), (corpus.signoffs, "role"),
    )  # fmt: skip
    for table, column in tables:
        for words, line in zip(table[column], table["line"], strict=True):
            first, *_, last = re.findall(r"\w+", f"{words} {words}")
            text = "\n".join(
                lines[line - 1 : line + 2] if lines[line - 1].startswith("###") else lines[line - 1 : line]
            )
            assert first in text or last in text, (column, words, line)


def test_a_full_clean_report_has_no_problem() -> None:
    assert load(REPORTS / "INC-2025-03-14-001.md").problems.empty


def test_the_untouched_template_is_not_a_report() -> None:
    corpus = load(REPORTS / "template.md", status="all")
    assert corpus.files["outcome"].tolist() == ["skipped"]
    assert corpus.files.loc[0, "reason"].startswith("not an incident report but a template to fill in: ")


# --- bad reports -----------------------------------------------------------------------------------------------------


def bad_reports() -> Iterator[Any]:
    text = (REPORTS / "bad_reports.md").read_text(encoding="utf-8")
    for name, report, problems in re.findall(
        r"^## (.+)\n\n~~~~\n(.*?)~~~~\n\n((?:- .*\n)+)", text, re.DOTALL | re.MULTILINE
    ):
        yield pytest.param(report, [line.removeprefix("- ") for line in problems.splitlines()], id=name)


@pytest.mark.parametrize(("report", "problems"), list(bad_reports()))
def test_each_bad_value_is_a_problem_that_says_what_to_write(tmp_path: Path, report: str, problems: list[str]) -> None:
    found = read(tmp_path, report).problems
    listed = [
        f"{row.line}: {row.level}: {row.message} [{row.code}]" for row in found.itertuples() if row.level != "info"
    ]
    assert listed == problems


# --- the same report, saved in another way ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "saved",
    [
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + FULL.encode(),
        b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode(),
        FULL.rstrip().encode(),
        FULL.replace("**Date**: ", "**Date**:\u00a0").encode(),
        FULL.replace("# Incident Report", "# \U0001f525 Incident Report").replace("\U0001f525 ", "").encode(),
        FULL.replace("## Timeline", "## ⏱️ 3. TIMELINE:").encode(),
        FULL.replace("## ", "### ").encode(),
        FULL.replace("  \n", "<br>\n").encode(),
        FULL.replace("- [x]", "* [X]").replace("- [ ]", "+ [ ]").encode(),
        FULL.replace("|------------|-------|", "|:--|--:|").encode(),
        FULL.replace("**Severity**: SEV-2", "**Severity**: SEV-2 <!-- SEV-1, SEV-2 or SEV-3 -->").encode(),
    ],
    ids=["CRLF", "CR", "BOM", "BOM and CRLF", "no final newline", "NBSP", "plain", "emoji heading", "deeper headings",
         "breaks", "other bullets", "aligned table", "a hint left in a comment"],
)  # fmt: skip
def test_how_a_report_was_saved_does_not_matter(tmp_path: Path, saved: bytes) -> None:
    (tmp_path / "INC-2025-03-14-001.md").write_bytes(saved)
    got, expected = as_read(tmp_path / "INC-2025-03-14-001.md"), as_read(REPORTS / "INC-2025-03-14-001.md")
    for tables in (got, expected):
        tables.pop("readings")
        for incident in tables["incidents"]:
            for name in ("summary", "what_happened", "why_it_happened"):
                incident[name] = re.sub(r"\r\n?", "\n", incident[name])
    assert got == expected


@pytest.mark.parametrize("value", ["&a [*a]", "[" * 3000 + "]" * 3000])
def test_front_matter_without_end_costs_no_more_than_itself(tmp_path: Path, value: str) -> None:
    text = f"---\nteams: {value}\n---\n\n# X\n\n**Incident ID**: INC-2025-03-14-001\n**Severity**: SEV-2\n"
    assert read(tmp_path, text).incidents["severity"].tolist() == ["SEV-2"]


def test_boxes_of_a_list_with_blank_lines_are_read(tmp_path: Path) -> None:
    text = FULL.replace("- [x] API\n- [ ] Frontend\n", "- [x] API\n\n- [ ] Frontend\n\n")
    services = read(tmp_path, text).services
    assert dict(zip(services["service"], services["affected"], strict=True)) == {
        "API": True, "Frontend": False, "Content Generation": False, "Audio Generation": True, "Admin Dashboard": False
    }  # fmt: skip


def test_a_one_line_fence_and_a_heading_inside_one_swallow_no_section(tmp_path: Path) -> None:
    text = FULL.replace(
        "```\nWARN lease lost\n# retrying\n```", "```WARN lease lost```\n\n```\n## Timeline\n# Sign-off\n```"
    )
    corpus = read(tmp_path, text)
    assert len(corpus.timeline) == 6
    assert len(corpus.actions) == 5
    assert len(corpus.signoffs) == 3
    assert corpus.problems.empty


# --- what a report may leave out or write in its own way -------------------------------------------------------------

HEAD = "**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-2\n**Status**: Final\n\n"


@pytest.mark.parametrize(
    ("said", "started"),
    [
        ("- Fuso: BRT\n", "12:00"),
        ("| Item | Valor |\n|--|--|\n| Hora | de Lisboa |\n", "09:00"),
        ("### Zeitpunkte (alle MEZ)\n\nWie im Protokoll.\n", "08:00"),
        ("## Ablauf\n\nZeiten laut Betriebstagebuch (MEZ).\n", "08:00"),
    ],
)
def test_the_zone_is_read_where_people_write_it(said: str, started: str, tmp_path: Path) -> None:
    text = f"# API down\n\n{HEAD}{said}\n## Timeline\n\n| Time | Event |\n|--|--|\n| 09:00 | Incident started |\n"
    assert f"{read(tmp_path, text).incidents.loc[0, 'started_at']:%H:%M}" == started


def test_a_header_may_name_a_zone_in_brackets_within_brackets(tmp_path: Path) -> None:
    table = "| Time (Lokalzeit (MESZ)) | Event |\n|--|--|\n| 09:00 | Incident started |\n"
    incidents = read(tmp_path, f"{HEAD}## Timeline\n\n{table}").incidents
    assert f"{incidents.loc[0, 'started_at']:%H:%M}" == "07:00"


@pytest.mark.parametrize(
    ("header", "cells", "statuses"),
    [
        ("Progress", ("100%", "40 %"), ["done", "open"]),
        ("Avance", ("100 %", "0%"), ["done", "open"]),
        ("Complete?", ("Y", "N"), ["done", "open"]),
        ("Klaar", ("ja", "nee"), ["done", "open"]),
        ("Complété ?", ("oui", "non"), ["done", "open"]),
        ("State", ("Live", "In sprint"), ["done", "open"]),
    ],
)
def test_states_as_houses_write_them(header: str, cells: tuple[str, str], statuses: list[str], tmp_path: Path) -> None:
    rows = "".join(f"| Mend it {number} | {cell} |\n" for number, cell in enumerate(cells))
    corpus = read(tmp_path, f"{HEAD}## Action Items\n\n| Action | {header} |\n|--|--|\n{rows}")
    assert corpus.actions["status"].tolist() == statuses


def test_services_without_boxes_are_those_affected(tmp_path: Path) -> None:
    services = read(tmp_path, HEAD + "## Affected Services\n- API\n- Frontend\n- None\n").services
    assert list(zip(services["service"], services["affected"], strict=True)) == [("API", True), ("Frontend", True)]


def test_a_line_of_services_is_split_at_its_commas(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + "## Affected Services\nAPI, Frontend\n").services["service"].tolist() == [
        "API",
        "Frontend",
    ]


@pytest.mark.parametrize("row", ["| None | | | |", "| N/A | - | - | - |", "| TBD | TBD | TBD | TBD |", "| | | | |",
                                 "| [Specific action] | [Name] | YYYY-MM-DD | High/Medium/Low |"])  # fmt: skip
def test_a_row_that_holds_no_action_is_none(tmp_path: Path, row: str) -> None:
    text = HEAD + f"## Action Items\n\n| Action | Owner | Due Date | Priority |\n|--|--|--|--|\n{row}\n"
    assert read(tmp_path, text).actions.empty


@pytest.mark.parametrize(
    ("written", "action", "status"),
    [
        ("~~Fix it~~", "Fix it", "done"), ("✅ Fix it", "Fix it", "done"), ("[x] Fix it", "Fix it", "done"),
        ("Done: Fix it", "Fix it", "done"), ("(done) - Fix it", "Fix it", "done"), ("[done] Fix it", "Fix it", "done"),
        ("[open] Fix it", "Fix it", "open"), ("[Open API] Fix it", "[Open API] Fix it", None), ("[ ] Fix it", "Fix it", "open"),
        ("⏳ Fix it", "Fix it", "open"), ("Fix it", "Fix it", None), ("Fix what was done", "Fix what was done", None),
        ("~~Fix~~ it", "Fix it", None), ("TODO: Fix it", "Fix it", "open"), ("Fix it (not done)", "Fix it", "open"),
        ("Cancelled: Fix it", "Fix it", "dropped"), ("[x] Fix it (not done)", "Fix it", None), ("[x] Not started: Fix it", "Fix it", None),
        ("Fix it - done", "Fix it", "done"), ("Fix it: done", "Fix it", "done"), ("Fix it [x]", "Fix it", "done"),
        ("Fix it -- Done.", "Fix it", "done"), ("Completed: Fix it", "Fix it", "done"), ("Done - Fix it", "Fix it", "done"),
        ("Fix it - in progress", "Fix it", "open"), ("Fix it (won't do)", "Fix it", "dropped"), ("[ ] Fix it - done", "Fix it", None),
        ("Done-ness check", "Done-ness check", None), ("Get it done", "Get it done", None), ("Fix it, done", "Fix it, done", None),
        ("Fix it (fixed in v2)", "Fix it (fixed in v2)", None), ("Fix it - closed by 12 March", "Fix it - closed by 12 March", None),
        ("Is it closed?", "Is it closed?", None), ("Fix it - to be done", "Fix it - to be done", None),
        ("[x] Won't do: Fix it", "Fix it", "dropped"), ("Open-source it", "Open-source it", None), ("Fix it (in March)", "Fix it (in March)", None),
    ],
)  # fmt: skip
def test_done_marks_of_actions(tmp_path: Path, written: str, action: str, status: str | None) -> None:
    actions = read(tmp_path, HEAD + f"## Action Items\n\n| Action |\n|--|\n| {written} |\n").actions
    assert actions["action"].tolist() == [action]
    assert actions["status"].astype("object").where(actions["status"].notna(), None).tolist() == [status]


@pytest.mark.parametrize(
    ("written", "status", "done_on"),
    [
        ("| Fix it - done 2025-04-12 | |", "done", "2025-04-12"), ("| Fix it ✅ done 2025-04-12 | |", "done", "2025-04-12"),
        ("| ✅ Done 2025-04-12: Fix it | |", "done", "2025-04-12"), ("| Fix it (closed 12 Apr) | |", "done", "2025-04-12"),
        ("| Fix it, closed 12 April | |", "done", "2025-04-12"), ("| Fix it ✅ 2025-04-12 | |", "done", "2025-04-12"),
        ("| Fix it | done 2025-04-12 |", "done", "2025-04-12"), ("| Fix it | ✅ done on 12 April 2025 |", "done", "2025-04-12"),
        ("| Fix it | Closed (12 Apr) |", "done", "2025-04-12"), ("| Fix it | Done |", "done", None),
        ("| Fix it - closed 2 Jan | |", "done", None), ("| Fix it | closed 04/03/2025 |", "done", None),
        ("| Fix it | Open 2025-04-12 |", "open", None), ("| Fix it | Done by 2025-04-12 |", None, None),
    ],
)  # fmt: skip
def test_the_day_behind_a_state_is_when_it_was_done(
    tmp_path: Path, written: str, status: str | None, done_on: str | None
) -> None:
    """Without a year it is the first one after the incident, of 14 March, if that is within half a year; else unknown."""
    corpus = read(tmp_path, HEAD + f"\n## Action Items\n\n| Action | Status |\n|--|--|\n{written}\n")
    (action,) = corpus.actions.astype(object).where(corpus.actions.notna(), None).to_dict("records")
    assert (action["action"], action["status"]) == ("Fix it", status)
    assert (action["completed_on"] and f"{action['completed_on']:%Y-%m-%d}") == done_on


def test_a_completed_column_counts_more_than_the_day_of_a_state(tmp_path: Path) -> None:
    text = (
        "\n## Action Items\n\n| Action | Status | Completed |\n|--|--|--|\n| Fix it | done 2025-04-12 | 2025-04-13 |\n"
    )
    assert str(read(tmp_path, HEAD + text).actions.loc[0, "completed_on"].date()) == "2025-04-13"


@pytest.mark.parametrize(
    ("written", "affected"),
    [
        ("- [x] API (not affected)", None), ("- [ ] API (not affected)", False), ("- API: no impact", False),
        ("- [x] API - unaffected", None), ("- API", True), ("API, Web (unaffected)", True), ("- [x] API (None)", None),
    ],
)  # fmt: skip
def test_a_service_that_was_not_affected_is_not(tmp_path: Path, written: str, affected: bool | None) -> None:
    corpus = read(tmp_path, HEAD + f"\n## Impact\n\n### Affected Services\n{written}\n")
    service, *others = corpus.services.to_dict("records")
    assert (service["service"], None if pd.isna(service["affected"]) else service["affected"]) == ("API", affected)
    assert all(other["affected"] is False for other in others)
    assert ("contradiction" in set(corpus.problems["code"])) == (affected is None)


def test_unknown_and_zero_are_not_the_same(tmp_path: Path) -> None:
    unknown = read(
        tmp_path, HEAD + "## User Impact\n**Affected users**: Unknown\n**SLA impact**: Not measured\n"
    ).incidents
    zero = read(tmp_path, HEAD + "## User Impact\n**Affected users**: None\n**SLA impact**: 0%\n").incidents
    columns = ["affected_users", "affected_users_fraction", "sla_impact"]
    assert unknown[columns].isna().to_numpy().all()
    assert zero[columns].to_numpy().tolist() == [[0, 0.0, 0.0]]


ROWS = "\n## Timeline\n\n| Time | Event |\n|--|--|\n"


def stated(duration: str, rows: str = "", status: str = "Final") -> str:
    """Return a report with a Duration, a Status and a timeline."""
    text = HEAD.replace("Final", status).replace("**Severity**", f"**Duration**: {duration}\n**Severity**")
    return text + (ROWS + rows if rows else "")


TABLE = "\n| {} | Event |\n|--|--|\n| 11:00 | Initial alert/detection |\n| 12:00 | Service restored |\n"
ITEMS = "\n- 11:00 Initial alert/detection\n- 12:00 Service restored\n"


@pytest.mark.parametrize(
    "timeline",
    [
        "## Timeline\n" + TABLE.format("Time ({})"), "## Timeline ({})\n" + TABLE.format("Time"), "## Timeline ({})\n" + ITEMS,
        "## Timeline (all times {})\n" + TABLE.format("Time"), "## Timeline\n\nAll times are in {}.\n" + TABLE.format("Time"),
        "## Timeline\n\n*Times in {}*\n" + ITEMS, "## Timeline\n\n### 2025-03-14 ({})\n" + ITEMS,
        "## Timeline ({})\n\n### 2025-03-14\n" + ITEMS, "## Timeline\n\n- 2025-03-14 ({})\n" + ITEMS[1:],
        "**Time zone**: {}\n\n## Timeline\n" + TABLE.format("Time"), "## Timeline ({})\n" + TABLE.format("Time (UTC+9)"),
        "## Timeline\n\nAll times are in {}.\n" + TABLE.format("Time (UTC+9)"), "## Timeline\n\nAll times {}\n" + ITEMS,
        "## Timeline\n" + TABLE.format("Time {}"), "## Timeline\n" + TABLE.format("{}"), "## Timeline\n" + TABLE.format("Time, {}"),
        "All times {}\n\n## Timeline\n" + TABLE.format("Time"), "*All times are in {}.*\n\n## Timeline\n" + ITEMS,
        "## Timeline\n\n| Time (UTC) | Event |\n|--|--|\n\n### 14 March 2025 {}\n" + ITEMS,
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["JST", "IST", "CST"])
def test_times_are_read_in_the_zone_that_is_named_or_not_at_all(tmp_path: Path, timeline: str, zone: str) -> None:
    corpus = read(tmp_path, HEAD + "\n" + timeline.replace("{}", zone))
    found = corpus.incidents[["detected_at", "restored_at"]].iloc[0]
    problems = corpus.problems[corpus.problems["level"] != "info"]
    if zone == "JST" or "UTC+9" in timeline:
        assert [f"{at:%d %H:%M}" for at in found] == ["14 02:00", "14 03:00"]
        assert problems.empty
    else:
        assert found.isna().all()
        assert problems["code"].tolist() == ["unreadable-time"]
        assert f"zone '{zone}' means several zones" in problems["message"].iloc[0]


@pytest.mark.parametrize(
    "timeline",
    [
        "## Timeline\n" + TABLE.format("Time (CHST)"), "## Timeline\n" + TABLE.format("Time CHST"),
        "## Timeline\n" + TABLE.format("Time, CHST"), "## Timeline\n" + TABLE.format("Uhrzeit CHST"),
        "## Timeline\n" + TABLE.format("Hora CHST"), "## Timeline\n" + TABLE.format("Timestamp [CHST]"),
        "## Timeline (CHST)\n" + ITEMS, "## Timeline (all times CHST)\n" + TABLE.format("Time"),
        "## Timeline\n\nAll times are in CHST.\n" + TABLE.format("Time"), "## Timeline\n\n*Times in CHST*\n" + ITEMS,
        "**Time zone**: CHST\n\n## Timeline\n" + TABLE.format("Time"), "**TZ**: Europe/Londn\n\n## Timeline\n" + ITEMS,
        "All times CHST\n\n## Timeline\n" + TABLE.format("Time"),
    ],
)  # fmt: skip
def test_times_in_a_zone_that_is_not_known_are_not_read(tmp_path: Path, timeline: str) -> None:
    corpus = read(tmp_path, HEAD + "\n" + timeline)
    problems = corpus.problems[corpus.problems["level"] != "info"]
    assert corpus.incidents[["detected_at", "restored_at"]].iloc[0].isna().all()
    assert problems["code"].tolist() == ["unreadable-time"]
    assert re.search(r"zone '[^']*(?:CHST|Londn)' is not known; ", problems["message"].iloc[0])


@pytest.mark.parametrize("words", ["Time LIST", "TIME LOST", "Time (local)", "Time spent"])
def test_words_next_to_times_that_are_no_zone(tmp_path: Path, words: str) -> None:
    corpus = read(tmp_path, HEAD + "\n## Timeline\n" + TABLE.format("Time") + f"\n{words}\n")
    assert corpus.incidents[["detected_at", "restored_at"]].iloc[0].notna().all()
    corpus = read(tmp_path, HEAD + "\n## Timeline\n" + TABLE.format(words))
    assert corpus.incidents[["detected_at", "restored_at"]].iloc[0].notna().all()


def test_each_table_has_its_own_zone(tmp_path: Path) -> None:
    tables = (
        TABLE.format("Time (UTC)") + "\nIn the office:\n" + TABLE.format("Time (JST)").replace("restored", "checked")
    )
    timeline = read(tmp_path, HEAD + "\n## Timeline\n" + tables).timeline
    assert [f"{at:%H:%M}" for at in timeline["at"]] == ["11:00", "12:00", "02:00", "03:00"]


@pytest.mark.parametrize("duration", ["11:00 - 12:00 IST (1h)", "11:00 IST - 12:00 IST"])
def test_an_unclear_zone_of_the_duration_is_that_of_the_timeline(tmp_path: Path, duration: str) -> None:
    corpus = read(tmp_path, stated(duration, "| 11:00 | Initial alert/detection |\n| 12:00 UTC | Service restored |\n"))
    found = corpus.incidents[["started_at", "detected_at", "restored_at"]].iloc[0]
    assert found.isna().tolist() == [True, True, False]


def test_the_duration_has_the_unclear_zone_of_the_timeline(tmp_path: Path) -> None:
    text = stated("11:00 - 12:00 (1h)") + "\n## Timeline\n" + TABLE.format("Time (IST)")
    corpus = read(tmp_path, text)
    assert corpus.incidents["stated_duration"].tolist() == [pd.Timedelta("1h")]
    assert corpus.outages.empty
    named = read(tmp_path, text.replace("12:00 (1h)", "12:00 UTC (1h)"))
    assert [f"{at:%H:%M}" for at in named.outages["ended_at"]] == ["12:00"]
    assert named.timeline["at"].isna().all()


LOOKS = "| 11:00 | Initial alert/detection |\n| 11:05 | Ana looks |\n"


def restored(begin: str, end: str) -> str:
    return f"| {begin} | Initial alert/detection |\n| {end} | Service restored |\n"


@pytest.mark.parametrize(
    ("duration", "rows", "started", "outages"),
    [
        # Runs back, or is longer than its total, and no row says which is right.
        ("11:00 - 10:00 (1h)", LOOKS, "14 11:00", ["14 11:00 to ?"]), ("11:00 - 10:00 (1h)", "", None, []),
        ("1h (11:00 - 10:00)", LOOKS, "14 11:00", ["14 11:00 to ?"]), ("11:00 - 10:00", LOOKS, "14 11:00", ["14 11:00 to ?"]),
        ("11:00 - 10:00", "", None, []), ("11:00 - 11:00", "", None, []),
        ("11:00 - 13:00 (1h)", LOOKS, "14 11:00", ["14 11:00 to ?"]), ("11:00 - 13:00 (30m)", "", "14 11:00", ["14 11:00 to ?"]),
        ("11:00 - 12:00 (about 3h)", "", "14 11:00", ["14 11:00 to ?"]),
        ("11:00 - 10:00 (next day) (1h)", "", None, []), ("11:00 UTC - 11:30 EST (1h)", "", "14 11:00", ["14 11:00 to ?"]),
        ("2025-03-14 11:00 - 2025-03-16 11:00 (2h)", LOOKS, "14 11:00", ["14 11:00 to ?"]),
        ("2025-03-16 11:00 - 2025-03-14 11:00", "", None, []), ("2025-03-16 11:00 - 2025-03-14 11:00 (2d)", "", None, []),
        ("10:00 - 11:00 and 13:00 - 14:00 (30m)", "", "14 10:00", ["14 10:00 to ?", "14 13:00 to ?"]),
        # The timeline makes the total, or has the restoration where the range ends.
        ("11:00 - 10:00 (1h)", restored("10:00", "11:00"), None, ["14 10:00 to 14 11:00"]),
        ("11:00 - 10:00 (1h)", restored("11:00", "12:00"), "14 11:00", ["14 11:00 to 14 12:00"]),
        ("11:00 - 13:00 (1h)", restored("11:00", "12:00"), "14 11:00", ["14 11:00 to 14 12:00"]),
        ("11:00 - 13:00 (1h)", restored("11:00", "13:00"), "14 11:00", ["14 11:00 to 14 13:00"]),
        ("11:00 - 13:00 (1h)", restored("11:00", "16:00"), "14 11:00", ["14 11:00 to ?"]),
        ("11:00 - 10:00", restored("11:00", "2025-03-15 10:00"), "14 11:00", ["14 11:00 to 15 10:00"]),
        # No contradiction, or a slip of minutes.
        ("11:00 - 10:00 (23h)", LOOKS, "14 11:00", ["14 11:00 to 15 10:00"]), ("22:00 - 10:00", "", "14 22:00", ["14 22:00 to 15 10:00"]),
        ("11:00 - 10:00 (next day)", "", "14 11:00", ["14 11:00 to 15 10:00"]), ("23:30 - 00:30 (1h)", "", "14 23:30", ["14 23:30 to 15 00:30"]),
        ("23:30 - 00:30", "", "14 23:30", ["14 23:30 to 15 00:30"]), ("00:00 - 24:00 (24h)", "", "14 00:00", ["14 00:00 to 15 00:00"]),
        ("23:00 - 02:00 (27h)", "", "14 23:00", ["14 23:00 to 16 02:00"]), ("11:00 - 12:10 (1h)", "", "14 11:00", ["14 11:00 to 14 12:10"]),
        ("11:00 - 11:02 (1m)", "", "14 11:00", ["14 11:00 to 14 11:02"]), ("11:00 - 11:00 (0m)", "", "14 11:00", ["14 11:00 to 14 11:00"]),
        ("10:00 - 11:00 and 13:00 - 14:00 (2h)", "", "14 10:00", ["14 10:00 to 14 11:00", "14 13:00 to 14 14:00"]),
        ("10:00 - 11:00 and 13:00 - 14:00 (4h)", "", "14 10:00", ["14 10:00 to 14 11:00", "14 13:00 to 14 14:00"]),
        ("10:00 EST - 16:00 UTC (1h)", "", "14 15:00", ["14 15:00 to 14 16:00"]),
        # A clock of twelve hours.
        ("1:00 - 3:00 PM (2h)", "", "14 13:00", ["14 13:00 to 14 15:00"]), ("1:00 - 3:00 PM", "", "14 13:00", ["14 13:00 to 14 15:00"]),
        ("1:00 PM - 3:00", "", "14 13:00", ["14 13:00 to 14 15:00"]), ("11:00 - 1:00 PM", "", "14 11:00", ["14 11:00 to 14 13:00"]),
        ("11:00 PM - 1:00", "", "14 23:00", ["14 23:00 to 15 01:00"]), ("1:00 - 3:00 PM (14h)", "", "14 01:00", ["14 01:00 to 14 15:00"]),
        ("12:30 - 1:30 PM", "", "14 12:30", ["14 12:30 to 14 13:30"]), ("1:00 - 3:00 PM (5h)", "", "14 13:00", ["14 13:00 to ?"]),
        ("13:00 - 3:00 PM (2h)", "", "14 13:00", ["14 13:00 to 14 15:00"]),
    ],
)  # fmt: skip
def test_a_range_counts_where_nothing_contradicts_it(
    tmp_path: Path, duration: str, rows: str, started: str | None, outages: list[str]
) -> None:
    corpus = read(tmp_path, stated(duration, rows))
    at = corpus.incidents["started_at"].iloc[0]
    assert (None if pd.isna(at) else f"{at:%d %H:%M}") == started
    found = [f"{row.started_at:%d %H:%M} to {'?' if pd.isna(row.ended_at) else f'{row.ended_at:%d %H:%M}'}"
             for row in corpus.outages.itertuples()]  # fmt: skip
    assert found == outages
    if not outages or outages[-1].endswith("?"):
        assert "duration-mismatch" in set(corpus.problems["code"])
        assert pd.isna(corpus.incidents["ended_at"].iloc[0])


@examples(30)
@given(
    st.integers(0, 24 * 60 - 1), st.integers(0, 24 * 60 - 1), st.integers(1, 3000), st.sampled_from([LOOKS, ""]),
    st.sampled_from(["", " (next day)"]),
)  # fmt: skip
def test_no_outage_is_far_from_the_length_that_the_report_states(
    begin: int, end: int, total: int, rows: str, later: str
) -> None:
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, end)]
    with tempfile.TemporaryDirectory() as folder:
        corpus = read(Path(folder), stated(f"{clocks[0]} - {clocks[1]}{later} ({total // 60}h {total % 60}m)", rows))
    down = (corpus.outages["ended_at"] - corpus.outages["started_at"]).dropna() / pd.Timedelta(minutes=1)
    assert all(abs(minutes - total) <= 5 or max(minutes, total) < 1.5 * min(minutes, total) for minutes in down)


@pytest.mark.parametrize(
    ("status", "duration", "is_open"),
    [
        ("Draft", "11+ hours and counting", True), ("Draft", "Ongoing", True), ("Under Review", "14:02 - ongoing", True),
        ("Final", "11+ hours and counting", True), ("Final", "14:02 - not yet resolved", True), ("Final", "2h so far", True),
        ("Draft", "2h", False), ("Draft", "Unknown", False), ("Final", "2h (no longer ongoing)", False),
        ("Ongoing", "Unknown", True), ("Monitoring", "Unknown", True), ("Not yet resolved", "Unknown", True),
        ("Open", "Unknown", False), ("In progress", "Unknown", False),
    ],
)  # fmt: skip
def test_what_goes_on_is_open_whatever_its_reports_status(
    tmp_path: Path, status: str, duration: str, is_open: bool
) -> None:
    corpus = read(tmp_path, stated(duration, status=status))
    assert corpus.incidents["is_open"].tolist() == [is_open]
    assert not corpus.problems["code"].isin(["contradiction", "unreadable-value"]).any()


@pytest.mark.parametrize(
    ("status", "duration", "rows", "message"),
    [
        ("Final", "14:02 - ongoing", "| 14:02 | Initial alert/detection |\n| 15:00 | Service restored |\n",
         "the Duration '14:02 - ongoing' says that the incident goes on, but line 13 says it was restored"),
        ("Draft", "14:02 - 15:00 (still open)", "",
         "the Duration '14:02 - 15:00 (still open)' says that the incident goes on, but line 3 says when it ended"),
        ("Monitoring", "1h", "", "the Status 'Monitoring' says that the incident goes on, but line 3 says how long it lasted"),
    ],
)  # fmt: skip
def test_what_goes_on_and_has_ended_is_a_contradiction(
    tmp_path: Path, status: str, duration: str, rows: str, message: str
) -> None:
    corpus = read(tmp_path, stated(duration, rows, status))
    assert corpus.incidents["is_open"].tolist() == [False]
    problems = corpus.problems[corpus.problems["code"] == "contradiction"]
    assert problems["message"].tolist() == [f"{message}; correct one or the other"]
    assert corpus.outages["ended_at"].notna().all()


def windows(corpus: Corpus) -> list[tuple[str, str, str]]:
    """Return the outages as clock times with their source; a dash where the end is not known."""
    return [
        (f"{row.started_at:%H:%M}", "-" if row.ended_at is pd.NaT else f"{row.ended_at:%H:%M}", row.source)
        for row in corpus.outages.itertuples()
    ]


REOPENED = (
    "| 10:00 | Errors begin |\n| 10:05 | Initial alert/detection |\n| 11:00 | Service restored |\n"
    "| 13:00 | Incident reopened |\n| 14:00 | Service restored |\n"
)
TWO = [("10:00", "11:00", "timeline"), ("13:00", "14:00", "timeline")]


@pytest.mark.parametrize(
    ("duration", "outages"),
    [
        ("10:00 - 14:00 (4h)", [("10:00", "14:00", "duration")]),
        ("10:00 - 14:00", [("10:00", "14:00", "duration")]),
        ("10:00 - 14:00 (2h)", TWO),
        ("10:00 - 14:00 (about 2h)", TWO),
        ("2h", TWO),
        ("Unknown", TWO),
        ("10:00 - 11:00 and 13:00 - 14:00 (2h)", [(start, end, "duration") for start, end, _ in TWO]),
    ],
)
def test_the_windows_of_a_reopened_incident_count_where_they_make_the_stated_duration(
    tmp_path: Path, duration: str, outages: list[tuple[str, str, str]]
) -> None:
    assert windows(read(tmp_path, stated(duration, REOPENED))) == outages


@pytest.mark.parametrize("duration", ["10:00 - 11:00 JST (1h)", "10:00 JST - 11:00 (1h)", "10:00 - 11:00 (JST)"])
def test_a_zone_after_the_range_is_that_of_both_ends(tmp_path: Path, duration: str) -> None:
    rows = "| 01:00 | Initial alert/detection |\n| 02:00 | Service restored |\n"
    corpus = read(tmp_path, stated(duration, rows).replace("| Time |", "| Time (UTC) |"))
    assert windows(corpus) == [("01:00", "02:00", "duration")]
    assert "duration-mismatch" not in set(corpus.problems["code"])


def whole(*rows: tuple[str, str]) -> str:
    return "".join(f"| {when} | {event} |\n" for when, event in rows)


DETECTED, OVER = "Initial alert/detection", "Service restored"
DAYS_APART = whole(("2025-03-14 16:00", DETECTED), ("2025-03-17 09:00", OVER))


@pytest.mark.parametrize(
    ("duration", "rows", "hours"),
    [
        ("16:00 - 09:00", DAYS_APART, 65),
        ("16:00 - 09:00", whole(("2025-03-14 16:00", DETECTED), ("2025-03-15 09:00", OVER)), 17),
        ("16:00 - 09:00", whole(("16:00", DETECTED), ("09:00", OVER)), 17),
        ("16:00 - 09:00", whole(("2025-03-14 16:00", DETECTED), ("2025-03-17 09:30", OVER)), 17),
        ("16:00 - 09:00 (65h)", DAYS_APART, 65),
        ("16:00 - 09:00 (next day)", DAYS_APART, 17),
        ("11:00 - 10:00 (1h)", whole(("10:00", DETECTED), ("11:00", OVER)), 1),
        ("11:00 - 10:00 (1h)", whole(("10:00", DETECTED), ("12:30", OVER)), None),
        ("11:00 - 10:00 (1h)", whole(("10:00", DETECTED)), None),
        ("10:00 - 11:00 (90 minutes)", whole(("10:00", DETECTED), ("11:30", OVER)), 1.5),
        ("10:00 - 12:00 (1h)", whole(("10:00", DETECTED), ("12:00", OVER)), 2),
        ("10:00 - 12:00 (1h)", whole(("11:00", DETECTED), ("12:00", OVER)), 2),
        ("10:00 - 12:00 (1h 55m)", whole(("10:00", DETECTED), ("12:03", OVER)), 2),
        ("10:00 - 20:00 (1h)", whole(("10:00", DETECTED), ("15:00", OVER)), None),
    ],
)
def test_a_range_that_contradicts_both_its_total_and_the_timeline_does_not_count(
    tmp_path: Path, duration: str, rows: str, hours: float | None
) -> None:
    outages = read(tmp_path, stated(duration, rows)).outages
    spans = outages["ended_at"] - outages["started_at"]
    assert spans.tolist() == [pd.NaT if hours is None else pd.Timedelta(hours=hours)]


def test_a_range_that_does_not_count_is_a_problem_with_both_lines(tmp_path: Path) -> None:
    corpus = read(tmp_path, stated("11:00 - 10:00 (1h)", whole(("10:00", DETECTED), ("11:00", OVER))))
    problems = corpus.problems[corpus.problems["code"] == "duration-mismatch"]
    assert problems["line"].tolist() == [3]
    message = (
        "the Duration's own times make 23h 00m, it states 1h 00m, and line 13 says it was restored at 2025-03-14 11:00 UTC, "
        "which makes the stated length and counts; correct its times"
    )
    assert problems["message"].tolist() == [message]


def test_what_was_reopened_and_goes_on_is_open_again(tmp_path: Path) -> None:
    rows = "".join(f"{row}\n" for row in REOPENED.splitlines()[:4])
    for duration in ("Ongoing", "10:00 - ongoing"):
        corpus = read(tmp_path, stated(duration, rows))
        assert corpus.incidents["is_open"].tolist() == [True]
        assert corpus.incidents["restored_at"].isna().all()
        assert windows(corpus) == [("10:00", "11:00", "timeline"), ("13:00", "-", "timeline")]


RELAPSED = "".join(f"{row}\n" for row in REOPENED.splitlines()[:4])


@pytest.mark.parametrize(
    ("duration", "rows", "outages"),
    [
        ("10:00 - 11:00 (1h)", "", [("10:00", "11:00", "duration"), ("13:00", "-", "timeline")]),
        ("10:00 - 11:00 (1h)", "| 14:00 | Incident closed |\n",
         [("10:00", "11:00", "duration"), ("13:00", "-", "timeline")]),
        ("1h", "", [("10:00", "11:00", "timeline"), ("13:00", "-", "timeline")]),
        ("Unknown", "", [("10:00", "11:00", "timeline"), ("13:00", "-", "timeline")]),
        ("10:00 - 14:00 (4h)", "", [("10:00", "14:00", "duration")]),
        ("10:00 - 11:00 and 13:00 - 13:30 (1h 30m)", "",
         [("10:00", "11:00", "duration"), ("13:00", "13:30", "duration")]),
    ],
)  # fmt: skip
def test_a_relapse_that_nothing_ends_is_an_outage_of_unknown_end(
    tmp_path: Path, duration: str, rows: str, outages: list[tuple[str, str, str]]
) -> None:
    corpus = read(tmp_path, stated(duration, RELAPSED + rows))
    assert windows(corpus) == outages
    assert corpus.incidents["is_open"].tolist() == [False]
    lacks_end = [any(end == "-" for _, end, _ in outages)]
    assert corpus.incidents["ended_at"].isna().tolist() == corpus.incidents["restored_at"].isna().tolist() == lacks_end
    assert "contradiction" in set(corpus.problems["code"])


def test_each_window_ends_with_a_row_that_has_the_milestone_restored(tmp_path: Path) -> None:
    free = REOPENED.replace("Service restored", "All back to normal")
    for rows, source in ((REOPENED, "stated"), (free, "inferred")):
        timeline = read(tmp_path, stated("Unknown", rows)).timeline
        restored = timeline[timeline["milestone"] == "restored"]
        assert restored["at"].dt.hour.tolist() == [11, 14]
        assert restored["milestone_source"].tolist() == [source, source]
        assert restored["confidence"].between(0.5, 1).all()
        assert restored["grade"].isin(["recorded"] if source == "stated" else ["sure", "check"]).all()


@pytest.mark.parametrize(
    ("row", "written", "grades"),
    [
        ("| 12:00 | Service restored |", "Unknown", {"recorded"}),
        ("| 12:00 | Service restored for everybody, all back to normal |", "10:00 - 12:00 (2h)", {"recorded"}),
        ("| 12:00 | Pods work |", "Unknown", {"check"}),
        ("| 2024-03-14 12:00 | Service restored |", "Unknown", {"check"}),
    ],
)
def test_an_end_has_the_grade_of_the_row_it_is_taken_from(
    tmp_path: Path, row: str, written: str, grades: set[str]
) -> None:
    """A date that was corrected is to be checked, also in a row that states its milestone."""
    rows = f"| 10:00 | Initial alert/detection |\n| 11:00 | Coffee |\n{row}\n"
    readings = read(tmp_path, stated(written, rows)).readings.set_index("field")
    assert {readings.loc[name, "grade"] for name in ("restored_at", "ended_at")} == grades
    assert readings.loc["detected_at", "grade"] == "recorded"
    assert readings.loc["severity", "grade"] == "recorded"


SPANS = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=1, max_size=4)


@examples(40)
@given(SPANS)
def test_the_windows_of_any_number_of_relapses_add_up(spans: list[tuple[int, int]]) -> None:
    """Each pair is how long it was down, and how long it was up before the next relapse, in minutes."""
    clock, rows, expected = datetime(2025, 3, 14, 1, tzinfo=UTC), [], []
    for down, up in spans:
        end = clock + timedelta(minutes=down)
        rows += [
            f"| {clock:%H:%M} | {'Incident reopened' if rows else 'Errors begin'} |",
            f"| {end:%H:%M} | Service restored |",
        ]
        expected.append((clock, end))
        clock = end + timedelta(minutes=up)
    total = sum(down for down, _ in spans)
    text = stated(f"{expected[0][0]:%H:%M} - {expected[-1][1]:%H:%M} ({total} minutes)", "\n".join(rows))
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    found = [(row["started_at"], row["ended_at"]) for row in report.rows["outages"]]
    assert found == expected
    restored = [row["at"] for row in report.rows["timeline"] if row["milestone"] == "restored"]
    assert len(restored) == len(spans)


def test_a_field_and_a_row_that_give_two_instants_for_a_milestone_are_a_contradiction() -> None:
    known = default_template().model_dump()
    fields = {"started_at": ("Began",), "restored_at": ("Restored",)}
    template = Template.model_validate(known | {"fields": known["fields"] | fields})
    text = stated("10:00 - 12:00", "| 10:00 | Errors begin |\n| 12:00 | Service restored |\n").replace(
        "**Status**", "**Began**: 2025-03-14 {began}\n**Restored**: 2025-03-14 {restored}\n**Status**"
    )

    def found(began: str, restored: str) -> list[tuple[str, int, str]]:
        (report,) = parse_reports(text.format(began=began, restored=restored), "x.md", Settings(), template)
        assert f"{report.incident['started_at']:%H:%M} {report.incident['restored_at']:%H:%M}" == f"{began} {restored}"
        codes = {"contradiction", "duration-mismatch"}
        return [(row["code"], row["line"], row["message"]) for row in report.rows["problems"] if row["code"] in codes]

    assert found("10:00", "12:00") == []
    assert found("09:30", "12:10") == [
        (
            "duration-mismatch",
            3,
            "started is 2025-03-14 10:00 UTC here, 2025-03-14 09:30 UTC in line 5; correct one or the other",
        ),
        (
            "contradiction",
            15,
            "restored is 2025-03-14 12:00 UTC here, 2025-03-14 12:10 UTC in line 6; correct one or the other",
        ),
    ]


@pytest.mark.parametrize("first", ["morning", "", "??", "2025-03-14", "14:??"])
def test_a_first_row_without_a_time_leaves_the_start_and_the_outage_unknown(tmp_path: Path, first: str) -> None:
    rows = f"| {first} | Users complain |\n| 11:10 | Alert fires |\n| 16:40 | All back to normal |\n"
    corpus = read(tmp_path, stated("all day", rows))
    incident = corpus.incidents.iloc[0]
    assert pd.isna(incident["started_at"])
    assert pd.isna(incident["ended_at"])
    assert f"{incident['restored_at']:%H:%M}" == "16:40"
    assert corpus.outages.empty
    times = corpus.problems[corpus.problems["code"] == "unreadable-time"]
    assert times["line"].tolist() == [12]


def test_a_start_that_the_duration_states_needs_no_row(tmp_path: Path) -> None:
    rows = "| morning | Users complain |\n| 11:10 | Alert fires |\n| 16:40 | All back to normal |\n"
    assert windows(read(tmp_path, stated("10:40 - 16:40", rows))) == [("10:40", "16:40", "duration")]


@pytest.mark.parametrize(
    ("rows", "milestone", "clock"),
    [
        ("| 2025-03-14 | Initial alert/detection |\n| 10:20 | Initial alert/detection |\n", "detected", None),
        ("| 10:00 | Initial alert/detection |\n| later | Initial alert/detection |\n", "detected", "10:00"),
        ("| 11:00 | Service restored |\n| evening | Service restored |\n", "restored", None),
        ("| noonish | Service restored |\n| 13:00 | Service restored |\n", "restored", "13:00"),
    ],
)
def test_a_milestone_whose_row_has_no_time_is_not_taken_from_another_row(
    tmp_path: Path, rows: str, milestone: str, clock: str | None
) -> None:
    at = read(tmp_path, stated("Unknown", rows)).incidents[f"{milestone}_at"].iloc[0]
    assert (None if pd.isna(at) else f"{at:%H:%M}") == clock


def test_a_milestone_with_a_date_alone_is_said_to_have_no_time(tmp_path: Path) -> None:
    rows = "| 10:00 | Errors begin |\n| 2025-03-14 | Initial alert/detection |\n| 12:00 | Service restored |\n"
    problems = read(tmp_path, stated("2h", rows)).problems
    assert problems.loc[problems["line"] == 13, "message"].tolist() == [
        "'Initial alert/detection' has no time of day, so when it was detected is unknown; write it as HH:MM"
    ]
    assert not problems["message"].str.contains("detected_at is missing").any()


@pytest.mark.parametrize(
    ("words", "severity", "problem"),
    [
        ("SEV-1 (downgraded to SEV-2)", "SEV-2",
         "warning: Severity 'SEV-1 (downgraded to SEV-2)' names SEV-1 and SEV-2, read as SEV-2, the last in force; write SEV-2 alone [contradiction]"),
        ("SEV-1/2", None,
         "warning: Severity 'SEV-1/2' names SEV-1 and SEV-2; write the one that counts [unknown-severity]"),
        ("SEV1 / SEV2 / SEV3", None, "info: Severity still offers every choice; write one of them [placeholder]"),
        ("SEV-2 (Major)", "SEV-2", None),
    ],
)  # fmt: skip
def test_two_severities_in_one_field_are_a_problem(
    tmp_path: Path, words: str, severity: str | None, problem: str | None
) -> None:
    corpus = read(tmp_path, HEAD.replace("SEV-2", words))
    found = corpus.incidents["severity"].iloc[0]
    assert (None if pd.isna(found) else found) == severity
    rows = corpus.problems[corpus.problems["message"].str.startswith("Severity")].itertuples()
    assert [f"{row.level}: {row.message} [{row.code}]" for row in rows] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("Draft / Final", None, "unreadable-value"), ("Draft -> Final", "Final", "contradiction"),
        ("Draft | Under Review | Final", None, "placeholder"), ("Final (was Draft)", "Final", "contradiction"),
        ("Final (reviewed)", "Final", None), ("Final (after review)", "Final", None), ("Final (signed off)", "Final", None),
        ("Final (no longer pending)", "Final", None), ("Final (pending review)", None, "unreadable-value"),
        ("Final, awaiting sign-off", None, "unreadable-value"), ("Final - not yet approved", None, "unreadable-value"),
        ("Final?", None, "unreadable-value"), ("Complete (to be reviewed)", None, "unreadable-value"),
        ("Almost final", None, "unreadable-value"), ("Draft (pending data)", "Draft", None),
        ("Pending review", "Under Review", None),
    ],
)  # fmt: skip
def test_two_statuses_in_one_field_are_a_problem(
    tmp_path: Path, words: str, status: str | None, code: str | None
) -> None:
    corpus = read(tmp_path, HEAD.replace("Final", words))
    found = corpus.incidents["status"].iloc[0]
    assert (None if pd.isna(found) else found) == status
    assert corpus.problems.loc[corpus.problems["message"].str.startswith("Status"), "code"].tolist() == (
        [code] if code else []
    )


def test_two_priorities_in_one_cell_are_a_problem(tmp_path: Path) -> None:
    text = "\n## Action Items\n\n| Action | Priority |\n|--|--|\n| One | High/Medium |\n| Two | P1 (High) |\n"
    corpus = read(tmp_path, HEAD + text)
    assert corpus.actions["priority"].astype("object").fillna("-").tolist() == ["-", "High"]
    messages = corpus.problems.loc[corpus.problems["code"] == "unreadable-value", "message"]
    assert messages.tolist() == ["Priority 'High/Medium' names High and Medium; write the one that counts"]


def test_of_two_priorities_the_last_in_force_counts_and_is_a_problem(tmp_path: Path) -> None:
    text = "\n## Action Items\n\n| Action | Priority |\n|--|--|\n| One | High (was Low) |\n| Two | High/Medium/Low |\n"
    corpus = read(tmp_path, HEAD + text)
    assert corpus.actions["priority"].astype("object").fillna("-").tolist() == ["High", "-"]
    found = corpus.problems[corpus.problems["message"].str.startswith("Priority")]
    assert found["code"].tolist() == ["contradiction", "placeholder"]


@pytest.mark.parametrize(
    ("written", "status", "code"),
    [
        ("| Fix it | Done |", "done", None), ("| Fix it | ✅ Done |", "done", None), ("| Fix it | 🟢 Open |", "open", None),
        ("| Fix it | Todo |", "open", None), ("| Fix it | Pending |", "open", None), ("| Fix it | TBD |", None, None),
        ("| Fix it | Not done |", "open", None), ("| Fix it | In progress - blocked |", "open", None),
        ("| Fix it | Done (2025-04-04) |", "done", None), ("| Fix it | Dropped (not needed) |", "dropped", None),
        ("| Fix it | Open (was done) |", "open", "contradiction"), ("| Fix it | Done -> Reopened |", "open", "contradiction"),
        ("| Fix it | Done / Open |", None, "unreadable-value"), ("| Fix it | Done: no |", None, "unreadable-value"),
        ("| Fix it | Closed (won't fix) |", None, "unreadable-value"),
        ("| Fix it | Done / Open / Dropped |", None, "placeholder"), ("| Fix it | Done? |", None, "unreadable-value"),
        ("| Fix it | (not) done |", None, "unreadable-value"), ("| Fix it | Never done |", None, "unreadable-value"),
        ("| Fix it | Done (awaiting rollout) |", None, "unreadable-value"),
        ("| Fix it | Done, not deployed |", None, "unreadable-value"), ("| Fix it | Almost done |", None, "unreadable-value"),
        ("| Fix it | Isn't done |", None, "unreadable-value"), ("| Fix it | (not) cancelled |", None, "unreadable-value"),
        ("| ✅ Fix it | Open |", None, "contradiction"), ("| Fix it | ☐ Done |", None, "contradiction"),
        ("| ~~Fix it~~ | Open |", None, "contradiction"), ("| ~~Fix it~~ | Dropped |", "dropped", None),
        ("| [ ] Fix it | ✅ |", None, "contradiction"), ("| [x] Fix it | Done |", "done", None),
        ("| [ ] Fix it | Dropped |", "dropped", None),
    ],
)  # fmt: skip
def test_a_status_that_says_two_things_is_never_read_as_done(
    tmp_path: Path, written: str, status: str | None, code: str | None
) -> None:
    text = HEAD + f"\n## Action Items\n\n| Action | Status |\n|--|--|\n{written}\n"
    corpus = read(tmp_path, text)
    assert corpus.actions["status"].astype("object").where(corpus.actions["status"].notna(), None).tolist() == [status]
    assert corpus.problems.loc[corpus.problems["line"] == text.count("\n"), "code"].tolist() == ([code] if code else [])


def test_an_incident_without_times_occurred_at_its_dates_midnight_in_the_settings_zone(tmp_path: Path) -> None:
    incidents = read(tmp_path, HEAD, settings=Settings(timezone="America/New_York")).incidents
    assert str(incidents.loc[0, "occurred_at"]) == "2025-03-14 04:00:00+00:00"


def test_times_without_a_zone_are_those_of_the_settings(tmp_path: Path) -> None:
    text = HEAD + "## Timeline\n\n| Time | Event |\n|--|--|\n| 10:00 | Initial alert/detection |\n"
    corpus = read(tmp_path, text, settings=Settings(timezone="Europe/Berlin"))
    assert str(corpus.incidents.loc[0, "detected_at"]) == "2025-03-14 09:00:00+00:00"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# Meeting notes\n\nWe met.\n", "Date: 2025-03-14\n", "\0" * 50, "{}", "| a |\n|--|\n| b |"]
)
def test_what_is_no_report_gives_none(text: str) -> None:
    assert parse_reports(text, "x.md", Settings(), default_template()) == []


def test_sections_at_the_level_of_the_title_are_sections_of_the_same_report(tmp_path: Path) -> None:
    head = "# Incident Report: Queue\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n\n"
    timeline = "# Timeline\n\n| Time | Event |\n|--|--|\n| 10:00 | Alert fires |\n\n"
    actions = "# Action Items\n\n- [ ] Watch the queue\n\n## Lessons Learned\n\n- Queues need limits\n"
    corpus = read(tmp_path, head + timeline + actions)
    assert len(corpus.files) == 1
    assert corpus.timeline["event"].tolist() == ["Alert fires"]
    assert corpus.actions["action"].tolist() == ["Watch the queue"]
    assert corpus.findings["text"].tolist() == ["Queues need limits"]


def test_an_undated_row_of_the_next_day_is_on_the_next_day(tmp_path: Path) -> None:
    text = (
        "# Queue\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n\n## Timeline\n\n"
        "| Time | Event |\n|--|--|\n| 10:00 | Alert fires |\n| 11:00 (next day) | Resolved |\n| 11:30 | Coffee |\n"
    )
    days = read(tmp_path, text).timeline["at"].dt.day
    assert days.tolist() == [14, 15, 15]


@pytest.mark.parametrize("year", ["9999", "0001"])
def test_a_year_beyond_reckoning_in_the_id_anchors_nothing(tmp_path: Path, year: str) -> None:
    text = (
        f"# Queue\n\n**Incident ID**: INC-{year}-12-31-001\n**Duration**: 23:00 - 01:00 (next day)\n\n## Timeline\n\n"
        "| Time (AEST) | Event |\n|--|--|\n| 23:00 | Alert fires |\n"
    )
    corpus = read(tmp_path, text, f"INC-{year}-12-31-001.md")
    assert corpus.timeline["at"].isna().all()


def test_missing_sections_are_reported_in_the_templates_order(tmp_path: Path) -> None:
    problems = read(tmp_path, "# Queue\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n").problems
    messages = problems.loc[problems["code"] == "missing-section", "message"].tolist()
    headings = ", ".join(repr(form.headings[0]) for form in default_template().sections.values() if form.asked)
    assert messages == [f"no sections {headings}; add a heading with these words"]


# --- laws ------------------------------------------------------------------------------------------------------------

LINES = st.sampled_from(FULL.split("\n"))


@given(st.lists(LINES | st.text(max_size=20), max_size=60).map("\n".join))
def test_a_report_torn_to_pieces_is_still_read(text: str) -> None:
    """Whatever lines of a report stand in whatever order: no row without a line of the text, no value that is none."""
    n_lines = len(re.split(r"\r\n|\n|\r", text))
    for report in parse_reports(text, "x.md", Settings(), default_template()):
        assert len(report.rows["incidents"]) == 1
        for rows in report.rows.values():
            assert all(1 <= row["line"] <= n_lines for row in rows if "line" in row)


@examples(30)
@given(st.permutations(FULL.split("\n## ")[1:-1]))
def test_the_order_of_sections_does_not_matter(sections: list[str]) -> None:
    head, *_, tail = FULL.split("\n## ")

    def facts(text: str) -> dict[str, Any]:
        (report,) = parse_reports(text, "x.md", Settings(), default_template())
        return {
            name: [{column: value for column, value in row.items() if column != "line"} for row in rows]
            for name, rows in report.rows.items()
            if name in {"incidents", "timeline", "outages", "services", "costs", "signoffs"}
        }

    assert facts("\n## ".join([head, *sections, tail])) == facts(FULL)


# --- words that cannot be read cost their own value alone ------------------------------------------------------------

UNREADABLE = (
    "14:02 IST",
    "2025-03-14 14:02 CST",
    "99999999 hours",
    "31 June 2025",
    "(Foo) 14:02 GST",
    "06-05-2026 9 AST",
)
PLACES = (
    "# Incident {words}", "**Duration**: {words}", "**Date**: {words}", "**Severity**: {words}", "**Status**: {words}",
    "## Timeline\n\n### {words}\n\n- 14:00 Alert fires",
    "## Timeline\n\n- {words}\n- 14:00 Alert fires",
    "## Timeline\n\n- {words} Service restored",
    "## Timeline\n\n- 14:00 Alert at {words}",
    "## Timeline\n\n| Time ({words}) | Event |\n|--|--|\n| {words} | Alert fires at {words} |",
    "## Impact\n\n**Affected Users**: {words}\n**SLA Impact**: {words}\n**Data Loss**: {words}\n\n## {words}",
    "## Action Items\n\n| Action | Owner | Due Date | Status |\n|--|--|--|--|\n| x {words} | {words} | {words} | {words} |",
    "## Sign-off\n\n- [x] Lead: Ada - {words}",
    "## Post-Incident Review Meeting\n\n**Date**: {words}",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", UNREADABLE)
def test_words_that_cannot_be_read_never_cost_the_report(tmp_path: Path, words: str, place: str) -> None:
    text = place.format(words=words)
    title = "" if text.startswith("# ") else "# Incident: X\n\n"
    corpus = read(tmp_path, f"{title}{text}\n\n**Incident ID**: INC-2025-03-14-001\n**Author**: A\n")
    if corpus.incidents.empty:  # what is below a section's heading is that section's
        corpus = read(tmp_path, f"{title}**Incident ID**: INC-2025-03-14-001\n**Author**: A\n\n{text}\n")
    assert corpus.files["outcome"].tolist() == ["loaded"]


@pytest.mark.parametrize(
    ("date", "incident_id", "day", "source"),
    [
        ("04.03.2025", "INC-2025-03-04-001", "2025-03-04", "derived"),
        ("04.03.2025", "INC-2025-04-03-001", "2025-04-03", "derived"),
        ("04.03.2025", "INC-2025-05-05-001", None, "stated"),
        ("Tue, 04.03.2025", "INC-2025-05-05-001", "2025-03-04", "stated"),
    ],
)
def test_the_id_or_the_weekday_settles_which_number_of_the_date_is_the_month(
    tmp_path: Path, date: str, incident_id: str, day: str | None, source: str
) -> None:
    """That the Date could be of two days is said all the same, where only the id settles it."""
    text = f"# Incident: X\n\n**Incident ID**: {incident_id}\n**Date**: {date}\n**Author**: A\n"
    corpus = read(tmp_path, text, f"{incident_id}.md")
    assert corpus.incidents["date"].astype("string").fillna("none").tolist() == [day or "none"]
    readings = corpus.readings[corpus.readings["field"] == "date"]
    assert readings["source"].tolist() == [source]
    assert ("ambiguous-date" in set(corpus.problems["code"])) == ("Tue" not in date)


WINDOW = tuple[str | None, str | None]
NONE: WINDOW = (None, None)
DOUBTS: list[tuple[str, tuple[str, str], tuple[WINDOW, WINDOW], list[str]]] = [
    # the Duration, the times of the alert and of the restoration; what is read of these, the outage, what is said
    ("2025-03-14 09:40 (UTC) until 2025-03-15 03:40 (UTC), 18 hours", ("2025-03-14 09:40", "2025-03-15 03:40"),
     (("14 09:40", "15 03:40"), ("14 09:40", "15 03:40")), []),
    ("10:34 - 14:01 (3h 27m)", ("10:34", "10:40"), (("14 10:34", "14 10:40"), ("14 10:34", "14 14:01")), ["duration-mismatch"]),
    ("Unknown", ("2025-03-14 10h47", "2025-03-14 11h20"), (("14 10:47", "14 11:20"), ("14 10:47", "14 11:20")), []),
    ("Unknown", ("2023-MM-DD", "2025-03-14 11:00"), ((None, "14 11:00"), NONE), ["unreadable-time"]),
    ("73h", ("14th 09:40", "17th 10:40"), (("14 09:40", "17 10:40"), ("14 09:40", "17 10:40")), []),
    ("73h", ("Fri 09:40", "Mon 10:40"), (("14 09:40", "17 10:40"), ("14 09:40", "17 10:40")), []),
    ("09:40 - 10:40 (1h)", ("2025-03-14 09:40", "2025-02-11 10:40"), (("14 09:40", None), ("14 09:40", "14 10:40")), ["date-mismatch"]),
    ("1h", ("07:15-08:19 PST", "16:15"), (("14 15:15", "14 16:15"), ("14 15:15", "14 16:15")), []),
    ("11:00 - 10:00 (1h)", ("11:00", "TBD"), (("14 11:00", None), ("14 11:00", None)), ["duration-mismatch", "unreadable-time"]),
]  # fmt: skip


@pytest.mark.parametrize(("duration", "times", "expected", "codes"), DOUBTS)
def test_a_time_is_right_or_missing_and_named(
    tmp_path: Path, duration: str, times: tuple[str, str], expected: tuple[WINDOW, WINDOW], codes: list[str]
) -> None:
    rows = f"| {times[0]} | Initial alert/detection |\n| {times[1]} | Service restored |\n"
    corpus = read(tmp_path, stated(duration, rows))

    def written(at: Any) -> str | None:
        return None if pd.isna(at) else f"{at:%d %H:%M}"

    found = corpus.incidents.iloc[0]
    outages = [(written(row.started_at), written(row.ended_at)) for row in corpus.outages.itertuples()]
    assert ((written(found["detected_at"]), written(found["restored_at"])), *(outages or [NONE])) == expected
    problems = corpus.problems[(corpus.problems["level"] != "info") & (corpus.problems["code"] != "file-name-mismatch")]
    assert sorted(problems["code"]) == codes


def test_an_unclear_zone_costs_the_time_of_its_row_alone(tmp_path: Path) -> None:
    rows = "- 14:00 UTC Alert fires\n- 14:02 IST Page sent\n- 14:30 UTC Service restored\n"
    head = "# Incident: X\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n\n## Timeline\n\n"
    corpus = read(tmp_path, head + rows)
    assert corpus.timeline["event"].tolist() == ["Alert fires", "Page sent", "Service restored"]
    assert corpus.timeline["at"].isna().tolist() == [False, True, False]
    found = corpus.problems[corpus.problems["code"] == "unreadable-time"]
    assert found[["line", "message"]].to_numpy().tolist() == [
        [
            9,
            "zone 'IST' means several zones; set timezone to yours, or write a name such as Asia/Kolkata or Europe/Dublin or Asia/Jerusalem",
        ]
    ]


@pytest.mark.parametrize(
    ("heading", "hour"),
    [("14 March 2025 (UTC)", 14), ("Friday, 14 March 2025", 14), ("14 March 2025 (CET)", 13), ("14 March, UTC+2", 12)],
)
def test_a_heading_with_a_date_dates_the_items_below_it_in_the_zone_that_it_names(
    tmp_path: Path, heading: str, hour: int
) -> None:
    head = "# Incident: X\n\n**Incident ID**: INC-2025-03-13-001\n**Date**: 2025-03-13\n\n## Timeline\n\n"
    corpus = read(tmp_path, f"{head}### {heading}\n\n- 14:02 Alert fires\n", "INC-2025-03-13-001.md")
    assert [f"{at:%Y-%m-%d %H:%M}" for at in corpus.timeline["at"]] == [f"2025-03-14 {hour}:02"]


def test_an_outage_of_a_report_that_says_only_when_it_began_is_read_from_that_line(tmp_path: Path) -> None:
    text = (
        "# PM-26-05: Depot Scanner Linz offline\n\n| | |\n|---|---|\n| Severity | P3 |\n| Services | Depot Scanner |\n"
        "| Started | 2026-05-22 14:10 UTC |\n| Status | Draft |\n\n## Summary\n\nScanners in Linz lost the WLAN.\n\n"
        "## Timeline\n\n- 14:10 WLAN gone\n\n## Root cause\n\nThe provider's cable was cut.\n"
    )
    corpus = read(tmp_path, text, "pm-05.md")
    assert corpus.incidents["restored_at"].isna().all()
    assert corpus.outages["line"].tolist() == [7]


def test_an_item_completed_on_its_due_day_is_done() -> None:
    table = "| Action | Owner | Due | Completed |\n|---|---|---|---|\n"
    rows = "| Move the index | Ana | 2026-05-01 | 2026-05-01 |\n| Add limits | Ana | 2026-05-01 | |\n"
    (report,) = parse_reports(
        f"# Search\n\n{HEAD}\n## Action items\n\n{table}{rows}", "a.md", Settings(), default_template()
    )
    assert [row["status"] for row in report.rows["actions"]] == ["done", None]
