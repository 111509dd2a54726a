"""A review's manifest, and what `verify` says of reports, settings, corrections and a tracker that changed since."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import inspect
import json
import os
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from edits import DEMO, FEW, PERIOD, ask, compared, copy_demo, edit_at_random, is_right, read_copy, really_changed
from hypothesis import given
from hypothesis import strategies as st
from laws import MORE_IN_LAWS, TIMES, examples

from incident_analytics import figures, loading, measures, sentences, verification
from incident_analytics.cli import commands
from incident_analytics.config import Settings, read_settings
from incident_analytics.dependencies import depends_on_issue, depends_on_setting
from incident_analytics.errors import IncidentAnalyticsError, PathError
from incident_analytics.figures import compute
from incident_analytics.manifest import HASH, MANIFEST, Manifest, ReportRecord
from incident_analytics.publish import _seen_from
from incident_analytics.restatements import Cause, Change, Restatements, _edit
from incident_analytics.review_input import ReviewInput, read_input
from incident_analytics.review_page import ReviewPage, page
from incident_analytics.scope import Scope
from incident_analytics.sentences.restatements import _value_changed
from incident_analytics.showing import Shown
from incident_analytics.tracing import _settings
from incident_analytics.verification import last_restated, verify

REPORT = "INC-2025-08-19-001"
EARLIER = "INC-2024-02-02-001"


@pytest.fixture(scope="module", autouse=True)
def kept() -> Iterator[None]:
    """Keep in the cache what few reports say as well: they are read once, and those that a test changes once more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "_MANY", 1)
        yield


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ReviewInput, Manifest]:
    """A copy of the demo from 2025 with one earlier report, the figures of its review, and the manifest of these."""
    copied = copy_demo(tmp_path_factory.mktemp("base"))
    for report in (copied / "reports").glob("INC-2024-*.md"):
        if report.stem != EARLIER:
            report.unlink()
    given = ask(read_copy(copied))
    return copied, given, given.manifest()


@pytest.fixture(scope="module")
def more(base: tuple[Path, ReviewInput, Manifest]) -> Manifest:
    """The manifest of further figures: of corrections, of files, of due times."""
    given = ask(read_copy(base[0]))
    for measure, options in (
        ("corrections", {}),
        ("file_counts", {}),
        ("skipped_files", {}),
        ("due", {"by": "severity"}),
        ("problem_counts", {}),
    ):
        compute(given.scope, measure, options)
    return given.manifest()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


@pytest.fixture
def tmp_path(place: Path) -> Path:
    """An empty folder, the same one for each test: reports that were read there before come from the cache."""
    shutil.rmtree(place)
    place.mkdir()
    return place


@pytest.fixture
def copied(base: tuple[Path, ReviewInput, Manifest], tmp_path: Path) -> Path:
    """The copy once more, to change."""
    return Path(shutil.copytree(base[0], tmp_path / "demo"))


def change(file: Path, before: str, after: str) -> int:
    """Replace words that a file has once, and return their line."""
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def only(manifest: Manifest, *figures: str) -> Manifest:
    """Return a manifest of these figures alone."""
    return dataclasses.replace(manifest, figures={name: manifest.figures[name] for name in figures})


def counted(manifest: Manifest) -> Manifest:
    """Return a manifest of one figure, for what is about files."""
    return only(manifest, "counts")


def write_manifest(folder: Path, manifest: Manifest, **review: Any) -> Path:
    """Write a manifest as `review` does, next to the copy of the demo."""
    named = {"paths": ["demo/reports"], "settings": "demo/incident-analytics.toml", **review}
    file = folder / f"review-{PERIOD}{MANIFEST}"
    written = dataclasses.replace(manifest, review={**manifest.review, **named})
    file.write_text(written.text(), encoding="utf-8")
    return file


# --- what changed, and why --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [207, 211])
def test_exactly_the_figures_that_change_are_named_with_their_cause(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, seed: int
) -> None:
    """Of 200 edits like these `tests/benchmarks/verify_edits.py` says the same."""
    _, given, before = base
    edit = edit_at_random(copied, seed)
    after = read_copy(copied)
    found = compared(before, after)
    changed = really_changed(given, after)
    assert {each.figure for each in found.changes} == changed
    assert all(is_right(edit, each.causes) for each in found.changes)
    assert all(is_right(edit, (each,)) for each in found.edited)
    lines = {line for each in before.figures.values() for line in each.lines.get(edit.subject, ())}
    if edit.kind == "edit":
        assert bool(found.changes or found.edited) == bool(changed or edit.line in lines)


def test_a_byte_in_a_cited_line_is_found_and_any_other_is_not(
    base: tuple[Path, ReviewInput, Manifest], copied: Path
) -> None:
    """Also where it changes no value."""
    _, given, before = base
    file = copied / "reports" / f"{REPORT}.md"
    line = change(file, "Service restored: feed back in", "Service restored: feed back  in")
    found = compared(before, ask(read_copy(copied), given.scope.figures))
    assert found.changes == ()
    assert found.edited == (Cause("edit", REPORT, f"reports/{REPORT}.md", (line,)),)

    shutil.copy(base[0] / "reports" / f"{REPORT}.md", file)
    change(file, "Home page switched to yesterday's feed", "Home page switched to last week's feed")
    found = compared(before, ask(read_copy(copied), given.scope.figures))
    assert (found.changes, found.edited) == ((), ())


def test_what_no_figure_is_based_on_may_change(base: tuple[Path, ReviewInput, Manifest], copied: Path) -> None:
    """Line ends, blank lines, spaces, a byte order mark, prose, comments, and cells that nobody reads."""
    reports = sorted((copied / "reports").glob("INC-2025-0[789]-*.md"))
    first, second, third, fourth, fifth = reports[:5]
    cited: dict[str, set[int]] = {}
    for figure in base[2].figures.values():
        for incident, lines in figure.lines.items():
            cited.setdefault(incident, set()).update(lines)
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))
    second.write_bytes(b"\xef\xbb\xbf" + second.read_bytes())
    assert 1 in cited[second.stem]
    lines = third.read_bytes().split(b"\n")
    free = [index for index, line in enumerate(lines) if index + 1 not in cited[third.stem] and not line.strip()]
    third.write_bytes(b"\n".join(line + b"  " * (index in free) for index, line in enumerate(lines)))
    text = fourth.read_text(encoding="utf-8")
    fourth.write_text(text.replace("\n## Impact", "\n\n\n## Impact").rstrip() + "\n\n\n", encoding="utf-8")
    lines = fifth.read_bytes().split(b"\n")  # the same number of lines, and all between two blank ones moved
    blank = [index for index, line in enumerate(lines) if not line.strip()]
    fifth.write_bytes(b"\n".join([*lines[: blank[2]], *lines[blank[2] + 1 : blank[-2]], b"", *lines[blank[-2] :]]))
    change(copied / "reports" / f"{REPORT}.md", "Home page switched to yesterday's feed", "Home page switched")
    settings = copied / "incident-analytics.toml"
    settings.write_bytes(b"# Ours\r\n" + settings.read_bytes())
    table = (copied / "corrections.csv").read_text(encoding="utf-8")
    (copied / "corrections.csv").write_text(
        table.replace("counted by billing", '"counted, by billing"') + "\n", "utf-8"
    )
    for name in ("tracker.csv", "pagerduty.csv"):
        (copied / name).write_bytes(b"\xef\xbb\xbf" + (copied / name).read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    rows = (copied / "tracker.csv").read_bytes().split(b"\r\n")
    (copied / "tracker.csv").write_bytes(b"\r\n".join(row + (b",x" if row else b"") for row in rows))
    found = compared(base[2], read_copy(copied))
    assert (found.changes, found.edited) == ((), ())


def test_whatever_a_figure_is_based_on_may_not_change(base: tuple[Path, ReviewInput, Manifest], copied: Path) -> None:
    """A space in each kind of line that is cited, a digit in other inputs: found whether or not a value changes."""
    lines = base[2].figures["incidents"].lines[REPORT]
    file = copied / "reports" / f"{REPORT}.md"
    words = file.read_text(encoding="utf-8").split("\n")
    kinds = {"title": "# ", "field": "**Severity**", "milestone": "Service restored", "service": "- [x] API"}
    edited = [next(line for line in lines if sign in words[line - 1]) for sign in kinds.values()]
    items = base[1].corpus.actions
    edited += [int(items.loc[items["incident_id"] == REPORT, "line"].iloc[0])]
    for line in edited:
        words[line - 1] += " "
    file.write_text("\n".join(words), encoding="utf-8")
    change(copied / "corrections.csv", "64812", "64812.0")
    key = next(key for key, each in base[2].tracker.items() if REPORT in each.incidents)
    rows = (copied / "tracker.csv").read_text(encoding="utf-8").split("\n")
    index = next(index for index, row in enumerate(rows) if row.startswith(f"{key},"))
    rows[index] = ",".join([*rows[index].split(",")[:-2], "2031-01-01", rows[index].split(",")[-1]])
    (copied / "tracker.csv").write_text("\n".join(rows), encoding="utf-8")
    change(copied / "incident-analytics.toml", "end = 2025-08-10T08:00:00Z", "end = 2025-08-10T08:00:01Z")
    found = compared(base[2], read_copy(copied))
    assert set(found.edited) == {
        Cause("edit", REPORT, f"reports/{REPORT}.md", tuple(sorted(edited))),
        Cause("correction", "INC-2025-08-05-001 affected_users"),
        Cause("tracker", key),
        Cause("setting", "maintenance.1.end"),
    }


@given(cited=st.sets(st.integers(1, 9)), line=st.integers(1, 9), blank=st.none() | st.integers(0, 9))
@examples(60)
def test_a_line_is_edited_where_it_is_cited_and_only_there(cited: set[int], line: int, blank: int | None) -> None:
    """Whether or not a blank line is new as well."""
    lines = [f"line {number}" for number in range(1, 10)]
    text = [*lines[: line - 1], "other words", *lines[line:]]
    if blank is not None:
        text.insert(blank, "")
    old = ReportRecord("a.md", len(lines), {each: lines[each - 1] for each in cited})
    gone, _ = _edit(old, ReportRecord("a.md", len(text), {}), tuple(text))
    assert gone == [line] * (line in cited)


@given(cited=st.sets(st.integers(1, 9), min_size=1), line=st.integers(1, 9), to=st.integers(0, 8))
@examples(60)
def test_of_a_line_that_was_moved_no_other_is_named(cited: set[int], line: int, to: int) -> None:
    lines = [f"line {number}" for number in range(1, 10)]
    text = [each for each in lines if each != f"line {line}"]
    text.insert(to, f"line {line}")
    now = {text.index(f"line {each}") + 1: f"line {each}" for each in cited}
    gone, came = _edit(
        ReportRecord("a.md", 9, {each: lines[each - 1] for each in cited}), ReportRecord("a.md", 9, now), tuple(text)
    )
    passed = {each for each in cited if min(line, to + 1) <= each <= max(line, to + 1)} - {line}
    assert len(gone) == len(came) <= bool(passed and line in cited)
    if len(passed) > 1:
        assert gone == [line] * (line in cited)


def test_another_zone_is_a_cause_and_its_periods_are_those_of_its_own_midnights(copied: Path) -> None:
    """The periods that a figure compares are in its options; those of a fiscal year stay fiscal."""
    settings, period = copied / "incident-analytics.toml", "FY2025Q3"
    for earlier in (copied / "reports").glob("INC-202[345]-0[1-6]-*.md"):
        earlier.unlink()
    change(settings, 'timezone = "UTC"', 'timezone = "America/New_York"\nfiscal_year_start = 2')

    def asked() -> ReviewInput:
        given = read_input([str(copied / "reports")], read_settings(settings), period=period, status="final")
        history, earlier = given.scope.history(2), given.scope.comparisons[0].period
        asked = (("response", {"every": "quarter", "within": history}), ("counts", {"within": earlier}))
        for measure, options in (*asked, ("mix", {"earlier": earlier})):
            compute(given.scope, measure, options)
        return given

    before = asked().manifest()
    again = read_input([str(copied / "reports")], read_settings(settings), period=period, status="final")
    assert compared(before, again).changes == ()
    change(settings, "America/New_York", "Asia/Tokyo")
    after = read_input([str(copied / "reports")], read_settings(settings), period=period, status="final")
    found = compared(before, after)
    assert after.scope.figures.keys() == before.figures.keys()
    assert {cause for each in found.changes for cause in each.causes} <= {Cause("setting", "timezone")}
    assert before.figures.keys() == asked().manifest().figures.keys()
    assert after.manifest().figures == asked().manifest().figures


def test_a_file_that_is_not_a_report_is_a_cause(more: Manifest, copied: Path) -> None:
    before = only(more, "file_counts", "skipped_files", "counts")
    (copied / "reports" / "handover.md").write_text("# Handover\n\nA quiet week.\n", encoding="utf-8")
    found = compared(before, read_copy(copied))
    assert {(each.figure, *each.causes) for each in found.changes} == {
        (name, Cause("file", "reports/handover.md", "reports/handover.md")) for name in ("file_counts", "skipped_files")
    }
    assert "file: reports/handover.md" in "\n".join(sentences.describe_verified(found))
    assert found.edited == ()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("tracker.csv", f"AUD-9,{REPORT},An alert,Done,,,,x,y\n"),
        ("corrections.csv", f"{REPORT},restored_at,never,a test,Me\n"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_cause_of_what_lists_it(
    more: Manifest, copied: Path, name: str, row: str
) -> None:
    with (copied / name).open("a", encoding="utf-8") as stream:
        stream.write(row)
    found = compared(only(more, "problem_counts", "counts"), read_copy(copied))
    assert {(each.figure, *each.causes) for each in found.changes} == {("problem_counts", Cause("file", name, name))}
    assert found.edited == ()


def test_an_issue_that_cannot_be_used_any_more_is_itself_the_cause(more: Manifest, copied: Path) -> None:
    key = next(key for key, each in more.tracker.items() if REPORT in each.incidents)
    rows = (copied / "tracker.csv").read_text(encoding="utf-8").split("\n")
    index = next(index for index, row in enumerate(rows) if row.startswith(f"{key},"))
    rows[index] = ",".join([*rows[index].split(",")[:-2], "soon", ""])
    (copied / "tracker.csv").write_text("\n".join(rows), encoding="utf-8")
    found = compared(only(more, "problem_counts"), read_copy(copied))
    assert {cause for each in found.changes for cause in each.causes} == {Cause("tracker", key)}


def test_a_report_that_the_settings_leave_out_was_not_edited(more: Manifest, copied: Path) -> None:
    settings = copied / "incident-analytics.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[check]\nexclude = ["*{REPORT}*"]\n', encoding="utf-8")
    (found,) = {each.causes for each in compared(only(more, "counts", "impact"), read_copy(copied)).changes}
    assert found == (Cause("setting", "check.exclude"),)


def test_who_corrected_a_value_is_part_of_the_correction(more: Manifest, copied: Path) -> None:
    change(copied / "corrections.csv", "Ines Falkenrath", "Jorun Pellegrin")
    (found,) = compared(only(more, "corrections", "counts"), read_copy(copied)).changes
    assert (found.column, found.causes) == ("by", (Cause("correction", "INC-2025-08-05-001 affected_users"),))


def test_lines_that_moved_are_no_edit(base: tuple[Path, ReviewInput, Manifest], copied: Path) -> None:
    _, given, before = base
    file = copied / "reports" / f"{REPORT}.md"
    line = change(file, "| 17:55 | Home page", "| 17:54 | Somebody looks\n| 17:55 | Home page")
    found = compared(before, ask(read_copy(copied), given.scope.figures))
    assert (found.changes, found.edited) == ((), ())
    number = change(file, "| 22:11 | Service restored", "| 22:51 | Service restored")
    found = compared(only(before, "response by=severity"), read_copy(copied))
    assert number > line
    assert {cause for each in found.changes for cause in each.causes} == {
        Cause("edit", REPORT, f"reports/{REPORT}.md", (number,))
    }


def test_an_item_whose_line_moved_is_the_same(base: tuple[Path, ReviewInput, Manifest], copied: Path) -> None:
    """The table of late items says on which line each is."""
    before = only(base[2], "overdue")
    late = before.figures["overdue"]
    assert "line" in late.columns
    own = next(name.partition(",")[0] for name in late.rows)
    change(copied / "reports" / f"{own}.md", "\n**Severity**: ", "\n\n\n**Severity**: ")
    found = compared(before, read_copy(copied))
    assert (found.changes, found.edited) == ((), ())


def test_a_correction_is_a_cause_of_what_its_field_is_read_for(more: Manifest, copied: Path) -> None:
    """An edit and a correction of one incident: each figure has the one that it is read from, or both."""
    before = only(more, "costs", "incidents", "corrections", "counts", "impact")
    report, correction = "INC-2025-08-05-001", Cause("correction", "INC-2025-08-05-001 affected_users")
    change(copied / "corrections.csv", "64812", "64813")
    line = change(copied / "reports" / f"{report}.md", "$145,000", "$146,000")
    edit = Cause("edit", report, f"reports/{report}.md", (line,))
    found = {each.figure: set(each.causes) for each in compared(before, read_copy(copied)).changes}
    assert found == {"costs": {edit}, "incidents": {edit, correction}, "corrections": {correction}}


def test_several_causes_each_go_to_their_own_figures(base: tuple[Path, ReviewInput, Manifest], copied: Path) -> None:
    line = change(copied / "reports" / f"{REPORT}.md", "**Severity**: SEV-2", "**Severity**: SEV-1")
    (copied / "reports" / f"{EARLIER}.md").unlink()
    found = compared(only(base[2], "counts", "overdue"), read_copy(copied))
    causes = {each.figure: each.causes for each in found.changes}
    assert causes["counts"] == (Cause("edit", REPORT, f"reports/{REPORT}.md", (line,)),)
    assert causes["overdue"] == (Cause("report removed", EARLIER, f"reports/{EARLIER}.md"),)


def test_another_version_is_a_cause_only_where_values_differ(base: tuple[Path, ReviewInput, Manifest]) -> None:
    _, given, before = base
    old = dataclasses.replace(before, version="0.0.9")
    assert compared(old, given).changes == ()
    counts = before.figures["counts"]
    row = next(iter(counts.rows))
    other = dataclasses.replace(counts, rows={**counts.rows, row: (*counts.rows[row][:-1], 99)})
    (found,) = compared(dataclasses.replace(old, figures={**before.figures, "counts": other}), given).changes
    assert (found.before, [cause.kind for cause in found.causes]) == (99, ["version"])
    (found,) = compared(dataclasses.replace(before, figures={"counts": other}), given).changes
    assert [cause.kind for cause in found.causes] == ["unknown"]


@pytest.mark.parametrize(
    ("column", "before", "after", "expected"),
    [
        ("median_seconds", 5400, 6300, "1h 45m, was 1h 30m"),
        ("mean_seconds", 5395.397708, 5395.403211, "1h 29m 55.403s, was 1h 29m 55.398s"),
        ("mean_seconds", -86400.25, -86400, "-1d 0.0s, was -1d 0.2s"),
        ("overdue_by_seconds", 86_400_000, 86_400_060, "1,000d 1m 0s, was 1,000d 0s"),
        ("availability", 0.99, 1, "100%, was 99%"),
        ("availability", 0.98001, 0.98002, "98.002%, was 98.001%"),
        ("rate", 1.93541, 1.93549, "1.9355, was 1.9354"),
        ("p_value", 1, 0.5, "0.5, was 1"),
        ("n", None, 3, "3, was not recorded"),
    ],
)
def test_a_change_is_in_words_with_as_many_digits_as_it_needs(
    column: str, before: float | None, after: float | None, expected: str
) -> None:
    """No span is ever ``1:29:55.397708``."""
    change = Change("counts", "", column, before, after, ())
    assert _value_changed(change).endswith(f" {expected}")


# --- what a setting can change -------------------------------------------------------------------------


def every_figure(given: ReviewInput, settings: Settings) -> Scope:
    """Ask all measures that need no option, and two that do."""
    of_all = [
        (name, {})
        for name, function in figures.MEASURES.items()
        if all(each.default is not each.empty for each in [*inspect.signature(function).parameters.values()][1:])
    ]
    scope = Scope.of(given.corpus, PERIOD, settings, given.scope.as_of, status="final")
    for name, options in (*of_all, ("due", {"by": "severity"}), ("response", {"by": "team"})):
        compute(scope, name, options)
    return scope


@pytest.fixture(scope="module")
def all_figures(base: tuple[Path, ReviewInput, Manifest]) -> Scope:
    return every_figure(base[1], base[1].scope.settings)


_SETTINGS_CHANGED: Final = {
    "budgets": (
        ["sla.window", "sla.severities", "sla.minimum_outage", "services.API.target", "maintenance.1.start"],
        [
            ('window = "quarter"', 'window = "month"\nminimum_outage = "PT2H"'),
            ('severities = ["SEV-1", "SEV-2"]', 'severities = ["SEV-1"]'),
            ("target = 0.998", "target = 0.9"),
            ("start = 2025-08-10T04:00:00Z", "start = 2025-07-10T04:00:00Z"),
        ],
        {"impact", "availability", "budget", "budget_bounds", "by_team", "reported_impact", "scorecard"},
    ),
    "teams": (
        ["services.API.team", "teams.Audio team.timezone", "follow_up.SEV-1"],
        [
            ('team = "API team"', 'team = "Web team"'),
            ('"SEV-1" = 14', '"SEV-1" = 9'),
            ("[sla]", '[teams."Audio team"]\ntimezone = "Asia/Tokyo"\n\n[sla]'),
        ],
        {"by_team", "interrupted", "scorecard", "due by=severity", "response by=team"},
    ),
    "metrics": (
        ["metrics.primary", "metrics.time_to_restore.from", "incident_tool.tolerance"],
        [
            ("[sla]", '[metrics.time_to_restore]\nfrom = "detected_at"\nto = "restored_at"\n\n[sla]'),
            ("[incident_tool]", '[metrics]\nprimary = "time_to_mitigate"\n\n[incident_tool]\ntolerance = "PT2H"'),
        ],
        {"response", "response by=team", "spans", "steps", "metric_definitions", "record_differences"},
    ),
}
"""Keys of the settings, what to write in place of what, and figures that then are other ones."""


@MORE_IN_LAWS
@pytest.mark.parametrize(
    "kinds", [["budgets", "teams"], ["metrics"]] if TIMES == 1 else [[kind] for kind in _SETTINGS_CHANGED]
)
def test_a_figure_that_changes_with_a_setting_is_one_that_depends_on_it(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, all_figures: Scope, *, kinds: list[str]
) -> None:
    """And the manifest has the setting by its key, as the file has it; `make laws` changes each kind by itself."""
    keys, replaced, expected = ([each for kind in kinds for each in _SETTINGS_CHANGED[kind][part]] for part in range(3))
    file = copied / "incident-analytics.toml"
    text = file.read_text(encoding="utf-8")
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")
    settings = read_settings(file)
    hashed = (_settings(each) for each in (base[1].scope.settings, settings))
    assert {key for key, _ in {*next(hashed).items()} ^ {*next(hashed).items()}} >= {*keys}
    scope = every_figure(base[1], settings)
    changed = really_changed(dataclasses.replace(base[1], scope=all_figures), dataclasses.replace(base[1], scope=scope))
    assert {*expected} <= changed
    assert [name for name in changed if not any(_depends(all_figures, name, key) for key in keys)] == []
    n_spared = sum(not any(_depends(all_figures, name, key) for key in keys) for name in all_figures.figures)
    assert n_spared > len(all_figures.figures) / 2


def _depends(scope: Scope, name: str, key: str) -> bool:
    figure = scope.figures[name]
    return depends_on_setting(figure.measure, key, by_team=figure.options.get("by") == "team")


@MORE_IN_LAWS
def test_a_figure_that_changes_with_a_column_of_the_tracker_is_one_that_depends_on_it(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, all_figures: Scope
) -> None:
    """All columns together; `make laws` changes each by itself as well."""
    file, settings = copied / "tracker.csv", copied / "incident-analytics.toml"
    header, *rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    values = {"Status": "To do", "Due date": "2025-02-11", "Resolved": "2025-09-12", "Assignee": "Somebody"}
    before = dataclasses.replace(base[1], scope=all_figures)
    everyone = base[1].corpus.incidents["incident_id"].tolist()
    cases = (
        ({"Status": "status"}, {"completion", "overdue", "survival", "scorecard", "stray_rows"}),
        ({"Due date": "due_on", "Assignee": "owner"}, {"completion", "overdue", "due by=severity", "stray_rows"}),
        ({"Resolved": "completed_on"}, {"completion", "survival", "recurrence", "repeats_rate"}),
    )
    together = (
        {name: column for columns, _ in cases for name, column in columns.items()},
        {figure for _, expected in cases for figure in expected},
    )
    for columns, expected in cases if TIMES > 1 else (together,):
        written = [[*row] for row in rows]
        for row in written:
            for column in columns:
                row[header.index(column)] = "Done" if row[header.index(column)] == "To do" else values[column]
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *written])
        scope = every_figure(base[1], read_settings(settings))
        changed = really_changed(before, dataclasses.replace(base[1], scope=scope))
        assert expected <= changed
        assert [
            name
            for name in changed
            if not depends_on_issue(all_figures.figures[name].measure, columns.values(), everyone, everyone)
        ] == []


def test_an_issue_is_a_cause_only_of_figures_of_its_incident(
    base: tuple[Path, ReviewInput, Manifest], copied: Path
) -> None:
    """One of the quarter, one of long before, and one that is of none; each has another due date."""
    before = base[2]
    quarter = {*base[1].scope.reviewed.incidents["incident_id"]}
    open_keys = {*base[1].scope.actions.query("status == 'open' and due_on.notna()")["key"]}
    named = [(key, {*each.incidents}) for key, each in before.tracker.items()]
    own = next(key for key, incidents in named if key in open_keys and incidents and incidents <= quarter)
    earlier = next(key for key, incidents in named if key in open_keys and incidents and not incidents & quarter)
    stray = next(key for key, incidents in named if not incidents)
    file = copied / "tracker.csv"
    header, *rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        if row[0] in {own, earlier, stray}:
            row[header.index("Due date")] = "2024-03-01"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    found = compared(before, read_copy(copied))
    causes = {each.figure: {cause.subject for cause in each.causes} for each in found.changes}
    assert causes == {"completion by=priority": {own}, "overdue": {own, earlier}}
    assert {cause.subject for cause in found.edited} == {own, earlier}


def test_a_setting_is_a_cause_only_of_what_reads_it(more: Manifest, copied: Path) -> None:
    """With a report's costs edited as well: the setting has not changed these."""
    before = only(more, "costs", "incidents", "due by=severity", "counts", "impact")
    report = "INC-2025-08-05-001"
    change(copied / "incident-analytics.toml", '"SEV-1" = 14', '"SEV-1" = 9')
    line = change(copied / "reports" / f"{report}.md", "$145,000", "$146,000")
    found = {each.figure: set(each.causes) for each in compared(before, read_copy(copied)).changes}
    edit = Cause("edit", report, f"reports/{report}.md", (line,))
    assert found == {
        "costs": {edit},
        "incidents": {edit},
        "due by=severity": {Cause("setting", "follow_up.SEV-1")},
    }


# --- the manifest -----------------------------------------------------------------------------------------------------


def test_a_manifest_is_the_same_once_more_and_names_no_folder(base: tuple[Path, ReviewInput, Manifest]) -> None:
    copied, _, before = base
    text = before.text()
    assert ask(read_copy(copied)).manifest().text() == text == Manifest.of(json.loads(text)).text()
    assert str(copied.parent) not in text
    assert len(text.splitlines()) > len(before.reports) + len(before.figures)


def test_a_figure_cites_the_lines_that_its_values_were_read_from(base: tuple[Path, ReviewInput, Manifest]) -> None:
    copied, given, before = base
    text = (copied / "reports" / f"{REPORT}.md").read_text(encoding="utf-8").split("\n")

    def cited(name: str) -> list[str]:
        return [text[line - 1] for line in before.figures[name].lines[REPORT]]

    assert [words[:12] for words in cited("counts")] == [
        "**Date**: 19",
        "**Duration**",
        "**Severity**",
        "| 17:15 | In",
        "| 17:19 | In",
    ]
    assert [words[:20] for words in cited("response by=severity")] == [
        "**Duration**: 17:07 ",
        "**Severity**: SEV-2 ",
        "**Status**: Final",
        "| 22:11 | Service re",
    ]
    assert len(cited("completion by=priority")) == 1 + (given.corpus.actions["incident_id"] == REPORT).sum()


def test_every_measure_notes_what_it_is_read_from() -> None:
    """One that does not would be missing from manifests: write ``@read_from(...)`` above it, with its parts."""
    not_figures = {"KINDS", "measure", "compare", "sources", "times", "instants_used", "with_downtime"}
    assert {name for name in measures.__all__ if not hasattr(getattr(measures, name), "__wrapped__")} == not_figures


def test_a_figure_that_is_asked_twice_is_computed_once_and_may_be_changed(demo_scope: Scope) -> None:
    scope = dataclasses.replace(demo_scope)
    first = measures.counts(scope)
    first["n"] = 0
    assert measures.counts(scope)["n"].sum() == 13
    assert list(scope.figures) == ["counts"]
    assert measures.counts(scope).attrs["figures"] == ("counts",)
    measures.rates(scope, members=True)  # which asks for the dispersion of the past
    assert list(scope.figures) == ["counts", "rates"]
    assert compute(scope, "response", {"by": "severity"}).name == "response by=severity"


def test_a_redacted_manifest_has_no_people_and_no_texts(base: tuple[Path, ReviewInput, Manifest]) -> None:
    copied, given, _ = base
    scope = given.scope
    redacted = read_input([str(copied / "reports")], scope.settings, period=PERIOD, redact=True)
    for measure, options in FEW:
        compute(redacted.scope, measure, options)
    compute(redacted.scope, "overdue_by_owner", {})
    text = redacted.manifest().text()
    people = {*given.corpus.actions["owner"].dropna(), *given.corpus.signoffs["name"].dropna()}
    titles = {*given.corpus.incidents["title"].dropna(), *given.corpus.actions["action"].dropna()}
    assert [
        words
        for words in (*people, *titles)
        if len(words) > 4 and words in text and words not in scope.settings.services
    ] == []
    assert "Owner 1" not in text
    assert {"counts", "overdue"} <= redacted.manifest().figures.keys()


# --- the verb ---------------------------------------------------------------------------------------------------------


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["verify", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_verify_says_what_changed_and_exits_with_1(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, tmp_path: Path
) -> None:
    file = write_manifest(tmp_path, only(base[2], "counts", "incidents", "response by=severity"))
    page = tmp_path / f"review-{PERIOD}.html"
    page.touch()
    assert run(page) == (0, "Q3 2025: all 3 figures are as they were\n")
    line = change(copied / "reports" / f"{REPORT}.md", "22:11 | Service restored", "22:21 | Service restored")
    code, said = run(tmp_path, "--period", "2025q3")
    assert code == 1
    assert f"response by severity (response by=severity): {REPORT} edited, line {line}\n  SEV-2: mean" in said
    assert said.endswith(f"What figures are based on, edited:\n  reports/{REPORT}.md:{line}: {REPORT}\n")
    code, said = run(file, "--format", "json")
    assert (code, {each["figure"] for each in json.loads(said)["changes"]}) == (
        1,
        {"incidents", "response by=severity"},
    )


def test_a_manifest_sends_nobody_to_files_elsewhere(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may have written it: what it names lies in the working folder or beside it, or is named anew."""
    folder = tmp_path / "reviews"
    folder.mkdir()
    file = write_manifest(folder, counted(base[2]))
    content = json.loads(file.read_text("utf-8"))
    content["review"] |= {"paths": [os.path.relpath(copied / "reports", folder)], "settings": None}
    file.write_text(json.dumps(content), "utf-8")
    monkeypatch.chdir(folder)
    with pytest.raises(PathError) as caught:
        verify(file)
    assert str(caught.value) == f"{file}: names reports outside of the working folder; name them after the review"
    monkeypatch.chdir(copied)
    verify(file)


@pytest.mark.parametrize("is_folder", [True, False])
def test_links_next_to_a_manifest_lead_nobody_elsewhere(
    base: tuple[Path, ReviewInput, Manifest],
    copied: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_folder: bool,
) -> None:
    """A folder that is a link, and a link in a folder; in the working folder links are the reader's own."""
    theirs, mine = tmp_path / "theirs", tmp_path / "mine"
    mine.mkdir()
    theirs.mkdir()
    if is_folder:
        (theirs / "reports").symlink_to(copied / "reports")
    else:
        (theirs / "reports").mkdir()
        for report in (copied / "reports").iterdir():
            (theirs / "reports" / report.name).symlink_to(report)
    file = write_manifest(theirs, counted(base[2]), paths=["reports"], settings=None)
    monkeypatch.chdir(mine)
    with pytest.raises(PathError, match="names reports outside of the working folder; name them after the review"):
        verify(file)
    monkeypatch.chdir(theirs)
    verify(file)


def test_a_review_of_the_running_period_is_judged_as_of_its_instant(tmp_path: Path, copied: Path) -> None:
    """What was known then is not forgotten, as it would be of an earlier instant."""
    given = read_copy(copied)
    now = given.with_period(PERIOD, given.scope.as_of, is_past=False)
    assert now.scope.is_past is False
    for measure in ("counts", "overdue"):
        compute(now.scope, measure, {})
    write_manifest(tmp_path, now.manifest())
    assert verify(tmp_path).changes == ()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "none.html", "no such file or folder"),
        (lambda folder: folder, "no manifest"),
        (lambda folder: (folder / "review-2025Q3.html", (folder / "review-2025Q3.html").touch())[0], "no such file; a"),
        (
            lambda folder: (
                [(folder / f"review-{name}{MANIFEST}").write_text("{}") for name in ("2025Q2", "2025Q3")] and folder
            ),
            "2 reviews (2025Q2, 2025Q3); choose one by --period",
        ),
        (
            lambda folder: ((folder / f"review-2025Q3{MANIFEST}").write_text('{"manifest": 2}'), folder)[1],
            "is not the manifest of a review",
        ),
    ],
)
def test_what_cannot_be_verified_is_said(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    with pytest.raises(PathError, match=said.replace("(", r"\(").replace(")", r"\)")):
        verify(make(tmp_path))


def test_the_manifest_of_a_redacted_review_names_nothing_to_read(
    base: tuple[Path, ReviewInput, Manifest], tmp_path: Path
) -> None:
    file = write_manifest(tmp_path, base[2], paths=[], settings=None)
    with pytest.raises(PathError, match="names no reports; name them after the review"):
        verify(file)
    write_manifest(tmp_path, base[2], settings="")
    with pytest.raises(PathError, match="name them by --config"):
        verify(file)


def test_a_manifest_computes_nothing_but_measures(
    base: tuple[Path, ReviewInput, Manifest], tmp_path: Path, copied: Path
) -> None:
    """Whatever it names: an unknown measure or option is a figure that is gone."""
    assert copied.is_dir()
    counts = base[2].figures["counts"]
    odd = {
        "counts": counts,
        "system": dataclasses.replace(counts, measure="system"),
        "counts per=week": dataclasses.replace(counts, options={"per": "week"}),
        "counts within=1": dataclasses.replace(counts, options={"within": "1"}),
    }
    write_manifest(tmp_path, dataclasses.replace(base[2], figures=odd))
    assert [(each.figure, each.is_gone) for each in verify(tmp_path).changes] == [
        ("counts per=week", True),
        ("counts within=1", True),
        ("system", True),
    ]


def test_a_fault_of_a_measure_is_not_taken_for_a_figure_that_is_gone(
    base: tuple[Path, ReviewInput, Manifest], tmp_path: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counts(scope: Scope) -> None:
        raise TypeError(scope)

    assert copied.is_dir()
    monkeypatch.setitem(figures.MEASURES, "counts", counts)
    write_manifest(tmp_path, counted(base[2]))
    with pytest.raises(TypeError):
        verify(tmp_path)


_ODD: Final = (None, 1, True, "nonsense", ["x"], {"name": "Q2"}, {"start": [], "end": 1, "name": 1})
"""Options that none of the measures knows; `make laws` tries each of them with each option."""


@MORE_IN_LAWS
def test_an_option_of_another_kind_is_that_of_no_figure(
    base: tuple[Path, ReviewInput, Manifest], tmp_path: Path, copied: Path
) -> None:
    """Of every measure that has options: each is computed by what the manifest says, and none fails at it."""
    assert copied.is_dir()
    named = [
        (name, each)
        for name, measure in figures.MEASURES.items()
        for each in [*inspect.signature(measure).parameters][1:]
    ]
    odd = {
        f"{name} {each} {option}": dataclasses.replace(base[2].figures["counts"], measure=name, options={each: option})
        for index, (name, each) in enumerate(named)
        for option in (_ODD if TIMES > 1 else [_ODD[index % len(_ODD)]])
    }
    assert len(odd) > 40
    write_manifest(tmp_path, dataclasses.replace(base[2], figures=odd))
    assert {each.figure for each in verify(tmp_path).changes} == odd.keys()


def test_the_cache_and_the_number_of_processes_can_be_set(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert copied.is_dir()
    seen: list[str | None] = []

    def noted(*_arguments: Any, **_options: Any) -> Restatements:
        seen.extend(os.environ.get(f"INCIDENT_ANALYTICS_{name}") for name in ("NO_CACHE", "JOBS"))
        return Restatements(base[2], base[2])

    monkeypatch.setattr(verification, "verify", noted)
    assert run(write_manifest(tmp_path, counted(base[2])), "--no-cache", "--jobs", "1")[0] == 0
    assert seen == ["True", "1"]


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sources", [["*/report.md"], ["{}/report.md"], ["."]])
def test_reports_of_one_file_name_are_kept_apart(tmp_path: Path, sources: list[str]) -> None:
    """Whether by a pattern, each by itself, or as a folder; those of two folders that nothing else tells apart, too."""
    folder = tmp_path / "reports"
    for report in (DEMO / "reports").glob("INC-2025-0[789]-*.md"):
        (folder / report.stem).mkdir(parents=True)
        shutil.copy(report, folder / report.stem / "report.md")
    paths = [str(folder / each.format(own.name)) for each in sources for own in sorted(folder.iterdir())]

    def asked() -> ReviewInput:
        given = read_input(list(dict.fromkeys(paths)), read_settings(DEMO / "incident-analytics.toml"), period=PERIOD)
        compute(given.scope, "counts", {})
        return given

    before = asked().manifest()
    assert len({each.file for each in before.reports.values()}) == len(before.reports) == 13
    above = "reports/" if sources == ["."] else ""
    assert set(before.files) == {f"{above}{name}/report.md" for name in before.reports}
    line = change(folder / REPORT / "report.md", "**Severity**: SEV-2", "**Severity**: SEV-1")
    found = compared(before, asked())
    assert {cause for each in found.changes for cause in each.causes} == {
        Cause("edit", REPORT, f"{above}{REPORT}/report.md", (line,))
    }
    assert found.edited == (Cause("edit", REPORT, f"{above}{REPORT}/report.md", (line,)),)


def test_files_of_one_name_in_two_sources_are_kept_apart(tmp_path: Path) -> None:
    """And no folder is named that this does not need."""
    text = (DEMO / "reports" / f"{REPORT}.md").read_text(encoding="utf-8")
    for folder, name in (("one/a", REPORT), ("two/a", "INC-2025-08-20-001")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.md").write_text(text.replace(REPORT, name), encoding="utf-8")
    given = read_input([str(tmp_path / "one" / "a"), str(tmp_path / "two" / "a")], Settings(), period=PERIOD)
    assert {name: each.file for name, each in given.manifest().reports.items()} == {
        REPORT: "one/a/x.md",
        "INC-2025-08-20-001": "two/a/x.md",
    }


def test_files_of_a_pattern_in_the_settings_are_compared(copied: Path) -> None:
    for number in (1, 2):
        shutil.copy(DEMO / "pagerduty.csv", copied / f"pages-{number}.csv")
    settings = copied / "incident-analytics.toml"
    text = settings.read_text(encoding="utf-8")
    assert '["pagerduty.csv"]' in text
    settings.write_text(text.replace('["pagerduty.csv"]', '["pages-*.csv"]'), encoding="utf-8")
    given = read_copy(copied)
    compute(given.scope, "counts", {})
    before = given.manifest()
    assert compared(before, read_copy(copied)).changes == ()
    file = copied / "pages-2.csv"
    file.write_bytes(file.read_bytes().replace(b",high", b",low", 1))
    after = read_copy(copied).manifest()
    changed = {key for key in before.settings if before.settings[key] != after.settings[key]}
    assert changed == {"incident_tool.files.1"}


@pytest.mark.skipif(not Path("/proc/self/cwd").is_dir(), reason="needs a link that shares no folder with its target")
@pytest.mark.parametrize("is_folder_linked", [True, False])
def test_settings_and_reports_that_a_link_leads_to_are_found_again(
    base: tuple[Path, ReviewInput, Manifest], copied: Path, monkeypatch: pytest.MonkeyPatch, *, is_folder_linked: bool
) -> None:
    """The review's folder is named through a link and the settings by where they are, or the other way round."""
    monkeypatch.chdir(copied)
    (copied / "build").mkdir()
    link = Path("/proc/self/cwd")
    folder, near = (link, copied) if is_folder_linked else (copied, link)
    named = {
        "paths": [_seen_from(folder / "build", near / "reports")],
        "settings": _seen_from(folder / "build", near / "incident-analytics.toml"),
    }
    assert named == {"paths": ["../reports"], "settings": "../incident-analytics.toml"}
    assert verify(write_manifest(folder / "build", counted(base[2]), **named)).changes == ()


def test_a_redacted_manifest_has_no_hash_of_a_line_that_names_somebody(
    base: tuple[Path, ReviewInput, Manifest], copied: Path
) -> None:
    """Else a name could be guessed; an edit of the line is still found, unless it is of the name."""
    settings = base[1].scope.settings

    def asked() -> ReviewInput:
        given = read_input([str(copied / "reports")], settings, period=PERIOD, redact=True)
        compute(given.scope, "overdue", {})
        compute(given.scope, "completion", {"by": "priority"})
        return given

    given = asked()
    before = given.manifest()
    redaction = given.scope.redaction
    assert redaction is not None
    text = before.text()
    n_named = 0
    for report in sorted((copied / "reports").glob("*.md")):
        content = report.read_bytes()
        assert hashlib.sha256(content).hexdigest() not in text
        for line in content.split(b"\n"):
            if redaction.text(line.decode()) != line.decode():
                n_named += 1
                assert urlsafe_b64encode(hashlib.sha256(line).digest())[:HASH].decode() not in text
    assert n_named > 100
    assert compared(before, asked()).changes == ()

    items = given.corpus.actions[
        given.corpus.actions["incident_id"].isin(given.scope.reviewed.incidents["incident_id"])
    ]
    for row in items[items["priority"] == "Medium"].to_dict("records"):
        file = copied / "reports" / f"{row['incident_id']}.md"
        words = file.read_text(encoding="utf-8").split("\n")[row["line"] - 1]
        if redaction.text(words) != words:
            break
    change(file, words, words.replace("Medium", "High"))
    found = compared(before, asked())
    assert {cause for each in found.changes for cause in each.causes} == {
        Cause("edit", file.stem, f"reports/{file.name}", (row["line"],))
    }


# --- the next review --------------------------------------------------------------------------------------------------


def test_the_next_review_restates_the_last_one(copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = read_copy(copied)
    for measure in sentences.HEADLINES:
        compute(given.scope, measure, {})
    write_manifest(tmp_path, given.manifest())

    shown: list[Shown] = []
    monkeypatch.setattr(page, "display", lambda each, **_: shown.append(each))

    def later() -> ReviewInput:
        settings = read_settings(copied / "incident-analytics.toml")
        return read_input([str(copied / "reports")], settings, period="2025Q4", as_of="2025-12-01", status="final")

    def said() -> str:
        found = last_restated(tmp_path, later())
        assert found is not None
        return sentences.describe_restated(found, metric="time_to_restore")

    assert said() == ""
    late = "INC-2025-09-28-001"
    text = (copied / "reports" / f"{REPORT}.md").read_text(encoding="utf-8")
    text = text.replace(REPORT, late).replace("19 August 2025", "28 September 2025")
    (copied / "reports" / f"{late}.md").write_text(text, encoding="utf-8")
    assert said().startswith(
        f"Restated since the last review: incidents in Q3 2025: 14, was 13 ({late} reported late); "
        "median time to restore for Q3 2025 "
    )
    review = ReviewPage(later().scope)
    review.given, review.folder = later(), str(tmp_path)
    review.first_screen()
    _, headline, opening, *_ = (each for each in shown[0].markdown.split("\n") if each)
    assert headline.startswith("# ")
    assert opening.startswith("Restated since the last review: incidents in Q3 2025: 14, was 13")
    assert 'data-figure="counts; response' in shown[0].html
    earlier = read_input([str(copied / "reports")], given.scope.settings, period="2025Q2", status="final")
    assert last_restated(tmp_path, earlier) is None
    other = read_input(
        [str(copied / "reports")], given.scope.settings, period="2025Q4", as_of="2025-12-01", status="all"
    )
    assert last_restated(tmp_path, other) is None


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(
        [
            *(
                "2025Q3",
                "2025-10-01",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59+00:00",
                "9999-12-31T00:00:00-12:00",
            ),
            *(
                "final",
                "by",
                "period",
                "n",
                "median_seconds",
                "incidents",
                "/**",
                10**30,
                {"name": "x", "start": "", "end": ""},
            ),
            {"name": "x", "start": "2025-08-01", "end": "2025-07-01"},
        ]
    )
)
_ANY = st.recursive(
    _LEAVES, lambda some: st.lists(some, max_size=2) | st.dictionaries(st.text(max_size=2), some), max_leaves=4
)


def places(plain: object, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the ways to all parts of what JSON holds."""
    parts = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, part in parts:
        yield (*way, key)
        yield from places(part, (*way, key))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ReviewInput, dict[str, Any]]:
    """A folder of reviews, what the next one is made from, and the manifest of the last one as JSON has it."""
    folder = tmp_path_factory.mktemp("few")
    (folder / "reports").mkdir()
    for name in ("INC-2025-08-05-001", REPORT):
        shutil.copy(DEMO / "reports" / f"{name}.md", folder / "reports")
    settings = Settings(timezone="America/New_York")
    next_one, last = (
        read_input([str(folder / "reports")], settings, period=period, as_of=as_of, status="final")
        for period, as_of in (("2025Q4", "2025-12-01"), (PERIOD, "2025-10-01"))
    )
    for measure, options in (("counts", {}), ("response", {}), ("impact", {}), ("incidents", {})):
        compute(last.scope, measure, options)
    plain = json.loads(last.manifest().text())
    plain["review"] |= {"paths": ["reports"]}
    return folder, next_one, plain


@given(data=st.data())
@examples(10)
def test_no_manifest_that_somebody_changed_keeps_the_next_review_from_being_made(
    few: tuple[Path, ReviewInput, dict[str, Any]], data: st.DataObject
) -> None:
    folder, next_one, plain = few
    changed = json.loads(json.dumps(plain))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(list(places(changed))))
        reduce(lambda part, key: part[key], way, changed)[last] = data.draw(_ANY)
    file = folder / f"review-{PERIOD}{MANIFEST}"
    file.write_text(json.dumps(changed), encoding="utf-8")
    restated = last_restated(folder, next_one)
    if restated is not None:
        sentences.describe_restated(restated, metric="time_to_restore")
    with suppress(IncidentAnalyticsError):
        "\n".join(sentences.describe_verified(verify(file)))


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("review", "as_of"), "9999-12-31T23:59:59-12:00"),
        (("review", "as_of"), "2025-07-01T00:00:00+00:00"),  # before the period
        (("corrections",), {"x": "y", "": ""}),
        (("tracker",), {"OPS-1": {"incidents": "INC-1", "columns": {"status": ["x"]}}}),
        (("figures", "counts", "rows", "SEV-1"), ["SEV-1", "many"]),
        (("figures", "response", "rows"), {}),
        (("figures", "response", "rows"), "twice"),
    ],
)
def test_whatever_the_last_manifest_says_the_next_review_is_made(
    few: tuple[Path, ReviewInput, dict[str, Any]], way: tuple[str, ...], value: Any
) -> None:
    folder, next_one, plain = few
    changed = json.loads(json.dumps(plain))
    rows = changed["figures"]["response"]["rows"]
    columns = changed["figures"]["counts"]["columns"]
    if value == "twice":
        value = {str(index): row for index in range(2) for row in rows.values()}
    if "counts" in way:
        value = ["many" if column == "n" else None for column in columns]
    *before, last = way
    reduce(lambda part, key: part[key], before, changed)[last] = value
    (folder / f"review-{PERIOD}{MANIFEST}").write_text(json.dumps(changed), encoding="utf-8")
    restated = last_restated(folder, next_one)
    said = "" if restated is None else sentences.describe_restated(restated, metric="time_to_restore")
    assert isinstance(said, str)
    assert (restated is None) == (way[0] == "review")
