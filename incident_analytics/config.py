"""The settings file, incident-analytics.toml, as a checked `Settings`."""

from __future__ import annotations

import os
import re
import shlex
from base64 import b64encode
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from incident_analytics.errors import SettingsError
from incident_analytics.files import LOG_LIMIT, matching_paths, read_toml
from incident_analytics.periods import Calendar
from incident_analytics.schema import DEFAULT_METRICS, PROBLEMS, SEVERITIES, TABLES, Metric

__all__ = [
    "SETTINGS_NAME",
    "PrometheusSettings",
    "Settings",
    "find_settings",
    "find_trusted_settings",
    "read_settings",
]

SETTINGS_NAME = "incident-analytics.toml"
_UNTRUSTED = "untrusted"
"""The type of error of a value that only trusted settings may have."""


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


def _reject_untrusted(info: ValidationInfo, reason: str) -> None:
    """Refuse a value that reaches outside the folder of settings that nobody vouched for."""
    if info.context and not info.context["trusted"]:
        raise PydanticCustomError(_UNTRUSTED, reason)


def _variable_name(name: str, info: ValidationInfo) -> str:
    _reject_untrusted(info, "reads an environment variable")
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


def _web_address(url: str, info: ValidationInfo) -> str:
    _reject_untrusted(info, "is a URL")
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


def _from_folder(path: Path, info: ValidationInfo) -> Path:
    """Return a path taken from the settings file's folder, so that the working folder does not matter."""
    if not info.context:
        return path
    place: Path = info.context["folder"] / path
    if not info.context["trusted"] and _leaves(place, info.context["folder"]):
        _reject_untrusted(info, "leads outside the file's folder")
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


def _repository(place: Path, info: ValidationInfo) -> Path:
    """Return a repository's path; a folder may name objects anywhere, a bundle holds its own."""
    if place.is_dir():
        _reject_untrusted(info, "is a git repository, not a bundle")
    return place


FolderPath = Annotated[Path, AfterValidator(_from_folder)]
"""A file or folder of the settings. This type, `WebAddress` and `VariableName` hold what trust in settings is about."""
RepositoryPath = Annotated[FolderPath, AfterValidator(_repository)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
VariableName = Annotated[str, AfterValidator(_variable_name)]
InstantColumn = Annotated[str, AfterValidator(_instant_column)]
ProblemCode = Annotated[str, AfterValidator(_problem_code)]


class _Section(BaseModel):
    """What all parts of the settings share: a misspelt key is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeveritySettings(_Section):
    """``[severities]``: the declared severities from least to worst, and other words for them."""

    order: tuple[str, ...] = Field(default=SEVERITIES, min_length=1)
    synonyms: dict[str, str] = {}

    @model_validator(mode="after")
    def _check(self) -> SeveritySettings:
        if len(set(self.order)) < len(self.order):
            raise ValueError("order names a severity twice")
        for word, severity in self.synonyms.items():
            if severity not in self.order:
                raise ValueError(f"synonym {word!r} is {severity!r}, which is not in order")
        return self


class ServiceSettings(_Section):
    """``[services.NAME]``: its target availability as a fraction, its team, other names that reports give it."""

    target: Annotated[float, AfterValidator(_fraction)] | None = None
    team: str | None = None
    aliases: tuple[str, ...] = ()


class SlaSettings(_Section):
    """``[sla]``: over which window, counting which severities (all unless named) and how long an outage at least."""

    window: Literal["month", "quarter", "rolling-30d"] = "quarter"
    severities: tuple[str, ...] | None = None
    minimum_outage: timedelta = Field(default=timedelta(0), ge=timedelta(0))


class MaintenanceSettings(_Section):
    """``[[maintenance]]``: a planned window of a service, out of numerator and denominator."""

    service: str
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _check(self) -> MaintenanceSettings:
        if self.end <= self.start:
            raise ValueError("end is not after start")
        return self


class _Fallbacks(_Section):
    start: tuple[InstantColumn, ...] = Field(default=(), alias="from")
    end: tuple[InstantColumn, ...] = Field(default=(), alias="to")


class MetricSettings(_Section):
    """``[metrics.NAME]``: a span between two instants of incidents, each with fallbacks, or a stated duration."""

    start: InstantColumn | None = Field(default=None, alias="from")
    end: InstantColumn | None = Field(default=None, alias="to")
    fallbacks: _Fallbacks = _Fallbacks()
    column: Literal["stated_duration"] | None = None

    @model_validator(mode="after")
    def _check(self) -> MetricSettings:
        if self.column is not None and (self.start or self.end):
            raise ValueError("column and from/to are two definitions; delete one")
        if self.column is None and not (self.start and self.end):
            raise ValueError('from and to are missing; write both, or column = "stated_duration"')
        return self

    def definition(self) -> Metric:
        """Return the metric as analyses take it."""
        if self.start is None or self.end is None:
            return DEFAULT_METRICS["reported_duration"]
        return Metric((self.start, *self.fallbacks.start), (self.end, *self.fallbacks.end))


class MetricsSettings(_Section):
    """``[metrics]``: which metric is the primary one, and tables that define your own metrics."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, MetricSettings] = Field(init=False)

    primary: str = "time_to_restore"

    @property
    def definitions(self) -> dict[str, Metric]:
        """The default metrics, overridden by the team's own."""
        return {**DEFAULT_METRICS, **{name: own.definition() for name, own in self.__pydantic_extra__.items()}}

    @model_validator(mode="after")
    def _check(self) -> MetricsSettings:
        if self.primary not in self.definitions:
            raise ValueError(f"primary {self.primary!r} is not one of {', '.join(self.definitions)}")
        return self


class TrackerSettings(_Section):
    """``[tracker]``: an issue tracker's export, in which format, and which of its columns holds what.

    A CSV export of Jira (``jira``) has columns of its own, which ``columns`` may add to or override; the JSON of
    ``gh issue list`` (``github``) has fields that never change.
    """

    file: FolderPath
    format: Literal["csv", "jira", "github"] = "csv"
    columns: dict[Literal["key", "incident_id", "action", "status", "owner", "due_on", "completed_on"], str] = {}

    @model_validator(mode="after")
    def _check(self) -> TrackerSettings:
        if self.format == "csv" and not self.columns:
            raise ValueError("columns is missing; name the column of each, such as columns = { key = 'Key' }")
        if self.format == "github" and self.columns:
            raise ValueError("columns has no meaning for format github; delete it")
        return self


class CalendarSettings(_Section):
    """``[calendar]``: the support hours, on which days of the week (Monday is 0), and the days off."""

    start: time
    end: time
    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = (0, 1, 2, 3, 4)
    holidays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> CalendarSettings:
        if self.end <= self.start:
            raise ValueError("end is not after start")
        return self


class CorrectionSettings(_Section):
    """``[corrections]``: a CSV (incident_id, field, value, reason, by) that overrides readings."""

    file: FolderPath


class CheckSettings(_Section):
    """``[check]``: problem codes to leave out, codes whose level is raised or lowered, and globs of files to skip."""

    exclude: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    ignore: tuple[ProblemCode, ...] = ()
    levels: dict[ProblemCode, Literal["error", "warning", "info"]] = {}


class TemplateSettings(_Section):
    """``[templates]``: an organisation's own template files, and the name of the only template to read by."""

    files: tuple[FolderPath, ...] = ()
    only: str | None = None


class LogSettings(_Section):
    """``[evidence.logs]``: log files or globs of them, their format, and the zone of times in them that name none."""

    files: tuple[FolderPath, ...] = Field(min_length=1)
    format: Literal["auto", "json", "text"] = "auto"
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"


class ChangeSettings(_Section):
    """``[evidence.changes]``: a git repository or bundle, what in it is configuration, and what of it is deployed."""

    repository: RepositoryPath
    paths: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    branch: str = Field(default="HEAD", min_length=1)
    hours_before: float = Field(default=24, gt=0, allow_inf_nan=False)


class QuerySettings(_Section):
    """One of ``[evidence.prometheus.queries]``: PromQL, the unit that its values are shown in, which way is worse."""

    query: str
    unit: str | None = None
    worst: Literal["high", "low"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"query": value} if isinstance(value, str) else value


class PrometheusSettings(_Section):
    """``[evidence.prometheus]``: where Prometheus answers, and what it is asked.

    Secrets stay in the environment: ``token_env`` names the variable of a bearer token, ``password_env`` that of the
    password of ``user``, ``headers_env`` those of other headers. ``headers`` are sent as they are, such as the tenant
    of Mimir. ``ca_file`` is the certificate of an authority that the system does not know, in PEM;
    ``client_certificate`` and ``client_key`` are what the server asks of its clients.
    """

    url: WebAddress
    timeout: timedelta = Field(default=timedelta(seconds=10), gt=timedelta(0))
    token_env: VariableName | None = None
    user: str | None = None
    password_env: VariableName | None = None
    headers: dict[HeaderName, Annotated[str, AfterValidator(_header_value)]] = {}
    headers_env: dict[HeaderName, VariableName] = {}
    ca_file: FolderPath | None = None
    client_certificate: FolderPath | None = None
    client_key: FolderPath | None = None
    queries: dict[str, QuerySettings] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> PrometheusSettings:
        if (self.user is None) != (self.password_env is None):
            raise ValueError("user and password_env go together; set both or neither")
        if self.user is not None and self.token_env is not None:
            raise ValueError("token_env and user are two ways to sign in; delete one")
        if self.client_key is not None and self.client_certificate is None:
            raise ValueError("client_certificate is missing; name the certificate that client_key belongs to")
        names = [name.casefold() for name in (*self.headers, *self.headers_env)]
        if len(set(names)) < len(names):
            raise ValueError("headers and headers_env name a header twice; delete one")
        if "authorization" in names and (self.token_env or self.user):
            raise ValueError("a header Authorization and token_env or user are two ways to sign in; delete one")
        return self

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


class MetricFileSettings(_Section):
    """``[evidence.metrics]``: CSV or Parquet files with series; of each metric the unit, and which way is worse."""

    files: tuple[FolderPath, ...] = Field(min_length=1)
    units: dict[str, str] = {}
    worst: dict[str, Literal["high", "low"]] = {}


class EvidenceSettings(_Section):
    """``[evidence]``: what Supporting Data is filled from, and how much time around an incident it shows.

    Attributes
    ----------
    margin
        How long before its start and after its end.
    baseline_days
        How many days before that show what is usual.
    """

    margin: timedelta = Field(default=timedelta(hours=1), ge=timedelta(0))
    baseline_days: int = Field(default=7, gt=0)
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


class LimitSettings(_Section):
    """``[limits]``: the largest report that is read, in bytes and in lines, and the largest log, in bytes unpacked."""

    file_size: int = Field(default=5_000_000, gt=0)
    lines: int = Field(default=50_000, gt=0)
    log_size: int = Field(default=LOG_LIMIT, gt=0)


class Settings(_Section):
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
        The IANA zone of the team: its midnights bound periods, and dates without a time are its midnights.
    fiscal_year_start
        The month in which the fiscal year starts, 1 to 12.
    """

    path: Path | None = None
    title: Annotated[str, Field(min_length=1)] | None = None
    owner: Annotated[str, Field(min_length=1)] | None = None
    report_url: Annotated[WebAddress, AfterValidator(_report_address)] | None = None
    skipped: tuple[str, ...] = ()
    reports: tuple[FolderPath, ...] = ()
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    severities: SeveritySettings = SeveritySettings()
    services: dict[str, ServiceSettings] = {}
    calendar_table: CalendarSettings | None = Field(default=None, alias="calendar")
    sla: SlaSettings = SlaSettings()
    maintenance: tuple[MaintenanceSettings, ...] = ()
    metrics_table: MetricsSettings = Field(default=MetricsSettings(), alias="metrics")
    tracker: TrackerSettings | None = None
    corrections: CorrectionSettings | None = None
    check: CheckSettings = CheckSettings()
    templates: TemplateSettings = TemplateSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    limits: LimitSettings = LimitSettings()

    @model_validator(mode="after")
    def _check(self) -> Settings:
        for severity in self.sla.severities or ():
            if severity not in self.severities.order:
                order = ", ".join(self.severities.order)
                raise ValueError(f"sla.severities: {severity!r} is not one of {order}")
        owners: dict[str, str] = {}
        for name, service in self.services.items():
            for word in (name, *service.aliases):
                owner = owners.setdefault(word.casefold(), name)
                if owner != name:
                    raise ValueError(f"services.{name}: {word!r} is a name of {owner} too")
        return self

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
        with a line for each key that is wrong.
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
            return Settings.model_validate(
                {**raw, "path": file, "skipped": tuple(skipped.values())},
                context={"folder": folder, "trusted": trusted},
            )
        except ValidationError as error:
            if not (found := _without_untrusted(raw, error)):
                raise SettingsError("\n".join(_messages(file, error))) from error
            for source, reason in found.items():
                skipped[source] = f"{file}: {source} skipped: {reason}; add {_config_option(file)} to trust it"


def find_trusted_settings(start: str | Path, *, working_folder: str | Path = ".") -> Settings:
    """Read the nearest settings file as far as it can be trusted; the defaults where there is none.

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
    file = find_settings(start)
    if file is None:
        return Settings()
    return read_settings(file, trusted=Path(working_folder).resolve().is_relative_to(file.parent))


def _config_option(file: Path) -> str:
    return f"--config {shlex.quote(str(file))}"


def _without_untrusted(raw: dict[str, Any], error: ValidationError) -> dict[str, str]:
    """Take the tables, or keys of no table, that hold a value of no trust out of the settings; return each with why."""
    found: dict[str, str] = {}
    for part in error.errors():
        if part["type"] != _UNTRUSTED:
            continue
        names = [name for name in part["loc"] if isinstance(name, str)]  # not the index in a list
        *tables, last = names[:1] if len(names) == 1 else names[:-1]
        table: dict[str, Any] = raw
        for name in tables:
            table = table.get(name, {})
        if last in table:
            del table[last]
            key = f"its {names[-1]}" if len(names) > 1 else "it"
            found[".".join([*tables, last])] = f"{key} {part['msg']}"
    return found


def _messages(file: Path, error: ValidationError) -> list[str]:
    lines = []
    for part in error.errors():
        key, message = ".".join(map(str, part["loc"])), part["msg"].removeprefix("Value error, ")
        lines.append(": ".join(filter(None, (str(file), key, message))))
    return lines
