"""Words to dates, times, zones and lengths of time; an ambiguous date is a problem, never a guess."""

# ruff: noqa: DTZ001, E501 - clock times have their zone beside them; a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import time as clock_of_the_machine
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_writer import clock_forms, date_forms, length_forms

from incident_analytics.reports.times import (
    Moment,
    Span,
    read_date,
    read_duration,
    read_moments,
    read_span,
    read_zone,
)
from incident_analytics.reports.values import Unreadable

WINTER, SUMMER = datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12)

ZONES: list[tuple[str, float, float]] = [  # words, hours from UTC in January and in July
    ("Time (UTC)", 0, 0), ("time (utc)", 0, 0), ("GMT", 0, 0), ("Time (CET)", 1, 1), ("CEST", 2, 2), ("BST", 1, 1),
    ("PST", -8, -8), ("Time (pst)", -8, -8), ("PDT", -7, -7), ("EST", -5, -5), ("UTC+2", 2, 2), ("UTC+02:00", 2, 2),
    ("UTC +2", 2, 2), ("GMT-5", -5, -5), ("UTC−3", -3, -3), ("UTC+5:30", 5.5, 5.5), ("UTC+14", 14, 14),
    ("Time (-05:00)", -5, -5), ("+02:00", 2, 2), ("Europe/London", 0, 1), ("Time [Europe/Berlin]", 1, 2),
    ("America/Argentina/Buenos_Aires", -3, -3), ("America/Port-au-Prince", -5, -4), ("Etc/GMT+5", -5, -5),
    ("US/Eastern", -5, -4), ("PT", -8, -7), ("Pacific Time", -8, -7), ("CET/CEST", 1, 2), ("PST/PDT", -8, -7),
    ("Time/Date (UTC)", 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("words", "winter", "summer"), ZONES)
def test_zone(words: str, winter: float, summer: float) -> None:
    """An abbreviation is a fixed offset, an IANA name has its summer time."""
    zone = read_zone(words)
    assert zone is not None
    assert zone.utcoffset(WINTER) == timedelta(hours=winter)
    assert zone.utcoffset(SUMMER) == timedelta(hours=summer)


@pytest.mark.parametrize(
    "words",
    [
        "Time",
        "Time (local)",
        "Time (est.)",
        "Time (all times approx.)",
        "Date/Time",
        "AM/PM",
        "Start/End",
        "Event",
        "",
        "Western",
    ],
)
def test_words_that_name_no_zone(words: str) -> None:
    assert read_zone(words) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("CST", "zone 'CST' means several zones; write an offset such as UTC-6 or a name such as America/Chicago"),
        ("IST", "zone 'IST' means several zones; write an offset such as UTC-6 or a name such as America/Chicago"),
        ("Europe/Atlantis", "zone 'Europe/Atlantis' is not known; write UTC or an IANA name such as Europe/London"),
        ("Zeit (Ortszeit)", "zone 'Ortszeit' is not known; write UTC or an IANA name such as Europe/London"),
        ("UTC+25", "no zone has the offset 'UTC+25'; write one such as UTC+2"),
    ],
)
def test_a_zone_that_cannot_be_told(words: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_zone(words)
    assert str(caught.value) == message
    assert caught.value.code == "unreadable-time"


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


LENGTHS: list[tuple[str, timedelta, bool]] = [
    ("0h 16m", timedelta(minutes=16), False), ("8m", timedelta(minutes=8), False), ("0m", timedelta(0), False),
    ("1h17m", timedelta(minutes=77), False), ("1h45", timedelta(minutes=105), False),
    ("2d 1h 29m", timedelta(days=2, hours=1, minutes=29), False), ("1 week", timedelta(days=7), False),
    ("19 hours 43 minutes.", timedelta(hours=19, minutes=43), False), ("45 s", timedelta(seconds=45), False),
    ("1 hour, 45 minutes", timedelta(minutes=105), False), ("2 hrs. 5 mins.", timedelta(minutes=125), False),
    ("1.5 hours", timedelta(minutes=90), False), ("1,5 h", timedelta(minutes=90), False), ("3H 15M", timedelta(minutes=195), False),
    ("an hour and a half", timedelta(minutes=90), False), ("two and a half hours", timedelta(minutes=150), False),
    ("half an hour", timedelta(minutes=30), False), ("one hour", timedelta(hours=1), False),
    ("1:45", timedelta(minutes=105), False), ("01:45:30", timedelta(minutes=105, seconds=30), False), ("1:45 h", timedelta(minutes=105), False),
    ("105 minutes (1h 45m)", timedelta(minutes=105), False), ("1h 45m / 105 minutes", timedelta(minutes=105), False),
    ("19 hours 43 minutes, of which 3 hours full outage", timedelta(hours=19, minutes=43), False),
    ("about 2 hours", timedelta(hours=2), True), ("~24h40m", timedelta(hours=24, minutes=40), True),
    ("ca. 2h", timedelta(hours=2), True),
    ("< 5 minutes", timedelta(minutes=5), True), ("less than a minute", timedelta(minutes=1), True),
    ("1h 45m (approx)", timedelta(minutes=105), True), ("over 3 hours", timedelta(hours=3), True),
    ("11+ hours", timedelta(hours=11), True), ("~1:45", timedelta(minutes=105), True),
]  # fmt: skip


@pytest.mark.parametrize(("words", "length", "approximate"), LENGTHS)
def test_length(words: str, length: timedelta, approximate: bool) -> None:
    duration = read_duration(words)
    assert duration is not None
    assert (duration.total, duration.approximate, duration.windows) == (length, approximate, ())
    assert not duration.is_open
    assert not duration.support_hours


@given(st.integers(0, 20_000).map(lambda minutes: timedelta(minutes=minutes)), st.data())
def test_a_length_is_the_same_in_every_form(length: timedelta, data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(length_forms(length)))
    duration = read_duration(words)
    assert duration is not None
    assert duration.total == length
    if ":" not in words:
        assert read_span(words) == Span(length)


def clocks(words: str) -> tuple[timedelta | None, list[tuple[Any, ...]], bool, bool]:
    """Return a Duration line's total, its windows' clock times with the days later, is_open and support_hours."""
    duration = read_duration(words)
    assert duration is not None
    windows = [
        (f"{start.clock:%H:%M}", f"{end.clock:%H:%M}" + "+" * end.days_later if end and end.clock else None)
        for start, end in duration.windows
        if start.clock
    ]
    return duration.total, windows, duration.is_open, duration.support_hours


H, M = timedelta(hours=1), timedelta(minutes=1)
WINDOWS: list[tuple[str, timedelta | None, list[tuple[Any, ...]]]] = [
    ("07:32 – 17:07 (9h 35m)", 9 * H + 35 * M, [("07:32", "17:07")]),
    ("5 hours 26 minutes (10:45 - 16:11 UTC)", 5 * H + 26 * M, [("10:45", "16:11")]),
    ("14:02 → 15:47 (1:45)", 105 * M, [("14:02", "15:47")]),
    ("14:02 to 15:47", None, [("14:02", "15:47")]),
    ("from 14:02 until 15:47", None, [("14:02", "15:47")]),
    ("14:02 UTC - 15:47 UTC (1h 45m)", 105 * M, [("14:02", "15:47")]),
    ("17:53 - 16:35 (next day)", None, [("17:53", "16:35+")]),
    ("17:53 - 16:35 (next day) (22h 42m)", 22 * H + 42 * M, [("17:53", "16:35+")]),
    ("23:50 - 00:20 (+1d) (30m)", 30 * M, [("23:50", "00:20+")]),
    ("07:32 am – 5:07 pm", None, [("07:32", "17:07")]),
    ("2025-03-14 14:02 UTC - 2025-03-15 03:10 UTC (13h 8m)", 13 * H + 8 * M, [("14:02", "03:10")]),
    ("2021-06-02 - 17:53 UTC to 2021-06-02 - 18:10 UTC", None, [("17:53", "18:10")]),
    ("11:07 - 13:40 (02h 37min) and 15:30 - 17:11 (01h 41min)", 4 * H + 18 * M, [("11:07", "13:40"), ("15:30", "17:11")]),
    ("11:07 - 13:40 (2:37), 15:30 - 17:11 (101m)", 4 * H + 18 * M, [("11:07", "13:40"), ("15:30", "17:11")]),
    ("14:02 - 15:47; 16:00 - 16:10", None, [("14:02", "15:47"), ("16:00", "16:10")]),
    ("14:02 - 15:47 and 16:00 - 16:10 (1h 55m total)", 115 * M, [("14:02", "15:47"), ("16:00", "16:10")]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "total", "windows"), WINDOWS)
def test_windows(words: str, total: timedelta | None, windows: list[tuple[Any, ...]]) -> None:
    assert clocks(words) == (total, windows, False, False)


@pytest.mark.parametrize(
    ("words", "total", "windows"),
    [
        ("11+ hours and counting", 11 * H, []),
        ("Ongoing", None, []),
        ("still down", None, []),
        ("14:02 - ongoing", None, [("14:02", None)]),
        ("14:02 – present", None, [("14:02", None)]),
        ("14:02 - now", None, [("14:02", None)]),
        ("Ongoing since 14:02", None, [("14:02", None)]),
    ],
)
def test_a_duration_that_goes_on_is_open(words: str, total: timedelta | None, windows: list[tuple[Any, ...]]) -> None:
    """A clock time that tells since when is no length."""
    assert clocks(words) == (total, windows, True, False)


@pytest.mark.parametrize(
    ("words", "total"),
    [
        ("7h (during support hours 10:00-17:00)", 7 * H),
        ("8 hours (business hours)", 8 * H),
        ("7h during working hours 09:00 - 17:00", 7 * H),
    ],
)
def test_when_the_support_hours_are_is_no_window(words: str, total: timedelta) -> None:
    assert clocks(words) == (total, [], False, True)


@pytest.mark.parametrize(
    ("words", "hours"), [("14:02 - 15:47 UTC", 0), ("9:00 - 10:00 PST (1h)", -8), ("14:02 - 15:47", None)]
)
def test_the_zone_of_a_duration_line(words: str, hours: int | None) -> None:
    duration = read_duration(words)
    assert duration is not None
    assert (duration.zone and duration.zone.utcoffset(WINTER)) == (None if hours is None else hours * H)


@pytest.mark.parametrize("words", ["N/A", "Unknown", "TBD", "[Start time] - [End time] ([Total duration])", ""])
def test_a_duration_that_is_not_known(words: str) -> None:
    assert read_duration(words) is None


NEITHER = "isn't a length or a time range; write '14:02 - 15:47 (1h 45m)'"
NO_SINGLE = "gives no single length; write '14:02 - 15:47 (1h 45m)'"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("a few hours", NEITHER), ("long", NEITHER), ("1 month", NEITHER), ("14:02 -", NEITHER), ("9:00 AM", NEITHER),
        ("1-2 hours", NO_SINGLE), ("2 to 3 hours", NO_SINGLE), ("between 1 and 2 hours", NO_SINGLE), ("-5m", NO_SINGLE),
        ("2-3 PM", NO_SINGLE), ("14h02 - 15h47", NO_SINGLE),
    ],
)  # fmt: skip
def test_words_that_are_no_duration(words: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_duration(words)
    assert str(caught.value) == f"{words!r} {why}"


def test_a_length_beyond_all_bounds_is_a_slip() -> None:
    """It would not fit a column either."""
    with pytest.raises(Unreadable, match=r"^'999999999 days' is longer than 10 years; write a length such as 1h 45m$"):
        read_duration("999999999 days")


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


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("10:00 - 11:00 JST (1h)", [9, 9]),
        ("10:00 JST - 11:00 (1h)", [9, 9]),
        ("10:00 - 11:00 (JST)", [9, 9]),
        ("10:00 - 11:00 (1h, all good) (all times JST)", [9, 9]),
        ("2026-03-09 10:00 - 2026-03-09 11:00 UTC+9", [9, 9]),
        ("10:00 UTC - 20:00 JST (1h)", [0, 9]),
        ("10:00 - 11:00 and 13:00 - 14:00 JST (2h)", [9, 9, 9, 9]),
        ("10:00 JST - 11:00 and 12:00 - 13:00 UTC (2h)", [9, 9, 0, 0]),
        ("10:00 JST - 11:00, 12:00 - 13:00, 14:00 - 15:00 UTC", [9, 9, None, None, 0, 0]),
        ("10:00 - 11:00 (1h, UK only)", [None, None]),
    ],
)
def test_a_zone_beside_one_end_of_a_range_is_that_of_both(words: str, hours: list[int | None]) -> None:
    duration = read_duration(words)
    assert duration is not None
    zones = [moment.zone for window in duration.windows for moment in window if moment]
    assert [zone and zone.utcoffset(WINTER) for zone in zones] == [None if each is None else each * H for each in hours]


@pytest.mark.parametrize(
    "words",
    [
        "2h / 3h", "2h (was 3h)", "not 2h but 3h", "2h per region, 6h total", "2h or 3h", "11:00 - 12:00 (1h) [estimated 3h]",
        "3h, initially 2h",
    ],
)  # fmt: skip
def test_a_duration_of_several_lengths_is_not_read(words: str) -> None:
    with pytest.raises(Unreadable, match="names several lengths; write the one that counts"):
        read_duration(words)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("2h (120 minutes)", 120), ("about 2h / 110 minutes", 120), ("2 hours or 120 min", 120), ("1h 30m in total", 90),
        ("10:00 - 11:00 (1h) and 13:00 - 14:00 (1h)", 120), ("2h, not counting the weekend", 120),
    ],
)  # fmt: skip
def test_one_length_in_several_words_is_read(words: str, minutes: int) -> None:
    duration = read_duration(words)
    assert duration is not None
    assert duration.total == timedelta(minutes=minutes)
