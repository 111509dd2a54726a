"""The command: exact output, exit codes 0, 1 and 2, nothing half-written."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from incident_analytics import __version__
from incident_analytics.cli import main
from incident_analytics.reports.template import template_text
from incident_analytics.schema import TABLES
from incident_analytics.visible import HIDDEN

ONE = """# Incident Report: Jobs stuck

**Incident ID**: INC-2025-03-14-001
**Date**: 2025-03-14
**Duration**: about 2 hours
**Severity**: SEV-2
**Author**: Ana
**Status**: Final

## Timeline

| Time (UTC) | Event |
|---|---|
| 22:05 | Initial alert/detection |
| 00:16 | Service restored |

## Action Items

| Action | Owner | Due Date | Priority | Status |
|---|---|---|---|---|
| =1+1 | Ana | 2025-03-21 | High | Done |
| Two | | January 6 | Low | |
"""
TWO = ONE.replace("-001", "-002").replace("SEV-2", "SEV9").replace("Final", "Draft")
SETTINGS = '[check]\nignore = ["missing-section", "missing-milestone", "missing-sign-off", "missing-field"]\n'

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in a folder with two reports, a note and settings; gives exit code, stdout and stderr."""
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "INC-2025-03-14-001.md").write_text(ONE)
    (tmp_path / "r" / "INC-2025-03-14-002.md").write_text(TWO)
    (tmp_path / "r" / "notes.md").write_text("# Notes\n")
    (tmp_path / "incident-analytics.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["incident-analytics", *arguments])
        try:
            main()
        except SystemExit as end:
            code = end.code
        else:
            code = 0
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        return code, out, err

    return call


CHECKED = """\
r/INC-2025-03-14-002.md:6: warning: severity 'SEV9' is not one of SEV-1, SEV-2, SEV-3; write one of these, or declare a \
synonym under [severities] in the settings [unknown-severity]
r/INC-2025-03-14-002.md:22: warning: Due Date: 'January 6' has no year; write it as YYYY-MM-DD [unreadable-value]

r/INC-2025-03-14-001.md:22: warning: Due Date: 'January 6' has no year; write it as YYYY-MM-DD [unreadable-value]

Skipped:
  r/notes.md: not an incident report: it has neither an Incident ID of a known form nor enough of severity, duration, \
timeline, impact and root cause

Edits that would help most:
  2 files: Due Date: 'January 6' has no year; write it as YYYY-MM-DD (r/INC-2025-03-14-001.md:22 and others)
  1 file: severity 'SEV9' is not one of SEV-1, SEV-2, SEV-3; write one of these, or declare a synonym under [severities] \
in the settings (r/INC-2025-03-14-002.md:6)

2  warning: unreadable-value
1  warning: unknown-severity
3 reports: 2 loaded, 0 of another status, 1 skipped. Problems: 0 errors, 3 warnings, 3 info.
"""


def test_check_prints_errors_and_warnings_by_file_worst_first_and_a_summary(run: Run) -> None:
    assert run("check", "r") == (0, CHECKED, "")


def test_check_names_the_skipped_files_by_reason(run: Run) -> None:
    for name in "abcd":
        Path(f"r/{name}.md").write_text("# Notes\n")
    reason = CHECKED.partition("r/notes.md: ")[2].partition("\n")[0]
    listed = run("check", "r")[1]
    assert f"Skipped:\n  r/a.md, r/b.md, r/c.md and 2 more (--level info lists all): {reason}\n" in listed
    assert "Skipped:" not in run("check", "r", "--level", "info")[1]
    assert "Skipped:" not in run("check", "r/INC-2025-03-14-001.md")[1]


def test_review_without_a_period_shows_one(run: Run) -> None:
    code, out, err = run("review", "r")
    assert (code, out) == (2, "")
    assert "name the period to review, such as --period 2025Q3 or --period last-quarter" in err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["metrics", "response", "--by", "severity", "--by", "service"], "--by"),
        (["check", "--level", "info", "--level=warning"], "--level"),
        (["review", "-o", "a", "--output", "b", "--period", "2025Q3"], "--output"),
    ],
)
def test_an_option_of_which_one_value_counts_is_taken_once(run: Run, arguments: list[str], option: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert f"{option} takes one value and is given 2 times" in err


def test_an_unknown_severity_names_the_words_in_use_too(run: Run) -> None:
    severities = '[severities]\norder = ["low", "high"]\nsynonyms = { P1 = "high", P2 = "low" }\n'
    Path("incident-analytics.toml").write_text(SETTINGS + severities)
    code, _, err = run("export", "files", "r", "--severity", "P9")
    assert (code, err.splitlines()[-1]) == (2, "incident-analytics: severity 'P9' is not one of low, high, P1, P2")
    assert run("show", "r", "--severity", "p1")[0] == 0


def test_an_id_that_no_report_has_may_be_a_files_name(run: Run) -> None:
    Path("incident-analytics.toml").write_text('reports = ["r"]\n')
    Path("r/INC-2025-03-15-001-jobs.md").write_text("# Notes\n")
    code, _, err = run("show", "inc-2025-03-15-001")
    message = "inc-2025-03-15-001: no report in r has this Incident ID; did you mean the file r/{}?"
    assert (code, err.splitlines()[-1]) == (2, f"incident-analytics: {message.format('INC-2025-03-15-001-jobs.md')}")
    assert "the file" not in run("show", "INC-2025-03-15-0012")[2]


def test_paths_that_the_settings_name_are_shown_from_the_working_folder(run: Run) -> None:
    """As a pull request's annotations need them."""
    Path("incident-analytics.toml").write_text(f'reports = ["r"]\n{SETTINGS}')
    assert run("check") == (0, CHECKED, "")
    assert "::warning file=r/INC-2025-03-14-002.md,line=6," in run("check", "--format", "github")[1]


def test_a_report_is_found_by_the_name_of_its_file_below_the_reports(run: Run) -> None:
    Path("incident-analytics.toml").write_text('reports = ["r"]\n')
    Path("r/a").mkdir()
    for name in ("r/other.md", "r/a/other.md", "r/one.md"):
        Path(name).write_text("# Notes\n")
    assert run("show", "one.md")[1].startswith("r/one.md: skipped")
    code, _, err = run("show", "other.md")
    assert (code, err) == (2, "incident-analytics: other.md: no such file or folder\n")


@pytest.mark.parametrize(("verb", "first"), [("metrics", "response"), ("export", "incidents")])
def test_a_path_in_place_of_a_kind_or_table_shows_how_to_write_it(run: Run, verb: str, first: str) -> None:
    code, out, err = run(verb, "r")
    assert (code, out) == (2, "")
    assert err.endswith(f"; one of them comes first, then the paths: {verb} {first} r\n")
    assert run(verb, "nowhere")[2].endswith("; one of them comes first, then the paths\n")
    assert "one of them comes first" not in run(verb, f"{first}x")[2]


def test_a_group_that_is_called_like_a_field_is_offered_as_one(run: Run) -> None:
    name = Path("r/INC-2025-03-14-001.md")
    name.write_text(name.read_text().replace("**Status**", "**Hospital**: Recife\n**Status**", 1))
    err = run("metrics", "response", "r", "--by", "hospitals")[2]
    assert err.endswith("; did you mean 'field:Hospital'?\n")
    assert run("metrics", "response", "r", "--by", "severitty")[2].endswith("; did you mean 'severity'?\n")


COUNTS = "it counts as an incident of 2025-03-20 from now on; if there was none, write the Status 'False alarm'\n"
"""What new says last."""


def test_template_and_new_say_so_where_the_settings_have_a_layout_of_their_own(run: Run) -> None:
    Path("ours.toml").write_text('name = "ours"\nversion = "1"\nextends = "common"\n[fields]\n[sections]\n')
    Path("incident-analytics.toml").write_text('[templates]\nfiles = ["ours.toml"]\n')
    said = "ours.toml has a layout of your own; {} template 1.0, which is read as well\n"
    assert run("template")[2] == said.format("this is")
    assert (
        run("new", "--severity", "SEV-2", "--date", "2025-03-20")[2] == said.format("the new report follows") + COUNTS
    )


@pytest.mark.parametrize("only", ["template-1.0", "atlassian"])
def test_template_and_new_say_so_where_the_settings_read_another_template(run: Run, only: str) -> None:
    Path("incident-analytics.toml").write_text(f'[templates]\nonly = "{only}"\n')
    said = f"the settings read reports by the template {only!r} alone; "
    printed, written = run("template")[2], run("new", "--severity", "SEV-2", "--date", "2025-03-20")[2]
    if only == "template-1.0":
        assert (printed, written) == ("", COUNTS)
    else:
        follows = f"{said}the new report follows template 1.0\n"
        assert (printed, written) == (f"{said}this is template 1.0\n", follows + COUNTS)


def test_a_new_report_that_is_marked_as_the_message_says_does_not_count(run: Run) -> None:
    file = Path(run("new", "--severity", "SEV-2", "--date", "2025-03-20", "-o", "new")[1].strip())
    counted = "1 loaded, 0 of another status"
    assert counted in run("check", "new")[1]
    mark = re.findall(r"'(.*?)'", COUNTS)[0]
    file.write_text(file.read_text().replace("**Status**: Draft", f"**Status**: {mark}"))
    rows = json.loads(run("metrics", "severity", "new", "--status", "all", "--format", "json")[1])
    assert sum(row["n"] for row in rows) == 0


def test_a_layout_is_printed_to_begin_ones_own_from(run: Run) -> None:
    code, out, _ = run("template", "--layout", "Pagerduty")
    assert (code, tomllib.loads(out)["name"]) == (0, "pagerduty")
    code, out, err = run("template", "--layout", "pagerdoty")
    assert (code, out) == (2, "")
    assert "did you mean 'pagerduty'?" in err


def test_each_fault_of_a_layout_has_a_line_of_its_own(run: Run) -> None:
    Path("ours.toml").write_text('name = "ours"\n')
    Path("incident-analytics.toml").write_text('[templates]\nfiles = ["ours.toml"]\n')
    code, out, err = run("check", "r")
    assert (code, out) == (2, "")
    assert [line.rpartition("ours.toml: ")[2] for line in err.splitlines()] == [
        f"{key}: is missing" for key in ("version", "fields", "sections")
    ]


def test_services_that_are_not_declared_are_named_once_ready_to_paste(run: Run) -> None:
    text = Path("r/INC-2025-03-14-001.md").read_text()
    Path("s").mkdir()
    for number, service in enumerate(("Mail", 'The "Hub"', "Mail"), start=1):
        own = text.replace("-001", f"-00{number}").replace(
            "## Timeline", f"## Affected Services\n\n- {service}\n\n## Timeline"
        )
        Path(f"s/INC-2025-03-14-00{number}.md").write_text(own)
    Path("incident-analytics.toml").write_text("[services.Shop]\n")
    out = run("check", "s")[1]
    pasted = [line.strip() for line in out.splitlines() if line.startswith("  [services.")]
    assert set(tomllib.loads("\n".join(pasted))["services"]) >= {"Mail", 'The "Hub"'}
    assert len(pasted) == len(set(pasted))
    assert "files: service" not in out
    Path("incident-analytics.toml").write_text("\n".join(["[services.Shop]", *pasted]))
    assert "unknown-service" not in run("check", "s")[1]


def test_template_is_printed_next_to_settings_with_a_fault(run: Run) -> None:
    Path("incident-analytics.toml").write_text("[nonsense\n")
    code, out, err = run("template")
    assert (code, err) == (0, "")
    assert out.startswith("# Incident Report Template")


def test_of_few_problems_no_edit_is_singled_out(run: Run) -> None:
    assert "Edits that would help most" not in run("check", "r/INC-2025-03-14-001.md")[1]


@pytest.mark.parametrize(("level", "listed"), [("error", 0), ("warning", 3), ("info", 6)])
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_check_lists_what_is_asked_for(run: Run, form: str, level: str, listed: int) -> None:
    code, out, err = run("check", "r", "--level", level, "--format", form)
    counted = out + err
    found = (
        len(json.loads(out)["problems"]) if form == "json" else len(re.findall(r"\[[a-z-]+\]$|^::", out, re.MULTILINE))
    )
    assert (code, found) == (0, listed)
    assert form == "json" or counted.endswith("Problems: 0 errors, 3 warnings, 3 info.\n")
    if form == "text":
        assert ("2  info: approximate" in out) == (level == "info")


COVERED = """\
r/INC-2025-03-14-001.md: 19 lines that are not blank: 12 read, 6 template, 1 unread
  1: incidents.title
  3: incidents.incident_id
  4: incidents.date
  5: incidents.stated_duration
  6: incidents.severity
  7: incidents.author
  8: incidents.status
  10-13: template
  14-15: timeline
  17-20: template
  21-22: actions
  24: fields.Trigger
  26: unread: [1]: https://x.example
"""


def test_check_shows_what_was_read_from_each_line(run: Run) -> None:
    report = Path("r/INC-2025-03-14-001.md")
    report.write_text(f"{ONE}\n**Trigger**: a deploy\n\n[1]: https://x.example\n")
    code, out, err = run("check", report.as_posix(), "--coverage")
    assert (code, err) == (0, "")
    assert COVERED in out
    code, out, _ = run("check", "r", "--coverage")
    lines = out.splitlines()
    assert "r/INC-2025-03-14-002.md: 17 lines that are not blank: 11 read, 6 template, 0 unread" in lines
    assert "  26: unread: [1]: https://x.example" in lines
    assert "  6: incidents.severity" not in lines
    code, out, _ = run("check", "r", "--coverage", "--format", "json")
    rows = json.loads(out)["coverage"]
    assert rows[0] == {
        "path": report.as_posix(),
        "line": 1,
        "use": "incidents.title",
        "words": "# Incident Report: Jobs stuck",
    }
    assert [row["line"] for row in rows if row["use"] == "unread"] == [26]


def test_check_as_json_names_reports_whose_times_are_read_as_utc(run: Run) -> None:
    file = Path("r/INC-2025-03-15-001.md")
    file.write_text(
        "# Down\n\nSeverity: SEV-1\nStarted: 2025-03-15 10:00\n\n## Timeline\n\n- 10:00 Down\n- 10:30 Up\n",
        encoding="utf-8",
    )
    _, out, _ = run("check", str(file), "--format", "json")
    assert json.loads(out)["read_as_utc"] == [str(file)]


def test_check_as_json(run: Run) -> None:
    code, out, err = run("check", "r", "--format", "json")
    printed = json.loads(out)
    assert (code, err, printed["files"], printed["loaded"], list(printed)) == (
        0,
        "",
        3,
        2,
        ["problems", "files", "loaded", "read_as_utc"],
    )
    assert printed["problems"][3] == {
        "path": "r/INC-2025-03-14-001.md",
        "line": 22,
        "incident_id": "INC-2025-03-14-001",
        "level": "warning",
        "code": "unreadable-value",
        "message": "Due Date: 'January 6' has no year; write it as YYYY-MM-DD",
    }
    assert printed["problems"][-1]["incident_id"] is None
    assert len(printed["problems"]) == 6


def test_check_for_github(run: Run) -> None:
    """Annotations alone on stdout; the path of the third report holds what must be escaped."""
    Path("r/a,b%c.md").write_text("# Notes\n")
    code, out, err = run("check", "r", "--format", "github", "--level", "info")
    lines = out.splitlines()
    assert code == 0
    assert lines[3] == (
        "::warning file=r/INC-2025-03-14-001.md,line=22,title=unreadable-value::"
        "Due Date: 'January 6' has no year; write it as YYYY-MM-DD"
    )
    assert lines[5].startswith("::notice file=r/a%2Cb%25c.md,line=1,title=not-a-report::")
    assert all(line.startswith("::") for line in lines)
    assert err.endswith(
        "4 reports: 2 loaded, 0 of another status, 2 skipped. Problems: 0 errors, 3 warnings, 4 info.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "r"], 0), (["check", "r/INC-2025-03-14-001.md"], 0), (["check", "--strict", "r/INC-2025-03-14-001.md"], 1),
        (["check", "r", "--status", "Draft", "--severity", "SEV-1"], 0), (["check", "--strict", "r"], 1),
        (["show", "r"], 0), (["export", "files", "r"], 0),
    ],
)  # fmt: skip
def test_check_alone_exits_with_1_on_problems(run: Run, arguments: list[str], code: int) -> None:
    assert run(*arguments)[0] == code


def test_check_of_a_clean_report_says_so(run: Run) -> None:
    text = Path("r/INC-2025-03-14-001.md").read_text()
    text = text.replace("about 2 hours", "22:05 - 00:16 (2h 11m)").replace("January 6", "2025-04-01")
    Path("r/INC-2025-03-14-001.md").write_text(text)
    assert run("check", "--strict", "r/INC-2025-03-14-001.md") == (
        0, "1 report: 1 loaded, 0 of another status, 0 skipped. Problems: 0 errors, 0 warnings, 0 info.\n", ""
    )  # fmt: skip


SHOWN = """\
r/INC-2025-03-14-001.md
INC-2025-03-14-001  Jobs stuck

line  field            value               grade              as written
   1  title            Jobs stuck          recorded           Incident Report: Jobs stuck
   3  incident_id      INC-2025-03-14-001  recorded           INC-2025-03-14-001
   4  date             2025-03-14          recorded           2025-03-14
   5  stated_duration  2h                  recorded, about    about 2 hours
   6  severity         SEV-2               recorded           SEV-2
   7  author           Ana                 recorded           Ana
   8  status           Final               recorded           Final
  14  detected_at      2025-03-14 22:05    recorded           22:05 Initial alert/detection
  15  restored_at      2025-03-15 00:16    recorded           00:16 Service restored
  15  ended_at         2025-03-15 00:16    recorded, derived  00:16 Service restored

line  time (UTC)        milestone  grade     event
  14  2025-03-14 22:05  detected   recorded  Initial alert/detection
  15  2025-03-15 00:16  restored   recorded  Service restored

line  outage from (UTC)  to (UTC)          source
  15  2025-03-14 22:05   2025-03-15 00:16  timeline

line  action  owner  due         priority  status
  21  =1+1    Ana    2025-03-21  High      done
  22  Two     –      –           Low       –

line  problem  code              message
   5  info     approximate       Duration 'about 2 hours' is approximate; write both times
  22  warning  unreadable-value  Due Date: 'January 6' has no year; write it as YYYY-MM-DD

None found: services, costs, other fields.

"""


def test_show_prints_each_value_with_its_words_and_line(run: Run) -> None:
    assert run("show", "r/INC-2025-03-14-001.md") == (0, SHOWN, "")


def test_show_says_what_was_left_out(run: Run) -> None:
    reason = (
        "not an incident report: it has neither an Incident ID of a known form nor enough of severity, duration, "
        "timeline, impact and root cause"
    )
    assert run("show", "r/notes.md") == (0, f"r/notes.md: skipped: {reason}\n", REMARK.replace("3", "1"))


EXPORTED = """\
incident_id,position,action,owner,created_on,due_on,priority,status,completed_on,key,origin,line
INC-2025-03-14-001,1,'=1+1,Ana,,2025-03-21,High,done,,,table,21
INC-2025-03-14-001,2,Two,,,,Low,,,,table,22
"""
REMARK = "1 of 3 files skipped; run 'incident-analytics check' for details\n"
EXPORT_REMARK = f"{REMARK}1 of 2 reports; --status all exports all\n"


def test_export_prints_csv_and_prefixes_formulas(run: Run) -> None:
    assert run("export", "actions", "r") == (0, EXPORTED, EXPORT_REMARK)


def test_export_raw_leaves_formulas(run: Run) -> None:
    assert run("export", "actions", "r", "--raw") == (0, EXPORTED.replace("'=1+1", "=1+1"), EXPORT_REMARK)


@pytest.mark.parametrize(("status", "n"), [("all", 4), ("final", 2), ("Draft", 2), ("under review", 0)])
def test_export_takes_a_status_and_says_how_many_reports_it_leaves_out(run: Run, status: str, n: int) -> None:
    code, out, err = run("export", "actions", "r", "--status", status)
    assert (code, len(out.splitlines()) - 1) == (0, n)
    assert ("1 of 2 reports; --status all exports all\n" in err) == (n == 2)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_exported(run: Run, table: str) -> None:
    code, out, _ = run("export", table, "r")
    assert code == 0
    assert out.splitlines()[0].replace("stated_duration_seconds", "stated_duration") == ",".join(TABLES[table])


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
def test_export_writes_files(run: Run, ending: str) -> None:
    assert run("export", "actions", "r", "-o", f"out.{ending}") == (0, "", EXPORT_REMARK)
    assert Path(f"out.{ending}").stat().st_size > 0
    if ending == "csv":
        assert Path("out.csv").read_bytes() == f"\ufeff{EXPORTED}".encode(), "Excel takes it for UTF-8 by its mark"


def test_an_output_that_cannot_be_made_exits_with_1_and_leaves_nothing(run: Run) -> None:
    before = sorted(Path().rglob("*"))
    assert run("export", "files", "r", "-o", "no/x.csv") == (
        1,
        "",
        f"{EXPORT_REMARK}incident-analytics: no/x.csv: No such file or directory\n",
    )
    assert run("export", "files", "r", "-o", "r")[0] == 2
    Path("x.csv").mkdir()
    assert run("export", "files", "r", "-o", "x.csv") == (
        1,
        "",
        f"{EXPORT_REMARK}incident-analytics: x.csv: Is a directory\n",
    )
    Path("x.csv").rmdir()
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "files", "missing"], "incident-analytics: missing: no such file or folder\n"),
        (["check", "missing/*.md"], "incident-analytics: missing/*.md: no such file or folder\n"),
        (["export", "files", "r", "--status", "x"], "incident-analytics: status 'x' is not one of final, all, Draft, Under Review\n"),
        (["check", "r", "--config", "no.toml"], "incident-analytics: no.toml: No such file or directory\n"),
        (["export", "files", "r", "-o", "x.txt"], "incident-analytics: '.txt' is not one of .csv, .json, .parquet, .xlsx\n"),
        (["export", "files", "r", "--severity", "SEV9"], "incident-analytics: severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1\n"),
        (["export", "files", "r", "--service", "X"], "incident-analytics: unknown service 'X': no report names a service, and [services.NAME] in the settings declares none\n"),
        (["export", "files", "r", "--team", "X"], "incident-analytics: unknown team 'X': no teams are defined; add team = \"...\" under [services.NAME] in incident-analytics.toml\n"),
        (["check"], "Error: name a report or a folder of reports, or set reports = [...] in incident-analytics.toml\n"),
        (["export", "table", "r"], "Error: Invalid value for 'TABLE': 'table' is not one of 'incidents', 'timeline', 'outages', 'services', 'costs', 'actions', 'findings', 'signoffs', 'fields', 'readings', 'problems', 'files'; one of them comes first, then the paths\n"),
        (["check", "r", "--format", "xml"], "Error: Invalid value for '--format': 'xml' is not one of 'text', 'json', 'github'.\n"),
        (["nonsense"], "Error: No such command 'nonsense'.\n"),
    ],
)  # fmt: skip
def test_wrong_use_exits_with_2_and_says_what_is_there(run: Run, arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.endswith(message)


def test_broken_settings_exit_with_2_and_name_file_and_key(run: Run) -> None:
    settings = Path("incident-analytics.toml")
    settings.write_text("[services.API]\ntarget = 99.9\n")
    code, out, err = run("check", "r")
    assert (code, out) == (2, "")
    assert err == (
        f"incident-analytics: {settings.resolve()}: services.API.target: 99.9 is not above 0 and at most 1; "
        "write 0.999 for 99.9%\n"
    )


def test_the_settings_may_name_the_reports(run: Run) -> None:
    Path("incident-analytics.toml").write_text(f'reports = ["r"]\n{SETTINGS}')
    code, out, _ = run("check")
    assert code == 0
    assert out.endswith(
        "3 reports: 2 loaded, 0 of another status, 1 skipped. Problems: 0 errors, 3 warnings, 3 info.\n"
    )


def test_an_empty_folder_is_no_error(run: Run) -> None:
    Path("empty").mkdir()
    remark = "no reports (*.md) in empty\n"
    summary = "0 reports: 0 loaded, 0 of another status, 0 skipped. Problems: 0 errors, 0 warnings, 0 info.\n"
    assert run("check", "empty") == (0, summary, remark)
    assert run("export", "files", "empty") == (0, "path,outcome,reason,template\n", remark)
    assert run("show", "empty") == (0, "", remark)


# --- as a process of its own -----------------------------------------------------------------------------------------


def process(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "incident_analytics", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, encoding="utf-8")


def test_the_version_and_the_help_load_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    assert process("--version", cwd=tmp_path).stdout == f"{__version__}\n"
    script = (
        "import sys; sys.argv = ['x', '--help']\nfrom incident_analytics.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in ('pandas', 'matplotlib', 'scipy', 'papermill') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


def test_text_beyond_ascii_is_printed_wherever_output_goes(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-03-14-001.md").write_text(ONE.replace("Ana", "Zoë 🎧"), encoding="utf-8")
    done = process("export", "incidents", str(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Zoë 🎧" in done.stdout


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    """``incident-analytics export timeline ... | head -1``."""
    rows = ("| 10:00 | " + "more than a pipe holds " * 15 + "|\n") * 500
    (tmp_path / "x.md").write_text(ONE.replace("| 22:05 ", rows + "| 22:05 "))
    command = [sys.executable, "-m", "incident_analytics", "export", "timeline", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()


def test_a_comparison_can_be_read_by_programs(run: Run) -> None:
    demo = (Path(__file__).parent.parent / "data" / "demo").as_posix()
    code, out, err = run("metrics", "severity", demo, "--period", "2025Q3", "--against", "2025Q2", "--format", "json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert [row["severity"] for row in rows][-1] == "SEV-1"
    assert all("2025Q2" in row["sentence"] for row in rows)


def test_a_period_that_has_not_begun_is_refused(run: Run) -> None:
    code, out, err = run("metrics", "response", "r", "--period", "2199", "--as-of", "2025-06-01")
    assert (code, out) == (2, "")
    assert err == f"{REMARK}incident-analytics: 2199 has not started yet; choose an earlier period\n"


@pytest.mark.parametrize(
    "as_of", ["", "soon", "1e9", "2025-13-01", "9999-12-31T23:59:59", "9999-12-31T23:59:59-12:00", "NaT"]
)
def test_an_instant_that_cannot_be_read_is_refused(run: Run, as_of: str) -> None:
    code, out, err = run("metrics", "response", "r", "--period", "2025Q1", "--as-of", as_of)
    assert (code, out) == (2, "")
    assert err.endswith(f"can't read time {as_of!r}; try 2025-10-01 or 2025-10-01T12:00Z\n")


COPIES = "2 of 5 files not counted: r/copy.md (copy of r/INC-2025-03-14-001.md), r/draft.md (copy of r/INC-2025-03-14-001.md)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "r"], ["show", "r"], ["export", "incidents", "r"], ["metrics", "severity", "r"],
        ["populate", "r", "--diff", "--severity", "SEV-1"],
    ],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_every_verb_names_the_copies(run: Run, arguments: list[str]) -> None:
    Path("r/copy.md").write_text(ONE)
    Path("r/draft.md").write_text(ONE.replace("Final", "Draft"))
    code, out, err = run(*arguments)
    assert code == (1 if arguments[0] == "check" else 0)
    assert COPIES in err
    if arguments[0] == "check":
        assert "5 reports: 2 loaded, 0 of another status, 2 copies, 1 skipped. Problems: 2 errors," in out
    if arguments[0] == "show":
        assert "r/copy.md: copy of r/INC-2025-03-14-001.md\n" in out


@pytest.mark.usefixtures("run")
def test_the_page_of_a_review_carries_what_the_verb_says() -> None:
    from incident_analytics.review_page import ReviewPage

    Path("r/copy.md").write_text(ONE)
    remarks = ReviewPage.read(["r"], period="2025Q1").remarks
    assert "1 of 4 files not counted: r/copy.md (copy of r/INC-2025-03-14-001.md)" in remarks
    assert "1 of 4 files skipped; run 'incident-analytics check' for details" in remarks


# --- metrics ---------------------------------------------------------------------------------------------------------

PENDING = (
    "2 incidents: 1 final report, 1 pending (INC-2025-03-14-002), which counts as an incident and downtime only.\n"
)


@pytest.mark.parametrize("period", ["2025Q1", "2025-q1"])
def test_a_period_is_read_in_any_case(run: Run, period: str) -> None:
    code, out, err = run("metrics", "response", "r", "--period", period)
    silence = (
        "No incident was reported from January to February 2025. Either nothing happened or nothing was written down.\n"
    )
    assert (code, err) == (0, REMARK + PENDING + silence)
    lines = out.splitlines()
    assert lines[0].startswith("2025Q1 as of 2025-04-01 00:00 UTC; ")
    assert " ".join(lines[1].split()) == "Metric n Median p90 Mean Geometric mean Recorded Missing Ongoing Invalid"
    restore = next(line for line in lines if line.startswith("time to restore"))
    assert restore.split()[3:6] == ["1", "2h", "11m"]


def test_an_unreadable_period_names_those_that_can_be_read(run: Run) -> None:
    code, out, err = run("metrics", "response", "r", "--period", "Q3")
    assert (code, out) == (2, "")
    assert "can't read period 'Q3'; try 2025Q3, 2025-07" in err


def test_metrics_by_week(run: Run) -> None:
    code, out, _ = run("metrics", "severity", "r", "--period", "2025-03", "--by", "week", "--format", "csv")
    rows = [line.split(",") for line in out.splitlines()]
    found = dict.fromkeys(row[0] for row in rows[1:])
    weeks = ["2025-W10", "2025-W11", "2025-W12", "2025-W13"]
    assert (code, list(found)) == (0, ["2025-03-01/2025-03-03", *weeks, "2025-03-31/2025-04-01"])
    assert sum(int(row[rows[0].index("n")]) for row in rows[1:] if row[0] == "2025-W11") == 2  # one has no severity


def test_names_of_severities_are_read_in_any_case(run: Run) -> None:
    code, out, err = run("metrics", "severity", "r", "--period", "2025-03", "--severity", "sev-2", "--format", "json")
    assert (code, err) == (0, REMARK)
    assert {row["severity"]: row["n"] for row in json.loads(out)} == {"SEV-2": 1}


def test_business_hours_need_a_calendar_and_count_its_hours(run: Run) -> None:
    arguments = ("metrics", "response", "r", "--period", "2025Q1", "--business-hours", "--format", "json")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    example = "start = 09:00:00, end = 17:00:00 and days = [0, 1, 2, 3, 4], each on a line"
    need = f"business hours need a [calendar] in the settings, such as {example}"
    assert err == f"{REMARK}incident-analytics: {need}\n"
    hours = "start = 09:00:00\nend = 23:05:00\ndays = [0, 1, 2, 3, 4]"
    Path("incident-analytics.toml").write_text(f"{SETTINGS}\n[calendar]\n{hours}\n")
    rows = {row["metric"]: row for row in json.loads(run(*arguments)[1])}
    assert rows["time_to_restore"]["median_seconds"] == 3600  # Friday 22:05 to 23:05, of 22:05 to 00:16


def test_a_silent_period_is_said_to_be_one(run: Run) -> None:
    silence = "No incident was reported in April 2025. Either nothing happened or nothing was written down.\n"
    code, _, err = run("metrics", "sla", "r", "--period", "2025-04")
    assert (code, err) == (0, REMARK + silence)


def test_what_is_ongoing_or_has_no_date_is_said(run: Run) -> None:
    ongoing = ONE.replace("about 2 hours", "22:05 - ongoing").replace("| 00:16 | Service restored |\n", "")
    Path("r/INC-2025-03-14-001.md").write_text(ongoing)
    undated = ONE.replace("**Date**: 2025-03-14\n", "").replace("INC-2025-03-14-001", "PD-7")
    Path("r/PD-7.md").write_text(undated)
    code, _, err = run("metrics", "response", "r", "--period", "2025Q1")
    assert code == 0
    assert "1 incident is ongoing as of 2025-04-01 00:00 UTC: INC-2025-03-14-001 (since 2025-03-14)." in err
    assert "is over by now" not in err
    assert "no date, so not counted in any period: PD-7\n" in err


def test_an_incident_that_is_over_by_now_is_named_where_it_was_ongoing_then(run: Run) -> None:
    at = ("--period", "2025-03", "--as-of")
    late = "1 incident that was ongoing then is over by now: INC-2025-03-14-001; --as-of now counts its end.\n"
    report = "r/INC-2025-03-14-001.md"
    assert late in run("metrics", "response", report, *at, "2025-03-14T23:00Z")[2]
    assert "over by now" not in run("metrics", "response", report, *at, "2025-03-15T01:00Z")[2]
    assert "over by now" not in run("metrics", "response", report, *at, "now")[2]


def test_show_and_check_say_which_file_was_skipped(run: Run) -> None:
    assert run("check", "r")[2] == ""  # it lists them itself
    code, out, err = run("show", "r")
    assert (code, err) == (0, REMARK)
    assert out.startswith("r/notes.md: skipped: ")


# --- what people see --------------------------------------------------------------------------------------------------

HOSTILE = "\x1b[2J\x07\x9b\u202e\u2066\u200b\u200f\ufeff\xad\U000e0041"


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "r"),
        ("check", "r"),
        ("check", "r", "--format", "github"),
        ("check", "r", "--format", "json"),
        ("export", "incidents", "r", "--status", "all"),
        ("export", "actions", "r", "--status", "all"),
        ("export", "problems", "r", "--status", "all"),
        ("metrics", "actions", "r", "--by", "owner", "--explain", "--status", "all"),
        ("metrics", "response", "r", "--period", HOSTILE),
        ("show", f"r/{HOSTILE}.md"),
        ("show", "r", "--config", HOSTILE),
        (HOSTILE,),
    ],
    ids=lambda arguments: " ".join(arguments[:2]).replace(HOSTILE, "HOSTILE"),
)
def test_nothing_that_is_written_for_people_is_hidden(run: Run, arguments: tuple[str, ...]) -> None:
    """A report with such characters in every field, in a file whose name has them and a line break too."""
    hostile = ONE.replace("Jobs stuck", f"Jobs {HOSTILE} stuck").replace("Ana", f"A{HOSTILE}na")
    hostile = hostile.replace("SEV-2", f"SEV{HOSTILE}9").replace("January 6", f"Jan{HOSTILE}uary 6")
    hostile = hostile.replace("=1+1", f"{HOSTILE}=1+1").replace("-001", "-003")
    Path("r", "two\n\x1b]0;lines.md").write_text(hostile)
    code, out, err = run(*arguments)
    written = out + err
    assert code in {0, 1, 2}
    assert "Traceback" not in written
    assert not re.search(f"[{HIDDEN}]", written.replace("\n", ""))
    assert "202e" in written.casefold() or r"two\n" in written, "the test reached none"
    if arguments[0] != "export":  # in CSV a cell may have several lines, within quotation marks
        assert "\n\\x1b]0;lines" not in written


LOCALE_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


EACH = """
import sys
import tomllib
from incident_analytics.cli import main
for words in sys.argv[1:]:
    sys.argv = ["incident-analytics", *words.split()]
    main()
"""


@pytest.mark.parametrize(
    ("encoding", "variables", "commands"),
    [
        ("latin-1", {"PYTHONIOENCODING": "latin-1"}, ["show r", "metrics response r"]),
        ("cp1252", {"PYTHONIOENCODING": "cp1252"}, ["show r"]),
        ("utf-8", LOCALE_C, ["show r", "check r"]),
    ],
)
@pytest.mark.usefixtures("run")
def test_a_terminal_that_lacks_a_character_shows_an_escape(
    encoding: str, variables: dict[str, str], commands: list[str]
) -> None:
    Path("r", "INC-2025-03-14-001.md").write_text(ONE.replace("Jobs stuck", "Jobs ✓ stuck – again"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", EACH, *commands],
        env={**{name: value for name, value in os.environ.items() if name != "HOME"}, **variables},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert "stuck" in done.stdout.decode(encoding)
    done.stderr.decode(encoding)


@pytest.mark.parametrize(
    ("fails", "code", "told"),
    [(0, 0, ""), (1, 1, "incident-analytics: out/review-2025Q1.html: no program here opens it\n")],
)
def test_a_review_opens_when_it_is_done(
    run: Run, monkeypatch: pytest.MonkeyPatch, fails: int, code: int, told: str
) -> None:
    """The first form that was asked for; where no program opens it, the review is there all the same."""
    opened: list[str] = []

    def launch(address: str) -> int:
        opened.append(address)
        return fails

    def review(_: object, *, output_dir: str, data_dir: str | None, **options: object) -> list[Path]:
        assert (options["period"], data_dir) == ("2025Q1", "tables")
        return [Path(output_dir, "review-2025Q1.html"), Path(output_dir, "review-2025Q1.pdf")]

    monkeypatch.setattr("incident_analytics.publish.review", review)
    monkeypatch.setattr("click.launch", launch)
    found = run("review", "r", "--period", "2025Q1", "-o", "out", "--data", "tables", "--open")
    assert found == (code, "out/review-2025Q1.html\nout/review-2025Q1.pdf\n", told)
    assert opened == ["out/review-2025Q1.html"]


@pytest.mark.parametrize("name", ["INC-2025-03-14-001", "inc-2025-03-14-001", "r/INC-2025-03-14-001.md"])
def test_a_report_can_be_named_by_its_id(run: Run, name: str) -> None:
    """The settings' reports are searched, else the working folder."""
    code, out, _ = run("show", name)
    assert (code, out) == (0, SHOWN)


def test_an_id_means_its_report_alone_whatever_the_file_is_called(run: Run) -> None:
    Path("r/INC-2025-03-14-001.md").rename("r/both.md")
    Path("r/both.md").write_text(ONE + TWO.replace("-002", "-003"))
    code, out, _ = run("show", "INC-2025-03-14-003")
    assert code == 0
    assert re.findall(r"^INC-[\d-]+", out, re.MULTILINE) == ["INC-2025-03-14-003"]


def test_an_id_of_no_report_is_said_so(run: Run) -> None:
    code, out, err = run("show", "INC-2025-03-14-009")
    message = "incident-analytics: INC-2025-03-14-009: no report in . has this Incident ID\n"
    assert (code, out, err) == (2, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["metrics", "respons", "r"], "; did you mean 'response'?\n"),
        (["check", "r", "--status", "finl"], "status 'finl' is not one of final, all, Draft, Under Review; did you mean 'final'?\n"),
        (["check", "r/INC-2025-03-14-001.mdd"], "no such file or folder; did you mean 'INC-2025-03-14-001.md'?\n"),
        (["check", "r", "--hours", "evenings"], "'evenings' is not one of 'business', 'evening', 'night', 'weekend'; did you mean 'evening'?\n"),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_what_may_be_meant(run: Run, arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.endswith(message)


def test_names_are_read_in_any_case(run: Run) -> None:
    expected = run("metrics", "severity", "r", "--period", "2025Q1", "--format", "csv", "--by", "severity")
    assert run("metrics", "SEVERITY", "r", "--period", "q1 2025", "--format", "CSV", "--by", "Severity") == expected


def test_hours_choose_reports_and_name_those_without_a_start(run: Run) -> None:
    """The report's detection at 22:05 on a Friday is an evening."""
    Path("r/INC-2025-03-14-003.md").write_text(ONE.replace("-001", "-003").replace("22:05", "HH:MM"))
    code, out, err = run("export", "incidents", "r", "--hours", "Evening")
    assert (code, [line.split(",")[0] for line in out.splitlines()[1:]]) == (0, ["INC-2025-03-14-001"])
    assert "1 incident has no recorded start time and so no hours: INC-2025-03-14-003\n" in err


def test_the_list_of_verbs_says_each_in_a_line(run: Run) -> None:
    _, out, _ = run("--help")
    assert "..." not in out.partition("Commands:")[2]


BESIDES_REPORTS = {
    "README.md": """# Incident reports

We write one for every SEV-1 and SEV-2.

## Severity

| Severity | Meaning |
|---|---|
| SEV-1 | All users affected |

## Timeline

Write what happened when, in UTC.

## Root cause

Explain why.

## Action items

- [ ] Each with an owner

Last updated 2025-03-01
""",
    "index.md": """# Incidents

| ID | Date | Severity | Duration | Title |
|---|---|---|---|---|
| INC-2025-03-14-001 | 2025-03-14 | SEV-1 | 2h | Jobs stuck |
""",
    "google-template.md": """# Postmortem: <title>

**Date**: YYYY-MM-DD
**Status**: Draft
**Severity**: <P1/P2/P3>

## Impact
How many users, for how long.

## Timeline

- HH:MM event
""",
    "CONTRIBUTING.md": "# Process\n\nHow to run an incident: severity, timeline.\n",
    "INC-0000-00-00-000.md": template_text().replace("# Incident Report Template", "# Incident Report: [Title]"),
    "ours.md": template_text().replace("[Your name]", "Ana").replace("INC-YYYY-MM-DD-###", "INC-2025-MM-DD-001"),
}


@pytest.mark.parametrize("name", BESIDES_REPORTS)
def test_check_passes_where_other_files_are_next_to_the_reports(run: Run, name: str) -> None:
    Path("r", name).write_text(BESIDES_REPORTS[name])
    Path("r/INC-2025-03-14-002.md").unlink()
    code, out, _ = run("check", "r", "--level", "info", "--format", "json")
    found = json.loads(out)
    assert (code, found["files"], found["loaded"]) == (0, 3, 1)
    assert [each["code"] for each in found["problems"] if each["path"] == f"r/{name}"] == ["not-a-report"]


def test_reading_a_notebook_loads_no_grammars_of_addresses() -> None:
    """Where JupyterLab is installed, nbformat's checks would build dozens of them, which takes seconds."""
    code = (
        "import sys; from incident_analytics.cli import main\n"
        "try: sys.argv = ['incident-analytics', '--version']; main()\n"
        "except SystemExit: pass\n"
        "import nbformat; print('lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_check_says_how_to_have_reports_read_in_their_own_words_where_there_are_no_settings(run: Run) -> None:
    said = (
        "No incident-analytics.toml was found; 'incident-analytics init' proposes one, in the words of these reports."
    )
    for number in range(3, 6):
        text = Path("r/INC-2025-03-14-001.md").read_text(encoding="utf-8")
        name = f"INC-2025-03-14-00{number}"
        Path(f"r/{name}.md").write_text(text.replace("INC-2025-03-14-001", name), encoding="utf-8")
    assert said not in run("check", "r")[1]
    Path("incident-analytics.toml").unlink()
    assert said in run("check", "r")[1].splitlines()
    assert said not in run("check", "r/INC-2025-03-14-001.md")[1]


def test_no_final_report_is_said_with_how_many_have_no_status(run: Run) -> None:
    file = Path("r/INC-2025-03-14-001.md")
    file.write_text(
        file.read_text(encoding="utf-8").replace("**Status**: Final", "**State**: signed"), encoding="utf-8"
    )
    said = "no report has the status final: 1 has no status that can be read; --status all reads every report, or name its "
    assert f"{said}field in the layout, see the questions in incident-analytics.toml" in run("export", "costs", "r")[2]


def test_metrics_without_a_row_say_so(run: Run) -> None:
    out = run("metrics", "themes", "r", "--period", "2025-01")[1]
    assert out.splitlines()[1:] == ["no cause or contributing factor is in the words of two reports"]


def test_without_settings_the_words_of_most_reports_are_no_edits_to_make(run: Run) -> None:
    """Whose house writes PM-1 is to hear of init, not that each id is to be written anew."""
    Path("incident-analytics.toml").unlink()
    for file in Path("r").glob("*.md"):
        file.unlink()
    for number in range(4):
        text = f"# Down\n\n**Incident ID**: PM-{number}\n**Date**: 2025-03-14\n**Severity**: SEV-1\n\n## Timeline\n\n"
        rows = "- 10:00 UTC Alert\n- 11:00 UTC Restored\n- 9:5 UTC Slip\n" if number == 1 else "- 10:00 UTC Alert\n"
        Path(f"r/{number}.md").write_text(f"{text}{rows}\n## Impact\n\nAll users.\n\n## Root Cause\n\nA disk.\n")
    listed, _, edits = run("check", "r")[1].partition("Edits that would help most:")
    assert "'9:5' is not a time of day" in listed
    assert "Incident ID" not in edits
    Path("incident-analytics.toml").write_text("")
    assert "Incident ID" in run("check", "r")[1].partition("Edits that would help most:")[2]


def test_export_says_that_a_trackers_states_are_not_in_it(run: Run) -> None:
    Path("tracker.csv").write_text("Key,Status\nA-1,Done\n")
    tracker = '[tracker]\nfile = "tracker.csv"\n[tracker.columns]\nkey = "Key"\nstatus = "Status"\n'
    Path("incident-analytics.toml").write_text(tracker)
    said = "states are those of the reports; 'metrics actions' and the review take them from the tracker, too"
    assert said in run("export", "actions", "r")[2]
    assert said not in run("export", "incidents", "r")[2]
