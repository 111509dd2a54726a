"""Reports in other markup than Markdown are read as Markdown of the same lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

import incident_analytics as ia
from incident_analytics.finding import REPORT_SUFFIXES
from incident_analytics.other_markup import OTHER_SUFFIXES, markdown_of

ROWS = (
    ("10:00", "Deploy of release 88, the shop returns 500"),
    ("10:04", "Alert fires"),
    ("10:20", "Root cause identified: missing migration"),
    ("10:31", "Release rolled back, service restored"),
)
ACTIONS = (("Block deploys without migration", "Ravi"), ("Fix the label", "Uma"))
CAUSE = "The migration step was skipped as its job had the wrong label."
HEAD = {"Date": "2024-06-01", "Severity": "SEV-1", "Status": "Final", "Duration": "31 minutes"}


def fields(form: str) -> str:
    return "\n".join(form.format(label=label, value=value) for label, value in HEAD.items())


def rows(form: str) -> str:
    return "\n".join(form.format(time=time, event=event) for time, event in ROWS)


def actions(form: str) -> str:
    return "\n".join(form.format(action=action, owner=owner) for action, owner in ACTIONS)


REPORTS = {
    "list.rst": f"""Web shop down
=============

{fields(":{label}: {value}")}

Timeline (UTC)
--------------

{rows("* {time} {event}")}

Root cause
----------

{CAUSE}

Action items
------------

{actions("#. {action} (owner: {owner})")}
""",
    "tables.rst": f"""*************
Web shop down
*************

{fields("{label}" + chr(10) + "    {value}")}

Timeline (UTC)
==============

.. list-table::
   :header-rows: 1

   * - Time
     - Event
{rows("   * - {time}" + chr(10) + "     - {event}")}

Root cause
==========

{CAUSE}

Action items
============

===============================  =======
Action                           Owner
===============================  =======
Block deploys without migration  Ravi
Fix the label                    Uma
===============================  =======
""",
    "title.org": f"""#+TITLE: Web shop down
#+DATE: <2024-06-01 Sat>

* Incident
  :PROPERTIES:
  :SEVERITY: SEV-1
  :STATUS:   Final
  :DURATION: 31 minutes
  :END:
* Timeline (UTC)
  | Time | Event |
  |------+-------|
{rows("  | {time} | {event} |")}
* Root cause                                        :cause:
  {CAUSE}
* Action items
{actions("** TODO {action} (owner: {owner})")}
""",
    "items.org": f"""* Web shop down
{fields("- {label} :: {value}")}
** Timeline (UTC)
{rows("   - {time} :: {event}")}
** Root cause
   {CAUSE}
** Action items
{actions("   - [ ] {action} (owner: {owner})")}
""",
    "one.adoc": f"""= Web shop down
{fields(":{label}: {value}")}
:toc:

== Timeline (UTC)

[cols="1,4",options="header"]
|===
|Time |Event

{rows("|{time}" + chr(10) + "|{event}" + chr(10))}
|===

== Root cause

{CAUSE}

== Action items

|===
| Action | Owner

{actions("| {action} | {owner}")}
|===
""",
    "lists.asciidoc": f"""= Web shop down
Ravi Rao <ravi@example.org>
v1.0, 2024-06-03

{fields("{label}:: {value}")}

== Timeline (UTC)

{rows("* {time} {event}")}

== Root cause

{CAUSE}

== Action items

{actions(". {action} (owner: {owner})")}
""",
    "box.wiki": f"""{{{{Incident
{fields("| {label} = {value}")}
}}}}
= Web shop down =

== Timeline (UTC) ==
{rows("* {time} {event}")}

== Root cause ==
{CAUSE}

== Action items ==
{actions("# {action} (owner: [[User:{owner}|{owner}]])")}
""",
    "table.mediawiki": f"""= Web shop down =
{fields("'''{label}:''' {value}<br>")}

== Timeline (UTC) ==
{{| class="wikitable"
! Time !! Event
{rows("|-" + chr(10) + "| {time} || {event}")}
|}}

== Root cause ==
{CAUSE}

== Action items ==
{{|
! Action
! Owner
{actions("|-" + chr(10) + "| {action}" + chr(10) + "| {owner}")}
|}}
""",
    "list.html": f"""<!DOCTYPE html>
<html><head><title>Web shop down</title>
<style>h1 {{ color: red }}</style></head>
<body>
{fields("<p><b>{label}:</b> {value}</p>")}
<h2>Timeline (UTC)</h2>
<ul>
{rows("  <li>{time} {event}</li>")}
</ul>
<h2>Root cause</h2>
<p>{CAUSE}</p>
<h2>Action items</h2>
<ol>
{actions("<li>{action} (owner: {owner})</li>")}
</ol>
</body></html>
""",
    "table.htm": f"""<h1>Web shop down</h1>
<table>
{fields("<tr><th>{label}</th><td>{value}</td></tr>")}
</table>
<h2>Timeline (UTC)</h2>
<table>
<tr><th>Time</th><th>Event</th></tr>
{rows("<tr><td>{time}</td><td>{event}</td></tr>")}
</table>
<h2>Root cause</h2>
<div>{CAUSE}</div>
<h2>Action items</h2>
<ul>
{actions("<li>{action} (owner: {owner})</li>")}
</ul>
""",
    "mail.txt": f"""From: Ravi <ravi@example.org>
Subject: Web shop down
Date: Mon, 03 Jun 2024 09:00:00 +0000

{fields("{label}: {value}")}

TIMELINE (UTC)
==============
{rows("{time}  {event}")}

ROOT CAUSE
==========
{CAUSE}

ACTION ITEMS
============
{actions("* {action} (owner: {owner})")}
""",
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_in_other_markup_is_read_as_one_in_markdown(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(REPORTS[name], encoding="utf-8")
    corpus = ia.load(tmp_path, status="all", cache=False)
    (incident,) = corpus.incidents.to_dict("records")
    read = {field: str(incident[field]) for field in ("title", "date", "severity", "status", "stated_duration")}
    assert read == {
        "title": "Web shop down",
        "date": "2024-06-01 00:00:00",
        "severity": "SEV-1",
        "status": "Final",
        "stated_duration": "0 days 00:31:00",
    }
    assert incident["why_it_happened"] == CAUSE
    assert list(corpus.timeline["event"]) == [event for _, event in ROWS]
    assert f"{incident['restored_at']:%H:%M}" == "10:31"
    assert list(zip(corpus.actions["action"], corpus.actions["owner"], strict=True)) == list(ACTIONS)
    lines = REPORTS[name].splitlines()
    assert all(
        event in " ".join(lines[line - 1 : line + 1])
        for line, event in zip(corpus.timeline["line"], corpus.timeline["event"], strict=True)
    )


@pytest.mark.parametrize("suffix", OTHER_SUFFIXES)
def test_a_folder_is_searched_for_what_is_converted(suffix: str) -> None:
    assert suffix in REPORT_SUFFIXES


PIECES = st.sampled_from(
    ["= ", "== ", " ==", "* ", "** TODO ", "|===", "|", "||", "{|", "|-", "|}", "{{x", "}}", "[[a|b]]", "<table>",
     "<td>", "</table>", "<h2>", "</h2>", "<head>", "<pre>", "====", "----", ".. list-table::", "   * - ", "     - ",
     ":a: ", "a:: b", "#+TITLE: ", ":END:", "- a :: b", "'''", "\n", "\n\n", "\r\n", "10:00 ", "word ", "é "]
)  # fmt: skip


@examples(40)
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(OTHER_SUFFIXES))
def test_every_line_stays_where_it_is(text: str, suffix: str) -> None:
    converted = markdown_of(text, f"x{suffix}")
    assert converted.count("\n") == text.replace("\r\n", "\n").count("\n")


def test_a_page_of_this_package_is_not_a_report(tmp_path: Path) -> None:
    page = REPORTS["list.html"].replace("<style>", '<meta name="generator" content="incident-analytics">\n<style>')
    (tmp_path / "review-2025Q3.html").write_text(page, encoding="utf-8")
    corpus = ia.load(tmp_path, cache=False)
    assert list(corpus.files["reason"]) == ["not an incident report: incident-analytics made this page"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "numpy==2.1\npandas==2.2\n"),
        (
            "error.txt",
            "2024-06-01 10:00:01 ERROR timeout\n2024-06-01 10:00:04 ERROR timeout\n2024-06-01 10:02:00 INFO\n",
        ),
        (
            "guide.rst",
            "How to write a postmortem\n=========================\n\nSeverity\n--------\n\nSEV-1 to SEV-3.\n",
        ),
        ("index.html", "<h1>Incidents</h1>\n<ul>\n<li><a href='a.html'>2024-06-01 Web shop down</a></li>\n</ul>\n"),
        ("agenda.org", "* Weekly meeting\n** TODO Review the outage (Ravi)\n** DONE Severity scale\n"),
    ],
)
def test_other_texts_in_these_forms_are_not_reports(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(ia.load(tmp_path, status="all", cache=False).files["outcome"]) == ["skipped"]
