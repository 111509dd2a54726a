"""Values in doubt are confirmed with one key each, and are recorded from then on."""

from __future__ import annotations

import csv
import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from incident_analytics.config import SETTINGS_NAME, Settings, find_trusted_settings
from incident_analytics.confirming import ROW_KEYS, Doubt, Event, _as_text, correction_file, find_doubts, walk
from incident_analytics.errors import OutputError, SettingsError
from incident_analytics.loading import read_records
from incident_analytics.reports.corrections import read_correction_file
from incident_analytics.reports.durations import read_duration

REPORT = """# Incident Report: Search is stale

**Incident ID**: INC-2025-03-14-{number:03}
**Date**: 2025-03-14
**Severity**: SEV-2
**Started**: 2025-03-14 12:25 UTC
**Status**: Final

## Timeline

| Time (UTC) | Event |
|---|---|
| 12:25 | Cluster goes read-only |
| 13:18 | Message from shop: results are old |
| 13:20 | Incident response began |
| 15:44 | Index current again |
"""
ON = date(2025, 4, 1)
ID = "INC-2025-03-14-001"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two reports, whose detection and restoration are in doubt."""
    (tmp_path / "r").mkdir()
    for number in (1, 2):
        (tmp_path / "r" / f"INC-2025-03-14-{number:03}.md").write_text(REPORT.format(number=number), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def doubts() -> list[Doubt]:
    return find_doubts(read_records(["r"], settings=find_trusted_settings("r")))


def confirm(keys: str, *, by: str = "Ana") -> tuple[int, list[str]]:
    """Answer with these keys; gives how many values were confirmed, and what was shown."""
    pressed, shown = iter(keys), list[str]()
    file = correction_file(find_trusted_settings("r"), ["r"])
    return walk(doubts, file, by=by, on=ON, say=shown.append, key=lambda: next(pressed, "q")), shown


def corrections() -> list[str]:
    return Path("corrections.csv").read_text(encoding="utf-8").splitlines()


def reading(field: str) -> tuple[object, str, str]:
    """Return a value of the first report, and the source and grade of its reading."""
    records = read_records(["r"], settings=find_trusted_settings("r"))
    value = next(row[field] for row in records.rows("incidents") if row["incident_id"] == ID)
    row = next(row for row in records.rows("readings") if (row["incident_id"], row["field"]) == (ID, field))
    return value, row["source"], row["grade"]


@pytest.mark.usefixtures("folder")
def test_what_is_in_doubt_is_asked_with_its_timeline_and_the_best_guess() -> None:
    asked = [(doubt.incident_id, doubt.field) for doubt in doubts()]
    assert asked[:2] == [(ID, "detected_at"), (ID, "restored_at")]
    _, shown = confirm("q")
    assert shown[1:3] == [f"1 of {len(asked)}   {ID}  Search is stale", f"r/{ID}.md:14"]
    assert re.fullmatch(
        r"detected_at is 2025-03-14 13:18 UTC \(in test reports \d+% of such guesses were right\)\?", shown[3]
    )
    assert shown[4:6] == [
        "  1  12:25  Cluster goes read-only  [started]",
        "> 2  13:18  Message from shop: results are old  [detected?]",
    ]
    assert not Path("corrections.csv").exists()
    assert not Path(SETTINGS_NAME).exists()


@pytest.mark.parametrize(
    ("timezone", "header", "guess"),
    [
        ("Europe/Berlin", "Time", "13:18 CET (12:18 UTC)"),
        ("Europe/Berlin", "Time (Asia/Kolkata)", "13:18 IST (07:48 UTC)"),
        ("Europe/Berlin", "Time (UTC)", "13:18 UTC"),
        ("Pacific/Auckland", "Time", "13:18 NZDT (00:18 UTC)"),
    ],
)
def test_times_are_shown_in_the_zone_of_the_report_and_what_is_asked_in_utc_as_well(
    folder: Path, timezone: str, header: str, guess: str
) -> None:
    (folder / SETTINGS_NAME).write_text(f'timezone = "{timezone}"\n', encoding="utf-8")
    for file in (folder / "r").iterdir():
        text = file.read_text(encoding="utf-8").replace("Time (UTC)", header)
        file.write_text(text.replace("**Started**: 2025-03-14 12:25 UTC\n", ""), encoding="utf-8")
    _, shown = confirm("l" * 9)
    assert any(line.startswith("  1  12:25  Cluster goes read-only") for line in shown)
    assert any(line.startswith(f"detected_at is 2025-03-14 {guess} (in test reports") for line in shown)


@pytest.mark.usefixtures("folder")
def test_one_key_accepts_all_rows_of_an_incident_that_are_marked() -> None:
    asked = [doubt for doubt in doubts() if doubt.incident_id == ID]
    on_rows = [doubt.field for doubt in asked if doubt.row is not None]
    n, shown = confirm("aq")
    assert n == len(on_rows) > 1
    assert [line.split(",")[1] for line in corrections()[1:]] == on_rows
    assert sum("?]" in line for line in shown[: shown.index(f"{on_rows[0]}: 2025-03-14T13:18:00Z")]) == n
    assert f"a: yes to all {n} marked ?   Enter: yes" in "\n".join(shown)
    confirm("uq")
    assert len(corrections()) == 1 + n  # another run takes nothing back


@pytest.mark.usefixtures("folder")
def test_what_was_accepted_together_is_taken_back_one_by_one() -> None:
    n, _ = confirm("auuq")
    assert n == len(corrections()) - 1
    assert doubts()


@pytest.mark.usefixtures("folder")
def test_rows_of_several_days_have_their_day() -> None:
    for file in Path("r").iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("| 15:44 |", "| 2025-03-15 01:44 |"), encoding="utf-8")
    _, shown = confirm("q")
    assert any(line.startswith("  1  2025-03-14 12:25  Cluster") for line in shown)


@pytest.mark.usefixtures("folder")
def test_what_is_accepted_is_recorded_from_then_on() -> None:
    value, source, grade = reading("detected_at")
    assert (source, grade) == ("inferred", "check")
    n, _ = confirm("\rq")
    assert n == 1
    assert corrections() == [
        "incident_id,field,value,reason,by,on",
        f"{ID},detected_at,2025-03-14T13:18:00Z,confirmed,Ana,2025-04-01",
    ]
    assert Path(SETTINGS_NAME).read_text(encoding="utf-8").endswith('file = "corrections.csv"\n')
    assert reading("detected_at") == (value, "confirmed", "recorded")
    records = read_records(["r"], settings=find_trusted_settings("r"))
    assert "stale-correction" not in records.tables["problems"]["code"]
    grades = [row["grade"] for row in records.rows("timeline") if row["line"] == 14]
    assert grades == ["recorded", "check"]  # of the first report and of the second


@pytest.mark.usefixtures("folder")
def test_another_row_can_be_right_or_none() -> None:
    confirm("4n")
    assert [line.split(",")[1:4] for line in corrections()[1:]] == [
        ["detected_at", "2025-03-14T15:44:00Z", "another row is right"],
        ["restored_at", "", "not in the report"],
    ]
    value, source, grade = reading("detected_at")
    assert (str(value), source, grade) == ("2025-03-14 15:44:00+00:00", "corrected", "recorded")
    assert reading("restored_at")[0] is None


@pytest.mark.usefixtures("folder")
def test_a_later_run_asks_for_the_rest() -> None:
    n = len(doubts())
    confirm("l\rq")
    assert [doubt.key for doubt in doubts()][:1] == [(ID, "detected_at")]
    assert len(doubts()) == n - 1
    done, _ = confirm("\r" * 9)
    assert done == n - 1
    assert doubts() == []
    assert Path(SETTINGS_NAME).read_text(encoding="utf-8").count("[corrections]") == 1


@pytest.mark.usefixtures("folder")
def test_the_last_answer_can_be_taken_back_and_other_keys_do_nothing() -> None:
    _, shown = confirm("u?3u\rq")
    assert "there is nothing to undo here" in shown
    assert [line.split(",")[1:4] for line in corrections()[1:]] == [
        ["detected_at", "2025-03-14T13:18:00Z", "confirmed"]
    ]


@pytest.mark.usefixtures("folder")
def test_settings_and_corrections_that_are_there_stay_as_they_are() -> None:
    mine = '# mine\ntimezone = "Europe/Berlin" # ours\n[corrections]\nfile = "known.csv" # shared'
    Path(SETTINGS_NAME).write_text(mine, encoding="utf-8")
    Path("known.csv").write_bytes(b"by;incident_id;field;value;reason\r\nBo;INC-2025-03-14-002;title;Old;renamed")
    confirm("\rq", by="Ana; Bo")
    assert Path(SETTINGS_NAME).read_text(encoding="utf-8") == mine
    assert Path("known.csv").read_bytes() == (
        b"by;incident_id;field;value;reason\r\nBo;INC-2025-03-14-002;title;Old;renamed\r\n"
        b'"Ana; Bo";INC-2025-03-14-001;detected_at;2025-03-14T13:18:00Z;confirmed 2025-04-01\r\n'
    )
    assert reading("detected_at")[1] == "confirmed"


@pytest.mark.usefixtures("folder")
def test_the_key_is_added_to_settings_whose_comments_stay() -> None:
    mine = '# mine\ntimezone = "Europe/Berlin" # ours\n[services.API]\nteam = "Core" # for now'
    Path(SETTINGS_NAME).write_text(mine, encoding="utf-8")
    confirm("\rq")
    text = Path(SETTINGS_NAME).read_text(encoding="utf-8")
    assert text.startswith(f"{mine}\n")
    settings = find_trusted_settings("r")
    assert settings.corrections is not None
    assert (settings.timezone, settings.services["API"].team) == ("Europe/Berlin", "Core")


@pytest.mark.usefixtures("folder")
def test_a_corrections_file_of_another_encoding_is_left_as_it_is() -> None:
    Path(SETTINGS_NAME).write_text('corrections.file = "c.csv"\n', encoding="utf-8")
    content = "incident_id,field,value,reason,by\nINC-9,title,x,y,J\u00f6rg\n".encode("cp1252")
    Path("c.csv").write_bytes(content)
    with pytest.raises(OutputError, match=r"c\.csv: not UTF-8, and left as it is; save it as UTF-8 and run again$"):
        confirm("\r")
    assert Path("c.csv").read_bytes() == content


def test_settings_that_may_not_use_their_corrections_are_refused() -> None:
    skipped = "x.toml: corrections skipped: its file leads outside the file's folder; add --config x.toml to trust it"
    with pytest.raises(SettingsError, match="corrections skipped"):
        correction_file(Settings(skipped=(skipped,)), ["r"])


def test_without_settings_they_are_made_where_they_will_be_found(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    assert correction_file(Settings(), [folder / "r"]).file.resolve() == folder / "corrections.csv"
    assert correction_file(Settings(), [away]).file == away / "corrections.csv"


def test_of_a_long_timeline_the_rows_around_the_guess_can_be_picked() -> None:
    first = datetime(2025, 3, 14, tzinfo=UTC)
    events = tuple(Event(first, str(line), None, line) for line in range(100))
    for line in (0, 50, 99):
        choices = Doubt("", None, "", "restored_at", first, "", line, None, events).choices
        assert len(choices) == len(ROW_KEYS)
        assert line in {event.line for event in choices.values()}
    assert set(ROW_KEYS).isdisjoint("alnquy")


def at_terminal(keys: Iterator[bytes], *arguments: str, cwd: Path) -> tuple[int, str]:
    """Run the command at a terminal of its own; a key is pressed whenever it asks."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "incident_analytics", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, close_fds=True) as process:
        os.close(theirs)
        shown, pressed = "", 0
        with suppress(OSError, termios.error):  # the terminal's other end is closed
            while True:
                if select.select([ours], [], [], 0.05)[0]:
                    shown += os.read(ours, 65536).decode(errors="replace")
                # One that comes before the terminal gives it single keys would be lost.
                elif shown.count("q: quit") > pressed and not termios.tcgetattr(ours)[3] & termios.ICANON:
                    pressed += 1
                    os.write(ours, next(keys, b"q"))
        code = process.wait()
    os.close(ours)
    return code, shown


def test_at_a_terminal_one_key_confirms(folder: Path) -> None:
    code, shown = at_terminal(iter([b"\r", b"l", b"q"]), "confirm", "r", "--by", "Ana", cwd=folder)
    assert code == 0, shown
    assert "1 value written to corrections.csv; to take it back, delete its line there" in shown
    assert (
        corrections()[1] == f"{ID},detected_at,2025-03-14T13:18:00Z,confirmed,Ana,{corrections()[1].rpartition(',')[2]}"
    )


@pytest.mark.parametrize("arguments", [["--list"], []])
def test_without_a_terminal_the_values_are_listed(folder: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "incident_analytics", "confirm", "r", *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    lines = ran.stdout.splitlines()
    assert lines[0].split("  ")[0] == "line"
    assert lines[1].split() == [
        *(f"r/{ID}.md:14", ID, "detected_at", "2025-03-14", "13:18"),
        *["13:18", "Message", "from", "shop:", "results", "are", "old"],
    ]
    unread = (
        "no answers were read, as the input is not a terminal; run confirm in one, or write rows to corrections.csv\n"
    )
    assert ran.stderr == f"{len(lines) - 1} values to confirm\n" + ("" if arguments else unread)
    assert sorted(file.name for file in folder.iterdir()) == ["r"]


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("\r", "detected_by,customer,confirmed"),
        ("2", "detected_by,staff,another value is right"),
        ("n", "detected_by,,not in the report"),
    ],
)
def test_of_the_way_of_detection_the_words_are_the_choices(folder: Path, key: str, row: str) -> None:
    for file in (folder / "r").iterdir():
        text = file.read_text(encoding="utf-8").replace("Message from shop", "A customer reports")
        file.write_text(text, encoding="utf-8")
    before = next(index for index, doubt in enumerate(doubts()) if doubt.field == "detected_by")
    _, shown = confirm("l" * before + key + "q")
    first = next(index for index, line in enumerate(shown) if line.startswith("detected_by is customer"))
    assert shown[first + 1 : first + 5] == [
        "  1  monitoring",
        "  2  staff",
        "> 3  customer",
        "  line 14: A customer reports: results are old",
    ]
    assert corrections()[1:] == [f"{ID},{row},Ana,2025-04-01"]
    assert reading("detected_by")[1:] == ("confirmed" if key == "\r" else "corrected", "recorded")


@pytest.mark.parametrize("name", ["=1+1", "@x", "-2", "'=x", "＝1", " x ", "a\nb", 'a"b', "a;b,c"])
@pytest.mark.parametrize("by", ["=HYPERLINK(1)", "a\nb", 'x","y'])
def test_no_name_runs_in_a_spreadsheet_or_keeps_its_row_from_being_used(folder: Path, name: str, by: str) -> None:
    for file in (folder / "r").iterdir():
        file.unlink()
    (folder / "r" / f"{name}.md").write_text(re.sub(r"\*\*Incident ID.*\n", "", REPORT), encoding="utf-8")
    ((own, field), *_) = [doubt.key for doubt in doubts()]
    assert confirm("y", by=by)[0] == 1
    rows = list(csv.reader(StringIO(Path("corrections.csv").read_text(encoding="utf-8"))))
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "@", "-", "＝"}]
    found, problems = read_correction_file(Path("corrections.csv"), [])
    assert [(each.incident_id, each.field, each.by) for each in found[own]] == [(own, field, by)]
    assert not problems
    assert (own, field) not in [doubt.key for doubt in doubts()]


def test_of_two_who_make_the_file_at_once_neither_loses_a_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = f"incident_id,field,value,reason,by\n{ID},title,Other,known better,Ben\n"
    replace = Path.exists

    def exists_late(path: Path) -> bool:
        """Write the other's file right after ours was seen to be missing."""
        found = replace(path)
        if path.name == "corrections.csv" and not found:
            path.write_text(other, encoding="utf-8")
        return found

    monkeypatch.setattr(Path, "exists", exists_late)
    with pytest.raises(OutputError, match="it was changed in the meantime and left as it is; run again"):
        confirm("y")
    assert (folder / "corrections.csv").read_text(encoding="utf-8") == other


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (timedelta(hours=2, minutes=30), "150m"),
        (timedelta(days=3650), "5256000m"),
        (timedelta(hours=25, seconds=1), "1500m 1s"),
        (timedelta(minutes=1, seconds=30), "1m 30s"),
    ],
)
def test_a_length_is_written_as_exactly_as_it_was_read(value: timedelta, written: str) -> None:
    assert _as_text(value) == written
    found = read_duration(written)
    assert found is not None
    assert found.total == value
