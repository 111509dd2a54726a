from __future__ import annotations

from datetime import UTC as UTC_ZONE
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import UTC, at, call, ratios, spans, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.analysis.sla import downtime, sla_impact
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError
from incident_analytics.model import make_table

START, END = at("2025-07-01"), at("2025-07-11")  # ten days
DAY = "2025-07-02T"


def frames(
    *outages: tuple[str, str | None, str | None],
    services: dict[str, list[str]] | None = None,
    **incidents: dict[str, Any],
) -> dict[str, pd.DataFrame]:
    """Outages as (incident_id, start, end), services by incident (the API unless told), facts by incident."""
    ids = list(dict.fromkeys([*(outage[0] for outage in outages), *incidents]))
    touched = [(key, service) for key in ids for service in (services or {}).get(key, ["API"])]
    facts = {column: [incidents.get(key, {}).get(column) for key in ids] for column in FACTS}
    return {
        "outages": make_table(
            "outages",
            {
                "incident_id": [outage[0] for outage in outages],
                "position": list(range(len(outages))),
                "started_at": [outage[1] for outage in outages],
                "ended_at": [outage[2] for outage in outages],
                "line": [5] * len(outages),
            },
        ),
        "services": make_table(
            "services",
            {
                "incident_id": [key for key, _ in touched],
                "service": [service for _, service in touched],
                "affected": [True] * len(touched),
                "line": [30] * len(touched),
            },
        ),
        "incidents": make_table("incidents", {"incident_id": ids, **facts}),
    }


FACTS = ("occurred_at", "severity", "is_open", "affected_users", "affected_users_fraction")


def impact(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    outages = tables["outages"]
    rest = {name: frame for name, frame in tables.items() if name != "outages"}
    return call(sla_impact, outages, **{"start": START, "end": END, **rest, **arguments})


def row(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.Series:
    """The one row of a case with one service."""
    (only,) = impact(tables, **arguments).to_dict("records")
    return pd.Series(only)


def test_each_service_has_its_downtime_against_its_budget() -> None:
    """a and b overlap on the API, b took half of the users; the Frontend has no target, Audio no outage."""
    tables = frames(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}09:30Z", f"{DAY}12:00Z"),
        services={"b": ["API", "Frontend"]},
        b={"affected_users_fraction": 0.5},
    )
    expected = pd.DataFrame(
        {
            "service": texts("API", "Audio", "Frontend"),
            "start": pd.Series([START] * 3, dtype=UTC),
            "end": pd.Series([END] * 3, dtype=UTC),
            "window": spans("10D", "10D", "10D"),
            "n": [2, 0, 1],
            "n_missing": [0, 0, 0],
            "n_open": [0, 0, 0],
            "downtime": spans("3h", "0h", "2h30min"),
            "availability": ratios(1 - 3 / 240, 1.0, 1 - 2.5 / 240),
            "downtime_weighted": spans("2h", "0h", "1h15min"),
            "availability_weighted": ratios(1 - 2 / 240, 1.0, 1 - 1.25 / 240),
            "target": ratios(0.99, 0.995, None),
            "budget": spans("2h24min", "1h12min", None),
            "budget_left": spans("-36min", "1h12min", None),
            "budget_left_weighted": spans("24min", "1h12min", None),
            "incident_ids": [("a", "b"), (), ("b",)],
        }
    )
    assert_frame_equal(impact(tables, targets={"API": 0.99, "Audio": 0.995}, members=True), expected)
    given = {name: frame for name, frame in tables.items() if name != "outages"}
    plain = call(downtime, tables["outages"], start=START, end=END, declared=["Audio"], **given)
    assert_frame_equal(plain, expected[list(plain.columns)])
    assert list(plain.columns) == list(expected.columns[:11])


def test_what_reaches_beyond_the_window_is_cut_off() -> None:
    tables = frames(
        ("before", "2025-06-30T22:00Z", "2025-07-01T01:00Z"),
        ("after", "2025-07-10T23:30Z", "2025-07-12T00:00Z"),
        ("touches start", "2025-06-30T22:00Z", "2025-07-01T00:00Z"),
        ("starts at end", "2025-07-11T00:00Z", "2025-07-11T01:00Z"),
    )
    api = row(tables, members=True)
    assert api["downtime"] == pd.Timedelta("1h30min")
    assert api["incident_ids"] == ("after", "before")


def test_a_window_in_another_zone_is_the_same_window() -> None:
    tables = frames(("a", "2025-06-30T22:00Z", "2025-07-01T01:00Z"))
    elsewhere = {"start": START.tz_convert("Europe/Berlin").as_unit("ns"), "end": END.tz_convert("Asia/Tokyo")}
    assert_frame_equal(impact(tables, **elsewhere, targets={"API": 0.99}), impact(tables, targets={"API": 0.99}))


def test_an_open_outage_lasts_until_as_of_or_the_windows_end() -> None:
    tables = frames(("a", f"{DAY}09:00Z", None), a={"is_open": True})
    told = row(tables, as_of=at("2025-07-02T11:00").tz_convert("Asia/Tokyo"))
    assert (told["downtime"], told["n"], told["n_open"], told["n_missing"]) == (pd.Timedelta("2h"), 1, 1, 0)
    assert row(tables)["downtime"] == END - at("2025-07-02T09:00")
    assert row(tables, as_of=at("2026-01-01"))["downtime"] == END - at("2025-07-02T09:00")
    early = row(tables, as_of=at("2025-07-02T08:00"))
    assert (early["downtime"], early["n_open"], early["n_missing"]) == (pd.Timedelta(0), 1, 0)


def test_an_end_that_is_not_told_is_counted_and_never_aged() -> None:
    """Also an incident with no outage, and an end before the start; those of another quarter are not of this one."""
    tables = frames(
        ("no end", f"{DAY}09:00Z", None),
        ("wrong way", f"{DAY}09:00Z", f"{DAY}08:00Z"),
        ("long ago", "2025-01-02T09:00Z", None),
        **{
            "no outage": {"occurred_at": f"{DAY}09:00Z"},
            "no outage long ago": {"occurred_at": "2025-01-02T09:00Z"},
            "no outage, nobody hit": {"occurred_at": f"{DAY}09:00Z", "affected_users": 0},
        },
    )
    api = row(tables, members=True)
    assert (api["n"], api["n_missing"], api["downtime"]) == (0, 3, pd.Timedelta(0))
    assert api["incident_ids"] == ("no end", "no outage", "wrong way")


def test_an_incident_that_hit_nobody_does_not_count() -> None:
    tables = frames(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"),
        ("c", f"{DAY}13:00Z", f"{DAY}14:00Z"),
        a={"affected_users": 0},
        b={"affected_users_fraction": 0.0},
        c={"affected_users": 12},
    )
    assert row(tables, members=True)["incident_ids"] == ("c",)


def test_only_the_chosen_severities_count_and_unknown_ones_are_told() -> None:
    tables = frames(
        ("a", f"{DAY}09:00Z", f"{DAY}10:00Z"),
        ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"),
        ("c", f"{DAY}13:00Z", f"{DAY}14:00Z"),
        a={"severity": "SEV-1"},
        b={"severity": "SEV-3"},
    )
    api = row(tables, severities=("SEV-1", "SEV-2"))
    assert (api["n"], api["n_missing"], api["downtime"]) == (1, 1, pd.Timedelta("1h"))
    assert row(tables)["n"] == 3
    with pytest.raises(UnknownNameError, match=r"^severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1$"):
        impact(tables, severities=("SEV9",))


def test_a_shorter_outage_than_the_least_does_not_count() -> None:
    """The outage's own length decides, not what the window leaves of it."""
    tables = frames(
        ("short", f"{DAY}09:00Z", f"{DAY}09:04Z"),
        ("just", f"{DAY}10:00Z", f"{DAY}10:05Z"),
        ("cut", "2025-06-30T23:00Z", "2025-07-01T00:02Z"),
    )
    api = row(tables, minimum_outage=timedelta(minutes=5))
    assert (api["n"], api["n_missing"], api["downtime"]) == (2, 0, pd.Timedelta("7min"))


@pytest.mark.parametrize("as_frame", [True, False])
def test_planned_maintenance_leaves_downtime_and_window(as_frame: bool) -> None:
    """Two windows overlap, one lies half outside; the outage lasts 4 h, one of them planned."""
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}13:00Z"), a={"affected_users_fraction": 0.5})
    planned = [
        ("API", datetime(2025, 7, 2, 8, tzinfo=UTC_ZONE), datetime(2025, 7, 2, 10, tzinfo=UTC_ZONE)),
        ("API", datetime(2025, 7, 2, 7, tzinfo=UTC_ZONE), datetime(2025, 7, 2, 9, tzinfo=UTC_ZONE)),
        ("API", datetime(2025, 6, 30, 22, tzinfo=UTC_ZONE), datetime(2025, 7, 1, 1, tzinfo=UTC_ZONE)),
        ("Batch", START.to_pydatetime(), END.to_pydatetime()),
    ]
    given = pd.DataFrame(planned, columns=["service", "start", "end"]) if as_frame else planned
    result = impact(tables, maintenance=given, targets={"API": 0.99})
    assert result["service"].tolist() == ["API", "Batch"]
    assert result["window"].tolist() == [pd.Timedelta(hours=236), pd.Timedelta(0)]
    assert result["downtime"].tolist() == [pd.Timedelta(hours=3), pd.Timedelta(0)]
    assert result["downtime_weighted"].tolist() == [pd.Timedelta(hours=1.5), pd.Timedelta(0)]
    assert result.loc[0, "availability"] == pytest.approx(1 - 3 / 236)
    assert result.loc[0, "budget"] == pd.Timedelta(hours=2.36)
    assert result["availability"].isna().tolist() == [False, True]


def test_an_empty_budget_is_overspent_and_not_undefined() -> None:
    api = row(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), targets={"API": 1.0})
    assert (api["budget"], api["budget_left"]) == (pd.Timedelta(0), pd.Timedelta("-1h"))


def test_an_incident_that_names_no_service_is_not_lost() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), services={"a": []})
    result = impact(tables, targets={"API": 0.99})
    assert result["service"].isna().tolist() == [False, True]
    assert result["downtime"].tolist() == [pd.Timedelta(0), pd.Timedelta("1h")]
    assert result["availability"].isna().tolist() == [False, True]


def test_a_service_that_a_report_names_twice_was_down_once() -> None:
    assert row(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), services={"a": ["API", "API"]}))["n"] == 1


def test_a_service_that_was_not_affected_was_not_down() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"))
    tables["services"] = tables["services"].assign(affected=pd.array([False], dtype="boolean"))
    result = impact(tables)
    assert result.loc[result["service"] == "API", "n"].tolist() == [0]


def test_outages_of_incidents_that_were_filtered_away_do_not_count() -> None:
    tables = frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z"), ("b", f"{DAY}11:00Z", f"{DAY}12:00Z"))
    tables["incidents"] = tables["incidents"][:1]
    assert row(tables)["downtime"] == pd.Timedelta("1h")


def test_an_outage_within_one_minute_counts_without_downtime() -> None:
    api = row(frames(("a", f"{DAY}09:00Z", f"{DAY}09:00Z")))
    assert (api["n"], api["n_missing"], api["downtime"]) == (1, 0, pd.Timedelta(0))


def test_nothing_at_all_gives_no_row_and_a_declared_service_a_whole_window() -> None:
    assert impact(frames()).empty
    api = row(frames(), declared=["API"])
    assert (api["n"], api["downtime"], api["availability"]) == (0, pd.Timedelta(0), 1.0)
    assert impact(frames(), declared=["API"])["target"].isna().all()


def test_nothing_known_is_missing() -> None:
    api = row(frames(("a", None, None), a={"occurred_at": f"{DAY}09:00Z", "is_open": True}))
    assert (api["n"], api["n_missing"], api["n_open"]) == (0, 1, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"start": END}, PeriodError, f"the window {END} to {END} is empty"),
        ({"as_of": END.tz_localize(None)}, ColumnsError, "as_of 2025-07-11 00:00:00 has no zone"),
        ({"maintenance": [("API", END, START)]}, PeriodError, f"the window {END} to {START} is empty"),
        (
            {"maintenance": [("API", datetime(2025, 7, 2), datetime(2025, 7, 3))]},  # noqa: DTZ001
            ColumnsError,
            "start 2025-07-02 00:00:00 has no zone",
        ),
        ({"services": pd.DataFrame({"service": ["API"]})}, ColumnsError, "columns 'incident_id', 'affected' are"),
        ({"incidents": pd.DataFrame({"incident_id": ["a"]})}, ColumnsError, "columns 'occurred_at', 'severity', "),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        impact(frames(("a", f"{DAY}09:00Z", f"{DAY}10:00Z")), **arguments)
    assert str(caught.value).startswith(message)


HOURS = 24 * 10
SERVICES = ("API", "Frontend")
ANY_OUTAGES = st.lists(
    st.tuples(
        st.sampled_from(SERVICES),
        st.integers(min_value=-30, max_value=HOURS + 30),
        st.integers(min_value=0, max_value=60),
        st.sampled_from([None, 0.25, 0.5, 1.0]),
    ),
    max_size=14,
)
ANY_MAINTENANCE = st.lists(
    st.tuples(
        st.sampled_from(SERVICES),
        st.integers(min_value=-30, max_value=HOURS + 30),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=4,
)


def hour(number: int) -> pd.Timestamp:
    return START + pd.Timedelta(hours=number)


@given(ANY_OUTAGES, ANY_MAINTENANCE)
@settings(deadline=None, max_examples=60)
def test_every_hour_counts_once_with_its_heaviest_outage(
    outages: list[tuple[str, int, int, float | None]], planned: list[tuple[str, int, int]]
) -> None:
    """The same as painting the hours of each service one by one."""
    tables = frames(
        *(
            (str(i), hour(first).isoformat(), hour(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [outage[0]] for i, outage in enumerate(outages)},
        **{str(i): {"affected_users_fraction": outage[3]} for i, outage in enumerate(outages)},
    )
    maintenance = [(service, hour(first), hour(first + length)) for service, first, length in planned]
    result = impact(tables, maintenance=maintenance, declared=SERVICES)

    painted = {service: np.zeros(HOURS) for service in SERVICES}
    for service, first, length, fraction in outages:
        hours = painted[service][max(first, 0) : max(first + length, 0)]
        np.maximum(hours, 1.0 if fraction is None else fraction, out=hours)
    kept = {service: np.ones(HOURS, dtype=bool) for service in SERVICES}
    for service, first, length in planned:
        kept[service][max(first, 0) : max(first + length, 0)] = False

    in_hours = result.set_index("service")[["window", "downtime", "downtime_weighted"]] / pd.Timedelta(hours=1)
    for service in SERVICES:
        hours = painted[service][kept[service]]
        assert in_hours.loc[service].tolist() == [len(hours), np.count_nonzero(hours), hours.sum()]


@given(ANY_OUTAGES)
@settings(deadline=None, max_examples=30)
def test_united_downtime_is_at_most_the_sum_and_the_window_and_the_order_of_rows_does_not_matter(
    outages: list[tuple[str, int, int, float | None]],
) -> None:
    tables = frames(
        *(
            (str(i), hour(first).isoformat(), hour(first + length).isoformat())
            for i, (_, first, length, _) in enumerate(outages)
        ),
        services={str(i): [outage[0]] for i, outage in enumerate(outages)},
    )
    result = impact(tables, targets=dict.fromkeys(SERVICES, 0.99))
    for service, down in zip(result["service"], result["downtime"], strict=True):
        total = sum(length for name, _, length, _ in outages if name == service)
        assert down <= pd.Timedelta(hours=total)
    assert (result["downtime"] <= result["window"]).all()
    assert (result["downtime_weighted"] <= result["downtime"]).all()
    assert result["availability"].between(0, 1).all()
    backwards = {name: frame[::-1] for name, frame in tables.items()}
    assert_frame_equal(impact(backwards, targets=dict.fromkeys(SERVICES, 0.99)), result)
