"""Print how often a change of recurrence is found, and how often it is said that it would be.

Run ``python tests/benchmarks/simulations_repeats.py``; it takes a few minutes. Corpora are seeded: kinds of incidents
recur at rates of their own, gamma-distributed, from their first incident to the end of three years. The action items of
the first one are done after an exponential time of half a year, and from then on the kind recurs at a multiple of its
rate. ``stated`` is the mean of the power that each corpus states for itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.repeats import recurrence_change
from incident_analytics.analysis.statistics import LEVEL
from incident_analytics.tables import make_table

RUNS: Final = 500
KINDS: Final = (8, 20, 60)
RATIOS: Final = (1.0, 0.5, 0.3)
RATE: Final = 1.5  # recurrences a kind and year, in the mean
END: Final = pd.Timestamp("2025-01-01", tz="UTC")
YEARS: Final = 3.0


def draw_corpus(
    draw: np.random.Generator, n_kinds: int, ratio: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return incidents, repeats and actions of a corpus in which recurrence changes by a ratio."""
    rows, links, items = [], [], []
    for kind in range(n_kinds):
        rate = RATE * draw.gamma(2.0) / 2.0
        first, turn = draw.uniform(0, YEARS), draw.exponential(0.5)
        turn_at = np.floor((first + turn) * 365.25) + 1  # the day after the last item was done
        at = [first * 365.25]
        for start, end, each in ((at[0], turn_at, rate), (max(turn_at, at[0]), YEARS * 365.25, rate * ratio)):
            length = min(end, YEARS * 365.25) - start
            at += sorted(start + draw.uniform(0, max(length, 0), size=draw.poisson(each * max(length, 0) / 365.25)))
        ids = [f"{kind}-{number}" for number in range(len(at))]
        rows += zip(ids, at, strict=True)
        links += [(later, ids[0]) for later in ids[1:]]
        is_done = turn_at - 1 < YEARS * 365.25
        items.append((ids[0], "done" if is_done else "open", turn_at - 1 if is_done else None))
    begin = END - pd.Timedelta(days=YEARS * 365.25)
    incidents = make_table(
        "incidents",
        {"incident_id": [own for own, _ in rows], "occurred_at": [begin + pd.Timedelta(days=day) for _, day in rows]},
    )
    repeats = pd.DataFrame(links, columns=["incident_id", "earlier_id"], dtype="str")
    first_day = begin.tz_localize(None)
    actions = make_table(
        "actions",
        {
            "incident_id": [own for own, *_ in items],
            "position": [1] * len(items),
            "line": [60] * len(items),
            "status": [status for _, status, _ in items],
            "completed_on": [
                None if day is None else (first_day + pd.Timedelta(days=day)).normalize() for *_, day in items
            ],
        },
    )
    return incidents, repeats, actions


def simulate(n_kinds: int, ratio: float, *, runs: int = RUNS, seed: int = 16) -> tuple[float, float, float]:
    """Return the share of corpora that show a change, the power they state for 0.5 and 0.3, each a mean."""
    draw = np.random.default_rng([seed, n_kinds, int(ratio * 100)])
    found, half, third = [], [], []
    for _ in range(runs):
        row = recurrence_change(*draw_corpus(draw, n_kinds, ratio), as_of=END).iloc[0]
        found.append(bool(row["n"]) and row["p_value"] <= LEVEL)
        half.append(row["power_half"] if row["n"] else 0.0)
        third.append(row["power_third"] if row["n"] else 0.0)
    return float(np.mean(found)), float(np.mean(half)), float(np.mean(third))


def main() -> None:
    """Print a row for each number of kinds and ratio."""
    print("kinds  ratio  found  stated")
    for n_kinds in KINDS:
        for ratio in RATIOS:
            found, half, third = simulate(n_kinds, ratio)
            stated = {1.0: "", 0.5: f"{half:.3f}", 0.3: f"{third:.3f}"}[ratio]
            print(f"{n_kinds:5d}  {ratio:5.1f}  {found:5.3f}  {stated}", flush=True)


if __name__ == "__main__":
    main()
