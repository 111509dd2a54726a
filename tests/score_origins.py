"""How well the way of detection and the trigger are read: one organisation left out at a time.

    python tests/score_origins.py          how far the readings agree, then F1 of each value and their mean
    python tests/score_origins.py --fit    and write the weights fitted to all reports

tests/corpus/origins.csv has both values of the reports of tests/corpus and data/real as they were taken in two
readings, each of the text alone and before any phrase was chosen; both are by one reader, the second in another order.
Where they differ nothing is scored. tests/corpus/origins_second_reader.csv has the values of 60 of these reports, drawn
by chance, as another reader took them from their texts without those of the first and without the phrases. For each
organisation the weights of the trigger are fitted anew to the reports of all others. The phrases are the same
throughout: what they owe to these reports only others can show.
"""

from __future__ import annotations

import csv
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from scipy.optimize import minimize

import incident_analytics as ia
from incident_analytics.reports import origins
from incident_analytics.reports.origins import Evidence, Lexicon, OriginReader
from incident_analytics.schema import LABELS

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).with_name("corpus") / "origins.csv"
OTHER = GOLDEN.with_name("origins_second_reader.csv")
FOLDERS = (ROOT / "data" / "real", ROOT / "tests" / "corpus")
WORDS = Path(origins.__file__).with_suffix(".toml")
TRUST = 2.0
"""How strongly the judged weights hold against the reports."""
CROWD = 0.3
"""How much less a report of an organisation with many counts: its number to this power."""
TRIGGERS = [value for value in LABELS["trigger"] if value != "other"]
PLACES = {
    "title": 1.0,
    "summary": 1.0,
    "why": 1.2,
    "what": 1.0,
    "contributing_factor": 0.5,
    "before": 0.7,
    "after": 0.3,
}
STRENGTHS = {"strong": 1.5, "weak": 0.6}
JUDGED = {
    **{f"{place} {strength}": a * b for place, a in PLACES.items() for strength, b in STRENGTHS.items()},
    **dict.fromkeys(TRIGGERS, -2.0),
    "taken back": 0.7,
}
"""The weights as judged by how people write."""
EVERY = {field: list(values) for field, values in LABELS.items()}


@dataclass(frozen=True)
class Case:
    """A report: what it says, its organisation, and the values of both readings, empty where it says none."""

    evidence: Evidence
    house: str
    readings: Mapping[str, tuple[str, str]]
    other: Mapping[str, str] | None = None

    def wanted(self, field: str) -> str | None:
        """Return the value on which both readings agree, None where they don't."""
        first, second = self.readings[field]
        return first if first == second else None

    def wanted_by_both(self, field: str) -> str | None:
        """Return the value on which two readers agree, None where they don't or only one has read the report."""
        found = self.wanted(field)
        return found if self.other is not None and found == self.other[field] else None


def evidence_of(folders: Iterable[Path]) -> dict[str, Evidence]:
    """Return what the reports of folders say of their origin, by the names of their files."""
    found: dict[str, Evidence] = {}

    def watch(reader: OriginReader) -> None:
        found[Path(reader.report.file).stem] = reader.evidence(origins.default_lexicon())

    with mock.patch.object(OriginReader, "read", watch):
        for folder in folders:
            ia.load(folder, status="all", cache=False, jobs=1)
    return found


def cases(golden: Path = GOLDEN, folders: Iterable[Path] = FOLDERS) -> list[Case]:
    """Return the reports that have been read twice."""
    said = evidence_of(folders)
    with OTHER.open(encoding="utf-8", newline="") as stream:
        other = {row["incident_id"]: row for row in csv.DictReader(stream)}
    with golden.open(encoding="utf-8", newline="") as stream:
        return [
            Case(
                said[row["incident_id"]],
                row["organisation"],
                {field: (row[f"{field}_first"], row[f"{field}_second"]) for field in LABELS},
                other.get(row["incident_id"]),
            )
            for row in csv.DictReader(stream)
        ]


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return how far two readings agree beyond chance."""
    same = sum(one == other for one, other in pairs) / len(pairs)
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    by_chance = sum(first[value] * second[value] for value in first) / len(pairs) ** 2
    return (same - by_chance) / (1 - by_chance)


def fit(found: Sequence[Case], lexicon: Lexicon) -> dict[str, float]:
    """Fit the weights of the trigger: a choice among the triggers and none of them; no phrase speaks against one."""
    names = {name: index for index, name in enumerate(JUDGED)}
    judged = np.array(list(JUDGED.values()))
    used = [case for case in found if case.wanted("trigger") is not None]
    sizes = Counter(case.house for case in used)
    choices = []
    for case in used:
        table = np.zeros((len(TRIGGERS) + 1, len(names)))  # the last row is none of them
        for value, keys in lexicon.features(case.evidence)[0].items():
            table[TRIGGERS.index(value), [names[key] for key in keys]] = 1
        right = case.wanted("trigger")
        choices.append((table, TRIGGERS.index(right) if right else len(TRIGGERS), sizes[case.house] ** -CROWD))

    def loss(tried: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(tried)
        for table, right, share in choices:
            odds = np.exp(table @ tried - (table @ tried).max())
            likely = odds / odds.sum()
            total -= share * np.log(likely[right] + 1e-300)
            slope += share * (table.T @ likely - table[right])
        off = tried - judged
        return total + TRUST / 2 * (off @ off), slope + TRUST * off

    bounds = [(0, None) if weight > 0 else (None, None) for weight in judged]
    fitted = minimize(loss, judged, jac=True, bounds=bounds, method="L-BFGS-B").x
    return dict(zip(names, map(float, fitted), strict=True))


def with_weights(weights: Mapping[str, float] | None, proposed: Mapping[str, Sequence[str]] | None) -> Lexicon:
    return Lexicon(tomllib.loads(WORDS.read_text(encoding="utf-8")), weights, proposed)


@dataclass(frozen=True)
class Score:
    """How often a value was found, invented and missed."""

    found: int
    invented: int
    missed: int

    @property
    def f1(self) -> float:
        wrong = self.invented + self.missed
        return 2 * self.found / (2 * self.found + wrong) if self.found + wrong else 1.0

    def __str__(self) -> str:
        return f"F1 {self.f1:.2f} ({self.found} right, {self.invented} invented, {self.missed} missed)"


def scores(field: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Score]:
    """Return the score of each value from pairs of the right value and the one that was read, empty for none."""
    return {
        value: Score(
            sum(right == value == read for right, read in pairs),
            sum(right != value == read for right, read in pairs),
            sum(right == value != read for right, read in pairs),
        )
        for value in LABELS[field]
    }


def left_out(
    found: Sequence[Case],
    proposed: Mapping[str, Sequence[str]] | None = None,
    wanted: Callable[[Case, str], str | None] = Case.wanted,
) -> dict[str, list[tuple[str, str]]]:
    """Return by field the right value and the one read of each report, by weights fitted without its organisation.

    A right value that is not proposed by itself is ``other`` where that is proposed.
    """
    lexicon = with_weights(None, proposed)
    pairs: dict[str, list[tuple[str, str]]] = {field: [] for field in LABELS}
    for house in dict.fromkeys(case.house for case in found):
        lexicon.weights = fit([case for case in found if case.house != house], lexicon)
        for case in found:
            if case.house != house:
                continue
            read = {"detected_by": lexicon.detection(case.evidence), "trigger": lexicon.trigger(case.evidence)}
            for field, origin in read.items():
                if (right := wanted(case, field)) is not None:
                    values = lexicon.proposed[field]
                    right = "other" if right and right not in values and "other" in values else right
                    pairs[field].append((right, origin.value if origin else ""))
    return pairs


def mean_f1(of_values: Mapping[str, Score], proposed: Sequence[str]) -> float:
    return sum(of_values[value].f1 for value in proposed) / len(proposed)


def write_weights(weights: Mapping[str, float]) -> None:
    """Write fitted weights into origins.toml."""
    text = WORDS.read_text(encoding="utf-8")
    lines = "\n".join(f'"{name}" = {round(weight, 2) + 0.0}' for name, weight in weights.items())
    WORDS.write_text(re.sub(r"(?s)(\[weights\]\n).*?(?=\n\n)", lambda match: match[1] + lines, text), encoding="utf-8")


def main(*, write: bool) -> None:
    found = cases()
    proposed = origins.default_lexicon().proposed
    for whose, wanted in (("of one reader", Case.wanted), ("of two readers", Case.wanted_by_both)):
        pairs, together = left_out(found, EVERY, wanted), left_out(found, None, wanted)
        for field in LABELS:
            readings = [case.readings[field] for case in found]
            if wanted is not Case.wanted:
                readings = [(case.readings[field][0], case.other[field]) for case in found if case.other is not None]
            agreed = sum(one == other for one, other in readings)
            print(
                f"{field}: readings {whose} agree on {agreed} of {len(readings)} reports, kappa {kappa(readings):.2f}"
            )
            of_values = scores(field, pairs[field])
            for value, score in of_values.items():
                if value != "other":
                    print(f"  {value}{'' if value in proposed[field] else ' (not proposed)'}: {score}")
            of_proposed = scores(field, together[field])
            named = ", ".join(f"{value} {of_proposed[value]}" for value in proposed[field])
            print(f"  as proposed: {named}; mean F1 {mean_f1(of_proposed, proposed[field]):.3f}")
    if write:
        write_weights(fit(found, with_weights(None, None)))


if __name__ == "__main__":
    main(write="--fit" in sys.argv)
