"""The fields at a report's head and foot to its row of incidents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from pathlib import PurePath
from types import MappingProxyType
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Line, Section
from incident_analytics.reports.choices import Choice, find_choice, leading_word, read_choice, read_word
from incident_analytics.reports.durations import Duration, read_duration
from incident_analytics.reports.labels import labelled
from incident_analytics.reports.letters import (
    byline,
    day_said,
    is_of_writing,
    is_sentence,
    is_shortly_before,
    letter_date,
    line_of_other_day,
)
from incident_analytics.reports.marks import ticked_option
from incident_analytics.reports.numerals import FIGURE
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent, is_none, is_placeholder
from incident_analytics.reports.report import Report
from incident_analytics.reports.report_fields import Field, find_fields
from incident_analytics.reports.report_zone import ReportZone
from incident_analytics.reports.sections import SectionReader, text_or_none
from incident_analytics.reports.template import ID_ROOM, Template, default_template
from incident_analytics.reports.timed_rows import Entry
from incident_analytics.reports.timeline import place_entries
from incident_analytics.reports.times import date_in, find_dates, read_date, read_moments, split_moment
from incident_analytics.reports.titles import Titles, is_one_title, may_be_title, without_frame
from incident_analytics.reports.unlabelled import severities_said, states_said
from incident_analytics.reports.zones import is_zone, names_zone, read_zone, without_zone
from incident_analytics.schema import LAST_COUNTS, MILESTONES, STATUSES, UNCOUNTED_STATUSES

__all__ = ["HeaderReader"]

_WRITE_INSTANT = "write it as 2025-03-14 14:02 UTC"
"""What a field that is an instant should look like; a row of the timeline may leave the date out."""
_ONGOING = compile_late(
    r"(?:ongoing|active|unresolved|not (?:yet )?(?:resolved|restored|over)|not yet(?=\W*$)"
    r"|still (?:open|down|going|ongoing)|monitoring|investigating|mitigating)\b"
)
"""Statuses that say of the incident, not of its report, that it goes on."""
_UNFINISHED = compile_late(
    r"(?<!no longer )(?<!not )\b(?:pending|await\w*|waiting|subject to|in review|unfinished|incomplete|wip|tb[dc]"
    r"|to be (?:reviewed|approved|confirmed|signed|completed|published)|preliminary|provisional|almost|nearly"
    r"|not (?:yet )?(?:reviewed|approved|final\w*|complete\w*|signed\w*|published|confirmed)"
    r"|needs? (?:review|approval|sign-?off))\b|\?|[–—:,(/-]\s*(?:no|not)\b\W*$",
    re.IGNORECASE,
)
"""Words next to the last status that say that the report is not there yet."""
_SINCE = compile_late(
    r"\W*([^\W\d_]+(?:\s[^\W\d_]+)?)\s+(?=(?:by|on|at|von|am|par|le|por|el|em|door|op|da|il|av|przez)\b|v?\d)",
    re.IGNORECASE,
)
"""A status before who gave it or since when: ``Approved by the CIO``, ``Final 3 March``."""
_DAY_AND_TIME = compile_late(
    r"\bdate\s?(?:/|and|&)\s?time\b|日時|日时|\bdatum (?:und|en|och|og) (?:uhrzeit|zeit|tijd|tid)\b|\bdate et heure\b"
    r"|\bfecha y hora\b|\bdata e (?:h?ora)\b",
    re.IGNORECASE,
)
"""Labels for the day and the time at which it happened."""
_GIVEN = compile_late(
    r"(?:\w+ (?:&|and) )?(?P<state>published|released|issued|approved|veröffentlicht|freigegeben|genehmigt|publiée?"
    r"|validée?|publicad[oa]|aprobad[oa]|aprovad[oa]|gepubliceerd|vastgesteld|goedgekeurd|pubblicat[oa]|approvat[oa]|publicerad"
    r"|publisert|godkjent|godkänd|zatwierdzon[oya])(?: (?:on|am|le|el|em|op|il))?",
    re.IGNORECASE,
)
"""Labels for the day on which a report became final."""
_VERSION = compile_late(r"\bv?\d[\d.]*\b", re.IGNORECASE)
_DUPLICATE_OF = compile_late(r"\bduplicates? of\b", re.IGNORECASE)
_FIRST_LINES = 5
"""Lines at the beginning in which a date is the incident's."""
_STAMP = 40
"""Characters of a field that are looked at for a date, or quoted where another one differs."""
_NIGHT, _HALF_A_DAY = timedelta(hours=3), timedelta(hours=12)
"""By how much an end, and any other milestone, must be earlier on the clock than the one before it for midnight to have
passed: by less, one of the two is a slip."""
_TOKEN = compile_late(r"#?(?=[\w./-]*\d)\w[\w.-]{0,40}(?:/\w[\w.-]{0,20}){0,4}")
"""One word with a figure, as an id is that has no known form."""
_NUMBER = compile_late(
    r"\W*(?![3-5]\W*\((?:critical|urgent|high|severe|major)\b)([0-5])\W*(?:\((?!lowest|none|not\b|least|no\b)[^\W\d][^()]{0,60}\)\W*)?",
    re.IGNORECASE,
)
"""A severity that is its number alone."""
_RATING_WORD = compile_late(
    r"\W*(?:(?:level|stufe|class|klasse|category|kategorie|tier|niveau|nivel|grade)\s)?(?:[a-e]|n?[0-5]|i{1,3}|iv)\W*"
    r"|\W*(?:red|orange|yellow|amber|green|black|purple|rot|gelb|grün|rouge|jaune|verte?|roj[oa]|amarill[oa])\W*",
    re.IGNORECASE,
)
"""A severity on a scale of the organisation's own."""
_PEOPLE = compile_late(
    rf"\W*(?:(?:about|around|approx\w*\.?|some|ca\.?)\s)?{FIGURE}k?\s(?:(?:of\s\S+\s)?\w+\s)?"
    r"(?:users?|customers?|clients?|accounts?|patients"
    r"|members|people|persons|visitors|students|pupils|subscribers|households|merchants|guests|readers|players"
    r"|employees|staff|tenants)(?:\s?\([^()]*+\))?(?:[\s.]*$|\s(?:was|were|are|is|had|have|could|can|saw|got|lost|affected"
    r"|impacted|hit|who|in|across|worldwide)\b)",
    re.IGNORECASE,
)
"""What a field of what was affected says that has people, not services."""
_NOT_GIVEN = compile_late(r"\W*[-–—]\W*|\W*(?:n/?a|n\.a\.|not applicable)\W*", re.IGNORECASE)
"""What is written for an instant that there was not, unlike an empty cell, which somebody may still fill in."""
_OF_SERVICES = compile_late(r"service|system|component|product|application|platform", re.IGNORECASE)
"""What a label has that is of services alone."""
_DOCUMENT = compile_late(r"(?:rca|pir)\s", re.IGNORECASE)
"""What is called so is the report, not its incident."""
_IS_DATE = compile_late(
    r"(?:[A-Z][A-Z0-9]{1,9}-)?(?:19|20)\d\d(?:-\d{1,2}(?:-\d{1,2})?|\d{2}(?:\d{2})?)?|[0-2]\d[0-5]\d-[0-2]\d[0-5]\d"
)
"""Ids that may as well be a year, a month, a day, or two times of day."""
_TITLE_ID = compile_late(
    r"^[\W_]*+(?!(?:CVE|RFC|ADR|SEV|HTTP|ISO|UTF|SHA|TLS|COVID|WIN|IPV|Q|[QHPW]\d|FY\d*|WEEK|WK|KW|DAY|YEAR|PART|STEP|PHASE"
    r"|(?:JAN|FEB|MAR|APR|JUN|JUL|AUG|SEP|SEPT|OCT|NOV|DEC|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER"
    r"|OCTOBER|NOVEMBER|DECEMBER|SPRING|SUMMER|AUTUMN|WINTER)\d*)-?\d)"
    r"(?P<key>[A-Z][A-Z0-9]{1,9}-\d{2,9}(?:-\d{1,7})?)(?=\s*$|\s?[:\])|]|\s[–—-]\s)"
    r"|\b(?i:(?:incident|outage|issue|rca|pir|post-?mortem|problem|report|ticket|case)\s?#|(?:tracking|incident|case|report|\w*rapport\w*"
    r"|\w*bericht|informe|relatório|verslag|raport)\s(?:id|no\.?|nr\.?|n[°º.]{1,2}|number):?\s?#?|ticket:\s#?)"
    r"(?P<labelled>(?=[A-Z-]*\d)(?:[A-Z0-9][A-Z0-9/-]{2,30}|\d\d))(?![\w/-])"
    r"|\b(?i:incident|outage|rca|pir|post-?mortem|ticket(?=\s\d{8})|report|\w*rapport\w*|\w*bericht|informe|relatório|verslag|raport)"
    r"\s(?P<number>\d{4,14}(?:-\d{1,6}){0,4})(?=\s*(?:$|[:)\]–—])|\s-\s)"
    r"|\s#(?P<last>\d{2,9})$"
    r"|(?:\s[–—|-]|(?i:\b(?:report|review|post-?mortem|pir|rca|rfo|analysis|incident|incidente|informe|bericht|rapport|relatório|verslag"
    r"|raport|rapporto)))\s(?P<behind>[A-Z]{2,6}-\d{2,4}(?:-\d{1,7})?)$"
)
"""An id of no known form that a title has: before other words, with its label, or as ``#1884`` at the end."""
_FIRST_KEY = compile_late(r"\W*([A-Z][A-Z0-9]{1,9}-\d{1,9}(?:-\d{1,7})?)\s")
"""A key that begins a title, which is the report's id where the file is named by it, too."""
_OF_A_LENGTH = compile_late(r"\W*0:[0-5]\d(?::[0-5]\d)?(?:\s?h(?:rs?|ours?)?)?\W*", re.IGNORECASE)
"""Half an hour as 0:30: a time of day after midnight is written 00:30."""
_NOUN = compile_late(r"(?:ion|response|recovery|taken|engaged)\W*$", re.IGNORECASE)
_SHORT_CLOCK = compile_late(r"\W*(?:\d|0[1-5]):[0-5]\d(?:\s?h(?:rs?|ours?)?)?\W*", re.IGNORECASE)
"""What is as likely a length as a time of day, below a label such as *Response* and *Time taken*."""
_LENGTH = compile_late(
    r"(?:(?:for|lasted|lasting|duration:?|about|around|approx\.?|approximately|~|ca\.?)\s*)*+"
    r"(?!(?:24|12)\s?-?h\b)\d{1,4}(?:[.,]\d{1,2})?\s?(?:d|days?|h|hrs?|hours?|m|mins?|minutes?)"
    r"(?:,?\s?(?:and\s)?\d{1,2}\s?(?:h|hrs?|hours?|m|mins?|minutes?)?\b)?",
    re.IGNORECASE,
)
"""A length and nothing else."""
_REMARK = compile_late(r"\([^()\d]*+\d[^()]*+\)")
"""Words in brackets that may hold a length."""
_LISTED = re.compile(r"(?:[,;、•·|\u2028]|\s/\s)(?![^()]{0,60}\))")
"""What is between the names of a list; a comma in brackets is part of a name."""
_BREAK = r"</?(?:br|li|p|div|ul|ol)\b[^<>]{0,80}>"
_BROKEN = compile_late(rf"{_BREAK}\s{{0,4}}[*_`\[]{{0,3}}([^\s<>|*_`\[\]][^<>|*_`\[\]]{{0,80}})", re.IGNORECASE)
"""What follows a break in a cell, whose text has a space there."""


def _is_instant(text: str) -> bool:
    """Return whether words are a time of day, with or without its date and zone, and nothing else."""
    try:
        moments = read_moments(text)
    except Unreadable:
        return False
    rest = split_moment(text)[1] if moments else text
    return bool(moments) and moments[0].clock is not None and (not rest or is_zone(rest))


def _length_beside(text: str) -> str:
    """Return the words of a date by which it also says how long it was, or from which time of day to which."""
    _, rest = split_moment(text)
    is_length = _LENGTH.fullmatch(without_zone(rest).strip(" ,;:()[]–—-")) is not None
    words = text if is_length else _REMARK.sub(" ", text)
    with suppress(Unreadable):
        duration = read_duration(words)
        if duration is not None and is_length and duration.total is not None:
            return words
        if duration is not None and duration.total is None and len(duration.windows) == 1:
            start, end = duration.windows[0]
            return words if end is not None and start.clock is not None and end.clock is not None else ""
    return ""


def _goes_on(words: str) -> bool:
    """Return whether a status, or what an end is given as, says that the incident goes on."""
    return _ONGOING.match(fold(words).strip("*_ ")) is not None


@lru_cache(maxsize=64)
def _uncounted(template: Template) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return how words begin that say that a report is not about an incident of its own, and what they mean."""
    words = [(name, name) for name in UNCOUNTED_STATUSES]
    words += [(word, name) for word, name in template.synonyms("statuses").items() if name in UNCOUNTED_STATUSES]
    names = {fold(word): name for word, name in reversed(words)}
    forms = "|".join(re.escape(fold(word)) for word, _ in words)
    return re.compile(rf"({forms})(?!\w)"), names


class HeaderReader:
    """Reads the fields at the head of one report, and those at its foot."""

    def __init__(
        self,
        reader: SectionReader,
        sections: Sequence[Section],
        parts: Sequence[str | None],
        front: Sequence[tuple[str, Line]],
    ) -> None:
        """Take what reads sections, the sections, which of the template's each of them begins, and the front matter."""
        self.reader = reader
        self.report: Report = reader.report
        self.settings: Settings = reader.settings
        self.template: Template = reader.template
        self.sections = sections
        self.parts = parts
        self.front = front
        self.values = self.report.incident
        self.zone = ZoneInfo(self.settings.timezone)
        is_usual_set = "timezone" in self.settings.model_fields_set
        self.zones = ReportZone(reader, sections, is_usual_set=is_usual_set)
        self.fields: dict[str, Line] = {}
        """The report's fields by their names."""
        self.said: dict[tuple[str, str], object] = {}
        """What the words of a field that is there more than once give."""
        self.posted: Line | None = None
        """The date of a blog post."""
        self.titles = Titles(sections, parts, reader.template)
        self.event: Line | None = None
        """The first field that may say what happened, where the title does not."""
        self.moment: Line | None = None
        """The day and time at which it happened, in one field."""
        self.window: Duration | None = None
        """From when to when, where a field says so next to the one that says how long."""

    def read_head(self) -> None:
        """Read the title and the fields of the report, but those that are instants."""
        title = self.titles.found
        self.report.lines["head"] = title.line if title else 1
        fields = self.fields = self._header_fields()
        line = fields.pop("title", None) or self.titles.better(self.event) or title
        if line is not None:
            words = without_frame(line.text)
            if is_placeholder(words):
                self.report.problem("placeholder", line.line, "the title still holds the template's words; fill it in")
                words = ""
            self.values["title"] = words or None
            self.report.note("title", line.text, line.line)
        if "incident_id" not in fields and title is not None:
            self._take_id_of(title)
        takers = {
            "incident_id": self._take_incident_id,
            "date": self._take_date,
            "duration": self._take_duration,
            "severity": self._take_severity,
            "author": self._take_author,
            "status": self._take_status,
        }
        for name, take in takers.items():
            if name in fields:
                take(fields[name])
            elif name == "duration" and fields.keys() >= {"started_at", "restored_at"}:
                continue  # its two ends are there
            elif (
                name in self.template.fields.keys() - self.template.other_fields - {"date"} and name not in self.values
            ):
                code = {"incident_id": "malformed-id"}.get(name, "missing-field")
                label = self.template.fields[name][0]
                message = f"no {label}; write a line '**{label}**: ...' below the title"
                self.report.problem(code, self.report.lines["head"], message, level=self._level_of_guest(code))
        self._drop_id_of_title()
        self._check_title()
        for name, line in fields.items():
            if name not in {*takers, "template_version", "template_updated_on"}:
                self._read_other(name, line)

    def _level_of_guest(self, code: str) -> str | None:
        """Return the level of a missing Incident ID where the settings' layouts do not read the report, else None.

        Template 1.0 reads what no other layout fits: whose form of ids another team's report should have is not known.
        """
        is_guest = bool(self.settings.templates.files) and self.template is default_template()
        return "warning" if is_guest and code == "malformed-id" else None

    def read_date(self) -> None:
        """Take the date from elsewhere where no field has it."""
        if "date" not in self.report.lines:
            self._take_date_elsewhere()

    def read_zone_elsewhere(self) -> None:
        """Take the zone of times that name none from rows and sentences, where the head names none."""
        self.zones.take_elsewhere(self.fields)

    def read_instants(self) -> None:
        """Read the fields that are instants, each after those that come before it: ``Start: 23:30``, ``End: 00:30``."""
        latest: datetime | None = None
        for milestone in MILESTONES:
            if (line := self.fields.get(name := f"{milestone}_at")) is None:
                continue
            night = _NIGHT if milestone in LAST_COUNTS else _HALF_A_DAY
            at = self._instant(line, self.template.fields[name][0], latest, night)
            if at is not None:
                self.values[name] = at
                self.report.note(name, line.text, line.line)
                if milestone != "identified":  # as likely before the cure as after it
                    latest = max(at, latest or at)

    def _header_fields(self) -> dict[str, Line]:
        """Return the report's fields by their names; one that names the zone of the times is read at once.

        Of several the one in the surest place counts, then the one in the template's own words. What a template does
        not ask for, or what is in the text of a section, counts only where it can be read.
        """
        fields: dict[str, tuple[bool, int, Line]] = {}
        stamps: list[Line] = []
        guesses: dict[str, Line] = {}
        for found in find_fields(self.sections, self.parts, self.front, self.template):
            if found.is_sure:
                self.zones.read_label(found)
            name, line = self._named(found)
            self._note_guess(name, found, guesses)
            self._note_none(name, found)
            is_instant = name is not None and name.endswith("_at")
            if found.is_sure and (is_instant or (name != "incident_id" and find_dates(found.line.text[:_STAMP]))):
                stamps.append(found.line)
            if name == "restored_at" and found.is_sure and _goes_on(line.text):
                self.report.ongoing = line
                self.report.mark("incidents.is_open", line.line)
                continue
            if name is None or not self._is_field(name, found._replace(line=line)):
                self._check_clock(name, found)
                continue
            rank = self.template.rank_of(name, found.label)
            if name == "date" and found.is_of_post:
                self.posted = line
                continue
            if name == "duration":
                self._take_window(line)
            if name in fields and found.is_sure and not fields[name][0]:
                self._check_same(name, fields[name][2], line)
            if name not in fields or (not found.is_sure, rank) < fields[name][:2]:
                fields[name] = (not found.is_sure, rank, line)
        self.zones.read_above(self.parts)
        self.zones.take_of_instants(stamps)
        found_fields = {
            name: line for name, (_, _, line) in fields.items() if not self._is_other_id(name, fields[name])
        }
        self._add_unlabelled(found_fields)
        given = guesses.pop("given", None)  # which says less than a label for the status
        return ({} if given is None else {"status": given}) | guesses | found_fields

    def _note_guess(self, name: str | None, found: Field, guesses: dict[str, Line]) -> None:
        """Note the field that a label of several meanings has at the head, by a value of one word for it.

        The first value that may say what happened is a title where the report's own does not.
        """
        if name is not None or not found.is_sure:
            return
        if self.event is None and may_be_title(found.label, found.line):
            self.event = found.line
        if (match := _GIVEN.fullmatch(found.label)) and find_dates(found.line.text):
            if not _UNFINISHED.search(found.line.text) and "draft" not in found.line.text.casefold():
                guesses.setdefault("given", found.line._replace(text=match["state"]))
            return
        guess, words = self.template.field_perhaps_named(found.label), _VERSION.sub("", found.line.text).strip()
        word = leading_word(words)
        if guess is not None and word.isalpha() and self._is_readable(guess, word):
            guesses.setdefault(guess, found.line._replace(text=words))

    def _is_other_id(self, name: str, found: tuple[bool, int, Line]) -> bool:
        """Return whether an id has a label that no template lists, such as Key, and the title has one of known form."""
        _, rank, line = found
        if name != "incident_id" or rank < len(self.template.fields[name]) or self.template.id_in(line.text):
            return False
        title = self.titles.found
        return title is not None and self.template.id_in(title.text) is not None

    def _add_unlabelled(self, fields: dict[str, Line]) -> None:
        """Add the length that the date says as well, and the severity and status that lines say without a label."""
        if "duration" not in fields and "date" in fields and (words := _length_beside(fields["date"].text)):
            fields["duration"] = fields["date"]._replace(text=words)
        if self.moment is not None:
            fields.setdefault("started_at", self.moment)
        above = list(takewhile(lambda pair: pair[1] in {None, "summary"}, zip(self.sections, self.parts, strict=True)))
        first = [section for section, _ in above[:_FIRST_LINES]]
        if "severity" not in fields:
            named = severities_said(first, self.titles.found)
            ratings = [line for line in named if self._is_readable("severity", line.text)]
            if len(named) == len(ratings) == 1:
                fields["severity"] = ratings[0]
        if "status" not in fields:
            states = [line for line in states_said(first, self.sections) if self._is_readable("status", line.text)]
            if len({fold(line.text) for line in states}) == 1:
                fields["status"] = states[0]

    def _named(self, found: Field) -> tuple[str | None, Line]:
        """Return the field that a label means for its value, and the part of the line that is the value."""
        name, line = self.template.field_named(found.label), found.line._replace(text=ticked_option(found.line.text))
        if name == "date" and found.is_sure and _DAY_AND_TIME.search(found.label) and _is_instant(line.text):
            self.moment = line
        if name == "services" and not _OF_SERVICES.search(found.label) and _PEOPLE.match(line.text):
            return "affected_users", line
        if name == "why_it_happened" and len(line.text) <= _STAMP and _is_instant(line.text):
            return "identified_at", line
        if name == "date" and not find_dates(line.text) and self._is_readable("duration", line.text):
            return "duration", line  # of two times of day alone
        if name == "severity" and ". " in line.text and not self._is_readable(name, line.text):
            return name, line._replace(text=line.text.partition(". ")[0])  # before the first sentence
        return name, line

    def _note_none(self, name: str | None, found: Field) -> None:
        """Note an instant, not who noticed it, for which a field says that there was none."""
        is_instant = name is not None and name.endswith("_at") and not fold(found.label).endswith(" by")
        if name is not None and is_instant and (is_none(found.line.text) or _NOT_GIVEN.fullmatch(found.line.text)):
            self.report.not_given.add(name)

    def _check_clock(self, name: str | None, found: Field) -> None:
        """Report an instant at the head that has a date and no time of day."""
        if name is not None and found.is_sure and name.endswith("_at") and date_in(found.line.text) is not None:
            message = f"{found.label} {found.line.text!r} has no time of day; {_WRITE_INSTANT}"
            self.report.problem("unreadable-time", found.line.line, message)

    def _check_same(self, name: str, one: Line, other: Line) -> None:
        """Report two fields at the head that give the date or the severity differently."""
        if name not in {"date", "severity"}:
            return
        values = {self._value_said(name, line.text) for line in (one, other)}
        if None not in values and len(values) > 1:
            words = [line.text if len(line.text) <= _STAMP else f"{line.text[:_STAMP]}..." for line in (one, other)]
            message = f"the {name} is {words[1]!r} here, {words[0]!r} in line {one.line}; correct one or the other"
            self.report.problem("contradiction", other.line, message)

    def _value_said(self, name: str, words: str) -> object:
        """Return the date or the severity that words give, None for neither; the same words are read once."""
        if (name, words) not in self.said:
            value: object = None
            with suppress(Unreadable):
                choice = self._severity_of(words, self.template.severity_scales) if name == "severity" else None
                value = date_in(words) if name == "date" else choice and choice.word
            self.said[name, words] = value
        return self.said[name, words]

    def _is_field(self, name: str, found: Field) -> bool:
        """Return whether a labelled value counts as a field."""
        if not found.is_sure and name in self.parts:  # a section of its own has it
            return False
        is_asked = found.is_sure and name not in self.template.other_fields
        is_own = is_asked and self.template.rank_of(name, found.label) == 0
        if name == "severity" and found.is_sure and _RATING_WORD.fullmatch(found.line.text):
            return True  # which is reported where the settings don't know it
        if name == "status" and found.is_sure and _goes_on(found.line.text):
            return True
        if name.endswith("_at") and _OF_A_LENGTH.fullmatch(found.line.text):
            return False
        if _NOUN.search(found.label) and _SHORT_CLOCK.fullmatch(found.line.text):
            return False
        return is_own or self._is_readable(name, found.line.text)

    def _take_window(self, line: Line) -> None:
        """Keep a field that says from when to when the incident was, and not how long."""
        with suppress(Unreadable):
            duration = read_duration(line.text)
            if duration is not None and duration.windows and duration.total is None:
                self.window = self.window or duration

    def _is_readable(self, name: str, words: str) -> bool:
        """Return whether the words can be a field's value."""
        try:
            match name:
                case "date":
                    return bool(find_dates(words))
                case "duration":
                    return read_duration(words) is not None
                case "severity":
                    return self._severity_of(words, self.template.severity_scales) is not None
                case "status":
                    return self._uncounted_status(words) is not None or self._one_status(words) is not None
                case "title":
                    return is_one_title(words)
                case "incident_id":
                    return self.template.id_in(words) is not None or _TOKEN.fullmatch(words.strip()) is not None
        except Unreadable:
            return False
        return not name.endswith("_at") or re.search(r"\d\s?[:h.]\s?\d\d|\d\s?[ap]m", words, re.IGNORECASE) is not None

    def _take_id_of(self, title: Line) -> None:
        """Take the Incident ID from the title."""
        incident_id = self.template.id_in(title.text)
        if incident_id is None and (match := _FIRST_KEY.match(title.text)) is not None:
            name = PurePath(self.report.file).stem.casefold()
            incident_id = match[1] if re.search(rf"(?<![a-z\d]){match[1].casefold()}(?!\d)", name) else None
        if incident_id is None and (match := _TITLE_ID.search(title.text)) is not None:
            found = match[match.lastgroup or 0]
            incident_id = None if _IS_DATE.fullmatch(found) else found
        elif incident_id is not None and (match := _DOCUMENT.match(incident_id)):
            incident_id = incident_id[match.end() :]
        if incident_id is not None:
            self.values["incident_id"] = incident_id
            self.report.note("incident_id", title.text, title.line)

    def _drop_id_of_title(self) -> None:
        """Leave the report's own Incident ID out of its title, which is shown next to it."""
        incident_id, words = self.values.get("incident_id"), self.values.get("title") or ""
        if incident_id and (match := re.match(rf"\W*+{re.escape(incident_id)}(?![-/]?\w)\W++", words)):
            words = words[match.end() :]
        self.values["title"] = words.removesuffix(f"({incident_id})").rstrip() or words or None

    def _check_title(self) -> None:
        """Read a report whose title says that it is a duplicate as one, whatever its status."""
        title, pattern = self.values.get("title") or "", self.template.incident_id
        if re.fullmatch(pattern, "any-word") or self.values.get("status") in UNCOUNTED_STATUSES:
            return
        if re.match(rf"\W*duplicates? of\W+(?:{pattern})(?!\w)", title[:ID_ROOM], re.IGNORECASE):
            status, line = self.values.get("status"), self.report.lines.get("title", 1)
            self.values["status"] = UNCOUNTED_STATUSES[0]
            message = f"the title is {title!r}, the Status is {status or 'not recorded'}; write '**Status**: Duplicate'"
            self.report.problem("contradiction", line, f"{message}, or another title", of_incident=False)

    def _take_date_elsewhere(self) -> None:
        """Take the incident's date from where it is known: title, file name, id, Duration, other instants, timeline."""
        headings = takewhile(lambda pair: pair[1] is None, zip(self.sections, self.parts, strict=True))
        fields = [line for name, line in self.fields.items() if name == "duration" or name.endswith("_at")]
        words = [(section.title, section.line) for section, _ in headings if section.level]
        name = [(PurePath(self.report.file).stem, self.report.lines["head"])]
        name.append((self.values.get("incident_id") or "", self.report.lines.get("incident_id", 1)))
        times = [(line.text, line.line) for line in fields]
        times += [(entry.when, entry.line) for entry in self.reader.entries]
        whens = [text for text, _ in times]
        lines = (line for section in self.sections for line in section.lines())
        above = list(islice(lines, 2 * _FIRST_LINES))
        of_post = self.posted or letter_date(self.sections)
        posted = of_post or byline(above[:_FIRST_LINES], name[0][0])
        n_first = _FIRST_LINES if posted is None else 2 * _FIRST_LINES  # of which some are its head
        first = [(line.text, line.line) for line in above[:n_first] if not is_of_writing(line.text)]
        day = date_in(posted.text) if posted is not None else None
        if posted is None or day is None:
            words += name + times + first
        else:  # the name of a post's file has the day on which it was published, too
            own = [each for each in (*words, *first, *name) if each[1] != posted.line or each in name]
            near = [each for each in own if is_shortly_before(day_said(each[0], day), day)]
            words = near + times if of_post is not None else near + words + name + times + first
            if of_post is not None and not any(find_dates(text) for text, _ in own):
                words.append((posted.text, posted.line))
        for text, line_number in words:
            if (found := day_said(text, day)) is not None:
                is_in_doubt = text == name[0][0] or (posted is not None and line_number == posted.line)
                is_in_doubt |= (text, line_number) in first and not is_sentence(text)
                is_in_doubt &= found not in map(date_in, whens)
                said = line_of_other_day(found, self.titles.found, above) if is_in_doubt else None
                if said is not None:
                    message = f"{found} may be when this was written, as line {said.line} names another day"
                    self.report.problem("missing-date", said.line, f"{message}; write '**Date**: ...' below the title")
                    return
                self.values["date"] = found
                self.report.note("date", text, line_number, source="derived")
                return
        is_said = any(line.text and find_dates(line.text) for line in fields)  # a date that may be two days: said there
        if "date" not in self.fields and "date" not in self.template.other_fields and not is_said:
            label = self.template.fields["date"][0]
            message = f"no {label}; write a line '**{label}**: ...' below the title"
            self.report.problem("missing-date", self.report.lines["head"], message)

    def _read_other(self, name: str, line: Line) -> None:
        """Read a field that other templates have at their head: services, instants, what the impact was."""
        label = self.template.fields[name][0]
        if name == "services":
            words = _LISTED.split(self._with_breaks(line))
            self.reader.add_services([(None, word.strip(" ."), line.line, "") for word in words], None)
        elif not name.endswith("_at"):
            self.reader.read_field(name, line, label)

    def _with_breaks(self, line: Line) -> str:
        """Return the words of a field with a line separator wherever the source breaks its cell."""
        lines = (each.text for section in self.sections for each in section.source if each.line == line.line)
        words, source = re.sub(_BREAK, "\u2028", line.text), next(lines, "")
        for match in _BROKEN.finditer(source) if "<" in source else ():
            before, following, after = words.partition(match[1].strip())
            words = f"{before}\u2028{following}{after}" if before.endswith(" ") and following else words
        return words

    def _instant(self, line: Line, label: str, latest: datetime | None, night: timedelta) -> datetime | None:
        """Read a date and time as a row of the timeline is read, and report what is unclear about it.

        A time of day without a date is one of the day of the ``latest`` milestone before it, else of the incident's
        date; where it is earlier on the clock by a ``night`` or more, or the incident's date is later, one of the next.
        """
        zone = self.reader.zone or (self.report.duration.zone if self.report.duration else None) or self.zone
        entry = Entry(line.text, "", line.line, is_unclear=self.reader.zone_is_unclear)
        day = anchor = self.report.anchor()
        if latest is not None and not find_dates(line.text):
            day = latest.astimezone(zone).date()
            at = place_entries([entry], day=day, zone=zone).instants[0]
            if at is not None and at < latest and (latest - at >= night or (anchor is not None and day < anchor)):
                day += timedelta(days=1)
        placement = place_entries([entry], day=day, zone=zone)
        for remark in placement.remarks:
            message = remark.message.replace("write it as HH:MM", _WRITE_INSTANT)
            self.report.problem(remark.code, line.line, f"{label}: {message}")
        if placement.instants[0] is None and not placement.remarks and not is_absent(line.text):
            message = f"{label}: {line.text!r} is not a date and time; {_WRITE_INSTANT}"
            self.report.problem("unreadable-time", line.line, message)
        is_named = self.reader.zone is not None or (self.report.duration and self.report.duration.zone)
        if placement.instants[0] is not None and not is_named and not names_zone(line.text):
            self.report.zone_is_assumed = True
        return placement.instants[0]

    def _take_incident_id(self, line: Line) -> None:
        form = "INC-YYYY-MM-DD-###"
        if is_absent(line.text):
            message = f"the Incident ID is not filled in; write one of the form {form}"
            self.report.problem("malformed-id", line.line, message)
            return
        incident_id = self.template.id_in(line.text) or line.text
        words = re.findall(r"[\w-]+", line.text)  # ATL-INC-009 is not INC-009
        incident_id = next((word for word in words if incident_id in word), incident_id)
        if "incident_id" not in self.template.other_fields and not self.template.has_own_id(line.text, any_word=True):
            message = f"Incident ID {line.text!r} is not of the form {form}; write one that is"
            self.report.problem("malformed-id", line.line, message)
        self.values["incident_id"] = incident_id
        self.report.note("incident_id", line.text, line.line)

    def _take_date(self, line: Line) -> None:
        day, source = self.report.attempt(read_date, line, "Date"), "stated"
        if day is None and (named := find_dates(line.text)):  # of two days the id, or the title, names one
            said = {(each.month, each.day) for each in find_dates(self.titles.found.text if self.titles.found else "")}
            either = [
                each
                for each in named[0].either or ()
                if each == self.report.day_of_id() or (each.month, each.day) in said
            ]
            day, source = (either[0], "derived") if len(either) == 1 else (None, source)
        self.values["date"] = day
        self.report.note("date", line.text, line.line, source=source)
        if day is None and (is_absent(line.text) or is_none(line.text)):
            self.report.problem("missing-date", line.line, "the Date is not filled in; write it as YYYY-MM-DD")

    def _take_duration(self, line: Line) -> None:
        duration = self.report.attempt(read_duration, line, "Duration")
        if duration is not None and not duration.windows and self.window is not None:
            duration = replace(duration, windows=self.window.windows, zone=self.window.zone)
        self.report.duration = duration
        self.report.duration_is_unclear = duration is None and self._is_unclear_zone(line.text)
        self.report.lines["duration"] = line.line
        approximate = duration is not None and duration.approximate
        self.values["stated_duration"] = duration.total if duration else None
        self.report.note("stated_duration", line.text, line.line, approximate=approximate)
        if approximate:
            self.report.problem("approximate", line.line, f"Duration {line.text!r} is approximate; write both times")

    @staticmethod
    def _is_unclear_zone(words: str) -> bool:
        try:
            return names_zone(words) and read_zone(words) is None
        except Unreadable:
            return True

    def _take_severity(self, line: Line) -> None:
        self.report.note("severity", line.text, line.line)
        if is_placeholder(line.text):
            self.report.problem("placeholder", line.line, "Severity still holds the template's words; fill it in")
            return
        declared = self.settings.severities.order
        try:
            choice, is_mapped = self._severity_of(line.text), False
        except Unreadable as error:
            try:
                choice, is_mapped = self._severity_of(line.text, self.template.severity_scales), True
            except Unreadable:
                message = (
                    f"severity {error}; write one of these, or declare a synonym under [severities] in the settings"
                )
                self.report.problem("unknown-severity", line.line, message)
                return
        severity = self.report.choose(choice, line, "Severity", declared, unknown="unknown-severity")
        self.values["severity"] = severity
        if severity is not None and is_mapped:
            message = f"severity {line.text!r} is read as {severity}; if that is right, write"
            synonym = f"{json.dumps(leading_word(line.text), ensure_ascii=False)} = {json.dumps(severity)}"
            message = f"{message} synonyms = {{ {synonym} }} under [severities] in the settings"
            self.report.problem("mapped-severity", line.line, message)

    def _severity_of(self, text: str, scales: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Choice | None:
        """Return the severity that words mean; those of other scales count where the settings declare none."""
        declared, has_own = self.settings.severities.order, "severities" in self.settings.model_fields_set
        words = {word: name for word, name in self.template.synonyms("severities").items() if name in declared}
        if not has_own:
            words |= {word: name for name, others in scales.items() for word in others}
        if match := _NUMBER.fullmatch(text):
            text = f"SEV-{match[1]}"
        return read_choice(text, tuple(reversed(declared)), {**words, **self.settings.severities.synonyms})

    def _take_author(self, line: Line) -> None:
        self.report.note("author", line.text, line.line)
        self.values["author"] = self.report.attempt(text_or_none, line, "Author")

    def _take_status(self, line: Line) -> None:
        self.report.note("status", line.text, line.line)
        if _goes_on(line.text):
            self.report.ongoing = line
            self.values["status"] = STATUSES[0]  # the report of what goes on can't be complete
        elif (uncounted := self._uncounted_status(line.text)) is not None:
            self.values["status"] = uncounted
        elif not is_placeholder(line.text) and (named := find_choice(line.text, STATUSES, {})) is not None:
            self.values["status"] = self.report.choose(named, line, "Status", STATUSES, unknown="unreadable-value")
        else:
            self.values["status"] = self.report.attempt(self._one_status, line, "Status")

    def _one_status(self, words: str) -> str | None:
        """Return the one status that words mean, whose gloss must not say that the report is not at it yet."""
        synonyms = self.template.synonyms("statuses")
        try:
            status = read_word(words, STATUSES, synonyms)
        except Unreadable as error:
            if (match := _SINCE.match(words)) is None:
                remedy = "write one of these, or name it under [statuses] in a layout of yours"
                raise Unreadable(f"{error}; {remedy}") from error
            status = read_word(match[1], STATUSES, synonyms)
        if status == STATUSES[-1] and _UNFINISHED.search(words):
            raise Unreadable(f"{words.strip()!r} says that it is {status} and that it is not; write the status alone")
        return status

    def _uncounted_status(self, words: str) -> str | None:
        """Return the status of a report that is not about an incident of its own, such as a duplicate."""
        pattern, names = _uncounted(self.template)
        if match := pattern.match(fold(words).strip("*_[]( ")):
            return names[match[1]]
        return UNCOUNTED_STATUSES[0] if _DUPLICATE_OF.search(words) else None

    def read_foot(self) -> None:
        """Read the template's version, from the last place that names it."""
        wanted = self.template.fields.keys() & {"template_version", "template_updated_on"}
        for section in reversed(self.sections):
            if self.values.keys() >= wanted:
                return
            for label, line in labelled(section):
                name = self.template.field_named(label)
                if name in self.values:
                    continue
                if name == "template_version":
                    self.values[name] = self.report.attempt(text_or_none, line, label)
                    self.report.note(name, line.text, line.line)
                elif name == "template_updated_on":
                    self.values[name] = self.report.attempt(read_date, line, label)
                    self.report.note(name, line.text, line.line)
