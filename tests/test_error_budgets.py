from __future__ import annotations

from datetime import timedelta
from typing import Any

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
    LATER,
    SERVICES,
    START,
    WITHIN,
    hour,
    impact,
    outage_tables,
    row,
)
from pandas.testing import assert_frame_equal, assert_series_equal

from incident_analytics.analysis.error_budgets import budget_burn_down, budget_states, checked_targets
from incident_analytics.errors import PeriodError, SettingsError
from incident_analytics.periods import Period
from incident_analytics.tables import make_table


def test_an_empty_budget_is_overspent_and_not_undefined() -> None:
    api = row(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={"API": 1.0})
    assert (api["budget"], api["budget_left"]) == (pd.Timedelta(0), pd.Timedelta("-1h"))


class TestBudget:
    def test_a_target_of_three_nines_allows_43_minutes_and_12_seconds_in_30_days(self) -> None:
        """As B. Beyer and others, Site Reliability Engineering (2016), appendix A, have it: 43.2 minutes."""
        api = row(outage_tables(), within=Period.parse("2025-06"), targets={"API": 0.999})
        assert api["budget"] == pd.Timedelta(minutes=43, seconds=12)
        rolling = impact(outage_tables(), window="rolling-30d", targets={"API": 0.999})
        assert set(rolling["budget"]) == {pd.Timedelta(minutes=43, seconds=12)}

    @pytest.mark.parametrize("target", [99.9, 0.0, -0.999, float("nan")])
    def test_a_target_that_is_no_fraction_is_refused_with_what_to_write(self, target: float) -> None:
        with pytest.raises(SettingsError) as caught:
            impact(outage_tables(), targets={"Frontend": 0.99, "API": target})
        assert str(caught.value) == f"target {target:g} of 'API' is not above 0 and at most 1; write 0.999 for 99.9%"

    def test_a_window_that_is_not_over_is_judged_by_what_has_elapsed_of_it(self) -> None:
        """Down 1 h in 4 of 10 days against 2 h 24 min: the rest of 1 h 24 min lasts 1.4 times as long as the 4 days.

        By half of the users it lasts longer than the six days that are left.
        """
        tables = outage_tables(
            ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
            ("later", "2025-07-09T09:00Z", "2025-07-09T09:24Z"),
            a={"affected_users_fraction": 0.5},
        )
        api = row(tables, targets={"API": 0.99}, as_of=LATER.tz_convert("Asia/Tokyo").as_unit("ns"))
        assert (api["period"], api["n"]) == ("2025-07-01/2025-07-11 so far", 1)
        assert (api["start"], api["end"], api["window"]) == (START, LATER, pd.Timedelta("4D"))
        assert (api["window_start"], api["window_end"]) == (START, END)
        assert api["availability"] == pytest.approx(1 - 1 / 96)
        assert api["budget"] == pd.Timedelta("2h24min")
        assert api["elapsed"] == pd.Timedelta("4D")
        assert api["budget_left"] == pd.Timedelta("1h24min")
        assert api["burn_rate"] == pytest.approx(60 / 144 * 10 / 4)
        assert api["time_to_exhaustion"] == pd.Timedelta("134.4h")
        assert api["burn_rate_weighted"] == pytest.approx(30 / 144 * 10 / 4)
        assert api["budget_left_weighted"] == pd.Timedelta("1h54min")
        assert pd.isna(api["time_to_exhaustion_weighted"])

    def test_maintenance_is_no_time_in_which_a_budget_is_spent(self) -> None:
        tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
        planned = [("API", at("2025-07-03"), at("2025-07-05")), ("API", at("2025-07-08"), at("2025-07-09"))]
        api = row(tables, targets={"API": 0.99}, as_of=LATER, maintenance=planned)
        assert (api["window"], api["elapsed"]) == (pd.Timedelta("2D"), pd.Timedelta("2D"))
        assert api["budget"] == pd.Timedelta("7D") / 100
        assert api["burn_rate"] == pytest.approx((1 / 48) / 0.01)

    def test_what_is_undefined_is_na_and_no_zero_or_infinity(self) -> None:
        """No downtime; an empty budget; no target; a window that is over."""
        down, none = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), outage_tables()
        cases = {
            "over": row(down, targets={"API": 0.99}),
            "quiet": row(none, targets={"API": 0.99}, as_of=LATER),
            "empty budget": row(down, targets={"API": 1.0}, as_of=LATER),
            "quiet, empty budget": row(none, targets={"API": 1.0}, as_of=LATER),
            "no target": row(down, as_of=LATER),
        }
        paces = pd.DataFrame({name: case[["burn_rate", "time_to_exhaustion"]] for name, case in cases.items()}).T
        assert paces["burn_rate"].isna().tolist() == [False, False, True, True, True]
        assert paces.loc["over", "burn_rate"] == pytest.approx(1 / 2.4)
        assert paces.loc["quiet", "burn_rate"] == 0
        assert paces["time_to_exhaustion"].isna().tolist() == [True, True, False, True, True]
        assert paces.loc["empty budget", "time_to_exhaustion"] == pd.Timedelta(0)

    def test_a_budget_that_outlasts_every_span_is_na(self) -> None:
        api = row(
            outage_tables(("a", f"{DAY}09:00:00.000000Z", f"{DAY}09:00:00.000001Z")),
            targets={"API": 0.0001},
            as_of=LATER,
        )
        assert pd.isna(api["time_to_exhaustion"])


@pytest.mark.parametrize("target", [1.5, 2, 99.9, 0, -0.1, float("nan")])
def test_no_target_is_above_one(target: float) -> None:
    with pytest.raises(SettingsError, match=r"is not above 0 and at most 1; write 0\.999 for 99\.9%"):
        checked_targets({"API": target})


def test_a_budget_is_over_within_or_cannot_be_judged() -> None:
    """What is left is an upper bound where outages are missing, and NA without a budget or without any length."""
    minute = pd.Timedelta(minutes=1)
    sla = pd.DataFrame(
        {
            "budget": spans(9, 9, 9, 9, 9, 9, None),
            "budget_left": pd.Series(
                [minute, 0 * minute, -minute, -minute, minute, None, None], dtype="timedelta64[us]"
            ),
            "window_n_missing": [0, 0, 0, 1, 1, 1, 0],
        }
    )
    over, within, unclear = budget_states(sla)
    assert over.tolist() == [False, False, True, True, False, False, False]
    assert within.tolist() == [True, True, False, False, False, False, False]
    assert unclear.tolist() == [False, False, False, False, True, True, False]


class TestWindows:
    @pytest.mark.parametrize("every", ["month", None])
    def test_each_month_is_a_window_of_its_own(self, every: Any) -> None:
        """An outage over midnight belongs to both months; the budget is that of the whole month, whatever its part."""
        tables = outage_tables(
            ("a", "2025-07-31T23:00Z", "2025-08-01T03:00Z"),
            ("open", "2025-09-09T20:00Z", None),
            ("no end", "2025-08-09T20:00Z", None),
            open={"is_open": True},
        )
        result = impact(
            tables,
            within=period("2025-07-02", "2025-09-11"),
            window="month",
            every=every,
            targets={"API": 0.99},
            members=True,
        )
        expected = pd.DataFrame(
            {
                "service": texts("API", "API", "API"),
                "period": texts("2025-07-02/2025-08-01", "2025-08", "2025-09-01/2025-09-11"),
                "start": pd.Series([at("2025-07-02"), at("2025-08-01"), at("2025-09-01")], dtype=UTC),
                "end": pd.Series([at("2025-08-01"), at("2025-09-01"), at("2025-09-11")], dtype=UTC),
                "window": spans("30D", "31D", "10D"),
                "n": [1, 1, 1],
                "n_missing": [0, 1, 0],
                "n_open": [0, 0, 1],
                "downtime": spans("1h", "3h", "28h"),
                "window_start": pd.Series([at("2025-07-01"), at("2025-08-01"), at("2025-09-01")], dtype=UTC),
                "window_end": pd.Series([at("2025-08-01"), at("2025-09-01"), at("2025-10-01")], dtype=UTC),
                "window_n_missing": [0, 1, 0],
                "budget": spans("7h26min24s", "7h26min24s", "7h12min"),
                "budget_left": spans("6h26min24s", "4h26min24s", "-20h48min"),
                "elapsed": spans("31D", "31D", "10D"),
                "time_to_exhaustion": spans(None, None, "0h"),
                "incident_ids": [("a",), ("a",), ("open",)],
            }
        )
        assert_frame_equal(result[list(expected.columns)], expected)

    def test_quarters_and_fiscal_ones_bear_their_names_and_begin_at_the_zones_midnight(self) -> None:
        there: dict[str, Any] = {"timezone": "Europe/Berlin", "fiscal_year_start": 4}
        half = Period.parse("FY2026H1", **there)
        for within, names in (
            (Period.parse("2025-04-01/2025-10-01", **there), ["2025Q2", "2025Q3"]),
            (half, ["FY2026Q1", "FY2026Q2"]),
        ):
            result = impact(outage_tables(), declared=["API", "Batch"], every="quarter", within=within)
            assert result["period"].tolist() == names * 2
            assert result["service"].tolist() == ["API", "API", "Batch", "Batch"]
            assert result["start"].tolist()[:2] == [at("2025-03-31T22:00"), at("2025-06-30T22:00")]
        year = row(outage_tables(), declared=["API"], window="year", within=half)
        assert (year["period"], year["end"], year["elapsed"]) == ("FY2026H1", half.end, half.end - half.start)
        assert (year["window_start"], year["window_end"]) == (half.start, at("2026-03-31T22:00"))

    @pytest.mark.parametrize(
        ("end", "left", "n", "availability"),
        [("02", "-136min48s", 1, 1 - 2 / 24), ("03", "-76min48s", 1, 1 - 2 / 48), ("04", "-76min48s", 1, 1 - 2 / 72)],
    )
    def test_the_rolling_window_looks_30_days_back_from_the_end(
        self, end: str, left: str, n: int, availability: float
    ) -> None:
        """One hour on 2 June leaves the window on 3 July; the two of 1 July are in the period as well."""
        tables = outage_tables(
            ("june", "2025-06-02T10:00Z", "2025-06-02T11:00Z"), ("july", "2025-07-01T10:00Z", "2025-07-01T12:00Z")
        )
        within = period("2025-07-01", f"2025-07-{end}")
        api = row(tables, within=within, window="rolling-30d", targets={"API": 0.999})
        assert (api["period"], api["start"], api["end"], api["n"]) == (within.name, START, within.end, n)
        assert (api["window_start"], api["window_end"]) == (within.end - pd.Timedelta("30D"), within.end)
        assert (api["budget"], api["budget_left"]) == (pd.Timedelta("43min12s"), pd.Timedelta(left))
        assert api["availability"] == pytest.approx(availability)
        assert pd.isna(api["time_to_exhaustion"])

    def test_a_month_spends_the_budget_of_its_quarter(self) -> None:
        """Of 22.08 hours in Q3 three went in July and one in August; what comes later does not count."""
        tables = outage_tables(
            ("june", "2025-06-30T10:00Z", "2025-06-30T20:00Z"),
            ("july", "2025-07-10T10:00Z", "2025-07-10T13:00Z"),
            ("no end", "2025-07-11T10:00Z", None),
            ("august", "2025-08-05T10:00Z", "2025-08-05T11:00Z"),
            ("september", "2025-09-05T10:00Z", "2025-09-05T15:00Z"),
        )
        given: dict[str, Any] = {"within": Period.parse("2025-08"), "window": "quarter", "targets": {"API": 0.99}}
        api = row(tables, **given)
        assert (api["period"], api["n"], api["n_missing"], api["window_n_missing"]) == ("2025-08", 1, 0, 1)
        assert (api["downtime"], api["window"]) == (pd.Timedelta("1h"), pd.Timedelta("31D"))
        assert (api["window_start"], api["window_end"]) == (at("2025-07-01"), at("2025-10-01"))
        assert (api["budget"], api["budget_left"]) == (pd.Timedelta("22.08h"), pd.Timedelta("18.08h"))
        assert api["elapsed"] == pd.Timedelta("62D")
        assert api["burn_rate"] == pytest.approx(4 / (62 * 24) / 0.01)
        assert pd.isna(api["time_to_exhaustion"])  # 18.08 h last 280 days at this pace
        early = row(tables, **given, as_of=at("2025-08-03"))
        assert (early["period"], early["n"], early["availability"]) == ("2025-08 so far", 0, 1.0)
        assert (early["elapsed"], early["budget_left"]) == (pd.Timedelta("33D"), pd.Timedelta("19.08h"))

    def test_a_year_is_cut_into_its_quarters(self) -> None:
        """A target of 99.9% allows 129.6, 131.04, 132.48 minutes, the last quarter is one month old."""
        tables = outage_tables(
            ("first", "2025-02-01T00:00Z", "2025-02-01T00:30Z"),
            ("over", "2025-06-30T23:00Z", "2025-07-01T01:30Z"),
            ("fourth", "2025-10-20T00:00Z", "2025-10-20T01:00Z"),
        )
        result = impact(
            tables,
            within=Period.parse("2025"),
            window="quarter",
            targets={"API": 0.999},
            as_of=at("2025-11-01T12:00"),
            members=True,
        )
        expected = pd.DataFrame(
            {
                "period": texts("2025Q1", "2025Q2", "2025Q3", "2025Q4 so far"),
                "n": [1, 1, 1, 1],
                "downtime": spans("30min", "60min", "90min", "60min"),
                "budget": spans("129.6min", "131.04min", "132.48min", "132.48min"),
                "budget_left": spans("99.6min", "71.04min", "42.48min", "72.48min"),
                "elapsed": spans("90D", "91D", "92D", "31.5D"),
                "time_to_exhaustion": spans(None, None, None, "38.052D"),
                "incident_ids": [("first",), ("over",), ("over",), ("fourth",)],
            }
        )
        assert_frame_equal(result[list(expected.columns)], expected)

    def test_without_a_window_each_part_spends_the_budget_of_the_whole_period(self) -> None:
        tables = outage_tables(
            ("a", "2025-07-31T23:00Z", "2025-08-01T03:00Z"),
            ("b", "2025-09-02T00:00Z", "2025-09-02T02:00Z"),
        )
        result = impact(tables, within=Period.parse("2025Q3"), every="month", targets={"API": 0.99})
        expected = pd.DataFrame(
            {
                "period": texts("2025-07", "2025-08", "2025-09"),
                "downtime": spans("1h", "3h", "2h"),
                "budget": spans("22.08h", "22.08h", "22.08h"),
                "budget_left": spans("21.08h", "18.08h", "16.08h"),
                "elapsed": spans("31D", "62D", "92D"),
            }
        )
        assert_frame_equal(result[list(expected.columns)], expected)

    def test_the_months_of_a_fiscal_year_spend_the_budgets_of_its_quarters(self) -> None:
        """A fiscal year from February has a quarter from May to July."""
        may = impact(
            outage_tables(),
            within=Period.parse("FY2026H1", fiscal_year_start=2),
            every="month",
            window="quarter",
            targets={"API": 0.99},
        )
        assert may["period"].tolist() == ["2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07"]
        assert may["window_start"].tolist() == [at("2025-02-01")] * 3 + [at("2025-05-01")] * 3
        assert may["elapsed"].tolist() == spans("28D", "59D", "89D", "31D", "61D", "92D").tolist()

    def test_maintenance_leaves_each_window_that_it_lies_in(self) -> None:
        planned = [("API", at("2025-07-31T22:00"), at("2025-08-01T01:00"))]
        result = impact(outage_tables(), within=period("2025-07-01", "2025-09-01"), every="month", maintenance=planned)
        assert result["window"].tolist() == [pd.Timedelta(days=31, hours=-2), pd.Timedelta(days=31, hours=-1)]

    @pytest.mark.parametrize("name", ["every", "window"])
    def test_a_window_that_cannot_be_is_refused(self, name: str) -> None:
        with pytest.raises(PeriodError, match=r"^every 'day' is not one of week, month, quarter, year$"):
            impact(outage_tables(), **{name: "day"})

    def test_services_of_no_name_have_their_row_in_the_windows_where_they_occur(self) -> None:
        tables = outage_tables(("a", "2025-08-02T09:00Z", "2025-08-02T10:00Z"), services={"a": []})
        summer = period("2025-07-01", "2025-09-01")
        result = impact(tables, within=summer, every="month", declared=["API"])
        assert result["service"].isna().tolist() == [False, False, True]
        assert result["period"].tolist() == ["2025-07", "2025-08", "2025-08"]

    @pytest.mark.parametrize("window", ["month", "quarter", None])
    def test_each_row_has_the_budget_of_its_own_service_and_window(self, window: Any) -> None:
        """The incident of August names no service, those of the API and Web come before and after it."""
        tables = outage_tables(
            ("api", "2025-07-02T09:00Z", "2025-07-02T10:00Z"),
            ("nameless", "2025-08-02T09:00Z", "2025-08-02T11:00Z"),
            ("web", "2025-09-02T09:00Z", "2025-09-02T12:00Z"),
            services={"nameless": [], "web": ["Web"]},
        )
        result = impact(
            tables, within=Period.parse("2025Q3"), every="month", window=window, targets={"API": 0.99, "Web": 0.95}
        )
        months = ["2025-07", "2025-08", "2025-09"]
        assert result["service"].tolist()[:6] == ["API"] * 3 + ["Web"] * 3
        assert result["service"].isna().tolist() == [False] * 6 + [True]
        assert result["period"].tolist() == [*months, *months, "2025-08"]
        assert result["downtime"].tolist() == spans("1h", "0h", "0h", "0h", "0h", "3h", "2h").tolist()
        expected = (
            spans("6.44h", "7.44h", "7.2h", "37.2h", "37.2h", "33h", None)
            if window == "month"
            else spans("21.08h", "21.08h", "21.08h", "110.4h", "110.4h", "107.4h", None)
        )
        assert_series_equal(result["budget_left"], expected, check_names=False)


BURN_DOWN = {
    "service": "str", "period": "str", "start": UTC, "end": UTC, "as_of": UTC,
    "n": "int64", "n_missing": "int64", "n_open": "int64", "target": "Float64",
    "budget": "timedelta64[us]", "at": UTC, "downtime": "timedelta64[us]",
    "budget_left": "timedelta64[us]", "share_left": "Float64",
}  # fmt: skip


def burn_down(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    outages = tables["outages"]
    rest = {name: frame for name, frame in tables.items() if name != "outages"}
    result = call(budget_burn_down, outages, **{"within": WITHIN, **rest, **arguments})
    assert result.dtypes.astype(str).to_dict() == BURN_DOWN
    return result


def test_without_services_or_targets_there_is_no_budget_to_follow() -> None:
    tables = {name: make_table(name) for name in ("outages", "services", "incidents")}
    assert burn_down(tables, targets={}).empty


def test_a_budget_falls_while_its_service_is_down_and_at_no_other_time() -> None:
    """a and b overlap on the API, which may be down for 2.4 hours; Audio had no outage, Frontend no target."""
    tables = outage_tables(
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
            "period": texts(*["2025-07-01/2025-07-11"] * 8),
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
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}12:00Z"))
    planned = [("API", at(f"{DAY}10:00"), at(f"{DAY}11:00"))]
    result = burn_down(tables, targets={"API": 0.99}, maintenance=planned)
    assert result["downtime"].tolist() == spans("0h", "0h", "1h", "1h", "2h", "2h").tolist()
    assert result["budget"].iloc[0] == pd.Timedelta(hours=2.39), "1% of ten days without an hour"


def test_a_budget_is_followed_up_to_as_of() -> None:
    """Nothing after it counts; before the start nothing is known."""
    tables = outage_tables(("a", f"{DAY}09:00Z", f"{DAY}12:00Z"))
    for as_of, left in ((at(f"{DAY}10:00"), "1h24min"), (LATER, "-36min")):
        result = burn_down(tables, targets={"API": 0.99, "Audio": 0.9}, as_of=as_of)
        assert result.groupby("service")["at"].max().tolist() == [as_of, as_of]
        assert (result["as_of"] == as_of).all()
        assert (result["end"] == END).all()
        assert result.loc[result["service"] == "API", "budget_left"].iloc[-1] == pd.Timedelta(left)
    with pytest.raises(PeriodError, match=r"^2025-07-01/2025-07-11 has not started yet; choose an earlier period$"):
        burn_down(tables, targets={"API": 0.99}, as_of=at("2025-06-01"))


def test_a_budget_has_a_curve_in_each_of_its_windows() -> None:
    """Six days of July and five of August: each month's budget begins with the month."""
    tables = outage_tables(
        ("early", "2025-07-02T00:00Z", "2025-07-02T01:00Z"),
        ("over", "2025-07-31T23:00Z", "2025-08-01T02:00Z"),
        ("later", "2025-08-20T00:00Z", "2025-08-20T01:00Z"),
    )
    result = burn_down(tables, targets={"API": 0.99}, within=period("2025-07-26", "2025-08-06"), window="month")
    july, august, end = at("2025-07-01"), at("2025-08-01"), at("2025-08-06")
    points = [
        july,
        "2025-07-02T00:00Z",
        "2025-07-02T01:00Z",
        "2025-07-31T23:00Z",
        august,
        august,
        "2025-08-01T02:00Z",
        end,
    ]
    assert result["at"].tolist() == [pd.Timestamp(point) for point in points]
    assert result["start"].tolist() == [july] * 5 + [august] * 3
    assert result["end"].tolist() == [august] * 5 + [at("2025-09-01")] * 3
    assert result["as_of"].tolist() == [august] * 5 + [end] * 3
    assert result["downtime"].tolist() == spans("0h", "0h", "1h", "1h", "2h", "0h", "2h", "2h").tolist()
    assert (result["budget"] == pd.Timedelta("7.44h")).all()
    assert result["n"].tolist() == [2] * 5 + [1] * 3


def test_an_open_incident_spends_budget_up_to_as_of() -> None:
    tables = outage_tables(("a", "2025-07-04T00:00Z", None), a={"is_open": True})
    result = burn_down(tables, targets={"API": 0.99}, as_of=pd.Timestamp("2025-07-05 02:00", tz="Europe/Berlin"))
    assert result["at"].tolist() == [START, at("2025-07-04"), at("2025-07-05")]
    assert result["share_left"].tolist() == [1, 1, -9]


def test_a_budget_of_which_nothing_is_known_has_no_curve_and_an_empty_one_no_share() -> None:
    unknown = burn_down(outage_tables(("a", f"{DAY}09:00Z", None)), targets={"API": 0.99})
    assert unknown[["downtime", "budget_left", "share_left"]].isna().all(axis=None)
    assert unknown["n_missing"].tolist() == [1, 1]
    perfect = burn_down(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={"API": 1.0})
    assert perfect["budget_left"].tolist() == spans("0h", "0h", "-1h", "-1h").tolist()
    assert perfect["share_left"].isna().all()


def test_without_targets_there_is_no_budget_to_follow() -> None:
    assert burn_down(outage_tables(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={}).empty
    with pytest.raises(
        SettingsError, match=r"target 99.9 of 'API' is not above 0 and at most 1; write 0.999 for 99.9%"
    ):
        burn_down(outage_tables(), targets={"API": 99.9})


@given(ANY_OUTAGES, ANY_MAINTENANCE, st.integers(min_value=1, max_value=HOURS + 20))
@examples(6)
def test_a_curve_never_rises_and_ends_at_what_sla_impact_says_is_left(
    outages: list[tuple[str, int, int, float | None]], planned: list[tuple[str, int, int]], seen: int
) -> None:
    tables = outage_tables(
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
