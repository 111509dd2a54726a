from __future__ import annotations

from datetime import date, time

import pandas as pd
import pytest
from builders import UTC, at, call, period, ratios, severities, spans, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.response import mttr, response_rank, response_summary, response_times
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import DEFAULT_METRICS, Metric
from incident_analytics.tables import make_table

RESTORE = {"time_to_restore": DEFAULT_METRICS["time_to_restore"]}
AS_OF = at("2025-08-01T03:00")


def instants(*texts: str | None) -> pd.Series:
    return pd.Series(list(texts), dtype=UTC)


def figures(
    *,
    mean: pd.Series,
    median: pd.Series,
    p90: pd.Series,
    n_within_p90: list[int | None] | None = None,
    quantile_basis: pd.Series,
    n_positive: list[int],
    geometric_mean: pd.Series,
) -> dict[str, pd.Series | list[int]]:
    """Return the figures of a summary, each before an interval that rests on too few incidents."""
    unknown = spans(*[None] * len(mean))
    return {
        "mean": mean,
        "mean_low": unknown,
        "mean_high": unknown,
        "median": median,
        "median_low": unknown,
        "median_high": unknown,
        "p90": p90,
        "p90_low": unknown,
        "p90_high": unknown,
        "n_within_p90": pd.Series(n_within_p90 or [None] * len(mean), dtype="Int64"),
        "quantile_basis": quantile_basis,
        "n_positive": n_positive,
        "geometric_mean": geometric_mean,
        "geometric_mean_low": unknown,
        "geometric_mean_high": unknown,
    }


def lasting(*minutes: float | None, open_since: str | None = None) -> pd.DataFrame:
    """Return incidents that began on the first of July 2025, one open where a beginning is told."""
    starts = ["2025-07-01T00:00Z"] * len(minutes) + ([open_since] if open_since else [])
    ends = [None if each is None else at("2025-07-01") + pd.Timedelta(minutes=each) for each in minutes]
    return make_table(
        "incidents",
        {
            "incident_id": [f"INC-{number}" for number in range(len(starts))],
            "occurred_at": starts,
            "is_open": [False] * len(minutes) + [True] * bool(open_since),
            "started_at": starts,
            "restored_at": [*ends, *[None] * bool(open_since)],
        },
    )


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


def test_a_span_takes_the_first_pair_of_instants_that_is_reported(incidents: pd.DataFrame) -> None:
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
        time_to_restore_open_since=instants(None, None, None, "2025-08-01T00:00Z", None, None),
    )
    assert_frame_equal(call(response_times, incidents, metrics=RESTORE), expected)


def test_an_open_incident_waits_for_its_end_but_not_for_what_was_before_its_report(incidents: pd.DataFrame) -> None:
    """That an open incident tells no detection is missing: somebody wrote the report."""
    times = call(response_times, incidents.assign(responded_at=pd.Series(pd.NaT, range(6), dtype=UTC)))
    waiting = {name for name in DEFAULT_METRICS if times[f"{name}_open_since"].notna().any()}
    assert waiting == {"time_to_mitigate", "time_to_restore", "time_to_close", "reported_duration"}
    counts = call(response_summary, times, metric="time_to_detect")
    assert counts[["n_missing", "n_open"]].to_numpy().tolist() == [[5, 0]]


def test_business_hours_alone_are_counted_where_asked_for() -> None:
    """Friday 20:49 to Monday 09:44 is 1 h 44 min of 08-17; the span that ends before it starts stays contradictory."""
    incidents = make_table(
        "incidents",
        {
            "incident_id": ["weekend", "night", "holiday", "negative", "open"],
            "started_at": [
                "2025-03-14T20:49Z",
                "2025-03-11T17:00Z",
                "2025-03-17T08:00Z",
                "2025-03-12T09:00Z",
                "2025-03-13T16:00Z",
            ],
            "restored_at": [
                "2025-03-17T09:44Z",
                "2025-03-12T08:00Z",
                "2025-03-19T09:00Z",
                "2025-03-12T08:30Z",
                None,
            ],
            "is_open": [False, False, False, False, True],
        },
    )
    calendar = Calendar(time(8), time(17), holidays=(date(2025, 3, 18),))
    times = call(response_times, incidents, metrics=RESTORE, calendar=calendar)
    assert_frame_equal(
        times.iloc[:, 4:6],
        pd.DataFrame(
            {
                "time_to_restore": spans("1h44min", "0h", "10h", None, None),
                "time_to_restore_basis": texts(*["restored_at - started_at (business hours)"] * 4, None),
            }
        ),
    )
    summary = call(mttr, times, as_of=at("2025-03-17T09:00"), calendar=calendar)
    # Open for 1 h on Thursday, 9 h on Friday, 1 h on Monday: longer than all others.
    assert summary[["n", "n_open", "n_negative", "n_positive"]].to_numpy().tolist() == [[4, 1, 1, 2]]
    # Half of the four are over at 1 h 44 min, the next one at 10 h.
    assert summary["median"].tolist() == [pd.Timedelta("5h52min")]


def test_business_hours_are_by_the_clock_of_the_zone() -> None:
    """In Berlin the clocks go forward on 30 March 2025: 08:00 is 07:00 UTC before and 06:00 UTC after."""
    calendar = Calendar(time(8), time(17), timezone="Europe/Berlin")
    assert calendar.business_time(at("2025-03-28T15:00"), at("2025-03-31T07:00")) == pd.Timedelta(hours=2)
    round_the_clock = Calendar(time(0), time(23), days=(6,), timezone="Europe/Berlin")
    day = round_the_clock.business_time(at("2025-03-29T12:00"), at("2025-03-31T12:00"))
    assert day == pd.Timedelta(hours=22)


def test_business_hours_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(PeriodError, match=r"^business hours from 17:00:00 to 08:00:00 are none; end must be after"):
        Calendar(time(17), time(8))


def test_two_equal_instants_say_no_detection_of_their_own(incidents: pd.DataFrame) -> None:
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
    assert list(times.columns[4:]) == ["time_to_end", "time_to_end_basis", "time_to_end_open_since"]
    assert call(response_summary, times, metric="time_to_end")["n"].tolist() == [2]


def test_a_metric_of_a_column_that_is_not_there_names_the_column(incidents: pd.DataFrame) -> None:
    with pytest.raises(ColumnsError, match=r"^column 'paged_at' is missing; the frame has incident_id, title"):
        response_times(incidents, metrics={"time_to_page": Metric(("started_at",), ("paged_at",))})


def test_the_index_of_the_incidents_changes_nothing(incidents: pd.DataFrame) -> None:
    """Such as their ids, which are a column as well."""
    by_id = incidents.set_index("incident_id", drop=False)
    assert_frame_equal(call(response_times, by_id), call(response_times, incidents))


def test_no_incidents_have_no_times() -> None:
    times = call(response_times, make_table("incidents"))
    assert times.empty
    assert times.dtypes["time_to_restore"] == "timedelta64[us]"
    assert times.dtypes["time_to_restore_basis"] == "str"


def test_the_whole_is_built_on_the_spans_that_are_reported(incidents: pd.DataFrame) -> None:
    expected = pd.DataFrame(
        {
            "n": [4],
            "n_missing": [1],
            "n_open": [1],
            "n_negative": [1],
            # One of four is over at 1 h, two at 2 h; the open one leaves at 3 h, the next ends at 4 h.
            **figures(
                mean=spans("2h20min"),
                median=spans("3h"),
                p90=spans(None),
                quantile_basis=texts("kaplan-meier"),
                n_positive=[3],
                geometric_mean=spans("2h"),
            ),
            "incident_ids": [("a", "b", "c", "d")],
        }
    )
    assert_frame_equal(call(mttr, response_times(incidents), members=True, as_of=AS_OF), expected)


def test_every_declared_severity_has_its_row_and_unknown_ones_theirs(incidents: pd.DataFrame) -> None:
    expected = pd.DataFrame(
        {
            "severity": severities("SEV-3", "SEV-2", "SEV-1", None),
            "n": [0, 2, 2, 0],
            "n_missing": [0, 0, 0, 1],
            "n_open": [0, 0, 1, 0],
            "n_negative": [0, 1, 0, 0],
            **figures(
                mean=spans(None, "3h", "1h", None),
                median=spans(None, "3h", None, None),  # one of 1h and one that goes on: it is at least their middle
                p90=spans(None, None, None, None),
                quantile_basis=texts(None, "observed", "kaplan-meier", None),
                n_positive=[0, 2, 1, 0],
                geometric_mean=spans(None, f"{round(3_600_000_000 * 8**0.5)}us", "1h", None),
            ),
        }
    )
    assert_frame_equal(call(mttr, response_times(incidents), by="severity", as_of=AS_OF), expected)


def test_an_incident_counts_once_in_each_service_that_it_affected(
    incidents: pd.DataFrame, services: pd.DataFrame
) -> None:
    expected = pd.DataFrame(
        {
            "service": texts("API", "Admin", "Frontend", None),
            "n": [3, 0, 1, 1],
            "n_missing": [0, 0, 1, 0],
            "n_open": [1, 0, 0, 0],
            "n_negative": [0, 0, 1, 0],
            **figures(
                mean=spans("1h30min", None, "2h", "4h"),
                median=spans("2h", None, "2h", "4h"),
                p90=spans(None, None, None, None),
                quantile_basis=texts("kaplan-meier", None, "observed", "observed"),
                n_positive=[2, 0, 1, 1],
                geometric_mean=spans(f"{round(3_600_000_000 * 2**0.5)}us", None, "2h", "4h"),
            ),
            "incident_ids": [("a", "b", "d"), (), ("b",), ("c",)],
        }
    )
    times = response_times(incidents)
    summary = call(mttr, times, by="service", services=services, members=True, as_of=AS_OF)
    assert_frame_equal(summary, expected)


def test_periods_are_bounded_by_the_zones_midnights_and_none_is_left_out(incidents: pd.DataFrame) -> None:
    """In Berlin a is of July, c of October; September had none."""
    months = period("2025-06-30T22:00", "2025-10-31T23:00", "Europe/Berlin")
    summary = call(mttr, response_times(incidents), every="month", within=months, as_of=AS_OF)
    assert summary["period"].tolist() == ["2025-07", "2025-08", "2025-09", "2025-10"]
    assert summary["n"].tolist() == [2, 1, 0, 1]
    assert summary["median"].tolist() == [pd.Timedelta("1h30min"), pd.NaT, pd.NaT, pd.Timedelta("4h")]


def test_periods_and_severities_make_every_combination(incidents: pd.DataFrame) -> None:
    summary = call(mttr, response_times(incidents), by=["severity"], every="quarter", as_of=AS_OF)
    assert summary[["period", "severity", "n"]].to_dict("list") == {
        "period": ["2025Q2"] * 3 + ["2025Q3"] * 4,
        "severity": ["SEV-3", "SEV-2", "SEV-1", "SEV-3", "SEV-2", "SEV-1", pytest.approx(float("nan"), nan_ok=True)],
        "n": [0, 0, 1, 0, 2, 1, 0],
    }


def test_the_window_is_half_open_and_its_periods_have_their_rows_without_incidents(incidents: pd.DataFrame) -> None:
    times = response_times(incidents)
    half = period("2025-07-02T10:00", "2026-01-01")
    summary = call(mttr, times, every="quarter", within=half, as_of=AS_OF)
    assert summary[["period", "n"]].to_dict("list") == {
        "period": ["2025-07-02T10:00/2025-10-01T00:00", "2025Q4"],
        "n": [3, 0],
    }
    assert call(mttr, times, within=period("2025-06-30", "2025-07-02T10:00"))["n"].tolist() == [1]


def test_a_fiscal_quarter_is_named_by_the_year_it_ends_in(incidents: pd.DataFrame) -> None:
    summary = call(
        mttr,
        response_times(incidents),
        every="quarter",
        within=Period.parse("FY2026H1", fiscal_year_start=4),
        as_of=AS_OF,
    )
    assert summary["period"].tolist() == ["FY2026Q1", "FY2026Q2"]


def test_an_incident_of_no_known_time_is_in_no_window_but_not_lost_without_one() -> None:
    times = response_times(make_table("incidents", {"incident_id": ["a"]}))
    lost = call(mttr, times, every="quarter")
    assert lost["period"].isna().tolist() == [True]
    assert lost["n_missing"].tolist() == [1]
    window = call(mttr, times, within=Period.parse("2025Q3"))
    assert window["n_missing"].tolist() == [0]


def test_nothing_known_gives_na_and_not_zero() -> None:
    expected = pd.DataFrame(
        {
            "n": [0],
            "n_missing": [0],
            "n_open": [0],
            "n_negative": [0],
            **figures(
                mean=spans(None),
                median=spans(None),
                p90=spans(None),
                quantile_basis=texts(None),
                n_positive=[0],
                geometric_mean=spans(None),
            ),
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
    teams = call(mttr, times, by="team", as_of=AS_OF)
    assert teams[["team", "n"]].to_dict("list") == {"team": ["x", "y"], "n": [2, 2]}


def test_each_figure_has_its_interval_from_its_least_number_of_spans_on() -> None:
    """Median from 6, geometric mean from 6 positive ones, p90 from 36, mean from 40."""
    least = {"median": 6, "geometric_mean": 6, "p90": 36, "mean": 40}
    for n in (5, 6, 7, 35, 36, 39, 40):
        summary = call(mttr, response_times(lasting(0, *range(1, n)), metrics=RESTORE))
        assert summary[["n", "n_positive"]].to_numpy().tolist() == [[n, n - 1]]
        for figure, minimum in least.items():
            low, value, high = (summary[f"{figure}{bound}"][0] for bound in ("_low", "", "_high"))
            enough = n - (figure == "geometric_mean") >= minimum
            assert (low <= value <= high) if enough else (pd.isna(low) and pd.isna(high))


def test_the_interval_of_a_median_lies_between_two_of_the_spans() -> None:
    """Of 9 the second and the eighth: the chance of the median outside is 2 * 10 / 512 = 3.9%; the third, 18%."""
    summary = call(mttr, response_times(lasting(1, 2, 3, 4, 5, 6, 7, 8, 90), metrics=RESTORE))
    assert summary["median_low"].tolist() == [pd.Timedelta(minutes=2)]
    assert summary["median_high"].tolist() == [pd.Timedelta(minutes=8)]


@pytest.mark.parametrize(("n", "within"), [(10, 9), (11, 10), (13, 12), (20, 18), (21, 19), (40, 36)])
def test_the_p90_is_the_smallest_span_that_ninety_percent_stayed_within(n: int, within: int) -> None:
    """Of 13 the 12th: 12 of 13 are 92%, 11 would be 85%. It is a span that an incident took."""
    (row,) = call(mttr, response_times(lasting(*range(1, n + 1)), metrics=RESTORE)).to_dict("records")
    assert (row["p90"], row["n_within_p90"]) == (pd.Timedelta(minutes=within), within)
    assert within / n >= 0.9 > (within - 1) / n


def test_incidents_that_took_equally_long_all_stayed_within_the_p90() -> None:
    (row,) = call(mttr, response_times(lasting(*range(1, 9), *[30] * 5), metrics=RESTORE)).to_dict("records")
    assert (row["p90"], row["n_within_p90"]) == (pd.Timedelta(minutes=30), 13)


def test_below_ten_incidents_there_is_no_p90_and_an_ongoing_one_counts_among_the_ten() -> None:
    """With one that is ongoing for longer than all others the curve falls to 0.1 at the ninth of ten."""
    nine = call(mttr, response_times(lasting(*range(1, 10)), metrics=RESTORE))
    assert nine[["p90", "n_within_p90"]].isna().all(axis=None)
    times = response_times(lasting(*range(1, 10), open_since="2025-07-01T00:00Z"), metrics=RESTORE)
    (ten,) = call(mttr, times, as_of=at("2025-07-02")).to_dict("records")
    assert (ten["n"], ten["n_open"]) == (10, 1)
    assert (ten["p90"], ten["n_within_p90"]) == (pd.Timedelta(minutes=9), 9)


def test_where_too_many_are_ongoing_the_p90_is_not_reached() -> None:
    """Of 11 two are ongoing: the curve ends at 2/11."""
    rows = lasting(*range(1, 10), open_since="2025-07-01T00:00Z")
    rows = pd.concat([rows, rows.tail(1).assign(incident_id="INC-10")], ignore_index=True)
    (row,) = call(mttr, response_times(rows, metrics=RESTORE), as_of=at("2025-07-02")).to_dict("records")
    assert (row["n"], row["n_open"], row["median"]) == (11, 2, pd.Timedelta(minutes=6))
    assert pd.isna(row["p90"])
    assert pd.isna(row["n_within_p90"])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40))
@examples(12)
def test_one_that_has_just_begun_changes_no_figure_but_the_number_of_incidents(minutes: list[int]) -> None:
    """Kaplan-Meier and the plain quantiles agree where all that is ongoing is censored before the first end.

    No span is 0: an end at the same time as a censoring comes first, so that the ongoing incident would count in it.
    """
    ended = mttr(response_times(lasting(*minutes), metrics=RESTORE))
    times = response_times(lasting(*minutes, open_since="2025-07-01T00:00Z"), metrics=RESTORE)
    with_one = mttr(times, as_of=at("2025-07-01"))
    assert with_one["n"][0] == ended["n"][0] + 1
    same = ["median", "p90"] if len(minutes) >= 10 else ["median"]
    assert_frame_equal(with_one[same], ended[same])


def test_an_incident_that_is_open_for_long_raises_the_median_and_not_the_mean() -> None:
    """Of 7 half is over at the fourth: the long open one counts as one that lasts longer than all others."""
    ended = call(mttr, response_times(lasting(10, 20, 30, 40, 50, 60), metrics=RESTORE))
    times = response_times(lasting(10, 20, 30, 40, 50, 60, open_since="2025-07-01T00:00Z"), metrics=RESTORE)
    with_open = call(mttr, times, as_of=at("2025-07-02"))
    assert ended["median"].tolist() == [pd.Timedelta(minutes=35)]
    assert with_open["median"].tolist() == [pd.Timedelta(minutes=40)]
    assert with_open["quantile_basis"].tolist() == ["kaplan-meier"]
    assert with_open["mean"].tolist() == ended["mean"].tolist() == [pd.Timedelta(minutes=35)]
    assert with_open["median_low"][0] < pd.Timedelta(minutes=40)
    # One that has just opened tells nothing yet.
    assert call(mttr, times, as_of=at("2025-07-01"))["median"].tolist() == [pd.Timedelta(minutes=35)]


def test_open_incidents_need_the_instant_until_which_they_lasted(incidents: pd.DataFrame) -> None:
    times = response_times(incidents)
    message = r"^1 incident is open; write as_of=, the instant until which they are known to last$"
    with pytest.raises(ColumnsError, match=message):
        mttr(times)
    assert call(mttr, times, within=period("2025-06-01", "2025-08-01"))["n_open"].tolist() == [0]


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
            {"every": "day"},
            PeriodError,
            "every 'day' is not one of week, month, quarter, year",
        ),
        (
            {"within": Period("x", pd.Timestamp("2025-07-01"), at("2025-10-01"))},
            ColumnsError,
            'start 2025-07-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")',
        ),
        (
            {"as_of": pd.Timestamp("2025-07-01")},
            ColumnsError,
            'as_of 2025-07-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")',
        ),
        (
            {"within": period("2025-07-01", "2025-07-01")},
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
    with pytest.raises(UnknownNameError, match=r"^unknown metric 'time_to_restore': there is none$"):
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
@examples(10)
def test_shifting_all_times_changes_no_span(incidents: pd.DataFrame, by: pd.Timedelta) -> None:
    shifted = incidents.assign(**{name: incidents[name] + by for name in incidents.columns[incidents.dtypes == UTC]})
    moved, unmoved = (response_times(each).select_dtypes(exclude="datetimetz") for each in (shifted, incidents))
    assert_frame_equal(moved, unmoved)


@given(any_incidents())
@examples(10)
def test_the_order_of_the_rows_does_not_matter_and_no_incident_is_lost(incidents: pd.DataFrame) -> None:
    summary = mttr(response_times(incidents), by="is_open", every="quarter", members=True, as_of=AS_OF)
    backwards = mttr(response_times(incidents[::-1]), by="is_open", every="quarter", members=True, as_of=AS_OF)
    assert_frame_equal(summary, backwards)
    assert summary[["n", "n_missing", "n_negative"]].to_numpy().sum() == len(incidents)
    assert (summary["n_open"] <= summary["n"]).all()


@given(st.lists(st.floats(min_value=0.01, max_value=1e6), min_size=1, max_size=40), st.integers(0, 5))
@examples(10)
def test_the_longer_an_incident_is_open_the_later_is_the_median(minutes: list[float], hours: int) -> None:
    """And never earlier than without it."""
    start = "2025-07-01T00:00Z"
    closed = mttr(response_times(lasting(*minutes), metrics=RESTORE))
    times = response_times(lasting(*minutes, open_since=start), metrics=RESTORE)
    medians = [
        closed["median"][0],
        *(mttr(times, as_of=at("2025-07-01") + pd.Timedelta(hours=later))["median"][0] for later in (hours, hours + 1)),
    ]
    late = [pd.Timedelta.max if pd.isna(median) else median for median in medians]
    assert late == sorted(late)


# --- one incident beside others --------------------------------------------------------------------------------------


def ranked(*minutes: float | None, asked: int = 0) -> pd.DataFrame:
    times = response_times(lasting(*minutes), metrics=RESTORE)
    return call(response_rank, times, incident_id=f"INC-{asked}")


def rank(n: int, n_missing: int, span: str | None, median: str | None, percentile: float | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "metric": texts("time_to_restore"),
            "span": spans(span),
            "n": [n],
            "n_missing": [n_missing],
            "median": spans(median),
            "percentile": ratios(percentile),
        }
    )


def test_an_incident_is_compared_with_the_others_and_not_with_itself() -> None:
    """Of 10, 20, 30, 30, 40 and 50 minutes two are shorter than 30 and two as long: (2 + 1) of 6."""
    assert_frame_equal(ranked(10, 30, 20, 30, 30, 40, 50, asked=1), rank(6, 0, "30min", "30min", 0.5))
    assert_frame_equal(ranked(60, 10, 20, 30, 40, 50, 60, None), rank(6, 1, "60min", "35min", 5.5 / 6))


def test_fewer_than_six_others_have_neither_median_nor_percentile() -> None:
    assert_frame_equal(ranked(10, 20, 30, 40, 50, 60), rank(5, 0, "10min", None, None))
    assert_frame_equal(ranked(10, None), rank(0, 1, "10min", None, None))
    assert_frame_equal(ranked(10), rank(0, 0, "10min", None, None))


def test_an_incident_without_a_span_has_no_percentile() -> None:
    assert_frame_equal(ranked(None, 10, 20, 30, 40, 50, 60), rank(6, 0, None, "35min", None))


def test_each_metric_has_its_row(incidents: pd.DataFrame) -> None:
    table = response_rank(response_times(incidents), incident_id=incidents["incident_id"][0])
    assert table["metric"].tolist() == list(DEFAULT_METRICS)
    assert (table["n"] + table["n_missing"] == len(incidents) - 1).all()


def test_an_incident_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^incident 'INC-9' is not one of the 1 incidents$"):
        ranked(10, asked=9)


@given(st.lists(st.integers(0, 500), min_size=7, max_size=12))
@examples(15)
def test_the_longest_of_all_is_never_below_the_shortest(minutes: list[int]) -> None:
    """And between them no span has a higher percentile than a longer one."""
    times = response_times(lasting(*minutes), metrics=RESTORE)
    shares = [response_rank(times, incident_id=f"INC-{i}")["percentile"][0] for i in range(len(minutes))]
    by_length = [share for _, share in sorted(zip(minutes, shares, strict=True))]
    assert by_length == sorted(by_length)
    assert all(0 <= share <= 1 for share in shares)


def test_a_start_in_a_row_without_a_time_is_not_taken_from_a_later_row() -> None:
    """That another row has no time hides nothing."""
    incidents = make_table(
        "incidents",
        {
            "incident_id": ["a", "b"],
            "detected_at": ["2025-03-14T14:00Z"] * 2,
            "restored_at": ["2025-03-14T15:00Z"] * 2,
        },
    )
    rows = {"incident_id": ["a", "b"], "line": [9, 9], "position": [1, 1], "milestone": ["started", "mitigated"]}
    timeline = make_table("timeline", rows)
    times = call(response_times, incidents, timeline=timeline)
    assert times["time_to_restore"].tolist() == [pd.NaT, pd.Timedelta(hours=1)]


def test_times_without_incidents_ids_are_refused() -> None:
    with pytest.raises(ColumnsError, match="column 'incident_id' is missing"):
        response_rank(pd.DataFrame({"time_to_restore": spans(5)}), incident_id="a")
