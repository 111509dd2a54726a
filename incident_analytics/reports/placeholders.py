"""Words that give no value, such as ``Unknown``; and the error for a value that cannot be read."""

from __future__ import annotations

from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.names import fold, remembered

__all__ = ["Unreadable", "fold", "is_absent", "is_none", "is_placeholder", "is_untold", "is_zero"]


class Unreadable(ValueError):  # noqa: N818 - it names the value, and a caller turns it into a problem
    """A value that cannot be read; ``code`` is the problem's code, the message says what to write instead."""

    def __init__(self, message: str, code: str = "unreadable-value") -> None:
        super().__init__(message)
        self.code = code


def _words(text: str) -> list[str]:
    return [fold(word) for word in text.replace("\n", ",").split(",") if word.strip()]


_ABSENT_ELSEWHERE: Final = """
unbekannt, noch unbekannt, nicht bekannt, unklar, wird ermittelt, wird noch ermittelt, k.a., k. a., entfällt
nicht zugewiesen
inconnu, inconnue, à déterminer, à définir, à confirmer, à assigner, non assigné, non applicable, sans objet
desconocido, desconocida, por determinar, por definir, por asignar, sin asignar, no aplica
desconhecido, desconhecida, a definir, a determinar, não aplicável, não se aplica
onbekend, nog onbekend, niet bekend, n.v.t., nvt, niet van toepassing
sconosciuto, sconosciuta, da definire, da determinare, non applicabile
okänd, okänt, ej känt, ukjent, ukendt
nieznany, nieznana, nieznane, nie wiadomo, nie dotyczy, do ustalenia
不明, 未定, 調査中, 未知, 未确定, 待定, 待补充, 不适用, 不適用, 暂无, 不详
미정, 미상, 알 수 없음, 해당 없음
"""
_NONE_ELSEWHERE: Final = """
keine, keiner, keines, kein, nichts, niemand, aucun, aucune, personne, ninguno, ninguna, nadie
nenhum, nenhuma, ninguém, geen, nessuno, nessuna, nikt, ingen, inga, inget, brak
なし, 無し, 無, 无, 没有, 沒有, 없음, 特になし, 該当なし
"""
_ABSENT: Final = frozenset(
    {
        "", "-", "–", "—", "?", "??", "...", "…", "n/a", "na", fold("n.a."), "not applicable", "tbd", "tba", "tbc",
        "todo", "to be determined", "to be confirmed", "to be decided", "unknown", "not known", "unclear", "unsure",
        "not measured", "not tracked", "not recorded", "not collected", "not available", "not published",
        "not determined", "not quantified", "not assessed", "not calculated", "not stated", "not yet known", "pending",
        "unmeasured", "undetermined", "unspecified", "no data", "no sla", "unassigned", "not assigned",
        "not yet assigned", "to be assigned", "unowned", "no owner", "no owner yet", "needs owner", "needs an owner",
        "owner needed", "no one yet", "nobody yet", "under investigation",
        "being investigated", "still being investigated", "still under investigation", "to be investigated",
    }
).union(_words(_ABSENT_ELSEWHERE))  # fmt: skip
_PLAIN_NONE: Final = frozenset({"none", "no", "nil", "0", "zero", "nothing", "nobody", "no one", "no impact"}).union(
    _words(_NONE_ELSEWHERE)
)
_NONE: Final = _PLAIN_NONE | {
    "none reported", "none recorded", "none known", "none noted", "none identified", "none observed",
    "none so far", "none yet",
}  # fmt: skip
_ZERO: Final = compile_late(
    r"(?:no|none|zero|nil)(?: (?:one|direct|lost|failed|additional|extra|user|users|customer"
    r"|customers|request|requests|data|sla|revenue|credit|credits|cost|costs|refunds|impact|loss|losses|downtime"
    r"|affected|impacted|issued|incurred|were))*"
)
_UNTOLD: Final = compile_late(
    r"(?:unknown|unclear|n/a|tbd|tba|tbc|pending|(?:still )?under investigation|to be (?:determined|confirmed)"
    r"|not (?:yet )?(?:known|measured|tracked|recorded|available|determined|quantified|assessed|published|applicable))"
    r"(?: yet| so far)?\s?[(,;:–—-]\D*"
)
_BRACKETS: Final = compile_late(r"\[([^\[\]]*+)\]")
_PLACEHOLDER: Final = compile_late(
    r"^\$?\[Amount\].*$"
    r"|^INC-YYYY-MM-DD-#+$|^YYYY-MM-DD$|^HH:MM$|^High/Medium/Low$|^SEV-\[1/2/3\]$"
    r"|^\[Start time\]\s*-\s*\[End time\].*$",
)
_WORD: Final = compile_late(r"\w")
_BEGINS_PLACEHOLDER: Final = "$[IYHS"
_TWICE_ABSENT: Final = compile_late(r"(tbd|n/a|unknown)\b\W+(tbd|n/a)?")


@remembered
def is_placeholder(text: str) -> bool:
    """Return whether the template's own words were left in place, such as ``[Name] - [Date]``."""
    plain = text.strip()
    if plain[:1] not in _BEGINS_PLACEHOLDER and "[" not in plain:
        return False  # as of nearly all words
    return _PLACEHOLDER.match(plain) is not None or _is_all_in_brackets(plain)


def _is_all_in_brackets(text: str) -> bool:
    """Return whether all words are in square brackets, the first of which are not a box such as ``[x]``."""
    first = next((words for words in _BRACKETS.findall(text) if words.strip()), "x")
    return first not in {"x", "X"} and _WORD.search(_BRACKETS.sub("", text)) is None


@remembered
def is_absent(text: str) -> bool:
    """Return whether the words say that there is no value to give: ``Unknown``, ``TBD``, a placeholder."""
    plain = fold(text).strip("*_()[] ")
    return plain in _ABSENT or is_placeholder(text) or _TWICE_ABSENT.fullmatch(plain) is not None


def is_untold(text: str) -> bool:
    """Return whether the words say that there is no value to give, whatever words, but no figures, explain it.

    Examples
    --------
    >>> is_untold("Unknown (the logs are lost)"), is_untold("Unknown, at least 500")
    (True, False)
    """
    return is_absent(text) or _UNTOLD.fullmatch(fold(text).strip("*_ ")) is not None


@remembered
def is_none(text: str) -> bool:
    """Return whether the words say that there was nothing of it: ``None``, ``0``, ``No impact``."""
    return fold(text).strip("*_() ") in _NONE


def is_zero(text: str) -> bool:
    """Return whether the words, in answer to how many or how much, say zero: ``None``, ``No users affected``.

    ``None reported`` does not: how many there were besides is not known.
    """
    plain = fold(text).strip("*_() ")
    return plain in _PLAIN_NONE or _ZERO.fullmatch(plain) is not None
