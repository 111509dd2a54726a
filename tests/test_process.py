from __future__ import annotations

import pandas as pd
import pytest
from builders import at, call, demo_rows, spans
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal, assert_series_equal

from incident_analytics import measures, sentences
from incident_analytics.analysis.process import (
    milestones_recorded,
    recorded_milestones,
    report_times,
    unreported_incidents,
)
from incident_analytics.analysis.response import response_summary
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.schema import MILESTONES
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

STEPS = ["time_to_meeting", "time_to_first_sign_off", "time_to_last_sign_off"]


def reports(*rows: tuple[str, str | None], **columns: list[object]) -> pd.DataFrame:
    """Return incidents a, b, ... restored on 14 March, with a status and a meeting."""
    n = len(rows)
    return make_table(
        "incidents",
        {
            "incident_id": [chr(ord("a") + number) for number in range(n)],
            "occurred_at": ["2025-03-14T20:00Z"] * n,
            "restored_at": ["2025-03-14T23:30Z"] * n,
            "status": [status for status, _ in rows],
            "meeting_on": [day for _, day in rows],
        }
        | columns,
    )


def signed(**days: list[str | None]) -> pd.DataFrame:
    """Return a sign-off for each day; ``-`` is an empty box, None a signature without a date."""
    rows = [(own, day) for own, each in days.items() for day in each]
    return make_table(
        "signoffs",
        {
            "incident_id": [own for own, _ in rows],
            "signed": [day != "-" for _, day in rows],
            "signed_on": [None if day == "-" else day for _, day in rows],
            "line": list(range(len(rows))),
        },
    )


class TestReportTimes:
    def test_each_state_of_a_report(self) -> None:
        table = reports(("Final", "2025-03-18"), ("Final", None), ("Draft", None), ("Final", None), ("Final", None))
        found = call(
            report_times,
            table,
            signed(a=["2025-03-19", "2025-03-21"], b=["2025-03-19", "-"], c=["-", "-"], d=["2025-03-19", None]),
        )
        # a is complete; of b one role has not signed; c is a draft; of d a signature has no date; e has no sign-offs
        expected = {
            "time_to_meeting": ["4D", None, None, None, None],
            "time_to_first_sign_off": ["5D", "5D", None, None, None],
            "time_to_last_sign_off": ["7D", None, None, None, None],
        }
        for name, values in expected.items():
            assert_series_equal(found[name], spans(*values), check_names=False)
        waits = {name: found[f"{name}_open_since"].notna().tolist() for name in STEPS}
        assert waits == {name: [False, False, True, False, False] for name in STEPS}
        summary = response_summary(found, metric="time_to_last_sign_off", as_of=at("2025-04-01"))
        assert summary[["n", "n_open", "n_missing", "n_negative"]].iloc[0].tolist() == [2, 1, 3, 0]

    def test_days_are_those_of_the_zone(self) -> None:
        """23:30 in UTC is the next day in Tokyo."""
        found = report_times(reports(("Final", "2025-03-18")), signed(), timezone="Asia/Tokyo")
        assert found["time_to_meeting"].tolist() == [pd.Timedelta(days=3)]

    @pytest.mark.parametrize(
        ("timezone", "restored_at", "since"),
        [
            ("America/Havana", "2025-11-02T12:00Z", "2025-11-02T04:00Z"),  # its midnight comes twice: the first counts
            ("Asia/Beirut", "2025-03-30T12:00Z", "2025-03-29T22:00Z"),  # 00:00 is skipped: the day begins at 01:00
        ],
    )
    def test_a_day_whose_midnight_comes_twice_or_never_begins_at_its_first_instant(
        self, timezone: str, restored_at: str, since: str
    ) -> None:
        found = report_times(reports(("Draft", None), restored_at=[restored_at]), signed(), timezone=timezone)
        assert found["time_to_meeting_open_since"].tolist() == [pd.Timestamp(since)]

    def test_what_is_dated_before_the_restoration_is_no_span(self) -> None:
        found = report_times(reports(("Final", "2025-03-13")), signed())
        assert found["time_to_meeting"].isna().all()
        summary = response_summary(found, metric="time_to_meeting")
        assert summary[["n", "n_missing", "n_negative"]].iloc[0].tolist() == [0, 0, 1]

    def test_an_ongoing_incident_has_no_report_to_wait_for(self) -> None:
        assert report_times(reports(("Draft", None), is_open=[True]), signed()).empty

    def test_a_report_that_nobody_has_signed_may_still_be_discussed(self) -> None:
        found = report_times(reports(("Final", None)), signed(a=["-"]))
        assert [found[f"{name}_open_since"].notna().item() for name in STEPS] == [True] * 3

    @pytest.mark.parametrize("table", [reports(), reports(("Final", None), restored_at=[None])])
    def test_without_a_restoration_nothing_is_measured(self, table: pd.DataFrame) -> None:
        found = call(report_times, table, signed(a=["2025-03-19"]))
        assert found[STEPS].isna().all(axis=None)
        assert sentences.describe_process(pd.DataFrame(columns=["metric", "n", "n_open", "n_missing", "median"])) == ""

    def test_columns_must_be_there(self) -> None:
        with pytest.raises(ColumnsError, match="column 'meeting_on' is missing"):
            report_times(reports().drop(columns="meeting_on"), signed())
        with pytest.raises(ColumnsError, match="column 'detected_at' is missing"):
            recorded_milestones(make_table("incidents").drop(columns="detected_at"), make_table("readings"))
        with pytest.raises(ColumnsError, match="column 'grade' is missing"):
            recorded_milestones(make_table("incidents"), make_table("readings").drop(columns="grade"))

    def test_of_the_demo_it_is_what_its_reports_say(self, demo_corpus: Corpus, demo_scope: Scope) -> None:
        """Read off by another path: day by day from the tables of a scope that is over."""
        scope = Scope.of(demo_corpus, "2025Q1", demo_scope.settings, at("2026-01-15"))
        table = measures.process(scope).set_index("metric")
        own = scope.reviewed.incidents
        days = (
            own["meeting_on"] - own["restored_at"].fillna(own["ended_at"]).dt.tz_localize(None).dt.normalize()
        ).dt.days
        assert table.loc["time_to_meeting", "median"] == pd.Timedelta(days=days.dropna().median())
        assert table.loc["time_to_meeting", "n"] == days.notna().sum()
        assert (table[["n", "n_missing", "n_negative"]].sum(axis="columns") == len(own)).all()

    def test_by_team_an_incident_counts_for_each(self, demo_scope: Scope) -> None:
        table = measures.measure(demo_scope, "process", by="team")
        total = table[table["metric"] == "time_to_first_sign_off"].set_index("team")[["n", "n_missing"]].sum(axis=1)
        assert total.to_dict() == measures.by_team(demo_scope).set_index("team")["n"].to_dict()


class TestMilestones:
    def test_recorded_inferred_and_missing_add_up(self) -> None:
        incidents = make_table(
            "incidents",
            {
                "incident_id": ["a", "b", "c"],
                "occurred_at": ["2025-03-14T14:00Z", "2025-03-15T14:00Z", "2025-03-16T14:00Z"],
                "started_at": ["2025-03-14T14:00Z", "2025-03-15T14:00Z", "2025-03-16T14:00Z"],
                "detected_at": ["2025-03-14T14:05Z", None, None],
                "is_open": [False, None, True],  # c goes on: what comes later is not missing
            },
        )
        readings = make_table(
            "readings",
            {
                "incident_id": ["a", "a", "b", "a"],
                "field": ["started_at", "detected_at", "started_at", "restored_at"],
                "grade": ["recorded", "check", "sure", "recorded"],  # the last value was erased
                "line": [1, 2, 3, 4],
            },
        )
        services = make_table(
            "services",
            {"incident_id": ["a", "b"], "service": ["API", "Web"], "affected": [True, True], "line": [9, 9]},
        )
        found = call(milestones_recorded, incidents, readings, by="service", services=services, members=True)
        expected = pd.DataFrame(
            {
                "service": pd.Series(["API", "Web"], dtype="str"),
                "n": [1, 1],
                "n_recorded": [1, 0],
                "n_inferred": [1, 1],
                "n_missing": [5, 6],
                "share_recorded": pd.array([1 / 7, 0.0], dtype="Float64"),
                "incident_ids": [("a",), ("b",)],
            }
        )
        assert_frame_equal(found, expected)

    def test_a_quarter_without_an_incident_has_a_row_and_no_share(self, demo_scope: Scope) -> None:
        table = measures.recorded(demo_scope, by="team", every="month")
        empty = table[table["n"] == 0]
        assert len(empty) > 0
        assert empty["share_recorded"].isna().all()
        with pytest.raises(UnknownNameError, match="by 'owner' is not one of service"):
            milestones_recorded(demo_scope.known.incidents, demo_scope.known.readings, by="owner")

    def test_every_milestone_of_the_demo_is_counted_once(self, demo_corpus: Corpus) -> None:
        found = recorded_milestones(demo_corpus.incidents, demo_corpus.readings)
        counts = found[["n_recorded", "n_inferred", "n_missing"]]
        assert (counts.sum(axis=1) == len(MILESTONES)).all()
        assert (counts >= 0).all(axis=None)


IDS = ["INC-2025-03-14-001", "INC-2025-03-15-001"]


def named_in(text: str, **options: object) -> list[str]:
    table = make_table("incidents", {"incident_id": IDS, "summary": [text, None]})
    found = unreported_incidents(
        table,
        findings=make_table("findings"),
        timeline=make_table("timeline"),
        **options,  # type: ignore[arg-type]
    )
    return found["incident_id"].tolist()


class TestUnreported:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("As in INC-2025-02-01-002, the disk was full.", ["INC-2025-02-01-002"]),
            ("As in INC-2025-03-15-001.", []),
            ("as in inc-2025-03-15-001", []),  # it has a report, whatever its case
            ("SEV-1 on 2025-02-01, see AUD-2041 and RFC-7231", []),
            ("INC-2025-02-01-002 and INC-2025-02-01-002", ["INC-2025-02-01-002"]),
            ("INC-2025-02-01-002. Again INC-2025-02-01-002.", ["INC-2025-02-01-002"] * 2),
            ("(INC-2025-02-01-002)", ["INC-2025-02-01-002"]),
            ("Release INC-2025", []),
        ],
    )
    def test_only_ids_of_the_reports_kind_count(self, text: str, found: list[str]) -> None:
        assert named_in(text) == found

    @pytest.mark.parametrize(
        ("own", "text", "found"), [("OPS-101", "As in OPS-102.", ["OPS-102"]), ("OPS-11", "As in OPS-12.", [])]
    )
    def test_an_id_has_at_least_three_digits(self, own: str, text: str, found: list[str]) -> None:
        table = make_table("incidents", {"incident_id": [own], "summary": [text]})
        named = unreported_incidents(table, findings=make_table("findings"), timeline=make_table("timeline"))
        assert named["incident_id"].tolist() == found

    def test_an_id_without_a_number_makes_no_ids_of_words(self) -> None:
        texts = {"incident_id": ["disk-full", "INC-12"], "summary": ["The disk was full.", None]}
        table = make_table("incidents", texts)
        found = unreported_incidents(table, findings=make_table("findings"), timeline=make_table("timeline"))
        assert found.empty

    def test_one_that_has_a_file_is_not_without_a_report(self) -> None:
        text = "As in INC-2025-02-01-002."
        assert named_in(text, known=["/srv/reports/INC-2025-02-01-002.md"]) == []
        assert named_in(text, known=["/srv/reports/INC-2025-02-01-0021.md"]) == ["INC-2025-02-01-002"]

    def test_texts_timeline_and_tracker_are_read_with_their_lines(self) -> None:
        findings = make_table(
            "findings",
            {
                "incident_id": [IDS[0]],
                "position": [1],
                "kind": ["lesson"],
                "text": ["See INC-2025-02-01-002"],
                "line": [70],
            },
        )
        timeline = make_table(
            "timeline", {"incident_id": [IDS[1]], "position": [1], "event": ["INC-2025-02-02-001 opened"], "line": [20]}
        )
        tracker = pd.DataFrame(
            {"incident_id": ["INC-2025-02-03-001", None, IDS[0]], "key": ["AUD-1", "AUD-2", "AUD-3"]}
        )
        table = make_table("incidents", {"incident_id": IDS})
        found = unreported_incidents(table, findings=findings, timeline=timeline, tracker=tracker)
        expected = pd.DataFrame(
            {
                "incident_id": ["INC-2025-02-01-002", "INC-2025-02-02-001", "INC-2025-02-03-001"],
                "source": ["report", "report", "tracker"],
                "named_in": [*IDS, "AUD-1"],
                "line": pd.array([70, 20, None], dtype="Int64"),
                "words": ["See INC-2025-02-01-002", "INC-2025-02-02-001 opened", None],
            }
        ).astype(dict.fromkeys(["incident_id", "source", "named_in", "words"], "str"))
        assert_frame_equal(found, expected)
        assert sentences.describe_unreported(found).startswith(
            "3 incidents have no report: INC-2025-02-01-002 (named in"
        )

    def test_what_began_after_the_review_has_a_report_that_is_not_used(
        self, demo_corpus: Corpus, demo_scope: Scope
    ) -> None:
        late = "INC-2025-10-22-001"
        assert late in demo_scope.erased
        findings = demo_corpus.findings.copy()
        findings.loc[0, "text"] = f"The same happened in {late}, and in INC-2019-01-01-001."
        changed = Corpus(**{**vars(demo_corpus), "findings": findings})
        scope = Scope.of(changed, "2025Q3", demo_scope.settings)
        assert set(measures.unreported(scope)["incident_id"]) == {"INC-2019-01-01-001", "INC-2025-09-24-001"}

    def test_of_the_demo_the_planted_one_is_found_and_no_other(self, demo_scope: Scope) -> None:
        planted = [row for row in demo_rows("planted") if row["what"] == "unreported"]
        assert len(planted) == 1
        found = measures.unreported(demo_scope)
        assert [f"{name} has no report" for name in found["incident_id"]] == [row["detail"] for row in planted]
        assert found["named_in"].tolist() == [row["incident_id"] for row in planted]

    @examples(20)
    @given(st.text(alphabet="INC-2025.SEV 01", max_size=40))
    def test_no_incident_with_a_report_is_ever_named(self, text: str) -> None:
        assert not {name.casefold() for name in named_in(f"{text} {IDS[1]}")} & {own.casefold() for own in IDS}
