"""What a log line says without its variable parts; `mask_secrets` takes out what somebody should not have logged."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from incident_analytics.masking import mask_secrets

__all__ = ["mask_secrets", "mask_variables"]

_VARIABLES: Final = re.compile(
    r"""
    (?P<str> (?<![\w>]) (?: "(?!(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\ ) [^"]* " | '[^']*' ) (?![\w<]) )
  | (?P<time> \b \d{4}-\d\d-\d\d (?: [T ]\d\d:\d\d(?: :\d\d(?:[.,]\d+)? )? (?: Z\b | [+-]\d\d:?\d\d\b )? )? )
  | (?P<uuid> \b [0-9a-fA-F]{8} (?: -[0-9a-fA-F]{4} ){3} -[0-9a-fA-F]{12} \b )
  | (?P<ip> (?<![\w.]) \d{1,3} (?: \.\d{1,3} ){3} (?![\w.])
          | (?<![\w:]) (?: [0-9a-fA-F]{1,4}:{1,2} ){4,7} [0-9a-fA-F]{1,4} (?![\w:]) )
  | (?P<hex> \b (?: 0x[0-9a-fA-F]+ | [0-9a-f]{10,} | (?=[a-f]*[0-9]) (?=[0-9]*[a-f]) [0-9a-f]{6,} ) \b )
  | (?P<id> (?<=-) (?!https\b) [bcdfghjklmnpqrstvwxz2456789]{5} \b )
  | (?P<query> (?<=[\w/]) \?[\w%.-]+=[^\s"]* )
  | (?P<status> (?: HTTP/[\d.]+"? | \b status(?:_code)?["']?[=:] | \b HTTP ) \ ? [1-5]\d\d \b )
  | (?P<num> \d+ (?: [.,]\d+ )* )
    """,
    re.VERBOSE,
)


def mask_variables(text: str) -> str:
    """Replace what differs between two lines that say the same.

    Parameters
    ----------
    text
        One line, or a part of one.

    Returns
    -------
    str
        The line with ``<str>`` in place of a quoted text (a request line stays), ``<time>``, ``<uuid>``, ``<ip>``,
        ``<id>`` (the end of a Kubernetes pod's name), ``<query>`` of a URL, and ``<num>`` for every other number,
        decimal or hexadecimal, also inside a word; an HTTP status stays. Masking twice changes nothing.

    Examples
    --------
    >>> mask_variables("render-worker-xwsdw ERROR job limit 1800 s reached at sentence 203 of 268")
    'render-worker-<id> ERROR job limit <num> s reached at sentence <num> of <num>'
    >>> mask_variables('10.2.0.7 "GET /shows/81?page=3 HTTP/1.1" 503 12 "curl/8.1"')
    '<ip> "GET /shows/<num><query> HTTP/1.1" 503 <num> <str>'
    """
    return _settled(_VARIABLES.sub(_variable, text))


@lru_cache(maxsize=4096)
def _settled(text: str) -> str:
    """Mask until nothing changes: a mask may be the boundary that its neighbour lacked; most lines recur by now."""
    while (masked := _VARIABLES.sub(_variable, text)) != text:
        text = masked
    return text


def _variable(found: re.Match[str]) -> str:
    if found.lastgroup == "status":
        return found[0]
    # Some hexadecimal numbers have no letter: all numbers have one mask.
    return "<num>" if found.lastgroup == "hex" else f"<{found.lastgroup}>"
