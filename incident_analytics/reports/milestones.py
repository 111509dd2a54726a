"""Which row of a timeline is which milestone, where the row does not say so in the template's phrase.

A row's score for a milestone is the sum of the weights of the groups of words that it holds (milestones.toml), and of
its place: the Duration line's start, end and total, the rows next to it, the order in which milestones
usually come. The best row takes the milestone if its score reaches the threshold; else the milestone is not known.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from incident_analytics.reports.placeholders import fold
from incident_analytics.schema import LAST_COUNTS, MILESTONES

__all__ = [
    "Clue",
    "DurationClues",
    "Gap",
    "Group",
    "Guess",
    "Lexicon",
    "default_lexicon",
    "infer_gaps",
    "infer_milestones",
    "infer_relapse",
]

_MINUTE = timedelta(minutes=1)
_SURE = 0.8
"""How sure a restoration must be where the report says that the incident goes on."""
_SLIP = timedelta(minutes=5)
"""How much before the stated start a row may be and still belong to the incident."""
_LABEL = re.compile(r"^([a-z' ]{2,30}?)\s*(?::|\s[-–—]\s|[-–—]\s)\s*(?=\S)")

# What the position of a row adds to its words.
_LABELLED = 4.0
_AT_THE_END = 2.0
_AFTER_THE_END = -2.2
_BEFORE_THE_START = -2.0
_ALREADY_OVER = -2.5
_NOT_BEGUN = -1.5
_RIGHT_BEFORE_THE_END = 0.6
_NO_OTHER_END = 0.4
_NEARLY = 1.6


@dataclass(frozen=True, slots=True)
class Clue:
    """A row as the scorer sees it: its instant, its words, the milestone that it states by the template's phrase."""

    at: datetime | None
    event: str
    stated: str | None = None


@dataclass(frozen=True, slots=True)
class DurationClues:
    """What the Duration line says of the same incident: its start and end, its length, whether that is rough.

    ``is_open`` is whether the report says that the incident goes on.
    """

    start: datetime | None = None
    end: datetime | None = None
    total: timedelta | None = None
    approximate: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """The row (counted from 0) of a milestone, and how sure that is, 0.5 to 1."""

    row: int
    confidence: float


class Gap(NamedTuple):
    """A time in which an incident was over: the row that says so, the row of the relapse, how sure the first one is."""

    over: int
    relapse: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Group:
    """Words that mean the same, and what they weigh."""

    words: re.Pattern[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words by which rows are milestones, as milestones.toml has them."""

    threshold: float
    labels: Mapping[str, str]
    groups: Mapping[str, Mapping[str, Group]]
    relapse: re.Pattern[str]


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """Return the words and weights of milestones.toml."""
    raw = tomllib.loads(Path(__file__).with_name("milestones.toml").read_text(encoding="utf-8"))
    groups = {
        name: {
            part: Group(_compile(group["words"], cased=group.get("cased", False)), group["weight"])
            for part, group in parts.items()
        }
        for name, parts in raw["groups"].items()
    }
    labels = {word: name for name, words in raw["labels"].items() for word in words}
    return Lexicon(raw["threshold"], labels, groups, _compile(raw["relapse"]["words"]))


def _compile(words: Sequence[str], *, cased: bool = False) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", 0 if cased else re.IGNORECASE)


def infer_milestones(
    clues: Sequence[Clue], evidence: DurationClues, lexicon: Lexicon | None = None
) -> dict[str, Guess]:
    """Find the rows that are milestones by their own words.

    Parameters
    ----------
    clues
        The rows in their order. A milestone that one of them states is not inferred.
    evidence
        What the Duration line says.
    lexicon
        The words and their weights; None takes those of milestones.toml.

    Returns
    -------
    dict
        By milestone its row; a milestone without a row of enough weight is not there.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = lambda hour, minute: datetime(2025, 3, 14, hour, minute, tzinfo=UTC)
    >>> rows = [Clue(day(14, 2), "Users report 503s"), Clue(day(15, 47), "Rollback done, site back to normal")]
    >>> sorted((name, guess.row) for name, guess in infer_milestones(rows, DurationClues()).items())
    [('detected', 0), ('restored', 1), ('started', 0)]
    """
    return _Scorer(clues, evidence, lexicon or default_lexicon()).infer()


def infer_gaps(clues: Sequence[Clue], evidence: DurationClues, lexicon: Lexicon | None = None) -> list[Gap]:
    """Find where an incident was over for a time: it was restored, broke again, and was restored for good.

    Parameters
    ----------
    clues, evidence, lexicon
        As for `infer_milestones`.

    Returns
    -------
    list of Gap
        The row that says that it was over, and the one that says that it broke again, in the order of time.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = lambda hour: datetime(2025, 3, 14, hour, tzinfo=UTC)
    >>> rows = ["Node NotReady", "Node healthy again", "NotReady alert again", "Recovery: another node is in"]
    >>> infer_gaps([Clue(day(10 + place), row) for place, row in enumerate(rows)], DurationClues())
    [Gap(over=1, relapse=2, confidence=0.92)]
    """
    lexicon = lexicon or default_lexicon()
    if not any(lexicon.relapse.search(clue.event) for clue in clues):
        return []
    scorer = _Scorer(clues, evidence, lexicon)
    scorer.infer()
    return scorer.gaps()


def infer_relapse(clues: Sequence[Clue], lexicon: Lexicon | None = None) -> Gap | None:
    """Find where an incident broke again after the last row that states by the template's phrase that it was over.

    Parameters
    ----------
    clues, lexicon
        As for `infer_milestones`.

    Returns
    -------
    Gap or None
        None where no such row follows.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = lambda hour: datetime(2025, 3, 14, hour, tzinfo=UTC)
    >>> rows = [Clue(day(11), "Service restored", "restored"), Clue(day(13), "Incident reopened")]
    >>> infer_relapse(rows)
    Gap(over=0, relapse=1, confidence=1.0)
    """
    lexicon = lexicon or default_lexicon()
    stated = [row for row, clue in enumerate(clues) if clue.stated == "restored" and clue.at is not None]
    if not stated:
        return None
    scorer = _Scorer(clues, DurationClues(), lexicon)
    over = stated[-1]
    later = sorted((row for row in scorer.rows() if scorer.at(row) > scorer.at(over)), key=scorer.at)
    relapse = next((row for row in later if lexicon.relapse.search(scorer.texts[row])), None)
    return None if relapse is None else Gap(over, relapse, 1.0)


class _Scorer:
    def __init__(self, clues: Sequence[Clue], evidence: DurationClues, lexicon: Lexicon) -> None:
        self.clues = clues
        self.evidence = evidence
        self.lexicon = lexicon
        self.stated = {clue.stated for clue in clues if clue.stated}
        self.texts = [clue.event.replace("\u2019", "'") for clue in clues]
        self.labels = [self.label(fold(clue.event)) for clue in clues]
        self.found: dict[str, Guess] = {}
        self.instants = {clue.at for clue in clues}
        detected = [clue.at for clue in clues if clue.stated == "detected" and clue.at is not None]
        self.start = None if evidence.start is None else min((evidence.start, *detected))
        self.weighed: dict[tuple[str, int], float] = {}

    def label(self, text: str) -> str | None:
        match = _LABEL.match(text)
        return self.lexicon.labels.get(match[1].strip()) if match else None

    def words(self, name: str, row: int) -> float:
        """Return what a row's words weigh for a milestone."""
        if (name, row) not in self.weighed:
            groups = self.lexicon.groups[name].values()
            self.weighed[name, row] = sum(group.weight for group in groups if group.words.search(self.texts[row]))
        return self.weighed[name, row]

    def rows(self) -> list[int]:
        """Return the rows that have an instant and no phrase of the template, in the order of time."""
        rows = [row for row, clue in enumerate(self.clues) if clue.at is not None and clue.stated is None]
        return sorted(rows, key=lambda row: (self.at(row), row))

    def at(self, row: int) -> datetime:
        at = self.clues[row].at
        if at is None:
            raise ValueError(row)
        return at

    def same(self, row: int, at: datetime | None) -> bool:
        return at is not None and abs(self.at(row) - at) < _MINUTE

    def took(self, milestone: str) -> datetime | None:
        """Return when a milestone was, stated or found."""
        rows = [clue.at for clue in self.clues if clue.stated == milestone and clue.at is not None]
        if rows:
            return rows[-1] if milestone in LAST_COUNTS else rows[0]
        return self.clues[self.found[milestone].row].at if milestone in self.found else None

    def take(
        self, milestone: str, scores: Mapping[int, float], *, last: bool = False, within: float = math.inf
    ) -> None:
        """Give a milestone to the row that its house labels so, else to one of those that reach the threshold.

        Of the cure and what follows it the last one counts, of what comes before the cure the first one; ``within``
        says how much less than the best row a row may weigh.
        """
        if milestone in self.stated or not scores:
            return
        best = max(scores.values())
        if best < self.lexicon.threshold:
            return
        labelled = [row for row in scores if self.labels[row] == milestone and scores[row] >= self.lexicon.threshold]
        floor = max(self.lexicon.threshold, best - within)
        near = labelled or [row for row, score in scores.items() if score >= floor]
        row = near[-1] if last else near[0]
        self.found[milestone] = Guess(row, self.confidence(scores[row]))

    def confidence(self, score: float) -> float:
        return round(1 / (1 + math.exp(self.lexicon.threshold - score - 0.5)), 2)

    def infer(self) -> dict[str, Guess]:
        self.infer_restored()
        if self.evidence.is_open and "restored" in self.found and self.found["restored"].confidence < _SURE:
            del self.found["restored"]
        self.infer_detected()
        self.infer_responded()
        self.infer_identified()
        self.infer_mitigated()
        self.infer_closed()
        self.infer_started()
        for milestone in [name for name, guess in self.found.items() if self.may_be_untimed(name, guess.row)]:
            del self.found[milestone]
        return self.found

    def may_be_untimed(self, milestone: str, row: int) -> bool:
        """Return whether a row without a readable time may be the one that counts for a milestone, not the one found.

        Any earlier row may be the start; other milestones need the words.
        """
        if milestone == "started" and self.fits_total(row):
            return False
        places = range(row + 1, len(self.clues)) if milestone in LAST_COUNTS else range(row)
        untimed = [place for place in places if self.clues[place].at is None]
        if milestone == "started":
            return bool(untimed)
        return any(
            self.clues[place].stated is None
            and self.words(milestone, place) + self.labelled(milestone, place) >= self.lexicon.threshold
            for place in untimed
        )

    def fits_total(self, row: int) -> bool:
        """Return whether the stated length leads from a row to the restoration."""
        over, total = self.took("restored"), self.evidence.total
        exact = over is not None and total is not None and not self.evidence.approximate
        return exact and over is not None and self.same(row, over - (total or timedelta(0)))

    def gaps(self) -> list[Gap]:
        over = self.took("restored")
        timed = sorted((row for row, clue in enumerate(self.clues) if clue.at is not None), key=self.at)
        found: list[Gap] = []
        last: int | None = None
        for row in timed:
            if over is None or self.at(row) >= over:
                break
            if last is not None and self.lexicon.relapse.search(self.texts[row]):
                confidence = 1.0 if self.clues[last].stated else self.confidence(self.ending(last))
                found.append(Gap(last, row, confidence))
                last = None
            elif self.ends(row):
                last = row
        return found

    def ends(self, row: int) -> bool:
        """Return whether a row by itself says that the incident is over."""
        if self.clues[row].stated is not None:
            return self.clues[row].stated == "restored"
        return self.ending(row) >= self.lexicon.threshold

    def ending(self, row: int) -> float:
        """Return what a row by itself weighs for the incident's being over."""
        return self.words("restored", row) + self.hindered(row) + self.labelled("restored", row)

    # -- what the place tells

    def labelled(self, milestone: str, row: int) -> float:
        if self.labels[row] == milestone:
            return _LABELLED
        return -_LABELLED if self.labels[row] else 0.0

    def before_start(self, row: int) -> float:
        """Weigh down what was before the stated start, or before a detection that a row states to be earlier."""
        return _BEFORE_THE_START if self.start is not None and self.at(row) <= self.start - _SLIP else 0.0

    def infer_restored(self) -> None:
        rows = self.rows()
        end = self.end()
        ends = [row for row in rows if self.same(row, end)]
        relapses = [self.at(row) for row in rows if self.lexicon.relapse.search(self.texts[row])]
        scores: dict[int, float] = {}
        for row in rows:
            score = self.words("restored", row) + self.labelled("restored", row)
            score += self.hindered(row) + self.before_start(row)
            if row in ends:
                score += _AT_THE_END
            elif ends and self.at(row) > self.at(ends[0]):
                score += _AFTER_THE_END
            if relapses and relapses[-1] > self.at(row):
                score += _ALREADY_OVER
            if self.words("closed", row) > 0:
                score -= 1.5
            scores[row] = score
        self.take("restored", scores, last=True, within=_NEARLY)
        if "restored" in self.found or "restored" in self.stated:
            return
        # Nobody says that it was over: then the last cure was, unless rows tell the cure by the template's phrase.
        if "mitigated" not in self.stated:
            cures = {row: self.cure(row) + _NO_OTHER_END for row in rows if not self.labels[row]}
            last = [row for row in rows if not self.words("closed", row) > 0]
            if last and cures.get(last[-1], 0) >= self.lexicon.threshold - 0.4 and len(rows) > 1:
                self.found["restored"] = Guess(last[-1], 0.5)

    def end(self) -> datetime | None:
        """Return the stated end; without one, the row that lies exactly the stated length after another one."""
        total = self.evidence.total
        if self.evidence.end is not None or total is None or self.evidence.approximate:
            return self.evidence.end
        fitting = (row for row in self.rows() if self.at(row) - total in self.instants and self.may_end(row))
        return next((self.at(row) for row in fitting), None)

    def may_end(self, row: int) -> bool:
        """Return whether nothing in a row's words speaks against its being the end."""
        others = max(self.words(name, row) for name in ("detected", "responded", "identified"))
        partly = self.lexicon.groups["restored"]["partly"].words.search(self.texts[row])
        return others < self.lexicon.threshold and not partly and self.hindered(row) == 0

    def cure(self, row: int) -> float:
        """Return what a row weighs as a cure, at the end or before it."""
        words = self.words("mitigated", row) + self.hindered(row)
        return words + self.labelled("mitigated", row) + self.before_start(row)

    def hindered(self, row: int) -> float:
        """Return what speaks against a cure in a row: it is in doubt, only planned, or failed."""
        return self.words("doubt", row) + self.words("plan", row) + self.words("failure", row)

    def helped(self, row: int) -> bool:
        """Return whether a row says that things get better."""
        return self.words("restored", row) > 0 and self.words("failure", row) == 0

    def infer_detected(self) -> None:
        scores = {}
        for row in self.rows():
            scores[row] = self.words("detected", row) + self.labelled("detected", row) + self.before_start(row)
        self.take("detected", scores)

    def infer_responded(self) -> None:
        scores = {}
        for row, clue in enumerate(self.clues):
            if clue.at is None or clue.stated not in {None, "detected"}:
                continue
            score = self.words("responded", row) + self.before_start(row)
            score += -1.0 if self.labels[row] == "detected" else self.labelled("responded", row)
            scores[row] = score
        self.take("responded", scores)

    def infer_identified(self) -> None:
        detected = self.took("detected")
        scores = {}
        for row in self.rows():
            score = self.words("identified", row) + self.labelled("identified", row) + self.before_start(row)
            score += self.words("doubt", row)
            if detected is not None and self.at(row) < detected:
                score -= 1.0
            if "restored" in self.found and self.found["restored"].row == row:
                score -= 1.0
            scores[row] = score
        self.take("identified", scores, within=_NEARLY / 2)

    def infer_mitigated(self) -> None:
        over = self.took("restored")
        rows = self.rows()
        begun = [at for name in ("detected", "responded") if (at := self.took(name)) is not None]
        last = self.found["restored"].row if "restored" in self.found else len(self.clues)
        before_end = [row for row in rows if over is None or (self.at(row), row) < (over, last)]
        scores: dict[int, float] = {}
        for place, row in enumerate(before_end):
            if "restored" in self.found and self.found["restored"].row == row:
                continue
            score = self.cure(row)
            following = before_end[place + 1 : place + 2]
            if (over is not None and not following) or any(self.helped(later) for later in following):
                score += _RIGHT_BEFORE_THE_END
            if (begun and self.at(row) < min(begun)) or self.same(row, self.evidence.start):
                score += _NOT_BEGUN
            if self.lexicon.relapse.search(self.texts[row]):
                score += _ALREADY_OVER
            scores[row] = score
        self.take("mitigated", scores, last=True, within=_NEARLY / 2.5)

    def infer_closed(self) -> None:
        scores = {row: self.words("closed", row) + self.labelled("closed", row) for row in self.rows()}
        self.take("closed", scores, last=True, within=_NEARLY)

    def infer_started(self) -> None:
        """Find where it began: where the end less the stated length leads, else the first row that reports a fault."""
        over = self.took("restored")
        known = [at for name in MILESTONES[1:] if (at := self.took(name)) is not None]
        first = self.took("detected") or min(known, default=None)
        rows = [row for row in self.rows() if first is None or self.at(row) <= first]
        if not rows or self.evidence.start is not None:
            return
        scores = {}
        for row in rows:
            score = self.words("started", row) + self.labelled("started", row)
            total = self.evidence.total
            if total and over and score > 0:
                off = abs((over - self.at(row)) - total) / total
                score += max(0.0, _AT_THE_END * (1 - off / 0.15))
            scores[row] = score
        self.take("started", scores, within=_NEARLY / 4)
        if "started" not in self.found:
            self.found["started"] = Guess(rows[0], 0.5)
