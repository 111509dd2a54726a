"""What the notebook of the periodic review shows, a method a figure or table; the notebook strings them together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, reduce
from operator import add
from pathlib import Path
from typing import Final

import pandas as pd
from IPython.display import display

import incident_analytics
from incident_analytics import measures, plots, sentences, showing
from incident_analytics.analysis.budget_ranges import APPROXIMATE_BY
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.analysis.themes import distinct_factors, factor_in_words
from incident_analytics.config import Settings, find_settings, read_settings
from incident_analytics.finding import find_upward
from incident_analytics.first_screen import first_screen, incident_list, overdue_items, side_by_side
from incident_analytics.formatting import format_count, format_dispersion, join_words, lowered, report_links
from incident_analytics.highlights import Highlights
from incident_analytics.periods import Unit, label_of
from incident_analytics.quotations import FIGURES, Quoted, figures_in
from incident_analytics.records import describe_startless
from incident_analytics.results import ITEM_HEADINGS, REPORT_HEADINGS
from incident_analytics.review_input import ReviewInput, read_input
from incident_analytics.scope import Scope
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus
from incident_analytics.verification import last_restated

__all__ = ["ReviewPage"]

_SUMMARY: Final = ("n", "median", "median_recorded", "p90", "mean", "n_recorded", "n_missing", "n_open", "n_negative")
_FOLDED: Final = "These figures as a table"
_LONG: Final = 100  # incidents from which on their list is folded
_PHRASES: Final = 5  # phrases shown
_TOP: Final = 10  # overdue items in the body of the page
_FEW: Final = 2  # rows from which on a comparison of groups is one
_ENOUGH: Final = 6  # incidents, or points, from which on a figure shows more than its table
_LONG_TABLE: Final = 20  # services from which on their table is folded
_INCIDENT: Final = re.compile(r"\bINC-\d[\d-]*\d")
_FACTOR_HEADINGS: Final = {"example": "What recurs", "n": "Incidents"}


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
        fields: Sequence[str] = (),
        hours: Sequence[str] = (),
        as_of: str | None = None,
        business_hours: bool = False,
        redact: bool = False,
        output_dir: str | None = None,
    ) -> ReviewPage:
        """Read the reports and decide what is reviewed.

        Parameters
        ----------
        paths, period, settings, trusted, status
            As in `incident_analytics.review`; a settings file, and ``as_of`` as text. A relative path is looked for
            from the working folder upward. Without any path the reports are those that the settings name, by default
            the nearest ones. A single path or name may be given as it is, a period as a number.
        severities, services, teams, fields, hours, as_of, business_hours, redact
            As there, too.
        output_dir
            The folder of the page, from which links lead to the reports; None makes none, nor does ``redact``: the
            reports show the names.
        """
        paths, severities, services = map(_as_names, (paths, severities, services))
        teams, fields, hours = map(_as_names, (teams, fields, hours))
        file = find_settings(".") if settings is None and not paths else settings and find_upward(settings)
        chosen = read_settings(file, trusted=trusted) if file else Settings()
        given = read_input(
            [str(find_upward(path)) for path in paths],
            chosen,
            period=str(period),
            as_of=as_of,
            redact=redact,
            status=status,
            severities=severities,
            services=services,
            teams=teams,
            fields=fields,
            hours=hours,
            business_hours=business_hours,
        )
        scope = given.scope
        page = cls(scope, {} if redact else _links(given.corpus, chosen, output_dir))
        page.given, page.folder = given, output_dir
        undetected = sentences.describe_undetected(scope.undetected)
        over_later = sentences.describe_over_later(scope.over_later)
        left_out = filter(None, (undetected, over_later, describe_startless(scope.startless)))
        page.remarks = [*given.records.remarks(), *given.records.input_problems(), *left_out]
        return page

    remarks: Sequence[str] = ()
    """What was not counted; `review` passes it on to whoever runs it."""

    given: ReviewInput | None = None
    """What `read` has read."""

    folder: str | None = None
    """The folder of the page, in which earlier reviews may be."""

    # -- what several parts use

    @cached_property
    def highlights(self) -> Highlights:
        """The facts of the first screen."""
        return Highlights(self.scope)

    @cached_property
    def impact(self) -> pd.DataFrame:
        """The error budgets, by service and budget window."""
        return self._concerned(self.highlights.impact)

    def _concerned(self, impact: pd.DataFrame) -> pd.DataFrame:
        """Keep the declared services, those that the window's incidents affected, and those with an outage."""
        shown = impact["service"].isin([*self.settings.services, *self.affected["service"]])
        return impact[(impact["n"] + impact["n_missing"] > 0) | shown]

    @cached_property
    def affected(self) -> pd.DataFrame:
        """Which of the window's incidents affected which service."""
        services = self.scope.reviewed.services
        return services[services["affected"].fillna(value=False)]

    # -- the first screen and the incidents

    def first_screen(self) -> None:
        """Show what the review comes to."""
        last = last_restated(Path(self.folder), self.given) if self.folder and self.given else None
        restated = sentences.describe_restated(last, metric=self.metric) if last else ""
        shown = first_screen(self.highlights, self.links, restated=restated, n_unzoned=self._n_unzoned)
        remarks = [*self.remarks, *sentences.describe_missing(self.highlights.missing)]
        display(shown, metadata={"remarks": remarks})  # type: ignore[no-untyped-call]

    @property
    def _n_unzoned(self) -> int:
        """How many of the window's reports have times in a zone that nothing says."""
        return int(self.scope.reviewed.incidents["path"].isin(self.given.records.unzoned).sum()) if self.given else 0

    def incidents(self) -> Shown | None:
        """List the window's incidents."""
        if not self.highlights.incidents:
            return None
        table = incident_list(self.highlights, self.links)
        n = len(self.highlights.incidents)
        every = "All " if n <= showing.MOST_ROWS else ""
        return showing.fold(table, f"{every}{n:,} incidents" if n > _LONG else None)

    # -- response

    def response_by_severity(self) -> None:
        """Draw the primary metric by severity."""
        if self.by_severity["n"].sum() > _FEW:
            drawn = plots.plot_response(self.by_severity, times=measures.spans(self.scope), metric=self.metric)
            plots.show_plot(drawn, links=self.links)

    @cached_property
    def by_severity(self) -> pd.DataFrame:
        """The primary metric by severity."""
        return measures.response(self.scope, by="severity")

    def response_table(self) -> Shown | None:
        """Show the primary metric by severity."""
        if not self.by_severity["n"].any():
            return None
        return showing.table(self.by_severity.sort_values("severity", ascending=False), columns=["severity", *_SUMMARY])

    def response_change(self) -> Shown | None:
        """Say whether the median changed or what would have shown, and what the mix of severities made of the mean."""
        said = [sentences.describe_change(self.highlights.changes, measure=self.metric), self._mix()]
        return showing.text(*said) if any(said) else None

    def _mix(self) -> str:
        """Say how much of a change of the mean is the mix of severities."""
        comparison = next((each for each in self.scope.comparisons if each.response_reason is None), None)
        if comparison is None:
            return ""
        return sentences.describe_mix(measures.mix(self.scope, comparison.period), earlier=comparison.period.label)

    def response_trend(self) -> None:
        """Draw the primary metric by quarter, over two years."""
        if self._has_trend:
            is_compared = self.highlights.is_response_compared
            plots.show_plot(plots.plot_response_trend(self.by_quarter, metric=self.metric, is_compared=is_compared))

    @cached_property
    def by_quarter(self) -> pd.DataFrame:
        """The primary metric by quarter, over two years."""
        return measures.response(self.scope, every="quarter", within=self.scope.history(2))

    def response_by_quarter(self) -> Shown | None:
        """Show the primary metric by quarter."""
        if (self.by_quarter["n"] > 0).sum() < _FEW:
            return None
        folded = _FOLDED if self._has_trend else None
        return showing.table(self.by_quarter, columns=["period", *_SUMMARY], folded=folded)

    @property
    def _has_trend(self) -> bool:
        """Whether enough quarters have a median with an interval for a figure."""
        return bool((self.by_quarter["n"] >= LEAST["median interval"]).sum() >= _FEW)

    def response_by_service(self) -> Shown | None:
        """Show the primary metric by service; an incident counts in every service that it affected."""
        summary = measures.response(self.scope, by="service")
        summary = summary[summary["service"].isin([*self.settings.services, *self.affected["service"]])]
        summary = summary[summary["n"] + summary["n_missing"] > 0]
        if len(summary) < _FEW or not summary["n"].any():
            return None
        return showing.table(summary, columns=["service", *_SUMMARY])

    def definitions(self) -> Shown | None:
        """Show the primary metric under other definitions."""
        table = measures.definitions(self.scope)
        if not table["n"].any():
            return None
        columns = ["definition", "is_own", "n", "median", "p90", "mean", "n_missing", "n_open", "n_negative"]
        return showing.table(
            table.assign(definition=table["definition"].map(sentences.definition_in_words)), columns=columns
        )

    def steps(self) -> Shown | None:
        """Show every metric of the settings."""
        table = measures.steps(self.scope)
        if not table["n"].any():
            return None
        return showing.table(table.assign(metric=table["metric"].str.replace("_", " ")), columns=["metric", *_SUMMARY])

    def comparisons(self) -> Shown | None:
        """Show the comparisons with earlier periods, with their tests."""
        table = self.highlights.changes
        if table.empty:
            return None
        columns = ["measure", "earlier", "n_before", "n_after", "before", "after", "change", "p_adjusted"]
        columns += ["detectable_fall", "detectable_rise"]
        headings = {"earlier": "Compared with"}
        headings |= {"n_before": "n before", "n_after": "n after", "before": "Median before", "after": "Median after"}
        names = table["measure"].str.replace("_", " ").replace("incidents", "incidents per day")
        table = table.assign(measure=names, earlier=[label_of(name) for name in table["earlier"]])
        return showing.table(table, columns=columns, headings=headings)

    # -- how many, how often

    def severity_counts(self) -> Shown | None:
        """Show the number of incidents by month and severity, over a year; the table covers the window."""
        scope, history = self.scope, self.scope.history(1)
        counts = measures.counts(scope, within=history)
        if counts["n"].sum() < _ENOUGH:
            return None
        shaded, n_undated = scope.highlighted(history, "month"), self.highlights.counts.n_undated
        plots.show_plot(plots.plot_severity_counts(counts, highlight=shaded, n_undated=n_undated))
        table = measures.counts(scope)
        names = table["severity"].astype(object).fillna("unknown")
        order = [*table["severity"].cat.categories[::-1], *(["unknown"] if (names == "unknown").any() else [])]
        wide = table.assign(severity=pd.Categorical(names, order)).pivot_table(
            index="period", columns="severity", values="n", aggfunc="sum", observed=False, sort=False
        )
        wide = wide.astype(int)
        wide.columns = pd.Index([str(name) for name in wide.columns])
        wide.attrs = table.attrs
        shown = showing.table(
            wide.assign(all=wide.sum(axis=1)).reset_index(),
            folded=_FOLDED,
        )
        return showing.text(self._undated) + shown if n_undated else shown

    @property
    def _undated(self) -> str:
        """How many reports are in no period, for want of a readable date, as a sentence."""
        undated = self.highlights.undated
        return Quoted(sentences.describe_undated(len(undated)), figures_in(undated))

    def count_change(self) -> Shown | None:
        """Say whether incidents come more or less often."""
        said = [sentences.describe_change(self.highlights.changes, measure="incidents"), *self._trend()]
        return showing.text(*said) if any(said) else None

    def severity_rates(self) -> Shown | None:
        """Show how often incidents of each severity came: by quarter over two years, of a year by year over five."""
        every: Unit = "year" if self.scope.period.unit == "year" else "quarter"
        history = self.scope.history(5 if every == "year" else 2)
        rates = measures.rates(self.scope, within=history, every=every)
        if rates["n"].sum() < _ENOUGH:
            return None
        plots.show_plot(plots.plot_severity_rates(rates, highlight=self.scope.highlighted(history, every)))
        words = sentences.describe_dispersion(measures.dispersion(self.scope))
        table = showing.table(rates, columns=["period", "severity", "n", "rate"], folded=_FOLDED)
        return showing.text(words, self._undated) + table

    def _trend(self) -> list[str]:
        """Say whether incidents come more or less often over two years, where there are enough to say."""
        trend = measures.trend(self.scope)
        (row,) = trend.to_dict("records")
        if pd.isna(row["p_value"]) or row["n"] < LEAST["trend"]:
            return []
        said = row["sentence"].removesuffix(format_dispersion([row["dispersion"]])).rstrip()
        history = self.scope.history(2)
        words = f"From {(self.scope.covered(history) or history).dates}: {lowered(said)}"
        return [Quoted(words, figures_in(trend))]

    def time_between(self) -> None:
        """Show the time from each incident to the next, over a year."""
        history = self.scope.history(1)
        gaps, between = (measure(self.scope, within=history) for measure in (measures.gaps, measures.between))
        if between["n"].sum() >= _ENOUGH:
            plots.show_plot(plots.plot_time_between(gaps, between=between))

    def control_chart(self) -> None:
        """Show the normal variation of the number of incidents."""
        chart, value = measures.control(self.scope)
        if len(chart) and chart["n_points"].max() >= _ENOUGH:
            plots.show_plot(plots.plot_control_chart(chart, value=value))

    def start_hours(self) -> Shown | None:
        """Show when incidents start."""
        hours = measures.hours(self.scope)
        if hours["n"].sum() < LEAST["start pattern"]:
            return None
        plots.show_plot(plots.plot_start_hours(hours))
        return showing.table(
            measures.start_shares(self.scope),
            columns=["when", "n", "share", "share_of_time"],
            headings={"n": "Incidents", "share": "Share"},
        ) + showing.text(self._covered(1), sentences.describe_business_hours(self.settings.working_hours))

    def _covered(self, years: int) -> str:
        """Say which part of so many years a figure covers."""
        return sentences.describe_covered(self.scope.history(years))

    def interruptions(self) -> Shown | None:
        """Show when each team's incidents of the last year started, and which services fail together over two."""
        table = measures.interrupted(self.scope, within=self.scope.history(1))
        pairs = measures.together(self.scope, within=self.scope.history(2))
        shown = table[table["n"] > 0]
        together = sentences.describe_failing_together(pairs, within=self.scope.history(2))
        if shown["n"].sum() < LEAST["start pattern"]:
            return showing.text(together) if together else None
        columns = ["team", "timezone", "n", "n_business", "n_evening", "n_night", "n_weekend", "share", "share_of_time"]
        columns += ["n_overlapping", "n_unended", "n_missing"]
        headings = {"share": "Outside hours"}
        said = [self._covered(1), sentences.describe_interruptions(shown), together]
        return showing.text(*said) + showing.table(
            shown,
            columns=columns,
            headings=headings,
            folded=_FOLDED,
        )

    def origins(self) -> Shown | None:
        """Show how the last year's incidents were detected and what triggered them, where enough reports say so."""
        history = self.scope.history(1)
        detected, triggered = (
            measures.origins(self.scope, field, within=history) for field in ("detected_by", "trigger")
        )
        detection = measures.response(self.scope, metric="time_to_detect", by="detected_by", within=history)
        spans = detection[detection["detected_by"].notna()].reset_index(drop=True)
        quoted = figures_in(detected, detection)
        detected = detected.assign(median=spans["median"], n_spans=spans["n"])
        detected.attrs[FIGURES] = quoted
        columns = ["n", "n_proposed", "share"]  # what is missing is in the sentence, the same for every row
        parts = [
            (detected, sentences.describe_detection(detected), ["detected_by", *columns, "median", "n_spans"]),
            (triggered, sentences.describe_triggers(triggered), ["trigger", *columns]),
        ]
        headings = {"median": "Time to detect", "n_spans": "n of these"}
        shown = [
            showing.text(said)
            + showing.table(
                table[table["share"].notna() | (table["n"] > 0)], columns=names, headings=headings, folded=_FOLDED
            )
            for table, said, names in parts
            if table["n_known"].max() >= _ENOUGH
        ]
        if not shown:
            return None
        return reduce(add, shown, showing.text(self._covered(1)))

    def process(self) -> Shown | None:
        """Show how soon reports of the last year were discussed and signed, and which incidents have none."""
        history = self.scope.history(1)
        steps, unreported = measures.process(self.scope, within=history), measures.unreported(self.scope)
        said = [sentences.describe_process(steps), sentences.describe_unreported(unreported)]
        if not any(said):
            return None
        shown = showing.text(self._covered(1), *said)
        if steps["n"].max() >= LEAST["median interval"]:
            shown += showing.table(
                steps.assign(metric=steps["metric"].str.replace("_", " ")),
                columns=["metric", "n", "median", "p90", "n_open", "n_missing", "n_negative"],
                headings=REPORT_HEADINGS,
                folded=_FOLDED,
            )
        milestones = measures.recorded(
            self.scope, by="team" if self._has_teams else None, every="quarter", within=history
        )
        groups = ["period", *(["team"] if self._has_teams else [])]
        shown += showing.table(
            milestones[milestones["n"] > 0],
            columns=[*groups, "n", "n_recorded", "n_inferred", "n_missing", "share_recorded"],
            headings={"n": "Incidents", "share_recorded": "Share recorded"},
            folded="Milestones recorded by quarter",
        )
        if unreported.empty:
            return shown
        return shown + showing.table(unreported, folded=format_count(len(unreported), "mention"), links=self.links)

    def severity_ratings(self) -> Shown | None:
        """Compare the severities of two years with users, downtime and cost."""
        history = self.scope.history(2)
        agreement = measures.ratings(self.scope, within=history)
        if agreement["n"].max() < LEAST["concordance"]:
            return None
        twins, misrated = (measure(self.scope, within=history) for measure in (measures.twins, measures.misrated))
        said = [
            self._covered(2),
            sentences.describe_agreement(agreement),
            sentences.describe_twins(twins),
            sentences.describe_misrated(misrated),
        ]
        agreement = agreement.assign(impact=agreement["impact"].map(sentences.impact_in_words))
        columns = ["impact", "n", "n_missing", "n_pairs", "concordance", "p_adjusted"]
        shown = showing.text(*said) + showing.table(agreement, columns=columns, folded=_FOLDED)
        for table, noun in ((twins, "pair"), (misrated, "incident")):
            if len(table):
                shown += showing.table(table, folded=format_count(len(table), noun), links=self.links)
        return shown

    def scorecard(self) -> Shown | None:
        """Show each team's figures in a row, with an arrow where a test carries it."""
        if not self._has_teams:
            return None
        table = measures.scorecard(self.scope)
        if table["n"].sum() < _ENOUGH:
            return None
        columns = ["team", "n", "median", "n_over", "budget_spent", "completion", "n_open", "n_overdue"]
        columns += ["n_overdue_unknown", "share_recorded"]
        headings = {
            **ITEM_HEADINGS,
            "n": "Incidents",
            "median": f"Median {self.metric_name}",
            "budget_spent": "Budget used",
            "share_recorded": "Milestones recorded",
            "n_overdue": "Overdue, any owner",
            "n_overdue_unknown": "No status",
        }
        arrows = {"n": "incidents_arrow", "median": "median_arrow", "share_recorded": "recorded_arrow"}
        for column, arrow in arrows.items():
            if table[arrow].notna().any():
                columns.insert(columns.index(column) + 1, arrow)
                table[arrow] = table[arrow].astype(object).fillna("")
        said = sentences.describe_scorecard(measures.scorecard_changes(self.scope))
        return showing.text(said) + showing.table(table, columns=columns, headings=headings, folded=_FOLDED)

    @property
    def _has_teams(self) -> bool:
        return any(service.team for service in self.settings.services.values())

    # -- service levels

    def service_levels(self) -> Shown | None:
        """Show the downtime and the error budget of each service, and of the teams."""
        if not self.scope.has_reports(self.scope.window):
            return None
        columns = ["service", "n", "n_missing", "downtime", "availability"]
        if len(self.impact["period"].unique()) > 1:
            columns.insert(1, "period")
        if self.impact["target"].notna().any():
            columns += ["target", "budget", "budget_left"]
            columns += ["time_to_exhaustion"] if self.impact["time_to_exhaustion"].notna().any() else []
        folded = format_count(len(self.impact), "service") if len(self.impact) > _LONG_TABLE else None
        headings = {"n": "Outages"}
        if self.impact["n_missing"].any():
            headings = {"n": "Timed outages", "n_missing": "Untimed outages"}
        services = showing.table(
            _most_spent_first(self.impact),
            columns=columns,
            empty="No service was affected.",
            folded=folded,
            headings=headings,
        )
        services += showing.text(sentences.describe_counted(self.settings.sla.severities))
        teams = measures.by_team(self.scope)
        if teams.empty:
            return services
        by_team = showing.table(teams, columns=["team", "n", "n_over"], headings={"n": "Incidents"})
        return side_by_side(services, by_team, is_wide=True)

    def budget_burn_down(self) -> None:
        """Draw how the error budgets were spent."""
        if self.scope.has_reports(self.scope.window) and self.impact["budget"].notna().any():
            plots.show_plot(plots.plot_budget_burn_down(measures.budget(self.scope)))

    def budget_range(self) -> Shown | None:
        """Say how much of each error budget may have been spent, over what the reports leave unknown."""
        table = measures.budget_bounds(self.scope)
        ranges = ("budget_spent", "budget_spent_weighted")
        is_open = [table[f"{name}_high"] > table[f"{name}_low"] for name in ranges]
        table = table[(is_open[0] | is_open[1]).fillna(value=False)]
        if table.empty:
            return None
        longest = measures.longest_outage(self.scope)
        said = [
            sentences.describe_budget_range(table, longest=longest),
            sentences.describe_budget_assumptions(table, longest=longest, approximate_by=APPROXIMATE_BY),
        ]
        columns = ["service", "n", "n_unended", "n_approximate", "n_unshared", "budget", *ranges]
        if len(table["period"].unique()) > 1:
            columns.insert(1, "period")
        headings = {"n": "Outages", "budget_spent": "Budget used", "budget_spent_weighted": "By users"}
        shown = showing.table(table, columns=columns, headings=headings, folded=_FOLDED)
        return showing.text(*said) + shown

    def availability(self) -> Shown | None:
        """Show the availability of each service over the whole window, scaled by the users affected."""
        table = self._concerned(measures.availability(self.scope))
        if not (table["n_weighted"] > 0).any():
            return None  # without a share of users it would only repeat the budgets
        weighted = ["downtime_weighted", "availability_weighted"]
        table = table.assign(**{name: table[name].mask(table["n_weighted"] == 0) for name in weighted})
        columns = ["service", "n", "downtime", "availability", *weighted, "n_weighted", "target"]
        return showing.table(table, columns=columns)

    def reported_impact(self) -> Shown | None:
        """Compare the SLA impact of the reports with the calculated one."""
        table = measures.reported_impact(self.scope)
        columns = ["incident_id", "stated", "derived", "derived_weighted", "downtime", "implied_window"]
        folded = format_count(len(table), "report")
        if table.empty:
            return None
        return showing.table(table, columns=columns, folded=folded, greatest="downtime", links=self.links)

    # -- follow-ups

    def follow_ups(self) -> Shown | None:
        """Say how the follow-ups of all incidents are, list those overdue for longest, and count them by owner."""
        facts = self.highlights.follow_ups
        if not facts.n_items:
            return None
        said = showing.text(sentences.describe_follow_ups(facts, label=self.scope.window.label))
        late = self.highlights.overdue
        top = late[late["status"].notna()].head(_TOP)
        if top.empty:
            return said
        items = overdue_items(top, self.links)
        columns = ["owner", "n_overdue", "n_overdue_unknown", "overdue_by"]
        headings = {"overdue_by": "Longest", "n_overdue_unknown": "No status"}
        owners = measures.overdue_by_owner(self.scope)
        if len(owners) > _TOP:
            shown = pd.concat([owners.head(_TOP), _together(owners[_TOP:])], ignore_index=True)
            shown.attrs = owners.attrs
            owners = shown
        if len(owners) < _FEW:
            return said + items
        by_owner = showing.table(owners, columns=columns, headings=headings)
        return said + side_by_side(items, by_owner, is_wide=True)

    def action_completion(self) -> Shown | None:
        """Show the window's action items by priority."""
        completion = measures.completion(self.scope, by="priority")
        if not completion["n"].any():
            return None
        columns = [
            "priority",
            "n",
            "n_done",
            "n_open",
            "n_overdue",
            "n_overdue_unknown",
            "n_open_undated",
            "n_unknown",
            "n_dropped",
            "completion",
            "on_time",
            "n_dated",
        ]
        items = completion.sort_values("priority", ascending=False)
        items = items.assign(priority=items["priority"].astype(object).fillna("no priority"))
        return showing.table(items, columns=columns, headings=ITEM_HEADINGS)

    def action_classes(self) -> Shown | None:
        """Show what the window's action items are for, and which incidents have none that prevents."""
        table = measures.classes(self.scope)
        if table.loc[table["class"].notna(), "n"].sum() < _ENOUGH:
            return None
        said = showing.text(sentences.describe_prevention(measures.preventive(self.scope)))
        table = table.assign(**{"class": table["class"].astype(object).fillna("not known")})
        columns = ["class", "n", "n_proposed", "share", "n_done", "n_open", "n_unknown", "completion"]
        return said + showing.table(table, columns=columns, headings=ITEM_HEADINGS, folded=_FOLDED)

    def due_times(self) -> Shown | None:
        """Compare the due dates of the window's action items with the targets of the settings."""
        by_severity, by_priority = (measures.due(self.scope, by=by) for by in ("severity", "priority"))
        if not by_severity["n_judged"].any():
            return None
        columns = ["n", "median", "n_judged", "share_met", "n_missing"]
        said = showing.text(sentences.describe_due(by_severity))
        severity = by_severity.sort_values("severity", ascending=False)
        priority = by_priority.sort_values("priority", ascending=False)
        priority = priority.assign(priority=priority["priority"].astype(object).fillna("no priority"))
        return (
            said
            + showing.table(severity, columns=["severity", "target", *columns], folded="By severity")
            + showing.table(priority, columns=["priority", *columns], folded="By priority")
        )

    def action_survival(self) -> None:
        """Show how long action items stay open."""
        curve = measures.survival(self.scope)
        if len(curve) and curve["n"].max() >= LEAST["survival interval"]:
            plots.show_plot(plots.plot_action_survival(curve))

    def overdue_actions(self) -> Shown | None:
        """List all overdue items of all incidents to date."""
        late = self.highlights.overdue
        n_unknown = int(late["status"].isna().sum())
        if len(late) <= _TOP and not n_unknown:
            return None
        n_late = len(late) - n_unknown
        words = [f"{n_late:,} overdue"] if n_late else []
        words += [f"{n_unknown:,} past due without a recorded status"] if n_unknown else []
        return showing.table(
            late.sort_values(["owner", "overdue_by"], ascending=[True, False]),
            columns=["owner", "incident_id", "key", "action", "priority", "due_on", "overdue_by", "status"],
            headings={"overdue_by": "Past due by"} if n_unknown else {},
            folded=", ".join(words),
            greatest="overdue_by",
            links=self.links,
        )

    # -- the rest

    def recurring_factors(self) -> Shown | None:
        """Show what recurs in causes and factors of the last year."""
        factors = measures.themes(self.scope, within=self.scope.history(1))
        if factors.empty:
            return None
        shown = distinct_factors(factors).head(_PHRASES)
        # The phrase is in reports that name other incidents.
        named = [factor_in_words(*pair) for pair in zip(shown["phrase"], shown["example"], strict=True)]
        shown = shown.assign(example=[_INCIDENT.sub("[…]", words) for words in named])
        said = showing.text(sentences.describe_shared(self.scope.history(1)))
        return said + showing.table(shown, columns=["example", "n"], headings=_FACTOR_HEADINGS)

    def repeats(self) -> Shown | None:
        """Show which incidents of the last year happened before, and whether follow-ups worked."""
        found = measures.repeats(self.scope)
        history = self.scope.history(1)
        recent = found[history.holds(found["occurred_at"])]
        if recent.empty:
            return None
        rate, change = measures.repeats_rate(self.scope), measures.recurrence(self.scope)
        said = [
            sentences.describe_repeats(
                rate,
                label=self.scope.window.label,
                pending=measures.pending_repeats(self.scope),
                n_ongoing=int(self.highlights.report_states["n_ongoing"].iloc[0]),
            ),
            sentences.describe_recurrence(change),
        ]
        columns = [
            "incident_id",
            "earlier_id",
            "gap",
            "found_by",
            "n",
            "n_open",
            "n_unknown",
            "was_open",
            "is_disputed",
        ]
        headings = {**ITEM_HEADINGS, "n": "Its items"}
        folded = f"{format_count(len(recent), 'repeat')}, {history.dates}"
        table = showing.table(recent, columns=columns, headings=headings, links=self.links, folded=folded)
        return showing.text(*said) + table

    def cost_totals(self) -> Shown | None:
        """Show what the window's incidents cost."""
        costs = self.highlights.costs
        if not costs["n"].any():
            return None
        table = costs[costs["n"] > 0]
        return showing.table(
            table.assign(kind=table["kind"].str.replace("_", " ")),
            columns=["kind", "currency", "total", "n", "n_missing"],
        )

    def files(self) -> Shown:
        """Show how many files were read, and which were not, with the reason."""
        unread = self._without_folders(measures.skipped_files(self.scope))
        counted, undated = measures.file_counts(self.scope), self.highlights.undated
        words = sentences.describe_files(counted, n_undated=len(undated), n_later=len(self.scope.erased))
        table = showing.text(Quoted(words, figures_in(counted, undated)))
        if len(counted) != 1:  # else the sentence has all of it
            table += showing.table(counted, empty="No files.")
        if unread.empty:
            return table
        folded = f"{format_count(len(unread), 'file')} skipped"
        return table + showing.table(unread, columns=["path", "outcome", "reason"], folded=folded)

    def _without_folders(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table in which files, in the texts too, are named without the folders of this machine."""
        if table.empty:
            return table
        names = self._names
        any_path = re.compile("|".join(re.escape(path) for path in sorted(names, key=len, reverse=True)) or r"(?!)")
        texts = table.columns.intersection(["reason", "message"])
        return table.assign(
            path=table["path"].map(names),
            **{
                column: [any_path.sub(lambda found: names[found[0]], str(text)) for text in table[column]]
                for column in texts
            },
        )

    @cached_property
    def _names(self) -> dict[str, str]:
        """What the page calls each file."""
        known = self.scope.known
        return {
            path: self.given.called(path) if self.given else Path(path).name
            for path in dict.fromkeys((*known.files["path"], *known.problems["path"]))
        }

    def completed_and_all(self) -> Shown | None:
        """Compare the primary metric of the completed reports with that of all reports."""
        if self.scope.pending.empty:
            return None
        table = measures.by_completion(self.scope)
        return showing.table(table, columns=["reports", *_SUMMARY])

    def problems(self) -> Shown:
        """Show the problems of the window's reports, and of the other files that were read."""
        counted = measures.problem_counts(self.scope)
        notable = self._without_folders(measures.problems(self.scope))
        if counted.empty:
            return showing.text("No problems.")
        notable = notable.sort_values("level", key=lambda level: level != "error", kind="stable")
        return showing.table(counted) + showing.table(
            notable,
            columns=["incident_id", "path", "line", "level", "code", "message"],
            empty="No errors and no warnings.",
            folded=join_words(
                [
                    format_count(n, level)
                    for level in ("error", "warning")
                    if (n := int((notable["level"] == level).sum()))
                ]
            ),
            links=self.links,
        )

    def tracker_rows(self) -> Shown | None:
        """List the rows of the issue tracker's export that match no action item."""
        if self.scope.tracker is None:
            return None
        unmatched = measures.stray_rows(self.scope)
        n_ambiguous = int(unmatched["is_ambiguous"].sum())
        words = sentences.describe_unmatched(len(unmatched) - n_ambiguous, n_ambiguous=n_ambiguous)
        said = showing.text(Quoted(words, figures_in(unmatched)))
        if unmatched.empty:
            return said
        columns = ("key", "incident_id", "action", "owner", "due_on", "is_ambiguous")
        return said + showing.table(
            unmatched,
            columns=[column for column in columns if column in unmatched and (column != "is_ambiguous" or n_ambiguous)],
            folded="Tracker rows not used",
            links=self.links,
        )

    def incident_tool(self) -> Shown | None:
        """Compare the reports' times with those of the incident tool's export."""
        if self.scope.tool_records is None:
            return None
        records, differences = measures.records(self.scope), measures.record_differences(self.scope)
        if records.empty:
            return showing.text("The incident tool's export has no record of this period.")
        incidents, times = self.scope.reviewed.incidents, measures.by_record(self.scope)
        said = [
            sentences.describe_records(records, differences, n=len(incidents)),
            sentences.describe_times_by_record(times, measure=self.metric_name),
        ]
        shown = showing.text(*said)
        if times["n"].any():
            shown += showing.table(times, columns=["record", "n", "mean", "median", "n_missing"], folded=_FOLDED)
        stray = records[records["incident_id"].isna()]
        missing = measures.without_record(self.scope)
        for table, columns, words in (
            (
                differences.assign(record_path=[Path(path).name for path in differences["record_path"]]),
                ["incident_id", "milestone", "reported_at", "recorded_at", "difference", "line", "key", "record_line"],
                _numbered(len(differences), "time that differs", "times that differ"),
            ),
            (
                stray,
                ["tool", "key", "title", "service", "detected_at", "candidates"],
                _numbered(len(stray), "record without a report", "records without a report"),
            ),
            (
                missing,
                ["incident_id", "title", "occurred_at"],
                _numbered(len(missing), "report without a record", "reports without a record"),
            ),
        ):
            if not table.empty:
                shown += showing.table(table, columns=columns, folded=words, links=self.links)
        return shown

    def corrections(self) -> Shown | None:
        """List the corrections that the settings name."""
        corrections = measures.corrections(self.scope)
        return None if corrections.empty else showing.table(corrections, links=self.links)

    def manifest(self) -> None:
        """Hand what the figures are based on over to `review`, which writes it next to the page: the last call."""
        if self.given is not None:
            metadata = {"manifest": self.given.manifest().plain()}
            display({"text/plain": ""}, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]

    def metric_definitions(self) -> Shown:
        """Say what each metric measures."""
        return showing.table(measures.metric_definitions(self.scope))

    def notes(self) -> Shown:
        """Say how figures are made."""
        chosen, window, status = self.settings.sla.severities, self.settings.sla.window, self.scope.status
        counted = join_words(list(chosen)) if chosen else "all severities"
        reports = "all reports" if status == "all" else f"{status.casefold()} reports"
        length = "30 days" if window == "rolling-30d" else window
        budgets = f"Error budgets run over each {length}, without planned maintenance."
        return showing.listing(
            [
                "An incident belongs to the period of its start, else of its detection, else of the first response.",
                "Incidents and severities count every reported incident, whatever its report's status.",
                f"Availability and downtime count {counted}, whatever the report's status.",
                "An incident counts as known once detected. Severity, users, services and costs are as recorded today.",
                f"Response times, causes and action items come from {reports} and from ongoing incidents.",
                "n is the sample size. Missing, ongoing and invalid values are counted next to it, never as zero.",
                "The p90 is an observed time: at least 90% of incidents took no longer.",
                "95% intervals (CI) contain the true value at least 95% of the time.",
                "Comparisons with earlier periods are adjusted together (Holm): a false one is at most 5% likely.",
                *([budgets] if self.settings.targets else []),
                *([sentences.LEVELS_COUNT_ALL] if self.scope.chosen else []),
                *(
                    ["An incident that affects services of several teams counts for each of them."]
                    if self._has_teams
                    else []
                ),
                "Downtime counts overlapping outages of a service once, and only the part within the period.",
                "Incidents that report 0 affected users don't count as downtime.",
                "Completion = done / (done + open), as of the review date.",
                "An action item is overdue once its due day has ended.",
                f"incident_analytics {incident_analytics.__version__}.",
            ]
        )


def _most_spent_first(impact: pd.DataFrame) -> pd.DataFrame:
    """Order services as the first screen does, by the part of their budget that is spent; without one by downtime."""
    spent = (impact["budget"] - impact["budget_left"]) / impact["budget"]
    order = impact.assign(spent=-spent.fillna(0), down=-impact["downtime"], name=impact["service"].str.casefold())
    return impact.loc[order.sort_values(["period", "spent", "down", "name"]).index]


def _together(owners: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `measures.overdue_by_owner` as one."""
    row = {
        "owner": format_count(len(owners), "more owner"),
        "n_overdue": owners["n_overdue"].sum(),
        "n_overdue_unknown": owners["n_overdue_unknown"].sum(),
        "overdue_by": owners["overdue_by"].max(),
    }
    return pd.DataFrame({name: pd.Series([value], dtype=owners[name].dtype) for name, value in row.items()})


def _numbered(n: int, one: str, many: str) -> str:
    return f"1 {one}" if n == 1 else f"{n:,} {many}"


def _links(corpus: Corpus, settings: Settings, output_dir: str | None) -> dict[str, str]:
    """Return where each report is; none where there is neither an address nor a folder to link from."""
    if output_dir is None and settings.report_url is None:
        return {}
    folder = "." if settings.path is None else settings.path.parent
    return report_links(corpus.incidents, seen_from=output_dir or ".", report_url=settings.report_url, folder=folder)


def _as_names(names: object) -> list[str]:
    """Return names as a list, whether one or several were given."""
    return [str(name) for name in (names if isinstance(names, list | tuple) else [names])]
