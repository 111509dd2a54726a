"""The dispersion of past counts reaches every figure of counts that a review shows."""

from __future__ import annotations

import pandas as pd
import pytest

from incident_analytics import measures
from incident_analytics.analysis.statistics import holm
from incident_analytics.scope import Scope


def test_the_dispersion_is_that_of_the_months_before_the_window(demo_scope: Scope) -> None:
    past = measures.dispersion(demo_scope)
    assert past[["n_periods", "first_period", "last_period"]].to_numpy().tolist() == [[18, "2024-01", "2025-06"]]
    assert past["dispersion"].tolist() == pytest.approx([1.32], abs=0.01)


def test_rates_chart_and_mean_time_between_allow_for_it(demo_scope: Scope) -> None:
    by_severity = measures.dispersion(demo_scope, by="severity").set_index("severity")["dispersion"]
    rates = measures.rates(demo_scope)
    assert rates["dispersion"].tolist() == by_severity.reindex(rates["severity"].tolist()).tolist()
    (spread,) = measures.dispersion(demo_scope)["dispersion"]
    chart, value = measures.control(demo_scope)
    assert value == "n"
    assert set(chart["dispersion"]) == {spread}
    assert chart["exposure"].dt.days.unique().tolist() == [31, 29, 30, 28]
    assert measures.between(demo_scope, within=demo_scope.history(1))["dispersion"].tolist() == [spread]


def test_comparisons_with_earlier_periods_allow_for_it_and_are_adjusted_together(demo_scope: Scope) -> None:
    changes = measures.changes(demo_scope)
    (spread,) = measures.dispersion(demo_scope)["dispersion"]
    of_counts = changes["measure"] == "incidents"
    assert changes.loc[of_counts, "dispersion"].tolist() == [spread, spread]
    assert changes.loc[~of_counts, "dispersion"].isna().all()
    assert changes["p_adjusted"].tolist() == holm(changes["p_value"]).tolist()
    assert changes.loc[of_counts, "can_tell"].tolist() == [False, False]


def test_a_history_below_eight_months_is_taken_as_poisson(demo_scope: Scope) -> None:
    early = demo_scope.known.select(demo_scope.known.incidents["occurred_at"] >= pd.Timestamp("2025-02-01", tz="UTC"))
    short = Scope.of(early, "2025Q3", demo_scope.settings)
    assert measures.dispersion(short)["dispersion"].isna().all()
    assert measures.rates(short)["dispersion"].isna().all()
    assert measures.control(short)[0]["dispersion"].isna().all()
