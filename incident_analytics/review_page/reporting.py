"""Whether reports are in time and incidents rated alike, and how teams compare."""

from __future__ import annotations

from incident_analytics import measures, sentences, showing
from incident_analytics.analysis.statistics import LEAST
from incident_analytics.formatting import format_count
from incident_analytics.results import ITEM_HEADINGS, REPORT_HEADINGS
from incident_analytics.review_page.part import ENOUGH, FOLDED, Part
from incident_analytics.showing import Shown

__all__ = ["Reporting"]


class Reporting(Part):
    """How well incidents are reported."""

    def process(self) -> Shown | None:
        """Show how soon reports of the last year were discussed and signed, and which incidents have none."""
        history = self.scope.history(1)
        steps, unreported = measures.process(self.scope, within=history), measures.unreported(self.scope)
        said = [sentences.describe_process(steps), sentences.describe_unreported(unreported)]
        if not any(said):
            return None
        shown = showing.text(self._covered(1), *said)
        dated = steps[steps["n_open"] < steps["n"]]  # where no step has a date, the sentence says so
        if dated["n"].max() >= LEAST["median interval"]:
            shown += showing.table(
                dated.assign(metric=dated["metric"].map(sentences.step_in_words)),
                columns=["metric", "n", "median", "p90", "n_open", "n_missing", "n_negative"],
                headings=REPORT_HEADINGS,
                folded=FOLDED,
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
        shown = showing.text(*said) + showing.table(agreement, columns=columns, folded=FOLDED)
        for table, noun in ((twins, "pair"), (misrated, "incident")):
            if len(table):
                shown += showing.table(table, folded=format_count(len(table), noun), links=self.links)
        return shown

    def scorecard(self) -> Shown | None:
        """Show each team's figures in a row, with an arrow where a test carries it."""
        if not self._has_teams:
            return None
        table = measures.scorecard(self.scope)
        if table["n"].sum() < ENOUGH:
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
        return showing.text(said) + showing.table(table, columns=columns, headings=headings, folded=FOLDED)
