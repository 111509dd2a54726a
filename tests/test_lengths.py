"""Lengths of time in the languages of reports."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident_analytics.reports.durations import read_duration
from incident_analytics.reports.times import read_span

LENGTHS = {
    "1 time 35 minutter": 95, "2 timer og 5 min": 125, "en time": 60, "halvannen time": 90, "1 timme 35 minuter": 95,
    "2 saat 20 dakika": 140, "45 dk": 45, "yarım saat": 30, "2 godz. 15 min": 135, "półtorej godziny": 90,
    "5 godzin": 300, "2 tuntia 20 minuuttia": 140, "kaksi tuntia": 120, "1 tunti 5 min": 65, "2 uur en 20 minuten": 140,
    "anderhalf uur": 90, "2 hodiny 20 minut": 140, "1 hodina": 60, "2 Stunden und 20 Minuten": 140,
    "eineinhalb Stunden": 90, "eine halbe Stunde": 30, "2 heures 20 minutes": 140, "une heure et demie": 90,
    "une demi-heure": 30, "2 horas y 20 minutos": 140, "media hora": 30, "2 ore e 20 minuti": 140,
    "un'ora e mezza": 90, "2 óra 20 perc": 140, "2 часа 20 минут": 140, "2 години 20 хвилин": 140,
    "2 ώρες 20 λεπτά": 140, "2 ore 20 minute": 140, "2時間20分": 140, "2小时20分钟": 140, "2시간 20분": 140,
    "2 jam 5 menit": 125, "3 dager": 3 * 1440, "2 dny": 2 * 1440, "2 gün": 2 * 1440, "1 uge": 7 * 1440,
    "2½ hours": 150, "a quarter of an hour": 15, "three quarters of an hour": 45,
    "about two and a half hours": 150, "an outage of an hour": 60, "an hour and twenty minutes": 80,
}  # fmt: skip


@pytest.mark.parametrize("words", LENGTHS)
def test_a_length_in_any_of_many_languages(words: str) -> None:
    span = read_span(words)
    assert span is not None
    assert span.length == timedelta(minutes=LENGTHS[words])
    duration = read_duration(words)
    assert duration is not None
    assert duration.total == span.length


@pytest.mark.parametrize(
    "words",
    [
        "1 time",
        "alerts fire minutes later",
        "3/4 of an hour",
        "most of an hour",
        "a third of an hour",
        "3分の1",
        "10 n",
    ],
)
def test_what_is_not_a_whole_length_is_not_read_as_one(words: str) -> None:
    assert read_span(words) is None
