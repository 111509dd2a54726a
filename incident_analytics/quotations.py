"""Which figures words, tables and drawings quote: each knows the ids of those that it was made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Final, ParamSpec, Self, TypeVar

__all__ = ["FIGURES", "SEPARATOR", "Ids", "Quoted", "figures_in", "joined", "quoting"]

FIGURES: Final = "figures"
"""The name under which a frame has the ids of its figures in ``attrs``, and other values as an attribute."""

SEPARATOR: Final = "; "
"""Between several ids in a page."""

P = ParamSpec("P")
Result = TypeVar("Result")


class Ids(tuple[str, ...]):
    """The ids of figures, as a frame has them.

    pandas copies what ``attrs`` hold deeply in each operation, of which a review has thousands.

    Examples
    --------
    >>> from copy import deepcopy
    >>> ids = Ids(["counts"])
    >>> deepcopy(ids) is ids
    True
    """

    __slots__ = ()

    def __deepcopy__(self, _: object) -> Self:
        """Return it itself, as nobody can change it."""
        return self


class Quoted(str):
    """Words that know the ids of the figures they quote."""

    figures: tuple[str, ...]
    __slots__ = ("figures",)

    def __new__(cls, words: str, figures: Iterable[str]) -> Self:
        """Make them of plain words."""
        quoted = super().__new__(cls, words)
        quoted.figures = tuple(figures)
        return quoted


def figures_in(*values: Any) -> Ids:
    """Return the ids of the figures that values were made from, each once.

    Parameters
    ----------
    values
        Frames of measures, facts, sentences, and whatever else; also in lists and mappings.

    Examples
    --------
    >>> figures_in(Quoted("13 incidents.", ["counts"]), 13, [Quoted("None before.", ["changes", "counts"])])
    ('counts', 'changes')
    """
    found: dict[str, None] = {}
    for value in values:
        attrs = getattr(value, "attrs", None)
        own = attrs.get(FIGURES) if isinstance(attrs, dict) else getattr(value, FIGURES, None)
        if isinstance(own, tuple):
            found |= dict.fromkeys(own)
        elif isinstance(value, Mapping):
            found |= dict.fromkeys(figures_in(*value.values()))
        elif isinstance(value, list | tuple):
            found |= dict.fromkeys(figures_in(*value))
    return Ids(found)


def quoting(describe: Callable[P, Result]) -> Callable[P, Result]:
    """Let words, or something with words that has a field ``figures``, know the figures of a function's arguments.

    What knows figures already, as it quotes only some of the arguments, is left as it is.
    """

    @wraps(describe)
    def described(*args: P.args, **options: P.kwargs) -> Result:
        said: Any = describe(*args, **options)
        if figures_in(said):
            return said  # type: ignore[no-any-return]
        figures = figures_in(*args, *options.values())
        if isinstance(said, str):
            said = Quoted(said, figures) if said and figures else said
        elif dataclasses.is_dataclass(said) and hasattr(said, FIGURES):
            said = dataclasses.replace(said, figures=figures)  # type: ignore[type-var]
        return said  # type: ignore[no-any-return]

    return described


def joined(parts: Iterable[str], between: str = " ") -> Quoted:
    """Join words, leaving out empty ones; what comes out quotes the figures of all.

    Examples
    --------
    >>> joined([Quoted("13 incidents.", ["counts"]), "", "None before."]).figures
    ('counts',)
    """
    kept = [part for part in parts if part]
    return Quoted(between.join(kept), figures_in(kept))
