"""Tables in Arrow's columns: what many reports are read into, and what the cache keeps.

They take a tenth of the memory of Python's values. Reading a few reports does without pyarrow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from incident_analytics.records import KEY, RAW_TABLES
from incident_analytics.schema import COUNT, DATE, FLAG, FLOAT, INSTANT, ORDERED, POSITION, SPAN, TEXT

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["ArrowTable", "Part", "arrange_part", "as_part", "as_tables", "compact_part", "join_parts", "table_schema"]


@dataclass(frozen=True)
class ArrowTable(Mapping[str, list[Any]]):
    """A table whose columns become lists of values as they are asked for: `Columns` without the values.

    Attributes
    ----------
    rows
        The table. Its column incident_id, if it has one, holds numbers.
    names
        What each of these numbers means; the same list in all tables.
    """

    rows: pa.Table
    names: Sequence[str | None]

    def __getitem__(self, column: str) -> list[Any]:
        if column not in self._lists:
            self._lists[column] = self.arrow(column).to_pylist()
        return self._lists[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows.column_names)

    def __len__(self) -> int:
        return len(self.rows.column_names)

    @cached_property
    def _lists(self) -> dict[str, list[Any]]:
        return {}

    def arrow(self, column: str) -> pa.ChunkedArray:
        """Return a column, the key as names."""
        import pyarrow as pa

        values = self.rows[column]
        return pa.chunked_array([pa.array(self.names, pa.large_string())]).take(values) if column == KEY else values

    def renamed(self, names: Mapping[str, str | None]) -> ArrowTable:
        """Put other names in the place of the present ones; the rows of a name without another one go."""
        import numpy as np

        kept = np.array([name is None or name in names for name in self.names], bool)
        rows = self.rows if kept.all() else _filtered(self.rows, kept)
        return ArrowTable(rows, [None if name is None else names.get(name) for name in self.names])

    def without(self, column: str, values: Collection[str]) -> ArrowTable:
        """Leave out the rows with some values in a column."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not values:
            return self
        found = pc.is_in(self.rows[column], value_set=pa.array(sorted(values), pa.large_string()))
        return replace(self, rows=self.rows.filter(pc.invert(found)))

    def replaced(self, column: str, values: Sequence[Any]) -> ArrowTable:
        """Put other values in a column."""
        import pyarrow as pa

        index = self.rows.schema.get_field_index(column)
        field = self.rows.schema.field(index)
        return replace(self, rows=self.rows.set_column(index, field, pa.array(values, field.type)))

    def with_rows(self, rows: Sequence[Mapping[str, Any]]) -> ArrowTable:
        """Add rows at the end, of names that are there."""
        import pyarrow as pa

        numbers = {name: number for number, name in enumerate(self.names)}
        own = [{**row, KEY: numbers.get(row.get(KEY))} for row in rows]
        return replace(self, rows=pa.concat_tables([self.rows, pa.Table.from_pylist(own, schema=self.rows.schema)]))


@dataclass(frozen=True)
class Part:
    """The rows of some files as they were read; `RAW_TABLES` has their tables.

    Attributes
    ----------
    names
        The reports' paths, and those of files that hold none.
    sources
        For each name the number of its file among those of the part.
    tables
        By name; in each the column incident_id holds the number of a name.
    """

    names: Sequence[str]
    sources: npt.NDArray[np.int64]
    tables: Mapping[str, pa.Table]


def table_schema(name: str) -> pa.Schema:
    """Return the types of a part's table."""
    import pyarrow as pa

    types = {
        TEXT: pa.large_string(),
        ORDERED: pa.large_string(),
        INSTANT: pa.timestamp("us", "UTC"),
        DATE: pa.date32(),
        SPAN: pa.duration("us"),
        COUNT: pa.int64(),
        POSITION: pa.int64(),
        FLOAT: pa.float64(),
        FLAG: pa.bool_(),
    }
    fields = {KEY: pa.int32()} | {column: types[dtype] for column, dtype in RAW_TABLES[name].items() if column != KEY}
    return pa.schema(list(fields.items()))


def as_part(columns: Mapping[str, Mapping[str, Sequence[Any]]], paths: Sequence[str]) -> Part:
    """Return what was read from some files, whose paths are given, as Arrow's columns."""
    import numpy as np
    import pyarrow as pa

    numbers_of_files = {path: number for number, path in enumerate(paths)}
    names = list(dict.fromkeys(columns["files"]["path"]))
    files = [name if name in numbers_of_files else name.rpartition("#")[0] for name in names]
    numbers = {name: number for number, name in enumerate(names)}
    tables = {}
    for name in RAW_TABLES:
        schema, table = table_schema(name), columns[name]
        keys = [numbers[key] for key in table[KEY if KEY in table else "path"]]
        arrays = [pa.array(keys if field.name == KEY else table[field.name], field.type) for field in schema]
        tables[name] = pa.Table.from_arrays(arrays, schema=schema)
    return Part(names, np.array([numbers_of_files[file] for file in files], np.int64), tables)


def join_parts(parts: Sequence[Part], n_files: Sequence[int]) -> Part:
    """Join parts to one, in which the numbers of their files go on from part to part.

    Parameters
    ----------
    parts
        At least one.
    n_files
        How many files each of them has.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    names: list[str] = []
    sources: list[npt.NDArray[np.int64]] = []
    tables: dict[str, list[pa.Table]] = {name: [] for name in RAW_TABLES}
    n_before = 0
    for part, n in zip(parts, n_files, strict=True):
        for name, rows in part.tables.items():
            keys = pc.add(rows[KEY], pa.scalar(len(names), pa.int32())) if names else rows[KEY]
            tables[name].append(_with_keys(rows, keys))
        names += part.names
        sources.append(part.sources + n_before)
        n_before += n
    return Part(names, np.concatenate(sources), {name: pa.concat_tables(found) for name, found in tables.items()})


def compact_part(part: Part) -> Part:
    """Put each column's values into one piece of memory: many small pieces take a third more."""
    return Part(part.names, part.sources, {name: rows.combine_chunks() for name, rows in part.tables.items()})


def arrange_part(part: Part, positions: npt.NDArray[np.int64]) -> Part:
    """Put a part's rows in the order of the files.

    Parameters
    ----------
    part
        The rows of files.
    positions
        For each of the part's files its position among those that are wanted, -1 for one that is not.
    """
    import numpy as np
    import pyarrow as pa

    of_names = positions[part.sources]
    if (np.diff(of_names) >= 0).all() and (of_names[:1] >= 0).all():
        return Part(part.names, of_names, part.tables)
    order = np.argsort(of_names, kind="stable")
    order = order[of_names[order] >= 0]
    numbers = np.full(len(of_names), -1, np.int32)
    numbers[order] = np.arange(len(order))
    tables = {}
    for name, rows in part.tables.items():
        keys = numbers[rows[KEY].to_numpy()]
        taken = _taken(_with_keys(rows, pa.array(keys)), keys)
        tables[name] = taken
    return Part([part.names[index] for index in order.tolist()], of_names[order], tables)


def _taken(rows: pa.Table, keys: npt.NDArray[np.int32]) -> pa.Table:
    """Put rows in the order of their keys, without those of key -1: in runs, as few rows are elsewhere as a rule."""
    import numpy as np
    import pyarrow as pa

    order = np.argsort(keys, kind="stable")
    order = order[keys[order] >= 0]
    starts = np.flatnonzero(np.diff(order, prepend=-2) != 1)
    lengths = np.diff(starts, append=len(order))
    runs = zip(order[starts].tolist(), lengths.tolist(), strict=True)
    return pa.concat_tables([rows.slice(0, 0), *(rows.slice(first, length) for first, length in runs)])


def _with_keys(rows: pa.Table, keys: pa.ChunkedArray | pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(KEY), rows.schema.field(KEY), keys)


def as_tables(part: Part) -> dict[str, ArrowTable]:
    """Return the tables of a part; a problem that is not of its incident has no key, nor have files and reports."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tables = {name: rows.drop([KEY]) if KEY not in RAW_TABLES[name] else rows for name, rows in part.tables.items()}
    problems = tables["problems"]
    keys = pc.if_else(problems["of_incident"], problems[KEY], pa.scalar(None, pa.int32()))
    tables["problems"] = _with_keys(problems, keys).drop(["of_incident"])
    return {name: ArrowTable(rows.select(_order(name, rows)), part.names) for name, rows in tables.items()}


def _order(name: str, rows: pa.Table) -> list[str]:
    return [column for column in RAW_TABLES[name] if column in rows.column_names]


def _filtered(rows: pa.Table, kept: npt.NDArray[np.bool_]) -> pa.Table:
    """Keep the rows of some numbers, and those without a number."""
    import numpy as np
    import pyarrow as pa

    keys = rows[KEY].fill_null(len(kept)).to_numpy()
    return rows.filter(pa.array(np.append(kept, True)[keys]))
