"""Incidents that happen again: which ones, while action items were open, and whether less often once they were done."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from incident_analytics.analysis.action_items import day_of
from incident_analytics.analysis.grouping import (
    Numbers,
    assign_periods,
    count_rows,
    group_rows,
    member_ids,
    rows_within,
)
from incident_analytics.analysis.statistics import LEVEL, root, share_interval
from incident_analytics.analysis.themes import alike_pairs
from incident_analytics.checks import require_columns, require_instant
from incident_analytics.periods import Period, Unit
from incident_analytics.phrases import Phrases
from incident_analytics.schema import FLAG, FLOAT, SPAN, TEXT

__all__ = ["ALIKE", "Recurrence", "items_at_repeat", "recurrence_change", "repeat_incidents", "repeat_rate"]

ALIKE: Final = 0.5
"""The similarity from which on two incidents count as the same one again.

In the demo the 11 repeats are alike by 0.8 and more, and of 4,742 other pairs none by more than 0.39. Of 5,546 pairs of
real reports none reaches 0.4, and the one repeat among them, which its title says, has 0.38: what is written anew each
time is not found by its words.
"""

Floats: TypeAlias = npt.NDArray[np.float64]

_TEXTS: Final = ("title", "summary", "what_happened", "why_it_happened")
_ID: Final = re.compile(r"[\w-]+")
_SENTENCE_END: Final = re.compile(r"(?<=[.;!?])\s+|[\r\n]+")
_OTHER: Final = "@other"  # the id of any other incident, while `_IT` is the one that a sentence is read for
_IT: Final = "@@"
_LISTED: Final = re.compile(
    rf"{_OTHER}(?:,? and |, )(?={_IT}(?! (?:had|has|is|was)\b))|(?<={_IT})(?:,? and |, ){_OTHER}"
)
_DENIES: Final = re.compile(
    r"\b(?:another|at first|believed|different|fear(?:ed|s)?|guess(?:ed)?|hypothesis|independent|initially|looked|none|"
    r"not (?:a|an|like|related|the)|nothing|(?:no|not|any) (?:link|relation|connection)|(?:avoid|prevent)(?:ed|s|ing)?|"
    r"ruled? out|seemed|suspicion|theory|thought|unlike|unrelated|whether|wrongly|would(?:n't| not) have)\b",
    re.IGNORECASE,
)
"""Words in a sentence that says of another incident that it is a different one, or only that somebody thought so."""
_FOLLOW_UP: Final = re.compile(
    rf"\b(?:follow-?ups?|action items?|actions?) (?:of|from|after)(?: the)?(?: incident| outage)? {_IT}", re.IGNORECASE
)
_OPEN: Final = re.compile(
    r"\b(?:not (?:been |yet )?(?:done|finished|completed|implemented)|never (?:done|finished|completed|implemented)|"
    r"still open|unfinished|overdue)\b",
    re.IGNORECASE,
)
_TITLE_MARK: Final = re.compile(
    r"\b(?:again|once more|recurrence|repeat(?:ed)?|(?:second|third|fourth) time)[)\]]?$",
    re.IGNORECASE,
)


def repeat_incidents(
    incidents: pd.DataFrame, findings: pd.DataFrame | None = None, *, least: float = ALIKE
) -> pd.DataFrame:
    """Find the incidents that happened before.

    Parameters
    ----------
    incidents
        The incidents table.
    findings
        The findings table, whose contributing factors are read as well.
    least
        The similarity from which on two incidents count as the same one again; see `ALIKE`.

    Returns
    -------
    pandas.DataFrame
        A row for each incident and earlier one that it repeats, in the order in which they occurred:

        - incident_id, earlier_id, str
        - occurred_at, datetime64[us, UTC]; gap, timedelta64[us]: from the earlier one to it
        - found_by, str: ``named`` where a sentence names the earlier one and says so (*The same happened in ...*),
          ``title`` where the title is that of the earlier one with *(again)* or the like, ``alike`` where both are
          described in the same words; the first of these that holds
        - says_open, boolean: True where a sentence says that the earlier one's follow-ups were not finished, else NA

        What only looks like the same title, or names an incident in passing or to deny that it is related, is no
        repeat. By title and words an incident repeats the latest such one. Incidents of no known time are left out.

    Raises
    ------
    ColumnsError
        ``column 'summary' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001", "INC-2025-05-02-001"], "title": ["Disk full", "Index disk full"],
    ...     "occurred_at": ["2025-03-14T09:00Z", "2025-05-02T09:00Z"],
    ...     "summary": [None, "The same happened in INC-2025-03-14-001."],
    ... })
    >>> repeat_incidents(incidents)[["incident_id", "earlier_id", "found_by"]]
              incident_id          earlier_id found_by
    0  INC-2025-05-02-001  INC-2025-03-14-001    named
    """
    require_columns(incidents, "incident_id", "occurred_at", *_TEXTS)
    dated = incidents[incidents["occurred_at"].notna()].sort_values(["occurred_at", "incident_id"], ignore_index=True)
    at = dict(zip(dated["incident_id"], dated["occurred_at"], strict=True))
    found: dict[tuple[str, str], str] = {}
    says_open: set[tuple[str, str]] = set()
    for later, earlier, sentence in _named(dated, findings):
        if at[earlier] < at[later] and not _DENIES.search(sentence):
            is_open = _says_open(sentence)
            if is_open or _says_again().find(sentence):
                found[later, earlier] = "named"
            if is_open:
                says_open.add((later, earlier))
    linked = {later for later, _ in found}
    for later, earlier in _titled(dated):
        if later not in linked:
            found[later, earlier] = "title"
    linked = {later for later, _ in found}
    pairs = alike_pairs(dated, findings, least=least)
    pairs = pairs[~pairs["incident_id"].isin(linked)].drop_duplicates("incident_id", keep="last")
    found |= dict.fromkeys(zip(pairs["incident_id"], pairs["earlier_id"], strict=True), "alike")
    links = sorted(found, key=lambda link: (at[link[0]], link))
    occurred_at = pd.Series([at[later] for later, _ in links], dtype=incidents["occurred_at"].dtype)
    before = pd.Series([at[earlier] for _, earlier in links], dtype=incidents["occurred_at"].dtype)
    return pd.DataFrame(
        {
            "incident_id": pd.Series([later for later, _ in links], dtype=TEXT),
            "earlier_id": pd.Series([earlier for _, earlier in links], dtype=TEXT),
            "occurred_at": occurred_at,
            "gap": (occurred_at - before).astype(SPAN),
            "found_by": pd.Series([found[link] for link in links], dtype=TEXT),
            "says_open": pd.Series([True if link in says_open else None for link in links], dtype=FLAG),
        }
    )


def items_at_repeat(repeats: pd.DataFrame, actions: pd.DataFrame, *, timezone: str = "UTC") -> pd.DataFrame:
    """Say of each repeat whether action items of the earlier incident were still open when it happened.

    Parameters
    ----------
    repeats
        The result of `repeat_incidents`.
    actions
        The actions table, best with a tracker's word from `join_tracker`.
    timezone
        The zone whose midnights the dates are.

    Returns
    -------
    pandas.DataFrame
        The columns of ``repeats``, and

        - n, int64: action items of the earlier incident
        - n_open, int64: those that were open on the day of the repeat
        - n_unknown, int64: those of which that is not known: without a status, done or dropped without a date, or on
          that very day
        - was_open, boolean: whether one was open, by their dates or as the report of the repeat says; NA where neither
          says so and some are unknown, or there are none
        - is_disputed, boolean: whether the report says so and the dates that none was

    Raises
    ------
    ColumnsError
        ``column 'status' is missing; the frame has ...``

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> repeats = pd.DataFrame({
    ...     "incident_id": ["b"], "earlier_id": ["a"], "occurred_at": [pd.Timestamp("2025-05-02T09:00Z")],
    ...     "says_open": pd.Series([None], dtype="boolean"),
    ... })
    >>> actions = make_table("actions", {
    ...     "incident_id": ["a", "a"], "position": [1, 2], "line": [60, 61], "status": ["done", "done"],
    ...     "completed_on": ["2025-04-01", "2025-06-01"],
    ... })
    >>> items_at_repeat(repeats, actions)[["n", "n_open", "n_unknown", "was_open"]]
       n  n_open  n_unknown  was_open
    0  2       1          0      True
    """
    require_columns(repeats, "incident_id", "earlier_id", "occurred_at", "says_open")
    require_columns(actions, "incident_id", "status", "completed_on")
    links = repeats.reset_index(drop=True)
    days = links["occurred_at"].dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    items = pd.DataFrame({"link": links.index, "incident_id": links["earlier_id"], "day": days}).merge(
        actions[["incident_id", "status", "completed_on"]], on="incident_id"
    )
    is_open = (items["status"] == "open") | (items["status"].notna() & (items["completed_on"] > items["day"]))
    is_unknown = items["status"].isna() | (~is_open & ~(items["completed_on"] < items["day"]))
    counted = items.assign(n=1, n_open=is_open, n_unknown=is_unknown).groupby("link")[["n", "n_open", "n_unknown"]]
    counts = counted.sum().reindex(links.index, fill_value=0).astype("int64")
    says_open = links["says_open"].fillna(value=False).astype(bool)
    by_dates = (counts["n_open"] > 0).astype(FLAG)
    by_dates = by_dates.mask((counts["n_open"] == 0) & ((counts["n_unknown"] > 0) | (counts["n"] == 0)))
    return links.assign(
        n=counts["n"],
        n_open=counts["n_open"],
        n_unknown=counts["n_unknown"],
        was_open=by_dates | says_open,
        is_disputed=says_open & ~by_dates.fillna(value=True).astype(bool),
    )


def repeat_rate(
    incidents: pd.DataFrame,
    repeats: pd.DataFrame,
    *,
    every: Unit | None = None,
    within: Period | None = None,
    members: bool = False,
) -> pd.DataFrame:
    """Count the incidents that happened before.

    Parameters
    ----------
    incidents
        The incidents table.
    repeats
        The result of `items_at_repeat`, of these incidents and those before them.
    every
        Group by calendar unit: ``week``, ``month``, ``quarter`` or ``year``.
    within
        The period to look at; None takes all incidents.
    members
        Whether to add the incident_ids.

    Returns
    -------
    pandas.DataFrame
        One row, or one for each unit:

        - period, str, where ``every`` is given
        - n, int64: incidents of known time
        - n_repeats, int64: those that repeat an earlier one
        - share, share_low, share_high, Float64: n_repeats / n, with its interval; NA where n is 0
        - n_while_open, int64: those of n_repeats while an action item of an earlier one was open
        - n_open_unknown, int64: those of which that is not known
        - n_disputed, int64: those of n_while_open whose reports say so while the dates of the items say otherwise
        - incident_ids, tuple of str, where asked for: the repeats

        A repeat whose earlier incident has no report among these is not found.

    Raises
    ------
    ColumnsError
        ``column 'was_open' is missing; the frame has ...``

    References
    ----------
    C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial",
    Biometrika 26 (1934) 404-413, https://doi.org/10.1093/biomet/26.4.404.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["a", "b", "c", "d"], "occurred_at": ["2025-03-14T09:00Z"] * 4,
    ... })
    >>> repeats = pd.DataFrame({"incident_id": ["b"], "was_open": [True], "is_disputed": [False]})
    >>> repeat_rate(incidents, repeats)[["n", "n_repeats", "share", "n_while_open"]]
       n  n_repeats  share  n_while_open
    0  4          1   0.25             1
    """
    require_columns(incidents, "incident_id", "occurred_at")
    require_columns(repeats, "incident_id", "was_open", "is_disputed")
    rows = rows_within(incidents, within)
    rows = rows[rows["occurred_at"].notna()].reset_index(drop=True)
    columns, declared = [], {}
    if every is not None:
        rows["period"], parts = assign_periods(rows["occurred_at"], every, within)
        columns, declared = ["period"], {"period": list(parts)}
    groups, numbers = group_rows(rows, columns, declared)
    is_repeat = rows["incident_id"].isin(repeats["incident_id"])
    was_open = rows["incident_id"].isin(repeats.loc[repeats["was_open"].fillna(value=False), "incident_id"])
    unknown = rows["incident_id"].isin(repeats.loc[repeats["was_open"].isna(), "incident_id"]) & ~was_open
    is_disputed = rows["incident_id"].isin(repeats.loc[repeats["is_disputed"], "incident_id"])
    n, n_repeats = np.bincount(numbers, minlength=len(groups)), count_rows(is_repeat, numbers, groups)
    intervals = [
        share_interval(k, total, 1 - LEVEL) if total else (None, None) for k, total in zip(n_repeats, n, strict=True)
    ]
    table = groups.assign(
        n=n,
        n_repeats=n_repeats,
        share=(pd.Series(n_repeats) / pd.Series(n)).astype(FLOAT),
        share_low=pd.Series([low for low, _ in intervals], dtype=FLOAT),
        share_high=pd.Series([high for _, high in intervals], dtype=FLOAT),
        n_while_open=count_rows(was_open, numbers, groups),
        n_open_unknown=count_rows(unknown, numbers, groups),
        n_disputed=count_rows(is_disputed, numbers, groups),
    )
    if members:
        table["incident_ids"] = member_ids(rows[is_repeat], numbers[is_repeat], groups)
    return table


def recurrence_change(
    incidents: pd.DataFrame, repeats: pd.DataFrame, actions: pd.DataFrame, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Compare how often kinds of incidents recurred before and after the action items of the first one were done.

    Parameters
    ----------
    incidents
        The incidents table.
    repeats
        The result of `repeat_incidents`. Incidents that it links, directly or by others, are of one kind.
    actions
        The actions table, best with a tracker's word from `join_tracker`.
    as_of
        The instant up to which recurrences were seen; days are those of its zone.

    Returns
    -------
    pandas.DataFrame
        One row:

        - n, int64: kinds that are compared: they recurred, and it is known when the last action item of their first
          incident was done or dropped
        - n_open, int64: kinds that recurred and are left out, as such an item is still open
        - n_unknown, int64: kinds that recurred and are left out, as a status or date is not known, or there is no item
        - n_before, n_after, int64: recurrences before that day, and from the day after it on
        - exposure_before, exposure_after, timedelta64[us]: how long the kinds were watched before and after
        - ratio, Float64: how many times as often they recurred after as before, by the conditional maximum likelihood;
          NA where no finite ratio fits best
        - ratio_low, ratio_high, Float64: its 95% interval; NA on a side without bound
        - p_value, Float64: of the exact two-sided test that nothing changed
        - power_half, power_third, Float64: the chance with which that test finds a ratio of 0.5 and of 0.3
        - can_tell, boolean: whether p_value is at most 5%

        Figures are NA where n is 0.

    Raises
    ------
    ColumnsError
        ``as_of 2025-10-01 00:00:00 has no zone; ...``

    Notes
    -----
    Each kind is compared with itself, so that frequent kinds, and items done sooner, do not count for a change. The
    first incident of a kind counts for neither side. Where items are done *because* a kind has just recurred, the time
    before them looks worse than it was. A small power means that the answer is not known, not that nothing changed.

    Simulated, 500 corpora each: of 8, 20 and 60 kinds where nothing changed, 2.2%, 4.0% and 4.0% show a change. At
    ratios of 0.5 and 0.3, with 8 and 20 kinds, the share that does is within 2.3 points of the power stated (standard
    error up to 2.2 points; tests/benchmarks/simulations_repeats.py).

    References
    ----------
    M. Fay, "Two-sided Exact Tests and Matching Confidence Intervals for Discrete Data", The R Journal 2 (2010) 53-58,
    https://doi.org/10.32614/RJ-2010-008; conditional on its number of recurrences each kind's split is binomial.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["a", "b"], "occurred_at": ["2025-03-01T09:00Z", "2025-03-21T09:00Z"],
    ... })
    >>> repeats = pd.DataFrame({"incident_id": ["b"], "earlier_id": ["a"]})
    >>> actions = make_table("actions", {
    ...     "incident_id": ["a"], "position": [1], "line": [60], "status": ["done"], "completed_on": ["2025-04-01"],
    ... })
    >>> change = recurrence_change(incidents, repeats, actions, as_of=pd.Timestamp("2025-06-01", tz="UTC"))
    >>> change[["n", "n_before", "n_after", "p_value", "can_tell"]]
       n  n_before  n_after   p_value  can_tell
    0  1         1        0  0.690314     False
    """
    require_instant("as_of", as_of)
    require_columns(incidents, "incident_id", "occurred_at")
    require_columns(repeats, "incident_id", "earlier_id")
    require_columns(actions, "incident_id", "status", "completed_on")
    at = incidents.set_index("incident_id")["occurred_at"].dropna()
    kinds = [sorted(kind, key=lambda each: (at[each], each)) for kind in _kinds(repeats, set(at.index))]
    items = dict(iter(actions.groupby("incident_id")))
    rows, n_open, n_unknown = [], 0, 0
    today = day_of(as_of)
    for first, *later in kinds:
        own = items.get(first)
        if own is None or own["status"].isna().any() or (own["completed_on"].isna() & (own["status"] != "open")).any():
            n_unknown += 1
        elif (own["status"] == "open").any():
            n_open += 1
        else:
            days = at[[first, *later]].dt.tz_convert(as_of.tz).dt.tz_localize(None)
            turn = max(own["completed_on"].max() + pd.Timedelta(days=1), days.iloc[0])
            after = int((days.iloc[1:] >= turn).sum())
            rows.append((len(later) - after, after, turn - days.iloc[0], max(today - turn, pd.Timedelta(0))))
    table = pd.DataFrame(rows, columns=["before", "after", "exposure_before", "exposure_after"])
    table = table.astype({"before": "int64", "after": "int64", "exposure_before": SPAN, "exposure_after": SPAN})
    test = Recurrence.of(*(table[name].to_numpy().astype(np.float64) for name in table))
    low, high = test.interval
    known = bool(rows)
    figures: dict[str, tuple[Any, str]] = {
        "n": (len(rows), "int64"),
        "n_open": (n_open, "int64"),
        "n_unknown": (n_unknown, "int64"),
        "n_before": (table["before"].sum(), "int64"),
        "n_after": (table["after"].sum(), "int64"),
        "exposure_before": (table["exposure_before"].sum(), SPAN),
        "exposure_after": (table["exposure_after"].sum(), SPAN),
        "ratio": (test.ratio if known else None, FLOAT),
        "ratio_low": (low if known else None, FLOAT),
        "ratio_high": (high if known else None, FLOAT),
        "p_value": (test.p_value if known else None, FLOAT),
        "power_half": (test.power(0.5) if known else None, FLOAT),
        "power_third": (test.power(0.3) if known else None, FLOAT),
        "can_tell": (test.p_value <= LEVEL if known else None, FLAG),
    }
    return pd.DataFrame({name: pd.Series([value], dtype=dtype) for name, (value, dtype) in figures.items()})


@dataclass(frozen=True)
class Recurrence:
    """Recurrences of kinds before and after a turn, conditional on how many each kind has.

    Attributes
    ----------
    totals
        The recurrences of each kind.
    weights
        The watched time after a kind's turn, as a multiple of that before; infinite where there was none before.
    n_after
        The recurrences of all kinds after their turns.
    """

    totals: Numbers
    weights: Floats
    n_after: int

    @classmethod
    def of(cls, before: Floats, after: Floats, exposure_before: Floats, exposure_after: Floats) -> Recurrence:
        """Count the recurrences of each kind, and weigh the time for which it was watched."""
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = exposure_after / exposure_before
        return cls((before + after).astype(np.int64), weights, int(after.sum()))

    def chances(self, ratio: float) -> Floats:
        """Return the chance of each number of recurrences after, where they are so many times as frequent as before."""
        odds = ratio * self.weights
        with np.errstate(invalid="ignore"):
            shares = np.where(np.isinf(odds), 1.0, odds / (1 + odds))
        chances = np.ones(1)
        for ways, share in zip(self._ways, shares, strict=True):
            after = np.arange(ways.size)
            chances = np.convolve(chances, ways * share**after * (1 - share) ** after[::-1])
        return chances

    @cached_property
    def _ways(self) -> list[Floats]:
        """In how many ways the recurrences of each kind can split."""
        from scipy import special

        return [special.binom(total, np.arange(total + 1)) for total in self.totals]

    @cached_property
    def p_values(self) -> Floats:
        """The two-sided p-value of each number of recurrences after that there could be."""
        chances = self.chances(1.0)
        tails = np.minimum(np.cumsum(chances), np.cumsum(chances[::-1])[::-1])
        return np.asarray(np.minimum(2 * tails, 1.0))

    @property
    def p_value(self) -> float:
        """The p-value of what was seen."""
        return float(self.p_values[self.n_after])

    def power(self, ratio: float) -> float:
        """Return the chance that the test finds such a ratio."""
        return float(self.chances(ratio)[self.p_values <= LEVEL].sum())

    @cached_property
    def _bounds(self) -> tuple[int, int]:
        """The least and the greatest number of recurrences after that there could be."""
        possible = np.flatnonzero(self.chances(1.0) > 0)
        return int(possible[0]), int(possible[-1])

    @property
    def ratio(self) -> float | None:
        """The ratio that fits best: what is expected is what was seen."""
        least, most = self._bounds
        if self.n_after == most:
            return None
        if self.n_after == least:
            return 0.0
        return self._solve(lambda chances: float(chances @ np.arange(chances.size)) - self.n_after)

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """The ratios that the test does not reject at 5%; None on a side without bound."""
        least, most = self._bounds
        half = LEVEL / 2
        low = 0.0 if self.n_after == least else self._solve(lambda chances: chances[self.n_after :].sum() - half)
        high = None if self.n_after == most else self._solve(lambda chances: half - chances[: self.n_after + 1].sum())
        return (None if least == most else low), high

    def _solve(self, function: Callable[[Floats], float]) -> float:
        """Return the ratio at which an increasing function of the chances is 0."""
        return float(np.exp(root(lambda log: function(self.chances(np.exp(log))), -30, 30)))


def _named(incidents: pd.DataFrame, findings: pd.DataFrame | None) -> Iterator[tuple[str, str, str]]:
    """Give the sentences that name another incident: whose they are, whom they name, and their words.

    The id of the incident that they name is `_IT` in them, that of any other one `_OTHER`.
    """
    ids = {name.casefold(): name for name in incidents["incident_id"]}
    texts = [incidents[["incident_id", column]].set_axis(["incident_id", "text"], axis="columns") for column in _TEXTS]
    if findings is not None:
        require_columns(findings, "incident_id", "kind", "text")
        factors = findings["kind"] == "contributing_factor"
        texts.append(findings.loc[factors & findings["incident_id"].isin(ids.values()), ["incident_id", "text"]])
    for own, text in pd.concat(texts).dropna().itertuples(index=False):
        for sentence in _SENTENCE_END.split(text):
            names = {ids[word] for word in _ID.findall(sentence.casefold()) if word in ids}
            yield from ((own, name, _about(sentence, name, names)) for name in sorted(names - {own}))


def _about(sentence: str, name: str, names: set[str]) -> str:
    """Return a sentence with signs in place of the ids; what it says of several at once it says of each."""
    known = {other.casefold(): _OTHER for other in names} | {name.casefold(): _IT}
    sentence = _ID.sub(lambda match: known.get(match[0].casefold(), match[0]), sentence)
    while (shorter := _LISTED.sub("", sentence)) != sentence:
        sentence = shorter
    return sentence


@cache
def _says_again() -> Phrases:
    """Return the phrases that say of an incident that it happened again."""
    entries = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return Phrases(entries["phrases"], entries["words"])


def _says_open(sentence: str) -> bool:
    """Whether a part of a sentence says of the follow-ups of an incident that they are not done."""
    parts = re.split(r"[.;]", sentence)
    return any(about and _OPEN.search(part, about.end()) for part in parts for about in [_FOLLOW_UP.search(part)])


def _titled(incidents: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Give the incidents, in the order in which they occurred, whose title is marked as that of an earlier one."""
    latest: dict[str, str] = {}
    for own, title in incidents[["incident_id", "title"]].dropna().itertuples(index=False):
        whole = title.rstrip()
        marked = _TITLE_MARK.search(whole)
        words = " ".join((whole[: marked.start()].rstrip(" \t,:-([") if marked else whole).casefold().split())
        if marked and words in latest:
            yield own, latest[words]
        latest[words] = own


def _kinds(repeats: pd.DataFrame, known: set[Any]) -> list[list[str]]:
    """Return the groups of incidents that are linked with each other, directly or by others."""
    kind_of: dict[str, set[str]] = {}
    for later, earlier in repeats[["incident_id", "earlier_id"]].itertuples(index=False):
        if later in known and earlier in known:
            joined = kind_of.get(later, {later}) | kind_of.get(earlier, {earlier})
            kind_of |= dict.fromkeys(joined, joined)
    return [list(kind) for kind in {id(kind): kind for kind in kind_of.values()}.values()]
