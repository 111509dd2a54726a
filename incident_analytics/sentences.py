"""What a result table says, in one sentence: the titles of figures and the key figures of a review.

A sentence tells what is in the table and on how many incidents it rests. It claims no cause, and a change only where
the table's adjusted p-value carries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from incident_analytics.formatting import format_amount, format_share, format_span, join_words
from incident_analytics.model import need_columns

__all__ = [
    "LEVEL",
    "SIGNALS",
    "describe_budget",
    "describe_change",
    "describe_comparison",
    "describe_completion",
    "describe_control_chart",
    "describe_costs",
    "describe_counts",
    "describe_decisions",
    "describe_definitions",
    "describe_downtime",
    "describe_gaps",
    "describe_overdue",
    "describe_rates",
    "describe_response",
    "describe_response_trend",
    "each_row",
    "group_columns",
    "point_names",
    "value_in_words",
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
        One sentence; of more than three groups it tells the least and the greatest.

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
    if len(told) > _FEW:
        ranked = sorted(zip(told["median"], names, told["n"], strict=True))
        ends = [f"{format_span(median)} for {group} (n = {n})" for median, group, n in (ranked[0], ranked[-1])]
        return f"Median {name} from {' to '.join(ends)}."
    return f"Median {name}: {join_words([' '.join(pair) for pair in zip(names, medians, strict=True)])}."


_FEW: Final = 3  # as many groups as a sentence can tell one by one


def describe_response_trend(summary: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric in the last period, and in the one before it that has a median.

    Parameters
    ----------
    summary
        What `response_summary` gives with ``freq`` and no other groups.
    metric
        Its metric.

    Returns
    -------
    str
        One sentence. Where both medians have an interval it says whether these overlap; that two do not is no test of
        a change: `compare_periods` is.

    Examples
    --------
    >>> table = {"period": ["2025Q2", "2025Q3"], "n": [24, 13]}
    >>> for column, hours in {"median": (2, 3), "median_low": (1, 1), "median_high": (4, 9)}.items():
    ...     table[column] = pd.to_timedelta(hours, unit="h")
    >>> describe_response_trend(pd.DataFrame(table))
    'Median time to restore 3h in 2025Q3 (n = 13), 2h in 2025Q2 (n = 24); their 95% intervals overlap.'
    """
    need_columns(summary, "period", "n", "median", "median_low", "median_high")
    name = metric.replace("_", " ")
    periods = summary[summary["period"].notna()]
    told = [row for row in each_row(periods) if not pd.isna(row.median)]
    if not told:
        return f"No {name} is known."
    last = str(periods["period"].iloc[-1])
    medians = [f"{format_span(row.median)} in {row.period} (n = {row.n})" for row in told[:-3:-1]]
    if told[-1].period != last:
        return f"No median {name} is known in {last}; {medians[0]}."
    before = f", {medians[1]}" if len(medians) > 1 else ""
    bounds = [bound for row in told[-2:] for bound in (row.median_low, row.median_high)]
    if before and not any(map(pd.isna, bounds)):
        apart = bounds[0] > bounds[3] or bounds[2] > bounds[1]
        before += f"; their 95% intervals {'do not ' if apart else ''}overlap"
    return f"Median {name} {medians[0]}{before}."


def describe_definitions(table: pd.DataFrame, *, metric: str = "time_to_restore") -> str:
    """Say the median of a response metric as it is defined, and the least and greatest under other definitions.

    Parameters
    ----------
    table
        What `definition_sensitivity` gives.
    metric
        The metric to tell.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> table = {"metric": "time_to_restore", "is_own": [True, False, False], "n": [9, 9, 8]}
    >>> table["median"] = pd.to_timedelta([14, 14, 10], unit="h")
    >>> describe_definitions(pd.DataFrame(table))
    'Median time to restore is 14h as defined (n = 9), and 10h to 14h by 2 other definitions.'
    """
    need_columns(table, "metric", "is_own", "n", "median")
    name = metric.replace("_", " ")
    rows = table[table["metric"] == metric]
    told = rows[rows["median"].notna()]
    if told.empty:
        return f"No {name} is known, however it is defined."
    own, others = told[told["is_own"]], told.loc[~told["is_own"], "median"]
    text = "".join(f"is {format_span(row.median)} as defined (n = {row.n})" for row in each_row(own))
    if len(others):
        low, high = format_span(others.min()), format_span(others.max())
        by = f"by {_some(len(others), 'other definition')}"
        text = f"{text or 'is unknown as defined'}, and {low if low == high else f'{low} to {high}'} {by}"
    return f"Median {name} {text}."


def describe_comparison(table: pd.DataFrame) -> str:
    """Say which of the compared metrics changed, the primary one first.

    Parameters
    ----------
    table
        What `compare_periods` gives.

    Returns
    -------
    str
        One or two sentences. They speak of a change only where p_adjusted is at most 0.05, as the table's own do.

    Examples
    --------
    >>> row = {"metric": "time_to_restore", "group": "all", "is_primary": True, "n_before": 13, "n_after": 13}
    >>> row |= {"change": 0.58, "low": -0.28, "high": 2.49, "p_adjusted": 0.24}
    >>> describe_comparison(pd.DataFrame([row]))
    'No evidence that time to restore changed: +58% (95% interval -28% to +249%, n = 13 before, 13 after).'
    """
    need_columns(table, "metric", "group", "is_primary", "n_before", "n_after", "change", "low", "high", "p_adjusted")
    if table.empty:
        return "No comparison."
    primary, *others = sorted(each_row(table), key=lambda row: not row.is_primary)
    name = _compared(primary)
    counts = f"n = {primary.n_before} before, {primary.n_after} after"
    if pd.isna(primary.p_adjusted):
        text = f"Too few incidents to tell whether {name} changed ({counts})"
    else:
        interval = "" if pd.isna(primary.low) else f"95% interval {primary.low:+.0%} to {primary.high:+.0%}, "
        told = f"{primary.change:+.0%} ({interval}{counts})"
        changed = f"{name[:1].upper()}{name[1:]} changed" if _is_change(primary) else None
        text = f"{changed or f'No evidence that {name} changed'}: {told}"
    if not others:
        return f"{text}."
    known = [row for row in others if not pd.isna(row.p_adjusted)]
    which = [f"{_compared(row)} {row.change:+.0%}" for row in known if _is_change(row)]
    if not known:
        return f"{text}, and too few for {_some(len(others), 'other comparison')}."
    rest = f"{join_words(which)} changed" if which else "no evidence of a change"
    return f"{text}. Of {_some(len(known), 'other comparison')}: {rest}."


LEVEL: Final = 0.05
"""The level at which `compare_periods` speaks of a change."""


def _is_change(row: Any) -> bool:
    return not pd.isna(row.p_adjusted) and row.p_adjusted <= LEVEL


def _compared(row: Any) -> str:
    of = {"all": "", "unknown": " of unknown group"}.get(row.group, f" of {row.group}")
    return f"{row.metric.replace('_', ' ')}{of}"


def describe_rates(rates: pd.DataFrame) -> str:
    """Say how often incidents of each severity came in the last period, and whether any period stands out.

    Parameters
    ----------
    rates
        What `severity_rates` gives.

    Returns
    -------
    str
        One sentence. Periods stand out where their intervals do not overlap, which among many may be chance:
        `compare_rates` and `rate_trend` test it.

    Examples
    --------
    >>> table = pd.DataFrame({"period": ["2025-07", "2025-08"], "severity": "SEV-1", "n": [1, 4], "rate": [1, 3.9]})
    >>> table["severity"] = pd.Categorical(table["severity"], ["SEV-2", "SEV-1"], ordered=True)
    >>> describe_rates(table.assign(rate_low=[0.02, 1.1], rate_high=[5.4, 9.9]))
    'Incidents per 30 days in 2025-08: 3.9 SEV-1; for each severity the intervals of all periods overlap.'
    """
    need_columns(rates, "period", "severity", "n", "rate", "rate_low", "rate_high")
    told = rates[rates["rate"].notna() & rates["period"].notna()]
    if told.empty or not told["n"].sum():
        return "No incidents, so there is no rate to tell."
    last = told["period"].iloc[-1]
    names = told["severity"].astype(object).fillna("of unknown severity")
    now = [
        f"{row.rate:.2g} {'of unknown severity' if pd.isna(row.severity) else row.severity}"
        for row in reversed(list(each_row(told[told["period"] == last])))
    ]
    text = f"Incidents per 30 days in {last}: {join_words(now)}"
    if len(told["period"].unique()) == 1:
        return f"{text}."
    bounds = told.groupby(names).agg(low=("rate_low", "max"), high=("rate_high", "min"))
    apart = [str(name) for name in bounds.index[bounds["low"] > bounds["high"]]]
    if apart:
        return f"{text}; the intervals of some periods do not overlap for {join_words(apart)}."
    return f"{text}; for each severity the intervals of all periods overlap."


def describe_gaps(gaps: pd.DataFrame) -> str:
    """Say the median time from one incident to the next, and the longest.

    Parameters
    ----------
    gaps
        What `time_between` gives.

    Returns
    -------
    str
        One sentence; of groups it tells the median of each, of more than three the least and the greatest.

    Examples
    --------
    >>> table = {"incident_id": ["INC-1", "INC-2", "INC-3"], "gap": pd.to_timedelta([None, 3, 40], unit="D")}
    >>> describe_gaps(pd.DataFrame(table))
    'Median time between incidents 21d 12h (2 gaps), the longest 40d before INC-3.'
    """
    need_columns(gaps, "incident_id", "gap")
    told = gaps[gaps["gap"].notna()]
    if told.empty:
        return "No time between incidents is known: it takes two of known time."
    groups = list(gaps.columns[: gaps.columns.get_loc("incident_id")])
    if groups:
        keys = told[groups[0]].astype(object).fillna("unknown").astype(str)
        medians = told.groupby(keys)["gap"].agg(["median", "size"])
        table = pd.DataFrame({"group": medians.index, "n": medians["size"].to_numpy()})
        table["median"] = medians["median"].to_numpy()
        return describe_response(table, metric="time_between_incidents")
    longest = max(each_row(told), key=lambda row: row.gap)
    median = f"{format_span(pd.Timedelta(told['gap'].median()))} ({_some(len(told), 'gap')})"
    if len(told) == 1:
        return f"Time between incidents {median}."
    last = f"the longest {format_span(longest.gap)} before {longest.incident_id}"
    return f"Median time between incidents {median}, {last}."


def describe_control_chart(chart: pd.DataFrame, *, value: str) -> str:
    """Say whether a control chart shows more than routine variation, and where.

    Parameters
    ----------
    chart
        What `control_chart` gives.
    value
        The column that it charts.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> flags = {"beyond_limits": [False, True], "three_of_four": False, "eight_in_a_row": False}
    >>> table = pd.DataFrame({"period": ["2025-07", "2025-08"], "n": [2, 19], "n_points": 12, **flags})
    >>> describe_control_chart(table.assign(range_beyond_limit=False), value="n")
    'Incidents: 1 of 12 points is beyond the limits (2025-08).'
    """
    need_columns(chart, value, "n_points", *SIGNALS)
    name = value_in_words(value)
    name = name[:1].upper() + name[1:]
    n = int(chart["n_points"].max()) if len(chart) else 0
    if n < 2:  # noqa: PLR2004 - limits take two
        return f"No limits of {value_in_words(value)} can be drawn: they take two points, and there {_are(n)} {n}."
    few = "; from so few points the limits are a first guess" if n < _FIRST_GUESS else ""
    marked = chart[list(SIGNALS)].fillna(value=False).astype(bool)
    if not marked.any(axis=None):
        return f"{name}: {n} points within routine variation{few}."
    where = [point for point, flag in zip(point_names(chart), marked["beyond_limits"], strict=True) if flag]
    names = f" ({join_words(where)})" if len(where) < _FEW else ""
    which = [
        (marked[signal].sum(), f"{words}{names if signal == 'beyond_limits' else ''}")
        for signal, words in SIGNALS.items()
        if marked[signal].any()
    ]
    n_marked = int(marked.any(axis=1).sum())
    chance = "; in so long a chart some may be chance" if n > _LONG_CHART else ""
    told = f"{n_marked} of {n} points {_are(n_marked)} "
    if len(which) > 1:
        told += f"more than routine variation: {join_words([f'{count} {words}' for count, words in which])}"
    else:
        told += which[0][1]
    return f"{name}: {told}{few}{chance}."


SIGNALS: Final = {
    "beyond_limits": "beyond the limits",
    "three_of_four": "in threes of four near a limit",
    "eight_in_a_row": "in runs of eight on one side",
    "range_beyond_limit": "after a jump beyond its limit",
}
"""The rules of a control chart by the column that tells where each is broken, in words."""
_FIRST_GUESS: Final = 10  # points
_LONG_CHART: Final = 24  # points, from which false signals get likely
_VALUES: Final = {
    "gap": "time between incidents",
    "n_days": "days between incidents",
    "n": "incidents",
    "rate": "incidents per 30 days",
}


def value_in_words(value: str) -> str:
    """Return what a charted column measures.

    Examples
    --------
    >>> value_in_words("time_to_restore"), value_in_words("gap")
    ('time to restore', 'time between incidents')
    """
    return _VALUES.get(value, value.replace("_", " "))


def point_names(chart: pd.DataFrame) -> list[str]:
    """Name the points of a series: by their period or incident_id, else by their number.

    Examples
    --------
    >>> point_names(pd.DataFrame({"period": ["2025-07"]})), point_names(pd.DataFrame({"value": [1, 2]}))
    (['2025-07'], ['1', '2'])
    """
    for column in ("period", "incident_id"):
        if column in chart:
            return [str(name) for name in chart[column].astype(object).fillna("unknown")]
    return [str(number + 1) for number in range(len(chart))]


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
