"""Files of other tools that lie where reports are: incident tools' exports, trackers', OpenSLO, Backstage's catalog."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from incident_analytics.config import IncidentToolSettings, Settings
from incident_analytics.errors import SettingsError
from incident_analytics.files import decode_text, read_bytes
from incident_analytics.imports import ImportedService, import_services, kinds_of
from incident_analytics.incident_tool import read_tool_rows, tool_of
from incident_analytics.names import fold
from incident_analytics.tracker import tracker_of

__all__ = ["Nearby", "find_nearby"]

_DEPTH: Final = 2
"""Folders below the one of the settings in which files are looked for."""
_MOST_FILES: Final = 200
_LARGEST: Final = 20_000_000
_NOT_OURS: Final = frozenset({"node_modules", "venv", "env", "build", "dist", "site", "vendor", "target"})
"""Folders that hold what others wrote."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """The files that settings can name, by kind, what they import, and what about them is a question.

    Attributes
    ----------
    incident_tool
        The exports of one incident tool.
    tracker
        An issue tracker's export with its format.
    openslo, backstage
        Files with objects that name services.
    services
        The services of these.
    questions
        What has to be decided before other files are named.
    """

    incident_tool: tuple[Path, ...] = ()
    tracker: tuple[Path, str] | None = None
    openslo: tuple[Path, ...] = ()
    backstage: tuple[Path, ...] = ()
    services: tuple[ImportedService, ...] = ()
    questions: tuple[str, ...] = ()


def find_nearby(folder: Path, *, keys: Collection[str] = ()) -> Nearby:
    """Look for files that settings in a folder can name, by what is in them.

    Parameters
    ----------
    folder
        The folder of the settings. Files in it and in two levels of folders below it are looked at, hidden ones and
        those of dependencies and builds excepted.
    keys
        The issues that the reports' action items name: an export that has some of them is the tracker's.
    """
    tools: dict[str, list[Path]] = {}
    trackers: list[tuple[Path, str]] = []
    imported: dict[str, list[Path]] = {"openslo": [], "backstage": []}
    questions: list[str] = []
    for file in _files(folder):
        if file.suffix.casefold() in {".yaml", ".yml"}:
            for kind in kinds_of(file):
                imported[kind].append(file)
            continue
        tool = tool_of(file)
        tracker = tracker_of(file) if file.suffix.casefold() == ".csv" else None
        if tool == "Jira" and tracker is not None and _has_some(file, keys):
            trackers.append((file, tracker))
        elif tool == "Jira":
            questions.append(
                f"Does {_named(file, folder)} from Jira have incidents or action items? Name it as files under "
                f"[incident_tool], or as file under [tracker]."
            )
        elif tool is not None:
            tools.setdefault(tool, []).append(file)
        elif tracker is not None:
            trackers.append((file, tracker))
    export = _one_tool(tools, folder, questions)
    if len(trackers) > 1:
        named = ", ".join(_named(file, folder) for file, _ in trackers)
        questions.append(f"Which export has your action items: {named}? Name it under [tracker].")
    services, fault = _services(imported)
    if fault:
        files = ", ".join(_named(file, folder) for file in (*imported["openslo"], *imported["backstage"]))
        questions.append(f"{files} can't be imported yet: {fault} Then name them under [imports].")
        imported = {}
    return Nearby(
        incident_tool=export,
        tracker=trackers[0] if len(trackers) == 1 else None,
        openslo=tuple(imported.get("openslo", ())),
        backstage=tuple(imported.get("backstage", ())),
        services=services,
        questions=tuple(questions),
    )


def _one_tool(tools: dict[str, list[Path]], folder: Path, questions: list[str]) -> tuple[Path, ...]:
    """Return the exports of the one incident tool; of several none, which is a question."""
    if len(tools) > 1:
        named = " or ".join(f"{_named(files[0], folder)} ({tool})" for tool, files in tools.items())
        questions.append(f"Which is the second record of your incidents: {named}? Name it under [incident_tool].")
        return ()
    files = tuple(file for found in tools.values() for file in found)
    if files and (problem := _without_zone(files)):
        place = "Set timezone under [incident_tool]"
        questions.append(f"Which time zone are the times of {_named(files[0], folder)} in? {place}; {problem}.")
    return files


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that may be of another tool, in the order of their paths, and not too many."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        depth = len(Path(parent).relative_to(folder).parts)
        folders[:] = [
            name for name in sorted(folders) if depth < _DEPTH and not (name.startswith(".") or name in _NOT_OURS)
        ]
        paths = (Path(parent) / name for name in sorted(names) if not name.startswith("."))
        found += [path for path in paths if path.suffix.casefold() in {".csv", ".json", ".yaml", ".yml"}]
        if len(found) > _MOST_FILES:
            break
    for path in found[:_MOST_FILES]:
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST:
            yield path


def _has_some(file: Path, keys: Collection[str]) -> bool:
    """Return whether a file has one of some issues' keys as a word."""
    words = re.findall(r"\b\w{1,20}-\d{1,9}\b", decode_text(read_bytes(file))[0])
    return not {fold(word) for word in words}.isdisjoint(map(fold, keys))


def _without_zone(files: Iterable[Path]) -> str:
    """Return why times of an export can't be read, nothing where they can."""
    settings = Settings(incident_tool=IncidentToolSettings(files=tuple(files)))
    _, problems = read_tool_rows(settings)
    n = sum("zone" in problem.message for _, problem in problems)
    return f"{n} of its times name none" if n else ""


def _services(imported: dict[str, list[Path]]) -> tuple[tuple[ImportedService, ...], str]:
    """Return the services that files name, or why they can't be imported."""
    try:
        services = tuple(import_services(imported["openslo"], imported["backstage"]))
    except SettingsError as error:
        return (), f"{str(error).splitlines()[0]}."
    for service in services:
        if len(service.targets) > 1:
            listed = ", ".join(f"{target:g} ({where})" for target, where in service.targets)
            return (), f"{service.name} has several targets: {listed}; write one as target below."
    return services, ""


def _named(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()
