"""What the notebook of the periodic review shows, a method a figure or table; the notebook strings them together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from IPython.display import display

import incident_analytics
from incident_analytics import sentences, showing
from incident_analytics.config import Settings, find_settings, read_settings
from incident_analytics.finding import find_upward
from incident_analytics.first_screen import first_screen, incident_list
from incident_analytics.formatting import join_words, report_links
from incident_analytics.records import describe_startless
from incident_analytics.review_input import read_input
from incident_analytics.review_page.follow_ups import FollowUps
from incident_analytics.review_page.frequency import Frequency
from incident_analytics.review_page.recurrence import Recurrence
from incident_analytics.review_page.reporting import Reporting
from incident_analytics.review_page.response import Response
from incident_analytics.review_page.service_levels import ServiceLevels
from incident_analytics.review_page.sources import Sources
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus
from incident_analytics.verification import last_restated

__all__ = ["ReviewPage"]

_LONG: Final = 30  # incidents from which on their list is folded


class ReviewPage(Response, Frequency, ServiceLevels, FollowUps, Recurrence, Reporting, Sources):
    """The figures of a review, each computed once, from one scope.

    Parameters
    ----------
    scope
        What is reviewed.
    links
        Where each report is, by incident_id.
    """

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

    folder: str | None = None
    """The folder of the page, in which earlier reviews may be."""

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

    def manifest(self) -> None:
        """Hand what the figures are based on over to `review`, which writes it next to the page: the last call."""
        if self.given is not None:
            metadata = {"manifest": self.given.manifest().plain()}
            display({"text/plain": ""}, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]

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


def _links(corpus: Corpus, settings: Settings, output_dir: str | None) -> dict[str, str]:
    """Return where each report is; none where there is neither an address nor a folder to link from."""
    if output_dir is None and settings.report_url is None:
        return {}
    folder = "." if settings.path is None else settings.path.parent
    return report_links(corpus.incidents, seen_from=output_dir or ".", report_url=settings.report_url, folder=folder)


def _as_names(names: object) -> list[str]:
    """Return names as a list, whether one or several were given."""
    return [str(name) for name in (names if isinstance(names, list | tuple) else [names])]
