"""What a result table says, in one sentence: the titles of figures and the key figures of a review.

A sentence tells what is in the table and on how many incidents it rests. It claims no cause, and a change only where
the table's adjusted p-value carries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from incident_analytics.formatting import format_amount, format_share, format_span, join_words
from incident_analytics.model import need_columns

__all__ = [
    "describe_budget",
    "describe_change",
    "describe_completion",
    "describe_costs",
    "describe_counts",
    "describe_decisions",
    "describe_downtime",
    "describe_overdue",
    "describe_response",
    "each_row",
    "group_columns",
]


def group_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that name a row's group: those before ``n``.

    Examples
    --------
    >>> group_columns(pd.DataFrame({"severity": ["SEV-1"], "n": [2], "n_open": [0]}))
    ['severity']
    """
    need_columns(table, "n")
    return list(table.columns[: table.columns.get_loc("n")])


def each_row(table: pd.DataFrame) -> Iterator[Any]:
    """Give the rows as named tuples, whose fields hold what the columns hold.

    Examples
    --------
    >>> [row.n for row in each_row(pd.DataFrame({"n": [2, 3]}))]
    [2, 3]
    """
    return table.itertuples(index=False)


def describe_counts(counts: pd.DataFrame) -> str:
    """Say how many incidents there were, by severity.

    Parameters
    ----------
    counts
        What `severity_counts` gives.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> severities = pd.Categorical(["SEV-2", "SEV-1"], ["SEV-2", "SEV-1"], ordered=True)
    >>> describe_counts(pd.DataFrame({"period": "2025-07", "severity": severities, "n": [4, 1]}))
    '5 incidents in 2025-07: 1 SEV-1 and 4 SEV-2.'
    """
    need_columns(counts, "period", "severity", "n")
    by_severity = counts.groupby("severity", observed=True, dropna=False)["n"].sum()
    parts = [
        f"{n} {'of unknown severity' if pd.isna(severity) else severity}"
        for severity, n in reversed(list(by_severity.items()))
        if n
    ]
    periods = list(dict.fromkeys(counts["period"]))
    when = f" from {periods[0]} to {periods[-1]}" if len(periods) > 1 else "".join(f" in {name}" for name in periods)
    return f"{_some(int(counts['n'].sum()), 'incident')}{when}{': ' if parts else ''}{join_words(parts)}."


def describe_change(compared: pd.DataFrame, *, measure: str) -> str:
    """Say how a measure stands against earlier periods, and whether that is more than chance.

    Parameters
    ----------
    compared
        What `compare_with_earlier` gives.
    measure
        One of its measures: a metric, or ``incidents``.

    Returns
    -------
    str
        One or two sentences, empty where there is nothing to compare with. They speak of a change only where
        ``p_adjusted`` is at most 0.05.

    Examples
    --------
    >>> row = {"measure": ["incidents"], "earlier": ["2025Q2"], "period": ["2025Q3"], "n_before": [12], "n_after": [13]}
    >>> row |= {"before": [pd.NaT], "after": [pd.NaT], "change": [0.07], "p_value": [0.98], "p_adjusted": [0.98]}
    >>> describe_change(pd.DataFrame(row | {"detectable_change": [-0.7]}), measure="incidents")
    'Against 12 in 2025Q2: no evidence that they come more or less often.'
    """
    need_columns(compared, "measure", "earlier", "n_before", "n_after", "before", "after", "p_adjusted")
    rows = list(each_row(compared[compared["measure"] == measure]))
    if not rows:
        return ""
    counted = measure == "incidents"
    name = measure.replace("_", " ")
    if counted:
        told = [f"{row.n_before} in {row.earlier}" for row in rows]
        first = f"Against {join_words(told)}"
        finding = {True: "they come more often", False: "they come less often"}
        doubt = "no evidence that they come more or less often"
    else:
        told = [f"{format_span(row.before)} in {row.earlier} (n = {row.n_before})" for row in rows if row.n_before]
        if not (told and rows[0].n_after):
            return f"There is no {name} to compare with an earlier period."
        mean = f"{format_span(rows[0].after)} (n = {rows[0].n_after})"
        first = f"The geometric mean {name} is {mean}, against {join_words(told)}"
        finding = {True: "it is longer", False: "it is shorter"}
        doubt = "no evidence of a change"
    certain = [row for row in rows if not pd.isna(row.p_adjusted) and row.p_adjusted <= _LEVEL]
    if certain:
        parts = [f"{finding[row.change > 0]} than in {row.earlier} (p = {row.p_adjusted:.2g})" for row in certain]
        return f"{first}: {join_words(parts)}."
    if all(pd.isna(row.p_adjusted) for row in rows):
        return f"{first}; too few to compare."
    return f"{first}: {doubt}{'' if counted else _could_show(rows)}."


def _could_show(rows: Sequence[Any]) -> str:
    """Say what the first comparison could have shown."""
    least = rows[0].detectable_change
    return "" if pd.isna(least) else f", and so few reliably show only a fall of {-least:.0%} or more"


_LEVEL = 0.05


def describe_response(summary: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric; where there is one group, also the 90th percentile.

    Parameters
    ----------
    summary
        What `response_summary` gives.
    metric
        Its metric.

    Returns
    -------
    str
        One sentence. With a ``period`` column it tells the last two periods that have a median; of more than three
        groups it tells the least and the greatest.

    Examples
    --------
    >>> spans = pd.Series([pd.Timedelta(minutes=52), pd.Timedelta(hours=3)])
    >>> rows = pd.DataFrame({"severity": ["SEV-1", "SEV-2"], "n": [4, 11], "median": spans})
    >>> describe_response(rows)
    'Median time to restore: SEV-1 52m (n = 4) and SEV-2 3h (n = 11).'
    """
    need_columns(summary, "n", "median")
    name = metric.replace("_", " ")
    groups = group_columns(summary)
    told = summary[summary["median"].notna()]
    if told.empty:
        return f"No {name} is known."
    if not groups:
        (row,) = each_row(told)
        left_out = {"not told": row.n_missing, "still open": row.n_open, "negative": row.n_negative}
        rest = "".join(f", {n} {why}" for why, n in left_out.items() if n)
        return f"Median {name} {format_span(row.median)}, 90% within {format_span(row.p90)} (n = {row.n}{rest})."
    medians = [f"{format_span(row.median)} (n = {row.n})" for row in each_row(told)]
    names = [str(group) for group in told[groups[0]].astype(object).fillna("unknown")]
    if groups == ["period"]:
        before = f"; in {names[-2]} {medians[-2]}" if len(told) > 1 else ""
        return f"Median {name} in {names[-1]} {medians[-1]}{before}."
    if len(told) > _FEW:
        ranked = sorted(zip(told["median"], names, told["n"], strict=True))
        ends = [f"{format_span(median)} for {group} (n = {n})" for median, group, n in (ranked[0], ranked[-1])]
        return f"Median {name} from {' to '.join(ends)}."
    return f"Median {name}: {join_words([' '.join(pair) for pair in zip(names, medians, strict=True)])}."


_FEW = 3  # as many groups as a sentence can tell one by one


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
    need_columns(downtime, "service", "n", "downtime")
    down = downtime[downtime["service"].notna() & (downtime["downtime"] > pd.Timedelta(0))]
    if down.empty:
        return "No service was down."
    worst = max(each_row(down), key=lambda row: row.downtime)
    return f"{worst.service} was down for longest: {format_span(worst.downtime)} in {_some(worst.n, 'outage')}."


def describe_budget(sla: pd.DataFrame) -> str:
    """Say which services went over their error budget.

    Parameters
    ----------
    sla
        What `sla_impact` gives.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> left = [pd.Timedelta(hours=-1), pd.Timedelta(hours=1), pd.NaT]
    >>> describe_budget(pd.DataFrame({"service": ["API", "Frontend", "Batch"], "budget_left": left}))
    'API went over its error budget; 1 of 2 services with a target stayed within.'
    """
    need_columns(sla, "service", "budget_left")
    held = sla[sla["budget_left"].notna()]
    over = list(held.loc[held["budget_left"] < pd.Timedelta(0), "service"])
    if held.empty:
        return "No service has a target, so there is no error budget to tell."
    if not over:
        who = "The one service" if len(held) == 1 else f"All {len(held)} services"
        return f"{who} with a target stayed within the error budget."
    whose = "its" if len(over) == 1 else "their"
    within = f"{len(held) - len(over)} of {_some(len(held), 'service')} with a target stayed within"
    return f"{join_words(over)} went over {whose} error budget; {within}."


def describe_completion(completion: pd.DataFrame) -> str:
    """Say how many action items are done, and how many are overdue.

    Parameters
    ----------
    completion
        What `action_completion` gives; rows of several groups are added up.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> row = {"n": [9], "n_done": [3], "n_open": [3], "n_unknown": [2], "n_dropped": [1], "n_overdue": [1]}
    >>> describe_completion(pd.DataFrame(row))
    '3 of 6 action items of known status are done (50%), 1 is overdue; 2 are of unknown status, 1 was dropped.'
    """
    need_columns(completion, "n", "n_done", "n_open", "n_unknown", "n_dropped", "n_overdue")
    n = completion[["n", "n_done", "n_open", "n_unknown", "n_dropped", "n_overdue"]].sum().astype(int)
    known = n["n_done"] + n["n_open"]
    if not n["n"]:
        return "No action items."
    rest = [
        text
        for text, count in (
            (f"{n['n_unknown']} {_are(n['n_unknown'])} of unknown status", n["n_unknown"]),
            (f"{n['n_dropped']} {'was' if n['n_dropped'] == 1 else 'were'} dropped", n["n_dropped"]),
        )
        if count
    ]
    if not known:
        return f"{_some(n['n'], 'action item')}, none of known status: {', '.join(rest)}."
    share = format_share(n["n_done"] / known)
    done = f"{n['n_done']} of {_some(known, 'action item')} of known status {_are(n['n_done'])} done ({share})"
    overdue = f", {n['n_overdue'] or 'none'} {_are(n['n_overdue'] or 1)} overdue"
    return done + overdue + (f"; {', '.join(rest)}" if rest else "") + "."


def describe_overdue(overdue: pd.DataFrame) -> str:
    """Say how many action items are overdue, and the longest.

    Parameters
    ----------
    overdue
        What `overdue_actions` gives. Items of unknown status are counted apart: they may be done.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> rows = {"status": ["open", None], "overdue_by": [pd.Timedelta(days=45), pd.Timedelta(days=50)]}
    >>> describe_overdue(pd.DataFrame(rows))
    '1 open action item is past its due date, by 45d; 1 more of unknown status.'
    """
    need_columns(overdue, "status", "overdue_by")
    certain = overdue[overdue["status"].notna()]
    unknown = len(overdue) - len(certain)
    more = f"; {unknown} more of unknown status" if unknown else ""
    if certain.empty:
        return f"No open action item is past its due date{more}."
    by = "by" if len(certain) == 1 else "the longest by"
    verb, whose = ("is", "its") if len(certain) == 1 else ("are", "their")
    items = _some(len(certain), "open action item")
    return f"{items} {verb} past {whose} due date, {by} {format_span(certain['overdue_by'].max())}{more}."


def describe_decisions(sla: pd.DataFrame, overdue: pd.DataFrame, *, n_unfinished: int = 0, n_open: int = 0) -> str:
    """Say what a review leaves to decide.

    Parameters
    ----------
    sla
        What `sla_impact` gives.
    overdue
        What `overdue_actions` gives.
    n_unfinished
        How many reports of the period are not Final.
    n_open
        How many of its incidents are not over.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> sla = pd.DataFrame({"service": ["API"], "budget_left": [pd.Timedelta(hours=-1)]})
    >>> late = {"status": ["open", "open"], "owner": ["SRE team", None], "overdue_by": pd.to_timedelta([95, 3], "D")}
    >>> describe_decisions(sla, pd.DataFrame(late), n_unfinished=2)  # doctest: +NORMALIZE_WHITESPACE
    'To decide: what follows from the spent error budget of API; whether the 1 action item overdue by more than 90 days
    is still wanted; who takes the 1 overdue action item without an owner; who finishes the 2 reports that are not
    Final.'
    """
    need_columns(sla, "service", "budget_left")
    need_columns(overdue, "status", "owner", "overdue_by")
    over = list(sla.loc[(sla["budget_left"] < pd.Timedelta(0)).fillna(False), "service"])
    late = overdue[overdue["status"].notna()]
    old, orphans = int((late["overdue_by"] > pd.Timedelta(days=_LONG)).sum()), int(late["owner"].isna().sum())
    questions = [
        (over, f"what follows from the spent error budget{'' if len(over) == 1 else 's'} of {join_words(over)}"),
        (old, f"whether the {_some(old, 'action item')} overdue by more than {_LONG} days {_are(old)} still wanted"),
        (orphans, f"who takes the {_some(orphans, 'overdue action item')} without an owner"),
        (n_unfinished, f"who finishes the {_some(n_unfinished, 'report')} that {_are(n_unfinished)} not Final"),
        (n_open, f"what ends the {_some(n_open, 'incident')} that {_are(n_open)} still open"),
    ]
    asked = [question for there, question in questions if there]
    return f"To decide: {'; '.join(asked)}." if asked else "Nothing in these figures waits for a decision."


_LONG = 90  # days after which an overdue item is rather forgotten than late


def describe_costs(totals: pd.DataFrame) -> str:
    """Say what incidents cost, by kind and currency.

    Parameters
    ----------
    totals
        What `cost_totals` gives.

    Returns
    -------
    str
        One sentence; ``n`` is the number of reports that state an amount.

    Examples
    --------
    >>> row = {"kind": ["lost_revenue"], "currency": ["USD"], "total": [34000.0], "n": [6], "n_missing": [2]}
    >>> describe_costs(pd.DataFrame(row))
    'Lost revenue USD 34,000 (n = 6).'
    """
    need_columns(totals, "kind", "currency", "total", "n")
    if not totals["n"].sum():
        return "No report states an amount of money."
    told = totals[totals["total"] > 0]  # never true of NA
    if told.empty:
        return "The reports that state an amount of money state zero."
    parts = [
        f"{row.kind.replace('_', ' ')} {format_amount(row.total, row.currency)} (n = {row.n})" for row in each_row(told)
    ]
    text = join_words(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _some(n: int, noun: str) -> str:
    return f"{n or 'No'} {noun}{'' if n == 1 else 's'}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
