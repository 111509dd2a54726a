from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from builders import at, severities
from matplotlib.axes import Axes

from incident_analytics import plots
from incident_analytics.analysis.gaps import mean_time_between, time_between
from incident_analytics.analysis.rates import severity_rates
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.plots import drawing
from incident_analytics.plots.drawing import SEVERITY_RAMP
from incident_analytics.tables import make_table


@pytest.fixture(autouse=True)
def _close_figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no figure open, and no row out of the words for who does not see it."""
    monkeypatch.setattr(drawing, "_ALT", 100_000)
    yield
    plt.close("all")


@pytest.fixture
def incidents() -> pd.DataFrame:
    days = ["2025-04-01", "2025-04-11", "2025-04-12", "2025-06-01"]
    columns = {"incident_id": [f"INC-{i}" for i in range(1, 5)], "occurred_at": pd.to_datetime(days, utc=True)}
    return make_table("incidents", columns | {"severity": ["SEV-1", "SEV-3", "SEV-1", None]})


def between(incidents: pd.DataFrame, by: str | list[str] | None = None, until: str = "2025-07-01") -> Axes:
    gaps = time_between(incidents, by=by)
    return plots.plot_time_between(gaps, between=mean_time_between(gaps, until=at(until)))


def test_rates_have_a_panel_a_severity_from_the_worst_with_exact_intervals(incidents: pd.DataFrame) -> None:
    ax = plots.plot_severity_rates(severity_rates(incidents))
    assert [panel.get_ylabel() for panel in ax.child_axes] == ["SEV-1", "SEV-2", "SEV-3", "unknown"]
    worst = ax.child_axes[0]
    (dots,) = worst.get_lines()
    assert dots.get_color() == SEVERITY_RAMP[0]
    assert list(dots.get_ydata()) == pytest.approx([2, 0, 0])
    (bars,) = worst.collections
    april = bars.get_segments()[0]
    assert april.ravel().tolist() == pytest.approx([0, 0.242, 0, 7.225], abs=0.001)
    assert [text.get_text() for text in worst.texts] == ["2", "0", "0"], "the incidents"


def test_all_rates_are_on_the_same_scale(incidents: pd.DataFrame) -> None:
    ax = plots.plot_severity_rates(severity_rates(incidents))
    heights = [(panel.get_window_extent().height, panel.get_ylim()) for panel in ax.child_axes]
    lengths = [height / (high - low) for height, (low, high) in heights]
    assert lengths == pytest.approx([lengths[0]] * len(lengths))


def test_rates_shade_what_is_under_review(incidents: pd.DataFrame) -> None:
    ax = plots.plot_severity_rates(severity_rates(incidents), highlight=["2025-05", "2025-06"])
    assert all((patch.get_x(), patch.get_width()) == (0.5, 2) for panel in ax.child_axes for patch in panel.patches)
    with pytest.raises(UnknownNameError, match="period '2025Q3' is not one of 2025-04, 2025-05, 2025-06"):
        plots.plot_severity_rates(severity_rates(incidents), highlight=["2025Q3"])


def test_incidents_of_no_known_time_have_no_rate_to_draw(incidents: pd.DataFrame) -> None:
    timeless = incidents.assign(occurred_at=pd.Series(pd.NaT, index=incidents.index, dtype="datetime64[us, UTC]"))
    ax = plots.plot_severity_rates(severity_rates(timeless))
    assert not any(panel.has_data() for panel in ax.child_axes)
    assert plots.alt_text(ax).startswith("No incidents, so there is no rate to show.")


def test_the_time_since_the_last_incident_grows_until_the_next(incidents: pd.DataFrame) -> None:
    (panel,) = between(incidents).child_axes
    saw, running, mean = panel.get_lines()
    days = [seconds / 86400 for seconds in saw.get_ydata()]
    assert days == [0, 10, 0, 0, 1, 0, 0, 50, 0]
    assert list(saw.get_xdata()[[0, 1, 2, 3]] - saw.get_xdata()[0]) == [0, 10, 10, 10]
    assert [*running.get_xdata() - saw.get_xdata()[0]] == [61, 91]
    assert [seconds / 86400 for seconds in running.get_ydata()] == [0, 30]
    assert mean.get_ydata()[0] == 91 / 3 * 86400
    assert [text.get_text() for text in panel.texts] == ["mean 30d 8h\n(3 gaps)", "50d"]


def test_a_silence_longer_than_every_gap_stays_inside_the_panel(incidents: pd.DataFrame) -> None:
    (panel,) = between(incidents, until="2026-06-01").child_axes
    assert panel.get_ylim()[1] > 365 * 86400


def test_groups_that_have_a_gap_have_a_panel_each_on_one_scale(incidents: pd.DataFrame) -> None:
    rows = incidents.assign(severity=severities("SEV-1", "SEV-3", "SEV-1", "SEV-3"))
    ax = between(rows, by="severity")
    assert [panel.get_ylabel() for panel in ax.child_axes] == ["SEV-1", "SEV-3"]
    assert len({panel.get_ylim() for panel in ax.child_axes}) == 1
    assert "SEV-1: 11d before INC-3; SEV-3: 51d before INC-4." in plots.alt_text(ax)


def test_gaps_of_several_columns_of_groups_are_refused(incidents: pd.DataFrame) -> None:
    with pytest.raises(ColumnsError) as error:
        between(incidents, by=["severity", "status"])
    assert str(error.value) == "the plot is of one column of groups, and the table has severity, status"


@pytest.mark.parametrize("n", [0, 1])
def test_one_incident_has_no_gap(incidents: pd.DataFrame, n: int) -> None:
    ax = between(incidents[:n])
    ax.figure.draw_without_rendering()
    assert plots.alt_text(ax).startswith(
        "Time between incidents is not known: it takes two incidents with a known time."
    )
    assert not any(panel.has_data() for panel in ax.child_axes)
