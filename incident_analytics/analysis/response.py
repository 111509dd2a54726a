"""How long incidents took: the spans of each one, and what a group of them has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.analysis.grouping import (
    assign_periods,
    count_rows,
    group_rows,
    levels,
    member_ids,
    rows_within,
    split_rows,
    with_field,
)
from incident_analytics.analysis.statistics import LEAST, geometric_mean_interval, mean_interval, quantile_interval
from incident_analytics.analysis.survival import kaplan_meier, survival_quantile
from incident_analytics.checks import require_columns, require_instant, require_instants, require_name
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.periods import Calendar, Period, Unit
from incident_analytics.results import FIELD
from incident_analytics.schema import COUNT, DEFAULT_METRICS, FLOAT, GRADES, INSTANT, SPAN, TEXT, Metric

__all__ = ["mttr", "response_rank", "response_summary", "response_times", "span_grades"]

Values: TypeAlias = npt.NDArray[np.float64]

_FACTS: Final = ("incident_id", "occurred_at", "severity", "is_open")
_PAST_WHEN_OPEN: Final = {"started_at", "detected_at", "responded_at"}
"""What has happened to an incident of which a report is written, also while it goes on."""


def response_times(
    incidents: pd.DataFrame,
    *,
    metrics: Mapping[str, Metric] = DEFAULT_METRICS,
    calendar: Calendar | None = None,
    timeline: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure each incident's spans, such as its time to restore.

    Parameters
    ----------
    incidents
        The incidents table.
    metrics
        What to measure, by name: from which instant to which, each with its fallbacks.
    calendar
        Count the business hours alone; without it all time counts.
    timeline
        The timeline table. An incident that started in a row without a time has an unknown start: no fallback, which
        could only be later, takes its place.

    Returns
    -------
    pandas.DataFrame
        A row an incident, in the order of ``incidents``:

        - incident_id, str; occurred_at, datetime64[us, UTC]; severity, category; is_open, boolean: as they are there
        - for each metric ``<metric>``, timedelta64[us], never negative
        - for each metric ``<metric>_basis``, str: the pair of instants used, ``ended_at - started_at``, with
          ``(business hours)`` behind it where these alone count
        - for each metric ``<metric>_open_since``, datetime64[us, UTC]: from when on the span of an open incident counts
          that has no end yet; NA for all others

        A basis is NA where the report does not give both instants; two equal instants count as missing where the
        metric says so. A span is NA without a basis, and where the instants contradict each other: the end before
        the start. Then the basis stays, which is how summaries count ``n_negative``. Where an open incident has no
        detection or response, that is missing and not still to come: somebody wrote the report.

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
    ...     "ended_at": ["2025-03-14T15:32Z"],
    ... })
    >>> response_times(incidents)[["time_to_restore", "time_to_restore_basis"]]
      time_to_restore  time_to_restore_basis
    0 0 days 01:30:00  ended_at - started_at
    """
    instants = [column for metric in metrics.values() for column in (*metric.start, *metric.end)]
    stated = [metric.column for metric in metrics.values() if metric.column]
    require_columns(incidents, *dict.fromkeys((*_FACTS, *instants, *stated)))
    require_instants(incidents, "occurred_at", *instants)
    incidents = incidents.reset_index(drop=True)
    times = incidents[list(_FACTS)]
    hidden = _start_is_hidden(incidents, timeline)
    for name, metric in metrics.items():
        start, start_column = _first_known(incidents, metric.start)
        if "started_at" in metric.start:
            start = start.mask(hidden)
        end, end_column = _first_known(incidents, metric.end)
        span = (end - start).astype(SPAN)
        basis = end_column + " - " + start_column
        if metric.column is not None:
            # What an ongoing incident states is only how long it has lasted.
            span = incidents[metric.column].mask(incidents["is_open"].fillna(value=False))
            basis = pd.Series(metric.column, index=incidents.index, dtype=TEXT)
        is_known = span.notna()
        if metric.zero_is_missing:
            is_known &= span != pd.Timedelta(0)
        used = is_known & (span >= pd.Timedelta(0))
        if calendar is not None and metric.column is None:
            span = _business_time(calendar, start.where(used), end)
            basis += " (business hours)"
        times[name] = span.where(used)
        times[f"{name}_basis"] = basis.where(is_known)
        goes_on = incidents["is_open"].fillna(value=False) & span.isna() & (not _PAST_WHEN_OPEN & set(metric.end))
        times[f"{name}_open_since"] = start.where(goes_on).astype(INSTANT)
    return times


def _start_is_hidden(incidents: pd.DataFrame, timeline: pd.DataFrame | None) -> pd.Series:
    """Return which incidents started in a row of the timeline that has no time."""
    if timeline is None:
        return pd.Series(data=False, index=incidents.index)
    rows = timeline[(timeline["milestone"] == "started") & timeline["at"].isna()]
    return incidents["started_at"].isna() & incidents["incident_id"].isin(rows["incident_id"])


def _business_time(calendar: Calendar, starts: pd.Series, ends: pd.Series) -> pd.Series:
    """Return the business hours between instants, NA where one is."""
    spans = [
        pd.NaT if pd.isna(start) or pd.isna(end) else calendar.business_time(start, end)
        for start, end in zip(starts.dt.to_pydatetime(), ends.dt.to_pydatetime(), strict=True)
    ]
    return pd.Series(spans, index=starts.index, dtype=SPAN)


def _first_known(incidents: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    """Return the first instant that each incident has, and the column that it is from."""
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
    fields: pd.DataFrame | None = None,
    every: Unit | None = None,
    within: Period | None = None,
    as_of: pd.Timestamp | None = None,
    calendar: Calendar | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise one metric over groups of incidents, each figure with its interval at 95%.

    Where incidents are ongoing, median and p90 count them as lasting at least until ``as_of`` (Kaplan-Meier). Mean and
    geometric mean cannot: they cover the n - n_open ended ones alone, and so are too small.

    Parameters
    ----------
    times
        The result of `response_times`, with any further columns to group by.
    metric
        The metric to summarise.
    by
        The columns to group by: ``severity``, ``service``, another column of ``times``, ``field:NAME`` for one of the
        reports' own fields, or several. An incident counts in each service that it affected, and in each value of its
        field: the groups overlap, and their counts add up to more than the incidents.
    services
        The services table, which ``by="service"`` needs.
    fields
        The fields table, which ``by="field:NAME"`` needs.
    every
        Group by calendar units as well: ``week``, ``month``, ``quarter`` or ``year``.
    within
        The period to look at, by when the incident occurred; None takes all incidents.
    as_of
        Until when open incidents are known to last; needed where there are some.
    calendar
        The one that ``times`` were measured with, if any: the hours that open incidents have lasted are counted by it.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for every period, every declared severity and every service of ``services``, also where there was no
        incident; one row without ``by`` and ``every``:

        - period, str, where ``every`` is given: ``2025-07``, ``2025Q3``, ``2025``, fiscal ``FY2025Q3``; a part
          of a unit is called by its dates
        - the columns of ``by``
        - n, int64: incidents with a span, and ongoing ones
        - n_missing, int64: incidents without one, as the report does not have both instants
        - n_open, int64: incidents of n that are ongoing: their spans have not ended
        - n_negative, int64: incidents whose instants contradict each other
        - mean, mean_low, mean_high, timedelta64[us]: of the n - n_open ended ones; the interval by the bootstrap,
          `mean_interval`, from 40 ended ones, covers the mean in 93 to 97% of cases
        - median, median_low, median_high, timedelta64[us]: of an even number the mean of the middle two; the interval
          by order statistics, `quantile_interval`, at least 95%, from n = 6
        - p90, p90_low, p90_high, timedelta64[us]: the smallest observed span that at least 90% stayed within, from
          n = 10; the interval by order statistics, at least 95%, from n = 36
        - n_within_p90, Int64: incidents that are known to have stayed within the p90: "12 of 13"; NA without a p90
        - quantile_basis, str: ``observed``, or ``kaplan-meier`` where incidents are ongoing; then median and p90 are
          the first times at which the survival curve has fallen to 0.5 and 0.1, NA where it has not, and so are the
          bounds of their intervals, which cover 94 to 98% (simulated, with 10 and 30% ongoing)
        - n_positive, int64: spans longer than 0, on which the geometric mean is based
        - geometric_mean, geometric_mean_low, geometric_mean_high, timedelta64[us]: the interval by Student's t on
          logarithms, `geometric_mean_interval`, from n_positive = 6
        - incident_ids, tuple of str, where asked for: the incidents of n and n_open

        Statistics are NA without any spans, and below the smallest samples of `statistics.LEAST`. n, n_missing and
        n_negative add up to the incidents of the group. Incidents of which the grouping column is NA, or that name no
        affected service, have their row of NA where there are such. Without a window so have incidents of no known
        time, under period NA; no window can hold them.

    Raises
    ------
    UnknownNameError
        ``metric 'mttr' is not one of time_to_detect, ...``, ``by 'team' is not one of incident_id, ...``
    ColumnsError
        ``by 'service' needs services=, the services table``;
        ``2 incidents are open; write as_of=, the instant until which they are known to last``
    PeriodError
        ``every 'day' is not one of week, month, quarter, year``

    References
    ----------
    p90 is definition 1 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American
    Statistician 50 (1996) 361-365, https://doi.org/10.1080/00031305.1996.10473566: other definitions interpolate to a
    span that no incident took and that fewer than 90% stayed within. The intervals' sources are in
    `incident_analytics.analysis.statistics`; with ongoing incidents `kaplan_meier` and `survival_quantile`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
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
    require_columns(times, *_FACTS)
    require_instant("as_of", as_of)
    metrics = metric_names(times)
    require_name("metric", metric, metrics)
    columns = [by] if isinstance(by, str) else list(by or ())
    declared = {}
    rows = rows_within(times, within)
    for index, column in enumerate(columns):
        if column.startswith(FIELD):
            rows, columns[index], values = with_field(rows, column, fields)
            declared[columns[index]] = values
        else:
            require_name("by", column, [*group_names(times), "service"])
    if "service" in columns:
        rows, declared["service"] = with_services(rows, services)
    if every is not None:
        columns = ["period", *columns]
        rows["period"], parts = assign_periods(rows["occurred_at"], every, within)
        declared["period"] = list(parts)
    groups, numbers = group_rows(rows, columns, declared)

    used = rows[metric].notna()
    negative = ~used & rows[f"{metric}_basis"].notna()
    open_since = rows[f"{metric}_open_since"]
    is_open = open_since.notna()
    if is_open.any() and as_of is None:
        count = rows.loc[is_open, "incident_id"].nunique()
        verb = "incident is" if count == 1 else "incidents are"
        raise ColumnsError(f"{count} {verb} open; write as_of=, the instant until which they are known to last")
    lasted = _lasted(open_since[is_open], as_of, calendar)
    spans_of = ((rows[metric], numbers[used]), (lasted, numbers[is_open]))
    ended, ongoing = (split_rows(_numbers(each), of_group, groups) for each, of_group in spans_of)
    figures = [_figures(*parts) for parts in zip(ended, ongoing, strict=True)]
    spans = {name: as_spans([figure.get(name, np.nan) for figure in figures]) for name in (*_PLAIN, *_GEOMETRIC)}
    n_open = count_rows(is_open, numbers, groups)
    n = count_rows(used, numbers, groups) + n_open
    n_within = [figure.get("n_within_p90") for figure in figures]
    basis = pd.Series(np.where(n_open > 0, "kaplan-meier", "observed"), dtype=TEXT)
    # Not by `assign`, which takes several times as long to add so many columns one by one.
    columns_of = {
        **groups,
        "n": n,
        "n_missing": count_rows(~used & ~negative & ~is_open, numbers, groups),
        "n_open": n_open,
        "n_negative": count_rows(negative, numbers, groups),
        **{name: spans[name] for name in _PLAIN},
        "n_within_p90": pd.Series(n_within, index=groups.index, dtype=COUNT),
        "quantile_basis": basis.where(n > 0),
        "n_positive": count_rows(rows[metric] > pd.Timedelta(0), numbers, groups),
        **{name: spans[name] for name in _GEOMETRIC},
    }
    summary = pd.DataFrame(columns_of, index=groups.index)
    if members:
        kept = used | is_open
        summary["incident_ids"] = member_ids(rows[kept], numbers[kept], groups)
    return summary


_PLAIN: Final = tuple(f"{figure}{bound}" for figure in ("mean", "median", "p90") for bound in ("", "_low", "_high"))
_GEOMETRIC: Final = ("geometric_mean", "geometric_mean_low", "geometric_mean_high")
_QUANTILES: Final = {"median": 0.5, "p90": 0.9}


def response_rank(times: pd.DataFrame, *, incident_id: str) -> pd.DataFrame:
    """Compare each step of one incident's response with those of others.

    Parameters
    ----------
    times
        What `response_times` gives of the incident and of those to compare it with, such as the earlier ones of its
        severity.
    incident_id
        The incident; its rows are not among the others.

    Returns
    -------
    pandas.DataFrame
        A row a metric:

        - metric, str
        - span, timedelta64[us]: of this incident, NA where it has none
        - n, int64: others that have one
        - n_missing, int64: others that do not
        - median, timedelta64[us]: of the n others; NA below 6
        - percentile, Float64: the share of the n others that took less time, those that took the same by half; NA
          below 6, and where the incident has no span

    Raises
    ------
    UnknownNameError
        ``incident 'INC-2025-01-01-009' is not one of the 96 incidents``
    ColumnsError
        ``column 'incident_id' is missing; the frame has ...``

    References
    ----------
    The percentile rank with half of the ties: scipy.stats.percentileofscore with kind ``mean``.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> begun = pd.Timestamp("2025-03-14T14:00Z")
    >>> times = response_times(make_table("incidents", {
    ...     "incident_id": [f"INC-2025-03-14-00{i}" for i in range(7)],
    ...     "started_at": [begun] * 7,
    ...     "restored_at": [begun + pd.Timedelta(minutes=10 * i) for i in range(1, 8)],
    ... }))
    >>> rank = response_rank(times, incident_id="INC-2025-03-14-005").set_index("metric").loc["time_to_restore"]
    >>> print(rank["n"], rank["median"], round(rank["percentile"], 3))
    6 0 days 00:35:00 0.833
    """
    require_columns(times, "incident_id")
    is_asked = times["incident_id"] == incident_id
    if not is_asked.any():
        raise UnknownNameError(f"incident {incident_id!r} is not one of the {len(times)} incidents")
    rows = []
    for metric in metric_names(times):
        span, others = times.loc[is_asked, metric].iloc[0], times.loc[~is_asked, metric]
        known = others.dropna()
        enough = len(known) >= LEAST["rank"]
        shares = (known < span).mean(), (known <= span).mean()
        rows.append(
            {
                "metric": metric,
                "span": span,
                "n": len(known),
                "n_missing": len(others) - len(known),
                "median": known.median() if enough else pd.NaT,
                "percentile": sum(shares) / 2 if enough and pd.notna(span) else None,
            }
        )
    dtypes = {"metric": TEXT, "span": SPAN, "n": "int64", "n_missing": "int64", "median": SPAN, "percentile": FLOAT}
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in dtypes.items()})


def _figures(ended: Values, ongoing: Values) -> dict[str, float]:
    """Return the figures of one group, from the spans that ended and those that go on, without the undefined ones."""
    figures: dict[str, Any] = {}
    n = ended.size + ongoing.size
    if ended.size >= LEAST["mean"]:
        figures["mean"] = ended.mean()
        figures["mean_low"], figures["mean_high"] = mean_interval(ended)
    curve = kaplan_meier(np.concatenate([ended, ongoing]), np.arange(n) < ended.size) if ongoing.size else None
    for name, quantile in _QUANTILES.items():
        if n < LEAST[name]:
            continue
        if curve is not None:
            value, low, high = survival_quantile(curve, quantile, midpoint=name == "median")
        else:
            # The p90 is a span that an incident took: no interpolation.
            method: Literal["linear", "inverted_cdf"] = "linear" if name == "median" else "inverted_cdf"
            value, (low, high) = np.quantile(ended, quantile, method=method), quantile_interval(ended, quantile)
        figures[name] = value
        if n >= LEAST[f"{name} interval"]:
            figures |= {f"{name}_low": low, f"{name}_high": high}
    if figures.get("p90") is not None:
        figures["n_within_p90"] = np.count_nonzero(ended <= figures["p90"])
    positive = ended[ended > 0]
    if positive.size >= LEAST["geometric mean"]:
        figures["geometric_mean"] = np.exp(np.log(positive).mean())
        figures["geometric_mean_low"], figures["geometric_mean_high"] = geometric_mean_interval(positive)
    return {name: float(figure) for name, figure in figures.items() if figure is not None}


def with_services(rows: pd.DataFrame, services: pd.DataFrame | None) -> tuple[pd.DataFrame, list[str]]:
    """Return a row for each service that an incident affected, NA where it names none, and all services there are."""
    if services is None:
        raise ColumnsError("by 'service' needs services=, the services table")
    require_columns(services, "incident_id", "service", "affected")
    affected = services.loc[services["affected"].fillna(value=False), ["incident_id", "service"]]
    return rows.merge(affected.drop_duplicates(), on="incident_id", how="left"), levels(services["service"])


def _lasted(open_since: pd.Series, as_of: pd.Timestamp | None, calendar: Calendar | None) -> pd.Series:
    """Return how long open incidents have lasted; one that began after ``as_of`` has lasted no time."""
    until = pd.Series(as_of, index=open_since.index, dtype=INSTANT)
    if calendar is not None:
        return _business_time(calendar, open_since, until)
    lasted = (until - open_since).astype(SPAN)
    return lasted.mask(lasted < pd.Timedelta(0), pd.Timedelta(0))


def metric_names(times: pd.DataFrame) -> list[str]:
    """Return the metrics that a result of `response_times` holds."""
    return [column for column in times.columns if f"{column}_basis" in times.columns]


def span_grades(times: pd.DataFrame, *, metric: str, readings: pd.DataFrame) -> pd.Series:
    """Return how far each span can be trusted: the worst grade of the values that it was read from.

    Parameters
    ----------
    times
        The result of `response_times`.
    metric
        One of its metrics.
    readings
        The readings table.

    Returns
    -------
    pandas.Series
        str, one of `GRADES` for each row of ``times``; ``check`` where a value has no grade, ``recorded`` where the
        span is ongoing or missing.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> times = pd.DataFrame({"incident_id": ["INC-1"], "time_to_detect_basis": ["detected_at - started_at"]})
    >>> names = {"incident_id": ["INC-1", "INC-1"], "field": ["started_at", "detected_at"], "line": [5, 22]}
    >>> readings = make_table("readings", {**names, "grade": ["recorded", "check"]})
    >>> span_grades(times, metric="time_to_detect", readings=readings).tolist()
    ['check']
    >>> span_grades(times, metric="time_to_detect", readings=readings[:1]).tolist()  # no grade is known
    ['check']
    """
    basis = times[f"{metric}_basis"].fillna("").str.replace(" (business hours)", "", regex=False)
    used = {field for fields in basis.unique() for field in fields.split(" - ")}
    graded = readings[readings["field"].isin(used) & readings["grade"].notna()]
    graded = graded.drop_duplicates(["incident_id", "field"])
    grades = dict(zip(zip(graded["incident_id"], graded["field"], strict=True), graded["grade"], strict=True))
    return pd.Series(
        [
            max((grades.get((incident_id, field), "check") for field in fields.split(" - ")), key=GRADES.index)
            if fields
            else "recorded"
            for incident_id, fields in zip(times["incident_id"], basis, strict=True)
        ],
        index=times.index,
        dtype=TEXT,
    )


def group_names(times: pd.DataFrame) -> list[str]:
    """Return the columns of a result of `response_times` to group by: those that belong to no metric."""
    own = {f"{name}{part}" for name in metric_names(times) for part in ("", "_basis", "_open_since")}
    return [column for column in times.columns if column not in own]


def microseconds(spans: pd.Series) -> Values:
    """Return the known spans as sorted numbers, so that no figure depends on the order of the rows."""
    return np.sort(_numbers(spans))


def _numbers(spans: pd.Series) -> Values:
    return spans.dropna().astype(SPAN).to_numpy().astype(np.float64)


def as_spans(numbers: Sequence[float] | Values) -> pd.Series:
    """Return microseconds as spans, NaN as NA."""
    return pd.Series(np.round(np.asarray(numbers, dtype=np.float64)).astype(SPAN))


def mttr(
    times: pd.DataFrame,
    *,
    metric: str = "time_to_restore",
    by: str | Sequence[str] | None = None,
    services: pd.DataFrame | None = None,
    every: Unit | None = None,
    within: Period | None = None,
    as_of: pd.Timestamp | None = None,
    calendar: Calendar | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise the time to restore: `response_summary` of ``time_to_restore``, with the same arguments and result.

    The "mean time to restore" is the column ``mean``. A few long incidents pull it far above what is usual, so compare
    it with the median and p90.

    Parameters
    ----------
    times
        The result of `response_times`.
    metric, by, services, every, within, as_of, calendar, members
        As in `response_summary`.

    Returns
    -------
    pandas.DataFrame
        As in `response_summary`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> mttr(response_times(make_table("incidents")))[["n", "mean"]]
       n mean
    0  0  NaT
    """
    return response_summary(
        times,
        metric=metric,
        by=by,
        services=services,
        every=every,
        within=within,
        as_of=as_of,
        calendar=calendar,
        members=members,
    )
