"""A copy of the demo, changed at random in one place, and which figures are then other ones by a plain comparison."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pandas as pd

from incident_analytics.config import read_settings
from incident_analytics.figures import Figure, compute
from incident_analytics.manifest import Manifest
from incident_analytics.restatements import PLACES, Cause, Restatements
from incident_analytics.review_input import ReviewInput, read_input
from incident_analytics.tracing import WORDS
from incident_analytics.verification import _compared

DEMO: Final = Path(__file__).parents[1] / "data" / "demo"
PERIOD: Final = "2025Q3"
CORRECTIONS: Final = """incident_id,field,value,reason,by
INC-2025-08-05-001,affected_users,64812,counted by billing,Ines Falkenrath
"""
UNDATED: Final = "INC-9012"
OTHERS: Final = {
    "README.md": "# Reports\n\nOne file an incident.\n",
    "notes.md": "# Notes of the weekly meeting\n\n- Two reports are late\n",
    f"{UNDATED}.md": f"""# Incident Report: Downloads stop

**Incident ID**: {UNDATED}
**Date**: some day in autumn
**Severity**: P2
**Status**: Final

## Executive Summary

Downloads stopped for a while.
""",
}
"""Files next to the demo's: two that are not reports, and a report of no period with an older severity."""
FEW: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("counts", {}),
    ("response", {"by": "severity"}),
    ("impact", {}),
    ("completion", {"by": "priority"}),
    ("overdue", {}),
    ("costs", {}),
    ("reported_impact", {}),
    ("themes", {}),
    ("incidents", {}),
)
"""Figures that take little time and together are based on all that there is in a report."""


@dataclass(frozen=True)
class Edit:
    """What was changed: of which kind, in which file, in which line; ``subject`` is what a cause is to name."""

    kind: str
    file: str
    line: int = 0
    subject: str = ""


def copy_demo(folder: Path) -> Path:
    """Copy what figures of the demo are made from, with a corrections file."""
    copied = folder / "demo"
    shutil.copytree(DEMO / "reports", copied / "reports")
    for name in ("tracker.csv", "pagerduty.csv"):
        shutil.copy(DEMO / name, copied)
    for name, words in OTHERS.items():
        (copied / "reports" / name).write_text(words, encoding="utf-8")
    settings = (DEMO / "incident-analytics.toml").read_text(encoding="utf-8")
    settings = settings.partition("# What populate fills")[0]
    (copied / "incident-analytics.toml").write_text(
        f'{settings}\n[corrections]\nfile = "corrections.csv"\n', encoding="utf-8"
    )
    (copied / "corrections.csv").write_text(CORRECTIONS, encoding="utf-8")
    return copied


def read_copy(copied: Path) -> ReviewInput:
    """Read the copy."""
    return read_input(
        [str(copied / "reports")], read_settings(copied / "incident-analytics.toml"), period=PERIOD, status="final"
    )


def ask(given: ReviewInput, figures: Mapping[str, Figure] | None = None) -> ReviewInput:
    """Ask the same figures of an input; a few of them where none are given."""
    asked = FEW if figures is None else [(each.measure, each.options) for each in figures.values()]
    for measure, options in asked:
        compute(given.scope, measure, options)
    return given


def compared(before: Manifest, given: ReviewInput) -> Restatements:
    """Compute the figures of a manifest once more and compare them, as `verify` does, from the manifest's own text."""
    return _compared(Manifest.of(json.loads(before.text())), given)


def really_changed(before: ReviewInput, after: ReviewInput) -> set[str]:
    """Return the figures that are other ones, by comparing the frames themselves."""
    return {
        name
        for name, figure in before.scope.figures.items()
        if name not in after.scope.figures or not _same(figure.table, after.scope.figures[name].table)
    }


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    try:
        pd.testing.assert_frame_equal(_values(one), _values(other), rtol=1e-11, atol=0, check_categorical=False)
    except AssertionError:
        return False
    return True


def _values(table: pd.DataFrame) -> pd.DataFrame:
    """Return what a table says, without what is made from it; an instant is the same by every clock."""
    table = table.drop(columns=sorted(WORDS | PLACES), errors="ignore").reset_index(drop=True)
    clocks = table.select_dtypes("datetimetz")
    return table.assign(**{str(name): clocks[name].dt.tz_convert("UTC") for name in clocks})


def is_right(edit: Edit, causes: tuple[Cause, ...]) -> bool:
    """Return whether causes name the edit and nothing else, in its line if they name one."""
    if edit.kind != "edit":
        return [(cause.kind, cause.subject) for cause in causes] == [(edit.kind, edit.subject)]
    return bool(causes) and all(
        cause.kind == "edit" and Path(cause.file).name == edit.file and cause.lines in {(), (edit.line,)}
        for cause in causes
    )


# --- one edit at random ----------------------------------------------------------------------------------------------


def edit_at_random(copied: Path, seed: int) -> Edit:
    """Change one thing: mostly a report, else a file, the tracker, the incident tool, a correction or a setting."""
    draw = random.Random(seed)  # noqa: S311 - a test's own choice
    kinds: list[tuple[Callable[[Path, random.Random], Edit], int]] = [
        (_character, 10),
        (_value, 10),
        (_late, 2),
        (_removed, 2),
        (_other_file, 2),
        (_tracker, 3),
        (_tool, 1),
        (_correction, 2),
        (_setting, 2),
    ]
    change = draw.choices([each for each, _ in kinds], [weight for _, weight in kinds])[0]
    return change(copied, draw)


def _reports(copied: Path) -> list[Path]:
    return sorted((copied / "reports").glob("INC-*.md"))


def _of_quarter(copied: Path) -> list[Path]:
    return [each for each in _reports(copied) if "INC-2025-07" <= each.stem < "INC-2025-10"]


def _lines(file: Path) -> list[str]:
    return file.read_bytes().decode("utf-8").split("\n")


def _rewrite(file: Path, line: int, words: str) -> Edit:
    lines = _lines(file)
    lines[line - 1] = words
    file.write_bytes("\n".join(lines).encode())
    return Edit("edit", file.name, line, file.stem)


def _character(copied: Path, draw: random.Random) -> Edit:
    """Change a letter or digit anywhere in a report."""
    file = draw.choice(_reports(copied))
    lines = _lines(file)
    line = draw.choice([number for number, words in enumerate(lines, 1) if re.search(r"[A-Za-z0-9]", words)])
    words = lines[line - 1]
    index = draw.choice([index for index, letter in enumerate(words) if letter.isalnum() and letter.isascii()])
    letters = "0123456789" if words[index].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    letter = draw.choice([each for each in letters if each != words[index].lower()])
    return _rewrite(file, line, f"{words[:index]}{letter}{words[index + 1 :]}")


_VALUES: Final = (  # what is read, and what to write in its place; {0} is a digit from 1 to 9, {1} one from 1 to 3
    (r"^(\| (?:\d{4}-\d\d-\d\d )?\d\d:\d)\d(?= \| )", r"\g<1>{0}"),
    (r"(?<=\*\*Severity\*\*: SEV-)\d", "{1}"),
    (r"(?<=\*\*Status\*\*: )Final", "Draft"),
    (r"(?<=\*\*Status\*\*: )(?:Draft|In Review)", "Final"),
    (r"(?<=^\*\*Date\*\*: ).*", "one day"),
    (r"(\$[\d,]*)[1-9](?=[^1-9]*$)", r"\g<1>{0}"),
    (r"(Affected.*?)\d", r"\g<1>{0}"),
    (r"^- \[x\]", "- [ ]"),
    (r"^- \[ \](?= [A-Z])", "- [x]"),
    (r"-\d(\d) \|", r"-{1}\1 |"),
    (r"\| Medium \|", "| High |"),
    (r"monitoring alert", "a customer calls"),
)


def _value(copied: Path, draw: random.Random) -> Edit:
    """Change a value that figures are made from, mostly in a report of the quarter."""
    file = draw.choice(_of_quarter(copied) if draw.random() < 0.7 else _reports(copied))
    lines = list(enumerate(_lines(file), 1))
    found: list[tuple[int, str]] = []
    while not found:
        pattern, value = draw.choice(_VALUES)
        new = value.format(draw.randint(1, 9), draw.randint(1, 3))
        found = [pair for number, words in lines if (pair := (number, re.sub(pattern, new, words))) not in lines]
    return _rewrite(file, *draw.choice(found))


def _late(copied: Path, draw: random.Random) -> Edit:
    file = draw.choice(_of_quarter(copied))
    name = f"{file.stem[:-3]}9{file.stem[-2:]}"
    text = file.read_text(encoding="utf-8").replace(file.stem, name)
    file.with_stem(name).write_text(text, encoding="utf-8")
    return Edit("late report", f"{name}.md", subject=name)


def _removed(copied: Path, draw: random.Random) -> Edit:
    file = draw.choice(_reports(copied)[5:])  # the first ones are where the history begins
    file.unlink()
    return Edit("report removed", file.name, subject=file.stem)


def _other_file(copied: Path, draw: random.Random) -> Edit:
    """Add, remove or change a file that is not a report, or add a second file of a report."""
    folder = copied / "reports"
    match draw.randrange(4):
        case 0:
            file = folder / "handover.md"
            file.write_text("# Handover\n\nA quiet week.\n", encoding="utf-8")
        case 1:
            file = folder / "notes.md"
            file.unlink()
        case 2:
            file = folder / "README.md"
            file.write_text(file.read_text(encoding="utf-8") + "\nWrite them within a week.\n", encoding="utf-8")
        case _:
            report = draw.choice(_of_quarter(copied))
            file = folder / "zz-copy.md"
            shutil.copy(report, file)
    return Edit("file", file.name, subject=f"reports/{file.name}")


def _cell(file: Path, draw: random.Random, columns: list[str], value: Callable[[str, str], str]) -> dict[str, str]:
    """Change a cell of a CSV file, and return its row as it was."""
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    header, place = rows[0], draw.randrange(1, len(rows))
    column = draw.choice(columns)
    was = dict(zip(header, rows[place], strict=True))
    rows[place][header.index(column)] = value(column, was[column])
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    file.write_text(written.getvalue(), encoding="utf-8")
    return was


def _tracker(copied: Path, draw: random.Random) -> Edit:
    """Change an issue's status, assignee, dates or words, or remove it."""
    file = copied / "tracker.csv"
    if draw.random() < 0.2:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        gone = lines.pop(draw.randrange(1, len(lines)))
        file.write_text("".join(lines), encoding="utf-8")
        return Edit("tracker", file.name, subject=gone.partition(",")[0])

    def new(column: str, was: str) -> str:
        if column == "Status":
            return "Done" if was != "Done" else "To do"
        return (
            f"{was} again" if column in {"Assignee", "Summary"} else f"2025-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
        )

    row = _cell(file, draw, ["Status", "Assignee", "Summary", "Due date", "Due date", "Resolved"], new)
    return Edit("tracker", file.name, subject=row["Key"])


def _tool(copied: Path, draw: random.Random) -> Edit:
    """Change a time in the incident tool's export."""
    file = copied / "pagerduty.csv"
    _cell(file, draw, ["created_on", "resolved_on"], lambda _, was: f"{was[:14]}{draw.randint(10, 59)}{was[16:]}")
    return Edit("setting", file.name, subject="incident_tool.files.1")


def _correction(copied: Path, draw: random.Random) -> Edit:
    """Add a correction, or change or remove the one that there is."""
    file = copied / "corrections.csv"
    match draw.randrange(4):
        case 0:
            file.write_text(CORRECTIONS.partition("\n")[0] + "\n", encoding="utf-8")
            return Edit("correction", file.name, subject="INC-2025-08-05-001 affected_users")
        case 1:
            before, after = draw.choice([("64812", "64813"), ("Ines", "Inez")])
            file.write_text(CORRECTIONS.replace(before, after), encoding="utf-8")
            return Edit("correction", file.name, subject="INC-2025-08-05-001 affected_users")
    report = draw.choice(_of_quarter(copied)).stem
    field, value = draw.choice(
        [
            *(("severity", "SEV-1"), ("severity", "SEV-3"), ("affected_users", "77")),
            *(("detected_by", "customer"), ("trigger", "certificate"), ("restored_at", f"{report[4:14]}T23:50:00Z")),
        ]
    )
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"{report},{field},{value},a test,Nobody\n")
    number = " (2)" if (report, field) == ("INC-2025-08-05-001", "affected_users") else ""
    return Edit("correction", file.name, subject=f"{report} {field}{number}")


def _setting(copied: Path, draw: random.Random) -> Edit:
    file = copied / "incident-analytics.toml"
    before, after, key = draw.choice(
        [
            ('window = "quarter"', 'window = "month"', "sla.window"),
            ("target = 0.99\n", "target = 0.98\n", "services.Admin Dashboard.target"),
            ('severities = ["SEV-1", "SEV-2"]', 'severities = ["SEV-1"]', "sla.severities"),
            ('timezone = "UTC"', 'timezone = "Asia/Tokyo"', "timezone"),
            ('P2 = "SEV-2"', 'P2 = "SEV-1"', "severities.synonyms.P2"),
            ('"SEV-1" = 14', '"SEV-1" = 9', "follow_up.SEV-1"),
            ('team = "API team"', 'team = "Web team"', "services.API.team"),
            ("start = 2025-08-10T04:00:00Z", "start = 2025-08-10T03:00:00Z", "maintenance.1.start"),
            ('aliases = ["Web player"]', "aliases = []", "services.Frontend.aliases"),
        ]
    )
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    return Edit("setting", file.name, subject=key)
