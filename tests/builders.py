"""What the tests of the analyses share."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.periods import Period
from incident_analytics.schema import PRIORITIES, TABLES
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


def demo_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of ``facts`` or ``planted``: what the script that wrote the demo's reports put into them."""
    file = Path(__file__).parent.parent / "data" / "demo" / f"{name}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def period(
    start: str, end: str, timezone: str = "UTC", fiscal_year_start: int = 1, *, name: str | None = None
) -> Period:
    """Return the period between two instants in UTC, named by them unless it has a name, fiscal where the name is."""
    name = f"{start}/{end}" if name is None else name
    return Period(name, at(start), at(end), timezone, fiscal_year_start, name.startswith("FY"))


def spans(*values: str | float | None) -> pd.Series:
    """Return spans from texts such as ``1h 30min``, or from minutes."""
    known = [pd.Timedelta(value) if isinstance(value, str) else pd.to_timedelta(value, unit="min") for value in values]
    return pd.Series(known, dtype=SPAN)


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


def incidents_of(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    incident_id, occurred_at, severity = zip(*rows, strict=True)
    return make_table("incidents", {"incident_id": incident_id, "occurred_at": occurred_at, "severity": severity})


INCIDENTS = incidents_of(
    ("a", "2025-07-01T00:00Z", "SEV-1"),
    ("b", "2025-07-31T23:30Z", "SEV-2"),
    ("c", "2025-09-30T12:00Z", None),
    ("d", "2025-09-30T12:00Z", "SEV-2"),
    ("e", "2025-09-01T00:00Z", "SEV-2"),
)


def moments(start: pd.Timestamp, minutes: Sequence[float], **columns: Sequence[str]) -> pd.DataFrame:
    """Return incidents so many minutes after a start."""
    occurred_at = pd.Series(start + pd.to_timedelta(list(minutes), unit="min")).astype(UTC)
    ids = texts(*(f"INC-{number:05}" for number in range(len(minutes))))
    return pd.DataFrame({"incident_id": ids, "occurred_at": occurred_at, **columns})


def steady(start: pd.Timestamp, groups: int, per_day: float, days: int, seed: int) -> pd.DataFrame:
    """Return incidents of many groups from a start, each at a steady rate."""
    draw = np.random.default_rng(seed)
    counts = draw.poisson(per_day * days, groups)
    minutes = draw.uniform(0, days * 24 * 60, counts.sum())
    return moments(start, minutes.tolist(), team=np.repeat([f"{group:04}" for group in range(groups)], counts))


WHEN_AND_WHAT = st.lists(
    st.tuples(
        st.datetimes(min_value=pd.Timestamp("2024-01-01"), max_value=pd.Timestamp("2026-01-01")) | st.none(),
        st.sampled_from(["SEV-1", "SEV-2", "SEV-3", None]),
    ),
    min_size=1,
    max_size=12,
)


def numbered(rows: list[tuple[pd.Timestamp | None, str | None]]) -> pd.DataFrame:
    """Return incidents of `WHEN_AND_WHAT`, called by their positions."""
    return incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )


BEFORE = Period.parse("2025Q1")
AFTER = Period.parse("2025Q2")


def in_two_periods(before: list[float | None], after: list[float | None], **columns: list[object]) -> pd.DataFrame:
    """Return incidents of both periods that took so many minutes, open where there is no number."""
    starts = [at("2025-02-01")] * len(before) + [at("2025-05-01")] * len(after)
    minutes = [*before, *after]
    return make_table(
        "incidents",
        {
            "incident_id": [f"INC-{number:03}" for number in range(len(starts))],
            "occurred_at": starts,
            "started_at": starts,
            "is_open": [each is None for each in minutes],
            "restored_at": [
                None if each is None else start + pd.Timedelta(minutes=each)
                for start, each in zip(starts, minutes, strict=True)
            ],
            **columns,
        },
    )


def actions_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return action items with these values, of incident a unless named; lines and positions count up."""
    names = (
        *("incident_id", "action", "owner", "created_on", "due_on"),
        *("priority", "status", "completed_on", "key", "origin"),
    )
    return make_table(
        "actions",
        {
            **{name: [row.get(name, "a" if name == "incident_id" else None) for row in rows] for name in names},
            "position": list(range(len(rows))),
            "line": list(range(60, 60 + len(rows))),
        },
    )


def dates(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="datetime64[us]")


def priorities(*names: str | None) -> pd.Series:
    return pd.Series(list(names), dtype=pd.CategoricalDtype(PRIORITIES, ordered=True))


AS_OF = at("2025-10-01T09:00")
"""When action items are looked at."""


def incidents_with_actions() -> pd.DataFrame:
    """Return the incidents that action items of `actions_of` belong to."""
    return make_table(
        "incidents",
        {
            "incident_id": ["b", "a"],
            "title": ["Queue", "DNS"],
            "severity": ["SEV-3", "SEV-1"],
            "date": [None, "2025-06-10"],
            "occurred_at": ["2025-03-31T23:00Z", "2025-06-10T08:00Z"],
        },
    )
