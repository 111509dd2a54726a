"""The outages that count, and how much of a window they cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import (
    Numbers,
    as_levels,
    count_rows,
    group_rows,
    levels,
    member_ids,
)
from incident_analytics.checks import (
    require_columns,
    require_instant,
    require_instants,
    require_name,
    require_window,
)
from incident_analytics.errors import PeriodError
from incident_analytics.periods import Period
from incident_analytics.schema import FLOAT, INSTANT, TEXT

__all__ = [
    "INCIDENT",
    "INTERVAL",
    "Impacts",
    "Maintenance",
    "as_microseconds",
    "as_span",
    "covered_time",
    "cut_into_segments",
    "known_part",
    "numbered_by_row",
    "usable_outages",
]

Maintenance: TypeAlias = pd.DataFrame | Sequence[tuple[str, datetime, datetime]]
"""Planned windows: ``(service, start, end)``."""

_LONGEST: Final = 2.0**63  # microseconds
INTERVAL: Final = ["number", "started_at", "ended_at", "weight"]
INCIDENT: Final = ["incident_id", "occurred_at", "severity", "is_open", "affected_users", "affected_users_fraction"]


def known_part(within: Period, as_of: pd.Timestamp | None) -> Period:
    """Return the part of a period that has passed; raise where it has not started."""
    require_window(within.start, within.end)
    require_instant("as_of", as_of)
    if as_of is None:
        return within
    if as_of <= within.start:
        raise PeriodError(f"{within.name} has not started yet; choose an earlier period")
    return within.until(as_of)


def as_microseconds(spans: pd.Series) -> pd.Series:
    """Return spans in microseconds, NA where the span is."""
    return spans.astype("int64").where(spans.notna()).astype(FLOAT)


def as_span(microseconds: pd.Series) -> pd.Series:
    """Return spans to the microsecond, NA for what is longer than a span can be."""
    known = microseconds.where(microseconds < _LONGEST)
    whole = known.fillna(0).round().to_numpy(dtype=np.int64).astype("timedelta64[us]")
    return pd.Series(whole, index=microseconds.index).where(known.notna())


def _planned(maintenance: Maintenance) -> pd.DataFrame:
    """Return planned maintenance as intervals of weight 1."""
    columns = ["service", "start", "end"]
    given = maintenance if isinstance(maintenance, pd.DataFrame) else pd.DataFrame(list(maintenance), columns=columns)
    require_columns(given, *columns)
    for first, past in zip(given["start"], given["end"], strict=True):
        require_window(pd.Timestamp(first), pd.Timestamp(past))
    return pd.DataFrame(
        {
            "service": given["service"].astype(TEXT),
            "started_at": pd.to_datetime(given["start"], utc=True),
            "ended_at": pd.to_datetime(given["end"], utc=True),
            "weight": 1.0,
        }
    )


def numbered_by_row(planned: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return planned maintenance by the position of each row of its service."""
    return planned.merge(rows[["service"]].assign(number=range(len(rows))), on="service")[INTERVAL]


class Impacts:
    """The outages that count, by service, ready to be measured over any parts of a period."""

    def __init__(
        self,
        outages: pd.DataFrame,
        *,
        services: pd.DataFrame,
        incidents: pd.DataFrame,
        as_of: pd.Timestamp,
        declared: Iterable[str],
        severities: Sequence[str] | None,
        minimum_outage: timedelta,
        maintenance: Maintenance,
    ) -> None:
        require_columns(services, "incident_id", "service", "affected")
        self.minimum_outage = minimum_outage
        self.planned = _planned(maintenance)
        self.services = sorted({*levels(services["service"]), *declared, *self.planned["service"]})
        affected = services.loc[services["affected"].fillna(value=False), ["incident_id", "service"]]
        affected["service"] = as_levels(affected["service"], self.services)  # joined as numbers
        found = usable_outages(outages, incidents, as_of=as_of, severities=severities)
        # An incident without an affected service has its row too.
        self.found = found.merge(affected.drop_duplicates(), on="incident_id", how="left")

    def measure(self, parts: Sequence[Period], *, members: bool = False) -> pd.DataFrame:
        """Return what `downtime` does, a row for every service and part."""
        impacts, groups = self.grouped(parts)
        down = impacts.loc[impacts["is_counted"], INTERVAL]
        window, total, weighted = _time_down(down, numbered_by_row(self.planned, groups), groups)
        numbers, counted = impacts["number"].to_numpy(), impacts["is_counted"]
        n, n_missing = count_rows(counted, numbers, groups), count_rows(~counted, numbers, groups)
        # Where all that is known is that there were outages, their length is unknown, not zero.
        is_known = (n > 0) | (n_missing == 0)
        total, weighted = total.where(is_known), weighted.where(is_known)
        is_named = groups["service"].notna()
        result = groups.assign(
            window=window,
            n=n,
            n_missing=n_missing,
            n_open=count_rows(counted & impacts["runs_on"], numbers, groups),
            downtime=total,
            availability=(1 - total / window).where(is_named).astype(FLOAT),
            downtime_weighted=weighted,
            availability_weighted=(1 - weighted / window).where(is_named).astype(FLOAT),
            n_weighted=count_rows(counted & impacts["has_weight"], numbers, groups),
        )
        if members:
            result["incident_ids"] = member_ids(impacts[counted], numbers[counted], groups)
        return result

    def intervals(self, parts: Sequence[Period]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the intervals of downtime and of maintenance by the position of their row in `measure`."""
        impacts, groups = self.grouped(parts)
        return impacts.loc[impacts["is_counted"], INTERVAL], numbered_by_row(self.planned, groups)

    def grouped(self, parts: Sequence[Period]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the outages of each part with the number of their row, and the rows: every service and part."""
        chosen = [
            _belonging(self.found, part.start, part.end, self.minimum_outage).assign(part=number)
            for number, part in enumerate(parts)
        ]
        impacts = pd.concat(chosen, ignore_index=True)
        columns: Mapping[str, Sequence[Any]] = {"service": self.services, "part": range(len(parts))}
        groups, impacts["number"] = group_rows(impacts, list(columns), columns)
        bounds = pd.DataFrame(
            {
                "period": pd.Series([part.name for part in parts], dtype=TEXT),
                "start": pd.Series([part.start for part in parts], dtype=INSTANT),
                "end": pd.Series([part.end for part in parts], dtype=INSTANT),
            }
        )
        return impacts, groups.astype({"service": TEXT}).join(bounds, on="part")


def _time_down(
    down: pd.DataFrame, planned: pd.DataFrame, windows: pd.DataFrame
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return how long each window is, how much of it was down, and the same weighted, all without maintenance."""
    window = windows["end"] - windows["start"]
    if planned.empty:
        return window, *covered_time(down, windows)
    excluded, _ = covered_time(planned, windows)
    # Maintenance weighs as much as an outage of everybody: without it, what is left lies outside of it.
    total, weighted = covered_time(pd.concat([down, planned]), windows)
    return window - excluded, total - excluded, weighted - excluded


def usable_outages(
    outages: pd.DataFrame, incidents: pd.DataFrame, *, as_of: pd.Timestamp, severities: Sequence[str] | None
) -> pd.DataFrame:
    """Return the outages of the incidents that count, each with its end and whether both ends can be used."""
    require_columns(outages, "incident_id", "started_at", "ended_at")
    require_instants(outages, "started_at", "ended_at")
    require_columns(incidents, *INCIDENT)
    facts = incidents[INCIDENT]
    nobody = (facts["affected_users"] == 0) | (facts["affected_users_fraction"] == 0)
    facts = facts[~nobody.fillna(value=False)]
    if severities is not None:
        for severity in severities:
            require_name("severity", severity, levels(incidents["severity"]))
        facts = facts[facts["severity"].isin(severities) | facts["severity"].isna()]
    # A left join: an incident without an outage has its row too.
    found = facts.merge(outages[["incident_id", "started_at", "ended_at"]], on="incident_id", how="left")
    started, ended = found["started_at"], found["ended_at"]
    runs_on = started.notna() & ended.isna() & found["is_open"].fillna(value=False)
    belongs_at = started.fillna(ended).fillna(found["occurred_at"])
    as_of = as_of.tz_convert("UTC").as_unit("us")
    ended = ended.mask(runs_on, started.where(started > as_of, as_of))
    is_usable = ended >= started
    if severities is not None:
        is_usable &= found["severity"].notna()
    return found.assign(
        ended_at=ended,
        weight=found["affected_users_fraction"].fillna(1.0).astype("float64"),
        has_weight=found["affected_users_fraction"].notna(),
        runs_on=runs_on,
        belongs_at=belongs_at,
        is_usable=is_usable,
    )


def _belonging(
    impacts: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, minimum_outage: timedelta
) -> pd.DataFrame:
    """Return the outages that belong to a window, with whether they can be counted."""
    started, ended, is_usable = impacts["started_at"], impacts["ended_at"], impacts["is_usable"]
    is_counted = is_usable & (started < end) & ((ended > start) | (started >= start))
    is_counted &= ended - started >= pd.Timedelta(minimum_outage)
    is_missing = ~is_usable & (impacts["belongs_at"] >= start) & (impacts["belongs_at"] < end)
    return impacts.assign(is_counted=is_counted)[is_counted | is_missing]


def covered_time(intervals: pd.DataFrame, windows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Add up each window's time that any interval covers, and the same weighted by the heaviest one at each moment."""
    segments = cut_into_segments(intervals, windows)

    def total(spent: pd.Series) -> pd.Series:
        found = np.bincount(segments["number"], weights=spent, minlength=len(windows))
        return pd.Series(np.rint(found).astype(np.int64).astype("timedelta64[us]"), index=windows.index)

    return total(segments["length"].where(segments["spent"] > 0, 0)), total(segments["spent"])


def cut_into_segments(intervals: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """Cut each window's time where an interval begins or ends: a row a segment, in order.

    Each row has the window's ``number``, ``at``, its end, its ``length`` in microseconds, and ``spent``, these weighted
    by the heaviest interval that covers it.

    All windows lie one behind the other on one axis, which the ends of the intervals cut into segments. An interval
    covers a run of segments; two runs as long as a power of two, one from its first segment and one up to its last,
    cover the same. So the heaviest weights are noted at runs, and runs halved until they are single segments: a
    sparse table filled from the top.
    """
    number = intervals["number"].to_numpy(dtype=np.int64)
    weight = intervals["weight"].to_numpy(dtype=np.float64)
    opens, closes = (_ticks(windows[column]) for column in ("start", "end"))
    shift = np.cumsum(closes - opens) - closes  # an instant plus its window's shift is its place on the axis
    bounds = [
        shift[number] + _ticks(intervals[column]).clip(opens[number], closes[number])
        for column in ("started_at", "ended_at")
    ]
    cuts, places = np.unique(np.concatenate(bounds), return_inverse=True)
    first, past = places.reshape(2, -1)
    powers = np.frexp(past - first)[1] - 1

    heaviest = np.zeros(len(cuts))
    for power in range(powers.max(initial=-1), -1, -1):
        run = 1 << power
        heaviest[run:] = np.maximum(heaviest[run:], heaviest[:-run])
        chosen = powers == power
        np.maximum.at(heaviest, first[chosen], weight[chosen])
        np.maximum.at(heaviest, past[chosen] - run, weight[chosen])
    window = np.searchsorted(opens + shift, cuts[:-1], side="right") - 1
    at = pd.Series((cuts[1:] - shift[window]).astype("datetime64[us]")).dt.tz_localize("UTC")
    length = np.diff(cuts)
    return pd.DataFrame({"number": window, "at": at, "length": length, "spent": length * heaviest[:-1]})


def _ticks(instants: pd.Series) -> Numbers:
    return instants.astype(INSTANT).to_numpy(dtype="datetime64[us]").astype(np.int64)
