from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import AS_OF, actions_of, at, call, demo_rows, severities, spans
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics import measures, sentences
from incident_analytics.analysis.prevention import (
    CLASSES,
    action_classes,
    class_completion,
    due_times,
    preventive_items,
)
from incident_analytics.config import read_settings
from incident_analytics.errors import ColumnsError, SettingsError
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

GOLDEN = Path(__file__).parent / "corpus" / "action_classes.csv"


def column(*values: str | None, name: str = "Type", incident_id: str = "a") -> pd.DataFrame:
    """Return the fields of a column of the action items of `actions_of`, top to bottom."""
    n = len(values)
    return make_table(
        "fields",
        {
            "incident_id": [incident_id] * n,
            "section": ["Action Items"] * n,
            "name": [name] * n,
            "value": list(values),
            "line": list(range(60, 60 + n)),
        },
    )


def classes_of(*words: str, fields: pd.DataFrame | None = None) -> list[tuple[str | None, str | None]]:
    """Return class and grade of action items with these words."""
    found = call(action_classes, actions_of(*({"action": text} for text in words)), fields=fields)
    rows = found[["class", "class_grade"]].astype(object)
    return [tuple(row) for row in rows.where(rows.notna(), None).itertuples(index=False)]


class TestActionClasses:
    def test_a_column_says_it_and_wins_over_the_words(self) -> None:
        fields = column("Prevention", "DETECT", "mitigative", "Process", None)
        words = ["Alert on lag"] * 5
        recorded = [(name, "recorded") for name in CLASSES]
        assert classes_of(*words, fields=fields) == [*recorded, ("detect", "proposed")]

    @pytest.mark.parametrize("name", ["type", "Category", "KIND", "Class"])
    def test_the_columns_name(self, name: str) -> None:
        assert classes_of("Larger disks", fields=column("prevent", name=name)) == [("prevent", "recorded")]

    def test_a_field_of_the_incident_or_another_column_says_nothing(self) -> None:
        of_incident = column("Prevention").assign(line=7)
        for fields in (of_incident, column("Prevention", name="Team"), column("Prevention", incident_id="b")):
            assert classes_of("Larger disks", fields=fields) == [(None, None)]

    def test_a_column_with_two_classes_says_neither_and_words_do_not_decide(self) -> None:
        assert classes_of("Alert on lag", fields=column("Prevent / Detect")) == [(None, None)]

    def test_a_column_of_other_words_leaves_it_to_the_item(self) -> None:
        assert classes_of("Alert on lag", "Larger disks", fields=column("Bug", "Feature")) == [
            ("detect", "proposed"),
            (None, None),
        ]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Add an alert on failed rollbacks", "detect"),
            ("Runbook for limits of the pool", "mitigate"),
            ("Checklist for rollbacks", "process"),
            ("Timeout, backoff and circuit breaker on these calls", "prevent"),
            ("Renew all certificates automatically", "prevent"),
            ("SMOKE TESTS for the importer", "prevent"),
            ("Document and rehearse the rollback", None),  # of two classes
            ("Remove the alert on disk usage", None),
            ("Consider an alert on disk usage", None),
            ("Look into runbooks", None),
            ("Do we need a canary?", None),
            ("Compare document counts", None),
            ("Alertness", None),
            ("Pinned versions", None),
            ("", None),
        ],
    )
    def test_words(self, text: str, expected: str | None) -> None:
        assert classes_of(text) == [(expected, expected and "proposed")]

    def test_proposals_on_real_reports_are_mostly_none_and_rarely_wrong(self) -> None:
        """The reader's own class is empty where it is arguable: a proposal there counts as wrong."""
        with GOLDEN.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        proposed = [found or "" for found, _ in classes_of(*(row["action"] for row in rows))]
        pairs = [(found, row["class"]) for found, row in zip(proposed, rows, strict=True) if found]
        assert len(rows) == 308
        assert len(pairs) >= 80
        assert sum(found == expected for found, expected in pairs) >= 0.93 * len(pairs)

    @given(st.lists(st.text(max_size=40) | st.sampled_from(["Alert on lag", "canary", "see the runbook"]), max_size=5))
    @examples(30)
    def test_each_item_keeps_its_row_and_has_both_or_neither(self, words: list[str]) -> None:
        items = actions_of(*({"action": text} for text in words))
        found = action_classes(items)
        assert_frame_equal(found[list(items.columns)], items)
        assert found["class"].isna().equals(found["class_grade"].isna())

    def test_a_frame_without_words(self) -> None:
        with pytest.raises(ColumnsError, match="column 'action' is missing"):
            action_classes(actions_of().drop(columns="action"))


class TestClassCompletion:
    def test_the_whole(self) -> None:
        items = actions_of(
            {"action": "Alert on lag", "status": "done", "key": "K-1"},
            {"action": "Alert on load", "status": "open"},
            {"action": "Larger disks", "status": "done"},
            {"action": "Talk to them"},
            {"incident_id": "b", "action": "Alert on lag", "key": "k-1"},  # the first item again
        )
        fields = pd.concat([column("x", "x", "Prevention")], ignore_index=True)
        table = call(class_completion, items, as_of=AS_OF, fields=fields)
        columns = ["class", "n", "n_proposed", "share", "n_done", "n_open", "n_unknown", "completion"]
        expected = pd.DataFrame(
            {
                "class": pd.Series([*CLASSES, None], dtype=pd.CategoricalDtype(list(CLASSES), ordered=True)),
                "n": [1, 2, 0, 0, 1],
                "n_proposed": [0, 2, 0, 0, 0],
                "share": pd.array([1 / 3, 2 / 3, 0, 0, None], dtype="Float64"),
                "n_done": [1, 1, 0, 0, 0],
                "n_open": [0, 1, 0, 0, 0],
                "n_unknown": [0, 0, 0, 0, 1],
                "completion": pd.array([1, 0.5, None, None, None], dtype="Float64"),
            }
        )
        assert_frame_equal(table[columns], expected, check_dtype=False)

    @pytest.mark.parametrize("rows", [[], [{"action": "Talk to them"}]])
    def test_without_any_class_no_share_is_known(self, rows: list[dict[str, Any]]) -> None:
        table = call(class_completion, actions_of(*rows), as_of=AS_OF)
        assert table["share"].isna().all()
        assert table["n"].sum() == len(rows)

    def test_of_the_demo_by_the_verb_s_measure(self, demo_scope: Scope) -> None:
        table = measures.measure(demo_scope, "actions", by="class")
        whole = measures.measure(demo_scope, "actions")
        assert table["n"].sum() == whole["n"].iloc[0]
        assert (table["n_proposed"].sum(), table.loc[table["class"].notna(), "n"].sum()) == (19, 32)

    def test_of_the_demo_the_recorded_classes_are_those_of_its_facts(self, demo_corpus: Corpus) -> None:
        """Eight reports have a column Type, with a word for each item."""
        facts = {
            row["incident_id"]: row["action_types"].split("|") for row in demo_rows("facts") if row["action_types"]
        }
        assert len(facts) == 8
        items = action_classes(demo_corpus.actions, fields=demo_corpus.fields)
        recorded = items[items["class_grade"] == "recorded"]
        found = recorded.groupby("incident_id")["class"].agg(lambda classes: list(classes.astype(str)))
        assert found.to_dict() == facts


class TestPreventiveItems:
    def test_what_is_not_known_is_neither(self) -> None:
        incidents = make_table("incidents", {"incident_id": list("abcde"), "title": list("ABCDE")})
        items = actions_of(
            {"incident_id": "a", "action": "Canary"},
            {"incident_id": "a", "action": "Talk to them"},
            {"incident_id": "b", "action": "Alert on lag"},
            {"incident_id": "c", "action": "Alert on lag"},
            {"incident_id": "c", "action": "Talk to them"},
            {"incident_id": "d"},
        )
        table = call(preventive_items, incidents, items)
        assert table["incident_id"].tolist() == list("abcde")
        assert table["n"].tolist() == [2, 1, 2, 1, 0]
        assert table["n_unknown"].tolist() == [1, 0, 1, 1, 0]
        assert table["n_prevent"].tolist() == [1, 0, 0, 0, 0]
        assert table["n_proposed"].tolist() == [1, 1, 1, 0, 0]
        assert table["is_prevented"].astype(object).where(table["is_prevented"].notna(), None).tolist() == [
            *(True, False),
            *(None, None, None),
        ]
        assert sentences.describe_prevention(table) == (
            "1 of 4 incidents with action items has a preventive one; 1 has none: b. For 2 it isn't clear. "
            "e lists no action items. 3 of 6 action items have a class, all proposed from their words."
        )

    def test_a_column_that_is_missing_is_named(self) -> None:
        with pytest.raises(ColumnsError, match="columns 'title', 'severity' are missing"):
            preventive_items(pd.DataFrame({"incident_id": ["a"]}), actions_of({"action": "Canary"}))

    def test_without_a_class_nothing_is_said(self) -> None:
        incidents = make_table("incidents", {"incident_id": ["a"]})
        assert sentences.describe_prevention(preventive_items(incidents, actions_of({"action": "Talk"}))) == ""
        assert sentences.describe_prevention(preventive_items(incidents[:0], actions_of())) == ""


class TestDueTimes:
    INCIDENTS = make_table(
        "incidents",
        {
            "incident_id": ["a", "b", "c"],
            "severity": ["SEV-1", "SEV-3", None],
            "date": ["2025-06-10", "2025-06-10", "2025-06-10"],
            "occurred_at": ["2025-06-10T08:00Z"] * 3,
        },
    )
    ITEMS = actions_of(
        {"due_on": "2025-06-24"},
        {"due_on": "2025-06-25"},
        {"due_on": "2025-06-25", "created_on": "2025-06-12"},
        {},
        {"due_on": "2025-06-01"},
        {"incident_id": "b", "due_on": "2025-07-10"},
        {"incident_id": "c", "due_on": "2025-07-10"},
    )

    def test_the_whole(self) -> None:
        due = call(due_times, self.ITEMS, as_of=AS_OF, incidents=self.INCIDENTS, targets={"SEV-1": timedelta(days=14)})
        expected = pd.DataFrame(
            {
                "severity": severities("SEV-3", "SEV-2", "SEV-1", None),
                "n": [1, 0, 3, 1],
                "n_missing": [0, 0, 1, 0],
                "n_negative": [0, 0, 1, 0],
                "median": spans("30D", None, "14D", "30D"),
                "target": spans(None, None, "14D", None),
                "n_judged": [0, 0, 3, 0],
                "n_met": [0, 0, 2, 0],
                "share_met": pd.array([None, None, 2 / 3, None], dtype="Float64"),
            }
        )
        assert_frame_equal(due, expected)
        assert sentences.describe_due(due) == (
            "2 of 3 action items are due within the target (SEV-1 14d). Not judged: 1 without a due date, 1 due before "
            "they were agreed on and 2 of a severity without a target."
        )

    @pytest.mark.parametrize(("due_on", "counts"), [("2025-06-09", (0, 1)), ("2025-06-10", (1, 0))])
    def test_an_item_may_be_due_on_the_day_on_which_it_was_agreed(self, due_on: str, counts: tuple[int, int]) -> None:
        due = due_times(actions_of({"due_on": due_on}), as_of=AS_OF, incidents=self.INCIDENTS, targets={})
        assert (due["n"].sum(), due["n_negative"].sum()) == counts

    def test_a_group_of_several_targets_has_none(self) -> None:
        targets = {"SEV-1": timedelta(days=14), "SEV-3": timedelta(days=60)}
        due = due_times(self.ITEMS[:6], as_of=AS_OF, incidents=self.INCIDENTS, targets=targets, by="priority")
        (row,) = due[due["n"] > 0].to_dict("records")
        assert pd.isna(row["target"])
        assert (row["n_judged"], row["n_met"]) == (4, 3)

    def test_without_targets_or_items_nothing_is_judged(self) -> None:
        for items in (self.ITEMS, self.ITEMS[:0]):
            due = call(due_times, items, as_of=at("2025-10-01"), incidents=self.INCIDENTS, targets={})
            assert due["share_met"].isna().all()
            assert sentences.describe_due(due) == ""

    def test_the_settings_name_declared_severities_and_days(self, tmp_path: Path) -> None:
        file = tmp_path / "incident-analytics.toml"
        for line, message in {
            '"SEV-9" = 14': "follow_up: 'SEV-9' is not one of SEV-3, SEV-2, SEV-1",
            '"SEV-1" = 0': "follow_up.SEV-1: 0 is below 1",
        }.items():
            file.write_text(f"[follow_up]\n{line}\n", encoding="utf-8")
            with pytest.raises(SettingsError, match=message):
                read_settings(file)

    def test_of_the_demo(self, demo_scope: Scope) -> None:
        assert sentences.describe_due(measures.due(demo_scope, by="severity")) == (
            "15 of 30 action items are due within the target (SEV-1 14d and SEV-2 30d). Not judged: 5 without a due "
            "date and 14 of a severity without a target."
        )
