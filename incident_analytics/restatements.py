"""Two manifests of one review compared: which figures changed, from what to what, and why."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isclose
from typing import Any, Final, Literal

from incident_analytics.dependencies import depends_on_issue, depends_on_setting
from incident_analytics.figures import may_read
from incident_analytics.manifest import FigureRecord, IssueRecord, Manifest, ReportRecord

__all__ = ["PLACES", "Cause", "Change", "Restatements"]

Kind = Literal[
    "late report", "report removed", "edit", "file", "correction", "tracker", "setting", "version", "unknown"
]
_WHOLE = "whole figure"
PLACES: Final = frozenset({"line", "twin_line", "record_line"})
"""Columns that say where a value is: a report whose lines move has the same figures."""
_NO_ISSUE: Final = IssueRecord((), {})
_EQUAL: Final = 20
"""How many equal lines before and behind a line may be the one that it was."""
_OF_FILES: Final = frozenset({"all", "problems"})  # parts that files other than reports have, too


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """Why a figure is another one than it was.

    Attributes
    ----------
    kind
        ``late report``, a new file; ``report removed``; ``edit`` of a report; ``file``, one that is not a report, new,
        gone or changed, or rows of the tracker or the corrections file that can't be used; ``correction``, of the
        corrections file; ``tracker``; ``setting``; ``version`` of this package, if nothing else has changed;
        ``unknown``, if not even that has.
    subject
        The incident_id; of a file its name, of a correction the incident and the field, of the tracker the issue's key,
        of a setting its key, of a version both.
    file
        Of a report its file, as the page calls it.
    lines
        Of an edit the lines, as far as values were read from them: as they are now, or where they were if they are
        gone.
    """

    kind: Kind
    subject: str
    file: str = ""
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is another one than it was.

    Attributes
    ----------
    figure
        The figure's name.
    row
        The row's name, empty in a table of one row.
    column
        The column; empty where the row is new or gone.
    before, after
        The values, None where nothing is recorded; spans are seconds.
    is_new, is_gone
        Whether the row was not there before, or is no longer.
    causes
        Why; several where more than one can have been the cause.
    """

    figure: str
    row: str
    column: str
    before: Any
    after: Any
    causes: tuple[Cause, ...]
    is_new: bool = False
    is_gone: bool = False


class Restatements:
    """What has changed from one manifest to another one of the same review.

    Parameters
    ----------
    before
        As it was written.
    after
        Computed from what there is now.
    """

    def __init__(self, before: Manifest, after: Manifest) -> None:
        self.before = before
        self.after = after

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The values that changed, in the order of the figures' names."""
        return tuple(change for name in sorted(self.before.figures) for change in self._of_figure(name))

    @cached_property
    def edited(self) -> tuple[Cause, ...]:
        """What figures are based on and was changed, whether or not a value changed with it.

        Of a report its lines, or all of it where it is gone; then the corrections, issues of the tracker and settings
        that a figure reads.
        """
        found = []
        for incident, (gone, came) in self._edits.items():
            cited = {line for each in self.before.figures.values() for line in each.lines.get(incident, ())}
            if hit := cited.intersection(gone):
                lines = _paired(sorted(hit), came)
                found.append(Cause("edit", incident, self.before.reports[incident].file, lines))
        figures = self.before.figures.values()
        gone_reports = (each for each in self._reports if each.kind == "report removed")
        found += [each for each in gone_reports if any(each.subject in figure.lines for figure in figures)]
        return (*found, *sorted({cause for each in figures for cause in self._others_of(each, each.lines)}))

    def _of_figure(self, name: str) -> Iterator[Change]:
        old, new = self.before.figures[name], self.after.figures.get(name)
        causes = self._causes(old, new)
        if new is None:
            yield Change(name, _WHOLE, "", None, None, causes, is_gone=True)
            return
        was, now = _cells(old), _cells(new)
        for row in dict.fromkeys((*was, *now)):
            if row not in was or row not in now:
                yield Change(name, row, "", None, None, causes, is_new=row not in was, is_gone=row not in now)
                continue
            for column in old.columns:  # a column that a later version adds is no change
                if column in PLACES:
                    continue
                before, after = was[row][column], now[row].get(column)
                if not _is_same(before, after):
                    yield Change(name, row if len(was) > 1 else "", column, before, after, causes)

    def _causes(self, old: FigureRecord, new: FigureRecord | None) -> tuple[Cause, ...]:
        """Return what can have changed a figure: what it is based on, else what else there is, else the version."""
        lines = new.lines if new else {}
        incidents = {*old.lines, *lines}
        corrections = [each for each in self._corrections if each.subject.partition(" ")[0] in incidents]
        own = [
            *self._edits_of(old, lines),
            *(each for each in self._reports if each.subject in incidents),
            *self._others_of(old, incidents),
            *(self._files if not _OF_FILES.isdisjoint(old.read_from) else ()),
            *(self._unusable if "problems" in old.read_from else ()),
        ]
        others = [*(each for each in self._whole_edits if each.subject in incidents), *corrections]
        rest = [
            *(*self._whole_edits, *self._reports, *self._corrections),
            *(*self._issues, *self._files, *self._settings),
        ]
        for found in (own, others, rest, self._version):
            if found:
                return tuple(sorted(found))
        return (Cause("unknown", ""),)

    def _others_of(self, figure: FigureRecord, incidents: Collection[str]) -> Iterator[Cause]:
        """Yield the corrections, issues and settings that changed and that a figure of some incidents reads."""
        is_their_table = figure.measure == "corrections"
        for each in self._corrections:
            incident, _, field = each.subject.partition(" ")  # one of several has a number in brackets behind it
            if is_their_table or (incident in incidents and may_read(figure.read_from, field.partition(" ")[0])):
                yield each
        for each, (columns, own) in self._issues.items():
            if depends_on_issue(figure.measure, columns, own, incidents):
                yield each
        by_team = figure.options.get("by") == "team" or bool(self.before.review.get("teams"))
        yield from (
            each for each in self._settings if depends_on_setting(figure.measure, each.subject, by_team=by_team)
        )

    def _edits_of(self, old: FigureRecord, lines: Mapping[str, tuple[int, ...]]) -> Iterator[Cause]:
        """Yield the edits of lines that a figure was based on, or is based on now."""
        for incident, (gone, came) in self._edits.items():
            lost = sorted({*old.lines.get(incident, ())}.intersection(gone))
            new = sorted({*lines.get(incident, ())}.intersection(came))
            if lost or new:
                yield Cause("edit", incident, self._file(incident), _paired(lost, new))

    @cached_property
    def _edits(self) -> dict[str, tuple[list[int], list[int]]]:
        """The lines that are gone, and those that came, of each report that was edited."""
        found = {}
        for incident in self._edited_reports:
            found[incident] = _edit(
                self.before.reports[incident], self.after.reports[incident], self.after.texts.get(incident, ())
            )
        return found

    @cached_property
    def _whole_edits(self) -> list[Cause]:
        """The reports that were edited, with all lines that are gone or came."""
        return [
            Cause("edit", incident, self._file(incident), _paired(*self._edits[incident]))
            for incident in self._edited_reports
        ]

    @cached_property
    def _edited_reports(self) -> list[str]:
        return [
            incident
            for incident, report in self.before.reports.items()
            if incident in self.after.reports
            and self.before.files.get(report.file) != self.after.files.get(self.after.reports[incident].file)
        ]

    @cached_property
    def _reports(self) -> list[Cause]:
        """The reports that are new, or no longer there; one in a file that was there was edited."""
        found = []
        for incident in sorted(self.before.reports.keys() ^ self.after.reports.keys()):
            is_new = incident in self.after.reports
            file = self._file(incident)
            if file in self.before.files and file in self.after.files:
                if self.before.files[file] != self.after.files[file]:  # else settings no longer take it for a report
                    found.append(Cause("edit", incident, file))
            else:
                found.append(Cause("late report" if is_new else "report removed", incident, file))
        return found

    @cached_property
    def _files(self) -> list[Cause]:
        """The files that are not reports, or not the one that counts, and that are new, gone or other ones."""
        reports = {each.file for manifest in (self.before, self.after) for each in manifest.reports.values()}
        return [
            Cause("file", name, name) for name in _changed(self.before.files, self.after.files) if name not in reports
        ]

    @cached_property
    def _unusable(self) -> list[Cause]:
        """What changed that can't be used: the rows that changed, else the files that have others by now."""
        changed = _changed(self.before.unusable, self.after.unusable)
        return (
            ([*self._issues, *self._corrections] or [Cause("file", name, name) for name in changed]) if changed else []
        )

    def _file(self, incident: str) -> str:
        reports = self.after.reports if incident in self.after.reports else self.before.reports
        return reports[incident].file

    @cached_property
    def _corrections(self) -> list[Cause]:
        return [Cause("correction", name) for name in _changed(self.before.corrections, self.after.corrections)]

    @cached_property
    def _issues(self) -> dict[Cause, tuple[frozenset[str], frozenset[str]]]:
        """The issues of the tracker that are other ones: which columns changed, and of which incidents they are."""
        before, after = self.before.tracker, self.after.tracker
        found = {}
        for name in before.keys() | after.keys():
            old, new = before.get(name, _NO_ISSUE), after.get(name, _NO_ISSUE)
            if columns := _changed(old.columns, new.columns):
                found[Cause("tracker", name)] = frozenset(columns), frozenset((*old.incidents, *new.incidents))
        return found

    @cached_property
    def _settings(self) -> list[Cause]:
        return [Cause("setting", name) for name in _changed(self.before.settings, self.after.settings)]

    @cached_property
    def _version(self) -> list[Cause]:
        before, after = self.before.version, self.after.version
        return [Cause("version", f"{after}, was {before}")] if before != after else []


def _changed(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> list[str]:
    """Return the names whose hash differs, or is only in one of them."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name, "") != after.get(name, ""))


def _is_same(before: object, after: object) -> bool:
    """Return whether two values are the same, up to the digits that differ between machines and versions of libraries.

    Examples
    --------
    >>> _is_same(0.0955411154563, 0.0955411154559), _is_same(0.0955, 0.0956), _is_same(None, 0), _is_same(3, 4)
    (True, False, False, False)
    """
    if {type(before), type(after)} <= {int, float}:
        return isclose(before, after, rel_tol=1e-9)  # type: ignore[arg-type]
    return before == after


def _cells(figure: FigureRecord) -> dict[str, dict[str, Any]]:
    return {row: dict(zip(figure.columns, values, strict=True)) for row, values in figure.rows.items()}


def _edit(old: ReportRecord, new: ReportRecord, text: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return which lines of a report are gone, and which came, as far as values are or were read from them.

    A line that was moved past others is gone, and came.
    """
    gone = [line for line, digest in sorted(old.lines.items()) if line > len(text) or text[line - 1] != digest]
    moved = _unmatched(old.lines, text) if gone or old.n_lines != new.n_lines else []
    if old.n_lines != new.n_lines or len(moved) < len(gone):
        return moved, _unmatched(new.lines, [old.lines[line] for line in sorted(old.lines)])
    came = [line for line, digest in sorted(new.lines.items()) if old.lines.get(line, digest) != digest]
    if not gone and not came and not old.lines.keys() - new.lines.keys():
        # What nothing was read from has no hash: a single line from which something is read now is the edited one.
        came = [line for line in new.lines if line not in old.lines]
        came = came if len(came) == 1 else []
    return gone, came


def _unmatched(lines: Mapping[int, str], others: Sequence[str]) -> list[int]:
    """Return the lines whose hashes are not among others in the same order.

    What stays is a longest rising run of places in the others (Hunt and Szymanski, Communications of the ACM 20, 1977),
    with a few places for each line, so that many equal lines, as of a table without text, don't take their square.

    Examples
    --------
    >>> _unmatched({1: "a", 4: "b", 5: "c", 7: "d"}, ["x", "a", "c", "d", "b"])
    [4]
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, digest in enumerate(others):
        places[digest].append(place)
    n_equal: Counter[str] = Counter()
    ends: list[int] = []  # by length of a run the least place that one ends with, and its last step
    last: list[int] = []
    steps: list[tuple[int, int | None]] = []  # a line, and the step before it
    for number, digest in sorted(lines.items()):
        nth = n_equal[digest]
        n_equal[digest] += 1
        for place in reversed(places[digest][max(nth - _EQUAL, 0) : nth + _EQUAL + 1]):
            length = bisect_left(ends, place)
            steps.append((number, last[length - 1] if length else None))
            ends[length : length + 1] = [place]
            last[length : length + 1] = [len(steps) - 1]
    kept: set[int] = set()
    step = last[-1] if last else None
    while step is not None:
        number, step = steps[step]
        kept.add(number)
    return [number for number in sorted(lines) if number not in kept]


def _paired(gone: Sequence[int], came: Sequence[int]) -> tuple[int, ...]:
    """Return the lines to name: those that came, and of those that are gone what no other came in place of."""
    n_left = max(len(gone) - len(came), 0)
    left = [line for line in gone if line not in came][:n_left] if n_left else []
    return tuple(sorted({*came, *left}))
