"""Lengths of time as people write them: units and the numbers before them, in figures and in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import without_accents
from incident_analytics.reports.numerals import GROUPED, number_of
from incident_analytics.reports.placeholders import Unreadable

__all__ = ["LENGTH", "LENGTH_ELSEWHERE", "PARTS", "WORDS_ELSEWHERE", "is_of_length", "length_of"]

_LONGEST: Final = timedelta(days=3650)
_WEEK, _DAY, _HOUR, _MINUTE, _SECOND = 604800, 86400, 3600, 60, 1


def _numbered(words: str) -> dict[str, float]:
    """Return the numbers that words in their order name, from one; ``/`` is between two words for one of them."""
    return {word: n for n, words in enumerate(words.split(), start=1) for word in words.split("/")}


_NUMBERS: Final = (
    _numbered(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty"
    )
    | {"zero": 0, "a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
    | {"ninety": 90, "half an": 0.5, "half a": 0.5, "quarter of an": 0.25, "a quarter of an": 0.25}
    | {"three quarters of an": 0.75, "three-quarters of an": 0.75}
)
_UNITS: Final = {
    _WEEK: "w wk wks week weeks",
    _DAY: "d day days",
    _HOUR: "h hr hrs hs hour hours",
    _MINUTE: "m min mins minute minutes",
    _SECOND: "s sec secs second seconds",
}
_ELSEWHERE: Final[tuple[tuple[dict[str, float], dict[int, str]], ...]] = (
    # German
    (
        _numbered("eine/einer zwei drei vier fünf sechs sieben acht neun zehn")
        | {"eine halbe": 0.5, "einer halben": 0.5, "anderthalb": 1.5, "eineinhalb": 1.5, "zweieinhalb": 2.5},
        {_WEEK: "woche wochen", _DAY: "tag tage tagen", _HOUR: "std stunde stunden", _MINUTE: "minuten",
         _SECOND: "sek sekunde sekunden"},
    ),
    # French
    (
        _numbered("un/une deux trois quatre cinq six sept huit neuf dix") | {"demi": 0.5, "une demi": 0.5},
        {_WEEK: "semaine semaines", _DAY: "j jour jours", _HOUR: "heure heures", _MINUTE: "mn minute minutes",
         _SECOND: "seconde secondes"},
    ),
    # Spanish and Portuguese
    (
        _numbered(
            "un/una/um/uma dos/dois/duas tres/três cuatro/quatro cinco seis siete/sete ocho/oito nueve/nove diez/dez"
        )
        | {"media": 0.5, "meia": 0.5},
        {_WEEK: "semana semanas", _DAY: "día días dia dias", _HOUR: "hora horas", _MINUTE: "minuto minutos",
         _SECOND: "seg segundo segundos"},
    ),
    # Italian and Romanian
    (
        _numbered("un/un'/una/uno/o due/două tre/trei quattro/patru cinque/cinci sei/șase sette/șapte otto/opt nove"),
        {_WEEK: "settimana settimane", _DAY: "giorno giorni zi zile", _HOUR: "ora ore oră",
         _MINUTE: "minuto minuti minut minute", _SECOND: "secondo secondi secunde"},
    ),
    # Dutch
    (
        _numbered("een/één twee drie vier vijf zes zeven acht negen tien")
        | {"een half": 0.5, "half": 0.5, "anderhalf": 1.5, "anderhalve": 1.5, "tweeënhalf": 2.5},
        {_WEEK: "weken", _DAY: "dag dagen", _HOUR: "uur uren", _MINUTE: "minuut minuten",
         _SECOND: "seconde seconden"},
    ),
    # Danish, Norwegian and Swedish; one ``time`` is an English word
    (
        _numbered("en/én/et/ett to/två tre fire/fyra fem seks/sex syv/sju åtte/otte/åtta ni/nio ti/tio")
        | {"en halv": 0.5, "halvanden": 1.5, "halvannen": 1.5, "en och en halv": 1.5, "halv": 0.5},
        {_WEEK: "uge uger uke uker vecka veckor", _DAY: "dag dage dager dagar dygn døgn",
         _HOUR: "timer timme timmar tim", _MINUTE: "minut minutt minutter minuter",
         _SECOND: "sekund sekunder"},
    ),
    # Polish, Czech and Slovak
    (
        _numbered("jedna/jedną/jednu dwie/dwa/dvě/dve/dva trzy/tři/tri cztery/čtyři/štyri pięć/pět/päť")
        | {"pół": 0.5, "půl": 0.5, "półtorej": 1.5, "półtora": 1.5},
        {_WEEK: "tydzień tygodnie tygodni týden týdny týdnů", _DAY: "dzień dni den dny dnů dní deň",
         _HOUR: "godz godzina godzinę godziny godzin hod hodina hodinu hodiny hodin hodín",
         _MINUTE: "minuta minutę minuty minut minutu minút minúty",
         _SECOND: "sek sekunda sekundy sekund sekúnd vteřin vteřiny"},
    ),
    # Finnish
    (
        _numbered("yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen")
        | {"puoli": 0.5, "puolitoista": 1.5},
        {_WEEK: "viikko viikkoa", _DAY: "päivä päivää vrk", _HOUR: "tunti tuntia",
         _MINUTE: "minuutti minuuttia", _SECOND: "sekunti sekuntia"},
    ),
    # Hungarian
    (
        _numbered("egy két/kettő három négy öt hat hét nyolc kilenc tíz") | {"fél": 0.5, "másfél": 1.5},
        {_WEEK: "hét", _DAY: "nap", _HOUR: "óra órát", _MINUTE: "perc percet", _SECOND: "másodperc mp"},
    ),
    # Turkish
    (
        _numbered("bir iki üç dört beş altı yedi sekiz dokuz on") | {"yarım": 0.5, "bir buçuk": 1.5, "iki buçuk": 2.5},
        {_WEEK: "hafta", _DAY: "gün", _HOUR: "saat sa", _MINUTE: "dakika dk dak", _SECOND: "saniye sn"},
    ),
    # Russian and Ukrainian
    (
        _numbered("один/одна/одну два/две/дві три четыре/чотири пять") | {"полтора": 1.5, "півтори": 1.5},
        {_WEEK: "неделя недели недель тиждень тижні", _DAY: "день дня дней днів дні сутки суток",
         _HOUR: "ч час часа часов година годину години годин",
         _MINUTE: "мин минута минуту минуты минут хв хвилина хвилину хвилини хвилин",
         _SECOND: "сек секунда секунды секунд секунди"},
    ),
    # Greek
    (
        {"μία": 1, "μια": 1, "δύο": 2, "τρεις": 3, "μισή": 0.5},
        {_DAY: "ημέρα ημέρες μέρες", _HOUR: "ώρα ώρες", _MINUTE: "λεπτό λεπτά", _SECOND: "δευτερόλεπτα"},
    ),
    # Indonesian
    ({"satu": 1, "dua": 2, "tiga": 3}, {_WEEK: "minggu", _DAY: "hari", _HOUR: "jam", _MINUTE: "menit"}),
)  # fmt: skip
"""The numbers and units of other languages; a number in words is one before a unit of its own language alone."""
_UNSPACED: Final = {
    "週間": _WEEK, "周": _WEEK, "日間": _DAY, "天": _DAY, "일간": _DAY, "小时": _HOUR, "小時": _HOUR, "時間": _HOUR,
    "时间": _HOUR, "시간": _HOUR, "分钟": _MINUTE, "分鐘": _MINUTE, "分間": _MINUTE, "分": _MINUTE, "분": _MINUTE,
    "秒": _SECOND, "초": _SECOND,
}  # fmt: skip
"""Units of the scripts that leave no space between words."""


def _any_of(words: Iterable[str]) -> str:
    """Return what matches any of some words, with their accents or without: tried by the first letter."""
    both = {form for word in words for form in (word, without_accents(word))}
    by_letter: dict[str, list[str]] = {}
    for word in sorted(both, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]))
    groups = (f"{first}(?:{'|'.join(rests)})" for first, rests in by_letter.items())
    return f"(?:{'|'.join(groups)})"


def _words_of(units: dict[int, str]) -> list[str]:
    return [word for words in units.values() for word in words.split()]


_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES: Final = "one|two|three|four|five|six|seven|eight|nine"
_PART_OF: Final = r"(?<!\b(?:most|part|half)\sof\s)(?<!third\sof\s)(?<!quarters\sof\s)(?<!\d\sof\s)(?<!fraction\sof\s)"
"""In ``most of an hour`` there is not an hour."""
_FIGURES: Final = rf"(?:{GROUPED}|\d+(?:[.,]\d+|\s?[½¼¾])?|[½¼¾])"
_OTHER_WORDS: Final = _any_of(word for word in _NUMBERS if word not in {"a", "an"})
_IN_WORDS: Final = rf"\b(?:(?:{_TENS})[\s-](?:{_ONES})|{_PART_OF}an?|{_OTHER_WORDS})\b"
_NUMBER: Final = f"(?:{_FIGURES}|{_IN_WORDS})"
_AND_A_HALF: Final = r"and\s+a\s+half"
_AND_A_HALF_ELSEWHERE: Final = (
    r"(?:et\sdemie?|y\smedi[ao]|e\smei[ao]|e\smezz[ao]|i\spół|og\sen\shalv|och\sen\shalv|ja\spuoli)"
)
_HOURS: Final = r"(?:(?<=\s)t(?=\s\d)|(?<=\d)[tu](?=\s\d)|(?<=\b1\s)time(?=\s(?:og\s)?\d{1,2}\smin))"
"""Letters and a word for hours that are so next to minutes only."""

_UNITS_ELSEWHERE: Final = _any_of(word for _, units in _ELSEWHERE for word in _words_of(units))
_WORDS_AND_UNITS: Final = (
    "|".join(rf"{_any_of(numbers)}(?:(?<=')|[\s-]){_any_of(_words_of(units))}" for numbers, units in _ELSEWHERE)
    + r"|(?:[eé]n|en\shalv|halvan[dn]en)\stime"
)
LENGTH: Final = (
    rf"{_NUMBER}(?:\s+{_AND_A_HALF})?\+?\s*-?{_any_of(_words_of(_UNITS))}(?![^\W\d_])\.?(?:\s+{_AND_A_HALF}\b)?"
)
"""A number with its unit in English, and in figures with the letters that many languages have for it."""
LENGTH_ELSEWHERE: Final = (
    rf"(?:{_FIGURES}\+?\s*-?(?:(?:{_UNITS_ELSEWHERE}|{_HOURS})(?![^\W\d_])|{_any_of(_UNSPACED)}(?!の))"
    rf"|\b(?:{_WORDS_AND_UNITS})(?![^\W\d_]))\.?(?:\s+{_AND_A_HALF_ELSEWHERE}\b)?"
)
"""A number with its unit in any other language."""
_SECONDS: Final = (
    {
        without_accents(word): seconds
        for units in (_UNITS, *(units for _, units in _ELSEWHERE))
        for seconds, words in units.items()
        for word in words.split()
    }
    | {without_accents(word): seconds for word, seconds in _UNSPACED.items()}
    | dict.fromkeys(("t", "u", "time"), _HOUR)
)
_AMOUNTS: Final = {without_accents(word): n for numbers, _ in _ELSEWHERE for word, n in numbers.items()} | _NUMBERS
WORDS_ELSEWHERE: Final = frozenset(
    word for words in (_SECONDS, _AMOUNTS) for name in words for word in name.split() if word.isascii()
) - {*_NUMBERS, *_words_of(_UNITS), "on", "half", "quarter", "quarters", "of", "three-quarters", "o", "to", "time"}
"""Words by which a text may hold a length in another language, but for those that English texts have."""
PARTS: Final = frozenset(
    without_accents(
        "quart quarts cuarto cuartos quarto quartos quarti viertel dreiviertel kwart kwartier kvart kvarter kwadrans"
        " čtvrt štvrť negyed çeyrek demi demie media medio meia meio mezza mezzo halb halbe halv halvt pół půl puoli"
        " fél buçuk yarım setengah половина половиной четверть 半 반 hundred thousand dozen"
    ).split()
)
"""Words next to a length that make it another one: a half and a quarter in other languages, and hundreds."""
_ENGLISH_PARTS: Final = frozenset({"quarter", "quarters", "half", "third", "thirds"})
_SMALL_WORDS: Final = frozenset({"a", "an", "on", "due", "o", "of", "d", "h", "m", "s", "w"})


def is_of_length(word: str) -> bool:
    """Return whether a word is a number or a unit of lengths, or a part of one, in any language.

    Examples
    --------
    >>> [is_of_length(word) for word in ("ten", "Stunden", "quarter", "pół", "hundred", "a", "users")]
    [True, True, True, True, True, False, False]
    """
    plain = without_accents(word)
    return plain not in _SMALL_WORDS and any(plain in words for words in (_AMOUNTS, _SECONDS, PARTS, _ENGLISH_PARTS))


_HOURS_AND_MINUTES: Final = compile_late(r"(\d+)\s?h\D*(\d{2})")
_FRACTIONS: Final = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_HALF: Final = compile_late(rf"{_AND_A_HALF}|{_AND_A_HALF_ELSEWHERE}")
_AMOUNT: Final = compile_late(_FIGURES)


def length_of(words: str) -> timedelta:
    """Return how long what `LENGTH` or `LENGTH_ELSEWHERE` matches is, or hours and minutes such as ``1h30``.

    Examples
    --------
    >>> [str(length_of(words)) for words in ("1h30", "2½ hours", "thirty-six min", "une heure et demie", "2 saat")]
    ['1:30:00', '2:30:00', '0:36:00', '1:30:00', '2:00:00']
    """
    plain = words.casefold()
    if match := _HOURS_AND_MINUTES.fullmatch(plain):
        return timedelta(hours=int(match[1]), minutes=int(match[2]))
    whole = _HALF.sub("", plain)
    amount, unit = _split_unit(whole.rstrip(" .+\t\n"))
    seconds = (_amount_of(amount.strip(" +-'\t\n")) + 0.5 * (whole != plain)) * _SECONDS[without_accents(unit)]
    if seconds > _LONGEST.total_seconds():
        raise Unreadable(f"{words!r} is longer than {_LONGEST.days // 365} years; write a length such as 1h 45m")
    return timedelta(seconds=round(seconds))


def _split_unit(words: str) -> tuple[str, str]:
    """Split words into the letters at their end and what is before these."""
    begin = len(words)
    while begin and words[begin - 1].isalpha():
        begin -= 1
    return words[:begin], words[begin:]


def _amount_of(words: str) -> float:
    """Return the number that figures or words name."""
    match = _AMOUNT.match(words)
    if match is None:
        plain = without_accents(words)
        amount = _AMOUNTS.get(plain)
        return sum(_AMOUNTS[word] for word in re.split(r"[\s-]", plain)) if amount is None else amount
    figures = match[0]
    if figures[-1] in _FRACTIONS:
        return _FRACTIONS[figures[-1]] + float(figures[:-1] or 0)
    return number_of(figures) if re.fullmatch(GROUPED, figures) else float(figures.replace(",", "."))
