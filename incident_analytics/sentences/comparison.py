"""Sentences on comparisons: with earlier periods, of metrics, of definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_count, format_p_value, format_span, join_words
from incident_analytics.periods import label_of
from incident_analytics.sentences.wording import each_row, is_finding

__all__ = ["describe_change", "describe_comparison", "describe_definitions", "describe_mix"]


def describe_change(compared: pd.DataFrame, *, measure: str) -> str:
    """Compare a measure with earlier periods, and say whether the difference is more than chance.

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
        most 0.05; otherwise it says whether there were enough incidents to say, for the first comparison with its
        interval. Ongoing incidents, which no mean can include, are counted.

    Examples
    --------
    >>> row = {"measure": ["incidents"], "earlier": ["2025Q2"], "period": ["2025Q3"], "n_before": [12], "n_after": [13]}
    >>> row |= {"before": [pd.NaT], "after": [pd.NaT], "change": [0.07], "p_value": [0.98], "p_adjusted": [0.98]}
    >>> row |= {"n_open_before": [pd.NA], "n_open_after": [pd.NA], "can_tell": [False]}
    >>> row |= {"change_low": [-0.55], "change_high": [1.6], "detectable_fall": [-0.79], "detectable_rise": [3.8]}
    >>> describe_change(pd.DataFrame(row), measure="incidents")
    'Compared with 12 in Q2 2025: too few incidents to say (+7% since Q2 2025, at least 95% CI -55% to +160%).'
    """
    require_columns(compared, "measure", "earlier", "n_before", "n_after", "before", "after", "p_adjusted")
    require_columns(compared, "period", "n_open_before", "n_open_after", "change", "change_low", "change_high")
    require_columns(compared, "detectable_fall", "detectable_rise", "can_tell")
    labelled = compared.assign(**{name: compared[name].map(label_of) for name in ("earlier", "period")})
    rows = list(each_row(labelled[labelled["measure"] == measure]))
    if not rows:
        return ""
    counted = measure == "incidents"
    name = measure.replace("_", " ")
    if counted:
        parts = [f"{row.n_before} in {row.earlier}" for row in rows]
        first = f"Compared with {join_words(parts)}"
        finding = {True: "they come more often", False: "they come less often"}
        doubt = _doubt_of_counts(rows)
    else:
        parts = [f"{format_span(row.before)} in {row.earlier} (n = {row.n_before})" for row in rows if row.n_before]
        if not (parts and rows[0].n_after):
            return f"There is no {name} to compare with an earlier period."
        mean = f"{format_span(rows[0].after)} (n = {rows[0].n_after})"
        first = f"Geometric mean {name}: {mean}, compared with {join_words(parts)}"
        finding = {True: "it is longer", False: "it is shorter"}
        doubt = _doubt(rows[0])
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
    return f"{first}: {doubt}{_left_out(rows)}."


_USEFUL: Final = 10  # an interval that reaches beyond +1000% says only that there is nothing to tell


def _doubt_of_counts(rows: Sequence[Any]) -> str:
    """Say of counts without a significant change whether there were enough to say, with the intervals."""
    intervals = [
        f"{row.change:+.0%} since {row.earlier}, at least 95% CI {row.change_low:+.0%} to {row.change_high:+.0%}"
        for row in rows
        if not pd.isna(row.change_high) and row.change_high <= _USEFUL
    ]
    return f"{_verdict(rows)} ({'; '.join(intervals)})" if intervals else _verdict(rows)


def _doubt(row: Any) -> str:
    """Say that a comparison shows no change, or can't say, with its interval and what it could have shown."""
    if pd.isna(row.change_low):
        return "no significant change"
    interval = f"{row.change:+.0%} since {row.earlier}, 95% CI {row.change_low:+.0%} to {row.change_high:+.0%}"
    power = f"a fall of {-row.detectable_fall:.0%} or a rise of {row.detectable_rise:.0%} would reliably show"
    return f"{_verdict([row])} ({interval}; {power if row.can_tell else f'only {power}'})"


def _verdict(rows: Sequence[Any]) -> str:
    # Where there was nothing before, the interval has no upper end.
    lows, highs = ([getattr(row, name) for row in rows] for name in ("change_low", "change_high"))
    if any(pd.notna(low) and low > 0 for low in lows) or any(pd.notna(high) and high < 0 for high in highs):
        return "no significant change once adjusted for the number of comparisons"
    if all(row.can_tell is True for row in rows):
        return "no significant change"
    return "too few incidents to say"


def _left_out(rows: Sequence[Any]) -> str:
    """Say how many incidents of the periods are ongoing: theirs are the longest spans, and no mean includes them."""
    open_in = [(rows[0].period, rows[0].n_open_after), *((row.earlier, row.n_open_before) for row in rows)]
    counts = [f"{n} of {period}" for period, n in open_in if not pd.isna(n) and n]
    return f"; ongoing incidents are not included: {join_words(counts)}" if counts else ""


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
    >>> row |= {"change": 0.58, "change_low": -0.28, "change_high": 2.49, "p_adjusted": 0.24, "can_tell": False}
    >>> describe_comparison(pd.DataFrame([row]))  # doctest: +NORMALIZE_WHITESPACE
    'Too few incidents to say whether time to restore changed: +58% (95% CI -28% to +249%, n = 13 before, 13
    after).'
    """
    require_columns(
        table, "metric", "group", "is_primary", "n_before", "n_after", "change", "change_low", "change_high"
    )
    require_columns(table, "p_adjusted", "can_tell")
    if table.empty:
        return "No comparison."
    primary, *others = sorted(each_row(table), key=lambda row: not row.is_primary)
    name = _compared(primary)
    counts = f"n = {primary.n_before} before, {primary.n_after} after"
    if pd.isna(primary.p_adjusted):
        text = f"Too few incidents to compare {name} ({counts})"
    else:
        low, high = primary.change_low, primary.change_high
        interval = "" if pd.isna(low) else f"95% CI {low:+.0%} to {high:+.0%}, "
        if is_finding(primary.p_adjusted):
            finding = f"{capitalized(name)} changed"
        elif pd.isna(primary.can_tell) or primary.can_tell:
            finding = f"No significant change in {name}"
        else:
            finding = f"Too few incidents to say whether {name} changed"
        text = f"{finding}: {primary.change:+.0%} ({interval}{counts})"
    if not others:
        return f"{text}."
    known = [row for row in others if not pd.isna(row.p_adjusted)]
    which = [f"{_compared(row)} {row.change:+.0%}" for row in known if is_finding(row.p_adjusted)]
    if not known:
        return f"{text}, and too few for {format_count(len(others), 'other comparison')}."
    rest = f"{join_words(which)} changed" if which else "no significant change"
    return f"{text}. Of {format_count(len(known), 'other comparison')}: {rest}."


def _compared(row: Any) -> str:
    of = {"all": "", "unknown": " of unknown group"}.get(row.group, f" of {row.group}")
    return f"{row.metric.replace('_', ' ')}{of}"


def describe_definitions(table: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric as it is defined, and under other definitions.

    Parameters
    ----------
    table
        The result of `definition_sensitivity`.
    metric
        Its metric.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> table = {"metric": "time_to_restore", "definition": ["ended_at - started_at", "stated_duration"]}
    >>> table |= {"same_as": None, "is_own": [True, False], "n": [6, 6]}
    >>> table["median"] = pd.to_timedelta([17.25, 5.1], unit="h")
    >>> describe_definitions(pd.DataFrame(table))
    'Median time to restore: 17h 15m as defined (n = 6); 5h 6m by the stated durations (n = 6).'
    """
    require_columns(table, "metric", "definition", "same_as", "is_own", "n", "median")
    name = metric.replace("_", " ")
    rows = table[table["metric"] == metric]
    with_median = rows[rows["median"].notna()]
    if with_median.empty:
        return f"No {name} is recorded under any definition."
    is_stated = with_median["definition"] == "stated_duration"
    own, stated = with_median[with_median["is_own"]], with_median[is_stated & ~with_median["is_own"]]
    others = with_median.loc[~with_median["is_own"] & ~is_stated, "median"]
    parts = [f"{format_span(row.median)} as defined (n = {row.n})" for row in each_row(own)]
    parts += [f"{format_span(row.median)} by the stated durations (n = {row.n})" for row in each_row(stated)]
    if len(others):
        low, high = format_span(others.min()), format_span(others.max())
        parts.append(f"{low if low == high else f'{low} to {high}'} under other definitions")
    elif own["same_as"].notna().any():
        parts.append(f"the same under {'the other' if len(parts) > 1 else 'all other'} definitions")
    return f"Median {name}: {'' if len(own) else 'unknown as defined; '}{'; '.join(parts)}."


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
        One sentence; empty where a mean is unknown or based on few incidents.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["all"], "n_before": [12], "n_after": [13]})
    >>> for column, minutes in {"mean_before": 100, "mean_after": 156, "within": 38, "mix": 18}.items():
    ...     table[column] = pd.to_timedelta([minutes], unit="min")
    >>> describe_mix(table, earlier="Q2 2025")
    'The mean rose by 56m since Q2 2025: 38m within severities, 18m because the mix of severities changed.'
    """
    require_columns(mix, "group", "n_before", "n_after", "mean_before", "mean_after", "within", "mix")
    (row,) = each_row(mix[mix["group"] == "all"])
    enough = LEAST["geometric mean interval"]
    if pd.isna(row.within) or pd.isna(row.mix) or min(row.n_before, row.n_after) < enough:
        return ""
    change = row.mean_after - row.mean_before
    if change == pd.Timedelta(0):
        return ""
    verb = "rose" if change > pd.Timedelta(0) else "fell"
    parts = f"{format_span(row.within)} within severities, {format_span(row.mix)} because the mix of severities changed"
    return f"The mean {verb} by {format_span(abs(change))} since {earlier}: {parts}."
