"""What makes a page less true, with its remedy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from builders import at
from first_screen_facts import HOUR, KEPT, NONE, ONGOING, UNJUDGED, budget, budgets, counts, incident, items, response

from incident_analytics.facts import MappedSeverity
from incident_analytics.sentences import describe_notices


def notices(**options: Any) -> list[tuple[str, str]]:
    facts: dict[str, Any] = {
        "has_reports": True, "last_report": None, "ongoing": NONE, "n_pending": 0, "counts": counts(),
        "response": response(), "budgets": budgets(KEPT), "follow_ups": items(),
    } | options  # fmt: skip
    return [(notice.fact, notice.remedy) for notice in describe_notices(**facts)]


def test_a_page_that_lacks_nothing_has_no_notice() -> None:
    assert notices() == []


def test_what_makes_the_page_less_true_is_said_with_its_remedy() -> None:
    assert notices(ongoing=ONGOING) == [
        (
            "“No <b>” (since 29 September 2025, 1d 16h so far) is ongoing; its downtime counts up to the review date.",
            "If it is over, add the restoration to its timeline.",
        )
    ]
    assert notices(ongoing=ONGOING, at_end=True) == [
        (
            (
                "“No <b>” (since 29 September 2025, 1d 16h by then) was ongoing when the period ended; its downtime "
                "counts up to the review date."
            ),
            "If it was over by then, add the restoration to its timeline.",
        )
    ]
    (name,) = ONGOING["incident_id"]
    assert notices(ongoing=ONGOING, over_later=[name])[0][1] == (
        f"{name} ended after the review date; a later --as-of counts that."
    )
    other = pd.concat([ONGOING, ONGOING.assign(incident_id="INC-2")])
    assert notices(ongoing=other, over_later=[name])[0][1] == (
        f"{name} ended after the review date; a later --as-of counts that. "
        "If another one is over, add the restoration to its timeline."
    )
    minor = ONGOING.assign(severity="SEV-3", has_downtime=False)
    assert notices(ongoing=minor)[0][0] == (
        "“No <b>” (since 29 September 2025, 1d 16h so far) is ongoing; as a SEV-3 it does not count as downtime."
    )
    both = notices(ongoing=pd.concat([ONGOING, minor, minor]))[0][0]
    assert both.count("counts up to the review date. “") == 1
    assert both.endswith(" are ongoing; they do not count as downtime.")
    record = {"tool": "PagerDuty", "title": "No report", "incident_id": None, "candidates": ""}
    found = [notices(records=pd.DataFrame([record] * n, columns=list(record))) for n in (0, 1, 12)]
    assert found == [
        [],
        [("1 PagerDuty incident has no report: “No report”.", "Write a report if it was a real incident.")],
        [
            (
                "12 PagerDuty incidents have no report: “No report”, “No report”, “No report” and 9 more.",
                "Write a report for each that was a real incident.",
            )
        ],
    ]
    each = [notices(budgets=budgets(*unknown))[0][0] for unknown in ([UNJUDGED], [UNJUDGED, budget("Web", "unknown")])]
    assert each == [
        "The error budget of API can't be judged: the length of some outages isn't recorded.",
        "The error budgets of API and Web can't be judged: the length of some outages isn't recorded.",
    ]
    silent = replace(UNJUDGED, spent=HOUR, is_bound=True, is_silent=True)
    assert notices(budgets=budgets(silent, silence="August to September 2025"), counts=counts(earlier=None)) == [
        (
            (
                "No incident was reported from August to September 2025. Either nothing happened or nothing was "
                "written down: downtime may be longer and availability lower than shown, and nothing is compared with "
                "earlier periods."
            ),
            "Add any report that is missing.",
        )
    ]
    slow, other = (replace(incident(name, "SEV-2", hours=9), stated=HOUR) for name in ("Queue", "Disk"))
    assert [notices(contradicted=found)[0][0] for found in ([slow], [slow, other])] == [
        "In 1 report the time to restore contradicts the stated duration: “Queue” (9h, stated 1h).",
        "In 2 reports the time to restore contradicts the stated duration, such as “Queue” (9h, stated 1h).",
    ]
    assert notices(budgets=budgets())[0][1] == "Set target under [services.NAME]."
    assert notices(follow_ups=items(n_due=0))[0][1] == "Fill in the Due Date column."
    unknown = items(n_past_due_unknown=11)
    assert notices(follow_ups=unknown)[0] == (
        "11 action items past due have no recorded status; some may be done.",
        "Fill in the Status column, or connect the issue tracker under [tracker].",
    )
    assert notices(follow_ups=unknown, has_tracker=True)[0][1] == "Fill in the Status column."
    assert notices(response=response(5 * HOUR, n_inferred=7, median_recorded=HOUR))[0][0] == (
        "Time to restore was inferred from free text in 7 of 13 reports."
    )
    assert notices(response=response(5 * HOUR, n_inferred=7, n_check=2))[0][0] == (
        "Time to restore was inferred from free text in 7 of 13 reports. 2 values marked '(check)' may be wrong."
    )
    assert [notices(response=response(HOUR, n=n, n_inferred=n))[0][0] for n in (1, 2)] == [
        "Time to restore was inferred from free text in the only report.",
        "Time to restore was inferred from free text in both reports.",
    ]
    assert notices(response=response(5 * HOUR, stated=4 * HOUR, n_stated=6)) == []
    assert notices(response=response(17 * HOUR, stated=5 * HOUR, n_stated=6))[0][0] == (
        "Reported durations have a median of 5h (n = 6), but the timelines give 17h."
    )
    assert notices(has_reports=False, last_report=at("2025-12-30"))[0][0] == (
        "Either nothing happened or nothing was written down. The last report before it is from 30 December 2025."
    )
    assert notices(n_pending=2)[0][0] == (
        "2 reports are not final. Incident counts and service levels include them; response times, causes and action "
        "items don't yet."
    )
    found = notices(undated=["INC-1"], n_pending=2, has_reports=False)
    assert found[0] == (
        "1 report has no readable date and is in no count or chart of any period: INC-1.",
        "Add the date; 'check' says which line can't be read.",
    )
    mapped = [MappedSeverity("High", "SEV-2", 5), MappedSeverity("P4", "SEV-3", 1)]
    assert notices(mapped=mapped)[0] == (
        "Severities that the settings don't declare were mapped by default: High as SEV-2 (5) and P4 as SEV-3 (1).",
        "To settle them, add synonyms under [severities].",
    )


@pytest.mark.parametrize(
    ("n", "n_ongoing", "said"),
    [
        (
            1,
            0,
            "1 report is not final. Incident counts and service levels include it; response times, causes and action ",
        ),
        (2, 0, "2 reports are not final. Incident counts and service levels include them; response times, "),
        (1, 1, "1 report is not final. As its incident is ongoing, all figures include it."),
        (2, 2, "2 reports are not final. As their incidents are ongoing, all figures include them."),
        (
            2,
            1,
            "2 reports are not final (1 of a resolved incident, 1 of an ongoing one). Incident counts ",
        ),
        (5, 2, "5 reports are not final (3 of resolved incidents, 2 of ongoing ones). Incident counts "),
    ],
)
def test_reports_that_are_not_final_add_up_to_those_of_the_decision_and_the_ongoing_ones(
    n: int, n_ongoing: int, said: str
) -> None:
    fact = notices(n_pending=n, n_pending_ongoing=n_ongoing)[0][0]
    assert fact.startswith(said)
    assert fact.endswith(
        f"include {'both' if n == 2 else f'all {n}'}; response times, causes and action items leave out the "
        f"{n - n_ongoing} for now."
    ) == (0 < n_ongoing < n)


@pytest.mark.parametrize(
    ("phrase", "remedy"),
    [
        ("Dienst wiederhergestellt", "Begin the timeline row with 'Dienst wiederhergestellt' to record it."),
        (None, "A layout of your own can list the words that your timelines have for it, under [milestones]."),
    ],
)
def test_how_a_time_is_recorded_is_said_in_the_words_of_the_reports_layout(phrase: str | None, remedy: str) -> None:
    (inferred,) = notices(response=response(n_inferred=3, phrase=phrase))
    assert inferred[1] == remedy
