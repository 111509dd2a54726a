"""What metrics prints: a result table in words, what makes it incomplete, and the lines behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from incident_analytics.report_text import cell, columns
from incident_analytics.visible import visible

if TYPE_CHECKING:
    import pandas as pd

    from incident_analytics.scope import Scope

__all__ = ["MEASURES", "NOTHING", "as_text", "explained", "label_remarks", "remarks"]

MEASURES = {
    "response": ("median", "p90", "mean", "geometric_mean", "n_recorded", "n_missing", "n_open", "n_negative"),
    "severity": ("rate",),
    "sla": (
        *("downtime", "availability", "target", "budget", "budget_left", "budget_spent", "time_to_exhaustion"),
        *("n_missing", "n_open"),
    ),
    "actions": (
        *("n_done", "n_open", "n_unknown", "n_dropped", "n_overdue", "n_overdue_unknown", "n_open_undated"),
        *("completion", "on_time", "n_dated", "median_age", "n_aged"),
    ),
    "costs": ("total", "n_missing"),
    "themes": ("example",),
    "repeats": ("n_repeats", "share", "n_while_open", "n_open_unknown", "n_disputed"),
    "interruptions": (
        *("n_business", "n_evening", "n_night", "n_weekend", "share", "share_of_time"),
        *("n_overlapping", "n_unended", "n_missing"),
    ),
    "origins": ("n_proposed", "n_known", "n_missing", "share"),
    "records": ("basis", "mean", "median", "n_missing", "n_negative"),
    "process": ("n_open", "n_missing", "n_negative", "median", "p90"),
    "ratings": ("n_missing", "n_pairs", "concordance", "p_adjusted"),
    "teams": (
        *("incidents_arrow", "median", "median_arrow", "n_spans", "n_missing", "n_services", "n_over", "budget_spent"),
        *("n_done", "n_open", "n_unknown", "completion", "n_overdue", "n_overdue_unknown"),
        *("share_recorded", "recorded_arrow"),
    ),
}
"""The kinds of measures, with the columns that a person reads; a test compares them with `measures.KINDS`."""


NOTHING = {
    "themes": "no cause or contributing factor is in the words of two reports",
    "costs": "no report gives an amount",
    "repeats": "nothing that happened before",
}
"""What is said in the place of an empty table."""


def remarks(scope: Scope) -> list[str]:
    """Return what makes the figures less complete than they look, a line each."""
    from incident_analytics import sentences
    from incident_analytics.measures import report_states
    from incident_analytics.records import describe_startless

    found = [
        sentences.describe_ongoing(scope.ongoing, as_of=scope.as_of),
        sentences.describe_over_later(scope.over_later),
        sentences.describe_coverage(report_states(scope), list(scope.unfinished["incident_id"]), status=scope.status),
    ]
    if scope.silence:
        found.append(sentences.describe_silence(scope.silence))
    found.append(sentences.describe_undetected(scope.undetected))
    found.append(describe_startless(scope.startless))
    if scope.undated:
        found.append(f"no date, so not counted in any period: {', '.join(scope.undated)}")
    return list(filter(None, found))


def label_remarks(scope: Scope, by: str | None) -> list[str]:
    """Say how many values of a group are only proposed, where they may be."""
    from incident_analytics.measures import origins
    from incident_analytics.sentences import describe_labels

    names: tuple[Literal["detected_by", "trigger"], ...] = ("detected_by", "trigger")
    return [describe_labels(origins(scope, name)) for name in names if by is not None and by.casefold() == name]


def explained(scope: Scope, kind: str, table: pd.DataFrame) -> list[str]:
    """Return the lines of the reports that each row uses."""
    from incident_analytics.measures import sources
    from incident_analytics.results import group_columns

    lines = []
    for row in table.to_dict("records"):
        label = " ".join(cell(row[name]).replace("_", " ") for name in group_columns(table.columns)) or "all"
        lines += ["", f"{label}, n = {row['n']:,}:"]
        lines += [f"  {line.path}:{line.line}: {cell(line.words)}" for line in sources(scope, kind, row).itertuples()]
    return lines


def as_text(table: pd.DataFrame, names: list[str], headings: Mapping[str, str]) -> list[str]:
    """Return a result table as lines to paste: headings in words, each figure with its interval where it has one."""
    from incident_analytics.formatting import format_with_interval
    from incident_analytics.results import group_columns, heading

    groups = {*group_columns(names), "example"}
    rows = []
    for row in table.to_dict("records"):
        cells = []
        for name in names:
            cell = format_with_interval(row, name)
            cells.append(visible(cell.replace("_", " ") if name in groups else cell))
        rows.append(tuple(cells))
    numbers = {index for index, name in enumerate(names) if name not in groups}
    return columns(tuple(headings.get(name) or heading(name) for name in names), rows, numbers)
