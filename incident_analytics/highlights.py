"""A scope -> the facts of a review's first screen, each computed once.

Nothing here is worded or shown: `incident_analytics.sentences` and `incident_analytics.first_screen` do that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, Literal

import pandas as pd

from incident_analytics import measures
from incident_analytics.analysis.error_budgets import budget_states
from incident_analytics.analysis.response import span_grades
from incident_analytics.analysis.statistics import LEVEL
from incident_analytics.facts import (
    Budget,
    BudgetFacts,
    Change,
    CountFacts,
    FollowUpFacts,
    Incident,
    MappedSeverity,
    MissingFacts,
    OwnerShare,
    Past,
    ResponseFacts,
)
from incident_analytics.figures import read_from
from incident_analytics.files import file_of_report
from incident_analytics.formatting import format_span
from incident_analytics.periods import label_of
from incident_analytics.quotations import figures_in
from incident_analytics.ranking import Finding, rank_findings, rank_incidents
from incident_analytics.reports.template import read_templates
from incident_analytics.scope import Scope

__all__ = ["LONG_OVERDUE", "Highlights", "incidents"]

LONG_OVERDUE: Final = timedelta(days=90)
"""Beyond this an overdue action item is forgotten rather than late."""

_ENDS: Final = ("restored_at", "ended_at", "stated_duration")  # from which a report's time follows once it is completed

_ENOUGH: Final = 6  # other incidents whose loss is known, from which on one can be the costliest

_URGENT: Final = ("over", "unknown", "within")  # the order of error budgets: an unknown one may be over
_DAY: Final = r"(?<!\d)(\d{4}-?\d\d-?\d\d)(?!\d)"  # in an incident's id
_PRIMARY: Final = "lost_revenue"  # the cost by which incidents are ranked and shown


class Highlights:
    """The facts of the first screen, each computed once, from one scope.

    Parameters
    ----------
    scope
        What is reviewed.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def has_reports(self) -> bool:
        """Whether anything was reported for the window; without it the window is unknown."""
        return self.scope.has_reports(self.scope.window)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The comparisons with earlier periods."""
        return measures.changes(self.scope)

    @cached_property
    def counts(self) -> CountFacts:
        """How many incidents there were."""
        scope = self.scope
        counts, by_period = measures.counts(scope), measures.period_counts(scope)
        by_severity = counts.groupby("severity", observed=True, dropna=False)["n"].sum()
        n = dict(zip(by_period["period"], by_period["n"], strict=True))
        return CountFacts(
            n=len(scope.reviewed.incidents),
            by_severity=tuple(
                (None if pd.isna(severity) else str(severity), int(n))
                for severity, n in reversed(list(by_severity.items()))
                if n
            ),
            earlier=tuple(Past(part.label, _or_none(n[part.name])) for part in scope.comparable),
            history=tuple(Past(part.label, _or_none(n[part.name])) for part in scope.recent),
            change=_change(self.changes, "incidents"),
            figures=figures_in(counts, by_period, self.changes, self.undated),
            n_undated=len(self.undated),
            uncompared=self._uncompared("all"),
        )

    @cached_property
    def response(self) -> ResponseFacts:
        """The median of the primary metric."""
        scope = self.scope
        metric = scope.settings.primary_metric
        response, by_period = measures.response(scope), measures.period_medians(scope)
        (row,) = response.to_dict("records")
        medians = dict(zip(by_period["period"], by_period["median"], strict=True))
        table = measures.definitions(scope)
        stated = table[(table["definition"] == "stated_duration") & ~table["is_own"] & table["median"].notna()]
        comparable = [each.period for each in scope.comparisons if (each.reason or each.response_reason) is None]
        return ResponseFacts(
            metric=metric,
            median=_or_none(row["median"]),
            n=row["n"],
            n_open=row["n_open"],
            n_missing=row["n_missing"] + row["n_negative"],
            n_inferred=row["n"] - row["n_open"] - row["n_recorded"],
            median_recorded=_or_none(row["median_recorded"]),
            stated=None if stated.empty else _or_none(stated["median"].iloc[0]),
            n_stated=0 if stated.empty else int(stated["n"].iloc[0]),
            earlier=tuple(Past(part.label, _or_none(medians[part.name])) for part in comparable),
            # A line from the period before to this one would compare the two.
            history=tuple(Past(part.label, _or_none(medians[part.name])) for part in scope.recent)
            if self.is_response_compared
            else (),
            change=_change(self.changes, metric),
            n_check=sum(each.grade == "check" for each in self.incidents),
            n_contradicted=sum(each.stated is not None for each in self.incidents),
            phrase=self._phrase,
            uncompared=self._uncompared("response times"),
            figures=figures_in(response, by_period, self.changes, table, self.incident_table),
        )

    def _uncompared(self, subject: str) -> tuple[tuple[str, str], ...]:
        rows = self.uncompared[self.uncompared["subject"] == subject]
        return tuple(zip(rows["earlier"], rows["why"], strict=True))

    @property
    def _phrase(self) -> str | None:
        """What the layout of most reports with an inferred time begins the row with that ends the primary metric."""
        settings = self.scope.settings
        inferred = {each.incident_id for each in self.incidents if each.state == "ended" and each.grade != "recorded"}
        incidents, files = self.scope.reviewed.incidents, self.scope.known.files
        reports = incidents.loc[incidents["incident_id"].isin(inferred), "path"]
        names = files.loc[files["path"].isin([str(file_of_report(path)[0]) for path in reports]), "template"]
        milestone = settings.metrics[settings.primary_metric].end[0].removesuffix("_at")
        for template in read_templates(settings.templates.files, only=settings.templates.only):
            if template.name == next(iter(names.value_counts().index), None):
                return next((words[0] for name, words in template.milestones.items() if name == milestone), None)
        return None

    @property
    def is_response_compared(self) -> bool:
        """Whether the response times may be compared with those of the period before."""
        return all((each.reason or each.response_reason) is None for each in self.scope.comparisons[:1])

    @cached_property
    def times(self) -> pd.DataFrame:
        """The spans of every incident."""
        return measures.times(self.scope)

    @cached_property
    def impact(self) -> pd.DataFrame:
        """The error budgets, by service and budget window."""
        return measures.impact(self.scope)

    @cached_property
    def budgets(self) -> BudgetFacts:
        """The error budgets."""
        held = self.impact[self.impact["budget"].notna()]
        over, within, _ = budget_states(held)
        states = held.assign(over=over, within=within).to_dict("records")
        services = self.scope.settings.services
        budgets = [
            Budget(
                service=row["service"],
                team=services[row["service"]].team,
                window=row["period"],
                target=row["target"],
                state="over" if row["over"] else "within" if row["within"] else "unknown",
                budget=row["budget"],
                spent=_or_none(row["budget"] - row["budget_left"]),
                is_bound=bool(row["window_n_missing"] or row["window_n_silent"]),
                is_silent=bool(row["window_n_silent"]),
            )
            for row in states
        ]
        budgets.sort(key=lambda budget: (_URGENT.index(budget.state), budget.share is None, -(budget.share or 0.0)))
        downtime = measures.availability(self.scope)
        down = downtime[(downtime["downtime"] > pd.Timedelta(0)).fillna(value=False)]
        rows = down.sort_values("downtime", ascending=False).to_dict("records")
        tied = [row for row in rows if format_span(row["downtime"]) == format_span(rows[0]["downtime"])]
        earlier = {part.label: measures.impact(self.scope, within=part) for part in self.scope.comparable if budgets}
        return BudgetFacts(
            budgets=tuple(budgets),
            several=len(set(held["window_start"])) > 1,
            earlier=tuple(Past(label, _overspent(impact)) for label, impact in earlier.items()),
            worst_services=tuple(_or_none(row["service"]) for row in tied),
            worst_downtime=rows[0]["downtime"] if rows else None,
            worst_is_bound=any(row["n_missing"] or row["n_silent"] for row in tied),
            silence=self._budget_silence(held),
            figures=figures_in(self.impact, earlier) if budgets else figures_in(downtime),
        )

    def _budget_silence(self, held: pd.DataFrame) -> str:
        """Name the months without reports, of the budgets' windows so far where one began before the period."""
        window = self.scope.window
        start = min([window.start, *held["window_start"]])
        return self.scope.silence if start == window.start else self.scope.silence_in(replace(window, start=start))

    @cached_property
    def overdue(self) -> pd.DataFrame:
        """The overdue items of all incidents to date."""
        return measures.overdue(self.scope)

    @cached_property
    def follow_ups(self) -> FollowUpFacts:
        """The action items."""
        scope = self.scope
        late = self.overdue[self.overdue["status"].notna()]
        long = late[late["overdue_by"] > LONG_OVERDUE]
        completion, items = measures.completion(scope), measures.item_counts(scope)
        period, every = completion[["n", "n_done", "n_open", "n_unknown"]].sum(), items.iloc[0]
        owners = (late if long.empty else long)["owner"].value_counts(dropna=False)
        return FollowUpFacts(
            n_items=int(every["n"]),
            n_due=int(every["n_due"]),
            n_overdue=len(late),
            n_past_due_unknown=len(self.overdue) - len(late),
            n_open_undated=int(every["n_open_undated"]),
            n_long_overdue=len(long),
            oldest=late["overdue_by"].max() if len(late) else None,
            owners=tuple(
                OwnerShare(_or_none(owner), int(n))
                for owner, n in sorted(owners.items(), key=lambda item: (-item[1], str(item[0])))
            ),
            n_unowned=int(late["owner"].isna().sum()),
            n=int(period["n"]),
            n_done=int(period["n_done"]),
            n_known=int(period["n_done"] + period["n_open"]),
            n_unknown=int(period["n_unknown"]),
            n_items_unknown=int(every["n_unknown"]),
            figures=figures_in(self.overdue, completion, items),
        )

    @cached_property
    def incidents(self) -> tuple[Incident, ...]:
        """The window's incidents, those that mattered most first; see `rank_incidents`."""
        scope = self.scope
        metric, zone = scope.settings.primary_metric, scope.settings.timezone
        reviewed = scope.reviewed
        times = self.times.set_index("incident_id")[metric]
        grades = span_grades(self.times, metric=metric, readings=scope.completed.readings).set_axis(times.index)
        completed = set(scope.completed.incidents["incident_id"])
        affected = reviewed.services[reviewed.services["affected"].fillna(value=False)]
        services = affected.dropna(subset=["service"]).groupby("incident_id")["service"].agg(list)
        costs = reviewed.costs[(reviewed.costs["kind"] == _PRIMARY) & reviewed.costs["amount"].notna()]
        lost = costs.groupby("incident_id")[["currency", "amount"]].agg(list)
        readings = reviewed.readings
        mismatched = reviewed.problems.loc[reviewed.problems["code"] == "duration-mismatch", "incident_id"]
        doubtful = set(mismatched) if metric == "time_to_restore" else set()
        about = readings[readings["approximate"].fillna(value=False) & (readings["field"] == "affected_users")]
        found = []
        for row in reviewed.incidents.to_dict("records"):
            incident_id = row["incident_id"]
            time = _or_none(times.get(incident_id))
            state: Literal["ended", "ongoing", "pending", "missing"]
            if row["is_open"] is True:
                since = row["started_at"] if pd.notna(row["started_at"]) else row["occurred_at"]
                state, time = "ongoing", scope.as_of - since
            elif incident_id not in completed and any(pd.notna(row[column]) for column in _ENDS):
                state, time = "pending", None
            else:
                state = "missing" if time is None else "ended"
            found.append(
                Incident(
                    incident_id=incident_id,
                    title=_or_none(row["title"]),
                    occurred_at=None if pd.isna(row["occurred_at"]) else row["occurred_at"].tz_convert(zone),
                    severity=_or_none(row["severity"]),
                    services=tuple(dict.fromkeys(services.get(incident_id, ()))),
                    state=state,
                    time=time,
                    users=_or_none(row["affected_users"]),
                    users_fraction=_or_none(row["affected_users_fraction"]),
                    is_approximate=incident_id in set(about["incident_id"]),
                    lost=tuple(
                        (_or_none(currency), float(amount))
                        for currency, amount in zip(*lost.loc[incident_id], strict=True)
                    )
                    if incident_id in lost.index
                    else (),
                    status=_or_none(row["status"]),
                    grade=grades.get(incident_id, "recorded"),
                    stated=_stated(row["stated_duration"], time)
                    if state == "ended" and incident_id in doubtful
                    else None,
                )
            )
        return rank_incidents(found, order=list(reviewed.incidents["severity"].cat.categories))

    @cached_property
    def severe(self) -> tuple[Incident, ...]:
        """The incidents that a headline names: see ``severe`` of `rank_findings`."""
        ended = [each for each in self.incidents if each.state != "ongoing"]
        worst = self.scope.reviewed.incidents["severity"].cat.categories[-1]
        return tuple(each for each in ended if each.severity == worst) or tuple(
            each for each in ended if any(self._is_costliest(each, *lost) for lost in each.lost)
        )

    def _is_costliest(self, incident: Incident, currency: str | None, amount: float) -> bool:
        """Return whether an incident lost more than each of at least six others of the last year."""
        known = self.scope.known
        recent = known.incidents.loc[self.scope.history(1).holds(known.incidents["occurred_at"]), "incident_id"]
        costs = known.costs[(known.costs["kind"] == _PRIMARY) & known.costs["amount"].notna()]
        costs = costs[costs["incident_id"].isin(recent) & (costs["incident_id"] != incident.incident_id)]
        others = [row["amount"] for row in costs.to_dict("records") if _or_none(row["currency"]) == currency]
        return len(others) >= _ENOUGH and amount > max(others)

    @property
    def incident_table(self) -> pd.DataFrame:
        """The same as a table; see `incidents`."""
        return incidents(self.scope)

    @cached_property
    def mapped_severities(self) -> tuple[MappedSeverity, ...]:
        """The severities of the window's incidents that were mapped by default, the most frequent first."""
        table = measures.mapped_severities(self.scope)
        rows = table.to_dict("records")
        return tuple(MappedSeverity(row["word"], row["severity"], row["n"], figures_in(table)) for row in rows)

    @cached_property
    def missing(self) -> MissingFacts:
        """What would make the review more accurate."""
        scope, settings = self.scope, self.scope.settings
        services = sorted(set(self.impact["service"].dropna()))
        incidents = scope.reviewed.incidents
        metric = settings.primary_metric
        times = self.times[scope.window.holds(self.times["occurred_at"])]
        unmeasured = times[metric].isna() & times[f"{metric}_basis"].isna() & times[f"{metric}_open_since"].isna()
        ids = times.loc[unmeasured, "incident_id"]
        return MissingFacts(
            has_settings=settings.path is not None,
            n_services=len(services),
            without_target=tuple(name for name in services if name not in settings.targets),
            mapped=self.mapped_severities,
            unknown_severity=tuple(incidents.loc[incidents["severity"].isna(), "incident_id"]),
            unknown_status=tuple(incidents.loc[incidents["status"].isna(), "incident_id"]),
            n_unknown=self.follow_ups.n_unknown,
            is_past=scope.is_past,
            has_tracker=settings.tracker is not None,
            ongoing=tuple(name for name in scope.ongoing["incident_id"] if name not in scope.over_later),
            metric=metric.replace("_", " "),
            unmeasured=tuple(ids),
            n_inferred=int((scope.reviewed.readings["grade"] == "check").sum()),
        )

    @cached_property
    def costs(self) -> pd.DataFrame:
        """What the window's incidents cost."""
        return measures.costs(self.scope)

    @cached_property
    def ongoing(self) -> pd.DataFrame:
        """The incidents that are not over, of any period."""
        return measures.ongoing(self.scope)

    @cached_property
    def unfinished(self) -> pd.DataFrame:
        """The window's incidents whose reports are not completed."""
        return measures.unfinished(self.scope)

    @cached_property
    def report_states(self) -> pd.DataFrame:
        """How many of the window's reports are used, pending, and of ongoing incidents."""
        return measures.report_states(self.scope)

    @cached_property
    def undated(self) -> pd.DataFrame:
        """The incidents without a date: they are in no period."""
        return measures.undated(self.scope)

    @cached_property
    def unreported(self) -> pd.DataFrame:
        """The incidents without a report that the window lacks: of one of its days by their ids, else named in it."""
        scope = self.scope
        table = measures.unreported(scope)
        days = table["incident_id"].str.extract(_DAY)[0].str.replace("-", "")
        # Noon is in every zone there once.
        noon = pd.to_datetime(days, format="%Y%m%d", errors="coerce") + pd.Timedelta(hours=12)
        is_within = scope.window.holds(noon.dt.tz_localize(scope.settings.timezone))
        is_named = table["named_in"].isin(scope.reviewed.incidents["incident_id"])
        return table[is_within | (noon.isna() & is_named)]

    @cached_property
    def uncompared(self) -> pd.DataFrame:
        """What is not compared, ``all`` or ``response times``, with which period and why."""
        return measures.uncompared(self.scope)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What there is to say, the most urgent first; see `rank_findings`."""
        return rank_findings(
            n_ongoing=len(self.ongoing),
            is_down=bool(self.ongoing["has_downtime"].any()),
            has_reports=self.has_reports,
            budgets=self.budgets if self.has_reports else None,
            has_severe=bool(self.severe),
            changes=(self.response.change, self.counts.change),
            follow_ups=self.follow_ups,
            n_undated=len(self.undated),
        )


@read_from("title", "times", "severity", "services", "users", "costs")
def incidents(scope: Scope) -> pd.DataFrame:
    """Return the window's incidents as the first screen shows them, those that mattered most first; a row each."""
    return _as_table(Highlights(scope).incidents, scope.settings.primary_metric)


def _as_table(incidents: Iterable[Incident], metric: str) -> pd.DataFrame:
    """Return what is shown of incidents as a frame of plain values."""
    rows = [asdict(incident) for incident in incidents]
    frame = pd.DataFrame(
        {
            "incident_id": [row["incident_id"] for row in rows],
            "title": [row["title"] for row in rows],
            "severity": [row["severity"] for row in rows],
            "occurred_at": pd.to_datetime([row["occurred_at"] for row in rows], utc=True),
            "services": ["; ".join(row["services"]) for row in rows],
            metric: pd.to_timedelta([row["time"] for row in rows]),
            "grade": [row["grade"] if row["state"] == "ended" else None for row in rows],
            "state": [row["state"] for row in rows],
            "affected_users": pd.array([row["users"] for row in rows], dtype="Int64"),
            "affected_users_fraction": pd.array([row["users_fraction"] for row in rows], dtype="Float64"),
            "is_approximate": [row["is_approximate"] for row in rows],
            "lost_revenue": ["; ".join(f"{amount:.15g}" for _, amount in row["lost"]) or None for row in rows],
            "currency": ["; ".join(unit or "" for unit, _ in row["lost"]) or None for row in rows],
            "status": [row["status"] for row in rows],
        }
    )
    return frame.convert_dtypes()


def _change(changes: pd.DataFrame, measure: str) -> Change:
    rows = changes[(changes["measure"] == measure) & changes["p_adjusted"].notna()]
    if rows.empty:
        return Change("untested")
    certain = rows[rows["p_adjusted"] <= LEVEL]
    since = tuple(
        # Where there was nothing before, the change has no number.
        (label_of(row["earlier"]), bool(pd.isna(row["change"]) or row["change"] > 0), float(row["p_adjusted"]))
        for row in certain.to_dict("records")
    )
    if since:
        return Change("changed", since)
    return Change("unchanged" if rows["can_tell"].fillna(value=False).all() else "few")


def _overspent(impact: pd.DataFrame) -> tuple[int, int] | None:
    """Return how many error budgets are overspent, of how many that can be judged; None where none can."""
    over, within, _ = budget_states(impact[impact["budget"].notna()])
    judged = int(over.sum() + within.sum())
    return (int(over.sum()), judged) if judged else None


def _stated(stated: Any, time: timedelta | None) -> timedelta | None:
    """Return a stated duration that differs from the time by more than a tenth of the longer one."""
    if time is None or pd.isna(stated) or abs(stated - time) <= max(stated, time) / 10:
        return None
    found: timedelta = stated
    return found


def _or_none(value: Any) -> Any:
    return None if pd.isna(value) else value
