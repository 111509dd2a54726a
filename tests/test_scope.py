"""Which incidents a figure is about. The law: a review as of T is that of the same reports with all after T erased."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from builders import at
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.loading import load
from incident_analytics.schema import STATUSES
from incident_analytics.scope import erase_after
from incident_analytics.tables import Corpus

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
QUICK = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)

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


def write(story: Story) -> str:
    """Write the report of a story in the template."""
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
            f"**Incident ID**: INC-{first:%Y-%m-%d}-001  ",
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


def read(text: str) -> Corpus:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{text.split('**Incident ID**: ')[1][:18]}.md"
        file.write_text(text, encoding="utf-8")
        corpus = load(file, status="all")
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


@settings(deadline=None, max_examples=150, phases=QUICK, suppress_health_check=[HealthCheck.too_slow])
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
