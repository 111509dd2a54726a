"""What an action's own words, or its status, say of its state: whether it is done, and since when."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final, NamedTuple

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.choices import NOT_YET
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.times import Moment, find_dates, read_date, split_moment
from incident_analytics.reports.tokens import MONTH, month_named

__all__ = ["OwnState", "read_action_date", "read_own_state", "read_state_alone", "split_state"]

_DONE: Final = (
    r"(?P<done>done|completed?|closed|resolved|fixed|finished|shipped|merged|deployed|implemented|delivered|released"
    r"|erledigt|umgesetzt|abgeschlossen|fertig|hech[oa]|listo|completad[oa]|terminad[oa]|faite?s?|terminée?|réalisée?"
    r"|feit[oa]|concluíd[oa]|finalizad[oa]|klaar|gedaan|afgerond|gereed|fatt[oa]|completat[oa]|klart?|färdigt?|gjort"
    r"|ferdig|fullført|utført|valmis|zrobione|gotowe|selesai)"
)
_OPEN: Final = (
    r"(?P<open>not (?:yet )?(?:done|started)|open|offen|in progress|to ?do|ongoing|blocked|wip|planned|pending|waiting"
    r"|scheduled|outstanding|agreed|approved|proposed|in review|on track|work in progress"
    r"|in arbeit|in bearbeitung|geplant|läuft|ausstehend|pendiente|en curso|en proceso|à faire|en cours|à planifier"
    r"|prévue?|planifiée?|pendente|em andamento|em curso|lopend|loopt|gepland|in behandeling|da fare|in corso"
    r"|pågår|planlagt|planerad|w toku|kesken|proses)"
)
_DROPPED: Final = r"(?P<dropped>cancell?ed|dropped|won't (?:do|fix)|wontfix)"
_TICK: Final = "[✅✔☑✓]\ufe0f?"
_BEFORE: Final = compile_late(
    r"\(?(?:(?:done|completed|closed|erledigt|umgesetzt|abgeschlossen|hech[oa]|faite?|terminée?|feit[oa]|concluíd[oa]|klaar"
    rf"|gedaan|afgerond|fatt[oa])(?![\w-])(?P<when>[^:()–—]{{0,30}}?)|{_OPEN}|{_DROPPED})\)?"
    r"(?::\s|\s[–—-]\s|(?<=\))\s?[:–—-])\s*+(?=\S)",
    re.IGNORECASE,
)
_AFTER: Final = compile_late(
    rf"(?:\s[–—-]{{1,2}}\s?|[:;,.]\s|\s?(?:[(\[]|\{{\{{)|\s(?={_TICK}))(?:{_TICK}\s?)?"
    rf"(?:(?:{_DONE}|{_OPEN}|{_DROPPED})(?![\w-])|(?<=[✅✔☑✓\ufe0f])|(?<=[✅✔☑✓\ufe0f]\s))"
    r"(?P<when>[^(){}\[\]]{0,30}+)(?:[)\]]|\}\})?\.?$",
    re.IGNORECASE,
)
_BEHIND_STATE: Final = re.compile(r":\s|\s[–—-]\s|\)\s?[:–—-]")
_BEFORE_STATE: Final = re.compile(rf"\s[–—-]|[:;,.]\s|[(\[{{]|\s{_TICK}")
"""What is between a state and the words of its action: without it neither of the long patterns fits."""
_STATE: Final = compile_late(
    r"(?P<word>[^\d:(,]{2,20}?)[\s:(,–—-]{1,3}(?:on\s)?"
    r"(?P<when>\d[^()]{0,30}|[A-Z][a-z]{2,8}\.? \d[^()]{0,20})\)?"
)
_END_OF_MONTH: Final = compile_late(
    rf"(?:by\s|before\s)?(?:the\s)?end\s(?:of\s)?(?P<month>{MONTH})(?:,?\s(?P<year>(?:19|2[01])\d\d))?", re.IGNORECASE
)
_TWO_FIGURES: Final = compile_late(r"(\d{1,2})/(\d{1,2})|(\d{1,2})\.(\d{1,2})\.")
"""A day and a month in figures, whichever comes first: ``30/9``, ``30.9.``, but not the version 30.9."""
_IN_BRACKETS: Final = compile_late(
    rf"[(\[](?P<rest>[^()\[\]]{{1,60}}),\s(?:{_DONE}|{_OPEN}|{_DROPPED})(?P<end>[)\]])\.?$", re.IGNORECASE
)
"""A state behind the owner and the day in brackets: ``(Ann, 3 May, done)``."""
_ALONE: Final = compile_late(
    rf"(?:{_TICK}\s?)?(?:{_DONE}|{_OPEN}|{_DROPPED})(?![\w-])(?P<rest>.{{0,40}})", re.IGNORECASE
)
_UNSURE: Final = compile_late(r"\b(?:but|in|after|before|when|once|if|by)\b", re.IGNORECASE)
"""What is behind a state that is part of other words."""
_OWNER: Final = compile_late(r"@\w[\w.-]*|[A-Z][\w'-]*\.?(?:\s[A-Z][\w'-]*\.?){0,2}")
_LONGEST: Final = 60
"""Characters at the end of an action's words in which its state is."""
_MONTHS: Final = 12
_SEASON: Final = timedelta(days=183)
"""How long after its incident a day without a year may be for its year to be sure."""


class OwnState(NamedTuple):
    """A state (None for none), the words without what says it, and the words of the day since when."""

    status: str | None
    words: str
    when: str = ""


def read_own_state(words: str) -> OwnState:
    """Read the state before or behind an action's words, where people write it.

    Examples
    --------
    >>> read_own_state("Renew it by cron - closed 12 Feb")
    OwnState(status='done', words='Renew it by cron', when='12 Feb')
    >>> read_own_state("Cancelled: Renew it by cron").status, read_own_state("Get it done").status
    ('dropped', None)
    >>> read_own_state("Renew it by cron (Ann, 3 May, done)")
    OwnState(status='done', words='Renew it by cron (Ann, 3 May)', when='')
    """
    match = _BEFORE.match(words) if _BEHIND_STATE.search(words) else None
    if match and (when := _date_in(match["when"] or "")) is not None:
        status = "open" if match["open"] else "dropped" if match["dropped"] else "done"
        return OwnState(status, words[match.end() :].strip(), when)
    ends_in_brackets = ")" in words[-3:] or "]" in words[-3:]
    match = _IN_BRACKETS.search(words, max(0, len(words) - 2 * _LONGEST)) if ends_in_brackets else None
    if match and words[: match.start()].strip() and _is_of_action(match["rest"]):
        status = "open" if match["open"] else "dropped" if match["dropped"] else "done"
        return OwnState(status, f"{words[: match.end('rest')]}{match['end']}")
    first = max(0, len(words) - _LONGEST)
    match = _AFTER.search(words, first) if _BEFORE_STATE.search(words, first) else None
    if match and words[: match.start()].strip() and (when := _date_in(match["when"])) is not None:
        status = "open" if match["open"] else "dropped" if match["dropped"] else "done"
        is_aside = (match[0].startswith(",") and words[match.start() - 1] not in ")]") or (
            match["done"] is None and status == "done"
        )
        if not is_aside or when:  # after a comma, or with a tick alone, the day makes it a state
            return OwnState(status, words[: match.start()].strip(), when)
    return OwnState(None, words)


def read_state_alone(words: str) -> OwnState:
    """Read words that are nothing but a state, at most with the day or a short remark behind it.

    Examples
    --------
    >>> read_state_alone("done 8 Sept").status, read_state_alone("fait").status, read_state_alone("done in May").status
    ('done', 'done', None)
    """
    match = None if words.strip()[:1].isdecimal() else _ALONE.fullmatch(words.strip())
    if (
        match is None
        or NOT_YET.search(match["rest"])
        or _UNSURE.search(match["rest"])
        or not (match["done"] or _date_in(match["rest"]) is not None)
    ):
        return OwnState(None, words)
    status = "open" if match["open"] else "dropped" if match["dropped"] else "done"
    return OwnState(status, "", _date_in(match["rest"]) or "")


def split_state(state: str) -> tuple[str, str]:
    """Split a status into its word and the words of a day behind it, which are empty where there are none.

    Examples
    --------
    >>> split_state("done 2025-02-12"), split_state("Closed (12 Feb)"), split_state("In progress")
    (('done', '2025-02-12'), ('Closed', '12 Feb'), ('In progress', ''))
    """
    match = _STATE.fullmatch(state.strip())
    if match and _date_in(match["when"]):
        return match["word"].strip(), match["when"].strip()
    return state, ""


def read_action_date(words: str, after: date | None) -> date | None:
    """Read a day of an action: one without a year is the first after its incident, if that is near.

    The end of a month is its last day; behind an arrow is the day to which another one was moved. Two figures are a
    day and a month only where they can't be a month and a day.

    Raises
    ------
    Unreadable
        As `read_date`.

    Examples
    --------
    >>> read_action_date("12 Feb", date(2025, 1, 20)), read_action_date("2025-02-12", None)
    (datetime.date(2025, 2, 12), datetime.date(2025, 2, 12))
    >>> read_action_date("end of February 2024", None), read_action_date("end of Feb", date(2025, 1, 20))
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28))
    >>> read_action_date("2025-03-20 → 2025-04-01", None)
    datetime.date(2025, 4, 1)
    >>> read_action_date("30/09", date(2025, 7, 20))
    datetime.date(2025, 9, 30)
    """
    words = re.split("→|->", words)[-1]
    if "end" in words.lower() and (match := _END_OF_MONTH.fullmatch(words.strip())):
        month = month_named(match["month"])
        if match["year"]:
            return _last_of(int(match["year"]), month)
        days = [_last_of(year, month) for year in _years(after)]
    else:
        try:
            return read_date(words)
        except Unreadable:
            moment = next(iter(find_dates(words)), None) or _of_two_figures(words)
            if moment.month is None or moment.day is None or moment.year or moment.slip:
                raise
            days = [day for year in _years(after) if (day := _day_of(year, moment.month, moment.day)) is not None]
    near = (day for day in days if after is not None and after <= day <= after + _SEASON)
    return next(near, None) or read_date(words)


def _of_two_figures(words: str) -> Moment:
    """Return the day and month that two figures write, none where either may be the month."""
    match = _TWO_FIGURES.fullmatch(words.strip())
    if match is None:
        return Moment()
    one, other = (int(figure) for figure in match.groups() if figure)
    if (one > _MONTHS) == (other > _MONTHS) and one != other:
        return Moment()
    return Moment(day=max(one, other), month=min(one, other))


def _years(after: date | None) -> list[int]:
    return [] if after is None else [after.year, after.year + 1]


def _day_of(year: int, month: int, day: int) -> date | None:
    """Return a day, None for 29 February in another year."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _is_of_action(words: str) -> bool:
    """Return whether words are of owners and days alone, with a day or a mention that says that they are.

    Capitalised words alone may be anything, as the states in ``(New, Closed)``.
    """
    parts = [part.strip() for part in words.split(",")]
    days = [bool(_date_in(re.sub(r"^(?:due|by|until)\s", "", part, flags=re.IGNORECASE))) for part in parts]
    is_sure = any(days) or any(part.startswith("@") for part in parts)
    return is_sure and all(is_day or _OWNER.fullmatch(part) for part, is_day in zip(parts, days, strict=True))


def _date_in(when: str) -> str | None:
    """Return the words of a day, empty for none; None where words are more than that."""
    words = when.strip(" \t,.:–—-")
    words = re.sub(r"^(?:on|am|le|el|em|op|il|den|dnia)\s", "", words, flags=re.IGNORECASE)
    if not words:
        return ""
    moment, rest = split_moment(words)
    return words if moment and not rest and find_dates(words) else None
