"""How sentences say that a milestone was then, by the turns of phrase of sayings.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from incident_analytics.phrases import Phrases

__all__ = ["milestones_of"]


@lru_cache(maxsize=256)  # each milestone asks for the same clause
def milestones_of(words: str) -> frozenset[str]:
    """Return the milestones of which a clause says by a turn of phrase that they were then.

    Examples
    --------
    >>> sorted(milestones_of("Our storage team began work")), sorted(milestones_of("pushes worked again"))
    (['responded'], ['restored'])
    >>> sorted(milestones_of("pushes failed again")), sorted(milestones_of("The migration began"))
    ([], [])
    """
    phrases, never = _sayings()
    said = {hit.value for hit in phrases.find(words)}
    return frozenset(said.difference(hit.value for hit in never.find(words)) if said else said)


@lru_cache(maxsize=1)
def _sayings() -> tuple[Phrases, Phrases]:
    """Return the phrases of each milestone, and those that take one back."""
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return Phrases(raw["phrases"], raw["words"]), Phrases(raw["never"], raw["words"])
