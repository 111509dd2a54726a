"""Which action items are done, which are late, and how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import assign_periods, count_rows, group_rows, member_ids, rows_within
from incident_analytics.analysis.survival import kaplan_meier
from incident_analytics.checks import require_columns, require_instant, require_name
from incident_analytics.errors import ColumnsError
from incident_analytics.periods import Period, Unit
from incident_analytics.schema import COUNT, FLOAT, SPAN, TABLES, TEXT

__all__ = [
    "action_ages",
    "action_completion",
    "action_survival",
    "forget_undated_ends",
    "items_as_known",
    "join_tracker",
    "open_after",
    "overdue_actions",
    "unmatched_tracker_rows",
]

_STATUSES: Final = ("done", "dropped", "open")
_FACTS: Final = ("status", "completed_on", "due_on")
_ITEM: Final = ("incident_id", "line", "key", "created_on", *_FACTS)
_INCIDENT: Final = ("incident_id", "title", "severity", "date", "occurred_at")
_AGES: Final = {"up to 30d": 30, "31d to 90d": 90, "91d to 180d": 180, "181d to 365d": 365, "over 365d": None}
_MATCHES: Final = {"key": ["folded_key"], "text": ["incident_id", "folded_text"]}


def join_tracker(actions: pd.DataFrame, tracker: pd.DataFrame) -> pd.DataFrame:
    """Let an issue tracker's export tell how the action items stand.

    Parameters
    ----------
    actions
        The actions table.
    tracker
        The export: ``key``, or ``incident_id`` and ``action``, or all three, with any of ``status`` (open, done,
        dropped), ``completed_on`` and ``due_on``.

    Returns
    -------
    pandas.DataFrame
        The actions in their order, with

        - status, completed_on, due_on: the tracker's where it tells them, else the report's
        - key: the report's, else the tracker's
        - matched_by, str: ``key``, or ``text`` where no row of the tracker has the item's key, or the item has none,
          but one has its incident_id and text; NA where the tracker has no row for the item

        Keys and texts are compared without regard to case and spaces. Where several rows of the tracker would match
        and tell different things, none is taken; `unmatched_tracker_rows` lists them.

    Raises
    ------
    ColumnsError
        ``column 'key' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"], "position": [0], "action": ["Add an alert"], "key": ["OPS-7"],
    ...     "line": [60],
    ... })
    >>> tracker = pd.DataFrame({"key": ["ops-7"], "status": ["done"]})
    >>> join_tracker(actions, tracker)[["action", "status", "matched_by"]]
             action status matched_by
    0  Add an alert   done        key
    """
    joined = actions.reset_index(drop=True)
    told = _told_by_tracker(joined, _tracker_rows(tracker))
    for fact in _FACTS:
        joined[fact] = told[fact].fillna(joined[fact])
    joined["key"] = joined["key"].fillna(told["key"])
    joined["matched_by"] = told["matched_by"]
    return joined


def unmatched_tracker_rows(actions: pd.DataFrame, tracker: pd.DataFrame) -> pd.DataFrame:
    """List the rows of a tracker's export that `join_tracker` uses for no action item.

    Parameters
    ----------
    actions, tracker
        As in `join_tracker`.

    Returns
    -------
    pandas.DataFrame
        These rows of ``tracker``: of items that no report names, and those that contradict each other.

    Raises
    ------
    ColumnsError
        ``column 'key' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> unmatched_tracker_rows(make_table("actions"), pd.DataFrame({"key": ["OPS-7"], "status": ["done"]}))
         key status
    0  OPS-7   done
    """
    rows = _tracker_rows(tracker)
    told = _told_by_tracker(actions.reset_index(drop=True), rows)
    used = pd.Series(False, index=rows.index)
    for matched_by, by in _MATCHES.items():
        there = told.loc[told["matched_by"] == matched_by, by].drop_duplicates().assign(is_used=True)
        used |= rows[by].merge(there, on=by, how="left")["is_used"].notna()
    return tracker.reset_index(drop=True)[~used].reset_index(drop=True)


def action_completion(
    actions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    by: str | Sequence[str] | None = None,
    incidents: pd.DataFrame | None = None,
    members: bool = False,
    every: Unit | None = None,
    within: Period | None = None,
) -> pd.DataFrame:
    """Count how many action items are done, and how many of those in time.

    Parameters
    ----------
    actions
        The actions table, best with a tracker's word from `join_tracker`. Rows that share a key, in one report or in
        several, are one item: the first of those that tell the most final status (done, dropped, open, none).
    as_of
        The instant at which items are judged, by the clock of its zone. An item that was completed later was open
        then; one without a date of completion keeps its status. An item is overdue once its due day has ended.
    by
        The columns that tell the groups: ``owner``, ``priority``, ``origin``, another column, or several; also
        ``severity``.
    incidents
        The incidents table, which ``by="severity"``, ``every`` and ``within`` need; its date stands in for
        the day on which an item was created.
    members
        Whether to add the incident_ids.
    every
        Group by the calendar unit in which the incident occurred as well: ``week``, ``month``, ``quarter`` or ``year``.
    within
        The period to look at, by when the incident occurred; None takes all incidents.

    Returns
    -------
    pandas.DataFrame
        A row for every period, every declared priority or severity, every other value that occurs, and NA where that
        occurs; one row without ``by`` and ``every``:

        - period, str, where ``every`` is given: ``2025-07``, ``2025Q3``, ``2025``, fiscal ``FY2025Q3``; a part
          of a unit is called by its dates
        - the columns of ``by``
        - n, int64: items
        - n_done, n_open, n_unknown, n_dropped, int64: items of each status, unknown where neither report nor tracker
          tells; they add up to n
        - n_due, int64: items with a due date
        - n_overdue, Int64: open items whose due day has ended; NA where no item has a due date
        - n_overdue_unknown, Int64: items without a recorded status whose due day has ended; NA as that
        - completion, Float64: ``n_done / (n_done + n_open)``, 0 to 1
        - on_time, Float64: of the done items with a due date and a date of completion, those done by the due date
        - n_dated, int64: these items, on which on_time rests
        - median_age, timedelta64[us]: of the open items, from the day they were created, else the incident's date, to
          ``as_of``'s date; of an even number the mean of the middle two
        - n_aged, int64: the open items of which that day is known, on which median_age rests
        - incident_ids, tuple of str, where asked for

        Ratios are NA where nothing is below the line, and median_age where n_aged is 0. An item that several reports
        list belongs to the incident of the row that counts.

    Raises
    ------
    UnknownNameError
        ``by 'team' is not one of incident_id, ...``, ``status 'Done!' is not one of done, dropped, open``
    ColumnsError
        ``by 'severity' needs incidents=, the incidents table``, ``every needs incidents=, the incidents table``,
        ``as_of 2025-10-01 00:00:00 has no zone; ...``
    PeriodError
        ``every 'day' is not one of week, month, quarter, year``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 3, "position": [0, 1, 2], "line": [60, 61, 62],
    ...     "status": ["done", "open", None],
    ... })
    >>> action_completion(actions, as_of=pd.Timestamp("2025-04-01", tz="UTC"))[["n", "n_unknown", "completion"]]
       n  n_unknown  completion
    0  3          1         0.5
    """
    items = _items(actions, as_of, incidents)
    columns = _group_columns(actions, by, incidents)
    declared = {}
    for name, value in (("every", every), ("within", within)):
        if value is not None and incidents is None:
            raise ColumnsError(f"{name} needs incidents=, the incidents table")
    if within is not None:
        items = rows_within(items, within)
    if every is not None:
        columns = ["period", *columns]
        items["period"], parts = assign_periods(items["occurred_at"], every, within)
        declared["period"] = list(parts)
    groups, numbers = group_rows(items, columns, declared)

    def count(mask: pd.Series) -> pd.Series:
        return pd.Series(count_rows(mask, numbers, groups))

    done, unknown = items["status"] == "done", items["status"].isna()
    dated = done & items["completed_on"].notna() & items["due_on"].notna()
    is_open = items["status"] == "open"
    n_done, n_open, n_dated = count(done), count(is_open), count(dated)
    n_due = count(items["due_on"].notna())
    ages = items["age"].where(is_open)
    completion = groups.assign(
        n=np.bincount(numbers, minlength=len(groups)),
        n_done=n_done,
        n_open=n_open,
        n_unknown=count(unknown),
        n_dropped=count(items["status"] == "dropped"),
        n_due=n_due,
        n_overdue=count(is_open & items["overdue_by"].notna()).astype(COUNT).where(n_due > 0),
        n_overdue_unknown=count(unknown & items["overdue_by"].notna()).astype(COUNT).where(n_due > 0),
        completion=(n_done / (n_done + n_open)).astype(FLOAT),
        on_time=(count(dated & (items["completed_on"] <= items["due_on"])) / n_dated).astype(FLOAT),
        n_dated=n_dated,
        median_age=ages.groupby(numbers).median().reindex(groups.index),
        n_aged=count(ages.notna()),
    )
    if members:
        completion["incident_ids"] = member_ids(items, numbers, groups)
    return completion


def action_ages(
    actions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    by: str | Sequence[str] | None = None,
    incidents: pd.DataFrame | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Count for how long the open action items have been open.

    Parameters
    ----------
    actions, as_of, by
        As in `action_completion`.
    incidents
        The incidents table, which ``by="severity"`` needs; its date stands in for the day on which an item was
        created.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        Five rows for each group, as in `action_completion`:

        - the columns of ``by``
        - age, ordered category: ``up to 30d``, ``31d to 90d``, ``91d to 180d``, ``181d to 365d``, ``over 365d``; from
          the day an item was created, else the incident's date, to ``as_of``'s date
        - n, int64: open items of that age
        - n_undated, int64: open items of the group of which that day is not known, or later than ``as_of``; the same
          in each of its rows
        - n_unknown, int64: items of the group of which neither report nor tracker tells the status, the same too
        - incident_ids, tuple of str, where asked for: the incidents of n

    Raises
    ------
    UnknownNameError, ColumnsError
        As `action_completion`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "position": [0, 1], "line": [60, 61],
    ...     "created_on": ["2025-03-14"] * 2, "status": ["open", "done"],
    ... })
    >>> action_ages(actions, as_of=pd.Timestamp("2025-06-01", tz="UTC"))[["age", "n"]]
                age  n
    0     up to 30d  0
    1    31d to 90d  1
    2   91d to 180d  0
    3  181d to 365d  0
    4     over 365d  0
    """
    items = _items(actions, as_of, incidents)
    columns = _group_columns(actions, by, incidents)
    is_open = items["status"] == "open"
    ends = [-1, *(days or np.inf for days in _AGES.values())]
    items["age"] = pd.cut(items["age"].dt.days, ends, labels=list(_AGES), ordered=True)
    counted = items[is_open & items["age"].notna()].reset_index(drop=True)

    kinds, kind_of = group_rows(items, columns)
    kinds["n_undated"] = count_rows(is_open & items["age"].isna(), kind_of, kinds)
    kinds["n_unknown"] = count_rows(items["status"].isna(), kind_of, kinds)
    ages = pd.DataFrame({"age": pd.Series(list(_AGES), dtype=items["age"].dtype)})
    groups = kinds.rename_axis("kind").reset_index().merge(ages, how="cross")
    # Five rows a group, in both tables in the same order.
    numbers = kind_of[is_open & items["age"].notna()] * len(_AGES) + counted["age"].cat.codes.to_numpy(dtype=np.int64)
    groups["n"] = np.bincount(numbers, minlength=len(groups))
    if members:
        groups["incident_ids"] = member_ids(counted, numbers, groups)
    told = [*columns, "age", "n", "n_undated", "n_unknown", *(["incident_ids"] if members else [])]
    return groups[told]


def overdue_actions(
    actions: pd.DataFrame, *, as_of: pd.Timestamp, incidents: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List the action items whose due date has passed and that are not known to be done or dropped.

    Parameters
    ----------
    actions, as_of
        As in `action_completion`.
    incidents
        The incidents table, to add their titles and severities; its date stands in for the day on which an item was
        created.

    Returns
    -------
    pandas.DataFrame
        The items, the longest overdue first:

        - the columns of ``actions``; status is ``open``, or NA where neither report nor tracker tells: such an item
          may well be done
        - overdue_by, timedelta64[us]: from the due date to ``as_of``'s date, whole days
        - title, str, and severity, category, where ``incidents`` is given
        - age, timedelta64[us]: from the day it was created, else the incident's date, to ``as_of``'s date; NA where
          neither is known

    Raises
    ------
    ColumnsError
        ``as_of 2025-10-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")``
    UnknownNameError
        ``status 'Done!' is not one of done, dropped, open``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"], "position": [0], "line": [60], "action": ["Add an alert"],
    ...     "due_on": ["2025-03-28"], "status": ["open"],
    ... })
    >>> overdue_actions(actions, as_of=pd.Timestamp("2025-04-01", tz="UTC"))[["action", "overdue_by"]]
             action overdue_by
    0  Add an alert     4 days
    """
    items = _items(actions, as_of, incidents)
    late = items[items["overdue_by"].notna() & ((items["status"] == "open") | items["status"].isna())]
    added = ["overdue_by", "age"] if incidents is None else ["overdue_by", "title", "severity", "age"]
    order = ["overdue_by", "incident_id", "line"]
    late = late.sort_values(order, ascending=[False, True, True], ignore_index=True)
    return late[[*actions.columns, *added]]


def action_survival(
    actions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    by: str | Sequence[str] | None = None,
    incidents: pd.DataFrame | None = None,
    confidence: float = 0.95,
    members: bool = False,
) -> pd.DataFrame:
    """Estimate which part of the action items is still open after a time: the curve of Kaplan and Meier.

    Items that are open at ``as_of`` count with the time for which they have been open. To leave them out would show
    items done faster than they are, as the slow ones are the last to be done. Where items are done and nobody recorded
    when, the curve is not known: it lies between two bounds, that each of them was done at once, or only just now.

    Parameters
    ----------
    actions, as_of, by
        As in `action_completion`.
    incidents
        The incidents table, which ``by="severity"`` needs; its date stands in for the day on which an item was
        created.
    confidence
        The nominal chance that the interval covers the part, at each time by itself.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for each group, as in `action_completion`, and each time at which one of its items was done, or was known
        to be open for the last time; each curve begins at the time 0:

        - the columns of ``by``
        - time, timedelta64[us]: from the day an item was created, else the incident's date, whole days
        - at_risk, int64: items that had been open so long; done items without a date count up to their age
        - events, int64: items that were done then, as far as it is recorded
        - survival, Float64 in [0, 1]: the part that is still open; NA where done items of the group have no date
        - survival_low, survival_high, Float64: its interval; NA where survival is NA, 1 or 0
        - survival_least, survival_most, Float64: the bounds of survival whenever the done items without a date were
          done; both are survival where there are none
        - n, int64: items on which the whole curve is based
        - n_done_undated, int64: items of n that are done, nobody recorded when
        - n_undated, int64: items left out, since a day is not known: when they were created or dropped
        - n_unknown, int64: items left out, as neither report nor tracker has their status
        - n_negative, int64: items left out, as they were done, dropped or looked at before they were created
        - incident_ids, a sorted tuple, with ``members``: the incidents of the group's items

        Done items end on the day they were done, open ones are censored at ``as_of``'s date, dropped ones on the
        day they were dropped. What was done or dropped later than ``as_of`` is still open. n, n_undated, n_unknown and
        n_negative add up to the items of the group. A group whose n is 0 has one row, survival and its bounds NA.

    Raises
    ------
    UnknownNameError, ColumnsError
        As `action_completion`.

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", Journal of the American
    Statistical Association 53 (1958) 457-481, https://doi.org/10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 3, "position": [0, 1, 2], "line": [60, 61, 62],
    ...     "created_on": ["2025-03-14"] * 3, "status": ["done", "open", "done"],
    ...     "completed_on": ["2025-03-18", None, "2025-03-28"],
    ... })
    >>> curve = action_survival(actions, as_of=pd.Timestamp("2025-03-24", tz="UTC"))
    >>> curve[["time", "at_risk", "events", "survival"]]
         time  at_risk  events  survival
    0  0 days        3       0       1.0
    1  4 days        3       1  0.666667
    2 10 days        2       0  0.666667
    """
    items = _items(actions, as_of, incidents)
    groups, numbers = group_rows(items, _group_columns(actions, by, incidents))
    is_over = items["status"].isin(["done", "dropped"])
    unknown = items["status"].isna()
    today = _date(as_of)
    done_undated = (items["status"] == "done") & items["completed_on"].isna()
    ended_on = items["completed_on"].where(is_over & ~done_undated, today).where(~unknown)
    spans = ended_on - items["begun_on"]
    negative = spans < pd.Timedelta(0)
    used = spans.notna() & ~negative
    outcome = pd.Series("open", index=items.index).mask(items["status"] == "done", "done")
    outcome = outcome.mask(done_undated, "done undated")
    counts = groups.assign(
        n=count_rows(used, numbers, groups),
        n_done_undated=count_rows(used & done_undated, numbers, groups),
        n_undated=count_rows(~unknown & spans.isna(), numbers, groups),
        n_unknown=count_rows(unknown, numbers, groups),
        n_negative=count_rows(negative, numbers, groups),
    )
    if members:
        counts["incident_ids"] = member_ids(items, numbers, groups)
    curves = [
        _curve(spans[used & (numbers == number)], outcome, confidence).assign(number=number) for number in groups.index
    ]
    none = _curve(spans[:0], outcome, confidence)[:0].assign(number=0)
    rows = pd.concat([none, *curves], ignore_index=True).join(counts, on="number")
    return rows[[*groups.columns, *none.columns.drop("number"), *counts.columns.drop(groups.columns)]]


def _curve(spans: pd.Series, outcome: pd.Series, confidence: float) -> pd.DataFrame:
    """Return the curve of Kaplan and Meier from the time 0 on, and its bounds."""
    ended = outcome[spans.index]
    curve = kaplan_meier(spans.to_numpy(), (ended == "done").to_numpy(dtype=bool), confidence=confidence)
    if not (curve["time"] == pd.Timedelta(0)).any():
        survival = 1.0 if len(spans) else np.nan
        origin = pd.DataFrame({"time": [pd.Timedelta(0)], "at_risk": len(spans), "events": 0, "survival": survival})
        origin = origin.assign(low=np.nan, high=np.nan).astype(curve.dtypes)
        curve = pd.concat([origin, curve], ignore_index=True)
    undated = (ended == "done undated").to_numpy(dtype=bool)
    curve = curve.rename(columns={"low": "survival_low", "high": "survival_high"})
    curve["survival_least"] = curve["survival_most"] = curve["survival"]
    if undated.any():
        least, most = _survival_bounds(spans[~undated], (ended == "done")[~undated], spans[undated], curve["time"])
        curve["survival_least"], curve["survival_most"] = least, most
        curve[["survival", "survival_low", "survival_high"]] = np.nan
    return curve.astype({"time": SPAN} | {name: FLOAT for name in curve.columns if name.startswith("survival")})


def _survival_bounds(
    spans: pd.Series, observed: pd.Series, ages: pd.Series, times: pd.Series
) -> tuple[list[float], list[float]]:
    """Return the least and greatest survival at each time, if undated items ended at any time up to their ages.

    The estimate at a time t is N / n times the product of r / (r - 1) over all items censored up to t, where N items
    of n last longer than t and r are still at risk. So an undated item makes it least by ending as late as possible up
    to t, and greatest by ending after t or, where its age is t or less, at once.
    """
    is_end = np.concatenate([observed.to_numpy(dtype=bool), np.ones(len(ages), dtype=bool)])

    def survival(ends: pd.Series, time: pd.Timedelta) -> float:
        durations = np.concatenate([spans.to_numpy(), ends.to_numpy()])
        ended, n_ended = np.unique(durations[is_end & (durations <= time.to_timedelta64())], return_counts=True)
        at_risk = len(durations) - np.searchsorted(np.sort(durations), ended)
        return float(np.prod(1 - n_ended / at_risk))

    least = [survival(ages.clip(upper=time), time) for time in times]
    most = [survival(ages.where(ages > time, pd.Timedelta(0)), time) for time in times]
    return least, most


def open_after(curve: pd.DataFrame, after: timedelta) -> pd.DataFrame:
    """Return each group's row of a survival curve at a time.

    Parameters
    ----------
    curve
        The result of `action_survival`.
    after
        The time.

    Returns
    -------
    pandas.DataFrame
        The last row of each group up to that time, in the order of the groups; survival, its interval and its bounds
        are NA where none of its items was followed for so long, and none is known to be done before.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "position": [0, 1], "line": [60, 61],
    ...     "created_on": ["2025-03-14"] * 2, "status": ["done", "open"], "completed_on": ["2025-03-28", None],
    ... })
    >>> curve = action_survival(actions, as_of=pd.Timestamp("2025-05-01", tz="UTC"))
    >>> open_after(curve, timedelta(days=30))["survival"].tolist()
    [0.5]
    """
    groups = list(curve.columns[: curve.columns.get_loc("time")])
    keys = [curve[column] for column in groups] or [pd.Series(0, index=curve.index)]
    grouped = curve.groupby(keys, sort=False, observed=True, dropna=False)
    followed = (grouped["time"].transform("max") >= after) | (grouped["survival_most"].transform("min") == 0)
    figures = [name for name in curve.columns if name.startswith("survival")]
    known = curve.assign(**{column: curve[column].where(followed.fillna(value=False)) for column in figures})
    return known[known["time"] <= after].groupby(keys, sort=False, observed=True, dropna=False).tail(1)


def _tracker_rows(tracker: pd.DataFrame) -> pd.DataFrame:
    """Return the tracker with every column that a match may need, NA where the export has none."""
    if not {"incident_id", "action"} <= set(tracker.columns):
        require_columns(tracker, "key")
    rows = pd.DataFrame(index=pd.RangeIndex(len(tracker)))
    for column in ("incident_id", "action", "key", *_FACTS):
        values = tracker[column].array if column in tracker.columns else [None] * len(tracker)
        rows[column] = pd.Series(values, dtype=TABLES["actions"][column])
    return rows.assign(folded_key=_folded(rows["key"]), folded_text=_folded(rows["action"]))


def _told_by_tracker(actions: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the tracker tells of each action, and by what it was found."""
    require_columns(actions, "incident_id", "action", "key", *_FACTS)
    told = pd.DataFrame(
        {
            "incident_id": actions["incident_id"],
            "folded_key": _folded(actions["key"]),
            "folded_text": _folded(actions["action"]),
        }
    )
    by_key, by_text = (told.merge(_unambiguous(rows, way), on=_MATCHES[way], how="left") for way in _MATCHES)
    # Where the tracker has the key, but twice with other facts, the text is no better guess.
    has_key = told["folded_key"].isin(rows["folded_key"].dropna())
    for column in ("key", *_FACTS, "matched_by"):
        told[column] = by_key[column].where(has_key, by_text[column])
    return told.astype({column: TABLES["actions"].get(column, TEXT) for column in ("key", *_FACTS, "matched_by")})


def _unambiguous(rows: pd.DataFrame, way: str) -> pd.DataFrame:
    """Return what the tracker tells of each key, or text, of which all its rows tell the same."""
    by = _MATCHES[way]
    rows = rows.dropna(subset=by).drop_duplicates([*by, "folded_key", *_FACTS])
    rows = rows.loc[~rows.duplicated(by, keep=False), [*by, "key", *_FACTS]]
    return rows.assign(matched_by=way)


def _group_columns(actions: pd.DataFrame, by: str | Sequence[str] | None, incidents: pd.DataFrame | None) -> list[str]:
    """Return the columns that tell the groups, all of which must be there."""
    columns = [by] if isinstance(by, str) else list(by or ())
    for column in columns:
        if column == "severity" and incidents is None:
            raise ColumnsError("by 'severity' needs incidents=, the incidents table")
        require_name("by", column, [*dict.fromkeys((*actions.columns, "severity"))])
    return columns


def _items(actions: pd.DataFrame, as_of: pd.Timestamp, incidents: pd.DataFrame | None) -> pd.DataFrame:
    """Return each action item once as it stood at ``as_of``, with its incident, its begin and its delay."""
    require_instant("as_of", as_of)
    require_columns(actions, *_ITEM)
    for status in actions["status"].dropna().unique():
        require_name("status", status, _STATUSES)

    actions = items_as_known(actions, as_of)
    rank = actions["status"].map({status: rank for rank, status in enumerate(_STATUSES)}).fillna(len(_STATUSES))
    items = actions.assign(rank=rank, folded_key=_folded(actions["key"]))
    items = items.sort_values(["rank", "incident_id", "line"])
    items = items[items["folded_key"].isna() | ~items["folded_key"].duplicated()]
    items = items.sort_values(["incident_id", "line"], ignore_index=True)[list(actions.columns)]

    today = _date(as_of)
    items["overdue_by"] = (today - items["due_on"]).where(items["due_on"] < today).astype(SPAN)
    items["begun_on"] = items["created_on"]
    if incidents is not None:
        require_columns(incidents, *_INCIDENT)
        items = items.merge(incidents[[*_INCIDENT]], on="incident_id", how="left")
        items["begun_on"] = items["begun_on"].fillna(items["date"])
    items["age"] = (today - items["begun_on"]).where(items["begun_on"] <= today).astype(SPAN)
    return items


def items_as_known(actions: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the action items as they were at an instant.

    Items created later are gone, and what was done or dropped later was still open. A day's facts are known once the
    day has begun by the clock of ``as_of``'s zone: at midnight of 1 October nothing of that day is.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"], "position": [0], "line": [60],
    ...     "status": ["done"], "completed_on": ["2025-10-01"],
    ... })
    >>> items_as_known(actions, pd.Timestamp("2025-10-01", tz="UTC"))["status"].tolist()
    ['open']
    """
    day = _date(as_of - pd.Timedelta(microseconds=1))
    items = actions[~(actions["created_on"] > day)].reset_index(drop=True)
    later = items["status"].isin(["done", "dropped"]) & (items["completed_on"] > day)
    items["status"] = items["status"].mask(later, "open")
    items["completed_on"] = items["completed_on"].mask(items["completed_on"] > day)
    return items


def forget_undated_ends(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the action items as far as their state in the past is known.

    What is done or dropped today, nobody recorded since when, may have been open then: its status is unknown. So is
    that of an open item which shares its key, as both are one item.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "position": [0, 1], "line": [60, 61],
    ...     "status": ["done", "done"], "completed_on": ["2025-03-20", None],
    ... })
    >>> forget_undated_ends(actions)["status"].tolist()
    ['done', nan]
    """
    items, keys = actions.reset_index(drop=True), _folded(actions["key"]).reset_index(drop=True)
    undated = items["status"].isin(["done", "dropped"]) & items["completed_on"].isna()
    same = (items["status"] == "open") & keys.isin(keys[undated].dropna())
    items["status"] = items["status"].mask(undated | same)
    return items


def _date(as_of: pd.Timestamp) -> pd.Timestamp:
    """Return the naive midnight of the day on which an instant lies, by the clock of its zone."""
    return as_of.tz_localize(None).normalize()


def _folded(text: pd.Series) -> pd.Series:
    """Return a text without its case and its spare spaces, NA where nothing is left."""
    folded = text.astype(TEXT).str.replace(r"\s+", " ", regex=True).str.strip().str.casefold()
    return folded.where(folded != "")
