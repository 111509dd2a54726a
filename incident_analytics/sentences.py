"""What a result table says, in one sentence: the titles of figures and the key figures of a review.

A sentence tells what is in the table and on how many incidents it rests. It claims no cause, and a change only where
the table's adjusted p-value carries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from incident_analytics.formatting import cut, format_amount, format_figure, format_share, format_span, join_words
from incident_analytics.model import need_columns

__all__ = [
    "LEVEL",
    "SIGNALS",
    "describe_ages",
    "describe_availability",
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
    "describe_factors",
    "describe_gaps",
    "describe_overdue",
    "describe_rates",
    "describe_response",
    "describe_response_trend",
    "describe_series",
    "describe_start_hours",
    "describe_survival",
    "each_row",
    "group_columns",
    "open_after",
    "point_names",
    "series_name",
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
    certain = [row for row in rows if not pd.isna(row.p_adjusted) and row.p_adjusted <= LEVEL]
    if certain:
        # Where there was nothing before, the change has no number.
        parts = [
            f"{finding[pd.isna(row.change) or row.change > 0]} than in {row.earlier} ({_chance(row.p_adjusted)})"
            for row in certain
        ]
        return f"{first}: {join_words(parts)}."
    if all(pd.isna(row.p_adjusted) for row in rows):
        return f"{first}; too few to compare."
    return f"{first}: {doubt}{'' if counted else _could_show(rows)}."


def _could_show(rows: Sequence[Any]) -> str:
    """Say what the first comparison could have shown."""
    least = rows[0].detectable_change
    return "" if pd.isna(least) else f", and so few reliably show only a fall of {-least:.0%} or more"


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
_NAME: Final = 60  # characters of a name
_ENOUGH: Final = 6  # as many items as a group must have to be called the least or the greatest of many


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
        f"{format_figure(row.rate)} {'of unknown severity' if pd.isna(row.severity) else row.severity}"
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
        unknown = int((downtime["service"].notna() & downtime["downtime"].isna()).sum())
        rest = f"; of {unknown} it is not known for how long" if unknown else ""
        return f"No service was down{rest}."
    worst = max(each_row(down), key=lambda row: row.downtime)
    told = f"{format_span(worst.downtime)} in {_some(worst.n, 'outage')}"
    return f"{cut(worst.service, _NAME)} was down for longest: {told}."


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
    need_columns(sla, "service", "n", "downtime", "availability", "target")
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
    who = f"{len(held) - len(short) or 'None'} of {_some(len(held), 'service')}"
    return f"{who} reached the availability target; furthest below it is {cut(worst.service, _NAME)}, {shares}."


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
    need_columns(sla, "service", "budget", "budget_left")
    held = sla[sla["budget_left"].notna()]
    unknown = list(sla.loc[sla["budget"].notna() & sla["budget_left"].isna(), "service"])
    rest = f"; of {_first_of(unknown)} it is not known" if unknown else ""
    spent = held[held["budget_left"] < pd.Timedelta(0)]
    over = list(spent["service"].iloc[(spent["budget_left"] / spent["budget"]).argsort(kind="stable")])
    if held.empty and unknown:
        return f"What is left of the error budget of {_first_of(unknown)} is not known."
    if held.empty:
        return "No service has a target, so there is no error budget to tell."
    if not over:
        who = "The one service" if len(held) == 1 else f"All {len(held)} services"
        return f"{who} with a target stayed within the error budget{rest}."
    whose = "its" if len(over) == 1 else "their"
    within = f"{len(held) - len(over)} of {_some(len(held), 'service')} with a target stayed within"
    return f"{_first_of(over)} went over {whose} error budget; {within}{rest}."


def _first_of(names: Sequence[str]) -> str:
    """Join names; of many the first ones and the number of the others."""
    names = [cut(name, _NAME) for name in names]
    return join_words(names if len(names) <= _FEW + 1 else [*names[:_FEW], f"{len(names) - _FEW} more"])


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


_LONG: Final = 90  # days after which an overdue item is rather forgotten than late


def describe_ages(ages: pd.DataFrame) -> str:
    """Say how many action items have been open for longest.

    Parameters
    ----------
    ages
        What `action_ages` gives; rows of several groups are added up.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> age = pd.Categorical(["up to 30d", "over 365d"], ["up to 30d", "over 365d"], ordered=True)
    >>> describe_ages(pd.DataFrame({"age": age, "n": [3, 1], "n_undated": [2, 2], "n_unknown": [4, 4]}))
    '1 of 4 open action items has been open for over 365d; 2 more of unknown age, 4 of unknown status.'
    """
    need_columns(ages, "age", "n", "n_undated", "n_unknown")
    oldest = ages["age"].cat.categories[-1]
    by_age = ages.groupby("age", observed=False)[["n", "n_undated", "n_unknown"]].sum()
    # Each age has the whole of what its group counts beside.
    n, old = int(by_age["n"].sum()), int(by_age["n"].get(oldest, 0))
    undated, unknown = (int(by_age[column].max()) if len(ages) else 0 for column in ("n_undated", "n_unknown"))
    beside = [f"{undated} more of unknown age"] * (undated > 0) + [f"{unknown} of unknown status"] * (unknown > 0)
    rest = f"; {', '.join(beside)}." if beside else "."
    if not n:
        return f"No action item is known to be open{rest}"
    has = "has" if old <= 1 else "have"
    return f"{old or 'None'} of {_some(n, 'open action item')} {has} been open for {oldest}{rest}"


def open_after(curve: pd.DataFrame, after: timedelta) -> pd.DataFrame:
    """Return each group's row of a survival curve at a time.

    Parameters
    ----------
    curve
        What `action_survival` gives, without its rows of survival NA.
    after
        The time.

    Returns
    -------
    pandas.DataFrame
        The last row of each group up to that time, in the order of the groups; survival, low and high are NA where
        none of its items was followed for so long.

    Examples
    --------
    >>> time = pd.to_timedelta([0, 14, 40], unit="D")
    >>> curve = pd.DataFrame({"time": time, "survival": [1.0, 0.5, 0.5], "low": 0.2, "high": 0.8, "n": 2})
    >>> open_after(curve, timedelta(days=30))["survival"].tolist()
    [0.5]
    """
    groups = list(curve.columns[: curve.columns.get_loc("time")])
    keys = [curve[column] for column in groups] or [pd.Series(0, index=curve.index)]
    grouped = curve.groupby(keys, sort=False, observed=True, dropna=False)
    followed = (grouped["time"].transform("max") >= after) | (grouped["survival"].transform("min") == 0)
    told = ["survival", "low", "high"]
    known = curve.assign(**{column: curve[column].where(followed) for column in told})
    return known[known["time"] <= after].groupby(keys, sort=False, observed=True, dropna=False).tail(1)


def describe_survival(curve: pd.DataFrame, *, after: timedelta = timedelta(days=30)) -> str:
    """Say which part of the action items is still open after a time.

    Parameters
    ----------
    curve
        What `action_survival` gives.
    after
        The time.

    Returns
    -------
    str
        One sentence; of more than three groups it tells the least and the greatest. Items that the curves leave out
        are counted: where they are done ones whose date nobody wrote down, the shares are too high.

    Examples
    --------
    >>> time = pd.to_timedelta([0, 14, 40], unit="D")
    >>> curve = pd.DataFrame({"priority": "High", "time": time, "survival": [1.0, 0.5, 0.5], "n": 8, "n_undated": 2})
    >>> describe_survival(curve.assign(low=0.2, high=0.8))
    'Still open after 30d: 50% of High (n = 8); 2 more items have no known dates.'
    """
    need_columns(curve, "time", "survival", "low", "high", "n", "n_undated")
    groups = list(curve.columns[: curve.columns.get_loc("time")])
    rows = open_after(curve[curve["survival"].notna()], after)
    rows = rows[rows["survival"].notna()]
    undated = int(curve.loc[curve["time"] == pd.Timedelta(0), "n_undated"].sum())  # each row of a group repeats it
    have = "has" if undated == 1 else "have"
    rest = f"; {_some(undated, 'more item')} {have} no known dates." if undated else "."
    if rows.empty:
        return f"No action item with known dates was followed for {format_span(after)}{rest}"
    if len(rows) > _FEW and rows["n"].ge(_ENOUGH).any():
        rows = rows[rows["n"] >= _ENOUGH]
    names = rows[groups[0]].astype(object).fillna(f"no {groups[0]}").astype(str) if groups else ["all items"]
    parts = [
        f"{row.survival:.0%} of {cut(name, _NAME)} (n = {row.n})"
        for name, row in zip(names, each_row(rows), strict=True)
    ]
    if len(parts) > _FEW:
        shares = list(rows["survival"])
        parts = [f"from {parts[shares.index(min(shares))]} to {parts[shares.index(max(shares))]}"]
    return f"Still open after {format_span(after)}: {join_words(parts)}{rest}"


def describe_factors(factors: pd.DataFrame) -> str:
    """Say which phrase recurs in most incidents.

    Parameters
    ----------
    factors
        What `recurring_factors` gives.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> describe_factors(pd.DataFrame({"phrase": ["no owner", "no alert", "no timeout"], "n": [4, 4, 2]}))
    '“no owner” and “no alert” recur most often, in 4 incidents each; 3 phrases recur in all.'
    """
    need_columns(factors, "phrase", "n")
    if factors.empty:
        return "No phrase recurs in causes and factors."
    most = factors["n"].max()
    names = [f"“{cut(phrase, _NAME)}”" for phrase in factors.loc[factors["n"] == most, "phrase"]]
    in_all = f"; {len(factors)} phrases recur in all" if len(factors) > len(names) else ""
    if len(names) == 1:
        return f"{names[0]} recurs most often, in {most} incidents{in_all}."
    who = join_words(names) if len(names) <= _FEW else f"{len(names)} phrases"
    return f"{who} recur most often, in {most} incidents each{in_all}."


def describe_start_hours(hours: pd.DataFrame) -> str:
    """Say whether incidents lean to a part of the day or of the week, as far as their number can tell.

    Parameters
    ----------
    hours
        What `start_hours` gives.

    Returns
    -------
    str
        One sentence; it calls a leaning what comes up by chance in at most 5% of cases.

    Examples
    --------
    >>> rows = {"weekday": ["Monday", "Tuesday"], "hour": [9, 14], "n": [3, 1], "n_missing": 2}
    >>> describe_start_hours(pd.DataFrame(rows).assign(hour_p_adjusted=None, weekday_p_adjusted=None))
    'When incidents start: 4 are too few to tell hours or weekdays apart.'
    """
    need_columns(hours, "weekday", "hour", "n", "n_missing", "hour_p_adjusted", "weekday_p_adjusted")
    n = int(hours["n"].sum())
    if not n:
        return "No incident tells at what time it started."
    by_hour, by_weekday = (hours[f"{name}_p_adjusted"].iloc[0] for name in ("hour", "weekday"))
    if pd.isna(by_hour):
        return f"When incidents start: {n} {_are(n)} too few to tell hours or weekdays apart."
    leanings = []
    if by_hour <= LEVEL:
        quarters = hours.groupby(hours["hour"] // 6)["n"].sum()
        first = 6 * int(quarters.index.to_numpy()[quarters.argmax()])
        leanings.append(f"{quarters.max()} of {n} started between {first}:00 and {first + 6}:00 ({_chance(by_hour)})")
    if not pd.isna(by_weekday) and by_weekday <= LEVEL:
        days = hours.groupby("weekday", observed=False)["n"].sum()
        leanings.append(f"{days.max()} of {n} started on a {days.idxmax()} ({_chance(by_weekday)})")
    if leanings:
        return f"Incidents lean to certain times more than chance explains: {join_words(leanings)}."
    what = "hours" if pd.isna(by_weekday) else "hours or weekdays"
    few = "; so few show only a strong one" if n < _MANY_STARTS else ""
    return f"When incidents start: no leaning to certain {what} beyond chance (n = {n}){few}."


def _chance(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"  # noqa: PLR2004 - as it is printed


_MANY_STARTS: Final = 35  # from here on three times as many by day as by night show in three of four cases


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


def describe_series(summary: pd.DataFrame, *, timezone: str = "UTC") -> str:
    """Say what one metric was at worst during an incident, what it was before, and what at restoration.

    Parameters
    ----------
    summary
        What `summarize_series` gives, of one name.
    timezone
        The IANA zone of the time that is told.

    Returns
    -------
    str
        One sentence, of the series that went farthest from its median before.

    Examples
    --------
    >>> row = {"name": ["error_rate"], "service": ["API"], "labels": [None], "unit": ["%"], "baseline": [0.1]}
    >>> at = [pd.Timestamp("2025-08-19T17:31Z")]
    >>> describe_series(pd.DataFrame(row).assign(worst=[20.4], worst_at=at, at_restoration=[0.2]))
    'Error rate of API: at worst 20.4% (17:31), median before 0.1%, at restoration 0.2%.'
    """
    need_columns(summary, "name", "service", "labels", "unit", "baseline", "worst", "worst_at", "at_restoration")
    names = [name.replace("_", " ") for name in dict.fromkeys(summary["name"])]
    told = summary[summary["worst"].notna()]
    if told.empty:
        return f"No value of {join_words(names) or 'any metric'} during the incident can be told from those before."
    row = max(each_row(told), key=lambda row: -1 if pd.isna(row.baseline) else abs(row.worst - row.baseline))
    what = " of ".join(filter(None, (row.name.replace("_", " "), series_name(row))))
    parts = [f"at worst {format_figure(row.worst, row.unit)} ({row.worst_at.tz_convert(timezone):%H:%M})"]
    if pd.notna(row.baseline):
        parts.append(f"median before {format_figure(row.baseline, row.unit)}")
    if pd.notna(row.at_restoration):
        parts.append(f"at restoration {format_figure(row.at_restoration, row.unit)}")
    return f"{what[:1].upper()}{what[1:]}: {', '.join(parts)}."


def series_name(row: Any) -> str:
    """Return what tells a series from the others of its query: the service and the labels that it has.

    Examples
    --------
    >>> rows = pd.DataFrame({"service": ["API", None], "labels": ["code=500", None]})
    >>> [series_name(row) for row in each_row(rows)]
    ['API, code=500', '']
    """
    return ", ".join(part for part in (row.service, row.labels) if pd.notna(part))


def _some(n: int, noun: str) -> str:
    return f"{f'{n:,}' if n else 'No'} {noun}{'' if n == 1 else 's'}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
