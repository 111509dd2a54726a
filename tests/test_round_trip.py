"""What the report writer wrote, in whatever form, is read back as the same facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from laws import examples
from report_writer import Action, Facts, write_report

from incident_analytics.loading import load

ZONES = {
    "UTC": UTC,
    "CET": timezone(timedelta(hours=1)),
    "PST": timezone(timedelta(hours=-8)),
    "UTC+5:30": timezone(timedelta(hours=5, minutes=30)),
    "UTC-3": timezone(timedelta(hours=-3)),
    "Europe/London": ZoneInfo("Europe/London"),
}
STOCK = {
    "detected": "Initial alert/detection",
    "responded": "Incident response began",
    "identified": "Root cause identified",
    "mitigated": "Mitigation applied",
    "restored": "Service restored - all is well",
    "closed": "Incident closed",
}
MINUTES = st.integers(1, 11 * 60)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    day = draw(st.dates(date(2015, 1, 1), date(2030, 12, 28)))
    at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=draw(st.integers(0, 24 * 60 - 1)))
    start = at
    rows = []
    for event in STOCK.values():
        rows.append((at, event))
        at += timedelta(minutes=draw(MINUTES))
    windows = []
    for _ in range(draw(st.integers(1, 2))):
        end = start + timedelta(minutes=draw(MINUTES))
        windows.append((start, end))
        start = end + timedelta(minutes=draw(MINUTES))
    money = st.tuples(st.integers(0, 9_999_900), st.sampled_from(["USD", "EUR", "GBP"]))
    hundreds = st.tuples(st.integers(0, 99).map(lambda number: number * 100_000), st.sampled_from(["USD", "EUR"]))
    kinds = ("lost_revenue", "additional_costs", "credits_issued")
    due = st.none() | st.dates(day, day + timedelta(days=400))
    statuses: list[str | None] = draw(st.sampled_from([["done", None], ["done", "open", "dropped", None]]))
    actions = st.builds(
        Action,
        st.sampled_from(["Write the runbook", "Alert on p99, not on the mean", "Add a limit to `retry`"]),
        st.none() | st.sampled_from(["Ana Ruiz", "Audio team", "@bo"]),
        due,
        st.none() | st.sampled_from(["High", "Medium", "Low"]),
        st.sampled_from(statuses),
    )
    names = st.sampled_from(["API", "Frontend", "Admin Dashboard", "Audio Generation"])
    return Facts(
        day=day,
        severity=draw(st.sampled_from(["SEV-1", "SEV-2", "SEV-3"])),
        status=draw(st.sampled_from(["Final", "Under Review", "Draft"])),
        rows=rows,
        windows=windows,
        zone=draw(st.sampled_from(list(ZONES))),
        services=draw(st.dictionaries(names, st.booleans(), min_size=1).filter(lambda found: any(found.values()))),
        users=draw(st.integers(0, 10_000_000)),
        failed_percent=draw(st.integers(0, 1000)) / 10,
        data_loss=draw(st.none() | st.booleans()),
        sla=(99.95, draw(st.integers(9000, 9995)) / 100),
        costs={kind: draw(money | hundreds) for kind in kinds},
        actions=draw(st.lists(actions, max_size=4)),
        signoffs=[
            ("Engineering Lead", "Ana Ruiz", draw(st.none() | st.dates(day, day + timedelta(days=99)))),
            ("CTO/VP Engineering", None, None),
        ],
    )


def utc(at: datetime, zone: str) -> pd.Timestamp:
    return pd.Timestamp(at.replace(tzinfo=ZONES[zone]).astimezone(UTC))


def plain(values: pd.Series) -> list[Any]:
    """Return a column's values, with NA as None and dates as such."""
    return [None if pd.isna(value) else value.date() if isinstance(value, pd.Timestamp) else value for value in values]


def write_and_load(known: Facts, data: st.DataObject) -> Any:
    text = write_report(known, lambda forms: data.draw(st.sampled_from(list(forms))))
    note(text)
    with TemporaryDirectory() as folder:
        (Path(folder) / f"{known.incident_id}.md").write_bytes(text.encode())
        return load(folder, status="all")


@examples(20)
@given(facts(), st.data())
def test_every_fact_is_read_back(known: Facts, data: st.DataObject) -> None:
    corpus = write_and_load(known, data)
    incident = corpus.incidents.iloc[0]
    total = sum((end - start for start, end in known.windows), timedelta(0))
    starts, ends = ([utc(window[place], known.zone) for window in known.windows] for place in (0, 1))
    assert len(corpus.incidents) == 1
    assert incident["incident_id"] == known.incident_id
    assert incident["date"].date() == known.day
    assert incident["severity"] == known.severity
    assert incident["status"] == known.status
    assert incident["started_at"] == starts[0]
    assert incident["ended_at"] == ends[-1]
    assert pd.isna(incident["stated_duration"]) or incident["stated_duration"] == total
    assert corpus.outages["started_at"].tolist() == starts
    assert corpus.outages["ended_at"].tolist() == ends
    assert corpus.timeline["at"].tolist() == [utc(at, known.zone) for at, _ in known.rows]
    for (at, _), milestone in zip(known.rows, STOCK, strict=True):
        assert incident[f"{milestone}_at"] == utc(at, known.zone)
    assert dict(zip(corpus.services["service"], corpus.services["affected"], strict=True)) == known.services
    assert incident["affected_users"] == known.users
    assert incident["failed_requests_fraction"] == pytest.approx(known.failed_percent / 100)
    assert plain(pd.Series([incident["data_loss"]], dtype="object")) == [known.data_loss]
    assert incident["sla_impact"] == pytest.approx((known.sla[0] - known.sla[1]) / 100, abs=1e-9)
    costs = {row.kind: (row.amount, row.currency) for row in corpus.costs.itertuples()}
    assert costs == known.costs
    assert plain(corpus.actions["action"]) == [action.text.replace("`", "") for action in known.actions]
    assert plain(corpus.actions["owner"]) == [action.owner for action in known.actions]
    assert plain(corpus.actions["due_on"]) == [action.due for action in known.actions]
    assert plain(corpus.actions["priority"]) == [action.priority for action in known.actions]
    assert plain(corpus.actions["status"]) == [action.status for action in known.actions]
    assert plain(corpus.signoffs["role"]) == [role for role, _, _ in known.signoffs]
    assert plain(corpus.signoffs["name"]) == [name for _, name, _ in known.signoffs]
    assert plain(corpus.signoffs["signed_on"]) == [signed for _, _, signed in known.signoffs]
    assert plain(corpus.signoffs["signed"]) == [signed is not None for _, _, signed in known.signoffs]
    assert not corpus.problems["code"].isin(["unreadable-value", "unreadable-time", "ambiguous-date"]).any()
