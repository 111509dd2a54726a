from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

from incident_analytics.analysis.clusters import Cluster, find_cluster
from incident_analytics.analysis.statistics import (
    LEAST,
)

DAYS = [*([day] for day in range(7)), [5, 6], [0, 1, 2, 3, 4]]


HOURS = [[(first + hour) % 24 for hour in range(length)] for length in range(2, 13) for first in range(24)]


def test_seven_of_twelve_on_saturdays_are_found() -> None:
    """The chance that some weekday has 7 of 12 or more is 7 * P(B(12, 1/7) >= 7) = 0.0035 at most."""
    found = find_cluster([1, 1, 1, 1, 1, 7, 0], weights=[1] * 7, windows=DAYS)
    assert found == Cluster(5, 7, pytest.approx(0.003, abs=0.0015))


def test_a_cluster_is_found_wherever_it_is_on_the_circle_with_its_window() -> None:
    """18 hours of 0 and 6 of 5 events; turning the circle turns the window."""
    counts = [0] * 18 + [5] * 6
    for turn in (0, 10, 20):
        found = find_cluster(np.roll(counts, turn), weights=[1] * 24, windows=HOURS)
        assert found is not None
        assert HOURS[found.window] == [(18 + turn + hour) % 24 for hour in range(6)]
        assert (found.n, found.p_value) == (30, 0.0001)


def test_an_even_spread_has_no_cluster_and_neither_have_few_events() -> None:
    assert find_cluster([4] * 7, weights=[1] * 7, windows=[[day] for day in range(7)]) is None
    least = LEAST["start pattern"]
    assert find_cluster([least - 1] + [0] * 6, weights=[1] * 7, windows=DAYS) is None
    assert find_cluster([least] + [0] * 6, weights=[1] * 7, windows=DAYS) is not None


def test_a_weak_cluster_is_one_and_too_few_in_every_window_are_none() -> None:
    """6 of 21 where 3 are expected are 6 ln 2 + 15 ln(5/6) = 1.42 strong, 4 of 14 where 2 are 0.95."""
    found = find_cluster([4, 2, 2, 2, 2, 1, 1], weights=[1] * 7, windows=[[day] for day in range(7)])
    assert found is not None
    assert (found.window, found.n) == (0, 4)
    assert found.p_value > 0.5
    assert find_cluster([1, 13], weights=[1, 1], windows=[[0]]) is None


def test_a_weekday_that_comes_up_more_often_may_have_more_events() -> None:
    """24 of 84 on Mondays: twice their share, unless Mondays are a quarter of the days."""
    counts = [24, 10, 10, 10, 10, 10, 10]
    uneven = find_cluster(counts, weights=[1] * 7, windows=DAYS)
    assert uneven is not None
    assert uneven.p_value < 0.05
    fair = find_cluster(counts, weights=[2, 1, 1, 1, 1, 1, 1], windows=DAYS)
    assert fair is None or fair.p_value > 0.5
    never = find_cluster([0, 4, 4, 4, 4, 4, 4], weights=[0, 1, 1, 1, 1, 1, 1], windows=DAYS)
    assert never is None or never.p_value > 0.5


@pytest.mark.parametrize(("n", "windows"), [(50, DAYS), (10, HOURS)], ids=["weekdays", "hours"])
def test_where_nothing_clusters_five_percent_of_samples_have_a_cluster(n: int, windows: list[list[int]]) -> None:
    """300 samples: 4 to 5.5%, and at most 2 standard errors more or less."""
    cells = 7 if windows is DAYS else 24
    counts = np.random.default_rng(1).multinomial(n, [1 / cells] * cells, size=300)
    found = [find_cluster(row, weights=[1] * cells, windows=windows, samples=1999) for row in counts]
    false_alarms = np.mean([cluster is not None and cluster.p_value <= 0.05 for cluster in found])
    assert 0.04 - 0.023 <= false_alarms <= 0.055 + 0.026


def plain_strengths(counts: np.ndarray, shares: list[float]) -> list[tuple[float, float, float]]:
    """Return each sample's figures by the formulas: the best ratio of likelihoods, unevenness, one-sidedness."""
    found = []
    for row in counts.tolist():
        n, best = sum(row), 0.0
        for count, share in zip(row, shares, strict=True):
            if count > n * share:
                rest = (n - count) * math.log((n - count) / (n - n * share)) if n > count else 0
                best = max(best, count * math.log(count / (n * share)) + rest)
        uneven = sum((count - n * share) ** 2 / (n * share) for count, share in zip(row, shares, strict=True))
        sided = abs(sum(count * cmath.exp(2j * math.pi * day / len(row)) for day, count in enumerate(row)))
        found.append((round(best, 9), round(uneven, 9), round(sided, 9)))
    return found


@pytest.mark.parametrize("counts", [[3, 2, 2, 1, 1, 1, 2], [2, 2, 2, 2, 1, 1, 2], [5, 1, 1, 1, 1, 2, 1]])
def test_the_chance_is_that_of_samples_as_strong_also_where_the_strongest_are_alike(counts: list[int]) -> None:
    shares = [0.2, 0.1, 0.1, 0.2, 0.1, 0.1, 0.2]
    drawn = np.random.default_rng(0).multinomial(sum(counts), shares, size=999)
    (own,) = plain_strengths(np.array([counts]), shares)
    as_strong = sum(each >= own for each in plain_strengths(drawn, shares))
    found = find_cluster(counts, weights=shares, windows=[[day] for day in range(7)], samples=999)
    assert found is not None
    assert found.p_value == pytest.approx((1 + as_strong) / 1000, abs=0.003)
