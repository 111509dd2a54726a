"""The settings file: defaults without one, and errors that name the file and the key."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident_analytics.config import SETTINGS_NAME, PrometheusSettings, Settings, find_settings, read_settings
from incident_analytics.errors import SettingsError
from incident_analytics.schema import DEFAULT_METRICS, Metric

WHOLE = """
reports = ["reports", "/elsewhere"]
timezone = "Europe/London"
fiscal_year_start = 4

[severities]
order = ["SEV-3", "SEV-2", "SEV-1"]
synonyms = { P1 = "SEV-1" }

[services.API]
target = 0.999
team = "Web"
aliases = ["Public API"]

[services."Admin Dashboard"]

[sla]
window = "month"
severities = ["SEV-1"]
minimum_outage = "PT5M"

[[maintenance]]
service = "API"
start = 2025-08-10T04:00:00Z
end = 2025-08-10T08:00:00+02:00

[metrics]
primary = "time_to_page"

[metrics.time_to_page]
from = "started_at"
to = "responded_at"
fallbacks = { from = ["detected_at"], to = ["mitigated_at"] }

[tracker]
file = "export.csv"
columns = { key = "Key" }

[evidence.logs]
files = ["logs/*.gz", "/var/log/x.log"]

[evidence.changes]
repository = "../config"
paths = ["*.toml"]

[check]
ignore = ["missing-section"]
levels = { duration-mismatch = "error" }

[evidence]
margin = "PT30M"
baseline_days = 14

[evidence.prometheus]
url = "https://prometheus.example/prom"
timeout = "PT5S"
token_env = "PROMETHEUS_TOKEN"

[evidence.prometheus.queries]
errors = { query = "rate(errors[5m])", unit = "/s", worst = "high" }
up = "up"

[evidence.metrics]
files = ["telemetry/*.csv", "/elsewhere/x.parquet"]
units = { errors = "%", handshakes = "%" }
worst = { errors = "low", handshakes = "low" }
"""


def write(folder: Path, text: str) -> Path:
    file = folder / SETTINGS_NAME
    file.write_text(text, encoding="utf-8")
    return file


def test_everything_has_a_default() -> None:
    settings = Settings()
    assert settings == Settings.model_validate({})
    assert (settings.path, settings.reports, settings.timezone, settings.fiscal_year_start) == (None, (), "UTC", 1)
    assert settings.severities.order == ("SEV-3", "SEV-2", "SEV-1")
    assert settings.metrics == dict(DEFAULT_METRICS)
    assert settings.primary_metric == "time_to_restore"
    assert settings.targets == {}
    assert (settings.sla.window, settings.sla.severities, settings.sla.minimum_outage) == (
        "quarter",
        None,
        timedelta(0),
    )
    assert settings.tracker is None
    assert (settings.evidence.margin, settings.evidence.baseline_days) == (timedelta(hours=1), 7)
    assert (settings.evidence.prometheus, settings.evidence.metrics) == (None, None)
    assert (settings.evidence.units, settings.evidence.worst) == ({}, {})


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    assert read_settings(file) == Settings().model_copy(update={"path": file})


def test_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths are taken from the file's folder, whatever the working folder is."""
    write(tmp_path, WHOLE)
    monkeypatch.chdir(tmp_path)
    settings = read_settings(SETTINGS_NAME)
    monkeypatch.chdir("/")
    assert settings.path == Path(SETTINGS_NAME)
    assert settings.reports == (tmp_path / "reports", Path("/elsewhere"))
    assert settings.targets == {"API": 0.999}
    assert settings.services["API"].aliases == ("Public API",)
    assert settings.services["Admin Dashboard"].team is None
    assert settings.sla.minimum_outage == timedelta(minutes=5)
    (window,) = settings.maintenance
    assert (window.start, window.end) == (datetime(2025, 8, 10, 4, tzinfo=UTC), datetime(2025, 8, 10, 6, tzinfo=UTC))
    own = Metric(("started_at", "detected_at"), ("responded_at", "mitigated_at"))
    assert settings.metrics == {**DEFAULT_METRICS, "time_to_page": own}
    assert settings.primary_metric == "time_to_page"
    assert settings.tracker is not None
    assert settings.tracker.file == tmp_path / "export.csv"
    assert settings.check.ignore == ("missing-section",)
    logs, changes = settings.evidence.logs, settings.evidence.changes
    assert logs is not None
    assert changes is not None
    assert (logs.files, logs.format, logs.timezone) == (
        (tmp_path / "logs/*.gz", Path("/var/log/x.log")),
        "auto",
        "UTC",
    )
    assert (changes.repository, changes.paths) == (tmp_path / "../config", ("*.toml",))
    assert (changes.branch, changes.hours_before) == ("HEAD", 24)
    evidence = settings.evidence
    assert (evidence.margin, evidence.baseline_days) == (timedelta(minutes=30), 14)
    assert evidence.prometheus is not None
    assert evidence.prometheus.timeout == timedelta(seconds=5)
    assert {name: query.query for name, query in evidence.prometheus.queries.items()} == {
        "errors": "rate(errors[5m])",
        "up": "up",
    }
    assert evidence.metrics is not None
    assert evidence.metrics.files == (tmp_path / "telemetry/*.csv", Path("/elsewhere/x.parquet"))
    assert evidence.units == {"errors": "/s", "handshakes": "%"}, "a query's own come before those of the files"
    assert evidence.worst == {"errors": "high", "handshakes": "low"}


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert read_settings(write(tmp_path, "\ufefftimezone = 'UTC'\n")).timezone == "UTC"


PROMETHEUS = "[evidence.prometheus]\nurl = 'http://x'\n"
BAD: list[tuple[str, str]] = [
    ("timezon = 'UTC'", "timezon: no such key; did you mean timezone?"),
    ("timezone = 'Mars/Base'", "timezone: 'Mars/Base' is not an IANA zone such as UTC or Europe/London"),
    ("timezone = '../etc/passwd'", "timezone: '../etc/passwd' is not an IANA zone such as UTC or Europe/London"),
    ("fiscal_year_start = 13", "fiscal_year_start: 13 is above 12"),
    ("path = 'x'", "path: no such key; the reports' folders are named by reports = [...]"),
    ("[severities]\norder = []", "severities.order: is empty"),
    ("[severities]\nsynonyms = { P1 = 'SEV-9' }", "severities: synonym 'P1' is 'SEV-9', which is not in order"),
    ("[services.API]\ntarget = 99.9", "services.API.target: 99.9 is not above 0 and at most 1; write 0.999 for 99.9%"),
    ("[services.API]\ntarget = 0", "services.API.target: 0 is not above 0 and at most 1; write 0.999 for 99.9%"),
    ("[services.API]\ntaget = 0.9", "services.API.taget: no such key; did you mean target?"),
    ("[services.A]\naliases = ['x']\n[services.B]\naliases = ['X']", "services.B: 'X' is a name of A too"),
    ("[services.A]\n[services.B]\naliases = ['a']", "services.B: 'a' is a name of A too"),
    ("[sla]\nwindow = 'week'", "sla.window: 'week' is not one of month, quarter, rolling-30d"),
    ("[sla]\nseverities = ['SEV9']", "sla.severities: 'SEV9' is not one of SEV-3, SEV-2, SEV-1"),
    ("[sla]\nminimum_outage = -5", "sla.minimum_outage: -5 is below 0"),
    (
        "[[maintenance]]\nservice = 'A'\nstart = 2025-01-02T00:00:00Z\nend = 2025-01-01T00:00:00Z",
        "maintenance.0: end is not after start",
    ),
    (
        "[[maintenance]]\nservice = 'A'\nstart = 2025-01-02T00:00:00\nend = 2025-01-03T00:00:00Z",
        "maintenance.0.start: 2025-01-02T00:00:00 has no zone; write 2025-01-02T00:00:00Z if it is UTC",
    ),
    ("[metrics]\nprimary = 'mttr'", "metrics: primary 'mttr' is not one of time_to_detect, time_to_acknowledge, time_to_identify, time_to_mitigate, time_to_restore, time_to_close, reported_duration"),
    ("[metrics.x]\nfrom = 'started'\nto = 'closed_at'", "metrics.x.from: 'started' is not one of occurred_at, started_at, detected_at, responded_at, identified_at, mitigated_at, restored_at, closed_at, ended_at"),
    ("[metrics.x]\nfrom = 'started_at'", 'metrics.x: from and to are missing; write both, or column = "stated_duration"'),
    ("[tracker]\nfile = 'x.csv'\n[tracker.columns]\nid = 'Id'", "tracker.columns.id: 'id' is not one of key, incident_id, action, status, owner, due_on, completed_on"),
    ("[check]\nlevels = { approximate = 'fatal' }", "check.levels.approximate: 'fatal' is not one of error, warning, info"),
    ("[evidence]\nmargin = 'PT-1H'", "evidence.margin: 'PT-1H' is not a length of time; write one such as PT5M, or seconds"),
    ("[evidence]\nmargin = -60", "evidence.margin: -60 is below 0"),
    ("[evidence]\nbaseline_days = 0", "evidence.baseline_days: 0 is not above 0"),
    ("[evidence.metrics]\nfiles = []", "evidence.metrics.files: is empty"),
    ("[evidence.metrics]\nfiles = ['x.csv']\nworst = { up = 'down' }", "evidence.metrics.worst.up: 'down' is not one of high, low"),
    (f"{PROMETHEUS}queries = {{}}", "evidence.prometheus.queries: is empty"),
    (f"{PROMETHEUS}queries.up = {{ unit = '%' }}", "evidence.prometheus.queries.up.query: is missing"),
    (f"{PROMETHEUS}queries.up = 'up'\ntoken_env = 'T'\nuser = 'me'\npassword_env = 'P'", "evidence.prometheus: token_env and user are two ways to sign in; delete one"),
    (f"{PROMETHEUS}queries.up = 'up'\nuser = 'me'", "evidence.prometheus: user and password_env go together; set both or neither"),
    ("report_url = 'https://git.example/reports'", "report_url: 'https://git.example/reports' leads to no report; write {id} or {path} where the report's is to be"),
    ("report_url = 'https://git.example/{name}'", "report_url: 'https://git.example/{name}' leads to no report; write {id} or {path} where the report's is to be"),
    ("title = ''", "title: is empty"),
    ("[evidence.prometheus]\nqueries.up = 'up'\nurl = 'file:///etc'", "evidence.prometheus.url: 'file:///etc' is not an address such as http://prometheus:9090"),
    ("[evidence.prometheus]\nqueries.up = 'up'\nurl = 'http://me:secret@x'", "evidence.prometheus.url: holds a user or password; name environment variables instead, such as password_env = 'NAME'"),
    ("[evidence.logs]\nfiles = []", "evidence.logs.files: is empty"),
    ("[evidence.logs]\nfiles = ['x']\nformat = 'xml'", "evidence.logs.format: 'xml' is not one of auto, json, text"),
    ("[evidence.changes]\npaths = ['x']", "evidence.changes.repository: is missing"),
    ("[evidence.changes]\nrepository = 'x'\nhours_before = 0", "evidence.changes.hours_before: 0 is not above 0"),
    ("[limits]\nfile_size = 0", "limits.file_size: 0 is not above 0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value) == f"{file}: {message}"


@pytest.mark.parametrize(
    "text", ["[check]\nignore = ['missing-secton']", "[check]\nlevels = { missing-secton = 'error' }"]
)
def test_a_misspelt_problem_code_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(
        SettingsError,
        match=r"check\..*: 'missing-secton' is not one of not-a-report, doubtful-report, unreadable-file, ",
    ):
        read_settings(write(tmp_path, text))


def test_every_wrong_key_has_a_line(tmp_path: Path) -> None:
    file = write(tmp_path, "timezone = 3\nfiscal_year_start = 0\n")
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value).splitlines() == [
        f"{file}: timezone: 3 is not text",
        f"{file}: fiscal_year_start: 0 is below 1",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = ", "1: not valid TOML: Invalid value; check quotes, brackets and = at the end of the file"),
        (
            b"a = 1\n\nb = [1\n\n",
            "3: not valid TOML: Unclosed array; check quotes, brackets and = at the end of the file",
        ),
        (b"\n= 1", "2: not valid TOML: Invalid statement; check quotes, brackets and = at column 1"),
        (b"\xff\xfe", "1: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"a = 1\nb = 'caf\xe9'", "2: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"a = 1\na = 2", "2: not valid TOML: a key is there twice; delete one"),
        (b"[a]\n[b]\n[a]\n", "3: not valid TOML: a table is there twice; put all its keys into one"),
    ],
)
def test_what_is_no_toml_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value).startswith(f"{file}:{message}")


@pytest.mark.parametrize(("name", "message"), [("missing.toml", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {message}"


def test_the_nearest_settings_file_upward_is_found(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    outer, inner = write(tmp_path, ""), write(tmp_path / "a", "")
    report = tmp_path / "a" / "b" / "x.md"
    report.write_text("")
    assert find_settings(report) == inner
    assert find_settings(tmp_path / "a" / "b") == inner
    assert find_settings(tmp_path / "a" / "not there" / "x.md") == inner
    assert find_settings(tmp_path) == outer
    assert find_settings(str(tmp_path)) == outer


def test_a_folder_of_that_name_is_no_settings_file(tmp_path: Path) -> None:
    outer = write(tmp_path, "")
    (tmp_path / "a" / SETTINGS_NAME).mkdir(parents=True)
    assert find_settings(tmp_path / "a") == outer


def test_settings_do_not_change_after_reading() -> None:
    with pytest.raises(AttributeError, match="frozen"):
        Settings().timezone = "CET"  # type: ignore[misc]


def test_a_secret_comes_from_the_environment() -> None:
    plain = PrometheusSettings.model_validate({"url": "http://x", "queries": {"up": "up"}})
    assert plain.request_headers({}) == {}
    bearer = plain.model_copy(update={"token_env": "T"})
    assert bearer.request_headers({"T": "abc\n"}) == {"Authorization": "Bearer abc"}
    basic = plain.model_copy(update={"user": "me", "password_env": "P"})
    assert basic.request_headers({"P": "a:b"}) == {"Authorization": "Basic bWU6YTpi"}


@pytest.mark.parametrize("environment", [{}, {"T": " "}])
def test_a_secret_that_is_not_there_is_named_by_its_variable(environment: dict[str, str]) -> None:
    raw = {"url": "http://x", "queries": {"up": "up"}, "user": "me", "password_env": "T"}
    with pytest.raises(SettingsError) as caught:
        PrometheusSettings.model_validate(raw).request_headers(environment)
    assert str(caught.value) == "evidence.prometheus.password_env: the environment has no variable T, or it is empty"


def test_brackets_without_end_are_an_error_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "incident-analytics.toml"
    file.write_text("reports = " + "[" * 2000)
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value) == f"{file}: not valid TOML: too many brackets within each other; write fewer"
