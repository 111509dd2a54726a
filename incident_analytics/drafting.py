"""The next report: the template's own text with what is known from the start filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from incident_analytics.config import Settings
from incident_analytics.errors import OutputError, UnknownNameError
from incident_analytics.files import read_bytes, write_new
from incident_analytics.finding import find_files
from incident_analytics.names import closest_name, did_you_mean, fold, known_name
from incident_analytics.records import Wanted
from incident_analytics.reports.parse import parse_reports
from incident_analytics.reports.template import default_template, template_text

__all__ = ["new_report", "services_named", "severity_written"]

_SERVICES: Final = re.compile(r"(?:^- \[ \] .+\n)+", re.MULTILINE)
"""The template's first list of boxes."""
_HEAD: Final = 4096
"""Bytes of a file in which its Incident ID is."""


def new_report(
    *,
    severity: str,
    services: Sequence[str],
    title: str | None = None,
    on: date,
    folder: Path | None = None,
    settings: Settings | None = None,
) -> Path:
    """Write the next report, ready to fill in.

    It is the template 1.0 with Incident ID, Date, Severity, Status Draft and the affected services filled in; its
    heading has the title in place of *Template*. Where the settings declare services, the list has these.

    Parameters
    ----------
    severity
        A severity of the settings or another word for it, in any case.
    services
        The affected services, in any case. Where the settings declare none, a service that the template does not list
        is added to its list.
    title
        What the incident is called; None leaves *[Title]* to be filled in.
    on
        The day of the incident.
    folder
        Where to write it; None takes the first folder of the settings' ``reports``, else the working folder.
    settings
        The settings; None takes the defaults.

    Returns
    -------
    pathlib.Path
        The report, ``INC-<date>-<number>.md``: the number after the highest one of that day that a file there or in the
        settings' ``reports`` has in its name or head.

    Raises
    ------
    UnknownNameError
        ``service 'a: b' can't be read from a report as it is written; write its words alone``,
        ``severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1``,
        ``service 'Frontent' is not one of API, Frontend, ...; did you mean 'Frontend'?``
    OutputError
        ``reports: Permission denied``
    """
    settings = settings or Settings()
    order = settings.severities.order
    (level,) = Wanted(settings, severities=[severity]).severity_names(order)
    text, hit = _with_services(template_text(), services, settings)
    target = folder or next((path for path in settings.reports if path.is_dir()), Path())
    first = 1 + max(_numbers_taken(on, [target, *settings.reports]), default=0)
    name = " ".join((title or "[Title]").split())
    for number in range(first, first + 1000):
        own = f"INC-{on}-{number:03}"
        filled = (
            text.replace("INC-YYYY-MM-DD-###", own, 1)
            .replace("[Date of incident]", f"{on}", 1)
            .replace("SEV-[1/2/3]", level, 1)
            .replace("[Draft/Under Review/Final]", "Draft", 1)
            .replace("# Incident Report Template", f"# Incident Report: {name}", 1)
        )
        file = target / f"{own}.md"
        content = encoded(filled, file)
        _require_services(filled, hit, settings)
        if write_new(file, content, with_folder=True):
            return file
    raise OutputError(f"{target}: there are too many reports of {on}")


def encoded(text: str, file: Path) -> bytes:
    """Return a new report's text as its file has it."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise OutputError(f"{file}: a title or service is not UTF-8; write it in other characters") from error


def severity_written(name: str, settings: Settings) -> str:
    """Return a severity in the declared word for it that was typed, in any case."""
    declared = [*settings.severities.order, *settings.severities.synonyms]
    (level,) = Wanted(settings, severities=[name]).severity_names(settings.severities.order)
    return next((word for word in declared if fold(word) == fold(name)), level)


def services_named(names: Iterable[str], settings: Settings) -> list[str]:
    """Return services as the settings name them, or as they were typed where these declare none."""
    return [_service(name, list(settings.services), settings) for name in names]


def _numbers_taken(on: date, places: Iterable[Path]) -> Iterator[int]:
    """Yield the numbers of the reports of a day, by the names of their files and the ids at their heads."""
    used = re.compile(rf"INC-{on}-(\d{{3,6}})(?!\d)", re.IGNORECASE)
    for file in find_files(place for place in places if place.exists()):
        head = ""
        try:
            if file.is_file():
                head = read_bytes(file)[:_HEAD].decode(errors="replace")
        except OSError:
            pass  # what cannot be read has its name alone
        yield from (int(match[1]) for text in (file.name, head) for match in used.finditer(text))


def _with_services(text: str, asked: Sequence[str], settings: Settings) -> tuple[str, set[str]]:
    """Tick the services asked for in the template's list, or in that of the settings, and return which these are."""
    block = _SERVICES.search(text)
    listed = [line.removeprefix("- [ ] ") for line in block[0].splitlines()] if block else []
    names = list(settings.services) or listed
    hit = {_service(name, names, settings) for name in asked}
    names += [name for name in hit if name not in names]
    lines = "".join(f"- [{'x' if name in hit else ' '}] {name}\n" for name in names)
    return _SERVICES.sub(lambda _: lines, text, count=1), hit


def _require_services(text: str, hit: set[str], settings: Settings) -> None:
    """Refuse a service whose name a report's reader would take for something else, such as a comment or a link."""
    (report,) = parse_reports(text, "new.md", settings, default_template())
    read = {row["service"] for row in report.rows["services"] if row["affected"]}
    for name in sorted(hit - read):
        raise UnknownNameError(f"service {name!r} can't be read from a report as it is written; write its words alone")


def _service(name: str, names: Sequence[str], settings: Settings) -> str:
    aliases = {fold(word): own for own, service in settings.services.items() for word in service.aliases}
    if settings.services:
        return known_name("service", aliases.get(fold(name), name), names)
    if alike := closest_name(name, names):
        if fold(alike) == fold(name):
            return alike
        raise UnknownNameError(f"service {name!r} is not one of {', '.join(names)}{did_you_mean(name, names)}")
    return " ".join(name.split())
