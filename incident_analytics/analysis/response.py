"""How long incidents took: the spans of each one, and what a group of them has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from incident_analytics.analysis.grouping import (
    assign_periods,
    count_rows,
    group_rows,
    in_window,
    levels,
    member_ids,
    need_name,
)
from incident_analytics.errors import ColumnsError
from incident_analytics.model import DEFAULT_METRICS, SPAN, TEXT, Metric, need_columns

__all__ = ["mttr", "response_summary", "response_times"]

_FACTS = ("incident_id", "occurred_at", "severity", "is_open")


def response_times(incidents: pd.DataFrame, *, metrics: Mapping[str, Metric] = DEFAULT_METRICS) -> pd.DataFrame:
    """Measure each incident's spans, such as its time to restore.

    Parameters
    ----------
    incidents
        The incidents table.
    metrics
        What to measure, by name: from which instant to which, each with its fallbacks.

    Returns
    -------
    pandas.DataFrame
        A row an incident, in the order of ``incidents``:

        - incident_id, str; occurred_at, datetime64[us, UTC]; severity, category; is_open, boolean: as they are there
        - for each metric ``<metric>``, timedelta64[us], never negative
        - for each metric ``<metric>_basis``, str: the pair of instants used, ``ended_at - started_at``

        A basis is NA where the report does not tell a pair of instants; two equal instants count as untold where the
        metric says so. A span is NA without a basis, and where the instants contradict each other: the end before
        the start. Then the basis stays, which is how summaries count ``n_negative``.

    Raises
    ------
    ColumnsError
        ``column 'detected_at' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.model import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001"],
    ...     "started_at": ["2025-03-14T14:02Z"],
    ...     "ended_at": ["2025-03-14T15:32Z"],
    ... })
    >>> response_times(incidents)[["time_to_restore", "time_to_restore_basis"]]
      time_to_restore  time_to_restore_basis
    0 0 days 01:30:00  ended_at - started_at
    """
    instants = [column for metric in metrics.values() for column in (*metric.start, *metric.end)]
    need_columns(incidents, *dict.fromkeys((*_FACTS, *instants)))
    incidents = incidents.reset_index(drop=True)
    times = incidents[list(_FACTS)]
    for name, metric in metrics.items():
        start, start_column = _first_told(incidents, metric.start)
        end, end_column = _first_told(incidents, metric.end)
        span = (end - start).astype(SPAN)
        told = span.notna()
        if metric.zero_is_missing:
            told &= span != pd.Timedelta(0)
        times[name] = span.where(told & (span >= pd.Timedelta(0)))
        times[f"{name}_basis"] = (end_column + " - " + start_column).where(told)
    return times


def _first_told(incidents: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    """Return the first instant that each incident tells, and the column that tells it."""
    instants = incidents[columns[0]]
    names = pd.Series(columns[0], index=incidents.index, dtype=TEXT)
    for column in columns[1:]:
        names = names.where(instants.notna(), column)
        instants = instants.fillna(incidents[column])
    return instants, names


def response_summary(
    times: pd.DataFrame,
    *,
    metric: str = "time_to_restore",
    by: str | Sequence[str] | None = None,
    services: pd.DataFrame | None = None,
    freq: str | None = None,
    start: pd.Timestamp | None = None,
    end: pd.Timestamp | None = None,
    timezone: str = "UTC",
    members: bool = False,
) -> pd.DataFrame:
    """Summarise one metric over groups of incidents.

    Parameters
    ----------
    times
        The result of `response_times`, with any columns of one's own to group by.
    metric
        The metric to summarise.
    by
        The columns that tell the groups: ``severity``, ``service``, another column of ``times``, or several.
        By service an incident counts in each service that it affected: the groups overlap, and their counts add up
        to more than the incidents.
    services
        The services table, which ``by="service"`` needs.
    freq
        Group by period as well: ``M``, ``Q``, ``Y``, or with a fiscal year's last month ``Q-MAR``, ``Y-MAR``.
    start, end
        The half-open window on occurred_at; without them the periods reach from the first incident to the last.
    timezone
        The IANA zone whose midnights bound the periods.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for every period, every declared severity and every service of ``services``, also where there was no
        incident; one row without ``by`` and ``freq``:

        - period, str, where ``freq`` is given: ``2025-07``, ``2025Q3``, ``2025``, fiscal ``FY2025Q3``
        - the columns of ``by``
        - n, int64: incidents with a span, on which the statistics rest
        - n_missing, int64: incidents without one, as the report does not tell both instants
        - n_open, int64: incidents without one, as they are not over
        - n_negative, int64: incidents whose instants contradict each other
        - mean, timedelta64[us]
        - median, timedelta64[us]: of an even number the mean of the middle two
        - p90, timedelta64[us]: the 90th percentile, interpolated linearly between the neighbouring spans
        - incident_ids, tuple of str, where asked for: all incidents of the group, with a span or without

        Statistics are NA where n is 0. The four counts add up to the incidents of the group. Incidents of which the
        grouping column is NA, or that name no affected service, have their row of NA where there are such. Without a
        window so have incidents of no known time, under period NA; no window can hold them.

    Raises
    ------
    UnknownNameError
        ``metric 'mttr' is not one of time_to_detect, ...``, ``by 'team' is not one of incident_id, ...``
    ColumnsError
        ``by 'service' needs services=, the services table``
    PeriodError
        ``freq 'week' is none of M, Q, Y, or with a fiscal year's last month Q-MAR, Y-MAR``

    References
    ----------
    p90 is definition 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American
    Statistician 50 (1996) 361-365, https://doi.org/10.1080/00031305.1996.10473566; numpy's and pandas' default.

    Examples
    --------
    >>> from incident_analytics.model import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001", "INC-2025-03-15-001"],
    ...     "severity": ["SEV-1", "SEV-1"],
    ...     "started_at": ["2025-03-14T14:02Z", "2025-03-15T09:00Z"],
    ...     "restored_at": ["2025-03-14T15:02Z", "2025-03-15T09:30Z"],
    ... })
    >>> response_summary(response_times(incidents), by="severity")[["severity", "n", "median"]]
      severity  n          median
    0    SEV-3  0             NaT
    1    SEV-2  0             NaT
    2    SEV-1  2 0 days 00:45:00
    """
    need_columns(times, *_FACTS)
    metrics = [column for column in times.columns if f"{column}_basis" in times.columns]
    need_name("metric", metric, metrics)
    columns = [by] if isinstance(by, str) else list(by or ())
    spans_and_bases = {*metrics, *(f"{name}_basis" for name in metrics)}
    for column in columns:
        need_name("by", column, [*(name for name in times.columns if name not in spans_and_bases), "service"])

    declared = {}
    rows = in_window(times, start, end)
    if "service" in columns:
        if services is None:
            raise ColumnsError("by 'service' needs services=, the services table")
        need_columns(services, "incident_id", "service", "affected")
        declared["service"] = levels(services["service"])
        affected = services.loc[services["affected"].fillna(value=False), ["incident_id", "service"]]
        rows = rows.merge(affected.drop_duplicates(), on="incident_id", how="left")
    if freq is not None:
        columns = ["period", *columns]
        rows["period"], declared["period"] = assign_periods(
            rows["occurred_at"], freq, start=start, end=end, timezone=timezone
        )
    groups, numbers = group_rows(rows, columns, declared)

    used = rows[metric].notna()
    negative = ~used & rows[f"{metric}_basis"].notna()
    is_open = ~used & ~negative & rows["is_open"].fillna(value=False)
    spans = rows[metric].groupby(numbers)
    summary = groups.assign(
        n=count_rows(used, numbers, groups),
        n_missing=count_rows(~used & ~negative & ~is_open, numbers, groups),
        n_open=count_rows(is_open, numbers, groups),
        n_negative=count_rows(negative, numbers, groups),
        mean=spans.mean().reindex(groups.index),
        median=spans.median().reindex(groups.index),
        p90=spans.quantile(0.9).reindex(groups.index),
    )
    if members:
        summary["incident_ids"] = member_ids(rows, numbers, groups)
    return summary


def mttr(
    times: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = None,
    services: pd.DataFrame | None = None,
    freq: str | None = None,
    start: pd.Timestamp | None = None,
    end: pd.Timestamp | None = None,
    timezone: str = "UTC",
    members: bool = False,
) -> pd.DataFrame:
    """Summarise the time to restore: `response_summary` of ``time_to_restore``, with the same arguments and result.

    The "mean time to restore" is the column ``mean``. A few long incidents pull it far above what is usual, so read
    the median and p90 beside it.

    Parameters
    ----------
    times
        The result of `response_times`.
    by, services, freq, start, end, timezone, members
        As in `response_summary`.

    Returns
    -------
    pandas.DataFrame
        As in `response_summary`.

    Examples
    --------
    >>> from incident_analytics.model import make_table
    >>> mttr(response_times(make_table("incidents")))[["n", "mean"]]
       n mean
    0  0  NaT
    """
    return response_summary(
        times, by=by, services=services, freq=freq, start=start, end=end, timezone=timezone, members=members
    )
