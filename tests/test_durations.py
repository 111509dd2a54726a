"""The words of a Duration line to its length and windows."""

# ruff: noqa: DTZ001, E501

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_writer import length_forms

from incident_analytics.reports.date_order import dates_in_order
from incident_analytics.reports.durations import in_words, read_duration, spans_agree
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.times import Span, read_span

WINTER, SUMMER = datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12)


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
    ("2 uur 5 min", timedelta(minutes=125), False), ("2 godz. 45 min", timedelta(minutes=165), False),
    ("5 t 20 min", timedelta(minutes=320), False), ("95 menit", timedelta(minutes=95), False),
    ("2 heures 5 minutes", timedelta(minutes=125), False), ("3 días", timedelta(days=3), False),
    ("1 ora 10 minuti", timedelta(minutes=70), False), ("2 Tage", timedelta(days=2), False),
    ("11+ hours", timedelta(hours=11), True), ("~1:45", timedelta(minutes=105), True),
]  # fmt: skip


@pytest.mark.parametrize(("words", "length", "approximate"), LENGTHS)
def test_length(words: str, length: timedelta, approximate: bool) -> None:
    duration = read_duration(words)
    assert duration is not None
    assert (duration.total, duration.approximate, duration.windows) == (length, approximate, ())
    assert not duration.is_open
    assert not duration.support_hours


@pytest.mark.parametrize(
    ("words", "total", "start", "end"),
    [
        ("de 9 h 05 à 13 h 30 (4 h 25)", timedelta(minutes=265), time(9, 5), time(13, 30)),
        ("0915hrs - 1430hrs (5 hours 15 minutes)", timedelta(minutes=315), time(9, 15), time(14, 30)),
        ("1000hrs - 1145hrs", None, time(10), time(11, 45)),
        ("14h12 às 16h40 (2h28)", timedelta(minutes=148), time(14, 12), time(16, 40)),
        ("23/11/2023 23h58 às 24/11/2023 02h37", None, time(23, 58), time(2, 37)),
        ("22.11.2023, 06:30 Uhr bis 08:10 Uhr (MEZ)", None, time(6, 30), time(8, 10)),
        ("08:40 tot 10:25 uur (1 uur 45 min)", timedelta(minutes=105), time(8, 40), time(10, 25)),
        ("14:00 a 16:30", None, time(14), time(16, 30)),
    ],
)
def test_times_of_day_in_the_ways_of_other_places(words: str, total: timedelta | None, start: time, end: time) -> None:
    duration = read_duration(words)
    assert duration is not None
    [(first, last)] = duration.windows
    assert last is not None
    assert (duration.total, first.clock, last.clock) == (total, start, end)


@pytest.mark.parametrize("words", ["2 qwertz 45 min", "1h30 - 2h00", "a partir de 2025-02-11 03h00"])
def test_a_unit_that_is_not_known_and_lengths_that_may_be_times_give_no_length(words: str) -> None:
    with pytest.raises(Unreadable):
        read_duration(words)


@given(
    st.integers(0, 999),
    st.integers(0, 99),
    st.none() | st.tuples(st.times(), st.times(), st.sampled_from(["", " UTC"])),
)
def test_the_form_of_the_template_is_read_as_any_other_form_is(
    hours: int, minutes: int, window: tuple[time, time, str] | None
) -> None:
    words = f"{hours}h {minutes}m"
    if window is not None:
        words = f"{words} ({window[0]:%H:%M} - {window[1]:%H:%M}{window[2]})"
    assert read_duration(words) == read_duration(f" {words}")  # with the space it is not of that form


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
    ("2:00 - 5:00 PM (3h)", 3 * H, [("14:00", "17:00")]),
    ("2:00 - 5:00 PM (15h)", 15 * H, [("02:00", "17:00")]),
    ("2:00 - 5:00 PM (9h)", 9 * H, [("14:00", "17:00")]),
    ("2025-03-14 14:02 UTC - 2025-03-15 03:10 UTC (13h 8m)", 13 * H + 8 * M, [("14:02", "03:10")]),
    ("2021-06-02 - 17:53 UTC to 2021-06-02 - 18:10 UTC", None, [("17:53", "18:10")]),
    ("11:07 - 13:40 (02h 37min) and 15:30 - 17:11 (01h 41min)", 4 * H + 18 * M, [("11:07", "13:40"), ("15:30", "17:11")]),
    ("11:07 - 13:40 (2:37), 15:30 - 17:11 (101m)", 4 * H + 18 * M, [("11:07", "13:40"), ("15:30", "17:11")]),
    ("11:07 → 13:40 (2h 33m) and 15:30 → 17:11 (1h 41m)", 4 * H + 14 * M, [("11:07", "13:40"), ("15:30", "17:11")]),
    ("11:07 -> 13:40 (2h 33m); 15:30 -> 17:11 (1h 41m)", 4 * H + 14 * M, [("11:07", "13:40"), ("15:30", "17:11")]),
    ("14:02 (approx) - 15:47 (2h)", 2 * H, [("14:02", "15:47")]),
    ("from 14:02 (Friday) until 15:47", None, [("14:02", "15:47")]),
    ("14:02 - 15:47; 16:00 - 16:10", None, [("14:02", "15:47"), ("16:00", "16:10")]),
    ("1:00 - 3:00 PM (14h)", 14 * H, [("01:00", "15:00")]),
    ("2025-03-14 1:00 - 2025-03-14 3:00 PM", None, [("13:00", "15:00")]),
    ("2025-03-14 1:00 - 2025-03-15 3:00 PM", None, [("01:00", "15:00")]),
    ("2025-03-14 1:00 - 2025-03-15 3:00 PM (26h)", 26 * H, [("13:00", "15:00")]),
    ("14:02 (detected 14:10) - 16:02", None, [("14:02", "16:02")]),
    ("(14:02) - (15:47)", None, [("14:02", "15:47")]),
    ("10:00 - 10:10, 11:00 - 11:10 (10 min each)", None, [("10:00", "10:10"), ("11:00", "11:10")]),
    ("2 hours to 14:00", 2 * H, []),
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
        ("33h 15m (support hours 10:00-17:00, Mon-Fri)", 33 * H + 15 * M),
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


@pytest.mark.parametrize(
    ("words", "part"), [("2024-XX-XX 10:00 - 11:00", "2024-XX-XX"), ("14:xx - 15:00 (1h)", "14:xx")]
)
def test_a_range_with_letters_for_digits_is_not_read(words: str, part: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_duration(words)
    assert str(caught.value) == f"{part!r} in {words!r} isn't a date or time; write '14:02 - 15:47 (1h 45m)'"


def test_a_length_beyond_all_bounds_is_a_slip() -> None:
    """It would not fit a column either."""
    with pytest.raises(Unreadable, match=r"^'999999999 days' is longer than 10 years; write a length such as 1h 45m$"):
        read_duration("999999999 days")


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
        ("2025-03-14 09:40 (UTC) until 2025-03-15 03:40 (UTC), 18 hours", [0, 0]),
        ("09:40 (JST) - 10:40 (JST) (1h)", [9, 9]),
        ("[JST] 09:40 – 10:40", [9, 9]),
        ("JST: 09:40 to 10:40", [9, 9]),
        ("(JST) 09:40 - 10:40 (1h)", [9, 9]),
        ("2025-03-14 JST 09:40 - 10:40", [9, 9]),
        ("09:40 [UTC] – 18:40 [JST]", [0, 9]),
        ("09:40-10:40Z", [0, 0]),
    ],
)
def test_a_zone_next_to_one_end_of_a_range_is_that_of_both(words: str, hours: list[int | None]) -> None:
    duration = read_duration(words)
    assert duration is not None
    zones = [moment.zone for window in duration.windows for moment in window if moment]
    assert [zone and zone.utcoffset(WINTER) for zone in zones] == [None if each is None else each * H for each in hours]


@pytest.mark.parametrize(
    "words",
    [
        "2h / 3h", "2h (was 3h)", "not 2h but 3h", "2h per region, 6h total", "2h or 3h", "11:00 - 12:00 (1h) [estimated 3h]",
        "3h, initially 2h", "30 min full outage, 2h degraded", "SLA 4h, took 2h",
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
        ("2h (30 min full outage)", 120), ("2h, of which 30 min full outage", 120),
    ],
)  # fmt: skip
def test_one_length_in_several_words_is_read(words: str, minutes: int) -> None:
    duration = read_duration(words)
    assert duration is not None
    assert duration.total == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("stated", "span", "approximate", "agree"),
    [
        (60, 60, False, True),
        (60, 60.9, False, True),
        (60, 61, False, False),
        (61, 60, False, False),
        (2, 1, True, False),  # a tenth of so little is less than the minute
        (60, 62, True, True),
    ],
)
def test_a_length_is_a_span_to_the_minute(stated: float, span: float, approximate: bool, agree: bool) -> None:
    assert spans_agree(stated * M, span * M, approximate=approximate) is agree


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0m"), (5, "5m"), (59, "59m"), (60, "1h 00m"), (65, "1h 05m"), (-65, "-1h 05m"), (-5, "-5m")],
)
def test_a_length_in_words(minutes: int, words: str) -> None:
    assert in_words(minutes * M) == words


@pytest.mark.parametrize(
    ("text", "minutes"), [("0 min, 14:30", 0), ("2 hours, 14:30", 120), ("1 day 2:30 to 3:30", 1440)]
)
def test_a_clock_time_behind_a_length_that_is_not_of_days_is_no_part_of_it(text: str, minutes: int) -> None:
    duration = read_duration(text)
    assert duration is not None
    assert duration.total == timedelta(minutes=minutes)


def test_a_length_between_dates_is_read_in_the_order_of_its_own_report() -> None:
    words, days = "05/03/2026 14:00 - 05/03/2026 15:00", []
    for due in ("25/03/2026", "03/25/2026"):
        with dates_in_order(f"Due {due}"):
            duration = read_duration(words)
        assert duration is not None
        days.append(duration.windows[0][0].date)
    assert days == [date(2026, 3, 5), date(2026, 5, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "10 00 min",
        "1 heure 20",
        "1 1/2 h",
        "3 g 2 h",
        "1.440 min",
        "1,500 h",
        "0915hrs",
        "2 h 5 nodes",
        "2 qwe 59 min",
        "between 1 and 2 hours",
        "1 hour to 2 hours",
        "to 2 hours",
        "2h / 1h 59m",
        "since 14:02",
        # another part of it in words that are not read
        "an hour and a quarter", "1 hour and half", "an hour and ten", "hour and 10 minutes", "one or two hours", "1 or 2 hours",
        "an hour or two", "a hundred and ten minutes", "one hundred twenty minutes", "deux heures et quart", "dos horas y cuarto",
        "une heure trois quarts", "due ore e tre quarti", "2 uur en een kwartier", "to og en halv time", "en og en halv time",
        "två och en halv timme", "dwie i pół godziny", "godzina i 15 minut", "dvě a půl hodiny", "kaksi ja puoli tuntia",
        "két és fél óra", "1時間半", "1시간 반", "3 months 2 days", "1 year and 2 days",
        # what counts several times
        "3 × 10 minutes", "2 outages of 10 minutes each", "10 min per hour", "2 hours a day", "2 hours over two days",
        # a time of day that may be a part of it
        "0h 14:30", "1h 14:30", "14:02 - 15:47 - 16:10", "14:02 → 15:47 → 16:10", "14:02/14:05 - 16:02",
    ],
)  # fmt: skip
def test_a_length_is_not_read_in_part(text: str) -> None:
    with pytest.raises(Unreadable):
        read_duration(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 jours et 3 heures", 3060), ("2 timer 15 minutter", 135), ("2 timmar och 15 minuter", 135), ("2t 5m", 125),
        ("2u 15m", 135), ("1 day, 2:30", 1590), ("1d 02:30:00", 1590), ("24 hours, 2:30", 1590),
        ("0 days 02:30:00", 150), ("2 days and 2:30", 3030), ("3h: 1h + 2h", 180), ("2h, 30m", 150), ("2 horas y 5 minutos", 125),
        ("2 hodiny a 15 minut", 135), ("2 tuntia ja 15 minuuttia", 135), ("2 óra és 15 perc", 135), ("2 часа и 15 минут", 135),
        ("δύο ώρες και 15 λεπτά", 135), ("2 jam dan 15 menit", 135),
    ],
)  # fmt: skip
def test_all_parts_of_a_length_count(text: str, minutes: int) -> None:
    duration = read_duration(text)
    assert duration is not None
    assert duration.total == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("18:00 - 23:20 MDT / 00:00 - 05:20 UTC (5h 20m)", 1),
        ("10:00 - 11:00 UTC / 12:00 - 13:00 CEST", 1),
        ("10:00 - 11:00 UTC / 12:00 - 13:30 CEST", 2),
        ("10:00 - 11:00 UTC and 12:00 - 13:00 UTC", 2),
        ("10:00 - 11:00 and 12:00 - 13:00", 2),
    ],
)
def test_one_window_in_two_zones_is_one(text: str, n: int) -> None:
    duration = read_duration(text)
    assert duration is not None
    assert len(duration.windows) == n


@pytest.mark.parametrize("text", ["1030 hours", "1545hrs", "2200 h"])
def test_a_time_of_day_alone_is_not_taken_for_weeks(text: str) -> None:
    with pytest.raises(Unreadable, match="may be a length or a time of day"):
        read_duration(text)


def test_a_place_behind_a_window_names_its_zone() -> None:
    duration = read_duration("14:02 - 15:47, Berlin time")
    assert duration is not None
    assert str(duration.zone) == "Europe/Berlin"
