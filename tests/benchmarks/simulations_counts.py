"""Print how often the intervals of counts cover, and how often their tests find a change where nothing changed.

Run ``python tests/benchmarks/simulations_counts.py``; it takes about a minute. Histories are seeded: monthly counts,
Poisson where the variance is the mean, else negative binomial, at a steady rate in months of their real lengths, and
incidents that fall anywhere within their month. The dispersion is estimated from the months before the last quarter,
as a review of that quarter does. Where times to restore are compared, they are lognormal and tested by Student's t on
their logarithms.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from incident_analytics.analysis.control_charts import control_chart
from incident_analytics.analysis.counts import (
    binomial_tails,
    pearson_dispersion,
    rate_interval,
    rate_ratio_interval,
    rate_ratio_p_value,
    tail_probability,
    widened_p_value,
)
from incident_analytics.analysis.statistics import holm

Counts: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

RUNS: Final = 4000
MEANS: Final = (1, 2, 3, 6, 12)  # incidents per 30 days
PAST_MONTHS: Final = (12, 18, 24)
DISPERSIONS: Final = (1, 2, 3)  # variance / mean
LOG_SD: Final = 1.25
LEAST_SPANS: Final = 6


def months(n: int) -> Floats:
    """Return the lengths of the n months up to September 2025, in units of 30 days."""
    ordinals = [12 * 2025 + 8 - back for back in reversed(range(n))]
    return np.array([calendar.monthrange(ordinal // 12, ordinal % 12 + 1)[1] for ordinal in ordinals]) / 30


def draw_counts(draw: np.random.Generator, mean: float, dispersion: float, lengths: Floats) -> Counts:
    """Return a row of monthly counts for each run."""
    expected = np.broadcast_to(mean * lengths, (RUNS, lengths.size))
    if dispersion == 1:
        return draw.poisson(expected)
    return draw.negative_binomial(expected / (dispersion - 1), 1 / dispersion)


def draw_times(draw: np.random.Generator, counts: Counts, lengths: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return when each incident occurs, and the run that it belongs to."""
    n_runs, n_months = counts.shape
    month = np.repeat(np.tile(np.arange(n_months), n_runs), counts.ravel())
    starts = np.concatenate([[0.0], lengths.cumsum()[:-1]])
    return starts[month] + lengths[month] * draw.random(month.size), np.repeat(np.arange(n_runs), counts.sum(axis=1))


def cells() -> Iterator[tuple[int, int, float, Floats, Counts, Floats]]:
    """Give every combination: dispersion, past months, mean, lengths, counts and the estimated dispersion."""
    for dispersion in DISPERSIONS:
        for past in PAST_MONTHS:
            lengths = months(past + 3)
            for mean in MEANS:
                draw = np.random.default_rng([dispersion, past, mean])
                counts = draw_counts(draw, mean, dispersion, lengths)
                estimate = np.nan_to_num(pearson_dispersion(counts[:, :past], lengths[:past]), nan=1.0)
                yield dispersion, past, mean, lengths, counts, estimate


def percent(values: npt.ArrayLike) -> float:
    return 100 * float(np.mean(values))


def rates(lengths: Floats, counts: Counts, mean: float, dispersion: Floats | float, freedom: float) -> dict[str, float]:
    """Return the coverage of the interval of a quarter's and of a month's rate, and of the change between quarters."""
    covered = {}
    for name, n_months in (("quarter", 3), ("month", 1)):
        low, high = rate_interval(
            counts[:, -n_months:].sum(axis=1), lengths[-n_months:].sum(), dispersion=dispersion, freedom=freedom
        )
        covered[f"rate of a {name}"] = percent((low <= mean) & (mean <= high))
    before, now = (counts[:, part].sum(axis=1) for part in (slice(-6, -3), slice(-3, None)))
    odds = lengths[-3:].sum() / lengths[-6:-3].sum()
    low, high = rate_ratio_interval(before, now, odds, dispersion=dispersion, freedom=freedom)
    known = before + now > 0
    covered["change"] = percent((low <= 1)[known] & (high >= 1)[known])
    return covered


def screens(
    draw: np.random.Generator, lengths: Floats, counts: Counts, dispersion: Floats | float, freedom: float
) -> dict[str, float]:
    """Return how often a quarter differs from the one before or the one a year before."""
    quarters = {"now": slice(-3, None), "before": slice(-6, -3), "year before": slice(-15, -12)}
    n = {name: counts[:, quarter].sum(axis=1) for name, quarter in quarters.items()}
    time = {name: lengths[quarter].sum() for name, quarter in quarters.items()}
    of_counts, of_spans = [], []
    for before in ("before", "year before"):
        odds = time["now"] / time[before]
        of_counts.append(rate_ratio_p_value(n[before], n["now"], odds, dispersion=dispersion, freedom=freedom))
    # The mean and the variance of the logarithms of each quarter's times to restore.
    with np.errstate(divide="ignore", invalid="ignore"):
        center = {name: draw.normal(size=RUNS) * LOG_SD / np.sqrt(n[name]) for name in n}
        spread = {name: LOG_SD**2 * draw.chisquare(np.maximum(n[name] - 1, 1)) / (n[name] - 1) for name in n}
        for before in ("before", "year before"):
            free = n["now"] + n[before] - 2
            pooled = ((n["now"] - 1) * spread["now"] + (n[before] - 1) * spread[before]) / free
            t = (center["now"] - center[before]) / np.sqrt(pooled * (1 / n["now"] + 1 / n[before]))
            enough = (n["now"] >= LEAST_SPANS) & (n[before] >= LEAST_SPANS)
            of_spans.append(np.where(enough, 2 * stats.t.sf(abs(t), np.maximum(free, 1)), np.nan))

    def family(p_values: list[Floats]) -> float:
        return percent([(holm(row) <= 0.05).any() for row in np.transpose(p_values)])

    return {"rates, Holm": family(of_counts), "first screen": family([*of_spans, *of_counts])}


def chart(lengths: Floats, counts: Counts, dispersion: Floats | float, freedom: float) -> float:
    """Return how many charts have a signal; the first ones are drawn by `control_chart` itself."""
    total = counts.sum(axis=1, keepdims=True)
    spread = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), RUNS)[:, np.newaxis]
    at_most, at_least = binomial_tails(counts, total - counts, lengths / lengths.sum(), dispersion=spread)
    tail = tail_probability(1 - 0.05 / lengths.size, dispersion=spread, freedom=freedom)
    beyond = np.minimum(at_most, at_least) <= tail
    for run in range(5):
        table = pd.DataFrame({"n": counts[run], "exposure": lengths})
        past = pd.DataFrame({"dispersion": [float(spread[run, 0])], "n_periods": [freedom + 1]})
        drawn = control_chart(table, value="n", dispersion=past if freedom < np.inf else None)
        if drawn["beyond_limits"].tolist() != beyond[run].tolist():
            raise AssertionError(table)
    return percent(beyond.any(axis=1))


def mean_time_between(
    draw: np.random.Generator,
    lengths: Floats,
    counts: Counts,
    *,
    mean: float,
    dispersion: Floats | float,
    freedom: float,
) -> float:
    """Return the coverage of the interval of the mean time between the incidents of the last twelve months."""
    times, run = draw_times(draw, counts[:, -12:], lengths[-12:])
    first = np.full(RUNS, np.nan)
    np.fmin.at(first, run, times)
    n_gaps = counts[:, -12:].sum(axis=1) - 1
    known = n_gaps > 0
    low, high = rate_interval(
        n_gaps[known],
        lengths[-12:].sum() - first[known],
        dispersion=np.broadcast_to(dispersion, RUNS)[known],
        freedom=freedom,
    )
    return percent((low <= mean) & (mean <= high))


def trend(
    draw: np.random.Generator, lengths: Floats, counts: Counts, dispersion: Floats | float, freedom: float
) -> float:
    """Return how often Laplace's test finds a trend in the last twelve months, as `rate_trend` applies it."""
    times, run = draw_times(draw, counts[:, -12:], lengths[-12:])
    n = counts[:, -12:].sum(axis=1)
    known = n >= 4
    total = np.bincount(run, times, minlength=RUNS)[known]
    laplace = np.sqrt(12 * n[known]) * (total / n[known] / lengths[-12:].sum() - 0.5)
    spread = np.broadcast_to(dispersion, RUNS)[known]
    p_value = 2 * stats.norm.sf(abs(laplace) / np.sqrt(spread))
    return percent(widened_p_value(p_value, dispersion=spread, freedom=freedom) < 0.05)


def simulate() -> pd.DataFrame:
    """Return a row for each combination, with the dispersion estimated and with counts taken as Poisson."""
    rows = []
    for true, past, mean, lengths, counts, estimate in cells():
        draw = np.random.default_rng([true, past, mean, 1])
        for method, spread, freedom in (("estimated", estimate, past - 1), ("taken as Poisson", 1.0, np.inf)):
            rows.append(
                {"variance / mean": true, "dispersion": method, "past months": past, "mean": mean}
                | rates(lengths, counts, mean, spread, freedom)
                | {"MTBF": mean_time_between(draw, lengths, counts, mean=mean, dispersion=spread, freedom=freedom)}
                | screens(draw, lengths, counts, spread, freedom)
                | {"chart": chart(lengths, counts, spread, freedom)}
                | {"trend": trend(draw, lengths, counts, spread, freedom)}
            )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the figures by mean, and their least and greatest."""
    table = simulate()
    keys = ["variance / mean", "dispersion"]
    print(f"{RUNS:,} histories a row; percent.")
    print("Coverage of 95% intervals: rate of a quarter, rate of a month, change from quarter to quarter, MTBF.")
    print(
        "False alarms at 5%: rates of a quarter and two earlier ones with Holm, first screen (with times to restore),"
    )
    print("whole control charts, trend over a year.\n")
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.float_format", "{:.1f}".format):
        print(table.to_string(index=False))
        figures = table.drop(columns=["past months", "mean"]).groupby(keys, sort=False)
        print("\nLeast")
        print(figures.min().to_string())
        print("\nGreatest")
        print(figures.max().to_string())


if __name__ == "__main__":
    main()
