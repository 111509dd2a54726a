from __future__ import annotations

import re
from datetime import UTC as UTC_ZONE
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import UTC, at, call, ratios, spans, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.sla import budget_burn_down, downtime, sla_impact, stated_impact
from incident_analytics.errors import ColumnsError, PeriodError, SettingsError, UnknownNameError
from incident_analytics.loading import load
from incident_analytics.tables import make_table

START, END = at("2025-07-01"), at("2025-07-11")  # ten days
DAY = "2025-07-02T"


def frames(
    *outages: tuple[str, str | None, str | None],
    services: dict[str, list[str]] | None = None,
    **incidents: dict[str, Any],
) -> dict[str, pd.DataFrame]:
    """Outages as (incident_id, start, end), services by incident (the API unless told), facts by incident."""
    ids = list(dict.fromkeys([*(outage[0] for outage in outages), *incidents]))
    touched = [(key, service) for key in ids for service in (services or {}).get(key, ["API"])]
    facts = {column: [incidents.get(key, {}).get(column) for key in ids] for column in FACTS}
    return {
        "outages": make_table(
            "outages",
            {
                "incident_id": [outage[0] for outage in outages],
                "position": list(range(len(outages))),
                "started_at": [outage[1] for outage in outages],
                "ended_at": [outage[2] for outage in outages],
                "line": [5] * len(outages),
            },
        ),
        "services": make_table(
            "services",
            {
                "incident_id": [key for key, _ in touched],
                "service": [service for _, service in touched],
                "affected": [True] * len(touched),
                "line": [30] * len(touched),
            },
        ),
        "incidents": make_table("incidents", {"incident_id": ids, **facts}),
    }


FACTS = ("occurred_at", "severity", "is_open", "affected_users", "affected_users_fraction", "sla_impact")


def impact(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    outages = tables["outages"]
    rest = {name: frame for name, frame in tables.items() if name != "outages"}
    return call(sla_impact, outages, **{"start": START, "end": END, **rest, **arguments})


def row(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.Series:
    """The one row of a case with one service."""
    (only,) = impact(tables, **arguments).to_dict("records")
    return pd.Series(only)


def test_each_service_has_its_downtime_against_its_budget() -> None:
    """a and b overlap on the API, b took half of the users; the Frontend has no target, Audio no outage."""
    tables = frames(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}09:30Z", f"{DAY}12:00Z"),
        services={"b": ["API", "Frontend"]},
        b={"affected_users_fraction": 0.5},
    )
    expected = pd.DataFrame(
        {
            "service": texts("API", "Audio", "Frontend"),
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
            "target": ratios(0.99, 0.995, None),
            "budget": spans("2h24min", "1h12min", None),
            "budget_left": spans("-36min", "1h12min", None),
            "budget_left_weighted": spans("24min", "1h12min", None),
            "elapsed": spans("10D", "10D", "10D"),
            "burn_rate": ratios(1.25, 0.0, None),
            "time_to_exhaustion": spans("0h", None, None),
            "burn_rate_weighted": ratios(2 / 2.4, 0.0, None),
            "time_to_exhaustion_weighted": spans("2D", None, None),
            "incident_ids": [("a", "b"), (), ("b",)],
        }
    )
    assert_frame_equal(impact(tables, targets={"API": 0.99, "Audio": 0.995}, members=True), expected)
    given = {name: frame for name, frame in tables.items() if name != "outages"}
    plain = call(downtime, tables["outages"], start=START, end=END, declared=["Audio"], **given)
    assert_frame_equal(plain, expected[list(plain.columns)])
    assert list(plain.columns) == list(expected.columns[:11])


def test_what_reaches_beyond_the_window_is_cut_off() -> None:
    tables = frames(
        ("before", "2025-06-30T22:00Z", "2025-07-01T01:00Z"),
        ("after", "2025-07-10T23:30Z", "2025-07-12T00:00Z"),
        ("touches start", "2025-06-30T22:00Z", "2025-07-01T00:00Z"),
        ("starts at end", "2025-07-11T00:00Z", "2025-07-11T01:00Z"),
    )
    api = row(tables, members=True)
    assert api["downtime"] == pd.Timedelta("1h30min")
    assert api["incident_ids"] == ("after", "before")


def test_a_window_in_another_zone_is_the_same_window() -> None:
    tables = frames(("a", "2025-06-30T22:00Z", "2025-07-01T01:00Z"))
    elsewhere = {"start": START.tz_convert("Europe/Berlin").as_unit("ns"), "end": END.tz_convert("Asia/Tokyo")}
    assert_frame_equal(impact(tables, **elsewhere, targets={"API": 0.99}), impact(tables, targets={"API": 0.99}))


def test_an_open_outage_lasts_until_as_of_or_the_windows_end() -> None:
    tables = frames(("a", f"{DAY}09:00Z", None), a={"is_open": True})
    told = row(tables, as_of=at("2025-07-02T11:00").tz_convert("Asia/Tokyo"))
    assert (told["downtime"], told["n"], told["n_open"], told["n_missing"]) == (pd.Timedelta("2h"), 1, 1, 0)
    assert row(tables)["downtime"] == END - at("2025-07-02T09:00")
    assert row(tables, as_of=at("2026-01-01"))["downtime"] == END - at("2025-07-02T09:00")
    early = row(tables, as_of=at("2025-07-02T08:00"))
    assert (early["downtime"], early["n_open"], early["n_missing"]) == (pd.Timedelta(0), 1, 0)


def test_an_end_that_is_not_told_is_counted_and_never_aged() -> None:
    """Also an incident with no outage, and an end before the start; those of another quarter are not of this one."""
    tables = frames(
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
    assert api["incident_ids"] == ("no end", "no outage", "wrong way")


def test_an_incident_that_hit_nobody_does_not_count() -> None:
    tables = frames(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"),
        ("c", f"{DAY}13:00Z", f"{DAY}14:00Z"),
        a={"affected_users": 0},
        b={"affected_users_fraction": 0.0},
        c={"affected_users": 12},
    )
    assert row(tables, members=True)["incident_ids"] == ("c",)


def test_only_the_chosen_severities_count_and_unknown_ones_are_told() -> None:
    tables = frames(
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
    tables = frames(
        ("short", f"{DAY}09:00Z", f"{DAY}09:04Z"),
        ("just", f"{DAY}10:00Z", f"{DAY}10:05Z"),
        ("cut", "2025-06-30T23:00Z", "2025-07-01T00:02Z"),
    )
    api = row(tables, minimum_outage=timedelta(minutes=5))
    assert (api["n"], api["n_missing"], api["downtime"]) == (2, 0, pd.Timedelta("7min"))


@pytest.mark.parametrize("as_frame", [True, False])
def test_planned_maintenance_leaves_downtime_and_window(as_frame: bool) -> None:
    """Two windows overlap, one lies half outside; the outage lasts 4 h, one of them planned."""
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}13:00Z"), a={"affected_users_fraction": 0.5})
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


def test_an_empty_budget_is_overspent_and_not_undefined() -> None:
    api = row(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={"API": 1.0})
    assert (api["budget"], api["budget_left"]) == (pd.Timedelta(0), pd.Timedelta("-1h"))


def test_an_incident_that_names_no_service_is_not_lost() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), services={"a": []})
    result = impact(tables, targets={"API": 0.99})
    assert result["service"].isna().tolist() == [False, True]
    assert result["downtime"].tolist() == [pd.Timedelta(0), pd.Timedelta("1h")]
    assert result["availability"].isna().tolist() == [False, True]


def test_a_service_that_a_report_names_twice_was_down_once() -> None:
    assert row(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), services={"a": ["API", "API"]}))["n"] == 1


def test_a_service_that_was_not_affected_was_not_down() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    tables["services"] = tables["services"].assign(affected=pd.array([False], dtype="boolean"))
    result = impact(tables)
    assert result.loc[result["service"] == "API", "n"].tolist() == [0]


def test_outages_of_incidents_that_were_filtered_away_do_not_count() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"))
    tables["incidents"] = tables["incidents"][:1]
    assert row(tables)["downtime"] == pd.Timedelta("1h")


def test_an_outage_within_one_minute_counts_without_downtime() -> None:
    api = row(frames(("a", f"{DAY}09:00Z", f"{DAY}09:00Z")))
    assert (api["n"], api["n_missing"], api["downtime"]) == (1, 0, pd.Timedelta(0))


def test_nothing_at_all_gives_no_row_and_a_declared_service_a_whole_window() -> None:
    assert impact(frames()).empty
    api = row(frames(), declared=["API"])
    assert (api["n"], api["downtime"], api["availability"]) == (0, pd.Timedelta(0), 1.0)
    assert impact(frames(), declared=["API"])["target"].isna().all()


def test_nothing_known_is_missing() -> None:
    api = row(frames(("a", None, None), a={"occurred_at": f"{DAY}09:00Z", "is_open": True}))
    assert (api["n"], api["n_missing"], api["n_open"]) == (0, 1, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"start": END}, PeriodError, f"the window {END} to {END} is empty"),
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
        impact(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), **arguments)
    assert str(caught.value).startswith(message)


class TestBudget:
    def test_a_target_of_three_nines_allows_43_minutes_and_12_seconds_in_30_days(self) -> None:
        """As B. Beyer and others, Site Reliability Engineering (2016), appendix A, have it: 43.2 minutes."""
        api = row(frames(), start=at("2025-06-01"), end=at("2025-07-01"), targets={"API": 0.999})
        assert api["budget"] == pd.Timedelta(minutes=43, seconds=12)
        rolling = impact(frames(), freq="30D", targets={"API": 0.999})
        assert set(rolling["budget"]) == {pd.Timedelta(minutes=43, seconds=12)}

    @pytest.mark.parametrize("target", [99.9, 0.0, -0.999, float("nan")])
    def test_a_target_that_is_no_fraction_is_refused_with_what_to_write(self, target: float) -> None:
        with pytest.raises(SettingsError) as caught:
            impact(frames(), targets={"Frontend": 0.99, "API": target})
        assert str(caught.value) == f"target {target:g} of 'API' is not above 0 and at most 1; write 0.999 for 99.9%"

    def test_a_window_that_is_not_over_is_judged_by_what_has_elapsed_of_it(self) -> None:
        """Down 1 h in 4 of 10 days against 2 h 24 min: the rest of 1 h 24 min lasts 1.4 times as long as the 4 days."""
        tables = frames(
            ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
            ("later", "2025-07-09T09:00Z", "2025-07-09T09:24Z"),
            a={"affected_users_fraction": 0.5},
        )
        api = row(tables, targets={"API": 0.99}, as_of=at("2025-07-05").tz_convert("Asia/Tokyo").as_unit("ns"))
        assert api["elapsed"] == pd.Timedelta("4D")
        assert api["budget_left"] == pd.Timedelta("1h")
        assert api["burn_rate"] == pytest.approx(60 / 144 * 10 / 4)
        assert api["time_to_exhaustion"] == pd.Timedelta("4D")  # 1 h is left, and an hour went in four days
        assert api["burn_rate_weighted"] == pytest.approx(30 / 144 * 10 / 4)
        assert api["time_to_exhaustion_weighted"] == 3 * pd.Timedelta("4D")

    def test_maintenance_is_no_time_in_which_a_budget_is_spent(self) -> None:
        tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
        planned = [("API", at("2025-07-03"), at("2025-07-05")), ("API", at("2025-07-08"), at("2025-07-09"))]
        api = row(tables, targets={"API": 0.99}, as_of=at("2025-07-05"), maintenance=planned)
        assert (api["window"], api["elapsed"]) == (pd.Timedelta("7D"), pd.Timedelta("2D"))
        assert api["burn_rate"] == pytest.approx((1 / 48) / 0.01)

    def test_what_is_undefined_is_na_and_no_zero_or_infinity(self) -> None:
        """Nothing elapsed; no downtime; an empty budget; no target."""
        down, none = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), frames()
        cases = {
            "before": row(down, targets={"API": 0.99}, as_of=at("2025-06-01")),
            "quiet": row(none, targets={"API": 0.99}),
            "empty budget": row(down, targets={"API": 1.0}),
            "quiet, empty budget": row(none, targets={"API": 1.0}),
            "no target": row(down),
        }
        paces = pd.DataFrame({name: case[["burn_rate", "time_to_exhaustion"]] for name, case in cases.items()}).T
        assert paces["burn_rate"].isna().tolist() == [True, False, True, True, True]
        assert paces.loc["quiet", "burn_rate"] == 0
        assert paces["time_to_exhaustion"].isna().tolist() == [True, True, False, True, True]
        assert paces.loc["empty budget", "time_to_exhaustion"] == pd.Timedelta(0)

    def test_a_budget_that_outlasts_every_span_is_na(self) -> None:
        api = row(frames(("a", f"{DAY}09:00:00.000000Z", f"{DAY}09:00:00.000001Z")), targets={"API": 0.0001})
        assert pd.isna(api["time_to_exhaustion"])


class TestWindows:
    def test_each_month_is_a_window_of_its_own_cut_to_start_and_end(self) -> None:
        """An outage over midnight belongs to both months; the budget is that of the days that are left."""
        tables = frames(
            ("a", "2025-07-31T23:00Z", "2025-08-01T03:00Z"),
            ("open", "2025-09-09T20:00Z", None),
            ("no end", "2025-08-09T20:00Z", None),
            open={"is_open": True},
        )
        result = impact(
            tables, start=at("2025-07-02"), end=at("2025-09-11"), freq="M", targets={"API": 0.99}, members=True
        )
        expected = pd.DataFrame(
            {
                "service": texts("API", "API", "API"),
                "period": texts("2025-07", "2025-08", "2025-09"),
                "start": pd.Series([at("2025-07-02"), at("2025-08-01"), at("2025-09-01")], dtype=UTC),
                "end": pd.Series([at("2025-08-01"), at("2025-09-01"), at("2025-09-11")], dtype=UTC),
                "window": spans("30D", "31D", "10D"),
                "n": [1, 1, 1],
                "n_missing": [0, 1, 0],
                "n_open": [0, 0, 1],
                "downtime": spans("1h", "3h", "28h"),
                "budget": spans("7h12min", "7h26min24s", "2h24min"),
                "incident_ids": [("a",), ("a", "no end"), ("open",)],
            }
        )
        assert_frame_equal(result[list(expected.columns)], expected)

    def test_quarters_and_fiscal_ones_bear_their_names_and_begin_at_the_zones_midnight(self) -> None:
        bounds = {"start": at("2025-03-31T22:00"), "end": at("2025-09-30T22:00"), "timezone": "Europe/Berlin"}
        for freq, names in (("Q", ["2025Q2", "2025Q3"]), ("Q-MAR", ["FY2026Q1", "FY2026Q2"])):
            result = impact(frames(), declared=["API", "Batch"], freq=freq, **bounds)
            assert result["period"].tolist() == names * 2
            assert result["service"].tolist() == ["API", "API", "Batch", "Batch"]
            assert result["start"].tolist()[:2] == [at("2025-03-31T22:00"), at("2025-06-30T22:00")]
        (year,) = impact(frames(), declared=["API"], freq="Y-MAR", **bounds)["period"]
        assert year == "FY2026"

    def test_the_rolling_window_ends_at_each_midnight_and_looks_30_days_back(self) -> None:
        """One hour on 2 June leaves the window on 3 July; another one on 1 July is in it from the 2nd on."""
        tables = frames(
            ("june", "2025-06-02T10:00Z", "2025-06-02T11:00Z"), ("july", "2025-07-01T10:00Z", "2025-07-01T12:00Z")
        )
        result = impact(tables, end=at("2025-07-04T12:00"), freq="30D", targets={"API": 0.999})
        expected = pd.DataFrame(
            {
                "period": texts("2025-06-02/2025-07-02", "2025-06-03/2025-07-03", "2025-06-04/2025-07-04"),
                "start": pd.Series([at("2025-06-02"), at("2025-06-03"), at("2025-06-04")], dtype=UTC),
                "window": spans("30D", "30D", "30D"),
                "n": [2, 1, 1],
                "downtime": spans("3h", "2h", "2h"),
                "budget_left": spans("-136min48s", "-76min48s", "-76min48s"),
            }
        )
        assert_frame_equal(result[list(expected.columns)], expected)

    def test_maintenance_leaves_each_window_that_it_lies_in(self) -> None:
        planned = [("API", at("2025-07-31T22:00"), at("2025-08-01T01:00"))]
        result = impact(frames(), start=at("2025-07-01"), end=at("2025-09-01"), freq="M", maintenance=planned)
        assert result["window"].tolist() == [pd.Timedelta(days=31, hours=-2), pd.Timedelta(days=31, hours=-1)]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"freq": "week"}, "freq 'week' is none of M, Q, Y, or with a fiscal year's last month Q-MAR, Y-MAR"),
            (
                {"freq": "30D", "end": at("2025-07-01T12:00")},
                f"no midnight of UTC from {START} to 2025-07-01 12:00:00+00:00; a window of 30D ends at one",
            ),
        ],
    )
    def test_a_window_that_cannot_be_is_refused(self, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises(PeriodError) as caught:
            impact(frames(), **arguments)
        assert str(caught.value) == message

    def test_services_of_no_name_have_their_row_in_the_windows_where_they_occur(self) -> None:
        tables = frames(("a", "2025-08-02T09:00Z", "2025-08-02T10:00Z"), services={"a": []})
        result = impact(tables, end=at("2025-09-01"), freq="M", declared=["API"])
        assert result["service"].isna().tolist() == [False, False, True]
        assert result["period"].tolist() == ["2025-07", "2025-08", "2025-08"]


class TestSeveralOutagesOfOneIncident:
    def test_two_windows_are_two_outages_and_the_time_between_is_up(self) -> None:
        tables = frames(("a", f"{DAY}11:07Z", f"{DAY}13:40Z"), ("a", f"{DAY}15:30Z", f"{DAY}17:11Z"))
        api = row(tables, members=True)
        assert (api["n"], api["downtime"], api["incident_ids"]) == (2, pd.Timedelta("4h14min"), ("a",))

    def test_a_reopened_incident_whose_windows_overlap_counts_no_moment_twice(self) -> None:
        tables = frames(("a", f"{DAY}09:00Z", f"{DAY}11:00Z"), ("a", f"{DAY}10:00Z", f"{DAY}12:00Z"))
        assert row(tables)["downtime"] == pd.Timedelta("3h")

    def test_a_reopened_incident_that_is_open_again_lasts_until_as_of(self) -> None:
        tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), ("a", f"{DAY}12:00Z", None), a={"is_open": True})
        api = row(tables, as_of=at("2025-07-02T12:30"))
        assert (api["n"], api["n_open"], api["downtime"]) == (2, 1, pd.Timedelta("1h30min"))

    def test_the_least_length_is_asked_of_each_window_by_itself(self) -> None:
        tables = frames(("a", f"{DAY}09:00Z", f"{DAY}09:04Z"), ("a", f"{DAY}10:00Z", f"{DAY}10:05Z"))
        api = row(tables, minimum_outage=timedelta(minutes=5))
        assert (api["n"], api["downtime"]) == (1, pd.Timedelta("5min"))

    def test_two_windows_in_two_months_count_in_each(self) -> None:
        tables = frames(
            ("a", "2025-07-31T22:00Z", "2025-07-31T23:00Z"), ("a", "2025-08-01T02:00Z", "2025-08-01T04:00Z")
        )
        months = impact(tables, end=at("2025-09-01"), freq="M")
        assert months["downtime"].tolist() == [pd.Timedelta("1h"), pd.Timedelta("2h")]


def stated(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    given = {"incidents": tables["incidents"], "start": START, "end": END, **arguments}
    return call(stated_impact, tables["outages"], **given)


class TestStatedImpact:
    def test_the_stated_fraction_stands_beside_the_derived_one_and_its_window(self) -> None:
        """Half of the users for 3 h; nobody hit; no end; no outage and nothing stated."""
        tables = frames(
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
        assert_frame_equal(stated(tables, freq="M"), expected)

    @pytest.mark.parametrize(
        ("freq", "days"), [(None, 10), ("M", 31), ("Q", 92), ("Y", 365), ("Q-MAR", 92), ("30D", 30), ("7D", 7)]
    )
    def test_the_window_is_the_callers_choice(self, freq: str | None, days: int) -> None:
        tables = frames(("a", f"{DAY}09:00Z", f"{DAY}21:00Z"), a={"occurred_at": f"{DAY}09:00Z", "sla_impact": 0.01})
        result = stated(tables, freq=freq)
        assert result["derived"].tolist() == [pytest.approx(0.5 / days)]
        assert result["implied_window"].tolist() == [pd.Timedelta("50D")]
        assert (result["window_end"] - result["window_start"]).tolist() == [pd.Timedelta(days=days)]

    def test_an_open_incident_lasts_until_as_of(self) -> None:
        tables = frames(("a", f"{DAY}09:00Z", None), a={"occurred_at": f"{DAY}09:00Z", "is_open": True})
        assert stated(tables, as_of=at(f"{DAY}11:00"))["downtime"].tolist() == [pd.Timedelta("2h")]

    def test_no_incidents_have_no_rows(self) -> None:
        for freq in (None, "Q", "30D"):
            assert stated(frames(), freq=freq).empty

    def test_a_wrong_argument_is_named(self) -> None:
        with pytest.raises(
            PeriodError, match=f"^the window {re.escape(str(END))} to {re.escape(str(START))} is empty$"
        ):
            stated(frames(), start=END, end=START)
        with pytest.raises(ColumnsError, match=r"^column 'sla_impact' is missing; the frame has incident_id"):
            stated({**frames(), "incidents": make_table("incidents").drop(columns="sla_impact")})

    def test_the_demos_reports_state_what_their_outages_give_over_the_quarter(self) -> None:
        """Its writer reckons by the quarter; reports of SEV-3 say less than 0.1% instead."""
        demo = Path(__file__).parents[1] / "data" / "demo"
        corpus = load(demo / "reports", settings=demo / "incident-analytics.toml")
        graver = corpus.incidents[corpus.incidents["severity"] > "SEV-3"]
        bounds = {"start": at("2024-01-01"), "end": at("2026-01-01")}
        by_quarter = call(stated_impact, corpus.outages, incidents=graver, freq="Q", **bounds)
        both = by_quarter[(by_quarter["stated"] > 0) & by_quarter["derived"].notna()]
        assert len(both) >= 25
        assert ((both["stated"] - both["derived"]).abs() <= 0.0001).mean() >= 0.9
        assert pd.Timedelta("90D") <= both["implied_window"].median() <= pd.Timedelta("92D")


HOURS = 24 * 10
SERVICES = ("API", "Frontend")
ANY_OUTAGES = st.lists(
    st.tuples(
        st.sampled_from(SERVICES),
        st.integers(min_value=-30, max_value=HOURS + 30),
        st.integers(min_value=0, max_value=60),
        st.sampled_from([None, 0.25, 0.5, 1.0]),
    ),
    max_size=14,
)
ANY_MAINTENANCE = st.lists(
    st.tuples(
        st.sampled_from(SERVICES),
        st.integers(min_value=-30, max_value=HOURS + 30),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=4,
)


def hour(number: int) -> pd.Timestamp:
    return START + pd.Timedelta(hours=number)


@given(ANY_OUTAGES, ANY_MAINTENANCE)
@settings(deadline=None, max_examples=60)
def test_every_hour_counts_once_with_its_heaviest_outage(
    outages: list[tuple[str, int, int, float | None]], planned: list[tuple[str, int, int]]
) -> None:
    """The same as painting the hours of each service one by one."""
    tables = frames(
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
@settings(deadline=None, max_examples=30)
def test_united_downtime_is_at_most_the_sum_and_the_window_and_the_order_of_rows_does_not_matter(
    outages: list[tuple[str, int, int, float | None]],
) -> None:
    tables = frames(
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


@given(ANY_OUTAGES, ANY_MAINTENANCE)
@settings(deadline=None, max_examples=8)
def test_a_window_of_many_is_the_same_as_the_window_by_itself(
    outages: list[tuple[str, int, int, float | None]], planned: list[tuple[str, int, int]]
) -> None:
    tables = frames(
        *(
            (str(i), hour(first).isoformat(), hour(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [outage[0]] for i, outage in enumerate(outages)},
        **{str(i): {"affected_users_fraction": outage[3]} for i, outage in enumerate(outages)},
    )
    arguments = {
        "maintenance": [(service, hour(first), hour(first + length)) for service, first, length in planned],
        "targets": dict.fromkeys(SERVICES, 0.99),
        "as_of": at("2025-07-05"),
    }
    many = impact(tables, freq="4D", **arguments)
    for (start, end), rows in many.groupby(["start", "end"]):
        alone = impact(tables, start=start, end=end, **arguments)
        assert_frame_equal(rows.drop(columns="period").reset_index(drop=True), alone)


BURN_DOWN = {
    "service": "str", "start": UTC, "end": UTC, "as_of": UTC, "n": "int64", "n_missing": "int64", "n_open": "int64",
    "target": "Float64", "budget": "timedelta64[us]", "at": UTC, "downtime": "timedelta64[us]",
    "budget_left": "timedelta64[us]", "share_left": "Float64",
}  # fmt: skip


def burn_down(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    outages = tables["outages"]
    rest = {name: frame for name, frame in tables.items() if name != "outages"}
    result = call(budget_burn_down, outages, **{"start": START, "end": END, **rest, **arguments})
    assert result.dtypes.astype(str).to_dict() == BURN_DOWN
    return result


def test_without_services_or_targets_there_is_no_budget_to_follow() -> None:
    tables = {name: make_table(name) for name in ("outages", "services", "incidents")}
    assert burn_down(tables, targets={}).empty


def test_a_budget_falls_while_its_service_is_down_and_at_no_other_time() -> None:
    """a and b overlap on the API, which may be down for 2.4 hours; Audio had no outage, Frontend no target."""
    tables = frames(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}09:30Z", f"{DAY}12:00Z"),
        services={"b": ["API", "Frontend"]},
    )
    result = burn_down(tables, targets={"API": 0.99, "Audio": 0.95})
    noon = f"{DAY}12:00Z"
    points = [
        ("API", START, "0h", "2h 24m", 1.0),
        ("API", f"{DAY}09:00Z", "0h", "2h 24m", 1.0),
        ("API", f"{DAY}09:30Z", "30m", "1h 54m", 1.9 / 2.4),
        ("API", f"{DAY}10:00Z", "1h", "1h 24m", 1.4 / 2.4),
        ("API", noon, "3h", "-36m", -0.25),
        ("API", END, "3h", "-36m", -0.25),
        ("Audio", START, "0h", "12h", 1.0),
        ("Audio", END, "0h", "12h", 1.0),
    ]
    expected = pd.DataFrame(
        {
            "service": texts(*(point[0] for point in points)),
            "start": pd.Series([START] * 8, dtype=UTC),
            "end": pd.Series([END] * 8, dtype=UTC),
            "as_of": pd.Series([END] * 8, dtype=UTC),
            "n": [2] * 6 + [0] * 2,
            "n_missing": [0] * 8,
            "n_open": [0] * 8,
            "target": ratios(*[0.99] * 6, *[0.95] * 2),
            "budget": spans(*["2h 24m"] * 6, *["12h"] * 2),
            "at": pd.Series([pd.Timestamp(point[1]) for point in points], dtype=UTC),
            "downtime": spans(*(point[2] for point in points)),
            "budget_left": spans(*(point[3] for point in points)),
            "share_left": ratios(*(point[4] for point in points)),
        }
    )
    assert_frame_equal(result, expected)


def test_maintenance_spends_no_budget() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}12:00Z"))
    planned = [("API", at(f"{DAY}10:00"), at(f"{DAY}11:00"))]
    result = burn_down(tables, targets={"API": 0.99}, maintenance=planned)
    assert result["downtime"].tolist() == spans("0h", "0h", "1h", "1h", "2h", "2h").tolist()
    assert result["budget"].iloc[0] == pd.Timedelta(hours=2.39), "1% of ten days without an hour"


def test_a_budget_is_followed_up_to_as_of_or_to_the_end_of_what_is_known_already() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}12:00Z"))
    for as_of, last in (
        ("2025-06-01", START),
        ("2025-07-02T10:00", at(f"{DAY}12:00")),
        ("2025-07-05", at("2025-07-05")),
    ):
        result = burn_down(tables, targets={"API": 0.99, "Audio": 0.9}, as_of=at(as_of))
        audio = result[result["service"] == "Audio"]
        assert audio["at"].max() == audio["as_of"].iloc[0] == max(at(as_of), START)
        if as_of > "2025-07":
            assert result.loc[result["service"] == "API", "at"].max() == last


def test_an_open_incident_spends_budget_up_to_as_of() -> None:
    tables = frames(("a", "2025-07-04T00:00Z", None), a={"is_open": True})
    result = burn_down(tables, targets={"API": 0.99}, as_of=pd.Timestamp("2025-07-05 02:00", tz="Europe/Berlin"))
    assert result["at"].tolist() == [START, at("2025-07-04"), at("2025-07-05")]
    assert result["share_left"].tolist() == [1, 1, -9]


def test_a_budget_of_which_nothing_is_known_has_no_curve_and_an_empty_one_no_share() -> None:
    unknown = burn_down(frames(("a", f"{DAY}09:00Z", None)), targets={"API": 0.99})
    assert unknown[["downtime", "budget_left", "share_left"]].isna().all(axis=None)
    assert unknown["n_missing"].tolist() == [1, 1]
    perfect = burn_down(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={"API": 1.0})
    assert perfect["budget_left"].tolist() == spans("0h", "0h", "-1h", "-1h").tolist()
    assert perfect["share_left"].isna().all()


def test_without_targets_there_is_no_budget_to_follow() -> None:
    assert burn_down(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={}).empty
    with pytest.raises(
        SettingsError, match=r"target 99.9 of 'API' is not above 0 and at most 1; write 0.999 for 99.9%"
    ):
        burn_down(frames(), targets={"API": 99.9})


@given(ANY_OUTAGES, ANY_MAINTENANCE, st.integers(min_value=-20, max_value=HOURS + 20))
@settings(deadline=None, max_examples=25)
def test_a_curve_never_rises_and_ends_at_what_sla_impact_says_is_left(
    outages: list[tuple[str, int, int, float | None]], planned: list[tuple[str, int, int]], seen: int
) -> None:
    tables = frames(
        *(
            (str(i), hour(first).isoformat(), None if length > 50 else hour(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [outage[0]] for i, outage in enumerate(outages)},
        **{str(i): {"is_open": outage[3] is None} for i, outage in enumerate(outages)},
    )
    arguments: dict[str, Any] = {
        "maintenance": [(service, hour(first), hour(first + length)) for service, first, length in planned],
        "targets": dict.fromkeys(SERVICES, 0.99),
        "as_of": hour(seen),
        "minimum_outage": timedelta(hours=2),
    }
    curves, whole = burn_down(tables, **arguments), impact(tables, **arguments)
    by_service = curves.groupby("service")
    shared = ["n", "n_missing", "n_open", "target", "budget", "downtime", "budget_left"]
    last = by_service.tail(1)[["service", *shared]].reset_index(drop=True)
    assert_frame_equal(last, whole[["service", *shared]])
    steps = by_service[["at", "downtime"]].diff().dropna()
    assert (steps["at"] > pd.Timedelta(0)).all()
    assert steps["downtime"].ge(pd.Timedelta(0)).all()
    assert (steps["downtime"] <= steps["at"]).all()
    backwards = {name: frame[::-1] for name, frame in tables.items()}
    assert_frame_equal(burn_down(backwards, **arguments), curves)
