"""Files of other tools are found by what is in them; what they don't say is a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident_analytics.nearby import find_nearby

PAGES = "incident_number,created_on,resolved_on,service_name\n4,2025-07-03T08:19:00Z,2025-07-03T09:05:00Z,API\n"
LINEAR = "ID,Title,Status,Assignee\nOPS-1,Renew the certificate,Done,Ana\n"
JIRA = "Issue key,Summary,Status,Created\nOPS-1,Down,Done,2025-07-03 08:19\n"
SLO = """apiVersion: openslo/v1
kind: SLO
metadata: {{name: {name}}}
spec: {{service: api, objectives: [{{target: {target}}}]}}
"""
CATALOG = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: api, title: API}
spec: {type: service, owner: group:default/core}
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        file = folder / f"{stem.replace('__', '/')}.{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_each_file_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        out__pages_csv=PAGES,
        items_csv=LINEAR,
        slo__api_yaml=SLO.format(name="a", target=0.999),
        catalog_yml=CATALOG,
        other_csv="a,b\n1,2\n",
        other_json="{}",
        other_yaml="a: [",
    )
    found = find_nearby(tmp_path)
    assert found.incident_tool == (tmp_path / "out" / "pages.csv",)
    assert found.tracker == (tmp_path / "items.csv", "linear")
    assert found.openslo == (tmp_path / "slo" / "api.yaml",)
    assert found.backstage == (tmp_path / "catalog.yml",)
    assert [(each.name, each.team, each.targets[0][0]) for each in found.services] == [("API", "core", 0.999)]
    assert found.questions == ()


@pytest.mark.parametrize(
    ("keys", "is_tracker"), [({"OPS-1"}, True), ({"ops-1", "OPS-7"}, True), ({"OPS-11"}, False), (set(), False)]
)
def test_an_export_of_jira_with_issues_of_action_items_is_the_tracker(
    tmp_path: Path, keys: set[str], is_tracker: bool
) -> None:
    write(tmp_path, jira_csv=JIRA)
    found = find_nearby(tmp_path, keys=keys)
    assert found.tracker == ((tmp_path / "jira.csv", "jira") if is_tracker else None)
    assert len(found.questions) == (not is_tracker)


@pytest.mark.parametrize("folder", [".cache", "node_modules", "a/b/c"])
def test_hidden_folders_those_of_others_and_deep_ones_are_not_looked_at(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "pages.csv").write_text(PAGES, encoding="utf-8")
    assert find_nearby(tmp_path).incident_tool == ()


def test_what_the_files_do_not_say_is_asked(tmp_path: Path) -> None:
    write(
        tmp_path,
        jira_csv=JIRA,
        pages_csv=PAGES.replace("Z", ""),
        a_csv=LINEAR,
        b_csv=LINEAR,
        a_yaml=SLO.format(name="a", target=0.999),
        b_yaml=SLO.format(name="b", target=0.99),
    )
    found = find_nearby(tmp_path)
    assert [question.partition("?")[0] for question in found.questions[:3]] == [
        "Does jira.csv from Jira have incidents or action items",
        "Which time zone are the times of pages.csv in",
        "Which export has your action items: a.csv, b.csv",
    ]
    assert found.questions[3].startswith("a.yaml, b.yaml can't be imported yet: api has several targets: 0.999 (")
    assert (found.incident_tool, found.tracker, found.openslo) == ((tmp_path / "pages.csv",), None, ())


def test_of_two_incident_tools_neither_is_taken(tmp_path: Path) -> None:
    write(tmp_path, pages_csv=PAGES, alerts_csv="tinyId,createdAt,message\n1,2025-07-03T08:19:00Z,Down\n")
    found = find_nearby(tmp_path)
    assert found.incident_tool == ()
    assert found.questions[0].startswith("Which is the second record of your incidents: ")
