"""The kinds of measures that the verb metrics shows, by any group, and the lines that each is read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.actions import action_completion
from incident_analytics.analysis.costs import cost_totals
from incident_analytics.analysis.rates import severity_rates
from incident_analytics.analysis.themes import recurring_factors
from incident_analytics.errors import UnknownNameError
from incident_analytics.formatting import format_amount, format_value
from incident_analytics.measures.follow_ups import as_known, classes, completion
from incident_analytics.measures.frequency import dispersion, interrupted, rates
from incident_analytics.measures.grouping import by_group, teams_of
from incident_analytics.measures.recurrence_and_origins import all_origins, repeats_rate, themes
from incident_analytics.measures.reporting import process, ratings
from incident_analytics.measures.response_steps import by_record, metric_first, response, steps, times
from incident_analytics.measures.service_levels import costs, impact, with_bounds
from incident_analytics.measures.teams import scorecard
from incident_analytics.names import closest_name, did_you_mean, unknown_name
from incident_analytics.periods import UNITS
from incident_analytics.records import NO_TEAMS
from incident_analytics.results import FIELD
from incident_analytics.schema import LABELS, MILESTONES, TEXT
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = ["KINDS", "instants_used", "measure", "sources"]


_FIELD: Final = f"{FIELD}NAME"


_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "response": ("severity", "service", "team", *LABELS, *UNITS, _FIELD),
        "severity": ("severity", "service", "team", *LABELS, *UNITS, _FIELD),
        "sla": ("service", "team", *UNITS),
        "actions": ("owner", "priority", "severity", "service", "team", "origin", "class", *LABELS, *UNITS, _FIELD),
        "costs": ("severity", "service", "team", *LABELS, *UNITS, _FIELD),
        "themes": ("severity", "service", "team", *UNITS, _FIELD),
        "repeats": UNITS,
        "interruptions": (),
        "origins": UNITS,
        "records": (),
        "process": ("severity", "service", "team", *UNITS),
        "ratings": (),
        "teams": (),
    }
)


KINDS: Final = tuple(_BY)
"""The kinds of measures that the verb metrics shows."""


def measure(scope: Scope, kind: str, *, by: str | None = None) -> pd.DataFrame:
    """Compute one kind of measures.

    Parameters
    ----------
    scope
        What is reviewed.
    kind
        ``response``: every metric, or the primary one by a group. ``severity``: rates by month, or by another unit.
        ``sla``: downtime and error budget a service. ``actions``: completion. ``costs``: totals. ``themes``: what
        recurs in causes and factors. ``repeats``: how many incidents happened before.
        ``interruptions``: when each team's incidents started, and how many at the same time. ``origins``: how incidents
        were detected and what triggered them. ``records``: the primary metric by the reports and by the incident tool.
        ``process``: how long after the restoration reports were discussed and signed. ``ratings``: whether severity
        follows users, downtime and cost. ``teams``: a scorecard.
    by
        ``severity``, ``service``, ``team``, ``owner``, ``priority``, ``origin``, ``class``, ``detected_by``,
        ``trigger``, ``week``, ``month``,
        ``quarter``, ``year`` or ``field:NAME``, in any case, where the kind has it: an incident counts once in each
        service, team and value of its field, and where it has none in a group of its own, which is NA. Service levels
        by team are those of each team's services.

    Returns
    -------
    pandas.DataFrame
        The result of the analysis, with ``incident_ids``: the incidents that each row uses. For ``response`` the
        first column ``metric`` names the metric.

    Raises
    ------
    UnknownNameError
        ``by 'owner' is not one of severity, service, team, week, month, ... for response``, or there are no teams

    Examples
    --------
    >>> from incident_analytics import load
    >>> totals = measure(Scope.of(load("data/real", status="all"), "2021"), "costs")
    >>> totals[["kind", "currency", "total", "n", "n_missing"]].iloc[0].to_dict()
    {'kind': 'lost_revenue', 'currency': 'USD', 'total': 0.0, 'n': 4, 'n_missing': 5}
    """
    if kind not in KINDS:
        raise unknown_name("kind", kind, KINDS)
    by = _group_named(kind, by, scope.known.fields["name"])
    every = by if by in UNITS else None
    group = None if every else by
    if (by == "team" or kind in {"interruptions", "teams"}) and not teams_of(scope):
        raise unknown_name("group", by or "team", [], empty=NO_TEAMS)
    if kind == "response" and by is None:
        return steps(scope, members=True)
    of_group: Mapping[str, Callable[[Corpus], pd.DataFrame]] = {
        "severity": lambda corpus: _rates_of(scope, corpus),
        "actions": lambda corpus: _completion_of(scope, corpus),
        "costs": lambda corpus: cost_totals(corpus.costs, incidents=corpus.incidents, members=True),
        "themes": lambda corpus: recurring_factors(corpus.findings, incidents=corpus.incidents),
    }
    is_own_field = kind == "actions" and by is not None and by.startswith(FIELD)  # an item may have its own value
    if kind in of_group and by is not None and not is_own_field and by not in _ALREADY_BY.get(kind, ()):
        corpus = scope.reviewed if kind in {"severity", "costs"} else scope.reviewed_completed
        return by_group(scope, corpus, by, of_group[kind])
    tables: Mapping[str, Callable[[], pd.DataFrame]] = {
        "response": lambda: metric_first(
            response(scope, by=group, every=every, members=True).assign(metric=scope.settings.primary_metric)
        ),
        "severity": lambda: rates(scope, every=every or "month", members=True),
        "sla": lambda: (
            _impact_by_team(scope)
            if by == "team"
            else with_bounds(scope, impact(scope, every=every, members=True), every)
        ),
        "actions": lambda: (
            classes(scope, members=True) if by == "class" else completion(scope, by=group, every=every, members=True)
        ),
        "costs": lambda: costs(scope, members=True),
        "themes": lambda: themes(scope),
        "repeats": lambda: repeats_rate(scope, every=every, members=True),
        "interruptions": lambda: interrupted(scope, members=True),
        "origins": lambda: all_origins(scope, every),
        "records": lambda: by_record(scope),
        "process": lambda: process(scope, by=group, every=every, members=True),
        "ratings": lambda: ratings(scope, members=True),
        "teams": lambda: scorecard(scope, members=True),
    }
    return tables[kind]()


_ALREADY_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"severity": ("severity", *UNITS), "actions": ("owner", "priority", "severity", "origin", "class", *UNITS)}
)
"""The groups that an analysis has by itself."""


def _group_named(kind: str, by: str | None, fields: pd.Series) -> str | None:
    """Return a group as it is called, whatever its case; a field's name stays as it is.

    One that is called like a field of the reports is offered as that.
    """
    if by is None:
        return None
    field = f"{FIELD}{by[len(FIELD) :]}" if by.casefold().startswith(FIELD) else None
    if field and _FIELD in _BY[kind]:
        return field
    found = {name.casefold(): name for name in _BY[kind] if name != _FIELD}.get(by.casefold())
    if found is None:
        groups = ", ".join(_BY[kind]) or "no groups"
        alike = closest_name(by, fields.dropna().unique()) if _FIELD in _BY[kind] else None
        meant = f"; did you mean {FIELD + alike!r}?" if alike else did_you_mean(by, _BY[kind])
        raise UnknownNameError(f"by {by!r} is not one of {groups} for {kind}{meant}")
    return found


def _rates_of(scope: Scope, corpus: Corpus) -> pd.DataFrame:
    """Return how often incidents of each severity came in the whole window, from a part of its incidents."""
    past = dispersion(scope, by="severity")
    table = severity_rates(corpus.incidents, every="year", within=scope.window, dispersion=past, members=True)
    if not scope.has_reports(scope.window):
        for column in ("exposure", "rate", "rate_low", "rate_high"):
            table[column] = table[column].mask(table["n"] >= 0)
    return table if len(set(table["period"])) > 1 else table.drop(columns="period")


def _completion_of(scope: Scope, corpus: Corpus) -> pd.DataFrame:
    """Return the completion of the window's action items that come from some of its incidents."""
    items = scope.reviewed_actions
    own = items[items["incident_id"].isin(corpus.incidents["incident_id"])].reset_index(drop=True)
    return as_known(scope, action_completion(own, as_of=scope.as_of, incidents=scope.completed.incidents, members=True))


def _impact_by_team(scope: Scope) -> pd.DataFrame:
    """Return `impact` with the team of each service in the first column; the services of no team come last."""
    table = with_bounds(scope, impact(scope, members=True))
    table.insert(0, "team", table["service"].map(teams_of(scope)).astype(TEXT))
    return table.sort_values("team", kind="stable", ignore_index=True)


def sources(scope: Scope, kind: str, row: Mapping[Any, Any]) -> pd.DataFrame:
    """List the lines of the reports that a row of `measure` uses.

    Parameters
    ----------
    scope
        What is reviewed.
    kind
        As for `measure`.
    row
        One of its rows, with ``incident_ids`` and, for ``response``, ``metric``.

    Returns
    -------
    pandas.DataFrame
        A row a line: incident_id, path, line (int64), words (str), as the report has them; those of a value that a
        person corrected or confirmed begin with ``(corrected)`` or ``(confirmed)``.

    Examples
    --------
    >>> from incident_analytics import load
    >>> scope = Scope.of(load("data/real", status="all"), "2021-11")
    >>> row = measure(scope, "severity").to_dict("records")[0]
    >>> sources(scope, "severity", row)["words"].tolist()
    ['SEV-3']
    """
    known = scope.known
    readings = known.readings
    impacts: Mapping[str, Callable[[], pd.DataFrame]] = {
        **dict.fromkeys(
            ("affected_users", "affected_users_fraction"), lambda: _fields_used(readings, "affected_users")
        ),
        "downtime": lambda: _outages_used(scope),
        "cost": lambda: _costs_used(known),
    }
    tables: Mapping[str, Callable[[], pd.DataFrame]] = {
        "response": lambda: instants_used(scope, str(row["metric"])),
        "severity": lambda: readings[readings["field"] == "severity"].assign(words=_marked(readings)),
        "sla": lambda: _outages_used(scope),
        "actions": lambda: scope.actions.assign(words=scope.actions["action"]),
        "costs": lambda: _costs_used(known),
        "themes": lambda: pd.concat(
            [
                known.findings[known.findings["kind"].isin(["contributing_factor", "could_improve"])].assign(
                    words=lambda found: found["text"]
                ),
                readings[readings["field"] == "why_it_happened"].assign(words=_marked),
            ]
        ),
        "interruptions": lambda: _fields_used(
            readings, "started_at", "detected_at", "responded_at", "restored_at", "ended_at"
        ),
        "records": lambda: _fields_used(
            readings, "started_at", "detected_at", "responded_at", "restored_at", "ended_at"
        ),
        "repeats": lambda: known.findings[known.findings["kind"] == "contributing_factor"].assign(
            words=lambda found: found["text"]
        ),
        "process": lambda: pd.concat(
            [
                _fields_used(readings, "restored_at", "ended_at", "meeting_on"),
                known.signoffs.assign(words=known.signoffs["role"] + ": " + known.signoffs["signed_on"].astype(TEXT))[
                    known.signoffs["signed_on"].notna()
                ],
            ]
        ),
        "ratings": lambda: pd.concat([_fields_used(readings, "severity"), impacts[str(row["impact"])]()]),
        "teams": lambda: pd.concat(
            [
                _fields_used(readings, "severity", *(f"{milestone}_at" for milestone in MILESTONES)),
                _outages_used(scope),
                scope.actions.assign(words=scope.actions["action"]),
            ]
        ),
        "origins": lambda: readings[readings["field"] == row["measure"]].assign(words=_marked(readings)),
    }
    found = tables[kind]()
    if kind == "costs":
        found = found[found["kind"] == row["kind"]]
        # Nothing is nothing in every currency: a zero without one counts where the kind has only one.
        is_zero = found["currency"].isna() & (found["amount"] == 0)
        is_its = found["currency"].isna() if pd.isna(row["currency"]) else found["currency"] == row["currency"]
        found = found[is_its | is_zero]
    found = found[found["incident_id"].isin(row["incident_ids"])]
    paths = scope.everything.incidents.set_index("incident_id")["path"]
    found = found.assign(path=found["incident_id"].map(paths))
    return found[["incident_id", "path", "line", "words"]].reset_index(drop=True)


def instants_used(scope: Scope, metric: str) -> pd.DataFrame:
    """Return the readings of the two instants, or of the stated duration, that each span of a metric is made of."""
    measured = times(scope)
    basis = measured[["incident_id", f"{metric}_basis"]].set_axis(["incident_id", "field"], axis="columns").dropna()
    fields = basis["field"].str.replace(" (business hours)", "", regex=False).str.split(" - ")
    used = basis.assign(field=fields).explode("field")
    lines = scope.completed.readings.merge(used, on=["incident_id", "field"])
    return lines.assign(words=lines["field"].str.removesuffix("_at") + ": " + _marked(lines))


def _fields_used(readings: pd.DataFrame, *fields: str) -> pd.DataFrame:
    """Return the readings of some fields, with the field before its words."""
    found = readings[readings["field"].isin(fields)]
    names = found["field"].str.replace(r"_(?:at|on)$", "", regex=True).str.replace("_", " ")
    return found.assign(words=names + ": " + _marked(found))


def _outages_used(scope: Scope) -> pd.DataFrame:
    """Return the windows of impact, with their ends and where they come from in words."""
    outages = scope.everything.outages
    words = [
        f"{_instant(each.started_at)} to {_instant(each.ended_at)} ({each.source})" for each in outages.itertuples()
    ]
    return outages.assign(words=pd.Series(words, index=outages.index, dtype=TEXT))


def _instant(value: Any) -> str:
    return "not recorded" if pd.isna(value) else f"{format_value(value)} UTC"


def _costs_used(corpus: Corpus) -> pd.DataFrame:
    """Return the costs that have an amount, with it in words."""
    costs = corpus.costs
    amounts = pd.Series(map(format_amount, costs["amount"], costs["currency"]), index=costs.index, dtype=TEXT)
    return costs.assign(words=costs["kind"] + ": " + amounts)[costs["amount"].notna()]


def _marked(readings: pd.DataFrame) -> pd.Series:
    """Return the words of readings, behind a mark where a person corrected or confirmed the value."""
    source = readings["source"]
    marks = ("(" + source + ") ").where(source.isin(["corrected", "confirmed"]), "")
    return marks + readings["as_written"]
