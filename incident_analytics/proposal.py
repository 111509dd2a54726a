"""A first settings file, proposed from what the reports hold, with questions where they do not say enough."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations, product
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from incident_analytics.config import SETTINGS_NAME, Settings, TemplateSettings, read_settings
from incident_analytics.errors import OutputError
from incident_analytics.files import decode_text, file_of_report, read_bytes, relative_path, write_new
from incident_analytics.layout_proposal import LAYOUT_NAME, ProposedLayout, propose_layout, toml_text
from incident_analytics.names import fold
from incident_analytics.nearby import Nearby, find_nearby
from incident_analytics.records import Records
from incident_analytics.reports.choices import read_word
from incident_analytics.reports.date_order import find_orders
from incident_analytics.reports.markdown import parse_markdown
from incident_analytics.reports.placeholders import Unreadable, is_absent
from incident_analytics.reports.recognition import TO_FILL_IN
from incident_analytics.reports.template import DEFAULT_TEMPLATE
from incident_analytics.reports.times import read_moments
from incident_analytics.reports.zones import ZONE, find_zone, names_zone, place_meant, read_zone, zones_meant
from incident_analytics.schema import SEVERITIES
from incident_analytics.visible import visible

__all__ = ["propose_files", "propose_settings", "write_settings"]

_ALIKE: Final = 0.8
"""How alike two services' names must be, from 0 to 1, to ask whether they are one."""
_MOST_QUESTIONS: Final = 12
_DROPPED: Final = frozenset({"the", "service", "services", "svc"})
"""Words of a service's name by which it is no other service."""
_KINDS: Final = frozenset(
    {
        "api",
        "app",
        "backend",
        "cluster",
        "database",
        "db",
        "engine",
        "frontend",
        "gateway",
        "main",
        "platform",
        "portal",
    }
    | {"queue", "server", "site", "system", "ui", "web", "website", "worker"}
)
"""Words that many services share."""
_LIKE_ONE: Final = 0.9
"""In which part of the reports a built-in layout has to be the one that fits best to be named."""
_SAME: Final = r"(?:(?:also|formerly|otherwise) (?:called|known as|named)|called|aka|a\.k\.a\.|alias)"
"""What is written between two names of one thing."""
_CITY: Final = re.compile(
    r"(?P<clock>\d[:.h]\d\d\s{0,2})?\((?P<noted>[A-Z][a-z]+(?: [A-Z][a-z]+)?)\)"
    r"|\b(?P<said>[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?: local)? time\b(?! (?:out|series|to)\b)"
)
"""How a line names the city in whose time it is."""
_OF_ONE_PLACE: Final = 3
"""How many reports have to name places of a zone for its abbreviation to mean it: one may be about an office abroad."""
_OF_TIMES: Final = re.compile(r"\b(?:times?|timeline|chronology|timestamps?)\b", re.IGNORECASE)
"""What a heading says above times."""
_TIME_COLUMN: Final = re.compile(r"\W{0,5}(?:time|timestamp|when|start|end)\W{0,5}\(", re.IGNORECASE)
_EXPLAINS: Final = re.compile(
    r"(?:readme|contributing|index|guide|how[-_ ]?to|process|policy|conventions)\b", re.IGNORECASE
)
"""How a file is called that explains those next to it."""
_AREAS: Final = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
_NUMBERED: Final = re.compile(r"([A-Za-z][A-Za-z -]{0,12})([0-9])")
"""A severity of a scale whose words differ by a number alone."""
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SEPARATORS: Final = re.compile(r"[(,;/|]")


@dataclass(frozen=True, slots=True)
class _Service:
    """A service with the other names that reports give it, in how many it is named, and in how many affected."""

    name: str
    aliases: tuple[str, ...]
    n: int
    n_affected: int

    @property
    def names(self) -> tuple[str, ...]:
        """All of its names."""
        return self.name, *self.aliases


def propose_files(
    places: Sequence[str | Path], folder: Path, read: Callable[[Settings], Records]
) -> tuple[list[Path], int, list[str]]:
    """Write a settings file, and a layout where the reports have one of their own.

    A layout counts only where reports are read by it as well as without: as many of them, and with no more errors.
    A file of this name that is there already is the team's own and named as it is.

    Parameters
    ----------
    places
        Where the reports are.
    folder
        The folder of the settings file.
    read
        Reads the reports by some settings.

    Returns
    -------
    tuple of list of pathlib.Path, int and list of str
        The files that were written, the settings first, how many questions are in these, and what is to be said of
        the reading.

    Raises
    ------
    OutputError
        As `write_settings`.
    """
    records = read(Settings())
    layout, layout_file = None, folder / LAYOUT_NAME
    is_own = layout_file.exists()
    if not is_own and (layout := propose_layout([parse_markdown(text) for text in _texts(records).values()])):
        _write(layout.text, layout_file)
    try:
        if is_own or layout:
            by_layout = read(Settings(templates=TemplateSettings(files=(layout_file,))))
            if not is_own and _goodness(by_layout) < _goodness(records):
                layout_file.unlink()
                layout = None
            else:
                records = by_layout
        text = propose_settings(
            records,
            places,
            folder=folder,
            layout=layout,
            has_layout=is_own or layout is not None,
            nearby=find_nearby(folder, keys={row["key"] for row in records.rows("actions") if row["key"]}),
        )
        file = write_settings(text, folder)
    except BaseException:  # an interruption too: without its settings the layout is of no use
        if layout:
            layout_file.unlink(missing_ok=True)
        raise
    read_settings(file)
    n_questions = sum(line.startswith("# - ") for line in text.splitlines())
    said = replace(records, unzoned=()).remarks()  # of the zone there is a question, or the settings have it now
    return [file, *([layout_file] if layout else [])], n_questions, said


def _goodness(records: Records) -> tuple[int, int]:
    """Return how many files are read as reports, and how few errors they have."""
    return len(_loaded(records)), -sum(row["level"] == "error" for row in records.rows("problems"))


def propose_settings(
    records: Records,
    reports: Sequence[str | Path],
    *,
    folder: Path,
    layout: ProposedLayout | None = None,
    has_layout: bool = False,
    nearby: Nearby = Nearby(),  # noqa: B008 - it never changes
) -> str:
    """Return the text of a settings file that suits some reports.

    Parameters
    ----------
    records
        The reports, read by the defaults, or by the layout.
    reports
        Where they are.
    folder
        The folder of the settings file, from which the paths in it are taken.
    layout, has_layout
        The layout that was proposed, and whether there is one next to the settings.
    nearby
        The files of other tools that the settings can name.

    Returns
    -------
    str
        TOML with comments: where the reports are, the time zone if all that name one agree, words for severities,
        each service with its likely other names and a target to fill in, and the files of other tools. Questions come
        first.
    """
    texts = _texts(records)
    zones, house = _zones_of_reports(records, texts), _zones_of_house(records)
    meant = _meant(sorted({*zones, *house}), texts.values())
    zones = Counter(meant.get(zone, zone) for zone in zones.elements())
    house = {meant.get(zone, zone): file for zone, file in house.items()}
    orders = [set().union(*find_orders(text).values()) for text in texts.values()]
    synonyms, unknown = _severities(records)
    order, synonyms = _own_scale(records, synonyms)
    services, said = _joined(_services(records), texts)
    places = [(relative_path(path, folder) or Path(path)).as_posix() for path in reports]
    loaded = len(_loaded(records))
    ratings = (layout.ratings if layout else ()) or tuple(unknown)
    listed = _listed_scale(records, unknown)
    questions = [
        *_zone_questions(zones, house, n=len(texts)),
        *_order_questions(orders, records),
        *_severity_questions(unknown, order, synonyms, listed),
        *(layout.questions if layout else ()),
        *nearby.questions,
        *_service_questions(services, _together(records)),
    ]
    lines = [
        f"# Settings proposed from {_count(loaded, 'report')}. Every key is optional; relative paths start here.",
        *_question_lines(questions),
        "",
        '# title = "..."        # the organisation or product, the first words of a review',
        '# owner = "..."        # who answers for the review',
        '# report_url = "https://git.example/main/{path}" # where people read a report, for links in mailed pages',
        f"reports = [{', '.join(map(toml_text, places))}]",
        *_zone_lines(zones, house, meant, n=len(texts)),
        *_order_lines(orders),
        "",
        *_layout_lines(records, has_layout=has_layout),
        *_severity_lines(order, synonyms, ratings, listed),
        "",
        *_import_lines(nearby, folder),
        "# Availability targets: remove the # and write what was promised, as a fraction: 0.999 is 99.9%.",
        *([] if services else ["# [services.API]", "# target = 0.999"]),
    ]
    imported = {fold(word): each for each in nearby.services for word in (each.name, each.alias) if word}
    for service in services:
        found = next(
            (imported[fold(word)] for word in (service.name, *service.aliases) if fold(word) in imported), None
        )
        has_target, has_team = bool(found and found.targets), bool(found and found.team)
        lines += [
            f"[services.{_key(service.name)}] # {_how_often(service)}",
            *([f"# target: {found.targets[0][0]:g}, imported"] if found and has_target else ["# target = 0.999"]),
            *([f"# team: {visible(found.team or '')}, imported"] if found and has_team else ['# team = "..."']),
            *([_alias_line(service, said)] if service.aliases else []),
            "",
        ]
    lines += [
        *([] if services else [""]),
        *_check_lines(records, loaded),
        *_tool_lines(nearby, folder),
        *_tracker_lines(nearby, folder),
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
    return _write(text, folder / SETTINGS_NAME)


def _write(text: str, file: Path) -> Path:
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{file}: a folder's name is not UTF-8, and TOML has no other; rename it and run again"
        ) from error
    if not write_new(file, content):
        raise OutputError(f"{file}: already there, and left as it is; rename it to have a new one proposed")
    return file


# --- what the reports say --------------------------------------------------------------------------------------------


def _loaded(records: Records) -> list[str]:
    files = records.tables["files"]
    return [path for path, outcome in zip(files["path"], files["outcome"], strict=True) if outcome == "loaded"]


def _texts(records: Records) -> dict[str, str]:
    """Return the texts of the reports by their paths; of those that cannot be read once more nothing."""
    texts = {}
    for path in _loaded(records):
        try:
            texts[path], _ = decode_text(read_bytes(file_of_report(path)[0]))
        except OSError:
            continue
    return texts


def _zone_of(text: str) -> str | None:
    """Return the zone that a report names for its times: an IANA name where it is one, else its words."""
    for line in text.splitlines():
        if line.startswith("# "):  # a title says where it was, as EU-West
            continue
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


def _zone_by_city(text: str) -> str | None:
    """Return the zone of the city in whose time a text says that it is."""
    lines = (line for line in text.splitlines() if not line.startswith("# "))
    return next((zone for line in lines if (zone := _zone_of_city(line))), None)


def _zones_of_reports(records: Records, texts: Mapping[str, str]) -> Counter[str]:
    """Return in how many reports each zone is named: for all times, else by a city, else next to a time at the head."""
    zones = Counter(filter(None, map(_zone_of, texts.values())))
    others = {path: text for path, text in texts.items() if _zone_of(text) is None}
    if len(zones) < 2:  # noqa: PLR2004 - where they already disagree, a city settles nothing
        zones += Counter(filter(None, map(_zone_by_city, others.values())))
    if 2 * zones.total() > len(texts):
        return zones
    paths = dict(zip(*(records.tables["incidents"][name] for name in ("incident_id", "path")), strict=True))
    named: defaultdict[str, set[str]] = defaultdict(set)
    for reading in records.rows("readings"):
        path = paths.get(reading["incident_id"], "")
        if path in others and reading["field"].endswith("_at") and _zone_by_city(others[path]) is None:
            named[path] |= _zones_next_to_times(reading["as_written"] or "")
    return zones + Counter(zone for found in named.values() for zone in sorted(found))


def _meant(names: Sequence[str], texts: Collection[str]) -> dict[str, str]:
    """Return what abbreviations of several zones mean in a house: reports name places of one, none of another."""
    found = {name: Counter(place_meant(text, name) for text in texts if name in text) for name in names}
    places = {name: [(place, n) for place, n in each.items() if place] for name, each in found.items()}
    return {name: each[0][0] for name, each in places.items() if len(each) == 1 and each[0][1] >= _OF_ONE_PLACE}


def _zones_next_to_times(words: str) -> set[str]:
    """Return the zones that words have next to times.

    Examples
    --------
    >>> _zones_next_to_times("25.10.2026 03:30 EET"), _zones_next_to_times("05:31 Drain cancelled")
    ({'EET'}, set())
    """
    try:
        return {str(moment.zone) for moment in read_moments(words) if moment.clock and moment.zone}
    except Unreadable:
        return set()


def _zones_of_house(records: Records) -> dict[str, str]:
    """Return the zones that what explains the reports says for all of them, each with the first file that does."""
    found: dict[str, str] = {}
    for path, text in _texts_of_house(records):
        if zone := _zone_by_city(text) or _zone_of(text) or _only_zone(text):
            found.setdefault(zone, path)
    return found


def _texts_of_house(records: Records) -> Iterator[tuple[str, str]]:
    """Yield the path and text of each file that explains the reports: a README or the like, or their blank template."""
    for file in records.rows("files"):
        is_template = file["outcome"] == "skipped" and TO_FILL_IN in (file["reason"] or "")
        if is_template or (file["outcome"] == "skipped" and _EXPLAINS.match(Path(file["path"]).stem)):
            try:
                text, _ = decode_text(read_bytes(file_of_report(file["path"])[0]))
            except OSError:
                continue
            yield file["path"], text


def _only_zone(text: str) -> str | None:
    """Return the one zone that a text names as the database of zones does, in whatever sentence.

    Examples
    --------
    >>> _only_zone("Times are local time in Brasília (America/Sao_Paulo) unless a report says otherwise.")
    'America/Sao_Paulo'
    >>> _only_zone("Our offices: Europe/Madrid, Asia/Tokyo."), _only_zone("See Europe/Hosting.")
    (None, None)
    """
    names = {match[0] for match in re.finditer(ZONE, text) if "/" in match[0] and _is_iana(match[0])}
    return names.pop() if len(names) == 1 else None


def _zone_of_city(line: str) -> str | None:
    """Return the zone of the city in whose time a line says that it is.

    Examples
    --------
    >>> _zone_of_city("All times are Oslo time."), _zone_of_city("## Timeline (New York)"), _zone_of_city("Load time")
    ('Europe/Oslo', 'America/New_York', None)
    >>> _zone_of_city("Disk full on the web tier (Phoenix)."), _zone_of_city("- 10:12 (Oslo) First timeouts")
    (None, 'Europe/Oslo')
    """
    if "(" not in line and "time" not in line:
        return None
    is_row = line.lstrip().startswith("|")
    for words in line.split("|") if is_row else [line]:
        is_of_times = is_row and _TIME_COLUMN.match(words) is not None
        is_of_times |= line.startswith("#") and _OF_TIMES.search(line) is not None
        for match in _CITY.finditer(words):
            name = match["said"] or (match["noted"] if match["clock"] or is_of_times else None)
            if name and (zone := _cities().get(name) or _cities().get(name.split()[-1])):
                return zone
    return None


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """Return the zones that are called after a city, by its name."""
    zones = (zone for zone in sorted(available_timezones()) if zone.startswith(_AREAS))
    return {zone.rpartition("/")[2].replace("_", " "): zone for zone in zones}


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
            unknown[" ".join(written.split())] += 1
        else:
            found[word] = severity, found.get(word, ("", 0))[1] + 1
    return found, unknown


def _own_scale(
    records: Records, synonyms: Mapping[str, tuple[str, int]]
) -> tuple[Sequence[str], dict[str, tuple[str, int]]]:
    """Return the severities in the words of the reports where most use one numbered scale, such as P1 to P3.

    With it the other words for them, each with the one that it is; else the severities and words as they are.

    Examples
    --------
    >>> numbered = {"P3": ("SEV-3", 5), "P1": ("SEV-1", 4)}
    >>> _own_scale(Records({"readings": {"field": [], "as_written": []}}, SEVERITIES), numbered)
    (('P3', 'P2', 'P1'), {})
    """
    scales: defaultdict[str, dict[int, str]] = defaultdict(dict)
    counts: Counter[str] = Counter()
    for word, (_, n) in synonyms.items():
        if match := _NUMBERED.fullmatch(word):
            scales[match[1]][int(match[2])] = word
            counts[match[1]] += n
    stem, n_own = counts.most_common(1)[0] if counts else ("", 0)
    words = Counter(
        " ".join(row["as_written"].split())
        for row in records.rows("readings")
        if row["field"] == "severity" and row["as_written"] and _is_own(row["as_written"])
    )
    n_others = sum(n for _, n in synonyms.values()) - n_own + words.total()
    if len(scales[stem]) < 2 or n_own < _LIKE_ONE * (n_own + n_others):  # noqa: PLR2004 - one word makes no scale
        return SEVERITIES, dict(synonyms)
    numbers = range(min(1, *scales[stem]), max(*scales[stem]) + 1)
    order = tuple(scales[stem].get(number, f"{stem}{number}") for number in reversed(numbers))
    # Of those that are read as one severity, such as P3 and P4, other words mean the worst.
    meant: dict[str, str] = {}
    for number in reversed(numbers):
        severity = synonyms.get(scales[stem].get(number, ""), (f"SEV-{min(max(number, 1), len(SEVERITIES))}", 0))[0]
        meant[severity] = order[len(order) - 1 - numbers.index(number)]
    others = {word: (meant[severity], n) for word, (severity, n) in synonyms.items() if word not in order}
    for word, n in words.items():
        own = read_word(word, SEVERITIES, {})
        if own in meant:
            others[word] = meant[own], n
    return order, others


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


def _together(records: Records) -> set[frozenset[str]]:
    """Return the pairs of services that a report names next to each other: they are two."""
    by_report: defaultdict[str, set[str]] = defaultdict(set)
    for row in records.rows("services"):
        by_report[row["incident_id"]].add(row["service"])
    return {frozenset(pair) for names in by_report.values() for pair in combinations(sorted(names), 2)}


def _joined(services: Sequence[_Service], texts: Mapping[str, str]) -> tuple[list[_Service], dict[str, str]]:
    """Make services one that a text says are one; return as well what it says by the other name."""
    places = _places_of_equals([service.name for service in services], texts)
    said: dict[str, str] = {}
    kept = list(services)
    for one, other in combinations(services, 2) if places else ():
        place = places.get(frozenset((fold(one.name), fold(other.name))))
        if place is not None and {one, other} <= {*kept}:
            said[other.name] = place
            names = (*one.aliases, other.name, *other.aliases)
            index = kept.index(one)
            kept[index] = replace(one, aliases=names, n=one.n + other.n, n_affected=one.n_affected + other.n_affected)
            kept.remove(other)
    return kept, said


def _places_of_equals(names: Sequence[str], texts: Mapping[str, str]) -> dict[frozenset[str], str]:
    """Return the pairs of names (folded) where a text has one right behind the other, as its other name.

    With each the first text that does so. A text is gone through once, whatever the number of names.

    Examples
    --------
    >>> names = ["Postgres main", "main DB"]
    >>> _places_of_equals(names, {"a.md": "Postgres main (the main DB) ran out of memory"}).values()
    dict_values(['a.md'])
    >>> _places_of_equals(names, {"a.md": "Postgres main and the main DB"})
    {}
    """
    found: dict[frozenset[str], str] = {}
    longest_first = sorted({fold(name) for name in names} - {""}, key=len, reverse=True)
    if not longest_first:
        return found
    name = "|".join(map(re.escape, longest_first))
    behind = rf"\((?:{_SAME} )?(?:the )?({name})\)|,? {_SAME} (?:the )?({name})(?!\w)"
    equals = re.compile(rf"(?<!\w)({name})(?= ?(?:{behind}))")
    for path, text in texts.items():
        for left, in_brackets, after_word in equals.findall(fold(text)):
            found.setdefault(frozenset((left, in_brackets or after_word)), path)
    return found


def _words(service: str) -> list[str]:
    words = re.findall(r"\w+", fold(service))
    return [word for word in words if word not in _DROPPED] or words


def _bare(service: str) -> str:
    """Return a service's name for comparison, without case, signs and plural; its own where it has no letters."""
    return "".join(word.removesuffix("s") or word for word in _words(service)).replace("_", "") or fold(service)


# --- questions -------------------------------------------------------------------------------------------------------


def _settled_zone(zones: Counter[str], house: Mapping[str, str], n: int) -> tuple[str, str] | None:
    """Return the zone of times that name none, and who says so; None where that is a question.

    Of n reports the few that name a zone may be another team's: they do not settle it. What explains the reports does,
    unless most of them name another one.
    """
    most, n_most = zones.most_common(1)[0] if zones else ("", 0)
    if len(house) == 1:
        zone, file = next(iter(house.items()))
        if _is_iana(zone) and (most == zone or 2 * n_most <= n):
            return zone, f"{Path(file).name} says it"
    if len(zones) == 1 and _is_iana(most) and 2 * n_most > n and not house.keys() - {most}:
        return most, f"{_count(n_most, 'report')} {'names' if n_most == 1 else 'name'} it"
    return None


def _zone_questions(zones: Counter[str], house: Mapping[str, str], *, n: int) -> Iterator[str]:
    if _settled_zone(zones, house, n):
        return
    asked = "Which time zone applies to times that name none?"
    may_be = [f"{zone} may be {' or '.join(each)}. " for zone in {**house, **zones} if (each := zones_meant(zone))]
    remedy = f"{''.join(may_be)}Set timezone; until then they are read as UTC."
    said = [f"{zone} in {Path(file).name}" for zone, file in house.items()]
    named = ", ".join([*said, *(f"{zone} in {_count(n_with, 'report')}" for zone, n_with in zones.most_common())])
    if not named:
        yield f"{asked} No report names one. {remedy}"
    elif 2 * zones.total() <= n and not said:
        yield f"{asked} Of {_count(n, 'report')}, only some name one: {named}. {remedy}"
    else:
        yield f"{asked} Found: {named}. {remedy}"


def _order_questions(orders: Sequence[set[bool]], records: Records) -> Iterator[str]:
    """Ask what comes first in dates such as 05.03.2026 where the reports disagree, or none shows it."""
    n_by_order = Counter(order for found in orders for order in found)
    n_unclear = len({row["path"] for row in records.rows("problems") if row["code"] == "ambiguous-date"})
    if len(n_by_order) > 1:
        yield (
            f"Does the day come first in dates such as 05.03.2026? Yes in "
            f"{_count(n_by_order[True], 'report')}, no in {n_by_order[False]}. Set date_order to the usual one."
        )
    elif not n_by_order and n_unclear:
        yield (
            f"Does the day come first in dates such as 05.03.2026? {_count(n_unclear, 'report')} "
            f"{'has an ambiguous one' if n_unclear == 1 else 'have ambiguous ones'}. Set date_order."
        )


def _severity_questions(
    unknown: Counter[str], order: Sequence[str], synonyms: Iterable[str], listed: tuple[Sequence[str], str] | None
) -> Iterator[str]:
    """Ask which severity a word is; of several in one question, as they may be a scale of their own."""
    known = {fold(word) for word in (*order, *synonyms)}
    asked = {word: f"{toml_text(word)} ({_count(n, 'report')})" for word, n in unknown.most_common()}
    several = [word for word in asked if sum(fold(part) in known for part in re.findall(r"[\w-]+", word)) > 1]
    words = [asked[word] for word in asked if word not in several]
    if len(words) > 1:
        own = f" {listed[1]} lists them: to keep them as your own scale, see the line below." if listed else ""
        yield f"Which severities are {', '.join(words)}? Add them to synonyms, misspelt ones too.{own}"
    elif words:
        yield f"Which severity is {words[0]}? Add it to synonyms."
    yield from (f"Which severity is {asked[word]}? Write the one that counts in the report." for word in several)


def _listed_scale(records: Records, unknown: Counter[str]) -> tuple[Sequence[str], str] | None:
    """Return the unknown words for severities in the order in which a README or blank template has them, with its name.

    None where no such file has at least two of them and all that several reports use.
    """
    needed = {word for word, n in unknown.items() if n > 1}
    for path, text in _texts_of_house(records):
        folded = fold(text)
        places = {word: folded.find(fold(word)) for word in unknown if fold(word) in folded}
        if len(places) > 1 and needed <= places.keys():
            return sorted(places, key=places.__getitem__), Path(path).name
    return None


def _service_questions(services: Sequence[_Service], together: set[frozenset[str]]) -> Iterator[str]:
    """Ask about names that are alike, but for those that a report names next to each other."""
    n_with = Counter(word for service in services for word in {*_words(service.name)})
    alike: dict[str, list[str]] = {}
    maybe: dict[str, list[str]] = {}
    for one, other in combinations(services, 2):
        if any(frozenset(pair) in together for pair in product(one.names, other.names)):
            continue
        few, many = sorted((set(_words(one.name)), set(_words(other.name))), key=len)
        shared = few & many
        if few < many or SequenceMatcher(None, fold(one.name), fold(other.name)).ratio() >= _ALIKE:
            alike.setdefault(one.name, []).append(other.name)
        elif any(n_with[word] == 2 for word in shared - _KINDS) and (few | many) & _KINDS:  # noqa: PLR2004 - these two alone
            maybe.setdefault(one.name, []).append(other.name)
    for name, others in (*alike.items(), *maybe.items()):
        yield f"Is {toml_text(name)} also called {' or '.join(map(toml_text, others))}? Then make these its aliases."


def _question_lines(questions: Sequence[str]) -> list[str]:
    if not questions:
        return []
    shown, n_more = questions[:_MOST_QUESTIONS], len(questions) - _MOST_QUESTIONS
    more = [f"#   ... and {n_more} more like these"] if n_more > 0 else []
    return ["#", "# Questions that the reports do not answer:", *(f"# - {visible(each)}" for each in shown), *more]


# --- lines of TOML ---------------------------------------------------------------------------------------------------


def _zone_lines(zones: Counter[str], house: Mapping[str, str], meant: Mapping[str, str], *, n: int) -> list[str]:
    explained = "# report times that name no zone are read in it; its midnights bound periods"
    if settled := _settled_zone(zones, house, n):
        zone, said = settled
        names = [name for name, place in meant.items() if place == zone]
        why = f", as {' and '.join(names)}: its places are in {_OF_ONE_PLACE} reports or more" if names else ""
        return [f"timezone = {toml_text(zone)} {explained}; {visible(said)}{why}"]
    return [f'# timezone = "Europe/London" {explained}; UTC until you choose one']


def _order_lines(orders: Sequence[set[bool]]) -> list[str]:
    shown = [found for found in orders if found]
    if not shown or set.union(*shown) not in ({True}, {False}):
        return []
    order, example = ("day-first", "05.03.2026") if shown[0] == {True} else ("month-first", "03/05/2026")
    writers = f"{_count(len(shown), 'report')} {'writes' if len(shown) == 1 else 'write'}"
    return [f'date_order = "{order}" # {example} is 5 March, as {writers} dates']


def _alias_line(service: _Service, said: Mapping[str, str]) -> str:
    """Return the other names of a service, with the report that says that they are."""
    named = [f"{toml_text(name)} by {toml_text(Path(said[name]).name)}" for name in service.aliases if name in said]
    comment = f" # {visible(', '.join(named))}" if named else ""
    return f"aliases = [{', '.join(map(toml_text, service.aliases))}]{comment}"


def _layout_lines(records: Records, *, has_layout: bool) -> list[str]:
    """Return the layout of the team's own, or the built-in one that reads most reports."""
    if has_layout:
        return [
            "# What your reports call their parts; change it as you need.",
            "[templates]",
            f'files = ["{LAYOUT_NAME}"]',
            "",
        ]
    files = records.tables["files"]
    rows = zip(files["template"], files["outcome"], strict=True)
    layouts = Counter(name for name, outcome in rows if outcome == "loaded")
    name, n = layouts.most_common(1)[0] if layouts else (DEFAULT_TEMPLATE, 0)
    if name == DEFAULT_TEMPLATE or n < _LIKE_ONE * layouts.total():
        return []
    return [
        f"# Each report is read by the layout that fits it best: {name} in {n} of {_count(layouts.total(), 'report')}.",
        "# [templates]",
        f'# only = "{name}" # reads all by it',
        "",
    ]


def _import_lines(nearby: Nearby, folder: Path) -> list[str]:
    kinds = [(name, getattr(nearby, name)) for name in ("openslo", "backstage") if getattr(nearby, name)]
    if not kinds:
        return []
    services = _count(len(nearby.services), "service")
    keys = [f"{name} = {_paths(files, folder)}" for name, files in kinds]
    return [
        f"# Targets and teams that these files have, of {services}; what is below counts before them.",
        "[imports]",
        *keys,
        "",
    ]


def _tool_lines(nearby: Nearby, folder: Path) -> list[str]:
    if not nearby.incident_tool:
        return []
    return [
        "# The incident tool's export, a second record of times: check names each that differs.",
        "[incident_tool]",
        f"files = {_paths(nearby.incident_tool, folder)}",
        '# timezone = "Europe/London" # of times in it that name none',
        "",
    ]


def _tracker_lines(nearby: Nearby, folder: Path) -> list[str]:
    if nearby.tracker is None:
        return [
            "# [tracker]            # an issue tracker's export, for the state of action items",
            '# file = "tracker.csv"',
        ]
    file, form = nearby.tracker
    return [
        "[tracker] # an issue tracker's export, for the state of action items",
        f"file = {toml_text(file.relative_to(folder).as_posix())}",
        f"format = {toml_text(form)}",
    ]


def _paths(files: Iterable[Path], folder: Path) -> str:
    return f"[{', '.join(toml_text(file.relative_to(folder).as_posix()) for file in files)}]"


def _severity_lines(
    order: Sequence[str],
    synonyms: Mapping[str, tuple[str, int]],
    ratings: Sequence[str],
    listed: tuple[Sequence[str], str] | None,
) -> list[str]:
    """Return the severities with the other words for them; words that may be some, or a scale, wait for an answer."""
    words = [f"{toml_text(word)} = {toml_text(severity)}" for word, (severity, _) in synonyms.items()]
    counted = ", ".join(f"{word} ({_count(n, 'report')})" for word, (_, n) in synonyms.items())
    asked = [f'{toml_text(word)} = ""' for word in ratings]
    examples = [f'Critical = "{order[-1]}"', f'Minor = "{order[0]}"']
    explained = "# least to worst" if tuple(order) == SEVERITIES else "# least to worst, as your reports call them"
    return [
        *([f"# How other severities are read: {visible(counted)}. Change any that are wrong."] if synonyms else []),
        "[severities]",
        f"order = [{', '.join(map(toml_text, order))}] {explained}",
        f"synonyms = {{ {', '.join(words)} }}" if words else f"# synonyms = {{ {', '.join(asked or examples)} }}",
        *(_scale_lines(*listed) if listed else []),
    ]


def _scale_lines(words: Sequence[str], name: str) -> list[str]:
    """Return a scale of the team's own, for a person to see that its order is right."""
    own = ", ".join(map(toml_text, reversed(words)))
    return [f"# order = [{own}] # in place of the lines above: the worst last; {visible(name)} has them in reverse"]


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
    return name if _BARE_KEY.fullmatch(name) else toml_text(name)


def _is_iana(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        return False
    return zone in {"UTC", "GMT"} or "/" in zone


def _count(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n:,} {what}s"
