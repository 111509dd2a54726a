"""Many files to one `Corpus`: which files, read by whom, what was left out and why."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from incident_analytics.columnar import ArrowTable, Part, as_part, as_tables, compact_part, join_parts
from incident_analytics.config import Settings, read_settings
from incident_analytics.csv_files import CsvProblem
from incident_analytics.errors import PathError, ReportError, SettingsError
from incident_analytics.extras import require
from incident_analytics.files import BOM, decode_text, file_of_report, read_bytes
from incident_analytics.finding import find_files
from incident_analytics.names import did_you_mean
from incident_analytics.records import KEY, RAW_TABLES, Columns, Records, Table, Wanted, note_others
from incident_analytics.remote import RemoteFile, Source, find_sources
from incident_analytics.reports.audit import audit_report
from incident_analytics.reports.corrections import Correction, read_correction_file
from incident_analytics.reports.coverage import account
from incident_analytics.reports.parse import read_reports
from incident_analytics.reports.recognition import Skipped
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import DEFAULT_TEMPLATE, Template, default_template, read_templates
from incident_analytics.reports.zones import zone_named
from incident_analytics.schema import STARTS, STATUSES, TABLES, UNCOUNTED_STATUSES, problem_row
from incident_analytics.toml_tables import TomlTable
from incident_analytics.workers import in_order

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from incident_analytics.cache import Cache
    from incident_analytics.tables import Corpus
    from incident_analytics.tracker import ReportedItem

__all__ = ["NOT_READ_BY", "as_corpus", "load", "narrow", "read_corrections", "read_records", "reports_named"]

_CHUNK: Final = 64
"""Files a task: enough to outweigh what it costs to hand a task to another process."""
_SMALL_CHUNK: Final = 16
_TASKS: Final = 4
"""Tasks a process where there are enough files: with fewer ones a process would wait for the last task of another."""
_PIECES: Final = 64
"""Tasks after which their columns are put together, so that those of many reports take little memory."""
_NO_CACHE: Final = "INCIDENT_ANALYTICS_NO_CACHE"
_JOBS: Final = "INCIDENT_ANALYTICS_JOBS"
_DASK: Final = "INCIDENT_ANALYTICS_DASK"
"""Variables of the environment, which processes that read inherit."""
_WORTH_PROCESSES: Final = 512
"""Files whose reading takes longer than processes take to start."""
_PATIENCE: Final = 10
"""Seconds in which a cluster answers."""
_MANY: Final = 64
"""Files from which on Arrow's columns, and so the cache, are worth the import of pyarrow."""

Rows = defaultdict[str, list[dict[str, Any]]]
"""Rows by table, as they are read."""
Corrections = Mapping[str, Sequence[Correction]]
"""What is known better than the reports say, by incident_id."""
Tables = dict[str, Columns]
"""The tables of `RAW_TABLES` as plain columns: cheap to send from one process to another."""


def load(
    paths: str | Path | Iterable[str | Path],
    *,
    settings: Settings | str | Path | None = None,
    status: str = "final",
    cache: bool = True,
    jobs: int = 1,
    executor: Executor | None = None,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Corpus:
    """Read incident reports into tables.

    Parameters
    ----------
    paths
        A file, a folder (read recursively: ``*.md``, ``*.markdown`` and ``*.mdx``, sorted, hidden ones skipped), a
        glob, a URL of one of these such as ``s3://bucket/reports``, or several of them. URLs need the extra remote,
        and fsspec's package for their file system; the reports at them come last.
    settings
        A `Settings`, the path of a settings file, or None for the defaults.
    status
        Which reports: ``final`` (the completed ones), ``all``, or a status such as ``Draft``. The others are counted
        in ``files``, as are those marked Duplicate, Cancelled, False alarm or Withdrawn, which ``all`` leaves out, too.
    cache
        Keep what is read in a private cache, and read only files that changed since: found by path, size and time of
        change. A few files are always read.
    jobs
        Processes that read; with more than one a script needs ``if __name__ == "__main__":``.
    executor
        Any `concurrent.futures.Executor` that reads the files in place of ``jobs``, such as that of a Dask client.
        Files that it loses are given to it once more, and named in ``problems`` if they are lost again.
    strict
        Raise an ExceptionGroup of all problems of level error and warning.
    progress
        Called with the number of files read and of all files.

    Returns
    -------
    Corpus
        The tables of `incident_analytics.schema.TABLES`. ``problems`` has those of the reports, and of the corrections
        and the exports that the settings name. ``files`` has a row for every report, and one for every file
        that holds none: loaded + other status + copy + skipped + unreadable
        is their number. Of several reports with one Incident
        ID, or with the same text, one counts: of different texts the one in the file that is named by the ID, else
        that of the later status, else the first; of the same text the first file. The others are copies: they are in
        no table but ``files``, and each is a problem.

    Raises
    ------
    PathError
        ``reports: no such file or folder``
    UnknownNameError
        ``status 'finished' is not one of final, all, Draft, Under Review``
    SettingsError
        Where the settings file cannot be read.
    MissingExtraError
        ``load needs pandas; pip install 'incident-analytics[review]'``
    ExceptionGroup
        Of `ReportError`, where ``strict``.

    Examples
    --------
    >>> corpus = load("data/real", status="all")
    >>> len(corpus.incidents), corpus.files["outcome"].unique().tolist()
    (32, ['loaded'])
    """
    require("load", "pandas")
    settings = _settings(settings)
    records = read_records(
        paths,
        settings=settings,
        cache=cache,
        jobs=jobs,
        executor=executor,
        progress=progress and (lambda done, total, _: progress(done, total)),
    ).keep(Wanted(settings, status))
    for note in records.notes:
        warnings.warn(note, stacklevel=2)
    if strict:
        _raise_problems(records)
    return as_corpus(records)


def as_corpus(records: Records) -> Corpus:
    """Return the tables as pandas frames."""
    from incident_analytics.tables import Corpus as Frames
    from incident_analytics.tables import make_table

    frames = {}
    for name, table in records.tables.items():
        columns = {column: table.arrow(column) if isinstance(table, ArrowTable) else table[column] for column in table}
        frames[name] = make_table(name, columns, severities=records.severities)
    return Frames(**frames)


def reports_named(paths: Sequence[str], settings: Settings) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the files of the reports that are named by their Incident IDs, next to the paths.

    Parameters
    ----------
    paths
        Paths, or Incident IDs in any case.
    settings
        Their ``reports`` are searched, else the working folder.

    Returns
    -------
    tuple
        The paths, those of the reports in place of their ids; and the ids, if nothing else is named: other reports in
        the same files are not meant then.

    Raises
    ------
    PathError
        ``INC-2025-03-14-009: no report in reports has this Incident ID``
    """
    places = list(map(str, settings.reports)) or ["."]
    templates = read_templates(settings.templates.files, only=settings.templates.only)
    is_id = {path: any(each.id_in(path.upper()) == path.upper() for each in templates) for path in paths}
    named = {path for path in paths if is_id[path] and not Path(path).exists()}
    if not named:
        return paths, ()
    files = {file.stem.casefold(): file for file in find_files(places)}
    found = {path: files[path.casefold()] for path in named if path.casefold() in files}
    found = {path: file for path, file in found.items() if _names(file, path)}
    if len(found) < len(named):
        incidents = read_records(places, settings=settings).tables["incidents"]
        there = dict(zip(map(str.casefold, incidents[KEY]), incidents["path"], strict=True))
        for path in named - found.keys():
            if path.casefold() not in there:
                meant = did_you_mean(path, incidents[KEY])
                by_name = next((file for stem, file in files.items() if _begins(stem, path)), None)
                if by_name is not None:
                    meant = f"; did you mean the file {by_name}?"
                raise PathError(f"{path}: no report in {', '.join(places)} has this Incident ID{meant}")
            found[path] = file_of_report(there[path.casefold()])[0]
    return [str(found.get(path, path)) for path in paths], tuple(named) if len(named) == len(set(paths)) else ()


def _begins(stem: str, incident_id: str) -> bool:
    """Return whether a file's name, in lower case, begins with an Incident ID, which ends there."""
    own = incident_id.casefold()
    return stem.startswith(own) and not stem.removeprefix(own)[:1].isalnum()


def _names(file: Path, incident_id: str) -> bool:
    """Return whether a file gives an Incident ID somewhere."""
    try:
        return incident_id.casefold() in decode_text(read_bytes(file))[0].casefold()
    except OSError:
        return False


def _settings(settings: Settings | str | Path | None) -> Settings:
    if settings is None:
        return Settings()
    return settings if isinstance(settings, Settings) else read_settings(settings)


def read_records(
    paths: str | Path | Iterable[str | Path],
    *,
    settings: Settings,
    cache: bool = True,
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int, int], None] | None = None,
    coverage: bool = False,
) -> Records:
    """Read incident reports of every status into plain columns, without pandas.

    Parameters
    ----------
    paths, cache, jobs, executor
        As in `load`; ``jobs`` None takes what the variable INCIDENT_ANALYTICS_JOBS says, else a process a core for many
        files, and none for a few. INCIDENT_ANALYTICS_NO_CACHE, set to anything, uses no cache. Without ``executor``
        the files are read on the Dask cluster whose address INCIDENT_ANALYTICS_DASK has.
    settings
        The settings.
    progress
        Called with the number of files read, of all files, and of the errors and warnings in those that were read anew.
    coverage
        Whether to account for each line of the files that hold reports.

    Returns
    -------
    Records
        The tables of `incident_analytics.schema.TABLES`.

    Raises
    ------
    PathError, SettingsError
        As `load`.
    """
    templates = read_templates(settings.templates.files, only=settings.templates.only)
    places = [paths] if isinstance(paths, str | Path) else list(paths)
    files = find_sources(places)
    corrections, correction_problems = _corrections(settings)
    read = partial(_read_files, settings=settings, templates=templates, corrections=corrections, coverage=coverage)
    is_large = len(files) >= _MANY and find_spec("pyarrow") is not None
    is_kept = cache and is_large and not (coverage or os.environ.get(_NO_CACHE))
    store = _cache_of(places, settings, templates) if is_kept else None
    waiting = store.find(files, [_path_of(file) for file in files]) if store else range(len(files))
    jobs = jobs or _jobs_of_environment() or (len(waiting) >= _WORTH_PROCESSES and os.cpu_count()) or 1
    size = min(_CHUNK, max(_SMALL_CHUNK, len(waiting) // (jobs * _TASKS))) if jobs > 1 else _CHUNK
    chunks = [[files[index] for index in waiting[start : start + size]] for start in range(0, len(waiting), size)]
    found: list[Tables] = []
    parts: list[Part] = []
    n_files: list[int] = []  # of each part
    n_done, n_problems, n_compact = len(files) - len(waiting), 0, 0
    with nullcontext(executor) if executor is not None or not chunks else _cluster() as workers:
        for chunk, results in zip(chunks, in_order(read, _lose, chunks, jobs=jobs, executor=workers), strict=True):
            columns = results[0] if len(results) == 1 else _joined(results)
            if is_large:
                parts.append(as_part(columns, [_path_of(file) for file in chunk]))
                n_files.append(len(chunk))
                if len(parts) - n_compact == _PIECES:
                    parts[n_compact:] = [compact_part(join_parts(parts[n_compact:], n_files[n_compact:]))]
                    n_files[n_compact:] = [sum(n_files[n_compact:])]
                    n_compact += 1
            else:
                found.append(columns)
            n_done += len(chunk)
            n_problems += sum(level != "info" for level in columns["problems"]["level"])
            if progress is not None:
                progress(n_done, len(files), n_problems)
    raw: Mapping[str, Table]
    if store:
        raw = store.complete(parts, waiting, n_files)
    elif is_large:
        raw = as_tables(join_parts(parts, n_files))
    else:
        raw = _as_tables(_joined(found))
    problems = list(_file_problems(raw, settings, correction_problems))
    if all(Path(place).is_dir() for place in places):  # else a report may just not have been asked for
        problems += _stale(corrections, raw)
    records = _settle(raw, problems, settings)
    return dataclasses.replace(records, notes=tuple(store.notes)) if store else records


def _jobs_of_environment() -> int:
    """Return how many processes the environment asks for, 0 where it does not say."""
    asked = os.environ.get(_JOBS, "").strip()
    if asked and not (asked.isascii() and asked.isdecimal()):
        raise SettingsError(f"the variable {_JOBS} is {asked!r}; set it to a number of processes, such as 2")
    return int(asked or 0)


@contextmanager
def _cluster() -> Iterator[Executor | None]:
    """Give the workers of the Dask cluster that the environment names, None where it names none."""
    address = os.environ.get(_DASK)
    if not address:
        yield None
        return
    require("--dask", "distributed", extra="dask")
    import distributed

    connect: Any = distributed.Client  # its types depend on whether it is installed
    try:
        client = connect(address, timeout=_PATIENCE)
    except Exception as error:  # each kind of address has errors of its own
        from incident_analytics.masking import mask_secrets  # slow to import

        shown = mask_secrets(address)
        raise SettingsError(f"no Dask cluster answers at {shown}; check the address of its scheduler") from error
    with client:
        yield client.get_executor()


# --- what was read as tables ------------------------------------------------------------------------------------------


def _joined(found: Sequence[Tables]) -> Tables:
    """Join the tables of some chunks."""
    return {
        name: Columns({column: [value for tables in found for value in tables[name][column]] for column in dtypes})
        for name, dtypes in RAW_TABLES.items()
    }


def _as_tables(columns: Tables) -> Tables:
    """Return the tables of what was read; a problem that is not of its incident has no key."""
    problems = columns["problems"]
    keys = [key if own else None for key, own in zip(problems[KEY], problems["of_incident"], strict=True)]
    kept = Columns({column: problems[column] for column in TABLES["problems"]}).replaced(KEY, keys)
    return {**columns, "problems": kept}


def _as_columns(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Tables:
    return {
        name: Columns({column: [row.get(column) for row in rows.get(name, ())] for column in dtypes})
        for name, dtypes in RAW_TABLES.items()
    }


NOT_READ_BY: Final = frozenset(
    {
        *("title", "owner", "report_url", "skipped", "reports", "imports", "fiscal_year_start", "sla", "maintenance"),
        *("metrics_table", "tracker", "incident_tool", "evidence"),
    }
)
"""Settings that do not change what a file is read as."""


def _cache_of(places: Sequence[str | Path], settings: Settings, templates: Sequence[Template]) -> Cache | None:
    from incident_analytics.cache import open_cache  # not needed for a few files

    return open_cache(places, _reading_key(settings, templates))


def _reading_key(settings: Settings, templates: Sequence[Template]) -> str:
    """Return what a file's rows depend on besides its text: settings, templates, corrections, this package."""
    from importlib.metadata import version  # slow to import, and not needed for a few files

    package = Path(__file__).parent
    code = sorted(
        (str(file.relative_to(package)), file.stat().st_size, file.stat().st_mtime_ns)
        for folder in (package, package / "reports", package / "reports" / "templates")
        for pattern in ("*.py", "*.toml")
        for file in folder.glob(pattern)
    )
    corrections = read_bytes(settings.corrections.file) if settings.corrections else b""
    parts = (
        _as_key({name: getattr(settings, name) for name in settings.model_fields.keys() - NOT_READ_BY}),
        *map(_as_key, templates),
        hashlib.blake2b(corrections).hexdigest(),
        repr(code),
        *(version(name) for name in ("incident-analytics", "pyromark", "pyyaml", "tzdata")),
        sys.version,
    )
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _as_key(value: Any) -> str:
    """Write settings as text that is the same in every process."""

    def plain(value: Any) -> Any:
        if isinstance(value, TomlTable):
            return value.model_dump()
        return sorted(value) if isinstance(value, frozenset) else str(value)

    return json.dumps(value, default=plain, sort_keys=True)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_files(
    files: Sequence[Source],
    *,
    settings: Settings,
    templates: Sequence[Template],
    corrections: Corrections,
    coverage: bool,
) -> Tables:
    """Read some files; what one of them holds never costs another.

    The rows are joined by ``path`` in the column incident_id: ids may be missing or taken, paths are unique.
    """
    rows: Rows = defaultdict(list)
    templates = _as_before(tuple(templates))
    for file in files:
        own: Rows = defaultdict(list)
        try:
            _read_file(file, settings, templates, corrections, own, coverage=coverage)
        except Exception as error:  # noqa: BLE001 - whatever a reader trips over costs this file alone, and is said
            own = defaultdict(list)
            _leave_out(
                own,
                file.as_posix(),
                f"reading it failed ({type(error).__name__}: {error}); please report this",
                code="unreadable-file",
                outcome="unreadable",
            )
        for name, found in own.items():
            rows[name] += found
    return _as_columns(rows)


@lru_cache(maxsize=8)
def _as_before(templates: tuple[Template, ...]) -> tuple[Template, ...]:
    """Return templates as they first came: a process gets others that are equal with each task, which costs to see."""
    return templates


def _read_file(
    file: Source,
    settings: Settings,
    templates: Sequence[Template],
    corrections: Corrections,
    rows: Rows,
    *,
    coverage: bool,
) -> None:
    path = _path_of(file)

    def problem(code: str, line: int, message: str) -> None:
        row = problem_row(code, message, path=path, line=line, incident_id=path)
        rows["problems"].append({**row, "of_incident": True})

    if (pattern := excluding_pattern(file, settings)) is not None:
        return _leave_out(rows, path, f"excluded by {pattern!r} in [check] exclude")
    data, fault_of_file = _read_content(file, settings.limits.file_size)
    if fault_of_file:
        return _leave_out(rows, path, fault_of_file, code="unreadable-file", outcome="unreadable")
    if (lines := data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")) > settings.limits.lines:
        message = f"{lines:,} lines are more than the limit of {settings.limits.lines:,}; raise lines under [limits]"
        return _leave_out(rows, path, message, code="unreadable-file", outcome="unreadable")
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    text, fault = decode_text(data)
    if fault is not None:
        line = len(re.findall(rb"\r\n|\n|\r", data[: fault.start])) + 1
        problem("encoding", line, f"byte {data[fault.start]:#04x} is not UTF-8, read as Windows-1252; save it as UTF-8")
    found = read_reports(text, path, settings, templates, corrections)
    if isinstance(found, Skipped):
        code = "doubtful-report" if found.is_doubtful else "not-a-report"
        return _leave_out(rows, path, found.reason, line=found.line, code=code)
    template, reports = found
    for report in reports:
        audit_report(report, template, settings)
        _collect(report, template.name, PurePath(path), digest, rows)
    if coverage:
        names = RAW_TABLES["coverage"]
        rows["coverage"] += [dict(zip(names, (path, *line), strict=True)) for line in account(text, reports)]
    return None


def excluding_pattern(file: Source, settings: Settings) -> str | None:
    """Return the first glob of ``[check] exclude`` that a file matches, None for none.

    A glob is taken from the settings' folder, or the working folder; one without a slash is that of a name anywhere.
    Of a folder that matches all files are excluded.

    Examples
    --------
    >>> settings = Settings.model_validate({"check": {"exclude": ["README.md", "docs/**/templates"]}})
    >>> excluding_pattern(Path("docs/a/templates/incident.md"), settings)
    'docs/**/templates'
    """
    if not settings.check.exclude:
        return None
    if isinstance(file, RemoteFile):
        path = file.url.partition("://")[2].lstrip("/")
    else:
        path = os.path.relpath(file, settings.path.parent if settings.path else None).replace(os.sep, "/")
    return next((each for each in settings.check.exclude if _is_named(path, each)), None)


def _is_named(path: str, pattern: str) -> bool:
    """Return whether a path, or a folder that it is in, is what a pattern names; one without a slash may be anywhere.

    ``**`` means any folders; to go back to the last one alone is enough, and takes no time that grows by doubling.
    """
    names, parts = path.split("/"), [*pattern.removeprefix("./").rstrip("/").split("/"), "**"]
    if len(parts) == 2:  # noqa: PLR2004 - one name
        parts.insert(0, "**")
    index = position = since = 0
    folders: int | None = None
    while position < len(names):
        if index < len(parts) and parts[index] == "**":
            folders, since, index = index, position, index + 1
        elif index < len(parts) and fnmatchcase(names[position], parts[index]):
            index, position = index + 1, position + 1
        elif folders is not None:
            since += 1
            index, position = folders + 1, since
        else:
            return False
    return set(parts[index:]) <= {"**"}


def _lose(file: Source, error: Exception) -> Tables:
    """Return the tables of a file whose process ended twice."""
    rows: Rows = defaultdict(list)
    message = f"the process that read it ended ({type(error).__name__}); read it without others, or report this"
    _leave_out(rows, _path_of(file), message, code="unreadable-file", outcome="unreadable")
    return _as_columns(rows)


def _path_of(file: Source) -> str:
    """Return a file's path as tables have it: a name need not be UTF-8, a table's text must."""
    return os.fsencode(file.as_posix()).decode(errors="replace")


def _read_content(file: Source, limit: int) -> tuple[bytes, str]:
    """Return a file's bytes, and why it cannot be read, empty where it can."""
    try:
        if isinstance(file, RemoteFile):
            return file.read(limit).removeprefix(BOM), ""
        if file.is_dir():  # it is among the files as it could not be listed, or as a link that is not followed
            if file.is_symlink():
                return b"", "a link to a folder, not followed; name that folder as well if its reports count"
            return b"", f"cannot be read: {os.strerror(errno.EACCES)}; check the folder and its permissions"
        if (size := file.stat().st_size) > limit:
            return b"", f"{size:,} bytes are more than the limit of {limit:,}; raise file_size under [limits]"
        return read_bytes(file, limit=limit).removeprefix(BOM), ""
    except OSError as error:
        return b"", f"cannot be read: {error.strerror}; check the file and its permissions"


def _leave_out(
    rows: Rows, path: str, message: str, *, line: int = 1, code: str = "not-a-report", outcome: str = "skipped"
) -> None:
    problem = problem_row(code, message, path=path, line=line, incident_id=path)
    rows["problems"].append({**problem, "of_incident": True})
    rows["files"].append({"path": path, "outcome": outcome, "reason": message})


def _collect(report: Report, template: str, file: PurePath, digest: str, rows: Rows) -> None:
    """Add a report's rows to those of its chunk."""
    incident = report.incident
    path, written = incident["path"], incident.get("incident_id")
    line = report.lines.get("incident_id", report.lines["head"])
    named = default_template().id_in(file.stem)
    if written and report.number == 1 and named not in {None, written} and template == DEFAULT_TEMPLATE:
        message = f"the file is named {file.name}, its Incident ID is {written}; rename the file to {written}.md"
        report.problem("file-name-mismatch", line, message)
    report.rows["problems"].sort(key=lambda row: int(row["line"]))
    rows["files"].append({"path": path, "outcome": "loaded", "template": template})
    rows["reports"].append(
        {
            "path": path,
            "written_id": written,
            "stem": file.stem,
            "line": line,
            "status": incident.get("status"),
            "digest": f"{digest}#{report.number}",
            "zone": None if report.zone is None else str(report.zone),
        }
    )
    for name, found in report.rows.items():
        for row in found:
            row[KEY] = path
        rows[name] += found


# --- one corpus ------------------------------------------------------------------------------------------------------


def _settle(raw: Mapping[str, Table], problems: Sequence[Mapping[str, Any]], settings: Settings) -> Records:
    """Settle which reports count and under which ids, and ignore the problems that the settings ignore.

    ``problems`` are those of other files; where they are of an incident, that is its report's path.
    """
    reports = _rows(raw["reports"])
    copies = _copies(reports)
    ids = _settle_ids([report for report in reports if report["path"] not in copies])
    uncounted = {each["path"]: each["status"] for each in reports if each["status"] in UNCOUNTED_STATUSES}
    names = {path: name for path, name in ids.items() if path not in uncounted}
    paths = raw["files"]["path"]
    of_no_report = {path: None for path in paths if path not in ids and path not in copies}
    tables = {name: raw[name].renamed(names) for name in TABLES if name not in {"problems", "files"}}
    tables["files"] = note_others(_note_copies(raw["files"], copies), uncounted)
    if settings.incident_tool is not None:
        problems = [*problems, *_tool_problems(tables, settings)]
    found = raw["problems"].renamed({**names, **of_no_report})
    found = found.with_rows([{**row, KEY: ids.get(row.get(KEY, ""))} for row in (*problems, *_copy_problems(copies))])
    found = found.without("code", settings.check.ignore)
    if levels := settings.check.levels:
        pairs = zip(found["code"], found["level"], strict=True)
        found = found.replaced("level", [levels.get(code, level) for code, level in pairs])
    tables["problems"] = found
    zones = {
        report["path"]: zone_named(report["zone"]) if report["zone"] else ZoneInfo(settings.timezone)
        for report in reports
    }
    return Records({name: tables[name] for name in TABLES}, settings.severities.order, raw["coverage"], zones=zones)


def _rows(table: Table) -> list[dict[str, Any]]:
    columns = list(table)
    return [dict(zip(columns, row, strict=True)) for row in zip(*(table[name] for name in columns), strict=True)]


def _stale(corrections: Corrections, raw: Mapping[str, Table]) -> Iterator[dict[str, Any]]:
    """Yield a problem for each correction of an incident that has no report."""
    reports = raw["reports"]
    there = {written or stem for written, stem in zip(reports["written_id"], reports["stem"], strict=True)}
    for correction in (each for name, found in corrections.items() if name not in there for each in found):
        message = f"no report of {correction.incident_id!r} was found; correct the id or delete the line"
        yield problem_row("stale-correction", message, path=correction.path, line=correction.line)


Copies = Mapping[str, tuple[dict[str, Any], dict[str, Any]]]
"""The copies by path, each with the report that counts."""


def _copy_problems(copies: Copies) -> Iterator[dict[str, Any]]:
    """Yield a problem for each copy, of the incident of the report that counts."""
    for copy, kept in copies.values():
        message = f"not counted: {kept['path']} has the Incident ID {kept['written_id']}, too"
        message = f"{message}; delete one of them, or give it another ID"
        if copy["digest"] == kept["digest"]:
            message = f"a copy of {kept['path']}, not counted; delete one of them"
        yield problem_row("duplicate-id", message, path=copy["path"], line=copy["line"], incident_id=kept["path"])


def _note_copies(files: Table, copies: Copies) -> Table:
    """Return ``files`` in which copies are called so."""
    if not copies:
        return files
    outcomes, reasons = list(files["outcome"]), list(files["reason"])
    for index, path in enumerate(files["path"]):
        if path in copies:
            outcomes[index], reasons[index] = "copy", f"copy of {copies[path][1]['path']}"
    return files.replaced("outcome", outcomes).replaced("reason", reasons)


def _copies(reports: Sequence[dict[str, Any]]) -> Copies:
    """Return the copies among the reports: of those with one ID, in any case, or one text, all but one."""
    groups: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for report in reports:
        if report["status"] not in UNCOUNTED_STATUSES:
            written = report["written_id"]
            groups["id" if written else "text", written.casefold() if written else report["digest"]].append(report)
    kept = [(group, _counted(group)) for group in groups.values() if len(group) > 1]
    return {copy["path"]: (copy, counted) for group, counted in kept for copy in group if copy is not counted}


def _counted(group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the report of a group that counts."""
    named = {report["digest"] for report in group if report["stem"] == report["written_id"]}
    ranks = {status: rank for rank, status in enumerate(STATUSES, start=1)}
    best = max(group, key=lambda report: (report["digest"] in named, ranks.get(report["status"], 0)))
    return next(report for report in group if report["digest"] == best["digest"])


def _settle_ids(reports: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give each path its unique incident_id: the one written, else the file's stem, else the stem with ``~2``."""
    ids: dict[str, str] = {}
    owners: set[str] = set()
    numbers: defaultdict[str, int] = defaultdict(int)  # of the stems: a thousand files may all be called index.md
    for report in reports:
        if report["written_id"] and report["status"] not in UNCOUNTED_STATUSES:
            ids[report["path"]] = report["written_id"]
            owners.add(report["written_id"])
    for report in reports:
        if report["path"] in ids:
            continue
        stem = report["stem"].strip()  # as ids are compared
        chosen = report["written_id"] or stem
        while chosen in owners:
            numbers[stem] += 1
            chosen = stem if numbers[stem] == 1 else f"{stem}~{numbers[stem]}"
        owners.add(chosen)
        ids[report["path"]] = chosen
    return ids


def _raise_problems(records: Records) -> None:
    errors = [
        ReportError(f"{row['path']}:{row['line']}: {row['message']} [{row['code']}]")
        for row in records.rows("problems")
        if row["level"] != "info"
    ]
    if errors:
        raise ExceptionGroup(f"{len(errors)} problems in the reports", errors)


def narrow(
    corpus: Corpus,
    *,
    status: str = "all",
    severities: Iterable[str] = (),
    services: Iterable[str] = (),
    teams: Iterable[str] = (),
    fields: Iterable[str] = (),
    hours: Iterable[str] = (),
    settings: Settings | None = None,
) -> Corpus:
    """Keep the incidents of a status, of some severities, and those that affected services, or services of teams.

    Parameters
    ----------
    corpus
        The tables.
    status
        Which reports, as in `load`.
    severities
        Declared severities; none keeps all.
    services, teams
        Services, and teams of the settings; none keeps all.
    fields
        Values of the reports' own fields, such as ``Environment=production``, in any case: of several of one field an
        incident has one, and it has one of each field that is named.
    hours
        ``business``, ``evening``, ``night`` or ``weekend``, as `Calendar.hours_at` has them by the settings'
        ``[calendar]``, or 9 to 17 from Monday to Friday: incidents that started then, or where no start is recorded
        were detected or responded to then. One without any of these is in none.
    settings
        Which team a service belongs to.

    Returns
    -------
    Corpus
        The same tables with fewer incidents. ``files`` says which reports are of another status.

    Raises
    ------
    UnknownNameError
        ``severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1``, ``status 'finished' is not one of final, all, ...``,
        ``field 'Region' is not one of Environment, Trigger``

    Examples
    --------
    >>> corpus = narrow(load("data/real"), severities=["SEV-3"])
    >>> corpus.incidents["severity"].unique().tolist()
    ['SEV-3']
    """
    wanted = Wanted(
        settings or Settings(), status, list(severities), list(services), list(teams), list(fields), list(hours)
    )
    incidents, hits, own = (
        {column: frame[column].astype(object).where(frame[column].notna(), None).tolist() for column in columns}
        for frame, columns in (
            (corpus.incidents, ("incident_id", "path", "status", "severity", *STARTS)),
            (corpus.services, ("incident_id", "service", "affected")),
            (corpus.fields, ("incident_id", "name", "value")),
        )
    )
    ids, others = wanted.choose(incidents, hits, list(corpus.incidents["severity"].cat.categories), own)
    kept = corpus.select(corpus.incidents["incident_id"].isin(ids))
    if not others:
        return kept
    files = corpus.files.copy()
    reasons = {path: status or "no status that can be read" for path, status in others.items()}
    is_other = files["path"].isin(reasons)
    files.loc[is_other, "outcome"] = "other status"
    files.loc[is_other, "reason"] = files.loc[is_other, "path"].map(reasons)
    return dataclasses.replace(kept, files=files)


# --- corrections -----------------------------------------------------------


def read_corrections(settings: Settings | str | Path) -> pd.DataFrame:
    """List the corrections that the settings name, as a review shows them.

    Parameters
    ----------
    settings
        A `Settings`, or the path of a settings file.

    Returns
    -------
    pandas.DataFrame
        A row a correction: incident_id, field, value, reason, by (str, value as text), line (int64). Empty where the
        settings name no file.

    Raises
    ------
    SettingsError
        ``corrections.csv:1: no column reason, by; the columns are incident_id, field, value, reason, by``
    """
    if not isinstance(settings, Settings):
        settings = read_settings(settings)
    found, _ = _corrections(settings)
    names = ("incident_id", "field", "value", "reason", "by", "line")
    rows = [[getattr(each, name) for name in names] for corrections in found.values() for each in corrections]
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(names))
    return frame.astype({name: "int64" if name == "line" else "str" for name in names})


def _corrections(settings: Settings) -> tuple[Corrections, Sequence[CsvProblem]]:
    if settings.corrections is None:
        return {}, ()
    return read_correction_file(settings.corrections.file, settings.severities.order)


def _file_problems(
    raw: Mapping[str, Table], settings: Settings, of_corrections: Sequence[CsvProblem]
) -> Iterator[dict[str, Any]]:
    """Yield the problems of the files that the settings name next to the reports."""
    # What reads these files is imported only where the settings name one: `check` of one report is to be quick.
    of_tracker: Iterable[CsvProblem] = ()
    if settings.tracker:
        from incident_analytics.tracker import tracker_problems

        of_tracker = tracker_problems(settings, _reported_items(raw, settings))
    for part, problems in ((settings.corrections, of_corrections), (settings.tracker, of_tracker)):
        for problem in problems:
            path = part.file.as_posix() if part else ""
            yield problem_row(problem.code, problem.message, path=path, line=problem.line)
    if settings.evidence.metrics is not None:
        from incident_analytics.metric_csv import metric_problems

        for file, problem in metric_problems(settings.evidence.metrics.files, settings.timezone):
            yield problem_row(problem.code, problem.message, path=file.as_posix(), line=problem.line)


def _tool_problems(tables: Mapping[str, Table], settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield the problems of the incident tool's export, also where it differs from the reports that count."""
    from incident_analytics.tool_matches import incident_tool_problems

    paths = dict(zip(tables["incidents"][KEY], tables["incidents"]["path"], strict=True))
    for code, path, line, message, incident_id in incident_tool_problems(settings, tables):
        yield problem_row(code, message, path=path, line=line, incident_id=paths.get(incident_id or ""))


def _reported_items(raw: Mapping[str, Table], settings: Settings) -> Iterator[ReportedItem]:
    """Yield the action items of the reports, each with the first day on which its incident may have begun."""
    from incident_analytics.tracker import ReportedItem

    reports, incidents, actions = (raw[name] for name in ("reports", "incidents", "actions"))
    ids = {
        path: written or stem
        for path, written, stem in zip(*(reports[name] for name in ("path", "written_id", "stem")), strict=True)
    }
    zone = ZoneInfo(settings.timezone)
    begun = {
        path: min((day for day in (at and at.astimezone(zone).date(), on) if day), default=None)
        for path, at, on in zip(*(incidents[name] for name in ("path", "occurred_at", "date")), strict=True)
    }
    for path, action, key in zip(*(actions[name] for name in ("incident_id", "action", "key")), strict=True):
        yield ReportedItem(ids[path], action, key, begun[path])
