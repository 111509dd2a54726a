"""A row's text -> the meanings of its words, clause by clause, and how each is meant: asserted, denied, or only tried.

A meaning is a group of words such as ``fault`` or ``act``; which groups there are is up to the caller. "Tries to find
the cause", "no cause found" and "after the cause was found" hold the same words as "cause found", and say other things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from incident_analytics.late_patterns import compile_late

__all__ = ["Clause", "Feature", "Vocabulary"]

Clause: TypeAlias = tuple[str, ...]
"""The meanings of a clause in their order, each with its mode before it where it is not asserted: ``no fault``."""

_TOKEN = compile_late(r"@?\w[\w'/-]*|[.,;:!?()–—-]")
_ENDS = frozenset(".,;:!?()–—-") | {"but", "yet", "although", "though"}
_JOINS = frozenset({"and", "then", "so", "which"})
"""Words that a new verb follows: a denial or an attempt ends here."""
_BACKGROUND = frozenset(
    [
        "after",
        "once",
        "when",
        "before",
        "until",
        "till",
        "because",
        "since",
        "while",
        "if",
        "whenever",
        "unless",
        "where",
    ]
)
"""Words that begin what is only the background of the main clause."""
_DENIALS = frozenset(
    [
        "not",
        "no",
        "never",
        "cannot",
        "without",
        "nobody",
        "none",
        "neither",
        "nothing",
        "nor",
        "unable",
        "false",
        "falsely",
        # in other languages, where none of these is an English word
        *("nicht", "kein", "keine", "keinen", "pas", "aucun", "aucune", "nao", "não", "niet", "geen", "ikke", "inte"),
        *("ingen", "non", "nessun", "nessuna", "nie", "żaden", "не", "değil"),
    ]
)
_DENIED = 4
"""How many words a denial reaches."""
_ATTEMPT = compile_late(
    r"tr(?:y|ies|ied|ying)|attempt\w*|will|would|should|plan\w*|want(?:s|ed)?|propos\w+|suggest\w*|consider\w*|deci[ds]\w+"
    r"|needs?|could|might|may|wait\w*|hop(?:e|es|ing)|ready|expects?|ought|better|instead"
    r"|soll(?:en|te)?|voraussichtlich|devrait|doit|prévue?s?|annonce|debe|debería|previst[oa]s?|deve|deverá|zal|zullen"
    r"|skal|ska|dovrebbe|verrà|powinn\w*"
)
_GUESS = compile_late(
    r"suspect\w*|perhaps|maybe|probabl[ey]|likely|seem(?:s|ed)?|possibl[ey]|hypothes\w+|theor(?:y|ies)|guess\w*|think\w*"
    r"|thought|believ\w+|appears?|apparently|looks|unclear|whether|ideas?|assum\w+"
)
_SKIPPED = frozenset(
    [
        "incident",
        "issue",
        "problem",
        "outage",
        "service",
        "the",
        "a",
        "an",
        "all",
        "first",
        "initial",
        "then",
        "finally",
        "eventually",
        "now",
        "sev-1",
        "sev-2",
    ]
)
"""Words before the one that a row opens with."""
_ALERT_NAME = compile_late(
    r"\b[A-Za-z]*[a-z](?:Down|High|Low|Error|Fail|NotReady|Unavailable|Missing|Looping|Latency|Full|Critical|Exceeded"
    r"|Lag|Expir|Slow|Stuck|Timeout|Unreachable|Degraded)\w*\b|\b(?:High|Low)[A-Z]\w+"
)
_AGAINST_USUAL = compile_late(
    r"\b(?:(?:(?:\d|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|many|several) ?times"
    r"|twice|double|half|half of|more|less|above|below|over|than)(?: (?:the|its|their|as))* ){1,3}"
    r"(?:normal|usual|pre-incident)\b"
)
"""A comparison with what is normal, as in ``nine times the usual``; ``response times normal`` is not one."""
_ELEVATED = "elevated"
_NOT_YET = compile_late(r"(\bnot|n't) yet\b")
_NAMED_CAUSE = compile_late(
    r"\bwithout\b(?=(?: (?!not\b|never\b|being\b)[\w-]+){1,5}"
    r" (?:confirmed|identified|determined|established|found|named|seen) (?:as|to be) )"
)
"""What a cause lacks denies nothing of its being found: ``retry without a key confirmed as the cause``."""
_NO_APOSTROPHE = compile_late(
    r"\b(ca|do(?=nt\s(?:know|work|see|help|load|start|open|have|get|answer|respond|come|find|understand)\b)|does|did|is|was|wo"
    r"|could|would|should|has|have|had|are|were)nt\b"
)
"""``doesnt``; in French ``dont`` is another word."""
_ITS_THE = compile_late(r"\b(it|that)s(?=\s(?:the|a|an|not|us|it)\b)")
_EXPECTED = compile_late(r"(?<!as )(?<!than )\bexpected(?= (?:to|at|by|in|around|within|for)\b)")
_INNER_CAPITAL = compile_late(r"[a-z][A-Z]")
"""What every name of an alert has."""
_SIDES = frozenset({"side", "end", "ends"})
_OTHERS = frozenset(
    {"their", "its", "his", "her", "theirs", "provider", "vendor", "supplier", "carrier", "partner", "upstream"}
)
_OF_OTHERS = compile_late(r"(?!our|today|yesterday|tomorrow)[\w-]+(?:'s|s')")
_ON = frozenset({"on", "from", "at"})
"""Of whose side of the matter a clause speaks: ``all fine on their side`` says nothing of how it is here."""
_INFINITIVE = frozenset({"to"})
_END, _JOIN, _BACK, _DENIAL, _TRY, _SUPPOSE, _TO = ("end", "join", "background", "denial", "try", "suppose", "to")
"""What a word may do to how its clause is meant."""
_QUESTION, _COLON, _LAST = "?", ":", "."
_NAME = 3
"""How many words a name has at most that says who speaks."""
_MARKED = ("no ", "try ", "after ", "^", "$")
_PARTICIPLE = compile_late(r"[a-z]{3,}ed")
_STATUS_CODE = compile_late(r"[45](?:\d\d|xx)s?")


class Feature(NamedTuple):
    """Meanings that a row must hold: in one clause, in one clause and this order (``>``), or anywhere (``&``)."""

    meanings: tuple[str, ...]
    kind: str

    @classmethod
    def of(cls, words: str) -> Feature:
        """Read a feature such as ``people > say``, ``act + done``, ``fix & well`` or ``no fault``."""
        kind = next((sign for sign in ">&" if sign in words), "+")
        return cls(tuple(part.strip() for part in words.split(kind)), kind)

    def is_in(self, clauses: Iterable[Clause], held: Collection[str]) -> bool:
        """Return whether a row of some clauses, which hold some meanings between them, holds the feature."""
        for meaning in self.meanings:
            if meaning not in held:
                return False
        if self.kind == "&" or len(self.meanings) == 1:
            return True
        if self.kind == "+":
            return any(map(frozenset(self.meanings).issubset, clauses))
        return any(map(self._is_in_order, clauses))

    def _is_in_order(self, clause: Clause) -> bool:
        rest = iter(clause)
        return all(meaning in rest for meaning in self.meanings)


class _Word(NamedTuple):
    """What a word does to how the clause is meant, and what it may mean, each with the words that must follow it."""

    role: str
    meanings: tuple[tuple[str, tuple[str, ...]], ...]


class Vocabulary:
    """Groups of words, each with its meaning.

    Parameters
    ----------
    groups
        By meaning its words or short phrases; ``*`` at the end of a word allows any ending.
    """

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._known: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for meaning, entries in groups.items():
            for entry in entries:
                first, *rest = entry.split()
                self._known.setdefault(first, []).append((meaning, tuple(rest)))
        self._longest = max(map(len, self._known), default=0)
        self._word = lru_cache(maxsize=20_000)(self._find)

    def _find(self, token: str) -> _Word:
        found = list(self._known.get(token, ()))
        for length in range(1, min(len(token), self._longest) + 1):
            found += self._known.get(f"{token[:length]}*", ())
        if _STATUS_CODE.fullmatch(token):
            found.append(("fault", ()))
        if token.startswith("@"):
            found.append(("speaker", ()))
        if not found and _PARTICIPLE.fullmatch(token):
            found.append(("participle", ()))
        return _Word(_role_of(token), tuple(found))

    def clauses(self, text: str) -> list[Clause]:
        """Return the meanings of a row's words, clause by clause.

        The meaning of the word that the row opens with is there with ``^`` as well, that of a clause's last word with
        ``$``. What is denied has ``no`` before it, what is only attempted, planned, guessed or so on another party's
        side ``try``, and background ``after``. A name before a colon is a ``speaker``.

        Examples
        --------
        >>> words = Vocabulary({"find": ["finds", "found"], "cause": ["root cause"], "act": ["restart*"]})
        >>> words.clauses("Ana tries to find the root cause, restarts the proxy")
        [('try cause',), ('act',)]
        >>> words.clauses("No root cause found"), words.clauses("Root cause found")
        ([('not', 'no cause', 'no find')], [('cause', '^cause', 'find', '$find')])
        """
        text = text.replace("\u2019", "'")
        names = {name.lower() for name in _ALERT_NAME.findall(text)} if _INNER_CAPITAL.search(text) else ()
        tokens = _TOKEN.findall(_AGAINST_USUAL.sub(_ELEVATED, _as_meant(text.lower())))
        clauses: list[Clause] = []
        found: list[str] = []
        closing: list[str] = []
        mood, opens, is_elsewhere = _Mood(), True, False
        for index, token in enumerate([*tokens, _LAST]):
            is_elsewhere = is_elsewhere or (token in _SIDES and _is_of_others(tokens, index))
            role, meanings = self._word(token)
            if not (role or meanings or token in names):  # as most words
                closing, opens = [], opens and token in _SKIPPED
                continue
            if role == _END:
                if is_elsewhere or token == _QUESTION:
                    found = _doubted(found, is_all=is_elsewhere)
                elif token == _COLON and not clauses and index <= _NAME:
                    found.append("speaker")
                clauses.append((*found, *(() if is_elsewhere else closing)))
                found, closing, mood, is_elsewhere = [], [], _Mood(), False
                continue
            found += mood.hear(index, role) if role else ()
            mark, closing = mood.mark(index), []
            for meaning, rest in meanings:
                if not rest or _follow(tokens, index + 1, rest):
                    found.append(mark + meaning)
                    closing.append(f"${meaning}")
            closing = [] if mark else closing
            if token in names:
                found.append(f"{mark}alarm")
            if opens:
                found += [f"^{meaning[1:]}" for meaning in closing]
                opens = token in _SKIPPED
        return [clause for clause in clauses if clause]


def _as_meant(text: str) -> str:
    """Return words in which ``yet`` ends no denial, nor ``without`` what follows, and what is expected is attempted.

    Apostrophes that are missing are there.
    """
    if "nt " in text or text.endswith("nt"):
        text = _NO_APOSTROPHE.sub(r"\1n't", text)
    if "its " in text or "thats " in text:
        text = _ITS_THE.sub(r"\1's", text)
    text = _NOT_YET.sub(r"\1", text) if " yet" in text else text
    text = _NAMED_CAUSE.sub("lacking", text) if "without" in text else text
    return _EXPECTED.sub("expects", text) if "expected" in text else text


def _doubted(meanings: Iterable[str], *, is_all: bool) -> list[str]:
    """Return meanings as only guessed; those that are denied or background stay so, unless all are."""
    if is_all:
        return [f"try {meaning.removeprefix('no ')}" for meaning in meanings if meaning[0] not in "^$"]
    return [meaning if meaning.startswith(_MARKED) else f"try {meaning}" for meaning in meanings]


def _is_of_others(tokens: Sequence[str], index: int) -> bool:
    """Return whether a word such as ``side`` is another party's: ``on their side``, ``from the provider's end``."""
    whose = tokens[index - 1] if index else ""
    near = tokens[max(index - 4, 0) : index - 1] if index else []
    return (whose in _OTHERS or _OF_OTHERS.fullmatch(whose) is not None) and not _ON.isdisjoint(near)


def _role_of(token: str) -> str:
    """Return what a word does to how its clause is meant; nothing for most words."""
    if token in _ENDS:
        return _END
    if token in _JOINS:
        return _JOIN
    if token in _BACKGROUND:
        return _BACK
    if token in _DENIALS or token.endswith("n't"):
        return _DENIAL
    if _ATTEMPT.fullmatch(token):
        return _TRY
    if _GUESS.fullmatch(token):
        return _SUPPOSE
    return _TO if token in _INFINITIVE else ""


class _Mood:
    """How the words of a clause are meant: asserted, denied, attempted, or as background."""

    def __init__(self) -> None:
        self._mode = ""
        self._denied = range(0)
        self._attempted = -1

    def hear(self, index: int, role: str) -> Sequence[str]:
        """Take a word with a role, and return what the word itself says of the mood."""
        if role == _JOIN:
            self._mode, self._denied = "" if self._mode == "try " else self._mode, range(0)
        elif role == _BACK:
            self._mode = "after "
        elif role == _DENIAL:
            self._denied = range(index + 1, index + 1 + _DENIED)
            return ("not",)
        elif role == _TO:
            self._attempted = index + 1
        else:
            self._mode = self._mode or "try "
            return ("guess",) if role == _SUPPOSE else ()
        return ()

    def mark(self, index: int) -> str:
        """Return the mark of what a word means."""
        if index in self._denied:
            return "no "
        return self._mode or ("try " if index == self._attempted else "")


def _follow(tokens: Sequence[str], begin: int, words: Sequence[str]) -> bool:
    """Return whether some words are those from a place on."""
    if begin + len(words) > len(tokens):
        return False
    for index, word in enumerate(words, begin):
        if not (tokens[index].startswith(word[:-1]) if word.endswith("*") else tokens[index] == word):
            return False
    return True
