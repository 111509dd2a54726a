"""Sentences on downtime, availability and error budgets."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, format_count, format_share, format_span
from incident_analytics.sentences.wording import NAME, each_row, first_of

__all__ = ["describe_availability", "describe_budget", "describe_downtime"]


def describe_downtime(downtime: pd.DataFrame) -> str:
    """Say which service was down for longest.

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
    >>> describe_downtime(pd.DataFrame({"service": ["API"], "n": [2], "downtime": [pd.Timedelta(hours=3)]}))
    'API was down for longest: 3h in 2 outages.'
    """
    require_columns(downtime, "service", "n", "downtime")
    down = downtime[downtime["service"].notna() & (downtime["downtime"] > pd.Timedelta(0))]
    if down.empty:
        unknown = int((downtime["service"].notna() & downtime["downtime"].isna()).sum())
        rest = f"; of {unknown} it is not known for how long" if unknown else ""
        return f"No service was down{rest}."
    worst = max(each_row(down), key=lambda row: row.downtime)
    told = f"{format_span(worst.downtime)} in {format_count(worst.n, 'outage')}"
    return f"{cut(worst.service, NAME)} was down for longest: {told}."


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
    >>> describe_availability(pd.DataFrame(rows).assign(n=[2, 0], downtime=pd.Timedelta(0)))
    '1 of 2 services reached the availability target; furthest below it is API, 99.53% against 99.8%.'
    """
    require_columns(sla, "service", "n", "downtime", "availability", "target")
    held = sla[sla["availability"].notna() & sla["target"].notna()]
    if held.empty:
        return describe_downtime(sla)
    short = held[held["availability"] < held["target"]]
    if short.empty:
        who = "The one service" if len(held) == 1 else f"All {len(held)} services"
        return f"{who} with an availability target reached it."
    # In shares of the time that may be down: 99% for 99.9% is as far below as 90% for 99%.
    worst = max(
        each_row(short),
        key=lambda row: (
            (1 - row.availability) / (1 - row.target) if row.target < 1 else float("inf"),
            -row.availability,
        ),
    )
    shares = f"{format_share(worst.availability)} against {format_share(worst.target)}"
    who = f"{len(held) - len(short) or 'None'} of {format_count(len(held), 'service')}"
    return f"{who} reached the availability target; furthest below it is {cut(worst.service, NAME)}, {shares}."


def describe_budget(sla: pd.DataFrame) -> str:
    """Say which services went over their error budget.

    Parameters
    ----------
    sla
        What `sla_impact` gives.

    Returns
    -------
    str
        One sentence, the service furthest over its budget first.

    Examples
    --------
    >>> budget, left = pd.to_timedelta(["2h", "2h", None]), pd.to_timedelta(["-1h", "1h", None])
    >>> describe_budget(pd.DataFrame({"service": ["API", "Frontend", "Batch"], "budget": budget, "budget_left": left}))
    'API went over its error budget; 1 of 2 services with a target stayed within.'
    """
    require_columns(sla, "service", "budget", "budget_left")
    held = sla[sla["budget_left"].notna()]
    unknown = list(sla.loc[sla["budget"].notna() & sla["budget_left"].isna(), "service"])
    rest = f"; of {first_of(unknown)} it is not known" if unknown else ""
    spent = held[held["budget_left"] < pd.Timedelta(0)]
    over = list(spent["service"].iloc[(spent["budget_left"] / spent["budget"]).argsort(kind="stable")])
    if held.empty and unknown:
        return f"What is left of the error budget of {first_of(unknown)} is not known."
    if held.empty:
        return "No service has a target, so there is no error budget to tell."
    if not over:
        who = "The one service" if len(held) == 1 else f"All {len(held)} services"
        return f"{who} with a target stayed within the error budget{rest}."
    whose = "its" if len(over) == 1 else "their"
    within = f"{len(held) - len(over)} of {format_count(len(held), 'service')} with a target stayed within"
    return f"{first_of(over)} went over {whose} error budget; {within}{rest}."
