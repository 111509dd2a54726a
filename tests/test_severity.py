from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from builders import INCIDENTS, WHEN_AND_WHAT, at, call, incidents_of, numbered, period, ratios, severities, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.response import response_times
from incident_analytics.analysis.severity import severity_counts, severity_duration, severity_mix
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import UNITS, Period, Unit
from incident_analytics.tables import make_table

Q3 = Period.parse("2025Q3")


def test_every_month_has_every_severity_and_unknown_ones_where_they_occur() -> None:
    names = ["SEV-3", "SEV-2", "SEV-1"]
    expected = pd.DataFrame(
        {
            "period": texts(*["2025-07"] * 3, *["2025-08"] * 3, *["2025-09"] * 4),
            "severity": severities(*names, *names, *names, None),
            "n": [0, 1, 1, 0, 0, 0, 0, 2, 0, 1],
            "incident_ids": [(), ("b",), ("a",), (), (), (), (), ("d", "e"), (), ("c",)],
        }
    )
    assert_frame_equal(call(severity_counts, INCIDENTS, members=True), expected)


def test_an_incident_just_before_midnight_is_of_the_zones_next_month() -> None:
    counts = call(severity_counts, INCIDENTS, within=Period.parse("2025Q3", timezone="Europe/Berlin"))
    assert counts.loc[counts["severity"] == "SEV-2", "n"].tolist() == [0, 1, 2]


def test_the_window_counts_its_start_and_not_its_end() -> None:
    counts = call(severity_counts, INCIDENTS, every="quarter", within=period("2025-04-01", "2025-09-30T12:00"))
    assert counts.pivot_table(index="period", columns="severity", values="n", observed=False).to_dict("list") == {
        "SEV-3": [0, 0],
        "SEV-2": [0, 2],
        "SEV-1": [0, 1],
    }


def test_a_years_end_is_the_zones() -> None:
    year = "2024-12-31T23:00", "2025-12-31T23:00"
    counts = call(severity_counts, INCIDENTS, every="year", within=period(*year))
    assert counts["period"].unique().tolist() == ["2024-12-31T23:00/2025-01-01T00:00", "2025 so far"]
    berlin = call(severity_counts, INCIDENTS, every="year", within=period(*year, "Europe/Berlin"))
    assert berlin["period"].unique().tolist() == ["2025"]


def test_a_fiscal_year_says_that_it_is_one() -> None:
    fiscal = Period.parse("FY2025", fiscal_year_start=10)
    assert call(severity_counts, INCIDENTS, every="year", within=fiscal)["period"].unique().tolist() == ["FY2025"]
    assert call(severity_counts, INCIDENTS, every="year")["period"].unique().tolist() == ["2025"]


def test_no_incidents_have_no_periods_but_a_window_has() -> None:
    empty = make_table("incidents")
    expected = pd.DataFrame({"period": texts(), "severity": severities(), "n": pd.Series([], dtype="int64")})
    assert_frame_equal(call(severity_counts, empty), expected)
    windowed = call(severity_counts, empty, every="quarter", within=Q3)
    assert windowed["n"].tolist() == [0, 0, 0]


def test_nothing_known_is_counted_as_unknown() -> None:
    counts = call(severity_counts, incidents_of(("a", None, None), ("b", None, None)))
    assert_frame_equal(counts, pd.DataFrame({"period": texts(None), "severity": severities(None), "n": [2]}))


def test_severities_of_ones_own_keep_their_order() -> None:
    incidents = make_table(
        "incidents",
        {"incident_id": ["a"], "occurred_at": ["2025-07-01T00:00Z"], "severity": ["P1"]},
        severities=("P3", "P1"),
    )
    counts = call(severity_counts, incidents)
    assert list(counts["severity"]) == ["P3", "P1"]
    assert counts["severity"].cat.ordered


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(PeriodError, match=r"^every 'day' is not one of week, month, quarter, year$"):
        severity_counts(INCIDENTS, every="day")
    with pytest.raises(ColumnsError, match=r"^column 'severity' is missing; the frame has incident_id, occurred_at$"):
        severity_counts(INCIDENTS[["incident_id", "occurred_at"]])


@given(
    st.lists(
        st.tuples(
            st.datetimes(min_value=pd.Timestamp("2024-01-01"), max_value=pd.Timestamp("2026-01-01")) | st.none(),
            st.sampled_from(["SEV-1", "SEV-2", "SEV-3", None]),
        ),
        min_size=1,
        max_size=12,
    )
)
@examples(20)
def test_no_incident_is_lost_and_the_order_of_the_rows_does_not_matter(rows: list[tuple[pd.Timestamp, str]]) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    counts = severity_counts(incidents, members=True)
    assert counts["n"].sum() == len(rows)
    assert counts["n"].tolist() == [len(ids) for ids in counts["incident_ids"]]
    assert_frame_equal(severity_counts(incidents[::-1], members=True), counts)


def test_the_mix_is_built_on_incidents_of_known_severity() -> None:
    """Clopper and Pearson's bounds of 1 in 4 are 0.0063 and 0.8059, of none in 4 0 and 0.6024."""
    mix = call(severity_mix, INCIDENTS, every="year", members=True)
    expected = pd.DataFrame(
        {
            "period": texts(*["2025"] * 4),
            "severity": severities("SEV-3", "SEV-2", "SEV-1", None),
            "n": [4, 4, 4, 4],
            "n_missing": [1, 1, 1, 1],
            "n_severity": [0, 3, 1, 1],
            "share": ratios(0, 0.75, 0.25, None),
            "share_low": ratios(0, 0.194120, 0.006309, None),
            "share_high": ratios(0.602365, 0.993691, 0.805880, None),
            "incident_ids": [(), ("b", "d", "e"), ("a",), ("c",)],
        }
    )
    assert_frame_equal(mix, expected, rtol=1e-4)


def test_a_period_without_incidents_has_no_mix() -> None:
    mix = call(severity_mix, INCIDENTS)
    august = mix[mix["period"] == "2025-08"]
    assert august["n"].tolist() == [0, 0, 0]
    assert august[["share", "share_low", "share_high"]].isna().all(axis=None)


def test_nothing_known_has_no_mix_and_is_not_lost() -> None:
    mix = call(severity_mix, incidents_of(("a", None, None), ("b", None, None)))
    assert mix[["n", "n_missing", "n_severity"]].to_numpy().tolist() == [[0, 2, 2]]
    assert mix["share"].isna().all()
    assert call(severity_mix, make_table("incidents")).empty


def measured(levels: Sequence[str | None], hours: Sequence[float | None], order: Sequence[str]) -> pd.DataFrame:
    started = at("2025-07-01")
    return response_times(
        make_table(
            "incidents",
            {
                "incident_id": [f"INC-{number:03}" for number in range(len(hours))],
                "occurred_at": [started] * len(hours),
                "severity": levels,
                "started_at": [started] * len(hours),
                "restored_at": [None if hour is None else started + pd.Timedelta(hours=hour) for hour in hours],
            },
            severities=order,
        )
    )


def test_the_correlation_of_severity_and_duration_is_that_of_the_published_example() -> None:
    """The example of R's ``statpsych::ci.spear`` (D. G. Bonett): 0.8699639, interval 0.5840951 to 0.9638297."""
    y = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19]
    x = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51]
    times = measured([f"{level:02}" for level in x], y, [f"{level:02}" for level in sorted(set(x))])
    related = call(severity_duration, times)
    expected = pd.DataFrame(
        {
            "n": [15],
            "n_missing": [0],
            "n_open": [0],
            "n_negative": [0],
            "correlation": ratios(0.8699639),
            "correlation_low": ratios(0.5840951),
            "correlation_high": ratios(0.9638297),
        }
    )
    assert_frame_equal(related.drop(columns="p_value"), expected, rtol=1e-6)
    # Fisher's transform 1.3330 over its standard error sqrt((1 + 0.37842) / 12) = 0.33892: 3.933 from 0.
    assert related["p_value"].tolist() == pytest.approx([8.39e-05], rel=0.01)


def test_the_correlation_counts_what_it_cannot_use() -> None:
    started = at("2025-07-01")
    hour = pd.Timedelta(hours=1)
    times = response_times(
        make_table(
            "incidents",
            {
                "incident_id": list("abcdefg"),
                "occurred_at": [started] * 6 + [started + pd.Timedelta(days=200)],
                "severity": ["SEV-3", "SEV-2", "SEV-1", "SEV-1", None, "SEV-2", "SEV-3"],
                "is_open": [False, None, False, True, False, False, False],
                "started_at": [started] * 7,
                "restored_at": [*(started + hours * hour for hours in (1, 2, 3)), None, started, started - hour, None],
            },
        )
    )
    related = call(severity_duration, times, members=True)
    assert related[["n", "n_missing", "n_open", "n_negative"]].to_numpy().tolist() == [[3, 2, 1, 1]]
    assert related["correlation"].tolist() == pytest.approx([1])
    assert related[["correlation_low", "correlation_high", "p_value"]].isna().all(axis=None)
    assert related["incident_ids"].tolist() == [tuple("abcdefg")]
    summer = call(severity_duration, times, within=Period("x", started, started + hour))
    assert summer[["n", "n_missing", "n_open", "n_negative"]].to_numpy().tolist() == [[3, 1, 1, 1]]


@pytest.mark.parametrize(
    ("levels", "hours"),
    [
        ([], []),
        (["SEV-1"], [1]),
        (["SEV-1", "SEV-2"], [1, 2]),
        (["SEV-1"] * 12, list(range(12))),
        (["SEV-1", "SEV-2"] * 6, [1] * 12),
        ([None] * 12, list(range(12))),
        (["SEV-1"] * 12, [None] * 12),
    ],
    ids=["none", "one", "two", "one severity", "one span", "no severity", "no span"],
)
def test_what_does_not_vary_has_no_correlation(levels: list[str | None], hours: list[float | None]) -> None:
    related = call(severity_duration, measured(levels, hours, ("SEV-3", "SEV-2", "SEV-1")))
    figures = ["correlation", "correlation_low", "correlation_high", "p_value"]
    assert related[figures].isna().all(axis=None)
    assert related[["n", "n_missing"]].to_numpy().sum() == len(hours)


def test_a_perfect_order_has_a_correlation_and_no_interval() -> None:
    order = [f"{level:02}" for level in range(12)]
    related = call(severity_duration, measured(order, list(range(12)), order))
    assert related["correlation"].tolist() == pytest.approx([1])
    assert related["correlation_low"].isna().all()


def test_the_interval_of_the_correlation_covers_as_often_as_it_says_in_spite_of_ties() -> None:
    """Three severities, 10 incidents, no correlation: the interval leaves out 0 in 5% of cases or fewer."""
    draw = np.random.default_rng(6)
    names = ("SEV-3", "SEV-2", "SEV-1")
    times = measured(["SEV-3"] * 10, range(10), names)
    left_out = 0
    for _ in range(100):
        levels = pd.Categorical(draw.choice(names, 10, p=[0.55, 0.3, 0.15]), names, ordered=True)
        lasted = pd.to_timedelta(draw.exponential(size=10), unit="h")
        row = severity_duration(times.assign(severity=levels, time_to_restore=lasted))
        left_out += int((row["correlation_low"] > 0).fillna(value=False).iloc[0])
        left_out += int((row["correlation_high"] < 0).fillna(value=False).iloc[0])
    assert 1 <= left_out <= 7


def test_instants_without_a_zone_are_refused() -> None:
    naive = INCIDENTS.assign(occurred_at=INCIDENTS["occurred_at"].dt.tz_localize(None))
    message = r"^occurred_at is datetime64\[us\], not instants; write pd\.to_"
    with pytest.raises(ColumnsError, match=message):
        severity_counts(naive)
    with pytest.raises(ColumnsError, match=message):
        severity_mix(naive)


@pytest.mark.parametrize(
    ("analysis", "error", "message"),
    [
        (lambda: severity_duration(INCIDENTS), UnknownNameError, "unknown metric 'time_to_restore': there is none"),
        (
            lambda: severity_duration(response_times(INCIDENTS.astype({"severity": "str"}))),
            ColumnsError,
            "severity is str, no ordered category; write pd.Categorical(..., [least, ..., worst], ordered=True)",
        ),
    ],
)
def test_a_wrong_question_is_named_with_what_would_be_right(
    analysis: Callable[[], pd.DataFrame], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        analysis()
    assert str(caught.value).startswith(message)


@given(WHEN_AND_WHAT, st.sampled_from(UNITS))
@examples(20)
def test_shares_fill_the_whole(rows: list[tuple[pd.Timestamp | None, str | None]], every: Unit) -> None:
    incidents = numbered(rows)
    mix = severity_mix(incidents, every=every)
    assert mix.drop_duplicates("period")[["n", "n_missing"]].to_numpy().sum() == len(incidents)
    known = mix[mix["share"].notna()]
    assert known.groupby("period")["share"].sum().tolist() == pytest.approx([1] * known["period"].nunique())
    assert ((known["share_low"] <= known["share"]) & (known["share"] <= known["share_high"])).all()
