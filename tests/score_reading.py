"""How well reports are read that took no part in the tuning: one organisation left out at a time.

    python tests/score_reading.py [FOLDER ...]     folders of reports with a golden.csv; data/real unless named

For each organisation the weights of milestones.toml are fitted anew, from equal ones, on the reports of all others,
and its own reports, read with those weights, are held against golden.csv. The groups of words are the same throughout:
they are what the file knows of how people write, so this tells what the weights owe to the reports that they were tuned
on. What the words owe to them only reports can tell that nobody had seen when the words were chosen: name their folder.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import incident_analytics as ia
from incident_analytics.reports import chronology
from incident_analytics.reports.milestones import Clue, DurationClues, Guess, Lexicon, default_lexicon, infer_milestones
from incident_analytics.schema import MILESTONES

ROOT = Path(__file__).parent.parent
MINUTE = timedelta(minutes=1)
EQUAL = 1.6
STEPS = (0.0, 0.8, 1.6, 2.4, 3.2)
"""The weights that the fit chooses from, with the sign that the group has in the file."""

Golden = Mapping[str, str]


@dataclass
class Score:
    """Facts asked and right; milestones found, missed and invented; durations that contradict the times."""

    asked: int = 0
    right: int = 0
    found: int = 0
    missed: int = 0
    invented: int = 0
    contradictions: int = 0
    reported: int = 0
    false_alarms: int = 0

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def f1(self) -> float:
        wrong = self.missed + self.invented
        return 2 * self.found / (2 * self.found + wrong) if self.found + wrong else 1.0

    def __str__(self) -> str:
        return (
            f"facts {self.right}/{self.asked} = {self.right / max(self.asked, 1):.3f}, milestones F1 {self.f1:.3f} "
            f"({self.found} right, {self.missed} missed, {self.invented} invented), contradictions "
            f"{self.reported}/{self.contradictions}, false alarms {self.false_alarms}"
        )


def read_golden(folder: Path) -> dict[str, Golden]:
    """Return golden.csv by incident_id."""
    with (folder / "golden.csv").open(encoding="utf-8", newline="") as stream:
        return {row["incident_id"]: row for row in csv.DictReader(stream)}


def wanted(golden: Golden, milestone: str) -> datetime | None:
    words = golden[f"{milestone}_at"]
    return datetime.fromisoformat(words).astimezone(UTC) if words else None


def same(found: datetime | None, right: datetime | None) -> bool:
    return found == right if found is None or right is None else abs(found - right) < MINUTE


def clues_of(folder: Path) -> dict[str, tuple[Sequence[Clue], DurationClues]]:
    """Return what the scorer is given for each report of a folder."""
    seen: list[tuple[Sequence[Clue], DurationClues]] = []

    def watch(clues: Sequence[Clue], evidence: DurationClues) -> dict[str, Guess]:
        seen.append((clues, evidence))
        return infer_milestones(clues, evidence)

    with mock.patch.object(chronology, "infer_milestones", watch):
        corpus = ia.load(folder, status="all")
    return dict(zip(corpus.incidents["incident_id"], seen, strict=True))


def hits(lexicon: Lexicon, reports: Iterable[tuple[Sequence[Clue], DurationClues, Golden]]) -> int:
    """Count the free-text milestones that a lexicon places right, less those that it places wrong."""
    total = 0
    for clues, evidence, golden in reports:
        found = infer_milestones(clues, evidence, lexicon)
        stated = {clue.stated for clue in clues}
        for milestone in MILESTONES[1:]:
            if milestone in stated or f"{milestone}_at" in golden["ambiguous_fields"]:
                continue
            at = clues[found[milestone].row].at if milestone in found else None
            if at is not None or wanted(golden, milestone) is not None:
                total += 1 if same(at, wanted(golden, milestone)) else -1
    return total


def fit(reports: Sequence[tuple[Sequence[Clue], DurationClues, Golden]]) -> Lexicon:
    """Fit the weights to reports, group by group, from equal ones; of equally good ones the nearest to equal stays."""
    best = default_lexicon()
    for name, groups in best.groups.items():
        for part, group in groups.items():
            best = weighted(best, name, part, EQUAL if group.weight > 0 else -EQUAL)
    score = hits(best, reports)
    for _ in range(2):
        for name, groups in best.groups.items():
            for part, group in groups.items():
                sign = 1 if group.weight > 0 else -1
                for step in sorted(STEPS, key=lambda step: abs(step - EQUAL)):
                    tried = weighted(best, name, part, sign * step)
                    if (reached := hits(tried, reports)) > score:
                        best, score = tried, reached
    return best


def weighted(lexicon: Lexicon, name: str, part: str, weight: float) -> Lexicon:
    group = replace(lexicon.groups[name][part], weight=weight)
    return replace(lexicon, groups={**lexicon.groups, name: {**lexicon.groups[name], part: group}})


def score_reports(folder: Path, golden: Mapping[str, Golden], lexicon: Lexicon) -> Score:
    """Read a folder with a lexicon and hold the reports of ``golden`` against it."""
    with mock.patch.object(
        chronology, "infer_milestones", lambda clues, evidence: infer_milestones(clues, evidence, lexicon)
    ):
        corpus = ia.load(folder, status="all")
    corpus = corpus.select(list(golden))
    score = Score()
    affected = corpus.services[corpus.services["affected"].fillna(False)]
    services = affected.groupby("incident_id")["service"].agg(lambda names: {name.casefold() for name in names})
    actions = corpus.actions[corpus.actions["origin"] == "table"]
    n_actions, n_done = (
        table.groupby("incident_id").size() for table in (actions, actions[actions["status"] == "done"])
    )
    n_rows = corpus.timeline.groupby("incident_id").size()
    contradicted = set(corpus.problems.loc[corpus.problems["code"] == "duration-mismatch", "incident_id"])
    for incident in corpus.incidents.to_dict("records"):
        key = str(incident["incident_id"])
        right = golden[key]
        facts = [
            str(incident["status"]).casefold() == right["status"].casefold(),
            str(incident["severity"]).casefold() == right["severity"].casefold(),
            services.get(key, set()) == {name.casefold() for name in right["services_affected"].split("|") if name},
            n_actions.get(key, 0) == int(right["n_action_items"] or 0),
            n_done.get(key, 0) == int(right["n_action_items_done"] or 0),
            n_rows.get(key, 0) == int(right["n_timeline_rows"]),
        ]
        if right["stated_duration_seconds"] and "stated_duration" not in right["ambiguous_fields"]:
            facts.append(
                abs(incident["stated_duration"] - timedelta(seconds=int(right["stated_duration_seconds"]))) < MINUTE
            )
        for milestone in MILESTONES:
            if f"{milestone}_at" in right["ambiguous_fields"].split():
                continue
            at, agreed = wanted(right, milestone), incident[f"{milestone}_at"]
            found = None if agreed != agreed else agreed.to_pydatetime()  # noqa: PLR0124 - NaT is not itself
            if at is not None:
                facts.append(same(found, at))
            if milestone != "started":
                score.found += at is not None and same(found, at)
                score.missed += at is not None and not same(found, at)
                score.invented += found is not None and not same(found, at)
        score.asked += len(facts)
        score.right += sum(map(bool, facts))
        score.contradictions += right["stated_duration_agrees"] == "no"
        score.reported += right["stated_duration_agrees"] == "no" and key in contradicted
        score.false_alarms += right["stated_duration_agrees"] == "yes" and key in contradicted
    return score


def main(folders: Sequence[Path]) -> None:
    for folder in folders:
        golden = read_golden(folder)
        clues = clues_of(folder)
        print(f"{folder}: as the weights are: {score_reports(folder, golden, default_lexicon())}", flush=True)
        houses: dict[str, list[str]] = defaultdict(list)
        for key, row in golden.items():
            houses[row["organisation"]].append(key)
        total = Score()
        for house, keys in houses.items():
            others = [(*clues[key], golden[key]) for key in golden if key not in keys]
            score = score_reports(folder, {key: golden[key] for key in keys}, fit(others))
            print(f"  left out {house}: {score}", flush=True)
            total.add(score)
        print(f"{folder}: one organisation left out at a time: {total}")


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]] or [ROOT / "data" / "real"])
