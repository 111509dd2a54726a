"""Phrases of several words, found in a text as far as it asserts them: "no alert fired" has no phrase "alert ~ fired".

A phrase is words in their order. ``*`` at the end of a word allows any ending, ``~`` up to three words in between,
``^`` says that the text begins so, and ``{people}`` is any entry of a group of that name. No phrase goes on over
the end of a clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeAlias, TypeVar

__all__ = ["Hit", "Phrases"]

_TOKEN = re.compile(r"[\w'/@#]+|[.,;:!?()\n]")
_ENTRY_TOKEN = re.compile(r"\^|~|\{\w+\}|[\w'/@#]+\*?|:")
_ENDS = frozenset(".;:!?()\n")
_GAP = 4
"""How many places a word may be away behind ``~``."""
_DENIALS = frozenset(
    [
        *("no", "not", "never", "without", "nobody", "none", "neither", "nor", "cannot"),
        *("instead", "rather", "lack", "lacks", "lacked", "despite"),
        *("if", "unless", "should", "would", "could", "need", "needs", "might", "may"),
        *("suspect", "suspected", "maybe", "perhaps", "possibly", "possible"),
    ]
)
_JOINS = frozenset({",", "and", "then", "so", "which", "but"})
"""Words that a new verb follows: a denial ends here."""
_REACH = 4
"""How many words before a phrase a denial may be."""
_AUXILIARIES = frozenset({"did", "do", "does", "was", "were", "had", "has", "have", "is", "are"})
_NEGATIONS = frozenset({"not", "never", "nor"})
_MODALS = frozenset({"should", "would", "could", "might"})

Item = TypeVar("Item")
Words: TypeAlias = tuple[str, ...]


class Hit(NamedTuple):
    """A phrase in a text: where it begins and ends, and the value that it speaks for."""

    start: int
    end: int
    value: str


def _fits(token: str, word: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


class _Index(Generic[Item]):
    """What begins with a word, by that word; ``*`` at its end allows any ending."""

    def __init__(self, entries: Iterable[tuple[str, Item]]) -> None:
        self._known: dict[str, list[Item]] = {}
        for head, item in entries:
            self._known.setdefault(head, []).append(item)
        self.of: Callable[[str], tuple[Item, ...]] = lru_cache(maxsize=20_000)(self._find)

    def _find(self, token: str) -> tuple[Item, ...]:
        found = list(self._known.get(token, ()))
        for length in range(1, len(token) + 1):
            found += self._known.get(f"{token[:length]}*", ())
        return tuple(found)


class _Group:
    """Words or short phrases, of which any will do."""

    def __init__(self, entries: Iterable[Words]) -> None:
        self.entries = list(entries)
        self._rests = _Index((entry[0], entry[1:]) for entry in self.entries)

    def ends(self, tokens: Sequence[str], index: int) -> Iterator[int]:
        """Yield where each of its entries ends that begins at a place."""
        if index >= len(tokens):
            return
        for rest in self._rests.of(tokens[index]):
            end = index + 1 + len(rest)
            if end <= len(tokens) and all(map(_fits, tokens[index + 1 : end], rest)):
                yield end


class _Phrase(NamedTuple):
    """The groups of a phrase in their order, each with how far it may be away.

    ``opens`` is whether the text begins with it, ``is_word`` whether it is a single word, which its head is already.
    """

    value: str
    groups: tuple[tuple[int, _Group], ...]
    opens: bool
    is_word: bool

    def end(self, tokens: Sequence[str], index: int, step: int = 0) -> int | None:
        """Return where the phrase ends that begins at a place, None where it does not."""
        if step == len(self.groups):
            return index
        if self.is_word:
            return index + 1
        reach, group = self.groups[step]
        for place in range(index, min(index + reach, len(tokens))):
            for end in group.ends(tokens, place):
                if (found := self.end(tokens, end, step + 1)) is not None:
                    return found
            if tokens[place] in _ENDS or _denies(tokens[place]):
                return None
        return None


class Phrases:
    """The phrases of some values.

    Parameters
    ----------
    phrases
        By value.
    words
        The groups that they name.

    Examples
    --------
    >>> phrases = Phrases({"customer": ["{people} ~ report*"]}, {"people": ["user*", "a client"]})
    >>> [text[hit.start : hit.end] for text in ["Two users then report 503s"] for hit in phrases.find(text)]
    ['users then report']
    >>> phrases.find("No user reported it"), phrases.find("Users did not report it")
    ([], [])
    """

    def __init__(self, phrases: Mapping[str, Sequence[str]], words: Mapping[str, Sequence[str]]) -> None:
        groups = {name: _Group(tuple(_ENTRY_TOKEN.findall(entry)) for entry in own) for name, own in words.items()}
        found = [_phrase(value, entry, groups) for value, entries in phrases.items() for entry in entries]
        self._heads = _Index((entry[0], phrase) for phrase in found for entry in phrase.groups[0][1].entries)

    def find(self, text: str) -> list[Hit]:
        """Return the phrases that a text has and means, in their order; one of a value at a place."""
        text = text.replace("’", "'")  # of the same length, so that places stay
        tokens = _tokens(text)
        heads = self._heads.of
        found: dict[tuple[int, str], int] = {}
        for index, phrases in [(index, phrases) for index, token in enumerate(tokens) if (phrases := heads(token))]:
            for phrase in phrases:
                if (index, phrase.value) in found or (phrase.opens and index):
                    continue
                end = phrase.end(tokens, index)
                if end is not None and _is_meant(tokens, index, end):
                    found[index, phrase.value] = end
        if not found:
            return []
        places = [match.span() for match in _TOKEN.finditer(text)]
        return [Hit(places[index][0], places[end - 1][1], value) for (index, value), end in found.items()]


@lru_cache(maxsize=64)
def _tokens(text: str) -> Sequence[str]:
    """Return a text's words and the signs that end a clause: several phrases are looked for in the same text."""
    return [token.lower() for token in _TOKEN.findall(text)]


def _phrase(value: str, entry: str, groups: Mapping[str, _Group]) -> _Phrase:
    steps: list[tuple[int, _Group]] = []
    reach, opens = 1, False
    for word in _ENTRY_TOKEN.findall(entry.replace("’", "'")):
        if word == "^":
            opens = True
        elif word == "~":
            reach = _GAP
        else:
            steps.append((reach, groups[word[1:-1]] if word[0] == "{" else _Group([(word,)])))
            reach = 1
    is_word = len(steps) == 1 and all(len(entry) == 1 for entry in steps[0][1].entries)
    return _Phrase(value, tuple(steps), opens, is_word)


def _denies(word: str) -> bool:
    return word in _DENIALS or word.endswith("n't")


def _is_meant(tokens: Sequence[str], begin: int, end: int) -> bool:
    """Return whether words are asserted: neither denied before or behind them, nor only guessed."""
    for index in range(begin - 1, max(begin - 1 - _REACH, -1), -1):
        word = tokens[index]
        if word in _ENDS or word in _JOINS:
            break
        if _denies(word):
            return False
        if word == "before" and tokens[index + 1] in {"any", "our", "the"} and index + 1 < begin:
            return False
    for index in range(end, min(end + 2, len(tokens))):
        word, later = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else ""
        if word in _ENDS or word == ",":
            break
        if word in _NEGATIONS or word.endswith("n't") or (word in _AUXILIARIES and later in _NEGATIONS):
            return False
        if word in _MODALS or (word == "failed" and later == "to"):
            return False
    return True
