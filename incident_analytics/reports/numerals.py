"""Numbers as people write them: which marks group thousands, which one is the decimal mark."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["FIGURE", "GROUPED", "number_of"]

_SPACES: Final = "\u2009\u202f\u00a0 "
"""The spaces that group thousands: thin, narrow, no-break and plain."""
GROUPED: Final = rf"[1-9]\d{{0,2}}(?:[,'{_SPACES}]\d{{3}}){{1,6}}(?!\d)"
"""A whole number whose thousands are grouped by any mark but a full stop: ``1,440``, ``1 440``."""
FIGURE: Final = rf"(?:\d{{1,3}}(?:[,.'{_SPACES}]\d{{3}}){{1,6}}(?:[.,]\d{{1,2}})?(?!\d)|\d++(?:[.,]\d++)?)"
"""A number in figures, which `number_of` reads."""


def number_of(figure: str) -> float:
    """Return the number that a figure such as ``12,400`` or ``1.200,50`` writes.

    The last of two kinds of mark is the decimal one; a single mark before exactly three digits groups thousands.

    Examples
    --------
    >>> number_of("1 120"), number_of("12,400"), number_of("1.200,50"), number_of("0.125")
    (1120.0, 12400.0, 1200.5, 0.125)
    """
    digits = re.sub(r"['\s]", "", figure)
    marks = re.findall(r"[.,]", digits)
    if len(set(marks)) == 2:  # noqa: PLR2004
        whole, decimals = digits[: digits.rindex(marks[-1])], digits[digits.rindex(marks[-1]) + 1 :]
        return float(re.sub(r"[.,]", "", whole) + "." + decimals)
    if len(marks) > 1 or (marks and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits)):
        return float(re.sub(r"[.,]", "", digits))
    return float(digits.replace(",", "."))
