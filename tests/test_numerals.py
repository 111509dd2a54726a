"""Numbers in figures: however thousands are grouped, every reader takes the same number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.config import Settings
from incident_analytics.loading import read_records
from incident_analytics.reports.durations import read_duration
from incident_analytics.reports.numerals import number_of
from incident_analytics.reports.times import read_span
from incident_analytics.reports.values import find_users, read_money, read_share, read_users

MARKS = [",", "'", " ", "\u00a0", "\u202f", "\u2009"]


def users(text: str) -> object:
    return (found := read_users(f"{text} customers")) and found.count


def users_of_all(text: str) -> object:
    return (found := read_share(f"{text} of {text} users")) and (found.count, found.fraction)


def users_in_prose(text: str) -> object:
    return (found := find_users(f"For an hour {text} customers could not pay.")) and found[0].count


def minutes(text: str) -> object:
    return (found := read_span(f"{text} minutes")) and found.length


def stated(text: str) -> object:
    return (found := read_duration(f"about {text} minutes")) and found.total


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("reader", [users, users_of_all, users_in_prose, minutes, stated, read_money])
@given(number=st.integers(1_000, 999_999))
@examples(10)
def test_grouped_thousands_are_read_as_plain_ones(reader: Callable[[str], object], mark: str, number: int) -> None:
    grouped = f"{number:,}".replace(",", mark)
    assert reader(grouped) == reader(str(number))
    assert number_of(grouped) == number


def test_a_comma_before_other_than_three_digits_is_the_decimal_mark() -> None:
    assert minutes("1,5") == timedelta(minutes=1.5)
    assert minutes("0,250") == timedelta(minutes=0.25)
    assert minutes("1,440") == timedelta(minutes=1440)


@pytest.mark.parametrize("mark", MARKS)
def test_a_summary_with_grouped_thousands_contradicts_no_impact_of_the_same_number(tmp_path: Path, mark: str) -> None:
    text = (
        "# Charged twice\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-1\n\n"
        "## Summary\n\nA retry charged {} customers twice.\n\n## Impact\n\n- **Affected Users**: 1120\n"
    )
    for number, expected in (("1{}120", 0), ("9{}120", 1)):
        (tmp_path / "a.md").write_text(text.format(number.format(mark)), encoding="utf-8")
        problems = read_records(tmp_path, settings=Settings()).tables["problems"]
        assert problems["code"].count("contradiction") == expected
