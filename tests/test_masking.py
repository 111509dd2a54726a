"""Masking: what nobody should publish, and what differs between two lines that say the same."""

# ruff: noqa: E501, ISC004, S311 - a line of a log is long, and chance makes it

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from laws import examples

from incident_analytics.evidence.masking import mask_secrets, mask_variables
from incident_analytics.visible import HIDDEN, visible

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


B = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzAcCeE" * 4
"""Letters and digits as a token has them: no secret of anybody."""
HEX = "0123456789abcdef" * 4

FORMS = {
    "Slack webhook": ("post https://hooks.slack.com/services/T000/B000/{}", B[:24]),
    "Slack workflow": ("post https://hooks.slack.com/workflows/T000/{}", B[:24]),
    "Slack bot token": ("{} is revoked", f"xoxb-1234567890-{B[:24]}"),
    "Slack app token": ("app {}", f"xapp-1-A0-123-{HEX[:40]}"),
    "Slack refresh token": ("{}", f"xoxe-1-{B[:40]}"),
    "Discord webhook": ("https://discord.com/api/webhooks/{}", f"123456789/{B[:60]}"),
    "Teams webhook": ("https://corp.webhook.office.com/{} failed", f"webhookb2/{B[:30]}"),
    "Telegram": ("https://api.telegram.org/bot{}/sendMessage", f"123456789:AA{B[:33]}"),
    "Azure sig": ("GET /blob?sv=2022-11-02&sig={}&se=2025", "a%2Fb3c%3D"),
    "Azure account key": ("DefaultEndpointsProtocol=https;AccountName=x;AccountKey={};EndpointSuffix=y", f"{B[:86]}=="),
    "Azure shared access key": ("Endpoint=sb://x/;SharedAccessKey={}", f"{B[:43]}="),
    "Azure client secret": ("secret is {}", f"abc8Q~{B[:33]}"),
    "Azure subscription key": ("Ocp-Apim-Subscription-Key: {}", HEX[:32]),
    "bare storage key": ("using {} for blobs", f"{B[:86]}=="),
    "AWS key id": ("key {} denied", "AKIAIOSFODNN7EXAMPLE"),
    "AWS session key id": ("key {} denied", "ASIAIOSFODNN7EXAMPLE"),
    "AWS secret key": ("aws_secret_access_key={}", B[:40]),
    "AWS in camel case": ("secretAccessKey: '{}'", B[:40]),
    "AWS session token": ("X-Amz-Security-Token: {}", B[:80]),
    "AWS signature": ("?X-Amz-Signature={}", HEX),
    "Google API key": ("maps?x={}", f"AIza{B[:35]}"),
    "Google OAuth secret": ("{}", f"GOCSPX-{B[:28]}"),
    "Google access token": ("with {}", f"ya29.{B[:60]}"),
    "Google chat": ("https://chat.googleapis.com/v1/spaces/A/messages?key={}", B[:38]),
    "GitHub token": ("remote: {} expired", f"ghp_{B[:36]}"),
    "GitHub app token": ("{}", f"ghs_{B[:36]}"),
    "GitHub fine-grained": ("{}", f"github_pat_{B[:82]}"),
    "GitLab token": ("{}", f"glpat-{B[:20]}"),
    "GitLab runner": ("{}", f"glrt-{B[:20]}"),
    "GitLab deploy": ("{}", f"gldt-{B[:20]}"),
    "npm": ("//registry/:_authToken={}", f"npm_{B[:36]}"),
    "npm alone": ("publish with {}", f"npm_{B[:36]}"),
    "PyPI": ("upload with {}", f"pypi-AgEIcHlwaS5vcmc{B[:50]}"),
    "RubyGems": ("{}", f"rubygems_{HEX[:48]}"),
    "Docker": ("{}", f"dckr_pat_{B[:27]}"),
    "Stripe live": ("charge failed: {}", f"sk_live_{B[:24]}"),
    "Stripe restricted": ("{}", f"rk_test_{B[:24]}"),
    "Stripe webhook": ("{}", f"whsec_{B[:32]}"),
    "OpenAI": ("{}", f"sk-proj-{B[:48]}"),
    "Anthropic": ("{}", f"sk-ant-api03-{B[:93]}AA"),
    "Twilio key": ("{} refused", f"SK{HEX[:32]}"),
    "Twilio account": ("{} refused", f"AC{HEX[:32]}"),
    "SendGrid": ("{}", f"SG.{B[:22]}.{B[:43]}"),
    "Mailgun": ("{}", f"key-{HEX[:32]}"),
    "Mailchimp": ("{}", f"{HEX[:32]}-us12"),
    "Datadog": ("DD_API_KEY={}", HEX[:32]),
    "Datadog application key": ("DD-APPLICATION-KEY: {}", HEX[:40]),
    "New Relic": ("{}", f"NRAK-{B[:27].upper()}"),
    "Grafana": ("{}", f"glsa_{B[:32]}_{HEX[:8]}"),
    "Sentry": ("{}", f"sntrys_{B[:60]}"),
    "PagerDuty": ("routing_key={}", HEX[:32]),
    "Vault": ("{}", f"hvs.{B[:90]}"),
    "Terraform": ("{}", f"{B[:14]}.atlasv1.{B[:60]}"),
    "DigitalOcean": ("{}", f"dop_v1_{HEX}"),
    "Databricks": ("{}", f"dapi{HEX[:32]}"),
    "Doppler": ("{}", f"dp.pt.{B[:43]}"),
    "Shopify": ("{}", f"shpat_{HEX[:32]}"),
    "Square": ("{}", f"sq0atp-{B[:22]}"),
    "Hugging Face": ("{}", f"hf_{'aBcDeFgHiJ' * 3}KlMn"),
    "Linear": ("{}", f"lin_api_{B[:40]}"),
    "Atlassian": ("{}", f"ATATT3{B[:80]}"),
    "Postman": ("{}", f"PMAK-{HEX[:24]}-{HEX[:34]}"),
    "age": ("{}", f"AGE-SECRET-KEY-1{'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'}"),
    "1Password": ("{}", "A3-ASWWYB-798JRYLJVD4-23DC2-86TVM-H43EB"),
    "JWT": ("401 for {}", JWT),
    "PEM in one line": ("-----BEGIN EC PRIVATE KEY-----{}", f"\\n{B[:64]}\\n"),
    "PEM body": ("{}", B[:64]),
    "PEM first line": ("key: x {}", f"MIIEpAIBAAKCAQEA{B[:48]}"),
    "PEM last line": ("using MIIEvQIBADANBgkq {}", f"MII{B[:24]}=="),
    "basic auth in a URL": ("https://{}@host/x", "ann:hunter2"),
    "basic auth with a slash": ("postgres://{}@db:5432/x", "ann:hun/ter/2"),
    "curl -u": ("curl -s -u {} https://x", "ann:hunter2"),
    "curl --user": ("curl --user {} https://x", "ann:hunter2"),
    "curl -u quoted": ("curl -u {} https://x", "'ann:hunter 2'"),
    "mysql -p": ("mysql -u root -h db -p{} x", "hunter2"),
    "sshpass": ("sshpass -p {} ssh x", "hunter2"),
    "redis-cli": ("redis-cli -h x -a {} ping", "hunter2"),
    "docker login": ("docker login -u x -p {} host", "hunter2"),
    "--password": ("mysql --password {} -u x", "hunter2"),
    "--api-key=": ("run --api-key={}", "hunter2"),
    "Bearer": ("Authorization: Bearer {}", "abc.def-123"),
    "Digest": ("Authorization: {}", 'Digest username="ann", response="6629fae4"'),
    "AWS4": ("Authorization: AWS4-HMAC-SHA256 {}", "Credential=A/2/x, SignedHeaders=host, Signature=fe5f"),
    "any scheme": ("authorization: {}", "SharedKey acct:dGVzdA=="),
    "a scheme of their own": ("Authorization: {}", "Acme key=1234"),
    "JSON": ('{{"apiKey": {}, "n": 1}}', '"a b"'),
    "JSON in JSON": (r"body {{\"client_secret\": {}}}", r"\"hunter2\""),
    "YAML": ("db_password: {}", "hunter2"),
    "quoted words": ("DB_PASSWORD={} set", '"correct horse battery"'),
    "Ruby": (":password => {}", '"hunter2"'),
    "Java": ("User(name=x, password={}", "hunter2"),
    "XML": ("<password>{}</password>", "hunter 2"),
    "XML with a prefix": ("<wsse:Password>{}</wsse:Password>", "hunter2"),
    "URL encoded": ("body=password%3D{}", "hunter2"),
    "ADO connection": ("Server=x;User Id=y;Pwd={}", "hunter2"),
    "in a sentence": ("the password is {} now", "hunter2"),
    "UUID after a key word": ("api-key: {}", "123e4567-e89b-12d3-a456-426614174000"),
    "session": ("JSESSIONID={}", "0A1B2C3D"),
    "cookie": ("Cookie: {}", "sid=1; theme=dark"),
    "header": ("X-Auth-Token: {}", "abc"),
    "npmrc": ("_auth = {}", "dXNlcjpwYXNz"),
    "OTP": ("otp=  {}", "123456"),
}
"""Lines with a secret in place of the braces."""


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_secret_is_masked(form: str) -> None:
    line, secret = FORMS[form]
    masked = mask_secrets(line.format(secret))
    assert "<secret>" in masked
    assert secret not in masked
    assert mask_secrets(masked) == masked
    assert mask_secrets(line.format(secret), prose=True) == masked


@pytest.mark.parametrize("hidden", ["\u200b", "\xad", "\u2060", "\x00"])
def test_no_hidden_character_hides_a_secret(hidden: str) -> None:
    for form, (line, secret) in FORMS.items():
        text = hidden.join(line.format(secret))
        for shown in (text, visible(text)):
            masked = mask_secrets(shown)
            assert "<secret>" in masked, form
            assert secret not in masked.replace(hidden, "").replace(visible(hidden), ""), form


def test_every_hidden_character_is_looked_through_as_it_is_and_written_out() -> None:
    hidden = [each for each in map(chr, range(0x10000)) if re.match(f"[{HIDDEN}]", each) and each not in "\t\n\r"]
    assert [each for each in (*hidden, "\U000e0020") if mask_secrets(f"tok{each}en=zq1") != "token=<secret>"] == []
    shown = [
        visible(each) for each in (*hidden, "\U000e0020") if not "\udc80" <= each <= "\udcff"
    ]  # bytes, not characters
    assert [each for each in shown if mask_secrets(f"tok{each}en=zq1") != "token=<secret>"] == []


def test_a_line_without_a_secret_keeps_its_hidden_characters() -> None:
    assert mask_secrets("AP\u200bI\x1b[2J") == "AP\u200bI\x1b[2J"


PERSONAL = [
    ("IBAN DE89370400440532013000 refused", "IBAN <iban> refused"),
    ("to GB82 WEST 1234 5698 7654 32.", "to <iban>."),
    ("to NO93 8601 1117 947", "to <iban>"),
    ("card 5555555555554444", "card <card>"),
    ("card 3714 496353 98431", "card <card>"),
    ("SMS to +44 20 7946 0958 failed", "SMS to <phone> failed"),
    ("SMS to +491701234567 failed", "SMS to <phone> failed"),
    ("call (555) 123-4567 or 555-123-4567", "call <phone> or <phone>"),
    ("mail to ann.b+c@mail.example.org", "mail to <email>"),
    ("client 203.0.113.7 refused", "client <ip> refused"),
    ("from 8.8.8.8:443, 198.51.100.9", "from <ip>:443, <ip>"),
    ("client 2001:db8::7 refused", "client <ip> refused"),
    ("[2a00:1450:4001:81b::200e]:443", "[<ip>]:443"),
]


@pytest.mark.parametrize(("line", "masked"), PERSONAL)
def test_what_leads_to_a_person_is_masked(line: str, masked: str) -> None:
    assert mask_secrets(line) == masked
    assert mask_secrets(masked) == masked


def test_numbers_of_accounts_are_masked_in_prose_too_and_addresses_stay() -> None:
    text = "Refund to DE89370400440532013000: call +44 20 7946 0958 or write to ann@x.example from 203.0.113.7"
    assert mask_secrets(text, prose=True) == text.replace("DE89370400440532013000", "<iban>")


MEANT = [
    "Token: expired certificate on the API",
    "Authentication: every login failed",
    "Password: reset by support",
    "The API key was rotated too late",
    "Root cause: session key missing",
    "Secret scanning was off, and credentials: shared",
    "docker run -u 1000:1000 x",
    "tests pass: all",
    "Expired wildcard certificate on https://example.com:8080/a@b",
]


@pytest.mark.parametrize("line", MEANT)
def test_prose_stays(line: str) -> None:
    assert mask_secrets(line, prose=True) == line


# --- ordinary lines --------------------------------------------------------------------------------------------------


def ordinary_lines(n: int) -> Iterator[str]:
    """Give lines such as services write all day, from a seed; none holds a secret, and no address is public."""
    rng = random.Random(7)
    words = [
        "cache",
        "user",
        "order",
        "render",
        "upload",
        "queue",
        "session",
        "job",
        "payment",
        "index",
        "token-bucket",
        "worker",
        "auth",
        "shard",
        "lease",
    ]
    packages = ["org.apache.kafka.clients.NetworkClient", "com.example.auth.LoginService", "io.netty.channel.Channel"]

    def some(*values: str) -> str:
        return rng.choice(values)

    def private() -> str:
        return f"10.{rng.randrange(255)}.{rng.randrange(255)}.{rng.randrange(1, 255)}"

    def hexes(length: int) -> str:
        return f"{rng.getrandbits(4 * length):0{length}x}"

    def uuid() -> str:
        return str(UUID(int=rng.getrandbits(128), version=4))

    for number in range(n):
        at = datetime(2025, 8, 5, tzinfo=UTC) + timedelta(seconds=17 * number, milliseconds=rng.randrange(1000))
        iso, word, other, count = at.isoformat(), rng.choice(words), rng.choice(words), rng.randrange(100_000)
        pod = f"{word}-{hexes(10)}-{''.join(rng.choices('bcdfghjklmnpqrstvwxz2456789', k=5))}"
        path = f"/api/v{rng.randrange(3)}/{word}s/{count}?page={rng.randrange(9)}&sort={other}"
        yield rng.choice(
            (
                f'{private()} - - [{at:%d/%b/%Y:%H:%M:%S %z}] "GET {path} HTTP/1.1" {some("200", "404", "502")} {count} '
                f'"https://example.com/{word}" "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0" {rng.random():.3f}',
                f"{at:%Y/%m/%d %H:%M:%S} [error] {count}#0: *{count} upstream timed out (110: Connection timed out) while "
                f'reading response header from upstream, client: {private()}, server: _, request: "POST {path} HTTP/2.0", '
                f'upstream: "http://{private()}:8080{path}"',
                f"{at:%b %d %H:%M:%S} node-{count} kubelet[{count}]: E0805 {at:%H:%M:%S.%f} {count} pod_workers.go:1298] "
                f'"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"{word}\\" with '
                f'CrashLoopBackOff" pod="default/{pod}" podUID="{uuid()}"',
                f'{iso} Warning FailedMount pod/{pod} MountVolume.SetUp failed for volume "{word}-config" : configmap '
                f'"{word}" not found',
                f'{{"time": "{iso}", "level": "{some("info", "warn", "error")}", "msg": "{word} {other} failed", '
                f'"trace_id": "{hexes(32)}", "span_id": "{hexes(16)}", "duration_ms": {count}, "user_id": {count}}}',
                f'{{"@timestamp":"{iso}","logger_name":"{rng.choice(packages)}","thread_name":"http-nio-8080-exec-{count}",'
                f'"message":"Completed {count} {word}s in {rng.random():.3f} s","id":"{uuid()}"}}',
                f"{at:%Y-%m-%d %H:%M:%S,%f} ERROR [{word}-thread-{number}] {rng.choice(packages)} - Request {uuid()} failed: "
                f"java.util.concurrent.TimeoutException: {count} ms elapsed",
                f"\tat {rng.choice(packages)}.poll({word.title().replace('-', '')}Client.java:{count})",
                f"Caused by: java.lang.IllegalStateException: Unexpected token '}}' at line {count} column {count}",
                f'time="{iso}" level=error msg="dial tcp {private()}:5432: connect: connection refused" component={word} '
                f"attempt={rng.randrange(9)} request_id={hexes(20)}",
                f"{iso} {at.timestamp():.6f}\tERROR\tcontroller/{word}.go:{count}\treconcile failed\t"
                f'{{"controller": "{word}", "namespace": "prod", "error": "context deadline exceeded"}}',
                f"{at:%Y-%m-%d %H:%M:%S.%f} UTC [{count}] app@{word} ERROR:  duplicate key value violates unique "
                f'constraint "{word}_pkey"',
                f"{at:%Y-%m-%d %H:%M:%S.%f} UTC [{count}] DETAIL:  Key ({word}_id)=({count}) already exists.",
                f'{at:%Y-%m-%d %H:%M:%S.%f} UTC [{count}] FATAL:  password authentication failed for user "{word}"',
                f"<34>{at:%b %d %H:%M:%S} host-{count} sshd[{count}]: Failed password for invalid user {word} from "
                f"{private()} port {count} ssh2",
                f"{at:%b %d %H:%M:%S} host systemd[1]: {word}.service: Main process exited, code=exited, status=1",
                f"{at:%b %d %H:%M:%S} host kernel: [{count}.{count:06d}] Killed process {count} ({word}) "
                f"total-vm:{count}kB, anon-rss:{count}kB, UID:1000 pgtables:{count}kB oom_score_adj:0",
                f"{iso} INFO pulled image registry.example/{word}@sha256:{hexes(64)} in {rng.random():.2f}s",
                f"{iso} WARN token bucket empty: tokens=0 refill={count}/s, keys: {count}, auth: ok, pass=true",
                f"{iso} INFO session {uuid()} of user {count} closed; key rotation: done; id {rng.getrandbits(63)}",
                f"{iso} DEBUG offset {10**15 + rng.getrandbits(49)} partition {count % 12} commit {hexes(40)} key={word}",
                f"goroutine {count} [running]: main.(*Server).{other}(0xc000{hexes(6)}, 0x{hexes(8)})",
                f"{iso} ERROR TLS handshake with {private()}:{count} failed: remote error: tls: expired certificate",
                f"{iso} WARN retry {count} of PUT s3://bucket-{word}/2025/08/05/{uuid()}.parquet after {count} ms",
                f"[{iso}] {word.upper()}: v{count % 9}.{count % 20}.{count % 7} started, pid {count}, port {count}",
            )
        )


def test_hardly_any_ordinary_line_is_harmed() -> None:
    """At most one in a thousand: of made ones, and of the demo's logs, in which secrets were planted."""
    lines = list(ordinary_lines(3_000))
    harmed = [line for line in lines if mask_secrets(line) != line]
    assert len(harmed) <= len(lines) / 1000, harmed[:10]


def test_hardly_any_line_of_the_demo_is_harmed() -> None:
    """What changes in the demo's logs is the secrets that were planted, and addresses."""
    logs = Path(__file__).parents[1] / "data" / "demo" / "logs"
    lines = [
        line for file in sorted(logs.glob("*.gz")) for line in gzip.decompress(file.read_bytes()).decode().splitlines()
    ]
    planted = ("s3cr3t", "4f1c8e20b7", "eyJ", "correct-horse", "@mail.example")
    plain = [line for line in lines if not any(map(line.__contains__, planted))]
    harmed = [line for line in plain if mask_secrets(line) != re.sub(r"\b(?!10\.)\d+\.\d+\.\d+\.\d+\b", "<ip>", line)]
    assert len(lines) > 5_000
    assert len(harmed) <= len(lines) / 1000, harmed[:10]


# --- variables -------------------------------------------------------------------------------------------------------

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
@examples(30)
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
