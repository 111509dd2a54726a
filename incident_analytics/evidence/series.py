"""Time series around an incident, wherever they were read, compared with the days before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from incident_analytics.checks import require_columns, require_instant, require_instants, require_window
from incident_analytics.masking import mask_secrets
from incident_analytics.schema import COUNT, FLOAT, INSTANT, TEXT

__all__ = [
    "PROBLEMS",
    "SERIES",
    "Direction",
    "join_series",
    "mask_names",
    "problem_table",
    "series_rows",
    "summarize_series",
]

Direction = Literal["high", "low"]
"""Which way a series is worst: at its highest value, or at its lowest."""

SERIES: Final[Mapping[str, str]] = MappingProxyType(
    {"name": TEXT, "service": TEXT, "labels": TEXT, "at": INSTANT, "value": FLOAT}
)
"""The columns of series with their dtypes: a row a value."""

PROBLEMS: Final[Mapping[str, str]] = MappingProxyType({"name": TEXT, "service": TEXT, "message": TEXT})
"""The columns of what could not be read, with their dtypes; ``name`` is NA where it is the source as a whole."""

_KEY: Final = ["name", "service", "labels"]
_SUMMARY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": TEXT,
        "service": TEXT,
        "labels": TEXT,
        "unit": TEXT,
        "n": COUNT,
        "n_baseline": COUNT,
        "baseline": FLOAT,
        "baseline_low": FLOAT,
        "baseline_high": FLOAT,
        "direction": TEXT,
        "worst": FLOAT,
        "worst_at": INSTANT,
        "at_restoration": FLOAT,
    }
)
_ENOUGH: Final = 20  # values, for one of them to lie beyond the 5th percentile
_STALE: Final = pd.Timedelta(minutes=5)  # Prometheus takes no older value for the present one either
_NOTHING_SET: Final[Mapping[str, Any]] = MappingProxyType({})


def series_rows(
    name: str, service: str | None, labels: str | None, at: pd.Series | pd.DatetimeIndex, values: Sequence[float]
) -> pd.DataFrame:
    """Return the rows of one series; a value that is not a number is NA.

    Examples
    --------
    >>> at = pd.to_datetime(["2025-08-19T17:07Z"])
    >>> series_rows("load", "API", None, at, [float("nan")])["value"].tolist()
    [<NA>]
    """
    rows = pd.DataFrame({"at": pd.Series(at), "value": pd.array(np.asarray(values, dtype=float), dtype=FLOAT)})
    return rows.assign(name=name, service=service, labels=labels)[list(SERIES)].astype(dict(SERIES))


def join_series(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of several series below each other; of none the empty table."""
    empty = pd.DataFrame({column: pd.Series([], dtype=dtype) for column, dtype in SERIES.items()})
    return pd.concat([empty, *parts], ignore_index=True)


def mask_names(names: Iterable[str]) -> dict[str, str]:
    """Return each name without secrets; names that differ only in a secret are numbered, since they are two series.

    Examples
    --------
    >>> mask_names(["code=500", "token=a", "token=b"])
    {'code=500': 'code=500', 'token=a': 'token=<secret>', 'token=b': 'token=<secret> (2)'}
    """
    given = list(dict.fromkeys(names))
    masked: dict[str, str] = {}
    for name in given:
        safe = mask_secrets(name)
        same = (f"{safe} ({number})" for number in count(2))
        while safe != name and (safe in masked.values() or safe in given):
            safe = next(same)
        masked[name] = safe
    return masked


def problem_table(problems: Iterable[tuple[str | None, str | None, str]]) -> pd.DataFrame:
    """Return problems, each a name, a service and a message, as a table; those that repeat others are left out."""
    rows = dict.fromkeys(problems)
    return pd.DataFrame(list(rows), columns=list(PROBLEMS)).astype(dict(PROBLEMS))


def summarize_series(
    series: pd.DataFrame,
    *,
    started_at: pd.Timestamp,
    restored_at: pd.Timestamp | None,
    baseline_start: pd.Timestamp,
    baseline_end: pd.Timestamp | None = None,
    units: Mapping[str, str] = _NOTHING_SET,
    worst: Mapping[str, Direction] = _NOTHING_SET,
) -> pd.DataFrame:
    """Compare each series during an incident with the days before it.

    Parameters
    ----------
    series
        What `read_prometheus` or `read_metric_files` gives.
    started_at, restored_at
        The incident, both instants included. Without ``restored_at`` it lasts to the last value.
    baseline_start, baseline_end
        What counts as before, the end excluded; None is ``started_at``. An end some time before that keeps out what
        went wrong before anyone says that it began.
    units
        The unit of each name, as it is to be shown.
    worst
        Which way a name is worst, ``high`` or ``low``. A name that is not here is worst where it lies farthest
        from its baseline, whichever way that is.

    Returns
    -------
    pandas.DataFrame
        A row a series, in the order in which they come.

        - name, service, labels (str): the series; labels distinguish several series of one query
        - unit (str): NA where ``units`` has none
        - n, n_baseline (Int64): its values during the incident and before it, without those that are NA
        - baseline (Float64): the median before; NA without values
        - baseline_low, baseline_high (Float64): the 5th and the 95th percentile before, the range of an ordinary
          day; NA below 20 values
        - direction (str): ``high`` or ``low``, NA where worst is NA
        - worst (Float64), worst_at (datetime64[us, UTC]): the first of the most extreme values during the incident;
          NA without values, and where neither ``worst`` nor a baseline says what is extreme
        - at_restoration (Float64): the last value at or before ``restored_at``; NA where that is older than five
          minutes and than two steps of the series, and without ``restored_at``

    Raises
    ------
    PeriodError
        ``the window 2025-08-19 17:07:00+00:00 to 2025-08-12 17:07:00+00:00 is empty``

    Examples
    --------
    >>> at = pd.date_range("2025-08-19T17:00Z", periods=4, freq="1min")
    >>> series = series_rows("errors", "API", None, at, [1, 2, 20, 3])
    >>> summary = summarize_series(
    ...     series, started_at=at[2], restored_at=at[3], baseline_start=at[0], units={"errors": "%"}
    ... )
    >>> summary[["baseline", "worst", "at_restoration", "direction", "unit"]].to_numpy().tolist()
    [[1.5, 20.0, 3.0, 'high', '%']]
    """
    require_columns(series, *SERIES)
    require_instants(series, "at")
    require_instant("started_at", started_at)
    restored_at = None if pd.isna(restored_at) else restored_at
    require_instant("restored_at", restored_at)
    baseline_end = started_at if baseline_end is None else baseline_end
    require_window(baseline_start, baseline_end)

    rows = []
    for key, group in series.groupby(_KEY, sort=False, dropna=False):
        name = str(key[0])
        known = group[group["value"].notna()].sort_values("at", kind="stable")
        at = known["at"]
        before = known.loc[(at >= baseline_start) & (at < baseline_end), "value"].astype(float)
        during = known[(at >= started_at) & (True if restored_at is None else at <= restored_at)]
        low, high = before.quantile([0.05, 0.95]) if len(before) >= _ENOUGH else (None, None)
        median = before.median()
        row = {
            **dict(zip(_KEY, key, strict=True)),
            "unit": units.get(name),
            "n": len(during),
            "n_baseline": len(before),
            "baseline": median,
            "baseline_low": low,
            "baseline_high": high,
            "at_restoration": _value_at(during, restored_at),
        }
        rows.append(row | _worst(during, median, worst.get(name)))
    return pd.DataFrame(rows, columns=list(_SUMMARY)).astype(dict(_SUMMARY))


def _worst(during: pd.DataFrame, baseline: float, direction: Direction | None) -> dict[str, Any]:
    """Return the most extreme of the values, when it was, and on which side of the baseline."""
    values = during["value"].astype(float)
    if values.empty or (direction is None and not np.isfinite(baseline)):
        return {"direction": None, "worst": None, "worst_at": None}
    if direction is None:
        direction = "high" if values.max() - baseline >= baseline - values.min() else "low"
    row = int(values.argmax() if direction == "high" else values.argmin())
    return {"direction": direction, "worst": values.iloc[row], "worst_at": during["at"].iloc[row]}


def _value_at(during: pd.DataFrame, instant: pd.Timestamp | None) -> float | None:
    """Return the last value, if it is recent enough at ``instant`` to be its value."""
    if instant is None or during.empty:
        return None
    last = during.iloc[-1]
    step = during["at"].diff().median()
    return float(last["value"]) if instant - last["at"] <= max(_STALE, 2 * step if pd.notna(step) else _STALE) else None
