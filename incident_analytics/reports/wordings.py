"""What a label, a heading or a column that no template lists means, by the words that it is made of."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents

__all__ = ["UpdateStates", "named_by_words", "update_states"]

Kind: TypeAlias = Literal["fields", "perhaps", "titles", "events", "sections", "timeline", "actions"]
_Rule: TypeAlias = tuple[str, frozenset[str], frozenset[str]]
"""A name, the meanings that its words must have, and those that they may have as well."""

_LONGEST: Final = 60
_WORD: Final = compile_late(r"[^\W_]+")
_NUMBER: Final = compile_late(r"^\W*(?:[a-z]?\d{1,2}[\d.]*[.):]?\s+)+")
"""What a heading is numbered with: ``4.2`` or ``D4``."""
_NO_INSTANT: Final = compile_late(
    r"\btime (?:to|until|till|taken|lost|spent)\b|\bknown (?:issue|problem|error)s?\b"
    r"|\b(?:response|reaction|recovery|restore|restoration|repair|over) time\b"
    r"|\bfirst (?:response|reaction)\b|\b(?:by|from|von|vom|durch|par|por|door)\W*$"
    r"|\b(?:temps|tiempo|tempo|czas)\b|(?:reaktions|antwort|losungs|erkennungs|behebungs|wiederherstellungs)zeit"
    r"|(?:reactie|respons|oplos|herstel|detectie|doorloop)tijd\b|(?:svar|reaksjon|reaktion)s?tid"
)
"""Words for how long something took, or for who or what did it: 0:15 as ``Time to detect`` isn't a time of day."""
_NO_ID: Final = compile_late(
    r"\b(?:number|numero|no) of\b|\b(?:incident|incidente|outage|event|problem|failure|report)s\b"
    r"|\b(?:fault|error|failure|cause|status|review) code\b|\bcode review\b"
    r"|\bcodig\w* d[eao] (?:el |la )?(?:fallo|falha|averia|causa)\b|\bcodice (?:di |del )?(?:guasto|causa)\b"
)
"""Words for how many there were, and for codes of other things: ``Number of incidents`` isn't that of one."""
_NO_AUTHOR: Final = compile_late(r"\b(?:for|to|fur|an|pour|para|per|voor|till|til|dla)\b")
"""Words for whom a report was written."""
_OTHERS: Final = {"incident_id": _NO_ID, "author": _NO_AUTHOR}
_LINKS: Final = ("", "s", "n", "en", "es", "e")
"""Letters between the parts of a compound."""
_SHORTEST_PART: Final = 3
_FIRST_UNSPACED: Final = "\u1100"
"""The first letter of the scripts of [unspaced]: Hangul, kana, and the characters of Chinese."""


@lru_cache(maxsize=4096)
def named_by_words(label: str, kind: Kind) -> str | None:
    """Return the field, section or column that a label means, None where a word of it is not known for that.

    Examples
    --------
    >>> [named_by_words(label, "fields") for label in ("Beginn der Störung", "Fecha del incidente", "Start menu")]
    ['started_at', 'date', None]
    >>> named_by_words("Medidas correctivas", "sections"), named_by_words("Verantwortlich", "actions")
    ('actions', 'owner')
    """
    if len(label) > _LONGEST:
        return None
    lexicon = _default_lexicon()
    words = [
        word
        for word in _WORD.findall(_NUMBER.sub("", without_accents(label).replace("#", " no ")))
        if word not in lexicon.small
    ]
    found = [each for word in words for each in lexicon.meanings(word)]
    if not found or not all(found):
        return None
    names = {name for name, needed, allowed in lexicon.rules[kind] if _fits(found, needed, allowed)}
    name = names.pop() if len(names) == 1 else None
    other = _OTHERS.get(name or "") or (_NO_INSTANT if name is not None and name.endswith("_at") else None)
    return None if other is not None and other.search(without_accents(label)) else name


def _fits(found: Sequence[frozenset[str]], needed: frozenset[str], allowed: frozenset[str]) -> bool:
    """Return whether words are of no other meanings than those allowed, and have those needed."""
    return all(each & allowed for each in found) and all(any(need in each for each in found) for need in needed)


class UpdateStates(NamedTuple):
    """The states that open the updates of a status page: with whether only such a page has each, and their parts.

    ``over`` are those of an incident that is over.
    """

    only_pages: Mapping[str, bool]
    over: frozenset[str]
    signs: Sequence[str]
    first_words: frozenset[str]


@lru_cache(maxsize=1)
def update_states() -> UpdateStates:
    """Return the states that open the updates of a status page."""
    kinds = {kind: words.split(" / ") for kind, words in _default_lexicon().updates.items()}
    states = {word: kind == "page" for kind, words in kinds.items() for word in words}
    signs = [word for word, is_sign in states.items() if is_sign]
    return UpdateStates(states, frozenset(kinds["over"]), signs, frozenset(word.partition(" ")[0] for word in states))


class _Lexicon:
    """What wordings.toml holds: meanings by words, and by the beginnings of words; the rules of each kind."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.small = frozenset(without_accents(data["small"]).split())
        self.whole: dict[str, set[str]] = {}
        self.beginnings: dict[str, set[str]] = {}
        self.unspaced: dict[str, set[str]] = {}
        for meaning, words in data["words"].items():
            for word in without_accents(words).split():
                known = self.beginnings if word.endswith("*") else self.whole
                known.setdefault(word.rstrip("*"), set()).add(meaning)
        for meaning, words in data["unspaced"].items():
            for word in without_accents(words).split():
                self.unspaced.setdefault(word, set()).add(meaning)
        self.updates: Mapping[str, str] = data["updates"]
        self.rules: Mapping[str, Sequence[_Rule]] = {kind: list(_rules(data[kind])) for kind in get_args(Kind)}

    def meanings(self, word: str) -> Sequence[frozenset[str]]:
        """Return what a word may mean; for a compound what each of its parts may, of which a Latin one has two."""
        if word[0] >= _FIRST_UNSPACED:
            return list(self._of_run(word))
        own, begun, length = self._of_part(word)
        for begin in range(length, len(word) - _SHORTEST_PART + 1):
            if word[length:begin] in _LINKS:
                last, *_ = self._of_part(word[begin:])
                if last:
                    return [begun, last]
        return [own]

    def _of_run(self, run: str) -> Iterator[frozenset[str]]:
        """Yield what each part of a run of letters may mean, which has no space between its words."""
        while run:
            end = next((end for end in range(len(run), 0, -1) if run[:end] in self.unspaced), 0)
            meanings = frozenset(self.unspaced.get(run[:end], ()))
            if meanings != {"small"}:
                yield meanings
            run = run[end:] if end else ""

    def _of_part(self, word: str) -> tuple[frozenset[str], frozenset[str], int]:
        """Return what a word may mean, what its longest known beginning may mean, and how long that is."""
        length = next((end for end in range(len(word), 1, -1) if word[:end] in self.beginnings), len(word))
        begun = frozenset(self.beginnings.get(word[:length], ()))
        return begun | self.whole.get(word, frozenset()), begun, length


def _rules(names: Mapping[str, Sequence[str]]) -> Iterator[_Rule]:
    for name, forms in names.items():
        for form in forms:
            needed, _, others = form.partition("|")
            yield name, frozenset(needed.split()), frozenset((*needed.split(), *others.split()))


@lru_cache(maxsize=1)
def _default_lexicon() -> _Lexicon:
    """Return the words of wordings.toml."""
    return _Lexicon(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")))
