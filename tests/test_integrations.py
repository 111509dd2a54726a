"""What other tools start: the pre-commit hook, the GitHub Action, the workflows and the line of cron in the guides."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from incident_analytics.cli import commands

ROOT = Path(__file__).parents[1]
HOW_TO = ROOT / "docs" / "how-to"
GOOD = (ROOT / "data" / "demo" / "reports" / "INC-2025-08-05-001.md").read_text(encoding="utf-8")
BAD = GOOD.replace("**Incident ID**: INC-2025-08-05-001", "**Incident ID**: 17")


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def shown(page: str) -> list[Any]:
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with a README and two reports, and the command on PATH."""
    folder = tmp_path / "clone"
    (folder / "my reports").mkdir(parents=True)
    (folder / "README.md").write_text("# Post-mortems\n", encoding="utf-8")
    (folder / "my reports" / "INC-2025-08-05-001.md").write_text(GOOD, encoding="utf-8")
    command = tmp_path / "bin" / "incident-analytics"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m incident_analytics "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": paths, **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_hook_checks_the_files_that_it_is_given(clone: Path) -> None:
    [hook] = read(ROOT / ".pre-commit-hooks.yaml")
    assert (hook["id"], hook["language"], hook["types"]) == ("incident-reports", "python", ["markdown"])
    command = [*shlex.split(hook["entry"]), "README.md", "my reports/INC-2025-08-05-001.md"]
    assert run(command, clone).returncode == 0
    (clone / "my reports" / "INC-2025-08-05-001.md").write_text(BAD, encoding="utf-8")
    ran = run(command, clone)
    assert ran.returncode == 1
    assert "my reports/INC-2025-08-05-001.md:3: error: " in ran.stdout


def action_step() -> dict[str, Any]:
    action = read(ROOT / "action.yml")
    assert action["runs"]["using"] == "composite"
    step: dict[str, Any] = action["runs"]["steps"][-1]
    assert step["env"] == {name.upper(): f"${{{{ inputs.{name} }}}}" for name in ("paths", "strict", "config")}
    scripts = [each["run"] for each in action["runs"]["steps"] if "run" in each]
    assert not any("${{" in script for script in scripts), "an input would be run as a part of the script"
    return step


@pytest.mark.parametrize("script", [step.get("run", "") for step in read(ROOT / "action.yml")["runs"]["steps"]])
def test_the_scripts_of_the_action_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n", "-c", script], check=True)


@pytest.mark.parametrize(
    ("paths", "strict", "text", "code"),
    [
        ("my reports\n\nREADME.md\n", "false", GOOD, 0),
        ("my reports", "false", BAD, 1),
        (".", "true", GOOD.replace("**Status**: Final", "**Status**: Finale"), 1),
        (".", "false", GOOD.replace("**Status**: Final", "**Status**: Finale"), 0),
        ("$(touch harm)", "false", GOOD, 2),
    ],
)
def test_the_action_checks_paths_one_a_line(clone: Path, paths: str, strict: str, text: str, code: int) -> None:
    (clone / "my reports" / "INC-2025-08-05-001.md").write_text(text, encoding="utf-8")
    step = action_step()
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # as a runner starts it
    ran = run(command, clone, PATHS=paths, STRICT=strict, CONFIG="")
    assert ran.returncode == code, ran.stderr
    assert ("::" in ran.stdout) == (text is not GOOD)
    assert not (clone / "harm").exists()


def test_the_guides_use_the_hook_and_the_action_as_they_are() -> None:
    hooks, workflow = shown("pull-requests.md")
    [used] = hooks["repos"][0]["hooks"]
    assert used["id"] == read(ROOT / ".pre-commit-hooks.yaml")[0]["id"]
    *_, step = workflow["jobs"]["reports"]["steps"]
    assert step["with"].keys() <= read(ROOT / "action.yml")["inputs"].keys()


@pytest.mark.usefixtures("brief_reviews")
def test_the_scheduled_review_runs_as_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [workflow] = shown("schedule.md")
    [schedule] = workflow[True]["schedule"]  # YAML takes the key "on" for true
    command = next(step["run"] for step in workflow["jobs"]["review"]["steps"] if " review " in step.get("run", ""))
    [line] = re.findall(r"^\d.*$", (HOW_TO / "schedule.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert line == f"{schedule['cron']} cd /srv/incidents && .venv/bin/{command}"
    assert re.fullmatch(r"\d+ \d+ \d+ \d+(,\d+)* \*", schedule["cron"])
    (tmp_path / "reports").mkdir()
    for file in (ROOT / "data" / "demo" / "reports").glob("INC-2025-1*.md"):
        (tmp_path / "reports" / file.name).symlink_to(file)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(commands, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "site").glob("review-*.html"))) == 1
