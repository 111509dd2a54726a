"""The settings file, incident-analytics.toml, as a checked `Settings`."""

from __future__ import annotations

import os
import re
import shlex
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from incident_analytics.errors import SettingsError
from incident_analytics.files import LOG_LIMIT, matching_paths, read_toml
from incident_analytics.imports import import_services
from incident_analytics.names import fold
from incident_analytics.periods import Calendar
from incident_analytics.schema import DEFAULT_METRICS, PROBLEMS, SEVERITIES, TABLES, Metric
from incident_analytics.toml_tables import (
    Fault,
    FaultyTableError,
    InSource,
    Source,
    TomlTable,
    UntrustedError,
    above,
    at_least,
    at_most,
    key,
    not_empty,
)

__all__ = [
    "SETTINGS_NAME",
    "IncidentToolSettings",
    "PrometheusSettings",
    "Settings",
    "find_settings",
    "find_trusted_settings",
    "read_settings",
]

SETTINGS_NAME = "incident-analytics.toml"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA zone such as UTC or Europe/London") from error
    return name


def _fraction(target: float) -> float:
    if not 0 < target <= 1:
        raise ValueError(f"{target:g} is not above 0 and at most 1; write 0.999 for 99.9%")
    return target


def _instant_column(name: str) -> str:
    columns = [column for column in TABLES["incidents"] if column.endswith("_at")]
    if name not in columns:
        raise ValueError(f"{name!r} is not one of {', '.join(columns)}")
    return name


def _problem_code(code: str) -> str:
    if code not in PROBLEMS:
        raise ValueError(f"{code!r} is not one of {', '.join(PROBLEMS)}")
    return code


def _reject_untrusted(source: Source, reason: str) -> None:
    """Refuse a value that reaches outside the folder of settings that nobody vouched for."""
    if not source.trusted:
        raise UntrustedError(reason)


def _variable_name(name: str, source: Source) -> str:
    _reject_untrusted(source, "reads an environment variable")
    return name


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII):
        raise ValueError(f"{name!r} is not the name of a header, such as X-Scope-OrgID")
    if name.casefold() in {"host", "content-length", "content-type", "transfer-encoding", "connection"}:
        raise ValueError(f"{name!r} is set by the request itself; delete it")
    return name


def _header_value(value: str) -> str:
    if not (value.isascii() and value.isprintable() and value.strip()):
        raise ValueError("is not one line of plain text")
    return value


def _trusted_address(url: str, source: Source) -> str:
    _reject_untrusted(source, "is a URL")
    return url


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is not an address such as http://prometheus:9090")
    if "@" in parts.netloc:
        raise ValueError("holds a user or password; name environment variables instead, such as password_env = 'NAME'")
    return url


def _report_address(url: str) -> str:
    fields = set(re.findall(r"\{([^}]*+)", url))
    if not fields or fields - {"id", "path"}:
        raise ValueError(f"{url!r} leads to no report; write {{id}} or {{path}} where the report's is to be")
    return url


def _from_folder(path: Path, source: Source) -> Path:
    """Return a path taken from the settings file's folder, so that the working folder does not matter."""
    place = source.folder / path
    if not source.trusted and _leaves(place, source.folder):
        raise UntrustedError("leads outside the file's folder")
    return place


def _leaves(place: Path, folder: Path) -> bool:
    """Return whether a path, a match of a pattern, or a link below it leads outside a folder."""

    def is_outside(path: str | Path) -> bool:
        return not Path(os.path.realpath(path)).is_relative_to(folder)

    for match in (place, *matching_paths(place)):
        if is_outside(match):
            return True
        for parent, folders, files in os.walk(match):
            paths = (os.path.join(parent, name) for name in (*folders, *files))  # noqa: PTH118 - there may be many
            if any(os.path.islink(path) and is_outside(path) for path in paths):  # noqa: PTH114
                return True
    return False


def _repository(place: Path, source: Source) -> Path:
    """Return a repository's path; a folder may name objects anywhere, a bundle holds its own."""
    if place.is_dir():
        _reject_untrusted(source, "is a git repository, not a bundle")
    return place


FolderPath = Annotated[Path, InSource(_from_folder)]
"""A file or folder of the settings. This type, `WebAddress` and `VariableName` hold what trust in settings is about."""
RepositoryPath = Annotated[FolderPath, InSource(_repository)]
HeaderName = Annotated[str, _header_name]
WebAddress = Annotated[str, InSource(_trusted_address), _web_address]
VariableName = Annotated[str, InSource(_variable_name)]
InstantColumn = Annotated[str, _instant_column]
ProblemCode = Annotated[str, _problem_code]


ToolColumn = Literal[
    "key",
    "title",
    "service",
    "urgency",
    "started_at",
    "detected_at",
    "responded_at",
    "identified_at",
    "mitigated_at",
    "restored_at",
    "closed_at",
]


class SeveritySettings(TomlTable):
    """``[severities]``: the declared severities from least to worst, and other words for them."""

    order: Annotated[tuple[str, ...], not_empty] = SEVERITIES
    synonyms: dict[str, str] = {}

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if len(set(self.order)) < len(self.order):
            yield "", "order names a severity twice"
        for word, severity in self.synonyms.items():
            if severity not in self.order:
                yield "", f"synonym {word!r} is {severity!r}, which is not in order"


class ServiceSettings(TomlTable):
    """``[services.NAME]``: its target availability as a fraction, its team, other names that reports give it."""

    target: Annotated[float, _fraction] | None = None
    team: str | None = None
    aliases: tuple[str, ...] = ()


class TeamSettings(TomlTable):
    """``[teams.NAME]``: the zone in which a team works, where it is not that of the settings."""

    timezone: Annotated[str, _known_zone]


class ImportSettings(TomlTable):
    """``[imports]``: files of other tools that name services: OpenSLO (targets), Backstage's catalog (teams)."""

    openslo: tuple[FolderPath, ...] = ()
    backstage: tuple[FolderPath, ...] = ()


class SlaSettings(TomlTable):
    """``[sla]``: over which window, counting which severities (all unless named) and how long an outage at least."""

    window: Literal["month", "quarter", "rolling-30d"] = "quarter"
    severities: tuple[str, ...] | None = None
    minimum_outage: Annotated[timedelta, at_least(0)] = timedelta(0)


class MaintenanceSettings(TomlTable):
    """``[[maintenance]]``: a planned window of a service, out of numerator and denominator."""

    service: str
    start: datetime
    end: datetime

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if self.end <= self.start:
            yield "", "end is not after start"


class _Fallbacks(TomlTable):
    start: tuple[InstantColumn, ...] = key(default=(), alias="from")
    end: tuple[InstantColumn, ...] = key(default=(), alias="to")


class MetricSettings(TomlTable):
    """``[metrics.NAME]``: a span between two instants of incidents, each with fallbacks, or a stated duration."""

    start: InstantColumn | None = key(default=None, alias="from")
    end: InstantColumn | None = key(default=None, alias="to")
    fallbacks: _Fallbacks = _Fallbacks()
    column: Literal["stated_duration"] | None = None

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if self.column is not None and (self.start or self.end):
            yield "", "column and from/to are two definitions; delete one"
        if self.column is None and not (self.start and self.end):
            yield "", 'from and to are missing; write both, or column = "stated_duration"'

    def definition(self) -> Metric:
        """Return the metric as analyses take it."""
        if self.start is None or self.end is None:
            return DEFAULT_METRICS["reported_duration"]
        return Metric((self.start, *self.fallbacks.start), (self.end, *self.fallbacks.end))


class MetricsSettings(TomlTable):
    """``[metrics]``: which metric is the primary one, and tables that define your own metrics."""

    primary: str = "time_to_restore"
    own: dict[str, MetricSettings] = key(default={}, others=True)

    @property
    def definitions(self) -> dict[str, Metric]:
        """The default metrics, overridden by the team's own."""
        return {**DEFAULT_METRICS, **{name: metric.definition() for name, metric in self.own.items()}}

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if self.primary not in self.definitions:
            yield "", f"primary {self.primary!r} is not one of {', '.join(self.definitions)}"


class TrackerSettings(TomlTable):
    """``[tracker]``: an issue tracker's export, in which format, and which of its columns holds what.

    The CSV exports of Jira (``jira``), GitLab (``gitlab``) and Linear (``linear``) have columns of their own, which
    ``columns`` may add to or override; without ``format`` and ``columns`` they are recognised by them. The JSON of
    ``gh issue list`` (``github``), of ``glab issue list`` (``gitlab``) and of Jira's REST search (``jira``) has fields
    that never change.
    """

    file: FolderPath
    format: Literal["csv", "jira", "github", "gitlab", "linear"] = "csv"
    columns: dict[Literal["key", "incident_id", "action", "status", "owner", "due_on", "completed_on"], str] = {}

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if self.format == "github" and self.columns:
            yield "", "columns has no meaning for format github; delete it"


class IncidentToolSettings(TomlTable):
    """``[incident_tool]``: the export of PagerDuty, Opsgenie, incident.io or Jira, a second record of each incident.

    Attributes
    ----------
    files
        CSV or JSON, or globs; the tool shows in the columns.
    timezone
        The zone of times that name none; without it these are not read.
    tolerance
        By how much a time may differ from the report's.
    columns
        Columns, or fields of JSON, that hold something else than usual.
    """

    files: Annotated[tuple[FolderPath, ...], not_empty]
    timezone: Annotated[str, _known_zone] | None = None
    tolerance: Annotated[timedelta, at_least(0)] = timedelta(minutes=5)
    columns: dict[ToolColumn, Annotated[str, not_empty]] = {}


class CalendarSettings(TomlTable):
    """``[calendar]``: the support hours, on which days of the week (Monday is 0), and the days off."""

    start: time
    end: time
    days: tuple[Annotated[int, at_least(0), at_most(6)], ...] = (0, 1, 2, 3, 4)
    holidays: tuple[date, ...] = ()

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if self.end <= self.start:
            yield "", "end is not after start"


class CorrectionSettings(TomlTable):
    """``[corrections]``: a CSV (incident_id, field, value, reason, by) that overrides readings."""

    file: FolderPath


class CheckSettings(TomlTable):
    """``[check]``: problem codes to leave out, codes whose level is raised or lowered, and globs of files to skip."""

    exclude: tuple[Annotated[str, not_empty], ...] = ()
    ignore: tuple[ProblemCode, ...] = ()
    levels: dict[ProblemCode, Literal["error", "warning", "info"]] = {}


class TemplateSettings(TomlTable):
    """``[templates]``: an organisation's own template files, and the name of the only template to read by."""

    files: tuple[FolderPath, ...] = ()
    only: str | None = None


class LogSettings(TomlTable):
    """``[evidence.logs]``: log files or globs of them, their format, and the zone of times in them that name none."""

    files: Annotated[tuple[FolderPath, ...], not_empty]
    format: Literal["auto", "json", "text"] = "auto"
    timezone: Annotated[str, _known_zone] = "UTC"


class ChangeSettings(TomlTable):
    """``[evidence.changes]``: a git repository or bundle, what in it is configuration, and what of it is deployed."""

    repository: RepositoryPath
    paths: tuple[Annotated[str, not_empty], ...] = ()
    branch: Annotated[str, not_empty] = "HEAD"
    hours_before: Annotated[float, above(0)] = 24


class QuerySettings(TomlTable):
    """One of ``[evidence.prometheus.queries]``: PromQL, the unit that its values are shown in, which way is worse."""

    query: str
    unit: str | None = None
    worst: Literal["high", "low"] | None = None

    @classmethod
    def from_shorthand(cls, value: Any) -> Any:
        """Return a query that is written as a text alone as a table."""
        return {"query": value} if isinstance(value, str) else value


class PrometheusSettings(TomlTable):
    """``[evidence.prometheus]``: where Prometheus answers, and what it is asked.

    Secrets stay in the environment: ``token_env`` names the variable of a bearer token, ``password_env`` that of the
    password of ``user``, ``headers_env`` those of other headers. ``headers`` are sent as they are, such as the tenant
    of Mimir. ``ca_file`` is the certificate of an authority that the system does not know, in PEM;
    ``client_certificate`` and ``client_key`` are what the server asks of its clients.
    """

    url: WebAddress
    timeout: Annotated[timedelta, above(0)] = timedelta(seconds=10)
    token_env: VariableName | None = None
    user: str | None = None
    password_env: VariableName | None = None
    headers: dict[HeaderName, Annotated[str, _header_value]] = {}
    headers_env: dict[HeaderName, VariableName] = {}
    ca_file: FolderPath | None = None
    client_certificate: FolderPath | None = None
    client_key: FolderPath | None = None
    queries: Annotated[dict[str, QuerySettings], not_empty]

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        if (self.user is None) != (self.password_env is None):
            yield "", "user and password_env go together; set both or neither"
        if self.user is not None and self.token_env is not None:
            yield "", "token_env and user are two ways to sign in; delete one"
        if self.client_key is not None and self.client_certificate is None:
            yield "", "client_certificate is missing; name the certificate that client_key belongs to"
        names = [name.casefold() for name in (*self.headers, *self.headers_env)]
        if len(set(names)) < len(names):
            yield "", "headers and headers_env name a header twice; delete one"
        if "authorization" in names and (self.token_env or self.user):
            yield "", "a header Authorization and token_env or user are two ways to sign in; delete one"

    def request_headers(self, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return the request headers, with their secrets from the environment.

        Raises
        ------
        SettingsError
            ``evidence.prometheus.token_env: the environment has no variable PROMETHEUS_TOKEN, or it is empty``
        """

        def secret(key: str, variable: str) -> str:
            value = environment.get(variable, "").strip()
            if not value:
                raise SettingsError(
                    f"evidence.prometheus.{key}: the environment has no variable {variable}, or it is empty"
                )
            return value

        headers = {
            **self.headers,
            **{name: secret(f"headers_env.{name}", variable) for name, variable in self.headers_env.items()},
        }
        if self.token_env is not None:
            headers["Authorization"] = f"Bearer {secret('token_env', self.token_env)}"
        if self.password_env is not None:
            password = secret("password_env", self.password_env)
            headers["Authorization"] = f"Basic {b64encode(f'{self.user}:{password}'.encode()).decode()}"
        return headers


class MetricFileSettings(TomlTable):
    """``[evidence.metrics]``: CSV or Parquet files with series; of each metric the unit, and which way is worse."""

    files: Annotated[tuple[FolderPath, ...], not_empty]
    units: dict[str, str] = {}
    worst: dict[str, Literal["high", "low"]] = {}


class EvidenceSettings(TomlTable):
    """``[evidence]``: what Supporting Data is filled from, and how much time around an incident it shows.

    Attributes
    ----------
    margin
        How long before its start and after its end.
    baseline_days
        How many days before that show what is usual.
    """

    margin: Annotated[timedelta, at_least(0)] = timedelta(hours=1)
    baseline_days: Annotated[int, above(0)] = 7
    prometheus: PrometheusSettings | None = None
    metrics: MetricFileSettings | None = None
    logs: LogSettings | None = None
    changes: ChangeSettings | None = None

    @property
    def units(self) -> dict[str, str]:
        """The unit of each metric that has one, wherever it is read."""
        queries = self.prometheus.queries if self.prometheus else {}
        files = self.metrics.units if self.metrics else {}
        return {**files, **{name: query.unit for name, query in queries.items() if query.unit is not None}}

    @property
    def worst(self) -> dict[str, Literal["high", "low"]]:
        """Which way each metric is worse, where the settings say so."""
        queries = self.prometheus.queries if self.prometheus else {}
        files = self.metrics.worst if self.metrics else {}
        return {**files, **{name: query.worst for name, query in queries.items() if query.worst is not None}}


class LimitSettings(TomlTable):
    """``[limits]``: the largest report that is read, in bytes and in lines, and the largest log, in bytes unpacked."""

    file_size: Annotated[int, above(0)] = 5_000_000
    lines: Annotated[int, above(0)] = 50_000
    log_size: Annotated[int, above(0)] = LOG_LIMIT


class Settings(TomlTable):
    """All settings; every part has a default, so that everything works without a file.

    Attributes
    ----------
    path
        The file that they come from, None for the defaults. Relative paths in it are taken from its folder.
    title
        The organisation or product, the first words of a review.
    owner
        Who answers for the review, a person or a team.
    report_url
        Where people read a report, with ``{id}`` or ``{path}`` in place of its incident_id or its path below the
        settings' folder; None links to the file.
    skipped
        A sentence for each source that the file names and may not use; see `read_settings`.
    timezone
        The IANA zone of the team: times of reports that name no zone are read in it, its midnights bound periods, and
        dates without a time are its midnights.
    date_order
        What comes first in dates such as 05.03.2026 where no other date of the report shows it; None where nothing
        does: such a date may be two days, and is reported.
    fiscal_year_start
        The month in which the fiscal year starts, 1 to 12.
    follow_up
        ``[follow_up]``: within how many days an action item is to be due, by the severity of its incident.
    """

    path: Path | None = None
    title: Annotated[str, not_empty] | None = None
    owner: Annotated[str, not_empty] | None = None
    report_url: Annotated[WebAddress, _report_address] | None = None
    skipped: tuple[str, ...] = ()
    reports: tuple[FolderPath, ...] = ()
    timezone: Annotated[str, _known_zone] = "UTC"
    date_order: Literal["day-first", "month-first"] | None = None
    fiscal_year_start: Annotated[int, at_least(1), at_most(12)] = 1
    severities: SeveritySettings = SeveritySettings()
    services: dict[str, ServiceSettings] = {}
    teams: dict[str, TeamSettings] = {}
    imports: ImportSettings = ImportSettings()
    calendar_table: CalendarSettings | None = key(default=None, alias="calendar")
    sla: SlaSettings = SlaSettings()
    follow_up: dict[str, Annotated[int, at_least(1), at_most(3650)]] = {}
    maintenance: tuple[MaintenanceSettings, ...] = ()
    metrics_table: MetricsSettings = key(default=MetricsSettings(), alias="metrics")
    tracker: TrackerSettings | None = None
    incident_tool: IncidentToolSettings | None = None
    corrections: CorrectionSettings | None = None
    check: CheckSettings = CheckSettings()
    templates: TemplateSettings = TemplateSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    limits: LimitSettings = LimitSettings()

    def faults(self) -> Iterator[tuple[str, str]]:
        """See `TomlTable`."""
        for severity in self.sla.severities or ():
            if severity not in self.severities.order:
                order = ", ".join(self.severities.order)
                yield "", f"sla.severities: {severity!r} is not one of {order}"
        for severity in self.follow_up:
            if severity not in self.severities.order:
                order = ", ".join(self.severities.order)
                yield "", f"follow_up: {severity!r} is not one of {order}"
        if not self.imports.backstage:  # which may name more
            yield from self.unknown_teams()
        owners: dict[str, str] = {}
        for name, service in self.services.items():
            for word in (name, *service.aliases):
                owner = owners.setdefault(word.casefold(), name)
                if owner != name:
                    yield "", f"services.{name}: {word!r} is a name of {owner} too"

    def unknown_teams(self) -> Iterator[tuple[str, str]]:
        """Yield each team of ``[teams]`` that has no service."""
        teams = dict.fromkeys(service.team for service in self.services.values() if service.team)
        for team in self.teams:
            if team not in teams:
                yield "", f"teams: {team!r} is not one of {', '.join(teams) or 'no teams'}"

    @property
    def metrics(self) -> dict[str, Metric]:
        """What each metric measures, by name."""
        return self.metrics_table.definitions

    @property
    def calendar(self) -> Calendar | None:
        """The support hours in the team's zone, None where the settings have none."""
        if self.calendar_table is None:
            return None
        return Calendar(**self.calendar_table.model_dump(), timezone=self.timezone)

    @property
    def working_hours(self) -> Calendar:
        """The support hours, or 9 to 17 from Monday to Friday where the settings have none."""
        return self.calendar or Calendar(time(9), time(17), timezone=self.timezone)

    @property
    def primary_metric(self) -> str:
        """The one metric whose comparison counts without adjustment."""
        return self.metrics_table.primary

    @property
    def targets(self) -> dict[str, float]:
        """The target availability of each service that has one."""
        return {name: service.target for name, service in self.services.items() if service.target is not None}


def find_settings(start: str | Path) -> Path | None:
    """Return the nearest settings file in ``start`` or a folder above it, or None.

    Parameters
    ----------
    start
        A file or folder, such as the first path that a command was given.
    """
    here = Path(os.path.realpath(start))  # unlike resolve(), it takes a link that leads to itself
    return next((file for folder in (here, *here.parents) if (file := folder / SETTINGS_NAME).is_file()), None)


def read_settings(path: str | Path, *, trusted: bool = True) -> Settings:
    """Read a settings file; relative paths in it are taken from its own folder.

    Parameters
    ----------
    path
        A TOML file, usually named incident-analytics.toml.
    trusted
        Whether the file may name URLs, environment variables, git repositories and paths outside its folder. If not, a
        source that does is skipped: it is as if its table was not there, and ``skipped`` says so.

    Returns
    -------
    Settings
        The checked settings.

    Raises
    ------
    SettingsError
        ``incident-analytics.toml: services.API.target: 99.9 is not above 0 and at most 1; write 0.999 for 99.9%``
        with a line for each key that is wrong, and what is wrong in a file of ``[imports]``, with its line.
    """
    file = Path(path)
    folder = Path(os.path.realpath(file)).parent
    if not trusted and folder != Path(os.path.realpath(file.parent)):
        raise SettingsError(f"{file}: links to a file outside its folder; add {_config_option(file)} to trust it")
    raw = read_toml(file)
    if "path" in raw:
        raise SettingsError(f"{file}: path: no such key; the reports' folders are named by reports = [...]")
    if "skipped" in raw:
        raise SettingsError(f"{file}: skipped: no such key; delete it")
    skipped: dict[str, str] = {}
    while True:
        try:
            values = {**raw, "path": file, "skipped": tuple(skipped.values())}
            return _with_imports(Settings.model_validate(values, Source(folder, trusted)))
        except FaultyTableError as error:
            if not (found := _without_untrusted(raw, error.faults)):
                raise SettingsError("\n".join(f"{file}: {fault}" for fault in error.faults)) from error
            for source, reason in found.items():
                skipped[source] = f"{file}: {source} skipped: {reason}; add {_config_option(file)} to trust it"


def _with_imports(settings: Settings) -> Settings:
    """Return settings with the services of the files that they import; what they say themselves counts."""
    imported = import_services(settings.imports.openslo, settings.imports.backstage)
    services = dict(settings.services)
    owners = {fold(word): name for name, service in services.items() for word in (name, *service.aliases)}
    for each in imported:
        words = [each.name, *([each.alias] if each.alias else [])]
        name = next((owners[fold(word)] for word in words if fold(word) in owners), each.name)
        own = services.get(name, ServiceSettings())
        if own.target is None and len(each.targets) > 1:
            listed = ", ".join(f"{target:g} ({where})" for target, where in each.targets)
            said = f"services.{name}: {each.name} has several targets: {listed}; write one under [services.{name}]"
            raise SettingsError(f"{settings.path}: {said}")
        target = own.target if own.target is not None or not each.targets else each.targets[0][0]
        others = tuple(word for word in words if fold(word) not in owners and word != name)
        update = {"target": target, "team": own.team or each.team, "aliases": (*own.aliases, *others)}
        services[name] = own.model_copy(update=update)
        owners |= {fold(word): name for word in words}
    found = settings.model_copy(update={"services": services}) if imported else settings
    if unknown := [message for _, message in found.unknown_teams()]:
        raise SettingsError("\n".join(f"{settings.path}: {message}" for message in unknown))
    return found


def find_trusted_settings(start: str | Path, *, working_folder: str | Path = ".") -> Settings:
    """Read the nearest settings file as far as it can be trusted; the defaults where there is none.

    It is in the folder of ``start`` or above it, else in the working folder or above that.

    Parameters
    ----------
    start
        As in `find_settings`.
    working_folder
        Settings in this folder or above it are the user's own and trusted. Any other file was found because of a path
        that was named, and may come with the reports: see `read_settings`.

    Raises
    ------
    SettingsError
        As `read_settings`.
    """
    file = find_settings(start) or find_settings(working_folder)
    if file is None:
        return Settings()
    return read_settings(file, trusted=Path(working_folder).resolve().is_relative_to(file.parent))


def _config_option(file: Path) -> str:
    return f"--config {shlex.quote(str(file))}"


def _without_untrusted(raw: dict[str, Any], faults: Sequence[Fault]) -> dict[str, str]:
    """Take the tables, or keys of no table, that hold a value of no trust out of the settings; return each with why."""
    found: dict[str, str] = {}
    for fault in faults:
        if not fault.untrusted:
            continue
        names = [name for name in fault.keys if isinstance(name, str)]  # not the index in a list
        *tables, last = names[:1] if len(names) == 1 else names[:-1]
        table: dict[str, Any] = raw
        for name in tables:
            table = table.get(name, {})
        if last in table:
            del table[last]
            named = f"its {names[-1]}" if len(names) > 1 else "it"
            found[".".join([*tables, last])] = f"{named} {fault.message}"
    return found
