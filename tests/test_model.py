"""The tables' contract, periods and the corpus."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest
from builders import at
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.checks import require_columns, require_instant
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import Period
from incident_analytics.schema import DEFAULT_METRICS, MILESTONES, PRIORITIES, SEVERITIES, TABLES
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
    with pytest.raises(ColumnsError, match=r"^files has no column 'outcomes'; it has path, outcome, reason$"):
        make_table("files", {"outcomes": []})


@pytest.mark.parametrize(
    ("columns", "needed", "message"),
    [
        (["a"], ["b"], "column 'b' is missing; the frame has a"),
        (["a", "b"], ["c", "a", "d"], "columns 'c', 'd' are missing; the frame has a, b"),
        ([], ["a"], "column 'a' is missing; the frame has no columns"),
    ],
)
def test_missing_columns_are_named_beside_those_that_are_there(
    columns: list[str], needed: list[str], message: str
) -> None:
    with pytest.raises(ColumnsError) as caught:
        require_columns(pd.DataFrame(columns=columns), *needed)
    assert str(caught.value) == message


def test_an_instant_without_a_zone_is_refused() -> None:
    require_instant("start", None)
    require_instant("start", at("2025-07-01"))
    with pytest.raises(
        ColumnsError, match=r'^as_of 2025-07-01 00:00:00 has no zone; write pd.Timestamp\(..., tz="UTC"\)$'
    ):
        require_instant("as_of", pd.Timestamp("2025-07-01"))


def test_the_default_metrics_are_of_columns_that_are_there() -> None:
    instants = {column for column, dtype in TABLES["incidents"].items() if dtype == "datetime64[us, UTC]"}
    assert {f"{milestone}_at" for milestone in MILESTONES} < instants
    for metric in DEFAULT_METRICS.values():
        assert {*metric.start, *metric.end} <= instants


# --- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "start", "end"),
    [
        ("2025Q3", {}, "2025-07-01", "2025-10-01"),
        (" 2025Q4 ", {}, "2025-10-01", "2026-01-01"),
        ("2025-07", {}, "2025-07-01", "2025-08-01"),
        ("2024-02", {}, "2024-02-01", "2024-03-01"),
        ("2025H1", {}, "2025-01-01", "2025-07-01"),
        ("2025H2", {}, "2025-07-01", "2026-01-01"),
        ("2025", {}, "2025-01-01", "2026-01-01"),
        ("2025-01-01/2025-04-01", {}, "2025-01-01", "2025-04-01"),
        ("FY2025Q3", {"fiscal_year_start": 4}, "2024-10-01", "2025-01-01"),
        ("FY2025Q4", {"fiscal_year_start": 4}, "2025-01-01", "2025-04-01"),
        ("FY2025", {"fiscal_year_start": 4}, "2024-04-01", "2025-04-01"),
        ("FY2025Q1", {"fiscal_year_start": 1}, "2025-01-01", "2025-04-01"),
        ("FY2025", {"fiscal_year_start": 12}, "2024-12-01", "2025-12-01"),
        ("2025Q3", {"fiscal_year_start": 4}, "2025-07-01", "2025-10-01"),
        ("2025Q3", {"timezone": "Europe/Berlin"}, "2025-06-30 22:00", "2025-09-30 22:00"),
        ("2025", {"timezone": "America/New_York"}, "2025-01-01 05:00", "2026-01-01 05:00"),
        ("2025-03", {"timezone": "Europe/London"}, "2025-03-01", "2025-03-31 23:00"),
    ],
)
def test_period(text: str, options: dict[str, Any], start: str, end: str) -> None:
    assert Period.parse(text, **options) == Period(text.strip(), at(start), at(end))


@pytest.mark.parametrize(
    "text",
    ["", "2025Q5", "2025Q0", "Q3 2025", "2025-13", "2025-00", "2025-7", "2025H3", "25Q3", "FY25", "2025-07-01", "2025/2026",
     "2025-01-01/", "/", "2025-02-30/2025-03-01", "2025-01-01/2025-02-01/2025-03-01", "last quarter", "20255", "0000"],
)  # fmt: skip
def test_what_is_no_period_is_told_the_forms(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse(text)
    forms = "2025Q3, 2025-07, 2025H1, 2025, FY2025Q3, FY2025 or 2025-01-01/2025-04-01"
    assert str(caught.value) == f"period {text!r} is none of {forms}"


@pytest.mark.parametrize("text", ["2025-04-01/2025-01-01", "2025-01-01/2025-01-01"])
def test_a_period_that_ends_before_it_starts(text: str) -> None:
    with pytest.raises(PeriodError, match=r"^period '2025.* ends before it starts; write the earlier date first$"):
        Period.parse(text)


@given(st.integers(1900, 2200), st.integers(1, 12), st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]))
def test_the_quarters_of_a_year_follow_each_other_and_fill_it(year: int, fiscal_year_start: int, timezone: str) -> None:
    for prefix in ("", "FY"):
        whole, *quarters = (
            Period.parse(f"{prefix}{year}{part}", timezone=timezone, fiscal_year_start=fiscal_year_start)
            for part in ("", "Q1", "Q2", "Q3", "Q4")
        )
        assert [quarter.start for quarter in quarters[1:]] == [quarter.end for quarter in quarters[:-1]]
        assert (quarters[0].start, quarters[-1].end) == (whole.start, whole.end)


# --- the corpus ------------------------------------------------------------------------------------------------------


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


def test_selecting_nothing_and_everything() -> None:
    whole = corpus()
    assert whole.select([]).incidents.empty
    assert_frame_equal(whole.select(whole.incidents["incident_id"]).services, whole.services)


def test_an_unknown_incident_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"^incident 'Z' is not in the corpus of 3 incidents$"):
        corpus().select(["A", "Z"])


@pytest.mark.parametrize(
    ("text", "options", "names"),
    [
        ("2025Q1", {}, ["2024Q4", "2024Q1"]),
        ("2025H1", {}, ["2024H2", "2024H1"]),
        ("2025-01", {}, ["2024-12", "2024-01"]),
        ("2025-11", {}, ["2025-10", "2024-11"]),
        ("2025", {}, ["2024"]),
        ("FY2025", {"fiscal_year_start": 4}, ["FY2024"]),
        ("FY2025Q1", {"fiscal_year_start": 4}, ["FY2024Q4", "FY2024Q1"]),
        ("2024-02-01/2024-03-01", {}, ["2024-01-03/2024-02-01", "2023-02-01/2023-03-01"]),
        ("2024-01-01/2025-01-01", {"timezone": "Asia/Tokyo"}, ["2022-12-31/2024-01-01", "2023-01-01/2024-01-01"]),
    ],
)
def test_the_periods_that_one_is_set_against(text: str, options: dict[str, Any], names: list[str]) -> None:
    period = Period.parse(text, **options)
    earlier = period.earlier(**options)
    assert [before.name for before in earlier] == names
    assert earlier == tuple(Period.parse(name, **options) for name in names)
    assert earlier[0].end == period.start
