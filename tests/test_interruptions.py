from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from builders import at, call, demo_rows
from pandas.testing import assert_frame_equal

from incident_analytics import measures, sentences
from incident_analytics.analysis.interruptions import failing_together, team_interruptions
from incident_analytics.config import Settings, TeamSettings, read_settings
from incident_analytics.errors import SettingsError, UnknownNameError
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import HOURS
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

MARCH = Period.parse("2025-03")
TOKYO = Calendar(time(9), time(17), timezone="Asia/Tokyo")


def incidents_of(*spans: tuple[str | None, str | None], is_open: tuple[bool | None, ...] = ()) -> pd.DataFrame:
    """Return incidents of March a, b, c, ... with these starts and ends."""
    n = len(spans)
    return make_table(
        "incidents",
        {
            "incident_id": [chr(ord("a") + number) for number in range(n)],
            "occurred_at": [start or "2025-03-20T00:00Z" for start, _ in spans],
            "started_at": [start for start, _ in spans],
            "restored_at": [end for _, end in spans],
            "is_open": [*is_open, *[None] * (n - len(is_open))],
        },
    )


def services_of(**affected: str) -> pd.DataFrame:
    """Return a row for each service of each incident: ``API="ab", Web="b"``; a question mark after it is unknown."""
    rows = [
        (own, service, None if ids[index + 1 : index + 2] == "?" else True)
        for service, ids in affected.items()
        for index, own in enumerate(ids)
        if own != "?"
    ]
    return make_table(
        "services",
        {
            "incident_id": [own for own, *_ in rows],
            "service": [service for _, service, _ in rows],
            "affected": [flag for *_, flag in rows],
            "line": list(range(len(rows))),
        },
    )


class TestInterruptions:
    def test_the_whole_in_the_team_s_own_zone(self) -> None:
        table = incidents_of(
            ("2025-03-14T00:30Z", "2025-03-14T04:00Z"),  # Friday 09:30 in Tokyo, and 00:30 in UTC
            ("2025-03-14T03:00Z", "2025-03-14T05:00Z"),
            ("2025-03-14T12:00Z", None),  # 21:00 in Tokyo
            ("2025-03-14T16:00Z", "2025-03-14T17:00Z"),  # Saturday in Tokyo
            (None, None),
        )
        found = call(
            team_interruptions,
            table,
            services_of(API="abcde", Web="a"),
            teams={"API": "East", "Web": "West"},
            calendars={"East": TOKYO, "West": Calendar(time(9), time(17))},
            within=MARCH,
            as_of=at("2025-04-01"),
            members=True,
        )
        expected = pd.DataFrame(
            {
                "team": pd.Series(["East", "West"], dtype="str"),
                "timezone": pd.Series(["Asia/Tokyo", "UTC"], dtype="str"),
                "n": [4, 1],
                "n_missing": [1, 0],
                "n_business": [2, 0],
                "n_evening": [1, 0],
                "n_night": [0, 1],
                "n_weekend": [1, 0],
                "share": pd.array([0.5, 1], dtype="Float64"),
                "share_low": pd.array([0.067586, 0.025], dtype="Float64"),
                "share_high": pd.array([0.932414, 1], dtype="Float64"),
                "n_overlapping": [2, 0],
                "n_unended": [2, 0],
                "incident_ids": [tuple("abcd"), ("a",)],
            }
        )
        assert_frame_equal(found.drop(columns="share_of_time"), expected, atol=1e-6)
        assert found["share_of_time"].between(0.7, 0.8).all()
        assert sentences.describe_interruptions(found) == (
            "Incidents that started outside business hours (77% of all hours): East 2 of 4 and West 1 of 1."
        )

    @pytest.mark.parametrize(
        ("spans", "is_open", "expected"),
        [
            ([("2025-03-03T01:00Z", "2025-03-03T02:00Z"), ("2025-03-03T02:00Z", "2025-03-03T03:00Z")], (), 0),
            ([("2025-03-03T01:00Z", None), ("2025-03-03T02:00Z", "2025-03-03T03:00Z")], (), 0),
            ([("2025-03-03T01:00Z", None), ("2025-03-03T02:00Z", "2025-03-03T03:00Z")], (True,), 2),
            (
                [
                    ("2025-03-03T01:00Z", "2025-03-05T01:00Z"),
                    ("2025-03-03T02:00Z", "2025-03-03T03:00Z"),
                    ("2025-03-04T02:00Z", "2025-03-04T03:00Z"),
                ],
                (),
                3,
            ),
        ],
    )
    def test_what_goes_on_at_the_same_time(
        self, spans: list[tuple[str | None, str | None]], is_open: tuple[bool | None, ...], expected: int
    ) -> None:
        found = team_interruptions(
            incidents_of(*spans, is_open=is_open),
            services_of(API="abc"),
            teams={"API": "East"},
            calendars={"East": TOKYO},
            within=MARCH,
            as_of=at("2025-04-01"),
        )
        assert found["n_overlapping"].tolist() == [expected]

    def test_without_teams_or_incidents_nothing_is_said(self) -> None:
        options = {"within": MARCH, "as_of": at("2025-04-01"), "calendars": {"East": TOKYO}}
        none = call(team_interruptions, incidents_of(), services_of(), teams={}, **options)
        assert none.empty
        empty = call(team_interruptions, incidents_of(), services_of(), teams={"API": "East"}, **options)
        assert empty["n"].tolist() == [0]
        assert empty[["share", "share_low", "share_high"]].isna().all(axis=None)
        assert sentences.describe_interruptions(none) == sentences.describe_interruptions(empty) == ""

    def test_of_the_demo_an_incident_counts_once_for_each_team(self, demo_scope: Scope) -> None:
        table = measures.measure(demo_scope, "interruptions")
        assert table["n"].equals(table[["n_business", "n_evening", "n_night", "n_weekend"]].sum(axis="columns"))
        assert (table["n"] + table["n_missing"]).tolist() == measures.by_team(demo_scope)["n"].tolist()

    def test_the_measure_needs_teams(self, demo_scope: Scope) -> None:
        with pytest.raises(UnknownNameError, match="no teams are defined"):
            measures.measure(Scope.of(demo_scope.known, "2025Q3", Settings()), "interruptions")

    def test_a_zone_is_that_of_a_team_with_services(self, tmp_path: Path) -> None:
        file = tmp_path / "incident-analytics.toml"
        services = '[services.API]\nteam = "East"\n'
        for lines, message in {
            '[teams.West]\ntimezone = "UTC"\n': "teams: 'West' is not one of East",
            '[teams.East]\ntimezone = "Mars"\n': "teams.East.timezone: 'Mars' is not an IANA zone",
        }.items():
            file.write_text(services + lines, encoding="utf-8")
            with pytest.raises(SettingsError, match=message):
                read_settings(file)


class TestTheDemo:
    def test_each_team_is_interrupted_when_its_incidents_were_written_to_start_by_its_own_clock(
        self, demo_corpus: Corpus, demo_settings: Settings
    ) -> None:
        """By the facts from which its reports were written; one team has its office in New York."""
        zones = {"API team": "America/New_York"}
        teams = {name: TeamSettings(timezone=zone) for name, zone in zones.items()}
        scope = Scope.of(demo_corpus, "2025", demo_settings.model_copy(update={"teams": teams}))
        counts = {name: Counter[str]() for name in ("API team", "Web team", "Content team", "Audio team")}
        of_service = {name: each.team or "" for name, each in demo_settings.services.items()}
        for row in demo_rows("facts"):
            start = row["started_at"] or row["detected_at"] or row["responded_at"]
            if not start.startswith("2025"):
                continue
            for team in {of_service[service] for service in row["services"].split("|")}:
                clock = datetime.fromisoformat(start).astimezone(ZoneInfo(zones.get(team, "UTC")))
                hour = "business" if 9 <= clock.hour < 17 else "evening" if clock.hour >= 17 else "night"
                counts[team]["weekend" if clock.weekday() > 4 else hour] += 1
        table = measures.interrupted(scope, within=scope.period).set_index("team")
        assert len(table) == len(counts)
        for team, hours in counts.items():
            assert {name: table.loc[team, f"n_{name}"] for name in HOURS} == {name: hours[name] for name in HOURS}


class TestFailingTogether:
    def test_of_the_demo_the_pair_that_was_planted_and_no_other(self, demo_scope: Scope) -> None:
        planted = {row["detail"] for row in demo_rows("planted") if row["what"] == "failing-together"}
        pairs = measures.together(demo_scope, within=demo_scope.history(2))
        found = pairs[pairs["p_adjusted"] <= 0.05]
        assert {f"{row.service} and {row.other}" for row in found.itertuples()} == planted
        assert found.reset_index()[["n", "n_both"]].to_dict("records") == [{"n": 86, "n_both": 18}]

    def test_the_whole(self) -> None:
        table = incidents_of(*[("2025-03-03T01:00Z", None)] * 6)
        found = call(failing_together, table, services_of(API="abcd?", Web="abe", Mail="?"))
        expected = pd.DataFrame(
            {
                "service": pd.Series(["API"], dtype="str"),
                "other": pd.Series(["Web"], dtype="str"),
                "n": [4],  # d is not known, and f names no service
                "n_missing": [2],
                "n_service": [3],
                "n_other": [3],
                "n_both": [2],
                "expected": pd.array([2.25], dtype="Float64"),
                "p_value": pd.array([1.0], dtype="Float64"),
                "p_adjusted": pd.array([1.0], dtype="Float64"),
            }
        )
        assert_frame_equal(found, expected)
        assert sentences.describe_failing_together(found, within=Period.parse("2025")) == ""

    @pytest.mark.parametrize("services", [services_of(), services_of(API="ab"), services_of(API="a?b?")])
    def test_without_a_pair_there_is_no_row(self, services: pd.DataFrame) -> None:
        found = call(failing_together, incidents_of(*[("2025-03-03T01:00Z", None)] * 2), services)
        assert found.empty
        assert sentences.describe_failing_together(found, within=Period.parse("2025")) == ""

    def test_where_services_fail_by_themselves_false_findings_are_rare(self) -> None:
        """30 histories of 30 incidents and four services: any finding in one of them at most."""
        draw = np.random.default_rng(16)
        ids = [str(number) for number in range(30)]
        incidents = make_table("incidents", {"incident_id": ids})
        n_false = 0
        for _ in range(30):
            hit = draw.random((30, 4)) < [0.5, 0.4, 0.3, 0.2]
            own, service = np.nonzero(hit)
            services = make_table(
                "services",
                {
                    "incident_id": [ids[each] for each in own],
                    "service": [f"s{each}" for each in service],
                    "affected": [True] * len(own),
                    "line": list(range(len(own))),
                },
            )
            n_false += (failing_together(incidents, services)["p_adjusted"] <= 0.05).any()
        assert n_false <= 1
