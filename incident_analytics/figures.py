"""The figures of a review: each is a result table that was asked for, with the parts of the reports behind it.

A measure that is `read_from` some parts of the reports notes each of its results in the scope. So whatever a review
shows is on record, and can be computed once more from the name of the measure and its options.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, Final, Literal, ParamSpec, Protocol, TypeVar, get_args, get_origin, get_type_hints

import pandas as pd

from incident_analytics.errors import UnknownNameError
from incident_analytics.periods import Period
from incident_analytics.quotations import FIGURES, Ids

__all__ = ["MEASURES", "Basis", "Figure", "compute", "may_read", "read_from"]

Part = Literal[
    "start",
    "spans",
    "times",
    "severity",
    "services",
    "outages",
    "users",
    "sla_impact",
    "actions",
    "costs",
    "causes",
    "detected_by",
    "trigger",
    "title",
    "sign_offs",
    "status",
    "problems",
    "nothing",
    "all",
]
"""What of a report a figure is read from; `incident_analytics.citations` knows the lines of each."""

_ONLY_READ_AS: Final[Mapping[str, tuple[Part, ...]]] = MappingProxyType(
    {
        "title": ("title",),
        "sla_impact": ("sla_impact",),
        "detected_by": ("detected_by",),
        "trigger": ("trigger",),
        "meeting_on": ("sign_offs",),
        **dict.fromkeys(("affected_users", "affected_users_fraction"), ("users", "outages")),
        **dict.fromkeys(("summary", "what_happened", "why_it_happened"), ("causes",)),
        **dict.fromkeys(("author", "attendees", "data_loss", "failed_requests", "failed_requests_fraction"), ("all",)),
        **dict.fromkeys(("template_version", "template_updated_on"), ("all",)),
    }
)
"""The fields of incidents that only figures of some parts are read from; any other decides what a figure counts."""


def may_read(parts: Collection[str], field: str) -> bool:
    """Return whether a figure that is read from some parts of the reports can change with a field of incidents.

    Examples
    --------
    >>> may_read(("spans",), "restored_at"), may_read(("costs",), "affected_users"), may_read(("all",), "author")
    (True, False, True)
    """
    return "all" in parts or not {*_ONLY_READ_AS.get(field, parts)}.isdisjoint(parts)


class Notes(Protocol):
    """What a scope has for its figures."""

    @property
    def figures(self) -> dict[str, Figure]: ...

    @property
    def results(self) -> dict[Any, Any]: ...


Noted = TypeVar("Noted", bound=Notes)
P = ParamSpec("P")
Result = TypeVar("Result")

_UNNAMED: Final = ("members",)  # options that change no figure
_is_inside: ContextVar[bool] = ContextVar("_is_inside", default=False)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a measure reads.

    Attributes
    ----------
    parts
        The parts of the reports.
    of
        Whose reports, an attribute of the scope.
    since
        Which incidents: those of the ``window``, or of the period that is asked for; with those of the ``recent``
        periods of its kind, or of the two years ``before`` it, which it is compared with; or ``all`` to date.
    """

    parts: tuple[Part, ...]
    of: Literal["known", "completed", "everything"]
    since: Literal["window", "recent", "before", "all"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A result table that was asked for.

    Attributes
    ----------
    measure, options
        What computes it: a measure's name, and the options that were given.
    table
        The result.
    basis
        What the measure reads.
    """

    measure: str
    options: Mapping[str, Any]
    table: pd.DataFrame
    basis: Basis

    @property
    def name(self) -> str:
        """The figure's id, the same in every review: ``response by=severity``."""
        return _name(self.measure, self.options)


MEASURES: Final[dict[str, Callable[..., Any]]] = {}
"""All measures by name, as far as their modules are imported."""


def read_from(
    *parts: Part,
    of: Literal["known", "completed", "everything"] = "known",
    since: Literal["window", "recent", "before", "all"] = "window",
) -> Callable[[Callable[Concatenate[Noted, P], Result]], Callable[Concatenate[Noted, P], Result]]:
    """Make a function of a scope a measure, whose results are the figures of a review.

    A scope computes each of them once. What a measure asks of other measures is not a figure of its own.

    Parameters
    ----------
    parts, of, since
        What it reads, see `Basis`; without any part all lines that the reports' values come from.
    """
    basis = Basis(parts or ("all",), of, since)

    def decorate(
        function: Callable[Concatenate[Noted, P], Result],
    ) -> Callable[Concatenate[Noted, P], Result]:
        signature = inspect.signature(function)

        @wraps(function)
        def measure(scope: Noted, /, *args: P.args, **options: P.kwargs) -> Result:
            bound = signature.bind(scope, *args, **options).arguments
            given = {
                name: value for name, value in list(bound.items())[1:] if value != signature.parameters[name].default
            }
            key = (function.__name__, *sorted(given.items(), key=lambda item: item[0]))
            if key not in scope.results:
                token = _is_inside.set(True)
                try:
                    scope.results[key] = function(scope, *args, **options)
                finally:
                    _is_inside.reset(token)
            result: Result = scope.results[key]
            named = MappingProxyType({name: value for name, value in given.items() if name not in _UNNAMED})
            figure = Figure(function.__name__, named, _table_of(result), basis)
            if not _is_inside.get():
                scope.figures.setdefault(figure.name, figure)
            return _copy(result, figure.name)

        MEASURES[function.__name__] = measure
        return measure

    return decorate


def compute(scope: Notes, measure: str, options: Mapping[str, Any]) -> Figure:
    """Compute a figure of a scope.

    Parameters
    ----------
    scope
        What is reviewed.
    measure, options
        As of a `Figure`.

    Raises
    ------
    UnknownNameError
        ``this version has no measure 'mttr'``, ``measure 'rates' has no option 'per'``, or ``measure 'rates' takes no
        every='day'``
    """
    function = MEASURES.get(measure)
    if function is None:
        raise UnknownNameError(f"this version has no measure {measure!r}")
    parameters = list(inspect.signature(function).parameters.values())[1:]
    known = {each.name for each in parameters}
    for option in options:
        if option not in known:
            raise UnknownNameError(f"measure {measure!r} has no option {option!r}")
    types = get_type_hints(inspect.unwrap(function))
    for each in parameters:
        if each.name not in options and each.default is each.empty:
            raise UnknownNameError(f"measure {measure!r} needs the option {each.name!r}")
        if each.name in options and not _is_of(options[each.name], types[each.name]):
            raise UnknownNameError(f"measure {measure!r} takes no {each.name}={options[each.name]!r}")
    function(scope, **options)
    usual = {each.name: each.default for each in parameters}
    return scope.figures[_name(measure, {name: value for name, value in options.items() if value != usual[name]})]


def _is_of(value: object, kind: Any) -> bool:
    """Return whether an option is of the type that a measure declares for it.

    Examples
    --------
    >>> _is_of(None, str | None), _is_of("day", Literal["week", "month"]), _is_of(1, bool)
    (True, False, False)
    """
    match get_origin(kind):
        case None:
            return isinstance(value, kind)
        case origin if origin is Literal:
            return any(value == each and type(value) is type(each) for each in get_args(kind))
        case _:
            return any(_is_of(value, each) for each in get_args(kind))


def _name(measure: str, options: Mapping[str, Any]) -> str:
    words = [
        f"{name}={value.name if isinstance(value, Period) else value}"
        for name, value in sorted(options.items())
        if name not in _UNNAMED
    ]
    return " ".join([measure, *words])


def _table_of(result: object) -> pd.DataFrame:
    """Return the table of a result, which may be with a word on it; a number is a table of one cell."""
    table = result[0] if isinstance(result, tuple) else result
    return table if isinstance(table, pd.DataFrame) else pd.DataFrame({"n": [table]})


def _copy(result: Result, name: str) -> Result:
    """Return a result that a caller may change, whose table knows the figure's id."""
    copied: Any = result
    if isinstance(result, pd.DataFrame):
        copied = result.copy(deep=False)
        copied.attrs[FIGURES] = Ids([name])
    elif isinstance(result, tuple):
        copied = tuple(_copy(each, name) for each in result)
    return copied  # type: ignore[no-any-return]
