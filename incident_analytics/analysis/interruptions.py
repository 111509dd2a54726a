"""Whom incidents interrupt: starts outside business hours, several incidents at once, services that fail together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.calendar_pattern import start_times
from incident_analytics.analysis.grouping import rows_within
from incident_analytics.analysis.statistics import LEVEL, holm, share_interval
from incident_analytics.checks import require_columns, require_instant
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import FLOAT, HOURS, TEXT

__all__ = ["failing_together", "team_interruptions"]

_STARTS: Final = ("started_at", "detected_at", "responded_at")
_ENDS: Final = ("restored_at", "ended_at")


def team_interruptions(
    incidents: pd.DataFrame,
    services: pd.DataFrame,
    *,
    teams: Mapping[str, str],
    calendars: Mapping[str, Calendar],
    within: Period,
    as_of: pd.Timestamp,
    members: bool = False,
) -> pd.DataFrame:
    """Count for each team the incidents that started outside its business hours, or while another one went on.

    Parameters
    ----------
    incidents
        The incidents table.
    services
        The services table.
    teams
        The team of each service that has one. An incident counts for every team with a service that it affected.
    calendars
        The business hours of each team, in its own zone.
    within
        The period to look at.
    as_of
        The instant of the review, up to which an ongoing incident lasts.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row a team, in the order of ``teams``:

        - team, timezone, str
        - n, int64: incidents of which a start is recorded, or else a detection or a response
        - n_missing, int64: incidents of which none is
        - n_business, n_evening, n_night, n_weekend, int64: those that started then, by `Calendar.hours_at` in the
          team's zone; they add up to n
        - share, share_low, share_high, Float64: of n those that started outside business hours, with its 95% interval
        - share_of_time, Float64: what part of the period lies outside them: the share that chance alone would give
        - n_overlapping, int64: incidents that went on at the same time as another one of the team
        - n_unended, int64: incidents left out of that, as their end is not recorded and they are not ongoing
        - incident_ids, tuple of str, where asked for

    Raises
    ------
    ColumnsError
        ``column 'started_at' is missing; the frame has ...``

    References
    ----------
    C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial",
    Biometrika 26 (1934) 404-413, https://doi.org/10.1093/biomet/26.4.404.

    Examples
    --------
    >>> from datetime import time
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["a", "b"], "occurred_at": ["2025-03-14T06:00Z", "2025-03-14T12:00Z"],
    ...     "started_at": ["2025-03-14T06:00Z", "2025-03-14T12:00Z"],
    ...     "restored_at": ["2025-03-14T13:00Z", "2025-03-14T14:00Z"],
    ... })
    >>> services = make_table("services", {
    ...     "incident_id": ["a", "b"], "service": ["API"] * 2, "affected": [True] * 2, "line": [20, 20],
    ... })
    >>> found = team_interruptions(
    ...     incidents, services, teams={"API": "Web"}, within=Period.parse("2025-03"),
    ...     calendars={"Web": Calendar(time(9), time(17), timezone="Asia/Tokyo")},
    ...     as_of=pd.Timestamp("2025-04-01", tz="UTC"),
    ... )
    >>> found[["team", "n", "n_business", "n_evening", "n_overlapping"]]
      team  n  n_business  n_evening  n_overlapping
    0  Web  2           1          1              2
    """
    require_instant("as_of", as_of)
    require_columns(incidents, "incident_id", "occurred_at", "is_open", *_STARTS, *_ENDS)
    require_columns(services, "incident_id", "service", "affected")
    affected = services[services["affected"].fillna(value=False)]
    rows = []
    for team in dict.fromkeys(teams.values()):
        ids = affected.loc[affected["service"].map(teams) == team, "incident_id"]
        own = incidents[incidents["incident_id"].isin(ids)]
        starts = start_times(own, within=within, calendar=calendars[team])
        reviewed = rows_within(own, within)
        began = reviewed["started_at"].fillna(reviewed[list(_STARTS)].min(axis="columns"))
        overlapping, n_unended = _overlapping(own, as_of)
        counts = dict(zip(HOURS, starts["n"], strict=True))
        n = int(starts["n"].sum())
        n_off = n - int(counts["business"])
        low, high = share_interval(n_off, n, 1 - LEVEL) if n else (None, None)
        rows.append(
            {
                "team": team,
                "timezone": calendars[team].timezone,
                "n": n,
                "n_missing": int(starts["n_missing"].iloc[0]),
                **{f"n_{hours}": int(count) for hours, count in counts.items()},
                "share": n_off / n if n else None,
                "share_low": low,
                "share_high": high,
                "share_of_time": 1 - starts["share_of_time"].iloc[0],
                "n_overlapping": len(overlapping & set(reviewed["incident_id"])),
                "n_unended": len(n_unended & set(reviewed["incident_id"])),
                "incident_ids": tuple(sorted(reviewed.loc[began.notna(), "incident_id"])),
            }
        )
    dtypes = {
        **dict.fromkeys(("team", "timezone"), TEXT),
        **dict.fromkeys(("n", "n_missing", *(f"n_{hours}" for hours in HOURS)), "int64"),
        **dict.fromkeys(("share", "share_low", "share_high", "share_of_time"), FLOAT),
        **dict.fromkeys(("n_overlapping", "n_unended"), "int64"),
        **({"incident_ids": "object"} if members else {}),
    }
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in dtypes.items()})


def _overlapping(incidents: pd.DataFrame, as_of: pd.Timestamp) -> tuple[set[str], set[str]]:
    """Return the incidents that went on at the same time as another one, and those of which that is not known."""
    began = incidents["started_at"].fillna(incidents[list(_STARTS)].min(axis="columns"))
    ended = incidents["restored_at"].fillna(incidents["ended_at"])
    ended = ended.mask(incidents["is_open"].fillna(value=False), as_of)
    known = began.notna() & ended.notna()
    rows = pd.DataFrame({"incident_id": incidents["incident_id"], "began": began, "ended": ended})[known]
    rows = rows.sort_values(["began", "incident_id"], ignore_index=True)
    with_earlier = rows["began"] < rows["ended"].cummax().shift()
    with_later = rows["began"].shift(-1) < rows["ended"]
    return set(rows.loc[with_earlier | with_later, "incident_id"]), set(incidents.loc[~known, "incident_id"])


def failing_together(incidents: pd.DataFrame, services: pd.DataFrame, *, within: Period | None = None) -> pd.DataFrame:
    """Find the services that are affected by the same incidents more often than chance explains.

    Parameters
    ----------
    incidents
        The incidents table.
    services
        The services table.
    within
        The period to look at; None takes all incidents.

    Returns
    -------
    pandas.DataFrame
        A row for each pair of services that incidents affected, the smallest p-value first:

        - service, other, str: by name
        - n, int64: incidents whose reports say of both services whether they were affected; a report that names
          services says that those it does not name were not
        - n_missing, int64: incidents left out, whose reports name no service, or do not say it of one of the two
        - n_service, n_other, n_both, int64: of n those that affected one, the other, and both
        - expected, Float64: n_both if either failed whatever the other did
        - p_value, Float64: of Fisher's exact test that both failed together no more often than that
        - p_adjusted, Float64: by Holm's method for all pairs, so that the chance of any false finding is at most 5%

        Incidents count as independent of each other. Two services that fail together need not depend on each other:
        both may depend on a third.

    Raises
    ------
    ColumnsError
        ``column 'service' is missing; the frame has ...``

    References
    ----------
    R. A. Fisher, "The Logic of Inductive Inference", Journal of the Royal Statistical Society 98 (1935) 39-82,
    https://doi.org/10.2307/2342435: the hypergeometric distribution.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> ids = [str(number) for number in range(20)]
    >>> incidents = make_table("incidents", {"incident_id": ids})
    >>> services = make_table("services", {
    ...     "incident_id": [*ids[:8], *ids[:8], *ids[8:]], "service": ["API"] * 8 + ["Web"] * 8 + ["Mail"] * 12,
    ...     "affected": [True] * 28, "line": list(range(28)),
    ... })
    >>> failing_together(incidents, services).head(1)[["service", "other", "n_both", "expected", "p_adjusted"]].round(6)
      service other  n_both  expected  p_adjusted
    0     API   Web       8       3.2    0.000024
    """
    require_columns(incidents, "incident_id", "occurred_at")
    require_columns(services, "incident_id", "service", "affected")
    ids = rows_within(incidents, within)["incident_id"]
    named = services[services["incident_id"].isin(ids) & services["service"].notna()]
    # 1 affected, 0 not, NaN not known; of a service named twice the worst counts, and not known before not affected.
    weight = named["affected"].astype(FLOAT).fillna(0.5)
    wide = named.assign(weight=weight).pivot_table(
        index="incident_id", columns="service", values="weight", aggfunc="max", fill_value=0.0
    )
    wide = wide.loc[:, (wide == 1).any()].astype(np.float64).replace(0.5, np.nan)
    affects, is_known = (flags.to_numpy(dtype=np.int64) for flags in (wide == 1, wide.notna()))
    one, other = np.triu_indices(wide.shape[1], k=1)
    n, n_both = ((each.T @ each)[one, other] for each in (is_known, affects))
    n_service, n_other = ((affects.T @ is_known)[pair] for pair in ((one, other), (other, one)))
    table = pd.DataFrame(
        {
            "service": pd.Series(wide.columns[one], dtype=TEXT),
            "other": pd.Series(wide.columns[other], dtype=TEXT),
            "n": n,
            "n_missing": len(ids) - n,
            "n_service": n_service,
            "n_other": n_other,
            "n_both": n_both,
        }
    )
    table["expected"] = (table["n_service"] * table["n_other"] / table["n"]).astype(FLOAT)
    chances = [_chance_of(*pair) for pair in zip(n_both, n, n_service, n_other, strict=True)]
    table["p_value"] = pd.Series(chances, dtype=FLOAT)
    table["p_adjusted"] = pd.Series(holm(table["p_value"].to_numpy(dtype=np.float64)), dtype=FLOAT)
    return table.sort_values(["p_value", "service", "other"], ignore_index=True)


def _chance_of(n_both: int, n: int, n_service: int, n_other: int) -> float | None:
    """Return the chance that so many of n incidents or more affect two services that fail independently."""
    if not n:
        return None
    least = max(0, n_service + n_other - n)
    both = np.arange(least + 1, min(n_service, n_other) + 1)
    ratios = (n_service - both + 1) * (n_other - both + 1) / (both * (n - n_service - n_other + both))
    logs = np.cumsum(np.log([1.0, *ratios]))
    weights = np.exp(logs - logs.max())
    return float(weights[max(0, n_both - least) :].sum() / weights.sum())
