"""Layouts that teams have already: times since the start, lines that HTML breaks, labels of many languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.checking import not_markdown
from incident_analytics.reports.durations import find_length


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Offset", ("T+0", "T+5m", "T+1h 5m")),
        ("T+", ("0", "5", "65")),
        ("T", ("T+0", "T+5", "T+65")),
        ("Elapsed", ("0:00", "0:05", "1:05")),
        ("Elapsed (mm:ss)", ("00:00", "05:00", "65:00")),
        ("Time", ("T+0", "+5", "+1:05")),
        ("T", ("14:00", "14:05", "15:05")),
    ],
)
def test_a_column_of_times_since_the_start(header: str, cells: tuple[str, str, str], tmp_path: Path) -> None:
    events = ("Errors rise", "Alert fired", "Service restored")
    rows = "".join(f"| {cell} | {event} |\n" for cell, event in zip(cells, events, strict=True))
    head = "# Outage\n\n**Severity**: SEV-2\n**Started**: 2025-06-01 14:00 UTC\n\n## Timeline\n\n"
    (tmp_path / "report.md").write_text(f"{head}| {header} | Event |\n|---|---|\n{rows}", encoding="utf-8")
    found = ia.load(tmp_path, status="all").timeline["at"]
    assert [f"{at:%H:%M}" for at in found] == ["14:00", "14:05", "15:05"]


HEAD_OF_HTML = "<p><b>Severity:</b> SEV-2<br>\n<b>Date:</b> 2025-04-12<br/><b>Duration:</b> 45 minutes</p>\n"


@pytest.mark.parametrize("head", [HEAD_OF_HTML, HEAD_OF_HTML.replace("<p>", "").replace("</p>", "")])
def test_fields_in_lines_that_html_breaks(head: str, tmp_path: Path) -> None:
    text = f"# Outage of the relay\n\n{head}\n## Timeline\n\n- 10:05 alert fired\n- 10:50 service restored\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    incident = ia.load(tmp_path, status="all").incidents.iloc[0]
    assert (incident["severity"], f"{incident['date']:%d}", incident["stated_duration"]) == (
        "SEV-2",
        "12",
        pd.Timedelta(minutes=45),
    )


def test_a_timeline_with_the_newest_row_on_top(tmp_path: Path) -> None:
    rows = "- 23:02 service restored\n- 16:20 on-call acknowledged\n- 10:20 alert fired\n"
    text = f"# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-04-12\n\n## Timeline\n\n{rows}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert [f"{at:%d %H:%M}" for at in corpus.timeline["at"]] == ["12 23:02", "12 16:20", "12 10:20"]
    assert "time-out-of-order" not in set(corpus.problems["code"])


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        (("Olay No", "Tarih", "Önem derecesi", "Süre", "Hazırlayan"), "Yüksek"),
        (("Häiriönumero", "Päivämäärä", "Vakavuus", "Kesto", "Laatija"), "Korkea"),
        (("Sagsnummer", "Dato", "Alvorlighed", "Varighed", "Udarbejdet af"), "Høj"),
        (("Číslo incidentu", "Datum", "Závažnost", "Doba trvání", "Zpracoval"), "Vysoká"),
        (("Номер инцидента", "Дата", "Критичность", "Длительность", "Автор"), "Высокая"),
        (("Numer incydentu", "Data", "Priorytet", "Czas trwania", "Autor"), "Wysoki"),
    ],
)
def test_labels_of_many_languages(labels: Sequence[str], severity: str, tmp_path: Path) -> None:
    values = ("OPS-2025-7", "2025-04-12", severity, "45 min", "A. B. Kaya")
    fields = "".join(f"**{label}:** {value}\n" for label, value in zip(labels, values, strict=True))
    (tmp_path / "report.md").write_text(f"# X\n\n{fields}\n## Y\n\n- 10:05 a\n- 10:50 b\n", encoding="utf-8")
    incident = ia.load(tmp_path, status="all").incidents.iloc[0]
    columns = ["incident_id", "severity", "stated_duration", "author"]
    assert incident[columns].tolist() == ["OPS-2025-7", "SEV-2", pd.Timedelta(minutes=45), "A. B. Kaya"]
    assert f"{incident['date']:%Y-%m-%d}" == "2025-04-12"


@pytest.mark.parametrize(
    ("title", "is_loaded"),
    [
        ("How we lost the search index", True),
        ("How we took down our own runbook server", True),
        ("What happened on March 4", True),
        ("How we run postmortems", False),
        ("How we handle incidents", False),
    ],
)
def test_posts_on_what_went_wrong_are_reports(title: str, is_loaded: bool, tmp_path: Path) -> None:
    head = f'---\ntitle: "{title}"\ndate: 2025-03-06\n---\n\nOn March 4, 2025, search was down.\n\n'
    text = f"{head}## Root cause\n\nA script dropped it.\n\n## Impact\n\nAll searches failed.\n"
    (tmp_path / "post.md").write_text(text, encoding="utf-8")
    assert len(ia.load(tmp_path, status="all").incidents) == is_loaded


def test_what_went_wrong_as_prose_with_times_is_what_happened(tmp_path: Path) -> None:
    head = "# Outage of 2025-03-04\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n\n## What went wrong\n\n"
    text = f"{head}At 09:05 UTC a deploy broke search. At 11:35 UTC search was back to normal.\n"
    (tmp_path / "post.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all")
    assert f"{corpus.incidents['restored_at'].iloc[0]:%H:%M}" == "11:35"
    assert corpus.findings.empty


@pytest.mark.parametrize(
    ("header", "cells", "states"),
    [
        ("Resolution", ("Unresolved", "Fixed"), ["open", "done"]),
        ("%", ("40%", "100%"), ["open", "done"]),
        ("% done", ("0 %", "100 %"), ["open", "done"]),
        ("Coverage", ("40%", "100%"), [None, None]),
    ],
)
def test_columns_that_hold_states(
    header: str, cells: Sequence[str], states: Sequence[str | None], tmp_path: Path
) -> None:
    rows = "".join(f"| Add an alert {cell} | jens | {cell} |\n" for cell in cells)
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n\n## Impact\n\nAll.\n\n## Root cause\n\nA disk.\n\n"
    text = f"{head}## Action items\n\n| Action | Owner | {header} |\n|---|---|---|\n{rows}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    found = ia.load(tmp_path, status="all").actions["status"]
    assert [None if pd.isna(state) else state for state in found] == states


def test_mentions_before_items_and_known_names_in_small_letters_are_owners(tmp_path: Path) -> None:
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-03-04\n**Author**: kim lund, maria\n\n"
    items = "- add an alert (kim)\n- @ola-n to resize the volume\n- write the runbook (maria)\n"
    text = f"{head}## Root cause\n\nA disk.\n\n## Impact\n\nAll.\n\n## Action items\n\n{items}"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    actions = ia.load(tmp_path, status="all").actions
    assert [None if pd.isna(owner) else owner for owner in actions["owner"]] == ["kim", "@ola-n", "maria"]


@pytest.mark.parametrize("other", ["12 February 2025", "February 12, 2025", "2025-02-12"])
def test_another_date_of_the_report_settles_which_number_is_the_month(other: str, tmp_path: Path) -> None:
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 12-02-2025\n\n## Impact\n\nAll.\n\n"
    text = f"{head}## Root cause\n\nA disk of {other}.\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert f"{ia.load(tmp_path, status='all').incidents['date'].iloc[0]:%Y-%m-%d}" == "2025-02-12"


def test_documents_that_are_not_markdown_are_named_in_one_line(tmp_path: Path) -> None:
    for name in ("a.txt", "b.rst", "c.docx", "d.html", "e.md", ".hidden.txt", "f.csv"):
        (tmp_path / name).write_text("", encoding="utf-8")
    line, _ = not_markdown([tmp_path])
    named = ", ".join(str(tmp_path / name) for name in ("a.txt", "b.rst", "c.docx"))
    assert line == f"Not Markdown, so aren't read: {named} and 1 more"
    (tmp_path / "below").mkdir()
    assert list(not_markdown([tmp_path / "below"])) == []


UPDATES = """# Errors of the API

**Postmortem**

A deploy had a query without a limit.

**Resolved**
This incident has been resolved.
Posted {posted}Feb 4, 2025 - 11:20 UTC

**Monitoring**
A fix has been implemented.
Posted {posted}Feb 4, 2025 - 11:02 UTC

**Investigating**
We are investigating errors.
Posted {posted}Feb 4, 2025 - 10:25 UTC

This incident affected: API (EU, US), Checkout.
"""


@pytest.mark.parametrize("posted", ["", "2 months ago. ", "by Kim on "])
def test_a_status_page_says_that_it_is_over_and_what_was_affected(posted: str, tmp_path: Path) -> None:
    (tmp_path / "api.md").write_text(UPDATES.format(posted=posted), encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    (incident,) = corpus.incidents.to_dict("records")
    assert (incident["status"], f"{incident['restored_at']:%d %H:%M}") == ("Final", "04 11:20")
    assert list(corpus.services["service"]) == ["API (EU, US)", "Checkout"]
    assert len(corpus.timeline) == 3


def test_updates_of_a_status_page_may_have_their_time_at_the_end_of_the_line(tmp_path: Path) -> None:
    text = """# Uploads failing

**Resolved** Uploads are back to normal. `Aug 21, 2023 03:41 UTC`

**Identified** A full disk on the proxy is the cause. `Aug 21, 2023 02:40 UTC`

**Investigating** Uploads fail. The release of 01:50 is not to blame. `Aug 21, 2023 02:15 UTC`

Affected components: Uploads, Media CDN
"""
    (tmp_path / "uploads.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    assert [f"{at:%H:%M}" for at in corpus.timeline["at"]] == ["03:41", "02:40", "02:15"]
    assert list(corpus.services["service"]) == ["Uploads", "Media CDN"]


EXPORTED = """<h2>Elevated API errors</h2>

<p><strong>Incident #4471</strong> &mdash; <em>Status: Resolved</em> &mdash; Severity: Major outage (P1)</p>

<small>Components: Payments API, Webhooks</small>

<ul>
<li><strong>Investigating</strong> - <time>2025-05-06 03:22 UTC</time> - Merchants see 5xx on the endpoint.</li>
<li><strong>Identified</strong> - <time>2025-05-06 03:58 UTC</time> - A proxy ran out of ports.</li>
<li><strong>Resolved</strong> - <time>2025-05-06 04:50 UTC</time> - Error rates are normal.</li>
</ul>
"""


def test_a_page_in_html_is_read_as_one_in_markdown(tmp_path: Path) -> None:
    (tmp_path / "api.md").write_text(EXPORTED, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    (incident,) = corpus.incidents.to_dict("records")
    assert (incident["title"], incident["severity"], incident["status"]) == ("Elevated API errors", "SEV-1", "Final")
    assert [f"{at:%H:%M}" for at in corpus.timeline["at"]] == ["03:22", "03:58", "04:50"]
    assert list(corpus.services["service"]) == ["Payments API", "Webhooks"]


CHAT = """# Incident channel 2025-07-03: payments declined

Severity: SEV2. Times in UTC.

**incident-bot** 14:05
Incident declared by @rui: card payments fail

**katya (she)** 14:09
me, looking

**katya** [14:26]
found the cause. a new rule matched every card
**rui** 2:41 PM
success rate is back to normal,
incident resolved
"""


def test_each_message_of_a_chat_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "chat.md").write_text(CHAT, encoding="utf-8")
    rows = ia.load(tmp_path, status="all", cache=False).timeline
    assert [f"{at:%H:%M}" for at in rows["at"]] == ["14:05", "14:09", "14:26", "14:41"]
    assert rows["event"].iloc[3] == "rui: success rate is back to normal, incident resolved"


def test_headings_with_times_and_names_below_lists_are_no_chat(tmp_path: Path) -> None:
    text = "# Plan\n\nLunch 12:30\nSoup\n\nTalk 13:30\nQueues\n\nEnd 15:00\nBus\n"
    (tmp_path / "plan.md").write_text(text, encoding="utf-8")
    assert list(ia.load(tmp_path, status="all", cache=False).files["outcome"]) == ["skipped"]


FORM = """# UNPLANNED DOWNTIME FORM

**Form no.** DT-2024-007
**Short description** Medication charts unavailable on wards 3 to 9
**Date of event** 16/01/2024
**Criticality** Critical
**System(s)** eMAR, Ward tablets
**Time reported to IT** 21:15 UTC

## Resolved

2024-01-16 23:55 UTC
"""


def test_labels_of_a_form_have_no_colons_and_a_heading_may_be_that_of_an_instant(tmp_path: Path) -> None:
    (tmp_path / "form.md").write_text(FORM, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    (incident,) = corpus.incidents.to_dict("records")
    assert (incident["incident_id"], incident["severity"]) == ("DT-2024-007", "SEV-1")
    assert incident["title"] == "Medication charts unavailable on wards 3 to 9"
    assert [f"{incident[name]:%d %H:%M}" for name in ("detected_at", "restored_at")] == ["16 21:15", "16 23:55"]
    assert list(corpus.services["service"]) == ["eMAR", "Ward tablets"]


OPENING = """# New portal

On 3 March 2025 customers can pay online. The old portal was switched off at 09:00 UTC. Staff noticed at 11:00 UTC that
customers wanted more. By 12:00 UTC the service was available again for all.
"""


def test_an_opening_is_no_account_of_an_incident(tmp_path: Path) -> None:
    (tmp_path / "press.md").write_text(OPENING, encoding="utf-8")
    (tmp_path / "down.md").write_text(OPENING.replace("wanted more", "saw errors"), encoding="utf-8")
    files = ia.load(tmp_path, status="all", cache=False).files
    assert dict(zip(map(Path, files["path"]), files["outcome"], strict=True)) == {
        tmp_path / "down.md": "loaded",
        tmp_path / "press.md": "skipped",
    }


@pytest.mark.parametrize(
    ("label", "started"),
    [("Date/Time of incident", "09:15"), ("発生日時", "09:15"), ("Date et heure", "09:15"), ("Date", None)],
)
def test_a_day_and_time_in_one_field_is_the_start(label: str, started: str | None, tmp_path: Path) -> None:
    text = f"# Shop down\n\n- {label}: 2025-03-05 09:15 UTC\n- Severity: High\n- Resolved: 10:20 UTC\n"
    (tmp_path / "shop.md").write_text(text, encoding="utf-8")
    (incident,) = ia.load(tmp_path, status="all", cache=False).incidents.to_dict("records")
    assert f"{incident['date']:%Y-%m-%d}" == "2025-03-05"
    assert (None if pd.isna(incident["started_at"]) else f"{incident['started_at']:%H:%M}") == started


LETTER = """Savings Bank of Seldwyla
Basel, 20 February 2025

**Interruption of e-banking on 14 February 2025**

Dear members,

On Friday 14 February between 08:20 and 11:40 UTC you could not sign in. We noticed the problem at 08:35 UTC, when the
first of you called. After a certificate had been renewed, sign-in worked again at 11:40 UTC.

This matter is now closed.
"""


def test_a_letter_is_about_the_day_in_its_subject(tmp_path: Path) -> None:
    (tmp_path / "letter.md").write_text(LETTER, encoding="utf-8")
    (incident,) = ia.load(tmp_path, status="all", cache=False).incidents.to_dict("records")
    assert (incident["title"], incident["status"]) == ("Interruption of e-banking on 14 February 2025", "Final")
    assert [f"{incident[name]:%d %H:%M}" for name in ("detected_at", "restored_at")] == ["14 08:35", "14 11:40"]


@pytest.mark.parametrize(
    ("line", "severity", "status"),
    [
        ("6 May 2025 · SEV1 · Draft · times in UTC", "SEV-1", "Draft"),
        ("6 May 2025 | Sev 2 | Closed", "SEV-2", "Final"),
        ("_Draft, please comment_", None, "Draft"),
        ("Entwurf – bitte prüfen", None, "Draft"),
        ("Drafts of the plan were closed", None, None),
        ("SEV1 · SEV2 · SEV3 are our severities", None, None),
        ("The ticket of the vendor is closed", None, None),
    ],
)
def test_a_line_of_the_head_says_what_a_report_is(
    line: str, severity: str | None, status: str | None, tmp_path: Path
) -> None:
    text = f"# Outage of the shop\n\n{line}\n\n## Timeline\n\n- 2025-05-06 09:00 UTC Shop down\n- 10:00 Shop up again\n"
    (tmp_path / "shop.md").write_text(f"{text}\n## Root cause\n\nA full disk.\n", encoding="utf-8")
    (incident,) = ia.load(tmp_path, status="all", cache=False).incidents.to_dict("records")
    found = [None if pd.isna(incident[name]) else incident[name] for name in ("severity", "status")]
    assert found == [severity, status]


def test_a_title_says_what_broke_where_a_report_has_its_start_and_end(tmp_path: Path) -> None:
    head = "# Search index rollback\n\nSeverity: 3\nStart time: 2024-06-11 14:02 UTC\nEnd time: 2024-06-11 14:49 UTC\n"
    (tmp_path / "a.md").write_text(f"{head}\n## Why?\n\nNothing is checked.\n", encoding="utf-8")
    assert list(ia.load(tmp_path, status="all", cache=False).files["outcome"]) == ["loaded"]


def test_a_status_page_of_what_goes_on_has_no_status(tmp_path: Path) -> None:
    text = UPDATES.format(posted="").replace("**Resolved**\nThis incident has been resolved", "**Update**\nIt is slow")
    (tmp_path / "api.md").write_text(f"{text}\n**Severity**: SEV-2\n", encoding="utf-8")
    assert ia.load(tmp_path, status="all", cache=False).incidents["status"].isna().all()


OFFSETS = """# Gateway timeouts

Severity: SEV-1

{said}

## Timeline

| Offset | Event |
|---|---|
| T+0 | Kernel upgrade begins, timeouts start |
| T+6m | Alert: gateway slow |
| T+55m | Old kernel booted, service restored |

## Root cause

A table is too small.
"""


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("T0 = 2024-06-20 22:00 UTC", "22:00"),
        ("All offsets are relative to the start: 2024-06-20 22:00 UTC", "22:00"),
        ("Minute 0 is 22:00 UTC on 2024-06-20.", "22:00"),
        ("Times since the first timeout (2024-06-20, 22:00 UTC).", "22:00"),
        ("Date: 2024-06-20\n\nThe deploy of 22:00 UTC was fine.", None),
        ("Date: 2024-06-20\n\nT0 = 22:00 UTC, or relative to the page: 22:06 UTC. T+0 = 22:01 UTC", "22:00"),
        ("Date: 2024-06-20\n\nT0 = 22:00 UTC\nMinute 0 is 22:06 UTC", None),
    ],
)
def test_times_since_the_start_count_from_where_a_sentence_says(said: str, first: str | None, tmp_path: Path) -> None:
    (tmp_path / "gateway.md").write_text(OFFSETS.format(said=said), encoding="utf-8")
    at = ia.load(tmp_path, status="all", cache=False).timeline["at"]
    assert [None if pd.isna(each) else f"{each:%H:%M}" for each in at][:1] == [first]


@pytest.mark.parametrize(
    ("sentence", "minutes"),
    [
        ("The shop was down for 47 minutes.", 47),
        ("Search was unavailable for all users for about an hour and 5 minutes.", 65),
        ("The outage lasted two and a half hours.", 150),
        ("Partner API unavailable for 52 minutes on 6 June", 52),
        ("This incident lasted 1h 20m.", 80),
        ("Students were unable to sign in to the Student Portal for 2 hours 45 minutes.", 165),
        ("Builds were stuck in the queue for 3 hours and 25 minutes.", 205),
        ("Editors could not save pages for 3 hours.", 180),
        ("Editors could not save pages for some 3 hours a day.", None),
        ("[SEV1] Login down for 20 minutes", 20),
        ("Our provider was down for 3 hours.", None),
        ("In March it was down for 3 hours.", None),
        ("The site will be unavailable for 2 hours.", None),
        ("One of the nodes was down for 20 minutes.", None),
        ("The shop was down for up to 30 minutes.", None),
        ("The shop was down for 20 minutes longer than we thought.", None),
        ("It was down for 10 minutes. The outage lasted 40 minutes.", None),
        ("The similar outage lasted 40 minutes.", None),
        ("The meeting, which lasted an hour, was useful.", None),
        ("It has been down for 2 hours.", None),
        ("This lasted 2 hours for the EU and 3 hours for the US.", None),
        ("The replica was unavailable for 3 hours.", None),
        ("The site was down for 10 minutes, as search was down for 40 minutes.", None),
        ("The job was out for 5 minutes each night.", None),
    ],
)
def test_a_sentence_says_how_long_it_was_down(sentence: str, minutes: int | None) -> None:
    found = find_length(sentence)
    assert (found and found[0].total_seconds() / 60) == minutes


def test_folded_parts_have_their_headings(tmp_path: Path) -> None:
    head = "# Thumbnails missing\n\n**Severity:** SEV-3\n**Date:** 2024-05-13\n\n"
    rows = "| Time | Event |\n|---|---|\n| 06:00 | Thumbnails missing |\n| 09:40 | Service restored |\n"
    items = "- [x] Pin the profile (owner: Oskar)\n- [ ] Test it\n"
    timeline = f"<details>\n<summary>Timeline (UTC)</summary>\n\n{rows}\n</details>\n\n"
    actions = f"<details open><summary><b>Action items</b></summary>\n\n{items}\n</details>\n"
    text = head + timeline + actions
    (tmp_path / "photos.md").write_text(text, encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    assert list(corpus.actions["action"]) == ["Pin the profile", "Test it"]
    assert list(corpus.timeline["line"]) == [11, 12]


@pytest.mark.parametrize(
    ("title", "sentence", "severity"),
    [
        ("P1: Partner API down", "", "SEV-1"),
        ("P2 – Partner API down", "", "SEV-2"),
        ("Partner API down", "Calls failed. Severity was SEV-2.", "SEV-2"),
        ("Partner API down", "This was classified as P1.", "SEV-1"),
        ("P99 latency of the API", "", None),
        ("P1 phones lost calls", "", None),
        ("P2: Partner API down", "It was rated as P1.", None),
        ("Partner API down", "Severity was raised to SEV-1 as in May.", None),
    ],
)
def test_a_title_or_a_summary_says_how_severe_it_was(
    title: str, sentence: str, severity: str | None, tmp_path: Path
) -> None:
    rows = "- 10:00 Calls fail\n- 10:05 Alert fires\n- 10:20 Service restored\n"
    text = f"# {title}\n\n**Date**: 2024-06-20\n\n## Summary\n\nOutage. {sentence}\n\n## Timeline (UTC)\n\n{rows}"
    (tmp_path / "outage.md").write_text(f"{text}\n## Root cause\n\nA disk.\n", encoding="utf-8")
    read = ia.load(tmp_path, status="all", cache=False).incidents["severity"].iloc[0]
    assert (None if pd.isna(read) else read) == severity


@pytest.mark.parametrize(("last", "count"), [("[ ]", 2), ("[x]", 0)])
def test_fixes_with_boxes_are_actions_unless_all_are_done(last: str, count: int, tmp_path: Path) -> None:
    rows = "- 10:00 Calls fail\n- 10:05 Alert fires\n- 10:20 Service restored\n"
    head = f"# Outage\n\n**Severity**: SEV-1\n**Date**: 2024-06-20\n\n## Timeline (UTC)\n\n{rows}"
    items = f"- [x] Own network for guests\n- {last} Alert on the use of the pool\n"
    (tmp_path / "outage.md").write_text(f"{head}\n## Resolution\n\n{items}", encoding="utf-8")
    assert len(ia.load(tmp_path, status="all", cache=False).actions) == count


def test_prose_that_goes_back_in_time_stays_on_its_day(tmp_path: Path) -> None:
    text = """# Outage: search was stale

On 10 October 2024 search was slow between 07:20 and 10:50 UTC.

Searches failed from the start. The indexer failed at 07:20 UTC. We were paged at 07:48 UTC. By 10:50 UTC the service
was restored.

## Root cause

A lock.
"""
    (tmp_path / "search.md").write_text(text, encoding="utf-8")
    (incident,) = ia.load(tmp_path, status="all", cache=False).incidents.to_dict("records")
    assert f"{incident['restored_at']:%d %H:%M}" == "10 10:50"


LETTER_WITH_A_TITLE = """Harbour Water Board
2 Quay Street

{written}

# Cloudy tap water reported on 26 February

Dear resident,

On Wednesday 26 February 2025 a filter at our works failed at 09:10 UTC. The first customer called us at 09:20 UTC. All
filters were back in service at 10:40 UTC.
"""


@pytest.mark.parametrize("written", ["6 March 2025", "Ref: HW-12\n6 March 2025", "Quayside, Thursday 6 March 2025"])
def test_a_letter_is_dated_above_its_title(written: str, tmp_path: Path) -> None:
    (tmp_path / "letter.md").write_text(LETTER_WITH_A_TITLE.format(written=written), encoding="utf-8")
    incident = ia.load(tmp_path, status="all").incidents.iloc[0]
    assert f"{incident['date']:%Y-%m-%d}" == "2025-02-26"


MAIL = """**From:** Ines
**Date:** Thu, 27 Feb 2025 16:10 +0000
**Subject:** Why the tills were down on the 26th

Dear all,

yesterday, Wednesday 26 February 2025, the tills stopped working at 09:10 UTC. A cashier rang us at 09:20 UTC. All tills
were back in service at 10:40 UTC.
"""


def test_the_time_of_a_mail_is_not_one_of_the_incident(tmp_path: Path) -> None:
    (tmp_path / "mail.md").write_text(MAIL, encoding="utf-8")
    incident = ia.load(tmp_path, status="all").incidents.iloc[0]
    found = [f"{incident[f'{name}_at']:%d %H:%M}" for name in ("started", "detected", "restored")]
    assert found == ["26 09:10", "26 09:20", "26 10:40"]


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("# 8D Report No. 8D-2025-0093: Scans lost on line B\n", "8D-2025-0093"),
        ("# Rapport nr. 2025-017: pumpestasjonen\n", "2025-017"),
        ("# Störungsbericht Nr. S-2025/17\n", "S-2025/17"),
        ("# Informe n.º 23/2025: caída del portal\n", "23/2025"),
        ("# Report no. 5 of the night shift\n", "report"),
        ("# Report no. 2025-06-01\n", "report"),
        ("# Outage\n\n|Field|Details|\n|--|--|\n|Ref|QN/PM/2025/06|\n", "QN/PM/2025/06"),
    ],
)
def test_an_id_with_its_number_or_slashes(head: str, key: str, tmp_path: Path) -> None:
    text = (
        f"{head}\nSeverity: SEV-2\nDate: 2025-06-01\n\n## Timeline\n\n- 10:05 alert fired\n- 10:50 service restored\n"
    )
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert list(ia.load(tmp_path, status="all").incidents["incident_id"]) == [key]


@pytest.mark.parametrize(
    ("title", "written", "day"),
    [
        ("Kiosks down, 11 June", "6/11/2025", "2025-06-11"),
        ("Kiosks down, 6 November", "6/11/2025", "2025-11-06"),
        ("Kiosks down", "6/11/2025", None),
        ("Kiosks down, 12 June", "6/11/2025", None),
        ("Kiosks down from 11 June to 6 November", "6/11/2025", None),
    ],
)
def test_of_two_days_the_title_names_one(title: str, written: str, day: str | None, tmp_path: Path) -> None:
    text = f"# {title}\n\n**Date**: {written}\n**Severity**: SEV-2\n**Impact**: nine counters\n**Start**: 07:02 UTC\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    found = ia.load(tmp_path, status="all").incidents.iloc[0]["date"]
    assert (None if pd.isna(found) else f"{found:%Y-%m-%d}") == day


@pytest.mark.parametrize(
    "heading",
    ["What will we do so it doesn't happen again?", "What do we do so that it can't happen again?", "Oppfølging"],
)
def test_what_is_done_so_that_it_does_not_happen_again(heading: str, tmp_path: Path) -> None:
    head = "# Outage\n\n**Severity**: SEV-2\n**Date**: 2025-04-12\n**Duration**: 1 h\n\n"
    text = f"{head}## {heading}\n\n1. Add a check\n2. Add a test\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    assert len(ia.load(tmp_path, status="all").actions) == 2
