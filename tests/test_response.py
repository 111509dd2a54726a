from __future__ import annotations

import pandas as pd
import pytest
from builders import UTC, at, call, severities, spans, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.response import mttr, response_summary, response_times
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.model import DEFAULT_METRICS, Metric, make_table

RESTORE = {"time_to_restore": DEFAULT_METRICS["time_to_restore"]}


@pytest.fixture
def incidents() -> pd.DataFrame:
    """Two plain ones, one that falls back, one open, one without an end, one that ends before it starts."""
    return make_table(
        "incidents",
        {
            "incident_id": ["a", "b", "c", "d", "e", "f"],
            "occurred_at": [
                "2025-06-30T22:30Z",
                "2025-07-02T10:00Z",
                "2025-09-30T23:59Z",
                "2025-08-01T00:00Z",
                "2025-08-02T00:00Z",
                "2025-08-03T00:00Z",
            ],
            "severity": ["SEV-1", "SEV-2", "SEV-2", "SEV-1", None, "SEV-2"],
            "is_open": [False, None, False, True, False, False],
            "started_at": [
                "2025-06-30T22:30Z",
                "2025-07-02T10:00Z",
                None,
                "2025-08-01T00:00Z",
                "2025-08-02T00:00Z",
                "2025-08-03T00:00Z",
            ],
            "detected_at": [
                "2025-06-30T22:30Z",
                "2025-07-02T10:05Z",
                "2025-09-30T23:59Z",
                None,
                None,
                None,
            ],
            "restored_at": ["2025-06-30T23:30Z", "2025-07-02T12:00Z", None, None, None, "2025-08-02T23:00Z"],
            "ended_at": [None, "2025-07-02T13:00Z", "2025-10-01T03:59Z", None, None, None],
        },
    )


@pytest.fixture
def services() -> pd.DataFrame:
    """a hits the API twice named, b the API and the Frontend, c none told; Admin was named but not affected."""
    return make_table(
        "services",
        {
            "incident_id": ["b", "a", "a", "b", "b", "d", "e", "f"],
            "service": ["Frontend", "API", "API", "API", "Admin", "API", "Frontend", "Frontend"],
            "affected": [True, True, True, True, False, True, True, True],
            "line": [1] * 8,
        },
    )


def test_a_span_takes_the_first_pair_of_instants_that_is_told(incidents: pd.DataFrame) -> None:
    expected = incidents[["incident_id", "occurred_at", "severity", "is_open"]].assign(
        time_to_restore=spans("1h", "2h", "4h", None, None, None),
        time_to_restore_basis=texts(
            "restored_at - started_at",
            "restored_at - started_at",
            "ended_at - detected_at",
            None,
            None,
            "restored_at - started_at",
        ),
    )
    assert_frame_equal(call(response_times, incidents, metrics=RESTORE), expected)


def test_two_equal_instants_tell_no_detection_of_their_own(incidents: pd.DataFrame) -> None:
    times = call(response_times, incidents)
    assert_frame_equal(
        times[["time_to_detect", "time_to_detect_basis"]],
        pd.DataFrame(
            {
                "time_to_detect": spans(None, "5min", None, None, None, None),
                "time_to_detect_basis": texts(None, "detected_at - started_at", None, None, None, None),
            }
        ),
    )


def test_equal_instants_are_a_span_of_zero_where_the_metric_allows_it() -> None:
    incidents = make_table(
        "incidents",
        {"incident_id": ["a"], "started_at": ["2025-07-01T10:00Z"], "restored_at": ["2025-07-01T10:00Z"]},
    )
    assert call(response_times, incidents)["time_to_restore"].tolist() == [pd.Timedelta(0)]


def test_spans_of_more_than_a_day_keep_their_days() -> None:
    incidents = make_table(
        "incidents",
        {"incident_id": ["a"], "started_at": ["2025-07-01T10:00Z"], "restored_at": ["2025-07-02T16:00Z"]},
    )
    assert call(mttr, response_times(incidents))["mean"].tolist() == [pd.Timedelta(hours=30)]


def test_metrics_are_data(incidents: pd.DataFrame) -> None:
    own = {"time_to_end": Metric(("detected_at",), ("ended_at",))}
    times = call(response_times, incidents, metrics=own)
    assert list(times.columns[4:]) == ["time_to_end", "time_to_end_basis"]
    assert call(response_summary, times, metric="time_to_end")["n"].tolist() == [2]


def test_a_metric_of_a_column_that_is_not_there_names_the_column(incidents: pd.DataFrame) -> None:
    with pytest.raises(ColumnsError, match=r"^column 'paged_at' is missing; the frame has incident_id, title"):
        response_times(incidents, metrics={"time_to_page": Metric(("started_at",), ("paged_at",))})


def test_no_incidents_have_no_times() -> None:
    times = call(response_times, make_table("incidents"))
    assert times.empty
    assert times.dtypes["time_to_restore"] == "timedelta64[us]"
    assert times.dtypes["time_to_restore_basis"] == "str"


def test_the_whole_rests_on_the_spans_that_are_told(incidents: pd.DataFrame) -> None:
    expected = pd.DataFrame(
        {
            "n": [3],
            "n_missing": [1],
            "n_open": [1],
            "n_negative": [1],
            "mean": spans("2h20min"),
            "median": spans("2h"),
            # Position 0.9 * (3 - 1) = 1.8: 2 h and 0.8 of the way to 4 h.
            "p90": spans("3h36min"),
            "incident_ids": [("a", "b", "c", "d", "e", "f")],
        }
    )
    assert_frame_equal(call(mttr, response_times(incidents), members=True), expected)


def test_every_declared_severity_has_its_row_and_unknown_ones_theirs(incidents: pd.DataFrame) -> None:
    expected = pd.DataFrame(
        {
            "severity": severities("SEV-3", "SEV-2", "SEV-1", None),
            "n": [0, 2, 1, 0],
            "n_missing": [0, 0, 0, 1],
            "n_open": [0, 0, 1, 0],
            "n_negative": [0, 1, 0, 0],
            "mean": spans(None, "3h", "1h", None),
            "median": spans(None, "3h", "1h", None),
            "p90": spans(None, "3h48min", "1h", None),
        }
    )
    assert_frame_equal(call(mttr, response_times(incidents), by="severity"), expected)


def test_an_incident_counts_once_in_each_service_that_it_affected(
    incidents: pd.DataFrame, services: pd.DataFrame
) -> None:
    expected = pd.DataFrame(
        {
            "service": texts("API", "Admin", "Frontend", None),
            "n": [2, 0, 1, 1],
            "n_missing": [0, 0, 1, 0],
            "n_open": [1, 0, 0, 0],
            "n_negative": [0, 0, 1, 0],
            "mean": spans("1h30min", None, "2h", "4h"),
            "median": spans("1h30min", None, "2h", "4h"),
            "p90": spans("1h54min", None, "2h", "4h"),
            "incident_ids": [("a", "b", "d"), (), ("b", "e", "f"), ("c",)],
        }
    )
    assert_frame_equal(call(mttr, response_times(incidents), by="service", services=services, members=True), expected)


def test_periods_are_bounded_by_the_zones_midnights_and_none_is_left_out(incidents: pd.DataFrame) -> None:
    """In Berlin a is of July, c of October; September had none."""
    summary = call(mttr, response_times(incidents), freq="M", timezone="Europe/Berlin")
    assert summary["period"].tolist() == ["2025-07", "2025-08", "2025-09", "2025-10"]
    assert summary["n"].tolist() == [2, 0, 0, 1]
    assert summary["median"].tolist() == [pd.Timedelta("1h30min"), pd.NaT, pd.NaT, pd.Timedelta("4h")]


def test_periods_and_severities_make_every_combination(incidents: pd.DataFrame) -> None:
    summary = call(mttr, response_times(incidents), by=["severity"], freq="Q")
    assert summary[["period", "severity", "n"]].to_dict("list") == {
        "period": ["2025Q2"] * 3 + ["2025Q3"] * 4,
        "severity": ["SEV-3", "SEV-2", "SEV-1", "SEV-3", "SEV-2", "SEV-1", pytest.approx(float("nan"), nan_ok=True)],
        "n": [0, 0, 1, 0, 2, 0, 0],
    }


def test_the_window_is_half_open_and_its_periods_have_their_rows_without_incidents(incidents: pd.DataFrame) -> None:
    times = response_times(incidents)
    summary = call(mttr, times, freq="Q", start=at("2025-07-02T10:00"), end=at("2026-01-01"))
    assert summary[["period", "n"]].to_dict("list") == {"period": ["2025Q3", "2025Q4"], "n": [2, 0]}
    assert call(mttr, times, start=at("2025-06-30"), end=at("2025-07-02T10:00"))["n"].tolist() == [1]


def test_a_fiscal_quarter_is_named_by_the_year_it_ends_in(incidents: pd.DataFrame) -> None:
    summary = call(mttr, response_times(incidents), freq="Q-MAR")
    assert summary["period"].tolist() == ["FY2026Q1", "FY2026Q2"]


def test_an_incident_of_no_known_time_is_in_no_window_but_not_lost_without_one() -> None:
    times = response_times(make_table("incidents", {"incident_id": ["a"]}))
    lost = call(mttr, times, freq="Q")
    assert lost["period"].isna().tolist() == [True]
    assert lost["n_missing"].tolist() == [1]
    window = call(mttr, times, start=at("2025-07-01"), end=at("2025-10-01"))
    assert window["n_missing"].tolist() == [0]


def test_nothing_known_gives_na_and_not_zero() -> None:
    expected = pd.DataFrame(
        {
            "n": [0],
            "n_missing": [0],
            "n_open": [0],
            "n_negative": [0],
            "mean": spans(None),
            "median": spans(None),
            "p90": spans(None),
        }
    )
    empty = response_times(make_table("incidents"))
    assert_frame_equal(call(mttr, empty), expected)
    assert_frame_equal(
        call(mttr, empty, by="service", services=make_table("services")).drop(columns="service"), expected[:0]
    )
    unknown = response_times(make_table("incidents", {"incident_id": ["a", "b"]}))
    assert_frame_equal(call(mttr, unknown), expected.assign(n_missing=[2]))


def test_a_column_of_ones_own_makes_groups(incidents: pd.DataFrame) -> None:
    times = response_times(incidents).assign(team=["x", "x", "y", "y", "y", "x"])
    assert call(mttr, times, by="team")[["team", "n"]].to_dict("list") == {"team": ["x", "y"], "n": [2, 1]}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"metric": "mttr"}, UnknownNameError, "metric 'mttr' is not one of time_to_restore"),
        (
            {"by": "sev"},
            UnknownNameError,
            "by 'sev' is not one of incident_id, occurred_at, severity, is_open, service",
        ),
        ({"by": "service"}, ColumnsError, "by 'service' needs services=, the services table"),
        (
            {"freq": "week"},
            PeriodError,
            "freq 'week' is none of M, Q, Y, or with a fiscal year's last month Q-MAR, Y-MAR",
        ),
        (
            {"start": pd.Timestamp("2025-07-01")},
            ColumnsError,
            'start 2025-07-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")',
        ),
        (
            {"start": at("2025-07-01"), "end": at("2025-07-01")},
            PeriodError,
            "the window 2025-07-01 00:00:00+00:00 to 2025-07-01 00:00:00+00:00 is empty",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_right(
    incidents: pd.DataFrame, arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        response_summary(response_times(incidents, metrics=RESTORE), **arguments)
    assert str(caught.value) == message


def test_a_frame_that_is_no_result_of_response_times_is_refused(incidents: pd.DataFrame) -> None:
    with pytest.raises(UnknownNameError, match=r"^metric 'time_to_restore' is not one of \(none there\)$"):
        mttr(incidents)


INSTANTS = st.none() | st.datetimes(min_value=pd.Timestamp("2024-01-01"), max_value=pd.Timestamp("2026-01-01"))


@st.composite
def any_incidents(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.lists(st.tuples(INSTANTS, INSTANTS, INSTANTS, INSTANTS, st.booleans() | st.none()), max_size=8))
    started, detected, restored, ended, is_open = (
        (list(column) for column in zip(*rows, strict=True)) if rows else [[]] * 5
    )
    columns = {"started_at": started, "detected_at": detected, "restored_at": restored, "ended_at": ended}
    utc = {
        name: [None if at is None else pd.Timestamp(at, tz="UTC") for at in values] for name, values in columns.items()
    }
    return make_table(
        "incidents",
        {
            "incident_id": [f"INC-{number}" for number in range(len(rows))],
            "occurred_at": utc["started_at"],
            "is_open": is_open,
            **utc,
        },
    )


@given(any_incidents(), st.timedeltas(min_value=pd.Timedelta(days=-900), max_value=pd.Timedelta(days=900)))
@settings(deadline=None, max_examples=40)
def test_shifting_all_times_changes_no_span(incidents: pd.DataFrame, by: pd.Timedelta) -> None:
    shifted = incidents.assign(**{name: incidents[name] + by for name in incidents.columns[incidents.dtypes == UTC]})
    moved = response_times(shifted).drop(columns="occurred_at")
    assert_frame_equal(moved, response_times(incidents).drop(columns="occurred_at"))


@given(any_incidents())
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_rows_does_not_matter_and_no_incident_is_lost(incidents: pd.DataFrame) -> None:
    summary = mttr(response_times(incidents), by="is_open", freq="Q", members=True)
    backwards = mttr(response_times(incidents[::-1]), by="is_open", freq="Q", members=True)
    assert_frame_equal(summary, backwards)
    assert summary[["n", "n_missing", "n_open", "n_negative"]].to_numpy().sum() == len(incidents)
