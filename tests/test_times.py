"""Words to dates, times of day and lengths of time; an ambiguous date is a problem, never a guess."""

# ruff: noqa: DTZ001, E501

from __future__ import annotations

import re
import time as clock_of_the_machine
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_writer import clock_forms, date_forms

from incident_analytics.reports import tokens
from incident_analytics.reports.date_order import dates_in_order, find_orders
from incident_analytics.reports.durations import read_duration
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.times import (
    Moment,
    Span,
    find_dates,
    read_date,
    read_moments,
    read_pieces,
    read_span,
    split_moment,
)
from incident_analytics.reports.zones import read_zone

WINTER, SUMMER = datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12)


DATES: list[tuple[str, date | None]] = [
    *((form, date(2025, 3, 14)) for form in date_forms(date(2025, 3, 14))),
    ("Fri 14 Mar 2025", date(2025, 3, 14)), ("14 Sept. 2025", date(2025, 9, 14)), ("Mar-14-2025", date(2025, 3, 14)),
    ("2025\u201103\u201114", date(2025, 3, 14)), ("2025–03–14", date(2025, 3, 14)), ("2025-3-4", date(2025, 3, 4)),
    ("05/05/2025", date(2025, 5, 5)), ("12/12/2025", date(2025, 12, 12)), ("13/12/2025", date(2025, 12, 13)),
    ("12/13/2025", date(2025, 12, 13)), ("13/11/2025", date(2025, 11, 13)), ("2025-03-14T14:02Z", date(2025, 3, 14)), ("2024-02-29", date(2024, 2, 29)),
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
        ("06-05-2026", "'06-05-2026' is 2026-05-06 or 2026-06-05"),
        ("01-10-2024", "'01-10-2024' is 2024-01-10 or 2024-10-01"),
        ("2/3/2025", "'2/3/2025' is 2025-02-03 or 2025-03-02"),
        ("12/1/2025", "'12/1/2025' is 2025-01-12 or 2025-12-01"),
        ("1/12/2025", "'1/12/2025' is 2025-01-12 or 2025-12-01"),
        ("10.12.2025", "'10.12.2025' is 2025-10-12 or 2025-12-10"),
    ],
)
def test_an_ambiguous_date_is_never_a_guess(words: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_date(words)
    remedy = "write it as YYYY-MM-DD, or date_order in the settings for all such dates"
    assert str(caught.value) == f"{message}; {remedy}"
    assert caught.value.code == "ambiguous-date"


@pytest.mark.parametrize(
    ("text", "usual", "day"),
    [
        ("Began 05.03.2026, due 20.03.2026", None, date(2026, 3, 5)),
        ("Began 05.03.2026, due 20/03/2026", None, None),  # who writes these may be another one
        ("Began 05.03.2026, due 03.20.2026", None, date(2026, 5, 3)),
        ("Began 05.03.2026, on 2026-03-05", None, date(2026, 3, 5)),
        ("Began 05.03.2026, on 2026-05-03", True, date(2026, 5, 3)),
        ("INC-2026-05-03-001, began 05.03.2026", None, None),  # what only the id says is read and said elsewhere
        ("Began 05.03.2026, between 2026-03-05 and 2026-05-03", None, None),
        ("Began 05.03.2026\n```\n03.20.2026 14:02 ERROR\n```\n", None, None),  # a log
        ("Began 05.03.2026\n~~~\n03.20.2026 14:02 ERROR\n", None, None),
        ("Began 05.03.2026, see https://example.org/03.20.2026/x", None, None),
        ("Began 05.03.2026", True, date(2026, 3, 5)),
        ("Began 05.03.2026", False, date(2026, 5, 3)),
        ("Began 05.03.2026, due 03.20.2026", True, date(2026, 5, 3)),  # its own dates count more
        ("Began 05.03.2026, due 04.04.2026", None, None),
        ("Began 05.03.2026, due 03.20.2026 or 20.03.2026", True, None),  # which contradict each other
        ("Began 05.03.2026 on 10.25.2026.7", None, None),  # a version
        ("Began 05.03.2026, see 10-20-2026-17", None, None),  # an id
        ("Störung der Zahlung am 05.03.2026, für Händler nicht geprüft, wäre möglich", None, date(2026, 3, 5)),
        (
            "Initial detection in main site, mitigation in line, Final, 05.03.2026",
            None,
            None,
        ),  # not one i without a dot
    ],
)
def test_two_numbers_are_in_the_order_of_the_other_dates_of_their_text(
    text: str, usual: bool | None, day: date | None
) -> None:
    with dates_in_order(text, usual=usual):
        if day is None:
            with pytest.raises(Unreadable):
                read_date("05.03.2026")
        else:
            assert read_date("05.03.2026") == day
    with pytest.raises(Unreadable):  # the order is that of the text alone
        read_date("05.03.2026")


def test_a_weekday_counts_more_than_the_order() -> None:
    with dates_in_order("due 20.03.2026", usual=None):
        assert read_date("Sun 05.03.2026") == date(2026, 5, 3)  # 5 March is a Thursday


@pytest.mark.parametrize(
    "words",
    ["Week 2", "ASAP", "Q3 2025", "March 2025", "End of March", "2025-02-30", "2023-02-29", "31 June 2025", "2025-13-01",
     "22025-03-18", "202-03-18", "00/05/2025", "05/00/2025", "01/02/0000", "13/13/2025", "3/4/25", "14:02", "Monday",
     "Dec 31, 1899", "TBD - Q1 2026"],
)  # fmt: skip
def test_words_that_are_no_date(words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_date(words)
    assert str(caught.value) == f"{words!r} is not a date; write it as YYYY-MM-DD"
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
    ("23:59:59", Moment(clock=time(23, 59, 59))),
    ("23:00:60", Moment(unreadable="23:00:60")),
    ("24:00:01", Moment(unreadable="24:00:01")),
    ("12:59 AM", Moment(clock=time(0, 59))),
    ("13:00 AM", Moment(clock=time(13))),
    ("2025-02-30 10:00", Moment(clock=time(10), unreadable="2025-02-30")),
]


@pytest.mark.parametrize(("words", "moment"), CLOCKS)
def test_moment(words: str, moment: Moment) -> None:
    assert read_moments(words) == [moment]


@pytest.mark.parametrize(
    ("words", "hours"),
    [("17:53 UTC+2", 2), ("14:02:00-05:00", None), ("2025-03-14T14:02:00-05:00", -5), ("9:00 CET", 1)],
)
def test_the_zone_next_to_a_time(words: str, hours: float | None) -> None:
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


@pytest.mark.parametrize(
    ("words", "length", "approximate"),
    [
        ("3d", timedelta(days=3), False),
        ("1d 2h 5m", timedelta(days=1, hours=2, minutes=5), False),
        ("about 2h", timedelta(hours=2), True),
        ("45 s", timedelta(seconds=45), False),
    ],
)
def test_a_length_is_the_sum_of_its_units(words: str, length: timedelta, approximate: bool) -> None:
    assert read_span(words) == Span(length, approximate)


def test_about_goes_with_what_follows_it() -> None:
    first, last, length = [piece for piece in read_pieces("about 14:02 - 15:47 (2h)") if not isinstance(piece, str)]
    assert [first.approximate, last.approximate, length.approximate] == [True, False, False]


@pytest.mark.parametrize(("words", "days"), [("2 wks", 14), ("1 wk", 7), ("3w", 21), ("12k", None), ("5 ks", None)])
def test_a_week_has_many_spellings_and_a_thousand_is_no_length(words: str, days: int | None) -> None:
    assert read_span(words) == (None if days is None else Span(timedelta(days=days)))


OTHER_CLOCKS: list[tuple[str, Moment]] = [
    ("10h47", Moment(clock=time(10, 47))), ("10 h 47", Moment(clock=time(10, 47))), ("10H47", Moment(clock=time(10, 47))),
    ("2025-03-14 10h47", Moment(2025, 3, 14, time(10, 47))), ("10.47 Uhr", Moment(clock=time(10, 47))),
    ("10:47 Uhr", Moment(clock=time(10, 47))), ("10 Uhr 47", Moment(clock=time(10, 47))), ("10 Uhr", Moment(clock=time(10))),
    ("2.30 Uhr nachmittags", Moment(clock=time(14, 30))), ("10時47分", Moment(clock=time(10, 47))), ("10時", Moment(clock=time(10))),
    ("午後2時30分", Moment(clock=time(14, 30))), ("下午2:30", Moment(clock=time(14, 30))), ("오후 2:30", Moment(clock=time(14, 30))),
    ("2025年3月14日 10:47", Moment(2025, 3, 14, time(10, 47))), ("2:30 in the afternoon", Moment(clock=time(14, 30))),
    ("2:30 in the morning", Moment(clock=time(2, 30))), ("14:30 in the afternoon", Moment(clock=time(14, 30))),
    ("947pm", Moment(clock=time(21, 47))), ("905 am", Moment(clock=time(9, 5))), ("13.05.2025 10:47", Moment(2025, 5, 13, time(10, 47))), ("05.13.2025 10:47", Moment(2025, 5, 13, time(10, 47))),
    ("1047pm", Moment(clock=time(22, 47))), ("1047 PM", Moment(clock=time(22, 47))), ("10.47pm", Moment(clock=time(22, 47))),
    ("1430h", Moment(clock=time(14, 30))), ("1430 hrs", Moment(clock=time(14, 30))), ("1430Z", Moment(clock=time(14, 30), zone=UTC)),
    ("10:47 Zulu", Moment(clock=time(10, 47), zone=UTC)), ("UTC 14:02", Moment(clock=time(14, 2), zone=UTC)),
    ("(UTC) 14:02", Moment(clock=time(14, 2), zone=UTC)), ("[UTC] 14:02", Moment(clock=time(14, 2), zone=UTC)),
    ("UTC: 14:02", Moment(clock=time(14, 2), zone=UTC)), ("2025-03-14 (UTC) 14:02", Moment(2025, 3, 14, time(14, 2), zone=UTC)),
    ("2025-03-14 UTC 14:02", Moment(2025, 3, 14, time(14, 2), zone=UTC)), ("14:02 (UTC)", Moment(clock=time(14, 2), zone=UTC)),
    ("1741946520", Moment(2025, 3, 14, time(10, 2), zone=UTC)), ("1741946520123", Moment(2025, 3, 14, time(10, 2), zone=UTC)),
    ("1741946520.5", Moment(2025, 3, 14, time(10, 2), zone=UTC)), ("17th 10:40", Moment(day=17, clock=time(10, 40))),
    ("the 17th, 10:40", Moment(day=17, clock=time(10, 40))), ("Mon 17th 10:40", Moment(day=17, clock=time(10, 40), weekday=0)),
    ("Monday 17 10:40", Moment(day=17, clock=time(10, 40), weekday=0)), ("-17 10:40", Moment(day=17, clock=time(10, 40))),
    ("Fri 10:47", Moment(clock=time(10, 47), weekday=4)), ("10:47 (Friday)", Moment(clock=time(10, 47), weekday=4)),
    ("17.03. 10:40", Moment(month=3, day=17, clock=time(10, 40))), ("17.03 10:40", Moment(month=3, day=17, clock=time(10, 40))),
    ("3/17 10:47", Moment(month=3, day=17, clock=time(10, 47))), ("T+1 10:00", Moment(clock=time(10), days_later=1)),
    ("UTC Fri 14:02", Moment(clock=time(14, 2), zone=UTC, weekday=4)), ("Fri (UTC) 14:02", Moment(clock=time(14, 2), zone=UTC, weekday=4)),
    ("PM 2:30", Moment(clock=time(14, 30))), ("10:47  AM", Moment(clock=time(10, 47))), ("a.m. 10:47", Moment(clock=time(10, 47))),
    ("12 noon", Moment(clock=time(12))), ("12 midnight", Moment(clock=time(0))),
    ("14 mars 2025 10h47", Moment(2025, 3, 14, time(10, 47))), ("14. März 2025 10:47", Moment(2025, 3, 14, time(10, 47))),
    ("2 de mayo de 2024 10:47", Moment(2024, 5, 2, time(10, 47))), ("1er août 2024 10:47", Moment(2024, 8, 1, time(10, 47))),
    ("12 września 2024 10:47", Moment(2024, 9, 12, time(10, 47))), ("10:47 uur", Moment(clock=time(10, 47))),
    ("Tue 04.03.2025 10:00", Moment(2025, 3, 4, time(10), weekday=1)), ("04.03.2025 10:00 (Thu)", Moment(2025, 4, 3, time(10), weekday=3)),
]  # fmt: skip


@pytest.mark.parametrize(("words", "moment"), OTHER_CLOCKS)
def test_a_moment_in_the_ways_of_other_places(words: str, moment: Moment) -> None:
    assert read_moments(words) == [moment]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("07:15-08:19 UTC", Moment(clock=time(7, 15), zone=UTC)),
        ("1:00 - 3:00 PM", Moment(clock=time(13))),
        ("11:30 - 1:15 PM", Moment(clock=time(11, 30))),
        ("12:30 - 1:00 AM", Moment(clock=time(0, 30))),
        ("12:30 - 1:00 PM", Moment(clock=time(12, 30))),
        ("11:00 - 1:00 AM", Moment(clock=time(23))),
        ("13:00 - 2:00 AM", Moment(clock=time(13))),  # of a 24-hour clock
        ("9:00 AM - 1:15", Moment(clock=time(9))),
        ("2:00 - 3:00 PM (approx)", Moment(clock=time(14))),
        ("2:00 - 3:00 PM, then 4:00 PM", Moment(clock=time(14))),
        ("14:02 - 2025-03-14 14:02", Moment(2025, 3, 14, time(14, 2))),
        ("10:00 - 10:30 on 2025-03-15", Moment(2025, 3, 15, time(10))),
        ("23:50 - 00:10 (2025-03-15)", Moment(clock=time(23, 50))),
        ("2025-03-14 23:50 - 2025-03-15 00:10", Moment(2025, 3, 14, time(23, 50))),
        ("10.30, 11.15 UTC", Moment(clock=time(10, 30))),
        ("14:02 -", Moment(clock=time(14, 2))),
        ("14:02 - open", Moment(clock=time(14, 2))),
    ],
)
def test_a_range_begins_in_the_zone_and_half_and_on_the_day_of_its_end(words: str, first: Moment) -> None:
    """Where its end alone names them; two times that are no range have nothing in common."""
    assert read_moments(words)[0] == first


def test_everything_at_once() -> None:
    [moment] = read_moments("Fri 14 Mar 10:47 PM PT")
    assert (moment.month, moment.day, moment.clock, moment.weekday) == (3, 14, time(22, 47), 4)
    assert moment.zone is not None
    assert moment.zone.utcoffset(SUMMER) == timedelta(hours=-7)


@pytest.mark.parametrize(
    "words",
    ["2023-MM-DD", "2024-XX-XX", "2024-XX-XX 10:00", "2024-03-??", "2024-03-XX 10:00", "YYYY-MM-DD 10:00", "XX/XX/2025 10:00",
     "14/??/2025 10:00", "March XX 10:00", "?? March 10:00", "202X-03-14 10:00", "2024-03-1? 10:00", "2024-XX 10:00", "14:xx",
     "1X:XX", "14:MM", "14:0?", "1?:30", "10h??", "day 2 10:47", "17 10:40", "17. 10:40", "04.03. 10:40", "3/17/25 10:47",
     "14.03.25 10:47", "#3 10:47", "10:47 (17th)", "10:47 on the 17th",
     "2025-03-14 10h5", "2025-03-14 +5m", "T+5m", "T+00:05", "T-00:10", "T0+00:05", "T+1h30", "+00:05", "2:30 at night",
     "2:30 de la noche"],
)  # fmt: skip
def test_what_is_in_doubt_is_named_and_not_read(words: str) -> None:
    """Each of these was once read as another time of day, or as a clock of the day before."""
    moment = read_moments(words)[0]
    assert moment.unreadable is not None
    assert moment.date in {None, date(2025, 3, 14)}


@pytest.mark.parametrize(
    "words", ["2025-03-14 10:47:00 -0500", "2025-03-14T10:47:00-05:00", "2025-03-14 10:47:00-0500"]
)
def test_an_offset_behind_the_seconds_is_no_second_time(words: str) -> None:
    if words.endswith("00-0500"):
        assert read_moments(words)[0].zone is None
        return
    [moment] = read_moments(words)
    assert moment.zone == timezone(timedelta(hours=-5))


DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
CLOCK_TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DATED_FORMS = (
    "{at:%Y-%m-%d %H:%M}", "{at:%Y-%m-%dT%H:%M}", "{at:%Y-%m-%d} {at:%Hh%M}", "{at:%Y/%m/%d}, {at:%H.%M} Uhr", "{at:%A} {at:%Y-%m-%d} {at:%H:%M}",
    "{at:%H:%M} on {at:%d %B %Y}", "{at:%d %b %Y} at {at:%I:%M %p}", "{at:%a} {at:%B} {at.day}, {at.year} {at:%I:%M%p}", "{at:%Y-%m-%d} {at:%H%M}",
    "{at:%Y}年{at.month}月{at.day}日 {at.hour}時{at:%M}分", "{at:%Y-%m-%d} - {at:%H:%M}", "{at:%Y-%m-%d} ({at:%a}) {at:%H:%M}",
)  # fmt: skip


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)), st.sampled_from(DATED_FORMS))
def test_a_moment_reads_back_as_itself_in_every_form(at: datetime, form: str) -> None:
    [moment] = read_moments(form.format(at=at))
    assert (moment.date, moment.clock, moment.days_later) == (at.date(), at.time().replace(second=0, microsecond=0), 0)
    assert moment.weekday in {None, at.weekday()}
    assert moment.unreadable is None


@given(
    DAYS,
    CLOCK_TIMES,
    st.sampled_from(["{:%Y-%m-%d} {:%H:%M}", "{:%d/%m/%Y} {:%H:%M}", "{:%Y.%m.%d} {:%Hh%M}", "{1:%H:%M} {0:%Y-%m-%d}"]),
    st.data(),
)
def test_letters_for_what_is_unknown_are_never_a_time(day: date, clock: time, form: str, data: st.DataObject) -> None:
    """Whichever digits they replace: then the date, or the time of day, is not read."""
    words = form.format(day, clock)
    digits = [index for index, letter in enumerate(words) if letter.isdigit()]
    hidden = data.draw(st.sets(st.sampled_from(digits), min_size=1))
    mark = data.draw(st.sampled_from("X?x"))
    masked = "".join(mark if index in hidden else letter for index, letter in enumerate(words))
    for moment in read_moments(masked):
        date_is_hidden = any(masked[index] == mark for index in digits if _is_of_date(words, index))
        clock_is_hidden = any(masked[index] == mark for index in digits if not _is_of_date(words, index))
        assert moment.unreadable is not None or (moment.date is None if date_is_hidden else True)
        assert moment.unreadable is not None or (moment.clock is None if clock_is_hidden else True)


def _is_of_date(words: str, index: int) -> bool:
    return any(mark in word for mark in "-/." for word in [_word_at(words, index)])


def _word_at(words: str, index: int) -> str:
    begin = words.rfind(" ", 0, index) + 1
    return words[begin:].partition(" ")[0]


@given(DAYS, CLOCK_TIMES, st.sampled_from(["", "T", " "]))
def test_the_usual_form_is_read_as_all_forms_are(day: date, clock: time, joint: str) -> None:
    """The short way for most cells gives what the tokens give: a space before the text sends it the long way."""
    words = f"{day:%Y-%m-%d}{joint}{clock:%H:%M}" if joint else f"{clock:%H:%M}"
    assert read_moments(words) == read_moments(f" {words}")


@pytest.mark.parametrize(
    ("text", "when", "rest"),
    [
        ("10h47 Alert fires", "10h47", "Alert fires"),
        ("UTC 14:02 - Alert fires", "UTC 14:02", "Alert fires"),
        ("Mon 17th 10:40: Alert fires", "Mon 17th 10:40", "Alert fires"),
        ("14:02 (UTC) - 15:47 (UTC) Outage", "14:02 (UTC) - 15:47 (UTC", "Outage"),
        ("Restarted after 1h30", "", "Restarted after 1h30"),
        ("Rolled back to 1.2.x at 14:02", "14:02", "Rolled back to 1.2.x at"),
        ("The 5th node fails", "", "The 5th node fails"),
    ],
)
def test_a_line_is_split_at_its_moment(text: str, when: str, rest: str) -> None:
    assert split_moment(text) == (when, rest)


@pytest.mark.parametrize(
    ("words", "day"), [("Tue, 04.03.2025", date(2025, 3, 4)), ("03/04/2025 (Thursday)", date(2025, 4, 3))]
)
def test_the_weekday_settles_which_number_is_the_month(words: str, day: date) -> None:
    assert read_date(words) == day


def test_a_weekday_of_neither_date_settles_nothing() -> None:
    with pytest.raises(Unreadable) as caught:
        read_date("Sat, 04.03.2025")
    assert caught.value.code == "ambiguous-date"


READERS: list[Any] = [read_zone, read_date, read_duration, read_moments, read_span]


@pytest.mark.parametrize("reader", READERS)
@given(st.text(st.sampled_from("0123456789:-/.,+ ~TZhmdapwks()UTCMarEuropeLndo–→?")) | st.text())
def test_any_words_at_all_are_read_or_unreadable(reader: Any, words: str) -> None:
    message = "; write "
    try:
        reader(words)
    except Unreadable as error:
        message = str(error)
    assert re.search(r"\b(?:write|set timezone to) ", message)


PARTS = (
    "10:47", "2025-03-14", "17th", "Mon", "Fri", "UTC", "PT", "IST", "(", ")", "-", "to", "~", "14:??", "2024-MM-DD", "XX", "PM", "am",
    "10h47", "午後", "2:30", "12", "noon", "T+5m", "+00:05", "at night", "in the morning", "3/17", "04.03.2025", "17.03.", "next day",
    "(+1)", "1h 45m", "and", "ongoing", "support hours", "about", "[", "]", ":", ",", "-0500", "+02:00", "Z", "1430", "1047pm", "Uhr",
    "day 2", "24:00", "29 Feb", "14 March", "March ??", "1741946520", "31th", "0th", "?", "now", "Europe/Berlin",
)  # fmt: skip


@given(
    st.from_regex(
        r"[12]\d{3}-[01]\d-[0-3]\d([ T]\d\d?:\d\d)?|\d\d?:\d\d", fullmatch=True, alphabet=st.characters(codec="ascii")
    )
)
def test_a_date_in_the_usual_form_is_found_as_in_any_other_text(words: str) -> None:
    assert find_dates(words) == find_dates(f" {words}")  # with the space it is not of that form


@pytest.mark.parametrize("reader", [*READERS, find_dates, split_moment])
@given(st.lists(st.sampled_from(PARTS), max_size=7), st.sampled_from(["", " "]))
def test_parts_of_times_in_any_order_are_read_or_unreadable(reader: Any, parts: list[str], joint: str) -> None:
    """And in no time: a part that may be before a moment as well as behind it once was read for ever."""
    with suppress(Unreadable):
        reader(joint.join(parts))


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
    assert clock_of_the_machine.process_time() - begin < 20


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("02:30 - Job runs (summer time)", "Job runs (summer time)"),
        ("(02:30) Job runs", "Job runs"),
        ("02:30 [the ticket](https://x.example/1)", "[the ticket](https://x.example/1)"),
        ("Job runs [02:30]", "Job runs"),
        ("**02:30** (late) Job", "(late) Job"),
    ],
)
def test_a_bracket_stays_where_its_other_half_does(text: str, rest: str) -> None:
    assert split_moment(text)[1].strip("* ") == rest


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("2025-03-14, 14:02", 1),
        ("2025-03-14 (14:02", 1),  # a bracket that nothing closes
        ("2025-03-14 , , , 14:02", 1),
        ("2025-03-14 , , , , 14:02", 2),
        ("2025-03-14 to 14:02", 1),
        ("14:02 to 2025-03-14", 2),
        ("14:02 to 15:00", 2),
        ("2025-03-14 and 14:02", 2),
        ("2025-03-14 deploy 14:02", 2),
    ],
)
def test_what_may_be_between_the_parts_of_one_moment(text: str, n: int) -> None:
    assert sum(isinstance(piece, Moment) for piece in read_pieces(text)) == n


@pytest.mark.parametrize(
    ("words", "clocks"),
    [
        ("12:30 AM", [time(0, 30)]),
        ("12:30 PM", [time(12, 30)]),
        ("0:30 PM", [time(12, 30)]),
        ("13:30 AM", [time(13, 30)]),  # the 24-hour clock counts
        ("23:59:59", [time(23, 59, 59)]),
        ("24:01", [None]),
        ("23:60", [None]),
        ("23:59:60", [None]),
        # One end alone says which half of the day: only that of a 12-hour clock is moved.
        ("0:30 - 1:00 PM", [time(0, 30), time(13)]),
        ("1:00 - 2:00 PM", [time(13), time(14)]),
        ("12:30 - 1:00 PM", [time(12, 30), time(13)]),
        ("13:00 - 2:00 PM", [time(13), time(14)]),
    ],
)
def test_the_limits_of_the_clock(words: str, clocks: list[time | None]) -> None:
    assert [moment.clock for moment in read_moments(words)] == clocks


@pytest.mark.parametrize(("words", "day"), [("10:00 - 10:00", date(2025, 3, 14)), ("10:01 - 10:00", None)])
def test_a_range_begins_on_the_day_of_its_end_unless_it_would_run_backwards(words: str, day: date | None) -> None:
    assert read_moments(f"{words}, 14 March 2025")[0].date == day


def test_no_length_is_above_ten_years() -> None:
    assert read_span("3650 days") == Span(timedelta(days=3650))
    with pytest.raises(Unreadable):
        read_span("3651 days")


@pytest.mark.parametrize("words", ["13/5 14:00", "5/13 14:00"])
def test_of_two_numbers_one_above_twelve_is_the_day(words: str) -> None:
    assert read_moments(words) == [Moment(month=5, day=13, clock=time(14))]


NUMBERS = {
    "an hour": 60, "half an hour": 30, "two minutes": 2, "seven minutes": 7, "twelve minutes": 12, "thirteen minutes": 13,
    "nineteen minutes": 19, "twenty minutes": 20, "thirty minutes": 30, "forty minutes": 40, "forty-five minutes": 45,
    "fifty minutes": 50, "sixty minutes": 60, "ninety minutes": 90,
}  # fmt: skip


@pytest.mark.parametrize("words", NUMBERS)
def test_a_number_in_words(words: str) -> None:
    span = read_span(words)
    assert span is not None
    assert span.length == timedelta(minutes=NUMBERS[words])


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("an hour and a half", 90),
        ("2 hours and a half", 150),
        ("one and a half hours", 90),
        ("half an hour", 30),
        ("five minutes", 5),
        ("1.5 hours", 90),
        ("1h30", 90),
        ("90 seconds", 1.5),
        ("2 weeks", 14 * 24 * 60),
    ],
)
def test_a_length_in_figures_words_and_halves(words: str, minutes: float) -> None:
    assert read_span(words) == Span(timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("1:00 - 3:00 PM", 13, 15),
        ("11:00 AM - 1:00", 11, 13),
        ("12:00 PM - 1:00", 12, 13),
        ("13:00 - 2:00 PM", 13, 14),
        ("0:00 - 1:00 AM", 0, 1),
        ("1:00 - 3:00 PM (14h)", 1, 15),
    ],
)
def test_the_half_of_a_day_that_one_end_names_is_that_of_the_shorter_window_or_of_the_length(
    words: str, begin: int, end: int
) -> None:
    duration = read_duration(words)
    assert duration is not None
    ((first, last),) = duration.windows
    assert last is not None
    assert (first.clock, last.clock) == (time(begin), time(end))


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("thirty-six minutes", 36), ("thirty six minutes", 36), ("forty-five minutes", 45), ("seventy minutes", 70),
     ("an hour and twenty-five minutes", 85), ("sixty-one minutes", 61), ("twenty minutes", 20)],
)  # fmt: skip
def test_a_length_in_words_of_tens_and_ones(words: str, minutes: int) -> None:
    span = read_span(words)
    assert span is not None
    assert span.length == timedelta(minutes=minutes)


_PIECES = ["2025", "14", "3", "xx", "00", "mar", "Mart", "marc", "may", "dec", "Sept", "fri", "h", "pm", "th", "of", "T", "Z",
           "-", "/", ".", ":", ",", " ", "_", "?", "(", "day"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=10).map("".join))
def test_without_the_names_of_months_the_same_tokens_are_found(text: str) -> None:
    """Their patterns take long to compile, so that texts without one have patterns of their own."""
    found = [(match.lastgroup, match[0]) for match in tokens.tokenize(text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_IN_FIGURES", tokens._WITH_MONTHS)  # noqa: SLF001 - the two are compared
        assert found == [(match.lastgroup, match[0]) for match in tokens.tokenize(text)]


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("2026-03-05, rows 03/05 23:50 and 03/06 00:10", {False}),
        ("2026/03/05, rows 03/05 23:50 and 03/06 00:10", {False}),
        ("5 March 2026, rows 05/03 23:50 and 06/03 00:10", {True}),
        ("2026-03-31, rows 03/31 23:50 and 04/01 00:10", {False}),
        ("rows 31/03 23h50 and 01/04 00h10", {True}),
        ("2026-03-05 and 2026-05-03, rows 03/05 23:50", set()),  # it may be either
        ("2026-03-07, rows 03/05 23:50", set()),
        ("2026-03-05, 03/05 of the shops fail", set()),  # a share
        ("2026-03-05, version1.03/05 23:50", set()),
        ("2026-03-05, rows 03/05 23:50, due 20/03/2026", {True, False}),
    ],
)
def test_a_date_without_its_year_shows_the_order_before_a_time_of_day(text: str, orders: set[bool]) -> None:
    assert dict(find_orders(text)).get("/", set()) == orders


@pytest.mark.parametrize(
    ("first", "second", "orders"),
    [(5, 12, set()), (12, 5, set()), (12, 12, set()), (12, 13, {False}), (13, 12, {True}), (13, 5, {True})],
)
def test_a_number_shows_the_order_of_dates_from_thirteen_on(first: int, second: int, orders: set[bool]) -> None:
    assert dict(find_orders(f"{first}.{second}.2026")).get(".", set()) == orders


@pytest.mark.parametrize(
    ("text", "day"),
    [("12/11", None), ("11/12", None), ("12/12", (12, 12)), ("12/13", (12, 13)), ("13/12", (12, 13))],
)
def test_december_may_be_the_day_as_well(text: str, day: tuple[int, int] | None) -> None:
    (moment,) = read_moments(f"{text} 14:00")
    assert (moment.month, moment.day) == (day or (None, None))
    assert (moment.unreadable is None) == (day is not None)
