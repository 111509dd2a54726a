"""The words that authors write, to values: counts, shares, money, marks, words of a list; times.py has the rest.

Every reader takes the words of one field and gives a value, None where the author says that there is none to give
(``Unknown``, ``TBD``, an untouched placeholder), or raises `Unreadable` with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

__all__ = [
    "Amount",
    "Choice",
    "Loss",
    "Share",
    "Unreadable",
    "find_choice",
    "find_key",
    "fold",
    "is_absent",
    "is_none",
    "is_placeholder",
    "is_untold",
    "read_action_status",
    "read_choice",
    "read_flag",
    "read_loss",
    "read_mark",
    "read_money",
    "read_share",
    "read_tick",
    "read_unaffected",
    "read_word",
]


class Unreadable(ValueError):  # noqa: N818 - it names the value, and a caller turns it into a problem
    """A value that cannot be read; ``code`` is the problem's code, the message says what to write instead."""

    def __init__(self, message: str, code: str = "unreadable-value") -> None:
        super().__init__(message)
        self.code = code


# --- words that stand for no value -----------------------------------------------------------------------------------

_ABSENT: Final = frozenset(
    {
        "", "-", "–", "—", "?", "??", "...", "…", "n/a", "na", "n.a.", "not applicable", "tbd", "tba", "tbc", "todo",
        "to be determined", "to be confirmed", "to be decided", "unknown", "not known", "unclear", "unsure",
        "not measured", "not tracked", "not recorded", "not collected", "not available", "not published",
        "not determined", "not quantified", "not assessed", "not calculated", "not stated", "not yet known", "pending",
        "unmeasured", "undetermined", "unspecified", "no data", "no sla", "unassigned", "under investigation",
        "being investigated", "still being investigated", "still under investigation", "to be investigated",
    }
)  # fmt: skip
_PLAIN_NONE: Final = frozenset({"none", "no", "nil", "0", "zero", "nothing", "nobody", "no one", "no impact"})
_NONE: Final = _PLAIN_NONE | {
    "none reported", "none recorded", "none known", "none noted", "none identified", "none observed", "none so far",
}  # fmt: skip
_ZERO: Final = re.compile(
    r"(?:no|none|zero|nil)(?: (?:one|direct|lost|failed|additional|extra|user|users|customer"
    r"|customers|request|requests|data|sla|revenue|credit|credits|cost|costs|refunds|impact|loss|losses|downtime"
    r"|affected|impacted|issued|incurred|were))*"
)
_UNTOLD: Final = re.compile(
    r"(?:unknown|unclear|n/a|tbd|tba|tbc|pending|(?:still )?under investigation|to be (?:determined|confirmed)"
    r"|not (?:yet )?(?:known|measured|tracked|recorded|available|determined|quantified|assessed|published|applicable))"
    r"(?: yet| so far)?\s?[(,;:–—-]\D*"
)
_BRACKETS: Final = re.compile(r"\[([^\[\]]*+)\]")
_PLACEHOLDER: Final = re.compile(
    r"^\$?\[Amount\].*$"
    r"|^INC-YYYY-MM-DD-#+$|^YYYY-MM-DD$|^HH:MM$|^High/Medium/Low$|^SEV-\[1/2/3\]$"
    r"|^\[Start time\]\s*-\s*\[End time\].*$",
)


def fold(text: str) -> str:
    """Return words for comparison: one space, plain quotes, no case, no dot at the end.

    Examples
    --------
    >>> fold("How we’ll  apply it.")
    "how we'll apply it"
    """
    plain = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u00a0", " ")
    return " ".join(plain.split()).casefold().rstrip(". ")


def is_placeholder(text: str) -> bool:
    """Return whether the template's own words were left in place, such as ``[Name] - [Date]``."""
    plain = text.strip()
    return _PLACEHOLDER.match(plain) is not None or _is_all_in_brackets(plain)


def _is_all_in_brackets(text: str) -> bool:
    """Return whether all words are in square brackets, the first of which are not a box such as ``[x]``."""
    first = next((words for words in _BRACKETS.findall(text) if words.strip()), "x")
    return first not in {"x", "X"} and re.search(r"\w", _BRACKETS.sub("", text)) is None


def is_absent(text: str) -> bool:
    """Return whether the words say that there is no value to give: ``Unknown``, ``TBD``, a placeholder."""
    plain = fold(text).strip("*_()[] ")
    return (
        plain in _ABSENT or is_placeholder(text) or re.fullmatch(r"(tbd|n/a|unknown)\b\W+(tbd|n/a)?", plain) is not None
    )


def is_untold(text: str) -> bool:
    """Return whether the words say that there is no value to give, whatever words, but no figures, explain it.

    Examples
    --------
    >>> is_untold("Unknown (the logs are lost)"), is_untold("Unknown, at least 500")
    (True, False)
    """
    return is_absent(text) or _UNTOLD.fullmatch(fold(text).strip("*_ ")) is not None


def is_none(text: str) -> bool:
    """Return whether the words say that there was nothing of it: ``None``, ``0``, ``No impact``."""
    return fold(text).strip("*_() ") in _NONE


def _is_zero(text: str) -> bool:
    """Return whether the words, in answer to how many or how much, say zero: ``None``, ``No users affected``.

    ``None reported`` does not: how many there were besides is not known.
    """
    return fold(text).strip("*_() ") in _PLAIN_NONE or _ZERO.fullmatch(fold(text).strip("*_() ")) is not None


# --- words of a declared list ----------------------------------------------------------------------------------------


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


def _meant(declared: Sequence[str], synonyms: Mapping[str, str]) -> dict[str, str]:
    return {_bare(word): word for word in declared} | {_bare(word): target for word, target in synonyms.items()}


def _parts_of(text: str) -> list[str]:
    """Return the words outside of brackets, whole and between their marks, then those in brackets."""
    outside, inside = re.sub(r"\([^()]*+\)", " ", text), re.findall(r"\(([^()]*+)\)", text)
    return [outside.strip(), *(part.strip() for part in re.split(r"[/,;:–—]|\s-\s", outside)), *inside]


@dataclass(frozen=True, slots=True)
class Choice:
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


_CHANGE: Final = re.compile(
    r"->|=>|→|⇒|➔|\b(?:(?:down|up)graded?|(?:de-?)?escalated|lowered|raised|reduced|increased|reclassified|changed|revised"
    r"|adjusted|became|later|then|now|initially|originally|previously|formerly|at first|was|were|from|until|not"
    r"|instead of|rather than)\b",
    re.IGNORECASE,
)
"""Words that say which of two severities came first."""
_NO_LONGER: Final = re.compile(
    r"\b(?:from|was|were|initially|originally|previously|formerly|at first|first|before|not|instead of|rather than)"
    r"\b[\s:]*(?:an?\s)?$",
    re.IGNORECASE,
)
_AT_FIRST: Final = re.compile(r"\W*(?:initially|originally|previously|formerly|at first|until|before)\b", re.IGNORECASE)
_ANOTHER_NUMBER: Final = re.compile(
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
    choice = find_choice(text, declared, synonyms)
    if choice is None and (word := read_word(text, declared, synonyms)) is not None:
        return Choice(word, (word,))
    return choice


_COMMON: Final = frozenset({"yes", "no", "new", "ready", "started", "planned", "scheduled", "duplicate"})
"""Words that mean a status where they are all that is said, and often something else in a gloss."""
_NOT_YET: Final = re.compile(
    r"\?|\d\s?%(?<!100%)|\b(?:not|never|no longer|pending|await\w*|waiting|needs?|to be \w+|tb[dac]|partial\w*|partly"
    r"|half|almost|nearly|mostly|except|remain\w*|still|until|yet|blocked|wip|in progress|unverified|untested"
    r"|re-?opened|reverted|rolled back|undone|unfinished|incomplete)\b|n't\b",
    re.IGNORECASE,
)
"""Words next to a status by which it does not apply, or not yet."""
_NOT: Final = re.compile(r"\W*(?:not|never|no longer)\b", re.IGNORECASE)


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
    """
    meant = _meant(declared, synonyms)
    if is_absent(text) and _bare(text) not in meant:  # pending is a status, too
        return None
    strong = {word: meaning for word, meaning in synonyms.items() if fold(word) not in _COMMON}
    choice, gloss = find_choice(text, declared, strong), text
    if choice is None:
        exact = [(part, word) for part in _parts_of(text) if (word := meant.get(_bare(part)))]
        if not exact:
            raise Unreadable(f"{text.strip()!r} is not one of {', '.join(declared)}")
        named = tuple(dict.fromkeys(word for _, word in exact))
        choice = Choice(named[0] if len(named) == 1 else None, named)
        gloss = text.replace(exact[0][0].rstrip("?"), "it", 1)
    denied = _NOT_YET.search(gloss) if choice.word == "done" else _NOT.match(gloss)
    if choice.word not in {None, "open"} and denied:
        raise Unreadable(f"{text.strip()!r} says that it is {choice.word} and that it is not; write the status alone")
    return choice


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


@dataclass(frozen=True, slots=True)
class _Named:
    """A word that was found in a text: where, what it means, and its letters if it has a number (``sev``)."""

    start: int
    end: int
    meaning: str
    scale: str


def _find_words(text: str, names: Mapping[str, str]) -> list[_Named]:
    """Find all names in a text, in their order; ``SEV-1/2`` names two."""
    meant = {_bare(name): meaning for name, meaning in names.items()}
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


# --- counts, shares, money, marks ------------------------------------------------------------------------------------

_MAGNITUDES: Final = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mm": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
}
_FIGURE: Final = (
    r"(?P<figure>\d{1,3}(?:[,.'\u202f\u00a0 ]\d{3}){1,6}(?:[.,]\d{1,2})?(?!\d)|\d++(?:[.,]\d++)?)"
    r"\s?(?P<magnitude>(?:k|mm|mn|m|bn|b|thousand|million|billion)\b)?"
)
_FIGURE_PATTERN: Final = re.compile(rf"(?<![\w.])(?<!\d,){_FIGURE}(?!\w|[.,]\d)", re.IGNORECASE)
_PERCENT: Final = re.compile(
    r"(?P<sign>[-−+])?\s?(?<!\d)(?P<value>\d++(?:[.,]\d++)?)\s?(?:%|per\s?cent(?!age)|pp\b|percentage points?\b)",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"\d\s?%?\s?(?:[-–—]|\bto\b)\s?\d", re.IGNORECASE)
_ABOUT: Final = re.compile(
    r"[~≈]|(?<!-)[<>]|\d\+|\b(?:about|around|approx\w*|circa|roughly|nearly|almost|some|under|over|up to|at least"
    r"|at most|less than|more than|estimated)\b",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"(?:all|everyone|everybody|100\s?%)"
    r"(?: (?:of )?(?:our |the )?(?:users|customers|accounts|tenants|requests|traffic))?"
)
_VAGUE: Final = re.compile(r"\b(?:dozens|hundreds|thousands|millions|several|many|few|most|various)\b", re.IGNORECASE)
_MOST: Final = 1e15
"""Figures above this are slips of the key; a larger one would not fit a column either."""
_PARTS: Final = {
    "half": 1 / 2,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "two thirds": 2 / 3,
    "a quarter": 1 / 4,
    "a fifth": 1 / 5,
    "a tenth": 1 / 10,
}
_PART_PATTERN: Final = re.compile(rf"\b(?:{'|'.join(_PARTS)})\b", re.IGNORECASE)


def _number(figure: str) -> float:
    """Return the number that a figure such as ``12,400`` or ``1.200,50`` writes.

    The last of two kinds of mark is the decimal one; a single mark before exactly three digits groups thousands.
    """
    digits = re.sub(r"['\s]", "", figure)
    marks = re.findall(r"[.,]", digits)
    if len(set(marks)) == 2:  # noqa: PLR2004
        whole, decimals = digits[: digits.rindex(marks[-1])], digits[digits.rindex(marks[-1]) + 1 :]
        return float(re.sub(r"[.,]", "", whole) + "." + decimals)
    if len(marks) > 1 or (marks and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)):
        return float(re.sub(r"[.,]", "", digits))
    return float(digits.replace(",", "."))


def _scaled(match: re.Match[str]) -> float:
    return round(_number(match["figure"]) * _MAGNITUDES.get((match["magnitude"] or "").casefold(), 1), 4)


def _count(match: re.Match[str]) -> int | None:
    """Return the whole number that a figure writes; None for a part of one, which counts nothing."""
    number = _scaled(match)
    return round(number) if number <= _MOST and (match["magnitude"] or number == int(number)) else None


def _fraction(match: re.Match[str]) -> float:
    return round(float(match["value"].replace(",", ".")) / 100, 12)  # a mark in a percentage is the decimal one


_CODES: Final = "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|CNY|BRL|MXN|ZAR|SGD|HKD|KRW"
_ZERO_WORD: Final = re.compile(
    r"of|our|the|all|in|no|end|total|direct|lost|failed|additional|extra|users?|customers?|clients?|accounts?|subscribers?|tenants?"
    r"|people|persons?|visitors?|requests?|calls?|jobs?|orders?|transactions?|errors?|data|sla|revenue|credits?|costs?"
    r"|refunds?|impact|loss|losses|downtime|uptime|affected|impacted|issued|incurred|out|were|was|are|is|unique"
    rf"|k|m|percent|{_CODES}|US",
    re.IGNORECASE,
)
_QUALIFIER: Final = re.compile(
    r"\b(?:reported|recorded|known|noted|noticed|identified|observed|seen|detected|so far|as far as|yet|currently"
    r"|at present|at least|paying|paid|free|external|preliminary|provisional|tb[dac]|pending|unknown|unclear"
    r"|to be \w+|not (?:\w+ )?(?:known|measured|tracked|recorded|available|determined|quantified|assessed|final)"
    r"|investigat\w+)\b|\?",
    re.IGNORECASE,
)
"""Words next to a zero by which it is zero of a part only, or for the time being."""


def _check_zero(text: str) -> None:
    """Refuse a zero of a part only, or for the time being: ``0 paying customers``, ``0 (so far)``."""
    plain = _outside_brackets(text)
    words = [] if _is_zero(plain) else re.findall(r"[^\W\d_]+", plain)
    if _QUALIFIER.search(text) or not all(map(_ZERO_WORD.fullmatch, words)):
        raise Unreadable(f"{text.strip()!r} is zero of a part, or so far, only; write the figure, or Unknown")


def _outside_brackets(text: str) -> str:
    return re.sub(r"\([^()]*+\)|\[[^\[\]]*+\]", " ", text).strip() or text


@dataclass(frozen=True, slots=True)
class Share:
    """How many, which part of all (0 to 1), or both; ``approximate`` where the words say so."""

    count: int | None
    fraction: float | None
    approximate: bool = False


def read_share(text: str) -> Share | None:
    """Read how many users or requests were hit, as a count or as a part of all.

    Parameters
    ----------
    text
        ``~12,400 (EU-West region)``, ``3.2%``, ``All``, ``490 unique IPs``, ``12 of 300 customers``, ``None``.

    Returns
    -------
    Share or None
        None where the author says that it is not known. ``None`` and ``0`` are zero.

    Raises
    ------
    Unreadable
        ``'Most users' has no number; write a number or a percentage``, or for ``0 paying customers``
        that it is zero of a part only

    Examples
    --------
    >>> read_share("~12,400 (EU-West region)")
    Share(count=12400, fraction=None, approximate=True)
    """
    share = _share(text)
    if share is not None and 0 in {share.count, share.fraction}:
        _check_zero(text)
    return share


def _share(text: str) -> Share | None:
    if is_untold(text):
        return None
    plain = _outside_brackets(text)
    if _is_zero(plain):
        return Share(0, 0.0)
    if _ALL.fullmatch(fold(plain)):
        return Share(None, 1.0)
    about = _ABOUT.search(plain) is not None
    if match := re.search(
        rf"(?<![\d.,]){_FIGURE}(?:/|\sof\s|\sout of\s)(?:all |the |our )*(?P<whole>\d[\d,.]*)", plain, re.IGNORECASE
    ):
        part, whole = _scaled(match), _number(match["whole"].rstrip(".,"))
        if 0 < whole >= part and whole <= _MOST:
            return Share(round(part), part / whole, about)
    percents = list(_PERCENT.finditer(plain)) or list(_PERCENT.finditer(text))
    figures = list(_FIGURE_PATTERN.finditer(_PERCENT.sub(" ", plain)))
    count = _count(figures[0]) if len(figures) == 1 else None
    vague = _RANGE.search(plain) or re.match(r"[-−]\s?\d", plain)
    if not vague and len(percents) == 1 and _fraction(percents[0]) <= 1:
        return Share(count, _fraction(percents[0]), about)
    if words := _PART_PATTERN.search(plain):
        return Share(None, _PARTS[words[0].casefold()], approximate=True)
    if not (vague or percents or count is None or _VAGUE.search(plain)):
        return Share(count, None, about)
    raise Unreadable(f"{text.strip()!r} has no number; write a number or a percentage")


_LOST: Final = re.compile(r"downtime|lost|loss", re.IGNORECASE)
_LEFT: Final = re.compile(r"uptime|availability", re.IGNORECASE)
_UPTIME_WORDS: Final = re.compile(
    rf"{_LOST.pattern}|{_LEFT.pattern}|sla|slo|impact|monthly|quarterly|yearly|annual|month|quarter|year|of|the|for|in"
    r"|to|from|down|was|fell|dropped|reduced|decrease|by|this|about|approx\w*|around|roughly|under|less|than|estimated"
    r"|overall|total|points?|a|our",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Loss:
    """The part of the uptime that was lost, 0 to 1; ``approximate`` where the words say so."""

    fraction: float
    approximate: bool = False


def read_loss(text: str) -> Loss | None:
    """Read an SLA impact as the fraction of uptime that was lost.

    Parameters
    ----------
    text
        ``99.95% → 99.82%`` (the difference), ``-0.13%``, ``0.067%``, ``<1%``, ``uptime 99.82%`` (what is left),
        ``None``.

    Returns
    -------
    Loss or None
        None where it was not measured.

    Raises
    ------
    Unreadable
        ``'8 minutes' is no share of the uptime; write a percentage such as 0.13%``

    Examples
    --------
    >>> round(read_loss("99.95% → 99.82%").fraction, 6)
    0.0013
    """
    if is_untold(text):
        return None
    plain = _outside_brackets(text)
    if _is_zero(plain):
        _check_zero(text)
        return Loss(0.0)
    about = _ABOUT.search(plain) is not None
    percents = list(_PERCENT.finditer(plain))
    parts = [_fraction(match) for match in percents]
    words = re.sub(r"[\W\d_]+", " ", _PERCENT.sub(" ", plain)).split()
    if parts and not any(parts) and _QUALIFIER.search(text):
        raise Unreadable(f"{text.strip()!r} is zero of a part, or so far, only; write the figure, or Unknown")
    if parts and max(parts) <= 1 and all(map(_UPTIME_WORDS.fullmatch, words)):
        lost = percents[0]["sign"] not in {None, "+"} or any(map(_LOST.fullmatch, words))
        if len(parts) == 2 and parts[0] >= parts[1] and not percents[0]["sign"]:  # noqa: PLR2004 - from one to another
            return Loss(round(parts[0] - parts[1], 12), about)
        if len(parts) == 1 and (lost or parts[0] <= 0.5):  # noqa: PLR2004 - nobody loses more and writes it so
            return Loss(parts[0], about)
        if len(parts) == 1 and (0.9 <= parts[0] < 1 or any(map(_LEFT.fullmatch, words))):  # noqa: PLR2004 - what is left
            return Loss(round(1 - parts[0], 12), about)
    raise Unreadable(f"{text.strip()!r} is no share of the uptime; write a percentage such as 0.13%")


_CURRENCIES: Final = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "C$": "CAD",
    "CA$": "CAD",
    "AU$": "AUD",
    "A$": "AUD",
}
_MONEY: Final = re.compile(
    rf"(?P<sign>[-−])?(?:(?P<mark>(?:\b(?:US|CA|AU|C|A))?\$|[€£¥₹]|\b(?:{_CODES})(?![A-Za-z]))\s?(?P<sign2>[-−])?"
    rf"|(?<![\w.])(?<!\d,)){_FIGURE}\s?(?P<code>[$€£¥₹]|(?:{_CODES})\b)?(?!\w|[.,]\d|\s?%)",
    re.IGNORECASE,
)
_MONEY_RANGE: Final = re.compile(r"\s?(?:[-–—]|to\b)\s?[\d.,]+\s?(?:k|m|mm|mn|bn|b)?\s*(?:$|[(,;])", re.IGNORECASE)


_BOUND_BEFORE: Final = re.compile(
    r"(?:[<>≤≥]=?|\b(?:under|over|below|above|beyond|up to|at (?:least|most)|(?:less|more|fewer|greater) than|exceed\w*"
    r"|north of|upwards? of|min(?:imum)?|max(?:imum)?|as (?:much|little) as|as many as)\b)"
    r"[\s:.]*(?:(?:about|around|approximately|roughly|an?|some|estimated)\s+|~\s?)*$",
    re.IGNORECASE,
)
_BOUND_AFTER: Final = re.compile(
    r"\s?\+|[\s,]*+\(?\s*+(?:(?:or|and) (?:more|less|above|below|up|over|counting)|at (?:least|most)"
    r"|max(?:imum)?|min(?:imum)?)\b",
    re.IGNORECASE,
)
_PER_UNIT: Final = re.compile(
    r"\s?/\s?[a-z]|[\s(]+(?:an?\s+(?:piece|head|user|customer|seat|minute|hour|day|week|month|quarter|year)"
    r"|hourly|daily|weekly|monthly|quarterly|yearly|annually)\b"
    r"|[^()]*?(?<!as )\b(?:per|each|apiece)\b|\s*\(\s*(?:per|each)\b",
    re.IGNORECASE,
)
"""What follows an amount that is not the sum: ``$100 per user``."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money: its currency (ISO 4217, None where not given), what is next to it."""

    amount: float
    currency: str | None
    note: str | None = None
    approximate: bool = False


def read_money(text: str) -> Amount | None:
    """Read a sum of money.

    Parameters
    ----------
    text
        ``$34,000``, ``~$2.1K``, ``$890,000 (60% recovered after retry)``, ``€400``, ``None`` (zero), ``TBD``.

    Returns
    -------
    Amount or None
        None where the author says that it is not known; ``None`` is zero of no currency.

    Raises
    ------
    Unreadable
        ``'refunds; amount not published' has no single amount; write one such as $34,000``, or for ``over $500``
        and ``$100 per user`` that it is a bound, or an amount per unit

    Examples
    --------
    >>> read_money("~$2.1K")
    Amount(amount=2100.0, currency='USD', note=None, approximate=True)
    """
    if is_untold(text):
        return None
    plain = _outside_brackets(text)
    if _is_zero(plain):
        _check_zero(text)
        return Amount(0.0, None, text[len(plain) :].strip(" ()") or None)
    found = list(_MONEY.finditer(plain))
    marked = [match for match in found if match["mark"] or match["code"]]
    ranged = any(_MONEY_RANGE.match(plain, match.end()) for match in found)
    huge = any(_scaled(match) > _MOST for match in found)
    if huge or ranged or len(marked) > 1 or not (marked or (len(found) == 1 and re.match(r"[~<\s]*\d", plain))):
        raise Unreadable(f"{text.strip()!r} has no single amount; write one such as $34,000")
    match = (marked or found)[0]
    after = plain[match.end() :]
    if _PER_UNIT.match(after) or _PER_UNIT.match(text.partition(match[0])[2]):
        raise Unreadable(f"{text.strip()!r} is an amount per unit; write the sum, such as $34,000")
    if _BOUND_BEFORE.search(plain[: match.start()]) or _BOUND_AFTER.match(text.partition(match[0])[2]):
        raise Unreadable(f"{text.strip()!r} is a bound, no amount; write the sum, such as $34,000")
    if not _scaled(match):
        _check_zero(text)
    mark = (match["mark"] or match["code"] or "").upper()
    sign = -1 if match["sign"] or match["sign2"] else 1
    note = _ABOUT.sub(" ", text.replace(match[0].strip(), " ", 1)).strip(" ~<≈.,;")
    note = note[1:-1] if re.fullmatch(r"\([^()]*\)", note) else note
    return Amount(
        sign * _scaled(match), _CURRENCIES.get(mark, mark or None), note or None, _ABOUT.search(plain) is not None
    )


_YES: Final = re.compile(r"yes\b(?!\s?/\s?no\b)|y\b|true\b|partial|some\b|minor\b|temporary\b", re.IGNORECASE)
_NO: Final = re.compile(
    r"no\b(?!\s?/\s?yes\b)|none\b(?! of)|n\b(?!/)|false\b|nothing\b|nil\b|0\b(?![.,]\d)", re.IGNORECASE
)
_YES_MARKS: Final = "✅✔☑🗸"
_NO_MARKS: Final = "❌✗✘🚫"
_NONE_KNOWN: Final = re.compile(
    r"(?:(?! - )[^.,;:()–—])*?\b(?:reported|recorded|known|noted|noticed|identified|observed|seen|detected|found"
    r"|discovered|confirmed|evidence|evident|apparent|obvious|visible|expected|suspected|believed|permanent|lasting"
    r"|significant|material|major|substantial|serious)\b",
    re.IGNORECASE,
)
"""A no, up to its first mark, that is one of a part only, or of what somebody noticed: ``None reported``."""
_UNSURE: Final = re.compile(
    r"\?|\b(?:so far|as far as|afaik|yet|tb[dac]|unknown|unclear|unconfirmed|unverified|currently|probably|possibly"
    r"|presumably|apparently|maybe|perhaps|preliminary|provisional(?:ly)?|likely|assum\w+|investigat\w+|to be \w+ed"
    r"|at (?:present|this (?:time|point|stage))"
    r"|not (?:\w+ )?(?:known|confirmed|verified|checked|certain|sure|determined)"
    r"|(?:pending|awaiting)(?= (?:\w+ )?(?:confirmation|verification|investigation|review|check|analysis)|\W*$))\b",
    re.IGNORECASE,
)
"""Words by which a yes or no is one for the time being."""
_UNSURE_YES: Final = re.compile(rf"\w+\W{{0,3}}(?:{_UNSURE.pattern})", re.IGNORECASE)


def read_flag(text: str) -> bool | None:
    """Read yes or no, whatever details follow; None where it is not known. Words count for more than a mark.

    A no of a part only, of what was noticed, or for the time being, is neither: ``None reported`` records that nobody
    reported any, not that there was none.

    Raises
    ------
    Unreadable
        ``'see below' is neither yes nor no; write Yes or No, then the details``, or ``'None reported' is a no of a
        part, or so far, only; write No, Yes or Unknown``

    Examples
    --------
    >>> read_flag("Yes, running user sessions were ended"), read_flag("None"), read_flag("N/A")
    (True, False, None)
    """
    mark = text.strip(" *_")[:1]
    plain = text.strip(f" *_\ufe0f{_YES_MARKS}{_NO_MARKS}")
    if is_untold(plain) and (plain or not mark):
        return None
    if _NO.match(plain) or (not plain and mark in _NO_MARKS):
        if _NONE_KNOWN.match(plain) or _UNSURE.search(plain):
            raise Unreadable(f"{text.strip()!r} is a no of a part, or so far, only; write No, Yes or Unknown")
        return False
    if _YES.match(plain) or (not plain and mark in _YES_MARKS):
        if _UNSURE_YES.match(plain):
            raise Unreadable(f"{text.strip()!r} is a yes for the time being; write Yes, No or Unknown")
        return True
    raise Unreadable(f"{text.strip()!r} is neither yes nor no; write Yes or No, then the details")


_NOT_HIT: Final = re.compile(
    r"(?<![\s:(,;–—-])[\s:(,;–—-]++(?:not (?:affected|impacted|hit)|unaffected|unimpacted|no (?:impact|effect)|none)"
    r"[\s).]*+$",
    re.IGNORECASE,
)


def read_unaffected(text: str) -> tuple[bool, str]:
    """Read whether words next to a service's name say that it was not affected.

    Returns
    -------
    tuple
        Whether they do, and the name without them.

    Examples
    --------
    >>> read_unaffected("Web (not affected)"), read_unaffected("Web: no impact"), read_unaffected("Web")
    ((True, 'Web'), (True, 'Web'), (False, 'Web'))
    """
    name = _NOT_HIT.sub("", text)
    return (True, name) if name and name != text else (False, text)


_TICKED: Final = re.compile(
    r"^(?:[\[(]\s{0,3}(?:[x✓✔✅☑☒*]|yes|y)\s{0,3}[\])]|[✅✔☑☒🗹🗸✓🟢■◼⬛])\ufe0f?"
    r"|(?:[✅✔☑☒✓]|(?<=\s)[\[(]\s{0,3}[x✓✔]\s{0,3}[\])])\ufe0f?$",
    re.IGNORECASE,
)
_UNTICKED: Final = re.compile(
    r"^(?:\[\s{0,3}\]|\(\s{1,3}\)|[\[(]\s{0,3}(?:no|n)\s{0,3}[\])]|[❌✗✘✖☐□⬜⏳🔲◻▢○🕒⌛])\ufe0f?"
    r"|(?:[❌☐□⏳]|(?<=\s)[\[(]\s{1,3}[\])])\ufe0f?$",
    re.IGNORECASE,
)
_ANSWER: Final = re.compile(
    r"(?<=[\s:=–—(-])(?:(?P<yes>yes|y|true|(?<!not )(?:affected|impacted|down))|no|n|false)\)?$",
    re.IGNORECASE,
)
_CROSSES: Final = "❌✗✘✖❎"
_LIGHTS: Final = "🟢🔴🟠🟡⚠🚨🔥❗⛔"


def read_tick(text: str) -> tuple[bool | None, str]:
    """Read a box or mark at either end of words.

    Returns
    -------
    tuple
        True for ``[x]`` or ``✅``, False for ``[ ]``, ``❌`` or ``⏳``, None for no mark; and the words without it.

    Examples
    --------
    >>> read_tick("✅ Revert the change")
    (True, 'Revert the change')
    """
    words = text.strip()
    for pattern, ticked in ((_TICKED, True), (_UNTICKED, False)):
        if pattern.search(words):
            return ticked, pattern.sub("", words).strip()
    return None, words


def read_mark(text: str) -> tuple[bool | None, str, str]:
    """Read a service's box or mark, or the answer behind its name.

    Returns
    -------
    tuple
        As `read_tick`; and a mark whose meaning depends on the others of the list, such as ``❌`` or ``🟢``, else "".

    Examples
    --------
    >>> read_mark("API: yes"), read_mark("🟢 API")
    ((True, 'API', ''), (None, 'API', '🟢'))
    """
    words = text.strip()
    plain = words.strip(f"{_CROSSES}{_LIGHTS}\ufe0f ")
    if plain != words:
        mark = words[0] if words[0] in f"{_CROSSES}{_LIGHTS}" else words.rstrip("\ufe0f ")[-1]
        return (False if mark in _CROSSES else None), plain, mark
    if answer := _ANSWER.search(words):
        return answer["yes"] is not None, words[: answer.start()].rstrip(" \t:=–—(-"), ""
    return *read_tick(words), ""


_KEY: Final = re.compile(
    r"(?<![\w-])(?!(?:INC|SEV|UTF|SHA|AES|HTTP|CVE|TLS|RFC|ISO|FY|[QH]\d)-)[A-Z][A-Z0-9]{1,9}-\d+\b|(?<!\w)#\d+\b"
)


def find_key(text: str) -> str | None:
    """Return the first tracker key in words, such as ``AUD-123`` or ``#365``, or None."""
    match = _KEY.search(text)
    return match[0] if match else None
