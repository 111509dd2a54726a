"""A layout proposed from reports: what their rows decide is in it, what only a person knows is a question."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.layout_proposal import ProposedLayout, propose_layout
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.template import read_template

HOUSE = """# {id}: {title}

| | |
|---|---|
| **Incident no.** | {id} |
| **When** | 2025-07-0{n} 10:12 to 11:05 |
| **Colour** | {rating} |
| **Systems** | Checkout |
| **State** | {status} |

## In short

A report locked the payments table.

## How it went (Oslo time)

- 10:12 First timeouts
- 10:19 Pager fired
- 11:05 All green again

## We will

- [x] Run reports on the replica
- [ ] Set a timeout
"""


def layout(*reports: str) -> ProposedLayout | None:
    return propose_layout([parse_markdown(text) for text in reports])


def house(
    form: str = "FP-120{n}", ratings: tuple[str, ...] = ("Red", "Amber", "Red", "Amber"), status: str = "Agreed"
) -> list[str]:
    return [
        HOUSE.format(id=form.format(n=n), title="Down", n=n, rating=rating, status=status)
        for n, rating in enumerate(ratings, start=1)
    ]


def test_what_rows_decide_is_declared_and_the_rest_is_asked(tmp_path: Path) -> None:
    found = layout(*house())
    assert found is not None
    written = tomllib.loads(found.text)
    assert written["incident_id"] == r"\bFP-\d+\b"
    assert written["fields"] == {
        "incident_id": ["Incident no."],
        "date": ["When"],
        "services": ["Systems"],
        "status": ["State"],
    }
    assert written["sections"] == {"timeline": {"headings": ["How it went"]}, "actions": {"headings": ["We will"]}}
    assert written["statuses"] == {}
    asked = ('Is "Colour" (Red in 2, Amber in 2)', 'Is a report that is "Agreed" finished?', 'What is "In short"?')
    assert [question.startswith(words) for question, words in zip(found.questions, asked, strict=True)] == [True] * 3
    assert found.ratings == ("Red", "Amber")
    file = tmp_path / "ours.toml"
    file.write_text(found.text, encoding="utf-8")
    assert read_template(file).sections["actions"].headings[0] == "We will"


def test_what_is_asked_can_be_answered_by_removing_its_sign(tmp_path: Path) -> None:
    found = layout(*house())
    assert found is not None
    file = tmp_path / "ours.toml"
    lines = [line.removeprefix("# ") for line in found.text.splitlines()]
    file.write_text("\n".join(line for line in lines if line[:1] in {"[", '"'} or " = " in line), encoding="utf-8")
    template = read_template(file)
    assert template.field_named("Colour") == "severity"
    assert template.synonyms("statuses")["Agreed"] == "Final"
    assert template.section_named("In short") == "summary"


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("OPS/2025/0{n}", r"\bOPS/\d+/\d+\b"),
        ("pm-2025-07-0{n}", r"\bpm-\d{4}-\d{2}-\d{2}\b"),
        ("{n}", None),
        ("INC-2025-07-01-00{n}", None),
        ("the {n}th", None),
    ],
)
def test_ids_of_one_form_are_a_pattern(form: str, pattern: str | None) -> None:
    found = layout(*house(form))
    assert found is not None
    assert tomllib.loads(found.text).get("incident_id") == pattern


def test_ids_of_several_forms_are_no_pattern() -> None:
    reports = [text.replace("FP-1201", "Checkout 12") for text in house()]
    found = layout(*reports)
    assert found is not None
    assert "incident_id" not in tomllib.loads(found.text)


@pytest.mark.parametrize("ratings", [("Oslo", "Bergen", "Oslo", "Bergen"), ("Red", "Amber", "Green", "Black")])
def test_a_label_rates_incidents_only_if_its_words_come_again_and_say_so(ratings: tuple[str, ...]) -> None:
    reports = [text.replace("**Colour**", "**Office**") for text in house(ratings=ratings)]
    found = layout(*reports)
    assert found is not None
    assert found.ratings == ()


def test_there_is_none_where_built_in_layouts_know_all_words_or_reports_are_few() -> None:
    known = "# Down\n\n**Incident ID**: INC-2025-07-01-001\n**Status**: Final\n\n## Summary\n\nIt was down.\n"
    assert layout(*[known] * 5) is None
    assert layout(*house()[:2]) is None


STRANGE = """# PM-26-0{n}: Down {n} times

| | |
|---|---|
| Kicked in | {n}.04.2025 08:12 |
| Seen | {n}.04.2025 08:2{n} |
| Gone by | {n}.04.2025 09:47 |
| Parcels | {n}40 merchants |
| Hit by | {hit} |
| Stage | {status} |
| Weather | fine in {n} towns of the north and the south |

## In short

The volume was full.

## Leftovers

| What | Who | By | State |
|---|---|---|---|
| Alert at 80 % | Jonas | 2025-05-0{n} | open |
"""


def strange(**changed: str) -> list[str]:
    hits = ["Scanner, Tracking API", "Tracking API", "Scanner", "Scanner, Labels"]
    texts = [
        STRANGE.format(n=n, hit=hit, status=status)
        for n, hit, status in zip(range(1, 5), hits, ["Final", "Draft", "Final", "Final"], strict=True)
    ]
    for old, new in changed.items():
        texts = [text.replace(f"| {old.replace('_', ' ')} |", f"| {new} |") for text in texts]
    return texts


def test_labels_that_nothing_knows_are_asked_about_as_what_their_values_look_like(tmp_path: Path) -> None:
    found = layout(*strange())
    assert found is not None
    written = tomllib.loads(found.text)
    assert written["fields"] == {}
    assert written["incident_id"] == r"\bPM-\d+-\d+\b"
    asked = {line.partition(" # ")[0] for line in found.text.splitlines() if line.startswith("# ") and " = " in line}
    assert asked == {
        '# started_at = ["Kicked in"]',
        '# detected_at = ["Seen"]',
        '# restored_at = ["Gone by"]',
        '# affected_users = ["Parcels"]',
        '# services = ["Hit by"]',
        '# status = ["Stage"]',
        '# headings = ["Leftovers"]',
        '# headings = ["In short"]',
    }
    for label in ("Kicked in", "Seen", "Gone by", "Parcels", "Hit by", "Stage", "Weather", "In short", "Leftovers"):
        assert sum(f'"{label}"' in question for question in found.questions) == 1
    lines = [line.removeprefix("# ") for line in found.text.splitlines()]
    file = tmp_path / "ours.toml"
    file.write_text("\n".join(line for line in lines if line[:1] == "[" or " = " in line), encoding="utf-8")
    template = read_template(file)
    assert template.field_named("Seen") == "detected_at"
    assert template.section_named("Leftovers") == "actions"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"Gone_by": "Back to normal"}, '# detected_at = ["Seen"]'),
        ({"Kicked_in": "Began", "Gone_by": "Back to normal"}, '# detected_at = ["Seen"]'),
        ({"Kicked_in": "Began", "Seen": "Noticed"}, '# restored_at = ["Gone by"]'),
    ],
)
def test_an_instant_is_asked_about_as_a_field_that_is_missing(changed: dict[str, str], line: str) -> None:
    found = layout(*strange(**changed))
    assert found is not None
    assert line in [each.partition(" # ")[0] for each in found.text.splitlines()]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["3 hours", "40 minutes", "2 h", "1 day"], "affected_users"),
        (["10:12-11:05", "10:12-11:06", "10:12-11:05", "10:12-11:05"], "started_at"),
        (["Oslo", "Bergen", "Oslo", "Oslo"], "services"),
        (["Oslo, Bergen", "Rome, Paris", "Graz", "Linz"], "services"),
        (["v2.3", "v2.4", "v2.5", "v2.6"], "affected_users"),
        (["Berlin", "Final", "Hamburg", "Rome"], "status"),
    ],
)
def test_values_that_look_like_no_field_are_not_asked_about_as_one(values: list[str], field: str) -> None:
    head = "# PM-26-0{n}: Down\n\n**Whatever**: {value}\n\n## Summary\n\nIt was down.\n"
    found = layout(*(head.format(n=n, value=value) for n, value in enumerate(values, start=1)))
    assert found is not None
    assert f"# {field} = " not in found.text
    assert any('"Whatever"' in question for question in found.questions)


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r|"), min_size=1, max_size=12)


@given(WORDS, WORDS, WORDS, WORDS)
@examples(100)
def test_whatever_reports_call_their_parts_the_layout_is_toml(label: str, value: str, heading: str, own: str) -> None:
    text = f"# Down\n\n- **{label}**: {value}\n- **ID**: {own}\n\n## {heading}\n\n- [ ] Do it\n"
    found = layout(*[text] * 4)
    if found is not None:
        assert tomllib.loads(found.text)["extends"] == "common"


def test_a_table_of_unknown_columns_is_asked_for() -> None:
    table = "## Vows\n\n| Vow | Until |\n|---|---|\n| Renew it | 2025-08-01 |\n"
    found = layout(*[text.partition("## In short")[0] + table for text in house()])
    assert found is not None
    assert found.questions[-1].startswith('What is "Vows"?')
