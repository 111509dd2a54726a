"""Another organisation's template is a file of its own, not code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.errors import SettingsError
from incident_analytics.reports.template import Template, read_template

REPORTS = Path(__file__).parent / "reports"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A folder with a log in a template of its own, and the settings that name the template."""
    for name in ("status-log.md", "status-log.toml"):
        shutil.copy(REPORTS / name, tmp_path)
    (tmp_path / "incident-analytics.toml").write_text('templates.files = ["status-log.toml"]\n', encoding="utf-8")
    return tmp_path


def test_a_log_with_several_incidents_is_read_by_its_own_template(log: Path) -> None:
    corpus = ia.load(log, settings=log / "incident-analytics.toml", status="all")
    at = pd.Timestamp
    expected = pd.DataFrame(
        {
            "incident_id": ["status-log", "status-log~2"],
            "title": [
                "Incident on 2021-06-09: webhook rejects every change",
                "Incident on 9 February 2021: queue stands still",
            ],
            "severity": ["SEV-2", "SEV-1"],
            "status": ["Final", "Final"],
            "occurred_at": [at("2021-06-09 13:15Z"), at("2021-02-09 22:50Z")],
            "detected_at": [at("2021-06-09 13:15Z"), at("2021-02-09 23:05Z")],
            "responded_at": [at("2021-06-09 13:54Z"), pd.NaT],
            "mitigated_at": [at("2021-06-09 13:46Z"), pd.NaT],
            "restored_at": [at("2021-06-09 13:58Z"), at("2021-02-10 00:20Z")],
            "affected_users": pd.array([1200, None], dtype="Int64"),
            "why_it_happened": ["The certificate named another host.", None],
        }
    )
    found = corpus.incidents[expected.columns].astype({"severity": "str"})
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert corpus.files["path"].tolist() == [str(log / "status-log.md"), f"{log / 'status-log.md'}#2"]


def test_front_matter_holds_for_every_incident_of_the_file_unless_it_says_otherwise(log: Path) -> None:
    corpus = ia.load(log, settings=log / "incident-analytics.toml", status="all")
    services = corpus.services[["incident_id", "service", "line"]].to_numpy().tolist()
    assert services == [["status-log", "Registry", 2], ["status-log", "Queue", 2], ["status-log~2", "Queue", 33]]


def test_actions_and_lessons_of_the_other_template_reach_the_same_tables(log: Path) -> None:
    corpus = ia.load(log, settings=log / "incident-analytics.toml", status="all")
    assert corpus.actions[["action", "status", "key"]].fillna("-").to_numpy().tolist() == [
        ["Watch the certificate (#2972)", "open", "#2972"],
        ["Roll back by default", "done", "-"],
    ]
    assert corpus.findings["text"].tolist() == ["Jobs need a deadline"]


def test_what_the_other_template_does_not_ask_for_is_no_problem(log: Path) -> None:
    problems = ia.load(log, settings=log / "incident-analytics.toml", status="all").problems
    assert problems[["line", "code"]].to_numpy().tolist() == [
        [9, "missing-section"],  # Takeaways
        [12, "approximate"],
        [17, "milestone-order"],  # repaired before it was declared
        [30, "missing-section"],  # Cause, Review actions
        [35, "missing-milestone"],  # Incident declared
        [35, "missing-milestone"],  # Repaired
    ]


def test_rows_between_two_reports_are_named(log: Path) -> None:
    """A heading of the level of reports that begins none has lines of no report."""
    file = log / "status-log.md"
    notes = (
        "## Notes of the desk\n\n- 14:02 The queue fills\n- Nothing to see\n\n### Review actions\n\n- [ ] Widen it\n\n"
    )
    text = file.read_text(encoding="utf-8").replace("## Incident on 9", f"{notes}## Incident on 9")
    file.write_text(text, encoding="utf-8")
    problems = ia.load(log, settings=log / "incident-analytics.toml", status="all").problems
    unread = problems[problems["code"] == "unread-row"]
    lines = text.splitlines()
    assert [lines[line - 1] for line in unread["line"]] == ["- 14:02 The queue fills", "- [ ] Widen it"]
    assert unread["path"].unique().tolist() == [str(file)]


def test_reports_in_the_built_in_template_are_read_next_to_it(log: Path) -> None:
    shutil.copy(Path(__file__).parent.parent / "data/real/INC-2021-06-09-001.md", log)
    corpus = ia.load(log, settings=log / "incident-analytics.toml", status="all")
    assert corpus.incidents["incident_id"].tolist() == ["INC-2021-06-09-001", "status-log", "status-log~2"]


def test_a_wrong_template_file_names_the_key(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('name = "ours"\nversion = "1"\nfields = 3\nsections = {}\nmilestones = {}\n')
    (tmp_path / "incident-analytics.toml").write_text('templates.files = ["ours.toml"]\n')
    with pytest.raises(SettingsError, match=r"ours\.toml: fields: .* is not a table"):
        ia.load(tmp_path, settings=tmp_path / "incident-analytics.toml")


@pytest.mark.parametrize(
    ("table", "remedy"),
    [
        ('statuses.ongoing = ["Ongoing"]', '"Draft" = ["ongoing"]'),
        ('action_statuses."in progress" = ["Doing"]', '"done" = ["in progress"]'),
        ('priorities.P1 = ["Top"]', '"Low" = ["P1"]'),
    ],
)
def test_words_for_a_state_that_there_is_not_are_refused_by_their_key(tmp_path: Path, table: str, remedy: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(f'name = "ours"\nversion = "1"\n{table}\nfields = {{}}\nsections = {{}}\n')
    key = table.partition(" = ")[0].replace('"', "")
    with pytest.raises(SettingsError, match=f"{key}: .* is not one of") as caught:
        read_template(file)
    assert remedy in str(caught.value)


@pytest.mark.parametrize("extends", ["", 'extends = "common"\n', 'extends = "google-sre"\n'])
def test_every_layout_knows_the_states_and_scales_that_all_know(tmp_path: Path, extends: str) -> None:
    file = tmp_path / "ours.toml"
    own = 'action_statuses.done = ["Ready"]\n'
    file.write_text(f'name = "ours"\nversion = "1"\n{extends}{own}fields = {{}}\nsections = {{}}\n')
    ours = read_template(file)
    assert ours.synonyms("action_statuses").items() >= {"In progress": "open", "Ready": "done"}.items()
    assert ours.synonyms("severity_scales")["P2"] == "SEV-2"
    assert ours.synonyms("statuses")["In Review"] == "Under Review"
    if not extends:
        assert ours.field_named("Date") is None


def template_with(incident_id: str, folder: Path) -> Template:
    file = folder / "own.toml"
    head = f"name = 'own'\nversion = '1'\nincident_id = '{incident_id}'\n"
    file.write_text(f"{head}[fields]\n[sections]\n[milestones]\n")
    return read_template(file)


@pytest.mark.parametrize(
    ("incident_id", "text"),
    [
        (r"\S+", "any-word"),
        (r"INC\d{7}", "INC0012345"),
        (r"[A-Z]+-\d+", "PM-7"),
        (r"^PM-\d+$", "PM-7"),
        (r"#\d+", "#7"),
        (r"(INC|OPS)\-[0-9]{1,9}", "OPS-7"),
        (r"(?:INC|SEV|OPS|PM)-\d+(?:-[a-z]+)?", "SEV-7-eu"),
        (r"[]\[.-]+\d\.\d", "[-]1.2"),
    ],
)
def test_the_form_of_an_id_is_a_simple_pattern(incident_id: str, text: str, tmp_path: Path) -> None:
    assert re.fullmatch(template_with(incident_id, tmp_path).incident_id, text)


@pytest.mark.parametrize(
    "incident_id",
    [
        "(a+)+$",
        "(a|a)*b",
        "(a|b){9}",
        "((a))",
        "(a(?:b)?)",
        r"\d*\d*\d*x",
        "[a-z]{1,40}[a-z]{2,}[a-z]+",
        "a?a?a?a?a?a?a?b",
        "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b",
        r"(a)\1",
        "(?!x)a",
        "(?i)inc",
        "(?P<x>a)",
        "a++",
        "a+?",
        "(",
    ],
)
def test_the_form_of_an_id_that_may_take_forever_is_refused(incident_id: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        template_with(incident_id, tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'own.toml'}: incident_id: {incident_id!r} is too complex; write text, classes such as [A-Z] or "
        r"\d, repeats of these, and groups that do not repeat, with at most 2 repeats of varying length and 6 of | "
        "and ?"
    )


def test_the_form_of_an_id_is_a_regular_expression_and_takes_some_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"incident_id: '\[z-a\]' is not a regular expression: bad character range"):
        template_with("[z-a]", tmp_path)
    with pytest.raises(
        SettingsError, match=r"incident_id: 'a\*' takes no text at all for an id; write a\+ or the like"
    ):
        template_with("a*", tmp_path)


def test_what_is_remembered_by_templates_does_not_compare_their_words(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is changed and read again has the name of the one before: each heading compared all words of the two."""
    file = log / "status-log.toml"
    before = read_template(file)
    file.write_text(file.read_text(encoding="utf-8").replace('"Takeaways"', '"Lessons"'), encoding="utf-8")
    after = read_template(file)
    known = {before: "before", after: "after"}
    monkeypatch.setattr(Template, "model_dump", None)
    assert (known[before], known[after]) == ("before", "after")
    assert before != after


PHRASED = """name = "ours"
version = "1"
[fields]
date = ["Day"]
[phrases]
{phrases}
[sections."our story"]
headings = ["Story"]
reads = "nothing"
"""


def test_a_section_of_several_words_may_have_phrases(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        PHRASED.format(phrases='date = ["when did$ it$"]\n"our story" = ["what went on"]'), encoding="utf-8"
    )
    template = read_template(file)
    assert template.section_named("What went on again?") == "our story"
    assert template.field_named("When did it happen") is None
    assert template.field_named("When did it first") == "date"


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        ('date = [""]', "phrases.date: a phrase is empty; write its words, or delete it"),
        ('date = ["when", " "]', "phrases.date: a phrase is empty; write its words, or delete it"),
        ('dat = ["when"]', "phrases.dat: 'dat' is not one of date, our story"),
    ],
)
def test_phrases_that_can_find_nothing_are_named(tmp_path: Path, phrases: str, message: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(PHRASED.format(phrases=phrases), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_template(file)
    assert str(caught.value) == f"{file}: {message}"
