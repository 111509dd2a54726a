"""Sentences on comparisons: with earlier periods, of metrics, of definitions."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import (
    capitalized,
    format_count,
    format_digits,
    format_p_value,
    format_span,
    join_words,
)
from incident_analytics.periods import label_of
from incident_analytics.sentences.wording import each_row, is_finding

__all__ = ["definition_in_words", "describe_change", "describe_mix", "describe_periods"]


def describe_change(compared: pd.DataFrame, *, measure: str) -> str:
    """Say whether a measure changed since earlier periods, or what change its numbers would have shown.

    Parameters
    ----------
    compared
        The result of `measures.changes`.
    measure
        One of its measures: a metric, or ``incidents``.

    Returns
    -------
    str
        One sentence, empty where there is nothing to compare with. It reports a change only where ``p_adjusted`` is at
        most 0.05; otherwise it says which change since the first period its test would show in four cases of five.
        Nothing is tested where incidents are ongoing.

    Examples
    --------
    >>> row = {"measure": ["time_to_restore"], "earlier": ["2025Q2"], "period": ["2025Q3"], "n_before": [12]}
    >>> row |= {"n_after": [13], "before": [pd.Timedelta(minutes=36)], "after": [pd.Timedelta(minutes=96)]}
    >>> row |= {"n_open_before": [0], "n_open_after": [0], "change": [1.7], "p_adjusted": [0.32], "can_tell": [False]}
    >>> row |= {"detectable_fall": [-0.76], "detectable_rise": [3.16]}
    >>> describe_change(pd.DataFrame(row), measure="time_to_restore")  # doctest: +NORMALIZE_WHITESPACE
    'Median time to restore: 1h 36m, up from 36m in Q2 2025, but too few incidents to call it a change. With 12
    and 13 incidents, only a fall of 76% or a rise to 4.2 times as long would reliably show.'
    """
    require_columns(compared, "measure", "earlier", "n_before", "n_after", "before", "after", "p_adjusted")
    require_columns(compared, "period", "n_open_before", "n_open_after", "change")
    require_columns(compared, "detectable_fall", "detectable_rise", "can_tell")
    labelled = compared.assign(**{name: compared[name].map(label_of) for name in ("earlier", "period")})
    rows = list(each_row(labelled[labelled["measure"] == measure]))
    if not rows:
        return ""
    counted = measure == "incidents"
    name = "number of incidents" if counted else f"median {measure.replace('_', ' ')}"
    certain = [row for row in rows if is_finding(row.p_adjusted)]
    if certain:
        parts = []
        for row in certain:
            was, now = (row.n_before, row.n_after) if counted else map(format_span, (row.before, row.after))
            # Where there was nothing before, the change has no number.
            verb = "rose" if pd.isna(row.change) or row.change > 0 else "fell"
            parts.append(f"{verb} from {was} in {row.earlier} to {now} ({format_p_value(row.p_adjusted)})")
        return f"The {name} {join_words(parts)}."
    tested = [row for row in rows if not pd.isna(row.p_adjusted)]
    if not tested:
        n_open = [rows[0].n_open_after, *(row.n_open_before for row in rows)]
        if any(not pd.isna(n) and n for n in n_open):
            return f"The {name} is not tested for a change while incidents are ongoing."
        return f"Too few incidents to test the {name} for a change."
    (row, *_) = tested
    if pd.isna(row.detectable_fall) or pd.isna(row.detectable_rise):
        return f"No significant change in the {name} since {row.earlier}."
    shown = (
        f"a fall of {-row.detectable_fall:.0%} or a rise {_rise(row.detectable_rise, 'many' if counted else 'long')}"
    )
    if not pd.isna(row.can_tell) and row.can_tell:
        return f"No significant change in the {name} since {row.earlier}; {shown} would probably have shown."
    was, now = (row.n_before, row.n_after) if counted else (row.before, row.after)
    if now == was:
        course = f"The {name} is the same as in {row.earlier}"
    else:
        values = [f"{value:,}" if counted else format_span(value) for value in (was, now)]
        now_in_words = format_count(now, "incident") if counted else f"{capitalized(name)}: {values[1]}"
        course = f"{now_in_words}, {'up' if now > was else 'down'} from {values[0]} in {row.earlier}"
        course += f", but too few{' incidents' * (not counted)} to call it a change"
    show = f"only {shown} would reliably show"
    if counted:
        return f"{course}. {capitalized(show)}."
    same = row.n_before == row.n_after
    counts = f"{row.n_after:,} incidents each" if same else f"{row.n_before:,} and {row.n_after:,} incidents"
    return f"{course}. With {counts}, {show}."


def _rise(rise: float, quality: str) -> str:
    """Write how large a rise is; from a doubling on as the multiple that it comes to.

    Examples
    --------
    >>> _rise(0.47, "long"), _rise(3.16, "long"), _rise(24.4, "many")
    ('of 47%', 'to 4.2 times as long', 'to 25 times as many')
    """
    return f"of {rise:.0%}" if rise < 1 else f"to {format_digits(1 + rise, 2)} times as {quality}"


def definition_in_words(definition: str) -> str:
    """Write a definition of `definition_sensitivity` as people read it.

    Examples
    --------
    >>> definition_in_words("restored_at or ended_at - started_at or detected_at")
    'Started (else detected) to restored (else ended)'
    >>> definition_in_words("stated_duration")
    'Reported duration'
    """
    end, _, start = definition.partition(" - ")
    if not start:
        return capitalized(end.replace("_", " ").replace("stated", "reported"))
    begin, finish = (re.sub(r" or (\w+)", r" (else \1)", part.replace("_at", "")) for part in (start, end))
    return capitalized(f"{begin} to {finish}")


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
        Two sentences; empty where a mean is unknown or based on few incidents.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["all"], "n_before": [12], "n_after": [13]})
    >>> for column, minutes in {"mean_before": 100, "mean_after": 156, "within": 38, "mix": 18}.items():
    ...     table[column] = pd.to_timedelta([minutes], unit="min")
    >>> describe_mix(table, earlier="Q2 2025")  # doctest: +NORMALIZE_WHITESPACE
    'The mean rose by 56m since Q2 2025: 38m because incidents of the same severity took longer, 18m because the mix
    shifted to slower severities. This splits the difference and does not test it.'
    """
    require_columns(mix, "group", "n_before", "n_after", "mean_before", "mean_after", "within", "mix")
    (row,) = each_row(mix[mix["group"] == "all"])
    enough = LEAST["geometric mean interval"]
    if pd.isna(row.within) or pd.isna(row.mix) or min(row.n_before, row.n_after) < enough:
        return ""
    change = row.mean_after - row.mean_before
    if change == pd.Timedelta(0):
        return ""
    rose = change > pd.Timedelta(0)
    causes = (
        (row.within, "incidents of the same severity took longer", "incidents of the same severity took less time"),
        (row.mix, "the mix shifted to slower severities", "the mix shifted to faster severities"),
    )
    parts = [
        f"{'' if (part > pd.Timedelta(0)) == rose else 'less '}{format_span(abs(part))} because "
        f"{longer if part > pd.Timedelta(0) else shorter}"
        for part, longer, shorter in causes
        if part
    ]
    parts.sort(key=lambda part: part.startswith("less "))
    course = f"The mean {'rose' if rose else 'fell'} by {format_span(abs(change))} since {earlier}"
    return f"{course}: {', '.join(parts)}. This splits the difference and does not test it."


def describe_periods(compared: pd.DataFrame, *, before: str, after: str, by: str | None = None) -> list[str]:
    """Say of each metric and group what a comparison of two periods shows, or that it shows nothing.

    Parameters
    ----------
    compared
        The result of `compare_periods`; where it has a ``reason``, that says why a row is not compared.
    before, after
        The periods' names.
    by
        The column by which it is grouped.

    Returns
    -------
    list of str
        A sentence a row. It reports a change only where ``p_adjusted`` is at most 0.05; otherwise it says "too few
        incidents to say" where ``can_tell`` is false.

    Examples
    --------
    >>> row = {"metric": ["time_to_restore"], "group": ["all"], "is_primary": [True], "n_before": [6], "n_after": [6]}
    >>> row |= {"n_open_before": [0], "n_open_after": [0], "before": [pd.Timedelta(minutes=101)]}
    >>> row |= {"after": [pd.Timedelta(minutes=58)], "change": [-0.43], "change_low": [-0.85], "change_high": [1.18]}
    >>> row |= {"p_value": [0.42], "p_adjusted": [0.42], "can_tell": [False], "detectable_fall": [-0.84]}
    >>> compared = pd.DataFrame(row | {"detectable_rise": [5.39]})
    >>> print(*describe_periods(compared, before="2025Q1", after="2025Q2"))  # doctest: +NORMALIZE_WHITESPACE
    Too few incidents to say whether time to restore changed: the geometric mean went from 1h 41m in 2025Q1 (n = 6)
    to 58m in 2025Q2 (n = 6), -43% (95% CI -85% to +118%); only a fall of 84% or a rise of 539% would reliably show.
    """
    require_columns(compared, "metric", "group", "is_primary", "n_before", "n_after", "n_open_before", "n_open_after")
    require_columns(compared, "before", "after", "change", "change_low", "change_high", "p_value", "p_adjusted")
    require_columns(compared, "detectable_fall", "detectable_rise", "can_tell")
    n_others = int((~compared["is_primary"] & compared["p_value"].notna()).sum())
    groups = {"all": "", "unknown": f" of unknown {by}"}
    return [_compared(row, groups, before, after, n_others) for row in each_row(compared)]


def _compared(row: Any, groups: dict[str, str], before: str, after: str, n_others: int) -> str:
    subject = row.metric.replace("_", " ") + groups.get(row.group, f" of {row.group}")
    n_open = row.n_open_before + row.n_open_after
    rest = f"; {n_open:,} ongoing {'incident is' if n_open == 1 else 'incidents are'} not included" if n_open else ""
    reason = getattr(row, "reason", None)
    if not (reason is None or pd.isna(reason)):
        return f"{capitalized(subject)} is not compared, as {reason}."
    if pd.isna(row.p_value):
        counts = f"{row.n_before:,} in {before} and {row.n_after:,} in {after}"
        return f"Too few incidents to compare {subject}: {counts}, and {LEAST['comparison']} each are needed{rest}."
    was = f"from {format_span(row.before)} in {before} (n = {row.n_before:,})"
    is_now = f"to {format_span(row.after)} in {after} (n = {row.n_after:,})"
    low, high = row.change_low, row.change_high
    interval = "" if pd.isna(low) else f" (95% CI {_signed(low)} to {_signed(high)})"
    if is_finding(row.p_adjusted):
        chance = format_p_value(row.p_adjusted)
        if not row.is_primary and n_others > 1:
            chance += f", adjusted for {n_others} comparisons"
        verb = f"{'fell' if row.change < 0 else 'rose'} by {_percent(abs(row.change))}"
        return f"Geometric mean {subject} {verb}{interval}, {was} {is_now}; {chance}{rest}."
    finding = f"the geometric mean went {was} {is_now}, {_signed(row.change)}{interval}"
    if not pd.isna(row.can_tell) and not row.can_tell:
        power = f"only {_detectable(row)} would reliably show"
        return f"Too few incidents to say whether {subject} changed: {finding}; {power}{rest}."
    power = "" if pd.isna(row.detectable_fall) else f"; {_detectable(row)} would reliably show"
    return f"No significant change in {subject}: {finding}{power}{rest}."


def _detectable(row: Any) -> str:
    return f"a fall of {_percent(-row.detectable_fall)} or a rise of {_percent(row.detectable_rise)}"


def _percent(part: float) -> str:
    """Write a part in whole percents, with a decimal where it is small.

    Examples
    --------
    >>> _percent(0.372), _percent(0.0312), _percent(0.001), _percent(0.0001)
    ('37%', '3.1%', '0.1%', 'less than 0.1%')
    """
    if part < 0.001:  # noqa: PLR2004
        return "less than 0.1%"
    return f"{part:.1%}" if part < 0.1 else f"{part:.0%}"  # noqa: PLR2004


def _signed(part: float) -> str:
    return f"{part:+.0%}"
