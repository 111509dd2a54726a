"""Print how often the first screen finds a change where nothing changed, and what Kaplan-Meier intervals cover.

python tests/benchmarks/simulations_screen.py [HISTORIES]

The first screen is that of a review of 2025Q3 with 24 months of history before it. Incidents come at a steady rate,
Poisson or with the variance twice or three times the mean, and times to restore are lognormal. The tests are those that
`measures.changes` makes, on plain arrays; one history in `CHECKED` goes through `measures.changes` itself, which must
give the same p-values. For Kaplan-Meier some incidents are still ongoing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from incident_analytics import measures
from incident_analytics.analysis.comparison import _permute
from incident_analytics.analysis.completion_times import action_survival, open_after
from incident_analytics.analysis.counts import Floats, pearson_dispersion, rate_ratio_p_value
from incident_analytics.analysis.response import response_summary, response_times
from incident_analytics.analysis.statistics import LEAST, LEVEL, holm
from incident_analytics.config import Settings
from incident_analytics.schema import TABLES
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

MONTHS = pd.date_range("2023-07-01", "2025-10-01", freq="MS", tz="UTC")
AS_OF = MONTHS[-1]
LOG_SD = 1.25
DAY = 86400
EDGES = ((MONTHS - MONTHS[0]) / pd.Timedelta(seconds=1)).to_numpy(np.float64)
YEAR_BEFORE, BEFORE, AFTER = slice(12, 15), slice(21, 24), slice(24, 27)
SETTINGS = ((4, 1), (4, 2), (4, 3), (2, 1), (2, 2), (10, 1), (10, 2))
CHECKED = 100


def draw_starts(draw: np.random.Generator, mean: float, dispersion: float) -> Floats:
    """Return when incidents start: at any second of their month, so many a month; in seconds from the first month."""
    lengths = (EDGES[1:] - EDGES[:-1]) / (30 * DAY)
    if dispersion == 1:
        counts = draw.poisson(mean * lengths)
    else:
        counts = draw.negative_binomial(mean * lengths / (dispersion - 1), 1 / dispersion)
    month = np.repeat(np.arange(lengths.size), counts)
    return np.sort(EDGES[month] + np.floor(draw.random(month.size) * (EDGES[month + 1] - EDGES[month])))


def corpus(starts: Floats, spans: Floats) -> Corpus:
    """Return the tables of incidents that start and last so many seconds."""
    started_at = MONTHS[0] + pd.to_timedelta(starts, unit="s")
    ids = [f"INC-{number}" for number in range(len(starts))]
    table = make_table(
        "incidents",
        {
            "incident_id": ids,
            "path": [f"{name}.md" for name in ids],
            "status": ["Final"] * len(ids),
            "severity": ["SEV-2"] * len(ids),
            "occurred_at": started_at,
            "started_at": started_at,
            "restored_at": started_at + pd.to_timedelta(spans, unit="s"),
            "is_open": [False] * len(ids),
        },
    )
    return Corpus(**{name: table if name == "incidents" else make_table(name) for name in TABLES})


def p_values(starts: Floats, spans: Floats) -> list[float]:
    """Return the p-values of the first screen: of the medians and the counts of both comparisons."""
    months = np.histogram(starts, EDGES)[0]
    if not months[AFTER].any():  # either nothing happened or nothing was written down
        return []
    first = int(np.flatnonzero(months)[0])
    past = slice(first, AFTER.start)
    spread = float(pearson_dispersion(months[past], np.diff(EDGES)[past]))
    found: list[float] = []
    for before in (BEFORE, YEAR_BEFORE):
        if first > before.start:
            continue
        logs = []
        for quarter in (before, AFTER):
            inside = (starts >= EDGES[quarter.start]) & (starts < EDGES[quarter.stop])
            logs.append(np.log(np.sort(spans[inside]) * 1e6))
        if min(values.size for values in logs) >= LEAST["comparison"]:
            found.append(_permute(*logs, 9999, np.median)[0])
        odds = (EDGES[AFTER.stop] - EDGES[AFTER.start]) / (EDGES[before.stop] - EDGES[before.start])
        counts = [months[quarter].sum() for quarter in (before, AFTER)]
        freedom = AFTER.start - first - 1
        found.append(float(rate_ratio_p_value(*counts, odds, dispersion=spread, freedom=freedom)))
    return found


def screens(histories: int, settings: Iterable[tuple[int, int]] = SETTINGS) -> None:
    """Print how many first screens show any change, at each number of incidents a month and variance / mean."""
    for mean, dispersion in settings:
        draw = np.random.default_rng([mean, dispersion])
        found = []
        for number in range(histories):
            starts = draw_starts(draw, mean, dispersion)
            spans = np.maximum(np.round(draw.lognormal(4.25, LOG_SD, starts.size) * 60), 1)
            tested = p_values(starts, spans)
            if number % CHECKED == 0:
                changes = measures.changes(Scope.of(corpus(starts, spans), "2025Q3", Settings()))
                expected = changes["p_value"].dropna().to_numpy(float)
                np.testing.assert_allclose(tested, expected, rtol=1e-9, err_msg=f"history {number}")
                np.testing.assert_allclose(holm(tested), changes["p_adjusted"].dropna().to_numpy(float), rtol=1e-9)
            found.append(bool((holm(tested) <= LEVEL).any()))
        share, error = np.mean(found), np.std(found) / math.sqrt(histories)
        print(
            f"first screen, {mean:2} incidents a month, variance / mean {dispersion}: {share:.1%} of {histories:,} "
            f"find a change (standard error {error:.1%})",
            flush=True,
        )


def censored(draw: np.random.Generator, n: int, part: float) -> Iterator[pd.DataFrame]:
    """Give tables of n incidents, of which about a part is still ongoing at `AS_OF`."""
    while True:
        minutes = draw.lognormal(0, LOG_SD, n)
        # Looked at after a time of its own, each incident is ongoing if that time is the shorter one.
        looked = draw.lognormal(math.sqrt(2) * LOG_SD * -stats.norm.ppf(part), LOG_SD, n)
        starts = AS_OF - pd.to_timedelta(looked * 3600, unit="s").round("us")
        ends = (starts + pd.to_timedelta(minutes * 3600, unit="s").round("us")).where(minutes <= looked)
        ids = [f"INC-{number}" for number in range(n)]
        yield make_table(
            "incidents",
            {
                "incident_id": ids,
                "occurred_at": starts,
                "started_at": starts,
                "restored_at": ends,
                "is_open": ends.isna(),
            },
        )


def kaplan_meier(samples: int) -> None:
    """Print what the intervals of median and p90 cover where incidents are ongoing, and those of open action items."""
    true = {"median": 1.0, "p90": math.exp(1.2815516 * LOG_SD)}
    for part in (0.1, 0.3):
        for n in (12, 40, 100):
            tables = censored(np.random.default_rng([n, round(100 * part)]), n, part)
            rows = []
            for _ in range(samples):
                table = next(tables)
                if not table["is_open"].any():
                    continue
                rows.append(response_summary(response_times(table), as_of=AS_OF))
            drawn = pd.concat(rows, ignore_index=True)
            for name, value in true.items():
                low, high = (drawn[f"{name}_{side}"] / pd.Timedelta(hours=1) for side in ("low", "high"))
                # A bound that is NA is not known: nothing is claimed on that side.
                given = low.notna()
                if not given.any():
                    continue
                covers = (low[given] <= value) & ~(high[given] < value)
                print(
                    f"Kaplan-Meier {name:6} n = {n:3}, {part:.0%} ongoing: covers {covers.mean():.1%} "
                    f"of the {given.mean():.0%} with an interval",
                    flush=True,
                )
    for n in (12, 40, 100):
        draw = np.random.default_rng(n)
        covered, given = [], []
        for _ in range(samples):
            created = (AS_OF - pd.to_timedelta(draw.integers(1, 180, n), unit="D")).tz_localize(None)
            completed = created + pd.to_timedelta(draw.geometric(1 / 40, n), unit="D")
            done = completed < AS_OF.tz_localize(None)
            items = make_table(
                "actions",
                {
                    "incident_id": ["INC-1"] * n,
                    "position": range(n),
                    "line": range(n),
                    "created_on": created,
                    "status": np.where(done, "done", "open"),
                    "completed_on": completed.where(done),
                },
            )
            row = open_after(action_survival(items, as_of=AS_OF), pd.Timedelta(days=30)).iloc[0]
            known = pd.notna(row["survival_low"]) and pd.notna(row["survival_high"])
            given.append(known)
            if known:
                covered.append(row["survival_low"] <= (1 - 1 / 40) ** 30 <= row["survival_high"])
        print(
            f"action items open after 30 days, n = {n:3}: covers {np.mean(covered):.1%} "
            f"of the {np.mean(given):.0%} with an interval",
            flush=True,
        )


if __name__ == "__main__":
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    kaplan_meier(histories)
    screens(histories)
