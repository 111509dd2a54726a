"""Milestones from sentences, of a report without a timeline: only where the text leaves no doubt."""

from __future__ import annotations

from datetime import UTC

import pytest

from incident_analytics.config import Settings
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import default_template

WHOLE = (
    "At 09:12 UTC checkout requests began to fail with 502s. An alert fired at 09:15 and Mara Lindholm acknowledged it "
    "at 09:19. At 09:40 she rolled back the 08:55 deploy, and error rates were back to normal by 09:52."
)
ALL = {"started": "09:12", "detected": "09:15", "responded": "09:19", "mitigated": "09:40", "restored": "09:52"}


def read(story: str, *, more: str = "") -> Report:
    head = "# Checkout\n\n**Incident ID**: INC-2025-03-03-001\n**Date**: 2025-03-03\n\n## What Happened\n"
    (report,) = parse_reports(f"{head}\n{story}\n{more}", "INC-2025-03-03-001.md", Settings(), default_template())
    return report


def milestones(report: Report) -> dict[str, str]:
    values = report.incident.items()
    names = {"occurred_at", "ended_at"}
    return {name[:-3]: f"{at:%H:%M}" for name, at in values if name.endswith("_at") and at and name not in names}


def test_sentences_give_milestones_to_check() -> None:
    report = read(WHOLE)
    assert milestones(report) == ALL
    assert report.rows["timeline"] == []
    readings = {row["field"]: row for row in report.rows["readings"] if row["field"].endswith("_at")}
    assert readings["detected_at"]["as_written"] == "09:15 An alert fired"
    assert {readings[f"{name}_at"]["grade"] for name in ALL} == {"check"}
    assert {readings[f"{name}_at"]["line"] for name in ALL} == {8}
    assert not any(
        row["code"] == "missing-milestone" and "detected" in row["message"] for row in report.rows["problems"]
    )


def test_a_line_is_that_of_its_time() -> None:
    lines = {row["field"]: row["line"] for row in read(WHOLE.replace(". ", ".\n")).rows["readings"]}
    assert (lines["started_at"], lines["detected_at"], lines["restored_at"]) == (8, 9, 10)


def test_a_timeline_leaves_sentences_alone() -> None:
    table = "\n## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n| 10:00 | Initial alert/detection |\n"
    assert milestones(read(WHOLE, more=table))["detected"] == "10:00"
    assert "restored" not in milestones(read(WHOLE, more=table))


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("On 2 April at 09:12 UTC logins failed. They were back to normal at 09:31 UTC.", {}),
        ("Our vendor had an outage of its own: from 05:30 to 07:05 UTC. It was restored at 07:05 UTC.", {}),
        ("At 22:40 UTC the site went down. The next morning at 08:15 it was restored.", {}),
        ("The site went down at 22:40 UTC on 3 March. On 4 March at 01:10 UTC it was restored.", {}),
        ("The backup runs every day at 02:00 UTC. We will restore the service at 09:00 UTC.", {}),
        # Among times with am or pm one without may be of either half of the day, but for midnight.
        (
            "Payments failed at midnight UTC, when a key expired. At 1:10 AM an alert fired, and all was back at 3h05.",
            {"started": "00:00", "detected": "01:10"},
        ),
        ("Payments were slow from 10:05 to 11:20 UTC. The service was restored at 11:02 UTC.", {}),
        ("Down from 3:10 PM to 3:42 PM EDT, all shops.", {"started": "19:10", "restored": "19:42"}),
        (
            "Between 08:14 and 10:02 UTC customers could not log in. An alert fired at 08:21 UTC.",
            {"started": "08:14", "detected": "08:21", "restored": "10:02"},
        ),
        ("The site was down until 09:52 UTC. Logins failed at 09:12 UTC.", {"started": "09:12", "restored": "09:52"}),
        ("The site was not down until 09:52 UTC. Logins failed at 09:12 UTC.", {"started": "09:12"}),
        ("Staging was down until 09:52 UTC. Logins failed at 09:12 UTC.", {"started": "09:12"}),
        ("The trouble began at 09:12 UTC, when a deploy did not end.", {"started": "09:12"}),
        (
            "It began at 09:12 UTC, when a nightly job ended. By 09:52 UTC all was normal again.",
            {"started": "09:12", "restored": "09:52"},
        ),
        ("The migration began at 09:12 UTC, when traffic was low.", {}),
        ("An alert fired at 09:15 CST. The service was restored at 09:52.", {}),
        ("An alert fired at 09:15 UTC. The service was restored at 10:52 CET.", {}),
    ],
)
def test_doubt_gives_nothing(story: str, expected: dict[str, str]) -> None:
    assert milestones(read(story)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        # hoped for, promised, thought, tried
        "We expected the service to be restored at 11:00 UTC.",
        "The vendor promised a fix at 11:00 UTC.",
        "Had the failover worked, the service had been restored at 09:20 UTC.",
        "The team thought that the service was restored at 09:40 UTC.",
        "At 09:40 UTC a rollback was attempted and failed.",
        "At 09:40 UTC restore of the database from backup was started.",
        # of others, and of what is not the service
        "Our provider restored its network at 10:05 UTC.",
        "Our bank's API was unavailable from 09:30 to 09:52 UTC.",
        "Staging was down from 09:30 to 09:52 UTC.",
        # in part
        "Half of the traffic was restored at 09:40 UTC.",
        "At 09:40 UTC service was restored for customers in the EU.",
        "At 10:30 UTC the first region was restored.",
        "At 10:30 UTC the site was up again, but slow.",
        # at another time, or of a noun
        "The service was restored after 10:30 UTC.",
        "The service was restored before 10:30 UTC.",
        "The old version was live at 10:30 UTC and traffic recovered within 3 minutes.",
        "The deploy at 10:30 UTC was restored.",
        # what somebody said, and what was done afterwards
        "At 09:50 UTC we told customers that the service was restored.",
        "The provider's page said that it was resolved at 09:50 UTC.",
        "At 14:00 UTC we held a retrospective; the service was restored.",
        # what failed, and is not a cure
        "At 09:40 UTC the API server stopped answering.",
        "At 10:00 UTC we restored the service, but at 10:20 UTC it failed again.",
        "The on-call engineer was paged at 09:25 UTC, did not answer and was called at 09:35 UTC.",
    ],
)
def test_no_sentence_is_a_restoration_that_does_not_say_that_all_was_over(sentence: str) -> None:
    story, _, _ = WHOLE.rpartition(" At 09:40")
    assert "restored" in milestones(read(f"{story} The service was restored at 09:40."))
    found = milestones(read(f"{story} {sentence}"))
    assert "restored" not in found
    assert {name: found[name] for name in ("started", "detected")} == {"started": "09:12", "detected": "09:15"}


@pytest.mark.parametrize(
    "sentence",
    [
        "We expect the service to be restored by 11:00 UTC.",
        "The deploy at 08:55 UTC was rolled back.",
        "At 15:00 UTC the review meeting began.",
        "At 09:40 UTC we tried to roll back the deploy.",
        "The logs show that the last good request was at 09:11 UTC.",
        "No alert fired at 09:13 UTC.",
        "At 10:12 UTC members were informed.",
        "At 09:40 UTC the on-call of another team acknowledged a different alert.",
    ],
)
def test_one_sentence_alone_is_no_milestone_for_want_of_another(sentence: str) -> None:
    assert milestones(read(sentence)) == {}


def test_times_of_no_known_zone_are_not_read() -> None:
    assert milestones(read("Down from 09:00 to 11:00. At 09:05 an alert fired.")) != {}
    assert milestones(read("Down from 09:00 to 11:00 local time. At 09:05 an alert fired.")) == {}


def test_a_start_is_not_taken_where_an_earlier_time_may_be_it() -> None:
    assert milestones(read("We released 5.2 at 16:00 UTC. Logins failed at 16:04 UTC.")) == {"started": "16:04"}
    assert milestones(read("The boards flickered at 16:00 UTC. Logins failed at 16:04 UTC.")) == {}


def test_a_later_time_in_a_list_is_not_passed_over() -> None:
    more = "\n## Impact\n\n- Card payments failed until 10:40 UTC\n"
    assert "restored" not in milestones(read(WHOLE, more=more))


def test_rows_of_a_list_are_no_sentences() -> None:
    """Each time is that of the words behind it, not of those before."""
    story = (
        "As we chatted about it for the whole of that long morning, and rolled back\n[09:34] ok again\n[10:00] closed"
    )
    assert milestones(read(story)) == {}


def test_what_goes_on_is_not_restored() -> None:
    story = f"{WHOLE.rpartition(', and')[0]}, and by 09:52 she had reset the password. The case remains open."
    assert "restored" in milestones(read(WHOLE))
    assert "restored" not in milestones(read(story))


def test_a_time_of_which_nothing_is_said_is_not_passed_over() -> None:
    assert "restored" not in milestones(read(f"{WHOLE} Some requests failed until 10:20."))
    assert "started" not in milestones(read(f"Between 08:40 and 08:50 UTC some failed. {WHOLE}"))


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (
            (
                "The service stopped answering at 09:10 UTC. A member of staff noticed at 09:20, and our team began "
                "work at 09:30. By 10:05 we understood that the licence had lapsed. At 10:40 it was available again."
            ),
            {"started": "09:10", "detected": "09:20", "responded": "09:30", "identified": "10:05", "restored": "10:40"},
        ),
        (
            (
                "At 09:10 UTC our gateway began to reject cards. One of our customers phoned at 09:20. I was at my "
                "desk by 09:30. It took me until 10:05 to see that a key had expired. I renewed it, and by 10:40 it "
                "worked again."
            ),
            {"started": "09:10", "detected": "09:20", "responded": "09:30", "identified": "10:05", "restored": "10:40"},
        ),
        (
            (
                "Om 09.10 uur (UTC) vielen de kassa's uit. Om 09.20 uur (UTC) kwam een melding binnen. Om 10.05 uur "
                "(UTC) werd de oorzaak gevonden. Om 10.40 uur (UTC) was de storing verholpen."
            ),
            {"started": "09:10", "detected": "09:20", "identified": "10:05", "restored": "10:40"},
        ),
        ("Between 09:10 and 10:40 UTC you could not sign in.", {"started": "09:10", "restored": "10:40"}),
        ("The meters sent nothing between 09:10 and 10:40 UTC.", {"started": "09:10", "restored": "10:40"}),
        ("Trading was halted at 09:10 UTC and resumed at 10:40 UTC.", {"started": "09:10", "restored": "10:40"}),
        (
            "No dia 3 de março o sistema saiu do ar às 09:10 UTC e voltou a funcionar às 10:40 UTC.",
            {"started": "09:10", "restored": "10:40"},
        ),
        (
            "Entre las 09:10 y las 10:40 UTC no pudieron pagar. A las 09:20 UTC varios clientes nos avisaron.",
            {"started": "09:10", "detected": "09:20", "restored": "10:40"},
        ),
        (
            "If you called the API between 09:10 and 10:40 UTC you got an error. Our probes paged Ines at 09:20 UTC.",
            {"started": "09:10", "detected": "09:20", "restored": "10:40"},
        ),
        ("From 09:10 UTC each push was refused.", {"started": "09:10"}),
        # What somebody noticed or found may have its own not.
        ("A nurse noticed at 09:20 UTC that two labels did not match.", {"detected": "09:20"}),
        (
            "The pump stopped working at 09:10 UTC. A neighbour rang us at 09:20 when it had not come back.",
            {"started": "09:10", "detected": "09:20"},
        ),
        ("The first we heard of it was at 09:20 UTC, in a mail.", {"detected": "09:20"}),
        (
            "Logins failed at 09:10 UTC. By 10:05 UTC Jo had found the cause: the provider had never renewed the name.",
            {"started": "09:10", "identified": "10:05"},
        ),
        (
            "Bills failed at 09:10 UTC. The mistake was put right at 10:40 UTC.",
            {"started": "09:10", "restored": "10:40"},
        ),
        (
            "The ovens stopped working at 09:10 UTC. They were back in service at 10:40 UTC.",
            {"started": "09:10"},
        ),  # they?
        (
            "The ovens stopped working at 09:10 UTC. All ovens were back in service at 10:40 UTC.",
            {"started": "09:10", "restored": "10:40"},
        ),
        (
            "On Monday 3 March a job ran twice. Yesterday, Monday 3 March 2025, logins failed at 09:10 UTC.",
            {"started": "09:10"},
        ),
        ("The service stopped answering at 8.40am. Colleagues reported it to the desk at 8.52am.", {}),  # whose clock?
        (
            "Logins failed at 09:10 UTC. The connection came back at 10:40 UTC, after we had replaced the modem.",
            {"started": "09:10", "restored": "10:40"},
        ),
        # None of these says that it was then.
        ("Logins failed at 09:10 UTC. The connection came back with errors at 10:40 UTC.", {"started": "09:10"}),
        ("Logins failed at 09:10 UTC. The network engineer came back at 10:40 UTC.", {"started": "09:10"}),
        ("If you pay between 09:10 and 10:40 UTC you got an error.", {}),
        ("The page was read-only from 09:10 UTC.", {}),
        ("Logins failed at 09:10 UTC. By 10:05 UTC we understood that it was not the network.", {"started": "09:10"}),
        ("Nobody noticed at 09:20 UTC that two labels did not match.", {}),
        ("Logins failed at 09:10 UTC. The vendor called us back at 09:50 UTC.", {"started": "09:10"}),
        ("Yesterday at 09:10 UTC logins failed.", {}),
        ("Logins failed at 09:10 UTC. Two of the ovens were back in service at 10:40 UTC.", {"started": "09:10"}),
        ("It was not available again at 10:40 UTC. Logins failed at 09:10 UTC.", {"started": "09:10"}),
        ("At 09:10 UTC the morning push notification went out. Logins failed at 09:20 UTC.", {"started": "09:20"}),
        ("The migration began at 09:10 UTC. Half of it was available again at 10:40 UTC.", {}),
        ("It took us until 10:05 UTC to reach the vendor.", {}),
        ("Between 09:10 and 10:40 UTC you could not reach us by phone.", {}),
        ("Every night at 02:00 UTC the job stopped accepting work. Both days at 03:00 UTC it worked again.", {}),
        ("The supplier began work at 09:30 UTC. Their engineers found the cause at 10:05 UTC.", {}),
    ],
)
def test_sentences_have_turns_of_their_own(story: str, expected: dict[str, str]) -> None:
    assert milestones(read(story)) == expected


RANGES = [
    ("The till was unavailable from 21:15 BST on Monday 3 March 2025 until 12:40 BST on 5 March 2025.",
     "03 20:15 to 05 11:40"),
    ("From 11:40 PM PDT on March 3, 2025 until 6:15 AM PDT on March 5, 2025 we saw nothing from two of them.",
     "04 06:40 to 05 13:15"),
    ("Weights of scale 7 were not kept between 2025-03-03 09:12 CEST and 2025-03-03 13:35 CEST.",
     "03 07:12 to 03 11:35"),
    ("Zwischen 2025-03-03 22:10 UTC und 2025-03-05 04:30 UTC konnten Kunden nicht bezahlen.",
     "03 22:10 to 05 04:30"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), RANGES)
def test_a_sentence_says_on_which_days_it_was_down(sentence: str, expected: str) -> None:
    incident = read(f"A long night. {sentence}").incident
    found = [incident[f"{name}_at"] for name in ("started", "restored")]
    assert " to ".join(f"{at.astimezone(UTC):%d %H:%M}" for at in found) == expected


@pytest.mark.parametrize(
    "story",
    [
        "The till was not unavailable from 21:15 UTC on 3 March 2025 until 12:40 UTC on 5 March 2025.",
        "The till will be unavailable from 21:15 UTC on 3 March 2025 until 12:40 UTC on 5 March 2025.",
        "For maintenance the till was unavailable from 21:15 UTC on 3 March 2025 until 12:40 UTC on 5 March 2025.",
        "Their till was unavailable from 21:15 UTC on 3 March 2025 until 12:40 UTC on 5 March 2025.",
        "The till was unavailable from 21:15 UTC on 3 March 2025 until 12:40 UTC on 1 March 2025.",
        "The till was unavailable from 21:15 UTC on 3 March 2023 until 12:40 UTC on 5 March 2023.",
        "The till was unavailable from 21:15 on 3 March 2025 until 12:40 on 5 March 2025.",  # whose clock?
        "The job ran from 21:15 UTC on 3 March 2025 until 12:40 UTC on 5 March 2025.",
        " ".join(sentence for sentence, _ in RANGES[:2]),
    ],
)
def test_a_range_of_days_that_may_be_another_one_is_not_read(story: str) -> None:
    assert not {"started", "restored"} & milestones(read(story)).keys()
