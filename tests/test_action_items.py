from __future__ import annotations

import pandas as pd
import pytest
from builders import actions_of, at, call, incidents_with_actions

from incident_analytics.analysis.action_items import (
    forget_undated_ends,
    group_columns,
    items_as_known,
    one_row_per_item,
)
from incident_analytics.errors import ColumnsError, UnknownNameError


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ColumnsError, match="as_of"):
        one_row_per_item(actions_of({"status": "open"}), pd.Timestamp("2025-04-01"), None)


@pytest.mark.parametrize("column", ["key", "created_on", "status", "completed_on", "due_on"])
def test_a_column_that_is_missing_is_named(column: str) -> None:
    with pytest.raises(ColumnsError, match=f"column '{column}' is missing"):
        one_row_per_item(actions_of({"status": "open"}).drop(columns=column), at("2025-04-01"), None)


def test_an_undated_end_makes_all_rows_of_its_item_unknown_but_dated_ones() -> None:
    actions = actions_of(
        {"key": "OPS-1", "status": "done"},
        {"key": "ops-1 ", "status": "open"},
        {"key": "OPS-1", "status": "done", "completed_on": "2025-03-20"},
        {"key": "OPS-2", "status": "open"},
        {"status": "dropped"},
        {"status": "open"},
    )
    assert call(forget_undated_ends, actions)["status"].fillna("").tolist() == ["", "", "done", "open", "", "open"]
    assert call(forget_undated_ends, actions_of()).empty


def test_what_to_group_by_is_one_name_or_several() -> None:
    actions = actions_of({"status": "open"})
    assert group_columns(actions, None, None) == []
    assert group_columns(actions, "owner", None) == ["owner"]
    assert group_columns(actions, ("owner", "severity"), incidents_with_actions()) == ["owner", "severity"]
    with pytest.raises(ColumnsError, match="by 'severity' needs incidents=, the incidents table"):
        group_columns(actions, ["severity"], None)
    with pytest.raises(UnknownNameError, match="by 'nobody' is not one of"):
        group_columns(actions, "nobody", None)


@pytest.mark.parametrize(
    ("as_of", "status", "completed_on", "is_there"),
    [
        ("2025-03-19T23:59", "open", None, False),
        ("2025-03-20T00:00", "open", None, False),
        ("2025-03-20T00:01", "open", None, True),
        ("2025-03-21T00:00", "open", None, True),
        ("2025-03-21T00:01", "done", "2025-03-21", True),
    ],
)
def test_a_days_facts_are_known_once_it_has_begun(
    as_of: str, status: str, completed_on: str | None, is_there: bool
) -> None:
    """Created on the 20th, done on the 21st."""
    actions = actions_of({"status": "done", "created_on": "2025-03-20", "completed_on": "2025-03-21"})
    known = call(items_as_known, actions, as_of=at(as_of))
    assert len(known) == is_there
    if is_there:
        ((found, day),) = known[["status", "completed_on"]].itertuples(index=False, name=None)
        assert (found, None if pd.isna(day) else str(day.date())) == (status, completed_on)


def test_an_item_is_overdue_from_the_day_after_it_was_due_and_ages_from_the_day_it_was_created() -> None:
    actions = actions_of(
        {"status": "open", "created_on": "2025-03-14", "due_on": "2025-03-19"},
        {"status": "open", "created_on": "2025-03-20", "due_on": "2025-03-20"},
        {"status": "open", "due_on": "2025-03-21"},
        {"status": "open"},
    )
    items = call(one_row_per_item, actions, as_of=at("2025-03-20T12:00"), incidents=None)
    assert items["overdue_by"].dt.days.fillna(-1).tolist() == [1, -1, -1, -1]
    assert items["age"].dt.days.fillna(-1).tolist() == [6, 0, -1, -1]


def test_of_rows_with_one_key_the_one_that_ended_counts_and_a_status_of_another_name_is_refused() -> None:
    """Keys differ in case and spaces; rows without a key are items of their own."""
    actions = actions_of(
        {"key": "OPS-1", "status": "open"},
        {"key": " ops-1", "status": "dropped"},
        {"key": "Ops-1 ", "status": "done"},
        {"key": "OPS-2", "status": None},
        {"key": "OPS-2", "status": "open"},
        {"status": "open"},
        {"status": "open"},
    )
    items = call(one_row_per_item, actions, as_of=at("2025-03-20T12:00"), incidents=None)
    assert list(items[["line", "status"]].itertuples(index=False, name=None)) == [
        (62, "done"), (64, "open"), (65, "open"), (66, "open"),
    ]  # fmt: skip
    with pytest.raises(UnknownNameError, match="status 'finished' is not one of done, dropped, open"):
        one_row_per_item(actions_of({"status": "finished"}), at("2025-03-20T12:00"), None)
