"""How many examples a law draws: few wherever the tests run, and many times as many in ``make laws``."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

TIMES = int(os.environ.get("LAWS", "1"))
"""The factor. With 1 the examples are always the same ones, so that no run fails where another one passes."""

MORE_IN_LAWS = pytest.mark.hypothesis
"""The mark of tests that are not laws, but for which `make laws` has more cases as well: it runs what has this mark."""


def examples(number: int) -> settings:
    """Let a law draw this many: as many as it takes to fail when the code is broken."""
    return settings(max_examples=number * TIMES)
