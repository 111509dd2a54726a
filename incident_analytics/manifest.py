"""The manifest of a review: its figures with their values, the lines that these were read from, and all other inputs.

It is written next to a review. From it a later run says what has changed since, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any, Final

from incident_analytics.errors import PathError
from incident_analytics.files import read_bytes
from incident_analytics.periods import Period
from incident_analytics.visible import visible_json

__all__ = [
    "HASH",
    "MANIFEST",
    "NO_MANIFEST",
    "FigureRecord",
    "IssueRecord",
    "Manifest",
    "ReportRecord",
    "read_manifest",
]

MANIFEST: Final = ".manifest.json"
"""The end of a manifest's name: ``review-2025Q3.manifest.json``."""

HASH: Final = 8
"""Characters of the hash of a line: 48 bits."""

NO_MANIFEST: Final = (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError)
"""What `Manifest.of` raises for what is none."""

_FORM: Final = 4
_MOST_LINES: Final = 10_000_000  # of a report
_LONGEST: Final = 86_400 * 999_999_999  # seconds of a span
_TEXTS: Final = ("period", "as_of", "status", "settings")
_FLAGS: Final = ("is_past", "redact", "business_hours")
_LISTS: Final = ("paths", "severities", "services", "teams", "fields", "hours")


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
        By incident_id the lines that it is based on.
    """

    measure: str
    options: Mapping[str, Any]
    read_from: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[Any, ...]]
    lines: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class IssueRecord:
    """A row of the tracker's export as a manifest has it.

    Attributes
    ----------
    incidents
        Whose action items have its key or its words.
    columns
        The hashes of its cells by column, without empty ones.
    """

    incidents: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """What a review is based on.

    Attributes
    ----------
    version
        Of this package.
    review
        The arguments of the review; paths as seen from the manifest's folder.
    settings, corrections
        Hashes by key, and by incident and field.
    tracker
        By key of the issue.
    files
        Hashes of all files that were read, by the name that the page gives them; None where a file cannot be read.
    unusable
        A hash of what can't be used of the tracker, of the corrections file and of other files next to the reports.
    reports
        By incident_id.
    figures
        By name.
    shown
        By its id the figures that a table or drawing of the page shows.
    texts
        By incident_id the hashes of all lines, in order; not written.
    """

    version: str
    review: Mapping[str, Any]
    settings: Mapping[str, str]
    corrections: Mapping[str, str]
    tracker: Mapping[str, IssueRecord]
    files: Mapping[str, str | None]
    reports: Mapping[str, ReportRecord]
    figures: Mapping[str, FigureRecord]
    unusable: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def plain(self) -> dict[str, Any]:
        """Return the manifest as JSON has it; lines that several figures are based on are there once, by a number.

        The lines of a report are by its number among the reports, as all of them together would be longer than a page.
        """
        distinct = dict.fromkeys(_cited(self.figures[name]) for name in sorted(self.figures))
        place = {incident: str(index) for index, incident in enumerate(sorted(self.reports), 1)}
        number = {cited: str(number) for number, cited in enumerate(distinct, 1)}
        return {
            "manifest": _FORM,
            "version": self.version,
            "review": dict(self.review),
            "settings": dict(self.settings),
            "corrections": dict(self.corrections),
            "tracker": {
                name: {"incidents": list(each.incidents), "columns": dict(each.columns)}
                for name, each in self.tracker.items()
            },
            "files": dict(self.files),
            "unusable": dict(self.unusable),
            "reports": {
                name: {
                    "file": each.file,
                    "n_lines": each.n_lines,
                    "lines": _runs_of_hashes(each.lines),
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
                    "lines": number[_cited(each)],
                }
                for name, each in self.figures.items()
            },
            "lines": {
                name: {place[incident]: runs for incident, runs in json.loads(cited).items()}
                for cited, name in number.items()
            },
            "shown": {name: list(figures) for name, figures in self.shown.items()},
        }

    def text(self) -> str:
        """Return the manifest's file: sorted, an entry a line, the same bytes for the same review."""
        return visible_json(_as_text(self.plain()))

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Manifest:
        """Return the manifest that JSON has.

        Raises
        ------
        one of `NO_MANIFEST`
            Where it has none: anybody may have written it.
        """
        if plain["manifest"] != _FORM:
            raise ValueError(plain["manifest"])
        n_lines = {name: int(each["n_lines"]) for name, each in plain["reports"].items()}
        named = {str(index): name for index, name in enumerate(sorted(n_lines), 1)}
        lines = {
            number: {
                named[place]: tuple(_lines(own, min(n_lines[named[place]], _MOST_LINES))) for place, own in each.items()
            }
            for number, each in plain["lines"].items()
        }
        found = cls(
            version=str(plain["version"]),
            review=dict(plain["review"]),
            settings=dict(plain["settings"]),
            corrections=dict(plain["corrections"]),
            tracker={
                name: IssueRecord(tuple(map(str, each["incidents"])), dict(each["columns"]))
                for name, each in plain["tracker"].items()
            },
            files=dict(plain["files"]),
            unusable=dict(plain.get("unusable", {})),
            reports={
                name: ReportRecord(
                    str(each["file"]),
                    int(each["n_lines"]),
                    _hashes(each["lines"], int(each["n_lines"])),
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
                    lines[each["lines"]],
                )
                for name, each in plain["figures"].items()
            },
            shown={name: tuple(map(str, figures)) for name, figures in plain["shown"].items()},
        )
        _require_review(found.review)
        for each in found.figures.values():
            for row in each.rows.values():
                if not all(_is_value(column, value) for column, value in zip(each.columns, row, strict=True)):
                    raise ValueError(row)
        return found


def read_manifest(file: Path) -> Manifest:
    """Read a manifest.

    Raises
    ------
    PathError
        ``review-2025Q3.manifest.json: no such file``, ``... is not the manifest of a review``, or
        ``... was written by another version; make the review again``
    """
    try:
        plain = json.loads(read_bytes(file))
        if not _is_of_another_form(plain):
            return Manifest.of(plain)
    except OSError as error:
        raise PathError(f"{file}: {error.strerror}") from error
    except NO_MANIFEST as error:
        raise PathError(f"{file}: is not the manifest of a review") from error
    raise PathError(f"{file}: was written by another version; make the review again")


def _is_of_another_form(plain: Any) -> bool:
    """Return whether a file is a manifest, as it says itself, of a form that is not today's."""
    if not isinstance(plain, dict) or not {"version", "review", "figures"} <= plain.keys():
        return False
    form = plain.get("manifest")
    return type(form) is int and form > 0 and form != _FORM


def _require_review(review: Mapping[str, Any]) -> None:
    """Raise where the arguments of a review are not of the types that they have."""
    Period.parse(review["period"])
    if datetime.fromisoformat(review["as_of"]).tzinfo is None or not {"is_past", "redact"} <= review.keys():
        raise ValueError(review)
    for names, kind in ((_TEXTS, str), (_FLAGS, bool), (_LISTS, list)):
        for name in names:
            value = review.get(name)
            if value is not None and not isinstance(value, kind):
                raise TypeError(name)
            if isinstance(value, list) and not all(isinstance(each, str) for each in value):
                raise TypeError(name)


def _is_value(column: str, value: object) -> bool:
    """Return whether a value is one that a table may have: a span is a number of seconds."""
    if column.endswith("_seconds"):
        return value is None or (isinstance(value, int | float) and abs(value) <= _LONGEST)
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))


def _cited(figure: FigureRecord) -> str:
    """Return what a figure is based on, as text."""
    return _entry({incident: " ".join(_runs(lines)) for incident, lines in figure.lines.items()})


# --- lines and their hashes ------------------------------------------------------------------------------------------


def _runs(lines: Iterable[int]) -> Iterator[str]:
    """Write numbers that rise as runs.

    Examples
    --------
    >>> list(_runs([3, 4, 5, 9]))
    ['3-5', '9']
    """
    run: list[int] = []
    for line in (*lines, 0):
        if run and line != run[-1] + 1:
            yield str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
            run = []
        run.append(line)


def _lines(runs: object, most: int) -> Iterator[int]:
    """Return the numbers of runs as text, from 1 to ``most``.

    Raises
    ------
    ValueError
        Others: the file may name more lines than there is memory for.
    """
    last = 0
    for run in str(runs).split():
        first, _, end = run.partition("-")
        start, stop = int(first), int(end or first)
        if not last < start <= stop <= most:
            raise ValueError(run)
        yield from range(start, stop + 1)
        last = stop


def _runs_of_hashes(lines: Mapping[int, str]) -> dict[str, str]:
    """Return the hashes of lines, those of a run as one text."""
    left = iter(lines[line] for line in sorted(lines))
    return {run: "".join(islice(left, sum(1 for _ in _lines(run, max(lines))))) for run in _runs(sorted(lines))}


def _hashes(runs: Mapping[str, str], n_lines: int) -> dict[int, str]:
    """Return the hashes by line, see `_runs_of_hashes`; they are of one length."""
    found: dict[int, str] = {}
    for run, text in runs.items():
        numbers = list(_lines(run, min(n_lines, _MOST_LINES)))
        if len(text) != HASH * len(numbers):
            raise ValueError(run)
        found |= {number: text[HASH * i : HASH * (i + 1)] for i, number in enumerate(numbers)}
    return found


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
