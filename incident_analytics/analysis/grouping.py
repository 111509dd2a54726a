"""What the analyses share: windows, periods, and groups that have their row even when nothing falls into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.checks import require_columns, require_name, require_window
from incident_analytics.errors import ColumnsError
from incident_analytics.names import listed_values
from incident_analytics.periods import Period, Unit
from incident_analytics.results import FIELD
from incident_analytics.schema import FLOAT, NO_FIELDS, TEXT

__all__ = [
    "Numbers",
    "as_levels",
    "assign_periods",
    "count_rows",
    "group_rows",
    "levels",
    "match_dispersion",
    "member_ids",
    "rows_within",
    "split_rows",
    "with_field",
]

Number = TypeVar("Number", np.int64, np.float64)

Numbers: TypeAlias = npt.NDArray[np.int64]
"""For each row of a frame, the position of its group's row in the table of groups."""

_NOTHING_DECLARED: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})


def rows_within(frame: pd.DataFrame, within: Period | None) -> pd.DataFrame:
    """Return the rows that occurred in a period; without one all rows, also those of unknown time."""
    if within is None:
        return frame.reset_index(drop=True)
    require_window(within.start, within.end)
    return frame[within.holds(frame["occurred_at"])].reset_index(drop=True)


def assign_periods(instants: pd.Series, every: Unit, within: Period | None) -> tuple[pd.Series, dict[str, Period]]:
    """Return the name of each instant's calendar unit, and all units of the period by name, in order.

    Without a period the units are whole ones of UTC, from the first instant to the last. The name is NA where the
    instant is.

    Examples
    --------
    >>> instants = pd.Series(pd.to_datetime(["2025-03-31T23:30Z", "2025-12-24T12:00Z"]))
    >>> list(assign_periods(instants, "quarter", None)[1])
    ['2025Q1', '2025Q2', '2025Q3', '2025Q4']
    >>> assign_periods(instants, "quarter", Period.parse("FY2026", fiscal_year_start=4))[0].tolist()
    [nan, 'FY2026Q3']
    """
    covered = Period.covering(instants, every) if within is None else within
    if covered is None:
        return pd.Series(pd.NA, index=instants.index, dtype=TEXT), {}
    parts = covered.split(every)
    names = dict(enumerate(part.name for part in parts))
    return covered.positions(instants, parts).map(names).astype(TEXT), {part.name: part for part in parts}


def levels(values: pd.Series) -> list[Any]:
    """Return what a column can hold: the declared categories in their order, else its own values, sorted."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.categories)
    return sorted(values.dropna().unique())


def as_levels(values: pd.Series, known: Sequence[Any]) -> pd.Series:
    """Return a column as categories in the order of the known levels, NA for any other value."""
    return values.astype("category").cat.set_categories(known)  # to look up each value would take far longer


def group_rows(
    frame: pd.DataFrame, by: Sequence[str], declared: Mapping[str, Sequence[str]] = _NOTHING_DECLARED
) -> tuple[pd.DataFrame, Numbers]:
    """Return all groups, and which of them each row of a frame belongs to.

    Parameters
    ----------
    frame
        The rows.
    by
        The columns to group by; without any, all rows are one group.
    declared
        The levels of a column in order, where they are not those that `levels` finds in it.

    Returns
    -------
    groups : pandas.DataFrame
        The columns ``by``, a row for every combination of levels, whether it occurs or not. NA is the last level of
        a column and has a row only where it occurs.
    numbers : numpy.ndarray
        For each row of ``frame`` the position of its group in ``groups``.

    Examples
    --------
    >>> frame = pd.DataFrame({"service": ["API", "API", None]})
    >>> groups, numbers = group_rows(frame, ["service"], {"service": ["API", "Frontend"]})
    >>> groups["service"].tolist(), numbers.tolist()
    (['API', 'Frontend', nan], [0, 0, 2])
    """
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(frame), dtype=np.int64)
    columns = [as_levels(frame[name], declared.get(name, levels(frame[name]))).cat for name in by]
    # A cell for every combination, that of NA behind the levels of each column.
    has_row = np.zeros([len(column.categories) + 1 for column in columns], dtype=bool)
    has_row[(slice(-1),) * len(by)] = True
    cells = np.ravel_multi_index([column.codes.to_numpy(np.int64) for column in columns], has_row.shape, mode="wrap")
    has_row.flat[cells] = True
    groups = {
        name: pd.Categorical.from_codes(np.where(code < len(column.categories), code, -1), column.categories)
        for name, column, code in zip(by, columns, np.nonzero(has_row), strict=True)
    }
    return pd.DataFrame(groups).astype(frame[list(by)].dtypes), (np.cumsum(has_row) - 1)[cells]


def with_field(rows: pd.DataFrame, by: str, fields: pd.DataFrame | None) -> tuple[pd.DataFrame, str, list[str]]:
    """Return a row for each value of a field, so that an incident is in each of its groups.

    Parameters
    ----------
    rows
        Incidents, or action items with their ``line``: of a field that is a column of action items each row has the
        value of its own line, of any other that of its incident.
    by
        The field, such as ``field:Environment``; its case does not matter.
    fields
        The fields table.

    Returns
    -------
    rows : pandas.DataFrame
        The rows with another column, str, named by the second value returned: NA where a value is missing. Values that
        differ by their case alone are one, as it is written first. Of a value such as *EU, US* whose parts are all
        values of other rows, each part counts.
    name : str
        ``field:`` and the field's name as it is written first.
    values : list of str
        All values there are, sorted.

    Raises
    ------
    ColumnsError
        ``by 'field:Environment' needs fields=, the fields table``
    UnknownNameError
        ``field 'Enviroment' is not one of Environment, Trigger``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> fields = make_table("fields", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "name": ["Environment"] * 2, "value": ["EU", "US"],
    ...     "line": [7, 8],
    ... })
    >>> rows = pd.DataFrame({"incident_id": ["INC-2025-03-14-001", "INC-2025-03-15-001"]})
    >>> with_field(rows, "field:environment", fields)[0]["field:Environment"].tolist()
    ['EU', 'US', nan]
    """
    if fields is None:
        raise ColumnsError(f"by {by!r} needs fields=, the fields table")
    require_columns(fields, "incident_id", "name", "value", "line")
    wanted = by.removeprefix(FIELD).strip()
    found = fields[fields["value"].notna() & (fields["name"].str.casefold() == wanted.casefold())]
    if found.empty:
        require_name("field", wanted, sorted(fields["name"].dropna().unique()), empty=NO_FIELDS)
    name = f"{FIELD}{found['name'].iloc[0] if len(found) else wanted}"
    listed = listed_values(found["value"])
    found = found.assign(value=found["value"].map(listed)).explode("value")
    first = found.groupby(found["value"].str.casefold())["value"].first()
    own = found.assign(**{name: found["value"].str.casefold().map(first).astype(TEXT)})
    keys = ["incident_id"]
    if "line" in rows and len(own.merge(rows[["incident_id", "line"]], on=["incident_id", "line"])):
        keys.append("line")
    own = own[[*keys, name]].drop_duplicates()
    return rows.merge(own, on=keys, how="left"), name, sorted(first)


def count_rows(mask: pd.Series, numbers: Numbers, groups: pd.DataFrame) -> Numbers:
    """Return how many rows of each group the mask holds for, NA counting as False."""
    held = mask.fillna(value=False).to_numpy(dtype=bool)
    return np.bincount(numbers[held], minlength=len(groups))


def split_rows(values: npt.NDArray[Number], numbers: Numbers, groups: pd.DataFrame) -> list[npt.NDArray[Number]]:
    """Return the values of each group, sorted.

    Examples
    --------
    >>> parts = split_rows(np.array([3, 1, 2]), np.array([1, 1, 0]), pd.DataFrame(index=range(3)))
    >>> [part.tolist() for part in parts]
    [[2], [1, 3], []]
    """
    ends = np.cumsum(np.bincount(numbers, minlength=len(groups)))
    order = np.argsort(numbers.astype(np.min_scalar_type(len(groups))), kind="stable")  # the fewer bits, the faster
    return [np.sort(part) for part in np.split(values[order], ends)[: len(groups)]]


def member_ids(frame: pd.DataFrame, numbers: Numbers, groups: pd.DataFrame) -> pd.Series:
    """Return the incident_ids of each group as a sorted tuple."""
    found = {number: tuple(sorted(set(ids))) for number, ids in frame["incident_id"].groupby(numbers)}
    return pd.Series([found.get(number, ()) for number in groups.index], index=groups.index, dtype=object)


def match_dispersion(
    dispersion: float | pd.DataFrame | None, groups: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.Series, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the dispersion of each group, NA where it is not known, the one to compute with, and its freedom.

    A table matches by the columns that it shares with the groups; one row without any holds for all of them.

    Examples
    --------
    >>> months = pd.DataFrame({"n_periods": [12], "dispersion": [2.5]})
    >>> [values.tolist() for values in match_dispersion(months, pd.DataFrame(index=range(2)), [])]
    [[2.5, 2.5], [2.5, 2.5], [11.0, 11.0]]
    >>> [values.tolist() for values in match_dispersion(None, pd.DataFrame(index=range(1)), [])]
    [[<NA>], [1.0], [inf]]
    """
    if isinstance(dispersion, pd.DataFrame):
        require_columns(dispersion, "n_periods", "dispersion")
        keys = [column for column in columns if column in dispersion]
        if not keys and len(dispersion) != 1:
            wanted = f"none of the columns {', '.join(columns)}" if columns else "one is needed"
            raise ColumnsError(f"dispersion has {len(dispersion)} rows, and {wanted}")

        def named(table: pd.DataFrame) -> list[tuple[Any, ...]]:
            return [tuple(None if pd.isna(level) else level for level in row) for row in table[keys].to_numpy(object)]

        figures = dispersion[["dispersion", "n_periods"]].astype(FLOAT).to_numpy(float, na_value=np.nan)
        by_name = dict(zip(named(dispersion), figures, strict=True))
        found = np.array([by_name.get(name, (np.nan, np.nan)) for name in named(groups)]).reshape(len(groups), 2)
        known, freedom = found[:, 0], found[:, 1] - 1
    else:
        if dispersion is not None and not dispersion >= 1:
            raise ColumnsError(f"dispersion {dispersion} is below 1, that of Poisson counts")
        known = np.full(len(groups), np.nan if dispersion is None else float(dispersion))
        freedom = np.full(len(groups), np.inf)
    return pd.Series(known, index=groups.index).astype(FLOAT), np.where(np.isnan(known), 1.0, known), freedom
