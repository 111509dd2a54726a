r"""Text as people see it: characters that can't be seen, or that change how others are seen, are written out.

A report, a file's name or a log can hold characters that move a terminal's cursor, turn text round or hide in a word.
In everything that is written for people they become escapes such as ``\x1b`` and ``\u202e``. Some belong to a script
and are kept where they do their work there: joiners within Persian, Arabic and Indic words and within emoji, selectors
after what they select a variant of, the tags of a flag. Hebrew and Arabic letters need no mark of direction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from unicodedata import category

from incident_analytics.late_patterns import compile_late

__all__ = ["HIDDEN", "visible", "visible_json", "visible_toml"]

# Control characters, halves of characters, separators of lines, format characters (all of Cf but the visible ones, such
# as the Arabic sign of a number), letters that are blank, selectors of variants, the two that no XML may hold. A test
# compares Unicode's tables.
HIDDEN: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""These characters, as a class of a regular expression has them between its brackets."""
_FLAG: Final = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
_FOUND: Final = compile_late(f"{_FLAG}|[{HIDDEN}]")
_JOINING: Final = compile_late("[\u0600-\u0dff\u1000-\u109f\u1780-\u18af]")
"""Scripts in which a joiner, or what prevents one, changes a word's letters."""
_KEYCAP: Final = compile_late("[0-9#*]")
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str, *, keep: str = "") -> str:
    r"""Return text in which nothing is hidden.

    Parameters
    ----------
    text
        Any text, a file's name among it.
    keep
        Characters that stay, as line breaks do in a cell of several lines.

    Returns
    -------
    str
        The text with ``\x1b`` for the character with that code, ``\n`` for a line break, ``\xff`` for a byte of a
        file's name that is not a character. The result of an earlier call is returned as it is.

    Examples
    --------
    >>> print(visible("API\x1b[2J down"), visible("a\u202eb"), visible("two\nlines"))
    API\x1b[2J down a\u202eb two\nlines
    >>> visible("می\u200cخواهم") == "می\u200cخواهم"
    True
    """
    return _FOUND.sub(lambda found: _shown(found, keep, _escape), text)


def visible_json(text: str) -> str:
    r"""Return JSON in which nothing is hidden and which says the same: JSON has an escape for each character.

    Examples
    --------
    >>> print(visible_json('{"title":"a\u202eb"}'))
    {"title":"a\u202eb"}
    """
    # Between its values JSON has no hidden character but line breaks.
    return _FOUND.sub(lambda found: _shown(found, "\n", _json_escape), text)


def visible_toml(text: str) -> str:
    r"""Return a quoted string of JSON as TOML writes it, with nothing hidden, which says the same.

    Examples
    --------
    >>> print(visible_toml('"a\u202eb\U000e0001"'))
    "a\u202eb\U000e0001"
    """
    return _FOUND.sub(lambda found: _shown(found, "", _toml_escape), text)


def _shown(found: re.Match[str], keep: str, escape: Callable[[str], str]) -> str:
    """Return a hidden character as it is where it stays, else written out; a flag is several, and stays."""
    return found[0] if len(found[0]) > 1 or found[0] in keep or _is_at_work(found) else escape(found[0])


def _is_at_work(found: re.Match[str]) -> bool:
    """Return whether a hidden character does here what its script has it for."""
    mark, at = found[0], found.start()
    before, after = found.string[at - 1 : at] if at else "", found.string[at + 1 : at + 2]
    if not before:
        return False
    kind = category(before)
    if mark in "\u200c\u200d":
        if kind[0] in "LM" and _JOINING.match(before):
            return True
        return mark == "\u200d" and after != "" and _is_symbol(after) and (_is_symbol(before) or before == "\ufe0f")
    if "\u180b" <= mark <= "\u180f":
        return kind[0] == "L" and "\u1800" <= before <= "\u18af"
    if "\ufe00" <= mark <= "\ufe0f" or "\U000e0100" <= mark <= "\U000e01ef":
        is_ideograph = kind == "Lo" and before >= "\u3400"
        return _is_symbol(before) or is_ideograph or (after == "\u20e3" and _KEYCAP.match(before) is not None)
    return False


def _is_symbol(character: str) -> bool:
    """Return whether a character may be an emoji, or one of its skin tones."""
    return category(character) in {"So", "Sk", "Sm"} or character in "\u203c\u2049\u2139\u3030"


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - a byte that os.fsdecode could not read
        code -= 0xDC00
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index : index + 2].hex()}" for index in range(0, len(units), 2))


def _toml_escape(character: str) -> str:
    if "\ud800" <= character <= "\udfff":  # TOML has no way to write it
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"  # noqa: PLR2004
