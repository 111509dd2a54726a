"""The command incident-analytics: each verb is one call of the public API and a print."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from math import inf
from time import monotonic
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar, cast

import click

import incident_analytics
from incident_analytics.errors import IncidentAnalyticsError, NotebookError, OutputError, PathError, SettingsError
from incident_analytics.extras import require_review
from incident_analytics.names import did_you_mean
from incident_analytics.schema import HOURS, LEVELS, TABLES
from incident_analytics.visible import visible, visible_json

if TYPE_CHECKING:
    import pandas as pd
    from tqdm import tqdm

    from incident_analytics.config import Settings
    from incident_analytics.records import Records
    from incident_analytics.scope import Scope

__all__ = ["main"]

Function = TypeVar("Function", bound=Callable[..., Any])
_QUICK: Final = 0.5
"""Seconds of work for which no progress is shown."""
PERIODS = "2025Q3, 2025-07, 2025-W30, 2025H1, 2025, FY2025Q3, last-quarter or DATE/DATE."
AS_OF = "The state at this time (default: the period's end, or now if that is earlier)."


class OneOf(click.Choice[str]):
    """One of some words, in any case; for one that is nearly right the message has the right one."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(choices, case_sensitive=False)

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong, what there is, and what may be meant."""
        message = super().get_invalid_choice_message(value, ctx)
        meant = did_you_mean(str(value), list(self.choices))
        return message.removesuffix(".") + meant if meant else message


def main() -> None:
    """Run the command: exit code 0 good, 1 check found errors, verify a change, or no output could be made, 2 usage.

    Ctrl-C ends it with 1 and ``Aborted!``, SIGTERM with 143. Either way the kernel ends and no temporary file stays.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal's encoding lacks is written out
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # Where JupyterLab is installed, nbformat loads it for seconds, to check addresses that no notebook has.
    sys.modules.setdefault("rfc3987_syntax", cast(ModuleType, None))
    try:
        commands.main(prog_name="incident-analytics", standalone_mode=False)
    except click.Abort:
        say("Aborted!", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.message = visible(error.message, keep="\n")  # type: ignore[misc]
        error.show()
        sys.exit(error.exit_code)
    except IncidentAnalyticsError as error:
        words = f"incident-analytics: {error}"
        say(*(words.split("\n") if isinstance(error, SettingsError) else [words]), err=True)  # it has a line a fault
        sys.exit(1 if isinstance(error, NotebookError | OutputError) else 2)


def say(*lines: object, err: bool = False) -> None:
    """Write lines for people: nothing in them is hidden, and a line break in a file's name is written out."""
    for line in lines:
        click.echo(visible(str(line)), err=err)


def remark(text: str) -> None:
    """Write a line on stderr."""
    say(text, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(incident_analytics.__version__, message="%(version)s")
def commands() -> None:
    """Analyze incident reports: check what was read, export tables, review a period."""


config_option = click.option(
    "--config",
    metavar="FILE",
    help="Settings file (default: the nearest incident-analytics.toml above the first path, else above this folder).",
)


def reading_options(default_status: str) -> Callable[[Function], Function]:
    """Add what every verb that reads has: the paths, which reports, which settings."""

    def add(function: Function) -> Function:
        for decorate in reversed(
            (
                click.argument("paths", nargs=-1, metavar="[PATH]..."),
                click.option(
                    "--status",
                    default=default_status,
                    show_default=True,
                    metavar="final|all|NAME",
                    help="Only reports of this status.",
                ),
                click.option("--severity", multiple=True, metavar="NAME", help="Only this severity; may be repeated."),
                click.option("--service", multiple=True, metavar="NAME", help="Only incidents affecting this service."),
                click.option(
                    "--team", multiple=True, metavar="NAME", help="Only incidents affecting this team's services."
                ),
                click.option(
                    "--field",
                    multiple=True,
                    metavar="NAME=VALUE",
                    help="Only incidents with this value in a custom field.",
                ),
                click.option(
                    "--hours",
                    multiple=True,
                    type=OneOf(HOURS),
                    metavar="|".join(HOURS),
                    help="Only incidents that started then, by [calendar], or 9 to 17 Monday to Friday without one.",
                ),
                config_option,
                how_to_read,
            )
        ):
            function = decorate(function)
        return function

    return add


def how_to_read(function: Function) -> Function:
    """Add what every verb that reads has, whatever it reads: the cache, and by what it is done."""
    for decorate in reversed(
        (
            click.option(
                "--no-cache",
                is_flag=True,
                callback=set_variable,
                expose_value=False,
                help="Ignore the cache and read every report.",
            ),
            click.option(
                "--jobs",
                type=click.IntRange(1),
                metavar="N",
                callback=set_variable,
                expose_value=False,
                help="Number of processes that read (default: one per core for large folders).",
            ),
            click.option(
                "--dask",
                metavar="ADDRESS",
                callback=set_variable,
                expose_value=False,
                help="Read on a Dask cluster, such as tcp://scheduler:8786.",
            ),
        )
    ):
        function = decorate(function)
    return function


def handed_on(settings: Settings, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings and the options of a verb, by the names that what runs its notebook has for them."""
    several = {"severity": "severities", "service": "services", "team": "teams", "field": "fields"}
    given = {several.get(name, name): value for name, value in options.items()}
    return {"settings": settings.path, "trusted": not settings.skipped, **given}


def set_variable(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Pass an option on to whatever process reads: a notebook's kernel as well as this one."""
    if value:
        context.with_resource(variable(f"INCIDENT_ANALYTICS_{parameter.name}".upper(), str(value)))


@contextmanager
def variable(name: str, value: str) -> Iterator[None]:
    """Set an environment variable for a time."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


class Progress(Protocol):
    """What shows how far some work is, and how many errors and warnings it has found so far."""

    def __call__(self, done: int, total: int, n_problems: int = 0, /) -> None: ...


@contextmanager
def progress_bar(what: str, unit: str) -> Iterator[Progress]:
    """Give what shows progress on stderr, where that is a terminal and the work takes a while."""
    with ExitStack() as stack:
        begin = monotonic() if sys.stderr.isatty() else inf
        bars: list[tqdm[Any]] = []

        def progress(done: int, total: int, n_problems: int = 0, /) -> None:
            if not bars and monotonic() - begin > _QUICK:
                from tqdm import tqdm  # slow to import

                bars.append(stack.enter_context(tqdm(desc=what, unit=unit, leave=False, total=total)))
            for bar in bars:
                if n_problems:
                    bar.set_postfix_str(f"{n_problems:,} problem{'s' * (n_problems > 1)}", refresh=False)
                bar.update(done - bar.n)

        yield progress


def read(
    paths: Sequence[str],
    *,
    status: str,
    severity: Sequence[str],
    service: Sequence[str],
    team: Sequence[str],
    config: str | None,
    field: Sequence[str] = (),
    hours: Sequence[str] = (),
    problems: bool = True,
    coverage: bool = False,
) -> tuple[Records, Settings]:
    """Read what the options ask for; say on stderr what is not counted, and what else is wrong."""
    from incident_analytics.loading import read_records, reports_named
    from incident_analytics.records import Wanted, describe_startless

    settings = find(paths, config)
    paths, ids = reports_named(paths, settings)
    wanted = Wanted(settings, status, severity, service, team, field, hours, ids)
    with progress_bar("reading", " reports") as progress:
        records = read_records(paths or settings.reports, settings=settings, progress=progress, coverage=coverage)
    say(*records.remarks(skipped=problems), *(records.input_problems() if problems else []), err=True)
    say(*filter(None, [describe_startless(wanted.without_start(records.tables["incidents"]))]), err=True)
    records = records.keep(wanted)
    files = records.tables["files"]
    if problems and files["path"] and set(files["outcome"]) == {"unreadable"}:
        raise PathError("none of the files can be read; check them and their permissions")
    if not files["path"]:
        remark(f"no reports (*.md) in {', '.join(map(str, paths or settings.reports))}")
    elif not records.tables["incidents"]["path"] and "other status" in files["outcome"]:
        remark(f"no report has the status {status}; --status all reads every report")
    return records, settings


def find(paths: Sequence[str], config: str | None, *, need_paths: bool = True) -> Settings:
    """Return the settings that the options and paths lead to; without a file the defaults."""
    from incident_analytics.config import find_trusted_settings, read_settings

    settings = read_settings(config) if config else find_trusted_settings(paths[0] if paths else ".")
    say(*settings.skipped, err=True)
    if need_paths and not paths and not settings.reports:
        raise click.UsageError(
            "name a report or a folder of reports, or set reports = [...] in incident-analytics.toml"
        )
    return settings


@commands.command(short_help="List what couldn't be read or contradicts itself.")
@reading_options("all")
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings too.")
@click.option("--level", type=OneOf(LEVELS), help="Lowest level to list (default: warning; info in JSON).")
@click.option("--coverage", is_flag=True, help="Show what was read from each line, and which lines are unread.")
@click.option("--format", "form", type=OneOf(["text", "json", "github"]), default="text", show_default=True)
def check(*, strict: bool, level: str | None, coverage: bool, form: str, **options: Any) -> None:
    """List problems by file, worst first: path:line, level, what is wrong and what to write instead."""
    from incident_analytics.checking import (
        by_file,
        coverage_lines,
        skipped_lines,
        summary,
        undeclared_services,
        useful_edits,
    )

    records, settings = read(problems=False, coverage=coverage, **options)
    problems = list(records.rows("problems"))
    least = LEVELS.index(level or ("info" if form == "json" else "warning"))
    listed = by_file(problem for problem in problems if LEVELS.index(problem["level"]) <= least)
    if form == "json":
        files = records.tables["files"]
        in_order = [problem for of_file in listed for problem in of_file]
        found = {"problems": in_order, "files": len(files["path"]), "loaded": files["outcome"].count("loaded")}
        if coverage:
            found["coverage"] = [dict(zip(records.coverage, line, strict=True)) for line in records.accounted()]
        import json  # slow to import

        click.echo(visible_json(json.dumps(found, ensure_ascii=False)))
    elif form == "github":
        say(*(as_annotation(problem) for of_file in listed for problem in of_file))
        say(*coverage_lines(records), *summary(records, LEVELS[: least + 1]), err=True)
    else:
        for of_file in listed:
            say(*map("{path}:{line}: {level}: {message} [{code}]".format_map, of_file), "")
        skipped = [] if least == LEVELS.index("info") else skipped_lines(records)  # these are listed as problems
        advice = list(undeclared_services(records, settings.services))
        advice += useful_edits([row for row in problems if not advice or row["code"] != "unknown-service"])
        say(*coverage_lines(records), *skipped, *advice, *summary(records, LEVELS[: least + 1]))
    worst = {"error", "warning"} if strict else {"error"}
    if any(problem["level"] in worst for problem in problems):
        sys.exit(1)


def as_annotation(problem: Mapping[str, Any]) -> str:
    """Return a problem as a workflow command that GitHub shows next to the line."""
    kind = {"error": "error", "warning": "warning"}.get(problem["level"], "notice")
    path, message = (
        text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        for text in (problem["path"], problem["message"])
    )
    path = path.replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} file={path},line={problem['line']},title={problem['code']}::{message}"


@commands.command(short_help="Print a report as it was read, line by line.")
@reading_options("all")
def show(**options: Any) -> None:
    """Print a report as it was read: each value with the words it comes from, their line and its grade."""
    records, _ = read(**options)
    for file in records.rows("files"):
        if file["outcome"] in {"skipped", "unreadable", "copy"}:
            say(f"{file['path']}: {'' if file['outcome'] == 'copy' else 'skipped: '}{file['reason']}")
    for incident in records.rows("incidents"):
        say(*as_read(records, incident))


_SHOWN: Final = {
    "timeline": {"line": "line", "at": "time (UTC)", "milestone": "milestone", "grade": "grade", "event": "event"},
    "outages": {"line": "line", "started_at": "outage from (UTC)", "ended_at": "to (UTC)", "source": "source"},
    "services": {"line": "line", "service": "service", "affected": "affected"},
    "costs": {"line": "line", "kind": "cost", "amount": "amount", "currency": "currency", "note": "note"},
    "actions": {
        "line": "line",
        "action": "action",
        "owner": "owner",
        "due_on": "due",
        "priority": "priority",
        "status": "status",
    },
    "fields": {"line": "line", "name": "field", "section": "section", "value": "value"},
    "problems": {"line": "line", "level": "problem", "code": "code", "message": "message"},
}
"""What `show` prints of each table: columns with their headings."""


def as_read(records: Records, incident: Mapping[str, Any]) -> list[str]:
    """Return the lines that show one incident."""
    from incident_analytics.formatting import MISSING
    from incident_analytics.reports.template import DEFAULT_TEMPLATE

    own = incident["incident_id"]
    lines = [cell(incident["path"]), f"{own}  {cell(incident['title'])}"]
    files = records.tables["files"]
    template = dict(zip(files["path"], files["template"], strict=True)).get(incident["path"])
    if template not in {None, DEFAULT_TEMPLATE}:
        lines.append(f"read by the template {template}")
    values = [
        (
            str(reading["line"]),
            reading["field"],
            value := value_of(incident, reading["field"]),
            "" if value == MISSING else grade_text(reading),
            cell(reading["as_written"]),
        )
        for reading in records.rows("readings")
        if reading["incident_id"] == own and reading["field"] not in {"summary", "what_happened", "why_it_happened"}
    ]
    lines += ["", *columns(("line", "field", "value", "grade", "as written"), values)]
    empty = []
    for table, headed in _SHOWN.items():
        rows = [
            tuple(cell(row[column], column) for column in headed)
            for row in records.rows(table)
            if row["incident_id"] == own
        ]
        if rows:
            lines += ["", *columns(tuple(headed.values()), rows)]
        else:
            empty.append("other fields" if table == "fields" else table)
    return [*lines, *(["", f"None found: {', '.join(empty)}."] if empty else []), ""]


def value_of(incident: Mapping[str, Any], name: str) -> str:
    """Return what was read for a field; a share where the report gives no number."""
    share = f"{name}_fraction"
    if incident.get(name) is None and incident.get(share) is not None:
        return cell(incident[share], share)
    return cell(incident[name], name)


def cell(value: Any, column: str = "", width: int = 72) -> str:
    """Return a value on one line, cut where it is long."""
    from incident_analytics.formatting import cut, format_value

    return visible(cut(format_value(value, column), width))


def grade_text(reading: Mapping[str, Any]) -> str:
    """Say how far a reading can be trusted, and where it comes from if the report does not state it as it is."""
    how = [reading["source"]] if reading["source"] in {"derived", "corrected", "confirmed"} else []
    about = ["about"] if reading["approximate"] else []
    return ", ".join([reading["grade"], *how, *about])


def columns(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: Collection[int] = (0,)) -> list[str]:
    """Lay rows out under their header, some columns right-aligned; the last column has no width."""
    widths = [max(len(row[index]) for row in (header, *rows)) for index in range(len(header))]
    form = "  ".join(f"{{:{'>' if index in right else '<'}{width}}}" for index, width in enumerate(widths))
    return [form.format(*row).rstrip() for row in (header, *rows)]


@commands.command(short_help="Write a first settings file from the reports.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
def init(paths: Sequence[str]) -> None:
    """Write incident-analytics.toml, proposed from what the reports hold, to this folder, and print its path.

    It declares the services that the reports name and the words that they use for severities, and has room for targets.
    What the reports do not say is a question in it. A settings file that is there already is never touched.
    """
    from pathlib import Path  # slow to import

    from incident_analytics import proposal
    from incident_analytics.config import SETTINGS_NAME
    from incident_analytics.loading import read_records

    folder, places = Path(), paths or (".",)
    if (folder / SETTINGS_NAME).exists():
        proposal.write_settings("", folder)  # raises: it is there

    def records(settings: Settings) -> Records:
        with progress_bar("reading", " reports") as progress:
            return read_records(places, settings=settings, progress=progress)

    files, n_questions, notes = proposal.propose_files(places, folder, records)
    say(*notes, err=True)
    say(*files)
    if n_questions:
        remark(f"{'1 question' if n_questions == 1 else f'{n_questions} questions'} to answer at the top of {files[0]}")


@commands.command(short_help="Print the report template 1.0, or a layout.")
@click.option("--layout", metavar="NAME", help="Print this built-in layout instead, to make your own from.")
def template(layout: str | None) -> None:
    """Print the report template 1.0, or the layout file by which reports are read."""
    from incident_analytics.reports.template import layout_text, template_text

    if layout is not None:
        click.echo(layout_text(layout), nl=sys.stdout.isatty())
        return
    with suppress(IncidentAnalyticsError):  # settings with a fault are no reason to print nothing
        note_other_template(find((), None, need_paths=False), "this is")

    click.echo(template_text(), nl=sys.stdout.isatty())  # to a file it goes as it is


def note_other_template(settings: Settings, what: str) -> None:
    """Say so where the settings have another layout than the one that is written."""
    from incident_analytics.reports.template import DEFAULT_TEMPLATE

    only = settings.templates.only
    if only not in {None, DEFAULT_TEMPLATE}:
        remark(f"the settings read reports by the template {only!r} alone; {what} template 1.0")
    elif only is None and settings.templates.files:
        named = ", ".join(file.name for file in settings.templates.files)
        remark(f"{named} has a layout of your own; {what} template 1.0, which is read as well")


@commands.command(short_help="Write the next report, ready to fill in.")
@click.option("--severity", required=True, metavar="NAME", help="Its severity, such as SEV-2.")
@click.option("--service", multiple=True, metavar="NAME", help="A service that it affects; may be repeated.")
@click.option("--title", metavar="WORDS", help="What the incident is called.")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Its day (default: today).")
@click.option(
    "-o", "--output", metavar="DIR", help="Folder for the report (default: reports in the settings, else this folder)."
)
@config_option
def new(
    *,
    severity: str,
    service: Sequence[str],
    title: str | None,
    on: datetime | None,
    output: str | None,
    config: str | None,
) -> None:
    """Write the next report from the template, ready to fill in, and print its path."""
    from pathlib import Path  # slow to import, as is zoneinfo
    from zoneinfo import ZoneInfo

    from incident_analytics import drafting

    settings = find((), config, need_paths=False)
    note_other_template(settings, "the new report follows")

    day = on or datetime.now(ZoneInfo(settings.timezone))
    folder = None if output is None else Path(output)
    say(
        drafting.new_report(
            severity=severity, services=service, title=title, on=day.date(), folder=folder, settings=settings
        )
    )
    remark(f"it counts as an incident of {day.date()} from now on; if there was none, write the Status 'False alarm'")


@commands.command(short_help="Ask about the values that were inferred with doubt.")
@reading_options("all")
@click.option("--by", metavar="NAME", help="Who confirms (default: your login name).")
@click.option("--list", "is_listed", is_flag=True, help="List the values instead of asking.")
def confirm(paths: Sequence[str], *, by: str | None, is_listed: bool, config: str | None, **options: Any) -> None:
    """Ask about each value graded "check", with its timeline, and write what you confirm to the corrections file.

    One key answers: Enter accepts the best guess, the key of another row picks that, n says that the report does not
    have it, l keeps it for another time, u takes the last answer back, q ends. What is confirmed is kept at once and
    not asked again.
    """
    from getpass import getuser

    from incident_analytics import confirming

    settings = find(paths, config)
    paths = tuple(paths or map(str, settings.reports))

    def doubts(*, is_first: bool = False) -> list[confirming.Doubt]:
        records, _ = read(paths, config=config, problems=is_first, **options)
        return confirming.find_doubts(records)

    found = doubts(is_first=True)
    if is_listed or not found or not sys.stdin.isatty():
        rows = [
            (
                f"{each.path}:{each.line}",
                each.incident_id,
                each.field,
                cell(each.value, each.field),
                cell(each.as_written),
            )
            for each in found
        ]
        say(*(columns(("line", "incident", "field", "value (UTC)", "as written"), rows, ()) if rows else ()))
        remark(f"{len(found)} {'value' if len(found) == 1 else 'values'} to confirm")
        if found and not is_listed:
            where = confirming.correction_file(settings, paths).file
            remark(
                f"no answers were read, as the input is not a terminal; run confirm in one, or write rows to {where}"
            )
        return
    from zoneinfo import ZoneInfo

    file = confirming.correction_file(settings, paths)
    n = confirming.walk(
        doubts,
        file,
        by=by or getuser(),
        on=datetime.now(ZoneInfo(settings.timezone)).date(),
        say=say,
        key=click.getchar,
    )
    say("", f"{n} {'value' if n == 1 else 'values'} written to {file.file}" if n else "nothing was changed")


@commands.command()
@click.argument("table", type=OneOf(list(TABLES)), metavar="TABLE")
@reading_options("final")
@click.option("-o", "--output", metavar="FILE", help="Write .csv, .json, .parquet or .xlsx instead of CSV on stdout.")
@click.option("--raw", is_flag=True, help="Keep CSV cells unchanged, even if a spreadsheet would run them as formulas.")
def export(table: str, *, output: str | None, raw: bool, **options: Any) -> None:
    """Print a table as CSV, or write it to a file.

    TABLE is one of incidents, timeline, outages, services, costs, actions, findings, signoffs, fields, readings,
    problems and files. Spans are seconds in a column NAME_seconds, instants ISO 8601 in UTC, missing values empty.
    """
    require_review("export")
    from incident_analytics.exports import table_as_csv, write_table
    from incident_analytics.loading import as_corpus

    records, _ = read(**options)
    outcomes = records.tables["files"]["outcome"]
    n_other, n_loaded = outcomes.count("other status"), outcomes.count("loaded")
    if n_other and n_loaded:
        remark(f"{n_loaded} of {n_loaded + n_other} reports; --status all exports all")
    frame: pd.DataFrame = getattr(as_corpus(records), table)
    if output:
        write_table(frame, output, name=table, raw=raw)
    else:
        click.echo(table_as_csv(frame, raw=raw), nl=False)


@commands.command(short_help="Write the review of a period.")
@reading_options("final")
@click.option("--period", metavar="PERIOD", help=f"{PERIODS}  [required]")
@click.option("-o", "--output", default=".", show_default=True, metavar="DIR", help="Output folder.")
@click.option(
    "--to",
    default="html",
    show_default=True,
    metavar="html,pdf,md,ipynb,slack,confluence",
    help="Formats, separated by commas.",
)
@click.option("--as-of", metavar="TIME", help=AS_OF)
@click.option("--business-hours", is_flag=True, help="Count only the business hours of [calendar] in response times.")
@click.option("--notebook", metavar="FILE", help="Your own notebook instead of the periodic review.")
@click.option("--commentary", metavar="FILE", help="Markdown file with your comments on the sections.")
@click.option("--data", "data_dir", metavar="DIR", help="Write each table of the page to this folder as CSV.")
@click.option("--redact", is_flag=True, help="Replace people by roles such as Owner 1 in every output.")
@click.option("--open", "is_opened", is_flag=True, help="Open the review when it is ready.")
def review(
    paths: Sequence[str],
    *,
    period: str | None,
    output: str,
    to: str,
    as_of: str | None,
    is_opened: bool,
    config: str | None,
    **options: Any,
) -> None:
    """Write the review of a period as an HTML page, a PDF, Markdown for a wiki or the executed notebook."""
    require_review("review")
    if period is None:
        raise click.UsageError("name the period to review, such as --period 2025Q3 or --period last-quarter")
    from incident_analytics import publish

    settings = find(paths, config)
    with progress_bar("reviewing", " cells") as progress:
        files = publish.review(
            paths or settings.reports,
            period=period,
            output_dir=output,
            to=[target.strip() for target in to.split(",")],
            as_of=instant(as_of, settings),
            progress=progress,
            remark=remark,
            **handed_on(settings, options),
        )
    say(*files)
    if is_opened and click.launch(str(files[0])):
        raise OutputError(f"{files[0]}: no program here opens it")


@commands.command(short_help="Recompute a review's figures and say what changed.")
@click.argument("review", metavar="REVIEW")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--period", metavar="PERIOD", help="Which review, if REVIEW is a folder with several.")
@click.option("--config", metavar="FILE", help="Settings file (default: the one that the review used).")
@how_to_read
@click.option("--format", "form", type=OneOf(["text", "json"]), default="text", show_default=True)
def verify(review: str, paths: Sequence[str], *, period: str | None, config: str | None, form: str) -> None:
    """Recompute a review's figures: which changed, from what to what, and why.

    REVIEW is the page, its manifest or their folder. PATH is for reports that are no longer where they were, or of a
    redacted review, which does not name them. Exits with 1 if a figure changed, or a report line that one is based on.
    """
    require_review("verify")
    from dataclasses import asdict

    from incident_analytics import sentences, verification

    found = verification.verify(review, paths, settings=config, period=period)
    if form == "json":
        import json  # slow to import

        plain = {"changes": list(map(asdict, found.changes)), "edited": list(map(asdict, found.edited))}
        click.echo(visible_json(json.dumps(plain, ensure_ascii=False)))
    else:
        say(*sentences.describe_verified(found))
    if found.changes or found.edited:
        sys.exit(1)


@commands.command(short_help="Open a notebook on the reports in JupyterLab.")
@reading_options("final")
@click.option("-o", "--output", default=".", show_default=True, metavar="DIR", help="Folder for the copy.")
@click.option("--port", default=8888, show_default=True, help="Where JupyterLab listens; the next free one if taken.")
@click.option("--no-browser", is_flag=True, help="Print the URL instead of opening a browser.")
def explore(
    paths: Sequence[str], *, output: str, port: int, no_browser: bool, config: str | None, **options: Any
) -> None:
    """Open a notebook on the reports in JupyterLab: tables, a grid, controls, worked examples.

    The notebook, exploration.ipynb, is your own copy: the same reports, settings and status open it as you left it.
    """
    from incident_analytics import exploration

    settings = find(paths, config)
    exploration.explore(
        paths or settings.reports,
        output_dir=output,
        port=port,
        browser=not no_browser,
        remark=remark,
        **handed_on(settings, options),
    )


@commands.command(short_help="Fill in the Supporting Data of reports.")
@reading_options("all")
@click.option("--history", multiple=True, metavar="PATH", help="Earlier reports (default: those in the settings).")
@click.option("--diff", is_flag=True, help="Print what would change without writing it.")
@click.option("--notebook", metavar="FILE", help="Your own notebook instead of the built-in one.")
def populate(
    paths: Sequence[str],
    *,
    history: Sequence[str],
    diff: bool,
    notebook: str | None,
    config: str | None,
    **options: Any,
) -> None:
    """Fill in the Supporting Data of reports: metrics, error messages, configuration changes.

    Text written by people stays. Each section gets a marked block that later runs update; its figures go to a folder
    next to the report. The sources are those under [evidence] in the settings.
    """
    require_review("populate")
    from incident_analytics import population
    from incident_analytics.loading import reports_named

    if not paths:
        raise click.UsageError("name a report or a folder of reports; populate writes to none that was not named")
    settings = find(paths, config)
    paths, ids = reports_named(paths, settings)
    if ids and not history:
        history = tuple(map(str, settings.reports)) or (".",)
    with progress_bar("populating", " reports") as progress:
        outcomes = population.populate(
            paths,
            history=history or None,
            incidents=ids,
            dry_run=diff,
            notebook=notebook,
            progress=progress,
            remark=remark,
            **handed_on(settings, options),
        )
    for outcome in outcomes:
        done = "; ".join(filling.message for filling in outcome.fillings)
        if diff:
            say(*outcome.diff.split("\n")[:-1])
        elif done:
            say(f"{outcome.path}: {done}")
        if diff and not (outcome.diff or outcome.skipped or outcome.failures):
            remark(f"{outcome.path}: nothing would change: {done or 'the notebook shows nothing for Supporting Data'}")
        skipped = [outcome.skipped] if outcome.skipped else []
        say(*(f"{outcome.path}: {reason}" for reason in (*skipped, *outcome.failures)), err=True)
    if not outcomes:
        remark(f"nothing to populate: no report in {', '.join(map(str, paths or history))} is one that was asked for")
    if any(outcome.failures for outcome in outcomes):
        sys.exit(1)


@commands.command("notebook")
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", metavar="FILE", help="Where to write it (default: NAME.ipynb).")
def copy_of_notebook(name: str, output: str | None) -> None:
    """Copy a notebook, to run it by papermill or to change it.

    NAME is periodic_review, supporting_data or exploration. The copy reads the reports that the nearest settings name.
    """
    from incident_analytics.notebooks import copy_notebook

    say(copy_notebook(name, output))


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


@commands.command()
@click.argument("kind", type=OneOf(list(MEASURES)), metavar="KIND")
@reading_options("final")
@click.option("--period", metavar="PERIOD", help=f"{PERIODS} Default: all months with reports.")
@click.option("--against", metavar="PERIOD", help="Compare with this earlier period (response and severity).")
@click.option(
    "--by",
    metavar="NAME",
    help="severity, service, team, detected_by, trigger, owner, priority, origin, class, week, month, quarter, year"
    " or field:NAME.",
)
@click.option("--as-of", metavar="TIME", help=AS_OF)
@click.option("--business-hours", is_flag=True, help="Count only the business hours of [calendar] in response times.")
@click.option("--explain", is_flag=True, help="Add the report lines that each row is based on.")
@click.option("--format", "form", type=OneOf(["text", "csv", "json"]), default="text", show_default=True)
def metrics(kind: str, *, against: str | None, by: str | None, explain: bool, form: str, **options: Any) -> None:
    """Print metrics with sample sizes and 95% intervals.

    KIND is one of response (time to detect, restore and so on), severity (counts and rates), sla (downtime and error
    budget), actions (completion), costs, themes (recurring causes and factors), repeats (what happened before),
    interruptions (starts outside business hours, by team), origins (how incidents were detected and triggered), records
    (the primary metric, also by the incident tool), process (days to meeting and sign-offs), ratings (severity compared
    with users, downtime and cost) and teams (a scorecard).
    """
    require_review("metrics")
    from incident_analytics import sentences
    from incident_analytics.exports import table_as_csv, table_as_json
    from incident_analytics.formatting import join_words
    from incident_analytics.measures import compare, measure
    from incident_analytics.periods import Period
    from incident_analytics.results import ITEM_HEADINGS, REPORT_HEADINGS, group_columns

    scope = read_scope(**options)
    table = measure(scope, kind, by=by)
    changes = None
    if against:
        zone, fiscal = scope.settings.timezone, scope.settings.fiscal_year_start
        earlier = Period.parse(against, timezone=zone, fiscal_year_start=fiscal, now=datetime.now(UTC))
        changes = compare(scope, kind, against=earlier)
    say(*remarks(scope), *label_remarks(scope, by), err=True)
    if kind == "sla" and scope.chosen:
        remark(sentences.LEVELS_COUNT_ALL)
    if form != "text":
        if changes is not None:
            plain = changes
        elif explain:
            plain = table.assign(incident_ids=table["incident_ids"].map(" ".join).astype("str"))
        else:
            plain = table.drop(columns="incident_ids")
        click.echo(table_as_csv(plain) if form == "csv" else f"{table_as_json(plain)}\n", nl=False)
        return
    shown = [*group_columns(table.columns), "n", *(["n_proposed"] if by == "class" else []), *MEASURES[kind]]
    as_of = f"{scope.as_of:%Y-%m-%d %H:%M %Z}"
    only = f" (only {join_words(list(scope.chosen))})" if scope.chosen else ""
    say(f"{scope.window.name}{only} as of {as_of}; 95% intervals in brackets where n is large enough for one")
    if kind == "sla" and scope.settings.targets:
        length = "30 days" if scope.settings.sla.window == "rolling-30d" else scope.settings.sla.window
        say(f"The budget, what is left of it and how long it lasts are those of each {length}.")
    headings = {"actions": ITEM_HEADINGS, "teams": ITEM_HEADINGS, "process": REPORT_HEADINGS}
    named = table.assign(impact=table["impact"].map(sentences.impact_in_words)) if kind == "ratings" else table
    say(*as_text(named, shown, headings.get(kind, {})))
    for sentence in [] if changes is None else changes["sentence"]:
        say("", sentence)
    if explain:
        say(*explained(scope, kind, table))


def label_remarks(scope: Scope, by: str | None) -> list[str]:
    """Say how many values of a group are only proposed, where they may be."""
    from incident_analytics.measures import origins
    from incident_analytics.sentences import describe_labels

    names: tuple[Literal["detected_by", "trigger"], ...] = ("detected_by", "trigger")
    return [describe_labels(origins(scope, name)) for name in names if by is not None and by.casefold() == name]


def read_scope(
    *,
    status: str,
    severity: Sequence[str],
    service: Sequence[str],
    team: Sequence[str],
    field: Sequence[str],
    hours: Sequence[str],
    period: str | None,
    as_of: str | None,
    business_hours: bool,
    **options: Any,
) -> Scope:
    """Load the reports of every status and decide what the options ask for."""
    from incident_analytics.loading import as_corpus
    from incident_analytics.scope import Scope

    records, settings = read(status="all", severity=(), service=(), team=(), **options)
    return Scope.of(
        as_corpus(records),
        period,
        settings,
        instant(as_of, settings),
        status,
        severities=severity,
        services=service,
        teams=team,
        fields=field,
        hours=hours,
        business_hours=business_hours,
    )


def remarks(scope: Scope) -> list[str]:
    """Return what makes the figures less complete than they look, a line each."""
    from incident_analytics import sentences
    from incident_analytics.records import describe_startless

    found = [
        sentences.describe_ongoing(scope.ongoing),
        sentences.describe_coverage(
            len(scope.reviewed.incidents),
            scope.pending,
            n_ongoing=int(scope.reviewed.incidents["is_open"].fillna(value=False).sum()),
            status=scope.status,
        ),
    ]
    if scope.silence:
        found.append(sentences.describe_silence(scope.silence, None))
    found.append(sentences.describe_undetected(scope.undetected))
    found.append(describe_startless(scope.startless))
    if scope.undated:
        found.append(f"no date, so not counted in any period: {', '.join(scope.undated)}")
    return list(filter(None, found))


def explained(scope: Scope, kind: str, table: pd.DataFrame) -> list[str]:
    """Return the lines of the reports that each row uses."""
    from incident_analytics.measures import sources
    from incident_analytics.results import group_columns

    lines = []
    for row in table.to_dict("records"):
        label = " ".join(cell(row[name]).replace("_", " ") for name in group_columns(table.columns)) or "all"
        lines += ["", f"{label}, n = {row['n']}:"]
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


def instant(text: str | None, settings: Settings) -> pd.Timestamp | None:
    """Read an instant; one without a zone is in the settings' zone."""
    import pandas as pd

    if text is None:
        return None
    try:
        at = pd.Timestamp(text)
        if pd.isna(at):  # as of an empty text
            raise ValueError(text)  # noqa: TRY301 - an unreadable time is one error, however pandas says it
        return at.tz_localize(settings.timezone) if at.tzinfo is None else at
    except ValueError as error:
        raise click.BadParameter(f"can't read time {text!r}; try 2025-10-01 or 2025-10-01T12:00Z") from error


@commands.group(short_help="Manage what is kept of reports already read.")
def cache() -> None:
    """Manage the private cache of what was read, which spares reading unchanged reports again."""


@cache.command()
def clear() -> None:
    """Remove it; the next run reads every report."""
    from incident_analytics.cache import cache_folder, clear_cache

    say(f"{clear_cache() / 1e6:,.1f} MB removed from {cache_folder()}")
