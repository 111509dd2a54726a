from __future__ import annotations

import pandas as pd
import pytest
from builders import at, call, severities, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.severity import severity_counts
from incident_analytics.errors import ColumnsError, PeriodError
from incident_analytics.model import make_table


def incidents_of(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    incident_id, occurred_at, severity = zip(*rows, strict=True)
    return make_table("incidents", {"incident_id": incident_id, "occurred_at": occurred_at, "severity": severity})


INCIDENTS = incidents_of(
    ("a", "2025-07-01T00:00Z", "SEV-1"),
    ("b", "2025-07-31T23:30Z", "SEV-2"),
    ("c", "2025-09-30T12:00Z", None),
    ("d", "2025-09-30T12:00Z", "SEV-2"),
    ("e", "2025-09-01T00:00Z", "SEV-2"),
)


def test_every_month_has_every_severity_and_unknown_ones_where_they_occur() -> None:
    names = ["SEV-3", "SEV-2", "SEV-1"]
    expected = pd.DataFrame(
        {
            "period": texts(*["2025-07"] * 3, *["2025-08"] * 3, *["2025-09"] * 4),
            "severity": severities(*names, *names, *names, None),
            "n": [0, 1, 1, 0, 0, 0, 0, 2, 0, 1],
            "incident_ids": [(), ("b",), ("a",), (), (), (), (), ("d", "e"), (), ("c",)],
        }
    )
    assert_frame_equal(call(severity_counts, INCIDENTS, members=True), expected)


def test_an_incident_just_before_midnight_is_of_the_zones_next_month() -> None:
    counts = call(severity_counts, INCIDENTS, timezone="Europe/Berlin")
    assert counts.loc[counts["severity"] == "SEV-2", "n"].tolist() == [0, 1, 2]


def test_the_window_counts_its_start_and_not_its_end() -> None:
    counts = call(severity_counts, INCIDENTS, freq="Q", start=at("2025-04-01"), end=at("2025-09-30T12:00"))
    assert counts.pivot_table(index="period", columns="severity", values="n", observed=False).to_dict("list") == {
        "SEV-3": [0, 0],
        "SEV-2": [0, 2],
        "SEV-1": [0, 1],
    }


def test_a_years_end_is_the_zones() -> None:
    counts = call(severity_counts, INCIDENTS, freq="Y", start=at("2024-12-31T23:00"), end=at("2025-12-31T23:00"))
    assert counts["period"].unique().tolist() == ["2024", "2025"]
    berlin = call(
        severity_counts,
        INCIDENTS,
        freq="Y",
        start=at("2024-12-31T23:00"),
        end=at("2025-12-31T23:00"),
        timezone="Europe/Berlin",
    )
    assert berlin["period"].unique().tolist() == ["2025"]


def test_a_fiscal_year_says_that_it_is_one() -> None:
    assert call(severity_counts, INCIDENTS, freq="Y-SEP")["period"].unique().tolist() == ["FY2025"]
    assert call(severity_counts, INCIDENTS, freq="Y-DEC")["period"].unique().tolist() == ["2025"]


def test_no_incidents_have_no_periods_but_a_window_has() -> None:
    empty = make_table("incidents")
    expected = pd.DataFrame({"period": texts(), "severity": severities(), "n": pd.Series([], dtype="int64")})
    assert_frame_equal(call(severity_counts, empty), expected)
    windowed = call(severity_counts, empty, freq="Q", start=at("2025-07-01"), end=at("2025-10-01"))
    assert windowed["n"].tolist() == [0, 0, 0]


def test_nothing_known_is_counted_as_unknown() -> None:
    counts = call(severity_counts, incidents_of(("a", None, None), ("b", None, None)))
    assert_frame_equal(counts, pd.DataFrame({"period": texts(None), "severity": severities(None), "n": [2]}))


def test_severities_of_ones_own_keep_their_order() -> None:
    incidents = make_table(
        "incidents",
        {"incident_id": ["a"], "occurred_at": ["2025-07-01T00:00Z"], "severity": ["P1"]},
        severities=("P3", "P1"),
    )
    counts = call(severity_counts, incidents)
    assert list(counts["severity"]) == ["P3", "P1"]
    assert counts["severity"].cat.ordered


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(PeriodError, match=r"^freq 'QS' is none of M, Q, Y, or"):
        severity_counts(INCIDENTS, freq="QS")
    with pytest.raises(ColumnsError, match=r"^column 'severity' is missing; the frame has incident_id, occurred_at$"):
        severity_counts(INCIDENTS[["incident_id", "occurred_at"]])


@given(
    st.lists(
        st.tuples(
            st.datetimes(min_value=pd.Timestamp("2024-01-01"), max_value=pd.Timestamp("2026-01-01")) | st.none(),
            st.sampled_from(["SEV-1", "SEV-2", "SEV-3", None]),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(deadline=None, max_examples=40)
def test_no_incident_is_lost_and_the_order_of_the_rows_does_not_matter(rows: list[tuple[pd.Timestamp, str]]) -> None:
    incidents = incidents_of(
        *((str(i), None if at is None else f"{at.isoformat()}Z", severity) for i, (at, severity) in enumerate(rows))
    )
    counts = severity_counts(incidents, members=True)
    assert counts["n"].sum() == len(rows)
    assert counts["n"].tolist() == [len(ids) for ids in counts["incident_ids"]]
    assert_frame_equal(severity_counts(incidents[::-1], members=True), counts)
