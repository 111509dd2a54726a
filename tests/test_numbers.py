"""Kinds of wrong numbers that a review once had, each with the right value on a small input or the demo."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from builders import at, corpus_of, incidents

from incident_analytics import measures, sentences
from incident_analytics.config import Settings
from incident_analytics.exports import table_as_csv, table_as_json
from incident_analytics.first_screen import first_screen
from incident_analytics.formatting import format_share, format_span
from incident_analytics.loading import load
from incident_analytics.review_page import ReviewPage
from incident_analytics.scope import Scope
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus, make_table

DEMO = Path(__file__).parent.parent / "data" / "demo"
END = at("2025-10-01")
API = Settings.model_validate({"services": {"API": {"target": 0.99}}})


def text_of(content: Shown) -> str:
    """Return what HTML says, with one space between words."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", content.html)).split())


def test_an_ongoing_incident_counts_as_downtime_before_its_report_is_final() -> None:
    corpus = incidents(("A", "2025-09-29 00:00", None, "Under Review"))
    row = measures.impact(Scope.of(corpus, "2025Q3", API, END)).iloc[0]
    assert row["downtime"] == pd.Timedelta("48h")
    assert row["availability"] == pytest.approx(1 - 2 / 92)
    assert row["budget_left"] < pd.Timedelta(0)


@pytest.mark.parametrize(("due", "overdue", "unknown"), [("2025-08-01", 0, 1), (None, None, None)])
def test_an_item_without_a_status_is_never_a_zero_of_overdue_ones(
    due: str | None, overdue: int | None, unknown: int | None
) -> None:
    corpus = incidents(("A", "2025-07-05 10:00", "2025-07-05 11:00", "Final"))
    item = {"incident_id": ["A"], "position": [0], "action": ["Mend it"], "line": [30]}
    actions = make_table("actions", {**item, "due_on": [due and pd.Timestamp(due)]})
    row = measures.completion(Scope.of(dataclasses.replace(corpus, actions=actions), "2025Q3", API, END)).iloc[0]
    found = [None if pd.isna(row[name]) else row[name] for name in ("n_overdue", "n_overdue_unknown")]
    assert found == [overdue, unknown]


def test_incidents_of_unknown_severity_are_counted() -> None:
    corpus = incidents(("A", "2025-08-05 10:00", "2025-08-05 11:00", "Final"))
    unknown = corpus.incidents.assign(severity=corpus.incidents["severity"].where([False]))
    counts = measures.counts(Scope.of(dataclasses.replace(corpus, incidents=unknown), "2025-08", API, END))
    assert counts["n"].sum() == 1
    assert counts.loc[counts["n"] == 1, "severity"].isna().all()


def test_an_unreported_amount_is_not_a_total_of_zero() -> None:
    corpus = incidents(("A", "2025-07-05 10:00", "2025-07-05 11:00", "Final"))
    costs = make_table("costs", {"incident_id": ["A"], "kind": ["lost_revenue"], "line": [40]})
    row = measures.costs(Scope.of(dataclasses.replace(corpus, costs=costs), "2025Q3", API, END)).iloc[0]
    assert (row["kind"], pd.isna(row["total"]), row["n"], row["n_missing"]) == ("lost_revenue", True, 0, 1)


def test_two_unreported_amounts_have_no_total_in_an_export() -> None:
    corpus = incidents(*((name, "2025-07-05 10:00", "2025-07-05 11:00", "Final") for name in "AB"))
    costs = make_table("costs", {"incident_id": ["A", "B"], "kind": ["lost_revenue"] * 2, "line": [40, 40]})
    table = measures.costs(Scope.of(dataclasses.replace(corpus, costs=costs), "2025Q3", API, END))
    lines = table_as_csv(table).splitlines()
    assert lines[0] == "kind,currency,total,n,n_missing"
    assert "lost_revenue,,,0,2" in lines
    assert json.loads(table_as_json(table))[0]["total"] is None


def test_budgets_of_services_whose_downtime_is_unknown_cannot_be_judged() -> None:
    names = ["A", "B", "C", "D", "E"]
    corpus = incidents(*((name, "2025-07-05 10:00", "2025-07-05 11:00", "Final") for name in names))
    outages = corpus.outages.assign(ended_at=corpus.outages["ended_at"].mask(corpus.outages["incident_id"] != "A"))
    services = corpus.services.assign(service=corpus.services["incident_id"])
    settings = Settings.model_validate({"services": {name: {"target": 0.99} for name in names}})
    page = ReviewPage(
        Scope.of(dataclasses.replace(corpus, outages=outages, services=services), "2025-07", settings, at("2025-08-01"))
    )
    assert "Services over error budget 0 of 1 4 more can't be judged" in text_of(first_screen(page.highlights, {}))


def test_where_most_incidents_are_ongoing_the_median_is_not_known_yet() -> None:
    corpus = incidents(("A", "2025-09-29 10:00", None, "Draft"), ("B", "2025-09-29 11:00", None, "Draft"))
    page = ReviewPage(Scope.of(corpus, "2025Q3", API, END))
    tile = "Median time to restore not known yet 2 of 2 incidents ongoing"
    assert tile in text_of(first_screen(page.highlights, {}))


def test_listings_end_with_the_month_of_the_last_report() -> None:
    corpus = incidents(("A", "2024-11-05 10:00", "2024-11-05 11:00", "Final"))
    scope = Scope.of(corpus, None, API, END)
    assert measures.rates(scope)["period"].unique().tolist() == ["2024-11"]
    assert measures.impact(scope, every="month")["period"].tolist() == ["2024-11"]


def test_every_currency_has_its_total() -> None:
    corpus = incidents(*((name, "2025-07-05 10:00", "2025-07-05 11:00", "Final") for name in "ABC"))
    amounts = {"amount": [7.0, 5.0], "currency": ["EUR", "USD"], "incident_id": ["A", "B"]}
    costs = make_table("costs", {**amounts, "kind": ["lost_revenue"] * 2, "line": [40, 40]})
    table = measures.costs(Scope.of(dataclasses.replace(corpus, costs=costs), "2025Q3", API, END))
    found = table.loc[table["kind"] == "lost_revenue", ["currency", "total", "n", "n_missing"]]
    assert found.to_dict("split")["data"] == [["EUR", 7.0, 1, 1], ["USD", 5.0, 1, 1]]


@pytest.mark.parametrize(
    ("as_of", "n_open"), [("2025-08-19 18:00", 1), ("2025-08-19 19:00", 0), ("2025-08-19 21:00", 1)]
)
def test_a_restoration_after_the_instant_is_not_used(
    demo_corpus: Corpus, demo_settings: Settings, as_of: str, n_open: int
) -> None:
    """One incident was restored at 18:40, re-opened at 20:30 and restored at 22:11: at 19:00 it looked over."""
    scope = Scope.of(demo_corpus, "2025Q3", demo_settings, at(as_of))
    assert measures.response(scope).loc[0, "n_open"] == n_open
    assert len(scope.reviewed_completed.incidents) == 8
    assert scope.ongoing["incident_id"].tolist() == ["INC-2025-08-19-001"] * n_open
    assert (measures.changes(scope)["p_adjusted"] > 0.05).all()


def test_pending_reports_count_as_incidents() -> None:
    rows = [(f"I{n}", f"2025-08-0{n} 10:00", f"2025-08-0{n} 11:00", "Final" if n < 3 else "Draft") for n in range(1, 6)]
    scope = Scope.of(incidents(*rows), "2025Q3", API, END)
    assert measures.rates(scope, every="quarter")["n"].sum() == 5
    assert len(scope.pending) == 3


def test_budgets_run_over_their_window_not_over_the_period(demo_corpus: Corpus, demo_settings: Settings) -> None:
    table = measures.impact(Scope.of(demo_corpus, "2025", demo_settings, END))
    failed = table[table["budget_left"] < pd.Timedelta(0)]
    found = sorted(zip(failed["period"], failed["service"], strict=True))
    assert found == [("2025Q2", "Frontend"), ("2025Q3", "API"), ("2025Q3", "Frontend")]
    month = measures.impact(Scope.of(demo_corpus, "2025-07", demo_settings, END)).set_index("service")
    quarter = measures.impact(Scope.of(demo_corpus, "2025Q3", demo_settings, END)).set_index("service")
    assert month["budget"].eq(quarter["budget"]).all()


@pytest.mark.parametrize("period", ["2024-06-01/2025-07-02", "2024-01-01/2025-09-01"])
def test_a_period_of_more_than_a_year_is_reviewed(demo_corpus: Corpus, demo_settings: Settings, period: str) -> None:
    scope = Scope.of(demo_corpus, period, demo_settings, END)
    assert scope.highlighted(scope.history(2), "month")
    assert len(measures.counts(scope)) > 12
    assert all(each.period.end <= scope.window.start for each in scope.comparisons)


def test_a_part_of_a_unit_does_not_bear_its_name(demo_corpus: Corpus, demo_settings: Settings) -> None:
    scope = Scope.of(demo_corpus, "2025-07-10/2025-09-15", demo_settings, END)
    assert measures.counts(scope, every="quarter")["period"].unique().tolist() == ["2025-07-10/2025-09-15"]
    months = measures.counts(scope)["period"].unique().tolist()
    assert months == ["2025-07-10/2025-08-01", "2025-08", "2025-09-01/2025-09-15"]


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2025-07-22/2025-07-23", "2 incidents on 22 July 2025"),
        ("2025-07", "in July 2025"),
        ("2025-07-10/2025-09-15", "from 10 July to 14 September 2025"),
    ],
)
def test_the_headline_names_a_part_of_a_month_by_its_days(
    demo_corpus: Corpus, demo_settings: Settings, period: str, words: str
) -> None:
    scope = Scope.of(demo_corpus, period, demo_settings, END)
    n = len(scope.reviewed.incidents)
    said = sentences.describe_counts(measures.counts(scope), period=scope.window.label)
    assert said.startswith(f"{n} incidents ")
    assert words in said


def test_one_incident_in_two_files_counts_once(tmp_path: Path) -> None:
    text = "# A\n\n**Incident ID**: INC-2025-07-05-001\n**Date**: 2025-07-05\n**Severity**: SEV-2\n**Status**: Final\n"
    (tmp_path / "a.md").write_text(text)
    (tmp_path / "b.md").write_text(text.replace("# A", "# B"))
    corpus = load(tmp_path, status="all")
    assert measures.counts(Scope.of(corpus, "2025-07", API, END))["n"].sum() == 1
    assert corpus.files["outcome"].tolist() == ["loaded", "copy"]


@pytest.mark.parametrize(("stated", "hours"), [("2h", 2), ("4h", 4)])
def test_a_relapse_within_the_duration_is_compared_with_the_stated_length(
    tmp_path: Path, stated: str, hours: int
) -> None:
    text = (
        "# A\n\n**Incident ID**: INC-2025-07-05-001\n**Date**: 2025-07-05\n"
        f"**Duration**: 10:00 - 14:00 ({stated})\n**Severity**: SEV-2\n**Status**: Final\n\n## Timeline\n\n"
        "| Time (UTC) | Event |\n|--|--|\n| 10:00 | Initial alert/detection |\n| 11:00 | Service restored |\n"
        "| 13:00 | Incident reopened |\n| 14:00 | Service restored |\n\n### Affected Services\n- [x] API\n"
    )
    (tmp_path / "INC-2025-07-05-001.md").write_text(text)
    corpus = load(tmp_path, status="all")
    down = (corpus.outages["ended_at"] - corpus.outages["started_at"]).sum()
    assert down == pd.Timedelta(hours=hours)
    assert ("duration-mismatch" in set(corpus.problems["code"])) == (hours == 4)


def test_without_reports_nothing_is_a_hundred_per_cent() -> None:
    table = measures.impact(Scope.of(corpus_of(), "2025Q3", API, END))
    assert table["availability"].isna().all()
    assert table["downtime"].isna().all()


REPORT = """# Incident Report: Slow search

**Incident ID**: INC-2025-08-05-001
**Date**: 2025-08-05
**Duration**: {duration}
**Severity**: SEV-2
**Author**: SRE
**Status**: Final

## Timeline

| Time (UTC) | Event |
|---|---|
| {started} | Searches get slow |
| 11:10 | Initial alert/detection: latency alert |
| 11:40 | Service restored: index rebuilt |
| 14:01 | Follow-up call |

## Impact

### Affected Services
- [x] API
"""


def test_a_start_without_a_time_is_unknown_and_the_detection_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-08-05-001.md").write_text(REPORT.format(duration="all day", started="morning"))
    scope = Scope.of(load(tmp_path, status="all"), "2025Q3", API, END)
    row = measures.response(scope).iloc[0]
    assert (row["n"], row["n_missing"], pd.isna(row["median"])) == (0, 1, True)
    api = measures.impact(scope).iloc[0]
    assert (api["n"], api["n_missing"], pd.isna(api["downtime"])) == (0, 1, True)


def test_a_duration_that_runs_past_the_restoration_names_both_lines(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-08-05-001.md").write_text(REPORT.format(duration="11:00 - 14:01", started="11:00"))
    problems = load(tmp_path, status="all").problems
    (found,) = problems[problems["code"] == "duration-mismatch"].itertuples()
    assert found.line == 5
    assert "line 16" in found.message


def test_a_budget_that_outlasts_its_window_has_no_time_to_exhaustion() -> None:
    corpus = incidents(("A", "2025-07-05 10:00", "2025-07-05 11:00", "Final"))
    in_progress = measures.impact(Scope.of(corpus, "2025Q3", API, at("2025-08-01"))).iloc[0]
    over = measures.impact(Scope.of(corpus, "2025Q3", API, END)).iloc[0]
    assert pd.isna(in_progress["time_to_exhaustion"])
    assert pd.isna(over["time_to_exhaustion"])


@pytest.mark.parametrize(
    "chosen", [{"services": ["API"]}, {"severities": ["SEV-1"]}, {"services": ["api"], "severities": ["sev1"]}]
)
def test_a_service_was_as_long_down_for_those_who_choose_some_incidents(
    demo_corpus: Corpus, demo_settings: Settings, chosen: dict[str, list[str]]
) -> None:
    columns = ["service", "n", "downtime", "availability", "budget_left"]
    whole = measures.availability(Scope.of(demo_corpus, "2025Q4", demo_settings))[columns].set_index("service")
    scope = Scope.of(demo_corpus, "2025Q4", demo_settings, **chosen)  # type: ignore[arg-type]
    some = measures.availability(scope)[columns].set_index("service")
    pd.testing.assert_frame_equal(some, whole.loc[some.index])
    assert "API" in some.index
    if "services" in chosen:
        assert some.index.tolist() == ["API"]
        assert measures.budget(scope)["service"].unique().tolist() == ["API"]


def test_a_severity_that_was_not_chosen_is_no_zero(demo_corpus: Corpus, demo_settings: Settings) -> None:
    scope = Scope.of(demo_corpus, "2025Q4", demo_settings, severities=["SEV-3", "sev1"])
    assert set(measures.rates(scope)["severity"]) == set(measures.counts(scope)["severity"]) == {"SEV-1", "SEV-3"}


def test_no_mean_of_the_ended_ones_where_an_incident_goes_on() -> None:
    ended, ongoing = ("A", "2025-09-01 00:00", "2025-09-01 01:00", "Final"), ("B", "2025-09-20 00:00", None, "Draft")
    scope = Scope.of(incidents(ended, ongoing), "2025Q3", API, END)
    row = measures.response(scope).iloc[0]
    assert row["n"] == 2
    assert row[["mean", "geometric_mean", "median"]].isna().all()
    alone = measures.response(Scope.of(incidents(ended), "2025Q3", API, END)).iloc[0]
    assert alone["mean"] == alone["median"] == pd.Timedelta("1h")


def test_a_budget_lasts_by_the_clock_while_an_outage_goes_on() -> None:
    corpus = incidents(("A", "2025-09-29 12:00", None, "Draft"))
    row = measures.impact(Scope.of(corpus, "2025Q3", API, at("2025-09-29 14:00"))).iloc[0]
    assert row["time_to_exhaustion"] == row["budget_left"] > pd.Timedelta("20h")
    assert pd.isna(row["time_to_exhaustion_weighted"])


def test_a_part_without_reports_has_no_pace() -> None:
    corpus = incidents(
        ("A", "2024-02-05 10:00", "2024-02-05 11:00", "Final"), ("B", "2024-03-06 10:00", "2024-03-06 11:00", "Final")
    )
    table = measures.impact(Scope.of(corpus, "2024", API, at("2025-01-01")))
    silent = table[table["period"].isin(["2024Q3", "2024Q4"])]
    assert len(silent) == 2
    assert silent[["downtime", "availability", "budget_left", "burn_rate", "burn_rate_weighted"]].isna().all(axis=None)


@pytest.mark.parametrize("minutes", [1, 44, 5])
def test_a_calculated_impact_is_as_precise_as_its_value(minutes: int) -> None:
    """44 minutes of a quarter are 0.033% of it, not 0%."""
    corpus = incidents(("A", "2025-07-05 10:00", f"2025-07-05 10:{minutes:02}", "Final"))
    stated = corpus.incidents.assign(sla_impact=pd.Series([0.001], dtype="Float64"))
    row = measures.reported_impact(Scope.of(dataclasses.replace(corpus, incidents=stated), "2025Q3", API, END)).iloc[0]
    shown = format_share(row["derived"])
    assert row["derived"] == pytest.approx(minutes / (92 * 24 * 60))
    assert float(shown.rstrip("%")) / 100 == pytest.approx(row["derived"], rel=0.06)


def test_the_page_says_how_much_of_a_change_of_the_mean_is_the_mix_of_severities(
    demo_corpus: Corpus, demo_settings: Settings
) -> None:
    scope = Scope.of(demo_corpus, "2025Q3", demo_settings)
    whole = measures.mix(scope, scope.comparisons[0].period).iloc[0]
    text = text_of(ReviewPage(scope).response_change())
    assert "because the mix shifted to slower severities" in text
    for part in ("within", "mix"):
        assert format_span(abs(whole[part])) in text


def test_a_listing_of_reports_of_several_years_is_compared_with_the_years_before() -> None:
    corpus = load(DEMO.parent / "real", status="all")
    scope = Scope.of(corpus, "2019-01-01/2021-01-01")
    assert [each.period.name for each in scope.comparisons] == ["2017-01-01/2019-01-01"]
    assert len(measures.changes(scope)) <= 2
    quarters = measures.counts(scope, every="quarter")["period"].unique().tolist()
    assert quarters == [f"{year}Q{quarter}" for year in (2019, 2020) for quarter in range(1, 5)]
