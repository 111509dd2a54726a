"""Which incidents a figure is about: those of a period, as known at an instant, and the periods to compare with.

Every verb, the review and the exploration notebook ask here; nothing else cuts by time, status or period.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.action_items import forget_undated_ends, items_as_known
from incident_analytics.analysis.tracker_matches import join_tracker
from incident_analytics.checks import require_instant
from incident_analytics.config import Settings
from incident_analytics.errors import PeriodError, SettingsError
from incident_analytics.figures import Figure
from incident_analytics.formatting import in_months, join_words
from incident_analytics.incident_tool import ToolRow, known_at, read_tool_rows, tool_frame
from incident_analytics.loading import narrow
from incident_analytics.periods import Calendar, Period, Unit
from incident_analytics.records import Wanted, named_statuses
from incident_analytics.redaction import Redaction
from incident_analytics.schema import FLAG, INSTANT, LAST_COUNTS, MILESTONES, SPAN, STARTS, TEXT
from incident_analytics.tables import Corpus, make_table
from incident_analytics.tool_matches import NEEDED, Match, Reported, differences, match_rows, reported_incidents
from incident_analytics.tracker import incident_ids, read_tracker

__all__ = ["Comparison", "Scope", "erase_after"]

_MOST_PENDING: Final = 0.2
"""The largest share of a period's incidents without a completed report at which response times are still compared."""

_RECENT: Final = 8  # periods of a kind whose course is shown


@dataclass(frozen=True)
class Comparison:
    """An earlier period to compare with.

    Attributes
    ----------
    period
        The earlier period.
    reason
        Why it cannot be compared at all, a clause; None where it can.
    response_reason
        Why response times cannot be compared, a clause; None where they can.
    """

    period: Period
    reason: str | None = None
    response_reason: str | None = None


@dataclass(frozen=True, eq=False)
class Scope:
    """What is reviewed, as it was known at an instant.

    Attributes
    ----------
    period
        The period asked for.
    window
        The part of it that had passed at ``as_of``: the whole period once it is over.
    as_of
        The instant of the review, in the settings' zone. Nothing that happened later is in any table.
    status
        Whose response times, causes and actions count: ``final``, ``all`` or a report status.
    settings
        The settings.
    known
        Every incident known at ``as_of``, whatever the status of its report. Incidents, severities and availability
        are counted on these.
    completed
        The reports of the status asked for, and every incident ongoing at ``as_of``. Response times, causes and
        action items come from these.
    everything
        Every incident known at ``as_of``, before severity, service and team were chosen. Service levels come from
        these: a service was as long down for those who chose one severity as for all.
    services
        The services whose levels are shown: those chosen, and those of the chosen teams; None shows all.
    chosen
        The severities, services, teams, fields and hours that were chosen; none where all are reviewed.
    calendar
        The business hours that response times count; None counts all time.
    is_past
        Whether the day of ``as_of`` lies before the end of the period and before today: what is done today without a
        date may not have been done by then.
    undetected
        The incidents that had begun at ``as_of``, but were detected later: they are in no table.
    over_later
        The incidents that are ongoing at ``as_of`` and of which the reports as they are say that they are over.
    erased
        All incidents that are in no table, as nobody knew of them at ``as_of``.
    erased_actions
        The action items of these: a row of the tracker may be one of theirs.
    startless
        Where hours were chosen the incidents that are in none, as no start is recorded.
    redaction
        What replaces people by roles in the tracker's rows; None leaves names.
    """

    period: Period
    window: Period
    as_of: pd.Timestamp
    status: str
    settings: Settings
    known: Corpus
    completed: Corpus
    everything: Corpus
    services: frozenset[str] | None = None
    chosen: tuple[str, ...] = ()
    calendar: Calendar | None = None
    is_past: bool = False
    undetected: tuple[str, ...] = ()
    over_later: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    erased_actions: pd.DataFrame = field(default_factory=lambda: make_table("actions", {}), repr=False)
    startless: tuple[str, ...] = ()
    redaction: Redaction | None = None
    figures: dict[str, Figure] = field(default_factory=dict, init=False, repr=False)
    """What was asked of it so far, by name; `incident_analytics.figures` notes it here."""
    results: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """The results of `incident_analytics.measures` that were computed so far."""

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        period: Period | str | None,
        settings: Settings | None = None,
        as_of: pd.Timestamp | None = None,
        status: str = "final",
        *,
        severities: Iterable[str] = (),
        services: Iterable[str] = (),
        teams: Iterable[str] = (),
        fields: Iterable[str] = (),
        hours: Iterable[str] = (),
        business_hours: bool = False,
        redaction: Redaction | None = None,
        is_past: bool | None = None,
    ) -> Scope:
        """Decide what is reviewed.

        What a reader at ``as_of`` could not have known is not used: incidents that began or were detected later, and
        later milestones, ends, completions, meetings and sign-offs. An incident that had begun, but was not yet
        detected, is in no figure; ``undetected`` names it. One that was detected and had not ended is ongoing. What no
        report dates is as it is today: severity, affected users and services, causes, costs and the report's status.

        Parameters
        ----------
        corpus
            The tables, of reports of every status.
        period
            A period, its name, or None for the months from the first incident to the last.
        settings
            Time zone, fiscal year, tracker and the rest; None takes the defaults.
        as_of
            The instant of the review; None is now, or the end of the period if that is earlier. As of an earlier
            instant the status of an action item that is done or dropped without a date is unknown.
        status
            Whose response times, causes and actions count: ``final``, ``all`` or a report status.
        severities, services, teams, fields, hours
            Only these incidents, as `narrow` takes them; none named keeps all.
        business_hours
            Whether response times count the hours of ``[calendar]`` alone.
        redaction
            What has replaced the people of the corpus by roles, and does so in the tracker; None leaves names.
        is_past
            As the attribute of this name, for what was decided when ``as_of`` was now; None decides it by the clock.

        Returns
        -------
        Scope
            The window, the tables as they were known, and the earlier periods.

        Raises
        ------
        PeriodError
            ``2027Q1 has not started yet; choose an earlier period``, or the period cannot be read.
        UnknownNameError
            A status, severity, service or team is unknown.
        SettingsError
            ``business hours need a [calendar] in the settings, such as start = 09:00:00, ...``

        Examples
        --------
        >>> from incident_analytics import load
        >>> scope = Scope.of(load("data/real", status="all"), "2021")
        >>> len(scope.reviewed.incidents), [comparison.period.name for comparison in scope.comparisons]
        (9, ['2020'])
        """
        settings = settings or Settings()
        require_instant("as_of", as_of)
        if business_hours and settings.calendar is None:
            example = "start = 09:00:00, end = 17:00:00 and days = [0, 1, 2, 3, 4], each on a line"
            raise SettingsError(f"business hours need a [calendar] in the settings, such as {example}")
        named_statuses(status)
        now = pd.Timestamp.now("UTC")
        zone = settings.timezone
        if isinstance(period, str):
            period = Period.parse(
                period, timezone=zone, fiscal_year_start=settings.fiscal_year_start, now=now.to_pydatetime()
            )
        occurred_at = corpus.incidents["occurred_at"]
        if period is None:
            period = Period.covering(occurred_at[occurred_at < (as_of or now)], "month", timezone=zone)
        if period is None:  # no dated incident: the current month
            period = Period.parse(f"{as_of or now:%Y-%m}", timezone=zone)
        latest = min(pd.Timestamp(period.end), now)
        as_of = (as_of or latest).tz_convert(zone)
        if as_of <= period.start:
            raise PeriodError(f"{period.name} has not started yet; choose an earlier period")

        everything = erase_after(corpus, as_of)
        is_erased = ~corpus.incidents["incident_id"].isin(everything.incidents["incident_id"])
        erased = corpus.incidents.loc[is_erased, "incident_id"]
        wanted = Wanted(settings, "all", list(severities), list(services), list(teams), list(fields), list(hours))
        known = _narrowed(everything, wanted)
        return cls(
            period=period,
            window=period.until(as_of),
            as_of=as_of,
            status=status,
            settings=settings,
            known=known,
            completed=_completed(known, status),
            everything=everything,
            services=_services_shown(everything, known, wanted),
            chosen=(*wanted.severities, *wanted.services, *wanted.teams, *wanted.fields, *wanted.hours),
            calendar=settings.calendar if business_hours else None,
            is_past=as_of.normalize() < latest.tz_convert(zone).normalize() if is_past is None else is_past,
            undetected=tuple(corpus.incidents.loc[_is_unnoticed(corpus.incidents, as_of), "incident_id"]),
            over_later=_over_later(corpus.incidents, known.incidents),
            erased=tuple(sorted(erased)),
            erased_actions=corpus.actions[corpus.actions["incident_id"].isin(erased)],
            startless=tuple(wanted.without_start(_plain(everything.incidents, "incident_id", *STARTS))),
            redaction=redaction,
        )

    @cached_property
    def reported_at(self) -> pd.Series:
        """When each known incident occurred, before severity, service and team were chosen."""
        return self.everything.incidents["occurred_at"].dropna()

    @cached_property
    def reviewed(self) -> Corpus:
        """The incidents of the window, whatever the status of their reports."""
        return self.known.select(self.window.holds(self.known.incidents["occurred_at"]))

    @cached_property
    def reviewed_completed(self) -> Corpus:
        """The incidents of the window whose reports are completed, or that are ongoing."""
        return self.completed.select(self.window.holds(self.completed.incidents["occurred_at"]))

    @cached_property
    def so_far(self) -> Corpus:
        """The completed reports of the window and of all time before it."""
        occurred_at = self.completed.incidents["occurred_at"]
        return self.completed.select(occurred_at.isna() | (occurred_at < self.window.end))

    @cached_property
    def tracker(self) -> pd.DataFrame | None:
        """The issue tracker's rows as of ``as_of``; None without a ``[tracker]`` section."""
        if self.settings.tracker is None:
            return None
        rows = read_tracker(self.settings, self.as_of)
        return self.redaction.table(rows) if self.redaction else rows

    @cached_property
    def tool_records(self) -> pd.DataFrame | None:
        """The incident tool's rows as of ``as_of``, each with its incident; None without ``[incident_tool]``.

        `read_incident_tool` with incident_id and matched_by (str; NA where a row belongs to no incident, or nobody
        knows to which), and candidates, str: the incidents that such a row may belong to, empty for none.
        """
        if self.settings.incident_tool is None:
            return None
        rows, matches, _ = self._tool
        table = tool_frame(rows).assign(
            incident_id=pd.Series([match.incident_id for match in matches], dtype=TEXT),
            matched_by=pd.Series([match.matched_by for match in matches], dtype=TEXT),
            candidates=pd.Series([", ".join(match.candidates) for match in matches], dtype=TEXT),
        )
        return self.redaction.table(table) if self.redaction else table

    @cached_property
    def tool_differences(self) -> pd.DataFrame:
        """The times for which reports and the incident tool differ, an empty table where they do not.

        incident_id, milestone, tool, key, path, record_path (str), reported_at, recorded_at (datetime64[us, UTC]),
        difference, timedelta64[us]: how much later the tool has it; line, record_line, int64.
        """
        tool = self.settings.incident_tool
        found = differences(*self._tool, tool.tolerance) if tool else []
        columns: dict[str, tuple[str, list[Any]]] = {
            "incident_id": (TEXT, [each.reported.incident_id for each in found]),
            "milestone": (TEXT, [each.milestone for each in found]),
            "reported_at": (INSTANT, [each.reported.times[each.milestone] for each in found]),
            "recorded_at": (INSTANT, [each.row.times[each.milestone] for each in found]),
            "difference": (SPAN, [each.apart for each in found]),
            "tool": (TEXT, [each.row.tool for each in found]),
            "key": (TEXT, [each.row.key for each in found]),
            "path": (TEXT, [each.reported.path for each in found]),
            "line": ("int64", [each.reported.lines[each.milestone] for each in found]),
            "record_path": (TEXT, [each.row.file.as_posix() for each in found]),
            "record_line": ("int64", [each.row.line for each in found]),
        }
        table = pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, (dtype, values) in columns.items()})
        return self.redaction.table(table) if self.redaction else table

    @cached_property
    def _tool(self) -> tuple[list[ToolRow], list[Match], list[Reported]]:
        """The incident tool's rows, what each belongs to, and the reports, as they were known at ``as_of``."""
        rows = known_at(read_tool_rows(self.settings)[0], self.as_of)
        tables = {name: _plain(getattr(self.everything, name), *columns) for name, columns in NEEDED.items()}
        reports = reported_incidents(tables, self.settings)
        return rows, match_rows(rows, reports, incident_ids(self.settings)), reports

    @cached_property
    def actions(self) -> pd.DataFrame:
        """The action items so far with what the tracker says, as they were known at ``as_of``.

        Where that is in the middle of the period, the status of those that ended on an unknown day is unknown.
        """
        actions = self.so_far.actions
        if self.tracker is not None:
            actions = join_tracker(actions, self.tracker)
            # As the audit of a report does: what a tracker has closed before the incident is not a completion.
            incidents = self.so_far.incidents
            begun = incidents["occurred_at"].dt.tz_convert(self.as_of.tz).dt.tz_localize(None).dt.normalize()
            begun = incidents.assign(begun=begun)[["begun", "date"]].min(axis="columns")
            first = begun.groupby(incidents["incident_id"]).min()
            is_before = actions["completed_on"] < first.reindex(actions["incident_id"]).set_axis(actions.index)
            actions["completed_on"] = actions["completed_on"].mask(is_before)
        known = items_as_known(actions, self.as_of)
        return forget_undated_ends(known) if self.is_past else known

    @cached_property
    def reviewed_actions(self) -> pd.DataFrame:
        """The action items of the window's incidents."""
        ids = self.reviewed_completed.incidents["incident_id"]
        return self.actions[self.actions["incident_id"].isin(ids)].reset_index(drop=True)

    @cached_property
    def ongoing(self) -> pd.DataFrame:
        """The incidents of the period and before that are not over at ``as_of``."""
        incidents = self.known.incidents
        is_later = incidents["occurred_at"] >= pd.Timestamp(self.period.end)
        return incidents[incidents["is_open"].fillna(value=False) & ~is_later].reset_index(drop=True)

    @cached_property
    def pending(self) -> pd.DataFrame:
        """The window's incidents that are over but whose reports are not of the status asked for."""
        incidents = self.reviewed.incidents
        used = incidents["incident_id"].isin(self.reviewed_completed.incidents["incident_id"])
        return incidents[~used].reset_index(drop=True)

    @cached_property
    def unfinished(self) -> pd.DataFrame:
        """The window's incidents whose reports are not of the status asked for: those pending, and ongoing ones."""
        incidents = self.reviewed.incidents
        wanted = named_statuses(self.status)
        is_wanted = pd.Series(True, index=incidents.index) if wanted is None else incidents["status"].isin(wanted)
        return incidents[~is_wanted].reset_index(drop=True)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The earlier periods, and whether they can be compared."""
        now_pending = self._pending_in(self.window)
        compared = []
        for earlier in self.period.earlier():
            reason = self.reason_against(earlier)
            pending = now_pending or self._pending_in(earlier)
            compared.append(Comparison(earlier, reason, reason or pending))
        return tuple(compared)

    def _pending_in(self, part: Period) -> str | None:
        """Say how many reports of a period are not completed, where too many for its response times to be typical.

        Ongoing incidents do have a response time, so far: they do not make it less typical, but their reports count.
        """
        incidents = self.known.incidents[part.holds(self.known.incidents["occurred_at"])]
        used = incidents["incident_id"].isin(self.completed.incidents["incident_id"])
        n, wanted = len(incidents), named_statuses(self.status)
        if not n or wanted is None or (~used).mean() <= _MOST_PENDING:
            return None
        if n == 1:
            return f"the only report from {part.label} is not {self.status.casefold()}"
        pending = int((~incidents["status"].isin(wanted)).sum())
        verb = "is" if pending == 1 else "are"
        return f"{pending} of the {n} reports from {part.label} {verb} not {self.status.casefold()}"

    def reason_against(self, earlier: Period) -> str | None:
        """Say, as a clause, why the number of incidents cannot be compared with an earlier period; None where it can.

        Nothing is known before the month of the first report, nor of a month that no reports cover: of what is left of
        its period there are fewer incidents than of a whole one.
        """
        if self.first_reported is None:
            return "nothing had been reported by then"
        first = self.window.unit_at(self.first_reported, "month")
        if earlier.start < first.start:
            return f"the first report is from {first.label}"
        silence = self.silence or self.silence_in(earlier)
        return f"nothing was reported {in_months(silence)}" if silence else None

    @cached_property
    def undated(self) -> list[str]:
        """The incidents without a date: they are in no period."""
        incidents = self.known.incidents
        return incidents.loc[incidents["occurred_at"].isna(), "incident_id"].tolist()

    @property
    def first_reported(self) -> pd.Timestamp | None:
        """When the first known incident occurred; before its month nothing is known."""
        return None if self.reported_at.empty else self.reported_at.min()

    def has_reports(self, part: Period) -> bool:
        """Return whether a part of time is covered by reports, whatever the severity or service chosen.

        A part without an incident is, if incidents were reported before and after it: there was none. One in a window
        without any incident is not, and neither is a silence before the first report, or one after the last that is
        longer than any before: there may have been no incident, or none was written down. Then 0 is the number of
        reported incidents, and every figure made from it, such as a rate or an availability, is unknown.
        """
        if part.holds(self.reported_at).any():
            return True
        is_reviewed = part.start < self.window.end and part.end > self.window.start
        if self.reported_at.empty or (is_reviewed and not self.window.holds(self.reported_at).any()):
            return False
        reported_at = self.reported_at.sort_values()
        if part.end <= reported_at.iloc[0]:
            return False
        silence = part.end - reported_at[reported_at < part.end].iloc[-1]
        return bool((reported_at >= part.end).any() or silence <= reported_at.diff().max())

    def silent(self, parts: Iterable[Period]) -> list[Period]:
        """Return the parts of time that no reports cover."""
        return [part for part in parts if not self.has_reports(part)]

    def silent_months(self, period: Period) -> list[Period]:
        """Return the months of a period that no reports cover: all of them where none covers any of it."""
        months = period.split("month")
        return self.silent(months) if self.has_reports(period) else months

    @cached_property
    def silence(self) -> str:
        """What people call the months of the window that no reports cover; empty where reports cover all of it."""
        return self.silence_in(self.window) if self.has_reports(self.window) else self.period.label

    def silence_in(self, period: Period) -> str:
        """Return what people call the months of a period that no reports cover; empty where reports cover all of it."""
        if not self.has_reports(period):
            return period.label
        runs: list[list[Period]] = []
        for part in self.silent_months(period):
            if runs and runs[-1][-1].end == part.start:
                runs[-1].append(part)
            else:
                runs.append([part])
        names = [(run[0].label, run[-1].label) for run in runs]
        return join_words(
            [first if first == last else f"{first.removesuffix(last[-5:])} to {last}" for first, last in names]
        )

    def covered(self, within: Period) -> Period | None:
        """Return the days of a period that reports cover; None where they cover none of its months.

        These are its months that reports cover, from the first to the last one. Before the first report of all, and
        after the last, no silence is covered that is longer than any between reports.
        """
        months = [part for part in within.split("month") if self.has_reports(part)]
        if not months:
            return None
        start, end = max(months[0].start, within.start), min(months[-1].end, within.end)
        reported_at = self.reported_at.sort_values()
        longest = reported_at.diff().max()
        if not pd.isna(longest):
            day = pd.Timedelta(days=1)
            first, last = (
                midnight.tz_convert("UTC")
                for midnight in (
                    (reported_at.iloc[0] - longest).tz_convert(within.timezone).normalize(),
                    (reported_at.iloc[-1] + longest + day).tz_convert(within.timezone).normalize(),
                )
            )
            start, end = max(start, first), min(end, last)
        if (start, end) == (within.start, within.end):
            return within
        first, past = (at.tz_convert(within.timezone) for at in (start, end))
        return dataclasses.replace(within, name=f"{first:%Y-%m-%d}/{past:%Y-%m-%d}", start=start, end=end)

    def history(self, years: int) -> Period:
        """Return the months up to the end of the window, at most so many years, from the first report's month on.

        Parameters
        ----------
        years
            How many; the whole window is in it even if it is longer.
        """
        zone = self.settings.timezone
        last_month = self.window.unit_at(self.window.end - pd.Timedelta(microseconds=1), "month")
        start = (last_month.start.tz_convert(zone) - pd.DateOffset(months=12 * years - 1)).tz_convert("UTC")
        if self.first_reported is not None:
            start = max(start, self.window.unit_at(self.first_reported, "month").start)
        start = min(start, self.window.start)
        first, past = (at.tz_convert(zone) for at in (start, self.window.end))
        return Period(
            f"{first:%Y-%m-%d}/{past:%Y-%m-%d}", start, self.window.end, zone, self.settings.fiscal_year_start
        )

    @cached_property
    def recent(self) -> tuple[Period, ...]:
        """The window and up to seven periods of its kind before it, in order, from the first report's month on."""
        parts = [self.window]
        if self.first_reported is None or self.period.unit is None:
            return tuple(parts)
        earliest = self.window.unit_at(self.first_reported, "month").start
        before = self.period.earlier()[:1]
        while before and len(parts) < _RECENT and before[0].start >= earliest:
            parts.append(before[0])
            before = before[0].earlier()[:1]
        return tuple(parts[::-1])

    @property
    def comparable(self) -> tuple[Period, ...]:
        """The earlier periods that can be compared with."""
        return tuple(each.period for each in self.comparisons if each.reason is None)

    @property
    def recent_and_compared(self) -> tuple[Period, ...]:
        """The recent periods, and those to compare with, each once, in order."""
        parts = {part.start: part for part in (*self.comparable, *self.recent)}
        return tuple(parts[start] for start in sorted(parts))

    def past(self, years: int) -> Period:
        """Return the time before the window, at most so many years, from the first report's month on; perhaps none."""
        start = self.window.start
        zone = self.settings.timezone
        if self.first_reported is not None and self.first_reported < start:
            earliest = (start.tz_convert(zone) - pd.DateOffset(years=years)).tz_convert("UTC")
            start = min(start, max(earliest, self.window.unit_at(self.first_reported, "month").start))
        return dataclasses.replace(self.window, name=f"before {self.window.name}", start=start, end=self.window.start)

    def highlighted(self, history: Period, every: Unit) -> set[str]:
        """Return the names of the parts of a history that lie in the window, at least in part."""
        parts = history.split(every)
        return {part.name for part in parts if part.start < self.window.end and part.end > self.window.start}


def erase_after(corpus: Corpus, as_of: pd.Timestamp) -> Corpus:
    """Return the tables as they were known at an instant.

    Incidents that start later, or that were detected later, are gone with their files, and so are later rows of
    timelines, restorations and other milestones, ends of outages, completions, meetings and sign-offs. An incident
    whose end is erased is ongoing, and its reported duration unknown. An incident without a recorded detection was
    known once it began.
    Undated facts (severity, users, causes, costs) stay as they are today, and so does the report's status.

    Parameters
    ----------
    corpus
        The tables.
    as_of
        The instant; dates count by the midnights of its zone: a day's facts are known once the day has begun.

    Returns
    -------
    Corpus
        New tables; what was known at ``as_of`` is unchanged.

    Raises
    ------
    ColumnsError
        ``as_of 2025-10-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")``

    Examples
    --------
    >>> from incident_analytics import load
    >>> before = erase_after(load("data/real", status="all"), pd.Timestamp("2020-01-01", tz="UTC"))
    >>> before.incidents["occurred_at"].max().year
    2019
    """
    require_instant("as_of", as_of)
    is_known = ~(corpus.incidents["occurred_at"] >= as_of) & ~_is_unnoticed(corpus.incidents, as_of)
    files = corpus.files[~corpus.files["path"].isin(corpus.incidents.loc[~is_known, "path"])].reset_index(drop=True)
    corpus = dataclasses.replace(corpus.select(is_known), files=files)
    day = (as_of - pd.Timedelta(microseconds=1)).tz_localize(None).normalize()
    timeline = corpus.timeline[~(corpus.timeline["at"] > as_of)].reset_index(drop=True)
    is_later = corpus.outages["started_at"] > as_of
    relapsed = corpus.incidents["incident_id"].isin(corpus.outages.loc[is_later, "incident_id"])
    incidents, readings = _milestones_as_known(corpus, timeline, as_of, relapsed)

    outages = corpus.outages[~is_later].reset_index(drop=True)
    outages["ended_at"] = outages["ended_at"].mask(outages["ended_at"] > as_of)
    has_outage = incidents["incident_id"].isin(outages["incident_id"])
    goes_on = incidents["incident_id"].isin(outages.loc[outages["ended_at"].isna(), "incident_id"])
    goes_on |= ~has_outage & incidents["restored_at"].isna()
    # What ended later, or came back later, was ongoing or over for a time; nothing changes for all others.
    changed = relapsed | (corpus.incidents[["restored_at", "ended_at"]] > as_of).any(axis="columns")
    goes_on &= changed
    last_end = outages.groupby("incident_id")["ended_at"].max().reindex(incidents["incident_id"])
    incidents["ended_at"] = (
        incidents["ended_at"].mask(changed, last_end.set_axis(incidents.index)).mask(goes_on).astype(INSTANT)
    )
    incidents["restored_at"] = incidents["restored_at"].mask(goes_on)
    incidents["is_open"] = incidents["is_open"].mask(changed, goes_on.astype(FLAG))
    incidents["stated_duration"] = incidents["stated_duration"].mask(changed).astype(SPAN)
    incidents["meeting_on"] = incidents["meeting_on"].mask(incidents["meeting_on"] > day)

    actions = items_as_known(corpus.actions, as_of)
    signoffs = corpus.signoffs.copy()
    later = signoffs["signed_on"] > day
    signoffs["signed"] = signoffs["signed"].mask(later, other=False)
    signoffs["signed_on"] = signoffs["signed_on"].mask(later)
    return dataclasses.replace(
        corpus,
        incidents=incidents,
        timeline=timeline,
        outages=outages,
        readings=_readings_as_known(readings, incidents, corpus, outages),
        actions=actions,
        signoffs=signoffs,
        fields=_fields_as_known(corpus, timeline, actions),
    )


def _fields_as_known(corpus: Corpus, timeline: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Return the fields without those that are cells of rows that were not there yet."""
    place = ["incident_id", "line"]
    rows = pd.concat([corpus.timeline[place], corpus.actions[place]])
    known = pd.concat([timeline[place], actions[place]])
    gone = pd.MultiIndex.from_frame(rows).difference(pd.MultiIndex.from_frame(known))
    if gone.empty:
        return corpus.fields
    return corpus.fields[~pd.MultiIndex.from_frame(corpus.fields[place]).isin(gone)].reset_index(drop=True)


def _over_later(now: pd.DataFrame, then: pd.DataFrame) -> tuple[str, ...]:
    """Return the incidents that were ongoing then and are over now."""
    were_open = then.loc[then["is_open"].fillna(value=False), "incident_id"]
    are_over = now.loc[~now["is_open"].fillna(value=False), "incident_id"]
    return tuple(were_open[were_open.isin(are_over)])


def _is_unnoticed(incidents: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return which incidents had begun, but were detected later; one without a recorded detection was known at once."""
    noticed_at = incidents[["detected_at", "responded_at"]].min(axis="columns")
    return (incidents["occurred_at"] < as_of) & incidents["detected_at"].notna() & (noticed_at > as_of)


def _readings_as_known(
    readings: pd.DataFrame, incidents: pd.DataFrame, corpus: Corpus, outages: pd.DataFrame
) -> pd.DataFrame:
    """Return the readings without those of values that are erased; an earlier end is read where its outage ends."""
    gone = pd.Series(data=False, index=readings.index)
    for column in ("restored_at", "ended_at", "stated_duration", "meeting_on"):
        before = corpus.incidents[column]
        lost = before.notna() & (incidents[column].isna() | ((column == "ended_at") & (incidents[column] != before)))
        gone |= (readings["field"] == column) & readings["incident_id"].isin(incidents.loc[lost, "incident_id"])
    moved = incidents["ended_at"].notna() & ~(incidents["ended_at"] == corpus.incidents["ended_at"])
    if not gone.any() and not moved.any():
        return readings
    ends = outages.merge(incidents.loc[moved, ["incident_id", "ended_at"]], on=["incident_id", "ended_at"])
    ends = ends.drop_duplicates("incident_id", keep="last")
    columns = ["incident_id", "line", "as_written", "grade"]
    written = pd.concat(
        [
            corpus.timeline.rename(columns={"event": "as_written"})[columns],
            corpus.readings[columns],
        ]
    ).drop_duplicates(["incident_id", "line"])
    ends = ends.merge(written, on=["incident_id", "line"], how="left")
    sources = ends["source"].where(ends["source"] == "duration", "derived").replace("duration", "stated")
    found = ends.assign(
        field="ended_at", source=sources, approximate=False, grade=ends["grade"].fillna("recorded")
    ).reindex(columns=readings.columns)
    kept = pd.concat([readings[~gone], found.astype(readings.dtypes)], ignore_index=True)
    return kept.sort_values("incident_id", kind="stable", ignore_index=True)


def _milestones_as_known(
    corpus: Corpus, timeline: pd.DataFrame, as_of: pd.Timestamp, relapsed: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return incidents and readings without later milestones; an earlier row of the same milestone takes its place.

    An incident that came back later has no restoration today where it goes on: it has the one before its relapse.
    """
    incidents, readings = corpus.incidents.copy(), corpus.readings
    found = []
    gone = pd.Series(data=False, index=readings.index)
    for milestone in MILESTONES:
        column = f"{milestone}_at"
        later = incidents[column] > as_of
        if milestone == "restored":
            later |= relapsed
        if not later.any():
            continue
        ids = incidents.loc[later, "incident_id"]
        gone |= (readings["field"] == column) & readings["incident_id"].isin(ids)
        rows = timeline[(timeline["milestone"] == milestone) & timeline["at"].notna()]
        rows = rows[rows["incident_id"].isin(ids)]
        rows = rows.drop_duplicates("incident_id", keep="last" if milestone in LAST_COUNTS else "first")
        earlier = rows.set_index("incident_id")["at"].reindex(incidents["incident_id"]).set_axis(incidents.index)
        incidents[column] = incidents[column].mask(later, earlier).astype(INSTANT)
        found.append(
            pd.DataFrame(
                {
                    "incident_id": rows["incident_id"],
                    "field": column,
                    "as_written": rows["event"],
                    "source": rows["milestone_source"],
                    "approximate": False,
                    "confidence": rows["confidence"],
                    "grade": rows["grade"],
                    "line": rows["line"],
                }
            ).astype(readings.dtypes)
        )
    if not found:
        return incidents, readings
    kept = pd.concat([readings[~gone], *found], ignore_index=True)
    return incidents, kept.sort_values("incident_id", kind="stable", ignore_index=True)


def _narrowed(everything: Corpus, wanted: Wanted) -> Corpus:
    """Keep the incidents asked for. A severity that was not asked for is left out, not shown as empty."""
    known = narrow(
        everything,
        severities=wanted.severities,
        services=wanted.services,
        teams=wanted.teams,
        fields=wanted.fields,
        hours=wanted.hours,
        settings=wanted.settings,
    )
    if not wanted.severities:
        return known
    severity = known.incidents["severity"]
    levels = wanted.severity_names(list(severity.cat.categories))
    return dataclasses.replace(known, incidents=known.incidents.assign(severity=severity.cat.set_categories(levels)))


def _plain(table: pd.DataFrame, *names: str) -> dict[str, list[Any]]:
    """Return columns as plain lists, with None for NA."""
    return {name: table[name].astype(object).where(table[name].notna(), None).tolist() for name in names}


def _services_shown(everything: Corpus, known: Corpus, wanted: Wanted) -> frozenset[str] | None:
    """Return the services asked for; of severities, the services that their incidents affected; None for all."""
    chosen = wanted.service_names(everything.services["service"].dropna().unique())
    if chosen:
        return frozenset(chosen)
    if not wanted.severities:
        return None
    affected = known.services["affected"].fillna(value=False)
    return frozenset(known.services.loc[affected, "service"].dropna())


def _completed(known: Corpus, status: str) -> Corpus:
    """Keep the reports of a status, and every ongoing incident."""
    wanted = named_statuses(status)
    if wanted is None:
        return known
    return known.select(known.incidents["status"].isin(wanted) | known.incidents["is_open"].fillna(value=False))
