"""Which reports a review uses: those that count, wait, are skipped or contradict themselves; and its other inputs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from incident_analytics.analysis.tracker_matches import fits_an_item, unmatched_tracker_rows
from incident_analytics.figures import read_from
from incident_analytics.loading import read_corrections
from incident_analytics.measures.response_steps import response
from incident_analytics.measures.service_levels import with_downtime
from incident_analytics.reports.choices import leading_word
from incident_analytics.schema import TEXT
from incident_analytics.scope import Scope

__all__ = [
    "by_completion",
    "corrections",
    "file_counts",
    "mapped_severities",
    "metric_definitions",
    "ongoing",
    "problem_counts",
    "problems",
    "report_states",
    "skipped_files",
    "stray_rows",
    "uncompared",
    "undated",
    "unfinished",
]


@read_from("times", "status")
def report_states(scope: Scope) -> pd.DataFrame:
    """Count the window's reports.

    Returns
    -------
    pandas.DataFrame
        One row of int64: n, all; n_used, those of the status asked for; n_pending, the others, with n_pending_ongoing,
        those of them whose incident is ongoing; n_ongoing, all whose incident is.
    """
    incidents, waiting = scope.reviewed.incidents, scope.unfinished
    row = {
        "n": len(incidents),
        "n_used": len(incidents) - len(waiting),
        "n_pending": len(waiting),
        "n_pending_ongoing": int(waiting["is_open"].fillna(value=False).sum()),
        "n_ongoing": int(incidents["is_open"].fillna(value=False).sum()),
    }
    return pd.DataFrame([row])


@read_from("title", "severity", "times", since="all")
def ongoing(scope: Scope) -> pd.DataFrame:
    """Return the incidents that are not over, of any period.

    Returns
    -------
    pandas.DataFrame
        A row an incident: incident_id, title, str; severity; occurred_at, by the team's clock; so_far,
        timedelta64[us], from the start, else from ``occurred_at``; has_downtime, bool, whether it counts as downtime.
    """
    rows = scope.ongoing
    return rows[["incident_id", "title", "severity"]].assign(
        occurred_at=rows["occurred_at"].dt.tz_convert(scope.settings.timezone),
        so_far=scope.as_of - rows["started_at"].fillna(rows["occurred_at"]),
        has_downtime=with_downtime(scope, rows),
    )


@read_from("status", "services")
def unfinished(scope: Scope) -> pd.DataFrame:
    """Return the window's incidents whose reports are not completed.

    Returns
    -------
    pandas.DataFrame
        A row an incident: incident_id, title, status, str; is_open, boolean; owner, str, a team of its services, else
        the author.
    """
    rows = scope.unfinished
    teams = {name: service.team for name, service in scope.settings.services.items() if service.team}
    affected = scope.reviewed.services[scope.reviewed.services["affected"].fillna(value=False)]
    named = affected.assign(team=affected["service"].map(teams)).dropna(subset=["team"])
    first = named.drop_duplicates("incident_id").set_index("incident_id")["team"].to_dict()
    known = set(teams.values())
    owners = [
        author if author in known else first.get(incident_id, author)
        for incident_id, author in zip(rows["incident_id"], rows["author"], strict=True)
    ]
    columns = ["incident_id", "title", "status", "is_open"]
    return rows[columns].assign(owner=pd.Series(owners, index=rows.index, dtype=TEXT))


@read_from("start", since="all")
def undated(scope: Scope) -> pd.DataFrame:
    """Return the ``incident_id`` of each incident without a date: it is in no period."""
    return pd.DataFrame({"incident_id": pd.Series(scope.undated, dtype=TEXT)})


@read_from("severity")
def mapped_severities(scope: Scope) -> pd.DataFrame:
    """Count the severities of the window's reports that the settings don't declare, and that were mapped by default.

    Returns
    -------
    pandas.DataFrame
        A row for each, the most frequent first: word, str, as written; severity, str; n, int64, reports.
    """
    reviewed = scope.reviewed
    ids = reviewed.problems.loc[reviewed.problems["code"] == "mapped-severity", "incident_id"].unique()
    readings = reviewed.readings[reviewed.readings["field"] == "severity"]
    words = readings.drop_duplicates("incident_id").set_index("incident_id")["as_written"].map(leading_word)
    severities = reviewed.incidents.set_index("incident_id")["severity"].astype(TEXT)
    rows = pd.DataFrame({"word": words.reindex(ids).astype(TEXT), "severity": severities.reindex(ids)})
    counts = rows.groupby(["word", "severity"], as_index=False, dropna=False).size().rename(columns={"size": "n"})
    return counts.sort_values(["n", "word", "severity"], ascending=[False, True, True], ignore_index=True)


@read_from("start", "status", since="before")
def uncompared(scope: Scope) -> pd.DataFrame:
    """Return the earlier periods with which something is not compared.

    Returns
    -------
    pandas.DataFrame
        subject, str, ``all`` or ``response times``; earlier, str, the period's label; why, str, a clause.
    """
    rows = [
        ("all" if each.reason else "response times", each.period.label, each.reason or each.response_reason)
        for each in scope.comparisons
        if each.reason or each.response_reason
    ]
    columns = ("subject", "earlier", "why")
    return pd.DataFrame({name: pd.Series([row[i] for row in rows], dtype=TEXT) for i, name in enumerate(columns)})


@read_from("spans", "status")
def by_completion(scope: Scope) -> pd.DataFrame:
    """Return the primary metric of the completed reports and of all, in the first column ``reports``."""
    everything = Scope.of(
        scope.known, scope.period, scope.settings, scope.as_of, "all", redaction=scope.redaction, is_past=scope.is_past
    )
    rows = {f"{scope.status.casefold()} reports": response(scope), "all reports": response(everything)}
    table = pd.concat(rows, names=["reports"]).reset_index(level="reports")
    return table.reset_index(drop=True)


@read_from("problems", since="all")
def file_counts(scope: Scope) -> pd.DataFrame:
    """Count the files that were read by their ``outcome``."""
    return scope.known.files.groupby("outcome", as_index=False).agg(files=("path", "size"))


@read_from("problems", since="all")
def skipped_files(scope: Scope) -> pd.DataFrame:
    """Return the files that were not read as reports: path, file (its name), outcome, reason; all str."""
    files = scope.known.files
    unread = files[~files["outcome"].isin(["loaded", "other status"])].reset_index(drop=True)
    names = pd.Series([Path(path).name for path in unread["path"]], dtype=TEXT)
    return unread.assign(file=names)[["file", "path", "outcome", "reason"]]


def _problems(scope: Scope) -> pd.DataFrame:
    found = scope.known.problems
    ids = [*scope.reviewed.incidents["incident_id"], *scope.undated]
    return found[found["incident_id"].isin(ids) | found["incident_id"].isna()]


@read_from("problems")
def problem_counts(scope: Scope) -> pd.DataFrame:
    """Count the problems of the window's reports, those without a date, and other files, by ``level`` and ``code``."""
    return _problems(scope).groupby(["level", "code"], as_index=False).agg(n=("path", "size"))


@read_from("problems")
def problems(scope: Scope) -> pd.DataFrame:
    """Return the errors and warnings of the window's reports, of those without a date, and of other files."""
    found = _problems(scope)
    return found[found["level"] != "info"].reset_index(drop=True)


@read_from("actions", of="everything", since="all")
def stray_rows(scope: Scope) -> pd.DataFrame:
    """Return the tracker's rows that are used for no action item, with ``is_ambiguous``, whether they fit several.

    Every report counts, as an item of a draft is not a stray row; of an incident that nobody knew of at ``as_of`` there
    was no row either. Without a tracker there is none.
    """
    if scope.tracker is None:
        return pd.DataFrame({"key": pd.Series(dtype=TEXT), "is_ambiguous": pd.Series(dtype="bool")})
    actions = pd.concat([scope.everything.actions, scope.erased_actions], ignore_index=True)
    rows = unmatched_tracker_rows(actions, scope.tracker)
    rows["is_ambiguous"] = fits_an_item(actions, rows)
    if "incident_id" in rows:
        rows = rows[~rows["incident_id"].isin(scope.erased)].reset_index(drop=True)
    return rows


@read_from("nothing")
def corrections(scope: Scope) -> pd.DataFrame:
    """Return the rows of the corrections file that the settings name."""
    rows = read_corrections(scope.settings)
    return rows if scope.redaction is None else scope.redaction.table(rows)


@read_from("nothing")
def metric_definitions(scope: Scope) -> pd.DataFrame:
    """Return from where to where each metric of the settings is measured: metric, from, to; all str."""
    metrics = scope.settings.metrics
    columns = {
        "metric": [name.replace("_", " ") for name in metrics],
        "from": ["as reported" if metric.column else _instants(metric.start) for metric in metrics.values()],
        "to": ["" if metric.column else _instants(metric.end) for metric in metrics.values()],
    }
    return pd.DataFrame({name: pd.Series(values, dtype=TEXT) for name, values in columns.items()})


def _instants(columns: tuple[str, ...]) -> str:
    return ", else ".join(column.removesuffix("_at") for column in columns)
