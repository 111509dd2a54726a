"""What the incident tool recorded of incidents, next to their reports."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from builders import at, call, demo_rows, spans

from incident_analytics import measures
from incident_analytics.analysis.second_records import times_by_record
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import SettingsError
from incident_analytics.incident_tool import ToolRow
from incident_analytics.loading import load
from incident_analytics.review_input import read_input
from incident_analytics.schema import DEFAULT_METRICS
from incident_analytics.scope import Scope
from incident_analytics.sentences import describe_records, describe_times_by_record
from incident_analytics.tables import Corpus, make_table
from incident_analytics.tool_matches import Match, Reported, match_rows

RESTORE = DEFAULT_METRICS["time_to_restore"]
DAY = "2025-07-04T"


def incidents() -> pd.DataFrame:
    """Three incidents: 10, 20 and an unknown number of minutes from detection; the first started before that."""
    return make_table(
        "incidents",
        {
            "incident_id": ["a", "b", "c"],
            "started_at": [f"{DAY}08:00Z", None, None],
            "detected_at": [f"{DAY}09:00Z", f"{DAY}09:00Z", f"{DAY}09:00Z"],
            "restored_at": [f"{DAY}09:10Z", f"{DAY}09:20Z", None],
        },
    )


def records(*rows: tuple[str | None, str, str | None, str | None]) -> pd.DataFrame:
    """Rows of incident_id, tool, detected and restored."""
    table = make_table(
        "incidents",
        {
            "incident_id": [f"x{index}" for index in range(len(rows))],
            "detected_at": [detected for *_, detected, _ in rows],
            "restored_at": [restored for *_, restored in rows],
        },
    )
    ids = pd.Series([row[0] for row in rows], dtype="str")
    return table[["started_at", "detected_at", "restored_at"]].assign(incident_id=ids, tool=[row[1] for row in rows])


def test_both_are_measured_from_the_instants_that_the_tool_has() -> None:
    """The start of the first incident is known to its report alone, so both count from its detection."""
    rows = records(
        ("a", "PagerDuty", f"{DAY}09:00Z", f"{DAY}09:30Z"),
        ("b", "PagerDuty", f"{DAY}09:10Z", f"{DAY}09:05Z"),
        ("c", "PagerDuty", f"{DAY}09:00Z", f"{DAY}09:40Z"),
        (None, "PagerDuty", f"{DAY}09:00Z", f"{DAY}12:00Z"),
    )
    found = call(times_by_record, incidents(), rows, metric=RESTORE)
    assert found["record"].tolist() == ["reports", "PagerDuty", "shorter", "longer"]
    assert found["basis"].unique().tolist() == ["detected to restored"]
    assert found[["n", "n_missing", "n_negative"]].to_numpy().tolist() == [[2, 1, 0], [2, 0, 1], [1, 2, 0], [1, 2, 0]]
    assert found["mean"].tolist() == spans(15, 35, 10, 30).tolist()
    assert found["incident_ids"].tolist() == [("a", "b"), ("a", "c"), ("a",), ("a",)]


def test_of_several_tools_the_shortest_and_the_longest_span_of_an_incident_count() -> None:
    rows = records(("a", "Jira", f"{DAY}09:00Z", f"{DAY}09:05Z"), ("a", "PagerDuty", f"{DAY}09:00Z", f"{DAY}09:30Z"))
    found = call(times_by_record, incidents(), rows, metric=RESTORE)
    assert found["record"].tolist() == ["reports", "Jira", "PagerDuty", "shorter", "longer"]
    assert found["mean"].tolist() == spans(15, 5, 30, 5, 30).tolist()


@pytest.mark.parametrize("metric", ["time_to_identify", "reported_duration"])
def test_a_metric_that_the_tool_has_no_instants_of_is_not_compared(metric: str) -> None:
    rows = records(("a", "Jira", f"{DAY}09:00Z", f"{DAY}09:05Z")).assign(identified_at=pd.NaT)
    found = call(times_by_record, incidents(), rows, metric=DEFAULT_METRICS[metric])
    assert found["n"].tolist() == [0, 0, 0, 0]
    assert found["mean"].isna().all()
    assert describe_times_by_record(found, measure="x") == ""


def test_an_export_without_rows_says_nothing() -> None:
    found = call(times_by_record, incidents(), records(), metric=RESTORE)
    assert found["n"].tolist() == [0, 0, 0]
    assert describe_records(records().assign(candidates=""), records(), n=3) == ""


def test_of_the_demo_every_planted_difference_is_found_and_no_other(demo_corpus: Corpus) -> None:
    planted = {row["incident_id"] for row in demo_rows("planted") if row["what"] == "time-difference"}
    problems = demo_corpus.problems
    assert set(problems.loc[problems["code"] == "time-difference", "incident_id"]) == planted
    assert len(planted) > 5


def test_as_of_an_earlier_instant_the_tool_knows_no_more_than_it_did(
    demo_corpus: Corpus, demo_settings: Settings
) -> None:
    """Of an incident that goes on there is a detection and no end, and nothing differs."""
    scope = Scope.of(demo_corpus, "2025Q3", demo_settings, at("2025-08-06T00:30Z"))
    assert scope.tool_records is not None
    row = scope.tool_records.set_index("incident_id").loc["INC-2025-08-05-001"]
    assert row["detected_at"] < at("2025-08-06T00:00Z")
    assert pd.isna(row["restored_at"])
    assert scope.tool_records["detected_at"].max() == row["detected_at"]
    assert "INC-2025-08-05-001" not in set(measures.record_differences(scope)["incident_id"])


def test_without_an_export_there_is_nothing_to_measure(demo_corpus: Corpus, demo_settings: Settings) -> None:
    scope = Scope.of(demo_corpus, "2025Q3", demo_settings.model_copy(update={"incident_tool": None}))
    assert scope.tool_records is None
    assert scope.tool_differences.empty
    with pytest.raises(SettingsError, match=r"^no \[incident_tool\] section of the settings names an export$"):
        measures.measure(scope, "records")


def paged(folder: Path, *pages: tuple[str, str, str], title: str = "Alarm") -> pd.DataFrame:
    """Return the problems of a report of 09:00 to 10:00 and PagerDuty's pages: created, acknowledged, resolved."""
    (folder / "reports").mkdir()
    (folder / "reports" / "INC-2025-07-04-001.md").write_text(
        "# Incident Report: Down\n\n**Incident ID**: INC-2025-07-04-001\n**Date**: 2025-07-04\n**Severity**: SEV-1\n"
        "**Status**: Final\n**Author**: Ines Falkenrath\n\n## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n"
        "| 09:00 | Initial alert/detection |\n"
        "| 09:05 | Incident response began |\n| 10:00 | Service restored |\n\n## Impact\n\n### Affected Services\n"
        "- [x] API\n",
        encoding="utf-8",
    )
    rows = [
        f"{number},{title},API,2025-07-04T{begun}:00Z,{acked and f'2025-07-04T{acked}:00Z'},"
        f"{end and f'2025-07-04T{end}:00Z'}"
        for number, (begun, acked, end) in enumerate(pages, 11)
    ]
    head = "incident_number,description,service_name,created_on,acknowledged_on,resolved_on"
    (folder / "pages.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    (folder / "s.toml").write_text("[incident_tool]\nfiles = ['pages.csv']\n", encoding="utf-8")
    return load(folder / "reports", settings=folder / "s.toml").problems


def test_several_pages_of_one_incident_are_its_record(tmp_path: Path) -> None:
    """The first detection and response count, and the last end; another page of the service later in the day is not."""
    found = paged(
        tmp_path,
        ("09:20", "09:22", "09:40"),
        ("09:01", "", "09:50"),
        ("09:10", "09:30", "10:30"),
        ("10:05", "10:06", "11:55"),
    )
    named = found[found["code"].isin(["time-difference", "ambiguous-match"])]
    assert named["message"].tolist() == [
        f"{milestone} at 2025-07-04 {here} UTC here, at 2025-07-04 {there} UTC in PagerDuty {key} (pages.csv:{line}, "
        "one of 3 records of it); correct whichever is wrong"
        for milestone, here, there, key, line in (
            ("responded", "09:05", "09:22", 11, 2),
            ("restored", "10:00", "10:30", 13, 4),
        )
    ]
    corpus = load(tmp_path / "reports", settings=tmp_path / "s.toml")
    scope = Scope.of(corpus, "2025Q3", read_settings(tmp_path / "s.toml"))
    times = measures.by_record(scope).set_index("record")
    assert times.loc["PagerDuty", "mean"] == pd.Timedelta(minutes=89)
    assert describe_records(measures.records(scope), measures.record_differences(scope), n=1) == (
        "PagerDuty recorded 1 of 1 incident; 2 of its times differ from the report. 1 has several records: the first "
        "detection and the last end count. 1 PagerDuty incident has no report."
    )


def test_a_redacted_review_has_no_name_from_the_tool(tmp_path: Path) -> None:
    """Whom it paged is in its titles; all else is compared as without redaction."""
    pages = (("09:20", "09:22", "09:40"), ("15:00", "", ""))
    paged(tmp_path, *pages, title="Ines Falkenrath paged by @ifalk")
    tables = {}
    for redact in (False, True):
        given = read_input(
            [str(tmp_path / "reports")], read_settings(tmp_path / "s.toml"), period="2025Q3", redact=redact
        )
        records, found = measures.records(given.scope), measures.record_differences(given.scope)
        manifest = given.manifest().text()
        assert ("Falkenrath" in f"{records.to_csv()} {found.to_csv()} {manifest}") != redact
        tables[redact] = (records.drop(columns="title"), found, records["title"].tolist())
    assert tables[True][2] == ["Author 1 paged by a person"] * 2
    for plain, redacted in zip(tables[False][:2], tables[True][:2], strict=True):
        pd.testing.assert_frame_equal(plain, redacted)


def test_while_one_of_several_pages_goes_on_the_incident_has_no_end(tmp_path: Path) -> None:
    found = paged(tmp_path, ("09:01", "09:05", "09:20"), ("09:10", "", ""))
    assert not set(found["code"]) & {"time-difference", "ambiguous-match"}


def test_rows_that_may_belong_to_several_incidents_are_listed_and_not_used(tmp_path: Path) -> None:
    """Two incidents of a service begin within an hour; an alarm that fits one incident is its, though it has one."""

    def report(name: str, hour: int, service: str) -> Reported:
        begun = at(f"{DAY}{hour:02}:00Z")
        return Reported(name, name, frozenset({service}), {"detected": begun}, begins=begun, begun=begun)

    def row(key: str, hour: str, service: str, words: str = "") -> ToolRow:
        times = {"detected": at(f"{DAY}{hour}Z")}
        return ToolRow("T", key, words, "", "", (service,), times, {}, frozenset(), (words,), tmp_path, 1)

    reports = [report("INC-1", 9, "api"), report("INC-2", 9, "api"), report("INC-3", 14, "web")]
    rows = [
        row("1", "09:05", "API"),
        row("2", "14:05", "x", "INC-3: down"),
        row("3", "14:10", "Web"),
        row("4", "20:00", "API"),
        row("5", "09:05", "x", "as in INC-1 and INC-2"),
    ]
    assert match_rows(rows, reports, re.compile(r"INC-\d+")) == [
        Match(candidates=("INC-1", "INC-2")),
        Match("INC-3", "id"),
        Match("INC-3", "service"),
        Match(),
        Match(candidates=("INC-1", "INC-2")),
    ]


def test_no_time_at_all_is_not_negative() -> None:
    rows = records(("a", "PagerDuty", f"{DAY}09:00Z", f"{DAY}09:00Z"))
    found = call(times_by_record, incidents(), rows, metric=RESTORE)
    own = found[found["record"] == "PagerDuty"].iloc[0]
    assert (own["n"], own["n_negative"], own["mean"]) == (1, 0, pd.Timedelta(0))
