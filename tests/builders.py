"""What the tests of the analyses share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from pandas.testing import assert_frame_equal

from incident_analytics.periods import Period

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
