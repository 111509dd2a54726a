"""How likely each row of a timeline is each milestone, learned from timelines in many voices.

A row has features: its words, pairs of words, their meanings, its place, what the rows next to it say. Each feature has
a weight for each milestone in milestone_weights.tsv. The milestones of a report depend on each other: the restoration
speaks with the mitigation, the cause, the detection and the closure, the detection with the start and the response, by
which of the two comes first and how far apart they are. The probabilities are exact, in time that grows with the rows.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import mul
from pathlib import Path
from typing import NamedTuple, TypeAlias

from incident_analytics.errors import IncidentAnalyticsError
from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.row_readings import Reading, ReportClues
from incident_analytics.schema import MILESTONES

__all__ = ["END", "PAIRS", "RELATIONS", "WEIGHTS", "Features", "Model", "default_model", "features_of"]

Weights: TypeAlias = tuple[float, ...]

PAIRS = (
    ("restored", "mitigated"),
    ("restored", "identified"),
    ("restored", "detected"),
    ("restored", "closed"),
    ("detected", "started"),
    ("detected", "responded"),
)
"""Which milestones depend on each other; the first of each pair is the restoration or was the second of one before."""
RELATIONS = (
    "neither",
    "second only",
    "first only",
    "at once",
    "next",
    "soon after",
    "long after",
    "just before",
    "before",
)
"""How the second milestone of a pair may be to the first; soon is within three instants."""
_SOON = 3
_MINUTE = timedelta(minutes=1)
_TOKEN = compile_late(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[^\w\s]")
_LABEL = compile_late(r"[^:]{2,20}: ")
_PERCENT = compile_late(r"\d\s*%")
_STEM = 6
"""How many letters of a word count."""
_LEAST, _MOST = -2.0, 3.0
"""Between which bounds the words' own score counts."""
_HUNDRED = 100
"""The file has weights in hundredths."""
_FINE = 200
"""The words' own scores are in hundredths as well, and halves of these count."""
_BITS = 64
_HALF = 1 << _BITS - 1
WEIGHTS = Path(__file__).with_name("milestone_weights.tsv")
END = "# end"
"""The last line of that file: without it, the file is cut off."""


class Features(NamedTuple):
    """The features of a row: those that it has, each once or more often, and those that have a value."""

    names: list[str]
    scores: list[tuple[str, float]]


@lru_cache(maxsize=20_000)
def _stem(token: str) -> str:
    return "0" if token.isdigit() else token[:_STEM]


def _words(text: str, reading: Reading) -> list[str]:
    """Return the features of a row's own words."""
    stems = [_stem(token) for token in _TOKEN.findall(text.lower().replace("\u2019", "'"))]
    names = [f"w:{stem}" for stem in stems]
    names += [f"b:{one} {other}" for one, other in pairwise(["<", *stems, ">"])]
    names.append(f"len:{min(5, len(stems) // 4)}")
    if "?" in stems:
        names.append("has:?")
    if '"' in text or "\u201c" in text:
        names.append("has:quote")
    if _LABEL.match(text):
        names.append("has:colon")
    if _PERCENT.search(text):
        names.append("has:%")
    names += [f"m:{meaning}" for meaning in reading.meanings]
    names += [f"l:{feature}" for feature in reading.features if _is_joint(feature)]
    if reading.label:
        names.append(f"lab:{reading.label}")
    if reading.is_relapse:
        names.append("relapse")
    return names


def _scores(reading: Reading) -> list[tuple[str, float]]:
    return [(f"score:{name}", max(_LEAST, min(_MOST, weight)) / 2) for name, weight in reading.weights.items()]


@lru_cache(maxsize=4096)
def _is_joint(feature: str) -> bool:
    """Return whether a feature needs more than one meaning."""
    return " " in feature.removeprefix("no ").removeprefix("try ").removeprefix("after ")


def _apart(one: datetime, other: datetime) -> int:
    """Return the length between two instants on a coarse scale."""
    minutes = (other - one).total_seconds() / 60
    return 1 + int(min(5, math.log2(1 + minutes) / 2)) if minutes > 0 else 0


def _side(at: datetime, of: datetime) -> str:
    return "at" if abs(at - of) < _MINUTE else "before" if at < of else "after"


def features_of(
    events: Sequence[str],
    instants: Sequence[datetime],
    readings: Sequence[Reading],
    evidence: ReportClues,
    *,
    is_stated: bool,
    asked: Collection[int] | None = None,
) -> list[Features]:
    """Return the features of each row of a report.

    Parameters
    ----------
    events, instants, readings
        The rows that have an instant, in the order of time.
    evidence
        What the Duration line says, and the cause.
    is_stated
        Whether a row states a milestone by the template's phrase.
    asked
        The rows that are asked about, None for all; others have no features.
    """
    own_scores = list(map(_scores, readings))
    of_report = [
        f"rep:n{min(6, len(readings) // 2)}",
        f"rep:{'ev' if evidence.start or evidence.total else 'noev'}",
        *(["rep:cause"] if evidence.cause else []),
        *(["rep:stated"] if is_stated else []),
    ]
    meanings = [[meaning for meaning in reading.meanings if meaning[0] not in "^$"] for reading in readings]
    of_rows = zip(events, _places(instants), _compared(instants, evidence), _shared(readings, evidence), strict=True)
    found = []
    for index, (event, places, compared, shared) in enumerate(of_rows):
        if asked is not None and index not in asked:
            found.append(Features([], []))
            continue
        names = [*_words(event, readings[index]), *of_report, *places, *compared, *shared]
        scores = list(own_scores[index])
        for side, other in (("p", index - 1), ("n", index + 1)):
            if 0 <= other < len(readings):
                names += [f"{side}m:{meaning}" for meaning in meanings[other]]
                scores += [(side + name, value) for name, value in own_scores[other]]
        found.append(Features(names, scores))
    return found


def _places(instants: Sequence[datetime]) -> Iterator[list[str]]:
    """Give for each row which one it is, and how far the rows around it are."""
    n = len(instants)
    gaps = [_apart(one, other) for one, other in pairwise(instants)]
    for index in range(n):
        before = [f"gap:{gaps[index - 1]}"] if index else []
        after = [f"ngap:{gaps[index]}"] if index + 1 < n else []
        yield [f"pos:{min(index, 5)}", f"rpos:{min(n - 1 - index, 5)}", f"rel:{6 * index // n}", *before, *after]


def _compared(instants: Sequence[datetime], evidence: ReportClues) -> Iterator[list[str]]:
    """Give for each row how it lies to the stated start and end, or whether the stated length begins or ends there."""
    start, total = evidence.start, evidence.total
    end = evidence.end or (start + total if start and total and not evidence.approximate else None)
    if end is not None and not any(abs(at - end) < _MINUTE for at in instants):
        end = None
    length = None if start or evidence.end else total
    minutes = {at.replace(second=0, microsecond=0) for at in instants} if length else set()
    for at in instants:
        names = [f"st:{_side(at, start)}"] if start else []
        names += [f"en:{_side(at, end)}"] if end else []
        if length:
            minute = at.replace(second=0, microsecond=0)
            names += ["tot:begins"] if minute + length in minutes else []
            names += ["tot:ends"] if minute - length in minutes else []
        yield names


def _shared(readings: Sequence[Reading], evidence: ReportClues) -> Iterator[list[str]]:
    """Give for each row whether it shares words with the stated cause, and with rows before and after it."""
    last = {stem: index for index, reading in enumerate(readings) for stem in reading.stems}
    said: set[str] = set()
    cause = evidence.cause_stems
    for index, reading in enumerate(readings):
        n_causes = len(reading.stems & cause)
        names = [f"cause:{min(3, n_causes)}"] if n_causes else []
        names += [] if said.isdisjoint(reading.stems) else ["shares:before"]
        said |= reading.stems
        yield [*names, "shares:after"] if max(map(last.__getitem__, reading.stems), default=0) > index else names


class _Packed(dict[str, int]):
    """By feature its weights for each milestone, in hundredths, as one number: these add up exactly in any order.

    Each is made when it is first asked for, as one report has few of the features.
    """

    def __init__(self, weights: Mapping[str, Weights]) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, name: str) -> int:
        weights = self._weights[name]
        self[name] = packed = sum(round(weight * _HUNDRED) << _BITS * place for place, weight in enumerate(weights))
        return packed


class Model:
    """The weights of features and of pairs of milestones.

    Parameters
    ----------
    lines
        The lines of milestone_weights.tsv: a feature and its weight for each milestone, in the order of `MILESTONES`;
        as ``none`` what speaks for no row; as ``pair restored detected`` the weight of each of `RELATIONS`.

    Raises
    ------
    IncidentAnalyticsError
        A line is missing, or has too few or too many weights, or one that is not a finite number: the file is damaged.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        needed = {"none": len(MILESTONES)} | {f"pair {' '.join(pair)}": len(RELATIONS) for pair in PAIRS}
        weights: dict[str, Weights] = {}
        for number, line in enumerate(lines, start=1):
            if line and not line.startswith("# "):
                name, *cells = line.split("\t")
                weights[name] = _finite(cells, needed.get(name, len(MILESTONES)), number)
        if missing := [name for name in needed if name not in weights]:
            raise _damaged(f"the line {missing[0]!r} is missing")
        self.weights: Mapping[str, Weights] = weights
        self._packed = _Packed(weights)
        self.none = weights["none"]
        self.pairs = {pair: list(map(math.exp, weights[f"pair {' '.join(pair)}"])) for pair in PAIRS}

    def scores(self, features: Features) -> list[float]:
        """Return by milestone how much the features of a row speak for it."""
        known, of = self.weights.keys(), self._packed
        total = _FINE * sum(map(of.__getitem__, known & features.names))
        total += sum([round(value * _FINE) * of[name] for name, value in features.scores if value and name in known])
        return _unpacked(total)

    def likely(
        self,
        scores: Sequence[Sequence[float]],
        ranks: Sequence[int],
        allowed: Mapping[str, Collection[int]],
        given: Mapping[str, int],
    ) -> dict[str, list[float]]:
        """Return by milestone how likely each instant has it.

        Parameters
        ----------
        scores
            How much each row speaks for each milestone; of rows that may be none that isn't known, anything.
        ranks
            Which instant each row has, from 0.
        allowed
            By milestone the rows that may be it.
        given
            Milestones that are known, with their row.
        """
        n = ranks[-1] + 1 if ranks else 0
        own: dict[str, list[float]] = {}
        for place, name in enumerate(MILESTONES):
            own[name] = odds = [0.0] * (n + 1)
            if name in given:
                odds[1 + ranks[given[name]]] = 1.0
                continue
            most = max([self.none[place], *[scores[row][place] for row in allowed[name]]])
            odds[0] = math.exp(self.none[place] - most)
            for row in allowed[name]:
                odds[1 + ranks[row]] += math.exp(scores[row][place] - most)
        below, up = dict(own), {}
        for pair in reversed(PAIRS):
            first, second = pair
            up[pair] = _forward(self.pairs[pair], below[second])
            below[first] = _normal(map(mul, below[first], up[pair]))
        whole = {"restored": below["restored"]}
        for pair in PAIRS:
            first, second = pair
            without = [one / other if other else 0.0 for one, other in zip(whole[first], up[pair], strict=True)]
            whole[second] = _normal(map(mul, below[second], _backward(self.pairs[pair], without)))
        return {name: odds[1:] for name, odds in whole.items()}


def _unpacked(total: int) -> list[float]:
    """Return the weights of a number that is `_FINE` times the sum of packed ones."""
    found = []
    for _ in MILESTONES:
        own = (total + _HALF) % (2 * _HALF) - _HALF
        found.append(own / (_HUNDRED * _FINE))
        total = (total - own) >> _BITS
    return found


def _finite(cells: Sequence[str], n: int, number: int) -> Weights:
    """Return the weights of a line of the file."""
    if len(cells) != n:
        raise _damaged(f"{len(cells)} weights, not {n}", number)
    try:
        weights = tuple(map(float, cells))
    except ValueError as error:
        raise _damaged(str(error), number) from None
    if not all(map(math.isfinite, weights)):
        raise _damaged("a weight is not finite", number)
    return weights


def _damaged(reason: str, number: int | None = None) -> IncidentAnalyticsError:
    place = f"{WEIGHTS}:{number}" if number else str(WEIGHTS)
    return IncidentAnalyticsError(f"{place}: the file is damaged ({reason}); reinstall incident-analytics")


def _normal(odds: Iterable[float]) -> list[float]:
    each = list(odds)
    total = math.fsum(each) or 1.0
    return [odd / total for odd in each]


def _spread(weights: Sequence[float], odds: Sequence[float]) -> list[float]:
    """Return for each instant the odds of all instants, each by how it lies: weights from at once to before."""
    at_once, following, soon, late, just, before = weights
    sums = [0.0, *accumulate(odds)]
    total = sums[-1]
    sums += [total] * _SOON
    return [
        at_once * own
        + following * after
        + soon * (till_soon - till_next)
        + late * (total - till_soon)
        + (just * last + before * till_last)
        for own, after, till_next, till_soon, last, till_last in zip(
            odds, [*odds[1:], 0.0], sums[2:], sums[_SOON + 1 :], [0.0, *odds], [0.0, *sums], strict=False
        )
    ]


def _forward(weights: Sequence[float], odds: Sequence[float]) -> list[float]:
    """Return what the odds of a pair's second milestone say of its first one."""
    spread = _spread(weights[3:], odds[1:])
    return [weights[0] * odds[0] + weights[1] * math.fsum(odds[1:]), *[weights[2] * odds[0] + x for x in spread]]


def _backward(weights: Sequence[float], odds: Sequence[float]) -> list[float]:
    """Return what the odds of a pair's first milestone say of its second one."""
    spread = _spread(weights[3:], odds[:0:-1])[::-1]
    return [weights[0] * odds[0] + weights[2] * math.fsum(odds[1:]), *[weights[1] * odds[0] + x for x in spread]]


@lru_cache(maxsize=1)
def default_model() -> Model:
    """Return the weights of milestone_weights.tsv; an error as of `Model` where that is damaged, missing or cut off."""
    try:
        lines = WEIGHTS.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(str(error)) from None
    if lines[-1:] != [END]:
        raise _damaged("its end is missing", len(lines))
    return Model(lines)
