"""Prometheus: a real one on the demo's telemetry, and servers that fail in all ways that one can."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
from browsing import PATIENCE, need_program
from builders import UTC, at, ratios, texts
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from incident_analytics.errors import PeriodError
from incident_analytics.evidence import prometheus
from incident_analytics.evidence.metric_files import read_metric_files
from incident_analytics.evidence.prometheus import MOST_POINTS, STEPS, choose_step, fill_service

TELEMETRY = Path(__file__).parents[1] / "data" / "demo" / "telemetry"
START, END = at("2025-08-19 16:07"), at("2025-08-19 23:11")
WEEK_BEFORE = START - pd.Timedelta(days=7)
SHORT = {"start": at("2025-08-19 17:00"), "end": at("2025-08-19 17:01")}
read_prometheus = partial(prometheus.read_prometheus, timeout=timedelta(seconds=PATIENCE))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def messages(problems: pd.DataFrame) -> list[str]:
    return problems["message"].tolist()


# --- a real one ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Prometheus on a free port of loopback, its history that of the demo; give its address."""
    programs = {name: need_program(name, package="prometheus") for name in ("prometheus", "promtool")}
    folder = tmp_path_factory.mktemp("prometheus")
    for file in sorted(TELEMETRY.glob("*.om")):
        # Few large blocks: of two hours each, as by default, there would be some 90 a file, which take seconds.
        backfill = [programs["promtool"], "tsdb", "create-blocks-from", "--max-block-duration=720h", "openmetrics"]
        subprocess.run([*backfill, str(file), str(folder)], check=True, capture_output=True)
    (folder / "prometheus.yml").write_text("{}\n")
    command = [
        programs["prometheus"],
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder}",
        "--storage.tsdb.retention.time=100y",  # it deletes older blocks, and these are of 2025
    ]
    while True:
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen([*command, f"--web.listen-address={address}"], stdout=log, stderr=log) as server,
        ):
            try:
                if _becomes_ready(f"http://{address}", server, folder / "log"):
                    yield f"http://{address}"
                    return
            finally:
                server.terminate()


def _becomes_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> bool:
    """Wait until it answers; return False where somebody else has got its port meanwhile."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            assert "address already in use" in log.read_text(), log.read_text()
            return False
        try:
            with opener.open(f"{url}/-/ready", timeout=PATIENCE):
                return True
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"never ready: {log.read_text()}")


def test_prometheus_and_the_files_say_the_same(real: str) -> None:
    """Values, times, services and names: what was recorded comes back, from either source."""
    queries = {"errors": 'errors_percent{service="$service"}', "database_load": "database_load_percent"}
    services = ["API", "Frontend"]
    # The step of the telemetry: 425 minutes.
    asked, problems = read_prometheus(real, queries, services=services, start=START, end=END, max_points=425)
    assert messages(problems) == []
    read, problems = read_metric_files([TELEMETRY / "*.csv"], start=START, end=END, services=services)
    assert messages(problems) == []
    assert len(asked) == 3 * 425
    assert_frame_equal(asked, read)


def test_the_days_before_come_in_a_coarser_step(real: str) -> None:
    queries = {"errors": 'errors_percent{service="$service"}'}
    series, problems = read_prometheus(
        real, queries, services=["API"], start=START, end=END, baseline_start=WEEK_BEFORE, max_points=425
    )
    assert messages(problems) == []
    before, during = series[series["at"] < START], series[series["at"] >= START]
    assert during["at"].diff().dropna().unique().tolist() == [pd.Timedelta("1min")]
    assert before["at"].diff().dropna().unique().tolist() == [pd.Timedelta("1h")]
    assert (len(before), len(during)) == (168, 425)
    assert series["at"].is_monotonic_increasing


def test_series_of_one_query_are_kept_apart_by_the_labels_in_which_they_differ(real: str) -> None:
    series, problems = read_prometheus(real, {"errors": "errors_percent"}, services=[], start=START, end=END)
    assert messages(problems) == []
    assert series["service"].isna().all()
    assert series["labels"].unique().tolist() == ["service=API", "service=Frontend"]


def test_more_series_than_can_be_read_are_cut_and_said(real: str) -> None:
    series, problems = read_prometheus(
        real, {"errors": "errors_percent"}, services=[], start=START, end=END, max_series=1
    )
    assert series["labels"].unique().tolist() == ["service=API"]
    assert messages(problems) == [
        "2 series, of which the first 1 by their labels are kept; add them up with sum by (...), or keep some with topk"
    ]


def test_a_query_that_fails_costs_itself_alone(real: str) -> None:
    queries = {"load": "database_load_percent", "broken": "rate(x", "unknown": 'nothing{service="$service"}'}
    series, problems = read_prometheus(real, queries, services=["API"], start=START, end=END)
    assert series["name"].unique().tolist() == ["load"]
    expected = pd.DataFrame(
        {
            "name": texts("broken", "unknown"),
            "service": texts(None, "API"),
            "message": texts(
                f"{real} answers 400 Bad Request: 1:7: parse error: unclosed left parenthesis; correct the query",
                "no series from 2025-08-19 16:07 to 2025-08-19 23:11 UTC; check the query's metric and labels",
            ),
        }
    )
    assert_frame_equal(problems, expected)


def test_a_service_with_quotes_and_dots_is_a_name_and_no_query(real: str) -> None:
    """Each kind of string finds the service that is so called, and no other."""
    name = "A\\P\"I'.*{}` \n$service"
    for literal in ('"$service"', "'$service'", "`$service`"):
        for matcher in ("=", "=~"):
            query = f'label_replace(vector(1), "service", "x", "", "") or errors_percent{{service{matcher}{literal}}}'
            series, problems = read_prometheus(real, {"up": query}, services=[name], **SHORT)
            assert messages(problems) == []
            assert series["value"].unique().tolist() == [1.0]  # the first part alone: a parse error would be told


def test_a_window_outside_the_data_gives_no_series(real: str) -> None:
    series, problems = read_prometheus(
        real, {"load": "database_load_percent"}, services=[], start=at("2020-01-01"), end=at("2020-01-02")
    )
    assert series.empty
    assert messages(problems) == [
        "no series from 2020-01-01 00:00 to 2020-01-02 00:00 UTC; check the query's metric and labels"
    ]


def test_no_window_asks_for_more_than_prometheus_gives(real: str) -> None:
    """Ten years, and as many points as there may be: the step grows with the window."""
    series, problems = read_prometheus(
        real, {"one": "vector(1)"}, services=[], start=at("2015-08-19"), end=END, max_points=1_000_000
    )
    assert messages(problems) == []
    assert 5_000 < len(series) <= MOST_POINTS


def test_nan_is_na_and_infinity_is_itself(real: str) -> None:
    series, _ = read_prometheus(real, {"none": "vector(0)/0", "all": "vector(1)/0"}, services=[], **SHORT)
    assert series.groupby("name")["value"].apply(list).to_dict() == {"none": [pd.NA] * 5, "all": [float("inf")] * 5}


# --- servers that fail ---------------------------------------------------------------------------------------------


Answer = Callable[[BaseHTTPRequestHandler, dict[str, str]], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Give a function that starts a server with one answer to everything, and returns its address."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                answer(self, {key: values[0] for key, values in parse_qs(body).items()})

            def do_CONNECT(self) -> None:
                answer(self, {})

            def do_GET(self) -> None:
                raise AssertionError("a redirect was followed")

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Pass over a client that has gone: that is what is tested."""

        server = Server(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def says(body: str | bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    content = body.encode() if isinstance(body, str) else body

    def answer(handler: BaseHTTPRequestHandler, _: dict[str, str]) -> None:
        handler.send_response(status)
        for key, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def found(result: object, kind: str = "matrix", **more: object) -> str:
    return json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **more})


ADDRESS = "write the address of Prometheus itself as url"
WRONG_FORM = f"URL answers in JSON that is none of Prometheus' API; {ADDRESS}"
FAILURES: dict[str, tuple[Answer, str]] = {
    "HTML": (says("<p>Log in</p>", kind="text/html"), f"URL answers in text/html that isn't JSON; {ADDRESS}"),
    "cut short": (says('{"status": "succ'), f"URL answers in application/json that isn't JSON; {ADDRESS}"),
    "deep": (says("[" * 100_000), f"URL answers in application/json that isn't JSON; {ADDRESS}"),
    "no UTF-8": (says(b"\xff\xfe\x00"), f"URL answers in application/json that isn't JSON; {ADDRESS}"),
    "a list": (says("[]"), WRONG_FORM),
    "null": (says("null"), f"URL answers in application/json that isn't JSON; {ADDRESS}"),
    "no data": (says('{"status": "success"}'), WRONG_FORM),
    "a string": (says(found([1, "x"], "string")), f"URL answers with a string, not with series; {ADDRESS}"),
    "a vector": (says(found([], "vector")), f"URL answers with a vector, not with series; {ADDRESS}"),
    "histograms": (
        says(found([{"metric": {}, "histograms": []}])),
        "the series are native histograms; take one figure of them, as by histogram_quantile(0.5, ...)",
    ),
    "an error without a text": (
        says('{"status": "error", "data": {"resultType": "matrix", "result": []}}'),
        "URL answers 200 OK: an error without a text; correct the query",
    ),
    "a value that is none": (says(found([{"metric": {}, "values": [[1, "x"]]}])), WRONG_FORM),
    "no values": (says(found([{"metric": {}, "values": []}])), WRONG_FORM),
    "no time": (says(found([{"metric": {}, "values": [[float("nan"), "1"]]}])), WRONG_FORM),
    "no end": (says(found([{"metric": {}, "values": [[1e999, "1"]]}])), WRONG_FORM),
    "a year that is none": (says(found([{"metric": {}, "values": [[1, "1"], [1e18, "1"]]}])), WRONG_FORM),
    "a series that is none": (says(found([7])), WRONG_FORM),
    "an error with 200": (
        says('{"status": "error", "error": "query timed out"}'),
        "URL answers 200 OK: query timed out; correct the query",
    ),
    "400": (
        says('{"status": "error", "errorType": "bad_data", "error": "exceeded 11,000 points"}', status=400),
        "URL answers 400 Bad Request: exceeded 11,000 points; correct the query",
    ),
    "400 at length": (
        says(json.dumps({"error": "word " * 1000}), status=400),
        f"URL answers 400 Bad Request: {'word ' * 59}...; correct the query",
    ),
    "a query that takes too long": (
        says('{"status": "error", "errorType": "timeout", "error": "query timed out"}', status=503),
        "URL answers 503 Service Unavailable: query timed out; simplify the query, or raise timeout",
    ),
    "a secret in an error": (
        says('{"status": "error", "error": "no such user: password=hunter2"}', status=400),
        "URL answers 400 Bad Request: no such user: password=<secret>; correct the query",
    ),
    "TLS expected": (
        says("Client sent an HTTP request to an HTTPS server.", status=400, kind="text/plain"),
        "URL answers 400 Bad Request; write https:// in url",
    ),
    "429": (says("slow down", status=429), "URL answers 429 Too Many Requests; try again later"),
    "no tenant": (
        says("no org id", status=401, kind="text/plain"),
        'URL answers 401 Unauthorized: no org id; name the tenant as headers = { X-Scope-OrgID = "..." }',
    ),
    "404": (says("no", status=404), f"URL answers 404 Not Found; {ADDRESS}"),
    "503": (says("busy", status=503), "URL answers 503 Service Unavailable; try again later"),
    "a redirect": (
        says("", status=302, Location="https://login.example/?token=abc"),
        f"URL redirects to https://login.example/, which may be a page to sign in on; {ADDRESS}",
    ),
    "a redirect to itself": (
        says("", status=307, Location="/api/v1/query_range"),
        f"URL redirects to /api/v1/query_range; {ADDRESS}",
    ),
    "nothing": (lambda handler, _: _write(handler, b""), f"URL breaks off its answer (RemoteDisconnected); {ADDRESS}"),
    "no HTTP": (
        lambda handler, _: _write(handler, b"SSH\r\n"),
        f"URL breaks off its answer (BadStatusLine); {ADDRESS}",
    ),
    "huge": (
        says(b"[" + b"0," * 10_000_001),
        "the answer is larger than 20 MB; ask for fewer series with sum by (...)",
    ),
    "no series": (
        says(found([])),
        "no series from 2025-08-19 17:00 to 2025-08-19 17:01 UTC; check the query's metric and labels",
    ),
}


def _write(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.wfile.write(content)
    handler.close_connection = True


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_reported_with_its_remedy(serve: Callable[[Answer], str], failure: str) -> None:
    answer, message = FAILURES[failure]
    url = serve(answer)
    series, problems = read_prometheus(url, {"up": "up"}, services=[], **SHORT)
    assert series.empty
    assert series.dtypes.astype(str).to_dict() == {
        "name": "str", "service": "str", "labels": "str", "at": UTC, "value": "Float64",
    }  # fmt: skip
    expected = pd.DataFrame({"name": texts("up"), "service": texts(None), "message": [message.replace("URL", url)]})
    assert_frame_equal(problems, expected.astype({"message": "str"}))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_does_not_follow_a_redirect(serve: Callable[[Answer], str], status: int) -> None:
    seen: list[str] = []

    def thief(handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        seen.append(str(handler.headers["Authorization"]))
        says(found([]))(handler, query)

    elsewhere = serve(thief)
    first = serve(says("", status=status, Location=elsewhere))
    headers = {"Authorization": "Bearer secret"}
    _, problems = read_prometheus(first, {"up": "up"}, services=[], headers=headers, **SHORT)
    assert messages(problems) == [f"{first} redirects to {elsewhere}; {ADDRESS}"]
    assert seen == []
    read_prometheus(elsewhere, {"up": "up"}, services=[], headers=headers, **SHORT)
    assert seen == ["Bearer secret"]


SIGN_IN = {
    "": "set token_env, or user and password_env, for it asks for a sign-in",
    "Bearer abc": "correct the token in the environment variable that token_env names",
    "Basic YTpi": "correct user, or the password in the environment variable that password_env names",
    "AWS4 abc": "correct the header Authorization",
}


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
@pytest.mark.parametrize("authorization", SIGN_IN)
def test_a_sign_in_that_fails_names_its_own_settings(
    serve: Callable[[Answer], str], authorization: str, status: str
) -> None:
    url = serve(says("", status=int(status[:3])))
    headers = {"authorization": authorization} if authorization else {}
    _, problems = read_prometheus(url, {"up": "up"}, services=[], headers=headers, **SHORT)
    assert messages(problems) == [f"{url} answers {status}; {SIGN_IN[authorization]}"]


def test_other_headers_are_sent(serve: Callable[[Answer], str]) -> None:
    seen: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        seen.append(str(handler.headers["X-Scope-OrgID"]))
        says(found([]))(handler, query)

    read_prometheus(serve(answer), {"up": "up"}, services=[], headers={"X-Scope-OrgID": "team-a"}, **SHORT)
    assert seen == ["team-a"]


# --- proxies ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def proxy(serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], str]:
    """Give a function that starts a proxy with one answer to everything, and returns its address without a scheme."""

    def start(answer: Answer) -> str:
        address = serve(answer).removeprefix("http://")
        monkeypatch.delenv("no_proxy")
        for scheme in ("http", "https"):
            monkeypatch.setenv(f"{scheme}_proxy", f"http://me:hunter2@{address}")
        return address

    return start


def ask(url: str, **options: Any) -> str:
    [message] = messages(read_prometheus(url, {"up": "up"}, services=[], **SHORT, **options)[1])
    assert "hunter2" not in message
    return str(message)


def test_a_proxy_that_asks_for_a_password_is_named(proxy: Callable[[Answer], str]) -> None:
    address = proxy(says("", status=407))
    remedy = f"set http_proxy to http://USER:PASSWORD@{address}"
    assert ask("http://p.example") == f"http://p.example answers 407 Proxy Authentication Required; {remedy}"
    remedy = f"the proxy {address} asks for a password; set https_proxy to http://USER:PASSWORD@{address}"
    assert ask("https://p.example") == f"https://p.example cannot be reached: {remedy}"


def test_a_proxy_that_does_not_reach_the_server_is_named(proxy: Callable[[Answer], str]) -> None:
    address = proxy(says("", status=502))
    remedy = f"try again later, or correct http_proxy: the proxy {address} may not reach it"
    assert ask("http://p.example") == f"http://p.example answers 502 Bad Gateway; {remedy}"
    remedy = "correct https_proxy, or add p.example to no_proxy"
    why = f"Tunnel connection failed: 502 Bad Gateway, by the proxy {address}"
    assert ask("https://p.example") == f"https://p.example cannot be reached: {why}; {remedy}"


def test_a_proxy_that_is_down_is_named(proxy: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> None:
    proxy(says(""))
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it does not listen
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        monkeypatch.setenv("http_proxy", f"http://me:hunter2@{address}")
        why = f"Connection refused, by the proxy {address}; correct http_proxy, or add p.example to no_proxy"
        assert ask("http://p.example") == f"http://p.example cannot be reached: {why}"


def test_an_unknown_host_is_named() -> None:
    why = "the host p.invalid is not known; correct url, or join the network (VPN) that knows it"
    assert ask("http://p.invalid") == f"http://p.invalid cannot be reached: {why}"


def test_a_host_that_does_not_answer_the_connection_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_connection(*_: object, **__: object) -> socket.socket:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", no_connection)
    why = f"no connection within {PATIENCE} s; correct url, or check firewall and VPN"
    assert ask("http://p.example") == f"http://p.example cannot be reached: {why}"


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an authority, and certificates of it: of localhost, of another name, expired, of a client; one of nobody."""
    folder = tmp_path_factory.mktemp("certificates")
    openssl = need_program("openssl", package="openssl")

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)

    new = ("req", "-newkey", "rsa:2048", "-nodes", "-batch")
    run(*new, "-x509", "-days", "9", "-subj", "/CN=Authority", "-keyout", "ca.key", "-out", "ca.pem")
    name = ("-addext", "subjectAltName=DNS:localhost")
    run(*new, "-x509", "-days", "9", "-subj", "/CN=localhost", *name, "-keyout", "self.key", "-out", "self.pem")
    for who, names, days in (
        ("server", "DNS:localhost", "9"),
        ("other", "DNS:other.example", "9"),
        ("old", "DNS:localhost", "-1"),
        ("client", "DNS:client", "9"),
    ):
        run(*new, "-subj", f"/CN={who}", "-keyout", f"{who}.key", "-out", f"{who}.csr")
        (folder / "names").write_text(f"subjectAltName={names}\n")
        signed = ("x509", "-req", "-in", f"{who}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        run(*signed, "-days", days, "-extfile", "names", "-out", f"{who}.pem")
    run("rsa", "-aes256", "-passout", "pass:x", "-in", "client.key", "-out", "locked.key")
    return folder


@pytest.fixture
def serve_tls(
    serve: Callable[[Answer], str], certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Give a function that starts a server with a certificate, which may ask for that of its clients."""

    def start(name: str, *, asks_client: bool = False) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
        if asks_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(certificates / "ca.pem")
        value = found([{"metric": {}, "values": [[1755622800, "1"]]}])
        plain = ThreadingHTTPServer.get_request

        def get_request(server: ThreadingHTTPServer) -> Any:
            connection, address = plain(server)
            return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        with monkeypatch.context() as patch:
            patch.setattr(ThreadingHTTPServer, "get_request", get_request)
            server = type("Server", (ThreadingHTTPServer,), {"get_request": get_request})
            patch.setitem(globals(), "ThreadingHTTPServer", server)
            url = serve(says(value))
        return url.replace("http://127.0.0.1", "https://localhost")

    return start


TRUST = "name the certificate of the authority that signed it as ca_file"
UNTRUSTED = {
    "self": ("", "self-signed certificate", TRUST),
    "server": ("", "unable to get local issuer certificate", TRUST),
    "other": (
        "ca.pem",
        "Hostname mismatch, certificate is not valid for 'localhost'",
        "write the name that the certificate has in url",
    ),
    "old": ("ca.pem", "certificate has expired", "renew the certificate, or set this machine's clock"),
}


@pytest.mark.parametrize("name", UNTRUSTED)
def test_a_certificate_that_is_not_trusted_is_reported_with_its_remedy(
    serve_tls: Callable[..., str], certificates: Path, name: str
) -> None:
    authority, why, remedy = UNTRUSTED[name]
    url = serve_tls(name)
    message = ask(url, ca_file=certificates / authority if authority else None)
    assert message == f"{url} cannot be reached: its certificate is not trusted ({why}); {remedy}"


def test_a_certificate_of_an_authority_of_your_own_is_trusted(
    serve_tls: Callable[..., str], certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ca_file, or as the authority of the system, which SSL_CERT_FILE names too."""
    for name in ("server", "self"):
        authority = certificates / ("ca.pem" if name == "server" else "self.pem")
        url = serve_tls(name)
        series, problems = read_prometheus(url, {"up": "up"}, services=[], ca_file=authority, **SHORT)
        assert (len(series), messages(problems)) == (1, [])
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    series, problems = read_prometheus(serve_tls("server"), {"up": "up"}, services=[], **SHORT)
    assert (len(series), messages(problems)) == (1, [])


def test_a_server_may_ask_for_a_certificate_of_its_client(serve_tls: Callable[..., str], certificates: Path) -> None:
    url = serve_tls("server", asks_client=True)
    shown = {
        "ca_file": certificates / "ca.pem",
        "client_certificate": certificates / "client.pem",
        "client_key": certificates / "client.key",
    }
    series, problems = read_prometheus(url, {"up": "up"}, services=[], **shown, **SHORT)
    assert (len(series), messages(problems)) == (1, [])
    message = ask(url, ca_file=certificates / "ca.pem")
    # A server may say why, or just end the connection.
    refused = "it refuses this client (tlsv13 alert certificate required); set client_certificate and client_key, or "
    ended = "it ends the connection; if it asks for a client's certificate, set client_certificate and client_key"
    assert message.removeprefix(f"{url} cannot be reached: ") in {f"{refused}renew them", ended}


def test_a_server_without_tls_is_reported(serve: Callable[[Answer], str]) -> None:
    url = serve(says("")).replace("http", "https")
    assert ask(url) == f"{url} cannot be reached: it does not speak TLS; write http:// in url"


NO_PAIR = "cannot be used; name a certificate with its key, which has no password, in PEM"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"ca_file": "gone.pem"}, "FOLDER/gone.pem: No such file or directory; correct ca_file"),
        ({"ca_file": "names"}, "FOLDER/names: cannot be used; name a certificate, in PEM"),
        (
            {"client_certificate": "client.pem", "client_key": "self.key"},
            f"FOLDER/client.pem and FOLDER/self.key: {NO_PAIR}",
        ),
        (
            {"client_certificate": "client.pem", "client_key": "locked.key"},
            f"FOLDER/client.pem and FOLDER/locked.key: {NO_PAIR}",
        ),
        ({"client_certificate": "gone.pem"}, "FOLDER/gone.pem: No such file or directory; correct client_certificate"),
    ],
)
def test_a_file_that_is_no_certificate_is_named(certificates: Path, files: dict[str, str], message: str) -> None:
    said = ask("https://localhost:9", **{key: certificates / file for key, file in files.items()})
    assert said == message.replace("FOLDER", str(certificates))


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["two\nlines", "ключ"])
def test_a_token_that_cannot_be_sent_is_not_shown(serve: Callable[[Answer], str], token: str) -> None:
    url = serve(says(found([])))
    headers = {"Authorization": f"Bearer {token}"}
    _, problems = read_prometheus(url, {"up": "up"}, services=[], headers=headers, **SHORT)
    assert messages(problems) == ["a header is not one line of plain text; correct the variable of the token"]


def _say_nothing(handler: BaseHTTPRequestHandler, _: dict[str, str]) -> None:
    handler.rfile.read()  # until the client has gone
    handler.close_connection = True


def _drip(handler: BaseHTTPRequestHandler, _: dict[str, str]) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:  # until the client has gone, which raises
        handler.wfile.write(b" ")
        time.sleep(0.02)


@pytest.mark.parametrize("slow", [_say_nothing, _drip])
def test_a_slow_answer_is_waited_for_no_longer_than_asked(serve: Callable[[Answer], str], slow: Answer) -> None:
    url = serve(slow)
    _, problems = read_prometheus(url, {"up": "up"}, services=[], timeout=timedelta(seconds=0.1), **SHORT)
    assert messages(problems) == [f"{url} gives no answer within 0.1 s; simplify the query, or raise timeout"]


def test_a_server_that_is_down_is_reported_once_for_all_queries() -> None:
    queries = {"up": "up", "errors": 'errors{service="$service"}'}
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it does not listen
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        _, problems = read_prometheus(
            url, queries, services=["API", "Frontend"], baseline_start=at("2025-08-12"), **SHORT
        )
    message = f"{url} cannot be reached: Connection refused; correct url, or start Prometheus"
    assert_frame_equal(problems, pd.DataFrame({"name": texts(None), "service": texts(None), "message": texts(message)}))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://x", "ftp://x"),
        ("prometheus:9090", "prometheus:9090"),
        ("http://", "http://"),
        ("http://[x", "http://[x"),
        ("http://me:secret@prometheus", "http:...prometheus"),
        ("http://x:port", "http://x:port"),
        ("http://x/?token=secret", "http://x/..."),
    ],
)
def test_what_is_no_address_is_not_asked(url: str, shown: str) -> None:
    _, problems = read_prometheus(url, {"up": "up"}, services=[], **SHORT)
    assert messages(problems) == [f"{shown!r} is not an http or https address; {ADDRESS}"]


def test_days_before_that_ask_too_much_leave_the_incident(serve: Callable[[Answer], str]) -> None:
    def answer(handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        if float(query["start"]) < SHORT["start"].timestamp():
            says('{"status": "error", "error": "too many samples"}', status=422)(handler, query)
        else:
            says(found([{"metric": {"a": "b"}, "values": [[float(query["start"]), "2.5"]]}]))(handler, query)

    url = serve(answer)
    series, problems = read_prometheus(url, {"x": "x"}, services=[], baseline_start=WEEK_BEFORE, **SHORT)
    expected = {"name": texts("x"), "service": texts(None), "labels": texts(None), "value": ratios(2.5)}
    expected["at"] = pd.Series([SHORT["start"]], dtype=UTC)
    assert_frame_equal(series, pd.DataFrame(expected)[list(series.columns)])
    assert messages(problems) == [f"{url} answers 422 Unprocessable Entity: too many samples; correct the query"]


def test_labels_lose_their_secrets_and_stay_apart(serve: Callable[[Answer], str]) -> None:
    labels = [{"client": f"203.0.113.{number}", "api_key": f"k{number}"} for number in (1, 2)]
    url = serve(says(found([{"metric": each, "values": [[1755622800, "1"]]} for each in labels])))
    series, _ = read_prometheus(url, {"x": "x"}, services=[], **SHORT)
    first = "api_key=<secret> client=<ip>"
    assert series["labels"].tolist() == [first, f"{first} (2)"]


def test_warnings_are_passed_on(serve: Callable[[Answer], str]) -> None:
    url = serve(says(found([{"metric": {}, "values": [[1755622800, "1"]]}], warnings=["one store is down"])))
    series, problems = read_prometheus(url, {"x": "x"}, services=[], **SHORT)
    assert len(series) == 1
    assert messages(problems) == ["Prometheus warns: one store is down"]


def test_the_request_is_as_the_api_asks(serve: Callable[[Answer], str]) -> None:
    """A path before the API stays, the points lie on multiples of the step, and the service is in the query."""
    seen: list[Any] = []

    def answer(handler: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        seen.append((handler.path, query))
        says(found([]))(handler, query)

    url = f"{serve(answer)}/prom/"
    start, end = at("2025-08-19 17:00:07"), at("2025-08-19 17:30")
    read_prometheus(url, {"e": 'e{s="$service"}'}, services=["A b"], start=start, end=end, max_points=60)
    asked = {"query": 'e{s="A b"}', "start": "1755622830.0", "end": "1755624600.0", "step": "30.0"}
    assert seen == [("/prom/api/v1/query_range", asked)]


def test_without_services_a_query_of_services_is_said_to_be_left_out(serve: Callable[[Answer], str]) -> None:
    url = serve(says(found([{"metric": {}, "values": [[1755622800, "1"]]}])))
    series, problems = read_prometheus(url, {"e": 'e{s="$service"}', "x": "x"}, services=[], **SHORT)
    assert series["name"].tolist() == ["x"]
    expected = {
        "name": texts("e"),
        "service": texts(None),
        "message": texts("holds $service, and no affected service is known; tick the services in the report"),
    }
    assert_frame_equal(problems, pd.DataFrame(expected))


def test_no_queries_are_no_problem() -> None:
    series, problems = read_prometheus("http://127.0.0.1:9", {}, services=["API"], **SHORT)
    assert (len(series), len(problems)) == (0, 0)


def test_a_window_that_is_none_is_an_error() -> None:
    with pytest.raises(PeriodError, match="is empty"):
        read_prometheus("http://127.0.0.1:9", {}, services=[], start=END, end=START)
    with pytest.raises(PeriodError, match="is empty"):
        read_prometheus("http://127.0.0.1:9", {}, services=[], start=START, end=END, baseline_start=END)


# --- steps and names ---------------------------------------------------------------------------------------------


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=40_000)), st.integers(2, 20_000))
def test_a_step_keeps_to_the_points_and_no_lesser_one_does(span: timedelta, max_points: int) -> None:
    step = choose_step(span, max_points)
    most = min(max_points, MOST_POINTS)
    assert span // step + 1 <= most
    lesser = [each for each in STEPS if each < step][-1:]
    assert all(span // each + 1 > most for each in lesser)


@pytest.mark.parametrize(
    ("query", "filled"),
    [
        ('up{a="$service"}', 'up{a="x\\"\'`\\\\.y"}'),
        ("up{a='$service'}", "up{a='x\"\\'`\\\\.y'}"),
        ("up{a=`\\d$service`}", 'up{a="\\\\dx\\"\'`\\\\.y"}'),
        ('up{a=~ "$service-.*"}', 'up{a=~ "x\\"\'`\\\\\\\\\\\\.y-.*"}'),
        ('up{a!~"$service"}', 'up{a!~"x\\"\'`\\\\\\\\\\\\.y"}'),
        ('up{b="\\"$service"} * $service', 'up{b="\\"x\\"\'`\\\\.y"} * $service'),
        ("# it's\nup{a=\"$service\"} # it's $service", "# it's\nup{a=\"x\\\"'`\\\\.y\"} # it's $service"),
        ("up", "up"),
    ],
)
def test_a_service_is_escaped_as_its_string_asks(query: str, filled: str) -> None:
    assert fill_service(query, "x\"'`\\.y") == filled
