"""In which zone the times of a report are that name none themselves: what its head, its rows or a sentence says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Line, Section
from incident_analytics.reports.placeholders import Unreadable, fold
from incident_analytics.reports.report_fields import Field
from incident_analytics.reports.sections import SectionReader
from incident_analytics.reports.times import find_dates, read_moments, split_moment
from incident_analytics.reports.zones import (
    UNKNOWN_ZONE,
    clocks_in,
    find_zone,
    is_zone,
    names_zone,
    read_zone,
    zone_of_line,
    zones_of_clocks,
)

__all__ = ["ReportZone"]

_OF_TIME: Final = compile_late("ime|zeit|heure|hora|orari|tijd|tid|clock", re.IGNORECASE)
"""What a sentence has that is about the times of a report."""
_NOTES: Final = frozenset("¹²³*†‡")
"""How a footnote begins."""
_LABELS: Final = frozenset(
    fold(label)
    for labels in (
        "time zone/timezone/tz/times/all times/zone/zeitzone/zeit/uhrzeit/clock/clocks/tidssone/tidszon/tijdzone/tijd",
        "fuseau horaire/fuseau/heure/zona horaria/huso horario/huso/hora/fuso/fuso horário/fuso orario",
        "tidszone/tid/tider/strefa czasowa/strefa/czas/aikavyöhyke/časové pásmo/saat dilimi/часовой пояс/часовий пояс",
        "időzóna/fus orar/ζώνη ώρας/zona waktu/時刻/タイムゾーン/時間帯/时区/時區/표준시/시간대",
        "ora/ore/orari/horario/horaire/tijden/zeiten",
    )
    for label in labels.split("/")
)
"""Fields at a report's head that say in which zone its times are."""
_REGION: Final = compile_late(r"[A-Z][a-z]{3,12}/[A-Z]\w{2,20}(?:/[A-Z]\w{2,20})?")
"""What looks like the IANA name of a zone."""
_LONGEST_LINE: Final = 60
"""Characters of a line that may be there to say in which zone the times are."""
_LONGEST_NOTE: Final = 20
"""Characters of such a line below the times."""
_NEXT_LINES: Final = 4
"""Lines below the fields in which a zone may be theirs."""
_LONGEST_DATE: Final = 40
"""Characters of a line that may be a date and a zone."""


class ReportZone:
    """Finds the zone of a report's times, which the reader of its sections keeps."""

    def __init__(self, reader: SectionReader, sections: Sequence[Section], *, is_usual_set: bool) -> None:
        """Take what reads the sections, these, and whether the settings say in which zone other times are."""
        self.reader = reader
        self.report = reader.report
        self.sections = sections
        self.is_usual_set = is_usual_set

    def read_label(self, found: Field) -> None:
        """Read the zone of a field that is about it: ``Time zone: CET``."""
        if _LABELS.isdisjoint(fold(found.label).split(" / ")):
            return
        words = found.line.text.strip(" ()[]")
        is_unknown = UNKNOWN_ZONE.fullmatch(words) or _REGION.fullmatch(words)
        # In brackets, so that words which are no known zone are refused.
        line = found.line._replace(text=f"({words})") if is_unknown else found.line
        self.reader.read_zone(line, found.label)

    def read_above(self, parts: Sequence[str | None]) -> None:
        """Read the zones that lines above the first section of the template name."""
        for section, part in zip(self.sections, parts, strict=True):
            if part:
                return
            if section.level and (words := find_zone(section.title, is_heading=True)) and find_dates(section.title):
                self.reader.read_zone(Line(words, section.line), "head")
            rows = {item.line for item in section.items() if re.search(r"\d", item.text)}
            for line in section.lines():
                words = find_zone(line.text) or _zone_of_date(line.text) if line.label is None else ""
                if words and line.line not in rows:
                    self.reader.read_zone(Line(words, line.line), "head")

    def take_of_instants(self, lines: Sequence[Line]) -> None:
        """Take the one zone that all instants at the head name for that of the timeline, if that names none itself.

        Times of day without a date may leave it out behind one that has it.
        """
        if self.reader.zone is not None or self.reader.zone_is_unclear:
            return
        try:
            found = []
            for line in lines:
                moments = [moment for moment in read_moments(line.text) if moment.clock is not None]
                if any(moment.zone is None for moment in moments):
                    zone = read_zone(find_zone(line.text))
                    moments = [replace(each, zone=zone) if each.zone is None else each for each in moments]
                found += moments
        except Unreadable:  # which is reported where the field itself is read
            return
        zones = {moment.zone for moment in found if moment.zone is not None or moment.dated}
        if len(zones) == 1:
            self.reader.zone = zones.pop()

    def take_elsewhere(self, fields: Mapping[str, Line]) -> None:
        """Take the zone of all rows, else the one that sentences anywhere name for the times.

        Without such a sentence it is the one zone that times of day anywhere have, if the settings name none and one of
        them is that of a row or a field: others are those of a job, a vendor or a certificate.
        """
        if not self.is_open():
            return
        self.take_of_rows()
        if not self.is_open():
            return
        lines = [line for section in self.sections for line in section.lines()]
        titles = [Line(section.title, section.line) for section in self.sections if section.level]
        found = {
            words: line.line
            for line in (*lines, *titles)
            if (_OF_TIME.search(line.text) or line.text[:1] in _NOTES)
            and (words := find_zone(line.text, is_elsewhere=True))
        }
        named = [] if found else self._lines_with_zones(fields)
        found |= {words: number for words, is_alone, number in named if is_alone}
        if not found and not self.is_usual_set:
            zoned = [(line, each) for line in lines if line.label is None and (each := zones_of_clocks(line.text))]
            instants = [line.text for name, line in fields.items() if name.endswith("_at") or name == "duration"]
            own = clocks_in(*(entry.when for entry in self.reader.entries), *instants) if zoned else set()
            if not own.isdisjoint(clocks_in(*(line.text for line, _ in zoned))):
                found = {words: line.line for line, named in zoned for words in named}
        with suppress(Unreadable):
            if len({read_zone(words) for words in found}) == 1:
                words, number = next(iter(found.items()))
                self.reader.read_zone(Line(words, number), "head")
        if named and self.is_open() and not self.is_usual_set:
            words, _, number = named[0]
            self.reader.zone_is_unclear = True
            message = f"{words.strip('()')!r} may be the zone of the times, which are not read"
            remedy = "write a sentence such as 'All times are in UTC'"
            self.report.problem("unreadable-time", number, f"{message}; {remedy}")

    def _lines_with_zones(self, fields: Mapping[str, Line]) -> list[tuple[str, bool, int]]:
        """Return the zones that short lines name, if as all that each says, and its number.

        Below the first row, or the last field that is an instant, a line counts that says nothing else.
        """
        rows = [entry.line for entry in self.reader.entries if re.search(r"\d", entry.when)]
        instants = [line.line for name, line in fields.items() if name.endswith("_at")]
        first, found = min(rows, default=max(instants, default=0) + _NEXT_LINES), []
        for section in self.sections:
            lines = [each for each in section.lines() if each.label is None or is_zone(each.value)]
            cells = (row.cells for table in section.tables() for row in (table.header, *table.rows) if row.cells)
            lines += (Line(" ".join(cell.text for cell in row), row[0].line) for row in cells)
            for line in lines:
                is_above = line.line < first
                if len(line.text) <= (_LONGEST_LINE if is_above else _LONGEST_NOTE):
                    words, is_alone = zone_of_line(line.text)
                    found += [(words, is_alone, line.line)] if words and (is_alone or is_above) else []
        return found

    def is_open(self) -> bool:
        """Return whether nothing has named a zone so far, be it one that is not clear."""
        duration = self.report.duration
        is_known = self.reader.zone is not None or (duration is not None and duration.zone is not None)
        return not (is_known or self.reader.zone_is_unclear or self.report.duration_is_unclear)

    def take_of_rows(self) -> None:
        """Take the zone that all rows of the timeline name, for the Duration.

        Where they name several, in which zone the Duration's times are is not known; nor are times that name none where
        the zone of the first row may be several.
        """
        first = next((entry.when for entry in self.reader.entries if entry.when), "")
        if not names_zone(first):
            return
        try:
            whens = [entry.when for entry in self.reader.entries if entry.when]
            zones = {read_zone(when) if names_zone(when) else None for when in whens}
        except Unreadable:  # which is reported where the row is read
            self.reader.zone_is_unclear = True
            return
        if len(zones) == 1:
            self.reader.zone = zones.pop()
        elif self.report.duration is not None and None not in zones:
            self.report.duration = replace(self.report.duration, windows=())


def _zone_of_date(text: str) -> str:
    """Return the zone of a line that is a date and a zone, as in ``Tuesday 5 June (CEST)``; none for any other."""
    if len(text) > _LONGEST_DATE or not names_zone(text) or not find_dates(text):
        return ""
    when, rest = split_moment(text)
    zone = rest.rpartition("(")[2] or when.rpartition("(")[2]
    return zone.strip(" ()") if is_zone(zone) else ""
