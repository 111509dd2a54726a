"""The facts of a review's first screen, from one scope: what the figures are, what mattered, what is to be decided.

Nothing here is worded or shown: `incident_analytics.sentences` and `incident_analytics.first_screen` do that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, Literal

import pandas as pd

from incident_analytics import measures
from incident_analytics.analysis.error_budgets import budget_states
from incident_analytics.analysis.response import span_grades
from incident_analytics.analysis.statistics import LEVEL
from incident_analytics.figures import read_from
from incident_analytics.formatting import format_span
from incident_analytics.periods import label_of
from incident_analytics.quotations import figures_in
from incident_analytics.scope import Scope

__all__ = [
    "Budget",
    "BudgetFacts",
    "Change",
    "CountFacts",
    "Finding",
    "FollowUpFacts",
    "Highlights",
    "Incident",
    "MappedSeverity",
    "OwnerShare",
    "Past",
    "ResponseFacts",
    "incidents",
    "rank_findings",
    "rank_incidents",
]

LONG_OVERDUE: Final = timedelta(days=90)
"""Beyond this an overdue action item is forgotten rather than late."""

MATTERED: Final = 5
"""Incidents on the first screen."""

_ENDS: Final = ("restored_at", "ended_at", "stated_duration")  # from which a report's time follows once it is completed
_ENOUGH: Final = 6  # other incidents whose loss is known, from which on one can be the costliest
_PRIMARY: Final = "lost_revenue"  # the cost by which incidents are ranked and shown

Finding = Literal["ongoing", "silent", "budget", "severe", "worse", "overdue", "better", "unjudged", "quiet"]
"""What a headline can say, the most urgent first."""


@dataclass(frozen=True, slots=True)
class Past:
    """A figure of an earlier period; None where it is unknown."""

    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """Whether a figure changed since the earlier periods, by the adjusted tests of `measures.changes`.

    Attributes
    ----------
    state
        ``changed``; ``unchanged``, where a fall by half would have shown; ``few``, where it would not; ``untested``.
    since
        The periods since which it changed, each with whether it rose and the adjusted p-value.
    """

    state: Literal["changed", "unchanged", "few", "untested"]
    since: tuple[tuple[str, bool, float], ...] = ()

    @property
    def rose(self) -> bool:
        """Whether it rose since one of the periods."""
        return any(is_rise for _, is_rise, _ in self.since)


@dataclass(frozen=True, slots=True)
class CountFacts:
    """How many incidents there were.

    Attributes
    ----------
    n, by_severity
        All of them, and of each severity that occurred, the worst first; None of no recorded severity.
    earlier, history
        The numbers of the comparable earlier periods, and of the periods up to this one; None where nothing was
        reported.
    change
        Whether they come more or less often.
    figures
        The ids of the figures that the numbers are from.
    n_undated
        Reports without a readable date, which may be of any period: where there is one, ``n`` is the least there were.
    """

    n: int
    by_severity: tuple[tuple[str | None, int], ...]
    earlier: tuple[Past, ...]
    history: tuple[Past, ...]
    change: Change
    figures: tuple[str, ...] = ()
    n_undated: int = 0

    @property
    def least(self) -> str:
        """Return what is written before a number of incidents that may be greater."""
        return "at least " if self.n_undated else ""


@dataclass(frozen=True, slots=True)
class ResponseFacts:
    """The median of the primary metric.

    Attributes
    ----------
    metric
        Its name.
    median
        None where it is not recorded, or not known yet.
    n, n_open, n_missing
        Incidents with a span and ongoing ones, of these the ongoing ones, those without a span.
    n_inferred, median_recorded
        Spans of n that were inferred from free text, and the median of the others.
    stated, n_stated
        The median of the stated durations where that differs, and on how many it is based.
    earlier, history, change
        As of `CountFacts`.
    n_check
        Incidents whose span is graded *check*.
    n_contradicted
        Incidents with a span whose report states another duration.
    figures
        As of `CountFacts`.
    """

    metric: str
    median: timedelta | None
    n: int
    n_open: int
    n_missing: int
    n_inferred: int
    median_recorded: timedelta | None
    stated: timedelta | None
    n_stated: int
    earlier: tuple[Past, ...]
    history: tuple[Past, ...]
    change: Change
    n_check: int = 0
    n_contradicted: int = 0
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """The error budget of a service over one window.

    Attributes
    ----------
    state
        ``over``, ``within``, or ``unknown``: not reported, or the length of some outages is not.
    budget, spent
        The downtime that the target allows, and the downtime; None where it is unknown.
    is_bound
        Whether ``spent`` is only the part that is known.
    """

    service: str
    team: str | None
    window: str
    target: float
    state: Literal["over", "within", "unknown"]
    budget: timedelta
    spent: timedelta | None
    is_bound: bool

    @property
    def share(self) -> float | None:
        """Spent / budget; None where it is unknown or the target allows nothing."""
        return None if self.spent is None or not self.budget else self.spent / self.budget


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """The error budgets, those that are most spent first.

    Attributes
    ----------
    several
        Whether the period has more than one window.
    earlier
        The number over budget of those judged, a pair, in the comparable earlier periods.
    worst_services, worst_downtime, worst_is_bound
        The services that were down for longest, as people read it, for where no service has a target; None of an
        unrecorded one. None were down where no outage is known.
    figures
        As of `CountFacts`.
    """

    budgets: tuple[Budget, ...]
    several: bool
    earlier: tuple[Past, ...]
    worst_services: tuple[str | None, ...]
    worst_downtime: timedelta | None
    worst_is_bound: bool
    figures: tuple[str, ...] = ()

    def of(self, state: str) -> tuple[Budget, ...]:
        """Return the budgets of a state."""
        return tuple(budget for budget in self.budgets if budget.state == state)


@dataclass(frozen=True, slots=True)
class OwnerShare:
    """How many action items an owner has; None of those without one."""

    owner: str | None
    n: int


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """The action items: what is overdue of all incidents to date, and what is done of this period's.

    Attributes
    ----------
    n_items, n_due
        All items to date, and those with a due date.
    n_overdue, n_past_due_unknown
        Items known to be late, and those past due without a recorded status.
    n_open_undated
        Open items without a due date that can be read: they may be late as well.
    n_long_overdue, oldest
        Of n_overdue those beyond `LONG_OVERDUE`, and the longest.
    owners
        The owners of the long overdue items, without such items of all overdue ones; those with most first.
    n_unowned
        Overdue items without an owner.
    n_items_unknown
        Of n_items those whose status is not recorded.
    n, n_done, n_known, n_unknown
        This period's items, those done, those of which the status is known, and those of which it is not.
    figures
        As of `CountFacts`.
    """

    n_items: int
    n_due: int
    n_overdue: int
    n_past_due_unknown: int
    n_open_undated: int
    n_long_overdue: int
    oldest: timedelta | None
    owners: tuple[OwnerShare, ...]
    n_unowned: int
    n: int
    n_done: int
    n_known: int
    n_unknown: int
    n_items_unknown: int = 0
    figures: tuple[str, ...] = ()

    @property
    def may_be_more(self) -> bool:
        """Whether more items may be overdue than are known to be."""
        return bool(self.n_past_due_unknown or self.n_open_undated)

    @property
    def is_clear(self) -> bool:
        """Whether it is known that nothing is overdue."""
        return bool(self.n_due) and not self.n_overdue and not self.may_be_more


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as the first screen shows it.

    Attributes
    ----------
    occurred_at
        In the team's zone.
    state
        ``ended``, ``ongoing``; ``pending``, where its report says when it ended but is not completed; ``missing``,
        without a recorded time.
    time
        The primary metric; of an ongoing one how long it has lasted so far.
    grade
        How far the time can be trusted, one of `GRADES`.
    stated
        The duration that the report states, where it differs from ``time`` by more than a tenth.
    users, users_fraction
        As reported; None where the report does not say.
    is_approximate
        Whether the report says "about" of the users.
    lost
        The lost revenue by currency.
    status
        Of its report.
    """

    incident_id: str
    title: str | None
    occurred_at: pd.Timestamp | None
    severity: str | None
    services: tuple[str, ...]
    state: Literal["ended", "ongoing", "pending", "missing"]
    time: timedelta | None
    users: int | None
    users_fraction: float | None
    is_approximate: bool
    lost: tuple[tuple[str | None, float], ...]
    status: str | None = None
    grade: str = "recorded"
    stated: timedelta | None = None


@dataclass(frozen=True, slots=True)
class MappedSeverity:
    """A word of reports that the settings do not declare, the severity as which it counts, and in how many reports.

    ``figures`` has the id of the figure that this is from.
    """

    word: str
    severity: str
    n: int
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """What the window's reports and the settings lack for a truer review.

    Attributes
    ----------
    has_settings
        Whether there is a settings file.
    n_services, without_target
        How many services the review shows, and those of them without a target.
    mapped
        The severities that were mapped by default.
    unknown_severity, unknown_status
        The incidents without a severity, and those whose report has no status, that can be read.
    n_unknown, is_past, has_tracker
        Action items whose status is not recorded, whether that is because the review is of a day before today, and
        whether the settings name an issue tracker.
    ongoing
        The incidents that are not over.
    metric, unmeasured
        The primary metric in words, and the incidents that are over without it.
    n_inferred
        Values graded *check*, which a person can confirm.
    """

    has_settings: bool
    n_services: int
    without_target: tuple[str, ...]
    mapped: tuple[MappedSeverity, ...]
    unknown_severity: tuple[str, ...]
    unknown_status: tuple[str, ...]
    n_unknown: int
    is_past: bool
    has_tracker: bool
    ongoing: tuple[str, ...]
    metric: str
    unmeasured: tuple[str, ...]
    n_inferred: int


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
            figures=figures_in(response, by_period, self.changes, table, self.incident_table),
        )

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
                is_bound=bool(row["window_n_missing"]),
            )
            for row in states
        ]
        budgets.sort(key=lambda budget: (budget.state != "over", -(budget.share or 0.0)))
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
            worst_is_bound=any(row["n_missing"] for row in tied),
            figures=figures_in(self.impact, earlier) if budgets else figures_in(downtime),
        )

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
        """What would make the review truer."""
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


def rank_findings(
    *,
    n_ongoing: int,
    is_down: bool,
    has_reports: bool,
    budgets: BudgetFacts | None,
    changes: Iterable[Change],
    follow_ups: FollowUpFacts,
    n_undated: int = 0,
    has_severe: bool = False,
) -> tuple[Finding, ...]:
    """Return what a headline can say, the most urgent first.

    Parameters
    ----------
    n_ongoing
        Incidents that are not over.
    is_down
        Whether one of them counts as downtime.
    has_reports
        Whether anything was reported.
    budgets
        The error budgets; None where they are not known.
    changes
        Of the response and of the number of incidents.
    follow_ups
        The action items.
    n_undated
        Reports without a readable date.
    has_severe
        Whether an incident that is over is ``severe``.

    Returns
    -------
    tuple of str
        1. ``ongoing``: an incident that counts as downtime is not over; one that does not comes after ``worse``
        2. ``silent``: nothing was reported
        3. ``budget``: a service is over its error budget
        4. ``severe``: an incident that is over had the worst declared severity; where none had, one lost more revenue
           than each of at least six others of the last year, in one currency
        5. ``worse``: incidents come significantly more often, or take significantly longer
        6. ``overdue``: an action item is known to be late
        7. ``better``: incidents come significantly less often, or take significantly shorter
        8. Where there is none of these, ``quiet``: every budget was kept, nothing is overdue, no change is significant;
           ``unjudged`` where one of these is not known.
    """
    over = budgets.of("over") if budgets else ()
    changes = tuple(changes)
    checks: list[tuple[Finding, bool]] = [
        ("ongoing", is_down),
        ("silent", not has_reports),
        ("budget", bool(over)),
        ("severe", has_severe),
        ("worse", any(change.rose for change in changes)),
        ("ongoing", n_ongoing > 0 and not is_down),
        ("overdue", follow_ups.n_overdue > 0),
        ("better", any(change.state == "changed" and not change.rose for change in changes)),
    ]
    found = tuple(finding for finding, holds in checks if holds)
    if found:
        return found
    kept = budgets is not None and bool(budgets.budgets) and not budgets.of("unknown")
    return ("quiet",) if kept and follow_ups.is_clear and not n_undated else ("unjudged",)


def rank_incidents(incidents: Iterable[Incident], *, order: list[str]) -> tuple[Incident, ...]:
    """Return incidents, those that mattered most first.

    Parameters
    ----------
    incidents
        The incidents.
    order
        The declared severities, from least to worst.

    Returns
    -------
    tuple of Incident
        The worst severity first; those of unknown severity last. Within one severity each incident has its rank among
        all by affected users, by lost revenue within a currency, and by the time it took. Its best rank decides, then
        the next best: what cost most matters as much as what affected most users. A figure counts where at least half
        of the incidents report it; what is not recorded has no rank, and is not taken for zero. Equals are in order of
        time.
    """
    every = list(incidents)
    currencies = dict.fromkeys(currency for incident in every for currency, _ in incident.lost)
    figures: list[dict[str, float]] = [
        {each.incident_id: float(each.users) for each in every if each.users is not None},
        {each.incident_id: each.time.total_seconds() for each in every if each.time is not None},
        *(
            {each.incident_id: amount for each in every for known, amount in each.lost if known == currency}
            for currency in currencies
        ),
    ]
    ranks: dict[str, list[int]] = {each.incident_id: [] for each in every}
    for known in figures:
        if 2 * len(known) < len(every):  # the only one that reports a figure is not the first by it
            continue
        for incident_id, value in known.items():
            ranks[incident_id].append(sum(other > value for other in known.values()))

    def key(incident: Incident) -> tuple[Any, ...]:
        worst = -1 if incident.severity is None else order.index(incident.severity)
        began = pd.Timestamp.max.tz_localize("UTC") if incident.occurred_at is None else incident.occurred_at
        return -worst, [*sorted(ranks[incident.incident_id]), len(every)], began, incident.incident_id

    return tuple(sorted(every, key=key))


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
