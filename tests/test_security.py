"""SECURITY.md: each promise names tests, and these are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.findall(r"`(tests/\w+\.py)::(test_\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_holds_a_promise_is_there(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_each_promise_names_its_tests() -> None:
    promises = (
        (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## What is promised")[2].partition("\n## ")[0]
    )
    items = re.split(r"^- ", promises, flags=re.MULTILINE)[1:]
    assert len(items) >= 10
    assert [item for item in items if "::test_" not in item] == []
