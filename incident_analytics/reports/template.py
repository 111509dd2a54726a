"""What a template asks for, read from a TOML file: another template is another file, not other code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from incident_analytics.errors import SettingsError
from incident_analytics.files import read_toml
from incident_analytics.reports.placeholders import fold
from incident_analytics.schema import MILESTONES

__all__ = ["ID_ROOM", "SectionForm", "Template", "bare_words", "default_template", "read_template", "read_templates"]

Words = dict[str, tuple[str, ...]]
"""Names of fields or columns, each with the words that authors use for it, the template's own first."""


@lru_cache(maxsize=4096)
def bare_words(text: str) -> str:
    """Return a heading's or label's words without numbers before them, emoji, punctuation, brackets and case.

    Examples
    --------
    >>> bare_words("3. ⏱ Timeline (UTC):")
    'timeline'
    """
    plain = re.sub(r"\([^()]*+\)|^\W*\d+(?:\.\d+)*[.):]?(?=\s)", " ", fold(text).replace("&", " and "))
    return " ".join(re.sub(r"[^\w\s']|_", " ", plain.replace("-", " ")).split())


_CLASS: Final = r"\[ \^?+ \]?+ (?: \\. | [^\\\]] )*+ \]"
_PIECE: Final = rf"""
    (?: [^\\^$.|?*+(){{}}[\]] | \\[\WdDsSwW] | \. | {_CLASS} )  (?: [*+?] | \{{\d{{1,3}}(?:,\d{{0,3}})?\}} )?+
  | \\b | \^ | \$
"""
_SIMPLE: Final = re.compile(rf"(?: {_PIECE} | \( (?:\?:)?+ (?: {_PIECE} | \| )*+ \) \??+ | \| )*+", re.VERBOSE)
_PARTS: Final = re.compile(
    rf"\\. | {_CLASS}?+ | \(\?: | (?P<repeat> [*+] | \{{\d+,\d*\}} ) | (?P<choice> [?|] )", re.VERBOSE
)
_REPEATS: Final = 2
_CHOICES: Final = 6
ID_ROOM: Final = 128
"""Characters at the start of a text in which an id is looked for: with the two numbers above, this bounds the time."""


def _id_pattern(text: str) -> str:
    """Return a pattern as it is, if the time to match it is bounded: Python's engine may else take forever."""
    parts = Counter(part.lastgroup for part in _PARTS.finditer(text))
    if not _SIMPLE.fullmatch(text) or parts["repeat"] > _REPEATS or parts["choice"] > _CHOICES:
        raise ValueError(
            f"{text!r} is too complex; write text, classes such as [A-Z] or \\d, repeats of these, and groups that do "
            f"not repeat, with at most {_REPEATS} repeats of varying length and {_CHOICES} of | and ?"
        )
    try:
        takes_nothing = re.fullmatch(text, "") is not None
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    if takes_nothing:
        raise ValueError(f"{text!r} takes no text at all for an id; write a+ or the like in place of a*")
    return text


class SectionForm(BaseModel):
    """How one section is known and read; ``fields`` and ``columns`` say what its parts are called.

    ``column`` is the column of incidents that a text goes to, if that is not called like the section. ``parts`` are the
    sections whose fields may be right below the heading, too.
    ``placeholder`` is what an author who has nothing to say leaves there: these words alone may be written over.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    headings: tuple[str, ...] = Field(min_length=1)
    reads: Literal["text", "timeline", "services", "fields", "costs", "findings", "actions", "signoffs", "nothing"]
    fields: Words = {}
    columns: Words = {}
    placeholder: str = ""
    column: str = ""
    parts: tuple[str, ...] = ()

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        return _by_words(self.fields)

    @cached_property
    def _columns(self) -> Mapping[str, str]:
        return _by_words(self.columns)

    def field_named(self, label: str) -> str | None:
        """Return the field that a label means, or None."""
        return self._fields.get(bare_words(label))

    def column_named(self, header: str) -> str | None:
        """Return the column that a table's header means, or None."""
        return self._columns.get(bare_words(header))


class Template(BaseModel):
    """A report template: its fields, sections and milestone phrases, each with the words that authors use for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    incident_id: Annotated[str, AfterValidator(_id_pattern)] = r"\S+"
    report_level: int = 1
    fields: Words
    statuses: Words = {}
    severities: Words = {}
    priorities: Words = {}
    action_statuses: Words = {"done": (), "dropped": (), "open": ()}
    sections: dict[str, SectionForm]
    milestones: dict[
        Literal["started", "detected", "responded", "identified", "mitigated", "restored", "closed"], tuple[str, ...]
    ]

    @cached_property
    def _headings(self) -> Mapping[str, str]:
        return _by_words({name: section.headings for name, section in self.sections.items()})

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        return _by_words(self.fields)

    @cached_property
    def _milestones(self) -> list[tuple[str, str]]:
        return [(fold(phrase), name) for name in MILESTONES for phrase in self.milestones.get(name, ())]

    def section_named(self, heading: str) -> str | None:
        """Return the section that a heading means, or None."""
        return self._headings.get(bare_words(heading))

    def field_named(self, label: str) -> str | None:
        """Return the field of the header or footer that a label means, or None."""
        return self._fields.get(bare_words(label))

    def synonyms(self, kind: Literal["statuses", "severities", "priorities", "action_statuses"]) -> dict[str, str]:
        """Return other words for the names of a kind, with the name that each means."""
        names: Words = getattr(self, kind)
        return {word: name for name, words in names.items() for word in words}

    def stated_milestone(self, event: str) -> str | None:
        """Return the milestone whose phrase an event begins with, or None.

        Examples
        --------
        >>> default_template().stated_milestone("Service restored - the queue is empty")
        'restored'
        """
        words = fold(event)
        return next((name for phrase, name in self._milestones if re.match(rf"{re.escape(phrase)}(?!\w)", words)), None)


def _by_words(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Turn names with their words round; where two names share a word the first one has it."""
    return {bare_words(word): name for name, words in reversed(list(names.items())) for word in reversed(words)}


def read_template(path: Path) -> Template:
    """Read a template file.

    Raises
    ------
    SettingsError
        ``ours.toml: sections.timeline.reads: Input should be 'text', 'timeline', ...``
    """
    try:
        return Template.model_validate(read_toml(path))
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, part['loc']))}: {part['msg'].removeprefix('Value error, ')}"
            for part in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from error


@lru_cache(maxsize=1)
def default_template() -> Template:
    """Return the template that the package brings along, version 1.0."""
    return read_template(Path(__file__).with_name("template-1.0.toml"))


def read_templates(files: Iterable[Path]) -> tuple[Template, ...]:
    """Return an organisation's own templates, then the one that the package brings along: the order to try them in.

    Raises
    ------
    SettingsError
        As `read_template`.
    """
    return (*(read_template(file) for file in files), default_template())
