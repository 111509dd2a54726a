"""The words that authors write, to counts, shares and sums of money.

Every reader takes the words of one field and gives a value, None where the author says that there is none to give
(``Unknown``, ``TBD``, an untouched placeholder), or raises `Unreadable` with what to write instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.numerals import FIGURE, number_of
from incident_analytics.reports.placeholders import Unreadable, fold, is_untold, is_zero

__all__ = ["Amount", "Loss", "Share", "find_users", "read_loss", "read_money", "read_share", "read_users"]

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
    "tsd": 1e3,
    "mio": 1e6,
    "mill": 1e6,
    "mln": 1e6,
    "mrd": 1e9,
    "lakh": 1e5,
    "lakhs": 1e5,
    "crore": 1e7,
    "crores": 1e7,
    "cr": 1e7,
}
_FIGURE: Final = (
    rf"(?P<figure>{FIGURE})"
    rf"(?:\s?(?P<magnitude>(?:{'|'.join(sorted(_MAGNITUDES, key=len, reverse=True))})\b|[kt](?=€|EUR\b|CHF\b))\.?)?"
)
_FIGURE_PATTERN: Final = compile_late(rf"(?<![\w.])(?<!\d,){_FIGURE}(?!\w|[.,]\d)", re.IGNORECASE)
_NOTED_COUNT: Final = compile_late(
    rf"\((?:about|around|approx[a-z]*+\.?|ca\.?|circa|roughly|some|[~≈])\s?{_FIGURE}\)", re.IGNORECASE
)
"""A rough number in brackets behind a share, ``30% of couriers (about 210)``; a plain one may be a code such as 404."""
_PERCENT: Final = compile_late(
    r"(?P<sign>[-−+])?\s?(?<!\d)(?P<value>\d++(?:[.,]\d++)?)"
    r"\s?(?:%|per\s?cent(?!age)|prozent\b|pour\s?cent\b|por\s?cien(?:to)?\b|pp\b|percentage points?\b)",
    re.IGNORECASE,
)
_RANGE: Final = compile_late(r"\d\s?%?\s?(?:[-–—]|\bto\b)\s?\d", re.IGNORECASE)
_ABOUT: Final = compile_late(
    r"[~≈]|(?<!-)[<>]|\d\+|\b(?:about|around|approx\w*|circa|roughly|nearly|almost|some|under|over|up to|at least"
    r"|at most|less than|more than|estimated|etwa|rund|ungefähr|environ|aproximadamente|unos|unas|cerca de|ongeveer"
    r"|ungefär|omkring|około|rundt)\b",
    re.IGNORECASE,
)
_UNCONFIRMED: Final = compile_late(
    r"\d\s?\?|\b(?:tbd|tbc|to be (?:confirmed|determined|verified|checked)|not (?:yet )?(?:confirmed|verified|final)"
    r"|unconfirmed|unverified|preliminary|provisional|vorläufig|provisoire|voorlopig|foreløbig|preliminär)\b",
    re.IGNORECASE,
)
"""What a figure has next to it that may change yet."""
_ALL: Final = compile_late(
    r"(?:all|everyone|everybody|100\s?%)"
    r"(?: (?:of )?(?:our |the )?(?:users|customers|accounts|tenants|requests|traffic))?"
)
_WHO: Final = (
    r"users?|customers?|consumers?|clients?|accounts?|subscribers?|tenants?|visitors?|members?|players?|students?|merchants?"
    r"|people|persons?|patients?|passengers?|listeners?|viewers?|shoppers?|ips?"
)
_WHAT: Final = (
    r"sessions?|requests?|calls?|orders?|devices?|transactions?|jobs?|parcels?|packages?|shipments?"
    r"|deliver(?:y|ies)|letters?|messages?|e?-?mails?|sms|notifications?|events?|records?|rows?|files?"
    r"|documents?|pages?|(?:page ?)?views?|clicks?|hits?|quer(?:y|ies)|errors?|failures?|timeouts?|log-?ins?"
    r"|sign-?ins?|sign-?ups?|payments?|payouts?|invoices?|bookings?|reservations?|purchases?|checkouts?|carts?"
    r"|baskets?|items?|products?|refunds?|tickets?|complaints?|uploads?|downloads?|builds?|deploy(?:ment)?s?"
    r"|pipelines?|tasks?|runs?|servers?|hosts?|nodes?|pods?|machines?|scanners?|terminals?|printers?|sensors?"
    r"|vehicles?|trips?|rides?|tours?|flights?|appointments?|labels?|barcodes?|pakete?|bestellungen|anfragen"
    r"|sendungen"
)
"""What is counted and is not people: one person may have made many of them."""
_NOT_HIT: Final = compile_late(
    r"\b(?:none of|unaffected|unimpacted|(?:all|everyone|everybody) but|except(?:ing)?|other than|spared|succeeded"
    r"|successful|were fine"
    r"|(?:not|never|without|no) (?:\w+ )?(?:affected|impacted|hit|impact|effect|errors?|issues?|problems?)"
    r"|(?:nicht|niet|ikke|inte|pas|non|no|não) (?:\w+ )?(?:betroffen|getroffen|touchée?s?|afectad[oa]s?|afetad[oa]s?"
    r"|colpit[ie]|drabbade|berørt))\b",
    re.IGNORECASE,
)
"""Words of a number that is of those whom it did not hit."""
_BEFORE_COUNT: Final = compile_late(
    r"\W*(?:(?:about|around|approx\w*|circa|ca|roughly|nearly|almost|some|estimated?|est|under|over|up to"
    r"|at (?:least|most)|(?:less|more|fewer) than|(?:a )?total(?: number)?(?: of)?|in total|number of|all(?: of)?"
    r"|the|our|only|just|exactly|unique|distinct|active|affected|impacted|failed|were|was|is|are|we|think|believe"
    r"|etwa|rund|ungefähr|environ|aproximadamente|unos|unas|cerca de|ongeveer|ungefär|omkring|około|rundt"
    rf"|{_WHO}|{_WHAT})\b\W*)*",
    re.IGNORECASE,
)
_COUNTED: Final = compile_late(rf"\s(?:[^\W\d_]+\s){{0,2}}(?:{_WHO}|{_WHAT})\b", re.IGNORECASE)
_NOUNS: Final = compile_late(
    r"[\s+]*(?:of\s+)?(?P<words>(?:(?!(?:with|who|whose|that|which|in|on|at|of|from|for|to|by|and|or|as|could|can|did|do|had|have"
    r"|has|got|saw|see|were|was|are|is|per|an?|each|every|when|while|after|during|because|through|via|using|behind)\b)"
    r"[^\W\d_][\w'’-]*+\s*+)++)",
    re.IGNORECASE,
)
"""The noun behind a number, with the words before it."""
_KIND: Final = compile_late(rf"\b(?:(?P<who>{_WHO})|(?P<what>{_WHAT}))\b", re.IGNORECASE)
_UNIT_OF_TIME: Final = (
    r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?|nights?|shifts?|weeks?|months?|quarters?|years?)"
)
_RATE: Final = compile_late(
    rf"\b(?:per|each|every)[\s-](?:[\w-]{{1,12}}\s)?{_UNIT_OF_TIME}\b|\w\s?/\s?{_UNIT_OF_TIME}\b|\b(?:rps|qps|tps|rpm)\b"
    r"|(?<!\bfor )(?<!\bover )(?<!\bin )(?<!\bwithin )(?<!\bhalf )(?<!\babout )(?<!\balmost )(?<!\bunder )(?<!\bthan )"
    r"\ban?\s(?:second|minute|hour|day|night|week|month|year)\b"
    r"|\b(?:hourly|daily|nightly|weekly|monthly|yearly)\b"
    rf"(?!\s(?:active|(?:[a-z]+\s)?(?:{_WHO}))\b)|\b(?:pro|je)\s(?:sekunde|minute|stunde|tag|woche|monat)\b",
    re.IGNORECASE,
)
_RATE_IN_BRACKETS: Final = compile_late(rf"[(\[]\s*(?:{_RATE.pattern})", re.IGNORECASE)
_NO_COUNT_AFTER: Final = compile_late(
    r"\s?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|st|nd|rd|th"
    r"|regions?|countries|zones?|clusters?|shards?|data ?cent(?:er|re)s?|services?|servers?|nodes?|hosts?|pods?"
    r"|jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)\b",
    re.IGNORECASE,
)
_NO_MONEY_AFTER: Final = compile_late(
    r"\s(?:[^\W\d_]+\s){0,2}(?:tickets?|refunds?|hours?|days?|engineers?|incidents?|items?|vouchers?|contracts?|ftes?)\b",
    re.IGNORECASE,
)
_NO_COST: Final = compile_late(r"\b(?:saved|saving|avoided)\b|\d\s?[^\W\d_]{0,3}\s?[x×*]\s", re.IGNORECASE)
"""Words of what was not spent, and a product that nobody has worked out."""
_NUMBERED: Final = compile_late(
    r"batch|build|building|cell|cluster|code|error|floor|gate|group|level|line|node|part|partition|phase|plan|pod|port"
    r"|region|release|ring|route|section|shard|stage|status|step|tier|version|wave|zone"
)
"""What has a number for a name."""
_VAGUE: Final = compile_late(r"\b(?:dozens|hundreds|thousands|millions|several|many|few|most|various)\b", re.IGNORECASE)
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
    "three quarters": 3 / 4,
    "two fifths": 2 / 5,
    "three fifths": 3 / 5,
    "four fifths": 4 / 5,
    "one in ten": 1 / 10,
    "one in five": 1 / 5,
}
_PART_PATTERN: Final = compile_late(rf"\b(?:{'|'.join(_PARTS)})\b", re.IGNORECASE)


def _scaled(match: re.Match[str]) -> float:
    magnitudes = {**_MAGNITUDES, "t": 1e3, "": 1}  # T€ are thousands, a bare t may be tons
    return round(number_of(match["figure"]) * magnitudes[(match["magnitude"] or "").casefold()], 4)


def _count(match: re.Match[str]) -> int | None:
    """Return the whole number that a figure writes; None for a part of one, which counts nothing."""
    number = _scaled(match)
    return round(number) if number <= _MOST and (match["magnitude"] or number == int(number)) else None


def _fraction(match: re.Match[str]) -> float:
    return round(float(match["value"].replace(",", ".")) / 100, 12)  # a mark in a percentage is the decimal one


_CODES: Final = "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|CNY|BRL|MXN|ZAR|SGD|HKD|KRW"
_ZERO_WORD: Final = compile_late(
    r"of|our|the|all|in|no|end|total|direct|lost|failed|additional|extra|users?|customers?|clients?|accounts?|subscribers?|tenants?"
    r"|people|persons?|visitors?|requests?|calls?|jobs?|orders?|transactions?|errors?|data|sla|revenue|credits?|costs?"
    r"|refunds?|impact|loss|losses|downtime|uptime|affected|impacted|issued|incurred|out|were|was|are|is|unique"
    rf"|k|m|percent|{_CODES}|US",
    re.IGNORECASE,
)
_QUALIFIER: Final = compile_late(
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
    words = [] if is_zero(plain) else re.findall(r"[^\W\d_]+", plain)
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
    return _bare_share(text) or _checked_share(text)


def read_users(text: str) -> Share | None:
    """Read how many people were hit, as `read_share` does: a number of things, or of people per day, is not taken.

    Parameters
    ----------
    text
        ``~12,400 (EU-West region)``, ``48.000 consumers``, ``All``, ``None``.

    Returns
    -------
    Share or None
        None where the author says that it is not known.

    Raises
    ------
    Unreadable
        As `read_share`, and for ``1,200 orders`` and ``300 users per day``: neither says how many people were hit.

    Examples
    --------
    >>> read_users("48.000 consumers")
    Share(count=48000, fraction=None, approximate=False)
    """
    if (bare := _bare_share(text)) is not None:
        return bare
    share = _checked_share(text)
    if share is None or 0 in {share.count, share.fraction}:
        return share
    plain = _outside_brackets(text)
    if share.count is not None and (_RATE.search(plain) or _RATE_IN_BRACKETS.search(text)):
        raise Unreadable(f"{text.strip()!r} is a rate; write how many people were hit, or Unknown")
    if things := _things_counted(plain):
        raise Unreadable(f"{text.strip()!r} counts {things}, not people; write how many people were hit, or Unknown")
    return share


def _things_counted(plain: str) -> str | None:
    """Return what the numbers of some words count where that is not people: ``1,200 late parcels``, ``Orders: 12``."""
    numbers = [match for kind in (_FIGURE_PATTERN, _PERCENT, _PART_PATTERN) for match in kind.finditer(plain)]
    behind = [_kinds(nouns["words"]) for number in numbers if (nouns := _NOUNS.match(plain, number.end()))]
    named = [kinds[-1] for kinds in behind if kinds]
    if not named and numbers:
        before = _kinds(plain[: min(number.start() for number in numbers)])
        named = [] if any(kind["who"] for kind in before) else before
    return next((kind["what"].casefold() for kind in named if kind["what"]), None)


def _kinds(words: str) -> list[re.Match[str]]:
    return list(_KIND.finditer(words))


_BARE: Final = r"[1-9]\d{0,2}(?:,\d{3}){0,3}|[1-9]\d{0,8}"
_BARE_SHARE: Final = compile_late(rf"(?P<count>{_BARE})|(?P<value>[1-9]\d?(?:\.\d{{1,9}})?)%", re.ASCII)
_BARE_DOLLARS: Final = compile_late(rf"\$(?P<figure>{_BARE})", re.ASCII)
"""A number without a word, as the template asks for it: the patterns for all others take longer to compile."""


def _bare_share(text: str) -> Share | None:
    match = _BARE_SHARE.fullmatch(text)
    if match is None:
        return None
    return Share(round(number_of(text)), None) if match["count"] else Share(None, _fraction(match))


def _checked_share(text: str) -> Share | None:
    """Read a share; one that is zero for the time being, or of those who were not hit, is refused."""
    share = _share(text)
    if share is not None and 0 in {share.count, share.fraction}:
        _check_zero(text)
    elif share is not None and _NOT_HIT.search(_outside_brackets(text)):
        raise Unreadable(f"{text.strip()!r} says who was not hit; write how many were, or a percentage")
    return share


def _share(text: str) -> Share | None:
    if is_untold(text):
        return None
    plain = _outside_brackets(text)
    if is_zero(plain):
        return Share(0, 0.0)
    if _ALL.fullmatch(fold(plain)):
        return Share(None, 1.0)
    about = _is_rough(plain, text)
    if match := re.search(
        rf"(?<![\d.,]){_FIGURE}(?:/|\sof\s|\sout of\s)(?:all |the |our )*(?P<whole>{FIGURE})", plain, re.IGNORECASE
    ):
        part, whole = _scaled(match), number_of(match["whole"])
        if 0 < whole >= part and whole <= _MOST:
            return Share(round(part), part / whole, about)
    percents = list(_PERCENT.finditer(plain)) or list(_PERCENT.finditer(text))
    figures = [each for each in _FIGURE_PATTERN.finditer(_PERCENT.sub(" ", plain)) if not _is_of_name(each)]
    count = _count(figures[0]) if len(figures) == 1 and _counts(figures[0]) else None
    vague = _RANGE.search(plain) or re.match(r"[-−]\s?\d", plain)
    if not vague and len(percents) == 1 and _fraction(percents[0]) <= 1:
        found = Share(count, _fraction(percents[0]), about)
        return found if count is not None else _with_noted_count(found, text)
    if words := _PART_PATTERN.search(plain):
        return Share(None, _PARTS[words[0].casefold()], approximate=True)
    if not (vague or percents or count is None or _VAGUE.search(plain)):
        return Share(count, None, about)
    if len(figures) == 1 and not _counts(figures[0]):
        raise Unreadable(f"{text.strip()!r} has a number that may count something else; write how many first")
    raise Unreadable(f"{text.strip()!r} {_unread(plain, len(figures) + len(percents))}; write a number or a percentage")


def _with_noted_count(share: Share, text: str) -> Share:
    """Add the rough number that is alone in brackets to a part of all: ``30% (about 210)``."""
    noted = _NOTED_COUNT.search(text)
    if noted is None:
        return share
    return Share(_count(noted), share.fraction, approximate=True)


def _unread(plain: str, n_numbers: int) -> str:
    """Return why words are not one number."""
    if not re.search(r"\d", plain):
        return "has no number"
    if _RANGE.search(plain) and n_numbers:
        return "is a range"
    return "names several numbers, which may be of the same people" if n_numbers > 1 else "doesn't say how many"


def _is_of_name(figure: re.Match[str]) -> bool:
    """Return whether a figure is the end of a name: ``eu-west-1``, ``#4521``."""
    before = figure.string[max(figure.start() - 2, 0) : figure.start()]
    return before.endswith("#") or (before[:1].isalpha() and before[1:] in {"-", "/"})


def _counts(figure: re.Match[str]) -> bool:
    """Return whether a figure says how many: not in ``Users on shard 7``, ``iOS 17 users`` and ``for 20 minutes``."""
    before, after = figure.string[: figure.start()], figure.string[figure.end() :]
    if _NO_COUNT_AFTER.match(after):
        return False
    if _BEFORE_COUNT.fullmatch(before) or before.rstrip()[-1:] in set(":,;(=–—-"):
        return True
    return _COUNTED.match(after) is not None and not _names(before)


def _names(before: str) -> bool:
    """Return whether the figure behind some words is part of a name: ``iOS 17``, ``tier 2``."""
    word = before.rsplit(maxsplit=1)[-1] if before.strip() else ""
    is_name = word != word.lower() or _NUMBERED.fullmatch(word) is not None
    return is_name and _BEFORE_COUNT.fullmatch(word) is None


_USERS: Final = (
    r"(?:users|customers|clients|accounts|subscribers|tenants|visitors|members|players|students|merchants|people"
    r"|residents|citizens|clinicians|nurses|doctors|travell?ers|managers|pupils|teachers|readers|riders"
    r"|(?:wallet|card|account|policy|ticket)\s?holders|households|taxpayers|applicants|buyers|sellers|couriers|callers"
    r"|drivers|editors|publishers|partners|staff|guests|fans|hikers|cyclists|commuters"
    r"|artists|musicians|farmers|colleagues|families|companies|businesses|authors"
    r"|attendees|donors|voters|borrowers|parents|pickers|contributors|learners"
    r"|researchers|scientists|tourists|teams|walkers|gamers|streamers|pensioners"
    r"|mailboxes|postbussen|postfächer|viaggiatori|zuschauer|schüler|osób|klientów|użytkowników|voyageurs|spectateurs|clientes"
    r"|passengers|patients|shoppers|viewers|employees"
    r"|nutzer(?:innen)?|nutzende|benutzer|anwender|kund(?:en|innen)|personen|mitarbeite(?:r|nde)|beschäftigte|fahrgäste|patienten"
    r"|utilisateurs|lecteurs|lectrices|adhérents|habitants|abonnés|visiteurs|personnes|usagers|usuari[oa]s|clientes|personas|abonados|pasajeros|pacientes|usuários"
    r"|utilizadores|pessoas|motoristas|passageiros|alunos|gebruikers|klanten|reizigers|mensen|bezoekers|medewerkers"
    r"|utenti|clienti|persone|passeggeri|pazienti|användare|kunder|resenärer|brukere)\b"
)
_OF_SOME: Final = r"(?!\s(?:in|on|of|at|who|whose|with(?!\s\d)|that|using)\b)"
"""What is not behind a part of all users: words that say of which."""
_SAID_OF_USERS: Final = compile_late(
    rf"(?:(?<![\w.,$€£])|(?<=[約约は])){_FIGURE}"
    r"(?P<counted>\s?[名人](?![天日月]|の?(?:エンジニア|担当|社員|スタッフ|技術|作業|開発|工程师|员工|運用|运维))"
    r"|\s(?:(?:unique|active|paying|registered|distinct|different|end|concurrent|affected|impacted)\s)?"
    rf"(?:{_USERS}|of\syou\b)(?!\s(?:of|on|using)\b(?!\s(?:the|our)\s)))"
    rf"|(?P<part>{_PERCENT.pattern.replace('(?P<sign>', '(?:').replace('(?P<value>', '(?:')}"
    rf"|\b(?:{'|'.join(_PARTS)})|\b(?<!not )all)\s(?:of\s)?(?:(?:all|our|the|its|active|end)\s){{0,3}}"
    rf"{_USERS}{_OF_SOME}",
    re.IGNORECASE,
)
_HIT: Final = compile_late(
    r"影響|影响|无法|無法|できな"
    r"|\b(?:affect\w*|impact\w*|hit|unable|unavailable|could(?: not|n't)|can(?:not|'t)|experienc\w+|saw|met"
    r"|without|lost|fail\w*|errors?|down|offline|outage|slow\w*|no longer|unreachable|locked out|interrupt\w*"
    r"|disrupt\w*|had to"
    r"|did(?: not|n['’]t) (?:get|receive|see|arrive)|got|waited|tried|missed|late|delayed|twice|refused|rejected|thrown"
    r"|broken?|wrong|stale|missing|unusable|inaccessible|logged out|concerned|denied|turned away|blocked|stuck"
    r"|betroffen\w*|konnten|nicht|concernée?s|touchée?s|affectée?s|pas|afectad[oa]s|afetad[oa]s|sin|não|niet|geen"
    r"|getroffen|last van|coinvolti|senza|drabbade?s?|berørte?|ikke|inte|non|nie|utan|uten|ohne|konden|gick"
    r"|kunne|pudieron|podían|puderam|lograron)\b",
    re.IGNORECASE,
)
_WELL: Final = compile_late(
    r"\b(?:no|not|none|never|unaffected|informed|notified|told|contacted|served|helped|usually|normally|registered|hosts?|serves?)\b",
    re.IGNORECASE,
)
"""Words of sentences whose users may not be those that were hit."""
_NOT_ALL_HIT: Final = compile_late(
    r"\b(?:not|no|unaffected|except|other than|without affecting|never|most of)\b", re.IGNORECASE
)
_SPARED: Final = compile_late(
    r"影響な|影响没|没有影响|無影響|无影响|未受|\bif\b|\b(?:would|could|might) have\b|\b(?:similar|previous|earlier)\b"
    r"|\blast (?:incident|outage|time|year|month|week)\b"
    r"|\b(?:(?:not|none|nicht|niet|ikke|inte|pas|nie|no|não|non)(?: (?:were|was))?"
    r"(?:\s(?:been|be|été|fueron|han sido|foram|sono stati|blev|ble|blitt))?"
    r"\s(?:affect|impact|hit\b|betroffen|getroffen|touch|afectad"
    r"|afetad|colpit|coinvolt|drabb|berørt|rammet))",
    re.IGNORECASE,
)
"""Words of users that were not hit, or not in this incident."""
_ACTED: Final = compile_late(
    r"\s(?:(?:had|have|who|also|even|immediately|then|were|was)\s){0,2}(?:report\w*|complain\w*|call(?:ed|ing)|wrote"
    r"|opened (?:\w+ )?(?:tickets?|cases?|issues?)|contacted|e-?mailed|mailed|asked|noticed|told|raised|phoned|filed"
    r"|logged a|tweeted|posted|alerted|informed|restarted|work(?:ed|ing) on|fixed|repaired|investigat\w+|responded"
    r"|replaced|rolled|melde(?:te)?n|beschwerten|signal\w+|report(?:aron|aram)|meld(?:den|ten)|segnalarono)\b",
    re.IGNORECASE,
)
"""What people do who report an incident or end it: they may be more of those who were hit, or none."""
_SERVED: Final = compile_late(r"\b(?:serves|is used by|bedient|dessert|atiende|atende)\b[^.;,]*$", re.IGNORECASE)
"""What is before the number of all whom a service has, be it behind another number."""
_MAY_BE_MACHINES: Final = compile_late(
    r"\b(?:readers|members|clients|accounts|drivers|publishers|guests)\b", re.IGNORECASE
)
_OF_MACHINES: Final = compile_late(
    r"\b(?:writers?|brokers?|clusters?|quorum|replica\w*|sockets?|primary|kernels?|gpus?|threads?|pods?|queues?|subscribers?"
    r"|kubernetes|idle|pools?|hypervisors?|vms|crash\w*|restart\w*|(?:un)?load(?:ed)?|install\w*)\b",
    re.IGNORECASE,
)
_OF_MORE: Final = compile_late(
    r"(?:\d|\bto|[-–—]|(?<!\b[Aa]ll )\bof(?:\s(?:our|the|all|its|their|about|some))*|\bor|\band"
    r"|\b(?:hosts?|serves?|have|has))\s?$"
)
"""What is before one of several numbers, before that of all users, or before the end of a range."""
_CONTEXT: Final = 60
"""Characters before a number of users that may say that it is a bound, or not all."""
_UNIT: Final = 12
"""Characters behind it within which the words begin that say that it is a rate."""
_OTHER_CLAUSE: Final = compile_late(r"[,:()–—]|\b(?:and|but|who|which|that|as|while|so)\b", re.IGNORECASE)
_SENTENCE: Final = compile_late(r"(?<=[.!?;])\s+|(?<=[。！？])|\n")


def find_users(text: str, *, is_of_impact: bool = False) -> tuple[Share, str] | None:
    """Find how many users prose says were hit, where it gives one number, one part of them, or both.

    Parameters
    ----------
    text
        ``~15,000 users experienced errors (10% of active users)``. A bound, a range, and users of one kind or place
        only (``all customers in the EU``) are not taken.
    is_of_impact
        Whether the text is about the impact: then a sentence need not say that its users were hit.

    Returns
    -------
    tuple or None
        The number or part, and the words that say so.

    Examples
    --------
    >>> find_users("Four fifths of users saw errors. Builds went on.")
    (Share(count=None, fraction=0.8, approximate=False), 'Four fifths of users saw errors.')
    >>> find_users("Up to 5,000 users were affected"), find_users("We have 5,000 users")
    (None, None)
    """
    counts: dict[int, str] = {}
    parts: dict[float, str] = {}
    for sentence in _SENTENCE.split(text):
        if not _says_hit(sentence, is_of_impact=is_of_impact):
            continue
        for match in _SAID_OF_USERS.finditer(sentence):
            before = sentence[max(match.start() - _CONTEXT, 0) : match.start()]
            if _is_rate(sentence, match) or _is_bound(before):
                return None
            if _is_of_others(sentence, match) or _SERVED.search(before):
                continue
            if match["counted"]:
                if (count := _count(match)) is not None and not _names(before):
                    counts[count] = sentence.strip()
            elif _NOT_ALL_HIT.search(before) is None and (part := _part_in(match["part"])) is not None:
                parts[part] = sentence.strip()
    if len(counts) > 1 or len(parts) > 1 or not (counts or parts):
        return None
    words = next(iter([*counts.values(), *parts.values()]))
    return Share(next(iter(counts), None), next(iter(parts), None), _is_rough(words, words)), words


def _part_in(words: str) -> float | None:
    """Return the part of all that words say; None for more than all."""
    try:
        share = _share(words)
    except Unreadable:
        return None
    return share.fraction if share is not None else None


def _says_hit(sentence: str, *, is_of_impact: bool) -> bool:
    """Return whether a sentence may be about users that were hit in this incident."""
    is_hit = _HIT.search(sentence) is not None or (is_of_impact and _WELL.search(sentence) is None)
    return is_hit and _SPARED.search(sentence) is None


def _is_bound(before: str) -> bool:
    """Return whether words before a number say that it is a bound, or that others belong to it."""
    return _BOUND_BEFORE.search(before) is not None or _OF_MORE.search(before) is not None


def _is_of_others(sentence: str, match: re.Match[str]) -> bool:
    """Return whether a number is of people who did something about an incident, or of machines."""
    may_be_machines = _MAY_BE_MACHINES.search(match[0]) is not None
    return _ACTED.match(sentence, match.end()) is not None or (
        may_be_machines and _OF_MACHINES.search(sentence) is not None
    )


def _is_rate(sentence: str, match: re.Match[str]) -> bool:
    """Return whether a number of users is that of a unit of time: ``1,200 users an hour``, ``per hour, 1,200``."""
    behind = _RATE.search(sentence, match.end() - 1, match.end() + 2 * _CONTEXT)
    before = _RATE.search(sentence, max(match.start() - _CONTEXT, 0), match.start())
    if before is not None or behind is None:
        return before is not None
    between = sentence[match.end() : behind.start()]
    is_of_them = behind[0][:4].casefold() in {"per ", "each", "ever"} and _OTHER_CLAUSE.search(between) is None
    return len(between) <= _UNIT or (is_of_them and len(between) <= _CONTEXT)


_LOST: Final = compile_late(r"downtime|lost|loss", re.IGNORECASE)
_LEFT: Final = compile_late(r"uptime|availability", re.IGNORECASE)
_UPTIME_WORDS: Final = compile_late(
    rf"{_LOST.pattern}|{_LEFT.pattern}|sla|slo|impact|monthly|quarterly|yearly|annual|month|quarter|year|of|the|for|in"
    r"|to|from|down|was|fell|dropped|reduced|decrease|by|this|about|approx\w*|around|roughly|under|less|than|estimated"
    r"|overall|total|points?|a|our",
    re.IGNORECASE,
)


class Loss(NamedTuple):
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
        ``'8 minutes' is not a percentage of the uptime; write one such as 0.13%``

    Examples
    --------
    >>> round(read_loss("99.95% → 99.82%").fraction, 6)
    0.0013
    """
    if is_untold(text):
        return None
    plain = _outside_brackets(text)
    if is_zero(plain):
        _check_zero(text)
        return Loss(0.0)
    about = _is_rough(plain, text)
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
    raise Unreadable(f"{text.strip()!r} is not a percentage of the uptime; write one such as 0.13%")


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
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "R$": "BRL",
}
_MONEY: Final = compile_late(
    rf"(?P<sign>[-−])?(?:(?<![A-Za-z])(?P<mark>{'|'.join(map(re.escape, _CURRENCIES))}|(?:{_CODES})(?![A-Za-z]))"
    r"\s?(?P<sign2>[-−])?"
    rf"|(?<![\w.])(?<!\d,)){_FIGURE}\s?(?P<code>[$€£¥₹]|(?:{_CODES})\b)?(?!\w|[.,]\d|\s?%)",
    re.IGNORECASE,
)
_MONEY_RANGE: Final = compile_late(r"\s?(?:[-–—]|to\b)\s?[\d.,]+\s?(?:k|m|mm|mn|bn|b)?\s*(?:$|[(,;])", re.IGNORECASE)


_BOUND_BEFORE: Final = compile_late(
    r"(?:[<>≤≥]=?|\b(?:under|over|below|above|beyond|up to|at (?:least|most)|(?:less|more|fewer|greater) than|exceed\w*"
    r"|north of|upwards? of|min(?:imum)?|max(?:imum)?|as (?:much|little) as|as many as)\b)"
    r"[\s:.]*(?:(?:about|around|approximately|roughly|an?|some|estimated)\s+|~\s?)*$",
    re.IGNORECASE,
)
_BOUND_AFTER: Final = compile_late(
    r"\s?\+|[\s,]*+\(?\s*+(?:(?:or|and) (?:more|less|above|below|up|over|counting)|at (?:least|most)"
    r"|max(?:imum)?|min(?:imum)?)\b",
    re.IGNORECASE,
)
_PER_UNIT: Final = compile_late(
    r"\s?/\s?[a-z]|[\s(]+(?:an?\s+(?:piece|head|user|customer|seat|minute|hour|day|week|month|quarter|year)"
    r"|hourly|daily|weekly|monthly|quarterly|yearly|annually)\b"
    r"|[^()]*?(?<!as )\b(?:per|each|apiece)\b|\s*\(\s*(?:per|each)\b",
    re.IGNORECASE,
)
"""What follows an amount that is not the sum: ``$100 per user``."""


class Amount(NamedTuple):
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
    if bare := _BARE_DOLLARS.fullmatch(text):
        return Amount(float(number_of(bare["figure"])), "USD", None)
    if is_untold(text):
        return None
    plain = _outside_brackets(text)
    if is_zero(plain):
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
    if not marked and (_COUNTED.match(after) or _NO_COUNT_AFTER.match(after) or _NO_MONEY_AFTER.match(after)):
        raise Unreadable(f"{text.strip()!r} counts something else; write an amount such as $34,000")
    if _PER_UNIT.match(after) or _PER_UNIT.match(text.partition(match[0])[2]):
        raise Unreadable(f"{text.strip()!r} is an amount per unit; write the sum, such as $34,000")
    if _BOUND_BEFORE.search(plain[: match.start()]) or _BOUND_AFTER.match(text.partition(match[0])[2]):
        raise Unreadable(f"{text.strip()!r} is a bound, no amount; write the sum, such as $34,000")
    if _NO_COST.search(plain):
        raise Unreadable(f"{text.strip()!r} is not what it cost; write the sum, such as $34,000")
    if not _scaled(match):
        _check_zero(text)
    mark = _currency_of(match, text)
    sign = -1 if match["sign"] or match["sign2"] else 1
    note = _ABOUT.sub(" ", text.replace(match[0].strip(), " ", 1)).strip(" ~<≈.,;")
    note = note[1:-1] if re.fullmatch(r"\([^()]*\)", note) else note
    return Amount(sign * _scaled(match), mark, note or None, _is_rough(plain, text))


def _is_rough(words: str, text: str) -> bool:
    """Return whether the words of a figure say that it is rough, or their whole text that it may change yet."""
    return _ABOUT.search(words) is not None or _UNCONFIRMED.search(text) is not None


def _currency_of(match: re.Match[str], text: str) -> str | None:
    """Return the currency of a sum; a code behind it says which dollars they are."""
    found = [mark.upper() for mark in (match["mark"], match["code"]) if mark]
    codes = {_CURRENCIES.get(mark, mark) for mark in found if mark != "$" or len(found) == 1}
    if len(codes) > 1:
        raise Unreadable(f"{text.strip()!r} names two currencies; write one such as $34,000")
    return next(iter(codes), None)
