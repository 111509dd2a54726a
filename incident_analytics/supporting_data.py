"""What goes into a report's Supporting Data: its metrics, error messages and configuration changes.

The notebook of the same name calls one method a section, and `populate` puts what they show into the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
from IPython.display import display

from incident_analytics import plots, showing
from incident_analytics.analysis.counts import rate_interval
from incident_analytics.analysis.error_budgets import sla_impact
from incident_analytics.analysis.response import response_rank, response_times, span_grades
from incident_analytics.analysis.themes import similar_incidents
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import EvidenceError, SettingsError
from incident_analytics.evidence.changes import configuration_changes
from incident_analytics.evidence.logs import log_templates
from incident_analytics.evidence.metric_files import read_metric_files
from incident_analytics.evidence.prometheus import read_prometheus
from incident_analytics.evidence.series import join_series, summarize_series
from incident_analytics.finding import find_upward
from incident_analytics.formatting import (
    cut,
    format_count,
    format_figure,
    format_value,
    join_words,
    report_links,
)
from incident_analytics.loading import load
from incident_analytics.masking import mask_secrets
from incident_analytics.periods import Period
from incident_analytics.results import heading
from incident_analytics.sentences import each_row, series_name
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus

__all__ = ["SupportingData"]

_SIMILAR: Final = 3  # past incidents listed
_MESSAGES: Final = 10  # log messages listed
_FILES: Final = 8  # files named of a change
_CELL: Final = 160  # characters of a message or subject


class SupportingData:
    """The evidence on one incident.

    Parameters
    ----------
    report
        The report's file.
    number
        Which report of a file that holds several.
    history
        The reports of earlier incidents. Only final reports of incidents that ended before this one began are used.
    settings
        A settings file, which names the sources under ``[evidence]``; None takes the defaults, which have none.
    trusted
        Whether they may lead outside their folder, as `read_settings` takes it.
    run
        Any text: the history is read once for all reports of the same run. None reads it now.
    """

    def __init__(
        self,
        report: str,
        *,
        number: int = 1,
        history: Sequence[str] = (),
        settings: str | None = None,
        trusted: bool = True,
        run: str | None = None,
    ) -> None:
        report, settings = str(find_upward(report)), str(find_upward(settings)) if settings else None
        history = [str(find_upward(path)) for path in history]
        self.report = Path(report)
        self.settings_file = settings
        self.settings = read_settings(settings, trusted=trusted) if settings else Settings()
        in_file = load(report, settings=self.settings, status="all")
        self.own = in_file.select([in_file.incidents["incident_id"].iloc[number - 1]])
        self.incident = self.own.incidents.iloc[0]
        self.incident_id = str(self.incident["incident_id"])
        affected = self.own.services["affected"].fillna(value=False)
        self.services = self.own.services.loc[affected, "service"].tolist()

        # Nothing here looks at the clock: an ongoing incident is followed up to the last row of its timeline.
        begins = [*self.incident[["started_at", "detected_at", "responded_at"]], *self.own.outages["started_at"]]
        self.began = pd.Series(begins, dtype="datetime64[us, UTC]").min()
        is_open = bool(self.own.incidents["is_open"].fillna(value=False).any())
        ends = pd.Series([self.incident["restored_at"], *self.own.outages["ended_at"]], dtype="datetime64[us, UTC]")
        self.restored: Any = pd.NaT if is_open else ends.max()
        self.ended = self.own.timeline["at"].max() if pd.isna(self.restored) else self.restored
        self.has_window = bool(pd.notna(self.began) and pd.notna(self.ended) and self.began < self.ended)
        self.past = self._earlier(_read_history(tuple(history), settings, trusted, run))

    def _earlier(self, history: Corpus) -> Corpus:
        """Keep the incidents that had ended when this one began."""
        incidents = history.incidents
        ended = incidents[["restored_at", "ended_at"]].max(axis="columns")
        since: Any = self.began if pd.notna(self.began) else self.incident["occurred_at"]
        return history.select((ended < since) & (incidents["incident_id"] != self.incident_id))

    def _show_failure(self, words: str, reasons: Iterable[object]) -> None:
        """Say in the report that a source gave nothing; the reasons go to stderr, as they may name hosts and paths."""
        _show(showing.text(words), failures=[mask_secrets(str(reason)) for reason in reasons])

    def _show_no_window(self) -> None:
        _show(showing.text("The report has no start and end, so nothing can be looked up."))

    # -- metrics

    def metrics(self) -> None:
        """Show the section on metrics."""
        self.response()
        self.budgets()
        self.similar()
        self.series()

    def response(self) -> None:
        """Compare the steps of the response with those of earlier incidents of the same severity."""
        severity = self.incident["severity"]
        same = self.past.incidents[self.past.incidents["severity"] == severity]
        times = response_times(
            pd.concat([self.own.incidents, same]),
            metrics=self.settings.metrics,
            timeline=pd.concat([self.own.timeline, self.past.timeline]),
        )
        ranks = response_rank(times, incident_id=self.incident_id).dropna(subset="span")
        if ranks.empty:
            return
        steps = pd.DataFrame({"step": ranks["metric"].str.replace("_", " "), "this incident": ranks["span"]})
        own = times[times["incident_id"] == self.incident_id]
        grades = [span_grades(own, metric=name, readings=self.own.readings).iloc[0] for name in ranks["metric"]]
        if set(grades) - {"recorded"}:
            steps["grade"] = grades
        if same.empty:
            _show(showing.text("Response times."))
        else:
            earlier = format_count(len(same), f"earlier {severity} incident")
            _show(showing.text(f"Response times, compared with the {earlier}."))
            steps["earlier median"] = ranks["median"]
            steps["slower than"] = [_slower(share, n) for share, n in zip(ranks["percentile"], ranks["n"], strict=True)]
        _show(showing.table(steps))

    def budgets(self) -> None:
        """Show the downtime of this incident alone, and what it spent of the error budgets."""
        if not self.has_window:
            return
        settings, window = self.settings, self.settings.sla.window
        zone, fiscal = settings.timezone, settings.fiscal_year_start
        if window == "rolling-30d":
            midnight = self.ended.tz_convert(zone).normalize() + pd.DateOffset(days=1)
            start, end = ((midnight - pd.DateOffset(days=days)).tz_convert("UTC") for days in (1, 0))
            within = Period("", start, end, zone)
        else:
            around = Period("", self.began, self.ended, zone, fiscal, is_fiscal=fiscal != 1)
            first, last = (around.unit_at(at, window) for at in (self.began, self.ended))
            within = Period("", first.start, last.end, zone, fiscal, is_fiscal=fiscal != 1)
        impact = sla_impact(
            self.own.outages,
            services=self.own.services,
            incidents=self.own.incidents,
            within=within,
            window=window,
            targets=settings.targets,
            as_of=self.ended,
            severities=settings.sla.severities,
            minimum_outage=settings.sla.minimum_outage,
            maintenance=[(planned.service, planned.start, planned.end) for planned in settings.maintenance],
        )
        impact = impact[impact["n"] + impact["n_missing"] > 0]
        if impact.empty:
            chosen = settings.sla.severities
            counted = f": only {join_words(list(chosen))} incidents count" if chosen else ""
            _show(showing.text(f"No downtime of this incident counts against an error budget{counted}."))
            return
        if window != "rolling-30d":
            impact["period"] = [within.unit_at(start, window).name for start in impact["window_start"]]
        columns = ["service", "period", "downtime"]
        if impact["target"].notna().any():
            spent = impact["downtime"] / impact["budget"].where(impact["budget"] > pd.Timedelta(0))
            impact["share"] = spent
            columns += ["target", "budget", "share"]
        _show(showing.text("Downtime of this incident alone, and its share of the error budgets."))
        _show(showing.table(impact[columns].rename(columns={"share": "budget_spent"})))

    def similar(self) -> None:
        """List the earlier incidents described most alike."""
        incidents, findings = (
            pd.concat([getattr(corpus, name) for corpus in (self.own, self.past)]) for name in ("incidents", "findings")
        )
        similar = similar_incidents(incidents, findings, incident_id=self.incident_id, n=_SIMILAR)
        if similar.empty:
            return
        # A link that leaves the report's folder would depend on where the history is.
        links = report_links(self.past.incidents, seen_from=self.report.resolve().parent)
        links = {name: link for name, link in links.items() if not link.startswith("..")}
        _show(showing.text("Similar past incidents and the terms they share."))
        _show(showing.table(similar[["incident_id", "occurred_at", "title", "words"]], links=links))

    def series(self) -> None:
        """Show the time series around the incident, and which could not be read."""
        evidence = self.settings.evidence
        if not self.has_window or not (evidence.prometheus or evidence.metrics):
            return
        start, end = self.began - evidence.margin, self.ended + evidence.margin
        baseline_start = start - pd.Timedelta(days=evidence.baseline_days)
        found, problems = self._read_series(start, end, baseline_start)
        series = join_series(found)
        summary = summarize_series(
            series,
            started_at=self.began,
            restored_at=self.restored,
            baseline_start=baseline_start,
            baseline_end=start,
            units=evidence.units,
            worst=evidence.worst,
        )
        milestones = {name: self.incident[f"{name}_at"] for name in ("started", "detected", "mitigated", "restored")}
        for name, rows in summary.groupby("name", sort=False):
            plots.show_plot(
                plots.plot_series(
                    series[series["name"] == name],
                    summary=rows,
                    start=start,
                    end=end,
                    milestones=milestones,
                    outages=self.own.outages,
                    timezone=self.settings.timezone,
                )
            )
        if len(summary):
            _show(showing.table(_series_table(summary)))
        for trouble in problems:
            self._show_trouble(trouble, some_read=bool(len(summary)))

    def _read_series(
        self, start: pd.Timestamp, end: pd.Timestamp, baseline_start: pd.Timestamp
    ) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
        """Return the series of each source, and what could not be read of each."""
        evidence = self.settings.evidence
        found, problems = [], []
        if asked := evidence.prometheus:
            try:
                series, trouble = read_prometheus(
                    asked.url,
                    {name: query.query for name, query in asked.queries.items()},
                    services=self.services,
                    start=start,
                    end=end,
                    baseline_start=baseline_start,
                    timeout=asked.timeout,
                    headers=asked.request_headers(),
                    ca_file=asked.ca_file,
                    client_certificate=asked.client_certificate,
                    client_key=asked.client_key,
                )
                found.append(series)
                problems.append(trouble)
            except SettingsError as error:
                problems.append(pd.DataFrame({"name": [None], "service": [None], "message": [str(error)]}))
        if evidence.metrics:
            series, trouble = read_metric_files(
                evidence.metrics.files,
                start=baseline_start,
                end=end,
                services=self.services or None,
                timezone=self.settings.timezone,
            )
            found.append(series)
            problems.append(trouble)
        return found, problems

    def _show_trouble(self, trouble: pd.DataFrame, *, some_read: bool) -> None:
        if trouble.empty:
            return
        names = [str(name).replace("_", " ") for name in trouble["name"].dropna().unique()]
        reasons = [
            ": ".join(str(part) for part in (row.name, row.service, row.message) if pd.notna(part))
            for row in each_row(trouble[["name", "service", "message"]])
        ]
        which = f": {join_words(names)}" if names else ""
        self._show_failure(f"{'Not all' if some_read else 'No'} metrics could be read{which}.", reasons)

    # -- error messages

    def error_messages(self) -> None:
        """Show the log messages that are new, or came more often during the incident."""
        logs = self.settings.evidence.logs
        if logs is None:
            return
        if not self.has_window:
            self._show_no_window()
            return
        try:
            found = log_templates(
                logs.files,
                start=self.began,
                end=self.ended,
                baseline_start=self.began - pd.Timedelta(days=1),
                line_format=logs.format,
                timezone=logs.timezone,
                max_bytes=self.settings.limits.log_size,
            )
        except EvidenceError as error:
            self._show_failure("The log files could not be read.", [error])
            return
        unread = [f"{row.file}: {row.reason}" for row in each_row(found.files.dropna(subset="reason"))]
        remarks = [self._without_folder(remark) for remark in found.remarks]
        if not ((found.files["first_at"] < self.ended) & (found.files["last_at"] >= self.began)).any():
            self._show_failure(" ".join(remarks), found.remarks)
            return
        self._show_messages(found.templates)
        if unread:
            self._show_failure("Some log files could not be read.", unread)
        elif remarks:
            _show(showing.listing(remarks))

    def _show_messages(self, templates: pd.DataFrame) -> None:
        # More than chance: even the low end of the count's 99% interval is above what was expected.
        least, _ = rate_interval(templates["n"], confidence=0.99)
        grew = pd.Series(least > templates["expected"], dtype="boolean").fillna(value=False)
        notable = templates[templates["is_new"].fillna(value=True) | grew]
        shown = notable.head(_MESSAGES)
        first = f" The first {_MESSAGES} of {len(notable)}." if len(notable) > _MESSAGES else ""
        window = f"{format_value(self.began)} to {format_value(self.ended)} UTC"
        _show(
            showing.text(f"Messages that are new, or more frequent from {window} than in the 24 hours before.{first}")
        )
        table = pd.DataFrame(
            {
                "message": [cut(text, _CELL) for text in shown["template"]],
                "level": shown["level"].to_numpy(),
                "n": shown["n"].to_numpy(),
                "in the 24 hours before": shown["n_before"].to_numpy(),
                "first (UTC)": shown["first_seen"].to_numpy(),
                "last (UTC)": shown["last_seen"].to_numpy(),
            }
        )
        _show(showing.table(table, empty="None."))
        if len(shown):
            _show(showing.text("The first line of each, secrets masked."))
            print("\n".join(shown["example"].dropna()))  # noqa: T201 - verbatim lines are a cell's plain output

    def _without_folder(self, text: str) -> str:
        """Return a text in which files are named as the settings name them, wherever the settings are."""
        if self.settings_file is None:
            return text
        return text.replace(f"{Path(self.settings_file).resolve().parent}/", "")

    # -- configuration changes

    def configuration_changes(self) -> None:
        """Show the configuration changes that went live shortly before or during the incident."""
        asked = self.settings.evidence.changes
        if asked is None:
            return
        if not self.has_window:
            self._show_no_window()
            return
        first = self.began - pd.Timedelta(hours=asked.hours_before)
        try:
            changes = configuration_changes(
                asked.repository, start=first, end=self.ended, paths=asked.paths, branch=asked.branch
            )
        except EvidenceError as error:
            self._show_failure("The history of the configuration could not be read.", [error])
            return
        paths = f" to {join_words(list(asked.paths))}" if asked.paths else ""
        window = f"{format_value(first)} to {format_value(self.ended)} UTC"
        _show(showing.text(f"Changes{paths} that went live from {window}."))
        table = pd.DataFrame(
            {
                "at (UTC)": changes["at"],
                "author": changes["author"],
                "subject": [cut(subject, _CELL) for subject in changes["subject"]],
                "files": [_files(files) for files in changes["files"]],
                "commit": changes["commit"],
            }
        )
        _show(showing.table(table, empty="None."))


def _show(content: Shown, **metadata: object) -> None:
    display(content, metadata=metadata)  # type: ignore[no-untyped-call]


def _read_history(history: tuple[str, ...], settings: str | None, trusted: bool, run: str | None) -> Corpus:
    """Read the final reports of the history, once a run."""
    if run is None:
        return _read_history_once.__wrapped__(history, settings, trusted, None)
    return _read_history_once(history, settings, trusted, run)


@lru_cache(maxsize=1)
def _read_history_once(history: tuple[str, ...], settings: str | None, trusted: bool, run: str | None) -> Corpus:  # noqa: ARG001 - keys
    return load(list(history), settings=read_settings(settings, trusted=trusted) if settings else None)


def _slower(share: Any, n: int) -> str:
    """Say how many of the earlier incidents took less time.

    Examples
    --------
    >>> _slower(4 / 7, 7)
    '57% (4 of 7)'
    """
    return "" if pd.isna(share) else f"{share:.0%} ({share * n:g} of {n})"


def _series_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the summary of series as people read it: each figure with its unit."""
    labels = [
        " of ".join(name for name in (row.name.replace("_", " "), series_name(row)) if name)
        for row in each_row(summary)
    ]
    table = pd.DataFrame({"metric": labels})
    for column in ("baseline", "worst", "at_restoration"):
        table[heading(column)] = [format_figure(getattr(row, column), row.unit) for row in each_row(summary)]
    table.insert(3, "worst_at", summary["worst_at"].to_numpy())
    return table


def _files(files: Sequence[str]) -> str:
    more = f" and {len(files) - _FILES} more" if len(files) > _FILES else ""
    return ", ".join(files[:_FILES]) + more
