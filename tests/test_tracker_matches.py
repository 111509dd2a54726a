from __future__ import annotations

import pandas as pd
import pytest
from builders import actions_of, call, dates, texts
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.tracker_matches import join_tracker, unmatched_tracker_rows
from incident_analytics.errors import ColumnsError
from incident_analytics.tables import make_table


def known(words: pd.Series) -> list[str | None]:
    return [None if pd.isna(each) else each for each in words]


class TestJoinTracker:
    def test_the_tracker_wins_where_it_says_and_the_report_stays_where_it_does_not(self) -> None:
        actions = actions_of(
            {"key": "OPS-1", "status": "open", "due_on": "2025-07-10"},
            {"key": " ops-2 ", "status": "done", "completed_on": "2025-07-20", "due_on": "2025-07-10"},
            {"key": "OPS-3", "status": "done"},
            {"action": "Add  an alert\nfor the queue", "status": "open"},
            {"action": "No row of the tracker", "status": "open"},
            {"action": "add an alert for the queue", "incident_id": "b"},
        )
        tracker = pd.DataFrame(
            {
                "key": ["OPS-1", "OPS-2", "OPS-4"],
                "incident_id": [None, None, "a"],
                "action": ["other words", None, "Add an alert for the queue "],
                "status": ["done", None, "dropped"],
                "completed_on": dates("2025-07-12", None, None),
                "due_on": dates(None, "2025-08-01", None),
            }
        )
        expected = actions.assign(
            status=texts("done", "done", "done", "dropped", "open", None),
            completed_on=dates("2025-07-12", "2025-07-20", None, None, None, None),
            due_on=dates("2025-07-10", "2025-08-01", None, None, None, None),
            key=texts("OPS-1", " ops-2 ", "OPS-3", "OPS-4", None, None),
            matched_by=texts("key", "key", None, "text", None, None),
        )
        assert_frame_equal(call(join_tracker, actions, tracker), expected)

    def test_rows_of_the_tracker_that_contradict_each_other_are_not_guessed_at(self) -> None:
        """Not by the text either; two rows that tell the same are one."""
        actions = actions_of(
            {"key": "OPS-1", "action": "Split the queue"}, {"key": "OPS-2"}, {"action": "Rotate the secret"}
        )
        tracker = pd.DataFrame(
            {
                "key": ["OPS-1", "OPS-1", "OPS-2", "ops-2", "OPS-3", "OPS-4"],
                "incident_id": ["a"] * 6,
                "action": ["Split the queue", "split", "x", "y", "Rotate the secret", "Rotate the secret"],
                "status": ["done", "open", "done", "done", "done", "done"],
            }
        )
        joined = call(join_tracker, actions, tracker)
        assert_frame_equal(joined[["status"]], pd.DataFrame({"status": texts(None, "done", None)}))
        assert_frame_equal(joined[["matched_by"]], pd.DataFrame({"matched_by": texts(None, "key", None)}))
        assert call(unmatched_tracker_rows, actions, tracker)["key"].tolist() == ["OPS-1", "OPS-1", "OPS-3", "OPS-4"]

    @pytest.mark.parametrize(
        "text",
        [
            "Follow-up: split the queue",
            "[INC-7] Split the queue",
            "INC-7 action item: Split  the queue",
            "API: Split the queue",
        ],
    )
    def test_a_label_before_an_items_text_does_not_hide_it(self, text: str) -> None:
        actions = actions_of({"action": "Split the queue"}, {"action": "Split the queue", "incident_id": "b"})
        tracker = pd.DataFrame({"key": ["OPS-1"], "incident_id": ["a"], "action": [text], "status": ["done"]})
        joined = call(join_tracker, actions, tracker)
        assert known(joined["status"]) == ["done", None]
        assert known(joined["matched_by"]) == ["text", None]
        assert call(unmatched_tracker_rows, actions, tracker).empty

    @pytest.mark.parametrize(
        ("items", "rows", "states"),
        [
            (["Split the queue"], {"API: split the queue": "done", "Web: split the queue": "open"}, [None]),
            (["Split the queue"], {"Split the queue": "open", "API: split the queue": "done"}, ["open"]),
            (["Split the queue", "API: split the queue"], {"API: split the queue": "done"}, [None, "done"]),
            (["API: split the queue"], {"Web: split the queue": "done"}, [None]),
            (["API: split the queue"], {"Split the queue": "done"}, [None]),
            (["queue"], {"Split the queue": "done", "Do: not split the queue": "done"}, [None]),
        ],
    )
    def test_a_label_is_never_guessed_at(
        self, items: list[str], rows: dict[str, str], states: list[str | None]
    ) -> None:
        """Not where several rows fit, nor where a row is another item's, nor where the item has a label as well."""
        actions = actions_of(*({"action": item} for item in items))
        tracker = pd.DataFrame({"incident_id": "a", "action": list(rows), "status": list(rows.values())})
        assert known(call(join_tracker, actions, tracker)["status"]) == states

    def test_rows_of_the_tracker_that_no_report_names_are_listed_as_they_are(self) -> None:
        tracker = pd.DataFrame(
            {"key": [7, 8], "action": ["Add an alert", None], "incident_id": ["a", "a"], "team": ["x", "y"]}
        )
        actions = actions_of({"action": "Add an alert"})
        assert_frame_equal(
            call(unmatched_tracker_rows, actions, tracker),
            pd.DataFrame({"key": [8], "action": pd.Series([None], dtype="str"), "incident_id": ["a"], "team": ["y"]}),
        )

    def test_a_tracker_as_csv_gives_it_will_do(self) -> None:
        """Whole numbers as keys, dates as text, empty columns."""
        tracker = pd.DataFrame({"key": [7], "due_on": ["2025-08-01"], "completed_on": [None], "status": [float("nan")]})
        joined = call(join_tracker, actions_of({"key": "7", "status": "open"}), tracker)
        assert joined[["status", "due_on", "matched_by"]].to_dict("list") == {
            "status": ["open"],
            "due_on": [pd.Timestamp("2025-08-01")],
            "matched_by": ["key"],
        }

    def test_no_actions_and_no_tracker_rows_join_to_nothing(self) -> None:
        empty = pd.DataFrame({"key": texts(), "status": texts()})
        some = actions_of({"key": "OPS-1", "status": "open"}, {})
        nothing = make_table("actions")
        for actions in (some, nothing):
            expected = actions.assign(matched_by=pd.Series(None, index=actions.index, dtype="str"))
            assert_frame_equal(call(join_tracker, actions, empty), expected)
        assert_frame_equal(call(unmatched_tracker_rows, nothing, empty), empty)

    def test_a_tracker_of_incidents_and_texts_alone_will_do(self) -> None:
        actions = actions_of({"action": "Split the queue", "status": "open"})
        tracker = pd.DataFrame({"incident_id": ["a", "b"], "action": ["split the Queue", "split the Queue"]})
        assert call(join_tracker, actions, tracker)["matched_by"].tolist() == ["text"]
        assert call(unmatched_tracker_rows, actions, tracker)["incident_id"].tolist() == ["b"]

    def test_a_tracker_with_neither_key_nor_text_is_refused(self) -> None:
        with pytest.raises(ColumnsError, match=r"^column 'key' is missing; the frame has action, status$"):
            join_tracker(make_table("actions"), pd.DataFrame({"action": ["x"], "status": ["done"]}))
