"""Words to dates, times of day and lengths of time; an ambiguous date is a problem, never a guess."""

# ruff: noqa: DTZ001, E501

from __future__ import annotations

import time as clock_of_the_machine
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_writer import clock_forms, date_forms

from incident_analytics.reports.durations import read_duration
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.times import Moment, Span, read_date, read_moments, read_span
from incident_analytics.reports.zones import read_zone

WINTER, SUMMER = datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12)


DATES: list[tuple[str, date | None]] = [
    *((form, date(2025, 3, 14)) for form in date_forms(date(2025, 3, 14))),
    ("Fri 14 Mar 2025", date(2025, 3, 14)), ("14 Sept. 2025", date(2025, 9, 14)), ("Mar-14-2025", date(2025, 3, 14)),
    ("2025\u201103\u201114", date(2025, 3, 14)), ("2025–03–14", date(2025, 3, 14)), ("2025-3-4", date(2025, 3, 4)),
    ("05/05/2025", date(2025, 5, 5)), ("2025-03-14T14:02Z", date(2025, 3, 14)), ("2024-02-29", date(2024, 2, 29)),
    ("2025-03-14 to 2025-03-15", date(2025, 3, 14)), ("14-15 March 2025", date(2025, 3, 14)),
    ("March 14-15, 2025", date(2025, 3, 14)), ("may be 2025-03-04", date(2025, 3, 4)), ("EOD 2025-03-14", date(2025, 3, 14)),
    ("2021-06-02 - 17:53 UTC", date(2021, 6, 2)), ("14\u00a0March\u00a02025", date(2025, 3, 14)),
    ("TBD", None), ("TBD (after the audit)", None), ("None", None), ("YYYY-MM-DD", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "day"), DATES)
def test_date(words: str, day: date | None) -> None:
    assert read_date(words) == day


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("06-05-2026", "'06-05-2026' is 2026-05-06 or 2026-06-05; write it as YYYY-MM-DD"),
        ("01-10-2024", "'01-10-2024' is 2024-01-10 or 2024-10-01; write it as YYYY-MM-DD"),
        ("2/3/2025", "'2/3/2025' is 2025-02-03 or 2025-03-02; write it as YYYY-MM-DD"),
        ("10.12.2025", "'10.12.2025' is 2025-10-12 or 2025-12-10; write it as YYYY-MM-DD"),
    ],
)
def test_an_ambiguous_date_is_never_a_guess(words: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_date(words)
    assert str(caught.value) == message
    assert caught.value.code == "ambiguous-date"


@pytest.mark.parametrize(
    "words",
    ["Week 2", "ASAP", "Q3 2025", "March 2025", "End of March", "2025-02-30", "2023-02-29", "31 June 2025", "2025-13-01",
     "22025-03-18", "202-03-18", "00/05/2025", "05/00/2025", "01/02/0000", "13/13/2025", "3/4/25", "14:02", "Monday",
     "Dec 31, 1899", "TBD - Q1 2026"],
)  # fmt: skip
def test_words_that_are_no_date(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_date(words)
    assert str(caught.value) == f"{words!r} is no date; write it as YYYY-MM-DD"
    assert caught.value.code == "unreadable-value"


@pytest.mark.parametrize("words", ["January 6", "29 February", "6 Jan"])
def test_a_date_without_its_year_is_not_completed(words: str) -> None:
    with pytest.raises(Unreadable, match=f"^'{words}' has no year; write it as YYYY-MM-DD$"):
        read_date(words)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.data())
def test_a_date_is_the_same_in_every_form(day: date, data: st.DataObject) -> None:
    assert read_date(data.draw(st.sampled_from(date_forms(day)))) == day


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1900, 2199), st.sampled_from("-/."))
def test_two_numbers_that_may_both_be_the_month_are_ambiguous(first: int, second: int, year: int, mark: str) -> None:
    words = f"{first:02}{mark}{second:02}{mark}{year}"
    if first == second:
        assert read_date(words) == date(year, first, first)
    else:
        with pytest.raises(Unreadable) as caught:
            read_date(words)
        assert caught.value.code == "ambiguous-date"


CLOCKS: list[tuple[str, Moment]] = [
    ("11:45", Moment(clock=time(11, 45))),
    ("9:29", Moment(clock=time(9, 29))),
    ("11.50", Moment(clock=time(11, 50))),
    ("1600", Moment(clock=time(16))),
    ("9:02a", Moment(clock=time(9, 2))),
    ("7:32 PM", Moment(clock=time(19, 32))),
    ("03:26pm", Moment(clock=time(15, 26))),
    ("5 p.m.", Moment(clock=time(17))),
    ("12:30 AM", Moment(clock=time(0, 30))),
    ("12 pm", Moment(clock=time(12))),
    ("13:02 PM", Moment(clock=time(13, 2))),
    ("noon", Moment(clock=time(12))),
    ("14:02:33.123", Moment(clock=time(14, 2, 33))),
    ("24:00", Moment(clock=time(0), days_later=1)),
    ("~16:00", Moment(clock=time(16), approximate=True)),
    ("approx. 16:00", Moment(clock=time(16), approximate=True)),
    ("16:00 (approx)", Moment(clock=time(16), approximate=True)),
    ("14:02Z", Moment(clock=time(14, 2), zone=UTC)),
    ("14:02 Z", Moment(clock=time(14, 2), zone=UTC)),
    ("14:02 UTC", Moment(clock=time(14, 2), zone=UTC)),
    ("0930 UTC", Moment(clock=time(9, 30), zone=UTC)),
    ("00:16 (next day)", Moment(clock=time(0, 16), days_later=1)),
    ("next day 00:16", Moment(clock=time(0, 16), days_later=1)),
    ("09:00 +1d", Moment(clock=time(9), days_later=1)),
    ("09:00 (+2)", Moment(clock=time(9), days_later=2)),
    ("2021-06-02 - 17:53 UTC", Moment(2021, 6, 2, time(17, 53), zone=UTC)),
    ("2025-03-14T14:02:00Z", Moment(2025, 3, 14, time(14, 2), zone=UTC)),
    ("14:02, 14 Mar 2025", Moment(2025, 3, 14, time(14, 2))),
    ("Mar 14 2025 2:02 PM", Moment(2025, 3, 14, time(14, 2))),
    ("14/03/2025 10:00", Moment(2025, 3, 14, time(10))),
    ("Dec 23 ~7 PM", Moment(None, 12, 23, time(19), approximate=True)),
    ("15 March", Moment(None, 3, 15)),
    ("22025-03-18 10:00", Moment(None, 3, 18, time(10), slip="22025-03-18")),
    ("06-05-2026 10:00", Moment(clock=time(10), either=(date(2026, 6, 5), date(2026, 5, 6)))),
    ("14:??", Moment(unreadable="14:??")),
    ("25:00", Moment(unreadable="25:00")),
    ("14:60", Moment(unreadable="14:60")),
    ("2025-02-30 10:00", Moment(clock=time(10), unreadable="2025-02-30")),
]


@pytest.mark.parametrize(("words", "moment"), CLOCKS)
def test_moment(words: str, moment: Moment) -> None:
    assert read_moments(words) == [moment]


@pytest.mark.parametrize(
    ("words", "hours"),
    [("17:53 UTC+2", 2), ("14:02:00-05:00", None), ("2025-03-14T14:02:00-05:00", -5), ("9:00 CET", 1)],
)
def test_the_zone_beside_a_time(words: str, hours: float | None) -> None:
    zone = read_moments(words)[0].zone
    assert (zone and zone.utcoffset(WINTER)) == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(
    ("words", "clocks"),
    [
        ("07:15-08:19", [time(7, 15), time(8, 19)]),
        ("14:02 UTC - 15:47 UTC", [time(14, 2), time(15, 47)]),
        ("14:02 UTC-15:47 UTC", [time(14, 2), time(15, 47)]),
        ("2025-03-14 23:50 – 00:10", [time(23, 50), time(0, 10)]),
        ("14:02 / 15:02", [time(14, 2), time(15, 2)]),
        ("1600-1730", [time(16), time(17, 30)]),
    ],
)
def test_a_range_of_times_is_two_moments(words: str, clocks: list[time]) -> None:
    assert [moment.clock for moment in read_moments(words)] == clocks


@pytest.mark.parametrize(
    "words",
    ["", "(Time TBC)", "??:??", "All Day", "Next day", "T+5", "100:00", "14:2", "March 2025", "v1.2.3", "$1200", "3%"],
)
def test_words_that_hold_no_time(words: str) -> None:
    assert read_moments(words) == []


@given(st.times().map(lambda at: datetime.combine(date(2025, 1, 1), at.replace(second=0, microsecond=0))), st.data())
def test_a_time_is_the_same_in_every_form(at: datetime, data: st.DataObject) -> None:
    assert read_moments(data.draw(st.sampled_from(clock_forms(at)))) == [Moment(clock=at.time())]


@pytest.mark.parametrize(("words", "days"), [("2 wks", 14), ("1 wk", 7), ("3w", 21), ("12k", None), ("5 ks", None)])
def test_a_week_has_many_spellings_and_a_thousand_is_no_length(words: str, days: int | None) -> None:
    assert read_span(words) == (None if days is None else Span(timedelta(days=days)))


READERS: list[Any] = [read_zone, read_date, read_duration, read_moments, read_span]


@pytest.mark.parametrize("reader", READERS)
@given(st.text(st.sampled_from("0123456789:-/.,+ ~TZhmdapwks()UTCMarEuropeLndo–→?")) | st.text())
def test_any_words_at_all_are_read_or_unreadable(reader: Any, words: str) -> None:
    message = "; write "
    try:
        reader(words)
    except Unreadable as error:
        message = str(error)
    assert "; write " in message


@pytest.mark.parametrize(
    "part", ["9", "1 ", "1-", "1:00 ", "1h ", "Europe/", "America/Aa_", "UTC-1", "half an ", "Jan 1", "\u00a0"]
)
def test_long_nonsense_costs_no_more_than_its_length(part: str) -> None:
    words = part * (20_000 // len(part)) + "x"
    begin = clock_of_the_machine.process_time()
    for reader in READERS:
        try:
            reader(words)
        except Unreadable:
            continue
    assert clock_of_the_machine.process_time() - begin < 3
