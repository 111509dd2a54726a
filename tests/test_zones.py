"""Words to zones; one that may be several is a problem, never a guess."""

# ruff: noqa: DTZ001

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from incident_analytics.reports import zones
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.zones import (
    clocks_in,
    find_zone,
    read_zone,
    without_zone,
    zones_of_clocks,
    zones_settled,
)

WINTER, SUMMER = datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12)


ZONES: list[tuple[str, float, float]] = [  # words, hours from UTC in January and in July
    ("Time (UTC)", 0, 0), ("time (utc)", 0, 0), ("GMT", 0, 0), ("Time (CET)", 1, 1), ("CEST", 2, 2), ("BST", 1, 1),
    ("PST", -8, -8), ("Time (pst)", -8, -8), ("PDT", -7, -7), ("EST", -5, -5), ("UTC+2", 2, 2), ("UTC+02:00", 2, 2),
    ("UTC +2", 2, 2), ("GMT-5", -5, -5), ("UTC−3", -3, -3), ("UTC+5:30", 5.5, 5.5), ("UTC+14", 14, 14),
    ("Time (-05:00)", -5, -5), ("+02:00", 2, 2), ("Europe/London", 0, 1), ("Time [Europe/Berlin]", 1, 2),
    ("America/Argentina/Buenos_Aires", -3, -3), ("America/Port-au-Prince", -5, -4), ("Etc/GMT+5", -5, -5),
    ("US/Eastern", -5, -4), ("PT", -8, -7), ("Pacific Time", -8, -7), ("CET/CEST", 1, 2), ("PST/PDT", -8, -7),
    ("Time/Date (UTC)", 0, 0), ("Time (SAST)", 2, 2), ("ART", -3, -3), ("Time (CAT)", 2, 2), ("ACST", 9.5, 9.5),
    ("heure de Paris", 1, 2), ("norsk tid", 1, 2), ("Time (horário de Brasília)", -3, -3), ("hora peninsular", 1, 2),
    ("India Standard Time", 5.5, 5.5), ("Zeit (Berlin)", 1, 2), ("hora de Bogotá, UTC-5", -5, -5), ("HNE", -5, -5),
    ("CLT", -4, -4),
    ("New York time", -5, -4), ("czas polski", 1, 2), ("ora di Roma", 1, 2), ("Nederlandse tijd", 1, 2),
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
    "VET": ("America/Caracas", WINTER), "CLT": ("America/Santiago", SUMMER), "MYT": ("Asia/Kuala_Lumpur", WINTER),
    "WITA": ("Asia/Makassar", WINTER), "WIT": ("Asia/Jayapura", WINTER), "IDT": ("Asia/Jerusalem", SUMMER),
    "NDT": ("America/St_Johns", SUMMER), "HNT": ("America/St_Johns", WINTER), "HNA": ("America/Halifax", WINTER),
    "HAA": ("America/Halifax", SUMMER), "HNE": ("America/Toronto", WINTER), "HAE": ("America/Toronto", SUMMER),
    "HNC": ("America/Winnipeg", WINTER), "HAC": ("America/Winnipeg", SUMMER), "HNR": ("America/Edmonton", WINTER),
    "HAR": ("America/Edmonton", SUMMER), "HNP": ("America/Vancouver", WINTER), "HAP": ("America/Vancouver", SUMMER),
    "ART": ("America/Argentina/Buenos_Aires", WINTER),
    "COT": ("America/Bogota", WINTER), "PET": ("America/Lima", WINTER), "WAT": ("Africa/Lagos", WINTER),
    "SEČ": ("Europe/Prague", WINTER), "SELČ": ("Europe/Prague", SUMMER), "TSİ": ("Europe/Istanbul", WINTER),
    "CAT": ("Africa/Maputo", WINTER), "EAT": ("Africa/Nairobi", WINTER), "ICT": ("Asia/Bangkok", WINTER),
}  # fmt: skip


SEVERAL = "zone {!r} means several zones; set timezone to yours, or write a name such as"


@pytest.mark.parametrize("words", SEASONS)
def test_an_abbreviation_is_what_the_clocks_show_there(words: str) -> None:
    (place, then), zone = SEASONS[words], read_zone(words)
    assert zone is not None
    assert zone.utcoffset(then) == then.replace(tzinfo=ZoneInfo(place)).utcoffset()


@pytest.mark.parametrize(
    "words",
    ["Time (UT)", "UT", "(UT)", "Heure (TU)", "hora (TU)", "14:02 UT", "14h05 TU", "times are in UT", "Zeit (UT)"],
)
def test_universal_time_is_named_next_to_words_for_time(words: str) -> None:
    assert read_zone(words) is UTC
    assert find_zone("Outage in Logan (UT), 5 May 2025", is_heading=True) == ""  # a state


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Time (US Central)", "America/Chicago"),
        ("Time (Central US)", "America/Chicago"),
        ("Time (U.S. Central)", "America/Chicago"),
        ("US Mountain", "America/Denver"),
        ("Time (US East Coast)", "America/New_York"),
        ("US West Coast time", "America/Los_Angeles"),
    ],
)
def test_a_zone_of_the_united_states_by_its_part_of_the_country(words: str, place: str) -> None:
    assert read_zone(words) == ZoneInfo(place)


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
        "Provo, UT",
        "at the UT campus",
        "10:05 UT Austin staff",
        "10:05 TU Berlin calls",
        "Time us-central1",
        "Art",
        "cat",
    ],
)
def test_words_that_name_no_zone(words: str) -> None:
    assert read_zone(words) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("CST", f"{SEVERAL.format('CST')} America/Chicago or Asia/Shanghai"),
        ("IST", f"{SEVERAL.format('IST')} Asia/Kolkata or Europe/Dublin or Asia/Jerusalem"),
        ("Europe/Atlantis", "zone 'Europe/Atlantis' is not known; write UTC or an IANA name such as Europe/London"),
        ("Zeit (Ortszeit)", "zone 'Ortszeit' is not known; write UTC or an IANA name such as Europe/London"),
        ("UTC+25", "no zone has the offset 'UTC+25'; write one such as UTC+2"),
        ("UTC+15", "no zone has the offset 'UTC+15'; write one such as UTC+2"),
    ],
)
def test_a_zone_that_cannot_be_said(words: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_zone(words)
    assert str(caught.value) == message
    assert caught.value.code == "unreadable-time"


def test_every_place_has_a_zone_and_is_known_by_each_of_its_words() -> None:
    data = tomllib.loads((Path(zones.__file__).with_suffix(".toml")).read_text(encoding="utf-8"))
    for name, words in data["places"].items():
        for word in words:
            zone = read_zone(f"Time ({word} time)")
            assert zone is not None, word
            assert zone.utcoffset(WINTER) == WINTER.replace(tzinfo=ZoneInfo(name)).utcoffset(), word


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Chronologie (heure de Paris)", "(heure de Paris)"),
        ("Tijdlijn (tijd van Utrecht)", "(tijd van Utrecht)"),  # which is not known, so that nothing is read in UTC
        ("Chronologie, heure de Paris", "heure de Paris"),
        ("Tijdlijn (tijd van Utrecht centrum)", "(tijd van Utrecht centrum)"),  # the word next to the link is the name
        ("Timeline (the Atlantis time)", "(the Atlantis time)"),
        ("Timeline (Atlantis island time)", ""),
        ("Timeline (Real Time)", ""),
        ("Impact (London)", ""),
        ("Timeline (local time)", ""),
        ("Timeline (first response)", ""),
    ],
)
def test_a_heading_that_names_whose_time_it_is(heading: str, words: str) -> None:
    assert find_zone(heading, is_heading=True) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Storing van 25 november 2022, 20:05 tot 20:47 uur (CET).", "CET"),
        ("Incident du 3 novembre, de 8 h 45 à 11 h 10 (heure de Paris).", "heure de Paris"),
        ("Seen at 10:00 (see the log) for the first time in India.", ""),
        ("It was the first time in Paris.", ""),
    ],
)
def test_a_sentence_that_names_whose_time_it_is(text: str, words: str) -> None:
    assert find_zone(text) == words


def test_a_sentence_about_all_times_in_another_language() -> None:
    assert find_zone("Hubo fallos. Hora peninsular (CEST) en todo el informe.", is_elsewhere=True).endswith("(CEST)")
    assert find_zone("Alle tijden in CET.", is_elsewhere=True)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Zeitpunkte (alle MEZ)", 1),
        ("Key times (BST)", 1),
        ("Zeiten laut Betriebstagebuch (MEZ).", 1),
        ("Times are local, i.e. CET.", 1),
        ("Times are as recorded by the Help Desk (Eastern Daylight Time).", -4),
        ("All times below come from the pager (UTC+1)", 1),
        ("Heures relevées par le centre (HNE)", -5),
        ("Tijden volgens het logboek (CET).", 1),
        ("Horas segundo o registo da portaria: BRT", -3),
    ],
)
def test_a_sentence_that_begins_with_the_times_may_end_with_their_zone(text: str, hours: int) -> None:
    found = read_zone(find_zone(text, is_elsewhere=True))
    assert found is not None
    assert found.utcoffset(datetime(2025, 7, 1)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    [
        "Load times rose for PT users.",
        "Response times were slow (PT)",
        "Time to restore service (EST)",
        "Times of the failed jobs: UTC",
        "Time is short, we moved to CET",
        "Clock drift: UTC",
        "The times in the dashboard (UTC) were wrong.",
    ],
)
def test_a_sentence_on_some_times_says_nothing_about_all(text: str) -> None:
    assert find_zone(text, is_elsewhere=True) == ""


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0:00", 0),
        ("23:59", 1439),
        ("14:02:10", 842),
        ("12:30 am", 30),
        ("12:30 pm", 750),
        ("at 2:05pm", 845),
        ("1:05 p.m.", 785),
    ],
)
def test_a_time_of_day_in_minutes_since_midnight(text: str, minutes: int) -> None:
    assert clocks_in(text) == {minutes}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("14:10 Paris time", "Paris time"),
        ("14:10 (Oslo time)", "Oslo time"),
        ("14:10 (12 users, CET)", "12 users, CET"),
        ("From 14:10, New York time", "New York time"),
        ("14:10 (first time)", ""),
        ("14:10 (Atlantis time)", ""),
    ],
)
def test_a_time_of_day_with_the_place_whose_time_it_is(text: str, words: str) -> None:
    assert find_zone(text) == words


def test_zones_next_to_times_of_day() -> None:
    assert zones_of_clocks("Between 12:00 and 13:25 (GMT), then 14:00 PST") == ["GMT", "PST"]
    assert zones_of_clocks("PST users waited 12:00 hours") == []


@pytest.mark.parametrize(
    ("sentence", "zone"),
    [
        ("All times are Central Standard Time.", "America/Chicago"),
        ("All times are Mountain Daylight Time.", "America/Denver"),
        ("All times in Central European Time", "Europe/Paris"),
        ("Horários em horário de Brasília", "America/Sao_Paulo"),
        ("Toutes les heures sont en heure de Paris.", "Europe/Paris"),
        ("Todas las horas en horario peninsular", "Europe/Madrid"),
        ("Alle tijden in Nederlandse tijd", "Europe/Amsterdam"),
        ("41 kassor stod still. Alla klockslag är svensk tid.", "Europe/Stockholm"),
        ("Hora local de Bogotá", "America/Bogota"),
        ("Alle tider er dansk sommertid", "Europe/Copenhagen"),
        ("Alla tider är svensk normaltid.", "Europe/Stockholm"),
        ("Alle Zeiten in Schweizer Winterzeit", "Europe/Zurich"),
        ("Alle tijden zijn Nederlandse zomertijd", "Europe/Amsterdam"),
        ("Toutes les heures sont en heure d'été de Paris.", "Europe/Paris"),
        ("Tutti gli orari in ora legale italiana", "Europe/Rome"),
        ("Todas las horas en horario de verano peninsular", "Europe/Madrid"),
        ("All times are New Zealand daylight time", "Pacific/Auckland"),
    ],
)
def test_a_sentence_that_says_whose_time_all_times_are(sentence: str, zone: str) -> None:
    found = read_zone(find_zone(sentence))
    assert found is not None
    assert found.utcoffset(WINTER) == WINTER.replace(tzinfo=ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize(
    "sentence",
    ["Local time sync failed in Paris", "Opening hours of the shop changed", "The hours were long in Berlin."],
)
def test_a_sentence_about_something_else_names_no_zone(sentence: str) -> None:
    assert find_zone(sentence) == ""


@pytest.mark.parametrize(
    ("heading", "zone"),
    [
        ("時系列(日本時間)", "Asia/Tokyo"),
        ("时间线（北京时间）", "Asia/Shanghai"),
        ("Timeline (Central European Time)", "Europe/Paris"),
        ("Hændelsesforløb (alle tider er dansk sommertid)", "Europe/Copenhagen"),
        ("Timeline, all in Mountain Daylight Time", "America/Denver"),
    ],
)
def test_a_heading_that_names_a_zone_in_words(heading: str, zone: str) -> None:
    found = read_zone(find_zone(heading, is_heading=True))
    assert found is not None
    assert found.utcoffset(WINTER) == WINTER.replace(tzinfo=ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize(
    ("text", "name", "hours"),
    [
        ("Media servers in Mumbai, times in IST", "IST", 5.5),
        ("We refunded ₹4,80,000. Times in IST", "IST", 5.5),
        ("IST is Irish Standard Time.", "IST", 1),
        ("Our hosts in Tel Aviv (IST)", "IST", 2),
        ("All times CST, data centre in Dallas", "CST", -6),
        ("Users in Shanghai (CST)", "CST", 8),
        ("Times in IST", "IST", None),
        ("From Dublin to Mumbai, times in IST", "IST", None),
        # places of a zone that is seldom meant may be those of customers and hosts
        ("Users in Israel and hosts elsewhere, times in IST", "IST", None),
        ("Our hosts are in the region Ireland, times in IST", "IST", None),
        ("Customers in China saw errors, times in CST", "CST", None),
        ("Prices in RMB were wrong, times in CST", "CST", None),
        ("The team in Dublin, times in IST", "IST", 1),
        ("The Shanghai office was offline, times in CST", "CST", 8),
        ("Trains of Irish Rail at Dublin, times in IST", "IST", 1),
        ("China Standard Time (CST), for the team in Dallas", "CST", 8),
        # people
        ("Austin rolled back. Times in CST", "CST", None),
        ("Houston Miller was paged. Times in CST", "CST", None),
        ("The plant in Austin, Texas. Times in CST", "CST", -6),
    ],
)
def test_the_places_of_a_report_settle_an_abbreviation_of_several_zones(
    text: str, name: str, hours: float | None
) -> None:
    with zones_settled(text):
        if hours is None:
            with pytest.raises(Unreadable):
                read_zone(name)
        else:
            zone = read_zone(name)
            assert zone is not None
            assert zone.utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("| Time (CST, UTC-6) | Event |", -6),
        ("Times are CST (UTC+8).", 8),
        ("IST / GMT+5:30, as the office in Dublin writes it", 5.5),
        ("CST (UTC−6)", -6),
        ("CST (UTC-6), CST (UTC+8)", None),
        ("CST (UTC-3)", None),
        ("CST (UTC+99)", None),
        ("CST", None),
    ],
)
def test_an_offset_next_to_an_abbreviation_settles_which_zone_it_is(text: str, hours: float | None) -> None:
    with zones_settled(text):
        try:
            zone = read_zone("IST" if "IST" in text else "CST")
        except Unreadable:
            zone = None
    assert (zone.utcoffset(None) if zone else None) == (timedelta(hours=hours) if hours is not None else None)


@pytest.mark.parametrize(
    ("text", "name", "usual", "hours"),
    [
        ("Times in IST", "IST", "Asia/Kolkata", 5.5),
        ("Times in IST", "IST", "Europe/Dublin", 1),
        ("Times in IST", "IST", "Asia/Jerusalem", 2),
        ("Times in IST", "IST", "Europe/London", None),
        ("Times in CST", "CST", "America/Mexico_City", -6),
        ("Times in CST", "CST", "Asia/Taipei", 8),
        ("Times in AST", "AST", "America/Halifax", -4),
        ("Times in ADT", "ADT", "America/Halifax", -3),
        ("Times in SST", "SST", "Pacific/Pago_Pago", -11),
        ("Times in GST", "GST", "Asia/Dubai", 4),
        ("Hosts in Dublin, times in IST", "IST", "Asia/Kolkata", 5.5),
        ("Users in Shanghai, times in CST", "CST", "America/Chicago", -6),
        ("Times of Dublin (IST)", "IST", "Asia/Kolkata", 1),
        ("From Dublin to Mumbai, times in IST", "IST", "Asia/Kolkata", 5.5),
    ],
)
def test_the_zone_of_the_settings_settles_an_abbreviation_that_is_its_own(
    text: str, name: str, usual: str, hours: float | None
) -> None:
    with zones_settled(text, usual=usual):
        if hours is None:
            with pytest.raises(Unreadable):
                read_zone(name)
        else:
            zone = read_zone(name)
            assert zone is not None
            assert zone.utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Down from 14:02 to 15:47 Berlin time.", "Berlin time"),
        ("14:02 - 15:47, Oslo time", "Oslo time"),
        ("Panne de 14:02 à 15:47 heure de Paris", "time of Paris"),
        ("At 09:15 response time rose.", ""),
        ("At 09:15 our team time was short.", ""),
        ("At 09:15 Berlin was offline for some time.", ""),
    ],
)
def test_the_time_of_a_place_right_behind_a_time_of_day(text: str, zone: str) -> None:
    assert find_zone(text) == zone
    assert (read_zone(zone) is not None) == (zone != "")
