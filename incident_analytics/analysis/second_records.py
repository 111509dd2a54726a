"""Response times by two records of the same incidents: the report, and the incident tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.schema import INSTANT, MILESTONES, TEXT, Metric
from incident_analytics.tool_matches import ENDS

__all__ = ["times_by_record"]

_REPORT: Final = "reports"
_BANDS: Final = ("shorter", "longer")


def times_by_record(incidents: pd.DataFrame, records: pd.DataFrame, *, metric: Metric) -> pd.DataFrame:
    """Measure how long incidents took by each record of them, and how short or long they may have been.

    Parameters
    ----------
    incidents
        The incidents table.
    records
        A row an incident of the tool, as `read_incident_tool` gives it, with the ``incident_id`` that it belongs to, NA
        for none. Of several rows that a tool has of an incident, as where each alarm of it paged, the first start,
        detection and response count, and the last end; while one of them goes on there is none.
    metric
        What is measured. Of its fallbacks those count that the tool has for any incident, for the reports too: else
        a difference of definition would look like one of fact. A metric of a stated duration has no other record.

    Returns
    -------
    pandas.DataFrame
        A row for the reports, each tool, and the shorter and the longer span of each incident that has both:

        - record, str: ``reports``, the tool's name, ``shorter`` or ``longer``
        - basis, str: from which instants to which, such as ``detected to restored``; NA where no tool has both
        - n, int64: incidents with such a span
        - n_missing, n_negative, int64: incidents without one, and with one that ends before it begins
        - median, mean, timedelta64[us]
        - incident_ids, tuple of str: those of n

        Of an incident with several tools the shortest and the longest of all spans count.

    Raises
    ------
    ColumnsError
        ``column 'incident_id' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.schema import DEFAULT_METRICS
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-1"], "detected_at": ["2025-07-04T09:00Z"], "restored_at": ["2025-07-04T10:00Z"],
    ... })
    >>> paged = incidents[["incident_id", "detected_at", "restored_at"]].assign(tool="PagerDuty")
    >>> paged["restored_at"] += pd.Timedelta(minutes=20)
    >>> times = times_by_record(incidents, paged, metric=DEFAULT_METRICS["time_to_restore"])
    >>> times[["record", "n", "mean"]]
          record  n            mean
    0    reports  1 0 days 01:00:00
    1  PagerDuty  1 0 days 01:20:00
    2    shorter  1 0 days 01:00:00
    3     longer  1 0 days 01:20:00
    """
    require_columns(incidents, "incident_id")
    require_columns(records, "incident_id", "tool")
    ids = incidents["incident_id"]
    own = _one_each(records[records["incident_id"].isin(ids)])
    starts, ends = (
        [name for name in names if name in own and own[name].notna().any()] for names in (metric.start, metric.end)
    )
    is_measured = bool(starts and ends) and metric.column is None
    basis = f"{_words(starts)} to {_words(ends)}" if is_measured else None
    spans: dict[str, pd.Series] = {}
    by_record = {_REPORT: incidents, **{str(tool): rows for tool, rows in own.groupby("tool")}}
    for record, rows in by_record.items():
        if is_measured:
            span = _first(rows, ends) - _first(rows, starts)
        else:
            span = pd.Series(pd.NaT, index=rows.index, dtype="timedelta64[us]")
        spans[record] = span.set_axis(rows["incident_id"]).reindex(ids)
    tools = pd.DataFrame({record: span for record, span in spans.items() if record != _REPORT}, index=ids)
    valid = pd.DataFrame({record: span.where(span >= pd.Timedelta(0)) for record, span in spans.items()}, index=ids)
    both = valid[_REPORT].notna() & valid[list(tools)].notna().any(axis="columns")
    spans |= {
        name: extreme.where(both).astype("timedelta64[us]")
        for name, extreme in zip(_BANDS, (valid.min(axis="columns"), valid.max(axis="columns")), strict=True)
    }
    found = [_summary(record, basis, span) for record, span in spans.items()]
    return pd.DataFrame({name: pd.Series([row[name] for row in found], dtype=dtype) for name, dtype in _DTYPES.items()})


def _one_each(records: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each tool and incident."""
    ends = [f"{milestone}_at" for milestone in ENDS]
    by_incident = records.groupby(["tool", "incident_id"], sort=False)
    instants = [f"{milestone}_at" for milestone in MILESTONES if f"{milestone}_at" in records]
    first, last, n = (getattr(by_incident[instants], name)() for name in ("min", "max", "count"))
    all_ended = last.where(n.eq(by_incident.size(), axis="index"))
    table: pd.DataFrame = first.assign(**{name: all_ended[name] for name in ends if name in last})
    return table.reset_index()


_DTYPES: Final[Mapping[str, str]] = {
    "record": TEXT,
    "basis": TEXT,
    "n": "int64",
    "n_missing": "int64",
    "n_negative": "int64",
    "median": "timedelta64[us]",
    "mean": "timedelta64[us]",
    "incident_ids": "object",
}


def _words(columns: Sequence[str]) -> str:
    return ", else ".join(column.removesuffix("_at") for column in columns)


def _first(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return the first instant of each row that some columns have."""
    found = pd.Series(pd.NaT, index=rows.index, dtype=INSTANT)
    for column in columns:
        found = found.fillna(rows[column])
    return found


def _summary(record: str, basis: str | None, spans: pd.Series) -> dict[str, object]:
    is_negative = spans < pd.Timedelta(0)
    used = spans[spans.notna() & ~is_negative]
    return {
        "record": record,
        "basis": basis,
        "n": len(used),
        "n_missing": int(spans.isna().sum()),
        "n_negative": int(is_negative.sum()),
        "median": used.median(),
        "mean": used.mean(),
        "incident_ids": tuple(sorted(used.index)),
    }
