"""The command incident-analytics: each verb is one call of the public API and a print."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import click

import incident_analytics
from incident_analytics.errors import IncidentAnalyticsError, NotebookError, OutputError, SettingsError
from incident_analytics.extras import require_review
from incident_analytics.metrics_text import MEASURES, NOTHING, as_text, explained, label_remarks, remarks
from incident_analytics.options import (
    AS_OF,
    PERIODS,
    FirstOf,
    OneOf,
    Verbs,
    config_option,
    find,
    handed_on,
    how_to_read,
    instant,
    progress_bar,
    read,
    read_scope,
    reading_options,
    remark,
    say,
)
from incident_analytics.report_text import as_read, cell, columns
from incident_analytics.schema import LEVELS, TABLES
from incident_analytics.visible import visible, visible_json

if TYPE_CHECKING:
    import pandas as pd

    from incident_analytics.config import Settings
    from incident_analytics.records import Records

__all__ = ["main"]


_NEW_OBJECTS = 50_000
"""After how many Python looks for cycles: reading makes hardly any, and looking takes a twentieth of a run."""


def main() -> None:
    """Run the command: exit code 0 good, 1 check found errors, verify a change, or no output could be made, 2 usage.

    Ctrl-C ends it with 1 and ``Aborted!``, SIGTERM with 143. Either way the kernel ends and no temporary file stays.
    """
    gc.set_threshold(_NEW_OBJECTS)
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


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(incident_analytics.__version__, message="%(version)s")
def commands() -> None:
    """Analyze incident reports: check what was read, export tables, review a period."""


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
        codes_of_habits,
        coverage_lines,
        first_settings,
        not_markdown,
        skipped_lines,
        summary,
        undeclared_services,
        useful_edits,
    )
    from incident_analytics.files import path_from_here

    records, settings = read(problems=False, coverage=coverage, **options)
    problems = list(records.rows("problems"))
    least = LEVELS.index(level or ("info" if form == "json" else "warning"))
    listed = by_file(problem for problem in problems if LEVELS.index(problem["level"]) <= least)
    if form == "json":
        files = records.tables["files"]
        in_order = [problem for of_file in listed for problem in of_file]
        found = {"problems": in_order, "files": len(files["path"]), "loaded": files["outcome"].count("loaded")}
        found["read_as_utc"] = list(records.unzoned)
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
        answered = {*(["unknown-service"] if advice else []), *codes_of_habits(records, settings.path)}
        advice += useful_edits([row for row in problems if row["code"] not in answered])
        others = not_markdown(options["paths"] or map(path_from_here, settings.reports))
        say(*coverage_lines(records), *skipped, *others, *first_settings(records, settings.path), *advice)
        say(*summary(records, LEVELS[: least + 1]))
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
    """Write the next report, ready to fill in, and print its path.

    It is a copy of your own blank template where one is in the folder of reports, with the next Incident ID of your
    form; else it has the labels and headings of the layout in the settings, else it is the template 1.0.
    """
    from pathlib import Path  # slow to import, as is zoneinfo
    from zoneinfo import ZoneInfo

    from incident_analytics import drafting, house_form
    from incident_analytics.files import path_from_here

    settings = find((), config, need_paths=False)
    day = (on or datetime.now(ZoneInfo(settings.timezone))).date()
    folder = None if output is None else Path(output)
    reports = list(map(path_from_here, settings.reports))
    place = folder or next((path for path in reports if path.is_dir()), Path())
    form = house_form.find_form(settings, dict.fromkeys([place, *reports]))
    written = None
    if form is not None:
        written = house_form.new_house_report(
            form,
            severity=drafting.severity_written(severity, settings),
            services=drafting.services_named(service, settings),
            title=title,
            on=day,
            folder=place,
            settings=settings,
        )
    counted = f"it counts as an incident of {day} from now on; if there was none, write the Status 'False alarm'"
    if form is None or written is None:
        note_other_template(settings, "the new report follows")
        say(
            drafting.new_report(
                severity=severity, services=service, title=title, on=day, folder=place, settings=settings
            )
        )
        remark(counted)
        return
    say(written.file)
    what = "a copy of your blank template" if form.is_blank else "made of the labels and headings of"
    remark(f"it is {what} {form.source}{'' if form.is_blank else ', as no blank template of yours was found'}")
    if written.unfilled:
        names = ", ".join(name.replace("_", " ") for name in written.unfilled)
        remark(f"it has no place for these that could be filled in; write them by hand: {names}")
    if not written.is_read:
        remark("check skips it as a template until its title and what it asks for are filled in")
    elif written.has_date:
        remark(counted)
    else:
        remark("it counts as an incident once its date is filled in; if there was none, write the Status 'False alarm'")


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
    from incident_analytics.files import path_from_here

    settings = find(paths, config)
    paths = tuple(paths or map(str, map(path_from_here, settings.reports)))

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
    if n:
        values, which = ("value", "it") if n == 1 else ("values", "one")
        say("", f"{n} {values} written to {file.file}; to take {which} back, delete its line there")
    else:
        say("", "nothing was changed")


@commands.command()
@click.argument("table", type=FirstOf(list(TABLES)), metavar="TABLE")
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

    records, settings = read(**options)
    outcomes = records.tables["files"]["outcome"]
    n_other, n_loaded = outcomes.count("other status"), outcomes.count("loaded")
    if n_other and n_loaded:
        remark(f"{n_loaded} of {n_loaded + n_other} reports; --status all exports all")
    if table == "actions" and settings.tracker is not None:
        remark("states are those of the reports; 'metrics actions' and the review take them from the tracker, too")
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
    multiple=True,
    default=["html"],
    show_default=True,
    metavar="html,pdf,md,ipynb,slack,confluence",
    help="Formats, separated by commas; may be repeated.",
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
    to: Sequence[str],
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
            to=[target.strip() for targets in to for target in targets.split(",")],
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


@commands.command()
@click.argument("kind", type=FirstOf(list(MEASURES)), metavar="KIND")
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
    from incident_analytics.periods import Period, plain_name
    from incident_analytics.results import ITEM_HEADINGS, REPORT_HEADINGS, group_columns

    scope = read_scope(**options)
    table = measure(scope, kind, by=by)
    changes = None
    if against:
        zone, fiscal = scope.settings.timezone, scope.settings.fiscal_year_start
        earlier = Period.parse(against, timezone=zone, fiscal_year_start=fiscal, now=datetime.now(UTC))
        changes = compare(scope, kind, against=earlier)
        describe = sentences.describe_periods if kind == "response" else sentences.describe_rate_changes
        names = {"before": plain_name(earlier.name), "after": plain_name(scope.window.name)}
        changes = changes.assign(sentence=describe(changes, **names))
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
    about = f"{plain_name(scope.window.name)}{only} as of {as_of}"
    say(f"{about}; 95% intervals in brackets where n is large enough for one")
    if kind == "sla" and scope.settings.targets:
        length = "30 days" if scope.settings.sla.window == "rolling-30d" else scope.settings.sla.window
        say(f"The budget, what is left of it and how long it lasts are those of each {length}.")
    headings = {"actions": ITEM_HEADINGS, "teams": ITEM_HEADINGS, "process": REPORT_HEADINGS}
    in_words = {"ratings": ("impact", sentences.impact_in_words), "process": ("metric", sentences.step_in_words)}
    named = table
    if kind in in_words:
        column, written = in_words[kind]
        named = table.assign(**{column: table[column].map(written)})
    say(*(as_text(named, shown, headings.get(kind, {})) if len(named) else (NOTHING.get(kind, "nothing to show"),)))
    for sentence in [] if changes is None else changes["sentence"]:
        say("", sentence)
    if explain:
        say(*explained(scope, kind, table))


@commands.command(short_help="Print what makes a shell complete commands.")
@click.argument("shell", type=OneOf(["bash", "zsh", "fish"]), metavar="SHELL")
def completion(shell: str) -> None:
    """Print what makes a shell complete commands, options and some of their values: SHELL is bash, zsh or fish.

    For bash put this into ~/.bashrc: eval "$(incident-analytics completion bash)".
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:  # click knows all that may be asked for
        raise click.BadParameter(shell)
    click.echo(kind(commands, {}, "incident-analytics", "_INCIDENT_ANALYTICS_COMPLETE").source(), nl=False)


@commands.group(short_help="Manage what is kept of reports already read.")
def cache() -> None:
    """Manage the private cache of what was read, which spares reading unchanged reports again."""


@cache.command()
def clear() -> None:
    """Remove it; the next run reads every report."""
    from incident_analytics.cache import cache_folder, clear_cache

    say(f"{clear_cache() / 1e6:,.1f} MB removed from {cache_folder()}")
