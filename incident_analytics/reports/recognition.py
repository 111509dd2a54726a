"""Which template reads a file, and whether the file is an incident report at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import PurePath
from typing import Final, NamedTuple, TypeAlias

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import RUNNING, Document, Fence, Line, Section, SourceLine, Table
from incident_analytics.reports.durations import find_length
from incident_analytics.reports.labels import front_matter, labelled
from incident_analytics.reports.layout import lay_out, section_owners, section_parts
from incident_analytics.reports.narrative import milestones_said, outage_said
from incident_analytics.reports.placeholders import fold, is_absent, is_placeholder
from incident_analytics.reports.report_fields import Field, find_fields
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.template import Template, bare_words
from incident_analytics.reports.times import date_in, find_dates
from incident_analytics.reports.zones import clocks_in

__all__ = ["TO_FILL_IN", "Recognized", "Skipped", "recognize", "split_reports", "take_whole"]

Fields: TypeAlias = Sequence[tuple[str, Line]]
"""Labels with their values."""

_OWN, _KNOWN = 3, 2
"""What a part of a file weighs for a template: one in the template's own words, one in other words for it."""
_ITS_ID: Final = 6
"""What an id of the template's own form weighs."""
TO_FILL_IN: Final = "a template to fill in"
"""What a blank template is skipped as."""
_ENOUGH: Final = 4
"""What the signs of an incident must weigh for a file to be a report; see `_Signs`."""
_TIME: Final = compile_late(
    r"\b(?:[01]?\d|2[0-3])[:h][0-5]\d\b|\b\d{1,2}\s?[ap]\.?m\b|\b(?:[01]?\d|2[0-3])\.[0-5]\d\s(?:uhr|uur)\b"
    r"|\bkl\.?\s\d{1,2}\.[0-5]\d\b",
    re.IGNORECASE,
)
_AS_PLANNED: Final = compile_late(r"\b(?:planned|scheduled|announced|maintenance)\b", re.IGNORECASE)
"""What a text has on work that took a service down on purpose."""
_TIMES_OF_ACCOUNT: Final = 3
"""Times of day that an account in sentences has at least."""
_TYPICAL: Final = compile_late(
    r"(?<![.\w])(?:typical(?:ly)?|usually|for (?:example|instance)|e\.g\.|imagine|suppose|let['’]s say|hypothetical\w*"
    r"|fiction\w*|fictitious|examples?|scenario|walk-?through)\b",
    re.IGNORECASE,
)
"""What a guide says of times at which nothing happened."""
_OF_SYSTEMS: Final = compile_late(
    r"\b(?:outages?|incidents?|services?|servers?|sites?|websites?|systems?|databases?|apis?|apps?|dns|networks?|clusters?"
    r"|queues?|deploy\w*|rollbacks?|releases?|certificates?|log-?ins?|errors?|traffic|requests?|streams?|backups?|hosts?"
    r"|users?|customers?|players?|panne|serveurs?|base de données|utilisateurs?|ausfall|störung|dienste?|nutzer|kunden"
    r"|servicios?|servidor\w*|sistemas?|usuarios?|serviços?|usuários?|servizi\w*|sistem[ai]|utenti|storing|dienst|gebruikers"
    r"|tjenest\w*|tjänst\w*|nede|nere|brukere|användare|awari\w*|usług\w*|kesinti\w*|sunucu\w*|portal\w*|klanten|kassa\w*|clientes|clienti"
    r"|payments?|pagos?|pagamenti|pagamentos|paiements?|zahlung\w*|trading|catalogue|katalog\w*|meters?"
    r"|software|modems?|computers?|controllers?|robots?|sensors?|schedulers?)\b",
    re.IGNORECASE,
)
"""What an account of an incident names; one of a journey doesn't."""
_OF_TROUBLE: Final = compile_late(
    r"\b(?:fail\w*|errors?|down|outages?|incidents?|interrupt\w*|disrupt\w*|unavailable|unreachable"
    r"|unable|could(?: not|n['’]t)|cannot|stopped|broken?|lost|missing|wrong|empty|problems?"
    r"|trouble|issues?|stuck|slow\w*|refused|rejected|denied|expired|crash\w*"
    r"|twice|blank|deleted|vanished|sorry|apologi\w+|störung\w*|ausf[aä]ll\w*|ausgefallen|nicht|fehler\w*|panne|plus|erreurs?"
    r"|ca[ií]da|fall[oóa]\w*|incidencia|no (?:se )?pud\w+|queda|do ar|indispon\w+|falha\w*"
    r"|disservizio|guasto|blocco|non (?:era|funziona\w*)|storing|uitval|niet|nede|nere|feil|fejl"
    r"|awari\w*|nie działa\w*)\b",
    re.IGNORECASE,
)
"""What an account of an incident says that something was; one of an opening doesn't."""
_WRITTEN: Final = compile_late(
    r"\b(?:updated|posted|published|written|reviewed|revised|version|issued)\b[^.;\d]{0,40}\d+(?![\d:])"
    r"|\b\d{4}\W{1,3}(?:(?:updated|posted|published|written|reviewed|revised)\b|by (?-i:[A-Z]))",
    re.IGNORECASE,
)
"""What is next to the day on which a text was written."""
_MOST_DAYS: Final = 3
"""Days that are tried as that of an account."""
_CONTENT: Final = {
    "root_cause": 2, "why_it_happened": 2, "impact": 1, "user_impact": 1, "services": 1, "costs": 1, "detection": 1,
    "resolution": 1, "trigger": 1, "contributing_factor": 1, "response": 1, "went_well": 1, "could_improve": 1,
    "actions": 1, "lesson": 1,
}  # fmt: skip
"""Sections with words of their own, and what each weighs."""
_IMPACT: Final = frozenset({"impact", "user_impact"})
_LISTS: Final = frozenset({"actions", "meeting_actions", "lesson", "went_well", "could_improve"})
_CORE: Final = frozenset(
    {"root_cause", "why_it_happened", "impact", "user_impact", "services", "detection", "resolution", "trigger"}
)
"""Those that only incidents have."""
_INCIDENT: Final = compile_late(
    r"\b(?:incidents?|outages?|post-?\s?mortems?|pir|rca|rfo|root cause|down(?:time)?|disruption|degradation|occurrence"
    r"|st(?:ö|oe)rung\w*|ausfall\w*|vorfall\w*|panne|indisponibilité|incidentes?|avería|caída|ocorrência|storing\w*"
    r"|disservizio|guasto|incidente|awari[ai]|incydent\w*|hendelse\w*|störning\w*|nedetid|driftstopp\w*|häiriö\w*|katko\w*"
    r"|kesinti\w*|arıza\w*|olay|výpad\w*|poruch\w*|incidens\w*|üzemzavar\w*|întreruper\w*|gangguan|insiden|инцидент\w*|сбо[йи]\w*"
    r"|авари\w*|інцидент\w*|збі[йї]|περιστατικ\w*|nedbrud\w*|avbrott\w*|usterk\w*)\b"
    r"|post-?incident|pós-incidente|障害|故障|事故|장애",
    re.IGNORECASE,
)
_REPORT: Final = compile_late(
    r"\b(?:post-?\s?mortems?|pir|rca|root cause analysis|incident (?:report|review|retro\w*|summary)|outage)\b",
    re.IGNORECASE,
)
"""Titles of reports, rather than of what is about incidents."""
_CLOCK: Final = compile_late(r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\b\d{1,2}\s?[ap]\.?m\b", re.IGNORECASE)
_LOST: Final = compile_late(
    r"\W*(?:how we (?:accidentally |nearly |almost )?(?:lost|broke|deleted|dropped|took|brought|knocked|crashed|wiped"
    r"|caused|survived|missed|failed|leaked|exposed|locked|overloaded|ran|let|fell|went|shut)"
    r"|what (?:happened|went wrong)(?: (?:on|to|with|during|yesterday|today|last|in)\b| ?$)"
    r"|[^:]{3,80}[:–—] what (?:happened|went wrong))\b",
    re.IGNORECASE,
)
"""Titles of posts on what went wrong: what they name is what broke."""
_OTHER_KIND: Final = compile_late(
    r"\b(?:templates?|runbooks?|playbooks?|guides?|guidelines?|how[- ]to|polic(?:y|ies)|process|procedures?|checklists?"
    r"|readme|adr|rfc|roadmap|proposal|changelog|changes|release notes|weekly|monthly|index|contributing|game ?days?"
    r"|feature requests?|(?:feature|enhancement|epic|user story)(?=\s*:)"
    r"|security polic(?:y|ies)|plans?|change requests?|chg-?\d+|handovers?|agenda|meeting minutes|slos?"
    r"|service levels?|benchmarks?|invitations?|how we|bug #?\d+|workshops?|webinars?|notes from"
    r"|(?:review|post-?mortem|retro\w*|team|staff|planning) meeting|schulung\w*|formación"
    r"|treinamento|opleiding|utbildning|szkoleni\w+|training(?=\W*$|\s(?:notes?|sessions?|days?|materials?|course|plan)))\b"
    r"|研修|培训|[周月日週]报|[周月日週]報|会议纪要|議事録|手順書|手册|模板|テンプレート|회의록|매뉴얼|주간",
    re.IGNORECASE,
)
"""Kinds of documents that speak of incidents and are not about one."""
_IS_LABEL: Final = compile_late(r"[\s\d_-]*(?::|\s[–—-]\s)")
"""What follows a word that begins a title as its label, as in ``Runbook: the queue is full``."""
_PLANNED: Final = compile_late(
    r"\b(?:exercises?|tabletop|drills?|rehearsals?|simulations?|experiments?|a/b tests?|chaos"
    r"|(?:dr|recovery|failover|restore|load|penetration) tests?"
    r"|(?:scheduled|planned|announced) (?:maintenance|works?|outages?|downtime|interruptions?|upgrades?)"
    r"|geplante wartung\w*|wartungsankündigung\w*|maintenance (?:programmée|planifiée)|mantenimiento programado"
    r"|manutenção programada|gepland onderhoud|manutenzione programmata|planlagt vedlikehold|planerat underhåll)\b",
    re.IGNORECASE,
)
"""What was planned; it may still have become an incident."""
_MAINTENANCE: Final = compile_late(
    r"^\W*(?:(?:completed|in progress|scheduled|verifying)\W+)?(?:the |this )?(?:scheduled|planned) maintenance"
    r" (?:has been|is (?:now|currently|still)|will)\b"
    r"|^\W*(?:scheduled\W+)?we will be (?:undergoing|performing) (?:\w+ )?maintenance\b",
    re.IGNORECASE,
)
"""How the updates on planned work begin."""
_SIMULATED: Final = compile_late(
    r"\((?:simulated|fictitious|hypothetical|planned|expected|exercise|role ?play)\b", re.IGNORECASE
)
"""What a label says of a value that nothing had."""
_RATED: Final = compile_late(
    r"\d|\b(?:critical|high|major|medium|moderate|minor|low|red|orange|yellow|amber|kritisch|hoch|mittel"
    r"|niedrig|critique|élevée?|majeure?|mineure?|faible|crític[oa]|critic[oa]|alt[oa]|medi[oa]|baj[oa]|baix[oa]|hoog|laag"
    r"|kritiek|kritisk)\b|^\W*[a-e]\W*$",
    re.IGNORECASE,
)
"""What a severity has that rates an incident, not what is planned."""
_EXAMPLE: Final = compile_late(
    r"(?:\b(?:for (?:example|instance)|e\.g\.)\s?|^\W{0,9}(?:(?:an?|the) )?(?:example|sample)(?: timeline)?):\W{0,9}$",
    re.IGNORECASE,
)
"""How a guide announces rows that nothing happened at, in the line above them."""
_LEFT: Final = compile_late(
    r"\[(?![ xX]\]|(?i:resolved|closed|final|solved|update\w*|monitoring|identified|mitigated|recovered|ongoing)\b"
    r"|[a-z]\w*-(?:announce\w*|dev|devel|discuss|list|news|ops|status|users)\])"  # a mailing list's
    r"(?=[^\[\]()\d#]*?[^\W\d_])[^\[\]()\d#]*+\](?![(\[:])|<(?!https?:|!--|/|br\b)[A-Za-z][^<>@=]{0,60}>"
    r"|\{\{?(?![#.:]\w)[^{}]{1,60}\}\}?|\bYYYY\b|\bHH:MM\b|\bXX+\b|(?<=\S)#{3,}|_{3,}"
)
"""What only a template has: words in brackets, letters in place of figures."""
_YEAR: Final = compile_late(r"\b20[0-4]\d\b(?![-./]\d)")
_TAG: Final = compile_late(
    r"^\W{0,3}\[(?!TITLE|NAME|DATE|SERVICE|INCIDENT|TEAM|ID\b|SEV|YYYY)[A-Z]{2,8}\]\s+(?=\w+ \w)"
)
"""A tag before a title, such as ``[DEV]``; none that a template leaves there to be filled in."""
_PRESENT: Final = compile_late(r"\W*(?:present|regrets|apologies|agenda)\s?:", re.IGNORECASE)
"""How the notes of a meeting begin."""
_MEETING: Final = compile_late(
    r"\bmeeting\b|besprechung|\bsitzung|\bréunion|\breuni[óã]o?n?\b|\briunione|vergadering|\boverleg\b|\bmøte|\bmöte|spotkanie"
    r"|\bmøde|\bnotulen\b|\b(?:review|board|committee|call) minutes\b"
    r"|^\W*(?:minutes|protokoll|referat|verbale|acta|ata|pöytäkirja|procès-verbal)\b",
    re.IGNORECASE,
)
"""A title that says so."""
_ATTENDED: Final = compile_late(
    r"\W*(?:present|regrets|apologies|agenda|attendees|attended|participants|teilnehme\w+|anwesend\w*|présents|participants"
    r"|asistentes|presentes|presenti|aanwezig\w*|deltakere|deltagere|deltagare"
    r"|närvarande|til stede|obecni|läsnä|attending|in attendance)\s?:",
    re.IGNORECASE,
)
_TO_DO: Final = compile_late(r"\d\W+(?:todo|tbd|tbc|\.\.\.|…)\W*$", re.IGNORECASE)
"""A row that has a time and no event yet."""
_ASKS: Final = compile_late(
    r"\W*(?:please|describe|explain|list|provide|include|add|summari[sz]e|write|give|identify|note|document|insert|fill"
    r"|use this|outline|briefly|what|when|who|how|why|which|e\.g\.|for example|one (?:or two )?sentences?"
    r"|a (?:brief|short))\b",
    re.IGNORECASE,
)
"""How a template asks for what is to be written."""
_OFFERS: Final = compile_late(r" ?(?:[/|,]|\bor\b) ?")


class Recognized(NamedTuple):
    """The template that reads a file, its sections, those of each report in it, and the fields of its front matter."""

    template: Template
    sections: Sequence[Section]
    reports: Sequence[Sequence[Section]]
    head: Fields

    def between(self) -> list[list[Section]]:
        """Return for each report the sections below it that are in none; those above the first one count to it."""
        first = {id(report[0]) for report in self.reports}
        within = {id(section) for report in self.reports for section in report}
        found: list[list[Section]] = [[] for _ in self.reports]
        number = 0
        for section in self.sections:
            number += id(section) in first
            if id(section) not in within:
                found[max(number - 1, 0)].append(section)
        return found


class Skipped(NamedTuple):
    """Why a file is not an incident report, which line says so, and whether it has much of one all the same."""

    reason: str
    line: int = 1
    is_doubtful: bool = False


def recognize(document: Document, path: str, templates: Sequence[Template]) -> Recognized | Skipped:
    r"""Find the template that explains most of a file, and the file's reports.

    Parameters
    ----------
    document
        The text.
    path
        Its file, whose name may say what it is.
    templates
        In the order in which they count where several fit equally.

    Returns
    -------
    Recognized or Skipped
        Skipped where the file has too little that only incident reports have: an Incident ID of a known form, a
        severity, a duration, a timeline, an impact, a root cause; what a template left there doesn't count.

    Examples
    --------
    >>> from incident_analytics.reports.markdown import parse_markdown
    >>> from incident_analytics.reports.template import built_in_templates
    >>> text = "# ADR 12: A queue\n\n**Date**: 2026-02-11\n**Status**: Approved\n**Author**: A\n"
    >>> recognize(parse_markdown(text), "adr.md", built_in_templates()).reason
    "not an incident report: its title says 'ADR'"
    """
    head = front_matter(document)
    sections = lay_out(document, templates)
    best = _best(sections, head, templates)
    reports = split_reports(sections, head, best, path)
    if reports:
        return Recognized(best, sections, reports, head)
    return _Signs(sections, head, best, path).reason()


def take_whole(document: Document, templates: Sequence[Template]) -> Recognized:
    """Take a text as a report, or as several, whether it has enough of one or not; the empty text is none."""
    head = front_matter(document)
    sections = lay_out(document, templates)
    best = _best(sections, head, templates)
    reports = split_reports(sections, head, best)
    return Recognized(best, sections, reports or ([sections] if _fit(sections, head, best)[0] else []), head)


def _best(sections: Sequence[Section], head: Fields, templates: Sequence[Template]) -> Template:
    """Return the template that explains most; others aren't looked at once they can't explain more."""
    best, most = templates[0], -1
    for template in templates:
        fit, open_to_others = _fit(sections, head, template)
        if fit > most:
            best, most = template, fit
        if best is template and open_to_others <= 0:
            break
    return best


def _fit(sections: Sequence[Section], head: Fields, template: Template) -> tuple[int, int]:
    """Return how much of a file a template explains, and how much more another template may."""
    weights: dict[str, int] = {}
    n_unknown = 0

    def add(name: str, words: str) -> None:
        weight = _OWN if bare_words(words) in template.own_words else _KNOWN
        weights[name] = max(weights.get(name, 0), weight)

    parts = section_parts(sections, template)
    for section, part in zip(sections, parts, strict=True):
        if part:
            add(f"section {part}", section.title)
        elif name := template.field_named(section.title):
            add(name, section.title)
        else:
            n_unknown += section.level > template.report_level
    for label, line in (*head, *_labels_above(sections, parts)):
        if not (name := template.field_named(label)):
            n_unknown += 1
        elif line.text:
            add(name, label)
            if name == "incident_id" and name not in template.other_fields and template.has_own_id(line.text):
                weights["its id"] = _ITS_ID
    own_id = weights.pop("its id", 0)  # which no other template has
    explained = sum(weights.values()) + own_id
    return explained, _OWN * (len(weights) + n_unknown) - explained


def _labels_above(sections: Sequence[Section], parts: Sequence[str | None]) -> Iterator[tuple[str, Line]]:
    """Yield what is labelled above the first section that a template knows."""
    for section, part in zip(sections, parts, strict=True):
        if part:
            return
        yield from labelled(section)


def split_reports(
    sections: Sequence[Section], head: Fields, template: Template, path: str = ""
) -> Sequence[Sequence[Section]]:
    """Cut a text into its reports: at the headings of the template's report level that each begin one."""
    groups: list[list[Section]] = [[]]
    for section, part in zip(sections, section_parts(sections, template), strict=True):
        if section.level == template.report_level and section.title and groups[-1] and not part:
            groups.append([])
        groups[-1].append(section)
    begun = [group for group in groups if group[0].level == template.report_level]
    if len(begun) > 1 or template.report_level > 1:
        begun = [group for group in begun if _Signs(group, (), template, "").are_enough()]
    else:
        begun = []
    if len(begun) > 1 or (begun and template.report_level > 1):
        above = takewhile(lambda section: section is not begun[0][0], sections)
        preface = [replace(section, level=template.report_level + 1) for section in above if section.title]
        return [[group[0], *preface, *group[1:]] for group in begun]  # its day and zone are those of all
    return [sections] if _Signs(sections, head, template, path).are_enough() else []


@dataclass(slots=True)
class _Sign:
    words: str
    line: int
    weight: int
    is_unfilled: bool = True
    is_core: bool = False
    may_break: bool = False
    """Whether it is a word for another kind of document, which may as well be what broke."""


class _Signs:
    """What in a text says that it is a report of an incident, and what says that it is not, or not yet."""

    def __init__(self, sections: Sequence[Section], head: Fields, template: Template, path: str) -> None:
        self.sections = sections
        self.template = template
        self.path = path
        self.found: list[_Sign] = []
        self.left: list[_Sign] = []
        self.labels: list[str] = []
        self.named: dict[str, int] = {}
        self.has_id = self.has_own_id = self.has_rows = self.has_date = False
        self.has_severity = self.has_impact = self.is_planned = self.has_rating = False
        self.n_instants = 0
        parts = section_parts(sections, template)
        self.read_fields(find_fields(sections, parts, head, template))
        if self.has_own_id:
            return
        rows = {row.line for section in sections for table in section.tables() for row in table.rows}
        if self.named.get("severity", 0) in rows and self.named["severity"] == self.named.get("duration"):
            self.has_severity = False  # a row of a list of incidents
        elif self.named.keys() >= {"severity", "duration"}:  # only incidents have both, in however few lines
            self.add("a severity with a duration", 1, 1, is_core=True)
        self.read_title(head)
        self.read_beginning()
        for section, owner in zip(sections, section_owners(sections, parts, template), strict=True):
            if owner:
                self.read_section(section, owner)

    def are_enough(self) -> bool:
        """Return whether it is a report."""
        if self.has_own_id or (self.has_id and (self.has_rows or not self.left)):
            return True
        if self.left and self.is_planned:
            return False
        if not (self.has_date or self.is_of_one_incident or all(sign.is_unfilled for sign in self.left)):
            return False
        is_dated = self.has_date or (self.has_rows and self.has_core)
        return (is_dated and self.weight() >= _ENOUGH) or (not self.left and self.is_account())

    def is_account(self) -> bool:
        """Return whether sentences say at which times of one day it was noticed and what else came of it.

        No plan, guide or note does: these have no times of a day that is over, or say nothing of who noticed.
        """
        texts = [block for section in self.sections for block in section.blocks if isinstance(block, RUNNING)]
        if sum(len(_TIME.findall(block.text)) for block in texts) < _TIMES_OF_ACCOUNT:
            return False
        if any(_TYPICAL.search(block.text) for block in texts):
            return False
        titles = [section.title for section in self.sections if section.title]
        words = [*titles, *(block.text for block in texts)]
        if not all(any(map(sign.search, words)) for sign in (_OF_SYSTEMS, _OF_TROUBLE)):
            return False
        if outage_said(texts) is not None:
            return True
        days = {day for text in words if not _WRITTEN.search(text) and (day := date_in(text)) is not None}
        if days and self.lasted_between_times([block.text for block in texts]):
            return True
        said = (milestones_said(texts, day) for day in sorted(days)[:_MOST_DAYS])
        return any(not found.isdisjoint({"started", "detected"}) and len(found) > 1 for found in said)

    @staticmethod
    def lasted_between_times(texts: Sequence[str]) -> bool:
        """Return whether a sentence says how long it was down, and two times of day are as far apart: unplanned."""
        lengths = [found[0] for text in texts if " for " in text and (found := find_length(text)) is not None]
        if len(lengths) != 1 or any(map(_AS_PLANNED.search, texts)):
            return False
        minutes = clocks_in(*texts)
        return any(minute + lengths[0].total_seconds() / 60 in minutes for minute in minutes)

    @property
    def has_core(self) -> bool:
        """Whether it has what the reports of projects and games don't."""
        return any(sign.is_core for sign in self.found)

    @property
    def is_of_one_incident(self) -> bool:
        """Whether it rates one incident and says what came of it, or from when to when: its title says what broke."""
        return self.has_severity and (self.has_rows or self.has_impact or self.n_instants > 1)

    def weight(self) -> int:
        """Return what the signs weigh together; a word for another kind of document weighs less than an incident."""
        unfilled = any(sign.is_unfilled and not sign.may_break for sign in self.left)
        left = [
            sign
            for sign in self.left
            if not (sign.may_break and self.is_of_one_incident and not (sign.is_unfilled and unfilled))
        ]
        return sum(sign.weight for sign in (*self.found, *left))

    def reason(self) -> Skipped:
        """Say why it is not a report; where it has much of one, also what would make it one."""
        skipped = self.why_not()
        if not (self.has_severity or self.has_rows) or not all(sign.may_break for sign in self.left):
            return skipped
        reason = skipped.reason
        if not self.is_of_one_incident:
            has = "a severity" if self.has_severity else "a timeline"
            lacks = "an impact or a timeline" if self.has_severity else "a severity"
            reason = f"{reason}; it has {has}: if it is one, add {lacks}"
        return Skipped(reason, skipped.line, is_doubtful=True)

    def why_not(self) -> Skipped:
        """Say what speaks against a report."""
        unfilled = [sign for sign in self.left if sign.is_unfilled]
        if unfilled:
            left = min(unfilled, key=lambda sign: (sign.weight, sign.line))
            return Skipped(f"not an incident report but {TO_FILL_IN}: {left.words}", left.line)
        if self.left:
            return Skipped(f"not an incident report: {self.left[0].words}", self.left[0].line)
        has = [sign.words for sign in self.found] or self.labels
        known = f"it has {_listed(has)}, but " if has else "it has "
        lacks = (
            "neither an Incident ID of a known form nor enough of severity, duration, timeline, impact and root cause"
        )
        if self.weight() >= _ENOUGH and not self.has_date:
            lacks = "neither a date nor a time"
        return Skipped(f"not an incident report: {known}{lacks}")

    def add(self, words: str, line: int, weight: int, *, is_core: bool = False) -> None:
        if words not in {sign.words for sign in self.found}:
            self.found.append(_Sign(words, line, weight, is_core=is_core))

    def leave(
        self, words: str, line: int, weight: int = -2, *, is_unfilled: bool = True, may_break: bool = False
    ) -> None:
        self.left.append(_Sign(words, line, weight, is_unfilled, may_break=may_break))

    # -- what there is

    def read_title(self, head: Fields) -> None:
        found = [(line.text, line.line) for label, line in head if self.template.field_named(label) == "title"]
        top = self.sections[0] if self.sections else None
        if top is not None and not top.level and not any(section.level == 1 for section in self.sections):
            found += [(line.text[:120], line.line) for line in islice(top.lines(), 1)]
        found += [(section.title, section.line) for section in self.sections if section.level]
        words, line = found[0] if found else ("", 1)
        name = PurePath(self.path).stem.replace("_", " ").replace("-", " ")
        for text in (words, name):
            if _INCIDENT.search(text) or self.template.id_in(text):
                weight = 3 if _REPORT.search(text) else 2
                self.add(f"a title such as {text!r}" if text is words else f"a file called {text!r}", line, weight)
                break
        if _LOST.match(words):
            self.add(f"a title such as {words!r}", line, 2)
        else:
            self.read_other_kinds(words, name, line)
        texts = [words, PurePath(self.path).stem, *(line.text for line in islice(_all_lines(self.sections), 5))]
        dates = [day for text in texts if (day := date_in(text)) is not None]
        self.has_date |= bool(dates)
        years = [int(year) for year in _YEAR.findall(words)]
        if dates and years and max(years) < max(dates).year - 1:
            self.leave(f"its title {words!r} is about an incident of {max(years)}", line, -3, is_unfilled=False)
        moment = next((each.text for each in islice(_all_lines(self.sections), 5) if _CLOCK.search(each.text)), "")
        if moment:
            self.add("times in its first lines", line, 1)
        if (match := _LEFT.search(_TAG.sub("", words))) and not _INCIDENT.search(match[0]):
            self.leave(f"its title is {words!r}", line)

    def read_other_kinds(self, words: str, name: str, line: int) -> None:
        """Look whether the title, or the file's name, says that it is another kind of document."""
        for text, what in ((words, "its title"), (name, "its name")):
            if (match := _OTHER_KIND.search(text)) and not (match[0].lower() == "readme" and _INCIDENT.search(words)):
                is_template = match[0].lower().startswith("template")
                before, after = text[: match.start()].strip(" [(*"), text[match.end() :]
                while following := _OTHER_KIND.match(after.lstrip()):  # a plan of a game day, a guide to a process
                    after = after.lstrip()[following.end() :]
                is_label = not before and _IS_LABEL.match(after) is not None
                may_break = not (is_label or (is_template and not after.strip(" ])*")))
                self.leave(f"{what} says {match[0]!r}", line, -4, is_unfilled=is_template, may_break=may_break)
                break
            if match := _PLANNED.search(text):
                is_of_incident = _INCIDENT.search(words) or _INCIDENT.search(name) or self.has_rating
                self.is_planned = not is_of_incident
                self.leave(f"{what} says {match[0]!r}", line, -3, is_unfilled=False)
                break

    def read_beginning(self) -> None:
        """Look whether the text begins as the notes of a meeting do, or the updates on planned work."""
        is_meeting = any(section.level == 1 and _MEETING.search(section.title) for section in self.sections)
        first = list(islice(_all_lines(self.sections), 5))
        present = (each for each in first if _PRESENT.match(each.text) or (is_meeting and _ATTENDED.match(each.text)))
        above = next(present, None)
        if above is not None:
            weight = -4 if is_meeting else -2
            self.leave(f"line {above.line} begins the notes of a meeting", above.line, weight, is_unfilled=False)
        work = next((each for each in islice(_all_lines(self.sections), 5) if _MAINTENANCE.match(each.text)), None)
        if work is not None:
            self.leave(f"line {work.line} is on planned maintenance", work.line, -4, is_unfilled=False)

    def read_fields(self, fields: Iterable[Field]) -> None:
        """Look at the fields, up to an id of the template's own form, which is enough."""
        for found in fields:
            label, line = found.label, found.line
            name = self.template.field_named(label)
            name = None if self.is_simulated(label, line, name) else name
            if name is None or name == "why_it_happened" or self.is_other_grade(name, found):
                self.read_label(label, line)
                continue
            self.labels.append(label)
            text = line.text
            if is_left(text) or (name in {"severity", "status"} and _offers(text)):
                self.leave(f"line {line.line} still says {text!r}", line.line)
            elif not text or is_absent(text):
                continue
            elif name == "incident_id":
                self.read_id(found)
                if self.has_own_id:
                    return
            elif name == "date":
                self.has_date |= bool(find_dates(text))
            elif name in {"severity", "services", "affected_users"} or (name == "duration" and re.search(r"\d", text)):
                self.add(label, line.line, 1, is_core=True)
                self.named[name] = line.line
                self.has_severity |= name == "severity" and "sev" in label.casefold()
                self.has_rating |= name == "severity" and _RATED.search(text) is not None
            elif name.endswith("_at") and re.search(r"\d[:h.]\d\d", text):
                self.has_date |= bool(find_dates(text))
                self.n_instants += 1
                self.add(label, line.line, 1, is_core=True)

    def is_simulated(self, label: str, line: Line, name: str | None) -> bool:
        """Return whether a label, or a severity, says that nothing had this value; that speaks against a report."""
        words = next(
            (words for words in (label, line.text if name == "severity" else "") if _SIMULATED.search(words)), None
        )
        if words is not None:
            self.leave(f"line {line.line} says {words!r}", line.line, -4, is_unfilled=False)
        return words is not None

    def is_other_grade(self, name: str, found: Field) -> bool:
        """Return whether a label that may mean a severity has a value that rates something else."""
        if name != "severity" or self.template.lists(name, found.label) or _RATED.search(found.line.text):
            return False
        return fold(found.line.text) not in map(fold, self.template.synonyms("severity_scales"))

    def read_label(self, label: str, line: Line) -> None:
        """Look at a label that is called like a section."""
        part = self.template.section_named(label, exactly=not label.endswith("?"))
        if part in _CONTENT and line.text and not (is_left(line.text) or _ASKS.match(line.text)):
            self.has_impact |= part in _IMPACT
            self.add(label, line.line, _CONTENT[part], is_core=part in _CORE)

    def read_id(self, found: Field) -> None:
        is_own = bare_words(found.label) in self.template.own_words
        self.has_own_id = is_own and self.template.has_own_id(found.line.text)
        self.has_id |= is_own or self.template.id_in(found.line.text) is not None
        self.add(found.label, found.line.line, 3 if self.has_id else 1, is_core=True)

    def read_section(self, section: Section, part: str) -> None:
        if self.template.sections[part].reads == "timeline":
            rows: Sequence[SourceLine | Line] = [line for line in section.source if begins_with_time(line.text)]
            rows = rows or [
                line for line in section.lines() if begins_with_time(line.text)
            ]  # updates, with their times
            if rows and (line := _example_above(section, rows[0].line)) is not None:
                self.leave(f"line {line.line} begins an example", line.line, -3)
                return
            if rows and not all(is_left(line.text) or _TO_DO.search(line.text) for line in rows):
                self.has_rows = True
                self.has_date |= any(find_dates(line.text[:40]) for line in rows[:20])
                self.add("a timeline", section.line, 3)
                return
        texts = list(_texts(section))
        if not texts:
            return
        is_list = part in _LISTS  # an action item may begin as what a template asks for does
        left = [line for line in texts if is_left(line.text) or (not is_list and _ASKS.match(line.value))]
        if len(left) == len(texts):
            self.leave(f"line {left[0].line} still says {_short(left[0].text)!r}", left[0].line, -1)
        elif part in _CONTENT:
            self.has_impact |= part in _IMPACT
            self.add(section.title, section.line, _CONTENT[part], is_core=part in _CORE)


def _example_above(section: Section, first: int) -> SourceLine | None:
    """Return the line above the first row where it says that the rows are an example."""
    above = [line for line in section.source if line.line < first and line.text.strip()]
    return above[-1] if above and _EXAMPLE.search(above[-1].text) else None


def is_left(text: str) -> bool:
    """Return whether words are those of a template that nobody has filled in.

    Examples
    --------
    >>> [is_left(text) for text in ("[Name]", "YYYY-MM-DD", "<service>", "e.g. 1,500", "see [RFC 7](x)", "[x] API")]
    [True, True, True, True, False, False]
    """
    return (
        is_placeholder(text) or _LEFT.search(text) is not None or fold(text).startswith(("e.g.", "(e.g.", "example:"))
    )


def _offers(text: str) -> bool:
    """Return whether a field still offers the words of which one is to be written."""
    parts = [part for part in _OFFERS.split(" ".join(text.split())) if re.search(r"\w", part)]
    n_most = 3
    return (
        len(parts) >= (2 if "|" in text else n_most)
        and len(set(map(fold, parts))) == len(parts)
        and all(len(part.split()) <= n_most for part in parts)
    )


def _texts(section: Section) -> Iterator[Line]:
    for block in section.blocks:
        if isinstance(block, RUNNING):
            yield from (line for line in block.lines if line.value)
        elif isinstance(block, Table):
            for row in block.rows:
                text = " ".join(cell.text for cell in row.cells)
                if text.strip():
                    yield Line(text, row.line)
        elif isinstance(block, Fence) and block.text.strip():
            yield Line(block.text.strip().partition("\n")[0], block.line)


def _all_lines(sections: Sequence[Section]) -> Iterator[Line]:
    return (line for section in sections for line in section.lines())


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004


def _listed(words: Iterable[str]) -> str:
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last
