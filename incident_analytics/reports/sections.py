"""The sections of a report to rows: a method a kind of section, named as the template's ``reads``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import NamedTuple, TypeAlias, TypeVar

from incident_analytics.config import Settings
from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.action_states import (
    read_action_date,
    read_own_state,
    read_state_alone,
    split_state,
)
from incident_analytics.reports.blocks import RUNNING, Item, Line, Paragraph, Row, Section, Table
from incident_analytics.reports.choices import Choice, read_action_status, read_choice
from incident_analytics.reports.columns import (
    columns_by_content,
    counts_rows,
    find_columns,
    moment_first,
    n_moments,
    offset_of,
    with_action,
    with_by,
)
from incident_analytics.reports.item_details import split_list
from incident_analytics.reports.labels import labelled, labelled_lines
from incident_analytics.reports.marks import find_key, read_flag, read_mark, read_tick, read_unaffected, split_gloss
from incident_analytics.reports.placeholders import Unreadable, fold, is_absent, is_none, is_placeholder
from incident_analytics.reports.report import OWN, Report
from incident_analytics.reports.rows import (
    UPDATE,
    Kind,
    LooseRows,
    begins_with_time,
    fits,
    loose_rows,
    starts_like_item,
)
from incident_analytics.reports.template import SectionForm, Template
from incident_analytics.reports.timed_rows import Entry
from incident_analytics.reports.times import find_dates, is_date, read_date, split_moment, split_offset
from incident_analytics.reports.values import read_loss, read_money, read_share, read_users
from incident_analytics.reports.wordings import named_by_words
from incident_analytics.reports.zones import find_zone, is_zone, names_zone, read_zone
from incident_analytics.schema import PRIORITIES

__all__ = ["SectionReader", "text_or_none"]

Value = TypeVar("Value")
_Zone: TypeAlias = tuple[tzinfo | None, bool]
"""A zone, and whether the words for it may mean several."""
_SHORT_MINUTES = compile_late(r"(?!1:1\b)\d{1,2}[:h]\d(?![\d:/])\b", re.IGNORECASE)
"""A time of day with a figure of its minutes left out, in front of a row: ``13h5``, ``9:5``."""
_STATE = compile_late(r"\b(?:DONE|TODO)\b")
"""How the cell of an action's ticket says its status."""
_NEEDED: Mapping[Kind, tuple[str, ...]] = {
    "actions": ("action", "owner", "due_on"),
    "timeline": ("at", "event"),
}
"""By what columns a table is known wherever it is: the first one and one of the others."""
MarkedService: TypeAlias = tuple[bool | None, str, int, str]
"""What a list says of a service: ticked or not, its name, its line, and a mark that may mean either."""
_PARAGRAPH_NUMBER = compile_late(r"\A\d{1,3}[.)]\s+")
"""The number of the one paragraph of a text, which is part of the file's numbering."""
_NUMBER_WITHIN = compile_late(r"(?:^|(?<=\s))\(\d{1,2}\)\s")
"""What numbers the actions within a line."""
_ENUMERATED = compile_late(
    r"(?:(?P<prefix>(?!(?:[PQHSW]|SEV|FY)[-.]?\d)[A-Z]{1,6}[-.]?|\d{1,2}\.(?:\d{1,2}\.){0,2})(?P<number>\d{1,3})"
    r"(?:[.):]|\s?[–—-]|(?<=\d\.\d)|(?<=\d\.\d\d))|(?P<letter>[a-z])\))\s+(?=\S)"
)
"""How a line begins that is numbered in a way that Markdown doesn't know: ``R1.``, ``CAPA-2:``, ``a)``, ``5.1.``.

Priorities, quarters, halves of years, severities and weeks are no numbers of lines.
"""
_MAY_BE_STATE = compile_late(
    r"\W*(?:%|percent|pct|(?:%|percent|pct)\W+\w+|\w+\W+(?:%|percent|pct)|r[ée]solution|resoluci[óo]n|risoluzione|outcome|result)\W*",
    re.IGNORECASE,
)
"""The header of a column that holds states where all of its cells are some."""
_APPROVAL = compile_late(r"agreed|approved|proposed|in review", re.IGNORECASE)
"""What is said of a proposal or a risk as well as of an action."""
_ACTS = compile_late(
    r"(?P<name>[^\W\d_a-z][a-zß-ÿ]{2,20})(?: \([^()]{1,30}\))?:?"
    r" (?:ack(?:s|ed|nowledge[sd]?)?|investigate[sd]?|(?:is )?looking|declare[sd]?"
    r"|pick(?:s|ed) (?:it )?up|(?:is|was) paged|log(?:s|ged) in|takes? the lead|took the lead)\b"
)
"""How a row begins that says what somebody did whom only a first name names."""
_NUMBERED_ROW = compile_late(r"(\d{1,2})\.(\d{1,2})\.?\s+(?=\d{1,2}:\d\d)")
_LONGEST_HEAD = 60
"""Characters of a line that may be the heading of the lines below it."""


class SectionReader:
    """Reads the sections of one report into its rows; the timeline's rows wait in ``entries`` for their instants."""

    def __init__(self, report: Report, settings: Settings, template: Template) -> None:
        self.report = report
        self.settings = settings
        self.template = template
        self.entries: list[Entry] = []
        self.parts: set[str] = set()
        """The sections whose fields are below the heading that groups them."""
        self.named: set[str] = set()
        """The texts of which a heading says that they are the cause: these come before a diagnosis or an analysis."""
        self.zone: tzinfo | None = None
        """The first zone that the head or the timeline names for its times."""
        self.zone_is_unclear = False
        """Whether they name one that may be several."""
        self.aliases = {
            fold(word): name for name, service in settings.services.items() for word in (name, *service.aliases)
        }

    def read(self, name: str, section: Section) -> None:
        """Read what is below a heading that the template knows as ``name``."""
        form = self.template.sections[name]
        match form.reads:
            case "text":
                self._read_text(name, form, section)
            case "timeline":
                self._read_timeline(form, section)
            case "services":
                self._read_services(section)
            case "fields":
                self._read_fields(form, section)
            case "costs":
                self._read_costs(form, section)
            case "findings":
                self._read_findings(name, form, section)
            case "actions":
                self._read_actions("meeting" if name == "meeting_actions" else "table", form, section)
            case "signoffs":
                self._read_signoffs(section)
            case "nothing":  # a heading that only groups others
                self._read_parts(form, section)

    def _read_text(self, name: str, form: SectionForm, section: Section) -> None:
        body = section.body if section.blocks or any(line.place == "html" for line in section.source) else ""
        if not body:
            return
        line = next(section.lines(), Line(body, section.line)).line
        name = form.column or name
        self.report.mark(f"incidents.{name}", section.line + 1, section.source[-1].line)
        if is_placeholder(body):
            message = f"{form.headings[0]} still holds the template's words; fill it in"
            self.report.problem("placeholder", line, message)
            return
        before = self.report.incident.get(name)
        if len(section.blocks) == 1 and isinstance(section.blocks[0], Item):
            body = _PARAGRAPH_NUMBER.sub("", body)
        if not is_absent(body):
            is_named = named_by_words(section.title, "sections") == "root_cause"
            texts = (body, before) if is_named and name not in self.named else (before, body)
            self.report.incident[name] = "\n\n".join(filter(None, texts))
            self.named |= {name} if is_named else set()
        self.report.note(name, body, line)

    def _read_timeline(self, form: SectionForm, section: Section) -> None:
        """Take the rows of the timeline: of tables with a column of times, else the items of a list, else paragraphs.

        Rows outside their table are taken where their header, or a time in their first cells, makes them
        sure. All are kept in the order of their lines.
        """
        before = len(self.entries)
        tables = [(table.header, table.rows, find_columns(table.header, form)) for table in section.tables()]
        loose = loose_rows(section, lambda row: "at" in find_columns(row, form) and not n_moments(row))
        taken = {row.line for group in loose for row in group.rows}
        timed = [(header, rows, columns) for header, rows, columns in tables if "at" in columns]
        zones = {header.line: self._zone_of_column(header, columns) for header, _, columns in timed}
        has_zones = None not in zones.values() and any(rows for _, rows, _ in timed)
        zone = None if has_zones else self._zone_of_section(section)
        for header, rows, columns in timed:
            self._take_rows(rows, columns, header, zones[header.line] or zone)
            self._take_unnamed_cells(section, header, rows, columns.values())
        for header, rows, columns in tables if not timed else ():
            if (found := columns_by_content(header, rows, columns)) is not None:
                self._take_rows(rows, found, header, zone)
                self._take_unnamed_cells(section, header, rows, found.values())
            elif rows and all(map(n_moments, rows)):  # whatever the first column is called, it has the times
                self._take_rows((header, *rows) if n_moments(header) else rows, {}, None, zone)
            self._note_times(form, header)
        for group in loose:
            self._take_loose(section, group, form, zones, zone)
        if (
            len(self.entries) == before
            and begins_with_time(section.title)
            and isinstance(next(iter(section.blocks), None), Paragraph | None)
        ):
            when, event = split_moment(section.title)
            words = [event, *(line.text for line in section.lines())]
            for line in section.lines():
                self.report.mark("timeline", line.line)
            self.entries.append(Entry(when, " ".join(filter(None, words)), section.line, *(zone or ())))
        elif len(self.entries) == before or not (timed or any(group.header for group in loose)):
            self._take_items(section, taken, zone)
        self.entries[before:] = sorted(self.entries[before:], key=lambda entry: entry.line)
        for entry in self.entries[before:]:
            self.report.mark("timeline", entry.line)

    def _note_times(self, form: SectionForm, header: Row) -> None:
        headers = ", ".join(cell.text for cell in header.cells)
        message = f"none of the columns {headers} is called like a time; call it {form.columns['at'][0]!r}"
        self.report.problem("missing-field", header.line, message)

    def _zone_of_column(self, header: Row, columns: Mapping[str, int]) -> _Zone | None:
        self.report.mark(OWN, header.line)
        return self.read_zone(header.cells[columns["at"]], "time column")

    def _take_loose(
        self,
        section: Section,
        group: LooseRows,
        form: SectionForm,
        zones: Mapping[int, _Zone | None],
        zone: _Zone | None,
    ) -> None:
        """Take the rows outside a table that have a time where one is looked for; `find_unread` names the others."""
        columns = find_columns(group.header, form) if group.header else {}
        header = group.header if "at" in columns else None
        own = None
        if header is not None:
            own = zones[header.line] if header.line in zones else self._zone_of_column(header, columns)
        rows = [row for row in group.rows if n_moments(row) or (header is not None and fits(row, header))]
        self._take_rows(rows, columns if header is not None else {}, header, own or zone)
        if header is not None:
            self._take_unnamed_cells(section, header, rows, columns.values())
        self._note_loose(group.header, rows)

    def _take_unnamed_cells(self, section: Section, header: Row, rows: Collection[Row], named: Collection[int]) -> None:
        """Keep the cells of the columns that have no place in a row's own table."""
        others = [(index, cell.text) for index, cell in enumerate(header.cells) if index not in named]
        others = [(index, name) for index, name in others if not counts_rows(name, index, rows)]
        for row in (row for row in rows if fits(row, header)) if others else ():
            for index, name in others:
                if index < len(row.cells) and (value := row.cells[index].text):
                    self.report.add_field(section.title or None, name, value, row.line)

    def _zone_of_section(self, section: Section) -> _Zone | None:
        """Return the zone that a heading, or a sentence below it, names for its times."""
        title = section.title if section.level else ""
        words = title if find_dates(title) and names_zone(title) else find_zone(title, is_heading=True)
        said = [Line(words, section.line)]
        said += [Line(find_zone(line.text), line.line) for each in section.paragraphs() for line in each.lines]
        return next((self.read_zone(line, "Timeline") for line in said if line.text), None)

    def read_zone(self, line: Line, label: str) -> _Zone | None:
        """Return the zone that words name, if any; one that may be several is reported, and no time is read in it."""
        try:
            found = read_zone(line.text)
        except Unreadable as error:
            self.report.problem(error.code, line.line, f"{label}: {error}; its times are not read")
            self.zone_is_unclear = True
            return None, True
        if found is None:
            return None
        self.zone = self.zone or found
        self.report.mark("timeline", line.line)
        return found, False

    def _note_loose(self, header: Row | None, rows: Sequence[Row]) -> None:
        if header is not None:
            self.report.mark(OWN, header.line)
        if rows:
            first, last = rows[0].line, rows[-1].line
            lines = f"line {first} looks like a row" if first == last else f"lines {first} to {last} look like rows"
            message = f"{lines} of a table and is read as such; put it right below the table's last row"
            if first != last:
                message = f"{lines} of a table and are read as such; put them right below a header and |---|---|"
            self.report.problem("outside-table", first, message)

    def _take_rows(
        self, rows: Iterable[Row], columns: Mapping[str, int], header: Row | None, zone: _Zone | None
    ) -> None:
        day = ""
        for row in rows:
            cells = [cell.text for cell in row.cells]
            at = columns.get("at", 0)
            if header is not None and not fits(row, header):
                message = f"this row has {_cells(row.width)}, the header {len(header.cells)}"
                self.report.problem("row-width", row.line, f"{message}; write a | within a cell as \\|")
                sure = row.width < len(header.cells) and at < len(cells) and begins_with_time(cells[at])
            else:
                sure = header is not None
            if sure and header is not None:
                cells += [""] * (len(header.cells) - len(cells))
                day = (cells[columns["date"]] if "date" in columns else "") or day
                when = f"{day} {cells[at]}".strip()
                others = [cell for index, cell in enumerate(cells) if index not in columns.values()]
                event = (cells[columns["event"]] if "event" in columns else "") or " ".join(others)
            else:
                when, event = moment_first(row, at)
                when = when if not day or find_dates(when) else f"{day} {when}".strip()
            if fold(when) == "hh:mm":
                message = "the row still holds the template's HH:MM; write the time or delete the row"
                self.report.problem("placeholder", row.line, message)
                event = f"[{event.strip()}]"  # so that its phrase states no milestone
            entry = Entry(when, event.strip(), row.line, *(zone or ()))
            if (since_start := offset_of(when, header, columns)) is not None:
                entry = entry._replace(offset=since_start)
            self.entries.append(entry)

    def _take_items(self, section: Section, taken: Collection[int], zone: _Zone | None) -> None:
        """Take a list's items as rows; a heading, a line or an item that is only a date dates those below it.

        Paragraphs that open with a time are rows, too. An item without a time is a detail of the row above it where it
        is nested in one that has a time, or where only paragraphs have times.
        """
        day = split_moment(section.title)[0] if find_dates(section.title) else ""
        if day:
            self.report.mark("timeline", section.line)
        self._mark_paragraphs(section)
        parts = _without_numbers(list(_row_parts(section, taken)))
        has_timed_items = any(part.depth is not None and part.is_timed for part in parts)
        has_timed_text = any(part.depth is None and part.is_timed for part in parts)
        self._report_short_minutes(parts)
        parent: _RowPart | None = None
        details: defaultdict[int, list[str]] = defaultdict(list)  # by the index of their row
        for part in parts:
            if part.depth is not None and not part.is_timed:
                if parent is not None and parent.depth is not None and part.depth > parent.depth:
                    details[len(self.entries) - 1].append(part.text)
                    self.report.mark("timeline", part.line)
                    continue
                if has_timed_text and not has_timed_items:
                    continue
            elif part.depth is None and not part.is_timed and not (has_timed_items or has_timed_text):
                continue  # a date in the text
            if (elapsed := split_offset(part.text)) is not None:
                when = part.text[: len(part.text) - len(elapsed[1])].strip()
                self.entries.append(Entry(when, elapsed[1], part.line, offset=elapsed[0]))
                parent = part
                continue
            when, event = split_moment(part.text)
            if when and (not event or is_zone(event)):
                day, parent = when, None
                self.report.mark("timeline", part.line)
                zone = (self.read_zone(Line(event, part.line), "Timeline") if event else None) or zone
            else:
                own = not day or find_dates(when)
                self.entries.append(Entry(when if own else f"{day} {when}", event, part.line, *(zone or ())))
                parent = part if part.is_timed else None
        for index, texts in details.items():
            event = " ".join([self.entries[index].event, *texts]).strip()
            self.entries[index] = self.entries[index]._replace(event=event)

    def _mark_paragraphs(self, section: Section) -> None:
        """Note all lines of the paragraphs that open with a time as read."""
        for paragraph in section.paragraphs():
            lines = _without_head(paragraph.lines)
            if begins_with_time(lines[0].text):
                self.report.mark("timeline", lines[0].line, paragraph.last)

    def _report_short_minutes(self, parts: Sequence[_RowPart]) -> None:
        """Report a row that begins with what would be a time but for a figure, where others begin with one."""
        slips = [(part, match) for part in parts if not part.is_timed and (match := _SHORT_MINUTES.match(part.text))]
        if slips and any(part.is_timed for part in parts):
            for part, slip in slips:
                message = f"{slip[0]!r} is not a time of day; write it as HH:MM"
                self.report.problem("unreadable-time", part.line, message)

    def _read_services(self, section: Section) -> None:
        marked: list[MarkedService] = []
        for item in section.items():
            ticked, words, mark = read_mark(item.text)
            marked.append((item.checked if item.checked is not None else ticked, words, item.line, mark))
        for line in (line for paragraph in section.paragraphs() for line in paragraph.lines):
            ticked, words, mark = read_mark(line.text)
            marked += [(ticked, word.strip(), line.line, mark) for word in words.split(",")]
        for table in section.tables():
            for row in table.rows:
                if (found := _service_of_row(row)) is not None:
                    marked.append(found[0])
                    self.report.mark("services", row.line)
                    self._take_unnamed_cells(section, table.header, [row], found[1])
        self.add_services(marked, section.title or None)

    def add_services(self, marked: Sequence[MarkedService], section: str | None) -> None:
        """Add services with their boxes; where no service has one the list names what was affected.

        Among others that have one, a service without a box, or with a mark that may mean either, is unknown.
        """
        ticks = [ticked for ticked, _, _, mark in marked if ticked is not None and not mark]
        signs = "".join(mark for _, _, _, mark in marked)
        lists_affected = not ticks and all(ticked is None for ticked, *_ in marked) and "🟢" not in signs
        for ticked, written, line, mark in marked:
            is_spared, words = read_unaffected(written)
            if ticks and ticked is None and words.endswith(":"):
                continue  # it only groups those below
            self.report.mark("services", line)
            words, gloss = (words, "") if fold(words) in self.aliases else split_gloss(words)
            if is_absent(words) or is_none(words):
                continue
            service = self.aliases.get(fold(words), words)
            if gloss:
                self.report.add_field(section, service, gloss, line)
            if self.aliases and fold(words) not in self.aliases:
                known = ", ".join(self.settings.services)
                message = f"service {words!r} is not one of {known}; write one of these or add an alias to the settings"
                self.report.problem("unknown-service", line, message)
            affected = True if lists_affected else ticked if not mark or True in ticks else None
            if is_spared:
                affected = None if ticked else False
            if affected is None and is_spared:
                message = f"service {words!r} is ticked and said not to be affected; correct one or the other"
                self.report.problem("contradiction", line, message)
            elif affected is None:
                what = f"is marked {mark}" if mark else "has no box, while others have one"
                message = f"service {words!r} {what}, so whether it was affected is unknown; write [x] or [ ]"
                self.report.problem("unreadable-value", line, message)
            self.report.rows["services"].append({"service": service, "affected": affected, "line": line})

    def _read_parts(self, form: SectionForm, section: Section) -> None:
        """Read the fields of other sections that are right below the heading that groups these."""
        for label, line in labelled(section) if form.parts else ():
            is_read = line.line in self.report.used  # with the head
            for name in form.parts:
                part = self.template.sections[name]
                if part.reads == "services" and self.template.section_named(label) == name and line.text:
                    if not is_read:
                        words = line.text.split(",")
                        self.add_services([(None, word.strip(), line.line, "") for word in words], section.title)
                elif (field := part.field_named(label)) is not None:
                    if not is_read and field not in self.report.lines:
                        self._read_field_of(part, field, line)
                else:
                    continue
                self.parts.add(name)

    def _read_field_of(self, form: SectionForm, name: str, line: Line) -> None:
        if form.reads == "costs":
            self._add_cost(name, line, form.fields[name][0])
        else:
            self.read_field(name, line, form.fields[name][0])

    def _found_fields(self, form: SectionForm, section: Section) -> dict[str, Line]:
        found: dict[str, Line] = {}
        for label, line in labelled(section):
            name = form.field_named(label)
            if name and name not in found:
                found[name] = line
        for name, words in form.fields.items():
            if name not in found and section.title and form.field_named(section.title) is None:
                message = f"no {words[0]} under {section.title!r}; write a line '**{words[0]}**: ...'"
                self.report.problem("missing-field", section.line, message)
        return found

    def _read_fields(self, form: SectionForm, section: Section) -> None:
        for column, line in self._found_fields(form, section).items():
            if column not in self.report.lines:
                self.read_field(column, line, form.fields[column][0])

    def read_field(self, column: str, line: Line, label: str) -> None:
        """Read one field of the impact or the meeting into its column of incidents."""
        values = self.report.incident
        approximate = False
        if column in {"affected_users", "failed_requests"}:
            reader = read_users if column == "affected_users" else read_share
            share = self.report.attempt(reader, line, label)
            values[column] = share.count if share else None
            values[f"{column}_fraction"] = share.fraction if share else None
            approximate = share is not None and share.approximate
        elif column == "sla_impact":
            loss = self.report.attempt(read_loss, line, label)
            values[column] = loss.fraction if loss else None
            approximate = loss is not None and loss.approximate
        elif column == "data_loss":
            values[column] = self.report.attempt(read_flag, line, label)
        elif column == "meeting_on":
            values[column] = self.report.attempt(read_date, line, "Meeting date")
        else:
            values[column] = self.report.attempt(text_or_none, line, label)
        self.report.note(column, line.text, line.line, approximate=approximate)
        if approximate:
            message = f"{label} {line.text!r} is approximate; write the figure once it is known"
            self.report.problem("approximate", line.line, message)

    def _read_costs(self, form: SectionForm, section: Section) -> None:
        for kind, line in self._found_fields(form, section).items():
            self._add_cost(kind, line, form.fields[kind][0])

    def _add_cost(self, kind: str, line: Line, label: str) -> None:
        if any(row["kind"] == kind for row in self.report.rows["costs"]):
            return  # it stays among what the template has no place for
        amount = self.report.attempt(read_money, line, label)
        unread = None if is_absent(line.text) or is_placeholder(line.text) else line.text
        self.report.mark(f"costs.{kind}", line.line)
        self.report.rows["costs"].append(
            {
                "kind": kind,
                "amount": amount.amount if amount else None,
                "currency": amount.currency if amount else None,
                "note": amount.note if amount else unread,
                "line": line.line,
            }
        )

    def _read_findings(self, name: str, form: SectionForm, section: Section) -> None:
        texts: list[tuple[str, list[str], int]] = []
        for block in section.blocks:
            if isinstance(block, Table):
                texts += [(" | ".join(cell.text for cell in row.cells), [], row.line) for row in block.rows]
            elif isinstance(block, Item) and block.depth and texts:
                texts[-1][1].append(block.text)
            else:
                texts.append((block.text, [], block.line))
        rows = self.report.rows["findings"]
        position = sum(row["kind"] == name for row in rows)
        for text, details, line in texts:
            if is_placeholder(text):
                message = f"{form.headings[0]} still holds the template's words; fill it in or delete them"
                self.report.problem("placeholder", line, message)
            elif not (is_absent(text) or is_none(text) or _is_footer(text, self.template)):
                detail = "\n".join(detail for detail in details if not is_placeholder(detail.partition(":")[2]))
                position += 1
                rows.append({"kind": name, "position": position, "text": text, "detail": detail or None, "line": line})
        for block in section.blocks:
            if not (isinstance(block, Paragraph) and _is_footer(block.text, self.template)):
                first = block.line + 2 if isinstance(block, Table) else block.line  # below its header
                self.report.mark(f"findings.{name}", first, block.last)

    def kind_of_tables(self, section: Section) -> Kind | None:
        """Return what the rows of a section's tables are by their columns: who does what, or what was when."""
        for table in section.tables():
            for kind, needed in _NEEDED.items():
                form = self.template.sections.get(kind)
                names = find_columns(table.header, form).keys() if form else set()
                if needed[0] in names and not names.isdisjoint(needed[1:]):
                    return kind
        return None

    def _read_actions(self, origin: str, form: SectionForm, section: Section) -> None:
        loose = [
            (group.header, [row for row in group.rows if fits(row, group.header)])
            for group in loose_rows(
                section, lambda row: "action" in find_columns(row, form) and len(find_columns(row, form)) > 1
            )
            if group.header is not None and "action" in find_columns(group.header, form)
        ]
        for header, rows in (*((table.header, table.rows) for table in section.tables()), *loose):
            columns = self._with_states(header, rows, with_by(header, rows, find_columns(header, form)))
            columns = with_action(header, rows, columns)
            if "action" in columns:
                self.report.mark(OWN, header.line)
                self._add_action_rows(header, rows, columns, origin)
                self._take_unnamed_cells(section, header, rows, columns.values())
        for header, rows in loose:
            self._note_loose(header, rows)
        taken = {row.line for _, rows in loose for row in rows}
        items = list(_action_items(section, taken))
        texts = [" ".join(line.text for line in lines) for lines, _ in items]
        split = self._split_list(texts, form)
        for (lines, checked), (text, details) in zip(items, split, strict=True):
            self.report.mark("actions", lines[0].line, lines[-1].line)
            struck = all(line.struck for line in lines)
            cells = {column: Line(value, lines[0].line) for column, value in details.items()}
            self._add_action({"action": Line(text, lines[0].line, struck=struck), **cells}, origin, checked=checked)

    def read_labelled_actions(self, text: str, line: int, form: SectionForm) -> None:
        """Read the actions behind a label: numbered as ``(1)``, else between semicolons."""
        numbered = [part for part in _NUMBER_WITHIN.split(text) if part.strip()]
        parts = numbered if len(numbered) > 1 else re.split(r";\s", text)
        self.report.mark("actions", line)
        for words, details in self._split_list([part.strip().rstrip(".") for part in parts], form):
            self._add_action({name: Line(each, line) for name, each in {"action": words, **details}.items()}, "table")

    def _split_list(self, texts: Sequence[str], form: SectionForm) -> list[tuple[str, dict[str, str]]]:
        title, author = self.report.incident.get("title") or "", self.report.incident.get("author") or ""
        services = [row["service"] for row in self.report.rows["services"]]
        acting = (match["name"] for entry in self.entries if (match := _ACTS.match(entry.event)))
        people = " ".join((author, *acting))
        return split_list(texts, form.columns, self.report.anchor(), people=people, things=(title, *services))

    def _with_states(self, header: Row, rows: Sequence[Row], columns: dict[str, int]) -> dict[str, int]:
        """Add the one column of which every cell that is not empty says a state, where none is called so.

        Yes, no and parts of a whole may answer any question: they are states below a header such as *%* alone.
        """
        if "status" in columns:
            return columns
        sure, others = [], []
        for place, cell in enumerate(header.cells):
            cells = [row.cells[place].text for row in rows if place < len(row.cells)]
            words = [cell for cell in cells if cell.strip()]
            if place in columns.values() or not words:
                continue
            if _MAY_BE_STATE.fullmatch(cell.text):
                sure += [place] if all(map(self._is_state, words)) else []
            elif all(map(_says_state, words)):
                others.append(place)
        found = sure[:1] or (others if len(others) == 1 else [])
        return {**columns, "status": found[0]} if found else columns

    def _is_state(self, words: str) -> bool:
        """Return whether a cell is a status as the template has them, or a part of a whole."""
        try:
            return self._read_status(words, split_state(words)[0], tuple(self.template.action_statuses)) is not None
        except Unreadable:
            return False

    def _add_action_rows(self, header: Row, rows: Iterable[Row], columns: Mapping[str, int], origin: str) -> None:
        for row in rows:
            known = columns
            if not fits(row, header):
                message = f"this row has {_cells(row.width)}, the header {len(header.cells)}"
                if row.width > len(header.cells):  # which cell is which is anyone's guess
                    known = {"action": columns["action"]}
                    message = f"{message}, so only the action is read; write a | within a cell as \\|"
                else:
                    message = f"{message}; write all of them"
                self.report.problem("row-width", row.line, message)
            cells = {column: row.cells[place] for column, place in known.items() if place < len(row.cells)}
            if "action" in cells:
                self._add_action(cells, origin)

    def _add_action(self, cells: Mapping[str, Line], origin: str, *, checked: bool | None = None) -> None:
        action = cells["action"]
        self.report.mark("actions", action.line)
        if is_placeholder(action.text):
            self.report.problem("placeholder", action.line, "the action still holds the template's words; delete it")
            return
        ticked, words = read_tick(action.text)
        if is_absent(words) or is_none(words):
            return
        priority = self._priority(cells["priority"]) if "priority" in cells else None
        if "due_on" in cells and not (cells["status"].text if "status" in cells else ""):
            due = cells["due_on"]
            if read_state_alone(read_tick(due.text)[1]).status:  # as people write who have no column for it
                cells = {column: line for column, line in cells.items() if column != "due_on"} | {"status": due}
        status, words, done_on = self._action_status(cells, ticked if checked is None else checked, action, words)
        key_cell = cells.get("key")
        if status is None and key_cell is not None and (match := _STATE.search(key_cell.text)):
            status = {"DONE": "done", "TODO": "open"}[match[0]]
            key_cell = key_cell._replace(text=key_cell.text.replace(match[0], "").strip())
        key = find_key(key_cell.text) or (None if is_absent(key_cell.text) else key_cell.text) if key_cell else None
        completed_on = self._cell(cells, "completed_on", "Completed", self._read_day) or done_on
        if status is None and completed_on is not None and "status" not in cells:
            status = "done"  # the day says so
        rows = self.report.rows["actions"]
        rows.append(
            {
                "position": len(rows) + 1,
                "action": words,
                "owner": self._cell(cells, "owner", "Owner", text_or_none),
                "created_on": self._cell(cells, "created_on", "Created", read_date),
                "due_on": self._cell(cells, "due_on", "Due Date", self._read_day),
                "priority": priority,
                "status": status,
                "completed_on": completed_on,
                "key": key or find_key(words),
                "origin": origin,
                "line": action.line,
            }
        )

    def _priority(self, line: Line) -> str | None:
        def reader(text: str) -> Choice | None:
            return read_choice(text, PRIORITIES, self.template.synonyms("priorities"))

        choice = self.report.attempt(reader, line, "Priority")
        return self.report.choose(choice, line, "Priority", PRIORITIES, unknown="unreadable-value")

    def _cell(
        self, cells: Mapping[str, Line], column: str, label: str, reader: Callable[[str], Value | None]
    ) -> Value | None:
        return self.report.attempt(reader, cells[column], label) if column in cells else None

    def _action_status(
        self, cells: Mapping[str, Line], ticked: bool | None, action: Line, words: str
    ) -> tuple[str | None, str, date | None]:
        """Return an action's status, its words without what says it, and the day on which that says it was done.

        It is in a Status column, a box or mark, words such as Done, or words struck out; where these disagree it is
        unknown.
        """
        mark, state = read_tick(cells["status"].text) if "status" in cells else (None, "")
        line = Line(state, cells["status"].line) if state else action
        declared = tuple(self.template.action_statuses)
        bare, when = split_state(state)
        try:
            choice = self._read_status(state, bare, declared)
        except Unreadable as error:
            self.report.problem(error.code, line.line, f"Status: {error}")
            return None, words, None
        marks = {ticked, True if action.struck else None}
        if choice is None:
            marks.add(mark)
            own = read_own_state(words)
            words, when = own.words, own.when
            marks |= {"open": {False}, "done": {True}}.get(own.status or "", set())
            said = "and as open"
            status = own.status or ("done" if True in marks else "open" if False in marks else None)
        else:
            marks.add(None if "🟢" in cells["status"].text else mark)  # which may mean that it is on track
            said = f"the Status is {state!r}"
            status = self.report.choose(choice, line, "Status", declared, unknown="unreadable-value")
            marks |= {"open": {False}, "done": {True}}.get(status or "", set())
        if {True, False} <= marks:
            marked = "open" if choice is not None and status == "done" else "done"
            message = f"the action is marked as {marked}, {said}; correct one or the other"
            self.report.problem("contradiction", action.line, message)
            return None, words, None
        day = Line(when, line.line)
        is_dated = status == "done" and when
        done_on = self.report.attempt(self._read_day, day, "the day it was done") if is_dated else None
        return status, words, done_on

    def _read_status(self, state: str, bare: str, declared: Sequence[str]) -> Choice | None:
        """Read a status; where it cannot be read as a whole, without the day behind it."""
        synonyms = self.template.synonyms("action_statuses")
        try:
            return read_action_status(state, declared, synonyms)
        except Unreadable:
            if bare != state:
                return read_action_status(bare, declared, synonyms)
            if (status := read_state_alone(state).status) is None:
                raise
            return Choice(status, (status,))

    def _read_day(self, words: str) -> date | None:
        return read_action_date(words, self.report.anchor())

    def _read_signoffs(self, section: Section) -> None:
        for item in section.items():
            ticked, words = read_tick(item.lines[0].text)
            role, _, rest = words.partition(":")
            if not rest and item.checked is None and ticked is None:
                continue
            name_words, _, date_words = rest.strip().rpartition(" - ") if " - " in rest else (rest, "", "")
            signed_on = None
            self.report.mark("signoffs", item.line)
            for line in item.lines[1:]:
                self.report.add_field(section.title or None, role.strip(), line.text, line.line)
            if not is_absent(date_words) and not is_placeholder(date_words):
                signed_on = self.report.attempt(read_date, Line(date_words, item.line), "Sign-off date")
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


def _says_state(words: str) -> bool:
    """Return whether a cell is a tick, or says of itself that something is done, open or dropped."""
    mark, state = read_tick(words)
    if not state:
        return mark is not None
    return read_state_alone(state).status is not None and not _APPROVAL.match(state)


def _service_of_row(row: Row) -> tuple[MarkedService, tuple[int, int]] | None:
    """Return the service of a table's row and its two cells, if one cell is nothing but a mark or an answer."""
    cells = {index: cell.text for index, cell in enumerate(row.cells) if cell.text}
    read = {index: (read_mark(cell), read_mark(f"= {cell}")) for index, cell in cells.items()}  # or it answers a header
    marks = [(index, ticked, mark) for index, ways in read.items() for ticked, words, mark in ways if not words]
    if len(marks) != 1 or len(cells) == 1:
        return None
    index, ticked, mark = marks[0]
    name = next(each for each in cells if each != index)
    return (ticked, cells[name], row.line, mark), (index, name)


def _cells(n: int) -> str:
    return "1 cell" if n == 1 else f"{n} cells"


class _RowPart(NamedTuple):
    """Words that may be a row of a timeline; ``depth`` is that of an item, None for a part of a paragraph."""

    text: str
    line: int
    depth: int | None
    is_timed: bool


def _without_numbers(parts: Sequence[_RowPart]) -> Sequence[_RowPart]:
    """Take off the numbers of rows that are numbered within their section: ``3.1. 06:00``, ``3.2. 06:25``.

    Each has a time behind it and nothing else that may be its day.
    """
    found = [_NUMBERED_ROW.match(part.text) for part in parts]
    numbers = [(int(match[1]), int(match[2])) for match in found if match is not None]
    if len(numbers) < 2 or numbers != [(numbers[0][0], index) for index in range(1, len(numbers) + 1)]:  # noqa: PLR2004
        return parts
    rests = (part.text if match is None else part.text[match.end() :] for part, match in zip(parts, found, strict=True))
    if any(map(find_dates, rests)):
        return parts
    return [
        part if match is None else part._replace(text=part.text[match.end() :])
        for part, match in zip(parts, found, strict=True)
    ]


def _row_parts(section: Section, taken: Collection[int]) -> Iterator[_RowPart]:
    """Yield a section's items, the parts of its paragraphs that open with a time, and lines that are only a date."""
    for block in section.blocks:
        if isinstance(block, Item):
            if block.line not in taken:
                text = " ".join(line.text for line in block.lines if line.line not in taken)
                yield _RowPart(text, block.line, block.depth, begins_with_time(text))
        elif isinstance(block, Paragraph):
            for text, number in _timed_parts(block, taken):
                yield _RowPart(text, number, None, begins_with_time(text))


def _timed_parts(paragraph: Paragraph, taken: Collection[int]) -> Iterator[tuple[str, int]]:
    """Cut a paragraph that opens with a time, or is a date alone, at each of its lines that does.

    Yield each part's words and line.
    """
    parts: list[tuple[list[str], int]] = []
    for line in _without_head([line for line in paragraph.lines if line.line not in taken]):
        if begins_with_time(line.text) or is_date(line.text):
            match = UPDATE.match(line.text)
            parts.append(([line.text[match.end() :] if match else line.text], line.line))
        elif parts:
            parts[-1][0].append(line.text)
        else:
            return
    for texts, number in parts:
        yield " ".join(texts), number


def _without_head(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines of a paragraph but a short one above several that each open with a time: ``Chat log``."""
    rest = lines[1:]
    is_headed = len(rest) > 1 and len(lines[0].text) <= _LONGEST_HEAD and not begins_with_time(lines[0].text)
    return rest if is_headed and all(begins_with_time(line.text) for line in rest) else lines


def _action_items(section: Section, taken: Collection[int]) -> Iterator[tuple[list[Line], bool | None]]:
    """Yield the lines of each action in a list, and its box: those with a box of their own at any depth.

    A line of a paragraph is one where it opens with a bullet, tick or number that Markdown doesn't know.
    """
    is_enumerated = _is_enumerated(section)
    for block in section.blocks:
        if not isinstance(block, RUNNING):
            continue
        parts: list[list[Line]] = []
        for line in block.lines:
            if line.line in taken:
                continue
            is_numbered = is_enumerated and isinstance(block, Paragraph) and _ENUMERATED.match(line.text)
            if is_numbered or starts_like_item(line.text) or (isinstance(block, Item) and not parts):
                parts.append([line])
            elif parts:
                parts[-1].append(line)
        if isinstance(block, Item) and block.depth and block.checked is None:
            parts = [lines for lines in parts if read_tick(lines[0].text)[0] is not None]
        for index, lines in enumerate(parts):
            text = lines[0].text.lstrip("•‣◦·▪ ")
            if is_enumerated and isinstance(block, Paragraph) and (match := _ENUMERATED.match(text)):
                text = text[match.end() :]
            first = lines[0]._replace(text=text)
            yield [first, *lines[1:]], block.checked if isinstance(block, Item) and not index else None


def _is_enumerated(section: Section) -> bool:
    """Return whether lines of a section's paragraphs have numbers with one prefix that rise by one, and begin them."""
    paragraphs = [[_ENUMERATED.match(line.text) for line in block.lines] for block in section.paragraphs()]
    if any(any(matches) and matches[0] is None for matches in paragraphs):
        return False
    found = [match for matches in paragraphs for match in matches if match is not None]
    numbers = [(match["prefix"], int(match["number"] or ord(match["letter"] or "0"))) for match in found]
    return len(numbers) > 1 and numbers == [(numbers[0][0], numbers[0][1] + index) for index in range(len(numbers))]


def text_or_none(words: str) -> str | None:
    """Return the words, or None where they say that there is nothing."""
    return None if is_absent(words) or is_none(words) else words


def _is_footer(text: str, template: Template) -> bool:
    if ":" not in text:
        return False
    names = {template.field_named(label) for label, _ in labelled_lines([Line(text, 0)])}
    return bool(names - {None} - template.other_fields)
