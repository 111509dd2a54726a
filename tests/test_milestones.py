"""Milestones that rows tell in words of their own: what the scorer takes, and what it must not be misled by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.reports.milestones import Clue, DurationClues, Gap, infer_gaps, infer_milestones, infer_relapse

DAY = datetime(2025, 3, 14, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes)


def rows_of(*rows: str, evidence: DurationClues | None = None) -> dict[str, int]:
    """Infer from rows such as ``14:02 Users report 503s``; milestones with the number of their row."""
    clues = [Clue(at(row[:5]), row[6:]) for row in rows]
    return {name: guess.row for name, guess in infer_milestones(clues, evidence or DurationClues()).items()}


@pytest.mark.parametrize(
    ("event", "milestone"),
    [
        ("User reports that the site is down", "detected"),
        ("Alert on provider latency", "detected"),
        ("`api.example on prod` Simple Health Check Endpoint fires", "detected"),
        ("KubePodCrashLooping", "detected"),
        ("Odd Grafana graphs, launches fail", "detected"),
        ("Team tells us that applying a Service fails", "detected"),
        ("Incident declared", "responded"),
        ("Declared as an incident", "responded"),
        ("Investigation opens", "responded"),
        ("On-call wakes up and takes it", "responded"),
        ("Acknowledged", "responded"),
        ("Cause found in the logs: a missing poll", "identified"),
        ("Contributor has found the cause", "identified"),
        ("Explanation: the namespace of another cluster was deleted", "identified"),
        ("Startup query understood", "identified"),
        ("Repaired", "mitigated"),
        ("Mitigation: rolled back by hand", "mitigated"),
        ("Resolved", "restored"),
        ("Service is back, pods start", "restored"),
        ("Recovery: another node is in", "restored"),
        ("Launch success back at 100%", "restored"),
        ("Ticket closed as resolved", "closed"),
        ("Closed in PagerDuty", "closed"),
    ],
)
def test_a_row_tells_its_milestone(event: str, milestone: str) -> None:
    rows = ["09:00 Node drained", f"10:00 {event}", "11:00 Coffee"]
    assert rows_of(*rows).get(milestone) == 1


def test_rows_that_tell_nothing_give_nothing_but_where_it_began() -> None:
    assert rows_of("09:00 Coffee", "10:00 Lunch") == {"started": 0}


def test_a_label_of_the_house_outranks_an_alert_before_it() -> None:
    found = rows_of(
        "10:01 Node turns NotReady", "10:03 NotReady alert on Slack", "10:05 Detection: someone sees the alert"
    )
    assert (found["started"], found["detected"]) == (0, 2)


def test_a_person_with_a_colon_is_no_label() -> None:
    assert "identified" not in rows_of("10:00 Alert fires", "17:42 Tech lead: root cause still to be fixed")


@pytest.mark.parametrize(
    "event",
    [
        "Hypothesis: the restarts max out the nodes",
        "Maybe it is the proxy",
        "A storage incident is suspected",
        "Various checks, nothing found",
    ],
)
def test_a_guess_is_no_identification(event: str) -> None:
    assert "identified" not in rows_of("10:00 Alert fires", f"10:30 {event}", "11:00 Resolved")


@pytest.mark.parametrize(
    "event",
    [
        "Revert deployed, not solved",
        "Rollback initiated",
        "Many pods restarted, no effect",
        "Would redeploy, but waits",
    ],
)
def test_a_cure_that_failed_or_is_only_begun_is_no_mitigation(event: str) -> None:
    assert "mitigated" not in rows_of("10:00 Alert fires", f"10:30 {event}", "10:45 Coffee", "11:00 Resolved")


def test_a_change_that_tells_the_cause_is_no_cure() -> None:
    found = rows_of(
        "09:30 Version 2 deployed",
        "10:00 Users report 503s",
        "11:00 Resolved",
        evidence=DurationClues(start=at("09:30"), end=at("11:00")),
    )
    assert "mitigated" not in found


def test_one_row_that_cures_and_ends_is_the_restoration() -> None:
    found = rows_of("13:35 Launches fail", "13:44 Users hit the 403", "15:25 Patch merged and deployed, outage over")
    assert found == {"started": 0, "detected": 1, "restored": 2}


def test_the_last_cure_is_the_restoration_where_no_row_says_that_it_was_over() -> None:
    found = rows_of("01:04 Pod does not come up", "02:50 First user report", "08:10 Fixed image deployed")
    assert found["restored"] == 2


def test_what_was_restored_before_a_relapse_was_not_the_end() -> None:
    found = rows_of(
        "10:03 NotReady alert",
        "12:10 Marked as resolved",
        "15:03 NotReady alert again, this time the new node",
        "15:18 Recovery: another node is in",
    )
    assert found["restored"] == 3


def test_what_was_over_for_a_time_leaves_a_gap() -> None:
    rows = [
        "10:03 NotReady alert",
        "10:19 Node answers again, all healthy",
        "15:03 NotReady alert again",
        "15:18 Resolved",
    ]
    clues = [Clue(at(row[:5]), row[6:]) for row in rows]
    assert infer_gaps(clues, DurationClues()) == [Gap(1, 2, 0.98)]
    assert infer_gaps(clues[:2], DurationClues()) == []


def test_the_templates_phrase_ends_the_first_of_two_windows() -> None:
    clues = [
        Clue(at("10:00"), "Initial alert/detection", "detected"),
        Clue(at("10:30"), "Service restored", "restored"),
        Clue(at("11:00"), "The same errors again"),
        Clue(at("11:20"), "Service restored", "restored"),
    ]
    assert infer_gaps(clues, DurationClues()) == [Gap(1, 2, 1.0)]


def test_a_relapse_after_the_last_restoration_is_not_a_gap() -> None:
    clues = [
        Clue(at("10:30"), "Service restored", "restored"),
        Clue(at("10:40"), "Incident closed", "closed"),
        Clue(at("11:00"), "Incident reopened, the same errors"),
    ]
    assert infer_gaps(clues, DurationClues()) == []
    assert infer_relapse(clues) == Gap(0, 2, 1.0)
    assert infer_relapse([*clues, Clue(at("11:20"), "Service restored", "restored")]) is None
    assert infer_relapse(clues[1:]) is None


@pytest.mark.parametrize(
    ("untimed", "timed"),
    [
        (["something"], ["11:10 Queue grows", "16:40 All back to normal"]),
        (["Users report 503s"], ["11:10 Alert fires", "16:40 All back to normal"]),
    ],
)
def test_what_a_row_without_a_time_may_be_is_not_taken_from_a_later_row(untimed: list[str], timed: list[str]) -> None:
    rows = [Clue(at(row[:5]), row[6:]) for row in timed]
    without = infer_milestones(rows, DurationClues())
    found = infer_milestones([*(Clue(None, event) for event in untimed), *rows], DurationClues())
    assert "started" in without
    assert "started" not in found
    assert found["restored"].row == 2
    assert ("detected" in found) == (untimed == ["something"] and "detected" in without)


def test_a_later_restoration_without_a_time_leaves_the_restoration_unknown() -> None:
    rows = [Clue(at("10:00"), "Alert fires"), Clue(at("11:00"), "All back to normal")]
    assert infer_milestones(rows, DurationClues())["restored"].row == 1
    assert "restored" not in infer_milestones(
        [*rows, Clue(None, "Recovered for good, all back to normal")], DurationClues()
    )
    assert infer_milestones([*rows, Clue(None, "Coffee")], DurationClues())["restored"].row == 1


def test_the_stated_length_confirms_a_start_below_a_row_without_a_time() -> None:
    rows = [Clue(None, "Release 4.2"), Clue(at("10:00"), "Errors begin"), Clue(at("12:00"), "All back to normal")]
    assert infer_milestones(rows, DurationClues(total=timedelta(hours=2)))["started"].row == 1
    assert "started" not in infer_milestones(rows, DurationClues(total=timedelta(hours=2), approximate=True))


def test_the_last_cure_is_not_the_end_of_what_goes_on() -> None:
    rows = [Clue(at("10:00"), "Alert fires"), Clue(at("11:00"), "Rolled back to the last version")]
    assert "restored" in infer_milestones(rows, DurationClues())
    assert "restored" not in infer_milestones(rows, DurationClues(is_open=True))


def test_a_mail_that_says_restored_after_the_stated_end_is_paperwork() -> None:
    found = rows_of(
        "10:48 No nodes",
        "11:01 Balancer finds the new nodes healthy, traffic flows",
        "11:08 Second mail, says service is restored",
        evidence=DurationClues(start=at("10:48"), end=at("11:01")),
    )
    assert found["restored"] == 1


def test_a_cause_found_after_the_end_stays_there() -> None:
    found = rows_of(
        "08:05 Noticed, hunt for the cause is on", "09:08 Ingress works as intended", "09:10 Explanation: bad rule"
    )
    assert (found["restored"], found["identified"]) == (1, 2)


def test_rows_before_the_stated_start_detect_nothing() -> None:
    found = rows_of(
        "09:33 Users miss their logs",
        "10:48 No nodes",
        "10:50 Alert fires",
        evidence=DurationClues(start=at("10:48"), end=at("11:01")),
    )
    assert found["detected"] == 2


def test_what_nobody_noticed_was_not_detected() -> None:
    assert (
        rows_of("17:30 Queue goes offline, not noticed", "18:00 Customers write that builds do not run")["detected"]
        == 1
    )


def test_the_total_leads_from_the_end_to_the_row_where_it_began() -> None:
    found = rows_of(
        "13:06 A first 403 on staging fails",
        "13:35 Beta deployed; 403 again",
        "15:25 Patch deployed, outage over",
        evidence=DurationClues(total=timedelta(hours=1, minutes=50), approximate=True),
    )
    assert found["started"] == 1


def test_a_milestone_that_a_row_states_is_not_inferred() -> None:
    clues = [Clue(at("10:00"), "Initial alert/detection", "detected"), Clue(at("10:10"), "Users report 503s")]
    assert "detected" not in infer_milestones(clues, DurationClues())


def test_rows_without_an_instant_tell_nothing() -> None:
    assert infer_milestones([Clue(None, "Resolved"), Clue(None, "Alert fires")], DurationClues()) == {}


@given(st.lists(st.text(max_size=60), max_size=12), st.integers(-500, 500))
def test_any_words_are_taken_and_a_shift_of_all_times_changes_nothing(events: list[str], shift: int) -> None:
    rows = [Clue(DAY + timedelta(minutes=7 * place), event) for place, event in enumerate(events)]
    moved = [Clue(row.at + timedelta(minutes=shift) if row.at else None, row.event) for row in rows]
    found = infer_milestones(rows, DurationClues())
    assert found == infer_milestones(moved, DurationClues())
    assert all(0.5 <= guess.confidence <= 1 and 0 <= guess.row < len(rows) for guess in found.values())


@pytest.mark.parametrize(
    "row",
    [
        "Incident re-opened", "Incident reopened - errors are back", "Incident opened again", "Incident re-opens",
        "Incident channel re-opened", "SEV-2 re-opened, on-call investigating", "Re-opening the incident",
        "Errors are back, incident declared",
    ],
)  # fmt: skip
def test_a_reopening_is_never_the_first_response(row: str) -> None:
    assert "responded" not in rows_of("10:00 Users report 503s", "11:00 All back to normal", f"13:00 {row}")


def test_a_response_before_a_reopening_is_the_first_response() -> None:
    found = rows_of("10:00 Users report 503s", "10:05 Incident opened", "11:00 Resolved", "13:00 Incident re-opened")
    assert found["responded"] == 1
