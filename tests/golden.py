"""What a report is read as, in a form that a person can check against its Markdown.

``python tests/golden.py tests/reports/NAME.md`` writes NAME.json anew; read every changed line before committing it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from incident_analytics.exports import table_as_json
from incident_analytics.loading import load
from incident_analytics.schema import LABELS

INFERRED = ("milestone", "milestone_source", "confidence", "grade")
"""Columns that free text fills too; the golden pairs hold them for stated phrases alone."""


def as_read(path: Path, **options: Any) -> dict[str, list[Any]]:
    """Return the tables that ``path`` gives, without what is NA; readings and problems as a line each."""
    corpus = load(path, status="all", **options)
    tables: dict[str, list[Any]] = {}
    names = ("incidents", "timeline", "outages", "services", "costs", "actions", "findings", "signoffs")
    for name in names:
        rows = json.loads(table_as_json(getattr(corpus, name)))
        tables[name] = [{column: value for column, value in row.items() if value is not None} for row in rows]
    stated = set(corpus.readings.loc[corpus.readings["source"] != "inferred", "field"])
    for row in tables["incidents"]:
        for column in LABELS.keys() - stated:
            row.pop(column, None)
        row["path"] = row["path"].removeprefix(path.parent.as_posix() + "/")
    for row in tables["timeline"]:
        if row.get("milestone_source") != "stated":
            for column in INFERRED:
                row.pop(column, None)
    tables["readings"] = [
        f"{row.line}: {row.field} {row.source}{', about' if row.approximate is True else ''}: {row.as_written}"
        for row in corpus.readings.itertuples()
        if row.source != "inferred"
    ]
    tables["problems"] = sorted(f"{row.line:03}: {row.level}: {row.code}" for row in corpus.problems.itertuples())
    return tables


if __name__ == "__main__":
    for name in sys.argv[1:]:
        report = Path(name)
        report.with_suffix(".json").write_text(json.dumps(as_read(report), indent=1, ensure_ascii=False) + "\n")
