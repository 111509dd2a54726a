"""What a review rests on: its figures with their values, the lines that these were read from, and all other inputs.

A manifest is written next to a review. From it a later run says what has changed since, and why.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

import incident_analytics
from incident_analytics.citations import citable, cited
from incident_analytics.config import Settings
from incident_analytics.errors import PathError
from incident_analytics.exports import plain_table
from incident_analytics.figures import Figure
from incident_analytics.files import file_of_report, read_bytes
from incident_analytics.formatting import format_value
from incident_analytics.loading import read_corrections
from incident_analytics.masking import mask_secrets
from incident_analytics.periods import Period
from incident_analytics.results import FIELD, GROUPS, group_columns
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus

__all__ = ["MANIFEST", "FigureRecord", "Manifest", "ReportRecord", "make_manifest", "read_manifest"]

MANIFEST: Final = ".manifest.json"
"""The end of a manifest's name: ``review-2025Q3.manifest.json``."""

_FORM: Final = 1
_LINE: Final = re.compile(rb"\r\n|\n|\r")
_LENGTH: Final = 12  # digits of the hash of a line, a setting or a row
_DIGITS: Final = 12  # digits of a number that count: the last ones differ between machines
_ROW_KEYS: Final = ("incident_id", "earlier_id", "key")
_FURTHER: Final = ("earlier", "position", "time", "at", "as_of", "occurred_at")  # where these name several rows
_WORDS: Final = frozenset({"sentence", "incident_ids", "path"})  # made from other columns, or of this machine
_NAMES: Final = frozenset({"owner", "phrase"})  # groups that are people, or words of a report
_NOT_HASHED: Final = frozenset(
    {
        *("path", "title", "owner", "report_url", "skipped", "reports", "imports", "evidence"),
        *("corrections", "tracker"),
    }
)
"""Settings that change no figure, or whose files are compared row by row."""


@dataclass(frozen=True)
class ReportRecord:
    """A report as a manifest has it.

    Attributes
    ----------
    file
        Its file, as the page calls it.
    n_lines
        How many lines the file has.
    lines
        The hashes of those that values were read from, by number.
    """

    file: str
    n_lines: int
    lines: Mapping[int, str]


@dataclass(frozen=True)
class FigureRecord:
    """A figure as a manifest has it.

    Attributes
    ----------
    measure, options
        What computes it, see `incident_analytics.figures.compute`.
    read_from
        Which parts of the reports it is read from.
    columns, rows
        Its values: by row, named after its groups, in the order of the columns. Spans are seconds.
    lines
        By incident_id the lines that it rests on.
    """

    measure: str
    options: Mapping[str, Any]
    read_from: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[Any, ...]]
    lines: Mapping[str, tuple[int, ...]]

    def arguments(self, settings: Settings) -> dict[str, Any]:
        """Return the options as a measure takes them."""
        return {name: _argument(value, settings) for name, value in self.options.items()}


@dataclass(frozen=True)
class Manifest:
    """What a review rests on.

    Attributes
    ----------
    version
        Of this package.
    review
        The arguments of the review; paths as seen from the manifest's folder.
    settings, corrections, tracker
        Hashes by key, by incident and field, and by key of the issue.
    files
        Hashes of all files that were read, by the name that the page gives them; None where a file cannot be read.
    reports
        By incident_id.
    figures
        By name.
    tables
        By its id the figure that a table of the page shows.
    texts
        By incident_id the hashes of all lines, in order; not written.
    """

    version: str
    review: Mapping[str, Any]
    settings: Mapping[str, str]
    corrections: Mapping[str, str]
    tracker: Mapping[str, str]
    files: Mapping[str, str | None]
    reports: Mapping[str, ReportRecord]
    figures: Mapping[str, FigureRecord]
    tables: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def plain(self) -> dict[str, Any]:
        """Return the manifest as JSON has it."""
        return {
            "manifest": _FORM,
            "version": self.version,
            "review": dict(self.review),
            "settings": dict(self.settings),
            "corrections": dict(self.corrections),
            "tracker": dict(self.tracker),
            "files": dict(self.files),
            "reports": {
                name: {
                    "file": each.file,
                    "n_lines": each.n_lines,
                    "lines": {str(line): digest for line, digest in each.lines.items()},
                }
                for name, each in self.reports.items()
            },
            "figures": {
                name: {
                    "measure": each.measure,
                    "options": dict(each.options),
                    "read_from": list(each.read_from),
                    "columns": list(each.columns),
                    "rows": {row: list(values) for row, values in each.rows.items()},
                    "lines": {incident: list(lines) for incident, lines in each.lines.items()},
                }
                for name, each in self.figures.items()
            },
            "tables": dict(self.tables),
        }

    def text(self) -> str:
        """Return the manifest's file: sorted, an entry a line, the same bytes for the same review."""
        return _as_text(self.plain())

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Manifest:
        """Return the manifest that JSON has.

        Raises
        ------
        KeyError, TypeError, AttributeError, ValueError, OverflowError
            Where it has none: anybody may have written the file.
        """
        if plain["manifest"] != _FORM:
            raise ValueError(plain["manifest"])
        found = cls(
            version=str(plain["version"]),
            review=dict(plain["review"]),
            settings=dict(plain["settings"]),
            corrections=dict(plain["corrections"]),
            tracker=dict(plain["tracker"]),
            files=dict(plain["files"]),
            reports={
                name: ReportRecord(
                    str(each["file"]),
                    int(each["n_lines"]),
                    {int(line): str(digest) for line, digest in each["lines"].items()},
                )
                for name, each in plain["reports"].items()
            },
            figures={
                name: FigureRecord(
                    str(each["measure"]),
                    dict(each["options"]),
                    tuple(map(str, each["read_from"])),
                    tuple(map(str, each["columns"])),
                    {row: tuple(values) for row, values in each["rows"].items()},
                    {incident: tuple(map(int, lines)) for incident, lines in each["lines"].items()},
                )
                for name, each in plain["figures"].items()
            },
            tables=dict(plain["tables"]),
        )
        Period.parse(str(found.review["period"]))
        if (
            datetime.fromisoformat(found.review["as_of"]).tzinfo is None
            or not {"is_past", "redact"} <= found.review.keys()
        ):
            raise ValueError(found.review)
        if any(not 0 < line <= each.n_lines for each in found.reports.values() for line in each.lines):
            raise ValueError("a line that the report does not have")
        if any(len(row) != len(each.columns) for each in found.figures.values() for row in each.rows.values()):
            raise ValueError("a row of another width")
        return found


def read_manifest(file: Path) -> Manifest:
    """Read a manifest.

    Raises
    ------
    PathError
        ``review-2025Q3.manifest.json: no such file``, or ``... is not the manifest of a review``
    """
    try:
        return Manifest.of(json.loads(read_bytes(file)))
    except OSError as error:
        raise PathError(f"{file}: {error.strerror}") from error
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise PathError(f"{file}: is not the manifest of a review") from error


def make_manifest(
    scope: Scope,
    corpus: Corpus,
    *,
    paths: Mapping[str, str],
    called: Callable[[str], str],
    review: Mapping[str, Any],
) -> Manifest:
    """Return what the figures of a scope rest on.

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
    lines = citable(corpus)
    own = dict(zip(corpus.incidents["incident_id"], corpus.incidents["path"], strict=True))
    digests: dict[str, tuple[str | None, tuple[str, ...]]] = {}
    for path in dict.fromkeys((*corpus.files["path"], *own.values())):
        file = file_of_report(paths.get(path, path))[0]
        digests[path] = _digests(file)
    texts = {incident: digests[path][1] for incident, path in own.items()}
    reports = {}
    for incident, numbers in _by_incident(lines).items():
        text = texts.get(incident, ())
        found = {number: text[number - 1] for number in numbers if number <= len(text)}
        reports[incident] = ReportRecord(called(own[incident]), len(text), found)
    is_redacted = scope.redaction is not None
    return Manifest(
        version=incident_analytics.__version__,
        review=review,
        settings=_settings(scope.settings),
        corrections=_corrections(scope.settings),
        tracker=_tracker(scope),
        files={called(path): digest for path, (digest, _) in digests.items()},
        reports=reports,
        figures={
            name: _record(scope, figure, is_redacted=is_redacted)
            for name, figure in scope.figures.items()
            if not (is_redacted and _NAMES.intersection(figure.table.columns[:1]))
        },
        texts=texts,
    )


def _record(scope: Scope, figure: Figure, *, is_redacted: bool) -> FigureRecord:
    table = figure.table
    kept = [name for name in table if str(name) not in _WORDS and not (is_redacted and _is_text(table, str(name)))]
    plain = plain_table(table[kept])
    return FigureRecord(
        figure.measure,
        {name: _plain_option(value) for name, value in figure.options.items()},
        figure.basis.parts,
        tuple(map(str, plain.columns)),
        dict(zip(_row_names(table[kept]), map(tuple, _values(plain)), strict=True)),
        _by_incident(cited(scope, figure)),
    )


def _is_text(table: pd.DataFrame, name: str) -> bool:
    """Return whether a column may hold names of people or words of a report."""
    is_named = name in _ROW_KEYS or name in GROUPS or name.startswith(FIELD) or name.endswith("_id")
    return isinstance(table[name].dtype, pd.StringDtype) and (not is_named or name in _NAMES)


def _row_names(table: pd.DataFrame) -> list[str]:
    """Return a name for each row: its incident or issue, else its groups, else when it was."""
    keys = [name for name in _ROW_KEYS if name in table] or group_columns(map(str, table.columns))
    for name in _FURTHER:
        if name in table and (table.duplicated(keys).any() if keys else len(table) > 1):
            keys.append(name)
    names = [", ".join(format_value(row[key], key) for key in keys) for row in table.to_dict("records")]
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
        return {"name": value.name, "start": value.start.isoformat(), "end": value.end.isoformat()}
    return value


def _argument(value: Any, settings: Settings) -> Any:
    if isinstance(value, dict):
        start, end = pd.Timestamp(value["start"]), pd.Timestamp(value["end"])
        return Period(str(value["name"]), start, end, settings.timezone, settings.fiscal_year_start)
    return value


def _by_incident(lines: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    return {str(own): tuple(map(int, each)) for own, each in lines.groupby("incident_id")["line"]}


# --- hashes ----------------------------------------------------------------------------------------------------------


def _hash(content: bytes, length: int | None = _LENGTH) -> str:
    return hashlib.sha256(content).hexdigest()[:length]


def _digests(file: Path) -> tuple[str | None, tuple[str, ...]]:
    """Return the hash of a file, and those of its lines."""
    try:
        content = read_bytes(file)
    except OSError:
        return None, ()
    return _hash(content, None), tuple(map(_hash, _LINE.split(content)))


def _settings(settings: Settings) -> dict[str, str]:
    """Return the hash of each setting that is not as it is by default; of a file that it names, of what is in it."""
    usual = dict(_flat(Settings().model_dump()))
    return {
        key: _hash(_content(value))
        for key, value in _flat(settings.model_dump())
        if key.partition(".")[0] not in _NOT_HASHED and (key not in usual or usual[key] != value)
    }


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
    if isinstance(value, Path):
        return str(_digests(value)[0]).encode()
    return str(value).encode()


def _corrections(settings: Settings) -> dict[str, str]:
    rows = read_corrections(settings)
    found: dict[str, str] = {}
    for row in rows.drop(columns=["line", "by", "reason"]).itertuples(index=False):
        _add(found, f"{row.incident_id} {row.field}", _hash(str(row.value).encode()))
    return found


def _tracker(scope: Scope) -> dict[str, str]:
    if scope.tracker is None:
        return {}
    rows = scope.tracker
    if scope.redaction is not None:
        rows = rows.drop(columns=["owner", "action"], errors="ignore")
    found: dict[str, str] = {}
    keys = rows["key"] if "key" in rows else pd.Series("", index=rows.index)
    for key, row in zip(keys, plain_table(rows).itertuples(index=False), strict=True):
        cells = ["" if pd.isna(cell) else str(cell) for cell in row]
        _add(found, "row without a key" if pd.isna(key) else str(key), _hash("\0".join(cells).encode()))
    return found


def _add(found: dict[str, str], name: str, digest: str) -> None:
    """Add a hash; a name that several rows have gets a number."""
    number = 1
    while (own := name if number == 1 else f"{name} ({number})") in found:
        number += 1
    found[own] = digest


# --- the file --------------------------------------------------------------------------------------------------------


def _as_text(plain: Mapping[str, Any]) -> str:
    """Write JSON with a line for each entry of each part, so that two manifests can be compared by line."""
    parts = []
    for name in sorted(plain):
        value = plain[name]
        written = json.dumps(value, ensure_ascii=False, sort_keys=True)
        if isinstance(value, dict) and value:
            entries = (f"{json.dumps(key, ensure_ascii=False)}: {_entry(value[key])}" for key in sorted(value))
            written = "{\n" + ",\n".join(f"  {entry}" for entry in entries) + "\n }"
        parts.append(f" {json.dumps(name)}: {written}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _entry(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
