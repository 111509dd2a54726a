"""The hour that comes twice: told apart by the order of its rows, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.reports.clock_changes import clock_shift, pass_named, settle_folds

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def at(clock: str, day: str = "2025-10-26") -> datetime:
    return datetime.fromisoformat(f"{day} {clock}")


@pytest.mark.parametrize(
    ("time", "zone", "shift"),
    [
        (at("02:30"), BERLIN, HOUR),
        (at("01:59"), BERLIN, 0 * HOUR),
        (at("03:00"), BERLIN, 0 * HOUR),
        (at("02:30", "2025-03-30"), BERLIN, -HOUR),
        (at("02:30"), UTC, 0 * HOUR),
        (at("01:45", "2025-04-06"), ZoneInfo("Australia/Lord_Howe"), HOUR / 2),
    ],
)
def test_by_how_much_the_clocks_go_back(time: datetime, zone: ZoneInfo, shift: timedelta) -> None:
    assert clock_shift(time, zone) == shift


@pytest.mark.parametrize(
    ("clocks", "known", "folds"),
    [
        ([], [], []),
        (["02:10"], [None], [None]),
        (["02:10", "02:30"], [None, None], [None, None]),
        (["02:30", "02:10"], [None, None], [0, 1]),
        (["02:10", "02:30", "02:20", "02:40"], [None] * 4, [0, 0, 1, 1]),
        (["02:10", "02:30"], [None, 0], [0, 0]),
        (["02:10", "02:30"], [1, None], [1, 1]),
        (["02:10", "02:30"], [0, None], [0, None]),
        (["02:10", "02:20", "02:30"], [0, None, 1], [0, None, 1]),
        (["02:30", "02:10", "02:05"], [None] * 3, [0, None, 1]),  # one of the two falls is a row out of order
        (["02:10", "02:30", "02:20"], [None, 0, None], [0, 0, 1]),
        (["02:10", "02:30", "02:20"], [None, None, 1], [0, 0, 1]),
        (["02:30", "02:10", "02:20"], [1, 0, None], [1, 0, None]),  # what is known contradicts the order
    ],
)
def test_the_order_of_the_times_says_which_pass_they_are_of(
    clocks: list[str], known: list[int | None], folds: list[int | None]
) -> None:
    assert settle_folds([at(clock) for clock in clocks], known) == folds


@given(st.lists(st.integers(0, 119), min_size=1, max_size=10), st.data())
def test_times_in_their_order_are_never_taken_for_the_other_pass(minutes: list[int], data: st.DataObject) -> None:
    """Whatever is known of some of them, and where nothing is."""
    begin = datetime(2025, 10, 26, 0, tzinfo=UTC)
    passes = [(begin + timedelta(minutes=minute)).astimezone(BERLIN) for minute in sorted(minutes)]
    known = [data.draw(st.sampled_from([None, each.fold])) for each in passes]
    found = settle_folds([each.replace(tzinfo=None, fold=0) for each in passes], known)
    assert all(fold in {None, each.fold} for fold, each in zip(found, passes, strict=True))
    assert all(fold == each for fold, each in zip(found, known, strict=True) if each is not None)


@pytest.mark.parametrize(
    ("when", "event", "expected"),
    [
        ("02:30", "Job runs (summer time)", 0),
        ("02:30", "Job runs again (winter time) and empties the plans", 1),
        ("02:30", "(winter time): Job runs", 1),
        ("02:30", "summer time - Job runs", 0),
        ("02:30 (daylight saving time)", "Job runs", 0),
        ("02:30 standard time", "Job runs", 1),
        ("02:30", "Job runs (CEST)", 0),
        ("02:30", "Job runs (CET)", 1),
        ("02:30", "Job runs (JST)", None),
        ("02:30", "Job runs (IST)", None),
        ("02:30", "Job runs (IST) on its host (CET)", 1),  # one that may be several says nothing, the next one does
        ("02:30", "Winter time begins", None),
        ("02:30", "Job (summer time) or (winter time)", None),
    ],
)
def test_words_next_to_a_time_name_the_pass(when: str, event: str, expected: int | None) -> None:
    assert pass_named(when, event, at("02:30"), BERLIN) == expected
