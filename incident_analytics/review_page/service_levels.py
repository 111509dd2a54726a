"""Downtime, availability, error budgets and costs."""

from __future__ import annotations

from typing import Final

import pandas as pd

from incident_analytics import measures, plots, sentences, showing
from incident_analytics.analysis.budget_ranges import APPROXIMATE_BY
from incident_analytics.analysis.error_budgets import budget_states
from incident_analytics.first_screen import side_by_side
from incident_analytics.formatting import format_count
from incident_analytics.review_page.part import FOLDED, Part
from incident_analytics.showing import Shown

__all__ = ["ServiceLevels"]

_LONG_TABLE: Final = 20  # services from which on their table is folded


class ServiceLevels(Part):
    """What the services were like."""

    def service_levels(self) -> Shown | None:
        """Show the downtime and the error budget of each service, and of the teams."""
        if not self.scope.has_reports(self.scope.window):
            return None
        if len(self.impact["period"].unique()) > 1:
            whole = self._concerned(measures.availability(self.scope))
            services = self._service_table(whole, ["target"] if whole["target"].notna().any() else [])
            if self.impact["budget"].notna().any():
                columns = ["period", *self._budget_columns]
                services += self._service_table(self.impact, columns, folded="Error budgets, one by one")
        else:
            n = len(self.impact)
            folded = format_count(n, "service") if n > _LONG_TABLE else None
            services = self._service_table(self.impact, self._budget_columns, folded=folded)
        services += showing.text(
            sentences.describe_counted(self.settings.sla.severities), sentences.describe_maintenance(self.impact)
        )
        teams = measures.by_team(self.scope)
        if teams.empty:
            return services
        by_team = showing.table(teams, columns=["team", "n", "n_over"], headings={"n": "Incidents"})
        return side_by_side(services, by_team, is_wide=True)

    @property
    def _budget_columns(self) -> list[str]:
        if self.impact["target"].isna().all():
            return []
        exhaustion = ["time_to_exhaustion"] if self.impact["time_to_exhaustion"].notna().any() else []
        return ["target", "budget", "budget_left", *exhaustion]

    def _service_table(self, impact: pd.DataFrame, more: list[str], *, folded: str | None = None) -> Shown:
        """Show the downtime of each service, the one that has spent most of its budget first, and more columns."""
        columns = ["service", "n", "n_missing", "downtime", "availability", *more]
        if "period" in more:
            columns = ["service", "period", *(name for name in columns[1:] if name != "period")]
        headings = {"n": "Outages"}
        if impact["n_missing"].any():
            headings = {"n": "Timed outages", "n_missing": "Untimed outages"}
            columns = [name for name in columns if name != "n" or impact["n"].any()]
        shown = _most_spent_first(impact)
        return showing.table(
            shown.assign(service=shown["service"].astype(object).fillna("not recorded")),
            columns=columns,
            empty="No service was affected.",
            folded=folded,
            headings=headings,
        )

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
        shown = showing.table(table, columns=columns, headings=headings, folded=FOLDED)
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


def _most_spent_first(impact: pd.DataFrame) -> pd.DataFrame:
    """Order services as the first screen does: over budget, may be over it, within it; in each the most spent first."""
    over, _, unknown = budget_states(impact)
    spent = (impact["budget"] - impact["budget_left"]) / impact["budget"]
    order = impact.assign(
        urgency=2 - 2 * over.astype(int) - unknown.astype(int),
        spent=-spent,
        down=-impact["downtime"],
        name=impact["service"].str.casefold(),
    )
    return impact.loc[order.sort_values(["period", "urgency", "spent", "down", "name"]).index]
