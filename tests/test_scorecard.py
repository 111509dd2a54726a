from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import at, call, demo_rows
from edits import DEMO
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics import measures, sentences
from incident_analytics.analysis.response import response_times
from incident_analytics.analysis.scorecard import team_changes
from incident_analytics.analysis.statistics import holm
from incident_analytics.config import Settings
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.formatting import format_digits
from incident_analytics.loading import load
from incident_analytics.periods import Period
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

BEFORE, AFTER, PAST = Period.parse("2025Q2"), Period.parse("2025Q3"), Period.parse("2024-07-01/2025-07-01")


def changes_of(
    *teams: tuple[str, int, int], minutes: tuple[int, int] = (60, 60), n_recorded: tuple[int, int] = (3, 3)
) -> pd.DataFrame:
    """Return `team_changes` of teams with so many incidents in either quarter, of such lengths and so well recorded."""
    draw = np.random.default_rng(16)
    rows, readings, services = [], [], []
    for team, *counts in teams:
        for period, n, length, recorded in zip((BEFORE, AFTER), counts, minutes, n_recorded, strict=True):
            for _ in range(n):
                own = f"i{len(rows):04}"
                start = period.start + pd.Timedelta(days=float(draw.uniform(0, 90)))
                end = start + pd.Timedelta(minutes=length * float(draw.lognormal(0, 0.3)))
                rows.append((own, start, end))
                services.append((own, team))
                readings += [(own, field) for field in ("started_at", "restored_at", "detected_at")[:recorded]]
    ids, starts, ends = zip(*rows, strict=True) if rows else ((), (), ())
    incidents = make_table(
        "incidents",
        {"incident_id": ids, "occurred_at": starts, "started_at": starts, "detected_at": starts, "restored_at": ends},
    )
    return call(
        team_changes,
        incidents,
        make_table(
            "services",
            {
                "incident_id": [own for own, _ in services],
                "service": [team for _, team in services],
                "affected": [True] * len(services),
                "line": [1] * len(services),
            },
        ),
        make_table(
            "readings",
            {
                "incident_id": [own for own, _ in readings],
                "field": [field for _, field in readings],
                "grade": ["recorded"] * len(readings),
                "line": [1] * len(readings),
            },
        ),
        times=response_times(incidents),
        metric="time_to_restore",
        before=BEFORE,
        after=AFTER,
        past=PAST,
        as_of=at("2025-10-01"),
    )


class TestTeamChanges:
    def test_a_column_that_is_missing_is_named(self) -> None:
        incidents = make_table("incidents", {"incident_id": ["a"], "occurred_at": [at("2025-08-01")]})
        with pytest.raises(ColumnsError, match="column 'affected' is missing"):
            team_changes(
                incidents,
                pd.DataFrame({"incident_id": ["a"], "service": ["Web"]}),
                make_table("readings", {}),
                times=response_times(incidents),
                metric="time_to_restore",
                before=BEFORE,
                after=AFTER,
                past=PAST,
                as_of=at("2025-10-01"),
            )

    def test_an_arrow_where_something_changed_and_nowhere_else(self) -> None:
        found = changes_of(("Web", 8, 8), ("API", 4, 30))
        arrows = found.dropna(subset="arrow")[["team", "measure", "arrow"]].to_dict("records")
        assert arrows == [{"team": "API", "measure": "incidents", "arrow": "up"}]
        assert found["team"].tolist() == ["API"] * 3 + ["Web"] * 3
        assert sentences.describe_scorecard(found).startswith(
            "API: incidents went up (n = 4 before, 30 now; adjusted p"
        )

    def test_where_nothing_is_significant_it_says_what_would_have_shown(self) -> None:
        found = changes_of(("Web", 8, 8), ("API", 3, 3))
        is_count = found["measure"] == "incidents"
        assert found.loc[~is_count, "detectable_rise"].isna().all()
        least = found.loc[is_count, "detectable_rise"].min()
        assert least > 1
        said = sentences.describe_scorecard(found)
        assert said.startswith("None of the ")
        assert said.endswith(
            "; a team's incidents would reliably show only a rise to "
            f"{format_digits(1 + least, 2)} times as many or more."
        )

    def test_spans_and_data_that_fall_point_down(self) -> None:
        found = changes_of(("Web", 20, 20), minutes=(600, 30), n_recorded=(3, 1)).set_index("measure")["arrow"]
        assert found.fillna("").to_dict() == {"incidents": "", "time_to_restore": "down", "recorded milestones": "down"}

    def test_all_arrows_are_one_family(self) -> None:
        found = changes_of(("Web", 12, 20), ("API", 7, 20), ("Data", 9, 3))
        p_values = found["p_value"].to_numpy(dtype=float, na_value=np.nan)
        assert found["p_adjusted"].to_numpy(dtype=float, na_value=np.nan).tolist() == pytest.approx(
            holm(p_values).tolist(), nan_ok=True
        )
        assert (found["arrow"].notna() == (found["p_adjusted"] <= 0.05).fillna(value=False)).all()

    @examples(6)
    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=3))
    def test_few_incidents_carry_no_arrow(self, counts: list[tuple[int, int]]) -> None:
        found = changes_of(*((f"t{number}", *each) for number, each in enumerate(counts)))
        assert found["arrow"].isna().all()
        assert "went" not in sentences.describe_scorecard(found)


class TestScorecard:
    def test_of_the_demo_each_figure_is_that_of_its_own_measure(self, demo_scope: Scope) -> None:
        table = measures.measure(demo_scope, "teams").set_index("team")
        teams = measures.by_team(demo_scope).set_index("team")
        assert table[["n", "n_services", "n_over"]].equals(teams[["n", "n_services", "n_over"]])
        assert table["incident_ids"].map(len).tolist() == teams["n"].tolist()
        response = measures.response(demo_scope, by="team").set_index("team")
        assert table["median"].equals(response["median"].reindex(table.index))
        completion = measures.measure(demo_scope, "actions", by="team").set_index("team")
        for column in ("n_done", "n_open", "n_unknown"):
            assert table[column].to_dict() == completion[column].reindex(table.index).fillna(0).to_dict()
        late = measures.overdue(demo_scope)
        services = demo_scope.everything.services
        api = services.loc[(services["service"] == "API") & services["affected"], "incident_id"]
        own = late[late["incident_id"].isin(api)]
        assert table.loc["API team", "n_overdue"] == own["status"].notna().sum()
        assert table.loc["API team", "n_overdue_unknown"] == own["status"].isna().sum()

    def test_a_team_without_incidents_has_a_row_that_claims_nothing(self, demo_scope: Scope) -> None:
        row = measures.scorecard(demo_scope).set_index("team").loc["Content team"]
        assert row["n"] == 0
        assert row[["median", "completion", "share_recorded"]].isna().all()

    def test_without_teams_there_is_no_scorecard(self, demo_scope: Scope) -> None:
        bare = Scope.of(demo_scope.known, "2025Q3", Settings())
        assert measures.scorecard(bare).empty
        with pytest.raises(UnknownNameError, match="no teams are defined"):
            measures.measure(bare, "teams")

    def test_without_an_earlier_period_no_arrow_is_drawn(self, demo_scope: Scope) -> None:
        first = Scope.of(demo_scope.known, "2024Q1", demo_scope.settings)
        assert measures.scorecard_changes(first).empty
        assert measures.scorecard(first)[["incidents_arrow", "median_arrow", "recorded_arrow"]].isna().all(axis=None)

    def test_of_the_demo_each_team_has_the_incidents_that_were_written_for_it(
        self, demo_scope: Scope, demo_corpus: Corpus
    ) -> None:
        """By the facts behind its reports, in three quarters; nothing changed, so no arrow is drawn."""
        facts, teams = demo_rows("facts"), {name: each.team for name, each in demo_scope.settings.services.items()}
        for quarter in Period.parse("2024-01-01/2026-01-01").split("quarter")[1::3]:
            scope = Scope.of(demo_corpus, quarter.name, demo_scope.settings)
            planted: dict[str, set[str]] = {team: set() for team in teams.values() if team}
            for row in facts:
                if quarter.start <= at(row["incident_id"][4:14]) < quarter.end:
                    for service in row["services"].split("|"):
                        planted[teams[service] or ""].add(row["incident_id"])
            table = measures.scorecard(scope, members=True).set_index("team")
            assert table["incident_ids"].map(set).to_dict() == planted
            assert table["n"].to_dict() == {team: len(ids) for team, ids in planted.items()}
            assert table[["incidents_arrow", "median_arrow", "recorded_arrow"]].isna().all(axis=None)

    def test_of_the_demo_with_one_team_s_incidents_many_times_over_that_team_has_the_only_arrow(
        self, demo_scope: Scope, tmp_path: Path
    ) -> None:
        """Each report of this team alone in 2025Q3 is there nine times."""
        reports = Path(shutil.copytree(DEMO / "reports", tmp_path / "reports"))
        for row in demo_rows("facts"):
            name = row["incident_id"]
            if row["services"] == "Audio Generation" and "INC-2025-07" <= name < "INC-2025-10":
                text = (reports / f"{name}.md").read_text(encoding="utf-8")
                for copy in range(1, 9):
                    other = f"{name[:-3]}9{copy}{name[-1]}"
                    (reports / f"{other}.md").write_text(text.replace(name, other), encoding="utf-8")
        scope = Scope.of(load(reports, settings=demo_scope.settings, status="all"), "2025Q3", demo_scope.settings)
        found = measures.scorecard_changes(scope)
        arrows = found.dropna(subset="arrow")[["team", "measure", "arrow"]].to_dict("records")
        assert arrows == [{"team": "Audio team", "measure": "incidents", "arrow": "up"}]
        table = measures.scorecard(scope).set_index("team")
        assert table["incidents_arrow"].dropna().to_dict() == {"Audio team": "up"}
        assert "Audio team: incidents went up (n = " in sentences.describe_scorecard(found)
