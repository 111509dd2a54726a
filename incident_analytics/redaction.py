"""People's names, replaced by roles: a review that leaves the team says "Owner 1" in place of a name.

People are whoever the tables hold as such: owners, authors, participants, sign-offs, and those that the caller adds.
Whoever is named in free text alone is not recognised, unless by an e-mail address or a handle.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

import pandas as pd

from incident_analytics.reports.placeholders import is_absent, is_none
from incident_analytics.schema import TEXT
from incident_analytics.tables import Corpus

__all__ = ["Redaction", "redact"]

_COMMANDER: Final = "Incident commander"
_ROLES: Final = (_COMMANDER, "Owner", "Approver", "Author", "Participant", "Editor", "Review owner")
"""Who has several of these roles is called by the first."""
_SOMEBODY: Final = "a person"

_VOCABULARY: Final = frozenset(
    {
        *("incident_id", "key", "service", "status", "severity", "kind", "currency", "origin", "source", "field"),
        *("level", "code", "outcome", "milestone", "milestone_source", "template_version", "completed_on", "due_on"),
    }
)
"""Columns that hold identifiers or words of a fixed list, not prose."""

_TEAM_WORDS: Final = frozenset(
    {
        *("team", "teams", "squad", "squads", "guild", "tribe", "crew", "group", "department", "dept", "developers"),
        *("engineers", "operations", "management"),
    }
)
"""A name that begins or ends with one of these is a team's."""

_ROLE_WORDS: Final = _TEAM_WORDS | {
    *("admin", "all", "analyst", "and", "architect", "approver", "author", "backend", "call", "ceo", "chief", "cio"),
    *("ciso", "commander", "communications", "cto", "customer", "data", "database", "dba", "deputy", "developer"),
    *("devops", "director", "duty", "editor", "engineer", "engineering", "everyone", "facilitator", "finance"),
    *("frontend", "head", "ic", "incident", "infra", "infrastructure", "lead", "leader", "leads", "legal", "manager"),
    *("managers", "marketing", "mobile", "network", "of", "officer", "on", "oncall", "ops", "owner", "owners"),
    *(
        "participant",
        "platform",
        "primary",
        "product",
        "project",
        "qa",
        "quality",
        "release",
        "reliability",
        "responder",
    ),
    *("reviewer", "sales", "scribe", "secondary", "security", "senior", "service", "services", "site", "sre", "sres"),
    *(
        "staff",
        "success",
        "support",
        "tech",
        "technical",
        "test",
        "testing",
        "the",
        "vendor",
        "vice",
        "president",
        "vp",
    ),
}
"""A name made only of these words and of the settings' teams and services does not belong to a person."""

_FIELD_ROLES: Final = {
    _COMMANDER: frozenset({"commander", "ic", "coordinator"}),
    "Owner": frozenset({"owner", "owners", "assignee", "assignees", "responsible", "dri", "who", "lead", "manager"}),
    "Approver": frozenset({"approver", "approvers", "approved", "reviewer", "reviewers", "reviewed", "signed"}),
    "Author": frozenset({"author", "authors", "written", "prepared", "reporter", "reported", "writer", "editor"}),
    "Participant": frozenset(
        {
            *("responder", "responders", "participants", "attendees", "oncall", "scribe", "facilitator", "engineer"),
            *("engineers", "contact", "contacts", "investigator", "investigators", "person", "people", "staff", "name"),
        }
    ),
}
"""Words in the name of a field or column of the reports' own by which its value is a person."""

_ORDINARY: Final = frozenset(
    {
        *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
        *("november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *(
            "a",
            "an",
            "as",
            "at",
            "be",
            "but",
            "by",
            "can",
            "do",
            "for",
            "from",
            "go",
            "he",
            "if",
            "in",
            "is",
            "it",
            "me",
        ),
        *("my", "no", "not", "or", "our", "she", "so", "to", "up", "us", "was", "we", "with", "you"),
        *("final", "draft", "review", "under", "high", "medium", "low", "open", "done", "sev", "critical", "major"),
        *("minor", "yes", "none"),
    }
)
"""A part of a name that is such a word is not replaced where it is alone."""

_ABBREVIATIONS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        ac ad ai am ap api au aws az bc bi bst ca cc cd cdn cet ci cli cm cms cpu cr crm cs css csv cv db dc de
        dev dl dm dns dr ec ecs edt efs eks em eod ep erp es est eta etl eu fe fr fs ftp fw gb gc gcp gke gmt gpu
        gui ha hd hq hr ic id im io ios ip isp ist it js jst jvm kb kms kpi lan lb lts lvm mb mdt mfa ml mq mr ms
        msk mst mx na nat nfs nic no np ns ntp oem ok om oom os ota pb pc pdf pdt php pii pk pm po poc pop pr prd
        ps psp pst qa qos ram rc rca rds re rfc rpc rpo rps rss rto s3 sa san sdk se sev sha sla sli slo sms sql
        sre ssd ssh ssl sso st stg svc tb tbc tbd tcp tls tps ttl tv udp ui uk uri url us usa usb utc ux vc vip
        vm vp vpc vpn waf wan wip xml
        """,
    )
)
"""Capitals that are mostly not somebody's initials, though they may be."""

_LONGEST_NAME: Final = 4
"""Words from which on what is in the place of a name is a phrase, whose words mean nothing alone."""
_LONGEST_INITIALS: Final = 3
"""Letters up to which a name in capitals counts only where it is in capitals: ``IF`` is not the word *If*."""
_LONGEST_PHRASE: Final = 12
"""Words up to which it is replaced as one; a longer phrase is replaced word by word."""
_SHORTEST_USER: Final = 7
"""Letters from which on a user's name such as ``akowalski`` counts: a shorter one may be a word, as ``price`` is."""
_WIDEST_GAP: Final = 3
"""Characters between two words of a name: a space, ``._-``, ``, `` or ``%20``."""

_TOKEN: Final = re.compile(
    r"""
    (?P<address> (?<![\w.+%-]) [\w.+%-]++ @ [\w-]+ (?: \. [\w-]+ )* )
  | (?P<handle> (?<!\w) @ [\w-]+ (?: \. [\w-]+ )* )
  | (?P<escape> % [0-9A-F]{2} )
  | (?P<word> [^\W_]+ )
    """,
    re.VERBOSE,
)
_ITEM: Final = re.compile(r"[,;&+|/\n]|\b(?:and|und|et)\b", re.IGNORECASE)
_PIECE: Final = re.compile(r"[()\[\]<>:*`\"]|\s[-\u2013\u2014]\s")
_POSSESSIVE: Final = re.compile(r"['\u2019]s(?:\s.*)?$", re.DOTALL)
_LONG_WORD: Final = re.compile(r"[^\W\d_]{4}")
_STOP: Final = re.compile(r"\.(?=\s*[^\W\d_A-Z]|\s*[,;:)\]])")  # of an initial, not that of a sentence
_FILE: Final = re.compile(r"[/\\]|\.(?:md|markdown|txt|csv|toml|json)\b", re.IGNORECASE)

_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})

_Words = tuple[str, ...]


class _Case(IntEnum):
    """How words must be written to be a name: in any way, capitalised, or in capitals alone."""

    ANY = 0
    CAPITALISED = 1
    CAPITALS = 2


class _Form(NamedTuple):
    """A way to write a name, by its words in lower case, and how it must be written."""

    label: str
    case: _Case


@dataclasses.dataclass
class _Person:
    """A name as it is written, other names of the same person, and the roles."""

    name: str
    others: dict[_Words, _Case]
    roles: set[str]


def _people_in_fields(fields: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the people that fields and columns such as Incident Commander name, each with the role."""
    labelled = fields[fields["name"] != fields["section"]]
    for name, value in zip(labelled["name"], labelled["value"], strict=True):
        if not (isinstance(name, str) and isinstance(value, str)) or len(_words(name)) > _LONGEST_NAME:
            continue
        role = next((role for role, words in _FIELD_ROLES.items() if not words.isdisjoint(_words(name))), None)
        if role is not None and (_is_capitalised(value) or "@" in value):
            yield role, value


class Redaction:
    """The roles of people by their names, applied to texts and tables.

    Parameters
    ----------
    people
        Pairs of a role, such as ``Owner``, and what is written in the place of a name: one or several, with addresses
        or handles.
    kept
        Names of teams and services, which are not people.

    Examples
    --------
    >>> roles = Redaction([("Owner", "Ann Lee"), ("Author", "Bo Wu, SRE team")])
    >>> roles.text("Ann paged bo.wu@example.com and @kim; see notes/ann-lee.md")
    'Owner 1 paged Author 1 and a person; see notes/Owner 1.md'
    """

    def __init__(self, people: Iterable[tuple[str, str]], *, kept: Iterable[str] = ()) -> None:
        names = [_words(name) for name in kept]
        self._kept = frozenset(names)
        self._kept_words = frozenset(word for name in names for word in name)
        found: dict[_Words, _Person] = {}
        for role, cell in people:
            for own_role, name, others in self._people_in(role, cell):
                person = found.setdefault(_words(name), _Person(name, {}, set()))
                person.others |= dict.fromkeys(others, _Case.ANY)
                person.roles.add(own_role)
        self._forms = self._ways_to_write(_without_short_names(found))
        lengths: dict[str, set[int]] = defaultdict(set)
        for words in self._forms:
            lengths[words[0]].add(len(words))
        self._lengths = {word: sorted(found, reverse=True) for word, found in lengths.items()}

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        *,
        kept: Iterable[str] = (),
        people: Iterable[tuple[str, str]] = (),
    ) -> Redaction:
        """Find the people of a corpus.

        Parameters
        ----------
        corpus
            The tables.
        kept
            Names of teams and services, in addition to the services of the corpus.
        people
            People who are not in the tables, as pairs of a role and a name.
        """
        signoffs, actions, incidents, readings = corpus.signoffs, corpus.actions, corpus.incidents, corpus.readings
        roles = [
            _COMMANDER if "commander" in str(role).casefold() else "Approver" for role in signoffs["role"].fillna("")
        ]
        cells = [
            *zip(roles, signoffs["name"], strict=True),
            *(("Owner", owner) for owner in actions["owner"]),
            *(("Author", author) for author in incidents["author"]),
            *(("Participant", attendees) for attendees in incidents["attendees"]),
            # Of a value that was corrected, what the report says.
            *(
                (role, written)
                for field, role in (("author", "Author"), ("attendees", "Participant"))
                for written in readings.loc[readings["field"] == field, "as_written"]
            ),
            *_people_in_fields(corpus.fields),
            *people,
        ]
        known = dict.fromkeys(
            (role, cell) for role, cell in cells if isinstance(cell, str) and not (is_absent(cell) or is_none(cell))
        )
        services = corpus.services.loc[corpus.services["affected"].fillna(value=False), "service"].dropna().unique()
        return cls(known, kept=[*kept, *services])

    def text(self, text: str, *, is_path: bool = False, role: str | None = None) -> str:
        """Replace people by their roles in a text.

        Parameters
        ----------
        text
            Any text.
        is_path
            Whether all of it is a path, where a part of a name counts in lower case too.
        role
            What to write in the place of everybody; None writes the role of each.

        Returns
        -------
        str
            The text with roles for names, addresses and handles, and ``a person`` for those without a role.
        """
        text = unicodedata.normalize("NFC", text)
        tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup != "escape"]
        if not tokens:
            return text
        in_path = bytearray([is_path]) * len(text)
        for chunk in re.finditer(r"\S+", text):
            if _FILE.search(chunk[0]):
                in_path[chunk.start() : chunk.end()] = b"\1" * len(chunk[0])
        parts: list[str] = []
        end = index = 0
        while index < len(tokens):
            n, label = self._at(text, tokens, index, in_path)
            if label:
                parts += text[end : tokens[index].start()], role or label
                end = tokens[index + n - 1].end()
                if len(tokens[index + n - 1][0]) == 1 and (stop := _STOP.match(text, end)):
                    end = stop.end()
            index += n
        return "".join((*parts, text[end:]))

    def table(self, table: pd.DataFrame, paths: Mapping[str, str] | None = None) -> pd.DataFrame:
        """Replace people by their roles in the prose of a table.

        Parameters
        ----------
        table
            Any table. Identifiers, services and words of a list, such as a status, stay.
        paths
            What paths of files become, wherever they are in a text.

        Returns
        -------
        pandas.DataFrame
            A new table with the same rows, columns and dtypes.
        """
        paths = paths or {}
        any_path = re.compile("|".join(map(re.escape, sorted(paths, key=len, reverse=True))) or r"(?!)")

        def replaced(text: str) -> str:
            parts: list[str] = []
            end = 0
            for found in any_path.finditer(text):
                parts += self.text(text[end : found.start()]), paths[found[0]]
                end = found.end()
            return "".join((*parts, self.text(text[end:])))

        prose = [
            column for column in table.columns if str(table[column].dtype) == TEXT and str(column) not in _VOCABULARY
        ]
        columns = {}
        for column in prose:
            texts = {text: replaced(text) for text in table[column].dropna().unique()}
            columns[column] = table[column].map(texts, na_action="ignore").astype(table[column].dtype)
        return table.assign(**columns)

    def corpus(self, corpus: Corpus) -> Corpus:
        """Replace people by their roles in every table; the corpus that is given stays as it is."""
        tables: dict[str, pd.DataFrame] = {
            table.name: getattr(corpus, table.name) for table in dataclasses.fields(corpus)
        }
        written = {path for table in tables.values() if "path" in table for path in table["path"].dropna()}
        paths = {path: self.text(path, is_path=True) for path in written if path}
        return Corpus(**{name: self.table(table, paths) for name, table in tables.items()})

    # -- who is a person

    def _people_in(self, role: str, cell: str) -> Iterator[tuple[str, str, set[_Words]]]:
        """Yield the role, the name and other names of each person that a cell names."""
        for item in _ITEM.split(unicodedata.normalize("NFC", cell)):
            others = {
                _words(token[0].removeprefix("@").partition("@")[0])
                for token in _TOKEN.finditer(item)
                if token.lastgroup in {"address", "handle"}
            }
            others = {words for words in others if words and not self._is_team(words)}
            plain = _TOKEN.sub(lambda token: token[0] if token.lastgroup == "word" else " ", item)
            pieces = [_POSSESSIVE.sub("", piece).strip() for piece in _PIECE.split(plain)]
            names = [piece for piece in pieces if _is_name(_words(piece)) and not self._is_team(_words(piece))]
            teams = {word for piece in {*pieces}.difference(names) for word in _words(piece)}
            own_role = _COMMANDER if teams & {"commander", "ic"} else role
            names = [part for name in names for part in _cut(name)]
            if not names and others:
                names = [" ".join(min(others))]
            for number, name in enumerate(names):
                yield own_role, name, set() if number else others - {_words(name)}

    def _is_team(self, words: _Words) -> bool:
        """Return whether a name is that of a team, a role or a service; if in doubt it is a person's."""
        return (
            words in self._kept
            or words[0] in _TEAM_WORDS
            or words[-1] in _TEAM_WORDS
            or (
                not _ROLE_WORDS.isdisjoint(words)
                and all(word in _ROLE_WORDS or word in self._kept_words or word.isdigit() for word in words)
            )
        )

    def _ways_to_write(self, people: Mapping[_Words, _Person]) -> dict[_Words, _Form]:
        """Return each way to write a name, with what takes its place."""
        labels: dict[_Words, str] = {}
        numbers = dict.fromkeys(_ROLES, 0)
        for words, person in people.items():
            role = min(person.roles, key=_ROLES.index)
            numbers[role] += 1
            labels[words] = f"{role} {numbers[role]}"
        forms = {words: _Form(label, _case_of(people[words].name)) for words, label in labels.items()}
        parts: dict[_Words, dict[_Form, None]] = defaultdict(dict)
        for words, person in people.items():
            label = labels[words]
            for part, case in (*person.others.items(), *self._parts(person.name)):
                parts[part][_Form(label, case)] = None
        for words, ways in parts.items():
            label = next(iter(ways)).label if len({way.label for way in ways}) == 1 else _SOMEBODY
            forms.setdefault(words, _Form(label, min(way.case for way in ways)))
        for words, form in list(forms.items()):
            for plain in _without_marks(words):
                forms.setdefault(plain, form)
        return forms

    def _parts(self, name: str) -> Iterator[tuple[_Words, _Case]]:
        """Yield the shorter ways to write a name, each with how it must be written."""
        pieces = [words for part in name.split() if (words := _words(part))]
        if not 1 < len(pieces) <= _LONGEST_NAME:
            return
        first, last = pieces[0], pieces[-1]
        yield (*first, *last), _Case.ANY
        yield (*last, *first), _Case.ANY
        yield ("".join((*first, *last)),), _Case.ANY
        yield ("".join(first), "".join(last)), _Case.ANY
        yield (first[0][0], *last), _Case.CAPITALISED
        yield (*first, last[0][0]), _Case.CAPITALISED
        for user in (
            (first[0][0] + last[0], *last[1:]),
            (first[0][0] + "".join(last),),
            ("".join(first) + last[0][0],),
        ):
            if len("".join(user)) >= _SHORTEST_USER:
                yield user, _Case.ANY
        for letters in map(tuple, _initials(name)):
            yield letters, _Case.CAPITALS
            if (joined := "".join(letters)) not in _ABBREVIATIONS | _ROLE_WORDS | self._kept_words:
                yield (joined,), _Case.CAPITALS
        alone = [*name.split(), *re.split(r"[\s-]+", name)]
        capitals = [part for part in alone if _is_capitalised(part) or name == name.lower()]
        for words in [each for part in capitals for each in (_words(part), ("".join(_words(part)),))]:
            ordinary = _ORDINARY | _ROLE_WORDS | self._kept_words
            if len("".join(words)) > 1 and not (len(words) == 1 and words[0] in ordinary):
                yield words, _Case.CAPITALISED

    # -- where one is named

    def _at(self, text: str, tokens: Sequence[re.Match[str]], index: int, in_path: bytearray) -> tuple[int, str]:
        """Return how many tokens name somebody, from one on, and what takes their place; 1 and nothing if none does."""
        token = tokens[index]
        if token.lastgroup != "word":
            words = _words(token[0].removeprefix("@").partition("@")[0])
            if token.lastgroup == "handle" and words and self._is_team(words):
                return 1, ""
            form = self._forms.get(words)
            return 1, form.label if form else _SOMEBODY
        for length in self._lengths.get(token[0].casefold(), ()):
            here = tokens[index : index + length]
            form = self._forms.get(tuple(each[0].casefold() for each in here)) if len(here) == length else None
            if (
                form is not None
                and _are_one_name(here, text)
                and (
                    form.case is _Case.ANY
                    or (form.case is _Case.CAPITALS and _are_initials(here, text))
                    or (
                        form.case is _Case.CAPITALISED
                        and (
                            in_path[token.start()]
                            or all(_is_capitalised(each[0]) for each in here)
                            or _is_joined(here, text)
                        )
                    )
                )
            ):
                return length, form.label
        return 1, ""


def _without_short_names(people: dict[_Words, _Person]) -> dict[_Words, _Person]:
    """Count a first or last name alone, initials, or another name, for the one person who has it."""
    owners: dict[_Words, set[_Words]] = defaultdict(set)
    by_initials: dict[_Words, set[_Words]] = defaultdict(set)
    for words, person in people.items():
        for other in person.others:
            owners[other].add(words)
        for word in words if len(words) > 1 else ():
            owners[(word,)].add(words)
        for letters in _initials(person.name):
            by_initials[(letters,)].add(words)
    whole = dict(people)
    for words, person in people.items():
        same = (owners[words] | (by_initials[words] if person.name.isupper() else set())) - {words}  # Al is not Ann Lee
        if len(same) == 1 and (longer := whole.get(next(iter(same)))) and len(_words(longer.name)) > len(words):
            longer.others[words] = _case_of(person.name)
            longer.roles |= person.roles
            del whole[words]
    return whole


def _are_one_name(tokens: Sequence[re.Match[str]], text: str) -> bool:
    """Return whether the text between two words is short enough for them to be one name."""
    gaps = [text[before.end() : after.start()] for before, after in pairwise(tokens)]
    return all(len(gap) <= _WIDEST_GAP and not set("/\\") & set(gap) for gap in gaps)


def _are_initials(tokens: Sequence[re.Match[str]], text: str) -> bool:
    """Return whether words are ``A. L.``, or ``AL`` where not everything is in capitals."""
    if not all(token[0].isupper() for token in tokens):
        return False
    if len(tokens) == 1:
        return text != text.upper() or not _LONG_WORD.search(text)
    ends = [text[token.end() : token.end() + 1] for token in tokens]
    return all(end == "." for end in ends[:-1]) and (ends[-1] == "." or text[tokens[0].end() + 1] != " ")


def _initials(name: str) -> set[str]:
    """Return the initials of a name: of Anne-Marie van Dyk ``avd``, ``amvd``, ``ad``."""
    pieces = [words for part in name.split() if (words := _words(part))]
    if not 1 < len(pieces) <= _LONGEST_NAME:
        return set()
    first = [piece[0][0] for piece in pieces]
    every = [word[0] for piece in pieces for word in piece]
    return {"".join(first), "".join(every), first[0] + first[-1]}


def _case_of(name: str) -> _Case:
    """Return how a name must be written to be one: of several words in any way."""
    words = _words(name)
    if len(words) > 1 or not _is_capitalised(name):
        return _Case.ANY
    return _Case.CAPITALS if name.isupper() and len(words[0]) <= _LONGEST_INITIALS else _Case.CAPITALISED


def _is_joined(tokens: Sequence[re.Match[str]], text: str) -> bool:
    """Return whether words are written as one, as in ``a.lee``."""
    return len(tokens) > 1 and all(
        text[before.end() : after.start()] in {".", "_"} for before, after in pairwise(tokens)
    )


def _without_marks(words: _Words) -> Iterator[_Words]:
    """Yield how a name is written where a keyboard has no such letters: of ``jürgen`` as ``jurgen`` and ``juergen``."""
    if any(not word.isascii() for word in words):
        for letters in (_PLAIN, _PLAIN | _UMLAUTS):
            spelled = [word.translate(letters) for word in words]
            plain = (unicodedata.normalize("NFKD", word) for word in spelled)
            yield tuple("".join(letter for letter in word if not unicodedata.combining(letter)) for word in plain)


def _cut(name: str) -> list[str]:
    """Return what is in the place of a name, by the word if it is too long to be one."""
    words = _words(name)
    return [name] if len(words) <= _LONGEST_PHRASE else list(words)


def _is_name(words: _Words) -> bool:
    """Return whether words may be a name: a letter alone is none, as that of ``N/A`` is also how sentences begin."""
    return bool(words) and not (words[0].isascii() and len("".join(words)) == 1)


def _words(text: str) -> _Words:
    return tuple(word.casefold() for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text)))


def _is_capitalised(text: str) -> bool:
    """Return whether a text begins with a capital, or in a script that has none."""
    first = text[:1]
    return first != first.lower() or first == first.upper()


def redact(corpus: Corpus, *, kept: Iterable[str] = ()) -> Corpus:
    """Replace the people of a corpus by consistently numbered roles, in every table.

    Parameters
    ----------
    corpus
        The tables.
    kept
        Names of teams, which are not people. The services of the corpus are none either; nor is a name that begins or
        ends with a word such as ``team`` or ``squad``, or has none but words of roles, such as ``SRE on-call``.

    Returns
    -------
    Corpus
        New tables with the same columns and dtypes. Owners of action items, authors, participants and those who sign
        off are ``Owner 1``, ``Author 2``, ``Participant 3``, ``Approver 1`` or ``Incident commander 1``: each person by
        one of these wherever a text has the name, also the first or last name alone if it is capitalised and one
        person's, and initials in capitals. E-mail addresses and handles become the role, or ``a person``. NA stays NA.

    Examples
    --------
    >>> from incident_analytics.schema import TABLES
    >>> from incident_analytics.tables import make_table
    >>> items = {"action": ["Ann adds an alert"], "owner": ["Ann Lee"], "position": [1], "line": [9]}
    >>> tables = {name: make_table(name, items if name == "actions" else None) for name in TABLES}
    >>> redact(Corpus(**tables)).actions[["owner", "action"]].to_dict("records")
    [{'owner': 'Owner 1', 'action': 'Owner 1 adds an alert'}]
    """
    return Redaction.of(corpus, kept=kept).corpus(corpus)
