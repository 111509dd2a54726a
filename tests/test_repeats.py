from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pandas as pd
import pytest
from builders import actions_of, at, call
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal
from scipy import stats

from incident_analytics import measures, sentences
from incident_analytics.analysis.repeats import (
    Recurrence,
    items_at_repeat,
    recurrence_change,
    repeat_incidents,
    repeat_rate,
)
from incident_analytics.analysis.themes import alike_pairs
from incident_analytics.errors import ColumnsError
from incident_analytics.periods import Period
from incident_analytics.scope import Scope
from incident_analytics.tables import Corpus, make_table

A, B, C = "INC-2025-03-14-001", "INC-2025-05-02-001", "INC-2025-06-20-001"
NINE = {
    ("INC-2024-10-07-001", "INC-2024-02-16-001"),
    ("INC-2024-10-08-001", "INC-2024-04-11-002"),
    ("INC-2025-01-24-001", "INC-2024-08-13-001"),
    ("INC-2025-01-30-001", "INC-2024-04-22-001"),
    ("INC-2025-05-14-001", "INC-2024-05-18-001"),
    ("INC-2025-05-29-001", "INC-2024-09-19-001"),
    ("INC-2025-07-14-001", "INC-2024-11-27-001"),
    ("INC-2025-08-22-001", "INC-2025-03-25-001"),
    ("INC-2025-10-24-001", "INC-2025-03-30-001"),
}
"""The final reports of the demo that repeat an earlier incident while its follow-ups were not finished."""


REPEATS = """
The same happened in INC-X.
This is a repeat of INC-X.
Same root cause as INC-X.
A repetition of INC-X: the disk filled up again.
This is the second time, after INC-X.
The follow-ups of INC-X were not done.
INC-X happened again.
It is a recurrence of INC-X.
A similar failure happened in INC-X.
An action item of INC-X, a limit for the pool, is still open.
The same bug hit us in INC-X.
We have seen this before in INC-X.
This also happened in INC-X.
This is the same issue as INC-X.
The root cause is the same as in INC-X.
It is a regression of INC-X.
The outage was a repeat of incident INC-X.
This incident repeats INC-X.
The same outage had happened in INC-X.
The same problem that caused INC-X hit the second region.
This was the third outage since INC-X.
INC-X happened once more.
A similar outage occurred in INC-X.
An action item of INC-X was never implemented.
Two actions from INC-X are overdue.
The same bug had already led to INC-X.
This has happened before, in INC-X.
See also above. A repeat of inc-2025-03-14-001, by and large
Follow-ups of INC-X had not been finished
""".strip().split("\n")
"""Sentences that say that an earlier incident, INC-X, happened again."""
NO_REPEATS = """
The fix uses the same approach as in INC-X.
We followed the same rollback procedure as in INC-X.
The same dashboard that was built after INC-X showed the cause.
A similar alert had been added after INC-X and fired within a minute.
The runbook from INC-X worked again.
Regression tests added after INC-X passed.
The regression test of INC-X did not cover this.
Recovery took twice as long as in INC-X.
The on-call engineer from INC-X was paged again.
The team was still busy with INC-X at the same moment.
It began at the same minute as INC-X.
INC-X was open at the same point in time.
This happened in the same week as INC-X.
It happened in the middle of INC-X.
Another incident, INC-X, happened in the same region that day.
The impact was similar in size to INC-X, but the cause was another one.
As in INC-X, communication was good.
As in INC-X, nobody updated the status page.
The status page was again late, as in INC-X.
The action items of INC-X are not done yet, and have nothing to do with this.
The follow-up of INC-X is done; none is overdue.
An action item of INC-X (still open) would not have helped.
Actions from INC-X were not done, but this is unrelated.
To prevent a repeat of INC-X we had frozen deployments.
This is not a repeat of INC-X.
This was no repeat of INC-X.
It wasn't the same failure as INC-X.
The cause isn't the same as in INC-X.
We do not think that this is the same as INC-X.
At first we thought it was INC-X again.
We first suspected the same cause as in INC-X, wrongly.
It looked like a repeat of INC-X at first.
Whether this is the same bug as INC-X is being investigated.
INC-X could happen again.
Users affected by INC-X were hit for the second time.
The repeated retries began during INC-X.
Known from INC-X: the cache takes an hour to warm.
Similar to INC-X, the restart took ten minutes.
The change was rolled out again after INC-X.
The deploy that was stopped by INC-X was repeated.
The same engineer as in INC-X handled it.
The same vendor as in INC-X was involved.
After INC-X we turned the check on again.
A recurring meeting about INC-X was running.
See also INC-X for the same service.
Related: INC-X (same region, other cause).
INC-X had the same severity.
It has the same error budget as in INC-X.
The same incident commander as in INC-X led the call.
This change happened in INC-X's aftermath.
The deployment that happened in INC-X was rolled back.
All that happened in INC-X is described there.
The same symptoms in INC-X had another cause.
Same symptoms as in INC-X, but the cause was a full disk.
To rule out a recurrence of INC-X we checked the disks first.
Fear of a recurrence of INC-X delayed the rollout.
The tests against a recurrence of INC-X passed.
A runbook for a recurrence of INC-X was at hand.
The first guess was a repeat of INC-X.
The outage was shorter than what happened in INC-X.
INC-X came back in the review meeting.
Same as in INC-X: nobody was paged.
The load test from INC-X was repeated.
This is being tracked with INC-X.
Work on INC-X was still unfinished when the alert fired.
The overdue certificate rotation and INC-X kept people busy.
This alert was last seen in INC-X.
The pool was raised again after INC-X.
The two incidents, this one and INC-X, overlapped.
It was resolved in the same way as INC-X.
Traffic was twice that of INC-X.
The fix for INC-X caused this.
A change made for INC-X had the same default.
This is not INC-X again.
It is not clear whether this is INC-X again.
Could this be a repeat of INC-X?
If this is a repeat of INC-X, page the database team.
Maybe the same cause as in INC-X.
We checked for the same bug as in INC-X and found none.
Nobody thought of the same failure as in INC-X.
Unlike INC-X, the same check held.
The same symptom, but unrelated to INC-X.
The team was busy with INC-X.
It began on the same day as INC-X.
The change was a follow-up of INC-X.
The earlier INC-X kept people busy.
The same happened in INC-2025-03-14-0011.
The same happened in INC-2019-01-01-001.
""".strip().split("\n")
"""Sentences that name it, and don't."""


def incidents_of(
    *titles: str, summaries: tuple[str | None, ...] = (), ids: tuple[str, ...] = (A, B, C)
) -> pd.DataFrame:
    n = len(titles)
    return make_table(
        "incidents",
        {
            "incident_id": list(ids[:n]),
            "occurred_at": ["2025-03-14T09:00Z", "2025-05-02T09:00Z", "2025-06-20T09:00Z"][:n],
            "title": list(titles),
            "summary": [*summaries, *[None] * (n - len(summaries))],
        },
    )


def links(incidents: pd.DataFrame, findings: pd.DataFrame | None = None) -> list[tuple[str, str, str]]:
    found = call(repeat_incidents, *([incidents] if findings is None else [incidents, findings]))
    return list(found[["incident_id", "earlier_id", "found_by"]].itertuples(index=False, name=None))


class TestRepeatIncidents:
    @pytest.mark.parametrize("sentence", REPEATS)
    def test_a_sentence_that_says_that_an_earlier_one_happened_again(self, sentence: str) -> None:
        said = sentence.replace("INC-X", A)
        assert links(incidents_of("Disk full", "Index slow", summaries=(None, said))) == [(B, A, "named")]

    @pytest.mark.parametrize("sentence", NO_REPEATS)
    def test_a_sentence_that_names_an_earlier_one_and_does_not_say_so(self, sentence: str) -> None:
        said = sentence.replace("INC-X", A)
        assert links(incidents_of("Disk full", "Index slow", summaries=(None, said))) == []

    @pytest.mark.parametrize(
        ("sentence", "earlier"),
        [
            (f"Same failure as in {A} and {B}.", [A, B]),
            (f"The same happened in {B}, {A} and in the lab.", [A, B]),
            (f"The same happened in {A}, and {B} was still open.", [A]),
            (f"A repeat of {A} while people were busy with {B}.", [A]),
        ],
    )
    def test_what_a_sentence_says_of_several_it_says_of_each(self, sentence: str, earlier: list[str]) -> None:
        table = incidents_of("Disk full", "Index slow", "Queue stuck", summaries=(None, None, sentence))
        assert links(table) == [(C, each, "named") for each in earlier]

    @pytest.mark.parametrize("sentence", ["The same happened in INC-X.", "Unlike INC-X, the same check held."])
    def test_factors_are_read_as_well(self, sentence: str) -> None:
        said = sentence.replace("INC-X", A)
        findings = make_table(
            "findings",
            {"incident_id": [B], "kind": ["contributing_factor"], "position": [1], "text": [said], "line": [1]},
        )
        expected = [(B, A, "named")] if sentence in REPEATS else []
        assert links(incidents_of("Disk full", "Index slow"), findings) == expected

    def test_only_factors_of_incidents_that_are_there_are_looked_at(self) -> None:
        sentence = f"The same happened in {A}."
        rows = {"incident_id": [B, "X"], "kind": ["went_well", "contributing_factor"], "position": [1, 1]}
        findings = make_table("findings", rows | {"text": [sentence] * 2, "line": [1, 2]})
        assert links(incidents_of("Disk full", "Index slow"), findings) == []

    @pytest.mark.parametrize("missing", ["incident_id", "occurred_at", "title", "summary"])
    def test_a_column_that_is_not_there_is_named(self, missing: str) -> None:
        with pytest.raises(ColumnsError, match=missing):
            repeat_incidents(incidents_of("Disk full").drop(columns=missing))

    def test_a_later_one_is_not_repeated(self) -> None:
        assert links(incidents_of("Disk full", "Index slow", summaries=(f"The same happened in {B}.",))) == []

    @pytest.mark.parametrize(
        "title", ["Disk full (again)", "disk  full again", "Disk full, second time", "Disk full - recurrence"]
    )
    def test_a_title_with_a_mark_repeats_the_latest_of_that_title(self, title: str) -> None:
        assert links(incidents_of("Disk full", "Disk full (again)", title)) == [(B, A, "title"), (C, B, "title")]

    @pytest.mark.parametrize("title", ["Index slow again", "Against", "Disk filled (again)"])
    def test_other_titles_repeat_nothing(self, title: str) -> None:
        assert links(incidents_of("Disk full", title)) == []

    def test_one_described_in_the_same_words(self) -> None:
        words = "The certificate of the load balancer expired on a holiday and handshakes failed in every region."
        table = incidents_of(
            "Certificate", "Search index slow", "TLS errors", summaries=(words, "Slow queries.", words)
        )
        assert links(table) == [(C, A, "alike")]

    def test_short_descriptions_are_alike_by_chance(self) -> None:
        assert links(incidents_of("API down", "API down")) == []

    def test_of_unknown_time_or_none_at_all(self) -> None:
        table = incidents_of("Disk full", "Disk full (again)")
        assert links(table.assign(occurred_at=pd.Series([pd.NaT] * 2, dtype=table["occurred_at"].dtype))) == []
        found = call(repeat_incidents, table[:0])
        assert found.dtypes.astype(str).to_dict() == {
            "incident_id": "str",
            "earlier_id": "str",
            "occurred_at": "datetime64[us, UTC]",
            "gap": "timedelta64[us]",
            "found_by": "str",
            "says_open": "boolean",
        }

    def test_by_their_words_alone_the_demo_s_repeats_are_found_and_nothing_else(self, demo_corpus: Corpus) -> None:
        """The cut lies far from either side, so that a few words more or less decide nothing."""
        everything = repeat_incidents(demo_corpus.incidents, demo_corpus.findings)
        named = set(everything[["earlier_id", "incident_id"]].itertuples(index=False, name=None))
        for least in (0.45, 0.75):
            pairs = alike_pairs(demo_corpus.incidents, demo_corpus.findings, least=least)
            assert set(pairs[["earlier_id", "incident_id"]].itertuples(index=False, name=None)) == named
        assert len(named) == 11


class TestItemsAtRepeat:
    def test_the_whole(self) -> None:
        repeats = pd.DataFrame(
            {
                "incident_id": [B, C, C, C],
                "earlier_id": ["a", "b", "c", "d"],
                "occurred_at": [at("2025-05-02T09:00")] * 4,
                "says_open": pd.array([None, None, True, True], dtype="boolean"),
            }
        )
        items = actions_of(
            {"incident_id": "a", "status": "open"},
            {"incident_id": "a", "status": "done", "completed_on": "2025-05-03"},
            {"incident_id": "a", "status": "done", "completed_on": "2025-05-02"},  # that very day
            {"incident_id": "a", "status": "done", "completed_on": "2025-05-01"},
            {"incident_id": "a", "status": "dropped"},
            {"incident_id": "a"},
            {"incident_id": "b", "status": "done"},
            {"incident_id": "c", "status": "done", "completed_on": "2025-05-01"},
        )
        found = call(items_at_repeat, repeats, items)
        assert found["n"].tolist() == [6, 1, 1, 0]
        assert found["n_open"].tolist() == [2, 0, 0, 0]
        assert found["n_unknown"].tolist() == [3, 1, 0, 0]
        assert found["was_open"].tolist() == [True, pd.NA, True, True]
        assert found["is_disputed"].tolist() == [False, False, True, False]

    def test_of_the_demo_s_final_reports_exactly_these_nine(self, demo_corpus: Corpus, demo_scope: Scope) -> None:
        found = measures.repeats(Scope.of(demo_corpus, None, demo_scope.settings))
        while_open = found[found["was_open"].fillna(value=False)]
        assert set(while_open[["incident_id", "earlier_id"]].itertuples(index=False, name=None)) == NINE
        assert len(found) == 9

    def test_what_comes_later_than_the_review_is_in_none(self, demo_scope: Scope) -> None:
        assert set(measures.repeats(demo_scope)["incident_id"]) == {own for own, _ in NINE if own < "INC-2025-10"}


class TestRepeatRate:
    REPEATS = pd.DataFrame(
        {
            "incident_id": [B, C],
            "was_open": pd.array([True, None], dtype="boolean"),
            "is_disputed": [True, False],
        }
    )

    def test_by_quarter_with_its_interval(self) -> None:
        within = Period.parse("2025H1")
        table = call(
            repeat_rate, incidents_of("a", "b", "c"), self.REPEATS, every="quarter", within=within, members=True
        )
        assert table["period"].tolist() == ["2025Q1", "2025Q2"]
        assert table[["n", "n_repeats", "n_while_open", "n_open_unknown", "n_disputed"]].to_numpy().tolist() == [
            [1, 0, 0, 0, 0],
            [2, 2, 1, 1, 1],
        ]
        assert table["share_low"].round(3).tolist() == [0, 0.158]
        assert table["share_high"].round(3).tolist() == [0.975, 1]
        assert table["incident_ids"].tolist() == [(), (B, C)]

    def test_the_index_of_the_incidents_changes_nothing(self) -> None:
        incidents = incidents_of("a", "b", "c")
        by_id = incidents.set_index("incident_id", drop=False)
        assert_frame_equal(call(repeat_rate, by_id, self.REPEATS), call(repeat_rate, incidents, self.REPEATS))

    def test_without_incidents_no_share_is_known_and_nothing_is_said(self) -> None:
        table = call(repeat_rate, incidents_of("a")[:0], self.REPEATS)
        assert table["n"].tolist() == [0]
        assert table[["share", "share_low", "share_high"]].isna().all(axis=None)
        assert sentences.describe_repeats(table, label="Q3 2025") == ""


YEARS = st.integers(0, 50).map(lambda tenths: tenths / 10)
KIND = st.tuples(st.integers(0, 3), st.integers(0, 3), YEARS.map(lambda years: years + 0.1), YEARS)


class TestRecurrence:
    @given(st.lists(KIND, min_size=1, max_size=4), st.sampled_from([1.0, 0.5, 0.3]))
    @examples(15)
    def test_chances_are_those_of_every_split(self, kinds: list[tuple[int, int, float, float]], ratio: float) -> None:
        """Enumerated one by one; and where nothing changed a change is found in at most 5%."""
        columns = [np.array(column, dtype=float) for column in zip(*kinds, strict=True)]
        test = Recurrence.of(*columns)
        totals = [before + after for before, after, *_ in kinds]
        expected = np.zeros(sum(totals) + 1)
        shares = [ratio * after / (ratio * after + before) for *_, before, after in kinds]
        for split in product(*(range(total + 1) for total in totals)):
            terms = zip(split, totals, shares, strict=True)
            expected[sum(split)] += prod(stats.binom.pmf(k, n, share) for k, n, share in terms)
        assert test.chances(ratio) == pytest.approx(expected, abs=1e-9)
        assert test.power(1.0) <= 0.05 + 1e-9
        assert test.power(ratio) == pytest.approx(expected[test.p_values <= 0.05].sum(), abs=1e-9)

    @pytest.mark.parametrize(("before", "after"), [(9, 1), (4, 4), (0, 5), (5, 0)])
    def test_of_one_kind_the_interval_is_that_of_a_binomial_share(self, before: int, after: int) -> None:
        test = Recurrence.of(*(np.array([float(each)]) for each in (before, after, 2, 1)))
        share = stats.binomtest(after, before + after).proportion_ci(0.95)
        odds = [None if edge == 1 else 2 * edge / (1 - edge) for edge in (share.low, share.high)]
        assert [None if edge is None else pytest.approx(edge, rel=1e-6) for edge in odds] == list(test.interval)
        assert test.ratio == (None if before == 0 else pytest.approx(2 * after / before))

    def test_a_kind_that_was_watched_on_one_side_only_recurs_on_that_side(self) -> None:
        """Three of four were only ever watched after, so at least three come after, and the fourth may as well."""
        columns = [np.array(column, dtype=float) for column in zip((0, 3, 0, 10), (1, 0, 10, 10), strict=True)]
        least = Recurrence.of(*columns)
        assert least.chances(1.0) == pytest.approx([0, 0, 0, 0.5, 0.5])
        assert (least.ratio, least.interval[0]) == (0.0, 0.0)
        only = Recurrence.of(*(np.array([float(each)]) for each in (0, 3, 0, 10)))
        assert (only.ratio, only.interval) == (None, (None, None))


class TestRecurrenceChange:
    def frames(self, *done: str | None, status: str | None = "done") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """A kind that recurs ten times in April, with action items that are done on these days."""
        ids = [f"a{number}" for number in range(11)]
        days = ["2025-03-31T09:00Z", *(f"2025-04-{day:02}T09:00Z" for day in range(1, 11))]
        repeats = pd.DataFrame({"incident_id": ids[1:], "earlier_id": ids[:-1]}, dtype="str")
        items = actions_of(*({"incident_id": "a0", "status": status, "completed_on": day} for day in done))
        return make_table("incidents", {"incident_id": ids, "occurred_at": days}), repeats, items

    def test_a_kind_that_stopped(self) -> None:
        change = call(recurrence_change, *self.frames("2025-04-02", "2025-04-12"), as_of=at("2025-12-31"))
        (row,) = change.to_dict("records")
        assert (row["n"], row["n_before"], row["n_after"], row["ratio"], row["ratio_low"]) == (1, 10, 0, 0, 0)
        assert row["p_value"] < 1e-6
        assert sentences.describe_recurrence(change).startswith(
            "Incidents recur less often once their follow-ups are done: 1 kind of incident recurred 10 times "
            "before its action items were done and never later"
        )

    def test_a_recurrence_on_the_last_day_came_before(self) -> None:
        (row,) = recurrence_change(*self.frames("2025-04-04"), as_of=at("2025-04-20")).to_dict("records")
        assert (row["n_before"], row["n_after"]) == (4, 6)
        assert (row["exposure_before"], row["exposure_after"]) == (
            pd.Timedelta(days=4, hours=15),
            pd.Timedelta(days=15),
        )

    @pytest.mark.parametrize(
        ("again", "done", "as_of", "counts", "watched"),
        [
            ("2025-04-04T23:59Z", "2025-04-04", "2025-04-06", (1, 0), ("4D", "1D")),
            ("2025-04-05T00:00Z", "2025-04-04", "2025-04-06", (0, 1), ("4D", "1D")),
            ("2025-04-04T23:59Z", "2025-04-04", "2025-04-05", (1, 0), ("4D", "0D")),
            ("2025-04-04T23:59Z", "2025-04-04", "2025-04-04", (1, 0), ("4D", "0D")),  # its last day is not over
            ("2025-04-04T23:59Z", "2025-03-01", "2025-04-06", (0, 1), ("0D", "5D")),  # done before it first happened
        ],
    )
    def test_recurrences_are_after_from_the_day_behind_the_one_on_which_all_was_done(
        self, again: str, done: str, as_of: str, counts: tuple[int, int], watched: tuple[str, str]
    ) -> None:
        incidents = make_table("incidents", {"incident_id": ["a", "b"], "occurred_at": ["2025-04-01T00:00Z", again]})
        repeats = pd.DataFrame({"incident_id": ["b"], "earlier_id": ["a"]})
        items = actions_of({"incident_id": "a", "status": "done", "completed_on": done})
        (row,) = recurrence_change(incidents, repeats, items, as_of=at(as_of)).to_dict("records")
        assert (row["n_before"], row["n_after"]) == counts
        assert (row["exposure_before"], row["exposure_after"]) == tuple(map(pd.Timedelta, watched))

    @pytest.mark.parametrize(
        ("done", "status", "column"),
        [
            ((None,), "open", "n_open"),
            ((None,), "done", "n_unknown"),
            ((None,), None, "n_unknown"),
            ((), None, "n_unknown"),
        ],
    )
    def test_what_is_open_or_unknown_is_counted_and_nothing_is_claimed(
        self, done: tuple[str | None, ...], status: str | None, column: str
    ) -> None:
        change = call(recurrence_change, *self.frames(*done, status=status), as_of=at("2025-12-31"))
        assert change.loc[0, ["n", "n_open", "n_unknown"]].sum() == change.loc[0, column] == 1
        assert change[["ratio", "ratio_low", "ratio_high", "p_value", "power_half", "can_tell"]].isna().all(axis=None)
        assert sentences.describe_recurrence(change).startswith(
            "Too early to say whether follow-ups work: nothing recurred whose action items are known to be done. Not "
            "compared: 1 kind w"
        )

    def test_of_the_demo_it_can_not_be_said(self, demo_scope: Scope) -> None:
        change = measures.recurrence(demo_scope)
        assert sentences.describe_recurrence(change) == (
            "Too early to say whether follow-ups work: 4 kinds of incidents recurred 4 times, always after their "
            "action items were done. Added up, they were watched for 304 days before and 1,337 days after. "
            "With this little data, the chance of noticing even a halving is 1%. "
            "Not compared: 1 kind with open items and 3 whose completion isn't recorded."
        )

    def test_an_instant_needs_its_zone(self) -> None:
        with pytest.raises(ColumnsError, match="has no zone"):
            recurrence_change(*self.frames(), as_of=pd.Timestamp("2025-10-01"))
