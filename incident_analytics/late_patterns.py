"""Regular expressions compiled at their first use: most of the long ones are for what few reports have."""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["compile_late"]


class _LatePattern:
    """Becomes the pattern method by method: each attribute is taken from it at its first use, and is its own after."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._pattern, self._flags), name)  # re keeps what it compiled
        setattr(self, name, value)
        return value


def compile_late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    r"""Return a pattern as `re.compile` does, compiled at its first use; a faulty one raises only then.

    Examples
    --------
    >>> compile_late(r"sev-(\d)", re.IGNORECASE).fullmatch("SEV-2")[1]
    '2'
    """
    return cast("re.Pattern[str]", _LatePattern(pattern, flags))
