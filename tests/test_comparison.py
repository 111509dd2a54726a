from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from builders import AFTER, BEFORE, at, call, in_two_periods, ratios, spans, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.comparison import compare_medians, compare_periods
from incident_analytics.analysis.mix import mean_change_by_mix
from incident_analytics.analysis.response import response_times
from incident_analytics.analysis.statistics import detectable_changes
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import Period
from incident_analytics.schema import DEFAULT_METRICS
from incident_analytics.sentences import describe_periods
from incident_analytics.tables import make_table

RESTORE = {"time_to_restore": DEFAULT_METRICS["time_to_restore"]}


def worded(table: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Add to a comparison what is said of it."""
    return table.assign(sentence=describe_periods(table, before=BEFORE.name, after=AFTER.name, by=by))


def compared(before: list[float | None], after: list[float | None], **arguments: object) -> pd.Series:
    times = response_times(in_two_periods(before, after))
    return worded(call(compare_periods, times, before=BEFORE, after=AFTER, **arguments)).iloc[0]


def random_times(logs: np.ndarray, before: int, after: int) -> pd.DataFrame:
    """Return times of many teams, a row of logs each, so many before and the others after."""
    teams = len(logs)
    starts = pd.to_datetime(["2025-02-01T00:00Z"] * before + ["2025-05-01T00:00Z"] * after)
    minutes = pd.to_timedelta(np.exp(logs).ravel() * 60e6 // 1, unit="us")
    incidents = make_table("incidents", {"incident_id": [f"INC-{number}" for number in range(teams * len(starts))]})
    begins = pd.Series(np.tile(starts, teams)).astype("datetime64[us, UTC]")
    incidents = incidents.assign(occurred_at=begins, started_at=begins, restored_at=begins + minutes)
    team = pd.Series(np.repeat([f"team {number:03}" for number in range(teams)], len(starts)), dtype="str")
    return response_times(incidents, metrics=RESTORE).assign(team=team)


def test_a_comparison_by_hand() -> None:
    """Every span doubles: logs are 0 to 5 times ln 2, then 1 to 6 times, with a variance of 3.5 times ln 2 squared.

    The chances are those over all 924 ways to deal the twelve spans out; t with 10 degrees of freedom is 2.228139.
    """
    before, after = [1, 2, 4, 8, 16, 32], [2, 4, 8, 16, 32, 64]
    pool = np.log2([*before, *after])
    dealt = [(pool.sum() - 2 * pool[list(chosen)].sum()) / 6 for chosen in combinations(range(12), 6)]
    half = 2.228139 * math.log(2) * math.sqrt(3.5 * 2 / 6)
    log_sd = math.log(2) * math.sqrt(3.5)
    p_value = sum(abs(difference) > 1 - 1e-9 for difference in dealt) / 924
    fall, rise = detectable_changes(log_sd=log_sd, n_before=6, n_after=6)
    expected = pd.DataFrame(
        {
            "metric": texts("time_to_restore"),
            "group": texts("all"),
            "is_primary": pd.Series([True], dtype="boolean"),
            "n_before": [6],
            "n_after": [6],
            "n_open_before": [0],
            "n_open_after": [1],
            "n_unused_before": [1],
            "n_unused_after": [0],
            # 2 to the power of 2.5 and of 3.5, in minutes.
            "before": spans(f"{round(60e6 * 2**2.5)}us"),
            "after": spans(f"{round(60e6 * 2**3.5)}us"),
            "change": ratios(1.0),
            "change_low": ratios(2 * math.exp(-half) - 1),
            "change_high": ratios(2 * math.exp(half) - 1),
            "p_value": ratios(p_value),
            "p_adjusted": ratios(p_value),
            "detectable_fall": ratios(fall),
            "detectable_rise": ratios(rise),
            "can_tell": pd.Series([False], dtype="boolean"),
            "false_gain_chance": ratios(sum(difference < -1 + 1e-9 for difference in dealt) / 924),
            "incident_ids_before": [tuple(f"INC-{number:03}" for number in range(6))],
            "incident_ids_after": [tuple(f"INC-{number:03}" for number in range(7, 13))],
        }
    )
    times = response_times(in_two_periods([*before, 0], [*after, None]))
    result = call(compare_periods, times, before=BEFORE, after=AFTER, members=True)
    assert_frame_equal(result, expected, rtol=1e-6)
    assert worded(result)["sentence"][0] == (
        "Too few incidents to say whether time to restore changed: the geometric mean went from 5m 39s in "
        "2025Q1 (n = 6) to 11m in 2025Q2 (n = 6), +100% (95% CI -62% to +960%); only a fall of 90% or a "
        f"rise of {rise:.0%} would reliably show; 1 ongoing incident is not included."
    )


def test_a_change_that_chance_seldom_makes_is_reported_as_one() -> None:
    """Of the 924 ways to deal them out only this one and its mirror image set all longer spans before."""
    row = compared([60, 80, 90, 100, 110, 120], [5, 6, 7, 8, 9, 10])
    assert row["p_value"] == pytest.approx(2 / 924)
    assert row["false_gain_chance"] == pytest.approx(1 / 924)
    assert row["sentence"] == (
        "Geometric mean time to restore fell by 92% (95% CI -94% to -89%), from 1h 31m in 2025Q1 (n = 6) to 7m 18s in "
        "2025Q2 (n = 6); p = 0.0022."
    )


def test_after_a_large_rise_too_few_incidents_say_so_with_both_directions() -> None:
    """A rise of 100% of 12 and 13 spans like those of real incidents: neither found nor refuted."""
    logs = np.random.default_rng(4).normal(0, 1, 25)
    logs[:12] += 4 - logs[:12].mean()
    logs[12:] += 4 + math.log(2) - logs[12:].mean()
    row = worded(call(compare_periods, random_times(logs[None], 12, 13), before=BEFORE, after=AFTER)).iloc[0]
    assert row["p_value"] > 0.05
    assert not row["can_tell"]
    assert row["sentence"].startswith("Too few incidents to say whether time to restore changed: ")
    assert f"+100% (95% CI {row['change_low']:+.0%} to {row['change_high']:+.0%}); only a fall of " in row["sentence"]
    assert f"or a rise of {row['detectable_rise']:.0%} would reliably show" in row["sentence"]


def test_many_incidents_without_a_change_are_enough_to_say() -> None:
    logs = np.tile(np.linspace(3, 5, 40), 2)
    times = random_times(logs[None], 40, 40)
    row = worded(call(compare_periods, times, before=BEFORE, after=AFTER, resamples=99)).iloc[0]
    assert row["can_tell"]
    assert row["detectable_fall"] > -0.5
    assert row["sentence"].startswith("No significant change in time to restore: the geometric mean went from ")


def test_a_rise_is_reported_as_a_rise_and_its_false_gain_is_a_fall_as_large() -> None:
    fell, rose = (
        compared([60, 80, 90, 100, 110, 120], [5, 6, 7, 8, 9, 10]),
        compared([5, 6, 7, 8, 9, 10], [60, 80, 90, 100, 110, 120]),
    )
    assert " rose by 1148% (95% CI " in rose["sentence"]
    assert (1 + rose["change"]) * (1 + fell["change"]) == pytest.approx(1)
    assert rose["p_value"] == fell["p_value"]
    assert rose["false_gain_chance"] == fell["false_gain_chance"]


def test_below_six_spans_nothing_is_compared() -> None:
    row = compared([10, 20, 30, 40, 50], [1] * 9 + [0])
    assert row[["n_before", "n_after", "n_unused_after"]].tolist() == [5, 9, 1]
    assert row["before"] == pd.Timedelta(microseconds=round(60e6 * (10 * 20 * 30 * 40 * 50) ** 0.2))
    assert row["change"] == pytest.approx((10 * 20 * 30 * 40 * 50) ** -0.2 - 1)
    unknown = ["change_low", "change_high", "p_value", "p_adjusted", "detectable_fall", "detectable_rise", "can_tell"]
    assert row[[*unknown, "false_gain_chance"]].isna().all()
    assert row["sentence"] == (
        "Too few incidents to compare time to restore: 5 in 2025Q1 and 9 in 2025Q2, and 6 each are needed."
    )


def test_spans_above_zero_count_and_others_are_unused() -> None:
    """The geometric mean of 1 and of 9 microseconds is 3."""
    incidents = in_two_periods([0, 0, 0, 0], [1])
    incidents["restored_at"] = incidents["started_at"] + pd.to_timedelta([1, 9, 0, -1, 9], unit="us")
    found = call(compare_periods, response_times(incidents), before=BEFORE, after=AFTER).iloc[0]
    assert found[["n_before", "n_unused_before", "n_after"]].tolist() == [2, 2, 1]
    assert found["before"] == pd.Timedelta(microseconds=3)
    assert found["change"] == pytest.approx(2)


def test_no_incidents_are_a_row_without_figures() -> None:
    empty = response_times(make_table("incidents"), metrics=RESTORE)
    result = call(compare_periods, empty, before=BEFORE, after=AFTER, by="severity", members=True)
    assert result["group"].tolist() == ["all", "SEV-3", "SEV-2", "SEV-1"]
    assert result[["n_before", "n_after"]].to_numpy().sum() == 0
    assert result[["before", "after", "change", "p_value", "p_adjusted"]].isna().all(axis=None)


def test_spans_that_are_all_the_same_have_no_interval() -> None:
    same = compared([30] * 6, [30] * 6)
    assert same[["change", "p_value", "false_gain_chance"]].tolist() == [0, 1, 1]
    unknown = ["change_low", "change_high", "detectable_fall", "detectable_rise", "can_tell"]
    assert same[unknown].isna().all()
    assert same["sentence"] == (
        "No significant change in time to restore: the geometric mean went from 30m in 2025Q1 (n = 6) to 30m in 2025Q2 "
        "(n = 6), +0%."
    )
    other = compared([30] * 6, [15] * 6)
    assert other["sentence"] == (
        "Geometric mean time to restore fell by 50%, from 30m in 2025Q1 (n = 6) to 15m in 2025Q2 (n = 6); p = 0.0022."
    )


def test_what_lies_outside_both_periods_does_not_count() -> None:
    incidents = in_two_periods([10.0] * 7, [10.0] * 7)
    incidents.loc[0, "occurred_at"] = at("2024-12-31T23:59:59")
    incidents.loc[13, "occurred_at"] = at("2025-07-01")
    row = call(compare_periods, response_times(incidents), before=BEFORE, after=AFTER).iloc[0]
    assert row[["n_before", "n_after", "n_unused_before", "n_unused_after"]].tolist() == [6, 6, 0, 0]


def test_groups_are_compared_next_to_the_whole_and_adjusted_for_their_number() -> None:
    """Three comparisons can be made beside the primary one; SEV-1 has too few incidents and counts for none."""
    short, long = [5, 6, 7, 8, 9, 10], [60, 80, 90, 100, 110, 120]
    severities = ["SEV-3"] * 6 + ["SEV-2"] * 6 + ["SEV-1", None]
    incidents = in_two_periods([*long, *short, 5, 5], [*short, *short, 5, 5], severity=severities * 2)
    incidents["detected_at"] = incidents["started_at"] + pd.Timedelta(minutes=3)
    times = response_times(incidents)
    result = call(
        compare_periods, times, before=BEFORE, after=AFTER, by="severity", metrics=["time_to_detect", "time_to_restore"]
    )
    assert result["metric"].tolist() == ["time_to_restore"] * 5 + ["time_to_detect"] * 5
    assert result["group"].tolist() == ["all", "SEV-3", "SEV-2", "SEV-1", "unknown"] * 2
    assert result["is_primary"].tolist() == [True] + [False] * 9
    assert result["n_before"].tolist() == [14, 6, 6, 1, 1] * 2
    assert result["p_value"].isna().tolist() == [False, False, False, True, True] * 2
    alone = call(compare_periods, times, before=BEFORE, after=AFTER)
    assert result["p_adjusted"][0] == result["p_value"][0] == alone["p_value"][0]
    assert result["p_value"][1] == pytest.approx(2 / 924)
    assert result["p_adjusted"][1] == pytest.approx(5 * 2 / 924)
    said = worded(result, "severity")["sentence"]
    assert said[1].endswith("; p = 0.011, adjusted for 5 comparisons.")
    assert said[4].startswith("Too few incidents to compare time to restore of unknown severity: 1 in")


def test_sentences_speak_from_the_adjusted_p_value() -> None:
    """One span of the six after is as long as those before: rare enough by itself, but not as one of ten."""
    before, after = [20, 30, 40, 50, 60, 70], [5, 6, 7, 8, 9, 45]
    others = [1, 2, 3, 4, 5, 6]
    teams = [f"team {number}" for number in range(10) for _ in range(6)]
    incidents = in_two_periods([*before, *others * 9], [*after, *others * 9])
    times = response_times(incidents).assign(team=teams * 2)
    row = worded(call(compare_periods, times, before=BEFORE, after=AFTER, by="team")).iloc[1]
    assert row["p_value"] < 0.05 < row["p_adjusted"]
    assert row["sentence"].startswith("Too few incidents to say whether time to restore of team 0 changed: ")
    assert " fell by " in compared(before, after)["sentence"]


def test_an_incident_counts_in_each_service_that_it_affected() -> None:
    services = make_table(
        "services",
        {
            "incident_id": ["INC-000", "INC-000", "INC-001", "INC-002"],
            "service": ["API", "Frontend", "API", "Batch"],
            "affected": [True, True, True, False],
            "line": [1] * 4,
        },
    )
    times = response_times(in_two_periods([5, 6, 7], [8]))
    result = call(compare_periods, times, before=BEFORE, after=AFTER, by="service", services=services)
    assert result[["group", "n_before", "n_after"]].to_numpy().tolist() == [
        ["all", 3, 1],
        ["API", 2, 0],
        ["Batch", 0, 0],
        ["Frontend", 1, 0],
        ["unknown", 1, 1],
    ]


def test_a_group_that_is_named_like_a_row_of_ours_is_not_lost() -> None:
    times = response_times(in_two_periods([5, 6, 7], [8])).assign(team=["all", "unknown", None, "all"])
    compared_teams = call(compare_periods, times, before=BEFORE, after=AFTER, by="team")
    split = call(mean_change_by_mix, times, before=BEFORE, after=AFTER, by="team")
    for table in (compared_teams, split):
        assert table[["group", "n_before"]].to_numpy().tolist() == [
            ["all", 3],
            ["all", 1],
            ["unknown", 1],
            ["unknown", 1],
        ]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"metric": "mttr"}, UnknownNameError, "metric 'mttr' is not one of time_to_restore"),
        ({"metrics": ["mttd"]}, UnknownNameError, "metric 'mttd' is not one of time_to_restore"),
        (
            {"by": "team"},
            UnknownNameError,
            "by 'team' is not one of incident_id, occurred_at, severity, is_open, service",
        ),
        ({"by": "service"}, ColumnsError, "by 'service' needs services=, the services table"),
        (
            {"before": Period.parse("2025Q2"), "after": Period.parse("2025-06")},
            PeriodError,
            "the period before, 2025Q2, must end before the one after, 2025-06, begins",
        ),
        (
            {"before": Period("Q1", pd.Timestamp("2025-01-01"), pd.Timestamp("2025-04-01"))},
            ColumnsError,
            'start 2025-01-01 00:00:00 has no zone; write pd.Timestamp(..., tz="UTC")',
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_right(
    arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    times = response_times(in_two_periods([1], [2]), metrics=RESTORE)
    with pytest.raises(error) as caught:
        compare_periods(times, **{"before": BEFORE, "after": AFTER, **arguments})
    assert str(caught.value) == message


def test_where_nothing_changed_false_findings_stay_at_their_rate() -> None:
    """80 teams whose spans come from one lognormal distribution: 4 false findings are expected, 1 to 9 allowed.

    Beyond lie 2% of a binomial of 80 and 0.05. The interval is held to the same bounds, and false gains are half of
    it all: of 80 and 0.025 0.4% are above 6. `tests/benchmarks/simulations_spans.py` draws more.
    """
    logs = np.random.default_rng(1).normal(4.25, 1.25, (80, 52))
    times = random_times(logs, 12, 40)
    result = compare_periods(times, before=BEFORE, after=AFTER, by="team", resamples=299).iloc[1:]
    assert 1 <= (result["p_value"] <= 0.05).sum() <= 9
    assert 1 <= ((result["change_low"] > 0) | (result["change_high"] < 0)).sum() <= 9
    assert ((result["change"] < 0) & (result["false_gain_chance"] <= 0.025)).sum() <= 6


def test_shuffled_real_spans_with_ties_make_no_more_false_findings_than_the_level() -> None:
    """Spans of a published kind, rounded to five minutes and with a far tail, dealt out at random 100 times.

    5 false findings are expected, 1 to 11 allowed; 1% of a binomial of 100 and 0.05 lies outside.
    """
    pool = np.array([5, 5, 10, 10, 10, 15, 15, 20, 30, 30, 45, 45, 60, 60, 60, 90, 120, 120, 180, 240, 300, 480, 1740])
    draw = np.random.default_rng(7)
    logs = np.log([draw.permutation(pool) for _ in range(100)])
    result = compare_periods(random_times(logs, 11, 12), before=BEFORE, after=AFTER, by="team", resamples=299).iloc[1:]
    assert 1 <= (result["p_value"] <= 0.05).sum() <= 11


def test_where_nothing_changed_few_reviews_say_of_any_change_next_to_the_primary_one() -> None:
    """12 reviews of 5 teams: unadjusted, 23% would name one; adjusted 1 in 20, and 3 are allowed (0.2% beyond)."""
    draw = np.random.default_rng(12)
    reviews = [
        compare_periods(
            random_times(draw.normal(4.25, 1.25, (5, 24)), 12, 12), before=BEFORE, after=AFTER, by="team", resamples=299
        )
        for _ in range(12)
    ]
    claims = [worded(review)["sentence"].str.contains(r" (?:fell|rose) by ").tolist() for review in reviews]
    assert sum(primary for primary, *_ in claims) <= 3
    n_claims = sum(any(others) for _, *others in claims)
    assert n_claims <= 3
    assert sum((review["p_value"][1:] <= 0.05).any() for review in reviews) > n_claims, "each by itself finds more"


def test_a_cut_of_the_detectable_size_is_found_in_four_of_five_cases() -> None:
    """60 teams: 48 are expected, 39 to 56 allowed (0.6% beyond)."""
    cut, _ = detectable_changes(log_sd=1.25, n_before=40, n_after=40)
    logs = np.random.default_rng(3).normal(4.25, 1.25, (60, 80))
    logs[:, 40:] += math.log1p(cut)
    result = compare_periods(random_times(logs, 40, 40), before=BEFORE, after=AFTER, by="team", resamples=299).iloc[1:]
    assert 39 <= (result["p_value"] <= 0.05).sum() <= 56
    assert result["detectable_fall"].median() == pytest.approx(cut, abs=0.02)


MINUTES = st.lists(st.none() | st.sampled_from([0, 1, 5, 30, 45, 600]), max_size=9)


@given(MINUTES, MINUTES, st.integers(2, 50))
@examples(6)
def test_neither_the_order_nor_the_unit_of_the_spans_matters(
    before: list[float | None], after: list[float | None], unit: int
) -> None:
    once = compared(before, after, resamples=99)
    scaled = [[None if each is None else each * unit for each in reversed(minutes)] for minutes in (before, after)]
    again = compared(*scaled, resamples=99)
    assert once["n_before"] + once["n_open_before"] + once["n_unused_before"] == len(before)
    for column in ("change", "change_low", "change_high", "p_value", "detectable_fall", "false_gain_chance"):
        if pd.isna(once[column]):
            assert pd.isna(again[column])
        else:
            assert once[column] == pytest.approx(again[column], rel=1e-6, abs=1e-9)


@given(MINUTES, MINUTES, st.integers(2, 50))
@examples(6)
def test_compared_medians_are_medians_and_their_order_and_unit_do_not_matter(
    before: list[float | None], after: list[float | None], unit: int
) -> None:
    def compare(*minutes: list[float | None]) -> pd.Series:
        times = response_times(in_two_periods(*minutes), metrics=RESTORE)
        bounds = {"before": BEFORE, "after": AFTER, "as_of": at("2026-01-01")}
        return call(compare_medians, times, **bounds, resamples=99).iloc[0]

    found = compare(before, after)
    scaled = compare(*([each and each * unit for each in reversed(minutes)] for minutes in (before, after)))
    for name, minutes in (("before", before), ("after", after)):
        known = [each for each in minutes if each is not None]
        if not found[f"n_open_{name}"]:
            assert found[f"n_{name}"] == len(known)
            assert found[name] == pd.Timedelta(minutes=float(np.median(known))) if known else pd.isna(found[name])
    if pd.notna(found["p_value"]):
        assert min(found["n_before"], found["n_after"]) >= 6
        assert not found["n_open_before"]
        assert not found["n_open_after"]
    if pd.notna(found["change"]):
        assert found["change"] == pytest.approx(found["after"] / found["before"] - 1)
    if pd.notna(found["change_low"]):
        assert found["change_low"] <= found["change"] <= found["change_high"]
    for column in ("change", "change_low", "change_high", "p_value"):
        assert pd.isna(scaled[column]) if pd.isna(found[column]) else scaled[column] == pytest.approx(found[column])


def test_what_no_shuffle_reaches_has_the_chance_of_one_in_ten_thousand() -> None:
    """To 9,999 shuffles the spans themselves are added as one more."""
    times = response_times(in_two_periods([float(n) for n in range(101, 121)], [float(n) for n in range(1, 21)]))
    for compare in (compare_periods, compare_medians):
        found = call(compare, times, before=BEFORE, after=AFTER).iloc[0]
        assert found["p_value"] == 1 / 10_000


def test_the_interval_of_a_change_of_medians_adds_those_of_both_in_squares() -> None:
    """Of nine spans the interval of the median goes from the second to the eighth, by the binomial distribution."""
    before, after = [10.0, 20, 30, 40, 50, 60, 70, 80, 90], [1.0, 2, 3, 4, 5, 6, 7, 8, 9]
    found = call(compare_medians, response_times(in_two_periods(before, after)), before=BEFORE, after=AFTER).iloc[0]
    fall = math.sqrt(math.log(5 / 2) ** 2 + math.log(80 / 50) ** 2)
    rise = math.sqrt(math.log(8 / 5) ** 2 + math.log(50 / 20) ** 2)
    assert found["change"] == pytest.approx(-0.9)
    assert found["change_low"] == pytest.approx(0.1 * math.exp(-fall) - 1)
    assert found["change_high"] == pytest.approx(0.1 * math.exp(rise) - 1)
