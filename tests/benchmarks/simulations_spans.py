"""Print how often intervals of spans cover, and how often comparisons and patterns are found where there are none.

python tests/benchmarks/simulations_spans.py [SAMPLES]
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from incident_analytics.analysis.calendar_pattern import start_hours
from incident_analytics.analysis.comparison import _change_interval, _permute
from incident_analytics.analysis.statistics import geometric_mean_interval, mean_interval, quantile_interval
from incident_analytics.periods import Period
from incident_analytics.tables import make_table

Interval = Callable[[np.ndarray], tuple[float, float]]


def coverage(samples: int) -> None:
    """Print the coverage of each interval on lognormal spans with a median of 1."""
    intervals: dict[str, tuple[Interval, Callable[[float], float], tuple[int, ...]]] = {
        "median": (lambda x: quantile_interval(x, 0.5), lambda _: 1.0, (6, 12, 40)),
        "p90": (lambda x: quantile_interval(x, 0.9), lambda sd: math.exp(1.2815516 * sd), (36, 100)),
        "geometric mean": (geometric_mean_interval, lambda _: 1.0, (6, 12, 40)),
        "mean": (mean_interval, lambda sd: math.exp(sd**2 / 2), (40, 100, 200, 5_000)),
    }
    for name, (interval, true, sizes) in intervals.items():
        for n in sizes:
            for log_sd in (1, 1.25, 1.5):
                draws = np.random.default_rng([n, round(100 * log_sd)]).lognormal(0, log_sd, (samples, n))
                bounds = np.array([interval(draw) for draw in draws])
                covered = np.mean((bounds[:, 0] <= true(log_sd)) & (true(log_sd) <= bounds[:, 1]))
                print(f"{name:15} n = {n:3} log sd {log_sd:4}: covers {covered:.1%}", flush=True)


def comparisons(samples: int) -> None:
    """Print how often compare_periods finds a change, and its interval leaves none out, where nothing changed."""
    for before, after in ((6, 6), (12, 13), (20, 40)):
        logs = np.random.default_rng(before).normal(4.25, 1.25, (samples, before + after))
        intervals = np.array([_change_interval(row[:before], row[before:]) for row in logs])
        covered = np.mean((intervals[:, 0] <= 0) & (intervals[:, 1] >= 0))
        found = np.mean([_permute(row[:before], row[before:], 499)[0] <= 0.05 for row in logs])
        print(f"compare_periods n = {before}, {after}: covers {covered:.1%}, false alarms {found:.1%}", flush=True)


def patterns(samples: int) -> None:
    """Print how often start_hours finds a pattern in 52 weeks of starts at any time alike."""
    start, end = pd.Timestamp("2024-07-01", tz="UTC"), pd.Timestamp("2025-06-30", tz="UTC")
    minutes = (end - start) // pd.Timedelta(minutes=1)
    for n in (10, 12, 20, 50, 200):
        draw = np.random.default_rng(n)
        found = []
        for _ in range(samples):
            begins = pd.Series(start + pd.to_timedelta(draw.integers(0, minutes, n), unit="min"))
            ids = [f"INC-{number}" for number in range(n)]
            table = make_table("incidents", {"incident_id": ids, "occurred_at": begins, "started_at": begins})
            row = start_hours(table, within=Period("", start, end)).iloc[0]
            names = ("hour_p_value", "weekday_p_value", "hour_p_adjusted", "weekday_p_adjusted")
            found.append([bool(pd.notna(row[name]) and row[name] <= 0.05) for name in names])
        hour, weekday, *adjusted = np.array(found).T
        either = (adjusted[0] | adjusted[1]).mean()
        print(
            f"start_hours n = {n:3}: hours {hour.mean():.1%}, weekdays {weekday.mean():.1%}, either {either:.1%}",
            flush=True,
        )


if __name__ == "__main__":
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    coverage(samples)
    comparisons(samples)
    patterns(samples)
