"""What any bytes are held to, whichever input they are taken for: the targets that the drivers of this folder share.

Every input is read as each kind of file that the package reads: as a report by two templates, as settings, as a
template, as the tracker's export in each format, as the incident tool's, as corrections, as metrics, and as services of
other tools. Then

- nothing is raised but the package's own errors, and each line of one names the file, the place and what is wrong,
- the time on the CPU is bounded by the size of the input,
- the rows of a report become tables, and a row of its timeline, an action item or a ticked service is read or named in
  a problem,
- a report that `populate` fills says the same as before, and filling it again changes nothing.
"""

from __future__ import annotations

import gc
import os
import re
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pandas as pd

from incident_analytics.config import IncidentToolSettings, Settings, TemplateSettings, TrackerSettings, read_settings
from incident_analytics.csv_files import CsvProblem
from incident_analytics.errors import IncidentAnalyticsError, OutputError
from incident_analytics.evidence.metric_files import read_metric_files
from incident_analytics.files import BOM, decode_text
from incident_analytics.imports import import_services, kinds_of
from incident_analytics.incident_tool import read_incident_tool, read_tool_rows
from incident_analytics.loading import as_corpus, read_records
from incident_analytics.metric_csv import metric_problems
from incident_analytics.reports.corrections import read_correction_file
from incident_analytics.reports.edit import fill_report
from incident_analytics.reports.template import read_template
from incident_analytics.tracker import read_tracker, tracker_problems

SECONDS = 1.0
SECONDS_A_BYTE = 150e-6
"""What one reader may take on the CPU: several times what it takes on a slow machine for rows of four bytes, so that
only growth exceeds it."""

_TEMPLATE = Path(__file__).parents[1] / "reports" / "status-log.toml"
_REPORT = Path(__file__).parent / "corpus" / "short.md"
_SETTINGS = Settings(services={"API": {}, "Frontend": {"aliases": ["Web"]}}, timezone="Europe/Berlin")
_TWO_TEMPLATES = Settings(templates=TemplateSettings(files=(_TEMPLATE,)))
_COLUMNS = {"key": "Key", "action": "Summary", "status": "Status", "due_on": "Due date", "completed_on": "Resolved"}
_ROWS = {
    "## Timeline": ("timeline", re.compile(r"\| (?:[01]\d|2[0-3]):[0-5]\d \| [A-Za-z ]{3,80} \|")),
    "## Action Items": (
        "actions",
        re.compile(
            r"\| (?!No|To be|Action\b)[A-Z][a-z]{2,20} [\w ()-]{8,80} \| [A-Z][A-Za-z ]{1,40} \|(?: [\w-]+ \|){2}"
        ),
    ),
    "### Affected Services": (
        "services",
        re.compile(r"- \[x\] (?:API|Frontend|Admin Dashboard|(?:Audio|Content) Generation)"),
    ),
}
"""Of each section, the table that its rows come to, and rows that are plain, so that there is no doubt about them."""
_LINES = re.compile(r"lines (\d{1,9}) to (\d{1,9}), aren't read")
_COUNTED = re.compile(r"[\d,]+ (?:time|value|row)")
_HEADING = re.compile(r"(#{1,6}) .*")


Reader = Callable[[Path, bytes], None]
"""What reads a file, whose bytes are also given; an error of the package is its way to refuse it."""


class Finding(AssertionError):  # noqa: N818 - every fuzzer calls it that
    """What an input did that none may do."""


def fuzz(data: bytes, readers: Collection[Reader] | None = None) -> None:
    """Hold one input against every reader, or some of them.

    Raises
    ------
    Finding
        Where a reader takes too long, loses a row or contradicts itself. Any other exception is a finding, too.
    """
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        file = Path(folder, "INC-2025-03-14-001.md")
        file.write_bytes(data)
        for reader in READERS if readers is None else readers:
            _in_time(reader, file, data)


def _in_time(reader: Reader, file: Path, data: bytes) -> None:
    limit = SECONDS + SECONDS_A_BYTE * len(data)
    spent = []
    for _ in range(3):  # one that was slow by chance, such as the first, which imports pandas, may try again
        gc.collect(0)
        begun = time.process_time()
        try:
            reader(file, data)
        except IncidentAnalyticsError as error:
            _says_where_and_what(error, file)
        spent.append(time.process_time() - begun)
        if spent[-1] <= limit:
            return
    raise Finding(
        f"{reader.__name__} took {min(spent):.1f} s on the CPU for {len(data):,} bytes; {limit:.1f} are allowed"
    )


def _says_where_and_what(error: IncidentAnalyticsError, file: Path) -> None:
    """Hold that each line of an error names the file, then what is wrong."""
    for words in str(error).splitlines():
        if not re.match(rf"{re.escape(str(file))}: ?\S", words):
            raise Finding(f"an error that does not say where or what: {words!r}")


def _hold_lines(problems: Iterable[CsvProblem], data: bytes) -> None:
    """Hold that each problem is of a line that the file has, and of one line itself."""
    most = 1 + len(re.findall(rb"\r\n|\r|\n", data))
    for problem in problems:
        if not 1 <= problem.line <= most or not problem.message.strip() or len(problem.message.splitlines()) > 1:
            raise Finding(f"a problem that does not say where or what: {problem}")


def report(file: Path, data: bytes) -> None:
    """Read a report by the built-in template and with another one, and build the tables of what was read."""
    for settings in (_SETTINGS, _TWO_TEMPLATES):
        records = read_records(file, settings=settings)
        problems = records.tables["problems"]
        if failed := [words for words in problems["message"] if words.startswith("reading it failed")]:
            raise Finding(failed[0])
        outcomes, ids = records.tables["files"]["outcome"], records.tables["incidents"]["incident_id"]
        if not outcomes or outcomes.count("loaded") != len(ids):
            raise Finding(f"{len(ids)} incidents from files that are {outcomes}")
        if ids:
            as_corpus(records)
        if ids and "copy" not in outcomes:  # a copy's rows are in no table, and it is a problem itself
            by_problem = {*problems["line"], *(line for words in problems["message"] for line in _together(words))}
            named = {name: {*records.tables[name]["line"], *by_problem} for name, _ in _ROWS.values()}
            _rows_are_named(data, named)


def _together(message: str) -> Collection[int]:
    """Return the lines that a problem names together."""
    found = _LINES.search(message)
    return range(int(found[1]), int(found[2]) + 1) if found else ()


def _rows_are_named(data: bytes, named: Mapping[str, Collection[int]]) -> None:
    """Hold that each plain row of a section has its line among those of the section's table or of the problems."""
    section = ""
    for line, words in enumerate(re.split(r"\r\n|\n|\r", decode_text(data.removeprefix(BOM))[0]), start=1):
        if "<!--" in words:
            return  # what is between the marks of populate is its own
        if heading := _HEADING.fullmatch(words):
            if words in _ROWS or len(heading[1]) <= 2 or section.startswith("###"):
                section = words
        elif section in _ROWS:
            table, row = _ROWS[section]
            if row.fullmatch(words) and line not in named[table]:
                raise Finding(f"the row of line {line} is neither read nor named: {words!r}")


def filled_report(_file: Path, data: bytes) -> None:
    """Fill a report's sections twice."""
    blocks = {"metric": "**Median**: 1h\n\n| a | b |\n|---|---|\n| 1 | 2 |", "error_message": "```\nopen"}
    with suppress(OutputError):  # what holds no report; the caller knows the file and names it
        once = fill_report(data, blocks).content
        if fill_report(once, blocks).content != once:
            raise Finding("filling a report again changes it")


def settings_file(file: Path, _data: bytes) -> None:
    """Read settings, trusted or not."""
    for trusted in (False, True):
        read_settings(file, trusted=trusted)


def template_file(file: Path, _data: bytes) -> None:
    """Read a template, and by it a report: what it says may be of no use, but never breaks the reading."""
    template = read_template(file)
    for words in ("When did it start?", "Root cause", template.name, template.incident_id):
        template.field_named(words)
        template.section_named(words)
        template.id_in(words)
        template.stated_milestone(words)
    settings = Settings(templates=TemplateSettings(files=(file,), only=template.name))
    records = read_records(_REPORT, settings=settings)
    if failed := [words for words in records.tables["problems"]["message"] if words.startswith("reading it failed")]:
        raise Finding(failed[0])


def tracker_export(file: Path, data: bytes) -> None:
    """Read the tracker's export in each of its formats, named by the settings or by what it holds."""
    as_json = file.with_suffix(".json")
    as_json.write_bytes(data)
    forms = [(file, form, {}) for form in ("jira", "gitlab", "linear", "github", "csv")]
    for path, form, columns in ((file, "csv", _COLUMNS), (as_json, "csv", {}), *forms):
        settings = Settings(tracker=TrackerSettings(file=path, format=form, columns=columns))
        problems = tracker_problems(settings)
        _hold_lines(problems, data)
        _refused_alike(lambda chosen=settings: read_tracker(chosen), problems, path)


def incident_tool(file: Path, data: bytes) -> None:
    """Read the incident tool's export."""
    settings = Settings(incident_tool=IncidentToolSettings(files=(file,)))
    problems = [problem for _, problem in read_tool_rows(settings)[1]]
    _hold_lines(problems, data)
    _refused_alike(lambda: read_incident_tool(settings), problems, file)


def _refused_alike(read: Callable[[], object], problems: Iterable[CsvProblem], file: Path) -> None:
    """Hold that a reader refuses a file only where a problem says so."""
    try:
        read()
    except IncidentAnalyticsError as error:
        _says_where_and_what(error, file)
        if not any(problem.code == "unreadable-file" for problem in problems):
            raise Finding(f"an export that is refused without a problem: {error}") from None


def corrections(file: Path, data: bytes) -> None:
    """Read a corrections file."""
    _, problems = read_correction_file(file, ("SEV-3", "SEV-2", "SEV-1"))
    _hold_lines(problems, data)


def metric_file(file: Path, data: bytes) -> None:
    """Read a metric file: what `populate` leaves out of it, `check` has named."""
    problems = [problem for _, problem in metric_problems([file], "Europe/Berlin")]
    _hold_lines(problems, data)
    start, end = pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")
    series, refused = read_metric_files([file], start=start, end=end, timezone="Europe/Berlin")
    messages = [words for words in refused["message"] if not words.startswith("no values from ")]
    said = sorted(found[0] for words in messages if (found := _COUNTED.search(words)))
    named = sorted(found[0] for problem in problems if (found := _COUNTED.search(problem.message)))
    if len(messages) != len(problems) or said != named:
        raise Finding(f"check says {[problem.message for problem in problems]}, populate {messages}")
    if len(series) and any(problem.code == "unreadable-file" for problem in problems):
        raise Finding(f"values of a file that is refused: {problems}")


def services_of_other_tools(file: Path, _data: bytes) -> None:
    """Read a file as OpenSLO's and as Backstage's, and as what `init` may find next to its settings."""
    kinds_of(file)
    for openslo, backstage in (([file], []), ([], [file])):
        import_services(openslo, backstage)


READERS: tuple[Reader, ...] = (
    *(report, filled_report, settings_file, template_file, tracker_export, incident_tool, corrections, metric_file),
    services_of_other_tools,
)
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a file system in memory, much faster
