"""What all sentences share: groups and rows of a table, counts, chances and lists of names in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.statistics import LEVEL
from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, join_words

__all__ = ["FEW", "NAME", "are", "each_row", "first_of", "group_columns", "has", "is_finding"]

FEW: Final = 3  # as many groups as a sentence can tell one by one
NAME: Final = 60  # characters of a name


def group_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that name a row's group: those before ``n``.

    Examples
    --------
    >>> group_columns(pd.DataFrame({"severity": ["SEV-1"], "n": [2], "n_open": [0]}))
    ['severity']
    """
    require_columns(table, "n")
    return list(table.columns[: table.columns.get_loc("n")])


def each_row(table: pd.DataFrame) -> Iterator[Any]:
    """Give the rows as named tuples, whose fields hold what the columns hold.

    Examples
    --------
    >>> [row.n for row in each_row(pd.DataFrame({"n": [2, 3]}))]
    [2, 3]
    """
    return table.itertuples(index=False)


def are(n: int) -> str:
    """Return the verb of so many."""
    return "is" if n == 1 else "are"


def has(n: int) -> str:
    """Return the verb of so many."""
    return "has" if n == 1 else "have"


def first_of(names: Sequence[str]) -> str:
    """Join names; of many the first ones and the number of the others."""
    names = [cut(name, NAME) for name in names]
    return join_words(names if len(names) <= FEW + 1 else [*names[:FEW], f"{len(names) - FEW:,} more"])


def is_finding(p_adjusted: float | None) -> bool:
    """Return whether an adjusted p-value carries what a sentence then says; NA carries nothing.

    Examples
    --------
    >>> is_finding(0.05), is_finding(0.06), is_finding(pd.NA)
    (True, False, False)
    """
    return not pd.isna(p_adjusted) and p_adjusted <= LEVEL
