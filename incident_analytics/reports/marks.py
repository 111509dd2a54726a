"""What is yes or no: answers, ticks and marks; and the tracker keys in words."""

from __future__ import annotations

import re
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.placeholders import Unreadable, is_untold

__all__ = ["find_key", "read_flag", "read_mark", "read_tick", "read_unaffected", "split_gloss", "ticked_option"]

_YES: Final = compile_late(r"yes\b(?!\s?/\s?no\b)|y\b|true\b|partial|some\b|minor\b|temporary\b", re.IGNORECASE)
_NO: Final = compile_late(
    r"no\b(?!\s?/\s?yes\b)|none\b(?! of)|n\b(?!/)|false\b|nothing\b|nil\b|0\b(?![.,]\d)", re.IGNORECASE
)
_YES_MARKS: Final = "✅✔☑🗸"
_NO_MARKS: Final = "❌✗✘🚫"
_NONE_KNOWN: Final = compile_late(
    r"(?:(?! - )[^.,;:()–—])*?\b(?:reported|recorded|known|noted|noticed|identified|observed|seen|detected|found"
    r"|discovered|confirmed|evidence|evident|apparent|obvious|visible|expected|suspected|believed|permanent|lasting"
    r"|significant|material|major|substantial|serious)\b",
    re.IGNORECASE,
)
"""A no, up to its first mark, that is one of a part only, or of what somebody noticed: ``None reported``."""
_UNSURE: Final = compile_late(
    r"\?|\b(?:so far|as far as|afaik|yet|tb[dac]|unknown|unclear|unconfirmed|unverified|currently|probably|possibly"
    r"|presumably|apparently|maybe|perhaps|preliminary|provisional(?:ly)?|likely|assum\w+|investigat\w+|to be \w+ed"
    r"|at (?:present|this (?:time|point|stage))|except(?:ing)?|apart from|other than"
    r"|not (?:\w+ )?(?:known|confirmed|verified|checked|certain|sure|determined)"
    r"|(?:pending|awaiting)(?= (?:\w+ )?(?:confirmation|verification|investigation|review|check|analysis)|\W*$))\b",
    re.IGNORECASE,
)
"""Words by which a yes or no is one for the time being."""
_UNSURE_YES: Final = compile_late(rf"\w+\W{{0,3}}(?:{_UNSURE.pattern})", re.IGNORECASE)


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
            raise Unreadable(f"{text.strip()!r} is only a no for a part, or so far; write No, Yes or Unknown")
        return False
    if _YES.match(plain) or (not plain and mark in _YES_MARKS):
        if _UNSURE_YES.match(plain):
            raise Unreadable(f"{text.strip()!r} is a yes for the time being; write Yes, No or Unknown")
        return True
    raise Unreadable(f"{text.strip()!r} is neither yes nor no; write Yes or No, then the details")


_NOT_HIT: Final = compile_late(
    r"(?<![\s:(,;–—-])[\s:(,;–—-]++(?:not (?:affected|impacted|hit)|unaffected|unimpacted|no (?:impact|effect)|none"
    r"|ok(?:ay)?|fine|healthy|operational|working)"
    r"[\s).]*+$",
    re.IGNORECASE,
)


_GLOSS: Final = compile_late(r"(?P<name>[^:]*[^:\s])\s*:(?:\s+(?P<gloss>[^A-Z\s].*))?", re.DOTALL)

_IN_PART: Final = compile_late(
    r"(?P<name>[^()]*[^()\s])\s?\((?P<gloss>(?:only|just|nur|seulement|uniquement|s[oó]lo|solamente|apenas|somente"
    r"|soltanto|alleen|kun|bare|bara|endast|vain|tylko|jen|pouze|sadece|только|тільки)\s[^()]+|[^()]*(?<!read)[\s-]only"
    r"|(?i:partly|partially|partial|in part|teilweise|partiel(?:lement)?|parcial(?:mente)?|parzial(?:e|mente)"
    r"|gedeeltelijk|delvist?|częściowo|částečně|kısmen|частично))\)"
)
"""A service of which only a part was affected."""


def split_gloss(text: str) -> tuple[str, str]:
    """Cut off what is said of a service: in lower case behind a colon, as a name may have capitals, or of a part.

    Examples
    --------
    >>> split_gloss("API: degraded"), split_gloss("Backend: API"), split_gloss("API:")
    (('API', 'degraded'), ('Backend: API', ''), ('API', ''))
    >>> split_gloss("API (EU only)"), split_gloss("API (EU)")
    (('API', 'EU only'), ('API (EU)', ''))
    """
    match = _GLOSS.fullmatch(text) or (_IN_PART.fullmatch(text) if text.endswith(")") else None)
    return (match["name"], match["gloss"] or "") if match else (text, "")


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


_TICKED: Final = compile_late(
    r"^(?:[\[(]\s{0,3}(?:[x✓✔✅☑☒*]|yes|y)\s{0,3}[\])]"
    r"|\[(?:done|erledigt|fait|hecho|feito|klaar|fatto|klart|ferdig|valmis|zrobione)\](?=\s\w)|[✅✔☑☒🗹🗸✓🟢■◼⬛])\ufe0f?"
    r"|(?:[✅✔☑☒✓]|(?<=\s)[\[(]\s{0,3}[x✓✔]\s{0,3}[\])])\ufe0f?$",
    re.IGNORECASE,
)
_UNTICKED: Final = compile_late(
    r"^(?:\[\s{0,3}\]|\(\s{1,3}\)|[\[(]\s{0,3}(?:no|n)\s{0,3}[\])]|\[(?:open|todo|pending|offen|ouvert|abierto)\](?=\s\w)|[❌✗✘✖☐□⬜⏳🔲◻▢○🕒⌛])\ufe0f?"
    r"|(?:[❌☐□⏳]|(?<=\s)[\[(]\s{1,3}[\])])\ufe0f?$",
    re.IGNORECASE,
)
_OPENS_TICK: Final = "[(✅✔☑☒🗹🗸✓🟢■◼⬛❌✗✘✖☐□⬜⏳🔲◻▢○🕒⌛"
_ENDS_TICK: Final = "])✅✔☑☒✓❌☐□⏳\ufe0f"
_ANSWER: Final = compile_late(
    r"(?<=[\s:=–—(-])(?:(?P<yes>yes|y|true|(?<!not )(?:affected|impacted|down))|no|n|false)\)?$",
    re.IGNORECASE,
)
_CROSSES: Final = "❌✗✘✖❎"
_LIGHTS: Final = "🟢🔴🟠🟡⚠🚨🔥❗⛔⏳⌛🕒"


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
    if words[:1] not in _OPENS_TICK and words[-1:] not in _ENDS_TICK:
        return None, words  # as of nearly all words
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


_KEY: Final = compile_late(
    r"(?<![\w-])(?!(?:INC|SEV|UTF|SHA|AES|HTTP|CVE|TLS|RFC|ISO|FY|[QH]\d)-)[A-Z][A-Z0-9]{1,9}-\d+\b|(?<!\w)#\d+\b"
)


def find_key(text: str) -> str | None:
    """Return the first tracker key in words, such as ``AUD-123`` or ``#365``, or None."""
    match = _KEY.search(text) if "-" in text or "#" in text else None
    return match[0] if match else None


_OPTION: Final = compile_late(r"(?:(?P<ticked>[☑☒✅✔]|\[[xX]\])|[☐□⬜]|\[ \])\ufe0f?\s*([^☑☒✅✔☐□⬜\[]+)")


def ticked_option(text: str) -> str:
    """Return the one option that is ticked in a field that has several; any other text as it is.

    Examples
    --------
    >>> ticked_option("☑ Final ☐ Draft"), ticked_option("[ ] P1 [x] P2 [ ] P3"), ticked_option("✅ Final")
    ('Final', 'P2', '✅ Final')
    """
    options = [(match["ticked"], match[2].strip()) for match in _OPTION.finditer(text)]
    ticked = [words for mark, words in options if mark]
    return ticked[0] if len(ticked) == 1 < len(options) else text
