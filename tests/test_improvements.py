"""What would make a review more accurate: each gap with what closes it, and none where there is none."""

from __future__ import annotations

import dataclasses

import pytest
from builders import at, incidents

from incident_analytics.config import Settings
from incident_analytics.facts import MissingFacts
from incident_analytics.highlights import Highlights
from incident_analytics.scope import Scope
from incident_analytics.sentences import describe_missing

COMPLETE = MissingFacts(
    has_settings=True,
    n_services=2,
    without_target=(),
    mapped=(),
    unknown_severity=(),
    unknown_status=(),
    n_unknown=0,
    is_past=False,
    has_tracker=True,
    ongoing=(),
    metric="time to restore",
    unmeasured=(),
    n_inferred=0,
)


def test_where_nothing_is_missing_nothing_is_said() -> None:
    assert describe_missing(COMPLETE) == []


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"has_settings": False}, "- no settings: run 'incident-analytics init' for a first incident-analytics.toml"),
        (
            {"without_target": ("API",)},
            (
                "- 1 of 2 services without a target (API): add target = 0.999 under [services.NAME] in "
                "incident-analytics.toml"
            ),
        ),
        (
            {"unknown_severity": ("INC-1", "INC-2")},
            "- 2 incidents without a known severity (INC-1 and INC-2): write it in the report, or declare its word",
        ),
        ({"n_unknown": 1}, "- 1 action status missing: write the tracker's key in the item, or add a Status column"),
        (
            {"unmeasured": ("INC-1",)},
            (
                "- 1 incident without a time to restore (INC-1): add the times to the report; "
                "'incident-analytics check' names the rows"
            ),
        ),
        ({"n_inferred": 3}, "- 3 values inferred with some doubt: run 'incident-analytics confirm'"),
    ],
)
def test_each_gap_comes_with_what_closes_it(missing: dict[str, object], said: str) -> None:
    facts = dataclasses.replace(COMPLETE, **missing)  # type: ignore[arg-type]
    assert describe_missing(facts) == ["To make this review more accurate:", said]


def test_the_gaps_are_those_of_the_review() -> None:
    """Of three incidents one goes on, and one before the period does not matter."""
    corpus = incidents(
        ("INC-1", "2025-04-01", "2025-04-02", "Final"),
        ("INC-2", "2025-07-01", "2025-07-02", "Final"),
        ("INC-3", "2025-08-01", None, "Final"),
    )
    settings = Settings.model_validate({"services": {"API": {}, "Web": {"target": 0.99}}})
    facts = Highlights(Scope.of(corpus, "2025Q3", settings, at("2025-10-01"))).missing
    assert (facts.has_settings, facts.n_services, facts.without_target) == (False, 2, ("API",))
    assert (facts.ongoing, facts.unmeasured, facts.unknown_severity) == (("INC-3",), (), ())
    assert (facts.n_unknown, facts.n_inferred, facts.metric) == (0, 0, "time to restore")
