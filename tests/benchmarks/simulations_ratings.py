"""Print how often severity is found to follow an impact that it has nothing to do with, and what the intervals cover.

python tests/benchmarks/simulations_ratings.py [HISTORIES]

Incidents affect some of five services; severity and each impact are drawn from normal variables of a correlation. The
share of pairs that agree in the long run is that of four histories of 800 incidents.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from incident_analytics.analysis.ratings import severity_agreement

SEVERITIES = ["SEV-3", "SEV-2", "SEV-1"]
CUTS = (0, 1.2)
SERVICES = 5
SIZES = (12, 20, 40, 100)
CORRELATIONS = (0.0, 0.5, 0.8)


def history(draw: np.random.Generator, n: int, correlation: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the impacts of so many incidents, and the services that they affected."""
    ids = np.array([f"INC-{number}" for number in range(n)])
    latent = draw.standard_normal(n)
    affected = draw.random((n, SERVICES)) < 0.3
    affected[np.arange(n), draw.integers(0, SERVICES, n)] = True
    incidents, numbers = np.nonzero(affected)
    services = pd.DataFrame({"incident_id": ids[incidents], "service": numbers.astype(str), "affected": True})

    def impact() -> np.ndarray:
        noise = draw.standard_normal(n)
        return np.exp(correlation * latent + np.sqrt(1 - correlation**2) * noise)

    impacts = pd.DataFrame(
        {
            "incident_id": ids,
            "severity": pd.Categorical.from_codes(np.digitize(latent, CUTS).tolist(), SEVERITIES, ordered=True),
            "affected_users": impact(),
            "affected_users_fraction": impact(),
            "downtime": pd.to_timedelta(impact(), unit="h"),
            "cost": impact(),
        }
    )
    return impacts, services


def main(n_histories: int) -> None:
    """Print a line for each correlation and size."""
    draw = np.random.default_rng(4)
    for correlation in CORRELATIONS:
        long = [severity_agreement(*history(draw, 800, correlation))["concordance"].mean() for _ in range(4)]
        truth = float(np.mean(long))
        for n in SIZES:
            covered = intervals = found = 0
            for _ in range(n_histories):
                table = severity_agreement(*history(draw, n, correlation))
                known = table.dropna(subset=["concordance_low"])
                covered += int(((known["concordance_low"] <= truth) & (truth <= known["concordance_high"])).sum())
                intervals += len(known)
                found += bool((table["p_adjusted"] <= 0.05).fillna(value=False).any())
            print(
                f"{n} incidents, {truth:.0%} of pairs agree: any finding in {found / n_histories:.1%}, "
                f"intervals cover {covered / max(intervals, 1):.1%}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
