"""What one report says, as rows of the tables: where each value comes from, and what could not be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final, TypeVar

from incident_analytics.reports.blocks import Line
from incident_analytics.reports.choices import Choice
from incident_analytics.reports.corrections import Correction
from incident_analytics.reports.durations import Duration
from incident_analytics.reports.placeholders import Unreadable, is_placeholder
from incident_analytics.reports.timeline import Placement
from incident_analytics.reports.times import FIRST_YEAR, LAST_YEAR
from incident_analytics.schema import INSTANT, MILESTONES, TABLES, problem_row

__all__ = ["OWN", "Cells", "Report"]

Value = TypeVar("Value")
Cells = dict[str, Any]
"""One row of a table, by column."""
OWN: Final = "template"
"""What a line is that is the template's own: a heading, a table's header, a placeholder."""


@dataclass(slots=True)
class Report:
    """What one report says: the rows of each table, with NA as None, and what else the audit needs.

    Attributes
    ----------
    file
        The file's path; several reports of one file share it.
    number
        Which report of the file it is, from 1.
    rows
        The rows by table; ``incidents`` has exactly one.
    duration, placement
        The Duration line, and when the timeline's rows and the line's windows were.
    gaps
        Where the incident was over for a time: the places in ``timeline`` of the row that says so, and of the relapse.
    start_is_hidden
        Whether the timeline begins with a row without a time, which may be when it all began.
    ongoing
        The field that says that the incident goes on.
    zone, zone_is_unclear
        The zone in which the timeline, else the report, has its times, None where it names none; and whether it names
        several, or one that may be several.
    usual_zone
        The settings' zone, in which times are that name none.
    zone_is_assumed
        Whether an instant was read in the settings' zone, as the report names none for it.
    duration_is_unclear
        Whether the Duration names a zone that may be several.
    not_given
        The instants for which a field of the head says that there is none, as ``-``.
    unended
        The place in ``timeline`` of a relapse after the last restoration, of unknown end.
    lines
        The line of each field that was found, and of each section's heading.
    used
        The ledger: by line what was read from it, such as ``incidents.severity`` or ``actions``, or `OWN`.
    """

    file: str
    number: int = 1
    rows: dict[str, list[Cells]] = field(default_factory=lambda: defaultdict(list))
    duration: Duration | None = None
    placement: Placement | None = None
    gaps: list[tuple[int, int]] = field(default_factory=list)
    start_is_hidden: bool = False
    ongoing: Line | None = None
    zone: tzinfo | None = None
    zone_is_unclear: bool = False
    usual_zone: tzinfo = UTC
    zone_is_assumed: bool = False
    duration_is_unclear: bool = False
    not_given: set[str] = field(default_factory=set)
    unended: int | None = None
    lines: dict[str, int] = field(default_factory=dict)
    used: dict[int, str] = field(default_factory=dict)

    @property
    def incident(self) -> Cells:
        """The report's row of ``incidents``."""
        return self.rows["incidents"][0]

    def anchor(self) -> date | None:
        """Return the date that the clock times belong to: the report's Date, else the one in its id."""
        return self.incident.get("date") or self.day_of_id()

    def clock(self, at: datetime) -> str:
        """Write an instant for whoever mends the report: as its own clock has it, and in UTC."""
        local = at.astimezone(self.zone or self.usual_zone)
        utc = f"{at.astimezone(UTC):%H:%M} UTC"
        return f"{local:%Y-%m-%d %H:%M} ({utc})" if local.utcoffset() else f"{local:%Y-%m-%d} {utc}"

    def day_of_id(self) -> date | None:
        """Return the date in the report's id, None where it has none."""
        match = re.search(r"(\d{4})-(\d{2})-(\d{2})", self.incident.get("incident_id") or "")
        if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                return None
        return None

    def words_at(self, line: int) -> str:
        """Return the words of the field that was read from a line."""
        return next((row["as_written"] for row in self.rows["readings"] if row["line"] == line), "")

    def mark(self, use: str, first: int, last: int | None = None) -> None:
        """Note what was read from a line, or from several; what was read from it first stays."""
        for line in range(first, (last or first) + 1):
            self.used.setdefault(line, use)

    def add_field(self, section: str | None, name: str | None, value: str | None, line: int) -> None:
        """Add a value that the template has no place for."""
        self.used.setdefault(line, f"fields.{name}" if name else "fields")
        self.rows["fields"].append({"section": section, "name": name, "value": value, "line": line})

    def problem(
        self,
        code: str,
        line: int,
        message: str,
        *,
        path: str | None = None,
        of_incident: bool = True,
        level: str | None = None,
    ) -> None:
        """Note a problem, in the report itself unless another file is named, of its code's level unless one is given.

        One that is not of the incident is reported even where the incident does not count.
        """
        if code == "placeholder":
            self.used[line] = OWN
        row = problem_row(code, message, path=path or self.file, line=line)
        row["level"] = level or row["level"]
        self.rows["problems"].append({**row, "of_incident": of_incident})

    def note(
        self,
        name: str,
        words: str,
        line: int,
        *,
        source: str = "stated",
        approximate: bool = False,
        confidence: float | None = None,
        grade: str = "recorded",
    ) -> None:
        """Note where a value of incidents comes from, and how far it can be trusted."""
        self.lines.setdefault(name, line)
        if words:
            self.used.setdefault(line, f"incidents.{name}")
        self.rows["readings"].append(
            {
                "field": name,
                "as_written": words,
                "source": source,
                "approximate": approximate,
                "confidence": (1.0 if source == "stated" else None) if confidence is None else confidence,
                "grade": grade,
                "line": line,
            }
        )

    def is_doubtful(self, name: str) -> bool:
        """Return whether a value was inferred, or is approximate, so that a person may confirm it."""
        rows = [row for row in self.rows["readings"] if row["field"] == name]
        return any(row["grade"] != "recorded" or row["approximate"] for row in rows)

    def note_correction(self, correction: Correction, times: Mapping[int, str], *, confirmed: bool = False) -> None:
        """Mark where a value of incidents comes from as corrected, or confirmed; the words stay as written.

        The words of a corrected instant are those of the row of the timeline that has it, else of the correction;
        ``times`` are those of the rows as written, by line.
        """
        name = correction.field
        if not any(reading["field"] == name for reading in self.rows["readings"]):
            self.note(name, "", self.lines["head"])
        marks: Cells = {"confidence": 1.0, "grade": "recorded"}
        source = "confirmed" if confirmed else "corrected"
        for reading in self.rows["readings"]:
            if reading["field"] == name:
                reading |= {"source": source, "approximate": False, **marks}
                if not confirmed and TABLES["incidents"][name] == INSTANT:
                    self._move(reading, correction, times)
        for row in self.rows["timeline"]:
            if row["milestone"] and f"{row['milestone']}_at" == name and row["at"] == self.incident.get(name):
                row |= {"milestone_source": source, **marks}

    def _move(self, reading: Cells, correction: Correction, times: Mapping[int, str]) -> None:
        """Let a corrected instant come from the row that has it, and the row that was read have it no more."""
        name, at = correction.field, correction.value
        timeline = self.rows["timeline"]
        for row in timeline:
            if row["line"] == reading["line"] and f"{row['milestone']}_at" == name and row["at"] != at:
                row.update(dict.fromkeys(("milestone", "milestone_source", "confidence", "grade")))
        rows = [row for row in timeline if at is not None and row["at"] == at]
        rows = [row for row in rows if f"{row['milestone']}_at" == name] or rows
        if len(rows) == 1:
            line = rows[0]["line"]
            words = f"{times.get(line, '')} {rows[0]['event']}".strip()
            if rows[0]["milestone"] is None and name.removesuffix("_at") in MILESTONES:
                rows[0]["milestone"] = name.removesuffix("_at")
        else:  # no row has it, or nobody knows which
            line, words = self.lines["head"], correction.words
        reading |= {"line": line, "as_written": words}
        self.lines.pop(name, None)
        if at is not None:
            self.lines[name] = line

    def attempt(self, reader: Callable[[str], Value | None], line: Line, label: str) -> Value | None:
        """Read a value; where it cannot be read it is None, with a problem that says what to write instead."""
        if is_placeholder(line.text):
            self.problem("placeholder", line.line, f"{label} still holds the template's words; fill it in")
            return None
        try:
            return reader(line.text)
        except Unreadable as error:
            self.problem(error.code, line.line, f"{label}: {error}")
            return None

    def choose(
        self, choice: Choice | None, line: Line, label: str, declared: Sequence[str], *, unknown: str
    ) -> str | None:
        """Return the word that counts, and report a field that names several; ``unknown`` is the code of a doubt."""
        if choice is None or len(choice.named) == 1:
            return choice.word if choice else None
        named = f"{', '.join(choice.named[:-1])} and {choice.named[-1]}"
        if choice.word is not None:
            message = f"{label} {line.text!r} names {named}, read as {choice.word}, the last in force"
            self.problem("contradiction", line.line, f"{message}; write {choice.word} alone")
        elif len(choice.named) == len(declared) > 2:  # noqa: PLR2004 - two of two may be a doubt, not a choice
            self.problem("placeholder", line.line, f"{label} still offers every choice; write one of them")
        else:
            self.problem(unknown, line.line, f"{label} {line.text!r} names {named}; write the one that counts")
        return choice.word
