from __future__ import annotations

import pandas as pd
import pytest
from builders import call, ratios, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.costs import cost_totals
from incident_analytics.errors import ColumnsError
from incident_analytics.tables import Corpus, make_table


def costs_of(*rows: tuple[str, str, float | None, str | None]) -> pd.DataFrame:
    incident_id, kind, amount, currency = zip(*rows, strict=True)
    return make_table(
        "costs",
        {
            "incident_id": incident_id,
            "kind": kind,
            "amount": amount,
            "currency": currency,
            "line": range(len(rows)),
        },
    )


COSTS = costs_of(
    ("a", "lost_revenue", 1200.0, "USD"),
    ("b", "lost_revenue", 400.5, "EUR"),
    ("c", "lost_revenue", 300.0, "USD"),
    ("d", "lost_revenue", None, "USD"),
    ("b", "additional_costs", 0.0, None),
    ("c", "additional_costs", None, None),
    ("d", "fines", 5.0, "USD"),
)


def test_each_kind_is_added_up_in_each_of_its_currencies() -> None:
    expected = pd.DataFrame(
        {
            "kind": texts("lost_revenue", "lost_revenue", "additional_costs", "credits_issued", "fines"),
            "currency": texts("EUR", "USD", None, None, "USD"),
            "total": ratios(400.5, 1500.0, 0.0, None, 5.0),
            "n": [1, 2, 1, 0, 1],
            "n_missing": [1, 1, 1, 0, 0],
            "incident_ids": [("b",), ("a", "c"), ("b",), (), ("d",)],
        }
    )
    assert_frame_equal(call(cost_totals, COSTS, members=True), expected)


def test_reports_without_an_amount_are_missing_and_incidents_of_other_reports_left_out() -> None:
    incidents = make_table("incidents", {"incident_id": ["a", "c", "x"]})
    expected = pd.DataFrame(
        {
            "kind": texts("lost_revenue", "additional_costs", "credits_issued", "fines"),
            "currency": texts("USD", None, None, None),
            "total": ratios(1500.0, None, None, None),
            "n": [2, 0, 0, 0],
            "n_missing": [1, 3, 3, 3],
        }
    )
    assert_frame_equal(call(cost_totals, COSTS, incidents=incidents), expected)


def test_a_zero_without_a_currency_counts_in_the_only_one_that_the_kind_has() -> None:
    """Unreported amounts are missing and never a total of 0."""
    rows = costs_of(
        ("a", "lost_revenue", 500.0, "USD"),
        ("b", "lost_revenue", 0.0, None),
        ("c", "lost_revenue", None, None),
        ("a", "credits_issued", 5.0, "USD"),
        ("b", "credits_issued", 5.0, "EUR"),
        ("c", "credits_issued", 0.0, None),
    )
    totals = call(cost_totals, rows).set_index(["kind", "currency"])
    assert totals.loc[("lost_revenue", "USD")].tolist() == [500.0, 2, 1]
    assert totals.loc["credits_issued"].to_numpy().tolist() == [[5.0, 1, 0], [5.0, 1, 0], [0.0, 1, 0]]


def test_an_amount_without_a_currency_keeps_none() -> None:
    """Only a zero is the same in all currencies; one with its own keeps that."""
    costs = costs_of(
        ("a", "lost_revenue", 7.0, "USD"),
        ("b", "lost_revenue", 5.0, None),
        ("c", "lost_revenue", 0.0, None),
        ("d", "fines", 0.0, "EUR"),
        ("e", "fines", 0.0, "EUR"),
    )
    table = call(cost_totals, costs)
    totals = {
        (kind, own): [total, n] for kind, own, total, n, _ in table.fillna({"currency": ""}).itertuples(index=False)
    }
    assert totals["lost_revenue", "USD"] == [7.0, 2]
    assert totals["lost_revenue", ""] == [5.0, 1]
    assert totals["fines", "EUR"] == [0.0, 2]


@pytest.mark.parametrize("incidents", [None, make_table("incidents")])
def test_no_costs_have_a_row_for_each_kind_without_a_total(incidents: pd.DataFrame | None) -> None:
    expected = pd.DataFrame(
        {
            "kind": texts("lost_revenue", "additional_costs", "credits_issued"),
            "currency": texts(None, None, None),
            "total": ratios(None, None, None),
            "n": [0, 0, 0],
            "n_missing": [0, 0, 0],
        }
    )
    assert_frame_equal(call(cost_totals, make_table("costs"), incidents=incidents), expected)


def test_amounts_that_are_all_unknown_have_no_total() -> None:
    totals = call(cost_totals, costs_of(("a", "lost_revenue", None, None)))
    assert totals["total"].isna().all()
    assert totals["n_missing"].tolist() == [1, 0, 0]


def test_a_frame_without_amounts_is_refused() -> None:
    with pytest.raises(ColumnsError, match=r"^column 'amount' is missing; the frame has incident_id, kind"):
        cost_totals(COSTS.drop(columns="amount"))


def test_n_and_n_missing_are_all_of_the_demos_reports(demo_corpus: Corpus) -> None:
    """A report has one row a kind, so that its amounts are added up once; dollars and euros stay apart."""
    totals = call(cost_totals, demo_corpus.costs, incidents=demo_corpus.incidents)
    assert {"USD", "EUR"} <= set(totals["currency"])
    by_kind = totals.groupby("kind").agg(n=("n", "sum"), n_missing=("n_missing", "first"))
    assert by_kind["n"].sum() == demo_corpus.costs["amount"].notna().sum() > 60
    assert set(by_kind.sum(axis="columns")) == {len(demo_corpus.incidents)}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.sampled_from(["lost_revenue", "credits_issued"]),
            st.none() | st.integers(min_value=0, max_value=10**9).map(float),
            st.sampled_from(["USD", "EUR", None]),
        ),
        min_size=1,
        max_size=10,
    )
)
@examples(15)
def test_every_amount_is_in_one_row_and_the_order_of_rows_does_not_matter(
    rows: list[tuple[str, str, float | None, str | None]],
) -> None:
    costs = costs_of(*rows)
    totals = cost_totals(costs, members=True)
    assert totals["n"].sum() + totals.groupby("kind")["n_missing"].first().sum() == len(rows)
    assert totals["total"].sum() == sum(amount or 0 for _, _, amount, _ in rows)
    assert not totals.duplicated(["kind", "currency"]).any()
    assert_frame_equal(cost_totals(costs[::-1], members=True), totals)
