"""The page of a review as a reader meets it: in Chromium, wide and narrow, light and dark, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import axe_violations, outside

from incident_analytics import publish
from incident_analytics.errors import PeriodError
from incident_analytics.review_page import ReviewPage

DATA = Path(__file__).parent.parent / "data"
LONG = "Checkout" * 40
ARABIC = "تعطل خدمة الدفع بعد تحديث الشهادة"
SCRIPT = "<script>document.title = 'run'</script>"


def write(folder: Path, number: int, title: str, *, day: int, timeline: str, service: str = "Nobody's <b>") -> None:
    report = f"""# Incident Report: {title}

**Incident ID**: INC-2025-08-{day:02}-{number:03}
**Date**: 2025-08-{day:02}
**Severity**: SEV-2
**Status**: Final

## Timeline

| Time (UTC) | Event |
|------------|-------|
{timeline}

## Impact

### Affected Services
- [x] {service}

## Action Items

| Action | Owner | Due Date | Priority | Status |
|--------|-------|----------|----------|--------|
| {title} | {title} | 2025-08-09 | High | Open |
"""
    (folder / f"INC-2025-08-{day:02}-{number:03}.md").write_text(report, encoding="utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports with titles of 320 letters without a space, in Arabic, and of markup; none has a declared service."""
    folder = tmp_path_factory.mktemp("hostile")
    told = "| 14:02 | Initial alert/detection |\n| 15:47 | Service restored |"
    for number, title in enumerate((LONG, ARABIC, SCRIPT), 1):
        write(folder, number, title, day=3, timeline=told, service=title)
    return folder


@pytest.fixture(scope="module")
def untimed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of which none tells a time."""
    folder = tmp_path_factory.mktemp("untimed")
    for number in (1, 2):
        write(folder, number, "Slow", day=number, timeline="| ??:?? | Something happened |")
    return folder


REVIEWS: dict[str, tuple[str, str, bool]] = {
    "demo": ("demo", "2025Q3", True),
    "real 2020": ("real", "2020", False),
    "real 2021": ("real", "2021", False),
    "none": ("demo", "1999Q4", True),
    "hostile": ("hostile", "2025Q3", False),
    "untimed": ("untimed", "2025-08", False),
    "two": ("hostile", "2025-08-03/2025-08-04", False),
}


@pytest.fixture(scope="module", params=list(REVIEWS))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review, written once for all that is asked of it."""
    name, period, has_settings = REVIEWS[request.param]
    reports = DATA / name if name in {"demo", "real"} else request.getfixturevalue(name)
    settings = reports / "incident-analytics.toml" if has_settings else None
    (file,) = publish.review(reports, period=period, output_dir=tmp_path_factory.mktemp("page"), settings=settings)
    return file


@pytest.fixture
def opened(page: Path, tab: Any, requested: list[str]) -> Iterator[Any]:
    """The page in a tab; whatever was asked of it, it asked nobody, ran nothing and complained of nothing."""
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(page.as_uri())
    yield tab
    assert outside(requested) == []
    assert said == []
    assert tab.title() != "run"


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (820, "light"), (1440, "dark")])
def test_a_reader_can_use_it_at_every_width_and_by_night(opened: Any, width: int, scheme: str) -> None:
    """Nothing is wider than the window but what scrolls by itself, and axe-core holds nothing against the page."""
    opened.set_viewport_size({"width": width, "height": 900})
    opened.emulate_media(color_scheme=scheme)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(opened) == []


def test_every_figure_is_there_and_every_link_of_the_contents_leads_somewhere(opened: Any) -> None:
    shown = opened.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 400)")
    assert all(shown)
    anchors = opened.evaluate("[...document.querySelectorAll('nav a')].map(link => link.hash.slice(1))")
    assert len(anchors) >= 10
    assert opened.evaluate("names => names.filter(name => !document.getElementById(name))", anchors) == []


def test_links_lead_to_the_reports(opened: Any, page: Path) -> None:
    links = opened.evaluate("[...document.querySelectorAll('td a')].map(link => link.getAttribute('href'))")
    assert all((page.parent / link).is_file() for link in links)
    assert links or "1999Q4" in page.name


def test_on_paper_everything_is_open_and_within_the_page(opened: Any) -> None:
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": 700, "height": 1000})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 700


def test_a_period_that_has_not_begun_has_no_review(tmp_path: Path) -> None:
    with pytest.raises(PeriodError) as caught:
        publish.review(DATA / "demo", period="2025Q3", output_dir=tmp_path, as_of=pd.Timestamp("2025-07-01T00:00Z"))
    assert str(caught.value) == (
        "period 2025Q3 begins at 2025-07-01 00:00 UTC, and as of 2025-07-01 00:00 UTC nothing of it is known; "
        "name an earlier period, or a later as_of"
    )


def test_as_of_an_instant_nothing_later_is_known(tmp_path: Path) -> None:
    """Incidents that began later are on no list and in no figure, and those of other statuses are counted as loaded."""
    demo = DATA / "demo"
    (file,) = publish.review(
        demo,
        period="2025Q3",
        output_dir=tmp_path,
        settings=demo / "incident-analytics.toml",
        as_of=pd.Timestamp("2025-08-15T00:00Z"),
    )
    page = file.read_text(encoding="utf-8")
    assert "INC-2025-08-05-001" in page
    assert "INC-2025-08-18-001" not in page
    assert '<td>loaded</td><td class="number">88</td>' in page


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
    shown = tracker_page(tmp_path, *keys, status=status).tracker_rows()
    assert words in shown
    assert ("OPS-8" in shown) == ("OPS-8" in keys)
    assert "OPS-1" not in shown
    assert "<b>" not in shown


def test_a_review_without_a_tracker_says_so(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-08-03-001.md").write_text(TRACKED.format(status="Final"))
    shown = ReviewPage.read([str(tmp_path)], period="2025Q3", as_of="2025-10-01").tracker_rows()
    assert "No issue tracker is configured." in shown
