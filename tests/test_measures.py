"""A scope's result tables: the analyses as the settings define them, and the lines that each row uses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import at, corpus_of, incidents
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics import measures, plots
from incident_analytics.analysis.response import response_times
from incident_analytics.analysis.statistics import holm
from incident_analytics.config import Settings
from incident_analytics.errors import UnknownNameError
from incident_analytics.formatting import format_with_interval
from incident_analytics.highlights import Highlights
from incident_analytics.measures import KINDS, compare, measure, sources
from incident_analytics.measures.kinds import _BY
from incident_analytics.metrics_text import MEASURES
from incident_analytics.periods import UNITS, Period
from incident_analytics.results import unit_of
from incident_analytics.scope import Scope
from incident_analytics.sentences import describe_periods, describe_rate_changes
from incident_analytics.sentences.facts import budget_share
from incident_analytics.tables import Corpus, make_table

END = at("2025-10-01")


def test_the_command_knows_every_kind() -> None:
    assert tuple(MEASURES) == KINDS


SAMPLE_SIZES = {
    "completion": {"n_done", "n_open"},
    "on_time": {"n_dated"},
    "median_age": {"n_aged"},
    "concordance": {"n_pairs"},
    "availability": {"n", "n_missing"},
    "budget_spent": {"n"},
    "budget_left": {"n"},
    "share_of_time": {"n"},
    "share_recorded": {"n"},
    ("repeats", "share"): {"n_repeats", "n"},
    ("interruptions", "share"): {"n_business", "n_evening", "n_night", "n_weekend"},
    ("origins", "share"): {"n", "n_known"},
    ("teams", "median"): {"n_spans"},
    ("response", "median"): {"n", "n_missing", "n_open"},
    ("records", "median"): {"n", "n_missing"},
    ("process", "median"): {"n", "n_open", "n_missing"},
}
"""What each share and median is based on: the columns next to it; a figure of one kind alone is named with the kind."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_share_that_a_person_reads_has_its_sample_size_next_to_it(kind: str) -> None:
    shown = {"n", *MEASURES[kind]}
    for column in MEASURES[kind]:
        if (unit_of(column) == "share" and column != "target") or (
            column.startswith("median") and "arrow" not in column
        ):
            basis = SAMPLE_SIZES.get((kind, column)) or SAMPLE_SIZES[column]
            assert basis <= shown, column


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_names_its_incidents_and_the_lines_it_uses(demo_scope: Scope, kind: str) -> None:
    table = measure(demo_scope, kind)
    named = {incident for ids in table["incident_ids"] for incident in ids}
    assert named
    assert named <= set(demo_scope.reviewed.incidents["incident_id"]) or kind == "sla"
    for row in table.to_dict("records"):
        lines = sources(demo_scope, kind, row)
        assert set(lines["incident_id"]) <= set(row["incident_ids"])
        assert (lines["line"] > 0).all()
        assert lines["path"].map(lambda path: Path(path).is_file()).all()
        if kind in {"severity", "actions", "costs"} and row["incident_ids"]:
            assert len(lines)


def test_response_says_how_much_of_it_is_recorded(demo_scope: Scope) -> None:
    table = measures.response(demo_scope).iloc[0]
    times = response_times(demo_scope.reviewed_completed.incidents).set_index("incident_id")["time_to_restore"].dropna()
    readings = demo_scope.completed.readings
    inferred = readings[readings["source"] == "inferred"]
    basis = response_times(demo_scope.reviewed_completed.incidents).set_index("incident_id")["time_to_restore_basis"]
    recorded = [
        incident
        for incident in times.index
        if not set(basis[incident].split(" - ")) & set(inferred.loc[inferred["incident_id"] == incident, "field"])
    ]
    assert 0 < len(recorded) < len(times)
    assert table["n_recorded"] == len(recorded)
    assert table["median"] == times.median()
    assert table["median_recorded"] == times[recorded].median()


def test_a_group_shows_the_primary_metric_alone(demo_scope: Scope, demo_settings: Settings) -> None:
    table = measure(demo_scope, "response", by="severity")
    assert table["metric"].unique().tolist() == ["time_to_restore"]
    assert table["severity"].dropna().tolist() == list(demo_settings.severities.order)
    assert table["n_recorded"].sum() == measures.response(demo_scope)["n_recorded"].sum()


GROUPED = [
    (kind, by)
    for kind, groups in _BY.items()
    for by in groups
    if not by.startswith("field:") and (by not in UNITS or by == "month" or kind == "sla")
]
"""Of the units of time one; all of them for what is defined over windows."""


@pytest.mark.parametrize(("kind", "by"), GROUPED)
def test_every_group_of_every_kind_names_its_incidents(demo_scope: Scope, kind: str, by: str) -> None:
    """The groups together have the incidents of the whole; the name of a group is read in any case."""
    table = measure(demo_scope, kind, by=by.upper())
    column = "period" if by in UNITS else by
    assert column in table.columns
    named = {incident for ids in table["incident_ids"] for incident in ids}
    assert named <= set(demo_scope.reviewed.incidents["incident_id"]) or kind == "sla"
    if kind != "themes":
        assert named == {incident for ids in measure(demo_scope, kind)["incident_ids"] for incident in ids} or (
            kind == "response"  # where a metric of its own is shown
        )
    assert table["n"].dtype == "int64"


SPLIT = corpus_of(
    incidents={
        "incident_id": ["a", "b", "c"],
        "occurred_at": ["2025-07-04T03:00Z", "2025-07-05T12:00Z", "2025-08-06T12:00Z"],
        "started_at": ["2025-07-04T03:00Z", "2025-07-05T12:00Z", None],
        "severity": ["SEV-1", "SEV-2", "SEV-2"],
    }
)


def test_a_measure_is_split_by_what_incidents_affected() -> None:
    """An incident counts once in each team and field value, and in a group of its own where it has none."""
    corpus = dataclasses.replace(
        SPLIT,
        services=make_table(
            "services",
            {
                "incident_id": ["a", "a", "b", "c"],
                "service": ["API", "Web", "Web", "Db"],
                "affected": [True, True, True, False],
                "line": [1] * 4,
            },
        ),
        costs=make_table(
            "costs",
            {
                "incident_id": ["a", "b", "c"],
                "kind": ["lost_revenue"] * 3,
                "amount": [1.0, 10.0, 100.0],
                "currency": ["USD"] * 3,
                "line": [1] * 3,
            },
        ),
        fields=make_table(
            "fields", {"incident_id": ["a", "b"], "name": ["Region"] * 2, "value": ["EU", "eu"], "line": [1, 1]}
        ),
    )
    services = {"API": {"team": "Core"}, "Web": {"team": "Front"}, "Db": {}}
    scope = Scope.of(corpus, "2025Q3", Settings.model_validate({"services": services}), END, "all")

    def totals(by: str) -> list[tuple[str | None, float]]:
        table = measure(scope, "costs", by=by)
        table = table[(table["kind"] == "lost_revenue") & table["total"].notna()]
        return [
            (None if pd.isna(label) else label, total)
            for label, total in zip(table.iloc[:, 0], table["total"], strict=True)
        ]

    assert totals("team") == [("Core", 1.0), ("Front", 11.0), (None, 100.0)]
    assert totals("service") == [("API", 1.0), ("Web", 11.0), (None, 100.0)]
    assert totals("FIELD:region") == [("EU", 11.0), (None, 100.0)]
    assert totals("month") == [("2025-07", 11.0), ("2025-08", 100.0)]
    assert totals("severity") == [("SEV-2", 110.0), ("SEV-1", 1.0)]
    rates = measure(scope, "severity", by="team")
    assert rates.loc[rates["n"] > 0, ["team", "severity", "n"]].astype(object).to_numpy().tolist() == [
        ["Core", "SEV-1", 1],
        ["Front", "SEV-2", 1],
        ["Front", "SEV-1", 1],
        [rates["team"].iloc[-1], "SEV-2", 1],
    ]
    levels = measure(scope, "sla", by="team")
    assert levels["team"].dropna().tolist() == ["Core", "Front"]


def test_hours_choose_by_when_incidents_started() -> None:
    """One without a recorded start is in none, and is named."""
    for hours, ids in ({"NIGHT": ["a"], "weekend": ["b"], "business": [], "evening": []}).items():
        scope = Scope.of(SPLIT, "2025Q3", None, END, "all", hours=[hours])
        assert scope.known.incidents["incident_id"].tolist() == ids
        assert scope.startless == ("c",)
    assert Scope.of(SPLIT, "2025Q3", None, END, "all").startless == ()
    with pytest.raises(UnknownNameError, match=r"^hours 'weekends' is not one of .*; did you mean 'weekend'\?$"):
        Scope.of(SPLIT, "2025Q3", None, END, "all", hours=["weekends"])


def test_members_are_the_incidents_that_the_figure_uses(demo_scope: Scope) -> None:
    """An incident without a time to identify is not among those of its median."""
    for row in measures.steps(demo_scope, members=True).to_dict("records"):
        times = response_times(demo_scope.reviewed_completed.incidents, metrics=demo_scope.settings.metrics)
        measured = times.loc[times[row["metric"]].notna() | times["is_open"].fillna(value=False), "incident_id"]
        assert set(row["incident_ids"]) <= set(measured)
        assert len(row["incident_ids"]) >= row["n"]


def test_sources_of_a_median_name_both_instants_of_each_span_and_nothing_else(demo_scope: Scope) -> None:
    row = next(row for row in measure(demo_scope, "response").to_dict("records") if row["metric"] == "time_to_mitigate")
    lines = sources(demo_scope, "response", row)
    fields = lines["words"].str.partition(": ")[0]
    assert set(fields) == {"started", "mitigated"}
    assert lines.groupby("incident_id").size().eq(2).all()


def test_sources_of_a_comparison_with_severity_are_those_of_the_impact(demo_scope: Scope) -> None:
    """The severity of each incident, and the lines of what it is compared with: users, outages or costs."""
    begins = {
        "affected_users": {"severity", "affected users"},
        "affected_users_fraction": {"severity", "affected users"},
        "cost": {"severity", "lost_revenue", "additional_costs", "credits_issued"},
    }
    for row in measure(demo_scope, "ratings").to_dict("records"):
        lines = sources(demo_scope, "ratings", row)
        words = lines[lines["words"].str.startswith("severity: ")]
        assert set(words["incident_id"]) == set(row["incident_ids"])
        if row["impact"] in begins:
            assert set(lines["words"].str.partition(": ")[0]) == begins[row["impact"]]
        else:
            rest = lines.drop(words.index)
            assert set(rest["incident_id"]) == set(row["incident_ids"])
            assert rest["words"].str.contains(" to 2025-").all()


def test_sources_of_a_team_have_its_outages_and_items(demo_scope: Scope) -> None:
    for row in measure(demo_scope, "teams").to_dict("records"):
        words = sources(demo_scope, "teams", row)["words"]
        items = demo_scope.actions[demo_scope.actions["incident_id"].isin(row["incident_ids"])]["action"]
        outages = demo_scope.everything.outages
        assert set(items) <= set(words)
        assert words.str.contains(r" to 2025-.*\(").sum() == outages["incident_id"].isin(row["incident_ids"]).sum()


def test_sources_of_a_cost_are_those_of_its_currency(demo_scope: Scope) -> None:
    row = measure(demo_scope, "costs").to_dict("records")[0]
    words = sources(demo_scope, "costs", row)["words"]
    assert words.str.startswith(f"{row['kind']}: ").all()
    assert len(words) == row["n"]


def test_the_tracker_of_the_settings_knows_what_is_done(
    demo_corpus: Corpus, demo_settings: Settings, demo_scope: Scope
) -> None:
    tracked = measures.completion(demo_scope).loc[0]
    alone = measures.completion(
        Scope.of(demo_corpus, "2025Q3", demo_settings.model_copy(update={"tracker": None}), END)
    ).loc[0]
    assert tracked["n"] == alone["n"]
    assert tracked["n_unknown"] < alone["n_unknown"]


def test_targets_come_from_the_settings(demo_scope: Scope, demo_settings: Settings) -> None:
    assert measure(demo_scope, "sla").set_index("service")["target"].to_dict() == demo_settings.targets


def test_the_budget_of_a_period_that_is_not_over_is_that_of_the_whole(
    demo_corpus: Corpus, demo_settings: Settings, demo_scope: Scope
) -> None:
    halfway = at("2025-08-15")
    so_far = measures.impact(Scope.of(demo_corpus, "2025Q3", demo_settings, halfway)).set_index("service")
    whole = measures.impact(demo_scope).set_index("service")
    assert so_far["budget"].eq(whole["budget"]).all()
    assert (so_far["downtime"] < whole["downtime"]).sum() > 2
    assert so_far.loc["API", "elapsed"] == halfway - at("2025-07-01")


def test_quarters_are_fiscal_where_the_period_is(demo_corpus: Corpus, demo_settings: Settings) -> None:
    fiscal = demo_settings.model_copy(update={"fiscal_year_start": 4})
    table = measure(Scope.of(demo_corpus, "FY2025", fiscal, END), "response", by="quarter")
    assert table["period"].tolist() == ["FY2025Q1", "FY2025Q2", "FY2025Q3", "FY2025Q4"]


def test_downtime_of_a_silent_part_is_unknown() -> None:
    rows = [("A", "2025-01-05 10:00", "2025-01-05 11:00", "Final"), ("B", "2025-02-05 10:00", None, "Final")]
    settings = Settings.model_validate({"services": {"API": {"target": 0.99}}})
    ended = incidents(rows[0])
    table = measures.impact(Scope.of(ended, "2025", settings, at("2026-01-01"))).set_index("period")
    assert table.loc["2025Q1", "downtime"] == pd.Timedelta("1h")
    for column in ("downtime", "availability", "budget_left"):
        assert table.loc[["2025Q2", "2025Q3", "2025Q4"], column].isna().all()
    goes_on = measures.impact(Scope.of(incidents(*rows), "2025", settings, at("2026-01-01"))).set_index("period")
    assert goes_on.loc["2025Q3", "downtime"] == at("2025-10-01") - at("2025-07-01")  # down all the time: that is known


DAY = pd.Timedelta(days=1)
DAYS = ["01-05", "01-20", "02-03", "02-14", "02-27", "03-09", "03-15", "04-02", "04-20", "05-06"]
FELL_SILENT = incidents(
    *((f"I{n}", f"2024-{day} 10:00", f"2024-{day} 11:00", "Final") for n, day in enumerate(DAYS)),
    ("Z", "2026-02-01 10:00", "2026-02-01 11:00", "Final"),
)
"""Reports until May 2024; the next one is from 2026, which was not known at the end of 2024."""


@pytest.mark.parametrize("every", ["month", "year", "week"])
@pytest.mark.parametrize("period", ["2023-10-01/2024-09-01", "2024Q4", "2024-03"])
def test_rates_and_service_levels_are_unknown_in_the_same_parts(every: Any, period: str) -> None:
    """There 0 is the number of reported incidents; elsewhere no incident is a rate of 0 with its upper bound."""
    settings = Settings.model_validate({"services": {"API": {}, "Web": {}}})
    scope = Scope.of(FELL_SILENT, period, settings, at("2025-01-01"))
    silent = {part.name for part in scope.silent(scope.window.split(every))}
    rates = measures.rates(scope, every=every).set_index("period")
    for column in ("exposure", "rate", "rate_low", "rate_high"):
        assert set(rates.index[rates[column].isna()]) == silent
    assert (rates["n"][rates.index.isin(silent)] == 0).all()
    levels = measures.impact(scope, every=every)
    assert set(levels.loc[levels["availability"].isna(), "period"]) == silent
    counts = measures.counts(scope, every=every)
    assert counts["n"].tolist() == rates["n"].tolist()
    assert bool(scope.silence) == (len(scope.silent(scope.window.split("month"))) > 0)


@pytest.mark.parametrize(
    ("target", "state", "used", "left", "said"),
    [
        (0.99, "unknown", "at least 14%", "at most 18h 50m", "The error budget of API can't be judged: some months"),
        (0.9999, "over", "at least 1,374%", "at most -2h 47m", "API is over its error budget; 0 of 1 service"),
    ],
)
def test_service_levels_of_a_quarter_that_reports_cover_in_part_are_bounds(
    target: float, state: str, used: str, left: str, said: str
) -> None:
    """Nothing is known of June 2024: what was down in April and May is the least, and no budget can be called kept."""
    settings = Settings.model_validate({"services": {"API": {"target": target, "team": "A"}}})
    scope = Scope.of(FELL_SILENT, "2024Q2", settings, at("2025-01-01"))
    (row,) = measures.impact(scope).to_dict("records")
    assert (row["n_silent"], row["window_n_silent"]) == (1, 1)
    cells = [format_with_interval(row, name) for name in ("downtime", "availability", "budget_left")]
    assert cells == ["at least 3h", "at most 99.86%", left]
    budgets = Highlights(scope).budgets
    assert [(each.state, budget_share(each)) for each in budgets.budgets] == [(state, used)]
    assert budgets.silence == "June 2024"
    (bounds,) = measures.budget_bounds(scope).to_dict("records")
    assert format_with_interval(bounds, "budget_spent") == used
    assert measures.scorecard(scope)["budget_spent"].isna().all()
    assert plots.alt_text(plots.plot_budget_burn_down(measures.budget(scope))).startswith(said)
    june = measures.impact(Scope.of(FELL_SILENT, "2024-05", settings, at("2024-06-01")))
    assert june[["n_silent", "window_n_silent"]].to_numpy().tolist() == [[0, 0]]
    whole = Scope.of(FELL_SILENT, "2024Q2", settings, at("2026-03-01"))  # a later report: June had none to report
    assert [each.state for each in Highlights(whole).budgets.budgets] == ["within" if target == 0.99 else "over"]


def test_silent_months_are_named() -> None:
    def silence(period: str, as_of: str = "2025-01-01") -> str:
        return Scope.of(FELL_SILENT, period, None, at(as_of)).silence

    assert silence("2024") == "June to December 2024"
    assert silence("2023-10-01/2024-09-01") == "October to December 2023 and June to August 2024"
    assert silence("2024Q4") == "Q4 2024"
    assert silence("2024Q1") == ""
    assert silence("2024", "2026-03-01") == ""  # the report from 2026 shows that reports were still written


def test_a_silent_end_makes_no_trend_no_longer_gap_and_no_point_of_the_chart() -> None:
    scope = Scope.of(FELL_SILENT, "2024", None, at("2025-01-01"))
    spoken = Scope.of(FELL_SILENT, "2024-01-01/2024-06-01", None, at("2024-06-01"))
    assert measures.control(scope)[0]["period"].tolist() == [f"2024-0{month}" for month in range(1, 6)]
    assert measures.trend(scope)["p_value"].tolist() == measures.trend(spoken)["p_value"].tolist()
    found, expected = (measures.between(each, within=each.history(1)) for each in (scope, spoken))
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("days", [range(1, 16), range(15, 30)])
def test_rate_and_trend_cover_the_days_of_reports_and_no_longer_silence(days: range) -> None:
    """An incident a day for half a month, and reports from no other time: neither a trend nor a rate of 92 days."""
    daily = [(f"I{day}", f"2025-08-{day:02} 10:00", f"2025-08-{day:02} 11:00", "Final") for day in days]
    scope = Scope.of(incidents(*daily), "2025Q3", None, at("2025-10-01"))
    covered = scope.covered(scope.history(2))
    assert covered is not None
    assert (covered.start, covered.end) == (
        max(at("2025-08-01"), at(f"2025-08-{days[0]:02}") - DAY),
        at(f"2025-08-{days[-1]:02}") + 2 * DAY,
    )
    assert measures.trend(scope)["p_value"].item() > 0.5
    rates = measures.rates(scope, within=scope.history(2), every="quarter")
    assert set(rates["exposure"]) == {covered.end - covered.start}
    assert rates["rate"].sum() == pytest.approx(30 * len(days) / ((covered.end - covered.start) / DAY))


def test_a_silent_period_is_not_compared() -> None:
    scope = Scope.of(FELL_SILENT, "2024Q4", None, at("2025-01-01"))
    assert [each.reason for each in scope.comparisons] == [
        "nothing was reported in Q4 2024",
        "the first report is from January 2024",
    ]
    assert measures.changes(scope).empty
    table = compare(scope, "severity", against=Period.parse("2024Q1"))
    assert table.loc[table["severity"] == "SEV-2", ["n_before", "n_after"]].to_numpy().tolist() == [[7, 0]]
    assert table[["rate_before", "rate_after", "change", "p_value", "can_tell"]].isna().all(axis=None)
    assert table["reason"].eq("nothing was reported in Q4 2024").all()
    said = describe_rate_changes(table, before="2024Q1", after="2024Q4")
    assert said[0] == "SEV-3: not compared, as nothing was reported in Q4 2024."
    response = compare(scope, "response", against=Period.parse("2024Q1"))
    assert response[["change", "p_value", "p_adjusted", "can_tell"]].isna().all(axis=None)
    assert response.loc[response["is_primary"], ["n_before", "n_after"]].to_numpy().tolist() == [[7, 0]]
    assert describe_periods(response, before="2024Q1", after="2024Q4")[0] == (
        "Time to restore is not compared, as nothing was reported in Q4 2024."
    )
    early = Scope.of(FELL_SILENT, "2024Q1", None, at("2024-04-01"))
    earlier = compare(early, "severity", against=Period.parse("1999Q4"))
    assert earlier["reason"].eq("the first report is from January 2024").all()


def test_business_hours_count_those_of_the_calendar() -> None:
    settings = Settings.model_validate({"calendar": {"start": "09:00:00", "end": "17:00:00"}})
    friday = incidents(("A", "2025-07-04 16:00", "2025-07-07 10:00", "Final"))
    scopes = [Scope.of(friday, "2025Q3", settings, END, business_hours=flag) for flag in (False, True)]
    medians = [measures.response(scope).loc[0, "median"] for scope in scopes]
    assert medians == [pd.Timedelta("66h"), pd.Timedelta("2h")]


def test_a_period_without_incidents_has_rows_that_say_so(demo_corpus: Corpus, demo_settings: Settings) -> None:
    table = measure(Scope.of(demo_corpus, "1999Q4", demo_settings, END), "response")
    assert table["n"].tolist() == [0] * len(demo_settings.metrics)
    assert table["median"].isna().all()
    assert (table["n_recorded"] == 0).all()


def test_all_comparisons_are_adjusted_together(demo_scope: Scope) -> None:
    table = measures.changes(demo_scope)
    assert table["measure"].tolist() == ["time_to_restore", "incidents"] * 2
    assert table["earlier"].tolist() == ["2025Q2", "2025Q2", "2024Q3", "2024Q3"]
    assert table["p_adjusted"].tolist() == pytest.approx(list(holm(table["p_value"].to_numpy(dtype=float))))
    assert (table["p_adjusted"] >= table["p_value"]).all()
    assert table["is_primary"].tolist() == [True, False, False, False]


def test_what_cannot_be_compared_has_no_row() -> None:
    rows = [(f"I{n}", f"2025-0{n}-05 10:00", f"2025-0{n}-05 11:00", "Final") for n in range(4, 10)]
    table = measures.changes(Scope.of(incidents(*rows), "2025Q3", as_of=END))
    assert set(table["earlier"]) == {"2025Q2"}
    drafts = [(*row[:3], "Draft") for row in rows[3:]]
    pending = measures.changes(Scope.of(incidents(*rows[:3], *drafts), "2025Q3", as_of=END))
    assert pending["measure"].tolist() == ["incidents"]
    assert measures.changes(Scope.of(corpus_of(), "2025Q3", as_of=END)).empty


def test_comparisons_are_of_every_metric_and_severity(demo_scope: Scope, demo_settings: Settings) -> None:
    before = Period.parse("2025Q2")
    response = compare(demo_scope, "response", against=before)
    assert response["metric"].tolist()[0] == demo_settings.primary_metric
    assert set(response["metric"]) == set(demo_settings.metrics)
    assert set(demo_settings.severities.order) <= set(compare(demo_scope, "severity", against=before)["severity"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda scope: measure(scope, "mood"),
            (
                "kind 'mood' is not one of response, severity, sla, actions, costs, themes, repeats, "
                "interruptions, origins, records, process, ratings, teams"
            ),
        ),
        (
            lambda scope: measure(scope, "response", by="owner"),
            (
                "by 'owner' is not one of severity, service, team, detected_by, trigger, week, month, quarter, year, "
                "field:NAME for response"
            ),
        ),
        (
            lambda scope: measure(scope, "sla", by="servce"),
            r"by 'servce' is not one of service, team, week, month, quarter, year for sla; did you mean 'service'\?",
        ),
        (
            lambda scope: measure(dataclasses.replace(scope, settings=Settings()), "costs", by="team"),
            r"unknown group 'team': no teams are defined; add team = .* under \[services.NAME\] in .*",
        ),
        (
            lambda scope: compare(scope, "sla", against=Period.parse("2025Q2")),
            "sla can't be compared; response and severity can",
        ),
    ],
)
def test_unknown_kinds_and_groups_are_named(call: Any, message: str) -> None:
    with pytest.raises(UnknownNameError, match=f"^{message}$"):
        call(Scope.of(corpus_of(), "2025Q3", as_of=END))


def test_costs_of_pending_reports_count() -> None:
    draft = incidents(("A", "2025-07-05 10:00", "2025-07-05 11:00", "Draft"))
    costs = {"incident_id": ["A"], "kind": ["lost_revenue"], "amount": [5.0], "currency": ["EUR"], "line": [40]}
    corpus = dataclasses.replace(draft, costs=make_table("costs", costs))
    assert measures.costs(Scope.of(corpus, "2025Q3", as_of=END)).loc[0, ["total", "n"]].tolist() == [5.0, 1]


OWNED = st.tuples(
    st.sampled_from(["SRE", "API team", None]),
    st.sampled_from(["open", "done", "dropped", None]),
    st.none() | st.integers(-40, 40),
)


@examples(8)
@given(st.lists(OWNED, max_size=10))
def test_owners_share_out_the_overdue_items(items: list[tuple[str | None, str | None, int | None]]) -> None:
    """An item is late once its due day has ended, and is counted with its owner, apart where its status is unknown."""
    due = [None if days is None else END.tz_localize(None) + pd.Timedelta(days=days) for _, _, days in items]
    corpus = incidents(("INC-1", "2025-07-01", "2025-07-02", "Final"))
    actions = make_table(
        "actions",
        {
            "incident_id": ["INC-1"] * len(items),
            "position": list(range(len(items))),
            "action": [f"item {number}" for number in range(len(items))],
            "owner": [owner for owner, _, _ in items],
            "status": [status for _, status, _ in items],
            "due_on": due,
            "line": [50] * len(items),
        },
    )
    scope = Scope.of(dataclasses.replace(corpus, actions=actions), "2025Q3", Settings(), END)
    table = measures.overdue_by_owner(scope)
    late = [(owner, status, -days) for owner, status, days in items if days is not None and days < 0]
    late = [item for item in late if item[1] in {"open", None}]
    by_owner = {
        owner: (
            sum(item[:2] == (owner, "open") for item in late),
            sum(item[:2] == (owner, None) for item in late),
        )
        for owner in {item[0] for item in late}
    }
    found = table.astype(object).where(table.notna(), None).to_dict("records")
    assert {row["owner"]: (row["n_overdue"], row["n_overdue_unknown"]) for row in found} == by_owner
    assert len(found) == len(by_owner)
    counts = [(row["n_overdue"], row["n_overdue_unknown"]) for row in found]
    assert counts == sorted(counts, reverse=True)


@examples(8)
@given(
    st.lists(st.sets(st.sampled_from(["A", "B", "C"])), max_size=5),
    st.dictionaries(st.sampled_from(["A", "B", "C"]), st.sampled_from(["red", "blue", None]), min_size=1),
    st.booleans(),
)
def test_an_incident_counts_once_for_each_team_that_it_affected(
    affected: list[set[str]], teams: dict[str, str | None], has_target: bool
) -> None:
    ids = [f"INC-{number}" for number in range(len(affected))]
    corpus = incidents(*((name, "2025-07-01T00:00", "2025-07-02T00:00", "Final") for name in ids))
    rows = [(name, service) for name, services in zip(ids, affected, strict=True) for service in sorted(services)]
    services = make_table(
        "services",
        {
            "incident_id": [name for name, _ in rows],
            "service": [service for _, service in rows],
            "affected": [True] * len(rows),
            "line": [20] * len(rows),
        },
    )
    target = {"target": 0.999} if has_target else {}
    settings = Settings.model_validate(
        {"services": {name: ({"team": team} if team else {}) | target for name, team in teams.items()}}
    )
    scope = Scope.of(dataclasses.replace(corpus, services=services), "2025Q3", settings, END)
    table = measures.by_team(scope)
    assert list(table["team"]) == list(dict.fromkeys(filter(None, teams.values())))
    for row in table.to_dict("records"):
        own = {name for name, team in teams.items() if team == row["team"]}
        assert row["n"] == sum(bool(own & services) for services in affected)
        assert row["n_services"] == len(own)
        if not has_target or not affected:
            assert pd.isna(row["n_over"])
        else:  # a day of downtime is more than the budget of a quarter
            assert row["n_over"] == sum(any(name in services for services in affected) for name in own)


def test_service_levels_say_how_much_of_the_budget_may_be_spent(demo_scope: Scope) -> None:
    """What is spent is the budget less what is left; without an outage of unknown length it is known."""
    table = measure(demo_scope, "sla")
    spent = 1 - table["budget_left"] / table["budget"]
    assert table["budget_spent"].tolist() == pytest.approx(spent.tolist())
    assert table["budget_spent_low"].tolist() == pytest.approx(spent.tolist())
    assert (table["budget_spent_weighted_low"] <= table["budget_spent_weighted"]).all()
    by_team = measure(demo_scope, "sla", by="team")
    assert sorted(by_team["budget_spent_high"]) == pytest.approx(sorted(table["budget_spent_high"]))
    months = measure(demo_scope, "sla", by="month")
    last = months[months["period"] == "2025-09"].set_index("service")["budget_spent"]
    assert last.tolist() == pytest.approx(table.set_index("service")["budget_spent"][last.index].tolist())
