"""Which lines of a report are gone, moved or new."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics import restatements
from incident_analytics.restatements import _EQUAL, _unmatched

LETTERS: Final = st.lists(st.sampled_from("abc"), max_size=7)


def in_order(few: Sequence[str], many: Sequence[str]) -> bool:
    left = iter(many)
    return all(each in left for each in few)


@given(LETTERS, LETTERS)
def test_as_many_lines_stay_as_can_in_their_order(own: list[str], others: list[str]) -> None:
    gone = _unmatched(dict(enumerate(own)), others)
    assert in_order([each for line, each in enumerate(own) if line not in gone], others)
    more = combinations(own, len(own) - len(gone) + 1)
    assert not any(in_order(each, others) for each in more)


@pytest.mark.parametrize("n", [300, 1_200])
def test_equal_lines_are_looked_at_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    looks = 0
    find = restatements.bisect_left

    def counted(ends: list[int], place: int) -> int:
        nonlocal looks
        looks += 1
        return find(ends, place)

    monkeypatch.setattr(restatements, "bisect_left", counted)
    assert len(_unmatched(dict.fromkeys(range(n), "same"), ["same"] * (n - 1))) == 1
    assert looks <= 2 * (_EQUAL + 1) * n
