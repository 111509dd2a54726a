"""The lines of a log file, one by one: when, how bad, which words."""

from __future__ import annotations

import errno
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, NamedTuple

from incident_analytics.files import LOG_LIMIT, open_regular

__all__ = ["LEVELS", "LineReader", "LogTime", "are_json", "open_log", "tells_error", "words_of"]

LEVELS: Final = ("trace", "debug", "info", "warn", "error", "fatal")
"""The levels of log lines, least to worst; other words for them are read as these."""

LINE_BYTES: Final = 65_536
"""What of one line is read."""

_TIME_WITHIN: Final = 120  # characters at the start of a line in which its time is looked for
_LEVEL_WITHIN: Final = 160  # characters after the time in which the level is looked for
_GZIP: Final = b"\x1f\x8b"

_SYNONYMS: Final = {
    **{level: level for level in LEVELS},
    **dict.fromkeys(("information", "informational", "notice"), "info"),
    "warning": "warn",
    **dict.fromkeys(("err", "severe"), "error"),
    **dict.fromkeys(("crit", "critical", "alert", "emerg", "emergency", "panic"), "fatal"),
}
_SYSLOG_LEVELS: Final = ("fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug")  # RFC 5424, 0 to 7
_WORDS: Final = "|".join(sorted(_SYNONYMS, key=len, reverse=True))
_LEVEL: Final = re.compile(
    rf"(?:(?<![\w.])(?:level|lvl|severity)=[\"']?|^\W*|[\[|(<]\s*)(?P<marked>(?i:{_WORDS}))(?=[\"'\]|)>:\s]|$)"
    rf"|(?<![\w/.-])(?P<upper>{_WORDS.upper()})(?![\w/.-])"
)
_STATUS: Final = re.compile(r'HTTP/[\d.]+" ([1-5])\d\d\b')
_ERROR_WORDS: Final = re.compile(
    r"error|exception|fail|fatal|panic|critical|refus|denied|timed?[ -]?out|unavailable|unable|cannot|can't|could not"
    r"|abort|crash|killed|out of memory|expired|invalid|reject|corrupt|reset by peer|broken pipe|unreachable|exhausted"
    r"|exceeded"
)
_LOGFMT: Final = re.compile(r'(?<!\S)(msg|message|err|error)=("(?:[^"\\]|\\.)*"|\S+)')

_TIME_KEYS: Final = ("@timestamp", "timestamp", "time", "ts")
_LEVEL_KEYS: Final = ("level", "severity", "lvl", "loglevel", "log.level")
_MESSAGE_KEYS: Final = ("msg", "message", "log", "event")
_ERROR_KEYS: Final = ("error", "err", "exception", "exc_info")


class LogTime(NamedTuple):
    """When a line was written, and what else it holds.

    Attributes
    ----------
    at
        The instant, in UTC.
    assumed
        Whether the zone is not the line's own.
    rest
        The line without its time, or its JSON object.
    """

    at: datetime
    assumed: bool
    rest: str | dict[str, Any]


@contextmanager
def open_log(file: Path, *, limit: int = LOG_LIMIT) -> Iterator[Iterator[bytes]]:
    """Open a log, plain or gzip, as its lines without their ends.

    A line longer than `LINE_BYTES` comes as its first `LINE_BYTES` + 1 bytes. After ``limit`` bytes, unpacked, an
    OSError says that there are more.
    """
    with open_regular(file) as raw:
        packed = raw.peek(2)[:2] == _GZIP  # by content: a log is renamed more often than repacked
        yield _lines(io.BufferedReader(gzip.GzipFile(fileobj=raw)) if packed else raw, limit)


def _lines(stream: io.BufferedReader, limit: int) -> Iterator[bytes]:
    left = limit

    def read() -> bytes:
        nonlocal left
        part = stream.readline(LINE_BYTES + 1)
        left -= len(part)
        if left < 0:
            raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes, unpacked; raise log_size under [limits]")
        return part

    for line in iter(read, b""):
        rest = line
        while not rest.endswith(b"\n") and len(rest) > LINE_BYTES:
            rest = read()
        yield line.rstrip(b"\r\n")


def are_json(lines: Sequence[bytes]) -> bool:
    """Return whether most of these lines are JSON objects.

    Examples
    --------
    >>> are_json([b"starting", b'{"msg": "a"}', b'{"msg": "b"}', b""]), are_json([b"{", b"}"]), are_json([])
    (True, False, False)
    """
    are_objects = [_object(line.decode("utf-8", "replace")) is not None for line in lines if line.strip()]
    return 2 * sum(are_objects) > len(are_objects)


def _object(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class LineReader:
    """Reads lines of one file.

    Parameters
    ----------
    zone
        The zone of times that name none.
    about
        An instant near which a time without a year lies.
    as_json
        Whether the lines are JSON objects; a line that is none is read as text.

    Examples
    --------
    >>> reader = LineReader(zone=UTC, about=datetime(2025, 8, 6, tzinfo=UTC))
    >>> line = reader.moment("Aug  5 23:49:01 edge-1 nginx: [error] connect() failed")
    >>> str(line.at), line.assumed, words_of(line.rest)
    ('2025-08-05 23:49:01+00:00', True, ('error', 'edge-1 nginx: [error] connect() failed'))
    """

    def __init__(self, *, zone: tzinfo, about: datetime, as_json: bool = False) -> None:
        self._zone = zone
        self._about = about
        self.as_json = as_json
        self._clocks: list[tuple[re.Pattern[str], Callable[[re.Match[str]], datetime]]] = [
            (_ISO, _iso),
            (_APACHE, _apache),
            (_SYSLOG, self._syslog),
            (_EPOCH, _epoch),
        ]

    def moment(self, line: str) -> LogTime | None:
        """Return when a line was written and the rest of it; None where it has no time."""
        if self.as_json and (found := _object(line)) is not None:
            return self._object_moment(found)
        return self._text_moment(line)

    def is_record(self, line: str) -> bool:
        """Return whether a line is an entry of its own, although it has no time: it is a JSON object."""
        return self.as_json and _object(line) is not None

    def _text_moment(self, line: str) -> LogTime | None:
        for place, (pattern, read) in enumerate(self._clocks):
            # An indented line goes on with the one before; a time inside it is a matter of what it tells.
            found = pattern.match(line.lstrip()) if line[:1].isspace() else pattern.search(line, 0, _TIME_WITHIN)
            if not found:
                continue
            try:
                at = read(found)
            except (ValueError, OverflowError):
                continue
            if place:  # the other lines of the file tell theirs in the same way
                self._clocks.insert(0, self._clocks.pop(place))
            whole = found.string
            rest = f"{whole[: found.start()].rstrip()} {whole[found.end() :].lstrip()}".strip(" -|:\t")
            return self._in_utc(at, rest)
        return None

    def _object_moment(self, found: dict[str, Any]) -> LogTime | None:
        value = next((found[key] for key in _TIME_KEYS if key in found), None)
        if isinstance(value, str):
            moment = self._text_moment(value)
            return moment and moment._replace(rest=found)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                return LogTime(_since_1970(value), assumed=False, rest=found)
            except (ValueError, OverflowError, OSError):
                return None
        return None

    def _in_utc(self, at: datetime, rest: str) -> LogTime | None:
        try:
            if at.tzinfo is None:
                return LogTime(at.replace(tzinfo=self._zone).astimezone(UTC), assumed=True, rest=rest)
            return LogTime(at if at.tzinfo is UTC else at.astimezone(UTC), assumed=False, rest=rest)
        except OverflowError:  # in the zone of another century's first or last day
            return None

    def _syslog(self, found: re.Match[str]) -> datetime:
        """Read a time that has no year, in the year which brings it nearest to the window."""
        near = []
        for year in range(self._about.year - 1, self._about.year + 2):
            with suppress(ValueError):  # 29 February of a year that has none
                near.append(_dated(str(year), found[1], found[2], found[3]))
        about = self._about.replace(tzinfo=None)
        return min(near, key=lambda at: abs(at - about))


_HEAD: Final = r"""(?:\b(?:time|ts|timestamp)=)?["'\[(]{0,9}"""
_ISO: Final = re.compile(
    _HEAD
    + r"(?<![\w.-])(\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?"
    + r"(Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b)?[\"'\])]*"
)
_MONTHS: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_APACHE: Final = re.compile(rf"\[?(?<!\d)(\d\d)/({_MONTHS})/(\d{{4}}):(\d\d:\d\d:\d\d)(?: ([+-]\d{{4}}))?\]?")
_SYSLOG: Final = re.compile(rf"(?:^<\d+>)?\b({_MONTHS}) {{1,2}}(\d{{1,2}}) (\d\d:\d\d:\d\d)(?:\.\d+)?\b")
_EPOCH: Final = re.compile(r"^[\[(]?(1\d{9}(?:\.\d+)?|1\d{12})\b[\])]?")


def _iso(found: re.Match[str]) -> datetime:
    text = found[1].replace("/", "-")
    zone = found[2]
    return datetime.fromisoformat(text + ("Z" if zone in {"UTC", "GMT"} else zone or ""))


def _apache(found: re.Match[str]) -> datetime:
    day, month, year, clock, zone = found.groups()
    return _dated(year, month, day, clock + (zone or ""))


def _dated(year: str, month: str, day: str, clock: str) -> datetime:
    number = _MONTHS.split("|").index(month) + 1  # not by strptime: in another locale it reads other months
    return datetime.fromisoformat(f"{year}-{number:02}-{int(day):02} {clock}")


def _epoch(found: re.Match[str]) -> datetime:
    return _since_1970(float(found[1]))


def _since_1970(value: float) -> datetime:
    """Read seconds, milliseconds, microseconds or nanoseconds: whichever lies in this age."""
    for _ in range(3):
        if abs(value) >= 1e11:  # noqa: PLR2004 - seconds of the year 5138
            value /= 1000
    return datetime.fromtimestamp(value, UTC)


def words_of(rest: str | dict[str, Any]) -> tuple[str | None, str]:
    """Return the level of a line, None where it has none, and its message.

    A request in an access log is an error from HTTP status 500 on, else information.
    """
    level, message = (None, rest) if isinstance(rest, str) else _object_words(rest)
    if level is None:
        level = _level(message)
    if isinstance(rest, str) and ("msg=" in rest or "message=" in rest):
        parts = {key: value[1:-1] if value.startswith('"') else value for key, value in _LOGFMT.findall(rest)}
        message = ": ".join(parts[key] for key in (*_MESSAGE_KEYS, *_ERROR_KEYS) if key in parts)
    return level, message


def _level(message: str) -> str | None:
    if found := _LEVEL.search(message, 0, _LEVEL_WITHIN):
        return _SYNONYMS[(found["marked"] or found["upper"]).lower()]
    if found := _STATUS.search(message):
        return "error" if found[1] == "5" else "info"
    return None


def _object_words(found: dict[str, Any]) -> tuple[str | None, str]:
    level = next((found[key] for key in _LEVEL_KEYS if key in found), None)
    parts = [value for key in _MESSAGE_KEYS if isinstance(value := found.get(key), str) and value][:1]
    for key in _ERROR_KEYS:
        value = found.get(key)
        value = value.get("message") if isinstance(value, dict) else value
        if isinstance(value, str) and value and value not in parts:
            parts.append(value)
    return _level_named(level), ": ".join(parts) or json.dumps(found, ensure_ascii=False)


def _level_named(level: Any) -> str | None:
    """Read a level by its word, by its number in syslog (0 to 7) or in pino and bunyan (10 to 60)."""
    if isinstance(level, str):
        return _SYNONYMS.get(level.lower())
    if isinstance(level, int) and not isinstance(level, bool):
        if 0 <= level < len(_SYSLOG_LEVELS):
            return _SYSLOG_LEVELS[level]
        return LEVELS[min(level // 10, len(LEVELS)) - 1] if level >= 10 else None  # noqa: PLR2004 - pino's trace
    return None


def tells_error(message: str) -> bool:
    """Return whether the words of a message that has no level are those of an error.

    Examples
    --------
    >>> tells_error("connect() to 10.0.0.7 refused"), tells_error("42 episodes rendered")
    (True, False)
    """
    return _ERROR_WORDS.search(message.lower()) is not None
