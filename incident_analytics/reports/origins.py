"""How an incident was detected and what triggered it: from the fields that record it, else from the report's own words.

The words are phrases of origins.toml. What is denied or only guessed does not count: "no alert", "alerts did not fire".
The way of detection is what the row of the detection names, else an early row, else a sentence that says it. For the
trigger each phrase has a weight by where it is; the weights make a probability for each trigger, and for none of them.
A value is proposed only if words like these were right often enough in reports of organisations that took no part in
the fit: `incident_analytics.schema.PROPOSED` has them. Triggers that are not proposed by themselves are proposed
together, as another one than those that are.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.phrases import Hit, Phrases
from incident_analytics.reports.placeholders import fold, is_absent, is_none
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import Template
from incident_analytics.schema import LABELS, PROPOSED

__all__ = ["Evidence", "Lexicon", "Origin", "OriginReader", "default_lexicon"]

_ROW_PARTS: Final = compile_late(r"[.;]\s|, but\b")
_SENTENCE: Final = compile_late(r"[^.!?\n]*")
_ROW_LABEL: Final = compile_late(
    r"\b(?:initial alert/detection|detection|discovery|first detected|detected)\b\W*", re.IGNORECASE
)
_TAKEN_BACK: Final = compile_late(r"\b(?:roll(?:ed|s)?[ -]?back|rollback|revert\w*|downgrad\w*)\b", re.IGNORECASE)
_MOST: Final = 2000
"""How many characters of a text are read: what is said of the cause is at its beginning."""
_EARLY: Final = 8
"""How many rows may name the detection where none is known to be it."""
_FIRST: Final = 3
"""How many rows come before the response where none is known to be it or the detection."""
_LIKELY: Final = 0.5
"""From this probability on a trigger is proposed."""
_SHORT: Final = 6
"""How many words a field has at most that records a value."""
_ENDS: Final = frozenset({"mitigated", "restored", "closed"})
_CAUSES: Final = {"root_cause": "why", "why_it_happened": "why", "trigger": "why", "what_happened": "what"}
"""Sections whose text says what happened or why, and the place of their words."""
_TRIGGERS: Final = tuple(value for value in LABELS["trigger"] if value != "other")
"""Those that phrases speak for."""
_HINDSIGHT: Final = frozenset({"contributing_factor", "could_improve", "went_well"})


class Origin(NamedTuple):
    """A value, its words, their line, and how often such values were right; None where a field records it."""

    value: str
    words: str
    line: int
    confidence: float | None = None


class Text(NamedTuple):
    """Words of the report, the line in which they begin, and their place: ``summary``, ``why``, ``before``."""

    words: str
    line: int
    place: str = ""


class Row(NamedTuple):
    """A row of the timeline, with the milestone that it is."""

    words: str
    line: int
    milestone: str | None


class Evidence(NamedTuple):
    """What a report says of its origin: its fields by what they may record, its rows, its other texts."""

    fields: Mapping[str, Sequence[Text]]
    rows: Sequence[Row]
    texts: Sequence[Text]


class Lexicon:
    """What origins.toml holds.

    Parameters
    ----------
    raw
        The content of the file.
    weights
        Other weights of the trigger than those of the file: by place and strength, by trigger, and of a change that
        was taken back.
    proposed
        Other values to propose than those of the schema.

    Attributes
    ----------
    weights
        The weights in force.
    proposed
        The values that words may propose, by field.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        weights: Mapping[str, float] | None = None,
        proposed: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        words = raw["words"]
        self.names: Mapping[str, frozenset[str]] = {
            field: frozenset(map(fold, names)) for field, names in raw["fields"].items()
        }
        self.recorded = {field: Phrases(phrases, words) for field, phrases in raw["recorded"].items()}
        self.row, self.early, self.said = (
            Phrases(raw[part]["detected_by"], words) for part in ("row", "early", "said")
        )
        self.causes = Phrases(
            {
                f"{value} {strength}": phrases
                for value, strengths in raw["cause"].items()
                for strength, phrases in strengths.items()
            },
            words,
        )
        self.weights: Mapping[str, float] = raw["weights"] if weights is None else weights
        self.proposed: Mapping[str, Sequence[str]] = PROPOSED if proposed is None else proposed
        self.confidence: Mapping[str, float] = raw["confidence"]

    # --- recorded ----------------------------------------------------------------------------------------------------

    def recorded_value(self, field: str, texts: Sequence[Text]) -> Origin | None:
        """Return what a field records: the only value that its few words name."""
        for text in texts:
            found = {hit.value for hit in self.recorded[field].find(text.words)}
            if len(found) == 1 and len(text.words.split()) <= _SHORT:
                return Origin(found.pop(), text.words, text.line)
        return None

    # --- detection ---------------------------------------------------------------------------------------------------

    def detection(self, evidence: Evidence) -> Origin | None:
        """Return how an incident was detected, as far as the report's words say it."""
        recorded = self.recorded_value("detected_by", evidence.fields["detected_by"])
        if recorded is not None:
            return recorded
        rows = [Text(row.words, row.line) for row in evidence.rows if row.milestone == "detected"][:1]
        found = self._of_clauses([*evidence.fields["detected_by"], *rows])
        if found is None and not rows:
            found = self._of_early_row(evidence.rows)
        if found is None:
            found = self._of_sentences(evidence.texts)
        return found if found is not None and found.value in self.proposed["detected_by"] else None

    def _of_clauses(self, texts: Sequence[Text]) -> Origin | None:
        """Return what the first clause that names anybody names; staff only where it names nobody else."""
        for text in texts:
            for part in _ROW_PARTS.split(_ROW_LABEL.sub("", text.words.replace("**", ""), count=1)):
                if hits := self.row.find(part):
                    others = [hit for hit in hits if hit.value != "staff"]
                    return Origin(_first(others or hits), text.words, text.line, self.confidence["named"])
        return None

    def _of_early_row(self, rows: Sequence[Row]) -> Origin | None:
        """Return what a row names that comes before the response, where none is known to be the detection."""
        for row in rows[:_EARLY]:
            if row.milestone in _ENDS:
                break
            if hits := self.early.find(row.words):
                return Origin(_first(hits), row.words, row.line, self.confidence["said"])
            if row.milestone == "responded":
                break
        return None

    def _of_sentences(self, texts: Sequence[Text]) -> Origin | None:
        """Return what most sentences elsewhere say, with the first of them."""
        found = [(text, hit) for text in texts for hit in self.said.find(text.words[:_MOST])]
        counted = Counter(hit.value for _, hit in found).most_common(2)
        if not counted or (len(counted) > 1 and counted[0][1] == counted[1][1]):
            return None
        text, hit = next(each for each in found if each[1].value == counted[0][0])
        return Origin(_first([hit]), *_sentence_at(text, hit), self.confidence["said"])

    # --- trigger -----------------------------------------------------------------------------------------------------

    def trigger(self, evidence: Evidence) -> Origin | None:
        """Return what triggered an incident, as far as the report's words say it."""
        recorded = self.recorded_value("trigger", evidence.fields["trigger"])
        if recorded is not None:
            return recorded
        features, first = self.features(evidence)
        odds = {value: math.exp(sum(self.weights[key] for key in sorted(keys))) for value, keys in features.items()}
        proposed = self.proposed["trigger"]
        likely: Counter[str] = Counter()
        best: dict[str, str] = {}
        for value in sorted(odds, key=odds.__getitem__):
            name = value if value in proposed else "other"
            likely[name] += odds[value] / (1 + sum(odds.values()))  # type: ignore[assignment]
            if value in first:
                best[name] = value
        ((name, chance),) = likely.most_common(1)
        if chance < _LIKELY or name not in proposed or name not in best:
            return None
        return Origin(name, *_sentence_at(*first[best[name]]), round(chance, 2))

    def features(self, evidence: Evidence) -> tuple[dict[str, set[str]], dict[str, tuple[Text, Hit]]]:
        """Return by trigger the keys of the weights that count for it, and the words that speak for it most."""
        places = [text for text in evidence.texts if text.place not in _HINDSIGHT - {"contributing_factor"}]
        places += [Text(text.words, text.line, "why") for text in evidence.fields["trigger"]]
        begun = next(
            (index for index, row in enumerate(evidence.rows) if row.milestone in {"detected", "responded"}), _FIRST
        )
        places += [
            Text(row.words, row.line, "before" if index < begun else "after") for index, row in enumerate(evidence.rows)
        ]
        keys = {value: {value} for value in _TRIGGERS}
        best: dict[str, tuple[Text, Hit]] = {}
        most = dict.fromkeys(keys, 0.0)
        for text in places:
            for hit in self.causes.find(text.words[:_MOST]):
                value, strength = hit.value.split()
                key = f"{text.place} {strength}"
                keys[value].add(key)
                if self.weights[key] > most[value]:
                    best[value], most[value] = (text, hit), self.weights[key]
        for own in keys.values():  # a strong word hides a weak one of the same place
            own -= {key.replace("strong", "weak") for key in own if key.endswith("strong")}
        words = [row.words for row in evidence.rows] + [
            text.words for text in evidence.texts if text.place == "summary"
        ]
        if any(map(_TAKEN_BACK.search, words)):
            keys["change"].add("taken back")
        return keys, best


def _first(hits: Sequence[Hit]) -> str:
    """Return what the first of some hits speaks for; of two at one place, staff count before customers."""
    value = min(hits, key=lambda hit: (hit.first, hit.value != "own")).value
    return "staff" if value == "own" else value


def _sentence_at(text: Text, hit: Hit) -> tuple[str, int]:
    """Return the sentence around a phrase, and its line."""
    begin = max((match.end() for match in re.finditer(r"[.!?]\s|\n", text.words[: hit.start])), default=0)
    match = _SENTENCE.match(text.words, begin)
    words = match[0].strip() if match and match.end() >= hit.end else text.words[begin : hit.end]
    return words, text.line + text.words.count("\n", 0, begin)


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """Return the words and weights of origins.toml."""
    return Lexicon(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")))


class OriginReader:
    """Reads how the incident of a report was detected and what triggered it, once its rows and texts are there."""

    def __init__(self, report: Report, template: Template) -> None:
        self.report = report
        self.template = template

    def read(self) -> None:
        """Fill the two columns, and note where each value comes from."""
        lexicon = default_lexicon()
        evidence = self.evidence(lexicon)
        for field, origin in (("detected_by", lexicon.detection(evidence)), ("trigger", lexicon.trigger(evidence))):
            if origin is None:
                continue
            self.report.incident[field] = origin.value
            if origin.confidence is None:
                self.report.note(field, origin.words, origin.line)
            else:
                self.report.note(
                    field, origin.words, origin.line, source="inferred", confidence=origin.confidence, grade="check"
                )

    def evidence(self, lexicon: Lexicon) -> Evidence:
        """Return what the report says that may be about its origin."""
        values, lines = self.report.incident, self.report.lines
        fields: dict[str, list[Text]] = {field: [] for field in LABELS}
        texts = [
            Text(values[column], lines.get(column, lines["head"]), place)
            for column, place in (
                ("title", "title"),
                ("summary", "summary"),
                ("what_happened", "what"),
                ("why_it_happened", "why"),
            )
            if values.get(column)
        ]
        for row in self.report.rows["fields"]:
            words = row["value"]
            if not words or is_absent(words) or is_none(words):
                continue
            names = [fold(name) for name in (row["name"], row["section"]) if name]
            field = next((field for field in LABELS if not lexicon.names[field].isdisjoint(names)), None)
            if field is not None:
                fields[field].append(Text(words, row["line"]))
                continue
            sections = (self.template.section_named(name) for name in (row["name"], row["section"]) if name)
            place = next((_CAUSES[section] for section in sections if section in _CAUSES), None)
            if place is not None:
                texts.append(Text(words, row["line"], place))
        texts += [
            Text(row["text"], row["line"], row["kind"])
            for row in self.report.rows["findings"]
            if row["kind"] in _HINDSIGHT and row["text"]
        ]
        rows = [Row(row["event"] or "", row["line"], row["milestone"]) for row in self.report.rows["timeline"]]
        return Evidence(fields, rows, texts)
