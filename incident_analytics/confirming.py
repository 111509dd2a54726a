"""Values graded *check*, confirmed by a person: each with its timeline and the best guess, one key each.

What is confirmed goes to the corrections file at once, so that nothing is lost whenever it ends, and a later run asks
only for the rest.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from io import StringIO
from itertools import groupby, takewhile
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final

from incident_analytics.config import SETTINGS_NAME, Settings
from incident_analytics.csv_files import CsvError, guarded, parse_csv
from incident_analytics.errors import OutputError, SettingsError
from incident_analytics.files import read_bytes, write_bytes
from incident_analytics.records import Records
from incident_analytics.reports.corrections import COLUMNS
from incident_analytics.schema import LABELS

__all__ = ["CorrectionFile", "Doubt", "Event", "correction_file", "find_doubts", "walk"]

_ACCEPT: Final = ("\r", "\n", " ", "y")
_COMMANDS: Final = "alnquy"
ROW_KEYS: Final = "123456789" + "".join(letter for letter in ascii_lowercase if letter not in _COMMANDS)
"""The keys that pick a row of a timeline."""
_HELP: Final = "Enter: yes   its key: another row   n: not in the report   l: leave   u: undo   q: quit"
_HELP_ALL: Final = "a: yes to all {n} marked ?   "


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a timeline that has an instant, and the milestone that it was read as."""

    at: datetime
    words: str
    milestone: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value graded *check*.

    Attributes
    ----------
    incident_id, title, path
        Whose it is.
    field
        The column of incidents.
    value
        The best guess.
    as_written
        The words that it was read from, in this line.
    confidence
        The share of like values that were right, None where that is not known.
    events
        The rows of the report's timeline that have an instant.
    zone
        The zone in which the report has its times.
    """

    incident_id: str
    title: str | None
    path: str
    field: str
    value: Any
    as_written: str
    line: int
    confidence: float | None
    events: tuple[Event, ...]
    zone: tzinfo = UTC

    @property
    def key(self) -> tuple[str, str]:
        """What is asked: a field of an incident."""
        return self.incident_id, self.field

    @property
    def row(self) -> Event | None:
        """The row of the timeline that is the best guess."""
        return next((event for event in self.events if event.line == self.line and event.at == self.value), None)

    @property
    def choices(self) -> dict[str, Event | str]:
        """What to choose from by its keys: the words that the field may hold, else the rows of the timeline.

        Of a timeline with too many rows these are the ones nearest to the best guess.
        """
        if self.field in LABELS:
            return dict(zip(ROW_KEYS, LABELS[self.field], strict=False))
        guess = next((place for place, event in enumerate(self.events) if event.line == self.line), 0)
        first = max(0, min(guess - len(ROW_KEYS) // 2, len(self.events) - len(ROW_KEYS)))
        return dict(zip(ROW_KEYS, self.events[first : first + len(ROW_KEYS)], strict=False))


def find_doubts(records: Records) -> list[Doubt]:
    """Return the values graded *check*, by incident in the order of the files.

    An end that was derived is asked for only once nothing else of its incident is in doubt: it may follow from that.
    """
    incidents = {row["incident_id"]: row for row in records.rows("incidents")}
    events: dict[str, list[Event]] = {}
    for row in records.rows("timeline"):
        if row["at"] is not None:
            event = Event(row["at"], row["event"] or "", row["milestone"], row["line"])
            events.setdefault(row["incident_id"], []).append(event)
    readings = [row for row in records.rows("readings") if row["grade"] == "check"]
    found = []
    for incident_id, group in groupby(readings, key=lambda row: row["incident_id"]):
        rows = list(group)
        direct = [row for row in rows if row["source"] != "derived"]
        incident = incidents[incident_id]
        found += [
            Doubt(
                incident_id,
                incident["title"],
                incident["path"],
                row["field"],
                incident[row["field"]],
                row["as_written"] or "",
                row["line"],
                row["confidence"],
                tuple(events.get(incident_id, ())),
                records.zones[incident["path"]],
            )
            for row in direct or rows
            if incident[row["field"]] is not None
        ]
    return found


class CorrectionFile:
    """The corrections file that confirmed values go to; it and its key in the settings are made with the first one."""

    def __init__(self, file: Path, settings_file: Path | None) -> None:
        """Take the file, and the settings that are to name it; None where they do already."""
        self.file = file
        self.settings_file = settings_file
        self._added: list[tuple[bytes, bytes]] = []
        """What the file held before and after each row that was added, to take it back."""

    def add(self, doubt: Doubt, value: Any, *, by: str, on: date) -> None:
        """Add a row.

        Raises
        ------
        OutputError
            The file changed in the meantime, or cannot be written.
        SettingsError
            The file is not a corrections file.
        """
        try:
            before = read_bytes(self.file) if self.file.exists() else b""
        except OSError as error:
            raise OutputError(f"{self.file}: {error.strerror}") from error
        is_same = value == doubt.value
        cells = {
            "incident_id": doubt.incident_id,
            "field": doubt.field,
            "value": "" if value is None else _as_text(value),
            "reason": "confirmed" if is_same else "not in the report" if value is None else _other(doubt.field),
            "by": by,
            "on": on.isoformat(),
        }
        after = _with_row(self.file, before, cells)
        write_bytes(self.file, after, expected=before)
        self._added.append((before, after))
        if self.settings_file is not None:
            _add_key(self.settings_file, self.file)
            self.settings_file = None

    def undo(self) -> bool:
        """Take the last row back; False where there is none."""
        if not self._added:
            return False
        before, after = self._added.pop()
        header = before or _line([*COLUMNS, "on"], ",", "\n").encode()
        write_bytes(self.file, header, expected=after)
        return True


def correction_file(settings: Settings, paths: Sequence[str | Path]) -> CorrectionFile:
    """Return the corrections file of the settings, else ``corrections.csv`` next to them.

    Parameters
    ----------
    settings
        The settings.
    paths
        The reports. Without a settings file one is made in the working folder, or where that does not lead to the
        first of these, in its folder.

    Raises
    ------
    SettingsError
        The settings name a corrections file that they may not use.
    """
    if settings.corrections is not None:
        return CorrectionFile(settings.corrections.file, None)
    if refused := [reason for reason in settings.skipped if ": corrections skipped: " in reason]:
        raise SettingsError(refused[0])
    settings_file = settings.path or _folder_of(paths) / SETTINGS_NAME
    return CorrectionFile(settings_file.parent / "corrections.csv", settings_file)


def _folder_of(paths: Sequence[str | Path]) -> Path:
    """Return the folder in which settings are found for these paths."""
    first = Path(os.path.realpath(paths[0] if paths else "."))
    if first.is_relative_to(Path.cwd()):
        return Path()
    return first if first.is_dir() else first.parent


def walk(
    read: Callable[[], Sequence[Doubt]],
    file: CorrectionFile,
    *,
    by: str,
    on: date,
    say: Callable[[str], object],
    key: Callable[[], str],
) -> int:
    """Ask for each value in doubt, and write down what is confirmed at once.

    Parameters
    ----------
    read
        Gives the values in doubt, as the reports and the corrections are by then.
    file
        Where confirmed values go.
    by, on
        Who confirms them, and when.
    say
        Called with each line to show.
    key
        Gives the next key.

    Returns
    -------
    int
        How many values were confirmed.
    """
    left: set[tuple[str, str]] = set()
    done: list[Doubt] = []
    while waiting := [doubt for doubt in read() if doubt.key not in left]:
        position = 0
        while position < len(waiting):
            doubt = waiting[position]
            like = _like(waiting[position:])
            for line in _question(doubt, position + 1, len(waiting), like):
                say(line)
            answer = _answer(doubt, say, key, like)
            if answer == "quit":
                return len(done)
            if answer == "undo":
                if done and done[-1] in waiting and file.undo():
                    position = waiting.index(done[-1])
                    left.discard(done.pop().key)
                else:
                    say("there is nothing to undo here")
                continue
            if answer == "all":
                for each in like:
                    file.add(each, each.value, by=by, on=on)
                    left.add(each.key)
                    done.append(each)
                    say(f"{each.field}: {_as_text(each.value)}")
                position += len(like)
                continue
            if answer == "leave":
                left.add(doubt.key)
            else:
                value = _value_of(answer, doubt)
                file.add(doubt, value, by=by, on=on)
                left.add(doubt.key)  # asked once, whatever becomes of it
                done.append(doubt)
                say(f"{doubt.field}: {_as_text(value) if value is not None else 'not in the report'}")
            position += 1
    return len(done)


def _like(waiting: Sequence[Doubt]) -> list[Doubt]:
    """Return the first doubts of one incident whose best guesses are rows of its timeline: one look is enough."""
    first = waiting[0].incident_id
    return list(takewhile(lambda doubt: doubt.incident_id == first and doubt.row is not None, waiting))


def _value_of(answer: Event | str, doubt: Doubt) -> Any:
    """Return the value that an answer gives, None where the report does not have it."""
    if isinstance(answer, Event):
        return answer.at
    return answer if answer in LABELS.get(doubt.field, ()) else doubt.value if answer == "right" else None


def _question(doubt: Doubt, number: int, n: int, like: Sequence[Doubt]) -> Iterator[str]:
    """Yield the lines that show one value with its timeline, whose rows have the report's time.

    A milestone that is still in doubt has a question mark.
    """
    sure = "" if doubt.confidence is None else f" (in test reports {doubt.confidence:.0%} of such guesses were right)"
    yield ""
    yield f"{number} of {n}   {doubt.incident_id}  {doubt.title or ''}".rstrip()
    yield f"{doubt.path}:{doubt.line}"
    yield f"{doubt.field} is {_shown(doubt.value, doubt.zone)}{sure}?"
    choices = doubt.choices
    in_doubt = {(each.line, each.value) for each in like}
    form = _form_of_times([event.at.astimezone(doubt.zone) for event in doubt.events])
    for name, event in choices.items():
        if isinstance(event, str):
            yield f"{'>' if event == doubt.value else ' '} {name}  {event}"
            continue
        mark = "?" if (event.line, event.at) in in_doubt else ""
        milestone = f"  [{event.milestone}{mark}]" if event.milestone else ""
        sign = ">" if event == doubt.row else " "
        yield f"{sign} {name}  {event.at.astimezone(doubt.zone):{form}}  {_cut(event.words)}{milestone}"
    if not any(isinstance(event, Event) and event.at == doubt.value for event in choices.values()):
        yield f"  line {doubt.line}: {_cut(doubt.as_written)}"
    if doubt.field not in LABELS and (n_more := len(doubt.events) - len(choices)) > 0:
        yield f"  {n_more} rows farther away are not shown"
    yield _help(like)


def _form_of_times(times: Sequence[datetime]) -> str:
    """Return what rows have to show of their times: the day and the zone only where they differ."""
    days, zones = {at.date() for at in times}, {at.utcoffset() for at in times}
    return f"{'%Y-%m-%d ' if len(days) > 1 else ''}%H:%M{' %Z' if len(zones) > 1 else ''}"


def _help(like: Sequence[Doubt]) -> str:
    """Return the keys, with the one for all where several values are marked."""
    return (_HELP_ALL.format(n=len(like)) if len(like) > 1 else "") + _HELP


def _answer(doubt: Doubt, say: Callable[[str], object], key: Callable[[], str], like: Sequence[Doubt]) -> Event | str:
    """Return the row that was chosen, or ``right``, ``all``, ``absent``, ``leave``, ``undo`` or ``quit``."""
    choices = doubt.choices
    while True:
        try:
            pressed = key()
        except EOFError:
            return "quit"
        if pressed in _ACCEPT:
            return "right"
        if pressed in choices:
            return choices[pressed]
        if pressed == "a" and len(like) > 1:
            return "all"
        named = {"n": "absent", "l": "leave", "u": "undo", "q": "quit", "\x04": "quit"}
        if pressed in named:
            return named[pressed]
        say(_help(like))


def _other(field: str) -> str:
    return "another value is right" if field in LABELS else "another row is right"


# --- files -----------------------------------------------------------------------------------------------------------


def _with_row(file: Path, before: bytes, cells: dict[str, str]) -> bytes:
    """Return a corrections file with another row, in the order and with the delimiter of its header."""
    if not before.strip():
        header = [*COLUMNS, "on"]
        return (_line(header, ",", "\n") + _line([cells[name] for name in header], ",", "\n")).encode()
    try:
        table = parse_csv(before)
    except CsvError as error:
        raise SettingsError(error.located(file)) from error
    if before.startswith((b"\xff\xfe", b"\xfe\xff")) or any(each.code == "encoding" for each in table.problems):
        raise OutputError(f"{file}: not UTF-8, and left as it is; save it as UTF-8 and run again")
    if "on" not in table.columns:
        cells = {**cells, "reason": f"{cells['reason']} {cells['on']}"}
    newline = "\r\n" if b"\r\n" in before else "\n"
    row = _line([cells.get(name, "") for name in table.columns], table.delimiter, newline)
    end = "" if before.endswith((b"\n", b"\r")) else newline
    return before + f"{end}{row}".encode()


def _line(cells: Sequence[str], delimiter: str, end: str) -> str:
    stream = StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerow(map(guarded, cells))
    return stream.getvalue()


def _add_key(settings_file: Path, file: Path) -> None:
    """Name the corrections file at the end of the settings; all that is there stays as it is."""
    try:
        before = read_bytes(settings_file) if settings_file.exists() else b""
    except OSError as error:
        raise OutputError(f"{settings_file}: {error.strerror}") from error
    gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    key = f'[corrections]                      # what a person confirmed or corrected\nfile = "{file.name}"\n'
    write_bytes(settings_file, before + gap + key.encode(), expected=before)


# --- words -----------------------------------------------------------------------------------------------------------


def _as_text(value: Any) -> str:
    """Return a value as a corrections file has it."""
    if isinstance(value, datetime):
        return re.sub(r"\+00:00$", "Z", value.astimezone(UTC).isoformat())
    if isinstance(value, timedelta):
        minutes, rest = divmod(value, timedelta(minutes=1))
        return f"{minutes}m" + (f" {rest / timedelta(seconds=1):.10g}s" if rest else "")
    return str(value).casefold() if isinstance(value, bool) else str(value)


def _shown(value: Any, zone: tzinfo) -> str:
    """Return a value as a person reads it: ``2025-03-14 14:18 CET (13:18 UTC)``."""
    if not isinstance(value, datetime):
        return _as_text(value)
    local, universal = value.astimezone(zone), value.astimezone(UTC)
    text = f"{local:%Y-%m-%d %H:%M} {local.tzname()}"
    if not local.utcoffset():
        return text
    return f"{text} ({universal:{'%H:%M' if local.date() == universal.date() else '%Y-%m-%d %H:%M'}} UTC)"


def _cut(text: str, width: int = 90) -> str:
    words = " ".join(text.split())
    return words if len(words) <= width else f"{words[: width - 3]}..."
