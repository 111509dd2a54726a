"""Many files to one `Corpus`: which files, read by whom, what was left out and why."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from incident_analytics.columnar import ArrowTable, Part, as_part, as_tables, compact_part, join_parts
from incident_analytics.config import Settings, read_settings
from incident_analytics.csv_files import CsvProblem
from incident_analytics.errors import PathError, ReportError, SettingsError
from incident_analytics.extras import require
from incident_analytics.files import decode_text, file_of_report, is_url, path_from_here, read_bytes
from incident_analytics.finding import find_files
from incident_analytics.names import did_you_mean
from incident_analytics.other_files import file_problems, stale_corrections
from incident_analytics.reading import Corrections, Tables, lose, path_of, read_files
from incident_analytics.records import KEY, NO_STATUS, RAW_TABLES, Columns, Records, Table, Wanted
from incident_analytics.remote import find_sources
from incident_analytics.reports.corrections import read_correction_file
from incident_analytics.reports.template import Template, read_templates
from incident_analytics.schema import STARTS, TABLES
from incident_analytics.settling import settle
from incident_analytics.toml_tables import TomlTable
from incident_analytics.workers import in_order

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from incident_analytics.cache import Cache
    from incident_analytics.tables import Corpus

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

    Warns
    -----
    UserWarning
        ``14 reports don't say the time zone of their times: they are read as UTC; pass settings with ...``

    Examples
    --------
    >>> corpus = load("data/real", status="all")
    >>> len(corpus.incidents), corpus.files["outcome"].unique().tolist()
    (32, ['loaded'])
    """
    require("load", "pandas")
    remedy = "pass settings with one, such as 'incident-analytics.toml'" if settings is None else None
    settings = _settings(settings)
    records = read_records(
        paths,
        settings=settings,
        cache=cache,
        jobs=jobs,
        executor=executor,
        progress=progress and (lambda done, total, _: progress(done, total)),
    ).keep(Wanted(settings, status))
    for note in (*records.notes, *records.zone_remarks(remedy)):
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
    """Return the files of the reports that are named by their Incident IDs or their files' names, next to the paths.

    Parameters
    ----------
    paths
        Paths, names of files, or Incident IDs in any case.
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
    places = [str(path_from_here(place)) for place in settings.reports] or ["."]
    templates = read_templates(settings.templates.files, only=settings.templates.only)
    is_id = {path: any(each.id_in(path.upper()) == path.upper() for each in templates) for path in paths}
    named = {path for path in paths if is_id[path] and not Path(path).exists()}
    paths = [path if path in named else _file_named(path, places) for path in paths]
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


def _file_named(path: str, places: Sequence[str]) -> str:
    """Return the one file of a name below some folders, where there is none of it in the working folder."""
    if is_url(path) or Path(path).name != path or not Path(path).suffix or Path(path).exists():
        return path
    there = [file for file in find_files(place for place in places if Path(place).exists()) if file.name == path]
    return str(there[0]) if len(there) == 1 else path


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
    read = partial(read_files, settings=settings, templates=templates, corrections=corrections, coverage=coverage)
    is_large = len(files) >= _MANY and find_spec("pyarrow") is not None
    is_kept = cache and is_large and not (coverage or os.environ.get(_NO_CACHE))
    store = _cache_of(places, settings, templates) if is_kept else None
    waiting = store.find(files, [path_of(file) for file in files]) if store else range(len(files))
    jobs = jobs or _jobs_of_environment() or (len(waiting) >= _WORTH_PROCESSES and os.cpu_count()) or 1
    size = min(_CHUNK, max(_SMALL_CHUNK, len(waiting) // (jobs * _TASKS))) if jobs > 1 else _CHUNK
    chunks = [[files[index] for index in waiting[start : start + size]] for start in range(0, len(waiting), size)]
    found: list[Tables] = []
    parts: list[Part] = []
    n_files: list[int] = []  # of each part
    n_done, n_problems, n_compact = len(files) - len(waiting), 0, 0
    with nullcontext(executor) if executor is not None or not chunks else _cluster() as workers:
        for chunk, results in zip(chunks, in_order(read, lose, chunks, jobs=jobs, executor=workers), strict=True):
            columns = results[0] if len(results) == 1 else _joined(results)
            if is_large:
                parts.append(as_part(columns, [path_of(file) for file in chunk]))
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
    problems = list(file_problems(raw, settings, correction_problems))
    if _are_all(places, settings):  # else a report may just not have been asked for
        problems += stale_corrections(corrections, raw)
    records = settle(raw, problems, settings)
    return dataclasses.replace(records, notes=tuple(store.notes)) if store else records


def _are_all(places: Sequence[str | Path], settings: Settings) -> bool:
    """Return whether places are folders, and the settings' ``reports`` are in them."""
    if not all(Path(place).is_dir() for place in places):
        return False
    folders = [Path(place).resolve() for place in places]
    return all(any(Path(each).resolve().is_relative_to(folder) for folder in folders) for each in settings.reports)


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
        for pattern in ("*.py", "*.toml", "*.tsv")
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
    reasons = {path: status or NO_STATUS for path, status in others.items()}
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
