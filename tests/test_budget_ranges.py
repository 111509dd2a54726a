"""The range of a spent error budget: what it holds for sure, and a case of each reason."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import at, call, demo_rows
from edits import DEMO
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from outage_cases import DAY, END, HOURS, SERVICES, WITHIN, hour, outage_tables

from incident_analytics import measures
from incident_analytics.analysis.budget_ranges import budget_range
from incident_analytics.config import read_settings
from incident_analytics.loading import load
from incident_analytics.periods import Period
from incident_analytics.scope import Scope
from incident_analytics.sentences import describe_budget_range
from incident_analytics.tables import Corpus, make_table

TARGETS = {"API": 0.99, "Frontend": 0.95}
BUDGET = timedelta(hours=2.4)
"""That of the API over ten days."""
LONGEST = timedelta(hours=60)
"""No outage of any case is longer."""


def readings(*rough: tuple[str, str]) -> pd.DataFrame:
    """Return approximate readings, each an incident and a field."""
    return make_table(
        "readings",
        {
            "incident_id": [each for each, _ in rough],
            "field": [field for _, field in rough],
            "approximate": [True] * len(rough),
            "line": [5] * len(rough),
        },
    )


def bounds(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    rest = {name: frame for name, frame in tables.items() if name != "outages"}
    given_ = {"readings": readings(), "within": WITHIN, "targets": TARGETS, "longest": LONGEST}
    return call(budget_range, tables["outages"], **{**given_, **rest, **arguments})


def api(tables: dict[str, pd.DataFrame], **arguments: Any) -> dict[str, Any]:
    (row,) = bounds(tables, targets={"API": 0.99}, **arguments).to_dict("records")
    return row


def hours(row: dict[str, Any], column: str = "budget_spent") -> list[float]:
    """Return the low end, the point and the high end in hours of downtime."""
    return [round(row[f"{column}{bound}"] * BUDGET / timedelta(hours=1), 6) for bound in ("_low", "", "_high")]


def test_what_is_known_has_no_range() -> None:
    row = api(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), a={"affected_users_fraction": 0.5}))
    assert hours(row) == [1.0, 1.0, 1.0]
    assert hours(row, "budget_spent_weighted") == [0.5, 0.5, 0.5]
    assert (row["n"], row["n_unended"], row["n_approximate"], row["n_unshared"]) == (1, 0, 0, 0)
    assert row["unknown_ids"] == ""


@pytest.mark.parametrize(
    ("facts", "arguments", "high"),
    [
        ({}, {"longest": timedelta(hours=3)}, 4.0),
        ({"closed_at": f"{DAY}13:30Z"}, {"longest": timedelta(hours=3)}, 2.5),
        ({"closed_at": f"{DAY}11:30Z"}, {"longest": timedelta(hours=3)}, 4.0),  # before it began: of no use
        ({}, {"longest": None}, 1.0 + (END - pd.Timestamp(f"{DAY}12:00Z")) / timedelta(hours=1)),
        ({}, {"as_of": pd.Timestamp(f"{DAY}13:00Z")}, 2.0),
    ],
)
def test_an_outage_without_a_recorded_end_lasts_from_nothing_to_the_least_of_three(
    facts: dict[str, Any], arguments: dict[str, Any], high: float
) -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), ("b", f"{DAY}12:00Z", None), b={"is_open": False})
    closed = pd.Series([None, facts.get("closed_at")], dtype="datetime64[us, UTC]")
    tables["incidents"] = tables["incidents"].assign(closed_at=closed)
    row = api(tables, **arguments)
    assert hours(row) == [1.0, 1.0, pytest.approx(high)]
    assert (row["n"], row["n_unended"], row["unknown_ids"]) == (1, 1, "b")


def test_outages_of_unknown_length_alone_have_a_range_and_no_point() -> None:
    tables = outage_tables(b={"occurred_at": f"{DAY}12:00Z"})
    row = api(tables, longest=timedelta(hours=1))
    assert pd.isna(row["budget_spent"])
    assert (row["budget_spent_low"], row["budget_spent_high"]) == (0.0, pytest.approx(1 / 2.4))


def test_a_severity_that_is_not_recorded_may_be_one_that_counts() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    row = api(tables, severities=["SEV-1"])
    assert (row["budget_spent_low"], row["budget_spent_high"]) == (0.0, pytest.approx(1 / 2.4))


def test_without_a_word_on_whether_it_goes_on_an_outage_without_an_end_may_be_over() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", None), a={"is_open": None})
    assert api(tables, longest=timedelta(hours=1))["budget_spent_high"] == pytest.approx(1 / 2.4)


def test_of_an_empty_budget_no_share_is_spent() -> None:
    (row,) = bounds(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={"API": 1.0}).to_dict("records")
    assert row["budget"] == timedelta(0)
    for column in ("budget_spent", "budget_spent_weighted"):
        assert [pd.isna(row[f"{column}{bound}"]) for bound in ("", "_low", "_high")] == [True] * 3


def test_an_incident_without_any_time_changes_no_range() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", None))
    row = api(tables)
    undated = make_table("incidents", {"incident_id": ["b"]})
    more = api({**tables, "incidents": pd.concat([tables["incidents"], undated], ignore_index=True)})
    ends = ("budget_spent_low", "budget_spent_high")
    assert [more[end] for end in ends] == [row[end] for end in ends]


def test_an_outage_that_goes_on_has_no_range() -> None:
    row = api(outage_tables(("a", f"{DAY}09:00Z", None), a={"is_open": True}), as_of=pd.Timestamp(f"{DAY}11:00Z"))
    assert hours(row) == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [("started_at", 0.75, 1.25), ("restored_at", 0.75, 1.25), ("stated_duration", 0.75, 1.25), ("closed_at", 1.0, 1.0)],
)
def test_an_approximate_time_may_be_a_quarter_of_an_hour_off(field: str, low: float, high: float) -> None:
    row = api(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), readings=readings(("a", field)))
    assert hours(row) == [low, 1.0, high]
    assert row["n_approximate"] == (low != high)


def test_a_rough_length_says_nothing_of_an_outage_between_two_rows_of_the_timeline() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    tables["outages"] = tables["outages"].assign(source="timeline")
    row = api(tables, readings=readings(("a", "stated_duration")))
    assert hours(row) == [1.0, 1.0, 1.0]
    assert (row["n_approximate"], row["unknown_ids"]) == (0, "")
    assert hours(api(tables, readings=readings(("a", "restored_at")))) == [0.75, 1.0, 1.25]


def copy_of_demo(folder: Path, *changes: tuple[str, str, str]) -> Scope:
    """Return the third quarter of a copy of the demo in which lines of reports are other ones."""
    reports = Path(shutil.copytree(DEMO / "reports", folder / "reports"))
    for name, before, after in changes:
        file = reports / f"{name}.md"
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1
        file.write_text(text.replace(before, after), encoding="utf-8")
    settings = read_settings(DEMO / "incident-analytics.toml")
    return Scope.of(load(reports, settings=settings, status="all"), "2025Q3", settings)


def test_of_the_demo_no_rough_word_makes_a_range_where_exact_times_say_more(
    demo_scope: Scope, demo_corpus: Corpus
) -> None:
    """Seven of its reports have one: a start whose Duration is exact, or a Duration whose rows are."""
    planted = {row["incident_id"] for row in demo_rows("planted") if row["what"] == "approximate-time"}
    assert len(planted) == 7
    quarters = Period.parse("2024-01-01/2026-01-01").split("quarter")
    of_these = [each for each in quarters if any(each.start <= at(name[4:14]) < each.end for name in planted)]
    for quarter in of_these:
        table = measures.budget_bounds(Scope.of(demo_corpus, quarter.name, demo_scope.settings))
        assert (table["unknown_ids"] == "").all()
        assert table["budget_spent_low"].equals(table["budget_spent_high"])


def test_of_the_demo_with_unknown_times_exactly_these_make_a_range_as_wide_as_they_are(
    demo_scope: Scope, tmp_path: Path
) -> None:
    """One ends its second outage at a rough time, another at none; nothing else of the quarter has a range."""
    rough, unended = "INC-2025-08-19-001", "INC-2025-09-25-001"
    scope = copy_of_demo(
        tmp_path,
        (rough, "**Duration**: 17:07 - 18:40 (1h 33m) and 20:30 - 22:11 (1h 41m)", "**Duration**: Unknown"),
        (rough, "| 22:11 | Service restored", "| ~22:11 | Service restored"),
        (unended, "**Duration**: 12:18 - 13:46 (1h 28m)", "**Duration**: Unknown"),
        (unended, "| 13:46 | Service restored", "| TBD | Service restored"),
    )
    table = measures.budget_bounds(scope).set_index("service")
    longest = pd.Timedelta(measures.longest_outage(scope))
    known = measures.budget_bounds(demo_scope).set_index("service")
    quarter_hour = pd.Timedelta(minutes=15)
    (other,) = (row for row in demo_rows("facts") if row["incident_id"] == "INC-2025-09-25-002")
    meanwhile = pd.Timedelta(seconds=int(other["stated_duration_seconds"]))  # an outage of the Frontend, counted once
    for service, names, more in (
        ("API", [rough], quarter_hour),
        ("Frontend", [rough, unended], quarter_hour + longest - meanwhile),
        ("Audio Generation", [unended], longest),
        ("Admin Dashboard", [], pd.Timedelta(0)),
    ):
        row = table.loc[service]
        less = quarter_hour if rough in names else pd.Timedelta(0)
        assert row["unknown_ids"] == ", ".join(names)
        above, below = row["budget_spent_high"] - row["budget_spent"], row["budget_spent"] - row["budget_spent_low"]
        assert above == pytest.approx(more / row["budget"])
        assert below == pytest.approx(less / row["budget"])
        assert bool(names) == (row["budget_spent_high"] > row["budget_spent_low"])
        assert (row["n_unended"], row["n_approximate"]) == (unended in names, 2 * (rough in names))
        gone = pd.Timedelta(minutes={"Audio Generation": 88, "Frontend": 88 - 51}.get(service, 0))  # 51 with the other
        assert row["budget_spent"] == pytest.approx(known.loc[service, "budget_spent"] - gone / row["budget"])
    said = describe_budget_range(table.reset_index(), longest=longest)
    assert said.count(rough) == said.count(unended) == 2


def test_a_short_outage_of_approximate_times_may_have_been_nothing() -> None:
    rough = readings(("a", "started_at"), ("a", "ended_at"))
    assert hours(api(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}09:12Z")), readings=rough)) == [0.0, 0.2, 0.7]


def test_a_share_of_users_that_is_not_reported_may_be_none_or_all() -> None:
    row = api(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")))
    assert hours(row) == [1.0, 1.0, 1.0]
    assert hours(row, "budget_spent_weighted") == [0.0, 1.0, 1.0]
    assert row["n_unshared"] == 1


ANY = st.lists(
    st.tuples(
        st.sampled_from(SERVICES),
        st.integers(min_value=-30, max_value=HOURS + 30),
        st.integers(min_value=0, max_value=60),
        st.sampled_from([0.25, 0.5, 1.0]),
        st.sets(st.sampled_from(["end", "share", "rough"])),
    ),
    min_size=1,
    max_size=8,
)


def tables_of(drawn: list[Any], hidden: list[set[str]]) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return what is known where some of it is hidden."""
    outages, facts, rough, services = [], {}, [], {}
    for index, ((service, begun, length, share, _), what) in enumerate(zip(drawn, hidden, strict=True)):
        name = f"i{index}"
        end = None if "end" in what else hour(begun + length).isoformat()
        outages.append((name, hour(begun).isoformat(), end))
        services[name] = [service]
        known = None if "share" in what else share
        facts[name] = {"is_open": False, "affected_users_fraction": known, "occurred_at": hour(begun).isoformat()}
        rough += [(name, "started_at"), (name, "ended_at")] if "rough" in what else []
    return outage_tables(*outages, services=services, **facts), readings(*rough)


def spent(drawn: list[Any], hidden: list[set[str]]) -> pd.DataFrame:
    tables, rough = tables_of(drawn, hidden)
    return bounds(tables, readings=rough)


@examples(5)
@given(drawn=ANY, fewer=st.sampled_from(["end", "rough", "share"]))
def test_the_point_is_in_the_range_and_more_that_is_unknown_never_narrows_it(drawn: list[Any], fewer: str) -> None:
    everything, something = [set() for _ in drawn], [what for *_, what in drawn]
    known, less = spent(drawn, everything), spent(drawn, something)
    for column in ("budget_spent", "budget_spent_weighted"):
        assert (known[f"{column}_low"] == known[column]).all()
        assert (known[f"{column}_high"] == known[column]).all()
        point = less[column]
        assert (less[f"{column}_low"] <= point.fillna(less[f"{column}_low"])).all()
        assert (less[f"{column}_high"] >= point.fillna(less[f"{column}_high"])).all()
    more = spent(drawn, [what - {fewer} for what in something])
    for column in ("budget_spent", "budget_spent_weighted"):
        assert (less[f"{column}_low"] <= more[f"{column}_low"]).all()
        assert (less[f"{column}_high"] >= more[f"{column}_high"]).all()


def test_the_sentence_names_the_incidents_behind_a_range_and_no_service_without_one() -> None:
    tables = outage_tables(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}12:00Z", None),
        ("c", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        services={"c": ["Frontend"]},
        b={"is_open": False},
    )
    hour_ = timedelta(hours=1)
    text = "API used 41.7% to 83.3% of its error budget: b has no recorded end (assumed to have lasted up to 1h)."
    assert describe_budget_range(bounds(tables, longest=hour_), longest=hour_) == text
    text = "API used 31.2% to 93.8% of its error budget: a and b have no recorded end or only approximate times"
    rough = bounds(tables, longest=hour_, readings=readings(("a", "started_at")))
    assert describe_budget_range(rough, longest=hour_) == f"{text} (assumed to have lasted up to 1h)."
    known = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    assert describe_budget_range(bounds(known), longest=hour_) == ""
    rough = bounds(known, readings=readings(("a", "started_at")))
    text = "API used 31.2% to 52.1% of its error budget: a has approximate times."
    assert describe_budget_range(rough, longest=None) == text


def test_an_outage_that_may_go_on_to_this_day_bounds_no_share_of_a_budget() -> None:
    unended = ("b", f"{DAY}12:00Z", None)
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), unended, b={"is_open": False})
    assert describe_budget_range(bounds(tables), longest=None) == (
        "API used at least 41.7% of its error budget: b has no recorded end."
    )
    alone = outage_tables(unended, b={"is_open": False})
    assert describe_budget_range(bounds(alone), longest=None) == (
        "API used an unknown share of its error budget: b has no recorded end."
    )
