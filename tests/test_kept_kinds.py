"""Kinds of lines of reports as their authors keep them: each with its siblings, and with what is not meant so."""

from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.reports.date_order import find_orders
from incident_analytics.reports.item_details import split_list
from incident_analytics.reports.milestone_words import default_lexicon
from incident_analytics.reports.times import split_offset
from incident_analytics.reports.zones import find_zone, read_zone


def _load(tmp_path: Path, text: str) -> ia.Corpus:
    (tmp_path / "report.md").write_text(text, encoding="utf-8")
    return ia.load(tmp_path, status="all", cache=False)


HEAD = "# Outage of the booking service\n\n{head}\n\nDate: 2025-10-09\nSeverity: SEV-2\n\n## Timeline\n\n{rows}\n"
ROWS = "- 08:00 UTC bookings fail\n- 08:40 UTC service restored"


@pytest.mark.parametrize(
    ("label", "incident_id"),
    [
        ("COE ID: COE-2025-066", "COE-2025-066"),
        ("Código: RES-0417", "RES-0417"),
        ("Diarienummer: IT-2025-0388", "IT-2025-0388"),
        ("Aktenzeichen: B-77", "B-77"),
        ("**Ticket**......: NOC-77120", "NOC-77120"),
        ("Error code: E-500", "report"),
        ("Código de fallo: E-500", "report"),
        ("Change: CHG-12", "report"),
    ],
)
def test_ids_by_other_labels(label: str, incident_id: str, tmp_path: Path) -> None:
    corpus = _load(tmp_path, HEAD.format(head=label, rows=ROWS))
    assert corpus.incidents["incident_id"].tolist() == [incident_id]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("08/05/2025 (5 August)", {"/": {False}}),
        ("08/05/2025 (8 May)", {"/": {True}}),
        ("08/05/2025 (Tuesday, August 5th)", {"/": {False}}),
        ("08/05/2025 (9 August)", {}),
        ("08/05/2025, published 5 August", {}),
        ("08/08/2025 (8 August)", {}),
    ],
)
def test_a_day_in_words_behind_its_numbers_says_their_order(text: str, order: dict[str, set[bool]]) -> None:
    assert dict(find_orders(text)) == order


@pytest.mark.parametrize(
    ("text", "is_start"), [("T0", True), ("T0: crash", True), ("T0 = 22:00", False), ("T0.5", False)]
)
def test_the_start_itself_as_a_row(text: str, *, is_start: bool) -> None:
    found = split_offset(text)
    assert (found is not None and found[0] == pd.Timedelta(0)) == is_start


@pytest.mark.parametrize("dot", ["", "."])
def test_rows_numbered_within_their_section(dot: str, tmp_path: Path) -> None:
    rows = f"2.1{dot} 01:50 server panics\n2.2{dot} 02:05 monitoring reports it\n2.3{dot} 11:30 service restored"
    corpus = _load(tmp_path, HEAD.format(head="", rows=rows))
    assert [f"{at:%H:%M}" for at in corpus.timeline["at"]] == ["01:50", "02:05", "11:30"]
    assert corpus.timeline["event"].tolist()[0] == "server panics"


@pytest.mark.parametrize(
    ("event", "is_found"),
    [
        ("Retry without idempotency key confirmed as the root cause", True),
        ("Pool without a limit identified as the cause", True),
        ("Meeting ends without the cause confirmed", False),
        ("Rollout ends without being identified as a cause", False),
    ],
)
def test_what_a_cause_lacks_denies_nothing(event: str, *, is_found: bool) -> None:
    assert ("identified" in default_lexicon().read(event).speaks_for) == is_found


def test_owners_between_double_dashes() -> None:
    items = ["Check the size -- owner: Ingunn Moe -- due 1 March 2025", "Explain what -- does in the guide"]
    columns = {"owner": ["Owner"], "due_on": ["Due"]}
    assert split_list(items, columns, None) == [
        ("Check the size", {"owner": "Ingunn Moe", "due_on": "1 March 2025"}),
        ("Explain what -- does in the guide", {}),
    ]


NOTICE = """# Voice calls failing

{above}

**Resolved**

{last}

Posted Sep 09, 2025 - 15:40 UTC

**Investigating**

Some calls do not connect. We're looking into it.

Posted Sep 09, 2025 - 13:34 UTC
"""


@pytest.mark.parametrize(
    ("above", "last", "started", "restored"),
    [
        ("Calls failed from 13:22 UTC until 14:36 UTC on 9 September 2025.", "It is over.", "13:22", "14:36"),
        ("Calls were down from 13:22 UTC to 14:36 UTC.", "It is over.", "13:22", "14:36"),
        ("", "Calls are back to normal since 14:36 UTC.", None, "14:36"),
        ("", "All is well as of 14:36 UTC.", None, "14:36"),
        ("", "The errors seen since 14:36 UTC are over.", None, "15:40"),
        ("A backup failed from 02:00 UTC to 03:00 UTC.", "The incident is resolved.", None, "15:40"),
    ],
)
def test_what_is_posted_began_before(above: str, last: str, started: str | None, restored: str, tmp_path: Path) -> None:
    incident = _load(tmp_path, NOTICE.format(above=above, last=last)).incidents.iloc[0]
    found = [incident["started_at"], incident["restored_at"]]
    assert [None if pd.isna(at) else f"{at:%H:%M}" for at in found] == [started, restored]
    assert pd.isna(incident["detected_at"])


def test_those_who_act_in_the_timeline_own_actions(tmp_path: Path) -> None:
    rows = f"- 08:10 UTC Zdenka investigates\n{ROWS}\n\n## Action items\n\n"
    rows += "- Refuse empty files (Zdenka)\n- Alert on size (Ruurd)"
    assert _load(tmp_path, HEAD.format(head="", rows=rows)).actions["owner"].tolist() == ["Zdenka", "Ruurd"]
    rows = rows.replace("Zdenka investigates", "Zdenka is in the office")
    assert _load(tmp_path, HEAD.format(head="", rows=rows)).actions["owner"].isna().all()


ACCOUNT = """# {title}

On {day} many of you found an empty page, and we owe you the story.

{story}
"""
STORY = (
    "At 16:40 UTC logins failed. Our monitoring paged us at 16:58 UTC. "
    "We found the cause at 17:40 UTC: a full disk. At 17:55 UTC service was restored."
)


LASTED = "By 18:20 UTC the boards were gone from the server. I was there at 18:52. At 22:55 UTC they were open again."


@pytest.mark.parametrize(
    ("title", "story", "is_report"),
    [
        ("Why your farm vanished on Sunday", STORY, True),
        ("The day we ate our own DNS", STORY, True),
        ("How we moved to the new cluster", STORY, False),
        ("Weekly notes", STORY, False),
        (
            "Plan for Sunday",
            "At 16:40 UTC we will drain it. At 16:58 we will switch. By 17:40 tests run, at 17:55 it ends.",
            False,
        ),
        (
            "Our new office",
            "Doors open at 16:40. Drinks are at 16:58, the talk is at 17:40 and it ends at 17:55.",
            False,
        ),
        (
            "Our journey to Lisbon",
            (
                "At 08:30 we met. At 09:10 the bus broke down, and an alert went to the driver. "
                "At 10:05 we were back to normal; lunch at 12:00."
            ),
            False,
        ),
        ("On call at Acme", f"A typical day looks like this. {STORY}", False),
        ("A demo", f"Suppose this. {STORY}", False),
        ("Why your farm vanished", "At 16:40 UTC logins failed. It was over at 17:55 UTC.", False),
        ("The night the boards died", f"{LASTED} All in all, down for 4 hours 35 minutes.", True),
        ("The night the boards died", f"{LASTED} All in all, down for 3 hours.", False),
        ("The night of the move", f"{LASTED} As announced, down for 4 hours 35 minutes.", False),
    ],
)
def test_an_account_in_sentences_is_a_report(title: str, story: str, *, is_report: bool, tmp_path: Path) -> None:
    corpus = _load(tmp_path, ACCOUNT.format(title=title, day="15 February 2026", story=story))
    assert len(corpus.incidents) == is_report


@pytest.mark.parametrize("level", [2, 3, 4])
def test_headings_that_are_times_are_rows(level: int, tmp_path: Path) -> None:
    mark = "#" * level
    rows = f"{mark} 08:00 - Bookings fail\nAll of them.\n\n{mark} 08:10 - Ana acknowledges\n\n"
    rows += f"{mark} 08:40 - Service restored\n"
    text = f"# Outage\n\nDate: 2025-10-09\nSeverity: SEV-2\n\n{rows}\n## Root cause\n\nA full disk.\n"
    corpus = _load(tmp_path, text)
    assert [f"{at:%H:%M}" for at in corpus.timeline["at"]] == ["08:00", "08:10", "08:40"]
    assert len(_load(tmp_path, text.replace(f"{mark} 08:10", f"{mark} Step")).timeline) < 3


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Here is the story (heures de Paris).", "Europe/Paris"),
        ("6 May 2025 · SEV1 · times in Chicago", "America/Chicago"),
        ("Local time (Oslo).", "Europe/Oslo"),
        ("Closed for the day (hours later in Paris).", None),
        ("The queue (times out in Berlin) failed.", None),
    ],
)
def test_zones_in_brackets_and_between_dots(words: str, zone: str | None) -> None:
    found = find_zone(words)
    assert (str(read_zone(found)) if found else None) == zone


POST = """# {title}

{above}

Our customers could not reach their sites. At 12:36 UTC one of us started an upgrade and the sites went down.

The first we heard of it was a customer on the phone, at 13:08 UTC. By 14:31 UTC all sites were back.

## Root cause

The root cause was a compiler that drops records.
"""


@pytest.mark.parametrize(
    ("name", "title", "above", "day"),
    [
        (
            "2025-03-13-dns",
            "DNS on Tuesday",
            "*Posted 13 March 2025 by Kim*\n\nOn Tuesday 11 March 2025 it fell.",
            "11",
        ),
        ("dns", "DNS down", "Published: March 13, 2025\n\nOn Tuesday, March 11, we were down.", "11"),
        ("dns", "DNS down", "By Kim · 13 Mar 2025 · 4 min read\n\nOn 11 March we were down.", "11"),
        ("2025-03-13-dns", "DNS down", "Publié le 13 mars 2025 par Kim\n\nMardi 11 mars, nous étions en panne.", "11"),
        ("2025-03-13-dns", "DNS down", "Publicado el 13 de marzo de 2025\n\nEl 11 de marzo estuvimos caídos.", "11"),
        ("2025-03-13-dns", "DNS down", "Geplaatst op 13 maart 2025\n\nOp 11 maart waren wij onbereikbaar.", "11"),
        ("2025-03-11-dns", "DNS down", "*Posted 13 March 2025 by Kim*\n\nWe were down.", "11"),
        ("2025-03-11-dns", "DNS down on Tuesday", "We were down.", "11"),
        ("2025-03-13-dns", "DNS down on Tuesday", "We were down.", None),
        ("2025-03-13-dns", "DNS down", "Yesterday we were down.", None),
        ("2025-03-13-dns", "DNS down", "Kim, 13.03.2025\n\nOn 11 March 2025 we were down.", None),
        ("dns", "DNS down", "13 March 2025\n\nOn Tuesday 11 March 2025 we were down.", None),
        ("dns", "DNS down", "_13 March 2025, Kim_\n\nA short note on Tuesday's outage.", None),
        ("dns", "DNS down", "13 March 2025\n\nOn Thursday we were down.", "13"),
        ("2025-03-13-dns", "DNS down", "The certificate was from 13 March 2024.", "13"),
    ],
)
def test_the_day_of_writing_is_not_that_of_the_incident(
    name: str, title: str, above: str, day: str | None, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.md").write_text(POST.format(title=title, above=above), encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    assert [f"{at:%d}" for at in corpus.incidents["date"].dropna()] == ([day] if day else [])
    assert ("missing-date" in set(corpus.problems["code"])) is (day is None)


@pytest.mark.parametrize("start", ["T0 | ", "T0 - ", "T0: ", "T+0 | ", "**T0** | ", "| T0 | "])
def test_the_start_itself_between_pipes_is_a_row(start: str, tmp_path: Path) -> None:
    between = " | " if "|" in start else " - "
    rows = f"{start}bookings fail\nT+0:25{between}player report, alert raised\nT+2:50{between}service restored"
    corpus = _load(tmp_path, HEAD.format(head="T0 = 19:30 UTC", rows=rows))
    assert [f"{at:%H:%M}" for at in corpus.timeline["at"]] == ["19:30", "19:55", "22:20"]


def test_no_row_is_the_start_below_one_that_is_not_read(tmp_path: Path) -> None:
    rows = "Start | bookings fail\n08:25 | player report, alert raised\n09:50 | service restored"
    corpus = _load(tmp_path, HEAD.format(head="All times UTC.", rows=rows))
    assert "unread-row" in set(corpus.problems["code"])
    assert corpus.incidents["started_at"].isna().all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("### Thursday 16 October 2025", "### Friday 17 October 2025"),
        ("### 2025-10-16", "### 2025-10-17"),
        ("### 16. Oktober 2025", "### 17. Oktober 2025"),
        ("### 16 October 2025 (UTC)", "### 17 October 2025 (UTC)"),
        ("**16 October 2025**", "**17 October 2025**"),
        ("16 October 2025:", "17 October 2025:"),
    ],
)
def test_headings_that_are_days_are_of_one_timeline(one: str, other: str, tmp_path: Path) -> None:
    days = f"{one}\n\n- 19:40 users see errors\n- 19:52 alarm\n- 22:15 cause found\n\n{other}\n\n"
    days += "- 08:10 check finished\n- 08:25 service restored\n"
    corpus = _load(tmp_path, f"# Outage\n\nSeverity: SEV-2\n\nUTC\n\n## Log\n\n{days}\n## Root cause\n\nA stale key.\n")
    assert [f"{at:%d %H:%M}" for at in corpus.timeline["at"]][::3] == ["16 19:40", "17 08:10"]
    assert f"{corpus.incidents['date'].item():%d}" == "16"


@pytest.mark.parametrize(
    ("written", "services"),
    [
        ("Mobile app<br/>Open Banking API", ["Mobile app", "Open Banking API"]),
        ("Mobile app<br>Mobile API<br />Web", ["Mobile app", "Mobile API", "Web"]),
        ("<ul><li>Mobile app</li><li>Web</li></ul>", ["Mobile app", "Web"]),
        ("`mobile`<br/>[Web](https://example.com)", ["mobile", "Web"]),
        ("Mobile app • Web", ["Mobile app", "Web"]),
        ("Mobile app / Web", ["Mobile app", "Web"]),
        ("CI/CD, Checkout (web, iOS)", ["CI/CD", "Checkout (web, iOS)"]),
        ("Identity and Access Management", ["Identity and Access Management"]),
    ],
)
def test_services_between_breaks_and_dots(written: str, services: list[str], tmp_path: Path) -> None:
    table = f"| | |\n|---|---|\n| **Start** | 9 Oct 2025 08:00 UTC |\n| **Services affected** | {written} |"
    corpus = _load(tmp_path, HEAD.format(head=table, rows=ROWS))
    assert corpus.services["service"].tolist() == services


@pytest.mark.parametrize(
    ("title", "incident_id"),
    [
        ("Störungsbericht 2025-117", "2025-117"),
        ("Points credited twice (incident #58)", "58"),
        ("Outage report 20418: mail down", "20418"),
        ("Störungsbericht 2025", "report"),
        ("Incident report 2025-03", "report"),
        ("Incident #7: mail down", "report"),
        ("Report 5000 users lost mail", "report"),
    ],
)
def test_the_number_of_a_report_in_its_title(title: str, incident_id: str, tmp_path: Path) -> None:
    text = HEAD.format(head="Short note.", rows=ROWS).replace("Outage of the booking service", title)
    assert _load(tmp_path, text).incidents["incident_id"].tolist() == [incident_id]


@pytest.mark.parametrize(
    ("heading", "text", "title"),
    [
        ("Kurzbeschreibung", "Nach dem Neustart ging nichts. Anderes ging.", "Ausfall der Buchung"),
        ("Kurzbeschreibung", "Buchungen abgelehnt", "Buchungen abgelehnt"),
        ("Short description", "Bookings failed. Others worked.", "Ausfall der Buchung"),
    ],
)
def test_several_sentences_are_not_a_title(heading: str, text: str, title: str, tmp_path: Path) -> None:
    report = HEAD.format(head="", rows=f"{ROWS}\n\n## {heading}\n\n{text}")
    corpus = _load(tmp_path, report.replace("Outage of the booking service", "Ausfall der Buchung"))
    assert corpus.incidents["title"].tolist() == [title]
