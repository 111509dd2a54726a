"""What an action item without a table says after its own words: ``Add limits (owner: Joe, due 2026-06-20)``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import zip_longest
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.reports.action_states import read_action_date, read_own_state, read_state_alone
from incident_analytics.reports.placeholders import Unreadable
from incident_analytics.reports.tokens import MONTH
from incident_analytics.reports.usual_owners import is_thing, usual_owners
from incident_analytics.reports.zones import is_place

__all__ = ["split_details", "split_list"]

_ROOM: Final = 300
"""Characters at the end of an item that are looked at."""
_MOST_WORDS: Final = 4
"""Words of a value; more of them are a sentence."""
_STAGES: Final = frozenset({"new", "started", "ready", "review", "in review", "backlog", "reopened", "deferred"})
"""Words that are states as well: with another one they are what an action is about."""
_NAME_WORDS: Final = 3
"""Words of a person's or a team's name."""
_DATES: Final = frozenset({"due_on", "created_on", "completed_on"})
_LABEL: Final = compile_late(r"[^\W\d_]:(?:\s|$)")
"""Another label within a value, which no template lists: what is behind it belongs to that."""
_BETWEEN: Final = " \t.,;|–—-•()[]"
"""What may be between an item's words and its details, and between two of these."""
_MENTION: Final = compile_late(
    r"@(?!(?:hourly|daily|midnight|weekly|monthly|yearly|annually|reboot)\b)\w(?:[\w.-]*\w)?"
    r"(?:\s?(?:/|&|\+|and)\s?@\w(?:[\w.-]*\w)?)*",
    re.IGNORECASE,
)
"""People as trackers and chats mention them, and not the times of cron."""
_OWNED_BY: Final = compile_late(r"(?:owner|owned by|assigned to|by)\s+(@.*)", re.IGNORECASE)
_NAME: Final = compile_late(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}")
"""One to three words that may be a person's name, if each begins with a capital letter and has a small one."""
_NAME_BEFORE_DAY: Final = compile_late(rf"(?:[(\[]|\s[–—-]\s)({_NAME.pattern}),\s(?=\d|{MONTH}\b)", re.IGNORECASE)
"""A name and a day behind it, without a word such as "by" between them."""
_NO_NAME: Final = compile_late(r"(?:.*ed|since .*|team .*|low|medium|high|urgent|due|see .*|new)", re.IGNORECASE)
"""Other words in front of a day: a state, a priority, what happened then."""
_DAY: Final = compile_late(rf"(?:\d|{MONTH}\b)", re.IGNORECASE)
"""How a day begins that is one alone: the words before it may say that it is another one than that of the end."""
_BEHIND: Final = compile_late(r"(?<=[)\]])\s{0,3}[-–—:,]\s{0,3}\w[\w ]{0,20}$")
"""What says the state of an item behind its brackets."""
_DUE: Final = compile_late(
    r"(?:due|by|until|bis|fällig|pour|avant|para|hasta|até|voor|tegen|entro|innen|til|senast)\s+(?:on\s+|by\s+|le\s+|el\s+|zum\s+)?(\S.*)",
    re.IGNORECASE,
)


def split_list(
    items: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    since: date | None,
    *,
    people: str = "",
    things: Collection[str] = (),
) -> list[tuple[str, dict[str, str]]]:
    """Return the words and details of each item of a list, as `split_details` does.

    One word in front of a day may be what an item quotes, as in ``(Google, 12 June 2025)``: it is an owner where at
    least two of the items, and half of them, end so. Neither is a place, or a day before the incident.

    Parameters
    ----------
    items, columns
        The items' words; the labels by column.
    since
        The day of the incident, None if unknown.
    people, things
        The words by which the report names people; those of its title and services, which are not people.

    Examples
    --------
    >>> labels = {"owner": ["Owner"], "due_on": ["Due"]}
    >>> split_list(["Move the index (Google, 12 June 2025)", "Write the guide"], labels, None)
    [('Move the index (Google, 12 June 2025)', {}), ('Write the guide', {})]
    """
    found = [split_details(words, columns) for words in items]
    days = [_NAME_BEFORE_DAY.search(words) if ", " in words else None for words in items]
    bare = [match[1].strip() if match else "" for match in days]
    names = [name if details.get("owner") == name else "" for name, (_, details) in zip(bare, found, strict=True)]
    n_named = sum(map(bool, names))
    is_usual = n_named > 1 and 2 * n_named >= len(items)
    own = [
        (words, {})
        if name and not ((is_usual or " " in name) and _may_own(name, details, since))
        else (before, details)
        for words, name, (before, details) in zip(items, names, found, strict=True)
    ]
    if "owner" not in columns:
        return own
    people = " ".join((people, *(details["owner"] for _, details in own if "owner" in details)))
    unowned = [index for index, (_, details) in enumerate(own) if "owner" not in details]
    states = {index: _state_behind(own[index][0]) for index in unowned}
    usual = usual_owners([own[index][0].removesuffix(states[index]) for index in unowned], people, things)
    for index, owned in zip(unowned, usual, strict=True):
        if owned is None:
            continue
        before, owner, day = owned
        if due := _DUE.fullmatch(day):
            day = due[1]
        state = states[index].strip(_BETWEEN)
        details = {"owner": owner, **({"due_on": day} if day else {}), **({"status": state} if state else {})}
        if _may_own(owner, details, since):
            own[index] = (before, own[index][1] | {name: text for name, text in details.items() if name in columns})
    return own


def _state_behind(words: str) -> str:
    """Return what says the state at the end of an item, as it is written."""
    own = read_own_state(words)
    return words[len(own.words) :] if own.status and words.startswith(own.words) else ""


def _may_own(name: str, details: Mapping[str, str], since: date | None) -> bool:
    """Return whether a name in front of a day may be an owner until then: not a place, nor a day of before."""
    if is_place(name):
        return False
    try:
        due = read_action_date(details.get("due_on", ""), since)
    except Unreadable:
        return True  # which is reported where the due date is read
    return since is None or due is None or due >= since


def split_details(words: str, columns: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, str]]:
    """Return an item's words without the labelled details at their end, and these by column.

    Details are pairs of a label and a value up to the end, or in brackets at the end, where a mention such as ``@joe``
    with a day, or behind ``by``, is the owner: alone it may be the name of a package. So is a name in front of a day
    alone in the brackets. Where a part isn't such a pair,
    all of it stays in the words: what is not sure is not taken.

    Parameters
    ----------
    words
        The item's words.
    columns
        The labels by column, as the template has them.

    Examples
    --------
    >>> labels = {"owner": ["Owner"], "due_on": ["Due"]}
    >>> split_details("Add memory limits (owner: Joe, due 2026-06-20)", labels)
    ('Add memory limits', {'owner': 'Joe', 'due_on': '2026-06-20'})
    >>> split_details("Add memory limits - Owner: Joe; Due: 2026-06-20.", labels)
    ('Add memory limits', {'owner': 'Joe', 'due_on': '2026-06-20'})
    >>> split_details("Add memory limits (@joe, by 2026-06-20)", labels)
    ('Add memory limits', {'owner': '@joe', 'due_on': '2026-06-20'})
    >>> split_details("Add memory limits (Joe Doe, until 2026-06-20) - done", labels)
    ('Add memory limits - done', {'owner': 'Joe Doe', 'due_on': '2026-06-20'})
    >>> split_details("Say in the guide who the owner: field is for", labels)
    ('Say in the guide who the owner: field is for', {})
    """
    names = {label.casefold(): column for column, labels in columns.items() if column != "action" for label in labels}
    if not names:
        return words, {}
    if " -- " in words and (between := split_details(words.replace(" -- ", " – "), columns))[1]:
        return between
    text = words.rstrip(" \t.")
    state = match[0] if (match := _BEHIND.search(text, max(len(text) - _ROOM, 0))) else ""
    text = text.removesuffix(state)
    start = max(text.rfind("("), text.rfind("["))
    if text.endswith((")", "]")) and len(text) - _ROOM < start and (found := _in_brackets(text[start + 1 : -1], names)):
        return text[:start].rstrip(_BETWEEN) + state, found
    before, dash, tail = _before_dash(text)
    if dash and before and (found := _name_and_day(tail, names) or _person_and_state(tail, names)):
        return before, found
    if "status" in names.values() and (at_end := _tail(text, dash if dash in text else "") or _tail(text, ", ")):
        return at_end
    found_at_end, own = _at_end(words, names), read_own_state(words)
    if "status" not in names.values() or "status" in found_at_end[1] or own.status is None:
        return found_at_end
    before, found = _at_end(own.words, names) if words.startswith(own.words) else ("", {})
    return (before, found | {"status": words[len(own.words) :].strip(_BETWEEN)}) if found else found_at_end


def _tail(text: str, mark: str) -> tuple[str, dict[str, str]] | None:
    """Read who, until when and the state at the end of an item, between dashes or commas: ``– Ann Lee – 3 May – done``.

    A name alone may be anything: a state or a day is behind it, behind a comma both, and a name of two words.
    """
    if not mark or mark not in text:
        return None
    found: dict[str, str] = {}
    before = text
    while mark in before and "owner" not in found:
        rest, _, part = before.rpartition(mark)
        part = part.strip()
        if "status" not in found and read_state_alone(part.partition(", ")[0] if mark != ", " else part).status:
            found["status"] = part
        elif "due_on" not in found and _DAY.match(part) and _is_value("due_on", part):
            found["due_on"] = part
        elif found and _is_name(part) and (mark != ", " or " " in part):
            found["owner"] = part
        else:
            break
        before = rest
    is_sure = len(found) > (2 if mark == ", " else 1) and "owner" in found
    return (before.rstrip(_BETWEEN), found) if is_sure and before.strip() else None


def _is_name(words: str) -> bool:
    """Return whether words may be a person's name."""
    is_plain = _NAME.fullmatch(words) is not None and _NO_NAME.fullmatch(words) is None
    return is_plain and not words.isupper() and all(word[0].isupper() for word in words.split())


def _before_dash(text: str) -> tuple[str, str, str]:
    """Return the words before the last dash between spaces, that dash, and the words behind it."""
    dash = max((" – ", " — ", " - "), key=text.rfind)
    return text.rpartition(dash)


def _in_brackets(text: str, names: Mapping[str, str]) -> dict[str, str]:
    if named := _name_and_day(text, names) or _name_and_state(text, names):
        return named
    found: dict[str, str] = {}
    is_alone = False
    for part in re.split(r"[,;|]", text):
        label, colon, value = part.partition(":")
        column = names.get(" ".join(label.split()).casefold()) if colon else None
        is_labelled = column is not None
        bare = part.strip()
        if column is None and "owner" in names.values() and (owned := _OWNED_BY.fullmatch(bare)):
            column, value = "owner" if _MENTION.fullmatch(owned[1]) else None, owned[1]
        elif column is None and (due := _DUE.fullmatch(bare)):
            column, value = "due_on", due[1]
        elif column is None and _MENTION.fullmatch(bare) and "owner" in names.values():
            column, value, is_alone = "owner", bare, True
        if column is None or column in found or not _is_value(column, value.strip(), is_labelled=is_labelled):
            return {}
        found[column] = value.strip()
    return {} if is_alone and "due_on" not in found else found


def _name_and_day(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Read a name and until when: ``Joe, 20 June 2026``, ``Joe Doe, by 2026-06-20``."""
    name, comma, day = map(str.strip, text.partition(","))
    if not comma or "owner" not in names.values() or not _NAME.fullmatch(name) or "," in day:
        return {}
    if _NO_NAME.fullmatch(name) or read_own_state(f"- ({text})").status:
        return {}
    day = match[1] if (match := _DUE.fullmatch(day)) else day
    if name.isupper() or not all(word[0].isupper() for word in name.split()):
        return {}
    if not _DAY.match(day) or not _is_value("due_on", day):
        return {}
    return {"owner": name, "due_on": day}


def _name_and_state(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Read a state with a name, a day or both: ``Joe, done``, ``open, Platform team``, ``Joe, 3 May, done``."""
    parts = [part.strip() for part in re.split(r"[,;]", text)]
    states = [part for part in parts if read_state_alone(part).status]
    others = [part for part in parts if part not in states]
    days = [part for part in others if _DAY.match(part) and _is_value("due_on", part)]
    people = [part for part in others if part not in days]
    if "status" not in names.values() or len(states) != 1 or not others or len(people) > 1 or len(days) > 1:
        return {}
    if any(len(name.split()) > _NAME_WORDS or name.casefold() in _STAGES for name in people):
        return {}
    found = (
        {"status": states[0]} | dict(zip(("owner",), people, strict=False)) | dict(zip(("due_on",), days, strict=False))
    )
    return {column: value for column, value in found.items() if column in names.values()}


def _person_and_state(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Read a name and a state behind a dash, where more of the item's own words may be: ``– Joe, done``."""
    found = _name_and_state(text, names)
    owner = found.get("owner", "")
    return found if _is_name(owner) and not is_thing(owner) else {}


def _at_end(words: str, names: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    start = max(len(words) - _ROOM, 0)
    may_have = ":" in words or "due" in words.lower()
    labels = list(_label_pattern(tuple(names)).finditer(words, start)) if may_have else []
    found: dict[str, str] = {}
    for match, following in zip_longest(labels, labels[1:]):
        end = following.start() if following else len(words)
        column, value = names[" ".join(match[1].split()).casefold()], words[match.end() : end].strip(_BETWEEN)
        if column == "due_on" and following is None and "status" in names.values() and "status" not in found:
            day, comma, state = value.rpartition(", ")
            if comma and read_state_alone(state).status:
                value, found["status"] = day, state
        if column in found or not _is_value(column, value, is_labelled=True):
            return words, {}
        found[column] = value
    before = words[: labels[0].start()].rstrip(_BETWEEN) if labels else ""
    return (before, found) if before else (words, {})


@cache
def _label_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches a label with its colon, after the end of other words."""
    labels = "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))
    return re.compile(rf"(?:[.,;|–—(\[]|\s-)\s{{0,3}}\**({labels})\**(?:\s?:\**|(?<=\bdue)\s(?=\d))", re.IGNORECASE)


def _is_value(column: str, value: str, *, is_labelled: bool = False) -> bool:
    """Return whether words may be a value; figures that a label calls a date are one, or reported as unreadable."""
    if not value or len(value.split()) > _MOST_WORDS:
        return False
    if column not in _DATES or (is_labelled and any(map(str.isdigit, value))):
        return _LABEL.search(value) is None
    try:
        return read_action_date(value, None) is not None
    except Unreadable:
        return False
