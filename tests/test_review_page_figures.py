"""What each part of a review says, on the demo and on reports of other organisations, without a kernel."""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import pytest
from builders import at

from incident_analytics import review_page
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import PeriodError, SettingsError, UnknownNameError
from incident_analytics.loading import load
from incident_analytics.plots import drawing
from incident_analytics.review_page import ReviewPage
from incident_analytics.scope import Scope
from incident_analytics.showing import Shown
from incident_analytics.tables import Corpus

DATA = Path(__file__).parents[1] / "data"
SETTINGS = DATA / "demo" / "incident-analytics.toml"

Make = Callable[..., ReviewPage]


def text_of(content: Shown | str) -> str:
    """Return what HTML says, with one space between words."""
    page = content if isinstance(content, str) else content.html
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def tiles(page: ReviewPage) -> dict[str, tuple[str, str]]:
    """Return the key figures: their values and what is said below, by name."""
    found = re.findall("<span>(.*?)</span> <strong>(.*?)</strong> <small>(.*?)</small>", page.key_figures().html)
    return {name: (text_of(value), text_of(basis)) for name, value, basis in found}


def sentences(content: Shown) -> list[str]:
    return [text_of(item) for item in re.findall("<li>(.*?)</li>", content.html)]


def rows(content: Shown) -> list[list[str]]:
    """Return the cells of a table, its heading first."""
    return [
        [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall("<tr>(.*?)</tr>", content.html)
    ]


@pytest.fixture(scope="module")
def demo() -> tuple[Corpus, Settings]:
    settings = read_settings(SETTINGS)
    return load(DATA / "demo", settings=settings, status="all"), settings


@pytest.fixture(scope="module")
def make(demo: tuple[Corpus, Settings]) -> Make:
    """Make the page of a review of the demo."""
    corpus, settings = demo

    def page(period: str, as_of: str | None = None, **options: Any) -> ReviewPage:
        return ReviewPage(Scope.of(corpus, period, settings, None if as_of is None else at(as_of), **options))

    return page


@pytest.fixture(scope="module")
def quarter(make: Make) -> ReviewPage:
    return make("2025Q3")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The titles of the figures that are shown, the words in their place, and other things displayed."""
    said: list[str] = []

    def show(ax: Any, **_: object) -> None:
        said.append(text_of(drawing.alt_text(ax) if ax.has_data() or ax.child_axes else ax.figure.get_suptitle()))
        drawing.plt.close(ax.get_figure(root=True))

    monkeypatch.setattr(review_page.plots, "show_plot", show)
    monkeypatch.setattr(review_page, "display", lambda content, **_: said.append(text_of(content)))
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
    assert found["Incidents"] == ("13", "13 in Q2 2025, 9 in Q3 2024")
    assert (len(recorded), median(recorded)) == (6, timedelta(hours=2, minutes=52, seconds=30))
    assert found["Median time to restore"] == (
        "1h 36m",
        "n = 13, 95% CI 44m to 3h 39m, 7 of 13 inferred from text; 2h 53m from recorded times alone",
    )
    by_severity = {name: sum(row["severity"] == name for row in facts) for name in ("SEV-1", "SEV-2", "SEV-3")}
    assert by_severity == {"SEV-1": 1, "SEV-2": 7, "SEV-3": 5}
    assert "13 incidents in Q3 2025: 1 SEV-1, 7 SEV-2 and 5 SEV-3." in text_of(quarter.findings())


def test_the_tiles_of_a_quarter(quarter: ReviewPage) -> None:
    found = tiles(quarter)
    assert list(found) == [
        "Incidents",
        "Median time to restore",
        "Over error budget",
        "Action items done",
        "Action items overdue",
        "Lost revenue",
    ]
    assert found["Over error budget"] == ("2 of 5", "services with a target")
    assert found["Action items done"] == ("61%", "25 of 41 with a known status, 8 not recorded")
    assert found["Action items overdue"] == (
        "36",
        "all incidents to date, 11 more with no recorded status past due",
    )
    assert found["Lost revenue"] == ("USD 251,100", "11 of 13 reports give a figure")


def test_the_findings_and_decisions_of_a_quarter(quarter: ReviewPage) -> None:
    said = sentences(quarter.findings())
    assert "API and Frontend are over their error budget; 3 of 5 services are within it." in said
    assert "25 of 41 action items with a known status are done (61%)" in said[-1]
    assert "8 have no recorded status" in said[-1]
    assert sentences(quarter.decisions()) == [
        "API and Frontend are over budget: freeze risky changes or adjust the targets?",
        "32 action items are over 90 days late: close them or re-plan them.",
    ]


def test_the_heading_says_the_period_and_the_instant(make: Make, shown: list[str]) -> None:
    make("2025Q3", "2025-08-19T19:00Z").heading()
    make("2024-06-01/2025-07-02").heading()
    chosen = make("2025Q3", services=["API"])
    chosen.chosen = ["API"]
    chosen.heading()
    assert shown == [
        "Q3 2025: 1 July to 30 September 2025 (UTC), as of 2025-08-19 19:00.",
        "1 June 2024 to 1 July 2025 (UTC), as of 2025-07-02 00:00.",
        "Q3 2025: 1 July to 30 September 2025 (UTC), as of 2025-10-01 00:00. Only API.",
    ]


def test_every_part_shows_something(quarter: ReviewPage, shown: list[str]) -> None:
    """In the order of the notebook; no figure is shown twice."""
    for part in PARTS:
        getattr(quarter, part)()
    assert len(shown) == len(set(shown)) >= 15
    assert [words for words in shown if len(words) < 40] == []


PARTS = (
    "response_by_severity",
    "response_by_service",
    "response_trend",
    "definitions",
    "steps",
    "severity_counts",
    "severity_rates",
    "time_between",
    "control_chart",
    "budgets",
    "availability",
    "reported_impact",
    "action_completion",
    "action_survival",
    "action_ages",
    "overdue_actions",
    "tracker_rows",
    "recurring_factors",
    "start_hours",
    "cost_totals",
    "incidents",
    "files",
    "completed_and_all",
    "problems",
    "corrections",
    "metric_definitions",
    "notes",
)


def test_the_notebook_shows_every_part() -> None:
    """And the parts that the tests call are all that there are."""
    source = (DATA.parent / "notebooks" / "periodic_review.ipynb").read_text(encoding="utf-8")
    called = re.findall(r"page\.([a-z_]+)\(\)", source)
    assert called == ["heading", "key_figures", "findings", "decisions", *sorted(PARTS, key=called.index)]
    public = {name for name, member in vars(ReviewPage).items() if callable(member) and not name.startswith("_")}
    assert public - {"read"} == set(called)


@pytest.mark.usefixtures("shown")
def test_tables_of_a_quarter(quarter: ReviewPage) -> None:
    counts = rows(quarter.severity_counts())
    assert counts[0] == ["Period", "SEV-1", "SEV-2", "SEV-3", "All"]
    assert [[row[0], row[-1]] for row in counts[1:]] == [["2025-07", "5"], ["2025-08", "6"], ["2025-09", "2"]]
    listed = rows(quarter.incidents())
    assert len(listed) == 1 + 13
    assert [row[3] for row in listed[1:]] == sorted(row[3] for row in listed[1:])
    services = [row[0] for row in rows(quarter.budgets())[1:]]
    assert sorted(services) == ["API", "Admin Dashboard", "Audio Generation", "Content Generation", "Frontend"]
    assert rows(quarter.files()) == [["Outcome", "Files"], ["loaded", "98"]]
    assert "Error budgets run over each quarter and count SEV-1 and SEV-2, without planned maintenance." in sentences(
        quarter.notes()
    )


@pytest.mark.usefixtures("shown")
def test_a_table_of_overdue_items_has_all_of_them(quarter: ReviewPage) -> None:
    """36 that are known to be late and 11 whose status nobody recorded: none is left out, none is called done."""
    table = rows(quarter.overdue_actions())
    assert len(table) == 1 + 36 + 11
    status = table[0].index("Status")
    assert sum(row[status] == "–" for row in table[1:]) == 11
    assert {row[status] for row in table[1:]} & {"Completed", "Done", "Dropped"} == set()


# --- as of an instant within the period -------------------------------------------------------------------------------


def test_as_of_an_evening_between_two_outages_the_first_one_is_known(make: Make) -> None:
    """INC-2025-08-19-001 was restored at 18:40 and came back at 20:30, which nobody knew at 19:00."""
    page = make("2025Q3", "2025-08-19T19:00Z")
    found = tiles(page)
    assert found["Incidents so far"] == ("8", "13 in Q2 2025, 9 in Q3 2024")
    assert found["Over error budget so far"] == ("1 of 5", "services with a target")
    assert found["Action items overdue"][0] == "37"
    assert "API is over its error budget so far; 4 of 5 services are within it." in sentences(page.findings())
    listed = {row[0]: row for row in rows(page.incidents())[1:]}
    assert len(listed) == 8
    assert max(listed) == "INC-2025-08-19-001"
    assert "1h 33m" in listed["INC-2025-08-19-001"]
    assert "ongoing" not in sentences(page.findings())[0]


def test_what_is_ongoing_comes_first_and_counts_up_to_the_instant(make: Make) -> None:
    """At 18:00 the first outage lasted since 17:07; it has no time to restore yet, and counts as downtime."""
    page = make("2025Q3", "2025-08-19T18:00Z")
    first = sentences(page.findings())[0]
    assert first == "1 incident is still ongoing: INC-2025-08-19-001 (since 2025-08-19)."
    frontend = page.impact.set_index("service").loc["Frontend"]
    later = make("2025Q3", "2025-08-19T18:10Z").impact.set_index("service").loc["Frontend"]
    assert later["downtime"] - frontend["downtime"] == pd.Timedelta(minutes=10)


def test_a_period_in_progress_says_so_far(make: Make) -> None:
    page = make("2025Q4", "2025-12-30T20:00Z")
    assert not page.is_over
    assert "Incidents so far" in tiles(page)
    assert " in Q4 2025 so far" in text_of(page.findings())
    assert sentences(page.findings())[0] == "1 incident is still ongoing: INC-2025-12-30-001 (since 2025-12-30)."


def test_a_period_that_has_not_begun_has_no_page(make: Make) -> None:
    with pytest.raises(PeriodError, match=r"^2025Q3 has not started yet; choose an earlier period$"):
        make("2025Q3", "2025-07-01T00:00Z")


# --- pending reports --------------------------------------------------------------------------------------------------


def test_pending_reports_are_named_first(make: Make) -> None:
    """13 months with two drafts: they count as incidents and downtime, and wait for an owner."""
    page = make("2024-06-01/2025-07-02")
    assert sentences(page.findings())[:2] == [
        (
            "45 incidents: 43 final reports, 2 pending (INC-2024-08-23-001, INC-2025-05-27-002), which count as "
            "incidents and downtime only."
        ),
        "45 incidents from 1 June 2024 to 1 July 2025: 4 SEV-1, 12 SEV-2 and 29 SEV-3.",
    ]
    found = tiles(page)
    assert found["Incidents"] == ("45", "")
    assert found["Median time to restore"][1].startswith("n = 43, ")
    assert found["Over error budget"] == ("4 of 30", "budgets")
    assert found["Lost revenue"][0] == "EUR 7,300", "of two currencies none is added to the other; see the next test"
    assert "2 post-mortems are not final: assign an owner to each." in sentences(page.decisions())


def test_amounts_of_two_currencies_have_a_tile_each(make: Make) -> None:
    text = text_of(make("2024-06-01/2025-07-02").key_figures())
    assert "Lost revenue USD 3,162,600 24 of 32 reports give a figure" in text
    assert "Lost revenue EUR 7,300 1 of 9 reports gives a figure" in text


def test_a_period_with_six_budget_windows_names_those_that_are_spent(make: Make) -> None:
    """June 2024 to 1 July 2025 touches six quarters, and each service has a budget in each."""
    page = make("2024-06-01/2025-07-02")
    assert len(page.impact) == 30
    assert (
        "Frontend (Q4 2024), Audio Generation (Q4 2024), Frontend (Q2 2025) and API (Q3 2024) are over their error "
        "budget; 26 of 30 budgets are within it."
    ) in sentences(page.findings())


def test_an_earlier_period_before_the_first_report_is_not_compared(make: Make) -> None:
    page = make("2024-06-01/2025-07-02")
    assert sentences(page.findings())[-1] == (
        "Not compared with 2 May 2023 to 31 May 2024: the first report is from January 2024."
    )


# --- shorter than a budget's window -----------------------------------------------------------------------------------


def test_a_months_budget_is_that_of_its_quarter(make: Make) -> None:
    """92 days with a target of 99.8% allow 4h 24m 57.6s, of which July alone is counted."""
    page = make("2025-07")
    api = page.impact.set_index("service").loc["API"]
    assert (api["window_start"], api["window_end"]) == (at("2025-07-01"), at("2025-10-01"))
    assert api["budget"].round("ms") == pd.Timedelta(days=92) * 0.002
    assert tiles(page)["Incidents"] == ("5", "3 in June 2025, none reported in July 2024")
    assert "All 5 services are within the error budget." in sentences(page.findings())
    assert tiles(make("2025-08"))["Over error budget"] == ("2 of 5", "services with a target")


def test_a_week(make: Make) -> None:
    page = make("2025-W30")
    assert tiles(page)["Incidents"] == ("2", "1 in week 29 of 2025, none reported in week 30 of 2024")
    assert sentences(page.findings())[0].startswith("2 incidents in week 30 of 2025: 2 SEV-2.")
    value, basis = tiles(page)["Median time to restore"]
    assert value == "2h 34m"
    assert basis == "n = 2, 2 of 2 inferred from text", "no interval from two incidents"


# --- silence ----------------------------------------------------------------------------------------------------------


def test_before_the_first_report_nothing_is_zero_but_the_count(make: Make, shown: list[str]) -> None:
    page = make("1999Q4")
    assert tiles(page) == {
        "Incidents": ("0", ""),
        "Median time to restore": ("not recorded", "n = 0"),
        "Action items": ("none", "from this period's reports"),
        "Action items overdue": ("no action items", "all incidents to date"),
    }
    assert sentences(page.findings()) == [
        "No incident was reported in Q4 1999. Either nothing happened or nothing was written down.",
        "From this period: no action items. Across all incidents: no action items.",
        "Not compared with Q3 1999 and Q4 1998: nothing had been reported by then.",
    ]
    assert text_of(page.decisions()) == "No open decisions."
    for part in PARTS:
        getattr(page, part)()
    assert "100%" not in " ".join([*shown, text_of(page.budgets())])


def test_a_silence_after_the_last_report_names_it_and_what_is_ongoing(make: Make) -> None:
    page = make("2026Q2")
    said = sentences(page.findings())
    assert said[:2] == [
        "1 incident is still ongoing: INC-2025-12-30-001 (since 2025-12-30).",
        (
            "No incident was reported in Q2 2026. Either nothing happened or nothing was written down. The last report "
            "before it is from 2025-12-30."
        ),
    ]
    assert tiles(page)["Over error budget"] == ("not known", "5 budgets")
    assert "100%" not in text_of(page.budgets())
    assert "no outage reported" in text_of(page.availability()) or "100%" not in text_of(page.availability())


# --- reports of other organisations -----------------------------------------------------------------------------------


def test_reports_without_targets_due_dates_and_statuses() -> None:
    """Of 8 items one is known to be open: 0 of 1, and not 0%, of the seven others nobody knows."""
    page = ReviewPage.read([str(DATA / "real")], period="2019-01-01/2021-01-01")
    found = tiles(page)
    assert found["Action items done"] == ("0%", "0 of 1 with a known status, 7 not recorded")
    assert found["Action items overdue"] == ("not recorded", "no item has a due date")
    assert "Over error budget" not in found
    said = sentences(page.findings())
    assert said[0] == (
        "11 incidents: 10 final reports, 1 pending (INC-2019-04-03-001), which counts as an incident and downtime only."
    )
    assert "No SLO targets are configured, so error budgets can't be shown." in said
    assert said[-1] == "Not compared with 1 January 2017 to 31 December 2018: the first report is from September 2017."
    assert sentences(page.decisions()) == ["1 post-mortem is not final: assign an owner."]


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
        ("2025-08-09", "", "Action items past due", ("1", "all incidents to date; no recorded status")),
        ("2025-08-09", "Open", "Action items overdue", ("1", "all incidents to date")),
        ("2025-08-09", "Completed", "Action items overdue", ("0", "all incidents to date")),
        ("2025-12-09", "", "Action items overdue", ("0", "all incidents to date")),
        ("", "Open", "Action items overdue", ("not recorded", "no item has a due date")),
    ],
)
def test_no_tile_shows_zero_while_items_of_unknown_status_are_past_due(
    due: str, status: str, name: str, figure: tuple[str, str], tmp_path: Path
) -> None:
    write(tmp_path, "INC-2025-08-03-001.md", ITEMS.format(due=due, status=status))
    found = tiles(ReviewPage.read([str(tmp_path)], period="2025Q3"))
    assert {
        key: value for key, value in found.items() if key.startswith(("Action items overdue", "Action items past"))
    } == {name: figure}


def test_items_without_a_status_are_not_zero_percent(tmp_path: Path) -> None:
    write(tmp_path, "INC-2025-08-03-001.md", ITEMS.format(due="2025-08-09", status=""))
    assert tiles(ReviewPage.read([str(tmp_path)], period="2025Q3"))["Action items"] == ("status not recorded", "1 item")


def test_times_that_no_report_gives_are_not_recorded(tmp_path: Path) -> None:
    write(tmp_path, "INC-2025-08-03-001.md")
    page = ReviewPage.read([str(tmp_path)], period="2025Q3")
    assert tiles(page)["Median time to restore"] == ("not recorded", "n = 0")


def test_a_time_to_restore_that_only_goes_on_is_not_known_yet(tmp_path: Path) -> None:
    timeline = "\n## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n| 14:02 | Initial alert/detection |\n"
    body = "**Duration**: 14:02 - ongoing\n" + timeline
    write(tmp_path, "INC-2025-08-03-001.md", body)
    page = ReviewPage.read([str(tmp_path)], period="2025Q3")
    assert tiles(page)["Median time to restore"][0] == "not known yet"
    assert sentences(page.findings())[0] == "1 incident is still ongoing: INC-2025-08-03-001 (since 2025-08-03)."


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
    for content in (page.files(), page.problems()):
        assert f"{tmp_path.name}/other.md" in content.html
        assert str(tmp_path.parent) not in content.html + content.markdown
    page.heading()
    assert len(shown) == 1


def test_links_lead_from_the_folder_of_the_page(tmp_path: Path) -> None:
    reports = tmp_path / "our reports"
    reports.mkdir()
    write(reports, "INC-2025-08-03-001.md")
    page = ReviewPage.read([str(reports)], period="2025Q3", output_dir=str(tmp_path / "out"))
    assert '<a href="../our%20reports/INC-2025-08-03-001.md">INC-2025-08-03-001</a>' in page.incidents().html
    without = ReviewPage.read([str(reports)], period="2025Q3")
    assert "<a " not in without.incidents().html


def test_business_hours_need_hours(tmp_path: Path) -> None:
    write(tmp_path, "INC-2025-08-03-001.md")
    with pytest.raises(SettingsError, match="business hours need a \\[calendar\\] section in the settings"):
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
    scope = Scope.of(load(tmp_path, status="all"), "2025Q3", settings, at("2025-10-01"))
    page = ReviewPage(scope)
    for table in (page.budgets(), page.availability()):
        heading, *found = rows(table)
        downtime = {row[0]: row[heading.index("Downtime")] for row in found}
        assert list(downtime) == [f"S{n}" for n in range(len(cases))]
        assert [downtime[f"S{n}"] for n in (5, 6, 7)] == ["0m", "0m", "2h"]
        assert {downtime[f"S{n}"] for n in range(5)}.isdisjoint({"0m", "", "2h"})
        assert len({downtime[f"S{n}"] for n in range(5)}) == 1


def test_items_past_due_of_unrecorded_status_are_in_the_table(tmp_path: Path) -> None:
    items = "## Action Items\n\n| Action | Due Date | Priority |\n|--|--|--|\n| Add an alert | 2025-07-20 | High |\n"
    text = AFFECTED.format(n=1, duration="10:00 - 11:00", service="API", users="12") + f"\n{items}"
    (tmp_path / "INC-2025-07-05-001.md").write_text(text)
    page = ReviewPage(Scope.of(load(tmp_path, status="all"), "2025Q3", Settings(), at("2025-10-01")))
    heading, *found = rows(page.action_completion())
    high = dict(zip(heading, next(row for row in found if row[0] == "High"), strict=True))
    assert "Overdue" not in high  # a column of zeros
    assert high["Overdue, unrecorded"] == "1"
    assert tiles(page)["Action items past due"][0] == "1"


def test_an_unknown_service_is_refused(make: Make) -> None:
    with pytest.raises(UnknownNameError, match="Payouts"):
        make("2025Q3", services=["Payouts"])


def test_a_page_of_one_service_has_its_incidents_alone(make: Make) -> None:
    page = make("2025Q3", services=["API"])
    ids = {row[0] for row in rows(page.incidents())[1:]}
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
    rows = [f"{key},Item <b>{key}</b>,Done" for key in keys]
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
    ],
)
def test_rows_of_the_tracker_without_an_action_item_are_counted(
    tmp_path: Path, keys: list[str], status: str, words: str
) -> None:
    shown = tracker_page(tmp_path, *keys, status=status).tracker_rows().html
    assert words in shown
    assert ("OPS-8" in shown) == ("OPS-8" in keys)
    assert "OPS-1" not in shown
    assert "<b>" not in shown


def test_a_review_without_a_tracker_says_so(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-08-03-001.md").write_text(TRACKED.format(status="Final"))
    shown = ReviewPage.read([str(tmp_path)], period="2025Q3", as_of="2025-10-01").tracker_rows().html
    assert "No issue tracker is configured." in shown
