"""The texts hold: what README, the documentation and CONTRIBUTING name exists, what they show comes out."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from test_imports import LAYERS

import incident_analytics
from incident_analytics.cli import commands
from incident_analytics.config import Settings, read_settings
from incident_analytics.loading import load
from incident_analytics.reports.template import SectionForm, Template
from incident_analytics.schema import MEANINGS, PROBLEMS, TABLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PAGES = {"README.md": README} | {
    file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in sorted(DOCS.rglob("*.md"))
}
"""What is read before and while the tool is used."""
VERBS = {name: verb for name, verb in commands.commands.items() if isinstance(verb, click.Command)}

_specification = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
assert _specification is not None
assert _specification.loader is not None
reference = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(reference)
WRITTEN = {f"docs/{name}": write() for name, write in reference.PAGES.items()}
"""The pages that are made from the code."""


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{2,{len(level)}}} |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"no heading {heading!r}"
    return found[1]


def fences(language: str) -> list[tuple[str, str]]:
    """Return the blocks of a language, each with the page that shows it."""
    return [
        (page, block)
        for page, text in PAGES.items()
        for block in re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ]


def options(verb: click.Command) -> set[str]:
    nested = verb.commands.values() if isinstance(verb, click.Group) else ()
    own = {name for parameter in verb.params for name in parameter.opts if name.startswith("--")}
    return own.union(*map(options, nested))


def run(command: str) -> list[str]:
    result = CliRunner().invoke(commands, shlex.split(command.removeprefix("incident-analytics ")))
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


# --- README and the pages that are written by hand --------------------------------------------------------------------


def test_readme_is_read_in_five_minutes() -> None:
    assert len(README.splitlines()) <= 200


def test_readme_lists_every_verb() -> None:
    assert re.findall(r"^\| `([a-z]+)` \|", section(README, "## Commands"), re.MULTILINE) == sorted(
        VERBS, key=lambda name: section(README, "## Commands").index(f"| `{name}` |")
    )
    assert len(re.findall(r"^\| `", section(README, "## Commands"), re.MULTILINE)) == len(VERBS)


def test_an_option_that_is_named_is_there() -> None:
    there = set().union(*map(options, VERBS.values())) | {"--version", "--help", "--help-notebook"}
    named = {option for text in PAGES.values() for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}
    assert named - there == set()


def test_every_page_is_reached_from_readme() -> None:
    assert [page for page in PAGES if page not in {"README.md", "docs/index.md"} and f"({page})" not in README] == []


@pytest.mark.parametrize(("page", "example"), fences("console"), ids=lambda words: words.partition("\n")[0])
@pytest.mark.usefixtures("in_shared_kernel")
def test_a_command_prints_what_is_shown(page: str, example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines that are shown come out in this order, however wide the columns are; ``...`` stands for others."""
    assert page
    monkeypatch.chdir(ROOT)
    command, *shown = example.splitlines()
    printed = iter([line.split() for line in run(command.removeprefix("$ "))])
    assert [line for line in shown if line != "..." and line.split() not in printed] == []


RUN = sorted({example for _, example in fences("sh")})
"""The commands that must run."""


@pytest.mark.parametrize("example", [each for each in RUN if sum(other.startswith(each) for other in RUN) == 1])
@pytest.mark.usefixtures("brief_reviews")
def test_a_command_that_is_shown_runs(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however many pages show it, also as the start of more commands."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path)
    for command in example.splitlines():
        run(command)
    assert list((tmp_path / "build").iterdir())


GUIDED = sorted(
    {
        line.partition(" --open")[0]
        for _, block in fences("text")
        for line in block.splitlines()
        if line.startswith("incident-analytics ")
        and not line.startswith("incident-analytics explore ")
        and "://" not in line
        and " | " not in line
    }
)
"""The commands of the guides on a folder called ``reports``; JupyterLab and the page in a browser have other tests."""


@pytest.mark.usefixtures("brief_reviews")
def test_the_commands_of_the_guides_run_on_a_folder_of_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reports").mkdir()
    for file in (ROOT / "data" / "demo" / "reports").glob("INC-2025-0[5-9]*.md"):
        shutil.copy(file, tmp_path / "reports")
    shutil.copy(ROOT / "data" / "demo" / "incident-analytics.toml", tmp_path / "demo.toml")
    monkeypatch.chdir(tmp_path)
    first = ["incident-analytics init reports", "incident-analytics notebook periodic_review -o mine.ipynb"]
    assert set(first) <= {*GUIDED}
    for command in [*first, *(each for each in GUIDED if each not in first)]:
        assert run(command) or "review" not in command
    assert (tmp_path / "mine.ipynb").exists()
    assert len(list((tmp_path / "reports").glob("INC-20*.md"))) > 1


def test_the_completion_of_shells_is_as_it_is_shown() -> None:
    shells = re.findall(r"incident-analytics completion (\w+)", PAGES["docs/how-to/shell.md"])
    assert set(shells) == {"bash", "zsh", "fish"}
    for shell in shells:
        printed = CliRunner().invoke(commands, ["completion", shell], prog_name="incident-analytics")
        assert f"_INCIDENT_ANALYTICS_COMPLETE={shell}_complete" in printed.output
        variables = {"_INCIDENT_ANALYTICS_COMPLETE": f"{shell}_source"}
        asked = CliRunner(env=variables).invoke(commands, [], prog_name="incident-analytics")
        assert asked.output.rstrip() == printed.output.rstrip()


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if ">>> " in text])
def test_python_that_is_shown_gives_what_it_shows(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = doctest.testfile(str(ROOT / page), module_relative=False)
    assert outcome.failed == 0
    assert outcome.attempted > 0


def test_the_settings_example_is_a_settings_file_with_all_keys(tmp_path: Path) -> None:
    (example,) = (block for page, block in fences("toml") if page == "docs/reference/settings.md")
    file = tmp_path / "incident-analytics.toml"
    (tmp_path / "slo").mkdir()
    for imported in ("slo/api.yaml", "catalog-info.yaml"):
        (tmp_path / imported).touch()
    file.write_text(example, encoding="utf-8")
    read_settings(file)
    keys = {field.alias or name for name, field in Settings.model_fields.items()} - {"path", "skipped"}
    assert set(tomllib.loads(example)) == keys


@pytest.mark.parametrize(("page", "example"), fences("toml"), ids=lambda words: words.partition("\n")[0])
def test_settings_that_are_shown_have_known_keys(page: str, example: str) -> None:
    assert page
    keys = {
        field.alias or name for name, field in (Template if "sections." in example else Settings).model_fields.items()
    }
    assert set(tomllib.loads(example)) - {"extends"} <= keys


def test_the_layout_that_is_shown_reads_a_report_and_all_keys_are_listed(tmp_path: Path) -> None:
    (layout,) = (block for page, block in fences("toml") if page == "docs/how-to/layouts.md" and "[sections." in block)
    (tmp_path / "our-template.toml").write_text(layout, encoding="utf-8")
    settings = tmp_path / "incident-analytics.toml"
    settings.write_text('[templates]\nfiles = ["our-template.toml"]\n', encoding="utf-8")
    (tmp_path / "pm.md").write_text(
        "# PM-26-1: Down\n\n| | |\n|---|---|\n| Kicked in | 2026-03-05 08:12 |\n| Seen | 2026-03-05 08:20 |\n"
        "| Fixed | 2026-03-05 09:47 |\n| Systems hit | Mail, Web |\n| Grade | P2 |\n| State | Agreed |\n\n"
        "## In short\n\nThe disk was full.\n\n## Story\n\n| When | What |\n|---|---|\n| 08:12 | Mail fails |\n\n"
        "## Homework\n\n| What | Who | By |\n|---|---|---|\n| Alert earlier | Ana | 2026-03-20 |\n",
        encoding="utf-8",
    )
    corpus = load(tmp_path, settings=settings)
    (incident,) = corpus.incidents.to_dict("records")
    assert {name: incident[name] for name in ("incident_id", "severity", "status", "summary")} == {
        "incident_id": "PM-26-1",
        "severity": "SEV-2",
        "status": "Final",
        "summary": "The disk was full.",
    }
    assert [f"{incident[name]:%H:%M}" for name in ("started_at", "detected_at", "restored_at")] == [
        "08:12",
        "08:20",
        "09:47",
    ]
    assert list(corpus.services["service"]) == ["Mail", "Web"]
    assert list(corpus.actions["owner"]) == ["Ana"]
    table = PAGES["docs/how-to/layouts.md"].partition("| key |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    keys = {key for cell, _ in rows for key in re.findall(r"`(\w+)`", cell)}
    assert keys == {*Template.model_fields, "extends"}
    (of_sections,) = (meaning for cell, meaning in rows if "`sections`" in cell)
    assert set(re.findall(r"`(\w+)`", of_sections)) == set(SectionForm.model_fields)


@pytest.mark.parametrize(("template", "is_error"), [("template-1.0", True), ("google-sre", False)])
def test_a_report_without_an_id_is_read_and_an_error_in_template_1_alone(
    tmp_path: Path, template: str, *, is_error: bool
) -> None:
    (tmp_path / "down.md").write_text(
        "# Down\n\n**Date**: 2025-03-14\n**Severity**: SEV-2\n**Status**: Final\n\n## Summary\n\nIt was down.\n\n"
        "## Root Causes\n\nA full disk.\n",
        encoding="utf-8",
    )
    settings = tmp_path / "incident-analytics.toml"
    settings.write_text(f'[templates]\nonly = "{template}"\n', encoding="utf-8")
    corpus = load(tmp_path, settings=settings)
    assert list(corpus.incidents["incident_id"]) == ["down"]
    found = corpus.problems.set_index("code")["level"]
    assert ("malformed-id" in found) == is_error
    assert found.get("malformed-id", "error") == "error"


def test_states_of_action_items_are_read_as_the_guide_says(tmp_path: Path) -> None:
    (items,) = (block for page, block in fences("markdown") if page == "docs/how-to/follow-ups.md")
    report = "# Down\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n\n## Action Items\n\n"
    (tmp_path / "INC-2025-03-14-001.md").write_text(report + items, encoding="utf-8")
    actions = load(tmp_path, status="all").actions
    assert actions["status"].tolist() == ["done"] * len(items.splitlines())
    assert set(actions["action"]) == {"Renew the certificate by cron"}


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_links_lead_to_files_that_are_there(page: str) -> None:
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    made = {(ROOT / name).resolve() for name in [*WRITTEN, "docs/review.png"]}
    assert [link for link in links if not (folder / link).exists() and (folder / link).resolve() not in made] == []


# --- the pages that are made from the code ----------------------------------------------------------------------------


def test_every_column_of_a_table_has_its_meaning_and_nothing_else_has() -> None:
    columns = {f"{name}.{column}" for name, columns in TABLES.items() for column in columns}
    shared = {name for name in MEANINGS if "." not in name} - set(TABLES)
    assert {name for name in columns if not (name in MEANINGS or name.partition(".")[2] in shared)} == set()
    assert set(MEANINGS) - columns - set(TABLES) == shared == {"incident_id", "line"}
    text = WRITTEN["docs/reference/tables.md"]
    for name, own in TABLES.items():
        assert re.findall(r"^\| `([a-z_]+)` \|", section(text, f"## {name}"), re.MULTILINE) == list(own)


def test_every_problem_code_is_reported_with_its_level() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| .+ \|$", WRITTEN["docs/reference/problems.md"], re.MULTILINE)
    assert rows == [(code, problem.level) for code, problem in PROBLEMS.items()]


def test_every_option_is_reported_with_its_meaning() -> None:
    text = WRITTEN["docs/reference/verbs.md"]
    for name, verb in VERBS.items():
        if not isinstance(verb, click.Group):
            rows = re.findall(r"^\| `([^`]+)` \|.*\| (.*) \|$", section(text, f"## {name}"), re.MULTILINE)
            told = {option for words, meaning in rows if meaning for option in words.split(", ")}
            assert options(verb) - told == set()


def test_every_public_name_is_reported() -> None:
    told = re.findall(r"^::: [\w.]+\.(\w+)$", WRITTEN["docs/reference/python.md"], re.MULTILINE)
    assert sorted(told) == sorted(incident_analytics.__all__)


# --- CONTRIBUTING and the changelog -----------------------------------------------------------------------------------


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
