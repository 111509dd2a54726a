"""What each part of a review says, on the demo and on reports of other organisations, without a kernel."""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import pytest
from builders import at

from incident_analytics import measures
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import PeriodError, SettingsError, UnknownNameError
from incident_analytics.first_screen import first_screen
from incident_analytics.formatting import format_value
from incident_analytics.loading import load
from incident_analytics.plots import drawing
from incident_analytics.review_page import ReviewPage
from incident_analytics.review_page.follow_ups import _together
from incident_analytics.review_page.service_levels import _most_spent_first
from incident_analytics.scope import Scope
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus

DATA = Path(__file__).parents[1] / "data"
SETTINGS = DATA / "demo" / "incident-analytics.toml"

Make = Callable[..., ReviewPage]


def text_of(content: Shown | str | None) -> str:
    """Return what HTML says, with one space between words; nothing of what is not shown."""
    page = content if isinstance(content, str) else getattr(content, "html", "")
    page = re.sub("</?span[^>]*>", "", page)  # of words within a line
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def tiles(page: ReviewPage) -> dict[str, tuple[str, list[str]]]:
    """Return the tiles of the first screen: their values and the lines below, by name."""
    found = re.findall(r"<li[^>]*><span>(.*?)</span> <strong>(.*?)</strong>(.*?)</li>", opening(page))
    return {
        text_of(name): (text_of(value), [text_of(line) for line in re.findall("<small>(.*?)</small>", rest)])
        for name, value, rest in found
    }


def opening(page: ReviewPage) -> str:
    return first_screen(page.highlights, page.links).html


def headline(page: ReviewPage) -> str:
    return text_of(re.findall("<h1[^>]*>(.*?)</h1>", opening(page))[0])


def decisions(page: ReviewPage) -> list[str]:
    return sentences("".join(re.findall("<ol[^>]*>(.*?)</ol>", opening(page), re.DOTALL)))


def notices(page: ReviewPage) -> list[str]:
    return sentences("".join(re.findall('<div class="notices">(.*?)</div>', opening(page), re.DOTALL)))


def sentences(content: object) -> list[str]:
    return [text_of(item) for item in re.findall("<li[^>]*>(.*?)</li>", getattr(content, "html", str(content)))]


def rows(content: Shown) -> list[list[str]]:
    """Return the cells of a table, its heading first."""
    return [
        [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall("<tr>(.*?)</tr>", content.html)
    ]


@pytest.fixture(scope="module")
def make(demo_corpus: Corpus, demo_settings: Settings) -> Make:
    """Make the page of a review of the demo; the same one for all who ask for it, as nothing is ever added to it."""

    @cache
    def page(period: str, as_of: str | None = None, **options: Any) -> ReviewPage:
        instant = None if as_of is None else at(as_of)
        return ReviewPage(Scope.of(demo_corpus, period, demo_settings, instant, **options))

    return page


@pytest.fixture(scope="module")
def quarter(demo_scope: Scope) -> ReviewPage:
    return ReviewPage(demo_scope)


@pytest.fixture(scope="module")
def real() -> ReviewPage:
    return ReviewPage.read([str(DATA / "real")], period="2021")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The titles of the figures that are shown, the words in their place, and other things displayed."""
    said: list[str] = []

    def show(ax: Any, **_: object) -> None:
        said.append(text_of(drawing.alt_text(ax) if ax.has_data() or ax.child_axes else ax.figure.get_suptitle()))
        drawing.plt.close(ax.get_figure(root=True))

    monkeypatch.setattr("incident_analytics.plots.show_plot", show)
    monkeypatch.setattr(
        "incident_analytics.review_page.page.display", lambda content, **_: said.append(text_of(content))
    )
    return said


# --- a quarter that is over -------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_facts_behind_the_demo(quarter: ReviewPage) -> None:
    """The script that writes the demo's reports lists what happened: counts and times are taken from there."""
    with (DATA / "demo" / "facts.csv").open(encoding="utf-8") as file:
        facts = [row for row in csv.DictReader(file) if "2025-07" <= row["started_at"] < "2025-10"]
    recorded = [
        datetime.fromisoformat(row["restored_at"]) - datetime.fromisoformat(row["started_at"])
        for row in facts
        if row["restored_at"]
    ]
    found = tiles(quarter)
    assert len(facts) == 13
    by_severity = {name: sum(row["severity"] == name for row in facts) for name in ("SEV-1", "SEV-2", "SEV-3")}
    assert by_severity == {"SEV-1": 1, "SEV-2": 7, "SEV-3": 5}
    assert found["Incidents"] == (
        "13",
        ["1 SEV-1, 7 SEV-2, 5 SEV-3", "Q2 2025: 13, Q3 2024: 9", "too few to call it a change"],
    )
    assert (len(recorded), median(recorded)) == (6, timedelta(hours=2, minutes=52, seconds=30))
    assert notices(quarter)[2].startswith("Time to restore was inferred from free text in 7 of 13 reports.")


def test_the_tiles_of_a_quarter(quarter: ReviewPage) -> None:
    found = tiles(quarter)
    assert list(found) == ["Incidents", "Median time to restore", "Services over error budget", "Overdue action items"]
    assert found["Median time to restore"] == (
        "1h 36m",
        [
            "Q2 2025: 36m, Q3 2024: 1h 57m",
            "too few to call it a change",
            "13 incidents, 7 times inferred",
            "recorded times only: 2h 53m (n = 6)",
        ],
    )
    assert found["Services over error budget"] == (
        "2 of 5",
        ["API 303%, Frontend 163% of the budget", "Q2 2025: 1 of 5, Q3 2024: 1 of 5"],
    )
    assert found["Overdue action items"] == (
        "37",
        [
            "all incidents to date, up to 19 months",
            "13 more past due, status not recorded",
            "4 more open, no readable due date",
            "Q3 2025 items: 25 of 49 done, 16 open, 8 without a status",
        ],
    )


def test_the_headline_and_the_decisions_of_a_quarter(quarter: ReviewPage) -> None:
    assert headline(quarter) == (
        "API and Frontend overspent their error budgets. A SEV-1 cost USD 145,000 in revenue: Expired wildcard "
        "certificate on the API."
    )
    assert decisions(quarter) == [
        (
            "API and Frontend were down 13h 22m and 7h 11m against a budget of 4h 25m each: freeze risky changes, or "
            "adjust the 99.8% target? API team and Web team"
        ),
        (
            "33 action items are more than 90 days overdue: close them or set new dates. Platform team (9), SRE team "
            "(7), Engineering management (6) and 6 other owners (11)"
        ),
    ]


def test_the_median_of_a_tile_is_what_the_page_compares(quarter: ReviewPage) -> None:
    """One measure a claim: the medians of the tile are those of the tested comparison, and no mean is near them."""
    table = quarter.highlights.changes
    compared = table[table["measure"] == "time_to_restore"]
    response = quarter.highlights.response
    assert compared["after"].tolist() == [response.median] * 2
    assert compared["before"].tolist() == [past.value for past in response.earlier]
    assert [past.value for past in response.history][-1] == response.median


def test_the_line_above_the_headline_says_the_period_and_the_instant(make: Make) -> None:
    lines = [
        text_of(re.findall('<p class="setting"[^>]*>(.*?)</p>', opening(page))[0])
        for page in (make("2025Q3", "2025-08-19T19:00Z"), make("2025Q3", services=("API",)))
    ]
    assert lines == [
        (
            "Aurelia Audio · Incident review, Q3 2025 · 1 July to 30 September 2025 (UTC) · 8 final reports, 0 pending "
            "· as of 19 August 2025, 19:00 · owner: SRE"
        ),
        (
            "Aurelia Audio · Incident review, Q3 2025 · 1 July to 30 September 2025 (UTC) · only API · 6 final "
            "reports, 0 pending · as of 1 October 2025 · owner: SRE"
        ),
    ]


def test_every_part_shows_something(quarter: ReviewPage, shown: list[str]) -> None:
    """In the order of the notebook; no figure is shown twice."""
    said = [text_of(getattr(quarter, part)()) for part in PARTS]
    assert len(shown) == len(set(shown)) == 10
    assert [words for words in shown if len(words) < 40] == []
    has_readable_numbers(*said, *shown)


PARTS = (
    "first_screen",
    "incidents",
    "response_by_severity",
    "response_change",
    "severity_counts",
    "count_change",
    "service_levels",
    "follow_ups",
    "recurring_factors",
    "start_hours",
    "steps",
    "response_table",
    "response_trend",
    "response_by_quarter",
    "response_by_service",
    "definitions",
    "comparisons",
    "budget_burn_down",
    "budget_range",
    "severity_rates",
    "time_between",
    "control_chart",
    "interruptions",
    "origins",
    "scorecard",
    "process",
    "severity_ratings",
    "availability",
    "reported_impact",
    "action_completion",
    "action_classes",
    "due_times",
    "action_survival",
    "overdue_actions",
    "repeats",
    "cost_totals",
    "files",
    "problems",
    "completed_and_all",
    "tracker_rows",
    "incident_tool",
    "corrections",
    "metric_definitions",
    "notes",
)


def test_the_notebook_shows_every_part() -> None:
    """And the parts that the tests call are all that there are."""
    source = (DATA.parent / "notebooks" / "periodic_review.ipynb").read_text(encoding="utf-8")
    *called, last = re.findall(r"page\.([a-z_]+)\(\)", source)
    assert (called, last) == (list(PARTS), "manifest")
    public = {name for name in dir(ReviewPage) if not name.startswith("_") and callable(getattr(ReviewPage, name))}
    assert public - {"read", "manifest"} == set(called)


@pytest.mark.usefixtures("shown")
def test_tables_of_a_quarter(quarter: ReviewPage) -> None:
    counts = rows(quarter.severity_counts())
    assert counts[0] == ["Period", "SEV-1", "SEV-2", "SEV-3", "All"]
    assert [[row[0], row[-1]] for row in counts[1:]] == [["2025-07", "5"], ["2025-08", "6"], ["2025-09", "2"]]
    listed = rows(quarter.incidents())
    columns = ["Date", "Incident", "Severity", "Services", "To restore", "Users", "Lost revenue"]
    assert listed[0] == columns
    assert Counter(row[4].endswith("*") for row in listed[1:]) == {False: 6, True: 7}
    assert text_of(quarter.incidents()).endswith("All 13 reports are final. * Time to restore inferred from free text.")
    assert len(listed) == 1 + 13
    assert [row[0] for row in listed[1:]] == sorted(row[0] for row in listed[1:])
    services = [row[0] for row in rows(quarter.service_levels())[1:] if len(row) > 4]
    assert services == ["API", "Frontend", "Audio Generation", "Admin Dashboard", "Content Generation"]
    assert services == [budget.service for budget in quarter.highlights.budgets.budgets]
    assert text_of(quarter.files()) == "98 files found: 86 loaded and 12 about incidents after the review date."
    assert {
        "Error budgets run over each quarter, without planned maintenance.",
        "Availability and downtime count SEV-1 and SEV-2, whatever the report's status.",
    } <= set(sentences(quarter.notes()))


@pytest.mark.usefixtures("shown")
def test_of_many_incidents_those_that_mattered_most_are_listed_and_the_file_has_all(
    quarter: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = quarter.incidents()
    monkeypatch.setattr("incident_analytics.first_screen.MOST_ROWS", 4)
    short = quarter.incidents()
    assert whole is not None
    assert short is not None
    assert short.tables == whole.tables
    titles = [row[1] for row in rows(short)[1:]]
    assert sorted(titles) == sorted(str(each.title) for each in quarter.highlights.incidents[:4])
    dates = [row[0] for row in rows(short)[1:]]
    assert dates == sorted(dates)
    elsewhere = "The 4 of 13 incidents that mattered most. Run the review with --data DIR to get all of them as CSV."
    assert elsewhere in text_of(short)
    assert elsewhere not in text_of(whole)
    assert "All 13 reports are final." in text_of(short)
    opening = first_screen(quarter.highlights).html
    assert '<a href="#Incidents">4 of all 13 incidents</a>' in opening.replace("\xa0", " ")


@pytest.mark.usefixtures("shown")
def test_of_many_overdue_items_the_longest_overdue_are_listed(
    quarter: ReviewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incident_analytics.showing.MOST_ROWS", 10)
    table = rows(quarter.overdue_actions())
    column = table[0].index("Past due by")
    longest = quarter.highlights.overdue["overdue_by"].nlargest(10)
    assert sorted(row[column] for row in table[1:]) == sorted(map(format_value, longest))
    assert "The 10 of 50 rows with the greatest value of Past due by." in text_of(quarter.overdue_actions())


@pytest.mark.usefixtures("shown")
def test_a_table_of_overdue_items_has_all_of_them(quarter: ReviewPage) -> None:
    """37 that are known to be late and 13 whose status nobody recorded: none is left out, none is called done."""
    table = rows(quarter.overdue_actions())
    assert len(table) == 1 + 37 + 13
    status = table[0].index("Status")
    assert sum(row[status] == "–" for row in table[1:]) == 13
    assert {row[status] for row in table[1:]} & {"Completed", "Done", "Dropped"} == set()


# --- a year -----------------------------------------------------------------------------------------------------------


def test_a_year_shows_each_service_once_and_folds_its_budgets(make: Make) -> None:
    page = make("2025")
    shown = page.service_levels()
    assert shown is not None
    whole, folded = shown.html.split("<details>")
    names = re.findall(r"<tr><td[^>]*>(.*?)</td>", whole)
    assert sorted(names) == sorted(page.settings.services)
    assert folded.startswith("<summary>Error budgets, one by one</summary>")
    assert len(re.findall("<tr><td", folded.partition("</details>")[0])) == len(page.impact) == 4 * len(names)
    assert tiles(page)["Error budgets overspent"][1][0] == (
        "API 303% in Q3 2025, API 190% in Q4 2025, Frontend 171% in Q2 2025 and 2 more"
    )
    assert "15 more budgets below, none of them spent more." in text_of(opening(page))


def test_no_mean_changes_while_an_incident_is_ongoing(make: Make, quarter: ReviewPage) -> None:
    """Its time counts at least as long as it lasts, so that the mean is not known."""
    assert "The mean rose by 56m since Q2 2025" in text_of(quarter.response_change())
    assert text_of(make("2025").response_change()) == (
        "The median time to restore is not tested for a change while incidents are ongoing."
    )


# --- as of an instant within the period -------------------------------------------------------------------------------


def test_as_of_an_evening_between_two_outages_the_first_one_is_known(make: Make) -> None:
    """INC-2025-08-19-001 was restored at 18:40 and came back at 20:30, which nobody knew at 19:00."""
    page = make("2025Q3", "2025-08-19T19:00Z")
    found = tiles(page)
    assert found["Incidents so far"][0] == "8"
    assert found["Services over error budget so far"][0] == "1 of 5"
    assert found["Overdue action items"][0] == "38"
    assert headline(page).startswith("API has overspent its error budget. ")
    listed = {row[1]: row for row in rows(page.incidents())[1:]}
    assert len(listed) == 8
    assert any(cell.startswith("1h 33m") for cell in listed["Home feed expires and floods the database"])


def test_what_is_ongoing_comes_first_and_counts_up_to_the_instant(make: Make) -> None:
    """At 18:00 the first outage lasted since 17:07; it has no time to restore yet, and counts as downtime."""
    page = make("2025Q3", "2025-08-19T18:00Z")
    assert headline(page).startswith("A SEV-2 incident is still ongoing: Home feed expires and floods the database. ")
    assert notices(page)[0].startswith(
        "“Home feed expires and floods the database” (since 19 August 2025, 53m so far) is ongoing; "
    )
    listed = {row[1]: row for row in rows(page.incidents())[1:]}
    assert "ongoing, 53m so far" in listed["Home feed expires and floods the database"]
    frontend = page.impact.set_index("service").loc["Frontend"]
    later = make("2025Q3", "2025-08-19T18:10Z").impact.set_index("service").loc["Frontend"]
    assert later["downtime"] - frontend["downtime"] == pd.Timedelta(minutes=10)


def test_a_period_that_has_not_begun_has_no_page(make: Make) -> None:
    with pytest.raises(PeriodError, match=r"^2025Q3 has not started yet; choose an earlier period$"):
        make("2025Q3", "2025-07-01T00:00Z")


# --- severities of another scale --------------------------------------------------------------------------------------


def test_severities_that_were_mapped_by_default_are_said_once(tmp_path: Path) -> None:
    """Words that no settings declare are counted by what they were read as; a declared word is not named."""
    for number, severity in enumerate(("High (customers)", "High", "P4", "SEV-1", "a mess"), start=1):
        head = f"**Incident ID**: INC-2025-07-0{number}-001\n**Severity**: {severity}\n**Status**: Final\n"
        (tmp_path / f"{number}.md").write_text(f"# It broke\n\n{head}", encoding="utf-8")
    page = ReviewPage(Scope.of(load(tmp_path, status="all"), "2025Q3", Settings()))
    said = [each for each in notices(page) if "by default" in each]
    assert len(said) == 1
    assert said[0].startswith(
        "Severities that the settings don't declare were mapped by default: High as SEV-2 (2) and P4 as SEV-3 (1). "
    )
    assert "mapped by default" in first_screen(page.highlights).markdown
    declared = read_settings(write_settings(tmp_path, '[severities]\nsynonyms = { High = "SEV-2", P4 = "SEV-3" }\n'))
    settled = ReviewPage(Scope.of(load(tmp_path, settings=declared, status="all"), "2025Q3", declared))
    assert not [each for each in notices(settled) if "by default" in each]


def write_settings(folder: Path, text: str) -> Path:
    file = folder / "incident-analytics.toml"
    file.write_text(text, encoding="utf-8")
    return file


# --- pending reports --------------------------------------------------------------------------------------------------


def test_pending_reports_are_said_to_be_pending(make: Make) -> None:
    """13 months with two drafts: they count as incidents and downtime, and wait for their authors."""
    page = make("2024-06-01/2025-07-02")
    assert "43 final reports, 2 pending" in text_of(opening(page))
    assert notices(page)[0].startswith("2 reports are not final. Incident counts and service levels include them;")
    found = tiles(page)
    assert (found["Incidents"][0], found["Incidents"][1][0]) == ("45", "4 SEV-1, 12 SEV-2, 29 SEV-3")
    basis = "43 incidents, 20 times inferred, 3 at odds with the stated duration"
    assert basis in found["Median time to restore"][1]
    assert found["Error budgets overspent"][0] == "4 of 30"
    assert decisions(page)[-1].startswith("2 post-mortems are not final: set a date for each.")
    pending = [row for row in rows(page.incidents()) if "report pending" in row]
    assert len(pending) == 2


def test_amounts_of_two_currencies_are_never_added(make: Make) -> None:
    text = text_of(opening(make("2024-06-01/2025-07-02")))
    assert "lost revenue EUR 7,300 and USD 3,162,600 (" in text


def test_a_period_with_six_budget_windows_names_those_that_are_spent(make: Make) -> None:
    """June 2024 to 1 July 2025 touches six quarters, and each service has a budget in each."""
    page = make("2024-06-01/2025-07-02")
    assert len(page.impact) == 30
    assert [(each.service, each.window) for each in page.highlights.budgets.of("over")] == [
        ("Frontend", "2024Q4"),
        ("Audio Generation", "2024Q4"),
        ("Frontend", "2025Q2"),
        ("API", "2024Q3"),
    ]
    assert headline(page).startswith("Frontend, Audio Generation and API overspent their error budgets. ")


def test_an_earlier_period_before_the_first_report_is_not_compared(make: Make) -> None:
    page = make("2024-06-01/2025-07-02")
    assert tiles(page)["Incidents"][1][-1] == (
        "not compared with 2 May 2023 to 31 May 2024: the first report is from January 2024"
    )
    assert not any("compared with" in said for said in notices(page))


# --- shorter than a budget's window -----------------------------------------------------------------------------------


def test_a_months_budget_is_that_of_its_quarter(make: Make) -> None:
    """92 days with a target of 99.8% allow 4h 24m 57.6s, of which July alone is counted."""
    page = make("2025-07")
    api = page.impact.set_index("service").loc["API"]
    assert (api["window_start"], api["window_end"]) == (at("2025-07-01"), at("2025-10-01"))
    assert api["budget"].round("ms") == pd.Timedelta(days=92) * 0.002
    assert tiles(page)["Incidents"][1][1] == "June 2025: 3, July 2024: 0"
    assert tiles(page)["Services over error budget"][0] == "0 of 5"
    assert (make("2025-08").impact["budget_left"] < pd.Timedelta(0)).sum() == 2, "with what July spent of it"


def test_a_week(make: Make) -> None:
    found = tiles(make("2025-W30"))
    assert found["Incidents"][0] == "2"
    assert found["Median time to restore"][0] == "2h 34m"
    assert "2 incidents, 2 times inferred" in found["Median time to restore"][1]


# --- silence ----------------------------------------------------------------------------------------------------------


def test_before_the_first_report_nothing_is_zero(make: Make, shown: list[str]) -> None:
    page = make("1999Q4")
    assert tiles(page) == {
        "Incidents": ("none reported", ["nothing happened, or nothing was written down"]),
        "Median time to restore": ("–", ["no completed report"]),
        "Services over error budget": ("not known", ["no outage reported"]),
        "Overdue action items": ("none reported", ["no report lists action items"]),
    }
    assert headline(page) == "No incident was reported in Q4 1999."
    assert notices(page) == [
        "Either nothing happened or nothing was written down.",
        "Not compared with Q3 1999 and Q4 1998: nothing had been reported by then.",
    ]
    assert "No open decisions are known: " in text_of(opening(page))
    parts = [text_of(getattr(page, part)()) for part in PARTS]
    assert "100%" not in " ".join([*shown, *parts])


def test_a_silence_after_the_last_report_names_it_and_what_is_ongoing(make: Make) -> None:
    page = make("2026Q2")
    assert headline(page) == (
        "No incident was reported in Q2 2026. "
        "A SEV-3 incident was still ongoing when Q2 2026 ended: Some renders fail with 'cannot connect'."
    )
    assert notices(page)[0] == (
        "Either nothing happened or nothing was written down. The last report before it is from 30 December 2025."
    )
    assert tiles(page)["Services over error budget"][0] == "not known"
    assert page.service_levels() is None


# --- reports of other organisations -----------------------------------------------------------------------------------


def test_reports_without_targets_due_dates_and_statuses() -> None:
    """Of 8 items one is known to be open: of the seven others nobody knows."""
    page = ReviewPage.read([str(DATA / "real")], period="2019-01-01/2021-01-01")
    found = tiles(page)
    assert found["Overdue action items"][0] == "not recorded"
    assert (
        found["Overdue action items"][1][-1]
        == "1 January 2019 to 31 December 2020 items: 0 of 8 done, 1 open, 7 without a status"
    )
    assert "Services over error budget" not in found
    assert found["Most downtime"][1][-1] == "no service has a target"
    said = notices(page)
    assert said[0].startswith("1 report is not final. Incident counts and service levels include it;")
    assert "No SLO targets are configured, so error budgets can't be shown. Set target under [services.NAME]." in said
    why = "not compared with 1 January 2017 to 31 December 2018: the first report is from September 2017"
    assert why in found["Incidents"][1]
    assert len(decisions(page)) == 1


def test_where_stated_durations_and_timelines_are_far_apart_the_first_screen_says_so(real: ReviewPage) -> None:
    assert any(
        said.startswith(
            "In 3 reports the time to restore contradicts the stated duration, such as “Apply pipeline down, "
        )
        for said in notices(real)
    )


# --- single cases -----------------------------------------------------------------------------------------------------

HEAD = """# Incident Report: {title}

**Incident ID**: {id}
**Date**: 2025-08-03
**Severity**: SEV-2
**Author**: Me
**Status**: Final
"""


def write(folder: Path, name: str, body: str = "", *, title: str = "Slow", number: int = 1) -> Path:
    file = folder / name
    file.write_text(HEAD.format(title=title, id=f"INC-2025-08-03-{number:03}") + body, encoding="utf-8")
    return file


ITEMS = """
## Action Items

| Action | Owner | Due Date | Priority | Status |
|--------|-------|----------|----------|--------|
| Mend it | Ann | {due} | High | {status} |
"""


@pytest.mark.parametrize(
    ("due", "status", "name", "figure"),
    [
        ("2025-08-09", "", "Action items past due", "1"),
        ("2025-08-09", "Open", "Overdue action items", "1"),
        ("2025-08-09", "Completed", "Overdue action items", "0"),
        ("2025-12-09", "", "Overdue action items", "0"),
        ("", "Open", "Overdue action items", "not recorded"),
    ],
)
def test_no_tile_shows_zero_while_items_of_unknown_status_are_past_due(
    due: str, status: str, name: str, figure: str, tmp_path: Path
) -> None:
    write(tmp_path, "INC-2025-08-03-001.md", ITEMS.format(due=due, status=status))
    found = tiles(ReviewPage.read([str(tmp_path)], period="2025Q3"))
    assert (list(found)[-1], found[list(found)[-1]][0]) == (name, figure)


def test_times_that_no_report_gives_are_not_recorded(tmp_path: Path) -> None:
    write(tmp_path, "INC-2025-08-03-001.md")
    page = ReviewPage.read([str(tmp_path)], period="2025Q3")
    assert tiles(page)["Median time to restore"] == ("not recorded", ["1 report doesn't say"])


def test_a_time_to_restore_that_only_goes_on_is_not_known_yet(tmp_path: Path) -> None:
    timeline = "\n## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n| 14:02 | Initial alert/detection |\n"
    body = "**Duration**: 14:02 - ongoing\n" + timeline
    write(tmp_path, "INC-2025-08-03-001.md", body)
    page = ReviewPage.read([str(tmp_path)], period="2025Q3")
    assert tiles(page)["Median time to restore"][0] == "not known yet"
    assert headline(page).startswith("A SEV-2 incident was still ongoing when Q3 2025 ended: ")


def test_copies_and_files_that_are_not_reports_are_named(tmp_path: Path, shown: list[str]) -> None:
    """Whoever runs the review hears of them, and the page lists them with the reason."""
    first = write(tmp_path, "INC-2025-08-03-001.md")
    shutil.copy(first, tmp_path / "copy.md")
    write(tmp_path, "other.md", title="The same, told otherwise")
    (tmp_path / "notes.md").write_text("# Notes\n\nNothing.\n")
    page = ReviewPage.read([str(tmp_path)], period="2025Q3")
    assert tiles(page)["Incidents"][0] == "1"
    remarks = " ".join(page.remarks)
    listed = text_of(page.files())
    for name in ("copy.md", "other.md", "notes.md"):
        assert name in listed, name
    assert "copy.md" in remarks
    assert "other.md" in remarks
    assert ["copy", "2"] in rows(page.files())
    page.first_screen()
    assert len(shown) == 1


def test_links_lead_from_the_folder_of_the_page(tmp_path: Path) -> None:
    reports = tmp_path / "our reports"
    reports.mkdir()
    write(reports, "INC-2025-08-03-001.md")
    page = ReviewPage.read([str(reports)], period="2025Q3", output_dir=str(tmp_path / "out"))
    assert '<a href="../our%20reports/INC-2025-08-03-001.md">Slow</a>' in listing(page)
    without = ReviewPage.read([str(reports)], period="2025Q3")
    assert "<a " not in listing(without)


def test_links_lead_to_where_the_settings_say(tmp_path: Path) -> None:
    write(tmp_path, "INC-2025-08-03-001.md")
    settings = tmp_path / "settings.toml"
    settings.write_text("report_url = 'https://git.example/main/{path}?id={id}'\n")
    page = ReviewPage.read([str(tmp_path)], period="2025Q3", settings=str(settings))
    address = "https://git.example/main/INC-2025-08-03-001.md?id=INC-2025-08-03-001"
    assert f'<a href="{address}">' in listing(page)
    assert f'<a href="{address}">' in opening(page)


def listing(page: ReviewPage) -> str:
    shown = page.incidents()
    assert shown is not None
    return shown.html


def test_business_hours_need_hours(tmp_path: Path) -> None:
    write(tmp_path, "INC-2025-08-03-001.md")
    with pytest.raises(SettingsError, match="business hours need a \\[calendar\\] in the settings, such as"):
        ReviewPage.read([str(tmp_path)], period="2025Q3", business_hours=True)


AFFECTED = """# Slow search

**Incident ID**: INC-2025-07-05-00{n}
**Date**: 2025-07-05
**Duration**: {duration}
**Severity**: SEV-2
**Status**: Final

## Impact

### Affected Services
- [x] {service}
- [ ] Untouched

### User Impact
- **Affected users**: {users}
"""


def test_every_service_that_an_incident_affected_is_in_the_tables_of_service_levels(tmp_path: Path) -> None:
    """Also one whose outage nobody measured, was of no user, or shorter than those that count."""
    cases = {
        "None reported": "12", "None": "12", "Unknown": "12", "TBD": "None reported", "11:00 - 10:00 (1h)": "12",
        "10:00 - 11:00": "None", "10:00 - 10:01": "12", "10:00 - 12:00": "12",
    }  # fmt: skip
    for n, (duration, users) in enumerate(cases.items()):
        text = AFFECTED.format(n=n, duration=duration, service=f"S{n}", users=users)
        (tmp_path / f"INC-2025-07-05-00{n}.md").write_text(text)
    settings = Settings.model_validate({"sla": {"minimum_outage": timedelta(minutes=5)}})
    scope = Scope.of(load(tmp_path, status="all"), "2025-07", settings, at("2025-08-01"))
    page = ReviewPage(scope)
    heading, *found = rows(page.service_levels())
    downtime = {row[0]: row[heading.index("Downtime")] for row in found}
    assert sorted(downtime) == [f"S{n}" for n in range(len(cases))]
    assert [downtime[f"S{n}"] for n in (5, 6, 7)] == ["0m", "0m", "2h"]
    assert {downtime[f"S{n}"] for n in range(5)}.isdisjoint({"0m", "", "2h"})
    assert len({downtime[f"S{n}"] for n in range(5)}) == 1


def test_items_past_due_of_unrecorded_status_are_in_the_table(tmp_path: Path) -> None:
    items = "## Action Items\n\n| Action | Due Date | Priority |\n|--|--|--|\n| Add an alert | 2025-07-20 | High |\n"
    text = AFFECTED.format(n=1, duration="10:00 - 11:00", service="API", users="12") + f"\n{items}"

    def review(text: str) -> ReviewPage:
        (tmp_path / "INC-2025-07-05-001.md").write_text(text)
        return ReviewPage(Scope.of(load(tmp_path, status="all"), "2025Q3", Settings(), at("2025-10-01")))

    assert review(text).action_completion() is None  # of a single item the sentence says all
    page = review(f"{text}| Add a test | 2025-12-20 | Medium |\n")
    heading, *found = rows(page.action_completion())
    high = dict(zip(heading, next(row for row in found if row[0] == "High"), strict=True))
    assert [row[0] for row in found] == ["High", "Medium"], "no priority without an item"
    assert "Overdue" not in high  # a column of zeros
    assert high["Past due, unknown"] == "1"
    assert tiles(page)["Action items past due"][0] == "1"


def test_an_unknown_service_is_refused(make: Make) -> None:
    with pytest.raises(UnknownNameError, match="Payouts"):
        make("2025Q3", services=("Payouts",))


def test_a_page_of_one_service_has_its_incidents_alone(make: Make) -> None:
    page = make("2025Q3", services=("API",))
    ids = {each.incident_id for each in page.highlights.incidents}
    affected = page.scope.reviewed.services
    with_api = affected.loc[(affected["service"] == "API") & affected["affected"].fillna(value=False), "incident_id"]
    assert ids == set(with_api)
    assert tiles(page)["Incidents"][0] == str(len(ids))
    assert 0 < len(ids) < 13


# --- the tracker's rows ----------------------------------------------------------------------------------------------

TRACKED = """# Broken

**Incident ID**: INC-2025-08-03-001
**Date**: 2025-08-03
**Severity**: SEV-2
**Status**: {status}

## Action Items

| Action | Owner | Due Date | Priority | Status | Ticket |
|--------|-------|----------|----------|--------|--------|
| Add an alert (OPS-1) | Ada | 2025-08-09 | High | Open | OPS-1 |
"""


def tracker_page(folder: Path, *keys: str, status: str = "Final") -> ReviewPage:
    (folder / "INC-2025-08-03-001.md").write_text(TRACKED.format(status=status))
    states = ["Done" if key not in keys[:index] else "Open" for index, key in enumerate(keys)]
    rows = [f"{key},Item <b>{key}</b>,{state}" for key, state in zip(keys, states, strict=True)]
    (folder / "tracker.csv").write_text("\n".join(["Key,Name,State", *rows, ""]))
    settings = folder / "settings.toml"
    settings.write_text(
        "[tracker]\nfile = 'tracker.csv'\n[tracker.columns]\nkey = 'Key'\naction = 'Name'\nstatus = 'State'\n"
    )
    return ReviewPage.read([str(folder)], period="2025Q3", settings=str(settings), as_of="2025-10-01")


@pytest.mark.parametrize(
    ("keys", "status", "words"),
    [
        (["OPS-1"], "Final", "Every row of the tracker matches an action item."),
        (["OPS-1"], "Draft", "Every row of the tracker matches an action item."),
        (["OPS-1", "OPS-8"], "Final", "1 row of the tracker matches no action item."),
        (["OPS-7", "OPS-8"], "Final", "2 rows of the tracker match no action item."),
        (["OPS-1", "OPS-1", "OPS-8"], "Final", "1 row of the tracker matches no action item. 2 more are not used:"),
    ],
)
def test_rows_of_the_tracker_without_an_action_item_are_counted(
    tmp_path: Path, keys: list[str], status: str, words: str
) -> None:
    shown = getattr(tracker_page(tmp_path, *keys, status=status).tracker_rows(), "html", "")
    assert words in shown
    assert ("OPS-8" in shown) == ("OPS-8" in keys)
    assert ("OPS-1" in shown) == (keys.count("OPS-1") > 1), "a row that is not used for its item is listed"
    assert ("Several fit" in shown) == ("OPS-1" in shown)
    assert "<b>" not in shown


def test_owners_beyond_the_table_are_one_row_even_if_none_is_known_to_be_late() -> None:
    owners = pd.DataFrame({"owner": ["Ada", "Ben"], "n_overdue": [0, 0], "n_overdue_unknown": [2, 1]})
    owners["overdue_by"] = pd.Series([pd.NaT, pd.NaT], dtype="timedelta64[us]")
    together = _together(owners)
    assert together.dtypes.equals(owners.dtypes)
    assert together.iloc[0].tolist() == ["2 more owners", 0, 3, pd.NaT]


def test_a_figure_that_goes_back_beyond_the_period_says_what_it_covers(quarter: ReviewPage) -> None:
    """The demo's reports begin in January 2024, 21 months before the end of the quarter."""
    year, all_months = "1 October 2024 to 30 September 2025", "1 January 2024 to 30 September 2025"
    for shown, dates in (
        (quarter.recurring_factors(), [year]),
        (quarter.start_hours(), [year]),
        (quarter.interruptions(), [year, all_months]),
        (quarter.origins(), [year]),
        (quarter.process(), [year]),
        (quarter.severity_ratings(), [all_months]),
        (quarter.repeats(), [year]),
    ):
        assert shown is not None
        for each in dates:
            assert each in shown.markdown


def test_a_review_without_a_tracker_has_no_section_on_it(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-08-03-001.md").write_text(TRACKED.format(status="Final"))
    page = ReviewPage.read([str(tmp_path)], period="2025Q3", as_of="2025-10-01")
    assert page.tracker_rows() is None
    assert page.corrections() is None


def test_a_phrase_of_many_incidents_is_not_shown_as_if_it_were_about_one(quarter: ReviewPage) -> None:
    shown = quarter.recurring_factors()
    assert shown is not None
    assert "Follow-ups of […] had not been finished" in shown.html
    assert "INC-" not in shown.html


# --- what must agree --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fourth(make: Make) -> ReviewPage:
    """A quarter with four reports to come, and a draft whose SEV-3 incident is not over."""
    return make("2025Q4")


def test_reports_that_are_not_final_are_the_same_number_everywhere(fourth: ReviewPage) -> None:
    line = text_of(re.findall('<p class="setting"[^>]*>(.*?)</p>', opening(fourth))[0])
    assert "7 final reports, 5 pending · 1 incident ongoing" in line
    assert Counter(row[-1] == "Final" for row in rows(fourth.incidents())[1:]) == {True: 7, False: 5}
    said = notices(fourth)
    assert "as a SEV-3 it does not count as downtime" in said[0]
    assert said[1].startswith("5 reports are not final (4 of resolved incidents, 1 of an ongoing one). ")
    why = "not compared with Q3 2025 and Q4 2024: 5 of the 12 reports from Q4 2025 are not final"
    assert why in tiles(fourth)["Median time to restore"][1]
    assert not any("compared with" in each for each in said), "once is enough"
    assert decisions(fourth)[-1] == (
        "4 post-mortems of resolved incidents are not final: set a date for each. Content team, Web team and Audio team"
    )


def test_what_is_not_compared_is_neither_said_nor_drawn_as_a_course(fourth: ReviewPage, shown: list[str]) -> None:
    fourth.response_trend()
    assert shown[0].startswith("Median time to restore: 2h 36m in Q4 2025 (n = 8). ")
    assert fourth.highlights.response.history == ()


def test_one_mean_and_one_median_of_the_recorded_times(fourth: ReviewPage) -> None:
    """With an ongoing incident there is no mean under any definition, and the recorded times are the unmarked ones."""
    listed = rows(fourth.incidents())
    time = listed[0].index("To restore")
    unmarked = sorted(row[time] for row in listed[1:] if re.fullmatch(r"[\dhm ]+", row[time]))
    assert unmarked == ["1h 23m", "2h 21m", "32m"]
    assert fourth.highlights.response.median_recorded == timedelta(hours=1, minutes=23)
    definitions = measures.definitions(fourth.scope)
    assert definitions.loc[definitions["n_open"] > 0, "mean"].isna().all()


def test_owners_of_overdue_items_add_up_to_the_tile(fourth: ReviewPage) -> None:
    table = [row for row in rows(fourth.follow_ups()) if len(row) == 4 and row[1].isdigit()]
    assert table[-1][0] == "2 more owners"
    assert str(sum(int(row[1]) for row in table)) == tiles(fourth)["Overdue action items"][0]
    late = fourth.highlights.overdue
    assert (
        measures.overdue_by_owner(fourth.scope)["overdue_by"].max()
        == late.loc[late["status"].notna(), "overdue_by"].max()
    )


def test_a_tracker_row_of_an_incident_to_come_is_not_listed(tmp_path: Path) -> None:
    tracker, settings = tmp_path / "tracker.csv", tmp_path / "settings.toml"
    row = "AUD-999,INC-2025-10-22-002,Retire the old switch,Done,Platform team,2025-12-01,2025-11-28\n"
    tracker.write_text((DATA / "demo" / "tracker.csv").read_text(encoding="utf-8") + row, encoding="utf-8")
    settings.write_text(SETTINGS.read_text(encoding="utf-8"), encoding="utf-8")
    shutil.copy(DATA / "demo" / "pagerduty.csv", tmp_path)
    listed = {}
    for period in ("2025Q3", "2025Q4"):
        page = ReviewPage.read([str(DATA / "demo" / "reports")], period=period, settings=str(settings))
        listed[period] = "AUD-999" in text_of(page.tracker_rows())
    assert listed == {"2025Q3": False, "2025Q4": True}


def test_services_are_in_the_order_of_their_budgets_one_that_may_be_over_before_those_within() -> None:
    """Unknown use is not the least use."""
    hours = {"Spent": [1, 2, 0], "Unused": [1, 0, 0], "Unknown": [1, None, 1], "Some": [1, 0.4, 0], "None": [None] * 3}
    table = pd.DataFrame.from_dict(hours, orient="index", columns=["budget", "down", "window_n_missing"])
    impact = pd.DataFrame(
        {
            "service": table.index,
            "period": "2025Q3",
            "downtime": pd.to_timedelta(table["down"], unit="h"),
            "budget": pd.to_timedelta(table["budget"], unit="h"),
            "budget_left": pd.to_timedelta(table["budget"] - table["down"], unit="h"),
            "window_n_missing": table["window_n_missing"],
        }
    )
    assert _most_spent_first(impact)["service"].tolist() == ["Spent", "Unknown", "Some", "Unused", "None"]


_NUMBER = re.compile(r"(?<![\w.:/-])\d[\d,]*\.\d+(?:e[+-]?\d+)?%?(?![\w.])")


def test_every_number_of_a_page_has_as_many_digits_as_people_read(real: ReviewPage, shown: list[str]) -> None:
    said = [text_of(getattr(real, part)()) for part in PARTS]
    has_readable_numbers(*said, *shown)


def has_readable_numbers(*words: str) -> None:
    """Hold three digits, and near 100% those that are missing to it: no exponent, no p-value to five places."""
    text = " ".join(words)
    assert not re.findall(r"\d(?:\.\d+)?e[+-]?\d+\b", text)
    found = {number for number in _NUMBER.findall(text) if len(number.strip("0.%").replace(".", "")) > 3}
    assert {number for number in found if not number.startswith("99.")} == set()
    assert {number for number in found if len(number) > len("99.999%")} == set()


def test_the_figures_of_a_single_incident_are_shown_once(tmp_path: Path) -> None:
    """Its time is in the list: tables by severity and service would repeat it, and one rate needs no chart."""
    text = AFFECTED.format(n=1, duration="10:00 - 11:00", service="API", users="12")
    (tmp_path / "INC-2025-07-05-001.md").write_text(text)
    page = ReviewPage(Scope.of(load(tmp_path, status="all"), "2025Q3", Settings(), at("2025-10-01")))
    assert page.response_table() is None
    assert page.response_by_service() is None
