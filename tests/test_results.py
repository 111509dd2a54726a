"""The columns of result tables: each is declared once, with its unit and a short heading."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from incident_analytics import measures
from incident_analytics.formatting import format_value
from incident_analytics.results import COLUMNS, group_columns, heading, unit_of
from incident_analytics.schema import TABLES
from incident_analytics.scope import Scope


def test_headings_have_at_most_three_words() -> None:
    assert {name: heading(name) for name in COLUMNS if len(heading(name).split()) > 3} == {}


def undeclared(columns: Collection[str]) -> list[str]:
    """Return the columns of a result that are declared neither in `COLUMNS` nor in `TABLES`."""
    known = {*COLUMNS, *(column for table in TABLES.values() for column in table)}
    bare = {column: column.removesuffix("_low").removesuffix("_high") for column in columns}
    return [column for column, name in bare.items() if not ({column, name} & known or group_columns([column]))]


def test_an_undeclared_number_is_a_plain_figure() -> None:
    assert undeclared(["n", "rate_low", "hours_slept"]) == ["hours_slept"]
    assert unit_of("hours_slept") == "figure"
    assert format_value(2.63, "hours_slept") == "2.63"
    assert format_value(0.5, "hours_slept") == "0.5"
    assert format_value(0.5, "availability") == "50%"


@pytest.mark.parametrize("kind", measures.KINDS)
def test_every_column_of_a_measure_is_declared_or_no_float(demo_scope: Scope, kind: str) -> None:
    """Spans, instants and flags say by their type how they are written; only plain numbers need a unit."""
    table = measures.measure(demo_scope, kind)
    numbers = [name for name in table.columns if str(table[name].dtype) in {"Float64", "float64"}]
    assert undeclared(numbers) == []
