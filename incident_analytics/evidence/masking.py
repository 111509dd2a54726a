"""What a log line says without its variable parts, and without the secrets that somebody logged."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["mask_secrets", "mask_variables"]

_KEYS: Final = r"""
    pass(?:word|wd|phrase)? | pwd | secret | token | credentials? | signature | authorization
  | (?:api|access|private|auth|account|encryption|signing|session)[_-]?(?:key|id)
"""
_SECRETS: Final = re.compile(
    rf"""
    (?P<keep> -----BEGIN\ [A-Z ]*PRIVATE\ KEY----- ) .*
  | (?P<scheme> :// ) [^/\s"'<>]{{1,500}} @
  | (?P<cookie> (?: \b set- )? \b cookie \\*["']? \s* [:=] \s* ) [^\n]+
  | (?P<key> (?<![\w-]) [\w-]{{0,40}}? (?:{_KEYS})(?:[_-]\w*|s)? \\*["']? \s* [:=] \s* )
      (?: (?:bearer|basic|digest|negotiate|token|ntlm|apikey|aws4-hmac-sha256)\s+ )?
      (?: "(?:\\.|[^"\\])*"? | '(?:\\.|[^'\\])*'? | \\"(?:[^"\\]|\\\\\\?.)*(?:\\")?
        | \\+"[^"]*"? | \\+'[^']*'? | [^\s"']+ )
  | (?P<option> (?<![\w-]) --[\w-]{{0,40}}? (?:{_KEYS})(?:[_-]\w*)? \s+ (?!-) ) (?: "[^"]*"? | '[^']*'? | \S+ )
  | (?P<kind> \b (?:bearer|basic) \s+ ) (?=[\w.~+/=-]*[\d=.]) [\w.~+/=-]{{8,}}
  | \b eyJ [\w-]{{5,1000}}+ \. [\w-]+ (?: \. [\w-]* )?
  | \b (?: (?:AKIA|ASIA)[A-Z0-9]{{16}} | gh[pousr]_\w{{16,}} | github_pat_\w{{16,}} | glpat-[\w-]{{16,}}
         | xox[abeprs]-[\w-]{{8,}} | [rs]k_(?:live|test)_\w{{8,}} | sk-[\w-]{{16,}} | AIza[\w-]{{30,}} ) \b
  | (?P<email> (?<![\w.+%-]) [\w.+%-]++ @ [\w-]+ (?: \. [\w-]+ )+ )
  | (?P<card> (?<![\w.-]) [2-6]\d{{3}} (?: [ -]? \d ){{9,15}} (?![\w-]) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HINT: Final = re.compile(  # of the line in lower case, which is three times as fast as ignoring case
    r"pass|pwd|secret|token|credential|signature|auth|key|session|cookie|bearer|basic|eyj|akia|asia|gh[pousr]_|github_pat"
    r"|glpat|xox|[rs]k[_-]|aiza|@|\d[\d -]{11}"
)
"""What every secret above holds: a line without it is done after one quick search."""

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


def mask_secrets(text: str) -> str:
    """Replace what nobody should publish.

    Parameters
    ----------
    text
        One line, or a part of one.

    Returns
    -------
    str
        The line with ``<secret>`` in place of passwords, tokens, keys, cookies and what is before the ``@`` of a
        URL, ``<email>`` in place of addresses, ``<card>`` in place of numbers that pass as card numbers. It errs on the
        side of masking too much. What is secret only to those who know it, such as a name, stays.

    Examples
    --------
    >>> mask_secrets("login with password=hunter2 failed at https://root:toor@db.example/x")
    'login with password=<secret> failed at https://<secret>@db.example/x'
    >>> mask_secrets("Authorization: Bearer abc.def, sent by ann@example.com")
    'Authorization: <secret> sent by <email>'
    """
    return _SECRETS.sub(_secret, text) if _HINT.search(text.lower()) else text


def _secret(found: re.Match[str]) -> str:
    kind, words = found.lastgroup, found[0]
    if kind == "email":
        return "<email>"
    if kind == "card":
        return "<card>" if _is_card_number(words) else words
    kept = found[kind] if kind else ""
    return f"{kept}<secret>{'@' if kind == 'scheme' else ''}"


def _is_card_number(words: str) -> bool:
    """Check a number by its last digit (Luhn, ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(words) if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


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
