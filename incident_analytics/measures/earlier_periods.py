"""What is compared with earlier periods: the response, how often incidents came, and whether either changed."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.comparison import compare_medians, compare_periods
from incident_analytics.analysis.rates import compare_rates
from incident_analytics.analysis.statistics import holm
from incident_analytics.errors import UnknownNameError
from incident_analytics.figures import read_from
from incident_analytics.measures.frequency import dispersion
from incident_analytics.measures.response_steps import times
from incident_analytics.periods import Period
from incident_analytics.schema import COUNT, FLAG, FLOAT, SPAN, TEXT
from incident_analytics.scope import Scope

__all__ = ["changes", "compare"]


def compare(scope: Scope, kind: str, *, against: Period) -> pd.DataFrame:
    """Compare the response, or how often incidents came, with an earlier period.

    Parameters
    ----------
    scope
        What is reviewed.
    kind
        ``response`` compares every metric, the primary one first; ``severity`` the rates of all incidents and of each
        severity.
    against
        The earlier period.

    Returns
    -------
    pandas.DataFrame
        The result of `compare_periods`, or of `compare_rates`, with ``reason``, str: why a period can't be compared.

    Raises
    ------
    UnknownNameError
        ``sla can't be compared; response and severity can``
    PeriodError
        ``the period before, 2025Q3, must end before the one after, 2025Q2, begins``
    """
    settings = scope.settings
    if kind == "response":
        others = [metric for metric in settings.metrics if metric != settings.primary_metric]
        table = compare_periods(
            times(scope), metric=settings.primary_metric, before=against, after=scope.window, metrics=others
        )
    elif kind == "severity":
        past = dispersion(scope, by="severity")
        table = compare_rates(scope.known.incidents, before=against, after=scope.window, by="severity", dispersion=past)
    else:
        raise UnknownNameError(f"{kind} can't be compared; response and severity can")
    reason = scope.reason_against(against)
    kept = table if reason is None else _reported_alone(table)
    return kept.assign(reason=pd.Series(reason, index=kept.index, dtype=TEXT))


def _reported_alone(compared: pd.DataFrame) -> pd.DataFrame:
    """Keep of a comparison that cannot be made what each period's reports say by themselves."""
    own = {"metric", "group", "severity", "is_primary", "n", "before", "after"}
    others = [column for column in map(str, compared) if column not in own and not column.startswith("n_")]
    return compared.assign(**{column: compared[column].mask(compared["n_before"] >= 0) for column in others})


_CHANGES: Final = {
    "measure": TEXT,
    "earlier": TEXT,
    "period": TEXT,
    "n_before": "int64",
    "n_after": "int64",
    "n_open_before": COUNT,
    "n_open_after": COUNT,
    "before": SPAN,
    "after": SPAN,
    "change": FLOAT,
    "change_low": FLOAT,
    "change_high": FLOAT,
    "p_value": FLOAT,
    "detectable_fall": FLOAT,
    "detectable_rise": FLOAT,
    "can_tell": FLAG,
    "dispersion": FLOAT,
}


@read_from("spans", "start", since="before")
def changes(scope: Scope) -> pd.DataFrame:
    """Compare the primary metric and the number of incidents with the earlier periods.

    Parameters
    ----------
    scope
        What is reviewed.

    Returns
    -------
    pandas.DataFrame
        For each comparable earlier period a row for the metric and one for the incidents:

        - measure, str: the metric's name, or ``incidents``
        - earlier, period, str: the periods' names
        - n_before, n_after, int64: the spans, or incidents, of each
        - n_open_before, n_open_after, Int64: of these the ongoing ones; NA for incidents
        - before, after, timedelta64[us]: the medians; NA for incidents
        - change, change_low, change_high, p_value, detectable_fall, detectable_rise, Float64: as in `compare_medians`
          and `compare_rates`
        - can_tell, boolean: as in `compare_medians` and `compare_rates`
        - dispersion, Float64: of incidents what the interval and the p-value allow for; NA where counts are taken as
          Poisson, and of the metric
        - p_adjusted, Float64: p_value adjusted by Holm's method for all rows, so that the chance of any false finding
          among them is at most 5%
        - is_primary, boolean: the metric against the period before

    Notes
    -----
    Simulated where nothing changed, 4 incidents a month, 2,000 reviews of a quarter each: 3.5% report any change if the
    variance of monthly counts is their mean, and 4.0% if it is twice that (standard error 0.4%;
    tests/benchmarks/simulations_screen.py).

    Examples
    --------
    >>> from incident_analytics import load
    >>> compared = changes(Scope.of(load("data/real", status="all"), "2021"))
    >>> compared[["measure", "n_before", "n_after"]].to_dict("split")["data"]
    [['incidents', 8, 9]]
    """
    metric = scope.settings.primary_metric
    measured = times(scope)
    past = dispersion(scope)
    rows: list[dict[Any, Any]] = []
    for comparison in scope.comparisons:
        if comparison.reason is not None:
            continue
        before = comparison.period
        named = {"earlier": before.name, "period": scope.window.name}
        if comparison.response_reason is None:
            compared = compare_medians(
                measured,
                metric=metric,
                before=before,
                after=scope.window,
                as_of=scope.as_of,
                calendar=scope.calendar,
            )
            (span,) = compared.to_dict("records")
            rows.append(span | named | {"measure": metric})
        compared = compare_rates(scope.known.incidents, before=before, after=scope.window, dispersion=past)
        (rate,) = compared.to_dict("records")
        rows.append(rate | named | {"measure": "incidents"})
    table = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=dtype) for name, dtype in _CHANGES.items()}
    )
    table["p_adjusted"] = pd.Series(holm(table["p_value"].to_numpy(dtype=float, na_value=float("nan"))), dtype=FLOAT)
    table["is_primary"] = pd.Series((table["measure"] == metric) & (table.index == 0), dtype=FLAG)
    return table
