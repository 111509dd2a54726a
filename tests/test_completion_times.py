from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pandas as pd
import pytest
from builders import AS_OF, actions_of, call, incidents_with_actions, ratios, spans
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal, assert_series_equal

from incident_analytics.analysis.completion_times import action_survival, open_after
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.loading import load
from incident_analytics.periods import Period
from incident_analytics.tables import make_table


@pytest.fixture
def incidents() -> pd.DataFrame:
    return incidents_with_actions()


class TestActionSurvival:
    def test_of_rows_with_one_key_the_same_counts_in_any_order(self) -> None:
        """The first one that is done, by incident and line."""
        actions = actions_of(
            {"key": "OPS-1", "status": "open", "created_on": "2025-09-01"},
            {"key": "ops-1", "status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-05"},
            {"key": "OPS-1", "status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-12"},
        )
        for rows in (actions, actions[::-1], actions.iloc[[2, 0, 1]]):
            curve = call(action_survival, rows, as_of=AS_OF)
            assert curve[["time", "events"]].to_numpy().tolist() == [[pd.Timedelta(0), 0], [pd.Timedelta(days=4), 1]]

    def test_open_items_are_censored_and_what_cannot_be_used_is_counted(self, incidents: pd.DataFrame) -> None:
        """By hand: of five 4/5 are open after 4 days, 3/5 after 10; the others were seen open at 20, 30 and 113."""
        actions = actions_of(
            {"status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-05"},
            {"status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-11"},
            {"status": "dropped", "created_on": "2025-09-01", "completed_on": "2025-09-21"},
            {"status": "done", "created_on": "2025-09-01", "completed_on": "2025-12-24"},
            {"status": "open"},
            {"status": "open", "incident_id": "b"},
            {"status": "done"},
            {"status": "dropped", "created_on": "2025-09-01"},
            {"created_on": "2025-09-01"},
            {"status": "done", "created_on": "2025-09-10", "completed_on": "2025-09-09"},
            {"status": "open", "created_on": "2025-10-02"},
        )
        actions.loc[6, "incident_id"] = "unknown"  # nobody knows when this one was created
        curve = call(action_survival, actions, as_of=AS_OF, incidents=incidents)
        expected = pd.DataFrame(
            {
                "time": spans("0D", "4D", "10D", "20D", "30D", "113D"),
                "at_risk": [5, 5, 4, 3, 2, 1],
                "events": [0, 1, 1, 0, 0, 0],
                "survival": ratios(1.0, 0.8, 0.6, 0.6, 0.6, 0.6),
                "survival_least": ratios(1.0, 0.8, 0.6, 0.6, 0.6, 0.6),
                "survival_most": ratios(1.0, 0.8, 0.6, 0.6, 0.6, 0.6),
                "n": [5] * 6,
                "n_done_undated": [0] * 6,
                "n_undated": [3] * 6,
                "n_unknown": [1] * 6,
                "n_negative": [1] * 6,
            }
        )
        assert_frame_equal(curve.drop(columns=["survival_low", "survival_high"]), expected)
        assert curve["survival_low"].isna().tolist() == [True, False, False, False, False, False]
        assert call(action_survival, actions, as_of=AS_OF)["n"].unique().tolist() == [4]
        curve["incident_ids"] = [tuple(sorted(set(actions["incident_id"])))] * len(curve)
        members = call(action_survival, actions, as_of=AS_OF, incidents=incidents, members=True)
        assert_frame_equal(members, curve)
        nothing = call(action_survival, make_table("actions"), as_of=AS_OF, members=True)
        assert nothing["incident_ids"].tolist() == [()]

    def test_a_published_curve_is_reproduced(self) -> None:
        """Weeks of remission under 6-MP: E. J. Freireich and others, Blood 21 (1963) 699-716, here as days."""
        done = [6, 6, 6, 7, 10, 13, 16, 22, 23]
        still_open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
        day = pd.Timedelta(days=1)
        actions = actions_of(
            *(
                {
                    "status": "done",
                    "created_on": "2025-01-01",
                    "completed_on": str(pd.Timestamp("2025-01-01") + days * day),
                }
                for days in done
            ),
            *(
                {"status": "open", "created_on": str(AS_OF.tz_localize(None).normalize() - days * day)}
                for days in still_open
            ),
        )
        curve = call(action_survival, actions, as_of=AS_OF)
        events = curve[curve["events"] > 0]
        assert (events["time"] / day).tolist() == [6, 7, 10, 13, 16, 22, 23]
        assert events["survival"].astype(float).round(4).tolist() == [
            0.8571,
            0.8067,
            0.7529,
            0.6902,
            0.6275,
            0.5378,
            0.4482,
        ]
        wide, narrow = (call(action_survival, actions, as_of=AS_OF, confidence=level) for level in (0.95, 0.5))
        assert (wide["survival_low"].dropna() < narrow["survival_low"].dropna()).all()

    def test_done_items_without_a_date_give_bounds_and_no_curve(self) -> None:
        """Ten of 100 days: one done at 20 days, two done nobody knows when, seven open.

        At most 10 of 10 are open before 20 days, 9 from then on and 7 on the last day, when the two are done for
        certain. At least 8 of 10 are open before 20 days, where those two were done at once.
        """
        created = AS_OF.tz_localize(None).normalize() - pd.Timedelta(days=100)
        item = {"created_on": str(created)}
        actions = actions_of(
            item | {"status": "done", "completed_on": str(created + pd.Timedelta(days=20))},
            *[item | {"status": "done"}] * 2,
            *[item | {"status": "open"}] * 7,
        )
        curve = call(action_survival, actions, as_of=AS_OF)
        expected = pd.DataFrame(
            {
                "time": spans("0D", "20D", "100D"),
                "at_risk": [10, 10, 9],
                "events": [0, 1, 0],
                "survival": ratios(None, None, None),
                "survival_low": ratios(None, None, None),
                "survival_high": ratios(None, None, None),
                "survival_least": ratios(0.8, 0.7, 0.7),
                "survival_most": ratios(1.0, 0.9, 0.7),
                "n": [10] * 3,
                "n_done_undated": [2] * 3,
                "n_undated": [0] * 3,
                "n_unknown": [0] * 3,
                "n_negative": [0] * 3,
            }
        )
        assert_frame_equal(curve, expected)

    def test_the_real_reports_of_2021_do_not_contradict_their_three_done_items(self) -> None:
        """3 of 15 items of known status are done without a date: from 80% to 100% may have been open after 30 days."""
        year = Period.parse("2021")
        corpus = load("data/real")
        is_reviewed = corpus.incidents["occurred_at"].between(year.start, year.end, inclusive="left")
        reviewed = corpus.select(is_reviewed)
        curve = action_survival(reviewed.actions, as_of=year.end, incidents=reviewed.incidents)
        (row,) = open_after(curve, timedelta(days=30)).to_dict("records")
        assert (row["n"], row["n_done_undated"], row["survival_least"], row["survival_most"]) == (15, 3, 0.8, 1.0)
        assert pd.isna(row["survival"])

    def test_items_followed_for_exactly_that_long_are_followed(self) -> None:
        actions = actions_of(
            {"status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-05"},
            {"status": "open", "created_on": "2025-09-01"},
        )
        curve = action_survival(actions, as_of=AS_OF)
        at_days = {days: open_after(curve, timedelta(days=days))["survival"].tolist() for days in (3, 4, 30, 31)}
        assert at_days == {3: [1.0], 4: [0.5], 30: [0.5], 31: [pd.NA]}

    def test_where_all_is_done_none_is_open_ever_after(self) -> None:
        """And of what was not followed for so long nothing is known, though none of it was done: not that all is open.

        An incident of no severity is a group as well, in its place.
        """
        actions = actions_of(
            {"incident_id": "a", "status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-05"},
            {"incident_id": "b", "status": "open", "created_on": "2025-09-01"},
            {"incident_id": "c", "status": "done", "created_on": "2025-09-01", "completed_on": "2025-09-03"},
        )
        severities = {"incident_id": ["a", "b", "c"], "severity": ["SEV-2", "SEV-1", None]}
        curve = action_survival(actions, as_of=AS_OF, incidents=make_table("incidents", severities), by="severity")
        after = {days: open_after(curve, timedelta(days=days)) for days in (3, 4, 365)}
        survival = {
            days: {
                None if pd.isna(key) else key: value
                for key, value in zip(rows["severity"], rows["survival"], strict=True)
            }
            for days, rows in after.items()
        }
        nothing = dict.fromkeys(curve["severity"].dropna().unique(), pd.NA)
        assert survival == {
            3: nothing | {"SEV-1": 1.0, "SEV-2": 1.0, None: 0.0},
            4: nothing | {"SEV-1": 1.0, "SEV-2": 0.0, None: 0.0},
            365: nothing | {"SEV-1": pd.NA, "SEV-2": 0.0, None: 0.0},
        }

    @given(
        st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=5),
        st.lists(st.integers(0, 3), min_size=1, max_size=2),
    )
    @examples(6)
    def test_the_bounds_are_the_least_and_the_most_over_all_days_on_which_items_may_have_been_done(
        self, dated: list[tuple[int, bool]], ages: list[int]
    ) -> None:
        """By going through all of them; ages and days are whole days."""
        today = AS_OF.tz_localize(None).normalize()

        def item(age: int, done_after: int | None, status: str) -> dict[str, Any]:
            created = today - pd.Timedelta(days=age)
            completed = None if done_after is None else str(created + pd.Timedelta(days=done_after))
            return {"status": status, "created_on": str(created), "completed_on": completed}

        rows = [item(9, days, "done") if is_done else item(days, None, "open") for days, is_done in dated]
        curve = action_survival(actions_of(*rows, *(item(age, None, "done") for age in ages)), as_of=AS_OF)
        possible = [
            action_survival(actions_of(*rows, *map(item, ages, days, ["done"] * len(ages))), as_of=AS_OF)
            for days in product(*(range(age + 1) for age in ages))
        ]
        for row in curve.itertuples():
            survivals = [each.loc[each["time"] <= row.time, "survival"].iloc[-1] for each in possible]
            assert row.survival_least == pytest.approx(min(survivals))
            assert row.survival_most == pytest.approx(max(survivals))

    def test_each_group_has_its_curve_and_one_without_items_a_row_that_says_so(self, incidents: pd.DataFrame) -> None:
        actions = actions_of(
            {"priority": "High", "status": "done", "completed_on": "2025-06-10"},
            {"priority": "High", "status": "done", "completed_on": "2025-06-12", "key": "OPS-1"},
            {"priority": "Low", "status": "open", "key": "ops-1"},
            {"status": None},
        )
        curve = call(action_survival, actions, as_of=AS_OF, incidents=incidents, by=["priority", "severity"])
        high = curve[(curve["priority"] == "High") & (curve["severity"] == "SEV-1")]
        assert (high["time"] / pd.Timedelta(days=1)).tolist() == [0, 2]
        assert high["survival"].tolist() == [0.5, 0.0]
        rest = curve.drop(high.index)
        assert rest["survival"].isna().all()
        assert rest[["at_risk", "events", "n"]].to_numpy().sum() == 0
        assert len(rest) == 9
        assert rest["n_unknown"].tolist() == [0] * 8 + [1]

    def test_nothing_has_one_row_or_none_of_the_right_types(self) -> None:
        whole = call(action_survival, make_table("actions"), as_of=AS_OF)
        counts = ["at_risk", "events", "n", "n_done_undated", "n_undated", "n_unknown", "n_negative"]
        assert whole[counts].to_numpy().tolist() == [[0] * 7]
        assert whole["survival"].isna().all()
        by_owner = call(action_survival, make_table("actions"), as_of=AS_OF, by="owner")
        assert by_owner.empty
        assert_series_equal(by_owner.dtypes[1:], whole.dtypes)

    def test_a_wrong_argument_is_named(self) -> None:
        with pytest.raises(UnknownNameError, match=r"^by 'team' is not one of incident_id, "):
            action_survival(make_table("actions"), as_of=AS_OF, by="team")
        with pytest.raises(ColumnsError, match=r"^as_of 2025-10-01 09:00:00 has no zone"):
            action_survival(make_table("actions"), as_of=AS_OF.tz_localize(None))
