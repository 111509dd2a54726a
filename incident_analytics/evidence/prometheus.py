"""Series from Prometheus, by its HTTP API.

The standard library's client is enough: one request a query, no session. Unlike requests it trusts the authorities that
the system trusts, and takes no password from a .netrc. Redirects are not followed, so that a token goes to the address
that was written down and nowhere else.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import socket
import ssl
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode, urlsplit

import pandas as pd

from incident_analytics.checks import require_window
from incident_analytics.evidence.masking import mask_secrets
from incident_analytics.evidence.series import join_series, mask_names, problem_table, series_rows
from incident_analytics.files import open_regular

__all__ = ["MOST_POINTS", "STEPS", "choose_step", "fill_service", "read_prometheus"]

MOST_POINTS: Final = 11_000  # of a range; Prometheus answers 400 to more
STEPS: Final = tuple(
    pd.Timedelta(step)
    for step in ("15s", "30s", "1min", "2min", "5min", "10min", "15min", "30min", "1h", "2h", "6h", "12h", "1D")
)
_LARGEST: Final = 20_000_000  # bytes of one answer
_LAST: Final = 253_402_300_800_000_000  # microseconds: the year 10000
_AT_ONCE: Final = 4  # queries, so that a few slow ones do not add up and the server is spared
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_WRONG_ADDRESS: Final = "write the address of Prometheus itself as url"
_SIGN_IN: Final = {
    "": "set token_env, or user and password_env, for it asks for a sign-in",
    "bearer": "correct the token in the environment variable that token_env names",
    "basic": "correct user, or the password in the environment variable that password_env names",
}
"""What to do where a sign-in fails, by how it was tried."""
_HOSTNAME_MISMATCH: Final = frozenset({62, 64})  # codes of OpenSSL: of a name, of an IP address
_CERTIFICATE_DATES: Final = frozenset({9, 10})  # not yet valid, expired
_LITERAL: Final = re.compile(
    r"""#[^\n]*|(?P<matcher>[=!]~\s*)?(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)""", re.DOTALL
)


_Points: TypeAlias = tuple[tuple[tuple[str, str], ...], list[tuple[int, float]]]
"""A series: its labels, and its values each with the microseconds since 1970."""


class _QueryError(Exception):
    """Why a query gave nothing; the message says what to do."""


@dataclass(frozen=True)
class _Server:
    """Where Prometheus answers, and how it is spoken to."""

    url: str
    seconds: float
    headers: Mapping[str, str]
    tls: ssl.SSLContext | None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def proxy(self) -> tuple[str, str] | None:
        """The proxy that the environment names for it, without its password, and the variable that names it."""
        scheme = urlsplit(self.url).scheme
        named = urllib.request.getproxies().get(scheme)
        if not named or urllib.request.proxy_bypass(self.host):
            return None
        return re.sub(r"^(?:\w+://)?(?:.*@)?", "", named).rstrip("/"), f"{scheme}_proxy"

    @property
    def signs_in_with(self) -> str:
        """The header that signs in: bearer, basic, another scheme, or none."""
        values = [value for name, value in self.headers.items() if name.casefold() == "authorization"]
        return values[0].partition(" ")[0].casefold() if values else ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the redirect becomes an `HTTPError`."""


def read_prometheus(
    url: str,
    queries: Mapping[str, str],
    *,
    services: Iterable[str],
    start: pd.Timestamp,
    end: pd.Timestamp,
    baseline_start: pd.Timestamp | None = None,
    max_points: int = 2_500,
    max_series: int = 10,
    timeout: timedelta = timedelta(seconds=10),
    headers: Mapping[str, str] = _NO_HEADERS,
    ca_file: str | Path | None = None,
    client_certificate: str | Path | None = None,
    client_key: str | Path | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask Prometheus what each query was around an incident.

    Parameters
    ----------
    url
        The address of Prometheus, or of what speaks its API, such as ``http://prometheus:9090``.
    queries
        PromQL by name. One that holds ``$service`` in a string is asked for each service, any other once.
    services
        The affected services.
    start, end
        The window, both instants included.
    baseline_start
        Where to begin with the days before ``start``, in the coarser step that their length asks for; None reads none.
    max_points
        At most as many values of each series in the window, and as many before it; the step is the least of 15 s, 30 s,
        1 min, ... that keeps to it. Prometheus itself takes up to 11,000.
    max_series
        At most as many series of a query and service: the first ones by their labels.
    timeout
        How long to wait for an answer.
    headers
        Request headers such as ``Authorization``; sent to ``url`` alone and never shown.
    ca_file
        The certificate of an authority to trust besides those of the system, in PEM.
    client_certificate, client_key
        What a server is shown that asks for a certificate, in PEM; the key may be in the file of the certificate.

    Returns
    -------
    series : pandas.DataFrame
        A row a value, by query, service and time: name, service (str, NA where the query holds no ``$service``), labels
        (str, such as ``code=500``: those in which the series of one query and service differ, NA where there is one),
        at (datetime64[us, UTC]), value (Float64, NA where Prometheus says NaN; infinite where it says so).
    problems : pandas.DataFrame
        A row for each query and service that gave nothing, or not all: name, service, message (str). What all of them
        met has one row with NA for both.

    Raises
    ------
    PeriodError
        ``the window 2025-08-19 17:07:00+00:00 to 2025-08-12 17:07:00+00:00 is empty``

    References
    ----------
    Prometheus documentation, HTTP API, range queries. https://prometheus.io/docs/prometheus/latest/querying/api/

    Examples
    --------
    >>> start, end = pd.Timestamp("2025-08-19T16:07Z"), pd.Timestamp("2025-08-19T23:11Z")
    >>> series, problems = read_prometheus("file:///etc", {"up": "up"}, services=[], start=start, end=end)
    >>> problems["message"].tolist()
    ["'file:///etc' is not an http or https address; write the address of Prometheus itself as url"]
    """
    require_window(start, end)
    require_window(baseline_start, start)
    # The incident first: where the days before ask too much, its own series are there.
    ranges = [(start, end, choose_step(end - start, max_points))]
    if baseline_start is not None:
        before = start - pd.Timedelta(microseconds=1)
        ranges.append((baseline_start, before, choose_step(start - baseline_start, max_points)))
    services = list(services)
    server = _Server(url, timeout.total_seconds(), headers, None)
    try:
        if _is_address(url) and urlsplit(url).scheme == "https":
            server = replace(server, tls=_tls(ca_file, client_certificate, client_key))
    except _QueryError as error:
        return join_series([]), problem_table([(None, None, str(error))])
    asked = [(name, service) for name, query in queries.items() for service in _services_of(query, services)]

    def ask(name: str, service: str | None) -> tuple[list[pd.DataFrame], list[str]]:
        query, result, messages = fill_service(queries[name], service), [], []
        try:
            for window in ranges:
                answer, warnings = _ask(server, query, *window)
                result.extend(answer)
                messages.extend(warnings)
        except _QueryError as error:
            messages.append(str(error))
        parts = _as_series(name, service, result)
        if not parts and not messages:
            first = start if baseline_start is None else baseline_start
            since, until = (f"{instant.tz_convert('UTC'):%Y-%m-%d %H:%M}" for instant in (first, end))
            messages.append(f"no series from {since} to {until} UTC; check the query's metric and labels")
        if len(parts) > max_series:
            kept = f"{len(parts)} series, of which the first {max_series} by their labels are kept"
            messages.append(f"{kept}; add them up with sum by (...), or keep some with topk")
        return parts[:max_series], messages

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(ask, *zip(*asked, strict=True))) if asked else []
    found = [part for parts, _ in answers for part in parts]
    problems: list[tuple[str | None, str | None, str]] = [
        (*each, message) for each, (_, messages) in zip(asked, answers, strict=True) for message in messages
    ]
    problems.extend(
        (name, None, "holds $service, and no affected service is known; tick the services in the report")
        for name, query in queries.items()
        if not _services_of(query, services)
    )
    if not found and len(problems) > 1 and len({message for *_, message in problems}) == 1:
        problems = [(None, None, problems[0][-1])]
    return join_series(found), problem_table(problems)


def choose_step(span: timedelta, max_points: int = MOST_POINTS) -> pd.Timedelta:
    """Return the least sensible step in which a span has at most ``max_points`` points.

    Examples
    --------
    >>> [str(choose_step(pd.Timedelta(hours=hours), 2_500)) for hours in (6, 24, 168)]
    ['0 days 00:00:15', '0 days 00:01:00', '0 days 00:05:00']
    """
    # Both ends of a span are points of it.
    fits = (step for step in STEPS if span // step < min(max_points, MOST_POINTS))
    return next(fits, STEPS[-1] * math.ceil(span / STEPS[-1] / max(min(max_points, MOST_POINTS) - 1, 1)))


def fill_service(query: str, service: str | None) -> str:
    r"""Put a service's name in place of ``$service`` in the strings of a PromQL query, escaped as each string asks.

    Examples
    --------
    >>> print(fill_service('up{service="$service"} or up{job=~"$service-.*"}', 'a"b.c'))
    up{service="a\"b.c"} or up{job=~"a\"b\\.c-.*"}
    """
    if service is None:
        return query

    def fill(literal: re.Match[str]) -> str:
        matcher, text = literal["matcher"] or "", literal["text"] or ""  # none in a comment
        if "$service" not in text:
            return literal[0]
        quote, inner = text[0], text[1:-1]
        if quote == "`":  # a raw string has no escapes: the same one in double quotes has
            quote, inner = '"', _escape(inner, '"')
        name = re.escape(service) if matcher else service
        return matcher + quote + inner.replace("$service", _escape(name, quote)) + quote

    return _LITERAL.sub(fill, query)


def _escape(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n")


def _services_of(query: str, services: Sequence[str]) -> Sequence[str | None]:
    """Return the services for which a query is asked: None means once, for all of them."""
    return services if "$service" in query else [None]


def _ask(
    server: _Server, query: str, start: pd.Timestamp, end: pd.Timestamp, step: pd.Timedelta
) -> tuple[list[_Points], list[str]]:
    """Return the labels and points of each series of one range, and what Prometheus warns of."""
    # On multiples of the step, so that the same window has the same points whoever asks.
    window = {"start": start.ceil(step).timestamp(), "end": end.timestamp(), "step": step.total_seconds()}
    if window["start"] > window["end"]:
        return [], []
    url = server.url
    status, kind, body = _fetch(server, urlencode({"query": query, **window}).encode())
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    failed = answer if isinstance(answer, dict) and (answer.get("error") or answer.get("status") == "error") else {}
    if status != http.HTTPStatus.OK or failed:
        raise _QueryError(f"{url} answers {_reason(status)}{_remedy(server, status, failed, body)}")
    if answer is None:
        raise _QueryError(f"{url} answers in {kind or 'no named form'} that isn't JSON; {_WRONG_ADDRESS}")
    try:
        data, warnings = answer["data"], answer.get("warnings") or []
        if data["resultType"] != "matrix":
            raise _QueryError(f"{url} answers with a {data['resultType']}, not with series; {_WRONG_ADDRESS}")
        return [_points(each) for each in data["result"]], [f"Prometheus warns: {_short(text)}" for text in warnings]
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as wrong:
        raise _QueryError(f"{url} answers in JSON that is none of Prometheus' API; {_WRONG_ADDRESS}") from wrong


def _points(series: Mapping[str, Any]) -> _Points:
    if "histograms" in series:
        raise _QueryError(
            "the series are native histograms; take one figure of them, as by histogram_quantile(0.5, ...)"
        )
    labels = tuple(sorted((str(key), str(value)) for key, value in series["metric"].items()))
    points = [(round(1_000_000 * second), float(value)) for second, value in series["values"]]
    if not points or not 0 <= min(points)[0] <= max(points)[0] < _LAST:
        raise ValueError(points)
    return labels, points


def _tls(
    ca_file: str | Path | None, client_certificate: str | Path | None, client_key: str | Path | None
) -> ssl.SSLContext:
    """Return what certificates are trusted and shown."""
    context = ssl.create_default_context()
    for key, file in (("ca_file", ca_file), ("client_certificate", client_certificate), ("client_key", client_key)):
        try:
            if file is not None:
                open_regular(Path(file)).close()
            if key == "ca_file" and ca_file is not None:
                context.load_verify_locations(ca_file)
            if key == "client_key" and client_certificate is not None:
                context.load_cert_chain(client_certificate, client_key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:  # ValueError: a password is asked for
            what = "certificate" if key == "ca_file" else "certificate with its key, which has no password"
            where = (
                ca_file if key == "ca_file" else " and ".join(map(str, filter(None, (client_certificate, client_key))))
            )
            raise _QueryError(f"{where}: cannot be used; name a {what}, in PEM") from error
        except OSError as error:
            raise _QueryError(f"{file}: {error.strerror}; correct {key}") from error
    return context


def _no_password() -> str:
    """Keep OpenSSL from asking at the terminal."""
    raise ValueError("the key has a password")


def _fetch(server: _Server, body: bytes) -> tuple[int, str, bytes]:
    """Return status, content type and body of the answer to one request."""
    url, deadline = server.url, time.monotonic() + server.seconds
    if not _is_address(url):
        shown = re.sub(r"//[^/]*@|\?.*", "...", url)  # there may be a secret in it
        raise _QueryError(f"{shown!r} is not an http or https address; {_WRONG_ADDRESS}")
    handlers = [urllib.request.HTTPSHandler(context=server.tls)] if server.tls else []
    opener = urllib.request.build_opener(_NoRedirect, *handlers)
    try:
        request = urllib.request.Request(  # noqa: S310 - http and https alone come this far
            f"{url.rstrip('/')}/api/v1/query_range", body, {"Accept": "application/json", **server.headers}
        )
        try:
            response = opener.open(request, timeout=server.seconds)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            target = response.headers.get("Location", "").partition("?")[0]
            if target and response.status // 100 == 3:  # noqa: PLR2004 - 3xx
                raise _QueryError(_redirected(url, target))
            content = _read(response, deadline)
            return response.status, response.headers.get_content_type(), content
    except TimeoutError as error:
        raise _QueryError(
            f"{url} gives no answer within {server.seconds:g} s; simplify the query, or raise timeout"
        ) from error
    except urllib.error.URLError as error:
        cause = error.reason if isinstance(error.reason, OSError) else error
        raise _QueryError(f"{url} cannot be reached: {_unreachable(server, cause)}") from error
    except ssl.SSLError as error:  # some servers refuse a client only after the handshake
        raise _QueryError(f"{url} cannot be reached: {_unreachable(server, error)}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _QueryError(f"{url} breaks off its answer ({type(error).__name__}); {_WRONG_ADDRESS}") from error
    except ValueError:
        # From None: the client's own message holds the header's value.
        raise _QueryError("a header is not one line of plain text; correct the variable of the token") from None


def _redirected(url: str, target: str) -> str:
    """Say where a server redirects to, and what address to write instead."""
    asked, found = urlsplit(url), urlsplit(target)
    if (asked.scheme, found.scheme, found.hostname) == ("http", "https", asked.hostname):
        return f"{url} redirects to {_short(target)}; write https:// in url"
    sign_in = found.hostname is not None and found.hostname != asked.hostname
    why = ", which may be a page to sign in on; " if sign_in else "; "
    return f"{url} redirects to {_short(target)}{why}{_WRONG_ADDRESS}"


def _tls_failure(error: ssl.SSLError) -> str:
    """Say why a connection cannot be encrypted, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"its certificate is not trusted ({error.verify_message.rstrip('.')})"
        if error.verify_code in _HOSTNAME_MISMATCH:
            return f"{words}; write the name that the certificate has in url"
        if error.verify_code in _CERTIFICATE_DATES:
            return f"{words}; renew the certificate, or set this machine's clock"
        return f"{words}; name the certificate of the authority that signed it as ca_file"
    if isinstance(error, ssl.SSLEOFError):
        return "it ends the connection; if it asks for a client's certificate, set client_certificate and client_key"
    reason = (error.reason or str(error)).replace("_", " ").casefold()
    if reason in {"wrong version number", "record layer failure", "http request", "packet length too long"}:
        return "it does not speak TLS; write http:// in url"
    if "certificate required" in reason or "handshake failure" in reason or "bad certificate" in reason:
        return f"it refuses this client ({reason}); set client_certificate and client_key, or renew them"
    return f"TLS fails ({_short(reason)}); check url and the server's certificate"


def _unreachable(server: _Server, error: OSError) -> str:
    """Say why there is no connection, and what to do."""
    if isinstance(error, ssl.SSLError):
        return _tls_failure(error)
    words = getattr(error, "strerror", None) or str(getattr(error, "reason", error))
    if isinstance(error, TimeoutError):
        words = f"no connection within {server.seconds:g} s"
    if server.proxy:
        proxy, variable = server.proxy
        if "407" in words:
            return f"the proxy {proxy} asks for a password; set {variable} to http://USER:PASSWORD@{proxy}"
        return f"{_short(words)}, by the proxy {proxy}; correct {variable}, or add {server.host} to no_proxy"
    if isinstance(error, socket.gaierror):
        return f"the host {server.host} is not known; correct url, or join the network (VPN) that knows it"
    if isinstance(error, TimeoutError):
        return f"{words}; correct url, or check firewall and VPN"
    return f"{_short(words)}; correct url, or start Prometheus"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0 and not parts.query
    except ValueError:  # a port that is not a number
        return False
    return parts.scheme in {"http", "https"} and named and "@" not in parts.netloc


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """Return the body, unless it is too large or comes too slowly."""
    content = bytearray()
    while chunk := response.read1(1 << 16):
        content += chunk
        if len(content) > _LARGEST:
            most = f"{_LARGEST // 1_000_000} MB"
            raise _QueryError(f"the answer is larger than {most}; ask for fewer series with sum by (...)")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


def _reason(status: int) -> str:
    return f"{status} {http.client.responses.get(status, '')}".strip()


def _remedy(server: _Server, status: int, failed: Mapping[str, Any], body: bytes) -> str:
    """Say what to do about an answer that is an error: as JSON in Prometheus' form, or in any other."""
    words = str(failed.get("error") or "an error without a text") if failed else ""
    said = words or body[:1000].decode("utf-8", "replace")
    proxy, variable = server.proxy or ("", "")
    if status in {http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN} or "no org id" in said.casefold():
        if re.search(r"org\W?id|tenant", said, re.IGNORECASE):
            return f': {_short(said)}; name the tenant as headers = {{ X-Scope-OrgID = "..." }}'
        return f"; {_SIGN_IN.get(server.signs_in_with, 'correct the header Authorization')}"
    if status == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return f"; set {variable or 'the proxy of the environment'} to http://USER:PASSWORD@{proxy or 'PROXY'}"
    if failed:
        remedy = "simplify the query, or raise timeout" if failed.get("errorType") == "timeout" else "correct the query"
        return f": {_short(words)}; {remedy}"
    if "HTTPS server" in said or "HTTPS port" in said:
        return "; write https:// in url"
    if status // 100 == 5:  # noqa: PLR2004 - 5xx
        through = f", or correct {variable}: the proxy {proxy} may not reach it" if proxy else ""
        return f"; try again later{through}"
    if status == http.HTTPStatus.TOO_MANY_REQUESTS:
        return "; try again later"
    return f"; {_WRONG_ADDRESS}"


def _short(text: object) -> str:
    return textwrap.shorten(mask_secrets(str(text)), 300, placeholder=" ...")


def _as_series(name: str, service: str | None, result: Sequence[_Points]) -> list[pd.DataFrame]:
    """Return each series' rows, sorted by labels; what several ranges say of one series is put together."""
    together: dict[tuple[tuple[str, str], ...], list[tuple[int, float]]] = {}
    for labels, points in result:
        together.setdefault(labels, []).extend(points)
    shared = set.intersection(*map(set, together)) if together else set()
    own = {
        labels: ", ".join(f"{key}={value}" for key, value in labels if (key, value) not in shared)
        for labels in together
    }
    masked = mask_names(sorted(own.values()))
    parts = []
    for labels, points in sorted(together.items()):
        times, values = zip(*sorted(points), strict=True)
        at = pd.to_datetime(times, unit="us", utc=True)
        parts.append(series_rows(name, service, masked[own[labels]] or None, at, values))
    return parts
