"""Sentences on the process around incidents, on how severity is applied, and on the teams' changes."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics.analysis.statistics import LEAST
from incident_analytics.checks import require_columns
from incident_analytics.formatting import (
    format_count,
    format_digits,
    format_p_value,
    format_share,
    format_span,
    join_words,
)
from incident_analytics.sentences.wording import FEW, each_row, first_of, has, is_finding

__all__ = [
    "describe_agreement",
    "describe_misrated",
    "describe_process",
    "describe_scorecard",
    "describe_twins",
    "describe_unreported",
    "impact_in_words",
    "step_in_words",
]

_STEPS: Final = {
    "time_to_meeting": "the review meeting",
    "time_to_first_sign_off": "the first sign-off",
    "time_to_last_sign_off": "the last sign-off",
}
_IMPACTS: Final = {
    "affected_users": "the number of users",
    "affected_users_fraction": "the share of users",
    "downtime": "downtime",
    "cost": "cost",
}
_HALF: Final = 0.5


def describe_process(steps: pd.DataFrame) -> str:
    """Say how long reports took from the restoration to their meeting and sign-offs.

    Parameters
    ----------
    steps
        What `measures.process` gives, a row a step.

    Returns
    -------
    str
        One sentence a step that has enough reports for a median with an interval; empty without any.

    Examples
    --------
    >>> rows = {"metric": ["time_to_meeting"], "n": [34], "n_open": [2], "n_missing": [7]}
    >>> describe_process(pd.DataFrame(rows).assign(median=pd.to_timedelta([6], unit="D")))
    'From the restoration to the review meeting: median 6d (n = 34, 2 of them still waiting; 7 not recorded).'
    >>> describe_process(pd.DataFrame({**rows, "n_open": [34], "n_missing": [0], "median": [pd.NaT]}))
    'No date is recorded for the review meeting (34 reports).'
    """
    require_columns(steps, "metric", "n", "n_open", "n_missing", "median")
    said: list[str] = []
    undated: dict[int, list[str]] = {}
    for row in each_row(steps):
        if row.n < LEAST["median interval"]:
            continue
        if row.n_open == row.n:
            undated.setdefault(row.n + row.n_missing, []).append(_STEPS[row.metric])
            continue
        median = "not reached yet" if pd.isna(row.median) else format_span(row.median)
        waiting = f", {row.n_open:,} of them still waiting" if row.n_open else ""
        missing = f"; {row.n_missing:,} not recorded" if row.n_missing else ""
        said.append(f"to {_STEPS[row.metric]}: median {median} (n = {row.n:,}{waiting}{missing})")
    sentences = [f"From the restoration {'; '.join(said)}."] if said else []
    sentences += [
        f"No date is recorded for {join_words(names)} ({format_count(n, 'report')})." for n, names in undated.items()
    ]
    return " ".join(sentences)


def step_in_words(metric: str) -> str:
    """Return up to what a step of the process runs, as people call it.

    Examples
    --------
    >>> step_in_words("time_to_first_sign_off")
    'first sign-off'
    """
    return _STEPS[metric].removeprefix("the ")


def describe_unreported(unreported: pd.DataFrame) -> str:
    """Name the incidents that have no report.

    Parameters
    ----------
    unreported
        What `unreported_incidents` gives.

    Returns
    -------
    str
        One sentence; empty where every incident that is named has a report.

    Examples
    --------
    >>> describe_unreported(pd.DataFrame({"incident_id": ["INC-2", "INC-2"], "named_in": ["INC-7", "AUD-1"]}))
    '1 incident has no report: INC-2 (named in INC-7 and AUD-1).'
    """
    require_columns(unreported, "incident_id", "named_in")
    places = (
        unreported.dropna(subset="named_in")
        .groupby("incident_id")["named_in"]
        .agg(lambda ids: list(dict.fromkeys(ids)))
    )
    names = list(dict.fromkeys(unreported["incident_id"]))
    named = [f"{name} (named in {first_of(places[name])})" if name in places else name for name in names]
    if not named:
        return ""
    shown = named if len(named) <= FEW + 1 else [*named[:FEW], f"{len(named) - FEW:,} more"]
    return f"{format_count(len(named), 'incident')} {has(len(named))} no report: {join_words(shown)}."


def describe_agreement(agreement: pd.DataFrame) -> str:
    """Say whether severity follows users, downtime and cost.

    Parameters
    ----------
    agreement
        What `severity_agreement` gives.

    Returns
    -------
    str
        What the tests carry, what they don't, and what has too few incidents; empty where nothing can be compared.

    Examples
    --------
    >>> rows = {"impact": ["affected_users", "downtime", "cost"], "n": [73, 97, 4], "concordance": [0.92, 0.52, 1.0]}
    >>> said = describe_agreement(pd.DataFrame(rows).assign(p_adjusted=[0.00001, 0.7, None]))
    >>> print(*said.split(". "), sep=chr(10))
    Severity follows the number of users (92% of pairs agree, n = 73, adjusted p < 0.001)
    No evidence that it follows downtime (52% of pairs agree, n = 97)
    Too few to say: cost (n = 4).
    """
    require_columns(agreement, "impact", "n", "concordance", "p_adjusted")
    rows = list(each_row(agreement[agreement["n"] > 0]))
    said: list[str] = []
    for is_along, verb in ((True, "follows"), (False, "runs against")):
        parts = [
            f"{_IMPACTS[row.impact]} ({_agree(row.concordance)} of pairs agree, n = {row.n:,}, "
            f"adjusted {format_p_value(row.p_adjusted)})"
            for row in rows
            if is_finding(row.p_adjusted) and (row.concordance > _HALF) == is_along
        ]
        said += [f"Severity {verb} {join_words(parts)}."] if parts else []
    others = [
        f"{_IMPACTS[row.impact]} ({_agree(row.concordance)} of pairs agree, n = {row.n:,})"
        for row in rows
        if not pd.isna(row.p_adjusted) and not is_finding(row.p_adjusted)
    ]
    said += [f"No evidence that {'it' if said else 'severity'} follows {join_words(others)}."] if others else []
    few: list[str] = []
    others = []
    for row in rows:
        if pd.isna(row.p_adjusted) and row.n < LEAST["concordance"]:
            few.append(f"{_IMPACTS[row.impact]} (n = {row.n:,})")
        elif pd.isna(row.p_adjusted):  # all pairs agree, or none differ
            others.append(f"{_IMPACTS[row.impact]} ({_agree(row.concordance)} of pairs agree, n = {row.n:,})")
    said += [f"Can't be tested: {join_words(others)}."] if others else []
    said += [f"Too few to say: {join_words(few)}."] if few else []
    return " ".join(said)


def _agree(share: float) -> str:
    """Write a share of pairs, of which no digit behind the point is known; all but a few are not all."""
    return format_share(share if share in {0, 1} else min(max(round(share, 2), 0.01), 0.99))


def impact_in_words(impact: str) -> str:
    """Return what severity is compared with, as people call it.

    Examples
    --------
    >>> impact_in_words("affected_users_fraction")
    'share of users'
    """
    return _IMPACTS[impact].removeprefix("the ")


def describe_misrated(misrated: pd.DataFrame) -> str:
    """Name the incidents whose severity is out of line with users and downtime at the same time.

    Parameters
    ----------
    misrated
        What `out_of_line` gives.

    Returns
    -------
    str
        One sentence; empty without any.

    Examples
    --------
    >>> row = {"incident_id": "INC-1", "severity": "SEV-2", "rated": "high", "n": 6, "n_contrary": 3}
    >>> describe_misrated(pd.DataFrame([row]))
    'Worth a second look: INC-1 (SEV-2), as 3 of 6 less severe incidents affected more users and had more downtime.'
    """
    require_columns(misrated, "incident_id", "severity", "rated", "n", "n_contrary")
    words = {
        "low": "more severe incidents affected fewer users and had less downtime",
        "high": "less severe incidents affected more users and had more downtime",
    }
    named = [
        f"{row.incident_id} ({row.severity}), as {row.n_contrary:,} of {row.n:,} {words[row.rated]}"
        for row in each_row(misrated.head(FEW))
    ]
    return f"Worth a second look: {'; '.join(named)}{_others(len(misrated))}." if named else ""


def describe_twins(twins: pd.DataFrame) -> str:
    """Name the pairs of incidents that were much the same and were rated differently.

    Parameters
    ----------
    twins
        What `near_twins` gives.

    Returns
    -------
    str
        One sentence; empty without any.

    Examples
    --------
    >>> row = {"incident_id": "INC-1", "severity": "SEV-2", "line": 6}
    >>> describe_twins(pd.DataFrame([row | {"twin_id": "INC-9", "twin_severity": "SEV-3", "twin_line": 6}]))
    'Much the same, but rated differently: INC-1 (SEV-2, line 6) and INC-9 (SEV-3, line 6).'
    """
    require_columns(twins, "incident_id", "twin_id", "severity", "twin_severity", "line", "twin_line")

    def named(own: str, severity: str, line: int | None) -> str:
        return f"{own} ({severity}{'' if pd.isna(line) else f', line {line}'})"

    pairs = [
        f"{named(row.incident_id, row.severity, row.line)} and {named(row.twin_id, row.twin_severity, row.twin_line)}"
        for row in each_row(twins.head(FEW))
    ]
    return f"Much the same, but rated differently: {'; '.join(pairs)}{_others(len(twins))}." if pairs else ""


def _others(n: int) -> str:
    """Say how many there are beyond those that a sentence names."""
    return f"; and {n - FEW} more" if n > FEW else ""


def describe_scorecard(changes: pd.DataFrame) -> str:
    """Say what changed for which team.

    Parameters
    ----------
    changes
        What `team_changes` gives.

    Returns
    -------
    str
        One sentence; empty where nothing could be tested.

    Examples
    --------
    >>> rows = {"team": ["API team"] * 2, "measure": ["incidents", "time_to_restore"], "n_before": [4, 4]}
    >>> rows |= {"n_after": [19, 19], "p_value": [0.001, 0.4], "p_adjusted": [0.002, 0.4], "arrow": ["up", None]}
    >>> describe_scorecard(pd.DataFrame(rows).assign(detectable_rise=[3.5, None]))
    'API team: incidents went up (n = 4 before, 19 now; adjusted p = 0.002). The other comparison is not significant.'
    """
    require_columns(
        changes, "team", "measure", "n_before", "n_after", "detectable_rise", "p_value", "p_adjusted", "arrow"
    )
    with_test = changes[changes["p_value"].notna()]
    if with_test.empty:
        return ""
    found = with_test[with_test["arrow"].notna()]
    said = [
        f"{row.team}: {row.measure.replace('_', ' ')} went {row.arrow} (n = {row.n_before:,} before, "
        f"{row.n_after:,} now; adjusted {format_p_value(row.p_adjusted)})."
        for row in each_row(found)
    ]
    n = len(with_test) - len(found)
    if not said:
        if n == 1:
            return f"The only comparison with the previous period is not significant{_least_rise(with_test)}."
        return f"None of the {n} comparisons with the previous period is significant{_least_rise(with_test)}."
    if n:
        said.append(f"{'The other comparison is not' if n == 1 else f'None of the {n} others is'} significant.")
    return " ".join(said)


def _least_rise(changes: pd.DataFrame) -> str:
    """Say from which rise on a team's incidents would have shown, so that silence isn't read as "nothing changed".

    Examples
    --------
    >>> _least_rise(pd.DataFrame({"detectable_rise": [10.7, 31.6, None]}))
    "; a team's incidents would reliably show only a rise to 12 times as many or more"
    """
    rises = changes["detectable_rise"].dropna()
    if rises.empty:
        return ""
    least = format_digits(1 + rises.min(), 2)
    return f"; a team's incidents would reliably show only a rise to {least} times as many or more"
