from __future__ import annotations

import re
from datetime import UTC as UTC_ZONE
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import UTC, at, call, period, ratios, spans, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from outage_cases import (
    ANY_MAINTENANCE,
    ANY_OUTAGES,
    DAY,
    END,
    HOURS,
    SERVICES,
    START,
    WITHIN,
    hour,
    impact,
    outage_tables,
    row,
)
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.availability import downtime, stated_impact
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.loading import load
from incident_analytics.periods import Period
from incident_analytics.tables import make_table


def test_each_service_has_its_downtime_against_its_budget() -> None:
    """a and b overlap on the API, b took half of the users; the Frontend has no target, Audio no outage."""
    tables = outage_tables(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}09:30Z", f"{DAY}12:00Z"),
        services={"b": ["API", "Frontend"]},
        b={"affected_users_fraction": 0.5},
    )
    expected = pd.DataFrame(
        {
            "service": texts("API", "Audio", "Frontend"),
            "period": texts(*[WITHIN.name] * 3),
            "start": pd.Series([START] * 3, dtype=UTC),
            "end": pd.Series([END] * 3, dtype=UTC),
            "window": spans("10D", "10D", "10D"),
            "n": [2, 0, 1],
            "n_missing": [0, 0, 0],
            "n_open": [0, 0, 0],
            "downtime": spans("3h", "0h", "2h30min"),
            "availability": ratios(1 - 3 / 240, 1.0, 1 - 2.5 / 240),
            "downtime_weighted": spans("2h", "0h", "1h15min"),
            "availability_weighted": ratios(1 - 2 / 240, 1.0, 1 - 1.25 / 240),
            "n_weighted": [1, 0, 1],
            "target": ratios(0.99, 0.995, None),
            "window_start": pd.Series([START] * 3, dtype=UTC),
            "window_end": pd.Series([END] * 3, dtype=UTC),
            "window_n_missing": [0, 0, 0],
            "budget": spans("2h24min", "1h12min", None),
            "budget_left": spans("-36min", "1h12min", None),
            "budget_left_weighted": spans("24min", "1h12min", None),
            "elapsed": spans("10D", "10D", "10D"),
            "burn_rate": ratios(1.25, 0.0, None),
            "time_to_exhaustion": spans(None, None, None),
            "burn_rate_weighted": ratios(2 / 2.4, 0.0, None),
            "time_to_exhaustion_weighted": spans(None, None, None),
            "incident_ids": [("a", "b"), (), ("b",)],
        }
    )
    assert_frame_equal(impact(tables, targets={"API": 0.99, "Audio": 0.995}, members=True), expected)
    given = {name: frame for name, frame in tables.items() if name != "outages"}
    plain = call(downtime, tables["outages"], within=WITHIN, declared=["Audio"], **given)
    assert_frame_equal(plain, expected[list(plain.columns)])
    assert list(plain.columns) == list(expected.columns[:13])


def test_what_reaches_beyond_the_window_is_cut_off() -> None:
    tables = outage_tables(
        ("before", "2025-06-30T22:00Z", "2025-07-01T01:00Z"),
        ("after", "2025-07-10T23:30Z", "2025-07-12T00:00Z"),
        ("touches start", "2025-06-30T22:00Z", "2025-07-01T00:00Z"),
        ("starts at end", "2025-07-11T00:00Z", "2025-07-11T01:00Z"),
    )
    api = row(tables, members=True)
    assert api["downtime"] == pd.Timedelta("1h30min")
    assert api["incident_ids"] == ("after", "before")


def test_a_window_in_another_zone_is_the_same_window() -> None:
    tables = outage_tables(("a", "2025-06-30T22:00Z", "2025-07-01T01:00Z"))
    bounds = START.tz_convert("Europe/Berlin").as_unit("ns"), END.tz_convert("Asia/Tokyo")
    elsewhere = impact(tables, within=Period(WITHIN.name, *bounds), targets={"API": 0.99})
    assert_frame_equal(elsewhere, impact(tables, targets={"API": 0.99}))


def test_an_open_outage_lasts_until_as_of_or_the_windows_end() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", None), a={"is_open": True})
    api = row(tables, as_of=at("2025-07-02T11:00").tz_convert("Asia/Tokyo"))
    assert (api["downtime"], api["n"], api["n_open"], api["n_missing"]) == (pd.Timedelta("2h"), 1, 1, 0)
    assert row(tables)["downtime"] == END - at("2025-07-02T09:00")
    assert row(tables, as_of=at("2026-01-01"))["downtime"] == END - at("2025-07-02T09:00")
    early = row(tables, as_of=at("2025-07-02T08:00"))
    assert (early["downtime"], early["n"], early["n_open"], early["n_missing"]) == (pd.Timedelta(0), 0, 0, 0)


def test_an_end_that_is_not_reported_is_counted_and_never_aged() -> None:
    """Also an incident with no outage, and an end before the start; those of another quarter are not of this one."""
    tables = outage_tables(
        ("no end", f"{DAY}09:00Z", None),
        ("wrong way", f"{DAY}09:00Z", f"{DAY}08:00Z"),
        ("long ago", "2025-01-02T09:00Z", None),
        **{
            "no outage": {"occurred_at": f"{DAY}09:00Z"},
            "no outage long ago": {"occurred_at": "2025-01-02T09:00Z"},
            "no outage, nobody hit": {"occurred_at": f"{DAY}09:00Z", "affected_users": 0},
        },
    )
    api = row(tables, members=True)
    assert (api["n"], api["n_missing"]) == (0, 3)
    assert pd.isna(api["downtime"])  # unknown, and no 100% availability
    assert pd.isna(api["availability"])
    assert api["incident_ids"] == ()  # none of them is used


def test_an_incident_that_hit_nobody_does_not_count() -> None:
    tables = outage_tables(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"),
        ("c", f"{DAY}13:00Z", f"{DAY}14:00Z"),
        a={"affected_users": 0},
        b={"affected_users_fraction": 0.0},
        c={"affected_users": 12},
    )
    assert row(tables, members=True)["incident_ids"] == ("c",)


def test_only_the_chosen_severities_count_and_unknown_ones_are_reported() -> None:
    tables = outage_tables(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"),
        ("c", f"{DAY}13:00Z", f"{DAY}14:00Z"),
        a={"severity": "SEV-1"},
        b={"severity": "SEV-3"},
    )
    api = row(tables, severities=("SEV-1", "SEV-2"))
    assert (api["n"], api["n_missing"], api["downtime"]) == (1, 1, pd.Timedelta("1h"))
    assert row(tables)["n"] == 3
    with pytest.raises(UnknownNameError, match=r"^severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1$"):
        impact(tables, severities=("SEV9",))


def test_a_shorter_outage_than_the_least_does_not_count() -> None:
    """The outage's own length decides, not what the window leaves of it."""
    tables = outage_tables(
        ("short", f"{DAY}09:00Z", f"{DAY}09:04Z"),
        ("just", f"{DAY}10:00Z", f"{DAY}10:05Z"),
        ("cut", "2025-06-30T23:00Z", "2025-07-01T00:02Z"),
    )
    api = row(tables, minimum_outage=timedelta(minutes=5))
    assert (api["n"], api["n_missing"], api["downtime"]) == (2, 0, pd.Timedelta("7min"))


@pytest.mark.parametrize("as_frame", [True, False])
def test_planned_maintenance_leaves_downtime_and_window(as_frame: bool) -> None:
    """Two windows overlap, one lies half outside; the outage lasts 4 h, one of them planned."""
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}13:00Z"), a={"affected_users_fraction": 0.5})
    planned = [
        ("API", datetime(2025, 7, 2, 8, tzinfo=UTC_ZONE), datetime(2025, 7, 2, 10, tzinfo=UTC_ZONE)),
        ("API", datetime(2025, 7, 2, 7, tzinfo=UTC_ZONE), datetime(2025, 7, 2, 9, tzinfo=UTC_ZONE)),
        ("API", datetime(2025, 6, 30, 22, tzinfo=UTC_ZONE), datetime(2025, 7, 1, 1, tzinfo=UTC_ZONE)),
        ("Batch", START.to_pydatetime(), END.to_pydatetime()),
    ]
    given = pd.DataFrame(planned, columns=["service", "start", "end"]) if as_frame else planned
    result = impact(tables, maintenance=given, targets={"API": 0.99})
    assert result["service"].tolist() == ["API", "Batch"]
    assert result["window"].tolist() == [pd.Timedelta(hours=236), pd.Timedelta(0)]
    assert result["downtime"].tolist() == [pd.Timedelta(hours=3), pd.Timedelta(0)]
    assert result["downtime_weighted"].tolist() == [pd.Timedelta(hours=1.5), pd.Timedelta(0)]
    assert result.loc[0, "availability"] == pytest.approx(1 - 3 / 236)
    assert result.loc[0, "budget"] == pd.Timedelta(hours=2.36)
    assert result["availability"].isna().tolist() == [False, True]


def test_maintenance_has_its_three_columns() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}13:00Z"))
    with pytest.raises(ColumnsError, match="column 'end' is missing"):
        impact(tables, maintenance=pd.DataFrame({"service": ["API"], "start": [START]}))


def test_an_incident_that_names_no_service_is_not_lost() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), services={"a": []})
    result = impact(tables, targets={"API": 0.99})
    assert result["service"].isna().tolist() == [False, True]
    assert result["downtime"].tolist() == [pd.Timedelta(0), pd.Timedelta("1h")]
    assert result["availability"].isna().tolist() == [False, True]


def test_a_service_that_a_report_names_twice_was_down_once() -> None:
    assert row(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), services={"a": ["API", "API"]}))["n"] == 1


def test_a_service_that_was_not_affected_was_not_down() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    tables["services"] = tables["services"].assign(affected=pd.array([False], dtype="boolean"))
    result = impact(tables)
    assert result.loc[result["service"] == "API", "n"].tolist() == [0]


def test_outages_of_incidents_that_were_filtered_away_do_not_count() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"))
    tables["incidents"] = tables["incidents"][:1]
    assert row(tables)["downtime"] == pd.Timedelta("1h")


def test_an_outage_within_one_minute_counts_without_downtime() -> None:
    api = row(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}09:00Z")))
    assert (api["n"], api["n_missing"], api["downtime"]) == (1, 0, pd.Timedelta(0))


@pytest.mark.parametrize(
    ("start", "end", "n"),
    [
        ("07-01T00:00Z", "07-01T00:00Z", 1),
        ("06-30T23:00Z", "07-01T00:00Z", 0),
        ("06-30T23:00Z", "07-01T00:01Z", 1),
        ("07-10T23:59Z", "07-11T00:00Z", 1),
        ("07-11T00:00Z", "07-11T00:00Z", 0),
        ("07-11T00:00Z", "07-11T01:00Z", 0),
    ],
)
def test_an_outage_at_a_boundary_is_of_the_window_that_begins_there(start: str, end: str, n: int) -> None:
    """The window is from 1 July up to the beginning of 11 July."""
    assert row(outage_tables(("a", f"2025-{start}", f"2025-{end}")), declared=["API"])["n"] == n


def test_a_service_of_which_it_is_not_said_that_it_was_hit_was_not_down() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    tables["services"]["affected"] = pd.array([None], dtype="boolean")
    down = impact(tables, declared=["API"]).set_index("service")["n"]
    assert (down["API"], down.sum()) == (0, 1)  # the outage has its row, of no service


@pytest.mark.parametrize(
    ("facts", "n"),
    [
        ({"affected_users": 0}, 0),
        ({"affected_users_fraction": 0.0}, 0),
        ({"affected_users": 1, "affected_users_fraction": None}, 1),
        ({"affected_users": None, "affected_users_fraction": 0.01}, 1),
    ],
)
def test_an_outage_counts_unless_it_is_said_that_it_hit_nobody(facts: dict[str, Any], n: int) -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), a=facts)
    assert row(tables, declared=["API"])["n"] == n


@pytest.mark.parametrize(("at_", "n_missing"), [("07-01T00:00Z", 1), ("07-11T00:00Z", 0), ("06-30T23:59Z", 0)])
def test_an_outage_of_unknown_end_belongs_where_it_began(at_: str, n_missing: int) -> None:
    api = row(outage_tables(("a", f"2025-{at_}", None)), declared=["API"])
    assert (api["n"], api["n_missing"]) == (0, n_missing)


def test_nothing_at_all_gives_no_row_and_a_declared_service_a_whole_window() -> None:
    assert impact(outage_tables()).empty
    api = row(outage_tables(), declared=["API"])
    assert (api["n"], api["downtime"], api["availability"]) == (0, pd.Timedelta(0), 1.0)
    assert impact(outage_tables(), declared=["API"])["target"].isna().all()


def test_nothing_known_is_missing() -> None:
    api = row(outage_tables(("a", None, None), a={"occurred_at": f"{DAY}09:00Z", "is_open": True}))
    assert (api["n"], api["n_missing"], api["n_open"]) == (0, 1, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"within": period("2025-07-11", "2025-07-11")}, PeriodError, f"the window {END} to {END} is empty"),
        ({"as_of": START}, PeriodError, "2025-07-01/2025-07-11 has not started yet; choose an earlier period"),
        ({"as_of": END.tz_localize(None)}, ColumnsError, "as_of 2025-07-11 00:00:00 has no zone"),
        ({"maintenance": [("API", END, START)]}, PeriodError, f"the window {END} to {START} is empty"),
        (
            {"maintenance": [("API", datetime(2025, 7, 2), datetime(2025, 7, 3))]},  # noqa: DTZ001
            ColumnsError,
            "start 2025-07-02 00:00:00 has no zone",
        ),
        ({"services": pd.DataFrame({"service": ["API"]})}, ColumnsError, "columns 'incident_id', 'affected' are"),
        ({"incidents": pd.DataFrame({"incident_id": ["a"]})}, ColumnsError, "columns 'occurred_at', 'severity', "),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        impact(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), **arguments)
    assert str(caught.value).startswith(message)


def test_outages_need_their_ends_in_a_zone() -> None:
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    for column in ("started_at", "ended_at"):
        naive = tables["outages"].assign(**{column: tables["outages"][column].dt.tz_localize(None)})
        with pytest.raises(ColumnsError, match=rf"^{column} is datetime64\[us\], not instants"):
            impact(tables | {"outages": naive})
    with pytest.raises(ColumnsError, match="column 'ended_at' is missing"):
        impact(tables | {"outages": tables["outages"].drop(columns="ended_at")})


class TestSeveralOutagesOfOneIncident:
    def test_two_windows_are_two_outages_and_the_time_between_is_up(self) -> None:
        tables = outage_tables(("a", f"{DAY}11:07Z", f"{DAY}13:40Z"), ("a", f"{DAY}15:30Z", f"{DAY}17:11Z"))
        api = row(tables, members=True)
        assert (api["n"], api["downtime"], api["incident_ids"]) == (2, pd.Timedelta("4h14min"), ("a",))

    def test_a_reopened_incident_whose_windows_overlap_counts_no_moment_twice(self) -> None:
        tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}11:00Z"), ("a", f"{DAY}10:00Z", f"{DAY}12:00Z"))
        assert row(tables)["downtime"] == pd.Timedelta("3h")

    def test_a_reopened_incident_that_is_open_again_lasts_until_as_of(self) -> None:
        tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), ("a", f"{DAY}12:00Z", None), a={"is_open": True})
        api = row(tables, as_of=at("2025-07-02T12:30"))
        assert (api["n"], api["n_open"], api["downtime"]) == (2, 1, pd.Timedelta("1h30min"))

    def test_the_least_length_is_asked_of_each_window_by_itself(self) -> None:
        tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}09:04Z"), ("a", f"{DAY}10:00Z", f"{DAY}10:05Z"))
        api = row(tables, minimum_outage=timedelta(minutes=5))
        assert (api["n"], api["downtime"]) == (1, pd.Timedelta("5min"))

    def test_two_windows_in_two_months_count_in_each(self) -> None:
        tables = outage_tables(
            ("a", "2025-07-31T22:00Z", "2025-07-31T23:00Z"), ("a", "2025-08-01T02:00Z", "2025-08-01T04:00Z")
        )
        months = impact(tables, within=period("2025-07-01", "2025-09-01"), every="month")
        assert months["downtime"].tolist() == [pd.Timedelta("1h"), pd.Timedelta("2h")]


def stated(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    given = {"incidents": tables["incidents"], "within": WITHIN, **arguments}
    return call(stated_impact, tables["outages"], **given)


class TestStatedImpact:
    def test_the_stated_fraction_is_next_to_the_derived_one_and_its_window(self) -> None:
        """Half of the users for 3 h; nobody hit; no end; no outage and nothing stated."""
        tables = outage_tables(
            ("b", f"{DAY}09:00Z", f"{DAY}11:00Z"),
            ("b", f"{DAY}10:00Z", f"{DAY}12:00Z"),
            ("nobody", f"{DAY}09:00Z", f"{DAY}12:00Z"),
            ("no end", f"{DAY}09:00Z", None),
            b={"occurred_at": f"{DAY}09:00Z", "sla_impact": 0.005, "affected_users_fraction": 0.5},
            nobody={"occurred_at": f"{DAY}09:00Z", "sla_impact": 0.0, "affected_users": 0},
            **{
                "no end": {"occurred_at": f"{DAY}09:00Z", "sla_impact": 0.001},
                "a": {"occurred_at": f"{DAY}08:00Z"},
                "long ago": {"occurred_at": "2025-01-02T08:00Z", "sla_impact": 0.5},
            },
        )
        expected = pd.DataFrame(
            {
                "incident_id": texts("a", "b", "no end", "nobody"),
                "occurred_at": pd.Series([f"{DAY}08:00", *[f"{DAY}09:00"] * 3], dtype=UTC),
                "window_start": pd.Series([at("2025-07-01")] * 4, dtype=UTC),
                "window_end": pd.Series([at("2025-08-01")] * 4, dtype=UTC),
                "n": [0, 2, 0, 0],
                "n_missing": [1, 0, 1, 0],
                "stated": ratios(None, 0.005, 0.001, 0.0),
                "derived": ratios(None, 3 / 24 / 31, None, 0.0),
                "derived_weighted": ratios(None, 1.5 / 24 / 31, None, 0.0),
                "downtime": spans(None, "3h", None, "0h"),
                "implied_window": spans(None, "25D", None, None),
            }
        )
        assert_frame_equal(stated(tables, window="month"), expected)

    def test_nothing_stated_implies_no_window_however_long_the_outage(self) -> None:
        tables = outage_tables(
            ("a", f"{DAY}09:00Z", f"{DAY}21:00Z"), a={"occurred_at": f"{DAY}09:00Z", "sla_impact": 0.0}
        )
        assert stated(tables)["implied_window"].isna().tolist() == [True]

    @pytest.mark.parametrize(
        ("window", "days"), [(None, 10), ("month", 31), ("quarter", 92), ("year", 365), ("rolling-30d", 30)]
    )
    def test_the_window_is_the_callers_choice(self, window: str | None, days: int) -> None:
        tables = outage_tables(
            ("a", f"{DAY}09:00Z", f"{DAY}21:00Z"), a={"occurred_at": f"{DAY}09:00Z", "sla_impact": 0.01}
        )
        result = stated(tables, window=window)
        assert result["derived"].tolist() == [pytest.approx(0.5 / days)]
        assert result["implied_window"].tolist() == [pd.Timedelta("50D")]
        assert (result["window_end"] - result["window_start"]).tolist() == [pd.Timedelta(days=days)]

    def test_windows_are_fiscal_ones_of_a_fiscal_period_and_begin_at_the_zones_midnight(self) -> None:
        """At 23:00 UTC on 31 July it is August in Berlin, where the fiscal quarter began in May or begins in August."""
        when = {"occurred_at": "2025-07-31T23:00Z", "sla_impact": 0.01}
        tables = outage_tables(("a", "2025-07-31T23:00Z", "2025-08-01T01:00Z"), a=when)
        for name, window, start, end in (
            ("FY2026", "quarter", "2025-07-31T22:00", "2025-10-31T23:00"),
            ("FY2026", "year", "2025-01-31T23:00", "2026-01-31T23:00"),
            ("2025", "quarter", "2025-06-30T22:00", "2025-09-30T22:00"),
            ("2025", "rolling-30d", "2025-07-31T22:00", "2025-08-30T22:00"),
        ):
            within = Period.parse(name, timezone="Europe/Berlin", fiscal_year_start=2)
            result = stated(tables, within=within, window=window)
            assert result[["window_start", "window_end"]].to_numpy().tolist() == [[at(start), at(end)]]

    def test_an_open_incident_lasts_until_as_of(self) -> None:
        tables = outage_tables(("a", f"{DAY}09:00Z", None), a={"occurred_at": f"{DAY}09:00Z", "is_open": True})
        assert stated(tables, as_of=at(f"{DAY}11:00"))["downtime"].tolist() == [pd.Timedelta("2h")]

    def test_no_incidents_have_no_rows(self) -> None:
        for window in (None, "quarter", "rolling-30d"):
            assert stated(outage_tables(), window=window).empty

    def test_a_wrong_argument_is_named(self) -> None:
        with pytest.raises(
            PeriodError, match=f"^the window {re.escape(str(END))} to {re.escape(str(START))} is empty$"
        ):
            stated(outage_tables(), within=Period("backwards", END, START))
        with pytest.raises(ColumnsError, match=r"^column 'sla_impact' is missing; the frame has incident_id"):
            stated({**outage_tables(), "incidents": make_table("incidents").drop(columns="sla_impact")})
        with pytest.raises(ColumnsError, match=r"^as_of 2025-07-11 00:00:00 has no zone"):
            stated(outage_tables(), as_of=END.tz_localize(None))

    def test_the_demos_reports_state_what_their_outages_give_over_the_quarter(self) -> None:
        """Its writer reckons by the quarter; reports of SEV-3 say less than 0.1% instead."""
        demo = Path(__file__).parents[1] / "data" / "demo"
        corpus = load(demo / "reports", settings=demo / "incident-analytics.toml")
        graver = corpus.incidents[corpus.incidents["severity"] > "SEV-3"]
        years = period("2024-01-01", "2026-01-01")
        by_quarter = call(stated_impact, corpus.outages, incidents=graver, window="quarter", within=years)
        both = by_quarter[(by_quarter["stated"] > 0) & by_quarter["derived"].notna()]
        assert len(both) >= 25
        assert ((both["stated"] - both["derived"]).abs() <= 0.0001).mean() >= 0.9
        assert pd.Timedelta("90D") <= both["implied_window"].median() <= pd.Timedelta("92D")


@given(ANY_OUTAGES, ANY_MAINTENANCE)
@examples(6)
def test_every_hour_counts_once_with_its_heaviest_outage(
    outages: list[tuple[str, int, int, float | None]], planned: list[tuple[str, int, int]]
) -> None:
    """The same as painting the hours of each service one by one."""
    tables = outage_tables(
        *(
            (str(i), hour(first).isoformat(), hour(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [outage[0]] for i, outage in enumerate(outages)},
        **{str(i): {"affected_users_fraction": outage[3]} for i, outage in enumerate(outages)},
    )
    maintenance = [(service, hour(first), hour(first + length)) for service, first, length in planned]
    result = impact(tables, maintenance=maintenance, declared=SERVICES)

    painted = {service: np.zeros(HOURS) for service in SERVICES}
    for service, first, length, fraction in outages:
        hours = painted[service][max(first, 0) : max(first + length, 0)]
        np.maximum(hours, 1.0 if fraction is None else fraction, out=hours)
    kept = {service: np.ones(HOURS, dtype=bool) for service in SERVICES}
    for service, first, length in planned:
        kept[service][max(first, 0) : max(first + length, 0)] = False

    in_hours = result.set_index("service")[["window", "downtime", "downtime_weighted"]] / pd.Timedelta(hours=1)
    for service in SERVICES:
        hours = painted[service][kept[service]]
        assert in_hours.loc[service].tolist() == [len(hours), np.count_nonzero(hours), hours.sum()]


@given(ANY_OUTAGES)
@examples(8)
def test_united_downtime_is_at_most_the_sum_and_the_window_and_the_order_of_rows_does_not_matter(
    outages: list[tuple[str, int, int, float | None]],
) -> None:
    tables = outage_tables(
        *(
            (str(i), hour(first).isoformat(), hour(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [outage[0]] for i, outage in enumerate(outages)},
    )
    result = impact(tables, targets=dict.fromkeys(SERVICES, 0.99))
    for service, down in zip(result["service"], result["downtime"], strict=True):
        total = sum(length for name, _, length, _ in outages if name == service)
        assert down <= pd.Timedelta(hours=total)
    assert (result["downtime"] <= result["window"]).all()
    assert (result["downtime_weighted"] <= result["downtime"]).all()
    assert result["availability"].between(0, 1).all()
    backwards = {name: frame[::-1] for name, frame in tables.items()}
    assert_frame_equal(impact(backwards, targets=dict.fromkeys(SERVICES, 0.99)), result)


@given(
    ANY_OUTAGES,
    ANY_MAINTENANCE,
    st.sampled_from(["month", "quarter"]),
    st.none() | st.integers(min_value=1, max_value=HOURS + 20),
    st.sets(st.integers(0, 13)),
)
@examples(6)
def test_a_window_of_many_is_the_same_as_the_window_by_itself(
    outages: list[tuple[str, int, int, float | None]],
    planned: list[tuple[str, int, int]],
    window: Any,
    seen: int | None,
    nameless: set[int],
) -> None:
    """Ten days around the end of June, of which some may have passed; some incidents name no service."""
    fortnight = period("2025-06-26", "2025-07-06")

    def when(number: int) -> pd.Timestamp:
        return fortnight.start + pd.Timedelta(hours=number)

    tables = outage_tables(
        *(
            (str(i), when(first).isoformat(), None if length > 50 else when(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [] if i in nameless else [outage[0]] for i, outage in enumerate(outages)},
        **{
            str(i): {"affected_users_fraction": outage[3], "is_open": outage[2] > 55}
            for i, outage in enumerate(outages)
        },
    )
    arguments: dict[str, Any] = {
        "maintenance": [(service, when(first), when(first + length)) for service, first, length in planned],
        "targets": dict(zip(SERVICES, (0.99, 0.9), strict=True)),
        "window": window,
        "members": True,
    }
    as_of = fortnight.end if seen is None else min(when(seen), fortnight.end)
    many = impact(tables, within=fortnight, as_of=as_of, **arguments)
    parts = [part for part, _ in fortnight.budget_windows(window) if part.start < as_of]
    assert many["start"].nunique() == len(parts)
    for part in parts:
        alone = impact(tables, within=part, as_of=as_of, **arguments)
        rows = many[many["start"] == part.start].reset_index(drop=True)
        assert_frame_equal(rows.drop(columns="period"), alone.drop(columns="period"))
