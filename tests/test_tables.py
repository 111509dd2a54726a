"""The frames of the tables, and the corpus."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.schema import PRIORITIES, SEVERITIES, TABLES
from incident_analytics.tables import Corpus, make_table


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_table_of_na_has_the_declared_columns_and_types(name: str, n: int) -> None:
    """Positions and lines are the only columns that are never NA."""
    given_columns = {column: [1] * n for column, dtype in TABLES[name].items() if dtype == "int64"}
    key = next(column for column, dtype in TABLES[name].items() if dtype == "str")
    table = make_table(name, {**given_columns, key: [None] * n})
    assert list(table.columns) == list(TABLES[name])
    assert len(table) == n
    for column, dtype in TABLES[name].items():
        assert str(table[column].dtype) == dtype
        assert table[column].isna().all() or column in given_columns


def test_severities_and_priorities_are_ordered() -> None:
    incidents = make_table("incidents", {"severity": ["SEV-1", "SEV-3"]})
    assert incidents["severity"].max() == "SEV-1"
    assert incidents["severity"].cat.categories.tolist() == list(SEVERITIES)
    assert make_table("actions", {"line": [], "position": []})["priority"].cat.categories.tolist() == list(PRIORITIES)
    own = make_table("incidents", {"severity": ["high"]}, severities=["low", "high"])
    assert own["severity"].cat.categories.tolist() == ["low", "high"]


def test_make_table_refuses_unknown_names() -> None:
    with pytest.raises(
        UnknownNameError, match=r"^table 'incident' is not one of incidents, timeline, outages, services, "
    ):
        make_table("incident")
    with pytest.raises(ColumnsError, match=r"^files has no column 'outcomes'; it has path, outcome, reason, template$"):
        make_table("files", {"outcomes": []})


def corpus() -> Corpus:
    ids = ["A", "B", "C"]
    tables = {name: make_table(name) for name in TABLES}
    tables["incidents"] = make_table("incidents", {"incident_id": ids, "severity": ["SEV-1", "SEV-2", None]})
    tables["services"] = make_table(
        "services", {"incident_id": ["A", "A", "C"], "service": ["x", "y", "x"], "line": [1, 2, 3]}
    )
    problems: dict[str, list[Any]] = {
        "path": ["a.md", "b.md", "n.md"],
        "incident_id": ["A", "B", None],
        "line": [1, 1, 1],
    }
    tables["problems"] = make_table("problems", problems)
    tables["files"] = make_table("files", {"path": ["a.md", "b.md", "c.md", "n.md"]})
    return Corpus(**tables)


def test_select_by_ids_keeps_their_rows_in_every_table() -> None:
    chosen = corpus().select(["A"])
    assert chosen.incidents["incident_id"].tolist() == ["A"]
    assert chosen.services["service"].tolist() == ["x", "y"]
    assert chosen.problems["path"].tolist() == ["a.md", "n.md"]
    assert len(chosen.files) == 4
    for table in dataclasses.fields(chosen):
        frame = getattr(chosen, table.name)
        assert frame.index.equals(pd.RangeIndex(len(frame)))


def test_select_by_a_mask_takes_na_as_false() -> None:
    whole = corpus()
    mask = pd.Series([True, None, True], dtype="boolean")
    assert whole.select(mask).incidents["incident_id"].tolist() == ["A", "C"]
    assert whole.select(whole.incidents["severity"] >= "SEV-2").incidents["incident_id"].tolist() == ["A", "B"]


def test_select_leaves_the_corpus_as_it_was() -> None:
    whole, copy = corpus(), corpus()
    whole.select([])
    for name in TABLES:
        assert_frame_equal(getattr(whole, name), getattr(copy, name))


def test_columns_are_of_any_kind_that_has_values() -> None:
    """Lists, ranges, arrays and those of pandas give the same table."""
    starts = pd.date_range("2025-03-26", periods=3, tz="UTC")
    expected = make_table("incidents", {"incident_id": ["0", "1", "2"], "occurred_at": list(starts)})
    for column in (starts, starts.to_series(), starts.array, tuple(starts), starts.strftime("%Y-%m-%dT%H:%MZ")):
        assert_frame_equal(make_table("incidents", {"incident_id": list("012"), "occurred_at": column}), expected)
    assert make_table("actions", {"position": range(2), "line": [7, 8]})["position"].tolist() == [0, 1]


def test_selecting_nothing_and_everything() -> None:
    whole = corpus()
    assert whole.select([]).incidents.empty
    assert_frame_equal(whole.select(whole.incidents["incident_id"]).services, whole.services)


def test_an_unknown_incident_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^incident 'Z' is not in the corpus of 3 incidents$"):
        corpus().select(["A", "Z"])
