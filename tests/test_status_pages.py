"""The updates of a status page, in the ways that pages lay them out."""

from __future__ import annotations

from pathlib import Path

import pytest

import incident_analytics as ia

DAY = "Mar 4, 2025"
NEXT_TO = (
    f"**Resolved** - {DAY}, 12:10 UTC\nAll is well.\n\n**Monitoring** - {DAY}, 11:40 UTC\nA fix is in.\n\n"
    f"**Investigating** - {DAY}, 10:31 UTC\nErrors rise.\n"
)
BELOW = (
    f"Resolved\n{DAY}, 12:10 UTC\nAll is well.\n\nMonitoring\n{DAY}, 11:40 UTC\nA fix is in.\n\n"
    f"Investigating\n{DAY}, 10:31 UTC\nErrors rise.\n"
)
BEHIND = (
    f"**Resolved** - All is well.\n{DAY}, 12:10 UTC\n\n**Monitoring** - A fix is in.\n{DAY}, 11:40 UTC\n\n"
    f"**Investigating** - Errors rise.\n{DAY}, 10:31 UTC\n"
)
HEADINGS = (
    f"## Resolved\nAll is well.\nPosted 2 months ago. {DAY} - 12:10 UTC\n\n"
    f"## Monitoring\nA fix is in.\nPosted 2 months ago. {DAY} - 11:40 UTC\n\n"
    f"## Investigating\nErrors rise.\nPosted 2 months ago. {DAY} - 10:31 UTC\n"
)
GERMAN = (
    "**Behoben** – 2025-03-04, 12:10 UTC\nAll is well.\n\n**Überwachung** – 2025-03-04, 11:40 UTC\nA fix is in.\n\n"
    "**Untersuchung** – 2025-03-04, 10:31 UTC\nErrors rise.\n"
)


@pytest.mark.parametrize("updates", [NEXT_TO, BELOW, BEHIND, HEADINGS, GERMAN])
def test_updates_are_rows_in_any_layout(updates: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(f"# Elevated error rates\n\n{updates}", encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert [f"{at:%d %H:%M}" for at in corpus.timeline["at"]] == ["04 12:10", "04 11:40", "04 10:31"]
    assert corpus.timeline["event"].str.contains("All is well|A fix is in|Errors rise").all()
    assert f"{corpus.incidents['restored_at'].iloc[0]:%H:%M}" == "12:10"
    assert not corpus.problems["code"].isin(["unread-row", "time-out-of-order"]).any()


@pytest.mark.parametrize(
    "fields",
    [
        "**Identified** - 2025-03-04 11:02\n**Resolved** - 2025-03-04 12:10\n",  # fields of a report
        "**Investigating** - nobody\n**Resolved** - nothing\n",
        "**Resolved** - Mar 4, 2025, 12:10 UTC\n\n**Resolved** - Mar 4, 2025, 12:20 UTC\n",
    ],
)
def test_other_lines_are_not_updates(fields: str, tmp_path: Path) -> None:
    text = f"# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n{fields}\n## Root cause\n\nA full disk.\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert ia.load(tmp_path, status="all").timeline.empty


def test_words_above_the_updates_in_one_paragraph_stay(tmp_path: Path) -> None:
    text = f"# Elevated error rates\n\nReference: OPS-2025-7\n{NEXT_TO}"
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert len(corpus.timeline) == 3
    assert corpus.incidents["incident_id"].tolist() == ["OPS-2025-7"]
