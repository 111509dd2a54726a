"""How incidents were detected and what triggered them: shares with their intervals, and the sentences on them."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from incident_analytics.analysis.origins import origin_shares, with_labels
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.loading import load
from incident_analytics.measures import measure, response, sources
from incident_analytics.periods import Period
from incident_analytics.review_page import ReviewPage
from incident_analytics.schema import LABELS, PROPOSED
from incident_analytics.scope import Scope
from incident_analytics.sentences import describe_detection, describe_triggers
from incident_analytics.tables import make_table

DEMO = Path(__file__).parent.parent / "data" / "demo"
INCIDENTS = make_table(
    "incidents",
    {
        "incident_id": ["a", "b", "c", "d"],
        "occurred_at": ["2025-01-05T00:00Z", "2025-02-05T00:00Z", "2025-05-05T00:00Z", None],
        "detected_by": ["customer", "monitoring", None, "customer"],
    },
)
READINGS = make_table(
    "readings",
    {
        "incident_id": ["a", "b", "d"],
        "field": ["detected_by"] * 3,
        "grade": ["check", "recorded", "recorded"],
        "line": [9, 9, 9],
    },
)


def test_each_value_has_its_row_with_how_many_are_proposed_and_missing() -> None:
    table = origin_shares(INCIDENTS, readings=READINGS, members=True)
    assert table["detected_by"].tolist() == list(LABELS["detected_by"])
    assert table[["n", "n_proposed", "n_known", "n_missing"]].to_numpy().tolist() == [
        [1, 0, 3, 1],
        [0, 0, 3, 1],
        [2, 1, 3, 1],
    ]
    assert table["incident_ids"].tolist() == [("b",), (), ("a", "d")]
    known = table[table["share"].notna()]
    assert known["detected_by"].tolist() == ["monitoring", "customer"]  # staff is never proposed: 0 is not known
    assert known["share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert known["share_low"].tolist() == pytest.approx([0.0084, 0.0943], abs=1e-4)  # Clopper and Pearson
    assert known["share_high"].tolist() == pytest.approx([0.9057, 0.9916], abs=1e-4)


def test_each_period_has_its_own_shares() -> None:
    within = Period.parse("2025H1")
    table = origin_shares(INCIDENTS, readings=READINGS, every="quarter", within=within)
    assert table["period"].tolist() == ["2025Q1"] * 3 + ["2025Q2"] * 3
    assert table["n"].tolist() == [1, 0, 1, 0, 0, 0]
    assert table["n_known"].tolist() == [2, 2, 2, 0, 0, 0]
    assert table["n_missing"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["share"].isna().tolist() == [False, True, False] + [True] * 3


def test_without_incidents_nothing_is_known() -> None:
    table = origin_shares(INCIDENTS.head(0), readings=READINGS, field="trigger")
    assert table["trigger"].tolist() == list(LABELS["trigger"])
    assert table["n"].sum() == table["n_known"].sum() == table["n_missing"].sum() == 0
    assert table["share"].isna().all()
    assert describe_triggers(table) == ""


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(UnknownNameError, match="field 'severity' is not one of detected_by, trigger"):
        origin_shares(INCIDENTS, readings=READINGS, field="severity")  # type: ignore[arg-type]


def test_labels_are_categories_of_all_values() -> None:
    labelled = with_labels(INCIDENTS[["incident_id"]], INCIDENTS)
    assert labelled["trigger"].cat.categories.tolist() == list(LABELS["trigger"])
    assert labelled["detected_by"].tolist()[:2] == ["customer", "monitoring"]


def test_a_sentence_has_its_n_and_how_many_are_only_proposed() -> None:
    table = origin_shares(INCIDENTS, readings=READINGS)
    assert describe_detection(table) == (
        "Customers noticed 2 of 3 incidents first (67%, 95% CI 9% to 99%)."
        " 1 of the 3 is inferred from the report's words, which intervals take as right; 1 more report doesn't say."
    )
    unknown = table.assign(n=0, n_proposed=0, n_known=0, share=pd.NA, share_low=pd.NA, share_high=pd.NA)
    assert describe_detection(unknown) == ""


def test_two_triggers_that_are_as_frequent_are_both_named() -> None:
    incidents = INCIDENTS.assign(trigger=pd.Series(["change", "capacity", None, None], dtype="str"))
    table = origin_shares(incidents, readings=READINGS.head(0), field="trigger")
    assert describe_triggers(table) == (
        "A change and a lack of capacity triggered 1 of 2 incidents each."
        " Both are inferred from the report's words, which intervals take as right; 2 more reports don't say."
    )


def test_a_trigger_that_is_only_known_not_to_be_a_change_may_be_any_other() -> None:
    """A recorded certificate is shown, without a share: the inferred one may be an expired certificate as well."""
    incidents = INCIDENTS.assign(trigger=pd.Series(["certificate", "change", "other", "other"], dtype="str"))
    readings = READINGS.assign(field="trigger", grade=["recorded", "check", "check"])
    table = origin_shares(incidents, readings=readings, field="trigger").set_index("trigger")
    assert table["n"][["change", "certificate", "other"]].tolist() == [1, 1, 2]
    assert table["n_proposed"].sum() == 3
    assert table.index[table["share"].notna()].tolist() == ["change", "other"]
    assert describe_triggers(table.reset_index()) == (
        "A change triggered 1 of 4 incidents (25%, 95% CI 1% to 81%)."
        " 3 of the 4 are inferred from the report's words, which intervals take as right."
        " Inferred triggers other than a change are not distinguished."
    )
    once_more = readings.tail(1).assign(incident_id="c")
    recorded = pd.concat([readings, once_more], ignore_index=True).assign(grade="recorded")
    table = origin_shares(incidents, readings=recorded, field="trigger")
    assert table.loc[table["share"].notna(), "trigger"].tolist() == ["change", "certificate", "other"]


@pytest.fixture(scope="module")
def demo() -> Scope:
    return Scope.of(load(DEMO / "reports", status="all"), "2025")


def test_the_demo_is_read_as_planted(demo: Scope) -> None:
    """Of 81 incidents found by monitoring or customers two are read as the other one at most; most are found."""
    with (DEMO / "facts.csv").open(encoding="utf-8", newline="") as stream:
        facts = {row["incident_id"]: row for row in csv.DictReader(stream)}
    incidents = demo.everything.incidents.set_index("incident_id")
    for field, least_right, least_found in (("detected_by", 0.97, 0.75), ("trigger", 0.7, 0.3)):
        read = incidents[field].dropna()
        values = {incident: row[field] for incident, row in facts.items() if incident in incidents.index}
        is_other = {"trigger": {*LABELS["trigger"]} - {*PROPOSED["trigger"]}, "detected_by": set()}[field]
        planted = {incident: "other" if value in is_other else value for incident, value in values.items()}
        right = sum(planted[incident] == value for incident, value in read.items())
        assert right / len(read) >= least_right
        assert right / sum(map(bool, planted.values())) >= least_found


def test_metrics_and_groups_of_the_demo_add_up(demo: Scope) -> None:
    table = measure(demo, "origins")
    assert table["measure"].unique().tolist() == list(LABELS)
    n = len(demo.reviewed_completed.incidents)
    assert (table["n_known"] + table["n_missing"] == n).all()
    assert table.groupby("measure")["n"].sum().tolist() == table.groupby("measure")["n_known"].first().tolist()
    by_way = response(demo, metric="time_to_detect", by="detected_by")
    whole = response(demo, metric="time_to_detect")
    assert by_way["n"].sum() == whole["n"].sum()
    assert by_way["detected_by"].tolist()[:3] == list(LABELS["detected_by"])
    assert measure(demo, "costs", by="trigger")["trigger"].dropna().unique().tolist() == list(LABELS["trigger"])


def test_a_row_leads_back_to_the_words_that_it_was_read_from(demo: Scope) -> None:
    table = measure(demo, "origins")
    row = table[(table["measure"] == "detected_by") & (table["group"] == "customer")].iloc[0].to_dict()
    lines = sources(demo, "origins", row)
    assert sorted(lines["incident_id"]) == sorted(row["incident_ids"])
    assert lines["words"].str.len().gt(0).all()


def test_the_page_shows_both_with_their_basis_and_nothing_without_enough_reports(demo: Scope) -> None:
    shown = ReviewPage(demo).origins()
    assert shown is not None
    assert "Customers noticed" in shown.markdown
    assert "A change triggered" in shown.markdown
    assert "| staff |" not in shown.markdown  # nobody would know: it is never proposed
    assert shown.markdown.count("inferred from the report's words") == 2
    few = demo.everything.incidents["incident_id"].head(3).tolist()
    scope = Scope.of(demo.everything.select(few), "2025")
    assert ReviewPage(scope).origins() is None


@pytest.mark.parametrize("missing", ["incident_id", "occurred_at", "detected_by"])
def test_a_column_that_is_not_there_is_named(missing: str) -> None:
    with pytest.raises(ColumnsError, match=missing):
        origin_shares(INCIDENTS.drop(columns=missing), readings=READINGS)


@pytest.mark.parametrize("folder", ["data/real", "tests/corpus"])
def test_what_is_not_recorded_is_one_of_the_values_that_are_proposed(folder: str) -> None:
    """The others are too often wrong: they count where a field or a person says so."""
    corpus = load(folder, status="all")
    for field, values in PROPOSED.items():
        read = corpus.readings[corpus.readings["field"] == field]
        named = corpus.incidents.set_index("incident_id")[field]
        assert named.notna().sum() == len(read) > 5
        proposed = read.loc[read["grade"] != "recorded", "incident_id"]
        assert set(named[proposed]) <= set(values) < set(LABELS[field])
