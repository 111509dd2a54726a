"""Outages as the tests of availability and error budgets write them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from builders import at, call, period
from hypothesis import strategies as st

from incident_analytics.analysis.error_budgets import sla_impact
from incident_analytics.tables import make_table

WITHIN = period("2025-07-01", "2025-07-11")  # ten days


START = WITHIN.start


END = WITHIN.end


LATER = at("2025-07-05")
"""Four of the ten days have passed."""


DAY = "2025-07-02T"


def outage_tables(
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


FACTS = ("occurred_at", "severity", "is_open", "affected_users", "affected_users_fraction", "sla_impact")


def impact(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.DataFrame:
    outages = tables["outages"]
    rest = {name: frame for name, frame in tables.items() if name != "outages"}
    return call(sla_impact, outages, **{"within": WITHIN, **rest, **arguments})


def row(tables: dict[str, pd.DataFrame], **arguments: Any) -> pd.Series:
    """The one row of a case with one service."""
    (only,) = impact(tables, **arguments).to_dict("records")
    return pd.Series(only)


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
