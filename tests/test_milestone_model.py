"""How likely each row is each milestone: as if all readings of a small report were counted one by one."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.errors import IncidentAnalyticsError
from incident_analytics.reports import milestone_model, milestones
from incident_analytics.reports.milestone_model import PAIRS, RELATIONS, Features, Model, default_model, features_of
from incident_analytics.reports.milestones import Clue, infer_milestones
from incident_analytics.reports.row_readings import Reading, ReportClues
from incident_analytics.schema import MILESTONES

_WEIGHTS = st.lists(st.sampled_from([-1.5, -0.5, 0.0, 0.5, 2.0]), min_size=7, max_size=7)


def line(name: str, weights: list[float]) -> str:
    return "\t".join([name, *map(str, weights)])


def relation(one: int | None, other: int | None) -> str:
    if one is None or other is None:
        return "neither" if one is other else "second only" if one is None else "first only"
    apart = other - one
    names = {0: "at once", 1: "next", 2: "soon after", 3: "soon after", -1: "just before"}
    return names.get(apart, "long after" if apart > 0 else "before")


@given(
    rows=st.lists(_WEIGHTS, min_size=1, max_size=3),
    none=_WEIGHTS,
    pairs=st.lists(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=9, max_size=9), min_size=6, max_size=6),
    known=st.booleans(),
)
@examples(10)
def test_it_is_what_counting_all_readings_gives(
    rows: list[list[float]], none: list[float], pairs: list[list[float]], known: bool
) -> None:
    lines = [line("none", none), *[line(f"row {index}", weights) for index, weights in enumerate(rows)]]
    lines += [line(f"pair {' '.join(pair)}", weights) for pair, weights in zip(PAIRS, pairs, strict=True)]
    places = list(range(len(rows)))
    given_rows = {"detected": 0} if known else {}
    found = (model := Model(lines)).likely(
        [model.scores(Features([f"row {index}"], [])) for index in places],
        places,
        dict.fromkeys(MILESTONES, places),
        given_rows,
    )
    total, counted = 0.0, {name: [0.0] * len(rows) for name in MILESTONES}
    for reading in product([None, *places], repeat=len(MILESTONES)):
        taken = dict(zip(MILESTONES, reading, strict=True))
        if any(taken[name] != row for name, row in given_rows.items()):
            continue
        score = sum(none[i] if row is None else rows[row][i] for i, row in enumerate(reading))
        for pair, weights in zip(PAIRS, pairs, strict=True):
            score += weights[RELATIONS.index(relation(taken[pair[0]], taken[pair[1]]))]
        total += math.exp(score)
        for name, row in taken.items():
            if row is not None:
                counted[name][row] += math.exp(score)
    for name in MILESTONES:
        assert found[name] == pytest.approx([odds / total for odds in counted[name]])


def test_far_apart_rows_lie_as_the_relations_say() -> None:
    weights = [[0.0] * 9 for _ in PAIRS]
    weights[PAIRS.index(("restored", "closed"))] = [0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    lines = [line("none", [-50.0] * 7)]
    lines += [line(f"pair {' '.join(pair)}", of) for pair, of in zip(PAIRS, weights, strict=True)]
    places = list(range(8))
    found = Model(lines).likely(
        [[0.0] * len(MILESTONES) for _ in places], places, dict.fromkeys(MILESTONES, places), {"restored": 2}
    )
    shares = [math.exp(x) for x in (6, 5, 1, 2, 3, 3, 4, 4)]
    assert found["closed"] == pytest.approx([share / sum(shares) for share in shares])


def test_rows_have_the_features_that_the_weights_were_fitted_to() -> None:
    """Distances are on a scale of doublings, capped; a row also has what the rows next to it mean."""
    begun = datetime(2025, 3, 14, 10, tzinfo=UTC)
    minutes = (0, 0, 1, 4, 20, 300, 100_000)
    instants = [begun + timedelta(minutes=each) for each in minutes]
    nothing = Reading(frozenset(), frozenset(), dict.fromkeys(MILESTONES, 0.0), frozenset(), None, False, frozenset())
    readings = [
        nothing._replace(meanings=frozenset({"fault"})),
        *[nothing] * 5,
        nothing._replace(meanings=frozenset({"cure"})),
    ]
    rows = features_of(["Something"] * 7, instants, readings, ReportClues(), is_stated=False)
    assert [[name for name in row.names if name.startswith(("gap:", "ngap:", "pos:", "rpos:"))] for row in rows] == [
        ["pos:0", "rpos:5", "ngap:0"],
        ["pos:1", "rpos:5", "gap:0", "ngap:1"],
        ["pos:2", "rpos:4", "gap:1", "ngap:2"],
        ["pos:3", "rpos:3", "gap:2", "ngap:3"],
        ["pos:4", "rpos:2", "gap:3", "ngap:5"],
        ["pos:5", "rpos:1", "gap:5", "ngap:6"],
        ["pos:5", "rpos:0", "gap:6"],
    ]
    meant = [{"m:fault", "pm:fault", "nm:cure"} & {*row.names} for row in rows]
    assert meant == [{"m:fault"}, {"pm:fault"}, set(), set(), set(), {"nm:cure"}, set()]


@pytest.mark.parametrize(
    ("event", "signs"),
    [
        ("It fails", set()),
        ('A user writes "it fails"', {"has:quote"}),
        ("A user writes \u201cit fails\u201d", {"has:quote"}),
        ("Is it down?", {"has:?"}),
        ("Ann: it fails", {"has:colon"}),
        ("10% fail", {"has:%"}),
    ],
)
def test_signs_in_a_row_are_features(event: str, signs: set[str]) -> None:
    nothing = Reading(frozenset(), frozenset(), dict.fromkeys(MILESTONES, 0.0), frozenset(), None, False, frozenset())
    (row,) = features_of([event], [datetime(2025, 3, 14, 10, tzinfo=UTC)], [nothing], ReportClues(), is_stated=False)
    assert {name for name in row.names if name.startswith("has:")} == signs


def test_a_row_of_very_many_words_overflows_nothing() -> None:
    model = Model([line("none", [-2000.0] * 7), *[line(f"pair {' '.join(pair)}", [0.0] * 9) for pair in PAIRS]])
    rows = [0, 1]
    found = model.likely([[2000.0] * 7, [-2000.0] * 7], rows, dict.fromkeys(MILESTONES, rows), {})
    assert found == {name: [1.0, 0.0] for name in MILESTONES}


def test_what_the_file_says_of_a_feature_is_found() -> None:
    model = default_model()
    assert len(model.none) == len(MILESTONES)
    assert {len(weights) for weights in model.pairs.values()} == {len(RELATIONS)}
    assert "w:no such" not in model.weights
    assert model.scores(Features(["w:no such"], [])) == [0.0] * len(MILESTONES)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ((b"none\t-2.55", b"none\tnan"), r"\.tsv:4: .*a weight is not finite"),
        ((b"none\t-2.55", b"none\t-inf"), r"\.tsv:4: .*a weight is not finite"),
        ((b"none\t-2.55", b"none\t1e999"), r"\.tsv:4: .*a weight is not finite"),
        ((b"none\t-2.55", b"none\t-2.5x"), r"\.tsv:4: .*'-2\.5x'"),
        ((b"none\t-2.55", b"none"), r"\.tsv:4: .*6 weights, not 7"),
        ((b"none\t", b"none\t0.00\t"), r"\.tsv:4: .*8 weights, not 7"),
        ((b"none\t", b"nine\t"), r"\.tsv: .*the line 'none' is missing"),
        ((b"pair restored closed\t", b"pair restored\t"), r"\.tsv:\d+: .*9 weights, not 7"),
        ((b"pair restored mitigated\t", b"pair restored mitigated\t0.00\t"), r"\.tsv:5: .*10 weights, not 9"),
        ((b"none\t-2.55", b"none\t\xff"), r"\.tsv: .*can't decode byte"),
    ],
)
def test_damaged_weights_are_refused_with_their_line(
    damage: tuple[bytes, bytes], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = milestone_model.WEIGHTS.read_bytes()
    file = tmp_path / milestone_model.WEIGHTS.name
    file.write_bytes(whole.replace(*damage, 1))
    assert file.read_bytes() != whole
    monkeypatch.setattr(milestone_model, "WEIGHTS", file)
    with pytest.raises(IncidentAnalyticsError, match=message) as caught:
        default_model.__wrapped__()
    assert str(file) in str(caught.value)
    assert str(caught.value).endswith("; reinstall incident-analytics")


@given(st.data())
@examples(20)
def test_weights_that_are_cut_off_anywhere_are_refused(data: st.DataObject) -> None:
    """Even where a line ends: what comes after it would be missing in silence."""
    whole = milestone_model.WEIGHTS.read_bytes()
    ends = [index for index, byte in enumerate(whole[:-1]) if byte == ord("\n")]
    length = data.draw(st.sampled_from([0, 1, *ends, *[end + 1 for end in ends]]) | st.integers(0, len(whole) - 2))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        file = Path(folder, milestone_model.WEIGHTS.name)
        file.write_bytes(whole[:length])
        patch.setattr(milestone_model, "WEIGHTS", file)
        with pytest.raises(IncidentAnalyticsError, match="the file is damaged"):
            default_model.__wrapped__()


def test_missing_weights_are_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(milestone_model, "WEIGHTS", tmp_path / "milestone_weights.tsv")
    with pytest.raises(IncidentAnalyticsError, match="reinstall incident-analytics"):
        default_model.__wrapped__()


BEGIN = ["Checkout fails", "Alert fires", "Ann acknowledges"]
NOT_OVER = [
    ["Still failing, not yet restored", "We hope to restore it by 16:00", "Handed over to the night team"],
    ["Vendor says that it is resolved on their side", "Our checkout still fails", "We ask the vendor again"],
    ["Search also down", "Search restored", "Checkout still down", "No change"],
    ["Restored in EU", "US still down", "Trying a restart in US"],
    ["Plan: roll back at 15:00, then service will be restored", "Waiting for approval"],
    ["Rollback did not help", "The cause is not the deploy", "Not resolved", "Customers still cannot pay"],
    ["Is it the deploy?", "Did the rollback help?", "Is it restored?"],
    ["Status page set to resolved by mistake", "Status page corrected", "Investigating", "Escalated"],
    ["Restore of the backup begins", "Restore at 40%", "Restore at 80%", "Restore failed"],
    ["Soll bis 16:00 wiederhergestellt werden", "Noch nicht behoben", "Warten auf Hersteller"],
    ["Pas encore rétabli", "Le fournisseur annonce un rétablissement à 16:00", "On attend"],
    ["Aún no se ha restablecido", "Seguimos sin servicio", "Esperamos al proveedor"],
    ["Nog niet opgelost", "Wachten op de leverancier"],
    ["Restoration is expected at noon", "Recovery failed"],
    ["Checkout fails", "Checkout fails", "Checkout fails"],
]


@pytest.mark.parametrize("rows", NOT_OVER, ids=lambda rows: rows[0])
def test_what_goes_on_has_no_restoration_nor_closure(rows: list[str]) -> None:
    begun = datetime(2026, 7, 5, 14, 5, tzinfo=UTC)
    clues = [Clue(begun + timedelta(minutes=5 * place), row) for place, row in enumerate([*BEGIN, *rows])]
    assert infer_milestones(clues, ReportClues()).keys().isdisjoint({"restored", "closed"})


@pytest.mark.parametrize(
    ("event", "milestone"), [("The cause is not the deploy", "identified"), ("No alert fired", "detected")]
)
def test_a_row_that_denies_a_milestone_is_not_it(event: str, milestone: str) -> None:
    begun = datetime(2026, 7, 5, 14, 5, tzinfo=UTC)
    rows = ["Checkout fails", event, "Rollback did not help", "Database looked at", "Customers still cannot pay"]
    found = infer_milestones(
        [Clue(begun + timedelta(minutes=5 * place), row) for place, row in enumerate(rows)], ReportClues()
    )
    assert milestone not in found or rows[found[milestone].row] != event


@pytest.mark.parametrize("missing", [None, "started", "restored"])
@pytest.mark.parametrize("has_start", [True, False])
def test_it_is_asked_only_where_a_milestone_is_neither_stated_nor_in_the_duration(
    missing: str | None, has_start: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report in the template's own phrases has nothing left to infer."""
    asked: list[bool] = []

    def without_words(*_: object, **__: object) -> list[Features]:
        asked.append(True)
        return [Features([], [])] * len(MILESTONES)

    monkeypatch.setattr(milestones, "features_of", without_words)
    begin = datetime(2025, 3, 14, 14, tzinfo=UTC)
    rows = [
        Clue(begin + timedelta(minutes=index), "Checkout", None if name == missing else name)
        for index, name in enumerate(MILESTONES)
    ]
    infer_milestones(rows, ReportClues(start=begin if has_start else None))
    assert bool(asked) == (missing == "restored" or (missing == "started" and not has_start))
