"""No input makes reading take forever: time grows with the size of a text, not with its square or by doubling.

A shape that is read at once is so long that a pattern which tries all ways to split it, in pairs or worse, would not be
done within the limit. One that takes longer is compared with a quarter of itself. The time is that of the processor,
which other work on the machine hardly lengthens.
"""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType

import pytest
from laws import MORE_IN_LAWS, TIMES

from incident_analytics.config import Settings
from incident_analytics.evidence.lines import LineReader, words_of
from incident_analytics.evidence.masking import mask_secrets, mask_variables
from incident_analytics.redaction import Redaction
from incident_analytics.reports.audit import audit_report
from incident_analytics.reports.durations import find_length, read_duration
from incident_analytics.reports.edit import fill_report
from incident_analytics.reports.markdown import parse_markdown, split_cells
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.placeholders import is_placeholder
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.template import bare_words, default_template
from incident_analytics.reports.times import read_moments, split_moment
from incident_analytics.reports.values import read_money, read_share
from incident_analytics.reports.zones import read_zone
from incident_analytics.yaml_nodes import yaml_nodes

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="the time limit needs a timer of the processor"),
    MORE_IN_LAWS,
]

LIMIT = 15
LONGER = 1 if TIMES == 1 else 4
"""`make laws` reads texts of four times the length, in which growth shows that is too little to show here."""
FLOOR = 0.2
"""Seconds of the processor within which growth does not matter."""
FACTOR = 8.0
"""How many times as long as its quarter a text may take: 4 times is linear, 16 times quadratic."""
TRIES = 3
"""How many times in a row it must take too long: what else the machine does may slow down one of them."""
HEAD = (
    "# Incident: Growth\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-1\n"
    "**Duration**: 14:02 - 15:47 (1h 45m)\n\n"
)
WITHOUT_DURATION = HEAD.replace("**Duration**: 14:02 - 15:47 (1h 45m)\n", "")
ROLES = Redaction([("Owner", "Ann Lee"), ("Owner", "Ann Ann Ann Ann Ann Ann Lee"), ("Author", "Lee Lee Lee Lee")])


@contextmanager
def limited() -> Iterator[None]:
    """Fail a test that is not done in time, also in the middle of a regular expression."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"not done after {LIMIT} s of the processor's time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def read_report(text: str) -> None:
    for report in parse_reports(text, "x.md", Settings(), default_template()):
        audit_report(report, default_template(), Settings())


def read_ids(text: str) -> None:
    """Read a report whose id and title are a text, by one of the slowest forms of an id that a template may have."""
    template = default_template().model_copy(update={"incident_id": r"a?a?[a-z]*\w*-"})
    head = f"# Duplicate of {text}\n\n**Incident ID**: {text}\n**Date**: 2025-03-14\n"
    for _ in parse_reports(head, "x.md", Settings(), template):
        pass


def read_line(text: str) -> None:
    moment = LineReader(zone=UTC, about=datetime(2025, 8, 6, tzinfo=UTC)).moment(text)
    words_of(moment.rest if moment else text)


def fill(text: str) -> None:
    fill_report(f"{HEAD}## Supporting Data\n\n### Metrics\n\n{text}\n".encode(), {"metric": "x"})


SHAPES: dict[str, tuple[Callable[[str], object], Callable[[int], str], int]] = {
    # name: what reads it, the text of about n characters, n
    "front matter without end, \\r\\n": (parse_markdown, lambda n: "---\r\n" + "Some notes.\r\n" * (n // 13), 50_000),
    "front matter without end, \\n": (parse_markdown, lambda n: "---\n" + "Some notes.\n" * (n // 12), 50_000),
    "front matter without end, \\r": (parse_markdown, lambda n: "---\r" + "Some notes.\r" * (n // 12), 50_000),
    "empty lines in front matter": (parse_markdown, lambda n: "---\r\n" + "\r\n" * (n // 2), 50_000),
    "aliases in front matter": (
        read_report,
        lambda n: (
            f"---\na: &a [{'x, ' * (n // 6)}]\n" + "".join(f"b{i}: *a\n" for i in range(n // 20)) + f"---\n{HEAD}"
        ),
        30_000,
    ),
    "aliases in a list of front matter": (
        read_report,
        lambda n: f"---\na: &a {'x' * (n // 2)}\nb: [{'*a, ' * (n // 8)}]\n---\n{HEAD}",
        200_000,
    ),
    "marks without end": (parse_markdown, lambda n: "<!-- incident-analytics: " * (n // 25), 50_000),
    "brackets": (is_placeholder, lambda n: "[-]" + "[!]" * (n // 3) + "x", 200_000),
    "open brackets": (is_placeholder, lambda n: "[" * n + "x", 200_000),
    "no words": (is_placeholder, lambda n: "-" * n + "x", 200_000),
    "grouped digits, commas": (read_share, lambda n: "123," * (n // 4) + "123x", 100_000),
    "grouped digits, spaces": (read_share, lambda n: "123 " * (n // 4) + "123x", 15_000),
    "grouped amount": (read_money, lambda n: "123," * (n // 4) + "123x", 200_000),
    "open zone bracket": (read_zone, lambda n: "(" + "a" * n, 100_000),
    "space after a length": (read_duration, lambda n: "1:45" + " " * n + "x", 200_000),
    "open brackets in a duration": (read_duration, lambda n: "14:02 ( " * n, 2_500),
    "lengths in a duration": (read_duration, lambda n: "1h two and " * n, 2_500),
    "lengths in one word of a duration": (read_duration, lambda n: "1h5m" * (n // 4), 20_000),
    "moments": (read_moments, lambda n: "12:00 " * (n // 6), 30_000),
    "dates": (split_moment, lambda n: "1 " * (n // 2), 30_000),
    "digits in a summary": (read_report, lambda n: f"{HEAD}## Executive Summary\n\n{'1' * n}\n", 200_000),
    "space in an action": (read_report, lambda n: f"{HEAD}## Action Items\n\n- a{'&nbsp;' * (n // 6)}b\n", 200_000),
    "lines below a label": (read_report, lambda n: f"{HEAD}**Author**: a\n" + "some words\n" * (n // 11), 12_500),
    "timeline rows": (
        read_report,
        lambda n: f"{HEAD}## Timeline\n\n| Time | Event |\n|--|--|\n" + "| 14:03 | x |\n" * (n // 14),
        10_000,
    ),
    "timeline rows without a time": (
        read_report,
        lambda n: f"{HEAD}## Timeline\n\n| Time | Event |\n|--|--|\n" + "| soon | Service restored |\n" * (n // 28),
        50_000,
    ),
    "days that no clock shows": (
        read_report,
        lambda n: (
            f"{HEAD}## Timeline\n\n| Time | Event |\n|--|--|\n"
            + "| 10:00 | x |\n| 09:00 | x |\n" * (n // 28)
            + "| 2099-09-14 10:00 | x |\n"
        ),
        10_000,
    ),
    "windows of one time": (
        read_report,
        lambda n: (
            HEAD.replace("15:47 (1h 45m)", "14:02" + " and 14:02 - 14:02" * (n // 36))
            + "## Timeline\n\n| Time | Event |\n|--|--|\n"
            + "| 14:02 | x |\n" * (n // 28)
        ),
        6_000,
    ),
    "rows in a repeated hour": (
        lambda text: read_report(text.replace("2025-03-14", "2025-10-26")),
        lambda n: f"{HEAD}## Timeline\n\n| Time (Europe/Berlin) | Event |\n|--|--|\n" + "| 02:03 | x |\n" * (n // 14),
        25_000,
    ),
    "rows without a table": (read_report, lambda n: f"{HEAD}## Timeline\n\n" + "| 14:03 | x |\n" * (n // 14), 3_000),
    "tables of dashes without end": (parse_markdown, lambda n: "-----\n -- --\n14:02 a\n\n" * (n // 23), 100_000),
    "grids without rows": (parse_markdown, lambda n: "+---+---+\n" * (n // 10), 200_000),
    "tables of HTML": (parse_markdown, lambda n: "<table><tr><td>14:02<td>" * (n // 24), 200_000),
    "headings in bold": (read_report, lambda n: f"{HEAD}## Summary\n\n" + "**Timeline**\n\nx\n\n" * (n // 18), 6_000),
    "details of a row": (read_report, lambda n: f"{HEAD}## Timeline\n\n- 14:02 a\n" + "  - b\n" * (n // 6), 3_000),
    "labels on a line": (read_report, lambda n: f"{HEAD}ab: c" + " | ab: c" * (n // 8), 15_000),
    "parts of a heading": (bare_words, lambda n: "a/" * (n // 2), 400_000),
    "words of triggers": (
        read_report,
        lambda n: f"{HEAD}## Executive Summary\n\n" + "A deploy of the config caused it. " * (n // 34),
        100_000,
    ),
    "a denial far from its trigger": (
        read_report,
        lambda n: f"{HEAD}## Executive Summary\n\n" + "not " * (n // 4) + "caused by a deploy\n",
        100_000,
    ),
    "rows of detections": (
        read_report,
        lambda n: f"{HEAD}## Timeline\n\n| Time | Event |\n|--|--|\n" + "| 14:03 | Customer reports it |\n" * (n // 32),
        20_000,
    ),
    "words in brackets of YAML": (yaml_nodes, lambda n: f"a: {'[' * 99}{'b, ' * (n // 3)}{']' * 99}", 40_000),
    "lists in lists of YAML": (yaml_nodes, lambda n: "[\n" * (n // 2), 300_000),
    "keys of YAML": (yaml_nodes, lambda n: "? a\n" * (n // 4), 15_000),
    "sentences with times in one line": (
        read_report,
        lambda n: f"{WITHOUT_DURATION}## What Happened\n\n" + "At 09:12 UTC it failed. " * (n // 24),
        8_000,
    ),
    "times of a sentence": (
        read_report,
        lambda n: f"{WITHOUT_DURATION}## What Happened\n\n" + "at 09:12 it failed and at 09:13 it was up, " * (n // 42),
        12_000,
    ),
    "clauses between two times": (
        read_report,
        lambda n: f"{WITHOUT_DURATION}## What Happened\n\nAt 09:12 " + "a and b, " * (n // 9) + "at 09:13 x",
        12_000,
    ),
    "one word of a sentence with a time": (
        read_report,
        lambda n: f"{WITHOUT_DURATION}## What Happened\n\nAt 09:12 " + "a" * n,
        50_000,
    ),
    "beginnings of a range in a sentence": (
        read_report,
        lambda n: f"{WITHOUT_DURATION}## What Happened\n\nIt was down {'from ' * (n // 5)} at 12:00.\n",
        5_000,
    ),
    "a long severity and many others": (
        read_report,
        lambda n: HEAD.replace("SEV-1", f"SEV-1{' (x)' * (n // 8)}\n" + "**Severity**: SEV-2\n" * (n // 40)),
        6_000,
    ),
    "lengths of a sentence": (find_length, lambda n: "it was down for 3 hours " * (n // 24), 20_000),
    "users of a sentence": (read_report, lambda n: f"{HEAD}## Impact\n\n" + "1,200 users failed " * (n // 19), 8_000),
    "one word of a row": (
        read_report,
        lambda n: f"{HEAD}## Timeline\n\n| Time | Event |\n|--|--|\n| 14:03 | {'a' * n} |\n",
        50_000,
    ),
    "rows in an open fence": (
        read_report,
        lambda n: f"{HEAD}## Timeline\n\n```\n" + "| 14:03 | x |\n" * (n // 14),
        100_000,
    ),
    "marks before a time": (begins_with_time, lambda n: "> - *" * (n // 5), 200_000),
    "backslashes in cells": (split_cells, lambda n: "\\" * n + "|", 200_000),
    "timeline items": (read_report, lambda n: f"{HEAD}## Timeline\n\n" + "- 14:03 x\n" * (n // 10), 3_500),
    "fences": (fill, lambda n: "`" * (n // 2) + "\n" + "\n " * (n // 4), 50_000),
    "an id": (read_ids, lambda n: "a" * n, 12_500),
    "names of nobody": (ROLES.text, lambda n: "ann-" * (n // 4), 20_000),
    "handles and addresses of nobody": (ROLES.text, lambda n: "@a.b@" * (n // 5) + "a." * n, 15_000),
    "a path of names": (ROLES.text, lambda n: "lee/" * (n // 4), 15_000),
    "a phrase for a name": (lambda text: Redaction([("Owner", text)]).text(text), lambda n: "ab " * (n // 3), 30_000),
    "a path for a name": (lambda text: Redaction([("Owner", text)]).text(text), lambda n: "ab-" * (n // 3), 30_000),
    "a list of people": (lambda text: Redaction([("Owner", text)]), lambda n: "(Ann's <a@b> - " * (n // 14), 20_000),
    "an address without an end": (mask_secrets, lambda n: "@ " + "a" * n, 200_000),
    "parts of a token": (mask_secrets, lambda n: "eyJ-" * (n // 4), 200_000),
    "tags of secrets": (mask_secrets, lambda n: "token>" * (n // 6), 200_000),
    "names of secrets": (mask_secrets, lambda n: "pass_" * (n // 5), 100_000),
    "options": (mask_secrets, lambda n: "-" * n + " pass", 10_000),
    "words before spaces": (mask_secrets, lambda n: "token" + " " * n + "sig" + " " * n, 50_000),
    "quotes after a secret": (mask_secrets, lambda n: "key token='" * (n // 11) + ' -u "a:' * (n // 14), 200_000),
    "addresses with a user": (mask_secrets, lambda n: "://a:" * (n // 5), 40_000),
    "commands": (mask_secrets, lambda n: "mysql -u x " * (n // 11), 200_000),
    "base64": (mask_secrets, lambda n: "aB3/" * (n // 4) + ".", 200_000),
    "beginnings of tokens": (mask_secrets, lambda n: "SG.a-" * (n // 10) + "eyJ-" * (n // 8), 200_000),
    "digits in groups": (mask_secrets, lambda n: "4111 " * (n // 5) + "1.1." * (n // 4) + "+1 " * (n // 3), 50_000),
    "letters of an IBAN": (mask_secrets, lambda n: "DE89 " * (n // 5) + "A" * n, 100_000),
    "quotes in a log line": (read_line, lambda n: 'msg="\\" ' * (n // 8), 32_768),
    "quoted variables": (mask_variables, lambda n: "'a" * (n // 2), 32_768),
}


def seconds(read: Callable[[str], object], text: str) -> float:
    gc.disable()  # what it collects is of other tests as well
    begun = time.process_time()
    with suppress(ValueError):  # a text that says nothing may be refused, but at once
        read(text)
    taken = time.process_time() - begun
    gc.enable()
    return taken


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_text_is_done_in_time(shape: str) -> None:
    read, text, size = SHAPES[shape]
    long, short = text(size * LONGER), text(size * LONGER // 4)
    with limited():
        is_grown = all(
            (taken := seconds(read, long)) > FLOOR and taken > FACTOR * seconds(read, short) for _ in range(TRIES)
        )
    assert not is_grown, f"{len(long) / len(short):.0f} times the text, more than {FACTOR:.0f} times the time"
