"""New and growing error messages: hand-made logs with the tables that they give, and a log of a million lines."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import UTC, at, ratios, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics.errors import ColumnsError, EvidenceError, PeriodError, UnknownNameError
from incident_analytics.evidence.logs import OTHER, LogEvidence, log_templates

WINDOW = {"baseline_start": at("2025-08-05 08:00"), "start": at("2025-08-05 12:00"), "end": at("2025-08-05 13:00")}
FATES = ["n_window", "n_baseline", "n_quiet", "n_outside", "n_continued", "n_untimed", "n_broken"]


def write(file: Path, *lines: str) -> Path:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def find(files: Any, **arguments: Any) -> LogEvidence:
    found = log_templates(files, **{**WINDOW, **arguments})
    counts = found.files[FATES].sum(axis=1)
    assert (counts == found.files["n_lines"]).all()
    assert found.templates["n"].sum() == found.files["n_window"].sum()
    return found


def counts_of(found: LogEvidence) -> list[tuple[str, int]]:
    return list(zip(found.templates["template"], found.templates["n"].tolist(), strict=True))


LINES = (
    "2025-08-05T08:00:00Z INFO started",
    "2025-08-05T09:00:00Z ERROR late by 3 ms",
    "2025-08-05T10:00:00Z ERROR late by 4 ms",
    "2025-08-05T12:00:00Z ERROR late by 5 ms",
    "2025-08-05T12:10:00Z WARN password=x refused",
    "    at x.y(12)",
    "2025-08-05T12:20:00Z ERROR late by 7 ms",
    "2025-08-05T12:59:59Z INFO request failed",
    "2025-08-05T13:00:00Z ERROR after",
)


def test_messages_are_counted_next_to_the_baseline(tmp_path: Path) -> None:
    file = write(tmp_path / "x.log", *LINES)
    found = find(file)
    expected = pd.DataFrame(
        {
            "template": texts("WARN password=<secret> refused", "ERROR late by <num> ms"),
            "level": texts("warn", "error"),
            "n": pd.Series([1, 2], dtype="Int64"),
            "n_before": pd.Series([0, 2], dtype="Int64"),
            "expected": ratios(0, 0.5),
            "growth": ratios(None, 4),
            "is_new": pd.Series([True, False], dtype="boolean"),
            "first_seen": pd.Series([at("2025-08-05 12:10"), at("2025-08-05 12:00")], dtype=UTC),
            "last_seen": pd.Series([at("2025-08-05 12:10"), at("2025-08-05 12:20")], dtype=UTC),
            "example": texts("2025-08-05T12:10:00Z WARN password=<secret> refused", LINES[3]),
            "file": texts(str(file), str(file)),
            "line": pd.Series([5, 4], dtype="Int64"),
        }
    )
    assert_frame_equal(found.templates, expected)
    assert found.files[["n_lines", *FATES]].iloc[0].tolist() == [9, 3, 2, 2, 1, 1, 0, 0]
    assert found.remarks == ()


def test_empty_files_and_empty_windows_give_the_same_columns(tmp_path: Path) -> None:
    full = find(write(tmp_path / "x.log", *LINES))
    empty = find(write(tmp_path / "empty.log"))
    outside = find(tmp_path / "x.log", start=at("2026-01-02"), end=at("2026-01-03"), baseline_start=at("2026-01-01"))
    for found in (empty, outside, find([])):
        assert found.templates.empty
        assert found.templates.dtypes.to_dict() == full.templates.dtypes.to_dict()
        assert found.files.dtypes.to_dict() == full.files.dtypes.to_dict()
    assert empty.remarks == ("The logs are empty.",)
    span = "2025-08-05 08:00 to 2025-08-05 13:00 UTC"
    assert outside.remarks == (f"The logs hold nothing of the window: they go from {span}.",)


def test_what_a_log_lacks_of_the_baseline_is_said_and_not_taken_for_silence(tmp_path: Path) -> None:
    late = find(write(tmp_path / "late.log", *LINES[3:]))
    assert late.remarks == ("The logs hold nothing of the time before the window: what is new in it is not known.",)
    assert late.templates[["n_before", "expected", "growth", "is_new"]].isna().all(axis=None)
    short = find(write(tmp_path / "short.log", *LINES[2:]))
    assert short.remarks == ("The logs hold only the last 2h of the time that the window is compared with.",)
    assert short.templates["expected"].tolist() == [0, 0.5]


def test_what_is_wrong_with_lines_is_said_with_counts(tmp_path: Path) -> None:
    text = tmp_path / "text.log"
    text.write_bytes(
        b"no time yet\n\xef\xbb\xbf2025-08-05 14:10:00 ERROR caf\xe9 closed\r\n2025-08-05T08:00Z \x1b[31mERROR\x1b[0m "
        + b"x" * 70_000
    )
    broken = write(
        tmp_path / "j.log", '{"ts": "2025-08-05T12:00:00Z", "level": "error", "msg": "a"}', '{"ts": ', '{"msg": "b"}'
    )
    found = find([text, broken, tmp_path / "none.log"], timezone="Europe/Berlin")
    assert [template[:20] for template in found.templates["template"]] == ["ERROR caf\ufffd closed", "a"]
    assert found.remarks == (
        f"{tmp_path / 'none.log'}: No such file or directory.",
        "1 line has no zone and was read as Europe/Berlin.",
        "2 lines have no time and were left out.",
        "1 line has no JSON and was left out.",
        "1 line has bytes that aren't UTF-8, shown as \ufffd.",
        "1 line has more than 65,536 bytes and was cut.",
    )


def test_a_stack_trace_belongs_to_the_line_before_and_names_its_exception(tmp_path: Path) -> None:
    file = write(
        tmp_path / "x.log",
        "2025-08-05T12:00:00Z ERROR request failed",
        "java.lang.IllegalStateException: pool closed",
        "    at x.y(12)",
        "2025-08-05T12:00:01Z INFO served",
        "Traceback (most recent call last):",
        '  File "x.py", line 3',
        "ValueError: 3 is odd",
    )
    found = find(file)
    assert sorted(counts_of(found)) == [
        ("ERROR request failed | java.lang.IllegalStateException: pool closed", 1),
        ("ValueError: <num> is odd", 1),
    ]
    assert found.files["n_continued"].tolist() == [5]


def test_the_example_is_the_earliest_line_wherever_it_is(tmp_path: Path) -> None:
    file = write(
        tmp_path / "x.log", "2025-08-05T12:30:00Z ERROR late by 1 ms", "2025-08-05T12:10:00Z ERROR late by 2 ms"
    )
    (row,) = find(file).templates.itertuples()
    assert (row.example, row.line) == ("2025-08-05T12:10:00Z ERROR late by 2 ms", 2)
    assert (row.first_seen, row.last_seen) == (at("2025-08-05 12:10"), at("2025-08-05 12:30"))


def test_only_lines_of_the_level_or_worse_count(tmp_path: Path) -> None:
    file = write(
        tmp_path / "x.log", *(f"2025-08-05T12:00:00Z {level} failed" for level in ("INFO", "WARN", "FATAL", ""))
    )
    assert sorted(counts_of(find(file))) == [("FATAL failed", 1), ("WARN failed", 1), ("failed", 1)]
    assert sorted(counts_of(find(file, level="error"))) == [("FATAL failed", 1), ("failed", 1)]


def test_a_damaged_gzip_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    rng = random.Random(1)  # noqa: S311 - what does not compress
    lines = [f"2025-08-05T12:00:00Z ERROR late {rng.getrandbits(64):016x}a" for _ in range(5000)]
    whole = gzip.compress("\n".join(lines).encode())
    (tmp_path / "x.gz").write_bytes(whole[: len(whole) // 2])
    found = find(tmp_path / "*.gz")
    (reason,) = found.files["reason"]
    assert 0 < found.files["n_window"][0] < 5000
    assert reason.startswith("read as far as line ")
    assert "end-of-stream" in reason


def test_no_log_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        find([tmp_path / "a*.log", tmp_path])
    assert str(caught.value) == (
        f"no log can be read: {tmp_path}: Is a directory; {tmp_path / 'a*.log'}: No such file or directory"
    )


def test_a_file_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "x.log", *LINES)
    assert find([tmp_path / "*.log", tmp_path / "x.log"]).files["n_lines"].tolist() == [9]


def test_a_word_with_many_values_is_a_variable_and_one_with_few_is_not(tmp_path: Path) -> None:
    users = [f"2025-08-05T12:00:00Z ERROR no voice for {chr(97 + at) * 5} today" for at in range(11)]
    hosts = [f"2025-08-05T12:00:00Z ERROR connect to {host} refused" for host in ("db", "cache")]
    assert counts_of(find(write(tmp_path / "x.log", *users, *hosts))) == [
        ("ERROR no voice for <*> today", 11),
        ("ERROR connect to cache refused", 1),
        ("ERROR connect to db refused", 1),
    ]


def test_beyond_the_bound_the_rarest_are_joined_and_are_not_called_new(tmp_path: Path) -> None:
    words = [f"{chr(97 + one) * (1 + two)} {chr(97 + two) * (1 + one)}" for one in range(9) for two in range(9)]
    before = [f"2025-08-05T{8 + at % 4:02}:00:00Z ERROR {word}" for at, word in enumerate(words)]
    during = [f"2025-08-05T12:00:00Z ERROR {word}" for word in ["often x"] * 5 + words[::-1]]
    found = find(write(tmp_path / "x.log", *before, *during), max_templates=10)
    assert len(found.templates) == 11
    assert found.templates["template"].iloc[-1] == OTHER
    assert found.templates[["level", "is_new", "example", "file", "line"]].iloc[-1].isna().all()
    assert ("ERROR often x", 5) in counts_of(found)
    assert found.templates.set_index("template")["is_new"]["ERROR often x"] is pd.NA
    assert found.remarks[-1].startswith("More than 10 different messages: the rarest, ")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"start": pd.Timestamp("2025-08-05")}, ColumnsError),
        ({"end": WINDOW["start"]}, PeriodError),
        ({"baseline_start": WINDOW["start"]}, PeriodError),
        ({"level": "warning"}, UnknownNameError),
    ],
)
def test_arguments_are_checked(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        find([], **changes)


EVENTS = st.lists(
    st.tuples(
        st.integers(7 * 60, 14 * 60),
        st.sampled_from(
            ["ERROR a 1", "ERROR a 2", "WARN b", "INFO c", "failed d", "\n  at e", "x" * 5, "\nTypeError: f"]
        ),
    ),
    max_size=30,
)


@examples(15)
@given(events=EVENTS, splits=st.integers(1, 3))
def test_every_line_has_its_place_and_the_order_of_files_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[int, str]], splits: int
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    files = [
        write(
            folder / f"{n}.log",
            *(f"2025-08-05T{at // 60:02}:{at % 60:02}:00Z {text}" for at, text in events[n::splits]),
        )
        for n in range(splits)
    ]
    found, backwards = find(files), find(files[::-1])
    assert_frame_equal(found.templates, backwards.templates)
    assert_frame_equal(found.files, backwards.files)
    assert (found.templates["n_before"].sum() <= found.files["n_baseline"].sum()) or found.templates[
        "n_before"
    ].isna().all()


MANY = """
import resource, sys
import pandas as pd
from incident_analytics.evidence.logs import log_templates
at = lambda text: pd.Timestamp(text, tz="UTC")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, end = at("2025-08-05 12:00"), at("2025-08-05 13:00")
found = log_templates(sys.argv[1], baseline_start=at("2025-08-05 08:00"), start=start, end=end)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(found.files["n_lines"][0], found.files["n_window"][0], len(found.templates), grown // 1024)
"""


def test_a_log_of_many_lines_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "x.log.gz"
    hour = "".join(
        f"2025-08-05T12:00:{n % 60:02}Z ERROR job {n} of user{n}x failed after {n / 7:.2f} s\n" for n in range(1000)
    )
    quiet = hour.replace("ERROR", "INFO").replace("T12", "T11")
    with gzip.open(file, "wt", compresslevel=1) as stream:
        for part in range(40):
            stream.write(hour if part % 10 == 0 else quiet)
    ran = subprocess.run([sys.executable, "-c", MANY, str(file)], capture_output=True, text=True, check=True)
    n_lines, n_window, n_templates, megabytes = map(int, ran.stdout.split())
    assert (n_lines, n_window, n_templates) == (40_000, 4_000, 1)
    assert megabytes < 3, "the lines themselves take more than four"


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_is_read_as_far_as_a_limit_allows(tmp_path: Path, packed: bool) -> None:
    content = b"2025-08-05T12:00:00Z ERROR late\n" * 3_000 + b"x" * 1_000_000
    (tmp_path / "x.log").write_bytes(gzip.compress(content) if packed else content)
    found = find(tmp_path / "x.log", max_bytes=200_000)
    assert found.files["reason"].tolist() == [
        "read as far as line 3,000: it has more than 200,000 bytes, unpacked; raise log_size under [limits]"
    ]
    assert counts_of(found) == [("ERROR late", 3000)]
    assert find(tmp_path / "x.log", max_bytes=len(content)).files["reason"].isna().all()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a file without an end")
def test_a_log_without_an_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.log").symlink_to("/dev/zero")
    with pytest.raises(EvidenceError, match="a pipe, socket or device, not a regular file"):
        find(tmp_path / "x.log")
