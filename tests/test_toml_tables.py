"""Tables of a TOML file: each type, each check, and a message for each key that is wrong."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.errors import SettingsError
from incident_analytics.toml_tables import (
    Fault,
    FaultyTableError,
    InSource,
    Source,
    TomlTable,
    UntrustedError,
    above,
    at_least,
    at_most,
    key,
    not_empty,
)


def inside(path: Path, source: Source) -> Path:
    if not source.trusted:
        raise UntrustedError("leads out")
    return source.folder / path


class Inner(TomlTable):
    name: str
    number: Annotated[int, at_least(1), at_most(9)] = 1

    @classmethod
    def from_shorthand(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Named(TomlTable):
    first: str = "a"
    rest: dict[str, Inner] = key(default={}, others=True)


class Whole(TomlTable):
    text: Annotated[str, not_empty] = "x"
    flag: bool = False
    whole: int = 0
    share: Annotated[float, above(0)] = 0.5
    path: Annotated[Path, InSource(inside)] | None = None
    length: timedelta = timedelta(0)
    day: date | None = None
    clock: time | None = None
    instant: datetime | None = None
    choice: Literal["one", "two"] = "one"
    words: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    inner: Inner | None = key(default=None, alias="in")
    many: tuple[Inner, ...] = ()
    named: Named = Named()
    levels: dict[Literal["low", "high"], int] = {}  # noqa: RUF012 - a default is never changed


def test_each_type_is_read_from_toml() -> None:
    text = """
text = "y"
flag = true
whole = 3
share = 1
path = "p"
length = "P1DT2H3M4S"
day = 2025-12-25
clock = 09:30:00
instant = 2025-01-02T03:04:05Z
choice = "two"
words = ["a", "b"]
kinds = ["c"]
levels = { low = 1 }
in = { name = "n", number = 9 }
many = ["short", { name = "long" }]
named = { first = "f", other = "short" }
"""
    table = Whole.model_validate(tomllib.loads(text), Source(Path("/f"), trusted=True))
    assert table.model_dump() == {
        "text": "y",
        "flag": True,
        "whole": 3,
        "share": 1,
        "path": Path("/f/p"),
        "length": timedelta(days=1, hours=2, minutes=3, seconds=4),
        "day": date(2025, 12, 25),
        "clock": time(9, 30),
        "instant": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
        "choice": "two",
        "words": ("a", "b"),
        "kinds": frozenset({"c"}),
        "inner": {"name": "n", "number": 9},
        "many": ({"name": "short", "number": 1}, {"name": "long", "number": 1}),
        "named": {"first": "f", "rest": {"other": {"name": "short", "number": 1}}},
        "levels": {"low": 1},
    }
    assert table.model_fields_set == set(Whole.model_fields)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": 3}, "text: 3 is not text"),
        ({"text": ""}, "text: is empty"),
        ({"flag": 1}, "flag: 1 is not true or false"),
        ({"whole": 1.5}, "whole: 1.5 is not a whole number"),
        ({"whole": True}, "whole: True is not a whole number"),
        ({"share": "half"}, "share: 'half' is not a number"),
        ({"share": 0}, "share: 0 is not above 0"),
        ({"share": float("inf")}, "share: inf is not above 0"),
        ({"share": float("nan")}, "share: nan is not above 0"),
        ({"path": 3}, "path: 3 is not a path"),
        ({"path": "a\0b"}, r"path: 'a\x00b' is not a path"),
        ({"length": "5 minutes"}, "length: '5 minutes' is not a length of time; write one such as PT5M, or seconds"),
        ({"length": "P"}, "length: 'P' is not a length of time; write one such as PT5M, or seconds"),
        ({"length": "PT"}, "length: 'PT' is not a length of time; write one such as PT5M, or seconds"),
        ({"length": 1e300}, "length: 1e+300 is not a length of time; write one such as PT5M, or seconds"),
        ({"day": "25 Dec"}, "day: '25 Dec' is not a date such as 2025-12-25"),
        ({"day": datetime(2025, 1, 2, tzinfo=UTC)}, "day: 2025-01-02 00:00:00+00:00 is not a date such as 2025-12-25"),
        ({"clock": "9"}, "clock: '9' is not a time such as 09:00:00"),
        ({"instant": date(2025, 1, 2)}, "instant: 2025-01-02 is not a date with a time"),
        (
            {"instant": "2025-01-02T03:04"},
            "instant: 2025-01-02T03:04:00 has no zone; write 2025-01-02T03:04:00Z if it is UTC",
        ),
        ({"choice": "three"}, "choice: 'three' is not one of one, two"),
        ({"choice": ["one"]}, "choice: ['one'] is not one of one, two"),
        ({"words": "a"}, "words: 'a' is not a list"),
        ({"words": ["a", 2]}, "words.1: 2 is not text"),
        ({"in": {"number": 0}}, "in.name: is missing\nin.number: 0 is below 1"),
        ({"in": {"name": "x", "number": 10}}, "in.number: 10 is above 9"),
        ({"in": 3}, "in: 3 is not a table"),
        ({"inn": {}}, "inn: no such key; did you mean in?"),
        ({"many": ["a", {}]}, "many.1.name: is missing"),
        ({"named": {"other": {}}}, "named.other.name: is missing"),
        ({"levels": {"low": "x", "mid": 1}}, "levels.mid: 'mid' is not one of low, high"),
        ({"levels": []}, "levels: [] is not a table"),
        ({"chioce": "one"}, "chioce: no such key; did you mean choice?"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Whole.model_validate(values)
    assert str(caught.value) == message


def test_a_key_like_no_other_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(SettingsError) as caught:
        Inner(name="x", colour=1)  # type: ignore[call-arg]
    assert str(caught.value) == "colour: no such key; the keys here are name, number"


def test_a_value_without_trust_is_marked() -> None:
    with pytest.raises(FaultyTableError) as caught:
        Whole.model_validate({"path": "x", "flag": 1}, Source(Path("/f"), trusted=False))
    assert [(str(fault), fault.untrusted) for fault in caught.value.faults] == [
        ("flag: 1 is not true or false", False),
        ("path: leads out", True),
    ]
    assert Whole(path="x").path == Path("x"), "without a source nothing is checked against it"  # type: ignore[arg-type]


def test_a_table_is_frozen_copied_and_sent_elsewhere() -> None:
    table = Whole(whole=3)
    with pytest.raises(AttributeError, match=r"Whole\.whole is frozen"):
        table.whole = 4  # type: ignore[misc]
    copy = table.model_copy(update={"text": "z"})
    assert (copy.whole, copy.text, table.text) == (3, "z", "x")
    assert copy.model_fields_set == {"whole", "text"}
    assert copy != table
    again = pickle.loads(pickle.dumps(copy))  # noqa: S301 - our own
    assert again == copy
    assert again.model_fields_set == copy.model_fields_set


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([each.alias or name for name, each in Whole.model_fields.items()]), ANY))
def test_whatever_a_file_holds_is_a_table_or_named(values: dict[str, Any]) -> None:
    faults: Sequence[Fault] = ()
    try:
        table = Whole.model_validate(values)
    except FaultyTableError as error:
        faults = error.faults
    else:
        assert table == Whole.model_validate(values)
    assert {fault.keys[0] for fault in faults} <= values.keys()
