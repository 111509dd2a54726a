"""How many incidents of each severity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import assign_periods, group_rows, in_window, member_ids
from incident_analytics.model import need_columns

__all__ = ["severity_counts"]


def severity_counts(
    incidents: pd.DataFrame,
    *,
    freq: str = "M",
    start: pd.Timestamp | None = None,
    end: pd.Timestamp | None = None,
    timezone: str = "UTC",
    members: bool = False,
) -> pd.DataFrame:
    """Count the incidents of each severity in each period.

    Parameters
    ----------
    incidents
        The incidents table.
    freq
        The length of a period: ``M``, ``Q``, ``Y``, or with a fiscal year's last month ``Q-MAR``, ``Y-MAR``.
    start, end
        The half-open window on occurred_at; without them the periods reach from the first incident to the last.
    timezone
        The IANA zone whose midnights bound the periods.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        A row for every period and every declared severity, also where there was no incident:

        - period, str: ``2025-07``, ``2025Q3``, ``2025``, fiscal ``FY2025Q3``
        - severity, category
        - n, int64: incidents
        - incident_ids, tuple of str, where asked for

        Incidents that tell no severity are counted in a row of severity NA, which a period has only where there are
        such. Without a window so are incidents of no known time, under period NA; no window can hold them.

    Raises
    ------
    ColumnsError
        ``column 'severity' is missing; the frame has ...``
    PeriodError
        ``freq 'week' is none of M, Q, Y, or with a fiscal year's last month Q-MAR, Y-MAR``

    Examples
    --------
    >>> from incident_analytics.model import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-07-04-001", "INC-2025-09-30-001"],
    ...     "occurred_at": ["2025-07-04T09:00Z", "2025-09-30T23:00Z"],
    ...     "severity": ["SEV-2", "SEV-1"],
    ... })
    >>> severity_counts(incidents, freq="Q")
       period severity  n
    0  2025Q3    SEV-3  0
    1  2025Q3    SEV-2  1
    2  2025Q3    SEV-1  1
    """
    need_columns(incidents, "incident_id", "occurred_at", "severity")
    counted = in_window(incidents[["incident_id", "occurred_at", "severity"]], start, end)
    counted["period"], periods = assign_periods(counted["occurred_at"], freq, start=start, end=end, timezone=timezone)
    groups, numbers = group_rows(counted, ["period", "severity"], {"period": periods})
    counts = groups.assign(n=np.bincount(numbers, minlength=len(groups)))
    if members:
        counts["incident_ids"] = member_ids(counted, numbers, groups)
    return counts
