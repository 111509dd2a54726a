from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from builders import (
    AS_OF,
    actions_of,
    at,
    call,
    incidents_with_actions,
    period,
    priorities,
    ratios,
    severities,
    spans,
    texts,
)
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.actions import action_ages, action_completion, overdue_actions
from incident_analytics.analysis.completion_times import action_survival
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import Period
from incident_analytics.schema import PRIORITIES
from incident_analytics.tables import make_table


@pytest.fixture
def actions() -> pd.DataFrame:
    """Two done in time, one late, one done without dates, three open, one dropped, two of unknown status."""
    return actions_of(
        {"owner": "Ana", "priority": "High", "status": "done", "due_on": "2025-07-10", "completed_on": "2025-07-10"},
        {"owner": "Ana", "priority": "High", "status": "done", "due_on": "2025-07-10", "completed_on": "2025-07-09"},
        {"owner": "Ana", "priority": "Low", "status": "done", "due_on": "2025-07-10", "completed_on": "2025-07-11"},
        {"owner": "Ana", "status": "done", "completed_on": "2025-07-11"},
        {"owner": "Ben", "priority": "High", "status": "open", "due_on": "2025-09-30"},
        {"owner": "Ben", "priority": "High", "status": "open", "due_on": "2025-10-01"},
        {"owner": "Ben", "priority": "High", "status": "open"},
        {"owner": "Ben", "priority": "High", "status": "dropped", "due_on": "2025-07-01"},
        {"incident_id": "b", "owner": "Cem", "due_on": "2025-09-01"},
        {"incident_id": "b", "due_on": "2025-12-01"},
    )


@pytest.fixture
def incidents() -> pd.DataFrame:
    return incidents_with_actions()


class TestActionCompletion:
    def test_the_whole(self, actions: pd.DataFrame) -> None:
        expected = pd.DataFrame(
            {
                "n": [10],
                "n_done": [4],
                "n_open": [3],
                "n_unknown": [2],
                "n_dropped": [1],
                "n_due": [8],
                "n_overdue": pd.array([1], dtype="Int64"),
                "n_overdue_unknown": pd.array([1], dtype="Int64"),
                "n_open_undated": [1],
                "completion": ratios(4 / 7),
                "on_time": ratios(2 / 3),
                "n_dated": [3],
                "median_age": spans(None),
                "n_aged": [0],
                "incident_ids": [("a", "b")],
            }
        )
        assert_frame_equal(call(action_completion, actions, as_of=AS_OF, members=True), expected)

    def test_each_owner_has_a_row_and_nobody_too(self, actions: pd.DataFrame) -> None:
        expected = pd.DataFrame(
            {
                "owner": texts("Ana", "Ben", "Cem", None),
                "n": [4, 4, 1, 1],
                "n_done": [4, 0, 0, 0],
                "n_open": [0, 3, 0, 0],
                "n_unknown": [0, 0, 1, 1],
                "n_dropped": [0, 1, 0, 0],
                "n_due": [3, 3, 1, 1],
                "n_overdue": pd.array([0, 1, 0, 0], dtype="Int64"),
                "n_overdue_unknown": pd.array([0, 0, 1, 0], dtype="Int64"),
                "n_open_undated": [0, 1, 0, 0],
                "completion": ratios(1.0, 0.0, None, None),
                "on_time": ratios(2 / 3, None, None, None),
                "n_dated": [3, 0, 0, 0],
                "median_age": spans(None, None, None, None),
                "n_aged": [0, 0, 0, 0],
            }
        )
        assert_frame_equal(call(action_completion, actions, as_of=AS_OF, by="owner"), expected)

    def test_each_declared_priority_and_severity_has_a_row(
        self, actions: pd.DataFrame, incidents: pd.DataFrame
    ) -> None:
        by_priority = call(action_completion, actions, as_of=AS_OF, by="priority")[["priority", "n"]]
        expected = pd.DataFrame({"priority": priorities("Low", "Medium", "High", None), "n": [1, 0, 6, 3]})
        assert_frame_equal(by_priority, expected)
        by_severity = call(action_completion, actions, as_of=AS_OF, by="severity", incidents=incidents)
        expected = pd.DataFrame({"severity": severities("SEV-3", "SEV-2", "SEV-1"), "n": [2, 0, 8]})
        assert_frame_equal(by_severity[["severity", "n"]], expected)

    def test_an_item_that_two_reports_list_is_one_and_done_when_one_says_so(self) -> None:
        actions = actions_of(
            {"incident_id": "b", "key": "OPS-1", "status": "open", "owner": "Ben"},
            {"incident_id": "a", "key": "ops-1 ", "status": "done", "owner": "Ana"},
            {"incident_id": "c", "key": "OPS-1"},
            {"incident_id": "c", "key": None},
            {"incident_id": "c", "key": " "},
            {"incident_id": "c", "key": " "},
        )
        for rows in (actions, actions[::-1]):
            whole = call(action_completion, rows, as_of=AS_OF)
            assert whole[["n", "n_done", "n_open", "n_unknown"]].to_numpy().tolist() == [[4, 1, 0, 3]]
            assert call(action_completion, rows, as_of=AS_OF, by="owner")["owner"].dropna().tolist() == ["Ana"]

    def test_open_items_without_a_due_date_are_counted_apart_once_each(self) -> None:
        actions = actions_of(
            {"status": "open", "due_on": "2025-01-01"},
            {"status": "open", "key": "OPS-1"},
            {"status": "open", "key": "OPS-1"},
            {"status": "done"},
            {"status": None},
        )
        result = call(action_completion, actions, as_of=AS_OF)
        assert result[["n", "n_overdue", "n_open_undated"]].to_numpy().tolist() == [[4, 1, 1]]

    def test_no_items_and_nothing_known_give_na_and_not_zero(self) -> None:
        none = call(action_completion, make_table("actions"), as_of=AS_OF)
        unknown = call(action_completion, actions_of({}, {}), as_of=AS_OF)
        for result, n in ((none, 0), (unknown, 2)):
            assert result[["n", "n_unknown", "n_due"]].to_numpy().tolist() == [[n, n, 0]]
            assert result[["n_overdue", "n_overdue_unknown"]].isna().all(axis=None)
            assert_frame_equal(
                result[["completion", "on_time"]], pd.DataFrame({"completion": ratios(None), "on_time": ratios(None)})
            )
        assert call(action_completion, make_table("actions"), as_of=AS_OF, by="owner").empty

    def test_what_was_completed_later_was_open_then(self) -> None:
        """As in a survival curve; what is done at an unknown time counts as it is."""
        actions = actions_of(
            {"status": "done", "due_on": "2025-09-01", "completed_on": "2025-10-02"},
            {"status": "done", "due_on": "2025-09-01", "completed_on": "2025-10-01"},
            {"status": "dropped", "due_on": "2025-11-01", "completed_on": "2025-10-05"},
            {"status": "done"},
            {"completed_on": "2025-10-05"},
        )
        counts = call(action_completion, actions, as_of=AS_OF)
        columns = ["n_done", "n_open", "n_dropped", "n_unknown", "n_overdue"]
        assert counts[columns].to_numpy().tolist() == [[2, 2, 0, 1, 1]]
        assert call(overdue_actions, actions, as_of=AS_OF)["status"].tolist() == ["open"]

    @pytest.mark.parametrize(("zone", "begun"), [("UTC", "2025-10-01T00:00"), ("Asia/Tokyo", "2025-09-30T15:00")])
    def test_a_days_facts_are_known_once_the_day_has_begun_where_as_of_is_read(self, zone: str, begun: str) -> None:
        """At its midnight nothing of a day is known: the item done that day is open, the one created is not there."""
        actions = actions_of(
            {"status": "done", "created_on": "2025-09-01", "completed_on": "2025-10-01"},
            {"status": "open", "created_on": "2025-10-01"},
        )
        midnight = at(begun).tz_convert(zone)
        for as_of, counts in ((midnight, [1, 0, 1]), (midnight + pd.Timedelta(microseconds=1), [2, 1, 1])):
            whole = call(action_completion, actions, as_of=as_of)
            assert whole[["n", "n_done", "n_open"]].to_numpy().tolist() == [counts]

    def test_the_age_of_open_items_is_taken_from_their_creation_else_the_incidents_date(
        self, incidents: pd.DataFrame
    ) -> None:
        """Done items have no age; one of no known beginning is not counted, one created later is gone."""
        actions = actions_of(
            {"owner": "Ana", "status": "open", "created_on": "2025-09-27"},
            {"owner": "Ana", "status": "open"},
            {"owner": "Ana", "status": "done", "created_on": "2025-01-01"},
            {"owner": "Ben", "status": "open", "incident_id": "b"},
            {"owner": "Ben", "status": "open", "created_on": "2025-10-02"},
            {"owner": "Cem", "status": "open", "created_on": "2025-10-01"},
        )
        ages = call(action_completion, actions, as_of=AS_OF, by="owner", incidents=incidents)
        expected = pd.DataFrame({"median_age": spans("58D12h", None, "0D"), "n_aged": [2, 0, 1]})
        assert_frame_equal(ages[["median_age", "n_aged"]], expected)
        assert call(action_completion, actions, as_of=AS_OF)["n_aged"].tolist() == [2]

    def test_each_quarter_of_the_incidents_has_a_row(self, actions: pd.DataFrame, incidents: pd.DataFrame) -> None:
        """b happened on 1 April in Berlin; the quarter after the incidents is empty when asked for."""
        arguments = {"as_of": AS_OF, "incidents": incidents, "every": "quarter"}
        quarters = call(action_completion, actions, **arguments)[["period", "n"]]
        assert_frame_equal(quarters, pd.DataFrame({"period": texts("2025Q1", "2025Q2"), "n": [2, 8]}))
        quarter = Period.parse("2025Q2", timezone="Europe/Berlin")
        berlin = call(action_completion, actions, **arguments, within=quarter, by="severity")
        assert berlin[["period", "severity", "n"]].to_numpy().tolist() == [
            ["2025Q2", "SEV-3", 2],
            ["2025Q2", "SEV-2", 0],
            ["2025Q2", "SEV-1", 8],
        ]
        window = {"within": period("2025-04-01", "2025-10-01")}
        some = call(action_completion, actions, **arguments, **window)[["period", "n", "completion"]]
        expected = {"period": texts("2025Q2", "2025Q3"), "n": [8, 0], "completion": ratios(4 / 7, None)}
        assert_frame_equal(some, pd.DataFrame(expected))
        stranger = call(action_completion, actions_of({"incident_id": "x"}), **arguments)
        assert stranger[["period", "n"]].isna().to_numpy().tolist() == [[True, False]]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"every": "quarter"}, ColumnsError, "every needs incidents=, the incidents table"),
            ({"within": Period.parse("2025")}, ColumnsError, "within needs incidents=, the incidents table"),
            (
                {"incidents": pd.DataFrame({"incident_id": ["a"]})},
                ColumnsError,
                "columns 'title', 'severity', 'date', 'occurred_at' are missing; the frame has incident_id",
            ),
            (
                {"every": "day", "incidents": make_table("incidents")},
                PeriodError,
                "every 'day' is not one of week, month, quarter, year",
            ),
            ({"as_of": AS_OF.tz_localize(None)}, ColumnsError, "as_of 2025-10-01 09:00:00 has no zone"),
            ({"by": "severity"}, ColumnsError, "by 'severity' needs incidents=, the incidents table"),
            ({"by": "team"}, UnknownNameError, "by 'team' is not one of incident_id, position, action, owner,"),
        ],
    )
    def test_a_wrong_argument_is_named(
        self, actions: pd.DataFrame, arguments: dict[str, Any], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error) as caught:
            action_completion(actions, **{"as_of": AS_OF, **arguments})
        assert str(caught.value).startswith(message)

    def test_a_status_of_the_trackers_own_is_no_status(self) -> None:
        with pytest.raises(UnknownNameError, match=r"^status 'In Progress' is not one of done, dropped, open$"):
            action_completion(actions_of({"status": "In Progress"}), as_of=AS_OF)


AGES = ["up to 30d", "31d to 90d", "91d to 180d", "181d to 365d", "over 365d"]


class TestActionAges:
    def test_each_group_has_its_open_items_of_every_age(self) -> None:
        actions = actions_of(
            {"created_on": "2025-09-01", "status": "open", "priority": "High"},
            {"created_on": "2025-08-31", "status": "open", "priority": "High", "incident_id": "b"},
            {"created_on": "2025-08-31", "status": "done", "priority": "High"},
            {"created_on": "2024-09-30", "status": "open", "priority": "Low"},
            {"status": "open", "priority": "Low"},
            {"created_on": "2025-10-02", "status": "open", "priority": "Low"},
            {"created_on": "2025-08-31", "priority": "Low"},
            {"status": "open"},
            {"status": "done"},
        )
        result = call(action_ages, actions, as_of=AS_OF, by="priority", members=True)
        kinds = [*PRIORITIES, None]
        members = {("High", "up to 30d"): ("a",), ("High", "31d to 90d"): ("b",), ("Low", "over 365d"): ("a",)}
        expected = pd.DataFrame(
            {
                "priority": priorities(*(kind for kind in kinds for _ in AGES)),
                "age": pd.Series(AGES * len(kinds), dtype=pd.CategoricalDtype(AGES, ordered=True)),
                "n": [len(members.get((kind, age), ())) for kind in kinds for age in AGES],
                "n_undated": [{"Low": 1, None: 1}.get(kind, 0) for kind in kinds for _ in AGES],
                "n_unknown": [{"Low": 1}.get(kind, 0) for kind in kinds for _ in AGES],
                "incident_ids": pd.Series(
                    [members.get((kind, age), ()) for kind in kinds for age in AGES], dtype=object
                ),
            }
        )
        assert_frame_equal(result, expected)

    @pytest.mark.parametrize(
        ("days", "age"), [(0, 0), (30, 0), (31, 1), (90, 1), (91, 2), (180, 2), (181, 3), (365, 3), (366, 4)]
    )
    def test_an_age_ends_with_its_last_day(self, days: int, age: int) -> None:
        created = AS_OF - pd.Timedelta(days=days)
        result = call(action_ages, actions_of({"created_on": f"{created:%Y-%m-%d}", "status": "open"}), as_of=AS_OF)
        assert result["n"].tolist() == [int(i == age) for i in range(5)]

    def test_without_items_every_age_has_none(self) -> None:
        result = call(action_ages, actions_of(), as_of=AS_OF)
        assert result.columns.tolist() == ["age", "n", "n_undated", "n_unknown"]
        assert result.drop(columns="age").to_numpy().sum() == 0
        assert len(result) == len(AGES)

    def test_the_incidents_date_is_taken_for_the_day_of_creation(self) -> None:
        incidents = make_table("incidents", {"incident_id": ["a"], "date": ["2025-06-01"], "severity": ["SEV-2"]})
        actions = actions_of({"status": "open"})
        assert call(action_ages, actions, as_of=AS_OF)["n_undated"].tolist() == [1] * 5
        result = call(action_ages, actions, as_of=AS_OF, incidents=incidents, by="severity")
        assert result.loc[result["n"] > 0, ["severity", "age"]].to_numpy().tolist() == [["SEV-2", "91d to 180d"]]

    def test_ages_count_the_open_items_that_completion_counts(self) -> None:
        actions = actions_of(
            *({"created_on": "2025-05-01", "status": status, "key": "K-1"} for status in ("open", "open"))
        )
        n_open = call(action_completion, actions, as_of=AS_OF)["n_open"].sum()
        assert call(action_ages, actions, as_of=AS_OF)["n"].sum() == n_open == 1

    def test_unknown_groups_are_refused(self) -> None:
        with pytest.raises(ColumnsError, match="by 'severity' needs incidents=, the incidents table"):
            action_ages(actions_of(), as_of=AS_OF, by="severity")


class TestOverdueActions:
    def test_the_longest_overdue_is_first_and_unknown_ones_are_kept_apart(
        self, actions: pd.DataFrame, incidents: pd.DataFrame
    ) -> None:
        expected = (
            actions.iloc[[8, 4]]
            .reset_index(drop=True)
            .assign(
                overdue_by=spans("30D", "1D"),
                title=texts("Queue", "DNS"),
                severity=severities("SEV-3", "SEV-1"),
                age=spans(None, "113D"),
            )
        )
        assert_frame_equal(call(overdue_actions, actions, as_of=AS_OF, incidents=incidents), expected)
        plain = call(overdue_actions, actions, as_of=AS_OF)
        assert_frame_equal(plain, expected.drop(columns=["title", "severity"]).assign(age=spans(None, None)))
        assert plain["status"].isna().tolist() == [True, False]

    def test_the_unit_of_as_of_does_not_matter(self, actions: pd.DataFrame) -> None:
        precise = call(overdue_actions, actions, as_of=AS_OF.as_unit("ns"))
        assert_frame_equal(precise, overdue_actions(actions, as_of=AS_OF))

    @pytest.mark.parametrize(("zone", "ended"), [("UTC", "2025-10-01T00:00"), ("Asia/Tokyo", "2025-09-30T15:00")])
    def test_an_item_is_overdue_once_its_due_day_has_ended_where_as_of_is_read(self, zone: str, ended: str) -> None:
        actions = actions_of({"status": "open", "due_on": "2025-09-30"})
        midnight = at(ended).tz_convert(zone)
        assert call(overdue_actions, actions, as_of=midnight - pd.Timedelta(microseconds=1)).empty
        assert call(overdue_actions, actions, as_of=midnight)["overdue_by"].tolist() == [pd.Timedelta(days=1)]

    def test_nothing_is_overdue_among_nothing(self) -> None:
        empty = call(overdue_actions, make_table("actions"), as_of=AS_OF)
        assert empty.empty
        assert empty.dtypes["overdue_by"] == "timedelta64[us]"


ITEM = st.fixed_dictionaries(
    {
        "incident_id": st.sampled_from(["a", "b", "c"]),
        "status": st.sampled_from(["open", "done", "dropped", None]),
        "key": st.sampled_from([None, None, "OPS-1", "ops-1", "OPS-2"]),
        "due_on": st.none() | st.dates().map(str),
        "completed_on": st.none() | st.dates().map(str),
        "created_on": st.none() | st.dates().map(str),
    }
)


@given(st.lists(ITEM, max_size=10))
@examples(10)
def test_ratios_lie_between_0_and_1_the_counts_add_up_and_the_order_of_rows_does_not_matter(
    rows: list[dict[str, Any]],
) -> None:
    actions = actions_of(*rows)
    result = action_completion(actions, as_of=AS_OF)
    assert all(result[ratio].dropna().between(0, 1).all() for ratio in ("completion", "on_time"))
    (whole,) = result.to_dict("records")
    assert whole["n"] == sum(whole[f"n_{status}"] for status in ("done", "open", "unknown", "dropped")) <= len(rows)
    assert whole["n_open_undated"] <= min(whole["n_open"], whole["n"] - whole["n_due"])
    late = [count for count in (whole["n_overdue"], whole["n_overdue_unknown"]) if not pd.isna(count)]
    assert len(late) == (2 if whole["n_due"] else 0)
    assert len(overdue_actions(actions, as_of=AS_OF)) == sum(late)
    assert_frame_equal(action_completion(actions[::-1], as_of=AS_OF), result)
    curve = action_survival(actions, as_of=AS_OF)
    assert_frame_equal(action_survival(actions[::-1], as_of=AS_OF), curve)
    counts = ["n", "n_undated", "n_unknown", "n_negative"]
    assert curve[counts].sum(axis=1).unique().tolist() == [whole["n"]]
    assert curve["survival"].dropna().between(0, 1).all()
    assert curve["survival_most"].is_monotonic_decreasing or curve["n"].eq(0).all()
    assert curve["time"].is_monotonic_increasing
