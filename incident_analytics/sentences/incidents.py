"""Single incidents as a review lists them: how long, how many users, how much money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from incident_analytics.facts import Incident
from incident_analytics.formatting import capitalized, format_amount, format_share, format_span

__all__ = ["RANKED_BY", "describe_marks", "incident_time", "incident_users", "lost_revenue"]

RANKED_BY: Final = "sorted by severity, then impact (users, revenue or time)"
"""How `highlights.rank_incidents` ranks, for who reads the page."""

_INFERRED: Final = "*"

_CHECK: Final = " (check)"


def incident_time(incident: Incident, *, is_marked: bool = False) -> str:
    """Write how long an incident took, or why that is not known; a time to check is marked.

    Parameters
    ----------
    incident
        The incident.
    is_marked
        Whether a time that was inferred without doubt is marked too; `describe_marks` explains the marks.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from datetime import timedelta
    >>> one = Incident("INC-1", "x", None, None, (), "ended", timedelta(hours=2), None, None, False, ())
    >>> [incident_time(each) for each in (one, replace(one, state="ongoing"), replace(one, grade="check"))]
    ['2h', 'ongoing, 2h so far', '2h (check)']
    >>> sure, stated = replace(one, grade="sure"), replace(one, stated=timedelta(hours=9))
    >>> incident_time(sure, is_marked=True), incident_time(stated)
    ('2h*', '2h, stated 9h')
    """
    if incident.state == "ongoing":
        return "ongoing" if incident.time is None else f"ongoing, {format_span(incident.time)} so far"
    if incident.time is None:
        return "report pending" if incident.state == "pending" else "not recorded"
    mark = {"check": _CHECK, "sure": _INFERRED * is_marked}.get(incident.grade, "")
    stated = "" if incident.stated is None else f", stated {format_span(incident.stated)}"
    return f"{format_span(incident.time)}{mark}{stated}"


def describe_marks(incidents: Sequence[Incident], *, measure: str) -> str:
    """Explain the marks that `incident_time` gives to times; empty where it gives none.

    Parameters
    ----------
    incidents
        The incidents that are listed.
    measure
        The primary metric.

    Examples
    --------
    >>> from datetime import timedelta
    >>> one = Incident("INC-1", "x", None, None, (), "ended", timedelta(hours=2), None, None, False, (), grade="sure")
    >>> describe_marks([one], measure="time_to_restore")
    '* Time to restore inferred from free text.'
    """
    grades = {each.grade for each in incidents if each.state == "ended"}
    name = capitalized(measure.replace("_", " "))
    said = [f"{_INFERRED} {name} inferred from free text."] if "sure" in grades else []
    if "check" in grades:
        said.append(f"{_CHECK.strip()} {'Inferred' if said else f'{name} inferred from free text'}, and may be wrong.")
    return " ".join(said)


def incident_users(incident: Incident) -> str:
    """Write how many users an incident affected; empty where the report does not say.

    Examples
    --------
    >>> one = Incident("INC-1", "x", None, None, (), "ended", None, 64800, None, True, ())
    >>> incident_users(one)
    '~64,800'
    """
    about = "~" if incident.is_approximate else ""
    if incident.users is not None:
        return f"{about}{incident.users:,}"
    return "" if incident.users_fraction is None else f"{about}{format_share(incident.users_fraction)}"


def lost_revenue(incident: Incident) -> str:
    """Write the revenue that an incident lost, by currency; empty where the report does not say.

    Examples
    --------
    >>> one = Incident("INC-1", "x", None, None, (), "ended", None, None, None, False, (("USD", 0.0),))
    >>> lost_revenue(one)
    '0'
    """
    return ", ".join(format_amount(amount, currency if amount else None) for currency, amount in incident.lost)
