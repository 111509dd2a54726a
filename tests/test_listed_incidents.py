"""Single incidents as a review lists them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_screen_facts import incident

from incident_analytics.sentences import describe_marks, incident_time


@pytest.mark.parametrize(
    ("grades", "note"),
    [
        (["recorded"], ""),
        (["recorded", "sure"], "* Time to restore inferred from free text."),
        (["check"], "(check) Time to restore inferred from free text, and may be wrong."),
        (["sure", "check"], "* Time to restore inferred from free text. (check) Inferred, and may be wrong."),
    ],
)
def test_marks_of_times_are_explained_where_they_are_used(grades: list[str], note: str) -> None:
    listed = [replace(incident("a", "SEV-2", hours=2), grade=grade) for grade in grades]
    assert describe_marks(listed, measure="time_to_restore") == note
    marked = {"recorded": "2h", "sure": "2h*", "check": "2h (check)"}
    assert [incident_time(each, is_marked=True) for each in listed] == [marked[grade] for grade in grades]
    ongoing = [replace(each, state="ongoing") for each in listed]
    assert describe_marks(ongoing, measure="time_to_restore") == ""
