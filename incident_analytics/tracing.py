"""The figures of a scope -> what they are based on: their lines, the files, settings, corrections and the tracker."""

from __future__ import annotations

import hashlib
import re
import tomllib
from base64 import urlsafe_b64encode
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

import incident_analytics
from incident_analytics.analysis.tracker_matches import incidents_of_rows
from incident_analytics.citations import Citations, citable
from incident_analytics.config import Settings
from incident_analytics.csv_files import parse_csv
from incident_analytics.exports import plain_table
from incident_analytics.figures import Figure
from incident_analytics.files import decode_text, file_of_report, matching_paths, parse_json, read_bytes
from incident_analytics.formatting import format_value
from incident_analytics.loading import read_corrections
from incident_analytics.manifest import HASH, FigureRecord, IssueRecord, Manifest, ReportRecord
from incident_analytics.masking import mask_secrets
from incident_analytics.periods import Period
from incident_analytics.redaction import Redaction
from incident_analytics.results import FIELD, GROUPS, group_columns
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = ["WORDS", "make_manifest"]

_LINE: Final = re.compile(rb"\r\n|\n|\r")
_LENGTH: Final = 12  # digits of the hash of a setting or a row
_DIGITS: Final = 12  # digits of a number that count: the last ones differ between machines
_ROW_KEYS: Final = ("incident_id", "earlier_id", "key")
_FURTHER: Final = ("earlier", "position", "time", "at", "as_of", "occurred_at")  # where these name several rows
WORDS: Final = frozenset({"sentence", "incident_ids", "path", "record_path", "message", "reason"})
"""Columns that a manifest leaves out: they are made from others, or are of this machine."""
_PERSON: Final = "a person"  # in the place of every name: a role's number changes with the people that there are
_NAMES: Final = frozenset({"owner", "phrase"})  # groups that are people, or words of a report
_NOT_HASHED: Final = frozenset(
    {
        *("path", "title", "owner", "report_url", "skipped", "reports", "imports", "evidence"),
        *("corrections", "tracker"),
    }
)
"""Settings that change no figure, or whose files are compared row by row."""


def make_manifest(
    scope: Scope,
    corpus: Corpus,
    *,
    paths: Mapping[str, str],
    called: Callable[[str], str],
    review: Mapping[str, Any],
) -> Manifest:
    """Return what the figures of a scope are based on.

    Parameters
    ----------
    scope
        What is reviewed, with the figures that were asked of it.
    corpus
        Every report.
    paths
        The files as this machine has them, by the paths of the tables.
    called
        What the page calls a file, from its path in the tables.
    review
        The arguments of the review.
    """
    own = dict(zip(corpus.incidents["incident_id"], corpus.incidents["path"], strict=True))
    digests: dict[str, tuple[str | None, tuple[str, ...]]] = {}
    for path in dict.fromkeys((*corpus.files["path"], *own.values())):
        file = file_of_report(paths.get(path, path))[0]
        digests[path] = _digests(file, scope.redaction)
    texts = {incident: digests[path][1] for incident, path in own.items()}
    reports = {}
    for incident, numbers in citable(corpus).items():
        text = texts.get(incident, ())
        found = {number: text[number - 1] for number in numbers if number <= len(text)}
        reports[incident] = ReportRecord(called(own[incident]), len(text), found)
    is_redacted, citations = scope.redaction is not None, Citations(scope)
    return Manifest(
        version=incident_analytics.__version__,
        review=review,
        settings=_settings(scope.settings),
        corrections=_corrections(scope),
        tracker=_tracker(scope),
        files={called(path): digest for path, (digest, _) in digests.items()},
        unusable={called(path): digest for path, digest in _unusable(scope, corpus) if path not in digests},
        reports=reports,
        figures={
            name: _record(figure, citations.cited(figure), is_redacted=is_redacted)
            for name, figure in scope.figures.items()
        },
        texts=texts,
    )


def _record(figure: Figure, lines: Mapping[str, tuple[int, ...]], *, is_redacted: bool) -> FigureRecord:
    table = figure.table
    kept = [name for name in table if str(name) not in WORDS and not (is_redacted and _is_text(table, str(name)))]
    plain = plain_table(table[kept])
    return FigureRecord(
        figure.measure,
        {name: _plain_option(value) for name, value in figure.options.items()},
        figure.basis.parts,
        tuple(map(str, plain.columns)),
        dict(zip(_row_names(table[kept]), map(tuple, _values(plain)), strict=True)),
        lines,
    )


def _is_text(table: pd.DataFrame, name: str) -> bool:
    """Return whether a column may hold names of people or words of a report."""
    is_named = name in _ROW_KEYS or name in GROUPS or name.startswith(FIELD) or name.endswith("_id")
    is_of_text = isinstance(table[name].dtype, pd.StringDtype) or table[name].dtype == object
    return is_of_text and (not is_named or name in _NAMES)


def _row_names(table: pd.DataFrame) -> list[str]:
    """Return a name for each row: its incident or issue, else its groups, else when it was."""
    keys = [name for name in _ROW_KEYS if name in table] or group_columns(map(str, table.columns))
    for name in _FURTHER:
        if name in table and (table.duplicated(keys).any() if keys else len(table) > 1):
            keys.append(name)
    rows = (", ".join(format_value(row[key], key) for key in keys) for row in table.to_dict("records"))
    names = [mask_secrets(name, prose=True) for name in rows]
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[index] = f"{name} ({seen[name]})"
    return names


def _values(plain: pd.DataFrame) -> Iterable[list[Any]]:
    for row in plain.itertuples(index=False):
        yield [_value(cell) for cell in row]


def _value(cell: Any) -> Any:
    if pd.isna(cell):
        return None
    if isinstance(cell, str):
        return mask_secrets(cell, prose=True)
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int):
        return int(cell)
    number = float(f"{float(cell):.{_DIGITS}g}")
    return int(number) if number.is_integer() else number


def _plain_option(value: Any) -> Any:
    if isinstance(value, Period):
        start, end = (each.tz_convert(value.timezone).isoformat() for each in (value.start, value.end))
        return {"name": value.name, "start": start, "end": end, **({"is_fiscal": True} if value.is_fiscal else {})}
    return value


# --- hashes ----------------------------------------------------------------------------------------------------------


def _hash(content: bytes, length: int | None = _LENGTH) -> str:
    return hashlib.sha256(content).hexdigest()[:length]


def _hash_of_line(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest())[:HASH].decode()


def _digests(file: Path, redaction: Redaction | None = None) -> tuple[str | None, tuple[str, ...]]:
    """Return the hash of a file, and those of its lines; where people are redacted, of what is left without them.

    Whoever guesses a name can hash it, too.
    """
    try:
        content = read_bytes(file)
    except OSError:
        return None, ()
    lines = _LINE.split(content.removeprefix(BOM_UTF8))
    if redaction is None:
        return _hash(content, None), tuple(map(_hash_of_line, lines))
    hashes = tuple(_hash_of_line(redaction.text(decode_text(line)[0], role=_PERSON).encode()) for line in lines)
    return _hash("".join(hashes).encode(), None), hashes


def _settings(settings: Settings) -> dict[str, str]:
    """Return the hash of each setting that is not as it is by default; of a file that it names, of what is in it."""
    usual = dict(_flat(Settings().by_key()))
    found: dict[str, str] = {}
    for key, value in _flat(settings.by_key()):
        if key.partition(".")[0] not in _NOT_HASHED and (key not in usual or usual[key] != value):
            _add(found, mask_secrets(key, prose=True), _hash(_content(value)))  # a service's name is part of its keys
    return found


def _flat(values: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in values.items():
        key = f"{before}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, tuple) and any(isinstance(each, dict | Path) for each in value):
            yield from _flat({str(number): each for number, each in enumerate(value, 1)}, f"{key}.")
        else:
            yield key, value


def _content(value: Any) -> bytes:
    if isinstance(value, Path):  # or a pattern, which names all files that match it
        return b" ".join(map(_file_content, matching_paths(value)))
    return str(value).encode()


def _file_content(file: Path) -> bytes:
    """Return the hash of what a file says, without the blank lines, line ends and quotes of its form."""
    try:
        content = read_bytes(file)
    except OSError:
        return b"None"
    with suppress(ValueError, RecursionError):  # not of its form
        content = repr(_FORMS.get(file.suffix.casefold(), bytes)(content)).encode()
    return _hash(content).encode()


def _csv(content: bytes) -> object:
    table = parse_csv(content)
    return table.columns, [row.cells for row in table.rows], [problem.code for problem in table.problems]


_FORMS: Final[Mapping[str, Callable[[bytes], object]]] = MappingProxyType(
    {
        ".csv": _csv,
        ".json": lambda content: parse_json(decode_text(content)[0]),
        ".toml": lambda content: tomllib.loads(decode_text(content)[0]),
    }
)


def _unusable(scope: Scope, corpus: Corpus) -> Iterable[tuple[str, str]]:
    """Yield each file with a hash of its problems; that of the incident tool is among the settings as a whole."""
    named = scope.settings.incident_tool.files if scope.settings.incident_tool else ()
    tool = {file.as_posix() for each in named for file in matching_paths(each)}
    columns = ["code"] if scope.redaction is not None else ["code", "message"]  # a role's number is of all people
    for path, problems in corpus.problems.dropna(subset=["path"]).groupby("path"):
        if path not in tool:
            yield str(path), _hash(repr(sorted(map(tuple, problems[columns].to_numpy()))).encode())


def _corrections(scope: Scope) -> dict[str, str]:
    rows = read_corrections(scope.settings)
    found: dict[str, str] = {}
    for row in rows.itertuples(index=False):
        said = f"{row.value}\0{row.by}"
        if scope.redaction is not None:
            said = scope.redaction.text(said, role=_PERSON)
        _add(found, f"{row.incident_id} {row.field}", _hash(said.encode()))
    return found


def _tracker(scope: Scope) -> dict[str, IssueRecord]:
    if scope.tracker is None:
        return {}
    rows = scope.tracker
    incidents = incidents_of_rows(scope.so_far.actions, rows)
    if scope.redaction is not None:
        rows = rows.drop(columns=["owner", "action"], errors="ignore")
    found: dict[str, IssueRecord] = {}
    keys = rows["key"] if "key" in rows else pd.Series("", index=rows.index)
    plain = plain_table(rows)
    for key, own, row in zip(keys, incidents, plain.itertuples(index=False), strict=True):
        columns = {
            str(name): _hash(str(cell).encode())
            for name, cell in zip(plain.columns, row, strict=True)
            if not pd.isna(cell)
        }
        _add(found, "row without a key" if pd.isna(key) else str(key), IssueRecord(own, columns))
    return found


def _add(found: dict[str, Any], name: str, record: Any) -> None:
    """Add what is on record of a row; a name that several rows have gets a number."""
    number = 1
    while (own := name if number == 1 else f"{name} ({number})") in found:
        number += 1
    found[own] = record
