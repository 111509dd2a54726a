"""In which zone a report's times are: lines that name one are read, or leave the times unread, never ignored."""

from datetime import UTC, datetime, timedelta

import pytest

from incident_analytics.config import Settings
from incident_analytics.reports.parse import read_reports
from incident_analytics.reports.recognition import Skipped
from incident_analytics.reports.report import Report
from incident_analytics.reports.template import built_in_templates

FENCED = """**INC-0612 kiosks offline**

12 june 2025, sev 2, closed
{said}

```
09:14  kiosks go offline
09:19  alert fires
09:38  found the cause
09:58  service restored
```

root cause: the vendor's new certificate
"""
LISTED = """# INC-0612 kiosks offline

Date: 12 June 2025
Severity: SEV-2
{above}
## Timeline

{said}

- 09:14 kiosks go offline
- 09:19 alert fires
- 09:38 found the cause
- 09:58 service restored

## Root cause

The vendor's new certificate. {below}
"""


def _read(text: str, settings: Settings | None = None) -> Report:
    found = read_reports(text, "report.md", settings or Settings(), built_in_templates())
    assert not isinstance(found, Skipped)
    return found[1][0]


def _layouts(said: str) -> tuple[str, str, str]:
    listed = LISTED.format(above="", said=said, below="")
    return FENCED.format(said=said), listed, LISTED.format(above=f"\n{said}\n", said="", below="")


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("TZ is AEST", 10),
        ("tz AEST", 10),
        ("TZ=Australia/Sydney", 10),
        ("(AEST)", 10),
        ("AEST throughout", 10),
        ("all AEST", 10),
        ("everything in AEST", 10),
        ("Zone used: AEST", 10),
        ("AEST = UTC+10, used below", 10),
        ("Sydney time", 10),
        ("EDT below", -4),
    ],
)
def test_a_line_that_only_names_a_zone_is_read(said: str, hours: int) -> None:
    for text in _layouts(said):
        written = datetime(2025, 6, 12, 9, 14, tzinfo=UTC)
        assert written - _read(text).rows["timeline"][0]["at"] == timedelta(hours=hours)


@pytest.mark.parametrize(
    "said",
    [
        "logs are in AEST, sorry",
        "we're on AEST here",
        "NB: AEST!",
        "Alle Angaben in MEZ",
        "as always in AEST",
        "reported in US/Pacific",
        "log pasted in PDT",
        "CET, then CEST",
        "TZ is IST",
        "TZ is CHST",
        "tz: chamorro",
        "tz is local (Ballarat)",
    ],
)
def test_times_are_not_read_where_a_zone_is_named_and_it_is_not_sure_for_what(said: str) -> None:
    for text in _layouts(said):
        report = _read(text)
        assert [row["at"] for row in report.rows["timeline"]] == [None] * 4
        assert "unreadable-time" in {row["code"] for row in report.rows["problems"]}


@pytest.mark.parametrize(
    "said",
    [
        "UK users only",
        "Owner: Pat",
        "PT and ET customers",
        "Down at 03:00 PST for the vendor",
        "The estimate is est. 5",
    ],
)
def test_a_line_that_names_no_zone_of_the_times_changes_nothing(said: str) -> None:
    report = _read(LISTED.format(above="", said=said, below=""))
    assert f"{report.rows['timeline'][0]['at']:%H:%M}" == "09:14"
    assert report.zone_is_assumed


def test_what_the_settings_say_counts_before_a_line_in_doubt() -> None:
    text = LISTED.format(above="", said="we're on AEST here", below="")
    assert _read(text, Settings(timezone="Europe/Berlin")).rows["timeline"][0]["at"].hour == 7


def test_a_zone_below_the_rows_is_of_something_else() -> None:
    assert _read(LISTED.format(above="", said="", below="\n\n- page the AEST team")).rows["timeline"][0]["at"].hour == 9


@pytest.mark.parametrize(("said", "hour"), [("TZ is AEST", 23), ("as always in AEST", None), ("", 9)])
def test_a_line_next_to_fields_counts_for_them(said: str, hour: int | None) -> None:
    head = f"Severity: SEV-2\nDate: 12 June 2025\nStart: 09:14\nEnd: 09:58\n\n{said}"
    values = _read(f"# INC-0612 kiosks offline\n\n{head}\n\n## Root cause\n\nThe certificate.\n").incident
    assert (values["started_at"].hour if values.get("started_at") else None) == hour


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- 09:14", "- AEST\n- 09:14"),
        ("{below}", "\n\n(AEST used)"),
        ("{below}", "\n\n* AEST"),
        ("Severity: SEV-2", "Severity: SEV-2\n\n| | |\n|---|---|\n| Host | k-7 |\n| TZ used | AEST |"),
    ],
)
def test_a_zone_alone_in_an_item_a_note_or_a_cell_is_read(before: str, after: str) -> None:
    text = LISTED.replace(before, after).format(above="", said="", below="")
    assert [row["at"].hour for row in _read(text).rows["timeline"] if row["at"]] == [23] * 4
