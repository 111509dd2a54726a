from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.formatting import (
    Html,
    format_amount,
    format_share,
    format_span,
    format_value,
    html_figures,
    html_list,
    html_table,
    html_text,
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
        (30 * 3600, "1d 6h"),
        (1000 * 86400, "1,000d"),
        (-5400, "-1h 30m"),
    ],
)
def test_a_span_is_written_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert format_span(timedelta(seconds=seconds)) == text


@given(st.integers(min_value=0, max_value=10**8))
def test_a_written_span_is_within_half_of_its_smaller_unit(seconds: int) -> None:
    written = format_span(timedelta(seconds=seconds)).replace(",", "").split()
    told = sum(int(part[:-1]) * UNITS[part[-1]] for part in written)
    assert abs(told - seconds) <= (1800 if seconds >= 86400 - 1800 else 30 if seconds >= 3570 else 0)


@given(st.floats(min_value=0, max_value=1))
def test_a_share_short_of_all_is_never_written_as_all(share: float) -> None:
    assert (format_share(share) == "100%") == (share > 1 - 1e-11)


def test_what_is_not_told_is_a_dash_in_every_column() -> None:
    assert {format_span(None), format_share(None), format_amount(None), format_value(pd.NaT), format_value([])} == {"–"}


def test_a_table_says_each_dtype_as_people_read_it() -> None:
    frame = pd.DataFrame(
        {
            "incident_id": ["INC-1", None],
            "occurred_at": pd.to_datetime(["2025-07-03T14:02Z", None]),
            "due_on": pd.to_datetime(["2025-07-03", None]),
            "time_to_restore": [pd.Timedelta(minutes=105), pd.NaT],
            "n": pd.array([1204, None], dtype="Int64"),
            "availability": pd.array([0.99823, None], dtype="Float64"),
            "total": pd.array([34000.0, None], dtype="Float64"),
            "is_open": pd.array([False, None], dtype="boolean"),
            "incident_ids": [("INC-1", "INC-2"), ()],
        }
    )
    page = str(html_table(frame)).replace("</th>", "</th>\n").replace("</td>", "</td>\n").splitlines()
    assert page == [
        '<div class="table" tabindex="0"><table>',
        '<thead><tr><th scope="col" class="unbroken">Incident</th>',
        '<th scope="col" class="unbroken">Began (UTC)</th>',
        '<th scope="col" class="unbroken">Due</th>',
        '<th scope="col" class="number">Time to restore</th>',
        '<th scope="col" class="number">n</th>',
        '<th scope="col" class="number">Availability</th>',
        '<th scope="col" class="number">Total</th>',
        '<th scope="col">Ongoing</th>',
        '<th scope="col">Incidents</th>',
        "</tr></thead>",
        "<tbody>",
        '<tr><td class="unbroken">INC-1</td>',
        '<td class="unbroken">2025-07-03 14:02</td>',
        '<td class="unbroken">2025-07-03</td>',
        '<td class="number">1h 45m</td>',
        '<td class="number">1,204</td>',
        '<td class="number">99.823%</td>',
        '<td class="number">34,000</td>',
        "<td>no</td>",
        "<td>INC-1, INC-2</td>",
        "</tr>",
        '<tr><td class="unbroken">–</td>',
        *['<td class="unbroken">–</td>'] * 2,
        *['<td class="number">–</td>'] * 4,
        *["<td>–</td>"] * 2,
        "</tr>",
        "</tbody>",
        "</table></div>",
    ]


def test_an_empty_table_is_a_sentence() -> None:
    assert html_table(pd.DataFrame({"n": []}), empty="No incidents.") == "<p>No incidents.</p>"


def test_a_long_table_can_be_folded_away() -> None:
    table = pd.DataFrame({"n": [1]})
    expected = f"<details><summary>1 &lt; 2</summary>\n{html_table(table)}\n</details>"
    assert html_table(table, folded="1 < 2") == expected


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    hostile = f'<script>{text}</script>&"'
    for shown in (html_table(pd.DataFrame({hostile: [hostile]})), html_list([hostile]), html_text(hostile)):
        assert isinstance(shown, Html)
        assert "<script" not in shown
        assert "</script" not in shown


def test_words_join_as_in_a_sentence() -> None:
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_chosen_column_is_shown_with_its_interval_and_the_others_are_not() -> None:
    minutes = pd.to_timedelta([50, 30, 120], unit="min")
    row = {"n": [6], "median": [minutes[0]], "median_low": [minutes[1]], "median_high": [minutes[2]]}
    page = html_table(pd.DataFrame(row), columns=["n", "median"])
    assert '<td class="number">50m (30m to 2h)</td>' in page
    assert page.count("<th ") == 2
    unsure = html_table(pd.DataFrame(row | {"median_low": [pd.NaT]}), columns=["median"])
    assert '<td class="number">50m</td>' in unsure


def test_an_incident_leads_to_its_report_and_to_nothing_else() -> None:
    table = pd.DataFrame({"incident_id": ["INC-1", "INC-2"], "action": ["INC-1", "see"]})
    page = html_table(table, links={"INC-1": '../a.md"><script>'})
    assert page.count("<a ") == 1
    assert '<a href="../a.md&quot;&gt;&lt;script&gt;">INC-1</a>' in page


def test_links_are_relative_and_quoted_and_a_second_report_leads_to_its_file(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a b/x?.md", "many.md#2", "javascript:alert(1).md")]
    links = report_links(pd.DataFrame({"incident_id": list("abc"), "path": paths}), seen_from=tmp_path / "out" / "2025")
    assert links == {"a": "../../a%20b/x%3F.md", "b": "../../many.md", "c": "../../javascript%3Aalert%281%29.md"}


def test_a_link_to_a_file_whose_name_looks_like_a_second_report_leads_to_that_file(tmp_path: Path) -> None:
    (tmp_path / "report#2").touch()
    incidents = pd.DataFrame({"incident_id": ["a"], "path": [str(tmp_path / "report#2")]})
    assert report_links(incidents, seen_from=tmp_path) == {"a": "report%232"}


def test_key_figures_are_escaped() -> None:
    page = html_figures([("<b>", "1 < 2", "n & m")])
    assert '<div><dt>&lt;b&gt;</dt><dd>1 &lt; 2</dd><dd class="basis">n &amp; m</dd></div>' in page
