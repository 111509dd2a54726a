"""Words of a declared list: severities, and the statuses of reports and of action items."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent

__all__ = ["NOT_YET", "Choice", "find_choice", "leading_word", "read_action_status", "read_choice", "read_word"]


def read_word(text: str, declared: Sequence[str], synonyms: Mapping[str, str]) -> str | None:
    """Find which declared word is meant, whatever its case, hyphens, marks and gloss.

    Parameters
    ----------
    text
        The words as written.
    declared
        The words that may be meant, such as ``SEV-1``.
    synonyms
        Other words for them.

    Returns
    -------
    str or None
        A declared word, None where none is meant.

    Raises
    ------
    Unreadable
        ``'SEV9' is not one of SEV-1, SEV-2, SEV-3``

    Examples
    --------
    >>> read_word("**sev 2** (Major)", ["SEV-1", "SEV-2"], {})
    'SEV-2'
    """
    if is_absent(text):
        return None
    meant = _meant(declared, synonyms)
    for part in _parts_of(text):
        if word := meant.get(_bare(part)):
            return word
    raise Unreadable(f"{text.strip()!r} is not one of {', '.join(declared)}")


def _meant(declared: Sequence[str], synonyms: Mapping[str, str]) -> Mapping[str, str]:
    """Return what each word means, by its letters and digits alone."""
    return _bare_names((*((word, word) for word in declared), *synonyms.items()))


@lru_cache(maxsize=256)
def _bare_names(names: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {_bare(name): meaning for name, meaning in names}


def _parts_of(text: str) -> list[str]:
    """Return the words outside of brackets, whole and between their marks, then those in brackets."""
    outside, inside = _IN_BRACKETS.sub(" ", text), _IN_BRACKETS.findall(text)
    return [outside.strip(), *(part.strip() for part in _MARKS.split(outside)), *inside]


_IN_BRACKETS: Final = compile_late(r"\(([^()]*+)\)")
_MARKS: Final = compile_late(r"[/,;:–—]|\s-\s")


def leading_word(text: str) -> str:
    """Return a field's first word or words, without a mark before and what explains or qualifies them.

    Examples
    --------
    >>> leading_word("High (customers affected)"), leading_word("🔴 P1, at first P2"), leading_word("(High)")
    ('High', 'P1', '(High)')
    """
    return re.split(r"[(,;/|]", re.sub(r"^[^\w(]+", "", text))[0].strip() or text


class Choice(NamedTuple):
    """Which declared word a field means.

    Attributes
    ----------
    word
        The one that counts; None where several are named and nothing says which one came last.
    named
        Every different declared word that the field names, in the order of the text; one unless they disagree.
    """

    word: str | None
    named: tuple[str, ...]


_FIRST: Final = (
    r"al principio|inicialmente|originalmente|zunächst|anfangs|anfänglich|ursprünglich|d'abord|initialement|au départ"
    r"|au début|all'inizio|inizialmente|no início|de início|początkowo|aanvankelijk|eerst|oorspronkelijk|först|initialt"
    r"|opprinnelig|oprindelig|til at begynde med|ursprungligen|aluksi|alun perin|zpočátku|původně|başlangıçta"
    r"|сначала|изначально|спочатку"
)
"""Words of other languages that say of a severity that another one followed."""
_CHANGE: Final = compile_late(
    rf"->|=>|→|⇒|➔|\b(?:{_FIRST}|(?:down|up)graded?|(?:de-?)?escalated|lowered|raised|reduced|increased|reclassified|changed|revised"
    r"|adjusted|became|later|then|now|initially|originally|previously|formerly|at first|was|were|from|until|not"
    r"|instead of|rather than)\b",
    re.IGNORECASE,
)
"""Words that say which of two severities came first."""
_NO_LONGER: Final = compile_late(
    rf"\b(?:{_FIRST}|from|was|were|initially|originally|previously|formerly|at first|first|before|not|instead of"
    r"|rather than)\b[\s:]*(?:an?\s)?$",
    re.IGNORECASE,
)
_AT_FIRST: Final = compile_late(
    rf"\W*(?:{_FIRST}|initially|originally|previously|formerly|at first|until|before)\b", re.IGNORECASE
)
_ANOTHER_NUMBER: Final = compile_late(
    r"\s*(?:,\s*)?(?:/|\||,|&|->|→|[-–]|\bor\b|\bto\b|\band\b|\bthen\b)\s*(\d+)(?=\s*(?:$|[)\]/|,;]|->|→))",
    re.IGNORECASE,
)


def read_choice(text: str, declared: Sequence[str], synonyms: Mapping[str, str]) -> Choice | None:
    """Find which declared word is meant, as `read_word` does, and which other one the same field names.

    Words disagree where they are of one scale (``SEV-1/2``, ``P1 or P2``), or where the text speaks of a change
    (``SEV-1 (downgraded to Major)``). Of these the last one in force counts. A word of another scale is a gloss:
    ``P1 (High)`` means P1, whatever High means.

    Parameters
    ----------
    text, declared, synonyms
        As for `read_word`.

    Returns
    -------
    Choice or None
        None where no word is meant.

    Raises
    ------
    Unreadable
        ``'SEV9' is not one of SEV-1, SEV-2, SEV-3``

    Examples
    --------
    >>> read_choice("SEV-1 (downgraded to SEV-2)", ["SEV-1", "SEV-2"], {})
    Choice(word='SEV-2', named=('SEV-1', 'SEV-2'))
    >>> read_choice("SEV-1/2", ["SEV-1", "SEV-2"], {})
    Choice(word=None, named=('SEV-1', 'SEV-2'))
    """
    if is_absent(text):
        return None
    if "?" in text:
        raise Unreadable(f"{text.strip()!r} is in doubt; it is not one of {', '.join(declared)}")
    if text.isalnum() and (word := _meant(declared, synonyms).get(text.casefold())):
        return Choice(word, (word,))  # one word names one, as nearly always
    choice = find_choice(text, declared, synonyms)
    if choice is None and (word := read_word(text, declared, synonyms)) is not None:
        return Choice(word, (word,))
    return choice


_COMMON: Final = frozenset({"yes", "no", "new", "ready", "started", "planned", "scheduled", "duplicate"})
"""Words that mean a status where they are all that is said, and often something else in a gloss."""
NOT_YET: Final = compile_late(
    r"\?|\d\s?%(?<!100%)|\b(?:not|never|no longer|pending|await\w*|waiting|needs?|to be \w+|tb[dac]|partial\w*|partly"
    r"|half|almost|nearly|mostly|except|remain\w*|still|until|yet|blocked|wip|in progress|unverified|untested"
    r"|re-?opened|reverted|rolled back|undone|unfinished|incomplete)\b|n't\b",
    re.IGNORECASE,
)
"""Words next to a status by which it does not apply, or not yet."""
_NOT: Final = compile_late(r"\W*(?:not|never|no longer)\b", re.IGNORECASE)


_WHOLE: Final = 100
_PART_DONE: Final = compile_late(r"\s*(100|\d{1,2})\s?%(?:\s(?:done|completed?))?\s*", re.IGNORECASE)
"""How much of an item is done: all of it, or it is open."""


def read_action_status(text: str, declared: Sequence[str], synonyms: Mapping[str, str]) -> Choice | None:
    """Find the status of an action item, as `read_choice` finds a severity.

    Parameters
    ----------
    text, declared, synonyms
        As for `read_word`; of the declared words ``open`` may have any gloss.

    Returns
    -------
    Choice or None
        None where no status is meant.

    Raises
    ------
    Unreadable
        ``'Donut' is not one of open, done, dropped``, or ``'Done?' says that it is done and that it is not; write the
        status alone``

    Examples
    --------
    >>> words = ["open", "done", "dropped"]
    >>> read_action_status("Open (was done)", words, {})
    Choice(word='open', named=('open', 'done'))
    >>> read_action_status("Done / Open", words, {}).word is None
    True
    >>> read_action_status("100%", words, {}).word, read_action_status("40 %", words, {}).word
    ('done', 'open')
    """
    if not text:
        return None
    meant = _meant(declared, synonyms)
    if is_absent(text) and _bare(text) not in meant:  # pending is a status, too
        return None
    if match := _PART_DONE.fullmatch(text):
        state = "done" if int(match[1]) == _WHOLE else "open"
        return Choice(state, (state,))
    choice, gloss = find_choice(text, declared, _uncommon(tuple(synonyms.items()))), text
    if choice is None:
        exact = [(part, word) for part in _parts_of(text) if (word := meant.get(_bare(part)))]
        if not exact:
            raise Unreadable(f"{text.strip()!r} is not one of {', '.join(declared)}")
        named = tuple(dict.fromkeys(word for _, word in exact))
        choice = Choice(named[0] if len(named) == 1 else None, named)
        gloss = text.replace(exact[0][0].rstrip("?"), "it", 1)
    denied = NOT_YET.search(gloss) if choice.word == "done" else _NOT.match(gloss)
    if choice.word not in {None, "open"} and denied:
        raise Unreadable(f"{text.strip()!r} says that it is {choice.word} and that it is not; write the status alone")
    return choice


@lru_cache(maxsize=64)
def _uncommon(synonyms: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {word: meaning for word, meaning in synonyms if fold(word) not in _COMMON}


def find_choice(text: str, declared: Sequence[str], synonyms: Mapping[str, str]) -> Choice | None:
    """Find the declared words of a field that names several; None where it names one or none.

    Examples
    --------
    >>> find_choice("Draft / Final", ["Draft", "Final"], {}), find_choice("Final", ["Draft", "Final"], {})
    (Choice(word=None, named=('Draft', 'Final')), None)
    """
    everything = _find_words(text, {word: word for word in declared} | dict(synonyms))
    found = [each for each in everything if each.scale == everything[0].scale]
    if len({each.meaning for each in found}) == 1:  # another scale counts where the text changes to it
        found += [
            each
            for before, each in pairwise(everything)
            if each.scale != everything[0].scale and _CHANGE.search(text, before.end, each.start)
        ]
        found.sort(key=lambda each: each.start)
    named = tuple(dict.fromkeys(each.meaning for each in found))
    if len(named) < 2:  # noqa: PLR2004
        return None
    if _CHANGE.search(text) is None:
        return Choice(None, named)
    in_force = [
        each.meaning
        for before, each, after in zip((None, *found), found, (*found[1:], None), strict=False)
        if not _is_past(text, before.end if before else 0, each, after.start if after else len(text))
    ]
    return Choice(in_force[-1] if in_force else None, named)


def _is_past(text: str, begin: int, word: _Named, end: int) -> bool:
    """Return whether the words next to a word say that it no longer applies: ``from SEV-1``, ``SEV-1 at first``."""
    if _NO_LONGER.search(text[begin : word.start]):
        return True
    following = _AT_FIRST.match(text, word.end, end)
    return following is not None and (end == len(text) or text[following.end() : end].strip(" :") != "")


class _Named(NamedTuple):
    """A word that was found in a text: where, what it means, and its letters if it has a number (``sev``)."""

    start: int
    end: int
    meaning: str
    scale: str


def _find_words(text: str, names: Mapping[str, str]) -> list[_Named]:
    """Find all names in a text, in their order; ``SEV-1/2`` names two."""
    meant = _bare_names(tuple(names.items()))
    found: list[_Named] = []
    for match in _any_of(tuple(names)).finditer(text):
        bare = _bare(match[0])
        scale = bare.rstrip("0123456789")
        found.append(_Named(match.start(), match.end(), meant[bare], scale if scale != bare else ""))
        end = match.end()
        while scale != bare and (another := _ANOTHER_NUMBER.match(text, end)):
            if (meaning := meant.get(scale + another[1])) is None:
                break
            found.append(_Named(another.start(1), another.end(), meaning, scale))
            end = another.end()
    return found


@lru_cache(maxsize=64)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = [re.findall(r"[^\W\d_]+|\d+", name) for name in sorted(names, key=len, reverse=True)]
    words = [r"[\W_]{0,3}".join(map(re.escape, chunks)) for chunks in parts if chunks]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words) or '(?!)'})(?![^\W_])", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _bare(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())
