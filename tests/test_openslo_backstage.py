"""Services, teams and targets from OpenSLO and Backstage: what is taken, and what is wrong by file and line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import SettingsError

SLOS = """apiVersion: openslo/v1
kind: Service
metadata:
  name: api
  displayName: API
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: api-availability
spec:
  service: api
  objectives:
    - displayName: Good
      target: 0.998
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: api-latency
spec:
  service: api
  objectives:
    - target: 0.95
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: frontend
spec:
  service: frontend
  objectives:
    - targetPercent: 99.9
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata:
  name: other
"""
CATALOG = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: api
spec:
  type: service
  owner: group:default/api-team
---
kind: Component
metadata:
  name: frontend
  title: Frontend
spec:
  type: website
  owner: web
---
kind: Component
metadata:
  name: some-library
spec:
  type: library
  owner: web
---
kind: Component
metadata:
  name: batch
spec:
  type: Service
  owner: user:jane
---
kind: Group
metadata:
  name: api-team
spec:
  profile:
    displayName: API team
"""


def settings_of(folder: Path, own: str = "", *, openslo: str = SLOS, backstage: str = CATALOG) -> Settings:
    (folder / "slo").mkdir(exist_ok=True)
    (folder / "slo" / "all.yaml").write_text(openslo, encoding="utf-8")
    (folder / "catalog-info.yaml").write_text(backstage, encoding="utf-8")
    file = folder / "incident-analytics.toml"
    imports = '[imports]\nopenslo = ["slo"]\nbackstage = ["catalog-*.yaml"]\n'
    file.write_text(f"{imports}{own}", encoding="utf-8")
    return read_settings(file)


def test_services_have_their_names_targets_and_teams(tmp_path: Path) -> None:
    services = settings_of(tmp_path).services
    assert {name: (each.target, each.team, each.aliases) for name, each in services.items()} == {
        "API": (0.998, "API team", ("api",)),
        "Frontend": (0.999, "web", ("frontend",)),
        "batch": (None, None, ()),
    }


def test_what_the_settings_say_counts(tmp_path: Path) -> None:
    own = '[services."Public API"]\naliases = ["api"]\ntarget = 0.99\n[services.frontend]\nteam = "Ours"\n'
    services = settings_of(tmp_path, own).services
    assert {name: (each.target, each.team, each.aliases) for name, each in services.items()} == {
        "Public API": (0.99, "API team", ("api",)),
        "frontend": (0.999, "Ours", ()),
        "batch": (None, None, ()),
    }


def test_a_team_of_the_catalog_may_have_a_zone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, '[teams."API team"]\ntimezone = "Asia/Tokyo"\n')
    assert settings.teams["API team"].timezone == "Asia/Tokyo"
    with pytest.raises(SettingsError, match=r"incident-analytics\.toml: teams: 'None' is not one of API team, web$"):
        settings_of(tmp_path, '[teams.None]\ntimezone = "Asia/Tokyo"\n')


def test_several_targets_are_a_question_not_a_guess(tmp_path: Path) -> None:
    slos = SLOS.replace("api-availability", "api-errors")
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path, openslo=slos)
    where = f"{tmp_path}/slo/all.yaml"
    expected = f"API has several targets: 0.998 ({where}:14), 0.95 ({where}:24); write one under [services.API]"
    assert str(caught.value) == f"{tmp_path}/incident-analytics.toml: services.API: {expected}"
    assert settings_of(tmp_path, "[services.API]\ntarget = 0.99\n", openslo=slos).targets["API"] == 0.99


@pytest.mark.parametrize(
    ("openslo", "message"),
    [
        (SLOS.replace("  service: frontend\n", ""), "26: the SLO has no spec.service; name the service that it is for"),
        (SLOS.replace("target: 0.95", "op: lte"), "24: the objective has no target; write target: 0.999"),
        (
            SLOS.replace("target: 0.95", "target: high"),
            "24: the objective target 'high' is not a number; write target: 0.999",
        ),
        (
            SLOS.replace("target: 0.95", "target: 95"),
            "24: the objective's target 95 is not above 0 and at most 1; write target: 0.999, or targetPercent: 99.9",
        ),
        (
            SLOS.replace("  objectives:\n    - target: 0.95\n", ""),
            "17: the SLO has no spec.objectives; write one with target: 0.999",
        ),
        ("kind: Service\n", "1: the Service has no metadata.name; name the service"),
        (
            "a: [1\nb: 2",
            "2: not valid YAML: did not find expected ',' or ']'; check the indentation and quotes up to this line",
        ),
        (
            SLOS.replace("target: 0.95", "target: 0.95\n      target: 0.5"),
            "25: the key target is there twice; delete one",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_file_and_line(tmp_path: Path, openslo: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path, openslo=openslo)
    assert str(caught.value) == f"{tmp_path}/slo/all.yaml:{message}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "incident-analytics.toml"
    file.write_text('[imports]\nopenslo = ["none.yaml", "x/*.yaml"]\n', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    expected = [f"{tmp_path}/{name}: no such file or folder" for name in ("none.yaml", "x/*.yaml")]
    assert str(caught.value).splitlines() == expected


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "kind: 3\n---\n---\nspec: []\n", "&a [*a]\n"])
def test_other_yaml_gives_no_service(tmp_path: Path, text: str) -> None:
    assert settings_of(tmp_path, openslo=text, backstage=text).services == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a: "\\UFFFFFFFF"', ":1: not valid YAML: "),
        ("a: 1\nb: \x07c\n", ":2: not valid YAML: a character '\\x07' is in it; delete it"),
        (f"%YAML {'9' * 5000}.1\n---\na: b\n", ":1: not valid YAML: "),
        ("a:\n- [" + "[" * 5000, ":2: not valid YAML: too many lists and mappings within each other"),
        ("[\n" * 5000, ":101: not valid YAML: too many lists and mappings within each other"),
    ],
)
def test_what_the_reader_of_yaml_stumbles_over_is_not_valid(tmp_path: Path, text: str, message: str) -> None:
    begun = time.process_time()
    with pytest.raises(SettingsError) as caught:
        settings_of(tmp_path, openslo=text)
    assert str(caught.value).startswith(f"{tmp_path}/slo/all.yaml{message}")
    assert time.process_time() - begun < 10


def test_many_brackets_that_end_are_valid(tmp_path: Path) -> None:
    assert settings_of(tmp_path, openslo=f"a: [{'[[b]], ' * 200}]\n", backstage="").services == {}


def test_an_objective_that_a_list_repeats_by_aliases_is_one(tmp_path: Path) -> None:
    """The list is short, but what it says is as long as its square."""
    objective = "{" + "".join(f"k{n}: v, " for n in range(2_000)) + "target: 0.95}"
    repeated = f"[&a {objective}{', *a' * 4_000}]"
    slos = SLOS.replace("\n    - target: 0.95\n", f" {repeated}\n")
    begun = time.process_time()
    assert settings_of(tmp_path, "[services.API]\ntarget = 0.99\n", openslo=slos).targets["API"] == 0.99
    assert time.process_time() - begun < 3
