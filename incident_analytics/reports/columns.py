"""Which column of a table holds what: by its header, by its cells, or by the times in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.blocks import Row
from incident_analytics.reports.placeholders import fold, is_absent
from incident_analytics.reports.rows import begins_with_time
from incident_analytics.reports.template import SectionForm
from incident_analytics.reports.times import find_dates, read_offset, split_moment, split_offset
from incident_analytics.reports.zones import without_zone

__all__ = [
    "columns_by_content",
    "counts_rows",
    "find_columns",
    "moment_first",
    "n_moments",
    "offset_of",
    "with_action",
    "with_by",
]

_ASIDE = compile_late(
    r"\b(?:comment|note|remark|bemerkung|kommentar|anmerkung|commentaire|remarque|comentario|comentário|observa|opmerking|notat|link|type|category)",
    re.IGNORECASE,
)
"""The header of a column that says something about an action, not which one it is."""
_ROW_NUMBER = compile_late(r"\W*(?:#|№|no|nr|num)\W*", re.IGNORECASE)
"""The header of a column that numbers rows."""
_NOT_BY_WHOM = compile_late(r"\d|^\W*\w+ing\b|^(?:\S+\s+){5}", re.IGNORECASE)
"""What a cell below By has that says until when, or by what means: a figure, what is done, a sentence."""


def find_columns(header: Row, form: SectionForm) -> dict[str, int]:
    """Find a table's columns by their headers, whatever their order; the first of a name counts.

    One that is listed for a column counts before those that are only made of words for it: in a table with a Time, the
    column Data has no dates. A header that is a name and a zone, or a zone alone, is that of the times where no other
    one is.
    """
    named = [(name, place) for place, cell in enumerate(header.cells) if (name := form.column_named(cell.text))]
    is_listed = {place: form.lists_column(header.cells[place].text) for _, place in named}
    found: dict[str, int] = {}
    for name, place in sorted(named, key=lambda each: not is_listed[each[1]]):
        if is_listed[place] or name != "date" or "at" not in found:
            found.setdefault(name, place)
    plain = ((place, cell.text, without_zone(cell.text)) for place, cell in enumerate(header.cells))
    for place, text, words in plain if "at" not in found and "at" in form.columns else ():
        if words != text and form.column_named(words or form.columns["at"][0]) == "at":
            found.setdefault("at", place)
    if "at" in form.columns and "date" in found and "event" in found:
        found.setdefault("at", found["date"])  # of events that have their day alone
    if "offset" in found and found.setdefault("at", found["offset"]) != found["offset"]:
        del found["offset"]  # the times count
    return found


def offset_of(when: str, header: Row | None, columns: Mapping[str, int]) -> timedelta | None:
    """Return the time since the start that a cell is: in a column of these any length, elsewhere ``T+5m`` or ``+5``."""
    name = header.cells[columns["at"]].text if header is not None and "at" in columns else ""
    if "offset" in columns or name.replace(" ", "").startswith("T+") or when.startswith(("T+", "T-", "T−", "T0", "+")):
        return read_offset(when, name)
    return None


def with_by(header: Row, rows: Sequence[Row], columns: dict[str, int]) -> dict[str, int]:
    """Add the column By of a list of actions: whether it says until when or by whom, only its cells show."""
    place = next((place for place, cell in enumerate(header.cells) if fold(cell.text).strip(":") == "by"), None)
    if place is None or place in columns.values():
        return columns
    words = [row.cells[place].text for row in rows if place < len(row.cells) and not is_absent(row.cells[place].text)]
    if "due_on" not in columns and words and all(map(find_dates, words)):
        return {**columns, "due_on": place}
    if "owner" not in columns and words and not any(_NOT_BY_WHOM.search(each) for each in words):
        return {**columns, "owner": place}
    return columns


def with_action(header: Row, rows: Sequence[Row], columns: dict[str, int]) -> dict[str, int]:
    """Add the column of the actions where none is called so, but others of them are: that with the longest words."""
    own = [
        place
        for place, cell in enumerate(header.cells)
        if place not in columns.values() and not _ASIDE.search(cell.text)
    ]
    if "action" in columns or len(columns.keys() & {"owner", "due_on", "status"}) < 2 or not own:  # noqa: PLR2004
        return columns
    lengths = {place: sum(len(row.cells[place].text) for row in rows if place < len(row.cells)) for place in own}
    return {**columns, "action": max(lengths, key=lengths.__getitem__)}


def columns_by_content(header: Row, rows: Sequence[Row], columns: Mapping[str, int]) -> Mapping[str, int] | None:
    """Return the columns of a table in which one that is not the first has nothing but times; else None.

    The event is in the column that is called so, else in the longest other one.
    """
    n = len(header.cells)
    if len(rows) < 2 or n < 3 or any(len(row.cells) != n for row in rows):  # noqa: PLR2004 - a time and what was then
        return None
    timed = [index for index in range(1, n) if all(_is_time(row.cells[index].text) for row in rows)]
    if len(timed) != 1 or n_moments(header) or _is_time(rows[0].cells[0].text):
        return None
    lengths = {index: sum(len(row.cells[index].text) for row in rows) for index in range(n) if index != timed[0]}
    return {**columns, "at": timed[0], "event": columns.get("event", max(lengths, key=lengths.__getitem__))}


def _is_time(text: str) -> bool:
    return begins_with_time(text) and not split_moment(text)[1]


def n_moments(row: Row) -> int:
    """Return how many of a row's first cells hold a time of day and, next to it, a date, and no other words."""
    for index, cell in enumerate(row.cells[:3]):
        when, rest = split_moment(cell.text)
        if rest[:1] == "T" and split_offset(rest) == (timedelta(0), ""):
            return index + 1
        if rest or (cell.text and not when):
            return 0
        if begins_with_time(cell.text):
            return index + 1
    return 0


def moment_first(row: Row, at: int) -> tuple[str, str]:
    """Return when a row was, from its first cells if these have a time, else from cell ``at``, and its other words."""
    cells = [cell.text for cell in row.cells]
    if first := n_moments(row):
        return " ".join(filter(None, cells[:first])), " ".join(filter(None, cells[first:]))
    when = cells[at] if at < len(cells) else ""
    is_time = bool(split_moment(when)[0])
    return when, " ".join(cell for index, cell in enumerate(cells) if cell and not (is_time and index == at))


def counts_rows(name: str, index: int, rows: Iterable[Row]) -> bool:
    """Return whether a column only numbers a table's rows: *#* or *No.* above figures."""
    if not _ROW_NUMBER.fullmatch(name):
        return False
    cells = [row.cells[index].text for row in rows if index < len(row.cells)]
    return all(re.fullmatch(r"\W*\d{0,4}\W*", cell) for cell in cells)
