from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from builders import INCIDENTS, UTC, WHEN_AND_WHAT, at, call, incidents_of, period, ratios, severities, spans, texts
from hypothesis import given
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.gaps import mean_time_between, time_between
from incident_analytics.errors import ColumnsError
from incident_analytics.periods import Period
from incident_analytics.tables import make_table


def test_gaps_are_those_between_incidents_of_one_severity() -> None:
    gaps = call(time_between, INCIDENTS, by="severity", within=Period.parse("2025", timezone="Europe/Berlin"))
    expected = pd.DataFrame(
        {
            "severity": severities("SEV-2", "SEV-2", "SEV-2", "SEV-1", None),
            "incident_id": texts("b", "e", "d", "a", "c"),
            "occurred_at": pd.Series(
                [
                    at("2025-07-31T23:30"),
                    at("2025-09-01"),
                    at("2025-09-30T12:00"),
                    at("2025-07-01"),
                    at("2025-09-30T12:00"),
                ],
                dtype=UTC,
            ),
            "previous_id": texts(None, "b", "e", None, None),
            "gap": spans(None, "31D 00:30:00", "29D 12:00:00", None, None),
            # In Berlin b is of 1 August.
            "n_days": pd.Series([None, 31, 29, None, None], dtype="Int64"),
        }
    )
    assert_frame_equal(gaps, expected)


def test_incidents_of_no_known_time_are_last_without_a_gap() -> None:
    incidents = incidents_of(("a", None, "SEV-1"), ("b", "2025-07-02T00:00Z", None), ("c", "2025-07-01T00:00Z", None))
    gaps = call(time_between, incidents)
    assert gaps["incident_id"].tolist() == ["c", "b", "a"]
    assert gaps["gap"].tolist() == [pd.NaT, pd.Timedelta(days=1), pd.NaT]
    assert gaps["previous_id"].isna().tolist() == [True, False, True]
    windowed = call(time_between, incidents, within=period("2025-07-02", "2025-08-01"))
    assert windowed["incident_id"].tolist() == ["b"]
    assert windowed["previous_id"].tolist() == ["c"]


def test_no_incidents_have_no_gaps() -> None:
    gaps = call(time_between, make_table("incidents"), by="severity")
    assert gaps.empty
    assert gaps.dtypes.astype(str).to_dict() == {
        "severity": "category",
        "incident_id": "str",
        "occurred_at": "datetime64[us, UTC]",
        "previous_id": "str",
        "gap": "timedelta64[us]",
        "n_days": "Int64",
    }


@given(WHEN_AND_WHAT)
@examples(20)
def test_gaps_add_up_to_the_time_from_the_first_to_the_last_in_any_order_of_rows(
    rows: list[tuple[pd.Timestamp | None, str | None]],
) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    gaps = time_between(incidents)
    occurred_at = incidents["occurred_at"].dropna()
    assert gaps["gap"].sum() == (occurred_at.max() - occurred_at.min() if len(occurred_at) else pd.Timedelta(0))
    assert len(gaps) == len(incidents)
    assert_frame_equal(time_between(incidents[::-1]), gaps)


def test_the_mean_time_between_incidents_counts_the_silence_since_the_last_one() -> None:
    """9 days from b to the end and 3 gaps: Garwood's 0.6187 and 8.7673 for 3 events bound the mean by 9 / each."""
    incidents = incidents_of(
        ("b", "2025-07-01T00:00Z", "SEV-1"),
        ("c", "2025-07-02T00:00Z", "SEV-1"),
        ("d", "2025-07-05T00:00Z", "SEV-1"),
        ("e", "2025-07-07T00:00Z", "SEV-1"),
        ("later", "2025-07-10T00:00Z", "SEV-1"),
        ("unknown", None, "SEV-1"),
    )
    between = call(mean_time_between, time_between(incidents), until=at("2025-07-10"))
    expected = pd.DataFrame(
        {
            "n": [3],
            "mean": spans("3D"),
            "mean_low": spans(f"{9 / 8.767273}D"),
            "mean_high": spans(f"{9 / 0.618672}D"),
            "median": spans("2D"),
            "longest": spans("3D"),
            "longest_before": texts("d"),
            "since_last": spans("3D"),
            "dispersion": ratios(None),
        }
    )
    assert_frame_equal(
        between.drop(columns=["mean_low", "mean_high"]), expected.drop(columns=["mean_low", "mean_high"])
    )
    for bound in ("mean_low", "mean_high"):
        assert abs(between[bound][0] - expected[bound][0]) < pd.Timedelta(minutes=1)
    wider = call(mean_time_between, time_between(incidents), until=at("2025-07-10"), dispersion=2.0)
    assert wider["mean_low"][0] < between["mean_low"][0]
    assert wider["mean_high"][0] > between["mean_high"][0]
    assert wider["dispersion"].tolist() == [2]


def test_each_group_has_its_mean_time_between_incidents() -> None:
    gaps = time_between(INCIDENTS, by="severity")
    past = pd.DataFrame({"severity": severities("SEV-2"), "n_periods": [12], "dispersion": ratios(1.5)})
    between = call(mean_time_between, gaps, until=at("2025-10-01"), dispersion=past)
    assert between["severity"].isna().tolist() == [False, False, False, True]
    assert between["n"].tolist() == [0, 2, 0, 0]
    assert between["mean"].isna().tolist() == [True, False, True, True]
    assert between["longest_before"].fillna("").tolist() == ["", "e", "", ""]
    assert between["dispersion"].fillna(0).tolist() == [0, 1.5, 0, 0]
    # One incident and none after it within 92 days: the mean has a lower bound alone, 92 / 3.689 days.
    assert between["mean_low"].isna().tolist() == [True, False, False, False]
    assert between["mean_low"][2] == pytest.approx(pd.Timedelta(days=92 / 3.688879), abs=pd.Timedelta(minutes=1))
    assert between["mean_high"].isna().tolist() == [True, False, True, True]


def test_a_bound_too_long_for_a_span_is_none() -> None:
    incidents = incidents_of(("a", "1990-01-01T00:00Z", "SEV-1"), ("b", "1990-01-02T00:00Z", "SEV-1"))
    between = call(mean_time_between, time_between(incidents), until=at("2025-01-01"), dispersion=50.0)
    assert between["mean"].notna().all()
    assert between["mean_high"].isna().all()


def test_no_incidents_have_no_mean_time_between_them() -> None:
    nothing = call(mean_time_between, time_between(make_table("incidents")), until=at("2025-10-01"))
    assert nothing["n"].tolist() == [0]
    assert nothing.drop(columns="n").isna().all(axis=None)
    assert nothing.dtypes["mean"] == "timedelta64[us]"


def test_instants_without_a_zone_are_refused() -> None:
    naive = INCIDENTS.assign(occurred_at=INCIDENTS["occurred_at"].dt.tz_localize(None))
    message = r"^occurred_at is datetime64\[us\], not instants; write pd\.to_"
    with pytest.raises(ColumnsError, match=message):
        time_between(naive)


@pytest.mark.parametrize(
    ("analysis", "error", "message"),
    [
        (
            lambda: time_between(INCIDENTS[["incident_id"]]),
            ColumnsError,
            "column 'occurred_at' is missing; the frame has incident_id",
        ),
    ],
)
def test_a_wrong_question_is_named_with_what_would_be_right(
    analysis: Callable[[], pd.DataFrame], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        analysis()
    assert str(caught.value).startswith(message)


def test_the_gap_before_the_first_incident_of_a_window_begins_before_the_window() -> None:
    incidents = incidents_of(
        ("before", "2025-05-20T00:00Z", "SEV-1"),
        ("first", "2025-07-11T00:00Z", "SEV-1"),
        ("second", "2025-07-21T00:00Z", "SEV-1"),
    )
    july = period("2025-07-01", "2025-07-31")
    gaps = call(time_between, incidents, within=july)
    assert gaps["previous_id"].tolist() == ["before", "first"]
    assert gaps["gap"].tolist() == [pd.Timedelta(days=52), pd.Timedelta(days=10)]
    for since, days in ((july.start, 30), (None, 72)):  # of the window, or from the incident before it
        (row,) = call(mean_time_between, gaps, until=july.end, since=since).to_dict("records")
        assert (row["n"], row["mean"], row["longest"]) == (2, pd.Timedelta(days=days) / 2, pd.Timedelta(days=52))
    # Without an incident before it the time counts from the first one.
    (row,) = call(
        mean_time_between, call(time_between, incidents[1:], within=july), until=july.end, since=july.start
    ).to_dict("records")
    assert (row["n"], row["mean"]) == (1, pd.Timedelta(days=20))
    grouped = call(
        time_between, incidents.assign(severity=severities("SEV-2", "SEV-1", "SEV-1")), by="severity", within=july
    )
    assert grouped["gap"].isna().tolist() == [True, False], "of its own group alone"


@given(WHEN_AND_WHAT)
@examples(20)
def test_a_window_changes_no_gap(rows: list[tuple[pd.Timestamp | None, str | None]]) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    window = period("2025-07-10", "2025-08-01")
    every = time_between(incidents)
    assert_frame_equal(
        time_between(incidents, within=window), every[window.holds(every["occurred_at"])].reset_index(drop=True)
    )
