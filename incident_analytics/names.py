"""Names that people type: found whatever their case, with the closest one offered where one is unknown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Final, TypeVar

from incident_analytics.errors import UnknownNameError

__all__ = [
    "closest_name",
    "did_you_mean",
    "fold",
    "known_name",
    "listed_values",
    "remembered",
    "unknown_name",
    "without_accents",
]

Found = TypeVar("Found")
_LONGEST: Final = 200
"""Characters of a text of which the answer is kept: the words that recur are short, and no text fills the memory."""

_ALIKE = 0.75
"""How alike two names must be, from 0 to 1, for one to be taken for a slip of the other."""


def remembered(function: Callable[[str], Found]) -> Callable[[str], Found]:
    """Keep what a function of words returns, as a report asks for the same words again and again.

    Parameters
    ----------
    function
        Its answer depends on the words alone, and nobody changes it.
    """
    kept = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def look_up(text: str) -> Found:
        return kept(text) if len(text) <= _LONGEST else function(text)

    return look_up


_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "º": "o", "№": "no"})


def without_accents(text: str) -> str:
    """Return words in small letters without accents.

    Examples
    --------
    >>> without_accents("Início em São Paulo"), without_accents("Øst")
    ('inicio em sao paulo', 'ost')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(_LETTERS)


@remembered
def fold(text: str) -> str:
    """Return words for comparison: one space, plain quotes, no case, no dot at the end.

    Examples
    --------
    >>> fold("How we’ll  apply it.")
    "how we'll apply it"
    """
    if not text.isascii():
        text = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u00a0", " ")
    return " ".join(text.split()).casefold().rstrip(". ")


_BETWEEN_VALUES: Final = re.compile(r" ?[,;|] ?| (?:[&+/]|and) ")


def listed_values(values: Iterable[str]) -> dict[str, list[str]]:
    """Return, of the values of a field, each with those that it lists: itself, unless all its parts are values too.

    Examples
    --------
    >>> listed_values(["EU", "US", "EU, US", "Berlin, Germany"])["EU, US"]
    ['EU', 'US']
    >>> listed_values(["EU", "US", "EU, US", "Berlin, Germany"])["Berlin, Germany"]
    ['Berlin, Germany']
    """
    written = dict.fromkeys(values)
    known = {fold(value) for value in written}
    found = {value: _BETWEEN_VALUES.split(" ".join(value.split())) for value in written}
    return {value: parts if all(fold(part) in known for part in parts) else [value] for value, parts in found.items()}


def closest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like another one, None where none is like it.

    Names with other digits are other names, not slips: ``SEV-9`` is not meant to be ``SEV-3``.

    Examples
    --------
    >>> closest_name("card gatway", ["API", "Card Gateway"]), closest_name("SEV-9", ["SEV-3"])
    ('Card Gateway', None)
    """
    from difflib import get_close_matches  # slow to import

    by_form = {fold(each): each for each in known}
    asked = fold(name)
    alike = get_close_matches(asked, by_form, n=len(by_form) or 1, cutoff=_ALIKE)
    return next((by_form[form] for form in alike if _digits(form) == _digits(asked)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the closest known one, or nothing.

    Examples
    --------
    >>> did_you_mean("enviroment", ["Environment", "Trigger"])
    "; did you mean 'Environment'?"
    """
    found = closest_name(name, known)
    return "" if found is None else f"; did you mean {found!r}?"


def unknown_name(what: str, name: str, known: Iterable[str], *, empty: str = "there is none") -> UnknownNameError:
    """Return the error for an unknown name: it lists the known ones, and offers the closest.

    Parameters
    ----------
    what
        What the name is the name of, such as ``severity``.
    name
        The name as it was typed.
    known
        The names there are.
    empty
        Why there are no names, as a clause.

    Examples
    --------
    >>> print(unknown_name("service", "card gatway", ["API", "Card Gateway"]))
    service 'card gatway' is not one of API, Card Gateway; did you mean 'Card Gateway'?
    >>> print(unknown_name("service", "API", [], empty="no report names a service"))
    unknown service 'API': no report names a service
    """
    names = list(known)
    if not names:
        return UnknownNameError(f"unknown {what} {name!r}: {empty}")
    return UnknownNameError(f"{what} {name!r} is not one of {', '.join(names)}{did_you_mean(name, names)}")


def known_name(what: str, name: str, known: Iterable[str], *, empty: str = "there is none") -> str:
    """Return a name as it is known, whatever the case it was typed in.

    Raises
    ------
    UnknownNameError
        ``service 'card gatway' is not one of API, Card Gateway; did you mean 'Card Gateway'?``

    Examples
    --------
    >>> known_name("service", "card gateway", ["API", "Card Gateway"])
    'Card Gateway'
    """
    names = list(known)
    if name in names:
        return name
    for each in names:
        if fold(each) == fold(name):
            return each
    raise unknown_name(what, name, names, empty=empty)


def _digits(name: str) -> list[str]:
    return re.findall(r"\d+", name)
