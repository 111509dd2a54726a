"""The signals of a control chart, in a sentence."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import capitalized, format_all, join_words
from incident_analytics.sentences.wording import FEW, are

__all__ = ["SIGNALS", "describe_control_chart", "point_names", "value_in_words"]

SIGNALS: Final = {
    "beyond_limits": "beyond the limits",
    "three_of_four": "in threes of four near a limit",
    "eight_in_a_row": "in runs of eight on one side",
    "range_beyond_limit": "after a jump beyond its limit",
}
"""The rules of a control chart by the column that says where each is broken, in words."""
_FIRST_GUESS: Final = 10  # points
_LONG_CHART: Final = 24  # points, from which false signals get likely
_VALUES: Final = {
    "gap": "time between incidents",
    "n_days": "days between incidents",
    "n": "incidents",
    "rate": "incidents per 30 days",
}


def describe_control_chart(chart: pd.DataFrame, *, value: str) -> str:
    """Say whether a control chart shows more than normal variation, and where.

    Parameters
    ----------
    chart
        What `control_chart` gives.
    value
        The column that it charts.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> flags = {"beyond_limits": [False, True], "three_of_four": False, "eight_in_a_row": False}
    >>> table = pd.DataFrame({"period": ["2025-07", "2025-08"], "n": [2, 19], "n_points": 12, **flags})
    >>> describe_control_chart(table.assign(range_beyond_limit=False), value="n")
    'Incidents: 1 of 12 points is beyond the limits (2025-08).'
    """
    require_columns(chart, value, "n_points", *SIGNALS)
    name = capitalized(value_in_words(value))
    n = int(chart["n_points"].max()) if len(chart) else 0
    if n < 2:  # noqa: PLR2004 - limits take two
        return f"No limits of {value_in_words(value)} can be drawn: they take two points, and there {are(n)} {n}."
    is_calibrated = "dispersion" in chart  # as a whole: neither few points nor many make a false signal likely
    if is_calibrated and chart["upper"].isna().all():
        return f"{name}: too few in {n} points for one of them to be beyond the limits."
    few = "; with so little data the limits are a first guess" if n < _FIRST_GUESS and not is_calibrated else ""
    marked = chart[list(SIGNALS)].fillna(value=False).astype(bool)
    if not marked.any(axis=None):
        return f"{name}: {format_all(n)} {_points_in_words(chart)} are within the control limits{few}."
    where = [point for point, flag in zip(point_names(chart), marked["beyond_limits"], strict=True) if flag]
    names = f" ({join_words(where)})" if len(where) < FEW else ""
    which = [
        (marked[signal].sum(), f"{words}{names if signal == 'beyond_limits' else ''}")
        for signal, words in SIGNALS.items()
        if marked[signal].any()
    ]
    n_marked = int(marked.any(axis=1).sum())
    chance = "; in so long a chart some may be chance" if n > _LONG_CHART and not is_calibrated else ""
    signals = f"{n_marked:,} of {n:,} points {are(n_marked)} "
    if len(which) > 1:
        signals += f"more than normal variation: {join_words([f'{count} {words}' for count, words in which])}"
    else:
        signals += which[0][1]
    return f"{name}: {signals}{few}{chance}."


def _points_in_words(chart: pd.DataFrame) -> str:
    """Return what the points of a chart are: months where every period is one."""
    periods = chart["period"].dropna() if "period" in chart else pd.Series(dtype="str")
    return "months" if len(periods) and periods.astype(str).str.fullmatch(r"\d{4}-\d{2}").all() else "points"


def value_in_words(value: str) -> str:
    """Return what a charted column measures.

    Examples
    --------
    >>> value_in_words("time_to_restore"), value_in_words("gap")
    ('time to restore', 'time between incidents')
    """
    return _VALUES.get(value, value.replace("_", " "))


def point_names(chart: pd.DataFrame) -> list[str]:
    """Name the points of a series: by their period or incident_id, else by their number.

    Examples
    --------
    >>> point_names(pd.DataFrame({"period": ["2025-07"]})), point_names(pd.DataFrame({"value": [1, 2]}))
    (['2025-07'], ['1', '2'])
    """
    for column in ("period", "incident_id"):
        if column in chart:
            return [str(name) for name in chart[column].astype(object).fillna("unknown")]
    return [str(number + 1) for number in range(len(chart))]
