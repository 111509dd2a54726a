"""Names that people type: found in any case, and offered where one is nearly right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.errors import UnknownNameError
from incident_analytics.names import closest_name, fold, known_name

SERVICES = ("API", "Card Gateway", "Frontend")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("card gatway", "Card Gateway"),
        ("CARD GATEWAYS", "Card Gateway"),
        ("frontent", "Frontend"),
        ("apis", "API"),
        ("Billing", None),
        ("", None),
    ],
)
def test_the_closest_name_is_one_slip_away(name: str, found: str | None) -> None:
    assert closest_name(name, SERVICES) == found


@pytest.mark.parametrize("name", ["SEV-9", "SEV4", "Q5", "INC-2025-03-14-002"])
def test_another_number_is_no_slip(name: str) -> None:
    assert closest_name(name, ["SEV-1", "SEV-2", "Q3", "INC-2025-03-14-001"]) is None


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5), st.data())
@examples(100)
def test_every_known_name_is_found_in_any_case(names: list[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names))
    assert known_name("service", name, names) == name
    assert fold(known_name("service", f" {name.upper()} ", [*names, name.upper()])) == fold(name.upper())


def test_what_is_unknown_is_said_with_what_there_is() -> None:
    with pytest.raises(UnknownNameError) as caught:
        known_name("service", "card gatway", SERVICES)
    message = "service 'card gatway' is not one of API, Card Gateway, Frontend; did you mean 'Card Gateway'?"
    assert str(caught.value) == message
    with pytest.raises(UnknownNameError) as caught:
        known_name("service", "API", (), empty="no report names a service")
    assert str(caught.value) == "unknown service 'API': no report names a service"
