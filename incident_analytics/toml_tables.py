"""A TOML file's tables as classes whose keys have types; every key that is wrong is named, with what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    NamedTuple,
    NoReturn,
    Self,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from incident_analytics.errors import SettingsError
from incident_analytics.names import closest_name

__all__ = [
    "Fault",
    "FaultyTableError",
    "InSource",
    "Key",
    "Source",
    "TomlTable",
    "UntrustedError",
    "above",
    "at_least",
    "at_most",
    "key",
    "not_empty",
]

_LENGTH: Final = r"P(?:(?P<days>\d+)D)?(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
"""A length of time as ISO 8601 writes it, of parts that are always equally long."""


class Source(NamedTuple):
    """Where a table was read: relative paths are taken from its folder, and trust says how far it may lead."""

    folder: Path
    trusted: bool


class UntrustedError(ValueError):
    """A value is one that only trusted settings may have."""


class Fault(NamedTuple):
    """What is wrong with the value of a key, which is named from the outermost table on."""

    keys: tuple[str | int, ...]
    message: str
    untrusted: bool = False

    def __str__(self) -> str:
        return ": ".join(filter(None, (".".join(map(str, self.keys)), self.message)))


class FaultyTableError(SettingsError):
    """A table has keys that are wrong; the message has a line for each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class Key(NamedTuple):
    """A key of a table: its default, its name in files where that differs, whether it takes all keys of no name."""

    default: Any = ...
    alias: str | None = None
    others: bool = False


def key(*, default: Any = ..., alias: str | None = None, others: bool = False) -> Any:
    """Declare a key whose name is not that of the attribute, or the one that takes all keys of no name."""
    return Key(default, alias, others)


class InSource(NamedTuple):
    """A check that depends on where the value was read; without a source it is not made."""

    check: Callable[[Any, Source], Any]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(key,))
class TomlTable:
    """A table of a TOML file: its annotations are its keys, and nothing changes after reading.

    A type is text, a number, flag, `Path`, length of time, date, time, or instant with its zone; a `Literal`; a tuple,
    frozenset or dict of these; another table; or one of them or None. Checks follow in ``Annotated``: functions that
    return the value, or raise a ValueError. The methods called ``model_`` do what pydantic's of the same names do.

    Raises
    ------
    SettingsError
        With a line for each key that is wrong.

    Examples
    --------
    >>> class Target(TomlTable):
    ...     share: Annotated[float, above(0)]
    ...     team: str | None = None
    >>> Target(share=0.99).team is None
    True
    >>> Target(shar=0)
    Traceback (most recent call last):
    incident_analytics.toml_tables.FaultyTableError: share: is missing
    shar: no such key; did you mean share?
    """

    model_fields: ClassVar[Mapping[str, Key]] = {}
    """The keys, by attribute."""
    model_fields_set: ClassVar[frozenset[str]] = frozenset()
    """The attributes that were given a value; a table's own."""

    def __init_subclass__(cls) -> None:
        """Take the keys from the annotations, and put their defaults in place."""
        keys = dict(cls.model_fields)
        for name in cls.__dict__.get("__annotations__", ()):  # noqa: RUF063 - inspect is slow to import
            default = cls.__dict__.get(name, ...)
            keys[name] = default if isinstance(default, Key) else Key(default)
            if isinstance(default, Key):
                if default.default is ...:
                    delattr(cls, name)
                else:
                    setattr(cls, name, default.default)
        cls.model_fields = keys

    def __init__(self, **values: Any) -> None:
        _fill(self, values, None)

    @classmethod
    def model_validate(cls, values: Any, source: Source | None = None) -> Self:
        """Return the table of some values."""
        table = cls.__new__(cls)
        _fill(table, cls.from_shorthand(values), source)
        return table

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """Return a copy with other values, which are not checked."""
        copy = type(self).__new__(type(self))
        own = {name: getattr(self, name) for name in self.model_fields}
        copy.__dict__.update({**own, **update, "model_fields_set": self.model_fields_set | update.keys()})
        return copy

    def model_dump(self) -> dict[str, Any]:
        """Return the values by attribute, those of tables within it as well."""
        return {name: _dumped(getattr(self, name)) for name in self.model_fields}

    def by_key(self) -> dict[str, Any]:
        """Return the values by key as files have it, those of tables within it as well."""
        found: dict[str, Any] = {}
        for name, own in self.model_fields.items():
            value = _dumped(getattr(self, name), TomlTable.by_key)
            found |= value if own.others else {own.alias or name: value}
        return found

    @classmethod
    def from_shorthand(cls, value: Any) -> Any:
        """Return the table that another value in its place means."""
        return value

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with the values together: the key, empty for the table, and why."""
        yield from ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} is frozen: settings do not change after reading")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, TomlTable) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash(type(self))  # values may be dicts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.model_fields)})"


def not_empty(value: Any) -> Any:
    """Refuse a text, list or table with nothing in it."""
    if not value:
        raise ValueError("is empty")
    return value


def above(bound: float) -> Callable[[Any], Any]:
    """Return a check of finite numbers, or of lengths of time in seconds."""
    return _bounded(lambda number: bound < number < float("inf"), f"is not above {bound}")


def at_least(bound: float) -> Callable[[Any], Any]:
    """Return a check, as `above` does."""
    return _bounded(lambda number: number >= bound, f"is below {bound}")


def at_most(bound: float) -> Callable[[Any], Any]:
    """Return a check, as `above` does."""
    return _bounded(lambda number: number <= bound, f"is above {bound}")


def _bounded(holds: Callable[[float], bool], fault: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        number = value.total_seconds() if isinstance(value, timedelta) else value
        if not holds(number):
            raise ValueError(f"{number:g} {fault}")
        return value

    return check


# --- reading ---------------------------------------------------------------------------------------------------------


def _fill(table: TomlTable, values: Any, source: Source | None) -> None:
    """Give a new table its values, or raise what is wrong with them."""
    if not isinstance(values, Mapping):
        raise FaultyTableError([Fault((), f"{values!r} is not a table")])
    left, read, faults = dict(values), {}, []
    kinds = _types(type(table)) if left else {}  # type: ignore[arg-type] # where nothing is set no type need be known
    for name, declared in table.model_fields.items():
        named = declared.alias or name
        if declared.others and left:
            value, left = left, {}
        elif named in left:
            value = left.pop(named)
        elif declared.default is ...:
            faults.append(Fault((named,), "is missing"))
            continue
        else:
            continue
        try:
            read[name] = _read(kinds[name], value, source)
        except FaultyTableError as error:
            faults += error.faults if declared.others else _within(named, error.faults)
    faults += [Fault((each,), f"no such key; {_remedy(str(each), table)}") for each in left]
    table.__dict__.update(read, model_fields_set=frozenset(read))
    if not faults:
        faults = [Fault((name,) if name else (), message) for name, message in table.faults()]
    if faults:
        raise FaultyTableError(faults)


def _remedy(unknown: str, table: TomlTable) -> str:
    known = [declared.alias or name for name, declared in table.model_fields.items()]
    close = closest_name(unknown, known)
    return f"did you mean {close}?" if close else f"the keys here are {', '.join(known)}"


def _within(outer: str | int, faults: Iterable[Fault]) -> list[Fault]:
    return [fault._replace(keys=(outer, *fault.keys)) for fault in faults]


@cache
def _types(table: type[TomlTable]) -> Mapping[str, Any]:
    return get_type_hints(table, include_extras=True)


def _read(kind: Any, value: Any, source: Source | None) -> Any:
    """Return a value as its type has it, or raise what is wrong with it or with the values in it."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _checked(_read(parts[0], value, source), parts[1:], source)
    if origin in {Union, UnionType}:  # a type or None
        return None if value is None else _read(parts[0], value, source)
    if origin in {tuple, frozenset}:
        return origin(_list(value, parts[0], source))
    if origin is dict:
        if not isinstance(value, Mapping):
            raise _fault(f"{_shown(value)} is not a table")
        _each(((name, name) for name in value), parts[0], source)
        return _each(value.items(), parts[1], source)
    if origin is Literal:
        if value not in parts:
            raise _fault(f"{_shown(value)} is not one of {', '.join(parts)}")
        return value
    if isinstance(kind, type) and issubclass(kind, TomlTable):
        return value if isinstance(value, kind) else kind.model_validate(value, source)
    return _READERS[kind](value)


def _list(value: Any, kind: Any, source: Source | None) -> Iterable[Any]:
    if not isinstance(value, list | tuple | frozenset):
        raise _fault(f"{_shown(value)} is not a list")
    if kind is str and set(map(type, value)) <= {str}:  # so are the many words of templates
        return value
    return _each(enumerate(value), kind, source).values()


def _each(items: Iterable[tuple[Any, Any]], kind: Any, source: Source | None) -> dict[Any, Any]:
    """Read each value of a list or table; what is wrong in it is named by its index or key."""
    read, faults = {}, []
    for name, value in items:
        try:
            read[name] = _read(kind, value, source)
        except FaultyTableError as error:
            faults += _within(name, error.faults)
    if faults:
        raise FaultyTableError(faults)
    return read


def _checked(value: Any, checks: Sequence[Any], source: Source | None) -> Any:
    for check in checks:
        try:
            if not isinstance(check, InSource):
                value = check(value)
            elif source is not None:
                value = check.check(value, source)
        except ValueError as error:
            raise _fault(str(error), untrusted=isinstance(error, UntrustedError)) from error
    return value


def _fault(message: str, *, untrusted: bool = False) -> FaultyTableError:
    return FaultyTableError([Fault((), message, untrusted)])


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str | int | float) else str(value)


def _of_type(*types: type, what: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise _fault(f"{_shown(value)} is not {what}")
        return value

    return read


def _by_text(kind: type, read: Callable[[str], Any], what: str) -> Callable[[Any], Any]:
    """Return the reader of a value that TOML, or a text, may hold."""

    def of(value: Any) -> Any:
        try:
            result = read(value) if isinstance(value, str) else value
        except ValueError:
            result = None
        if not isinstance(result, kind) or (kind is date and isinstance(result, datetime)):
            raise _fault(f"{_shown(value)} is not {what}")
        return result

    return of


def _path(text: str) -> Path:
    if "\0" in text:
        raise ValueError("no system has such a path")
    return Path(text)


def _length(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        if isinstance(value, str) and (match := re.fullmatch(_LENGTH, value)) and len(value) > 1:
            return timedelta(**{unit: int(n) for unit, n in match.groupdict().items() if n})
        if isinstance(value, int | float) and not isinstance(value, bool):
            return timedelta(seconds=value)
    except (OverflowError, ValueError):
        pass
    raise _fault(f"{_shown(value)} is not a length of time; write one such as PT5M, or seconds")


def _instant(value: Any) -> datetime:
    at: datetime = _by_text(datetime, datetime.fromisoformat, "a date with a time")(value)
    if at.tzinfo is None:
        raise _fault(f"{at.isoformat()} has no zone; write {at.isoformat()}Z if it is UTC")
    return at


_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    str: _of_type(str, what="text"),
    bool: _of_type(bool, what="true or false"),
    int: _of_type(int, what="a whole number"),
    float: _of_type(int, float, what="a number"),
    Path: _by_text(Path, _path, "a path"),
    timedelta: _length,
    date: _by_text(date, date.fromisoformat, "a date such as 2025-12-25"),
    time: _by_text(time, time.fromisoformat, "a time such as 09:00:00"),
    datetime: _instant,
}


def _dumped(value: Any, dump: Callable[[TomlTable], dict[str, Any]] = TomlTable.model_dump) -> Any:
    if isinstance(value, TomlTable):
        return dump(value)
    if isinstance(value, tuple):
        return tuple(_dumped(each, dump) for each in value)
    if isinstance(value, dict):
        return {name: _dumped(each, dump) for name, each in value.items()}
    return value
