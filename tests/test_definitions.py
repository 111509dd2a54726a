from __future__ import annotations

from datetime import time

import pandas as pd
from builders import at, call, spans, texts
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.definitions import definition_sensitivity
from incident_analytics.analysis.response import response_summary, response_times
from incident_analytics.periods import Calendar, Period
from incident_analytics.schema import DEFAULT_METRICS, Metric
from incident_analytics.tables import make_table

RESTORE = {"time_to_restore": DEFAULT_METRICS["time_to_restore"]}


def test_the_same_incidents_under_each_definition() -> None:
    """The second tells no restoration, the third no start: definitions without fallbacks leave them out."""
    incidents = make_table(
        "incidents",
        {
            "incident_id": ["a", "b", "c"],
            "occurred_at": ["2025-07-01T10:00Z"] * 3,
            "started_at": ["2025-07-01T10:00Z", "2025-07-01T10:00Z", None],
            "detected_at": ["2025-07-01T10:30Z", None, "2025-07-01T10:00Z"],
            "restored_at": ["2025-07-01T11:00Z", None, "2025-07-01T13:00Z"],
            "ended_at": ["2025-07-01T12:00Z", "2025-07-01T12:00Z", "2025-07-01T14:00Z"],
        },
    )
    result = call(definition_sensitivity, incidents, metrics=RESTORE, within=Period.parse("2025Q3"))
    expected = pd.DataFrame(
        {
            "metric": texts(*["time_to_restore"] * 8),
            "definition": texts(
                "restored_at or ended_at - started_at or detected_at",
                "restored_at - started_at or detected_at",
                "ended_at - started_at or detected_at",
                "restored_at or ended_at - started_at",
                "restored_at - started_at",
                "ended_at - started_at",
                "restored_at or ended_at - detected_at",
                "ended_at - detected_at",
            ),
            "same_as": texts(*[None] * 6, "restored_at - detected_at", None),
            "is_own": pd.Series([True] + [False] * 7, dtype="boolean"),
            "n": [3, 2, 3, 2, 1, 2, 2, 2],
            "n_missing": [0, 1, 0, 1, 2, 1, 1, 1],
            "mean": spans("2h", "2h", "2h40min", "1h30min", "1h", "2h", "1h45min", "2h45min"),
            "median": spans("2h", "2h", "2h", "1h30min", "1h", "2h", "1h45min", "2h45min"),
        }
    )
    assert_frame_equal(result[list(expected.columns)], expected)
    own = call(response_summary, response_times(incidents, metrics=RESTORE))
    assert_frame_equal(result.iloc[:1, 4:], own)


def with_stated(*stated: str | None, is_open: bool = False) -> pd.DataFrame:
    """Return incidents of 2 h each, the last one ongoing if asked for, with the durations that their reports state."""
    n = len(stated)
    return make_table(
        "incidents",
        {
            "incident_id": [f"i{number}" for number in range(n)],
            "occurred_at": ["2025-07-01T10:00Z"] * n,
            "started_at": ["2025-07-01T10:00Z"] * n,
            "ended_at": ["2025-07-01T12:00Z"] * (n - 1) + [None if is_open else "2025-07-01T12:00Z"],
            "is_open": [False] * (n - 1) + [is_open],
            "stated_duration": [None if each is None else pd.Timedelta(each) for each in stated],
        },
    )


def test_the_stated_duration_is_one_of_the_definitions_of_time_to_restore_and_of_no_other() -> None:
    """Definitions from the same start to the same end are one; those without an instant have no span."""
    incidents = with_stated("1h", "3h", None)
    result = call(definition_sensitivity, incidents)
    stated = result[result["definition"] == "stated_duration"]
    assert stated["metric"].tolist() == ["time_to_restore"]
    assert stated[["n", "n_missing", "mean", "is_own"]].to_numpy().tolist() == [[2, 1, pd.Timedelta("2h"), False]]
    restored = result[result["metric"] == "time_to_restore"]
    assert restored["definition"].iloc[-1] == "stated_duration"
    assert result["metric"].drop_duplicates().tolist() == list(DEFAULT_METRICS)
    nothing_stated = call(definition_sensitivity, with_stated(None, None))
    assert "stated_duration" not in set(nothing_stated["definition"])


def test_stated_durations_that_agree_share_the_row_of_the_own_definition() -> None:
    (own, *_) = call(definition_sensitivity, with_stated("2h", "2h"), metrics=RESTORE).to_dict("records")
    assert own["is_own"]
    assert own["same_as"].endswith("; stated_duration")


def test_an_ongoing_incident_is_ongoing_by_its_stated_duration_too() -> None:
    as_of = at("2025-07-01T20:00")
    result = call(definition_sensitivity, with_stated("1h", "3h", None, is_open=True), metrics=RESTORE, as_of=as_of)
    stated = result[result["definition"] == "stated_duration"]
    assert stated[["n", "n_open", "median"]].to_numpy().tolist() == [[3, 1, pd.Timedelta("3h")]]


def test_business_hours_have_no_stated_duration() -> None:
    calendar = Calendar(time(8), time(17))
    result = call(definition_sensitivity, with_stated("1h", "3h"), metrics=RESTORE, calendar=calendar)
    assert "stated_duration" not in set(result["definition"])


def test_a_definition_that_would_subtract_an_instant_from_itself_is_left_out() -> None:
    metrics = {
        "time_to_detect": DEFAULT_METRICS["time_to_detect"],
        "time_to_page": Metric(("detected_at",), ("responded_at",)),
    }
    result = call(definition_sensitivity, make_table("incidents"), metrics=metrics, members=True)
    assert result[["metric", "definition", "is_own", "n"]].to_numpy().tolist() == [
        ["time_to_detect", "detected_at - started_at", True, 0],
        ["time_to_page", "responded_at - detected_at", True, 0],
    ]
    assert result["incident_ids"].tolist() == [(), ()]
