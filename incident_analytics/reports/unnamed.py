"""What a report holds that its template does not name, to rows of ``fields``: labels, sections, columns, stray text."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import groupby

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Fence, Item, Line, Paragraph, Row, Section, SourceLine, Table
from incident_analytics.reports.labels import label_of
from incident_analytics.reports.placeholders import fold, is_absent, is_none, is_placeholder
from incident_analytics.reports.report import OWN, Report

__all__ = ["UnnamedReader"]

_LONGEST_LABEL = 4
"""Words of a label that is not in bold; what is longer begins a sentence."""
_TAG = compile_late(r"<[^<>]{0,400}>")
_LABELS = {"", "attribute", "field", "item", "key", "name", "property"}
_VALUES = {"", "detail", "details", "value", "values"}
"""Headers of a table of two columns that has a label and its value in each row."""


@dataclass(slots=True)
class _Value:
    """A value on its way to its row: its label, the lines it is on, its words."""

    label: str | None
    lines: list[int]
    words: list[str]


class UnnamedReader:
    """Reads what no other reader of a report has read, and the labels within its texts."""

    def __init__(self, report: Report, rows: Container[int]) -> None:
        """Take the report, and the lines that look like rows and were not read as such."""
        self.report = report
        self.rows = rows
        self.section: str | None = None
        self.heading: str | None = None
        self.is_head = self.again = self.bold_alone = False
        self.use = ""
        self.open: _Value | None = None
        """A label without a value, which what is below it may give."""

    def read(self, section: Section, use: str | None, *, is_head: bool, again: bool, bold_alone: bool) -> None:
        """Read what is left of a section.

        Parameters
        ----------
        section
            The section.
        use
            What a line is read as that says that there is nothing; None where the template does not know the section.
        is_head
            Whether it is above the first section that the template knows.
        again
            Whether to read as well what a column of incidents holds as text.
        bold_alone
            Whether to read the labels in bold alone.
        """
        self.heading = section.title or None
        self.section = None if is_head else self.heading
        self.is_head, self.again, self.bold_alone = is_head, again, bold_alone
        self.use = use or (f"fields.{section.title}" if section.title else "fields")
        for block in section.blocks:
            if isinstance(block, Table):
                self._read_table(block)
            elif isinstance(block, Fence):
                self._read_fence(block)
            else:
                self._read_lines(block)
        self._end_label()
        if "html" in [line.place for line in section.source]:
            self._read_html(section.source)

    def _read_lines(self, block: Paragraph | Item) -> None:
        """Read the lines that nobody has read; those that go on with a line that was read belong to it."""
        used = self.report.used
        value: _Value | None = None
        before: str | None = None
        is_task = isinstance(block, Item) and block.checked is not None
        for line in block.lines:
            use = None if self.again else used.get(line.line)
            if use is not None:
                self._end_value(value)
                is_row = use in {OWN, "timeline", "actions"} and "|" in line.text  # which goes on in no other line
                value, before = None, None if is_row else use
                continue
            if not line.text.strip("|:- "):
                self.report.mark(OWN, line.line)  # what is left of a table
                continue
            pair, is_row = None if is_task else self._label_of(line), line.line in self.rows
            if pair is None and not is_row and before is not None:
                used[line.line] = before
            elif pair is None and not is_row and value is not None:
                value.lines.append(line.line)
                value.words.append(line.text)
            else:
                self._end_value(value)
                label, words = pair or (None, line.text)
                value, before = _Value(label, [line.line], [words]), None
                if isinstance(block, Item) and is_task and line is block.lines[0]:
                    value.words.insert(0, "[x]" if block.checked else "[ ]")
        self._end_value(value)

    def _label_of(self, line: Line) -> tuple[str, str] | None:
        if line.label is None and (self.bold_alone or not line.text):
            return None
        pair = label_of(line)
        is_sentence = pair and line.label is None and not self.is_head and len(pair[0].split()) > _LONGEST_LABEL
        return None if is_sentence else pair

    def _end_value(self, value: _Value | None) -> None:
        """Add a value that is complete; a label alone waits for what is below it."""
        if value is None:
            return
        text = " ".join(filter(None, value.words))
        if value.label is not None:
            self._end_label()
            if not text:
                self.open = value
                return
        self._add(value.label, text, value.lines[0], value.lines[-1])

    def _end_label(self) -> None:
        """Add the label that has no value, if there is one."""
        label, self.open = self.open, None
        if label is not None and label.words:
            self.report.add_field(self.section, label.label, None, label.lines[0])

    def _add(self, label: str | None, text: str, first: int, last: int) -> None:
        """Add a value, or a text below the section's heading or below a label of its own line."""
        name = label
        if label is None and self.open is not None:
            name = self.open.label
            self.report.mark(f"fields.{name}", self.open.lines[0])
            self.open.words = []
        elif label is None and self.bold_alone:
            return
        if name is None and (is_placeholder(text) or is_none(text) or is_absent(text)):
            self.report.mark(OWN if is_placeholder(text) else self.use, first, last)
            return
        name = name or self.heading
        value = None if label is not None and is_absent(text) else text
        self.report.add_field(self.section, name, value, first)
        self.report.mark(f"fields.{name}" if name else "fields", first, last)

    def _read_table(self, table: Table) -> None:
        """Read the rows that nobody has read: a label and its value, or a cell for each column's header."""
        self._end_label()
        if self.bold_alone:
            return
        used, header = self.report.used, table.header
        names = [cell.text for cell in header.cells]
        rows = [row for row in table.rows if self.again or row.line not in used]
        words = [fold(name) for name in names]
        is_general = len(words) == 2 and words[0] in _LABELS and words[1] in _VALUES  # noqa: PLR2004 - label and value
        if is_general or (self.is_head and len(words) == 2):  # noqa: PLR2004
            for row in (*(() if is_general else (header,)), *rows):
                self._add_pair(row)
        elif rows:
            for row in rows:
                for index, cell in enumerate(row.cells):
                    if cell.text:
                        name = names[index] if index < len(names) else ""
                        self.report.add_field(self.section, name or self.heading, cell.text, row.line)
                self.report.mark("fields", row.line)
        elif header.line not in used and not (_LABELS | _VALUES).issuperset(words):
            self.report.add_field(self.section, self.heading, " | ".join(filter(None, names)), header.line)
        self.report.mark(OWN, header.line)

    def _add_pair(self, row: Row) -> None:
        label, *others = (cell.text for cell in row.cells)
        text = " ".join(filter(None, others))
        if row.line not in self.report.used or self.again:
            value = None if is_absent(text) else text
            self.report.add_field(self.section, label.rstrip(": ") or self.heading, value, row.line)

    def _read_fence(self, fence: Fence) -> None:
        use = None if self.again else self.report.used.get(fence.line)
        if use is not None:
            self.report.mark(use, fence.line, fence.last)
        elif fence.text.strip():
            self._add(None, fence.text, fence.line, fence.last)

    def _read_html(self, source: Sequence[SourceLine]) -> None:
        """Read the words within blocks of HTML, each block as one text."""
        if self.bold_alone:
            return
        for place, group in groupby(source, key=lambda line: line.place):
            lines = list(group)
            text = " ".join(" ".join(_TAG.sub(" ", line.text) for line in lines).split())
            if place == "html" and text and (self.again or lines[0].line not in self.report.used):
                self._add(None, text, lines[0].line, lines[-1].line)
