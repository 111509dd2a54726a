"""Where events cluster on a circle, such as the hours of a day."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from incident_analytics.analysis.statistics import LEAST

__all__ = ["Cluster", "find_cluster"]

_SIMULATED: Final = 9999
_BATCH: Final = 1_000_000  # numbers held at once while simulating


class Cluster(NamedTuple):
    """A window that holds more events than the others, and the chance of one as extreme where there is no pattern."""

    window: int
    n: int
    p_value: float


def find_cluster(
    counts: npt.ArrayLike, *, weights: npt.ArrayLike, windows: Sequence[Sequence[int]], samples: int = _SIMULATED
) -> Cluster | None:
    """Find the window in which events cluster most, and how often chance alone makes a cluster as strong.

    Parameters
    ----------
    counts
        How many events fell into each cell, such as an hour of the day or a weekday; the cells are in the order of the
        circle.
    weights
        How much of the time each cell covers, in any unit: where nothing clusters, events fall into cells in
        proportion to it.
    windows
        The windows to look at, each a selection of cells.
    samples
        How many samples without a pattern to draw, with a fixed seed.

    Returns
    -------
    Cluster or None
        The window, as its position in ``windows``, with its number of events and the p-value of the strongest cluster
        of all windows. None below 10 events, and where no window holds more than its share.

    Notes
    -----
    The strength of a cluster is the likelihood ratio of its window (Kulldorff). Counts are whole, so many samples tie;
    ties are broken by how unevenly the events fall into cells (chi-square), then by how far they lie to one side of
    the circle. Without that the test would find fewer patterns than its level allows.

    References
    ----------
    M. Kulldorff, "A Spatial Scan Statistic", Communications in Statistics - Theory and Methods 26 (1997) 1481-1496,
    https://doi.org/10.1080/03610929708831995; the p-value by simulation is that of M. Dwass, "Modified Randomization
    Tests for Nonparametric Hypotheses", The Annals of Mathematical Statistics 28 (1957) 181-187.

    Examples
    --------
    >>> days = [[day] for day in range(7)]
    >>> find_cluster([1, 1, 1, 1, 1, 7, 0], weights=[1] * 7, windows=days)
    Cluster(window=5, n=7, p_value=0.003)
    """
    numbers = np.asarray(counts, dtype=np.int64)
    shares = np.asarray(weights, dtype=np.float64)
    shares = shares / shares.sum()
    n = int(numbers.sum())
    if n < LEAST["start pattern"]:
        return None
    cells = np.zeros((len(windows), shares.size), dtype=np.int64)
    for number, window in enumerate(windows):
        cells[number, list(window)] = 1
    strength, best = _cluster_strength(numbers[np.newaxis], shares, cells)
    if strength[0, 0] <= 0:
        return None
    null = _cluster_null(n, tuple(shares), tuple(map(tuple, windows)), samples)
    # As strong or stronger: the first of the three figures that differs decides.
    as_strong = np.ones(len(null), dtype=bool)
    for figure, observed in zip(null.T[::-1], strength[0, ::-1], strict=True):
        as_strong = (figure > observed) | ((figure == observed) & as_strong)
    p_value = (1 + np.count_nonzero(as_strong)) / (1 + samples)
    return Cluster(int(best[0]), int(numbers @ cells[best[0]]), float(p_value))


@lru_cache(maxsize=64)
def _cluster_null(
    n: int, shares: tuple[float, ...], windows: tuple[tuple[int, ...], ...], samples: int
) -> npt.NDArray[np.float64]:
    """Return the strengths of the strongest clusters in samples without a pattern."""
    cells = np.zeros((len(windows), len(shares)), dtype=np.int64)
    for number, window in enumerate(windows):
        cells[number, list(window)] = 1
    drawn = np.random.default_rng(0).multinomial(n, shares, size=samples)
    batches = np.array_split(drawn, max(1, drawn.shape[0] * len(windows) // _BATCH))
    return np.concatenate([_cluster_strength(batch, np.array(shares), cells)[0] for batch in batches])


def _cluster_strength(
    counts: npt.NDArray[np.int64], shares: npt.NDArray[np.float64], cells: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the strength of each row's strongest cluster and the two figures that break ties, and its window."""
    from scipy import special

    n = counts[0].sum()
    expected, possible = n * (cells @ shares)[:, np.newaxis], np.arange(n + 1)
    ratio = special.rel_entr(possible, expected) + special.rel_entr(n - possible, n - expected)
    # A window that is never open, or always, cannot hold more than its share.
    ratio = np.where((possible > expected) & (expected > 0) & (expected < n), ratio, 0.0).round(9)
    inside = (counts.astype(np.float64) @ cells.T).astype(np.intp)  # a product of floats is by far faster
    ratios = ratio[np.arange(len(cells)), inside]
    best = ratios.argmax(axis=1)
    used = shares > 0
    uneven = ((counts[:, used] - n * shares[used]) ** 2 / (n * shares[used])).sum(axis=1)
    one_sided = np.abs(counts @ np.exp(2j * np.pi * np.arange(shares.size) / shares.size))
    return np.column_stack([ratios.max(axis=1), uneven.round(9), one_sided.round(9)]), best
