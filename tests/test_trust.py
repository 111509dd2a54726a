"""What settings may name, by where they were found: each key that leads outside the settings' own folder."""

from __future__ import annotations

import threading
import tomllib
import types
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import nbformat
import pytest

from incident_analytics import population
from incident_analytics.cli import main
from incident_analytics.config import (
    SETTINGS_NAME,
    FolderPath,
    Settings,
    VariableName,
    WebAddress,
    find_trusted_settings,
    read_settings,
)
from incident_analytics.errors import NotebookError, SettingsError
from incident_analytics.publish import review
from incident_analytics.toml_tables import InSource, TomlTable

PROMETHEUS = "[evidence.prometheus]\nqueries.up = 'up'\n"

FILES = {
    "reports": ("reports", "reports = ['{place}']"),
    "tracker.file": ("tracker", "[tracker]\nfile = '{place}'\nformat = 'jira'"),
    "incident_tool.files": ("incident_tool", "[incident_tool]\nfiles = ['{place}']"),
    "imports.openslo": ("imports", "[imports]\nopenslo = ['{place}']"),
    "imports.backstage": ("imports", "[imports]\nbackstage = ['{place}']"),
    "corrections.file": ("corrections", "[corrections]\nfile = '{place}'"),
    "templates.files": ("templates", "[templates]\nfiles = ['inside.txt', '{place}']"),
    "evidence.logs.files": ("evidence.logs", "[evidence.logs]\nfiles = ['inside.txt', '{place}']"),
    "evidence.metrics.files": ("evidence.metrics", "[evidence.metrics]\nfiles = ['{place}']"),
    "evidence.changes.repository": ("evidence.changes", "[evidence.changes]\nrepository = '{place}'"),
    "evidence.prometheus.ca_file": (
        "evidence.prometheus",
        f"{PROMETHEUS}url = 'https://p'\nca_file = '{{place}}'",
    ),
    "evidence.prometheus.client_certificate": (
        "evidence.prometheus",
        f"{PROMETHEUS}url = 'https://p'\nclient_certificate = '{{place}}'",
    ),
    "evidence.prometheus.client_key": (
        "evidence.prometheus",
        f"{PROMETHEUS}url = 'https://p'\nclient_certificate = 'c'\nclient_key = '{{place}}'",
    ),
}
"""Each key that takes paths: what is skipped because of it, and settings that have it."""

OUTWARD = {
    "report_url": ("report_url", "report_url = 'https://wiki.example/{id}'"),
    "evidence.prometheus.url": ("evidence.prometheus", f"{PROMETHEUS}url = 'http://p:9090'"),
    "evidence.prometheus.token_env": ("evidence.prometheus", f"{PROMETHEUS}url = 'http://p'\ntoken_env = 'HOME'"),
    "evidence.prometheus.password_env": (
        "evidence.prometheus",
        f"{PROMETHEUS}url = 'http://p'\nuser = 'me'\npassword_env = 'HOME'",
    ),
    "evidence.prometheus.headers_env": (
        "evidence.prometheus",
        f"{PROMETHEUS}url = 'http://p'\nheaders_env = {{ X-Key = 'HOME' }}",
    ),
}
"""Each key that takes a URL or an environment variable."""

OUTSIDE = (
    "../outside.txt",
    "{outer}/outside.txt",
    "link.txt",
    "linked/outside.txt",
    "linked",
    "sub/*.txt",
    "sub/**",
    "sub",
    "../*/inside.txt",
    "sub/../../outside.txt",
    "*/../../outside.txt",
    "../not-there.txt",
    "dangling.txt",
    "round",
)
"""Ways out of the folder."""

INSIDE = (
    "inside.txt",
    "./inside.txt",
    "{folder}/inside.txt",
    "own.txt",
    "not-there.txt",
    "*.md",
    "more/**/*.txt",
    "more",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder of reports with links that lead out of it, below a folder of the user's own."""
    folder = tmp_path / "work" / "reports"
    (folder / "sub").mkdir(parents=True)
    (folder / "more" / "a").mkdir(parents=True)
    (folder / "inside.txt").write_text("x")
    (folder / "x.md").write_text("x")
    (folder / "more" / "a" / "x.txt").write_text("x")
    (tmp_path / "work" / "outside.txt").write_text("x")
    (folder / "own.txt").symlink_to("inside.txt")
    (folder / "more" / "again").symlink_to("../more")  # without an end
    (folder / "link.txt").symlink_to("../outside.txt")
    (folder / "linked").symlink_to("..")
    (folder / "sub" / "x.txt").symlink_to(tmp_path / "work" / "outside.txt")
    (folder / "dangling.txt").symlink_to("../not-there.txt")
    (folder / "round").symlink_to("../round")
    return folder


def put(folder: Path, text: str) -> Path:
    file = folder / SETTINGS_NAME
    file.write_text(text + "\n")
    return file


def has(settings: Settings, key: str) -> bool:
    """Tell whether a table or key is there."""
    value: Any = settings
    for name in key.split("."):
        value = getattr(value, name)
    if key == "imports":
        return bool(value.openslo or value.backstage)
    return bool(value.files if key == "templates" else value)


def line(file: Path, source: str) -> str:
    """Return the beginning of the line that says what is skipped."""
    return f"{file}: {source} skipped: "


# --- where settings are found ----------------------------------------------------------------------------------------

KEYS = {key: (source, text.replace("{place}", "../outside.txt")) for key, (source, text) in FILES.items()} | OUTWARD


@pytest.mark.parametrize("key", KEYS)
def test_what_leads_outside_counts_only_from_settings_of_the_user(tmp_path: Path, folder: Path, key: str) -> None:
    """Named, in the working folder or above it: used. Below it, or in another place: skipped, with a line."""
    source, text = KEYS[key]
    file = put(folder, text)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for working_folder in (folder, folder / "sub"):
        found = find_trusted_settings(folder / "x.md", working_folder=working_folder)
        assert (has(found, source), found.skipped) == (True, ())
    assert has(read_settings(file), source)
    for working_folder in (folder.parent, tmp_path, elsewhere):
        found = find_trusted_settings(folder / "x.md", working_folder=working_folder)
        assert not has(found, source)
        [skipped] = found.skipped
        assert skipped.startswith(line(file, source))
        assert skipped.endswith(f"; add --config {file} to trust it")


@pytest.mark.parametrize("key", FILES)
def test_no_path_leads_out_of_the_folder(folder: Path, key: str) -> None:
    source, text = FILES[key]
    for place in OUTSIDE:
        file = put(folder, text.format(place=place.format(outer=folder.parent)))
        found = read_settings(file, trusted=False)
        assert not has(found, source), place
        assert [skipped.startswith(line(file, source)) for skipped in found.skipped] == [True], place


@pytest.mark.parametrize("place", INSIDE)
@pytest.mark.parametrize("key", [key for key in FILES if not key.startswith("evidence.prometheus")])
def test_files_in_the_folder_are_used(folder: Path, key: str, place: str) -> None:
    source, text = FILES[key]
    file = put(folder, text.format(place=place.format(folder=folder)))
    if source == "imports" and place in {"not-there.txt", "more"}:  # read at once, and no YAML is there
        with pytest.raises(SettingsError, match="no such file or folder"):
            read_settings(file, trusted=False)
        return
    found = read_settings(file, trusted=False)
    if (key, place) == ("evidence.changes.repository", "more"):
        reason = "its repository is a git repository, not a bundle"
        assert found.skipped == (f"{file}: evidence.changes skipped: {reason}; add --config {file} to trust it",)
        return
    assert (has(found, source), found.skipped) == (True, ())


def test_each_source_that_is_skipped_has_one_line_and_the_others_stay(folder: Path) -> None:
    file = put(
        folder,
        "reports = ['..', '.', '/']\ntimezone = 'Europe/London'\n[tracker]\nfile = '/etc/passwd'\nformat = 'jira'\n"
        "[evidence.logs]\nfiles = ['/etc/*', 'inside.txt']\n[evidence.metrics]\nfiles = ['inside.txt']\n"
        f"{PROMETHEUS}url = 'http://p'\ntoken_env = 'HOME'\nheaders_env = {{ A = 'B', C = 'D' }}\nca_file = '/x'\n"
        "[services.API]\ntarget = 0.9",
    )
    found = read_settings(file, trusted=False)
    trust = f"; add --config {file} to trust it"
    assert found.skipped == (
        f"{file}: reports skipped: it leads outside the file's folder{trust}",
        f"{file}: tracker skipped: its file leads outside the file's folder{trust}",
        f"{file}: evidence.prometheus skipped: its url is a URL{trust}",
        f"{file}: evidence.logs skipped: its files leads outside the file's folder{trust}",
    )
    assert (found.timezone, found.targets, found.reports) == ("Europe/London", {"API": 0.9}, ())
    assert has(found, "evidence.metrics")


def test_a_mistake_is_an_error_next_to_what_is_skipped(folder: Path) -> None:
    file = put(folder, "timezone = 'Mars'\n[tracker]\nfile = '/etc/passwd'\nformat = 'jira'")
    with pytest.raises(SettingsError) as caught:
        read_settings(file, trusted=False)
    assert str(caught.value) == f"{file}: timezone: 'Mars' is not an IANA zone such as UTC or Europe/London"


def test_settings_that_are_a_link_out_of_their_folder_are_refused(folder: Path) -> None:
    """Their relative paths would be those of the other folder."""
    target = put(folder.parent, "[tracker]\nfile = 'outside.txt'\nformat = 'jira'")
    file = folder / SETTINGS_NAME
    file.symlink_to(target)
    with pytest.raises(SettingsError) as caught:
        read_settings(file, trusted=False)
    assert str(caught.value) == f"{file}: links to a file outside its folder; add --config {file} to trust it"
    assert has(read_settings(file), "tracker")


@pytest.mark.parametrize("key", ["skipped", "path"])
def test_settings_cannot_say_themselves_what_is_skipped(folder: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=f"{key}: no such key"):
        read_settings(put(folder, f"{key} = ['x']"))


@pytest.mark.parametrize("key", ["notebook", "commentary", "output", "python", "kernel", "trusted"])
def test_what_runs_or_is_written_to_comes_from_the_command_line_alone(folder: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=f"{key}: no such key"):
        read_settings(put(folder, f"{key} = 'x'"))


# --- every key ----------------------------------------------------------------------------------------------------


def fields(table: type[TomlTable], inside: str = "") -> Iterator[tuple[str, Any]]:
    """Give the name and the annotation of each key, those of tables within tables too."""
    kinds = get_type_hints(table, include_extras=True)
    for name, declared in table.model_fields.items():
        yield f"{inside}{declared.alias or name}", kinds[name]
        for each in parts(kinds[name]):
            if isinstance(each, type) and issubclass(each, TomlTable):
                yield from fields(each, f"{inside}{declared.alias or name}.")


def parts(annotation: Any) -> Iterator[Any]:
    """Give the types that an annotation is made of."""
    if get_origin(annotation) is Annotated:
        yield annotation
        annotation = get_args(annotation)[0]
    yield annotation
    if get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for each in get_args(annotation):
            yield from parts(each)


def checks_of(annotation: Any) -> set[InSource]:
    found = (part for part in parts(annotation) if get_origin(part) is Annotated)
    return {check for part in found for check in part.__metadata__ if isinstance(check, InSource)}


def test_every_key_that_leads_outside_is_checked_and_in_the_tables_above() -> None:
    """A key is known by its type, and by names that speak of a way out."""
    [from_folder] = checks_of(FolderPath)
    checks = {from_folder, *checks_of(WebAddress), *checks_of(VariableName)}
    checked: set[str] = set()
    for key, annotation in fields(Settings):
        names = checks_of(annotation)
        if names & checks:
            checked.add(key)
        if Path in set(parts(annotation)) and key != "path":
            assert from_folder in names, key
        if key.rpartition(".")[2].endswith(("url", "_env", "address", "host", "_file", "token", "key_file")):
            assert key in checked, f"{key} needs the type FolderPath, WebAddress or VariableName"
    assert checked == {*FILES, *OUTWARD}


# --- the verbs -------------------------------------------------------------------------------------------------------

REPORT = """# Incident Report: Jobs stuck

**Incident ID**: INC-2025-03-14-001
**Date**: 2025-03-14
**Duration**: 22:05 - 23:16 (1h 11m)
**Severity**: SEV-2
**Status**: Final

## Timeline

| Time (UTC) | Event |
|---|---|
| 22:05 | Initial alert/detection |
| 23:16 | Service restored |

## Supporting Data

### Metrics
### Error Messages
### Configuration Changes
"""


@pytest.fixture
def stranger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, list[str]]]:
    """Put settings in the reports' folder that would send a variable to a server; give them, and what it is sent."""
    sent: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(str(self.headers))
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        (folder / "INC-2025-03-14-001.md").write_text(REPORT)
        file = put(
            folder,
            f"{PROMETHEUS}url = '{url}'\ntoken_env = 'CLOUD_KEY'\n[tracker]\nfile = '../outside.txt'\nformat = 'jira'",
        )
        (folder.parent / "outside.txt").write_text("root:x:0:0\n")
        monkeypatch.setenv("CLOUD_KEY", "correct-horse")
        monkeypatch.setenv("no_proxy", "*")
        yield file, sent
        server.shutdown()


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["incident-analytics", *arguments])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


VERBS = [
    ("check",),
    ("show",),
    ("export", "actions", "--status", "all"),
    ("metrics", "actions"),
    ("populate", "--diff"),
]


@pytest.mark.parametrize("verb", VERBS, ids=[verb[0] for verb in VERBS])
@pytest.mark.usefixtures("in_shared_kernel")
def test_each_verb_says_what_it_skips_and_sends_and_shows_nothing(
    folder: Path, stranger: tuple[Path, list[str]], run: Run, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    file, sent = stranger
    monkeypatch.chdir(folder.parent)
    _, out, err = run(*verb, "reports/INC-2025-03-14-001.md")
    assert [skipped for skipped in err.splitlines() if "skipped:" in skipped] == [
        f"{file}: tracker skipped: its file leads outside the file's folder; add --config {file} to trust it",
        f"{file}: evidence.prometheus skipped: its url is a URL; add --config {file} to trust it",
    ]
    assert sent == []
    assert "root:x" not in out + err
    assert "correct-horse" not in out + err


def test_populate_names_what_it_asks_before_it_does(
    folder: Path, stranger: tuple[Path, list[str]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, sent = stranger
    url = tomllib.loads(file.read_text())["evidence"]["prometheus"]["url"]
    monkeypatch.chdir(folder.parent)
    named: list[tuple[str, int]] = []
    populate = population.populate

    def listened(*arguments: Any, remark: Callable[[str], object], **options: Any) -> Any:
        def note(text: str) -> None:
            named.append((text, len(sent)))
            remark(text)

        return populate(*arguments, remark=note, **options)

    monkeypatch.setattr(population, "populate", listened)
    code, _, err = run("populate", "--diff", "reports/INC-2025-03-14-001.md", "--config", str(file))
    sentence = f"evidence comes from Prometheus at {url} (signs in with CLOUD_KEY)"
    assert (sentence, 0) in named
    assert sentence in err.splitlines()
    assert code == 1, "the server fails"
    assert "Bearer correct-horse" in sent[0], "the bait works"


def test_a_notebook_that_does_not_take_trust_does_not_run_on_such_settings(
    folder: Path, stranger: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """It would read them by itself, and trust them."""
    file, _ = stranger
    mine = tmp_path / "mine.ipynb"
    cell = nbformat.v4.new_code_cell("paths = []\nperiod = ''\nsettings = None\nstatus = ''\nas_of = None")
    cell.metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), mine)
    arguments: dict[str, Any] = {"period": "2025Q1", "output_dir": tmp_path / "out", "settings": file}
    with pytest.raises(NotebookError, match="parameter 'trusted' is not one of"):
        review(folder, **arguments, notebook=mine, trusted=False)


def test_settings_of_the_working_folder_count_where_the_reports_have_none(tmp_path: Path) -> None:
    """As `init` writes them, for reports anywhere; settings nearer to the reports come first."""
    reports, working_folder = tmp_path / "reports", tmp_path / "work"
    for place in (reports, working_folder):
        place.mkdir()
    put(working_folder, 'title = "Ours"\n')
    assert find_trusted_settings(reports, working_folder=working_folder).title == "Ours"
    put(reports, 'title = "Theirs"\n')
    assert find_trusted_settings(reports, working_folder=working_folder).title == "Theirs"
