"""Work by processes: in order, and a process that ends costs one item."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from adding import add_or_die
from browsing import need
from pandas.testing import assert_frame_equal

from incident_analytics import load
from incident_analytics.config import Settings
from incident_analytics.errors import MissingExtraError, SettingsError
from incident_analytics.loading import read_records
from incident_analytics.workers import in_order

REAL = Path(__file__).parents[1] / "data" / "real"


def name_lost(number: int, error: Exception) -> int:
    assert "terminated" in str(error)
    return -number


def test_results_come_in_order() -> None:
    chunks = [[number, 1] for number in range(20)]
    assert list(in_order(add_or_die, name_lost, chunks[:13], jobs=2)) == [[number + 1] for number in range(13)]


def test_a_process_that_dies_costs_its_item_alone() -> None:
    found = list(in_order(add_or_die, name_lost, [[1, 2], [13, 4], [5]], jobs=2))
    assert found[1] == [-13, 4]
    assert [sum(results) for results in found] == [3, -9, 5]


def test_a_dask_cluster_of_two_processes_reads_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = need("distributed")
    expected = load(REAL, status="all", cache=False)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        monkeypatch.setenv("INCIDENT_ANALYTICS_DASK", cluster.scheduler_address)
        monkeypatch.setattr("incident_analytics.loading._CHUNK", 5)
        found = load(REAL, status="all", cache=False)
    for table in fields(expected):
        assert_frame_equal(getattr(found, table.name), getattr(expected, table.name))


def test_without_dask_its_option_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENT_ANALYTICS_DASK", "tcp://127.0.0.1:9")
    monkeypatch.setattr("incident_analytics.extras.find_spec", {"distributed": None}.get)
    with pytest.raises(MissingExtraError) as caught:
        read_records(REAL, settings=Settings())
    assert str(caught.value) == "--dask needs distributed; pip install 'incident-analytics[dask]'"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("tcp://127.0.0.1:9", "tcp://127.0.0.1:9"),
        ("tcp://127.0.0.1:-1", "tcp://127.0.0.1:-1"),
        ("tls://127.0.0.1:9", "tls://127.0.0.1:9"),
        ("nowhere://x", "nowhere://x"),
        ("tcp://root:toor@127.0.0.1:9", "tcp://<secret>@127.0.0.1:9"),
    ],
)
def test_an_address_without_a_cluster_is_named(monkeypatch: pytest.MonkeyPatch, address: str, shown: str) -> None:
    need("distributed")
    monkeypatch.setenv("INCIDENT_ANALYTICS_DASK", address)
    monkeypatch.setattr("incident_analytics.loading._PATIENCE", 1)
    with pytest.raises(SettingsError) as caught:
        read_records(REAL, settings=Settings())
    assert str(caught.value) == f"no Dask cluster answers at {shown}; check the address of its scheduler"
