"""Work by processes: in order, and a process that ends costs one item."""

from __future__ import annotations

import os
from collections.abc import Sequence

from incident_analytics.workers import in_order


def add_or_die(numbers: Sequence[int]) -> int:
    if 13 in numbers:
        os._exit(1)
    return sum(numbers)


def name_lost(number: int, error: Exception) -> int:
    assert "terminated" in str(error)
    return -number


def test_results_come_in_order() -> None:
    chunks = [[number, 1] for number in range(20)]
    assert list(in_order(add_or_die, name_lost, chunks[:13], jobs=2)) == [[number + 1] for number in range(13)]


def test_a_process_that_dies_costs_its_item_alone() -> None:
    found = list(in_order(add_or_die, name_lost, [[1, 2], [13, 4], [5]], jobs=2))
    assert found[1] == [-13, 4]
    assert [sum(results) for results in found] == [3, -9, 5]
