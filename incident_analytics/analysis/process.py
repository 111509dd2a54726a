"""Whether the process around incidents works: reports in time, milestones recorded, no incident without a report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import assign_periods, count_rows, group_rows, member_ids, rows_within
from incident_analytics.analysis.response import with_services
from incident_analytics.checks import require_columns, require_name
from incident_analytics.periods import Period, Unit
from incident_analytics.schema import FLOAT, INSTANT, MILESTONES, SPAN, TEXT

__all__ = ["milestones_recorded", "recorded_milestones", "report_times", "unreported_incidents"]

_TEXTS: Final = ("title", "summary", "what_happened", "why_it_happened")
_WORD: Final = re.compile(r"\w[\w-]*\w")
_SENTENCE_END: Final = re.compile(r"(?<=[.;!?])\s+|[\r\n]+")


def report_times(incidents: pd.DataFrame, signoffs: pd.DataFrame, *, timezone: str = "UTC") -> pd.DataFrame:
    """Measure how long after the restoration each report was discussed and signed.

    Parameters
    ----------
    incidents
        The incidents table.
    signoffs
        The signoffs table.
    timezone
        The zone whose midnights the dates are.

    Returns
    -------
    pandas.DataFrame
        A row for each incident that is not ongoing, for `response_summary`, with the columns that `response_times`
        has. Its metrics, in whole days from the day of the restoration:

        - time_to_meeting: to the review meeting
        - time_to_first_sign_off: to the first dated sign-off
        - time_to_last_sign_off: to the last one, where every role that the report lists has signed with a date: this is
          when the report became final

        A report that is not final, or that nobody has signed, still waits (``<metric>_open_since``). A final report
        without a meeting, with an undated sign-off, or that some roles have signed and others have not, is missing:
        whether more was to come isn't recorded. The template's "Last Updated" dates the template and not the report, so
        it is not used.

    Raises
    ------
    ColumnsError
        ``column 'meeting_on' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001"], "status": ["Final"], "restored_at": ["2025-03-14T15:02Z"],
    ...     "meeting_on": ["2025-03-18"],
    ... })
    >>> signoffs = make_table("signoffs", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "signed": [True, True], "line": [90, 91],
    ...     "signed_on": ["2025-03-19", "2025-03-21"],
    ... })
    >>> report_times(incidents, signoffs)[["time_to_meeting", "time_to_first_sign_off", "time_to_last_sign_off"]]
      time_to_meeting time_to_first_sign_off time_to_last_sign_off
    0          4 days                 5 days                7 days
    """
    facts = ("incident_id", "occurred_at", "severity", "is_open")
    require_columns(incidents, *facts, "status", "restored_at", "ended_at", "meeting_on")
    require_columns(signoffs, "incident_id", "signed", "signed_on")
    rows = incidents[~incidents["is_open"].fillna(value=False)].reset_index(drop=True)
    restored = rows["restored_at"].fillna(rows["ended_at"])
    day = restored.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    is_final = rows["status"] == "Final"
    signed = signoffs["signed"].fillna(value=False)
    by_report = signoffs.assign(is_signed=signed, is_dated=signed & signoffs["signed_on"].notna()).groupby(
        "incident_id"
    )
    each = by_report.agg(
        n=("is_signed", "size"),
        n_signed=("is_signed", "sum"),
        n_dated=("is_dated", "sum"),
        first=("signed_on", "min"),
        last=("signed_on", "max"),
    ).reindex(rows["incident_id"])
    each = each.set_axis(rows.index)
    all_dated = each["n_signed"] == each["n_dated"]
    unsigned = (each["n_signed"] == 0) | (each["n"].isna() & ~is_final)
    ends = {
        "time_to_meeting": (rows["meeting_on"], unsigned | ~is_final),
        "time_to_first_sign_off": (each["first"].where(all_dated), unsigned),
        "time_to_last_sign_off": (each["last"].where(each["n"] == each["n_dated"]), unsigned | ~is_final),
    }
    times = rows[list(facts)]
    since = day.dt.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward").dt.tz_convert("UTC")
    for name, (end, waits) in ends.items():
        span = (end - day).astype(SPAN)
        times[name] = span.where(span >= pd.Timedelta(0))
        times[f"{name}_basis"] = pd.Series(name, index=rows.index, dtype=TEXT).where(span.notna())
        times[f"{name}_open_since"] = since.where(span.isna() & waits).astype(INSTANT)
    return times


def recorded_milestones(incidents: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Count for each incident the milestones that its report records, implies and leaves out.

    Parameters
    ----------
    incidents
        The incidents table.
    readings
        The readings table.

    Returns
    -------
    pandas.DataFrame
        A row for each incident that is not ongoing, whose later milestones are still to come: incident_id, str;
        occurred_at, datetime64[us, UTC]; n_recorded, n_inferred, n_missing, int64, which add up to the seven
        `MILESTONES`: in the template's words, or confirmed or corrected by a person; from free text; not at all.
    """
    columns = [f"{milestone}_at" for milestone in MILESTONES]
    require_columns(incidents, "incident_id", "occurred_at", "is_open", *columns)
    require_columns(readings, "incident_id", "field", "grade")
    rows = incidents[~incidents["is_open"].fillna(value=False)].reset_index(drop=True)
    recorded = readings[(readings["grade"] == "recorded") & readings["field"].isin(columns)]
    pairs = set(zip(recorded["incident_id"], recorded["field"], strict=True))
    has_value = rows[columns].notna()
    is_recorded = pd.DataFrame(
        {column: [(own, column) in pairs for own in rows["incident_id"]] for column in columns}, index=rows.index
    )
    n_recorded = (has_value & is_recorded).sum(axis="columns").astype("int64")
    n_known = has_value.sum(axis="columns").astype("int64")
    return rows[["incident_id", "occurred_at"]].assign(
        n_recorded=n_recorded, n_inferred=n_known - n_recorded, n_missing=len(columns) - n_known
    )


def milestones_recorded(
    incidents: pd.DataFrame,
    readings: pd.DataFrame,
    *,
    by: str | None = None,
    services: pd.DataFrame | None = None,
    every: Unit | None = None,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Summarise which part of the milestones reports record.

    Parameters
    ----------
    incidents, readings
        As in `recorded_milestones`.
    by
        ``service``, or None for all together. An incident counts in each service that it affected.
    services
        The services table, which ``by`` needs; with teams in the place of services the groups are teams.
    every
        Group by calendar unit: ``week``, ``month``, ``quarter`` or ``year``.
    within
        The period to look at; None takes all incidents.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        One row, or one for each unit and service:

        - period, service, str, where asked for; service is NA for incidents that name none
        - n, int64: incidents that are not ongoing
        - n_recorded, n_inferred, n_missing, int64: milestones, seven an incident, as in `recorded_milestones`
        - share_recorded, Float64: n_recorded of all three; NA where n is 0
        - incident_ids, tuple of str, where asked for

    Raises
    ------
    ColumnsError
        ``by 'service' needs services=, the services table``
    UnknownNameError
        ``by 'owner' is not one of service``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001"], "started_at": ["2025-03-14T14:02Z"],
    ...     "restored_at": ["2025-03-14T15:02Z"],
    ... })
    >>> readings = make_table("readings", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "field": ["started_at", "restored_at"],
    ...     "grade": ["recorded", "sure"], "line": [5, 22],
    ... })
    >>> milestones_recorded(incidents, readings)[["n", "n_recorded", "n_inferred", "n_missing"]]
       n  n_recorded  n_inferred  n_missing
    0  1           1           1          5
    """
    rows = rows_within(recorded_milestones(incidents, readings), within)
    columns, declared = [], {}
    if by is not None:
        require_name("by", by, ["service"])
        rows, declared["service"] = with_services(rows, services)
        columns = ["service"]
    if every is not None:
        rows["period"], parts = assign_periods(rows["occurred_at"], every, within)
        columns, declared["period"] = ["period", *columns], list(parts)
    groups, numbers = group_rows(rows, columns, declared)
    counts = {
        name: np.bincount(numbers, weights=rows[name], minlength=len(groups)).astype("int64")
        for name in ("n_recorded", "n_inferred", "n_missing")
    }
    n = count_rows(pd.Series(data=True, index=rows.index), numbers, groups)
    total = pd.Series(n * len(MILESTONES), index=groups.index)
    table = groups.assign(n=n, **counts)
    table = table.assign(share_recorded=(table["n_recorded"] / total).astype(FLOAT).mask(total == 0))
    return table.assign(incident_ids=member_ids(rows, numbers, groups)) if members else table


def unreported_incidents(
    incidents: pd.DataFrame,
    *,
    findings: pd.DataFrame,
    timeline: pd.DataFrame,
    tracker: pd.DataFrame | None = None,
    known: Collection[str] = (),
) -> pd.DataFrame:
    """Find the incidents that reports or the issue tracker name, and that have no report.

    Parameters
    ----------
    incidents
        The incidents table.
    findings, timeline
        The tables of these names, whose texts are read as well.
    tracker
        The tracker's rows; None without one.
    known
        Ids, or paths that hold ids, of incidents that do have a file although they are not in the table: copies,
        withdrawn reports, files that can't be read.

    Returns
    -------
    pandas.DataFrame
        A row for each place that names one, by incident:

        - incident_id, str: the incident without a report
        - source, str: ``report`` or ``tracker``
        - named_in, str: the report's incident_id, or the tracker's key; NA without one
        - line, Int64: where the report names it; NA where the table doesn't say, and of the tracker
        - words, str: the sentence, or the tracker's summary

        In texts a word counts that is written as the ids of the incidents are, whatever its numbers:
        ``INC-2025-03-14-001`` or ``INC-204``. In the tracker every value of its incident_id counts.

    Raises
    ------
    ColumnsError
        ``column 'summary' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001"], "summary": ["As in INC-2025-02-01-002, the disk was full."],
    ... })
    >>> found = unreported_incidents(incidents, findings=make_table("findings"), timeline=make_table("timeline"))
    >>> found[["incident_id", "named_in", "words"]].iloc[0].tolist()
    ['INC-2025-02-01-002', 'INC-2025-03-14-001', 'As in INC-2025-02-01-002, the disk was full.']
    """
    require_columns(incidents, "incident_id", *_TEXTS)
    require_columns(findings, "incident_id", "text", "detail", "line")
    require_columns(timeline, "incident_id", "event", "line")
    shapes = {_shape(own) for own in incidents["incident_id"]} - {""}  # that of any word
    have = {own.casefold() for own in incidents["incident_id"]}
    files = "\n".join(known).casefold()

    def has_report(name: str) -> bool:
        return (
            name.casefold() in have or re.search(rf"(?<![\w-]){re.escape(name.casefold())}(?![\w-])", files) is not None
        )

    rows: list[tuple[str, str, str | None, object, str]] = []
    for own, line, text in _texts(incidents, findings, timeline):
        for sentence in _SENTENCE_END.split(text):
            named = dict.fromkeys(word for word in _WORD.findall(sentence) if _shape(word) in shapes)
            rows += [(name, "report", own, line, sentence) for name in named if not has_report(name)]
    if tracker is not None and "incident_id" in tracker:
        named_rows = tracker[tracker["incident_id"].notna()]
        for name, key, words in zip(
            named_rows["incident_id"], *(_column(named_rows, each) for each in ("key", "action")), strict=True
        ):
            if not has_report(name):
                rows.append((name, "tracker", key, None, words))
    dtypes = {"incident_id": TEXT, "source": TEXT, "named_in": TEXT, "line": "Int64", "words": TEXT}
    table = pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)
    return table.sort_values("incident_id", kind="stable", ignore_index=True)


def _shape(word: str) -> str:
    """Return how an id is written, without its numbers; what has no letter, or fewer than three digits, is none.

    Examples
    --------
    >>> _shape("INC-2025-03-14-001"), _shape("SEV-1"), _shape("2025-03-14")
    ('inc-0-0-0-0', '', '')
    """
    digits = sum(letter.isdigit() for letter in word)
    is_id = digits >= 3 and any(letter.isalpha() for letter in word)  # noqa: PLR2004 - SEV-1 and eu-west-2 have fewer
    return re.sub(r"\d+", "0", word.casefold()) if is_id else ""


def _texts(
    incidents: pd.DataFrame, findings: pd.DataFrame, timeline: pd.DataFrame
) -> Iterator[tuple[str, object, str]]:
    """Give each text of the reports with whose it is and its line, if that is known."""
    for column in _TEXTS:
        for own, text in incidents[["incident_id", column]].dropna().itertuples(index=False):
            yield own, None, text
    for table, columns in ((findings, ("text", "detail")), (timeline, ("event",))):
        for column in columns:
            yield from table[["incident_id", "line", column]].dropna().itertuples(index=False, name=None)


def _column(table: pd.DataFrame, name: str) -> list[str | None]:
    """Return a column's values, None for NA or without the column."""
    if name not in table:
        return [None] * len(table)
    return [None if pd.isna(value) else str(value) for value in table[name]]
