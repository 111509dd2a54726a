"""Which incidents a figure is about. The law: a review as of T is that of the same reports with all after T erased."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import at, corpus_of, incidents
from hypothesis import assume, given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal

from incident_analytics import measures
from incident_analytics.config import Settings, read_settings
from incident_analytics.errors import ColumnsError, PeriodError, SettingsError, UnknownNameError
from incident_analytics.first_screen import first_screen, incident_list
from incident_analytics.highlights import Highlights
from incident_analytics.loading import load
from incident_analytics.periods import Period
from incident_analytics.redaction import Redaction
from incident_analytics.schema import MILESTONES, STATUSES, TABLES
from incident_analytics.scope import Scope, erase_after
from incident_analytics.tables import Corpus, make_table

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

# --- the law, on texts: what would have been written at T ------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """An action item: done on a day, if ever."""

    created: date | None
    due: date | None
    done: date | None
    name: str = "Mend it"


@dataclass(frozen=True)
class Story:
    """What happened, all of it known to the minute."""

    rows: tuple[tuple[datetime, str], ...]
    duration: str
    """How the report says how long it lasted: windows, one window with its length, or not at all."""
    items: tuple[Item, ...]
    meeting: date | None
    signed: tuple[date | None, ...]
    status: str

    @property
    def windows(self) -> list[tuple[datetime, datetime | None]]:
        """Since when and until when it was down, again after each relapse."""
        found: list[tuple[datetime, datetime | None]] = []
        start: datetime | None = self.rows[0][0]
        for when, event in self.rows:
            if event == "Service restored" and start is not None:
                found.append((start, when))
                start = None
            elif event == "Incident reopened":
                start = when
        return found if start is None else [*found, (start, None)]

    def until(self, as_of: datetime) -> Story:
        """Return what was known at an instant: of a day's facts those of a day that had begun before it."""
        day = (as_of - timedelta(microseconds=1)).date()

        def known(when: date | None) -> date | None:
            return when if when is not None and when <= day else None

        items = tuple(
            dataclasses.replace(item, done=known(item.done))
            for item in self.items
            if item.created is None or item.created <= day
        )
        return dataclasses.replace(
            self,
            rows=tuple(row for row in self.rows if row[0] <= as_of),
            items=items,
            meeting=known(self.meeting),
            signed=tuple(map(known, self.signed)),
        )


def write(story: Story, number: int = 1) -> str:
    """Write the report of a story in the template, the first or another one of its day."""
    first = story.rows[0][0]
    windows = story.windows
    ends = [f"{end:%Y-%m-%d %H:%M}" if end else "ongoing" for _, end in windows]
    spans = [f"{start:%Y-%m-%d %H:%M} - {end}" for (start, _), end in zip(windows, ends, strict=True)]
    total = sum((end - start for start, end in windows if end), timedelta())
    duration = {
        "windows": " and ".join(spans) if windows[-1][1] else f"{first:%Y-%m-%d %H:%M} - ongoing",
        "length": f"{first:%Y-%m-%d %H:%M} - {ends[-1]}"
        + (f" ({total // HOUR}h {total % HOUR // MINUTE}m)" if windows[-1][1] else ""),
        "none": "" if windows[-1][1] else "ongoing",
    }[story.duration]
    signed = [
        f"- [{'x' if day else ' '}] {role}: Ana Ruiz - {day or '[Date]'}"
        for role, day in zip(("Engineering Lead", "Product Manager"), story.signed, strict=True)
    ]
    items = [
        f"| {item.name} | Ana | {item.created or ''} | {item.due or ''} | High |"
        f" {'Done' if item.done else 'Open'} | {item.done or ''} |"
        for item in story.items
    ]
    return "\n".join(
        [
            "# Incident Report: Jobs stuck", "",
            f"**Incident ID**: INC-{first:%Y-%m-%d}-{number:03}  ",
            f"**Date**: {first:%Y-%m-%d}  ",
            *([f"**Duration**: {duration}  "] if duration else []),
            "**Severity**: SEV-2  ", "**Author**: Ana  ", f"**Status**: {story.status}", "",
            "## Timeline", "", "| Time (UTC) | Event |", "|---|---|",
            *(f"| {when:%Y-%m-%d %H:%M} | {event} |" for when, event in story.rows),
            "", "## Impact", "", "### Affected Services", "- [x] API", "",
            "## Action Items", "",
            "| Action | Owner | Created | Due Date | Priority | Status | Completed |", "|---|---|---|---|---|---|---|",
            *items, "",
            "## Post-Mortem Meeting Notes", "", f"**Date**: {story.meeting or '[YYYY-MM-DD]'}  ", "",
            "## Sign-off", "", *signed, "",
        ]
    )  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw an incident that may be re-opened, cross midnight, or still go on."""
    events = ["Initial alert/detection"]
    events += [event for event in ("Incident response began", "Root cause identified") if draw(st.booleans())]
    n_relapses = draw(st.integers(0, 2))
    for relapse in range(n_relapses + 1):
        events += ["Mitigation applied"] * draw(st.booleans()) + ["Service restored"]
        events += ["Incident reopened"] * (relapse < n_relapses)
    ends = draw(st.sampled_from(["closed", "restored", "goes on"]))
    if ends == "closed":
        events.append("Incident closed")
    elif ends == "goes on":
        events.pop()
    when = datetime(2025, 7, 10, tzinfo=UTC) + draw(st.integers(0, 2879)) * MINUTE
    rows = []
    for event in events:
        rows.append((when, event))
        when += draw(st.integers(1, 900)) * MINUTE
    first = rows[0][0].date()
    days = st.none() | st.integers(0, 12).map(lambda n: first + n * DAY)
    items = st.builds(Item, days, days, days).filter(
        lambda item: item.done is None or item.created is None or item.created <= item.done
    )
    drawn = draw(st.lists(items, max_size=3))
    return Story(
        rows=tuple(rows),
        duration=draw(st.sampled_from(["windows", "length", "none"])),
        items=tuple(dataclasses.replace(item, name=f"Mend part {number}") for number, item in enumerate(drawn)),
        meeting=draw(days),
        signed=(draw(days), draw(days)),
        status=draw(st.sampled_from(STATUSES)),
    )


@st.composite
def stories_and_instants(draw: st.DrawFn) -> tuple[Story, datetime]:
    """Draw an incident, and an instant after its begin: often that of a row, or a minute off it, or a midnight."""
    story = draw(stories())
    marks = [when + shift * MINUTE for when, _ in story.rows for shift in (-1, 0, 1)]
    first = story.rows[0][0]
    marks += [datetime(first.year, first.month, first.day, tzinfo=UTC) + n * DAY for n in range(1, 14)]
    return story, draw(st.sampled_from([mark for mark in marks if mark > first]))


def read(*texts: str) -> Corpus:
    with tempfile.TemporaryDirectory() as folder:
        for text in texts:
            file = Path(folder) / f"{text.split('**Incident ID**: ')[1][:18]}.md"
            file.write_text(text, encoding="utf-8")
        corpus = load(folder, status="all")
    paths = corpus.incidents["path"].map(lambda _: "x.md").astype("str")
    return dataclasses.replace(corpus, incidents=corpus.incidents.assign(path=paths))


def as_read(corpus: Corpus, *, reopens: bool) -> dict[str, pd.DataFrame]:
    """Return what the law compares: every instant, and every fact that has a date."""
    instants = [column for column in corpus.incidents if str(column).endswith("_at")]
    incidents = ["incident_id", "severity", "status", "is_open", "meeting_on", *instants]
    columns = {
        "incidents": incidents if reopens else [*incidents, "stated_duration"],
        "timeline": ["incident_id", "position", "at", "event", "milestone"],
        "outages": ["incident_id", "position", "started_at", "ended_at"],
        "actions": ["action", "created_on", "due_on", "priority", "status", "completed_on"],
        "signoffs": ["role", "name", "signed", "signed_on"],
    }
    return {name: getattr(corpus, name)[of] for name, of in columns.items()}


@examples(10)
@given(stories_and_instants())
def test_a_report_as_of_an_instant_reads_as_it_was_written_then(drawn: tuple[Story, datetime]) -> None:
    story, as_of = drawn
    then = story.until(as_of)
    # The reported duration of a re-opened incident says nothing about how long it had lasted before the relapse.
    reopens_later = len(then.windows) < len(story.windows)
    later = erase_after(read(write(story)), pd.Timestamp(as_of))
    found, expected = (as_read(corpus, reopens=reopens_later) for corpus in (later, read(write(then))))
    for name, frame in expected.items():
        assert_frame_equal(found[name], frame, check_dtype=True)
    if reopens_later:
        assert later.incidents["stated_duration"].isna().all()


SERVED = Settings.model_validate({"services": {"API": {"target": 0.999, "team": "Core"}}})


@examples(2)
@given(st.lists(stories(), min_size=1, max_size=3), st.integers(1, 12 * 24 * 60))
def test_what_the_page_says_as_of_an_instant_is_what_it_would_have_said_then(told: list[Story], later: int) -> None:
    """Every word of the first screen and of the list of incidents."""
    as_of = datetime(2025, 7, 10, tzinfo=UTC) + later * MINUTE
    numbered = [(number, story) for number, story in enumerate(told, 1) if story.rows[0][0] < as_of]
    assume(numbered)
    # What the report of an incident that comes back says about its length is no longer there for the time before.
    assume(all(len(story.until(as_of).windows) == len(story.windows) for _, story in numbered))
    pages = []
    for written in ([write(story, number) for number, story in enumerate(told, 1)],
                    [write(story.until(as_of), number) for number, story in numbered]):  # fmt: skip
        facts = Highlights(Scope.of(read(*written), "2025-07", SERVED, pd.Timestamp(as_of), "all"))
        pages.append(first_screen(facts).markdown + incident_list(facts).markdown)
    assert pages[0] == pages[1]


def test_what_an_earlier_end_was_read_from_is_named() -> None:
    when = datetime(2025, 7, 10, 10, tzinfo=UTC)
    events = ["Initial alert/detection", "Service restored", "Incident reopened", "Service restored"]
    rows = tuple((when + n * HOUR, event) for n, event in enumerate(events))
    story = Story(rows, "length", (), None, (None, None), "Final")
    readings = erase_after(read(write(story)), at("2025-07-10 11:30")).readings
    ends = readings[readings["field"].isin(["restored_at", "ended_at", "stated_duration"])]
    assert ends[["field", "line", "source"]].to_dict("split")["data"] == [
        ["restored_at", 15, "stated"], ["ended_at", 15, "derived"]
    ]  # fmt: skip
    assert ends["as_written"].str.contains("Service restored").all()


def test_an_earlier_end_is_named_though_nothing_said_where_the_later_one_was_read() -> None:
    when = datetime(2025, 7, 10, 10, tzinfo=UTC)
    events = ["Initial alert/detection", "Service restored", "Incident reopened", "Service restored"]
    rows = tuple((when + n * HOUR, event) for n, event in enumerate(events))
    corpus = read(write(Story(rows, "length", (), None, (None, None), "Final")))
    later = ["restored_at", "ended_at", "stated_duration", "meeting_on"]
    corpus = dataclasses.replace(corpus, readings=corpus.readings[~corpus.readings["field"].isin(later)])
    readings = erase_after(corpus, at("2025-07-10 11:30")).readings
    found = readings.loc[readings["field"].isin(["ended_at"]), ["field", "line", "source"]]
    assert found.to_numpy().tolist() == [["ended_at", 15, "derived"]]


def test_where_the_only_end_is_later_nothing_says_where_it_was_read() -> None:
    when = datetime(2025, 7, 10, 10, tzinfo=UTC)
    rows = ((when, "Initial alert/detection"), (when + 2 * HOUR, "Service restored"))
    corpus = read(write(Story(rows, "length", (), None, (None, None), "Final")))
    later = ["restored_at", "ended_at", "stated_duration"]
    assert set(later) <= set(corpus.readings["field"])
    readings = erase_after(corpus, at("2025-07-10 11:00")).readings
    assert_frame_equal(readings, corpus.readings[~corpus.readings["field"].isin(later)].reset_index(drop=True))


def test_the_cells_of_a_later_row_are_erased_and_all_others_stay() -> None:
    text = write(
        Story(
            ((datetime(2025, 7, 10, 10, tzinfo=UTC), "Initial alert/detection"),),
            "none",
            (),
            None,
            (None, None),
            "Final",
        )
    )
    text = text.replace("| Time (UTC) | Event |", "| Time (UTC) | Event | Source |").replace(
        "|---|---|\n| 2025", "|---|---|---|\n| 2025"
    )
    rows = [
        f"| 2025-07-10 {hour}:00 | {event} | {source} |"
        for hour, event, source in ((10, "Initial alert/detection", "Grafana"), (12, "Service restored", "Ana"))
    ]
    corpus = read(text.replace("| 2025-07-10 10:00 | Initial alert/detection |", "\n".join(rows)))
    known = erase_after(corpus, at("2025-07-10 11:00"))
    sources = known.fields[known.fields["name"] == "Source"]
    assert sources["value"].tolist() == ["Grafana"]
    assert_frame_equal(known.fields, corpus.fields[corpus.fields["value"] != "Ana"].reset_index(drop=True))


# --- the law, on tables ----------------------------------------------------------------------------------------------

TARGETS = Settings.model_validate({"timezone": "Asia/Tokyo", "services": {"API": {"target": 0.99}}})
AT_T = pd.Timestamp("2025-08-20 12:00", tz="Asia/Tokyo")


@st.composite
def corpora(draw: st.DrawFn) -> Corpus:
    """Draw incidents around the instant, whose facts may come before, at or after it, or be unknown."""
    moments = st.integers(-60, 60).map(lambda hours: (AT_T + hours * HOUR).tz_convert("UTC"))
    days = st.integers(-9, 9).map(lambda n: AT_T.tz_localize(None).normalize() + n * DAY)
    tables: dict[str, dict[str, list[Any]]] = {
        name: {column: [] for column in TABLES[name]}
        for name in ("incidents", "timeline", "outages", "services", "actions", "signoffs", "readings")
    }

    def add(name: str, /, **row: Any) -> None:
        for column, values in tables[name].items():
            values.append(row.get(column))

    for number in range(draw(st.integers(0, 5))):
        own = {"incident_id": f"INC-{number}", "line": number}
        begin = draw(st.none() | st.integers(-2000, 50).map(lambda hours: (AT_T + hours * HOUR).tz_convert("UTC")))
        instants = {} if begin is None else {"occurred_at": begin, "started_at": begin}
        last = None
        for position, milestone in enumerate(MILESTONES[1:]):
            when = draw(st.none() | moments) if begin is not None else None
            if when is not None and when >= begin:
                instants[f"{milestone}_at"] = when
                add(
                    "timeline",
                    **own,
                    position=position,
                    at=when,
                    event=milestone,
                    milestone=milestone,
                    grade="recorded",
                )
                add("readings", **own, field=f"{milestone}_at", as_written=milestone, source="stated")
                last = when if milestone == "restored" else last
        is_open = begin is not None and last is None and draw(st.booleans())
        if begin is not None and (is_open or last is not None):
            add("outages", **own, position=1, started_at=begin, ended_at=last, source="timeline")
        stated = None if last is None else last - begin
        add(
            "incidents", **own, **instants, ended_at=last, is_open=is_open, stated_duration=stated,
            status=draw(st.sampled_from(STATUSES)), severity=draw(st.sampled_from(["SEV-1", "SEV-2", None])),
            path=f"INC-{number}.md", title="x", meeting_on=draw(st.none() | days), sla_impact=0.01,
        )  # fmt: skip
        add("services", **own, service="API", affected=True)
        for position in range(draw(st.integers(0, 2))):
            add(
                "actions", **own, position=position, action="Mend it", created_on=draw(st.none() | days),
                due_on=draw(st.none() | days), status=draw(st.sampled_from(["open", "done", "dropped", None])),
                completed_on=draw(st.none() | days), priority="High",
            )  # fmt: skip
        add("signoffs", **own, role="Lead", name="Ana", signed=draw(st.booleans()), signed_on=draw(st.none() | days))
    return corpus_of(**tables)


MEASURES = {
    "steps": measures.steps,
    "response by service": lambda scope: measures.response(scope, by="service", every="month", members=True),
    "definitions": measures.definitions,
    "counts": measures.counts,
    "rates": measures.rates,
    "dispersion": measures.dispersion,
    "between": lambda scope: measures.between(scope, within=scope.history(2)),
    "control": lambda scope: measures.control(scope)[0],
    "hours": measures.hours,
    "impact": measures.impact,
    "budget": measures.budget,
    "reported": measures.reported_impact,
    "completion": lambda scope: measures.completion(scope, by="severity", members=True),
    "ages": measures.ages,
    "survival": measures.survival,
    "overdue": measures.overdue,
    "changes": measures.changes,
}
"""The measures that depend on what was known; costs and themes have no dates."""


def assert_same_corpus(one: Corpus, other: Corpus) -> None:
    for name in TABLES:
        assert_frame_equal(getattr(one, name), getattr(other, name))


@examples(6)
@given(corpora())
def test_erasing_twice_erases_nothing_more_and_leaves_nothing_later(corpus: Corpus) -> None:
    before = {name: getattr(corpus, name).copy(deep=True) for name in TABLES}
    once = erase_after(corpus, AT_T)
    for name, frame in before.items():  # no table that was given is changed
        assert_frame_equal(getattr(corpus, name), frame)
    assert_same_corpus(erase_after(once, AT_T), once)
    for name in TABLES:
        frame = getattr(once, name)
        assert dict(frame.dtypes) == dict(getattr(corpus, name).dtypes)
        for column in frame:
            if column.endswith("_at") or column == "at":
                assert not (frame[column] > AT_T).any(), column
            if column.endswith("_on") and column not in {"due_on", "template_updated_on"}:  # a plan; the template's own
                assert not (frame[column] > pd.Timestamp("2025-08-20")).any(), column
    over = once.incidents["restored_at"].notna() | once.incidents["ended_at"].notna()
    assert not (over & once.incidents["is_open"]).any()


@examples(3)
@given(
    corpora(),
    st.sampled_from(["2025Q3", "2025-08", "2025-07-25/2025-09-02"]),
    st.sampled_from(["final", "all"]),
    st.sampled_from(sorted(MEASURES)),
)
def test_every_measure_is_that_of_what_was_known(corpus: Corpus, period: str, status: str, name: str) -> None:
    """So are the tables that measures read, whichever measure is drawn."""
    one, other = (Scope.of(each, period, TARGETS, AT_T, status) for each in (corpus, erase_after(corpus, AT_T)))
    for part in ("known", "completed", "everything"):
        assert_same_corpus(getattr(one, part), getattr(other, part))
    assert_frame_equal(one.actions, other.actions)
    assert one.comparisons == other.comparisons
    assert one.undated == other.undated
    assert_frame_equal(one.ongoing, other.ongoing)
    assert_frame_equal(one.pending, other.pending)
    assert_frame_equal(MEASURES[name](one), MEASURES[name](other), obj=name)


NOTICED = """# Slow search

**Incident ID**: INC-2025-07-10-001
**Date**: 2025-07-10
**Duration**: 10:00 - 12:00
**Severity**: SEV-2
**Status**: Final

## Timeline

| Time (UTC) | Event |
|---|---|
| 10:30 | Initial alert/detection |
| 10:40 | Incident response began |
| 12:00 | Service restored |

### Affected Services
- [x] API
"""


@pytest.mark.parametrize(
    ("as_of", "is_open", "downtime"),
    [("10:01", None, None), ("10:29", None, None), ("10:30", True, 30), ("11:00", True, 60), ("12:00", False, 120)],
)
def test_an_incident_is_known_once_it_was_detected(as_of: str, is_open: bool | None, downtime: int | None) -> None:
    corpus = read(NOTICED)
    scope = Scope.of(corpus, "2025-07", Settings(), at(f"2025-07-10 {as_of}"))
    assert scope.everything.incidents["is_open"].tolist() == ([] if is_open is None else [is_open])
    assert scope.undetected == (("INC-2025-07-10-001",) if is_open is None else ())
    assert measures.counts(scope)["n"].sum() == (is_open is not None)
    down = measures.impact(scope)["downtime"]
    assert down.tolist() == ([] if downtime is None else [downtime * MINUTE])


def test_without_a_detection_an_incident_was_known_once_it_began() -> None:
    text = NOTICED.replace("| 10:30 | Initial alert/detection |\n", "")
    scope = Scope.of(read(text), "2025-07", Settings(), at("2025-07-10 10:01"))
    assert scope.ongoing["incident_id"].tolist() == ["INC-2025-07-10-001"]


def test_who_responds_has_noticed() -> None:
    text = NOTICED.replace("| 10:40 | Incident", "| 10:10 | Incident")
    assert Scope.of(read(text), "2025-07", Settings(), at("2025-07-10 10:09")).undetected
    assert not Scope.of(read(text), "2025-07", Settings(), at("2025-07-10 10:10")).undetected


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ColumnsError, match="as_of 2025-10-01 00:00:00 has no zone"):
        erase_after(corpus_of(), pd.Timestamp("2025-10-01"))


# --- which incidents count for what ----------------------------------------------------------------------------------


QUARTER = incidents(
    ("F1", "2025-07-03 10:00", "2025-07-03 11:00", "Final"),
    ("F2", "2025-08-03 10:00", "2025-08-03 12:00", "Final"),
    ("D1", "2025-08-10 10:00", "2025-08-10 13:00", "Draft"),
    ("O1", "2025-09-29 00:00", None, "Under Review"),
    ("U1", None, None, "Final"),
)


def ids(frame: pd.DataFrame) -> list[str]:
    return frame["incident_id"].tolist()


def test_every_status_counts_as_incident_and_downtime_and_completed_ones_as_response() -> None:
    scope = Scope.of(QUARTER, "2025Q3", as_of=at("2025-10-01"))
    assert ids(scope.reviewed.incidents) == ["F1", "F2", "D1", "O1"]
    assert ids(scope.reviewed_completed.incidents) == ["F1", "F2", "O1"]
    assert ids(scope.pending) == ["D1"]
    assert ids(scope.ongoing) == ["O1"]
    assert scope.undated == ["U1"]
    assert measures.counts(scope, every="quarter").query("severity == 'SEV-2'")["n"].tolist() == [4]
    assert measures.impact(scope)["downtime"].tolist() == [6 * HOUR + 2 * DAY]
    response = measures.response(scope).iloc[0]
    assert response["n_open"] == 1
    draft = Scope.of(QUARTER, "2025Q3", as_of=at("2025-10-01"), status="draft")
    assert ids(draft.reviewed_completed.incidents) == ["D1", "O1"]
    assert ids(draft.reviewed.incidents) == ["F1", "F2", "D1", "O1"]
    everything = Scope.of(QUARTER, "2025Q3", as_of=at("2025-10-01"), status="ALL")
    assert ids(everything.reviewed_completed.incidents) == ["F1", "F2", "D1", "O1"]
    assert everything.pending.empty


def test_an_incident_that_ended_after_the_instant_goes_on() -> None:
    scope = Scope.of(QUARTER, "2025Q3", as_of=at("2025-08-10 11:00"))
    assert ids(scope.reviewed.incidents) == ["F1", "F2", "D1"]
    assert ids(scope.ongoing) == ["D1"]
    assert ids(scope.reviewed_completed.incidents) == ["F1", "F2", "D1"]
    assert measures.impact(scope)["downtime"].tolist() == [4 * HOUR]


def test_an_incident_that_began_after_the_period_is_none_of_its_ongoing_ones() -> None:
    corpus = incidents(("A", "2025-07-05 10:00", None, "Final"), ("B", "2025-10-05 10:00", None, "Final"))
    corpus = dataclasses.replace(
        corpus, incidents=corpus.incidents.assign(is_open=pd.Series([True, True], dtype="boolean"))
    )
    assert ids(Scope.of(corpus, "2025Q3", as_of=at("2025-11-01")).ongoing) == ["A"]
    assert ids(Scope.of(corpus, "2025", as_of=at("2025-11-01")).ongoing) == ["A", "B"]


def test_an_incident_without_a_window_of_impact_goes_on_as_well() -> None:
    corpus = dataclasses.replace(QUARTER, outages=QUARTER.outages.iloc[:0])
    known = erase_after(corpus, at("2025-08-10 11:00")).incidents.set_index("incident_id")
    assert known["is_open"].to_dict() == {"F1": False, "F2": False, "D1": True, "U1": False}
    assert known["ended_at"].isna().to_dict() == {"F1": False, "F2": False, "D1": True, "U1": True}


def test_what_begins_at_the_instant_is_erased() -> None:
    assert ids(erase_after(QUARTER, at("2025-08-10 10:00")).incidents) == ["F1", "F2", "U1"]


def test_an_incident_at_the_instant_is_in_no_month_of_a_listing() -> None:
    corpus = incidents(
        ("A", "2025-01-15 10:00", "2025-01-15 11:00", "Final"), ("B", "2025-02-01 00:00", "2025-02-01 01:00", "Final")
    )
    scope = Scope.of(corpus, None, as_of=at("2025-02-01"))
    assert (scope.period.start, scope.period.end) == (at("2025-01-01"), at("2025-02-01"))


def test_an_incident_at_the_instant_has_not_happened() -> None:
    assert ids(Scope.of(QUARTER, "2025Q3", as_of=at("2025-08-10 10:00")).reviewed.incidents) == ["F1", "F2"]


def test_what_had_passed_of_a_period_is_its_window() -> None:
    scope = Scope.of(QUARTER, "2025Q3", as_of=at("2025-08-10 11:00"))
    assert (scope.period.name, scope.window.name, scope.window.end) == ("2025Q3", "2025Q3 so far", scope.as_of)
    over = Scope.of(QUARTER, "2025Q3", as_of=at("2025-12-01"))
    assert over.window == over.period


def test_without_a_period_it_is_the_months_of_the_incidents() -> None:
    scope = Scope.of(QUARTER, None, as_of=at("2025-12-01"))
    assert (scope.period.start, scope.period.end) == (at("2025-07-01"), at("2025-10-01"))
    assert Scope.of(corpus_of(), None, as_of=at("2025-08-05")).period.name == "2025-08"


@pytest.mark.parametrize(
    ("period", "as_of", "message"),
    [
        ("2025Q4", "2025-10-01", "2025Q4 has not started yet; choose an earlier period"),
        ("2199", "2025-06-01", "2199 has not started yet; choose an earlier period"),
        ("Q3", "2025-10-01", "can't read period 'Q3'; try 2025Q3,"),
    ],
)
def test_periods_that_cannot_be_reviewed(period: str, as_of: str, message: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Scope.of(QUARTER, period, as_of=at(as_of))
    assert str(caught.value).startswith(message)


SERVICES = Settings.model_validate(
    {"services": {"API": {"team": "Core", "aliases": ["Public API"]}, "Web": {"team": "Front"}}}
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"severities": ["sev-2"]}, ["F1", "F2", "D1", "O1"]),
        ({"severities": ["SEV-1"]}, []),
        ({"services": ["api"]}, ["F1", "D1", "O1"]),
        ({"services": ["public api"]}, ["F1", "D1", "O1"]),
        ({"services": ["WEB", "Api"]}, ["F1", "F2", "D1", "O1"]),
        ({"teams": ["CORE"]}, ["F1", "D1", "O1"]),
        ({"teams": ["front"], "severities": ["SEV-2"]}, ["F2"]),
    ],
)
def test_incidents_are_chosen_by_names_in_any_case(options: dict[str, list[str]], expected: list[str]) -> None:
    services = QUARTER.services
    web = services.assign(service=services["service"].mask(services["incident_id"] == "F2", "Web"))
    scope = Scope.of(dataclasses.replace(QUARTER, services=web), "2025Q3", SERVICES, at("2025-10-01"), **options)
    assert ids(scope.reviewed.incidents) == expected
    assert scope.has_reports(scope.window)  # whoever was chosen, reports were written


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"severities": ["SEV9"]}, "severity 'SEV9' is not one of SEV-3, SEV-2, SEV-1"),
        ({"services": ["Db"]}, "service 'Db' is not one of API, Web"),
        ({"teams": ["Ops"]}, "team 'Ops' is not one of Core, Front"),
        ({"status": "finished"}, "status 'finished' is not one of final, all, Draft, Under Review"),
    ],
)
def test_unknown_names_are_said_with_those_that_are_there(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownNameError, match=f"^{message}$"):
        Scope.of(QUARTER, "2025Q3", SERVICES, at("2025-10-01"), **options)


def test_business_hours_need_a_calendar() -> None:
    with pytest.raises(
        SettingsError, match=r"^business hours need a \[calendar\] in the settings, such as start = 09:00:00"
    ):
        Scope.of(QUARTER, "2025Q3", as_of=at("2025-10-01"), business_hours=True)


# --- comparisons -----------------------------------------------------------------------------------------------------


def monthly(first: str, n: int, drafts: tuple[int, ...] = ()) -> Corpus:
    """Build an hour-long incident on the third of each month."""
    days = pd.date_range(first, periods=n, freq="MS") + pd.Timedelta(days=2)
    return incidents(
        *(
            (f"I{number}", f"{day:%Y-%m-%d} 10:00", f"{day:%Y-%m-%d} 11:00", "Draft" if number in drafts else "Final")
            for number, day in enumerate(days)
        )
    )


def compared(corpus: Corpus, period: str, as_of: str, **options: Any) -> list[tuple[str, str | None, str | None]]:
    scope = Scope.of(corpus, period, Settings.model_validate(options), at(as_of))
    return [(each.period.name, each.reason, each.response_reason) for each in scope.comparisons]


def test_a_period_before_the_first_report_is_not_compared() -> None:
    found = compared(monthly("2024-08-01", 14), "2025Q3", "2025-10-01")
    reason = "the first report is from August 2024"
    assert found == [("2025Q2", None, None), ("2024Q3", reason, reason)]


def test_without_reports_there_is_nothing_to_compare_with() -> None:
    assert all(reason for _, reason, _ in compared(corpus_of(), "2025Q3", "2025-10-01"))


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [((), (None, None)), ((17,), ("1 of the 3 reports", "1 of the 3 reports")), ((14,), ("1 of the 3 reports", None))],
    ids=["all final", "one of this quarter's is a draft", "one of the quarter's before is"],
)
def test_response_times_are_not_compared_where_many_reports_are_pending(
    drafts: tuple[int, ...], expected: tuple[str | None, str | None]
) -> None:
    found = compared(monthly("2024-04-01", 18, drafts), "2025Q3", "2025-10-01")
    assert [reason for _, reason, _ in found] == [None, None]  # how many there were is known
    for (_, _, reason), begin in zip(found, expected, strict=True):
        assert (reason is None) if begin is None else str(reason).startswith(begin)


@pytest.mark.parametrize(
    ("drafts", "reason"),
    [
        ((17,), "1 of the 3 reports from Q3 2025 is not final"),
        ((16, 17), "2 of the 3 reports from Q3 2025 are not final"),
    ],
)
def test_it_is_said_how_many_reports_are_pending(drafts: tuple[int, ...], reason: str) -> None:
    assert compared(monthly("2024-04-01", 18, drafts), "2025Q3", "2025-10-01")[0] == ("2025Q2", None, reason)


def test_a_fifth_pending_is_not_too_many() -> None:
    rows = [(f"I{n}", f"2025-07-0{n} 10:00", f"2025-07-0{n} 11:00", "Final" if n > 1 else "Draft") for n in range(1, 6)]
    before = [(f"B{n}", f"2025-06-0{n} 10:00", f"2025-06-0{n} 11:00", "Final") for n in range(1, 6)]
    assert compared(incidents(*before, *rows), "2025-07", "2025-08-01")[0] == ("2025-06", None, None)
    assert compared(incidents(*before, *rows[:4]), "2025-07", "2025-08-01")[0][2] is not None


@pytest.mark.parametrize(
    ("last", "expected"),
    [("2025-09-24", None), ("2025-08-24", "in September 2025"), ("2025-07-24", "from August to September 2025")],
)
def test_a_quarter_that_reports_cover_in_part_is_not_compared_with_a_whole_one(last: str, expected: str | None) -> None:
    """It has fewer incidents because nobody wrote them down, not because there were fewer."""
    days = pd.date_range("2025-03-28", last, freq="5D")
    rows = [(f"I{day:%m%d}", f"{day:%Y-%m-%d} 10:00", f"{day:%Y-%m-%d} 11:00", "Final") for day in days]
    (_, found, _), _ = compared(incidents(*rows), "2025Q3", "2025-10-01")
    assert found == (expected and f"nothing was reported {expected}")


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2025-07", ["2025-06", "2024-07"]),
        ("2025-W30", ["2025-W29", "2024-W30"]),
        ("2025", ["2024"]),
        ("2024-06-01/2025-07-02", ["2023-05-02/2024-06-01"]),
        ("2024-07-01/2025-10-01", ["2023-04-01/2024-07-01"]),
        ("FY2025Q2", ["FY2025Q1", "FY2024Q2"]),
    ],
)
def test_earlier_periods(period: str, expected: list[str]) -> None:
    found = compared(monthly("2022-01-01", 48), period, "2025-12-31", fiscal_year_start=4)
    assert [name for name, _, _ in found] == expected
    silent = (
        "nothing was reported in week 30 of 2025" if period == "2025-W30" else None
    )  # all are of a third of a month
    assert {reason for _, reason, _ in found} == {silent}


def test_no_earlier_period_overlaps_the_window() -> None:
    for period in ("2025Q3", "2025-07-10/2025-09-15", "2024-06-01/2025-07-02", "2019-01-01/2021-01-01"):
        scope = Scope.of(monthly("2016-01-01", 120), period, as_of=at("2025-12-31"))
        assert all(each.period.end <= scope.window.start for each in scope.comparisons)


# --- history ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "period", ["2025Q3", "2025-07-10/2025-09-15", "2024-06-01/2025-07-02", "2025-07-22/2025-07-23"]
)
def test_the_history_ends_with_the_window_and_holds_it(period: str) -> None:
    scope = Scope.of(monthly("2024-03-01", 22), period, as_of=at("2025-12-31"))
    for years in (1, 2):
        history = scope.history(years)
        assert history.end == scope.window.end
        assert history.start <= scope.window.start
        assert history.start >= at("2024-03-01")
        marked = scope.highlighted(history, "month")
        parts = history.split("month")
        assert marked == {
            part.name for part in parts if part.end > scope.window.start and part.start < scope.window.end
        }
        assert marked


def test_a_history_begins_with_the_month_of_the_first_report() -> None:
    scope = Scope.of(monthly("2024-10-01", 12), "2025Q3", as_of=at("2025-10-01"))
    assert (scope.history(2).start, scope.history(2).end) == (at("2024-10-01"), at("2025-10-01"))
    assert scope.history(1).start == at("2024-10-01")
    assert Scope.of(monthly("2022-10-01", 36), "2025Q3", as_of=at("2025-10-01")).history(1).start == at("2024-10-01")


@pytest.mark.parametrize(
    ("first", "period", "names"),
    [
        ("2022-01-01", "2025Q3", ["2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3"]),
        ("2025-01-01", "2025Q3", ["2025Q1", "2025Q2", "2025Q3"]),
        ("2025-02-01", "2025Q3", ["2025Q2", "2025Q3"]),  # the first quarter began before the first report
        ("2025-09-01", "2025Q3", ["2025Q3"]),
        ("2022-01-01", "2025-07-10/2025-09-15", ["2025-07-10/2025-09-15"]),  # it has no kind
    ],
)
def test_the_recent_periods_are_up_to_eight_of_one_kind_since_the_first_report(
    first: str, period: str, names: list[str]
) -> None:
    scope = Scope.of(monthly(first, 48), period, as_of=at("2025-10-01"))
    assert [part.name for part in scope.recent] == names


def test_without_a_report_the_window_alone_is_recent() -> None:
    assert [part.name for part in Scope.of(corpus_of(), "2025Q3", as_of=at("2025-10-01")).recent] == ["2025Q3"]


def test_the_periods_compared_with_are_among_the_recent_ones_once_and_in_order() -> None:
    scope = Scope.of(monthly("2024-06-01", 16), "2025-09", as_of=at("2025-10-01"))
    names = [part.name for part in scope.recent_and_compared]
    assert names == ["2024-09", *(f"2025-{month:02}" for month in range(2, 10))]


def test_the_past_ends_where_the_window_begins() -> None:
    scope = Scope.of(monthly("2022-10-01", 36), "2025Q3", as_of=at("2025-08-10"))
    assert (scope.past(2).start, scope.past(2).end) == (at("2023-07-01"), at("2025-07-01"))
    young = Scope.of(monthly("2025-08-01", 2), "2025Q3", as_of=at("2025-10-01"))
    assert young.past(2).start == young.past(2).end == at("2025-07-01")


def test_a_silent_period_is_covered_only_between_reports() -> None:
    corpus = incidents(
        ("A", "2025-01-05 10:00", "2025-01-05 11:00", "Final"), ("B", "2025-06-05 10:00", "2025-06-05 11:00", "Final")
    )
    scope = Scope.of(corpus, "2025", as_of=at("2026-01-01"))
    assert scope.has_reports(Period.parse("2025-03"))
    assert not scope.has_reports(Period.parse("2024Q4"))
    assert not scope.has_reports(Period.parse("2025-12"))
    assert not Scope.of(corpus, "2025-03", as_of=at("2025-10-01")).has_reports(Period.parse("2025-03"))


@pytest.mark.parametrize(("end", "is_covered"), [("2025-03-02", True), ("2025-03-03", False)])
def test_a_silence_after_the_last_report_is_covered_up_to_the_longest_one_before(end: str, is_covered: bool) -> None:
    midnights = [
        (f"I{number}", f"{day} 00:00", f"{day} 01:00", "Final")
        for number, day in enumerate(("2025-01-01", "2025-01-31"))
    ]
    scope = Scope.of(incidents(*midnights), "2025-01", as_of=at("2026-01-01"))
    assert scope.has_reports(Period.parse(f"2025-02-01/{end}")) == is_covered


def test_what_is_before_a_silent_window_is_covered_between_reports() -> None:
    corpus = incidents(
        ("A", "2025-01-05 10:00", "2025-01-05 11:00", "Final"), ("B", "2025-04-05 10:00", "2025-04-05 11:00", "Final")
    )
    scope = Scope.of(corpus, "2025-03", as_of=at("2025-10-01"))
    assert scope.has_reports(Period.parse("2025-02"))
    assert not scope.has_reports(Period.parse("2025-03"))


# --- dates -----------------------------------------------------------------------------------------------------------


def items(*, due: str | None, done: str | None = None, created: str | None = None) -> Corpus:
    corpus = incidents(("A", "2025-07-05 10:00", "2025-07-05 11:00", "Final"))
    day = pd.Timestamp
    actions = {
        "incident_id": ["A"], "position": [0], "action": ["Mend it"], "line": [30], "owner": ["Ana"],
        "due_on": [due and day(due)], "completed_on": [done and day(done)], "created_on": [created and day(created)],
        "status": ["done" if done else "open"],
    }  # fmt: skip
    return dataclasses.replace(corpus, actions=make_table("actions", actions))


@pytest.mark.parametrize(
    ("zone", "as_of", "n_done"),
    [
        ("UTC", "2025-10-01T00:00Z", 0), ("UTC", "2025-10-01T00:00:00.000001Z", 1), ("UTC", "2025-10-02T00:00Z", 1),
        ("Asia/Tokyo", "2025-09-30T15:00Z", 0), ("Asia/Tokyo", "2025-09-30T15:01Z", 1),
        ("America/New_York", "2025-10-01T04:00Z", 0), ("America/New_York", "2025-10-01T04:01Z", 1),
    ],
)  # fmt: skip
def test_a_days_facts_are_known_once_it_has_begun_in_the_zone(zone: str, as_of: str, n_done: int) -> None:
    settings = Settings.model_validate({"timezone": zone})
    scope = Scope.of(items(due=None, done="2025-10-01"), "2025", settings, pd.Timestamp(as_of))
    assert measures.completion(scope).loc[0, ["n_done", "n_open"]].tolist() == [n_done, 1 - n_done]


@pytest.mark.parametrize(
    ("zone", "as_of", "n_overdue"),
    [
        ("UTC", "2025-09-30T23:59Z", 0), ("UTC", "2025-10-01T00:00Z", 1),
        ("Asia/Tokyo", "2025-09-30T14:59Z", 0), ("Asia/Tokyo", "2025-09-30T15:00Z", 1),
        ("America/New_York", "2025-10-01T03:59Z", 0), ("America/New_York", "2025-10-01T04:00Z", 1),
    ],
)  # fmt: skip
def test_an_item_is_late_once_its_due_day_has_ended_in_the_zone(zone: str, as_of: str, n_overdue: int) -> None:
    settings = Settings.model_validate({"timezone": zone})
    scope = Scope.of(items(due="2025-09-30"), "2025", settings, pd.Timestamp(as_of))
    assert measures.completion(scope).loc[0, "n_overdue"] == n_overdue


def test_at_the_end_of_a_quarter_in_tokyo_its_last_day_has_passed() -> None:
    settings = Settings.model_validate({"timezone": "Asia/Tokyo"})
    scope = Scope.of(items(due="2025-09-30"), "2025Q3", settings)
    assert measures.completion(scope).loc[0, "n_overdue"] == 1
    assert measures.overdue(scope)["incident_id"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("as_of", "status", "expected"),
    [
        ("2025-07-05T12:00Z", "done", [0, 0, 1, 0]),
        ("2025-07-05T12:00Z", "dropped", [0, 0, 1, 0]),
        ("2025-07-05T12:00Z", "open", [0, 1, 0, 0]),
        ("2025-09-30T23:59Z", "done", [0, 0, 1, 0]),
        ("2025-10-01T00:00Z", "done", [1, 0, 0, 0]),
        ("2025-11-01T00:00Z", "done", [1, 0, 0, 0]),
        (None, "done", [1, 0, 0, 0]),
        (None, "dropped", [0, 0, 0, 1]),
    ],
)
def test_what_is_done_on_an_unknown_day_is_unknown_in_the_middle_of_the_period(
    as_of: str | None, status: str, expected: list[int]
) -> None:
    corpus = items(due=None)
    corpus = dataclasses.replace(corpus, actions=corpus.actions.assign(status=pd.Series([status], dtype="str")))
    scope = Scope.of(corpus, "2025Q3", as_of=as_of and pd.Timestamp(as_of))
    counts = measures.completion(scope).loc[0, ["n_done", "n_open", "n_unknown", "n_dropped"]]
    assert counts.tolist() == expected


def test_what_is_done_today_on_an_unknown_day_is_done_as_of_today_and_unknown_as_of_last_week() -> None:
    corpus = items(due=None)
    two = pd.concat([corpus.actions.assign(status="done", line=31), corpus.actions], ignore_index=True)
    corpus = dataclasses.replace(corpus, actions=two.astype(corpus.actions.dtypes))
    now = pd.Timestamp.now("UTC")
    for as_of, expected in ((now, [1, 1, 0, 0.5]), (now - pd.Timedelta(days=7), [0, 1, 1, None])):
        scope = Scope.of(corpus, "2025-07-01/2099-12-31", as_of=as_of)
        row = measures.completion(scope).loc[0, ["n_done", "n_open", "n_unknown", "completion"]]
        assert [None if pd.isna(value) else value for value in row] == expected
        assert [None if pd.isna(each) else each for each in measures.classes(scope)["completion"]][-1:] == expected[-1:]


def test_what_is_done_on_a_known_day_is_known_in_the_middle_of_the_period() -> None:
    scope = Scope.of(items(due=None, done="2025-07-20"), "2025Q3", as_of=at("2025-08-01"))
    assert measures.completion(scope).loc[0, ["n_done", "n_open", "n_unknown"]].tolist() == [1, 0, 0]


@pytest.mark.parametrize(("completed", "on_time", "n_dated"), [("2025-07-04", None, 0), ("2025-07-05", 1.0, 1)])
def test_a_completion_in_the_tracker_before_the_incident_is_not_used(
    tmp_path: Path, completed: str, on_time: float | None, n_dated: int
) -> None:
    (tmp_path / "t.csv").write_text(f"Id,What,State,End\nA,Mend it,Done,{completed}\n")
    columns = {"incident_id": "Id", "action": "What", "status": "State", "completed_on": "End"}
    tracker = {"file": tmp_path / "t.csv", "format": "csv", "columns": columns}
    scope = Scope.of(items(due="2025-08-01"), "2025Q3", Settings.model_validate({"tracker": tracker}))
    counts = measures.completion(scope).loc[0, ["n_done", "n_dated", "on_time"]]
    assert counts.fillna(-1).tolist() == [1, n_dated, -1 if on_time is None else on_time]


def test_a_tracker_without_any_report_by_then_has_no_items(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Id\nA-1\n")
    settings = Settings.model_validate(
        {"tracker": {"file": tmp_path / "t.csv", "format": "csv", "columns": {"key": "Id"}}}
    )
    assert Scope.of(items(due="2025-08-01"), "1999Q4", settings).actions.empty


def test_an_item_created_later_is_not_there() -> None:
    scope = Scope.of(items(due=None, created="2025-10-01"), "2025Q3", as_of=at("2025-10-01"))
    assert measures.completion(scope).loc[0, "n"] == 0


# --- the incident tool -----------------------------------------------------------------------------------------------


def test_differences_from_the_tool_are_there_with_names_and_redacted_without(tmp_path: Path) -> None:
    (tmp_path / "INC-2025-07-04-001.md").write_text(
        "# Incident Report: Down\n\n**Incident ID**: INC-2025-07-04-001\n**Date**: 2025-07-04\n**Severity**: SEV-1\n"
        "**Status**: Final\n**Author**: Ines Falkenrath\n\n## Timeline\n\n| Time (UTC) | Event |\n|---|---|\n"
        "| 09:00 | Initial alert/detection |\n| 10:00 | Service restored |\n\n"
        "## Impact\n\n### Affected Services\n- [x] API\n",
        encoding="utf-8",
    )
    (tmp_path / "Falkenrath.csv").write_text(
        "incident_number,description,service_name,created_on,resolved_on\n"
        "11,Down,API,2025-07-04T09:00:00Z,2025-07-04T10:30:00Z\n",
        encoding="utf-8",
    )
    (tmp_path / "s.toml").write_text("[incident_tool]\nfiles = ['Falkenrath.csv']\n", encoding="utf-8")
    corpus, settings = load(tmp_path, settings=tmp_path / "s.toml"), read_settings(tmp_path / "s.toml")
    plain = Scope.of(corpus, "2025Q3", settings).tool_differences
    redaction = Redaction([("Author", "Ines Falkenrath")])
    redacted = Scope.of(corpus, "2025Q3", settings, redaction=redaction).tool_differences
    assert plain[["milestone", "difference", "key"]].to_numpy().tolist() == [["restored", 30 * MINUTE, "11"]]
    assert "Falkenrath" in plain.loc[0, "record_path"]
    assert "Falkenrath" not in redacted.to_csv()
    assert_frame_equal(redacted.drop(columns="record_path"), plain.drop(columns="record_path"))
