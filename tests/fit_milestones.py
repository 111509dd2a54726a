"""Fit milestone_weights.tsv to timelines, and show how it reads organisations and voices that it was not fitted to.

    python tests/fit_milestones.py            leave a fifth of the organisations and voices out at a time
    python tests/fit_milestones.py --write    fit to all of them and write the weights

The timelines are those of data/real, tests/corpus, timelines.txt, timelines_scored.txt and voices.txt. Of a report the
likelihood of all its milestones together is maximised, over where the careful reader leaves open which row it is. A
feature counts that several organisations have, and is written where it weighs something.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from score_reading import FITTED, ROOT, SCORED, Report, read_golden, read_timelines, reports_of, same, wanted

from incident_analytics.reports.milestone_model import END, PAIRS, RELATIONS, WEIGHTS, features_of
from incident_analytics.reports.milestone_words import default_lexicon
from incident_analytics.reports.milestones import Clue, Scorer
from incident_analytics.reports.row_readings import ReportClues
from incident_analytics.schema import LAST_COUNTS, MILESTONES

VOICES = Path(__file__).with_name("voices.txt")
HEADER = f"""\
# A feature of a timeline's row, and what it weighs for {", ".join(MILESTONES)}.
# Written by `python tests/fit_milestones.py --write`; `w:` is a word by its first letters, `b:` two words in a row,
# `m:` a meaning and `l:` a feature of milestones.toml, `score:` their weight; `p` or `n` before: the row around.
"""
CROWD = 0.3
"""How much less a report of an organisation with many counts: its number to this power."""
SEEN_IN = 3
"""In how many organisations a feature must be."""
LEAST = 0.1
"""The weight from which on a feature is written."""
THRESHOLD = 0.6
FOLDS = 5
COSTS = {"score:": 0.1, "b:": 2.0, "pm:": 2.0, "nm:": 2.0}
"""What a squared weight costs, by how the feature begins; others cost 1, pairs 0.3."""
PAIR_COST = 0.3
NEVER = -1e4
ROOT_PLACE = MILESTONES.index("restored")
CHILDREN: dict[int, list[tuple[int, int]]] = defaultdict(list)
for number, (one, other) in enumerate(PAIRS):
    CHILDREN[MILESTONES.index(one)].append((number, MILESTONES.index(other)))


def read_voices(file: Path = VOICES) -> list[Report]:
    """Return the timelines of voices.txt, each of its own voice; when incidents were closed is not known there."""
    reports = []
    for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if line and not line.startswith("# ")]
        if not lines:
            continue
        at, clues = datetime(2025, 3, 14, tzinfo=UTC), []
        golden = dict.fromkeys([f"{name}_at" for name in MILESTONES], "")
        for line in lines[1:]:
            clock, labels, event = line.split("\t")
            hour, minute = map(int, clock.split(":"))
            at += (timedelta(hours=hour, minutes=minute) - timedelta(hours=at.hour, minutes=at.minute)) % timedelta(
                days=1
            )
            clues.append(Clue(at, event))
            golden |= {f"{label}_at": at.isoformat() for label in labels.split(",") if label != "-"}
        golden |= {"organisation": lines[0].removeprefix("## "), "ambiguous_fields": "closed_at"}
        reports.append(Report(clues, ReportClues(), golden))
    return reports


@dataclass(frozen=True)
class Example:
    """A report's rows in the order of time: their features, where each milestone may be and is, and how they lie."""

    report: Report
    rows: list[dict[str, float]]
    instants: list[datetime]
    free: np.ndarray
    right: np.ndarray
    relation: np.ndarray
    asked: list[bool]

    @property
    def house(self) -> str:
        return self.report.golden["organisation"]


def relations(instants: Sequence[datetime]) -> np.ndarray:
    """Return how each row, or none, as a pair's second milestone lies to each as its first: a place in `RELATIONS`."""
    each = sorted(set(instants))
    rank = np.array([each.index(at) for at in instants])
    later = rank[None, :] - rank[:, None]
    found = np.zeros((len(instants) + 1, len(instants) + 1), int)
    found[0, 1:], found[1:, 0] = 1, 2
    found[1:, 1:] = np.select(
        [later == 0, later == 1, (later > 1) & (later <= 3), later > 3, later == -1], range(3, 8), 8
    )
    return found


def example_of(report: Report) -> Example:
    scorer = Scorer(report.clues, report.evidence, default_lexicon())
    order, golden = scorer.order, report.golden
    instants = [scorer.at(row) for row in order]
    rows = features_of(
        [report.clues[row].event for row in order],
        instants,
        [scorer.readings[row] for row in order],
        report.evidence,
        is_stated=bool(scorer.stated),
    )
    free = np.zeros((len(MILESTONES), len(order) + 1), bool)
    right, asked = free.copy(), [False] * len(MILESTONES)
    for place, name in enumerate(MILESTONES):
        stated = [index for index, row in enumerate(order) if report.clues[row].stated == name]
        if stated:
            free[place, 1 + stated[-1 if name in LAST_COUNTS else 0]] = True
        else:
            free[place, [0, *[1 + order.index(row) for row in scorer.rows(name)]]] = True
        right[place], at = free[place], wanted(golden, name)
        if stated or f"{name}_at" in golden["ambiguous_fields"].split() or (name == "started" and at is None):
            continue
        asked[place] = name != "started"
        rows_right = [1 + index for index, other in enumerate(instants) if same(other, at) and free[place, 1 + index]]
        if at is None or rows_right:
            right[place] = False
            right[place, rows_right or [0]] = True
    weighed = [dict.fromkeys(row.names, 1.0) | dict(row.scores) for row in rows]
    return Example(report, weighed, instants, free, right, relations(instants), asked)


def marginals(scores: np.ndarray, pairs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return for a batch the log of the sum over all readings, and how likely each row and pair of rows is."""
    most = scores.max(2, keepdims=True)
    odds = np.exp(scores - most)
    total, up, below = most.sum((1, 2)), {}, {}
    likely, joint = np.zeros_like(scores), [np.empty(0)] * len(PAIRS)

    def collect(place: int) -> None:
        nonlocal total
        own = odds[:, place].copy()
        for pair, child in CHILDREN[place]:
            collect(child)
            up[pair] = np.einsum("bij,bj->bi", pairs[pair], below[child])
            own *= up[pair]
        whole = own.sum(1, keepdims=True)
        below[place] = own / whole
        total = total + np.log(whole[:, 0])

    def spread(place: int, message: np.ndarray) -> None:
        own = odds[:, place] * message
        whole = own * np.prod([up[pair] for pair, _ in CHILDREN[place]] or [np.ones_like(own)], axis=0)
        likely[:, place] = whole / whole.sum(1, keepdims=True)
        for pair, child in CHILDREN[place]:
            rest = own * np.prod(
                [np.ones_like(own), *[up[each] for each, _ in CHILDREN[place] if each != pair]], axis=0
            )
            rest /= rest.sum(1, keepdims=True)
            both = rest[:, :, None] * pairs[pair] * below[child][:, None, :]
            joint[pair] = both / both.sum((1, 2), keepdims=True)
            spread(child, np.einsum("bij,bi->bj", pairs[pair], rest))

    collect(ROOT_PLACE)
    spread(ROOT_PLACE, np.ones_like(odds[:, 0]))
    return total, likely, joint


@dataclass(frozen=True)
class Fit:
    """The weights of features, of none of the rows, and of pairs."""

    names: dict[str, int]
    rows: np.ndarray
    none: np.ndarray
    pairs: np.ndarray


Batch = tuple[list[Example], np.ndarray, np.ndarray, np.ndarray]


def batches(examples: Sequence[Example]) -> list[Batch]:
    """Return reports of like length together, with how their rows lie, where milestones may be, and where they are."""
    sizes = defaultdict(list)
    for example in examples:
        sizes[min(bound for bound in (6, 9, 12, 16, 24, 40, 80, 10_000) if len(example.rows) <= bound)].append(example)
    found = []
    for group in sizes.values():
        most = 1 + max(len(example.rows) for example in group)
        relation = np.zeros((len(group), most, most), int)
        free = np.zeros((len(group), len(MILESTONES), most), bool)
        right = free.copy()
        for index, example in enumerate(group):
            n = len(example.rows) + 1
            relation[index, :n, :n], free[index, :, :n], right[index, :, :n] = (
                example.relation,
                example.free,
                example.right,
            )
        found.append((group, relation, free, right))
    return found


def table_of(parts: Sequence[Batch], names: dict[str, int]) -> sparse.csr_matrix:
    """Return the features of all rows of all batches; the first row of each report is none of them."""
    rows, columns, values, offset = [], [], [], 0
    for group, _, free, _ in parts:
        for index, example in enumerate(group):
            for row, features in enumerate(example.rows):
                for name, value in features.items():
                    if name in names:
                        rows.append(offset + index * free.shape[2] + 1 + row)
                        columns.append(names[name])
                        values.append(value)
        offset += len(group) * free.shape[2]
    return sparse.csr_matrix((values, (rows, columns)), shape=(offset, len(names)))


def fit(examples: Sequence[Example]) -> Fit:
    """Return the weights under which the careful reader's rows are likeliest, less what weights cost."""
    houses = defaultdict(set)
    for example in examples:
        for features in example.rows:
            for name in features:
                houses[name].add(example.house)
    names = {
        name: index for index, name in enumerate(sorted(name for name, of in houses.items() if len(of) >= SEEN_IN))
    }
    cost = np.array([next((c for begin, c in COSTS.items() if name.startswith(begin)), 1.0) for name in names])[:, None]
    parts, size = batches(examples), Counter(example.house for example in examples)
    table = table_of(parts, names)
    back, k, n_weights = table.T.tocsr(), len(MILESTONES), len(names) * len(MILESTONES)

    def unpack(tried: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows, none, pairs = np.split(tried, [n_weights, n_weights + k])
        return rows.reshape(-1, k), none, pairs.reshape(len(PAIRS), len(RELATIONS))

    def loss(tried: np.ndarray) -> tuple[float, np.ndarray]:
        weights, none, pairs = unpack(tried)
        flat, slope, offset = table @ weights, np.zeros((table.shape[0], k)), 0
        total = (cost * weights**2).sum() / 2 + PAIR_COST / 2 * (pairs**2).sum()
        of_none, of_pairs = np.zeros(k), PAIR_COST * pairs
        for group, relation, free, right in parts:
            n, many = free.shape[2], len(group) * free.shape[2]
            share = np.array([size[example.house] ** -CROWD for example in group])[:, None, None]
            scores = flat[offset : offset + many].reshape(len(group), n, k).transpose(0, 2, 1).copy()
            scores[:, :, 0] = none
            likely_pairs = [np.exp(each)[relation] for each in pairs]
            every, likely, joint = marginals(np.where(free, scores, NEVER), likely_pairs)
            ours, likely_right, joint_right = marginals(np.where(right, scores, NEVER), likely_pairs)
            total += (share[:, 0, 0] * (every - ours)).sum()
            off = (likely - likely_right) * share
            of_none += off[:, :, 0].sum(0)
            off[:, :, 0] = 0
            slope[offset : offset + many] = off.transpose(0, 2, 1).reshape(many, k)
            for index in range(len(PAIRS)):
                change = (joint[index] - joint_right[index]) * share
                of_pairs[index] += np.bincount(relation.ravel(), change.ravel(), len(RELATIONS))
            offset += many
        return total, np.concatenate([(back @ slope + cost * weights).ravel(), of_none, of_pairs.ravel()])

    start = np.zeros(n_weights + k + len(PAIRS) * len(RELATIONS))
    return Fit(names, *unpack(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100}).x))


def write(found: Fit) -> None:
    """Write the weights that count."""

    def line(name: str, weights: np.ndarray) -> str:
        return "\t".join([name, *[f"{round(weight, 2) + 0.0:.2f}" for weight in weights]])

    lines = [line("none", found.none)]
    lines += [line(f"pair {' '.join(pair)}", weights) for pair, weights in zip(PAIRS, found.pairs, strict=True)]
    kept = [name for name, index in found.names.items() if abs(found.rows[index]).max() >= LEAST]
    lines += [line(name, found.rows[found.names[name]]) for name in kept]
    WEIGHTS.write_text(HEADER + "\n".join([*lines, END]) + "\n", encoding="utf-8")


def predictions(found: Fit, examples: Sequence[Example]) -> list[tuple[str, float, bool, bool]]:
    """Return by milestone asked the probability of the best instant, whether it is right, whether there is one."""
    parts, given = batches(examples), []
    flat, offset = table_of(parts, found.names) @ found.rows, 0
    for group, relation, free, _ in parts:
        n, many = free.shape[2], len(group) * free.shape[2]
        scores = flat[offset : offset + many].reshape(len(group), n, -1).transpose(0, 2, 1).copy()
        scores[:, :, 0] = found.none
        _, likely, _ = marginals(np.where(free, scores, NEVER), [np.exp(each)[relation] for each in found.pairs])
        for example, chances in zip(group, likely, strict=True):
            for place in [place for place, asked in enumerate(example.asked) if asked]:
                at_once: defaultdict[datetime, float] = defaultdict(float)
                for at, chance in zip(example.instants, chances[place, 1:], strict=False):
                    at_once[at] += chance
                best, at = max(at_once, key=lambda at: at_once[at]), wanted(example.report.golden, MILESTONES[place])
                given.append((MILESTONES[place], at_once[best], at is not None and same(best, at), at is not None))
        offset += many
    return given


def summary(given: Sequence[tuple[str, float, bool, bool]]) -> str:
    right = sum(chance >= THRESHOLD and is_right for _, chance, is_right, _ in given)
    wrong = sum(chance >= THRESHOLD and not is_right for _, chance, is_right, _ in given)
    there = sum(is_there for *_, is_there in given)
    sure = [is_right for _, chance, is_right, _ in given if chance >= 0.995]
    f1 = 2 * right / max(right + wrong + there, 1)
    precision = right / max(right + wrong, 1)
    counts = f"{right} right of {there}, {wrong} wrong; sure {sum(sure)}/{len(sure)}"
    return f"F1 {f1:.3f}, precision {precision:.3f} ({counts})"


def main() -> None:
    sets = {
        folder.name: list(reports_of(folder, read_golden(folder)).values())
        for folder in (ROOT / "data" / "real", ROOT / "tests" / "corpus")
    }
    sets |= {FITTED.name: read_timelines(FITTED), SCORED.name: read_timelines(SCORED), VOICES.name: read_voices()}
    examples = {
        name: [each for report in reports if (each := example_of(report)).rows] for name, reports in sets.items()
    }
    if "--write" in sys.argv:
        write(fit([each for of in examples.values() for each in of]))
        return
    given = defaultdict(list)
    for fold in range(FOLDS):
        out = {
            each.house
            for of in examples.values()
            for each in of
            if int(hashlib.md5(each.house.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS == fold
        }
        found = fit([each for of in examples.values() for each in of if each.house not in out])
        for name, of in examples.items():
            given[name] += predictions(found, [each for each in of if each.house in out])
    for name, each in given.items():
        print(f"{name}: {summary(each)}", flush=True)


if __name__ == "__main__":
    main()
