from __future__ import annotations

from datetime import date, time
from typing import Any

import pandas as pd
import pytest
from builders import at, call, period, ratios, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal, assert_series_equal

from incident_analytics.analysis.calendar_pattern import _hours_covered, start_hours, start_times
from incident_analytics.errors import ColumnsError, PeriodError
from incident_analytics.periods import Calendar, Period
from incident_analytics.tables import make_table

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def incidents_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Each row with the instants that it tells; occurred_at is the first of them unless told."""
    names = ("started_at", "detected_at", "responded_at")
    facts = {name: [row.get(name) for row in rows] for name in names}
    first = [row.get("occurred_at", min([row[name] for name in names if name in row], default=None)) for row in rows]
    return make_table("incidents", {"incident_id": [f"i{k}" for k in range(len(rows))], "occurred_at": first, **facts})


def started(*instants: str) -> pd.DataFrame:
    return incidents_of(*({"started_at": instant} for instant in instants))


def counted(hours: pd.DataFrame) -> list[tuple[str, int, int]]:
    return list(hours.loc[hours["n"] > 0, ["weekday", "hour", "n"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("end", "hours"),
    [("2025-03-14T12:30Z", [1, 1, 0.5]), ("2025-03-14T13:00Z", [1, 1, 1]), ("2025-03-14T10:15Z", [0.25])],
)
def test_a_window_holds_a_part_of_its_last_hour(end: str, hours: list[float]) -> None:
    covered = _hours_covered(pd.Timestamp("2025-03-14T10:00Z"), pd.Timestamp(end), "UTC")
    assert covered[4, 10 : 10 + len(hours)].tolist() == hours  # a Friday
    assert covered.sum() == sum(hours)


def test_every_hour_of_every_weekday_has_its_row() -> None:
    """2025-07-01 was a Tuesday."""
    result = call(start_hours, started("2025-07-01T14:02Z", "2025-07-08T14:59Z", "2025-07-06T00:00Z"), members=True)
    members = {24 + 14: ("i0", "i1"), 6 * 24: ("i2",)}
    expected = pd.DataFrame(
        {
            "weekday": pd.Series(
                [day for day in WEEKDAYS for _ in range(24)], dtype=pd.CategoricalDtype(WEEKDAYS, ordered=True)
            ),
            "hour": [*range(24)] * 7,
            "n": [0] * 168,
            "n_missing": [0] * 168,
            "hour_from": pd.Series([None] * 168, dtype="Int64"),
            "hour_to": pd.Series([None] * 168, dtype="Int64"),
            "n_in_hours": pd.Series([None] * 168, dtype="Int64"),
            "hour_p_value": ratios(*[None] * 168),
            "hour_p_adjusted": ratios(*[None] * 168),
            "weekday_window": texts(*[None] * 168),
            "n_in_weekdays": pd.Series([None] * 168, dtype="Int64"),
            "weekday_p_value": ratios(*[None] * 168),
            "weekday_p_adjusted": ratios(*[None] * 168),
            "timezone": texts(*["UTC"] * 168),
            "incident_ids": pd.Series([members.get(row, ()) for row in range(168)], dtype=object),
        }
    )
    expected.loc[24 + 14, "n"], expected.loc[6 * 24, "n"] = 2, 1
    assert_frame_equal(result, expected)


def test_the_start_counts_before_what_is_first_reported() -> None:
    rows = incidents_of(
        {"started_at": "2025-07-01T10:00Z", "detected_at": "2025-07-01T09:00Z"},
        {"detected_at": "2025-07-02T12:00Z", "responded_at": "2025-07-02T11:00Z"},
        {"responded_at": "2025-07-03T13:00Z"},
    )
    assert counted(call(start_hours, rows)) == [("Tuesday", 10, 1), ("Wednesday", 11, 1), ("Thursday", 13, 1)]


def test_a_date_is_no_midnight() -> None:
    """occurred_at stands at midnight where the report tells no time; that says nothing of the hour."""
    rows = incidents_of({"occurred_at": "2025-07-01T00:00Z"}, {"started_at": "2025-07-01T00:00Z"}, {})
    result = call(start_hours, rows)
    assert counted(result) == [("Tuesday", 0, 1)]
    assert set(result["n_missing"]) == {2}


def test_hours_are_those_of_the_clock_there() -> None:
    """Berlin was two hours ahead of UTC in July, one in January."""
    result = call(
        start_hours,
        started("2025-07-01T22:30Z", "2025-01-07T22:30Z"),
        within=Period.parse("2025", timezone="Europe/Berlin"),
    )
    assert counted(result) == [("Tuesday", 23, 1), ("Wednesday", 0, 1)]
    assert set(result["timezone"]) == {"Europe/Berlin"}


def test_the_window_is_half_open() -> None:
    rows = started("2025-06-30T23:59Z", "2025-07-01T00:00Z", "2025-09-30T23:59Z", "2025-10-01T00:00Z")
    result = call(start_hours, rows, within=Period.parse("2025Q3"))
    assert counted(result) == [("Tuesday", 0, 1), ("Tuesday", 23, 1)]
    with pytest.raises(PeriodError, match=r"the window 2025-10-01 00:00:00\+00:00 to 2025-07-01 00:00:00\+00:00 is"):
        start_hours(rows, within=period("2025-10-01", "2025-07-01"))


def test_of_no_incidents_every_count_is_zero_and_nothing_can_be_said() -> None:
    for rows in (incidents_of(), incidents_of({}, {})):
        result = call(start_hours, rows)
        assert (len(result), result["n"].sum(), set(result["n_missing"])) == (168, 0, {len(rows)})
        assert result[["hour_p_adjusted", "weekday_p_adjusted"]].isna().all(axis=None)


def at_the_same_hour(n: int, *, days: int) -> pd.DataFrame:
    """So many incidents at 14:00, evenly over the days."""
    return started(*(f"{at('2025-07-01T14:00') + pd.Timedelta(days=k * days // n):%Y-%m-%dT%H:%MZ}" for k in range(n)))


def test_a_pattern_is_tested_from_ten_incidents_on() -> None:
    bounds = {"within": period("2025-07-01", "2025-08-26")}
    few = call(start_hours, at_the_same_hour(9, days=56), **bounds)
    assert few[["hour_p_adjusted", "weekday_p_adjusted", "hour_from", "weekday_window"]].isna().all(axis=None)
    many = call(start_hours, at_the_same_hour(14, days=56), **bounds).iloc[0]
    assert many["hour_p_adjusted"] < 0.001
    assert many["n_in_hours"] == 14
    assert many["hour_from"] <= 14 < many["hour_to"]
    assert pd.isna(many["weekday_p_value"]) or many["weekday_p_value"] > 0.9


def test_without_bounds_weekdays_are_tested_from_eight_weeks_on() -> None:
    """The incidents are the bounds then: of a few days they would say themselves which ones count."""
    wednesdays = at_the_same_hour(14, days=14 * 7)
    assert call(start_hours, wednesdays)["weekday_p_adjusted"].iloc[0] < 0.001
    short = call(start_hours, wednesdays.iloc[[0] * 7 + [7] * 7].reset_index(drop=True)).iloc[0]
    assert short["hour_p_adjusted"] < 0.001
    assert pd.isna(short["weekday_p_adjusted"])


def test_eight_weeks_to_the_minute_are_enough() -> None:
    exactly = [f"{at('2025-07-01T14:00') + pd.Timedelta(weeks=week):%Y-%m-%dT%H:%MZ}" for week in range(9)]
    assert call(start_hours, started(*exactly, exactly[0]))["weekday_p_value"].notna().all()
    later = f"{at('2025-07-01T14:01'):%Y-%m-%dT%H:%MZ}"
    assert call(start_hours, started(later, later, *exactly[1:]))["weekday_p_value"].isna().all()


def test_members_are_there_only_when_asked_for() -> None:
    assert "incident_ids" not in start_hours(incidents_of())
    assert start_hours(incidents_of(), members=True)["incident_ids"].tolist() == [()] * 168


OFFICE = Calendar(time(9), time(17), holidays=(date(2025, 7, 3),))


def test_starts_in_and_out_of_business_hours_and_the_time_of_each() -> None:
    """A week of seven days with four working days of eight hours; the holiday is a Thursday."""
    rows = incidents_of(
        {"started_at": "2025-07-01T09:00Z"},
        {"started_at": "2025-07-01T16:59Z"},
        {"started_at": "2025-07-01T17:00Z"},
        {"detected_at": "2025-07-02T03:00Z"},
        {"started_at": "2025-07-03T12:00Z"},
        {"started_at": "2025-07-05T12:00Z"},
        {"started_at": "2025-07-08T00:00Z"},
        {"occurred_at": "2025-07-01T00:00Z"},
    )
    expected = pd.DataFrame(
        {
            "when": texts("Business hours", "Evenings", "Nights", "Weekends and holidays"),
            "n": [2, 1, 1, 2],
            "n_missing": [1, 1, 1, 1],
            "share": ratios(1 / 3, 1 / 6, 1 / 6, 1 / 3),
            "share_of_time": ratios(4 * 8 / 168, 4 * 7 / 168, 4 * 9 / 168, 3 * 24 / 168),
        }
    )
    assert_frame_equal(call(start_times, rows, within=period("2025-07-01", "2025-07-08"), calendar=OFFICE), expected)


def test_without_incidents_there_is_no_share_but_one_of_the_time() -> None:
    result = call(start_times, incidents_of(), within=period("2025-07-01", "2025-07-08"), calendar=OFFICE)
    assert_frame_equal(result[["n", "n_missing"]], pd.DataFrame({"n": [0] * 4, "n_missing": [0] * 4}))
    assert_series_equal(result["share"], ratios(None, None, None, None), check_names=False)
    assert result["share_of_time"].sum() == pytest.approx(1)


def test_seven_of_twelve_on_saturdays_are_a_pattern_with_their_window() -> None:
    """The hours are spread; chi-square over the weekdays gives 0.0013, the scan twice that, doubled for being two."""
    saturdays = [f"2025-07-{day:02}T{hour:02}:00Z" for day, hour in zip((5, 12, 19, 26), (0, 5, 10, 15), strict=True)]
    saturdays += [f"2025-08-{day:02}T{hour:02}:00Z" for day, hour in zip((2, 9, 16), (20, 3, 8), strict=True)]
    others = ["2025-07-07T13:00Z", "2025-07-15T18:00Z", "2025-07-23T22:00Z", "2025-07-31T02:00Z", "2025-08-08T11:00Z"]
    (row,) = call(start_hours, started(*saturdays, *others)).head(1).to_dict("records")
    assert pd.isna(row["weekday_p_value"])
    (row,) = (
        call(start_hours, started(*saturdays, *others), within=period("2025-07-01", "2025-10-01"))
        .head(1)
        .to_dict("records")
    )
    assert (row["weekday_window"], row["n_in_weekdays"]) == ("Saturday", 7)
    assert row["weekday_p_value"] == pytest.approx(0.003, abs=0.0015)
    assert row["weekday_p_adjusted"] == pytest.approx(2 * row["weekday_p_value"])
    assert row["hour_p_adjusted"] > 0.05


def test_a_window_past_midnight_ends_before_it_begins() -> None:
    night = [f"2025-07-{day:02}T{hour:02}:30Z" for day, hour in enumerate([22, 23, 0, 1] * 4, start=1)]
    (row,) = call(start_hours, started(*night)).head(1).to_dict("records")
    assert (row["hour_from"], row["hour_to"], row["n_in_hours"]) == (22, 2, 16)
    evening = [f"2025-07-{day:02}T{hour:02}:30Z" for day, hour in enumerate([22, 23] * 6, start=1)]
    (row,) = call(start_hours, started(*evening)).head(1).to_dict("records")
    assert (row["hour_from"], row["hour_to"], row["n_in_hours"]) == (22, 24, 12)


def test_a_window_of_few_days_expects_more_on_the_days_that_come_twice() -> None:
    """Monday to the Monday after: 6 of 14 on the two Mondays are hardly more than their 2 of 8 days."""
    days = [7, 7, 7, 8, 8, 9, 9, 10, 11, 12, 13, 14, 14, 14]
    rows = started(*(f"2025-07-{day:02}T{2 * index:02}:00Z" for index, day in enumerate(days, start=-0) if index < 12))
    (row,) = call(start_hours, rows, within=period("2025-07-07", "2025-07-15")).head(1).to_dict("records")
    assert pd.isna(row["weekday_p_value"]) or row["weekday_p_value"] > 0.3


def test_clock_changes_and_odd_bounds_are_no_obstacle() -> None:
    rows = at_the_same_hour(14, days=200)
    bounds = {"within": period("2025-06-30T22:17:31", "2026-02-01T10:45", "Africa/Cairo")}
    (row,) = call(start_hours, rows, **bounds).head(1).to_dict("records")
    assert row["hour_p_adjusted"] < 0.001


def test_a_table_without_instants_is_refused() -> None:
    text = "columns 'detected_at', 'responded_at' are missing; the frame has incident_id, occurred_at, started_at"
    with pytest.raises(ColumnsError, match=text):
        start_hours(started("2025-07-01T14:00Z")[["incident_id", "occurred_at", "started_at"]])


INSTANTS = st.datetimes(pd.Timestamp("2024-01-01"), pd.Timestamp("2026-01-01")).map(lambda instant: f"{instant}Z")


YEARS = period("2023-12-31T05:00", "2026-01-02T05:00", "America/New_York")


@given(st.lists(st.none() | INSTANTS, max_size=25), st.sampled_from([None, YEARS]))
@examples(10)
def test_every_incident_counts_once_and_the_order_of_rows_does_not_matter(
    instants: list[str | None], within: Period | None
) -> None:
    rows = incidents_of(*({} if instant is None else {"started_at": instant} for instant in instants))
    result = call(start_hours, rows, within=within, members=True)
    assert result["n"].sum() + result["n_missing"].iloc[0] == (
        len(rows) if within is None else rows["occurred_at"].count()
    )
    assert (result["incident_ids"].map(len) == result["n"]).all()
    chances = result[["hour_p_value", "hour_p_adjusted", "weekday_p_value", "weekday_p_adjusted"]].iloc[0].dropna()
    assert chances.between(0, 1).all()
    assert_frame_equal(call(start_hours, rows[::-1], within=within, members=True), result)


@given(st.lists(st.none() | INSTANTS, max_size=12), st.integers(0, 22), st.integers(1, 23))
@examples(12)
def test_every_start_is_in_one_of_four_kinds_of_time(instants: list[str | None], first: int, length: int) -> None:
    """As the wall clock in New York shows it; the kinds make up all the time there is."""
    last = min(first + length, 23)
    calendar = Calendar(time(first), time(last), timezone="America/New_York")
    rows = incidents_of(*({} if instant is None else {"started_at": instant} for instant in instants))
    result = call(start_times, rows, within=YEARS, calendar=calendar)
    clocks = [pd.Timestamp(instant).tz_convert("America/New_York") for instant in instants if instant is not None]
    kinds = [
        3 if clock.day_of_week > 4 else 2 if clock.hour < first else 0 if clock.hour < last else 1 for clock in clocks
    ]
    assert list(result["n"]) == [kinds.count(kind) for kind in range(4)]
    assert result["n_missing"].tolist() == [0] * 4
    assert result["share_of_time"].ge(0).all()
    assert result["share_of_time"].sum() == pytest.approx(1)
    assert result["share"].isna().all() if not clocks else result["share"].sum() == pytest.approx(1)
