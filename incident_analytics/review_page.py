"""What the notebook of the periodic review shows, a method a figure or table; the notebook strings them together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd
from IPython.display import display

import incident_analytics
from incident_analytics import measures, plots, sentences, showing
from incident_analytics.analysis.tracker_matches import unmatched_tracker_rows
from incident_analytics.config import Settings, read_settings
from incident_analytics.formatting import (
    format_amount,
    format_count,
    format_share,
    format_span,
    join_words,
    lowered,
    report_links,
)
from incident_analytics.loading import as_corpus, read_corrections, read_records
from incident_analytics.results import ITEM_HEADINGS
from incident_analytics.scope import Scope
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus

__all__ = ["ReviewPage"]

_SUMMARY: Final = ("n", "median", "median_recorded", "p90", "mean", "n_recorded", "n_missing", "n_open", "n_negative")
_FOLDED: Final = "These figures as a table"
_LONG: Final = 100  # incidents from which on their list is folded
_WEAK: Final = 10  # phrases shown


class ReviewPage:
    """The figures of a review, each computed once, from one scope.

    Parameters
    ----------
    scope
        What is reviewed.
    links
        Where each report is, by incident_id.
    """

    def __init__(self, scope: Scope, links: dict[str, str] | None = None) -> None:
        self.scope = scope
        self.settings = scope.settings
        self.links = links or {}
        self.metric = scope.settings.primary_metric
        self.metric_name = self.metric.replace("_", " ")

    @classmethod
    def read(
        cls,
        paths: Sequence[str],
        *,
        period: str | int,
        settings: str | None = None,
        trusted: bool = True,
        status: str = "final",
        severities: Sequence[str] = (),
        services: Sequence[str] = (),
        teams: Sequence[str] = (),
        as_of: str | None = None,
        business_hours: bool = False,
        output_dir: str | None = None,
    ) -> ReviewPage:
        """Read the reports and decide what is reviewed.

        Parameters
        ----------
        paths, period, settings, trusted, status, severities, services, teams, as_of, business_hours
            As in `incident_analytics.review`; a settings file, and ``as_of`` as text.
        output_dir
            The folder of the page, from which links lead to the reports; None makes none.
        """
        chosen = read_settings(settings, trusted=trusted) if settings else Settings()
        instant = None
        if as_of is not None:
            instant = pd.Timestamp(as_of)
            instant = instant.tz_localize(chosen.timezone) if instant.tzinfo is None else instant
        records = read_records(paths, settings=chosen)
        corpus = as_corpus(records)
        scope = Scope.of(
            corpus,
            str(period),
            chosen,
            instant,
            status,
            severities=severities,
            services=services,
            teams=teams,
            business_hours=business_hours,
        )
        page = cls(scope, _links(corpus, chosen, output_dir))
        if scope.tracker is not None:  # every report counts: an item of a draft is not a stray row of the tracker
            page.unmatched = unmatched_tracker_rows(corpus.actions, scope.tracker)
        page.folders = [_folder_of(path) for path in [*paths, *([settings] if settings else [])]]
        undetected = sentences.describe_undetected(scope.undetected)
        page.remarks = [*records.remarks(), *records.input_problems(), *([undetected] if undetected else [])]
        return page

    remarks: Sequence[str] = ()
    """What was not counted; `review` passes it on to whoever runs it."""

    folders: Sequence[Path] = ()
    """Folders that the page does not name: files are named from there on."""

    unmatched: pd.DataFrame | None = None
    """The tracker's rows that match no action item of any report; None without a tracker."""

    # -- what several parts use

    @cached_property
    def times(self) -> pd.DataFrame:
        """The spans of the window's incidents."""
        times = measures.times(self.scope)
        return times[self.scope.window.holds(times["occurred_at"])].reset_index(drop=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The primary metric over the window."""
        return measures.response(self.scope)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The comparisons with earlier periods."""
        return measures.changes(self.scope)

    @cached_property
    def impact(self) -> pd.DataFrame:
        """The error budgets, by service and budget window."""
        return self._concerned(measures.impact(self.scope))

    def _concerned(self, impact: pd.DataFrame) -> pd.DataFrame:
        """Keep the declared services, those that the window's incidents affected, and those with an outage."""
        shown = impact["service"].isin([*self.settings.services, *self.affected["service"]])
        return impact[(impact["n"] + impact["n_missing"] > 0) | shown]

    @cached_property
    def completion(self) -> pd.DataFrame:
        """The window's action items by priority."""
        return measures.completion(self.scope, by="priority")

    @cached_property
    def overdue(self) -> pd.DataFrame:
        """The overdue items of all incidents to date."""
        return measures.overdue(self.scope)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """What the window's incidents cost."""
        return measures.costs(self.scope)

    @cached_property
    def affected(self) -> pd.DataFrame:
        """Which of the window's incidents affected which service."""
        services = self.scope.reviewed.services
        return services[services["affected"].fillna(value=False)]

    @property
    def is_over(self) -> bool:
        """Whether the whole period has passed."""
        return self.scope.window is self.scope.period

    # -- the first screen

    def heading(self) -> None:
        """Say which period is reviewed, and as of when."""
        scope = self.scope
        only = f" Only {join_words(list(scope.chosen))}." if scope.chosen else ""
        hours = " Response times in business hours." if scope.calendar else ""
        dates = scope.period.dates
        label = "" if scope.period.label == dates else f"{scope.period.label}: "
        words = showing.text(
            f"{label}{dates} ({self.settings.timezone}), as of {scope.as_of:%Y-%m-%d %H:%M}.{only}{hours}"
        )
        display(words, metadata={"remarks": list(self.remarks)})  # type: ignore[no-untyped-call]

    def key_figures(self) -> Shown:
        """Show the key figures."""
        return showing.key_figures(
            [
                self._incidents_tile(),
                self._response_tile(),
                *self._budget_tile(),
                self._completion_tile(),
                self._overdue_tile(),
                *self._revenue_tiles(),
            ]
        )

    def _incidents_tile(self) -> tuple[str, str, str]:
        occurred_at = self.scope.known.incidents["occurred_at"]
        earlier = [each.period for each in self.scope.comparisons if each.reason is None]
        counts = [(period.label, period.holds(occurred_at).sum()) for period in earlier]
        compared = ", ".join(f"{n or 'none reported'} in {label}" for label, n in counts)
        return f"Incidents{self._so_far}", f"{len(self.scope.reviewed.incidents):,}", compared

    @property
    def _so_far(self) -> str:
        return "" if self.is_over else " so far"

    def _response_tile(self) -> tuple[str, str, str]:
        row = self.summary.iloc[0]
        name = f"Median {self.metric_name}"
        if pd.isna(row["median"]) and row["n_open"]:
            return name, "not known yet", f"{row['n_open']} ongoing, n = {row['n']}"
        if pd.isna(row["median"]):
            return name, "not recorded", f"n = {row['n']}"
        basis = [f"n = {row['n']}"]
        if pd.notna(row["median_low"]):
            high = format_span(row["median_high"]) if pd.notna(row["median_high"]) else "unknown"
            basis.append(f"95% CI {format_span(row['median_low'])} to {high}")
        inferred = row["n"] - row["n_open"] - row["n_recorded"]
        if inferred:
            recorded = format_span(row["median_recorded"])
            alone = f"; {recorded} from recorded times alone" if row["n_recorded"] else ""
            basis.append(f"{inferred} of {row['n']} inferred from text{alone}")
        return name, format_span(row["median"]), ", ".join(basis)

    def _budget_tile(self) -> list[tuple[str, str, str]]:
        held = self.impact[self.impact["budget"].notna()]
        if held.empty or not len(self.scope.reported_at):
            return []
        over, within, unknown = sentences.budget_states(held)
        judged = int(over.sum() + within.sum())
        if not judged:
            return [("Over error budget" + self._so_far, "not known", format_count(len(held), "budget"))]
        rest = f", {unknown.sum()} can't be judged" if unknown.any() else ""
        noun = "services with a target" if len(held["window_start"].unique()) == 1 else "budgets"
        return [("Over error budget" + self._so_far, f"{over.sum()} of {judged}", f"{noun}{rest}")]

    def _completion_tile(self) -> tuple[str, str, str]:
        n = self.completion[["n", "n_done", "n_open", "n_unknown"]].sum()
        known = n["n_done"] + n["n_open"]
        if not n["n"]:
            return "Action items", "none", "from this period's reports"
        if not known:
            return "Action items", "status not recorded", format_count(n["n"], "item")
        unknown = f", {n['n_unknown']} not recorded" if n["n_unknown"] else ""
        return (
            "Action items done",
            format_share(n["n_done"] / known),
            f"{n['n_done']} of {known} with a known status{unknown}",
        )

    def _overdue_tile(self) -> tuple[str, str, str]:
        n_due = int(self.scope.actions["due_on"].notna().sum())
        certain = int(self.overdue["status"].notna().sum())
        unknown = len(self.overdue) - certain
        if self.scope.actions.empty:
            return "Action items overdue", "no action items", "all incidents to date"
        if not n_due:
            return "Action items overdue", "not recorded", "no item has a due date"
        if certain:
            rest = f", {unknown} more with no recorded status past due" if unknown else ""
            return "Action items overdue", f"{certain:,}", f"all incidents to date{rest}"
        if unknown:
            return "Action items past due", f"{unknown:,}", "all incidents to date; no recorded status"
        return "Action items overdue", "0", "all incidents to date"

    def _revenue_tiles(self) -> list[tuple[str, str, str]]:
        lost = self.costs[(self.costs["kind"] == "lost_revenue") & (self.costs["total"] > 0)]
        lost = lost.sort_values("n", ascending=False)
        return [
            (
                "Lost revenue",
                format_amount(row["total"], row["currency"]),
                f"{row['n']} of {row['n'] + row['n_missing']} reports {'gives' if row['n'] == 1 else 'give'} a figure",
            )
            for row in lost.to_dict("records")
        ]

    def findings(self) -> Shown:
        """Say what happened, in sentences."""
        scope = self.scope
        said = [
            sentences.describe_ongoing(scope.ongoing),
            sentences.describe_coverage(
                len(scope.reviewed.incidents),
                scope.pending,
                n_ongoing=int(scope.reviewed.incidents["is_open"].fillna(value=False).sum()),
                status=scope.status,
            ),
        ]
        if not scope.has_reports(scope.window):
            before = scope.reported_at[scope.reported_at < scope.window.start]
            said.append(sentences.describe_silence(scope.period.label, before.max() if len(before) else None))
        else:
            said += [
                (
                    f"{sentences.describe_counts(measures.counts(scope), period=scope.window.label)} "
                    f"{sentences.describe_change(self.changes, measure='incidents')}"
                ),
                (
                    f"{sentences.describe_response(self.summary, metric=self.metric)} "
                    f"{sentences.describe_change(self.changes, measure=self.metric)}"
                ),
                sentences.describe_budget(self.impact, so_far=not self.is_over),
                sentences.describe_silence(scope.silence, None) if scope.silence else "",
            ]
        n_due = int(scope.actions["due_on"].notna().sum())
        late = sentences.describe_overdue(self.overdue, n_due=n_due, n_items=len(scope.actions))
        done = sentences.describe_completion(self.completion)
        said.append(f"From this period: {lowered(done)} Across all incidents: {lowered(late)}")
        uncompared = [(each.period.label, each.reason) for each in scope.comparisons if each.reason is not None]
        said.append(sentences.describe_uncompared(uncompared))
        response = [
            (each.period.label, each.response_reason)
            for each in scope.comparisons
            if each.reason is None and each.response_reason is not None
        ]
        said.append(sentences.describe_uncompared(response, subject="response times"))
        return showing.listing(" ".join(text.split()) for text in said if text.strip())

    def _mix(self) -> str:
        """Say how much of a change of the mean is the mix of severities."""
        comparison = next((each for each in self.scope.comparisons if each.response_reason is None), None)
        if comparison is None:
            return ""
        return sentences.describe_mix(measures.mix(self.scope, comparison.period), earlier=comparison.period.label)

    def decisions(self) -> Shown:
        """List the decisions that the review leaves."""
        decisions = sentences.describe_decisions(self.impact, self.overdue, n_pending=len(self.scope.pending))
        return showing.listing(decisions) if decisions else showing.text("No open decisions.")

    # -- response

    def response_by_severity(self) -> Shown:
        """Show the primary metric by severity."""
        summary = measures.response(self.scope, by="severity")
        plots.show_plot(plots.plot_response(summary, times=self.times, metric=self.metric), links=self.links)
        table = showing.table(summary.sort_values("severity", ascending=False), columns=["severity", *_SUMMARY])
        mix = self._mix()
        return table + showing.text(mix) if mix else table

    def response_by_service(self) -> Shown:
        """Show the primary metric by service; an incident counts in every service that it affected."""
        summary = measures.response(self.scope, by="service")
        summary = summary[summary["service"].isin([*self.settings.services, *self.affected["service"]])]
        times = self.times.merge(self.affected[["incident_id", "service"]].drop_duplicates(), on="incident_id")
        plots.show_plot(plots.plot_response(summary, times=times, metric=self.metric), links=self.links)
        return showing.table(summary, columns=["service", *_SUMMARY], empty="No service was affected.", folded=_FOLDED)

    def response_trend(self) -> Shown:
        """Show the primary metric by quarter, over two years."""
        summary = measures.response(self.scope, every="quarter", within=self.scope.history(2))
        plots.show_plot(plots.plot_response_trend(summary, metric=self.metric))
        return showing.table(summary, columns=["period", *_SUMMARY], folded=_FOLDED)

    def definitions(self) -> Shown:
        """Show the primary metric under other definitions."""
        table = measures.definitions(self.scope)
        plots.show_plot(plots.plot_definitions(table, metric=self.metric))
        columns = ["definition", "is_own", "n", "median", "p90", "mean", "n_missing", "n_open", "n_negative"]
        return showing.table(table, columns=columns, folded=_FOLDED)

    def steps(self) -> Shown:
        """Show every metric of the settings."""
        table = measures.steps(self.scope)
        return showing.table(table.assign(metric=table["metric"].str.replace("_", " ")), columns=["metric", *_SUMMARY])

    # -- how many, how often

    def severity_counts(self) -> Shown:
        """Show the number of incidents by month and severity, over a year; the table covers the window."""
        scope, history = self.scope, self.scope.history(1)
        counts = measures.counts(scope, within=history)
        plots.show_plot(plots.plot_severity_counts(counts, highlight=scope.highlighted(history, "month")))
        table = measures.counts(scope)
        names = table["severity"].astype(object).fillna("unknown")
        order = [*table["severity"].cat.categories[::-1], *(["unknown"] if (names == "unknown").any() else [])]
        wide = table.assign(severity=pd.Categorical(names, order)).pivot_table(
            index="period", columns="severity", values="n", aggfunc="sum", observed=False, sort=False
        )
        wide = wide.astype(int)
        wide.columns = pd.Index([str(name) for name in wide.columns])
        return showing.table(
            wide.assign(all=wide.sum(axis=1)).reset_index(),
            folded=_FOLDED if len(wide) > 3 else None,  # noqa: PLR2004
        )

    def severity_rates(self) -> Shown:
        """Show how often incidents of each severity came, by quarter over two years."""
        history = self.scope.history(2)
        rates = measures.rates(self.scope, within=history, every="quarter")
        plots.show_plot(plots.plot_severity_rates(rates, highlight=self.scope.highlighted(history, "quarter")))
        words = " ".join([sentences.describe_dispersion(measures.dispersion(self.scope)), *self._trend()])
        table = showing.table(rates, columns=["period", "severity", "n", "rate"], folded=_FOLDED)
        return showing.text(words) + table

    def _trend(self) -> list[str]:
        """Say whether incidents come more or less often over two years, where there are enough to say."""
        (row,) = measures.trend(self.scope).to_dict("records")
        return [] if pd.isna(row["p_value"]) else [f"Over the last two years: {lowered(row['sentence'])}"]

    def time_between(self) -> None:
        """Show the time from each incident to the next, over a year."""
        history = self.scope.history(1)
        gaps, between = (measure(self.scope, within=history) for measure in (measures.gaps, measures.between))
        plots.show_plot(plots.plot_time_between(gaps, between=between))

    def control_chart(self) -> None:
        """Show the normal variation of the number of incidents."""
        chart, value = measures.control(self.scope)
        plots.show_plot(plots.plot_control_chart(chart, value=value))

    def start_hours(self) -> None:
        """Show when incidents start."""
        plots.show_plot(plots.plot_start_hours(measures.hours(self.scope)))

    # -- service levels

    def budgets(self) -> Shown:
        """Show the error budgets, and what is left of them."""
        if not self.scope.has_reports(self.scope.window):
            return showing.text(sentences.describe_budget(self.impact))
        plots.show_plot(plots.plot_budget_burn_down(measures.budget(self.scope)))
        columns = ["service", "n", "n_missing", "downtime", "availability"]
        if len(self.impact["period"].unique()) > 1:
            columns.insert(1, "period")
        if self.impact["target"].notna().any():
            columns += ["target", "budget", "budget_left"]
            columns += ["time_to_exhaustion"] if self.impact["time_to_exhaustion"].notna().any() else []
        return showing.table(self.impact, columns=columns, empty="No service was affected.")

    def availability(self) -> Shown:
        """Show the availability of each service over the whole window."""
        table = self._concerned(measures.availability(self.scope))
        if self.scope.has_reports(self.scope.window):
            plots.show_plot(plots.plot_availability(table))
        columns = ["service", "n", "downtime", "availability", "target"]
        if (table["n_weighted"] > 0).any():
            # Where no report gives a share of users, the weighted figures would only repeat the others.
            weighted = ["downtime_weighted", "availability_weighted"]
            table = table.assign(**{name: table[name].mask(table["n_weighted"] == 0) for name in weighted})
            columns[-1:-1] = [*weighted, "n_weighted"]
        return showing.table(table, columns=columns, empty="No service was affected.", folded=_FOLDED)

    def reported_impact(self) -> Shown:
        """Compare the SLA impact of the reports with the calculated one."""
        table = measures.reported_impact(self.scope)
        columns = ["incident_id", "stated", "derived", "derived_weighted", "downtime", "implied_window"]
        none = "No report gives an SLA impact."
        folded = format_count(len(table), "report")
        return showing.table(table, columns=columns, empty=none, folded=folded, links=self.links)

    # -- follow-ups

    def action_completion(self) -> Shown:
        """Show the window's action items."""
        plots.show_plot(plots.plot_action_completion(self.completion))
        columns = ["priority", "n", "n_done", "n_open", "n_overdue", "n_unknown", "n_dropped", "completion", "on_time"]
        if (self.completion["n_overdue_unknown"] > 0).any():  # of which 0 overdue would not be the whole truth
            columns.insert(columns.index("n_unknown"), "n_overdue_unknown")
        items = self.completion.sort_values("priority", ascending=False)
        return showing.table(items, columns=columns, headings=ITEM_HEADINGS)

    def action_survival(self) -> None:
        """Show how long action items stay open."""
        plots.show_plot(plots.plot_action_survival(measures.survival(self.scope)))

    def action_ages(self) -> None:
        """Show for how long the open items have been open."""
        plots.show_plot(plots.plot_action_age(measures.ages(self.scope)))

    def overdue_actions(self) -> Shown:
        """Show the overdue items of all incidents to date."""
        n_due = int(self.scope.actions["due_on"].notna().sum())
        n_items = len(self.scope.actions)
        plots.show_plot(plots.plot_overdue_actions(self.overdue, n_due=n_due, n_items=n_items), links=self.links)
        return showing.table(
            self.overdue.sort_values(["owner", "overdue_by"], ascending=[True, False]),
            columns=["owner", "incident_id", "key", "action", "priority", "due_on", "overdue_by", "status"],
            empty=sentences.describe_overdue(self.overdue, n_due=n_due, n_items=n_items),
            folded=f"All {format_count(len(self.overdue), 'item')}",
            links=self.links,
        )

    # -- the rest

    def recurring_factors(self) -> Shown:
        """Show what recurs in causes and factors of the last year."""
        factors = measures.themes(self.scope, within=self.scope.history(1))
        plots.show_plot(plots.plot_recurring_factors(factors))
        columns = ["phrase", "n", "example"]
        return showing.table(
            factors.head(_WEAK), columns=columns, empty="Nothing recurs.", folded="In the reports' words"
        )

    def cost_totals(self) -> Shown:
        """Show what the window's incidents cost."""
        plots.show_plot(plots.plot_costs(self.costs))
        return showing.table(self.costs.assign(kind=self.costs["kind"].str.replace("_", " ")), folded=_FOLDED)

    def incidents(self) -> Shown:
        """List the window's incidents."""
        columns = ["incident_id", "title", "severity", "occurred_at", "status", "is_open"]
        listing = self.scope.reviewed.incidents[columns]
        listing = listing.merge(self.times[["incident_id", self.metric]], on="incident_id", how="left")
        by_incident = self.affected.groupby("incident_id")["service"].agg(", ".join)
        listing["services"] = listing["incident_id"].map(by_incident)
        return showing.table(
            listing.sort_values("occurred_at"),
            empty=f"No incident was reported in {self.scope.period.label}.",
            folded=f"All {len(listing)} incidents" if len(listing) > _LONG else None,
            links=self.links,
        )

    def files(self) -> Shown:
        """Show how many files were read, and which were not, with the reason."""
        files = self.scope.known.files
        counted = files.groupby("outcome", as_index=False).agg(files=("path", "size"))
        unread = self._without_folders(files[~files["outcome"].isin(["loaded", "other status"])])
        table = showing.table(counted, empty="No files.")
        if unread.empty:
            return table
        folded = f"{format_count(len(unread), 'file')} skipped"
        return table + showing.table(unread, columns=["path", "outcome", "reason"], folded=folded)

    def _without_folders(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table in which files, in the texts too, are named without the folders of this machine."""
        known = self.scope.known
        names = {path: _named_from(self.folders, path) for path in (*known.files["path"], *known.problems["path"])}
        any_path = re.compile("|".join(re.escape(path) for path in sorted(names, key=len, reverse=True)) or r"(?!)")
        texts = table.columns.intersection(["reason", "message"])
        return table.assign(
            path=table["path"].map(names),
            **{
                column: [any_path.sub(lambda found: names[found[0]], str(text)) for text in table[column]]
                for column in texts
            },
        )

    def completed_and_all(self) -> Shown:
        """Compare the primary metric of the completed reports with that of all reports."""
        everything = Scope.of(self.scope.known, self.scope.period, self.settings, self.scope.as_of, "all")
        rows = {
            f"status {self.scope.status}": self.summary,
            "all reports": measures.response(everything),
        }
        table = pd.concat(rows, names=["reports"]).reset_index(level="reports")
        return showing.table(table, columns=["reports", *_SUMMARY])

    def problems(self) -> Shown:
        """Show the problems of the window's reports, and of the other files that were read."""
        problems = self.scope.known.problems
        ids = self.scope.reviewed.incidents["incident_id"]
        problems = problems[problems["incident_id"].isin(ids) | problems["incident_id"].isna()]
        counted = problems.groupby(["level", "code"], as_index=False).agg(n=("path", "size"))
        notable = self._without_folders(problems[problems["level"] != "info"])
        return showing.table(counted, empty="No problems.") + showing.table(
            notable,
            columns=["incident_id", "path", "line", "level", "code", "message"],
            empty="No errors and no warnings.",
            folded=f"All {len(notable)} errors and warnings",
            links=self.links,
        )

    def tracker_rows(self) -> Shown:
        """List the rows of the issue tracker's export that match no action item."""
        if self.unmatched is None:
            return showing.text("No issue tracker is configured.")
        n = len(self.unmatched)
        if n == 0:
            return showing.text("Every row of the tracker matches an action item.")
        words = "1 row of the tracker matches" if n == 1 else f"{n:,} rows of the tracker match"
        columns = [column for column in ("key", "incident_id", "action", "owner", "due_on") if column in self.unmatched]
        return showing.text(f"{words} no action item.") + showing.table(
            self.unmatched, columns=columns, folded="Rows without an action item", links=self.links
        )

    def corrections(self) -> Shown:
        """List the corrections that the settings name."""
        return showing.table(
            read_corrections(self.settings), empty="None: every figure is as the reports have it.", links=self.links
        )

    def metric_definitions(self) -> Shown:
        """Say what each metric measures."""
        metrics: dict[str, Any] = self.settings.metrics
        return showing.table(
            pd.DataFrame(
                {
                    "metric": [name.replace("_", " ") for name in metrics],
                    "from": [metric.column or " or else ".join(metric.start) for metric in metrics.values()],
                    "to": ["" if metric.column else " or else ".join(metric.end) for metric in metrics.values()],
                }
            )
        )

    def notes(self) -> Shown:
        """Say how figures are made."""
        chosen, window, status = self.settings.sla.severities, self.settings.sla.window, self.scope.status
        counted = join_words(list(chosen)) if chosen else "all severities"
        length = "30 days" if window == "rolling-30d" else window
        return showing.listing(
            [
                "An incident belongs to the period in which it began: it started, was detected or was responded to.",
                "Incidents, severities and availability count every reported incident, whatever its report's status.",
                "An incident is known once it was detected. Severity, users, services and costs are as recorded today.",
                f"Response times, causes and action items come from ongoing incidents and reports of status {status}.",
                "n is the sample size. Missing, ongoing and invalid values are counted next to it, never as zero.",
                "The p90 is the shortest observed time that at least 90% of the incidents stayed within.",
                "Comparisons are adjusted together (Holm): the chance of any false finding is at most 5%.",
                f"Error budgets run over each {length} and count {counted}, without planned maintenance.",
                *([sentences.LEVELS_COUNT_ALL] if self.scope.chosen else []),
                "Incidents that report 0 affected users don't count as downtime.",
                "Completion = done / (done + open), as of the review date.",
                "An action item is overdue once its due day has ended.",
                f"incident_analytics {incident_analytics.__version__}.",
            ]
        )


def _links(corpus: Corpus, settings: Settings, output_dir: str | None) -> dict[str, str]:
    """Return where each report is; none where there is neither an address nor a folder to link from."""
    if output_dir is None and settings.report_url is None:
        return {}
    folder = "." if settings.path is None else settings.path.parent
    return report_links(corpus.incidents, seen_from=output_dir or ".", report_url=settings.report_url, folder=folder)


def _folder_of(path: str) -> Path:
    """Return the folder that a file, a folder or a glob is in."""
    parts = Path(path).parts
    n_plain = next((index for index, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    return Path(*parts[:n_plain]).parent if n_plain == len(parts) else Path(*parts[:n_plain])


def _named_from(folders: Sequence[Path], path: str) -> str:
    """Return a path from the innermost of the folders on; only its name where it is in none.

    Examples
    --------
    >>> _named_from([Path("/srv"), Path("/srv/ours")], "/srv/ours/reports/INC-1.md"), _named_from([], "/etc/a.csv")
    ('reports/INC-1.md', 'a.csv')
    """
    inside = [Path(path).relative_to(folder).as_posix() for folder in folders if Path(path).is_relative_to(folder)]
    return min(inside, key=len, default=Path(path).name)
