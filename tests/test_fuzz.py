"""Every file of the fuzzing corpus keeps what any input must; those named after a fault once showed it."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from incident_analytics.config import Settings
from incident_analytics.loading import read_records
from incident_analytics.records import Records

FOLDER = Path(__file__).parent / "fuzz"
CORPUS = sorted((FOLDER / "corpus").iterdir())

sys.path.insert(0, str(FOLDER))  # the drivers run on their own, next to their target
import target  # noqa: E402
from mutate import damaged  # noqa: E402
from target import Finding, fuzz  # noqa: E402


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name)
def test_no_file_of_the_corpus_is_a_finding(file: Path) -> None:
    fuzz(file.read_bytes())


def test_the_corpus_is_small() -> None:
    assert sum(file.stat().st_size for file in CORPUS) < 200_000


def test_damage_depends_on_the_seed_alone() -> None:
    corpus = [file.read_bytes() for file in CORPUS]
    one, other = ([damaged(corpus, chance) for _ in range(50)] for chance in (random.Random(7), random.Random(7)))  # noqa: S311
    assert one == other
    assert len(set(one)) > 40


def test_a_reader_that_raises_an_error_of_its_own_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_file: Path, _data: bytes) -> None:
        raise IndexError("broken")

    monkeypatch.setattr(target, "READERS", (broken,))
    with pytest.raises(IndexError, match="broken"):
        fuzz(b"x")


def test_a_reader_that_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_file: Path, data: bytes) -> None:
        sum(range(len(data) * 1000))

    monkeypatch.setattr(target, "READERS", (slow,))
    monkeypatch.setattr(target, "SECONDS", 0)
    monkeypatch.setattr(target, "SECONDS_A_BYTE", 1e-9)
    with pytest.raises(Finding, match=r"slow took \d+\.\d s on the CPU for 1,000 bytes"):
        fuzz(b"x" * 1000)


def test_a_report_that_loses_a_row_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(file: Path, settings: Settings) -> Records:
        records = read_records(file, settings=settings)
        lines = records.tables["timeline"]["line"]
        lines[:] = [0] * len(lines)
        return records

    monkeypatch.setattr(target, "read_records", losing)
    with pytest.raises(Finding, match=r"the row of line \d+ is neither read nor named: '\| 22:11 \|"):
        fuzz((FOLDER / "corpus" / "full.md").read_bytes())


def test_a_report_that_fails_to_be_read_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incident_analytics.reports.audit.audit_report", lambda *_: 1 / 0)
    with pytest.raises(Finding, match=r"^reading it failed \(ZeroDivisionError: "):
        fuzz((FOLDER / "corpus" / "full.md").read_bytes())
