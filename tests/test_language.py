"""Words that nobody who speaks English would use, kept out of what users read and of docstrings."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import incident_analytics
from incident_analytics.cli import commands

ROOT = Path(__file__).parents[1]
PACKAGE = Path(incident_analytics.__file__).parent
BANNED = re.compile(
    r"\b(tell|tells|told|untold|stands?|beside|so few|rests? on|no news|leans?|leaning|leaves? open|of known status|"
    r"known of|(?<!there )is no report|of one's own)\b",
    re.IGNORECASE,
)
MATCHED_IN_REPORTS = {
    "reports/milestones.py",
    *(
        f"reports/{name}.py"
        for name in ("placeholders", "choices", "marks", "values", "zones", "tokens", "times", "durations", "narrative")
    ),
    "evidence/lines.py",
}
"""Where a string that is no docstring may be a word to look for in what people wrote."""

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def banned(text: str) -> list[str]:
    """Return each banned word with the line that it is in."""
    return [f"{match[0]}: {line.strip()}" for line in text.splitlines() for match in BANNED.finditer(line)]


def strings(file: Path) -> Iterator[str]:
    """Yield the docstrings, and the other strings unless they are words that are looked for in reports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    matches = file.relative_to(PACKAGE).as_posix() in MATCHED_IN_REPORTS
    yield from (ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, DOCUMENTED))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not (matches and "\\b" in node.value):
            yield node.value


def helps(command: click.Command, context: click.Context) -> Iterator[str]:
    yield command.get_help(context)
    if isinstance(command, click.Group):
        for name, verb in command.commands.items():
            yield from helps(verb, click.Context(verb, context, info_name=name))


@pytest.mark.parametrize("text", ["No row tells when", "It stands below.", "7 of known status", "Rests on 5"])
def test_a_banned_word_is_found(text: str) -> None:
    assert len(banned(text)) == 1


def test_messages_and_docstrings_have_no_banned_words() -> None:
    found = {file: [each for text in strings(file) for each in banned(text)] for file in PACKAGE.rglob("*.py")}
    assert {file: words for file, words in found.items() if words} == {}


PAGES = [file.relative_to(ROOT).as_posix() for file in sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *PAGES])
def test_documents_have_no_banned_words(name: str) -> None:
    assert banned((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda file: file.name)
def test_notebooks_have_no_banned_words(file: Path) -> None:
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    assert [found for cell in cells for found in banned("".join(cell["source"]))] == []


def test_help_has_no_banned_words() -> None:
    assert [found for text in helps(commands, click.Context(commands)) for found in banned(text)] == []


def test_every_sample_size_has_its_thousands_apart() -> None:
    """``n = {n}`` would write 2000 next to 2,000 incidents."""
    sources = [*PACKAGE.glob("sentences/*.py"), *PACKAGE.glob("plots/*.py"), PACKAGE / "metrics_text.py"]
    bare = re.compile(r"\bn = \{[^}:]+\}")
    found = {source.name: bare.findall(source.read_text(encoding="utf-8")) for source in sources}
    assert {name: said for name, said in found.items() if said} == {}
