"""What a template asks for, read from a TOML file: another template is another file, not other code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from incident_analytics.errors import SettingsError
from incident_analytics.files import read_toml
from incident_analytics.late_patterns import compile_late
from incident_analytics.names import known_name
from incident_analytics.reports.placeholders import fold
from incident_analytics.reports.wordings import named_by_words
from incident_analytics.schema import MILESTONES, PRIORITIES, STATUSES, UNCOUNTED_STATUSES
from incident_analytics.toml_tables import FaultyTableError, TomlTable, not_empty

__all__ = [
    "DEFAULT_TEMPLATE",
    "ID_ROOM",
    "SectionForm",
    "Template",
    "bare_words",
    "built_in_templates",
    "default_template",
    "layout_text",
    "read_template",
    "read_templates",
    "template_text",
]

Words = dict[str, tuple[str, ...]]
"""Names of fields or columns, each with the words that authors use for it, the template's own first."""
Kind = Literal["statuses", "severities", "severity_scales", "priorities", "action_statuses"]

_FOLDER = Path(__file__).with_name("templates")
_COMMON = "common"
DEFAULT_TEMPLATE = "template-1.0"
"""The name of the template that this package was written for."""

_QUALIFIERS = (
    r"(?:the|our|a|an|full|complete|detailed|brief|short|high level|preliminary|initial|proposed|planned|immediate"
    r"|short term|long term|medium term|final|internal|key|main|primary|overall|list of|technical|actual|further)"
)
_BEFORE = compile_late(rf"(?:{_QUALIFIERS} )+(?=\S)")
_AFTER = compile_late(
    r"(?<=\S)(?: (?:details?|section|utc|gmt|notes|list|so far|of (?:the )?(?:incident|outage|events?))){1,8}+$"
)
_PARTS = compile_late(r" ?[/|,+&:–—] ?| - | and ", re.IGNORECASE)
_NUMBERED = compile_late(r"\W*(?:(?:phase|part|step|section|stage)\W*)?[\dIVXivx]*\W*", re.IGNORECASE)
_BRACKETED = compile_late(r"\(([^()]*+)\)")
_SHORTCODE = compile_late(r":[a-z0-9_+-]+:(?=\s|$)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def bare_words(text: str) -> str:
    """Return a heading's or label's words without numbers before them, emoji, punctuation, brackets and case.

    Examples
    --------
    >>> bare_words("3. ⏱ Timeline (UTC):"), bare_words(":stopwatch: Timeline")
    ('timeline', 'timeline')
    """
    folded = _SHORTCODE.sub(" ", fold(text)) if ":" in text else fold(text)
    plain = re.sub(r"\([^()]*+\)|^\W*\d+(?:\.\d+)*[.):]?(?=\s)", " ", folded.replace("&", " and "))
    return " ".join(re.sub(r"[^\w\s']|_", " ", plain.replace("-", " ")).split())


@lru_cache(maxsize=4096)
def _wordings(heading: str) -> tuple[str, ...]:
    """Return the words that a heading may be known by, those that are all of it first.

    Examples
    --------
    >>> _wordings("Detailed Timeline, UTC")
    ('detailed timeline utc', 'timeline', 'detailed timeline', 'utc')
    """
    whole = bare_words(heading)
    if len(whole) > 80:  # noqa: PLR2004 - a sentence
        return (whole,)
    plain = _BRACKETED.sub(" ", _SHORTCODE.sub(" ", heading))
    first, *rest = [part for part in _PARTS.split(" ".join(plain.split())) if part.strip()] or [""]
    parts = [first, *(rest if re.search(r"[/&+,|]|\band\b", plain) or _NUMBERED.fullmatch(first) else ())]
    found = [whole, _unqualified(whole)]
    for part in (*map(bare_words, (*parts, *_BRACKETED.findall(heading))),):
        found += [part, _unqualified(part)]
    return tuple(dict.fromkeys(filter(None, found)))


def _unqualified(words: str) -> str:
    return _AFTER.sub("", _BEFORE.sub("", words, count=1))


_ID_CLASS: Final = r"\[ \^?+ \]?+ (?: \\. | [^\\\]] )*+ \]"
_ID_PIECE: Final = rf"""
    (?: [^\\^$.|?*+(){{}}[\]] | \\[\WdDsSwW] | \. | {_ID_CLASS} )  (?: [*+?] | \{{\d{{1,3}}(?:,\d{{0,3}})?\}} )?+
  | \\b | \^ | \$
"""
_SIMPLE_ID: Final = compile_late(
    rf"(?: {_ID_PIECE} | \( (?:\?:)?+ (?: {_ID_PIECE} | \| )*+ \) \??+ | \| )*+", re.VERBOSE
)
_ID_PARTS: Final = compile_late(
    rf"\\. | {_ID_CLASS}?+ | \(\?: | (?P<repeat> [*+] | \{{\d+,\d*\}} ) | (?P<choice> [?|] )", re.VERBOSE
)
_ID_REPEATS: Final = 2
_ID_CHOICES: Final = 6
ID_ROOM: Final = 128
"""Characters at the start of a text in which an id is looked for: with the two numbers above, this bounds the time."""


def _id_pattern(text: str) -> str:
    """Return a pattern as it is, if the time to match it is bounded: Python's engine may else take forever."""
    parts = Counter(part.lastgroup for part in _ID_PARTS.finditer(text))
    if not _SIMPLE_ID.fullmatch(text) or parts["repeat"] > _ID_REPEATS or parts["choice"] > _ID_CHOICES:
        raise ValueError(
            f"{text!r} is too complex; write text, classes such as [A-Z] or \\d, repeats of these, and groups that do "
            f"not repeat, with at most {_ID_REPEATS} repeats of varying length and {_ID_CHOICES} of | and ?"
        )
    try:
        takes_nothing = re.fullmatch(text, "") is not None
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    if takes_nothing:
        raise ValueError(f"{text!r} takes no text at all for an id; write a+ or the like in place of a*")
    return text


class SectionForm(TomlTable):
    """How one section is known and read; ``fields`` and ``columns`` say what its parts are called.

    ``column`` is the column of incidents that a text goes to, if that is not called like the section. ``parts`` are the
    sections whose fields may be right below the heading, too. ``placeholder`` is what an author who has nothing to say
    leaves there: these words alone may be written over. A section that is not ``asked`` for may be missing.
    """

    headings: Annotated[tuple[str, ...], not_empty]
    reads: Literal["text", "timeline", "services", "fields", "costs", "findings", "actions", "signoffs", "nothing"]
    fields: Words = {}
    columns: Words = {}
    placeholder: str = ""
    column: str = ""
    parts: tuple[str, ...] = ()
    asked: bool = True

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        return _by_words(self.fields)

    @cached_property
    def _columns(self) -> Mapping[str, str]:
        return _by_words(self.columns)

    def field_named(self, label: str) -> str | None:
        """Return the field that a label means, or None."""
        return _named(self._fields, label)

    def column_named(self, header: str) -> str | None:
        """Return the column that a table's header means, or None."""
        name = _named(self._columns, header)
        if name is None and self.reads in {"timeline", "actions"}:
            plain = _BRACKETED.sub(" ", header)  # what is in brackets is a zone or a unit
            name = named_by_words(plain, "timeline" if self.reads == "timeline" else "actions")
        return name if name in self.columns else None

    def lists_column(self, header: str) -> bool:
        """Return whether a table's header is listed for a column, not only made of words for it."""
        return _named(self._columns, header) is not None


_HEAD_FIELDS = frozenset(
    {"incident_id", "date", "duration", "severity", "author", "status", "title", "services", "template_version"}
    | {"template_updated_on", "summary", "what_happened", "why_it_happened", "affected_users", "failed_requests"}
    | {"data_loss", "sla_impact", "meeting_on", "attendees", *(f"{milestone}_at" for milestone in MILESTONES)}
)
"""What a label at a report's head may be read as."""
_SECTION_FIELDS = frozenset({"affected_users", "failed_requests", "data_loss", "sla_impact", "meeting_on", "attendees"})
_COLUMNS = {
    "timeline": frozenset({"at", "date", "offset", "event"}),
    "actions": frozenset({"action", "owner", "due_on", "created_on", "priority", "status", "completed_on", "key"}),
}
_NAMES: Final[Mapping[Kind, Sequence[str]]] = {
    "statuses": (*STATUSES, *UNCOUNTED_STATUSES),
    "priorities": PRIORITIES,
    "action_statuses": ("done", "dropped", "open"),
}
"""The names that words of a kind may mean; severities are those of the settings."""
_TEXTS = ("summary", "what_happened", "why_it_happened")
"""The columns of incidents that are the text of a section."""


def _unusable(name: str, form: SectionForm) -> Iterator[tuple[str, str]]:
    """Yield each key of a section that no report could be read by, and why."""
    if form.reads == "text" and (form.column or name) not in _TEXTS:
        remedy = "write 'nothing', its text is then in the table fields"
        if name in _HEAD_FIELDS:
            remedy = f"declare {name} under [fields], where a heading with the value below it counts, too"
        yield "reads", f"the section {name!r} has no column for its text; {remedy}"
    known = {"fields": _SECTION_FIELDS, "costs": form.fields.keys()}.get(form.reads, frozenset())
    for field in form.fields.keys() - known:
        of = f"one of {', '.join(sorted(known))}" if known else f"read where reads is {form.reads!r}"
        yield f"fields.{field}", f"{field!r} is not {of}"
    for column in form.columns.keys() - (known := _COLUMNS.get(form.reads, frozenset())):
        of = f"one of {', '.join(sorted(known))}" if known else f"read where reads is {form.reads!r}"
        yield f"columns.{column}", f"{column!r} is not {of}"


class Template(TomlTable):
    """A report template: its fields, sections and milestone phrases, each with the words that authors use for it.

    ``other_fields`` are those that it knows and does not ask for, ``other_ids`` the form of ids that are not its own.
    ``phrases`` are words in their order by which a question or another longer label or heading is known. A template
    that ``composes`` also knows those that are made of words of wordings.toml.
    """

    name: str
    version: str
    incident_id: Annotated[str, _id_pattern] = r"\S+"
    other_ids: Annotated[str, _id_pattern] | None = None
    report_level: int = 1
    fields: Words
    other_fields: frozenset[str] = frozenset()
    phrases: Words = {}
    composes: bool = False
    statuses: Words = {}
    severities: Words = {}
    severity_scales: Words = {}
    priorities: Words = {}
    action_statuses: Words = {"done": (), "dropped": (), "open": ()}
    sections: dict[str, SectionForm]
    milestones: dict[
        Literal["started", "detected", "responded", "identified", "mitigated", "restored", "closed"], tuple[str, ...]
    ] = {}

    def __hash__(self) -> int:
        """Return the hash of its name: what is looked up by templates need not look at all of their words."""
        return hash((self.name, self.version))

    def __eq__(self, other: object) -> bool:
        """Return whether the other one has the same words; two of one name are compared for each heading."""
        return self is other or (isinstance(other, Template) and self._digest == other._digest)

    @cached_property
    def _digest(self) -> bytes:
        return blake2b(repr({**self.model_dump(), "other_fields": sorted(self.other_fields)}).encode()).digest()

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        for name in sorted(self.fields.keys() - _HEAD_FIELDS):
            yield f"fields.{name}", f"{name!r} is not one of {', '.join(sorted(_HEAD_FIELDS))}"
        for name, form in sorted(self.sections.items()):
            yield from ((f"sections.{name}.{key}", why) for key, why in sorted(_unusable(name, form)))
        named = {*self.fields, *self.sections}
        for name, phrases in sorted(self.phrases.items()):
            if name not in named:
                yield f"phrases.{name}", f"{name!r} is not one of {', '.join(sorted(named))}"
            elif not all(phrase.split() for phrase in phrases):
                yield f"phrases.{name}", "a phrase is empty; write its words, or delete it"
        for kind, names in _NAMES.items():
            for name in sorted(getattr(self, kind).keys() - set(names)):
                example = f'"{names[0]}" = ["{name}"]'
                yield (
                    f"{kind}.{name}",
                    f"{name!r} is not one of {', '.join(names)}; write your words for one: {example}",
                )

    @cached_property
    def _headings(self) -> Mapping[str, str]:
        return _by_words({name: section.headings for name, section in self.sections.items()})

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        return _by_words(self.fields)

    @cached_property
    def field_phrases(self) -> re.Pattern[str]:
        """What matches the labels that are known by a phrase, as `heading_phrases`."""
        return _phrase_pattern(self._phrases_of(self.fields))

    @cached_property
    def heading_phrases(self) -> re.Pattern[str]:
        """What matches the headings that are known by a phrase, with a group for each section that has phrases."""
        return _phrase_pattern(self._phrases_of(self.sections))

    def _phrases_of(self, names: Container[str]) -> Words:
        return {name: words for name, words in self.phrases.items() if name in names}

    def _by_phrase(self, match: re.Match[str], names: Container[str]) -> str:
        """Return the name whose phrase matched: names may be any words, those of groups may not."""
        return list(self._phrases_of(names))[(match.lastindex or 1) - 1]

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        """With what a phrase begins: the pattern of all of them is compiled for a heading that begins so."""
        firsts = (phrase.split()[0] for words in self.phrases.values() for phrase in words)
        return tuple({choice.rstrip("$") for first in firsts for choice in first.split("|")})

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The words that the template itself writes: the first of each field and heading that it asks for."""
        fields = [words[0] for name, words in self.fields.items() if name not in self.other_fields and words]
        return frozenset(map(bare_words, fields + [form.headings[0] for form in self.sections.values() if form.asked]))

    @cached_property
    def _milestones(self) -> tuple[re.Pattern[str], Mapping[str, str]]:
        """What an event begins with that states a milestone, and the milestones by their phrases."""
        phrases = [(fold(phrase), name) for name in MILESTONES for phrase in self.milestones.get(name, ())]
        words = "|".join(re.escape(phrase) for phrase, _ in phrases) or "(?!)"
        return re.compile(rf"(?:{words})(?!\w)"), dict(reversed(phrases))  # of two with one phrase the first has it

    def section_named(self, heading: str, *, exactly: bool = False) -> str | None:
        """Return the section that a heading means, or None.

        Words around those that are known, such as "Detailed" or what follows a slash, count only ``exactly``.

        Examples
        --------
        >>> default_template().section_named("Phase 1: Facts (timeline)")
        'timeline'
        """
        if exactly:
            return self._headings.get(bare_words(heading))
        headings, (whole, *parts) = self._headings, _wordings(heading) or ("",)
        if whole in headings:
            return headings[whole]
        if whole.startswith(self._beginnings) and (match := self.heading_phrases.match(whole)):
            return self._by_phrase(match, self.sections)
        found = next((headings[words] for words in parts if words in headings), None)
        return found or self._by_its_words(_BRACKETED.sub(" ", heading), "sections", self.sections)

    def _by_its_words(
        self, words: str, kind: Literal["fields", "perhaps", "sections"], names: Container[str]
    ) -> str | None:
        """Return the name that words are made of, if the template has it and knows other wordings than those listed."""
        name = named_by_words(words, kind) if self.composes and not words.endswith("?") else None
        return name if name in names else None

    def field_named(self, label: str) -> str | None:
        """Return the field of the header or footer that a label means, or None.

        Examples
        --------
        >>> template = default_template()
        >>> [template.field_named(label) for label in ("Datum / Date", "When did the trouble start?", "Start / End")]
        ['date', 'started_at', None]
        """
        words = bare_words(label)
        name = self._fields.get(words)
        if name is None and (words[:1] in "wh" or " / " in label):
            if _ASKS.match(words) and (match := self.field_phrases.match(words)):
                return self._by_phrase(match, self.fields)
            name = _named(self._fields, label)
        return name or self._by_its_words(label, "fields", self.fields)

    def field_perhaps_named(self, label: str) -> str | None:
        """Return the field that a label of several meanings may mean, as its value shows, or None.

        Examples
        --------
        >>> [default_template().field_perhaps_named(label) for label in ("Impacto", "Record", "Severity")]
        ['severity', 'status', None]
        """
        return self._by_its_words(label, "perhaps", self.fields)

    def has_own_id(self, words: str, *, any_word: bool = False) -> bool:
        """Return whether words hold an id of the template's own form; of one that takes ``any_word`` if that counts."""
        has_form = any_word or not re.fullmatch(self.incident_id, "any-word")
        return has_form and re.search(self.incident_id, words[:ID_ROOM]) is not None

    def id_in(self, words: str) -> str | None:
        """Return the Incident ID of a known form that words hold, or None."""
        forms = [form for form in (self.incident_id, self.other_ids) if form and not re.fullmatch(form, "any-word")]
        return next((match[0] for form in forms if (match := re.search(form, words[:ID_ROOM]))), None)

    def lists(self, field: str, label: str) -> bool:
        """Return whether a label is listed for a field, not only made of words for it."""
        return self.rank_of(field, label) < len(self.fields[field])

    def rank_of(self, field: str, label: str) -> int:
        """Return the position of a label among the words for a field."""
        words = bare_words(label)
        known = self.fields[field]
        return next((rank for rank, word in enumerate(known) if bare_words(word) == words), len(known))

    def synonyms(self, kind: Kind) -> dict[str, str]:
        """Return other words for the names of a kind, with the name that each means."""
        return self._synonyms[kind]

    @cached_property
    def _synonyms(self) -> Mapping[str, dict[str, str]]:
        kinds: dict[str, Words] = {kind: getattr(self, kind) for kind in get_args(Kind)}
        return {kind: {word: name for name, words in names.items() for word in words} for kind, names in kinds.items()}

    def stated_milestone(self, event: str) -> str | None:
        """Return the milestone whose phrase an event begins with, or None.

        Examples
        --------
        >>> default_template().stated_milestone("Service restored - the queue is empty")
        'restored'
        """
        pattern, names = self._milestones
        match = pattern.match(fold(event))
        return names[match[0]] if match else None


def _by_words(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Turn names with their words round; where two names share a word the first one has it."""
    return {bare_words(word): name for name, words in reversed(list(names.items())) for word in reversed(words)}


def _named(names: Mapping[str, str], label: str) -> str | None:
    """Return the name that a label means; one in two languages means what the known ones of its parts agree on."""
    name = names.get(bare_words(label))
    if name is None and " / " in label:
        found = {names.get(bare_words(part)) for part in label.split(" / ")} - {None}
        return found.pop() if len(found) == 1 else None
    return name


_ASKS: Final = compile_late(r"(?:what|when|who|which|how|why)\b")


_SMALL: Final = (
    r"(?:do|does|is|are|be|been|being|has|have|had|can|could|will|would|should|the|this|that|it|a|our|we|you|they|first|root"
    r"|main|incident|outage|problem|issue|trouble|failure|to|of|in|and|up|on|become|get|make|all|down{more})"
)
_GAP: Final = _SMALL.replace("{more}", "|did|was|were")
_GAP_OF_ACTIONS: Final = _SMALL.replace("{more}", "|making|incidents|like")
_TAIL: Final = (
    r"(?:it|the|this|that|incident|outage|problem|issue|trouble|failure|of|to|in|was|were|is|again|down|first|for)"
)
_TAIL_OF_ACTIONS: Final = (
    r"(?:it|the|this|that|a|from|to|in|future|again|happen|happens|happening|recurring|recurrence|repeat|next|time"
    r"|prevent|avoid|stop|improve|about|now|and|or|less|impactful|item|items|list|owners)"
)


def _phrase_pattern(phrases: Words) -> re.Pattern[str]:
    """Return what matches words in their order, with a few small words between them and behind them.

    ``when did$ it$ start|begin`` is known in "when did it first begin": a word may have a common ending, one with a
    ``$`` has none. Nothing else may be between them or follow: it could ask for something else.
    """

    def form(choice: str) -> str:
        word = re.escape(choice.rstrip("$"))
        if "$" in choice:
            return word
        if word.endswith(("e", "y")):
            return word[:-1] + ("(?:e|es|ed|ing)" if word.endswith("e") else "(?:y|ies|ied|ying)")
        return word + "(?:s|es|ed|ing)?"

    known = []
    for name, words in phrases.items():
        gap, tail = (_GAP_OF_ACTIONS, _TAIL_OF_ACTIONS) if name == "actions" else (_GAP, _TAIL)
        forms = [[rf"(?:{'|'.join(map(form, word.split('|')))})\b" for word in phrase.split()] for phrase in words]
        any_form = "|".join(rf"(?: {gap}\b){{0,6}}? ".join(parts) for parts in forms)
        known.append(rf"((?:{any_form})(?: {tail}\b){{0,8}}$)")
    return re.compile("|".join(known) or "(?!)")


def _extended(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a template what it inherits: words that it does not use itself, parts that it does not ask for."""
    fields, sections = own.get("fields", {}), own.get("sections", {})
    merged: dict[str, Any] = {**base, **own, "other_fields": sorted(base["fields"].keys() - fields.keys())}
    merged["other_ids"] = base.get("incident_id")
    merged["fields"] = _with_inherited(fields, base["fields"])
    merged["phrases"] = {**base.get("phrases", {}), **own.get("phrases", {})}
    for kind in get_args(Kind):
        merged[kind] = _with_inherited(own.get(kind, {}), base.get(kind, {}))
    headings = _with_inherited(
        {name: form.get("headings", ()) for name, form in sections.items()},
        {name: form["headings"] for name, form in base["sections"].items()},
    )
    merged["sections"] = {}
    for name, words in headings.items():
        form, inherited = sections.get(name), base["sections"].get(name, {})
        parts: dict[str, Any] = {"asked": False} if form is None else form
        merged["sections"][name] = {**inherited, **parts, "headings": words}
        if parts.get("reads") in {None, inherited.get("reads")}:
            for kind in ("fields", "columns"):
                merged["sections"][name][kind] = _with_inherited(parts.get(kind, {}), inherited.get(kind, {}))
    return merged


def _with_inherited(own: Mapping[str, Sequence[str]], base: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Put inherited words behind the own ones, without those that the own ones use for another name."""
    used = {bare_words(word) for words in own.values() for word in words}

    def inherited(name: str) -> Iterable[str]:
        words = base.get(name, ())
        return (word for word in words if bare_words(word) not in used) if used else words

    merged = {name: [*own.get(name, ()), *inherited(name)] for name in dict.fromkeys([*own, *base])}
    return {name: words for name, words in merged.items() if words or name in own}


def template_text() -> str:
    """Return the template 1.0 as it is to be filled in.

    Examples
    --------
    >>> template_text().splitlines()[2]
    '**Incident ID**: INC-YYYY-MM-DD-###  '
    """
    return (_FOLDER / f"{DEFAULT_TEMPLATE}.md").read_bytes().decode()


def layout_text(name: str) -> str:
    """Return the file of a built-in layout, or that of the words that layouts share: ``common``.

    Raises
    ------
    UnknownNameError
        ``layout 'sre' is not one of atlassian, common, gitlab, ...``

    Examples
    --------
    >>> layout_text("Google-SRE").splitlines()[1]
    'name = "google-sre"'
    """
    names = sorted(file.stem for file in _FOLDER.glob("*.toml"))
    return (_FOLDER / f"{known_name('layout', name, names)}.toml").read_bytes().decode()


def read_template(path: Path) -> Template:
    """Read a template file; one with ``extends = "common"`` knows the words of that built-in template, too.

    Raises
    ------
    SettingsError
        ``ours.toml: sections.timeline.reads: 'table' is not one of text, timeline, ...``
    """
    try:
        return Template.model_validate(_raw(path))
    except FaultyTableError as error:
        raise SettingsError("\n".join(f"{path}: {fault}" for fault in error.faults)) from error


def _raw(path: Path) -> dict[str, Any]:
    """Return a template file's keys, with those of the built-in one that it extends."""
    own = read_toml(path)
    if (base := own.pop("extends", None)) is not None:
        names = sorted(file.stem for file in _FOLDER.glob("*.toml"))
        if base not in names:
            raise SettingsError(f"{path}: extends: {base!r} is not one of {', '.join(names)}")
        if _has_shape(own):
            own = _extended(own, _raw_built_in(base))
    elif path.parent != _FOLDER and _has_shape(own):
        for kind in get_args(Kind):  # a layout of its own has the same states and scales as all others
            own[kind] = _with_inherited(own.get(kind, {}), _raw_built_in(_COMMON).get(kind, {}))
    if path.stem != _COMMON and _has_shape(own):
        _add_columns(own)
    return own


@lru_cache(maxsize=8)
def _raw_built_in(name: str) -> dict[str, Any]:
    """Return the keys of a built-in template that others extend."""
    return _raw(_FOLDER / f"{name}.toml")


def _has_shape(own: Mapping[str, Any]) -> bool:
    """Return whether the parts that are merged are tables and lists; what is wrong otherwise, the model says."""
    tables = [own.get("fields", {}), own.get("sections", {}), *(own.get(kind, {}) for kind in get_args(Kind))]
    if not all(isinstance(table, dict) for table in tables):
        return False
    forms = list(own.get("sections", {}).values())
    if not all(isinstance(form, dict) and isinstance(form.get("headings", []), list) for form in forms):
        return False
    words = [table for form in forms for table in (form.get("fields", {}), form.get("columns", {}))]
    words += [table for table in tables if table is not tables[1]]
    return all(isinstance(table, dict) and all(isinstance(each, list) for each in table.values()) for table in words)


def _add_columns(own: Mapping[str, Any]) -> None:
    """Give timelines and lists of actions that name no columns those of another section, or the common ones."""
    common = _raw_built_in(_COMMON)["sections"]
    sections = [*own.get("sections", {}).values(), common["timeline"], common["actions"]]
    for form in own.get("sections", {}).values():
        if form.get("reads") in _COLUMNS and not form.get("columns"):
            same = (each["columns"] for each in sections if each.get("reads") == form["reads"] and each.get("columns"))
            form["columns"] = next(same)


@lru_cache(maxsize=1)
def built_in_templates() -> tuple[Template, ...]:
    """Return the templates that the package brings along: version 1.0, then the well-known public ones by name."""
    files = sorted(_FOLDER.glob("*.toml"), key=lambda file: (file.stem != DEFAULT_TEMPLATE, file.stem))
    return tuple(read_template(file) for file in files if file.stem != _COMMON)


def default_template() -> Template:
    """Return version 1.0 of the template that this package was written for."""
    return built_in_templates()[0]


def read_templates(files: Iterable[Path], *, only: str | None = None) -> tuple[Template, ...]:
    """Return an organisation's own templates, then the built-in ones; of two that fit equally the first one counts.

    Raises
    ------
    SettingsError
        As `read_template`, and ``templates.only: 'sre' is not one of template-1.0, atlassian, ...``
    """
    templates = (*(read_template(file) for file in files), *built_in_templates())
    if only is None:
        return templates
    chosen = tuple(template for template in templates if template.name == only)[:1]
    if not chosen:
        names = ", ".join(template.name for template in templates)
        raise SettingsError(f"templates.only: {only!r} is not one of {names}")
    return chosen
