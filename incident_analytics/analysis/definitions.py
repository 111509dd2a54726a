"""How much a metric depends on how its start and end are defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pandas as pd

from incident_analytics.analysis.response import (
    response_summary,
    response_times,
)
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import DEFAULT_METRICS, FLAG, SPAN, TEXT, Metric

__all__ = ["definition_sensitivity"]


def definition_sensitivity(
    incidents: pd.DataFrame,
    *,
    metrics: Mapping[str, Metric] = DEFAULT_METRICS,
    within: Period | None = None,
    as_of: pd.Timestamp | None = None,
    calendar: Calendar | None = None,
    timeline: pd.DataFrame | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise the same incidents under each definition that a metric could have had.

    Definitions of a metric that give the same figures share a row.

    Parameters
    ----------
    incidents, timeline
        As in `response_times`.
    metrics
        The metrics as they are defined.
    within, as_of, calendar, members
        As in `response_summary`.

    Returns
    -------
    pandas.DataFrame
        A row for each definition that gives figures of its own, of each metric first its own; then with each of its
        instants alone, without fallbacks, and from the detection where it counts from the start. For a metric from the
        start of an incident to its restoration or end also the duration that the reports state, where any does:

        - metric, str
        - definition, str: ``restored_at or ended_at - started_at or detected_at``, or ``stated_duration``
        - same_as, str: further definitions that give the same figures, joined by ``; ``; NA where there are none
        - is_own, boolean: whether the metric is defined so
        - n, n_missing, ..., geometric_mean_high: the columns of `response_summary`

        With a ``calendar``, which counts business hours, stated durations are left out: a report does not say which
        hours they count.

    Raises
    ------
    ColumnsError
        ``column 'detected_at' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001"],
    ...     "started_at": ["2025-03-14T14:02Z"],
    ...     "detected_at": ["2025-03-14T14:32Z"],
    ...     "mitigated_at": ["2025-03-14T15:02Z"],
    ... })
    >>> mitigate = {"time_to_mitigate": DEFAULT_METRICS["time_to_mitigate"]}
    >>> definition_sensitivity(incidents, metrics=mitigate)[["definition", "n", "mean"]]
                       definition  n            mean
    0   mitigated_at - started_at  1 0 days 01:00:00
    1  mitigated_at - detected_at  1 0 days 00:30:00
    """
    definitions = [(name, own, each) for name, own in metrics.items() for each in _definitions(own)]
    variants = {str(number): each for number, (_, _, each) in enumerate(definitions)}
    times = response_times(incidents, metrics=variants, calendar=calendar, timeline=timeline)
    rows = [(name, _in_words(each), each == own) for name, own, each in definitions]
    if calendar is None and "stated_duration" in incidents and incidents["stated_duration"].notna().any():
        for name in [name for name, own in metrics.items() if _could_be_stated(own)]:
            own_number = str(next(index for index, row in enumerate(rows) if row[0] == name and row[2]))
            times = _with_stated(times, incidents, column=str(len(rows)), own=own_number)
            rows.append((name, "stated_duration", False))
    order = {name: position for position, name in enumerate(metrics)}
    numbers = sorted(range(len(rows)), key=lambda number: order[rows[number][0]])
    summaries = [
        response_summary(times, metric=str(number), within=within, as_of=as_of, calendar=calendar, members=members)
        for number in numbers
    ]
    head = pd.DataFrame([rows[number] for number in numbers], columns=["metric", "definition", "is_own"])
    head.insert(2, "same_as", None)
    head = head.astype({"metric": TEXT, "definition": TEXT, "same_as": TEXT, "is_own": FLAG})
    if not summaries:
        return head
    return _merge_equal(pd.concat([head, pd.concat(summaries, ignore_index=True)], axis="columns"), len(head.columns))


def _could_be_stated(metric: Metric) -> bool:
    """Return whether a metric measures what a report states as its duration: from start to restoration or end."""
    return "started_at" in metric.start and bool({"restored_at", "ended_at"} & set(metric.end))


def _with_stated(times: pd.DataFrame, incidents: pd.DataFrame, *, column: str, own: str) -> pd.DataFrame:
    """Add stated durations as one more metric; what an ongoing incident states is only how long it has lasted."""
    open_since = times[f"{own}_open_since"]
    stated = incidents["stated_duration"].reset_index(drop=True).astype(SPAN).where(open_since.isna())
    basis = pd.Series("stated_duration", index=times.index, dtype=TEXT)
    times = times.copy()
    times[column] = stated
    times[f"{column}_basis"] = basis.where(stated.notna())
    times[f"{column}_open_since"] = open_since
    return times


def _merge_equal(table: pd.DataFrame, n_head: int) -> pd.DataFrame:
    """Keep one row of each metric's definitions that give the same figures, with the names of the others."""
    figures = ["metric", *table.columns[n_head:]]
    kinds = table.groupby(figures, sort=False, dropna=False).ngroup()
    others = table["definition"].groupby(kinds).transform(lambda names: "; ".join(names[1:]))
    table["same_as"] = others.where(others != "").astype(TEXT)
    return table[~kinds.duplicated()].reset_index(drop=True)


def _definitions(metric: Metric) -> list[Metric]:
    """Return a metric as it is and as it could have been, without a doublet."""
    from_detection = [("detected_at",)] if "started_at" in metric.start else []
    starts = dict.fromkeys([metric.start, *((column,) for column in metric.start), *from_detection])
    ends = dict.fromkeys([metric.end, *((column,) for column in metric.end)])
    return [replace(metric, start=start, end=end) for start, end in product(starts, ends) if not set(start) & set(end)]


def _in_words(metric: Metric) -> str:
    return f"{' or '.join(metric.end)} - {' or '.join(metric.start)}"
