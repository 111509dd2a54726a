"""What all parts of a review share: the scope, the facts of the first screen, and where reports are."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import pandas as pd

from incident_analytics import sentences
from incident_analytics.highlights import Highlights
from incident_analytics.quotations import Quoted, figures_in
from incident_analytics.review_input import ReviewInput
from incident_analytics.scope import Scope

__all__ = ["ENOUGH", "FEW", "FOLDED", "SUMMARY", "Part"]

SUMMARY: Final = ("n", "median", "median_recorded", "p90", "mean", "n_recorded", "n_missing", "n_open", "n_negative")
FOLDED: Final = "These figures as a table"
FEW: Final = 2  # rows from which on a comparison of groups is one
ENOUGH: Final = 6  # incidents, or points, from which on a figure shows more than its table


class Part:
    """A part of a review.

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

    given: ReviewInput | None = None
    """What `read` has read."""

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

    def _covered(self, years: int) -> str:
        """Say which part of so many years a figure covers."""
        return sentences.describe_covered(self.scope.history(years))

    @property
    def _undated(self) -> str:
        """How many reports are in no period, for want of a readable date, as a sentence."""
        undated = self.highlights.undated
        return Quoted(sentences.describe_undated(len(undated)), figures_in(undated))

    @property
    def _has_teams(self) -> bool:
        return any(service.team for service in self.settings.services.values())
