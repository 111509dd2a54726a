from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from builders import UTC, at, call, period, ratios, severities, spans, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.gaps import mean_time_between, time_between
from incident_analytics.analysis.rates import compare_rates, count_dispersion, severity_rates
from incident_analytics.analysis.response import response_times
from incident_analytics.analysis.severity import severity_counts, severity_duration, severity_mix
from incident_analytics.analysis.trends import rate_trend
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import UNITS, Period, Unit
from incident_analytics.tables import make_table


def incidents_of(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    incident_id, occurred_at, severity = zip(*rows, strict=True)
    return make_table("incidents", {"incident_id": incident_id, "occurred_at": occurred_at, "severity": severity})


INCIDENTS = incidents_of(
    ("a", "2025-07-01T00:00Z", "SEV-1"),
    ("b", "2025-07-31T23:30Z", "SEV-2"),
    ("c", "2025-09-30T12:00Z", None),
    ("d", "2025-09-30T12:00Z", "SEV-2"),
    ("e", "2025-09-01T00:00Z", "SEV-2"),
)


def test_every_month_has_every_severity_and_unknown_ones_where_they_occur() -> None:
    names = ["SEV-3", "SEV-2", "SEV-1"]
    expected = pd.DataFrame(
        {
            "period": texts(*["2025-07"] * 3, *["2025-08"] * 3, *["2025-09"] * 4),
            "severity": severities(*names, *names, *names, None),
            "n": [0, 1, 1, 0, 0, 0, 0, 2, 0, 1],
            "incident_ids": [(), ("b",), ("a",), (), (), (), (), ("d", "e"), (), ("c",)],
        }
    )
    assert_frame_equal(call(severity_counts, INCIDENTS, members=True), expected)


def test_an_incident_just_before_midnight_is_of_the_zones_next_month() -> None:
    counts = call(severity_counts, INCIDENTS, within=Period.parse("2025Q3", timezone="Europe/Berlin"))
    assert counts.loc[counts["severity"] == "SEV-2", "n"].tolist() == [0, 1, 2]


def test_the_window_counts_its_start_and_not_its_end() -> None:
    counts = call(severity_counts, INCIDENTS, every="quarter", within=period("2025-04-01", "2025-09-30T12:00"))
    assert counts.pivot_table(index="period", columns="severity", values="n", observed=False).to_dict("list") == {
        "SEV-3": [0, 0],
        "SEV-2": [0, 2],
        "SEV-1": [0, 1],
    }


def test_a_years_end_is_the_zones() -> None:
    year = "2024-12-31T23:00", "2025-12-31T23:00"
    counts = call(severity_counts, INCIDENTS, every="year", within=period(*year))
    assert counts["period"].unique().tolist() == ["2024-12-31T23:00/2025-01-01T00:00", "2025 so far"]
    berlin = call(severity_counts, INCIDENTS, every="year", within=period(*year, "Europe/Berlin"))
    assert berlin["period"].unique().tolist() == ["2025"]


def test_a_fiscal_year_says_that_it_is_one() -> None:
    fiscal = Period.parse("FY2025", fiscal_year_start=10)
    assert call(severity_counts, INCIDENTS, every="year", within=fiscal)["period"].unique().tolist() == ["FY2025"]
    assert call(severity_counts, INCIDENTS, every="year")["period"].unique().tolist() == ["2025"]


def test_no_incidents_have_no_periods_but_a_window_has() -> None:
    empty = make_table("incidents")
    expected = pd.DataFrame({"period": texts(), "severity": severities(), "n": pd.Series([], dtype="int64")})
    assert_frame_equal(call(severity_counts, empty), expected)
    windowed = call(severity_counts, empty, every="quarter", within=Q3)
    assert windowed["n"].tolist() == [0, 0, 0]


def test_nothing_known_is_counted_as_unknown() -> None:
    counts = call(severity_counts, incidents_of(("a", None, None), ("b", None, None)))
    assert_frame_equal(counts, pd.DataFrame({"period": texts(None), "severity": severities(None), "n": [2]}))


def test_severities_of_ones_own_keep_their_order() -> None:
    incidents = make_table(
        "incidents",
        {"incident_id": ["a"], "occurred_at": ["2025-07-01T00:00Z"], "severity": ["P1"]},
        severities=("P3", "P1"),
    )
    counts = call(severity_counts, incidents)
    assert list(counts["severity"]) == ["P3", "P1"]
    assert counts["severity"].cat.ordered


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(PeriodError, match=r"^every 'day' is not one of week, month, quarter, year$"):
        severity_counts(INCIDENTS, every="day")
    with pytest.raises(ColumnsError, match=r"^column 'severity' is missing; the frame has incident_id, occurred_at$"):
        severity_counts(INCIDENTS[["incident_id", "occurred_at"]])


@given(
    st.lists(
        st.tuples(
            st.datetimes(min_value=pd.Timestamp("2024-01-01"), max_value=pd.Timestamp("2026-01-01")) | st.none(),
            st.sampled_from(["SEV-1", "SEV-2", "SEV-3", None]),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(deadline=None, max_examples=40)
def test_no_incident_is_lost_and_the_order_of_the_rows_does_not_matter(rows: list[tuple[pd.Timestamp, str]]) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    counts = severity_counts(incidents, members=True)
    assert counts["n"].sum() == len(rows)
    assert counts["n"].tolist() == [len(ids) for ids in counts["incident_ids"]]
    assert_frame_equal(severity_counts(incidents[::-1], members=True), counts)


def test_instants_without_a_zone_are_refused() -> None:
    naive = INCIDENTS.assign(occurred_at=INCIDENTS["occurred_at"].dt.tz_localize(None))
    for analysis in ANALYSES:
        with pytest.raises(ColumnsError, match=r"^occurred_at is datetime64\[us\], no instants; write pd\.to_"):
            analysis(naive)


Q2, Q3 = Period.parse("2025Q2"), Period.parse("2025Q3")
ANALYSES: tuple[Callable[[pd.DataFrame], pd.DataFrame], ...] = (
    severity_counts,
    severity_rates,
    severity_mix,
    lambda incidents: compare_rates(incidents, before=Q2, after=Q3),
    lambda incidents: rate_trend(incidents, within=period("2025-04-01", "2025-10-01")),
    time_between,
)


def moments(start: pd.Timestamp, minutes: Sequence[float], **columns: Sequence[str]) -> pd.DataFrame:
    """Return incidents so many minutes after a start."""
    occurred_at = pd.Series(start + pd.to_timedelta(list(minutes), unit="min")).astype(UTC)
    ids = texts(*(f"INC-{number:05}" for number in range(len(minutes))))
    return pd.DataFrame({"incident_id": ids, "occurred_at": occurred_at, **columns})


def test_a_rate_counts_the_part_of_a_period_that_is_in_the_window() -> None:
    """Exact bounds: Garwood's 0 and 3.689, 0.025 and 5.572, 0.242 and 7.225 for 0, 1 and 2 events."""
    rates = call(severity_rates, INCIDENTS, every="quarter", within=period("2025-06-30", "2025-08-29"), members=True)
    expected = pd.DataFrame(
        {
            "period": texts(*["2025-06-30/2025-07-01"] * 3, *["2025-07-01/2025-08-29"] * 3),
            "severity": severities(*["SEV-3", "SEV-2", "SEV-1"] * 2),
            "n": [0, 0, 0, 0, 1, 1],
            "exposure": spans(*["1D"] * 3, *["59D"] * 3),
            "rate": ratios(0, 0, 0, 0, 30 / 59, 30 / 59),
            "rate_low": ratios(0, 0, 0, 0, 0.025318 * 30 / 59, 0.025318 * 30 / 59),
            "rate_high": ratios(*[3.688879 * 30] * 3, 3.688879 * 30 / 59, *[5.571643 * 30 / 59] * 2),
            "dispersion": ratios(*[None] * 6),
            "incident_ids": [(), (), (), (), ("b",), ("a",)],
        }
    )
    assert_frame_equal(rates, expected, rtol=1e-5)


def test_without_a_window_whole_periods_count_as_long_as_the_zone_has_them() -> None:
    """October has an hour more in Berlin; a fiscal quarter has its own months."""
    incidents = incidents_of(("a", "2025-10-05T00:00Z", "SEV-1"))
    october = call(severity_rates, incidents, within=Period.parse("2025-10", timezone="Europe/Berlin"))
    assert october["exposure"].unique().tolist() == [pd.Timedelta(days=31, hours=1)]
    year = Period.parse("FY2026", fiscal_year_start=3)
    fiscal = call(severity_rates, incidents, every="quarter", within=year)
    fiscal = fiscal[fiscal["n"] > 0]
    assert fiscal["period"].unique().tolist() == ["FY2026Q3"]
    assert fiscal["exposure"].unique().tolist() == [pd.Timedelta(days=30 + 31 + 30)]
    assert call(severity_rates, incidents, every="year", within=year)["exposure"].unique().tolist() == [
        pd.Timedelta(days=365)
    ]


def test_what_has_no_known_time_has_no_rate_and_what_has_no_severity_has_one() -> None:
    rates = call(severity_rates, incidents_of(("a", None, "SEV-1"), ("b", "2025-09-01T00:00Z", None)))
    assert_frame_equal(
        rates[["period", "n", "exposure", "rate"]].tail(2).reset_index(drop=True),
        pd.DataFrame(
            {
                "period": texts("2025-09", None),
                "n": [1, 1],
                "exposure": spans("30D", None),
                "rate": ratios(1.0, None),
            }
        ),
    )


def test_no_incidents_have_no_rates_but_a_window_has_their_bound() -> None:
    assert call(severity_rates, make_table("incidents")).empty
    assert call(severity_rates, make_table("incidents")).dtypes["exposure"] == "timedelta64[us]"
    september = call(severity_rates, make_table("incidents"), within=Period.parse("2025-09"))
    assert september["rate"].tolist() == [0, 0, 0]
    assert september["rate_high"].tolist() == pytest.approx([3.688879] * 3)


def test_the_mix_rests_on_incidents_of_known_severity() -> None:
    """Clopper and Pearson's bounds of 1 in 4 are 0.0063 and 0.8059, of none in 4 0 and 0.6024."""
    mix = call(severity_mix, INCIDENTS, every="year", members=True)
    expected = pd.DataFrame(
        {
            "period": texts(*["2025"] * 4),
            "severity": severities("SEV-3", "SEV-2", "SEV-1", None),
            "n": [4, 4, 4, 4],
            "n_missing": [1, 1, 1, 1],
            "n_severity": [0, 3, 1, 1],
            "share": ratios(0, 0.75, 0.25, None),
            "share_low": ratios(0, 0.194120, 0.006309, None),
            "share_high": ratios(0.602365, 0.993691, 0.805880, None),
            "incident_ids": [(), ("b", "d", "e"), ("a",), ("c",)],
        }
    )
    assert_frame_equal(mix, expected, rtol=1e-4)


def test_a_period_without_incidents_has_no_mix() -> None:
    mix = call(severity_mix, INCIDENTS)
    august = mix[mix["period"] == "2025-08"]
    assert august["n"].tolist() == [0, 0, 0]
    assert august[["share", "share_low", "share_high"]].isna().all(axis=None)


def test_nothing_known_has_no_mix_and_is_not_lost() -> None:
    mix = call(severity_mix, incidents_of(("a", None, None), ("b", None, None)))
    assert mix[["n", "n_missing", "n_severity"]].to_numpy().tolist() == [[0, 2, 2]]
    assert mix["share"].isna().all()
    assert call(severity_mix, make_table("incidents")).empty


def two_counts(
    n_before: int,
    length_before: float,
    n_after: int,
    length_after: float,
    dispersion: float | pd.DataFrame | None = None,
) -> dict[str, float]:
    """Compare counts over lengths in minutes, as the figures of one row."""
    start = at("1900-01-01")
    middle, end = (start + pd.Timedelta(minutes=length) for length in (length_before, length_before + length_after))
    incidents = moments(start, [*[0] * n_before, *[length_before] * n_after])
    periods = {"before": Period("a", start, middle), "after": Period("b", middle, end)}
    row = call(compare_rates, incidents, **periods, dispersion=dispersion)
    assert row[["n", "n_before", "n_after"]].to_numpy().tolist() == [[n_before + n_after, n_before, n_after]]
    return dict(row.iloc[0].drop(["sentence"]))


def test_two_rates_compare_as_rs_poisson_test_says() -> None:
    """The example of R's ``poisson.test``: c(11, 6+8+7) events in c(800, 1083+1050+878), ratio 1.971488."""
    row = two_counts(21, 3011, 11, 800)
    ratio = [row["change"] + 1, row["change_low"] + 1, row["change_high"] + 1]
    assert ratio == pytest.approx([1.971488, 0.8584264, 4.2772659], abs=1e-6)


def test_the_p_value_is_that_of_the_rate_ratio_test() -> None:
    """The example of R's rateratio.test (M. P. Fay): c(2, 9) events in c(17877, 16660)."""
    row = two_counts(9, 16660, 2, 17877)
    assert row["p_value"] == pytest.approx(0.0501064956141)
    ratio = [row["change"] + 1, row["change_low"] + 1, row["change_high"] + 1]
    assert ratio == pytest.approx([0.207094155743, 0.0217740627591, 1.00054910449])


def test_a_rate_of_its_own_has_the_exact_interval() -> None:
    """R's ``poisson.test(137, 24.19893)``: 4.753125 to 6.692709."""
    row = two_counts(137, 24.19893 * 30 * 24 * 60, 0, 60)
    assert [row["rate_before_low"], row["rate_before_high"]] == pytest.approx([4.753125, 6.692709], abs=1e-6)


def test_counts_of_none_leave_undefined_what_they_do_not_tell() -> None:
    """None before: no ratio and no upper bound. 5 after: 2 / 2**5 by chance; the lower bound is 0.025**(1/5)'s odds."""
    share = 0.025**0.2
    row = two_counts(0, 100, 5, 100)
    assert row["change_low"] == pytest.approx(share / (1 - share) - 1)
    assert row["p_value"] == pytest.approx(2 / 32)
    assert pd.isna([row["change"], row["change_high"], row["detectable_fall"], row["detectable_rise"]]).all()
    row = two_counts(6, 100, 0, 100)
    assert [row["change"], row["change_low"]] == [-1, -1]
    assert row["p_value"] == pytest.approx(2 / 64)
    nothing = two_counts(0, 100, 0, 100)
    figures = ["change", "change_low", "change_high", "p_value", "p_adjusted", "detectable_fall", "detectable_rise"]
    assert pd.isna([nothing[name] for name in figures]).all()
    assert nothing["rate_after_high"] == pytest.approx(3.688879 / 100 * 30 * 24 * 60)


def test_six_incidents_show_a_fall_only_if_none_is_left() -> None:
    """Of 6 only 0 after are significant (2 / 64). They come in 80% where after has 1 - 0.8**(1/6) of all."""
    share = 1 - 0.8 ** (1 / 6)
    row = two_counts(3, 100, 3, 100)
    assert row["detectable_fall"] == pytest.approx(share / (1 - share) - 1)
    assert row["detectable_rise"] == pytest.approx((1 - share) / share - 1)


def monthly(counts: dict[str, int], **columns: str) -> list[dict[str, str]]:
    """Return so many incidents on the second of each month, at the same hour."""
    return [
        {"incident_id": f"{month}-{number}", "occurred_at": f"{month}-02T09:00Z", **columns}
        for month, n in counts.items()
        for number in range(n)
    ]


def table_of(rows: list[dict[str, str]]) -> pd.DataFrame:
    return make_table("incidents", {name: [row[name] for row in rows] for name in rows[0]})


NINE_MONTHS = {f"2025-{month:02}": n for month, n in enumerate([0, 6, 0, 6, 3, 3, 0, 6, 3], start=1)}


def test_the_dispersion_is_the_variance_by_the_mean_of_months_of_their_lengths() -> None:
    """27 in 273 days; Pearson's chi-square over the 8 degrees of freedom that nine months have."""
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30]
    expected = [27 * length / 273 for length in days]
    chi_square = sum((n - mean) ** 2 / mean for n, mean in zip(NINE_MONTHS.values(), expected, strict=True))
    incidents = table_of(monthly(NINE_MONTHS | {"2024-12": 9, "2025-10": 40}))
    estimated = call(count_dispersion, incidents, within=Period.parse("2024-12-02/2025-10-20"))
    assert_frame_equal(
        estimated,
        pd.DataFrame(
            {
                "n": [27],
                "n_periods": [9],
                "first_period": texts("2025-01"),
                "last_period": texts("2025-09"),
                "dispersion": ratios(chi_square / 8),
            }
        ),
    )
    assert estimated["dispersion"][0] == pytest.approx(2.36, abs=0.01)


def test_below_eight_months_there_is_no_dispersion() -> None:
    incidents = table_of(monthly(NINE_MONTHS))
    from_first = call(count_dispersion, incidents)
    assert from_first.loc[0, ["n", "n_periods", "first_period"]].tolist() == [27, 8, "2025-02"]
    assert from_first["dispersion"].notna().all(), "eight months are enough"
    shorter = call(count_dispersion, incidents, within=Period.parse("2025-02-01/2025-09-30"))
    assert shorter.loc[0, ["n", "n_periods", "last_period"]].tolist() == [24, 7, "2025-08"]
    assert shorter["dispersion"].isna().all(), "seven are not"


def test_months_begin_at_the_midnights_of_the_periods_zone() -> None:
    incidents = incidents_of(("a", "2024-12-31T15:00Z", None), ("b", "2025-09-30T15:00Z", None))
    tokyo = call(count_dispersion, incidents, within=Period.parse("2025-01-01/2025-10-01", timezone="Asia/Tokyo"))
    assert tokyo.loc[0, ["n", "n_periods", "first_period"]].tolist() == [1, 9, "2025-01"]


def test_a_history_of_nothing_has_no_dispersion() -> None:
    nothing = call(count_dispersion, make_table("incidents"))
    assert nothing.loc[0, ["n", "n_periods"]].tolist() == [0, 0]
    assert nothing[["first_period", "last_period", "dispersion"]].isna().all(axis=None)
    quiet = call(count_dispersion, make_table("incidents"), within=Period.parse("2025"))
    assert quiet.loc[0, ["n", "n_periods"]].tolist() == [0, 12]
    assert quiet["dispersion"].isna().all()
    before_all = call(count_dispersion, INCIDENTS, within=Period("before", at("2025-01-01"), at("2025-01-01")))
    assert before_all["n_periods"].tolist() == [0]


def test_even_counts_are_not_less_dispersed_than_poisson_ones() -> None:
    assert call(count_dispersion, table_of(monthly(dict.fromkeys(NINE_MONTHS, 3))))["dispersion"].tolist() == [1]


def test_each_severity_has_the_dispersion_of_its_own_counts_in_the_same_months() -> None:
    rows = monthly(NINE_MONTHS, severity="SEV-1") + monthly(dict.fromkeys(NINE_MONTHS, 3), severity="SEV-3")
    estimated = call(count_dispersion, table_of(rows), by="severity")
    assert estimated["severity"].tolist() == ["SEV-3", "SEV-2", "SEV-1"]
    assert estimated["n"].tolist() == [27, 0, 27]
    assert estimated["n_periods"].tolist() == [9, 9, 9]
    assert estimated["dispersion"].isna().tolist() == [False, True, False]
    assert estimated["dispersion"][0] == 1
    assert estimated["dispersion"][2] == pytest.approx(2.36, abs=0.01)


def test_an_interval_allows_for_the_dispersion() -> None:
    """Two incidents at a dispersion of 2: chi-square's 0.0506 at 2 and 9.3484 at 3 degrees of freedom."""
    incidents = incidents_of(("a", "2025-09-04T00:00Z", "SEV-2"), ("b", "2025-09-05T00:00Z", "SEV-2"))
    rates = call(severity_rates, incidents, dispersion=2.0)
    row = rates[rates["severity"] == "SEV-2"].iloc[0]
    assert [row["rate_low"], row["rate_high"]] == pytest.approx([0.050636, 9.348404], abs=1e-5)
    assert rates["dispersion"].tolist() == [2, 2, 2]


def test_the_uncertainty_of_an_estimated_dispersion_widens_an_interval() -> None:
    """Student's t leaves 0.025 beyond 2.0930 at 19 degrees of freedom, the normal distribution 0.018175."""
    incidents = incidents_of(("a", "2025-09-04T00:00Z", "SEV-2"), ("b", "2025-09-05T00:00Z", "SEV-2"))
    past = pd.DataFrame({"n_periods": [20], "dispersion": ratios(2)})
    estimated = call(severity_rates, incidents, dispersion=past)
    wider = call(severity_rates, incidents, dispersion=2.0, confidence=1 - 2 * 0.018175)
    bounds = ["rate_low", "rate_high"]
    assert_frame_equal(estimated[bounds], wider[bounds], rtol=1e-4)
    poisson = call(severity_rates, incidents, dispersion=past.assign(dispersion=1.0))
    assert_frame_equal(poisson[bounds], call(severity_rates, incidents)[bounds])


def test_a_dispersion_is_matched_by_its_groups_and_unknown_ones_are_poisson() -> None:
    past = pd.DataFrame(
        {"severity": severities("SEV-1", "SEV-2"), "n_periods": [20, 20], "dispersion": ratios(3, None)}
    )
    rates = call(severity_rates, INCIDENTS, every="quarter", dispersion=past)
    assert rates["severity"].isna().tolist() == [False, False, False, True]
    assert rates["dispersion"].fillna(0).tolist() == [0, 0, 3, 0]
    plain = call(severity_rates, INCIDENTS, every="quarter")
    assert (rates["rate_high"] > plain["rate_high"]).tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("dispersion", "message"),
    [
        (0.5, "dispersion 0.5 is below 1, that of Poisson counts"),
        (float("nan"), "dispersion nan is below 1, that of Poisson counts"),
        (pd.DataFrame({"n": [1]}), "columns 'n_periods', 'dispersion' are missing; the frame has n"),
        (
            pd.DataFrame({"n_periods": [9, 9], "dispersion": [1, 2]}),
            "dispersion has 2 rows, and none of the columns severity",
        ),
    ],
)
def test_a_dispersion_that_does_not_fit_is_named(dispersion: float | pd.DataFrame, message: str) -> None:
    with pytest.raises(ColumnsError) as caught:
        severity_rates(INCIDENTS, dispersion=dispersion)
    assert str(caught.value) == message


def test_counts_that_can_show_a_halving_have_no_significant_change_and_others_are_not_enough() -> None:
    few, many = (
        call(
            compare_rates,
            table_of(monthly({"2025-05": n, "2025-08": n})),
            before=Q2,
            after=Q3,
        )
        for n in (12, 120)
    )
    assert few["can_tell"].tolist() == [False]
    assert "; not enough incidents to tell (p = 1): only a fall of " in few["sentence"][0]
    assert " or a rise of " in few["sentence"][0]
    assert many["can_tell"].tolist() == [True]
    assert "; no significant change (p = " in many["sentence"][0]
    assert "): a fall of 32% or more or a rise of " in many["sentence"][0]
    dispersed = call(
        compare_rates, table_of(monthly({"2025-05": 120, "2025-08": 120})), before=Q2, after=Q3, dispersion=6.0
    )
    assert dispersed["can_tell"].tolist() == [False], "six times the variance shows what a sixth of the counts does"
    assert dispersed["sentence"][0].endswith(" Allows for a dispersion of 6.")


def test_a_trend_allows_for_the_dispersion() -> None:
    """Laplace's statistic is divided by the root of the dispersion: 2.0 beyond 1.96 becomes 1.41, p 0.157."""
    start = at("2025-01-01")
    minutes = [50 + 100 / 12**0.5 * 2 / 4] * 16
    plain = call(rate_trend, moments(start, minutes), within=Period("", start, start + pd.Timedelta(minutes=100)))
    allowed = call(
        rate_trend,
        moments(start, minutes),
        within=Period("", start, start + pd.Timedelta(minutes=100)),
        dispersion=2.0,
    )
    assert plain["laplace"].tolist() == pytest.approx([2.0], abs=1e-6)
    assert plain["p_value"].tolist() == pytest.approx([0.0455], abs=1e-4)
    assert allowed["p_value"].tolist() == pytest.approx([0.1573], abs=1e-4)
    assert allowed["dispersion"].tolist() == [2]
    assert (allowed["mil_hdbk_p_value"] > plain["mil_hdbk_p_value"]).all()


def test_severities_are_compared_each_with_p_values_adjusted_for_their_number() -> None:
    incidents = incidents_of(
        *((f"a{day:02}", f"2025-06-{day:02}T00:00Z", "SEV-1") for day in range(1, 13)),
        ("b", "2025-07-01T00:00Z", "SEV-1"),
        ("c", "2025-09-30T00:00Z", "SEV-2"),
        ("d", "2025-10-01T00:00Z", "SEV-2"),
        ("e", "2025-06-01T00:00Z", None),
    )
    compared = call(compare_rates, incidents, before=Q2, after=Q3, by="severity", members=True)
    assert_frame_equal(
        compared[["severity", "n", "n_before", "n_after", "exposure_before", "exposure_after"]],
        pd.DataFrame(
            {
                "severity": severities("SEV-3", "SEV-2", "SEV-1", None),
                "n": [0, 1, 13, 1],
                "n_before": [0, 0, 12, 1],
                "n_after": [0, 1, 1, 0],
                "exposure_before": spans(*["91D"] * 4),
                "exposure_after": spans(*["92D"] * 4),
            }
        ),
    )
    assert compared["incident_ids"].tolist()[:2] == [(), ("c",)]
    p_value = compared["p_value"]
    assert p_value.isna().tolist() == [True, False, False, False]
    assert p_value[2] < 0.05 / 3
    assert compared["p_adjusted"][2] == pytest.approx(3 * p_value[2])
    nothing, too_few, fell, unknown = compared["sentence"]
    poisson = "Dispersion not estimated, counts taken as Poisson."
    assert nothing == "SEV-3: no incidents in 2025Q2 or 2025Q3."
    assert too_few == (
        "SEV-2: no incidents in 2025Q2, 1 in 2025Q3 (at least 95% CI: 97% fewer to no upper bound);"
        f" not enough incidents to tell (p = 1): no change would show in 4 of 5 cases. {poisson}"
    )
    assert fell == (
        "SEV-1: 12 incidents in 2025Q2, 1 in 2025Q3: 92% fewer in the same time (at least 95% CI: over 99% fewer to 44%"
        f" fewer), significant (p = 0.0096). {poisson}"
    )
    assert unknown.startswith(
        "unknown: 1 incident in 2025Q2, 0 in 2025Q3: 100% fewer in the same time (at least 95% CI: "
    )


def test_by_service_an_incident_counts_once_in_each_that_it_affected() -> None:
    services = make_table(
        "services",
        {
            "incident_id": ["a", "a", "a", "b", "d"],
            "service": ["API", "API", "Frontend", "API", "Admin"],
            "affected": [True, True, True, True, False],
            "line": [1] * 5,
        },
    )
    compared = call(compare_rates, INCIDENTS, before=Q2, after=Q3, by="service", services=services)
    assert compared["service"].tolist()[:3] == ["API", "Admin", "Frontend"]
    assert compared["n_after"].tolist() == [2, 0, 1, 3]
    trend = call(rate_trend, INCIDENTS, within=Q3, by="service", services=services)
    assert trend["n"].tolist() == [2, 0, 1, 3]
    gaps = call(time_between, INCIDENTS, by="service", services=services)
    assert gaps["incident_id"].tolist() == ["a", "b", "a", "e", "c", "d"]
    nowhere = call(
        compare_rates, make_table("incidents"), before=Q2, after=Q3, by="service", services=make_table("services")
    )
    assert nowhere.empty
    assert call(
        rate_trend,
        make_table("incidents"),
        within=Q3,
        by="service",
        services=make_table("services"),
    ).empty


def test_incidents_between_two_periods_are_of_neither() -> None:
    april, september = Period.parse("2025-04"), Period.parse("2025-09")
    compared = call(compare_rates, INCIDENTS, before=april, after=september, members=True)
    assert compared["incident_ids"].tolist() == [("c", "d", "e")]


@pytest.mark.parametrize(
    ("analysis", "error", "message"),
    [
        (
            lambda: compare_rates(INCIDENTS, before=Q3, after=Q2),
            PeriodError,
            "the period before, 2025Q3, must end before the one after, 2025Q2, begins",
        ),
        (
            lambda: compare_rates(INCIDENTS, before=Q2, after=Period("x", Q3.end, Q3.end)),
            PeriodError,
            "the window 2025-10-01 ",
        ),
        (
            lambda: compare_rates(INCIDENTS, before=Q2, after=Q3, by="team"),
            UnknownNameError,
            "by 'team' is not one of incident_id, ",
        ),
        (
            lambda: rate_trend(INCIDENTS, within=Q3, by="service"),
            ColumnsError,
            "by 'service' needs services=, the services table",
        ),
        (
            lambda: rate_trend(INCIDENTS, within=Period("x", pd.Timestamp("2025-07-01"), Q3.end)),
            ColumnsError,
            "start 2025-07-01 00:00:00 has no zone; write ",
        ),
        (lambda: rate_trend(INCIDENTS, within=Period("x", Q3.end, Q3.start)), PeriodError, "the window 2025-10-01 "),
        (
            lambda: time_between(INCIDENTS[["incident_id"]]),
            ColumnsError,
            "column 'occurred_at' is missing; the frame has incident_id",
        ),
        (lambda: severity_duration(INCIDENTS), UnknownNameError, "metric 'time_to_restore' is not one of (none there)"),
        (
            lambda: severity_duration(response_times(INCIDENTS.astype({"severity": "str"}))),
            ColumnsError,
            "severity is str, no ordered category; write pd.Categorical(..., [least, ..., worst], ordered=True)",
        ),
    ],
)
def test_a_wrong_question_is_named_with_what_would_be_right(
    analysis: Callable[[], pd.DataFrame], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        analysis()
    assert str(caught.value).startswith(message)


def test_trends_are_those_of_the_nist_handbook() -> None:
    """NIST/SEMATECH e-Handbook, 8.2.3.4: ten failures in 1500 hours, 33 of 45 reversals, 37.228, -1.327.

    The p-values are two-sided: Laplace's is twice that of the normal tail, MIL-HDBK-189's twice chi-square's of 20
    degrees of freedom beyond 37.228, 0.0110.
    """
    hours = [5, 40, 43, 175, 389, 712, 747, 795, 1299, 1478]
    start = at("2025-01-01")
    incidents = moments(start, [60 * hour for hour in hours])
    trend = call(rate_trend, incidents, within=Period("x", start, start + pd.Timedelta(hours=1500)), members=True)
    expected = pd.DataFrame(
        {
            "n": [10],
            "laplace": ratios(-1.327),
            "p_value": ratios(0.1846),
            "p_adjusted": ratios(0.1846),
            "mil_hdbk": ratios(37.228),
            "mil_hdbk_p_value": ratios(0.0220),
            "n_reversals": [33],
            "n_pairs": [45],
            "reversals_p_value": ratios(0.0482),
            "dispersion": ratios(None),
            "sentence": texts(
                "10 incidents, less often towards the end of the window, within normal variation (p = 0.18). "
                "Dispersion not estimated, counts taken as Poisson."
            ),
            "incident_ids": [tuple(f"INC-{number:05}" for number in range(10))],
        }
    )
    assert_frame_equal(trend, expected, rtol=0, atol=6e-4)


def test_few_incidents_have_statistics_but_no_verdict() -> None:
    trend = call(rate_trend, INCIDENTS, within=Q3, by="severity")
    assert trend["n"].tolist() == [0, 3, 1, 1]
    assert trend["laplace"].isna().tolist() == [True, False, False, False]
    # SEV-1 stands at the very start: all the way from the middle, and no weight in logarithms.
    assert trend["laplace"][2] == pytest.approx(-(3**0.5))
    assert trend["mil_hdbk"].isna().tolist() == [True, False, True, False]
    assert trend["n_pairs"].tolist() == [0, 3, 0, 0]
    assert trend[["p_value", "p_adjusted", "mil_hdbk_p_value", "reversals_p_value"]].isna().all(axis=None)
    assert trend["sentence"].tolist() == [
        "SEV-3: no incidents, not enough to show a trend.",
        "SEV-2: 3 incidents, not enough to show a trend.",
        "SEV-1: 1 incident, not enough to show a trend.",
        "unknown: 1 incident, not enough to show a trend.",
    ]


def test_incidents_at_the_start_and_at_one_pace_leave_their_tests_undefined() -> None:
    start = at("2025-01-01")
    watched = Period("x", start, start + pd.Timedelta(minutes=20))
    at_once = call(rate_trend, moments(start, [0, 1, 3, 9, 10]), within=watched)
    assert at_once["mil_hdbk"].isna().all()
    assert at_once["mil_hdbk_p_value"].isna().all()
    assert at_once["reversals_p_value"].notna().all()
    even = call(rate_trend, moments(start, [4, 8, 12, 16]), within=watched)
    assert even["laplace"].tolist() == [0]
    assert even["n_reversals"].tolist() == [0]
    assert even["reversals_p_value"].isna().all()
    assert even["sentence"][0].startswith(
        "4 incidents, as often towards the end of the window, within normal variation"
    )


def test_a_rate_that_rises_is_told() -> None:
    start = at("2025-01-01")
    minutes = [100 - 100 * 0.8**step for step in range(3, 30)]
    trend = call(rate_trend, moments(start, minutes), within=Period("x", start, start + pd.Timedelta(minutes=100)))
    assert trend["laplace"][0] > 3
    assert trend["mil_hdbk"][0] < 2 * 27
    assert trend["n_reversals"].tolist() == [0]
    assert "more often towards the end of the window, significant (p < 0.001)." in trend["sentence"][0]


def steady(groups: int, per_day: float, days: int, seed: int) -> pd.DataFrame:
    """Return incidents of many groups, each at a steady rate."""
    draw = np.random.default_rng(seed)
    counts = draw.poisson(per_day * days, groups)
    minutes = draw.uniform(0, days * 24 * 60, counts.sum())
    return moments(Q2.start, minutes.tolist(), team=np.repeat([f"{group:04}" for group in range(groups)], counts))


def test_where_nothing_changed_false_findings_stay_at_their_rate() -> None:
    """3,000 groups at a steady rate: 5% of p-values are below 5%, of the exact test fewer; adjusted ones hardly any."""
    incidents = steady(3000, 0.1, 182, seed=4)
    trend = rate_trend(incidents, within=Period("x", Q2.start, Q2.start + pd.Timedelta(days=182)), by="team")
    for name in ("p_value", "mil_hdbk_p_value", "reversals_p_value"):
        assert 0.038 < (trend[name] < 0.05).mean() < 0.062, name
    middle = Q2.start + pd.Timedelta(days=91)
    halves = Period("first", Q2.start, middle), Period("second", middle, middle + pd.Timedelta(days=91))
    compared = compare_rates(incidents, before=halves[0], after=halves[1], by="team")
    assert 0.01 < (compared["p_value"] < 0.05).mean() < 0.05
    for table in (trend, compared):
        assert (table["p_adjusted"] < 0.05).sum() <= 1


def test_a_fall_that_is_called_detectable_is_found_in_four_of_five_cases() -> None:
    """Of 60 incidents each, the later ones' share is that of the smallest fall that so many are said to show."""
    even = two_counts(30, 100, 30, 100)
    groups = 1000
    for change in (even["detectable_fall"], even["detectable_rise"]):
        ratio = 1 + change
        later = np.random.default_rng(5).binomial(60, ratio / (1 + ratio), groups)
        team = np.repeat(np.arange(groups), 60)
        minutes = np.where(np.tile(np.arange(60), groups) < np.repeat(later, 60), 150, 50)
        start = at("2025-01-01")
        middle, end = (start + pd.Timedelta(minutes=length) for length in (100, 200))
        compared = compare_rates(
            moments(start, minutes.tolist(), team=team),
            before=Period("a", start, middle),
            after=Period("b", middle, end),
            by="team",
        )
        assert (compared["p_value"] < 0.05).mean() == pytest.approx(0.8, abs=0.04)


PAST = pd.DataFrame({"n_periods": [12], "dispersion": ratios(2.5)})


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(1, 50),
    st.integers(1, 50),
    st.sampled_from([None, 1.0, 2.5, PAST]),
)
@settings(deadline=None, max_examples=60)
def test_the_interval_and_the_p_value_agree_and_the_other_way_round_the_ratio_is_inverse(
    n_before: int, n_after: int, length_before: int, length_after: int, dispersion: float | pd.DataFrame | None
) -> None:
    row = two_counts(n_before, length_before, n_after, length_after, dispersion)
    other = two_counts(n_after, length_after, n_before, length_before, dispersion)
    if n_before and n_after:
        assert row["change_low"] <= row["change"] <= row["change_high"]
        assert (row["change_low"] > 0 or row["change_high"] < 0) == (row["p_value"] < 0.05)
        assert (1 + row["change_low"]) * (1 + other["change_high"]) == pytest.approx(1)
        assert (1 + row["change"]) * (1 + other["change"]) == pytest.approx(1)
    if n_before + n_after:
        assert row["p_value"] == pytest.approx(other["p_value"])
        assert pd.isna(row["detectable_fall"]) == pd.isna(other["detectable_rise"])
        if pd.notna(row["detectable_fall"]):
            assert (1 + row["detectable_fall"]) * (1 + other["detectable_rise"]) == pytest.approx(1)


@given(st.lists(st.integers(1, 10**6 - 1), min_size=4, max_size=30), st.integers(1, 50))
@settings(deadline=None, max_examples=40)
def test_a_trend_has_no_unit_and_turns_round_with_time(minutes: list[int], factor: int) -> None:
    start, length = at("2020-01-01"), 10**6

    def trend(moments_of: list[int], length: int) -> pd.Series:
        within = Period("x", start, start + pd.Timedelta(minutes=length))
        return rate_trend(moments(start, moments_of), within=within).iloc[0]

    row = trend(minutes, length)
    wider = trend([factor * minute for minute in reversed(minutes)], factor * length)
    mirrored = trend([length - minute for minute in minutes], length)
    figures = ["laplace", "mil_hdbk", "n_reversals"]
    assert wider[figures].tolist() == pytest.approx(row[figures].tolist())
    assert mirrored["laplace"] == pytest.approx(-row["laplace"], abs=1e-9)
    assert 0 <= row["n_reversals"] <= row["n_pairs"]
    assert row["mil_hdbk"] > 0


WHEN_AND_WHAT = st.lists(
    st.tuples(
        st.datetimes(min_value=pd.Timestamp("2024-01-01"), max_value=pd.Timestamp("2026-01-01")) | st.none(),
        st.sampled_from(["SEV-1", "SEV-2", "SEV-3", None]),
    ),
    min_size=1,
    max_size=12,
)


@given(WHEN_AND_WHAT, st.sampled_from(UNITS), st.sampled_from(["", "FY"]))
@settings(deadline=None, max_examples=40)
def test_exposures_fill_the_window_and_shares_the_whole(
    rows: list[tuple[pd.Timestamp | None, str | None]], every: Unit, name: str
) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    within = period("2024-02-03T04:00", "2025-12-30", "Europe/Berlin", 4, name=name)
    rates = severity_rates(incidents, every=every, within=within)
    assert rates.drop_duplicates("period")["exposure"].sum() == within.end - within.start
    assert ((rates["rate_low"] <= rates["rate"]) & (rates["rate"] < rates["rate_high"])).all()
    mix = severity_mix(incidents, every=every)
    assert mix.drop_duplicates("period")[["n", "n_missing"]].to_numpy().sum() == len(incidents)
    told = mix[mix["share"].notna()]
    assert told.groupby("period")["share"].sum().tolist() == pytest.approx([1] * told["period"].nunique())
    assert ((told["share_low"] <= told["share"]) & (told["share"] <= told["share_high"])).all()


def measured(levels: Sequence[str | None], hours: Sequence[float | None], order: Sequence[str]) -> pd.DataFrame:
    started = at("2025-07-01")
    return response_times(
        make_table(
            "incidents",
            {
                "incident_id": [f"INC-{number:03}" for number in range(len(hours))],
                "occurred_at": [started] * len(hours),
                "severity": levels,
                "started_at": [started] * len(hours),
                "restored_at": [None if hour is None else started + pd.Timedelta(hours=hour) for hour in hours],
            },
            severities=order,
        )
    )


def test_the_correlation_of_severity_and_duration_is_that_of_the_published_example() -> None:
    """The example of R's ``statpsych::ci.spear`` (D. G. Bonett): 0.8699639, interval 0.5840951 to 0.9638297."""
    y = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19]
    x = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51]
    times = measured([f"{level:02}" for level in x], y, [f"{level:02}" for level in sorted(set(x))])
    related = call(severity_duration, times)
    expected = pd.DataFrame(
        {
            "n": [15],
            "n_missing": [0],
            "n_open": [0],
            "n_negative": [0],
            "correlation": ratios(0.8699639),
            "correlation_low": ratios(0.5840951),
            "correlation_high": ratios(0.9638297),
        }
    )
    assert_frame_equal(related.drop(columns="p_value"), expected, rtol=1e-6)
    # Fisher's transform 1.3330 over its standard error sqrt((1 + 0.37842) / 12) = 0.33892: 3.933 from 0.
    assert related["p_value"].tolist() == pytest.approx([8.39e-05], rel=0.01)


def test_the_correlation_counts_what_it_cannot_use() -> None:
    started = at("2025-07-01")
    hour = pd.Timedelta(hours=1)
    times = response_times(
        make_table(
            "incidents",
            {
                "incident_id": list("abcdefg"),
                "occurred_at": [started] * 6 + [started + pd.Timedelta(days=200)],
                "severity": ["SEV-3", "SEV-2", "SEV-1", "SEV-1", None, "SEV-2", "SEV-3"],
                "is_open": [False, None, False, True, False, False, False],
                "started_at": [started] * 7,
                "restored_at": [*(started + hours * hour for hours in (1, 2, 3)), None, started, started - hour, None],
            },
        )
    )
    related = call(severity_duration, times, members=True)
    assert related[["n", "n_missing", "n_open", "n_negative"]].to_numpy().tolist() == [[3, 2, 1, 1]]
    assert related["correlation"].tolist() == pytest.approx([1])
    assert related[["correlation_low", "correlation_high", "p_value"]].isna().all(axis=None)
    assert related["incident_ids"].tolist() == [tuple("abcdefg")]
    summer = call(severity_duration, times, within=Period("x", started, started + hour))
    assert summer[["n", "n_missing", "n_open", "n_negative"]].to_numpy().tolist() == [[3, 1, 1, 1]]


@pytest.mark.parametrize(
    ("levels", "hours"),
    [
        ([], []),
        (["SEV-1"], [1]),
        (["SEV-1", "SEV-2"], [1, 2]),
        (["SEV-1"] * 12, list(range(12))),
        (["SEV-1", "SEV-2"] * 6, [1] * 12),
        ([None] * 12, list(range(12))),
        (["SEV-1"] * 12, [None] * 12),
    ],
    ids=["none", "one", "two", "one severity", "one span", "no severity", "no span"],
)
def test_what_does_not_vary_has_no_correlation(levels: list[str | None], hours: list[float | None]) -> None:
    related = call(severity_duration, measured(levels, hours, ("SEV-3", "SEV-2", "SEV-1")))
    figures = ["correlation", "correlation_low", "correlation_high", "p_value"]
    assert related[figures].isna().all(axis=None)
    assert related[["n", "n_missing"]].to_numpy().sum() == len(hours)


def test_a_perfect_order_has_a_correlation_and_no_interval() -> None:
    order = [f"{level:02}" for level in range(12)]
    related = call(severity_duration, measured(order, list(range(12)), order))
    assert related["correlation"].tolist() == pytest.approx([1])
    assert related["correlation_low"].isna().all()


def test_the_interval_of_the_correlation_covers_as_often_as_it_says_in_spite_of_ties() -> None:
    """Three severities, 10 incidents, no correlation: the interval leaves out 0 in 5% of cases or fewer."""
    draw = np.random.default_rng(6)
    names = ("SEV-3", "SEV-2", "SEV-1")
    times = measured(["SEV-3"] * 10, range(10), names)
    left_out = 0
    for _ in range(500):
        levels = pd.Categorical(draw.choice(names, 10, p=[0.55, 0.3, 0.15]), names, ordered=True)
        lasted = pd.to_timedelta(draw.exponential(size=10), unit="h")
        row = severity_duration(times.assign(severity=levels, time_to_restore=lasted))
        left_out += int((row["correlation_low"] > 0).fillna(value=False).iloc[0])
        left_out += int((row["correlation_high"] < 0).fillna(value=False).iloc[0])
    assert 5 <= left_out <= 30


def test_gaps_are_those_between_incidents_of_one_severity() -> None:
    gaps = call(time_between, INCIDENTS, by="severity", within=Period.parse("2025", timezone="Europe/Berlin"))
    expected = pd.DataFrame(
        {
            "severity": severities("SEV-2", "SEV-2", "SEV-2", "SEV-1", None),
            "incident_id": texts("b", "e", "d", "a", "c"),
            "occurred_at": pd.Series(
                [
                    at("2025-07-31T23:30"),
                    at("2025-09-01"),
                    at("2025-09-30T12:00"),
                    at("2025-07-01"),
                    at("2025-09-30T12:00"),
                ],
                dtype=UTC,
            ),
            "previous_id": texts(None, "b", "e", None, None),
            "gap": spans(None, "31D 00:30:00", "29D 12:00:00", None, None),
            # In Berlin b is of 1 August.
            "n_days": pd.Series([None, 31, 29, None, None], dtype="Int64"),
        }
    )
    assert_frame_equal(gaps, expected)


def test_incidents_of_no_known_time_stand_last_without_a_gap() -> None:
    incidents = incidents_of(("a", None, "SEV-1"), ("b", "2025-07-02T00:00Z", None), ("c", "2025-07-01T00:00Z", None))
    gaps = call(time_between, incidents)
    assert gaps["incident_id"].tolist() == ["c", "b", "a"]
    assert gaps["gap"].tolist() == [pd.NaT, pd.Timedelta(days=1), pd.NaT]
    assert gaps["previous_id"].isna().tolist() == [True, False, True]
    windowed = call(time_between, incidents, within=period("2025-07-02", "2025-08-01"))
    assert windowed["incident_id"].tolist() == ["b"]
    assert windowed["gap"].isna().all()


def test_no_incidents_have_no_gaps() -> None:
    gaps = call(time_between, make_table("incidents"), by="severity")
    assert gaps.empty
    assert gaps.dtypes.astype(str).to_dict() == {
        "severity": "category",
        "incident_id": "str",
        "occurred_at": "datetime64[us, UTC]",
        "previous_id": "str",
        "gap": "timedelta64[us]",
        "n_days": "Int64",
    }


@given(WHEN_AND_WHAT)
@settings(deadline=None, max_examples=40)
def test_gaps_add_up_to_the_time_from_the_first_to_the_last_in_any_order_of_rows(
    rows: list[tuple[pd.Timestamp | None, str | None]],
) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    gaps = time_between(incidents)
    occurred_at = incidents["occurred_at"].dropna()
    assert gaps["gap"].sum() == (occurred_at.max() - occurred_at.min() if len(occurred_at) else pd.Timedelta(0))
    assert len(gaps) == len(incidents)
    assert_frame_equal(time_between(incidents[::-1]), gaps)


def test_the_mean_time_between_incidents_counts_the_silence_since_the_last_one() -> None:
    """9 days from b to the end and 3 gaps: Garwood's 0.6187 and 8.7673 for 3 events bound the mean by 9 / each."""
    incidents = incidents_of(
        ("b", "2025-07-01T00:00Z", "SEV-1"),
        ("c", "2025-07-02T00:00Z", "SEV-1"),
        ("d", "2025-07-05T00:00Z", "SEV-1"),
        ("e", "2025-07-07T00:00Z", "SEV-1"),
        ("later", "2025-07-10T00:00Z", "SEV-1"),
        ("unknown", None, "SEV-1"),
    )
    between = call(mean_time_between, time_between(incidents), until=at("2025-07-10"))
    expected = pd.DataFrame(
        {
            "n": [3],
            "mean": spans("3D"),
            "mean_low": spans(f"{9 / 8.767273}D"),
            "mean_high": spans(f"{9 / 0.618672}D"),
            "median": spans("2D"),
            "longest": spans("3D"),
            "longest_before": texts("d"),
            "since_last": spans("3D"),
            "dispersion": ratios(None),
        }
    )
    assert_frame_equal(
        between.drop(columns=["mean_low", "mean_high"]), expected.drop(columns=["mean_low", "mean_high"])
    )
    for bound in ("mean_low", "mean_high"):
        assert abs(between[bound][0] - expected[bound][0]) < pd.Timedelta(minutes=1)
    wider = call(mean_time_between, time_between(incidents), until=at("2025-07-10"), dispersion=2.0)
    assert wider["mean_low"][0] < between["mean_low"][0]
    assert wider["mean_high"][0] > between["mean_high"][0]
    assert wider["dispersion"].tolist() == [2]


def test_each_group_has_its_mean_time_between_incidents() -> None:
    gaps = time_between(INCIDENTS, by="severity")
    past = pd.DataFrame({"severity": severities("SEV-2"), "n_periods": [12], "dispersion": ratios(1.5)})
    between = call(mean_time_between, gaps, until=at("2025-10-01"), dispersion=past)
    assert between["severity"].isna().tolist() == [False, False, False, True]
    assert between["n"].tolist() == [0, 2, 0, 0]
    assert between["mean"].isna().tolist() == [True, False, True, True]
    assert between["longest_before"].fillna("").tolist() == ["", "e", "", ""]
    assert between["dispersion"].fillna(0).tolist() == [0, 1.5, 0, 0]
    # One incident and none after it within 92 days: the mean has a lower bound alone, 92 / 3.689 days.
    assert between["mean_low"].isna().tolist() == [True, False, False, False]
    assert between["mean_low"][2] == pytest.approx(pd.Timedelta(days=92 / 3.688879), abs=pd.Timedelta(minutes=1))
    assert between["mean_high"].isna().tolist() == [True, False, True, True]


def test_a_bound_too_long_for_a_span_is_none() -> None:
    incidents = incidents_of(("a", "1990-01-01T00:00Z", "SEV-1"), ("b", "1990-01-02T00:00Z", "SEV-1"))
    between = call(mean_time_between, time_between(incidents), until=at("2025-01-01"), dispersion=50.0)
    assert between["mean"].notna().all()
    assert between["mean_high"].isna().all()


def test_no_incidents_have_no_mean_time_between_them() -> None:
    nothing = call(mean_time_between, time_between(make_table("incidents")), until=at("2025-10-01"))
    assert nothing["n"].tolist() == [0]
    assert nothing.drop(columns="n").isna().all(axis=None)
    assert nothing.dtypes["mean"] == "timedelta64[us]"
