"""What Supporting Data shows of one incident, section by section, without a kernel."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import at

from incident_analytics import showing, supporting_data
from incident_analytics.plots import drawing
from incident_analytics.supporting_data import SupportingData

DEMO = Path(__file__).parents[1] / "data" / "demo"
SETTINGS = DEMO / "incident-analytics.toml"
EXPIRED = DEMO / "reports" / "INC-2025-08-05-001.md"


class Shown:
    """What was displayed: texts in their order, the failures that were handed on, the titles of figures."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.failures: list[str] = []
        self.figures: list[str] = []

    def display(self, content: showing.Shown, metadata: dict[str, Any] | None = None) -> None:
        text = re.sub(r"</t[dh]>", " | ", content.html)
        self.texts += [
            " ".join(html.unescape(re.sub("<[^>]*>", " ", line)).split())
            for line in re.split("</?(?:tr|li|p)>", text)
            if re.sub("<[^>]*>", "", line).strip()
        ]
        self.failures += (metadata or {}).get("failures", [])

    def plot(self, ax: Any) -> None:
        self.figures.append(drawing.alt_text(ax))
        drawing.plt.close(ax.get_figure(root=True))

    def take(self) -> list[str]:
        """Return the texts so far, and forget them."""
        texts, self.texts = self.texts, []
        return texts


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    shown = Shown()
    monkeypatch.setattr(supporting_data, "display", shown.display)
    monkeypatch.setattr(supporting_data.plots, "show_plot", shown.plot)
    return shown


@pytest.fixture(scope="module")
def expired() -> SupportingData:
    return SupportingData(str(EXPIRED), history=[str(DEMO / "reports")], settings=str(SETTINGS))


def test_an_incidents_window_and_its_past(expired: SupportingData) -> None:
    """Only final reports of incidents that ended before it began are its past, and never itself."""
    assert (expired.began, expired.ended, expired.restored) == (
        at("2025-08-05 23:49"),
        at("2025-08-06 01:55"),
        at("2025-08-06 01:55"),
    )
    assert expired.services == ["API", "Frontend", "Admin Dashboard"]
    past = expired.past.incidents
    assert "INC-2025-08-05-001" not in set(past["incident_id"])
    assert (past[["restored_at", "ended_at"]].max(axis="columns") < expired.began).all()
    assert set(past["status"]) == {"Final"}
    assert len(past) > 50


def test_response_times_are_compared_with_the_same_severity(expired: SupportingData, shown: Shown) -> None:
    expired.response()
    assert shown.texts[:2] == [
        "Response times, compared with the 8 earlier SEV-1 incidents.",
        "Step | This incident | Grade | Earlier median | Slower than |",
    ]
    assert "time to restore | 2h 6m | recorded | 2h 23m | 38% (3 of 8) |" in shown.texts
    assert "time to detect | 5m | recorded | – | |" in shown.texts, "of fewer than six incidents there is no median"


def test_the_first_incident_has_nothing_to_be_compared_with(shown: Shown) -> None:
    SupportingData(str(EXPIRED), history=[], settings=str(SETTINGS)).response()
    assert shown.texts[:2] == ["Response times.", "Step | This incident | Grade |"]
    assert "time to restore | 2h 6m | recorded |" in shown.texts


def test_the_share_of_a_budget_is_that_of_the_quarter(expired: SupportingData, shown: Shown) -> None:
    """126 minutes of the 0.2% of 92 days."""
    expired.budgets()
    assert shown.texts[0] == "Downtime of this incident alone, and its share of the error budgets."
    assert "API | 2025Q3 | 2h 6m | 99.8% | 4h 25m | 47.6% |" in shown.texts
    assert round(pd.Timedelta(minutes=126) / (pd.Timedelta(days=92) * 0.002), 3) == 0.476


def test_a_severity_that_does_not_count_spends_no_budget(shown: Shown) -> None:
    (report,) = (DEMO / "reports").glob("INC-2025-12-30-001.md")
    SupportingData(str(report), settings=str(SETTINGS)).budgets()
    assert shown.texts == [
        "No downtime of this incident counts against an error budget: only SEV-1 and SEV-2 incidents count."
    ]


def test_similar_incidents_are_earlier_ones_with_the_words_they_share(expired: SupportingData, shown: Shown) -> None:
    expired.similar()
    assert shown.texts[0] == "Similar past incidents and the terms they share."
    assert len(shown.texts) == 2 + 3
    for row in shown.texts[2:]:
        assert row.startswith("INC-202")
        assert row[4:14] < "2025-08-05"
        assert "certificate" in row


def test_metrics_are_drawn_and_summed_up(expired: SupportingData, shown: Shown) -> None:
    expired.series()
    assert shown.figures
    assert shown.figures[0].startswith("Handshakes of API fell to 0% at 23:50 (normally 99.97%)")
    assert "handshakes of API | 99.97% | 0% | 2025-08-05 23:50 | 99.93% |" in shown.texts
    assert shown.failures == []


def test_error_messages_are_the_new_ones_with_secrets_masked(
    expired: SupportingData, shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    expired.error_messages()
    lines = capsys.readouterr().out.splitlines()
    assert shown.texts[0] == (
        "Messages that are new, or more frequent from 2025-08-05 23:49 to 2025-08-06 01:55 UTC than in the 24 hours "
        "before."
    )
    assert any("tls: expired certificate | error | 1,559 | 0 |" in text for text in shown.texts)
    assert shown.texts[-1] == "The first line of each, secrets masked."
    assert any("Bearer <secret>" in line for line in lines)
    assert shown.failures == []


def test_configuration_changes_are_those_before_and_during_it(expired: SupportingData, shown: Shown) -> None:
    expired.configuration_changes()
    assert shown.texts == [
        "Changes to *.toml that went live from 2025-08-04 23:49 to 2025-08-06 01:55 UTC.",
        "At (UTC) | Author | Subject | Files | Commit |",
        "2025-08-06 00:58 | Ravi Ostrander | Renew the wildcard certificate again | certificates.toml | a970ae038532 |",
    ]


def test_all_of_the_first_section_is_shown_by_one_call(expired: SupportingData, shown: Shown) -> None:
    for part in (expired.response, expired.budgets, expired.similar, expired.series):
        part()
    parts = shown.take()
    expired.metrics()
    assert shown.texts == parts


# --- what is missing, and what fails ----------------------------------------------------------------------------------

SECTIONS: tuple[Callable[[SupportingData], None], ...] = (
    SupportingData.error_messages,
    SupportingData.configuration_changes,
)


@pytest.mark.parametrize("section", SECTIONS)
def test_without_a_source_nothing_is_shown(section: Callable[[SupportingData], None], shown: Shown) -> None:
    section(SupportingData(str(EXPIRED)))
    assert (shown.texts, shown.failures) == ([], [])


@pytest.mark.parametrize("section", SECTIONS)
def test_an_incident_without_times_says_that_nothing_can_be_looked_up(
    section: Callable[[SupportingData], None], shown: Shown, tmp_path: Path
) -> None:
    report = tmp_path / EXPIRED.name
    report.write_text(re.sub(r"(?m)^\*\*Duration.*\n|^\| \d.*\n", "", EXPIRED.read_text(encoding="utf-8")))
    data = SupportingData(str(report), settings=str(SETTINGS))
    assert not data.has_window
    section(data)
    assert shown.texts == ["The report has no start and end, so nothing can be looked up."]
    shown.take()
    data.budgets()
    data.series()
    assert (shown.texts, shown.figures) == ([], [])


@pytest.fixture
def broken(tmp_path: Path) -> SupportingData:
    """Sources that cannot be read: a Prometheus that does not answer, logs and a repository that are not there."""
    settings = SETTINGS.read_text(encoding="utf-8")
    for old, new in {
        "[evidence.metrics]": '[evidence.prometheus]\nurl = "http://127.0.0.1:9"\nqueries = { up = "up" }\n'
        "[evidence.metrics]",
        "logs/*.log.gz": "gone.log",
        "config.bundle": "reports",
    }.items():
        assert old in settings
        settings = settings.replace(old, new)
    shutil.copytree(DEMO / "telemetry", tmp_path / "telemetry")
    (tmp_path / "reports").mkdir()
    shutil.copy(DEMO / "tracker.csv", tmp_path)
    file = tmp_path / "incident-analytics.toml"
    file.write_text(settings, encoding="utf-8")
    return SupportingData(str(EXPIRED), settings=str(file))


def test_a_source_that_fails_says_so_and_its_reason_goes_elsewhere(broken: SupportingData, shown: Shown) -> None:
    """The reason names hosts and paths, which are not for the report."""
    broken.series()
    assert "Not all metrics could be read: up." in shown.texts
    assert "handshakes of API | 99.97% | 0% | 2025-08-05 23:50 | 99.93% |" in shown.texts
    assert any("127.0.0.1:9" in failure for failure in shown.failures)
    broken.error_messages()
    assert shown.texts[-1] == "The log files could not be read."
    broken.configuration_changes()
    assert shown.texts[-1] == "The history of the configuration could not be read."
    assert len(shown.failures) == 3
    assert not any("127.0.0.1" in text or "/" in text for text in shown.texts if "|" not in text)


def test_logs_of_another_time_are_a_failure_and_not_silence(shown: Shown, tmp_path: Path) -> None:
    (tmp_path / "old.log").write_text("2025-01-01T00:00:00Z ERROR boom\n")
    file = tmp_path / "incident-analytics.toml"
    file.write_text('[evidence.logs]\nfiles = ["old.log"]\n')
    SupportingData(str(EXPIRED), settings=str(file)).error_messages()
    assert len(shown.failures) == 1
    assert "None." not in shown.texts
    assert str(tmp_path) not in " ".join(shown.texts)


def test_the_second_report_of_a_file_is_its_own_incident(tmp_path: Path) -> None:
    text = EXPIRED.read_text(encoding="utf-8")
    file = tmp_path / "two.md"
    file.write_text(f"{text}\n{text.replace('2025-08-05-001', '2025-08-05-002')}", encoding="utf-8")
    assert SupportingData(str(file), number=2).incident_id == "INC-2025-08-05-002"


def test_an_ongoing_incident_is_followed_to_the_last_row_of_its_timeline() -> None:
    """No clock is looked at: a second run of the same report shows the same."""
    data = SupportingData(str(DEMO / "reports" / "INC-2025-12-30-001.md"), settings=str(SETTINGS))
    assert pd.isna(data.restored)
    assert data.ended == data.own.timeline["at"].max()


def test_the_history_is_read_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[object] = []
    original = supporting_data.load

    def load(paths: Any, **options: Any) -> Any:
        loaded.append(paths)
        return original(paths, **options)

    monkeypatch.setattr(supporting_data, "load", load)
    history = [str(EXPIRED)]
    for run in ("one run", "one run", "another run", None, None):
        SupportingData(str(EXPIRED), history=history, run=run)
    assert loaded.count(history) == 4
