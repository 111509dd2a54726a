"""An issue tracker's export as Jira and GitHub write it; plain CSV is tested with the loader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.tracker_matches import join_tracker, unmatched_tracker_rows
from incident_analytics.cli import commands
from incident_analytics.config import read_settings
from incident_analytics.errors import ColumnsError, SettingsError
from incident_analytics.export_times import read_days
from incident_analytics.loading import load
from incident_analytics.tables import make_table
from incident_analytics.tracker import read_tracker

TEXTS = ("key", "incident_id", "action", "owner", "status")


def tracker_of(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    """Rows of key, incident_id, action, owner, status, due_on, completed_on."""
    names = (*TEXTS, "due_on", "completed_on")
    columns = zip(names, zip(*rows, strict=True), strict=True) if rows else ((name, ()) for name in names)
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype="str" if name in TEXTS else "datetime64[us]") for name, values in columns}
    )


def read(folder: Path, name: str, text: str, settings: str) -> pd.DataFrame:
    """Read an export with these lines under [tracker]."""
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "s.toml").write_text(f'[tracker]\nfile = "{name}"\n{settings}')
    return read_tracker(folder / "s.toml")


JIRA = """\
\ufeffSummary,Issue key,Issue id,Issue Type,Status,Resolution,Assignee,Due date,Resolved,Labels,Labels,Labels
"Add an alert
on the queue",OPS-1,10001,Task,Done,Done,ana,21/Mar/25 12:00 AM,14/Mar/25 2:02 PM,postmortem,INC-2025-03-14-001,
Split it,OPS-2,10002,Task,Shut,Won't Do,b,2025-03-21,2025-03-14T14:02:00.000+0000,,INC-2025-03-14-001,INC-2025-03-15-002
Rotate the key,OPS-3,10003,Bug,In Progress,,,4/Dec/2025 9:30 AM,,xINC-2025-03-14-001,,
Try the runbook,OPS-4,10004,Task,To Do,Unresolved,ana,5/6/25,,incident:INC-2025-03-15-002,,
Name an owner,OPS-5,10005,Task,Done,Moved to facilities,ana,soon,1/Jan/20 1:00 AM,,,
Drill,OPS-6,10006,Task,Done,,ana,,2025-03-20 10:00,,,
Fix it,OPS-7,10007,Bug,Done,Cannot Reproduce,ana,,20/Mar/25,,,
Ask around,OPS-8,10008,Task,Selected for Development,,,,,,,
"""


def test_a_jira_export_is_read_by_its_own_columns(tmp_path: Path) -> None:
    """A resolution beats the status, an unknown one tells nothing; two incidents in the labels are none."""
    expected = tracker_of(
        ("OPS-1", "INC-2025-03-14-001", "Add an alert\non the queue", "ana", "done", "2025-03-21", "2025-03-14"),
        ("OPS-2", None, "Split it", "b", "dropped", "2025-03-21", "2025-03-14"),
        ("OPS-3", None, "Rotate the key", None, "open", "2025-12-04", None),
        ("OPS-4", "INC-2025-03-15-002", "Try the runbook", "ana", "open", None, None),
        ("OPS-5", None, "Name an owner", "ana", None, None, "2020-01-01"),
        ("OPS-6", None, "Drill", "ana", "done", None, "2025-03-20"),
        ("OPS-7", None, "Fix it", "ana", "dropped", None, "2025-03-20"),
        ("OPS-8", None, "Ask around", None, "open", None, None),
    )
    assert_frame_equal(read(tmp_path, "jira.csv", JIRA, 'format = "jira"'), expected)


def test_a_jira_export_with_few_columns_and_one_of_ones_own(tmp_path: Path) -> None:
    text = "Issue key,Custom field (Incident),Resolved\nOPS-1,INC-2025-03-14-001,14/Mar/25 2:02 PM\n"
    settings = 'format = "jira"\ncolumns = { incident_id = "Custom field (Incident)" }'
    expected = tracker_of(("OPS-1", "INC-2025-03-14-001", None, None, None, None, "2025-03-14"))
    assert_frame_equal(read(tmp_path, "jira.csv", text, settings), expected)
    bare = read(tmp_path, "jira.csv", "Issue key\nOPS-1\n", 'format = "jira"')
    assert_frame_equal(bare, tracker_of(("OPS-1", *[None] * 6)))
    assert_frame_equal(read(tmp_path, "jira.csv", "Issue key,Labels\n", 'format = "jira"'), tracker_of())


def issue(number: int, **facts: Any) -> dict[str, Any]:
    """Return an issue as gh writes it."""
    usual = {"title": f"Item {number}", "state": "OPEN", "closedAt": None, "labels": [], "assignees": []}
    return {"number": number, "url": f"https://github.com/acme/ops/issues/{number}", **usual, **facts}


def labels(*names: str) -> list[dict[str, str]]:
    return [{"id": "LA_1", "name": name, "description": "", "color": "ededed"} for name in names]


def test_the_json_of_gh_is_read_as_it_is(tmp_path: Path) -> None:
    """A closed issue is done unless a reason or a label of GitHub's own says that it was dropped."""
    closed = {"state": "CLOSED", "closedAt": "2025-03-14T14:02:00Z"}
    issues = [
        issue(1, labels=labels("incident", "INC-2025-03-14-001"), assignees=[{"login": "ana"}, {"login": "ben"}]),
        issue(2, **closed, labels=labels("incident/INC-2025-03-14-001"), stateReason="COMPLETED"),
        issue(3, **closed, labels=labels("INC-2025-03-14-001", "INC-2025-03-15-001")),
        issue(4, **closed, stateReason="NOT_PLANNED"),
        issue(5, **closed, labels=labels("Wontfix")),
        issue(6, stateReason="REOPENED", closedAt="0001-01-01T00:00:00Z"),
        {"number": 7, "title": " Least ", "state": "closed"},
    ]
    expected = tracker_of(
        ("#1", "INC-2025-03-14-001", "Item 1", "ana, ben", "open", None, None),
        ("#2", "INC-2025-03-14-001", "Item 2", None, "done", None, "2025-03-14"),
        ("#3", None, "Item 3", None, "done", None, "2025-03-14"),
        ("#4", None, "Item 4", None, "dropped", None, "2025-03-14"),
        ("#5", None, "Item 5", None, "dropped", None, "2025-03-14"),
        ("#6", None, "Item 6", None, "open", None, None),
        ("#7", None, "Least", None, "done", None, None),
    )
    assert_frame_equal(read(tmp_path, "issues.json", json.dumps(issues), 'format = "github"'), expected)
    assert_frame_equal(read(tmp_path, "issues.json", "[]", 'format = "github"'), tracker_of())


def test_an_export_joins_by_key_else_by_incident_and_text_and_the_rest_is_listed(tmp_path: Path) -> None:
    """Issue 3 bears the text of an item, but names no incident; issue 4 names one, but has other words."""
    actions = make_table(
        "actions",
        {
            "incident_id": ["INC-2025-03-14-001"] * 3,
            "action": ["Add an alert", "Split the queue", "Rotate the key"],
            "key": ["#1", None, None],
            "position": [0, 1, 2],
            "line": [60, 61, 62],
        },
    )
    here = {"labels": labels("INC-2025-03-14-001")}
    issues = [
        issue(1, state="CLOSED", closedAt="2025-03-20T10:00:00Z"),
        issue(2, title="split the  queue", **here),
        issue(3, title="Rotate the key"),
        issue(4, title="Rotate the API key", **here),
    ]
    tracker = read(tmp_path, "issues.json", json.dumps(issues), 'format = "github"')
    joined = join_tracker(actions, tracker)
    assert joined["matched_by"].fillna("").tolist() == ["key", "text", ""]
    assert joined["status"].fillna("").tolist() == ["done", "open", ""]
    assert joined["completed_on"].tolist() == [pd.Timestamp("2025-03-20"), pd.NaT, pd.NaT]
    assert joined["key"].fillna("").tolist() == ["#1", "#2", ""]
    assert unmatched_tracker_rows(actions, tracker)["key"].tolist() == ["#3", "#4"]


def test_ids_of_a_template_of_ones_own_are_found_in_labels_too(tmp_path: Path) -> None:
    """A template that takes any word for an id finds none, else every label were an incident."""
    form = (Path(__file__).parents[1] / "incident_analytics" / "reports/templates/template-1.0.toml").read_text()
    (tmp_path / "own.toml").write_text(form.replace(r"INC-\d{4}-\d{2}-\d{2}-\d{3,}", r"PM\d+"))
    (tmp_path / "any.toml").write_text(form.replace(r"INC-\d{4}-\d{2}-\d{2}-\d{3,}", r"\S+"))
    settings = 'format = "github"\n[templates]\nfiles = ["own.toml", "any.toml"]'
    found = read(tmp_path, "i.json", json.dumps([issue(1, labels=labels("bug", "pm: PM17"))]), settings)
    assert found["incident_id"].tolist() == ["PM17"]


ASK = "write gh issue list --state all --limit 1000 --json number,title,state,closedAt,labels,url,assignees"
ASK_JIRA = "write the answer of Jira's search with its fields summary, status, resolutiondate and others"


GITLAB = """\
Title,Description,Issue ID,URL,State,Author,Assignee,Due Date,Created At (UTC),Closed At (UTC),Labels
Add an alert,x,12,https://gitlab.example/12,Closed,a,ana,2025-03-21,2025-03-14 09:00:00,2025-03-14 23:30:00,"ops,INC-2025-03-14-001"
Split it,x,13,https://gitlab.example/13,Open,a,,,2025-03-14 09:00:00,,ops
"""  # noqa: E501 - an export has long rows
LINEAR = """\
ID,Team,Title,Description,Status,Priority,Assignee,Labels,Created,Completed,Canceled,Due Date
ENG-1,Eng,Add an alert,x,Done,High,ana,"INC-2025-03-14-001, ops",2025-03-14T09:00:00.000Z,2025-03-14T23:30:00.000Z,,2025-03-21
ENG-2,Eng,Split it,x,Canceled,Low,,,2025-03-14T09:00:00.000Z,,2025-03-15T09:00:00.000Z,
ENG-3,Eng,Rotate,x,In Progress,Low,,,2025-03-14T09:00:00.000Z,,,
"""  # noqa: E501
GITLAB_JSON = [
    {
        "iid": 12,
        "title": "Add an alert",
        "state": "closed",
        "labels": ["ops", "INC-2025-03-14-001"],
        "assignees": [{"name": "ana"}],
        "due_date": "2025-03-21",
        "closed_at": "2025-03-14T23:30:00.000Z",
    },
    {"iid": 13, "title": "Split it", "state": "opened", "labels": [], "assignees": [], "due_date": None},
    {"iid": 14, "title": "Ask", "state": "closed", "labels": ["wontfix"], "closed_at": "2025-03-14T08:00:00Z"},
]


def jira_issue(key: str, status: str, **fields: Any) -> dict[str, Any]:
    """Return an issue as Jira's REST search writes it."""
    usual = {"summary": f"Item {key}", "status": {"name": status, "statusCategory": {"key": "x"}}, "labels": []}
    return {"id": "10001", "self": f"https://jira.example/{key}", "key": key, "fields": {**usual, **fields}}


JIRA_JSON = {
    "startAt": 0,
    "total": 4,
    "issues": [
        jira_issue(
            "OPS-1",
            "Done",
            labels=["postmortem", "INC-2025-03-14-001"],
            assignee={"displayName": "Ana", "emailAddress": "ana@example.com"},
            resolution={"name": "Done"},
            duedate="2025-03-21",
            resolutiondate="2025-03-14T23:30:00.000+0000",
        ),
        jira_issue("OPS-2", "Closed", resolution={"name": "Won't Do"}, assignee=None, duedate=None),
        jira_issue("OPS-3", "In Progress", resolution=None, resolutiondate=None),
        jira_issue("OPS-4", "To Do", resolution={"name": "Done"}),
    ],
}


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("name", "form", "text", "rows"),
    [
        (
            "gitlab.csv",
            "gitlab",
            GITLAB,
            [
                ("#12", "INC-2025-03-14-001", "Add an alert", "ana", "done", "2025-03-21", "2025-03-15"),
                ("#13", None, "Split it", None, "open", None, None),
            ],
        ),
        (
            "linear.csv",
            "linear",
            LINEAR,
            [
                ("ENG-1", "INC-2025-03-14-001", "Add an alert", "ana", "done", "2025-03-21", "2025-03-15"),
                ("ENG-2", None, "Split it", None, "dropped", None, None),
                ("ENG-3", None, "Rotate", None, "open", None, None),
            ],
        ),
        (
            "gitlab.json",
            "gitlab",
            json.dumps(GITLAB_JSON),
            [
                ("#12", "INC-2025-03-14-001", "Add an alert", "ana", "done", "2025-03-21", "2025-03-15"),
                ("#13", None, "Split it", None, "open", None, None),
                ("#14", None, "Ask", None, "dropped", None, "2025-03-14"),
            ],
        ),
        (
            "jira.json",
            "jira",
            json.dumps(JIRA_JSON),
            [
                ("OPS-1", "INC-2025-03-14-001", "Item OPS-1", "Ana", "done", "2025-03-21", "2025-03-15"),
                ("OPS-2", None, "Item OPS-2", None, "dropped", None, None),
                ("OPS-3", None, "Item OPS-3", None, "open", None, None),
                ("OPS-4", None, "Item OPS-4", None, None, None, None),
            ],
        ),
    ],
)
def test_exports_of_gitlab_linear_and_jira_are_read_and_recognised(
    tmp_path: Path, name: str, form: str, text: str, rows: list[tuple[str | None, ...]], *, named: bool
) -> None:
    """Their instants are UTC: half past eleven in the evening is the next day in Berlin."""
    own = f'format = "{form}"\n' if named else ""
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "s.toml").write_text(f'timezone = "Europe/Berlin"\n[tracker]\nfile = "{name}"\n{own}')
    assert_frame_equal(read_tracker(tmp_path / "s.toml"), tracker_of(*rows))


def test_exports_of_jira_and_github_are_recognised(tmp_path: Path) -> None:
    assert_frame_equal(read(tmp_path, "x.csv", JIRA, ""), read(tmp_path, "y.csv", JIRA, 'format = "jira"'))
    issues = json.dumps([{"number": 1, "title": "x", "state": "OPEN"}])
    named = read(tmp_path, "y.json", issues, 'format = "github"')
    assert_frame_equal(read(tmp_path, "x.json", issues, ""), named)


@pytest.mark.parametrize(
    ("name", "settings", "text", "message"),
    [
        (
            "x.csv",
            "",
            "Key,Text\n1,x\n",
            "its columns are not those of Jira, GitLab or Linear; name them, such as columns = { key = 'Key' }",
        ),
        ("jira.csv", 'format = "jira"', "Key,Summary\nOPS-1,x\n", "no column 'Issue key'; it has Key, Summary"),
        (
            "jira.csv",
            'format = "jira"\ncolumns = { owner = "Team" }',
            "Issue key,Summary\n",
            "no column 'Team'; it has Issue key, Summary",
        ),
        ("i.json", 'format = "github"', "", f"not valid JSON: Expecting value at column 1; {ASK}"),
        ("i.json", 'format = "github"', '{"number": 1}', f"no list of issues; {ASK}"),
        ("i.json", 'format = "github"', "[1]", f"no list of issues; {ASK}"),
        ("i.json", 'format = "github"', "7", f"no list of issues; {ASK}"),
        ("i.json", 'format = "github"', '[{"number": 1, "title": "x"}]', f"no field 'state' in every issue; {ASK}"),
        (
            "i.json",
            'format = "github"',
            '[{"number": 1, "title": "x", "state": "OPEN", "labels": ["x"]}]',
            f"no list of issues; {ASK}",
        ),
        ("i.json", "", '[{"number": 1, "title": 5, "state": "OPEN"}]', f"no list of issues; {ASK}"),
        ("i.json", 'format = "jira"', '{"issues": {"key": 1}}', f"no list of issues; {ASK_JIRA}"),
        (
            "i.json",
            'format = "jira"',
            '{"issues": [{"key": "OPS-1", "fields": {"status": {"name": "Done"}}}]}',
            f"no field 'summary' in every issue; {ASK_JIRA}",
        ),
    ],
)
def test_an_export_of_another_kind_is_refused_with_what_to_write(
    tmp_path: Path, name: str, settings: str, text: str, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, name, text, settings)
    assert str(caught.value) == f"{tmp_path / name}:1: {message}"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            'format = "github"\ncolumns = { key = "number" }',
            "tracker: columns has no meaning for format github; delete it",
        ),
        ('format = "trello"', "tracker.format: 'trello' is not one of csv, jira, github, gitlab, linear"),
    ],
)
def test_settings_that_do_not_fit_the_format_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(f'[tracker]\nfile = "x.csv"\n{settings}')
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value) == f"{file}: {message}"


ROWS = [("31/08/2025", "12/08/2025 15:04"), ("10/09/2025", ""), ("20/08/2025", "01/09/2025 09:00")]


def test_day_and_month_are_kept_apart_by_their_whole_column_or_not_at_all(tmp_path: Path) -> None:
    text = "Issue key;Due date;Resolved\n" + "".join(f"OPS-{n};{due};{end}\n" for n, (due, end) in enumerate(ROWS))
    found = read(tmp_path, "jira.csv", f"\ufeff{text}", 'format = "jira"')
    assert found["due_on"].tolist() == [pd.Timestamp(day) for day in ("2025-08-31", "2025-09-10", "2025-08-20")]
    assert found["completed_on"].isna().all()
    problems = load([], settings=tmp_path / "s.toml").problems
    assert problems[["line", "level", "code"]].to_numpy().tolist() == [
        [2, "warning", "ambiguous-date"],
        [4, "warning", "ambiguous-date"],
    ]
    assert problems["path"].unique().tolist() == [(tmp_path / "jira.csv").as_posix()]


@pytest.mark.parametrize(
    "text",
    [
        "05/Aug/25 9:12 AM", "5. August 2025", "5. Aug. 2025 14:02", "5 août 2025", "05/août/25 09:12", "05/Ago/25",
        "5 de agosto de 2025", "Aug 5, 2025", "5 augustus 2025", "5 ago 2025", "2025-08-05 09:12", "5/8/2025",
        "Di., 5.08.2025", "2025-08-05T09:12:00.000+0000",
    ],
)  # fmt: skip
def test_dates_of_common_locales(text: str) -> None:
    day = date(2025, 8, 5)
    assert read_days([text, "31.12.2025"])[0] == day


@pytest.mark.parametrize(
    ("zone", "text", "day"),
    [
        ("America/New_York", "2026-04-01T02:00:00Z", "2026-03-31"),
        ("America/New_York", "2026-04-01 02:00:00.000+0000", "2026-03-31"),
        ("America/New_York", "2026-04-01 02:00 UTC", "2026-03-31"),
        ("America/New_York", "01/Apr/26 2:00 AM GMT", "2026-03-31"),
        ("America/New_York", "2026-03-31T23:30:00-04:00", "2026-03-31"),
        ("America/New_York", "2026-03-31T23:30:00\u221204", "2026-03-31"),
        ("America/New_York", "1. April 2026 02:00 Uhr", "2026-04-01"),
        ("America/New_York", "2026-04-01 02:00", "2026-04-01"),
        ("America/New_York", "2026-04-01", "2026-04-01"),
        ("Asia/Tokyo", "2026-03-20T23:30:00Z", "2026-03-21"),
        ("Asia/Tokyo", "20 Mar 2026 11:30 PM UTC", "2026-03-21"),
        ("Asia/Tokyo", "2026-03-20 12:30 am Europe/Berlin", "2026-03-20"),
        ("UTC", "2026-03-20T23:30:00Z", "2026-03-20"),
    ],
)
def test_an_instant_of_completion_is_the_day_in_the_settings_zone(
    tmp_path: Path, zone: str, text: str, day: str
) -> None:
    """The day on which an item is due is the one that is written, whatever midnight stands beside it."""
    export = f'Issue key,Status,Due date,Resolved\nA-1,Done,2026-03-31T00:00:00Z,"{text}"\n'
    (tmp_path / "jira.csv").write_text(export, encoding="utf-8")
    (tmp_path / "s.toml").write_text(f'timezone = "{zone}"\n[tracker]\nfile = "jira.csv"\nformat = "jira"')
    found = read_tracker(tmp_path / "s.toml")
    assert found[["due_on", "completed_on"]].iloc[0].tolist() == [pd.Timestamp("2026-03-31"), pd.Timestamp(day)]


@pytest.mark.parametrize(
    ("text", "code"),
    [("2026-04-01 02:00 CST", "unreadable-time"), ("2026-04-01T27:00:00Z", "unreadable-value")],
)
def test_an_instant_that_may_be_on_several_days_is_no_date(tmp_path: Path, text: str, code: str) -> None:
    found = read(tmp_path, "jira.csv", f"Issue key,Status,Resolved\nA-1,Done,{text}\n", 'format = "jira"')
    assert found["completed_on"].isna().all()
    assert load([], settings=tmp_path / "s.toml").problems[["line", "code"]].to_numpy().tolist() == [[2, code]]


def test_what_is_done_or_dropped_at_a_later_instant_is_open_as_of_an_earlier_one(tmp_path: Path) -> None:
    """Of an item with a day alone `items_as_known` decides; whatever its status is today, it was open before that."""
    text = "Issue key,Status,Resolved\n" + "".join(
        f"A-{n},{status},{end}\n"
        for n, (status, end) in enumerate(
            [("Done", "2026-04-01T02:00:00Z"), ("Won't Do", "2026-04-01T02:00:00Z"), ("?", "2026-04-01T02:00:00Z"),
             ("Done", "2026-04-01T00:30:00Z"), ("Done", "2026-04-02"), ("Done", "")]
        )
    )  # fmt: skip
    read(tmp_path, "jira.csv", text, 'format = "jira"')
    found = read_tracker(tmp_path / "s.toml", pd.Timestamp("2026-04-01T00:30:00Z"))
    assert found["status"].fillna("").tolist() == ["open", "open", "open", "done", "done", "done"]
    assert found["completed_on"].dt.strftime("%m-%d").fillna("").tolist() == ["", "", "", "04-01", "04-02", ""]
    with pytest.raises(ColumnsError, match=r"^as_of 2026-04-01 00:00:00 has no zone"):
        read_tracker(tmp_path / "s.toml", pd.Timestamp("2026-04-01"))


def test_a_row_of_too_many_cells_costs_itself_alone(tmp_path: Path) -> None:
    text = "Key,Summary,Status\nA-1,Add a replica, with a comma,Done\n\nA-2,Alert on lag,Done\nA-3,Drill,Shut\n"
    columns = 'columns = { key = "Key", action = "Summary", status = "Status" }'
    found = read(tmp_path, "t.csv", text, columns)
    assert found[["key", "status"]].fillna("").to_numpy().tolist() == [["A-2", "done"], ["A-3", ""]]
    problems = load([], settings=tmp_path / "s.toml").problems
    assert problems[["line", "level", "code", "message"]].to_numpy().tolist() == [
        [
            2,
            "error",
            "extra-cells",
            "the row has 4 cells, the header 3, so it is not used; put quotes around a cell that holds a comma",
        ],
        [5, "warning", "unreadable-value", "Status: 'Shut' is not one of open, done, dropped"],
    ]


def test_rows_that_contradict_each_other_are_named_with_all_their_lines(tmp_path: Path) -> None:
    """The same row twice is no contradiction, and the same words of two incidents are two items."""
    text = (
        "Key,Incident,Summary,Status\nA-1,I-1,Add an alert,Open\na-1 ,I-1,add  an alert,Done\nA-2,I-1,Drill,Reopened\n"
        "A-3,I-1,Drill,Done\nA-3,I-1,Drill,Done\nA-4,I-2,Drill,Open\nA-5,,Drill,Done\n,,Drill,Open\n"
    )
    columns = 'columns = { key = "Key", incident_id = "Incident", action = "Summary", status = "Status" }'
    read(tmp_path, "t.csv", text, columns)
    problems = load([], settings=tmp_path / "s.toml").problems
    assert problems[["line", "level", "code", "message"]].to_numpy().tolist() == [
        [
            3,
            "warning",
            "contradiction",
            "lines 2 and 3 disagree on 'A-1', so none is used; keep one of them",
        ],
        [
            6,
            "warning",
            "contradiction",
            ("lines 4, 5 and 6 disagree on 'Drill', so none is used for an item without a key; keep one of them"),
        ],
    ]
    assert problems["path"].unique().tolist() == [(tmp_path / "t.csv").as_posix()]


def test_an_item_that_is_open_and_completed_is_a_contradiction(tmp_path: Path) -> None:
    text = "Key,Status,End\nA-1,Open,2025-03-20\nA-2,Done,2025-03-20\nA-3,Open,\nA-4,Shut,2025-03-20\n"
    columns = 'columns = { key = "Key", status = "Status", completed_on = "End" }'
    assert read(tmp_path, "t.csv", text, columns)["status"].fillna("").tolist() == ["open", "done", "open", ""]
    problems = load([], settings=tmp_path / "s.toml").problems
    found = problems[problems["code"] == "contradiction"]
    assert found[["line", "level", "message"]].to_numpy().tolist() == [
        [2, "warning", "A-1 is open, but was completed 2025-03-20; correct one or the other"]
    ]


def test_a_resolution_next_to_an_open_status_says_nothing(tmp_path: Path) -> None:
    text = "Issue key,Status,Resolution\nA-1,Reopened,Done\nA-2,Done,Won't Do\nA-3,In Progress,Unresolved\n"
    assert read(tmp_path, "j.csv", text, 'format = "jira"')["status"].fillna("").tolist() == ["", "dropped", "open"]
    problems = load([], settings=tmp_path / "s.toml").problems
    assert problems[["line", "code", "message"]].to_numpy().tolist() == [
        [2, "contradiction", "A-1 has the Status 'Reopened' and the Resolution 'Done'; correct one or the other"]
    ]


@pytest.mark.parametrize(
    ("status", "known"),
    [
        ("Done / Open", ""),
        ("Open (was done)", ""),
        ("Done?", ""),
        ("Done (awaiting rollout)", ""),
        ("Not done", "open"),
    ],
)
def test_a_status_of_two_words_says_nothing(tmp_path: Path, status: str, known: str) -> None:
    columns = 'columns = { key = "Key", status = "Status" }'
    assert read(tmp_path, "t.csv", f"Key,Status\nA-1,{status}\n", columns)["status"].fillna("").tolist() == [known]
    codes = load([], settings=tmp_path / "s.toml").problems["code"].tolist()
    assert codes == ([] if known else ["unreadable-value"])


EARLY = """# Slow search

**Incident ID**: {id}
**Date**: {day}
**Severity**: SEV-2
**Status**: Final

## Action Items

| Action | Jira |
|--|--|
| Add an alert | A-1 |
| Split it | |
"""


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("A-1,,,2025-03-13", [2]), ("a-1,,,2025-03-14", []), (",INC-2025-03-14-001,split  IT,2025-03-13", [2]),
        (",INC-2025-03-14-001,Add an alert,2025-03-13", [2]), ("B-1,INC-2025-03-14-001,Split it,2025-03-13", [2]),
        # The key of the report is in the tracker, so the text of another row does not count.
        ("A-1,,,2025-03-15\n,INC-2025-03-14-001,Add an alert,2025-03-13", []),
        ("B-1,,,2025-03-13", []), (",INC-2025-03-15-001,Split it,2025-03-13", []),
    ],
)  # fmt: skip
def test_a_completion_before_the_incident_is_reported(tmp_path: Path, rows: str, lines: list[int]) -> None:
    (tmp_path / "INC-2025-03-14-001.md").write_text(EARLY.format(id="INC-2025-03-14-001", day="2025-03-14"))
    text = f"Key,Incident,Summary,End\n{rows}\n"
    columns = '{ key = "Key", incident_id = "Incident", action = "Summary", completed_on = "End" }'
    read(tmp_path, "t.csv", text, f"columns = {columns}")
    problems = load(tmp_path, status="all", settings=tmp_path / "s.toml").problems
    found = problems[problems["path"] == (tmp_path / "t.csv").as_posix()]
    assert found["line"].tolist() == lines
    for row in found.itertuples():
        assert (row.level, row.code) == ("warning", "contradiction")
        assert "2025-03-13, before INC-2025-03-14-001 of 2025-03-14, so that date is not used" in row.message


def test_a_completion_between_two_incidents_of_one_item_is_no_contradiction(tmp_path: Path) -> None:
    for day in ("2025-03-10", "2025-03-14"):
        (tmp_path / f"INC-{day}-001.md").write_text(EARLY.format(id=f"INC-{day}-001", day=day))
    read(tmp_path, "t.csv", "Key,End\nA-1,2025-03-12\n", 'columns = { key = "Key", completed_on = "End" }')
    assert "contradiction" not in set(load(tmp_path, status="all", settings=tmp_path / "s.toml").problems["code"])


def test_issues_that_contradict_each_other_are_named_by_their_numbers(tmp_path: Path) -> None:
    here = {"title": "Drill", "labels": labels("INC-2025-03-14-001")}
    issues = [issue(3, **here), issue(4, **here)]
    read(tmp_path, "i.json", json.dumps(issues), 'format = "github"')
    assert load([], settings=tmp_path / "s.toml").problems["message"].tolist() == [
        "#3 and #4 disagree on 'Drill', so none is used for an item without a key; keep one of them"
    ]


def test_two_columns_of_one_name_are_refused_where_they_are_used(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="2 columns are called 'Status'; rename all but one"):
        read(tmp_path, "jira.csv", "Issue key,Status,Status\nA-1,Done,Open\n", 'format = "jira"')
    problems = load([], settings=tmp_path / "s.toml").problems
    assert problems[["line", "level", "code"]].to_numpy().tolist() == [[1, "error", "unreadable-file"]]


def test_check_fails_on_a_row_that_is_not_used_and_other_verbs_go_on(tmp_path: Path) -> None:
    read(tmp_path, "t.csv", "Key\nA-1,x\n", 'columns = { key = "Key" }')
    report = Path(__file__).parent / "reports" / "INC-2025-03-14-001.md"
    words = f"{tmp_path / 't.csv'}:2: error: the row has 2 cells, the header 1"
    checked = CliRunner().invoke(commands, ["check", str(report), "--config", str(tmp_path / "s.toml")])
    assert (checked.exit_code, words in checked.stdout, checked.stderr) == (1, True, "")
    shown = CliRunner().invoke(commands, ["show", str(report), "--config", str(tmp_path / "s.toml")])
    assert (shown.exit_code, words in shown.stderr) == (0, True)


def test_a_verb_names_the_first_problems_alone(tmp_path: Path) -> None:
    read(tmp_path, "t.csv", "Key,S\n" + "A-1,Shut\n" * 12, 'columns = { key = "Key", status = "S" }')
    report = Path(__file__).parent / "reports" / "INC-2025-03-14-001.md"
    shown = CliRunner().invoke(commands, ["show", str(report), "--config", str(tmp_path / "s.toml")])
    lines = shown.stderr.splitlines()
    assert (len(lines), lines[-1]) == (11, "2 more of these; run 'incident-analytics check' for all")
