from __future__ import annotations

import pandas as pd
import pytest
from builders import AFTER, BEFORE, call, in_two_periods, ratios, spans, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.mix import mean_change_by_mix
from incident_analytics.analysis.response import response_times
from incident_analytics.tables import make_table


def test_the_split_by_hand() -> None:
    """Before three of SEV-1 at 6 h and one of SEV-2 at 2 h, after one at 4 h and three at 2 h: 5 h became 2.5 h.

    SEV-1's own change is -2 h at an average share of 1/2: -1 h. Its share falls by 1/2, its average is 5 h and that of
    the whole 3.75 h: -0.625 h. SEV-2's own change is none; its share rises by 1/2 at 2 h: -0.875 h.
    """
    severities = ["SEV-1"] * 3 + ["SEV-2"] * 2 + ["SEV-1"] + ["SEV-2"] * 3
    times = response_times(in_two_periods([360, 360, 360, 120, None], [240, 120, 120, 120], severity=severities))
    expected = pd.DataFrame(
        {
            "group": texts("all", "SEV-3", "SEV-2", "SEV-1"),
            "n_before": [4, 0, 1, 3],
            "n_after": [4, 0, 3, 1],
            "n_unused_before": [1, 0, 1, 0],
            "n_unused_after": [0, 0, 0, 0],
            "share_before": ratios(1, 0, 0.25, 0.75),
            "share_after": ratios(1, 0, 0.75, 0.25),
            "mean_before": spans("5h", None, "2h", "6h"),
            "mean_after": spans("2h30min", None, "2h", "4h"),
            "within": spans("-1h", "0h", "0h", "-1h"),
            "mix": spans("-1h30min", "0h", "-52min30s", "-37min30s"),
            "change": spans("-2h30min", "0h", "-52min30s", "-1h37min30s"),
            "incident_ids_before": [
                tuple(f"INC-{number:03}" for number in range(4)),
                (),
                ("INC-003",),
                ("INC-000", "INC-001", "INC-002"),
            ],
            "incident_ids_after": [
                tuple(f"INC-{number:03}" for number in range(5, 9)),
                (),
                ("INC-006", "INC-007", "INC-008"),
                ("INC-005",),
            ],
        }
    )
    result = call(mean_change_by_mix, times, by="severity", before=BEFORE, after=AFTER, members=True)
    assert_frame_equal(result, expected)


def test_a_group_that_one_period_lacks_is_all_mix() -> None:
    times = response_times(in_two_periods([10, 20], [30], severity=["SEV-1", "SEV-1", "SEV-2"]))
    result = call(mean_change_by_mix, times, by="severity", before=BEFORE, after=AFTER)
    assert result["within"].tolist() == [pd.Timedelta(0)] * 4
    assert result["mix"][0] == pd.Timedelta(minutes=15)


def test_a_period_without_spans_leaves_nothing_to_split() -> None:
    times = response_times(in_two_periods([10, 20], [None], severity=["SEV-1", None, "SEV-2"]))
    result = call(mean_change_by_mix, times, by="severity", before=BEFORE, after=AFTER)
    assert result["group"].tolist() == ["all", "SEV-3", "SEV-2", "SEV-1", "unknown"]
    assert result["mean_before"][0] == pd.Timedelta(minutes=15)
    assert result[["share_after", "mean_after", "within", "mix", "change"]].isna().all(axis=None)
    nothing = response_times(make_table("incidents"))
    empty = call(mean_change_by_mix, nothing, by="service", services=make_table("services"), before=BEFORE, after=AFTER)
    assert empty["group"].tolist() == ["all"]
    assert empty["change"].isna().all()


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.sets(st.sampled_from("ABCD"))), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 10**6), st.sets(st.sampled_from("ABCD"))), min_size=1, max_size=12),
)
@examples(10)
def test_the_parts_add_up_to_the_whole_to_the_last_microsecond(
    before: list[tuple[int, set[str]]], after: list[tuple[int, set[str]]]
) -> None:
    """Also by service, where groups overlap."""
    incidents = in_two_periods([seconds / 61 for seconds, _ in before], [seconds / 61 for seconds, _ in after])
    pairs = [
        (incident_id, service)
        for incident_id, (_, names) in zip(incidents["incident_id"], [*before, *after], strict=True)
        for service in sorted(names)
    ]
    services = make_table(
        "services",
        {
            "incident_id": [incident_id for incident_id, _ in pairs],
            "service": [service for _, service in pairs],
            "affected": [True] * len(pairs),
            "line": [1] * len(pairs),
        },
    )
    times = response_times(incidents)
    result = call(mean_change_by_mix, times, by="service", services=services, before=BEFORE, after=AFTER)
    whole, groups = result.iloc[0], result.iloc[1:]
    assert whole["change"] == whole["mean_after"] - whole["mean_before"]
    for column in ("within", "mix", "change"):
        assert groups[column].sum() == whole[column]
    assert groups["share_before"].sum() == pytest.approx(1)
