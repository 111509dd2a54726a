"""Secrets and personal data, masked wherever text leaves: reports, pages, notebooks, messages on stderr.

The forms of tokens are those of the rules of gitleaks (https://github.com/gitleaks/gitleaks), of which each begins with
letters of its own; what has no form of its own is known by the word before it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from incident_analytics.late_patterns import compile_late
from incident_analytics.visible import HIDDEN

__all__ = ["mask_secrets"]

_UNSEEN: Final = compile_late(
    rf"(?![\t\n\r])[{HIDDEN}]"
    r"|\\(?:x(?:0[0-8bcef]|1.|7f|[89].|ad)|u(?:00ad|034f|061c|115f|1160|17b[45]|180[b-f]|200[b-f]|202[8-e]|206.|3164"
    r"|d[89a-f]..|fe0.|feff|ffa0|fff.)|U000e....)"
)
"""A character that can't be seen, or one that is written out as `visible` does it."""

_KEYS: Final = r"""
    pass(?:word|wd|phrase|code)? | pwd | secret | token | credentials? | signature | authorization | otp
  | (?<![\w-])_auth
  | (?:api|app|application|access|private|auth|account|encryption|signing|session|master|storage|subscription|license
      |consumer|client|write|webhook|ssh|pgp|gpg|hmac|deploy|routing|integration|service)[_-]?key
  | (?:access|session|sess)[_-]?id | phpsessid
"""
"""Words after which there is a secret, also as the end of a longer name such as ``DB_PASSWORD``."""

_ABOUT: Final = (
    "(?:bucket|count|type|length|len|name|file|path|expir|ttl|age|limit|size|version|policy|usage|rotation|store|used)"
)
"""Ends of names of what is about a secret, and none itself, such as ``token_count``."""

_VALUE: Final = r"""
    <secret> | "(?:\\.|[^"\\])*"? | '(?:\\.|[^'\\])*'? | \\"(?:[^"\\]|\\\\\\?.)*(?:\\")? | \\+"[^"]*"? | \\+'[^']*'?
  | [^\s"']+
"""
_KEYED: Final = compile_late(
    rf"""
    -----begin\ [a-z0-9 ]{{0,40}}private\ key(?:\ block)?----- (?P<pem> .* )
  | \b cookie \\*["']? \s* [:=] \s* (?P<cookie> [^\n]+ )
  | \b authorization \\*["']? \s* [:=] \s* \\*["']? (?P<auth>
      (?: (?!<) (?: (?:bearer|basic|digest|negotiate|token|ntlm|apikey|hawk|aws4-hmac-sha256|sharedkey(?:lite)?|key)\s+
                  | [a-z][\w-]{{1,30}}\s+ (?=[^\s"']*[\d=+/]) ) )?
      (?: <secret> | [^\s"'<>]+ (?: ,\s* [\w-]+ = (?:"[^"]*"|[^\s,"']+) )* ) )
  | (?P<key> (?: {_KEYS} ) (?: [_-](?!{_ABOUT})\w{{0,40}}+ | s | key | value | hash | string | text | base64 )?
      \\*["']? \s* (?: [:=]>? | %3[ad] ) \s* )
      (?P<value> (?: (?:bearer|basic|digest|negotiate|token|ntlm|apikey|aws4-hmac-sha256)\s+ )? (?: {_VALUE} ) )
  | (?: {_KEYS} ) [\w-]{{0,40}} > (?P<tag> [^<]{{1,500}}+ ) (?= </ )
  | (?: password|passphrase|passcode|pwd|token|secret) \s+ (?:is|was|to|=>) \s+ ["']?
      (?P<is> (?= [^\s"']*\d ) [^\s"']+ )
  | --[\w-]{{0,40}}? (?: {_KEYS} )(?:[_-]\w{{0,40}})? \s+ (?!-) (?P<option> "[^"]*"? | '[^']*'? | \S+ )
  | \b (?:bearer|basic) \s+ (?=[\w.~+/=-]*[\d=.]) (?P<kind> [\w.~+/=-]{{8,}} )
  | [?&;] (?:key|sig|sid|code_verifier|auth) = (?! <secret> ) (?P<param> [^\s"'&<>]+ )
  | (?<![\w-]) sig \s* = \s* (?! <secret> ) (?P<sig> [^\s"'&<>]+ )
    """,
    re.VERBOSE,
)
"""Secrets after a word, in lower case; the named group is what is masked."""
_KEYED_WORDS: Final = (
    "pass", "pwd", "secret", "token", "credential", "signature", "auth", "otp", "key", "sess", "access", "sig", "sid=",
    "cookie", "bearer", "basic",
)  # fmt: skip

_CALLS: Final = compile_late(
    r"""
    \b (?: hooks\.slack\.com/(?:services|workflows|triggers)/ | discord(?:app)?\.com/api/webhooks/
      | \.webhook\.office\.com/ | outlook\.office(?:365)?\.com/webhook/ | hooks\.zapier\.com/hooks/catch/
      | api\.telegram\.org/bot ) (?P<hook> [^\s"'<>]+ )
  | :// (?P<scheme> [^/\s"'<>]{1,500} | [^/\s"'<>:@]{0,100} : (?!\d{1,5}/) [^\s"'<>@]{1,200} ) (?= @ )
  | (?<![\w-]) (?: -u | --(?:proxy-)?user ) [\ =]? (?!\d+:\d+\b)
      (?P<user> "[^":\s]*:[^"]*" | '[^':\s]*:[^']*' | [^\s:"'/=]{1,100} : [^\s"']+ )
  | \b (?:mysql(?:dump|admin)?|mariadb|sshpass|docker\ login|redis-cli|smbclient|ldapsearch) \b
      (?: \s+ (?! -[paw] ) \S{1,100} ){0,12} \s+ -[paw] \ ? (?!-) (?P<short> "[^"]*"? | '[^']*'? | [^\s"']+ )
    """,
    re.VERBOSE,
)
"""Secrets in URLs and commands, in lower case; the named group is what is masked."""
_CALLS_WORDS: Final = (
    "://", " -u", "--user", "--proxy-user", "hooks", "telegram", "mysql", "mariadb", "sshpass", "docker login",
    "redis-cli", "smbclient", "ldapsearch",
)  # fmt: skip

_TOKENS: Final = compile_late(
    r"""
    (?<![A-Za-z0-9]) (?:
    (?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b                               # AWS
  | gh[pousr]_\w{16,} | github_pat_\w{16,}                                          # GitHub
  | gl(?:pat|dt|ft|rt|cbt|ptt|agent|oas|soat|imt|ffct)-[\w.=-]{16,} | GR1348941[\w-]{20,}  # GitLab
  | xox[abceoprs]\w?-[\w-]{8,} | xapp-\d-[\w-]{8,} | xoxe(?:\.xox[bp])?-\d-[\w-]{20,}      # Slack
  | [rs]k_(?:live|test|prod)_\w{8,} | whsec_[\w+/=]{16,} | sk-[\w-]{16,}            # Stripe; OpenAI, Anthropic
  | AIza[\w-]{30,} | GOCSPX-[\w-]{20,} | ya29\.[\w-]{20,} | 1//0[\w-]{30,}          # Google
  | npm_\w{30,} | pypi-[\w-]{16,} | rubygems_[0-9a-f]{30,} | oy2[a-z0-9]{43}\b | dckr_pat_[\w-]{20,}  # packages
  | SG\.[\w-]{16,}\.[\w-]{16,} | xkeysib-[\w-]{20,} | key-[0-9a-f]{32}\b | [0-9a-f]{32}-us\d{1,2}\b  # mail
  | (?:SK|AC)[0-9a-f]{32}\b | \d{8,10}:AA[\w-]{32,}                                  # Twilio, Telegram
  | hv[sbr]\.[\w-]{20,} | \w{14}\.atlasv1\.[\w-]{40,}                               # HashiCorp
  | do[opr]_v1_[0-9a-f]{40,} | dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.]{20,} | dapi[0-9a-f]{32}\b | pul-[0-9a-f]{40}\b
  | NR(?:AK|II|JS|AA)-[\w-]{16,} | gl(?:c|sa)_[\w+/=]{20,} | sntry[su]_[\w+/=-]{20,} | dt0[a-z]\d\d\.\w{20,}\.\w{40,}
  | shp(?:at|ca|pa|ss)_[0-9a-f]{32} | sq0(?:atp|csp)-[\w-]{20,} | EZ[AT]K\w{50,} | shippo_(?:live|test)_[0-9a-f]{30,}
  | hf_[A-Za-z]{30,} | pplx-\w{30,} | PMAK-[\w-]{30,} | lin_api_\w{30,} | ntn_\w{30,} | ATATT3[\w=-]{30,}
  | ATCTT3[\w=-]{30,} | fm[12]_[\w+/=]{30,} | fo1_[\w-]{30,} | pscale_(?:tkn|pw|oauth)_[\w.=-]{30,} | rdme_[a-z0-9]{60,}
  | LTAI\w{12,} | AKCp\w{60,} | cmVmd\w{50,} | CLOJARS_\w{60} | HRKU-[\w-]{30,} | API-[A-Z0-9]{26}\b | sha256~[\w-]{40,}
  | A3-[A-Z0-9]{6}-[A-Z0-9-]{20,} | ops_eyJ[\w+/=]{40,} | AGE-SECRET-KEY-1\w{50,}
  | [\w~.]{3}\dQ~[\w~.-]{31,34} | eyJ[\w-]{5,1000}+\.[\w-]+(?:\.[\w-]*)? | eyJ[\w-]{40,}
)
    """,
    re.VERBOSE,
)
_TOKEN_WORDS: Final = (
    "A3T", "AKIA", "ASIA", "ABIA", "ACCA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-",
    "glft-", "glrt-", "glcbt-", "glptt-", "glagent-", "gloas-", "glsoat-", "glimt-", "glffct-", "GR1348941", "xox",
    "xapp-",
    "k_live_", "k_test_", "k_prod_", "whsec_", "sk-", "AIza", "GOCSPX-", "ya29.", "1//0", "npm_", "pypi-", "rubygems_",
    "oy2", "dckr_pat_", "SG.", "xkeysib-", "key-", "-us", "SK", "AC", ":AA", "hvs.", "hvb.", "hvr.", ".atlasv1.",
    "_v1_",
    "dp.", "dapi", "pul-", "NRAK-", "NRII-", "NRJS-", "NRAA-", "glc_", "glsa_", "sntry", "dt0", "shpat_", "shpca_",
    "shppa_", "shpss_", "sq0", "EZAK", "EZTK", "shippo_", "hf_", "pplx-", "PMAK-", "lin_api_", "ntn_", "ATATT3",
    "ATCTT3",
    "fm1_", "fm2_", "fo1_", "pscale_", "rdme_", "LTAI", "AKCp", "cmVmd", "CLOJARS_", "HRKU-", "API-", "sha256~", "A3-",
    "ops_eyJ", "AGE-SECRET-KEY-1", "Q~", "eyJ",
)  # fmt: skip
"""One of these is in each of the tokens."""

_NUMBERS: Final = compile_late(
    r"""
    (?P<iban> [A-Z]{2}(?<![A-Za-z0-9]..)\d\d (?: \ ?[A-Z0-9]{4} ){2,7} (?: \ ?[A-Z0-9]{1,3} )? \b )
  | (?P<card> [2-6](?<![\w.-].)\d{3} (?: [ -]? \d ){9,15} (?![\w-]) )
    """,
    re.VERBOSE,
)
_BASE64: Final = compile_late(r"(?<![\w+/.=-])(?:MII[A-Za-z0-9+/]{20,}|[A-Za-z0-9+/]{60,})={0,2}(?![\w+/.-])")
_BASE64_LENGTH: Final = 23
"""The shortest run of characters that is masked as a part of a key."""
_EMAIL: Final = compile_late(r"(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]+)+")
_IP: Final = compile_late(
    r"""
    \d (?<![\w.-].) (?<![A-Za-z]/.) \d{0,2} (?: \.\d{1,3} ){3} (?! [\w-] | \.\d )
  | [23] (?<![\w:.].) [0-9a-fA-F]{3} (?: : [0-9a-fA-F]{0,4} ){2,7} (?! [\w:] )
    """,
    re.VERBOSE,
)
_PHONE: Final = compile_late(
    r"""
    (?: \+ (?<![\w+.:-].) \d (?: [ ().-]{0,2}\d ){7,14}
      | (?: \( (?<![\w+.:-].) \d{3}\)\ ? | \d (?<![\w+.:-].) \d\d[-. ] ) \d{3}[-. ]\d{4} ) (?! [\w.:-]?\d | \w )
    """,
    re.VERBOSE,
)
_PRIVATE: Final = [ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
_PLAIN: Final = compile_late(r"[A-Za-z]+[.,;:!?)]*")
_COUNTED: Final = compile_late(r"s\W*$", re.IGNORECASE)  # of several: tokens=12
_NO_SECRET: Final = compile_late(
    r"""
    ["']? (?: true|false|null|nil|none|undefined|yes|no|ok|empty|\*+|x{3,}|\[?(?:redacted|filtered|masked|hidden)\]? )
    ["']? [,;.)\]}]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SURELY_CARDS: Final = compile_late(
    r"4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14}"
)


@lru_cache(maxsize=4096)
def mask_secrets(text: str, *, prose: bool = False) -> str:
    """Replace what nobody should publish.

    Parameters
    ----------
    text
        One line, or a part of one.
    prose
        Whether a person wrote it for others to read, such as a report's title. Its e-mail addresses, phone numbers, IP
        addresses and what follows as a plain word ("Token: expired") are meant, and stay.

    Returns
    -------
    str
        The line with ``<secret>`` in place of passwords, tokens, keys, cookies and what is before the ``@`` of a URL;
        ``<card>`` and ``<iban>`` in place of numbers with the check digits of these; ``<email>``, ``<phone>`` and
        ``<ip>`` in place of addresses. IP addresses of private networks, which lead to nobody, stay. It errs on the
        side of masking too much. What is secret only to those who know it, such as a name, stays. Characters that
        can't be seen hide no secret; they are gone from a line that has one.

    Examples
    --------
    >>> mask_secrets("login with password=hunter2 failed at https://root:toor@db.example/x")
    'login with password=<secret> failed at https://<secret>@db.example/x'
    >>> mask_secrets("Authorization: Bearer abc.def, sent by ann@example.com")
    'Authorization: <secret> sent by <email>'
    >>> mask_secrets("Token: expired, password: hunter2", prose=True)
    'Token: expired, password: <secret>'
    """
    masked = _mask(text, prose=prose)
    is_plain = masked.isascii() and masked.isprintable() and "\\" not in masked
    if is_plain or (plain := _UNSEEN.sub("", masked)) == masked:
        return masked
    found = _mask(plain, prose=prose)
    return masked if found == plain else found


def _mask(text: str, *, prose: bool) -> str:
    lower = text.lower()
    if len(lower) != len(
        text
    ):  # of a few letters the lower case is longer; none of them is in a word that is looked for
        lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    for words, pattern in ((_KEYED_WORDS, _KEYED), (_CALLS_WORDS, _CALLS)):
        if any(map(lower.__contains__, words)):
            text, lower = _without_groups(pattern, text, lower, prose=prose)
    if any(map(text.__contains__, _TOKEN_WORDS)):
        text = _TOKENS.sub("<secret>", text)
    text = _NUMBERS.sub(_number, text)
    if any(len(word) >= _BASE64_LENGTH for word in text.split()):
        text = _BASE64.sub(_key_part, text)
    if not prose:
        if "@" in text:
            text = _EMAIL.sub("<email>", text)
        text = _PHONE.sub("<phone>", _IP.sub(_address, text))
    return text


def _without_groups(pattern: re.Pattern[str], text: str, lower: str, *, prose: bool) -> tuple[str, str]:
    """Mask the group that is found in the text in lower case, in that and in the text."""
    parts: list[str] = []
    small: list[str] = []
    end = 0
    for found in pattern.finditer(lower):
        start, stop = found.span(found.lastgroup or 0)
        if found.lastgroup == "value" and _is_harmless(found, prose=prose):
            continue
        parts += text[end:start], "<secret>"
        small += lower[end:start], "<secret>"
        end = stop
    return "".join((*parts, text[end:])), "".join((*small, lower[end:]))


def _is_harmless(found: re.Match[str], *, prose: bool) -> bool:
    """Return whether the text after a word such as token is harmless: a flag, a count, or in prose a word."""
    key, value = found["key"], found["value"]
    name = found.string[max(0, found.start("key") - 1) : found.end("key")]
    return bool(
        _NO_SECRET.fullmatch(value)
        or (_COUNTED.search(key) and value.rstrip(",;.)").isdigit())
        or (prose and not set("=_-") & set(name) and _PLAIN.fullmatch(value))
    )


def _number(found: re.Match[str]) -> str:
    words = found[0]
    digits = re.sub(r"[ -]", "", words)
    if found.lastgroup == "iban":
        return "<iban>" if _is_iban(digits) else words
    return "<card>" if _SURELY_CARDS.fullmatch(digits) and _is_card_number(digits) else words


def _key_part(found: re.Match[str]) -> str:
    # A digest or a path has only some of these.
    mixed = all(re.search(letters, found[0]) for letters in ("[a-z]", "[A-Z]", "[0-9]"))
    return "<secret>" if mixed else found[0]


def _address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0])
    except ValueError:  # 999.1.1.1, or a time
        return found[0]
    # Those of documentation count as public, as examples are to look like the real ones.
    own = address.is_loopback or address.is_link_local or address.is_unspecified
    return found[0] if own or any(address in network for network in _PRIVATE) else "<ip>"


def _is_card_number(digits: str) -> bool:
    """Return whether the check digit is right (Luhn, ISO/IEC 7812-1)."""
    numbers = [int(digit) for digit in reversed(digits)]
    doubled = [sum(divmod(2 * number, 10)) for number in numbers[1::2]]
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0


def _is_iban(words: str) -> bool:
    """Return whether the check digits are right (ISO 13616)."""
    numbers = "".join(str(int(letter, 36)) for letter in words[4:] + words[:4])
    return 15 <= len(words) <= 34 and int(numbers) % 97 == 1  # noqa: PLR2004 - the shortest is Norway's
