"""The lines of reports that a figure is based on: those that the values were read from that it is computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Final, TypeAlias

import pandas as pd

from incident_analytics import measures
from incident_analytics.figures import Figure
from incident_analytics.periods import Period
from incident_analytics.schema import LABELS, MILESTONES, STARTS
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = ["Citations", "citable"]

Lines: TypeAlias = tuple[int, ...]
"""Numbers of lines, each once and in order."""

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


def citable(corpus: Corpus) -> Mapping[str, Lines]:
    """Return, by incident_id, every line that a value of a corpus was read from, whether or not a figure uses it."""
    return _by_incident(_places(_PARTS["all"](corpus)))


class Citations:
    """The lines that figures of a scope are based on; what several of them share is found once.

    Parameters
    ----------
    scope
        What the figures were computed from.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._parts: dict[tuple[str, ...], set[tuple[str, int]]] = {}
        self._cited: dict[tuple[object, ...], Mapping[str, Lines]] = {}

    def cited(self, figure: Figure) -> Mapping[str, Lines]:
        """Return, by incident_id, the lines that a figure is based on.

        Of a span these are the lines of its two instants, or of the reported duration; of an action item its row; of a
        service the row that marks it as affected; of the reports that count the line of their status.
        """
        basis = figure.basis
        grouped = _GROUPED.get(str(figure.options.get("by")))
        read = [*basis.parts, *([grouped] if grouped else [])]
        parts = [("spans", *self._metrics(figure)) if part == "spans" else (part, basis.of) for part in read]
        if basis.of == "completed" or "spans" in read:
            parts.append(("status", "completed"))
        within: Period = figure.options.get("within") or self._scope.window
        key = (*parts, basis.of, basis.since, within)
        if key not in self._cited:
            incidents = self._incidents(figure, within)
            found = set().union(*map(self._part, parts))
            self._cited[key] = _by_incident(place for place in found if place[0] in incidents)
        return self._cited[key]

    def _part(self, part: tuple[str, ...]) -> set[tuple[str, int]]:
        """Return the places of a part and whose reports, or of the spans of some metrics."""
        if part not in self._parts:
            name, *of = part
            if name == "spans":
                tables = [measures.instants_used(self._scope, metric) for metric in of]
            else:
                tables = [_PARTS[name](getattr(self._scope, of[0]))]
            self._parts[part] = set().union(*map(_places, tables))
        return self._parts[part]

    def _metrics(self, figure: Figure) -> Iterable[str]:
        """Return the metrics whose spans a figure shows."""
        settings = self._scope.settings
        if figure.measure == "steps":
            return settings.metrics
        return [figure.options.get("metric") or settings.primary_metric]

    def _incidents(self, figure: Figure, within: Period) -> set[str]:
        """Return the incidents that a figure is about."""
        corpus: Corpus = getattr(self._scope, figure.basis.of)
        incidents, since = corpus.incidents, figure.basis.since
        ids = incidents["incident_id"]
        if since == "all":
            return set(ids)
        start = within.start
        if since == "recent":
            start = min(start, self._scope.recent[0].start)
        if since == "before":
            start = start.tz_convert(within.timezone) - pd.DateOffset(years=_YEARS)
        occurred_at = incidents["occurred_at"]
        found = set(ids[(occurred_at >= start) & (occurred_at < within.end)])
        if "outages" not in figure.basis.parts:
            return found
        # One that began earlier may last into the budget's window, which may begin before the period.
        budget = self._scope.settings.sla.window
        first = min([start, *(whole.start for _, whole in within.budget_windows(budget))])
        outages = corpus.outages
        lasts = (outages["started_at"] < within.end) & ~(outages["ended_at"] <= first)
        return found | set(outages.loc[lasts, "incident_id"])


def _places(table: pd.DataFrame) -> set[tuple[str, int]]:
    return set(zip(table["incident_id"].tolist(), table["line"].tolist(), strict=True))


def _by_incident(places: Iterable[tuple[str, int]]) -> dict[str, Lines]:
    return {own: tuple(line for _, line in each) for own, each in groupby(sorted(places), key=itemgetter(0))}
