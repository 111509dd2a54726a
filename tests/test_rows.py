"""No row is lost in silence: whatever breaks a report's layout, each row is read or a warning names its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incident_analytics.config import Settings
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.report import Report
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.template import default_template

HEAD = (
    "# Incident: X\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-2\n"
    "**Status**: Final\n\n"
)
TABLE = "| Time | Event |\n|--|--|\n"
ACTIONS = "| Action | Owner | Due Date |\n|--|--|--|\n"


def read(text: str) -> Report:
    (report,) = parse_reports(HEAD + text, "x.md", Settings(), default_template())
    return report


def problems(report: Report, *codes: str) -> list[tuple[str, int]]:
    return [(row["code"], row["line"]) for row in report.rows["problems"] if row["code"] in codes]


def named(report: Report) -> set[int]:
    """Return the lines that warnings and errors name."""
    warnings = [row for row in report.rows["problems"] if row["level"] != "info"]
    ranges = [re.search(r" timed rows under .*, lines (\d+) to (\d+), aren't read", row["message"]) for row in warnings]
    together = {line for found in ranges if found for line in range(int(found[1]), int(found[2]) + 1)}
    return together | {row["line"] for row in warnings}


def clocks(report: Report) -> list[str]:
    return [f"{row['at']:%H:%M}" if row["at"] else "" for row in report.rows["timeline"]]


@pytest.mark.parametrize(
    "time",
    ["14:02", "10h47", "10 h 47", "10.47 Uhr", "10 Uhr 47", "10時47分", "1047pm", "1430Z", "14:xx", "2025-XX-XX 14:02",
     "T+00:05", "UTC 14:02", "(UTC) 14:02", "2025-03-14 (UTC) 14:02", "2025-03-14 UTC 14:02", "Mon 17th 10:40",
     "17th 10:40", "PM 2:30"],
)  # fmt: skip
def test_a_line_of_plain_text_that_opens_with_a_time_is_a_row(time: str) -> None:
    """Whether its time can be read, or is named as one that can't."""
    assert begins_with_time(f"> **{time}** Alert fires")
    report = read(f"## Timeline\n\n{time} Alert fires\n\n2025-03-20 15:00 Service restored\n")
    assert [row["event"] for row in report.rows["timeline"]] == ["Alert fires", "Service restored"]
    assert report.rows["timeline"][0]["at"] or 10 in named(report)


@pytest.mark.parametrize("head", ["channel log", "*** Chat (times UTC) ***", "Log:"])
@pytest.mark.parametrize("time", ["{}", "[{}]", "**{}**"])
def test_a_short_line_above_lines_that_open_with_times_is_their_heading(head: str, time: str) -> None:
    rows = [(time.format(clock), event) for clock, event in (("14:02", "Alert fires"), ("15:00", "Service restored"))]
    report = read(f"## Timeline\n\n{head}\n" + "\n".join(f"{clock} ann: {event}" for clock, event in rows))
    assert [row["event"] for row in report.rows["timeline"]] == ["ann: Alert fires", "ann: Service restored"]
    assert report.incident["restored_at"] == datetime(2025, 3, 14, 15, tzinfo=UTC)


def test_a_line_of_text_that_happens_to_open_with_a_time_is_no_row() -> None:
    text = "The second wave of errors, which nobody had seen coming, began at\n14:02 and went on until\n15:00 or so.\n"
    assert read(f"## Timeline\n\n{text}").rows["timeline"] == []


@pytest.mark.parametrize("words", ["5 h 20 min of silence", "10時間 later", "5th node fails", "UTC is used"])
def test_a_line_that_opens_with_a_length_or_a_word_is_no_row(words: str) -> None:
    assert not begins_with_time(words)


# --- the timeline ----------------------------------------------------------------------------------------------------

READ = {
    "no delimiter line": "| Time | Event |\n| 14:02 | Alert fires |\n| 14:30 | Service restored |\n",
    "no header": "| 14:02 | Alert fires |\n|--|--|\n| 14:30 | Service restored |\n",
    "no header, no delimiter line": "| 14:02 | Alert fires |\n| 14:30 | Service restored |\n",
    "a header in other words": "| Zeit | Was |\n|--|--|\n| 14:02 | Alert fires |\n| 14:30 | Service restored |\n",
    "an empty line": TABLE + "| 14:02 | Alert fires |\n\n| 14:30 | Service restored |\n",
    "an indented row": TABLE + "| 14:02 | Alert fires |\n\n    | 14:30 | Service restored |\n",
    "a paragraph glued on": TABLE + "| 14:02 | Alert fires |\n\nThen it ended.\n| 14:30 | Service restored |\n",
    "a nested list": TABLE + "| 14:02 | Alert fires |\n- and then\n  - this\n| 14:30 | Service restored |\n",
    "a quoted row": TABLE + "| 14:02 | Alert fires |\n\n> | 14:30 | Service restored |\n",
    "a div": "<div>\n" + TABLE + "| 14:02 | Alert fires |\n| 14:30 | Service restored |\n</div>\n",
    "a cell more": TABLE + "| 14:02 | Alert fires |\n| 14:30 | On-call | Service restored |\n",
    "a cell less": "| Time | Who | Event |\n|--|--|--|\n| 14:02 | Jo | Alert fires |\n| 14:30 | Service restored |\n",
    "a shifted row": TABLE + "| 14:02 | Alert fires |\n| | 14:30 | Service restored |\n",
    "a row without outer pipes": TABLE + "| 14:02 | Alert fires |\n\n14:30 | Service restored\n",
    "paragraphs": "**14:02** - Alert fires\n**14:30** - Service restored\n",
    "headings": "### 14:02 Alert fires\n\nA page.\n\n### 14:30\n\nService restored\n",
}


@pytest.mark.parametrize("layout", READ)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_that_are_sure_are_read_wherever_they_are(layout: str, end: str) -> None:
    report = read(f"## Timeline\n\n{READ[layout]}".replace("\n", end))
    assert clocks(report) == ["14:02", "14:30"]
    assert report.incident["restored_at"] == datetime(2025, 3, 14, 14, 30, tzinfo=UTC)
    assert problems(report, "unread-row") == []


def test_of_a_row_that_misfits_every_word_is_kept_and_its_width_is_said() -> None:
    report = read(f"## Timeline\n\n{TABLE}| 14:02 | a | b | c | |\n| 14:30 |\n| Service restored |\n")
    assert [row["event"] for row in report.rows["timeline"]] == ["a b c", "", "Service restored"]
    messages = [row["message"] for row in report.rows["problems"] if row["code"] == "row-width"]
    assert messages == [
        "this row has 4 cells, the header 2; write a | within a cell as \\|",
        "this row has 1 cell, the header 2; write a | within a cell as \\|",
        "this row has 1 cell, the header 2; write a | within a cell as \\|",
    ]


def test_empty_cells_at_a_rows_end_are_no_misfit() -> None:
    report = read(f"## Timeline\n\n{TABLE}| 14:02 | a | | |\n| 14:30 | |\n")
    assert problems(report, "row-width") == []


def test_an_event_whose_own_cell_is_empty_is_looked_for_in_the_whole_row() -> None:
    table = "| Time | Event | Remarks |\n|--|--|--|\n| 14:30 | | Service restored |\n"
    assert read(f"## Timeline\n\n{table}").rows["timeline"][0]["event"] == "Service restored"


NAMED = {
    "an open fence": (TABLE + "| 14:02 | a |\n```\n| 14:30 | b |\n", [13]),
    "a closed fence": (TABLE + "| 14:02 | a |\n```\n| 14:30 | b |\n14:40 c\n```\n", [13, 14]),
    "an open comment": (TABLE + "| 14:02 | a |\n\n<!--\n| 14:30 | b |\n", [14]),
    "a comment": (TABLE + "| 14:02 | a |\n\n<!--\n| 14:30 | b |\n-->\n", [14]),
    "a comment within a paragraph": (TABLE + "| 14:02 | a |\n\nx <!--\n| 14:30 | b |\n-->\n", [14]),
    "open preformatted text": (TABLE + "| 14:02 | a |\n\n<pre>\n14:30 b\n", [14]),
    "a list below a table": (TABLE + "| 14:02 | a |\n\n- 14:30 b\n", [13]),
    "a paragraph below a table": (TABLE + "| 14:02 | a |\n\n**14:30** b\n", [13]),
    "a line continued": ("- 14:02 a\n14:30 b\n", [10]),
    "one of its lists": (TABLE + "| 14:02 | a |\n### Metrics\n| 14:30 | b |\n|--|--|\n| 14:40 | more |\n", [13, 15]),
    "a heading of rows": (TABLE + "| 14:02 | a |\n\n| 14:30 | b |\n---\n| 14:40 | c |\n", [13]),
}


@pytest.mark.parametrize("layout", NAMED)
def test_rows_that_are_not_read_are_named_with_their_lines(layout: str) -> None:
    text, lines = NAMED[layout]
    assert problems(read(f"## Timeline\n{text}"), "unread-row") == [("unread-row", line) for line in lines]


@pytest.mark.parametrize("heading", ["Financial Impact", "Root Cause", "Affected Services", "Action Items", "Our own"])
@pytest.mark.parametrize("torn", ["- **Credits**: 40 | 50 |", "- Waiting jobs |", "Forty jobs wait |", "> - Jobs wait"])
def test_a_row_of_the_timeline_that_text_runs_into_is_named(heading: str, torn: str) -> None:
    report = read(f"## Timeline\n\n{TABLE}| 14:02 | a |\n\n## {heading}\n\n{torn}\n| 14:30 | b |\n| 14:40 | c |\n")
    assert [line for _, line in problems(report, "unread-row")][-2:] == [17, 18]


def test_sections_that_an_open_fence_swallows_are_looked_through_as_well() -> None:
    text = f"## Timeline\n{TABLE}| 14:02 | a |\n\n```\nlog\n\n## Action Items\n- b\n\n## Affected Services\n- [x] API\n"
    report = read(text)
    assert problems(report, "unread-row") == [("unread-row", line) for line in (16, 17, 19, 20)]
    messages = [row["message"] for row in report.rows["problems"] if row["code"] == "unread-row"]
    where = "but is in a code block that never ends, so it isn't read; end the block above it"
    parts = ["a heading", "an action item", "a heading", "a service"]
    assert messages == [f"this looks like {part}, {where}" for part in parts]


SWALLOWED = """
| 14:30 | Service restored |

## Impact

### Affected Services
- [x] API

### User Impact
**Affected users**: 12,400

## Root Cause Analysis

### What Happened
A worker lost its lease.

## Action Items

{ACTIONS}| Fix it | Jo | 2025-04-01 |
"""


@pytest.mark.parametrize(
    "begin",
    ["<table>\n<tr><td>14:10</td><td>b", "<table><tr><td>14:10</td><td>b</td></tr>\n", "<table\n", "<details>\n",
     "<details><summary>b\n", "<div>\n", '<div class="b\n', "<pre>\n", "<script>\n", "<style>\n", "<textarea>\n",
     "<!-- b\n", "<![CDATA[\n", "<?php\n", "<!DOCTYPE b\n", "```\n", "~~~ text\n", "x <!-- b\n", "x <pre>\n", "<b>\n"],
)  # fmt: skip
@pytest.mark.parametrize(
    "end", ["", "\n</table>\n", "\n</td></tr></table>\n", "\n<!-- c -->\n", "\n```sh\n", "\n</pre>\n"]
)
def test_each_part_below_an_element_that_does_not_end_is_read_or_named(begin: str, end: str) -> None:
    body = f"## Timeline\n\n{TABLE}| 14:02 | a |\n\n{begin}{SWALLOWED.replace('{ACTIONS}', ACTIONS)}{end}"
    report = read(body)
    lines = dict(enumerate((HEAD + body).splitlines(), start=1))
    seen = report.used.keys() | named(report)
    parts = ("| 14:", "<tr>", "- [x]", "#", "**", "| Fix")
    assert [text for line, text in lines.items() if text.startswith(parts) and line not in seen] == []
    services = [row["service"] for row in report.rows["services"]]
    actions = [row["action"] for row in report.rows["actions"]]
    texts = [report.incident.get("what_happened")]
    found = {text: line for line, text in lines.items()}
    for text, is_read in {
        "- [x] API": services == ["API"],
        "**Affected users**: 12,400": report.incident.get("affected_users") == 12_400,
        "### What Happened": texts == ["A worker lost its lease."],
        "| Fix it | Jo | 2025-04-01 |": actions == ["Fix it"],
    }.items():
        assert is_read or found[text] in named(report), text


def test_code_and_comments_that_end_may_have_headings_of_their_own() -> None:
    own = "```sh\n# Impact\nmake\n## Build\n```\n\n<!-- ## Impact -->\n<!-- **Affected users**: n --> <!-- x -->\n"
    assert problems(read(f"## Summary\n\nA stop.\n\n{own}"), "unread-row") == []


def test_a_comment_that_ends_with_the_next_one_is_named() -> None:
    text = "## Summary\n\n<!-- what it was\n\nA stop.\n\n## Impact\n\n<!-- whom it hit -->\nAll users.\n"
    assert problems(read(text), "unread-row") == [("unread-row", 14)]


def test_cells_of_an_html_table_need_no_end_and_words_outside_them_are_kept() -> None:
    table = (
        "See <table><caption>On call</caption>\n<tr><th>Time<th>Event\n<tr><td>14:02<td>Alert\nfires\n"
        "of the pager</td></tr>\nlater\n<tr><td>14:30<td>Service restored</table>\n"
    )
    report = read(f"## Timeline\n\n{table}")
    events = [(row["line"], row["event"]) for row in report.rows["timeline"]]
    assert events == [(12, "Alert fires of the pager"), (16, "Service restored")]
    assert [(row["line"], row["value"]) for row in report.rows["fields"]] == [(10, "See On call"), (15, "later")]


def test_a_timeline_without_its_heading_is_named() -> None:
    report = read(f"## Our own\n\n{TABLE}| 14:02 | Alert |\n| 14:30 | Cure |\n")
    assert problems(report, "unread-row") == [("unread-row", 12), ("unread-row", 13)]


def test_rows_that_are_no_timeline_for_sure_have_one_warning_with_a_remedy() -> None:
    rows = "- 14:02 Alert\n- 14:10 Ann looks\n- 14:30 Cure\n"
    report = read(f"## Summary\n\nA stop.\n\n## Ann's notes\n\n{rows}\n## Bo's notes\n\n{rows}")
    messages = [row["message"] for row in report.rows["problems"] if row["code"] == "unread-row"]
    remedy = "rename it to Timeline, or name it in a layout, see docs/how-to/layouts.md"
    assert messages == [
        f"3 timed rows under \"Ann's notes\", lines 14 to 16, aren't read; {remedy}",
        f"3 timed rows under \"Bo's notes\", lines 20 to 22, aren't read; {remedy}",
    ]


def test_a_log_in_a_section_of_its_own_is_no_timeline() -> None:
    own = "## Our notes\n\n```\n14:02 ERROR x\n```\n\n| At | n |\n|--|--|\n| 14:05 | 3 |\n"
    report = read(f"## Timeline\n\n{TABLE}| 14:02 | a |\n\n{own}")
    assert problems(report, "unread-row") == []


# --- actions and services --------------------------------------------------------------------------------------------


def test_actions_of_every_layout_are_read() -> None:
    text = (
        f"{ACTIONS}| Fix a | Bo | 2025-04-01 |\n\n| Fix b | Al | 2025-04-02 |\n\n"
        "- Fix c\n  - a detail\n  - [x] Fix d\n\n• Fix e\n☐ Fix f\n"
    )
    actions = read(f"## Action Items\n\n{text}").rows["actions"]
    assert [(row["action"], row["owner"], row["status"]) for row in actions] == [
        ("Fix a", "Bo", None), ("Fix b", "Al", None), ("Fix c", None, None), ("Fix d", None, "done"),
        ("Fix e", None, None), ("Fix f", None, "open"),
    ]  # fmt: skip


def test_of_an_action_with_a_cell_too_many_only_the_action_is_read() -> None:
    report = read(f"## Action Items\n\n{ACTIONS}| Fix a | b | Bo | 2025-04-01 |\n| Fix c | Al |\n")
    assert [(row["action"], row["owner"], row["due_on"]) for row in report.rows["actions"]] == [
        ("Fix a", None, None),
        ("Fix c", "Al", None),
    ]
    assert problems(report, "row-width") == [("row-width", 12), ("row-width", 13)]


def test_actions_that_are_not_read_are_named() -> None:
    text = "| Was | Wer |\n|--|--|\n| Fix a | Bo |\n\n<ul>\n<li>Fix b</li>\n</ul>\n\n```\n- Fix c\n```\n"
    assert problems(read(f"## Action Items\n{text}"), "unread-row") == [("unread-row", line) for line in (11, 14, 18)]


MARKS = ["[x]", "[X]", "[ x ]", "[✓]", "[yes]", "(x)", "☒", "☑", "✅", "✔", "✔️", "✓", "🗸", "🗹", "■", "◼", "⬛"]


@pytest.mark.parametrize("mark", MARKS)
def test_a_ticked_service_is_affected_whatever_its_mark(mark: str) -> None:
    report = read(f"## Affected Services\n- {mark} API\n- [ ] Frontend\n")
    assert [(row["service"], row["affected"]) for row in report.rows["services"]] == [
        ("API", True),
        ("Frontend", False),
    ]


@pytest.mark.parametrize(
    "line", ["❌ API", "✗ API", "🟢 API", "🔴 API", "API", "x API", "-> API", "[-] API", "[~] API"]
)
def test_a_service_whose_mark_may_mean_either_is_unknown_and_named(line: str) -> None:
    report = read(f"## Affected Services\n- {line}\n- [ ] Frontend\n")
    assert [row["affected"] for row in report.rows["services"]] == [None, False]
    assert problems(report, "unreadable-value") == [("unreadable-value", 9)]


def test_a_cross_next_to_ticks_is_no_tick() -> None:
    report = read("## Affected Services\n- ✅ API\n- ❌ Frontend\n")
    assert [row["affected"] for row in report.rows["services"]] == [True, False]


def test_services_answered_with_words_or_in_a_table() -> None:
    report = read("## Affected Services\n- API: yes\n- Frontend - not affected\n")
    assert [(row["service"], row["affected"]) for row in report.rows["services"]] == [
        ("API", True),
        ("Frontend", False),
    ]
    report = read("## Affected Services\n| Service | Hit |\n|--|--|\n| API | ✅ |\n| Web | no |\n| Jobs | perhaps |\n")
    assert [(row["service"], row["affected"]) for row in report.rows["services"]] == [("API", True), ("Web", False)]
    assert problems(report, "unread-row") == [("unread-row", 13)]


@given(
    st.characters(categories=["S", "P", "No", "Lo"]) | st.text(st.characters(codec="utf-8"), max_size=4),
    st.sampled_from(
        ["- {} API", "- [{}] API", "- ({}) API", "{} API", "- API {}", "- API: {}", "- API ({})", "| {} | API |"]
    ),
)
def test_no_mark_makes_a_service_unaffected_but_an_empty_box_a_cross_or_a_no(mark: str, form: str) -> None:
    """Any other is affected, or of unknown state and named."""
    line = form.format(mark)
    table = "| | Service |\n|--|--|\n" if line.startswith("|") else ""
    report = read(f"## Affected Services\n{table}{line}\n\n- [ ] Web\n")
    spared = [row for row in report.rows["services"] if row["affected"] is False and row["service"] != "Web"]
    assert not spared or EMPTY.search(line), line


EMPTY = re.compile(
    r"\[\s*\\?\s*\]|\(\s*\)|[❌✗✘✖❎☐□⬜🔲◻▢○]|\b(?:no|n|not|false|none|nil|unaffected|unimpacted|ok|okay|fine)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("mark", ["⏳", "⌛", "🕒", "🟡", "⚠️"])
def test_a_mark_that_says_neither_leaves_it_unknown(mark: str) -> None:
    report = read(f"## Affected Services\n- {mark} API\n- [x] Web\n")
    assert [row["affected"] for row in report.rows["services"]] == [None, True]
    assert problems(report, "unreadable-value") == [("unreadable-value", 9)]


def test_what_is_said_of_a_service_is_no_part_of_its_name() -> None:
    report = read("## Affected Services\n- API: degraded for 5 minutes\n- Web: healthy\n- Backend: Jobs\n- Mail\n")
    assert [(row["service"], row["affected"]) for row in report.rows["services"]] == [
        ("API", True),
        ("Web", False),
        ("Backend: Jobs", True),
        ("Mail", True),
    ]
    assert [(row["name"], row["value"]) for row in report.rows["fields"]] == [("API", "degraded for 5 minutes")]


# --- the law ---------------------------------------------------------------------------------------------------------

TIMES = ["14:02", "14:09", "14:30", "15:11"]
SERVICES = ["API", "Frontend"]
TODO = ["Renew the certificate", "Page the right team"]
GOOD = [
    *HEAD.splitlines(),
    "## Timeline", "", "| Time | Event |", "|------|-------|",
    *(f"| {clock} | {event} |" for clock, event in zip(TIMES, ("Alert", "Page", "Fix", "Restored"), strict=True)),
    "", "## Impact", "### Affected Services", "- [x] API", "- [x] Frontend",
    "", "## Action Items", "", "| Action | Owner | Due Date |", "|---|---|---|",
    *(f"| {action} | Bo | 2025-04-01 |" for action in TODO), "",
]  # fmt: skip
FIRST = GOOD.index("## Timeline")
Damage = Callable[[list[str], int], list[str]]


def inserted(*lines: str) -> Damage:
    return lambda text, index: [*text[:index], *lines, *text[index:]]


def changed(change: Callable[[str], str]) -> Damage:
    return lambda text, index: [*text[:index], change(text[index]), *text[index + 1 :]]


def without_delimiter(text: list[str], index: int) -> list[str]:
    at = [number for number, line in enumerate(text) if re.fullmatch(r"[|-]+", line)]
    return [line for number, line in enumerate(text) if not at or number != at[index % len(at)]]


def in_rows(change: Callable[[str], str]) -> Damage:
    return changed(lambda line: change(line) if line.startswith("|") else line)


DAMAGES: dict[str, Damage] = {
    "delimiter": without_delimiter,
    "fence": inserted("```"),
    "tildes": inserted("", "~~~~"),
    "comment": inserted("", "<!--"),
    "comment's end": inserted("-->"),
    "empty line": inserted(""),
    "div": inserted("<div>"),
    "pre": inserted("", "<pre>"),
    "details": inserted("<details><summary>More</summary>"),
    "paragraph": inserted("", "Some words."),
    "words": inserted("Some words."),
    "list": inserted("- a", "  - b"),
    "rule": inserted("---"),
    "heading": inserted("### More"),
    "heading of the template": inserted("### What Happened"),
    "heading of a list": inserted("### Metrics"),
    "indent": changed(lambda line: f"    {line}"),
    "tab": changed(lambda line: f"\t{line}"),
    "quote": changed(lambda line: f"> {line}"),
    "item": changed(lambda line: f"- {line}"),
    "cell more": in_rows(lambda line: f"{line} x |"),
    "cell within": in_rows(lambda line: line.replace("| ", "| a \\| b | ", 1) if "Action" in line else line + " |"),
    "cell less": in_rows(lambda line: "|".join(line.split("|")[:-2]) + "|"),
    "no outer pipes": in_rows(lambda line: line.strip("| ")),
    "HTML row": in_rows(lambda line: f"<tr><td>{'</td><td>'.join(line.strip('| ').split('|'))}</td></tr>"),
    "glyph": changed(lambda line: line.replace("[x]", "☒")),
    "mark": changed(lambda line: line.replace("[x]", "[ x ]")),
    "star": changed(lambda line: line.replace("- [x]", "* (x)")),
    "bold": in_rows(lambda line: re.sub(r"\| ([\w:]+) ", r"| **\1** ", line, count=1)),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(DAMAGES)), st.integers(FIRST, len(GOOD) - 1)), min_size=1, max_size=3))
@example([("heading of a list", 18), ("heading of a list", 18)])
def test_whatever_breaks_the_layout_no_row_is_gone(damages: list[tuple[str, int]]) -> None:
    lines = list(GOOD)
    for name, index in damages:
        lines = DAMAGES[name](lines, min(index, len(lines) - 1))
    text = "\n".join(lines) + "\n"
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    warned, rows = named(report), report.rows
    read_at = {f"{row['at']:%H:%M}" for row in rows["timeline"] if row["at"]}
    hit = " ".join(row["service"] for row in rows["services"] if row["affected"])
    for number, line in enumerate(lines, start=1):
        clock = next((clock for clock in TIMES if clock in line), None)
        service = next((name for name in SERVICES if name in line), None)
        action = next((name for name in TODO if name in line), None)
        assert clock is None or clock in read_at or number in warned, (number, line, text)
        assert service is None or service in hit or number in warned, (number, line, text)
        todo = any(action in row["action"] for row in rows["actions"]) if action else True
        assert todo or number in warned, (number, line, text)


def test_owner_and_date_of_an_item_without_a_table_are_read() -> None:
    report = read(
        "## Action Items\n\n- [x] Push on\n- [ ] Add limits (owner: Joe, due 2026-06-20)\n- Say so. Owner: Ann\n"
    )
    assert [(row["action"], row["owner"], str(row["due_on"]), row["status"]) for row in report.rows["actions"]] == [
        ("Push on", None, "None", "done"),
        ("Add limits", "Joe", "2026-06-20", "open"),
        ("Say so", "Ann", "None", None),
    ]
