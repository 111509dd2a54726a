"""What an install holds: the lock files meet pyproject.toml, and the notebooks are found where they are."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from incident_analytics.notebooks import notebook_file

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements-base.txt", "requirements.txt", "requirements-dev.txt", "requirements-browser.txt")


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package that a lock file names."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def asked(lock: str) -> list[Requirement]:
    extras, groups = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
    more = {
        "requirements-base.txt": [],
        "requirements.txt": extras["review"],
        "requirements-dev.txt": [*extras["review"], *groups["dev"]],
        "requirements-browser.txt": [*extras["review"], *extras["lab"], *extras["pdf"], *groups["browser"]],
    }[lock]
    asked = [Requirement(line) for line in (*PROJECT["project"]["dependencies"], *more)]
    return [ask for ask in asked if ask.name != PROJECT["project"]["name"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_version_of_all_that_is_asked(lock: str) -> None:
    """``make lock`` writes the files anew after a change of the dependencies."""
    pinned = pins(lock)
    unmet = [str(ask) for ask in asked(lock) if pinned.get(canonicalize_name(ask.name), "0") not in ask.specifier]
    assert unmet == []


def test_the_lock_of_the_fuzzer_has_a_version_for_each_python() -> None:
    """It comes from a group of its own: nothing else of the project is in it."""
    text = (ROOT / "requirements-fuzz.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE)
    asks = [Requirement(line) for line in PROJECT["dependency-groups"]["fuzz"]]
    met = [
        [canonicalize_name(ask.name) == name and version in ask.specifier for ask in asks] for name, version in pinned
    ]
    assert all(any(each) for each in met)
    assert [str(ask) for ask, *each in zip(asks, *met, strict=True) if not any(each)] == []


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-fuzz.txt"])
def test_a_lock_has_hashes_and_names_no_host(lock: str) -> None:
    """Where packages come from is the business of the machine that installs them."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text)
    assert [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|^-", text, re.MULTILINE) == []


def test_all_locks_have_the_same_versions() -> None:
    """What the tests ran with is what the wheel is installed with."""
    tools, browser = pins("requirements-dev.txt"), pins("requirements-browser.txt")
    assert pins("requirements-base.txt").items() <= pins("requirements.txt").items() <= tools.items()
    assert {name: version for name, version in browser.items() if tools.get(name, version) != version} == {}


def test_an_editable_install_runs_the_source_trees_notebooks() -> None:
    """The build puts a copy beside an editable install; an edit in the source tree must count all the same."""
    assert notebook_file("periodic_review") == ROOT / "notebooks" / "periodic_review.ipynb"


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda file: file.name)
def test_notebooks_are_kept_without_outputs(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def metadata(address: str) -> ProjectMetadata[Any]:
    """Return what the build says of the project, kept at an address."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    config["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"] = address
    return ProjectMetadata(str(ROOT), PluginManager(), config)


def test_with_an_address_every_link_of_the_readme_leads_there_from_anywhere() -> None:
    core = metadata("https://git.example/sre/incident-analytics/").core
    links = re.findall(r"\]\(([^)#]+)", core.readme)
    assert {link.partition("/main/")[0] for link in links} <= {
        "https://git.example/sre/incident-analytics/blob",
        "https://git.example/sre/incident-analytics/raw",
    } | {link for link in links if not link.startswith("https://git.example/")}
    assert [link for link in links if "://" not in link] == []
    assert [link for link in links if "/main/" in link and not (ROOT / link.partition("/main/")[2]).exists()] == []
    assert core.urls["Source"] == "https://git.example/sre/incident-analytics"


def test_without_an_address_none_is_made_up() -> None:
    core = metadata("").core
    assert core.readme == (ROOT / "README.md").read_text(encoding="utf-8")
    assert core.urls == {}
