"""Write the reports of this folder: two years of incidents of a fictional audio platform, in the incident template.

    python write_reports.py [FOLDER]

writes FOLDER/reports/INC-*.md, tracker.csv, facts.csv (what each report says, for tests) and planted.csv (the
contradictions, gaps and patterns that are there on purpose). The texts are in scenarios.toml. The same seed gives the
same bytes. No real company, product or person occurs.

How the reports are written. Most are plain; what is not is sown over them by `ODDITIES`, a few reports each:

    what                    forms                                                                        share
    duration                14:02 - 15:47 (1h 45m)                                                       two thirds
                            - – → to; 2h 10m; 1h17m; 8m; about 2 hours; dated; UTC; (next day)           one third
    timeline                the template's six phrases, mostly with words: `Service restored - ...`      two thirds
                            free text alone                                                              one third
                            CET, Europe/London; 9:02 AM; 9:29; ~16:00; 07:15-08:19; dated rows           one quarter
    severity, status        SEV-2 (Major), sev 2, SEV2, P2; ✅ Final; [X] or ✅ for boxes                 one quarter
                            Draft, Under Review                                                          one tenth
    affected users          ~12,400; ~12,400 (EU-West region); 3.2%; All; 490 unique IPs; 0; Unknown     all
    failed requests         ~38,000; 38,210; 38,210 (HTTP 503); 3.2% of requests; 0; Unknown; N/A        all
    SLA impact              99.95% → 99.82%; -0.13%; 0.067%; <0.1%; 8 minutes; None; Not measured; N/A   all
    money                   $34,000; ~$2.1K; $1.2M; $890,000 (60% recovered ...); $0; None; TBD; N/A     all
                            €400                                                                         two reports
    due dates               2025-03-14; TBD; Week 2; January 6                                           all
    done marks              Status column, ~~text~~, ✅, [x]; Ticket column, key in the text             nearly half
    action items            one row `None`                                                               two reports
                            a Type column, see PLANTS                                                    eight reports
    windows                 re-opened twice; overlapping pairs; two of days; undated midnights; one open as staged
    contradictions          duration against its range, the rows, its end; a wrong year; see planted.csv 8%
    gaps                    placeholders, missing sections                                               one tenth
    supporting data         left to `incident-analytics populate`                                        three reports
    bytes                   CRLF, BOM, no final newline, smart quotes, NBSP, emoji in headings           one sixth
"""

# ruff: noqa: PLR2004 - chances and sizes are numbers that stand in their one place

from __future__ import annotations

import csv
import math
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

SEED: Final = 4163  # draws that lie near their expectations: about 12 incidents a quarter, no trend in the spans
FIRST_YEAR: Final = 2024
N_QUARTERS: Final = 8
INCIDENTS_PER_QUARTER: Final = 12
EXPORTED_ON: Final = date(2026, 1, 15)  # the day of the tracker's export
HERE: Final = Path(__file__).parent
LEFT_TO_POPULATE: Final = ("INC-2025-07-22-001", "INC-2025-08-05-001", "INC-2025-08-19-001")  # see write_evidence.py

SERVICES: Final = ("API", "Frontend", "Content Generation", "Audio Generation", "Admin Dashboard")
TEAMS: Final = {
    "API": "API team",
    "Frontend": "Web team",
    "Content Generation": "Content team",
    "Audio Generation": "Audio team",
    "Admin Dashboard": "Web team",
}
ALIASES: Final = {"API": "Public API", "Frontend": "Web player", "Audio Generation": "TTS pipeline"}
USERS: Final = {
    "API": 260_000,
    "Frontend": 410_000,
    "Content Generation": 38_000,
    "Audio Generation": 21_000,
    "Admin Dashboard": 180,
}
REQUESTS_A_MINUTE: Final = {
    "API": 5_200,
    "Frontend": 9_000,
    "Content Generation": 140,
    "Audio Generation": 310,
    "Admin Dashboard": 25,
}

AUTHORS: Final = ("Sefa Lindqvarn", "Ravi Ostrander", "Noor Halvorsen", "SRE on-call")
LEADS: Final = {"Engineering Lead": "Ines Falkenrath", "Product Manager": "Jorun Pellegrin"}
CTO: Final = "Halvard Quist"

# --------------------------------------------------------------------------------------- how long, how bad, how often

SPAN_MEDIAN: Final = 70  # minutes from start to restoration, lognormal
SPAN_SIGMA: Final = 1.1
SPAN_RANGE: Final = (8, 20 * 60)  # longer ones are staged
DETECT_MEDIAN: Final = {1: 5, 2: 11, 3: 22}  # minutes from start to detection
DETECT_SIGMA: Final = 0.7
DETECT_GAIN_2025: Final = 0.4  # detection gets faster over 2025, by this share at its end
PEAK: Final = {1: (0.35, 0.96), 2: (0.08, 0.44), 3: (0.006, 0.09)}  # worst share of failing requests
SHARE_OF_USERS: Final = {1: (0.2, 0.7), 2: (0.03, 0.2), 3: (0.001, 0.03)}

Hours = Literal["any", "office", "evening", "night", "morning", "weekend"]
HOURS: Final[Mapping[str, Mapping[int, int]]] = {
    "any": dict.fromkeys(range(24), 2) | dict.fromkeys(range(7, 18), 6) | dict.fromkeys(range(18, 22), 4),
    "office": dict.fromkeys(range(8, 17), 1),
    "evening": dict.fromkeys(range(17, 20), 1),
    "night": {22: 3, 23: 3, 0: 2, 1: 2, 2: 1, 3: 1},
    "morning": {4: 1, 5: 2, 6: 2},
    "weekend": dict.fromkeys(range(5, 20), 1),
}
WEEKDAYS: Final[Mapping[str, Sequence[float]]] = {
    "office": (1, 1.2, 1.1, 1.1, 0.8, 0, 0),
    "weekend": (0, 0, 0, 0, 0, 1, 0.6),
}
ANY_DAY: Final = (1, 1.1, 1, 1, 0.9, 0.4, 0.35)

# ------------------------------------------------------------------------------------------------------ stock of words

FROM_MONITORING = ("alert on {signal}", "page: {signal} over its threshold", "monitoring alert, {signal}")
FROM_PEOPLE: Final = {  # and who they are
    "support reports that {symptom}": "staff",
    "first complaints: {symptom}": "customer",
    "{team} notices that {symptom}": "staff",
    "ticket from a customer: {symptom}": "customer",
}
RESPONDED = (
    "on-call acknowledges",
    "{team} on-call starts to look",
    "incident declared, {team} leads",
    "call opened with {team} and SRE",
    "SRE on-call takes the incident",
)
AFTERMATH = (
    "Status page updated",
    "Support gets a prepared answer for users",
    "Fix tried on one instance first",
    "Second engineer joins to review the fix",
    "Product informed",
)
CLOSED = (
    "no further errors for half an hour",
    "watched until quiet, follow-ups filed",
    "status page green",
    "handed over to {team} for follow-ups",
    "monitoring quiet",
)
WENT_WELL = (
    "Roles were clear from the first minutes of the call",
    "Logs held all that was needed",
    "The fix was reviewed by a second person in spite of the hurry",
    "Notes in the channel made this report easy to write",
)
COULD_IMPROVE = (
    "Texts for the status page had to be written from scratch",
    "Three channels were in use at the same time",
    "It took a while to find the owner of the component",
    "The first update went to the wrong channel",
)
DISCUSSED = (
    "Why the change was not caught before production",
    "Order of the follow-ups and who can take them this sprint",
    "Whether the severity was right in hindsight",
    "What to tell customers who ask for the cause",
)
FREE_PHRASES: Final = {  # how a milestone may begin in free text
    "identified": ("", "Cause found: ", "Cause: "),
    "mitigated": ("", "", "Fix: "),
    "restored": ("", "Recovered: ", "All good again: "),
    "closed": ("Incident closed: ", "Closed: "),
}
STOCK_PHRASES: Final = {
    "detected": "Initial alert/detection",
    "responded": "Incident response began",
    "identified": "Root cause identified",
    "mitigated": "Mitigation applied",
    "restored": "Service restored",
    "closed": "Incident closed",
}
GLOSSES: Final = {1: "Critical", 2: "Major", 3: "Minor"}
HEADING_MARKS: Final = {"Executive Summary": "📋", "Timeline": "🕐", "Impact": "💥", "Action Items": "✅"}

# ----------------------------------------------------------------------------------------------------------- scenarios


@dataclass(frozen=True)
class Theme:
    """A weakness that recurs over many incidents."""

    key: str
    factors: list[str]
    improve: list[str]
    actions: list[list[str]]
    lesson: list[str]


@dataclass(frozen=True)
class Family:
    """A kind of failure, and what its incidents share."""

    key: str
    themes: list[str]
    factors: list[str]
    well: list[str]
    improve: list[str]
    actions: list[list[str]]
    lessons: list[list[str]]
    discussion: list[str]


@dataclass(frozen=True)
class Case:
    """One thing that can go wrong."""

    family: Family
    title: str
    severity: int
    services: list[str]
    signal: str
    symptom: str
    summary: str
    start: str
    steps: list[str]
    identified: str
    mitigated: str
    restored: str
    happened: str
    why: str
    factors: list[str]
    error: str
    metric: str
    change: str
    actions: list[list[str]]
    when: Hours = "any"
    themes: list[str] = field(default_factory=list)  # where the family's do not suit
    data_loss: str = ""
    money: bool = False
    trigger: str = ""  # what set it off, where it is one of what the product knows


def read_scenarios(path: Path) -> tuple[dict[str, Theme], list[Case]]:
    """Read the themes and all cases."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    themes = {table["key"]: Theme(**table) for table in tables["theme"]}
    cases = []
    for table in tables["family"]:
        own = table.pop("case")
        family = Family(**table)
        cases += [Case(family=family, **case) for case in own]
    return themes, cases


# ------------------------------------------------------------------------------------------- how one report is written


@dataclass(frozen=True)
class Style:
    """How the author of one report writes; the defaults are the template's own ways."""

    status: str = "Final"
    stock: bool = True
    tells_start: bool = True  # else the report begins with the detection
    shows_start: bool = True  # the beginning is a row of the timeline
    omits: tuple[str, ...] = ()  # milestones that the timeline leaves out
    joint: str = " - "
    duration: str = "range"
    dash: str = "-"
    zone: str = "UTC"
    clock: str = "24h"
    times: str = "clock"
    severity: str = "{code}"
    final: str = "Final"
    date: str = "{day:%Y-%m-%d}"
    boxes: tuple[str, str] = ("[x]", "[ ]")
    alias: bool = False
    users: str = ""
    currency: str = "$"
    columns: tuple[str, ...] = ()
    done_mark: str = ""
    key_in_text: bool = False
    no_actions: bool = False
    placeholders: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    planted: str = ""
    newline: str = "\n"
    bom: bool = False
    final_newline: bool = True
    quotes: str = "straight"
    nbsp: bool = False
    heading_marks: bool = False
    one_line_fences: bool = False
    rated: int = 0  # the severity that the report gives, where it is not the case's, which its twin has
    twin: str = ""
    also: tuple[str, ...] = ()  # services that were affected as well as the case's
    types: tuple[str, ...] = ()  # what each action item is for, in a column of its own
    unwritten: str = ""  # an incident that the report names and that nobody wrote up


@dataclass
class Incident:
    """What happened, and how its report tells it. All instants are UTC."""

    case: Case
    themes: list[Theme]
    started: datetime
    windows: list[tuple[datetime, datetime]]  # of impact; the last one ends with the restoration
    milestones: dict[str, datetime]
    earlier: Incident | None  # the same case, some quarters before
    staged: bool = False
    is_open: bool = False
    style: Style = field(default_factory=Style)
    incident_id: str = ""
    sla_before: float = 1.0
    sla_after: float = 1.0

    @property
    def restored(self) -> datetime:
        """The end of the impact."""
        return self.windows[-1][1]

    @property
    def minutes(self) -> int:
        """The minutes of impact, without the pause of a re-opened incident."""
        return sum(minutes_between(*window) for window in self.windows)

    @property
    def first(self) -> datetime:
        """The instant at which the report says that the incident began."""
        return self.started if self.style.tells_start else self.milestones["detected"]

    @property
    def service(self) -> str:
        """The service that is hit first."""
        return self.case.services[0]

    @property
    def services(self) -> list[str]:
        """All services that are hit."""
        return [*self.case.services, *self.style.also]

    @property
    def severity(self) -> int:
        """The severity that the report gives."""
        return self.style.rated or self.case.severity

    @property
    def team(self) -> str:
        """The team of that service."""
        return TEAMS[self.service]

    @property
    def is_internal(self) -> bool:
        """Whether staff alone are affected."""
        return self.case.services == ["Admin Dashboard"]

    @property
    def crosses_midnight(self) -> bool:
        """Whether the report's own times pass a midnight."""
        return self.first.date() != self.restored.date()

    def local(self, instant: datetime) -> datetime:
        """Return an instant in the zone that the report is written in."""
        zone = {"CET": "Europe/Berlin"}.get(self.style.zone, self.style.zone)
        return instant.astimezone(ZoneInfo(zone))


def minutes_between(start: datetime, end: datetime) -> int:
    """Return whole minutes."""
    return round((end - start).total_seconds() / 60)


def rounded(minutes: int) -> int:
    """Round minutes as somebody does who tells them from memory."""
    unit = 60 if minutes > 100 else 10
    return round(minutes / unit) * unit


# --------------------------------------------------------------------------------------------- incidents by arrangement


@dataclass(frozen=True)
class Staged:
    """An incident that has to be there: a case with its start, its minutes of impact, and a style."""

    title: str
    start: str
    minutes: int
    style: Mapping[str, Any] = field(default_factory=dict)
    second_window: tuple[int, int] | None = None  # minutes of pause, minutes of the second window
    is_open: bool = False


DATED: Final = {"times": "dated", "duration": "dated"}
STAGED: Final = (
    # on a date that can be read in two ways
    Staged(
        "Two automations call each other",
        "2025-05-06 09:24",
        64,
        {"date": "{day:%d-%m-%Y}", "planted": "ambiguous-date"},
    ),
    # a row with the wrong year, as happens in January
    Staged("Index build locks the episodes table", "2025-01-08 10:06", 47, {"times": "dated", "planted": "wrong-year"}),
    # re-opened after it was declared over
    Staged("Home feed expires and floods the database", "2025-08-19 17:07", 93, {}, (110, 101)),
    Staged("Moderation filter blocks harmless shows", "2024-06-11 08:40", 55, {}, (45, 38)),
    # two at once on one service
    Staged("Slow speech provider times out long episodes", "2025-07-22 13:05", 212),
    Staged("Render workers out of scratch space", "2025-07-22 14:31", 96),
    Staged("Rate limit shuts out mobile networks", "2024-11-14 09:12", 134),
    Staged("Scraper slows down the catalogue", "2024-11-14 10:20", 171),
    Staged("Full purge overloads the origin", "2025-09-25 12:18", 88),
    Staged("Session store loses its node", "2025-09-25 12:55", 74),
    # of days
    Staged("GPU shortage delays weekend renders", "2025-03-15 05:12", 2969, DATED),
    Staged("Lifecycle rule deletes master recordings", "2024-10-17 09:40", 1850, DATED),
    # past midnight without a date
    Staged("Subscribers charged twice", "2025-07-09 22:31", 189),
    Staged("Database log volume full", "2024-08-28 23:18", 141),
    Staged("Launch of a celebrity show overloads the site", "2025-10-23 19:02", 83),
    # not over when the archive ends
    Staged(
        "Outgoing connections run out of ports",
        "2025-12-30 17:40",
        690,
        {"status": "Draft", "tells_start": False},
        is_open=True,
    ),
)


# ------------------------------------------------------------------------------------------------------------ oddities


@dataclass(frozen=True)
class Oddity:
    """A way of writing that is sown over some reports."""

    count: int
    style: Mapping[str, Any]
    fits: Callable[[Incident], bool] = lambda _: True


def _short(incident: Incident) -> bool:
    return incident.minutes < 10 * 60 and not incident.crosses_midnight


def _plain_range(incident: Incident) -> bool:
    return incident.style.duration == "range" and not incident.style.planted


def _plain_total(incident: Incident) -> bool:
    shown = incident.style.shows_start or not incident.style.tells_start
    return _plain_range(incident) and _short(incident) and incident.style.stock and shown


def _roundable(incident: Incident) -> bool:
    minutes = minutes_between(incident.first, incident.restored)
    return _plain_total(incident) and abs(rounded(minutes) - minutes) < 0.08 * minutes


def _final(incident: Incident) -> bool:
    return incident.style.status == "Final"


def _zone(zone: str) -> Callable[[Incident], bool]:
    months = {"CET": (11, 12, 1, 2), "Europe/London": (5, 6, 7, 8, 9)}[zone]
    return lambda incident: _short(incident) and incident.started.month in months and 7 <= incident.started.hour <= 18


HABITS: Final = (  # sown over all reports
    # the Duration line
    Oddity(5, {"dash": "–"}),
    Oddity(3, {"dash": "→"}),
    Oddity(2, {"dash": "to"}),
    # action items
    Oddity(12, {"columns": ("Status",)}, _final),
    Oddity(9, {"columns": ("Ticket",)}),
    Oddity(5, {"columns": ("Ticket", "Status")}, _final),
    Oddity(10, {"key_in_text": True}, lambda it: "Ticket" not in it.style.columns),
    Oddity(4, {"done_mark": "~~"}, lambda it: _final(it) and not it.style.columns),
    Oddity(4, {"done_mark": "✅"}, lambda it: _final(it) and not it.style.columns),
    Oddity(3, {"done_mark": "[x]"}, lambda it: _final(it) and not it.style.columns),
)
ODDITIES: Final = (  # sown over the reports of less careful authors
    # what few reports can take comes first
    Oddity(2, {"no_actions": True}, lambda it: _final(it) and it.case.severity == 3),
    Oddity(2, {"duration": "next day"}, lambda it: _plain_range(it) and it.crosses_midnight),
    Oddity(2, {"zone": "CET", "duration": "zoned"}, lambda it: _plain_range(it) and _zone("CET")(it)),
    Oddity(2, {"zone": "Europe/London"}, lambda it: _plain_range(it) and _zone("Europe/London")(it)),
    Oddity(3, {"clock": "unpadded"}, lambda it: _short(it) and 6 <= it.first.hour <= 9),
    Oddity(2, {"severity": "P{digit}"}, lambda it: it.started.date() < date(2024, 4, 1)),
    Oddity(3, {"duration": "about"}, _roundable),
    Oddity(2, {"currency": "€"}, lambda it: it.case.severity == 2),
    Oddity(2, {"alias": True}, lambda it: it.service in ALIASES),
    # contradictions and gaps
    Oddity(2, {"planted": "total-against-range"}, lambda it: _plain_range(it) and _short(it) and it.minutes > 75),
    Oddity(2, {"planted": "end-against-rows"}, lambda it: _plain_range(it) and _short(it) and it.style.stock),
    Oddity(2, {"planted": "total-against-rows", "duration": "total"}, _plain_total),
    Oddity(1, {"placeholders": ("Action Items",)}, lambda it: _final(it) and not it.style.no_actions),
    Oddity(2, {"placeholders": ("Sign-off",)}, _final),
    Oddity(2, {"placeholders": ("Supporting Data",)}, _final),
    Oddity(2, {"missing": ("Financial Impact",)}, _final),
    Oddity(2, {"missing": ("Post-Mortem Meeting Notes",)}, _final),
    Oddity(1, {"missing": ("Supporting Data",)}, _final),
    # times
    Oddity(3, {"clock": "12h"}, _short),
    Oddity(3, {"times": "dated"}, lambda it: it.minutes > 120),
    Oddity(4, {"times": "approximate"}, lambda it: it.style.shows_start and it.style.tells_start),
    Oddity(4, {"times": "spans"}, lambda it: it.minutes > 60 and len(it.windows) == 1),
    # the Duration line
    Oddity(3, {"duration": "total"}, _plain_total),
    Oddity(2, {"duration": "compact"}, lambda it: _plain_total(it) and it.minutes > 60),
    Oddity(2, {"duration": "compact"}, lambda it: _plain_total(it) and it.minutes < 60),
    Oddity(3, {"duration": "total first"}, _plain_range),
    Oddity(4, {"duration": "long"}, _plain_range),
    Oddity(4, {"duration": "dated"}, _plain_range),
    # the header
    Oddity(5, {"severity": "{code} ({gloss})"}),
    Oddity(2, {"severity": "sev {digit}"}),
    Oddity(3, {"severity": "SEV{digit}"}),
    Oddity(4, {"final": "✅ Final"}, _final),
    Oddity(3, {"date": "{day:%B} {day.day}, {day.year}"}),
    Oddity(2, {"date": "{day.day} {day:%B} {day.year}"}),
    # services, money, users
    Oddity(2, {"boxes": ("[X]", "[ ]")}),
    Oddity(1, {"boxes": ("✅", "❌")}),
    Oddity(3, {"users": "addresses"}, lambda it: it.case.severity == 3 and not it.is_internal),
    Oddity(4, {"users": "region"}, lambda it: it.case.severity == 2 and not it.is_internal),
    # bytes
    Oddity(2, {"newline": "\r\n"}),
    Oddity(1, {"bom": True}),
    Oddity(4, {"final_newline": False}),
    Oddity(3, {"quotes": "smart"}),
    Oddity(2, {"nbsp": True}),
    Oddity(2, {"heading_marks": True}),
    Oddity(2, {"one_line_fences": True}, lambda it: "Supporting Data" not in it.style.placeholders + it.style.missing),
)
TYPES: Final = {"prevent": "Prevention", "detect": "Detection", "mitigate": "Mitigation", "process": "Process"}
PLANTS: Final[Mapping[str, Mapping[str, Any]]] = {  # what analyses are to find, in reports that are otherwise as drawn
    # API and Frontend fail together more often than chance explains; each of these would be the API's alone
    "INC-2024-11-14-002": {"also": ("Frontend",)},
    "INC-2024-11-27-001": {"also": ("Frontend",)},
    "INC-2025-03-24-001": {"also": ("Frontend",)},
    "INC-2025-03-30-001": {"also": ("Frontend",)},
    "INC-2025-05-29-001": {"also": ("Frontend",)},
    "INC-2025-05-30-001": {"also": ("Frontend",)},
    # the same case as its twin, with about as many users and minutes, rated higher
    "INC-2024-04-22-001": {"rated": 2, "twin": "INC-2025-01-30-001"},
    # what each action item is for, in the order of the rows
    "INC-2024-03-17-001": {"types": ("prevent", "prevent", "detect", "process")},
    "INC-2024-10-13-001": {"types": ("prevent", "process", "process", "mitigate")},
    "INC-2025-02-27-001": {"types": ("prevent", "detect", "prevent", "detect")},
    "INC-2025-03-14-001": {"types": ("mitigate", "mitigate", "process", "prevent")},
    "INC-2025-07-22-002": {"types": ("prevent", "process", "detect")},
    "INC-2025-08-18-001": {"types": ("prevent", "process", "process", "detect")},
    "INC-2025-08-22-001": {"types": ("detect", "process", "mitigate")},
    "INC-2025-09-25-002": {"types": ("mitigate", "process", "prevent"), "unwritten": "INC-2025-09-24-001"},
}
MOST_ODDITIES: Final = 3  # in one report
CAREFUL: Final = 0.4  # the share of reports without any

# ------------------------------------------------------------------------------------------------- what happens, when


def poisson(rng: random.Random, mean: float) -> int:
    """Draw a count, by Knuth's product of uniform numbers."""
    drawn, product = 0, rng.random()
    while product > math.exp(-mean):
        drawn += 1
        product *= rng.random()
    return drawn


def quarter_of(instant: datetime) -> int:
    """Return the number of a quarter, the first one of the archive being 0."""
    return (instant.year - FIRST_YEAR) * 4 + (instant.month - 1) // 3


def quarter_start(quarter: int) -> datetime:
    """Return the first instant of a quarter."""
    return datetime(FIRST_YEAR + quarter // 4, quarter % 4 * 3 + 1, 1, tzinfo=UTC)


def draw_start(rng: random.Random, quarter: int, when: Hours) -> datetime:
    """Draw a start within a quarter, at the hours and weekdays of the case."""
    first, past = quarter_start(quarter), quarter_start(quarter + 1)
    days = [first + timedelta(days=n) for n in range((past - first).days - 1)]
    day = rng.choices(days, [WEEKDAYS.get(when, ANY_DAY)[day.weekday()] for day in days])[0]
    hour = rng.choices(list(HOURS[when]), list(HOURS[when].values()))[0]
    return day + timedelta(hours=hour, minutes=rng.randrange(60))


def draw_span(rng: random.Random) -> int:
    """Draw the minutes from start to restoration."""
    low, high = SPAN_RANGE
    return max(low, min(high, round(SPAN_MEDIAN * rng.lognormvariate(0, SPAN_SIGMA))))


def draw_milestones(
    rng: random.Random, severity: int, start: datetime, span: int, *, monitored: bool
) -> dict[str, datetime]:
    """Draw the milestones of an incident of ``span`` minutes."""
    gain = DETECT_GAIN_2025 * max(0.0, (start - datetime(2025, 1, 1, tzinfo=UTC)).days / 365)
    median = DETECT_MEDIAN[severity] * (1 - gain) * (0.9 if monitored else 1.4)
    detected = max(1, min(round(0.45 * span), round(median * rng.lognormvariate(0, DETECT_SIGMA))))
    responded = detected + rng.randint(1, max(1, min(12, (span - detected) // 6)))
    identified = responded + round((span - responded) * rng.uniform(0.25, 0.7))
    mitigated = identified + round((span - identified) * rng.uniform(0.35, 0.9))
    minutes = {
        "detected": detected,
        "responded": responded,
        "identified": identified,
        "mitigated": mitigated,
        "restored": span,
        "closed": span + rng.randint(10, 75),
    }
    return {milestone: start + timedelta(minutes=minute) for milestone, minute in minutes.items()}


def stage(rng: random.Random, staged: Staged, case: Case, themes: Sequence[Theme]) -> Incident:
    """Make an incident by arrangement."""
    start = datetime.fromisoformat(staged.start).replace(tzinfo=UTC)
    windows = [(start, start + timedelta(minutes=staged.minutes))]
    if staged.second_window:
        pause, minutes = staged.second_window
        again = windows[0][1] + timedelta(minutes=pause)
        windows.append((again, again + timedelta(minutes=minutes)))
    milestones = draw_milestones(
        rng, case.severity, start, minutes_between(start, windows[-1][1]), monitored=is_monitored(themes)
    )
    if staged.second_window:  # what helped at first comes before the first end
        end = windows[0][1]
        milestones["detected"] = min(milestones["detected"], start + timedelta(minutes=12))
        milestones["responded"] = milestones["detected"] + timedelta(minutes=4)
        milestones["mitigated"] = windows[1][0] + (windows[1][1] - windows[1][0]) * 2 // 3
        milestones["mitigated"] = milestones["mitigated"].replace(second=0, microsecond=0)
        milestones["identified"] = end - timedelta(minutes=minutes_between(milestones["responded"], end) // 3)
    style = Style(**staged.style)
    return Incident(
        case, list(themes), start, windows, milestones, None, staged=True, is_open=staged.is_open, style=style
    )


def is_monitored(themes: Iterable[Theme]) -> bool:
    """Return whether monitoring finds the incident: where the alert is missing, people do."""
    return all(theme.key != "alert" for theme in themes)


def draw_themes(rng: random.Random, case: Case, themes: Mapping[str, Theme]) -> list[Theme]:
    """Draw the recurring weaknesses behind an incident, mostly one."""
    keys = case.themes or case.family.themes
    chosen = rng.sample(keys, min(len(keys), rng.choices((0, 1, 2), (2, 6, 2))[0]))
    return [themes[key] for key in keys if key in chosen]


def draw_incidents(rng: random.Random, themes: Mapping[str, Theme], cases: Sequence[Case]) -> list[Incident]:
    """Draw all incidents, in order of their starts, with their ids."""
    by_title = {case.title: case for case in cases}
    incidents = [
        stage(rng, staged, by_title[staged.title], draw_themes(rng, by_title[staged.title], themes))
        for staged in STAGED
    ]
    deck = [case for case in cases if case.title not in {staged.title for staged in STAGED}]
    rng.shuffle(deck)
    arranged = Counter(quarter_of(incident.started) for incident in incidents)
    for quarter in range(N_QUARTERS):
        for _ in range(max(4, poisson(rng, INCIDENTS_PER_QUARTER) - arranged[quarter])):
            old = [it for it in incidents if quarter_of(it.started) <= quarter - 2 and it.case.severity == 3]
            used = Counter(it.case.title for it in incidents)
            old = [it for it in old if used[it.case.title] == 1 and not it.staged]
            earlier = rng.choice(old) if old and (not deck or rng.random() < 0.13) else None
            case = earlier.case if earlier else deck.pop()
            own = draw_themes(rng, case, themes)
            start, span = draw_start(rng, quarter, case.when), draw_span(rng)
            milestones = draw_milestones(rng, case.severity, start, span, monitored=is_monitored(own))
            windows = [(start, milestones["restored"])]
            incidents.append(Incident(case, own, start, windows, milestones, earlier))
    return sorted(incidents, key=lambda incident: incident.started)


# ------------------------------------------------------------------------------------------------------ who writes how


def draw_styles(rng: random.Random, incidents: Sequence[Incident]) -> None:
    """Give each report its style: habits first, then the oddities, at most a few to a report."""
    drawn = [incident for incident in incidents if not incident.staged]
    youngest, others = drawn[-4:], drawn[:-4]
    statuses = dict(zip(map(id, youngest), ("Under Review", "Under Review", "Draft", "Under Review"), strict=True))
    statuses |= dict(
        zip(map(id, rng.sample(others, 5)), ("Draft", "Draft", "Under Review", "Under Review", "Draft"), strict=True)
    )
    for incident in incidents:
        omits = [milestone for milestone in ("responded", "identified", "closed") if rng.random() < 0.1]
        habits: dict[str, Any] = {
            "status": statuses.get(id(incident), incident.style.status),
            "stock": incident.is_open or len(incident.windows) > 1 or rng.random() < 0.66,
            "tells_start": incident.style.tells_start and (incident.staged or rng.random() < 0.87),
            "shows_start": rng.random() < 0.8,
            "omits": tuple(omits),
            "joint": rng.choices((" - ", " – ", ": "), (8, 1, 1))[0],
        }
        if incident.is_open:
            habits |= {"duration": "open", "omits": ("identified", "mitigated", "restored", "closed")}
        elif len(incident.windows) > 1:
            habits["duration"] = "windows"
        incident.style = replace(incident.style, **habits)
        if not incident.style.tells_start or incident.minutes > 24 * 60:
            incident.style = replace(incident.style, shows_start=incident.style.tells_start)
    sow(rng, incidents, HABITS)
    sow(rng, rng.sample(incidents, round(len(incidents) * (1 - CAREFUL))), ODDITIES)


def sow(rng: random.Random, incidents: Sequence[Incident], oddities: Iterable[Oddity]) -> None:
    """Sow ways of writing over reports that they fit and that have none of that sort yet."""
    plain = Style()
    sown: Counter[int] = Counter()
    for oddity in oddities:
        free = [
            incident
            for incident in incidents
            if sown[id(incident)] < MOST_ODDITIES
            and not incident.is_open
            and oddity.fits(incident)
            and all(getattr(incident.style, name) == getattr(plain, name) for name in oddity.style)
        ]
        for incident in rng.sample(free, oddity.count):
            incident.style = replace(incident.style, **oddity.style)
            sown[id(incident)] += 1


def give_ids(incidents: Sequence[Incident]) -> None:
    """Give each incident its number of the day, and draw up each service's uptime in its quarter so far."""
    of_day: Counter[date] = Counter()
    down: dict[tuple[str, int], list[tuple[datetime, datetime]]] = {}
    for incident in incidents:
        day = incident.local(incident.first).date()
        of_day[day] += 1
        incident.incident_id = f"INC-{day}-{of_day[day]:03}"
        quarter = quarter_of(incident.started)
        length = minutes_between(quarter_start(quarter), quarter_start(quarter + 1))
        windows = down.setdefault((incident.service, quarter), [])
        incident.sla_before = 1 - united_minutes(windows) / length
        if incident.case.severity < 3:
            windows += incident.windows
        incident.sla_after = incident.sla_before - incident.minutes / length


def plant(incidents: Iterable[Incident]) -> None:
    """Change the reports of `PLANTS`; nothing is drawn for it, so that all others stay as they are."""
    by_id = {incident.incident_id: incident for incident in incidents}
    for incident_id, style in PLANTS.items():
        incident = by_id[incident_id]
        incident.style = replace(incident.style, **style)


def united_minutes(windows: Iterable[tuple[datetime, datetime]]) -> int:
    """Return the minutes that lie in at least one of the windows."""
    total, reached = 0, datetime.min.replace(tzinfo=UTC)
    for start, end in sorted(windows):
        if end > reached:
            total += minutes_between(max(start, reached), end)
            reached = end
    return total


# -------------------------------------------------------------------------------------------- pieces of text


def sentence(text: str) -> str:
    """Begin a fragment with a capital."""
    return text[:1].upper() + text[1:]


def span_text(minutes: int) -> str:
    """Write ``2d 1h 29m``, ``1h 45m`` or ``8m``."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days}d {hours}h {left}m"
    return f"{hours}h {left:02}m" if hours else f"{left}m"


def long_span_text(minutes: int) -> str:
    """Write ``1 hour 45 minutes``."""
    hours, left = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' * (hours != 1)}"] * bool(hours) + [f"{left} minute{'s' * (left != 1)}"] * bool(left)
    return " ".join(parts)


def money_text(rng: random.Random, amount: float, currency: str) -> str:
    """Write an amount in one of the ways in which people write it."""
    if amount >= 1_000_000:
        return f"{currency}{amount / 1e6:.1f}M"
    amount = round(amount, -3 if amount >= 20_000 else -2)
    if rng.random() < 0.3:
        return f"~{currency}{amount / 1000:.1f}K"
    return f"{currency}{amount:,.0f}"


def release_of(day: datetime) -> str:
    """Name the release of a week: year, week, 0."""
    year, week, _ = day.isocalendar()
    return f"{year - 2020}.{week}.0"


def draw_words(rng: random.Random, incident: Incident) -> dict[str, str]:
    """Draw the words and numbers that the case's texts may name, one value each for the whole report."""
    low, high = PEAK[incident.case.severity]
    peak = rng.uniform(low, high)
    log = incident.milestones["detected"] - timedelta(seconds=rng.randrange(5, 58))
    return {
        "release": release_of(incident.started),
        "previous": release_of(incident.started - timedelta(days=7)),
        "n": str(rng.randint(2, 9)),
        "dozens": str(rng.randint(14, 44)),
        "hundreds": str(rng.randint(160, 940)),
        "thousands": f"{rng.randint(1_100, 9_800):,}",
        "peak": f"{peak:.0%}" if peak > 0.1 else f"{peak:.1%}",
        "wait": str(max(4, min(300, incident.minutes * 3 // 5))),
        "log": f"{log:%Y-%m-%dT%H:%M:%SZ}",
        "pod": "".join(rng.choices("bcdfghjkmnpqrstvwxz2456789", k=5)),
        "region": rng.choice(("EU-West", "US-East")),
        "team": incident.team,
        "symptom": incident.case.symptom,
        "signal": incident.case.signal,
    }


@dataclass
class Action:
    """A row of the action items, and what has become of it."""

    text: str
    owner: str
    priority: str
    due_on: date
    due: str
    key: str
    status: Literal["done", "dropped", "open"]
    resolved_on: date | None
    is_marked: bool  # the report itself says that it is done


class Writer:
    """Writes one report; a method a section, which returns its lines."""

    def __init__(self, incident: Incident, keys: Iterator[str]) -> None:
        self.incident, self.case, self.style = incident, incident.case, incident.style
        self.rng = random.Random(f"{SEED} {incident.incident_id}")
        self.words = draw_words(self.rng, incident)
        self.is_draft = self.style.status == "Draft"
        self.detected_by = ""  # until the words for it are drawn
        self.placeholders = list(self.style.placeholders)
        if incident.incident_id in LEFT_TO_POPULATE:
            self.placeholders.append("Supporting Data")
        if self.is_draft:
            self.placeholders += ["Lessons Learned", "Post-Mortem Meeting Notes", "Sign-off"]
        if incident.is_open:
            self.placeholders += ["Response and Recovery", "Action Items"]
        themes = [self.rng.choice(theme.actions) for theme in incident.themes]
        family = self.rng.sample(self.case.family.actions, k=len(self.case.family.actions))
        rows = list({row[0]: row for row in [*self.case.actions, *themes, *family]}.values())
        n_rows = self.rng.choices((2, 3, 4, 5), (3, 5, 3, 1))[0] + (self.case.severity == 1)
        self.spare_actions = rows[n_rows:]
        self.actions = [self.draw_action(text, owner, priority, next(keys)) for text, owner, priority in rows[:n_rows]]
        if self.style.no_actions or "Action Items" in self.placeholders:
            self.actions = []

    def say(self, text: str) -> str:
        """Fill the words of this report into a text."""
        return text.format(**self.words)

    # ------------------------------------------------------------------------------------------------ action items

    def draw_action(self, text: str, owner: str, priority: str, key: str) -> Action:
        """Draw the due date of an action item and what has become of it."""
        rng, begun = self.rng, self.incident.restored.date()
        low, high = {"High": (7, 30), "Medium": (20, 60), "Low": (40, 110)}[priority]
        due_on = working_day(begun + timedelta(days=rng.randint(low, high)))
        due = due_on.isoformat()
        if (chance := rng.random()) < 0.06:
            due = "TBD"
        elif chance < 0.08:
            due = f"Week {due_on.isocalendar().week}"
        elif chance < 0.1:
            due = f"{due_on:%B} {due_on.day}"
        resolved_on = working_day(max(begun + timedelta(days=1), due_on + timedelta(days=round(rng.gauss(2, 14)))))
        forgotten = rng.random() < {"High": 0.08, "Medium": 0.2, "Low": 0.35}[priority]
        status: Literal["done", "dropped", "open"] = "dropped" if rng.random() < 0.04 else "done"
        if forgotten or resolved_on > EXPORTED_ON:
            status = "open"
        last_edit = begun + timedelta(days=45)
        return Action(
            text=self.say(text),
            owner=owner,
            priority=priority,
            due_on=due_on,
            due=due,
            key=key,
            status=status,
            resolved_on=None if status == "open" else resolved_on,
            is_marked=status == "done" and resolved_on <= last_edit and self.marks_done,
        )

    @property
    def marks_done(self) -> bool:
        """Whether the report tells which action items are done."""
        return "Status" in self.style.columns or bool(self.style.done_mark)

    def action_row(self, index: int, action: Action) -> str:
        """Write a row of the action items."""
        text = f"{action.text} ({action.key})" if self.style.key_in_text else action.text
        mark = self.style.done_mark
        if mark == "[x]":
            text = f"[{'x' if action.is_marked else ' '}] {text}"
        elif action.is_marked and mark:
            text = f"~~{text}~~" if mark == "~~" else f"{mark} {text}"
        status = "Done" if action.is_marked else self.rng.choice(("Open", "In progress"))
        extra = {"Ticket": action.key, "Status": status}
        cells = [text, action.owner, action.due, action.priority, *(extra[column] for column in self.style.columns)]
        if self.style.types:
            cells.append(TYPES[self.style.types[index]])
        return table_row(cells)

    def action_items(self) -> list[str]:
        """Write the action items."""
        columns = ["Action", "Owner", "Due Date", "Priority", *self.style.columns, *["Type"] * bool(self.style.types)]
        rows = [self.action_row(index, action) for index, action in enumerate(self.actions)]
        if self.style.no_actions:
            rows = [table_row(["None", *[""] * (len(columns) - 1)])]
        return [table_row(columns), "|" + "|".join("-" * (len(column) + 2) for column in columns) + "|", *rows]

    # -------------------------------------------------------------------------------------------------------- header

    def header(self) -> list[str]:
        """Write the title and the header."""
        incident, style = self.incident, self.style
        code = f"SEV-{incident.severity}"
        gloss = GLOSSES[incident.severity]
        status = style.final if style.status == "Final" else style.status
        author = self.rng.choice((*AUTHORS, incident.team, incident.team))
        fields = {
            "Incident ID": incident.incident_id,
            "Date": style.date.format(day=incident.local(incident.first)),
            "Duration": self.duration()[0],
            "Severity": style.severity.format(code=code, digit=incident.severity, gloss=gloss),
            "Author": author,
            "Status": status,
        }
        lines = [f"**{name}**: {value}  " for name, value in fields.items()]
        return [f"# Incident Report: {self.title}", "", *lines[:-1], lines[-1].rstrip()]

    @property
    def title(self) -> str:
        """The title, which tells where the same has happened before."""
        if self.incident.is_open:
            return sentence(self.say(self.case.symptom))
        return self.say(self.case.title) + (" (again)" if self.incident.earlier else "")

    def clock(self, instant: datetime, *, dated: bool = False) -> str:
        """Write a time of day as this author does."""
        local = self.incident.local(instant)
        if self.style.clock == "12h":
            text = f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"
        elif self.style.clock == "unpadded":
            text = f"{local.hour}:{local:%M}"
        else:
            text = f"{local:%H:%M}"
        return f"{local:%Y-%m-%d} {text}" if dated else text

    def duration(self) -> tuple[str, int | None]:
        """Write the Duration line, and give the seconds that it states, None where it states no total."""
        incident, planted = self.incident, self.style.planted
        dash = f" {self.style.dash.strip()} "
        start, end = incident.first, incident.restored
        if planted == "end-against-rows":
            end += timedelta(minutes=25 if minutes_between(start, end) > 40 else 12)
        minutes = minutes_between(start, end)
        stated = minutes
        if planted == "total-against-range":
            stated = minutes + (60 if incident.minutes % 2 else -60)
        elif planted == "total-against-rows":
            stated = max(5, minutes // 2)
        window = f"{self.clock(start)}{dash}{self.clock(end)}"
        dates = f"{self.clock(start, dated=True)}{dash}{self.clock(end, dated=incident.crosses_midnight)}"
        so_far = round(minutes / 60)
        windows = [
            f"{self.clock(a)}{dash}{self.clock(b)} ({span_text(minutes_between(a, b))})" for a, b in incident.windows
        ]
        forms: dict[str, tuple[str, int | None]] = {
            "total": (span_text(stated), stated * 60),
            "compact": (span_text(stated).replace(" ", ""), stated * 60),
            "about": (f"about {long_span_text(rounded(minutes))}", rounded(minutes) * 60),
            "total first": (f"{long_span_text(minutes)} ({window} {self.style.zone})", minutes * 60),
            "long": (f"{window} {self.style.zone} ({long_span_text(minutes)})", minutes * 60),
            "zoned": (f"{window} {self.style.zone} ({span_text(stated)})", stated * 60),
            "dated": (f"{dates} UTC ({span_text(stated)})", stated * 60),
            "next day": (f"{window} (next day)", None),
            "open": (f"{self.clock(start, dated=True)} UTC{dash}ongoing ({so_far} hours and counting)", so_far * 3600),
            "windows": (" and ".join(windows), incident.minutes * 60),
        }
        return forms.get(self.style.duration, (f"{window} ({span_text(stated)})", stated * 60))

    # ------------------------------------------------------------------------------------------------------ timeline

    def milestone_words(self) -> dict[str, str]:
        """Draw the words for each milestone."""
        detected = FROM_MONITORING if is_monitored(self.incident.themes) else tuple(FROM_PEOPLE)
        found = self.rng.choice(detected)
        self.detected_by = "monitoring" if is_monitored(self.incident.themes) else FROM_PEOPLE[found]
        words = {
            "detected": found,
            "responded": self.rng.choice(RESPONDED),
            "identified": self.case.identified,
            "mitigated": self.case.mitigated,
            "restored": self.case.restored,
            "closed": self.rng.choice(CLOSED),
        }
        return {milestone: self.say(text) for milestone, text in words.items()}

    def milestone_event(self, milestone: str, words: str) -> str:
        """Write the event of a milestone: a stock phrase with words, now and then without, or words alone."""
        if not self.style.stock:
            return sentence(self.rng.choice(FREE_PHRASES.get(milestone, ("",))) + words)
        if self.rng.random() < 0.1:
            return STOCK_PHRASES[milestone]
        return f"{STOCK_PHRASES[milestone]}{self.style.joint}{words}"

    def events(self) -> list[tuple[datetime, str]]:
        """Draw the rows of the timeline, with their instants, in order."""
        incident, rng = self.incident, self.rng
        at = incident.milestones
        rows = [
            (at[milestone], self.milestone_event(milestone, words))
            for milestone, words in self.milestone_words().items()
            if milestone not in self.style.omits
        ]
        if self.style.shows_start and self.style.tells_start:
            rows.append((incident.started, self.say(self.case.start)))
        found = at["identified"]
        room = minutes_between(at["responded"], found)
        steps = self.case.steps[: 1 + room // 4]
        moments = sorted(rng.sample(range(1, room), min(len(steps), room - 1))) if room > 1 else []
        rows += [
            (at["responded"] + timedelta(minutes=minute), self.say(step))
            for minute, step in zip(moments, steps, strict=False)
        ]
        room = minutes_between(found, at["mitigated"])
        if room > 3 and not incident.is_open and rng.random() < 0.6:
            moment = found + timedelta(minutes=rng.randrange(1, room))
            rows.append((moment, rng.choice(AFTERMATH)))
        for (_, end), (again, _) in pairwise(incident.windows):
            rows += [(end, "Errors gone, incident declared over"), (again, "The same errors again, incident re-opened")]
        return sorted(rows, key=lambda row: row[0])

    def timeline(self) -> list[str]:
        """Write the timeline."""
        at, style, events = self.incident.milestones, self.style, self.events()
        dated = style.times == "dated"
        lines = [(instant, self.clock(instant, dated=dated), event) for instant, event in events]
        if style.times == "approximate":
            instant, clock, event = lines[0]
            lines[0] = instant, f"~{clock}", event
        elif style.times == "spans" and at["mitigated"] < at["restored"]:
            spell = f"{self.clock(at['mitigated'])}-{self.clock(at['restored'])}"
            index = next(n for n, (instant, *_) in enumerate(lines) if instant >= at["restored"])
            lines.insert(index, (at["mitigated"], spell, "Error rate falls step by step"))
        if style.planted == "wrong-year":
            own = {event for instant, event in events if instant not in at.values() and instant > self.incident.started}
            index = next(n for n, (_, _, event) in enumerate(lines) if event in own)
            instant, clock, event = lines[index]
            lines[index] = instant, clock.replace(str(instant.year), str(instant.year - 1), 1), event
        header = f"Time ({style.zone})"
        rows = [table_row([clock, event]) for _, clock, event in lines]
        return [table_row([header, "Event"]), f"|{'-' * (len(header) + 2)}|-------|", *rows]

    # -------------------------------------------------------------------------------------------- summary and impact

    def summary(self) -> list[str]:
        """Write the executive summary: what went wrong, then whom it hit."""
        again = f" The same happened in {self.incident.earlier.incident_id}." if self.incident.earlier else ""
        if self.style.unwritten:
            again += f" A shorter one of the day before, {self.style.unwritten}, was never written up."
        if self.incident.is_open:
            return [f"{self.title}. The cause is not known yet; failed work is repeated by hand.", "", self.users_told]
        return [self.say(self.case.summary) + again, "", self.users_told + " " + self.requests_told]

    def draw_impact(self) -> None:
        """Draw the numbers of the impact, as the fields give them and as the summary tells them."""
        self.users, self.users_told = self.draw_users()
        self.requests, self.requests_told = self.draw_requests()

    def draw_users(self) -> tuple[str, str]:
        """Draw the affected users."""
        rng, incident = self.rng, self.incident
        if incident.is_internal:
            staff = rng.randint(12, 90)
            nobody = "No listener was affected, only staff."
            some = f"~{staff} (staff)", f"About {staff} colleagues were affected."
            return rng.choice((("0", nobody), ("0 (internal tool)", nobody), some))
        low, high = SHARE_OF_USERS[self.case.severity]
        share = rng.uniform(low, high)
        number = round(share * USERS[incident.service])
        rounded = f"{max(round(number, -2), 100):,}"
        region = self.words["region"]
        form = (
            self.style.users
            or rng.choices(
                ("about", "exact", "share", "all", "unknown"), (5, 2, 3, 3 if self.case.severity == 1 else 0, 1)
            )[0]
        )
        match form:
            case "addresses":
                number = rng.randint(120, 980)
                return f"{number} unique IPs", f"Requests from {number} addresses were affected."
            case "region":
                return f"~{rounded} ({region} region)", f"About {rounded} users in {region} were affected."
            case "about":
                return f"~{rounded}", f"About {rounded} users were affected."
            case "exact":
                return f"{number:,}", f"{number:,} users were affected."
            case "share":
                text = f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
                return text, f"{text} of the users of {incident.service} were affected."
            case "all":
                return "All", "All users were affected."
            case _:
                return "Unknown", "How many users noticed is not known."

    def draw_requests(self) -> tuple[str, str]:
        """Draw the failed requests."""
        rng, service = self.rng, self.incident.service
        if self.case.error.startswith("None"):
            return rng.choice(("0", "0", "N/A")), "No request failed outright."
        low, high = PEAK[self.case.severity]
        share = rng.uniform(0.5, 0.8) * rng.uniform(low, high)
        number = max(3, round(REQUESTS_A_MINUTE[service] * self.incident.minutes * share))
        rounded = round(number, -len(str(number)) + 2)
        told = f"About {rounded:,} requests failed."
        match rng.choices(("about", "exact", "code", "share", "unknown", "none"), (6, 4, 2, 2, 2, 1))[0]:
            case "about":
                return f"~{rounded:,}", told
            case "exact":
                return f"{number:,}", told
            case "code":
                return f"{number:,} (HTTP {rng.choice((500, 503, 504))})", told
            case "share":
                text = f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
                return f"{text} of requests", f"{text} of the requests to {service} failed."
            case "unknown":
                return "Unknown", "Failed requests were not counted."
            case _:
                return "N/A", "Failed requests were not counted."

    def sla_impact(self) -> str:
        """Draw the SLA impact; what is lost is the incident's share of the quarter, for a SEV-3 next to nothing."""
        incident, rng = self.incident, self.rng
        if self.is_draft:
            return "TBD"
        if self.case.severity == 3:
            return rng.choice(("None", "None", "Not measured", "Not measured", "<0.1%", "0%", "N/A"))
        lost = incident.sla_before - incident.sla_after
        places = 2 if lost > 0.0004 else 3
        match rng.choices(("change", "minus", "plain", "minutes", "unknown"), (8, 3, 3, 4, 3))[0]:
            case "change":
                return f"{incident.sla_before:.{places}%} → {incident.sla_after:.{places}%}"
            case "minus":
                return f"-{lost:.{places}%}"
            case "plain":
                return f"{lost:.{places}%}"
            case "minutes":
                return f"{incident.minutes} minutes"
            case _:
                return rng.choice(("Not measured", "N/A"))

    def data_loss(self) -> str:
        """Say whether data were lost."""
        told = {"Audio Generation": "No (jobs were kept and repeated)", "Content Generation": "No (drafts are kept)"}
        none = self.rng.choice(("No", "No", "No", "None", told.get(self.incident.service, "No")))
        return self.say(self.case.data_loss) or none

    def costs(self) -> list[str]:
        """Draw the financial impact."""
        rng, currency, severity = self.rng, self.style.currency, self.case.severity
        zero = rng.choice(("$0", "None"))
        lost = rng.choice((zero, zero, "N/A"))
        extra = rng.choice((zero, zero, zero, "N/A"))
        credits_issued = zero
        if severity < 3 or self.case.money or currency == "€":
            median = {1: 250_000, 2: 6_000, 3: 700}[severity]
            amount = max(median / 6, min(1_400_000, median * rng.lognormvariate(0, 1)))
            lost = money_text(rng, amount, currency)
            if severity == 1 and rng.random() < 0.3:
                lost += f" ({rng.randint(30, 70)}% recovered after retry)"
            if severity == 1 or self.case.money or rng.random() < 0.3:
                credits_issued = money_text(rng, amount * rng.uniform(0.05, 0.2), currency)
        if severity < 3 and rng.random() < 0.4:
            why = rng.choice(("emergency scaling", "support overtime", "repeated renders", "provider surcharge"))
            extra = f"{money_text(rng, rng.uniform(300, 6000), currency)} ({why})"
        if self.is_draft or rng.random() < 0.06:
            lost, credits_issued = "TBD", "TBD"
        return [
            "### Financial Impact",
            f"- **Lost revenue**: {lost}",
            f"- **Additional costs**: {extra}",
            f"- **Credits issued**: {credits_issued}",
        ]

    def impact(self) -> list[str]:
        """Write the impact."""
        yes, no = self.style.boxes
        boxes = []
        for service in SERVICES:
            name = ALIASES.get(service, service) if self.style.alias and service == self.incident.service else service
            boxes.append(f"- {yes if service in self.incident.services else no} {name}")
        users = [
            "### User Impact",
            f"- **Affected users**: {self.users}",
            f"- **Failed requests**: {self.requests}",
            f"- **Data loss**: {self.data_loss()}",
            f"- **SLA impact**: {self.sla_impact()}",
        ]
        costs = self.costs()
        money = [] if "Financial Impact" in self.style.missing else ["", *costs]
        return ["### Affected Services", *boxes, "", *users, *money]

    # ------------------------------------------------------------------------------------------------ cause, response

    def root_cause(self) -> list[str]:
        """Write the root cause analysis."""
        if self.incident.is_open:
            happened, why, factors = "Under investigation.", "Not known yet.", ["TBD"]
        else:
            happened, why = self.case.happened, self.case.why
            factors = [*self.case.factors, *(self.rng.choice(theme.factors) for theme in self.incident.themes)]
            more = self.rng.choice((0, 1, 1, 2)) if len(factors) < 3 else 0
            factors += self.rng.sample(self.case.family.factors, more)
            if self.incident.earlier:
                factors.append(f"Follow-ups of {self.incident.earlier.incident_id} had not been finished")
        numbered = [f"{n}. {self.say(factor)}" for n, factor in enumerate(factors, 1)]
        return [
            *["### What Happened", self.say(happened), ""],
            *["### Why It Happened", self.say(why), ""],
            *["### Contributing Factors", *numbered],
        ]

    def response(self) -> list[str]:
        """Write what went well and what did not."""
        rng = self.rng
        well = [rng.choice(self.case.family.well), rng.choice(WENT_WELL)][: rng.choice((1, 2, 2))]
        improve = [rng.choice(theme.improve) for theme in self.incident.themes]
        improve += [rng.choice(self.case.family.improve), rng.choice(COULD_IMPROVE)][: rng.choice((1, 1, 2))]
        return [
            *["### What Went Well", *(f"- {self.say(text)}" for text in well), ""],
            *["### What Could Be Improved", *(f"- {self.say(text)}" for text in improve)],
        ]

    def lessons(self) -> list[str]:
        """Write the lessons learned."""
        lessons = [theme.lesson for theme in self.incident.themes[:1]]
        if not lessons or self.rng.random() < 0.5:
            lessons.insert(0, self.rng.choice(self.case.family.lessons))
        lines: list[str] = []
        for n, (key, learned, apply) in enumerate(lessons, 1):
            lines += [
                f"{n}. **{key}**",
                f"   - What we learned: {self.say(learned)}",
                f"   - How we'll apply it: {self.say(apply)}",
                "",
            ]
        return lines[:-1]

    # ------------------------------------------------------------------------------------------ evidence, meeting, end

    def evidence(self) -> list[str]:
        """Write the supporting data."""
        blocks = {
            "Metrics": self.case.metric,
            "Error Messages": self.case.error,
            "Configuration Changes": "None yet" if self.incident.is_open else self.case.change,
        }
        lines: list[str] = []
        for heading, text in blocks.items():
            said = self.say(text)
            one_line = self.style.one_line_fences and "\n" not in said
            lines += [f"### {heading}", *([f"```{said}```"] if one_line else ["```", *said.split("\n"), "```"]), ""]
        return lines[:-1]

    def meeting(self) -> list[str]:
        """Write the notes of the post-mortem meeting, which small incidents often do without."""
        rng, day = self.rng, self.met_on
        if self.case.severity == 3 and rng.random() < 0.35:
            who, points, more = "N/A", ["None"], []
            when = "N/A"
        else:
            when = day.isoformat()
            guests = rng.sample(("SRE on-call", "Support", "Product", "Data team"), 2)
            who = ", ".join(["Engineering Lead", self.incident.team, *guests])
            points = [rng.choice(self.case.family.discussion), rng.choice(DISCUSSED)]
            more = self.spare_actions[: rng.choice((0, 0, 1, 2))]
        due = working_day(day + timedelta(days=rng.randint(20, 60)))
        items = [f"- {self.say(text)} ({owner}, {due})" for text, owner, _ in more]
        return [
            f"**Date**: {when}  ",
            f"**Attendees**: {who}",
            "",
            *["### Key Discussion Points", *(f"- {point}" for point in points), ""],
            *["### Additional Action Items", *(items or ["- None"])],
        ]

    @property
    def met_on(self) -> date:
        """The day of the post-mortem meeting."""
        return working_day(self.incident.restored.date() + timedelta(days=3 + self.incident.minutes % 5))

    def sign_off(self) -> list[str]:
        """Write the sign-offs; only a major incident needs all three."""
        days = [working_day(self.met_on + timedelta(days=n)) for n in (1, 2, 4)]
        names = {**LEADS, "CTO/VP Engineering": CTO}
        lines = []
        for (role, name), day in zip(names.items(), days, strict=True):
            waits = self.style.status != "Final" and role != "Engineering Lead"
            skips = role not in LEADS and self.case.severity == 3 and self.rng.random() < 0.5
            signed = not waits and not skips
            lines.append(f"- [{'x' if signed else ' '}] {role}: {name} - {day if signed else 'TBD'}")
        return lines

    # ------------------------------------------------------------------------------------------------------ the report

    def text(self) -> str:
        """Write the whole report."""
        self.draw_impact()
        sections = {
            "Executive Summary": self.summary(),
            "Timeline": self.timeline(),
            "Impact": self.impact(),
            "Root Cause Analysis": self.root_cause(),
            "Response and Recovery": self.response(),
            "Action Items": self.action_items(),
            "Lessons Learned": self.lessons(),
            "Supporting Data": self.evidence(),
            "Post-Mortem Meeting Notes": self.meeting(),
            "Sign-off": self.sign_off(),
        }
        sections |= {heading: PLACEHOLDERS[heading] for heading in self.placeholders}
        lines = self.header()
        for heading, body in sections.items():
            if heading not in self.style.missing:
                mark = HEADING_MARKS.get(heading) if self.style.heading_marks else None
                lines += ["", f"## {mark} {heading}" if mark else f"## {heading}", "", *body]
        lines += ["", "---", "", "**Template Version**: 1.0  ", "**Last Updated**: 2025-07-30"]
        text = "\n".join(lines)
        if self.style.quotes == "smart":
            text = text.replace("'", "’")
        if self.style.nbsp:
            text = text.replace("**: ", "**:\u00a0")
        if self.style.final_newline:
            text += "\n"
        return ("\ufeff" if self.style.bom else "") + text.replace("\n", self.style.newline)

    # ------------------------------------------------------------------------------------------------------- the facts

    def facts(self) -> dict[str, object]:
        """Return what the report says, for tests: milestones only where stock phrases carry them."""
        incident, style = self.incident, self.style
        stated = self.duration()[1]
        from_line = style.duration not in {"total", "compact", "about"}
        told = {
            milestone: f"{instant:%Y-%m-%dT%H:%M:%SZ}" if style.stock and milestone not in style.omits else ""
            for milestone, instant in incident.milestones.items()
        }
        return {
            "incident_id": incident.incident_id,
            "status": style.status,
            "severity": f"SEV-{incident.severity}",
            "stock": "yes" if style.stock else "no",
            "started_at": f"{incident.first:%Y-%m-%dT%H:%M:%SZ}" if from_line else "",
            **{f"{milestone}_at": instant for milestone, instant in told.items()},
            "stated_duration_seconds": "" if stated is None else stated,
            "services": "|".join(service for service in SERVICES if service in incident.services),
            "action_types": "|".join(style.types),
            "detected_by": "" if "detected" in style.omits else self.detected_by,
            "trigger": self.case.trigger,
            "n_action_items": len(self.actions),
            "n_action_items_done": sum(action.is_marked for action in self.actions),
        }

    def planted(self) -> list[dict[str, str]]:
        """Return the contradictions and gaps of this report, by problem code, and the patterns that it is part of."""
        style, rows = self.style, []
        if style.planted:
            rows.append(PLANTED[style.planted])
        rows += [("placeholder", f"{section} left as in the template") for section in self.placeholders]
        rows += [("missing-section", f"no section {section}") for section in style.missing]
        rows += [("failing-together", f"{self.incident.service} and {service}") for service in style.also]
        if style.rated:
            rows.append(("near-twin", f"{style.twin} is SEV-{self.case.severity}"))
        if style.unwritten:
            rows.append(("unreported", f"{style.unwritten} has no report"))
        if style.times == "approximate":
            rows.append(("approximate-time", "the start is an approximate time"))
        if style.duration == "about":
            rows.append(("approximate-time", "the duration is an approximate one"))
        return [{"incident_id": self.incident.incident_id, "what": what, "detail": detail} for what, detail in rows]


PLANTED: Final = {
    "total-against-range": ("duration-mismatch", "the total is an hour off the range beside it"),
    "total-against-rows": ("duration-mismatch", "the total is half of what the timeline shows"),
    "end-against-rows": ("duration-mismatch", "the range ends later than the service was restored"),
    "wrong-year": ("date-mismatch", "one row of the timeline has last year's date"),
    "ambiguous-date": ("ambiguous-date", "the date can be read as 6 May or 5 June"),
}
PLACEHOLDERS: Final = {
    "Action Items": [
        "| Action | Owner | Due Date | Priority |",
        "|--------|-------|----------|----------|",
        "| [Specific action] | [Name] | YYYY-MM-DD | High/Medium/Low |",
        "| [Specific action] | [Name] | YYYY-MM-DD | High/Medium/Low |",
    ],
    "Response and Recovery": [
        "### What Went Well",
        "- [Positive aspect 1]",
        "- [Positive aspect 2]",
        "",
        "### What Could Be Improved",
        "- [Improvement area 1]",
        "- [Improvement area 2]",
    ],
    "Lessons Learned": [
        "1. **[Key Learning]**",
        "   - What we learned: [Description]",
        "   - How we'll apply it: [Specific changes]",
        "",
        "2. **[Key Learning]**",
        "   - What we learned: [Description]",
        "   - How we'll apply it: [Specific changes]",
    ],
    "Supporting Data": [
        "### Metrics",
        "```",
        "[Include relevant graphs, logs, or metrics]",
        "```",
        "",
        "### Error Messages",
        "```",
        "[Include key error messages or stack traces]",
        "```",
        "",
        "### Configuration Changes",
        "```",
        "[Document any configuration that was changed]",
        "```",
    ],
    "Post-Mortem Meeting Notes": [
        "**Date**: [Meeting date]  ",
        "**Attendees**: [List of attendees]",
        "",
        "### Key Discussion Points",
        "- [Point 1]",
        "- [Point 2]",
        "",
        "### Additional Action Items",
        "- [Action from meeting]",
        "- [Action from meeting]",
    ],
    "Sign-off": [
        "- [ ] Engineering Lead: [Name] - [Date]",
        "- [ ] Product Manager: [Name] - [Date]",
        "- [ ] CTO/VP Engineering: [Name] - [Date]",
    ],
}


def table_row(cells: Iterable[str]) -> str:
    """Write a row of a table."""
    return "| " + " | ".join(cells) + " |"


def working_day(day: date) -> date:
    """Move a day of the weekend to the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


# ----------------------------------------------------------------------------------------------------------- the files


def draw_keys(rng: random.Random) -> Iterator[str]:
    """Count up the tracker's issues, with gaps for those that are no follow-up of an incident."""
    number = 100
    while True:
        number += rng.randint(1, 4)
        yield f"AUD-{number}"


def tracker_rows(rng: random.Random, writers: Iterable[Writer]) -> list[dict[str, str]]:
    """Write the tracker's export: some issues name no incident, some have no status, a few match nothing."""
    words = {"done": ("Done", "Done", "Closed"), "dropped": ("Won't do",), "open": ("To do", "In progress")}
    rows = []
    for writer in writers:
        shows_key = writer.style.key_in_text or "Ticket" in writer.style.columns
        for action in writer.actions:
            if rng.random() < 0.03:  # never filed
                continue
            reworded = not shows_key and rng.random() < 0.04
            no_incident = shows_key and rng.random() < 0.15
            no_status = rng.random() < 0.03
            rows.append(
                {
                    "Key": action.key,
                    "Incident": "" if no_incident else writer.incident.incident_id,
                    "Summary": f"Follow-up: {action.text.lower()}" if reworded else action.text,
                    "Status": "" if no_status else rng.choice(words[action.status]),
                    "Assignee": action.owner,
                    "Due date": action.due_on.isoformat() if action.due != "TBD" else "",
                    "Resolved": action.resolved_on.isoformat() if action.resolved_on and not no_status else "",
                }
            )
    for key, summary, owner in OTHER_ISSUES:
        rows.append(dict.fromkeys(rows[0], "") | {"Key": key, "Summary": summary, "Status": "To do", "Assignee": owner})
    return sorted(rows, key=lambda row: int(row["Key"].removeprefix("AUD-")))


OTHER_ISSUES: Final = (
    ("AUD-31", "Move the team wiki to the new host", "Platform team"),
    ("AUD-58", "Collect ideas for the hack week", "Engineering management"),
    ("AUD-77", "Retire the old feed validator", "Web team"),
)


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows of equal keys."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write(folder: Path) -> None:
    """Write everything into a folder, in place of the reports that are there."""
    themes, cases = read_scenarios(HERE / "scenarios.toml")
    rng = random.Random(SEED)
    incidents = draw_incidents(rng, themes, cases)
    draw_styles(rng, incidents)
    give_ids(incidents)
    plant(incidents)
    keys = draw_keys(rng)
    writers = [Writer(incident, keys) for incident in incidents]
    reports = folder / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    for old in reports.glob("INC-*.md"):
        old.unlink()
    for writer in writers:
        path = reports / f"{writer.incident.incident_id}.md"
        path.write_text(writer.text(), encoding="utf-8", newline="")
    write_csv(folder / "tracker.csv", tracker_rows(rng, writers))
    write_csv(folder / "facts.csv", [writer.facts() for writer in writers])
    write_csv(folder / "planted.csv", [row for writer in writers for row in writer.planted()])


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
