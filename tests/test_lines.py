"""A log's lines: when they were written, how bad they are, and which words."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.evidence.lines import LINE_BYTES, LineReader, are_json, open_log, tells_error, words_of

ABOUT = datetime(2025, 8, 6, tzinfo=UTC)


def reader(zone: str = "UTC", *, as_json: bool = False, about: datetime = ABOUT) -> LineReader:
    return LineReader(zone=ZoneInfo(zone), about=about, as_json=as_json)


TIMES = [
    ("2025-08-05T23:49:01Z x", "2025-08-05 23:49:01", False, "x"),
    ("2025-08-05T23:49:01.123456789Z x", "2025-08-05 23:49:01.123456", False, "x"),
    ("2025-08-05 23:49:01,5 x", "2025-08-05 23:49:01.500000", True, "x"),
    ("2025-08-06T01:49:01+02:00 x", "2025-08-05 23:49:01", False, "x"),
    ("2025-08-06 01:49:01 +0200 x", "2025-08-05 23:49:01", False, "x"),
    ("2025-08-05 23:49:01 UTC [12] x", "2025-08-05 23:49:01", False, "[12] x"),
    ("2025-08-05 23:49 - app - ERROR - x", "2025-08-05 23:49:00", True, "app - ERROR - x"),
    ("[2025-08-05T23:49:01Z] x", "2025-08-05 23:49:01", False, "x"),
    ("2025/08/05 23:49:01 [error] x", "2025-08-05 23:49:01", True, "[error] x"),
    ("web-1 | 2025-08-05T23:49:01Z x", "2025-08-05 23:49:01", False, "web-1 | x"),
    ('time="2025-08-05T23:49:01Z" level=info', "2025-08-05 23:49:01", False, "level=info"),
    ("  2025-08-05T23:49:01Z x", "2025-08-05 23:49:01", False, "x"),
    ("<34>1 2025-08-05T23:49:01Z host x", "2025-08-05 23:49:01", False, "<34>1 host x"),
    ('1.2.3.4 - - [06/Aug/2025:01:49:01 +0200] "GET / x"', "2025-08-05 23:49:01", False, '1.2.3.4 - - "GET / x"'),
    ("Aug  5 23:49:01 host x", "2025-08-05 23:49:01", True, "host x"),
    ("<13>Aug 15 23:49:01 host x", "2025-08-15 23:49:01", True, "host x"),
    ("1754437741 x", "2025-08-05 23:49:01", False, "x"),
    ("1754437741.25 x", "2025-08-05 23:49:01.250000", False, "x"),
    ("[1754437741500] x", "2025-08-05 23:49:01.500000", False, "x"),
]


@pytest.mark.parametrize(("line", "at", "assumed", "rest"), TIMES)
def test_a_time_is_read_as_people_and_programs_write_it(line: str, at: str, assumed: bool, rest: str) -> None:
    moment = reader().moment(line)
    assert moment is not None
    assert (str(moment.at), moment.assumed, moment.rest) == (f"{at}+00:00", assumed, rest)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "    at Foo.bar(Foo.java:12)",
        "  it was 2025-08-05T23:49:01Z",
        "2025-13-45T00:00:00Z x",
        "2025-08-05 25:00",
        "12 x",
        "0001-01-01T00:00:00+14:00 x",
        "x" * 200 + " 2025-08-05T23:49:01Z",
    ],
)
def test_a_line_without_a_time_has_none(line: str) -> None:
    assert reader().moment(line) is None


def test_a_time_without_a_zone_is_of_the_given_one() -> None:
    moment = reader("Europe/Berlin").moment("2025-08-06 01:49:01 x")
    assert moment is not None
    assert (str(moment.at), moment.assumed) == ("2025-08-05 23:49:01+00:00", True)


@pytest.mark.parametrize(
    ("line", "about", "year"),
    [
        ("Dec 31 23:59:59", "2025-01-01", 2024),
        ("Jan  1 00:00:01", "2024-12-31", 2025),
        ("Feb 29 12:00:00", "2025-02-01", 2024),
    ],
)
def test_a_time_without_a_year_lies_near_the_window(line: str, about: str, year: int) -> None:
    moment = reader(about=datetime.fromisoformat(about).replace(tzinfo=UTC)).moment(f"{line} host x")
    assert moment is not None
    assert moment.at.year == year


LEVELS = [
    ("ERROR x", "error"),
    ("web-1 ERROR x", "error"),
    ("[error] 31#31: x", "error"),
    ("[Warn] x", "warn"),
    ("app - CRITICAL - x", "fatal"),
    ("WARNING: x", "warn"),
    ("error: x", "error"),
    ("level=fatal x", "fatal"),
    ('level="info" x', "info"),
    ("main INFO no ERROR here", "info"),
    ("NOTICE x", "info"),
    ('1.2.3.4 - - "GET / HTTP/1.1" 503 12', "error"),
    ('1.2.3.4 - - "GET /error HTTP/1.1" 200 12', "info"),
    ("no level at all", None),
    ("terror INFORMED /ERROR/x X-ERROR", None),
    ("x" * 300 + " ERROR", None),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "level"), LEVELS)
def test_a_level_is_reported_by_a_word_or_a_status(rest: str, level: str | None) -> None:
    assert words_of(rest) == (level, rest)


def test_of_keys_and_values_the_message_counts() -> None:
    assert words_of('level=error msg="a \\"b\\" c" err="d e" n=1') == ("error", 'a \\"b\\" c: d e')
    assert words_of("level=error message=short") == ("error", "short")
    assert words_of("render failed err=timeout job=12") == (None, "render failed err=timeout job=12")


OBJECTS: list[tuple[dict[str, Any], tuple[str | None, str]]] = [
    ({"level": "error", "msg": "x"}, ("error", "x")),
    ({"severity": "CRITICAL", "message": "x"}, ("fatal", "x")),
    ({"level": 50, "msg": "x", "err": {"message": "y"}}, ("error", "x: y")),
    ({"level": 30, "msg": "x"}, ("info", "x")),
    ({"level": 3, "msg": "x"}, ("error", "x")),
    ({"level": True, "msg": "x"}, (None, "x")),
    ({"level": "odd", "event": "WARN x"}, ("warn", "WARN x")),
    ({"log": "ERROR x", "stream": "stderr"}, ("error", "ERROR x")),
    ({"log.level": "warn", "log": {"a": 1}, "message": "x"}, ("warn", "x")),
    ({"level": "error", "msg": "x", "error": "x"}, ("error", "x")),
    ({"level": "error", "error": "y"}, ("error", "y")),
    ({"level": "error", "n": 1}, ("error", '{"level": "error", "n": 1}')),
]


@pytest.mark.parametrize(("found", "words"), OBJECTS)
def test_an_object_has_its_level_and_message_under_the_usual_keys(
    found: dict[str, Any], words: tuple[str | None, str]
) -> None:
    assert words_of(found) == words


@pytest.mark.parametrize(
    "line",
    [
        '{"time": "2025-08-05T23:49:01Z"}',
        '{"ts": 1754437741}',
        '{"timestamp": 1754437741000}',
        '{"@timestamp": 1754437741.0}',
        '{"ts": "1754437741"}',
        '{"time": 1754437741000000000}',
    ],
)
def test_an_object_has_its_time_under_the_usual_keys(line: str) -> None:
    moment = reader(as_json=True).moment(line)
    assert moment is not None
    assert str(moment.at) == "2025-08-05 23:49:01+00:00"


@pytest.mark.parametrize(
    "line", ["{}", '{"ts": true}', '{"ts": null}', '{"ts": "soon"}', '{"ts": 1e999}', '{"ts": -1e300}']
)
def test_an_object_without_a_time_counts_for_itself(line: str) -> None:
    assert reader(as_json=True).moment(line) is None
    assert reader(as_json=True).is_record(line)


@pytest.mark.parametrize("line", ['{"ts": ', "[1]", "x", "{" * 100_000])
def test_what_is_no_object_is_none(line: str) -> None:
    assert reader(as_json=True).moment(line) is None
    assert not reader(as_json=True).is_record(line)


def test_words_say_an_error_where_no_level_does() -> None:
    assert tells_error("connect() to 10.0.0.7 Refused")
    assert tells_error("upstream timed out")
    assert not tells_error("42 episodes rendered")


def test_most_lines_decide_whether_a_file_is_json() -> None:
    assert are_json([b"{}", b"{}", b"x", b""])
    assert not are_json([b"{}", b"x"])
    assert not are_json([b"[1]", b"\xff"])


def test_a_file_is_plain_or_gzip_by_its_content(tmp_path: Path) -> None:
    content = b"one\r\ntwo\n\nfour"
    (tmp_path / "plain.gz").write_bytes(content)
    (tmp_path / "packed").write_bytes(gzip.compress(content[:5]) + gzip.compress(content[5:]))
    for file in tmp_path.iterdir():
        with open_log(file) as lines:
            assert list(lines) == [b"one", b"two", b"", b"four"]


@pytest.mark.parametrize("extra", [-1, 0, 1, 2, LINE_BYTES, 3 * LINE_BYTES])
def test_a_line_is_read_as_far_as_it_is_worth(tmp_path: Path, extra: int) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"a" * (LINE_BYTES + extra) + b"\nnext")
    with open_log(file) as lines:
        long, following = lines
    assert long == b"a" * min(LINE_BYTES + extra, LINE_BYTES + 1)
    assert following == b"next"


@given(st.text(), st.booleans())
def test_no_line_is_too_odd(line: str, as_json: bool) -> None:
    moment = reader(as_json=as_json).moment(line)
    words_of(line if moment is None else moment.rest)
