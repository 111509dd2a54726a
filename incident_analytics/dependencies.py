"""Which measures read which settings, so that `verify` blames no others."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["depends_on_setting"]

_BUDGETS: Final = frozenset({"impact", "availability", "budget", "budget_bounds", "by_team", "scorecard"})

_SETTINGS: Final[tuple[tuple[re.Pattern[str], frozenset[str]], ...]] = tuple(
    (re.compile(pattern), measures)
    for pattern, measures in (
        (r"follow_up\.", frozenset({"due"})),
        (r"sla\.window$", _BUDGETS | {"reported_impact"}),
        (r"sla\.severities$", _BUDGETS | {"ongoing"}),
        (r"services\..*\.target$", _BUDGETS),
    )
)
"""The measures that read a setting; one that is not here may change every figure."""


def depends_on_setting(measure: str, setting: str) -> bool:
    """Return whether a figure of a measure can change with a setting, given by its key.

    Examples
    --------
    >>> depends_on_setting("costs", "follow_up.SEV-1"), depends_on_setting("costs", "timezone")
    (False, True)
    """
    found = [measures for pattern, measures in _SETTINGS if pattern.match(setting)]
    return not found or any(measure in measures for measures in found)
