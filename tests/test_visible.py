"""Nothing is hidden in what people read, and words of every script stay as they are."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_analytics.visible import HIDDEN, visible, visible_json

SHOWN_FORMAT = "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]"
"""Characters of Unicode's class Cf that are seen: signs before a number or above an abbreviation."""

anything = st.text() | st.text(
    st.sampled_from(
        "aم क\u093c\u094d👩❤🏴🏽1#\u20e3葛᠊ᠠ" + "\x1b\u202e\u200b\u200c\u200d\ufe0f\U000e0067\U000e007f\xad\ud800\n"
    )
)


def test_all_that_unicode_calls_control_or_format_is_hidden() -> None:
    hidden = re.compile(f"[{HIDDEN}]")
    missed = [
        f"U+{code:04X}"
        for code in range(0x110000)
        if unicodedata.category(character := chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and not hidden.match(character)
        and not re.match(SHOWN_FORMAT, character)
    ]
    assert not missed


def test_nothing_else_is_hidden_but_blank_letters_and_selectors() -> None:
    hidden = re.compile(f"[{HIDDEN}]")
    names = [
        unicodedata.name(chr(code))
        for code in range(0x110000)
        if hidden.match(chr(code)) and unicodedata.category(chr(code)) not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}
    ]
    assert [
        name
        for name in names
        if not re.search("VARIATION SELECTOR|FILLER$|^KHMER VOWEL INHERENT|GRAPHEME JOINER$", name)
    ] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("API\x1b[2J\x07", r"API\x1b[2J\x07"),
        ("C1 \x9b31m", r"C1 \x9b31m"),
        ("rubout\x7f", r"rubout\x7f"),
        ("\x1b]8;;http://x\x1b\\link", r"\x1b]8;;http://x\x1b\link"),
        ("two\nlines\rand\ta tab", r"two\nlines\rand\ta tab"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("invoice\u202egpj.exe", r"invoice\u202egpj.exe"),
        ("\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069", r"\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069"),
        ("שלום\u200f!", r"שלום\u200f!"),
        ("\u200e\u061c", r"\u200e\u061c"),
        ("a\u200bb\u200cc\u200dd\u2060e\ufefff\xadg", r"a\u200bb\u200cc\u200dd\u2060e\ufefff\xadg"),
        ("no\ufe0f emoji", r"no\ufe0f emoji"),
        ("\ufe0f", r"\ufe0f"),
        ("1\ufe0f", r"1\ufe0f"),
        ("tag\U000e0041\U000e0042", r"tag\U000e0041\U000e0042"),
        ("🏴\U000e0041", r"🏴\U000e0041"),
        ("a\U000e0100", r"a\U000e0100"),
        ("no character\ufffe\uffff", r"no character\ufffe\uffff"),
        ("blank\u3164\uffa0\u115f", r"blank\u3164\uffa0\u115f"),
        ("byte\udcff half\ud83d", r"byte\xff half\ud83d"),
        ("م\u200c\u200c", r"م‌\u200c"),
        ("👩\u200d word", r"👩\u200d word"),
    ],
)
def test_what_is_hidden_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Plain text, no-break\u00a0space, dash – and café",
        "می\u200cخواهم خانه\u200cها",  # Persian: a joiner is prevented within a word
        "क्\u200dष र्\u200dय क्\u200cष",  # Hindi: half forms
        "ශ්\u200dරී ලංකා",
        "עברית שלום, עולם",
        "العربية ٪١٢",
        "👩\u200d💻 👩🏽\u200d🚀 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 ❤\ufe0f\u200d🔥",
        "©\ufe0f ↔\ufe0f ☎\ufe0e ‼\ufe0f ℹ\ufe0f",
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "葛\U000e0100城市",
        "ᠮᠣᠩᠭᠣᠯ\u180b",
        "e\u0301 한국어 中文 ไทย",
    ],
)
def test_words_of_every_script_stay(text: str) -> None:
    assert visible(text) == text
    assert visible_json(text) == text


def test_what_is_kept_is_kept() -> None:
    assert visible("two\nlines\x1b", keep="\n") == "two\nlines\\x1b"


@given(anything)
def test_nothing_is_hidden_but_what_its_neighbours_need(text: str) -> None:
    shown = visible(text)
    joiners_and_selectors = "\u200c\u200d\ufe00-\ufe0f\u180b-\u180f\U000e0020-\U000e007f\U000e0100-\U000e01ef"
    assert not re.search(
        f"[{HIDDEN}]",
        re.sub(
            f"(?<=[^\x00-\x7f{joiners_and_selectors}])[{joiners_and_selectors}]+|(?<=[0-9#*])\ufe0f(?=\u20e3)",
            "",
            shown,
        ),
    )
    assert visible(shown) == shown
    shown.encode()  # no half of a character is left, which could not be written at all


@given(st.dictionaries(anything, anything))
def test_json_says_the_same_with_nothing_hidden(values: dict[str, str]) -> None:
    shown = visible_json(json.dumps(values, ensure_ascii=False))
    assert json.loads(shown) == values
    assert visible(shown) == shown
