"""Sentences on comparisons: with earlier periods, of metrics, of definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_count, format_p_value, format_span, join_words
from incident_analytics.sentences.wording import each_row, is_finding

__all__ = ["describe_change", "describe_comparison", "describe_definitions", "describe_mix"]


def describe_change(compared: pd.DataFrame, *, measure: str) -> str:
    """Say how a measure stands against earlier periods, and whether that is more than chance.

    Parameters
    ----------
    compared
        What `compare_with_earlier` gives.
    measure
        One of its measures: a metric, or ``incidents``.

    Returns
    -------
    str
        One or two sentences, empty where there is nothing to compare with. They speak of a change only where
        ``p_adjusted`` is at most 0.05, and of incidents that are still open, which no mean can hold.

    Examples
    --------
    >>> row = {"measure": ["incidents"], "earlier": ["2025Q2"], "period": ["2025Q3"], "n_before": [12], "n_after": [13]}
    >>> row |= {"before": [pd.NaT], "after": [pd.NaT], "change": [0.07], "p_value": [0.98], "p_adjusted": [0.98]}
    >>> row |= {"n_open_before": [pd.NA], "n_open_after": [pd.NA], "can_tell": [False]}
    >>> row |= {"change_low": [-0.55], "change_high": [1.6], "detectable_fall": [-0.79], "detectable_rise": [3.8]}
    >>> describe_change(pd.DataFrame(row), measure="incidents")
    'Compared with 12 in 2025Q2: not enough incidents to tell (+7% since 2025Q2, at least 95% CI: -55% to +160%).'
    """
    require_columns(compared, "measure", "earlier", "n_before", "n_after", "before", "after", "p_adjusted")
    require_columns(compared, "period", "n_open_before", "n_open_after", "change", "change_low", "change_high")
    require_columns(compared, "detectable_fall", "detectable_rise", "can_tell")
    rows = list(each_row(compared[compared["measure"] == measure]))
    if not rows:
        return ""
    counted = measure == "incidents"
    name = measure.replace("_", " ")
    if counted:
        told = [f"{row.n_before} in {row.earlier}" for row in rows]
        first = f"Compared with {join_words(told)}"
        finding = {True: "they come more often", False: "they come less often"}
        doubt = _doubt_of_counts(rows)
    else:
        told = [f"{format_span(row.before)} in {row.earlier} (n = {row.n_before})" for row in rows if row.n_before]
        if not (told and rows[0].n_after):
            return f"There is no {name} to compare with an earlier period."
        mean = f"{format_span(rows[0].after)} (n = {rows[0].n_after})"
        first = f"The geometric mean {name} is {mean}, against {join_words(told)}"
        finding = {True: "it is longer", False: "it is shorter"}
        doubt = "no evidence of a change"
    certain = [row for row in rows if is_finding(row.p_adjusted)]
    if certain:
        # Where there was nothing before, the change has no number.
        parts = [
            f"{finding[pd.isna(row.change) or row.change > 0]} than in {row.earlier} ({format_p_value(row.p_adjusted)})"
            for row in certain
        ]
        return f"{first}: {join_words(parts)}{_left_out(rows)}."
    if all(pd.isna(row.p_adjusted) for row in rows):
        return f"{first}; too few to compare{_left_out(rows)}."
    return f"{first}: {doubt}{'' if counted else _could_show(rows)}{_left_out(rows)}."


def _doubt_of_counts(rows: Sequence[Any]) -> str:
    """Say of counts without a significant change whether there were enough to tell, with the intervals."""
    intervals = [
        f"{row.change:+.0%} since {row.earlier}, at least 95% CI: {row.change_low:+.0%} to {row.change_high:+.0%}"
        for row in rows
        if not pd.isna(row.change_high)
    ]
    can_tell = all(row.can_tell is True for row in rows)
    finding = "no significant change" if can_tell else "not enough incidents to tell"
    return f"{finding} ({'; '.join(intervals)})" if intervals else finding


def _could_show(rows: Sequence[Any]) -> str:
    """Say what the first comparison could have shown."""
    least = rows[0].detectable_fall
    return "" if pd.isna(least) else f", and so few reliably show only a fall of {-least:.0%} or more"


def _left_out(rows: Sequence[Any]) -> str:
    """Say how many incidents of the periods are still open: theirs are the longest spans, and no mean has them."""
    open_in = [(rows[0].period, rows[0].n_open_after), *((row.earlier, row.n_open_before) for row in rows)]
    told = [f"{n} of {period}" for period, n in open_in if not pd.isna(n) and n]
    return f"; {join_words(told)} still open left out" if told else ""


def describe_comparison(table: pd.DataFrame) -> str:
    """Say which of the compared metrics changed, the primary one first.

    Parameters
    ----------
    table
        What `compare_periods` gives.

    Returns
    -------
    str
        One or two sentences. They speak of a change only where p_adjusted is at most 0.05, as the table's own do.

    Examples
    --------
    >>> row = {"metric": "time_to_restore", "group": "all", "is_primary": True, "n_before": 13, "n_after": 13}
    >>> row |= {"change": 0.58, "low": -0.28, "high": 2.49, "p_adjusted": 0.24}
    >>> describe_comparison(pd.DataFrame([row]))
    'No evidence that time to restore changed: +58% (95% interval -28% to +249%, n = 13 before, 13 after).'
    """
    require_columns(
        table, "metric", "group", "is_primary", "n_before", "n_after", "change", "low", "high", "p_adjusted"
    )
    if table.empty:
        return "No comparison."
    primary, *others = sorted(each_row(table), key=lambda row: not row.is_primary)
    name = _compared(primary)
    counts = f"n = {primary.n_before} before, {primary.n_after} after"
    if pd.isna(primary.p_adjusted):
        text = f"Too few incidents to tell whether {name} changed ({counts})"
    else:
        interval = "" if pd.isna(primary.low) else f"95% interval {primary.low:+.0%} to {primary.high:+.0%}, "
        told = f"{primary.change:+.0%} ({interval}{counts})"
        changed = f"{capitalized(name)} changed" if is_finding(primary.p_adjusted) else None
        text = f"{changed or f'No evidence that {name} changed'}: {told}"
    if not others:
        return f"{text}."
    known = [row for row in others if not pd.isna(row.p_adjusted)]
    which = [f"{_compared(row)} {row.change:+.0%}" for row in known if is_finding(row.p_adjusted)]
    if not known:
        return f"{text}, and too few for {format_count(len(others), 'other comparison')}."
    rest = f"{join_words(which)} changed" if which else "no evidence of a change"
    return f"{text}. Of {format_count(len(known), 'other comparison')}: {rest}."


def _compared(row: Any) -> str:
    of = {"all": "", "unknown": " of unknown group"}.get(row.group, f" of {row.group}")
    return f"{row.metric.replace('_', ' ')}{of}"


def describe_definitions(table: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric as it is defined, and the least and greatest under other definitions.

    Parameters
    ----------
    table
        What `definition_sensitivity` gives.
    metric
        The metric to tell.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> table = {"metric": "time_to_restore", "is_own": [True, False, False], "n": [9, 9, 8]}
    >>> table["median"] = pd.to_timedelta([14, 14, 10], unit="h")
    >>> describe_definitions(pd.DataFrame(table))
    'Median time to restore is 14h as defined (n = 9), and 10h to 14h by 2 other definitions.'
    """
    require_columns(table, "metric", "is_own", "n", "median")
    name = metric.replace("_", " ")
    rows = table[table["metric"] == metric]
    told = rows[rows["median"].notna()]
    if told.empty:
        return f"No {name} is known, however it is defined."
    own, others = told[told["is_own"]], told.loc[~told["is_own"], "median"]
    text = "".join(f"is {format_span(row.median)} as defined (n = {row.n})" for row in each_row(own))
    if len(others):
        low, high = format_span(others.min()), format_span(others.max())
        by = f"by {format_count(len(others), 'other definition')}"
        text = f"{text or 'is unknown as defined'}, and {low if low == high else f'{low} to {high}'} {by}"
    return f"Median {name} {text}."


def describe_mix(mix: pd.DataFrame, *, earlier: str) -> str:
    """Say how much of a change of the mean comes from the mix of severities.

    Parameters
    ----------
    mix
        What `mean_change_by_mix` gives.
    earlier
        What people call the earlier period.

    Returns
    -------
    str
        One sentence; empty where a mean is unknown.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["all"], "n_before": [12], "n_after": [13]})
    >>> for column, minutes in {"mean_before": 100, "mean_after": 156, "within": 38, "mix": 18}.items():
    ...     table[column] = pd.to_timedelta([minutes], unit="min")
    >>> describe_mix(table, earlier="Q2 2025")
    'The mean rose by 56m since Q2 2025: 38m within severities, 18m because the mix of severities changed.'
    """
    require_columns(mix, "group", "mean_before", "mean_after", "within", "mix")
    (row,) = each_row(mix[mix["group"] == "all"])
    if pd.isna(row.within) or pd.isna(row.mix):
        return ""
    change = row.mean_after - row.mean_before
    if change == pd.Timedelta(0):
        return ""
    verb = "rose" if change > pd.Timedelta(0) else "fell"
    parts = f"{format_span(row.within)} within severities, {format_span(row.mix)} because the mix of severities changed"
    return f"The mean {verb} by {format_span(abs(change))} since {earlier}: {parts}."
