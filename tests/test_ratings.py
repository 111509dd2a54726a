from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import call, demo_rows
from pandas.testing import assert_frame_equal
from scipy import stats

from incident_analytics import measures, sentences
from incident_analytics.analysis.ratings import incident_impacts, near_twins, out_of_line, severity_agreement
from incident_analytics.errors import ColumnsError
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

LEVELS = ["SEV-3", "SEV-2", "SEV-1"]


def impacts_of(*rows: tuple[str | None, float | None, float | None], **columns: list[Any]) -> pd.DataFrame:
    """Return incidents a, b, ... with severity, users and minutes of downtime."""
    table = {
        "incident_id": [f"{number:03}" for number in range(len(rows))],
        "title": [f"t{number}" for number in range(len(rows))],
        "severity": pd.Categorical([severity for severity, *_ in rows], LEVELS, ordered=True),
        "affected_users": pd.Series([users for _, users, _ in rows], dtype="Float64"),
        "affected_users_fraction": pd.Series([None] * len(rows), dtype="Float64"),
        "downtime": pd.to_timedelta([minutes for *_, minutes in rows], unit="m"),
        "cost": pd.Series([None] * len(rows), dtype="Float64"),
    }
    return pd.DataFrame(table | columns)


def on(names: list[str]) -> pd.DataFrame:
    """Return which services each incident affected: ``AB`` is A and B."""
    rows = [(f"{number:03}", service) for number, each in enumerate(names) for service in each]
    return pd.DataFrame(
        {"incident_id": [own for own, _ in rows], "service": [name for _, name in rows], "affected": [True] * len(rows)}
    )


class TestImpacts:
    def test_what_is_not_reported_is_unknown(self) -> None:
        incidents = make_table(
            "incidents",
            {"incident_id": list("abcd"), "title": list("ABCD"), "is_open": [None, False, None, True]},
        )
        outages = make_table(
            "outages",
            {
                "incident_id": ["a", "a", "b"],
                "position": [1, 2, 1],
                "started_at": ["2025-03-14T10:00Z", "2025-03-14T12:00Z", "2025-03-14T10:00Z"],
                "ended_at": ["2025-03-14T10:20Z", "2025-03-14T12:10Z", None],
                "line": [1, 2, 3],
            },
        )
        costs = make_table(
            "costs",
            {
                "incident_id": ["a", "a", "b", "b", "c", "c"],
                "kind": ["lost_revenue", "credits_issued"] * 3,
                "amount": [100.0, 0.0, 50.0, None, 70.0, 5.0],
                "currency": ["USD", None, "USD", None, "USD", "EUR"],
                "line": [1, 2, 3, 4, 5, 6],
            },
        )
        found = call(incident_impacts, incidents, outages, costs)
        assert found["incident_id"].tolist() == ["a", "b", "c"]  # d goes on
        assert found["downtime"].tolist() == [pd.Timedelta(minutes=30), pd.NaT, pd.NaT]
        assert found["cost"].tolist() == [100.0, pd.NA, pd.NA]  # of b an amount is missing, c has two currencies

    @pytest.mark.parametrize("ends", [[None], [None, None], []])
    def test_where_no_outage_has_an_end_every_downtime_is_unknown(self, ends: list[None]) -> None:
        """Also where no amount is reported: the first review of a folder may have neither."""
        ids = list("abc")[: len(ends)]
        incidents = make_table("incidents", {"incident_id": ids, "title": ids, "is_open": [False] * len(ids)})
        started = ["2025-03-14T10:00Z"] * len(ids)
        numbers = {"position": [1] * len(ids), "line": [1] * len(ids)}
        outages = make_table("outages", {"incident_id": ids, "started_at": started, "ended_at": ends, **numbers})
        amounts = {"kind": ["lost_revenue"] * len(ids), "amount": ends, "currency": ends, "line": [1] * len(ids)}
        found = call(incident_impacts, incidents, outages, make_table("costs", {"incident_id": ids, **amounts}))
        assert found.dtypes[["downtime", "cost"]].astype(str).tolist() == ["timedelta64[us]", "Float64"]
        assert found[["downtime", "cost"]].isna().to_numpy().tolist() == [[True, True]] * len(ids)

    def test_of_a_cost_of_one_the_currency_counts(self) -> None:
        incidents = make_table("incidents", {"incident_id": ["a"], "title": ["A"]})
        costs = {"incident_id": ["a"], "kind": ["credits_issued"], "amount": [1.0], "currency": ["EUR"], "line": [1]}
        found = call(incident_impacts, incidents, make_table("outages", {}), make_table("costs", costs))
        assert found["cost"].tolist() == [1.0]


class TestAgreement:
    def test_the_interval_excludes_a_half_just_where_the_p_value_says_so(self) -> None:
        """Both are Student's t of Fisher's z: what the p-value says of its standard error gives the interval."""
        rng = np.random.default_rng(5)
        severity = rng.choice(LEVELS, 30)
        users = [10 * LEVELS.index(level) + float(rng.normal(0, 15)) for level in severity]
        table = impacts_of(*((level, number, None) for level, number in zip(severity, users, strict=True)))
        row = severity_agreement(table, on(["A"] * 30)).iloc[0]
        z = np.arctanh(2 * row["concordance"] - 1)
        error = abs(z) / stats.t.isf(row["p_value"] / 2, row["n"] - 1)
        half = stats.t.isf(0.025, row["n"] - 1) * error
        expected = [(np.tanh(end) + 1) / 2 for end in (z - half, z + half)]
        assert [row["concordance_low"], row["concordance_high"]] == pytest.approx(expected)
        assert (row["concordance_low"] > 0.5 or row["concordance_high"] < 0.5) == (row["p_value"] < 0.05)

    def test_pairs_by_hand(self) -> None:
        table = impacts_of(("SEV-3", 10, 5), ("SEV-2", 20, 5), ("SEV-1", 15, None), ("SEV-1", 5, 9), (None, 9, 9))
        found = call(severity_agreement, table, on(["A", "AB", "B", "C", "A"]), members=True)
        # users: 000-001 agree, 001-002 don't; 003 shares no service. downtime: 000-001 are equal, which is half a pair
        expected = {"n": [3, 0, 2, 0], "n_missing": [1, 5, 2, 5], "n_pairs": [2, 0, 1, 0]}
        assert {name: found[name].tolist() for name in expected} == expected
        assert found["concordance"].tolist() == [0.5, pd.NA, 0.5, pd.NA]
        assert found["incident_ids"].tolist() == [("000", "001", "002"), (), ("000", "001"), ()]
        assert found[["concordance_low", "p_value", "p_adjusted"]].isna().all(axis=None)
        assert (
            sentences.describe_agreement(found) == "Too few to say: the number of users (n = 3) and downtime (n = 2)."
        )

    def test_the_order_of_the_incidents_does_not_matter(self, demo_corpus: Corpus) -> None:
        table = incident_impacts(demo_corpus.incidents, demo_corpus.outages, demo_corpus.costs)
        found = severity_agreement(table, demo_corpus.services)
        shuffled = severity_agreement(table.sample(frac=1, random_state=1), demo_corpus.services)
        assert_frame_equal(found, shuffled, rtol=1e-9)

    def test_of_the_demo_severity_follows_users_and_cost_and_not_downtime(self, demo_scope: Scope) -> None:
        """Its spans are drawn without a look at the severity, its users and amounts by it."""
        found = measures.ratings(demo_scope, within=demo_scope.history(2))
        assert sentences.describe_agreement(found) == (
            "Severity follows the number of users (92% of pairs agree, n = 64, adjusted p < 0.001) and cost (99% of "
            "pairs agree, n = 52, adjusted p < 0.001). "
            "No evidence that it follows downtime (55% of pairs agree, n = 86). "
            "Can't be tested: the share of users (100% of pairs agree, n = 24)."
        )

    def test_where_severity_has_nothing_to_do_with_it_findings_are_rare(self) -> None:
        """20 histories of 25 incidents: any of the four in one of them at most."""
        draw = np.random.default_rng(16)
        n_false = 0
        for _ in range(20):
            table = impacts_of(
                *zip(draw.choice(LEVELS, 25), draw.lognormal(5, 2, 25), draw.lognormal(4, 1, 25), strict=True),
                affected_users_fraction=draw.random(25),
                cost=draw.lognormal(6, 1, 25),
            )
            services = on(["".join(draw.choice(list("ABC"), draw.integers(1, 3), replace=False)) for _ in range(25)])
            n_false += (severity_agreement(table, services)["p_adjusted"] <= 0.05).fillna(value=False).any()
        assert n_false <= 1

    def test_nothing_to_compare_says_nothing(self) -> None:
        found = call(severity_agreement, impacts_of(), on([]))
        assert found["n"].tolist() == [0] * 4
        assert sentences.describe_agreement(found) == ""
        with pytest.raises(ColumnsError, match="column 'downtime' is missing"):
            severity_agreement(impacts_of().drop(columns="downtime"), on([]))


class TestOutOfLine:
    def test_only_where_both_are_out_of_line(self) -> None:
        rows = [("SEV-3", 900, 90), ("SEV-3", 900, 5), ("SEV-2", 100, 20), ("SEV-2", 200, 30), ("SEV-2", 950, 95)]
        found = call(out_of_line, impacts_of(*rows), on(["A"] * 5))
        assert found[["incident_id", "rated", "n", "n_contrary"]].to_dict("records") == [
            {"incident_id": "000", "rated": "low", "n": 3, "n_contrary": 2}
        ]
        assert sentences.describe_misrated(found) == (
            "Worth a second look: 000 (SEV-3), as 2 of 3 more severe incidents affected fewer users and had less "
            "downtime."
        )

    def test_rated_high_takes_more_users_and_more_downtime_of_the_milder_ones(self) -> None:
        """Of three milder incidents that had more users two had more downtime as well, or one."""
        for downtimes, expected in (((90, 90, 1), [("000", "high", 3, 2)]), ((90, 1, 1), [])):
            rows = [("SEV-1", 10, 10), *(("SEV-2", 50, minutes) for minutes in downtimes)]
            found = call(out_of_line, impacts_of(*rows), on(["A"] * 4))
            own = found[found["incident_id"] == "000"]
            assert list(own[["incident_id", "rated", "n", "n_contrary"]].itertuples(index=False, name=None)) == expected

    def test_other_services_and_unknown_figures_say_nothing(self) -> None:
        rows = [("SEV-3", 900, 90), ("SEV-2", 1, 1), ("SEV-2", 1, 1), ("SEV-2", 1, 1), ("SEV-2", None, 1)]
        assert call(out_of_line, impacts_of(*rows), on(["A", "B", "B", "A", "A"])).empty
        assert sentences.describe_misrated(out_of_line(impacts_of(), on([]))) == ""


class TestTwins:
    def test_of_the_demo_the_pair_that_was_planted_and_no_other(self, demo_corpus: Corpus) -> None:
        (planted,) = (row for row in demo_rows("planted") if row["what"] == "near-twin")
        table = incident_impacts(demo_corpus.incidents, demo_corpus.outages, demo_corpus.costs)
        found = near_twins(table, demo_corpus.services, demo_corpus.readings)
        pairs = [
            (row.incident_id, f"{row.twin_id} is {row.twin_severity}", row.line, row.twin_line)
            for row in found.itertuples()
        ]
        assert pairs == [(planted["incident_id"], planted["detail"], 6, 6)]

    @pytest.mark.parametrize(
        ("one", "other", "services", "is_pair"),
        [
            (("SEV-2", 400, 40), ("SEV-3", 500, 50), ["A", "A"], True),
            (("SEV-2", 400, 40), ("SEV-3", 501, 50), ["A", "A"], False),
            (("SEV-2", 400, 40), ("SEV-3", 400, 51), ["A", "A"], False),
            (("SEV-2", 400, 40), ("SEV-2", 400, 40), ["A", "A"], False),
            (("SEV-2", 400, 40), ("SEV-3", 400, 40), ["A", "AB"], False),
            (("SEV-2", 400, 40), ("SEV-3", None, 40), ["A", "A"], False),
            (("SEV-2", 0, 40), ("SEV-3", 0, 40), ["A", "A"], True),
            (("SEV-2", 400, None), ("SEV-3", 400, 40), ["A", "A"], False),
            ((None, 400, 40), ("SEV-3", 400, 40), ["A", "A"], False),
            (("SEV-2", 400, 40), ("SEV-3", 400, 40), ["", ""], False),
        ],
    )
    def test_what_a_twin_is(self, one: Any, other: Any, services: list[str], *, is_pair: bool) -> None:
        readings = make_table("readings", {"incident_id": [], "field": [], "line": []})
        for rows, names in (((one, other), services), ((other, one), services[::-1])):
            found = call(near_twins, impacts_of(*rows), on(names), readings)
            assert len(found) == is_pair
            assert found["line"].isna().all()
            if is_pair:
                assert found["severity"].tolist() == ["SEV-2"]
                assert sentences.describe_twins(found).count("line") == 0

    def test_of_several_twins_the_closest_is_shown_and_all_are_counted(self) -> None:
        """A service whose incidents are all alike has at most a row an incident, whatever their number."""
        readings = make_table("readings", {"incident_id": [], "field": [], "line": []})
        rows = [("SEV-1", 400, 40), ("SEV-3", 500, 40), ("SEV-2", 400, 42), ("SEV-3", 410, 40), ("SEV-3", 410, 40)]
        for order in (range(5), (4, 3, 2, 1, 0)):
            found = call(near_twins, impacts_of(*(rows[each] for each in order)), on(["A"] * 5), readings)
            found = found.sort_values("severity", ascending=False)
            assert found[["severity", "affected_users", "twin_users", "n_twins"]].to_numpy().tolist() == [
                ["SEV-1", 400, 410, 4],
                ["SEV-2", 400, 410, 3],
            ]
        many = near_twins(impacts_of(*rows * 40), on(["A"] * 200), readings)
        assert len(many) == 80

    def test_shares_of_users_are_compared_with_shares(self) -> None:
        table = impacts_of(("SEV-2", None, 40), ("SEV-3", None, 40), affected_users_fraction=[0.1, 0.11])
        readings = make_table("readings", {"incident_id": [], "field": [], "line": []})
        assert len(near_twins(table, on(["A", "A"]), readings)) == 1
