"""Which row of a timeline is which milestone, where the row does not say so in the template's phrase.

A row's score for a milestone is the sum of the weights of its words (`incident_analytics.reports.milestone_words`) and
of its place: the Duration line's start and end, the rows around it, the milestones found before. The scores of all
rows, and 0 for none of them, make a probability for each row. The best row takes the milestone if its probability
reaches the threshold; else the milestone is not known.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.milestone_model import default_model, features_of
from incident_analytics.reports.milestone_words import Lexicon, default_lexicon
from incident_analytics.reports.row_readings import Reading, ReportClues
from incident_analytics.schema import LAST_COUNTS, MILESTONES

__all__ = [
    "Clue",
    "Gap",
    "Guess",
    "Option",
    "Scorer",
    "infer_gaps",
    "infer_milestones",
    "infer_relapse",
]

_MINUTE = timedelta(minutes=1)
_SURE = 0.98
"""From this confidence on a guess is graded *sure*."""
_LIKELY = 0.65
"""From this confidence on a row takes a milestone."""
_LEARNED = 0.6
"""From this probability on the learned model's row takes a milestone."""
_CERTAIN = 0.995
"""From this probability on it is right at 98 percent on organisations left out."""
_ROWS = 5
"""From how many rows on the learned model reads a timeline; of a shorter one the words alone decide."""
_DENIED = -1.0
"""The weight up to which a row's words deny that it is a milestone."""
_FALLBACK = 0.5
"""The confidence of a start that is the first row, as no row says that it started."""
_SLIP = timedelta(minutes=5)
"""How much before the stated start a row may be and still belong to the incident."""
_ROUGHLY = 0.15
"""How much of a rough length a row may be off."""
_MOST = 4
"""How many rows that speak for the same milestone count."""
_ACTS = frozenset({"act", "revert", "fix", "participle"})
_BETTER = frozenset({"well", "okay", "stop", "part"})
_NEWS = _ACTS | {"fault", "alarm", "well", "over", "okay", "stop"}
"""Features of a row that says how things are."""
_GOES_ON = frozenset({"no over", "no well", "try over", "try well"})
"""Meanings of a row that says that nothing is over."""
_AT_WORK = frozenset({"^look", "^verify", "^declare", "$fault"})
"""What a row holds that says what somebody begins to do or hopes for, or what fails."""
_WAITS = compile_late(
    r"\b(?:hop(?:e|es|ed|ing)|wait\w*|await\w*|asks?|asked|warten?|attend(?:ons|ent)|on attend|esper\w+|aguard\w+"
    r"|wachten?|venter|väntar|attesa|czeka\w*)\b"
    r"|\b(?:restor|backup|import|copy|sync|rebuil|recover|progress)\w*\b[^.;]{0,30}\b\d\d? ?%",
    re.IGNORECASE,
)
"""Words for waiting, and how much of a work is done."""
_NOT_CAUSE = compile_late(
    r"\bcause (?:is|was|remains)(?: still)?(?: not|n't| unclear| unknown)\b"
    r"|\bcause (?:still )?(?:not (?:yet )?|un)(?:clear|known|found)\b"
    r"|\b(?:not|n't) (?:yet )?(?:clear|know|known|found|find) (?:what|why|the (?:root )?cause)\b",
    re.IGNORECASE,
)
"""Words by which the cause is not found, or not what was thought."""
_TROUBLE = frozenset({"fault", "thing", "graph", "repeat", "others", "part", "whole", "incident", "defect"})
"""Meanings of a row that says what fails and where."""
_LITTLE = 0.3
"""The weight up to which a row's words say next to nothing for a milestone."""
_ORDER = ("restored", "detected", "responded", "identified", "mitigated", "closed", "started")
"""In which order the milestones are found: the clearest first, as the others depend on where it is."""


class Clue(NamedTuple):
    """A row as the scorer sees it: its instant, its words, the milestone that it states by the template's phrase."""

    at: datetime | None
    event: str
    stated: str | None = None


class Guess(NamedTuple):
    """The row (counted from 0) of a milestone, and how likely it is the right one, 0.5 to 1."""

    row: int
    confidence: float

    @property
    def grade(self) -> str:
        """Return ``sure`` or ``check``."""
        return "sure" if self.confidence >= _SURE else "check"


class Gap(NamedTuple):
    """A time in which an incident was over: the row that says so, the row of the relapse, how sure the first one is.

    ``guess`` is None where the row states it.
    """

    over: int
    relapse: int
    guess: Guess | None


class Option(NamedTuple):
    """A row that may be a milestone, with the features of its place."""

    row: int
    places: tuple[str, ...]


def infer_milestones(clues: Sequence[Clue], evidence: ReportClues, lexicon: Lexicon | None = None) -> dict[str, Guess]:
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
        By milestone its row; a milestone without a row that is likely enough is not there.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = lambda hour, minute: datetime(2025, 3, 14, hour, minute, tzinfo=UTC)
    >>> rows = [Clue(day(14, 2), "Users report 503s"), Clue(day(15, 47), "Rollback done, site back to normal")]
    >>> sorted((name, guess.row) for name, guess in infer_milestones(rows, ReportClues()).items())
    [('detected', 0), ('restored', 1), ('started', 0)]
    """
    return Scorer(clues, evidence, lexicon or default_lexicon()).infer()


def infer_gaps(clues: Sequence[Clue], evidence: ReportClues, lexicon: Lexicon | None = None) -> list[Gap]:
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
    >>> gaps = infer_gaps([Clue(day(10 + place), row) for place, row in enumerate(rows)], ReportClues())
    >>> [(gap.over, gap.relapse) for gap in gaps]
    [(1, 2)]
    """
    lexicon = lexicon or default_lexicon()
    if not any(reading.is_relapse for reading in lexicon.read_rows(clue.event for clue in clues)):
        return []
    scorer = Scorer(clues, evidence, lexicon)
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
    Gap(over=0, relapse=1, guess=None)
    """
    lexicon = lexicon or default_lexicon()
    stated = [row for row, clue in enumerate(clues) if clue.stated == "restored" and clue.at is not None]
    if not stated or not any(reading.is_relapse for reading in lexicon.read_rows(clue.event for clue in clues)):
        return None
    scorer = Scorer(clues, ReportClues(), lexicon)
    later = (row for row in scorer.order if scorer.at(row) > scorer.at(stated[-1]) and scorer.clues[row].stated is None)
    relapse = next((row for row in later if scorer.readings[row].is_relapse), None)
    return None if relapse is None else Gap(stated[-1], relapse, None)


class Scorer:
    """Scores the rows of one report.

    Parameters
    ----------
    clues, evidence, lexicon
        As for `infer_milestones`.
    known
        Milestones whose instants are known, in place of those that the rows state.

    Attributes
    ----------
    at
        Gives the instant of a row that has one.
    """

    def __init__(
        self,
        clues: Sequence[Clue],
        evidence: ReportClues,
        lexicon: Lexicon,
        known: Mapping[str, datetime] | None = None,
    ) -> None:
        self.clues = clues
        self.evidence = evidence
        self.lexicon = lexicon
        instants = {row: clue.at for row, clue in enumerate(clues) if clue.at is not None}
        self.at: Callable[[int], datetime] = instants.__getitem__
        self.order = sorted(instants, key=self.at)
        self.following = dict(pairwise(self.order))
        self.readings = lexicon.read_rows(clue.event for clue in clues)
        self.n_rows = Counter(self.at(row) for row in self.order)
        self.stated = {clue.stated for clue in clues if clue.stated}
        self.known = dict(self.instants_stated() if known is None else known)
        self.found: dict[str, Guess] = {}
        self.start, self.end = self.stated_start(), self.stated_end()
        self.has_end = self.end is not None and any(_is_same(self.at(row), self.end) for row in self.order)
        self.trouble = next((row for row in self.order if "fault" in self.readings[row].features), None)
        self.response = next((self.at(row) for row in self.order if "responded" in self.readings[row].speaks_for), None)
        self.relapse = next((self.at(row) for row in reversed(self.order) if self.readings[row].is_relapse), None)
        signs = (
            row
            for row in self.order
            if "fault" in self.readings[row].features or "detected" in self.readings[row].speaks_for
        )
        self.troubles = list(islice(signs, 2))
        self.first_act = next(filter(self.is_act, self.order), None)
        self.last_word = next(
            (
                row
                for row in reversed(self.order)
                if not (self.has_end and self.end and self.at(row) > self.end)
                and "close" not in self.readings[row].features
                and not self.readings[row].features.isdisjoint(_NEWS)
            ),
            None,
        )
        self.acts: list[int] = []
        self.next: int | None = None
        self.cure: int | None = None

    @cached_property
    def cause(self) -> frozenset[str]:
        """How the longer words of the stated cause begin."""
        return self.evidence.cause_stems

    def instants_stated(self) -> Iterator[tuple[str, datetime]]:
        """Give the milestones that rows state: of the cure and what follows it the last row counts, else the first."""
        for row in self.order:
            name = self.clues[row].stated
            if name in LAST_COUNTS:
                yield name, self.at(row)
        for row in reversed(self.order):
            name = self.clues[row].stated
            if name and name not in LAST_COUNTS:
                yield name, self.at(row)

    def stated_start(self) -> datetime | None:
        """Return the Duration line's start, or a detection that a row states to be earlier."""
        start, detected = self.evidence.start, self.known.get("detected")
        return min(start, detected) if start and detected and "detected" in self.stated else start

    def stated_end(self) -> datetime | None:
        """Return the stated end; without one, that of a row which lies exactly the stated length after another one."""
        total = self.evidence.total
        if self.evidence.end is not None or total is None or self.evidence.approximate:
            return self.evidence.end
        instants = {clue.at for clue in self.clues}
        ends = (self.at(row) for row in self.rows("restored") if not self.readings[row].is_relapse)
        return next((at for at in ends if at - total in instants), None)

    # -- a row's features

    def rows(self, milestone: str) -> list[int]:
        """Return the rows that may be a milestone, in the order of time: those that state none.

        One that states the detection may be the response as well; none is the cause that says that it is not known.
        """
        allowed = {None, "detected"} if milestone == "responded" else {None}
        rows = [row for row in self.order if self.clues[row].stated in allowed]
        if milestone == "identified":
            return [row for row in rows if not _NOT_CAUSE.search(self.clues[row].event)]
        return rows

    def options(self, milestone: str) -> Iterator[Option]:
        """Give the rows that may be a milestone, each with the features of its place."""
        weights = self.lexicon.weights[milestone]
        rows = self.rows(milestone)
        self.look_over()
        after = sum(milestone in self.readings[row].speaks_for for row in rows)
        before = 0
        for row in rows:
            speaks = milestone in self.readings[row].speaks_for
            after -= speaks
            if self.may_be(milestone, row):
                ranks = ["@first"] if speaks and not before else []
                ranks += ["@last"] if speaks and not after else []
                ranks += ["@later"] * min(before, _MOST) + ["@earlier"] * min(after, _MOST)
                yield Option(row, (*self.places(milestone, row), *[key for key in ranks if key in weights]))
            before += speaks

    def may_be(self, milestone: str, row: int) -> bool:
        """Return whether a row may be a milestone, given the others that were found.

        A row without any word for it is none, but the start, the restoration at the stated end, or a cause that is
        found right before an act or the cure. A mitigation is not after the restoration nor in the same row, a start
        not after any other milestone.
        """
        reading, over = self.readings[row], self.known.get("restored")
        is_end = milestone == "restored" and _is_same(self.at(row), self.end)
        if (
            milestone != "started"
            and not is_end
            and reading.weights[milestone] <= 0
            and reading.label != milestone
            and not (milestone == "identified" and (self.is_before_act(row) or self.is_before_cure(row)))
        ):
            return False
        if milestone == "mitigated" and over is not None:
            alone = self.n_rows[over] == 1
            found = self.found.get("restored")
            return self.at(row) <= over and not (alone and self.at(row) == over) and not (found and found.row == row)
        if milestone == "started":
            others = [at for name, at in self.known.items() if name != "started"]
            first = self.known.get("detected") or min(others, default=None)
            return first is None or self.at(row) <= first
        return True

    def places(self, milestone: str, row: int) -> Iterator[str]:
        """Give the features of a row's place that weigh something for a milestone, each with ``@`` before it."""
        return (place for place, is_so in _weighed_places(self.lexicon)[milestone] if is_so(self, milestone, row))

    def is_act(self, row: int) -> bool:
        """Return whether a row says that somebody changed something."""
        return not self.readings[row].features.isdisjoint(_ACTS)

    def look_over(self) -> None:
        """Find the rows by which the places of others are known, given the milestones found so far."""
        detected, over = self.known.get("detected"), self.known.get("restored")
        since = [row for row in self.order if detected is None or self.at(row) > detected]
        self.next = since[0] if detected is not None and since else None
        self.acts = [row for row in since if self.is_act(row) and (over is None or self.at(row) < over)]
        self.cure = None
        for row in reversed(self.order):
            if over is None or self.at(row) >= over:
                self.cure = row if over is not None and self.at(row) == over else self.cure
            elif self.is_act(row):
                self.cure = row
            elif (self.cure is not None and self.at(self.cure) < over) or self.readings[row].features.isdisjoint(
                _BETTER
            ):
                break

    def is_after(self, row: int, milestone: str) -> bool:
        """Return whether a row is at or after a milestone that is known."""
        known = self.known.get(milestone)
        return known is not None and self.at(row) >= known

    def may_explain(self, row: int) -> bool:
        """Return whether a row may say why it broke: it follows the detection, and is neither an act nor a response."""
        return (
            not self.is_act(row) and self.is_after(row, "detected") and "responded" not in self.readings[row].speaks_for
        )

    def later_acts(self, row: int) -> list[int]:
        """Return the next two acts after a row, or at its instant."""
        first = bisect_left(self.acts, self.at(row), key=self.at)
        return [act for act in self.acts[first : first + 3] if act != row][:2]

    def is_before_act(self, row: int) -> bool:
        """Return whether a row that may say why it broke has an act right after it."""
        return self.may_explain(row) and self.later_acts(row)[:1] == [self.following.get(row)]

    def is_before_cure(self, row: int) -> bool:
        """Return whether a row that may say why it broke has the cure right after it."""
        following = self.following.get(row)
        return following is not None and following == self.cure and self.may_explain(row)

    def shares_words(self, row: int, others: Iterable[int]) -> bool:
        """Return whether a row is about the same as one of some others."""
        own = self.readings[row].stems
        return any(not own.isdisjoint(self.readings[other].stems) for other in others)

    def n_causes(self, row: int) -> int:
        """Return how many words a row shares with the cause that the report states."""
        return len(self.readings[row].stems & self.cause)

    def fits_total(self, row: int) -> bool:
        """Return whether the stated length leads from a row to the restoration."""
        over, total = self.known.get("restored"), self.evidence.total
        return (
            over is not None
            and total is not None
            and not self.evidence.approximate
            and _is_same(self.at(row), over - total)
        )

    def is_near_total(self, row: int) -> bool:
        """Return whether the stated length, which is rough, leads from about a row to the restoration."""
        over, total = self.known.get("restored"), self.evidence.total
        if over is None or not total or not self.evidence.approximate:
            return False
        return abs(over - self.at(row) - total) <= _ROUGHLY * total

    # -- from features to milestones

    def infer(self) -> dict[str, Guess]:
        """Find the milestones that no row states."""
        for milestone in _ORDER:
            guess = None if milestone in self.stated else self.best(milestone)
            if guess is None or (milestone == "restored" and self.evidence.is_open and not self.says_over(guess)):
                continue
            self.found[milestone], self.known[milestone] = guess, self.at(guess.row)
        # Where the template's phrases state them all, nothing is left for the model to say.
        known = self.stated | ({"started"} if self.evidence.start is not None else set())
        if len(self.order) >= _ROWS and not known.issuperset(MILESTONES):
            self.take_learned()
        self.take_stated_end()
        self.drop_cure_before_detection()
        self.drop_cure_at_beginning()
        self.drop_cure_that_goes_on()
        for milestone in [name for name, guess in self.found.items() if self.may_be_untimed(name, guess.row)]:
            del self.found[milestone]
        return self.found

    def take_learned(self) -> None:
        """Take the rows of the learned model, but where the words alone are sure of another one."""
        learned = self.learned()
        denied: set[str] = set()
        for milestone in [name for name in _ORDER if name in learned]:
            guess, own = learned[milestone], self.found.get(milestone)
            if own is not None and own.grade == "sure":
                continue
            if self.says_otherwise(milestone, guess.row):
                denied.add(milestone)
            elif not self.is_too_soon(milestone, guess):
                self.found[milestone], self.known[milestone] = guess, self.at(guess.row)
        if (start := self.found.get("started")) is not None and not self.may_be("started", start.row):
            del self.found["started"], self.known["started"]
        for milestone in [name for name in self.found if name not in learned.keys() - denied and name != "started"]:
            if self.found[milestone].grade == "check" and not self.is_said(milestone, self.found[milestone].row):
                del self.found[milestone], self.known[milestone]
        over, mitigated = self.known.get("restored"), self.found.get("mitigated")
        if over is not None and mitigated and self.at(mitigated.row) >= over:
            del self.found["mitigated"], self.known["mitigated"]
        if over is None and self.end is None and (closed := self.found.get("closed")) and closed.grade == "check":
            del self.found["closed"], self.known["closed"]

    def take_stated_end(self) -> None:
        """Take the one row at the stated end that says that it was over, in place of a later one that confirms it.

        A rough length ends about so long after the start, or after the first row where none is stated.
        """
        over, end, slack = self.found.get("restored"), self.end, _MINUTE
        if over is not None and end is None and self.evidence.total and self.evidence.approximate:
            end = (self.start or self.at(self.order[0])) + self.evidence.total
            slack = _ROUGHLY * self.evidence.total
        if over is None or end is None or abs(self.at(over.row) - end) <= slack:
            return
        if "verify" not in self.readings[over.row].meanings:
            return  # which of the two is right, the Duration or the row, is not known
        spoken = (row for row in self.rows("restored") if "restored" in self.readings[row].speaks_for)
        rows = [row for row in spoken if abs(self.at(row) - end) <= slack and self.at(row) < self.at(over.row)]
        if len(rows) != 1 or (self.relapse is not None and self.relapse > self.at(rows[0])):
            return
        self.found["restored"], self.known["restored"] = Guess(rows[0], _LIKELY), self.at(rows[0])
        if (mitigated := self.found.get("mitigated")) and self.at(mitigated.row) >= self.at(rows[0]):
            del self.found["mitigated"], self.known["mitigated"]

    def is_said(self, milestone: str, row: int) -> bool:
        """Return whether a row's label is a milestone, or its words and the stated end say that it is over."""
        reading = self.readings[row]
        is_end = milestone == "restored" and _is_same(self.at(row), self.end)
        return reading.label == milestone or (is_end and reading.weights[milestone] > _LITTLE)

    def is_too_soon(self, milestone: str, guess: Guess) -> bool:
        """Return whether a restoration of what still goes on is not surely over, or a start after what follows it."""
        if milestone == "restored":
            return self.evidence.is_open and not self.says_over(guess)
        return milestone == "started" and not self.may_be(milestone, guess.row)

    def says_otherwise(self, milestone: str, row: int) -> bool:
        """Return whether a row without a word for a milestone says that it goes on, asks, or says what others say.

        Nearly all timelines that the model has learned from end well: one that does not is known by its words alone.
        """
        reading, text = self.readings[row], self.clues[row].event
        if reading.weights[milestone] > _LITTLE or milestone in {reading.label, "started"}:
            return False
        if milestone == "responded":
            return _is_trouble_alone(reading)
        if milestone == "detected":
            return "no alarm" in reading.meanings
        if "?" in text or not reading.meanings.isdisjoint(_GOES_ON):
            return True
        if milestone == "identified":
            return reading.meanings >= {"fault", "repeat"}
        before = {self.clues[other].event.casefold() for other in self.order if self.at(other) < self.at(row)}
        if _WAITS.search(text) is not None or text.casefold() in before:
            return True
        if milestone != "restored" or _is_same(self.at(row), self.end):
            return False
        return _is_at_work(reading) or self.follows_what_goes_on(row)

    def follows_what_goes_on(self, row: int) -> bool:
        """Return whether the row before one says that it is not over."""
        before = self.order[: self.order.index(row)]
        return bool(before) and not self.readings[before[-1]].meanings.isdisjoint(_GOES_ON)

    def candidates(self, milestone: str) -> list[int]:
        """Return the rows that the learned model may take: labelled ones, else those whose words do not deny it."""
        rows = self.rows(milestone)
        labelled = [row for row in rows if self.readings[row].label == milestone]
        return labelled or [
            row
            for row in rows
            if self.readings[row].weights[milestone] > _DENIED
            and not (self.readings[row].is_relapse and milestone in {"responded", "restored"})
        ]

    def learned(self) -> dict[str, Guess]:
        """Return the rows that the learned model finds likely enough."""
        order = self.order
        instants = [self.at(row) for row in order]
        ranks = [0, *accumulate(int(one != other) for one, other in pairwise(instants))]
        readings = [self.readings[row] for row in order]
        events = [self.clues[row].event for row in order]
        places = {row: place for place, row in enumerate(order)}
        allowed = {name: [places[row] for row in self.candidates(name)] for name in MILESTONES}
        given: dict[str, int] = {}
        for place, row in enumerate(order):
            name = self.clues[row].stated
            if name and (name in LAST_COUNTS or name not in given):
                given[name] = place
        model, none = default_model(), [0.0] * len(MILESTONES)
        asked = {row for name in MILESTONES if name not in given for row in allowed[name]}
        rows = features_of(
            events, instants, readings, self.evidence, is_stated=bool(self.stated), asked=frozenset(asked)
        )
        scores = [model.scores(features) if row in asked else none for row, features in enumerate(rows)]
        likely = model.likely(scores, ranks, allowed, given)
        found = {}
        for place, name in enumerate(MILESTONES):
            best = max(range(len(likely[name])), key=likely[name].__getitem__)
            chance = likely[name][best]
            if name in self.stated or chance < _LEARNED or (name == "started" and self.evidence.start is not None):
                continue
            row = max((row for row in allowed[name] if ranks[row] == best), key=lambda row: scores[row][place])
            found[name] = Guess(order[row], round(chance, 2) if chance >= _CERTAIN else min(round(chance, 2), 0.97))
        return found

    def drop_cure_before_detection(self) -> None:
        """Drop a restoration and a later detection, but a sure one: nothing is over before anybody knows of it."""
        over, detected = self.found.get("restored"), self.found.get("detected")
        if over and detected and self.at(over.row) < self.at(detected.row):
            both = over.grade == detected.grade
            for name in [name for name in ("restored", "detected") if both or self.found[name].grade == "check"]:
                del self.found[name]

    def drop_cure_at_beginning(self) -> None:
        """Drop a restoration at the instant of the start or the detection: nothing is over as it begins.

        Where the row says that it is over and the start is only the first row for want of another, the start goes.
        """
        over = self.found.get("restored")
        if over is None:
            return
        known = self.known | ({} if self.start is None else {"started": self.start})
        at_once = [name for name in ("started", "detected") if known.get(name) == self.at(over.row)]
        if not at_once:
            return
        is_over = not self.readings[over.row].features.isdisjoint({"over", "well"})
        start = self.found.get("started")
        if is_over and at_once == ["started"] and start is not None and start.confidence <= _FALLBACK:
            del self.found["started"]
        else:
            del self.found["restored"]

    def drop_cure_that_goes_on(self) -> None:
        """Drop a restoration after which a row says that it still fails: what was over is a part, or another system."""
        over = self.found.get("restored")
        if over is not None and any(
            self.at(row) > self.at(over.row)
            and self.readings[row].weights["restored"] <= 0
            and not self.readings[row].meanings.isdisjoint({"no over", "no well", "useless"})
            for row in self.order
        ):
            del self.found["restored"]

    def says_over(self, guess: Guess) -> bool:
        """Return whether a row surely says that it is over, and not only what was done."""
        return guess.grade == "sure" and not self.readings[guess.row].features.isdisjoint({"over", "well"})

    def best(self, milestone: str) -> Guess | None:
        """Return the row that most likely is a milestone, if it is likely enough; rows at one instant are one.

        Where no row says that it started, the first one is the start: a guess to check.
        """
        options = list(self.options(milestone))
        if milestone == "started" and (self.evidence.start is not None or not options):
            return None
        weights = self.lexicon.weights[milestone]
        odds = {
            row: math.exp(self.readings[row].weights[milestone] + sum(weights[key].fitted for key in places))
            for row, places in options
        }
        at_once: dict[datetime, float] = defaultdict(float)
        for row, odd in odds.items():
            at_once[self.at(row)] += odd
        whole = 1 + sum(odds.values())
        likely = {row: at_once[self.at(row)] / whole for row in odds}
        best = max(likely, key=lambda row: (likely[row], odds[row]), default=None)
        if best is not None and likely[best] >= _LIKELY:
            return Guess(best, round(likely[best], 2))
        return Guess(options[0].row, _FALLBACK) if milestone == "started" else None

    def alone(self, milestone: str, row: int) -> float:
        """Return how likely a row is a milestone by its words and label alone."""
        weights, reading = self.lexicon.weights[milestone], self.readings[row]
        keys = ["@always", "@first", "@last"]
        if reading.label:
            keys.append("@label" if reading.label == milestone else "@other label")
        score = reading.weights[milestone] + sum(weights[key].fitted for key in keys if key in weights)
        return 1 / (1 + math.exp(-score))

    def may_be_untimed(self, milestone: str, row: int) -> bool:
        """Return whether a row without a readable time may be the one that counts for a milestone, not the one found.

        Any earlier row may be the start; other milestones need the words.
        """
        others = range(row + 1, len(self.clues)) if milestone in LAST_COUNTS else range(row)
        untimed = [other for other in others if self.clues[other].at is None]
        if milestone == "started":
            return bool(untimed) and not self.fits_total(row)
        return any(self.clues[other].stated is None and self.alone(milestone, other) >= _LIKELY for other in untimed)

    def gaps(self) -> list[Gap]:
        """Return the times in which the incident was over, before the last restoration."""
        over = self.known.get("restored")
        found: list[Gap] = []
        last: int | None = None
        for row in self.order:
            if over is None or self.at(row) >= over:
                break
            if last is not None and self.readings[row].is_relapse:
                confidence = round(self.alone("restored", last), 2)
                found.append(Gap(last, row, None if self.clues[last].stated else Guess(last, confidence)))
                last = None
            elif self.ends(row):
                last = row
        return found

    def ends(self, row: int) -> bool:
        """Return whether a row by itself says that the incident is over."""
        if self.clues[row].stated is not None:
            return self.clues[row].stated == "restored"
        return self.alone("restored", row) >= _LIKELY


def _is_trouble_alone(reading: Reading) -> bool:
    """Return whether a row says what fails, or what is not so, and nothing that anybody does."""
    names = {meaning.lstrip("$^") for meaning in reading.meanings}
    return "not" in names or any(name.startswith("no ") for name in names) or ("fault" in names and names <= _TROUBLE)


def _is_at_work(reading: Reading) -> bool:
    return not reading.meanings.isdisjoint(_AT_WORK) or reading.meanings >= {"fault", "repeat"}


def _is_same(one: datetime, other: datetime | None) -> bool:
    return other is not None and abs(one - other) < _MINUTE


_PLACES: Mapping[str, Callable[[Scorer, str, int], bool]] = {
    "always": lambda _, __, ___: True,
    "first row": lambda scorer, _, row: row == scorer.order[0],
    "last row": lambda scorer, _, row: row not in scorer.following,
    "first trouble": lambda scorer, _, row: row == scorer.trouble,
    "at the start": lambda scorer, _, row: _is_same(scorer.at(row), scorer.start),
    "before the start": lambda scorer, _, row: scorer.start is not None and scorer.at(row) <= scorer.start - _SLIP,
    "at the end": lambda scorer, _, row: _is_same(scorer.at(row), scorer.end),
    "after the end": lambda scorer, _, row: (
        scorer.has_end and scorer.end is not None and scorer.at(row) - scorer.end >= _MINUTE
    ),
    "before detection": lambda scorer, _, row: "detected" in scorer.known and not scorer.is_after(row, "detected"),
    "at detection": lambda scorer, _, row: _is_same(scorer.at(row), scorer.known.get("detected")),
    "after a response": lambda scorer, _, row: scorer.response is not None and scorer.at(row) > scorer.response,
    "after the response": lambda scorer, _, row: scorer.is_after(row, "responded"),
    "after the cure": lambda scorer, _, row: "restored" in scorer.known and scorer.at(row) > scorer.known["restored"],
    "before the cure": lambda scorer, _, row: scorer.is_before_cure(row),
    "before the end": lambda scorer, _, row: (
        row in scorer.following and _is_same(scorer.at(scorer.following[row]), scorer.known.get("restored"))
    ),
    "helped": lambda scorer, _, row: (
        row in scorer.following and "restored" in scorer.readings[scorer.following[row]].speaks_for
    ),
    "relapse": lambda scorer, milestone, row: (
        scorer.readings[row].is_relapse
        if milestone != "restored"
        else scorer.relapse is not None and scorer.relapse > scorer.at(row)
    ),
    "label": lambda scorer, milestone, row: scorer.readings[row].label == milestone,
    "other label": lambda scorer, milestone, row: scorer.readings[row].label not in {None, milestone},
    "fits the total": lambda scorer, _, row: scorer.fits_total(row),
    "near the total": lambda scorer, _, row: scorer.is_near_total(row),
    "act": lambda scorer, _, row: scorer.is_act(row),
    "taken up": lambda scorer, _, row: scorer.shares_words(row, scorer.later_acts(row)),
    "word of the cause": lambda scorer, _, row: scorer.n_causes(row) == 1,
    "last act": lambda scorer, _, row: row in scorer.acts[-1:],
    "of the cure": lambda scorer, _, row: scorer.cure is not None and scorer.at(row) >= scorer.at(scorer.cure),
    "after the cause": lambda scorer, _, row: scorer.is_after(row, "identified"),
    "takes up the trouble": lambda scorer, _, row: scorer.shares_words(
        row, [other for other in scorer.troubles if scorer.at(other) < scorer.at(row)]
    ),
    "after an act": lambda scorer, _, row: (
        scorer.first_act is not None and scorer.first_act != row and scorer.at(scorer.first_act) <= scorer.at(row)
    ),
    "last of all": lambda scorer, _, row: scorer.last_word is None or scorer.at(scorer.last_word) <= scorer.at(row),
    "next": lambda scorer, _, row: row == scorer.next,
}
"""What the place of a row may be: in the timeline, and compared with the milestones found before."""


@lru_cache(maxsize=1)
def _weighed_places(lexicon: Lexicon) -> Mapping[str, Sequence[tuple[str, Callable[[Scorer, str, int], bool]]]]:
    """Return by milestone the features of a place that have a weight, each with what says whether a row has it."""
    return {
        name: [(key, is_so) for place, is_so in _PLACES.items() if (key := f"@{place}") in weights]
        for name, weights in lexicon.weights.items()
    }
