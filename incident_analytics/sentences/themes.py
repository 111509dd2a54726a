"""The sentence on what recurs."""

from __future__ import annotations

import pandas as pd

from incident_analytics.checks import require_columns
from incident_analytics.formatting import cut, join_words
from incident_analytics.sentences.wording import FEW, NAME

__all__ = ["describe_factors"]


def describe_factors(factors: pd.DataFrame) -> str:
    """Say which phrase recurs in most incidents.

    Parameters
    ----------
    factors
        What `recurring_factors` gives.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> describe_factors(pd.DataFrame({"phrase": ["no owner", "no alert", "no timeout"], "n": [4, 4, 2]}))
    '“no owner” and “no alert” recur most often, in 4 incidents each; 3 phrases recur in all.'
    """
    require_columns(factors, "phrase", "n")
    if factors.empty:
        return "No phrase recurs in causes and factors."
    most = factors["n"].max()
    names = [f"“{cut(phrase, NAME)}”" for phrase in factors.loc[factors["n"] == most, "phrase"]]
    in_all = f"; {len(factors)} phrases recur in all" if len(factors) > len(names) else ""
    if len(names) == 1:
        return f"{names[0]} recurs most often, in {most} incidents{in_all}."
    who = join_words(names) if len(names) <= FEW else f"{len(names)} phrases"
    return f"{who} recur most often, in {most} incidents each{in_all}."
