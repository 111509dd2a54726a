"""What `check` prints: the problems by file, and what was read from each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from incident_analytics.records import Records
from incident_analytics.reports.coverage import UNREAD
from incident_analytics.reports.report import OWN

__all__ = ["coverage_lines"]


def coverage_lines(records: Records) -> Iterator[str]:
    """Yield by file how many lines were read, are the template's own, and are unread, and what each was read as.

    Of several files only the unread lines are shown.
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
