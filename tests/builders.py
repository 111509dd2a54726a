"""What the tests of the analyses share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from pandas.testing import assert_frame_equal

from incident_analytics.periods import Period
from incident_analytics.schema import TABLES
from incident_analytics.tables import Corpus, make_table

UTC = "datetime64[us, UTC]"
SPAN = "timedelta64[us]"


def call(function: Callable[..., pd.DataFrame], *frames: pd.DataFrame, **arguments: Any) -> pd.DataFrame:
    """Call an analysis; it must give a frame of its own and leave those that it was given alone."""
    given = [*frames, *(value for value in arguments.values() if isinstance(value, pd.DataFrame))]
    before = [frame.copy(deep=True) for frame in given]
    result = function(*frames, **arguments)
    assert isinstance(result, pd.DataFrame)
    assert result.index.equals(pd.RangeIndex(len(result)))
    for frame, copy in zip(given, before, strict=True):
        assert frame is not result
        assert_frame_equal(frame, copy)
    return result


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def period(
    start: str, end: str, timezone: str = "UTC", fiscal_year_start: int = 1, *, name: str | None = None
) -> Period:
    """Return the period between two instants in UTC, named by them unless it has a name, fiscal where the name is."""
    name = f"{start}/{end}" if name is None else name
    return Period(name, at(start), at(end), timezone, fiscal_year_start, name.startswith("FY"))


def spans(*texts: str | None) -> pd.Series:
    return pd.Series([pd.NaT if text is None else pd.Timedelta(text) for text in texts], dtype=SPAN)


def severities(*names: str | None) -> pd.Series:
    return pd.Series(list(names), dtype=pd.CategoricalDtype(["SEV-3", "SEV-2", "SEV-1"], ordered=True))


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def ratios(*values: float | None) -> pd.Series:
    return pd.Series(list(values), dtype="Float64")


def corpus_of(**tables: dict[str, list[Any]]) -> Corpus:
    """Build a corpus; tables that are not given are empty, and every incident has a path."""
    incidents = dict(tables.get("incidents", {}))
    if incidents and "path" not in incidents:
        incidents["path"] = [f"{name}.md" for name in incidents["incident_id"]]
    frames = {**tables, "incidents": incidents}
    return Corpus(**{name: make_table(name, frames.get(name)) for name in TABLES})


def incidents(*rows: tuple[str, str | None, str | None, str], severity: str = "SEV-2") -> Corpus:
    """Build incidents of (id, begin, end, status): without an end they go on. All hit the service API."""
    ids, begins, ends, statuses = zip(*rows, strict=True) if rows else ((), (), (), ())
    n = len(rows)
    started = [None if begin is None else at(begin) for begin in begins]
    ended = [None if end is None else at(end) for end in ends]
    dated = [number for number in range(n) if started[number] is not None]
    return corpus_of(
        incidents={
            "incident_id": list(ids), "occurred_at": started, "started_at": started, "restored_at": ended,
            "ended_at": ended, "status": list(statuses), "severity": [severity] * n, "title": ["x"] * n,
            "is_open": [start is not None and end is None for start, end in zip(started, ended, strict=True)],
        },
        outages={
            "incident_id": [ids[number] for number in dated], "position": [1] * len(dated),
            "started_at": [started[number] for number in dated], "ended_at": [ended[number] for number in dated],
            "source": ["timeline"] * len(dated), "line": [9] * len(dated),
        },
        services={
            "incident_id": list(ids), "service": ["API"] * n,
            "affected": [True] * n, "line": [20] * n,
        },
    )  # fmt: skip
