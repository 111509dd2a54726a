"""The tables as pandas frames, and the corpus that holds those that were read together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.names import unknown_name
from incident_analytics.schema import COUNT, DATE, FLAG, FLOAT, ORDERED, PRIORITIES, SEVERITIES, TABLES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Corpus", "make_table"]


def make_table(
    name: str,
    columns: Mapping[str, Sequence[Any] | pa.ChunkedArray] | None = None,
    *,
    severities: Sequence[str] = SEVERITIES,
) -> pd.DataFrame:
    """Build one of the tables from plain columns, with every dtype as declared.

    Parameters
    ----------
    name
        A key of `TABLES`.
    columns
        Values by column, with ``None`` for NA, or Arrow's columns; a column left out is all NA. None gives an empty
        table.
    severities
        The declared severities, least to worst: the categories of ``severity``.

    Returns
    -------
    pandas.DataFrame
        The table with the columns and dtypes of ``TABLES[name]``.

    Raises
    ------
    UnknownNameError
        ``table 'incident' is not one of incidents, timeline, ...``
    ColumnsError
        ``costs has no column 'sum'; it has incident_id, kind, ...``

    Examples
    --------
    >>> costs = {"incident_id": ["INC-2025-03-14-001"], "kind": ["lost_revenue"], "amount": [1200.0], "line": [41]}
    >>> make_table("costs", costs).dtypes["amount"]
    Float64Dtype()
    """
    if name not in TABLES:
        raise unknown_name("table", name, TABLES)
    columns = columns or {}
    dtypes = TABLES[name]
    for column in columns:
        if column not in dtypes:
            raise ColumnsError(f"{name} has no column {column!r}; it has {', '.join(dtypes)}")
    length = len(next(iter(columns.values()), ()))
    categories = {"severity": severities, "priority": PRIORITIES}
    arrays: dict[str, Any] = {}
    for column, dtype in dtypes.items():
        values: Any = columns.get(column, [None] * length)
        kind: Any = pd.CategoricalDtype(list(categories[column]), ordered=True) if dtype == ORDERED else dtype
        if hasattr(values, "to_pandas"):  # one of Arrow's
            values = values.cast("timestamp[us]") if dtype == DATE else values
            values = values.to_pandas(types_mapper=_nullable if dtype in {COUNT, FLOAT, FLAG} else None)
            arrays[column] = pd.Series(values, dtype=kind).array
        else:
            arrays[column] = pd.array(list(values), dtype=kind)  # twice as fast as a series each
    return pd.DataFrame(arrays, index=pd.RangeIndex(length))


def _nullable(kind: pa.DataType) -> Any:
    """Return the dtype of pandas for numbers and flags with NA."""
    return {"int64": pd.Int64Dtype(), "double": pd.Float64Dtype(), "bool": pd.BooleanDtype()}[str(kind)]


@dataclass(frozen=True)
class Corpus:
    """The tables that were read together; `TABLES` has their columns.

    Attributes
    ----------
    incidents
        A row a report.
    timeline, outages, services, costs, actions, findings, signoffs
        What the reports hold, each row with the ``incident_id`` and the ``line`` it came from. In timeline each row
        that states a milestone has it, also a repeated one; of a re-opened incident the row that ends each window has
        the milestone ``restored``, stated or inferred. Of mitigated, restored and closed the last row is the
        incident's, of the others the first one.
    fields
        What the reports hold that the template does not name: a row for each labelled value, for each paragraph or item
        of a section, and for each cell of a column. ``section`` is the heading above it as written, NA at the report's
        head; ``name`` the label or the column's header, of text the section's heading; ``value`` is NA where the report
        has the label and no value. Of a column ``line`` is that of its row in ``actions`` or ``timeline``.
    readings
        Where each value of ``incidents`` comes from.
    problems
        What could not be read, or contradicts itself, with path and line.
    files
        A row a report, and one for each file that holds none: loaded, of another status, a copy, or left out, with the
        reason.
    """

    incidents: pd.DataFrame
    timeline: pd.DataFrame
    outages: pd.DataFrame
    services: pd.DataFrame
    costs: pd.DataFrame
    actions: pd.DataFrame
    findings: pd.DataFrame
    signoffs: pd.DataFrame
    fields: pd.DataFrame
    readings: pd.DataFrame
    problems: pd.DataFrame
    files: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        """Return how many incidents there are, from when to when, and how many rows the other tables have."""
        days = self.incidents["date"].dropna()
        when = f", {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else ""
        others = [table.name for table in dataclasses.fields(self) if table.name != "incidents"]
        rows = ", ".join(f"{name} {len(getattr(self, name))}" for name in others)
        return f"<Corpus: {len(self.incidents)} incidents{when}; rows of its other tables: {rows}>"

    def select(self, incidents: pd.Series | Iterable[str]) -> Corpus:
        """Keep some incidents, in every table.

        Parameters
        ----------
        incidents
            A boolean mask over ``incidents``, or incident_ids.

        Returns
        -------
        Corpus
            The same tables with the rows of these incidents alone; the corpus itself where all are kept. ``files``
            stays whole, and so do problems that belong to no incident: what was left out does not change by looking at
            a part.

        Raises
        ------
        UnknownNameError
            ``incident 'INC-2025-01-01-009' is not in the corpus of 8 incidents``

        Examples
        --------
        >>> corpus = Corpus(**{name: make_table(name) for name in TABLES})
        >>> corpus
        <Corpus: 0 incidents; rows of its other tables: timeline 0, outages 0, ..., problems 0, files 0>
        >>> len(corpus.select(corpus.incidents["severity"] == "SEV-1").incidents)
        0
        """
        known = self.incidents["incident_id"]
        if isinstance(incidents, pd.Series) and pd.api.types.is_bool_dtype(incidents.dtype):
            chosen = set(known[incidents.fillna(False).astype(bool)])
        else:
            chosen = set(incidents)
            for unknown in sorted(chosen - set(known)):
                raise UnknownNameError(f"incident {unknown!r} is not in the corpus of {len(known)} incidents")
        if len(chosen) == len(known):
            return self
        tables = {}
        for table in dataclasses.fields(self):
            frame: pd.DataFrame = getattr(self, table.name)
            if table.name != "files":
                keep = frame["incident_id"].isin(chosen)
                if table.name == "problems":
                    keep |= frame["incident_id"].isna()
                frame = frame[keep].reset_index(drop=True)
            tables[table.name] = frame
        return Corpus(**tables)
