"""Sentences on downtime, availability and error budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from incident_analytics.analysis.error_budgets import budget_states
from incident_analytics.checks import require_columns
from incident_analytics.formatting import (
    capitalized,
    cut,
    format_all,
    format_count,
    format_share,
    format_span,
    join_words,
)
from incident_analytics.periods import label_of
from incident_analytics.sentences.wording import FEW, NAME, are, each_row, first_of, has

__all__ = [
    "describe_availability",
    "describe_budget",
    "describe_budget_assumptions",
    "describe_budget_range",
    "describe_counted",
    "describe_downtime",
    "describe_full_outages",
    "describe_maintenance",
]


def describe_counted(severities: Sequence[str] | None) -> str:
    """Say which incidents are outages, so that a service with incidents can have none.

    Parameters
    ----------
    severities
        As ``[sla] severities``; None counts all.

    Examples
    --------
    >>> describe_counted(["SEV-1", "SEV-2"])
    'Outages are SEV-1 and SEV-2 incidents that affected users; each interruption counts once.'
    >>> describe_counted(None)
    'Outages are incidents that affected users; each interruption counts once.'
    """
    counted = f"{join_words(list(severities))} " if severities else ""
    return f"Outages are {counted}incidents that affected users; each interruption counts once."


def describe_maintenance(availability: pd.DataFrame) -> str:
    """Say how much planned maintenance is left out of the services' times, the longest first.

    Parameters
    ----------
    availability
        What `availability` or `sla_impact` gives.

    Returns
    -------
    str
        One sentence, empty where there was none.

    Examples
    --------
    >>> start, end = pd.to_datetime(["2025-07-01", "2025-10-01"], utc=True)
    >>> rows = {"service": ["Search"], "start": start, "end": end, "window": pd.Timedelta(days=92) - pd.Timedelta("4h")}
    >>> describe_maintenance(pd.DataFrame(rows))
    'Planned maintenance is excluded: 4h for Search.'
    """
    require_columns(availability, "service", "start", "end", "window")
    left_out = (availability["end"] - availability["start"]) - availability["window"]
    by_service = left_out.groupby(availability["service"]).sum()
    by_service = by_service[by_service > pd.Timedelta(0)].sort_values(ascending=False, kind="stable")
    spans = [f"{format_span(span)} for {service}" for service, span in by_service.items()]
    return f"Planned maintenance is excluded: {first_of(spans)}." if spans else ""


def describe_downtime(downtime: pd.DataFrame) -> str:
    """Say which service had the most downtime.

    Parameters
    ----------
    downtime
        What `downtime` or `sla_impact` gives.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> rows = {"service": ["API"], "n": [2], "n_missing": [0], "downtime": [pd.Timedelta(hours=3)]}
    >>> describe_downtime(pd.DataFrame(rows))
    'API had the most downtime: 3h over 2 outages.'
    """
    require_columns(downtime, "service", "n", "n_missing", "downtime")
    downtime = _with_silence(downtime)
    named = downtime[downtime["service"].notna()]
    down = named[(named["downtime"] > pd.Timedelta(0)).fillna(value=False)]
    n_unknown = int(named.loc[named["n_missing"] > 0, "service"].nunique())
    more = f"; the length of some outages of {format_count(n_unknown, 'service')} isn't recorded" if n_unknown else ""
    if down.empty:
        if n_unknown:
            return f"No downtime can be measured{more}."
        return "No outage was reported."
    worst = max(each_row(down), key=lambda row: row.downtime)
    at_least = "at least " if worst.n_missing or worst.n_silent else ""
    length = f"{at_least}{format_span(worst.downtime)} over {format_count(worst.n, 'outage')}"
    return f"{cut(worst.service, NAME)} had the most downtime: {length}{more}."


def describe_availability(sla: pd.DataFrame) -> str:
    """Say how many services reached their target of availability, and which one fell short of it by most.

    Parameters
    ----------
    sla
        What `sla_impact` gives.

    Returns
    -------
    str
        One sentence; where no service has a target, that of `describe_downtime`.

    Examples
    --------
    >>> rows = {"service": ["API", "Frontend"], "availability": [0.9953, 1.0], "target": [0.998, 0.998]}
    >>> describe_availability(pd.DataFrame(rows).assign(n=[2, 0], n_missing=0, downtime=pd.Timedelta(0)))
    '1 of 2 services reached the availability target; furthest below it is API, 99.53% against 99.8%.'
    """
    require_columns(sla, "service", "n", "n_missing", "downtime", "availability", "target")
    sla = _with_silence(sla)
    held = sla[sla["availability"].notna() & sla["target"].notna()]
    if held.empty:
        return describe_downtime(sla)
    is_short = held["availability"] < held["target"]
    short = held[is_short]
    # Where more outages may be known some day, availability is an upper bound.
    doubtful = held[~is_short & (held["n_missing"] + held["n_silent"] > 0)]
    n_reached = len(held) - len(short) - len(doubtful)
    doubt = f"; {first_of(list(doubtful['service']))} can't be judged" if len(doubtful) else ""
    if short.empty and not n_reached:
        return f"Whether {first_of(list(doubtful['service']))} reached the availability target can't be judged."
    if short.empty and doubt:
        return f"{n_reached:,} of {format_count(len(held), 'service')} reached the availability target{doubt}."
    if short.empty:
        return f"{capitalized(format_all(len(held), 'service'))} with an availability target reached it."
    # In shares of the time that may be down: 99% for 99.9% is as far below as 90% for 99%.
    worst = max(
        each_row(short),
        key=lambda row: (
            (1 - row.availability) / (1 - row.target) if row.target < 1 else float("inf"),
            -row.availability,
        ),
    )
    shares = f"{format_share(worst.availability)} against {format_share(worst.target)}"
    name = cut(worst.service, NAME)
    if len(held) == 1:
        return f"{name} missed its availability target: {shares}."
    who = f"{n_reached or 'None'} of {len(held):,} services"
    return f"{who} reached the availability target; furthest below it is {name}, {shares}{doubt}."


def describe_budget(sla: pd.DataFrame, *, so_far: bool = False) -> str:
    """Say which services went over their error budget.

    Parameters
    ----------
    sla
        What `sla_impact` gives. Of several windows each is named.
    so_far
        Whether the last window is not over.

    Returns
    -------
    str
        One sentence, the service furthest over its budget first. A service is within its budget only if the length of
        all its outages is known.

    Examples
    --------
    >>> table = pd.DataFrame({"service": ["API", "Frontend", "Batch"], "window_n_missing": [0, 0, 1]})
    >>> table["budget"], table["budget_left"] = pd.to_timedelta(["2h"] * 3), pd.to_timedelta(["-1h", "1h", "1h"])
    >>> describe_budget(table.assign(window_start=pd.Timestamp("2025-07-01", tz="UTC")))
    "API is over its error budget; 1 of 3 services is within it; Batch can't be judged: some outages have no known end."
    """
    require_columns(sla, "service", "budget", "budget_left", "window_start", "window_n_missing")
    held = _with_silence(sla[sla["budget"].notna()])
    if held.empty:
        return "No SLO targets are configured, so error budgets can't be shown."
    over, within, unknown = budget_states(held)
    several = len(held["window_start"].unique()) > 1
    if held["budget_left"].isna().all() and not held["window_n_missing"].any():
        return "No outage was reported, so error budgets can't be judged."

    def named(rows: pd.DataFrame) -> str:
        names = [
            f"{cut(row.service, NAME)} ({label_of(row.period)})" if several else cut(row.service, NAME)
            for row in each_row(rows)
        ]
        return first_of(names)

    spent = held[over]
    spent = spent.iloc[(spent["budget_left"] / spent["budget"]).argsort(kind="stable")]
    n, noun = len(held), "budget" if several else "service"
    yet = " so far" if so_far else ""
    because = _because(held[unknown])
    doubt = f"; {named(held[unknown])} can't be judged: {because}" if unknown.any() else ""
    n_within = int(within.sum())
    if spent.empty and not unknown.any():
        if several:
            return f"{capitalized(format_all(n, 'error budget'))} were kept{yet}."
        which = "the only service with a target is" if n == 1 else f"{format_all(n, 'service')} are"
        return f"{capitalized(which)} within the error budget{yet}."
    if spent.empty and not n_within:
        budgets = f"error budget{'s' * (int(unknown.sum()) > 1)}"
        return f"The {budgets} of {named(held[unknown])} can't be judged: {because}."
    inside = f"{n_within:,} of {format_count(n, noun)} {are(n_within)} within"
    if spent.empty:
        return f"{inside} the error budget{yet}{doubt}."
    whose = "its" if len(spent) == 1 else "their"
    return f"{named(spent)} {are(len(spent))} over {whose} error budget{yet}; {inside} it{doubt}."


def _with_silence(sla: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the months that no reports cover: none where an analysis has no scope to ask."""
    counted = {name: sla.get(name, 0) for name in ("n_silent", "window_n_silent")}
    return sla.assign(**counted)


def _because(unjudged: pd.DataFrame) -> str:
    """Say why budgets can't be judged."""
    is_silent = unjudged["window_n_silent"] > 0
    reasons = ["some outages have no known end"] * bool((~is_silent).any())
    return " and ".join(reasons + ["some months have no reports"] * bool(is_silent.any()))


def describe_budget_range(spent: pd.DataFrame, *, longest: timedelta | None) -> str:
    """Say how much of each error budget may have been spent, and which incidents leave it open.

    Parameters
    ----------
    spent
        What `budget_range` gives; services whose range is a point are not named.
    longest
        How long an outage without a recorded end was assumed to last at most.

    Returns
    -------
    str
        Sentences, a service each, the widest range first; empty where nothing is unknown.

    Examples
    --------
    >>> row = {"service": "API", "budget_spent_low": 0.4, "budget_spent_high": 0.65, "n_unended": 1}
    >>> table = pd.DataFrame([row | {"n_approximate": 0, "unknown_ids": "INC-7"}])
    >>> describe_budget_range(table, longest=pd.Timedelta(hours=5))
    'API used 40% to 65% of its error budget: INC-7 has no recorded end (assumed to have lasted up to 5h).'
    """
    require_columns(spent, "service", "budget_spent_low", "budget_spent_high", "n_unended", "n_approximate")
    width = (spent["budget_spent_high"] - spent["budget_spent_low"]).fillna(0.0)
    rows = spent[width > 0].assign(width=width).sort_values(["width", "service"], ascending=[False, True])
    said = []
    for row in each_row(rows.head(FEW)):
        low, high = format_share(row.budget_spent_low), format_share(row.budget_spent_high)
        if low == high:
            continue
        names = row.unknown_ids.split(", ")
        n, ids = len(names), first_of(names)
        reasons = [f"{has(n)} no recorded end"] if row.n_unended else []
        reasons += [f"{has(n)} approximate times"] if row.n_approximate and not row.n_unended else []
        reasons += ["or only approximate times"] if row.n_approximate and row.n_unended else []
        used, note = f"{low} to {high}", ""
        if row.n_unended and longest is None:  # an outage that is taken to go on to this day bounds nothing
            used = f"at least {low}" if row.budget_spent_low else "an unknown share"
        elif row.n_unended:
            note = f" (assumed to have lasted up to {format_span(longest)})"
        name = cut(row.service, NAME)
        said.append(f"{name} used {used} of its error budget: {ids} {' '.join(reasons)}{note}.")
    return " ".join(said)


def describe_budget_assumptions(spent: pd.DataFrame, *, longest: timedelta | None, approximate_by: timedelta) -> str:
    """Say what the ends of the ranges of spent error budgets assume, as far as there is a reason for it.

    Parameters
    ----------
    spent
        What `budget_range` gives.
    longest, approximate_by
        As it was given.

    Examples
    --------
    >>> spent = pd.DataFrame({"n_unended": [0], "n_approximate": [2], "n_unshared": [0]})
    >>> describe_budget_assumptions(spent, longest=None, approximate_by=pd.Timedelta(minutes=15))
    'Approximate times may be 15m off.'
    """
    require_columns(spent, "n_unended", "n_approximate", "n_unshared")
    lasted = "going on" if longest is None else f"lasting {format_span(longest)}, as long as the longest one on record"
    ended = "Outages without a recorded end count as nothing at the low end; at the high end as"
    said = {
        "n_unended": f"{ended} {lasted}, or up to the closing of the incident.",
        "n_approximate": f"Approximate times may be {format_span(approximate_by)} off.",
        "n_unshared": "Weighted by users, an outage whose share isn't reported may have affected none or all of them.",
    }
    return " ".join(text for column, text in said.items() if spent[column].any())


def describe_full_outages(impact: pd.DataFrame) -> str:
    """Say that budgets count outages in full, and for how many the share of users would be known.

    Parameters
    ----------
    impact
        The result of `sla_impact`: ``n`` outages of a service, ``n_weighted`` with a share.

    Returns
    -------
    str
        One sentence; empty without an outage.

    Examples
    --------
    >>> describe_full_outages(pd.DataFrame({"n": [4, 2], "n_weighted": [1, 0]}))  # doctest: +NORMALIZE_WHITESPACE
    'Each outage counts in full, even if only some users were affected; that share is reported for 1 of 6 service
    outages.'
    """
    require_columns(impact, "n", "n_weighted")
    n = int(impact["n"].sum())
    n_shared = int(impact["n_weighted"].sum())
    if not n:
        return ""
    counted = f"{'The' if n == 1 else 'Each'} outage counts in full, even if only some users were affected"
    if n_shared == n:
        return f"{counted}."
    if n_shared:
        return f"{counted}; that share is reported for {n_shared:,} of {n:,} service outages."
    return f"{counted}; {'its report doesn' if n == 1 else 'the reports don'}'t give their share."
