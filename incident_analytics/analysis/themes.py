"""What recurs in the words of the reports: phrases over many incidents, and past incidents like a given one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from math import log, sqrt
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from incident_analytics.analysis.grouping import levels
from incident_analytics.checks import require_columns, require_name
from incident_analytics.errors import UnknownNameError
from incident_analytics.masking import mask_secrets
from incident_analytics.schema import FLOAT, TEXT

__all__ = ["alike_pairs", "distinct_factors", "factor_in_words", "recurring_factors", "similar_incidents"]

_KINDS: Final = (
    "contributing_factor",
    "went_well",
    "could_improve",
    "lesson",
    "discussion_point",
    "metric",
    "error_message",
    "configuration_change",
)
_TOLD_IN: Final = ("title", "summary", "what_happened", "why_it_happened")
_TICKET: Final = re.compile(r"\b[A-Z]{2,}-\d[\d-]+")
_WORD: Final = re.compile(r"[^\W\d_](?:['’-]?[^\W\d_])+")
_SENTENCE_END: Final = r"[.;:!?]\s+|[\r\n]+"
_LONGEST_PHRASE: Final = 12
_WORDS_SHOWN: Final = 5
_LEAST_WORDS: Final = 8  # different words of a text that is compared: shorter ones are alike by chance
_BLOCK: Final = 500  # incidents compared with all others at once
_DENIALS: Final = frozenset({"no", "not", "without", "never", "none", "nor", "cannot", "neither", "nobody", "nothing"})
"""Words that mean something in a phrase, and alone tie no two incidents."""
_LEAST_WEIGHT: Final = 0.1
"""What a word weighs that all compared incidents have: next to nothing, so that ``customers`` makes none alike."""
_STOP_WORDS: Final = frozenset(Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").split())
"""The list of the Information Retrieval Group in Glasgow, as scikit-learn has it, with ``did`` and ``does``; without
those that deny, such as ``no`` and ``without``, as a factor is mostly the lack of something, and those that name what
reports are about, such as ``system`` and ``fire``."""


def recurring_factors(
    findings: pd.DataFrame,
    *,
    incidents: pd.DataFrame | None = None,
    kinds: Sequence[str] = ("contributing_factor", "could_improve"),
    min_incidents: int = 2,
    min_words: int = 2,
) -> pd.DataFrame:
    """Find the phrases that recur in what the reports give as causes and factors.

    Parameters
    ----------
    findings
        The findings table.
    incidents
        The incidents table, to look at its incidents alone, and to read their ``why_it_happened`` as well.
    kinds
        The kinds of findings to read.
    min_incidents
        In how many incidents a phrase must occur.
    min_words
        How many words a phrase must have, not counting stop words; at most 12 are looked at. Single words
        recur more often, and say less.

    Returns
    -------
    pandas.DataFrame
        A row a phrase, the most frequent first, then the longest:

        - phrase, str: its words in lower case, without those such as ``the`` and ``of``
        - n, int64: incidents in which it occurs, however often in each
        - example, str: the shortest sentence that holds it, as written; one without the ID of an incident or a ticket
          where there is one
        - incident_ids, tuple of str: the incidents of n

        The longest phrase wins: one that is part of a longer phrase in all of its incidents is left out. A phrase lies
        within a sentence. No row where nothing recurs. Words are compared as they are written: ``alert`` is
        not ``alerts``, and ``no alert`` not ``missing alert``.

    Raises
    ------
    UnknownNameError
        ``kind 'cause' is not one of contributing_factor, went_well, ...``
    ColumnsError
        ``column 'text' is missing; the frame has ...``

    Notes
    -----
    The stop words are scikit-learn's English ones, without those that deny, such as ``no`` and
    ``without``, and those that name things of this field, such as ``system`` and ``fire``.

    References
    ----------
    J. Nothman, H. Qin and R. Yurchak, "Stop Word Lists in Free Open-source Software Packages", Proceedings of Workshop
    for NLP Open Source Software (2018) 7-12, https://doi.org/10.18653/v1/W18-2502, on what is wrong with such lists.
    Phrases that no longer one replaces are the closed patterns of N. Pasquier and others, "Discovering Frequent Closed
    Itemsets for Association Rules", ICDT (1999) 398-416, https://doi.org/10.1007/3-540-49257-7_25.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> findings = make_table("findings", {
    ...     "incident_id": ["INC-2025-03-14-001", "INC-2025-03-15-001", "INC-2025-03-16-001"],
    ...     "kind": ["contributing_factor"] * 3, "position": [1, 1, 1], "line": [57, 58, 57],
    ...     "text": ["No alert on the queue", "There was no alert on the queue", "No alert on disk usage"],
    ... })
    >>> recurring_factors(findings)[["phrase", "n", "example"]]
               phrase  n                example
    0        no alert  3  No alert on the queue
    1  no alert queue  2  No alert on the queue
    """
    texts = _findings_of(findings, kinds)
    if incidents is not None:
        require_columns(incidents, "incident_id", "why_it_happened")
        causes = incidents[["incident_id", "why_it_happened"]].set_axis(["incident_id", "text"], axis="columns")
        texts = pd.concat([texts[texts["incident_id"].isin(incidents["incident_id"])], causes.dropna()])
    # Cut into sentences and words, what is secret would not be known as such.
    safe = texts["text"].map(_without_secrets).astype(TEXT)
    sentences = texts.assign(text=safe.str.split(_SENTENCE_END, regex=True)).explode("text")
    sentences["text"] = sentences["text"].str.strip()
    sentences["words"] = [" ".join(_words(text)) for text in sentences["text"]]
    sentences = sentences[sentences["words"] != ""]
    # A phrase's first sentence is its example, whatever the order of the rows: the shortest that names no ticket.
    names_one = sentences["text"].str.contains(_TICKET)
    sentences = sentences.assign(length=sentences["text"].str.len(), names_one=names_one)
    sentences = sentences.sort_values(["names_one", "length", "text", "incident_id"], ignore_index=True)

    found = _phrases(sentences["words"], min_words)
    found["incident_id"] = sentences["incident_id"].to_numpy()[found["sentence"]]
    found = found.sort_values("sentence").drop_duplicates(["phrase", "incident_id"])
    grouped = found.groupby("phrase")
    phrases = pd.DataFrame({"n": grouped.size(), "sentence": grouped["sentence"].first()})
    phrases = phrases[phrases["n"] >= min_incidents]
    phrases = phrases.drop(index=_parts_of_longer_ones(phrases["n"]))
    phrases = phrases.reset_index().assign(length=lambda frame: frame["phrase"].str.count(" "))
    phrases = phrases.sort_values(["n", "length", "phrase"], ascending=[False, False, True], ignore_index=True)
    members = {phrase: tuple(sorted(ids)) for phrase, ids in grouped["incident_id"]}
    return pd.DataFrame(
        {
            "phrase": phrases["phrase"].astype(TEXT),
            "n": phrases["n"].astype("int64"),
            "example": pd.Series(sentences["text"].to_numpy()[phrases["sentence"]], dtype=TEXT),
            "incident_ids": pd.Series([members[phrase] for phrase in phrases["phrase"]], dtype=object),
        }
    )


def distinct_factors(factors: pd.DataFrame) -> pd.DataFrame:
    """Leave out phrases that say again what one before them says.

    Parameters
    ----------
    factors
        The result of `recurring_factors`.

    Returns
    -------
    pandas.DataFrame
        The phrases of which no earlier one holds all words, or is held by them, in at least half of their incidents.

    Examples
    --------
    >>> phrases = ["no alert", "no alert queue", "disk usage"]
    >>> ids = [("a", "b", "c"), ("a", "b"), ("c", "d")]
    >>> factors = pd.DataFrame({"phrase": phrases, "n": [3, 2, 2], "incident_ids": ids})
    >>> distinct_factors(factors)["phrase"].tolist()
    ['no alert', 'disk usage']
    """
    require_columns(factors, "phrase", "incident_ids")
    kept: list[tuple[frozenset[str], frozenset[str]]] = []
    chosen = []
    for phrase, ids in zip(factors["phrase"], factors["incident_ids"], strict=True):
        words, incidents = frozenset(phrase.split(" ")), frozenset(ids)
        chosen.append(
            not any(
                (words <= other or other <= words) and 2 * len(incidents & shared) >= len(incidents)
                for other, shared in kept
            )
        )
        if chosen[-1]:
            kept.append((words, incidents))
    return factors[pd.Series(chosen, index=factors.index, dtype=bool)].reset_index(drop=True)


def factor_in_words(phrase: str, example: str) -> str:
    """Write a recurring phrase in the words of its example, with the rest of the example where that says more.

    Parameters
    ----------
    phrase, example
        As in the result of `recurring_factors`.

    Examples
    --------
    >>> factor_in_words("nothing alerted", "Nothing alerted on clock offset")
    'Nothing alerted, e.g. “Nothing alerted on clock offset”'
    >>> factor_in_words("tests green staging small", "All tests were green, because staging is too small.")
    'All tests were green, because staging is too small.'
    """
    found = [word for word in _WORD.finditer(example) if word[0].lower().replace("’", "'") not in _STOP_WORDS]
    words = [word[0].lower().replace("’", "'") for word in found]
    wanted = phrase.split(" ")
    if words == wanted:
        return example
    for first in range(len(words) - len(wanted) + 1):
        if words[first : first + len(wanted)] == wanted:
            shared = example[found[first].start() : found[first + len(wanted) - 1].end()]
            return f"{shared[:1].upper()}{shared[1:]}, e.g. “{example.rstrip('.')}”"
    return example


def similar_incidents(
    incidents: pd.DataFrame,
    findings: pd.DataFrame | None = None,
    *,
    incident_id: str,
    n: int = 5,
    only_before: bool = True,
    kinds: Sequence[str] = ("contributing_factor", "error_message", "configuration_change"),
) -> pd.DataFrame:
    """Find the incidents that are described in the words of a given one.

    Parameters
    ----------
    incidents
        The incidents table; title, summary, what_happened and why_it_happened are compared.
    findings
        The findings table, to compare its texts too.
    incident_id
        The incident whose like is sought.
    n
        How many incidents to return at most.
    only_before
        Whether to look only at incidents that occurred before this one. Those of no known time are left out then.
    kinds
        The kinds of findings to compare.

    Returns
    -------
    pandas.DataFrame
        A row an incident, the most similar first, none where no other shares a word:

        - incident_id, str
        - occurred_at, datetime64[us, UTC], and title, str
        - similarity, Float64, above 0 and at most 1: the cosine of the angle between both incidents' weighted words
        - words, tuple of str: up to five words that tie them, the one that adds most to the similarity first

        A word weighs the more the fewer of the compared incidents use it. Incidents other than those compared do not
        matter: with ``only_before`` the result stays what it is when later reports come in.

    Raises
    ------
    UnknownNameError
        ``incident 'INC-2025-01-01-009' is not one of the 96 incidents``, ``kind 'cause' is not one of ...``
    ColumnsError
        ``column 'summary' is missing; the frame has ...``

    References
    ----------
    G. Salton and C. Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing &
    Management 24 (1988) 513-523, https://doi.org/10.1016/0306-4573(88)90021-0, with sublinear term frequencies.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["INC-2025-03-14-001", "INC-2025-05-02-001", "INC-2025-06-20-001"],
    ...     "occurred_at": ["2025-03-14T09:00Z", "2025-05-02T09:00Z", "2025-06-20T09:00Z"],
    ...     "title": ["Certificate of the API expired", "Disk of the index full", "Certificate of the player expired"],
    ... })
    >>> similar_incidents(incidents, incident_id="INC-2025-06-20-001")[["incident_id", "words"]]
              incident_id                   words
    0  INC-2025-03-14-001  (certificate, expired)
    """
    require_columns(incidents, "incident_id", "occurred_at", *_TOLD_IN)
    is_asked = incidents["incident_id"] == incident_id
    if not is_asked.any():
        raise UnknownNameError(f"incident {incident_id!r} is not one of the {len(incidents)} incidents")
    others = incidents[~is_asked]
    if only_before:
        others = others[others["occurred_at"] < incidents.loc[is_asked, "occurred_at"].iloc[0]]
    compared = pd.concat([incidents[is_asked], others.sort_values("incident_id")], ignore_index=True)
    documents = _documents(compared, findings, kinds)

    similar = compared.loc[1:, ["incident_id", "occurred_at", "title"]].reset_index(drop=True)
    totals = [0.0] * len(similar)
    ties: list[tuple[str, ...]] = [()] * len(similar)
    alone = (" ".join(word for word in text.split() if word not in _DENIALS) for text in documents)
    asked, *earlier = _weights([*alone], least=_LEAST_WEIGHT)
    for row, weights in enumerate(earlier):
        # Rounded, so that neither the last digit nor the platform decides between equals.
        tied = sorted((-round(asked[word] * weights[word], 12), word) for word in asked.keys() & weights.keys())
        totals[row] = round(sum(asked[word] * weights[word] for _, word in tied), 12)
        ties[row] = tuple(word for _, word in tied[:_WORDS_SHOWN])
    similar["similarity"] = pd.Series(totals, dtype=FLOAT)
    similar["words"] = pd.Series(ties, dtype=object)
    similar = similar[similar["similarity"] > 0]
    return similar.sort_values(["similarity", "incident_id"], ascending=[False, True], ignore_index=True).head(n)


def _weights(documents: Sequence[str], *, least: float = 1) -> list[dict[str, float]]:
    """Return the weight of each word in each document: that of a document's words together is 1.

    A word counts the more the more often the document has it, by the logarithm, and the fewer documents have it; one
    that all have counts least.
    """
    counts = [Counter(document.split()) for document in documents]
    n_with = Counter(word for count in counts for word in count)
    rarity = {word: log((1 + len(documents)) / (1 + n)) + least for word, n in n_with.items()}
    found = [{word: (1 + log(n)) * rarity[word] for word, n in count.items()} for count in counts]
    lengths = [sqrt(sum(weight**2 for weight in weights.values())) for weights in found]
    return [
        {word: weight / length for word, weight in weights.items()}
        for weights, length in zip(found, lengths, strict=True)
    ]


def alike_pairs(
    incidents: pd.DataFrame,
    findings: pd.DataFrame | None = None,
    *,
    least: float,
    kinds: Sequence[str] = ("contributing_factor",),
) -> pd.DataFrame:
    """Find the pairs of incidents that are described in nearly the same words.

    Parameters
    ----------
    incidents, findings, kinds
        As in `similar_incidents`.
    least
        The similarity from which on a pair is one, above 0.

    Returns
    -------
    pandas.DataFrame
        A row a pair: earlier_id and incident_id, str, by when they occurred, then by id; similarity, Float64. Incidents
        of no known time are in no pair, nor are those described in fewer than 8 different words, without stop words.

    Examples
    --------
    >>> from incident_analytics.tables import make_table
    >>> incidents = make_table("incidents", {
    ...     "incident_id": ["a", "b", "c"],
    ...     "occurred_at": ["2025-03-14T09:00Z", "2025-05-02T09:00Z", "2025-06-20T09:00Z"],
    ...     "title": ["Certificate", "Disk full", "Certificate again"],
    ...     "summary": [(words := "Load balancers refused handshakes of old clients at midnight"), None, words],
    ... })
    >>> alike_pairs(incidents, least=0.5)
      earlier_id incident_id  similarity
    0          a           c         1.0
    """
    from scipy import sparse

    require_columns(incidents, "incident_id", "occurred_at", *_TOLD_IN)
    dated = incidents[incidents["occurred_at"].notna()]
    dated = dated.sort_values(["occurred_at", "incident_id"], ignore_index=True)
    documents = _documents(dated, findings, kinds, is_shown=False)
    weights = _weights([text if len(set(text.split())) >= _LEAST_WORDS else "" for text in documents])
    columns = {word: column for column, word in enumerate(sorted({word for each in weights for word in each}))}
    ends = np.cumsum([0, *map(len, weights)])
    indices = [columns[word] for each in weights for word in each]
    values = [*chain.from_iterable(each.values() for each in weights)]
    matrix = sparse.csr_array((values, indices, ends), shape=(len(dated), max(len(columns), 1)), dtype=float)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(dated), _BLOCK):  # so that no more than a block of all pairs is held
        block = (matrix[start : start + _BLOCK] @ matrix.T).tocoo()
        later, earlier = block.row + start, block.col
        kept = (later > earlier) & (block.data.round(12) >= least)
        found += zip(earlier[kept], later[kept], block.data[kept].round(12), strict=True)
    found.sort(key=lambda pair: (pair[1], pair[0]))
    ids = dated["incident_id"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "earlier_id": pd.Series([ids[first] for first, _, _ in found], dtype=TEXT),
            "incident_id": pd.Series([ids[second] for _, second, _ in found], dtype=TEXT),
            "similarity": pd.Series([min(float(value), 1.0) for *_, value in found], dtype=FLOAT),
        }
    )


def _documents(
    incidents: pd.DataFrame, findings: pd.DataFrame | None, kinds: Sequence[str], *, is_shown: bool = True
) -> list[str]:
    """Return the words of each incident, without stop words, and without what is secret where words are shown."""
    parts = [
        incidents[["incident_id", column]].set_axis(["incident_id", "text"], axis="columns") for column in _TOLD_IN
    ]
    if findings is not None:
        parts.append(_findings_of(findings, kinds))
    texts = pd.concat(parts).dropna().groupby("incident_id")["text"].agg("\n".join)
    texts = texts.reindex(incidents["incident_id"]).fillna("")
    return [" ".join(_words(_without_secrets(text) if is_shown else text)) for text in texts]


def _findings_of(findings: pd.DataFrame, kinds: Iterable[str]) -> pd.DataFrame:
    """Return the texts of some kinds of findings, with their incidents."""
    require_columns(findings, "incident_id", "kind", "text")
    kinds = list(kinds)
    for kind in kinds:
        require_name("kind", kind, dict.fromkeys((*_KINDS, *levels(findings["kind"]))))
    return findings.loc[findings["kind"].isin(kinds), ["incident_id", "text"]].dropna()


def _without_secrets(text: str) -> str:
    return mask_secrets(text, prose=True)


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case, without stop words."""
    words = (word.replace("’", "'") for word in _WORD.findall(text.lower()))
    return [word for word in words if word not in _STOP_WORDS]


def _phrases(sentences: pd.Series, min_words: int) -> pd.DataFrame:
    """Return each phrase of each sentence once, a sentence by its position."""
    found = {
        (" ".join(words[start:end]), position): None
        for position, words in enumerate(text.split(" ") for text in sentences)
        for start in range(len(words))
        for end in range(start + min_words, min(len(words), start + max(min_words, _LONGEST_PHRASE)) + 1)
    }
    phrases = pd.Series([phrase for phrase, _ in found], dtype=TEXT)
    return pd.DataFrame({"phrase": phrases, "sentence": np.array([position for _, position in found], dtype=np.int64)})


def _parts_of_longer_ones(n: pd.Series) -> list[str]:
    """Return the phrases that one longer by a word holds in as many incidents, which are then the same incidents."""
    counts = {str(phrase): incidents for phrase, incidents in n.items()}
    words = {phrase: phrase.split(" ") for phrase in counts}
    parts = ((" ".join(part), phrase) for phrase, tokens in words.items() for part in (tokens[:-1], tokens[1:]))
    return list({part for part, phrase in parts if counts.get(part) == counts[phrase]})
