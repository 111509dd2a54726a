from __future__ import annotations

import pandas as pd
import pytest

from incident_analytics.errors import ColumnsError
from incident_analytics.sentences import (
    describe_budget,
    describe_change,
    describe_completion,
    describe_costs,
    describe_counts,
    describe_decisions,
    describe_downtime,
    describe_overdue,
    describe_response,
)


def spans(*minutes: float | None) -> pd.Series:
    return pd.Series(pd.to_timedelta(list(minutes), unit="min"), dtype="timedelta64[us]")


def counts(*rows: tuple[str, str | None, int]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["period", "severity", "n"])
    return frame.astype({"severity": pd.CategoricalDtype(["SEV-3", "SEV-2", "SEV-1"], ordered=True)})


def test_counts_tell_severities_from_the_worst_and_unknown_ones_too() -> None:
    table = counts(("2025-07", "SEV-1", 1), ("2025-07", "SEV-3", 2), ("2025-08", "SEV-3", 3), ("2025-08", None, 1))
    text = "7 incidents from 2025-07 to 2025-08: 1 of unknown severity, 1 SEV-1 and 5 SEV-3."
    assert describe_counts(table) == text


def test_counts_of_nothing_say_so() -> None:
    assert describe_counts(counts(("2025-07", "SEV-1", 0))) == "No incidents in 2025-07."
    assert describe_counts(counts()) == "No incidents."


def test_one_summary_row_tells_what_it_could_not_use() -> None:
    row = pd.DataFrame({"n": [12], "n_missing": [1], "n_open": [0], "n_negative": [2]})
    told = describe_response(row.assign(median=spans(72), p90=spans(363)))
    assert told == "Median time to restore 1h 12m, 90% within 6h 3m (n = 12, 1 not told, 2 negative)."


def test_a_summary_without_a_span_tells_no_number() -> None:
    row = pd.DataFrame({"n": [0], "n_missing": [3]}).assign(median=spans(None), p90=spans(None))
    assert describe_response(row, metric="time_to_detect") == "No time to detect is known."


def test_many_groups_are_told_by_their_ends() -> None:
    rows = pd.DataFrame({"service": list("ABCDE"), "n": [3, 4, 5, 6, 0], "median": spans(30, 10, 20, 90, None)})
    text = "Median time to restore from 10m for B (n = 4) to 1h 30m for D (n = 6)."
    assert describe_response(rows) == text


def test_periods_are_told_from_the_last_one_that_has_a_median() -> None:
    rows = pd.DataFrame({"period": ["2025Q1", "2025Q2", "2025Q3"], "n": [4, 5, 0], "median": spans(60, 90, None)})
    text = "Median time to restore in 2025Q2 1h 30m (n = 5); in 2025Q1 1h (n = 4)."
    assert describe_response(rows) == text


def test_a_budget_that_is_just_used_up_is_not_overspent() -> None:
    sla = pd.DataFrame({"service": ["API", "Frontend"], "budget_left": spans(0, 5)})
    assert describe_budget(sla) == "All 2 services with a target stayed within the error budget."


def test_without_targets_there_is_no_budget_to_tell() -> None:
    sla = pd.DataFrame({"service": ["API"], "budget_left": spans(None)})
    assert describe_budget(sla) == "No service has a target, so there is no error budget to tell."


def test_all_services_over_budget_are_named() -> None:
    sla = pd.DataFrame({"service": ["API", "Frontend"], "budget_left": spans(-1, -5)})
    text = "API and Frontend went over their error budget; 0 of 2 services with a target stayed within."
    assert describe_budget(sla) == text


def test_downtime_of_no_named_service_is_nobodys() -> None:
    down = pd.DataFrame({"service": [None], "n": [2], "downtime": spans(60)}).astype({"service": "str"})
    assert describe_downtime(down) == "No service was down."


COMPLETION = ["n", "n_done", "n_open", "n_unknown", "n_dropped", "n_overdue"]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([0, 0, 0, 0, 0, 0], "No action items."),
        ([2, 0, 0, 2, 0, 0], "2 action items, none of known status: 2 are of unknown status."),
        ([1, 1, 0, 0, 0, 0], "1 of 1 action item of known status is done (100%), none is overdue."),
        (
            [7, 3, 2, 1, 1, 2],
            "3 of 5 action items of known status are done (60%), 2 are overdue; 1 is of unknown status, 1 was dropped.",
        ),
    ],
)
def test_completion_is_told_of_the_items_of_known_status(row: list[int], text: str) -> None:
    assert describe_completion(pd.DataFrame([row], columns=COMPLETION)) == text


def test_items_of_unknown_status_are_not_called_overdue() -> None:
    overdue = pd.DataFrame({"status": pd.Series([None], dtype="str"), "overdue_by": spans(1440)})
    assert describe_overdue(overdue) == "No open action item is past its due date; 1 more of unknown status."


def test_costs_of_zero_are_told_apart_from_costs_not_told() -> None:
    zero = pd.DataFrame({"kind": ["lost_revenue"], "currency": [None], "total": [0.0], "n": [2]})
    untold = pd.DataFrame({"kind": ["lost_revenue"], "currency": [None], "total": [None], "n": [0]})
    assert describe_costs(zero) == "The reports that state an amount of money state zero."
    assert describe_costs(untold.astype({"total": "Float64"})) == "No report states an amount of money."


def test_a_table_of_another_kind_is_refused() -> None:
    with pytest.raises(ColumnsError, match="column 'median' is missing; the frame has n"):
        describe_response(pd.DataFrame({"n": [1]}))


def compared(*rows: tuple[str, int, int, float | None], measure: str = "time_to_restore") -> pd.DataFrame:
    """Return comparisons with earlier periods: the period, both numbers, the adjusted p-value."""
    table = pd.DataFrame(list(rows), columns=["earlier", "n_before", "n_after", "p_adjusted"])
    counted = measure == "incidents"
    before, after = (spans(*[None if counted else minutes] * len(table)) for minutes in (60, 30))
    table = table.assign(measure=measure, before=before, after=after, change=-0.5, detectable_change=-0.7)
    return table.assign(p_value=table["p_adjusted"]).astype({"p_adjusted": "Float64"})


def test_a_change_is_told_only_where_the_adjusted_p_value_carries_it() -> None:
    sure = describe_change(compared(("2025Q2", 12, 13, 0.04), ("2024Q3", 8, 13, 0.3)), measure="time_to_restore")
    assert sure == (
        "The geometric mean time to restore is 30m (n = 13), against 1h in 2025Q2 (n = 12) and 1h in 2024Q3 (n = 8): "
        "it is shorter than in 2025Q2 (p = 0.04)."
    )
    unsure = describe_change(compared(("2025Q2", 12, 13, 0.06)), measure="time_to_restore")
    assert unsure.endswith(": no evidence of a change, and so few reliably show only a fall of 70% or more.")


def test_incidents_come_less_often_or_it_is_not_known() -> None:
    rows = ("2025Q2", 30, 12, 0.01), ("2024Q3", 14, 12, 0.8)
    text = describe_change(compared(*rows, measure="incidents"), measure="incidents")
    assert text == "Against 30 in 2025Q2 and 14 in 2024Q3: they come less often than in 2025Q2 (p = 0.01)."
    assert describe_change(compared(rows[1], measure="incidents"), measure="incidents") == (
        "Against 14 in 2024Q3: no evidence that they come more or less often."
    )


def test_too_few_and_none_are_not_compared() -> None:
    few = describe_change(compared(("2025Q2", 2, 3, None)), measure="time_to_restore")
    assert few.endswith("against 1h in 2025Q2 (n = 2); too few to compare.")
    none = describe_change(compared(("2025Q2", 0, 3, None)), measure="time_to_restore")
    assert none == "There is no time to restore to compare with an earlier period."
    assert describe_change(compared(), measure="incidents") == ""


def test_decisions_are_told_or_their_absence_is() -> None:
    sla = pd.DataFrame({"service": ["API", "Web", "Batch"], "budget_left": spans(-5, 5, None)})
    late = pd.DataFrame({"status": ["open", None], "owner": ["SRE", None], "overdue_by": spans(60 * 24 * 90, 60)})
    assert describe_decisions(sla, late) == "To decide: what follows from the spent error budget of API."
    assert describe_decisions(sla[1:], late[:0]) == "Nothing in these figures waits for a decision."
    assert describe_decisions(sla[1:], late[:0], n_unfinished=1, n_open=2) == (
        "To decide: who finishes the 1 report that is not Final; what ends the 2 incidents that are still open."
    )
