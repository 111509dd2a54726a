"""How much of an error budget may have been spent, over what the reports leave unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.error_budgets import add_budget, budget_windows, checked_targets
from incident_analytics.analysis.grouping import Numbers, count_rows
from incident_analytics.analysis.outages import Impacts, Maintenance, as_microseconds, known_part
from incident_analytics.checks import require_columns
from incident_analytics.periods import BudgetWindow, Period, Unit
from incident_analytics.schema import INSTANT, TEXT

__all__ = ["APPROXIMATE_BY", "budget_range"]

APPROXIMATE_BY: Final = timedelta(minutes=15)
"""How far a time is off that a report calls approximate."""
_STARTS: Final = ("started_at", "detected_at")
_ENDS: Final = ("restored_at", "ended_at", "stated_duration")


def budget_range(
    outages: pd.DataFrame,
    *,
    services: pd.DataFrame,
    incidents: pd.DataFrame,
    readings: pd.DataFrame,
    within: Period,
    targets: Mapping[str, float],
    window: BudgetWindow | None = None,
    every: Unit | None = None,
    as_of: pd.Timestamp | None = None,
    severities: Sequence[str] | None = None,
    minimum_outage: timedelta = timedelta(0),
    maintenance: Maintenance = (),
    longest: timedelta | None = None,
    approximate_by: timedelta = APPROXIMATE_BY,
) -> pd.DataFrame:
    """Bound the share of each error budget that was spent.

    Parameters
    ----------
    outages, services, incidents, within, targets, window, every, as_of, severities, minimum_outage, maintenance
        As in `sla_impact`; a service without a target has no budget and no row.
    readings
        The readings table: which times are approximate.
    longest
        How long an outage lasted at most of which an end is not recorded. None assumes that it went on.
    approximate_by
        How far an approximate time is off at most.

    Returns
    -------
    pandas.DataFrame
        A row for every service of ``targets`` and part of the period, as in `sla_impact`:

        - service, period, str
        - start, end, window_start, window_end, datetime64[us, UTC]: the part, and the window of its budget
        - n, int64: outages counted in the window so far
        - n_unended, int64: outages, and incidents without any, that are not counted as an end, a start or the severity
          is not recorded; the low end counts them as nothing, the high end up to when the incident was closed, for
          ``longest``, or up to ``as_of``, whichever is least
        - n_approximate, int64: counted outages of incidents with an approximate start or end, which is up to
          ``approximate_by`` earlier or later
        - n_unshared, int64: counted outages of incidents whose report gives no share of users affected: of the weighted
          budget the low end counts none, the high end all of them
        - budget, timedelta64[us]
        - budget_spent, Float64: the downtime of the window so far as a share of the budget; NA where no outage can be
          counted although there were some, or the budget is empty
        - budget_spent_low, budget_spent_high, Float64
        - budget_spent_weighted, budget_spent_weighted_low, budget_spent_weighted_high, Float64: the same, each outage
          weighted by the share of users affected, 100% where the report gives none
        - unknown_ids, str: the incidents behind n_unended and n_approximate, with commas; empty for none

    Raises
    ------
    PeriodError, ColumnsError, UnknownNameError, SettingsError
        As `sla_impact`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> first, second = "INC-2025-07-04-001", "INC-2025-07-05-001"
    >>> spent = budget_range(
    ...     make_table("outages", {
    ...         "incident_id": [first, second], "position": [0, 0], "line": [5, 5],
    ...         "started_at": ["2025-07-04T09:00Z", "2025-07-05T09:00Z"], "ended_at": ["2025-07-04T10:00Z", None],
    ...     }),
    ...     services=make_table("services", {
    ...         "incident_id": [first, second], "service": ["API"] * 2, "affected": [True] * 2, "line": [30] * 2,
    ...     }),
    ...     incidents=make_table("incidents", {"incident_id": [first, second]}),
    ...     readings=make_table("readings"),
    ...     within=Period.parse("2025Q3"),
    ...     targets={"API": 0.999},
    ...     longest=timedelta(minutes=30),
    ... )
    >>> spent[["budget_spent", "budget_spent_low", "budget_spent_high"]].round(2).values.tolist()
    [[0.45, 0.45, 0.68]]
    """
    require_columns(readings, "incident_id", "field", "approximate")
    targets = checked_targets(targets)
    known = known_part(within, as_of)
    parts = known.split(every) if every else [known]
    pieces = [pair for part in parts for pair in budget_windows(part, within, window)]
    so_far = [Period(whole.name, whole.start, piece.end, whole.timezone) for piece, whole in pieces]
    rough = _approximate(outages, readings, approximate_by)
    low, high = _shifted(outages, rough, 1), _shifted(outages, rough, -1)
    high = _completed(high, low, incidents, longest=longest, as_of=known.end)
    judged = incidents.assign(severity=incidents["severity"].fillna(severities[0])) if severities else incidents
    none = incidents.assign(affected_users_fraction=incidents["affected_users_fraction"].fillna(0.0))
    options: dict[str, Any] = {
        "services": services,
        "as_of": known.end,
        "declared": targets,
        "severities": severities,
        "minimum_outage": minimum_outage,
        "maintenance": maintenance,
    }
    point = Impacts(outages, incidents=incidents, **options)
    measured = point.measure(so_far)
    longest_of_all = Impacts(high, incidents=judged, **options).measure(so_far)
    ends = {
        ("", "_low"): Impacts(low, incidents=incidents, **options).measure(so_far)["downtime"],
        ("", "_high"): longest_of_all["downtime"],
        ("_weighted", "_low"): Impacts(low, incidents=none, **options).measure(so_far)["downtime_weighted"],
        ("_weighted", "_high"): longest_of_all["downtime_weighted"],
    }
    add_budget(measured, measured, [whole for _, whole in pieces], targets, point.planned)
    for column, value in (("period", "name"), ("start", "start"), ("end", "end")):
        values = [getattr(piece, value) for piece, _ in pieces]
        measured[column] = pd.Series(values, dtype=measured[column].dtype).iloc[measured["part"]].to_numpy()
    budget = as_microseconds(measured["budget"])
    budget = budget.where(budget > 0)
    for weighted in ("", "_weighted"):
        measured[f"budget_spent{weighted}"] = as_microseconds(measured[f"downtime{weighted}"]) / budget
        for bound in ("_low", "_high"):
            nothing = ends[weighted, bound].fillna(pd.Timedelta(0))  # all that is known is that there were outages
            measured[f"budget_spent{weighted}{bound}"] = as_microseconds(nothing) / budget
    _add_reasons(measured, point, so_far, set(rough["incident_id"]))
    return measured.loc[measured["target"].notna(), _COLUMNS].reset_index(drop=True)


_COLUMNS: Final = [
    *("service", "period", "start", "end", "window_start", "window_end"),
    *("n", "n_unended", "n_approximate", "n_unshared", "budget"),
    *(f"budget_spent{weighted}{bound}" for weighted in ("", "_weighted") for bound in ("", "_low", "_high")),
    "unknown_ids",
]


def _approximate(outages: pd.DataFrame, readings: pd.DataFrame, by: timedelta) -> pd.DataFrame:
    """Return the incidents with an approximate time at an end of their outages, and by how much each end may be off."""
    rough = readings[readings["approximate"].fillna(value=False)]
    # A rough length says nothing of an outage whose ends are rows of the timeline.
    other = outages.loc[(outages["source"] != "timeline").fillna(value=True), "incident_id"]
    rough = rough[(rough["field"] != "stated_duration") | rough["incident_id"].isin(other)]
    known = outages["incident_id"].drop_duplicates()
    off = pd.DataFrame({"incident_id": known})
    for name, fields in (("start_off", _STARTS), ("end_off", _ENDS)):
        ids = rough.loc[rough["field"].isin(fields), "incident_id"]
        off[name] = known.isin(ids).map({True: pd.Timedelta(by), False: pd.Timedelta(0)}).astype("timedelta64[us]")
    return off[(off[["start_off", "end_off"]] > pd.Timedelta(0)).any(axis="columns")]


def _shifted(outages: pd.DataFrame, rough: pd.DataFrame, sign: int) -> pd.DataFrame:
    """Return outages that begin later and end earlier by what they may be off, or the other way round by -1.

    Of an incident with several its start is that of the first one, and its end that of the last.
    """
    off = outages[["incident_id"]].merge(rough, on="incident_id", how="left").set_axis(outages.index)
    places = outages.groupby("incident_id")["position"]
    at_start, at_end = (places.transform(end) == outages["position"] for end in ("min", "max"))
    started = outages["started_at"] + sign * off["start_off"].fillna(pd.Timedelta(0)).where(at_start, pd.Timedelta(0))
    ended = outages["ended_at"] - sign * off["end_off"].fillna(pd.Timedelta(0)).where(at_end, pd.Timedelta(0))
    is_empty = (ended < started) & (outages["ended_at"] >= outages["started_at"])
    return outages.assign(started_at=started, ended_at=ended.mask(is_empty, started))


def _completed(
    outages: pd.DataFrame,
    shortest: pd.DataFrame,
    incidents: pd.DataFrame,
    *,
    longest: timedelta | None,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Return outages as long as they may have been, also of incidents without any."""
    as_of = as_of.tz_convert("UTC").as_unit("us")
    facts = incidents.set_index("incident_id")
    without = incidents[~incidents["incident_id"].isin(outages["incident_id"])]
    columns = ["incident_id", "started_at", "ended_at"]
    added = without[["incident_id"]].assign(started_at=without["occurred_at"], ended_at=pd.Series(dtype=INSTANT))
    found, within = (pd.concat([each[columns], added], ignore_index=True) for each in (outages, shortest))
    occurred = facts["occurred_at"].reindex(found["incident_id"]).set_axis(found.index)
    closed = facts["closed_at"].reindex(found["incident_id"]).set_axis(found.index)
    is_open = facts["is_open"].reindex(found["incident_id"]).fillna(value=False).set_axis(found.index)
    started, ended = found["started_at"], found["ended_at"]
    ended = ended.mask(ended < started)
    span = pd.Timedelta(longest) if longest is not None else None
    latest = pd.Series(as_of, index=found.index)
    if span is not None:
        upper = within["started_at"].fillna(occurred) + span
        latest = latest.mask(upper < latest, upper)
    latest = latest.mask((closed >= started) & (closed < latest), closed)
    earliest = within["ended_at"] - span if span is not None else occurred
    began = started.fillna(earliest).fillna(occurred)
    is_unended = ended.isna() & began.notna() & ~is_open.astype(bool)
    return found.assign(started_at=began, ended_at=ended.mask(is_unended, latest))


def _add_reasons(measured: pd.DataFrame, point: Impacts, so_far: Sequence[Period], rough: set[str]) -> None:
    """Add how many outages are the reason for a range, and of which incidents."""
    impacts, _ = point.grouped(so_far)
    numbers: Numbers = impacts["number"].to_numpy()
    is_counted = impacts["is_counted"]
    is_rough = is_counted & impacts["incident_id"].isin(rough)
    measured["n_unended"] = count_rows(~is_counted, numbers, measured)
    measured["n_approximate"] = count_rows(is_rough, numbers, measured)
    measured["n_unshared"] = count_rows(is_counted & ~impacts["has_weight"], numbers, measured)
    reasons = impacts.loc[~is_counted | is_rough, ["number", "incident_id"]].drop_duplicates()
    ids = reasons.sort_values("incident_id").groupby("number")["incident_id"].agg(", ".join)
    measured["unknown_ids"] = pd.Series([ids.get(number, "") for number in range(len(measured))], dtype=TEXT)
