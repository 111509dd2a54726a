"""How long action items stay open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from incident_analytics.analysis.action_items import ITEM, day_of, group_columns, one_row_per_item
from incident_analytics.analysis.grouping import count_rows, group_rows, member_ids
from incident_analytics.analysis.survival import kaplan_meier
from incident_analytics.schema import FLOAT, SPAN

__all__ = ["action_survival", "open_after"]


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
    actions, as_of, by, incidents, members
        As in `action_completion`.
    confidence
        The nominal chance that the interval covers the part, at each time by itself.

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
    columns = group_columns(actions, by, incidents)
    # The words of millions of items are not worth sorting.
    needed = [name for name in actions.columns if name in {*ITEM, *columns}]
    items = one_row_per_item(actions[needed], as_of, incidents, in_order=False)
    groups, numbers = group_rows(items, columns)
    is_over = items["status"].isin(["done", "dropped"])
    unknown = items["status"].isna()
    today = day_of(as_of)
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
        curve = pd.concat([origin, curve])
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
    grouped = curve.groupby(keys, observed=True, dropna=False)
    followed = (grouped["time"].transform("max") >= after) | (grouped["survival_most"].transform("min") == 0)
    figures = [name for name in curve.columns if name.startswith("survival")]
    known = curve.assign(**{column: curve[column].where(followed.fillna(value=False)) for column in figures})
    return known[known["time"] <= after].groupby(keys, observed=True, dropna=False).tail(1)
