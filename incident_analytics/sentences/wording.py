"""What all sentences share: groups and rows of a table, counts, chances and lists of names in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from incident_analytics.formatting import cut, join_words
from incident_analytics.model import need_columns

__all__ = ["FEW", "LEVEL", "NAME", "are", "chance", "each_row", "first_of", "group_columns", "is_change", "some"]

LEVEL: Final = 0.05
"""The level at which `compare_periods` speaks of a change."""
FEW: Final = 3  # as many groups as a sentence can tell one by one
NAME: Final = 60  # characters of a name


def group_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that name a row's group: those before ``n``.

    Examples
    --------
    >>> group_columns(pd.DataFrame({"severity": ["SEV-1"], "n": [2], "n_open": [0]}))
    ['severity']
    """
    need_columns(table, "n")
    return list(table.columns[: table.columns.get_loc("n")])


def each_row(table: pd.DataFrame) -> Iterator[Any]:
    """Give the rows as named tuples, whose fields hold what the columns hold.

    Examples
    --------
    >>> [row.n for row in each_row(pd.DataFrame({"n": [2, 3]}))]
    [2, 3]
    """
    return table.itertuples(index=False)


def some(n: int, noun: str) -> str:
    """Return so many of a noun, as a sentence begins.

    Examples
    --------
    >>> some(0, "incident"), some(1, "incident"), some(1234, "incident")
    ('No incidents', '1 incident', '1,234 incidents')
    """
    return f"{f'{n:,}' if n else 'No'} {noun}{'' if n == 1 else 's'}"


def are(n: int) -> str:
    """Return the verb of so many."""
    return "is" if n == 1 else "are"


def first_of(names: Sequence[str]) -> str:
    """Join names; of many the first ones and the number of the others."""
    names = [cut(name, NAME) for name in names]
    return join_words(names if len(names) <= FEW + 1 else [*names[:FEW], f"{len(names) - FEW} more"])


def chance(p_value: float) -> str:
    """Return a p-value as it is told beside a finding."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"  # noqa: PLR2004 - as it is printed


def is_change(row: Any) -> bool:
    """Tell whether the adjusted p-value of a comparison carries a change."""
    return not pd.isna(row.p_adjusted) and row.p_adjusted <= LEVEL
