"""Real reports are read right: more than a hundred of them, held against what a careful reader takes from each.

The floors are a little below what is reached. They say that reading does not get worse; how well reports are read that
took no part in the tuning is what score_reading.py prints.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from score_reading import SCORED, read_golden, read_timelines, score_reports, score_timelines

from incident_analytics.reports.milestone_words import default_lexicon

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("folder", "facts", "f1"),
    [(HERE.parent / "data" / "real", 0.97, 0.94), (HERE / "corpus", 0.95, 0.89)],
    ids=["data/real", "tests/corpus"],
)
def test_real_reports_are_read_right(folder: Path, facts: float, f1: float) -> None:
    golden = read_golden(folder)
    score = score_reports(folder, golden, default_lexicon())
    assert score.right / score.asked >= facts, score
    assert score.f1 >= f1, score
    assert score.precision >= 0.95, score
    for grade in ("recorded", "sure"):
        right, wrong = score.graded[grade, True], score.graded[grade, False]
        assert right / (right + wrong) >= 0.98, score
    assert score.contradictions - score.reported <= len(golden) / 16, score
    assert score.false_alarms <= len(golden) / 30, score


def test_timelines_in_many_voices_are_read_right() -> None:
    score = score_timelines(read_timelines(SCORED), default_lexicon())
    assert score.f1 >= 0.66, score
    assert score.precision >= 0.88, score
    assert score.graded["sure", True] / (score.graded["sure", True] + score.graded["sure", False]) >= 0.97, score
