"""No regular expression backtracks so much that its time grows faster than the text that it is tried on."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest
from laws import MORE_IN_LAWS, TIMES
from patterns import Pattern, attacks, from_data, modules, written

pytestmark = MORE_IN_LAWS

OF_OWN_PAGES = {
    'pages.py: \'<h2 id="([^"]*)">(.*?)</h2>\'',
    "pages.py: '<(h[1-6])>(.*?)</\\\\1>'",
    "pages.py: '<[^>]*>'",
    "pages.py: plain",
    "plots/svg.py: '([\\\\w-]+): ([^;]+)'",
    "showing.py: '<svg .*?</svg>'",
}
"""Places whose pattern is tried only on HTML or SVG that the package wrote itself, where each mark has its end."""

FLOOR = 0.0025
"""Seconds on the CPU within which growth does not matter, and cannot be measured."""
FACTOR = 9.0
"""How many times as long a text of four times the size may take: a linear pattern takes 4, a quadratic one 16 times."""
TRIES = 3
"""How many times in a row an attempt must take too long: what else the machine does may slow down one of them."""
LENGTH = 1_000
"""Characters of the shorter one."""
ATTACKS = 30 * TIMES
"""How many texts a pattern is tried on, of all that are known."""
MOST = 0.05
"""Seconds on the CPU that a few pieces take only where time grows by doubling, and LENGTH only where by the cube."""


def seconds(attempt: Callable[[Any], object], text: Any, clock: Callable[[], float] = time.process_time) -> float:
    begun = clock()
    attempt(text)
    return clock() - begun


def least(attempt: Callable[[Any], object], text: Any) -> float:
    return min(seconds(attempt, text) for _ in range(3))


def search_all(compiled: re.Pattern[Any]) -> Callable[[Any], object]:
    def attempt(text: Any) -> None:
        for _ in compiled.finditer(text):
            pass

    return attempt


def slow_attack(pattern: Pattern) -> str | None:
    """Return a text on which a pattern takes more than it may, and what it takes; None where there is none."""
    attempts = [pattern.compiled.match, pattern.compiled.fullmatch]
    if not pattern.only_at_start:
        attempts = [search_all(pattern.compiled)]
    known = list(attacks(pattern.compiled))
    for (attack, size), attempt in product(known[:: max(1, len(known) // ATTACKS)], attempts):
        most = LENGTH // size
        for pieces in (*range(4, 23, 3), *(few for few in (100, 400) if few < most), most):
            text = attack(pieces)
            # The clock on the wall costs little and is never behind that of the CPU, which decides.
            taken = seconds(attempt, text, time.perf_counter)
            if taken > MOST and all(seconds(attempt, text) > MOST for _ in range(TRIES)):
                return f"{text!r}: more than {MOST} s"
        if taken < FLOOR or (long := seconds(attempt, longer := attack(4 * most), time.perf_counter)) <= FACTOR * FLOOR:
            continue
        if (least_taken := least(attempt, text)) < FLOOR:
            continue
        if long > FACTOR * least_taken and all(
            seconds(attempt, longer) > FACTOR * least(attempt, text) for _ in range(TRIES)
        ):
            return (
                f"{text[:40]!r}...{text[-5:]!r}: {len(longer) / len(text)} times the text, more than {FACTOR} the time"
            )
    return None


def test_the_patterns_are_found() -> None:
    assert sum(1 for module in modules() for _ in written(module)) + sum(1 for _ in from_data()) > 200


BACKTRACKING = [
    "(?:a+)+$",
    r"\s+$",
    "a*b?a*c",
    "<.*?>",
    "(?:a|a)*b",
    # These were in the package.
    r"\{(.*?)\}",
    r"""(?:\b(?:time|ts|timestamp)=)?["'\[(]*\d{4}""",
    r"(?:tells?|told) (?:us|it|ops|support|the \w+ ?\w*) (?:that|the|of|about)",
    r"\S+ it (?:is|was)(?=:|$)",
    "(?:is |are |now |fully |all |incident |issue |marked |considered )*resolved",
    r"^\W*(?:(?:-\s*)*[*_]+)+x",
]


@pytest.mark.parametrize("pattern", BACKTRACKING)
def test_a_pattern_that_backtracks_is_found(pattern: str) -> None:
    assert slow_attack(Pattern("here", re.compile(pattern), only_at_start=False)) is not None


def slow_ones(patterns: Iterable[Pattern]) -> dict[str, str]:
    checked = [each for each in patterns if each.place not in OF_OWN_PAGES]
    gc.disable()  # what it collects is not the pattern's
    try:
        return {each.place: slow for each in checked if (slow := slow_attack(each))}
    finally:
        gc.enable()


@pytest.mark.parametrize("module", modules())
def test_no_pattern_takes_time_that_grows_faster_than_the_text(module: str) -> None:
    assert slow_ones(written(module)) == {}


def test_no_pattern_of_a_table_takes_time_that_grows_faster_than_the_text() -> None:
    assert slow_ones(from_data()) == {}
