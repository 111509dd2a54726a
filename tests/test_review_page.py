"""The page of a review as a reader meets it: in Chromium, wide and narrow, light and dark, on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import axe_violations, outside
from html_page import Page

from incident_analytics.errors import PeriodError
from incident_analytics.manifest import Manifest
from incident_analytics.quotations import SEPARATOR
from incident_analytics.review_page.follow_ups import _together
from incident_analytics.verification import manifest_of

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


def hostile(folder: Path) -> Path:
    """Write reports with titles of 320 letters without a space, in Arabic, and of markup; no service is declared."""
    rows = "| 14:02 | Initial alert/detection |\n| 15:47 | Service restored |"
    for number, title in enumerate((LONG, ARABIC, SCRIPT), 1):
        write(folder, number, title, day=3, timeline=rows, service=title)
    (folder / "INC-2025-08-01-001.md").write_text(REPORT, encoding="utf-8")
    return folder


REPORT = """# <script>alert('title')</script> & $x$

**Incident ID**: INC-2025-08-01-001
**Date**: 2025-08-01
**Duration**: 14:02 - 15:47 (1h 45m)
**Severity**: SEV-2
**Author**: <b>Me</b>
**Status**: Final

## Timeline

| Time (UTC) | Event |
|------------|-------|
| 14:02 | Initial alert/detection |
| 15:47 | Service restored |

## Impact

### Affected Services
- [x] <script>alert('service')</script>

### Financial Impact
- **Lost revenue**: $1,200

## Action Items

| Action | Owner | Due Date | Priority | Status |
|--------|-------|----------|----------|--------|
| <img src=http://evil.example/x> | <script>alert('owner')</script> | 2025-08-09 | High | Open |
"""


@pytest.fixture(scope="session")
def pages(
    demo_review: dict[str, Path], write_page: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Reviews, each written once for all that is asked of it, and all of them before the first browser opens."""
    return {
        "demo": demo_review["html"],
        "hostile": write_page(hostile(tmp_path_factory.mktemp("hostile")), period="2025Q3"),
    }


@pytest.fixture(params=["demo", "hostile"])
def page(request: pytest.FixtureRequest, pages: dict[str, Path]) -> Path:
    return pages[request.param]


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


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_a_reader_can_use_it_at_every_width_and_by_night(opened: Any, width: int, scheme: str) -> None:
    """Nothing is wider than the window but what scrolls by itself, and axe-core holds nothing against the page."""
    opened.set_viewport_size({"width": width, "height": 900})
    opened.emulate_media(color_scheme=scheme)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(opened) == []


def test_every_figure_is_there_and_every_link_of_the_contents_leads_somewhere(opened: Any) -> None:
    drawn = """[...document.querySelectorAll('figure.plot')].map(figure =>
        [...figure.querySelectorAll('svg')].filter(drawing => drawing.getBoundingClientRect().height > 20).length)"""
    for width in (1280, 360):
        opened.set_viewport_size({"width": width, "height": 900})
        assert set(opened.evaluate(drawn)) <= {1}, "of each figure the drawing that fits"
    assert opened.evaluate("document.images.length") == 0
    anchors = opened.evaluate("[...document.querySelectorAll('nav a')].map(link => link.hash.slice(1))")
    assert anchors[-1] == "Appendix"
    assert opened.evaluate("names => names.filter(name => !document.getElementById(name))", anchors) == []


def test_links_lead_to_the_reports(opened: Any, page: Path, pages: dict[str, Path]) -> None:
    """From tables and from figures; a page that shares no folder with its reports has none."""
    found = "[...document.querySelectorAll('{} a')].map(link => link.getAttribute('href'))"
    for part in ("td", "figure.plot"):
        links = [link for link in opened.evaluate(found.format(part)) if not link.startswith("#")]
        assert all((page.parent / link).is_file() for link in links)
        assert links or page != pages["hostile"], part


def test_on_paper_everything_is_open_and_within_the_page(opened: Any) -> None:
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": 700, "height": 1000})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 700


def test_text_of_reports_is_text_on_the_page(pages: dict[str, Path]) -> None:
    """Figures, tables and sentences from hostile reports to the page, all of it as text."""
    page = Page(pages["hostile"].read_text(encoding="utf-8"))
    for text in (SCRIPT, ARABIC, "<script>alert('owner')</script>", "<img src=http://evil.example/x>"):
        assert text in page.text
    assert "USD 1,200" in page.text
    assert (page.all("script"), page.outside_requests()) == ([], [])
    assert page.all("img") == []
    words = re.findall(r"<svg [^>]*><title>(.*?)</title>", page.source, re.DOTALL)
    assert len(words) == 2 * len(set(words)) > 0, "a wide and a narrow drawing of each figure"
    assert all(50 < len(each) <= 300 for each in words)
    ids = [str(found["id"]) for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids))


def test_a_period_that_has_not_begun_has_no_review(write_page: Callable[..., Path]) -> None:
    """The message is for whoever chose the period: it names no cell."""
    with pytest.raises(PeriodError, match=r"^2025Q3 has not started yet; choose an earlier period$"):
        write_page(DATA / "demo", period="2025Q3", as_of=pd.Timestamp("2025-07-01T00:00Z"))


def test_owners_of_whose_items_none_is_known_to_be_late_are_one_row_as_well() -> None:
    """No time is then the longest, which is a span all the same."""
    late = pd.Series([None, None], dtype="timedelta64[us]")
    owners = pd.DataFrame(
        {"owner": ["Ana", "Bo"], "n_overdue": [0, 0], "n_overdue_unknown": [2, 1], "overdue_by": late}
    )
    expected = pd.DataFrame(
        {"owner": ["2 more owners"], "n_overdue": [0], "n_overdue_unknown": [3], "overdue_by": late[:1]}
    )
    pd.testing.assert_frame_equal(_together(owners), expected)


def test_the_page_of_the_demo_has_its_manifest(demo_review: dict[str, Path]) -> None:
    """Each figure that a table, drawing or sentence of the page quotes is in it, and the page names the same ones."""
    page = demo_review["html"]
    manifest = Manifest.of(json.loads(manifest_of(page).read_text(encoding="utf-8")))
    tags = [found for _, found in Page(page.read_text(encoding="utf-8")).tags]
    quoted = {name for found in tags for name in (found.get("data-figure") or "").split(SEPARATOR) if name}
    assert len(quoted) > 40
    assert quoted <= manifest.figures.keys()
    marked = {found["id"]: found["data-figure"] for found in tags if "data-figure" in found and "id" in found}
    assert marked == {name: SEPARATOR.join(figures) for name, figures in manifest.shown.items()}
    assert manifest.review["period"] == "2025Q3"
    assert str(Path.cwd()) not in manifest.text()
    assert len(manifest.text()) < 1.3 * len(page.read_text(encoding="utf-8")), "hardly larger than the page"


def test_each_table_drawing_and_number_of_the_first_screen_names_its_figures(demo_review: dict[str, Path]) -> None:
    """And each paragraph of the page with a number, if it is not the same in every review or says only which time."""
    page = demo_review["html"].read_text(encoding="utf-8")
    body = page[page.index('<p class="setting"') :]
    assert re.findall(r"<(?:table|figure)\b", body)
    unmarked = []
    depth: list[bool] = []
    is_first = True
    for found in re.finditer(r"<(/?)([a-z][a-z0-9]*)((?:[^>\"]|\"[^\"]*\")*?)(/?)>|([^<]+)", body):
        is_end, tag, attributes, is_empty, words = found.groups()
        if words is not None:
            if is_first and re.search(r"\d", words) and not any(depth):
                unmarked.append(words)
        elif is_end:
            depth.pop()
        elif not is_empty and tag not in {"br", "img", "hr", "meta", "link"}:
            is_first = is_first and 'id="Incidents"' not in attributes
            depth.append("data-figure" in attributes)
            if tag in {"table", "figure"} and not any(depth):
                unmarked.append(found[0])
        if is_end and not depth:
            break
    assert unmarked == []
