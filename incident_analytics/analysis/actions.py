"""Which action items are done, which are late, and for how long the open ones have been open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.action_items import group_columns, one_row_per_item
from incident_analytics.analysis.grouping import (
    assign_periods,
    count_rows,
    group_rows,
    member_ids,
    rows_within,
    with_field,
)
from incident_analytics.errors import ColumnsError
from incident_analytics.periods import Period, Unit
from incident_analytics.results import FIELD
from incident_analytics.schema import COUNT, FLOAT

__all__ = [
    "action_ages",
    "action_completion",
    "overdue_actions",
]

_AGES: Final = {"up to 30d": 30, "31d to 90d": 90, "91d to 180d": 180, "181d to 365d": 365, "over 365d": None}


def action_completion(
    actions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    by: str | Sequence[str] | None = None,
    incidents: pd.DataFrame | None = None,
    members: bool = False,
    every: Unit | None = None,
    within: Period | None = None,
    fields: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count how many action items are done, and how many of those in time.

    Parameters
    ----------
    actions
        The actions table, best with a tracker's word from `join_tracker`. Rows that share a key, in one report or in
        several, are one item: the first row with the most final status (done, dropped, open, none).
    as_of
        The instant at which items are judged, by the clock of its zone. An item that was completed later was open
        then; one without a date of completion keeps its status. An item is overdue once its due day has ended.
    by
        The columns to group by: ``owner``, ``priority``, ``origin``, another column, or several; also
        ``severity``, and ``field:NAME`` for one of the reports' own fields or columns: an item counts in each of its
        values.
    incidents
        The incidents table, which ``by="severity"``, ``every`` and ``within`` need; its date is used where an
        item has no day of creation.
    members
        Whether to add the incident_ids.
    every
        Group by the calendar unit in which the incident occurred as well: ``week``, ``month``, ``quarter`` or ``year``.
    within
        The period to look at, by when the incident occurred; None takes all incidents.
    fields
        The fields table, which ``by="field:NAME"`` needs.

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
          has one; they add up to n
        - n_due, int64: items with a due date
        - n_overdue, Int64: open items whose due day has ended; NA where no item has a due date that can be read
        - n_overdue_unknown, Int64: items without a recorded status whose due day has ended; NA as that
        - n_open_undated, int64: open items without a due date that can be read, which may be overdue as well
        - completion, Float64: ``n_done / (n_done + n_open)``, 0 to 1
        - on_time, Float64: of the done items with a due date and a date of completion, those done by the due date
        - n_dated, int64: these items, the sample size of on_time
        - median_age, timedelta64[us]: of the open items, from the day they were created, else the incident's date, to
          ``as_of``'s date; of an even number the mean of the middle two
        - n_aged, int64: the open items of which that day is known, the sample size of median_age
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
    items = one_row_per_item(actions, as_of, incidents)
    columns = [by] if isinstance(by, str) else list(by or ())
    group_columns(actions, [column for column in columns if not column.startswith(FIELD)], incidents)
    declared = {}
    for name, value in (("every", every), ("within", within)):
        if value is not None and incidents is None:
            raise ColumnsError(f"{name} needs incidents=, the incidents table")
    if within is not None:
        items = rows_within(items, within)
    for index, column in enumerate(columns):
        if column.startswith(FIELD):
            items, columns[index], values = with_field(items, column, fields)
            declared[columns[index]] = values
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
        n_open_undated=count(is_open & items["due_on"].isna()),
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
    actions, as_of, by, incidents, members
        As in `action_completion`.

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
        - n_unknown, int64: items of the group without a recorded status, the same too
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
    items = one_row_per_item(actions, as_of, incidents)
    columns = group_columns(actions, by, incidents)
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
    shown = [*columns, "age", "n", "n_undated", "n_unknown", *(["incident_ids"] if members else [])]
    return groups[shown]


def overdue_actions(
    actions: pd.DataFrame, *, as_of: pd.Timestamp, incidents: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List the action items whose due date has passed and that are not known to be done or dropped.

    Parameters
    ----------
    actions, as_of
        As in `action_completion`.
    incidents
        The incidents table, to add their titles and severities; its date is used where an item has no day of
        creation.

    Returns
    -------
    pandas.DataFrame
        The items, the longest overdue first:

        - the columns of ``actions``; status is ``open``, or NA where none is recorded: such an item may well be
          done
        - overdue_by, timedelta64[us]: from the due date to ``as_of``'s date, whole days
        - title, str, and severity, category, where ``incidents`` is given
        - age, timedelta64[us]: from the day it was created, else the incident's date, to ``as_of``'s date; NA where
          neither is known

    Raises
    ------
    ColumnsError, UnknownNameError
        As `action_completion`.

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
    items = one_row_per_item(actions, as_of, incidents)
    late = items[items["overdue_by"].notna() & ((items["status"] == "open") | items["status"].isna())]
    added = ["overdue_by", "age"] if incidents is None else ["overdue_by", "title", "severity", "age"]
    order = ["overdue_by", "incident_id", "line"]
    late = late.sort_values(order, ascending=[False, True, True], ignore_index=True)
    return late[[*actions.columns, *added]]
