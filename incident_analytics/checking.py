"""What `check` prints: the problems by file, what to mend first, and what was read from each line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, TypeAlias

from incident_analytics.config import SETTINGS_NAME
from incident_analytics.finding import find_other_documents
from incident_analytics.late_patterns import compile_late
from incident_analytics.layout_proposal import toml_text
from incident_analytics.records import Records
from incident_analytics.reports.coverage import UNREAD
from incident_analytics.reports.report import OWN
from incident_analytics.reports.template import DEFAULT_TEMPLATE
from incident_analytics.schema import LEVELS

__all__ = [
    "by_file",
    "codes_of_habits",
    "coverage_lines",
    "first_settings",
    "not_markdown",
    "skipped_lines",
    "summary",
    "undeclared_services",
    "useful_edits",
]

Problem: TypeAlias = Mapping[str, Any]
"""A row of ``problems``."""

_WEIGHTS: Final = {"error": 25, "warning": 5, "info": 1}
"""How much an edit helps that a problem of a level asks for, compared with others."""
_OPTIONAL: Final = frozenset({"missing-section", "approximate", "placeholder", "not-a-report"})
"""Problems that most folders have and that need no edit."""
_QUOTED: Final = compile_late(r"'[^']*'|\d[\d:.-]*")
"""What a message quotes from its report."""
_FEW: Final = 3
"""Problems that need no summary, edits that it has, files named for a reason, and reports that are worth settings."""


def by_file(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Return the problems of each file, worst first, and the files in the order of how bad they are."""
    files: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        files[problem["path"]].append(problem)
    groups = [
        sorted(found, key=lambda problem: (LEVELS.index(problem["level"]), problem["line"])) for found in files.values()
    ]
    return sorted(groups, key=lambda found: [-sum(row["level"] == level for row in found) for level in LEVELS])


def useful_edits(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the three edits that would help most: those that the worst and most frequent problems ask for.

    Problems with the same message, whatever it quotes, ask for one kind of edit.
    """
    kinds: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem["code"] not in _OPTIONAL:
            kinds[_QUOTED.sub("", problem["message"])].append(problem)
    if len(problems) <= _FEW or not kinds:
        return
    edits = [(sum(_WEIGHTS[row["level"]] for row in rows), rows) for rows in kinds.values()]
    edits.sort(key=lambda edit: -edit[0])
    yield "Edits that would help most:"
    for _, rows in edits[:_FEW]:
        n = len({row["path"] for row in rows})
        files = "1 file" if n == 1 else f"{n} files"
        more = " and others" if len(rows) > 1 else ""
        yield f"  {files}: {rows[0]['message']} ({rows[0]['path']}:{rows[0]['line']}{more})"
    yield ""


def first_settings(records: Records, settings_file: Path | None) -> Iterator[str]:
    """Yield how to have the reports read in their own words, where there are several and no settings."""
    if settings_file is None and records.tables["files"]["outcome"].count("loaded") >= _FEW:
        yield f"No {SETTINGS_NAME} was found; 'incident-analytics init' proposes one, in the words of these reports."
        yield ""


def codes_of_habits(records: Records, settings_file: Path | None) -> set[str]:
    """Return the problems that most reports have where there are no settings: ways of writing, which these declare.

    So that nobody edits a folder of reports for what a settings file could say.
    """
    if not list(first_settings(records, settings_file)):
        return set()
    found = Counter(code for code, _ in {(row["code"], row["path"]) for row in records.rows("problems")})
    n_loaded = records.tables["files"]["outcome"].count("loaded")
    return {code for code, n in found.items() if 2 * n > n_loaded}


def undeclared_services(records: Records, declared: Collection[str]) -> Iterator[str]:
    """Yield how to declare the services that reports name and the settings do not, where there are several."""
    if not any(code == "unknown-service" for code in records.tables["problems"]["code"]):
        return
    pairs = zip(records.tables["services"]["incident_id"], records.tables["services"]["service"], strict=True)
    named = Counter(service for _, service in dict.fromkeys(pairs) if service not in declared)
    if len(named) > 1:
        yield "Services that the settings do not declare; paste the lines of those that are, and make others aliases:"
        for service, n in named.most_common():
            yield f"  [services.{toml_text(service)}] # named in {n} {'report' if n == 1 else 'reports'}"
        yield ""


def skipped_lines(records: Records) -> Iterator[str]:
    """Yield why files were skipped, a line a reason with the first files that it holds for; nothing without any."""
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for file in records.rows("files"):
        if file["outcome"] == "skipped":
            reasons[file["reason"]].append(file["path"])
    if not reasons:
        return
    yield "Skipped:"
    for reason, paths in sorted(reasons.items(), key=lambda entry: -len(entry[1])):
        more = f" and {len(paths) - _FEW} more (--level info lists all)" if len(paths) > _FEW else ""
        yield f"  {', '.join(paths[:_FEW])}{more}: {reason}"
    yield ""


def not_markdown(places: Iterable[str | Path]) -> Iterator[str]:
    """Yield one line on the documents in folders that aren't Markdown, so that it is said that they aren't read."""
    found = find_other_documents(places)
    if found:
        more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
        verb = "isn't" if len(found) == 1 else "aren't"
        yield f"Not Markdown, so {verb} read: {', '.join(map(str, found[:_FEW]))}{more}"
        yield ""


def summary(records: Records, levels: Collection[str]) -> list[str]:
    """Return a line a code of these levels with how often it was found, the worst first, then one on the files."""
    problems, outcomes = records.tables["problems"], Counter(records.tables["files"]["outcome"])
    counts = Counter(zip(problems["level"], problems["code"], strict=True))
    shown = [entry for entry in counts.items() if entry[0][0] in levels]
    order = sorted(shown, key=lambda entry: (LEVELS.index(entry[0][0]), -entry[1], entry[0][1]))
    width = len(str(max((count for _, count in order), default=0)))
    found = Counter(problems["level"])
    kinds = ["loaded", "other status", "copy", "skipped", "unreadable"]
    kinds = [kind for kind in kinds if kind not in {"copy", "unreadable"} or kind in outcomes]
    words = {"other status": "of another status", "copy": "copy" if outcomes["copy"] == 1 else "copies"}
    files = ", ".join(f"{outcomes[name]} {words.get(name, name)}" for name in kinds)
    n = outcomes.total()
    templates = Counter(filter(None, records.tables["files"]["template"]))
    read_by = ", ".join(f"{name} {count}" for name, count in templates.most_common())
    return [
        *(f"{count:{width}}  {level}: {code}" for (level, code), count in order),
        (
            f"{n} {'report' if n == 1 else 'reports'}: {files}. Problems: "
            f"{', '.join(f'{found[level]} {level}{_plural(level, found[level])}' for level in LEVELS)}."
        ),
        *([f"Read by the templates: {read_by}."] if set(templates) - {DEFAULT_TEMPLATE} else []),
    ]


def _plural(level: str, n: int) -> str:
    return "" if n == 1 or level == "info" else "s"


def coverage_lines(records: Records) -> Iterator[str]:
    """Yield by file how many lines were read, are the template's own, and are unread, and what each was read as.

    Of several files only the unread lines are shown; nothing where it was not asked for.
    """
    files = [(path, list(lines)) for path, lines in groupby(records.accounted(), key=itemgetter(0))]
    total: Counter[str] = Counter()
    for path, lines in files:
        counts = Counter(use if use in {OWN, UNREAD} else "read" for _, _, use, _ in lines)
        total += counts
        yield f"{path}: {_of_lines(counts)}"
        if len(files) == 1:
            yield from _runs(lines)
        else:
            yield from (f"  {line}: unread: {words.strip()}" for _, line, use, words in lines if use == UNREAD)
    if len(files) > 1:
        yield f"{len(files)} files: {_of_lines(total)}"
    if files:
        yield ""


def _of_lines(counts: Counter[str]) -> str:
    parts = f"{counts['read']} read, {counts[OWN]} template, {counts[UNREAD]} unread"
    return f"{counts.total()} lines that are not blank: {parts}"


def _runs(lines: Iterable[tuple[str, int, str, str]]) -> Iterator[str]:
    """Yield what each line was read as; neighbours that were read as the same are one entry."""
    for use, group in groupby(lines, key=itemgetter(2)):
        run = list(group)
        if use == UNREAD:
            yield from (f"  {line}: unread: {words.strip()}" for _, line, _, words in run)
        else:
            first, last = run[0][1], run[-1][1]
            yield f"  {first}: {use}" if first == last else f"  {first}-{last}: {use}"
