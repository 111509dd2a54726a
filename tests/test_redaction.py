from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

import pandas as pd
import pytest
from builders import corpus_of
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics import publish
from incident_analytics.errors import CommentaryError, NotebookError
from incident_analytics.notebooks import Kernel, run_notebook
from incident_analytics.redaction import _ROLE_WORDS, Redaction, redact
from incident_analytics.schema import TABLES
from incident_analytics.tables import Corpus

REPORT = """# Incident Report: Zelda Quux restarted the {number}. queue

**Incident ID**: {incident_id}
**Date**: {date}
**Duration**: 10:00 - 11:{number:02} (1h {number:02}m)
**Severity**: SEV-2
**Author**: Tibor Vexley <t.vexley@corp.example>
**Status**: {status}

## Executive Summary

Zelda paged @kwon and TIBOR VEXLEY; mail to orla.brandt@corp.example bounced.

## Timeline

| Time (UTC) | Event |
|------------|-------|
| 10:00 | Queue of Quux fills |
| 10:05 | Initial alert/detection - Vexley, T. saw it |
| 10:10 | Incident response began |
| 10:40 | Mitigation applied - orla-brandt/fix.sh run by Orla's laptop |
| 11:{number:02} | Service restored |
| 11:55 | Incident closed |
| 11:15 pm | Zelda wrote this row |

## Impact

### Affected Services
- [x] API

### User Impact
- **Affected users**: 1,200 says Marit Oyelaran
- **Failed requests**: N/A
- **Data loss**: Perhaps, asks Zelda Quux
- **SLA impact**: Not measured

### Financial Impact
- **Lost revenue**: $1,000 (estimate of Zelda)

## Root Cause Analysis

### What Happened
Marit changed the queue without Orla Brandt.

### Why It Happened
Only Zelda Quux knew the queue.

### Contributing Factors
1. The queue is known to Zelda Quux alone and to nobody else in the team
2. Orla Brandt was on leave

## Response and Recovery

### What Went Well
- Zelda Quux was awake

## Action Items

| Action | Owner | Due Date | Priority | Status |
|--------|-------|----------|----------|--------|
| Ask Zelda Quux for a runbook, number {number} | Orla Brandt | 2025-07-20 | High | Open |
| Add an alert with Orla, number {number} | zelda.quux@corp.example | soon, says Zelda | High | |
| Rotate keys of @tvexley, number {number} | SRE team | 2025-07-21 | Low | Open |

## Post-Mortem Meeting

**Date**: 2025-07-16
**Attendees**: Marit Oyelaran, Kwon Ashgrove (IC), Payments

## Sign-off

- [x] Engineering Lead: Ilse Darnok - 2025-07-18
- [x] Incident Commander: Kwon Ashgrove - 2025-07-18
"""
SETTINGS = """
title = "Widgets, by Zelda Quux"
owner = "Hollis Umbrak"

[services.API]
target = 0.999
team = "Payments"

[tracker]
file = "tracker.csv"
columns = {key = "Key", action = "Summary", status = "Status", owner = "Assignee", due_on = "Due"}

[corrections]
file = "corrections.csv"

[incident_tool]
files = ["pages by orla.csv"]
"""
TOOL = """id,incident_number,description,service_id,service_name,created_on,resolved_on
Q1,41,INC-2025-07-01-001: Zelda Quux is paged,P1,API,2025-07-01T10:02:00Z,2025-07-01T17:00:00Z
Q2,42,Of no report says Orla Brandt,P1,API,2025-07-20T10:02:00Z,2025-07-20T17:00:00Z
"""
TRACKER = """Key,Summary,Status,Assignee,Due
OPS-1,"Ask Zelda Quux for a runbook, number 1",Open,Pelle Wrangham,2025-07-19
OPS-2,Something that Wrangham wants,Open,Pelle Wrangham,2025-07-19
"""
CORRECTIONS = """incident_id,field,value,reason,by
INC-2025-07-01-001,affected_users,1300,Zelda Quux counted again,Vesna Kolbrun
INC-2025-07-02-001,author,Runa Thistle,written for Tibor Vexley,Vesna Kolbrun
"""
PEOPLE = (
    *("Zelda Quux", "Tibor Vexley", "Orla Brandt", "Marit Oyelaran", "Kwon Ashgrove", "Ilse Darnok", "Hollis Umbrak"),
    *("Pelle Wrangham", "Vesna Kolbrun", "Runa Thistle"),
)
GONE = re.compile("|".join([*" ".join(PEOPLE).split(), "corp.example", "@kwon", "@tvexley"]), re.IGNORECASE)


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory, kernel: Kernel) -> Path:
    """A folder with a redacted review in every form, and its tables, of reports that name people everywhere."""
    folder = tmp_path_factory.mktemp("redacted")
    reports = folder / "reports of zelda quux"
    reports.mkdir()
    for number in range(1, 9):
        day = f"2025-07-{number:02}"
        text = REPORT.format(
            number=number, incident_id=f"INC-{day}-001", date=day, status="Draft" if number == 8 else "Final"
        )
        (reports / f"INC-{day}-001 by Tibor.md").write_text(text, encoding="utf-8")
    (reports / "notes-orla-brandt.md").write_text("Nothing of an incident.\n", encoding="utf-8")
    inputs = {"s.toml": SETTINGS, "tracker.csv": TRACKER, "corrections.csv": CORRECTIONS, "pages by orla.csv": TOOL}
    for name, text in inputs.items():
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "run_notebook", partial(run_notebook, kernel=kernel))
        publish.review(
            reports,
            period="2025Q3",
            output_dir=folder / "out",
            to=["html", "md", "ipynb", "slack", "confluence", *(["pdf"] if find_spec("weasyprint") else [])],
            settings=folder / "s.toml",
            data_dir=folder / "out" / "data",
            redact=True,
        )
    return folder / "out"


def test_no_output_of_a_redacted_review_names_anybody(redacted: Path) -> None:
    texts = {file: file.read_text(encoding="utf-8") for file in redacted.rglob("*") if file.suffix in TEXTS}
    assert {file.suffix for file in texts} == TEXTS
    assert {"table-incident-tool-2.csv", "table-incident-tool-3.csv", "index.html"} <= {file.name for file in texts}
    assert [file.name for file, text in texts.items() if str(redacted.parent) in text] == []
    found = {
        (file.relative_to(redacted).as_posix(), text[max(0, each.start() - 60) : each.end() + 20])
        for file, text in texts.items()
        for each in GONE.finditer(f"{text}\n{file.relative_to(redacted)}")
    }
    assert found == set()


TEXTS = {".html", ".md", ".ipynb", ".csv", ".svg", ".json", ".txt", ".xml"}


def test_a_redacted_review_says_who_by_role_and_names_teams(redacted: Path) -> None:
    text = (redacted / "review-2025Q3.md").read_text(encoding="utf-8")
    assert {"Owner 1", "Owner 2", "Review owner 1", "Editor 1", "SRE team"} <= {
        role for role in ("Owner 1", "Owner 2", "Review owner 1", "Editor 1", "SRE team") if role in text
    }


def test_a_redacted_review_links_to_no_report(redacted: Path) -> None:
    page = (redacted / "review-2025Q3.html").read_text(encoding="utf-8")
    assert "INC-2025-07-01-001" in page
    links = re.findall(r'href="([^"#][^"]*)"', page)
    assert [link for link in links if not link.startswith(("data:", "review-2025Q3."))] == []


def test_a_redacted_pdf_names_nobody(redacted: Path, pdfium: object) -> None:
    document = pdfium.PdfDocument(redacted / "review-2025Q3.pdf")  # type: ignore[attr-defined]
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    assert "Owner 1" in text
    assert GONE.findall(text) == []
    assert GONE.findall(str(document.get_metadata_dict())) == []


def test_a_commentary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommentaryError) as refused:
        publish.review(tmp_path, period="2025Q3", output_dir=tmp_path, commentary="words.md", redact=True)
    assert str(refused.value) == (
        "words.md: names in a commentary can't be redacted; leave out the commentary or the redaction"
    )


def test_a_notebook_that_does_not_redact_is_refused(tmp_path: Path, write_own_notebook: Path) -> None:
    with pytest.raises(NotebookError, match=r"own\.ipynb: parameter 'redact' is not one of paths, period"):
        publish.review(tmp_path, period="2025Q3", output_dir=tmp_path, notebook=write_own_notebook, redact=True)
    assert list(tmp_path.glob("review-*")) == []


@pytest.fixture
def write_own_notebook(tmp_path: Path) -> Path:
    from notebook_files import write_notebook

    return write_notebook(tmp_path / "own.ipynb", "paths = []\nperiod = ''\nsettings = None\nstatus = ''\nas_of = None")


ROLES = Redaction(
    [
        ("Owner", "Ann Lee, Bo Wu; SRE team"),
        ("Owner", "Ann Wu-Perez"),
        ("Approver", "Jean-Luc van der Berg (CTO)"),
        ("Participant", "IC: Sam O'Neil and Ann Lee <alee@x.example>"),
        ("Author", "bo wu"),
        ("Author", "kim"),
        ("Author", "Platform team's"),
        ("Author", "José Ñandú"),
        ("Author", "May High"),
        ("Author", "李雷"),
        ("Author", "API"),
    ],
    kept=["API", "Payments Core"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee and ANN LEE, ann lee", "Owner 1 and Owner 1, Owner 1"),
        ("Lee's fix", "Owner 1's fix"),
        ("Lee, Ann; A. Lee; Ann L.", "Owner 1; Owner 1; Owner 1."),
        ("Ann asked", "a person asked"),  # there are two of that name
        ("Bo asked; bo asked", "Owner 2 asked; bo asked"),
        ("Wu asked", "a person asked"),
        ("Ann Wu-Perez, Perez", "Owner 3, Owner 3"),
        ("Jean-Luc left van der Berg", "Approver 1 left van der Approver 1"),
        ("Sam O'Neil or Sam O’Neil", "Incident commander 1 or Incident commander 1"),
        ("kim and Kim", "Author 1 and Author 1"),
        ("alee@x.example, @alee, alee", "Owner 1, Owner 1, Owner 1"),
        ("root@db1 <@U0123> @who", "a person <a person> a person"),
        ("@sre-team, @payments-core, API, Payments Core", "@sre-team, @payments-core, API, Payments Core"),
        ("Jose\u0301 \u00d1andu\u0301", "Author 2"),
        ("5 May 2025 is High: it was May High", "5 May 2025 is High: it was Author 3"),
        ("李雷 restarted", "Author 4 restarted"),
        ("notes/ann-lee_2.md, lee.csv, annlee, Ann%20Lee", "notes/Owner 1_2.md, Owner 1.csv, Owner 1, Owner 1"),
        ("Leeds, Annex, flee, a lee shore", "Leeds, Annex, flee, a lee shore"),
        ("on\nAnn\nLee", "on\nOwner 1"),
        ("Ann - see Lee", "a person - see Owner 1"),
        ("", ""),
        ("100% of 3 @ 4", "100% of 3 @ 4"),
    ],
)
def test_a_name_becomes_a_role_wherever_it_is_a_whole_word(text: str, expected: str) -> None:
    assert ROLES.text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lukasz Zolcinski asks ZOLCINSKI", "Owner 1 asks Owner 1"),
        ("Juergen, Jurgen Grossmann, Grossmann", "Owner 2, Owner 2, Owner 2"),
        ("Tom OBrien, Obrien", "Owner 3, Owner 3"),
        ("lzolcinski pages jgrossmann, tobrien and tomobrien", "Owner 1 pages Owner 2, Owner 3 and Owner 3"),
        ("adupont-lenoir, adupontlenoir, annemaried", "Owner 4, Owner 4, Owner 4"),
        ("https://x.example/~lzolcinski and l.zolcinski@x.example", "https://x.example/~Owner 1 and Owner 1"),
        ("j.grossmann or t_obrien", "Owner 2 or t_obrien"),
        ("the price of a park", "the price of a park"),  # Peter Rice, Ann Park
    ],
)
def test_a_name_without_its_marks_and_a_users_name_are_the_name(text: str, expected: str) -> None:
    people = (
        "Łukasz Żółciński",
        "Jürgen Großmann",
        "Tom O'Brien",
        "Anne-Marie Dupont-Lenoir",
        "Peter Rice",
        "Ann Park",
    )
    assert Redaction([("Owner", name) for name in people]).text(text) == expected


INITIALS = Redaction(
    [
        ("Owner", "Ines Falkenrath, Dana Brown"),
        ("Author", "Jorun Marie Pellegrin"),
        ("Participant", "Karl Otto Weiss"),
        ("Participant", "Kim Wong"),
        ("Participant", "Paula Cole"),
        ("Owner", "IF"),
        ("Owner", "GO"),
        ("Owner", "Al"),
        ("Owner", "Anna Lund"),
    ],
    kept=["PC"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IF restarts it, JP watches", "Owner 1 restarts it, Author 1 watches"),
        ("paged JMP; (IF)", "paged Author 1; (Owner 1)"),
        ("(IF)", "(Owner 1)"),
        ("IF, JP", "Owner 1, Author 1"),
        ("I.F. restarts it, by I. F.", "Owner 1 restarts it, by Owner 1."),
        ("Signed by J.P. The pool was full", "Signed by Author 1. The pool was full"),
        ("KW asks, KOW answers", "a person asks, Participant 1 answers"),  # there are two of the first initials
        ("If the pool is full, go on", "If the pool is full, go on"),  # one's owner is written IF, the other's GO
        ("GO says so", "Owner 3 says so"),
        ("IF THE POOL IS FULL", "IF THE POOL IS FULL"),
        ("DB was slow, D.B. says", "DB was slow, Owner 2 says"),  # an abbreviation first of all
        ("PC is a service", "PC is a service"),
        ("Plan I. Find another", "Plan I. Find another"),
        ("Plan I F", "Plan I F"),
        ("Al and AL", "Owner 4 and Owner 4"),
        ("if, jp, Jp, GIF, IFS", "if, jp, Jp, GIF, IFS"),
    ],
)
def test_initials_are_somebodys(text: str, expected: str) -> None:
    assert INITIALS.text(text) == expected


@pytest.mark.parametrize(
    "team",
    [
        *("SRE team", "Team Red", "Cloud Platform team", "SRE on-call", "Engineering Lead", "CTO/VP Engineering"),
        *("Test infrastructure on-call", "Product", "API", "API owner", "Payments Core", "Binder operations"),
    ],
)
def test_a_team_or_a_role_is_no_person(team: str) -> None:
    assert Redaction([("Owner", team)], kept=["API", "Payments Core"]).text(team) == team


@pytest.mark.parametrize("name", ["Payments", "Core", "Zed", "Ann (SRE team)", "Ann, SRE team", "Ann's team"])
def test_in_doubt_it_is_a_person(name: str) -> None:
    text = Redaction([("Owner", name)], kept=["API", "Payments Core"]).text(name)
    assert text == re.sub(r"^\w+", "Owner 1", name)


def test_a_phrase_in_the_place_of_a_name_is_replaced_whole() -> None:
    phrase = "whoever is on duty when it happens or else Ann Lee of the other office, or Bo"
    assert re.sub(r"Owner \d+|\W", "", Redaction([("Owner", phrase)]).text(phrase)) == ""


WORDS = st.text("abcdefgxyzßé", min_size=2, max_size=6).filter(lambda word: word not in _ROLE_WORDS)
PERSON = st.lists(WORDS.map(str.capitalize), min_size=1, max_size=3).map(" ".join)
NAMES = st.lists(PERSON, min_size=1, max_size=5, unique=True)


def corpus_with(people: list[str], make: Callable[[], str]) -> Corpus:
    """Return a corpus with these people in the place of people, and text everywhere else."""
    tables = {}
    for table, columns in TABLES.items():
        rows: dict[str, list[object]] = {column: [make(), None] for column, dtype in columns.items() if dtype == "str"}
        rows |= {column: [1, 2] for column, dtype in columns.items() if dtype == "int64"}
        rows |= {"incident_id": ["INC-1", "INC-2"]} if "incident_id" in columns else {}
        rows |= {"service": ["API", None]} if "service" in columns else {}
        tables[table] = rows
    tables["incidents"] |= {"author": [people[0], None], "attendees": [", ".join(people[1:3]) or None, None]}
    tables["actions"]["owner"] = [people[-1], people[len(people) // 2]]
    tables["signoffs"] |= {"name": [" and ".join(people[3:]) or None, None], "role": ["Incident Commander", None]}
    return corpus_of(**tables)


@examples(6)
@given(people=NAMES, data=st.data())
def test_no_name_of_the_people_is_left_in_any_text(people: list[str], data: st.DataObject) -> None:
    mixed = st.lists(
        st.sampled_from([*people, *(name.upper() for name in people), "the queue", "x@y.example", "@who", "/", "."])
    )
    texts = cycle(data.draw(st.lists(mixed.map(" ".join), min_size=3, max_size=7)))
    corpus = corpus_with(people, lambda: next(texts))
    before = {name: getattr(corpus, name).copy(deep=True) for name in TABLES}
    result = redact(corpus)
    whole = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, people))})(?![^\W_])")
    kept = {"incident_id", "service", "kind", "status", "key", "origin", "source", "field", "level", "code", "outcome"}
    kept |= {"milestone", "milestone_source", "template_version", "currency"}
    for name, columns in TABLES.items():
        given_frame, frame = getattr(corpus, name), getattr(result, name)
        assert_frame_equal(given_frame, before[name])
        assert frame.dtypes.equals(given_frame.dtypes)
        for column in columns:
            if columns[column] != "str" or column in kept:
                assert_frame_equal(frame[[column]], given_frame[[column]])
                continue
            assert frame[column].isna().equals(given_frame[column].isna())
            left = [text for text in frame[column].dropna() if whole.search(text) or "@" in text]
            assert left == [], (name, column)


@examples(15)
@given(people=NAMES)
def test_a_person_has_one_role_in_every_table(people: list[str]) -> None:
    result = redact(corpus_of(actions={
        "incident_id": ["INC-1"] * len(people), "action": [f"{name} acts" for name in people], "owner": people,
        "position": [1] * len(people), "line": [1] * len(people),
    })).actions  # fmt: skip
    assert (result["action"] == result["owner"] + " acts").all()
    assert result["owner"].str.fullmatch(r"(?:Owner \d+ ?|a person)+").all()


def test_a_message_names_a_file_as_the_table_of_files_does() -> None:
    path = "our files/of lee/INC-1 by ann lee.md"
    corpus = corpus_of(
        incidents={"incident_id": ["INC-1"], "author": ["Ann Lee"], "path": [path]},
        files={"path": [path], "outcome": ["loaded"], "reason": [f"a copy of {path}"]},
    )
    files = redact(corpus).files
    assert files["path"].tolist() == ["our files/of Author 1/INC-1 by Author 1.md"]
    assert files["reason"].tolist() == ["a copy of our files/of Author 1/INC-1 by Author 1.md"]


def test_words_for_nothing_are_no_names() -> None:
    """``N/A`` is not a person called A, with whose role then every other sentence would begin."""
    attendees = ["N/A", "None", "TBD", "Ann Lee / B"]
    corpus = corpus_of(
        incidents={
            "incident_id": [f"INC-{number}" for number in range(4)],
            "attendees": attendees,
            "title": ["A queue grows: None of N, B or Tbd works"] * 4,
        },
    )
    assert set(redact(corpus).incidents["title"]) == {"A queue grows: None of N, B or Tbd works"}
    assert redact(corpus).incidents["attendees"].tolist() == ["N/A", "None", "TBD", "Participant 1 / B"]


def test_an_empty_corpus_stays_as_it_is() -> None:
    corpus = corpus_of()
    for name in TABLES:
        assert_frame_equal(getattr(redact(corpus), name), getattr(corpus, name))


def test_other_tables_are_redacted_by_the_same_roles() -> None:
    rows = pd.DataFrame({"key": ["LEE-1"], "owner": ["Ann Lee"], "due_on": pd.to_datetime(["2025-07-01"])})
    assert ROLES.table(rows).astype(str).to_dict("records") == [
        {"key": "LEE-1", "owner": "Owner 1", "due_on": "2025-07-01"}
    ]
