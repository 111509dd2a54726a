"""What the words of a row say, and what they weigh for each milestone, by milestones.toml.

A row's words become clauses (`incident_analytics.reports.clauses`), these the features that the file lists with their
weights.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.clauses import Feature, Vocabulary
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.row_readings import Reading, stems
from incident_analytics.schema import MILESTONES

__all__ = ["Lexicon", "Weight", "default_lexicon"]

_SPEAKS_FOR = 1.0
"""The weight from which on a row's words speak for a milestone."""
_LABEL = compile_late(r"^([^\W\d_](?:[^\W\d_]|[' ]){1,29}?)(?:\s*(?::|：|\s[-–—]\s|[-–—]\s)\s*(?=\S)|[\s.:*_]*$)")
"""What a row begins with that the author calls it, or all of its words."""
_LABEL_EXTRAS = compile_late(r"\b(?:incident|first|initial|service|outage|impact|time of|the|root)\b")
_ASIDE = compile_late(r"\(([^()]{4,30})\)\W*$")
"""What a row ends with that the author calls it."""


class Weight(NamedTuple):
    """What a feature weighs: as judged by how people write, and as fitted to reports from there."""

    judged: float
    fitted: float


class Lexicon:
    """What milestones.toml holds: words by their meaning, and the features of each milestone with their weights.

    Parameters
    ----------
    raw
        The content of the file.
    fitted
        By milestone other fitted weights than those of the file.

    Attributes
    ----------
    weights
        By milestone the weight of each feature: of a row's words, and with ``@`` before it of its place.
    """

    def __init__(
        self, raw: Mapping[str, Mapping[str, Any]], fitted: Mapping[str, Mapping[str, float]] | None = None
    ) -> None:
        self.weights = {
            name: {
                **{feature: Weight(*pair) for feature, pair in raw["words"][name].items()},
                **{f"@{place}": Weight(*pair) for place, pair in raw["places"][name].items()},
            }
            for name in MILESTONES
        }
        for name, weights in (fitted or {}).items():
            self.weights[name] = {key: Weight(self.weights[name][key].judged, fit) for key, fit in weights.items()}
        self._relapse: Mapping[str, float] = raw["relapse"]
        self._labels = {label: name for name, labels in raw["labels"].items() for label in labels}
        self._asides = {label: name for name, labels in raw["asides"].items() for label in labels}
        self._vocabulary = Vocabulary(raw["meanings"])
        keys = {key for part in (*self.weights.values(), self._relapse) for key in part if key[0] != "@"}
        features = {key: Feature.of(key) for key in keys}
        self._single = {key for key, feature in features.items() if len(feature.meanings) == 1}
        self._joint: dict[str, list[tuple[str, Feature]]] = {}
        for key in keys - self._single:
            self._joint.setdefault(features[key].meanings[0], []).append((key, features[key]))
        none = Weight(0.0, 0.0)
        self._columns: dict[str, Sequence[float]] = {}  # what is summed: as fitted, as judged, of a relapse
        for key in keys:
            own = [of.get(key, none) for of in self.weights.values()]
            fits, judgements = [each.fitted for each in own], [each.judged for each in own]
            self._columns[key] = (*fits, *judgements, self._relapse.get(key, 0.0))
        self.read = lru_cache(maxsize=4096)(self._read)
        self._read_rows = lru_cache(maxsize=2)(lambda events: tuple(map(self.read, events)))

    def read_rows(self, events: Iterable[str]) -> Sequence[Reading]:
        """Return what each row of a report says; those of the last reports are kept, however many rows they have."""
        return self._read_rows(tuple(events))

    def _read(self, text: str) -> Reading:
        """Return what a row's words say."""
        clauses = self._vocabulary.clauses(text)
        held = frozenset(chain.from_iterable(clauses))
        joint = [
            key
            for meaning in held & self._joint.keys()
            for key, feature in self._joint[meaning]
            if feature.is_in(clauses, held)
        ]
        features = frozenset([*(held & self._single), *joint])
        # Sums are rounded once, so that they do not depend on the order in which a set gives its members.
        columns = [self._columns[key] for key in features] or [(0.0,) * (2 * len(self.weights) + 1)]
        sums = list(map(math.fsum, zip(*columns, strict=True)))
        judged = sums[len(self.weights) : -1]
        return Reading(
            held,
            features,
            dict(zip(self.weights, sums, strict=False)),
            frozenset([name for name, weight in zip(self.weights, judged, strict=True) if weight >= _SPEAKS_FOR]),
            self._label(fold(text), held),
            sums[-1] > 0,
            stems(text),
        )

    def _label(self, text: str, held: Collection[str]) -> str | None:
        """Return the milestone that a row is called: in front, else in brackets at its end if it says that it is so."""
        match = _LABEL.match(text)
        if match and (label := self._labels.get(" ".join(_LABEL_EXTRAS.sub(" ", match[1]).split()))):
            return label
        aside = _ASIDE.search(text) if "(" in text else None
        if aside is None or any(meaning.startswith(("no ", "try ")) for meaning in held) or "useless" in held:
            return None
        return self._asides.get(aside[1].strip())


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """Return the words and weights of milestones.toml."""
    return Lexicon(tomllib.loads(Path(__file__).with_name("milestones.toml").read_text(encoding="utf-8")))
