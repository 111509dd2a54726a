"""Words about dates and times to tokens: what each part may be, before anything is read from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents
from incident_analytics.reports.lengths import LENGTH, LENGTH_ELSEWHERE, WORDS_ELSEWHERE
from incident_analytics.reports.zones import ZONE

__all__ = [
    "HALVES",
    "MONTH",
    "MONTHS",
    "MONTH_ANYWHERE",
    "MONTH_IN_ASCII",
    "PLAIN",
    "WEEKDAY",
    "WEEKDAYS",
    "month_named",
    "tokenize",
]

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (  # in eleven languages, without accents; no abbreviation that is an English word
            "jan january januar janner januari janv janvier ene enero janeiro gennaio stycznia",
            "feb february februar februari fev fevr fevrier febrero fevereiro febbraio lutego",
            "mar march marz mrz mars marzo marco mrt maart marca",
            "apr april avr avril abr abril aprile kwietnia",
            "may mai maj mayo maio maggio mei maja",
            "jun june juni juin junio junho giugno czerwca",
            "jul july juli juil juillet julio julho luglio lipca",
            "aug august aout agosto augustus augusti sierpnia",
            "sep sept september septembre septiembre setiembre setembro settembre wrzesnia",
            "oct october okt oktober octobre octubre outubro ottobre pazdziernika",
            "nov november novembre noviembre novembro listopada",
            "dec december dez dezember decembre dic diciembre dezembro dicembre des desember grudnia",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTHS_ELSEWHERE: Final = {
    name: number
    for number, names in enumerate(
        (
            "ocak tammikuuta tammikuu ledna января січня ianuarie",
            "şubat helmikuuta helmikuu února февраля лютого februarie",
            "marts mart maaliskuuta maaliskuu марта березня martie március",
            "nisan huhtikuuta huhtikuu dubna апреля квітня aprilie április",
            "mayıs toukokuuta toukokuu května мая травня május",
            "haziran kesäkuuta kesäkuu června июня червня iunie június",
            "temmuz heinäkuuta heinäkuu července июля липня iulie július",
            "ağustos elokuuta elokuu srpna августа серпня augusztus",
            "eylül syyskuuta syyskuu сентября вересня septembrie szeptember",
            "ekim lokakuuta lokakuu října октября жовтня octombrie október",
            "kasım marraskuuta marraskuu listopadu ноября листопада noiembrie",
            "aralık joulukuuta joulukuu prosince декабря грудня decembrie",
        ),
        start=1,
    )
    for name in names.split()
}
"""Names of months in Turkish, Finnish, Czech, Hungarian, Romanian, Russian and Ukrainian, and of March in Danish."""
_ACCENTED: Final = "jänner février févr fév märz março août décembre déc września października"
"""The names of months that have accents; letters in sets, for any accent anywhere, take long to compile."""


def _any_month(words: Iterable[str]) -> str:
    """Return what matches any name of a month: tried by its first letter."""
    names = sorted(words, key=len, reverse=True)
    groups = (
        f"{first}(?:{'|'.join(name[1:] for name in names if name[0] == first)})"
        for first in sorted({name[0] for name in names})
    )
    return rf"(?:{'|'.join(groups)})\b\.?"


MONTH: Final = _any_month([*MONTHS, *_ACCENTED.split()])
_ELSEWHERE: Final = {name: n for word, n in _MONTHS_ELSEWHERE.items() for name in (word, without_accents(word))}
MONTH_IN_ASCII: Final = f"(?:{MONTH}|{_any_month(filter(str.isascii, _ELSEWHERE))})"
MONTH_ANYWHERE: Final = f"(?:{MONTH}|{_any_month(_ELSEWHERE)})"
_MONTH: Final = rf"(?!des\b(?!\.?,?\s(?:\d{{4}}\b|(?:kl\.?\s)?\d\d?[:.]\d\d))){MONTH}"
"""In running text ``des`` is December only before a year or a time of day: else a French or German small word."""


def month_named(name: str) -> int:
    """Return the number of a month with a name that `MONTH` matches."""
    plain = without_accents(name).rstrip(".")
    return MONTHS[plain] if plain in MONTHS else _ELSEWHERE[plain]


WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY: Final = r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b"
_DAYS: Final = r"\d{1,2}(?:st|nd|rd|th|er|º)?(?:\s?[-–]\s?\d{1,2}(?:st|nd|rd|th)?(?![\d:]))?"
_BEFORE_CLOCK: Final = r"(?=[\s,@T]+(?:at\s+|~\s?)?\d{1,2}\s?[:.h]\s?\d{2}(?!\d))"
_AM_PM: Final = r"\s?[ap]\.?m\b\.?"
HALVES: Final = {
    "a": r"a\.?m\.?|in the morning|vormittags|du matin|de la mañana|午前|上午|오전",
    "p": r"p\.?m\.?|in the (?:afternoon|evening)|nachmittags|abends|de l'après-midi|du soir|de la tarde|午後|下午|오후",
    "": "at night|nachts|de la noche|晚上",
}
"""Words for the half of the day, with its letter; after ``at night`` the hour may be of either."""
_YEAR: Final = r"[\dyx?*_]{4}"
_TWO: Final = r"(?:\d\d?|mm|dd|hh|[\dx?*_]{1,2})"
"""Two digits of a date or time, or letters and marks for those that are unknown."""
_ENDS: Final = r"(?![\w?*]|[-/.:]\w)"

# One token a line of meaning; the first that fits wins, so dates and spans stand before bare numbers.
_KINDS: Final = {
    # Letters or marks for what is unknown: 2024-MM-DD, 2024-03-??, 14:xx. None of it is read.
    "masked": r"(?<![\w.:/-])(?=[\d/.-]*[a-z?*_])"
    rf"(?:{_YEAR}(?P<sep0>[-/.]){_TWO}(?P=sep0){_TWO}|{_TWO}(?P<sep3>[-/.]){_TWO}(?P=sep3){_YEAR}|\d{{4}}[-/](?:mm|[x?*]{{1,2}}))"
    rf"{_ENDS}|\b{_MONTH}\s(?:xx?|dd|\?\??){_ENDS}|(?<![\w?])(?:xx?|dd|\?\??)\s{_MONTH}|\bday\s?\d{{1,2}}\b",
    "masked_clock": rf"(?<![\w?:.$])(?=[x?:hm]*\d)(?=[\d:h]*[x?m]){_TWO}[:h]{_TWO}(?::{_TWO})?{_ENDS}(?:{_AM_PM})?",
    # Counted from something else: T+5m, T-00:10, +00:05 at the beginning.
    "offset": r"\bT\d?\s?[-+−]\s?\d+(?::\d{2}(?::\d{2})?|\s?(?:m|s|h\d{0,2}|min)\b)"
    r"|\A[\s~(]*[-+−]\d{1,3}:\d{2}(?::\d{2})?",
    "iso": r"(?<![\d.])\d{4,6}(?P<sep1>[-–/.])\d{1,2}(?P=sep1)\d{1,2}(?!\d)"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]",
    "numeric": r"(?<![\d.])\d{1,2}(?P<sep2>[-/.])\d{1,2}(?P=sep2)\d{4}(?!\d)",
    "short": r"(?<![\d.:-])\d{1,2}(?P<sep4>[-/.])\d{1,2}(?P=sep4)\d{2}" + _BEFORE_CLOCK,
    "dmy": rf"(?<![\d:.]){_DAYS}(?:\s+(?:of|de))?[\s-]+{_MONTH}(?:(?:[,\s-]+|\s+del?\s+)\d{{4}}(?!\d|:\d))?"
    rf"|(?<![\d:.])\d{{1,2}}\.\s{{0,2}}{_MONTH}\s\d{{4}}(?!\d|:\d)",
    "mdy": rf"\b{_MONTH}[\s-]*{_DAYS}(?![\d:]|\.\d)(?:(?:,?\s+|-)\d{{4}}(?!\d|:\d))?",
    "dmy2": rf"(?<!\d)\d{{1,2}}(?P<sep5>[/-]){_MONTH}(?P=sep5)\d{{2}}(?!\d)",
    "month": rf"\b{_MONTH}[\s-]+\d{{4}}(?!\d|:\d)",
    "day_month": r"(?<![\d.:/-])(?:\d{1,2}[-/]\d{1,2}|\d{1,2}\.(?:0?[1-9]|1[0-2])\.?)(?=\s\d{1,2}[:h]\d{2}(?!\d))",
    "day": rf"(?:(?:{WEEKDAY}[.,]?\s+)?(?:\bthe\s+)?\b\d{{1,2}}(?:st|nd|rd|th)|{WEEKDAY}[.,]?\s+\d{{1,2}}\.?"
    rf"|\A\s*-\d{{1,2}}){_BEFORE_CLOCK}",
    "later": r"\b(?:the\s)?(?:next|following)\s(?:day|morning)\b|\+\s?\d(?:\s?d(?:ays?)?)?\b(?!:)",
    "hm": r"(?<![\d:])\d{1,3}\s?h(?:\s?r?s?)?\s?\d{2}(?![\d.]|:\d|\s?(?:m|sec|s\b|h|d))",
    "hours": r"(?<![\d:.$,#])(?:[01]\d|2[0-4])[0-5]\d\s?h(?:(?:ou)?rs?)?\b",
    "span": rf"(?<![\d.])(?!\d\d?\.[0-5]\d\suur\b)(?:{LENGTH})",
    "clock": r"(?<![\d:.$])\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?!\d)"
    rf"(?:{_AM_PM}|\s?[ap]\b(?!\s\d)|\s(?:Uhr|uur)\b)?"
    rf"|(?<![\d:.$])\d{{1,2}}\.\d{{2}}{_AM_PM}|\b\d{{3,4}}{_AM_PM}",
    "hour": rf"(?<![\d:.$])\d{{1,2}}(?:{_AM_PM}|\sUhr\b(?:\s[0-5]\d\b)?"
    r"|\s?[時时点點시](?![間间])\s?(?:[0-5]?\d\s?[分분]?)?)",
    "word": r"\b(?:12\s)?(?:noon|midday|midnight)\b",
    "bare": r"(?<![\d:.$,#])(?:(?:[01]\d|2[0-4])[0-5]\d|\d{1,2}\.[0-5]\d)(?=Z\b|(?![\w%.:]|,\d))(?:\s(?:Uhr|uur)\b)?",
    "half": rf"(?<![a-z])(?:{'|'.join(HALVES.values())})(?![a-z])",
    "zone": ZONE,
    "about": r"[~≈<>]|\bca?\.(?=\s?\d)|\b(?:about|around|approx(?:imately)?|circa|roughly|nearly|almost|some|under"
    r"|over|up\s+to|at\s+(?:least|most)|(?:less|more)\s+than|estimated|ish)\b\.?",
    "open": r"(?<!\bnot\s)(?<!\bno\slonger\s)\bongoing\b|\bcounting\b|\bstill\s+(?:open|down|going|active)\b"
    r"|\bpresent\b|(?<=[-–—→o]\s)now\b|\b(?:not\s+(?:yet\s+)?|un)(?:resolved|restored)\b|\bso\s+far\b|\bin\s+progress\b",
    "support": r"\b(?:support|business|working|office)\s+hours\b",
    "to": r"->|→|[-–—]|\b(?:to|until|till|through|bis|tot|til|até|às|hasta|fino\s+alle|jusqu['’]à)\b"
    r"|(?:(?<=\d\s)|(?<=\dh\s)|(?<=uhr\s))(?:a|à|al|alle|au|do)(?=\s\d)",
    "and": r"[;&]|\b(?:and|plus|et|und|och|og|oraz)\b"
    r"|(?<=[^\W\d_]\s)(?:y|e|en|i|a|ja|és|ve|dan|și|și|и|і|та|και)(?=\s\d)",
    "weekday": WEEKDAY,
    "glue": r"[,()@\[\]:]|(?<=\d)T(?=\d)"
    r"|\b(?:um|gegen|vers|om|kl\.|klo|a\s+las|ore|o(?:\s+godz\.?)?|pukul)(?=\s\d{1,2}[:.h]\d\d)"
    r"|\b(?:at|from|on|uhr|uur|kl|de|von|van|da)\b",
    "other": r"\w+|[^\w\s]",
}
_DIGIT_FIRST: Final = frozenset(
    {"masked", "masked_clock", "iso", "numeric", "short", "dmy", "dmy2", "day_month", "day"}
    | {"hm", "hours", "span", "clock", "hour", "word", "bare", "other"}
)
_MARK_FIRST: Final = frozenset(
    {"masked", "masked_clock", "offset", "day", "later", "zone", "about", "to", "and", "glue", "other"}
)
_NO_LETTER_FIRST: Final = frozenset(
    {"iso", "numeric", "short", "dmy", "dmy2", "day_month", "hm", "hours", "clock", "hour", "bare"}
)


class _Tokens(NamedTuple):
    """What may begin with a digit, with a letter, or with neither: so that few kinds are tried for each token."""

    at_digit: re.Pattern[str]
    at_mark: re.Pattern[str]
    at_letter: re.Pattern[str]


def _tokens(month: str, length: str) -> _Tokens:
    forms = {name: form.replace(MONTH, month).replace(LENGTH, length) for name, form in _KINDS.items()}

    def tokens_in(kinds: Collection[str]) -> re.Pattern[str]:
        patterns = (f"(?P<{name}>{form})" for name, form in forms.items() if name in kinds)
        return compile_late("|".join(patterns), re.IGNORECASE)

    return _Tokens(tokens_in(_DIGIT_FIRST), tokens_in(_MARK_FIRST), tokens_in(_KINDS.keys() - _NO_LETTER_FIRST))


_IN_FIGURES: Final = _tokens("(?!)", LENGTH)
_WITH_MONTHS: Final = _tokens(MONTH, LENGTH)
_WITH_NAMES: Final = _tokens(MONTH_ANYWHERE, f"{LENGTH}|{LENGTH_ELSEWHERE}")
_NAMES: Final = WORDS_ELSEWHERE | _ELSEWHERE.keys()
"""The names of months and units take longer to compile than all else, and most reports write their dates in figures."""
_OTHER_LETTERS: Final = re.compile(r"[^\W\d_a-zA-Z]")
_LETTERS: Final = re.compile("[a-z]+")

PLAIN: Final = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-"})
"""Spaces and hyphens of other kinds to plain ones."""


def _kinds_in(text: str) -> _Tokens:
    """Return what a text's tokens may be, by the words and letters that it has."""
    words = _LETTERS.findall(text.lower())
    if not _NAMES.isdisjoint(words) or not (text.isascii() or _OTHER_LETTERS.search(text) is None):
        return _WITH_NAMES
    return _IN_FIGURES if MONTHS.keys().isdisjoint(words) else _WITH_MONTHS


def tokenize(text: str) -> Iterator[re.Match[str]]:
    """Yield each token of a text, its kind as the group's name."""
    index = 0
    kinds = _kinds_in(text)
    while index < len(text):
        first = text[index]
        tokens = kinds.at_letter if first.isalpha() else kinds.at_digit if first.isdecimal() else kinds.at_mark
        match = None if first.isspace() else tokens.match(text, index)
        index = match.end() if match else index + 1
        if match:
            yield match
