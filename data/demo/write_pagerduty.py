"""Write the incident tool's export of this folder: what PagerDuty would have recorded of the incidents of 2025.

    python write_pagerduty.py [FOLDER]

reads FOLDER/facts.csv, which write_reports.py wrote, and writes FOLDER/pagerduty.csv. Most of its times are within
three minutes of those of the reports; where they are further off, FOLDER/planted.csv gets a row `time-difference`. A
few alarms belong to no report. The same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

SEED: Final = 7118
HERE: Final = Path(__file__).parent
SINCE: Final = "2025-01-01"
WRONG_ONE_IN: Final = 4
NAMED: Final = 0.7
"""The share of incidents whose words name their report."""
STEPS: Final = ("detected", "responded", "restored")
ALARMS: Final = (
    ("2025-03-19T03:12:00Z", "Disk of the build host is 90% full", "Admin Dashboard"),
    ("2025-07-30T14:41:00Z", "Queue of the renderers grows", "Audio Generation"),
    ("2025-11-05T06:20:00Z", "Certificate of the staging host expires in a week", "API"),
)
"""Alarms that nobody wrote a report about: when they began, their words and service."""


def write(folder: Path) -> None:
    """Write the export, and the differences into planted.csv."""
    rng = random.Random(SEED)
    rows, planted = [], []
    number = 4100
    for facts in read(folder / "facts.csv"):
        if facts["incident_id"][4:] < SINCE or not (facts["detected_at"] and facts["restored_at"]):
            continue
        number += rng.randint(1, 40)
        times = {step: instant(facts[f"{step}_at"]) for step in STEPS if facts[f"{step}_at"]}
        recorded = {step: at + timedelta(seconds=rng.randint(-150, 150)) for step, at in times.items()}
        if "responded" in recorded:  # PagerDuty has it as a number of seconds
            recorded["responded"] = max(recorded["responded"], recorded["detected"] + timedelta(seconds=20))
        if not rng.randrange(WRONG_ONE_IN):
            minutes = rng.randint(12, 50)
            recorded["restored"] = times["restored"] + timedelta(minutes=minutes)
            detail = f"restored {minutes} minutes later by PagerDuty"
            planted.append({"incident_id": facts["incident_id"], "what": "time-difference", "detail": detail})
        service = facts["services"].split("|")[0]
        named = f"{facts['incident_id']}: " if rng.random() < NAMED else ""
        rows.append(row(number, f"{named}{service} is impaired", service, recorded))
    for begun, words, service in ALARMS:
        number += rng.randint(1, 40)
        first = instant(begun)
        after = {"detected": 0, "responded": 4, "restored": 35}
        rows.append(row(number, words, service, {step: first + timedelta(minutes=after[step]) for step in STEPS}))
    put(folder / "pagerduty.csv", sorted(rows, key=lambda each: each["created_on"]))
    known = [each for each in read(folder / "planted.csv") if each["what"] != "time-difference"]
    put(folder / "planted.csv", [*known, *planted])


def row(number: int, words: str, service: str, times: dict[str, datetime]) -> dict[str, str]:
    """Write a row as PagerDuty's report of incidents has it."""
    return {
        "id": f"Q{number:05}ABCDEFG",
        "incident_number": str(number),
        "description": words,
        "service_id": f"P{sum(map(ord, service)):06}",
        "service_name": service,
        "created_on": f"{times['detected']:%Y-%m-%dT%H:%M:%S}Z",
        "resolved_on": f"{times['restored']:%Y-%m-%dT%H:%M:%S}Z",
        "seconds_to_first_ack": seconds(times, "responded"),
        "seconds_to_resolve": seconds(times, "restored"),
        "auto_resolved": "false",
        "urgency": "high",
    }


def seconds(times: dict[str, datetime], step: str) -> str:
    """Write how long after the detection a step came; nothing for one that is not recorded."""
    return str(round((times[step] - times["detected"]).total_seconds())) if step in times else ""


def instant(text: str) -> datetime:
    """Read an instant of facts.csv."""
    return datetime.fromisoformat(text)


def read(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def put(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write rows of equal keys."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
