"""What a process of the tests does, by itself: such a process imports all that the module of its work needs."""

from __future__ import annotations

import os
from collections.abc import Sequence


def add_or_die(numbers: Sequence[int]) -> int:
    """Return the sum, but end with a 13 among the numbers."""
    if 13 in numbers:
        os._exit(1)
    return sum(numbers)
