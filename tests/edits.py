"""A copy of the demo, changed at random in one place, and which figures are then other ones by a plain comparison."""

from __future__ import annotations

import csv
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
from incident_analytics.restatements import Cause, Restatements
from incident_analytics.review_input import ReviewInput, read_input

DEMO: Final = Path(__file__).parents[1] / "data" / "demo"
PERIOD: Final = "2025Q3"
CORRECTIONS: Final = """incident_id,field,value,reason,by
INC-2025-08-05-001,affected_users,64812,counted by billing,Ines Falkenrath
"""
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
    shutil.copy(DEMO / "tracker.csv", copied)
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
    """Compare as `verify` does, from the manifest's own text."""
    import json

    return Restatements(Manifest.of(json.loads(before.text())), given.manifest())


def really_changed(before: ReviewInput, after: ReviewInput) -> set[str]:
    """Return the figures that are other ones, by comparing the frames themselves."""
    return {
        name
        for name, figure in before.scope.figures.items()
        if not _same(figure.table, after.scope.figures[name].table)
    }


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    plain = [
        table.drop(columns=["sentence", "incident_ids", "path"], errors="ignore").reset_index(drop=True)
        for table in (one, other)
    ]
    try:
        pd.testing.assert_frame_equal(*plain, rtol=1e-11, atol=0, check_categorical=False)
    except AssertionError:
        return False
    return True


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
    """Change one thing: mostly a character of a report, else its file, the tracker, a correction or a setting."""
    draw = random.Random(seed)  # noqa: S311 - a test's own choice
    kinds: list[tuple[Callable[[Path, random.Random], Edit], int]] = [
        (_character, 10),
        (_value, 10),
        (_late, 2),
        (_removed, 2),
        (_tracker, 2),
        (_correction, 2),
        (_setting, 2),
    ]
    change = draw.choices([each for each, _ in kinds], [weight for _, weight in kinds])[0]
    return change(copied, draw)


def _reports(copied: Path) -> list[Path]:
    return sorted((copied / "reports").glob("*.md"))


def _rewrite(file: Path, line: int, words: str) -> Edit:
    lines = file.read_text(encoding="utf-8").split("\n")
    lines[line - 1] = words
    file.write_text("\n".join(lines), encoding="utf-8")
    return Edit("edit", file.name, line, file.stem)


def _character(copied: Path, draw: random.Random) -> Edit:
    """Change a letter or digit anywhere in a report of the last year."""
    file = draw.choice(_reports(copied)[-60:])
    lines = file.read_text(encoding="utf-8").split("\n")
    line = draw.choice([number for number, words in enumerate(lines, 1) if re.search(r"[A-Za-z0-9]", words)])
    words = lines[line - 1]
    index = draw.choice([index for index, letter in enumerate(words) if letter.isalnum() and letter.isascii()])
    letters = "0123456789" if words[index].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    letter = draw.choice([each for each in letters if each != words[index].lower()])
    return _rewrite(file, line, f"{words[:index]}{letter}{words[index + 1 :]}")


def _value(copied: Path, draw: random.Random) -> Edit:
    """Change a value that figures are made from, in a report of the quarter."""
    file = draw.choice([each for each in _reports(copied) if "INC-2025-07" <= each.stem < "INC-2025-10"])
    lines = list(enumerate(file.read_text(encoding="utf-8").split("\n"), 1))
    choices: list[tuple[int, str]] = []
    for number, words in lines:
        if found := re.match(r"(\| (?:\d{4}-\d\d-\d\d )?\d\d:\d)(\d)( \| .*)", words):
            choices.append((number, f"{found[1]}{(int(found[2]) + draw.randint(1, 8)) % 10}{found[3]}"))
        if "**Severity**" in words and "SEV-" in words:
            new = draw.choice([each for each in "123" if f"SEV-{each}" not in words])
            choices.append((number, re.sub(r"SEV-\d", f"SEV-{new}", words)))
        if "**Status**" in words and "Final" in words:
            choices.append((number, words.replace("Final", "Draft")))
        if re.search(r"\$[\d,]*[1-9]", words):
            choices.append((number, re.sub(r"[1-9](?=[^1-9]*$)", str(draw.randint(0, 9)), words, count=1)))
        if "Affected" in words and re.search(r"\d", words):
            choices.append((number, re.sub(r"\d", str(draw.randint(1, 9)), words, count=1)))
    number, words = draw.choice([each for each in choices if each not in lines])
    return _rewrite(file, number, words)


def _late(copied: Path, draw: random.Random) -> Edit:
    file = draw.choice([each for each in _reports(copied) if "INC-2025-07" <= each.stem < "INC-2025-10"])
    name = f"{file.stem[:-3]}9{file.stem[-2:]}"
    text = file.read_text(encoding="utf-8").replace(file.stem, name)
    file.with_stem(name).write_text(text, encoding="utf-8")
    return Edit("late report", f"{name}.md", subject=name)


def _removed(copied: Path, draw: random.Random) -> Edit:
    file = draw.choice(_reports(copied)[5:])  # the first ones are where the history begins
    file.unlink()
    return Edit("report removed", file.name, subject=file.stem)


def _tracker(copied: Path, draw: random.Random) -> Edit:
    file = copied / "tracker.csv"
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    header, place = rows[0], draw.randrange(1, len(rows))
    rows[place][header.index("Due date")] = f"2025-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    file.write_text(written.getvalue(), encoding="utf-8")
    return Edit("tracker", file.name, subject=rows[place][header.index("Key")])


def _correction(copied: Path, draw: random.Random) -> Edit:
    report = draw.choice([each.stem for each in _reports(copied) if "INC-2025-07" <= each.stem < "INC-2025-10"])
    field, value = draw.choice([("severity", "SEV-1"), ("severity", "SEV-3"), ("affected_users", "77")])
    with (copied / "corrections.csv").open("a", encoding="utf-8") as file:
        file.write(f"{report},{field},{value},a test,Nobody\n")
    number = " (2)" if (report, field) == ("INC-2025-08-05-001", "affected_users") else ""
    return Edit("correction", "corrections.csv", subject=f"{report} {field}{number}")


def _setting(copied: Path, draw: random.Random) -> Edit:
    file = copied / "incident-analytics.toml"
    before, after, key = draw.choice(
        [
            ('window = "quarter"', 'window = "month"', "sla.window"),
            ("target = 0.99\n", "target = 0.98\n", "services.Admin Dashboard.target"),
            ('severities = ["SEV-1", "SEV-2"]', 'severities = ["SEV-1"]', "sla.severities"),
            ('timezone = "UTC"', 'timezone = "Asia/Tokyo"', "timezone"),
            ('P2 = "SEV-2"', 'P2 = "SEV-1"', "severities.synonyms.P2"),
        ]
    )
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    return Edit("setting", file.name, subject=key)
