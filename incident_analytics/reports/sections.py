"""The sections of a report to rows: a method a kind of section, named as the template's ``reads``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TypeAlias, TypeVar

import yaml

from incident_analytics.config import Settings
from incident_analytics.reports.markdown import Document, Item, Line, Paragraph, Section, Table
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import SectionForm, Template
from incident_analytics.reports.timeline import Entry
from incident_analytics.reports.times import (
    find_dates,
    find_zone,
    is_zone,
    names_zone,
    read_date,
    read_zone,
    split_moment,
)
from incident_analytics.reports.values import (
    Choice,
    Unreadable,
    find_key,
    fold,
    is_absent,
    is_none,
    is_placeholder,
    read_action_status,
    read_choice,
    read_flag,
    read_loss,
    read_money,
    read_share,
    read_tick,
    read_unaffected,
)
from incident_analytics.schema import PRIORITIES

__all__ = ["SectionReader", "front_matter", "labelled", "labelled_lines", "text_or_none"]

Value = TypeVar("Value")
_Zone: TypeAlias = tuple[tzinfo | None, bool]
"""A zone, and whether the words for it may mean several."""
_DONE = re.compile(r"\(?done\)?\s*[:–—-]\s*|.*(\(done\))$", re.IGNORECASE)
_OTHER = r"(?P<open>not (?:yet )?(?:done|started)|open|in progress|to ?do)|(?:cancell?ed|dropped|won't (?:do|fix))"
_NOT_DONE = re.compile(rf"(?:{_OTHER}):\s+(?=\S)", re.IGNORECASE)
_ENDS_NOT_DONE = re.compile(rf"\s\((?:{_OTHER})\)$", re.IGNORECASE)
"""How an action's own words say its status, before or behind them."""
_PLAIN_LABEL = re.compile(r"^([^:|]{2,40}):\s+(?=\S)")


def labelled(section: Section) -> Iterator[tuple[str, Line]]:
    """Yield each ``label: value`` of a section, from its text, its lists and its two-column tables.

    The lines that follow without a label of their own, in the same paragraph or item, belong to the value.
    """
    for block in section.blocks:
        if isinstance(block, Paragraph | Item):
            yield from labelled_lines(block.lines)
        elif isinstance(block, Table) and len(block.header.cells) == 2:  # noqa: PLR2004 - label and value
            for row in (block.header, *block.rows):
                if len(row.cells) == 2:  # noqa: PLR2004
                    yield row.cells[0].text.rstrip(":"), row.cells[1]


def labelled_lines(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Yield each ``label: value`` of the lines of a paragraph or item."""
    found: list[tuple[str, list[str], int]] = []
    for line in lines:
        match = _PLAIN_LABEL.match(line.text)
        if line.label is not None:
            found.append((line.label, [line.value], line.line))
        elif match:
            found.append((match[1], [line.text[match.end() :]], line.line))
        elif found:
            found[-1][1].append(line.text)
    for label, texts, number in found:
        yield label, Line(" ".join(filter(None, texts)), number)


def front_matter(document: Document) -> list[tuple[str, Line]]:
    """Return each ``key: value`` of the YAML above a document; a list is its plain items joined by commas."""
    try:
        root = yaml.compose(document.front_matter, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return []  # then the text above the report is no head of it, and what is missing is said
    if not isinstance(root, yaml.MappingNode):
        return []
    return [
        (str(key.value), Line(_yaml_text(value), document.front_matter_line + key.start_mark.line))
        for key, value in root.value
    ]


def _yaml_text(node: yaml.Node) -> str:
    # Lists in lists are left out: by its aliases YAML nests them without end.
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return ", ".join(item.value for item in items if isinstance(item, yaml.ScalarNode))


class SectionReader:
    """Reads the sections of one report into its rows; the timeline's rows wait in ``entries`` for their instants."""

    def __init__(self, report: Report, settings: Settings, template: Template) -> None:
        self.report = report
        self.settings = settings
        self.template = template
        self.entries: list[Entry] = []
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
                self._read_actions("meeting" if name == "meeting_actions" else "table", section)
            case "signoffs":
                self._read_signoffs(section)
            case "nothing":  # a heading that only groups others
                pass

    def _read_text(self, name: str, form: SectionForm, section: Section) -> None:
        body = section.body
        if not body:
            return
        line = next(section.lines(), Line(body, section.line)).line
        if is_placeholder(body):
            message = f"{form.headings[0]} still holds the template's words; fill it in"
            self.report.problem("placeholder", line, message)
            return
        before = self.report.incident.get(name)
        if not is_absent(body):
            self.report.incident[name] = f"{before}\n\n{body}" if before else body
        self.report.note(name, body, line)

    def _read_timeline(self, form: SectionForm, section: Section) -> None:
        """Take the rows of the timeline: of a table with a column of times, else the items of a list."""
        tables = [(table, columns) for table in section.tables() if "at" in (columns := _columns(table, form))]
        zones = [self.read_zone(table.header.cells[columns["at"]], "time column") for table, columns in tables]
        zone = self._zone_of_section(section) if not tables or None in zones else None
        for (table, columns), own in zip(tables, zones, strict=True):
            self._take_rows(table, columns, own or zone)
        if not tables:
            self._take_items(section, zone)
        for table in section.tables() if not tables else ():
            headers = ", ".join(cell.text for cell in table.header.cells)
            message = f"none of the columns {headers} is called like a time; call it {form.columns['at'][0]!r}"
            self.report.problem("missing-field", table.header.line, message)

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
        return found, False

    def _take_rows(self, table: Table, columns: Mapping[str, int], zone: _Zone | None) -> None:
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
                event = f"[{event.strip()}]"  # so that its phrase states no milestone
            self.entries.append(Entry(when, event.strip(), row.line, *(zone or ())))

    def _take_items(self, section: Section, zone: _Zone | None) -> None:
        """Take a list's items as rows; a heading or an item that is only a date dates those below it."""
        day = split_moment(section.title)[0] if find_dates(section.title) else ""
        for item in section.items():
            when, event = split_moment(item.text)
            if when and (not event or is_zone(event)):
                day = when
                zone = (self.read_zone(Line(event, item.line), "Timeline") if event else None) or zone
            else:
                own = not day or find_dates(when)
                self.entries.append(Entry(when if own else f"{day} {when}", event, item.line, *(zone or ())))

    def _read_services(self, section: Section) -> None:
        marked: list[tuple[bool | None, str, int]] = []
        for item in section.items():
            ticked, words = read_tick(item.text)
            marked.append((item.checked if item.checked is not None else ticked, words, item.line))
        for paragraph in section.paragraphs():
            for line in paragraph.lines:
                ticked, words = read_tick(line.text)
                marked += [(ticked, word.strip(), line.line) for word in words.split(",")]
        self.add_services(marked)

    def add_services(self, marked: Sequence[tuple[bool | None, str, int]]) -> None:
        """Add services with their boxes; where no service has one the list names what was affected."""
        plain = all(mark is None for mark, _, _ in marked)
        for mark, written, line in marked:
            is_spared, words = read_unaffected(written)
            if is_absent(words) or is_none(words):
                continue
            service = self.aliases.get(fold(words), words)
            if self.aliases and fold(words) not in self.aliases:
                known = ", ".join(self.settings.services)
                message = f"service {words!r} is not one of {known}; write one of these or add an alias to the settings"
                self.report.problem("unknown-service", line, message)
            affected = None if is_spared and mark else not is_spared and (plain if mark is None else mark)
            if affected is None:
                message = f"service {words!r} is ticked and said not to be affected; correct the one or the other"
                self.report.problem("contradiction", line, message)
            self.report.rows["services"].append({"service": service, "affected": affected, "line": line})

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
            self.read_field(column, line, form.fields[column][0])

    def read_field(self, column: str, line: Line, label: str) -> None:
        """Read one field of the impact or the meeting into its column of incidents."""
        values = self.report.incident
        approximate = False
        if column in {"affected_users", "failed_requests"}:
            share = self.report.attempt(read_share, line, label)
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
            amount = self.report.attempt(read_money, line, form.fields[kind][0])
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

    def _read_findings(self, name: str, form: SectionForm, section: Section) -> None:
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

    def _read_actions(self, origin: str, section: Section) -> None:
        form = self.template.sections["actions"]  # the meeting's actions have the same columns
        for table in section.tables():
            columns = _columns(table, form)
            for row in table.rows:
                cells = {column: row.cells[place] for column, place in columns.items() if place < len(row.cells)}
                if "action" in cells:
                    self._add_action(cells, origin)
        for item in section.items():
            if not item.depth:
                struck = all(line.struck for line in item.lines)
                self._add_action({"action": Line(item.text, item.line, struck=struck)}, origin, checked=item.checked)

    def _add_action(self, cells: Mapping[str, Line], origin: str, *, checked: bool | None = None) -> None:
        action = cells["action"]
        if is_placeholder(action.text):
            self.report.problem("placeholder", action.line, "the action still holds the template's words; delete it")
            return
        ticked, words = read_tick(action.text)
        if is_absent(words) or is_none(words):
            return
        priority = self._priority(cells["priority"]) if "priority" in cells else None
        status, words = self._action_status(cells, ticked if checked is None else checked, action, words)
        key_cell = cells.get("key")
        key = find_key(key_cell.text) or (None if is_absent(key_cell.text) else key_cell.text) if key_cell else None
        rows = self.report.rows["actions"]
        rows.append(
            {
                "position": len(rows) + 1,
                "action": words,
                "owner": self._cell(cells, "owner", "Owner", text_or_none),
                "created_on": self._cell(cells, "created_on", "Created", read_date),
                "due_on": self._cell(cells, "due_on", "Due Date", read_date),
                "priority": priority,
                "status": status,
                "completed_on": self._cell(cells, "completed_on", "Completed", read_date),
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
    ) -> tuple[str | None, str]:
        """Return an action's status and its words without what says it.

        It is in a Status column, a box or mark, the word Done, or words struck out; where these disagree it is unknown.
        """
        mark, state = read_tick(cells["status"].text) if "status" in cells else (None, "")
        line = Line(state, cells["status"].line) if state else action
        declared = tuple(self.template.action_statuses)
        try:
            choice = read_action_status(state, declared, self.template.synonyms("action_statuses"))
        except Unreadable as error:
            self.report.problem(error.code, line.line, f"Status: {error}")
            return None, words
        marks = {ticked, True if action.struck else None}
        if choice is None:
            marks.add(mark)
            own, words = _own_status(words)
            marks |= {"open": {False}, "done": {True}}.get(own or "", set())
            said = "and as open"
            status = own or ("done" if True in marks else "open" if False in marks else None)
        else:
            marks.add(None if "🟢" in cells["status"].text else mark)  # which may mean that it is on track
            said = f"the Status is {state!r}"
            status = self.report.choose(choice, line, "Status", declared, unknown="unreadable-value")
            marks |= {"open": {False}, "done": {True}}.get(status or "", set())
        if {True, False} <= marks:
            marked = "open" if choice is not None and status == "done" else "done"
            message = f"the action is marked as {marked}, {said}; correct the one or the other"
            self.report.problem("contradiction", action.line, message)
            return None, words
        return status, words

    def _read_signoffs(self, section: Section) -> None:
        for item in section.items():
            ticked, words = read_tick(item.text)
            role, _, rest = words.partition(":")
            if not rest and item.checked is None and ticked is None:
                continue
            name_words, _, date_words = rest.strip().rpartition(" - ") if " - " in rest else (rest, "", "")
            signed_on = None
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


def _own_status(words: str) -> tuple[str | None, str]:
    """Return the status that an action's own words say, None for none, and the words without it."""
    if match := _DONE.match(words):
        return "done", (words[: match.start(1)] if match[1] else words[match.end() :]).strip()
    if match := _NOT_DONE.match(words) or _ENDS_NOT_DONE.search(words):
        return "open" if match["open"] else "dropped", (words[: match.start()] + words[match.end() :]).strip()
    return None, words


def _columns(table: Table, form: SectionForm) -> dict[str, int]:
    """Find a table's columns by their headers, whatever their order; the first of a name counts."""
    found: dict[str, int] = {}
    for place, cell in enumerate(table.header.cells):
        name = form.column_named(cell.text)
        if name and name not in found:
            found[name] = place
    return found


def text_or_none(words: str) -> str | None:
    """Return the words, or None where they say that there is nothing."""
    return None if is_absent(words) or is_none(words) else words


def _is_footer(text: str, template: Template) -> bool:
    return any(template.field_named(label) for label, _ in labelled_lines([Line(text, 0)]))
