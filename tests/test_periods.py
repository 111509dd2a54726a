"""Periods: how they are read, named, cut and compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest
from builders import at, period
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_series_equal

from incident_analytics.errors import PeriodError
from incident_analytics.periods import UNITS, Calendar, Period, Unit, read_instant

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo", "America/St_Johns")
"""Clocks went forward at midnight in Sao Paulo, and back across it, one minute after, in St. John's."""


@pytest.mark.parametrize(
    ("text", "options", "name", "start", "end"),
    [
        ("2025Q3", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        (" 2025Q4 ", {}, "2025Q4", "2025-10-01", "2026-01-01"),
        ("2025q3", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("2025-Q3", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("Q3 2025", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("q3-2025", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("2025 Q3", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("2025\u2013q3", {}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("2025-07", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("2025/07", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("7/2025", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("July 2025", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("jul. 2025", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("2025 july", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("Sept-2025", {}, "2025-09", "2025-09-01", "2025-10-01"),
        ("2025-7", {}, "2025-07", "2025-07-01", "2025-08-01"),
        ("2024-02", {}, "2024-02", "2024-02-01", "2024-03-01"),
        ("2024-12", {}, "2024-12", "2024-12-01", "2025-01-01"),
        ("2025H1", {}, "2025H1", "2025-01-01", "2025-07-01"),
        ("2025h2", {}, "2025H2", "2025-07-01", "2026-01-01"),
        ("H2 2025", {}, "2025H2", "2025-07-01", "2026-01-01"),
        ("2025", {}, "2025", "2025-01-01", "2026-01-01"),
        ("2025-W30", {}, "2025-W30", "2025-07-21", "2025-07-28"),
        ("2025w1", {}, "2025-W01", "2024-12-30", "2025-01-06"),
        ("W30 2025", {}, "2025-W30", "2025-07-21", "2025-07-28"),
        ("Week 30, 2025", {}, "2025-W30", "2025-07-21", "2025-07-28"),
        ("2020-W53", {}, "2020-W53", "2020-12-28", "2021-01-04"),
        ("2025-01-01/2025-04-01", {}, "2025-01-01/2025-04-01", "2025-01-01", "2025-04-01"),
        ("2025-01-01 / 2025-04-01", {}, "2025-01-01/2025-04-01", "2025-01-01", "2025-04-01"),
        ("2025-01-01..2025-04-01", {}, "2025-01-01/2025-04-01", "2025-01-01", "2025-04-01"),
        ("FY2025Q3", {"fiscal_year_start": 4}, "FY2025Q3", "2024-10-01", "2025-01-01"),
        ("FY25 Q3", {"fiscal_year_start": 4}, "FY2025Q3", "2024-10-01", "2025-01-01"),
        ("fy25", {"fiscal_year_start": 4}, "FY2025", "2024-04-01", "2025-04-01"),
        ("fy2025-q4", {"fiscal_year_start": 4}, "FY2025Q4", "2025-01-01", "2025-04-01"),
        ("Q4 FY2025", {"fiscal_year_start": 4}, "FY2025Q4", "2025-01-01", "2025-04-01"),
        ("FY2025H2", {"fiscal_year_start": 4}, "FY2025H2", "2024-10-01", "2025-04-01"),
        ("FY2025", {"fiscal_year_start": 4}, "FY2025", "2024-04-01", "2025-04-01"),
        ("FY2025Q1", {"fiscal_year_start": 1}, "FY2025Q1", "2025-01-01", "2025-04-01"),
        ("FY2025Q1", {"fiscal_year_start": 2}, "FY2025Q1", "2024-02-01", "2024-05-01"),
        ("FY2025", {"fiscal_year_start": 12}, "FY2025", "2024-12-01", "2025-12-01"),
        ("2025Q3", {"fiscal_year_start": 4}, "2025Q3", "2025-07-01", "2025-10-01"),
        ("2025Q3", {"timezone": "Europe/Berlin"}, "2025Q3", "2025-06-30 22:00", "2025-09-30 22:00"),
        ("2025", {"timezone": "America/New_York"}, "2025", "2025-01-01 05:00", "2026-01-01 05:00"),
        ("2025-03", {"timezone": "Europe/London"}, "2025-03", "2025-03-01", "2025-03-31 23:00"),
    ],
)
def test_a_period_is_read_in_every_spelling(
    text: str, options: dict[str, Any], name: str, start: str, end: str
) -> None:
    assert Period.parse(text, **options) == period(start, end, name=name, **options)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("last-week", "2025-W52"),
        ("last-month", "2025-11"),
        ("last-quarter", "2025Q3"),
        ("Last-Year", "2024"),
        ("last quarter", "2025Q3"),
        ("previous month", "2025-11"),
        ("this-week", "2026-W01"),
        ("this quarter", "2025Q4"),
        ("Current Year", "2025"),
    ],
)
def test_the_last_unit_is_the_one_before_the_one_that_goes_on(text: str, name: str) -> None:
    """At 23:30 UTC on Sunday, 28 December, it is Monday already in Berlin."""
    now = datetime(2025, 12, 28, 23, 30, tzinfo=UTC)
    assert Period.parse(text, timezone="Europe/Berlin", now=now) == Period.parse(name, timezone="Europe/Berlin")
    assert Period.parse("last-week", now=now).name == "2025-W51"


@pytest.mark.parametrize(
    "text",
    ["", "2025Q5", "2025Q0", "2025-13", "2025-00", "2025H3", "25Q3", "2025-07-01", "2025/2026", "2025-",
     "FY2025-", "2025-01-01/", "/", "2025-02-30/2025-03-01", "2025-01-01/2025-02-01/2025-03-01", "last quarter",
     "last-day", "20255", "0000", "9999", "2025-W54", "2025-W53", "2025-W0", "Q3", "last-quarter", "Ju 2025",
     "Juli 2025", "13/2025", "202507", "2025 13", "H3 2025", "FY225", "-2025", "2025 Q3 Q4",
     "2025-01-01 to 2025-03-31", "July"],
)  # fmt: skip
def test_what_cannot_be_read_shows_the_spellings(text: str) -> None:
    """`last-quarter` needs the instant that it counts from."""
    with pytest.raises(PeriodError) as caught:
        Period.parse(text)
    forms = "2025Q3, 2025-07, 2025-W30, 2025H1, 2025, FY2025Q3, last-quarter or 2025-01-01/2025-04-01"
    assert str(caught.value) == f"can't read period {text!r}; try {forms}"


@pytest.mark.parametrize("text", ["2025-04-01/2025-01-01", "2025-01-01/2025-01-01"])
def test_a_period_that_ends_before_it_starts(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse(text)
    assert str(caught.value) == f"period {text!r} ends before it starts; write the earlier date first"


@pytest.mark.parametrize(
    ("text", "unit", "label", "dates"),
    [
        ("2025Q3", "quarter", "Q3 2025", "1 July to 30 September 2025"),
        ("FY2025Q3", "quarter", "Q3 FY2025", "1 October to 31 December 2024"),
        ("FY2025H1", "half", "H1 FY2025", "1 April to 30 September 2024"),
        ("FY2025", "year", "FY2025", "1 April 2024 to 31 March 2025"),
        ("2025H1", "half", "H1 2025", "1 January to 30 June 2025"),
        ("2024-02", "month", "February 2024", "1 to 29 February 2024"),
        ("2025-W01", "week", "week 1 of 2025", "30 December 2024 to 5 January 2025"),
        ("2025", "year", "2025", "1 January to 31 December 2025"),
        ("2025-07-10/2025-07-11", None, "10 July 2025", "10 July 2025"),
        ("2024-12-01/2025-02-01", None, "1 December 2024 to 31 January 2025", "1 December 2024 to 31 January 2025"),
    ],
)
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_period_has_its_unit_and_its_words(
    text: str, unit: str | None, label: str, dates: str, timezone: str
) -> None:
    read = Period.parse(text, timezone=timezone, fiscal_year_start=4)
    assert (read.unit, read.label, read.dates) == (unit, label, dates)


def test_until_cuts_a_period_and_leaves_one_that_is_over() -> None:
    quarter = Period.parse("2025Q3", timezone="Europe/Berlin", fiscal_year_start=4)
    as_of = at("2025-08-19T19:00")
    cut = quarter.until(as_of)
    assert cut == Period("2025Q3 so far", quarter.start, as_of, "Europe/Berlin", 4)
    assert (cut.unit, cut.label, cut.dates) == (None, "Q3 2025 so far", "1 July to 19 August 2025")
    assert cut.until(at("2025-08-01T12:00")) == quarter.until(at("2025-08-01T12:00"))
    assert quarter.until(quarter.end) is quarter
    assert Period.parse("2025-07-10/2025-09-15").until(as_of).label == "10 July to 14 September 2025 so far"


@pytest.mark.parametrize(
    ("text", "options", "names"),
    [
        ("2025Q1", {}, ["2024Q4", "2024Q1"]),
        ("2025H1", {}, ["2024H2", "2024H1"]),
        ("2025-01", {}, ["2024-12", "2024-01"]),
        ("2025-11", {}, ["2025-10", "2024-11"]),
        ("2024-02", {}, ["2024-01", "2023-02"]),
        ("2025", {}, ["2024"]),
        ("2025-W30", {}, ["2025-W29", "2024-W30"]),
        ("2021-W01", {}, ["2020-W53", "2020-W01"]),
        ("2020-W53", {}, ["2020-W52"]),
        ("FY2025", {"fiscal_year_start": 4}, ["FY2024"]),
        ("FY2025Q1", {"fiscal_year_start": 4}, ["FY2024Q4", "FY2024Q1"]),
        ("FY2025H2", {"fiscal_year_start": 2}, ["FY2025H1", "FY2024H2"]),
        ("2024-02-01/2024-03-01", {}, ["2024-01-01/2024-02-01", "2023-02-01/2023-03-01"]),
        ("2025-01-01/2025-04-01", {}, ["2024-10-01/2025-01-01", "2024-01-01/2024-04-01"]),
        ("2024-02-29/2024-03-02", {}, ["2024-02-27/2024-02-29", "2023-02-28/2023-03-02"]),
        ("2024-01-01/2025-01-01", {"timezone": "Asia/Tokyo"}, ["2023-01-01/2024-01-01"]),
        ("2019-01-01/2021-01-01", {}, ["2017-01-01/2019-01-01"]),
    ],
)
def test_the_periods_that_one_is_compared_with(text: str, options: dict[str, Any], names: list[str]) -> None:
    earlier = Period.parse(text, **options).earlier()
    assert [before.name for before in earlier] == names
    assert earlier == tuple(Period.parse(name, **options) for name in names)


@pytest.mark.parametrize(
    ("text", "options", "every", "names"),
    [
        ("2025Q3", {}, "month", ["2025-07", "2025-08", "2025-09"]),
        ("2025", {}, "quarter", ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]),
        ("2025Q3", {}, "quarter", ["2025Q3"]),
        ("2025Q3", {}, "year", ["2025-07-01/2025-10-01"]),
        ("2025-07-10/2025-09-15", {}, "month", ["2025-07-10/2025-08-01", "2025-08", "2025-09-01/2025-09-15"]),
        ("2025-01-01/2025-01-13", {}, "week", ["2025-01-01/2025-01-06", "2025-W02"]),
        ("2020-12-21/2021-01-11", {}, "week", ["2020-W52", "2020-W53", "2021-W01"]),
        ("FY2025", {"fiscal_year_start": 2}, "quarter", ["FY2025Q1", "FY2025Q2", "FY2025Q3", "FY2025Q4"]),
        ("2025H1", {"fiscal_year_start": 2}, "quarter", ["2025Q1", "2025Q2"]),
        ("FY2025Q1", {"fiscal_year_start": 2}, "month", ["2024-02", "2024-03", "2024-04"]),
        ("FY2025H1", {"fiscal_year_start": 4}, "year", ["2024-04-01/2024-10-01"]),
    ],
)
def test_a_part_bears_the_name_of_a_unit_only_where_it_is_the_whole_of_it(
    text: str, options: dict[str, Any], every: Unit, names: list[str]
) -> None:
    assert [part.name for part in Period.parse(text, **options).split(every)] == names


def test_the_last_part_of_a_period_that_goes_on_is_so_far() -> None:
    known = Period.parse("FY2026Q2", fiscal_year_start=4).until(at("2025-08-19T19:00"))
    assert [part.name for part in known.split("month")] == ["2025-07", "2025-08 so far"]
    assert [part.name for part in known.split("quarter")] == ["FY2026Q2 so far"]
    assert [part.name for part in known.until(at("2025-08-11")).split("month")] == ["2025-07", "2025-08-01/2025-08-11"]
    from_noon = period("2025-07-10T12:00", "2025-08-01")
    assert [part.name for part in from_noon.split("month")] == ["2025-07-10T12:00/2025-08-01T00:00"]


def test_a_month_is_as_long_as_the_clocks_there_have_it() -> None:
    parts = Period.parse("2025", timezone="Europe/Berlin").split("month")
    hours = {part.name: (part.end - part.start) / pd.Timedelta(hours=1) for part in parts}
    assert (hours["2025-03"], hours["2025-10"], hours["2025-11"]) == (31 * 24 - 1, 31 * 24 + 1, 30 * 24)


def test_a_unit_begins_when_its_first_day_does() -> None:
    """Midnight of 15 October 2017 did not exist in Sao Paulo, that of 1 November 2009 came twice in St. John's."""
    weeks = Period.parse("2017-10-16/2017-10-17", timezone="America/Sao_Paulo").earlier()
    assert weeks[0] == period("2017-10-15T03:00", "2017-10-16T02:00", "America/Sao_Paulo", name="2017-10-15/2017-10-16")
    november = Period.parse("2009-11", timezone="America/St_Johns")
    for instant in ("2009-11-01T02:30", "2009-11-01T02:31", "2009-11-01T03:00", "2009-11-01T03:31"):
        assert november.unit_at(at(instant), "month") == november
    assert november.unit_at(at("2009-11-01T02:29"), "month").name == "2009-10"


@pytest.mark.parametrize(
    ("within", "window", "expected"),
    [
        (Period.parse("2025-07"), "quarter", [("2025-07", "2025Q3")]),
        (Period.parse("2025Q3"), "quarter", [("2025Q3", "2025Q3")]),
        (Period.parse("2025H1"), "quarter", [("2025Q1", "2025Q1"), ("2025Q2", "2025Q2")]),
        (
            Period.parse("2025-W27"),
            "month",
            [("2025-06-30/2025-07-01", "2025-06"), ("2025-07-01/2025-07-07", "2025-07")],
        ),
        (Period.parse("FY2026H1", fiscal_year_start=4), "year", [("FY2026H1", "FY2026")]),
        (Period.parse("2025Q3"), "rolling-30d", [("2025Q3", "2025-09-01/2025-10-01")]),
        (Period.parse("2025-W30"), "rolling-30d", [("2025-W30", "2025-06-28/2025-07-28")]),
    ],
)  # fmt: skip
def test_a_budget_runs_over_its_window(within: Period, window: Any, expected: list[tuple[str, str]]) -> None:
    found = within.budget_windows(window)
    assert [(part.name, whole.name) for part, whole in found] == expected
    assert (found[0][0].start, found[-1][0].end) == (within.start, within.end)
    for _, whole in found:
        again = Period.parse(whole.name, timezone=within.timezone, fiscal_year_start=within.fiscal_year_start)
        assert (whole.start, whole.end) == (again.start, again.end)


def test_thirty_days_are_days_of_the_clock_there() -> None:
    """The clocks of Berlin went back on 26 October: from midnight to midnight it is an hour more."""
    ((_, whole),) = Period.parse("2025-10", timezone="Europe/Berlin").budget_windows("rolling-30d")
    assert (whole.name, whole.end - whole.start) == ("2025-10-02/2025-11-01", pd.Timedelta(days=30, hours=1))
    ((part, whole),) = Period.parse("2025Q3").until(at("2025-08-19T19:00")).budget_windows("rolling-30d")
    assert (part.name, whole.name) == ("2025Q3 so far", "2025-07-20T19:00/2025-08-19T19:00")


def test_covering_takes_whole_units_of_the_zone() -> None:
    instants = pd.Series(pd.to_datetime(["2025-03-31T22:30Z", None, "2025-02-14T09:00Z"]))
    assert Period.covering(instants) == Period.parse("2025-02-01/2025-04-01")
    berlin = Period.covering(instants, timezone="Europe/Berlin")
    assert berlin == Period.parse("2025-02-01/2025-05-01", timezone="Europe/Berlin")
    assert Period.covering(instants, "week") == Period.parse("2025-02-10/2025-04-07")
    assert Period.covering(instants[:1], "year") == Period.parse("2025-01-01/2026-01-01")
    assert Period.covering(instants[1:2]) is None


def test_an_unknown_unit_is_refused() -> None:
    day: Any = "day"
    message = r"^every 'day' is not one of week, month, quarter, year$"
    with pytest.raises(PeriodError, match=message):
        Period.parse("2025").split(day)
    with pytest.raises(PeriodError, match=message):
        Period.covering(pd.Series(pd.to_datetime(["2025-03-31T22:30Z"])), day)


def test_an_unknown_instant_is_in_no_part_and_moves_no_other() -> None:
    year = Period.parse("2025")
    found = [at("2025-04-01"), None, at("2025-03-31T23:59"), at("2026-01-01"), at("2024-12-31")]
    instants = pd.Series(found, list("abcde"), dtype="datetime64[us, UTC]")
    expected = pd.Series([1, None, 0, None, None], list("abcde"), dtype="Int64")
    assert_series_equal(year.positions(instants, year.split("quarter")), expected)
    assert year.holds(instants).tolist() == [True, False, True, False, False]
    assert year.positions(instants[:0], year.split("quarter")).empty


# --- laws ------------------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2005, 1, 1), date(2028, 12, 31))
CLOCKS = st.sampled_from([timedelta(0), timedelta(hours=13, minutes=7)])


@st.composite
def any_period(draw: st.DrawFn) -> Period:
    """A named unit, two dates, or two instants of the day, in any zone, with any fiscal year."""
    options = {"timezone": draw(st.sampled_from(ZONES)), "fiscal_year_start": draw(st.integers(1, 12))}
    day = draw(DAYS)
    names = [f"{day.year}", f"FY{day.year}", f"{day.year}Q{1 + day.month % 4}", f"FY{day.year}Q{1 + day.month % 4}",
             f"{day.year}H1", f"{day:%Y-%m}", f"{day:%G-W%V}",
             f"{day}/{day + timedelta(days=draw(st.integers(1, 500)))}"]  # fmt: skip
    found = Period.parse(draw(st.sampled_from(names)), **options)
    cut = draw(CLOCKS)
    return found.until(found.start + (found.end - found.start) / 3 + cut) if cut else found


@given(any_period(), st.sampled_from(UNITS))
@examples(60)
def test_parts_cover_the_period_and_a_whole_one_is_what_its_name_says(within: Period, every: Unit) -> None:
    parts = within.split(every)
    assert (parts[0].start, parts[-1].end) == (within.start, within.end)
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    assert all(part.start < part.end for part in parts)
    assert len({part.name for part in parts}) == len(parts)
    for part in parts:
        if part.unit is not None:
            options = {"timezone": within.timezone, "fiscal_year_start": within.fiscal_year_start}
            # A month or a week has no fiscal name, but its quarter and year are those of the period.
            assert part == replace(Period.parse(part.name, **options), is_fiscal=within.is_fiscal)
            assert part.unit == every
        assert within.unit_at(part.start, every) == within.unit_at(part.end - pd.Timedelta("1us"), every)


@given(any_period(), st.sampled_from(UNITS), st.lists(st.none() | st.floats(-0.5, 1.5), max_size=12), st.booleans())
@examples(40)
def test_positions_are_those_of_the_parts_that_hold_the_instants(
    within: Period, every: Unit, shares: list[float | None], at_bounds: bool
) -> None:
    parts = within.split(every)
    found = [None if share is None else within.start + (within.end - within.start) * share for share in shares]
    found += [part.start for part in parts] if at_bounds else []
    instants = pd.Series(found, dtype="datetime64[us, UTC]")
    positions = within.positions(instants, parts)
    for number, part in enumerate(parts):
        assert (positions == number).fillna(value=False).tolist() == part.holds(instants).tolist()
    assert positions.notna().tolist() == within.holds(instants).tolist()


@given(any_period())
@examples(150)
def test_earlier_periods_are_over_when_the_period_starts(within: Period) -> None:
    earlier = within.earlier()
    assert all(before.end <= within.start and before.start < before.end for before in earlier)
    assert len({before.start for before in earlier}) == len(earlier)
    if within.unit is not None:
        assert {before.unit for before in earlier} == {within.unit}
        assert earlier[0].end == within.start
    for before in earlier:
        assert (before.timezone, before.fiscal_year_start) == (within.timezone, within.fiscal_year_start)


@given(any_period(), st.sampled_from(["month", "quarter", "year"]))
@examples(100)
def test_every_part_of_a_period_lies_in_its_budget_window(within: Period, window: Any) -> None:
    found = within.budget_windows(window)
    assert (found[0][0].start, found[-1][0].end) == (within.start, within.end)
    for part, whole in found:
        assert whole.start <= part.start < part.end <= whole.end
        assert whole.unit == window
    assert len({whole.start for _, whole in found}) == len(found)


@given(any_period(), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from([" ", "-", "  ", "_"]))
@examples(150)
def test_what_a_period_is_called_is_read_as_that_period(within: Period, case: Any, between: str) -> None:
    options = {"timezone": within.timezone, "fiscal_year_start": within.fiscal_year_start}
    if within.unit is not None:
        assert Period.parse(case(within.label).replace(" ", between), **options) == Period.parse(within.name, **options)


HOURS = Calendar(time(8), time(17), holidays=(date(2025, 3, 17),), timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ("2025-03-14T06:59", "night"),  # 07:59 in Berlin
        ("2025-03-14T07:00", "business"),
        ("2025-03-14T15:59", "business"),
        ("2025-03-14T16:00", "evening"),
        ("2025-03-14T22:59", "evening"),
        ("2025-03-14T23:00", "weekend"),  # midnight of Saturday
        ("2025-03-13T23:00", "night"),
        ("2025-03-16T22:59", "weekend"),
        ("2025-03-17T12:00", "weekend"),  # a holiday
        ("2025-03-18T12:00", "business"),
    ],
)
def test_an_instant_is_in_business_hours_evening_night_or_weekend(at: str, hours: str) -> None:
    assert HOURS.hours_at(datetime.fromisoformat(at).replace(tzinfo=UTC)) == hours


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)), st.sampled_from(ZONES))  # noqa: DTZ001
@examples(150)
def test_business_time_passes_in_business_hours_alone(clock: datetime, zone: str) -> None:
    at, moment = clock.replace(tzinfo=UTC), timedelta(microseconds=1)
    calendar = replace(HOURS, timezone=zone)
    assert (calendar.hours_at(at) == "business") == (calendar.business_time(at, at + moment) == moment)


def test_business_hours_are_those_within() -> None:
    calendar = Calendar(time(8), time(17), holidays=(date(2025, 3, 17),))
    friday, tuesday = datetime(2025, 3, 14, 16, tzinfo=UTC), datetime(2025, 3, 18, 9, tzinfo=UTC)
    assert calendar.business_time(friday, tuesday) == timedelta(hours=2)
    assert calendar.business_time(tuesday, friday) == timedelta(0)
    with pytest.raises(
        PeriodError, match=r"^business hours from 17:00:00 to 08:00:00 are none; end must be after start$"
    ):
        Calendar(time(17), time(8))


@given(st.text(max_size=30) | st.datetimes(timezones=st.none() | st.timezones()).map(str))
@examples(50)
def test_a_text_is_an_instant_in_the_zone_or_refused(text: str) -> None:
    for zone in ("UTC", "America/New_York", "Pacific/Kiritimati"):
        try:
            at = read_instant(text, zone)
        except PeriodError:
            continue
        assert str(at.tz) == zone
