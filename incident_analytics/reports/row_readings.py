"""What a row of a timeline says by itself, and what the report says elsewhere of the same incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from incident_analytics.late_patterns import compile_late

__all__ = ["Reading", "ReportClues", "stems"]

_WORD = compile_late(r"[^\W_]{4,}")
_STEM = 4
"""How many letters of a word are compared."""
# fmt: off
_COMMON = frozenset(
    {
        "after", "again", "also", "another", "back", "been", "before", "being", "does", "down", "each", "even",
        "first", "from", "have", "into", "just", "last", "like", "made", "more", "most", "much", "near", "once",
        "only", "other", "over", "same", "some", "still", "such", "than", "that", "their", "them", "then", "there",
        "these", "they", "this", "those", "until", "very", "were", "what", "when", "where", "which", "while",
        "will", "with", "without", "would",
    }
)
# fmt: on
"""Longer words that say nothing of what a row is about."""


@dataclass(frozen=True, slots=True)
class ReportClues:
    """What the report says elsewhere: the Duration's start and end, its length, whether that is rough, and the cause.

    ``is_open`` is whether the report says that the incident goes on.
    """

    start: datetime | None = None
    end: datetime | None = None
    total: timedelta | None = None
    approximate: bool = False
    is_open: bool = False
    cause: str = ""

    @property
    def cause_stems(self) -> frozenset[str]:
        """How the longer words of the stated cause begin."""
        return _cause_stems(self.cause)


class Reading(NamedTuple):
    """What a row says by itself.

    Attributes
    ----------
    meanings
        What its words mean, each as it is meant.
    features
        The features of its words.
    weights
        By milestone what these weigh.
    speaks_for
        The milestones for which they weigh enough, as judged, to speak for them wherever the row is.
    label
        The milestone that its label names, as in ``Detection: an alert fires``.
    is_relapse
        Whether it says that it broke again.
    stems
        How its longer words begin, by which it is compared with other rows.
    """

    meanings: frozenset[str]
    features: frozenset[str]
    weights: Mapping[str, float]
    speaks_for: frozenset[str]
    label: str | None
    is_relapse: bool
    stems: frozenset[str]


def stems(text: str) -> frozenset[str]:
    """Return how the longer words of a text begin: ``locked`` and ``locks`` begin alike.

    Examples
    --------
    >>> sorted(stems("The account is locked, accounts lock"))
    ['acco', 'lock']
    """
    return frozenset({word[:_STEM] for word in _WORD.findall(text.lower()) if word not in _COMMON})


_cause_stems = lru_cache(maxsize=2)(stems)
"""Those of a long text that several questions of one report are compared with."""
