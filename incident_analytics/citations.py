"""The lines of reports that a figure is based on: those that the values were read from that it is computed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from incident_analytics import measures
from incident_analytics.figures import Figure
from incident_analytics.periods import Period
from incident_analytics.schema import LABELS, MILESTONES, STARTS
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = ["citable", "cited"]

_PLACE: Final = ["incident_id", "line"]
_YEARS: Final = 2  # before a period that it is compared with
_CAUSES: Final = ("contributing_factor", "could_improve")


def _read(*fields: str) -> Callable[[Corpus], pd.DataFrame]:
    return lambda corpus: corpus.readings[corpus.readings["field"].isin(fields)]


def _affected(corpus: Corpus) -> pd.DataFrame:
    return corpus.services[corpus.services["affected"].fillna(value=False)]


def _costs(corpus: Corpus) -> pd.DataFrame:
    return corpus.costs[corpus.costs["amount"].notna()]


def _causes(corpus: Corpus) -> pd.DataFrame:
    return _joined(corpus.findings[corpus.findings["kind"].isin(_CAUSES)], _read("why_it_happened")(corpus))


def _sign_offs(corpus: Corpus) -> pd.DataFrame:
    return _joined(corpus.signoffs, _read("meeting_on", "status")(corpus))


def _problems(corpus: Corpus) -> pd.DataFrame:
    return corpus.problems.dropna(subset=_PLACE)


def _joined(*tables: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table[_PLACE] for table in tables])


_START: Final = ("date", *STARTS)
_TIMES: Final = (*_START, *(f"{milestone}_at" for milestone in MILESTONES), "ended_at", "stated_duration")
_PARTS: Final[Mapping[str, Callable[[Corpus], pd.DataFrame]]] = MappingProxyType(
    {
        "start": _read(*_START),
        "times": _read(*_TIMES),
        "severity": _read("severity"),
        "status": _read("status"),
        "title": _read("title"),
        "users": _read("affected_users"),
        "sla_impact": _read("sla_impact"),
        "services": _affected,
        "outages": lambda corpus: corpus.outages,
        "actions": lambda corpus: corpus.actions,
        "costs": _costs,
        "causes": _causes,
        **{field: _read(field) for field in LABELS},
        "sign_offs": _sign_offs,
        "problems": _problems,
        "nothing": lambda corpus: corpus.readings[:0],
        "all": lambda corpus: _joined(
            corpus.readings,
            corpus.timeline[corpus.timeline["milestone"].notna()],
            corpus.outages,
            _affected(corpus),
            _costs(corpus),
            corpus.actions,
            corpus.findings,
            corpus.signoffs,
            corpus.fields,
            _problems(corpus),
        ),
    }
)
_GROUPED: Final[Mapping[str, str]] = MappingProxyType(
    {"severity": "severity", "service": "services", "team": "services", **{field: field for field in LABELS}}
)
"""What else a figure is read from by its group."""


def citable(corpus: Corpus) -> pd.DataFrame:
    """Return every line that a value of a corpus was read from, whether or not a figure uses it.

    Returns
    -------
    pandas.DataFrame
        A row a line: incident_id, line (int64); in the order of incident_id and line.
    """
    return _unique(_PARTS["all"](corpus))


def cited(scope: Scope, figure: Figure) -> pd.DataFrame:
    """Return the lines that a figure is based on.

    Parameters
    ----------
    scope
        What it was computed from.
    figure
        One of its figures.

    Returns
    -------
    pandas.DataFrame
        As `citable`. Of a span these are the lines of its two instants, or of the reported duration; of an action item
        its row; of a service the row that marks it as affected; of the reports that count the line of their status.
    """
    basis = figure.basis
    corpus: Corpus = getattr(scope, basis.of)
    grouped = _GROUPED.get(str(figure.options.get("by")))
    parts: list[str] = [*basis.parts, *([grouped] if grouped else [])]
    tables = [_spans(scope, figure) if part == "spans" else _PARTS[part](corpus) for part in parts]
    if basis.of == "completed" or "spans" in parts:
        tables.append(_PARTS["status"](scope.completed))
    found = _joined(*tables)
    return _unique(found[found["incident_id"].isin(_incidents(scope, figure, corpus))])


def _spans(scope: Scope, figure: Figure) -> pd.DataFrame:
    """Return the lines that the spans of a figure's metrics are made of."""
    primary = scope.settings.primary_metric
    metrics = scope.settings.metrics if figure.measure == "steps" else [figure.options.get("metric") or primary]
    return _joined(*(measures.instants_used(scope, metric) for metric in metrics))


def _incidents(scope: Scope, figure: Figure, corpus: Corpus) -> pd.Series:
    """Return the incidents that a figure is about."""
    incidents, since = corpus.incidents, figure.basis.since
    ids: pd.Series = incidents["incident_id"]
    if since == "all":
        return ids
    within: Period = figure.options.get("within") or scope.window
    start = within.start
    if since == "recent":
        start = min(start, scope.recent[0].start)
    if since == "before":
        start = start.tz_convert(within.timezone) - pd.DateOffset(years=_YEARS)
    occurred_at = incidents["occurred_at"]
    found: pd.Series = ids[(occurred_at >= start) & (occurred_at < within.end)]
    if "outages" not in figure.basis.parts:
        return found
    # One that began earlier may last into the budget's window, which may begin before the period.
    first = min([start, *(whole.start for _, whole in within.budget_windows(scope.settings.sla.window))])
    outages = corpus.outages
    lasts = (outages["started_at"] < within.end) & ~(outages["ended_at"] <= first)
    everyone: pd.Series = pd.concat([found, outages.loc[lasts, "incident_id"]])
    return everyone


def _unique(places: pd.DataFrame) -> pd.DataFrame:
    return places[_PLACE].drop_duplicates().sort_values(_PLACE, ignore_index=True)
