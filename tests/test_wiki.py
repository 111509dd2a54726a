"""The markup of Jira and Confluence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import incident_analytics as ia
from incident_analytics.reports.wiki import markdown_of_wiki, unfolded

REPORT = """h1. PIR - Invoice batch not sent

||Incident key|OPS-3391|
||Severity|SEV2|
||Date|2025-09-15|
||Incident owner|[~anna.kern]|
||Status|{status:colour=Green|title=Final}|

h2. Executive summary
{panel:bgColor=#eee}
The nightly invoice batch did not run.
{panel}

h2. Timeline
||Time (UTC)||Event||
|02:00|Batch did not start|
|06:10|Lock removed, service restored|

h2. Action items
||Ticket||Action||Owner||Due||Status||
|[OPS-3400|https://jira.example.com/OPS-3400]|Expire locks|[~li.wei]|2025-09-30|{status:colour=Green|title=Done}|
"""

_PIECES = ["h2. ", "h1. X", "\n", "{panel:title=Ü}", "{{a}}", "[~kim]", "[a|b]", "{code}", "# x", "** y", "é",
           "{status:title=D}", " "]  # fmt: skip


def test_headings_tables_and_macros_are_read(tmp_path: Path) -> None:
    (tmp_path / "pir.md").write_text(REPORT, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    incident = corpus.incidents.iloc[0]
    assert incident[["incident_id", "severity", "author", "status", "summary"]].tolist() == [
        "OPS-3391",
        "SEV-2",
        "@anna.kern",
        "Final",
        "The nightly invoice batch did not run.",
    ]
    assert corpus.timeline["event"].tolist() == ["Batch did not start", "Lock removed, service restored"]
    action = corpus.actions.iloc[0]
    assert action[["action", "owner", "status"]].tolist() == ["Expire locks", "@li.wei", "done"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_every_line_keeps_its_length(text: str) -> None:
    written = text.encode().split(b"\n")
    assert [len(line) for line in markdown_of_wiki(text).encode().split(b"\n")] == [len(line) for line in written]


def test_a_markdown_table_with_an_empty_first_cell_stays_one(tmp_path: Path) -> None:
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-01-02\n\n## Timeline\n\n"
    text = f"{head}|| Time | Event |\n|---|---|---|\n| 1 | 10:00 | Alert |\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert ia.load(tmp_path, status="all").timeline["event"].tolist() == ["Alert"]


@pytest.mark.parametrize("words", ["Details", "Click to expand", "Show the logs", "More"])
def test_words_that_ask_to_unfold_a_part_are_no_heading(words: str) -> None:
    text = f"<details>\n<summary>{words}</summary>\n\n- One\n</details>\n"
    assert f"<summary>{words}</summary>" in unfolded(text)
