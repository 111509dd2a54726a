"""Turn a folder of post-mortems into numbers that an SRE lead can defend.

The public names are listed in ``__init__.pyi`` and imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

__version__ = "0.1.0"


@functools.cache
def _homes() -> dict[str, str]:
    """Return the module of each public name."""
    stub = f"{__file__.removesuffix('.py')}.pyi"
    with open(stub, encoding="utf-8") as lines:  # noqa: PTH123 - pathlib takes longer to import than all of this
        words = [line.split() for line in lines if line.startswith("from ")]
    return {name: module for _, module, _, name, *_ in words}


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return [*_homes()]
    if name not in _homes():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(_homes()[name]), name)
    except ModuleNotFoundError as error:
        from incident_analytics.errors import MissingExtraError
        from incident_analytics.extras import missing

        raise MissingExtraError(missing(name, str(error.name))) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_homes()})
