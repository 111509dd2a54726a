"""How many incidents, how often, when they start, and whom they interrupt."""

from __future__ import annotations

import pandas as pd

from incident_analytics import measures, plots, sentences, showing
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.formatting import lowered
from incident_analytics.periods import Unit
from incident_analytics.quotations import Quoted, figures_in
from incident_analytics.review_page.part import ENOUGH, FOLDED, Part
from incident_analytics.showing import Shown

__all__ = ["Frequency"]


class Frequency(Part):
    """How many incidents there were, and when."""

    def severity_counts(self) -> Shown | None:
        """Show the number of incidents by month and severity, over a year; the table covers the window."""
        scope, history = self.scope, self.scope.history(1)
        counts = measures.counts(scope, within=history)
        if counts["n"].sum() < ENOUGH:
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
            folded=FOLDED,
        )
        return showing.text(self._undated) + shown if n_undated else shown

    def count_change(self) -> Shown | None:
        """Say whether incidents come more or less often."""
        said = [sentences.describe_change(self.highlights.changes, measure="incidents"), *self._trend()]
        return showing.text(*said) if any(said) else None

    def severity_rates(self) -> Shown | None:
        """Show how often incidents of each severity came: by quarter over two years, of a year by year over five."""
        every: Unit = "year" if self.scope.period.unit == "year" else "quarter"
        history = self.scope.history(5 if every == "year" else 2)
        rates = measures.rates(self.scope, within=history, every=every)
        if rates["n"].sum() < ENOUGH:
            return None
        has_course = len(rates["period"].unique()) > 1
        if has_course:
            plots.show_plot(plots.plot_severity_rates(rates, highlight=self.scope.highlighted(history, every)))
        words = sentences.describe_dispersion(measures.dispersion(self.scope))
        folded = FOLDED if has_course else None
        table = showing.table(rates, columns=["period", "severity", "n", "rate"], folded=folded)
        return showing.text(words, self._undated) + table

    def _trend(self) -> list[str]:
        """Say whether incidents come more or less often over two years, where there are enough to say."""
        trend = measures.trend(self.scope)
        (row,) = trend.to_dict("records")
        if pd.isna(row["p_value"]) or row["n"] < LEAST["trend"]:
            return []
        (said,) = sentences.describe_trend(trend)
        history = self.scope.history(2)
        words = f"From {(self.scope.covered(history) or history).dates}: {lowered(said)}"
        return [Quoted(words, figures_in(trend))]

    def time_between(self) -> None:
        """Show the time from each incident to the next, over a year."""
        history = self.scope.history(1)
        gaps, between = (measure(self.scope, within=history) for measure in (measures.gaps, measures.between))
        if between["n"].sum() >= ENOUGH:
            plots.show_plot(plots.plot_time_between(gaps, between=between))

    def control_chart(self) -> None:
        """Show the normal variation of the number of incidents."""
        chart, value = measures.control(self.scope)
        if len(chart) and chart["n_points"].max() >= ENOUGH:
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
            folded=FOLDED,
        )
