"""Words to zones; one that may be several is a problem, never a guess."""

# ruff: noqa: DTZ001

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.zones import read_zone, without_zone

WINTER, SUMMER = datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12)


ZONES: list[tuple[str, float, float]] = [  # words, hours from UTC in January and in July
    ("Time (UTC)", 0, 0), ("time (utc)", 0, 0), ("GMT", 0, 0), ("Time (CET)", 1, 1), ("CEST", 2, 2), ("BST", 1, 1),
    ("PST", -8, -8), ("Time (pst)", -8, -8), ("PDT", -7, -7), ("EST", -5, -5), ("UTC+2", 2, 2), ("UTC+02:00", 2, 2),
    ("UTC +2", 2, 2), ("GMT-5", -5, -5), ("UTC−3", -3, -3), ("UTC+5:30", 5.5, 5.5), ("UTC+14", 14, 14),
    ("Time (-05:00)", -5, -5), ("+02:00", 2, 2), ("Europe/London", 0, 1), ("Time [Europe/Berlin]", 1, 2),
    ("America/Argentina/Buenos_Aires", -3, -3), ("America/Port-au-Prince", -5, -4), ("Etc/GMT+5", -5, -5),
    ("US/Eastern", -5, -4), ("PT", -8, -7), ("Pacific Time", -8, -7), ("CET/CEST", 1, 2), ("PST/PDT", -8, -7),
    ("Time/Date (UTC)", 0, 0), ("Time (SAST)", 2, 2), ("ART", -3, -3), ("Time (CAT)", 2, 2), ("ACST", 9.5, 9.5),
    ("Time (Central)", -6, -5), ("9:40 AM Mountain", -7, -6), ("Central Time", -6, -5), ("NPT", 5.75, 5.75),
]  # fmt: skip


SEASONS = {  # the place whose zone it is, and in which half of the year
    "WET": ("Europe/Lisbon", WINTER), "WEST": ("Europe/Lisbon", SUMMER), "CET": ("Europe/Berlin", WINTER),
    "CEST": ("Europe/Berlin", SUMMER), "MEZ": ("Europe/Berlin", WINTER), "MESZ": ("Europe/Berlin", SUMMER),
    "EET": ("Europe/Athens", WINTER), "EEST": ("Europe/Athens", SUMMER), "MSK": ("Europe/Moscow", WINTER),
    "BST": ("Europe/London", SUMMER), "EST": ("America/New_York", WINTER), "EDT": ("America/New_York", SUMMER),
    "CDT": ("America/Chicago", SUMMER), "MST": ("America/Denver", WINTER), "MDT": ("America/Denver", SUMMER),
    "PST": ("America/Los_Angeles", WINTER), "PDT": ("America/Los_Angeles", SUMMER),
    "AKST": ("America/Anchorage", WINTER), "AKDT": ("America/Anchorage", SUMMER), "HST": ("Pacific/Honolulu", WINTER),
    "JST": ("Asia/Tokyo", WINTER), "KST": ("Asia/Seoul", WINTER), "SGT": ("Asia/Singapore", WINTER),
    "HKT": ("Asia/Hong_Kong", WINTER), "AWST": ("Australia/Perth", WINTER), "AEST": ("Australia/Sydney", SUMMER),
    "AEDT": ("Australia/Sydney", WINTER), "NZST": ("Pacific/Auckland", SUMMER), "NZDT": ("Pacific/Auckland", WINTER),
    "ACST": ("Australia/Adelaide", SUMMER), "ACDT": ("Australia/Adelaide", WINTER),
    "SAST": ("Africa/Johannesburg", WINTER), "TRT": ("Europe/Istanbul", WINTER), "PKT": ("Asia/Karachi", WINTER),
    "NPT": ("Asia/Kathmandu", WINTER), "WIB": ("Asia/Jakarta", WINTER), "PHT": ("Asia/Manila", WINTER),
    "BRT": ("America/Sao_Paulo", WINTER), "UYT": ("America/Montevideo", WINTER), "CLST": ("America/Santiago", WINTER),
    "VET": ("America/Caracas", WINTER), "ART": ("America/Argentina/Buenos_Aires", WINTER),
    "COT": ("America/Bogota", WINTER), "PET": ("America/Lima", WINTER), "WAT": ("Africa/Lagos", WINTER),
    "CAT": ("Africa/Maputo", WINTER), "EAT": ("Africa/Nairobi", WINTER), "ICT": ("Asia/Bangkok", WINTER),
}  # fmt: skip


@pytest.mark.parametrize("words", SEASONS)
def test_an_abbreviation_is_what_the_clocks_show_there(words: str) -> None:
    (place, then), zone = SEASONS[words], read_zone(words)
    assert zone is not None
    assert zone.utcoffset(then) == then.replace(tzinfo=ZoneInfo(place)).utcoffset()


@pytest.mark.parametrize(("words", "winter", "summer"), ZONES)
def test_zone(words: str, winter: float, summer: float) -> None:
    """An abbreviation is a fixed offset, an IANA name has its summer time."""
    zone = read_zone(words)
    assert zone is not None
    assert zone.utcoffset(WINTER) == timedelta(hours=winter)
    assert zone.utcoffset(SUMMER) == timedelta(hours=summer)


@pytest.mark.parametrize(
    ("header", "words"),
    [("Time IST", "Time"), ("Time (PST)", "Time"), ("UTC", ""), ("Time, US/Pacific", "Time"), ("Event", "Event")],
)
def test_a_header_without_its_zone(header: str, words: str) -> None:
    assert without_zone(header) == words


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
        "Central",
        "Central office",
        "Art",
        "cat",
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
        ("UTC+15", "no zone has the offset 'UTC+15'; write one such as UTC+2"),
    ],
)
def test_a_zone_that_cannot_be_told(words: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_zone(words)
    assert str(caught.value) == message
    assert caught.value.code == "unreadable-time"
