"""Whether severity is applied alike: stated severity against users, downtime and cost."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.analysis.statistics import LEAST, LEVEL, holm
from incident_analytics.checks import require_columns
from incident_analytics.schema import FLOAT, SPAN, TEXT

__all__ = ["incident_impacts", "near_twins", "out_of_line", "severity_agreement"]

Floats = npt.NDArray[np.float64]

IMPACTS: Final = ("affected_users", "affected_users_fraction", "downtime", "cost")
"""What severity is compared with."""

_CLOSE: Final = 1.25  # near twins differ by no more than a quarter in users, and in downtime
_LEAST_COMPARED: Final = 3  # incidents that one must be compared with before it can be out of line with them


def incident_impacts(incidents: pd.DataFrame, outages: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Put next to each incident's severity what it did.

    Parameters
    ----------
    incidents, outages, costs
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        A row for each incident that is not ongoing, in their order:

        - incident_id, title, str; severity, category
        - affected_users, Float64, as reported; affected_users_fraction, Float64
        - downtime, timedelta64[us]: all windows of impact; NA without one, or where the begin or end of one is unknown
        - cost, Float64: all amounts of the incident in the currency that most amounts are in; NA where an amount is not
          reported or in another currency, and where there is none

    Raises
    ------
    ColumnsError
        ``column 'affected_users' is missing; the frame has ...``
    """
    require_columns(
        incidents, "incident_id", "title", "severity", "is_open", "affected_users", "affected_users_fraction"
    )
    require_columns(outages, "incident_id", "started_at", "ended_at")
    require_columns(costs, "incident_id", "amount", "currency")
    rows = incidents[~incidents["is_open"].fillna(value=False)].reset_index(drop=True)
    spans = (outages["ended_at"] - outages["started_at"]).astype(SPAN)
    downtime = _totals(spans, outages["incident_id"])
    common = costs.loc[costs["amount"] > 0, "currency"].mode()
    usable = costs["amount"].where((costs["amount"] == 0) | costs["currency"].isin(common.head(1)))
    cost = _totals(usable, costs["incident_id"])
    return rows[["incident_id", "title", "severity"]].assign(
        affected_users=rows["affected_users"].astype(FLOAT),
        affected_users_fraction=rows["affected_users_fraction"].astype(FLOAT),
        downtime=downtime.reindex(rows["incident_id"]).set_axis(rows.index).astype(SPAN),
        cost=cost.reindex(rows["incident_id"]).set_axis(rows.index).astype(FLOAT),
    )


def _totals(values: pd.Series, incident_ids: pd.Series) -> pd.Series:
    """Return the sum of each incident's values, NA where one of them is."""
    return values.groupby(incident_ids).sum().mask(values.isna().groupby(incident_ids).any())


def severity_agreement(impacts: pd.DataFrame, services: pd.DataFrame, *, members: bool = False) -> pd.DataFrame:
    """Compare the order of stated severities with that of users, downtime and cost.

    Two incidents are compared if they affected a service in common and have different severities: 5,000 users of one
    service say nothing about 5,000 of another.

    Parameters
    ----------
    impacts
        The result of `incident_impacts`.
    services
        The services table.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for each of affected_users, affected_users_fraction, downtime and cost:

        - impact, str
        - n, int64: incidents that could be compared with another one
        - n_missing, int64: incidents left out, as the report has no severity or no such figure
        - n_pairs, int64: pairs compared
        - concordance, concordance_low, concordance_high, Float64: the share of the pairs in which the more severe
          incident had the larger figure, equal ones counting half, with its 95% interval; 0.5 if severity has nothing
          to do with it; NA without a pair, the interval below n = 10 and where no pair, or every pair, agrees
        - p_value, Float64: that severity has nothing to do with it; NA where the interval is
        - p_adjusted, Float64: by Holm's method for the four, so that the chance of any false finding is at most 5%
        - incident_ids, tuple of str, where asked for: the incidents of n

    Raises
    ------
    ColumnsError
        ``column 'downtime' is missing; the frame has ...``

    Notes
    -----
    The share is (D + 1) / 2 with D of Somers. Its standard error is the jackknife's over incidents, which are in many
    pairs each; interval and test are Student's on the inverse hyperbolic tangent of D. Simulated where
    severity has nothing to do with any of the four, with 12, 20, 40 and 100 incidents of five services, 500 histories
    each: 0.2, 1.4, 2.8 and 4.6% of histories show a finding, and the intervals cover the share in 96 to 99% of cases
    (tests/benchmarks/simulations_ratings.py). Where 73% of pairs agree
    in all four, 25% of histories of 20 incidents show it, and 86% of those of 40.

    References
    ----------
    R. H. Somers, "A New Asymmetric Measure of Association for Ordinal Variables", American Sociological Review 27
    (1962) 799-811, https://doi.org/10.2307/2090408; R. Newson, "Confidence intervals for rank statistics: Somers' D and
    extensions", The Stata Journal 6 (2006) 309-334, https://doi.org/10.1177/1536867X0600600302.

    Examples
    --------
    >>> impacts = pd.DataFrame({
    ...     "incident_id": ["a", "b", "c"], "severity": pd.Categorical(["2", "1", "1"], ["2", "1"], ordered=True),
    ...     "affected_users": [100.0, 900.0, 80.0], "affected_users_fraction": [None] * 3,
    ...     "downtime": pd.to_timedelta([5, 9, 8], unit="m"), "cost": [None] * 3,
    ... })
    >>> services = pd.DataFrame({"incident_id": ["a", "b", "c"], "service": ["API"] * 3, "affected": [True] * 3})
    >>> severity_agreement(impacts, services)[["impact", "n", "n_pairs", "concordance"]].head(1)
               impact  n  n_pairs  concordance
    0  affected_users  3        2          0.5
    """
    require_columns(impacts, "incident_id", "severity", *IMPACTS)
    rows = [_agreement(impacts, services, impact) for impact in IMPACTS]
    dtypes = {"impact": TEXT, "n": "int64", "n_missing": "int64", "n_pairs": "int64"}
    dtypes |= dict.fromkeys(("concordance", "concordance_low", "concordance_high", "p_value"), FLOAT)
    table = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in dtypes.items()})
    table["p_adjusted"] = pd.Series(holm(table["p_value"].to_numpy(dtype=float, na_value=np.nan)), dtype=FLOAT)
    return table.assign(incident_ids=[row["incident_ids"] for row in rows]) if members else table


def _agreement(impacts: pd.DataFrame, services: pd.DataFrame, impact: str) -> dict[str, Any]:
    """Return a row of `severity_agreement`."""
    from scipy import special

    known = impacts[impacts["severity"].notna() & impacts[impact].notna()].reset_index(drop=True)
    severity = known["severity"].cat.codes.to_numpy(dtype=np.float64)
    values = _numbers(known[impact])
    shares = _affected(known, services)
    agreeing, pairs = np.zeros(len(known)), np.zeros(len(known))
    for index in range(len(known)):
        compared = (shares @ shares[index] > 0) & (severity != severity[index])
        pairs[index] = compared.sum()
        agreeing[index] = (np.sign(severity - severity[index]) * np.sign(values - values[index]))[compared].sum()
    n, n_pairs = int((pairs > 0).sum()), int(pairs.sum()) // 2
    row: dict[str, Any] = {"impact": impact, "n": n, "n_missing": len(impacts) - len(known), "n_pairs": n_pairs}
    row |= dict.fromkeys(("concordance", "concordance_low", "concordance_high", "p_value"))
    row["incident_ids"] = tuple(sorted(known.loc[pairs > 0, "incident_id"]))
    if not n_pairs:
        return row
    agreeing, pairs = agreeing[pairs > 0], pairs[pairs > 0]
    d = agreeing.sum() / pairs.sum()
    row["concordance"] = (d + 1) / 2
    left = pairs.sum() - 2 * pairs
    if n < LEAST["concordance"] or abs(d) == 1 or (left <= 0).any():
        return row
    without = (agreeing.sum() - 2 * agreeing) / left
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()) / (1 - d**2)
    if not error > 0:
        return row
    half = -special.stdtrit(n - 1, LEVEL / 2) * error
    low, high = np.tanh([np.arctanh(d) - half, np.arctanh(d) + half])
    p_value = 2 * special.stdtr(n - 1, -abs(np.arctanh(d)) / error)
    return row | {"concordance_low": (low + 1) / 2, "concordance_high": (high + 1) / 2, "p_value": p_value}


def out_of_line(impacts: pd.DataFrame, services: pd.DataFrame) -> pd.DataFrame:
    """List the incidents whose severity is out of line with users and downtime at the same time.

    Parameters
    ----------
    impacts, services
        As in `severity_agreement`.

    Returns
    -------
    pandas.DataFrame
        A row for each such incident, in their order:

        - incident_id, title, str; severity, category; affected_users, Float64; downtime, timedelta64[us]
        - rated, str: ``low`` where at least half of the more severe incidents with a service in common had fewer users
          and less downtime, ``high`` where at least half of the less severe ones had more of both; at least three are
          compared
        - n, int64: incidents that it was compared with
        - n_contrary, int64: those of n that had less of both, or more

        This is a list to look at and no finding: where severity is applied alike a few are out of line by chance. Where
        the report gives a share of users instead of their number, that can't be compared, and the incident is left out.

    Raises
    ------
    ColumnsError
        ``column 'downtime' is missing; the frame has ...``
    """
    require_columns(impacts, "incident_id", "title", "severity", "affected_users", "downtime")
    known = impacts.dropna(subset=["severity", "affected_users", "downtime"]).reset_index(drop=True)
    severity = known["severity"].cat.codes.to_numpy()
    users, downtime = _numbers(known["affected_users"]), _numbers(known["downtime"])
    shares = _affected(known, services)
    found = []
    for index in range(len(known)):
        related = shares @ shares[index] > 0
        for rated, others, contrary in (
            ("low", severity > severity[index], (users < users[index]) & (downtime < downtime[index])),
            ("high", severity < severity[index], (users > users[index]) & (downtime > downtime[index])),
        ):
            n, n_contrary = int((related & others).sum()), int((related & others & contrary).sum())
            if n >= _LEAST_COMPARED and 2 * n_contrary >= n:
                found.append((index, rated, n, n_contrary))
    table = known.loc[
        [index for index, *_ in found], ["incident_id", "title", "severity", "affected_users", "downtime"]
    ].reset_index(drop=True)
    return table.assign(
        rated=pd.Series([rated for _, rated, *_ in found], dtype=TEXT),
        n=pd.Series([n for *_, n, _ in found], dtype="int64"),
        n_contrary=pd.Series([n for *_, n in found], dtype="int64"),
    )


def near_twins(impacts: pd.DataFrame, services: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Find pairs of incidents that were much the same, and were rated differently.

    Parameters
    ----------
    impacts, services
        As in `severity_agreement`.
    readings
        The readings table, which says on which lines the severities are.

    Returns
    -------
    pandas.DataFrame
        A row for each incident with a less severe twin, and the closest one: both affected exactly the same services,
        and their users, and their downtimes, differ by no more than a quarter:

        - incident_id, twin_id, str
        - severity, twin_severity, category
        - line, twin_line, Int64: where the reports state them; NA where that isn't known
        - affected_users, twin_users, Float64; downtime, twin_downtime, timedelta64[us]
        - n_twins, int64: the less severe twins that it has

        Two numbers of users are compared, or else two shares of users; incidents that give neither are in no pair.

    Raises
    ------
    ColumnsError
        ``column 'downtime' is missing; the frame has ...``

    Examples
    --------
    >>> impacts = pd.DataFrame({
    ...     "incident_id": ["a", "b"], "severity": pd.Categorical(["2", "1"], ["2", "1"], ordered=True),
    ...     "affected_users": [400.0, 448.0], "affected_users_fraction": [None] * 2,
    ...     "downtime": pd.to_timedelta([39, 41], unit="m"),
    ... })
    >>> services = pd.DataFrame({"incident_id": ["a", "b"], "service": ["API"] * 2, "affected": [True] * 2})
    >>> readings = pd.DataFrame({"incident_id": ["a", "b"], "field": ["severity"] * 2, "line": [6, 7]})
    >>> near_twins(impacts, services, readings)[["incident_id", "twin_id", "severity", "twin_severity", "twin_line"]]
      incident_id twin_id severity twin_severity  twin_line
    0           b       a        1             2          6
    """
    columns = ("affected_users", "affected_users_fraction", "downtime")
    require_columns(impacts, "incident_id", "severity", *columns)
    require_columns(readings, "incident_id", "field", "line")
    known = impacts.dropna(subset=["severity", "downtime"]).reset_index(drop=True)
    severity = known["severity"].cat.codes.to_numpy()
    users, fraction, downtime = (_numbers(known[column]) for column in columns)
    shares = _affected(known, services)
    pairs = []
    for index in range(len(known)):
        same = (shares == shares[index]).all(axis=1) & shares[index].any()
        no_numbers = np.isnan(users) | np.isnan(users[index])
        apart = np.where(no_numbers, _ratios(fraction, index), _ratios(users, index)), _ratios(downtime, index)
        is_twin = same & (severity < severity[index]) & (apart[0] <= _CLOSE) & (apart[1] <= _CLOSE)
        if is_twin.any():
            pairs.append((index, int(np.argmin(np.where(is_twin, apart[0] * apart[1], np.inf))), int(is_twin.sum())))
    lines = readings[readings["field"] == "severity"].drop_duplicates("incident_id").set_index("incident_id")["line"]
    one, other = (known.loc[[pair[side] for pair in pairs]].reset_index(drop=True) for side in (0, 1))
    return pd.DataFrame(
        {
            "incident_id": one["incident_id"],
            "twin_id": other["incident_id"],
            "severity": one["severity"],
            "twin_severity": other["severity"],
            "line": one["incident_id"].map(lines).astype("Int64"),
            "twin_line": other["incident_id"].map(lines).astype("Int64"),
            "affected_users": one["affected_users"],
            "twin_users": other["affected_users"],
            "downtime": one["downtime"],
            "twin_downtime": other["downtime"],
            "n_twins": pd.Series([n for *_, n in pairs], dtype="int64"),
        }
    )


def _numbers(values: pd.Series) -> Floats:
    """Return figures or spans as numbers, NA as NaN."""
    is_span = pd.api.types.is_timedelta64_dtype(values)
    plain = values.dt.total_seconds() if is_span else values.astype(FLOAT)
    return np.asarray(plain.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _ratios(values: Floats, index: int) -> Floats:
    """Return how many times the smaller one the larger of each value and one of them is; NaN where one is unknown."""
    low, high = np.minimum(values, values[index]), np.maximum(values, values[index])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(low == high, 1.0, high / low)


def _affected(rows: pd.DataFrame, services: pd.DataFrame) -> Floats:
    """Return a row of 0 and 1 for each incident, with a column for each service."""
    require_columns(services, "incident_id", "service", "affected")
    affected = services[services["affected"].fillna(value=False) & services["service"].notna()]
    names = sorted(affected["service"].unique())
    table = pd.crosstab(affected["incident_id"], affected["service"]).clip(upper=1)
    return table.reindex(index=rows["incident_id"], columns=names, fill_value=0).to_numpy(dtype=np.float64)
