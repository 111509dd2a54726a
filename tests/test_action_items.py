from __future__ import annotations

import pandas as pd
import pytest
from builders import actions_of, call

from incident_analytics.analysis.action_items import forget_undated_ends, one_row_per_item
from incident_analytics.errors import ColumnsError


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ColumnsError, match="as_of"):
        one_row_per_item(actions_of({"status": "open"}), pd.Timestamp("2025-04-01"), None)


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
