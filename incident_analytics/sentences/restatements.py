"""Sentences on figures of an earlier review that are other ones today, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from incident_analytics.formatting import (
    MISSING,
    format_all,
    format_count,
    format_span,
    format_value,
    heading,
    join_words,
    lowered,
)
from incident_analytics.manifest import FigureRecord
from incident_analytics.periods import label_of
from incident_analytics.quotations import Quoted
from incident_analytics.restatements import Cause, Change, Restatements
from incident_analytics.results import unit_of
from incident_analytics.sentences.wording import are

__all__ = ["HEADLINES", "describe_cause", "describe_restated", "describe_verified"]

HEADLINES: Final = ("counts", "response", "impact")
"""The figures of a review that the next one restates."""

_SECONDS: Final = "_seconds"
_SHARES: Final = ("share", "change")
_FRACTIONAL: Final = (*_SHARES, "p-value")
_MOST_DIGITS: Final = 12  # behind the point: a manifest has no more
_FEW: Final = 3  # causes that a sentence names
_MOST: Final = 12  # values of a figure that are listed
_ENDS: Final = {"_low": "lower end of", "_high": "upper end of", "_least": "at least", "_most": "at most"}
_MEASURES: Final = {
    "ages": "how long action items have been open",
    "between": "time between incidents",
    "budget_bounds": "range of the error budgets",
    "by_completion": "response times by the reports' status",
    "by_record": "response times by the incident tool",
    "changes": "changes against earlier periods",
    "classes": "what action items are for",
    "completion": "action items done",
    "control": "control chart",
    "counts": "incidents",
    "dispersion": "how unevenly incidents come",
    "due": "when action items are due",
    "gaps": "time from one incident to the next",
    "hours": "when incidents start",
    "impact": "error budgets",
    "interrupted": "whom incidents interrupt",
    "mix": "what the mix of severities changes",
    "rates": "how often incidents come",
    "ratings": "whether severities agree with impact",
    "spans": "each incident's time",
    "survival": "how long action items stay open",
    "themes": "recurring factors",
    "together": "services that fail together",
    "twins": "incidents rated differently",
}
"""What figures are whose names say little."""


def describe_cause(cause: Cause) -> str:
    """Say why a figure changed.

    Examples
    --------
    >>> describe_cause(Cause("edit", "INC-2025-08-05-001", "INC-2025-08-05-001.md", (14, 22)))
    'INC-2025-08-05-001 edited, lines 14 and 22'
    >>> describe_cause(Cause("tracker", "ENG-12"))
    'tracker: ENG-12'
    """
    match cause.kind:
        case "late report":
            return f"{cause.subject} reported late"
        case "report removed":
            return f"the report of {cause.subject} is gone"
        case "edit":
            lines = join_words([str(line) for line in cause.lines])
            where = f", {'line' if len(cause.lines) == 1 else 'lines'} {lines}" if lines else ""
            return f"{cause.subject} edited{where}"
        case "version":
            return f"incident_analytics {cause.subject}"
        case "unknown":
            return "cause unknown: nothing that the manifest lists has changed"
        case _:
            return f"{cause.kind}: {cause.subject}"


def _because(causes: Iterable[Cause]) -> str:
    words = list(dict.fromkeys(map(describe_cause, causes)))
    n_more = len(words) - _FEW
    return "; ".join([*words[:_FEW], *([f"{n_more:,} more"] if n_more > 0 else [])])


def describe_restated(found: Restatements, *, metric: str) -> str:
    """Say which headline figures of the last review are other ones today.

    Parameters
    ----------
    found
        What changed since that review.
    metric
        The primary metric's name.

    Returns
    -------
    str
        One sentence; empty where the number of incidents, the median and the number of overspent budgets are as they
        were.
    """
    label = label_of(str(found.before.review["period"]))
    parts, quoted = [], []
    for name in HEADLINES:
        old, new = found.before.figures.get(name), found.after.figures.get(name)
        if old is None or new is None:
            continue
        before, after = _headline(name, old), _headline(name, new)
        if before != after:
            causes = sorted({cause for change in found.changes if change.figure == name for cause in change.causes})
            subject = {
                "counts": f"incidents in {label}:",
                "response": f"median {metric.replace('_', ' ')} for {label}",
                "impact": f"services over their error budget in {label}:",
            }[name]
            quoted.append(name)
            parts.append(f"{subject} {after}, was {before} ({_because(causes)})")
    return Quoted(f"Restated since the last review: {'; '.join(parts)}.", quoted) if parts else ""


def _headline(name: str, figure: FigureRecord) -> str:
    """Return the one value of a figure that the first screen shows."""
    if name == "response":
        return _written(next(iter(_column(figure, "median_seconds")), None), "median_seconds")
    if name == "impact":
        return str(sum(left is not None and left < 0 for left in _column(figure, "budget_left_seconds")))
    return str(sum(n or 0 for n in _column(figure, "n")))


def _column(figure: FigureRecord, column: str) -> Sequence[float | None]:
    """Return the numbers of a column: whoever wrote the manifest may have put words in their place."""
    index = figure.columns.index(column) if column in figure.columns else None
    cells = [] if index is None else [values[index] for values in figure.rows.values()]
    return [cell if isinstance(cell, int | float) else None for cell in cells]


def describe_verified(found: Restatements) -> Iterator[str]:
    """Yield the lines that say which figures of a review changed, from what to what, and why.

    Parameters
    ----------
    found
        What changed since the review.
    """
    n, by_figure = len(found.before.figures), _by_figure(found.changes)
    period = label_of(str(found.before.review["period"]))
    if not by_figure and not found.edited:
        yield f"{period}: {format_all(n, 'figure')} {are(n)} as {'it was' if n == 1 else 'they were'}"
        return
    yield f"{period}: {len(by_figure):,} of {n:,} figures changed"
    for name, changes in by_figure.items():
        yield ""
        yield f"{_figure_words(name)}: {_because(sorted({cause for each in changes for cause in each.causes}))}"
        yield from (f"  {_value_changed(change)}" for change in changes[:_MOST])
        if (n_more := len(changes) - _MOST) > 0:
            yield f"  {format_count(n_more, 'more value')}"
    if found.edited:
        yield ""
        yield "What figures are based on, edited:"
        yield from (f"  {where}" for cause in found.edited for where in _places(cause))


def _places(cause: Cause) -> Iterator[str]:
    if cause.kind == "edit":
        yield from (f"{cause.file}:{line}: {cause.subject}" for line in cause.lines or (1,))
    else:
        yield describe_cause(cause)


def _by_figure(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.figure, []).append(change)
    return found


def _value_changed(change: Change) -> str:
    row = f"{change.row}: " if change.row else ""
    if change.is_new or change.is_gone:
        return f"{row}{'new' if change.is_new else 'gone'}"
    column = change.column
    words = _column_words(column.removesuffix(_SECONDS))
    after, before = _written(change.after, column), _written(change.before, column)
    if after == before:
        after, before = _written_apart(change.after, change.before, column)
    return f"{row}{words} {after}, was {before}"


def _figure_words(name: str) -> str:
    """Return what a figure is in words, with its name in brackets where that says something else.

    Examples
    --------
    >>> _figure_words("costs"), _figure_words("budget_bounds")
    ('costs', 'range of the error budgets (budget_bounds)')
    >>> _figure_words("response by=severity within=2025-01-01/2025-04-01")
    'response by severity, 1 January to 31 March 2025 (response by=severity within=2025-01-01/2025-04-01)'
    """
    measure, *options = name.split(" ")
    words = _MEASURES.get(measure, measure.replace("_", " "))
    for option in options:
        key, _, value = option.partition("=")
        words += f" by {value}" if key in {"by", "every"} else f", {label_of(value)}"
    words = words.replace("_", " ")
    return words if words == name else f"{words} ({name})"


def _column_words(column: str) -> str:
    """Return what a column is in words.

    Examples
    --------
    >>> _column_words("n_done"), _column_words("median_low"), _column_words("survival_most")
    ('done', 'lower end of median', 'at most survival')
    """
    for end, words in _ENDS.items():
        if column.endswith(end):
            return f"{words} {lowered(heading(column.removesuffix(end)))}"
    return lowered(heading(column))


def _written(value: Any, column: str) -> str:
    if value is None:
        return "not recorded"
    if column.endswith(_SECONDS):
        return format_span(timedelta(seconds=value))
    if type(value) is int and unit_of(column) in _FRACTIONAL:  # a manifest has 1.0 as 1
        value = float(value)
    return format_value(value, column) or MISSING


def _written_apart(one: Any, other: Any, column: str) -> tuple[str, str]:
    """Write two values that read alike in their usual form with as many digits as it takes to see the difference.

    Examples
    --------
    >>> _written_apart(5395.397708, 5395.403211, "mean_seconds"), _written_apart(0.98001, 0.98002, "availability")
    (('1h 29m 55.398s', '1h 29m 55.403s'), ('98.001%', '98.002%'))
    """
    if not all(isinstance(each, int | float) for each in (one, other)):
        return str(one), str(other)
    write = _span_to if column.endswith(_SECONDS) else _share_to if unit_of(column) in _SHARES else _number_to
    for digits in range(_MOST_DIGITS + 1):
        after, before = write(one, digits), write(other, digits)
        if after != before:
            break
    return after, before


def _span_to(seconds: float, digits: int) -> str:
    """Write a span in all of its units."""
    whole, rest = divmod(round(abs(seconds), digits), 60)
    minutes = int(whole)
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m")]
    text = " ".join([*(f"{n:,}{unit}" for n, unit in parts if n), f"{rest:.{digits}f}s"])
    return f"-{text}" if seconds < 0 else text


def _share_to(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f}%"


def _number_to(number: float, digits: int) -> str:
    return f"{number:,.{digits}f}"
