"""Owners as one list writes them, without a label: at the end of its items, or in front of them.

A word in brackets may be anything: a product, a customer, a feature, a language. It is an owner where most items of a
list have a name in the same place, one of these is surely a person or a team, and none is a thing; in a list of one
item only if the report has the name for a person, and in front of the words only if it is surely one itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents
from incident_analytics.reports.action_states import read_state_alone
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.tokens import MONTH
from incident_analytics.reports.zones import is_place

__all__ = ["is_thing", "usual_owners"]


def _words(file: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(file).read_text(encoding="utf-8").split())


_WORD: Final = r"(?:[^\W\d_]\.|[^\W\d_][\w'’-]+)"
_NAME: Final = compile_late(rf"{_WORD}(?:\s{_WORD}){{0,3}}")
"""One to four words, of which one may be an initial."""
_MENTION: Final = compile_late(r"@\w[\w.-]*")
_PARTICLES: Final = frozenset(
    [
        *("al", "bin", "da", "dal", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "le"),
        *("ní", "o", "ten", "ter", "van", "von", "y"),
    ]
)
_AND: Final = compile_late(r"\s?[/&+]\s?|,\s|\s(?:and|und|et|e|en|og|och|i|y)\s")
_IN_BRACKETS: Final = compile_late(r"^(.*\S)\s*[(\[]([^()\[\]]{2,60})[)\]]$", re.DOTALL)
_BEHIND_DASH: Final = compile_late(r"^(.*\S)\s(?:[–—-]|--)\s([^–—]{2,60})$", re.DOTALL)
_MENTION_AT_END: Final = compile_late(rf"^(.*\S)\s(@\w[\w.'’-]*(?:\s{_WORD}){{0,2}})(?:\s(\d\S*))?$", re.DOTALL)
_IN_FRONT: Final = compile_late(r"^([^:→()\[\]]{2,40}?)(?::|\s?(?:→|->|=>))\s+(?=\S)")
_MENTION_IN_FRONT: Final = compile_late(r"(@\w[\w.-]*)\s{1,4}(?=[a-z])")
_BEFORE_DASH: Final = compile_late(r"^([^\W\d_]{2,20}) [–—-] (?=\S)")
_TO: Final = compile_late(r"^([^:→()\[\]]{2,40}?)\s(?:to|will)\s(?=[a-z])")
_DAY: Final = compile_late(
    rf",\s(?=(?:(?:due|by|until|before|bis|vor|avant|pour|antes|para|hasta|até|voor|tegen|entro|innen|inden|til|senast"
    rf"|före|do)\s)?(?:on\s|zum\s|le\s|el\s|den\s|(?:the\s)?end\s(?:of\s)?)?(?:\d|{MONTH}\b))",
    re.IGNORECASE,
)
"""What is between a name and the day behind it."""
_THINGS: Final = _words("things.txt")
"""What is in brackets or before a colon as well: priorities, kinds of actions, places in a system, products."""
_TEAMS: Final = frozenset(
    [
        *("contractor", "crew", "department", "dept", "desk", "engineers", "engineering", "guild", "ops", "squad"),
        *("team", "équipe", "equipe"),
    ]
)
"""Words that make a team of a thing: ``Data team``."""
_GIVEN_NAMES: Final = _words("given_names.txt")
"""First names that are common somewhere and hardly that of a thing, without accents."""


class _Owned(NamedTuple):
    words: str
    owner: str
    day: str = ""
    """The words of the day behind the name."""


def usual_owners(
    items: Sequence[str], people: str = "", things: Collection[str] = ()
) -> list[tuple[str, str, str] | None]:
    """Return the words, the owner and the day of each item, None where it has no owner in the list's usual place.

    Parameters
    ----------
    items
        The items' words.
    people
        The words by which the report names people, such as its authors.
    things
        The words of its title and its services, which are not people.

    Examples
    --------
    >>> [tuple(each) for each in usual_owners(["Renew the certificate (Joe)", "Add an alert (Ana, by 3 May)"])]
    [('Renew the certificate', 'Joe', ''), ('Add an alert', 'Ana', 'by 3 May')]
    >>> usual_owners(["Renew the certificate (Redis)", "Add an alert (Ana)"])
    [None, None]
    >>> owned = usual_owners(["Joe: renew the certificate", "Ana: add an alert"], people="Joe Doe")
    >>> [tuple(each) for each in owned]
    [('renew the certificate', 'Joe', ''), ('add an alert', 'Ana', '')]
    """
    known = {word for word in without_accents(people).split() if len(word) > 1 and word not in _THINGS}
    not_people = {word for thing in things for word in fold(thing).split()}
    known |= _handles(items, known, not_people)
    for read in (_at_end, _in_front):
        found = [read(item, known) for item in items]
        names = [name for owned in found if owned for name in _names_of(owned)]
        stray = {name for name in names if is_thing(name, not_people) and not _is_of(name, known)}
        persons = {name for name in names if name not in stray and (_is_of(name, known) or _is_person(name))}
        are_sure = read is _at_end or (all(found) and persons == set(names))
        is_habit = any(_is_of(name, known) for name in persons) or (are_sure and len(names) > 1)
        if not persons and not any(owned and owned.day for owned in found):
            continue
        if not is_habit or 3 * sum(map(bool, found)) < 2 * len(items):
            continue
        if stray and not any(_is_of(name, known) for name in names):
            continue
        sure = [name for name in names if name in persons or _is_name(name)]
        if 2 * len(sure) <= len(names):
            continue
        others = set(names) - persons if read is _in_front else stray
        return [
            owned if owned and others.isdisjoint(_names_of(owned)) else _mentioned(item)
            for owned, item in zip(found, items, strict=True)
        ]
    return [_mentioned(item) for item in items]


def _handles(items: Sequence[str], known: Collection[str], things: Collection[str]) -> set[str]:
    """Return the words of small letters in brackets at the end of items, where one of these is surely a person."""
    ends = (_IN_BRACKETS.match(item.rstrip(" .")) for item in items)
    words = {match[2] for match in ends if match and match[2].isalpha() and match[2].islower()}
    if not any(word in known or word in _GIVEN_NAMES for word in words):
        return set()
    return {word for word in words if not is_thing(word, things) and not read_state_alone(word).status}


def _mentioned(item: str) -> _Owned | None:
    """Read a mention in front of an item's words, which is its owner whatever the other items have."""
    if (match := _MENTION_IN_FRONT.match(item)) is not None:
        return _Owned(item[match.end() :], match[1])
    owned = _in_front(item) if item.startswith("@") else None
    return owned if owned and all(map(_MENTION.fullmatch, _names_of(owned))) else None


def _names_of(owned: _Owned) -> list[str]:
    return [name.strip() for name in _AND.split(owned.owner)]


def _is_of(name: str, known: Collection[str]) -> bool:
    """Return whether a name has a word of those that the report has for people."""
    return any(word in known for word in without_accents(name).split())


def _is_person(name: str) -> bool:
    """Return whether a name is surely a person's or a team's: a handle, a first name, an initial, two words, a team."""
    words = name.split()
    if _MENTION.fullmatch(name) or not _GIVEN_NAMES.isdisjoint(without_accents(name).split()):
        return True
    return len(words) > 1 and (_is_name(name) or not _TEAMS.isdisjoint(fold(name).split()))


def _at_end(item: str, known: Collection[str] = ()) -> _Owned | None:
    """Read a name behind an item's words, in brackets or behind a dash, with a day behind it or not."""
    text = item.rstrip(" .")
    if match := _MENTION_AT_END.match(text):
        words, mention, day = match.groups("")
        return _Owned(words.rstrip(" –—-:"), mention[1:] if day or " " in mention else mention, day)
    match = _IN_BRACKETS.match(text) or _BEHIND_DASH.match(text)
    if match is None:
        return None
    name, *days = _DAY.split(match[2], maxsplit=1)
    return _Owned(match[1], name.strip(), *days) if _may_be_owner(name, known) else None


def _in_front(item: str, known: Collection[str] = ()) -> _Owned | None:
    """Read a name in front of an item's words: ``Joe: add ...``, ``Joe → add ...``, ``Joe to add ...``."""
    match = _IN_FRONT.match(item) or _TO.match(item)
    if match is None and (match := _BEFORE_DASH.match(item)):
        word = without_accents(match[1])
        match = match if word in known or word in _GIVEN_NAMES else None
    return _Owned(item[match.end() :], match[1].strip()) if match and _may_be_owner(match[1], known) else None


def _may_be_owner(words: str, known: Collection[str] = ()) -> bool:
    """Return whether words have the form of one or several owners; names that are known need no capital letter."""
    names = [name.strip() for name in _AND.split(words)]
    return all(
        (_MENTION.fullmatch(name) or (_NAME.fullmatch(name) and (name[0].isupper() or without_accents(name) in known)))
        and not read_state_alone(name).status
        for name in names
    )


def _is_name(name: str) -> bool:
    """Return whether each word of a name begins with a capital letter and is not one of capitals alone."""
    words = [word for word in name.split() if word not in _PARTICLES]
    return all(word[0].isupper() and (word.endswith(".") or not word.isupper()) for word in words)


def is_thing(name: str, things: Collection[str] = ()) -> bool:
    """Return whether what has the form of a name is that of a place, a product, a month, a state or the like."""
    words = fold(name).split()
    if _MENTION.fullmatch(name) or not words:
        return False
    if is_place(name) or any(word in things for word in words) or re.fullmatch(rf"{MONTH}", name, re.IGNORECASE):
        return True
    return not _TEAMS.intersection(words) and any(word in _THINGS for word in chain(words[:1], words[-1:]))
