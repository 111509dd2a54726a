"""Reports in the layouts of other houses: wherever a field or a section is, it is read, with its own line."""

# ruff: noqa: E501 - a report is one line

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import incident_analytics as ia
from incident_analytics.reports.layout import lay_out, section_parts
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.template import built_in_templates, default_template
from incident_analytics.tables import Corpus

HEAD = "# Incident: Queue stopped\n\n**Incident ID**: INC-2026-04-07-001\n**Date**: 2026-04-07\n**Severity**: SEV-2\n\n"


def read(folder: Path, text: str, name: str = "INC-2026-04-07-001.md") -> Corpus:
    (folder / name).write_text(text, encoding="utf-8")
    return ia.load(folder, status="all")


def rows(corpus: Corpus) -> list[tuple[str, str, int]]:
    """Return the time of day, the words and the line of each row of the timeline."""
    return [
        (f"{row.at:%H:%M}" if row.at == row.at else "", row.event, row.line) for row in corpus.timeline.itertuples()
    ]


# --- where fields are -------------------------------------------------------------------------------------------------

FIELDS = {
    "bold labels": "**Date**: 2026-04-07\n**Severity**: SEV-2\n**Duration**: 45 minutes\n**Authors**: Ann, Bo\n",
    "plain labels": "Date: 2026-04-07\nSeverity: SEV-2\nDuration: 45 minutes\nAuthors: Ann, Bo\n",
    "labels on a line": "**Date**: 2026-04-07 | **Severity**: SEV-2 | **Duration**: 45 minutes | **Authors**: Ann, Bo\n",
    "sentences on a line": "Date: 2026-04-07. Severity: SEV-2. Duration: 45 minutes. Authors: Ann, Bo\n",
    "a list": "- Date: 2026-04-07\n- **Severity:** SEV-2\n- Duration: 45 minutes\n- Authors: Ann, Bo\n",
    "a table": "| Field | Value |\n|--|--|\n| Date | 2026-04-07 |\n| Severity | SEV-2 |\n| **Duration** | 45 minutes |\n"
    "| Authors | Ann, Bo |\n",
    "a table with two labels a row": "| Date | 2026-04-07 | Severity | SEV-2 |\n|--|--|--|--|\n"
    "| Duration | 45 minutes | Authors | Ann, Bo |\n",
    "a table with labels above": "| Date | Severity | Duration | Authors |\n|--|--|--|--|\n"
    "| 2026-04-07 | SEV-2 | 45 minutes | Ann, Bo |\n",
    "headings": "## Date\n\n2026-04-07\n\n## Severity\n\nSEV-2\n\n## Duration\n\n45 minutes\n\n## Authors\n\n- Ann\n- Bo\n",
    "bold headings": "**Date**\n2026-04-07\n\n**Severity**\nSEV-2\n\n**Duration**\n45 minutes\n\n**Authors**\nAnn, Bo\n",
    "definitions": "Date\n:   2026-04-07\n\nSeverity\n:   SEV-2\n\nDuration\n:   45 minutes\n\nAuthors\n:   Ann, Bo\n",
    "an HTML table": "<table><tr><th>Date</th><td>2026-04-07</td></tr>\n<tr><th>Severity</th><td>SEV-2</td></tr>\n"
    "<tr><th>Duration</th><td>45 minutes</td></tr>\n<tr><th>Authors</th><td>Ann, Bo</td></tr></table>\n",
    "a section that has them": "## Incident details\n\n- Date: 2026-04-07\n- Severity: SEV-2\n- Duration: 45 minutes\n"
    "- Author: Ann, Bo\n",
    "a summary that has them": "## Summary\n\n- **Date**: 2026-04-07\n- **Severity**: SEV-2\n- **Duration**: 45 minutes\n"
    "- **Authors**: Ann, Bo\n",
}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_is_read_wherever_it_is(tmp_path: Path, kind: str) -> None:
    rows_of = "## Timeline\n\n- 10:00 UTC Alert\n- 10:45 UTC Service restored\n"
    text = f"# Post-mortem: queue stopped\n\n{FIELDS[kind]}\n{rows_of}"
    corpus = read(tmp_path, text, "queue.md")
    (incident,) = corpus.incidents.itertuples()
    found = (f"{incident.date:%Y-%m-%d}", incident.severity, incident.stated_duration, incident.author)
    assert found == ("2026-04-07", "SEV-2", timedelta(minutes=45), "Ann, Bo")
    lines = text.split("\n")
    for reading in corpus.readings.itertuples():
        if reading.field in {"severity", "stated_duration"}:
            assert reading.as_written in lines[reading.line - 1]


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Queue stopped\ndate: 2026-04-07\nseverity: SEV-2\nduration_minutes: 45\nservices: [api, web]\n---\n",
        '+++\ntitle = "Queue stopped"\ndate = 2026-04-07\nseverity = "SEV-2"\nduration_minutes = 45\nservices = ["api", "web"]\n+++\n',
    ],
)
def test_front_matter_of_either_kind_has_fields(tmp_path: Path, front: str) -> None:
    corpus = read(tmp_path, f"{front}\n## Timeline\n\n- 10:00 Alert\n", "queue.md")
    (incident,) = corpus.incidents.itertuples()
    assert (incident.title, f"{incident.date:%d %b}", incident.severity) == ("Queue stopped", "07 Apr", "SEV-2")
    assert incident.stated_duration == timedelta(minutes=45)
    assert corpus.services["service"].tolist() == ["api", "web"]
    assert corpus.readings.loc[corpus.readings["field"] == "severity", "line"].tolist() == [4]


def test_keys_within_a_key_of_the_front_matter_are_fields(tmp_path: Path) -> None:
    front = "---\nlayout: incident\nincident:\n  level: SEV-2\n  began: 2026-04-07 10:00 UTC\n  ended: 2026-04-07 10:45 UTC\n---\n"
    corpus = read(tmp_path, f"{front}\n## Timeline\n\n- 10:00 Alert\n", "queue.md")
    (incident,) = corpus.incidents.itertuples()
    assert (incident.severity, f"{incident.started_at:%H:%M}", f"{incident.restored_at:%H:%M}") == (
        "SEV-2",
        "10:00",
        "10:45",
    )
    assert corpus.readings.loc[corpus.readings["field"] == "severity", "line"].tolist() == [4]


@pytest.mark.parametrize(
    "more",
    ['subtitle: "\\UFFFFFFFF"', "%YAML 9.1", "<<: *none", "{{1}}: [", f"? {'[' * 5000}"],
)
def test_front_matter_that_is_not_valid_costs_itself_alone(tmp_path: Path, more: str) -> None:
    """Its severity is not taken, that of the text is; nothing fails."""
    corpus = read(tmp_path, f"---\nseverity: SEV-1\n{more}\n---\n{HEAD}## Timeline\n\n- 10:00 Alert\n")
    assert corpus.incidents["severity"].tolist() == ["SEV-2"]
    assert not corpus.problems["message"].str.contains("failed").any()


def test_front_matter_says_what_its_aliases_repeat_as_far_as_that_is_no_longer_than_itself(tmp_path: Path) -> None:
    named = "---\nteam: &team Registry\ndesk: *team\n? [a, b]\n: c\n---\n"
    fields = read(tmp_path, f"{named}{HEAD}## Timeline\n\n- 10:00 Alert\n").fields
    assert fields.loc[fields["line"] < 7, ["name", "value"]].to_numpy().tolist() == [
        ["team", "Registry"],
        ["desk", "Registry"],
    ]
    levels = "".join(f"{n}: &{n} [{', '.join([f'*{o}'] * 9)}]\n" for o, n in pairwise("abcdefghij"))
    for more in (f"{levels}? *j\n: x", "b: *a\n" * 200, f"b: [{'*a, ' * 200}]"):
        front = f"---\na: &a [{'x, ' * 200}]\n{more}\n---\n"
        assert read(tmp_path, f"{front}{HEAD}## Timeline\n\n- 10:00 Alert\n").incidents["severity"].tolist() == [
            "SEV-2"
        ]


@pytest.mark.parametrize(
    "text",
    [
        "<table><tr><td>10:00</td>\n  ------ -----\n<td>f</td></tr></table>\n",
        "Time    <table>\n------  ----------------\n10:00   <tr><td>Alert\n10:45   </table>\n",
        "Time    Event\n------  --------------------------\n10:00   <!-- incident-analytics: metric -->\n",
    ],
)
def test_a_table_within_a_table_of_columns_is_words_of_its_cells(tmp_path: Path, text: str) -> None:
    corpus = read(tmp_path, f"{HEAD}## Timeline\n\n{text}")
    assert corpus.incidents["severity"].tolist() == ["SEV-2"]
    assert not corpus.problems["message"].str.contains("failed").any()


def test_of_boxes_below_a_heading_the_ticked_one_is_the_value(tmp_path: Path) -> None:
    boxes = "## Severity\n\n- [ ] SEV-1\n- [x] SEV-3\n\n## Status\n\n- [ ] Draft\n- [x] Final\n\n"
    head = "# Incident: Queue stopped\n\n**Incident ID**: INC-2026-04-07-001\n**Date**: 2026-04-07\n\n"
    corpus = read(tmp_path, f"{head}{boxes}## Timeline\n\n- 10:00 Alert\n")
    assert corpus.incidents[["severity", "status"]].to_numpy().tolist() == [["SEV-3", "Final"]]


def test_text_below_impact_says_how_many_users_were_hit(tmp_path: Path) -> None:
    corpus = read(
        tmp_path,
        f"{HEAD}## Impact\n\nLogins failed.\n412 customers could not log in.\n\n## Timeline\n\n- 10:00 Alert\n",
    )
    assert corpus.incidents["affected_users"].tolist() == [412]
    (reading,) = corpus.readings[corpus.readings["field"] == "affected_users"].itertuples()
    assert (reading.as_written, reading.source) == ("412 customers could not log in.", "derived")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("**Started**: 2026-04-07\n", "unreadable-time"),
        ("**Started**: 2026-04-07 10:00\n", None),
        ("**Severity**: SEV-1\n", "contradiction"),
        ("**Severity**: sev 2\n", None),
        ("**Date**: 2026-04-08\n", "contradiction"),
        ("**Date**: 7 April 2026\n", None),
    ],
)
def test_a_field_without_its_clock_or_with_two_values_is_named(tmp_path: Path, more: str, code: str | None) -> None:
    corpus = read(tmp_path, f"{HEAD.rstrip()}\n{more}\n## Timeline\n\n- 10:00 Alert\n")
    named = corpus.problems[corpus.problems["code"].isin(["unreadable-time", "contradiction"])]
    assert named["code"].tolist() == ([code] if code else [])
    assert named["line"].tolist() == ([6] if code else [])


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("10:00 - 10:45 UTC", 45),
        ("2026-04-07 10:00 to 2026-04-07 10:45 UTC", 45),
        ("10:00 - 10:45 UTC (40 minutes)", 40),
    ],
)
def test_a_range_states_a_length(tmp_path: Path, words: str, minutes: int) -> None:
    corpus = read(tmp_path, f"{HEAD.rstrip()}\n**Duration**: {words}\n\n## Timeline\n\n- 10:00 Alert\n")
    assert corpus.incidents["stated_duration"].tolist() == [timedelta(minutes=minutes)]


def test_a_field_at_the_head_counts_more_than_one_in_the_text(tmp_path: Path) -> None:
    text = f"{HEAD}## Summary\n\n- Severity: SEV-1\n- Date: 2020-01-01\n\n## Timeline\n\n- 10:00 Alert\n"
    (incident,) = read(tmp_path, text).incidents.itertuples()
    assert (incident.severity, incident.date.year) == ("SEV-2", 2026)


def test_the_templates_own_label_counts_more_than_another_word_for_the_field(tmp_path: Path) -> None:
    text = HEAD.replace("**Severity**", "**Priority**: P3\n**Severity**") + "## Timeline\n\n- 10:00 Alert\n"
    assert read(tmp_path, text).incidents["severity"].tolist() == ["SEV-2"]


def test_what_cannot_be_a_fields_value_is_not_its_value(tmp_path: Path) -> None:
    """The template asks for neither; the words say how and by whom, not when."""
    text = HEAD + "**Detected**: by a customer\n**Resolved**: yes, by Ann\n\n## Timeline\n\n- 10:00 Alert\n"
    corpus = read(tmp_path, text)
    assert corpus.incidents["restored_at"].isna().all()
    assert not corpus.problems["message"].str.contains("is no date and time").any()


def test_instants_may_be_fields(tmp_path: Path) -> None:
    text = HEAD + "**Start**: 23:10 UTC\n**End**: 2026-04-08 00:20 UTC\n\n## Root cause\n\nA lock.\n"
    (incident,) = read(tmp_path, text).incidents.itertuples()
    assert (str(incident.started_at), str(incident.restored_at)) == (
        "2026-04-07 23:10:00+00:00",
        "2026-04-08 00:20:00+00:00",
    )


@pytest.mark.parametrize(
    ("title", "name", "more"),
    [
        ("Queue stopped - April 7, 2026", "x.md", ""),
        ("Queue stopped", "2026-04-07-queue.md", ""),
        ("INC-2026-04-07-002 Queue stopped", "x.md", ""),
        ("Queue stopped", "x.md", "---\ndate: 2026-04-07\nseverity: SEV-2\n---\n"),
        ("Queue stopped", "x.md", "---\ndate: 2026-05-20\n---\n\nOn April 7, 2026 the queue stopped.\n"),
    ],
)
def test_the_date_may_be_elsewhere(tmp_path: Path, title: str, name: str, more: str) -> None:
    """In the title, the file's name, the id, or the front matter; a post's own date is not the incident's."""
    text = f"{more}\n# Outage: {title}\n\n## Timeline (UTC)\n\n| Time | Event |\n|--|--|\n| 10:00 | Alert |\n"
    corpus = read(tmp_path, text, name)
    assert [f"{day:%Y-%m-%d}" for day in corpus.incidents["date"]] == ["2026-04-07"]
    assert [f"{at:%d %H:%M}" for at in corpus.timeline["at"]] == ["07 10:00"]


def test_a_date_in_the_rows_alone_is_the_incidents(tmp_path: Path) -> None:
    text = "# Outage of x\n\n**Incident ID**: INC-17\n\n## What broke\n\nx\n\n## Timeline\n\n- 2026-05-20 10:00 Alert fired\n"
    corpus = read(tmp_path, text, "x.md")
    assert corpus.incidents[["incident_id"]].to_numpy().tolist() == [["INC-17"]]
    assert str(corpus.incidents.loc[0, "date"].date()) == "2026-05-20"


# --- timelines --------------------------------------------------------------------------------------------------------

THREE = [("10:00", "Alert"), ("10:05", "Ann acknowledges"), ("10:45", "Service restored")]
TIMELINES = {
    "bold times": "**10:00** - Alert\n**10:05** - Ann acknowledges\n**10:45** - Service restored\n",
    "bold times, a space at the end": "**10:00** - Alert  \n**10:05** - Ann acknowledges  \n**10:45** - Service restored\n",
    "paragraphs": "10:00 UTC: Alert\n\n10:05 UTC: Ann acknowledges\n\n10:45 UTC: Service restored\n",
    "a list": "- 10:00 Alert\n- 10:05 Ann acknowledges\n- 10:45 Service restored\n",
    "a list with details": "- 10:00 Alert\n  - none\n- 10:05 Ann acknowledges\n- 10:45 Service restored\n",
    "headings": "### 10:00\n\nAlert\n\n### 10:05\n\nAnn acknowledges\n\n### 10:45\n\nService restored\n",
    "headings of the same level": "## 10:00\n\nAlert\n\n## 10:05\n\nAnn acknowledges\n\n## 10:45\n\nService restored\n",
    "a fence": "```\n10:00 Alert\n10:05 Ann acknowledges\n10:45 Service restored\n```\n",
    "a simple table": "  Time    Event\n  ------- ------------------\n  10:00   Alert\n  10:05   Ann acknowledges\n"
    "  10:45   Service restored\n\n",
    "a grid table": "+-------+------------------+\n| Time  | Event            |\n+=======+==================+\n"
    "| 10:00 | Alert            |\n+-------+------------------+\n| 10:05 | Ann acknowledges |\n"
    "+-------+------------------+\n| 10:45 | Service          |\n|       | restored         |\n"
    "+-------+------------------+\n",
    "an HTML table": "<table>\n<tr><th>Time</th><th>Event</th></tr>\n<tr><td>10:00</td><td>Alert</td></tr>\n"
    "<tr><td>10:05</td><td>Ann acknowledges</td></tr>\n<tr>\n<td>10:45</td>\n<td>Service<br>restored</td>\n</tr>\n"
    "</table>\n",
    "days": "**7 April 2026**\n\n- 10:00 Alert\n- 10:05 Ann acknowledges\n- 10:45 Service restored\n",
}


@pytest.mark.parametrize("kind", TIMELINES)
def test_a_timeline_is_read_in_any_markup(tmp_path: Path, kind: str) -> None:
    text = f"{HEAD}## Timeline\n\n{TIMELINES[kind]}\n## Lessons Learned\n\n- Cap retries\n"
    corpus = read(tmp_path, text)
    found = rows(corpus)
    assert [(at, event.removesuffix(" none")) for at, event, _ in found] == THREE
    lines = text.split("\n")
    assert all(at in "\n".join(lines[line - 1 : line + 2]) for at, _, line in found)
    assert corpus.findings["text"].tolist() == ["Cap retries"]
    assert not corpus.problems["code"].eq("unread-row").any()


@pytest.mark.parametrize(
    "heading",
    [
        "## Detailed Timeline", "## Timeline, UTC", "## :stopwatch: Timeline", "## Phase 1: Facts (timeline)",
        "## 3. Timeline of events (all times UTC)", "**Timeline:**", "**Timeline**", "Timeline:", "##Timeline",
        "Timeline\n--------",
    ],
)  # fmt: skip
def test_a_heading_of_any_form_begins_the_timeline(tmp_path: Path, heading: str) -> None:
    text = f"{HEAD}## Summary\n\nIt stopped.\n\n{heading}\n\n- 10:00 Alert\n- 10:05 Ann acknowledges\n- 10:45 Service restored\n"
    corpus = read(tmp_path, text)
    assert [row[:2] for row in rows(corpus)] == THREE
    assert corpus.incidents["summary"].tolist() == ["It stopped."]


def test_a_text_without_headings_has_lines_as_headings(tmp_path: Path) -> None:
    text = (
        "Postmortem: queue stopped on 2026-04-07\nIssue summary\nThe queue stopped for 45 minutes.\nTimeline\n"
        "10:00 Alert\n10:05 Ann acknowledges\n10:45 Service restored\nRoot cause and resolution\nA lock was held.\n"
        "Corrective and preventative measures\n- Time out locks\n"
    )
    corpus = read(tmp_path, text, "postmortem.md")
    assert [row[:2] for row in rows(corpus)] == THREE
    (incident,) = corpus.incidents.itertuples()
    assert (incident.title, incident.why_it_happened) == ("queue stopped on 2026-04-07", "A lock was held.")
    assert corpus.actions["action"].tolist() == ["Time out locks"]


def test_rows_below_the_title_are_a_timeline_without_a_heading(tmp_path: Path) -> None:
    text = (
        f"{HEAD}**10:00** Alert\n\n**10:05** Ann acknowledges\n\n**10:45** Service restored\n\n**Root cause**: a lock\n"
    )
    assert rows(read(tmp_path, text)) == [
        ("10:00", "Alert", 7),
        ("10:05", "Ann acknowledges", 9),
        ("10:45", "Service restored", 11),
    ]


ROWS = "- 10:00 - Alert (page)\n- 10:05 - Ann acknowledges\n- 10:45 - Service restored\n"
TABLE_OF_ROWS = (
    "| Time | What |\n|--|--|\n| 10:00 | Alert |\n| 10:05 | Ann acknowledges |\n| 10:45 | Service restored |\n"
)
OF_ROWS = ["What happened when", "What happened", "Sequence of events", "Chronology", "How it went", "Log", "Minutes"]


@pytest.mark.parametrize("text", [ROWS, TABLE_OF_ROWS], ids=["list", "table"])
@pytest.mark.parametrize("heading", OF_ROWS)
def test_rows_with_times_are_the_timeline_whatever_their_heading(tmp_path: Path, heading: str, text: str) -> None:
    corpus = read(
        tmp_path,
        f"{HEAD}## Summary\n\nA stop.\n\n## {heading}\n\nTimes are in CET.\n\n{text}\nThat was all.\n\n## Fix\n\nx\n",
    )
    assert [row[0] for row in rows(corpus)] == ["09:00", "09:05", "09:45"]
    assert not corpus.problems["code"].eq("unread-row").any()


@pytest.mark.parametrize(
    "own",
    [
        "## Load\n\n| Time | Orders |\n|--|--|\n| 10:00 | 3 |\n| 10:05 | 4 |\n| 10:10 | 5 |\n",
        "## Server\n\n```\n10:00 ERROR x\n10:01 ERROR y\n10:02 ERROR z\n```\n",
        f"## Ann's notes\n\n{ROWS}\n## Bo's notes\n\n{ROWS}",
        f"## Lessons learned\n\n### Night\n\n{ROWS}",
        "## Notes\n\n- 10:00 Alert\n- 10:05 Ann\n",
    ],
)
def test_what_may_be_something_else_is_no_timeline(tmp_path: Path, own: str) -> None:
    assert rows(read(tmp_path, f"{HEAD}## Summary\n\nA stop.\n\n{own}")) == []


def test_rows_of_another_section_do_not_count_next_to_a_timeline(tmp_path: Path) -> None:
    corpus = read(tmp_path, f"{HEAD}## Timeline\n\n- 09:00 - Deploy\n\n## Minutes\n\n{ROWS}")
    assert [row[:2] for row in rows(corpus)] == [("09:00", "Deploy")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("24 July", "2026-07-24"),
        ("end of August 2026", "2026-08-31"),
        ("by the end of February 2028", "2028-02-29"),
        ("End of Sept", "2026-09-30"),
        ("2 April", None),
        ("mid-August", None),
        ("end of the year", None),
        ("29 February", None),
    ],
)
def test_the_day_of_an_action_may_be_in_words(tmp_path: Path, words: str, expected: str | None) -> None:
    table = f"| What | Who | By when | State |\n|--|--|--|--|\n| Time out locks | Ann | {words} | open |\n"
    head = "# Queue stopped\n\n**Severity**: SEV-2\n**Day**: Tuesday, 7 April 2026\n\n## Impact\n\nAll waited.\n\n"
    corpus = read(tmp_path, f"{head}## Cause\n\nA lock.\n\n## Follow-ups\n\n{table}", "queue.md")
    (due,) = corpus.actions["due_on"]
    assert (None if pd.isna(due) else f"{due:%Y-%m-%d}") == expected
    assert corpus.problems["code"].eq("unreadable-value").sum() == (expected is None)


def test_times_since_the_start_count_from_the_start_that_a_field_has(tmp_path: Path) -> None:
    rows_of = "## Timeline\n\n- T+0 deploy\n- T+5m - Alert\n- T+1h05m: Service restored\n"
    with_start = read(tmp_path, f"{HEAD}**Started**: 2026-04-07 10:00 UTC\n\n{rows_of}")
    assert [row[0] for row in rows(with_start)] == ["10:00", "10:05", "11:05"]
    without = read(tmp_path, f"{HEAD}{rows_of}")
    assert [row[0] for row in rows(without)] == ["", "", ""]


def test_a_heading_within_a_timeline_or_a_list_of_actions_groups_its_rows(tmp_path: Path) -> None:
    text = (
        f"{HEAD}## Timeline\n\n### Detection\n\n- 10:00 Alert\n\n**Resolution**\n\n- 10:45 Service restored\n\n"
        "## Action items\n\n### Detection\n\n- Alert earlier\n\n### Prevention\n\n- Cap retries\n"
    )
    corpus = read(tmp_path, text)
    assert [row[1] for row in rows(corpus)] == ["Alert", "Service restored"]
    assert corpus.actions["action"].tolist() == ["Alert earlier", "Cap retries"]


def test_bold_headings_below_lessons_say_which_lessons_they_are(tmp_path: Path) -> None:
    text = (
        f"{HEAD}## Lessons Learned\n\n**What went well:**\n- Paper worked\n\n**What went poorly:**\n- Failover was manual\n\n"
        "## Prevention\n- Automate the failover\n"
    )
    corpus = read(tmp_path, text)
    assert corpus.findings[["kind", "text"]].to_numpy().tolist() == [
        ["went_well", "Paper worked"],
        ["could_improve", "Failover was manual"],
    ]
    assert corpus.actions["action"].tolist() == ["Automate the failover"]


def test_the_cell_of_a_ticket_may_say_whether_an_action_is_done(tmp_path: Path) -> None:
    table = "| Action Item | Type | Owner | Bug |\n|--|--|--|--|\n| Cap | prevent | Ann | n/a **DONE** |\n"
    corpus = read(tmp_path, f"{HEAD}## Action Items\n\n{table}| Test | process | Bo | Bug 5554823 **TODO** |\n")
    found = corpus.actions[["action", "owner", "status", "key"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["Cap", "Ann", "done", None],
        ["Test", "Bo", "open", "Bug 5554823"],
    ]


# --- laws -------------------------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        "# Outage", "## Timeline", "**Timeline**", "Timeline:", "- Timeline:", "  - 10:00 a", "- 10:00 a", "**10:00** b",
        "10:00 c", "```", "| Time | Event |", "|--|--|", "| 10:00 | d |", "  Time   Event", "  ------ -----", "  10:00  e",
        "+----+----+", "| 10 | e  |", "<table><tr><td>10:00</td>", "<td>f</td></tr></table>", "**Impact**: g", "Date",
        ":   2026-04-07", "", "---", "### 10:05", "T+5m h", "**What went well**", "-----------",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=40))
def test_every_part_of_a_text_is_in_one_section_with_its_own_lines(lines: list[str]) -> None:
    """Whatever lines are in whatever order: sections follow each other, and each line is in one of them."""
    text = "\n".join(lines)
    document = parse_markdown(text)
    sections = lay_out(document, built_in_templates())
    assert [line.line for section in sections for line in section.source] == [
        line.line for section in document.sections for line in section.source
    ]
    assert all(section.start <= section.body_start <= section.end for section in sections)
    assert all(one.end == other.start for one, other in pairwise(sections))
    for section in sections:
        own = {line.line for line in section.source}
        assert {line.line for line in section.lines()} <= own
    assert len(section_parts(sections, default_template())) == len(sections)


# --- how other organisations write --------------------------------------------------------------------------------------

HOUSE = "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n"
"""A report to which a section of the house is added."""

OTHERS: dict[str, tuple[str, dict[str, object]]] = {
    "zone in a sentence below the date": (
        "# Outage of the booking form\n\nSaturday, 9 March 2024 (all times Vienna)\n\nSeverity: SEV-2\n\n## Timeline\n\n- 09:10 Alert: booking errors\n- 09:40 Service restored\n",
        {"date": "2024-03-09", "detected_at": "2024-03-09 08:10", "restored_at": "2024-03-09 08:40"},
    ),
    "zone said below the rows": (
        "# Outage of the booking form, 2024-07-09\n\nSeverity: SEV-2\n\n## Timeline\n\n- 09:10 Alert: booking errors\n- 09:40 Service restored\n\n## Root cause\n\nA full disk.\n\nThe clock times above are in CEST.\n",
        {"detected_at": "2024-07-09 07:10"},
    ),
    "two languages": (
        "# Ausfall der Kasse / Till outage\n\n| | |\n|--|--|\n| Datum / Date | 2024-07-09 |\n| Schweregrad / Severity | P2 |\n| Dauer / Duration | 2 Std. 5 Min. |\n| Beginn / Start | 08:00 |\n| Zeitzone / Time zone | MESZ |\n\n## Ursache / Cause\n\nA full disk.\n",
        {
            "date": "2024-07-09",
            "severity": "SEV-2",
            "stated_duration": "2:05",
            "started_at": "2024-07-09 06:00",
            "why_it_happened": "A full disk.",
        },
    ),
    "a circular of a supplier": (
        "From: NOC <noc@isp.example>\nTo: partners\nDate: Mon, 3 Jun 2024 09:00:00 +0000\nSubject: Outage of link 7 on 01.06.2024\n\nDear partners,\n\nlink 7 was down.\n\nTimeline (UTC):\n\n10:00 - Alert: link down\n10:30 - Service restored\n\nRoot cause: a cut fibre.\n",
        {"date": "2024-06-01", "title": "Outage of link 7 on 01.06.2024", "detected_at": "2024-06-01 10:00"},
    ),
    "a post about last Friday": (
        "---\ntitle: Postmortem of the login outage\ndate: 2024-06-03\n---\n\nOn Friday, May 31, between 10:00 and 11:00 UTC, nobody could log in.\n\n## Timeline (UTC)\n\n- 10:00 Alert: logins fail\n- 11:00 Service restored\n\n## Root cause\n\nA full disk.\n",
        {"date": "2024-05-31", "detected_at": "2024-05-31 10:00"},
    ),
    "an id with a hash": (
        "# Login outage (incident #4711)\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n",
        {"incident_id": "4711"},
    ),
    "a key first": (
        "# [NET-204] Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n",
        {"incident_id": "NET-204"},
    ),
    "a CVE is no id": (
        "# CVE-2024-1234 exploited: login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n",
        {"incident_id": "report"},
    ),
    "a date is no id": (
        "# Incident 2024-06-03: login outage\n\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n",
        {"incident_id": "report", "date": "2024-06-03"},
    ),
    "a number of errors is no id": (
        "# Outage: 5000 users saw error 502\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n",
        {"incident_id": "report"},
    ),
    "questions": (
        "# Login outage\n\n## When did the trouble begin?\n\n2024-06-03 10:00 UTC\n\n## When did we notice it?\n\n2024-06-03 10:05 UTC\n\n## When was everything back to normal?\n\n2024-06-03 11:00 UTC\n\n## How long did it take?\n\n1 hour\n\n## How bad was it?\n\nSEV-2\n\n## What was the cause?\n\nA full disk.\n\n## What will we do to prevent it?\n\n- Alert at 80%\n",
        {
            "started_at": "2024-06-03 10:00",
            "detected_at": "2024-06-03 10:05",
            "restored_at": "2024-06-03 11:00",
            "stated_duration": "1:00",
            "severity": "SEV-2",
            "n_actions": 1,
            "why_it_happened": "A full disk.",
        },
    ),
    "what changed is no list of actions": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## What changed?\n\n- The switch got a new release\n\n## Root cause\n\nA full disk.\n",
        {"n_actions": 0},
    ),
    "steps to reproduce are no actions": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Steps to reproduce\n\n- Log in\n\n## Root cause\n\nA full disk.\n",
        {"n_actions": 0},
    ),
    "a severity in the title": (
        "# Login outage (S1), 2024-06-03\n\n## Root cause\n\nA full disk.\n\n## Impact\n\nNobody could log in.\n",
        {"severity": "SEV-1"},
    ),
    "two severities above": (
        "# Login outage, 2024-06-03\n\nOpened as SEV-3, raised to SEV-1 at noon.\n\n## Root cause\n\nA full disk.\n\n## Impact\n\nNobody could log in.\n",
        {"severity": None},
    ),
    "a numbered form": (
        "# Major incident\n\n| Ref | MI-12 |\n|--|--|\n| Date | 2024-06-03 |\n| Priority | 2 - High |\n\n## Chronology (UTC)\n\n| # | Moment | Done by | Remark |\n|--|--|--|--|\n| 1 | 10:00 | Desk | Alert: logins fail |\n| 2 | 10:20 | Net | Service restored |\n\n## Improvement measures\n\nM1. Alert at 80%. Owner: Net. Status: open\nM2. Larger disk. Owner: Net. Status: done\n",
        {"detected_at": "2024-06-03 10:00", "restored_at": "2024-06-03 10:20", "n_actions": 2, "n_done": 1},
    ),
    "a fenced header": (
        "```\nIncident: 77\nSeverity: SEV-2\nStart: 2024-06-03 10:00 UTC\nEnd: 2024-06-03 11:00 UTC\nServices:\n  - login\n  - shop\n```\n\n# Login outage\n\n## Root cause\n\nA full disk.\n",
        {
            "incident_id": "77",
            "severity": "SEV-2",
            "started_at": "2024-06-03 10:00",
            "restored_at": "2024-06-03 11:00",
            "n_services": 2,
        },
    ),
    "what a service answers is no header": (
        "# Login outage, 2024-06-03\n\n```\nstatus: 503\nservice: gateway\nseverity: low\ndate: 2020-01-01\n```\n\n## Root cause\n\nA full disk.\n\n## Impact\n\nNobody could log in.\n",
        {"date": "2024-06-03", "severity": None, "n_services": 0},
    ),
    "a fence below labels is no header": (
        "# Login outage\n\n```\nincident: 77\nstart: 2020-01-01 10:00\nseverity: low\n```\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n",
        {"incident_id": "report", "severity": "SEV-2", "started_at": None},
    ),
    "times with dots are no numbers of rows": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Timeline (UTC)\n\n- 10.15 Alert fired\n- 10.16 Engineer acknowledged\n- 10.17 Service restored\n\n## Root cause\n\nA full disk.\n",
        {"detected_at": "2024-06-03 10:15", "restored_at": "2024-06-03 10:17"},
    ),
    "numbered rows": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## 3. Timeline (UTC)\n\n3.1. 10:15 Alert fired\n3.2. 10:16 Engineer acknowledged\n3.3. 10:17 Service restored\n\n## 4. Root cause\n\nA full disk.\n",
        {"detected_at": "2024-06-03 10:15", "restored_at": "2024-06-03 10:17"},
    ),
    "codes are no numbers of actions": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Action items\n\nS3 bucket versioning to be enabled\nEC2 instance limits to be raised\nWrite a runbook\n",
        {"n_actions": 0},
    ),
    "codes in prose are no numbers of actions": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Action items\n\nWe will look at the versions of our\nS3 buckets and at the limits of our\nEC2 instances this month.\n",
        {"n_actions": 0},
    ),
    "quarters are no numbers of actions": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Action items\n\nQ3: Alert at 80%\nQ4: Larger disk\n",
        {"n_actions": 0},
    ),
    "actions with codes": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Action items\n\nCAPA-1: Alert at 80%\nCAPA-2: Larger disk\nfor the logs\n",
        {"n_actions": 2},
    ),
    "actions with letters": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Action items\n\na) Alert at 80%\nb) Larger disk\n",
        {"n_actions": 2},
    ),
    "tasks below a heading of the house": (
        HOUSE
        + "## Lo que viene\n\n- [x] Identificador en el cierre (Andrés)\n- [ ] Informe diario de duplicados (Ana)\n",
        {"n_actions": 2, "n_done": 1},
    ),
    "tasks that say their state": (
        HOUSE
        + "## Et après\n\n- Mettre le plan de salle en cache (fait)\n- Tir de charge avant l'ouverture (à planifier, M. Roche)\n",
        {"n_actions": 2, "n_done": 1},
    ),
    "a checklist is no list of actions": (
        HOUSE + "## Checklist\n\n- [x] Page the lead of the team\n- [ ] Update the status page\n",
        {"n_actions": 0},
    ),
    "services with a box are no actions": (
        HOUSE + "## What broke down\n\n- [x] Login\n- [ ] Web shop\n",
        {"n_actions": 0},
    ),
    "actions in a column of another name": (
        HOUSE
        + "## Corrective actions\n\n| Issue | Kind | Owner | Status |\n|---|---|---|---|\n| A-1 validate codes | Prevent | Fleet | Done |\n| A-2 catch errors | Mitigate | Seats | In progress |\n",
        {"n_actions": 2, "n_done": 1},
    ),
    "a column of states under a name of the house": (
        HOUSE
        + "## Action items\n\n| Action | Owner | Due Date | Tila |\n|---|---|---|---|\n| Remove debug code | Pekka | 2023-04-03 | Valmis |\n| Load test | Sanna | 2023-09-01 | Kesken |\n| Alert | Sanna | | |\n",
        {"n_actions": 3, "n_done": 1},
    ),
    "a column of remarks is none of states": (
        HOUSE
        + "## Action items\n\n| Action | Owner | Remarks |\n|---|---|---|\n| Remove debug code | Pekka | done |\n| Load test | Sanna | 3 of 8 in |\n",
        {"n_actions": 2, "n_done": 0},
    ),
    "a state where the due date is asked for": (
        HOUSE
        + "## Action items\n\n| Action | Owner | Due Date | Priority |\n|---|---|---|---|\n| Watchdog | Jo | done 8 Sept | High |\n| Purge | Jo | fait | Low |\n| Limit | Jo | before the holidays | Low |\n| Alert | Jo | done in May, if funded | Low |\n",
        {"n_actions": 4, "n_done": 2},
    ),
    "the day first where the language has it so": (
        "# Cierre de caja duplicado\n\n| Dato | Detalle |\n|---|---|\n| Día | 02/07/2023 |\n| Inicio | 22:05 (hora de Bogotá, UTC-5) |\n| Detección | 22:40 |\n| Fin | 23:55 |\n| Prioridad | Media |\n\n## Por qué ocurrió\n\nEl reintento no llevaba identificador y el servidor lo tomó por un cierre nuevo de la caja, que no era el de las tiendas.\n",
        {
            "date": "2023-07-02",
            "started_at": "2023-07-03 03:05",
            "detected_at": "2023-07-03 03:40",
            "restored_at": "2023-07-03 04:55",
            "severity": "SEV-3",
        },
    ),
    "in English 02/07/2023 is two days": (
        "# Cash desks closed twice\n\nDate: 02/07/2023\nSeverity: Medium\nStart: 22:05 UTC\n\n## Root cause\n\nThe retry had no identifier, and the server took it for another one of the desks.\n",
        {"date": None, "started_at": None},
    ),
    "a title that is called like a field": (
        "# Reason for Outage\n\nTicket: NET-88213\nStart of outage: 09/02/2024 21:47 GMT\nEnd of outage: 13/02/2024 01:32 GMT\nRFO status: Final\n\n## Reason\n\nA contractor cut the duct.\n",
        {"why_it_happened": "A contractor cut the duct.", "status": "Final"},
    ),
    "a diagnosis is behind the cause": (
        HOUSE.replace("## Root cause", "## Diagnosis\n\nOn call looks at the disk.\n\n## Root cause"),
        {"why_it_happened": "A full disk.\n\nOn call looks at the disk."},
    ),
    "people in other languages": (
        HOUSE + "## Impact\n\nOp 58 stations bleven de borden zwart. Ongeveer 45.000 reizigers hadden er last van.\n",
        {"affected_users": 45000},
    ),
    "a severity in brackets": (
        "# Chat down\n\nChat was gone on 2024-11-30 (SEV 2, about 26,000 players).\n\n## Timeline\n\n- 20:18 UTC chat gone\n- 20:30 UTC chat back\n\n## Root cause\n\nA list.\n",
        {"severity": "SEV-2"},
    ),
    "a zone next to the times of the text": (
        "# Orders late\n\nDate: 2023-11-28\nSeverity: SEV-2\n\n## Summary\n\nOrders were late from 05:15 to 09:40 CET.\n\n## Timeline\n\n- 05:15 orders cease\n- 09:40 service restored\n\n## Root cause\n\nA list.\n",
        {"restored_at": "2023-11-28 08:40"},
    ),
    "states that an action is about": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Action items\n\n- Document the ticket states (new, in progress, closed)\n- Document the others (New, Closed)\n",
        {"n_actions": 2, "n_done": 0},
    ),
    "a log in a fence is no header": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n```\nstatus: 500\nseverity: ERROR\nservice: login\n```\n\n## Root cause\n\nA full disk.\n",
        {"severity": "SEV-2", "n_services": 0},
    ),
    "an export of Jira": (
        "# [NET-12] Logins fail\n\n|Field|Value|\n|--|--|\n|Priority|High|\n|Status|Closed|\n|Created|03/Jun/24 10:02 AM|\n|Incident start|03/Jun/24 10:00 AM|\n|Resolved|03/Jun/24 11:00 AM|\n|Component|Login|\n\n## Root cause\n\nA full disk.\n",
        {
            "incident_id": "NET-12",
            "severity": "SEV-2",
            "started_at": "2024-06-03 10:00",
            "restored_at": "2024-06-03 11:00",
        },
    ),
    "people, not services": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\nAffected: about 1,200 students\n\n## Root cause\n\nA full disk.\n",
        {"affected_users": 1200, "n_services": 0},
    ),
    "actions with owner, day and state in brackets": (
        "# Login outage\n\nDate: 2024-06-03\nSeverity: SEV-2\n\n## Root cause\n\nA full disk.\n\n## Follow-up tasks\n\n- Larger disk (Ann, 2024-06-10, done)\n- Alert (Bo, 2024-06-20, open)\n- Talk to the vendor (the one who is done)\n",
        {"n_actions": 3, "n_done": 1},
    ),
}


def said(corpus: Corpus) -> dict[str, object]:
    """Return the one incident of a corpus with its values in words, and how many of other rows there are."""
    (row,) = corpus.incidents.to_dict("records")
    found: dict[str, object] = {"n_actions": len(corpus.actions), "n_services": len(corpus.services)}
    found["n_done"] = int((corpus.actions["status"] == "done").sum())
    for name, value in row.items():
        if pd.isna(value):
            found[str(name)] = None
        elif isinstance(value, pd.Timestamp):
            found[str(name)] = f"{value:%Y-%m-%d}" if name == "date" else f"{value:%Y-%m-%d %H:%M}"
        elif isinstance(value, pd.Timedelta):
            found[str(name)] = f"{value // timedelta(hours=1)}:{value // timedelta(minutes=1) % 60:02}"
        else:
            found[str(name)] = value
    return found


@pytest.mark.parametrize("name", OTHERS)
def test_a_report_of_another_organisation_is_read(name: str, tmp_path: Path) -> None:
    text, wanted = OTHERS[name]
    found = said(read(tmp_path, text, "report.md"))
    assert {key: found[key] for key in wanted} == wanted


def test_reports_in_mdx_are_read(tmp_path: Path) -> None:
    assert said(read(tmp_path, HEAD, "report.mdx"))["severity"] == "SEV-2"


@pytest.mark.parametrize(
    ("heading", "first"),
    [
        ("The play-by-play (CET)", "09:18"),
        ("Hoe het ging (UTC+2)", "08:18"),
        ("Wie es war (MEZ)", "09:18"),
        ("The play-by-play", "10:18"),
    ],
)
def test_the_heading_of_rows_that_it_does_not_name_may_name_their_zone(
    tmp_path: Path, heading: str, first: str
) -> None:
    rows = "\n".join(
        f"| 10:{18 + number} | {what} |" for number, what in enumerate(("Chat down", "Paged", "Back", "Ok"))
    )
    table = f"| When | What |\n|---|---|\n{rows}\n"
    text = f"# INC-2026-01-07-001: Chat\n\nDate: 2026-01-07\nSeverity: SEV-2\n\n## {heading}\n\n{table}"
    corpus = read(tmp_path, text)
    assert f"{corpus.timeline['at'].iloc[0]:%H:%M}" == first
