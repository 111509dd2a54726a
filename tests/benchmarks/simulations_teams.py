"""Print how often the scorecard of teams has an arrow where nothing changed, and how often where incidents doubled.

python tests/benchmarks/simulations_teams.py [HISTORIES]

Four teams have incidents at a steady rate over two years, Poisson or with twice the variance, lognormal times to
restore, and reports that record each milestone with the same chance. The arrows compare the last quarter with the one
before; Holm's method is to keep the chance of any false arrow of a scorecard at 5%.
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pandas as pd

from incident_analytics.analysis.response import response_times
from incident_analytics.analysis.scorecard import team_changes
from incident_analytics.periods import Period
from incident_analytics.schema import MILESTONES
from incident_analytics.tables import make_table

TEAMS = ("API", "Audio", "Content", "Web")
MONTHS = pd.date_range("2023-10-01", "2025-10-01", freq="MS", tz="UTC")
BEFORE, AFTER = Period.parse("2025Q2"), Period.parse("2025Q3")
PAST = Period.parse("2023-10-01/2025-07-01")
LOG_SD = 1.25
RECORDED = 0.8
SETTINGS = ((4.0, 1.0, 1.0), (4.0, 2.0, 1.0), (2.0, 1.0, 1.0), (10.0, 1.0, 1.0), (4.0, 1.0, 2.0), (10.0, 1.0, 2.0))
"""Incidents a month and team, variance by mean, and by what the last quarter has more of the first team's."""


def arrows(draw: np.random.Generator, mean: float, dispersion: float, more: float) -> pd.DataFrame:
    """Return the changes of one history."""
    begun, teams = [], []
    for team in TEAMS:
        for start, end in pairwise(MONTHS):
            rate = mean * (more if team == TEAMS[0] and start >= AFTER.start else 1)
            n = (
                draw.poisson(rate)
                if dispersion == 1
                else draw.negative_binomial(rate / (dispersion - 1), 1 / dispersion)
            )
            begun += list(start + (end - start) * draw.random(n))
            teams += [team] * n
    at = pd.DatetimeIndex(begun).floor("s")
    ids = [f"INC-{number}" for number in range(len(at))]
    restored = at + pd.to_timedelta(np.exp(draw.normal(np.log(3600), LOG_SD, len(at))), unit="s").floor("s")
    incidents = make_table(
        "incidents",
        {
            "incident_id": ids,
            "status": ["Final"] * len(ids),
            "occurred_at": at,
            "started_at": at,
            "detected_at": at,
            "restored_at": restored,
            "is_open": [False] * len(ids),
        },
    )
    services = pd.DataFrame({"incident_id": ids, "service": teams, "affected": [True] * len(ids)})
    noted = [
        (name, f"{milestone}_at")
        for name in ids
        for milestone in ("started", "detected", "restored")
        if milestone in MILESTONES and draw.random() < RECORDED
    ]
    readings = make_table(
        "readings",
        {
            "incident_id": [name for name, _ in noted],
            "field": [field for _, field in noted],
            "grade": ["recorded"] * len(noted),
            "line": [1] * len(noted),
        },
    )
    return team_changes(
        incidents,
        services,
        readings,
        times=response_times(incidents),
        metric="time_to_restore",
        before=BEFORE,
        after=AFTER,
        past=PAST,
        as_of=MONTHS[-1],
    )


def main(n_histories: int) -> None:
    """Print a line for each setting."""
    for mean, dispersion, more in SETTINGS:
        draw = np.random.default_rng(16)
        false = right = 0
        for _ in range(n_histories):
            table = arrows(draw, mean, dispersion, more)
            is_true = (table["team"] == TEAMS[0]) & (table["measure"] == "incidents") & (more != 1)
            false += bool(table.loc[~is_true, "arrow"].notna().any())
            right += bool(table.loc[is_true, "arrow"].notna().any())
        doubled = f", the one that is right in {right / n_histories:.1%}" if more != 1 else ""
        print(
            f"{mean:g} a month and team, variance {dispersion:g} times the mean: any false arrow in "
            f"{false / n_histories:.1%}{doubled}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
