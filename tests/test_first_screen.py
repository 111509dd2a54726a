"""What a review's first screen draws, and how its parts are put together."""

from __future__ import annotations

import re

import pytest
from first_screen_facts import HOUR

from incident_analytics.config import Settings
from incident_analytics.facts import Past
from incident_analytics.first_screen import first_screen, incident_list, side_by_side, sparkline
from incident_analytics.highlights import Highlights
from incident_analytics.scope import Scope
from incident_analytics.showing import text
from incident_analytics.tables import Corpus


def heights(drawing: str) -> list[float]:
    return [float(height) for height in re.findall(r'height="([\d.]+)" fill', drawing)]


def test_a_sparkline_shows_numbers_as_bars_and_marks_the_last_one() -> None:
    drawing = sparkline("Incidents", [Past("Q1", 4), Past("Q2", None), Past("Q3", 0), Past("Q4", 8)])
    assert heights(drawing) == [13, 1, 26]
    assert drawing.count('fill="#0b5c8f"') == 1
    assert 'aria-label="Incidents: Q1 4, Q2 unknown, Q3 0, Q4 8"' in drawing


def test_a_sparkline_of_spans_is_a_line_with_gaps() -> None:
    drawing = sparkline("Median", [Past("Q1", HOUR), Past("Q2", 2 * HOUR), Past("Q3", None), Past("Q4", HOUR)])
    assert re.findall(r'points="([^"]*)"', drawing) == ["4,13 51.3,4"]
    assert drawing.count("<circle") == 2


@pytest.mark.parametrize(
    "history", [[], [Past("Q1", 1)], [Past("Q1", 1), Past("Q2", 2), Past("Q3", 2), Past("Q4", None)]]
)
def test_too_few_figures_and_an_unknown_last_one_are_not_drawn(history: list[Past]) -> None:
    assert sparkline("Incidents", history) == ""


def test_parts_side_by_side_follow_each_other_in_markdown() -> None:
    shown = side_by_side(text("a"), text("b"))
    assert shown.html == '<div class="columns">\n<div>\n<p>a</p>\n</div>\n<div>\n<p>b</p>\n</div>\n</div>'
    assert shown.markdown == "a\n\nb"


def test_incidents_without_a_report_are_in_what_to_keep_in_mind_of_their_own_period(
    demo_corpus: Corpus, demo_settings: Settings
) -> None:
    for period in ("2025Q2", "2025Q3"):
        words = first_screen(Highlights(Scope.of(demo_corpus, period, demo_settings))).markdown
        said = "1 incident has no report: INC-2025-09-24-001" in words.partition("## Keep")[2]
        assert said == (period == "2025Q3")


def test_dates_are_found_and_copied_as_they_are_in_both_languages(demo_scope: Scope) -> None:
    shown = incident_list(Highlights(demo_scope))
    assert "| 2025-08-05 |" in shown.markdown
    assert ">2025-08-05</span></td>" in shown.html
    for language in (shown.markdown, shown.html, first_screen(Highlights(demo_scope)).html):
        assert not set(language) & {"\N{NON-BREAKING HYPHEN}", "\N{WORD JOINER}"}


def test_a_comma_between_services_is_in_the_line_of_the_first(demo_scope: Scope) -> None:
    services = re.findall('data-name="Services">(.*?)</td>', incident_list(Highlights(demo_scope)).html)
    assert '<span class="nowrap">API,</span> <span class="nowrap">Admin Dashboard</span>' in services
