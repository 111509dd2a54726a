"""What a template does not name is kept: each label, section, column and text is in a row, or its line is listed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import incident_analytics as ia
from incident_analytics.config import Settings
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.redaction import redact
from incident_analytics.reports.coverage import UNREAD, account
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.report import OWN, Report
from incident_analytics.reports.template import default_template
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

HEAD = (
    "# Incident: X\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-2\n"
    "**Status**: Final\n"
)
TIMELINE = "\n## Timeline\n\n| Time | Event |\n|--|--|\n| 14:02 | Alert |\n| 14:30 | Service restored |\n"


def read(text: str) -> Report:
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    return report


def fields(text: str) -> list[tuple[str | None, str | None, str | None, int]]:
    return [(row["section"], row["name"], row["value"], row["line"]) for row in read(text).rows["fields"]]


def uses(text: str) -> dict[int, str]:
    return {line: use for line, use, _ in account(text, [read(text)])}


# --- labels, sections, columns ---------------------------------------------------------------------------------------

LABELS = {
    "bold": ("**Environment**: production\n", [("Environment", "production", 7)]),
    "plain": ("Environment: production\n", [("Environment", "production", 7)]),
    "in a list": ("\n- **Region**: EU\n- Found by: staff\n", [("Region", "EU", 8), ("Found by", "staff", 9)]),
    "over two lines": ("**Trigger**: a deploy\nof the API\n", [("Trigger", "a deploy of the API", 7)]),
    "in a table": ("\n| Field | Value |\n|--|--|\n| Region | EU |\n", [("Region", "EU", 10)]),
    "in a table alone": ("\n| Region | EU |\n|--|--|\n| Zone | a |\n", [("Region", "EU", 8), ("Zone", "a", 10)]),
    "with a list below": ("**Regions**:\n\n- EU\n- US\n", [("Regions", "EU", 9), ("Regions", "US", 10)]),
    "with a paragraph below": ("\n**Regions**:\n\nEU and US\n", [("Regions", "EU and US", 10)]),
    "twice": ("**Region**: EU\n**Region**: US\n", [("Region", "EU", 7), ("Region", "US", 8)]),
    "not filled in": ("**Commander**: [Name]\n", [("Commander", None, 7)]),
    "unknown": ("**Commander**: TBD\n", [("Commander", None, 7)]),
    "empty": ("**Commander**:\n", [("Commander", None, 7)]),
    "a second severity": ("**Severity**: SEV-3\n", [("Severity", "SEV-3", 7)]),
}


@pytest.mark.parametrize("layout", LABELS)
def test_a_label_at_the_head_that_the_template_does_not_name_is_kept(layout: str) -> None:
    text, expected = LABELS[layout]
    assert fields(HEAD + text + TIMELINE) == [(None, *row) for row in expected]


def test_front_matter_is_kept_as_well() -> None:
    text = "---\nseverity: SEV-1\nregion: EU\n---\n" + HEAD.replace("**Severity**: SEV-2\n", "") + TIMELINE
    assert fields(text) == [(None, "region", "EU", 3)]
    assert read(text).incident["severity"] == "SEV-1"
    assert UNREAD not in uses(text).values()


SECTIONS = {
    "a paragraph": ("A deploy.\nOf the API.\n", [("Trigger", "A deploy. Of the API.", 15)]),
    "items": ("- A flag\n  - of the API\n", [("Trigger", "A flag", 15), ("Trigger", "of the API", 16)]),
    "tasks": ("- [x] Told: all\n", [("Trigger", "[x] Told: all", 15)]),
    "labels": ("**Kind**: deploy\n**By**: robot\n", [("Kind", "deploy", 15), ("By", "robot", 16)]),
    "a sentence": ("All that we know of it now: a flag\n", [("Trigger", "All that we know of it now: a flag", 15)]),
    "columns": ("| Change | By |\n|--|--|\n| deploy | robot |\n", [("Change", "deploy", 17), ("By", "robot", 17)]),
    "a table without rows": ("| Change | By |\n|--|--|\n", [("Trigger", "Change | By", 15)]),
    "a code block": ("```\na\nb\n```\n", [("Trigger", "a\nb", 16)]),
    "HTML": ("<div>\n<b>A deploy</b>\n</div>\n", [("Trigger", "A deploy", 15)]),
}


@pytest.mark.parametrize("layout", SECTIONS)
def test_a_section_that_the_template_does_not_name_is_kept(layout: str) -> None:
    text, expected = SECTIONS[layout]
    text = f"{HEAD}{TIMELINE}## Trigger\n{text}"
    assert fields(text) == [("Trigger", *row) for row in expected]
    assert UNREAD not in uses(text).values()


def test_a_heading_with_nothing_below_it_is_kept() -> None:
    assert fields(f"{HEAD}{TIMELINE}\n## Fauna\n") == [("Fauna", "Fauna", None, 15)]


def test_text_below_a_heading_that_groups_others_has_a_home() -> None:
    text = (
        f"{HEAD}\n## Impact\n\n- **Affected users**: 4,200\n- **Failed requests**: 310\n- Revenue impact: $1,800\n"
        "- Services affected: Search, Catalogue\n- Regions: EU\n\nIt was slow.\n\n"
        "## Root Cause\n\nA lock without a timeout.\n\n### Why It Happened\n\nNobody reviews locks.\n\n"
        "## Response and Recovery\n\nIt was quick.\n\n## Resolution\n\nRolled back.\n"
    )
    report = read(text)
    assert (report.incident["affected_users"], report.incident["failed_requests"]) == (4200, 310)
    assert [(row["kind"], row["amount"]) for row in report.rows["costs"]] == [("lost_revenue", 1800)]
    assert [(row["service"], row["affected"]) for row in report.rows["services"]] == [
        ("Search", True),
        ("Catalogue", True),
    ]
    assert report.incident["why_it_happened"] == "A lock without a timeout.\n\nNobody reviews locks."
    assert [row[:3] for row in fields(text)] == [
        ("Impact", "Regions", "EU"),
        ("Impact", "Impact", "It was slow."),
        ("Response and Recovery", "Response and Recovery", "It was quick."),
        ("Resolution", "Resolution", "Rolled back."),
    ]
    missing = [row["message"] for row in report.rows["problems"] if row["code"] == "missing-section"]
    assert not any(name in missing[0] for name in ("Affected Services", "User Impact", "Why It Happened"))


def test_the_columns_of_other_tables_are_kept_with_the_lines_of_their_rows() -> None:
    text = (
        f"{HEAD}\n## Timeline\n\n| Time | Event | Source |\n|--|--|--|\n| 14:02 | Alert | pager |\n\n"
        "## Affected Services\n\n| Service | Hit | Note |\n|--|--|--|\n| API | yes | slow |\n\n"
        "## Action Items\n\n| Action | Owner | Type |\n|--|--|--|\n| Fix | Bo | prevent |\n| Test | Bo | |\n"
    )
    assert fields(text) == [
        ("Timeline", "Source", "pager", 12),
        ("Affected Services", "Affected Services", "Service | Hit | Note", 16),
        ("Affected Services", "Note", "slow", 18),
        ("Action Items", "Type", "prevent", 24),
    ]
    assert [row["line"] for row in read(text).rows["actions"]] == [24, 25]


def test_labels_in_a_text_are_kept_twice() -> None:
    text = f"{HEAD}\n## Summary\n\nIt broke.\n**Trigger**: a deploy\n\n### Fauna\n\nBy the pager.\n"
    report = read(text)
    assert "**Trigger**: a deploy" in report.incident["summary"]
    assert "By the pager." in report.incident["summary"]
    assert [row[:3] for row in fields(text)] == [
        ("Summary", "Trigger", "a deploy"),
        ("Fauna", "Fauna", "By the pager."),
    ]


def test_what_says_that_there_is_nothing_is_read_and_is_no_value() -> None:
    text = f"{HEAD}{TIMELINE}\n## Action Items\n\nNone.\n"
    assert fields(text) == []
    assert uses(text)[17] == "actions"


# --- in tables -------------------------------------------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Read three reports with fields of their own."""
    table = "| Action | Owner | Type |\n|--|--|--|\n| Fix | Bo | prevent |\n| Look | Bo | detect |\n"
    fields_of_each = ("**Region**: EU\n**Region**: US\n**IC**: Ann Lee\n", "**region**: eu\n", "")
    for number, own in enumerate(fields_of_each, start=1):
        head = HEAD.replace("03-14-001", f"03-14-00{number}")
        path = tmp_path / f"INC-2025-03-14-00{number}.md"
        path.write_text(f"{head}{own}{TIMELINE}\n## Action Items\n\n{table}\n## Trigger\n\nA deploy by Ann.\n")
    return ia.load(tmp_path, status="all")


def test_an_incident_counts_once_in_each_of_its_groups(corpus: Corpus) -> None:
    times = ia.response_times(corpus.incidents)
    summary = ia.response_summary(times, by="field:REGION", fields=corpus.fields)
    assert summary[["field:Region", "n"]].fillna("-").to_numpy().tolist() == [["EU", 2], ["US", 1], ["-", 1]]
    assert summary["median"].tolist() == [pd.Timedelta("28min")] * 3
    with pytest.raises(UnknownNameError, match="field 'Zone' is not one of IC, Region, Trigger, Type, region"):
        ia.response_summary(times, by="field:Zone", fields=corpus.fields)
    with pytest.raises(ColumnsError, match="by 'field:Region' needs fields=, the fields table"):
        ia.response_summary(times, by="field:Region")


@pytest.mark.parametrize(
    ("third", "groups", "asked"),
    [
        ("EU, us", [["EU", 3], ["US", 2]], [1, 2, 3]),
        ("US / EU", [["EU", 3], ["US", 2]], [1, 2, 3]),
        ("EU, Asia", [["EU", 2], ["EU, Asia", 1], ["US", 1]], [1, 2]),
    ],
)
def test_a_value_that_lists_several_counts_in_each_where_all_are_values(
    corpus: Corpus, third: str, groups: list[list[object]], asked: list[int]
) -> None:
    row = corpus.fields[corpus.fields["value"] == "US"].assign(incident_id="INC-2025-03-14-003", value=third)
    listing = dataclasses.replace(corpus, fields=pd.concat([corpus.fields, row], ignore_index=True))
    summary = ia.response_summary(ia.response_times(corpus.incidents), by="field:Region", fields=listing.fields)
    assert summary[["field:Region", "n"]].to_numpy().tolist() == groups
    kept = ia.narrow(listing, fields=["Region=EU"]).incidents["incident_id"]
    assert [int(incident_id[-1]) for incident_id in kept] == asked


def test_action_items_are_grouped_by_their_own_column_or_by_their_incidents_field(corpus: Corpus) -> None:
    as_of = pd.Timestamp("2025-05-01", tz="UTC")
    by_type = ia.action_completion(corpus.actions, as_of=as_of, by="field:Type", fields=corpus.fields)
    assert by_type[["field:Type", "n"]].to_numpy().tolist() == [["detect", 3], ["prevent", 3]]
    by_region = ia.action_completion(corpus.actions, as_of=as_of, by="field:Region", fields=corpus.fields)
    assert by_region["n"].tolist() == [4, 2, 2]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(["region=EU"], [1, 2]), (["Region=us", "Region=eu"], [1, 2]), (["Region=EU", "IC=ann lee"], [1])],
)
def test_incidents_are_filtered_by_their_fields(corpus: Corpus, asked: list[str], expected: list[int]) -> None:
    kept = ia.narrow(corpus, fields=asked).incidents["incident_id"]
    assert [int(incident_id[-1]) for incident_id in kept] == expected


def test_people_in_fields_are_redacted_everywhere(corpus: Corpus) -> None:
    fields = redact(corpus).fields
    assert fields.loc[fields["name"] == "IC", "value"].tolist() == ["Incident commander 1"]
    assert fields.loc[fields["name"] == "Trigger", "value"].unique().tolist() == ["A deploy by Incident commander 1."]
    assert fields.loc[fields["name"] == "Region", "value"].tolist() == ["EU", "US"]


def test_the_cells_of_a_row_that_was_not_there_yet_are_erased(tmp_path: Path) -> None:
    path = tmp_path / "INC-2025-03-14-001.md"
    table = "| Time | Event | Source |\n|--|--|--|\n| 14:02 | Alert | pager |\n| 14:30 | Service restored | staff |\n"
    path.write_text(f"{HEAD}**Region**: EU\n\n## Timeline\n\n{table}")
    corpus = ia.load(path, status="all")
    scope = Scope.of(corpus, "2025-03", as_of=pd.Timestamp("2025-03-14 14:10", tz="UTC"))
    assert scope.known.fields["value"].tolist() == ["EU", "pager"]


# --- every line ------------------------------------------------------------------------------------------------------


def test_each_line_is_accounted_for() -> None:
    text = (
        f"{HEAD}**Region**: EU\n\n## Summary\n\n<!-- two sentences -->\nIt broke.\n{TIMELINE}\n"
        "<!-- | 14:40 | hidden | -->\n\n***\n\n## Action Items\n\n- [Action]\n- Fix\n  the lock\n\n[1]: https://x.example\n"
    )
    found = uses(text)
    assert list(found) == [number for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    assert list(found.values()) == [
        *("incidents.title", "incidents.incident_id", "incidents.date", "incidents.severity", "incidents.status"),
        *("fields.Region", OWN, "incidents.summary", "incidents.summary"),
        *(OWN, OWN, OWN, "timeline", "timeline", UNREAD, OWN, OWN, OWN, "actions", "actions", UNREAD),
    ]


def test_what_populate_wrote_is_not_the_authors() -> None:
    mark = "<!-- incident-analytics: metric {} -->\n"
    block = f"{mark.format('begin')}| a | b |\n|--|--|\n| 1 | 2 |\n{mark.format('end')}"
    text = f"{HEAD}{TIMELINE}\n### Metrics\n\n{block}"
    assert [use for line, use in uses(text).items() if line > 13] == [OWN] * 6


# --- the law ---------------------------------------------------------------------------------------------------------

GOOD = (
    f"{HEAD}{TIMELINE}\n## Summary\n\nIt broke.\n\n## Impact\n\n### Affected Services\n\n- [x] API\n- [ ] Web\n\n"
    "### User Impact\n\n- **Affected users**: 10\n\n## Root Cause Analysis\n\n### What Happened\n\nA lock.\n\n"
    "### Contributing Factors\n\n1. No test\n\n## Action Items\n\n| Action | Owner | Due Date |\n|--|--|--|\n"
    "| Fix | Bo | 2025-04-01 |\n\n## Post-Mortem Meeting Notes\n\n**Attendees**: Bo\n\n## Sign-off\n\n"
    "- [x] Lead: Bo - 2025-04-02\n\n---\n\n**Template Version**: 1.0\n"
).split("\n")
WORD = "Zebra"
INSERTED = (
    """
**Fauna**: Zebra / Fauna: Zebra / - **Fauna**: Zebra / **Zebra**: yes / **Zebra**: / **Zebra** / Zebra / ↵Zebra↵
- Zebra / ## Zebra / ### Zebra / # Zebra / Zebra↵--- / Zebra↵=== / ## Fauna↵↵Zebra / ### Fauna↵Zebra
## Fauna↵- Zebra / ### Timeline↵Zebra / ### Details↵Zebra / ### Metrics↵Zebra / ## Sign-off↵Zebra / - Zebra: yes
  - Zebra / 1. Zebra / > Zebra / - [x] Zebra / - [ x ] Zebra / ☒ Zebra / ✔ Zebra / | Zebra | x |
| 14:05 | Zebra | / | Fix | Bo | Zebra | / | Fix | Bo | 2025-04-01 | Zebra |
↵| Fauna | Kind |↵|--|--|↵| Zebra | x |↵ / ↵| Fauna |↵|--|↵| Zebra |↵ / ↵| Zebra | Kind |↵|--|--|↵| x | y |↵
```↵Zebra↵``` / ```↵Zebra / ↵    Zebra↵ / <div>Zebra</div> / <td>Zebra</td>
<details><summary>Zebra</summary>↵↵x↵↵</details> / <!-- **Fauna**: Zebra --> / <!-- | 14:05 | Zebra | -->
<pre>↵Zebra↵</pre> / [1]: x:Zebra / ![Zebra](x.png) / ~~Zebra~~ / `Zebra` / 14:05 Zebra / 14:05 - Zebra
### 14:05 Zebra / * * *↵Zebra / Zebra\\
""".strip()
    .replace("\n", " / ")
    .split(" / ")
)
END = st.sampled_from(["\n", "\r\n", "\r"])


def with_column(lines: list[str], index: int, header: str) -> list[str]:
    """Add a column to the table at or below a line, with the token in each of its rows."""
    start = next((at for at in range(index, len(lines)) if lines[at].startswith("|")), None)
    if start is None:
        return lines
    while lines[start - 1].startswith("|"):
        start -= 1
    cells = [header, "--"]
    changed = list(lines)
    for at in range(start, len(lines)):
        if not lines[at].startswith("|"):
            break
        changed[at] += f" {cells.pop(0) if cells else WORD} |"
    return changed


def insertion(text: str) -> Callable[[list[str], int], list[str]]:
    return lambda lines, index: [*lines[:index], *text.split("↵"), *lines[index:]]


CHANGES = [
    *map(insertion, INSERTED),
    *(lambda lines, index, name=name: with_column(lines, index, name) for name in ("Fauna", "Time", "")),
]


@given(st.sampled_from(range(len(CHANGES))), st.integers(1, len(GOOD) - 1), END)
@example(0, 7, "\n")
def test_whatever_is_inserted_is_read_or_listed(change: int, index: int, end: str) -> None:
    text = end.join(CHANGES[change](GOOD, index))
    reports = parse_reports(text, "x.md", Settings(), default_template())
    lines = list(account(text, reports))
    assert [line for line, _, _ in lines] == [
        number for number, line in enumerate(text.split(end), start=1) if line.strip()
    ]
    tables = [table for report in reports for table in report.rows.items()]
    kept = {str(value) for name, rows in tables if name != "problems" for row in rows for value in row.values()}
    named = {row["line"] for name, rows in tables if name == "problems" for row in rows}
    for line, use, words in lines:
        if WORD in words:
            assert use == UNREAD or line in named or any(WORD in value for value in kept), (line, use, text)
        assert use != OWN or WORD not in words or line in named or any(WORD in value for value in kept), (line, text)


@pytest.mark.parametrize(
    ("header", "cells", "kept"),
    [("#", ("1", "2"), False), ("No.", ("1.", ""), False), ("#", ("a", "b"), True), ("Ref", ("1", "2"), True)],
)
def test_a_column_that_numbers_the_rows_is_no_field(header: str, cells: tuple[str, str], kept: bool) -> None:
    rows = "".join(f"| {cell} | Do it | Ann | 2025-04-01 | Open |\n" for cell in cells)
    table = f"| {header} | Action | Owner | Due Date | Status |\n|---|---|---|---|---|\n{rows}"
    names = [name for _, name, _, _ in fields(f"{HEAD}\n## Action Items\n\n{table}")]
    assert (header in names) == kept
