"""The reference pages, written from what the code itself declares: an mkdocs hook that adds them to the pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from incident_analytics.cli import commands
from incident_analytics.schema import DEFAULT_METRICS, MEANINGS, PROBLEMS, TABLES, Metric

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

__all__ = ["PAGES", "on_files", "public_names"]

_STUB: Final = Path(__file__).parents[1] / "incident_analytics" / "__init__.pyi"
_PICTURE: Final = Path(__file__).parents[1] / "data" / "demo" / "review-2025Q3.png"
_ROOMS: Final = {
    "Reading": ("loading", "tables", "periods", "schema", "tracker", "incident_tool", "config"),
    "Analyses": ("analysis",),
    "Evidence": ("evidence",),
    "Reviews": ("publish", "verification", "population", "exploration"),
}
"""The headings of the page, each with the first parts of the names of the modules that it lists."""
_UNITS: Final = {
    "timedelta64[us]": "span",
    "datetime64[us, UTC]": "instant, UTC",
    "datetime64[us]": "date",
    "str": "text",
    "Int64": "count",
    "int64": "number",
    "Float64": "number",
    "boolean": "flag",
    "category": "ordered",
}


_VERBS: Final = """\
# Verbs

Results go to stdout, remarks to stderr. Exit codes: 0 good; 1 `check` found errors, `verify` found a figure or a
cited line changed, an output could not be made, a source of `populate` failed, or Ctrl-C; 2 the command or its input
was wrong; 143 after SIGTERM."""
_TABLES: Final = """\
# Tables

A corpus is a set of plain pandas frames with these columns, in this order. `incident_id` is the key of every table.
Instants (`*_at`) are UTC, dates (`*_on`, `date`) have no zone, spans are timedeltas, shares are fractions of one. NA
means that the report does not say. Outside pandas a span is seconds in a column `<name>_seconds`, an instant is ISO
8601 and a flag is true or false."""
_METRICS: Final = """\
# Metrics

A metric is the time between two milestones of an incident. Where the first milestone is not known the next one
counts. `[metrics.NAME]` in the [settings](settings.md) adds your own or replaces one of these."""
_FORMULAS: Final = """\
Medians, p90s, intervals, rates and budgets are computed by the functions of [Python](python.md#analyses), each with
its formula and the formula's source."""
_PROBLEMS: Final = """\
# Problems

`check` lists them with path, line and what to write instead. Errors end it with 1; `--strict` makes warnings do so,
too. `[check]` in the [settings](settings.md) leaves codes out or changes their level."""
_PYTHON: Final = """\
# Python

`import incident_analytics as ia` gives all of these; each analysis takes frames and returns a new one."""


def _table(headings: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def verbs() -> str:
    """Return the page of the verbs: what each does, its arguments and options."""
    return "\n\n".join([_VERBS, *(_verb(name, verb) for name, verb in _all_verbs(commands))])


def _all_verbs(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, verb in group.commands.items():
        if isinstance(verb, click.Group):
            yield from _all_verbs(verb, f"{before}{name} ")
        else:
            yield f"{before}{name}", verb


def _verb(name: str, verb: click.Command) -> str:
    context = click.Context(verb, info_name=f"incident-analytics {name}")
    usage = verb.get_usage(context).removeprefix("Usage: ")
    options = (
        (
            f"`{', '.join(each.opts)}`",
            f"`{each.make_metavar(context)}`" if not each.is_flag else "",
            _help_of(each, context),
        )
        for each in verb.params
        if isinstance(each, click.Option) and not each.hidden
    )
    text = "\n\n".join(re.sub(r"\s*\n\s*", " ", part) for part in (verb.help or "").split("\n\n"))
    return f"## {name}\n\n```text\n{usage}\n```\n\n{text}\n\n{_table(['Option', 'Value', 'Meaning'], options)}"


def _help_of(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    return record[1].strip() if record else ""


def tables() -> str:
    """Return the page of the tables: each column with its dtype and what it holds."""
    parts = [_TABLES]
    for name, columns in TABLES.items():
        rows = (
            (f"`{column}`", _UNITS[dtype], f"`{dtype}`", MEANINGS.get(f"{name}.{column}") or MEANINGS[column])
            for column, dtype in columns.items()
        )
        parts += [f"## {name}", f"A row is {MEANINGS[name]}.", _table(["Column", "Holds", "dtype", "Meaning"], rows)]
    return "\n\n".join(parts)


def metrics() -> str:
    """Return the page of the metrics: what each is measured from and to."""
    rows = ((name.replace("_", " "), f"`{name}`", *_ends(metric)) for name, metric in DEFAULT_METRICS.items())
    return "\n\n".join([_METRICS, _table(["Metric", "Name", "From", "To"], rows), _FORMULAS])


def _ends(metric: Metric) -> tuple[str, str]:
    if metric.column:
        return f"`{metric.column}`", "as the report states it"
    start = ", else ".join(f"`{column}`" for column in metric.start)
    return start + (" (earlier than the end)" if metric.zero_is_missing else ""), ", else ".join(
        f"`{column}`" for column in metric.end
    )


def problems() -> str:
    """Return the page of the problem codes."""
    rows = ((f"`{code}`", problem.level, problem.meaning) for code, problem in PROBLEMS.items())
    return f"{_PROBLEMS}\n\n{_table(['Code', 'Level', 'What it says'], rows)}"


def public_names() -> dict[str, str]:
    """Return the package's public names, each with its module."""
    imports = (node for node in ast.parse(_STUB.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom))
    return {alias.name: node.module or "" for node in imports for alias in node.names}


def python() -> str:
    """Return the page of the public names, each with its docstring."""
    parts = [_PYTHON]

    names = public_names()
    rooms = {name: module.split(".")[1] for name, module in names.items()}
    for heading, modules in _ROOMS.items():
        own = sorted((name for name in rooms if rooms[name] in modules), key=lambda name: modules.index(rooms[name]))
        parts += [f"## {heading}", *(f"::: {names[name]}.{name}" for name in own)]
    return "\n\n".join(parts)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "reference/verbs.md": verbs,
    "reference/tables.md": tables,
    "reference/metrics.md": metrics,
    "reference/problems.md": problems,
    "reference/python.md": python,
}
"""The pages that nobody writes by hand."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages; mkdocs calls it."""
    from mkdocs.structure.files import File

    for name, write in PAGES.items():
        files.append(File.generated(config, name, content=write()))
    files.append(File.generated(config, "review.png", abs_src_path=str(_PICTURE)))
    return files
