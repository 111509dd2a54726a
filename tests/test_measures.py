"""What the verb metrics shows: the analyses as the settings define them, and the lines that each row rests on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import incident_analytics as ia
from incident_analytics.analysis.statistics import holm
from incident_analytics.cli import MEASURES
from incident_analytics.errors import UnknownNameError
from incident_analytics.measures import KINDS, compare, compare_with_earlier, measure, sources

DEMO = Path(__file__).parent.parent / "data" / "demo"
QUARTER = ia.Period.parse("2025Q3")


@pytest.fixture(scope="module")
def settings() -> ia.Settings:
    return ia.read_settings(DEMO / "incident-analytics.toml")


@pytest.fixture(scope="module")
def corpus(settings: ia.Settings) -> ia.Corpus:
    return ia.load(DEMO, settings=settings)


def of(corpus: ia.Corpus, kind: str, settings: ia.Settings, by: str | None = None) -> pd.DataFrame:
    return measure(corpus, kind, period=QUARTER, as_of=QUARTER.end, by=by, settings=settings)


def test_the_command_knows_every_kind() -> None:
    assert tuple(MEASURES) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_names_its_incidents_and_each_has_a_line(corpus: ia.Corpus, settings: ia.Settings, kind: str) -> None:
    table = of(corpus, kind, settings)
    named = {key for ids in table["incident_ids"] for key in ids}
    assert named
    lines = sources(corpus, kind)
    assert (lines["line"] > 0).all()
    assert lines["path"].map(lambda path: Path(path).is_file()).all()
    reviewed = corpus.incidents.set_index("incident_id").loc[list(named), "occurred_at"]
    assert reviewed.between(QUARTER.start, QUARTER.end, inclusive="left").all()


def test_response_is_what_the_analysis_gives_for_each_metric(corpus: ia.Corpus, settings: ia.Settings) -> None:
    table = of(corpus, "response", settings).set_index("metric")
    assert list(table.index) == list(settings.metrics)
    times = ia.response_times(corpus.incidents, metrics=settings.metrics)
    alone = ia.mttr(times, start=QUARTER.start, end=QUARTER.end, as_of=QUARTER.end)
    assert table.loc["time_to_restore", "median"] == alone.loc[0, "median"]


def test_a_group_shows_the_primary_metric_alone(corpus: ia.Corpus, settings: ia.Settings) -> None:
    table = of(corpus, "response", settings, by="severity")
    assert table["metric"].unique().tolist() == ["time_to_restore"]
    assert table["severity"].tolist() == list(settings.severities.order)


def test_the_tracker_of_the_settings_tells_what_is_done(corpus: ia.Corpus, settings: ia.Settings) -> None:
    known = of(corpus, "actions", settings).loc[0]
    told = of(corpus, "actions", settings.model_copy(update={"tracker": None})).loc[0]
    assert known["n"] == told["n"]
    assert known["n_unknown"] < told["n_unknown"]


def test_targets_come_from_the_settings(corpus: ia.Corpus, settings: ia.Settings) -> None:
    table = of(corpus, "sla", settings).set_index("service")
    assert table["target"].to_dict() == settings.targets


def test_quarters_are_fiscal_where_the_period_is(corpus: ia.Corpus, settings: ia.Settings) -> None:
    fiscal = settings.model_copy(update={"fiscal_year_start": 4})
    year = ia.Period.parse("FY2025", fiscal_year_start=4)
    table = measure(corpus, "response", period=year, as_of=year.end, by="quarter", settings=fiscal)
    assert table["period"].tolist() == ["FY2025Q1", "FY2025Q2", "FY2025Q3", "FY2025Q4"]


def test_a_period_without_incidents_has_rows_that_say_so(corpus: ia.Corpus, settings: ia.Settings) -> None:
    before = ia.Period.parse("1999Q4")
    table = measure(corpus, "response", period=before, as_of=before.end, settings=settings)
    assert table["n"].tolist() == [0] * len(settings.metrics)
    assert table["median"].isna().all()


def test_comparisons_speak_of_every_metric_and_severity(corpus: ia.Corpus, settings: ia.Settings) -> None:
    before = ia.Period.parse("2025Q2")
    response = compare(corpus, "response", before=before, after=QUARTER, settings=settings)
    assert response["metric"].tolist()[0] == settings.primary_metric
    assert set(response["metric"]) == set(settings.metrics)
    assert response["sentence"].str.contains("2025Q2").all()
    severity = compare(corpus, "severity", before=before, after=QUARTER, settings=settings)
    assert severity["severity"].tolist() == list(settings.severities.order)


@pytest.mark.parametrize(
    ("kind", "by", "message"),
    [
        ("mood", None, "kind 'mood' is not one of response, severity, sla, actions, costs, themes"),
        ("response", "owner", "by 'owner' is not one of severity, service, month, quarter, year for response"),
        ("costs", "month", "costs have no groups"),
    ],
)
def test_unknown_kinds_and_groups_are_named(
    corpus: ia.Corpus, settings: ia.Settings, kind: str, by: str | None, message: str
) -> None:
    with pytest.raises(UnknownNameError, match=f"^{message}$"):
        of(corpus, kind, settings, by)


def test_the_budget_of_a_period_that_is_not_over_is_that_of_the_whole(corpus: ia.Corpus, settings: ia.Settings) -> None:
    """What is spent is what was spent by then; what may be spent is the quarter's."""
    halfway = pd.Timestamp("2025-08-15", tz="UTC")
    so_far = measure(corpus, "sla", period=QUARTER, as_of=halfway, settings=settings).set_index("service")
    whole = of(corpus, "sla", settings).set_index("service")
    assert so_far.index.tolist() == whole.index.tolist()
    assert so_far["budget"].eq(whole["budget"]).all()
    assert (so_far["downtime"] < whole["downtime"]).sum() > 2
    assert so_far.loc["API", "elapsed"] == halfway - QUARTER.start


def test_what_is_not_compared_is_said(corpus: ia.Corpus) -> None:
    with pytest.raises(UnknownNameError, match="sla is not compared; response and severity are"):
        compare(corpus, "sla", before=QUARTER, after=QUARTER)


def test_one_comparison_is_primary_and_all_others_are_adjusted_together(
    corpus: ia.Corpus, settings: ia.Settings
) -> None:
    table = compare_with_earlier(corpus, period=QUARTER, earlier=QUARTER.earlier(), settings=settings)
    assert table["measure"].tolist() == ["time_to_restore", "incidents"] * 2
    assert table["earlier"].tolist() == ["2025Q2", "2025Q2", "2024Q3", "2024Q3"]
    assert table["is_primary"].tolist() == [True, False, False, False]
    assert table["p_adjusted"].tolist() == [table["p_value"][0], *holm(table["p_value"][1:])]
    assert table.loc[3, "p_adjusted"] > table.loc[3, "p_value"]
    times = ia.response_times(corpus.incidents)
    alone = ia.compare_periods(times, before=ia.Period.parse("2024Q3"), after=QUARTER)
    columns = ["n_before", "n_after", "before", "after", "change", "low", "high", "p_value", "detectable_change"]
    columns += ["n_open_before", "n_open_after"]
    assert table.loc[2, columns].tolist() == alone.loc[0, columns].tolist()
    rates = ia.compare_rates(corpus.incidents, before=ia.Period.parse("2025Q2"), after=QUARTER)
    assert table.loc[1, ["n_before", "n_after", "change", "p_value"]].tolist() == (
        rates.loc[0, ["n_before", "n_after", "change", "p_value"]].tolist()
    )


def test_a_period_that_nothing_is_before_is_compared_with_nothing(corpus: ia.Corpus) -> None:
    table = compare_with_earlier(corpus, period=QUARTER, earlier=[])
    assert table.empty
    assert table.columns[-2:].tolist() == ["p_adjusted", "is_primary"]
