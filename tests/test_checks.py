"""The checks of arguments and their messages."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import at, period

from incident_analytics.checks import (
    require_columns,
    require_instant,
    require_instants,
    require_name,
    require_order,
    require_window,
)
from incident_analytics.errors import ColumnsError, PeriodError, UnknownNameError


@pytest.mark.parametrize(
    ("columns", "needed", "message"),
    [
        (["a"], ["b"], "column 'b' is missing; the frame has a"),
        (["a", "b"], ["c", "a", "d"], "columns 'c', 'd' are missing; the frame has a, b"),
        ([], ["a"], "column 'a' is missing; the frame has no columns"),
    ],
)
def test_missing_columns_are_named_next_to_those_that_are_there(
    columns: list[str], needed: list[str], message: str
) -> None:
    with pytest.raises(ColumnsError) as caught:
        require_columns(pd.DataFrame(columns=columns), *needed)
    assert str(caught.value) == message


def test_an_instant_without_a_zone_is_refused() -> None:
    require_instant("start", None)
    require_instant("start", at("2025-07-01"))
    with pytest.raises(
        ColumnsError, match=r'^as_of 2025-07-01 00:00:00 has no zone; write pd.Timestamp\(..., tz="UTC"\)$'
    ):
        require_instant("as_of", pd.Timestamp("2025-07-01"))


def test_a_column_without_a_zone_is_refused() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2025-07-01"]), "on": pd.to_datetime(["2025-07-01"], utc=True)})
    require_instants(frame, "on")
    with pytest.raises(ColumnsError, match=r"^at is datetime64\[us\], not instants; write pd.to_datetime"):
        require_instants(frame, "on", "at")


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (["SEV-2", "SEV-1"], "severity 'SEV9' is not one of SEV-2, SEV-1"),
        ([], "unknown severity 'SEV9': there is none"),
    ],
)
def test_an_unknown_name_lists_the_known_ones(known: list[str], message: str) -> None:
    require_name("severity", "SEV9", [*known, "SEV9"])
    with pytest.raises(UnknownNameError) as caught:
        require_name("severity", "SEV9", known)
    assert str(caught.value) == message


def test_a_window_ends_after_it_starts() -> None:
    first, last = at("2025-07-01"), at("2025-10-01")
    for bounds in ((None, None), (first, None), (None, last), (first, last)):
        require_window(*bounds)
    for bounds in ((first, first), (last, first)):
        with pytest.raises(PeriodError, match=r"^the window 2025-\d\d-01 00:00:00\+00:00 to 2025-07-01 .* is empty$"):
            require_window(*bounds)
    with pytest.raises(ColumnsError, match=r"^end 2025-10-01 00:00:00 has no zone; write "):
        require_window(first, pd.Timestamp("2025-10-01"))


def test_one_period_ends_before_the_other_begins() -> None:
    june, july = period("2025-06-01", "2025-07-01", name="2025-06"), period("2025-07-01", "2025-08-01", name="2025-07")
    require_order(june, july)
    for before, after in ((july, june), (june, june)):
        message = f"the period before, {before.name}, must end before the one after, {after.name}, begins"
        with pytest.raises(PeriodError, match=f"^{message}$"):
            require_order(before, after)
    with pytest.raises(PeriodError, match=r" is empty$"):
        require_order(june, period("2025-08-01", "2025-08-01"))
