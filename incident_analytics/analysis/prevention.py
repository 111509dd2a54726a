"""Whether action items prevent, detect or mitigate, and whether they are due in time."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from incident_analytics.analysis.action_items import group_columns, one_row_per_item
from incident_analytics.analysis.actions import action_completion
from incident_analytics.analysis.grouping import count_rows, group_rows
from incident_analytics.checks import require_columns
from incident_analytics.schema import FLAG, FLOAT, SPAN, TEXT

__all__ = ["CLASSES", "action_classes", "class_completion", "due_times", "preventive_items"]

CLASSES: Final = ("prevent", "detect", "mitigate", "process")
"""What an action item is for: to keep an incident from happening, to notice it, to end it or soften it, or how people
work."""

_CLASS: Final = pd.CategoricalDtype(list(CLASSES), ordered=True)


def action_classes(actions: pd.DataFrame, *, fields: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say of each action item what it is for.

    Parameters
    ----------
    actions
        The actions table.
    fields
        The fields table, in which a column Type, Category, Kind or Class of the action items is. None proposes the
        class of every item.

    Returns
    -------
    pandas.DataFrame
        The columns of ``actions``, and

        - class, category: ``prevent``, ``detect``, ``mitigate`` or ``process``; NA where nothing says, where words of
          two classes are there, and where the item only looks into something
        - class_grade, str: ``recorded`` where the column says it, ``proposed`` where the words of the item do; NA where
          class is

    Raises
    ------
    ColumnsError
        ``column 'action' is missing; the frame has ...``

    Notes
    -----
    Only the words before the first *on*, *for*, *with* and the like count: *Add an alert on failed rollbacks* detects.
    Of 308 action items of real reports, labelled by one reader, 79 get the class that the reader gave them, 5 another
    one and 224 none (tests/corpus/action_classes.csv). The words were chosen with these items in view, so that others
    may fare worse: a Type column is better.

    References
    ----------
    B. Beyer and others, "The Site Reliability Workbook", O'Reilly 2018, chapter 10, on types of action items.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 3, "position": [1, 2, 3], "line": [60, 61, 62],
    ...     "action": ["Alert on disk usage", "Look into the disk", "Larger disks"],
    ... })
    >>> fields = make_table("fields", {
    ...     "incident_id": ["INC-2025-03-14-001"], "name": ["Type"], "value": ["Prevention"], "line": [62],
    ... })
    >>> action_classes(actions, fields=fields)[["action", "class", "class_grade"]]
                    action    class class_grade
    0  Alert on disk usage   detect    proposed
    1   Look into the disk      NaN         NaN
    2         Larger disks  prevent    recorded
    """
    require_columns(actions, "incident_id", "action", "line")
    recorded = _recorded(actions, fields)
    proposed = pd.Series(
        [None if pd.isna(text) else _proposed(text) for text in actions["action"]], index=actions.index
    )
    says = recorded.notna()  # two classes in the column say neither, and then the words don't decide
    found = recorded.where(says, proposed)
    classes = found.where(found.isin(CLASSES)).astype(_CLASS)
    grades = pd.Series("proposed", index=actions.index, dtype=TEXT).mask(says, "recorded").where(classes.notna())
    added = pd.DataFrame({"class": classes, "class_grade": grades})
    return pd.concat([actions, added], axis="columns")


def class_completion(
    actions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    incidents: pd.DataFrame | None = None,
    fields: pd.DataFrame | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Count the action items of each class, and how many of them are done.

    Parameters
    ----------
    actions, as_of, incidents, members
        As in `action_completion`.
    fields
        As in `action_classes`.

    Returns
    -------
    pandas.DataFrame
        `action_completion` by ``class``: a row for each of the four, and for NA where it occurs; after n

        - n_proposed, int64: items of n whose class comes from their words alone
        - share, Float64: of all items with a class; NA where the class is, and where no item has one

    Raises
    ------
    UnknownNameError, ColumnsError
        As `action_completion`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 2, "position": [1, 2], "line": [60, 61],
    ...     "action": ["Alert on disk usage", "Disk full test"], "status": ["done", "open"],
    ... })
    >>> completion = class_completion(actions, as_of=pd.Timestamp("2025-04-01", tz="UTC"))
    >>> completion[["class", "n", "n_proposed", "share", "completion"]]
          class  n  n_proposed  share  completion
    0   prevent  0           0    0.0        <NA>
    1    detect  1           1    1.0         1.0
    2  mitigate  0           0    0.0        <NA>
    3   process  0           0    0.0        <NA>
    4       NaN  1           0   <NA>         0.0
    """
    classed = action_classes(actions, fields=fields)
    table = action_completion(classed, as_of=as_of, by="class", incidents=incidents, members=members)
    items = one_row_per_item(classed, as_of, incidents)
    groups, numbers = group_rows(items, ["class"])
    table.insert(2, "n_proposed", count_rows(items["class_grade"] == "proposed", numbers, groups))
    known = table["n"].where(table["class"].notna())
    table.insert(3, "share", (known / known.sum()).astype(FLOAT) if known.sum() else pd.Series(dtype=FLOAT))
    return table


def preventive_items(
    incidents: pd.DataFrame, actions: pd.DataFrame, *, fields: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Say of each incident whether one of its action items prevents its like.

    Parameters
    ----------
    incidents
        The incidents table.
    actions, fields
        As in `action_classes`.

    Returns
    -------
    pandas.DataFrame
        A row for each incident, in their order:

        - incident_id, title, str; severity, category
        - n, int64: its action items
        - n_prevent, int64: those that prevent
        - n_unknown, int64: those without a class
        - n_proposed, int64: those whose class comes from their words alone
        - is_prevented, boolean: whether an item prevents; NA where none is known to and some have no class, and where
          the report lists no item

    Raises
    ------
    ColumnsError
        As `action_classes`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {"incident_id": ["a", "b"], "title": ["Disk", "DNS"]})
    >>> actions = make_table("actions", {
    ...     "incident_id": ["a", "b"], "position": [1, 1], "line": [60, 60],
    ...     "action": ["Alert on disk usage", "Talk to the provider"],
    ... })
    >>> preventive_items(incidents, actions)[["incident_id", "n", "n_unknown", "is_prevented"]]
      incident_id  n  n_unknown  is_prevented
    0           a  1          0         False
    1           b  1          1          <NA>
    """
    require_columns(incidents, "incident_id", "title", "severity")
    items = action_classes(actions, fields=fields)

    def count(mask: pd.Series) -> pd.Series:
        counted = mask.groupby(items["incident_id"]).sum().reindex(incidents["incident_id"], fill_value=0)
        return counted.astype("int64").reset_index(drop=True)

    table = incidents[["incident_id", "title", "severity"]].reset_index(drop=True)
    table = table.assign(
        n=count(pd.Series(data=True, index=items.index)),
        n_prevent=count(items["class"] == "prevent"),
        n_unknown=count(items["class"].isna()),
        n_proposed=count(items["class_grade"] == "proposed"),
    )
    prevents = table["n_prevent"] > 0
    return table.assign(
        is_prevented=prevents.astype(FLAG).mask(~prevents & ((table["n_unknown"] > 0) | (table["n"] == 0)))
    )


def due_times(
    actions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    incidents: pd.DataFrame,
    targets: Mapping[str, timedelta],
    by: str | Sequence[str] = "severity",
) -> pd.DataFrame:
    """Compare how soon action items are due with how soon they should be.

    Parameters
    ----------
    actions, as_of
        As in `action_completion`.
    incidents
        The incidents table: its severities have the targets, its dates count where an item has no day of creation.
    targets
        The longest time from that day to the due date, by severity.
    by
        ``severity``, ``priority``, another column of ``actions``, or several.

    Returns
    -------
    pandas.DataFrame
        A row for each group, as in `action_completion`:

        - the columns of ``by``
        - n, int64: items with a due date, not before that day
        - n_missing, int64: items left out, without a due date or such a day
        - n_negative, int64: items left out, as they are due before that day
        - median, timedelta64[us]: from that day to the due date; NA where n is 0
        - target, timedelta64[us]: of the group's items; NA where they have none, or several
        - n_judged, int64: items of n whose severity has a target
        - n_met, int64: those due within it
        - share_met, Float64: n_met / n_judged; NA where n_judged is 0

        Whether an item is done does not matter: this is about the plan.

    Raises
    ------
    UnknownNameError, ColumnsError
        As `action_completion`.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001"], "severity": ["SEV-1"], "date": ["2025-03-14"],
    ... })
    >>> actions = make_table("actions", {
    ...     "incident_id": ["INC-2025-03-14-001"] * 3, "position": [1, 2, 3], "line": [60, 61, 62],
    ...     "due_on": ["2025-03-21", "2025-05-01", None],
    ... })
    >>> due = due_times(actions, as_of=pd.Timestamp("2025-04-01", tz="UTC"), incidents=incidents,
    ...                 targets={"SEV-1": timedelta(days=14)})
    >>> due.loc[due["severity"] == "SEV-1", ["n", "n_missing", "n_judged", "n_met", "share_met"]]
       n  n_missing  n_judged  n_met  share_met
    2  2          1         2      1        0.5
    """
    items = one_row_per_item(actions, as_of, incidents)
    groups, numbers = group_rows(items, group_columns(actions, by, incidents))
    spans = items["due_on"] - items["begun_on"]
    negative = spans < pd.Timedelta(0)
    used = spans.notna() & ~negative
    target = items["severity"].astype(object).map(dict(targets)).astype(SPAN)
    judged = used & target.notna()
    by_group = target.groupby(numbers)
    one_target = by_group.first().where((by_group.min() == by_group.max()) & (by_group.count() == by_group.size()))

    def count(mask: pd.Series) -> pd.Series:
        return pd.Series(count_rows(mask, numbers, groups))

    n_judged, n_met = count(judged), count(judged & (spans <= target))
    return groups.assign(
        n=count(used),
        n_missing=count(spans.isna()),
        n_negative=count(negative),
        median=spans.where(used).groupby(numbers).median().reindex(groups.index).astype(SPAN),
        target=one_target.reindex(groups.index).astype(SPAN),
        n_judged=n_judged,
        n_met=n_met,
        share_met=(n_met / n_judged).astype(FLOAT),
    )


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words or phrases, each as a whole, perhaps in the plural."""

    def pattern(phrase: str) -> str:
        parts = [re.escape(part.strip()) for part in phrase.removeprefix("^").split("*")]
        return ("^" if phrase.startswith("^") else "") + r"\b.*\b".join(parts)

    return rf"(?<![\w-])(?:{'|'.join(map(pattern, words))})s?(?![\w-])"


@cache
def _patterns(kind: str) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(_any_of(words), re.IGNORECASE) for name, words in _lexicon()[kind].items()}


def _only(kind: str, text: str) -> str | None:
    """Return the one class whose words a text has; ``several`` where it has those of more than one."""
    found = [name for name, pattern in _patterns(kind).items() if pattern.search(text)]
    return found[0] if len(found) == 1 else "several" if found else None


def _proposed(text: str) -> str | None:
    """Return the class that an action item's words give, if any.

    Examples
    --------
    >>> _proposed("Add an alert on failed rollbacks"), _proposed("Do we need an alert?"), _proposed("Remove the alert")
    ('detect', None, None)
    """
    head = _patterns("head")
    text = text.strip()
    if "?" in text or head["undecided"].match(text):
        return None
    words = re.split(r"[:;,(\[]", text, maxsplit=1)[0]
    return _only("proposed", head["ends"].split(words, maxsplit=1)[0])


def _recorded(actions: pd.DataFrame, fields: pd.DataFrame | None) -> pd.Series:
    """Return the class that a column of the report gives each item, NA where none does."""
    nothing = pd.Series(None, index=actions.index, dtype=object)
    if fields is None:
        return nothing
    require_columns(fields, "incident_id", "name", "value", "line")
    columns = [column.casefold() for column in _lexicon()["columns"]]
    cells = fields[fields["name"].str.casefold().isin(columns) & fields["value"].notna()]
    values = cells.groupby(["incident_id", "line"])["value"].agg("\n".join)
    found = {place: _only("recorded", value) for place, value in values.items()}
    places = zip(actions["incident_id"], actions["line"], strict=True)
    return pd.Series([found.get(place) for place in places], index=actions.index, dtype=object)
