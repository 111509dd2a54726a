"""Write the telemetry of this folder: what Prometheus would have recorded around three incidents of 2025Q3.

    python write_telemetry.py [FOLDER]

writes FOLDER/telemetry/<incident>.csv, a column a metric, and the same values as OpenMetrics in <incident>.om, to be
loaded into a Prometheus by `promtool tsdb create-blocks-from openmetrics`. The values follow the reports' timelines:
one a minute from an hour before an incident to an hour after it, one an hour in the week before. The same seed gives
the same bytes.
"""

from __future__ import annotations

import csv
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

SEED: Final = 4163
HERE: Final = Path(__file__).parent
MARGIN: Final = timedelta(hours=1)
DAYS_BEFORE: Final = 7
BUSIEST: Final = 19  # o'clock, UTC


@dataclass(frozen=True)
class Course:
    """What one metric of one service does.

    Attributes
    ----------
    unit
        What its name ends with in Prometheus.
    service
        Empty where the metric is of none.
    usual
        Its value on an ordinary day.
    rhythm, noise
        By which share of the usual value it swings over a day, and jitters from minute to minute.
    turns
        Clock times with the values there, in between straight lines; usual before the first and after the last one.
    highest
        What it cannot exceed.
    """

    metric: str
    unit: str
    service: str
    usual: float
    rhythm: float
    noise: float
    turns: Sequence[tuple[str, float]]
    highest: float = math.inf


@dataclass(frozen=True)
class Incident:
    """An incident with its first and last instants of impact, as its report tells them."""

    incident_id: str
    started_at: datetime
    restored_at: datetime
    courses: Sequence[Course]


def handshakes(service: str, first: float) -> Course:
    """Give the TLS handshakes of a service behind the expired certificate; ``first``: after US-East was mended."""
    turns = (("23:48", 99.97), ("23:50", 0), ("01:37", 0), ("01:39", first), ("01:53", first), ("01:55", 99.95))
    return Course("handshakes", "percent", service, 99.97, 0, 0.0002, turns, highest=100)


def feed_errors(service: str, share: float) -> Course:
    """Give the errors of a service that waits for the home feed: ``share`` at worst, in both windows."""
    turns = (
        *(("17:07", 0.15), ("17:14", share), ("17:55", share), ("18:05", 0.4 * share), ("18:40", 0.2)),
        *(("20:30", 0.15), ("20:38", 0.9 * share), ("21:37", 0.9 * share), ("21:50", 0.2 * share), ("22:11", 0.2)),
    )
    return Course("errors", "percent", service, 0.15, 0.3, 0.04, turns, highest=100)


INCIDENTS: Final = (
    Incident(
        "INC-2025-07-22-001",
        datetime(2025, 7, 22, 13, 5, tzinfo=UTC),
        datetime(2025, 7, 22, 16, 37, tzinfo=UTC),
        (
            Course(
                *("provider_latency", "seconds", "Audio Generation", 0.4, 0.08, 0.03),
                (("13:05", 0.4), ("13:20", 1.6), ("16:15", 1.6), ("16:37", 0.42)),
            ),
            Course(
                *("failed_renders", "percent", "Audio Generation", 0.3, 0.2, 0.03),
                (("13:10", 0.3), ("13:40", 20), ("14:59", 32), ("15:47", 32), ("16:10", 4), ("16:37", 0.4)),
                highest=100,
            ),
        ),
    ),
    Incident(
        "INC-2025-08-05-001",
        datetime(2025, 8, 5, 23, 49, tzinfo=UTC),
        datetime(2025, 8, 6, 1, 55, tzinfo=UTC),
        (handshakes("API", 41), handshakes("Frontend", 44), handshakes("Admin Dashboard", 38)),
    ),
    Incident(
        "INC-2025-08-19-001",
        datetime(2025, 8, 19, 17, 7, tzinfo=UTC),
        datetime(2025, 8, 19, 22, 11, tzinfo=UTC),
        (
            feed_errors("API", 9),
            feed_errors("Frontend", 20),
            Course(
                *("database_load", "percent", "", 35, 0.15, 0.03),
                (
                    *(("17:07", 36), ("17:12", 100), ("17:55", 100), ("18:05", 62), ("18:40", 38)),
                    *(("20:30", 36), ("20:34", 100), ("21:37", 100), ("21:50", 55), ("22:11", 37)),
                ),
                highest=100,
            ),
        ),
    ),
)


def instants(incident: Incident) -> Iterator[datetime]:
    """Give the hours of the week before, then the minutes around the incident."""
    start, end = incident.started_at - MARGIN, incident.restored_at + MARGIN
    hour = (start - timedelta(days=DAYS_BEFORE)).replace(minute=0) + timedelta(hours=1)
    while hour < start:
        yield hour
        hour += timedelta(hours=1)
    while start <= end:
        yield start
        start += timedelta(minutes=1)


def after(clock: str, started_at: datetime) -> datetime:
    """Return the instant of a clock time on the day that an incident started on, or on the next one."""
    hour, minute = map(int, clock.split(":"))
    at = started_at.replace(hour=hour, minute=minute)
    return at if at > started_at - MARGIN else at + timedelta(days=1)


def value(rng: random.Random, course: Course, turns: Sequence[tuple[datetime, float]], at: datetime) -> float:
    """Return the value of a metric at an instant."""
    swing = math.cos((at.hour + at.minute / 60 - BUSIEST) * math.tau / 24)
    level = course.usual * (1 + course.rhythm * swing)
    for (before, low), (then, high) in pairwise(turns):
        if before <= at <= then:
            level = low + (high - low) * ((at - before) / (then - before))
    return min(max(level * rng.gauss(1, course.noise), 0), course.highest)


def write(folder: Path) -> None:
    """Write both forms of every incident's telemetry."""
    rng = random.Random(SEED)
    telemetry = folder / "telemetry"
    telemetry.mkdir(parents=True, exist_ok=True)
    for incident in INCIDENTS:
        metrics = list(dict.fromkeys(course.metric for course in incident.courses))
        table: dict[tuple[str, datetime], dict[str, str]] = {}
        exposed = []
        last = ""
        for course in incident.courses:
            turns = [(after(clock, incident.started_at), level) for clock, level in course.turns]
            name = f"{course.metric}_{course.unit}"
            if name != last:
                exposed.append(f"# TYPE {name} gauge")
                last = name
            labels = f'{{service="{course.service}"}}' if course.service else ""
            for at in instants(incident):
                text = f"{value(rng, course, turns, at):.4g}"
                table.setdefault((course.service, at), {})[course.metric] = text
                exposed.append(f"{name}{labels} {text} {at.timestamp():.0f}")
        exposed.append("# EOF\n")
        (telemetry / f"{incident.incident_id}.om").write_text("\n".join(exposed), encoding="utf-8", newline="")
        with (telemetry / f"{incident.incident_id}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["at", "service", *metrics], lineterminator="\n")
            writer.writeheader()
            for (service, at), values in table.items():
                writer.writerow({"at": f"{at:%Y-%m-%dT%H:%MZ}", "service": service, **values})


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
