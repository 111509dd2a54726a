"""What verbs have in common: their options, reading by them, lines and progress for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from incident_analytics.errors import PathError, PeriodError
from incident_analytics.names import did_you_mean
from incident_analytics.schema import HOURS
from incident_analytics.visible import visible

if TYPE_CHECKING:
    import pandas as pd
    from tqdm import tqdm

    from incident_analytics.config import Settings
    from incident_analytics.records import Records
    from incident_analytics.scope import Scope

__all__ = [
    "AS_OF",
    "PERIODS",
    "FirstOf",
    "OneOf",
    "Verbs",
    "config_option",
    "find",
    "handed_on",
    "how_to_read",
    "instant",
    "progress_bar",
    "read",
    "read_scope",
    "reading_options",
    "remark",
    "say",
]

Function = TypeVar("Function", bound=Callable[..., Any])
_QUICK: Final = 0.5
"""Seconds of work for which no progress is shown."""
PERIODS = "2025Q3, 2025-07, 2025-W30, 2025H1, 2025, FY2025Q3, last-quarter or DATE/DATE."
AS_OF = "The state at this time, such as 2025-10-01T12:00Z or now (default: the period's end, or now if earlier)."


class OneOf(click.Choice[str]):
    """One of some words, in any case; for one that is nearly right the message has the right one."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(choices, case_sensitive=False)

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong, what there is, and what may be meant."""
        message = super().get_invalid_choice_message(value, ctx)
        meant = did_you_mean(str(value), list(self.choices))
        return message.removesuffix(".") + meant if meant else message


class FirstOf(OneOf):
    """One of some words that comes before the paths; where none is meant the message says so."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong, what there is, and how to write it."""
        from pathlib import Path  # slow to import

        message = super().get_invalid_choice_message(value, ctx).removesuffix(".")
        if ctx is None or did_you_mean(str(value), list(self.choices)):
            return message
        example = f": {ctx.info_name} {self.choices[0]} {value}" if Path(value).exists() else ""
        return f"{message}; one of them comes first, then the paths{example}"


class _Verb(click.Command):
    """A verb that takes no option twice where only one of the two values could count."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; raise UsageError for an option that is given twice and takes one value."""
        rest = super().parse_args(ctx, list(args))
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for option in given:
            n = given.count(option)
            if n > 1 and isinstance(option, click.Option) and not (option.multiple or option.is_flag):
                raise click.UsageError(f"{option.opts[-1]} takes one value and is given {n} times; give it once", ctx)
        return rest


class Verbs(click.Group):
    """The command: a group of verbs."""

    command_class = _Verb


def say(*lines: object, err: bool = False) -> None:
    """Write lines for people: nothing in them is hidden, and a line break in a file's name is written out."""
    for line in lines:
        click.echo(visible(str(line)), err=err)


def remark(text: str) -> None:
    """Write a line on stderr."""
    say(text, err=True)


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
    from incident_analytics.config import SETTINGS_NAME
    from incident_analytics.files import path_from_here
    from incident_analytics.loading import read_records, reports_named
    from incident_analytics.records import NO_STATUS, Wanted, describe_startless

    settings = find(paths, config)
    paths, ids = reports_named(paths, settings)
    places = list(paths) or [str(path_from_here(place)) for place in settings.reports]
    wanted = Wanted(settings, status, severity, service, team, field, hours, ids)
    with progress_bar("reading", " reports") as progress:
        records = read_records(places, settings=settings, progress=progress, coverage=coverage)
    say(*records.remarks(skipped=problems), *(records.input_problems() if problems else []), err=True)
    say(*filter(None, [describe_startless(wanted.without_start(records.tables["incidents"]))]), err=True)
    records = records.keep(wanted)
    files = records.tables["files"]
    if problems and files["path"] and set(files["outcome"]) == {"unreadable"}:
        raise PathError("none of the files can be read; check them and their permissions")
    if not files["path"]:
        remark(f"no reports (*.md) in {', '.join(places)}")
    elif not records.tables["incidents"]["path"] and "other status" in files["outcome"]:
        unread = files["reason"].count(NO_STATUS)
        cause = f": {unread:,} {'has' if unread == 1 else 'have'} no status that can be read" if unread else ""
        remedy = f", or name its field in the layout, see the questions in {SETTINGS_NAME}" if unread else ""
        remark(f"no report has the status {status}{cause}; --status all reads every report{remedy}")
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


def handed_on(settings: Settings, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings and the options of a verb, by the names that what runs its notebook has for them."""
    several = {"severity": "severities", "service": "services", "team": "teams", "field": "fields"}
    given = {several.get(name, name): value for name, value in options.items()}
    return {"settings": settings.path, "trusted": not settings.skipped, **given}


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


def instant(text: str | None, settings: Settings) -> pd.Timestamp | None:
    """Read an instant; one without a zone is in the settings' zone."""
    from incident_analytics.periods import read_instant

    try:
        return None if text is None else read_instant(text, settings.timezone)
    except PeriodError as error:
        raise click.BadParameter(str(error)) from error
