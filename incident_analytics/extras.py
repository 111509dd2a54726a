"""The parts of the package that are installed on request, and the message where one is missing."""

from __future__ import annotations

from importlib.util import find_spec

from incident_analytics.errors import MissingExtraError

__all__ = ["REVIEW", "missing", "require", "require_review"]

REVIEW = (
    *("pandas", "numpy", "scipy", "matplotlib", "xlsxwriter"),
    *("papermill", "nbclient", "nbconvert", "nbformat", "ipykernel", "mistune"),
)
"""What the extra review installs and its verbs can't do without."""


def require(what: str, *libraries: str, extra: str = "review") -> None:
    """Raise an error where a library that something needs is not installed.

    Raises
    ------
    MissingExtraError
        ``load needs pandas; pip install 'incident-analytics[review]'``
    """
    for library in libraries:
        if find_spec(library) is None:
            raise MissingExtraError(missing(what, library, extra))


def require_review(what: str) -> None:
    """Raise an error where the extra review is not installed whole, as `require` does."""
    require(what, *REVIEW)


def missing(what: str, library: str, extra: str = "review") -> str:
    """Say that something needs a library, and how to install it."""
    return f"{what} needs {library}; pip install 'incident-analytics[{extra}]'"
