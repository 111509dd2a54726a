"""The facts that a review's first screen is made from, as plain values: figures, budgets, follow-ups, incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import pandas as pd

__all__ = [
    "Budget",
    "BudgetFacts",
    "Change",
    "CountFacts",
    "FollowUpFacts",
    "Incident",
    "MappedSeverity",
    "MissingFacts",
    "OwnerShare",
    "Past",
    "ResponseFacts",
]


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
    uncompared
        The earlier periods with which nothing is compared, each with the reason, a clause.
    """

    n: int
    by_severity: tuple[tuple[str | None, int], ...]
    earlier: tuple[Past, ...]
    history: tuple[Past, ...]
    change: Change
    figures: tuple[str, ...] = ()
    n_undated: int = 0
    uncompared: tuple[tuple[str, str], ...] = ()

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
    phrase
        What the layout of most of those inferred begins the row with that would record the end; None where it has no
        such words.
    uncompared
        The earlier periods whose response times alone are not compared, each with the reason, a clause.
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
    phrase: str | None = None
    uncompared: tuple[tuple[str, str], ...] = ()
    figures: tuple[str, ...] = ()

    @property
    def n_recorded(self) -> int:
        """Spans that ended, and whose ends the reports record as such."""
        return self.n - self.n_open - self.n_inferred


@dataclass(frozen=True, slots=True)
class Budget:
    """The error budget of a service over one window.

    Attributes
    ----------
    state
        ``over``, ``within``, or ``unknown``: not reported, or the length of some outages is not, or no report covers
        some months.
    budget, spent
        The downtime that the target allows, and the downtime; None where it is unknown.
    is_bound
        Whether ``spent`` is only the part that is known.
    is_silent
        Whether no report covers some months of the window so far.
    """

    service: str
    team: str | None
    window: str
    target: float
    state: Literal["over", "within", "unknown"]
    budget: timedelta
    spent: timedelta | None
    is_bound: bool
    is_silent: bool = False

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
    silence
        What people call the months of the windows so far that no reports cover; empty where there is none.
    figures
        As of `CountFacts`.
    """

    budgets: tuple[Budget, ...]
    several: bool
    earlier: tuple[Past, ...]
    worst_services: tuple[str | None, ...]
    worst_downtime: timedelta | None
    worst_is_bound: bool
    silence: str = ""
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
    """What the window's reports and the settings lack for a more accurate review.

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
