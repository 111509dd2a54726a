from __future__ import annotations

from builders import actions_of, call

from incident_analytics.analysis.action_items import forget_undated_ends


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
