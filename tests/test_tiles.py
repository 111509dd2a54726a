"""Every state of a tile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_screen_facts import FELL, HOUR, KEPT, OVER, ROSE, UNJUDGED, budget, budgets, counts, items, response

from incident_analytics.facts import Change, Past, ResponseFacts
from incident_analytics.sentences import Tile, budget_tile, count_tile, follow_up_tile, response_tile


@pytest.mark.parametrize(
    ("tile", "expected"),
    [
        (
            count_tile(counts(), has_reports=True),
            Tile("Incidents", "13", ("1 SEV-1, 12 SEV-2", "Q2 2025: 9", "too few to call it a change")),
        ),
        (
            count_tile(counts(0, earlier=None), has_reports=False),
            Tile("Incidents", "none reported", ("nothing happened, or nothing was written down",)),
        ),
        (
            count_tile(counts(0, Change("unchanged"), None), has_reports=True),
            Tile("Incidents", "0", ("no significant change",)),
        ),
        (
            count_tile(
                counts(1857, Change("changed", (("Q2 2025", True, 0.01), ("Q3 2024", True, 0.01)))), has_reports=True
            ),
            Tile(
                "Incidents",
                "1,857",
                ("1 SEV-1, 1,856 SEV-2", "Q2 2025: 9", "significantly up on Q2 2025 and Q3 2024"),
                needs_action=True,
            ),
        ),
        (
            count_tile(counts(4, n_undated=3), has_reports=True),
            Tile(
                "Incidents",
                "at least 4",
                (
                    "1 SEV-1, 3 SEV-2",
                    "3 reports without a readable date not counted",
                    "Q2 2025: 9",
                    "too few to call it a change",
                ),
            ),
        ),
        (
            count_tile(counts(0, earlier=None, n_undated=1), has_reports=False),
            Tile("Incidents", "not known", ("1 report without a readable date not counted",)),
        ),
        (
            count_tile(counts(2, ROSE, by_severity=((None, 2),)), has_reports=True, so_far=True),
            Tile(
                "Incidents so far",
                "2",
                ("2 without a severity", "Q2 2025: 9", "significantly up on Q2 2025"),
                needs_action=True,
            ),
        ),
        (
            response_tile(response(n_open=1, n_missing=2)),
            Tile(
                "Median time to restore",
                "2h",
                (
                    "Q2 2025: 1h",
                    "too few to call it a change",
                    "13 incidents, 1 ongoing, 2 more without a time",
                ),
            ),
        ),
        (
            response_tile(response(change=FELL)),
            Tile("Median time to restore", "2h", ("Q2 2025: 1h", "significantly down on Q2 2025", "13 incidents")),
        ),
        (
            response_tile(response(n=6, n_inferred=5, change=FELL)),
            Tile(
                "Median time to restore",
                "2h",
                ("Q2 2025: 1h", "significantly down on Q2 2025", "6 incidents, 5 times inferred"),
            ),
        ),
        (
            response_tile(response(n=1, n_inferred=1, n_contradicted=1, change=FELL)),
            Tile(
                "Median time to restore",
                "2h",
                (
                    "Q2 2025: 1h",
                    "significantly down on Q2 2025",
                    "1 incident, 1 time inferred, 1 at odds with the stated duration",
                ),
            ),
        ),
        (
            response_tile(response(None, n=3, n_open=2)),
            Tile("Median time to restore", "not known yet", ("2 of 3 incidents ongoing",)),
        ),
        (
            response_tile(response(None, n=0, n_missing=1)),
            Tile("Median time to restore", "not recorded", ("1 report doesn't say",)),
        ),
        (response_tile(response(None, n=0)), Tile("Median time to restore", "–", ("no completed report",))),
        (
            budget_tile(
                budgets(OVER, KEPT, UNJUDGED, earlier=(Past("Q2 2025", (1, 3)), Past("Q3 2024", None))),
                has_reports=True,
            ),
            Tile(
                "Services over error budget",
                "1 of 2",
                ("API 300% of the budget", "1 more can't be judged", "Q2 2025: 1 of 3, Q3 2024: not known"),
                needs_action=True,
            ),
        ),
        (
            budget_tile(budgets(budget(bound=True)), has_reports=True),
            Tile("Services over error budget", "1 of 1", ("API at least 300% of the budget",), needs_action=True),
        ),
        (
            budget_tile(budgets(KEPT), has_reports=True),
            Tile("Services over error budget", "0 of 1", ("most used: API 50% of the budget",)),
        ),
        (
            budget_tile(budgets(budget(state="within", spent=0)), has_reports=True),
            Tile("Services over error budget", "0 of 1"),
        ),
        (
            budget_tile(budgets(UNJUDGED, KEPT), has_reports=True),
            Tile("Services over error budget", "0 of 1", ("1 more can't be judged",)),
        ),
        (
            budget_tile(budgets(OVER, budget("Web"), several=True), has_reports=True),
            Tile(
                "Error budgets overspent",
                "2 of 2",
                ("API 300% in Q3 2025, Web 300% in Q3 2025",),
                needs_action=True,
            ),
        ),
        (
            budget_tile(budgets(UNJUDGED), has_reports=True),
            Tile("Services over error budget", "not known", ("the length of some outages isn't recorded",)),
        ),
        (
            budget_tile(budgets(replace(UNJUDGED, is_silent=True), silence="May 2025"), has_reports=True),
            Tile("Services over error budget", "not known", ("nothing was reported in May 2025",)),
        ),
        (
            budget_tile(budgets(UNJUDGED), has_reports=False),
            Tile("Services over error budget", "not known", ("no outage reported",)),
        ),
        (
            budget_tile(budgets(worst_services=("API",), worst_downtime=HOUR, worst_is_bound=True), has_reports=True),
            Tile("Most downtime", "at least 1h", ("API", "no service has a target")),
        ),
        (budget_tile(budgets(), has_reports=True), Tile("Most downtime", "–", ("no outage of known length",))),
        (budget_tile(budgets(), has_reports=False), Tile("Most downtime", "none reported")),
        (
            follow_up_tile(items(2, n_past_due_unknown=3), label="Q3 2025"),
            Tile(
                "Overdue action items",
                "2",
                (
                    "all incidents to date, up to 45 days",
                    "3 more past due, status not recorded",
                    "Q3 2025 items: 3 of 4 done, 1 open",
                ),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(), label="Q3 2025"),
            Tile("Overdue action items", "0", ("all incidents to date", "Q3 2025 items: 3 of 4 done, 1 open")),
        ),
        (
            follow_up_tile(items(n_past_due_unknown=3, n_done=0, n_known=0, n_unknown=4), label="Q3 2025"),
            Tile(
                "Action items past due",
                "3",
                ("whether they are done isn't recorded", "Q3 2025 items: 4 of 4 without a status"),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(2, n_open_undated=4, n=0), label="Q3 2025"),
            Tile(
                "Overdue action items",
                "2",
                ("all incidents to date, up to 45 days", "4 more open, no readable due date"),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(n_past_due_unknown=3, n_open_undated=1, n=0), label="Q3 2025"),
            Tile(
                "Action items past due",
                "3",
                ("whether they are done isn't recorded", "1 open item has no readable due date"),
                needs_action=True,
            ),
        ),
        (
            follow_up_tile(items(n_open_undated=1, n=0), label="Q3 2025"),
            Tile("Overdue action items", "none known", ("1 open item has no readable due date",)),
        ),
        (
            follow_up_tile(items(n=0, n_due=0, n_done=0, n_known=0), label="Q3 2025"),
            Tile("Overdue action items", "not recorded", ("none of 9 items has a readable due date",)),
        ),
        (
            follow_up_tile(items(n_items=0, n_due=0), label="Q3 2025"),
            Tile("Overdue action items", "none reported", ("no report lists action items",)),
        ),
    ],
)
def test_a_tile_says_what_is_known_and_no_zero_that_is_not(tile: Tile, expected: Tile) -> None:
    assert tile == expected


def test_services_that_were_down_equally_long_are_all_named() -> None:
    tied = budgets(worst_services=("API", "Web", None), worst_downtime=HOUR)
    assert budget_tile(tied, has_reports=True).lines[0] == "API, Web and service not recorded"


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (response(17 * HOUR, n_inferred=10, median_recorded=5 * HOUR), "recorded times only: 5h (n = 3)"),
        (response(5 * HOUR, n_inferred=12, median_recorded=17 * HOUR), "recorded times only: 17h (n = 1)"),
        (response(5 * HOUR, n_inferred=10, median_recorded=5.5 * HOUR), ""),
        (response(5 * HOUR, n_inferred=13), ""),
        (response(17 * HOUR, stated=5.1 * HOUR, n_stated=6), "reported durations: 5h 6m (n = 6)"),
    ],
    ids=["longer by those inferred", "a single one", "much the same", "none recorded", "reported durations"],
)
def test_a_median_that_inferred_times_change_is_shown_next_to_that_of_the_recorded_ones(
    facts: ResponseFacts, line: str
) -> None:
    lines = response_tile(facts).lines
    assert (lines[-1] if line else "") == line
    assert line or not any("recorded times only" in each for each in lines)


def test_a_tile_says_why_its_figure_is_not_compared() -> None:
    reasons = (("Q2 2025", "the first report is from May 2025"), ("Q3 2024", "the first report is from May 2025"))
    said = "not compared with Q2 2025 and Q3 2024: the first report is from May 2025"
    untested = Change("untested")
    assert said in count_tile(counts(13, untested, None, uncompared=reasons), has_reports=True).lines
    assert said in response_tile(response(change=untested, earlier=(), uncompared=reasons)).lines
    assert said not in response_tile(response(uncompared=reasons)).lines, "one period is compared: a notice says so"
