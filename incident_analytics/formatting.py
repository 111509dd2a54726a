"""Values as people read them: spans, shares, money, and the words around them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from numbers import Integral, Real
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from incident_analytics.files import file_of_report, relative_path
from incident_analytics.periods import plain_name
from incident_analytics.results import heading, unit_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MISSING",
    "capitalized",
    "cut",
    "format_all",
    "format_amount",
    "format_change",
    "format_count",
    "format_digits",
    "format_dispersion",
    "format_figure",
    "format_p_value",
    "format_part",
    "format_share",
    "format_span",
    "format_value",
    "format_with_interval",
    "heading",
    "in_months",
    "is_missing",
    "join_words",
    "lowered",
    "nowrap",
    "percent_of",
    "report_links",
]

MISSING: Final = "–"

_MINUTES: Final = 600  # seconds from which on a span is written without them
_FINE: Final = (99, 100)  # percent
_LEAST: Final = 0.001  # a smaller p-value, or rate, is shown as "< 0.001"
_LOW_SHARE: Final = 0.01  # below it, and as near to the whole, a percent says too little
_PAIR: Final = 2


def format_span(span: timedelta | None) -> str:
    """Write a span in its two largest units.

    Parameters
    ----------
    span
        A span, or NA.

    Returns
    -------
    str
        Such as ``1h 45m``, rounded to the smaller unit; without seconds from ten minutes on; ``–`` for NA.

    Examples
    --------
    >>> format_span(timedelta(minutes=105)), format_span(timedelta(hours=30)), format_span(None)
    ('1h 45m', '1d 6h', '–')
    >>> format_span(timedelta(seconds=-90)), format_span(timedelta(0)), format_span(timedelta(seconds=2130))
    ('-1m 30s', '0m', '36m')
    """
    if span is None or is_missing(span):
        return MISSING
    seconds = round(abs(span.total_seconds()))
    # Rounded to the smaller unit before it is split, so that 59m 59.6s is 1h and not 60m.
    for unit, smaller in ((86400, 3600), (3600, 60), (60, 60 if seconds >= _MINUTES else 1)):
        rounded = (seconds + smaller // 2) // smaller * smaller
        if rounded >= unit:
            break
    else:
        return "0m" if seconds == 0 else _signed(f"{seconds}s", span)
    names = {86400: "d", 3600: "h", 60: "m", 1: "s"}
    large, small = rounded // unit, rounded % unit // smaller
    return _signed(f"{large:,}{names[unit]}" + (f" {small}{names[smaller]}" if small else ""), span)


def _signed(text: str, span: timedelta) -> str:
    return f"-{text}" if span < timedelta(0) else text


def percent_of(part: float) -> float:
    """Return a part of a whole in per cent that are whole, or in tenths where these would read as none or all of it.

    Parameters
    ----------
    part
        What is used of a whole, 1 for all of it; more where it was overspent.

    Examples
    --------
    >>> percent_of(1.902), percent_of(0.2249), percent_of(1.0002), percent_of(0.9996), percent_of(0.0001)
    (190, 22, 100.1, 99.9, 0.1)
    """
    percent = round(100 * part, 6)
    whole = round(percent)
    if whole not in {0, 100} or percent == whole:
        return whole
    up = not 1 <= percent < 100  # noqa: PLR2004 - in per cent
    return (math.ceil if up else math.floor)(10 * percent) / 10


def format_part(part: float) -> str:
    """Write a part of a whole as `percent_of` gives it.

    Examples
    --------
    >>> format_part(12.345), format_part(1.0002)
    ('1,234%', '100.1%')
    """
    return f"{percent_of(part):,.12g}%"


def format_share(share: float | None) -> str:
    """Write a fraction as a percentage.

    Between 99% and 100%, where availability lives, two digits of what is missing, at most three decimals, cut rather
    than rounded: short of 100% is never shown as 100%. What three decimals hold exactly, as a target does, keeps them.
    None above 100%, one elsewhere, two digits below 1%: what is above 0 is never shown as 0%.

    Parameters
    ----------
    share
        A fraction, 1 for the whole, or NA.

    Returns
    -------
    str
        Such as ``99.82%``; ``–`` for NA.

    Examples
    --------
    >>> format_share(0.5833), format_share(0.9982), format_share(0.999_999_9), format_share(1.0), format_share(None)
    ('58.3%', '99.82%', '99.999%', '100%', '–')
    >>> format_share(0.997_534_2), format_share(0.99875), format_share(3.027)
    ('99.75%', '99.875%', '303%')
    >>> format_share(0.000336), format_share(0.0041), format_share(0.0)
    ('0.034%', '0.41%', '0%')
    """
    if share is None or is_missing(share):
        return MISSING
    percent = round(100 * share, 9)  # 0.999 * 100 is 99.9 exactly, not 99.900000000000006
    low, high = _FINE
    if 0 < abs(percent) < 1:
        return f"{format_digits(percent, 2)}%"
    if abs(percent) >= high:
        return f"{percent_of(percent / 100):,.12g}%"
    if not low < percent < high:
        return f"{_plain(percent, 1)}%"
    if percent == round(percent, 3):
        return f"{_plain(percent, 3)}%"
    decimals = min(_decimals(high - percent, 2), 3)
    return f"{_plain(math.floor(percent * 10**decimals) / 10**decimals, decimals)}%"


def format_digits(value: float, digits: int) -> str:
    """Write a number to so many digits, whole ones all, never with an exponent.

    Examples
    --------
    >>> format_digits(0.326, 2), format_digits(123.4, 2), format_digits(999.7, 3), format_digits(5.5e-05, 2)
    ('0.33', '123', '1,000', '0.000055')
    """
    return _plain(value, _decimals(value, digits)) if value and math.isfinite(value) else f"{value:g}"


def _decimals(value: float, digits: int) -> int:
    """Return how many decimals show so many digits of a number."""
    return max(digits - 1 - math.floor(math.log10(abs(value))), 0)


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def format_amount(amount: float | None, currency: str | None = None) -> str:
    """Write an amount of money, whole, with its currency's code where there is one.

    Examples
    --------
    >>> format_amount(34000.0, "USD"), format_amount(12.5), format_amount(None)
    ('USD 34,000', '12.50', '–')
    """
    if amount is None or is_missing(amount):
        return MISSING
    text = f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"
    return text if is_missing(currency) else f"{currency} {text}"


def format_count(n: int, noun: str) -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> format_count(0, "incident"), format_count(1, "incident"), format_count(1234, "incident")
    ('no incidents', '1 incident', '1,234 incidents')
    """
    return f"{f'{n:,}' if n else 'no'} {noun}{'' if n == 1 else 's'}"


def format_all(n: int, noun: str = "") -> str:
    """Write that each of so many is meant.

    Examples
    --------
    >>> format_all(1, "service"), format_all(2, "service"), format_all(1234, "service"), format_all(2)
    ('the only service', 'both services', 'all 1,234 services', 'both')
    """
    those = "the only" if n == 1 else "both" if n == _PAIR else f"all {n:,}"
    return f"{those} {noun}{'' if n == 1 else 's'}" if noun else those


def format_p_value(p_value: float) -> str:
    """Write a p-value for the brackets after a statement.

    Examples
    --------
    >>> format_p_value(0.0314), format_p_value(0.00002)
    ('p = 0.031', 'p < 0.001')
    """
    written = _p_value(p_value)
    return f"p {written}" if written.startswith("<") else f"p = {written}"


def _p_value(value: float) -> str:
    return f"< {_LEAST}" if value < _LEAST else format_digits(value, 2)


def format_figure(value: float | None, unit: str | None = None) -> str:
    """Write a plain figure to three digits, and its unit where it has one; one near 100% as `format_share` does.

    Examples
    --------
    >>> format_figure(0.4123, "s"), format_figure(12345.6), format_figure(None, "s")
    ('0.412 s', '12,346', '–')
    >>> format_figure(20.04, "%"), format_figure(0.151, "%"), format_figure(99.97, "%")
    ('20%', '0.151%', '99.97%')
    """
    if value is None or is_missing(value):
        return MISSING
    low, high = _FINE
    if unit == "%" and low < value < high:
        return format_share(value / 100)
    text = format_digits(value, 3)
    if is_missing(unit):
        return text
    return f"{text}{'' if unit == '%' else ' '}{unit}"


def format_dispersion(dispersions: Iterable[float | None]) -> str:
    """Say in a sentence which dispersion of counts intervals, limits and p-values allow for.

    Parameters
    ----------
    dispersions
        Variance / mean of the counts of each row; NA where it could not be estimated.

    Examples
    --------
    >>> format_dispersion([2.13, 2.13])
    'Intervals widened for extra variation (2.13 times).'
    >>> format_dispersion([None, None])
    'Extra variation not estimated, counts taken as Poisson.'
    >>> format_dispersion([1.0])
    'Past counts varied no more than by chance (taken as Poisson).'
    >>> format_dispersion([1.0, None, 2.13])
    'Intervals widened for extra variation (up to 2.13 times); not estimated for some (taken as Poisson).'
    """
    every = list(dispersions)
    known = [float(value) for value in every if value is not None and not is_missing(value)]
    if not known:
        return "Extra variation not estimated, counts taken as Poisson."
    if max(known) <= 1:
        some = "" if len(known) == len(every) else ", as far as estimated"
        return f"Past counts varied no more than by chance{some} (taken as Poisson)."
    least, most = (format_figure(value) for value in (min(known), max(known)))
    some = "; not estimated for some (taken as Poisson)" if len(known) < len(every) else ""
    return f"Intervals widened for extra variation ({'up to ' * (least != most)}{most} times){some}."


def format_value(value: Any, column: str = "") -> str:
    """Write one cell of a table; ``column`` says in which unit numbers are.

    Examples
    --------
    >>> from datetime import UTC
    >>> format_value(datetime(2025, 7, 3, 14, 2, tzinfo=UTC)), format_value(date(2025, 7, 3))
    ('2025-07-03 14:02', '2025-07-03')
    >>> format_value(0.5, "completion"), format_value(0.5, "total"), format_value(1204), format_value(True)
    ('50%', '0.50', '1,204', 'yes')
    >>> format_value("2025Q3", "period"), format_value("2026-03-01/2026-04-01", "period")
    ('2025Q3', '1 to 31 March 2026')
    >>> format_value(1.9354, "rate"), format_value(2.63, "hours"), format_value(-0.25, "change")
    ('1.94', '2.63', '-25%')
    """
    if isinstance(value, list | tuple):
        return ", ".join(format_value(item) for item in value) or MISSING
    if is_missing(value):
        return MISSING
    if isinstance(value, timedelta):
        return format_span(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.tzinfo is None else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if type(value).__name__ in {"bool", "bool_"}:  # numpy's is not a bool
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        return _WRITERS.get(unit_of(column), format_figure)(float(value))
    return plain_name(str(value)) if column == "period" else str(value)


def format_change(change: float | None) -> str:
    """Write a relative change with its sign.

    Examples
    --------
    >>> format_change(1.06), format_change(-0.004), format_change(None)
    ('+106%', '-0.4%', '–')
    """
    if change is None or is_missing(change):
        return MISSING
    return f"{'+' if change > 0 else '-' if change < 0 else ''}{format_share(abs(change))}"


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, NaT or pandas' NA, without a need for pandas.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 - what is missing equals nothing, not even itself
    except TypeError:  # pandas' NA is neither equal nor unequal
        return True


_WRITERS: Final[Mapping[str, Callable[[float], str]]] = {
    "share": format_share,
    "change": format_change,
    "money": format_amount,
    "figure": format_figure,
    "p-value": _p_value,
}


_BOUNDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "downtime": ("at least", ""),
        "availability": ("at most", ""),
        "budget_left": ("at most", "window_"),
        "time_to_exhaustion": ("at most", "window_"),
    }
)
"""What a figure of service levels is where outages are of unknown length, or months without reports: those counted by
the columns ``n_missing`` and ``n_silent``, of a budget's window so far with the prefix."""


def format_with_interval(row: Mapping[Any, Any], column: str) -> str:
    """Write one cell of a table with its interval, where the row has one, or as the bound that it is.

    Parameters
    ----------
    row
        The row's values by column.
    column
        The column; ``<column>_low`` and ``<column>_high`` hold its interval.

    Examples
    --------
    >>> row = {"rate": 1.9, "rate_low": 0.8, "rate_high": 3.7, "n": 6}
    >>> format_with_interval(row, "rate"), format_with_interval(row, "n")
    ('1.9 (0.8 to 3.7)', '6')
    >>> row = {"median": timedelta(days=20), "median_low": timedelta(days=12), "median_high": None}
    >>> format_with_interval(row, "median"), format_with_interval(row | {"median": None}, "median")
    ('20d (at least 12d)', 'at least 12d')
    >>> format_with_interval({"budget_spent": 0.4, "budget_spent_low": 0.0, "budget_spent_high": 0.4}, "budget_spent")
    '0% to 40%'
    >>> format_with_interval({"budget_spent": None, "budget_spent_low": 0.0, "budget_spent_high": 0.4}, "budget_spent")
    '0% to 40%'
    >>> format_with_interval({"downtime": timedelta(hours=1), "n_missing": 1}, "downtime")
    'at least 1h'
    >>> format_with_interval({"availability": 1.0, "n": 0}, "availability")
    'no outage'
    >>> silent = {"availability": 0.999, "budget_left": timedelta(hours=1), "n": 1, "n_silent": 2, "window_n_silent": 2}
    >>> [format_with_interval(silent, name) for name in ("availability", "budget_left")]
    ['at most 99.9%', 'at most 1h']
    >>> format_with_interval({"budget_spent": None, "budget_spent_low": 0.4, "budget_spent_high": None}, "budget_spent")
    'at least 40%'
    >>> format_with_interval({"completion": 1.0, "n_done": 1, "n_open": 0, "n_unknown": 3}, "completion")
    '100% (1 of 4 known)'
    """
    value, low, high = (row.get(f"{column}{bound}") for bound in ("", "_low", "_high"))
    if column == "availability" and value == 1 and row.get("n") == 0:
        return "no outage reported" if row.get("n_silent") else "no outage"
    if column == "downtime" and row.get("n") == 0 and row.get("n_silent") and not row.get("n_missing"):
        return "none reported"
    if column == "completion" and not is_missing(value) and row.get("n_unknown"):
        n_known = row["n_done"] + row["n_open"]
        return f"{format_value(value, column)} ({n_known:,} of {n_known + row['n_unknown']:,} known)"
    if is_missing(low) and is_missing(high):
        words, prefix = _BOUNDS.get(column.removesuffix("_weighted"), ("", ""))
        is_bound = words and not is_missing(value) and any(row.get(f"{prefix}{n}") for n in ("n_missing", "n_silent"))
        return f"{words} {format_value(value, column)}" if is_bound else format_value(value, column)
    shown, lowest, highest = (_coarse(each, column) for each in (value, low, high))
    is_range = not (is_missing(low) or is_missing(high))
    if column.startswith("budget_spent") and is_range and (is_missing(value) or shown in {lowest, highest}):
        # The end of a range isn't an estimate, nor is one known; where both ends are the same, nothing is unknown.
        return lowest if lowest == highest else f"{lowest} to {highest}"
    if not is_range:
        bound = f"at most {highest}" if is_missing(low) else f"at least {lowest}"
        return bound if is_missing(value) else f"{shown} ({bound})"
    return f"{shown} ({lowest} to {highest})"


def _coarse(value: Any, column: str) -> str:
    """Write an estimate, or an end of its interval: a share to a percent, a rate to two digits, as it is known."""
    if not isinstance(value, Real) or is_missing(value):
        return format_value(value, column)
    number = float(value)
    if unit_of(column) == "share" and _LOW_SHARE <= number <= 1 - _LOW_SHARE:
        return f"{number:.0%}"
    if unit_of(column) == "change" and abs(number) >= _LOW_SHARE:
        return f"{number:+.0%}"
    if column == "rate":
        return f"< {_LEAST}" if 0 < number < _LEAST else format_digits(number, 2)
    return format_value(value, column)


def capitalized(text: str) -> str:
    """Return words as a sentence begins; `str.capitalize` would make SLA Sla.

    Examples
    --------
    >>> capitalized("time between SEV-1 incidents")
    'Time between SEV-1 incidents'
    """
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return a sentence as it continues after a colon: its first letter small, unless it begins a name.

    Examples
    --------
    >>> lowered("No action items."), lowered("SEV-1 incidents"), lowered("API is over budget.")
    ('no action items.', 'SEV-1 incidents', 'API is over budget.')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def cut(text: str, length: int) -> str:
    """Return a text that is at most so many characters long.

    Examples
    --------
    >>> cut("Break-glass access for the on-call role", 20), cut("API", 20)
    ('Break-glass access…', 'API')
    """
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def join_words(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> join_words(["API"]), join_words(["API", "Frontend"]), join_words(["a", "b", "c"])
    ('API', 'API and Frontend', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def in_months(label: str) -> str:
    """Say when something was, in months that are called so.

    Examples
    --------
    >>> in_months("July 2025"), in_months("July to August 2025"), in_months("January and July to August 2025")
    ('in July 2025', 'from July to August 2025', 'in January and July to August 2025')
    """
    return f"{'from' if ' to ' in label and ' and ' not in label else 'in'} {label}"


def report_links(
    incidents: pd.DataFrame,
    *,
    seen_from: str | Path,
    report_url: str | None = None,
    folder: str | Path = ".",
) -> dict[str, str]:
    """Return how a page leads to the reports.

    Parameters
    ----------
    incidents
        The incidents table.
    seen_from
        The folder of the page.
    report_url
        The address of a report, with ``{id}`` or ``{path}``; None links to the report's file.
    folder
        The folder that ``{path}`` is taken from.

    Returns
    -------
    dict
        The URL of each report, by incident_id: relative where it leads to the file. A file that shares no folder with
        the page has none: its address would be that of this machine.

    Examples
    --------
    >>> import pandas as pd
    >>> incidents = pd.DataFrame({"incident_id": ["INC-1"], "path": ["our reports/INC-1.md"]})
    >>> report_links(incidents, seen_from="build")
    {'INC-1': '../our%20reports/INC-1.md'}
    >>> report_links(incidents, seen_from="build", report_url="https://git.example/main/{path}")
    {'INC-1': 'https://git.example/main/our%20reports/INC-1.md'}
    """

    def link(incident_id: str, path: str) -> str | None:
        file = file_of_report(path)[0]
        if report_url is None:
            relative = relative_path(file, seen_from)
            return None if relative is None else quote(relative.as_posix())
        below = quote(Path(os.path.relpath(file, folder)).as_posix())
        return report_url.replace("{path}", below).replace("{id}", quote(incident_id, safe=""))

    links = ((each, link(each, path)) for each, path in zip(incidents["incident_id"], incidents["path"], strict=True))
    return {incident_id: address for incident_id, address in links if address is not None}


def nowrap(sentence: str) -> str:
    r"""Return a sentence in which no line ends between a number and what it belongs to.

    Examples
    --------
    >>> nowrap("Median 1h 45m (n = 13)"), nowrap("USD 1,000")
    ('Median 1h\xa045m (n\xa0=\xa013)', 'USD\xa01,000')
    """
    return _TIED.sub(lambda gap: gap[0].replace(" ", "\xa0"), sentence)


_TIED: Final = re.compile(r"(?<=[np]) [=<] (?=\d)|(?<=\d[dhm]) (?=\d)|(?<=\b[A-Z]{3}) (?=\d)")
