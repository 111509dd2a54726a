"""Which error messages of log files are new in a window, or come more often than before it."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from incident_analytics.checks import require_name, require_window
from incident_analytics.errors import EvidenceError
from incident_analytics.evidence.lines import (
    LEVELS,
    LINE_BYTES,
    LineReader,
    LogTime,
    are_json,
    open_log,
    tells_error,
    words_of,
)
from incident_analytics.evidence.masking import mask_secrets, mask_variables
from incident_analytics.files import LOG_LIMIT, matching_paths
from incident_analytics.formatting import format_span, format_value
from incident_analytics.schema import COUNT, FLAG, FLOAT, INSTANT, POSITION, TEXT

__all__ = ["OTHER", "LogEvidence", "log_templates"]

OTHER: Final = "(other messages)"
"""The template of the rarest messages of a log that has more than are kept apart."""

_ANY: Final = "<*>"
_MANY: Final = 10  # values of one word: where there are more, the word is a variable and does not name what failed
_MESSAGE: Final = 1_000  # characters of a message that are looked at: more than are shown, for a secret to be whole
_SHOWN: Final = 400  # characters of a template or an example that are kept
_SNIFFED: Final = 50  # lines that tell whether a file is JSON

_ENOUGH: Final = 0.9  # of the baseline: where the logs cover less of it, that is said

_EXCEPTION: Final = re.compile(r"(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt)\b(?!\.)|panic: ")
"""How a line of a stack trace begins that says what went wrong."""

_COLOUR: Final = re.compile(r"\x1b\[[\d;]*m")

_FATES: Final = ("n_window", "n_baseline", "n_quiet", "n_outside", "n_continued", "n_untimed", "n_broken")
"""What becomes of a line: exactly one of these."""

_FILE: Final = {
    "file": TEXT,
    **dict.fromkeys(("n_lines", *_FATES, "n_assumed_zone", "n_undecodable", "n_cut"), POSITION),
    "first_at": INSTANT,
    "last_at": INSTANT,
    "reason": TEXT,
}


@dataclass(frozen=True)
class LogEvidence:
    """What log files show of a window.

    Attributes
    ----------
    templates
        A row a message of the window; see `log_templates`.
    files
        A row a file, with what became of each of its lines; see `log_templates`.
    remarks
        Sentences for whoever reads the templates: what was assumed, left out or could not be read, with counts.
    """

    templates: pd.DataFrame
    files: pd.DataFrame
    remarks: tuple[str, ...]


def log_templates(
    files: str | Path | Iterable[str | Path],
    *,
    start: pd.Timestamp,
    end: pd.Timestamp,
    baseline_start: pd.Timestamp,
    level: str = "warn",
    line_format: Literal["auto", "json", "text"] = "auto",
    timezone: str = "UTC",
    max_templates: int = 10_000,
    max_bytes: int = LOG_LIMIT,
) -> LogEvidence:
    """Count the error messages of a window and of the baseline before it.

    A line counts where its level is ``level`` or worse; where it has none, if it has a word such as *failed*,
    *refused* or *timed out*; and where the lines after it show an exception. A request in an access log is an error
    from HTTP status 500 on. Lines are taken one by one: memory depends on the number of different messages.

    Parameters
    ----------
    files
        Log files or globs of them, plain or gzip (recognised by content), in any order.
    start, end
        The window [start, end), with a zone.
    baseline_start
        The baseline is [baseline_start, start).
    level
        The least level that counts: one of `LEVELS`.
    line_format
        JSON lines, text, or whichever most of the first lines of each file are.
    timezone
        The IANA zone of times that name none.
    max_templates
        How many different messages are kept apart; the rarest beyond are counted together as `OTHER`.
    max_bytes
        How many bytes of each file are read, unpacked; a larger one has a ``reason``.

    Returns
    -------
    LogEvidence
        ``templates``, a row a message of the window - first the new ones, the most frequent first; then the others by
        their growth:

        - **template** : str - the message with its variable parts and secrets masked (`mask_variables`,
          `mask_secrets`), ``<*>`` for a word with more than 10 values; with an exception that the next lines show
        - **level** : str - one of `LEVELS`, NA where the lines have none
        - **n** : Int64 - lines in the window
        - **n_before** : Int64 - lines in the baseline, NA where the logs hold no line of it
        - **expected** : Float64 - lines that the window would have at the baseline's rate; where the logs begin within
          the baseline, its rate since then
        - **growth** : Float64 - n / expected, NA where nothing was expected
        - **is_new** : boolean - none in the baseline; NA where the baseline is not known, or was cut to `OTHER`
        - **first_seen**, **last_seen** : datetime64[us, UTC] - in the window
        - **example** : str - the first of these lines in the window, secrets masked, at most 400 characters
        - **file**, **line** : str, Int64 - where it is; all three NA for `OTHER`

        ``files``, a row a file:

        - **file** : str
        - **n_lines** : int64 - the sum of the next seven
        - **n_window**, **n_baseline** : int64 - lines that count
        - **n_quiet** : int64 - lines in the window or the baseline that do not count
        - **n_outside** : int64 - lines of another time
        - **n_continued** : int64 - lines without a time, such as a stack trace's: they belong to the line before
        - **n_untimed** : int64 - lines without a time that have no line before them, JSON objects without one
        - **n_broken** : int64 - lines of a JSON file that aren't JSON objects and have no time
        - **n_assumed_zone** : int64 - lines whose time was read in ``timezone``
        - **n_undecodable**, **n_cut** : int64 - lines that are not all UTF-8; lines longer than 64 KiB
        - **first_at**, **last_at** : datetime64[us, UTC] - the span that its lines cover
        - **reason** : str - why it could not be read to its end, else NA

    Raises
    ------
    EvidenceError
        ``no log file can be read: logs/*.log: no such file``
    ColumnsError, PeriodError
        Where a bound has no zone, or the window or the baseline is empty.
    UnknownNameError
        ``level 'warning' is not one of trace, debug, info, warn, error, fatal``

    Notes
    -----
    Times: ISO 8601, Apache's and nginx's, syslog's (the year that brings it nearest to the window), seconds or
    milliseconds since 1970 at the line's start; in JSON under ``@timestamp``, ``timestamp``, ``time`` or ``ts``.
    Messages that differ in two words which are neither numbers nor quoted stay apart until each has many values.

    Examples
    --------
    >>> night = {"start": pd.Timestamp("2025-08-05 23:49", tz="UTC"), "end": pd.Timestamp("2025-08-06 01:55", tz="UTC")}
    >>> found = log_templates("data/demo/logs/*.gz", baseline_start=pd.Timestamp("2025-08-04 23:49", tz="UTC"), **night)
    >>> found.templates[["level", "n", "n_before", "is_new"]].head(2)
       level     n  n_before  is_new
    0  error  1559         0    True
    1  error   122         0    True
    >>> found.templates["template"][0]
    'TLS handshake with <ip> failed: remote error: tls: expired certificate'
    """
    require_window(baseline_start, start)
    require_window(start, end)
    require_name("level", level, LEVELS)
    scan = _Scan(
        bounds=(_utc(baseline_start), _utc(start), _utc(end)),
        levels=frozenset(LEVELS[LEVELS.index(level) :]),
        line_format=line_format,
        zone=UTC if timezone == "UTC" else ZoneInfo(timezone),
        max_templates=max_templates,
        max_bytes=max_bytes,
    )
    files_read = [scan.read(name) for name in _expand([files] if isinstance(files, str | Path) else files)]
    if not any(file["n_lines"] for file in files_read) and (failed := [file for file in files_read if file["reason"]]):
        raise EvidenceError("no log can be read: " + "; ".join(f"{file['file']}: {file['reason']}" for file in failed))
    scan.merge()
    table = pd.DataFrame(
        {name: pd.Series([file[name] for file in files_read], dtype=dtype) for name, dtype in _FILE.items()}
    )
    covered = _covered(table, baseline_start, start)
    templates = _templates(scan, length=end - start, covered=covered)
    return LogEvidence(templates, table, tuple(_remarks(table, scan, covered, timezone)))


def _utc(instant: pd.Timestamp) -> datetime:
    return instant.to_pydatetime().astimezone(UTC)


def _expand(files: Iterable[str | Path]) -> list[str]:
    """Return each file once, in order; what matches none is kept, so that its absence is reported."""
    found = chain.from_iterable(matching_paths(name) or [Path(name)] for name in files)
    return sorted(set(map(str, found)))


@dataclass(slots=True)
class _Message:
    """The counts of one template."""

    n: int = 0
    n_before: int = 0
    last: datetime | None = None
    seen: tuple[datetime, str, int, str] | None = None  # the first line of the window: when, file, number, text

    def add(self, other: _Message) -> None:
        """Take in the counts of another template that turned out to say the same."""
        self.n += other.n
        self.n_before += other.n_before
        self.seen = min(filter(None, (self.seen, other.seen)), default=None)
        self.last = max(filter(None, (self.last, other.last)), default=None)


@dataclass(slots=True)
class _Event:
    """A line of the window or the baseline, with the exception that the lines after it show."""

    moment: LogTime
    line: int
    text: str
    exception: str = ""


_Key = tuple[str | None, str]


@dataclass
class _Scan:
    """Reads files line by line and counts their messages."""

    bounds: tuple[datetime, datetime, datetime]
    levels: frozenset[str]
    line_format: str
    zone: tzinfo
    max_templates: int
    max_bytes: int
    messages: dict[_Key, _Message] = field(default_factory=dict)

    def read(self, name: str) -> dict[str, Any]:
        """Count the messages of one file; return its row of the files."""
        row: dict[str, Any] = {
            **dict.fromkeys(_FILE, 0),
            "file": name,
            "first_at": None,
            "last_at": None,
            "reason": None,
        }
        for event in self._events(_readable(name, self.max_bytes, row), row):
            self._count(event, row)
        return row

    def _events(self, lines: Iterator[bytes], row: dict[str, Any]) -> Iterator[_Event]:
        """Give the lines of the window and the baseline, and note what became of each other line."""
        baseline_start, _, end = self.bounds
        head = list(islice(lines, _SNIFFED))
        as_json = are_json(head) if self.line_format == "auto" else self.line_format == "json"
        reader = LineReader(zone=self.zone, about=end, as_json=as_json)
        event: _Event | None = None
        for number, raw in enumerate(chain(head, lines), start=1):
            row["n_lines"] = number
            row["n_cut"] += len(raw) > LINE_BYTES
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                text = raw.decode("utf-8", "replace")
                row["n_undecodable"] += 1
            if "\x1b" in text:
                text = _COLOUR.sub("", text)
            moment = reader.moment(text.removeprefix("\ufeff"))
            if moment is None:
                row[self._fate_without_time(text, reader, follows=row["first_at"] is not None)] += 1
                if event and not event.exception and _EXCEPTION.match(text.removeprefix("Caused by: ")):
                    event.exception = text
                continue
            if event:
                yield event
            at = moment.at
            row["n_assumed_zone"] += moment.assumed
            row["first_at"] = min(row["first_at"] or at, at)
            row["last_at"] = max(row["last_at"] or at, at)
            event = _Event(moment, number, text) if baseline_start <= at < end else None
            row["n_outside"] += event is None
        if event:
            yield event

    @staticmethod
    def _fate_without_time(text: str, reader: LineReader, *, follows: bool) -> str:
        if reader.as_json and text.strip():
            return "n_untimed" if reader.is_record(text) else "n_broken"
        return "n_continued" if follows else "n_untimed"

    def _count(self, event: _Event, row: dict[str, Any]) -> None:
        level, message = words_of(event.moment.rest)
        counts = tells_error(message) if level is None else level in self.levels
        if not counts and not event.exception:
            row["n_quiet"] += 1
            return
        # An exception that follows a line which does not count was printed by something else.
        parts = (message, event.exception) if counts else (event.exception,)
        level = level if counts else None
        said = mask_secrets(" | ".join(filter(None, parts))[:_MESSAGE])
        key = level, mask_variables(said)[:_SHOWN]
        found = self.messages.get(key)
        if found is None:
            if len(self.messages) >= 2 * self.max_templates:
                self.merge()
            found = self.messages[key] = _Message()
        at = event.moment.at
        if at < self.bounds[1]:
            row["n_baseline"] += 1
            found.n_before += 1
            return
        row["n_window"] += 1
        found.n += 1
        found.last = max(found.last or at, at)
        seen = (at, row["file"], event.line, event.text)
        if found.seen is None or seen < found.seen:
            found.seen = seen

    def merge(self) -> None:
        """Bring together what says the same; where there is still too much, the rarest too."""
        self.messages = _merge_alike(self.messages)
        if len(self.messages) <= self.max_templates:
            return
        other = self.messages.pop((None, OTHER), _Message())
        by_count = sorted(
            self.messages, key=lambda key: (-self.messages[key].n - self.messages[key].n_before, key[1], key[0] or "")
        )
        for key in by_count[self.max_templates :]:
            other.add(self.messages.pop(key))
        self.messages[None, OTHER] = other


def _readable(name: str, limit: int, row: dict[str, Any]) -> Iterator[bytes]:
    """Give the lines of a file as far as it can be read; then say why no further."""
    try:
        with open_log(Path(name), limit=limit) as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        row["reason"] = f"read as far as line {row['n_lines']:,}: {why}" if row["n_lines"] else why


def _merge_alike(messages: dict[_Key, _Message]) -> dict[_Key, _Message]:
    """Make one of the templates that differ in one word alone, where that word has more than a few values.

    Drain (He et al. 2017) joins lines by the share of words that are equal. Numbers and identifiers are masked here
    already, so that a word which still differs may well be what failed: it takes many values to make it a variable.
    """
    words = {key: tuple(key[1].split(" ")) for key in messages}
    merged = {(level, words[level, text]): message for (level, text), message in messages.items()}
    before = -1
    while len(merged) != before:
        before = len(merged)
        for place in range(max((len(text) for _, text in merged), default=0)):
            alike = defaultdict(list)
            for level, text in merged:
                if len(text) > place:
                    alike[level, text[:place], text[place + 1 :]].append(text)
            for (level, start, rest), texts in alike.items():
                if len(texts) > _MANY or (len(texts) > 1 and any(text[place] == _ANY for text in texts)):
                    whole = _Message()
                    for text in texts:
                        whole.add(merged.pop((level, text)))
                    merged[level, (*start, _ANY, *rest)] = whole
    return {(level, " ".join(text)): message for (level, text), message in merged.items()}


def _covered(files: pd.DataFrame, baseline_start: pd.Timestamp, start: pd.Timestamp) -> pd.Timedelta:
    """Return how much of the baseline the files cover: from the first that reaches into it, to its end."""
    of_baseline = files[(files["first_at"] < start) & (files["last_at"] >= baseline_start)]
    return pd.Timedelta(0) if of_baseline.empty else start - max(baseline_start, of_baseline["first_at"].min())


def _templates(scan: _Scan, *, length: pd.Timedelta, covered: pd.Timedelta) -> pd.DataFrame:
    counted = [(key, message) for key, message in scan.messages.items() if message.n]
    seen = [message.seen or (pd.NaT, None, pd.NA, None) for _, message in counted]
    is_other = pd.Series([text == OTHER for (_, text), _ in counted], dtype=bool)
    n = pd.Series([message.n for _, message in counted], dtype=COUNT)
    n_before = pd.Series([message.n_before if covered else None for _, message in counted], dtype=COUNT)
    expected = n_before.astype(FLOAT) * (length / covered if covered else pd.NA)
    cut = scan.messages.get((None, OTHER), _Message()).n_before > 0
    is_new = (n_before == 0).mask(is_other | ((n_before == 0) & cut)).astype(FLAG)
    templates = pd.DataFrame(
        {
            "template": pd.Series([text for (_, text), _ in counted], dtype=TEXT),
            "level": pd.Series([level for (level, _), _ in counted], dtype=TEXT),
            "n": n,
            "n_before": n_before,
            "expected": expected,
            "growth": n / expected.mask(expected == 0),
            "is_new": is_new,
            "first_seen": pd.Series([at for at, *_ in seen], dtype=INSTANT),
            "last_seen": pd.Series([message.last for _, message in counted], dtype=INSTANT),
            "example": pd.Series(
                [text and mask_secrets(text[:_MESSAGE])[:_SHOWN] for *_, text in seen], dtype=TEXT
            ).mask(is_other),
            "file": pd.Series([file for _, file, _, _ in seen], dtype=TEXT).mask(is_other),
            "line": pd.Series([line for _, _, line, _ in seen], dtype=COUNT).mask(is_other),
        }
    )
    order = templates.assign(
        other=is_other,
        old=(~is_new).astype("Float64").fillna(0.5),
        shrink=-templates["growth"].fillna(0),
        rare=-n,
    )
    order = order.sort_values(["other", "old", "shrink", "rare", "template", "level"])
    return templates.loc[order.index].reset_index(drop=True)


def _remarks(files: pd.DataFrame, scan: _Scan, covered: pd.Timedelta, timezone: str) -> Iterator[str]:
    baseline_start, start, end = scan.bounds
    for name, reason in files.dropna(subset=["reason"])[["file", "reason"]].itertuples(index=False):
        yield f"{name}: {reason}."
    total = files.select_dtypes("int64").sum()
    first, last = (format_value(at) for at in (files["first_at"].min(), files["last_at"].max()))
    if files["first_at"].isna().all():
        yield "No line of the logs has a time." if total["n_lines"] else "The logs are empty."
    elif not ((files["first_at"] < end) & (files["last_at"] >= start)).any():
        yield f"The logs hold nothing of the window: they go from {first} to {last} UTC."
    elif not covered:
        yield "The logs hold nothing of the time before the window: what is new in it is not known."
    elif covered < _ENOUGH * (start - baseline_start):
        yield f"The logs hold only the last {format_span(covered)} of the time that the window is compared with."
    for column, words in (
        ("n_assumed_zone", f"no zone and {{was}} read as {timezone}"),
        ("n_untimed", "no time and {was} left out"),
        ("n_broken", "no JSON and {was} left out"),
        ("n_undecodable", "bytes that aren't UTF-8, shown as \ufffd"),
        ("n_cut", f"more than {LINE_BYTES:,} bytes and {{was}} cut"),
    ):
        if count := total[column]:
            has, was = ("line has", "was") if count == 1 else ("lines have", "were")
            yield f"{count:,} {has} {words.format(was=was)}."
    if other := scan.messages.get((None, OTHER)):
        yield (
            f"More than {scan.max_templates:,} different messages: the rarest, {other.n + other.n_before:,} lines, "
            "are counted together, and what is new among them is not known."
        )
