"""Whether incidents came more or less often: from one period to another, or within one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from incident_analytics.analysis.statistics import LEVEL
from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_count, format_dispersion, format_p_value, format_share
from incident_analytics.sentences.wording import each_row, group_columns, is_finding

__all__ = ["describe_rate_changes", "describe_trend"]


def describe_rate_changes(compared: pd.DataFrame, *, before: str, after: str) -> list[str]:
    """Say of each group whether incidents came more or less often.

    Parameters
    ----------
    compared
        The result of `compare_rates` at its 95%; where it has a ``reason``, that says why a row is not compared.
    before, after
        The periods' names.

    Returns
    -------
    list of str
        A sentence a row. It reports a change only where ``p_adjusted`` is at most 0.05, and says "too few incidents to
        say" where ``can_tell`` is false.

    Examples
    --------
    >>> row = {"n": [18], "n_before": [12], "n_after": [6], "change": [-0.51], "change_low": [-0.85]}
    >>> row |= {"change_high": [0.42], "p_adjusted": [0.23], "can_tell": [False], "detectable_fall": [-0.85]}
    >>> row |= {"detectable_rise": [4.9], "dispersion": [None]}
    >>> describe_rate_changes(pd.DataFrame(row), before="2025Q2", after="2025Q3")[0]
    '12 incidents in 2025Q2, 6 in 2025Q3: 51% fewer in the same time (95% CI: 85% fewer to 42% more); ...'
    """
    require_columns(compared, "n", "n_before", "n_after", "change", "change_low", "change_high", "p_adjusted")
    require_columns(compared, "can_tell", "detectable_fall", "detectable_rise", "dispersion")
    return _by_group(compared, [_rate_change(row, before, after) for row in each_row(compared)])


def _rate_change(row: Any, before: str, after: str) -> str:
    reason = getattr(row, "reason", None)
    if reason is not None and not pd.isna(reason):
        return f"not compared, as {reason}."
    if not row.n:
        return f"no incidents in {before} or {after}."

    def more(change: float) -> str:
        if pd.isna(change):
            return "no upper bound"
        return f"{_percent(change)} {'fewer' if change < 0 else 'more'}"

    text = f"{format_count(row.n_before, 'incident')} in {before}, {row.n_after:,} in {after}"
    interval = f"{format_share(1 - LEVEL)} CI: {more(row.change_low)} to {more(row.change_high)}"
    text += f": {more(row.change)} in the same time ({interval})" if row.n_before else f" ({interval})"
    shown = [
        f"a {name} of {_percent(change)} or more"
        for name, change in (("fall", row.detectable_fall), ("rise", row.detectable_rise))
        if pd.notna(change)
    ]
    if is_finding(row.p_adjusted):
        text += f", significant ({format_p_value(row.p_adjusted)})."
    else:
        text += f"; {'no significant change' if row.can_tell else 'too few incidents to say'}"
        only = "" if row.can_tell else "only "
        could = f"{only}{' or '.join(shown)} would" if shown else "no change would"
        text += f" ({format_p_value(row.p_adjusted)}): {could} show in 4 of 5 cases."
    return f"{text} {format_dispersion([row.dispersion])}"


def _percent(change: float) -> str:
    """Return a change in whole percent; one that leaves something is never all.

    Examples
    --------
    >>> _percent(0.423), _percent(-1), _percent(-0.9999)
    ('42%', '100%', 'over 99%')
    """
    text = f"{abs(change):,.0%}"
    return "over 99%" if text == "100%" and -1 < change < 0 else text


def describe_trend(trends: pd.DataFrame) -> list[str]:
    """Say of each group whether incidents came more and more often, or less and less.

    Parameters
    ----------
    trends
        The result of `rate_trend` at its 95%.

    Returns
    -------
    list of str
        A sentence a row; it reports a trend only where ``p_adjusted`` is at most 0.05.

    Examples
    --------
    >>> describe_trend(pd.DataFrame({"n": [18], "laplace": [-3.1], "p_value": [0.002], "p_adjusted": [0.002]}))
    ['18 incidents, less often towards the end of the window, significant (p = 0.002).']
    """
    require_columns(trends, "n", "laplace", "p_value", "p_adjusted")
    return _by_group(trends, list(map(_trend, each_row(trends))))


def _trend(row: Any) -> str:
    counted = format_count(row.n, "incident")
    if pd.isna(row.p_value):
        return f"{counted}, not enough to show a trend."
    chance = format_p_value(row.p_adjusted)
    if not is_finding(row.p_adjusted):
        return f"{counted}, no trend beyond normal variation ({chance})."
    direction = "more" if row.laplace > 0 else "less"
    return f"{counted}, {direction} often towards the end of the window, significant ({chance})."


def _by_group(table: pd.DataFrame, said: Sequence[str]) -> list[str]:
    """Return sentences on rows, each with its group's name before it where there are groups."""
    columns = group_columns(table)
    if not columns:
        return [capitalized(sentence) for sentence in said]
    labels = (
        ", ".join("unknown" if pd.isna(level) else str(level) for level in group)
        for group in table[columns].itertuples(index=False)
    )
    return [f"{label}: {sentence}" for label, sentence in zip(labels, said, strict=True)]
