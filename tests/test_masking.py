"""Masking: what nobody should publish, and what differs between two lines that say the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incident_analytics.evidence.masking import mask_secrets, mask_variables

JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl"

SECRETS = [
    ("login with password=hunter2 failed", "login with password=<secret> failed"),
    ("DB_PASSWORD = 'a b c' set", "DB_PASSWORD = <secret> set"),
    ('{"user": "x", "password": "a b, c", "n": 1}', '{"user": "x", "password": <secret>, "n": 1}'),
    (r"body {\"api_key\": \"abc\", \"n\": 1}", r"body {\"api_key\": <secret>, \"n\": 1}"),
    (r'{"password": "a\"b c", "n": 1}', '{"password": <secret>, "n": 1}'),
    (r"body {\"api_key\": \"a\\\"b c\", \"n\": 1}", r"body {\"api_key\": <secret>, \"n\": 1}"),
    ("mysql --password hunter2 -u root", "mysql --password <secret> -u root"),
    ("vault --auth-token 'a b' read", "vault --auth-token <secret> read"),
    ("Proxy-Authorization: NTLM TlRMTVNTUAAB", "Proxy-Authorization: <secret>"),
    ("passwd: hunter2", "passwd: <secret>"),
    ("?user=1&access_token=abc&page=2 x", "?user=1&access_token=<secret> x"),
    ("x-api-key: 123-456", "x-api-key: <secret>"),
    ("aws_secret_access_key = abc/def+1", "aws_secret_access_key = <secret>"),
    ("Authorization: Bearer abc.def next", "Authorization: <secret> next"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: <secret>"),
    ("401 for Bearer a1b2c3d4e5", "401 for Bearer <secret>"),
    (f"401 for {JWT}!", "401 for <secret>!"),
    ("Cookie: a=b; sid=xyz", "Cookie: <secret>"),
    ("set-cookie: sid=xyz; Path=/", "set-cookie: <secret>"),
    ("key AKIAIOSFODNN7EXAMPLE refused", "key <secret> refused"),
    ("ghp_0123456789abcdefABCDEF0123456789 expired", "<secret> expired"),
    ("sk_live_0123456789abcdef", "<secret>"),
    ("xoxb-1234-5678-abcdef", "<secret>"),
    ("glpat-abcdefghij0123456789", "<secret>"),
    (
        "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----<secret>",
    ),
    ("postgres://root:to:or@db.example/x", "postgres://<secret>@db.example/x"),
    ("postgres://root:to@r@db.example/x", "postgres://<secret>@db.example/x"),
    ("https://token@git.example/", "https://<secret>@git.example/"),
    ("sign-in of ann.b+c@mail.example.org refused", "sign-in of <email> refused"),
    ("card 4111 1111 1111 1111 refused", "card <card> refused"),
    ("card 4111-1111-1111-1111 refused", "card <card> refused"),
    ("card 378282246310005 refused", "card <card> refused"),
]

HARMLESS = [
    "basic authentication failed",
    "no password given",
    "card 4111 1111 1111 1112 refused",
    "at 1754437749000 ms",
    "monkey=3 keyboard: x passenger=4",
    "https://example.com/a@b",
    "@Override on line 3",
    "token expired",
    "git --no-password --verbose",
    "mongo://a.example,b.example/x and c",
    "",
]


@pytest.mark.parametrize(("line", "masked"), SECRETS)
def test_a_secret_never_leaves(line: str, masked: str) -> None:
    assert mask_secrets(line) == masked


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_stays(line: str) -> None:
    assert mask_secrets(line) == line


VARIABLES = [
    ("job limit 1800 s at sentence 203 of 268", "job limit <num> s at sentence <num> of <num>"),
    ("took 1.6 s, 12,400 rows, -5, 2000ms", "took <num> s, <num> rows, -<num>, <num>ms"),
    ("job 8f3a2b7c9d1e of 0x7fff and ceeaaadcffac", "job <num> of <num> and <num>"),
    ("defaced facade", "defaced facade"),
    ("render-worker-xwsdw and web-7d9f8b6c5-q5fng over-https", "render-worker-<id> and web-<num>-<id> over-https"),
    ("id 123e4567-e89b-12d3-a456-426614174000.", "id <uuid>."),
    ("at 2025-08-05T23:49:01.123Z or 2025-08-05 23:49 or 2025-08-05", "at <time> or <time> or <time>"),
    ("from 10.2.0.7:8080 and fe80:0:0:0:1:2:3:4", "from <ip>:<num> and <ip>"),
    ("""field 'network_token' is no "b c", it can't""", "field <str> is no <str>, it can't"),
    ('"GET /shows/81?page=3&x=y HTTP/1.1" 503 12 "curl/8"', '"GET /shows/<num><query> HTTP/1.1" 503 <num> <str>'),
    ("status=503 after 503 ms, HTTP 404", "status=503 after <num> ms, HTTP 404"),
    ("password=<secret> of <email>", "password=<secret> of <email>"),
]


@pytest.mark.parametrize(("line", "masked"), VARIABLES)
def test_what_varies_is_masked(line: str, masked: str) -> None:
    assert mask_variables(line) == masked


LINES = st.text(alphabet="\"'0123456789abcdef-.:,/?=@ <>TZxGEP\\") | st.text()


@example("1'x'")
@example("0'0'0'")
@given(LINES)
def test_masking_twice_changes_nothing(line: str) -> None:
    once = mask_variables(line)
    assert mask_variables(once) == once
    safe = mask_secrets(line)
    assert mask_secrets(safe) == safe


@given(st.integers(min_value=0), st.integers(min_value=0), st.uuids(), st.ip_addresses(v=4))
def test_lines_that_say_the_same_have_one_mask(one: int, two: int, name: object, address: object) -> None:
    assert mask_variables(f"took {one} ms for {name} at {address}") == mask_variables(
        f"took {two} ms for {'0' * 8}-0000-0000-0000-{'0' * 12} at 1.1.1.1"
    )
