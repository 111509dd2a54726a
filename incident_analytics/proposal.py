"""A first settings file, proposed from what the reports hold, with questions where they do not say enough."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from incident_analytics.config import SETTINGS_NAME
from incident_analytics.errors import OutputError
from incident_analytics.files import decode_text, file_of_report, read_bytes, relative_path
from incident_analytics.names import fold
from incident_analytics.records import Records
from incident_analytics.reports.choices import read_word
from incident_analytics.reports.placeholders import Unreadable, is_absent
from incident_analytics.reports.zones import ZONE, find_zone, names_zone, read_zone
from incident_analytics.schema import SEVERITIES
from incident_analytics.visible import visible, visible_toml

__all__ = ["propose_settings", "write_settings"]

_ALIKE: Final = 0.8
"""How alike two services' names must be, from 0 to 1, to ask whether they are one."""
_MOST_QUESTIONS: Final = 12
_DROPPED: Final = frozenset({"the", "service", "services", "svc"})
"""Words of a service's name by which it is no other service."""
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SEPARATORS: Final = re.compile(r"[(,;/|]")


@dataclass(frozen=True, slots=True)
class _Service:
    """A service with the other names that reports give it, in how many it is named, and in how many affected."""

    name: str
    aliases: tuple[str, ...]
    n: int
    n_affected: int


def propose_settings(records: Records, reports: Sequence[str | Path], *, folder: Path) -> str:
    """Return the text of a settings file that suits some reports.

    Parameters
    ----------
    records
        The reports, read by the defaults.
    reports
        Where they are.
    folder
        The folder of the settings file, from which the paths in it are taken.

    Returns
    -------
    str
        TOML with comments: where the reports are, the time zone if all that name one agree, words for severities,
        and each service with its likely other names and a target to fill in. Questions come first.
    """
    zones = Counter(filter(None, (_zone_of(path) for path in _loaded(records))))
    synonyms, unknown = _severities(records)
    services = _services(records)
    places = [(relative_path(path, folder) or Path(path)).as_posix() for path in reports]
    loaded = len(_loaded(records))
    lines = [
        f"# Settings proposed from {_count(loaded, 'report')}. Every key is optional; relative paths start here.",
        *_question_lines([*_zone_questions(zones), *_severity_questions(unknown), *_service_questions(services)]),
        "",
        '# title = "..."        # the organisation or product, the first words of a review',
        '# owner = "..."        # who answers for the review',
        '# report_url = "https://git.example/main/{path}" # where people read a report, for links in mailed pages',
        f"reports = [{', '.join(map(_text, places))}]",
        *_zone_lines(zones),
        "",
        *_severity_lines(synonyms),
        "",
        "# Availability targets: remove the # and write what was promised, as a fraction: 0.999 is 99.9%.",
        *([] if services else ["# [services.API]", "# target = 0.999"]),
    ]
    for service in services:
        lines += [
            f"[services.{_key(service.name)}] # {_how_often(service)}",
            "# target = 0.999",
            '# team = "..."',
            *([f"aliases = [{', '.join(map(_text, service.aliases))}]"] if service.aliases else []),
            "",
        ]
    lines += [
        *([] if services else [""]),
        *_check_lines(records, loaded),
        "# [tracker]            # an issue tracker's export, for the state of action items",
        '# file = "tracker.csv"',
    ]
    return "\n".join([*lines, ""])


def write_settings(text: str, folder: Path) -> Path:
    """Write a settings file to a folder that has none.

    Raises
    ------
    OutputError
        ``incident-analytics.toml: already there, and left as it is; ...``,
        ``incident-analytics.toml: a folder's name is not UTF-8, and TOML has no other; rename it and run again``
    """
    file = folder / SETTINGS_NAME
    try:
        text.encode()
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        message = "already there, and left as it is; rename it to have a new one proposed"
        raise OutputError(f"{file}: {message}") from error
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{file}: a folder's name is not UTF-8, and TOML has no other; rename it and run again"
        ) from error
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror}") from error
    return file


# --- what the reports say --------------------------------------------------------------------------------------------


def _loaded(records: Records) -> list[str]:
    files = records.tables["files"]
    return [path for path, outcome in zip(files["path"], files["outcome"], strict=True) if outcome == "loaded"]


def _zone_of(path: str) -> str | None:
    """Return the zone that a report names for its times: an IANA name where it is one, else its words."""
    try:
        text, _ = decode_text(read_bytes(file_of_report(path)[0]))
    except OSError:
        return None
    for line in text.splitlines():
        if line.lstrip().startswith("|"):
            words = next((cell for cell in line.split("|") if "time" in cell.casefold() and names_zone(cell)), "")
        else:
            words = find_zone(line.lstrip("# "), is_heading=line.startswith("#"))
        if not words:
            continue
        named = re.search(ZONE, words, re.IGNORECASE)
        words = named[0] if named else words.strip()
        try:
            zone = read_zone(words)
        except Unreadable:
            return words
        if isinstance(zone, ZoneInfo):
            return zone.key
        offset = zone.utcoffset(None) if zone else None
        return "UTC" if offset is not None and not offset else words
    return None


def _severities(records: Records) -> tuple[dict[str, tuple[str, int]], Counter[str]]:
    """Return the words for severities that are not the template's: with what each is read as, and the unknown ones."""
    meant = dict(zip(*(records.tables["incidents"][name] for name in ("incident_id", "severity")), strict=True))
    found: dict[str, tuple[str, int]] = {}
    unknown: Counter[str] = Counter()
    for reading in records.rows("readings"):
        written = reading["as_written"] or ""
        if reading["field"] != "severity" or is_absent(written) or _is_own(written):
            continue
        word = " ".join(_SEPARATORS.split(written)[0].split()) or written.strip()
        severity = meant.get(reading["incident_id"])
        if severity is None:
            unknown[word] += 1
        else:
            found[word] = severity, found.get(word, ("", 0))[1] + 1
    return found, unknown


def _is_own(written: str) -> bool:
    try:
        return read_word(written, SEVERITIES, {}) is not None
    except Unreadable:
        return False


def _services(records: Records) -> list[_Service]:
    """Return the services, those that most reports name first; names that differ by case or signs alone are one."""
    named: Counter[str] = Counter()
    affected: Counter[str] = Counter()
    rows = {(row["incident_id"], row["service"], row["affected"] is True) for row in records.rows("services")}
    for _, service, is_affected in sorted(rows, key=str):
        named[service] += 1
        affected[service] += is_affected
    groups: dict[str, list[str]] = {}
    for service, _ in named.most_common():
        groups.setdefault(_bare(service), []).append(service)
    return [
        _Service(
            first,
            tuple(others),
            sum(named[each] for each in (first, *others)),
            sum(affected[each] for each in (first, *others)),
        )
        for first, *others in groups.values()
    ]


def _words(service: str) -> list[str]:
    words = re.findall(r"\w+", fold(service))
    return [word for word in words if word not in _DROPPED] or words


def _bare(service: str) -> str:
    """Return a service's name for comparison, without case, signs and plural; its own where it has no letters."""
    return "".join(word.removesuffix("s") or word for word in _words(service)).replace("_", "") or fold(service)


# --- questions -------------------------------------------------------------------------------------------------------


def _zone_questions(zones: Counter[str]) -> Iterator[str]:
    if len(zones) > 1 or (zones and not _is_iana(next(iter(zones)))):
        named = ", ".join(f"{zone} in {_count(n, 'report')}" for zone, n in zones.most_common())
        yield f"Which time zone does the team work in? The reports name {named}. Write it at timezone."


def _severity_questions(unknown: Counter[str]) -> Iterator[str]:
    for word, n in unknown.most_common():
        yield f"Which severity is {_text(word)} ({_count(n, 'report')})? Add it to synonyms."


def _service_questions(services: Sequence[_Service]) -> Iterator[str]:
    alike: dict[str, list[str]] = {}
    for one, other in combinations(services, 2):
        few, many = sorted((set(_words(one.name)), set(_words(other.name))), key=len)
        if few < many or SequenceMatcher(None, fold(one.name), fold(other.name)).ratio() >= _ALIKE:
            alike.setdefault(one.name, []).append(other.name)
    for name, others in alike.items():
        yield f"Is {_text(name)} also called {' or '.join(map(_text, others))}? Then make these its aliases."


def _question_lines(questions: Sequence[str]) -> list[str]:
    if not questions:
        return []
    shown, n_more = questions[:_MOST_QUESTIONS], len(questions) - _MOST_QUESTIONS
    more = [f"#   ... and {n_more} more like these"] if n_more > 0 else []
    return ["#", "# Questions that the reports do not answer:", *(f"# - {visible(each)}" for each in shown), *more]


# --- lines of TOML ---------------------------------------------------------------------------------------------------


def _zone_lines(zones: Counter[str]) -> list[str]:
    explained = "# its midnights bound periods"
    if not zones:
        return [f'# timezone = "Europe/London" {explained}; no report names one, so it is UTC']
    zone, n = zones.most_common(1)[0]
    if len(zones) == 1 and _is_iana(zone):
        return [f"timezone = {_text(zone)} {explained}; {_count(n, 'report')} {'names' if n == 1 else 'name'} it"]
    return [f'# timezone = "Europe/London" {explained}; UTC until you choose one']


def _severity_lines(synonyms: dict[str, tuple[str, int]]) -> list[str]:
    words = [f"{_text(word)} = {_text(severity)}" for word, (severity, _) in synonyms.items()]
    counted = ", ".join(f"{word} ({_count(n, 'report')})" for word, (_, n) in synonyms.items())
    return [
        *([f"# How your words are read: {visible(counted)}. Change what is wrong."] if synonyms else []),
        "[severities]",
        f"order = [{', '.join(map(_text, SEVERITIES))}] # least to worst",
        f"synonyms = {{ {', '.join(words)} }}" if words else '# synonyms = { P1 = "SEV-1", Critical = "SEV-1" }',
    ]


def _check_lines(records: Records, loaded: int) -> list[str]:
    """Return the level of a missing Incident ID where most reports have none: it is no slip then."""
    without = sum(row["code"] == "malformed-id" for row in records.rows("problems"))
    if 2 * without <= loaded:
        return []
    of_all = "The report has" if loaded == 1 else f"{without:,} of {_count(loaded, 'report')} have"
    return [
        f"# {of_all} no Incident ID of a known form; the names of the files are used.",
        "[check]",
        'levels = { malformed-id = "info" }',
        "",
    ]


def _how_often(service: _Service) -> str:
    if not service.n_affected:
        return f"listed in {_count(service.n, 'report')}, never affected"
    return f"affected in {_count(service.n_affected, 'report')}"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return visible_toml(json.dumps(text, ensure_ascii=False))


def _is_iana(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        return False
    return zone in {"UTC", "GMT"} or "/" in zone


def _count(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n:,} {what}s"
