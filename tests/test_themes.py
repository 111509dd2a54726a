from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import UTC, call, ratios, texts
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pandas.testing import assert_frame_equal, assert_series_equal

from incident_analytics.analysis.themes import alike_pairs, distinct_factors, recurring_factors, similar_incidents
from incident_analytics.errors import ColumnsError, UnknownNameError
from incident_analytics.tables import Corpus, make_table

FACTOR, IMPROVE = "contributing_factor", "could_improve"


def findings_of(*rows: tuple[str, str | None] | tuple[str, str | None, str]) -> pd.DataFrame:
    """Rows of incident and text, with the kind where it is not a contributing factor."""
    return make_table(
        "findings",
        {
            "incident_id": [row[0] for row in rows],
            "kind": [row[2] if len(row) > 2 else FACTOR for row in rows],
            "position": list(range(len(rows))),
            "text": [row[1] for row in rows],
            "line": list(range(57, 57 + len(rows))),
        },
    )


def incidents_of(**facts: dict[str, Any]) -> pd.DataFrame:
    columns = ("occurred_at", "title", "summary", "what_happened", "why_it_happened")
    return make_table(
        "incidents",
        {"incident_id": list(facts), **{name: [fact.get(name) for fact in facts.values()] for name in columns}},
    )


def phrases(*rows: tuple[str, int, str, tuple[str, ...]]) -> pd.DataFrame:
    phrase, n, example, members = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame(
        {
            "phrase": texts(*phrase),
            "n": pd.Series(list(n), dtype="int64"),
            "example": texts(*example),
            "incident_ids": pd.Series(list(members), dtype=object),
        }
    )


class TestRecurringFactors:
    def test_the_longest_phrase_wins_unless_a_shorter_one_occurs_elsewhere(self) -> None:
        """'the', 'of' and 'there' tell nothing; 'no' does. 'alert queue' is always part of 'no alert queue'."""
        findings = findings_of(
            ("a", "No alert on the queue of the worker"),
            ("b", "There was no alert on the queue."),
            ("c", "NO ALERT: disk usage", IMPROVE),
            ("c", "The disk's no alert"),
            ("d", "Disk usage was not looked at, as an alert"),
            ("d", "No alert on the queue", "went_well"),
        )
        expected = phrases(
            ("no alert", 3, "NO ALERT", ("a", "b", "c")),
            ("disk usage", 2, "disk usage", ("c", "d")),
            ("no alert queue", 2, "There was no alert on the queue.", ("a", "b")),
        )
        expected = expected.iloc[[0, 2, 1]].reset_index(drop=True)
        assert_frame_equal(call(recurring_factors, findings), expected)
        assert_frame_equal(call(recurring_factors, findings[::-1]), expected)
        assert_frame_equal(call(recurring_factors, findings, min_incidents=3), expected[:1])

    def test_a_phrase_that_one_incident_says_twice_does_not_recur(self) -> None:
        findings = findings_of(("a", "No canary stage"), ("a", "No canary stage"), ("b", "Canary was red"))
        assert_frame_equal(call(recurring_factors, findings), phrases())

    def test_a_phrase_does_not_reach_over_the_end_of_a_sentence(self) -> None:
        """Nor over a line's end; a hyphen and an apostrophe belong to the word, in either shape."""
        findings = findings_of(
            ("a", "Nobody on-call. Vendor's console\nclosed early"),
            ("b", "Nobody on-call! Vendor’s console; closed early"),
        )
        expected = phrases(
            ("closed early", 2, "closed early", ("a", "b")),
            ("nobody on-call", 2, "Nobody on-call", ("a", "b")),
            ("vendor's console", 2, "Vendor's console", ("a", "b")),
        )
        assert_frame_equal(call(recurring_factors, findings), expected)

    def test_single_words_recur_where_they_are_asked_for(self) -> None:
        findings = findings_of(("a", "No canary for it"), ("b", "A canary without a stage"), ("c", "x 12 %"))
        expected = phrases(("canary", 2, "No canary for it", ("a", "b")))
        assert_frame_equal(call(recurring_factors, findings, min_words=1), expected)
        assert call(recurring_factors, findings).empty

    def test_causes_are_read_and_other_incidents_left_out_where_the_incidents_are_given(self) -> None:
        findings = findings_of(("a", "No timeout on calls"), ("b", "No timeout on calls"), ("x", "No timeout on calls"))
        incidents = incidents_of(
            a={}, b={}, c={"why_it_happened": "The client had no timeout on its calls. It waited."}
        )
        result = call(recurring_factors, findings, incidents=incidents)
        assert_frame_equal(result, phrases(("no timeout calls", 3, "No timeout on calls", ("a", "b", "c"))))

    def test_a_sentence_longer_than_the_longest_phrase_is_found_in_pieces(self) -> None:
        long = " ".join(f"{letter}{letter}" for letter in "bcdefghijklmn")
        result = call(recurring_factors, findings_of(("a", long), ("b", long)))
        assert result["phrase"].tolist() == [long.rpartition(" ")[0], long.partition(" ")[2]]

    @pytest.mark.parametrize(
        "findings",
        [make_table("findings"), findings_of(("a", None)), findings_of(("a", "of the")), findings_of(("a", "x 7"))],
    )
    def test_nothing_to_read_gives_no_row(self, findings: pd.DataFrame) -> None:
        for incidents in (None, make_table("incidents")):
            assert_frame_equal(call(recurring_factors, findings, incidents=incidents), phrases())

    def test_a_wrong_argument_is_named(self) -> None:
        with pytest.raises(
            UnknownNameError, match=r"^kind 'cause' is not one of contributing_factor, went_well, could"
        ):
            recurring_factors(make_table("findings"), kinds=["cause"])
        with pytest.raises(ColumnsError, match=r"^column 'text' is missing; the frame has incident_id, kind, position"):
            recurring_factors(make_table("findings").drop(columns="text"))
        with pytest.raises(ColumnsError, match=r"^column 'why_it_happened' is missing; the frame has incident_id$"):
            recurring_factors(make_table("findings"), incidents=pd.DataFrame({"incident_id": ["a"]}))


WORDS = st.lists(st.sampled_from(["no", "alert", "queue", "disk", "the", "owner"]), max_size=5).map(" ".join)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), WORDS), max_size=8), st.integers(1, 3))
@examples(20)
def test_a_phrase_occurs_in_just_its_incidents_and_no_longer_one_occurs_in_the_same(
    rows: list[tuple[str, str]], min_incidents: int
) -> None:
    findings = findings_of(*rows)
    result = call(recurring_factors, findings, min_incidents=min_incidents)
    texts_given = {(key, f" {' '.join(word for word in text.split() if word != 'the')} ") for key, text in rows}
    for phrase, n, members in zip(result["phrase"], result["n"], result["incident_ids"], strict=True):
        assert set(members) == {key for key, text in texts_given if f" {phrase} " in text}
        assert n == len(members) >= min_incidents
    for phrase, members in zip(result["phrase"], result["incident_ids"], strict=True):
        longer = result[[f" {phrase} " in f" {other} " and other != phrase for other in result["phrase"]]]
        assert members not in longer["incident_ids"].tolist()
    assert_frame_equal(recurring_factors(findings[::-1], min_incidents=min_incidents), result)


MARCH, MAY, JUNE = "2025-03-14T09:00Z", "2025-05-02T09:00Z", "2025-06-20T09:00Z"


class TestSimilarIncidents:
    def test_the_most_similar_is_first_with_the_words_that_tie_them(self) -> None:
        """By hand: 'certificate' is in 3 of 4 documents, 'expired' and 'api' in 2, the rest in 1.

        With idf = ln((1 + 4) / (1 + df)) + 0.1: 0.3231, 0.6108 twice and 1.0163. 'b' is (certificate, expired, player),
        'a' (certificate, expired, api), 'c' (certificate, api), 'd' shares no word.
        """
        incidents = incidents_of(
            d={"occurred_at": MARCH, "title": "Disk full"},
            c={"occurred_at": MAY, "title": "API", "summary": "The certificate"},
            b={"occurred_at": JUNE, "title": "Certificate of the player expired"},
            a={"occurred_at": MARCH, "title": "Certificate of the API expired"},
        )
        common, some, rare = 0.3231435513142098, 0.6108256237659907, 1.016290731874155
        b = (common**2 + some**2 + rare**2) ** 0.5
        with_a = (common**2 + some**2) / (b * (common**2 + 2 * some**2) ** 0.5)
        with_c = common**2 / (b * (common**2 + some**2) ** 0.5)
        expected = pd.DataFrame(
            {
                "incident_id": texts("a", "c"),
                "occurred_at": pd.Series([MARCH, MAY], dtype=UTC),
                "title": texts("Certificate of the API expired", "API"),
                "similarity": ratios(with_a, with_c),
                "words": [("expired", "certificate"), ("certificate",)],
            }
        )
        assert_frame_equal(call(similar_incidents, incidents, incident_id="b"), expected)
        assert_frame_equal(call(similar_incidents, incidents[::-1], incident_id="b"), expected)
        assert_frame_equal(call(similar_incidents, incidents, incident_id="b", n=1), expected[:1])

    def test_five_are_given_unless_asked_for_another_number_and_five_words_of_each(self) -> None:
        words = "Certificate expired during renewal because nobody watched automation"
        earlier = {name: {"occurred_at": MARCH, "title": words} for name in "abcdefg"}
        incidents = incidents_of(**earlier, z={"occurred_at": MAY, "title": words})
        found = call(similar_incidents, incidents, incident_id="z")
        assert found["incident_id"].tolist() == list("abcde")
        assert found["words"].map(len).tolist() == [5] * 5
        assert found["similarity"].tolist() == [1.0] * 5
        assert len(similar_incidents(incidents, incident_id="z", n=6)) == 6

    def test_a_word_that_denies_ties_none_and_a_rare_one_counts_before_common_ones(self) -> None:
        common = {"occurred_at": MARCH, "summary": "Customers called, customers waited"}
        incidents = incidents_of(
            a={"occurred_at": MARCH, "title": "Labels without umlauts"},
            b={"occurred_at": MARCH, "title": "Payments fail"},
            **{name: {"title": "Other", **common} for name in "cdefg"},
            z={"occurred_at": MAY, "title": "Payments charged without limit", "summary": "Customers called, not us"},
        )
        found = call(similar_incidents, incidents, incident_id="z")
        assert found["incident_id"].tolist() == ["b", "c", "d", "e", "f"]
        assert found["words"].iloc[0] == ("payments",)

    def test_a_word_that_is_repeated_counts_by_the_logarithm(self) -> None:
        """Both words are in both documents, so that they are of one rarity: (1, 1) with (1 + ln 3, 1)."""
        incidents = incidents_of(
            a={"occurred_at": MARCH, "title": "Certificate expired"},
            b={"occurred_at": MAY, "title": "Certificate, certificate, certificate expired"},
        )
        (row,) = call(similar_incidents, incidents, incident_id="b").to_dict("records")
        thrice = 1 + np.log(3)
        assert row["similarity"] == pytest.approx((thrice + 1) / np.sqrt(2 * (thrice**2 + 1)))

    def test_a_secret_is_no_word_that_ties_incidents(self) -> None:
        text = "Restarted with postgres://quux:plugh@db and password: xyzzy9"
        incidents = incidents_of(
            a={"occurred_at": MARCH, "title": text, "why_it_happened": text},
            b={"occurred_at": MAY, "title": text, "why_it_happened": text},
        )
        ties = [*call(similar_incidents, incidents, incident_id="b")["words"].explode()]
        findings = make_table("findings")
        factors = call(recurring_factors, findings, incidents=incidents)
        shown = " ".join([*ties, *factors["phrase"], *factors["example"]])
        assert "restart" in shown.lower()
        assert not any(word in shown for word in ("quux", "plugh", "xyzzy"))

    def test_only_incidents_before_this_one_count_unless_all_are_asked_for(self) -> None:
        """And what came later changes nothing; one of no known time cannot be shown to be earlier."""
        facts = {
            "a": {"occurred_at": MARCH, "title": "Disk of the index full"},
            "b": {"occurred_at": MAY, "title": "Disk of the log host full"},
        }
        later = {
            "c": {"occurred_at": MAY, "title": "Disk full again"},
            "d": {"occurred_at": JUNE, "title": "Disk, disk, disk"},
            "e": {"title": "Disk full"},
        }
        early = call(similar_incidents, incidents_of(**facts), incident_id="b")
        assert early["incident_id"].tolist() == ["a"]
        everything = incidents_of(**facts, **later)
        assert_frame_equal(call(similar_incidents, everything, incident_id="b"), early)
        both = call(similar_incidents, everything, incident_id="b", only_before=False)
        assert sorted(both["incident_id"]) == ["a", "c", "d", "e"]
        assert call(similar_incidents, everything, incident_id="e").empty

    def test_findings_add_their_words_by_kind(self) -> None:
        incidents = incidents_of(
            a={"occurred_at": MARCH, "title": "Exports fail"}, b={"occurred_at": MAY, "title": "Feeds fail"}
        )
        findings = findings_of(
            ("a", "pool exhausted", "error_message"),
            ("b", "Pool exhausted", "error_message"),
            ("a", "Calm voices", "went_well"),
            ("b", "Calm voices", "went_well"),
            ("z", "pool", "error_message"),
        )
        alone = call(similar_incidents, incidents, incident_id="b")
        assert alone["words"].tolist() == [("fail",)]
        more = call(similar_incidents, incidents, findings, incident_id="b")
        assert more["words"].tolist() == [("exhausted", "fail", "pool")]
        assert more["similarity"].iloc[0] > alone["similarity"].iloc[0]
        calm = call(similar_incidents, incidents, findings, incident_id="b", kinds=["went_well"])
        assert calm["words"].tolist() == [("calm", "fail", "voices")]

    def test_the_same_words_are_wholly_similar_and_at_most_five_are_reported(self) -> None:
        title = "Alpha bravo charlie delta echo foxtrot golf"
        incidents = incidents_of(b={"occurred_at": MAY, "title": title}, a={"occurred_at": MARCH, "title": title})
        (row,) = call(similar_incidents, incidents, incident_id="b").to_dict("records")
        assert row["similarity"] == pytest.approx(1)
        assert row["words"] == ("alpha", "bravo", "charlie", "delta", "echo")

    @pytest.mark.parametrize(
        "facts",
        [
            {"b": {"occurred_at": MAY, "title": "Disk full"}},
            {"a": {"occurred_at": MARCH, "title": "Disk full"}, "b": {"occurred_at": MAY}},
            {"a": {"occurred_at": MARCH}, "b": {"occurred_at": MAY, "title": "Disk full"}},
            {"a": {"occurred_at": MARCH, "title": "7"}, "b": {"occurred_at": MAY, "title": "of the"}},
        ],
    )
    def test_nothing_to_compare_gives_no_row_of_the_right_types(self, facts: dict[str, dict[str, Any]]) -> None:
        none = call(similar_incidents, incidents_of(**facts), make_table("findings"), incident_id="b")
        assert none.empty
        one = incidents_of(a={"occurred_at": MARCH, "title": "Disk"}, b={"occurred_at": MAY, "title": "Disk"})
        assert_series_equal(none.dtypes, similar_incidents(one, incident_id="b").dtypes)

    def test_a_wrong_argument_is_named(self) -> None:
        incidents = incidents_of(a={"occurred_at": MARCH})
        with pytest.raises(UnknownNameError, match=r"^incident 'b' is not one of the 1 incidents$"):
            similar_incidents(incidents, incident_id="b")
        with pytest.raises(UnknownNameError, match=r"^kind 'cause' is not one of contributing_factor"):
            similar_incidents(incidents, make_table("findings"), incident_id="a", kinds=["cause"])
        with pytest.raises(ColumnsError, match=r"^column 'summary' is missing; the frame has incident_id, title"):
            similar_incidents(incidents.drop(columns="summary"), incident_id="a")


@given(st.lists(WORDS, min_size=2, max_size=6))
@examples(15)
def test_similarity_is_mutual_lies_between_0_and_1_and_needs_a_common_word(titles: list[str]) -> None:
    incidents = incidents_of(**{str(i): {"occurred_at": MARCH, "title": title} for i, title in enumerate(titles)})
    found = {}
    for i, title in enumerate(titles):
        result = similar_incidents(incidents, incident_id=str(i), n=9, only_before=False)
        assert result["similarity"].is_monotonic_decreasing
        for row in result.to_dict("records"):
            assert 0 < row["similarity"] <= 1
            assert set(row["words"]) <= set(title.split()) & set(row["title"].split())
            found[i, int(row["incident_id"])] = row["similarity"]
    for (i, j), similarity in found.items():
        assert similarity == pytest.approx(found[j, i])


DEMO = Path(__file__).parents[1] / "data" / "demo"


class TestDemo:
    """The demo's writer plants themes in its reports, and lets some incidents happen again."""

    def test_every_planted_factor_is_found_with_its_incidents(self, demo_corpus: Corpus) -> None:
        """A planted sentence that two reports hold gives a phrase of just these reports, from its own words."""
        planted = [
            factor
            for theme in tomllib.loads((DEMO / "scenarios.toml").read_text())["theme"]
            for factor in theme["factors"]
        ]
        found = call(recurring_factors, demo_corpus.findings, kinds=(FACTOR,))
        checked = 0
        for sentence in (sentence for sentence in planted if "{" not in sentence):
            holds = demo_corpus.findings["text"].str.contains(sentence, regex=False) & (
                demo_corpus.findings["kind"] == FACTOR
            )
            members = tuple(sorted(set(demo_corpus.findings.loc[holds, "incident_id"])))
            if len(members) > 1:
                checked += 1
                words = set(re.findall(r"[a-z'-]+", sentence.lower()))
                of_these = found.loc[found["incident_ids"] == members, "phrase"]
                assert any(set(phrase.split()) <= words for phrase in of_these), sentence
        assert checked >= 12

    @pytest.mark.parametrize("phrase", ["missing alert", "nothing alerted", "no alert", "no owner", "no canary"])
    def test_a_theme_in_several_wordings_is_found_by_what_they_share(self, demo_corpus: Corpus, phrase: str) -> None:
        found = recurring_factors(demo_corpus.findings, kinds=(FACTOR,)).set_index("phrase")
        said = demo_corpus.findings["text"].str.contains(rf"\b{phrase}\b", case=False) & (
            demo_corpus.findings["kind"] == FACTOR
        )
        hidden = demo_corpus.findings["text"].str.contains(rf"\b{phrase.replace(' ', ' an? ')}\b", case=False)
        expected = set(demo_corpus.findings.loc[said | hidden, "incident_id"])
        assert expected <= set(found.loc[phrase, "incident_ids"])
        assert found.loc[phrase, "n"] >= 3

    def test_an_incident_that_happened_again_is_most_like_its_forerunner(self, demo_corpus: Corpus) -> None:
        """Eleven reports blame the follow-ups of an earlier incident, which they name by its id alone."""
        again = demo_corpus.findings["text"].str.extract(r"^Follow-ups of (INC-\S+)")[0].dropna()
        assert len(again) >= 10
        for row, earlier in again.items():
            incident_id = demo_corpus.findings.loc[row, "incident_id"]
            most = similar_incidents(demo_corpus.incidents, demo_corpus.findings, incident_id=incident_id, n=1)
            assert most["incident_id"].tolist() == [earlier]


def test_pairs_are_alike_to_twelve_digits_so_that_two_machines_agree(demo_corpus: Corpus) -> None:
    pairs = alike_pairs(demo_corpus.incidents, demo_corpus.findings, least=0.2)
    assert len(pairs) > 10
    assert pairs["similarity"].tolist() == pairs["similarity"].round(12).tolist()


def test_an_example_names_no_ticket_where_another_sentence_of_the_phrase_does_not() -> None:
    findings = findings_of(
        ("a", "Fix of AUD-223 not finished"),
        ("b", "Fix of INC-2024-02-16-001 not finished"),
        ("c", "Fix was, again, not finished"),
    )
    assert recurring_factors(findings, min_incidents=3)["example"].tolist() == ["Fix was, again, not finished"]
    named = recurring_factors(findings[:2])
    assert named["example"].tolist() == ["Fix of AUD-223 not finished"]


@given(st.lists(st.tuples(WORDS.filter(bool), st.sets(st.sampled_from("abcd"), min_size=1).map(sorted)), max_size=8))
@examples(60)
def test_a_phrase_is_left_out_just_where_an_earlier_one_says_it(rows: list[tuple[str, list[str]]]) -> None:
    def says(earlier: tuple[str, list[str]], later: tuple[str, list[str]]) -> bool:
        one, other = set(earlier[0].split()), set(later[0].split())
        return (one <= other or other <= one) and len({*earlier[1]} & {*later[1]}) >= len(later[1]) / 2

    table = pd.DataFrame({"phrase": texts(*(row[0] for row in rows)), "incident_ids": [tuple(row[1]) for row in rows]})
    result = call(distinct_factors, table)
    kept: list[tuple[str, list[str]]] = []
    for row in rows:
        if not any(says(earlier, row) for earlier in kept):
            kept.append(row)
    assert list(zip(result["phrase"], map(list, result["incident_ids"]), strict=True)) == kept
    assert_frame_equal(distinct_factors(result), result)
