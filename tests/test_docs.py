"""The texts hold: what README and CONTRIBUTING name exists, what exists they name, what they show comes out."""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from test_imports import LAYERS

import incident_analytics
from incident_analytics.cli import commands
from incident_analytics.config import Settings, read_settings
from incident_analytics.schema import PROBLEM_LEVELS, TABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERBS = {name: verb for name, verb in commands.commands.items() if isinstance(verb, click.Command)}


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{2,{len(level)}}} |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"no heading {heading!r}"
    return found[1]


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def first_column(text: str) -> list[str]:
    """Return the first cell of each row of the table in a section, without its header."""
    return re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE)[1:]


def options(verb: click.Command) -> set[str]:
    return {name for parameter in verb.params for name in parameter.opts if name.startswith("--")}


def test_every_verb_has_its_section() -> None:
    headings = re.findall(r"^### (.+)$", section(README, "## The command"), re.MULTILINE)
    assert sorted(headings) == sorted([*VERBS, "All verbs"])


def test_every_option_is_told_and_no_other() -> None:
    there = set().union(*map(options, VERBS.values())) | {"--version", "--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) == there


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_an_option_is_told_in_its_verbs_section_or_for_all(verb: str) -> None:
    command = section(README, "## The command")
    mentioned = section(command, f"### {verb}") + section(command, "### All verbs")
    assert {option for option in options(VERBS[verb]) if option not in mentioned} == set()


@pytest.mark.usefixtures("in_shared_kernel")
@pytest.mark.parametrize("example", fences(README, "console"), ids=lambda example: example.partition("\n")[0])
def test_a_command_prints_what_readme_shows(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines that are shown come out in this order, however wide the columns are; ``...`` stands for others."""
    monkeypatch.chdir(ROOT)
    command, *shown = example.splitlines()
    words = shlex.split(command.removeprefix("$ incident-analytics "))
    result = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert result.exit_code == 0
    lines = [line.split() for line in shown if line != "..."]
    printed = iter([line.split() for line in result.stdout.splitlines()])
    assert lines
    assert [line for line in lines if line not in printed] == []


def test_readme_python_gives_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert outcome.failed == 0
    assert outcome.attempted > 0


def test_every_public_name_is_told() -> None:
    mentioned = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`\n]+)`", README) + fences(README, "python"))))
    assert set(incident_analytics.__all__) - mentioned == set()


def test_every_table_is_told() -> None:
    assert first_column(section(README, "## The tables")) == list(TABLES)


def test_every_problem_code_is_told_with_its_level() -> None:
    mentioned = re.findall(r"^\| ([a-z-]+) \| (error|warning|info) \|", section(README, "## Problems"), re.MULTILINE)
    assert mentioned == list(PROBLEM_LEVELS.items())


def test_the_settings_example_is_a_settings_file_with_all_keys(tmp_path: Path) -> None:
    (example,) = fences(README, "toml")
    file = tmp_path / "incident-analytics.toml"
    file.write_text(example, encoding="utf-8")
    read_settings(file)
    keys = {field.alias or name for name, field in Settings.model_fields.items()} - {"path", "skipped"}
    assert set(tomllib.loads(example)) == keys


@pytest.mark.parametrize("text", [README, CONTRIBUTING, CHANGELOG], ids=["README", "CONTRIBUTING", "CHANGELOG"])
def test_links_lead_to_files_that_are_there(text: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_map_names_every_module_in_the_order_of_imports() -> None:
    package = ROOT / "incident_analytics"
    files = sorted(file.name for file in package.rglob("*.py") if file.name != "__init__.py")
    lines = re.findall(r"^    ( *)([a-z_]+)(\.py|/) ", section(CONTRIBUTING, "## The map"), re.MULTILINE)
    assert sorted(f"{name}.py" for _, name, ending in lines if ending == ".py") == files
    assert tuple(name for indent, name, _ in lines if not indent) == LAYERS


def test_the_changelog_is_of_this_version_or_ahead_of_it() -> None:
    """Entries wait under Unreleased; a release gives them their number, which is then the package's."""
    released = re.findall(r"^## \[(\d[^\]]*)\]", CHANGELOG, re.MULTILINE)
    assert "## [Unreleased]" in CHANGELOG
    assert released[:1] in ([], [incident_analytics.__version__])
