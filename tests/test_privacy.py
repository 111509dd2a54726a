"""What nobody should see is in no output: each payload in each place of a report, searched in all that is written."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from incident_analytics import population, publish
from incident_analytics.notebooks import Kernel, run_notebook
from incident_analytics.population import populate

PAYLOADS = {
    "password": "password=zqhunter",
    "URL": "postgres://zqroot:zqtoor@db",
    "token": "ghp_zq0123456789abcdefABCDEF0123456789",
    "zero width in a word": "pass\u200bword=zqhidden",
    "zero width in a token": "gh\u2060p_zq0123456789abcdef\ufeffABCDEF0123456789",
    "direction": "a\u202ezqturned",
    "soft hyphen": "to\xadken: zq9shy9",
}
SECRETS = re.compile("zqhunter|zqroot|zqtoor|zq0123|zqhidden|zq9shy9")
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
IN_TERMINALS = "\x1b[2J\x07\x9b31m"

REPORT = """# Incident Report: Slow checkout {payload}

**Incident ID**: {incident_id}
**Date**: {date}
**Duration**: 10:00 - 11:30 (1h 30m)
**Severity**: SEV-1
**Author**: Ann Lee {payload}
**Status**: Final

## Executive Summary

Checkout was slow. {payload}

## Timeline

| Time (UTC) | Event |
|---|---|
| {date} 10:00 | The queue is full {payload} |
| {date} 10:05 | Initial alert/detection - by a monitor {payload} |
| {date} 10:10 | Incident response began - {payload} |
| {date} 11:00 | Mitigation applied - {payload} |
| {date} 11:30 | Service restored - {payload} |

## Impact

### Affected Services
- [x] API
- [x] Queue {payload}

### User Impact
- **Affected users**: 1,200 {payload}
- **Data loss**: No

### Financial Impact
- **Lost revenue**: $12,000 {payload}

## Root Cause Analysis

### What Happened
A worker stopped. {payload}

### Why It Happened
Nobody watched the queue {payload}

### Contributing Factors
1. The dead letter queue is not watched by anybody {payload}

## Response and Recovery

### What Went Well
- The runbook was found at once {payload}

### What Could Be Improved
- We learned of it from support {payload}

## Action Items

| Action | Owner | Due Date | Priority | Status |
|---|---|---|---|---|
| Watch the dead letter queue {payload} | Team Queue {payload} | {due} | High | Open |

## Supporting Data

### Metrics

### Error Messages

### Configuration Changes
"""
SETTINGS = """title = "Shop"
[services.API]
target = 0.999
[services."Queue {payload}"]
target = 0.99
team = "Queues {payload}"
"""


def reports_of(folder: Path) -> None:
    """Write three reports with each payload, two with all of them; and settings next to them."""
    folder.mkdir()
    every = " ".join((*PAYLOADS.values(), IN_TERMINALS))
    for number, payload in enumerate([*PAYLOADS.values(), every, every, every], start=1):
        date = f"2025-{7 + number // 9:02}-{1 + 2 * (number % 9):02}"
        text = REPORT.format(payload=payload, incident_id=f"INC-{date}-001", date=date, due="2025-07-20")
        (folder / f"INC-{date}-001.md").write_text(text, encoding="utf-8")
    told = json.dumps(every, ensure_ascii=True)[1:-1]
    (folder / "incident-analytics.toml").write_text(SETTINGS.format(payload=told), encoding="utf-8")


def texts_of(folder: Path) -> dict[str, str]:
    """Return what each file below a folder holds as people or programs read it."""
    return {
        file.relative_to(folder).as_posix(): "\n".join(_texts(file))
        for file in sorted(folder.rglob("*"))
        if file.suffix in {".html", ".md", ".ipynb", ".csv", ".svg", ".json", ".txt", ".xml"}
    }


def _texts(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    yield text
    yield html.unescape(text)
    if file.suffix == ".ipynb":
        yield from _strings(json.loads(text))


def _strings(value: Any) -> Iterator[str]:
    """Give the texts of a notebook, also those that are JSON within JSON."""
    match value:
        case str():
            yield value
        case list():
            yield "".join(each for each in value if isinstance(each, str))
            for each in value:
                yield from _strings(each)
        case dict():
            for key, each in value.items():
                yield key
                yield from _strings(each)


def found_in(texts: dict[str, str], pattern: re.Pattern[str]) -> dict[str, str]:
    """Return what a pattern finds first in each text, with what is before and after it."""
    found = {name: pattern.search(text) for name, text in texts.items()}
    return {
        name: texts[name][max(0, each.start() - 50) : each.end() + 10]
        for name, each in found.items()
        if each is not None
    }


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory, kernel: Kernel) -> Path:
    """A folder with a review in every form, its tables and its list, of reports with every payload everywhere."""
    folder = tmp_path_factory.mktemp("privacy")
    reports_of(folder / "reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "run_notebook", partial(run_notebook, kernel=kernel))
        publish.review(
            folder / "reports",
            period="2025Q3",
            output_dir=folder / "out",
            to=["html", "md", "ipynb", "slack", "confluence", *(["pdf"] if find_spec("weasyprint") else [])],
            settings=folder / "reports" / "incident-analytics.toml",
            data_dir=folder / "out" / "data",
        )
    return folder / "out"


def test_no_output_of_a_review_has_a_secret_of_a_report(review: Path) -> None:
    texts = texts_of(review)
    assert {Path(name).suffix for name in texts} == {".html", ".md", ".ipynb", ".csv", ".svg", ".json", ".txt", ".xml"}
    assert texts.keys() >= {"index.html", "review-2025Q3.manifest.json"}
    assert found_in(texts, SECRETS) == {}
    shown = [name for name, text in texts.items() if "<secret>" in text]
    assert {Path(name).suffix for name in shown} >= {".html", ".md", ".ipynb", ".csv", ".svg"}


def test_no_output_of_a_review_hides_a_character(review: Path) -> None:
    texts = texts_of(review)
    assert found_in(texts, HIDDEN) == {}
    assert found_in(texts, re.compile(r"\\u202ezqturned")).keys() >= {"review-2025Q3.html", "review-2025Q3.md"}


def test_a_pdf_has_no_secret_and_no_hidden_character(review: Path, pdfium: Any) -> None:
    document = pdfium.PdfDocument(review / "review-2025Q3.pdf")
    text = "\n".join(page.get_textpage().get_text_range() for page in document) + str(document.get_metadata_dict())
    assert "<secret>" in text
    assert SECRETS.findall(re.sub(r"\s", "", text)) == []
    assert re.findall("[\x1b\x07\x9b\u200b\u202e\u2060]", text) == []


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory, kernel: Kernel) -> Path:
    """A folder with a report that was filled in from a history, logs, metrics and commits with every payload."""
    folder = tmp_path_factory.mktemp("populated") / "reports"
    reports_of(folder)
    report = folder / "INC-2025-08-03-001.md"
    every = " ".join((*PAYLOADS.values(), IN_TERMINALS))
    lines = [f"2025-08-03T10:{minute:02}:00Z ERROR cannot reach queue {every}" for minute in range(30)]
    (folder / "queue.log").write_text("\n".join(lines), encoding="utf-8")
    values = [f'2025-08-0{day}T{hour:02}:00Z,API,"depth {every}",{hour}' for day in (1, 2, 3) for hour in range(24)]
    (folder / "depth.csv").write_text("\n".join(["at,service,name,value", *values]), encoding="utf-8")
    repository = folder / "config"
    repository.mkdir()
    (repository / "a.toml").write_text("x = 1\n")
    names = ("-c", f"user.name=Ann {PAYLOADS['token']}", "-c", "user.email=a@x.example")
    when = {"GIT_AUTHOR_DATE": "2025-08-03T09:30:00Z", "GIT_COMMITTER_DATE": "2025-08-03T09:30:00Z"}
    for command in (["init", "-q"], ["add", "."], [*names, "commit", "-q", "-m", f"Change {every}"]):
        subprocess.run(["git", *command], cwd=repository, env={**os.environ, **when}, check=True)
    with (folder / "incident-analytics.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            '[evidence.logs]\nfiles = ["queue.log"]\n[evidence.metrics]\nfiles = ["depth.csv"]\n'
            '[evidence.changes]\nrepository = "config"\n'
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "run_notebook", partial(run_notebook, kernel=kernel))
        (done,) = populate(report, settings=folder / "incident-analytics.toml")
    assert [filling.outcome for filling in done.fillings] == ["added"] * 3
    return report


def test_what_populate_writes_has_no_secret_and_hides_nothing(populated: Path) -> None:
    text = populated.read_text(encoding="utf-8")
    blocks = re.findall(
        r"<!-- incident-analytics: (\w+) begin [^\n]*\n(.*?)<!-- incident-analytics: \1 end", text, re.DOTALL
    )
    assert [name for name, _ in blocks] == ["metric", "error_message", "configuration_change"]
    texts = {name: f"{block}\n{html.unescape(block)}" for name, block in blocks} | texts_of(populated.with_suffix(""))
    assert any(name.endswith(".svg") for name in texts)
    assert found_in(texts, SECRETS) == {}
    assert found_in(texts, HIDDEN) == {}
    assert all("&lt;secret&gt;" in block or "<secret>" in block for _, block in blocks)
