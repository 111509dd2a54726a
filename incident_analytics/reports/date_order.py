"""In which order a text writes day and month, by its other dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.tokens import (
    MONTH,
    month_named,
)

__all__ = ["MOST_MONTHS", "dates_in_order", "day_first", "find_orders", "order_of_dates"]

_IN_NUMBERS: Final = compile_late(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20|21)\d\d)(?![\d/-]|\.\d)")
_YEAR_FIRST: Final = compile_late(r"(?<![\w./-])((?:19|20|21)\d\d)([./-])(\d\d?)\2(\d\d?)(?![\d/-]|\.\d)")
_WITHOUT_YEAR: Final = compile_late(r"(?<![\w.:/-])(\d{1,2})([./-])(\d{1,2})\.?(?=\s\d{1,2}[:h]\d\d(?!\d))")
"""Day and month before a time of day."""
_NOT_OWN: Final = compile_late(r"^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1|\Z)|\bhttps?://\S+", re.MULTILINE | re.DOTALL)
"""Logs and addresses, whose dates others have written."""
MOST_MONTHS: Final = 12
_IN_WORDS: Final = compile_late(
    rf"\s?[(\[]\s?(?:[^\W\d_]{{2,12}},?\s)?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s(?:de\s|of\s)?(?P<month>{MONTH})"
    rf"|(?P<before>{MONTH})\s(?P<behind>\d{{1,2}})(?:st|nd|rd|th)?)(?!\s?\d)",
    re.IGNORECASE,
)
"""The same day in words, in brackets behind its numbers: ``08/05/2025 (5 August)``."""


def find_orders(text: str) -> Mapping[str, set[bool]]:
    """Return by ``.``, ``/`` and ``-`` whether the day comes first in a text's dates, such as 05.03.2026.

    A number above 12 is not a month, and a date that may be two days is the one of them that the text has as
    ``2026-03-05`` or ``5 March 2026``; so is one without its year before a time of day. Dates in code blocks and
    addresses do not count. Two values where the dates contradict each other.

    Examples
    --------
    >>> dict(find_orders("from 05.03.2026 to 20.03.2026"))
    {'.': {True}}
    >>> dict(find_orders("2026-03-05, 03/05 23:50 to 03/06 00:10"))
    {'/': {False}}
    """
    orders: defaultdict[str, set[bool]] = defaultdict(set)
    own = _NOT_OWN.sub("", text)
    days = {f"{year}-{month:0>2}-{day:0>2}" for year, _, month, day in _YEAR_FIRST.findall(own)}
    days |= _named_days(own)
    days |= {
        f"{match[4]}-{month_named(named['month'] or named['before']):02}-{named['day'] or named['behind']:0>2}"
        for match in _IN_NUMBERS.finditer(own)
        if (named := _IN_WORDS.match(own, match.end())) is not None
    }
    days |= {day[4:] for day in days}
    in_numbers = [(first, mark, second, f"{year}-") for first, mark, second, year in _IN_NUMBERS.findall(own)]
    in_numbers += [(*parts, "-") for parts in _WITHOUT_YEAR.findall(own)]
    for first, mark, second, year in in_numbers:
        is_day = [int(first) > MOST_MONTHS, int(second) > MOST_MONTHS]
        if not any(is_day):
            is_day = [f"{year}{second:0>2}-{first:0>2}" in days, f"{year}{first:0>2}-{second:0>2}" in days]
        if is_day[0] != is_day[1]:
            orders[mark].add(is_day[0])
    return orders


_WITH_MONTH: Final = compile_late(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s(?:de\s|of\s)?(?P<month>{MONTH}),?\s(?:del?\s)?(?P<year>(?:19|20|21)\d\d)\b"
    rf"|\b(?P<before>{MONTH})\s(?P<behind>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<last>(?:19|20|21)\d\d)\b",
    re.IGNORECASE,
)
"""A whole date with the name of its month."""


def _named_days(text: str) -> set[str]:
    """Return the dates of a text that name their month, as ``2026-03-05``."""
    return {
        f"{match['year'] or match['last']}-{month_named(match['month'] or match['before']):02}"
        f"-{match['day'] or match['behind']:0>2}"
        for match in _WITH_MONTH.finditer(text)
    }


_ENGLISH: Final = compile_late(r"\b(?:the|and|of|to|was|were|is|for|that|with|from|it|by)\b", re.IGNORECASE)
_DAY_FIRST: Final = compile_late(
    r"\b(?:\w*[äöüßéèêàâçñãõåøæąćęłńśźżčďěřšťůžğşőűάέήίόύώа-яіїєґ]\w*|el|los|las|una|del|por|para|não|uma|das|dos|les|des|une|est|pour|dans|avec|der|das|und|nicht|ist|auf|het|een"
    r"|niet|van|voor|och|att|för|ikke|che|della|sono|nie|jest|się|que|ao|nu|le|zu|im)\b",
    re.IGNORECASE,
)
"""Words with letters that English has not, and small words of other languages that are written in its letters."""
_MANY: Final = 5


def _is_of_other_language(text: str) -> bool:
    """Return whether a text is in a language in which the day comes before the month wherever it is written."""
    n_other = len(_DAY_FIRST.findall(text))
    return n_other >= _MANY and n_other > 3 * len(_ENGLISH.findall(text))


class _Order:
    """In which order a text writes day and month; it is looked for once a date may be two days."""

    def __init__(self, text: str, *, usual: bool | None) -> None:
        self.text, self.usual = text, usual

    @cached_property
    def found(self) -> Mapping[str, set[bool]]:
        """The orders by the mark between the numbers."""
        return find_orders(self.text)

    @cached_property
    def is_of_other_language(self) -> bool:
        """Whether the text is in a language in which the day comes first."""
        return _is_of_other_language(self.text)

    def day_first(self, mark: str) -> bool | None:
        """Return whether the day comes first, None where nothing says so or the dates contradict each other."""
        orders = self.found.get(mark, set())
        if not orders and not any(self.found.values()) and self.usual is None and self.is_of_other_language:
            return True
        if not orders:
            return self.usual
        return next(iter(orders)) if len(orders) == 1 else None


_ORDER: ContextVar[_Order | None] = ContextVar("order", default=None)
"""The order of the dates of the text that is being read."""


def day_first(mark: str) -> bool | None:
    """Return whether the day comes before the month, where ``mark`` is between them, in the text that is being read."""
    order = _ORDER.get()
    return order.day_first(mark) if order is not None else None


@contextmanager
def dates_in_order(text: str, *, usual: bool | None = None) -> Iterator[None]:
    """Read dates that may be two days, such as 05.03.2026, in the order of the other dates of their text.

    Parameters
    ----------
    text
        A whole report. A number above 12 is not a month: where one of its dates shows the order, all with the same
        mark between the numbers have it. Where two contradict each other, what may be two days stays unknown.
    usual
        Whether the day comes first where no date of the text shows it, None where that is not known.

    Examples
    --------
    >>> from incident_analytics.reports.times import read_date
    >>> with dates_in_order("from 05.03.2026 to 20.03.2026"):
    ...     read_date("05.03.2026")
    datetime.date(2026, 3, 5)
    """
    before = _ORDER.set(_Order(text, usual=usual))
    try:
        yield
    finally:
        _ORDER.reset(before)


def order_of_dates() -> object:
    """Return what says in which order dates such as 05.03.2026 are read here, as a part of a cache's key."""
    return _ORDER.get()
