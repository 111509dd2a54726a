from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from builders import spans

from incident_analytics.errors import ColumnsError
from incident_analytics.sentences import (
    describe_availability,
    describe_budget,
    describe_change,
    describe_control_chart,
    describe_counts,
    describe_downtime,
    describe_full_outages,
    describe_gaps,
    describe_overdue,
    describe_rates,
    describe_response,
    describe_response_trend,
    describe_series,
    describe_start_hours,
    describe_survival,
)


def counts(*rows: tuple[str, str | None, int]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["period", "severity", "n"])
    return frame.astype({"severity": pd.CategoricalDtype(["SEV-3", "SEV-2", "SEV-1"], ordered=True)})


def test_counts_say_severities_from_the_worst_and_unknown_ones_too() -> None:
    table = counts(("2025-07", "SEV-1", 1), ("2025-07", "SEV-3", 2), ("2025-08", "SEV-3", 3), ("2025-08", None, 1))
    text = "7 incidents from July to August 2025: 1 with no severity, 1 SEV-1 and 5 SEV-3."
    assert describe_counts(table) == text


def test_counts_of_nothing_say_so() -> None:
    assert describe_counts(counts(("2025-07", "SEV-1", 0))) == "No incidents in July 2025."
    assert describe_counts(counts()) == "No incidents."


def test_one_summary_row_says_what_it_could_not_use() -> None:
    row = pd.DataFrame({"n": [12], "n_missing": [1], "n_open": [0], "n_negative": [2], "n_within_p90": [11]})
    row = row.assign(median=spans(72), p90=spans(363))
    text = "Median time to restore: 1h 12m; 11 of 12 took at most 6h 3m (p90); 1 not recorded, 2 invalid."
    assert describe_response(row) == text
    text = "Median time to restore: 1h 12m (n = 12, 1 not recorded, 2 invalid)."
    assert describe_response(row.assign(p90=spans(None))) == text


def test_with_ongoing_incidents_nobody_knows_how_many_stay_within_the_p90() -> None:
    row = pd.DataFrame({"n": [12], "n_missing": [0], "n_open": [2], "n_negative": [0], "n_within_p90": [10]})
    row = row.assign(median=spans(72), p90=spans(363))
    assert describe_response(row) == "Median time to restore: 1h 12m, p90 6h 3m (n = 12, 2 ongoing)."
    none = row.assign(median=spans(None), p90=spans(None))
    text = "The median time to restore is not known yet: too many incidents are ongoing."
    assert describe_response(none) == text


def test_a_summary_without_a_span_gives_no_number() -> None:
    row = pd.DataFrame({"n": [0], "n_missing": [3]}).assign(median=spans(None), p90=spans(None))
    assert describe_response(row, metric="time_to_detect") == "No time to detect is recorded."


def test_of_many_groups_the_least_and_the_greatest_are_named() -> None:
    rows = pd.DataFrame({"service": list("ABCDE"), "n": [3, 4, 5, 6, 0], "median": spans(30, 10, 20, 90, None)})
    text = "Median time to restore from 10m for B (n = 4) to 1h 30m for D (n = 6)."
    assert describe_response(rows) == text


def test_what_has_no_group_is_not_compared_with_many() -> None:
    rows = pd.DataFrame({"severity": ["SEV-1", None], "n": [2, 1], "median": spans(205, 41)})
    text = "Median time to restore: SEV-1 3h 25m (n = 2) and unknown severity 41m (n = 1)."
    assert describe_response(rows) == text
    more = {"severity": ["SEV-1", "SEV-2", "SEV-3", None], "n": [2, 3, 1, 1], "median": spans(205, 118, 280, 41)}
    text = "Median time to restore: SEV-1 3h 25m (n = 2), SEV-2 1h 58m (n = 3) and SEV-3 4h 40m (n = 1)."
    assert describe_response(pd.DataFrame(more)) == text


def quarters(*rows: tuple[str, int, float | None, float | None, float | None]) -> pd.DataFrame:
    names, n, *figures = zip(*rows, strict=True)
    medians = zip(("median", "median_low", "median_high"), figures, strict=True)
    return pd.DataFrame({"period": names, "n": n}).assign(**{name: spans(*minutes) for name, minutes in medians})


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (quarters(("2025Q3", 4, 60, None, None)), "Median time to restore: 1h in Q3 2025 (n = 4)."),
        (
            quarters(("2025Q2", 8, 60, 30, 90), ("2025Q3", 9, 90, 80, 200)),
            "Median time to restore: 1h 30m in Q3 2025 (n = 9), 1h in Q2 2025 (n = 8): within the margin of error.",
        ),
        (
            quarters(("2025Q2", 8, 60, 30, 70), ("2025Q3", 9, 5, 1, 9)),
            "Median time to restore: 5m in Q3 2025 (n = 9), 1h in Q2 2025 (n = 8): beyond the margin of error.",
        ),
        (
            quarters(("2025Q2", 8, 60, 30, 70), ("2025Q3", 4, 90, None, None)),
            "Median time to restore: 1h 30m in Q3 2025 (n = 4), 1h in Q2 2025 (n = 8).",
        ),
        (
            quarters(("2025Q2", 8, 60, 30, 70), ("2025Q3", 0, None, None, None)),
            "No median time to restore in Q3 2025; 1h in Q2 2025 (n = 8).",
        ),
        (quarters(("2025Q3", 0, None, None, None)), "No time to restore is recorded."),
    ],
)
def test_a_trend_says_the_last_two_medians_and_no_change(table: pd.DataFrame, text: str) -> None:
    assert describe_response_trend(table) == text


def test_rates_name_the_severities_of_which_some_periods_differ() -> None:
    table = counts(("2025-07", "SEV-3", 1), ("2025-07", "SEV-1", 0), ("2025-08", "SEV-3", 20), ("2025-08", "SEV-1", 0))
    table = table.assign(rate=[1, 0, 19.4, 0], rate_low=[0.02, 0, 11.8, 0], rate_high=[5.4, 3.6, 29.9, 3.6])
    text = "Incidents per 30 days in August 2025: 0 SEV-1 and 19 SEV-3"
    assert describe_rates(table) == f"{text}; some periods clearly differ for SEV-3."
    many = pd.concat([table.assign(period=table["period"].str.replace("2025", year)) for year in ("2024", "2025")])
    assert describe_rates(many).endswith(", which may be chance among 4 periods.")
    assert describe_rates(table[:2]) == "Incidents per 30 days in July 2025: 0 SEV-1 and 1 SEV-3."
    assert describe_rates(table.assign(n=0)) == "No incidents, so there is no rate to show."


def test_gaps_of_groups_are_said_group_by_group() -> None:
    times = {"mean": spans(120, 45, None), "mean_low": spans(30, 8, 2), "mean_high": spans(900, None, None)}
    table = pd.DataFrame({"severity": ["SEV-1", None, "SEV-2"], "n": [2, 1, 0], **times})
    table = table.assign(median=table["mean"], longest=table["mean"], longest_before="INC-3")
    worst = "SEV-1 2h (95% CI 30m to 15h, 2 gaps)"
    unknown = "unknown 45m (95% CI from 8m, 1 gap)"
    assert describe_gaps(table) == f"Mean time between incidents: {worst} and {unknown}."
    one = "Mean time between incidents: 2h (95% CI 30m to 15h, 1 gap)."
    assert describe_gaps(table[:1].drop(columns="severity").assign(n=1)) == one
    many = pd.concat([table[:2].assign(severity=[f"{name}-1", f"{name}-2"]) for name in ("A", "B")])
    assert describe_gaps(many).startswith("Mean time between incidents: from 45m (95% CI from 8m, 1 gap) for A-2 to")
    none = "Time between incidents is not known: it takes two incidents with a known time."
    assert describe_gaps(table[2:]) == none


FLAGS = ["beyond_limits", "three_of_four", "eight_in_a_row", "range_beyond_limit"]


@pytest.mark.parametrize(
    ("n", "flags", "text"),
    [
        (12, [], "Time to restore: all 12 points are within the control limits."),
        (
            9,
            [],
            (
                "Time to restore: all 9 points are within the control limits; with so little data the limits are a "
                "first guess."
            ),
        ),
        (1, [], "No limits of time to restore can be drawn: they take two points, and there is 1."),
        (12, [(3, "beyond_limits")], "Time to restore: 1 of 12 points is beyond the limits (4)."),
        (
            25,
            [(3, "beyond_limits"), (3, "range_beyond_limit"), (4, "range_beyond_limit")],
            (
                "Time to restore: 2 of 25 points are more than normal variation: 1 beyond the limits (4) and 2 after "
                "a jump beyond its limit; in so long a chart some may be chance."
            ),
        ),
    ],
)
def test_a_control_chart_says_which_rules_are_broken(n: int, flags: list[tuple[int, str]], text: str) -> None:
    chart = pd.DataFrame({"time_to_restore": [1] * n, "n_points": n})
    for flag in FLAGS:
        chart[flag] = pd.array([(i, flag) in flags for i in range(n)], dtype="boolean")
    assert describe_control_chart(chart, value="time_to_restore") == text


def test_a_chart_of_counts_is_neither_a_first_guess_nor_doubted_for_its_length() -> None:
    """Its limits hold for the chart as a whole, be it short or long."""
    chart = pd.DataFrame({"n": [1] * 30, "n_points": 30, "upper": 5.0, "dispersion": None})
    chart = chart.assign(**dict.fromkeys(FLAGS[1:], pd.NA), beyond_limits=[True] + [False] * 29)
    assert describe_control_chart(chart, value="n") == "Incidents: 1 of 30 points is beyond the limits (1)."
    short = chart[1:5].assign(n_points=4)
    assert describe_control_chart(short, value="n") == "Incidents: all 4 points are within the control limits."
    none = describe_control_chart(short.assign(upper=None), value="n")
    assert none == "Incidents: too few in 4 points for one of them to be beyond the limits."


def budgets(*rows: tuple[str, float | None, float | None], n_missing: tuple[int, ...] = ()) -> pd.DataFrame:
    """Service, budget and what is left of it, in minutes; of how many outages the length is unknown."""
    table = pd.DataFrame(list(rows), columns=["service", "budget", "budget_left"])
    table = table.assign(budget=spans(*table["budget"]), budget_left=spans(*table["budget_left"]))
    table["window_n_missing"] = list(n_missing) or 0
    return table.assign(period="2025Q3", window_start=pd.Timestamp("2025-07-01", tz="UTC"))


def test_a_budget_that_is_just_used_up_is_not_overspent() -> None:
    sla = budgets(("API", 60, 0), ("Frontend", 60, 5))
    assert describe_budget(sla) == "Both services are within the error budget."
    assert describe_budget(sla[:1], so_far=True) == "The only service with a target is within the error budget so far."


def test_without_targets_no_budget_is_shown() -> None:
    text = "No SLO targets are configured, so error budgets can't be shown."
    assert describe_budget(budgets(("API", None, None))) == text


def test_all_services_over_budget_are_named_the_furthest_first() -> None:
    text = "Frontend, Search and API are over their error budget; 0 of 3 services are within it."
    assert describe_budget(budgets(("API", 60, -1), ("Frontend", 10, -5), ("Search", 60, -6))) == text


def test_of_many_services_over_budget_three_are_named() -> None:
    text = "G, F, E and 4 more are over their error budget; 0 of 7 services are within it."
    assert describe_budget(budgets(*((name, 60, -1 - i) for i, name in enumerate("ABCDEFG")))) == text


def test_a_budget_with_outages_of_unknown_length_can_be_over_but_never_within() -> None:
    """What is left is an upper bound there: above zero it says nothing, below zero it says that the budget is spent."""
    doubt = "Search can't be judged: some outages have no known end."
    for left in (None, 30):
        rows = budgets(("API", 60, 1), ("Search", 60, left), n_missing=(0, 1))
        assert describe_budget(rows) == f"1 of 2 services is within the error budget; {doubt}"
    over = budgets(("API", 60, 1), ("Search", 60, -30), n_missing=(0, 1))
    assert describe_budget(over) == "Search is over its error budget; 1 of 2 services is within it."
    nothing = budgets(("Search", 60, None), ("Batch", None, None), n_missing=(1, 0))
    assert describe_budget(nothing) == "The error budget of Search can't be judged: some outages have no known end."
    both = budgets(("Search", 60, None), ("Web", 60, None), n_missing=(1, 1))
    assert describe_budget(both).startswith("The error budgets of Search and Web can't be judged: ")


def test_a_budget_without_any_reported_outage_is_not_called_kept() -> None:
    text = "No outage was reported, so error budgets can't be judged."
    assert describe_budget(budgets(("API", 60, None), ("Search", 60, None))) == text


def test_budgets_of_several_windows_are_named_with_their_window() -> None:
    table = pd.concat([budgets(("API", 60, -6), ("Web", 60, 6)), budgets(("API", 60, -30), ("Web", 60, 0))])
    later = pd.Timestamp("2025-10-01", tz="UTC")
    table["period"] = ["2025Q3", "2025Q3", "2025Q4", "2025Q4"]
    table["window_start"] = table["window_start"].mask(table["period"] == "2025Q4", later)
    text = "API (Q4 2025) and API (Q3 2025) are over their error budget; 2 of 4 budgets are within it."
    assert describe_budget(table) == text
    assert describe_budget(table[table["service"] == "Web"]) == "Both error budgets were kept."


def availability(*rows: tuple[str, float | None, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["service", "availability", "target"])
    return table.astype({"availability": "Float64", "target": "Float64"}).assign(
        n=1, n_missing=0, downtime=spans(*[60] * len(rows))
    )


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([("API", 0.999, 0.999)], "The only service with an availability target reached it."),
        ([("API", 1.0, 0.999), ("B", 1.0, 0.9)], "Both services with an availability target reached it."),
        (
            [("API", 0.98, 0.99), ("Search", 0.997, 0.999), ("Batch", 0.5, None), ("Unknown", None, 0.9)],
            "None of 2 services reached the availability target; furthest below it is Search, 99.7% against 99.9%.",
        ),
        (
            [("API", 0.5, 0.99), ("A", 0.9999, 1.0), ("B", 0.999, 1.0), ("C", 1.0, 1.0)],
            "1 of 4 services reached the availability target; furthest below it is B, 99.9% against 100%.",
        ),
        ([("API", 0.5, None)], "API had the most downtime: 1h over 1 outage."),
    ],
)
def test_availability_is_reported_against_the_target(rows: list[tuple[str, float, float]], text: str) -> None:
    assert describe_availability(availability(*rows)) == text


@pytest.mark.parametrize("column", ["n_missing", "n_silent"])
def test_a_target_is_not_reached_for_sure_where_more_outages_may_be_known_some_day(column: str) -> None:
    table = availability(("API", 0.98, 0.99), ("Search", 0.9999, 0.999), ("Web", 0.9999, 0.999))
    table[column] = [1, 1, 0]
    assert describe_availability(table) == (
        "1 of 3 services reached the availability target; furthest below it is API, 98% against 99%; "
        "Search can't be judged."
    )
    assert describe_availability(table[1:]) == (
        "1 of 2 services reached the availability target; Search can't be judged."
    )
    assert describe_availability(table[1:2]) == "Whether Search reached the availability target can't be judged."
    silent = pd.DataFrame({"service": ["API"], "n": [1], "n_missing": [0], "downtime": spans(60)})
    assert describe_downtime(silent.assign(n_silent=1)) == "API had the most downtime: at least 1h over 1 outage."


def test_downtime_that_is_not_known_is_not_called_none() -> None:
    down = pd.DataFrame({"service": ["API", "Search"], "n": [0, 1], "n_missing": [0, 1], "downtime": spans(0, None)})
    doubt = "the length of some outages of 1 service isn't recorded"
    assert describe_downtime(down) == f"No downtime can be measured; {doubt}."
    some = down.assign(n=[0, 3], downtime=spans(0, 90))
    assert describe_downtime(some) == f"Search had the most downtime: at least 1h 30m over 3 outages; {doubt}."


def test_downtime_of_no_named_service_is_nobodys() -> None:
    down = pd.DataFrame({"service": [None], "n": [2], "n_missing": [0], "downtime": spans(60)})
    assert describe_downtime(down.astype({"service": "str"})) == "No outage was reported."


def test_items_of_unknown_status_are_not_called_overdue() -> None:
    overdue = pd.DataFrame({"status": pd.Series([None], dtype="str"), "overdue_by": spans(1440)})
    assert describe_overdue(overdue) == "1 item with no recorded status is past due."
    assert describe_overdue(overdue[:0]) == "No open action item is overdue."
    assert describe_overdue(overdue[:0], n_open_undated=2) == (
        "No open action item is known to be overdue; 2 open items have no readable due date."
    )
    assert describe_overdue(overdue[:0], n_due=0, n_items=3).startswith("No action item has a readable due date, so")
    assert describe_overdue(overdue[:0], n_due=0, n_items=0) == "No action items."


def survival(*rows: tuple[str | None, int, float, int]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["owner", "days", "survival_least", "n"])
    table.insert(1, "time", pd.to_timedelta(table.pop("days"), unit="D"))
    return table.assign(survival_most=table["survival_least"], n_done_undated=0, n_undated=0)


def test_survival_is_reported_of_those_who_were_followed_for_so_long() -> None:
    """A is followed for 40 days, of B all are done by day 5, the items of C are young."""
    curve = survival(("A", 0, 1, 3), ("A", 40, 0.5, 3), ("B", 0, 1, 9), ("B", 5, 0, 9), ("C", 0, 1, 4), ("C", 9, 1, 4))
    assert describe_survival(curve) == "Still open after 30 days: 100% of A items (n = 3) and 0% of B items (n = 9)."
    sentence = describe_survival(curve, after=timedelta(days=60))
    assert sentence == "Still open after 60 days: 0% of B items (n = 9)."
    assert describe_survival(curve.tail(2)) == "No action item with recorded dates was followed for 30 days."


def test_where_done_items_have_no_date_the_share_is_a_range() -> None:
    curve = survival(("A", 0, 0.8, 15), ("A", 40, 0.7, 15)).assign(survival_most=1.0, n_done_undated=3)
    text = "Still open after 30 days: 80% to 100% of A items (n = 15). 3 done items have no completion date."
    assert describe_survival(curve) == text


def test_items_that_no_curve_can_use_are_reported_once_a_group() -> None:
    curve = survival(("A", 0, 1, 3), ("A", 40, 1, 3), ("B", 0, 1, 2), ("B", 50, 1, 2))
    curve["n_undated"] = [4, 4, 1, 1]
    text = (
        "Still open after 30 days: 100% of A items (n = 3) and 100% of B items (n = 2). "
        "5 items without a creation or drop date are left out."
    )
    assert describe_survival(curve) == text
    none = curve.iloc[[2]].assign(survival_least=pd.NA, survival_most=pd.NA, n=0)
    text = (
        "No action item with recorded dates was followed for 30 days. "
        "1 item without a creation or drop date is left out."
    )
    assert describe_survival(none) == text


def test_of_many_groups_only_those_of_six_items_are_called_the_least_and_the_greatest() -> None:
    curves = [((name, 0, 1.0, n), (name, 40, share, n)) for name, share, n in GROUPS]
    text = "Still open after 40 days: from 20% of items without owner (n = 7) to 70% of C items (n = 8)."
    assert describe_survival(survival(*(row for rows in curves for row in rows)), after=timedelta(days=40)) == text


GROUPS = [("A", 0.0, 2), (None, 0.2, 7), ("C", 0.7, 8), ("D", 0.5, 6), ("E", 0.6, 9), ("F", 1.0, 5)]


def hours(n: int, by_hour: float | None, by_weekday: float | None, **window: object) -> pd.DataFrame:
    row = {"weekday": "Monday", "hour": 0, "n": n, "n_missing": 0, "timezone": "UTC", "hour_from": 12, "hour_to": 18}
    row |= {"n_in_hours": 30, "hour_p_adjusted": by_hour, "weekday_window": "Monday", "n_in_weekdays": 20}
    return pd.DataFrame([row | {"weekday_p_adjusted": by_weekday} | window])


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (
            hours(80, 0.00001, 0.0123),
            (
                "Incidents cluster between 12:00 and 18:00 UTC (30 of 80, p < 0.001) and on Mondays "
                "(20 of 80, p = 0.012)."
            ),
        ),
        (
            hours(80, 0.2, 0.05, weekday_window="Monday to Friday"),
            "Incidents cluster from Monday to Friday (20 of 80, p = 0.05).",
        ),
        (
            hours(80, 0.2, 0.05, weekday_window="weekend"),
            "Incidents cluster on weekends (20 of 80, p = 0.05).",
        ),
        (
            hours(80, 0.01, 0.3, hour_from=22, hour_to=2, timezone="Europe/London"),
            "Incidents cluster between 22:00 and 02:00 Europe/London time (30 of 80, p = 0.01).",
        ),
        (hours(80, 0.2, 0.3), "No clear pattern by hour or weekday (80 incidents)."),
        (hours(12, 0.2, 0.3), "No clear pattern by hour or weekday (12 incidents is too few to detect a weak one)."),
        (hours(13, 0.2, None), "No clear pattern by hour (13 incidents is too few to detect a weak one)."),
        (hours(80, None, None), "No clear pattern by hour (80 incidents)."),
        (
            hours(1, None, None),
            "No pattern by hour or weekday can be shown: 1 incident is too few; at least 10 are needed.",
        ),
        (hours(0, None, None), "No incident has a recorded start time."),
    ],
)
def test_starts_have_a_pattern_only_where_the_test_finds_one_and_with_its_window(
    table: pd.DataFrame, text: str
) -> None:
    assert describe_start_hours(table) == text


def test_a_table_of_another_kind_is_refused() -> None:
    with pytest.raises(ColumnsError, match="column 'median' is missing; the frame has n"):
        describe_response(pd.DataFrame({"n": [1]}))


def compared(*rows: tuple[str, int, int, float | None], measure: str = "time_to_restore") -> pd.DataFrame:
    """Return comparisons with earlier periods: the period, both numbers, the adjusted p-value."""
    table = pd.DataFrame(list(rows), columns=["earlier", "n_before", "n_after", "p_adjusted"])
    counted = measure == "incidents"
    before, after = (spans(*[None if counted else minutes] * len(table)) for minutes in (60, 30))
    table = table.assign(measure=measure, before=before, after=after, change=-0.5, change_low=-0.8, change_high=0.2)
    table = table.assign(detectable_fall=-0.7, detectable_rise=2.0, can_tell=False)
    n_open = pd.Series(pd.NA if counted else 0, index=table.index, dtype="Int64")
    table = table.assign(period="2025Q3", n_open_before=n_open, n_open_after=n_open)
    return table.assign(p_value=table["p_adjusted"]).astype({"p_adjusted": "Float64"})


def test_a_change_is_reported_only_where_the_adjusted_p_value_carries_it() -> None:
    sure = describe_change(compared(("2025Q2", 12, 13, 0.04), ("2024Q3", 8, 13, 0.3)), measure="time_to_restore")
    assert sure == "The median time to restore fell from 1h in Q2 2025 to 30m (p = 0.04)."


def test_without_a_significant_change_it_is_said_what_would_have_shown() -> None:
    table = compared(("2025Q2", 12, 13, 0.06))
    assert describe_change(table, measure="time_to_restore") == (
        "Median time to restore: 30m, down from 1h in Q2 2025, but too few incidents to call it a change. With "
        "12 and 13 incidents, only a fall of 70% or a rise to 3 times as long would reliably show."
    )
    can_tell = table.assign(can_tell=pd.array([True] * len(table), dtype="boolean"))  # as measures.changes has it
    assert describe_change(can_tell, measure="time_to_restore") == (
        "No significant change in the median time to restore since Q2 2025; a fall of 70% or a rise to 3 times as "
        "long would probably have shown."
    )
    same = table.assign(detectable_fall=None, detectable_rise=None, can_tell=None)
    assert describe_change(same, measure="time_to_restore") == (
        "No significant change in the median time to restore since Q2 2025."
    )
    as_before = table.assign(after=table["before"])
    same = "The median time to restore is the same as in Q2 2025. With 12 and 13 "
    assert describe_change(as_before, measure="time_to_restore").startswith(same)


def test_nothing_is_tested_while_incidents_are_ongoing() -> None:
    table = compared(("2025Q2", 12, 13, None), ("2024Q3", 8, 13, None)).assign(n_open_before=[0, 1])
    assert describe_change(table, measure="time_to_restore") == (
        "The median time to restore is not tested for a change while incidents are ongoing."
    )


def test_a_number_of_incidents_rose_or_fell() -> None:
    rows = ("2025Q2", 30, 12, 0.01), ("2024Q3", 14, 12, 0.8)
    text = describe_change(compared(*rows, measure="incidents"), measure="incidents")
    assert text == "The number of incidents fell from 30 in Q2 2025 to 12 (p = 0.01)."
    table = compared(("2025Q2", 0, 12, 0.0001), measure="incidents").assign(change=pd.NA)
    text = "The number of incidents rose from 0 in Q2 2025 to 12 (p < 0.001)."
    assert describe_change(table, measure="incidents") == text


def test_too_few_and_none_are_not_compared() -> None:
    few = describe_change(compared(("2025Q2", 2, 3, None)), measure="time_to_restore")
    assert few == "Too few incidents to test the median time to restore for a change."
    assert describe_change(compared(), measure="incidents") == ""


def test_of_several_series_the_one_farthest_from_its_median_is_reported() -> None:
    rows = pd.DataFrame(
        {
            "name": "tls_handshakes",
            "service": ["API", None, "Batch"],
            "labels": ["zone=eu", None, None],
            "unit": ["%", "%", "%"],
            "baseline": [99.97, 50, None],
            "worst": [0, 60, 900],
            "worst_at": pd.to_datetime(["2025-08-05T23:50Z"] * 3),
            "at_restoration": [None, 50, 50],
        }
    ).astype({"baseline": "Float64", "worst": "Float64", "at_restoration": "Float64"})
    text = "Tls handshakes of API, zone=eu fell to 0% at 01:50 (normally 99.97%)."
    assert describe_series(rows, timezone="Europe/Berlin") == text
    assert (
        describe_series(rows[1:2]) == "Tls handshakes reached 60% at 23:50 (normally 50%) and was 50% at restoration."
    )
    assert describe_series(rows[2:]) == "Tls handshakes of Batch reached 900% at 23:50 and was 50% at restoration."


def test_series_without_a_worst_value_say_so() -> None:
    columns = ["name", "service", "labels", "unit", "baseline", "worst", "worst_at", "at_restoration"]
    row = pd.DataFrame([["error_rate", "API", *[None] * 6]], columns=columns)
    sentence = "No value of {} during the incident can be compared with those before."
    assert describe_series(row) == sentence.format("error rate")
    assert describe_series(row[:0]) == sentence.format("any metric")


IN_FULL = "outage counts in full, even if only some users were affected"


@pytest.mark.parametrize(
    ("n", "n_weighted", "said"),
    [
        ([4, 2], [1, 0], f"Each {IN_FULL}; that share is reported for 1 of 6 service outages."),
        ([2], [0], f"Each {IN_FULL}; the reports don't give their share."),
        ([3], [2], f"Each {IN_FULL}; that share is reported for 2 of 3 service outages."),
        ([1], [0], f"The {IN_FULL}; its report doesn't give their share."),
        ([3, 0], [3, 0], f"Each {IN_FULL}."),
        ([1], [1], f"The {IN_FULL}."),
        ([0, 0], [0, 0], ""),
        ([], [], ""),
    ],
)
def test_budgets_count_outages_in_full_also_where_the_share_of_users_is_known(
    n: list[int], n_weighted: list[int], said: str
) -> None:
    assert describe_full_outages(pd.DataFrame({"n": n, "n_weighted": n_weighted})) == said
