"""Series from Prometheus, by its HTTP API.

The standard library's client is enough: one request a query, no session. Redirects are not followed, so that a token
goes to the address that was written down and nowhere else.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode, urlsplit

import pandas as pd

from incident_analytics.checks import require_window
from incident_analytics.evidence.series import join_series, problem_table, series_rows

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
_LITERAL: Final = re.compile(
    r"""#[^\n]*|(?P<matcher>[=!]~\s*)?(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)""", re.DOTALL
)


_Points: TypeAlias = tuple[tuple[tuple[str, str], ...], list[tuple[int, float]]]
"""A series: its labels, and its values each with the microseconds since 1970."""


class _QueryError(Exception):
    """Why a query gave nothing; the message says what to do."""


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
    ["'file:///etc' is no http or https address; write the address of Prometheus itself as url"]
    """
    require_window(start, end)
    require_window(baseline_start, start)
    # The incident first: where the days before ask too much, its own series are there.
    ranges = [(start, end, choose_step(end - start, max_points))]
    if baseline_start is not None:
        before = start - pd.Timedelta(microseconds=1)
        ranges.append((baseline_start, before, choose_step(start - baseline_start, max_points)))
    services = list(services)
    asked = [(name, service) for name, query in queries.items() for service in _services_of(query, services)]

    def ask(name: str, service: str | None) -> tuple[list[pd.DataFrame], list[str]]:
        query, result, messages = fill_service(queries[name], service), [], []
        try:
            for window in ranges:
                answer, warnings = _ask(url, query, *window, timeout=timeout, headers=headers)
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
    """Return the services for which a query is asked: None stands for once, whatever they are."""
    return services if "$service" in query else [None]


def _ask(
    url: str,
    query: str,
    start: pd.Timestamp,
    end: pd.Timestamp,
    step: pd.Timedelta,
    *,
    timeout: timedelta,
    headers: Mapping[str, str],
) -> tuple[list[_Points], list[str]]:
    """Return the labels and points of each series of one range, and what Prometheus warns of."""
    # On multiples of the step, so that the same window has the same points whoever asks.
    window = {"start": start.ceil(step).timestamp(), "end": end.timestamp(), "step": step.total_seconds()}
    if window["start"] > window["end"]:
        return [], []
    status, kind, body = _fetch(url, urlencode({"query": query, **window}).encode(), timeout, headers)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    told = answer if isinstance(answer, dict) else {}
    error = told.get("error") or (told.get("status") == "error" and "an error without a text")
    if status != http.HTTPStatus.OK or error:
        raise _QueryError(f"{url} answers {_reason(status)}{_remedy(status, error)}")
    if answer is None:
        raise _QueryError(f"{url} answers in {kind or 'no named form'} that is no JSON; {_WRONG_ADDRESS}")
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


def _fetch(url: str, body: bytes, timeout: timedelta, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
    """Return status, content type and body of the answer to one request."""
    seconds = timeout.total_seconds()
    deadline = time.monotonic() + seconds
    if not _is_address(url):
        shown = re.sub(r"//[^/]*@|\?.*", "...", url)  # what stands there may be a secret
        raise _QueryError(f"{shown!r} is no http or https address; {_WRONG_ADDRESS}")
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        request = urllib.request.Request(  # noqa: S310 - http and https alone come this far
            f"{url.rstrip('/')}/api/v1/query_range", body, {"Accept": "application/json", **headers}
        )
        try:
            response = opener.open(request, timeout=seconds)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            target = response.headers.get("Location", "").partition("?")[0]
            if target and response.status // 100 == 3:  # noqa: PLR2004 - 3xx
                raise _QueryError(f"{url} redirects to {_short(target)}; {_WRONG_ADDRESS}")
            content = _read(response, deadline)
            return response.status, response.headers.get_content_type(), content
    except TimeoutError as error:
        raise _QueryError(_too_slow(url, seconds)) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _QueryError(_too_slow(url, seconds)) from error
        why = getattr(error.reason, "strerror", None) or error.reason
        raise _QueryError(f"{url} cannot be reached: {_short(str(why))}; correct url, or start Prometheus") from error
    except (OSError, http.client.HTTPException) as error:
        raise _QueryError(f"{url} breaks off its answer ({type(error).__name__}); {_WRONG_ADDRESS}") from error
    except ValueError:
        # From None: the client's own message holds the header's value.
        raise _QueryError("a header is not one line of plain text; correct the variable of the token") from None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0 and not parts.query
    except ValueError:  # a port that is no number
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


def _too_slow(url: str, seconds: float) -> str:
    return f"{url} gives no answer within {seconds:g} s; simplify the query, or raise timeout"


def _reason(status: int) -> str:
    return f"{status} {http.client.responses.get(status, '')}".strip()


def _remedy(status: int, error: object) -> str:
    if status in {http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN}:
        return "; correct the token in the environment variable that token_env names"
    if isinstance(error, str):
        return f": {_short(error)}; correct the query"
    return f"; {_WRONG_ADDRESS}" if status == http.HTTPStatus.NOT_FOUND else "; try again later"


def _short(text: object) -> str:
    return textwrap.shorten(str(text), 300, placeholder=" ...")


def _as_series(name: str, service: str | None, result: Sequence[_Points]) -> list[pd.DataFrame]:
    """Return each series' rows, sorted by labels; what several ranges tell of one series is put together."""
    together: dict[tuple[tuple[str, str], ...], list[tuple[int, float]]] = {}
    for labels, points in result:
        together.setdefault(labels, []).extend(points)
    shared = set.intersection(*map(set, together)) if together else set()
    parts = []
    for labels, points in sorted(together.items()):
        own = ", ".join(f"{key}={value}" for key, value in labels if (key, value) not in shared)
        times, values = zip(*sorted(points), strict=True)
        parts.append(series_rows(name, service, own or None, pd.to_datetime(times, unit="us", utc=True), values))
    return parts
