from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from builders import INCIDENTS, at, call, moments, ratios, steady
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.trends import rate_trend
from incident_analytics.errors import ColumnsError, PeriodError
from incident_analytics.periods import Period
from incident_analytics.sentences import describe_trend

Q2, Q3 = Period.parse("2025Q2"), Period.parse("2025Q3")


def test_a_trend_allows_for_the_dispersion() -> None:
    """Laplace's statistic is divided by the root of the dispersion: 2.0 beyond 1.96 becomes 1.41, p 0.157."""
    start = at("2025-01-01")
    minutes = [50 + 100 / 12**0.5 * 2 / 4] * 16
    plain = call(rate_trend, moments(start, minutes), within=Period("", start, start + pd.Timedelta(minutes=100)))
    allowed = call(
        rate_trend,
        moments(start, minutes),
        within=Period("", start, start + pd.Timedelta(minutes=100)),
        dispersion=2.0,
    )
    assert plain["laplace"].tolist() == pytest.approx([2.0], abs=1e-6)
    assert plain["p_value"].tolist() == pytest.approx([0.0455], abs=1e-4)
    assert allowed["p_value"].tolist() == pytest.approx([0.1573], abs=1e-4)
    assert allowed["dispersion"].tolist() == [2]
    assert (allowed["mil_hdbk_p_value"] > plain["mil_hdbk_p_value"]).all()


def test_trends_are_those_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook, 8.2.3.4: ten failures in 1500 hours, 33 of 45 reversals, 37.228, -1.327.

    The p-values are two-sided: Laplace's is twice that of the normal tail, MIL-HDBK-189's twice chi-square's of 20
    degrees of freedom beyond 37.228, 0.0110.
    """
    hours = [5, 40, 43, 175, 389, 712, 747, 795, 1299, 1478]
    start = at("2025-01-01")
    incidents = moments(start, [60 * hour for hour in hours])
    trend = call(rate_trend, incidents, within=Period("x", start, start + pd.Timedelta(hours=1500)), members=True)
    expected = pd.DataFrame(
        {
            "n": [10],
            "laplace": ratios(-1.327),
            "p_value": ratios(0.1846),
            "p_adjusted": ratios(0.1846),
            "mil_hdbk": ratios(37.228),
            "mil_hdbk_p_value": ratios(0.0220),
            "n_reversals": [33],
            "n_pairs": [45],
            "reversals_p_value": ratios(0.0482),
            "dispersion": ratios(None),
            "incident_ids": [tuple(f"INC-{number:05}" for number in range(10))],
        }
    )
    assert_frame_equal(trend, expected, rtol=0, atol=6e-4)
    assert describe_trend(trend) == ["10 incidents, no trend beyond normal variation (p = 0.18)."]


def test_few_incidents_have_statistics_but_no_verdict() -> None:
    trend = call(rate_trend, INCIDENTS, within=Q3, by="severity")
    assert trend["n"].tolist() == [0, 3, 1, 1]
    assert trend["laplace"].isna().tolist() == [True, False, False, False]
    # SEV-1 stands at the very start: all the way from the middle, and no weight in logarithms.
    assert trend["laplace"][2] == pytest.approx(-(3**0.5))
    assert trend["mil_hdbk"].isna().tolist() == [True, False, True, False]
    assert trend["n_pairs"].tolist() == [0, 3, 0, 0]
    assert trend[["p_value", "p_adjusted", "mil_hdbk_p_value", "reversals_p_value"]].isna().all(axis=None)
    assert describe_trend(trend) == [
        "SEV-3: no incidents, not enough to show a trend.",
        "SEV-2: 3 incidents, not enough to show a trend.",
        "SEV-1: 1 incident, not enough to show a trend.",
        "unknown: 1 incident, not enough to show a trend.",
    ]


def test_incidents_at_the_start_and_at_one_pace_leave_their_tests_undefined() -> None:
    start = at("2025-01-01")
    watched = Period("x", start, start + pd.Timedelta(minutes=20))
    at_once = call(rate_trend, moments(start, [0, 1, 3, 9, 10]), within=watched)
    assert at_once["mil_hdbk"].isna().all()
    assert at_once["mil_hdbk_p_value"].isna().all()
    assert at_once["reversals_p_value"].notna().all()
    even = call(rate_trend, moments(start, [4, 8, 12, 16]), within=watched)
    assert even["laplace"].tolist() == [0]
    assert even["n_reversals"].tolist() == [0]
    assert even["reversals_p_value"].isna().all()
    assert describe_trend(even)[0].startswith("4 incidents, no trend beyond normal variation")


def test_a_rate_that_rises_or_falls_is_reported() -> None:
    start = at("2025-01-01")
    minutes = [100 - 100 * 0.8**step for step in range(3, 30)]
    falling = call(
        rate_trend,
        moments(start, [100 - minute for minute in reversed(minutes)]),
        within=Period("x", start, start + pd.Timedelta(minutes=100)),
    )
    assert falling["laplace"][0] < -3
    assert "less often towards the end of the window, significant (p < 0.001)." in describe_trend(falling)[0]
    trend = call(rate_trend, moments(start, minutes), within=Period("x", start, start + pd.Timedelta(minutes=100)))
    assert trend["laplace"][0] > 3
    assert trend["mil_hdbk"][0] < 2 * 27
    assert trend["n_reversals"].tolist() == [0]
    assert "more often towards the end of the window, significant (p < 0.001)." in describe_trend(trend)[0]


@given(st.lists(st.integers(1, 10**6 - 1), min_size=4, max_size=30), st.integers(1, 50))
@examples(12)
def test_a_trend_has_no_unit_and_turns_round_with_time(minutes: list[int], factor: int) -> None:
    start, length = at("2020-01-01"), 10**6

    def trend(moments_of: list[int], length: int) -> pd.Series:
        within = Period("x", start, start + pd.Timedelta(minutes=length))
        return rate_trend(moments(start, moments_of), within=within).iloc[0]

    row = trend(minutes, length)
    wider = trend([factor * minute for minute in reversed(minutes)], factor * length)
    mirrored = trend([length - minute for minute in minutes], length)
    figures = ["laplace", "mil_hdbk", "n_reversals"]
    assert wider[figures].tolist() == pytest.approx(row[figures].tolist())
    assert mirrored["laplace"] == pytest.approx(-row["laplace"], abs=1e-9)
    assert 0 <= row["n_reversals"] <= row["n_pairs"]
    assert row["mil_hdbk"] > 0


def test_instants_without_a_zone_are_refused() -> None:
    naive = INCIDENTS.assign(occurred_at=INCIDENTS["occurred_at"].dt.tz_localize(None))
    message = r"^occurred_at is datetime64\[us\], not instants; write pd\.to_"
    with pytest.raises(ColumnsError, match=message):
        rate_trend(naive, within=Q3)


@pytest.mark.parametrize(
    ("analysis", "error", "message"),
    [
        (
            lambda: rate_trend(INCIDENTS, within=Q3, by="service"),
            ColumnsError,
            "by 'service' needs services=, the services table",
        ),
        (
            lambda: rate_trend(INCIDENTS, within=Period("x", pd.Timestamp("2025-07-01"), Q3.end)),
            ColumnsError,
            "start 2025-07-01 00:00:00 has no zone; write ",
        ),
        (lambda: rate_trend(INCIDENTS, within=Period("x", Q3.end, Q3.start)), PeriodError, "the window 2025-10-01 "),
    ],
)
def test_a_wrong_question_is_named_with_what_would_be_right(
    analysis: Callable[[], pd.DataFrame], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        analysis()
    assert str(caught.value).startswith(message)


def test_where_nothing_changed_false_findings_stay_at_their_rate() -> None:
    """200 groups at a steady rate: 5% of p-values are below 5%, three standard errors more or less."""
    incidents = steady(Q2.start, 200, 0.1, 182, seed=4)
    trend = rate_trend(incidents, within=Period("x", Q2.start, Q2.start + pd.Timedelta(days=182)), by="team")
    for name in ("p_value", "mil_hdbk_p_value", "reversals_p_value"):
        assert 0.003 < (trend[name] < 0.05).mean() < 0.097, name
    assert (trend["p_adjusted"] < 0.05).sum() <= 1
