"""Reports filled in: by the notebook end to end, and by what a stand-in for it shows."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pandas.testing import assert_frame_equal

from incident_analytics import cli, population
from incident_analytics.errors import NotebookError, PathError, UnknownNameError
from incident_analytics.loading import load
from incident_analytics.notebooks import Kernel
from incident_analytics.population import Populated, populate
from incident_analytics.reports.template import template_text
from incident_analytics.showing import FIGURE

DEMO = Path(__file__).parents[1] / "data" / "demo"
IDS = ("INC-2025-08-05-001", "INC-2025-08-19-001")
SECTIONS = ("metric", "error_message", "configuration_change")


HOSTILE = "<b>x</b> | `y` [z](javascript:z) ``` <!-- incident-analytics: metric end --> # h"


def outcomes(found: list[Populated]) -> list[list[str]]:
    return [[filling.outcome for filling in one.fillings] for one in found]


def blocks(text: str) -> dict[str, str]:
    mark = "<!-- incident-analytics: "
    return dict(re.findall(rf"{mark}(\w+) begin [^\n]*\n(.*?){mark}\1 end -->", text, re.DOTALL))


def with_id(text: str, number: int, **changes: str) -> str:
    """Return a report of the demo as another one of the same day."""
    for old, new in {"2025-08-05-001": f"2025-08-05-{number:03}", **changes}.items():
        text = text.replace(old, new)
    return text


# --- the notebook itself ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with two reports to fill in, and in ``more`` one without the section and a file of two reports."""
    folder = tmp_path_factory.mktemp("populate") / "demo"
    shutil.copytree(DEMO, folder)
    (folder / "logs" / "hostile.log.gz").write_text(f"2025-08-06T00:31:00Z ERROR {HOSTILE}\n")
    more = folder / "more"
    more.mkdir()
    expired = (folder / "reports" / f"{IDS[0]}.md").read_text()
    draft = with_id(expired, 7, Final="Under Review").partition("## Supporting Data")[0]
    (more / "draft.md").write_text(draft.replace("Expired wildcard", "Expired <b>`x`</b> | wildcard"))
    untold = re.sub(r"(?m)^\*\*Duration.*\n|^\| \d.*\n", "", with_id(expired, 9))
    (more / "two.md").write_text(f"{with_id(expired, 8)}\n{untold}")
    return folder


@pytest.fixture(scope="module")
def filled(copied: Path, kernel: Kernel) -> list[Populated]:
    paths = [*(copied / "reports" / f"{name}.md" for name in IDS), copied / "more"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "Kernel", lambda: nullcontext(kernel))
        return populate(paths, settings=copied / "incident-analytics.toml")


@pytest.fixture(scope="module")
def demo(copied: Path, filled: list[Populated]) -> Path:  # noqa: ARG001 - it has been filled
    return copied


def test_all_three_sections_are_filled_whatever_the_status(demo: Path, filled: list[Populated]) -> None:
    assert [one.path for one in filled] == [
        *(f"{demo.as_posix()}/reports/{name}.md" for name in IDS),
        *(f"{demo.as_posix()}/more/{name}" for name in ("draft.md", "two.md", "two.md#2")),
    ]
    assert [one.failures for one in filled] == [()] * 5
    assert outcomes(filled) == [["replaced"] * 3] * 2 + [["added"] * 3] + [["replaced"] * 3] * 2


def test_a_filled_report_says_the_spans_the_budgets_the_messages_and_the_changes(demo: Path) -> None:
    text = (demo / "reports" / f"{IDS[0]}.md").read_text()
    parts = blocks(text)
    assert list(parts) == list(SECTIONS)
    for line in (
        "Response times, compared with the 8 earlier SEV-1 incidents.",
        "| time to detect | 5m | recorded | – |  |",
        "| time to acknowledge | 5m | recorded | 3m | 57% (4 of 7) |",
        "| time to identify | 1h | check | – |  |",
        "| time to restore | 2h 6m | recorded | 2h 23m | 38% (3 of 8) |",
        "Downtime of this incident alone, and its share of the error budgets.",
        "| API | 2025Q3 | 2h 6m | 99.8% | 4h 25m | 47.6% |",
        "| [INC-2024-08-13-001](INC-2024-08-13-001.md) | 2024-08-13 09:54 | Older players refuse new certificate",
        "| handshakes of API | 99.97% | 0% | 2025-08-05 23:50 | 99.93% |",
    ):
        assert f"\n{line}" in parts["metric"]
    assert "tls: expired certificate | error | 1,559 | 0 | 2025-08-05 23:49 |" in parts["error_message"]
    assert '"error": "401 for Bearer <secret>"}' in parts["error_message"]
    assert "| Renew the wildcard certificate again | certificates.toml |" in parts["configuration_change"]
    for secret in ("s3cr3t", "4f1c8e20b7", "eyJ", "correct-horse", "@mail.example", str(demo)):
        assert secret not in "".join(parts.values())


def test_figures_are_next_to_the_report_and_shown_in_it(demo: Path) -> None:
    for folder, names in (("reports", IDS), ("more", ("INC-2025-08-05-007", "INC-2025-08-05-008"))):
        for name in names:
            there = {file.name for file in (demo / folder / name).iterdir()}
            files = (demo / folder).glob("*.md")
            linked = {link for file in files for link in re.findall(rf"!\[.*\]\({name}/(.*)\)", file.read_text())}
            assert there == linked
            assert there
            assert all(FIGURE.fullmatch(file) for file in there)


def test_an_incident_of_unknown_time_says_so(demo: Path) -> None:
    """The second report of the file has neither Duration nor timeline: nothing can be looked up, and nothing fails."""
    parts = blocks((demo / "more" / "two.md").read_text().rpartition("# Incident Report")[2])
    sentence = "The report has no start and end, so nothing can be looked up."
    assert [parts[name].strip() for name in SECTIONS[1:]] == [sentence] * 2
    assert "Response times" not in parts["metric"], "what is not recorded is not written"


def test_what_a_log_says_is_no_markup(demo: Path) -> None:
    """In the table it is escaped, and the line stands in a fence that it cannot end."""
    parts = blocks((demo / "reports" / f"{IDS[0]}.md").read_text())["error_message"]
    escaped = (
        r"&lt;b&gt;x&lt;/b&gt; \| \`y\` \[z\](javascript:z) \`\`\` &lt;!-- incident-analytics: metric end --&gt; \# h"
    )
    assert f"\n| ERROR {escaped} | error | 1 |" in parts
    fence, text = parts.partition("secrets masked.\n\n")[2].split("\n", 1)
    assert fence == "````"
    assert f"ERROR {HOSTILE.replace('<!--', '&lt;!--')}\n" in text.partition(f"\n{fence}\n")[0]


def test_a_filled_report_reads_to_the_same_tables(demo: Path) -> None:
    old, new = (
        load([folder / "reports" / f"{name}.md" for name in IDS], settings=folder / "incident-analytics.toml")
        for folder in (DEMO, demo)
    )
    for name in ("incidents", "timeline", "outages", "services", "costs", "actions", "findings", "signoffs"):
        tables = (getattr(corpus, name).drop(columns=["line", "path"], errors="ignore") for corpus in (old, new))
        assert_frame_equal(*tables)
    gone = old.problems["code"].tolist()
    for code in new.problems["code"]:
        gone.remove(code)
    assert gone == ["placeholder"] * 6


@pytest.mark.usefixtures("in_shared_kernel")
def test_a_second_run_without_the_later_reports_changes_nothing(demo: Path, filled: list[Populated]) -> None:
    """Neither time nor what came later is in a block: the first run saw all reports, this one those before August."""
    paths = [Path(one.path) for one in filled[:2]]
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in paths}
    past = [file for file in (demo / "reports").glob("*.md") if file.stem < IDS[1]]
    again = populate(paths, history=past, settings=demo / "incident-analytics.toml")
    assert outcomes(again) == [["unchanged"] * 3] * 2
    assert [one.diff for one in again] == [""] * 2
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in paths} == before


@pytest.mark.usefixtures("in_shared_kernel")
def test_a_source_that_fails_costs_its_part_alone(demo: Path, filled: list[Populated], tmp_path: Path) -> None:
    """It is told in a new block, with the reason on stderr alone; a block that is there stays as it was."""
    settings = (demo / "incident-analytics.toml").read_text()
    for old, new in {
        "[evidence.metrics]": '[evidence.prometheus]\nurl = "http://127.0.0.1:9"\nqueries = { up = "up" }\n'
        "[evidence.metrics]",
        "logs/*.log.gz": "gone.log",
        "config.bundle": "reports",
    }.items():
        settings = settings.replace(old, new)
    (demo / "broken.toml").write_text(settings)
    fresh = tmp_path / "fresh.md"
    fresh.write_text(with_id((DEMO / "reports" / f"{IDS[0]}.md").read_text(), 6))
    there = Path(filled[0].path)
    before = there.read_bytes()
    new, old = populate([fresh, there], settings=demo / "broken.toml")
    assert there.read_bytes() == before
    kept = "kept as it was, as a source failed"
    assert [filling.message for filling in old.fillings] == [
        f"{label}: {kept}" for label in ("Metrics", "Error Messages", "Configuration Changes")
    ]
    prometheus, logs, changes = new.failures
    assert new.failures == old.failures
    assert "127.0.0.1:9" in prometheus
    assert logs == f"no log can be read: {demo}/gone.log: No such file or directory"
    assert changes.startswith(f"{demo}/reports: no git repository;")
    parts = blocks(fresh.read_text())
    assert "| handshakes of API | 99.97% | 0% |" in parts["metric"]
    assert "Not all metrics could be read" in parts["metric"]
    assert parts["error_message"].strip() == "The log files could not be read."
    assert parts["configuration_change"].strip() == "The history of the configuration could not be read."
    assert "127.0.0.1" not in fresh.read_text()


# --- what becomes of what it shows -----------------------------------------------------------------------------------

REPORT = """# Incident Report: Jobs stuck

**Incident ID**: INC-2025-03-14-001
**Severity**: SEV-2
**Status**: Final

## Supporting Data

### Metrics
[Include relevant graphs, logs, or metrics]
"""

Shown = list[dict[str, Any]]


def words(text: str, *failures: str) -> dict[str, Any]:
    """Return an output that shows a paragraph."""
    metadata = {"failures": list(failures)} if failures else {}
    return nbformat.v4.new_output(
        "display_data", {"text/html": f"<p>{text}</p>", "text/markdown": text}, metadata=metadata
    )


def picture(content: bytes) -> dict[str, Any]:
    return nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(content).decode()})


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "x.md"
    file.write_text(REPORT)
    return file


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Say what the notebook shows from now on: by section, or an error."""

    def say(error: Exception | None = None, then: Callable[[], object] = lambda: None, **shown: Shown) -> None:
        def run(*_: object, **__: object) -> Any:
            then()
            if error:
                raise error
            return nbformat.v4.new_notebook(
                cells=[
                    nbformat.v4.new_code_cell("", outputs=outputs, metadata={"tags": [name]})
                    for name, outputs in shown.items()
                ]
            )

        monkeypatch.setattr(population, "run_notebook", run)

    return say


def figures(folder: Path) -> list[bytes]:
    return sorted(file.read_bytes() for file in folder.iterdir()) if folder.exists() else []


def test_a_section_without_outputs_is_left_alone(report: Path, show: Callable[..., None]) -> None:
    show(metric=[words("m")], error_message=[])
    (one,) = populate(report)
    assert [filling.message for filling in one.fillings] == [
        "Metrics: filled in",
        "Error Messages: skipped, no source for it is configured under [evidence]",
        "Configuration Changes: skipped, no source for it is configured under [evidence]",
    ]
    assert blocks(report.read_text()) == {"metric": "\nm\n\n"}


def test_a_figure_that_is_shown_no_more_goes_and_one_that_went_comes_back(
    report: Path, show: Callable[..., None]
) -> None:
    """Only what this report showed before is removed: not another's figure, not a file of another name."""
    folder = report.parent / "INC-2025-03-14-001"
    show(metric=[picture(b"a"), picture(b"b")])
    populate(report)
    assert figures(folder) == [b"a", b"b"]
    (folder / "figure-0123456789abcdef.png").write_bytes(b"another report's")
    (folder / "mine.png").write_bytes(b"mine")
    show(metric=[picture(b"b"), picture(b"c")])
    populate(report)
    assert figures(folder) == [b"another report's", b"b", b"c", b"mine"]
    next(file for file in folder.iterdir() if file.read_bytes() == b"c").unlink()
    assert outcomes(populate(report)) == [["unchanged", "left alone", "left alone"]]
    assert b"c" in figures(folder)
    shutil.rmtree(folder)
    show(metric=[words("none")])
    populate(report)
    assert not folder.exists()


def test_a_figure_in_a_text_that_was_kept_aside_stays(report: Path, show: Callable[..., None]) -> None:
    show(metric=[picture(b"a")])
    populate(report)
    end = "\n<!-- incident-analytics: metric end"
    report.write_text(report.read_text().replace(end, f"\nmine\n{end}"))
    show(metric=[picture(b"b")])
    assert outcomes(populate(report))[0][0] == "kept aside"
    assert figures(report.parent / "INC-2025-03-14-001") == [b"a", b"b"]


def test_a_dry_run_writes_nothing_and_says_the_difference(report: Path, show: Callable[..., None]) -> None:
    show(metric=[words("m"), picture(b"a")])
    (one,) = populate(report, dry_run=True)
    assert [file.name for file in report.parent.iterdir()] == ["x.md"]
    assert report.read_text() == REPORT
    assert one.diff.splitlines()[:9] == [
        f"--- {report.as_posix()}",
        f"+++ {report.as_posix()}",
        "@@ -7,4 +7,10 @@",
        " ## Supporting Data",
        " ",
        " ### Metrics",
        "-[Include relevant graphs, logs, or metrics]",
        "+<!-- incident-analytics: metric begin sha256=" + one.diff.partition("sha256=")[2][:16] + " -->",
        "+",
    ]


def test_a_dry_run_of_two_reports_in_a_file_says_both_changes(report: Path, show: Callable[..., None]) -> None:
    report.write_text(REPORT + REPORT.replace("-001", "-002"))
    show(metric=[words("m")])
    first, second = populate(report, dry_run=True)
    assert first.after == second.before
    populate(report)
    assert report.read_bytes() == second.after


@pytest.mark.parametrize("name", ["report#2.md", "report#2"])
def test_a_file_whose_name_looks_like_a_second_report_is_the_one_that_is_written(
    tmp_path: Path, show: Callable[..., None], name: str
) -> None:
    other, file = tmp_path / "report", tmp_path / name
    for each in (other, file):
        each.write_text(REPORT)
    show(metric=[words("m")])
    (one,) = populate(file)
    assert (one.failures, other.read_text()) == ((), REPORT)
    assert file.read_bytes() == one.after != one.before
    assert one.diff.startswith(f"--- {file.as_posix()}\n")


def test_a_report_that_fails_costs_only_itself(
    report: Path, show: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[object] = []
    monkeypatch.setattr(population.Kernel, "stop", lambda self: stopped.append(self))  # noqa: PLW0108 - a method
    (report.parent / "y.md").write_text("# Notes\n")
    show(error=NotebookError("cell 3 failed"))
    one, left_out = populate([report, report.parent / "y.md"])
    assert (one.failures, one.fillings) == (("cell 3 failed",), ())
    assert left_out.failures[0].startswith("skipped: not an incident report")
    assert report.read_text() == REPORT
    assert len(stopped) == 2  # after the failure, and at the end


def test_in_a_folder_templates_and_drafts_without_the_section_are_left_as_they_are(
    tmp_path: Path, show: Callable[..., None]
) -> None:
    """A draft that has the section is populated, and so is a completed report that has none."""
    texts = {
        "README.md": "# Notes\n",
        "template.md": template_text(),
        "draft.md": REPORT.replace("INC-2025-03-14-001", "INC-2025-03-14-002").replace("Final", "Draft"),
    }
    assert "**Status**: Draft" in texts["draft.md"]
    bare, kept, _ = texts["draft.md"].partition("## Supporting Data")
    assert kept
    texts["bare.md"] = bare.replace("-002", "-003")
    texts["final.md"] = bare.replace("-002", "-004").replace("Draft", "Final")
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    show(metric=[words("m")])
    outcomes = {Path(each.path).name: each for each in populate(tmp_path)}
    assert {name: each.skipped for name, each in outcomes.items()} == {
        "bare.md": "skipped, a draft without a section Supporting Data",
        "draft.md": "",
        "final.md": "",
    }
    assert not any(each.failures for each in outcomes.values())
    changed = {name for name, text in texts.items() if (tmp_path / name).read_text() != text}
    assert changed == {"draft.md", "final.md"}


def test_a_report_that_cannot_be_written_keeps_nothing_of_the_run(report: Path, show: Callable[..., None]) -> None:
    report.chmod(0o444)
    show(metric=[picture(b"a")])
    (one,) = populate(report)
    assert one.failures == (f"{report}: it is read-only and left as it is; make it writable and run again",)
    assert one.fillings == ()
    assert [file.name for file in report.parent.iterdir()] == ["x.md"]


def test_a_report_that_is_changed_while_the_notebook_runs_is_left_alone(
    report: Path, show: Callable[..., None]
) -> None:
    show(then=lambda: report.write_text(f"{REPORT}more\n"), metric=[words("m")])
    (one,) = populate(report)
    assert one.failures == (f"{report}: it was changed in the meantime and left as it is; run again",)
    assert report.read_text() == f"{REPORT}more\n"


def test_a_link_stays_one_and_the_figures_are_next_to_the_file(report: Path, show: Callable[..., None]) -> None:
    (report.parent / "links").mkdir()
    link = report.parent / "links" / "y.md"
    link.symlink_to(report)
    show(metric=[picture(b"a")])
    populate(link)
    assert link.is_symlink()
    assert "](INC-2025-03-14-001/figure-" in report.read_text()
    assert figures(report.parent / "INC-2025-03-14-001") == [b"a"]


def test_an_incident_id_that_names_no_folder_costs_the_report_only_where_it_has_figures(
    report: Path, show: Callable[..., None]
) -> None:
    report.write_text(f"{REPORT.replace('INC-2025-03-14-001', '../x')}\n## Timeline\n\n- 10:00 UTC Alert\n")
    show(metric=[picture(b"a")])
    (one,) = populate(report)
    assert one.failures == (
        f"{report}: Incident ID '../x' is not of the template's form, so that no folder can be named by it; correct it",
    )
    show(metric=[words("m")])
    assert outcomes(populate(report))[0][0] == "replaced"


def test_what_is_wrong_with_the_call_is_reported_before_anything_runs(report: Path, show: Callable[..., None]) -> None:
    show(error=AssertionError("it ran"))
    with pytest.raises(PathError, match="gone: no such file or folder"):
        populate(report.parent / "gone")
    with pytest.raises(PathError, match="gone: no such file or folder"):
        populate(report, history=report.parent / "gone")
    with pytest.raises(UnknownNameError, match="status 'finished' is not one of"):
        populate(report, status="finished")
    assert populate(report, status="Draft") == []


def test_progress_is_reported_before_each_report_and_at_the_end(report: Path, show: Callable[..., None]) -> None:
    other = report.read_text(encoding="utf-8").replace("-001", "-002")
    (report.parent / "y.md").write_text(other, encoding="utf-8")
    show(metric=[words("m")])
    calls: list[tuple[int, int]] = []
    populate(report.parent, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 2), (1, 2), (2, 2)]


# --- the verb --------------------------------------------------------------------------------------------------------


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["incident-analytics", "populate", *map(str, arguments)])
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_verb_says_a_line_a_report_and_what_failed_on_stderr(
    report: Path, show: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skipped = "skipped, no source for it is configured under [evidence]"
    none = f"Error Messages: {skipped}; Configuration Changes: {skipped}"
    show(metric=[words("m", "http://prometheus:9090 refuses")])
    code, out, err = run(monkeypatch, capsys, report)
    assert (code, out) == (1, f"{report.as_posix()}: Metrics: filled in; {none}\n")
    assert err == f"{report.as_posix()}: http://prometheus:9090 refuses\n"
    show(metric=[words("m")])
    assert run(monkeypatch, capsys, report) == (0, f"{report.as_posix()}: Metrics: unchanged; {none}\n", "")
    show(metric=[words("n")])
    before = report.read_bytes()
    code, out, err = run(monkeypatch, capsys, report, "--diff")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line in {"-m", "+n"}] == ["-m", "+n"]
    assert report.read_bytes() == before


def test_a_diff_of_nothing_says_what_was_looked_at_and_why(
    report: Path, show: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show(metric=[words("m")])
    run(monkeypatch, capsys, report)
    skipped = "skipped, no source for it is configured under [evidence]"
    why = f"Metrics: unchanged; Error Messages: {skipped}; Configuration Changes: {skipped}"
    said = f"{report.as_posix()}: nothing would change: {why}\n"
    assert run(monkeypatch, capsys, report, "--diff") == (0, "", said)
    code, out, err = run(monkeypatch, capsys, report, "--diff", "--status", "Draft")
    assert (code, out) == (0, "")
    assert f"nothing to populate: no report in {report} is one that was asked for\n" in err


def test_the_verb_wants_a_report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings that name reports are no word to write to all of them."""
    monkeypatch.chdir(DEMO)
    code, out, err = run(monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert "name a report or a folder of reports; populate writes to none that was not named" in err


KILLED = """
import sys
import nbformat
from incident_analytics import population
cell = lambda n: nbformat.v4.new_code_cell("", metadata={"tags": ["metric"]}, outputs=[
    nbformat.v4.new_output("display_data", {"text/html": "<p>" + n * 30_000 + "</p>", "text/markdown": n * 30_000})])
for n in "ab" * 100_000:
    population.run_notebook = lambda *_, **__: nbformat.v4.new_notebook(cells=[cell(n)])
    population.populate(sys.argv[1])
    print(n, flush=True)
"""


def test_a_killed_run_leaves_every_report_old_or_new(tmp_path: Path) -> None:
    for number in range(20):
        text = REPORT.replace("-001", f"-{number:03}")
        (tmp_path / f"INC-2025-03-14-{number:03}.md").write_text(text)
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.3)
        os.kill(process.pid, signal.SIGKILL)
    texts = [blocks(file.read_text())["metric"].strip() for file in tmp_path.glob("*.md")]
    assert len(texts) == 20
    assert set(texts) <= {"a" * 30_000, "b" * 30_000}
