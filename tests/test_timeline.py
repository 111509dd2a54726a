"""Rows to instants: anchored at the date, past midnight, in their zone; no row is ever dropped."""

# ruff: noqa: DTZ001, E501 - clock times have their zone beside them; a message is asserted whole, and a row of a table is one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_writer import clock_forms

from incident_analytics.config import Settings
from incident_analytics.reports.durations import read_duration
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.template import default_template
from incident_analytics.reports.timed_rows import Entry
from incident_analytics.reports.timeline import Placement, place_entries

DAY = date(2025, 3, 14)
CET = timezone(timedelta(hours=1))


def place(times: Sequence[str], duration: str = "", *, day: date | None = DAY, zone: object = UTC) -> Placement:
    entries = [Entry(when, "something", line) for line, when in enumerate(times, start=10)]
    stated = read_duration(duration) if duration else None
    return place_entries(entries, day=day, zone=zone, duration=stated)  # type: ignore[arg-type]


def instants_of(instants: Sequence[datetime | None]) -> list[str | None]:
    """Return instants as day of March 2025 and time, such as ``14 10:00``."""
    return [None if at is None else f"{at:%d %H:%M}" for at in instants]


@pytest.mark.parametrize(
    ("times", "instants"),
    [
        (["10:00", "10:30"], ["14 10:00", "14 10:30"]),
        (["22:05", "00:16"], ["14 22:05", "15 00:16"]),
        (["22:00", "03:00", "23:00", "01:00"], ["14 22:00", "15 03:00", "15 23:00", "16 01:00"]),
        (["23:59", "00:00", "00:01"], ["14 23:59", "15 00:00", "15 00:01"]),
        # The newest above, past midnight as well; one row out of order among rows hours apart is not that.
        (["10:40", "10:30", "10:30", "09:00"], ["14 10:40", "14 10:30", "14 10:30", "14 09:00"]),
        (["01:00", "00:10", "23:30", "23:00"], ["15 01:00", "15 00:10", "14 23:30", "14 23:00"]),
        (["00:10", "14:02", "14:00"], ["14 00:10", "14 14:02", "14 14:00"]),
        (["2025-03-13 23:00", "00:30", "10:00"], ["13 23:00", "14 00:30", "14 10:00"]),
        (["10:00", "2025-03-16 09:00", "10:00"], ["14 10:00", "16 09:00", "16 10:00"]),
        (["23:00", "2025-03-15 01:00"], ["14 23:00", "15 01:00"]),
        (["10:00", "00:16 (next day)", "01:00"], ["14 10:00", "15 00:16", "15 01:00"]),
        (["10:00", "March 16 09:00"], ["14 10:00", "16 09:00"]),
        (["07:15-08:19", "09:00"], ["14 07:15", "14 09:00"]),
        (["23:00", "24:00", "00:10"], ["14 23:00", "15 00:00", "15 00:10"]),
        (["~10:00", "1600", "9:45p"], ["14 10:00", "14 16:00", "14 21:45"]),
        (["2025-03-15"], [None]),
        (["10:00", "2025-03-16", "09:00", "11:00"], ["14 10:00", None, "16 09:00", "16 11:00"]),
        (["2025-03-16", "??", "09:00"], [None, None, "16 09:00"]),
        (["2025-03-16", "2025-03-17 09:00", "10:00"], [None, "17 09:00", "17 10:00"]),
        ([""], [None]),
        ([], []),
        # Days that no clock shows passed where hours were quiet, six at least.
        (["2025-03-14 08:00", "15:00", "15:30", "2025-03-16 16:00"], ["14 08:00", "16 15:00", "16 15:30", "16 16:00"]),
        (["2025-03-14 09:00", "15:00", "15:30", "2025-03-16 16:00"], ["14 09:00", "16 15:00", "16 15:30", "16 16:00"]),
        (["2025-03-14 09:01", "15:00", "15:30", "2025-03-16 16:00"], ["14 09:01", "14 15:00", "14 15:30", "16 16:00"]),
        # A clock that falls by half a day passed midnight; by less than three hours the row is out of order.
        (["22:00", "10:00", "22:30"], ["14 22:00", "15 10:00", "15 22:30"]),
        (["22:00", "10:01", "22:30"], ["14 22:00", "14 10:01", "14 22:30"]),
        (["22:00", "10:01", "21:59"], ["14 22:00", "15 10:01", "15 21:59"]),
        (["21:00", "22:00", "10:01", "00:00"], ["14 21:00", "14 22:00", "15 10:01", "16 00:00"]),
        (["22:00", "10:01", "00:00"], [None, None, None]),
        (["22:00", "10:01"], ["14 22:00", "15 10:01"]),
        (["10:00", "07:00"], ["14 10:00", "15 07:00"]),
        (["10:00", "07:01"], ["14 10:00", "14 07:01"]),
        (["10:00", "07:00", "10:00"], ["14 10:00", "14 07:00", "14 10:00"]),
        # Days that passed between two dates passed first where clocks fell, in order, the others in the last quiet hours.
        (
            ["2025-03-14 10:30", "10:00", "10:29", "10:45", "16:46", "2025-03-16 17:00"],
            ["14 10:30", "15 10:00", "16 10:29", "16 10:45", "16 16:46", "16 17:00"],
        ),
        (["2025-03-14 10:00", "09:50", "10:30", "2025-03-15 11:00"], ["14 10:00", "15 09:50", "15 10:30", "15 11:00"]),
        (["2025-03-14 10:00", "09:50", "16:00", "2025-03-16 17:00"], ["14 10:00", "15 09:50", "16 16:00", "16 17:00"]),
        # The rows above the first date go back from it where they cannot begin on the incident's day.
        (["22:00", "23:59", "2025-03-14 00:10"], ["13 22:00", "13 23:59", "14 00:10"]),
        (["22:00", "23:59", "2025-03-15 00:10"], ["14 22:00", "14 23:59", "15 00:10"]),
        (["20:00", "2025-03-13 10:00", "11:00"], ["12 20:00", "13 10:00", "13 11:00"]),
    ],
)
def test_rows_are_anchored_at_the_date_and_carried_past_midnight(times: list[str], instants: list[str | None]) -> None:
    assert instants_of(place(times).instants) == instants


@pytest.mark.parametrize(
    ("times", "duration", "instants"),
    [
        (["22:05", "00:16"], "2025-03-14 22:05 - 2025-03-15 00:16", ["14 22:05", "15 00:16"]),
        (["09:00", "08:00"], "2025-03-14 09:00 - 2025-03-15 08:00", ["14 09:00", "15 08:00"]),
        # Without the end's own row after the beginning's the clocks alone would say the 15th.
        (
            ["22:00", "01:00", "02:00"],
            "2025-03-14 22:00 - 2025-03-16 01:00",
            ["14 22:00", "16 01:00", "16 02:00"],
        ),
        (["00:10", "00:40"], "23:50 - 00:40 (50m)", ["15 00:10", "15 00:40"]),
        (["23:00", "22:00"], "23:00 - 22:00 (23h)", ["14 23:00", "15 22:00"]),
        (["22:00", "10:01", "22:30"], "18h", ["14 22:00", "15 10:01", "15 22:30"]),
        (["22:00", "10:01", "22:30"], "17h 59m", ["14 22:00", "14 10:01", "14 22:30"]),
        # It says which row is the first where the clocks fall by hours.
        (["22:00", "10:01", "00:00"], "22:00 - 00:00 (26h)", ["14 22:00", "15 10:01", "16 00:00"]),
        (["22:00", "10:01", "00:00"], "00:00 - 22:00", ["14 22:00", "14 10:01", "14 00:00"]),
        (["01:00", "23:30", "23:00"], "23:00 - 01:00", ["15 01:00", "14 23:30", "14 23:00"]),
    ],
)
def test_the_duration_line_dates_the_rows_it_begins_and_ends_with(
    times: list[str], duration: str, instants: list[str]
) -> None:
    assert instants_of(place(times, duration).instants) == instants


@pytest.mark.parametrize(
    ("duration", "windows"),
    [
        ("10:00 - 11:00", [("14 10:00", "14 11:00")]),
        ("23:00 - 01:00", [("14 23:00", "15 01:00")]),
        ("17:53 - 16:35 (next day)", [("14 17:53", "15 16:35")]),
        ("10:00 - 12:00 (26h)", [("14 10:00", "15 12:00")]),
        ("10:00 - 10:00", [("14 10:00", "14 10:00")]),  # an end equal to its start is on the same day
        ("10:00 - 10:00 (24h)", [("14 10:00", "15 10:00")]),
        ("10:00 - 11:00 and 23:30 - 00:10", [("14 10:00", "14 11:00"), ("14 23:30", "15 00:10")]),
        ("22:00 - 23:00; 01:00 - 02:00", [("14 22:00", "14 23:00"), ("15 01:00", "15 02:00")]),
        ("2025-03-13 23:00 - 01:00", [("13 23:00", "14 01:00")]),
        ("March 13 23:00 - March 14 01:00", [("13 23:00", "14 01:00")]),
        ("10:00 - ongoing", [("14 10:00", None)]),
        ("2025-03-14 10:00 - ongoing", [("14 10:00", None)]),
        ("2025-03-14 10:00 - 2025-03-15", [("14 10:00", None)]),  # no time of day, so no end
        ("2025-03-14 10:00 - 11:30", [("14 10:00", "14 11:30")]),
        ("2025-03-14 10:00 EST - 2025-03-14 11:30 EST", [("14 15:00", "14 16:30")]),
        ("2025-03-14 22:00 EST - 2025-03-15 01:00 CET", [("15 03:00", "15 00:00")]),
        ("Fri 10:00 - Sat 11:00", [("14 10:00", "15 11:00")]),
        ("Thu 22:00 - Fri 01:00", [("13 22:00", "14 01:00")]),
        ("Fri 10:00 - Mon 09:00", [("14 10:00", "17 09:00")]),
        ("Tue 10:00 - Tue 11:00", [(None, None)]),
        ("2h", []),
    ],
)
def test_windows_of_the_duration_line(duration: str, windows: list[tuple[str, str | None]]) -> None:
    placement = place(["12:34"], duration)
    assert [tuple(instants_of(window)) for window in placement.windows] == windows


def test_a_weekday_of_the_duration_that_is_far_from_the_date_is_named() -> None:
    placement = place(["12:34"], "Tue 10:00 - Tue 11:00")
    assert [(found.code, found.line, found.message) for found in placement.remarks] == [
        ("date-mismatch", None, "the Duration's weekday is not near the incident's Friday 2025-03-14; write its date")
    ]


@pytest.mark.parametrize(
    ("zone", "instants"),
    [
        (CET, ["14 22:30", "14 23:30"]),
        (timezone(timedelta(hours=-8)), ["15 07:30", "15 08:30"]),
        (ZoneInfo("Europe/Berlin"), ["14 22:30", "14 23:30"]),
    ],
)
def test_rows_are_shifted_from_the_timelines_zone(zone: object, instants: list[str]) -> None:
    assert instants_of(place(["23:30", "00:30"], zone=zone).instants) == instants


def test_a_row_that_names_its_own_zone_counts_in_that_one() -> None:
    assert instants_of(place(["10:00", "11:00 UTC", "2025-03-14 23:30 UTC"], zone=CET).instants) == [
        "14 09:00",
        "14 11:00",
        "14 23:30",
    ]


def test_a_timeline_without_any_date_has_no_instants() -> None:
    assert place(["10:00", "11:00"], day=None).instants == (None, None)


def test_dated_rows_need_no_date_of_the_report() -> None:
    assert instants_of(place(["2025-03-20 10:00", "11:00"], day=None).instants) == ["20 10:00", "20 11:00"]


@pytest.mark.parametrize(
    ("times", "instants", "remark"),
    [
        (
            ["10:00", "09:10", "10:20"],
            ["14 10:00", "14 09:10", "14 10:20"],
            (11, "time-out-of-order", "2025-03-14 09:10 is below 2025-03-14 10:00 of line 10; put the rows in order, or date them"),
        ),
        (
            ["10:00", "22025-03-14 10:30"],
            ["14 10:00", "14 10:30"],
            (11, "unreadable-time", "'22025-03-14' is not a date, read as 2025-03-14; write 2025-03-14"),
        ),
        (
            ["2025-03-14 10:00", "2024-03-14 10:30"],
            ["14 10:00", "14 10:30"],
            (11, "date-mismatch", "2024-03-14 is 365 days from the incident, read as 2025-03-14; write 2025-03-14"),
        ),
        (["10:00", "14:??"], ["14 10:00", None], (11, "unreadable-time", "'14:??' is not a time of day; write it as HH:MM")),
        (["10:00", "Later"], ["14 10:00", None], (11, "unreadable-time", "'Later' is not a time; write it as HH:MM")),
        (
            ["10:00", "10:30 CST"],
            ["14 10:00", None],
            (11, "unreadable-time", "zone 'CST' means several zones; set timezone to yours, or write a name such as America/Chicago or Asia/Shanghai"),
        ),
        (
            ["10:00", "05-08-2025 10:30"],
            ["14 10:00", None],
            (11, "ambiguous-date", "'05-08-2025 10:30' is 2025-05-08 or 2025-08-05; write it as YYYY-MM-DD, or date_order in the settings for all such dates"),
        ),
    ],
)  # fmt: skip
def test_a_slip_is_kept_and_reported(
    times: list[str], instants: list[str | None], remark: tuple[int, str, str]
) -> None:
    placement = place(times)
    assert instants_of(placement.instants) == instants
    assert [(found.line, found.code, found.message) for found in placement.remarks] == [remark]


@pytest.mark.parametrize(
    ("times", "duration", "instants"),
    [
        (["14th 09:40", "17th 10:40"], "3 days", ["14 09:40", "17 10:40"]),
        (["Fri 14th 09:40", "Mon 17th 10:40"], "", ["14 09:40", "17 10:40"]),
        (["14th 23:40", "00:10", "the 17th, 10:40", "11:00"], "", ["14 23:40", "15 00:10", "17 10:40", "17 11:00"]),
        (["12th 22:00", "09:00"], "", ["12 22:00", "13 09:00"]),
        (["11th 22:00", "14th 09:00"], "", ["11 22:00", "14 09:00"]),
        (["14th 09:00", "24th 09:00"], "", ["14 09:00", "24 09:00"]),
        (["14th 09:00", "21st 09:00"], "", ["14 09:00", "21 09:00"]),
        (["Fri 22:00", "Sat 00:10"], "", ["14 22:00", "15 00:10"]),
        (["Fri 10:00", "11:00", "Mon 09:00"], "", ["14 10:00", "14 11:00", "17 09:00"]),
        (["Thu 22:00", "Fri 01:00"], "", ["13 22:00", "14 01:00"]),
        (["10:00", "Tue 09:00", "10:00"], "", ["14 10:00", "18 09:00", "18 10:00"]),
        (["Sat 00:30", "01:00"], "", ["15 00:30", "15 01:00"]),
        (["10:00", "17.03. 10:40"], "", ["14 10:00", "17 10:40"]),
        (["10:00", "Fri 2025-03-14 10:40"], "", ["14 10:00", "14 10:40"]),
        (["1741946520", "11:00"], "", ["14 10:02", "14 11:00"]),
        (["UTC 10:00", "10h47"], "", ["14 10:00", "14 10:47"]),
    ],
)
def test_a_day_without_its_month_and_a_weekday_are_near_the_incident(
    times: list[str], duration: str, instants: list[str]
) -> None:
    placement = place(times, duration)
    assert instants_of(placement.instants) == instants
    assert placement.remarks == ()


@pytest.mark.parametrize(
    ("times", "instants", "remark"),
    [
        (
            ["10:00", "Tue 17th 10:40"],
            ["14 10:00", None],
            (11, "unreadable-time", "'Tue 17th 10:40' is not a time of day; write it as HH:MM"),
        ),
        (
            ["10:00", "8th 10:40"],
            ["14 10:00", None],
            (11, "unreadable-time", "'8th 10:40' is not a time of day; write it as HH:MM"),
        ),
        (
            ["Tue 10:00", "2025-03-14 10:30"],
            [None, "14 10:30"],
            (10, "date-mismatch", "'Tue 10:00' is not near the incident's Friday 2025-03-14; write its date"),
        ),
        (
            ["10:00", "2024-MM-DD"],
            ["14 10:00", None],
            (11, "unreadable-time", "'2024-MM-DD' is not a date; write it as YYYY-MM-DD HH:MM"),
        ),
        (
            ["10:00", "2024-XX-XX 10:40"],
            ["14 10:00", None],
            (11, "unreadable-time", "'2024-XX-XX 10:40' is not a date; write it as YYYY-MM-DD HH:MM"),
        ),
        (
            ["10:00", "Mon 2025-03-14 10:40"],
            ["14 10:00", "14 10:40"],
            (11, "date-mismatch", "2025-03-14 is a Friday, 'Mon 2025-03-14 10:40' names another day; correct one or the other"),
        ),
        (
            ["2025-03-14 09:40", "2025-02-11 09:55", "2025-03-14 10:40"],
            ["14 09:40", None, "14 10:40"],
            (11, "date-mismatch", "2025-02-11 is 31 days from the incident, and below 2025-03-14 of line 10, so when this was is unknown; correct the date"),
        ),
        (
            ["10th 22:00", "14th 09:00"],
            [None, "14 09:00"],
            (10, "unreadable-time", "'10th 22:00' is not a time of day; write it as HH:MM"),
        ),
        (
            ["14th 09:00", "25th 09:00"],
            ["14 09:00", None],
            (11, "unreadable-time", "'25th 09:00' is not a time of day; write it as HH:MM"),
        ),
        (
            ["2025-03-24 10:00", "2025-02-11 10:20"],
            ["24 10:00", None],
            (11, "date-mismatch", "2025-02-11 is 31 days from the incident, and below 2025-03-24 of line 10, so when this was is unknown; correct the date"),
        ),
        (
            ["2025-04-14 09:40", "2025-03-14 09:55", "10:40"],
            [None, "14 09:55", "14 10:40"],
            (10, "date-mismatch", "2025-04-14 is 31 days from the incident, and above 2025-03-14 of line 11, so when this was is unknown; correct the date"),
        ),
    ],
)  # fmt: skip
def test_a_day_in_doubt_is_unknown_and_named(
    times: list[str], instants: list[str | None], remark: tuple[int, str, str]
) -> None:
    placement = place(times)
    assert instants_of(placement.instants) == instants
    assert [(found.line, found.code, found.message) for found in placement.remarks] == [remark]


@pytest.mark.parametrize(
    ("when", "duration", "day"),
    [
        ("2024-03-24 10:30", "", "2025-03-24"),  # ten days, and the length, are near enough for another year
        ("2024-03-25 10:30", "", "2024-03-25"),
        ("2024-03-25 10:30", "24h", "2025-03-25"),
        ("2024-03-04 10:30", "", "2025-03-04"),
        ("2024-03-03 10:30", "", "2024-03-03"),
    ],
)
def test_a_wrong_year_is_corrected_within_ten_days_of_the_incident(when: str, duration: str, day: str) -> None:
    found = place([when], duration).instants[0]
    assert found is not None
    assert f"{found:%Y-%m-%d}" == day


@pytest.mark.parametrize(
    ("when", "instant"),
    [
        ("2025-03-24 10:20", "24 10:20"),
        ("2025-03-25 10:20", None),
        ("2025-03-04 10:20", "04 10:20"),
        ("2025-03-03 10:20", None),
    ],
)
def test_a_date_among_rows_of_the_incident_counts_within_ten_days_of_it(when: str, instant: str | None) -> None:
    placed = place(["2025-03-14 10:00", when, "2025-03-14 11:00"])
    assert instants_of(placed.instants)[1] == instant


def test_the_rows_below_a_stray_date_are_of_no_known_day() -> None:
    placement = place(["10:00", "2025-02-11 10:20", "10:40", "2025-03-14 11:00", "11:10"])
    assert instants_of(placement.instants) == ["14 10:00", None, None, "14 11:00", "14 11:10"]
    assert [(found.line, found.message) for found in placement.remarks] == [
        (11, "2025-02-11 is 31 days from the incident, and below 2025-03-14 of line 10, so when this was is unknown; correct the date"),
        (12, "the date above it, 2025-02-11 of line 11, is not the incident's; date the row"),
    ]  # fmt: skip


def test_what_led_to_an_incident_and_what_followed_keep_their_dates() -> None:
    placement = place(["2025-02-11 09:00", "2025-03-14 10:00", "11:00", "2025-05-01 12:00"])
    assert [at and at.date() for at in placement.instants] == [date(2025, 2, 11), DAY, DAY, date(2025, 5, 1)]
    assert placement.remarks == ()


BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN, SPRING = date(2025, 10, 26), date(2025, 3, 30)


@pytest.mark.parametrize(
    ("times", "duration", "instants"),
    [
        (["01:45", "02:30", "02:15", "03:05"], "", ["25 23:45", "26 00:30", "26 01:15", "26 02:05"]),
        (["02:30", "02:50", "02:10", "02:20"], "", ["26 00:30", "26 00:50", "26 01:10", "26 01:20"]),
        (["02:30 CEST", "02:30 CET"], "", ["26 00:30", "26 01:30"]),
        (["02:10", "02:30 CEST"], "", ["26 00:10", "26 00:30"]),
        (["02:10 CET", "02:30"], "", ["26 01:10", "26 01:30"]),
        (["00:10 UTC", "01:10 UTC"], "", ["26 00:10", "26 01:10"]),
        (["01:30", "02:30", "03:10"], "", ["25 23:30", None, "26 02:10"]),
        (["02:30", "02:10", "02:30", "02:10"], "", ["26 00:30", None, None, "26 01:10"]),
    ],
)
def test_the_order_of_the_rows_keeps_the_hours_apart_that_are_alike(
    times: list[str], duration: str, instants: list[str | None]
) -> None:
    """In autumn 02:00 to 03:00 comes twice; where no row tells which is meant the time is unknown, and named."""
    placement = place(times, duration, day=AUTUMN, zone=BERLIN)
    assert instants_of(placement.instants) == instants
    assert [found.line for found in placement.remarks] == [10 + n for n, at in enumerate(instants) if at is None]


def test_a_time_of_a_repeated_hour_says_what_to_write() -> None:
    [remark] = place(["01:30", "02:30"], day=AUTUMN, zone=BERLIN).remarks
    assert remark.code == "unreadable-time"
    assert remark.message == (
        "02:30 is twice on 2025-10-26 in Europe/Berlin, as the clocks go back; write it with its zone, such as UTC"
    )


def test_a_time_that_the_clocks_leave_out_is_no_time() -> None:
    placement = place(["01:30", "02:30", "03:10"], day=SPRING, zone=BERLIN)
    assert instants_of(placement.instants) == ["30 00:30", None, "30 01:10"]
    [remark] = placement.remarks
    assert (
        remark.message == "there is no 02:30 on 2025-03-30 in Europe/Berlin, as the clocks go forward; correct the time"
    )


@pytest.mark.parametrize(
    ("times", "duration", "window"),
    [
        (["01:45", "02:30", "02:15"], "01:45 - 02:15", ("25 23:45", "26 01:15")),
        (["01:45"], "01:45 - 02:15 (1h 30m)", ("25 23:45", "26 01:15")),
        (["01:45"], "01:45 - 02:15 (1h 31m)", ("25 23:45", None)),
        (["01:45"], "01:45 - 02:15 (30m)", ("25 23:45", "26 00:15")),
        (["01:45"], "02:15 - 02:30 (1h 15m)", ("26 00:15", "26 01:30")),
        (["01:45"], "01:45 - 02:15", ("25 23:45", None)),
        (["01:45"], "02:15 - 04:00", (None, "26 03:00")),
    ],
)
def test_a_row_or_the_length_says_which_hour_the_duration_means(
    times: list[str], duration: str, window: tuple[str | None, str | None]
) -> None:
    placement = place(times, duration, day=AUTUMN, zone=BERLIN)
    assert [tuple(instants_of(each)) for each in placement.windows] == [window]
    messages = [found.message for found in placement.remarks]
    said = (
        "the clocks go back at the Duration's times, so one of them is unknown; write them with their zone, such as UTC"
    )
    assert messages == ([said] if None in window else [])
    assert {found.line for found in placement.remarks} <= {None}


@given(st.lists(st.integers(1, 55), min_size=1, max_size=8), st.integers(0, 59))
def test_rows_that_go_through_a_repeated_hour_keep_their_distances(steps: list[int], begin: int) -> None:
    """Where their order says which hour is meant; else their times are unknown, but never wrong."""
    expected = [datetime(2025, 10, 25, 23, begin, tzinfo=UTC)]
    for step in steps:
        expected.append(expected[-1] + timedelta(minutes=step))
    placement = place([f"{at.astimezone(BERLIN):%H:%M}" for at in expected], day=AUTUMN, zone=BERLIN)
    for at, found in zip(expected, placement.instants, strict=True):
        assert found in {None, at}
        assert found is not None or at.astimezone(BERLIN).hour == 2


@pytest.mark.parametrize("words", ["TBD", "", "-", "??:??", "Unknown", "--:--"])
def test_a_time_that_is_said_to_be_unknown_is_no_problem(words: str) -> None:
    placement = place(["10:00", words])
    assert placement.instants[1] is None
    assert placement.remarks == ()


def test_a_corrected_year_is_reported_as_inferred() -> None:
    assert place(["10:00", "2024-03-14 10:30"]).inferred == (False, True)


def test_an_approximate_time_is_reported_as_such() -> None:
    assert place(["~10:00", "10:30"]).approximate == (True, False)


CELLS = st.text(st.sampled_from("0123456789:-/.~? UTCMarpm+()")) | st.sampled_from(
    [
        "10:00",
        "23:59",
        "00:00",
        "2025-03-14 10:00",
        "22025-03-18 10:00",
        "14:??",
        "",
        "TBD",
        "24:00",
        "9:02a",
        "29 Feb 10:00",
    ]
)


@given(st.lists(CELLS, max_size=12), st.sampled_from(["", "10:00 - 11:00", "23:00 - 01:00 (2h)", "3 days", "ongoing"]))
def test_no_row_is_ever_dropped(times: list[str], duration: str) -> None:
    placement = place(times, duration)
    assert len(placement.instants) == len(placement.approximate) == len(placement.inferred) == len(times)
    assert all(remark.line and 10 <= remark.line < 10 + len(times) for remark in placement.remarks)


STEPS = st.lists(st.integers(1, 11 * 60 + 59), min_size=1, max_size=10)


@given(st.integers(0, 24 * 60 - 1), STEPS, st.data())
def test_rows_less_than_half_a_day_apart_keep_their_distances(
    begin: int, steps: list[int], data: st.DataObject
) -> None:
    """However many midnights lie between them, and in whatever form they are written."""
    at = datetime(2025, 3, 14, tzinfo=UTC) + timedelta(minutes=begin)
    expected = [at]
    for step in steps:
        expected.append(expected[-1] + timedelta(minutes=step))
    placement = place([data.draw(st.sampled_from(clock_forms(each))) for each in expected])
    assert list(placement.instants) == expected
    assert placement.remarks == ()


@given(STEPS, st.integers(0, 24 * 60 - 1), st.integers(-14 * 60, 14 * 60))
def test_another_zone_shifts_every_instant_alike(steps: list[int], begin: int, offset: int) -> None:
    at = datetime(2025, 3, 14) + timedelta(minutes=begin)
    times = [f"{at:%H:%M}"]
    for step in steps:
        at += timedelta(minutes=step)
        times.append(f"{at:%H:%M}")
    here = place(times).instants
    there = place(times, zone=timezone(timedelta(minutes=offset))).instants
    assert {a - b for a, b in zip(here, there, strict=True) if a and b} == {timedelta(minutes=offset)}


@given(STEPS, st.integers(-400, 400))
def test_another_date_shifts_every_instant_by_as_many_days(steps: list[int], days: int) -> None:
    at, times = datetime(2025, 3, 14, 9), ["09:00"]
    for step in steps:
        at += timedelta(minutes=step)
        times.append(f"{at:%H:%M}")
    duration = f"{times[0]} - {times[-1]}"
    here, there = place(times, duration), place(times, duration, day=DAY + timedelta(days=days))
    assert {a - b for a, b in zip(there.instants, here.instants, strict=True) if a and b} == {timedelta(days=days)}
    assert [
        (a - b)
        for new, old in zip(there.windows, here.windows, strict=True)
        for a, b in zip(new, old, strict=True)
        if a and b
    ] == [timedelta(days=days)] * 2


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=10), st.randoms())
def test_dated_rows_mean_the_same_in_any_order(minutes: list[int], random: object) -> None:
    instants = [datetime(2025, 3, 14, tzinfo=UTC) + timedelta(minutes=minute) for minute in minutes]
    shuffled = list(instants)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert list(place([f"{at:%Y-%m-%d %H:%M}" for at in shuffled]).instants) == shuffled


def test_rows_above_the_first_dated_one_are_carried_back_from_it() -> None:
    times = ["22:00", "23:00", "2025-03-15 00:10", "00:20"]
    expected = ["14 22:00", "14 23:00", "15 00:10", "15 00:20"]
    assert instants_of(place(times, day=None).instants) == expected


def test_a_later_window_begins_on_the_day_of_the_row_with_its_clock() -> None:
    placed = place(["2025-03-14 22:00", "23:00", "2025-03-16 01:00", "02:00"], "22:00 - 23:00; 01:00 - 02:00")
    assert [tuple(instants_of(window)) for window in placed.windows] == [
        ("14 22:00", "14 23:00"),
        ("16 01:00", "16 02:00"),
    ]


@pytest.mark.parametrize(
    ("times", "duration", "instants"),
    [
        (["23:40", "23:50", "00:10", "00:20"], "2025-03-15 00:10 - 00:20", ["14 23:40", "14 23:50", "15 00:10", "15 00:20"]),
        (["22:00", "23:50", "00:05", "00:10", "00:20", "00:30"], "2025-03-15 00:10 - 00:30",
         ["14 22:00", "14 23:50", "15 00:05", "15 00:10", "15 00:20", "15 00:30"]),
        (["23:00", "01:00", "23:30", "00:10"], "2025-03-15 00:10 - 01:00", ["13 23:00", "14 01:00", "14 23:30", "15 00:10"]),
        (["23:00", "00:10"], "2025-03-15 00:10 - 01:00", ["14 23:00", "15 00:10"]),
    ],
)  # fmt: skip
def test_rows_above_the_start_that_the_duration_dates_are_dated_backwards(
    times: list[str], duration: str, instants: list[str]
) -> None:
    assert instants_of(place(times, duration, day=date(2025, 3, 15)).instants) == instants


@pytest.mark.parametrize(
    ("row", "slip"),
    [("13h5 Cause found", "13h5"), ("9:5 am: cause found", "9:5"), ("1:1 call", None), ("2x load", None)],
)
def test_a_row_whose_time_lacks_a_figure_is_reported(row: str, slip: str | None) -> None:
    """Where the other rows begin with a time; it was a row without one, and nothing said so."""
    head = "# Down\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-1\n\n## Timeline\n\n"
    (report,) = parse_reports(
        f"{head}- 13:00 Alert\n- {row}\n- 14:00 Restored\n", "a.md", Settings(), default_template()
    )
    found = [(each["line"], each["message"]) for each in report.rows["problems"] if each["code"] == "unreadable-time"]
    assert found == ([(10, f"{slip!r} is not a time of day; write it as HH:MM")] if slip else [])


def read_rows(times: Sequence[str], duration: str) -> list[str | None]:
    """Return the start and the rows' times of a report of 14 March 2025 in which only these may name a zone."""
    head = f"**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Duration**: {duration}\n"
    rows = "".join(f"| {when} | something |\n" for when in times)
    text = f"# Search\n\n{head}\n## Timeline\n\n| Time | Event |\n|---|---|\n{rows}"
    (report,) = parse_reports(text, "x.md", Settings(), default_template())
    starts = [start for start, _ in report.placement.windows] if report.placement else []
    return instants_of([*starts, *(row["at"] for row in report.rows["timeline"])])


@pytest.mark.parametrize(
    ("times", "duration", "instants"),
    [
        (["14:02 JST", "15:02 JST"], "1h (14:02 - 15:02)", ["14 05:02", "14 05:02", "14 06:02"]),
        (["14:02 JST", "06:02"], "1h", ["14 05:02", "14 06:02"]),
        (["14:02 CST", "15:02 CST"], "1h (14:02 - 15:02)", [None, None]),
        (["14:02 CST", "15:02"], "1h", [None, None]),
        (["14:02 JST", "07:02 UTC"], "2h (14:02 - 16:02)", ["14 05:02", "14 07:02"]),
        (["14:02 JST", "07:02"], "2h (05:02 - 07:02 UTC)", ["14 05:02", "14 05:02", "14 07:02"]),
        # A zone of a later row is that row's.
        (["14:02", "15:02 CET"], "1h (14:02 - 15:02)", ["14 14:02", "14 14:02", "14 14:02"]),
        # A zone that is not known is not the usual one; other words in capitals are none.
        (["14:02 CHST", "15:02 (CHST)"], "1h (14:02 - 15:02 CHST)", [None, None]),
        (["14:02 TEST", "15:02 ALERT"], "1h (14:02 - 15:02)", ["14 14:02", "14 14:02", "14 15:02"]),
    ],
)
def test_the_zone_of_all_rows_is_that_of_a_duration_that_names_none(
    times: list[str], duration: str, instants: list[str | None]
) -> None:
    assert read_rows(times, duration) == instants


@pytest.mark.parametrize(
    ("events", "instants"),
    [
        (["Alert fires", "Cause found", "Service restored"], ["14 22:00", "15 10:01", "16 00:00"]),
        (["Service restored", "Cause found", "Alert fires"], ["14 22:00", "14 10:01", "14 00:00"]),
        (["Service restored", "Cause found", "Service restored"], [None, None, None]),
    ],
)
def test_the_row_that_says_that_it_was_over_is_the_last_one(events: list[str], instants: list[str | None]) -> None:
    times = ("22:00", "10:01", "00:00")
    entries = [Entry(when, event, line) for line, (when, event) in enumerate(zip(times, events, strict=True), start=10)]
    placement = place_entries(entries, day=DAY, zone=UTC)
    assert instants_of(placement.instants) == instants
    assert [remark.line for remark in placement.remarks if instants[0] is None] == [10] * (instants[0] is None)
