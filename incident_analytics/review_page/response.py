"""How long response took: by severity, quarter and service, and under other definitions."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from incident_analytics import measures, plots, sentences, showing
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.periods import label_of
from incident_analytics.review_page.part import FEW, FOLDED, SUMMARY, Part
from incident_analytics.showing import Shown

__all__ = ["Response"]


class Response(Part):
    """How long response took."""

    def response_by_severity(self) -> None:
        """Draw the primary metric by severity."""
        if self.by_severity["n"].sum() > FEW:
            drawn = plots.plot_response(self.by_severity, times=measures.spans(self.scope), metric=self.metric)
            plots.show_plot(drawn, links=self.links)

    @cached_property
    def by_severity(self) -> pd.DataFrame:
        """The primary metric by severity."""
        return measures.response(self.scope, by="severity")

    def response_table(self) -> Shown | None:
        """Show the primary metric by severity."""
        table = self.by_severity.sort_values("severity", ascending=False)
        table = table[table["n"] + table["n_missing"] > 0]
        if len(table) < FEW or not table["n"].any():
            return None
        return showing.table(table, columns=["severity", *SUMMARY])

    def response_change(self) -> Shown | None:
        """Say whether the median changed or what would have shown, and what the mix of severities made of the mean."""
        said = [sentences.describe_change(self.highlights.changes, measure=self.metric), self._mix()]
        return showing.text(*said) if any(said) else None

    def _mix(self) -> str:
        """Say how much of a change of the mean is the mix of severities."""
        comparison = next((each for each in self.scope.comparisons if each.response_reason is None), None)
        changes = self.highlights.changes
        if comparison is None or changes[["n_open_before", "n_open_after"]].sum().any():
            return ""  # of incidents that are not over no mean is known
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
        if (self.by_quarter["n"] > 0).sum() < FEW:
            return None
        folded = FOLDED if self._has_trend else None
        return showing.table(self.by_quarter, columns=["period", *SUMMARY], folded=folded)

    @property
    def _has_trend(self) -> bool:
        """Whether enough quarters have a median with an interval for a figure."""
        return bool((self.by_quarter["n"] >= LEAST["median interval"]).sum() >= FEW)

    def response_by_service(self) -> Shown | None:
        """Show the primary metric by service; an incident counts in every service that it affected."""
        summary = measures.response(self.scope, by="service")
        summary = summary[summary["service"].isin([*self.settings.services, *self.affected["service"]])]
        summary = summary[summary["n"] + summary["n_missing"] > 0]
        if len(summary) < FEW or self.by_severity["n"].sum() < FEW:
            return None
        return showing.table(summary, columns=["service", *SUMMARY])

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
        return showing.table(table.assign(metric=table["metric"].str.replace("_", " ")), columns=["metric", *SUMMARY])

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

    def completed_and_all(self) -> Shown | None:
        """Compare the primary metric of the completed reports with that of all reports."""
        if self.scope.pending.empty:
            return None
        table = measures.by_completion(self.scope)
        return showing.table(table, columns=["reports", *SUMMARY])

    def metric_definitions(self) -> Shown:
        """Say what each metric measures."""
        return showing.table(measures.metric_definitions(self.scope))
