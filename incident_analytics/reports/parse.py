"""One report's text to the rows of the tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from incident_analytics.config import Settings
from incident_analytics.model import MILESTONES, PRIORITIES, PROBLEM_LEVELS, STATUSES
from incident_analytics.reports.markdown import Item, Line, Paragraph, Section, Table, parse_markdown
from incident_analytics.reports.milestones import Clue, Evidence, infer_milestones
from incident_analytics.reports.template import SectionForm, Template
from incident_analytics.reports.timeline import Entry, Placement, place_entries
from incident_analytics.reports.times import Duration, read_date, read_duration, read_zone
from incident_analytics.reports.values import (
    Unreadable,
    find_key,
    fold,
    is_absent,
    is_none,
    is_placeholder,
    read_flag,
    read_loss,
    read_money,
    read_share,
    read_tick,
    read_word,
)

__all__ = ["Report", "parse_reports"]

Value = TypeVar("Value")
Cells = dict[str, Any]
"""One row of a table, by column."""

_LAST_COUNTS = {"mitigated", "restored", "closed"}
_TITLE = re.compile(r"^(?:incident|post-?\s?mortem)(?:\s+(?:report|review|analysis))?\s*[:–—-]\s*", re.IGNORECASE)
_PLAIN_LABEL = re.compile(r"^([^:|]{2,40}):\s+(?=\S)")


@dataclass(slots=True)
class Report:
    """What one report says: the rows of each table, with NA as None, and what the audit needs beside them.

    Attributes
    ----------
    rows
        The rows by table; ``incidents`` has exactly one.
    duration, placement
        The Duration line, and when the timeline's rows and the line's windows were.
    lines
        The line of each field that was found, and of each section's heading.
    """

    rows: dict[str, list[Cells]] = field(default_factory=lambda: defaultdict(list))
    duration: Duration | None = None
    placement: Placement | None = None
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def incident(self) -> Cells:
        """The report's row of ``incidents``."""
        return self.rows["incidents"][0]

    def problem(self, code: str, line: int, message: str) -> None:
        """Note a problem; its path and incident_id follow when the report is whole."""
        self.rows["problems"].append({"line": line, "level": PROBLEM_LEVELS[code], "code": code, "message": message})


def parse_reports(text: str, path: str, settings: Settings, template: Template) -> list[Report]:
    """Read the reports that a text holds.

    Parameters
    ----------
    text
        A file's text; any text is accepted.
    path
        Where it comes from, for problems and for the ``path`` column.
    settings
        Severities, services and the zone of times that name none.
    template
        What the report's parts are called.

    Returns
    -------
    list of Report
        Usually one; empty where the text is no report of this template. Where several level 1 headings each have an
        incident's fields below them, each is a report, and their path is ``path#2`` from the second on.
    """
    parts = _split(parse_markdown(text).sections, template)
    reports = []
    for number, sections in enumerate(parts, start=1):
        own_path = path if number == 1 else f"{path}#{number}"
        reports.append(_Parser(sections, own_path, settings, template).parse())
    return reports


def _split(sections: Sequence[Section], template: Template) -> list[list[Section]]:
    """Cut a text into its reports: at level 1 headings, where more than one of them has an incident's fields."""
    groups: list[list[Section]] = [[]]
    for section in sections:
        if section.level == 1 and groups[-1]:
            groups.append([])
        groups[-1].append(section)
    with_fields = [group for group in groups if _has_header(group, template)]
    if len(with_fields) > 1:
        return with_fields
    known = {template.section_named(section.title) for section in sections} - {None}
    if with_fields or len(known) > 1:
        return [list(sections)]
    return []


def _has_header(sections: Iterable[Section], template: Template) -> bool:
    names = {template.field_named(label) for section in _head(sections, template) for label, _ in _labelled(section)}
    return len(names & {"incident_id", "date", "duration", "severity", "status"}) > 1


def _head(sections: Iterable[Section], template: Template) -> Iterator[Section]:
    """Yield the sections above the first one that the template knows."""
    for section in sections:
        if section.level > 1 and template.section_named(section.title):
            return
        yield section


def _labelled(section: Section) -> Iterator[tuple[str, Line]]:
    """Yield each ``label: value`` of a section, from its text, its lists and its two-column tables.

    The lines that follow without a label of their own, in the same paragraph or item, belong to the value.
    """
    for block in section.blocks:
        if isinstance(block, Paragraph | Item):
            yield from _labelled_lines(block.lines)
        elif isinstance(block, Table) and len(block.header.cells) == 2:  # noqa: PLR2004 - label and value
            for row in (block.header, *block.rows):
                if len(row.cells) == 2:  # noqa: PLR2004
                    yield row.cells[0].text.rstrip(":"), row.cells[1]


def _labelled_lines(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    found: list[tuple[str, Line]] = []
    for line in lines:
        match = _PLAIN_LABEL.match(line.text)
        if line.label is not None:
            found.append((line.label, Line(line.value, line.line)))
        elif match:
            found.append((match[1], Line(line.text[match.end() :], line.line)))
        elif found:
            label, before = found[-1]
            found[-1] = (label, Line(f"{before.text} {line.text}".strip(), before.line))
    return iter(found)


class _Parser:
    """Reads one report section by section; a method a kind of section, named as the template's ``reads``."""

    def __init__(self, sections: Sequence[Section], path: str, settings: Settings, template: Template) -> None:
        self.sections = sections
        self.path = path
        self.settings = settings
        self.template = template
        self.report = Report()
        self.values: Cells = {"path": path}
        self.zone = ZoneInfo(settings.timezone)
        self.entries: list[Entry] = []
        self.entry_zone = None
        self.aliases = {
            fold(word): name for name, service in settings.services.items() for word in (name, *service.aliases)
        }
        severities = {word: name for name, words in template.severities.items() for word in words}
        self.severity_words = {word: name for word, name in severities.items() if name in settings.severities.order}
        self.severity_words |= settings.severities.synonyms

    def parse(self) -> Report:
        self.report.rows["incidents"].append(self.values)
        self.read_header()
        self.read_sections()
        self.read_footer()
        self.place()
        self.finish()
        return self.report

    # -- noting what was read

    def note(
        self,
        name: str,
        words: str,
        line: int,
        *,
        source: str = "stated",
        approximate: bool = False,
        confidence: float | None = None,
    ) -> None:
        """Note where a value of incidents comes from."""
        self.report.lines.setdefault(name, line)
        self.report.rows["readings"].append(
            {
                "field": name,
                "as_written": words,
                "source": source,
                "approximate": approximate,
                "confidence": (1.0 if source == "stated" else None) if confidence is None else confidence,
                "line": line,
            }
        )

    def attempt(self, reader: Callable[[str], Value | None], line: Line, label: str) -> Value | None:
        """Read a value; where it cannot be read it is None, with a problem that says what to write instead."""
        if is_placeholder(line.text):
            self.report.problem("placeholder", line.line, f"{label} still holds the template's words; fill it in")
            return None
        try:
            return reader(line.text)
        except Unreadable as error:
            self.report.problem(error.code, line.line, f"{label}: {error}")
            return None

    # -- the fields at the head and foot

    def read_header(self) -> None:
        head = list(_head(self.sections, self.template))
        title = next((section for section in self.sections if section.level == 1), None)
        if title is not None:
            self.values["title"] = _TITLE.sub("", title.title) or None
            self.note("title", title.title, title.line)
        self.report.lines["head"] = title.line if title else 1
        found: dict[str, Line] = {}
        for section in head:
            for label, line in _labelled(section):
                name = self.template.field_named(label)
                if name and name not in found:
                    found[name] = line
        for name in ("incident_id", "date", "duration", "severity", "author", "status"):
            if name in found:
                getattr(self, f"read_{name}")(found[name])
            elif name in self.template.fields:
                code = {"incident_id": "malformed-id", "date": "missing-date"}.get(name, "missing-field")
                label = self.template.fields[name][0]
                message = f"no {label}; write a line '**{label}**: ...' below the title"
                self.report.problem(code, self.report.lines["head"], message)

    def read_incident_id(self, line: Line) -> None:
        form = "INC-YYYY-MM-DD-###"
        if is_absent(line.text):
            message = f"the Incident ID is not filled in; write one of the form {form}"
            self.report.problem("malformed-id", line.line, message)
            return
        match = re.search(self.template.incident_id, line.text)
        if not match:
            message = f"Incident ID {line.text!r} is not of the form {form}; write one that is"
            self.report.problem("malformed-id", line.line, message)
        self.values["incident_id"] = match[0] if match else line.text
        self.note("incident_id", line.text, line.line)

    def read_date(self, line: Line) -> None:
        day = self.attempt(read_date, line, "Date")
        self.values["date"] = day
        self.note("date", line.text, line.line)
        if day is None and (is_absent(line.text) or is_none(line.text)):
            self.report.problem("missing-date", line.line, "the Date is not filled in; write it as YYYY-MM-DD")

    def read_duration(self, line: Line) -> None:
        duration = self.attempt(read_duration, line, "Duration")
        self.report.duration = duration
        self.report.lines["duration"] = line.line
        approximate = duration is not None and duration.approximate
        self.values["stated_duration"] = duration.total if duration else None
        self.note("stated_duration", line.text, line.line, approximate=approximate)
        if approximate:
            self.report.problem("approximate", line.line, f"Duration {line.text!r} is approximate; write both times")

    def read_severity(self, line: Line) -> None:
        self.note("severity", line.text, line.line)
        if is_placeholder(line.text):
            self.report.problem("placeholder", line.line, "Severity still holds the template's words; fill it in")
            return
        declared = self.settings.severities.order
        try:
            self.values["severity"] = read_word(line.text, tuple(reversed(declared)), self.severity_words)
        except Unreadable as error:
            message = f"severity {error}; write one of these, or declare a synonym under [severities] in the settings"
            self.report.problem("unknown-severity", line.line, message)

    def read_author(self, line: Line) -> None:
        self.note("author", line.text, line.line)
        self.values["author"] = self.attempt(_text, line, "Author")

    def read_status(self, line: Line) -> None:
        synonyms = {word: name for name, words in self.template.statuses.items() for word in words}
        self.note("status", line.text, line.line)
        self.values["status"] = self.attempt(lambda words: read_word(words, STATUSES, synonyms), line, "Status")

    def read_footer(self) -> None:
        for section in reversed(self.sections):
            for label, line in _labelled(section):
                name = self.template.field_named(label)
                if name in {"template_version", "template_updated_on"} and name not in self.values:
                    reader: Callable[[str], Any] = _text if name == "template_version" else read_date
                    self.values[name] = self.attempt(reader, line, label)
                    self.note(name, line.text, line.line)

    # -- the sections

    def read_sections(self) -> None:
        seen: set[str] = set()
        name, level = None, 0
        for section in self.sections:
            if section.level <= 1 and not self.template.section_named(section.title):
                continue
            found = self.template.section_named(section.title)
            if found is None and (name is None or section.level <= level):
                name, level = None, section.level  # a section of the authors' own
                continue
            if found is not None:
                name, level = found, section.level
                self.report.lines.setdefault(f"section {name}", section.line)
                seen.add(name)
            if name is not None:  # what stands under a deeper heading of the authors' own belongs to the section
                form = self.template.sections[name]
                getattr(self, f"read_as_{form.reads}")(name, form, section)
        for missing in self.template.sections.keys() - seen:
            heading = self.template.sections[missing].headings[0]
            message = f"no section {heading!r}; add a heading with these words"
            self.report.problem("missing-section", self.report.lines["head"], message)

    def read_as_nothing(self, name: str, form: SectionForm, section: Section) -> None:
        """Pass over a heading that only groups others."""

    def read_as_text(self, name: str, form: SectionForm, section: Section) -> None:
        body = section.body
        if not body:
            return
        line = next(section.lines(), Line(body, section.line)).line
        if is_placeholder(body):
            message = f"{form.headings[0]} still holds the template's words; fill it in"
            self.report.problem("placeholder", line, message)
            return
        before = self.values.get(name)
        if not is_absent(body):
            self.values[name] = f"{before}\n\n{body}" if before else body
        self.note(name, body, line)

    def read_as_timeline(self, name: str, form: SectionForm, section: Section) -> None:
        for table in section.tables():
            columns = _columns(table, form)
            if "at" not in columns:
                continue
            self.entry_zone = self.header_zone(table.header.cells[columns["at"]]) or self.entry_zone
            others = [place for place in range(len(table.header.cells)) if place not in columns.values()]
            day = ""
            for row in table.rows:
                cells = [cell.text for cell in row.cells] + [""] * len(table.header.cells)
                day = (cells[columns["date"]] if "date" in columns else "") or day
                when = f"{day} {cells[columns['at']]}".strip()
                event = cells[columns["event"]] if "event" in columns else " ".join(cells[place] for place in others)
                if fold(when) == "hh:mm":
                    message = "the row still holds the template's HH:MM; write the time or delete the row"
                    self.report.problem("placeholder", row.line, message)
                    event = f"[{event.strip()}]"
                self.entries.append(Entry(when, event.strip(), row.line))

    def header_zone(self, header: Line) -> Any:
        return self.attempt(read_zone, header, "the time column's header")

    def read_as_services(self, name: str, form: SectionForm, section: Section) -> None:
        marked: list[tuple[bool | None, str, int]] = []
        for item in section.items():
            ticked, words = read_tick(item.text)
            marked.append((item.checked if item.checked is not None else ticked, words, item.line))
        for paragraph in section.paragraphs():
            for text in paragraph.lines:
                ticked, words = read_tick(text.text)
                marked += [(ticked, word.strip(), text.line) for word in words.split(",")]
        plain = all(mark is None for mark, _, _ in marked)  # without any box the list names what was affected
        for mark, words, line in marked:
            if is_absent(words) or is_none(words):
                continue
            service = self.aliases.get(fold(words), words)
            if self.aliases and fold(words) not in self.aliases:
                known = ", ".join(self.settings.services)
                message = f"service {words!r} is not one of {known}; write one of these or add an alias to the settings"
                self.report.problem("unknown-service", line, message)
            affected = plain if mark is None else mark
            self.report.rows["services"].append({"service": service, "affected": affected, "line": line})

    def found_fields(self, form: SectionForm, section: Section) -> dict[str, Line]:
        found: dict[str, Line] = {}
        for label, line in _labelled(section):
            name = form.field_named(label)
            if name and name not in found:
                found[name] = line
        for name, words in form.fields.items():
            if name not in found and section.title and form.field_named(section.title) is None:
                message = f"no {words[0]} under {section.title!r}; write a line '**{words[0]}**: ...'"
                self.report.problem("missing-field", section.line, message)
        return found

    def read_as_fields(self, name: str, form: SectionForm, section: Section) -> None:
        for column, line in self.found_fields(form, section).items():
            label = form.fields[column][0]
            approximate = False
            if column in {"affected_users", "failed_requests"}:
                share = self.attempt(read_share, line, label)
                self.values[column] = share.count if share else None
                self.values[f"{column}_fraction"] = share.fraction if share else None
                approximate = share is not None and share.approximate
            elif column == "sla_impact":
                loss = self.attempt(read_loss, line, label)
                self.values[column] = loss.fraction if loss else None
                approximate = loss is not None and loss.approximate
            elif column == "data_loss":
                self.values[column] = self.attempt(read_flag, line, label)
            elif column == "meeting_on":
                self.values[column] = self.attempt(read_date, line, "Meeting date")
            else:
                self.values[column] = self.attempt(_text, line, label)
            self.note(column, line.text, line.line, approximate=approximate)
            if approximate:
                message = f"{label} {line.text!r} is approximate; write the figure once it is known"
                self.report.problem("approximate", line.line, message)

    def read_as_costs(self, name: str, form: SectionForm, section: Section) -> None:
        for kind, line in self.found_fields(form, section).items():
            amount = self.attempt(read_money, line, form.fields[kind][0])
            unread = None if is_absent(line.text) or is_placeholder(line.text) else line.text
            self.report.rows["costs"].append(
                {
                    "kind": kind,
                    "amount": amount.amount if amount else None,
                    "currency": amount.currency if amount else None,
                    "note": amount.note if amount else unread,
                    "line": line.line,
                }
            )

    def read_as_findings(self, name: str, form: SectionForm, section: Section) -> None:
        texts: list[tuple[str, list[str], int]] = []
        for block in section.blocks:
            if isinstance(block, Item) and block.depth and texts:
                texts[-1][1].append(block.text)
            elif isinstance(block, Item):
                texts.append((block.text, [], block.line))
            elif isinstance(block, Paragraph):
                texts.append((" ".join(line.text for line in block.lines), [], block.lines[0].line))
            elif isinstance(block, Table):
                texts += [(" | ".join(cell.text for cell in row.cells), [], row.line) for row in block.rows]
            else:
                texts.append((block.text, [], block.line))
        for text, details, line in texts:
            if is_placeholder(text):
                message = f"{form.headings[0]} still holds the template's words; fill it in or delete them"
                self.report.problem("placeholder", line, message)
            elif not (is_absent(text) or is_none(text) or _is_footer(text, self.template)):
                detail = "\n".join(detail for detail in details if not is_placeholder(detail.partition(":")[2]))
                rows = self.report.rows["findings"]
                position = 1 + sum(row["kind"] == name for row in rows)
                rows.append({"kind": name, "position": position, "text": text, "detail": detail or None, "line": line})

    def read_as_actions(self, name: str, form: SectionForm, section: Section) -> None:
        origin = "meeting" if name == "meeting_actions" else "table"
        form = self.template.sections["actions"]  # both lists of actions have the same columns
        for table in section.tables():
            columns = _columns(table, form)
            for row in table.rows:
                cells = {column: row.cells[place] for column, place in columns.items() if place < len(row.cells)}
                if "action" in cells:
                    self.add_action(cells, origin, None)
        for item in section.items():
            if not item.depth:
                self.add_action(
                    {"action": Line(item.text, item.line, None, all(line.struck for line in item.lines))},
                    origin,
                    item.checked,
                )

    def add_action(self, cells: Mapping[str, Line], origin: str, checked: bool | None) -> None:
        action = cells["action"]
        if is_placeholder(action.text):
            self.report.problem("placeholder", action.line, "the action still holds the template's words; delete it")
            return
        ticked, words = read_tick(action.text)
        if is_absent(words) or is_none(words):
            return
        priority = self.cell(
            cells, "priority", "Priority", lambda text: read_word(text, PRIORITIES, self.words("priorities"))
        )
        status, words = self.action_status(cells, ticked if checked is None else checked, words, struck=action.struck)
        key_cell = cells.get("key")
        key = find_key(key_cell.text) or (None if is_absent(key_cell.text) else key_cell.text) if key_cell else None
        rows = self.report.rows["actions"]
        rows.append(
            {
                "position": len(rows) + 1,
                "action": words,
                "owner": self.cell(cells, "owner", "Owner", _text),
                "created_on": self.cell(cells, "created_on", "Created", read_date),
                "due_on": self.cell(cells, "due_on", "Due Date", read_date),
                "priority": priority,
                "status": status,
                "completed_on": self.cell(cells, "completed_on", "Completed", read_date),
                "key": key or find_key(words),
                "origin": origin,
                "line": action.line,
            }
        )

    def words(self, kind: str) -> dict[str, str]:
        names: Mapping[str, tuple[str, ...]] = getattr(self.template, kind)
        return {word: name for name, words in names.items() for word in words}

    def cell(
        self, cells: Mapping[str, Line], column: str, label: str, reader: Callable[[str], Value | None]
    ) -> Value | None:
        return self.attempt(reader, cells[column], label) if column in cells else None

    def action_status(
        self, cells: Mapping[str, Line], ticked: bool | None, words: str, *, struck: bool
    ) -> tuple[str | None, str]:
        """Tell an action's status from its Status column, a box or mark, the word Done, or words struck out."""
        if "status" in cells and not is_absent(cells["status"].text):
            mark, state = read_tick(cells["status"].text)
            declared = tuple(self.template.action_statuses)
            if not state:
                return {True: "done", False: "open", None: None}[mark], words
            return self.attempt(
                lambda text: read_word(text, declared, self.words("action_statuses")),
                Line(state, cells["status"].line),
                "Status",
            ), words
        if match := re.match(r"\(?done\)?\s*[:–—-]\s*|.*(\s*\(done\))$", words, re.IGNORECASE):
            return "done", words[: match.start(1)] if match[1] else words[match.end() :]
        if struck or ticked:
            return "done", words
        return ("open" if ticked is False else None), words

    def read_as_signoffs(self, name: str, form: SectionForm, section: Section) -> None:
        for item in section.items():
            ticked, words = read_tick(item.text)
            role, _, rest = words.partition(":")
            if not rest and item.checked is None and ticked is None:
                continue
            name_words, _, date_words = rest.strip().rpartition(" - ") if " - " in rest else (rest, "", "")
            signed_on = None
            if not is_absent(date_words) and not is_placeholder(date_words):
                signed_on = self.attempt(read_date, Line(date_words, item.line), "Sign-off date")
            unnamed = is_absent(name_words) or is_none(name_words)
            self.report.rows["signoffs"].append(
                {
                    "role": role.strip(),
                    "name": None if unnamed else name_words.strip(),
                    "signed": bool(item.checked if item.checked is not None else ticked),
                    "signed_on": signed_on,
                    "line": item.line,
                }
            )

    # -- when it was

    def place(self) -> None:
        """Give the timeline's rows and the Duration line's windows their instants."""
        duration = self.report.duration
        zone = self.entry_zone or (duration.zone if duration else None) or self.zone
        placement = place_entries(self.entries, day=self.anchor(), zone=zone, duration=duration)
        self.report.placement = placement
        for remark in placement.remarks:
            self.report.problem(remark.code, remark.line, remark.message)
        for position, (entry, at) in enumerate(zip(self.entries, placement.instants, strict=True), start=1):
            milestone = self.template.stated_milestone(entry.event)
            self.report.rows["timeline"].append(
                {
                    "position": position,
                    "at": at,
                    "event": entry.event,
                    "milestone": milestone,
                    "milestone_source": "stated" if milestone else None,
                    "confidence": 1.0 if milestone else None,
                    "line": entry.line,
                }
            )
        self.take_milestones(placement)
        self.take_outages(placement)

    def anchor(self) -> date | None:
        """Return the date that the clock times belong to: the report's Date, else the one in its id."""
        day: date | None = self.values.get("date")
        match = re.search(r"(\d{4})-(\d{2})-(\d{2})", self.values.get("incident_id") or "")
        if day is None and match:
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                return None
        return day

    def take_milestones(self, placement: Placement) -> None:
        """Fill the milestone columns from the Duration line's start, the template's phrases and what the words tell."""
        rows = self.report.rows["timeline"]
        start = placement.windows[0][0] if placement.windows else None
        if start is not None:
            line = self.report.lines["duration"]
            self.values["started_at"] = start
            self.note("started_at", self.words_at(line), line)
        duration = self.report.duration
        evidence = Evidence(
            start,
            placement.windows[-1][1] if placement.windows else None,
            duration.total if duration and not duration.support_hours else None,
            approximate=duration is not None and duration.approximate,
        )
        clues = [Clue(row["at"], row["event"], row["milestone"]) for row in rows]
        inferred = infer_milestones(clues, evidence)
        for milestone in MILESTONES:
            stated = [
                place for place, row in enumerate(rows) if row["milestone"] == milestone and row["at"] is not None
            ]
            stated = [place for place in stated if rows[place]["milestone_source"] == "stated"]
            if stated:  # before the cure the first row counts; of the cure and what follows the last one
                self.take_milestone(milestone, stated[-1 if milestone in _LAST_COUNTS else 0], placement, "stated", 1.0)
            elif milestone in inferred:
                guess = inferred[milestone]
                self.take_milestone(milestone, guess.row, placement, "inferred", guess.confidence)

    def take_milestone(self, milestone: str, place: int, placement: Placement, source: str, confidence: float) -> None:
        row, entry = self.report.rows["timeline"][place], self.entries[place]
        if row["milestone"] is None:
            row |= {"milestone": milestone, "milestone_source": source, "confidence": confidence}
        if f"{milestone}_at" in self.values:
            return
        self.values[f"{milestone}_at"] = row["at"]
        self.note(
            f"{milestone}_at",
            f"{entry.when} {entry.event}",
            row["line"],
            source="inferred" if placement.inferred[place] else source,
            approximate=placement.approximate[place],
            confidence=confidence,
        )

    def words_at(self, line: int) -> str:
        """Return the words of the field that was read from a line."""
        readings = self.report.rows["readings"]
        return next((row["as_written"] for row in readings if row["line"] == line), "")

    def take_outages(self, placement: Placement) -> None:
        """List the windows of impact: the Duration line's, else from the beginning to the restoration."""
        line = self.report.lines.get("duration", 0)
        outages = [(start, end, "duration", line) for start, end in placement.windows if start is not None]
        begin = self.values.get("started_at") or self.values.get("detected_at")
        if not outages and begin is not None:
            end, source = self.values.get("restored_at"), "timeline"
            duration = self.report.duration
            if end is None and duration and duration.total and not duration.support_hours and not duration.is_open:
                end, source = begin + duration.total, "derived"
            at = self.report.lines.get("restored_at") or self.report.lines.get("detected_at") or line
            if end is None or end >= begin:
                outages.append((begin, end, source, at))
        for position, (start, end, source, at) in enumerate(outages, start=1):
            self.report.rows["outages"].append(
                {"position": position, "started_at": start, "ended_at": end, "source": source, "line": at}
            )
        ended = [(end, source, at) for _, end, source, at in outages if end is not None]
        if ended and len(ended) == len(outages):
            self.values["ended_at"], source, at = max(ended)
            stated = "stated" if source == "duration" else "derived"
            self.note("ended_at", self.words_at(at), at, source=stated)

    def finish(self) -> None:
        """Derive what follows from the rest, and give every row its incident."""
        values = self.values
        duration = self.report.duration
        values["is_open"] = bool(duration and duration.is_open and values.get("status") != "Final")
        known = [values[f"{name}_at"] for name in ("started", "detected", "responded") if values.get(f"{name}_at")]
        day = self.anchor()
        if known:
            values["occurred_at"] = min(known)
        elif day is not None:
            values["occurred_at"] = datetime.combine(day, time(0), self.zone).astimezone(UTC)


def _columns(table: Table, form: SectionForm) -> dict[str, int]:
    """Find a table's columns by their headers, whatever their order; the first of a name counts."""
    found: dict[str, int] = {}
    for place, cell in enumerate(table.header.cells):
        name = form.column_named(cell.text)
        if name and name not in found:
            found[name] = place
    return found


def _text(words: str) -> str | None:
    return None if is_absent(words) or is_none(words) else words


def _is_footer(text: str, template: Template) -> bool:
    return any(template.field_named(label) for label, _ in _labelled_lines([Line(text, 0)]))
