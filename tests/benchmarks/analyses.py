"""What analyses of very many incidents cost, against the kernels of numpy and scipy that do their arithmetic.

    python tests/benchmarks/analyses.py [INCIDENTS] [ROUNDS]     1,000,000 and 3 unless given; `make bench-analyses`

Incidents in the tables have five action items each. The kernels get bare numbers, with groups and ids as numbers too;
the analyses get the tables, so that they match ids, choose rows, count what is missing and give intervals as well. Both
are medians of interleaved rounds, in the processor's time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import pandas as pd
from scipy import stats

import incident_analytics as ia
from incident_analytics.tables import make_table

BEGIN, END = np.datetime64("2015-01-01", "us"), np.datetime64("2025-01-01", "us")
SECOND = np.timedelta64(1_000_000, "us")
N_SERVICES = 50
SEVERITIES = ["SEV-3", "SEV-2", "SEV-1"]
ITEMS = 5
"""Action items of an incident."""
BOUND = 3.0


def table(name: str, **columns: object) -> pd.DataFrame:
    """Return a table with these columns, all others NA; positions and lines must be given."""
    empty = make_table(name, {"incident_id": []})
    frame = pd.DataFrame(columns)
    return frame.reindex(columns=list(empty)).astype(empty.dtypes)


def instants(values: np.ndarray) -> pd.Series:
    return pd.Series(values).dt.tz_localize("UTC")


def measured(ours: Callable[[], object], kernel: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median seconds of both; the first round, which imports, does not count."""
    taken: list[list[float]] = [[], []]
    for _ in range(rounds + 1):
        for work, times in zip((ours, kernel), taken, strict=True):
            begun = process_time()
            work()
            times.append(process_time() - begun)
    return median(taken[0][1:]), median(taken[1][1:])


def main(n: int = 1_000_000, rounds: int = 3) -> None:
    draw = np.random.default_rng(7)
    begun = BEGIN + np.sort(draw.integers(0, (END - BEGIN) // SECOND, n)) * SECOND
    seconds = np.exp(draw.normal(8, 1.2, n)).astype(np.int64)
    severity, service = draw.integers(0, len(SEVERITIES), n), draw.integers(0, N_SERVICES, n)
    ids = np.array([f"INC-{number}" for number in range(n)])
    ended = begun + seconds * SECOND
    incidents = table(
        "incidents",
        incident_id=ids,
        occurred_at=instants(begun),
        started_at=instants(begun),
        restored_at=instants(ended),
        severity=pd.Categorical.from_codes(severity, SEVERITIES, ordered=True),
        is_open=False,
    )
    times = ia.response_times(incidents)
    outages = table(
        "outages", incident_id=ids, position=0, line=0, started_at=instants(begun), ended_at=instants(ended)
    )
    names = np.array([f"service {number}" for number in range(N_SERVICES)])
    services = table("services", incident_id=ids, position=0, line=0, service=names[service], affected=True)
    of = np.repeat(np.arange(n), ITEMS)
    created = begun.astype("datetime64[D]")[of]
    days, is_done = draw.exponential(40, n * ITEMS).astype(np.int64), draw.random(n * ITEMS) < 0.8
    done_on = np.where(is_done, created + days, np.datetime64("NaT"))
    as_of = created.max() + 400
    actions = table(
        "actions",
        incident_id=ids[of],
        position=np.tile(np.arange(ITEMS), n),
        line=np.tile(np.arange(ITEMS), n),
        created_on=created.astype("datetime64[s]"),
        status=np.where(is_done, "done", "open"),
        completed_on=done_on.astype("datetime64[s]"),
    )
    lasted = np.where(is_done, days, (as_of - created).astype(np.int64))

    start, end = begun.astype(np.int64), ended.astype(np.int64)
    longer_than_all = 2 * (end.max() - start.min())  # so that services lie one behind the other

    def quantiles() -> object:
        return [np.quantile(seconds[severity == code], [0.5, 0.9]) for code in range(len(SEVERITIES))]

    def union() -> object:
        first = start + service * longer_than_all
        order = np.argsort(first)
        first = first[order]
        until = np.maximum.accumulate((end + service * longer_than_all)[order])
        covered = until - np.maximum(first, np.concatenate([first[:1], until[:-1]]))
        return np.bincount(service[order], weights=covered.clip(0))

    def survival() -> object:
        data = stats.CensoredData(uncensored=lasted[is_done], right=lasted[~is_done])
        return stats.ecdf(data).sf.confidence_interval(0.95, method="log-log")

    decade = ia.Period.parse("2015-01-01/2024-12-31")
    at = pd.Timestamp(as_of.astype("datetime64[s]"), tz="UTC")
    works: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "response_summary by severity": (lambda: ia.response_summary(times, by="severity"), quantiles),
        "downtime by service": (
            lambda: ia.downtime(outages, services=services, incidents=incidents, within=decade),
            union,
        ),
        "action_survival": (lambda: ia.action_survival(actions, as_of=at), survival),
    }
    for name, (ours, kernel) in works.items():
        one, other = measured(ours, kernel, rounds)
        print(f"{name:30} {one:6.2f} s, kernel {other:6.2f} s, ratio {one / other:5.1f} (at most {BOUND})", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
