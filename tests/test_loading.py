"""Many files to one corpus: what is read, what is skipped and why; nothing raises but a path that is not there."""

# ruff: noqa: E501 - a message is asserted whole, and a row of a table is one line

from __future__ import annotations

import dataclasses
import os
import re
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics import reading
from incident_analytics.config import Settings, find_settings
from incident_analytics.errors import PathError, ReportError, SettingsError, UnknownNameError
from incident_analytics.finding import find_files
from incident_analytics.loading import load, narrow, read_records
from incident_analytics.reports import parse
from incident_analytics.reports.template import built_in_templates
from incident_analytics.schema import TABLES
from incident_analytics.tables import Corpus
from incident_analytics.tracker import read_tracker

DEMO = Path(__file__).parent.parent / "data" / "demo"
POSIX = pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
NOT_A_REPORT = (
    "not an incident report: it has neither an Incident ID of a known form nor enough of severity, duration, timeline, "
    "impact and root cause"
)
FULL = Path(__file__).with_name("reports") / "INC-2025-03-14-001.md"

ROWS = "\n## Timeline\n\n- 10:00 UTC Alert\n"
"""What makes a report of a text without an id."""


def report(
    incident_id: str = "INC-2025-03-14-001", status: str = "Final", severity: str = "SEV-2", more: str = ""
) -> str:
    day = re.search(r"\d{4}-\d{2}-\d{2}", incident_id)
    return f"""# Something broke

**Incident ID**: {incident_id}
**Date**: {day[0] if day else "2025-03-14"}
**Severity**: {severity}
**Status**: {status}

{more}
"""


def write(folder: Path, **texts: str | bytes) -> Path:
    """Write files: ``_`` in a name is ``/``, the ending .md is added."""
    for name, text in texts.items():
        file = folder / f"{name.replace('_', '/')}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def outcomes(corpus: Corpus, folder: Path) -> list[tuple[str, str]]:
    paths = corpus.files["path"].str.removeprefix(f"{folder.as_posix()}/")
    return list(zip(paths, corpus.files["outcome"], strict=True))


def listed(corpus: Corpus, *levels: str) -> list[str]:
    rows = corpus.problems[corpus.problems["level"].isin(levels or ("error", "warning"))]
    return [f"{Path(str(row.path)).name}:{row.line}: {row.message} [{row.code}]" for row in rows.itertuples()]


def assert_same(one: Corpus, other: Corpus) -> None:
    for table in TABLES:
        assert_frame_equal(getattr(one, table), getattr(other, table))


# --- which files -----------------------------------------------------------------------------------------------------


def test_folders_are_read_recursively_sorted_and_without_hidden_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        b=report("INC-2025-01-01-002"),
        a_c=report("INC-2025-01-01-001"),
        **{".hidden": report(), ".git_x": report()},
    )
    (tmp_path / "notes.txt").write_text("no report")
    (tmp_path / "folder.md").mkdir()
    assert outcomes(load(tmp_path), tmp_path) == [("a/c.md", "loaded"), ("b.md", "loaded")]


def test_files_globs_and_several_paths_are_each_read_once(tmp_path: Path) -> None:
    write(tmp_path, a=report("INC-2025-01-01-001"), b=report("INC-2025-01-01-002"))
    one = load([tmp_path / "b.md", f"{tmp_path}/*.md", str(tmp_path), tmp_path / "b.md"])
    assert outcomes(one, tmp_path) == [("b.md", "loaded"), ("a.md", "loaded")]


def test_a_file_with_glob_marks_in_its_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "[x].md").write_text(report())
    assert len(load(tmp_path / "[x].md").incidents) == 1


def test_an_empty_folder_gives_empty_tables_of_the_declared_types(tmp_path: Path) -> None:
    corpus = load(tmp_path)
    for name, columns in TABLES.items():
        table = getattr(corpus, name)
        assert len(table) == 0
        assert list(table.columns) == list(columns)


@pytest.mark.parametrize("path", ["missing", "missing/*.md", "", "\0", "a" * 5000])
def test_a_path_that_is_not_there_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if path == "":
        assert load(path).files.empty  # the working folder
        return
    with pytest.raises(PathError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_file_whose_name_is_not_utf8_is_read(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"a\xff.md")).write_text(report())
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    assert outcomes(load(tmp_path), tmp_path) == [("a\ufffd.md", "loaded")]


def test_a_broken_link_is_left_out_and_one_that_is_named_is_missing(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "nowhere.md")
    assert load(tmp_path).files["outcome"].tolist() == ["unreadable"]
    with pytest.raises(PathError):
        load(tmp_path / "link.md")


# --- loaded + other status + skipped = files ------------------------------------------------------------------------


def test_every_file_is_loaded_of_another_status_or_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=report("INC-2025-01-01-001"),
        b=report("INC-2025-01-01-002", "Draft"),
        c=report("INC-2025-01-01-003", "Under Review"),
        d=report("INC-2025-01-01-004", "Perhaps"),
        e="# Notes\n\nWe met.\n",
        f="",
    )
    corpus = load(tmp_path)
    expected = pd.DataFrame(
        {
            "path": [f"{tmp_path.as_posix()}/{name}.md" for name in "abcdef"],
            "outcome": ["loaded", "other status", "other status", "other status", "skipped", "skipped"],
            "reason": [
                None, "Draft", "Under Review", "no status that can be read",
                *[NOT_A_REPORT] * 2,
            ],
            "template": [*["template-1.0"] * 4, None, None],
        },
        dtype="str",
    )  # fmt: skip
    assert_frame_equal(corpus.files, expected)
    assert corpus.incidents["incident_id"].tolist() == ["INC-2025-01-01-001"]
    assert set(corpus.problems["incident_id"].dropna()) == {"INC-2025-01-01-001"}


def test_a_report_that_breaks_the_reader_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a=report("INC-2025-01-01-001"), b=report("INC-2025-01-01-002"))
    read = parse.read_reports

    def broken(text: str, *args: Any, **options: Any) -> Any:
        if "INC-2025-01-01-001" in text:
            raise RecursionError("too deep")
        return read(text, *args, **options)

    monkeypatch.setattr(parse, "read_reports", broken)
    corpus = load(tmp_path)
    assert outcomes(corpus, tmp_path) == [("a.md", "unreadable"), ("b.md", "loaded")]
    assert listed(corpus, "error", "warning", "info")[0].startswith(
        "a.md:1: reading it failed (RecursionError: too deep); please report this [unreadable-file]"
    )


@pytest.mark.parametrize(
    ("status", "n"),
    [("final", 1), ("Final", 1), ("all", 4), ("ALL", 4), ("Draft", 1), ("draft", 1), ("under review", 1)],
)
def test_status_says_which_reports(tmp_path: Path, status: str, n: int) -> None:
    statuses = ["Final", "Draft", "Under Review", "Perhaps"]
    write(tmp_path, **{str(at): report(f"INC-2025-01-01-00{at}", name) for at, name in enumerate(statuses)})
    corpus = load(tmp_path, status=status)
    assert len(corpus.incidents) == n
    assert len(corpus.files) == 4


def test_an_unknown_status_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(UnknownNameError, match=r"^status 'finished' is not one of final, all, Draft, Under Review$"):
        load(FULL, status="finished")


def test_one_bad_file_never_costs_another(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=report("INC-2025-01-01-001"),
        b=b"\x00" * 1000,
        c=b"\xff\xfe" + report().encode("utf-16-le"),
        d="[" * 50_000,
        e=report("INC-2025-01-01-002"),
    )
    corpus = load(tmp_path)
    assert outcomes(corpus, tmp_path) == [
        ("a.md", "loaded"), ("b.md", "skipped"), ("c.md", "skipped"), ("d.md", "skipped"), ("e.md", "loaded")
    ]  # fmt: skip


def test_bytes_that_are_not_utf8_are_read_and_reported_with_their_line(tmp_path: Path) -> None:
    write(tmp_path, x=report(more="Caf\xe9\n").encode("latin-1").replace(b"\n", b"\r\n"))
    corpus = load(tmp_path)
    assert outcomes(corpus, tmp_path) == [("x.md", "loaded")]
    assert listed(corpus)[0] == "x.md:8: byte 0xe9 is not UTF-8, read as Windows-1252; save it as UTF-8 [encoding]"


def test_a_file_beyond_the_limit_is_unreadable(tmp_path: Path) -> None:
    corpus = load(write(tmp_path, x=report()), settings=Settings.model_validate({"limits": {"file_size": 100}}))
    size = f"{(tmp_path / 'x.md').stat().st_size:,}"
    assert listed(corpus) == [
        f"x.md:1: {size} bytes are more than the limit of 100; raise file_size under [limits] [unreadable-file]"
    ]
    assert outcomes(corpus, tmp_path) == [("x.md", "unreadable")]


@pytest.mark.parametrize("pattern", ["**/*.md", "**", "*", "[a-z]*", "**/**/*", "./**/*.md"])
def test_a_pattern_hides_no_folder_that_cannot_be_listed(
    pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.md").write_text(report("INC-2025-01-01-001"), encoding="utf-8")
    (tmp_path / "open" / "b.md").symlink_to("nowhere.md")
    (tmp_path / "shut").mkdir()
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.chdir(tmp_path)
    corpus = load(pattern)
    assert list(corpus.files[["path", "outcome"]].itertuples(index=False, name=None)) == [
        ("open/a.md", "loaded"), ("open/b.md", "unreadable"), ("shut", "unreadable"),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_report_of_more_lines_than_the_limit_is_unreadable(tmp_path: Path, end: str) -> None:
    text = f"{report()}x\n".replace("\n", end)
    (tmp_path / "x.md").write_bytes(text.encode())
    lines = text.count(end)
    for limit, expected in ((lines, "loaded"), (lines - 1, "unreadable")):
        corpus = load(tmp_path, settings=Settings.model_validate({"limits": {"lines": limit}}))
        assert outcomes(corpus, tmp_path) == [("x.md", expected)]
    message = f"{lines} lines are more than the limit of {lines - 1}; raise lines under [limits]"
    assert listed(corpus) == [f"x.md:1: {message} [unreadable-file]"]


def test_whatever_the_file_system_does_no_file_is_unaccounted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders that cannot be listed, pipes, links to folders, other endings and names that are not UTF-8."""
    write(tmp_path, a=report("INC-2025-01-01-001"))
    for number, name in enumerate(["B.MD", "c.markdown", "d#1.md", "e\n.md", os.fsdecode(b"f\xff.md")], start=2):
        (tmp_path / name).write_text(report(f"INC-2025-01-01-00{number}"), encoding="utf-8")
    os.mkfifo(tmp_path / "g.md")
    (tmp_path / "h.md").symlink_to("h.md")
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut" / "i.md").write_text(report("INC-2025-01-01-009"), encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    outside = tmp_path.with_name(f"{tmp_path.name}-outside")
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    corpus = load(tmp_path)
    assert outcomes(corpus, tmp_path) == [
        ("B.MD", "loaded"), ("a.md", "loaded"), ("c.markdown", "loaded"), ("d#1.md", "loaded"), ("e\n.md", "loaded"),
        ("f\ufffd.md", "loaded"), ("g.md", "unreadable"), ("h.md", "unreadable"), ("link", "unreadable"),
        ("shut", "unreadable"),
    ]  # fmt: skip
    unreadable = corpus.problems.loc[corpus.problems["code"] == "unreadable-file"]
    assert unreadable["level"].tolist() == ["error"] * 4
    assert unreadable["message"].tolist()[2:] == [
        "a link to a folder, not followed; name that folder as well if its reports count",
        "cannot be read: Permission denied; check the folder and its permissions",
    ]
    with pytest.raises(PathError, match=r"shut: Permission denied; check its permissions$"):
        load(tmp_path / "shut")


def test_a_file_that_may_not_be_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, x=report())

    def refuse(_: Path, *, limit: int) -> bytes:
        assert limit
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading, "read_bytes", refuse)
    assert listed(load(tmp_path)) == [
        "x.md:1: cannot be read: Permission denied; check the file and its permissions [unreadable-file]"
    ]


# --- ids -------------------------------------------------------------------------------------------------------------


def test_ids_are_unique_and_the_files_stem_takes_its_place(tmp_path: Path) -> None:
    unnamed = report("", more=ROWS).replace("**Incident ID**: \n", "")
    texts = {"a_x": unnamed, "b_x": f"{unnamed}Other.", "c_x": f"{unnamed}More.", "e": report("PD-7"), "f": report("x")}
    corpus = load(write(tmp_path, **texts))
    assert corpus.incidents["incident_id"].tolist() == ["x~2", "x~3", "x~4", "PD-7", "x"]  # what is written comes first
    assert any("no Incident ID" in line for line in listed(corpus, "error"))
    assert any("'PD-7' is not of the form" in line for line in listed(corpus, "error"))


def copies(corpus: Corpus, folder: Path) -> dict[str, str]:
    """Return the paths of the copies with those of which they are copies."""
    found = corpus.files[corpus.files["outcome"] == "copy"]
    place = f"{folder.as_posix()}/"
    return {row.path.removeprefix(place): row.reason.replace(place, "") for row in found.itertuples()}


ID = "INC-2025-01-01-001"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"a": report(ID), "b": report(ID)}, {"b.md": "copy of a.md"}),
        ({"A": report(ID), ID: report(ID)}, {f"{ID}.md": "copy of A.md"}),
        ({"a": report(ID), "b": report(ID, more="x")}, {"b.md": "copy of a.md"}),
        ({"a": report(ID), ID: report(ID, "Draft")}, {"a.md": f"copy of {ID}.md"}),
        ({"a": report(ID, "Draft"), "b": report(ID, "Under Review")}, {"a.md": "copy of b.md"}),
        ({"a": report(ID, "Under Review"), "b": report(ID)}, {"a.md": "copy of b.md"}),
        ({"a": report(ID, "?"), "b": report(ID, "Draft")}, {"a.md": "copy of b.md"}),
        (
            {"a": report(ID, more="x"), "b": report(ID, "Draft"), f"c_{ID}": report(ID, "Draft")},
            {"a.md": "copy of b.md", f"c/{ID}.md": "copy of b.md"},
        ),
        ({"a": report("", more=ROWS).replace(": \n", ":\n"), "b": report("", more=ROWS).replace(": \n", ":\n")}, {"b.md": "copy of a.md"}),
        ({"PM-7 (copy)": report(ID), "PM-7": report(ID)}, {"PM-7 (copy).md": "copy of PM-7.md"}),
        ({"Copy of PM-7": report(ID), "PM-7": report(ID)}, {"Copy of PM-7.md": "copy of PM-7.md"}),
        ({"PM-7 (1)": report(ID), "PM-7": report(ID)}, {"PM-7 (1).md": "copy of PM-7.md"}),
        ({"PM-7 - Copy (2)": report(ID), "PM-7": report(ID)}, {"PM-7 - Copy (2).md": "copy of PM-7.md"}),
        ({"copy-jobs": report(ID), "jobs": report(ID)}, {"jobs.md": "copy of copy-jobs.md"}),
        ({"a": report(ID), "b": report("INC-2025-01-02-001")}, {}),
        ({"a": report(ID), "b": report(ID, "Duplicate")}, {}),
        ({"a": "no report", "b": "no report"}, {}),
    ],
    ids=["one text", "one text, the second file named by the id", "two texts", "named by the id", "Under Review",
         "Final", "no status", "two of three alike", "no id", "copy in brackets", "copy in front", "a number in brackets",
         "copy with a number", "about copies", "two ids", "marked", "no report"],
)  # fmt: skip
def test_of_several_reports_of_one_incident_one_counts(
    tmp_path: Path, texts: dict[str, str], expected: dict[str, str]
) -> None:
    corpus = load(write(tmp_path, **texts), status="all")
    assert copies(corpus, tmp_path) == expected
    outcome = corpus.files["outcome"].value_counts()
    assert outcome.sum() == len(texts)
    assert outcome.get("loaded", 0) == len(corpus.incidents)
    found = corpus.problems[corpus.problems["code"] == "duplicate-id"]
    assert sorted(found["path"].str.removeprefix(f"{tmp_path.as_posix()}/")) == sorted(expected)
    assert set(found["incident_id"]) <= set(corpus.incidents["incident_id"])


def test_a_copy_is_a_problem_that_names_the_report_that_counts(tmp_path: Path) -> None:
    found = listed(load(write(tmp_path, a=report(ID), b=report(ID), c=report(ID, "Draft"))), "error")
    first = f"{tmp_path.as_posix()}/a.md"
    assert found == [
        f"b.md:3: a copy of {first}, not counted; delete one of them [duplicate-id]",
        f"c.md:3: not counted: {first} has the Incident ID {ID}, too; delete one of them, or give it another ID [duplicate-id]",
    ]


def test_ids_that_differ_only_in_case_are_one_id(tmp_path: Path) -> None:
    corpus = load(write(tmp_path, a=report(ID), b=report(ID.lower(), "Draft")), status="all")
    assert corpus.incidents["incident_id"].tolist() == [ID]
    first = f"{tmp_path.as_posix()}/a.md"
    message = f"not counted: {first} has the Incident ID {ID}, too; delete one of them, or give it another ID"
    found = corpus.problems[corpus.problems["code"] == "duplicate-id"]
    assert found["message"].tolist() == [message]


def test_a_copy_is_in_no_table(tmp_path: Path) -> None:
    text = FULL.read_text(encoding="utf-8")
    once, twice = load(FULL), load(write(tmp_path, a=text, b=text, c=text.replace("Final", "Draft")))
    for name in TABLES.keys() - {"files", "problems"}:
        assert_frame_equal(*(getattr(each, name).drop(columns="path", errors="ignore") for each in (once, twice)))
    assert twice.files["outcome"].tolist() == ["loaded", "copy", "copy"]


def test_a_copy_of_a_report_of_another_status_is_a_copy(tmp_path: Path) -> None:
    corpus = load(write(tmp_path, a=report(ID, "Draft"), b=report(ID, "Draft")), status="final")
    assert outcomes(corpus, tmp_path) == [("a.md", "other status"), ("b.md", "copy")]


@POSIX
def test_links_to_one_file_are_one_file(tmp_path: Path) -> None:
    real, away = write(tmp_path / "real", z=report(ID)), tmp_path / "links"
    away.mkdir()
    (real / "a.md").symlink_to(real / "z.md")
    (away / "b.md").symlink_to(real / "z.md")
    (tmp_path / "folder").symlink_to(real)
    assert find_files([real]) == [real / "z.md"]
    assert find_files([away, real, tmp_path / "folder", tmp_path / "folder" / "z.md"]) == [real / "z.md"]
    assert find_files([away / "b.md"]) == [away / "b.md"]
    assert load([away, real]).files["outcome"].tolist() == ["loaded"]


OTHER = "INC-2025-01-01-009"


@pytest.mark.parametrize("name", [f"code/{OTHER}.md", f"c#ode/{OTHER}.md", f"{OTHER}#2.md", f"{OTHER} db#2"])
def test_a_number_sign_in_a_path_hides_no_other_name(tmp_path: Path, name: str) -> None:
    """Only the later reports of a file are exempt: the file can't be named after all of them."""
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(report(ID) + report("INC-2025-01-01-002"))
    corpus = load(file)
    assert corpus.incidents["path"].tolist() == [file.as_posix(), f"{file.as_posix()}#2"]
    found = corpus.problems[corpus.problems["code"] == "file-name-mismatch"]
    assert found["incident_id"].tolist() == [ID]


@pytest.mark.parametrize("name", ["payments.md", "2025-01-01 payments.md", f"{ID} payments.md", "01-queue-full.md"])
def test_a_file_named_after_no_other_incident_is_named_well(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(report(ID))
    assert "file-name-mismatch" not in load(tmp_path).problems["code"].tolist()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Duplicate", "Duplicate"), ("duplicate of INC-2025-01-01-002", "Duplicate"), ("**Cancelled**", "Cancelled"),
        ("Canceled", "Cancelled"), ("False alarm - nothing broke", "False alarm"), ("False positive", "False alarm"),
        ("Withdrawn (see the ticket)", "Withdrawn"), ("Final (duplicate of INC-2025-01-01-002)", "Duplicate"),
    ],
)  # fmt: skip
def test_what_is_marked_as_no_incident_never_counts(tmp_path: Path, words: str, status: str) -> None:
    write(tmp_path, a=report(ID, words), b=report("INC-2025-01-01-002"))
    for asked in ("all", "final"):
        corpus = load(tmp_path, status=asked)
        assert corpus.incidents["incident_id"].tolist() == ["INC-2025-01-01-002"]
        assert corpus.files[["outcome", "reason"]].iloc[0].tolist() == ["other status", status]


def test_a_report_whose_title_says_that_it_is_a_duplicate_does_not_count(tmp_path: Path) -> None:
    text = report(ID).replace("# Something broke", "# Incident Report: Duplicate of INC-2025-01-01-002")
    corpus = load(write(tmp_path, a=text, b=report("INC-2025-01-01-002")), status="all")
    assert corpus.incidents["incident_id"].tolist() == ["INC-2025-01-01-002"]
    assert [line for line in listed(corpus) if "contradiction" in line] == [
        "a.md:1: the title is 'Duplicate of INC-2025-01-01-002', the Status is Final; write '**Status**: Duplicate', or another title [contradiction]"
    ]
    charges = report(ID).replace("Something broke", "Duplicate of each charge")
    assert len(load(write(tmp_path / "c", a=charges)).incidents) == 1


def test_a_correction_may_withdraw_a_report(tmp_path: Path) -> None:
    write(tmp_path, a=report(ID), b=report("INC-2025-01-01-002"))
    (tmp_path / "corrections.csv").write_text(f"incident_id,field,value,reason,by\n{ID},status,Withdrawn,drill,Ana\n")
    (tmp_path / "incident-analytics.toml").write_text('[corrections]\nfile = "corrections.csv"\n')
    corpus = load(tmp_path, settings=tmp_path / "incident-analytics.toml")
    assert corpus.incidents["incident_id"].tolist() == ["INC-2025-01-01-002"]


@examples(25)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["Draft", "Final", "Duplicate"]), st.booleans()), max_size=6)
)
def test_every_file_has_one_outcome_and_every_id_one_incident(reports: list[tuple[int, str, bool]]) -> None:
    with TemporaryDirectory() as folder:
        for number, (incident, status, longer) in enumerate(reports):
            text = report(f"INC-2025-01-01-00{incident}", status, more="More." if longer else "")
            (Path(folder) / f"{number}.md").write_text(text)
        corpus = load(folder, status="all")
    counted = {incident for incident, status, _ in reports if status != "Duplicate"}
    assert sorted(corpus.incidents["incident_id"]) == [f"INC-2025-01-01-00{incident}" for incident in sorted(counted)]
    outcome = corpus.files["outcome"].value_counts()
    assert len(corpus.files) == len(reports) == outcome.sum()
    assert outcome.get("loaded", 0) == len(counted)
    assert outcome.get("other status", 0) == sum(status == "Duplicate" for _, status, _ in reports)


def test_every_row_of_every_table_belongs_to_an_incident_of_the_corpus(tmp_path: Path) -> None:
    text = FULL.read_text(encoding="utf-8").replace("**Author**", "**Environment**: production\n**Author**", 1)
    other = text.replace("INC-2025-03-14-001", "INC-2025-03-14-002")
    corpus = load(write(tmp_path, a=text, b=other, c=text.replace("Final", "Draft")), status="final")
    known = set(corpus.incidents["incident_id"])
    assert known == {"INC-2025-03-14-001", "INC-2025-03-14-002"}
    for name in TABLES.keys() - {"files", "problems"}:
        table = getattr(corpus, name)
        assert set(table["incident_id"]) == known, name
        assert len(set(table.groupby("incident_id").size())) == 1, name


def test_several_reports_of_one_file_are_files_of_their_own(tmp_path: Path) -> None:
    text = report("INC-2025-01-01-001") + report("INC-2025-01-02-001", "Draft") + report("INC-2025-01-01-001")
    corpus = load(write(tmp_path, x=text))
    assert outcomes(corpus, tmp_path) == [("x.md", "loaded"), ("x.md#2", "other status"), ("x.md#3", "copy")]
    assert corpus.incidents["incident_id"].tolist() == ["INC-2025-01-01-001"]
    assert load(tmp_path, status="all").incidents["path"].str[-2:].tolist() == ["md", "#2"]


# --- strict, progress, executor --------------------------------------------------------------------------------------


def test_strict_raises_all_errors_and_warnings_together(tmp_path: Path) -> None:
    write(tmp_path, x=report("PD-7", severity="SEV9"), y="no report")
    with pytest.raises(ExceptionGroup) as caught:
        load(tmp_path, strict=True)
    assert not any("[not-a-report]" in str(error) for error in caught.value.exceptions)
    assert caught.group_contains(ReportError, match=r"x\.md:5: severity 'SEV9' is not one of .* \[unknown-severity\]$")
    assert caught.value.message == f"{len(caught.value.exceptions)} problems in the reports"
    assert not any("[missing-section]" in str(error) for error in caught.value.exceptions)


def test_strict_passes_a_clean_report() -> None:
    assert len(load(FULL, strict=True).incidents) == 1


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    write(tmp_path, **{f"r{at}": report(f"INC-2025-01-01-{at:03}") for at in range(70)})
    seen: list[tuple[int, int]] = []
    load(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(64, 70), (70, 70)]


def test_processes_read_the_same_tables(tmp_path: Path) -> None:
    text = FULL.read_text(encoding="utf-8")
    write(tmp_path, **{f"r{at}": text.replace("-001", f"-{at:03}") for at in range(70)}, z="none")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        assert_same(load(tmp_path, executor=executor), load(tmp_path))


def test_reading_twice_gives_the_same_tables(tmp_path: Path) -> None:
    write(tmp_path, x=report(), y=FULL.read_text(encoding="utf-8"), z=report("INC-2025-03-14-001"))
    assert_same(load(tmp_path, status="all"), load(tmp_path, status="all"))


# --- settings --------------------------------------------------------------------------------------------------------

SETTINGS = """
timezone = "Europe/Berlin"
[severities]
order = ["low", "high"]
synonyms = { P1 = "high", "SEV-3" = "low" }
[services.API]
aliases = ["Public API"]
team = "Web"
[services.Audio]
target = 0.99
[check]
ignore = ["missing-section", "missing-field", "file-name-mismatch"]
levels = { unknown-service = "error" }
"""


def test_settings_name_severities_services_and_the_level_of_problems(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(SETTINGS)
    services = "## Affected Services\n- [x] public api\n- [x] Audio\n- [ ] Billing\n"
    write(tmp_path, a=report("INC-2025-01-01-001", severity="P1 (High)", more=services))
    write(tmp_path, b=report("INC-2025-01-01-002", severity="SEV-3"), c=report("INC-2025-01-01-003", severity="SEV-1"))
    corpus = load(tmp_path, settings=tmp_path / "ours.toml")
    assert corpus.incidents["severity"].astype("object").where(corpus.incidents["severity"].notna(), None).tolist() == [
        "high", "low", None
    ]  # fmt: skip
    assert corpus.incidents["severity"].cat.categories.tolist() == ["low", "high"]
    assert corpus.services["service"].tolist() == ["API", "Audio", "Billing"]
    assert listed(corpus) == [
        "a.md:11: service 'Billing' is not one of API, Audio; write one of these or add an alias to the settings [unknown-service]",
        "c.md:5: severity 'SEV-1' is not one of high, low; write one of these, or declare a synonym under [severities] in the settings [unknown-severity]",
    ]
    assert corpus.problems.loc[corpus.problems["code"] == "unknown-service", "level"].tolist() == ["error"]
    assert not corpus.problems["code"].isin(["missing-section", "missing-field", "file-name-mismatch"]).any()


def test_a_service_of_the_settings_keeps_its_name_that_says_a_part(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('[services."Web (EU only)"]\n[services.Web]\n')
    services = "## Affected Services\n- [x] web (EU only)\n- [x] Web (US only)\n"
    write(tmp_path, a=report("INC-2025-01-01-001", more=services))
    corpus = load(tmp_path, settings=tmp_path / "ours.toml")
    assert corpus.services["service"].tolist() == ["Web (EU only)", "Web"]


def test_without_settings_any_service_is_known(tmp_path: Path) -> None:
    corpus = load(write(tmp_path, x=report(more="## Affected Services\n- [x] Billing\n")))
    assert "unknown-service" not in set(corpus.problems["code"])


@pytest.mark.parametrize(
    ("options", "n"),
    [
        ({"severities": ["SEV-1"]}, 1), ({"severities": ["SEV-1", "SEV-2"]}, 2), ({"severities": ["SEV-3"]}, 0),
        ({"services": ["API"]}, 1), ({"teams": ["Web"]}, 1), ({"services": ["Audio"], "teams": ["Web"]}, 2), ({}, 2),
        ({"services": ["Audio"], "severities": ["SEV-1"]}, 0),
    ],
)  # fmt: skip
def test_narrow(tmp_path: Path, options: dict[str, Any], n: int) -> None:
    """An unaffected service does not count; services and teams add to each other, severities narrow further."""
    write(
        tmp_path,
        a=report("INC-2025-01-01-001", severity="SEV-1", more="## Affected Services\n- [x] API\n- [ ] Audio\n"),
        b=report("INC-2025-01-01-002", severity="SEV-2", more="## Affected Services\n- [ ] API\n- [x] Audio\n"),
    )
    known = Settings.model_validate({"services": {"API": {"team": "Web"}, "Audio": {}}})
    corpus = narrow(load(tmp_path), settings=known, **options)
    assert len(corpus.incidents) == n
    assert set(corpus.services["incident_id"]) == set(corpus.incidents["incident_id"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"severities": ["SEV9"]}, "severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1"),
        ({"services": ["Billing"]}, "service 'Billing' is not one of "),
        ({"teams": ["Web"]}, "unknown team 'Web': no teams are defined; add team = "),
    ],
)
def test_narrow_refuses_a_name_that_is_not_there(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        narrow(load(FULL), **options)
    assert str(caught.value).startswith(message)


# --- the tracker's export --------------------------------------------------------------------------------------------

TRACKER = '[tracker]\nfile = "export.csv"\ncolumns = { key = "Key", status = "State", due_on = "Due" }\n'


def test_a_trackers_export_is_read_by_the_columns_that_the_settings_name(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(TRACKER)
    (tmp_path / "export.csv").write_text(
        "Due,State,Key,More\n2025-03-21T10:00:00Z,In Progress,OPS-1,x\nsoon,Nobody knows,,\n,Won't do,#3,\n"
    )
    expected = pd.DataFrame(
        {
            "key": pd.Series(["OPS-1", None, "#3"], dtype="str"),
            "incident_id": pd.Series([None] * 3, dtype="str"),
            "action": pd.Series([None] * 3, dtype="str"),
            "owner": pd.Series([None] * 3, dtype="str"),
            "status": pd.Series(["open", None, "dropped"], dtype="str"),
            "due_on": pd.Series([pd.Timestamp("2025-03-21"), None, None], dtype="datetime64[us]"),
            "completed_on": pd.Series([None] * 3, dtype="datetime64[us]"),
        }
    )
    assert_frame_equal(read_tracker(tmp_path / "s.toml"), expected)


@pytest.mark.parametrize(
    ("settings_text", "export", "message"),
    [
        ("", "", "s.toml: no [tracker] section names an export"),
        (TRACKER, "Id,State,Due\n", "export.csv:1: no column 'Key'; it has Id, State, Due"),
        (TRACKER, None, "No such file or directory"),
        (TRACKER, "", "export.csv: it is empty; write a header with the columns' names"),
    ],
)
def test_a_tracker_that_cannot_be_read(tmp_path: Path, settings_text: str, export: str | None, message: str) -> None:
    (tmp_path / "s.toml").write_text(settings_text)
    if export is not None:
        (tmp_path / "export.csv").write_text(export)
    with pytest.raises(SettingsError) as caught:
        read_tracker(tmp_path / "s.toml")
    assert message in str(caught.value)


# --- laws ------------------------------------------------------------------------------------------------------------

PIECES = [line + b"\n" for line in FULL.read_bytes().split(b"\n")]


def torn() -> st.SearchStrategy[bytes]:
    """Any bytes, and pieces of a report among them."""
    return st.lists(st.sampled_from(PIECES) | st.binary(max_size=30), max_size=40).map(b"".join) | st.binary()


@examples(30)
@given(st.lists(torn(), max_size=4), st.sampled_from(["final", "all"]))
def test_whatever_bytes_come_in_load_returns_and_counts_every_file(texts: list[bytes], status: str) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), **{f"r{at}": text for at, text in enumerate(texts)})
        corpus = load(folder, status=status)
    paths = corpus.files["path"]
    assert set(corpus.files["outcome"]) <= {"loaded", "other status", "copy", "skipped"}
    assert paths.is_unique
    assert {path.partition("#")[0] for path in paths} == {
        f"{Path(folder).as_posix()}/r{at}.md" for at in range(len(texts))
    }
    assert (corpus.files["outcome"] == "loaded").sum() == len(corpus.incidents)
    assert corpus.incidents["incident_id"].is_unique
    assert corpus.incidents["incident_id"].notna().all()
    for name, columns in TABLES.items():
        assert list(getattr(corpus, name).columns) == list(columns)
    assert (corpus.problems["line"] >= 1).all()


def frames(corpus: Corpus) -> Iterator[pd.DataFrame]:
    for table in dataclasses.fields(corpus):
        frame: pd.DataFrame = getattr(corpus, table.name)
        yield frame.assign(**{"path": ""} if "path" in frame else {})


@examples(8)
@given(st.permutations(range(4)))
def test_the_order_of_the_paths_orders_the_rows_and_changes_nothing_else(order: list[int]) -> None:
    with TemporaryDirectory() as name:
        text = FULL.read_text(encoding="utf-8")
        folder = write(Path(name), **{f"r{at}": text.replace("-001", f"-00{at}") for at in range(4)})
        files = [folder / f"r{at}.md" for at in range(4)]
        straight, permuted = load(files), load([files[at] for at in order])
    for one, other in zip(frames(straight), frames(permuted), strict=True):
        by = [column for column in ("incident_id", "line", "position", "message", "field") if column in one]
        if by:
            assert_frame_equal(
                one.sort_values(by, kind="stable", ignore_index=True),
                other.sort_values(by, kind="stable", ignore_index=True),
            )


def test_narrowing_to_a_status_is_loading_that_status() -> None:
    """One reading of the files serves both: the tables are the same, and files tells what is of another status."""
    files = sorted((DEMO / "reports").glob("INC-2025-1[12]-*.md"))  # of three statuses
    everything = load(files, status="all")
    before = everything.files.copy()
    for status in ("final", "Draft"):
        narrowed, loaded = narrow(everything, status=status), load(files, status=status)
        for name in TABLES:
            assert_frame_equal(getattr(narrowed, name), getattr(loaded, name))
    assert set(narrowed.files["outcome"]) == {"loaded", "other status"}
    assert_frame_equal(everything.files, before)


def test_a_link_that_leads_to_itself_is_a_message_and_settings_are_looked_for_above_it(tmp_path: Path) -> None:
    loop = tmp_path / "loop.md"
    loop.symlink_to("loop.md")
    settings = tmp_path / "incident-analytics.toml"
    settings.touch()
    assert find_settings(loop) == settings
    with pytest.raises(PathError, match=r"loop\.md: no such file or folder$"):
        load(loop)


@pytest.mark.parametrize("words", ["two", "-1", "1.5", "²"])
def test_a_number_of_processes_that_is_none_is_said_so(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENT_ANALYTICS_JOBS", words)
    with pytest.raises(SettingsError, match=f"INCIDENT_ANALYTICS_JOBS is '{words}'; set it to a number of processes"):
        read_records([], settings=Settings())


def test_the_templates_of_a_later_task_are_those_that_the_process_has() -> None:
    # Each task brings its own; whatever is looked up by a template would compare all of its words with the other's.
    first = reading._as_before(built_in_templates())  # noqa: SLF001
    later = reading._as_before(deepcopy(first))  # noqa: SLF001
    assert [id(template) for template in later] == [id(template) for template in first]


def test_load_says_that_times_without_a_zone_are_read_as_utc(tmp_path: Path) -> None:
    text = (
        "# Down\n\n**Incident ID**: INC-2025-03-14-001\n**Date**: 2025-03-14\n**Severity**: SEV-1\n**Status**: Final\n"
    )
    (tmp_path / "a.md").write_text(f"{text}\n## Timeline\n\n- 10:00 Alert\n- 11:00 Restored\n", encoding="utf-8")
    said = "^1 report doesn't say the time zone of its times: they are read as UTC; "
    with pytest.warns(UserWarning, match=f"{said}pass settings with one, such as 'incident-analytics.toml'$"):
        load(tmp_path)
    with pytest.warns(UserWarning, match=f"{said}set timezone in incident-analytics.toml$"):
        load(tmp_path, settings=Settings())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(load(tmp_path, settings=Settings(timezone="Europe/Oslo")).incidents) == 1


def test_a_status_that_is_no_text_is_an_unknown_one() -> None:
    with pytest.raises(UnknownNameError, match=r"^status 'None' is not one of final, all, Draft, "):
        load("data/real", status=None)  # type: ignore[arg-type]
