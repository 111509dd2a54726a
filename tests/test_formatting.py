from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incident_analytics.formatting import (
    format_amount,
    format_share,
    format_span,
    format_value,
    join_words,
    report_links,
)

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0m"),
        (0.2, "0m"),
        (59, "59s"),
        (59.6, "1m"),
        (90, "1m 30s"),
        (3599.7, "1h"),
        (3630, "1h 1m"),
        (6300, "1h 45m"),
        (86399, "1d"),
        (581370, "6d 17h"),
        (570, "9m 30s"),
        (599, "9m 59s"),
        (600, "10m"),
        (3569, "59m"),
        (30 * 3600, "1d 6h"),
        (1000 * 86400, "1,000d"),
        (-5400, "-1h 30m"),
    ],
)
def test_a_span_is_written_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert format_span(timedelta(seconds=seconds)) == text


@given(st.integers(min_value=0, max_value=10**8))
@example(581370)
def test_a_written_span_is_within_half_of_its_smaller_unit(seconds: int) -> None:
    written = format_span(timedelta(seconds=seconds)).replace(",", "").split()
    spoken = sum(int(part[:-1]) * UNITS[part[-1]] for part in written)
    assert abs(spoken - seconds) <= (1800 if seconds >= 86400 - 1800 else 30 if seconds >= 600 else 0)


@given(st.floats(min_value=0, max_value=1))
def test_a_share_short_of_all_is_never_written_as_all(share: float) -> None:
    assert (format_share(share) == "100%") == (share > 1 - 1e-11)


def test_what_is_not_reported_is_a_dash_in_every_column() -> None:
    assert {format_span(None), format_share(None), format_amount(None), format_value(pd.NaT), format_value([])} == {"–"}


def test_words_join_as_in_a_sentence() -> None:
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_links_are_relative_and_quoted_and_a_second_report_leads_to_its_file(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a b/x?.md", "many.md#2", "javascript:alert(1).md")]
    links = report_links(pd.DataFrame({"incident_id": list("abc"), "path": paths}), seen_from=tmp_path / "out" / "2025")
    assert links == {"a": "../../a%20b/x%3F.md", "b": "../../many.md", "c": "../../javascript%3Aalert%281%29.md"}


def test_a_link_to_a_file_whose_name_looks_like_a_second_report_leads_to_that_file(tmp_path: Path) -> None:
    (tmp_path / "report#2").touch()
    incidents = pd.DataFrame({"incident_id": ["a"], "path": [str(tmp_path / "report#2")]})
    assert report_links(incidents, seen_from=tmp_path) == {"a": "report%232"}


def test_a_file_that_shares_no_folder_with_the_page_has_no_link() -> None:
    """Its address would name folders of this machine, and lead nowhere from any other."""
    incidents = pd.DataFrame({"incident_id": ["a", "b"], "path": ["/home/sam/reports/a.md", "/srv/reports/b.md"]})
    assert report_links(incidents, seen_from="/srv/pages") == {"b": "../reports/b.md"}
    url = report_links(incidents, seen_from="/srv/pages", report_url="https://git.example/{path}", folder="/home/sam")
    assert url["a"] == "https://git.example/reports/a.md"
