"""Phrases of several words, found in a text as far as it asserts them: "no alert fired" has no phrase "alert ~ fired".

A phrase is words in their order. ``*`` at the end of a word allows any ending, ``~`` up to three words in between,
``^`` says that the text begins so, and ``{people}`` is any entry of a group of that name. No phrase goes on over
the end of a clause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from incident_analytics.late_patterns import compile_late

__all__ = ["Hit", "Phrases"]

_TOKEN = compile_late(r"[\w'/@#]+|[.,;:!?()\n]")
_ENTRY_TOKEN = compile_late(r"\^|~|\{\w+\}|[\w'/@#]+\*?|:")
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
_DOUBTS = _DENIALS | _NEGATIONS | _MODALS | {"before", "failed"}
"""Words, besides those that end in n't, without which all that a text says is asserted."""

Item = TypeVar("Item")
Words: TypeAlias = tuple[str, ...]


class Hit(NamedTuple):
    """A phrase in a text: the value that it speaks for, its first word and the one after its last, counted from 0."""

    value: str
    text: str
    first: int
    after: int

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return _places(self.text)[self.first][0]

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return _places(self.text)[self.after - 1][1]


@lru_cache(maxsize=2048)
def _entry_tokens(entry: str) -> Words:
    """Return the words of an entry of a group; several lists of phrases know the same groups."""
    return tuple(_ENTRY_TOKEN.findall(entry))


def _fits(token: str, word: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


class _Index(Generic[Item]):
    """What begins with a word, by that word; ``*`` at its end allows any ending."""

    def __init__(self, entries: Iterable[tuple[str, Item]]) -> None:
        self._known: dict[str, list[Item]] = {}
        for head, item in entries:
            self._known.setdefault(head, []).append(item)
        self._longest = max(map(len, self._known), default=0)
        self.of: Callable[[str], tuple[Item, ...]] = lru_cache(maxsize=20_000)(self._find)

    def _find(self, token: str) -> tuple[Item, ...]:
        found = list(self._known.get(token, ()))
        for length in range(1, min(len(token), self._longest) + 1):
            found += self._known.get(f"{token[:length]}*", ())
        return tuple(found)


class _Group:
    """Words or short phrases, of which any will do, and the bit that is its own among the groups of some phrases."""

    def __init__(self, entries: Iterable[Words], bit: int) -> None:
        self.entries = list(entries)
        self.bit = bit

    @cached_property
    def _rests(self) -> _Index[Words]:
        return _Index((entry[0], entry[1:]) for entry in self.entries)

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
    ``needs`` has a bit for each group: in a text that has no beginning of one of them it need not be looked for.
    """

    value: str
    groups: tuple[tuple[int, _Group], ...]
    opens: bool
    is_word: bool
    needs: int

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
        self._phrases, self._words = phrases, words

    @cached_property
    def _known(self) -> Callable[[str], tuple[int, tuple[_Phrase, ...]] | None]:
        """Gives the bits of the groups, and the phrases, that begin with a word; None where there are none."""
        groups = {
            f"{{{name}}}": _Group(map(_entry_tokens, own), 1 << place)
            for place, (name, own) in enumerate(self._words.items())
        }
        found = [_phrase(value, entry, groups) for value, entries in self._phrases.items() for entry in entries]
        heads = _Index((entry[0], phrase) for phrase in found for entry in phrase.groups[0][1].entries)
        of_groups = _Index((entry[0], group.bit) for group in groups.values() for entry in group.entries)

        @lru_cache(maxsize=20_000)
        def known(token: str) -> tuple[int, tuple[_Phrase, ...]] | None:
            bits = of_groups.of(token)
            return (reduce(or_, bits), heads.of(token)) if bits else None

        return known

    def find(self, text: str) -> list[Hit]:
        """Return the phrases that a text has and means, in their order; one of a value at a place."""
        text = text.replace("’", "'")  # of the same length, so that places stay
        tokens = _tokens(text)
        known = [(index, word) for index, word in enumerate(map(self._known, tokens)) if word]
        lacks = ~reduce(or_, [bits for _, (bits, _) in known], 0)
        is_plain = _DOUBTS.isdisjoint(tokens) and ("'" not in text or "n't" not in text.lower())
        found: dict[tuple[int, str], int] = {}
        for index, (_, phrases) in known:
            for phrase in phrases:
                if phrase.needs & lacks or (index, phrase.value) in found or (phrase.opens and index):
                    continue
                end = phrase.end(tokens, index)
                if end is not None and (is_plain or _is_meant(tokens, index, end)):
                    found[index, phrase.value] = end
        return [Hit(value, text, index, end) for (index, value), end in found.items()]


@lru_cache(maxsize=64)
def _tokens(text: str) -> Sequence[str]:
    """Return a text's words and the signs that end a clause: several phrases are looked for in the same text."""
    if text.isascii():
        return _TOKEN.findall(text.lower())
    return [token.lower() for token in _TOKEN.findall(text)]  # what a letter becomes may be no letter


@lru_cache(maxsize=8)
def _places(text: str) -> Sequence[tuple[int, int]]:
    """Return where each of these begins and ends."""
    return [match.span() for match in _TOKEN.finditer(text)]


def _phrase(value: str, entry: str, groups: dict[str, _Group]) -> _Phrase:
    """Return the phrase that an entry writes; a word that isn't a group yet becomes one."""
    steps: list[tuple[int, _Group]] = []
    reach, opens = 1, False
    for word in _ENTRY_TOKEN.findall(entry.replace("’", "'")):
        if word == "^":
            opens = True
        elif word == "~":
            reach = _GAP
        else:
            if word[0] != "{":
                groups.setdefault(word, _Group([(word,)], 1 << len(groups)))
            steps.append((reach, groups[word]))
            reach = 1
    is_word = len(steps) == 1 and all(len(entry) == 1 for entry in steps[0][1].entries)
    return _Phrase(value, tuple(steps), opens, is_word, reduce(or_, [group.bit for _, group in steps]))


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
