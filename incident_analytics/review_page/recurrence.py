"""What recurs, and how incidents were detected and triggered."""

from __future__ import annotations

import re
from functools import reduce
from operator import add
from typing import Final

from incident_analytics import measures, sentences, showing
from incident_analytics.analysis.themes import distinct_factors, factor_in_words
from incident_analytics.formatting import format_count
from incident_analytics.quotations import FIGURES, figures_in
from incident_analytics.results import ITEM_HEADINGS
from incident_analytics.review_page.part import ENOUGH, FOLDED, Part
from incident_analytics.showing import Shown

__all__ = ["Recurrence"]

_PHRASES: Final = 5  # phrases shown

_INCIDENT: Final = re.compile(r"\bINC-\d[\d-]*\d")

_FACTOR_HEADINGS: Final = {"example": "Cause or factor", "n": "Incidents"}


class Recurrence(Part):
    """What recurs, and how incidents come up."""

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
        recent = recent.assign(found_by=recent["found_by"].map(sentences.found_in_words))
        table = showing.table(recent, columns=columns, headings=headings, links=self.links, folded=folded)
        return showing.text(*said) + table

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
        headings = {"median": "Time to detect", "n_spans": "n with time"}
        shown = [
            showing.text(said)
            + showing.table(
                table[table["share"].notna() | (table["n"] > 0)], columns=names, headings=headings, folded=FOLDED
            )
            for table, said, names in parts
            if table["n_known"].max() >= ENOUGH
        ]
        if not shown:
            return None
        return reduce(add, shown, showing.text(self._covered(1)))
