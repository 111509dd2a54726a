"""Whether a team's figures changed from one period to the next, each with a test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from incident_analytics.analysis.comparison import compare_medians
from incident_analytics.analysis.grouping import rows_within
from incident_analytics.analysis.process import recorded_milestones
from incident_analytics.analysis.rates import compare_rates, count_dispersion
from incident_analytics.analysis.statistics import LEAST, LEVEL, holm
from incident_analytics.checks import require_columns
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import FLOAT, MILESTONES, TEXT

__all__ = ["team_changes"]


def team_changes(
    incidents: pd.DataFrame,
    services: pd.DataFrame,
    readings: pd.DataFrame,
    *,
    times: pd.DataFrame,
    metric: str,
    before: Period,
    after: Period,
    past: Period,
    as_of: pd.Timestamp,
    calendar: Calendar | None = None,
    compare_spans: bool = True,
) -> pd.DataFrame:
    """Test for each team whether incidents, their response and the data about them changed.

    Parameters
    ----------
    incidents, readings
        The tables of these names.
    services
        The services table with the teams in the place of their services. An incident counts for every team.
    times
        The result of `response_times`.
    metric
        The metric whose median is compared.
    before, after
        The two periods, the earlier one first.
    past
        The time from which the dispersion of a team's counts is estimated.
    as_of, calendar
        As in `response_summary`.
    compare_spans
        Whether the response can be compared at all; where not, its p-values are NA.

    Returns
    -------
    pandas.DataFrame
        Three rows a team, by name:

        - team, str
        - measure, str: ``incidents``, the metric, or ``recorded milestones``
        - n_before, n_after, int64: incidents
        - change, Float64: of the rate, of the median, and of the mean share of milestones recorded (as a difference)
        - detectable_rise, Float64: of ``incidents`` the smallest rise that as many would show in 4 of 5 cases were it
          the only comparison; NA where they could show none, and of the other measures
        - p_value, Float64: of `compare_rates`, of `compare_medians`, and of the rank test of Mann and Whitney on the
          number of milestones that each report records, from 6 reports a period; NA where there is nothing to compare
        - p_adjusted, Float64: by Holm's method over all rows, so that the chance of any false arrow is at most 5%
        - arrow, str: ``up`` or ``down`` where p_adjusted is at most 5%, else NA

    Raises
    ------
    ColumnsError
        ``column 'service' is missing; the frame has ...``

    Notes
    -----
    Simulated, 500 histories of four teams each, Poisson: where nothing changed, 1.4% of scorecards with 2 incidents a
    month and team have any arrow, and 3.2% with 10. Where the incidents of one team doubled in the last quarter, 9.6%
    and 45.4% of those with 4 and 10 show it, and 3.4% and 4.6% have another arrow (standard error up to 2.2 points;
    tests/benchmarks/simulations_teams.py). So a team with few incidents hardly ever has an arrow.

    References
    ----------
    H. B. Mann and D. R. Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the
    Other", The Annals of Mathematical Statistics 18 (1947) 50-60, https://doi.org/10.1214/aoms/1177730491.
    """
    require_columns(services, "incident_id", "service", "affected")
    affected = services[services["affected"].fillna(value=False) & services["service"].notna()]
    recorded = recorded_milestones(incidents, readings)
    rows: list[dict[str, Any]] = []
    for team in sorted(affected["service"].unique()):
        ids = affected.loc[affected["service"] == team, "incident_id"]
        own = incidents[incidents["incident_id"].isin(ids)].reset_index(drop=True)
        dispersion = count_dispersion(own, within=past)
        rates = compare_rates(own, before=before, after=after, dispersion=dispersion)
        medians = compare_medians(
            times[times["incident_id"].isin(ids)].reset_index(drop=True),
            metric=metric,
            before=before,
            after=after,
            as_of=as_of,
            calendar=calendar,
        )
        if not compare_spans:
            medians["p_value"] = medians["p_value"].mask(medians["p_value"].notna())
        found = {"incidents": rates, metric: medians}
        for measure, table in found.items():
            row = table.iloc[0]
            values = {name: row[name] for name in ("n_before", "n_after", "change", "p_value")}
            rows.append({"team": team, "measure": measure, **values})
        rows[-len(found)]["detectable_rise"] = rates["detectable_rise"].iloc[0]
        reports = recorded[recorded["incident_id"].isin(ids)]
        rows.append({"team": team, "measure": "recorded milestones", **_data_change(reports, before, after)})
    dtypes = {"team": TEXT, "measure": TEXT, "n_before": "int64", "n_after": "int64"}
    dtypes |= dict.fromkeys(("change", "detectable_rise", "p_value"), FLOAT)
    table = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=dtype) for name, dtype in dtypes.items()}
    )
    adjusted = pd.Series(holm(table["p_value"].to_numpy(dtype=float, na_value=np.nan)), dtype=FLOAT)
    is_finding = (adjusted <= LEVEL).fillna(value=False)
    # Without an incident before, the relative change has no number, though there are more now.
    is_first = table["change"].isna() & (table["measure"] == "incidents")
    rose = (table["change"] > 0).fillna(value=False) | is_first
    arrow = pd.Series(np.where(rose, "up", "down"), dtype=TEXT).where(is_finding & (table["change"].notna() | is_first))
    return table.assign(p_adjusted=adjusted, arrow=arrow)


def _data_change(reports: pd.DataFrame, before: Period, after: Period) -> dict[str, Any]:
    """Compare how many milestones the reports of two periods record."""
    from scipy import special

    earlier, later = (rows_within(reports, period)["n_recorded"].to_numpy() for period in (before, after))
    row: dict[str, Any] = {"n_before": len(earlier), "n_after": len(later), "change": None, "p_value": None}
    if not len(earlier) or not len(later):
        return row
    row["change"] = (later.mean() - earlier.mean()) / len(MILESTONES)
    if min(len(earlier), len(later)) >= LEAST["comparison"] and np.ptp(np.concatenate([earlier, later])) > 0:
        # The test of Mann and Whitney, by its normal form with ties and a correction for continuity.
        both = pd.Series(np.concatenate([earlier, later]))
        n_pairs, n, ties = len(earlier) * len(later), len(both), both.value_counts().to_numpy(dtype=np.float64)
        above = both.rank()[: len(earlier)].sum() - len(earlier) * (len(earlier) + 1) / 2
        error = np.sqrt(n_pairs / 12 * (n + 1 - (ties**3 - ties).sum() / (n * (n - 1))))
        row["p_value"] = min(1.0, 2 * special.ndtr((0.5 - abs(above - n_pairs / 2)) / error))
    return row
