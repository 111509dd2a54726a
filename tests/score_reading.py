"""How well reports are read that took no part in the tuning: one organisation left out at a time.

    python tests/score_reading.py [FOLDER ...]        folders with a golden.csv (data/real, tests/corpus)
    python tests/score_reading.py --fit [FOLDER ...]  and write the weights fitted to all of them

For each organisation the weights of milestones.toml are fitted anew, from those judged by how people write, on the
reports of all others and the timelines of timelines.txt, and its own reports are read with the fitted weights and held
against golden.csv. The features are the same throughout, so this shows what the weights owe to the reports that they
were fitted to. What the features owe to them only reports can show that nobody had seen when the features were chosen:
name their folder. The weights of the learned model stay as they are, and were fitted to these folders as well: what it
reads alone, `fit_milestones.py` shows with organisations left out.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from scipy.optimize import minimize

import incident_analytics as ia
from incident_analytics.reports import chronology, milestones
from incident_analytics.reports.milestone_words import Lexicon, default_lexicon
from incident_analytics.reports.milestones import Clue, Gap, Scorer, infer_gaps, infer_milestones
from incident_analytics.reports.row_readings import ReportClues
from incident_analytics.schema import GRADES, MILESTONES

ROOT = Path(__file__).parent.parent
MINUTE = timedelta(minutes=1)
WORDS = Path(milestones.__file__).with_suffix(".toml")
FITTED, SCORED = (Path(__file__).with_name(name) for name in ("timelines.txt", "timelines_scored.txt"))
TIMED = re.compile(r"(?:\+(\d+)d )?(\d\d):(\d\d)(?: ([AP]M)| UTC)?:?[ -]+(.*)")
SAID = {"cause", "stated", "unclear"}
"""What may stand before the rows: the cause; what the Duration line says; milestones that readers differ on."""
STATED = re.compile(r"(start|end|total|about) (-?\d+)")
"""Minutes after the first row, or how many."""
LETTERS = dict(zip("SDRIMEC", MILESTONES, strict=True))
TRUST = 2.0
"""How strongly the judged weights hold against the reports: what a weight one off costs, in units of log odds."""
CROWD = 0.3
"""How much less a report of an organisation with many counts: its number to this power."""

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
    graded: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """How many milestones of each grade are right, and not."""

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.invented, 1)

    @property
    def f1(self) -> float:
        wrong = self.missed + self.invented
        return 2 * self.found / (2 * self.found + wrong) if self.found + wrong else 1.0

    def __str__(self) -> str:
        grades = ", ".join(
            f"{grade} {self.graded[grade, True]}/{self.graded[grade, True] + self.graded[grade, False]}"
            for grade in GRADES
        )
        return (
            f"facts {self.right}/{self.asked} = {self.right / max(self.asked, 1):.3f}, milestones F1 {self.f1:.3f}, "
            f"precision {self.precision:.3f} ({self.found} right, {self.missed} missed, {self.invented} invented; "
            f"{grades}), contradictions {self.reported}/{self.contradictions}, false alarms {self.false_alarms}"
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


@dataclass(frozen=True)
class Report:
    """What the scorer is given for a report, and what a careful reader takes from it."""

    clues: Sequence[Clue]
    evidence: ReportClues
    golden: Golden


def reports_of(folder: Path, golden: Mapping[str, Golden]) -> dict[str, Report]:
    """Return the reports of a folder as the scorer sees them."""
    seen: list[tuple[Sequence[Clue], ReportClues]] = []

    def watch(clues: Sequence[Clue], evidence: ReportClues) -> list[Gap]:
        seen.append((clues, evidence))
        return infer_gaps(clues, evidence)

    found = {}
    for key in golden:
        with mock.patch.object(chronology, "infer_gaps", watch):
            ia.load(folder / f"{key}.md", status="all", cache=False)
        found[key] = Report(*seen[-1], golden[key])
    return found


def read_timelines(file: Path) -> list[Report]:
    """Return the timelines of a file, those of one name as of one organisation."""
    reports = []
    for block in file.read_text(encoding="utf-8").split("\n= ")[1:]:
        name, *lines = block.strip().splitlines()
        said = {key: words for key, _, words in (line.partition(": ") for line in lines) if key in SAID}
        first = at = datetime(2025, 3, 14, tzinfo=UTC)
        clues, letters_of = [], []
        for row in [line for line in lines if line.partition(": ")[0] not in SAID]:
            words, _, letters = row.partition(" | ")
            match = TIMED.fullmatch(words)
            if match is None:
                raise ValueError(row)
            days, hour, minute, half, event = match.groups()
            clock = timedelta(hours=int(hour) % 12 + 12 * (half == "PM") if half else int(hour), minutes=int(minute))
            if days:
                at = at.replace(hour=0, minute=0) + timedelta(days=int(days)) + clock
            else:
                at += (clock - timedelta(hours=at.hour, minutes=at.minute)) % timedelta(days=1)
            first = first if clues else at
            clues.append(Clue(at, event))
            letters_of.append((letters, at))
        golden = dict.fromkeys([f"{milestone}_at" for milestone in MILESTONES], "")
        golden |= {f"{LETTERS[letter]}_at": at.isoformat() for letters, at in letters_of for letter in letters}
        stated = {word: timedelta(minutes=int(number)) for word, number in STATED.findall(said.get("stated", ""))}
        evidence = ReportClues(
            start=first + stated["start"] if "start" in stated else None,
            end=first + stated["end"] if "end" in stated else None,
            total=stated.get("total", stated.get("about")),
            approximate="about" in stated,
            cause=said["cause"],
        )
        unclear = " ".join(f"{milestone}_at" for milestone in said.get("unclear", "").split(", "))
        golden |= {"organisation": f"made up: {name}", "ambiguous_fields": unclear}
        reports.append(Report(clues, evidence, golden))
    return reports


def examples(
    reports: Sequence[Report], milestone: str, lexicon: Lexicon
) -> list[tuple[list[list[str]], list[int], str]]:
    """Return for each report the features of each row that may be a milestone, and which of them are it.

    The other milestones are where the careful reader has them. A start that the reader does not know teaches nothing.
    """
    found = []
    for report in reports:
        is_stated = milestone in {clue.stated for clue in report.clues}
        at = wanted(report.golden, milestone)
        if is_stated or f"{milestone}_at" in report.golden["ambiguous_fields"].split():
            continue
        if milestone == "started" and (at is None or report.evidence.start is not None):
            continue
        known = {name: when for name in MILESTONES if name != milestone and (when := wanted(report.golden, name))}
        scorer = Scorer(report.clues, report.evidence, lexicon, known)
        options = list(scorer.options(milestone))
        right = [index for index, option in enumerate(options) if at and same(scorer.at(option.row), at)]
        if right or at is None:
            features = [[*scorer.readings[option.row].features, *option.places] for option in options]
            found.append((features, right, report.golden["organisation"]))
    return found


def fit(reports: Sequence[Report]) -> dict[str, dict[str, float]]:
    """Fit the weights to reports: a choice among the rows and none of them; no weight changes its sign."""
    lexicon = default_lexicon()
    return {name: fit_milestone(examples(reports, name, lexicon), lexicon.weights[name]) for name in MILESTONES}


def fit_milestone(
    found: Sequence[tuple[list[list[str]], list[int], str]], weights: Mapping[str, milestones.Weight]
) -> dict[str, float]:
    names = {name: index for index, name in enumerate(weights)}
    judged = np.array([weight.judged for weight in weights.values()])
    sizes = Counter(house for _, _, house in found)
    choices = []
    for rows, right, house in found:
        table = np.zeros((len(rows) + 1, len(names)))  # the last row is none of them
        for index, features in enumerate(rows):
            for name in features:
                if name in names:
                    table[index, names[name]] += 1
        choices.append((table, right or [len(rows)], sizes[house] ** -CROWD))

    def loss(tried: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(tried)
        for table, right, share in choices:
            odds = np.exp(table @ tried - (table @ tried).max())
            likely = odds / odds.sum()
            wanted_ones = np.zeros_like(likely)
            wanted_ones[right] = likely[right]
            total -= share * np.log(wanted_ones.sum() + 1e-300)
            slope += share * (table.T @ (likely - wanted_ones / (wanted_ones.sum() + 1e-300)))
        off = tried - judged
        return total + TRUST / 2 * (off @ off), slope + TRUST * off

    bounds = [(0, None) if weight > 0 else (None, 0) if weight < 0 else (None, None) for weight in judged]
    fitted = minimize(loss, judged, jac=True, bounds=bounds, method="L-BFGS-B").x
    return dict(zip(names, map(float, fitted), strict=True))


def with_weights(fitted: Mapping[str, Mapping[str, float]]) -> Lexicon:
    return Lexicon(tomllib.loads(WORDS.read_text(encoding="utf-8")), fitted)


def write_weights(fitted: Mapping[str, Mapping[str, float]]) -> None:
    """Write fitted weights into milestones.toml, each next to the judged one."""
    lines, part, name = [], "", ""
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        heading = re.fullmatch(r"\[(words|places)\.(\w+)\]", line)
        if heading or line.startswith("["):
            part, name = heading.groups() if heading else ("", "")
        entry = re.fullmatch(r"(\".+\") = \[(.+), .+\]", line) if part else None
        if entry:
            weight = fitted[name][json.loads(entry[1]) if part == "words" else f"@{json.loads(entry[1])}"]
            line = f"{entry[1]} = [{entry[2]}, {round(weight, 2) + 0.0}]"  # noqa: PLW2901
        lines.append(line)
    WORDS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def score_reports(folder: Path, golden: Mapping[str, Golden], lexicon: Lexicon) -> Score:
    """Read a folder with a lexicon and hold the reports of ``golden`` against it."""
    with mock.patch.object(
        chronology, "infer_milestones", lambda clues, evidence: infer_milestones(clues, evidence, lexicon)
    ):
        corpus = ia.load([folder / f"{key}.md" for key in golden], status="all", cache=False)
    corpus = corpus.select(list(golden))
    score = Score()
    grades = corpus.readings.set_index(["incident_id", "field"])["grade"].to_dict()
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
            stated = timedelta(seconds=int(right["stated_duration_seconds"]))
            facts.append(pd.notna(incident["stated_duration"]) and abs(incident["stated_duration"] - stated) < MINUTE)
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
                if found is not None:
                    score.graded[grades[key, f"{milestone}_at"], same(found, at)] += 1
        score.asked += len(facts)
        score.right += sum(map(bool, facts))
        score.contradictions += right["stated_duration_agrees"] == "no"
        score.reported += right["stated_duration_agrees"] == "no" and key in contradicted
        score.false_alarms += right["stated_duration_agrees"] == "yes" and key in contradicted
    return score


def score_timelines(reports: Sequence[Report], lexicon: Lexicon) -> Score:
    """Read timelines with a lexicon and hold the milestones, but the start, against what a careful reader takes."""
    score = Score()
    for report in reports:
        found = infer_milestones(report.clues, report.evidence, lexicon)
        for milestone in MILESTONES:
            if milestone == "started" or f"{milestone}_at" in report.golden["ambiguous_fields"].split():
                continue
            right, guess = wanted(report.golden, milestone), found.get(milestone)
            at = guess and report.clues[guess.row].at
            score.found += at is not None and same(at, right)
            score.missed += right is not None and not same(at, right)
            score.invented += at is not None and not same(at, right)
            if guess:
                score.graded[guess.grade, same(at, right)] += 1
    return score


def main(folders: Sequence[Path], *, write: bool) -> None:
    golden = {folder: read_golden(folder) for folder in folders}
    reports = {folder: reports_of(folder, golden[folder]) for folder in folders}
    houses: dict[str, list[tuple[Path, str]]] = defaultdict(list)
    for folder, rows in golden.items():
        print(f"{folder}: as the weights are: {score_reports(folder, rows, default_lexicon())}", flush=True)
        for key, row in rows.items():
            houses[row["organisation"]].append((folder, key))
    print(f"{SCORED.name}, no facts: {score_timelines(read_timelines(SCORED), default_lexicon())}", flush=True)
    total = Score()
    for house, own in houses.items():
        others = [report for of in reports.values() for report in of.values() if report.golden["organisation"] != house]
        others += read_timelines(FITTED)
        lexicon, score = with_weights(fit(others)), Score()
        for folder in folders:
            if keys := [key for where, key in own if where == folder]:
                score.add(score_reports(folder, {key: golden[folder][key] for key in keys}, lexicon))
        print(f"  left out {house}: {score}", flush=True)
        total.add(score)
    print(f"one organisation left out at a time: {total}")
    if write:
        write_weights(fit([*(report for of in reports.values() for report in of.values()), *read_timelines(FITTED)]))


if __name__ == "__main__":
    named = [Path(folder) for folder in sys.argv[1:] if folder != "--fit"]
    main(named or [ROOT / "data" / "real", ROOT / "tests" / "corpus"], write="--fit" in sys.argv)
