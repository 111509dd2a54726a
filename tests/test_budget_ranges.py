"""The range of a spent error budget: what it holds for sure, and a case of each reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from builders import call
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from outage_cases import DAY, END, HOURS, SERVICES, WITHIN, hour, outage_tables

from incident_analytics.analysis.budget_ranges import budget_range
from incident_analytics.sentences import describe_budget_range
from incident_analytics.tables import make_table

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


@examples(10)
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
