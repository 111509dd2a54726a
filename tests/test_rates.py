from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from builders import (
    INCIDENTS,
    WHEN_AND_WHAT,
    at,
    call,
    incidents_of,
    moments,
    numbered,
    period,
    ratios,
    severities,
    spans,
    steady,
    texts,
)
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.gaps import time_between
from incident_analytics.analysis.rates import compare_rates, count_dispersion, severity_rates
from incident_analytics.analysis.trends import rate_trend
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.periods import UNITS, Period, Unit
from incident_analytics.sentences import describe_rate_changes
from incident_analytics.sentences.rates import _percent
from incident_analytics.tables import make_table

Q2, Q3 = Period.parse("2025Q2"), Period.parse("2025Q3")


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


def said(compared: pd.DataFrame) -> list[str]:
    return describe_rate_changes(compared, before="2025Q2", after="2025Q3")


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
    return dict(row.iloc[0])


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


def test_counts_of_none_leave_undefined_what_they_do_not_say() -> None:
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
    assert pd.isna([nothing[name] for name in [*figures, "can_tell"]]).all()
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
    assert "; too few incidents to say (p = 1): only a fall of " in said(few)[0]
    assert " or a rise of " in said(few)[0]
    assert many["can_tell"].tolist() == [True]
    assert "; no significant change (p = " in said(many)[0]
    assert "): a fall of 32% or more or a rise of " in said(many)[0]
    dispersed = call(
        compare_rates, table_of(monthly({"2025-05": 120, "2025-08": 120})), before=Q2, after=Q3, dispersion=6.0
    )
    assert dispersed["can_tell"].tolist() == [False], "six times the variance shows what a sixth of the counts does"
    assert said(dispersed)[0].endswith(" Intervals widened for extra variation (6 times).")


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
    nothing, too_few, fell, unknown = said(compared)
    poisson = "Extra variation not estimated, counts taken as Poisson."
    assert nothing == "SEV-3: no incidents in 2025Q2 or 2025Q3."
    assert too_few == (
        "SEV-2: no incidents in 2025Q2, 1 in 2025Q3 (95% CI: 97% fewer to no upper bound);"
        f" too few incidents to say (p = 1): no change would show in 4 of 5 cases. {poisson}"
    )
    assert fell == (
        "SEV-1: 12 incidents in 2025Q2, 1 in 2025Q3: 92% fewer in the same time (95% CI: over 99% fewer to 44%"
        f" fewer), significant (p = 0.0096). {poisson}"
    )
    assert unknown.startswith("unknown: 1 incident in 2025Q2, 0 in 2025Q3: 100% fewer in the same time (95% CI: ")


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


def test_an_incident_at_the_instant_of_a_boundary_is_of_the_period_that_begins_there() -> None:
    april, june = Period.parse("2025-04"), Period.parse("2025-06")
    ends = ("2025-04-01T00:00Z", "2025-05-01T00:00Z", "2025-06-01T00:00Z", "2025-07-01T00:00Z")
    incidents = incidents_of(*((name, end, "SEV-1") for name, end in zip("abcd", ends, strict=True)))
    (row,) = call(compare_rates, incidents, before=april, after=june, members=True).to_dict("records")
    assert (row["n_before"], row["n_after"], row["incident_ids"]) == (1, 1, ("a", "c"))


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
@examples(12)
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


def test_instants_without_a_zone_are_refused() -> None:
    naive = INCIDENTS.assign(occurred_at=INCIDENTS["occurred_at"].dt.tz_localize(None))
    message = r"^occurred_at is datetime64\[us\], not instants; write pd\.to_"
    with pytest.raises(ColumnsError, match=message):
        severity_rates(naive)
    with pytest.raises(ColumnsError, match=message):
        compare_rates(naive, before=Q2, after=Q3)


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
    ],
)
def test_a_wrong_question_is_named_with_what_would_be_right(
    analysis: Callable[[], pd.DataFrame], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        analysis()
    assert str(caught.value).startswith(message)


def test_where_nothing_changed_false_findings_stay_below_their_rate() -> None:
    """3,000 groups at a steady rate: at most 5% of the exact p-values are below 5%, of adjusted ones hardly any."""
    incidents = steady(Q2.start, 3000, 0.1, 182, seed=4)
    middle = Q2.start + pd.Timedelta(days=91)
    halves = Period("first", Q2.start, middle), Period("second", middle, middle + pd.Timedelta(days=91))
    compared = compare_rates(incidents, before=halves[0], after=halves[1], by="team")
    assert 0.01 < (compared["p_value"] < 0.05).mean() < 0.05
    assert (compared["p_adjusted"] < 0.05).sum() <= 1


@given(WHEN_AND_WHAT, st.sampled_from(UNITS), st.sampled_from(["", "FY"]))
@examples(20)
def test_exposures_fill_the_window(rows: list[tuple[pd.Timestamp | None, str | None]], every: Unit, name: str) -> None:
    within = period("2024-02-03T04:00", "2025-12-30", "Europe/Berlin", 4, name=name)
    rates = severity_rates(numbered(rows), every=every, within=within)
    assert rates.drop_duplicates("period")["exposure"].sum() == within.end - within.start
    assert ((rates["rate_low"] <= rates["rate"]) & (rates["rate"] < rates["rate_high"])).all()


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (-1.0, "100%"),
        (-0.9999, "over 99%"),
        (-0.994, "99%"),
        (-0.4, "40%"),
        (0.0, "0%"),
        (0.996, "100%"),
        (11.0, "1,100%"),
    ],
)
def test_a_change_is_all_only_where_nothing_is_left(change: float, shown: str) -> None:
    assert _percent(change) == shown
