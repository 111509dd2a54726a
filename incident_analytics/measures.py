"""What the command metrics shows: one result table a kind, as the settings define it, and the lines it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import pandas as pd

from incident_analytics.analysis.actions import action_completion, join_tracker
from incident_analytics.analysis.comparison import compare_periods
from incident_analytics.analysis.costs import cost_totals
from incident_analytics.analysis.response import response_summary, response_times
from incident_analytics.analysis.severity import compare_rates, severity_rates
from incident_analytics.analysis.sla import sla_impact
from incident_analytics.analysis.statistics import holm
from incident_analytics.analysis.themes import recurring_factors
from incident_analytics.config import Settings
from incident_analytics.errors import PeriodError, UnknownNameError
from incident_analytics.formatting import format_amount
from incident_analytics.loading import read_tracker
from incident_analytics.periods import Period, frequency
from incident_analytics.schema import COUNT, FLAG, FLOAT, SPAN, TEXT
from incident_analytics.tables import Corpus

__all__ = ["KINDS", "compare", "compare_with_earlier", "measure", "sources"]

_FREQUENCIES: Final = ("month", "quarter", "year")
_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "response": ("severity", "service", *_FREQUENCIES),
        "severity": ("severity", *_FREQUENCIES),
        "sla": ("service", *_FREQUENCIES),
        "actions": ("owner", "priority", "severity", "origin", *_FREQUENCIES),
        "costs": (),
        "themes": (),
    }
)
KINDS: Final = tuple(_BY)
"""The kinds of measures."""


def measure(
    corpus: Corpus,
    kind: str,
    *,
    period: Period,
    as_of: pd.Timestamp,
    by: str | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Compute one kind of measures over a period, as the settings define them.

    Parameters
    ----------
    corpus
        The tables.
    kind
        ``response``: every metric, or the primary one by a group. ``severity``: rates by month, or by another period.
        ``sla``: downtime and error budget a service. ``actions``: completion. ``costs``: totals. ``themes``: what
        recurs in causes and factors.
    period
        Which incidents count.
    as_of
        The instant at which what is open is judged.
    by
        ``severity``, ``service``, ``owner``, ``priority``, ``origin``, ``month``, ``quarter`` or ``year``, where the
        kind has it.
    settings
        Metrics, targets, maintenance, the tracker; None takes the defaults.

    Returns
    -------
    pandas.DataFrame
        The result of `response_summary`, `severity_rates`, `sla_impact`, `action_completion`, `cost_totals` or
        `recurring_factors`, with ``incident_ids``: the incidents that each row rests on. For ``response`` a first
        column ``metric`` names the metric.

    Raises
    ------
    UnknownNameError
        ``by 'owner' is not one of severity, service, month, quarter, year`` for ``response``

    Examples
    --------
    >>> from incident_analytics import load
    >>> year = Period.parse("2021")
    >>> costs = measure(load("data/real"), "costs", period=year, as_of=year.end)
    >>> costs[["kind", "currency", "total", "n", "n_missing"]].iloc[0].to_dict()
    {'kind': 'lost_revenue', 'currency': 'USD', 'total': 0.0, 'n': 3, 'n_missing': 0}
    """
    if kind not in KINDS:
        raise UnknownNameError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    if by is not None and by not in _BY[kind]:
        groups = f"by {by!r} is not one of {', '.join(_BY[kind])} for {kind}" if _BY[kind] else f"{kind} have no groups"
        raise UnknownNameError(groups)
    if as_of <= period.start:
        raise PeriodError(f"{period.name} has not begun at {as_of:%Y-%m-%d %H:%M}Z; name an earlier period")
    return _Measures(corpus, period, by, settings or Settings(), as_of).measure(kind)


class _Measures:
    """One method a kind."""

    def __init__(self, corpus: Corpus, period: Period, by: str | None, settings: Settings, as_of: pd.Timestamp) -> None:
        # What happens after as_of is not known then; an error budget is that of the whole period all the same.
        self.period = period
        self.known = Period(period.name, period.start, min(period.end, as_of))
        corpus = corpus.select(~(corpus.incidents["occurred_at"] >= as_of))
        self.settings = settings
        self.as_of = as_of
        self.corpus = corpus
        self.reviewed = corpus.select(
            corpus.incidents["occurred_at"].between(period.start, period.end, inclusive="left")
        )
        self.freq = None
        self.by = by
        if by in _FREQUENCIES:
            start = settings.fiscal_year_start if period.name.startswith("FY") else 1
            self.freq, self.by = frequency(by, fiscal_year_start=start), None

    def measure(self, kind: str) -> pd.DataFrame:
        methods: Mapping[str, Callable[[], pd.DataFrame]] = {
            "response": self.response,
            "severity": self.severity,
            "sla": self.sla,
            "actions": self.actions,
            "costs": self.costs,
            "themes": self.themes,
        }
        return methods[kind]()

    def response(self) -> pd.DataFrame:
        times = response_times(self.corpus.incidents, metrics=self.settings.metrics)
        grouped = self.by is not None or self.freq is not None
        metrics = [self.settings.primary_metric] if grouped else list(self.settings.metrics)
        summaries = [
            response_summary(
                times,
                metric=metric,
                by=self.by,
                services=self.corpus.services if self.by == "service" else None,
                freq=self.freq,
                start=self.known.start,
                end=self.known.end,
                timezone=self.settings.timezone,
                as_of=self.as_of,
                members=True,
            ).assign(metric=metric)
            for metric in metrics
        ]
        table = pd.concat(summaries, ignore_index=True)
        return table[["metric", *(column for column in table if column != "metric")]]

    def severity(self) -> pd.DataFrame:
        return severity_rates(
            self.corpus.incidents,
            freq=self.freq or "M",
            start=self.known.start,
            end=self.known.end,
            timezone=self.settings.timezone,
            members=True,
        )

    def sla(self) -> pd.DataFrame:
        settings = self.settings
        return sla_impact(
            self.corpus.outages,
            services=self.corpus.services,
            incidents=self.corpus.incidents,
            start=self.period.start,
            end=self.period.end,
            targets=settings.targets,
            as_of=self.as_of,
            declared=settings.services,
            severities=settings.sla.severities,
            minimum_outage=settings.sla.minimum_outage,
            maintenance=[(planned.service, planned.start, planned.end) for planned in settings.maintenance],
            members=True,
            freq=self.freq,
            timezone=settings.timezone,
        )

    def actions(self) -> pd.DataFrame:
        actions = self.reviewed.actions
        if self.settings.tracker is not None:
            actions = join_tracker(actions, read_tracker(self.settings))
        return action_completion(
            actions,
            as_of=self.as_of,
            by=self.by,
            incidents=self.reviewed.incidents,
            freq=self.freq,
            timezone=self.settings.timezone,
            members=True,
        )

    def costs(self) -> pd.DataFrame:
        return cost_totals(self.reviewed.costs, incidents=self.reviewed.incidents, members=True)

    def themes(self) -> pd.DataFrame:
        return recurring_factors(self.reviewed.findings, incidents=self.reviewed.incidents)


def compare(
    corpus: Corpus, kind: str, *, before: Period, after: Period, settings: Settings | None = None
) -> pd.DataFrame:
    """Tell whether the response, or how often incidents came, changed from one period to another.

    Parameters
    ----------
    corpus
        The tables.
    kind
        ``response`` compares every metric, the primary one first; ``severity`` the rates of all incidents and of each
        severity.
    before, after
        The periods.
    settings
        The metrics; None takes the defaults.

    Returns
    -------
    pandas.DataFrame
        The result of `compare_periods` or of `compare_rates`; ``sentence`` says it in words.

    Raises
    ------
    UnknownNameError
        ``sla is not compared; response and severity are``
    """
    settings = settings or Settings()
    if kind == "response":
        times = response_times(corpus.incidents, metrics=settings.metrics)
        others = [metric for metric in settings.metrics if metric != settings.primary_metric]
        return compare_periods(times, metric=settings.primary_metric, before=before, after=after, metrics=others)
    if kind == "severity":
        return compare_rates(corpus.incidents, before=before, after=after, by="severity")
    raise UnknownNameError(f"{kind} is not compared; response and severity are")


def compare_with_earlier(
    corpus: Corpus, *, period: Period, earlier: Sequence[Period], settings: Settings | None = None
) -> pd.DataFrame:
    """Set the time to restore and the number of incidents of a period against those of earlier ones.

    The one primary comparison is that of the primary metric with the first of the earlier periods. The p-values of all
    others are adjusted for their number, so that looking at several does not find a change where there is none.

    Parameters
    ----------
    corpus
        The tables.
    period
        The period; for one that is not over what has passed of it.
    earlier
        The earlier periods, as `Period.earlier` gives them.
    settings
        The metrics, and which one is primary; None takes the defaults.

    Returns
    -------
    pandas.DataFrame
        For each earlier period a row for the metric and one for the incidents, the primary one first:

        - measure, str: the metric's name, or ``incidents``
        - earlier, period, str: the periods' names
        - n_before, n_after, int64: the spans, or incidents, of each
        - n_open_before, n_open_after, Int64: incidents left out because they are still open; NA for incidents
        - before, after, timedelta64[us]: the geometric means; NA for incidents
        - change, low, high, p_value, detectable_change, Float64: as in `compare_periods` and `compare_rates`, whose
          detectable_fall the last one is for incidents
        - p_adjusted, Float64: p_value where primary, else adjusted by Holm's method
        - is_primary, boolean

    Examples
    --------
    >>> from incident_analytics import load
    >>> year = Period.parse("2021")
    >>> compared = compare_with_earlier(load("data/real"), period=year, earlier=year.earlier())
    >>> compared[["measure", "n_before", "n_after"]].to_dict("split")["data"]
    [['time_to_restore', 8, 6], ['incidents', 8, 6]]
    """
    settings = settings or Settings()
    metric = settings.primary_metric
    times = response_times(corpus.incidents, metrics=settings.metrics)
    rows = []
    for before in earlier:
        told = {"earlier": before.name, "period": period.name}
        (span,) = compare_periods(times, metric=metric, before=before, after=period).to_dict("records")
        (rate,) = compare_rates(corpus.incidents, before=before, after=period).to_dict("records")
        rate |= {"low": rate["change_low"], "high": rate["change_high"], "detectable_change": rate["detectable_fall"]}
        rows += [span | told | {"measure": metric}, rate | told | {"measure": "incidents"}]
    table = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=dtype) for name, dtype in _EARLIER.items()}
    )
    table["p_adjusted"] = pd.Series([*table["p_value"][:1], *holm(table["p_value"][1:])], dtype=FLOAT)
    table["is_primary"] = pd.Series(table.index == 0, dtype=FLAG)
    return table


_EARLIER: Final = {
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
    "low": FLOAT,
    "high": FLOAT,
    "p_value": FLOAT,
    "detectable_change": FLOAT,
}


def sources(corpus: Corpus, kind: str) -> pd.DataFrame:
    """Tell from which lines the measures of a kind come.

    Parameters
    ----------
    corpus
        The tables.
    kind
        As for `measure`.

    Returns
    -------
    pandas.DataFrame
        A row a line of a report: incident_id, path, line (int64), words (str), as the report has them.

    Examples
    --------
    >>> from incident_analytics import load
    >>> sources(load("data/real/INC-2021-11-05-001.md"), "severity")["words"].tolist()
    ['SEV-3']
    """
    readings = corpus.readings
    instants = readings["field"].str.endswith("_at") & ~readings["field"].str.startswith("template")
    found = {
        "response": lambda: readings[instants].assign(
            words=readings["field"].str.removesuffix("_at") + ": " + readings["as_written"]
        ),
        "severity": lambda: readings[readings["field"] == "severity"].assign(words=readings["as_written"]),
        "sla": lambda: corpus.outages.assign(
            words=[f"{row.started_at} to {row.ended_at} ({row.source})" for row in corpus.outages.itertuples()]
        ),
        "actions": lambda: corpus.actions.assign(words=corpus.actions["action"]),
        "costs": lambda: corpus.costs.assign(
            words=corpus.costs["kind"]
            + ": "
            + pd.Series(map(format_amount, corpus.costs["amount"], corpus.costs["currency"]), dtype="str")
        ),
        "themes": lambda: pd.concat(
            [
                corpus.findings[corpus.findings["kind"].isin(["contributing_factor", "could_improve"])].assign(
                    words=lambda found: found["text"]
                ),
                readings[readings["field"] == "why_it_happened"].assign(words=lambda found: found["as_written"]),
            ]
        ),
    }[kind]()
    paths = corpus.incidents.set_index("incident_id")["path"]
    found = found.assign(path=found["incident_id"].map(paths))
    return found[["incident_id", "path", "line", "words"]].reset_index(drop=True)
